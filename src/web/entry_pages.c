/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk's row of items becomes blocks and questions within instances: one pass, with a place in
 * the row that every level moves on. */
#include "web/entry_pages.h"

#include "base/catalogue.h"
#include "base/text.h"

#include <string.h>

static const char *get(const struct json *j, const char *name)
{
    return json_get_text(j, name, "");
}

/* Members that are empty are left out, so that templates test for them. */
static void put(struct json *j, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') json_set_text(j, name, value);
}

static void put_true(struct json *j, const char *name, bool value)
{
    if (value) json_set_bool(j, name, true);
}

/* ---- one question ---- */

static struct json *options(const struct json *codes, const char *mark)
{
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(codes); i++) {
        const struct json *code = json_at(codes, i);
        struct json *o = json_object();
        json_set_text(o, "code", get(code, "code"));
        json_set_text(o, "text", get(code, "label"));
        json_set_bool(o, mark, json_get_bool(code, "chosen", false));
        json_push(list, o);
    }
    return list;
}

static struct json *missing(const struct json *q)
{
    struct json *m = json_object(), *list = json_array(), *o = json_object();
    struct json *codes = options(json_get(q, "missing"), "chosen");
    json_set_text(o, "code", "");
    json_set_text(o, "text", tr("There is an answer"));
    json_set_bool(o, "chosen", !json_get_bool(q, "is_missing", false));
    json_push(list, o);
    for (size_t i = 0; i < json_size(codes); i++) json_push(list, json_copy(json_at(codes, i)));
    json_free(codes);
    json_set(m, "options", list);
    json_set_bool(m, "chosen", json_get_bool(q, "is_missing", false));
    return m;
}

/* "1999", "1999-05" or "1999-05-03" into the boxes; anything else is shown in that of the year. */
static struct json *date_boxes(const struct json *q, struct arena *a)
{
    struct json *d = json_object();
    struct text rest = text_of(get(q, "value")), part;
    static const char *const box[] = {"year", "month", "day"};
    for (size_t i = 0; i < 3; i++) {
        const char *typed = get(q, box[i]);
        json_set_text(d, box[i], typed);
        if (typed[0] == '\0' && rest.n > 0 && text_split(&rest, '-', &part))
            json_set_text(d, box[i], arena_copy(a, part.p, part.n));
    }
    return d;
}

static struct json *typed_text(const struct json *q, const char *mode, int64_t width)
{
    struct json *t = json_object();
    json_set_text(t, "value", get(q, "value"));
    put(t, "mode", mode);
    if (width > 0) json_set_int(t, "width", width);
    return t;
}

/* Longer lists are typed: a label is better read than a code. */
static struct json *typed_code(const struct json *q, bool several)
{
    struct json *t = typed_text(q, NULL, 0);
    bool none = json_get_bool(q, "is_missing", false);
    json_set_text(t, "value", none ? "" : get(q, "value_words"));
    json_set_text(t, "codes", none ? "" : get(q, "codes"));
    put(t, "list", get(q, "list"));
    put_true(t, "several", several);
    return t;
}

static struct json *choice_list(const struct json *q, bool boxes)
{
    struct json *r = json_object();
    json_set(r, "options", options(json_get(q, "choices"), "chosen"));
    put_true(r, "inline", !boxes && strcmp(get(q, "kind"), "yes_no") == 0);
    return r;
}

static struct json *selection(const struct json *q, bool several)
{
    struct json *s = json_object();
    json_set(s, "options", options(json_get(q, "choices"), "selected"));
    put_true(s, "several", several);
    put_true(s, "type_ahead", !several);
    return s;
}

