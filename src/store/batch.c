/* SPDX-License-Identifier: EUPL-1.2 */
/* The caller's half of an import: see batch_internal.h.
 *
 * References are found by a keyed hash over form, organisation and the reference (trimmed, NFC):
 * the same reference of two organisations looks different. They are looked up in the committed
 * state, through a connection of the batch's own: the write transaction belongs to this batch, so
 * that state does not move. Whether a record changed is decided by a keyed hash of both its parts.
 *
 *   reference hash   keyed BLAKE2b-128 of "reference 1" | form number (8) | organisation number (8)
 *   | reference
 *   content hash     keyed BLAKE2b-128 of length of the coded part (8) | coded part | identity part
 * Numbers little endian; the coded part without the encoding for linkage, which follows from the
 * identity part: where encodings are made otherwise some day, nothing has changed. */
#include "store/batch_internal.h"
#include "store/duplicate.h"
#include "store/person.h"

#include "base/date.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { RANDOM_CODES = 512, CODE_BITS = 60 };

struct batch_writer {
    struct store *st;
    const struct form_numbering *form;
    struct person_key_plan person;
    struct version_index_plan index;
    struct batch_keys keys;
    bool dry_run, look_up;
    int64_t organisation_no, first_record, next_record, n_made, n_plain, n_row,
        n_fresh; /* n_fresh: new records, without those that came back */
    bool series_is_new;
    char *mapping, *file_label, *actor; /* what the batch's row says */
    uint8_t file_sha256[32];
    bool knows_file;
    int64_t created_at;
    struct quota_room
        room; /* of n_made records and n_plain bytes, a lower bound of what is sealed */
    struct batch_result result;
    struct reference_set *seen;
    struct arena *scratch; /* wiping */
    struct buf message;    /* of hashes; wiping */
    struct backend
        *reader; /* NULL: nothing can be found, for the organisation had no record of the form */
    struct query find;
    struct batch_block *block; /* being filled */
    struct batch_insert in;
    uint64_t code[RANDOM_CODES]; /* random bits for codes, drawn at once */
    size_t n_code;
};

/* ---- beginning ---- */

static bool series_of(int64_t *series_no, int64_t *n_record, struct store *st, int64_t form_no,
                      int64_t organisation_no, struct err *e)
{
    struct query q;
    *series_no = *n_record = 0;
    (void)query_begin(&q, st->backend, SQL_SERIES_FIND);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "organisation_no", organisation_no);
    if (query_next(&q)) {
        *series_no = query_int(&q, 0);
        *n_record = query_int(&q, 1);
    }
    return query_end(&q, e);
}

static bool numbers_of(int64_t *a, int64_t *b, struct store *st, enum sql_id id, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    if (query_next(&q)) {
        *a = query_int(&q, 0);
        if (b != NULL) *b = query_int(&q, 1);
    }
    return query_end(&q, e);
}

static bool organisation_is_there(struct store *st, int64_t organisation_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ORGANISATION_GET);
    query_bind_int(&q, "organisation_no", organisation_no);
    bool found = query_next(&q);
    if (!query_end(&q, e)) return false;
    return found ? true
                 : err_set(e, ERR_NOT_FOUND, "organisation.unknown",
                           "could not import: there is no organisation %lld",
                           (long long)organisation_no);
}

void batch_set_file_sha256(struct batch_writer *w, const uint8_t sha256[32])
{
    memcpy(w->file_sha256, sha256, sizeof w->file_sha256);
    w->knows_file = true;
}

/* What the batch's own row will say when it is written. */
static void keep_start(struct batch_writer *w, const struct batch_start *s)
{
    w->mapping = mem_text(s->mapping, strlen(s->mapping));
    w->file_label = mem_text(s->file_label, strlen(s->file_label));
    w->actor = mem_text(s->actor, strlen(s->actor));
    if (s->file_sha256 != NULL) batch_set_file_sha256(w, s->file_sha256);
    w->created_at = instant_now();
}

/* The numbers of the series, the batch and its first record. Their own rows are written at the end:
 * a page of the journal that is written twice in one transaction makes SQLite go through all that
 * lies behind it once more at commit. */
