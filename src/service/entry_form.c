/* SPDX-License-Identifier: EUPL-1.2 */
/* A section's document is built along the outline; what a question needs is taken from the draft as
 * it was typed, and from the judged record whether it is to be asked.
 *
 * Items lie flat and leave out what is empty or false; no member of the document around them has
 * the name of one of theirs, but for problems and has_problems, which are always there. */
#include "service/entry_form.h"

#include "service/entry_card.h"

#include "base/date.h"
#include "model/expr_json.h"

#include <string.h>

struct page { /* being built */
    const struct entry *x;
    const struct json *from;
    bool check;
    size_t bytes;         /* about how long the document is so far */
    bool *on_page, *read; /* by variable of the dictionary */
    bool whole;           /* nothing was left out within what is being built */
    struct json *items;
    bool *part; /* by group: some of its instances are not on the page */
};

/* Members that are empty or false are left out: a document holds thousands. */
static void put_text(struct json *j, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') json_set_text(j, name, value);
}

static void put_bool(struct json *j, const char *name, bool value)
{
    if (value) json_set_bool(j, name, true);
}

static const char *words(const struct entry *x, const struct words *w)
{
    return words_in(w, x->c->language, "");
}

/* ---- expressions ---- */

struct reads {
    struct page *p;
};

static void note_read(void *ctx, var_id v)
{
    ((struct reads *)ctx)->p->read[v] = true;
}

static void put_tree(struct page *p, struct json *j, const char *name, const struct expr *tree)
{
    struct reads r = {p};
    struct buf b;
    buf_init(&b, EXPR_JSON_MAX);
    if (tree != NULL && expr_to_json(&b, tree, p->x->d, p->x->c->language)) {
        json_set(j, name, json_text(buf_text(&b)));
        expr_variables(tree, note_read, &r);
        p->bytes += b.n + b.n / 8;
    }
    buf_release(&b);
}

/* ---- choices ---- */

static bool is_chosen(const struct entry_field *f, const char *code)
{
    if (f == NULL || f->missing.n > 0) return false;
    for (size_t i = 0; i < f->n; i++)
        if (text_equal_nocase(text_trim(f->text[i]), text_of(code))) return true;
    return false;
}

/* Which codes of the list are offered; how many. A retired one stays where it was chosen. */
static size_t offered(bool *out, const struct entry *x, const struct variable *v, uint32_t row,
                      const struct entry_field *f)
{
    const struct codelist *l = x->d->list[v->list];
    struct expr_context ctx;
    bool filter = v->choice_filter != NULL && entry_context(&ctx, x, v, row);
    size_t n = 0;
    for (size_t i = 0; i < l->n_code; i++) {
        bool truth = true;
        out[i] = codelist_valid_on(l, (code_id)i, day_today());
        if (out[i] && filter) {
            ctx.choice = (code_id)i;
            out[i] = expr_bool(&truth, v->choice_filter, &ctx) != EXPR_OK || truth;
        }
        out[i] = out[i] || is_chosen(f, l->code[i].name);
        n += out[i];
    }
    return n;
}

static struct json *choices(struct page *p, const struct variable *v, const bool *offer,
                            const struct entry_field *f)
{
    const struct codelist *l = p->x->d->list[v->list];
    struct json *list = json_array();
    for (size_t i = 0; i < l->n_code; i++) {
        if (!offer[i]) continue;
        struct json *j = json_object();
        const char *label = words_in(&l->code[i].label, p->x->c->language, l->code[i].name);
        json_set_text(j, "code", l->code[i].name);
        json_set_text(j, "label", label);
        put_bool(j, "chosen", is_chosen(f, l->code[i].name));
        json_push(list, j);
        p->bytes += 24 + strlen(label) + strlen(l->code[i].name);
    }
    return list;
}

static struct json *missing_codes(struct page *p, const struct entry_field *f)
{
    const struct codelist *l = dictionary_list(p->x->d, TEXT("CL_MISSING"));
    struct json *list = json_array();
    if (l == NULL) return list;
    for (size_t i = 0; i < l->n_code; i++) {
        struct json *j = json_object();
        bool chosen = f != NULL && text_is(f->missing, l->code[i].name);
        json_set_text(j, "code", l->code[i].name);
        json_set_text(j, "label", words_in(&l->code[i].label, p->x->c->language, l->code[i].name));
        put_bool(j, "chosen", chosen);
        json_push(list, j);
        p->bytes += 50;
    }
    return list;
}

/* ---- questions ---- */

static bool is_long_text(const struct variable *v, const struct outline_item *o)
{
    uint8_t both =
        PRIVACY_D | PRIVACY_S; /* notes on a person, which data/ keeps with the identity */
    return strstr(o->appearance, "multiline") != NULL || (v->privacy & both) == both;
}

