/* SPDX-License-Identifier: EUPL-1.2 */
/* The inserting half of an import: seals what is not sealed yet, writes rows, keeps the entries of
 * the two random indexes back and adds them in order, a million at a time. After a failure it only
 * passes blocks back, so that the caller is never left waiting. */
#include "store/batch_internal.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

/* ---- sealing ---- */

struct sealing {
    struct batch_keys *keys;
    struct envelope_context context;
    uint8_t nonce[CRYPTO_NONCE];
    uint64_t next_nonce;
};

static const uint8_t *next_nonce(struct sealing *s)
{
    memcpy(s->nonce, s->keys->nonce, sizeof s->keys->nonce);
    for (size_t i = 0; i < 8; i++)
        s->nonce[sizeof s->keys->nonce + i] = (uint8_t)(s->next_nonce >> (8 * i));
    s->next_nonce++;
    return s->nonce;
}

static void seal_row(struct batch_row *r, struct batch_block *b, struct sealing *s,
                     const uint8_t *key, const uint8_t *identity_key)
{
    const struct batch_keys *k = s->keys;
    struct envelope_context *c = &s->context;

    if (r->fresh) {
        memcpy(r->key, key, CRYPTO_KEY);
        c->place = ENVELOPE_RECORD_KEY;
        c->version_no = 0;
        envelope_wrap_with(r->wrapped, r->key, k->record, k->record_id, c, next_nonce(s));
    }
    c->version_no = r->version_no;
    c->place = ENVELOPE_RECORD_BODY;
    r->body_at = b->sealed.n;
    envelope_seal_with(&b->sealed, b->plain.p + r->coded_at, r->coded_n, r->key, k->record_id, c,
                       next_nonce(s));
    r->body_n = b->sealed.n - r->body_at;
    mem_wipe(r->key, sizeof r->key);
    r->identity_body_n = 0;
    if (r->identity_n == 0) return;
    c->place =
        ENVELOPE_IDENTITY_KEY; /* each version's identity has a key of its own, bound to the version */
    envelope_wrap_with(r->identity_wrapped, identity_key, k->identity, k->identity_id, c,
                       next_nonce(s));
    c->place = ENVELOPE_IDENTITY_BODY;
    r->identity_body_at = b->sealed.n;
    envelope_seal_with(&b->sealed, b->plain.p + r->identity_at, r->identity_n, identity_key,
                       k->identity_id, c, next_nonce(s));
    r->identity_body_n = b->sealed.n - r->identity_body_at;
}

void batch_seal(struct batch_block *b, struct batch_keys *k)
{
    char code[RECORD_CODE + 1];
    struct sealing s = {.keys = k, .context.record_code = code};
    size_t n_key = b->n;

    for (size_t i = 0; i < b->n; i++) n_key += b->row[i].identity_n > 0;
    s.next_nonce = atomic_fetch_add(&k->next_nonce, 4 * BLOCK_ROWS);
    crypto_random(b->fresh_key, n_key * CRYPTO_KEY);
    buf_clear(&b->sealed);
    size_t identity_key = b->n;
    for (size_t i = 0; i < b->n; i++) {
        struct batch_row *r = &b->row[i];
        record_code_format(code, r->code);
        seal_row(r, b, &s, b->fresh_key[i], b->fresh_key[r->identity_n > 0 ? identity_key++ : i]);
    }
    assert(!b->sealed.too_long); /* its maximum is above what full plain bytes can need */
    mem_wipe(b->fresh_key, n_key * CRYPTO_KEY);
    buf_clear(&b->plain);
    b->is_sealed = true;
}

/* ---- digest ---- */

void batch_digest_begin(struct batch_digest d)
{
    crypto_hasher_init(d.fresh, NULL);
    crypto_hasher_init(d.changed, NULL);
}

void batch_digest_add(struct crypto_hasher *part, uint64_t code, uint32_t version_no,
                      const void *content_hash)
{
    uint8_t row[8 + 4 + CONTENT_HASH];
    for (int i = 0; i < 8; i++) row[i] = (uint8_t)(code >> (8 * i));
    for (int i = 0; i < 4; i++) row[8 + i] = (uint8_t)(version_no >> (8 * i));
    memcpy(row + 12, content_hash, CONTENT_HASH);
    crypto_hasher_add(part, row, sizeof row);
}

