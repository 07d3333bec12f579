/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a mapping file (data/README.md, "Mappings"). Every problem is reported with its row,
 * column and remedy before the file is refused. */
#include "intake/mapping.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "intake/mapping_internal.h"
#include "model/record.h"

#include <string.h>

enum {
    C_SOURCE,
    C_VARIABLE,
    C_VALUE_MAP,
    C_DATE_FORMAT,
    C_SEPARATOR,
    C_SPREAD,
    C_NOTE,
    C_UNMAPPED,
    C_COUNT
};

static const char *const column_name[C_COUNT] = {"source_column", "variable",  "value_map",
                                                 "date_format",   "separator", "spread",
                                                 "note",          "unmapped"};

struct loader {
    struct mapping *m;
    const struct dictionary *d;
    const char *file;
    uint32_t row;
    size_t at[C_COUNT];  /* column of the mapping file; SIZE_MAX: absent */
    struct map *header;  /* key of a header -> column of the provider's file */
    struct map *missing; /* keys of columns already noted as missing */
    struct arena *a;
    struct problems *p;
    int32_t today;
    size_t n_found; /* rows whose column the provider's file has */
};

static void complain(struct loader *l, int column, const char *id, const char *remedy,
                     const char *what, struct text value)
{
    problems_add(l->p, true, id, l->file, l->row, column_name[column], remedy, "%s: %.*s", tr(what),
                 (int)(value.n < 200 ? value.n : 200), value.p);
}

static struct text keep(struct loader *l, struct text t)
{
    return (struct text){arena_copy(l->a, t.p, t.n), t.n};
}

/* ---- value maps ---------------------------------------------------------------------------- */

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
    *rest =
        at == rest->n ? (struct text){NULL, 0} : (struct text){rest->p + at + 1, rest->n - at - 1};
    return true;
}

/* What a row of the mapping puts into a variable must be one of its values. */
static void check_result(struct loader *l, int column, const struct mapping_target *t,
                         struct text to)
{
    struct value value;
    if (to.n == 0) return;
    struct arena_mark mark = arena_mark(l->a);
    enum date_order order = t->order_given ? t->order : DATE_ISO;
    enum value_read how = value_read(&value, l->d, t->var, to, order, l->today, l->a);
    arena_rewind(l->a, mark);
    if (how == VALUE_READ_OK) return;
    if (how == VALUE_READ_RETIRED)
        complain(l, column, "mapping.retired", "map to the code that took over",
                 "no longer a valid code", to);
    else if (l->d->variable[t->var].list != LIST_NONE)
        complain(l, column, "mapping.code",
                 "map to a code of the variable's list, or to a missing code",
                 "not a code of this variable", to);
    else
        complain(l, column, "mapping.value",
                 "map to a value of the variable's type, or to a missing code",
                 "not a value of this variable", to);
}

static void load_lookup(struct loader *l, struct mapping_target *t, struct text spec)
{
    size_t dot;
    struct text list = {spec.p + 1, spec.n - 1}, column = {0};
    if (text_find(list, TEXT("."), &dot)) {
        column = (struct text){list.p + dot + 1, list.n - dot - 1};
        list.n = dot;
    }
    const struct codelist *found = dictionary_list(l->d, list);
    if (found != NULL && mapping_add_lookup(t, found, keep(l, column).p, l->a)) return;
    complain(l, C_VALUE_MAP, "mapping.lookup",
             "write @LIST.column with a list and one of its further columns",
             "no such list and column", spec);
}

static void load_pair(struct loader *l, struct mapping_target *t, struct text pair)
{
    size_t eq = find_bare(pair, '=');
    if (eq == pair.n) {
        complain(l, C_VALUE_MAP, "mapping.pair", "write source=code;source=code",
                 "no = in this pair", pair);
        return;
    }
    struct text from = unescaped((struct text){pair.p, eq}, l->a);
    struct text to = unescaped((struct text){pair.p + eq + 1, pair.n - eq - 1}, l->a);
    check_result(l, C_VALUE_MAP, t, to);
    if (from.n == 0) {
        complain(l, C_VALUE_MAP, "mapping.pair", "drop the pair: blank cells are never mapped",
                 "nothing stands before the =", pair);
    } else if (!text_is(from, "*")) {
        mapping_add_value(t, from, to, l->a);
    } else if (!t->otherwise) {
        t->otherwise = true;
        t->otherwise_to = to;
    }
}