static const char *kind_of(const struct entry *x, const struct variable *v,
                           const struct outline_item *o, size_t n_choice)
{
    if (v->derived || v->system) return "calculated";
    switch (v->type) {
    case VARIABLE_TEXT: return v->link != FORM_NONE ? "link" : is_long_text(v, o) ? "long" : "text";
    case VARIABLE_INTEGER: return "integer";
    case VARIABLE_DECIMAL: return "decimal";
    case VARIABLE_DATE: return "date";
    case VARIABLE_CODE:
        if (strcmp(x->d->list[v->list]->name, "CL_YESNO") == 0) return "yes_no";
        return n_choice <= ENTRY_RADIOS_MAX ? "one"
               : n_choice <= ENTRY_SELECT_MAX  ? "one_long"
                                            : "one_typed";
    case VARIABLE_CODES:
        return n_choice <= ENTRY_RADIOS_MAX ? "many"
               : n_choice <= ENTRY_SELECT_MAX  ? "many_long"
                                            : "many_typed";
    }
    return "text";
}

static const char *type_of(const struct variable *v)
{
    static const char *const types[] = {
        [VARIABLE_TEXT] = "text", [VARIABLE_INTEGER] = "integer", [VARIABLE_DECIMAL] = "decimal",
        [VARIABLE_DATE] = "date", [VARIABLE_CODE] = "code",       [VARIABLE_CODES] = "codes"};
    return types[v->type];
}

static const char *code_label(const struct entry *x, const struct variable *v, struct text code)
{
    const struct codelist *l = x->d->list[v->list];
    code_id c = codelist_find(l, text_trim(code));
    return c == CODE_NONE ? arena_copy(x->c->arena, code.p, code.n)
                          : words_in(&l->code[c].label, x->c->language, l->code[c].name);
}

const char *entry_value_words(const struct entry *x, const struct variable *v,
                              const struct entry_field *f)
{
    struct arena *a = x->c->arena;
    const struct codelist *missing = dictionary_list(x->d, TEXT("CL_MISSING"));
    if (f->missing.n > 0) {
        code_id c = missing == NULL ? CODE_NONE : codelist_find(missing, f->missing);
        return c == CODE_NONE ? arena_copy(a, f->missing.p, f->missing.n)
                              : words_in(&missing->code[c].label, x->c->language, "");
    }
    if (v->list == LIST_NONE) return entry_field_words(f, a);
    const char *all = "";
    for (size_t i = 0; i < f->n; i++)
        all = arena_printf(a, "%s%s%s", all, i == 0 ? "" : "; ", code_label(x, v, f->text[i]));
    return all;
}

static void put_typed(struct json *j, const struct entry *x, const struct variable *v,
                      const struct entry_field *f)
{
    static const char *const part[] = {"year", "month", "day"};
    static const struct entry_field none;
    if (f == NULL) f = &none;
    bool parts = f->shape == ENTRY_PARTS;
    const char *value = parts || f->n == 0 ? ""
                        : f->n == 1        ? arena_copy(x->c->arena, f->text[0].p, f->text[0].n)
                                           : entry_value_words(x, v, f);
    put_text(j, "value", value);
    for (int i = 0; i < 3; i++)
        put_text(j, part[i], parts ? arena_copy(x->c->arena, f->text[i].p, f->text[i].n) : "");
    put_text(j, "missing_code", arena_copy(x->c->arena, f->missing.p, f->missing.n));
    put_bool(j, "is_missing", f->missing.n > 0);
    put_text(j, "value_words", entry_field_blank(f) ? "" : entry_value_words(x, v, f));
}

/* What a calculation gives now, as code or text, and in words. */
static void put_calculated(struct json *j, const struct entry *x, const struct variable *v,
                           uint32_t row)
{
    struct expr_context ctx;
    struct buf b;
    buf_init_wiped(&b, (size_t)VALUE_TEXT_MAX * 4 + 64);
    if (row != ROW_GONE && entry_context(&ctx, x, v, row)) {
        const struct value *value = record_get(&x->record, v->id, ctx.row);
        value_text(&b, x->d, v->id, value);
    }
    put_text(j, "value", b.p);
    struct entry_field shown = {0};
    struct text all[64], rest = buf_text(&b), one;
    shown.text = all;
    if (v->list == LIST_NONE && b.n > 0) all[shown.n++] = rest;
    while (v->list != LIST_NONE && b.n > 0 && shown.n < 64 && text_split(&rest, ' ', &one))
        all[shown.n++] = one;
    if (b.n > 0 && missing_find(buf_text(&b)) != MISSING_NONE) {
        shown.n = 0;
        shown.missing = buf_text(&b);
    }
    put_text(j, "value_words", entry_value_words(x, v, &shown));
    buf_release(&b);
}

/* What is missing is said where the section was saved once, or when it is asked for. */
static bool is_said(const struct page *p, const struct entry_problem *problem)
{
    return p->check || problem->finding.rule != finding_builtin(p->x->d, BUILTIN_REQUIRED);
}

static void put_problems(struct page *p, struct json *j, const struct variable *v, uint32_t row)
{
    struct json *list = json_array();
    bool error = false;
    for (size_t i = 0; row != ROW_GONE && i < p->x->n_problem; i++) {
        const struct entry_problem *problem = &p->x->problem[i];
        if (problem->finding.var != v->id || problem->row != row || !is_said(p, problem)) continue;
        error = error || problem->finding.level == SEVERITY_E;
        json_push(list, entry_problem_to_json(p->x, problem));
        p->bytes += 300;
    }
    json_set_bool(j, "has_problems", json_size(list) > 0);
    json_set_bool(j, "has_error", error);
    json_set(j, "problems", list);
}