static bool take_numbers(struct batch_writer *w, int64_t form_no, struct err *e)
{
    struct store *st = w->st;
    int64_t n_record;

    if (!series_of(&w->in.series_no, &n_record, st, form_no, w->organisation_no, e)) return false;
    w->look_up = n_record > 0;
    if (w->dry_run) return true;
    w->series_is_new = w->in.series_no == 0;
    if (w->series_is_new && !numbers_of(&w->in.series_no, NULL, st, SQL_SERIES_NEXT, e))
        return false;
    if (!numbers_of(&w->in.batch_no, &w->next_record, st, SQL_BATCH_NEXT, e)) return false;
    w->first_record = w->next_record;
    return true;
}

static void take_keys(struct batch_writer *w, const struct form *f)
{
    const struct keyring *k = w->st->keyring;
    w->keys.record = store_record_kek(w->st, f, &w->keys.record_id);
    w->keys.identity = keyring_key(k, KEY_IDENTITY);
    w->keys.identity_id = KEY_IDENTITY;
    w->keys.reference = keyring_key(k, KEY_REFERENCE);
    w->keys.content = keyring_key(k, KEY_CONTENT);
    w->keys.person = keyring_key(k, KEY_PERSON);
    batch_keys_ready(&w->keys);
}

static struct batch_block *block_new(void)
{
    struct batch_block *b = mem_new(1, sizeof *b);
    buf_init_wiped(&b->plain, BLOCK_BYTES + 3 * BODY_MAX + BLOCK_ROWS * 8);
    buf_init(&b->sealed, 4 * (BLOCK_BYTES + BODY_MAX));
    return b;
}

static void block_free(struct batch_block *b)
{
    if (b == NULL) return;
    buf_release(&b->plain);
    buf_release(&b->sealed);
    mem_free_wiped(b, sizeof *b);
}

static bool start_lookups(struct batch_writer *w, struct err *e)
{
    if (!w->look_up) return true;
    if (!sqlite_backend_open(&w->reader, w->st->database, keyring_key(w->st->keyring, KEY_DATABASE),
                             BACKEND_LOOK_UP, e))
        return false;
    if (!backend_begin(w->reader, false, e)) return false;
    if (!query_begin(&w->find, w->reader, SQL_REFERENCE_FIND)) return query_end(&w->find, e);
    return true;
}

static void start_inserting(struct batch_writer *w)
{
    w->in.backend = w->st->backend;
    w->in.keys = &w->keys;
    w->in.full = parallel_queue_new(BLOCKS + 1); /* and the NULL */
    w->in.empty = parallel_queue_new(BLOCKS);
    for (int i = 0; i < BLOCKS; i++) parallel_queue_put(w->in.empty, block_new());
    w->block = parallel_queue_take(w->in.empty);
    batch_insert_start(&w->in);
}

static void writer_free(struct batch_writer *w)
{
    if (w->find.statement != NULL) (void)!query_end(&w->find, NULL);
    backend_close(w->reader);
    block_free(w->block);
    for (int i = 0; w->in.empty != NULL && i < BLOCKS - 1; i++)
        block_free(parallel_queue_take(w->in.empty));
    parallel_queue_free(w->in.full);
    parallel_queue_free(w->in.empty);
    mem_free(w->mapping);
    mem_free(w->file_label);
    mem_free(w->actor);
    batch_keys_free(&w->keys);
    reference_set_free(w->seen);
    arena_free(w->scratch);
    buf_release(&w->message);
    mem_free_wiped(w, sizeof *w);
}

bool batch_begin(struct batch_writer **out, struct store *st, const struct batch_start *s,
                 struct err *e)
{
    assert(st->writer == NULL);
    *out = NULL;
    if (!numbering_ensure(st, e)) return false;
    if (!s->dry_run && !store_must_write(st, e)) return false;
    if (st->records_changed) /* lookups see the committed state only */
        return err_set(e, ERR_USAGE, "batch.second",
                       "could not begin a second batch in one transaction");
    if (!organisation_is_there(st, s->organisation_no, e)) return false;