static void load_value_map(struct loader *l, struct mapping_target *t, struct text cell)
{
    struct text rest = cell, part, pair;
    if (cell.n == 0) return;
    while (next_bare(&rest, '|', &part)) {
        part = text_trim(part);
        if (part.n > 0 && part.p[0] == '@') {
            load_lookup(l, t, part);
            continue;
        }
        while (next_bare(&part, ';', &pair))
            if (text_trim(pair).n > 0) load_pair(l, t, pair);
    }
}

/* ---- the other columns --------------------------------------------------------------------- */

static void load_date_format(struct loader *l, struct mapping_target *t, struct text cell)
{
    static const struct {
        const char *name;
        enum date_order order;
    } format[] = {{"yyyy-mm-dd", DATE_ISO}, {"yyyy-mm", DATE_ISO},    {"yyyy", DATE_ISO},
                  {"dd/mm/yyyy", DATE_DMY}, {"d/m/yyyy", DATE_DMY},   {"dd.mm.yyyy", DATE_DMY},
                  {"d.m.yyyy", DATE_DMY},   {"dd-mm-yyyy", DATE_DMY}, {"mm/dd/yyyy", DATE_MDY},
                  {"m/d/yyyy", DATE_MDY},   {"excel", DATE_EXCEL}};
    if (cell.n == 0) return;
    for (size_t i = 0; i < sizeof format / sizeof format[0]; i++)
        if (text_equal_nocase(cell, text_of(format[i].name))) {
            t->order_given = true;
            t->order = format[i].order;
            return;
        }
    complain(l, C_DATE_FORMAT, "mapping.date_format",
             "write yyyy-mm-dd, dd/mm/yyyy, d.m.yyyy, mm/dd/yyyy or excel", "no such date format",
             cell);
}

static void load_separator(struct loader *l, struct mapping_target *t, struct text cell)
{
    if (text_equal_nocase(cell, TEXT("tab"))) t->separator = '\t';
    else if (cell.n == 1) t->separator = cell.p[0];
    else if (cell.n > 1)
        complain(l, C_SEPARATOR, "mapping.separator", "write one ASCII character, or tab",
                 "no separator", cell);
}

static bool load_flag(struct loader *l, int column, struct text cell)
{
    if (text_equal_nocase(cell, TEXT("yes"))) return true;
    if (cell.n > 0 && !text_equal_nocase(cell, TEXT("no")))
        complain(l, column, "mapping.flag", "write yes, or leave it blank", "neither yes nor no",
                 cell);
    return false;
}

static void note_missing(struct loader *l, struct text source)
{
    struct text key = mapping_name_key(source, l->a);
    if (!map_put(l->missing, key, 0)) return;
    MEM_GROW(l->m->missing, l->m->cap_missing, l->m->n_missing + 1);
    l->m->missing[l->m->n_missing++] = keep(l, source);
}

/* Where the values come from; false when the provider's file has no such column, which is fine. */
static bool load_source(struct loader *l, struct mapping_target *t, struct text source,
                        bool unmapped)
{
    if (text_is(source, "@position")) {
        t->source = MAPPING_POSITION;
        return true;
    }
    if (source.n > 0 && source.p[0] == '=') {
        t->source = MAPPING_CONSTANT;
        t->constant = keep(l, text_trim((struct text){source.p + 1, source.n - 1}));
        return true;
    }
    if (source.n > 0 && source.p[0] == '@')
        complain(l, C_SOURCE, "mapping.source", "write @position, =TEXT, or the name of a column",
                 "no such source", source);
    uint32_t column = map_get(l->header, mapping_name_key(source, l->a));
    if (column == MAP_NONE) {
        if (!unmapped) note_missing(l, source);
        return false;
    }
    l->n_found++;
    if (!unmapped) l->m->use[column] = MAPPING_MAPPED;
    else if (l->m->use[column] != MAPPING_MAPPED) l->m->use[column] = MAPPING_UNMAPPED;
    t->source = MAPPING_COLUMN;
    t->column = column;
    return true;
}