static void put_rules(struct page *p, struct json *j, const struct variable *v, uint32_t row)
{
    const struct entry *x = p->x;
    bool gone = row == ROW_GONE;
    json_set_bool(j, "relevant", gone || entry_relevant(x, v, row));
    put_bool(j, "required", gone ? v->required_always : entry_required(x, v, row));
    put_bool(j, "required_always", v->required_always);
    put_tree(p, j, "relevant_tree", v->relevant);
    put_tree(p, j, "required_tree", v->required_always ? NULL : v->required);
    put_tree(p, j, "constraint_tree", v->derived ? NULL : v->constraint);
    put_tree(p, j, "calculate_tree", v->derived ? v->calculation : NULL);
    put_text(j, "constraint_message", words(x, &v->constraint_message));
}

static void put_about(struct json *j, const struct entry *x, const struct variable *v,
                      const struct outline_item *o)
{
    char letters[sizeof PRIVACY_LETTERS];
    privacy_letters(letters, v->privacy);
    json_set_text(j, "variable", v->name);
    json_set_text(j, "label", words_in(&v->label, x->c->language, v->name));
    put_text(j, "hint", words(x, &v->hint));
    put_text(j, "help", o->help);
    json_set_text(j, "type", type_of(v));
    put_bool(j, "partial", v->partial);
    put_text(j, "privacy", letters);
    put_bool(j, "identifies", (v->privacy & PRIVACY_D) != 0);
    put_bool(j, "read_only", v->derived || v->system);
    put_text(j, "link", v->link == FORM_NONE ? "" : x->d->form[v->link].name);
    put_bool(j, "typeahead", strstr(o->appearance, "autocomplete") != NULL);
}

/* `row` ROW_GONE: of an instance that is not there yet. */
static struct json *question(struct page *p, const struct outline_item *o, const char *name,
                             uint32_t row)
{
    const struct entry *x = p->x;
    const struct variable *v = &x->d->variable[o->var];
    const struct entry_field *f = row == ROW_GONE ? NULL : &x->row[v->group][row]->field[v->slot];
    struct json *j = json_object();
    bool fixed = v->derived || v->system;
    size_t n_choice = 0;
    bool *offer = NULL;
    if (v->list != LIST_NONE && !fixed) {
        offer = ARENA_ARRAY(x->c->arena, bool, x->d->list[v->list]->n_code);
        n_choice = offered(offer, x, v, row, f);
    }
    const char *kind = kind_of(x, v, o, n_choice);
    json_set_text(j, "name", name);
    json_set_text(j, "kind", kind);
    json_set_bool(j, arena_printf(x->c->arena, "is_%s", kind), true);
    put_about(j, x, v, o);
    put_typed(j, x, v, f);
    if (fixed) put_calculated(j, x, v, row);
    if (n_choice > 0 && n_choice <= ENTRY_SELECT_MAX) {
        json_set(j, "choices", choices(p, v, offer, f));
    } else if (n_choice > 0) {
        json_set_text(j, "list", x->d->list[v->list]->name);
        if (f != NULL && f->missing.n == 0) put_text(j, "codes", entry_field_words(f, x->c->arena));
    }
    if (v->missing_allowed && !fixed) {
        put_bool(j, "has_missing", true);
        json_set(j, "missing", missing_codes(p, f));
    }
    put_rules(p, j, v, row);
    put_problems(p, j, v, row);
    p->on_page[v->id] = true;
    p->bytes += 450 + strlen(words(x, &v->hint));
    return j;
}

/* ---- items ---- */

struct level { /* where in the form, and in which instance, items are built */
    group_id group;
    uint32_t row;       /* ROW_GONE: of a blank instance */
    const char *prefix; /* "episode[0]."; "" for the record */
};

/* Templates do not include themselves, so the document is no tree but a row of events, each with
 * the name of what begins or ends there. */
static struct json *event(struct page *p, const char *kind, struct json *child)
{
    struct json *j = json_object();
    json_set(j, kind, child);
    json_push(p->items, j);
    p->bytes += 20;
    return child;
}

/* Place behind the end of what is opened at `i`. */
static size_t behind(const struct form *f, size_t i)
{
    size_t depth = 0;
    for (; i < f->n_outline; i++) {
        enum outline_kind k = f->outline[i].kind;
        if (k == OUTLINE_GROUP || k == OUTLINE_REPEAT) depth++;
        if (k == OUTLINE_END && --depth == 0) return i + 1;
    }
    return i;
}

static void put_items(struct page *p, struct level l, size_t first, size_t end);
static void put_repeat(struct page *p, struct level l, size_t at);

static void put_heading(struct json *j, const struct entry *x, const struct outline_item *o)
{
    json_set_text(j, "name", o->name);
    json_set_text(j, "label", words(x, &o->label));
    put_text(j, "hint", words(x, &o->hint));
    put_text(j, "help", o->help);
}

