/* SPDX-License-Identifier: EUPL-1.2 */
/* One row of cells into one record.
 *
 * The targets of a mapping name places: the record itself, or an instance of a repeat ("the second exploitation of the
 * first episode"). A place comes to be in a record only if a column that leads into it has a value, or a constant does.
 * A spread target copies its place for each further value of its cell. */
#include "intake/row_build.h"

#include "base/mem.h"
#include "base/unicode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_OF_CELL_MAX = 200, SHOWN_BYTES = 80 };

struct place {
    group_id group;
    uint32_t instance[MAPPING_DEPTH_MAX];
    size_t parent;           /* place; of the record itself: 0 */
    struct mapping_target const **target;
    size_t n_target, cap_target;
    const struct mapping_target *spread; /* or NULL */
    bool used;               /* in this row */
    uint32_t row, n_row;     /* rows of the group's table it got */
};

struct row_builder {
    const struct mapping *m;
    const struct dictionary *d;
    const struct form *form;
    enum date_order order;
    bool ask;
    int32_t today;
    const char *position;
    struct place *place;     /* a parent stands before its children; places of one group in the order of their parents */
    size_t n_place, cap_place;
    struct arena *arena;     /* of the row */
    struct record *record;
    struct findings *findings;
    const struct source_cells *cells;
};

/* ---------------------------------------------------------------- places */

static size_t find_place(struct row_builder *b, group_id g, const uint32_t *instance)
{
    const struct group *group = &b->form->group[g];
    for (size_t i = 0; i < b->n_place; i++)
        if (b->place[i].group == g &&
            memcmp(b->place[i].instance, instance, group->depth * sizeof *instance) == 0)
            return i;
    struct place p = {.group = g};
    memcpy(p.instance, instance, group->depth * sizeof *instance);
    if (g != 0) p.parent = find_place(b, group->parent, instance); /* depth is at most MAPPING_DEPTH_MAX */
    MEM_GROW(b->place, b->cap_place, b->n_place + 1);
    b->place[b->n_place] = p;
    return b->n_place++;
}

static int by_path(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    for (size_t i = 0; i < MAPPING_DEPTH_MAX; i++)
        if (a->instance[i] != b->instance[i]) return a->instance[i] < b->instance[i] ? -1 : 1;
    return 0;
}

/* Groups are numbered parents first, so sorting by group and path puts parents before children. */
static void sort_places(struct row_builder *b)
{
    qsort(b->place, b->n_place, sizeof *b->place, by_path);
    for (size_t i = 0; i < b->n_place; i++) {
        struct place *p = &b->place[i];
        const struct group *group = &b->form->group[p->group];
        p->parent = p->group == 0 ? i : find_place(b, group->parent, p->instance);
    }
}

struct row_builder *row_builder_new(const struct mapping *m, const struct dictionary *d, enum date_order order,
                                    bool ask_for_order, int32_t today, const char *position)
{
    struct row_builder *b = mem_new(1, sizeof *b);
    static const uint32_t none[MAPPING_DEPTH_MAX];
    b->m = m;
    b->d = d;
    b->form = m->form;
    b->order = order;
    b->ask = ask_for_order;
    b->today = today;
    b->position = position;
    find_place(b, 0, none);
    for (size_t i = 0; i < m->n_target; i++) find_place(b, d->variable[m->target[i].var].group, m->target[i].instance);
    sort_places(b);
    for (size_t i = 0; i < m->n_target; i++) {
        const struct mapping_target *t = &m->target[i];
        struct place *p = &b->place[find_place(b, d->variable[t->var].group, t->instance)];
        MEM_GROW(p->target, p->cap_target, p->n_target + 1);
        p->target[p->n_target++] = t;
        if (t->spread) p->spread = t;
    }
    return b;
}

void row_builder_free(struct row_builder *b)
{
    if (b == NULL) return;
    for (size_t i = 0; i < b->n_place; i++) mem_free(b->place[i].target);
    mem_free(b->place);
    mem_free(b);
}

uint32_t row_builder_column(const struct row_builder *b, var_id v, uint32_t instance)
{
    for (size_t i = 0; i < b->n_place; i++) {
        const struct place *p = &b->place[i];
        if (p->group != b->d->variable[v].group) continue;
        bool here = p->group == 0 || (p->used && instance >= p->row && instance < p->row + p->n_row);
        for (size_t k = 0; here && k < p->n_target; k++)
            if (p->target[k]->var == v && p->target[k]->source == MAPPING_COLUMN) return p->target[k]->column + 1;
    }
    return 0;
}

/* ---------------------------------------------------------------- cells */

