/* SPDX-License-Identifier: EUPL-1.2 */
/* Records to rows, for a snapshot: each part has a read connection, keys and scratch of its own, so
 * that parts can be read by threads at once. One statement walks records and versions side by side
 * in the order they lie in. */
#include "store/store.h"

#include "base/mem.h"
#include "store/link_choice.h"
#include "store/person.h"
#include "store/store_internal.h"

#include <assert.h>
#include <string.h>

struct series { /* what one organisation has sent of the form */
    int64_t series_no;
    code_id organisation, organisation_type;
};

struct part {
    struct backend *backend;
    struct query rows;
    struct arena *arena; /* wiping; the record, and its texts behind `mark` */
    struct arena_mark mark;
    struct record record;
    const struct numbering *numbering; /* of the store; not changed while parts are open */
    const struct secret *kek;
    struct series *series; /* by ascending number */
    size_t n_series;
    uint64_t seen;               /* the newest record that linkage has seen */
    struct choice_mark *mark_of; /* of the form, by record */
    size_t n_mark, at_mark;
    struct row_choice *choice; /* of the row at hand */
    size_t choice_cap;
    struct buf plain;
};

static code_id code_in(const struct dictionary *d, struct text list, struct text code)
{
    const struct codelist *l = dictionary_list(d, list);
    return l == NULL ? CODE_NONE : codelist_find(l, code);
}

static bool read_series(struct part *p, const struct dictionary *d, const struct form *f,
                        struct err *e)
{
    size_t cap = 0;
    struct query q;
    (void)query_begin(&q, p->backend, SQL_SERIES_OF_FORM);
    query_bind_text(&q, "form", text_of(f->name));
    while (query_next(&q)) {
        MEM_GROW(p->series, cap, p->n_series + 1);
        p->series[p->n_series++] =
            (struct series){query_int(&q, 0),
                            code_in(d, TEXT("CL_ORGANISATION"), query_text(&q, 1)),
                            code_in(d, TEXT("CL_ORGTYPE"), query_text(&q, 2))};
    }
    return query_end(&q, e);
}

static const struct series *series_of(const struct part *p, int64_t series_no)
{
    size_t from = 0, to = p->n_series;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (p->series[mid].series_no == series_no) return &p->series[mid];
        if (p->series[mid].series_no < series_no) from = mid + 1;
        else to = mid;
    }
    return NULL;
}

/* ---- the next row ---- */

/* Rows come by record number, and so do the choices. */
static void take_choices(struct source_row *out, struct part *p)
{
    while (p->at_mark < p->n_mark && p->mark_of[p->at_mark].record_no < out->record_no)
        p->at_mark++;
    for (; p->at_mark < p->n_mark && p->mark_of[p->at_mark].record_no == out->record_no;
         p->at_mark++) {
        MEM_GROW(p->choice, p->choice_cap, out->n_choice + 1);
        p->choice[out->n_choice++] = p->mark_of[p->at_mark].choice;
    }
    out->choice = p->choice;
}

static bool open_row(struct source_row *out, struct part *p, const struct series *s, struct err *e)
{
    struct query *q = &p->rows;
    char code[RECORD_CODE + 1];
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = code};
    struct text wrapped = query_blob(q, 4), person = query_blob(q, 5), body = query_blob(q, 6);
    uint8_t key[CRYPTO_KEY];

    record_code_format(code, (uint64_t)query_int(q, 1));
    if (!envelope_unwrap(key, wrapped.p, wrapped.n, p->kek, &c)) {
        err_set(e, ERR_STORE, "envelope.damaged",
                "could not open the key of record %s: not what was sealed there", code);
        return err_remedy(e,
                          "run `dcim check`; if it finds damage, restore the last verified backup");
    }
    c.place = ENVELOPE_RECORD_BODY;
    c.version_no = (uint32_t)query_int(q, 3);
    bool ok = envelope_open(&p->plain, body.p, body.n, key, &c, e);
    mem_wipe(key, sizeof key);
    if (!ok) return false;
    arena_rewind(p->arena, p->mark);
    record_clear(&p->record);
    if (!body_decode(&p->record, buf_text(&p->plain), p->numbering, NULL, e)) return false;
    *out = (struct source_row){.record_no = (uint64_t)query_int(q, 0),
                               .organisation = s->organisation,
                               .organisation_type = s->organisation_type,
                               .record = &p->record};
    take_choices(out, p);
    uint64_t person_no = (uint64_t)query_int(q, 7);
    if (person_no == 0 && out->record_no <= p->seen) person_no = out->record_no;
    if (person.n == PERSON_KEY) memcpy(out->match_key, person.p, PERSON_KEY);
    if (person_no != 0) person_key_of_number(out->person_key, person_no);
    else memcpy(out->person_key, out->match_key, PERSON_KEY);
    return true;
}