static bool load_variable(struct loader *l, struct mapping_target *t, struct text path)
{
    if (!mapping_path(t, l->d, l->m->form, path)) {
        const char *near = dictionary_guess_variable(l->d, l->m->form->id, path);
        const char *remedy = tr("name a variable of the form, or mark the row unmapped=yes");
        if (near != NULL) remedy = arena_printf(l->a, "did you mean %s?", near);
        complain(l, C_VARIABLE, "mapping.variable", remedy, "no such variable", path);
        return false;
    }
    if (!l->d->variable[t->var].derived) return true;
    complain(l, C_VARIABLE, "mapping.derived",
             "map what it is computed from, or mark the row unmapped=yes",
             "this variable is computed", path);
    return false;
}

static void load_row(struct loader *l, const struct csv_row *row)
{
    struct text cell[C_COUNT];
    for (int c = 0; c < C_COUNT; c++)
        cell[c] = l->at[c] < row->n_field ? text_trim(row->field[l->at[c]]) : (struct text){"", 0};
    struct mapping_target t = {.var = VAR_NONE};
    if (cell[C_SOURCE].n == 0) {
        complain(l, C_SOURCE, "mapping.no_source", "name a column of the file, =TEXT or @position",
                 "no source", cell[C_SOURCE]);
        return;
    }
    bool unmapped = load_flag(l, C_UNMAPPED, cell[C_UNMAPPED]);
    bool there = load_source(l, &t, cell[C_SOURCE], unmapped);
    if (unmapped || !load_variable(l, &t, cell[C_VARIABLE])) return;
    load_date_format(l, &t, cell[C_DATE_FORMAT]);
    load_separator(l, &t, cell[C_SEPARATOR]);
    load_value_map(l, &t, cell[C_VALUE_MAP]);
    t.spread = load_flag(l, C_SPREAD, cell[C_SPREAD]);
    if (t.spread && l->d->variable[t.var].group == 0)
        complain(l, C_SPREAD, "mapping.spread",
                 "leave it blank: only instances of a repeat can be spread",
                 "the variable is not in a repeat", cell[C_VARIABLE]);
    if (t.source == MAPPING_CONSTANT) check_result(l, C_SOURCE, &t, t.constant);
    if (there) mapping_add(l->m, &t);
    else map_free(t.value);
}

/* ---- the file ------------------------------------------------------------------------------ */

static int column_called(struct text name)
{
    for (int c = 0; c < C_COUNT; c++)
        if (text_is(name, column_name[c])) return c;
    return C_COUNT;
}

static bool load_header(struct loader *l, struct csv_reader *rd, struct err *e)
{
    struct csv_row row;
    bool found;
    l->row = 1;
    for (int c = 0; c < C_COUNT; c++) l->at[c] = SIZE_MAX;
    if (!csv_next(rd, &row, &found, e)) return false;
    for (size_t i = 0; found && i < row.n_field; i++) {
        struct text name = text_trim(row.field[i]);
        int c = column_called(name);
        if (c < C_COUNT && l->at[c] == SIZE_MAX) l->at[c] = i;
        else if (name.n > 0)
            problems_add(l->p, true, "mapping.column", l->file, 1, keep(l, name).p,
                         "name each column once: source_column, variable, value_map, date_format, "
                         "separator, spread, note, unmapped",
                         "the mapping has this column twice, or it means nothing");
    }
    for (int c = 0; c <= C_VARIABLE; c++)
        if (l->at[c] == SIZE_MAX)
            problems_add(l->p, true, "mapping.column_missing", l->file, 1, column_name[c],
                         "add the column", "the mapping has no column %s", column_name[c]);
    return true;
}