static void put_answer(struct json *out, const struct json *q, struct arena *a)
{
    const char *kind = get(q, "kind");
    struct json *o = NULL;
    if (strcmp(kind, "long") == 0) {
        o = json_object();
        json_set_text(o, "value", get(q, "value"));
        json_set(out, "textarea", o);
    } else if (strcmp(kind, "date") == 0) {
        json_set(out, "date_input", date_boxes(q, a));
    } else if (strcmp(kind, "yes_no") == 0 || strcmp(kind, "one") == 0) {
        json_set(out, "radios", choice_list(q, false));
    } else if (strcmp(kind, "many") == 0) {
        json_set(out, "checkboxes", choice_list(q, true));
    } else if (strcmp(kind, "one_long") == 0 || strcmp(kind, "many_long") == 0) {
        json_set(out, "select", selection(q, kind[0] == 'm'));
    } else if (strcmp(kind, "one_typed") == 0 || strcmp(kind, "many_typed") == 0) {
        json_set(out, "text_input", typed_code(q, kind[0] == 'm'));
    } else if (strcmp(kind, "calculated") == 0) {
        o = json_object();
        json_set_text(o, "value", get(q, "value_words"));
        json_set(out, "output", o);
    } else if (strcmp(kind, "integer") == 0) {
        json_set(out, "text_input", typed_text(q, "numeric", 10));
    } else if (strcmp(kind, "decimal") == 0) {
        json_set(out, "text_input", typed_text(q, "decimal", 10));
    } else {
        json_set(out, "text_input", typed_text(q, NULL, strcmp(kind, "link") == 0 ? 20 : 0));
    }
}

/* The first thing that is wrong stands at the question; what is only doubtful is said beside it. */
static void put_problem(struct json *out, const struct json *problems)
{
    for (size_t i = 0; i < json_size(problems); i++) {
        const struct json *p = json_at(problems, i);
        bool error = json_get_bool(p, "is_error", false) || json_get_bool(p, "missing", false);
        const char *name = error ? "error" : "doubt";
        if (!json_has(out, name)) put(out, name, get(p, "message"));
    }
}

static void put_expressions(struct json *out, const struct json *q)
{
    /* without the words of its codes a calculation would show the bare code: the desk does it */
    bool coded = strncmp(get(q, "type"), "code", 4) == 0;
    put(out, "relevant", get(q, "relevant_tree"));
    put(out, "required_if", get(q, "required_tree"));
    put(out, "constraint", get(q, "constraint_tree"));
    put(out, "constraint_message", get(q, "constraint_message"));
    if (!coded) put(out, "calculate", get(q, "calculate_tree"));
}

static struct json *question(const struct json *q, struct arena *a)
{
    struct json *out = json_object();
    json_set_text(out, "path", get(q, "name"));
    put(out, "variable", get(q, "variable"));
    put(out, "type", get(q, "type"));
    put_true(out, "partial", json_get_bool(q, "partial", false));
    json_set_text(out, "label", get(q, "label"));
    put(out, "hint", get(q, "hint"));
    put_true(out, "needed", json_get_bool(q, "required", false));
    put_true(out, "hidden", !json_get_bool(q, "relevant", true));
    put_expressions(out, q);
    put_problem(out, json_get(q, "problems"));
    put_answer(out, q, a);
    if (json_get_bool(q, "has_missing", false)) json_set(out, "missing", missing(q));
    if (get(q, "help")[0] != '\0')
        json_set_text(out, "handbook", arena_printf(a, "/help/%s", get(q, "help")));
    return out;
}

/* ---- repeats ---- */

struct walk {
    const struct json *items;
    size_t at;
    struct arena *a;
    struct json *heading; /* waits for the question that it stands above; owned, or NULL */
};

static struct json *fields_until(struct walk *w, const char *end);

/* The one member of an item, and its name. */
static const struct json *item(const struct walk *w, const char **kind)
{
    *kind = "";
    return w->at < json_size(w->items) ? json_member(json_at(w->items, w->at), 0, kind) : NULL;
}

static struct json *about_instance(const struct json *i, const char *title)
{
    struct json *out = json_object();
    json_set_text(out, "path", get(i, "path"));
    json_set_int(out, "place", json_get_int(i, "place", 0));
    json_set_int(out, "number", json_get_int(i, "number", 1));
    json_set_text(out, "title", title);
    json_set_bool(out, "first", json_get_bool(i, "is_first", false));
    json_set_bool(out, "last", json_get_bool(i, "is_last", false));
    return out;
}

/* Where the repeats within an instance begin: an episode is long, and what was exploited lies at
 * its end. */
static struct json *jumps(const struct json *fields)
{
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(fields); i++) {
        const struct json *q = json_get(json_at(fields, i), "question");
        if (!json_has(q, "repeat_group")) continue;
        struct json *to = json_object();
        json_set_text(to, "to", get(q, "path"));
        json_set_text(to, "words", get(q, "label"));
        json_push(list, to);
    }
    return list;
}

