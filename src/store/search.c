/* SPDX-License-Identifier: EUPL-1.2 */
/* A hash is keyed BLAKE2b-128 of "search 1", the kind and the words, each behind a zero byte. Names
 * are in Latin letters without marks, words in order (unicode_name_key()), numbers of documents
 * folded and without blanks. */
#include "store/search.h"

#include "base/mem.h"
#include "base/unicode.h"
#include "store/store_internal.h"

#include <string.h>

enum { BATCH = 500, HASHES = 8, MATCHES = 200, MESSAGE_MAX = 4000 };

struct hashes {
    uint8_t hash[HASHES][CRYPTO_SHORT];
    size_t n;
};

struct indexed { /* a version whose hashes are to be written */
    int64_t record_no, version_no;
    struct hashes h;
};

static void put_hash(struct hashes *h, const struct store *st, char kind, struct text one,
                     struct text other)
{
    struct buf m;
    if (one.n == 0 || h->n == HASHES) return;
    buf_init_wiped(&m, MESSAGE_MAX);
    buf_puts(&m, "search 1");
    buf_putc(&m, '\0');
    buf_putc(&m, kind);
    buf_putc(&m, '\0');
    buf_put_text(&m, one);
    buf_putc(&m, '\0');
    buf_put_text(&m, other);
    if (!m.too_long)
        crypto_hash(h->hash[h->n++], CRYPTO_SHORT, m.p, m.n, keyring_key(st->keyring, KEY_SEARCH));
    buf_release(&m);
}

static struct text both_names(const struct search_question *q, struct arena *a)
{
    if (q->family_name.n == 0 || q->given_names.n == 0) return (struct text){"", 0};
    const char *both = arena_printf(a, "%.*s %.*s", (int)q->family_name.n, q->family_name.p,
                                    (int)q->given_names.n, q->given_names.p);
    return unicode_name_key(text_of(both), a);
}

static struct text without_blanks(struct text folded, struct arena *a)
{
    char *p = arena_copy(a, folded.p, folded.n);
    size_t n = 0;
    for (size_t i = 0; i < folded.n; i++)
        if (folded.p[i] != ' ') p[n++] = folded.p[i];
    return (struct text){p, n};
}

/* The same for what is kept and for what is asked. With `narrow` a name counts only together with
 * the date of birth. */
static void make_hashes(struct hashes *h, const struct store *st, const struct search_question *q,
                        bool narrow, struct arena *a)
{
    static const struct text none = {"", 0};
    struct text full = both_names(q, a), family = unicode_name_key(q->family_name, a),
                born = text_trim(q->birth_date);
    if (!narrow) put_hash(h, st, 'n', full, none);
    if (born.n > 0) {
        put_hash(h, st, 'b', full, born);
        put_hash(h, st, 'f', family, born);
    }
    put_hash(h, st, 'a', unicode_name_key(q->alias, a), none);
    put_hash(h, st, 'd', without_blanks(unicode_fold(q->document, a), a), none);
}

/* ---- making ---- */

static struct text text_in(const struct record *r, const char *name, struct buf *keep)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    if (v == NULL || v->group != 0) return (struct text){"", 0};
    const struct value *value = record_get(r, v->id, 0);
    if (value->kind == VALUE_TEXT) return value->text;
    if (value->kind != VALUE_DATE) return (struct text){"", 0};
    buf_clear(keep);
    value_text(keep, r->dictionary, v->id, value);
    return buf_text(keep);
}

static void hash_record(struct hashes *h, const struct store *st, const struct record *r,
                        struct arena *a)
{
    struct buf keep;
    buf_init_wiped(&keep, 100);
    struct search_question q = {.family_name = text_in(r, "family_name", &keep),
                                .given_names = text_in(r, "given_names", &keep),
                                .alias = text_in(r, "alias_nickname", &keep),
                                .document = text_in(r, "national_id_no", &keep)};
    q.birth_date = text_in(r, "birth_date", &keep);
    make_hashes(h, st, &q, false, a);
    struct search_question other = {.document = text_in(r, "travel_doc_no", &keep)};
    make_hashes(h, st, &other, false, a);
    buf_release(&keep);
}

