/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/entry_tree.h"

#include "base/mem.h"

#include <string.h>

static const struct group *group_of(const struct entry_tree *t, group_id g)
{
    return &t->form->group[g];
}

static const struct variable *variable_at(const struct entry_tree *t, group_id g, size_t slot)
{
    return &t->dictionary->variable[group_of(t, g)->variable[slot]];
}

/* Repeats right below group g. */
static bool is_child(const struct entry_tree *t, size_t child, group_id g)
{
    return child != 0 && t->form->group[child].parent == g;
}

/* ---- rows ---- */

struct entry_row *entry_row_new(struct entry_tree *t, group_id g)
{
    struct entry_row *row = ARENA_NEW(t->arena, struct entry_row);
    row->field = ARENA_ARRAY(t->arena, struct entry_field, group_of(t, g)->n_variable);
    row->list = ARENA_ARRAY(t->arena, struct entry_list, t->form->n_group);
    return row;
}

void entry_tree_init(struct entry_tree *t, const struct dictionary *d, const struct form *f,
                     struct arena *a)
{
    *t = (struct entry_tree){.dictionary = d, .form = f, .arena = a};
    t->root = entry_row_new(t, 0);
}

/* Fields are replaced, never changed in place, so their texts may be shared. */
struct entry_row *entry_row_copy(struct entry_tree *t, group_id g, const struct entry_row *from)
{
    struct entry_row *row = entry_row_new(t, g);
    memcpy(row->field, from->field, group_of(t, g)->n_variable * sizeof *row->field);
    for (size_t c = 1; c < t->form->n_group; c++) {
        if (!is_child(t, c, g) || from->list[c].n == 0) continue;
        struct entry_list *l = &row->list[c];
        l->row = ARENA_ARRAY(t->arena, struct entry_row *, from->list[c].n);
        l->n = l->cap = from->list[c].n;
        for (size_t i = 0; i < l->n; i++)
            l->row[i] = entry_row_copy(t, (group_id)c, from->list[c].row[i]);
    }
    return row;
}

bool entry_field_blank(const struct entry_field *f)
{
    if (f->missing.n > 0) return false;
    for (size_t i = 0; i < f->n; i++)
        if (text_trim(f->text[i]).n > 0) return false;
    return true;
}

bool entry_row_blank(const struct entry_tree *t, group_id g, const struct entry_row *row)
{
    for (size_t i = 0; i < group_of(t, g)->n_variable; i++)
        if (!entry_field_blank(&row->field[i])) return false;
    for (size_t c = 1; c < t->form->n_group; c++)
        if (is_child(t, c, g) && row->list[c].n > 0) return false;
    return true;
}

bool entry_list_put(struct entry_tree *t, struct entry_list *l, size_t place, struct entry_row *row,
                    struct err *e)
{
    if (l->n >= RECORD_INSTANCES_MAX) {
        err_set(e, ERR_LIMIT, "record.too_many_instances",
                "there can be at most %d of these in one record", RECORD_INSTANCES_MAX);
        return err_remedy(e, "make a second record for the rest");
    }
    if (l->n == l->cap) {
        size_t cap = l->cap == 0 ? 4 : 2 * l->cap;
        struct entry_row **more = ARENA_ARRAY(t->arena, struct entry_row *, cap);
        if (l->n > 0) memcpy(more, l->row, l->n * sizeof(struct entry_row *));
        l->row = more;
        l->cap = cap;
    }
    memmove(l->row + place + 1, l->row + place, (l->n - place) * sizeof(struct entry_row *));
    l->row[place] = row;
    l->n++;
    return true;
}

struct entry_row *entry_list_take(struct entry_list *l, size_t place)
{
    struct entry_row *row = l->row[place];
    l->n--;
    memmove(l->row + place, l->row + place + 1, (l->n - place) * sizeof(struct entry_row *));
    return row;
}