/* An item has both members, else a template would find that of an item further out. */
static struct json *instance(struct walk *w, const struct json *i, const char *title,
                             const char *end)
{
    struct json *box = json_object(), *out = about_instance(i, title);
    json_set_bool(out, "way", json_get_bool(i, "is_way", false));
    json_set_text(out, "summary", get(i, "summary"));
    struct json *fields = fields_until(w, end), *to = jumps(fields);
    if (json_size(fields) > 1 && json_size(to) > 0) json_set(out, "jumps", json_share(to));
    json_free(to);
    json_set(out, "fields", fields);
    json_set(box, "instance", out);
    json_set_bool(box, "card", false);
    return box;
}

static struct json *card(const struct json *i, const char *title)
{
    struct json *box = json_object(), *out = about_instance(i, title);
    json_set_text(out, "summary", get(i, "summary"));
    json_set_bool(out, "wrong", json_get_bool(i, "is_wrong", false));
    json_set(box, "card", out);
    json_set_bool(box, "instance", false);
    return box;
}

static void put_paging(struct json *group, const struct json *r, struct arena *a)
{
    json_set_int(group, "count", json_get_int(r, "count", 0));
    json_set_int(group, "max", json_get_int(r, "limit", 0));
    if (!json_get_bool(r, "whole", false)) {
        struct json *split = json_object(); /* texts: a template shows no 0 */
        const char *from = arena_printf(a, "%lld", (long long)json_get_int(r, "from", 0));
        json_set_text(split, "from", from);
        json_set_text(split, "to", arena_printf(a, "%lld", (long long)json_get_int(r, "to", 0)));
        json_set(group, "split", split);
    }
    put(group, "previous", get(r, "previous"));
    put(group, "next", get(r, "next"));
    if (json_get_bool(r, "is_paged", false))
        json_set_text(group, "range",
                      arena_printf(a, tr("%lld to %lld of %lld"),
                                   (long long)json_get_int(r, "shown_first", 0),
                                   (long long)json_get_int(r, "shown_last", 0),
                                   (long long)json_get_int(r, "count", 0)));
    if (!json_get_bool(r, "can_add", true))
        json_set_text(group, "full", tr("There are as many as a record can hold."));
}

static void put_undo(struct json *group, const char *act)
{
    const char *place = strrchr(act, ':');
    if (place == NULL) return;
    struct json *undo = json_object();
    json_set_text(undo, "text", tr("One was removed."));
    json_set_text(undo, "place", place + 1);
    json_set(group, "undo", undo);
}

/* Paging and `whole` are known at the repeat's end, and are the same object there as here. */
static struct json *repeat(struct walk *w, const struct json *r)
{
    struct json *out = json_object(), *group = json_object(), *list = json_array();
    const char *kind, *title = get(r, "label");
    const struct json *j;
    json_set_text(out, "path", get(r, "path"));
    json_set_text(out, "label", title);
    put(out, "hint", get(r, "hint"));
    put(out, "relevant", get(r, "relevant_tree"));
    json_set_text(group, "repeat", get(r, "name"));
    json_set_text(group, "add", arena_printf(w->a, tr("Add: %s"), title));
    json_set_text(group, "none", tr("None yet."));
    put_paging(group, r, w->a);
    put_undo(group, get(r, "act_undo"));
    w->at++;
    while ((j = item(w, &kind)) != NULL && strcmp(kind, "repeat_end") != 0) {
        w->at++;
        if (strcmp(kind, "blank") == 0)
            json_set(group, "blank", instance(w, j, title, "blank_end"));
        else if (strcmp(kind, "instance") == 0)
            json_push(list, instance(w, j, title, "instance_end"));
        else if (strcmp(kind, "card") == 0) json_push(list, card(j, title));
    }
    w->at++;
    json_set(group, "items", list);
    json_set(out, "repeat_group", group);
    return out;
}

/* ---- fields and blocks ---- */

static void push_field(struct walk *w, struct json *list, struct json *q)
{
    struct json *field = json_object();
    if (w->heading != NULL) json_set(q, "heading", w->heading);
    w->heading = NULL;
    json_set(field, "question", q);
    json_push(list, field);
}