void batch_digest_end(struct batch_digest d, uint8_t out[CRYPTO_HASH])
{
    static const char tag[20] = "dcim batch digest 1";
    uint8_t both[sizeof tag + 2 * CRYPTO_HASH];
    memcpy(both, tag, sizeof tag);
    crypto_hasher_finish(d.fresh, both + sizeof tag);
    crypto_hasher_finish(d.changed, both + sizeof tag + CRYPTO_HASH);
    crypto_hash(out, CRYPTO_HASH, both, sizeof both, NULL);
}

/* ---- writing ---- */

static bool write_fresh(struct batch_insert *in, const struct batch_block *b,
                        const struct batch_row *r)
{
    struct query *q = &in->record_add;
    query_set_int(q, 0, r->record_no);
    query_set_int(q, 1, (int64_t)r->code);
    query_set_int(q, 2, in->series_no);
    query_set_blob(q, 3, r->wrapped, sizeof r->wrapped);
    if (!query_again(q)) return false;

    q = &in->version_add;
    query_set_int(q, 0, r->record_no * VERSIONS_PER_RECORD + r->version_no);
    query_set_int(q, 1, r->record_no);
    query_set_int(q, 2, in->batch_no);
    query_set_blob(q, 3, r->content_hash, CONTENT_HASH);
    if (r->has_person) query_set_blob(q, 4, r->person_key, PERSON_KEY);
    else query_set_null(q, 4);
    query_set_blob(q, 5, b->sealed.p + r->body_at, r->body_n);
    if (!query_again(q)) return false;

    index_run_add(&in->codes, r->code, 0, r->record_no);
    if (r->has_reference) {
        uint64_t part[2] = {0, 0};
        for (int i = 0; i < CRYPTO_SHORT; i++) part[i / 8] = part[i / 8] << 8 | r->reference[i];
        index_run_add(&in->references, part[0], part[1], r->record_no);
    }
    batch_digest_add(&in->fresh, r->code, r->version_no, r->content_hash);
    return true;
}

static bool write_change(struct batch_insert *in, const struct batch_block *b,
                         const struct batch_row *r)
{
    struct query *q = &in->version_change;
    query_set_int(q, 0, r->record_no * VERSIONS_PER_RECORD + r->version_no);
    query_set_int(q, 1, r->record_no);
    query_set_int(q, 2, in->batch_no);
    query_set_int(q, 3, in->position++);
    if (r->replaced != 0) query_set_int(q, 4, r->replaced);
    else query_set_null(q, 4);
    query_set_blob(q, 5, r->content_hash, CONTENT_HASH);
    if (r->has_person) query_set_blob(q, 6, r->person_key, PERSON_KEY);
    else query_set_null(q, 6);
    query_set_blob(q, 7, b->sealed.p + r->body_at, r->body_n);
    if (!query_again(q)) return false;

    q = &in->record_change;
    query_set_int(q, 0, r->record_no);
    query_set_int(q, 1, RECORD_ACTIVE);
    query_set_int(q, 2, r->version_no);
    batch_digest_add(&in->changed, r->code, r->version_no, r->content_hash);
    return query_again(q);
}

static bool write_identity(struct batch_insert *in, const struct batch_block *b,
                           const struct batch_row *r)
{
    struct query *q = &in->identity_add;
    if (r->identity_body_n == 0) return true;
    query_set_int(q, 0, r->record_no * VERSIONS_PER_RECORD + r->version_no);
    query_set_blob(q, 1, r->identity_wrapped, sizeof r->identity_wrapped);
    query_set_blob(q, 2, b->sealed.p + r->identity_body_at, r->identity_body_n);
    return query_again(q);
}