void entry_list_cut(struct entry_list *l, size_t n)
{
    if (l->n > n) l->n = n;
}

/* ---- fields ---- */

static struct text kept(struct entry_tree *t, struct text value)
{
    return (struct text){arena_copy(t->arena, value.p, value.n), value.n};
}

void entry_field_texts(struct entry_tree *t, struct entry_field *f, const struct text *value,
                       size_t n)
{
    f->shape = ENTRY_TEXTS;
    f->n = (uint16_t)n;
    f->text = ARENA_ARRAY(t->arena, struct text, n);
    for (size_t i = 0; i < n; i++) f->text[i] = kept(t, value[i]);
}

void entry_field_text(struct entry_tree *t, struct entry_field *f, struct text value)
{
    entry_field_texts(t, f, &value, value.n > 0);
    f->shape = ENTRY_TEXT;
}

void entry_field_part(struct entry_tree *t, struct entry_field *f, int part, struct text value)
{
    struct text all[3] = {{"", 0}, {"", 0}, {"", 0}};
    if (f->shape == ENTRY_PARTS) memcpy(all, f->text, sizeof all);
    all[part] = value;
    entry_field_texts(t, f, all, 3);
    f->shape = ENTRY_PARTS;
}

void entry_field_missing(struct entry_tree *t, struct entry_field *f, struct text code)
{
    f->missing = kept(t, code);
}

bool entry_field_equal(const struct entry_field *a, const struct entry_field *b)
{
    if (entry_field_blank(a) && entry_field_blank(b)) return true;
    if (a->n != b->n || !text_equal(a->missing, b->missing)) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!text_equal(a->text[i], b->text[i])) return false;
    return true;
}

/* "1990-05-01" of "1990" "5" "1"; blank parts at the right are left out, others stay visible. */
static const char *date_words(const struct entry_field *f, struct arena *a)
{
    struct text y = text_trim(f->text[0]), m = text_trim(f->text[1]), d = text_trim(f->text[2]);
    const char *m0 = m.n == 1 ? "0" : "", *d0 = d.n == 1 ? "0" : "";
    if (m.n == 0 && d.n == 0) return arena_printf(a, "%.*s", (int)y.n, y.p);
    if (d.n == 0) return arena_printf(a, "%.*s-%s%.*s", (int)y.n, y.p, m0, (int)m.n, m.p);
    return arena_printf(a, "%.*s-%s%.*s-%s%.*s", (int)y.n, y.p, m0, (int)m.n, m.p, d0, (int)d.n,
                        d.p);
}

const char *entry_field_words(const struct entry_field *f, struct arena *a)
{
    size_t need = 1, n = 0;
    if (f->missing.n > 0) return arena_printf(a, "missing:%.*s", (int)f->missing.n, f->missing.p);
    if (f->n == 0) return "";
    if (f->shape == ENTRY_PARTS) return date_words(f, a);
    for (size_t i = 0; i < f->n; i++) need += f->text[i].n + 1;
    char *p = ARENA_ARRAY(a, char, need);
    for (size_t i = 0; i < f->n; i++) {
        if (i > 0) p[n++] = ' ';
        if (f->text[i].n > 0) memcpy(p + n, f->text[i].p, f->text[i].n);
        n += f->text[i].n;
    }
    return p;
}

/* ---- as documents ---- */

static struct json *texts_to_json(const struct entry_field *f)
{
    struct json *list = json_array();
    for (size_t i = 0; i < f->n; i++) json_push(list, json_text(f->text[i]));
    return list;
}

static struct json *field_to_json(const struct entry_field *f)
{
    struct json *typed = f->shape == ENTRY_TEXT
                             ? json_text(f->n > 0 ? f->text[0] : (struct text){"", 0})
                             : texts_to_json(f);
    if (f->shape != ENTRY_PARTS && f->missing.n == 0) return typed;
    struct json *j = json_object();
    json_set(j, "typed", typed);
    if (f->shape == ENTRY_PARTS) json_set_bool(j, "parts", true);
    if (f->missing.n > 0) json_set(j, "missing", json_text(f->missing));
    return j;
}