static group_id group_called(const struct entry *x, const char *name)
{
    for (size_t g = 1; g < x->form->n_group; g++)
        if (strcmp(x->form->group[g].name, name) == 0) return (group_id)g;
    return GROUP_NONE;
}

static struct json *instance(const struct page *p, const char *path, size_t place, size_t n,
                             const char *of)
{
    struct arena *a = p->x->c->arena;
    static const char *const acts[] = {"copy", "up", "down", "remove"};
    struct json *j = json_object();
    json_set_text(j, "path", path);
    json_set_int(j, "number", (int64_t)place + 1);
    json_set_int(j, "place", (int64_t)place);
    put_bool(j, "is_first", place == 0);
    put_bool(j, "is_last", place + 1 >= n);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        json_set_text(j, arena_printf(a, "act_%s", acts[i]),
                      arena_printf(a, "%s:%s:%zu", acts[i], of, place));
    return j;
}

/* Number of the first instance under row `above` over all parents. */
static uint32_t first_row(const struct entry *x, group_id g, uint32_t above)
{
    uint32_t i = 0;
    while (i < x->n_row[g] && x->parent[g][i] < above) i++;
    return i;
}

/* Where the cards of the page begin and end, and which instance is open: none where `open` is n. */
struct window {
    size_t first, end, open, n;
};

static void put_window(struct json *j, const struct page *p, const char *path, struct window w)
{
    struct arena *a = p->x->c->arena;
    size_t before = w.first > ENTRY_PAGE_INSTANCES ? w.first - ENTRY_PAGE_INSTANCES : 0;
    json_set_int(j, "count", (int64_t)w.n);
    json_set_int(j, "from", (int64_t)(w.open < w.n ? w.open : 0));
    json_set_int(j, "to", (int64_t)(w.open < w.n ? w.open + 1 : 0));
    json_set_int(j, "shown_first", w.n == 0 ? 0 : (int64_t)w.first + 1);
    json_set_int(j, "shown_last", (int64_t)w.end);
    json_set_bool(j, "is_paged", w.first > 0 || w.end < w.n);
    json_set_text(j, "previous", w.first == 0 ? "" : arena_printf(a, "%s:%zu", path, before));
    json_set_text(j, "next", w.end == w.n ? "" : arena_printf(a, "%s:%zu", path, w.end));
    json_set_int(j, "limit", RECORD_INSTANCES_MAX);
    json_set_bool(j, "can_add", w.n < RECORD_INSTANCES_MAX);
    json_set_text(j, "act_add", arena_printf(a, "add:%s:%zu", path, w.n));
}

static void put_undo(struct json *j, const struct page *p, const char *path)
{
    const struct json *removed = json_get(p->x->body, "removed");
    bool here = removed != NULL && strcmp(json_get_text(removed, "path", ""), path) == 0;
    json_set_text(j, "act_undo",
                  here ? arena_printf(p->x->c->arena, "undo:%s:%lld", path,
                                      (long long)json_get_int(removed, "place", 0))
                       : "");
}

/* An instance with what is in it; the blank one stands for those that are still to come. */
static void put_instance(struct page *p, const char *kind, struct json *about, struct level l,
                         size_t at)
{
    const char *end = arena_printf(p->x->c->arena, "%s_end", kind);
    struct json *j = event(p, kind, about);
    put_items(p, l, at + 1, behind(p->x->form, at) - 1);
    (void)event(p, end, json_copy(j));
}

/* The instance that is named, else, of the record's own repeats, the first that has something to
 * correct. */
static size_t open_one(const struct page *p, const char *path, group_id g, uint32_t row, size_t n)
{
    for (size_t i = 0; p->from != NULL && i < json_size(p->from); i++) {
        struct text rest = text_of(json_as_text(json_at(p->from, i), "")), name;
        uint64_t from;
        if (text_split(&rest, ':', &name) && text_is(name, path) && text_to_uint(rest, &from) &&
            from < n)
            return (size_t)from;
    }
    if (!p->check || strchr(path, '[') != NULL) return n;
    for (size_t i = 0; i < n; i++)
        if (entry_card_wrong(p->x, g, row + (uint32_t)i, true)) return i;
    return n;
}

/* Whether an instance is named that lies within what this path begins, "episode[5].". */
static bool leads_on(const struct page *p, const char *path)
{
    for (size_t i = 0; p->from != NULL && i < json_size(p->from); i++)
        if (text_starts(text_of(json_as_text(json_at(p->from, i), "")), text_of(path))) return true;
    return false;
}

/* An instance on the way to an open one within: of what is in it only that repeat, so that a page holds the
 * questions of one instance. */