static void keep_heading(struct walk *w, const struct json *j)
{
    struct json *h = json_object();
    json_set_text(h, "title", get(j, "label"));
    put(h, "text", get(j, "hint"));
    json_free(w->heading);
    w->heading = h;
}

/* Items up to `end`, which is taken as well. */
static struct json *fields_until(struct walk *w, const char *end)
{
    struct json *list = json_array();
    const char *kind;
    const struct json *j;
    while ((j = item(w, &kind)) != NULL && strcmp(kind, end) != 0) {
        if (strcmp(kind, "repeat") == 0) {
            push_field(w, list, repeat(w, j));
            continue;
        }
        if (strcmp(kind, "question") == 0) push_field(w, list, question(j, w->a));
        else if (strcmp(kind, "group") == 0 || strcmp(kind, "note") == 0) keep_heading(w, j);
        w->at++;
    }
    w->at++;
    return list;
}

static bool all_hidden(const struct json *fields)
{
    for (size_t i = 0; i < json_size(fields); i++)
        if (!json_get_bool(json_get(json_at(fields, i), "question"), "hidden", false)) return false;
    return true;
}

static void end_block(struct json *blocks, struct json *head, struct json *fields)
{
    if (json_size(fields) == 0 && !json_has(head, "title")) {
        json_free(head);
        json_free(fields);
        return;
    }
    put_true(head, "hidden", json_size(fields) > 0 && all_hidden(fields));
    json_set(head, "fields", fields);
    json_push(blocks, head);
}

static struct json *block(const struct json *group)
{
    struct json *b = json_object();
    put(b, "title", get(group, "label"));
    put(b, "hint", get(group, "hint"));
    return b;
}

/* The question that is all there is on a page, or NULL. */
static const struct json *sole(const struct json *blocks)
{
    const struct json *fields = json_get(json_at(blocks, 0), "fields");
    if (json_size(blocks) != 1 || json_size(fields) != 1) return NULL;
    return json_get(json_at(fields, 0), "question");
}

/* A section that is one repeat: its title and its sentence stand over the page already, and where
 * the record cannot do without one, adding the first is the thing to do there. */
static void mark_sole(struct json *blocks, const struct json *section)
{
    const struct json *q = sole(blocks);
    if (!json_has(q, "repeat_group") || json_has(json_at(blocks, 0), "title") ||
        strcmp(get(q, "label"), get(section, "title")) != 0)
        return;
    struct json *fields = json_member_mut(json_item_mut(blocks, 0), "fields");
    struct json *mine = json_member_mut(json_item_mut(fields, 0), "question");
    struct json *group = json_member_mut(mine, "repeat_group");
    json_set_bool(group, "sole", true);
    json_set_bool(group, "first", json_get_bool(section, "asked_for", false));
    if (strcmp(get(q, "hint"), get(section, "intro")) == 0) json_set_text(mine, "hint", NULL);
}

struct json *entry_page_blocks(const struct json *section, struct arena *a)
{
    struct walk w = {.items = json_get(section, "items"), .a = a};
    struct json *blocks = json_array(), *head = json_object(), *fields = json_array();
    const char *kind;
    const struct json *j;
    while ((j = item(&w, &kind)) != NULL) {
        bool group = strcmp(kind, "group") == 0;
        if (group || strcmp(kind, "group_end") == 0) {
            end_block(blocks, head, fields);
            head = group ? block(j) : json_object();
            fields = json_array();
        } else if (strcmp(kind, "repeat") == 0) {
            push_field(&w, fields, repeat(&w, j));
            continue;
        } else if (strcmp(kind, "question") == 0) {
            push_field(&w, fields, question(j, a));
        } else if (strcmp(kind, "note") == 0) {
            keep_heading(&w, j);
        }
        w.at++;
    }
    end_block(blocks, head, fields);
    json_free(w.heading);
    mark_sole(blocks, section);
    return blocks;
}

bool entry_page_asks_first(const struct json *blocks)
{
    const struct json *q = sole(blocks);
    const struct json *group = json_get(q, "repeat_group");
    return json_get_bool(group, "first", false) && json_get_int(group, "count", 0) == 0;
}

