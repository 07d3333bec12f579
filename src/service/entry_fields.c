/* SPDX-License-Identifier: EUPL-1.2 */
/* A path is steps with dots between, "episode[0].exploitation[1].form": names of repeats with a
 * number, and last a variable, a repeat, or one of these with a word behind it (.missing, .year,
 * .is ...). */
#include "service/entry_fields.h"

#include "base/unicode.h"

#include <string.h>

struct place { /* where a path leads to */
    struct entry_row *row;
    group_id group;
    const struct variable *variable; /* or */
    group_id repeat;                 /* GROUP_NONE: none */
    int64_t number;                  /* of the instance, where the last step has one; -1: none */
    struct text word;                /* "missing", "is"; empty: none */
};

static bool unknown_field(struct err *e, struct text name)
{
    err_set(e, ERR_USAGE, "entry.unknown_field", "the form has no such field");
    err_detail(e, "%.*s", (int)(name.n < 100 ? name.n : 100), name.p);
    return err_remedy(e, "load the page again: the form may have changed");
}

static group_id repeat_called(const struct entry *x, group_id above, struct text name)
{
    for (size_t g = 1; g < x->form->n_group; g++)
        if (x->form->group[g].parent == above && text_is(name, x->form->group[g].name))
            return (group_id)g;
    return GROUP_NONE;
}

/* "episode[3]" into name and number, -1 without one; false for anything else with brackets. */
static bool split_number(struct text step, struct text *name, int64_t *number)
{
    size_t at;
    uint64_t n;
    *name = step;
    *number = -1;
    if (!text_find(step, TEXT("["), &at)) return true;
    struct text inner = {step.p + at + 1, step.n - at - 1};
    if (inner.n < 2 || inner.p[inner.n - 1] != ']') return false;
    inner.n--;
    if (inner.p[0] == '+' || !text_to_uint(inner, &n) || n >= RECORD_INSTANCES_MAX) return false;
    name->n = at;
    *number = (int64_t)n;
    return true;
}

/* Walk a path. Instances on the way must be there, or, with `make`, are made up to the number. */
static bool walk(struct place *out, struct entry *x, struct text path, bool make, struct err *e)
{
    struct text rest = path, step, name;
    *out = (struct place){.row = x->typed.root, .repeat = GROUP_NONE, .number = -1};
    while (text_split(&rest, '.', &step)) {
        bool last = rest.p == NULL;
        if (!split_number(step, &name, &out->number)) return unknown_field(e, path);
        const struct variable *v = dictionary_variable(x->d, x->form->id, name);
        if (v != NULL && v->group == out->group && out->number < 0) {
            out->variable = v;
            if (last) return true;
            if (!text_split(&rest, '.', &out->word) || rest.p != NULL)
                return unknown_field(e, path);
            return true;
        }
        group_id g = repeat_called(x, out->group, name);
        if (g == GROUP_NONE) return unknown_field(e, path);
        struct entry_list *l = &out->row->list[g];
        if (out->number < 0) { /* the repeat as a whole */
            out->repeat = g;
            if (last) return true;
            if (!text_split(&rest, '.', &out->word) || rest.p != NULL)
                return unknown_field(e, path);
            return true;
        }
        while (make && l->n <= (size_t)out->number)
            if (!entry_list_put(&x->typed, l, l->n, entry_row_new(&x->typed, g), e)) return false;
        if ((size_t)out->number >= l->n) return unknown_field(e, path);
        out->row = l->row[out->number];
        out->group = g;
        if (last) return unknown_field(e, path); /* an instance is no field */
        if (text_is(rest, "is")) {
            out->word = rest;
            return true;
        }
    }
    return unknown_field(e, path);
}

bool entry_find_list(struct entry_list **out, group_id *g, struct entry *x, struct text path)
{
    struct place p;
    if (!walk(&p, x, path, false, NULL) || p.repeat == GROUP_NONE || p.word.n > 0) return false;
    *out = &p.row->list[p.repeat];
    *g = p.repeat;
    return true;
}

/* ---- the instances that a page names ---- */

static size_t depth_of(const char *name)
{
    size_t n = 0;
    for (; *name != '\0'; name++) n += *name == '[';
    return n;
}

static bool ends_with(const char *name, const char *word)
{
    return text_ends(text_of(name), text_of(word));
}

static int64_t number_in(const struct json *fields, const char *name, struct arena *a,
                         const char *word)
{
    int64_t n = -1;
    const struct json *j = json_get(fields, arena_printf(a, "%s.%s", name, word));
    return j != NULL && text_to_int(text_of(json_as_text(j, "")), &n) && n >= 0 ? n : -1;
}

/* "episode.all" and "episode.from": what the page stands for goes, to be made anew by what it
 * names. */
