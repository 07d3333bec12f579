/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/ledger.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { FIRST_ROOM = 64, BACKUPS_MAX = 100000 };

static void bind_made(struct query *q, const struct backup_made *b)
{
    query_bind_text(q, "name", text_of(b->name));
    query_bind_int(q, "made_at", b->made_at);
    query_bind_text(q, "made_by", text_of(b->made_by));
    query_bind_int(q, "bytes", b->bytes);
    query_bind_int(q, "n_record", b->n_record);
    query_bind_int(q, "n_audit", b->n_audit);
}

bool store_backup_note(struct store *st, const struct backup_made *b, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_BACKUP_MADE_ADD);
    bind_made(&q, b);
    query_bind_int(&q, "automatic", b->automatic);
    if (b->digest == NULL) query_bind_null(&q, "digest");
    else query_bind_blob(&q, "digest", b->digest, BACKUP_DIGEST);
    return query_run(&q, e);
}

bool store_backup_read(struct store *st, const char *name, int64_t at, bool damaged, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_BACKUP_MADE_READ);
    query_bind_text(&q, "name", text_of(name));
    query_bind_int(&q, "at", at);
    query_bind_int(&q, "damaged", damaged);
    return query_run(&q, e);
}

bool store_backup_verified(struct store *st, const struct backup_made *b, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_BACKUP_MADE_VERIFIED);
    bind_made(&q, b);
    query_bind_int(&q, "verified_at", b->verified_at);
    query_bind_text(&q, "verified_by", text_of(b->verified_by));
    return query_run(&q, e);
}

static const uint8_t *digest_of(struct text t, struct arena *a)
{
    if (t.n != BACKUP_DIGEST) return NULL;
    uint8_t *out = arena_take(a, BACKUP_DIGEST, 1);
    memcpy(out, t.p, BACKUP_DIGEST);
    return out;
}

bool store_backup_list(struct backup_made **out, size_t *n, struct store *st, struct arena *a,
                       struct err *e)
{
    struct query q;
    size_t room = FIRST_ROOM;
    struct backup_made *list = ARENA_ARRAY(a, struct backup_made, room);
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_BACKUP_MADE_LIST);
    while (*n < BACKUPS_MAX && query_next(&q)) {
        if (*n == room) {
            struct backup_made *wider = ARENA_ARRAY(a, struct backup_made, 2 * room);
            memcpy(wider, list, room * sizeof *list);
            list = wider;
            room *= 2;
        }
        struct text digest = query_blob(&q, 9);
        list[(*n)++] = (struct backup_made){.name = query_copy_or_null(&q, 0, a),
                                            .made_at = query_int(&q, 1),
                                            .made_by = query_copy_or_null(&q, 2, a),
                                            .bytes = query_int(&q, 3),
                                            .n_record = query_int(&q, 4),
                                            .n_audit = query_int(&q, 5),
                                            .verified_at = query_int(&q, 6),
                                            .verified_by = query_copy_or_null(&q, 7, a),
                                            .automatic = query_int(&q, 8) != 0,
                                            .digest = digest_of(digest, a),
                                            .read_at = query_int(&q, 10),
                                            .damaged = query_int(&q, 11) != 0};
    }
    *out = list;
    return query_end(&q, e);
}

bool store_backup_schedule(struct backup_schedule *out, struct store *st, struct arena *a,
                           struct err *e)
{
    struct query q;
    *out = (struct backup_schedule){.minute = -1};
    (void)query_begin(&q, st->backend, SQL_BACKUP_SCHEDULE_GET);
    if (query_next(&q)) {
        out->said = !query_is_null(&q, 0);
        if (out->said) out->minute = query_int(&q, 0);
        out->keep = query_int(&q, 1);
        out->changed_at = query_int(&q, 2);
        out->tried_at = query_int(&q, 3);
        out->failed = query_copy_or_null(&q, 4, a);
    }
    return query_end(&q, e);
}

bool store_backup_schedule_set(struct store *st, int64_t minute, int64_t keep, int64_t at,
                               const char *actor, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_BACKUP_SCHEDULE_SET);
    query_bind_int(&q, "minute", minute);
    query_bind_int(&q, "keep", keep);
    query_bind_int(&q, "at", at);
    query_bind_text(&q, "actor", text_of(actor));
    return query_run(&q, e);
}

bool store_backup_tried(struct store *st, int64_t at, const char *failed, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_BACKUP_SCHEDULE_TRIED);
    query_bind_int(&q, "at", at);
    if (failed == NULL) query_bind_null(&q, "failed");
    else query_bind_text(&q, "failed", text_of(failed));
    return query_run(&q, e);
}

bool store_setup_step(int64_t *at, struct store *st, const char *step, struct err *e)
{
    struct query q;
    *at = 0;
    (void)query_begin(&q, st->backend, SQL_SETUP_STEP_GET);
    query_bind_text(&q, "step", text_of(step));
    if (query_next(&q)) *at = query_int(&q, 0);
    return query_end(&q, e);
}

bool store_setup_step_set(struct store *st, const char *step, int64_t at, const char *actor,
                          struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SETUP_STEP_SET);
    query_bind_text(&q, "step", text_of(step));
    query_bind_int(&q, "at", at);
    query_bind_text(&q, "actor", text_of(actor));
    return query_run(&q, e);
}
