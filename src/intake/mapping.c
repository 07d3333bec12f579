/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/mapping.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "model/record.h"

#include <stdio.h>
#include <string.h>

void mapping_add(struct mapping *m, const struct mapping_target *t)
{
    MEM_GROW(m->target, m->cap_target, m->n_target + 1);
    m->target[m->n_target++] = *t;
}

void mapping_release(struct mapping *m)
{
    for (size_t i = 0; i < m->n_target; i++) {
        map_free(m->target[i].value);
        map_free(m->target[i].lookup_value);
    }
    mem_free(m->target);
    m->target = NULL;
    m->n_target = m->cap_target = 0;
}

/* ---------------------------------------------------------------- paths */

/* One step "name" or "name[3]" of a path. */
static bool read_step(struct text step, struct text *name, uint32_t *instance)
{
    size_t at;
    *instance = 0;
    *name = step;
    if (!text_find(step, TEXT("["), &at)) return true;
    if (step.p[step.n - 1] != ']') return false;
    int64_t number;
    *name = (struct text){step.p, at};
    if (!text_to_int((struct text){step.p + at + 1, step.n - at - 2}, &number)) return false;
    if (number < 1 || number > MAPPING_INSTANCE_MAX) return false;
    *instance = (uint32_t)(number - 1);
    return true;
}

bool mapping_path(struct mapping_target *out, const struct dictionary *d, const struct form *f, struct text path)
{
    struct text name[MAPPING_DEPTH_MAX + 1], rest = path, step;
    uint32_t instance[MAPPING_DEPTH_MAX + 1];
    size_t n = 0;
    while (text_split(&rest, '/', &step)) {
        if (n > MAPPING_DEPTH_MAX || !read_step(text_trim(step), &name[n], &instance[n])) return false;
        n++;
    }
    const struct variable *v = dictionary_variable(d, f->id, name[n - 1]);
    if (v == NULL || v->system || instance[n - 1] != 0) return false;
    out->var = v->id;
    memset(out->instance, 0, sizeof out->instance);
    group_id g = v->group;
    if (f->group[g].depth > MAPPING_DEPTH_MAX) return false;
    for (size_t i = n - 1; i-- > 0;) { /* from the innermost step outwards; steps may be left out at the front */
        if (g == 0 || !text_is(name[i], f->group[g].name)) return false;
        out->instance[f->group[g].depth - 1] = instance[i];
        g = f->group[g].parent;
    }
    return true;
}

/* ---------------------------------------------------------------- the file of a mapping */

enum { C_SOURCE, C_VARIABLE, C_VALUE_MAP, C_DATE_FORMAT, C_SEPARATOR, C_SPREAD, C_NOTE, C_UNMAPPED, C_COUNT };
static const char *const column_name[C_COUNT] = {"source_column", "variable", "value_map", "date_format",
                                                 "separator",     "spread",   "note",      "unmapped"};

struct loader {
    struct mapping *m;
    const struct dictionary *d;
    const char *file;
    uint32_t row;
    size_t at[C_COUNT];
    struct map *header;   /* folded header -> column */
    struct arena *a;
    struct problems *p;
    size_t n_found;       /* targets whose column the file has */
};

static void complain(struct loader *l, int column, const char *id, const char *remedy, const char *what,
                     struct text value)
{
    problems_add(l->p, true, id, l->file, l->row, column_name[column], remedy, "%s: %.*s", what, (int)value.n, value.p);
}

static struct text folded(struct text t, struct arena *a)
{
    return unicode_fold(text_trim(t), a);
}

/* Copy without the backslashes that protect ; = and | in a value map. */
static struct text unescaped(struct text t, struct arena *a)
{
    char *copy = arena_take(a, t.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '\\' && i + 1 < t.n) i++;
        copy[n++] = t.p[i];
    }
    return text_trim((struct text){copy, n});
}