static bool clear_list(struct entry *x, const struct json *fields, const char *key, struct err *e)
{
    struct arena *a = x->c->arena;
    struct entry_list *l;
    group_id g;
    bool all = ends_with(key, ".all");
    struct text path = {key, strlen(key) - (all ? 4 : 5)};
    if (!entry_find_list(&l, &g, x, path)) return unknown_field(e, text_of(key));
    if (all) {
        entry_list_cut(l, 0);
        return true;
    }
    const char *name = arena_copy(a, path.p, path.n);
    int64_t from = number_in(fields, name, a, "from"), to = number_in(fields, name, a, "to");
    if (from < 0 || to < from || (uint64_t)to > l->n) return unknown_field(e, text_of(key));
    /* What comes after the page is put back behind what the page names; there are as many. */
    return true;
}

static void blank_row(struct entry *x, group_id g, struct entry_row *row)
{
    for (size_t k = 0; k < x->form->group[g].n_variable; k++)
        row->field[k] = (struct entry_field){0};
}

/* Depth by depth: markers of lists, then the instances they have. An instance that the page names
 * is blank until its fields are taken: an unticked box posts nothing. */
static bool take_instances(struct entry *x, const struct json *fields, struct err *e)
{
    const char *key;
    const struct json *value;
    size_t deepest = 0;
    for (void *at = NULL; json_next(fields, &at, &key, &value);)
        if (depth_of(key) > deepest) deepest = depth_of(key);
    for (size_t depth = 0; depth <= deepest; depth++) {
        for (void *at = NULL; json_next(fields, &at, &key, &value);)
            if (depth_of(key) == depth && (ends_with(key, ".all") || ends_with(key, ".from")) &&
                !clear_list(x, fields, key, e))
                return false;
        for (void *at = NULL; json_next(fields, &at, &key, &value);) {
            struct place p;
            if (depth_of(key) != depth + 1 || !ends_with(key, "].is")) continue;
            if (!walk(&p, x, text_of(key), true, e)) return false;
            blank_row(x, p.group, p.row);
        }
    }
    return true;
}

/* The questions of the record itself that stand in the section. */
static void blank_section(struct entry *x, const struct entry_section *s)
{
    for (size_t i = s->first; i < s->end; i++) {
        const struct outline_item *o = &x->form->outline[i];
        if (o->kind != OUTLINE_VARIABLE) continue;
        const struct variable *v = &x->d->variable[o->var];
        if (v->group == 0) x->typed.root->field[v->slot] = (struct entry_field){0};
    }
}

/* ---- the fields ---- */

/* Line ends as everywhere here; texts in NFC. */
static struct text tidy(struct entry *x, const char *typed)
{
    struct arena *a = x->c->arena;
    size_t n = strlen(typed), k = 0;
    char *p = arena_copy(a, typed, n);
    for (size_t i = 0; i < n; i++)
        if (typed[i] != '\r' || typed[i + 1] != '\n') p[k++] = typed[i];
    return unicode_nfc((struct text){p, k}, a);
}

static bool one_text(struct text *out, struct entry *x, const struct json *j)
{
    if (json_kind(j) == JSON_ARRAY && json_size(j) == 1) j = json_at(j, 0);
    if (json_kind(j) != JSON_TEXT) return false;
    *out = tidy(x, json_as_text(j, ""));
    return true;
}

static bool take_word(struct entry *x, struct entry_field *f, const struct variable *v,
                      struct text word, const struct json *j)
{
    static const char *const parts[] = {"year", "month", "day"};
    struct text value;
    if (!one_text(&value, x, j)) return false;
    if (text_is(word, "missing")) {
        if (value.n > 0 && missing_find(value) == MISSING_NONE) return false;
        entry_field_missing(&x->typed, f, value);
        return true;
    }
    if (v->type != VARIABLE_DATE) return false;
    for (int i = 0; i < 3; i++)
        if (text_is(word, parts[i])) {
            entry_field_part(&x->typed, f, i, value);
            return true;
        }
    return false;
}

/* A label that was typed, or a code in other letters, is the code: so it is shown in any language,
 * and is no change beside the code. */
static struct text code_of(struct entry *x, const struct variable *v, struct text typed)
{
    if (v->list == LIST_NONE || text_trim(typed).n == 0) return typed;
    const struct codelist *l = x->d->list[v->list];
    code_id c = codelist_match(l, text_trim(typed), true, x->c->arena);
    return c == CODE_NONE ? typed : text_of(l->code[c].name);
}

static bool take_texts(struct entry *x, struct entry_field *f, const struct variable *v,
                       const struct json *j)
{
    struct text one;
    if (v->type != VARIABLE_CODES) {
        if (!one_text(&one, x, j)) return false;
        entry_field_text(&x->typed, f, code_of(x, v, one));
        return true;
    }
    size_t n = json_kind(j) == JSON_ARRAY ? json_size(j) : 1, kept = 0;
    if (n > LIST_CODES_MAX) return false;
    struct text *value = ARENA_ARRAY(x->c->arena, struct text, LIST_CODES_MAX), part;
    for (size_t i = 0; i < n; i++) {
        struct text all = tidy(x, json_as_text(json_kind(j) == JSON_ARRAY ? json_at(j, i) : j, ""));
        /* labels in one box, as the page shows them */
        while (kept < LIST_CODES_MAX && text_split(&all, ';', &part)) {
            value[kept] = code_of(x, v, text_trim(part));
            if (value[kept].n > 0) kept++;
        }
    }
    entry_field_texts(&x->typed, f, value, kept);
    return true;
}