    struct batch_writer *w = mem_new(1, sizeof *w);
    w->st = st;
    w->dry_run = s->dry_run;
    w->organisation_no = s->organisation_no;
    w->form = numbering_of_form(st, s->form->id);
    w->seen = reference_set_new();
    w->scratch = arena_new(ARENA_WIPE);
    buf_init_wiped(&w->message, REFERENCE_MAX + 100);
    person_key_plan(&w->person, st->dictionary, s->form);
    version_index_plan(&w->index, st->dictionary, s->form);
    take_keys(w, s->form);
    keep_start(w, s);
    bool ok = store_quota_room(&w->room, st, s->organisation_no, e) &&
              take_numbers(w, w->form->form_no, e) && start_lookups(w, e);
    if (!ok) {
        writer_free(w);
        return false;
    }
    if (w->dry_run) w->block = block_new();
    else start_inserting(w);
    w->result.batch_no = w->in.batch_no;
    st->writer = w;
    *out = w;
    return true;
}

/* ---- one record ---- */

static bool reference_hash(uint8_t out[CRYPTO_SHORT], struct batch_writer *w, struct text reference,
                           struct err *e)
{
    if (reference.n > REFERENCE_MAX) {
        err_set(e, ERR_LIMIT, "batch.reference",
                "could not import a record: its reference is longer than %d bytes", REFERENCE_MAX);
        return err_remedy(e, "see whether the right column is mapped to the reference");
    }
    store_reference_hash(out, w->form->form_no, w->organisation_no, reference, w->keys.reference,
                         &w->message, w->scratch);
    return true;
}

/* Both parts behind the block's plain bytes, and their hash where it is needed now. */
static bool encode(struct batch_row *r, struct batch_writer *w, const struct record *record,
                   struct err *e)
{
    struct buf *b = &w->block->plain;
    struct record bare = *record;
    size_t at = b->n;
    uint8_t length[8] = {0};

    bare.encoding = (struct text){NULL, 0};
    buf_put(b, length, sizeof length);
    r->coded_at = b->n;
    body_encode(b, &bare, &w->form->numbering, BODY_CODED);
    r->coded_n = b->n - r->coded_at;
    r->identity_at = b->n;
    body_encode(b, &bare, &w->form->numbering, BODY_IDENTITY);
    r->identity_n = b->n - r->identity_at;
    if (b->too_long || b->n - at > BODY_MAX) {
        err_set(e, ERR_LIMIT, "batch.record_too_long",
                "could not import a record: it takes more than %d bytes", BODY_MAX);
        return err_remedy(e, "shorten its texts, or make two records of it");
    }
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)((uint64_t)r->coded_n >> (8 * i));
    memcpy(b->p + at, length, sizeof length);
    r->hashed_at = at;
    r->hashed_n = b->n - at;
    r->hashed = w->look_up; /* else nothing is compared with it, and it is made with the sealing */
    if (r->hashed) batch_content_hash(r, w->block, &w->keys);
    return true;
}

/* For a row that is to be written: what is sealed is the coded part with the encoding behind it. */
static void add_encoding(struct batch_row *r, struct batch_writer *w, const struct record *record)
{
    struct arena_mark mark = arena_mark(w->scratch);
    struct buf *b = &w->block->plain;
    struct text encoding = store_encoding(w->st, record, w->scratch);
    if (encoding.n > 0) {
        size_t at = b->n;
        buf_put_again(b, r->coded_at, r->coded_n);
        body_put_encoding(b, encoding);
        r->coded_at = at;
        r->coded_n = b->n - at;
    }
    arena_rewind(w->scratch, mark);
}

static uint64_t new_code(struct batch_writer *w)
{
    if (w->n_code == 0) {
        w->n_code = RANDOM_CODES;
        crypto_random(w->code, sizeof w->code);
    }
    return w->code[--w->n_code] >> (64 - CODE_BITS);
}