/* Place of the first `c` that is not behind a backslash; t.n when there is none. */
static size_t find_bare(struct text t, char c)
{
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '\\') i++;
        else if (t.p[i] == c) return i;
    }
    return t.n;
}

static bool next_bare(struct text *rest, char separator, struct text *piece)
{
    if (rest->p == NULL) return false;
    size_t at = find_bare(*rest, separator);
    *piece = (struct text){rest->p, at};
    *rest = at == rest->n ? (struct text){NULL, 0} : (struct text){rest->p + at + 1, rest->n - at - 1};
    return true;
}

/* @LIST.column: every external value of that column leads to its code; the first code wins. */
static void load_lookup(struct loader *l, struct mapping_target *t, struct text spec)
{
    size_t dot;
    struct text list = {spec.p + 1, spec.n - 1}, column = {0};
    if (text_find(list, TEXT("."), &dot)) {
        column = (struct text){list.p + dot + 1, list.n - dot - 1};
        list.n = dot;
    }
    t->lookup = dictionary_list(l->d, list);
    const char *name = arena_copy(l->a, column.p, column.n);
    size_t k = t->lookup == NULL ? SIZE_MAX : codelist_column(t->lookup, name);
    if (k == SIZE_MAX && !text_is(column, "name")) {
        complain(l, C_VALUE_MAP, "mapping.lookup", "write @LIST.column with a list and one of its further columns",
                 "no such list and column", spec);
        return;
    }
    if (t->lookup_value == NULL) t->lookup_value = map_new();
    for (code_id c = 0; c < t->lookup->n_code; c++) {
        struct text rest = text_of(k == SIZE_MAX ? t->lookup->code[c].name : t->lookup->code[c].extra[k]), one;
        while (text_split(&rest, ';', &one)) {
            struct text key = folded(one, l->a);
            if (key.n > 0 && map_get(t->lookup_value, key) == MAP_NONE) map_put(t->lookup_value, key, c);
        }
    }
}

static void check_result(struct loader *l, const struct mapping_target *t, struct text to)
{
    const struct variable *v = &l->d->variable[t->var];
    struct value value;
    if (to.n == 0 || v->list == LIST_NONE) return;
    struct arena_mark mark = arena_mark(l->a);
    enum value_read how = value_read(&value, l->d, t->var, to, DATE_ISO, day_today(), l->a);
    arena_rewind(l->a, mark);
    if (how != VALUE_READ_OK && how != VALUE_READ_RETIRED)
        complain(l, C_VALUE_MAP, "mapping.code", "map to a code of the variable's list, or to a missing code",
                 "not a code of this variable", to);
}

static void load_pairs(struct loader *l, struct mapping_target *t, struct text pairs)
{
    struct text rest = pairs, pair;
    size_t n = 1;
    for (size_t i = 0; i < pairs.n; i++) n += pairs.p[i] == ';';
    struct text *to = ARENA_ARRAY(l->a, struct text, t->n_value + n);
    if (t->n_value > 0) memcpy(to, t->value_to, t->n_value * sizeof *to);
    t->value_to = to;
    if (t->value == NULL) t->value = map_new();
    while (next_bare(&rest, ';', &pair)) {
        if (text_trim(pair).n == 0) continue;
        size_t eq = find_bare(pair, '=');
        if (eq == pair.n) {
            complain(l, C_VALUE_MAP, "mapping.pair", "write source=code;source=code", "no = in this pair", pair);
            continue;
        }
        struct text from = unescaped((struct text){pair.p, eq}, l->a);
        struct text target = unescaped((struct text){pair.p + eq + 1, pair.n - eq - 1}, l->a);
        check_result(l, t, target);
        if (text_is(from, "*")) {
            t->otherwise = true;
            t->otherwise_to = target;
            continue;
        }
        t->value_to[t->n_value] = target;
        map_put(t->value, folded(from, l->a), (uint32_t)t->n_value++);
    }
}