static void put_way(struct page *p, struct json *about, struct level l, size_t at)
{
    const struct form *f = p->x->form;
    json_set_bool(about, "is_way", true);
    put_text(about, "summary", entry_card_summary(p->x, l.group, l.row));
    struct json *j = event(p, "instance", about);
    for (size_t i = at + 1; i < behind(f, at) - 1;) {
        bool repeat = f->outline[i].kind == OUTLINE_REPEAT;
        const char *path = arena_printf(p->x->c->arena, "%s%s", l.prefix, f->outline[i].name);
        if (repeat && (leads_on(p, arena_printf(p->x->c->arena, "%s:", path)) ||
                       leads_on(p, arena_printf(p->x->c->arena, "%s[", path))))
            put_repeat(p, l, i);
        i = repeat ? behind(f, i) : i + 1;
    }
    (void)event(p, "instance_end", json_copy(j));
}

static void put_card(struct page *p, struct json *about, group_id g, uint32_t row)
{
    const char *summary = entry_card_summary(p->x, g, row);
    put_text(about, "summary", summary);
    put_bool(about, "is_wrong", entry_card_wrong(p->x, g, row, p->check));
    (void)event(p, "card", about);
    p->bytes += 600 + strlen(summary);
}

/* What is not a document yet: taken back when the repeat turns out to be long. */
struct mark {
    struct json *items;
    size_t bytes;
    bool *on_page, *read;
};

static bool *flags_copy(const struct page *p, const bool *from, size_t n)
{
    bool *out = ARENA_ARRAY(p->x->c->arena, bool, n);
    if (n > 0) memcpy(out, from, n * sizeof *out);
    return out;
}

static struct mark mark(struct page *p)
{
    struct mark m = {p->items, p->bytes, p->on_page, p->read};
    p->on_page = flags_copy(p, p->on_page, p->x->d->n_variable);
    p->read = flags_copy(p, p->read, p->x->d->n_variable);
    p->items = json_array();
    return m;
}

static void keep_marked(struct page *p, const struct mark *m)
{
    for (size_t i = 0; i < json_size(p->items); i++)
        json_push(m->items, json_copy(json_at(p->items, i)));
    json_free(p->items);
    p->items = m->items;
}

static void take_back(struct page *p, const struct mark *m)
{
    json_free(p->items);
    p->items = m->items;
    p->bytes = m->bytes;
    p->on_page = m->on_page;
    p->read = m->read;
}

/* A short repeat: a blank instance for the script, and all that are there. False, with nothing put: it is
 * long. */
static bool put_whole(struct page *p, struct level l, size_t at, group_id g, const char *path,
                      size_t n)
{
    struct arena *a = p->x->c->arena;
    struct mark m = mark(p);
    const char *own = arena_printf(a, "%s[~]", path);
    struct level inner = {g, ROW_GONE, arena_printf(a, "%s.", own)};
    uint32_t row = n == 0 ? 0 : first_row(p->x, g, l.row);
    put_instance(p, "blank", instance(p, own, 0, 0, path), inner, at);
    bool fits = p->whole && (p->bytes - m.bytes) * (n + 1) <= ENTRY_WHOLE_BYTES;
    for (size_t i = 0; fits && i < n; i++) {
        own = arena_printf(a, "%s[%zu]", path, i);
        inner = (struct level){g, row + (uint32_t)i, arena_printf(a, "%s.", own)};
        put_instance(p, "instance", instance(p, own, i, n, path), inner, at);
        fits = p->whole && p->bytes - m.bytes <= ENTRY_WHOLE_BYTES;
    }
    if (fits) keep_marked(p, &m);
    else take_back(p, &m);
    return fits;
}

static struct window put_cards(struct page *p, struct level l, size_t at, group_id g,
                               const char *path, size_t n)
{
    struct arena *a = p->x->c->arena;
    uint32_t row = n == 0 ? 0 : first_row(p->x, g, l.row);
    struct window w = {.n = n, .open = open_one(p, path, g, row, n)};
    w.first = w.open < n ? w.open - w.open % ENTRY_PAGE_INSTANCES : 0;
    w.end = w.first + ENTRY_PAGE_INSTANCES < n ? w.first + ENTRY_PAGE_INSTANCES : n;
    for (size_t i = w.first; i < w.end; i++) {
        const char *own = arena_printf(a, "%s[%zu]", path, i);
        struct json *about = instance(p, own, i, n, path);
        struct level inner = {g, row + (uint32_t)i, arena_printf(a, "%s.", own)};
        if (i == w.open && leads_on(p, inner.prefix)) put_way(p, about, inner, at);
        else if (i == w.open) put_instance(p, "instance", about, inner, at);
        else put_card(p, about, g, row + (uint32_t)i);
    }
    p->part[g] = true;
    return w;
}

static void put_repeat(struct page *p, struct level l, size_t at)
{
    const struct entry *x = p->x;
    struct arena *a = x->c->arena;
    const struct outline_item *o = &x->form->outline[at];
    group_id g = group_called(x, o->name);
    const char *path = arena_printf(a, "%s%s", l.prefix, o->name);
    size_t n = l.row == ROW_GONE ? 0 : x->row[l.group][l.row]->list[g].n;
    bool whole_before = p->whole;
    struct json *j = event(p, "repeat", json_object());
    struct window w = {0, n, n, n};
    p->whole = true;
    put_heading(j, x, o);
    json_set_text(j, "path", path);
    put_undo(j, p, path);
    put_tree(p, j, "relevant_tree", x->form->group[g].relevant);
    bool whole = put_whole(p, l, at, g, path, n);
    if (!whole) w = put_cards(p, l, at, g, path, n);
    put_window(j, p, path, w);
    p->whole = whole;
    json_set_bool(j, "whole", p->whole);
    p->whole = p->whole && whole_before;
    (void)event(p, "repeat_end", json_copy(j));
}