/* The key under which the record's earlier versions are sealed, for the new one. */
static bool open_key(struct batch_row *r, const struct batch_writer *w, struct text wrapped,
                     struct err *e)
{
    char code[RECORD_CODE + 1];
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = code};

    record_code_format(code, r->code);
    if (envelope_unwrap(r->key, wrapped.p, wrapped.n, w->keys.record, &c)) return true;
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of record %s: not what was sealed there", code);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

/* What is there already, as reference_find and batch_subject have it. */
static bool take_found(enum put_outcome *outcome, struct batch_row *r, struct batch_writer *w,
                       struct query *q, struct err *e)
{
    struct text hash = query_blob(q, 5);
    bool active = query_int(q, 2) == RECORD_ACTIVE;
    bool same = hash.n == CONTENT_HASH && crypto_equal(hash.p, r->content_hash, CONTENT_HASH);
    r->fresh = false;
    r->record_no = query_int(q, 0);
    r->code = (uint64_t)query_int(q, 1);
    r->replaced = active ? (uint32_t)query_int(q, 3) : 0;
    r->version_no = (uint32_t)query_int(q, 4) + 1;
    /* A record whose import was undone comes back as new, whatever it says: for the organisation it
     * was not there. What somebody has withdrawn stays so until somebody brings it back. */
    bool by_hand = !active && query_is_null(q, 7);
    *outcome = by_hand ? PUT_SAME : !active ? PUT_NEW : same ? PUT_SAME : PUT_CHANGED;
    if (r->version_no >= VERSIONS_PER_RECORD)
        return err_set(e, ERR_LIMIT, "batch.versions",
                       "could not change a record: it has had %d versions",
                       VERSIONS_PER_RECORD - 1);
    return *outcome == PUT_SAME || w->dry_run || open_key(r, w, query_blob(q, 6), e);
}

/* What an organisation's reference already stands for. */
static bool look_up(enum put_outcome *outcome, struct batch_row *r, struct batch_writer *w,
                    struct err *e)
{
    struct query *q = &w->find;
    bool ok = true;

    *outcome = PUT_NEW;
    if (!w->look_up || !r->has_reference) return true;
    query_set_blob(q, 0, r->reference, sizeof r->reference);
    if (query_next(q)) ok = take_found(outcome, r, w, q, e);
    if (q->failed) return query_end(q, e);
    query_rewind(q);
    return ok;
}

static void submit(struct batch_writer *w)
{
    struct batch_block *b = w->block;
    if (atomic_load(&w->in.waiting) > 0) batch_seal(b, &w->keys);
    atomic_fetch_add(&w->in.waiting, 1);
    parallel_queue_put(w->in.full, b);
    w->block = parallel_queue_take(w->in.empty);
}

/* Nothing of the row is to be kept. */
static void drop(struct batch_writer *w, size_t plain_n)
{
    struct buf *b = &w->block->plain;
    if (b->p != NULL && b->n > plain_n) mem_wipe(b->p + plain_n, b->n - plain_n);
    b->n = plain_n;
    b->too_long = false;
}

static bool decide(enum put_outcome *outcome, struct batch_row *r, struct batch_writer *w,
                   const struct record *record, struct text reference, struct err *e)
{
    reference = text_trim(reference);
    *r = (struct batch_row){.fresh = true, .version_no = 1, .has_reference = reference.n > 0};
    if (r->has_reference) {
        if (!reference_hash(r->reference, w, reference, e)) return false;
        if (!reference_set_add(w->seen, r->reference)) {
            *outcome = PUT_DUPLICATE;
            return true;
        }
    }
    if (!encode(r, w, record, e) || !look_up(outcome, r, w, e)) return false;
    if (*outcome == PUT_SAME) return true;
    w->n_made += r->fresh;
    w->n_plain += (int64_t)(r->coded_n + r->identity_n);
    if (!store_quota_holds(&w->room, w->n_made, w->n_plain, e)) return false;
    if (w->dry_run) return true;
    if (r->fresh) {
        r->record_no = w->next_record++;
        r->code = new_code(w);
    }
    add_encoding(r, w, record);
    version_index_make(&r->index, &w->index, record, w->keys.person);
    r->has_person = person_key_make(r->person_key, &w->person, record, w->keys.person, w->scratch);
    return true;
}