static void load_value_map(struct loader *l, struct mapping_target *t, struct text cell)
{
    struct text rest = cell, part;
    if (text_trim(cell).n == 0) return;
    while (next_bare(&rest, '|', &part)) {
        part = text_trim(part);
        if (part.n > 0 && part.p[0] == '@') load_lookup(l, t, part);
        else load_pairs(l, t, part);
    }
}

static void load_date_format(struct loader *l, struct mapping_target *t, struct text cell)
{
    static const struct { const char *name; enum date_order order; } format[] = {
        {"yyyy-mm-dd", DATE_ISO}, {"yyyy", DATE_ISO},       {"yyyy-mm", DATE_ISO},   {"dd/mm/yyyy", DATE_DMY},
        {"d.m.yyyy", DATE_DMY},   {"dd.mm.yyyy", DATE_DMY}, {"dd-mm-yyyy", DATE_DMY}, {"mm/dd/yyyy", DATE_MDY},
        {"excel", DATE_EXCEL}};
    if (cell.n == 0) return;
    for (size_t i = 0; i < sizeof format / sizeof format[0]; i++)
        if (text_equal_nocase(cell, text_of(format[i].name))) {
            t->order_given = true;
            t->order = format[i].order;
            return;
        }
    complain(l, C_DATE_FORMAT, "mapping.date_format", "write yyyy-mm-dd, dd/mm/yyyy, d.m.yyyy, mm/dd/yyyy or excel",
             "no such date format", cell);
}

/* Where the values come from; false: the file has no such column, which is fine. */
static bool load_source(struct loader *l, struct mapping_target *t, struct text source)
{
    if (text_is(source, "@position")) {
        t->source = MAPPING_POSITION;
        return true;
    }
    if (source.n > 0 && source.p[0] == '=') {
        t->source = MAPPING_CONSTANT;
        t->constant = (struct text){arena_copy(l->a, source.p + 1, source.n - 1), source.n - 1};
        return true;
    }
    uint32_t column = map_get(l->header, folded(source, l->a));
    if (column == MAP_NONE) return false;
    l->n_found++;
    l->m->known[column] = true;
    t->source = MAPPING_COLUMN;
    t->column = column;
    return true;
}

static void load_row(struct loader *l, const struct csv_row *row)
{
    struct text cell[C_COUNT] = {0};
    for (int c = 0; c < C_COUNT; c++)
        cell[c] = l->at[c] < row->n_field ? text_trim(row->field[l->at[c]]) : (struct text){"", 0};
    struct mapping_target t = {.var = VAR_NONE};
    if (cell[C_SOURCE].n == 0) {
        complain(l, C_SOURCE, "mapping.no_source", "name a column of the file, =TEXT or @position", "no source", cell[C_SOURCE]);
        return;
    }
    bool there = load_source(l, &t, cell[C_SOURCE]);
    if (text_equal_nocase(cell[C_UNMAPPED], TEXT("yes"))) return;
    if (!mapping_path(&t, l->d, l->m->form, cell[C_VARIABLE])) {
        const char *near = dictionary_guess_variable(l->d, l->m->form->id, cell[C_VARIABLE]);
        complain(l, C_VARIABLE, "mapping.variable",
                 near == NULL ? "name a variable of the form, or mark the row unmapped=yes"
                              : arena_printf(l->a, "did you mean %s?", near),
                 "no such variable", cell[C_VARIABLE]);
        return;
    }
    load_value_map(l, &t, cell[C_VALUE_MAP]);
    load_date_format(l, &t, cell[C_DATE_FORMAT]);
    t.separator = cell[C_SEPARATOR].n == 1 ? cell[C_SEPARATOR].p[0] : '\0';
    t.spread = text_equal_nocase(cell[C_SPREAD], TEXT("yes")) && l->d->variable[t.var].group != 0;
    if (t.source == MAPPING_CONSTANT) check_result(l, &t, t.constant);
    if (there) {
        mapping_add(l->m, &t);
    } else {
        map_free(t.value);
        map_free(t.lookup_value);
    }
}