static struct text cell_of(const struct row_builder *b, const struct mapping_target *t)
{
    if (t->source == MAPPING_CONSTANT) return t->constant;
    if (t->source == MAPPING_POSITION) {
        char *text = arena_printf(b->arena, "%s-%llu", b->position, (unsigned long long)b->cells->row);
        return text_of(text);
    }
    if (t->column >= b->cells->n_cell) return (struct text){"", 0};
    struct text cell = text_trim(b->cells->cell[t->column]);
    if (cell.n > 1 && cell.p[0] == '\'') { /* written by ourselves, or by a careful spreadsheet (conventions 11) */
        struct text rest = {cell.p + 1, cell.n - 1};
        if (csv_is_formula(rest)) return rest;
    }
    return cell;
}

static void add_finding(struct row_builder *b, enum builtin_rule rule, const struct mapping_target *t, uint32_t row,
                        struct text value)
{
    rule_id id = finding_builtin(b->d, rule);
    struct finding f = {.rule = id, .level = b->d->rule[id].severity, .row = b->cells->row, .var = t->var, .instance = row};
    if (t->source == MAPPING_COLUMN) f.column = t->column + 1;
    if (!(b->d->variable[t->var].privacy & PRIVACY_D)) {
        size_t n = value.n < SHOWN_BYTES ? value.n : SHOWN_BYTES;
        while (n > 0 && n < value.n && ((unsigned char)value.p[n] & 0xC0u) == 0x80u) n--;
        f.value = arena_copy(b->arena, value.p, n);
    }
    findings_add(b->findings, f);
}

/* The value map of the target: false when it has no answer for this value. */
static bool map_value(const struct row_builder *b, const struct mapping_target *t, struct text *value)
{
    if (t->value == NULL && t->lookup_value == NULL && !t->otherwise) return true;
    if (t->source != MAPPING_COLUMN) return true;
    struct text key = unicode_fold(*value, b->arena);
    uint32_t at = t->value == NULL ? MAP_NONE : map_get(t->value, key);
    if (at != MAP_NONE) {
        *value = t->value_to[at];
        return true;
    }
    at = t->lookup_value == NULL ? MAP_NONE : map_get(t->lookup_value, key);
    if (at != MAP_NONE) {
        *value = text_of(t->lookup->code[at].name);
        return true;
    }
    if (t->otherwise) {
        *value = t->otherwise_to;
        return true;
    }
    /* our own codes are always understood */
    const struct variable *v = &b->d->variable[t->var];
    if (missing_find(*value) != MISSING_NONE) return true;
    return v->list != LIST_NONE && codelist_find(b->d->list[v->list], *value) != CODE_NONE;
}

static bool could_be_either(struct text t)
{
    int64_t part[3];
    size_t n = 0;
    struct text rest = t, one;
    char separator = '\0';
    for (size_t i = 0; i < t.n && separator == '\0'; i++)
        if (t.p[i] == '/' || t.p[i] == '-') separator = t.p[i];
    if (separator == '\0') return false;
    while (n < 3 && text_split(&rest, separator, &one))
        if (!text_to_int(one, &part[n++])) return false;
    return n == 3 && part[2] > 31 && part[0] >= 1 && part[0] <= 12 && part[1] >= 1 && part[1] <= 12 && part[0] != part[1];
}

/* ISO dates are read in every case; days before months where the text itself shows it; else as was said, or asked. */
static enum date_order order_of(struct row_builder *b, const struct mapping_target *t, struct text value, uint32_t row)
{
    struct date d;
    if (t->order_given) return t->order;
    if (date_parse(&d, value, DATE_ISO)) return DATE_ISO;
    if (!b->ask) return b->order;
    if (could_be_either(value)) add_finding(b, BUILTIN_AMBIGUOUS, t, row, value);
    if (date_parse(&d, value, DATE_DMY)) return DATE_DMY;
    if (date_parse(&d, value, DATE_MDY)) return DATE_MDY;
    return DATE_ISO;
}

static void unite(struct row_builder *b, struct value *into, const struct value *add)
{
    if (add->kind == VALUE_EMPTY) return;
    if (into->kind != VALUE_CODES || add->kind != VALUE_CODES) {
        if (into->kind == VALUE_EMPTY || into->kind == VALUE_MISSING) *into = *add;
        return;
    }
    code_id *codes = ARENA_ARRAY(b->arena, code_id, (size_t)into->n_code + add->n_code);
    size_t n = 0, i = 0, k = 0;
    while (i < into->n_code || k < add->n_code) {
        code_id x = i < into->n_code ? into->codes[i] : CODE_NONE, y = k < add->n_code ? add->codes[k] : CODE_NONE;
        code_id least = x < y ? x : y;
        codes[n++] = least;
        i += x == least;
        k += y == least;
    }
    into->codes = codes;
    into->n_code = (uint16_t)n;
}

