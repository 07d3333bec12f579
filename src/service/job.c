/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/job.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "service/service_internal.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    JOBS_MAX = 64,
    TOKEN_MAX = 128,
    FILE_MAX = 23 * 1024 * 1024 /* as text, it fits an answer */
};

struct job {
    char code[UPLOAD_CODE + 1];
    int64_t account_no; /* 0: this place is free */
    int64_t used_at;
    enum job_state state;
    unsigned held;
    const struct operation *operation;
    struct json *in, *about, *result;
    struct err err;
    _Atomic uint64_t done, total;
    atomic_bool end; /* it is asked to */
    int file;        /* -1: none */
    char *file_name;
    const char *file_type;
    struct jobs *jobs;
    struct service *service;
    struct parallel_stage *stage;
    char session[TOKEN_MAX], source[64], language[16], purpose[512];
    bool has_purpose;
};

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct job item[JOBS_MAX];
};

struct jobs *jobs_new(void)
{
    struct jobs *j = mem_new(1, sizeof *j);
    pthread_condattr_t monotone;
    (void)pthread_condattr_init(&monotone);
    (void)pthread_condattr_setclock(&monotone, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->ended, &monotone);
    (void)pthread_condattr_destroy(&monotone);
    return j;
}

static void forget(struct job *job)
{
    if (job->account_no == 0) return;
    parallel_join(job->stage);
    json_free(job->in);
    json_free(job->about);
    json_free(job->result);
    if (job->file >= 0) (void)close(job->file);
    mem_free(job->file_name);
    memset(job, 0, sizeof *job);
}

void jobs_free(struct jobs *j)
{
    if (j == NULL) return;
    for (size_t i = 0; i < JOBS_MAX; i++) atomic_store(&j->item[i].end, true);
    for (size_t i = 0; i < JOBS_MAX; i++) forget(&j->item[i]);
    (void)pthread_cond_destroy(&j->ended);
    (void)pthread_mutex_destroy(&j->lock);
    mem_free(j);
}

static void sweep(struct jobs *j, int64_t now)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &j->item[i];
        if (job->state != JOB_WORKING && job->held == 0 && now - job->used_at > JOB_LIFE_S)
            forget(job);
    }
}

void jobs_sweep(struct jobs *j, int64_t now)
{
    if (j == NULL) return;
    (void)pthread_mutex_lock(&j->lock);
    sweep(j, now);
    (void)pthread_mutex_unlock(&j->lock);
}

/* ---- at work ---- */

static void note_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct job *job = ctx;
    (void)what; /* in the words of another thread */
    atomic_store(&job->total, total);
    atomic_store(&job->done, done);
}

static void work(struct job *job, struct service *s)
{
    struct json *out = NULL;
    struct err e = {0};
    struct caller who = {.session = job->session,
                         .source = job->source[0] == '\0' ? NULL : job->source,
                         .language = job->language[0] == '\0' ? NULL : job->language,
                         .purpose = job->has_purpose ? job->purpose : NULL};
    struct progress progress = {.step = note_step, .ctx = job};
    struct job *before = s->job;
    s->job = job;
    bool ok = service_call_as(&out, s, &who, job->operation->name, job->in, &progress, &e);
    s->job = before;
    struct jobs *j = job->jobs;
    (void)pthread_mutex_lock(&j->lock);
    job->result = ok ? out : NULL;
    job->err = e;
    bool ended = !ok && e.id != NULL && strcmp(e.id, "job.cancelled") == 0;
    job->state = ok ? JOB_DONE : ended ? JOB_CANCELLED : JOB_FAILED;
    mem_wipe(job->session, sizeof job->session);
    (void)pthread_cond_broadcast(&j->ended);
    (void)pthread_mutex_unlock(&j->lock);
}

static void work_apart(void *ctx)
{
    struct job *job = ctx;
    struct service *s = job->service;
    work(job, s);
    service_close(s);
    (void)catalogue_use(NULL);
}

/* ---- starting ---- */

static bool busy(struct err *e)
{
    err_set(e, ERR_LIMIT, "job.busy",
            "another import of yours, or too many of others, are at work");
    return err_remedy(e, "wait until it has ended, or cancel it");
}

/* A place for one more job of the account; NULL: there is none. With the lock held. */
static struct job *take_place(struct jobs *j, int64_t account_no)
{
    unsigned all = 0, own = 0;
    struct job *place = NULL, *old = NULL;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &j->item[i];
        bool working = job->account_no != 0 && job->state == JOB_WORKING;
        all += working;
        own += working && job->account_no == account_no;
        if (job->account_no == 0) place = job;
        else if (!working && job->held == 0 && (old == NULL || job->used_at < old->used_at))
            old = job;
    }
    if (all >= JOBS_AT_ONCE || own >= JOBS_PER_ACCOUNT) return NULL;
    if (place == NULL && old != NULL) {
        forget(old);
        place = old;
    }
    return place;
}

static void keep_word(char *out, size_t size, const char *word)
{
    (void)snprintf(out, size, "%s", word == NULL ? "" : word);
}

static void fill(struct job *job, struct jobs *j, const struct call *c, const char *operation,
                 const struct json *in, const struct json *about)
{
    *job = (struct job){.account_no = c->who.account_no,
                        .used_at = call_now(c),
                        .file = -1,
                        .jobs = j};
    upload_code_new(job->code);
    job->operation = operation_find(operation);
    job->in = json_copy(in);
    job->about = about == NULL ? json_object() : json_copy(about);
    keep_word(job->session, sizeof job->session, c->caller == NULL ? NULL : c->caller->session);
    keep_word(job->source, sizeof job->source, c->who.source);
    keep_word(job->language, sizeof job->language, c->who.language);
    keep_word(job->purpose, sizeof job->purpose, c->who.purpose);
    job->has_purpose = c->who.purpose != NULL;
}

