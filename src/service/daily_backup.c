/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/daily_backup.h"

#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "service/govern.h"
#include "service/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAY_MINUTES = 24 * 60, PIECE = 1 << 18 };

/* ---- when ---- */

/* Minute by minute, for what a clock shows goes back and forth twice a year, and mktime() says of
 * times that there are twice, or never, now one thing and now another. */
int64_t daily_backup_last_due(int64_t now, int64_t minute)
{
    int64_t t = now - now % 60, first = 0;
    for (int back = 0; back < 2 && first == 0; back++) {
        struct tm tm;
        time_t at = (time_t)t;
        if (localtime_r(&at, &tm) == NULL) return now;
        for (int day = tm.tm_yday; tm.tm_yday == day;) {
            if (tm.tm_hour * 60 + tm.tm_min >= minute) first = t;
            t -= 60;
            at = (time_t)t;
            if (localtime_r(&at, &tm) == NULL) return now;
        }
    }
    return first;
}

/* What is set, with the program's own where nobody has said anything: every night, but not of a
 * register that is a demonstration. */
static bool schedule_of(struct backup_schedule *out, struct call *c, struct err *e)
{
    if (!store_backup_schedule(out, c->s->store, c->arena, e)) return false;
    if (!out->said) {
        out->minute = c->s->options.demo ? -1 : DAILY_BACKUP_MINUTE;
        out->keep = DAILY_BACKUP_KEEP;
    }
    return true;
}

static bool is_due(bool *out, const struct backup_schedule *s, struct call *c, struct err *e)
{
    struct store_info info;
    int64_t now = call_now(c);
    *out = false;
    if (s->minute < 0) return true;
    if (!store_info(&info, c->s->store, e)) return false;
    int64_t since = info.created_at > s->changed_at ? info.created_at : s->changed_at;
    if (s->tried_at > since) since = s->tried_at;
    bool again = s->failed != NULL && now - s->tried_at >= DAILY_BACKUP_AGAIN_S;
    *out = again || daily_backup_last_due(now, s->minute) > since;
    return true;
}

/* ---- holding files against what was written ---- */

/* From the disk and not from memory, as far as the system can be asked for that. */
static bool digest_of_file(uint8_t out[BACKUP_DIGEST], const char *path)
{
    struct crypto_hasher h;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    uint8_t *piece = mem_new(PIECE, 1);
    ssize_t got = 0;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    crypto_hasher_init(&h, NULL);
    do {
        got = read(fd, piece, PIECE);
        if (got > 0) crypto_hasher_add(&h, piece, (size_t)got);
    } while (got > 0 || (got < 0 && errno == EINTR));
    crypto_hasher_finish(&h, out);
    mem_free(piece);
    (void)close(fd);
    return got == 0;
}

static bool note_read(struct call *c, const char *name, bool damaged, struct err *e)
{
    struct store *st = c->s->store;
    shared_write_begin(c->s->shared);
    bool ok = store_begin(st, true, e);
    if (ok && !(store_backup_read(st, name, call_now(c), damaged, e) && store_commit(st, e))) {
        store_rollback(st);
        ok = false;
    }
    shared_write_end(c->s->shared);
    return ok;
}

static bool read_again(bool *same, struct call *c, const struct backup_made *b, struct err *e)
{
    uint8_t now[BACKUP_DIGEST];
    *same = digest_of_file(now, backup_path(c, b->name)) && memcmp(now, b->digest, sizeof now) == 0;
    return note_read(c, b->name, !*same, e);
}

static bool damaged(struct err *e, const char *name)
{
    err_set(e, ERR_STORE, "backup.changed", "the backup %s is not what was written", name);
    return err_remedy(e, "see to the disk, and make another backup");
}

/* All that were not read for a week. One that has changed fails the act, when all were read. */
static bool read_kept(struct call *c, const struct backup_made *list, size_t n, struct err *e)
{
    const char *bad = NULL;
    bool same;
    for (size_t i = 0; i < n; i++) {
        const struct backup_made *b = &list[i];
        if (b->digest == NULL || call_now(c) - b->read_at < DAILY_BACKUP_READ_S ||
            !file_exists(backup_path(c, b->name)))
            continue;
        if (!read_again(&same, c, b, e)) return false;
        if (!same && !b->damaged) bad = b->name;
    }
    return bad == NULL ? true : damaged(e, bad);
}

/* ---- removing old ones ---- */

/* Its entry first, then the file. */
static bool remove_one(struct call *c, const char *name, struct err *e)
{
    struct audit_event before = c->event;
    c->event.action = AUDIT_BACKUP_REMOVE;
    c->event.object_type = "backup";
    c->event.object_id = name;
    c->event.count = 1;
    bool ok = call_write_begin(c, e) && call_write_end(c, true, e);
    c->event = before;
    c->entered = true; /* that of the backup */
    return ok && backup_remove(c, name, e);
}

/* `list` has the newest first. */
static bool remove_old(int64_t *removed, struct call *c, const struct backup_made *list, size_t n,
                       int64_t keep, struct err *e)
{
    int64_t there = 0;
    bool verified_seen = false;
    *removed = 0;
    for (size_t i = 0; i < n; i++) {
        const struct backup_made *b = &list[i];
        if (!file_exists(backup_path(c, b->name))) continue;
        bool only_verified = b->verified_at != 0 && !verified_seen;
        if (b->verified_at != 0) verified_seen = true;
        if (!b->automatic || ++there <= keep || only_verified) continue;
        if (!remove_one(c, b->name, e)) return false;
        ++*removed;
    }
    return true;
}

/* ---- the operations ---- */

