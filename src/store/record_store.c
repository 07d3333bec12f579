/* SPDX-License-Identifier: EUPL-1.2 */
/* Records one by one: what is known about them, their versions, their coded part opened. */
#include "store/store.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/person.h"
#include "store/store_internal.h"

#include <assert.h>
#include <string.h>

static const char *state_name(int64_t state)
{
    return state == RECORD_ACTIVE ? "active" : state == RECORD_ERASED ? "erased" : "withdrawn";
}

static form_id form_of(const struct store *st, struct text name)
{
    const struct form *f = st->dictionary == NULL ? NULL : dictionary_form(st->dictionary, name);
    return f == NULL ? FORM_NONE : f->id;
}

/* Columns as in record_list and record_history. */
static void take_meta(struct record_meta *out, const struct store *st, struct query *q,
                      struct arena *a)
{
    struct text organisation = query_text(q, 4), author = query_text(q, 9),
                reason = query_text(q, 10);

    *out = (struct record_meta){.record_no = (uint64_t)query_int(q, 0),
                                .form = form_of(st, query_text(q, 2)),
                                .organisation_no = query_int(q, 3),
                                .state = state_name(query_int(q, 5)),
                                .version_no = (uint32_t)query_int(q, 6),
                                .created_at = query_int(q, 7),
                                .batch_no = query_int(q, 8),
                                .has_identity = query_int(q, 11) != 0};
    record_code_format(out->code, (uint64_t)query_int(q, 1));
    out->organisation = arena_copy(a, organisation.p, organisation.n);
    out->author = arena_copy(a, author.p, author.n);
    out->reason = arena_copy(a, reason.p, reason.n);
}

/* All rows of a begun query; ends it. */
static bool take_list(struct record_meta **out, size_t *n, const struct store *st, struct query *q,
                      struct arena *a, struct err *e)
{
    struct record_meta *list = NULL;
    size_t cap = 0, count = 0;

    while (query_next(q)) {
        MEM_GROW(list, cap, count + 1);
        take_meta(&list[count++], st, q, a);
    }
    bool ok = query_end(q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct record_meta, count);
    if (ok && count > 0) memcpy(*out, list, count * sizeof *list);
    mem_free(list);
    return ok;
}

/* Name of a form for a statement; "" is all of them. */
static struct text form_name(const struct store *st, form_id form)
{
    if (form == FORM_NONE) return (struct text){"", 0};
    assert(st->dictionary != NULL && form < st->dictionary->n_form);
    return text_of(st->dictionary->form[form].name);
}

bool store_record_list(struct record_meta **out, size_t *n, struct store *st, form_id form,
                       struct scope scope, uint64_t after, size_t max, struct arena *a,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_RECORD_LIST);
    query_bind_text(&q, "form", form_name(st, form));
    query_bind_int(&q, "organisation_no", scope_number(scope));
    query_bind_int(&q, "after", after > INT64_MAX ? INT64_MAX : (int64_t)after);
    query_bind_int(&q, "max", max > INT64_MAX ? INT64_MAX : (int64_t)max);
    return take_list(out, n, st, &q, a, e);
}

bool store_record_meta(struct record_meta *out, const char **work, struct store *st,
                       uint64_t record_no, struct arena *a, struct err *e)
{
    struct query q;
    *out = (struct record_meta){0};
    *work = "";
    (void)query_begin(&q, st->backend, SQL_LIST_ROW);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    if (query_next(&q)) {
        take_meta(out, st, &q, a);
        struct text t = query_text(&q, 12);
        *work = arena_copy(a, t.p, t.n);
    }
    return query_end(&q, e);
}

bool store_record_count(int64_t *out, struct store *st, form_id form, struct err *e)
{
    struct query q;
    *out = 0;
    (void)query_begin(&q, st->backend, SQL_RECORD_COUNT);
    query_bind_text(&q, "form", form_name(st, form));
    if (query_next(&q)) *out = query_int(&q, 0);
    return query_end(&q, e);
}

bool store_person_count(int64_t *out, struct store *st, form_id form, struct err *e)
{
    uint64_t seen;
    struct query q;
    *out = 0;
    if (!person_seen(&seen, st->backend, form_name(st, form).p, e)) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_COUNT_LINKED);
    query_bind_text(&q, "form", form_name(st, form));
    query_bind_int(&q, "seen", (int64_t)seen);
    if (query_next(&q)) *out = query_int(&q, 0);
    return query_end(&q, e);
}

bool record_unknown(struct err *e, struct text code)
{
    err_set(e, ERR_NOT_FOUND, "record.unknown",
            "there is no such record, or no such version of it");
    err_detail(e, "%.*s", (int)(code.n < 40 ? code.n : 40), code.p);
    return err_remedy(e, "see codes with `dcim record list`, versions with `dcim record history`");
}