static bool load_header(struct loader *l, struct csv_reader *rd, struct err *e)
{
    struct csv_row row;
    bool found;
    if (!csv_next(rd, &row, &found, e)) return false;
    for (int c = 0; c < C_COUNT; c++) l->at[c] = SIZE_MAX;
    for (size_t i = 0; found && i < row.n_field; i++)
        for (int c = 0; c < C_COUNT; c++)
            if (text_is(text_trim(row.field[i]), column_name[c])) l->at[c] = i;
    l->row = 1;
    for (int c = 0; c <= C_VARIABLE; c++)
        if (l->at[c] == SIZE_MAX)
            problems_add(l->p, true, "mapping.column_missing", l->file, 1, column_name[c], "add the column",
                         "the mapping has no column %s", column_name[c]);
    return true;
}

static bool load_rows(struct loader *l, const char *path, struct err *e)
{
    struct csv_reader *rd = NULL;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    if (!csv_open(&rd, path, &o, e)) return false;
    bool ok = load_header(l, rd, e), found = true;
    while (ok && found && l->at[C_SOURCE] != SIZE_MAX) {
        struct csv_row row;
        ok = csv_next(rd, &row, &found, e);
        if (!ok || !found) break;
        l->row = (uint32_t)row.row;
        load_row(l, &row);
    }
    csv_close(rd);
    return ok;
}

static bool name_is_safe(struct text name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '/' || name.p[i] == '\0') return false;
    return name.n > 0 && name.n < 80 && name.p[0] != '.';
}

static void prepare(struct mapping *out, const char *name, const struct form *f, const struct text *header,
                    size_t n_header, struct arena *a)
{
    *out = (struct mapping){.name = name, .form = f, .header = header, .n_header = n_header};
    out->known = ARENA_ARRAY(a, bool, n_header);
}

bool mapping_load(struct mapping *out, const struct dictionary *d, const struct form *f, struct text name,
                  const struct text *header, size_t n_header, struct arena *a, struct problems *p, struct err *e)
{
    const char *file = arena_printf(a, "mappings/%.*s.csv", (int)name.n, name.p);
    const char *path = arena_printf(a, "%s/%s", d->folder, file);
    prepare(out, arena_copy(a, name.p, name.n), f, header, n_header, a);
    if (!name_is_safe(name) || !file_exists(path)) {
        err_set(e, ERR_NOT_FOUND, "mapping.unknown", "there is no mapping %.*s", (int)name.n, name.p);
        return err_remedy(e, "`dcim mapping list` names them; without --mapping the columns are guessed");
    }
    struct loader l = {.m = out, .d = d, .file = file, .a = a, .p = p, .header = map_new()};
    for (size_t i = 0; i < n_header; i++) map_put(l.header, folded(header[i], a), (uint32_t)i);
    bool ok = load_rows(&l, path, e);
    map_free(l.header);
    if (ok && p->n_fatal > 0) {
        ok = err_set(e, ERR_INPUT, "mapping.broken", "mapping %s has %zu problem%s", out->name, p->n_fatal,
                     p->n_fatal == 1 ? "" : "s");
        err_remedy(e, "mend %s as listed", file);
    } else if (ok && l.n_found == 0) {
        ok = err_set(e, ERR_INPUT, "mapping.no_column", "the file has none of the columns of mapping %s", out->name);
        err_remedy(e, "check that the first row of the file holds the column names, or use another mapping");
    }
    if (!ok) mapping_release(out);
    return ok;
}

/* ---------------------------------------------------------------- guessing */

/* Keys under which a header may name a variable, the first variable to claim one keeps it. */
static void add_key(struct map *keys, struct text key, var_id v, struct arena *a)
{
    key = folded(key, a);
    if (key.n > 0 && map_get(keys, key) == MAP_NONE) map_put(keys, key, v);
}