static bool take_field(struct entry *x, const char *key, const struct json *value, bool page,
                       struct err *e)
{
    struct place p;
    if (!walk(&p, x, text_of(key), !page, e)) return false;
    if (text_is(p.word, "is") ||
        (p.repeat != GROUP_NONE && p.word.n > 0 &&
         (text_is(p.word, "all") || text_is(p.word, "from") || text_is(p.word, "to"))))
        return true;
    if (p.variable == NULL || p.variable->derived || p.variable->system)
        return unknown_field(e, text_of(key));
    struct entry_field *f = &p.row->field[p.variable->slot];
    bool ok = p.word.n > 0 ? take_word(x, f, p.variable, p.word, value)
                           : take_texts(x, f, p.variable, value);
    return ok || unknown_field(e, text_of(key));
}

bool entry_take(struct entry *x, const struct entry_section *section, const struct json *fields,
                struct err *e)
{
    const char *key;
    const struct json *value;
    if (section != NULL) {
        blank_section(x, section);
        if (!take_instances(x, fields, e)) return false;
    }
    for (void *at = NULL; json_next(fields, &at, &key, &value);)
        if (!take_field(x, key, value, section != NULL, e)) return false;
    return true;
}

/* ---- acts ---- */

static bool no_act(struct err *e)
{
    err_set(e, ERR_USAGE, "entry.act", "this cannot be done with these entries any more");
    return err_remedy(e, "load the page again");
}

/* Kept with the draft, so that it can be put back after any page load. */
static void keep_removed(struct entry *x, struct text path, size_t place, group_id g,
                         const struct entry_row *row)
{
    struct json *j = json_object();
    json_set(j, "path", json_text(path));
    json_set_int(j, "place", (int64_t)place);
    json_set(j, "row", entry_row_to_json(&x->typed, g, row));
    json_set(x->body, "removed", j);
}

static bool put_back(struct entry *x, struct entry_list *l, group_id g, struct text path,
                     size_t place, struct err *e)
{
    const struct json *j = json_get(x->body, "removed");
    if (j == NULL || !text_is(path, json_get_text(j, "path", ""))) return no_act(e);
    struct entry_row *row = entry_row_new(&x->typed, g);
    if (!entry_row_from_json(&x->typed, g, row, json_get(j, "row"), e)) return false;
    if (!entry_list_put(&x->typed, l, place < l->n ? place : l->n, row, e)) return false;
    json_set(x->body, "removed", json_null());
    return true;
}

static bool act_on(size_t *shown, struct entry *x, struct text verb, struct text path,
                   struct entry_list *l, group_id g, size_t place, struct err *e)
{
    *shown = place;
    if (text_is(verb, "add")) {
        struct entry_row *row = entry_row_new(&x->typed, g);
        entry_defaults(x, g, row);
        if (place > l->n) place = l->n;
        *shown = place;
        return entry_list_put(&x->typed, l, place, row, e);
    }
    if (text_is(verb, "undo")) return put_back(x, l, g, path, place, e);
    if (place >= l->n) return no_act(e);
    if (text_is(verb, "copy")) {
        *shown = place + 1;
        return entry_list_put(&x->typed, l, place + 1, entry_row_copy(&x->typed, g, l->row[place]),
                              e);
    }
    if (text_is(verb, "remove")) {
        keep_removed(x, path, place, g, l->row[place]);
        (void)entry_list_take(l, place);
        if (l->n > 0 && place == l->n) *shown = place - 1;
        return true;
    }
    bool up = text_is(verb, "up");
    if (!up && !text_is(verb, "down")) return no_act(e);
    size_t to = up ? place - 1 : place + 1;
    if ((up && place == 0) || to >= l->n) return true; /* it is there already */
    struct entry_row *row = l->row[place];
    l->row[place] = l->row[to];
    l->row[to] = row;
    *shown = to;
    return true;
}

bool entry_act(const char **at, struct entry *x, const char *act, struct err *e)
{
    struct text rest = text_of(act), verb, path, number;
    struct entry_list *l;
    group_id g;
    uint64_t place;
    size_t shown;
    *at = NULL;
    if (!text_split(&rest, ':', &verb) || !text_split(&rest, ':', &path) ||
        !text_split(&rest, ':', &number) || rest.p != NULL || !text_to_uint(number, &place) ||
        place > RECORD_INSTANCES_MAX || !entry_find_list(&l, &g, x, path))
        return no_act(e);
    if (!act_on(&shown, x, verb, path, l, g, (size_t)place, e)) return false;
    *at = l->n == 0 ? arena_copy(x->c->arena, path.p, path.n)
                    : arena_printf(x->c->arena, "%.*s[%zu]", (int)path.n, path.p, shown);
    return true;
}