/* Headings within a section; nothing is repeated by them. */
static void put_group(struct page *p, struct level l, size_t at)
{
    struct json *j = event(p, "group", json_object());
    put_heading(j, p->x, &p->x->form->outline[at]);
    put_items(p, l, at + 1, behind(p->x->form, at) - 1);
    (void)event(p, "group_end", json_copy(j));
}

static void put_items(struct page *p, struct level l, size_t first, size_t end)
{
    const struct form *f = p->x->form;
    for (size_t i = first; i < end;) {
        const struct outline_item *o = &f->outline[i];
        switch (o->kind) {
        case OUTLINE_GROUP: put_group(p, l, i); break;
        case OUTLINE_REPEAT: put_repeat(p, l, i); break;
        case OUTLINE_NOTE: put_heading(event(p, "note", json_object()), p->x, o); break;
        case OUTLINE_VARIABLE:
            (void)event(p, "question",
                        question(p, o, arena_printf(p->x->c->arena, "%s%s", l.prefix, o->name),
                                 l.row));
            break;
        case OUTLINE_END: break;
        }
        bool opens = o->kind == OUTLINE_GROUP || o->kind == OUTLINE_REPEAT;
        i = opens ? behind(f, i) : i + 1;
    }
}

/* ---- what expressions read that is not on the page ---- */

/* What the page does not hold, or not of all instances. */
static bool is_given(const struct page *p, const struct variable *v)
{
    if (!p->on_page[v->id]) return true;
    for (group_id at = v->group; at != 0; at = p->x->form->group[at].parent)
        if (p->part[at]) return true;
    return false;
}

static bool reads_within(const struct page *p, group_id g)
{
    for (size_t i = 0; i < p->x->d->n_variable; i++) {
        const struct variable *v = &p->x->d->variable[i];
        if (!p->read[i] || v->form != p->x->form->id || !is_given(p, v)) continue;
        for (group_id at = v->group; at != 0; at = p->x->form->group[at].parent)
            if (at == g) return true;
    }
    return false;
}

static struct json *read_row(const struct page *p, group_id g, uint32_t row)
{
    const struct entry *x = p->x;
    struct json *j = json_object();
    for (size_t k = 0; k < x->form->group[g].n_variable; k++) {
        var_id v = x->form->group[g].variable[k];
        struct buf b;
        if (!p->read[v] || !is_given(p, &x->d->variable[v])) continue;
        buf_init_wiped(&b, (size_t)VALUE_TEXT_MAX * 4 + 64);
        value_text(&b, x->d, v, record_get(&x->record, v, row));
        json_set(j, x->d->variable[v].name, json_text(buf_text(&b)));
        buf_release(&b);
    }
    for (size_t c = 1; c < x->form->n_group; c++) {
        if (x->form->group[c].parent != g) continue;
        if (!p->part[c] && !reads_within(p, (group_id)c)) continue;
        struct json *list = json_array();
        const struct record_table *t = &x->record.table[c];
        for (uint32_t i = 0; i < t->n_row; i++)
            if (t->parent[i] == row) json_push(list, read_row(p, (group_id)c, i));
        json_set(j, x->form->group[c].name, list);
    }
    return j;
}

/* ---- documents ---- */

void entry_put_head(struct json *out, const struct entry *x)
{
    char at[INSTANT_TEXT_MAX];
    instant_format(at, x->draft.changed_at);
    json_set_text(out, "draft", x->draft.code);
    json_set_int(out, "draft_version", x->draft.version_no);
    json_set_text(out, "form", x->form->name);
    json_set_text(out, "form_title", words_in(&x->form->title, x->c->language, x->form->name));
    json_set_text(out, "record", x->draft.record);
    json_set_text(out, "organisation", x->draft.organisation);
    json_set_text(out, "changed_at", at);
}

static const char *title_of(const struct entry *x, const struct entry_section *s)
{
    const char *title = words(x, &s->label);
    return title[0] == '\0' ? tr("Other questions") : title;
}

struct json *entry_section_problems(const struct entry *x, const struct entry_section *s,
                                    bool check)
{
    struct page p = {.x = x, .check = check};
    struct json *list = json_array();
    for (size_t i = 0; i < x->n_problem; i++) {
        var_id v = x->problem[i].finding.var;
        const struct entry_section *at = v == VAR_NONE ? NULL : entry_section_of(x, v);
        if (at == s && is_said(&p, &x->problem[i]))
            json_push(list, entry_problem_to_json(x, &x->problem[i]));
    }
    return list;
}

struct counts {
    size_t asked, answered, missing, error, warning;
};

