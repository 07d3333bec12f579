/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases: prepared by one person, let out or refused by another (S53), taken back with a reason.
 * What is decided about is the document that was prepared, never a table that is counted anew. */
#include "service/explore.h"
#include "service/operations.h"
#include "service/parameters.h"
#include "service/release_call.h"
#include "service/table_call.h"

#include "base/date.h"
#include "store/saved_question.h"

#include <string.h>

enum { TRIES = 3 };

/* ---- what is asked ---- */

struct asked { /* the tables of one release, from the call's arena */
    struct json *parameters[RELEASE_TABLES_MAX]; /* of table.count; `owns` */
    size_t n;
    struct counted counted[RELEASE_TABLES_MAX];
    struct table table[RELEASE_TABLES_MAX];
    int64_t generation;
};

static void asked_release(struct asked *q)
{
    for (size_t i = 0; i < q->n; i++) json_free(q->parameters[i]);
}

static bool too_many(struct err *e)
{
    err_set(e, ERR_USAGE, "release.tables", "a release has from 1 to %d tables",
            RELEASE_TABLES_MAX);
    return err_remedy(e, "choose fewer saved questions, or make two releases of them");
}

/* A saved question is what the table builder would ask for today. */
static bool add_question(struct asked *q, struct call *c, const char *code, struct err *e)
{
    struct question_reader who = {c->who.account_no, c->who.actor, c->who.organisation_no};
    struct saved_question saved;
    struct json *body;
    const struct form *f;
    if (!saved_question_find(&saved, c->s->store, &who, text_of(code), c->arena, e) ||
        !json_parse(&body, saved.body, e))
        return false;
    struct call sub = *c;
    sub.in = json_get(body, "choices");
    bool ok = call_form(&f, &sub, "form", e) &&
              explore_parameters(&q->parameters[q->n], &sub, f, sub.in, e);
    c->denied = c->denied || sub.denied;
    q->n += ok;
    json_free(body);
    return ok;
}

/* A question as an object: held against what table.count takes, so that it is read here as it is
 * there; what is about writing a file is left out. */
static bool add_table(struct asked *q, const char *text, struct err *e)
{
    static const char *const kept[] = {"form", "rows", "columns", "where", "count"};
    struct json *j, *out;
    if (!json_parse(&j, text_of(text), e)) return false;
    bool ok = parameters_fit(operation_find("table.count"), j, e);
    if (ok) {
        out = json_object();
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
            if (json_has(j, kept[i])) json_set(out, kept[i], json_copy(json_get(j, kept[i])));
        q->parameters[q->n++] = out;
    }
    json_free(j);
    return ok;
}

static bool read_asked(struct asked *q, struct call *c, struct err *e)
{
    const struct json *questions = json_get(c->in, "questions"),
                      *tables = json_get(c->in, "tables");
    size_t n = json_size(questions) + json_size(tables);
    if (n == 0 || n > RELEASE_TABLES_MAX) return too_many(e);
    for (size_t i = 0; i < json_size(questions); i++)
        if (!add_question(q, c, json_as_text(json_at(questions, i), ""), e)) return false;
    for (size_t i = 0; i < json_size(tables); i++)
        if (!add_table(q, json_as_text(json_at(tables, i), ""), e)) return false;
    return true;
}

/* ---- counted, all in one state of the register ---- */

static bool count_one(struct asked *q, size_t i, struct call *c, struct err *e)
{
    struct call sub = *c;
    struct snapshot *snapshot;
    sub.in = q->parameters[i];
    bool ok = call_count_spec(&q->counted[i], &snapshot, &sub, e) &&
              table_count(&q->table[i], snapshot, &q->counted[i].spec, c->arena, e);
    c->denied = c->denied || sub.denied;
    return ok;
}

static bool count_all(struct asked *q, struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    for (int turn = 0; turn < TRIES; turn++) {
        int64_t after;
        if (!store_generation(&q->generation, st, e)) return false;
        for (size_t i = 0; i < q->n; i++)
            if (!count_one(q, i, c, e)) return false;
        if (!store_generation(&after, st, e)) return false;
        if (after == q->generation) return true;
        service_drop_snapshots(c->s);
    }
    err_set(e, ERR_CONFLICT, "release.changed", "the register is being changed just now");
    return err_remedy(e, "prepare the release again when imports have ended");
}

static bool sees_all_records(struct call *c, struct err *e)
{
    if (call_sees_all(c)) return true;
    err_set(e, ERR_DENIED, "release.own_records",
            "a release is of the whole register, and other organisations' records are not there "
            "for you");
    return err_remedy(e, "let somebody prepare it who counts the whole register");
}

/* ---- kept ---- */

static void fill_set(struct release_set *set, struct call *c, const struct asked *q, int64_t k)
{
    const struct dictionary *d = c->s->dictionary;
    set->title = json_get_text(c->in, "title", "");
    set->note = json_get_text(c->in, "note", "");
    set->country = dictionary_pack_value(d, "country", "");
    set->made_on = q->counted[0].words.made_on;
    set->replaces = json_get_int(c->in, "replaces", 0);
    set->generation = q->generation;
    set->threshold = k;
    set->n_language = d->n_language;
    for (size_t i = 0; i < d->n_language; i++) set->language[i] = d->language[i];
}

/* What can be replaced is what was handed out once. */
static bool may_replace(struct call *c, int64_t number, struct err *e)
{
    struct stored_release old;
    if (number == 0) return true;
    if (!store_release_find(&old, c->s->store, number, c->arena, e)) return false;
    if (strcmp(old.state, RELEASE_PUBLISHED) == 0 || strcmp(old.state, RELEASE_WITHDRAWN) == 0)
        return true;
    err_set(e, ERR_USAGE, "release.replaces", "release %lld was never published",
            (long long)number);
    return err_remedy(e, "name a release that was, or none");
}