static void wait_for(struct jobs *j, const struct job *job, unsigned wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (job->state == JOB_WORKING)
        if (pthread_cond_timedwait(&j->ended, &j->lock, &until) == ETIMEDOUT) break;
}

bool job_start(char code[UPLOAD_CODE + 1], struct call *c, const char *operation,
               const struct json *in, const struct json *about, unsigned wait_ms, struct err *e)
{
    struct jobs *j = service_jobs(c->s);
    if (c->who.account_no == 0) { /* nobody could ask what became of it */
        err_set(e, ERR_DENIED, "session.none", "nobody is signed in, or the session has ended");
        return err_remedy(e, "sign in");
    }
    (void)pthread_mutex_lock(&j->lock);
    sweep(j, call_now(c));
    struct job *job = take_place(j, c->who.account_no);
    if (job == NULL) {
        (void)pthread_mutex_unlock(&j->lock);
        return busy(e);
    }
    fill(job, j, c, operation, in, about);
    memcpy(code, job->code, sizeof job->code);
    job->held++;
    if (c->s->shared != NULL) {
        job->service = service_new(&c->s->options);
        job->service->shared = c->s->shared;
        job->service->clock_ahead = c->s->clock_ahead;
        job->stage = parallel_start(work_apart, job);
        wait_for(j, job, wait_ms);
    } else {
        (void)pthread_mutex_unlock(&j->lock);
        work(job, c->s);
        (void)pthread_mutex_lock(&j->lock);
    }
    job->held--;
    (void)pthread_mutex_unlock(&j->lock);
    return true;
}

/* ---- looking ---- */

static bool unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "job.unknown", "this import is not there any more");
    return err_remedy(e,
                      "what came of it is kept for %d minutes; the list of batches says what was "
                      "imported",
                      JOB_LIFE_S / 60);
}

static struct job *find(struct jobs *j, int64_t account_no, int64_t now, struct text code)
{
    sweep(j, now);
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &j->item[i];
        if (account_no == 0 || job->account_no != account_no || !text_is(code, job->code)) continue;
        job->used_at = now;
        return job;
    }
    return NULL;
}

bool job_look(struct job_view *out, struct jobs *j, int64_t account_no, int64_t now,
              struct text code, struct err *e)
{
    (void)pthread_mutex_lock(&j->lock);
    struct job *job = find(j, account_no, now, code);
    if (job != NULL) {
        job->held++;
        *out = (struct job_view){.state = job->state,
                                 .operation = job->operation->name,
                                 .done = atomic_load(&job->done),
                                 .total = atomic_load(&job->total),
                                 .about = job->about,
                                 .job = job};
        if (job->state != JOB_WORKING) { /* nobody writes there any more */
            out->result = job->result;
            out->err = job->err;
            out->has_file = job->file >= 0;
        }
    }
    (void)pthread_mutex_unlock(&j->lock);
    return job != NULL ? true : unknown(e);
}

void job_release(struct jobs *j, struct job_view *v)
{
    (void)pthread_mutex_lock(&j->lock);
    v->job->held--;
    (void)pthread_mutex_unlock(&j->lock);
    v->job = NULL;
}

bool job_cancel(struct jobs *j, int64_t account_no, int64_t now, struct text code, struct err *e)
{
    (void)pthread_mutex_lock(&j->lock);
    struct job *job = find(j, account_no, now, code);
    if (job != NULL) atomic_store(&job->end, true);
    (void)pthread_mutex_unlock(&j->lock);
    return job != NULL ? true : unknown(e);
}

bool call_goes_on(const struct call *c, struct err *e)
{
    if (c->s->job == NULL || !atomic_load(&c->s->job->end)) return true;
    return err_set(e, ERR_CONFLICT, "job.cancelled",
                   "the import was cancelled: nothing of it was kept");
}

void call_gives_file(const struct call *c, int file, const char *name, const char *type)
{
    struct job *job = c->s->job;
    if (job == NULL || job->file >= 0) {
        (void)close(file);
        return;
    }
    job->file_name = mem_text(name, strlen(name));
    job->file_type = type;
    job->file = file;
}

bool job_file(struct buf *out, const char **name, const char **type, const struct job_view *v,
              struct err *e)
{
    char piece[65536];
    if (!v->has_file) {
        err_set(e, ERR_NOT_FOUND, "job.no_file", "there is no file to give back");
        return err_remedy(e, "check the file again");
    }
    for (size_t at = 0;;) {
        ssize_t n = pread(v->job->file, piece, sizeof piece, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return err_set_errno(e, ERR_SYSTEM, errno, "job.no_file", "the file could not be read");
        if (n == 0) break;
        at += (size_t)n;
        if (at > FILE_MAX) {
            err_set(e, ERR_LIMIT, "job.file", "the file is larger than %d MiB", FILE_MAX >> 20);
            return err_remedy(e, "split the file that you import");
        }
        buf_put(out, piece, (size_t)n);
    }
    mem_wipe(piece, sizeof piece);
    *name = v->job->file_name;
    *type = v->job->file_type;
    return buf_ok(out, e);
}