bool store_record_find(int64_t *record_no, struct store *st, struct scope scope, struct text typed,
                       struct err *e)
{
    uint64_t code;
    struct query q;

    *record_no = 0;
    if (!record_code_parse(&code, typed)) return record_unknown(e, typed);
    (void)query_begin(&q, st->backend, SQL_RECORD_FIND);
    query_bind_int(&q, "code", (int64_t)code);
    query_bind_int(&q, "organisation_no", scope_number(scope));
    if (query_next(&q)) *record_no = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    return *record_no != 0 ? true : record_unknown(e, typed);
}

static bool history(struct record_meta **out, size_t *n, struct store *st, int64_t record_no,
                    uint32_t first, uint32_t last, struct arena *a, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_RECORD_HISTORY);
    query_bind_int(&q, "record_no", record_no);
    query_bind_int(&q, "first", first);
    query_bind_int(&q, "last", last);
    return take_list(out, n, st, &q, a, e);
}

bool store_record_history(struct record_meta **out, size_t *n, struct store *st, struct scope scope,
                          struct text code, struct arena *a, struct err *e)
{
    int64_t record_no;
    return store_record_find(&record_no, st, scope, code, e) &&
           history(out, n, st, record_no, 1, VERSIONS_PER_RECORD - 1, a, e);
}

static bool current_version(uint32_t *out, struct store *st, int64_t record_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_RECORD_CURRENT);
    query_bind_int(&q, "record_no", record_no);
    if (query_next(&q)) *out = (uint32_t)query_int(&q, 0);
    return query_end(&q, e);
}

static bool say_erased(struct err *e, struct store *st, const struct record_meta *m)
{
    char at[INSTANT_TEXT_MAX];
    int64_t erased_at;

    if (!store_record_erased_at(&erased_at, st, (int64_t)m->record_no, e)) return false;
    instant_format(at, erased_at);
    err_set(e, ERR_NOT_FOUND, "record.erased", "record %s was erased at %s", m->code, at);
    return err_remedy(e,
                      "its contents are gone for good; who erased it and why is in the audit log");
}

static bool say_damaged_key(struct err *e, const char *code)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of record %s: not what was sealed there", code);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static bool open_body(struct record *r, const struct record_meta *m, struct store *st,
                      struct query *q, struct arena *a, struct err *e)
{
    const struct form *f = &st->dictionary->form[m->form];
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = m->code};
    struct text wrapped = query_blob(q, 0), body = query_blob(q, 1);
    uint8_t key[CRYPTO_KEY], kek_id;
    struct buf plain;

    if (!envelope_unwrap(key, wrapped.p, wrapped.n, store_record_kek(st, f, &kek_id), &c))
        return say_damaged_key(e, m->code);
    c.place = ENVELOPE_RECORD_BODY;
    c.version_no = m->version_no;
    buf_init_wiped(&plain, body.n);
    bool ok = envelope_open(&plain, body.p, body.n, key, &c, e);
    mem_wipe(key, sizeof key);
    if (ok) { /* the record's texts live as long as the arena */
        struct text bytes = {arena_copy(a, plain.p, plain.n), plain.n};
        record_init(r, st->dictionary, f, a);
        ok = body_decode(r, bytes, &numbering_of_form(st, m->form)->numbering, NULL, e);
    }
    buf_release(&plain);
    return ok;
}

bool store_record_load(struct record *r, struct record_meta *m, struct store *st,
                       struct scope scope, struct text code, uint32_t version_no, struct arena *a,
                       struct err *e)
{
    struct record_meta *list;
    size_t n;
    int64_t record_no;
    struct query q;

    *m = (struct record_meta){0};
    if (!numbering_ensure(st, e) || !store_record_find(&record_no, st, scope, code, e))
        return false;
    if (version_no == 0 && !current_version(&version_no, st, record_no, e)) return false;
    if (version_no >= VERSIONS_PER_RECORD) return record_unknown(e, code);
    if (!history(&list, &n, st, record_no, version_no, version_no, a, e)) return false;
    if (n != 1) return record_unknown(e, code);
    *m = list[0];
    if (text_is(text_of(m->state), state_name(RECORD_ERASED))) return say_erased(e, st, m);
    if (m->form == FORM_NONE)
        return err_set(e, ERR_STORE, "record.form",
                       "could not open record %s: the dictionary has no such form any more",
                       m->code);
    (void)query_begin(&q, st->backend, SQL_RECORD_BODY);
    query_bind_int(&q, "record_no", record_no);
    query_bind_int(&q, "version_no", version_no);
    bool ok = query_next(&q) && open_body(r, m, st, &q, a, e);
    if (ok || q.failed) return query_end(&q, e) && ok;
    (void)!query_end(&q, NULL);
    return false;
}
