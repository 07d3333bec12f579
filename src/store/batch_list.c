/* SPDX-License-Identifier: EUPL-1.2 */
/* Batches that are there: listing, undoing, and their digest computed again. */
#include "store/batch_internal.h"
#include "store/person.h"

#include "base/date.h"
#include "base/mem.h"

#include <string.h>

static void take_row(struct batch *out, struct query *q, struct arena *a)
{
    struct text form = query_text(q, 2), organisation = query_text(q, 3),
                mapping = query_text(q, 4), label = query_text(q, 5), actor = query_text(q, 6),
                digest = query_blob(q, 13);

    *out = (struct batch){.batch_no = query_int(q, 0),
                          .organisation_no = query_int(q, 1),
                          .created_at = query_int(q, 7),
                          .undone_at = query_int(q, 8),
                          .n_new = query_int(q, 9),
                          .n_changed = query_int(q, 10),
                          .n_same = query_int(q, 11),
                          .n_refused = query_int(q, 12)};
    out->form = arena_copy(a, form.p, form.n);
    out->organisation = arena_copy(a, organisation.p, organisation.n);
    out->mapping = arena_copy(a, mapping.p, mapping.n);
    out->file_label = arena_copy(a, label.p, label.n);
    out->actor = arena_copy(a, actor.p, actor.n);
    out->state = query_is_null(q, 8) ? "visible" : "undone";
    if (digest.n == sizeof out->digest) memcpy(out->digest, digest.p, digest.n);
}

bool store_batch_list(struct batch **out, size_t *n, struct store *st, struct arena *a,
                      struct err *e)
{
    struct batch *list = NULL;
    size_t cap = 0, count = 0;
    struct query q;

    (void)query_begin(&q, st->backend, SQL_BATCH_LIST);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        take_row(&list[count++], &q, a);
    }
    bool ok = query_end(&q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct batch, count);
    if (ok && count > 0) memcpy(*out, list, count * sizeof *list);
    mem_free(list);
    return ok;
}

struct extent { /* of one batch */
    int64_t batch_no, series_no, form_no, first_record, last_record;
    bool undone;
};

bool store_batch_unknown(struct err *e, int64_t batch_no)
{
    err_set(e, ERR_NOT_FOUND, "batch.unknown", "there is no batch %lld", (long long)batch_no);
    return err_remedy(e, "see the numbers with `dcim batch list`");
}

static bool find_batch(struct extent *out, struct store *st, int64_t batch_no, struct err *e)
{
    struct query q;

    *out = (struct extent){.batch_no = batch_no};
    (void)query_begin(&q, st->backend, SQL_BATCH_GET);
    query_bind_int(&q, "batch_no", batch_no);
    bool found = query_next(&q);
    if (found) {
        out->series_no = query_int(&q, 0);
        out->undone = !query_is_null(&q, 1);
        out->first_record = query_int(&q, 4);
        out->last_record = query_int(&q, 5);
        out->form_no = query_int(&q, 7);
    }
    if (!query_end(&q, e)) return false;
    if (found) return true;
    return store_batch_unknown(e, batch_no);
}

/* ---- undo ---- */

/* One number of a batch; the statement takes its number, its new records, or both. */
enum of_batch { NUMBER = 1, EXTENT = 2 };

static bool count(int64_t *out, struct store *st, enum sql_id id, const struct extent *x, int takes,
                  struct err *e)
{
    struct query q;
    *out = 0;
    (void)query_begin(&q, st->backend, id);
    if (takes & NUMBER) query_bind_int(&q, "batch_no", x->batch_no);
    if (takes & EXTENT) {
        query_bind_int(&q, "first_record", x->first_record);
        query_bind_int(&q, "last_record", x->last_record);
    }
    if (query_next(&q)) *out = query_int(&q, 0);
    return query_end(&q, e);
}