static struct counts count_section(const struct entry *x, const struct entry_section *s)
{
    struct counts n = {0};
    for (size_t i = s->first; i < s->end; i++) {
        const struct outline_item *o = &x->form->outline[i];
        if (o->kind != OUTLINE_VARIABLE) continue;
        const struct variable *v = &x->d->variable[o->var];
        if (v->derived || v->system) continue;
        for (uint32_t row = 0; row < x->n_row[v->group]; row++) {
            bool blank = entry_field_blank(&x->row[v->group][row]->field[v->slot]);
            if (!entry_relevant(x, v, row)) continue;
            n.asked++;
            n.answered += !blank;
        }
    }
    for (size_t i = 0; i < x->n_problem; i++) {
        const struct finding *f = &x->problem[i].finding;
        if (f->var == VAR_NONE || entry_section_of(x, f->var) != s) continue;
        bool missing = f->rule == finding_builtin(x->d, BUILTIN_REQUIRED);
        n.missing += missing;
        n.error += f->level == SEVERITY_E && !missing;
        n.warning += f->level == SEVERITY_W;
    }
    return n;
}

static const char *state_of(const struct entry *x, const struct entry_section *s,
                            const struct counts *n)
{
    if (n->asked == 0 && !s->repeat) return "hidden";
    if (n->error > 0) return "problems";
    if (n->answered == 0 && !entry_visited(x, s->name)) return "not_started";
    return n->missing > 0 ? "in_progress" : "complete";
}

static const char *state_words(const char *state)
{
    if (strcmp(state, "hidden") == 0) return tr("Does not apply");
    if (strcmp(state, "problems") == 0) return tr("Has problems");
    if (strcmp(state, "not_started") == 0) return tr("Not started");
    return strcmp(state, "in_progress") == 0 ? tr("In progress") : tr("Complete");
}

void entry_put_sections(struct json *out, const struct entry *x)
{
    struct json *list = json_array();
    const char *next = "";
    for (size_t i = 0; i < x->n_section; i++) {
        const struct entry_section *s = &x->section[i];
        struct counts n = count_section(x, s);
        const char *state = state_of(x, s, &n);
        struct json *j = json_object();
        json_set_text(j, "name", s->name);
        json_set_text(j, "title", title_of(x, s));
        json_set_text(j, "hint", words(x, &s->hint));
        json_set_text(j, "state", state);
        json_set_text(j, "state_words", state_words(state));
        json_set_bool(j, arena_printf(x->c->arena, "is_%s", state), true);
        json_set_bool(j, "relevant", strcmp(state, "hidden") != 0);
        json_set_int(j, "questions", (int64_t)n.asked);
        json_set_int(j, "answered", (int64_t)n.answered);
        json_set_int(j, "missing", (int64_t)n.missing);
        json_set_int(j, "errors", (int64_t)n.error);
        json_set_int(j, "warnings", (int64_t)n.warning);
        json_push(list, j);
        bool open = strcmp(state, "complete") != 0 && strcmp(state, "hidden") != 0;
        if (next[0] == '\0' && open) next = s->name;
    }
    json_set(out, "sections", list);
    json_set_text(out, "next", next);
    json_set_int(out, "errors", (int64_t)x->n_error);
    json_set_int(out, "warnings", (int64_t)x->n_warning);
    json_set_bool(out, "can_submit", x->n_error == 0);
    const struct json *parked = json_get(x->body, "parked");
    json_set_bool(out, "has_parked", parked != NULL && json_kind(parked) == JSON_OBJECT);
    json_set_bool(out, "has_pending", entry_pending(x) != NULL);
}

static void put_neighbours(struct json *out, const struct entry *x, const struct entry_section *s)
{
    const char *previous = "", *next = "";
    for (size_t i = 0; i < x->n_section; i++) {
        const struct entry_section *o = &x->section[i];
        struct counts n = count_section(x, o);
        if (o != s && strcmp(state_of(x, o, &n), "hidden") == 0) continue;
        if (o < s) previous = o->name;
        if (o > s && next[0] == '\0') next = o->name;
    }
    json_set_text(out, "previous", previous);
    json_set_text(out, "next", next);
}

void entry_put_section(struct json *out, const struct entry *x, const struct entry_section *s,
                       const struct json *from, bool check)
{
    char today[DATE_TEXT_MAX];
    struct page p = {.x = x,
                     .from = from,
                     .check = check || entry_visited(x, s->name),
                     .on_page = ARENA_ARRAY(x->c->arena, bool, x->d->n_variable),
                     .read = ARENA_ARRAY(x->c->arena, bool, x->d->n_variable),
                     .whole = true,
                     .part = ARENA_ARRAY(x->c->arena, bool, x->form->n_group),
                     .items = json_array()};
    struct level top = {0, 0, ""};
    put_items(&p, top, s->first, s->end);
    struct json *problems = entry_section_problems(x, s, p.check);
    struct buf b;
    date_format(today, date_from_day(day_today()));
    json_set_text(out, "section", s->name);
    json_set_text(out, "title", title_of(x, s));
    json_set_text(out, "intro", words(x, &s->hint));
    json_set_text(out, "handbook", s->help);
    json_set_text(out, "today", today);
    json_set_bool(out, "asked_for", entry_asked_for(x, s));
    put_neighbours(out, x, s);
    json_set(out, "items", p.items);
    json_set_bool(out, "whole", p.whole);
    json_set_bool(out, "has_problems", json_size(problems) > 0);
    json_set(out, "problems", problems);
    struct json *values = read_row(&p, 0, 0);
    buf_init_wiped(&b, ENTRY_VALUES_BYTES);
    json_write(&b, values, false);
    json_set(out, "values", b.too_long ? json_null() : json_text(buf_text(&b)));
    buf_release(&b);
    json_free(values);
}

