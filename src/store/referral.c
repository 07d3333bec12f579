/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/referral.h"

#include "base/date.h"
#include "store/beside.h"
#include "store/store_internal.h"

enum { WORDS_MAX = 20000, SEALED_MAX = 2 * WORDS_MAX };

/* A referral has two texts: its words have an even number, its answer the odd one behind it. */
static uint32_t text_number(int64_t referral_no, bool answer)
{
    return (uint32_t)(2 * referral_no + answer);
}

static bool sealed_words(struct buf *out, struct store *st, const struct referral *r, bool answer,
                         struct text words, struct err *e)
{
    if (words.n > WORDS_MAX)
        return err_set(e, ERR_LIMIT, "referral.too_long", "at most %d bytes can be said at once",
                       WORDS_MAX);
    return beside_seal(out, st, r->record_no, ENVELOPE_REFERRAL_TEXT,
                       text_number(r->referral_no, answer), words, e);
}

bool referral_add(struct referral *r, struct store *st, const char *actor, struct text words,
                  struct err *e)
{
    struct query q;
    struct buf sealed;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_REFERRAL_NEXT);
    r->referral_no = query_next(&q) ? query_int(&q, 0) : 1;
    if (!query_end(&q, e)) return false;
    buf_init(&sealed, SEALED_MAX);
    bool ok = sealed_words(&sealed, st, r, false, words, e);
    if (ok) {
        (void)query_begin(&q, st->backend, SQL_REFERRAL_ADD);
        query_bind_int(&q, "referral_no", r->referral_no);
        query_bind_int(&q, "record_no", (int64_t)r->record_no);
        query_bind_int(&q, "version_no", r->version_no);
        query_bind_int(&q, "from_no", r->from_no);
        query_bind_int(&q, "to_no", r->to_no);
        query_bind_int(&q, "at", instant_now());
        query_bind_text(&q, "actor", text_of(actor));
        query_bind_blob(&q, "body", sealed.p, sealed.n);
        ok = query_run(&q, e);
    }
    buf_release(&sealed);
    return ok;
}

/* Columns as in referral_list and referral_get. */
static void take(struct referral *out, struct query *q, struct arena *a)
{
    const char *text[4];
    static const size_t column[4] = {5, 7, 8, 10};
    for (size_t i = 0; i < 4; i++) {
        struct text t = query_text(q, column[i]);
        text[i] = arena_copy(a, t.p, t.n);
    }
    *out = (struct referral){.referral_no = query_int(q, 0),
                             .record_no = (uint64_t)query_int(q, 1),
                             .version_no = (uint32_t)query_int(q, 3),
                             .from_no = query_int(q, 4),
                             .from = text[0],
                             .to_no = query_int(q, 6),
                             .to = text[1],
                             .state = text[2],
                             .made_at = query_int(q, 9),
                             .made_by = text[3],
                             .answered_at = query_int(q, 11),
                             .words = "",
                             .answer = ""};
    record_code_format(out->code, (uint64_t)query_int(q, 2));
}

bool referral_list(struct referral **out, size_t *n, struct store *st, int64_t organisation_no,
                   size_t max, struct arena *a, struct err *e)
{
    struct query q;
    *out = ARENA_ARRAY(a, struct referral, max);
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_REFERRAL_LIST);
    query_bind_int(&q, "organisation_no", organisation_no);
    query_bind_int(&q, "max", (int64_t)max);
    while (*n < max && query_next(&q)) take(&(*out)[(*n)++], &q, a);
    return query_end(&q, e);
}

bool referral_unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "referral.unknown", "there is no such referral");
    return err_remedy(e, "see the list of referrals");
}

static bool open_words(const char **out, struct store *st, const struct referral *r, bool answer,
                       struct text sealed, struct arena *a, struct err *e)
{
    struct buf plain;
    *out = "";
    if (sealed.n == 0) return true;
    buf_init_wiped(&plain, SEALED_MAX);
    bool ok = beside_open(&plain, st, r->record_no, ENVELOPE_REFERRAL_TEXT,
                          text_number(r->referral_no, answer), sealed, e);
    if (ok) *out = arena_copy(a, plain.p, plain.n);
    buf_release(&plain);
    return ok;
}

bool referral_find(struct referral *out, struct store *st, int64_t referral_no, struct arena *a,
                   struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_REFERRAL_GET);
    query_bind_int(&q, "referral_no", referral_no);
    bool found = query_next(&q), ok = true;
    if (found) take(out, &q, a);
    if (!query_end(&q, e)) return false;
    if (!found) return referral_unknown(e);
    (void)query_begin(&q, st->backend, SQL_REFERRAL_WORDS);
    query_bind_int(&q, "referral_no", referral_no);
    if (query_next(&q))
        ok = open_words(&out->words, st, out, false, query_blob(&q, 0), a, e) &&
             open_words(&out->answer, st, out, true, query_blob(&q, 1), a, e);
    return query_end(&q, ok ? e : NULL) && ok;
}

bool referral_answer(struct store *st, const struct referral *r, const char *state,
                     const char *actor, struct text words, struct err *e)
{
    struct query q;
    struct buf sealed;
    if (!store_must_write(st, e)) return false;
    buf_init(&sealed, SEALED_MAX);
    bool ok = sealed_words(&sealed, st, r, true, words, e);
    if (ok) {
        (void)query_begin(&q, st->backend, SQL_REFERRAL_ANSWER);
        query_bind_int(&q, "referral_no", r->referral_no);
        query_bind_text(&q, "state", text_of(state));
        query_bind_int(&q, "at", instant_now());
        query_bind_text(&q, "actor", text_of(actor));
        query_bind_blob(&q, "answer", sealed.p, sealed.n);
        ok = query_run(&q, e);
    }
    buf_release(&sealed);
    return ok;
}

bool referral_count(int64_t *n, struct store *st, int64_t to_no, struct err *e)
{
    struct query q;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_REFERRAL_COUNT);
    query_bind_int(&q, "to_no", to_no);
    if (query_next(&q)) *n = query_int(&q, 0);
    return query_end(&q, e);
}