/* What was gathered of both indexes, in order. */
static bool write_indexes(struct batch_insert *in)
{
    struct query *q = &in->code_add;
    bool ok = true;

    index_run_sort(&in->codes);
    for (size_t i = 0; i < in->codes.n && ok; i++) {
        query_set_int(q, 0, (int64_t)in->codes.item[i].high);
        query_set_int(q, 1, in->codes.item[i].record_no);
        ok = query_again(q);
    }
    index_run_release(&in->codes);
    index_run_sort(&in->references);
    q = &in->reference_add;
    for (size_t i = 0; i < in->references.n && ok; i++) {
        const struct index_entry *one = &in->references.item[i];
        uint8_t hash[CRYPTO_SHORT];
        for (int k = 0; k < CRYPTO_SHORT; k++)
            hash[k] = (uint8_t)((k < 8 ? one->high : one->low) >> (8 * (7 - k % 8)));
        query_set_blob(q, 0, hash, sizeof hash);
        query_set_int(q, 1, one->record_no);
        ok = query_again(q);
    }
    index_run_release(&in->references);
    return ok;
}

static bool write_block(struct batch_insert *in, const struct batch_block *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct batch_row *r = &b->row[i];
        if (!(r->fresh ? write_fresh(in, b, r) : write_change(in, b, r)) ||
            !write_identity(in, b, r))
            return false;
    }
    return in->codes.n < INDEX_RUN || write_indexes(in);
}

/* ---- the thread ---- */

static struct query *queries(struct batch_insert *in, size_t i)
{
    struct query *const all[] = {&in->record_add,    &in->version_add,  &in->version_change,
                                 &in->record_change, &in->identity_add, &in->code_add,
                                 &in->reference_add};
    return i < sizeof all / sizeof all[0] ? all[i] : NULL;
}

static bool begin_queries(struct batch_insert *in)
{
    static const enum sql_id id[] = {SQL_RECORD_ADD,    SQL_VERSION_ADD,  SQL_VERSION_CHANGE,
                                     SQL_RECORD_CHANGE, SQL_IDENTITY_ADD, SQL_CODE_ADD,
                                     SQL_REFERENCE_ADD};
    bool ok = true;
    struct query *q;
    for (size_t i = 0; (q = queries(in, i)) != NULL; i++)
        ok = query_begin(q, in->backend, id[i]) && ok;
    return ok;
}

/* The first failure is the one to tell. */
static void end_queries(struct batch_insert *in)
{
    struct query *q;
    struct err e;
    for (size_t i = 0; (q = queries(in, i)) != NULL; i++)
        if (!query_end(q, &e) && !atomic_load(&in->failed)) {
            in->err = e;
            atomic_store(&in->failed, true);
        }
}

static void work(void *ctx)
{
    struct batch_insert *in = ctx;
    struct batch_block *b;
    /* Series and batch are there; a version's record is written just before it. */
    bool ok = backend_loading(in->backend, true, &in->err);
    if (!ok) atomic_store(&in->failed, true);
    ok = ok && begin_queries(in);

    while ((b = parallel_queue_take(in->full)) != NULL) {
        if (ok && !b->is_sealed) batch_seal(b, in->keys);
        ok = ok && write_block(in, b);
        if (!ok && !atomic_load(&in->failed))
            end_queries(in); /* tells the caller, who may then stop early */
        buf_clear(&b->plain);
        b->n = 0;
        b->is_sealed = false;
        atomic_fetch_sub(&in->waiting, 1);
        parallel_queue_put(in->empty, b);
    }
    ok = ok && write_indexes(in);
    end_queries(in);
    struct err e;
    if (!backend_loading(in->backend, false, &e) && !atomic_load(&in->failed)) {
        in->err = e;
        atomic_store(&in->failed, true);
    }
    index_run_release(&in->codes);
    index_run_release(&in->references);
}

void batch_insert_start(struct batch_insert *in)
{
    batch_digest_begin((struct batch_digest){&in->fresh, &in->changed});
    in->stage = parallel_start(work, in);
}

bool batch_insert_end(struct batch_insert *in, struct err *e)
{
    if (in->stage != NULL) {
        parallel_queue_put(in->full, NULL);
        parallel_join(in->stage);
        in->stage = NULL;
    }
    if (!atomic_load(&in->failed)) return true;
    if (e != NULL) *e = in->err;
    return false;
}
