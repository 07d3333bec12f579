/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking for a person before a record is made. Searched is by keyed hashes (store/search.h); what
 * lies with other organisations is not shown, nor how much of it there is. Each search counts like
 * an opening of identifiers (S55), and its entry names the fields that were asked, never what. */
#include "service/service_internal.h"

#include "base/date.h"
#include "store/search.h"

#include <string.h>

struct found {
    struct call *c;
    const struct form *only;
    struct json *rows;
    bool elsewhere;
};

static bool listed(const struct found *f, const char *code)
{
    for (size_t i = 0; i < json_size(f->rows); i++)
        if (strcmp(json_get_text(json_at(f->rows, i), "record", ""), code) == 0) return true;
    return false;
}

/* A match: shown where it may be seen, else said to exist where its form could be read at all. */
static bool take(struct found *f, const char *code, struct err *e)
{
    struct record_meta *m;
    size_t n;
    char at[INSTANT_TEXT_MAX];
    struct call *c = f->c;
    if (code[0] == '\0' || listed(f, code)) return true;
    if (!store_record_history(&m, &n, c->s->store, SCOPE_EVERYTHING, text_of(code), c->arena, e))
        return false;
    if (n == 0 || m[0].form == FORM_NONE) return true;
    const struct form *form = &c->s->dictionary->form[m[0].form];
    if (!call_reads_form(c, form) || (f->only != NULL && form != f->only)) return true;
    if (!call_sees_organisation(c, m[0].organisation_no)) {
        f->elsewhere = true;
        return true;
    }
    struct json *j = json_object();
    instant_format(at, m[n - 1].created_at);
    json_set_text(j, "record", m[0].code);
    json_set_text(j, "form", form->name);
    json_set_text(j, "form_title", words_in(&form->title, c->language, form->name));
    json_set_text(j, "organisation", m[0].organisation);
    json_set_text(j, "at", at);
    json_set_text(j, "state", m[0].state);
    json_push(f->rows, j);
    return true;
}

static struct text asked(const struct call *c, const char *name)
{
    return text_trim(text_of(json_get_text(c->in, name, "")));
}

/* References are each organisation's own: of somebody who sees one, that one's; else a code. */
static bool by_reference(struct found *f, struct err *e)
{
    struct call *c = f->c;
    struct text reference = asked(c, "reference");
    for (size_t i = 0; reference.n > 0 && i < c->s->dictionary->n_form; i++) {
        struct organisation *list;
        size_t n;
        if (!store_organisation_list(&list, &n, c->s->store, c->arena, e)) return false;
        for (size_t k = 0; k < n; k++) {
            struct record_link link;
            if (!call_sees_organisation(c, list[k].organisation_no)) continue;
            if (!store_link_find(&link, c->s->store, &c->s->dictionary->form[i],
                                 list[k].organisation_no, reference, e) ||
                !take(f, link.code, e))
                return false;
        }
    }
    return true;
}

static bool by_person(struct found *f, struct err *e)
{
    struct call *c = f->c;
    struct search_question q = {asked(c, "family_name"), asked(c, "given_names"), asked(c, "alias"),
                                asked(c, "document"), asked(c, "birth_date")};
    struct search_match *list;
    size_t n;
    int64_t indexed;
    if (!search_index(&indexed, c->s->store, e) ||
        !search_find(&list, &n, c->s->store, &q, c->arena, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!take(f, list[i].code, e)) return false;
    return true;
}

static const char *names_asked(struct call *c)
{
    static const char *const names[] = {"reference", "family_name", "given_names",
                                        "alias",     "birth_date",  "document"};
    const char *all = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (asked(c, names[i]).n > 0)
            all = arena_printf(c->arena, "%s%s%s", all, all[0] == '\0' ? "" : " ", names[i]);
    return all;
}

bool op_record_find(struct call *c, struct err *e)
{
    struct found f = {.c = c, .rows = json_array()};
    json_set(c->out, "records", f.rows);
    c->event.fields = names_asked(c);
    c->event.object_type = "records";
    if (json_has(c->in, "form") && !call_form(&f.only, c, "form", e)) return false;
    bool name = asked(c, "family_name").n > 0 &&
                (asked(c, "given_names").n > 0 || asked(c, "birth_date").n > 0);
    if (!name && asked(c, "reference").n == 0 && asked(c, "alias").n == 0 &&
        asked(c, "document").n == 0) {
        err_set(e, ERR_USAGE, "find.too_little", "this is too little to search for");
        return err_remedy(e, "give a reference, a nickname, the number of a document, or a family "
                             "name with given names or date of birth");
    }
    if (!session_view(c, e) || !call_write_begin(c, e)) return false;
    bool ok = by_reference(&f, e) && by_person(&f, e);
    c->event.count = (int64_t)json_size(f.rows);
    json_set_int(c->out, "count", c->event.count);
    json_set_bool(c->out, "elsewhere", f.elsewhere);
    return call_write_end(c, ok, e);
}
