/* SPDX-License-Identifier: EUPL-1.2 */
/* Saved questions of the table builder: kept, listed, opened, renamed, deleted. A question holds
 * what was chosen, never a figure: who opens it is told what they may be told today. */
#include "service/explore.h"

#include "base/date.h"
#include "store/saved_question.h"

#include <string.h>

static const char *const choices[] = {"form", "rows", "columns", "filter", "only", "count", "kind"};

static struct question_reader reader(const struct call *c)
{
    return (struct question_reader){c->who.account_no, c->who.actor, c->who.organisation_no};
}

static bool open_body(struct json **out, const struct saved_question *q, struct err *e)
{
    return json_parse(out, q->body, e);
}

static void about(struct call *c, const struct saved_question *q)
{
    c->event.object_type = "question";
    c->event.object_id = arena_printf(c->arena, "%s", q->code);
    c->event.count = 1;
}

static void put_question(struct json *j, const struct saved_question *q, const struct json *body)
{
    char at[INSTANT_TEXT_MAX];
    instant_format(at, q->saved_at);
    json_set_text(j, "question", q->code);
    json_set_text(j, "name", json_get_text(body, "name", ""));
    json_set_bool(j, "own", q->own);
    json_set_bool(j, "shared", q->shared);
    json_set_text(j, "owner", q->owner);
    json_set_text(j, "at", at);
}

/* ---- keeping ---- */

/* "Sex, Form of exploitation": for who gives no name. */
static const char *name_of(struct call *c, const struct form *f, const struct json *in)
{
    static const char *const lists[] = {"rows", "columns"};
    const char *name = "";
    struct text given = text_trim(text_of(json_get_text(in, "name", "")));
    if (given.n > 0) return arena_copy(c->arena, given.p, given.n);
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        const struct json *list = json_get(in, lists[l]);
        for (size_t i = 0; i < json_size(list); i++) {
            const struct variable *v =
                dictionary_variable(c->s->dictionary, f->id,
                                    text_of(json_as_text(json_at(list, i), "")));
            if (v == NULL || !explore_has(c, v)) continue;
            name = arena_printf(c->arena, "%s%s%s", name, name[0] == '\0' ? "" : ", ",
                                words_in(&v->label, c->language, v->name));
        }
    }
    return name[0] != '\0' ? name : words_in(&f->title, c->language, f->name);
}

static bool may_share(const struct call *c, bool shared, struct err *e)
{
    if (!shared || c->who.organisation_no != 0) return true;
    err_set(e, ERR_USAGE, "question.no_organisation",
            "an account without an organisation has nobody to share a question with");
    return err_remedy(e, "save it for yourself");
}

static struct json *kept_choices(const struct json *in)
{
    struct json *out = json_object();
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (json_has(in, choices[i]))
            json_set(out, choices[i], json_copy(json_get(in, choices[i])));
    return out;
}

static void body_text(struct buf *out, const char *name, const struct json *chosen)
{
    struct json *body = json_object();
    json_set_text(body, "name", name);
    json_set(body, "choices", json_copy(chosen));
    json_write(out, body, false);
    json_free(body);
}

/* What cannot be asked is not saved either. */
bool op_question_save(struct call *c, struct err *e)
{
    struct question_reader who = reader(c);
    struct saved_question q = {.shared = json_get_bool(c->in, "shared", false)};
    const struct form *f;
    struct json *builder, *p;
    struct buf text;
    if (!may_share(c, q.shared, e) || !explore_builder(&builder, &f, c, c->in, e)) return false;
    json_free(builder);
    if (!explore_parameters(&p, c, f, c->in, e)) return false;
    json_free(p);
    struct json *chosen = kept_choices(c->in);
    json_set_text(chosen, "form", f->name);
    buf_init_wiped(&text, QUESTION_BYTES_MAX + 1);
    body_text(&text, name_of(c, f, c->in), chosen);
    json_free(chosen);
    bool ok = buf_ok(&text, e) && saved_question_add(&q, c->s->store, &who, buf_text(&text), e);
    buf_release(&text);
    if (!ok) return false;
    about(c, &q);
    json_set_text(c->out, "question", q.code);
    return true;
}

static bool find(struct saved_question *q, struct json **body, struct call *c, struct err *e)
{
    struct question_reader who = reader(c);
    return saved_question_find(q, c->s->store, &who, text_of(json_get_text(c->in, "question", "")),
                               c->arena, e) &&
           open_body(body, q, e);
}

bool op_question_rename(struct call *c, struct err *e)
{
    struct saved_question q;
    struct json *body;
    struct buf text;
    if (!find(&q, &body, c, e)) return false;
    q.shared = json_get_bool(c->in, "shared", false);
    buf_init_wiped(&text, QUESTION_BYTES_MAX + 1);
    struct text name = text_trim(text_of(json_get_text(c->in, "name", "")));
    body_text(&text, arena_copy(c->arena, name.p, name.n), json_get(body, "choices"));
    bool ok = may_share(c, q.shared, e) && buf_ok(&text, e) &&
              saved_question_change(c->s->store, &q, buf_text(&text), e);
    buf_release(&text);
    json_free(body);
    about(c, &q);
    json_set_text(c->out, "question", q.code);
    return ok;
}

bool op_question_remove(struct call *c, struct err *e)
{
    struct saved_question q;
    struct json *body;
    if (!find(&q, &body, c, e)) return false;
    json_free(body);
    about(c, &q);
    json_set_text(c->out, "question", q.code);
    return saved_question_remove(c->s->store, &q, e);
}

/* ---- reading ---- */

bool op_question_list(struct call *c, struct err *e)
{
    struct question_reader who = reader(c);
    struct saved_question *list;
    size_t n;
    if (!saved_question_list(&list, &n, c->s->store, &who, c->arena, e)) return false;
    struct json *rows = json_array();
    json_set(c->out, "questions", rows);
    json_set_bool(c->out, "can_share", c->who.organisation_no != 0);
    for (size_t i = 0; i < n; i++) {
        struct json *j = json_object(), *body;
        json_push(rows, j);
        if (!open_body(&body, &list[i], e)) return false;
        put_question(j, &list[i], body);
        json_free(body);
    }
    return true;
}

bool op_question_open(struct call *c, struct err *e)
{
    struct saved_question q;
    struct json *body, *saved = json_object();
    json_set(c->out, "saved", saved);
    if (!find(&q, &body, c, e)) return false;
    put_question(saved, &q, body);
    bool ok = explore_show(c, json_get(body, "choices"), false, true, e);
    json_free(body);
    return ok;
}
