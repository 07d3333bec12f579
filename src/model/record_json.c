/* SPDX-License-Identifier: EUPL-1.2 */
/* Records as JSON documents. Both ways go group by group, parents before children (group numbers
 * ascend that way), with one object for each row of each group: no recursion. */
#include "model/record.h"

#include "base/unicode.h"
#include "model/finding.h"

#include <string.h>

/* --- to JSON
 * ------------------------------------------------------------------------------------- */

static struct json *codes_to_json(const struct codelist *l, const struct value *v)
{
    struct json *list = json_array();
    for (size_t i = 0; i < v->n_code; i++)
        json_push(list, json_text(text_of(l->code[v->codes[i]].name)));
    return list;
}

static struct json *value_to_json(const struct dictionary *d, var_id id, const struct value *v)
{
    if (v->kind == VALUE_INTEGER) return json_int(v->integer);
    if (v->kind == VALUE_CODES) return codes_to_json(d->list[d->variable[id].list], v);
    struct buf b;
    buf_init(&b, (size_t)VALUE_TEXT_MAX * 4 + 64);
    value_text(&b, d, id, v);
    struct json *j = json_text(buf_text(&b));
    buf_release(&b);
    return j;
}

static void row_to_json(struct json *object, const struct record *r, const struct group *g,
                        uint32_t row, bool identity)
{
    const struct dictionary *d = r->dictionary;
    for (size_t i = 0; i < g->n_variable; i++) {
        const struct variable *var = &d->variable[g->variable[i]];
        const struct value *v = record_get(r, var->id, row);
        if (v->kind == VALUE_EMPTY || ((var->privacy & PRIVACY_D) != 0 && !identity)) continue;
        json_set(object, var->name, value_to_json(d, var->id, v));
    }
}

struct json *record_to_json(const struct record *r, bool identity)
{
    const struct form *f = r->form;
    struct arena *scratch = arena_new(ARENA_PLAIN);
    struct json ***object = ARENA_ARRAY(scratch, struct json **, f->n_group); /* [group][row] */

    for (size_t g = 0; g < f->n_group; g++) {
        const struct record_table *t = &r->table[g];
        object[g] = ARENA_ARRAY(scratch, struct json *, t->n_row);
        struct json *list = NULL;
        for (uint32_t row = 0; row < t->n_row; row++) {
            struct json *o = json_object();
            row_to_json(o, r, &f->group[g], row, identity);
            object[g][row] = o;
            if (g == 0) continue;
            if (row == 0 || t->parent[row] != t->parent[row - 1]) {
                list = json_array();
                json_set(object[f->group[g].parent][t->parent[row]], f->group[g].name, list);
            }
            json_push(list, o);
        }
    }
    struct json *root = object[0][0];
    arena_free(scratch);
    return root;
}

/* --- from JSON
 * ----------------------------------------------------------------------------------- */

struct reading {
    struct record *r;
    struct findings *f;
    const struct json ***object; /* [group][row] */
    int32_t today;
};

/* S63: control characters other than tab and line ends; C1 controls are C2 80 to C2 9F. */
static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < t.n && (unsigned char)t.p[i + 1] < 0xA0) return true;
    }
    return false;
}

/* A list of texts becomes one text with ';' between; false when something else is in it. */
static bool list_text(struct text *out, const struct json *j, struct arena *a)
{
    size_t need = 1;
    for (size_t i = 0; i < json_size(j); i++) {
        if (json_kind(json_at(j, i)) != JSON_TEXT) return false;
        need += strlen(json_as_text(json_at(j, i), "")) + 1;
    }
    char *p = ARENA_ARRAY(a, char, need);
    size_t n = 0;
    for (size_t i = 0; i < json_size(j); i++) {
        const char *s = json_as_text(json_at(j, i), "");
        if (i > 0) p[n++] = ';';
        memcpy(p + n, s, strlen(s));
        n += strlen(s);
    }
    *out = (struct text){p, n};
    return true;
}

/* The text that stands for a scalar; false when it is none this variable could have. */
static bool scalar_text(struct text *out, const struct json *j, const struct variable *v,
                        struct arena *a)
{
    *out = (struct text){"", 0};
    switch (json_kind(j)) {
    case JSON_NULL: return true;
    case JSON_TEXT: *out = text_of(json_as_text(j, "")); break;
    case JSON_INT:
        *out = text_of(arena_printf(a, "%lld", (long long)json_as_int(j, 0)));
        return true;
    case JSON_NUMBER: *out = text_of(arena_printf(a, "%.15g", json_as_number(j, 0))); return true;
    case JSON_ARRAY: return v->type == VARIABLE_CODES && list_text(out, j, a);
    case JSON_BOOL:
    case JSON_OBJECT: return false;
    }
    *out = unicode_nfc((struct text){arena_copy(a, out->p, out->n), out->n}, a);
    return true;
}