void entry_put_check(struct json *out, const struct entry *x)
{
    struct json *sections = json_array(), *general = json_array();
    size_t n_note = 0;
    for (size_t i = 0; i < x->n_section; i++) {
        struct json *problems = entry_section_problems(x, &x->section[i], true);
        if (json_size(problems) == 0) {
            json_free(problems);
            continue;
        }
        struct json *j = json_object();
        json_set_text(j, "name", x->section[i].name);
        json_set_text(j, "title", title_of(x, &x->section[i]));
        json_set(j, "problems", problems);
        json_push(sections, j);
    }
    for (size_t i = 0; i < x->n_problem; i++) {
        const struct finding *f = &x->problem[i].finding;
        n_note += f->level == SEVERITY_I;
        if (f->var == VAR_NONE || entry_section_of(x, f->var) == NULL)
            json_push(general, entry_problem_to_json(x, &x->problem[i]));
    }
    json_set(out, "sections", sections);
    json_set_bool(out, "has_general", json_size(general) > 0);
    json_set(out, "general", general);
    json_set_int(out, "errors", (int64_t)x->n_error);
    json_set_int(out, "warnings", (int64_t)x->n_warning);
    json_set_int(out, "notes", (int64_t)n_note);
    json_set_int(out, "not_shown", (int64_t)x->found.n_dropped);
    json_set_bool(out, "can_submit", x->n_error == 0);
    json_set_bool(out, "needs_reason", x->n_error == 0 && x->n_warning > 0);
}

/* ---- records as they are ---- */

static void view_row(struct json *rows, const char *field, const char *label, const char *value,
                     bool heading)
{
    struct json *j = json_object();
    json_set_text(j, "field", field);
    json_set_text(j, "label", label);
    json_set_text(j, "value", value);
    json_set_bool(j, "heading", heading);
    json_push(rows, j);
}

static void view_items(struct json *rows, struct entry *x, const struct record *r, struct level l,
                       size_t first, size_t end);

static void view_repeat(struct json *rows, struct entry *x, const struct record *r, struct level l,
                        size_t at)
{
    const struct outline_item *o = &x->form->outline[at];
    struct arena *a = x->c->arena;
    group_id g = group_called(x, o->name);
    const struct record_table *t = &r->table[g];
    size_t n = 0;
    for (uint32_t i = 0; i < t->n_row; i++) {
        if (t->parent[i] != l.row) continue;
        const char *path = arena_printf(a, "%s%s[%zu]", l.prefix, o->name, n++);
        const char *title = arena_printf(a, "%s %zu", words(x, &o->label), n);
        view_row(rows, path, title, "", true);
        struct level inner = {g, i, arena_printf(a, "%s.", path)};
        view_items(rows, x, r, inner, at + 1, behind(x->form, at) - 1);
    }
}

static void view_items(struct json *rows, struct entry *x, const struct record *r, struct level l,
                       size_t first, size_t end)
{
    for (size_t i = first; i < end;) {
        const struct outline_item *o = &x->form->outline[i];
        bool repeat = o->kind == OUTLINE_REPEAT;
        if (repeat) view_repeat(rows, x, r, l, i);
        if (o->kind == OUTLINE_VARIABLE) {
            const struct variable *v = &x->d->variable[o->var];
            struct entry_field f = {0};
            entry_field_of_value(&x->typed, &f, v, record_get(r, v->id, l.row));
            if (!entry_field_blank(&f))
                view_row(rows, arena_printf(x->c->arena, "%s%s", l.prefix, v->name),
                         words_in(&v->label, x->c->language, v->name),
                         f.shape == ENTRY_PARTS ? entry_field_words(&f, x->c->arena)
                                                : entry_value_words(x, v, &f),
                         false);
        }
        i = repeat ? behind(x->form, i) : i + 1; /* headings are gone through */
    }
}

struct json *entry_view(struct entry *x, const struct record *r)
{
    struct json *sections = json_array();
    for (size_t i = 0; i < x->n_section; i++) {
        const struct entry_section *s = &x->section[i];
        struct json *rows = json_array();
        view_items(rows, x, r, (struct level){0, 0, ""}, s->first, s->end);
        if (json_size(rows) == 0) {
            json_free(rows);
            continue;
        }
        struct json *j = json_object();
        json_set_text(j, "name", s->name);
        json_set_text(j, "title", title_of(x, s));
        json_set(j, "rows", rows);
        json_push(sections, j);
    }
    return sections;
}