struct json *entry_row_to_json(const struct entry_tree *t, group_id g, const struct entry_row *row)
{
    struct json *j = json_object();
    for (size_t i = 0; i < group_of(t, g)->n_variable; i++)
        if (!entry_field_blank(&row->field[i]))
            json_set(j, variable_at(t, g, i)->name, field_to_json(&row->field[i]));
    for (size_t c = 1; c < t->form->n_group; c++) {
        if (!is_child(t, c, g) || row->list[c].n == 0) continue;
        struct json *list = json_array();
        for (size_t i = 0; i < row->list[c].n; i++)
            json_push(list, entry_row_to_json(t, (group_id)c, row->list[c].row[i]));
        json_set(j, t->form->group[c].name, list);
    }
    return j;
}

struct json *entry_tree_to_json(const struct entry_tree *t)
{
    return entry_row_to_json(t, 0, t->root);
}

static bool bad_body(struct err *e)
{
    err_set(e, ERR_STORE, "entry.body", "a draft is not what was written there");
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static void typed_from_json(struct entry_tree *t, struct entry_field *f, const struct json *j)
{
    if (json_kind(j) == JSON_TEXT) {
        entry_field_text(t, f, text_of(json_as_text(j, "")));
        return;
    }
    size_t n = json_size(j);
    struct text *value = ARENA_ARRAY(t->arena, struct text, n);
    for (size_t i = 0; i < n; i++) value[i] = text_of(json_as_text(json_at(j, i), ""));
    entry_field_texts(t, f, value, n);
}

static bool field_from_json(struct entry_tree *t, struct entry_field *f, const struct json *j,
                            struct err *e)
{
    const struct json *typed = json_kind(j) == JSON_OBJECT ? json_get(j, "typed") : j;
    if (typed == NULL || (json_kind(typed) != JSON_TEXT && json_kind(typed) != JSON_ARRAY) ||
        json_size(typed) > LIST_CODES_MAX)
        return bad_body(e);
    typed_from_json(t, f, typed);
    if (typed == j) return true;
    if (json_get_bool(j, "parts", false)) {
        if (f->n != 3) return bad_body(e);
        f->shape = ENTRY_PARTS;
    }
    entry_field_missing(t, f, text_of(json_get_text(j, "missing", "")));
    return true;
}

static bool list_from_json(struct entry_tree *t, group_id g, struct entry_list *l,
                           const struct json *j, struct err *e)
{
    if (json_kind(j) != JSON_ARRAY) return bad_body(e);
    for (size_t i = 0; i < json_size(j); i++) {
        struct entry_row *row = entry_row_new(t, g);
        if (!entry_list_put(t, l, l->n, row, e) ||
            !entry_row_from_json(t, g, row, json_at(j, i), e))
            return false;
    }
    return true;
}

bool entry_row_from_json(struct entry_tree *t, group_id g, struct entry_row *row,
                         const struct json *j, struct err *e)
{
    const char *key;
    const struct json *child;
    if (json_kind(j) != JSON_OBJECT) return bad_body(e);
    for (void *at = NULL; json_next(j, &at, &key, &child);) {
        const struct variable *v = dictionary_variable(t->dictionary, t->form->id, text_of(key));
        if (v != NULL && v->group == g) {
            if (!field_from_json(t, &row->field[v->slot], child, e)) return false;
            continue;
        }
        for (size_t c = 1; c < t->form->n_group; c++)
            if (is_child(t, c, g) && strcmp(t->form->group[c].name, key) == 0 &&
                !list_from_json(t, (group_id)c, &row->list[c], child, e))
                return false;
    }
    return true;
}

bool entry_tree_from_json(struct entry_tree *t, const struct json *j, struct err *e)
{
    return entry_row_from_json(t, 0, t->root, j, e);
}

/* ---- records ---- */

static void date_to_field(struct entry_tree *t, struct entry_field *f, struct text iso)
{
    struct text rest = iso, part;
    for (int i = 0; i < 3 && text_split(&rest, '-', &part); i++) entry_field_part(t, f, i, part);
}

void entry_field_of_value(struct entry_tree *t, struct entry_field *f, const struct variable *v,
                          const struct value *value)
{
    struct buf b;
    buf_init_wiped(&b, (size_t)VALUE_TEXT_MAX * 4 + 64);
    if (value->kind == VALUE_MISSING) {
        entry_field_missing(t, f, text_of(missing_code((enum missing)value->missing)));
    } else if (value->kind == VALUE_CODES) {
        const struct codelist *l = t->dictionary->list[v->list];
        struct text *code = ARENA_ARRAY(t->arena, struct text, value->n_code);
        for (size_t i = 0; i < value->n_code; i++) code[i] = text_of(l->code[value->codes[i]].name);
        entry_field_texts(t, f, code, value->n_code);
    } else if (value->kind != VALUE_EMPTY) {
        value_text(&b, t->dictionary, v->id, value);
        if (value->kind == VALUE_DATE) date_to_field(t, f, buf_text(&b));
        else entry_field_text(t, f, buf_text(&b));
    }
    buf_release(&b);
}

bool entry_tree_from_record(struct entry_tree *t, const struct record *r, struct err *e)
{
    struct entry_row ***made = ARENA_ARRAY(t->arena, struct entry_row **, t->form->n_group);
    for (size_t g = 0; g < t->form->n_group; g++) {
        const struct record_table *table = &r->table[g];
        made[g] = ARENA_ARRAY(t->arena, struct entry_row *, table->n_row);
        for (uint32_t i = 0; i < table->n_row; i++) {
            struct entry_row *row = g == 0 ? t->root : entry_row_new(t, (group_id)g);
            made[g][i] = row;
            for (size_t k = 0; k < group_of(t, (group_id)g)->n_variable; k++) {
                const struct variable *v = variable_at(t, (group_id)g, k);
                if (!v->derived && !v->system)
                    entry_field_of_value(t, &row->field[k], v, record_get(r, v->id, i));
            }
            if (g == 0) continue;
            struct entry_list *l = &made[t->form->group[g].parent][table->parent[i]]->list[g];
            if (!entry_list_put(t, l, l->n, row, e)) return false;
        }
    }
    return true;
}

static struct json *field_value(const struct entry_field *f, struct arena *a)
{
    if (f->missing.n > 0 || f->shape != ENTRY_TEXTS)
        return json_text(text_of(entry_field_words(f, a)));
    return texts_to_json(f);
}

/* The document that record_from_json() takes. Typed calculations and what the register sets itself
 * are nobody's to give. */
static struct json *row_values(const struct entry_tree *t, group_id g, const struct entry_row *row)
{
    struct json *j = json_object();
    for (size_t i = 0; i < group_of(t, g)->n_variable; i++) {
        const struct variable *v = variable_at(t, g, i);
        if (v->derived || v->system || entry_field_blank(&row->field[i])) continue;
        json_set(j, v->name, field_value(&row->field[i], t->arena));
    }
    for (size_t c = 1; c < t->form->n_group; c++) {
        if (!is_child(t, c, g) || row->list[c].n == 0) continue;
        struct json *list = json_array();
        for (size_t i = 0; i < row->list[c].n; i++)
            json_push(list, row_values(t, (group_id)c, row->list[c].row[i]));
        json_set(j, t->form->group[c].name, list);
    }
    return j;
}

bool entry_tree_record(struct record *r, const struct entry_tree *t, struct findings *f,
                       struct err *e)
{
    struct json *j = row_values(t, 0, t->root);
    bool ok = record_from_json(r, j, f, e);
    json_free(j);
    return ok;
}