static struct map *variable_keys(const struct dictionary *d, const struct form *f, struct arena *a)
{
    struct map *keys = map_new();
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < d->n_variable; i++) {
            const struct variable *v = &d->variable[i];
            if (v->form != f->id || v->system || v->derived) continue;
            if (pass == 0) add_key(keys, text_of(v->name), v->id, a);
            for (size_t k = 0; pass == 1 && k < d->n_language; k++)
                if (v->label.in[k] != NULL) add_key(keys, text_of(v->label.in[k]), v->id, a);
            for (size_t k = 0; pass == 2 && k < v->n_extra; k++) {
                if (strcmp(v->extra[k].name, "htcds") != 0 && strcmp(v->extra[k].name, "ctdc") != 0) continue;
                struct text rest = text_of(v->extra[k].value), one;
                while (text_split(&rest, ';', &one)) add_key(keys, one, v->id, a);
            }
        }
    return keys;
}

/* exploitation_form_2: the number is the instance of the innermost repeat. */
static bool guess_numbered(struct mapping_target *t, const struct dictionary *d, const struct form *f,
                           const struct map *keys, struct text header, struct arena *a)
{
    size_t n = header.n;
    while (n > 0 && header.p[n - 1] >= '0' && header.p[n - 1] <= '9') n--;
    int64_t number;
    if (n == header.n || n < 2 || !text_to_int((struct text){header.p + n, header.n - n}, &number)) return false;
    if (number < 1 || number > MAPPING_INSTANCE_MAX) return false;
    uint32_t v = map_get(keys, folded((struct text){header.p, n}, a));
    if (v == MAP_NONE || d->variable[v].group == 0) return false;
    t->var = (var_id)v;
    t->instance[f->group[d->variable[v].group].depth - 1] = (uint32_t)(number - 1);
    return true;
}

bool mapping_guess(struct mapping *out, const struct dictionary *d, const struct form *f, const struct text *header,
                   size_t n_header, struct arena *a, struct err *e)
{
    prepare(out, "guessed", f, header, n_header, a);
    struct map *keys = variable_keys(d, f, a);
    for (size_t i = 0; i < n_header; i++) {
        struct mapping_target t = {.source = MAPPING_COLUMN, .column = (uint32_t)i, .var = VAR_NONE, .guessed = true};
        struct text name = text_trim(header[i]);
        if (name.n == 0) continue;
        uint32_t v = map_get(keys, folded(name, a));
        bool found = mapping_path(&t, d, f, name);
        if (!found && v != MAP_NONE) {
            t.var = (var_id)v;
            found = true;
        }
        if (!found && !guess_numbered(&t, d, f, keys, name, a)) continue;
        if (d->variable[t.var].derived) continue;
        out->known[i] = true;
        mapping_add(out, &t);
    }
    map_free(keys);
    if (out->n_target > 0) return true;
    err_set(e, ERR_INPUT, "mapping.nothing", "no column of the file was recognised");
    return err_remedy(e, "the first row must hold variable names or labels of form %s (`dcim variables --form %s`); or "
                         "name a mapping with --mapping", f->name, f->name);
}

struct json *mapping_to_json(const struct mapping *m, const struct dictionary *d)
{
    struct json *out = json_object(), *columns = json_array(), *unknown = json_array();
    for (size_t i = 0; i < m->n_target; i++) {
        const struct mapping_target *t = &m->target[i];
        if (t->source != MAPPING_COLUMN) continue;
        struct json *row = json_object();
        json_set(row, "column", json_text(m->header[t->column]));
        json_set_text(row, "variable", d->variable[t->var].name);
        json_set_bool(row, "guessed", t->guessed);
        json_push(columns, row);
    }
    for (size_t i = 0; i < m->n_header; i++)
        if (!m->known[i] && text_trim(m->header[i]).n > 0) json_push(unknown, json_text(m->header[i]));
    json_set_text(out, "name", m->name);
    json_set(out, "columns", columns);
    json_set(out, "unknown_columns", unknown);
    return out;
}