static bool words_text(struct buf *out, const struct json *words, struct err *e)
{
    buf_init_wiped(out, RELEASE_WORDS_MAX + 1);
    json_write(out, words, false);
    return buf_ok(out, e);
}

static void about(struct call *c, const struct stored_release *r, const char *what)
{
    c->event.object_type = "release";
    c->event.object_id = arena_printf(c->arena, "%lld", (long long)r->release_no);
    c->event.fields = what;
    c->event.count = r->n_table;
}

/* The document is read as it will be read later, before it is kept: what cannot be is a defect that
 * shall not wait for the day of publication. */
static bool keep(struct stored_release *r, struct call *c, struct release_set *set, struct err *e)
{
    struct buf document, words;
    struct release_set again;
    struct json *said = json_object();
    r->n_table = (int64_t)set->n_table;
    r->threshold = set->threshold;
    r->replaces = set->replaces;
    r->generation = set->generation;
    set->number = r->release_no;
    json_set_text(said, "title", set->title);
    json_set_text(said, "note", set->note);
    buf_init(&document, RELEASE_DOCUMENT_MAX + 1);
    release_document_write(&document, set);
    bool ok = words_text(&words, said, e);
    if (document.too_long) {
        err_set(e, ERR_LIMIT, "release.too_long", "the tables of the release are too large");
        ok = err_remedy(e, "make two releases, or use fewer and coarser variables");
    }
    r->words = buf_text(&words);
    ok = ok && release_document_read(&again, buf_text(&document), c->arena, e) &&
         store_release_add(r, c->s->store, buf_text(&document), e);
    buf_release(&document);
    buf_release(&words);
    json_free(said);
    r->words = (struct text){NULL, 0};
    return ok;
}

static bool prepare(struct call *c, struct asked *q, struct err *e)
{
    struct release_set set = {.n_table = q->n};
    struct stored_release r = {.account_no = c->who.account_no,
                               .made_by = c->who.actor,
                               .made_at = call_now(c)};
    int64_t k;
    set.table = ARENA_ARRAY(c->arena, struct release, RELEASE_TABLES_MAX);
    if (!call_threshold(&k, c, e) || !count_all(q, c, e)) return false;
    fill_set(&set, c, q, k);
    if (!release_tables(set.table, q->table, q->n, &(struct protect_rule){.threshold = k},
                        &set.links, c->arena, e) ||
        !call_write_begin(c, e))
        return false;
    bool ok = may_replace(c, set.replaces, e) &&
              store_release_next(&r.release_no, c->s->store, e) && keep(&r, c, &set, e);
    about(c, &r, "prepared");
    if (!call_write_end(c, ok, e)) return false;
    json_set_int(c->out, "release", r.release_no);
    json_set_text(c->out, "state", RELEASE_WAITING);
    return true;
}

bool op_release_prepare(struct call *c, struct err *e)
{
    struct asked *q = ARENA_NEW(c->arena, struct asked);
    bool ok = sees_all_records(c, e) && read_asked(q, c, e) && prepare(c, q, e);
    asked_release(q);
    return ok;
}

/* ---- decided ---- */

static bool decidable(struct call *c, const struct stored_release *r, struct err *e)
{
    if (release_is_own(c, r)) {
        err_set(e, ERR_DENIED, "release.own", "nobody decides about a release they prepared");
        return err_remedy(e, "somebody else approves or refuses it");
    }
    if (strcmp(r->state, RELEASE_WAITING) == 0) return true;
    err_set(e, ERR_CONFLICT, "release.conflict", "somebody else has decided this meanwhile");
    return err_remedy(e, "open it again, and see what is there now");
}

static bool change(struct call *c, struct stored_release *r, struct json *words, const char *state,
                   const char *reason, struct err *e)
{
    struct buf text;
    const char *given = json_get_text(c->in, "reason", "");
    if (reason != NULL) json_set_text(words, reason, given);
    r->state = state;
    bool ok = words_text(&text, words, e);
    r->words = buf_text(&text);
    ok = ok && store_release_change(c->s->store, r, e);
    buf_release(&text);
    r->words = (struct text){NULL, 0};
    about(c, r, state);
    json_set_int(c->out, "release", r->release_no);
    json_set_text(c->out, "state", state);
    return ok;
}

static bool decide_release(struct call *c, const char *state, const char *reason, struct err *e)
{
    struct stored_release r;
    struct json *words;
    if (!release_find(&r, &words, c, e)) return false;
    bool ok = decidable(c, &r, e);
    if (ok) {
        r.decided_at = call_now(c);
        r.decided_by = c->who.actor;
        c->event.recipient = r.made_by;
        ok = change(c, &r, words, state, reason, e);
    }
    json_free(words);
    return ok;
}

bool op_release_approve(struct call *c, struct err *e)
{
    return decide_release(c, RELEASE_PUBLISHED, NULL, e);
}

bool op_release_refuse(struct call *c, struct err *e)
{
    return decide_release(c, RELEASE_REFUSED, "reason", e);
}

bool op_release_withdraw(struct call *c, struct err *e)
{
    struct stored_release r;
    struct json *words;
    if (!release_find(&r, &words, c, e)) return false;
    bool ok = strcmp(r.state, RELEASE_PUBLISHED) == 0;
    if (ok) {
        r.withdrawn_at = call_now(c);
        r.withdrawn_by = c->who.actor;
        ok = change(c, &r, words, RELEASE_WITHDRAWN, "withdrawn", e);
    } else {
        err_set(e, ERR_CONFLICT, "release.conflict", "only what is published can be withdrawn");
        err_remedy(e, "open it again, and see what is there now");
    }
    json_free(words);
    return ok;
}