/* The record that a row names by its code is there, and keeps its reference. */
static bool decide_version(enum put_outcome *outcome, struct batch_row *r, struct batch_writer *w,
                           const struct record *record, const struct record_meta *m, bool same,
                           struct text reference, struct err *e)
{
    struct query q;
    uint8_t seen[CRYPTO_SHORT] = {0}; /* no hash of a reference looks like it */
    reference = text_trim(reference);
    *r = (struct batch_row){.version_no = 1};
    for (int i = 0; i < 8; i++) seen[i] = (uint8_t)(m->record_no >> (8 * i));
    bool is_new = reference_set_add(w->seen, seen);
    if (reference.n > 0) {
        if (!reference_hash(r->reference, w, reference, e)) return false;
        is_new = reference_set_add(w->seen, r->reference) && is_new;
    }
    *outcome = is_new ? PUT_SAME : PUT_DUPLICATE;
    if (!is_new || same) return true;
    if (!encode(r, w, record, e)) return false;
    (void)query_begin(&q, w->reader, SQL_BATCH_SUBJECT);
    query_bind_int(&q, "record_no", (int64_t)m->record_no);
    bool found = query_next(&q), ok = found && take_found(outcome, r, w, &q, e);
    if (found && !ok) {
        (void)!query_end(&q, NULL);
        return false;
    }
    if (!query_end(&q, e)) return false;
    if (!found) return record_unknown(e, text_of(m->code));
    if (*outcome == PUT_SAME) return true;
    w->n_plain += (int64_t)(r->coded_n + r->identity_n);
    if (!store_quota_holds(&w->room, w->n_made, w->n_plain, e)) return false;
    if (w->dry_run) return true;
    add_encoding(r, w, record);
    version_index_make(&r->index, &w->index, record, w->keys.person);
    r->has_person = person_key_make(r->person_key, &w->person, record, w->keys.person, w->scratch);
    return true;
}

/* `m`: what the row names by its code; NULL: nothing. */
static bool put(enum put_outcome *outcome, struct batch_writer *w, const struct record *r,
                const struct record_meta *m, bool same, struct text reference, struct err *e)
{
    struct batch_block *b = w->block;
    struct batch_row *row = &b->row[b->n];
    size_t plain_n = b->plain.n;

    assert(r->form == w->form->numbering.form && r->dictionary == w->st->dictionary);
    if (atomic_load(&w->in.failed)) {
        if (e != NULL) *e = w->in.err;
        return false;
    }
    if (++w->n_row > BATCH_ROWS_MAX) {
        err_set(e, ERR_LIMIT, "batch.too_many_rows",
                "could not import more than %d records in one batch", BATCH_ROWS_MAX);
        return err_remedy(e, "split the file");
    }
    bool ok = m == NULL ? decide(outcome, row, w, r, reference, e)
                        : decide_version(outcome, row, w, r, m, same, reference, e);
    if (!ok) {
        drop(w, plain_n);
        return false;
    }
    w->result.n[*outcome]++;
    if (w->dry_run || *outcome == PUT_SAME || *outcome == PUT_DUPLICATE) {
        mem_wipe(row->key, CRYPTO_KEY);
        drop(w, plain_n);
        return true;
    }
    w->n_fresh += row->fresh;
    b->n++;
    if (b->n == BLOCK_ROWS || b->plain.n >= BLOCK_BYTES) submit(w);
    return true;
}

bool batch_put(enum put_outcome *outcome, struct batch_writer *w, const struct record *r,
               struct text reference, struct err *e)
{
    return put(outcome, w, r, NULL, false, reference, e);
}

bool batch_put_version(enum put_outcome *outcome, struct batch_writer *w, const struct record *r,
                       const struct record_meta *m, bool same, struct text reference, struct err *e)
{
    assert(w->look_up && m->organisation_no == w->organisation_no);
    return put(outcome, w, r, m, same, reference, e);
}