static bool load_rows(struct loader *l, struct text bytes, struct err *e)
{
    struct csv_reader *rd = NULL;
    struct csv_options o = {.encoding = CSV_UTF8,
                            .separator = ',',
                            .row_max = MAPPING_ROWS_MAX + 1};
    if (!csv_open_memory(&rd, bytes, &o, e)) return false;
    bool ok = load_header(l, rd, e), found = true;
    while (ok && l->at[C_SOURCE] != SIZE_MAX) {
        struct csv_row row;
        ok = csv_next(rd, &row, &found, e);
        if (!ok || !found) break;
        l->row = (uint32_t)row.row;
        load_row(l, &row);
    }
    csv_close(rd);
    return ok;
}

/* The first of several columns of one name is meant; the others stay unknown. */
static struct map *header_keys(struct mapping *m, struct arena *a)
{
    struct map *keys = map_new();
    for (size_t i = 0; i < m->n_header; i++) {
        struct text key = mapping_name_key(m->header[i], a);
        if (key.n == 0) continue;
        if (map_get(keys, key) == MAP_NONE) map_put(keys, key, (uint32_t)i);
        else if (m->use[i] == MAPPING_UNKNOWN) m->use[i] = MAPPING_AMBIGUOUS;
    }
    return keys;
}

bool mapping_read(struct mapping *out, const struct dictionary *d, const struct form *f,
                  struct text name, const char *file, struct text bytes, const struct text *header,
                  size_t n_header, struct arena *a, struct problems *p, struct err *e)
{
    size_t before = p->n_fatal;
    mapping_init(out, arena_copy(a, name.p, name.n), f, header, n_header, a);
    struct loader l = {.m = out, .d = d, .file = file, .a = a, .p = p, .today = day_today()};
    l.header = header_keys(out, a);
    l.missing = map_new();
    bool ok = load_rows(&l, bytes, e);
    map_free(l.header);
    map_free(l.missing);
    if (ok && p->n_fatal > before) {
        size_t n = p->n_fatal - before;
        err_set(e, ERR_INPUT, "mapping.broken",
                tr_n("mapping %s has %zu problem", "mapping %s has %zu problems", (int64_t)n),
                out->name, n);
        ok = err_remedy(e, "mend %s as listed", file);
    } else if (ok && l.n_found == 0) {
        err_set(e, ERR_INPUT, "mapping.no_column", "the file has none of the columns of mapping %s",
                out->name);
        ok = err_remedy(e, "the first row of the file must hold the names of its columns; or use "
                           "another mapping");
    }
    if (!ok) mapping_release(out);
    return ok;
}

static bool name_is_safe(struct text name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '/' || (unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7F) return false;
    return name.n > 0 && name.n < 80 && name.p[0] != '.';
}

bool mapping_load(struct mapping *out, const struct dictionary *d, const struct form *f,
                  struct text name, const struct text *header, size_t n_header, struct arena *a,
                  struct problems *p, struct err *e)
{
    *out = (struct mapping){.form = f};
    const char *file =
        name_is_safe(name) ? arena_printf(a, "mappings/%.*s.csv", (int)name.n, name.p) : "";
    const char *path = arena_printf(a, "%s/%s", d->folder, file);
    if (file[0] == '\0' || !file_exists(path)) {
        err_set(e, ERR_NOT_FOUND, "mapping.unknown", "there is no mapping of that name");
        err_detail(e, "%.*s", (int)(name.n < 80 ? name.n : 80), name.p);
        return err_remedy(e, "%s/mappings holds them; without --mapping the columns are guessed",
                          d->folder);
    }
    struct buf bytes;
    buf_init(&bytes, MAPPING_BYTES_MAX + 1);
    bool ok = file_read(&bytes, path, MAPPING_BYTES_MAX, e) &&
              mapping_read(out, d, f, name, file, buf_text(&bytes), header, n_header, a, p, e);
    buf_release(&bytes);
    return ok;
}