/* One piece of text, after its value map, into row `row` of its group. */
static void put(struct row_builder *b, const struct mapping_target *t, uint32_t row, struct text text)
{
    static const enum builtin_rule rule[] = {
        [VALUE_READ_TYPE] = BUILTIN_TYPE,       [VALUE_READ_CODE] = BUILTIN_CODE,
        [VALUE_READ_RETIRED] = BUILTIN_CODE,    [VALUE_READ_MISSING] = BUILTIN_MISSING,
        [VALUE_READ_LONG] = BUILTIN_TOO_LONG};
    const struct variable *v = &b->d->variable[t->var];
    struct value *into = record_value(b->record, t->var, row), value;
    struct text sent = text;
    if (text.n == 0 || (into->kind != VALUE_EMPTY && into->kind != VALUE_MISSING && v->type != VARIABLE_CODES)) return;
    if (!map_value(b, t, &text)) {
        add_finding(b, BUILTIN_UNMAPPED, t, row, sent);
        return;
    }
    if (text.n == 0) return;
    enum date_order order = v->type == VARIABLE_DATE ? order_of(b, t, text, row) : DATE_ISO;
    if (v->type == VARIABLE_TEXT) text = unicode_nfc(text, b->arena);
    enum value_read how = value_read(&value, b->d, t->var, text, order, b->today, b->arena);
    if (how == VALUE_READ_OK) unite(b, into, &value);
    else add_finding(b, rule[how], t, row, sent);
}

static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F) return true;
    }
    return false;
}

/* Values of one cell: of a spread or multi-select target there may be several. */
static size_t split_cell(const struct row_builder *b, const struct mapping_target *t, struct text cell, struct text *out)
{
    bool several = t->spread || (b->d->variable[t->var].type == VARIABLE_CODES);
    size_t n = 0;
    if (!several || cell.n == 0) {
        out[0] = cell;
        return cell.n > 0;
    }
    char separator = t->separator;
    if (separator == '\0') separator = memchr(cell.p, ';', cell.n) != NULL ? ';' : '\0';
    bool mapped = t->value != NULL || t->lookup_value != NULL || t->otherwise;
    if (separator == '\0' && mapped && !t->spread) separator = ';'; /* a mapped value may hold blanks */
    struct text rest = cell, one;
    while (n < VALUES_OF_CELL_MAX && text_split(&rest, separator == '\0' ? ' ' : separator, &one)) {
        one = text_trim(one);
        if (one.n > 0) out[n++] = one;
    }
    return n;
}

/* ---------------------------------------------------------------- the row */

static void mark_used(struct row_builder *b)
{
    for (size_t i = 0; i < b->n_place; i++) b->place[i].used = b->place[i].group == 0;
    for (size_t i = b->n_place; i-- > 0;) { /* children first: they bring their parents along */
        struct place *p = &b->place[i];
        for (size_t k = 0; k < p->n_target && !p->used; k++) {
            const struct mapping_target *t = p->target[k];
            p->used = t->source != MAPPING_COLUMN || cell_of(b, t).n > 0;
        }
        if (p->used) b->place[p->parent].used = true;
    }
}

static bool add_rows(struct row_builder *b, struct place *p, size_t n)
{
    struct err e = {0};
    uint32_t parent = b->place[p->parent].row;
    for (size_t i = 0; i < n; i++) {
        uint32_t row;
        if (!record_add(&row, b->record, p->group, parent, &e)) {
            add_finding(b, BUILTIN_REPEATS, p->target[0], p->row, (struct text){"", 0});
            break;
        }
        if (i == 0) p->row = row;
        p->n_row = (uint32_t)i + 1;
    }
    return p->n_row > 0;
}

static void fill_place(struct row_builder *b, struct place *p)
{
    struct text piece[VALUES_OF_CELL_MAX];
    size_t n = p->spread == NULL ? 1 : split_cell(b, p->spread, cell_of(b, p->spread), piece);
    p->n_row = 1;
    p->row = 0;
    if (p->group != 0) {
        p->n_row = 0;
        if (!add_rows(b, p, n == 0 ? 1 : n)) return;
    }
    for (size_t k = 0; k < p->n_target; k++) {
        const struct mapping_target *t = p->target[k];
        struct text cell = cell_of(b, t), part[VALUES_OF_CELL_MAX];
        if (has_control(cell)) {
            add_finding(b, BUILTIN_ENCODING, t, p->row, (struct text){"", 0});
            continue;
        }
        size_t n_part = split_cell(b, t, cell, part);
        for (uint32_t r = 0; r < p->n_row; r++) {
            if (t == p->spread) put(b, t, p->row + r, r < n ? part[r] : (struct text){"", 0});
            else
                for (size_t i = 0; i < n_part; i++) put(b, t, p->row + r, part[i]);
        }
        if (t->source == MAPPING_COLUMN && b->cells->formula != NULL && t->column < b->cells->n_cell &&
            b->cells->formula[t->column])
            add_finding(b, BUILTIN_FORMULA, t, p->row, cell);
    }
}

void row_build(struct row_builder *b, struct record *r, struct findings *f, const struct source_cells *cells,
               struct arena *a)
{
    b->record = r;
    b->findings = f;
    b->cells = cells;
    b->arena = a;
    mark_used(b);
    for (size_t i = 0; i < b->n_place; i++)
        if (b->place[i].used) fill_place(b, &b->place[i]);
}