static bool next_row(struct row_source *source, struct source_row *out, bool *found, struct err *e)
{
    struct part *p = source->ctx;

    *found = false;
    while (query_next(&p->rows)) {
        const struct series *s = series_of(p, query_int(&p->rows, 2));
        if (s == NULL) continue; /* of another form */
        *found = open_row(out, p, s, e);
        return *found;
    }
    if (!p->rows.failed) return true;
    if (e != NULL) *e = p->rows.err;
    return false;
}

static void close_part(struct row_source *source)
{
    struct part *p = source->ctx;

    if (p == NULL) return;
    if (p->rows.backend != NULL) (void)!query_end(&p->rows, NULL);
    backend_close(p->backend);
    buf_release(&p->plain);
    arena_free(p->arena);
    mem_free(p->series);
    mem_free(p->mark_of);
    mem_free(p->choice);
    mem_free(p);
    *source = (struct row_source){0};
}

/* ---- opening ---- */

static bool one_number(int64_t *out, struct backend *b, enum sql_id id, struct err *e)
{
    struct query q;
    *out = 0;
    (void)query_begin(&q, b, id);
    if (query_next(&q)) *out = query_int(&q, 0);
    return query_end(&q, e);
}

/* All parts of one snapshot must see the same state: an import is there as a whole or not at
 * all. */
static bool same_state(struct store *st, struct part *p, size_t part, struct err *e)
{
    int64_t generation;
    if (!one_number(&generation, p->backend, SQL_GENERATION, e)) return false;
    if (part == 0) st->source_generation = generation;
    if (generation == st->source_generation) return true;
    err_set(e, ERR_CONFLICT, "store.moved",
            "could not take a snapshot: records were changed meanwhile");
    return err_remedy(e, "try again");
}

static bool open_part(struct row_source *out, struct part *p, struct store *st,
                      const struct form *f, size_t part, size_t n_part, struct err *e)
{
    int64_t last, n_active;
    struct query q;

    if (!sqlite_backend_open(&p->backend, st->database, keyring_key(st->keyring, KEY_DATABASE),
                             BACKEND_READ, e) ||
        !backend_begin(p->backend, false, e) || !same_state(st, p, part, e) ||
        !read_series(p, st->dictionary, f, e) || !person_seen(&p->seen, p->backend, f->name, e) ||
        !link_choice_marks_of(&p->mark_of, &p->n_mark, p->backend, st->dictionary, f, e) ||
        !one_number(&last, p->backend, SQL_RECORD_LAST, e))
        return false;
    (void)query_begin(&q, p->backend, SQL_RECORD_COUNT);
    query_bind_text(&q, "form", text_of(f->name));
    n_active = query_next(&q) ? query_int(&q, 0) : 0;
    if (!query_end(&q, e)) return false;
    out->n_estimate = ((uint64_t)n_active + n_part - 1) / n_part;
    int64_t n = (int64_t)n_part, k = (int64_t)part;
    (void)query_begin(&p->rows, p->backend, SQL_SNAPSHOT_ROWS);
    query_bind_int(&p->rows, "first", last / n * k + (last % n) * k / n + 1);
    query_bind_int(&p->rows, "last", last / n * (k + 1) + (last % n) * (k + 1) / n);
    if (!p->rows.failed) return true;
    if (e != NULL) *e = p->rows.err;
    return false;
}

bool store_row_source(struct row_source *out, struct store *st, const struct form *f, size_t part,
                      size_t n_part, struct err *e)
{
    uint8_t kek_id;

    assert(part < n_part && st->writer == NULL);
    *out = (struct row_source){0};
    if (!numbering_ensure(st, e)) return false;
    struct part *p = mem_new(1, sizeof *p);
    p->numbering = &numbering_of_form(st, f->id)->numbering;
    p->kek = store_record_kek(st, f, &kek_id);
    p->arena = arena_new(ARENA_WIPE);
    record_init(&p->record, st->dictionary, f, p->arena);
    p->mark = arena_mark(p->arena);
    buf_init_wiped(&p->plain, 64 << 20);
    *out = (struct row_source){.next = next_row, .close = close_part, .ctx = p};
    if (open_part(out, p, st, f, part, n_part, e)) return true;
    close_part(out);
    return false;
}