bool batch_load(struct record *r, struct record_meta *m, bool *found, struct batch_writer *w,
                struct text code, uint32_t version_no, struct arena *a, struct err *e)
{
    struct err why = {0};
    *found = false;
    *m = (struct record_meta){0};
    if (!w->look_up) return true;
    struct store before = *w->st; /* by the connection that looks things up */
    before.backend = w->reader;
    if (!store_record_load(r, m, &before, scope_of(w->organisation_no), code, version_no, a,
                           &why)) {
        if (why.code == ERR_NOT_FOUND) return true;
        if (e != NULL) *e = why;
        return false;
    }
    *found = m->form == w->form->numbering.form->id && strcmp(m->state, "active") == 0;
    return !*found || store_identity_carry(r, m, &before, e);
}

/* ---- ending ---- */

static bool add_series(struct batch_writer *w, struct err *e)
{
    struct query q;
    (void)query_begin(&q, w->st->backend, SQL_SERIES_ADD);
    query_bind_int(&q, "series_no", w->in.series_no);
    query_bind_int(&q, "form_no", w->form->form_no);
    query_bind_int(&q, "organisation_no", w->organisation_no);
    return query_run(&q, e);
}

static bool keep_result(struct batch_writer *w, int64_t n_refused, struct err *e)
{
    const struct batch_result *r = &w->result;
    struct query q;

    if (w->series_is_new && !add_series(w, e)) return false;
    (void)query_begin(&q, w->st->backend, SQL_BATCH_ADD);
    query_bind_int(&q, "batch_no", r->batch_no);
    query_bind_int(&q, "series_no", w->in.series_no);
    query_bind_text(&q, "mapping", text_of(w->mapping));
    query_bind_blob(&q, "file_sha256", w->file_sha256, sizeof w->file_sha256);
    query_bind_text(&q, "file_label", text_of(w->file_label));
    query_bind_text(&q, "actor", text_of(w->actor));
    query_bind_int(&q, "created_at", w->created_at);
    query_bind_int(&q, "n_new", r->n[PUT_NEW]);
    query_bind_int(&q, "n_changed", r->n[PUT_CHANGED]);
    query_bind_int(&q, "n_same", r->n[PUT_SAME]);
    query_bind_int(&q, "n_duplicate", r->n[PUT_DUPLICATE]);
    query_bind_int(&q, "n_refused", n_refused);
    query_bind_int(&q, "first_record", w->first_record);
    query_bind_int(&q, "last_record", w->next_record - 1);
    query_bind_blob(&q, "digest", r->digest, sizeof r->digest);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, w->st->backend, SQL_SERIES_GROW);
    query_bind_int(&q, "series_no", w->in.series_no);
    query_bind_int(&q, "n_record", w->n_fresh);
    query_bind_int(&q, "n_active", r->n[PUT_NEW]);
    query_bind_int(&q, "n_byte", w->in.n_byte);
    bool came_back = r->n[PUT_NEW] > w->n_fresh;
    return query_run(&q, e) && duplicate_index(w->st, w->in.series_no, e) &&
           (!came_back || person_touch_batch(w->st, w->form->form_no, r->batch_no, 1, 0, e)) &&
           store_generation_next(w->st, e);
}

bool batch_finish(struct batch_result *out, struct batch_writer *w, int64_t n_refused,
                  struct err *e)
{
    bool ok = true;

    assert(w->dry_run || w->knows_file);
    if (!w->dry_run) {
        if (w->block->n > 0) submit(w);
        ok = batch_insert_end(&w->in, e);
        batch_digest_end((struct batch_digest){&w->in.fresh, &w->in.changed}, w->result.digest);
        w->st->writer = NULL;
        ok = ok && store_quota_holds(&w->room, w->n_fresh, w->in.n_byte, e) &&
             keep_result(w, n_refused, e);
    }
    w->st->writer = NULL;
    *out = ok ? w->result : (struct batch_result){0};
    writer_free(w);
    return ok;
}

void batch_abandon(struct batch_writer *w)
{
    if (w == NULL) return;
    if (!w->dry_run) (void)!batch_insert_end(&w->in, NULL);
    w->st->records_changed = true; /* until it is rolled back */
    w->st->writer = NULL;
    writer_free(w);
}
