/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/encoding.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <assert.h>

void store_set_encode(struct store *st, store_encode_fn *fn, void *ctx)
{
    st->encode = fn;
    st->encode_ctx = ctx;
}

struct text store_encoding(const struct store *st, const struct record *r, struct arena *a)
{
    struct text made = {NULL, 0};
    if (st->encode != NULL) made = st->encode(st->encode_ctx, r, a);
    return made.n > 0 && made.n <= BODY_ENCODING_MAX ? made : r->encoding;
}

struct again { /* one record */
    struct store *st;
    const struct record_meta *m;
    const struct form *form;
    struct buf plain; /* its coded part as it is kept; wiping */
    int64_t n_byte;   /* sealed */
    uint8_t key[CRYPTO_KEY];
    uint8_t kek_id;
};

static bool damaged(struct err *e, const char *code)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of record %s: not what was sealed there", code);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static bool unseal(struct again *x, struct query *q, struct err *e)
{
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = x->m->code};
    const struct secret *kek = store_record_kek(x->st, x->form, &x->kek_id);
    struct text wrapped = query_blob(q, 0), body = query_blob(q, 1);
    x->n_byte = (int64_t)body.n;
    buf_init_wiped(&x->plain, body.n + BODY_ENCODING_MAX + 16);
    if (!envelope_unwrap(x->key, wrapped.p, wrapped.n, kek, &c)) return damaged(e, x->m->code);
    c.place = ENVELOPE_RECORD_BODY;
    c.version_no = x->m->version_no;
    return envelope_open(&x->plain, body.p, body.n, x->key, &c, e);
}

static bool open_body(struct again *x, struct err *e)
{
    struct query q;
    (void)query_begin(&q, x->st->backend, SQL_RECORD_BODY);
    query_bind_int(&q, "record_no", (int64_t)x->m->record_no);
    query_bind_int(&q, "version_no", x->m->version_no);
    bool found = query_next(&q), ok = !found || unseal(x, &q, e);
    if (!ok) (void)!query_end(&q, NULL);
    else ok = query_end(&q, e) && (found || record_unknown(e, text_of(x->m->code)));
    return ok;
}

static bool count_bytes(const struct again *x, int64_t n_byte, struct err *e)
{
    struct query q;
    (void)query_begin(&q, x->st->backend, SQL_SERIES_OF_RECORD_GROW);
    query_bind_int(&q, "record_no", (int64_t)x->m->record_no);
    query_bind_int(&q, "n_byte", n_byte - x->n_byte);
    return query_run(&q, e);
}

/* The same version, byte for byte, with another encoding behind it: not made again of the record,
 * for the dictionary may have lost what it says. */
static bool seal(struct again *x, struct text encoding, struct err *e)
{
    struct envelope_context c = {ENVELOPE_RECORD_BODY, x->m->code, x->m->version_no};
    struct buf sealed;
    struct query q;
    x->plain.n = body_bare(buf_text(&x->plain)).n;
    body_put_encoding(&x->plain, encoding);
    if (!buf_ok(&x->plain, e)) return false;
    buf_init(&sealed, 2 * x->plain.n + 1024);
    envelope_seal(&sealed, x->plain.p, x->plain.n, x->key, x->kek_id, &c);
    (void)query_begin(&q, x->st->backend, SQL_VERSION_BODY_SET);
    query_bind_int(&q, "record_no", (int64_t)x->m->record_no);
    query_bind_int(&q, "version_no", x->m->version_no);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e) && count_bytes(x, (int64_t)sealed.n, e);
    buf_release(&sealed);
    return ok;
}

static bool one(bool *made, struct store *st, const struct form *f, const struct record_meta *m,
                struct arena *a, struct err *e)
{
    struct again x = {.st = st, .m = m, .form = f};
    const struct numbering *n = &numbering_of_form(st, f->id)->numbering;
    struct record r;
    record_init(&r, st->dictionary, f, a);
    buf_init_wiped(&x.plain, 0);
    bool ok = open_body(&x, e) && body_decode(&r, buf_text(&x.plain), n, NULL, e);
    struct text kept = {arena_copy(a, r.encoding.p, r.encoding.n), r.encoding.n};
    ok = ok && store_identity_carry(&r, m, st, e);
    struct text encoding = ok ? store_encoding(st, &r, a) : kept;
    *made = ok && !text_equal(encoding, kept);
    if (*made) ok = seal(&x, encoding, e);
    buf_release(&x.plain);
    mem_wipe(x.key, sizeof x.key);
    return ok;
}

bool store_encode_again(struct encode_again *x, struct store *st, const struct form *f, size_t max,
                        struct err *e)
{
    struct encode_again next = *x;
    struct arena *a = arena_new(ARENA_WIPE);
    struct record_meta *list;
    size_t n = 0;
    bool ok = store_must_write(st, e) && numbering_ensure(st, e) &&
              store_record_list(&list, &n, st, f->id, SCOPE_EVERYTHING, x->after, max, a, e);
    struct arena_mark mark = arena_mark(a);
    for (size_t i = 0; ok && i < n; i++) {
        bool made = false;
        next.after = list[i].record_no;
        next.n_record++;
        if (!list[i].has_identity) continue;
        next.n_open++;
        ok = one(&made, st, f, &list[i], a, e);
        next.n_made += made;
        arena_rewind(a, mark);
    }
    next.done = n < max;
    ok = ok && (next.n_made == x->n_made || store_generation_next(st, e));
    arena_free(a);
    if (ok) *x = next;
    return ok;
}
