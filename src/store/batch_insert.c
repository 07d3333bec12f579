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
        envelope_wrap_under(r->wrapped, r->key, k->record_sub, k->record_id, c, next_nonce(s));
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
    envelope_wrap_under(r->identity_wrapped, identity_key, k->identity_sub, k->identity_id, c,
                        next_nonce(s));
    c->place = ENVELOPE_IDENTITY_BODY;
    r->identity_body_at = b->sealed.n;
    envelope_seal_with(&b->sealed, b->plain.p + r->identity_at, r->identity_n, identity_key,
                       k->identity_id, c, next_nonce(s));
    r->identity_body_n = b->sealed.n - r->identity_body_at;
}

void batch_keys_ready(struct batch_keys *k)
{
    _Static_assert(sizeof k->nonce == CRYPTO_NONCE_PREFIX, "the number that counts is the rest");
    crypto_random(k->nonce, sizeof k->nonce);
    atomic_init(&k->next_nonce, 0);
    k->record_sub = crypto_subkey(k->record, k->nonce);
    k->identity_sub = crypto_subkey(k->identity, k->nonce);
}

void batch_keys_free(struct batch_keys *k)
{
    secret_free(k->record_sub);
    secret_free(k->identity_sub);
    k->record_sub = k->identity_sub = NULL;
}