/* A row of search_behind; what cannot be opened has no hashes, and is found by dcim check. */
static void index_row(struct indexed *out, struct store *st, struct query *q, struct arena *a)
{
    char code[RECORD_CODE + 1];
    struct text name = query_text(q, 2), wrapped = query_blob(q, 4), body = query_blob(q, 5);
    const struct form *f = dictionary_form(st->dictionary, name);
    uint8_t key[CRYPTO_KEY];
    struct buf plain;
    *out = (struct indexed){.record_no = query_int(q, 0), .version_no = query_int(q, 3)};
    record_code_format(code, (uint64_t)query_int(q, 1));
    struct envelope_context c = {ENVELOPE_IDENTITY_KEY, code, (uint32_t)out->version_no};
    if (f == NULL ||
        !envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_IDENTITY), &c))
        return;
    c.place = ENVELOPE_IDENTITY_BODY;
    buf_init_wiped(&plain, body.n);
    struct record r;
    record_init(&r, st->dictionary, f, a);
    if (envelope_open(&plain, body.p, body.n, key, &c, NULL) &&
        body_decode(&r, buf_text(&plain), &numbering_of_form(st, f->id)->numbering, NULL, NULL))
        hash_record(&out->h, st, &r, a);
    mem_wipe(key, sizeof key);
    buf_release(&plain);
}

static bool write_row(struct store *st, const struct indexed *row, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ERASE_SEARCH);
    query_bind_int(&q, "record_no", row->record_no);
    if (!query_run(&q, e)) return false;
    for (size_t i = 0; i < row->h.n; i++) {
        (void)query_begin(&q, st->backend, SQL_SEARCH_ADD);
        query_bind_blob(&q, "hash", row->h.hash[i], CRYPTO_SHORT);
        query_bind_int(&q, "record_no", row->record_no);
        if (!query_run(&q, e)) return false;
    }
    (void)query_begin(&q, st->backend, SQL_SEARCH_MARK);
    query_bind_int(&q, "record_no", row->record_no);
    query_bind_int(&q, "version_no", row->version_no);
    return query_run(&q, e);
}

bool search_index(int64_t *n, struct store *st, struct err *e)
{
    struct indexed *row = mem_new(BATCH, sizeof *row);
    struct arena *a = arena_new(ARENA_WIPE);
    struct arena_mark mark = arena_mark(a);
    int64_t after = 0;
    size_t taken = BATCH;
    bool ok = store_must_write(st, e) && numbering_ensure(st, e);
    *n = 0;
    while (ok && taken == BATCH) {
        struct query q;
        taken = 0;
        (void)query_begin(&q, st->backend, SQL_SEARCH_BEHIND);
        query_bind_int(&q, "after", after);
        query_bind_int(&q, "max", BATCH);
        while (taken < BATCH && query_next(&q)) {
            index_row(&row[taken++], st, &q, a);
            arena_rewind(a, mark);
        }
        ok = query_end(&q, e);
        for (size_t i = 0; ok && i < taken; i++) ok = write_row(st, &row[i], e);
        if (taken > 0) after = row[taken - 1].record_no;
        *n += (int64_t)taken;
    }
    arena_free(a);
    mem_free_wiped(row, BATCH * sizeof *row);
    return ok;
}

/* ---- finding ---- */

static void add_match(struct search_match *list, size_t *n, uint64_t record_no,
                      int64_t organisation_no)
{
    for (size_t i = 0; i < *n; i++)
        if (list[i].record_no == record_no) return;
    if (*n < MATCHES) list[(*n)++] = (struct search_match){record_no, organisation_no, ""};
}

bool search_find(struct search_match **out, size_t *n, struct store *st,
                 const struct search_question *question, struct arena *a, struct err *e)
{
    struct hashes h = {0};
    struct search_match *list = ARENA_ARRAY(a, struct search_match, MATCHES);
    *out = list;
    *n = 0;
    make_hashes(&h, st, question, text_trim(question->birth_date).n > 0, a);
    for (size_t i = 0; i < h.n; i++) {
        struct query q;
        (void)query_begin(&q, st->backend, SQL_SEARCH_FIND);
        query_bind_blob(&q, "hash", h.hash[i], CRYPTO_SHORT);
        while (query_next(&q)) add_match(list, n, (uint64_t)query_int(&q, 0), query_int(&q, 1));
        if (!query_end(&q, e)) return false;
    }
    for (size_t i = 0; i < *n; i++) {
        struct record_link link;
        if (!store_link_of(&link, st, list[i].record_no, e)) return false;
        memcpy(list[i].code, link.code, sizeof list[i].code);
    }
    return true;
}