static bool may_be_undone(struct store *st, const struct extent *x, struct err *e)
{
    int64_t conflicts;

    if (x->undone)
        return err_set(e, ERR_CONFLICT, "batch.undone",
                       "could not undo batch %lld: it is undone already", (long long)x->batch_no);
    if (!count(&conflicts, st, SQL_UNDO_CONFLICTS, x, NUMBER | EXTENT, e)) return false;
    if (conflicts == 0) return true;
    err_set(e, ERR_CONFLICT, "batch.later_changes",
            "could not undo batch %lld: %lld of its records were changed or withdrawn later",
            (long long)x->batch_no, (long long)conflicts);
    return err_remedy(e, "undo the later batches first, the newest before the others");
}

static bool put_back(struct store *st, const struct extent *x, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_UNDO_CHANGED);
    query_bind_int(&q, "batch_no", x->batch_no);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_UNDO_NEW);
    query_bind_int(&q, "first_record", x->first_record);
    query_bind_int(&q, "last_record", x->last_record);
    return query_run(&q, e);
}

static bool mark_undone(struct store *st, const struct extent *x, const char *actor,
                        const char *reason, int64_t n_withdrawn, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_UNDO_MARK);
    query_bind_int(&q, "batch_no", x->batch_no);
    query_bind_int(&q, "undone_at", instant_now());
    query_bind_text(&q, "undone_by", text_of(actor));
    query_bind_text(&q, "undo_reason", text_of(reason));
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SERIES_GROW);
    query_bind_int(&q, "series_no", x->series_no);
    query_bind_int(&q, "n_record", 0);
    query_bind_int(&q, "n_active", -n_withdrawn);
    query_bind_int(&q, "n_byte", 0);
    return query_run(&q, e) && store_generation_next(st, e);
}

bool store_batch_undo(int64_t *n_withdrawn, int64_t *n_reverted, struct store *st, int64_t batch_no,
                      const char *actor, const char *reason, struct err *e)
{
    struct extent x;
    int64_t changes, back, erased;

    *n_withdrawn = *n_reverted = 0;
    if (!store_must_write(st, e) || !find_batch(&x, st, batch_no, e) || !may_be_undone(st, &x, e))
        return false;
    if (!count(&changes, st, SQL_UNDO_CHANGES, &x, NUMBER, e) ||
        !count(&back, st, SQL_UNDO_REAPPEARED, &x, NUMBER, e) ||
        !count(&erased, st, SQL_UNDO_ERASED, &x, EXTENT, e) || !put_back(st, &x, e))
        return false;
    *n_withdrawn = x.last_record - x.first_record + 1 - erased + back;
    *n_reverted = changes - back;
    return mark_undone(st, &x, actor, reason, *n_withdrawn, e) &&
           person_touch_batch(st, x.form_no, batch_no, x.first_record, x.last_record, e);
}

/* ---- digest ---- */

static bool add_part(struct crypto_hasher *part, struct query *q, struct err *e)
{
    while (query_next(q)) {
        struct text hash = query_blob(q, 2);
        uint8_t padded[CONTENT_HASH] = {
            0}; /* a hash of another length gives another digest: damage is found */
        memcpy(padded, hash.p, hash.n < CONTENT_HASH ? hash.n : CONTENT_HASH);
        batch_digest_add(part, (uint64_t)query_int(q, 0), (uint32_t)query_int(q, 1), padded);
    }
    return query_end(q, e);
}

bool store_batch_digest(uint8_t out[32], struct store *st, int64_t batch_no, struct err *e)
{
    struct crypto_hasher fresh, changed;
    struct batch_digest d = {&fresh, &changed};
    struct extent x;
    struct query q;

    if (!find_batch(&x, st, batch_no, e)) return false;
    batch_digest_begin(d);
    (void)query_begin(&q, st->backend, SQL_BATCH_DIGEST_NEW);
    query_bind_int(&q, "first_record", x.first_record);
    query_bind_int(&q, "last_record", x.last_record);
    if (!add_part(&fresh, &q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_BATCH_DIGEST_CHANGED);
    query_bind_int(&q, "batch_no", batch_no);
    if (!add_part(&changed, &q, e)) return false;
    batch_digest_end(d, out);
    return true;
}