void batch_content_hash(struct batch_row *r, const struct batch_block *b,
                        const struct batch_keys *k)
{
    crypto_hash(r->content_hash, CONTENT_HASH, b->plain.p + r->hashed_at, r->hashed_n, k->content);
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
        if (!r->hashed) batch_content_hash(r, b, k);
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

struct feeding { /* some of a block's rows */
    const struct batch_insert *in;
    const struct batch_block *block;
    uint16_t row[BLOCK_ROWS];
    size_t n;
};

static const struct feed_cell null_cell = {.kind = FEED_NULL};

static struct feed_cell int_cell(int64_t v)
{
    return (struct feed_cell){.kind = FEED_INT, .number = v};
}

static struct feed_cell blob_cell(const void *p, size_t n)
{
    return (struct feed_cell){.kind = FEED_BLOB, .p = p, .n = n};
}

static int64_t version_id(const struct batch_row *r)
{
    return r->record_no * VERSIONS_PER_RECORD + r->version_no;
}

static struct feed_cell record_cell(void *ctx, size_t row, size_t column)
{
    const struct feeding *f = ctx;
    const struct batch_row *r = &f->block->row[f->row[row]];
    switch (column) {
    case 0: return int_cell(r->record_no);
    case 1: return int_cell((int64_t)r->code);
    case 2: return int_cell(f->in->series_no);
    case 3: return blob_cell(r->wrapped, sizeof r->wrapped);
    default: return null_cell;
    }
}

static struct feed_cell version_cell(void *ctx, size_t row, size_t column)
{
    const struct feeding *f = ctx;
    const struct batch_row *r = &f->block->row[f->row[row]];
    switch (column) {
    case 0: return int_cell(version_id(r));
    case 1: return int_cell(r->record_no);
    case 2: return int_cell(f->in->batch_no);
    case 3: return blob_cell(r->content_hash, CONTENT_HASH);
    case 4: return r->has_person ? blob_cell(r->person_key, PERSON_KEY) : null_cell;
    case 5: return blob_cell(f->block->sealed.p + r->body_at, r->body_n);
    default: return null_cell;
    }
}

static struct feed_cell known_cell(bool known, int64_t v)
{
    return known ? int_cell(v) : null_cell;
}

static struct feed_cell index_cell(void *ctx, size_t row, size_t column)
{
    const struct feeding *f = ctx;
    const struct batch_row *r = &f->block->row[f->row[row]];
    const struct version_index *x = &r->index;
    switch (column) {
    case 0: return int_cell(f->in->series_no);
    case 1: return int_cell(version_id(r));
    case 2: return known_cell(x->year != 0, x->year);
    case 3: return known_cell(x->term != TERM_NONE, x->term);
    case 4: return known_cell(x->term != TERM_NONE, x->term_day);
    case 5: return known_cell(x->code_hash != 0, x->code_hash);
    default: return null_cell;
    }
}

static struct feed_cell identity_cell(void *ctx, size_t row, size_t column)
{
    const struct feeding *f = ctx;
    const struct batch_row *r = &f->block->row[f->row[row]];
    switch (column) {
    case 0: return int_cell(version_id(r));
    case 1: return blob_cell(r->identity_wrapped, sizeof r->identity_wrapped);
    case 2: return blob_cell(f->block->sealed.p + r->identity_body_at, r->identity_body_n);
    default: return null_cell;
    }
}

_Static_assert((int)PERSON_KEY == (int)CRYPTO_SHORT,
               "match keys and references are entries of one size");

static void add_hash(struct index_run *run, const uint8_t hash[CRYPTO_SHORT], int64_t record_no)
{
    uint64_t part[2] = {0, 0};
    for (int k = 0; k < CRYPTO_SHORT; k++) part[k / 8] = part[k / 8] << 8 | hash[k];
    index_run_add(run, part[0], part[1], record_no);
}

static bool write_fresh(struct batch_insert *in, const struct batch_block *b)
{
    struct feeding f = {.in = in, .block = b};

    for (size_t i = 0; i < b->n; i++) {
        const struct batch_row *r = &b->row[i];
        if (!r->fresh) continue;
        f.row[f.n++] = (uint16_t)i;
        batch_digest_add(&in->fresh, r->code, r->version_no, r->content_hash);
        index_run_add(&in->codes, r->code, 0, r->record_no);
        if (r->has_reference) add_hash(&in->references, r->reference, r->record_no);
    }
    return f.n == 0 || (query_feed(&in->load_records, f.n, record_cell, &f) &&
                        query_feed(&in->load_versions, f.n, version_cell, &f));
}

static bool write_identities(struct batch_insert *in, const struct batch_block *b)
{
    struct feeding f = {.in = in, .block = b};

    for (size_t i = 0; i < b->n; i++)
        if (b->row[i].identity_body_n > 0) f.row[f.n++] = (uint16_t)i;
    return f.n == 0 || query_feed(&in->load_identities, f.n, identity_cell, &f);
}

/* Of new and changed ones; their versions are there, or come before the commit. */
static bool write_all_index(struct batch_insert *in, const struct batch_block *b)
{
    struct feeding f = {.in = in, .block = b, .n = b->n};
    for (size_t i = 0; i < b->n; i++) {
        const struct batch_row *r = &b->row[i];
        f.row[i] = (uint16_t)i;
        if (r->has_person) add_hash(&in->persons, r->person_key, r->record_no);
    }
    return query_feed(&in->load_index, f.n, index_cell, &f);
}

static bool write_change(struct batch_insert *in, const struct batch_block *b,
                         const struct batch_row *r)
{
    struct query *q = &in->version_change;
    query_set_int(q, 0, version_id(r));
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

static struct feed_cell code_cell(void *ctx, size_t row, size_t column)
{
    const struct index_entry *one = &((const struct index_run *)ctx)->item[row];
    return column == 0 ? int_cell((int64_t)one->high) : int_cell(one->record_no);
}

struct reference_feeding {
    const struct index_run *run;
    uint8_t hash[CRYPTO_SHORT]; /* of the row asked for */
};

static struct feed_cell reference_cell(void *ctx, size_t row, size_t column)
{
    struct reference_feeding *f = ctx;
    const struct index_entry *one = &f->run->item[row];
    if (column > 0) return int_cell(one->record_no);
    for (int k = 0; k < CRYPTO_SHORT; k++)
        f->hash[k] = (uint8_t)((k < 8 ? one->high : one->low) >> (8 * (7 - k % 8)));
    return blob_cell(f->hash, sizeof f->hash);
}

struct person_feeding {
    struct reference_feeding hash;
    int64_t series_no;
};

static struct feed_cell person_cell(void *ctx, size_t row, size_t column)
{
    struct person_feeding *f = ctx;
    return column == 0 ? int_cell(f->series_no) : reference_cell(&f->hash, row, column - 1);
}

/* What was gathered of the indexes, in order. */
static bool write_indexes(struct batch_insert *in)
{
    struct reference_feeding f = {.run = &in->references};
    struct person_feeding p = {.hash = {.run = &in->persons}, .series_no = in->series_no};

    index_run_sort(&in->codes);
    bool ok = in->codes.n == 0 || query_feed(&in->load_codes, in->codes.n, code_cell, &in->codes);
    index_run_release(&in->codes);
    index_run_sort(&in->references);
    ok = ok && (in->references.n == 0 ||
                query_feed(&in->load_references, in->references.n, reference_cell, &f));
    index_run_release(&in->references);
    index_run_sort(&in->persons);
    ok =
        ok && (in->persons.n == 0 || query_feed(&in->load_persons, in->persons.n, person_cell, &p));
    index_run_release(&in->persons);
    return ok;
}

static bool write_block(struct batch_insert *in, const struct batch_block *b)
{
    if (!write_fresh(in, b) || !write_identities(in, b)) return false;
    if (b->n > 0 && !write_all_index(in, b)) return false;
    for (size_t i = 0; i < b->n; i++) {
        in->n_byte += (int64_t)(b->row[i].body_n + b->row[i].identity_body_n);
        if (!b->row[i].fresh && !write_change(in, b, &b->row[i])) return false;
    }
    if (++in->n_block % WRITE_OUT_BLOCKS == 0) backend_write_out(in->backend);
    return (in->codes.n < INDEX_RUN && in->persons.n < INDEX_RUN) || write_indexes(in);
}

/* ---- the thread ---- */

static struct query *queries(struct batch_insert *in, size_t i)
{
    struct query *const all[] = {&in->load_records,    &in->load_versions,  &in->load_index,
                                 &in->load_identities, &in->load_codes,     &in->load_references,
                                 &in->load_persons,    &in->version_change, &in->record_change};
    return i < sizeof all / sizeof all[0] ? all[i] : NULL;
}

static bool begin_queries(struct batch_insert *in)
{
    static const enum sql_id id[] = {SQL_LOAD_RECORDS,    SQL_LOAD_VERSIONS,  SQL_LOAD_INDEX,
                                     SQL_LOAD_IDENTITIES, SQL_LOAD_CODES,     SQL_LOAD_REFERENCES,
                                     SQL_LOAD_PERSONS,    SQL_VERSION_CHANGE, SQL_RECORD_CHANGE};
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
    /* The rows of series and batch follow at the end; a version's record is written just before
     * it. */
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
    if (ok) backend_write_out(in->backend);
    ok = ok && write_indexes(in);
    end_queries(in);
    struct err e;
    if (!backend_loading(in->backend, false, &e) && !atomic_load(&in->failed)) {
        in->err = e;
        atomic_store(&in->failed, true);
    }
    index_run_release(&in->codes);
    index_run_release(&in->references);
    index_run_release(&in->persons);
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