size_t entry_page_asked(const struct json *section)
{
    struct walk w = {.items = json_get(section, "items")};
    const char *kind;
    const struct json *j;
    size_t n = 0, blank = 0;
    for (; (j = item(&w, &kind)) != NULL; w.at++) {
        if (strcmp(kind, "blank") == 0) blank++;
        if (strcmp(kind, "blank_end") == 0) blank--;
        if (strcmp(kind, "question") == 0 && blank == 0) n += json_get_bool(j, "relevant", true);
    }
    return n;
}

/* ---- what is wrong ---- */

static bool in_summary(const struct json *p)
{
    return json_get_bool(p, "is_error", false) || json_get_bool(p, "missing", false);
}

static const char *sentence(const struct json *p, struct arena *a)
{
    const char *label = get(p, "label"), *message = get(p, "message");
    return label[0] == '\0' ? message : arena_printf(a, "%s: %s", label, message);
}

static bool names_field(const struct json *errors, const char *field)
{
    for (size_t i = 0; i < json_size(errors); i++)
        if (strcmp(get(json_at(errors, i), "field"), field) == 0) return true;
    return false;
}

/* One line for each field: the first thing to do there. */
struct json *entry_page_errors(const struct json *problems, struct arena *a)
{
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(problems); i++) {
        const struct json *p = json_at(problems, i);
        const char *field = arena_printf(a, "f-%s", get(p, "field"));
        bool at_field = get(p, "field")[0] != '\0';
        if (!in_summary(p) || (at_field && names_field(list, field))) continue;
        struct json *row = json_object();
        if (at_field) json_set_text(row, "field", field);
        json_set_text(row, "message", sentence(p, a));
        json_push(list, row);
    }
    return list;
}

/* The id of what stands for a field on the page: of itself, of the card it lies in, or none. */
static const char *aim(const struct json *section, const char *field, struct arena *a)
{
    const struct json *items = json_get(section, "items");
    const char *best = NULL, *kind;
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *j = json_member(json_at(items, i), 0, &kind);
        if (strcmp(kind, "question") == 0 && strcmp(get(j, "name"), field) == 0)
            return arena_printf(a, "f-%s", field);
        const char *path = strcmp(kind, "card") == 0 ? get(j, "path") : "";
        size_t n = strlen(path);
        if (n > 0 && strncmp(path, field, n) == 0 && field[n] == '.')
            best = arena_printf(a, "q-%s", path);
    }
    return best;
}

struct json *entry_page_errors_on(const struct json *section, struct arena *a)
{
    struct json *errors = entry_page_errors(json_get(section, "problems"), a), *out = json_array();
    for (size_t i = 0; i < json_size(errors); i++) {
        const struct json *row = json_at(errors, i);
        const char *field = get(row, "field");
        struct json *to = json_object();
        if (field[0] != '\0') put(to, "field", aim(section, field + 2, a));
        json_set_text(to, "message", get(row, "message"));
        json_push(out, to);
    }
    json_free(errors);
    return out;
}

bool entry_page_has_wrong(const struct json *problems)
{
    for (size_t i = 0; i < json_size(problems); i++) {
        const struct json *p = json_at(problems, i);
        if (json_get_bool(p, "is_error", false) && !json_get_bool(p, "missing", false)) return true;
    }
    return false;
}

/* ---- the task list ---- */

static struct json *state_tag(const struct json *s)
{
    static const struct {
        const char *state, *tone;
    } tones[] = {{"not_started", "grey"}, {"in_progress", "blue"}, {"problems", "red"}};
    struct json *tag = json_object();
    const char *state = get(s, "state");
    json_set_text(tag, "text", get(s, "state_words"));
    json_set_bool(tag, "done", strcmp(state, "complete") == 0 || strcmp(state, "hidden") == 0);
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++)
        if (strcmp(state, tones[i].state) == 0) json_set_text(tag, "tone", tones[i].tone);
    return tag;
}