static void remark(struct reading *in, enum builtin_rule rule, const struct variable *v,
                   uint32_t row, struct text sent)
{
    struct finding f = finding_of(in->r->dictionary, rule, v->id, row);
    if ((v->privacy & PRIVACY_D) != 0 || sent.n == 0) findings_add(in->f, f);
    else findings_add_value(in->f, f, sent);
}

static void value_from_json(struct reading *in, const struct variable *v, uint32_t row,
                            const struct json *j)
{
    struct record *r = in->r;
    struct text t;
    if (!scalar_text(&t, j, v, r->arena)) {
        remark(in, BUILTIN_TYPE, v, row, t);
        return;
    }
    if (has_control(t)) {
        remark(in, BUILTIN_ENCODING, v, row, t);
        return;
    }
    enum value_read read = value_read(record_value(r, v->id, row), r->dictionary, v->id, t,
                                      DATE_ISO, in->today, r->arena);
    if (read != VALUE_READ_OK) remark(in, finding_of_read(read), v, row, t);
}

static bool row_from_json(struct reading *in, const struct group *g, uint32_t row, struct err *e)
{
    const struct dictionary *d = in->r->dictionary;
    const struct form *f = in->r->form;
    const struct json *o = in->object[g->id][row];
    const char *key;
    const struct json *child;
    for (void *at = NULL; json_next(o, &at, &key, &child);) {
        const struct variable *v = dictionary_variable(d, f->id, text_of(key));
        if (v != NULL && v->group == g->id) {
            value_from_json(in, v, row, child);
            continue;
        }
        bool repeat = false;
        for (size_t c = 1; c < f->n_group && !repeat; c++)
            repeat = f->group[c].parent == g->id && strcmp(f->group[c].name, key) == 0;
        if (repeat) continue; /* its rows were added before */
        err_set(e, ERR_INPUT, "record.unknown_member",
                "'%s' of form '%s' has no member of this name", g->name, f->name);
        err_detail(e, "%.100s", key);
        const char *near = dictionary_guess_variable(d, f->id, text_of(key));
        return near == NULL ? err_remedy(e, "see 'dcim variables --form %s' for the names", f->name)
                            : err_remedy(e, "did you mean '%s'?", near);
    }
    return true;
}

/* The instances of repeat `g` under one row of its parent. */
static bool instances_from_json(struct reading *in, const struct group *g, uint32_t parent,
                                struct err *e)
{
    const struct json *list = json_get(in->object[g->parent][parent], g->name);
    if (list == NULL || json_kind(list) == JSON_NULL) return true;
    if (json_kind(list) != JSON_ARRAY)
        return err_set(e, ERR_INPUT, "record.unknown_member",
                       "repeat '%s' must be a list of objects", g->name);
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *item = json_at(list, i);
        if (json_kind(item) != JSON_OBJECT)
            return err_set(e, ERR_INPUT, "record.unknown_member",
                           "repeat '%s' must be a list of objects", g->name);
        uint32_t row;
        if (!record_add(&row, in->r, g->id, parent, e)) return false;
        in->object[g->id][row] = item;
    }
    return true;
}

bool record_from_json(struct record *r, const struct json *j, struct findings *f, struct err *e)
{
    const struct form *form = r->form;
    struct arena *scratch = arena_new(ARENA_PLAIN);
    struct reading in = {.r = r, .f = f, .today = day_today()};
    bool ok = false;

    if (json_kind(j) != JSON_OBJECT) {
        err_set(e, ERR_INPUT, "record.unknown_member", "a record must be a JSON object");
        goto done;
    }
    in.object = ARENA_ARRAY(scratch, const struct json **, form->n_group);
    for (size_t g = 0; g < form->n_group; g++) {
        const struct group *group = &form->group[g];
        in.object[g] = ARENA_ARRAY(scratch, const struct json *, g == 0 ? 1 : RECORD_INSTANCES_MAX);
        if (g == 0) in.object[0][0] = j;
        for (uint32_t p = 0; g > 0 && p < r->table[group->parent].n_row; p++)
            if (!instances_from_json(&in, group, p, e)) goto done;
        for (uint32_t row = 0; row < r->table[g].n_row; row++)
            if (!row_from_json(&in, group, row, e)) goto done;
    }
    ok = true;
done:
    arena_free(scratch);
    return ok;
}