static bool note_try(struct call *c, const char *failed, struct err *e)
{
    struct store *st = c->s->store;
    shared_write_begin(c->s->shared);
    bool ok = store_begin(st, true, e);
    if (ok && !(store_backup_tried(st, call_now(c), failed, e) && store_commit(st, e))) {
        store_rollback(st);
        ok = false;
    }
    shared_write_end(c->s->shared);
    return ok;
}

static bool make_it(int64_t *removed, struct call *c, const struct backup_schedule *s,
                    struct err *e)
{
    struct backup_made b, *list;
    size_t n;
    bool same;
    if (!backup_make_one(&b, c, true, e) || !read_again(&same, c, &b, e)) return false;
    if (!same) return damaged(e, b.name);
    return store_backup_list(&list, &n, c->s->store, c->arena, e) &&
           remove_old(removed, c, list, n, s->keep, e) && read_kept(c, list, n, e);
}

bool op_backup_daily(struct call *c, struct err *e)
{
    struct backup_schedule s;
    struct err ignored = {0};
    int64_t removed = 0;
    bool due;
    if (!schedule_of(&s, c, e) || !is_due(&due, &s, c, e)) return false;
    json_set_bool(c->out, "made", due);
    if (!due) {
        c->event.action = AUDIT_NONE;
        return true;
    }
    bool ok = make_it(&removed, c, &s, e);
    json_set_int(c->out, "removed", removed);
    if (ok) return note_try(c, NULL, e);
    /* The error of the backup is the one that is told. */
    if (!note_try(c, e != NULL ? e->id : "backup.failed", &ignored)) err_clear(&ignored);
    return false;
}

bool daily_backup_describe(struct json *out, struct call *c, struct err *e)
{
    struct backup_schedule s;
    struct backup_made *list;
    size_t n;
    int64_t bad = 0;
    if (!schedule_of(&s, c, e) || !store_backup_list(&list, &n, c->s->store, c->arena, e))
        return false;
    for (size_t i = 0; i < n; i++)
        bad += list[i].damaged && file_exists(backup_path(c, list[i].name));
    json_set_bool(out, "daily", s.minute >= 0);
    json_set_text(out, "daily_time",
                  s.minute < 0 ? ""
                               : arena_printf(c->arena, "%02d:%02d", (int)(s.minute / 60),
                                              (int)(s.minute % 60)));
    json_set_int(out, "daily_keep", s.keep);
    set_instant_member(out, "daily_tried_at", s.tried_at);
    json_set_text(out, "daily_failed", s.failed == NULL ? "" : s.failed);
    json_set_int(out, "daily_damaged", bad);
    return true;
}

/* "02:30"; -1 for "off"; false for anything else. */
static bool minute_of(int64_t *out, struct text t)
{
    int64_t hour, minute;
    struct text rest = text_trim(t), first;
    if (text_is(rest, "off")) {
        *out = -1;
        return true;
    }
    if (rest.n < 4 || rest.n > 5 || !text_split(&rest, ':', &first) || rest.p == NULL ||
        rest.n != 2 || !text_to_int(first, &hour) || !text_to_int(rest, &minute) || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59)
        return false;
    *out = hour * 60 + minute;
    return *out < DAY_MINUTES;
}

bool op_backup_schedule(struct call *c, struct err *e)
{
    int64_t minute;
    if (!minute_of(&minute, text_of(json_get_text(c->in, "time", "")))) {
        err_set(e, ERR_USAGE, "backup.time", "this is not a time of the day");
        return err_remedy(e, "write it as 02:30, or off");
    }
    int64_t keep = json_get_int(c->in, "keep", DAILY_BACKUP_KEEP);
    c->event.object_type = "backup";
    c->event.object_id = minute < 0 ? "off" : "daily";
    c->event.count = keep;
    return store_backup_schedule_set(c->s->store, minute, keep, call_now(c), c->who.actor, e) &&
           daily_backup_describe(c->out, c, e);
}

/* ---- the thread ---- */

struct daily_backup {
    struct service_options options;
    struct service *service;
    struct parallel_stage *thread;
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool ends;
};

/* False when it is time to go. */
static bool wait_a_little(struct daily_backup *d)
{
    enum { EVERY_S = 30 };
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EVERY_S;
    (void)pthread_mutex_lock(&d->lock);
    if (!d->ends) (void)pthread_cond_timedwait(&d->told, &d->lock, &until);
    bool on = !d->ends;
    (void)pthread_mutex_unlock(&d->lock);
    return on;
}

static void run(void *ctx)
{
    struct daily_backup *d = ctx;
    struct json *in = json_object();
    while (wait_a_little(d)) {
        struct err e = {0};
        struct json *out = NULL;
        /* What fails is in the log and on the pages; there is nobody else to tell. */
        if (service_call(&out, d->service, "backup.daily", in, NULL, &e)) json_free(out);
        else err_clear(&e);
    }
    json_free(in);
    (void)catalogue_use(NULL);
}

struct daily_backup *daily_backup_start(struct shared *shared,
                                        const struct service_options *options)
{
    struct daily_backup *d = mem_new(1, sizeof *d);
    d->options = *options;
    d->service = service_new(&d->options);
    d->service->shared = shared;
    (void)pthread_mutex_init(&d->lock, NULL);
    (void)pthread_cond_init(&d->told, NULL);
    d->thread = parallel_start(run, d);
    return d;
}

void daily_backup_stop(struct daily_backup *d)
{
    if (d == NULL) return;
    (void)pthread_mutex_lock(&d->lock);
    d->ends = true;
    (void)pthread_cond_signal(&d->told);
    (void)pthread_mutex_unlock(&d->lock);
    parallel_join(d->thread);
    service_close(d->service);
    (void)pthread_cond_destroy(&d->told);
    (void)pthread_mutex_destroy(&d->lock);
    mem_free(d);
}