struct json *entry_page_tasks(const struct json *sections, const char *draft, struct arena *a)
{
    struct json *out = json_object(), *list = json_array();
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i);
        struct json *row = json_object();
        bool asked = json_get_bool(s, "relevant", true);
        long long answered = (long long)json_get_int(s, "answered", 0);
        json_set_text(row, "text", get(s, "title"));
        json_set_text(row, "href",
                      asked ? arena_printf(a, "/drafts/%s/%s", draft, get(s, "name")) : "");
        json_set_text(row, "about",
                      asked && answered > 0
                          ? arena_printf(a, tr("%lld of %lld answered"), answered,
                                         (long long)json_get_int(s, "questions", 0))
                          : get(s, "hint"));
        json_set(row, "state", state_tag(s));
        json_push(list, row);
    }
    json_set(out, "items", list);
    return out;
}

const char *entry_page_section_title(const struct json *sections, const char *name)
{
    for (size_t i = 0; i < json_size(sections); i++)
        if (strcmp(get(json_at(sections, i), "name"), name) == 0)
            return get(json_at(sections, i), "title");
    return "";
}

const char *entry_page_next(const struct json *sections, const char *name)
{
    bool behind = false;
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i);
        if (behind && json_get_bool(s, "relevant", true)) return get(s, "name");
        behind = behind || strcmp(get(s, "name"), name) == 0;
    }
    return "";
}

/* ---- checking ---- */

static struct json *finding(const struct json *p, const char *draft, const char *section,
                            struct arena *a)
{
    struct json *row = json_object();
    const char *field = get(p, "field");
    if (section[0] == '\0') section = get(p, "section");
    bool missing_answer = json_get_bool(p, "missing", false);
    json_set_text(row, "text", sentence(p, a));
    put(row, "about",
        missing_answer ? tr("Answer it, or say why there is no answer.") : get(p, "remedy"));
    if (section[0] != '\0')
        json_set_text(row, "href",
                      arena_printf(a, "/drafts/%s/%s?check=1%s%s", draft, section,
                                   field[0] == '\0' ? "" : "#f-", field));
    json_set_text(row, "tag",
                  missing_answer                        ? tr("Missing")
                  : json_get_bool(p, "is_error", false) ? tr("To correct")
                                                        : tr("To confirm"));
    json_set_text(row, "tone",
                  missing_answer                        ? "grey"
                  : json_get_bool(p, "is_error", false) ? "red"
                                                        : "yellow");
    return row;
}

static void push_findings(struct json *groups, const char *title, const struct json *problems,
                          const char *draft, const char *section, struct arena *a)
{
    if (json_size(problems) == 0) return;
    struct json *g = json_object(), *list = json_array();
    for (size_t i = 0; i < json_size(problems); i++)
        json_push(list, finding(json_at(problems, i), draft, section, a));
    json_set_text(g, "title", title);
    json_set(g, "items", list);
    json_push(groups, g);
}

struct json *entry_page_findings(const struct json *check, struct arena *a)
{
    struct json *groups = json_array();
    const struct json *sections = json_get(check, "sections");
    const char *draft = get(check, "draft");
    push_findings(groups, tr("The record as a whole"), json_get(check, "general"), draft, "", a);
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i);
        push_findings(groups, get(s, "title"), json_get(s, "problems"), draft, get(s, "name"), a);
    }
    return groups;
}

/* ---- two sides ---- */

struct json *entry_page_comparison(const struct json *rows, const char *left, const char *right,
                                   bool choose_all, bool mine_first, struct arena *a)
{
    struct json *out = json_object(), *list = json_array();
    for (size_t i = 0; i < json_size(rows); i++) {
        const struct json *r = json_at(rows, i);
        struct json *row = json_object();
        const char *none = tr("(nothing)"), *mine = get(r, "mine"), *theirs = get(r, "theirs");
        json_set_text(row, "label", get(r, "label"));
        json_set_text(row, "before", mine[0] == '\0' ? none : mine);
        json_set_text(row, "after", theirs[0] == '\0' ? none : theirs);
        json_set_bool(row, "differs", true);
        if (choose_all || json_get_bool(r, "both", false)) {
            struct json *choose = json_object();
            json_set_text(choose, "name", arena_printf(a, "choice.%s", get(r, "field")));
            json_set_bool(choose, "left", mine_first);
            json_set_bool(choose, "right", !mine_first);
            json_set(row, "choose", choose);
        }
        json_push(list, row);
    }
    json_set_text(out, "caption", tr("The two, answer by answer"));
    json_set_text(out, "left", left);
    json_set_text(out, "right", right);
    json_set(out, "rows", list);
    return out;
}
