/* SPDX-License-Identifier: EUPL-1.2 */
/* One row of cells into one record.
 *
 * The targets of a mapping name places: the record itself, or one instance of a repeat ("the second
 * exploitation of the first episode"). A row goes through four steps:
 *
 *   1. Cells are read, each into as many readings as it has values.
 *   2. Places are settled: a place comes to be when a column that leads to it had a value (or one
 *      that could not be read, for a value was meant), and brings the places around it along.
 *      Plain names go to the first place of their repeat, and make one where there is none.
 *   3. Places become rows of the record's tables, as many as the longest spread cell has values.
 *   4. Readings are put there, in the order of the mapping: what several columns say of one
 *      select_multiple is united, else the first counts. Constants come last, where there is a
 *      place for them.
 *
 * Spread cells of one place stand side by side: the k-th values of all belong to one instance. */
#include "intake/row_build.h"

#include "base/mem.h"
#include "intake/row_internal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_OF_CELL_MAX = 200 };

/* ---- places -------------------------------------------------------------------------------- */

static size_t find_place(const struct row_builder *b, group_id g, const uint32_t *instance,
                         bool plain)
{
    size_t depth = b->form->group[g].depth;
    for (size_t i = 0; i < b->n_place; i++) {
        const struct place *p = &b->place[i];
        if (p->group != g || p->plain != plain) continue;
        if (plain || memcmp(p->instance, instance, depth * sizeof *instance) == 0) return i;
    }
    return PLACE_NONE;
}

static void add_place(struct row_builder *b, group_id g, const uint32_t *instance, bool plain)
{
    for (;; g = b->form->group[g].parent) { /* with those around it */
        if (find_place(b, g, instance, plain && g != 0) != PLACE_NONE) return;
        struct place p = {.group = g, .plain = plain && g != 0};
        memcpy(p.instance, instance, b->form->group[g].depth * sizeof *instance);
        MEM_GROW(b->place, b->cap_place, b->n_place + 1);
        b->place[b->n_place++] = p;
        if (g == 0) return;
    }
}

static int by_path(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->plain != b->plain) return a->plain ? 1 : -1;
    for (size_t i = 0; i < MAPPING_DEPTH_MAX; i++)
        if (a->instance[i] != b->instance[i]) return a->instance[i] < b->instance[i] ? -1 : 1;
    return 0;
}

/* Groups are numbered parents first, so sorting by group and path puts parents before children. */
static void make_places(struct row_builder *b)
{
    static const uint32_t none[MAPPING_DEPTH_MAX];
    const struct mapping *m = b->m;
    add_place(b, 0, none, false);
    for (size_t i = 0; i < m->n_target; i++)
        add_place(b, b->d->variable[m->target[i].var].group, m->target[i].instance,
                  m->target[i].plain);
    qsort(b->place, b->n_place, sizeof *b->place, by_path);
    for (size_t i = 0; i < b->n_place; i++) {
        struct place *p = &b->place[i];
        if (p->group != 0 && !p->plain)
            p->parent = find_place(b, b->form->group[p->group].parent, p->instance, false);
        b->first_place[p->group + 1] = i + 1;
    }
    for (size_t g = 1; g <= b->form->n_group; g++)
        if (b->first_place[g] == 0) b->first_place[g] = b->first_place[g - 1];
}

/* ---- beginning and end --------------------------------------------------------------------- */

static void make_slots(struct row_builder *b, const struct cell_options *o)
{
    const struct mapping *m = b->m;
    b->slot = mem_new(m->n_target, sizeof *b->slot);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < m->n_target; i++) {
            const struct mapping_target *t = &m->target[i];
            if ((t->source == MAPPING_COLUMN) != (pass == 0)) continue;
            const struct variable *v = &b->d->variable[t->var];
            b->slot[b->n_slot++] =
                (struct slot){.t = t,
                              .v = v,
                              .n_variable = b->form->group[v->group].n_variable,
                              .reader = cell_reader_new(b->d, t, o),
                              .place = t->plain ? PLACE_NONE
                                                : find_place(b, v->group, t->instance, false),
                              .several = t->spread || t->separator != '\0' ||
                                         (v->type == VARIABLE_CODES && t->value != NULL)};
        }
        if (pass == 0) b->n_column = b->n_slot;
    }
}

struct row_builder *row_builder_new(const struct mapping *m, const struct dictionary *d,
                                    const struct cell_options *o, const char *position,
                                    uint32_t position_column)
{
    struct row_builder *b = mem_new(1, sizeof *b);
    *b = (struct row_builder){
        .m = m, .d = d, .form = m->form, .position = position, .position_column = position_column};
    b->first_place = mem_new(m->form->n_group + 1, sizeof *b->first_place);
    b->dest = mem_new(m->form->n_group, sizeof *b->dest);
    b->told = mem_new(m->n_header, sizeof *b->told);
    b->told_column = mem_new(m->n_header, sizeof *b->told_column);
    make_places(b);
    make_slots(b, o);
    return b;
}

void row_builder_free(struct row_builder *b)
{
    if (b == NULL) return;
    for (size_t i = 0; i < b->n_slot; i++) cell_reader_free(b->slot[i].reader);
    mem_free(b->slot);
    mem_free(b->place);
    mem_free(b->first_place);
    mem_free(b->dest);
    mem_free(b->told);
    mem_free(b->told_column);
    mem_free(b);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct text row_cell(const struct row_builder *b, uint32_t column)
{
    return column < b->cells->n_cell ? cell_text(b->cells->cell[column]) : (struct text){"", 0};
}

/* A remark about a cell; what concerns the cell as such is said once, however many targets it has.
 * `k`: which of the instances of the slot's place, whose first row is added when it is known. */
static void add_finding(struct row_builder *b, enum builtin_rule rule, struct slot *s, size_t k,
                        struct text sent)
{
    struct finding f = finding_of(b->d, rule, s->t->var, (uint32_t)k);
    f.row = b->cells->row;
    if (s->t->source == MAPPING_COLUMN) {
        uint32_t bit = UINT32_C(1) << rule;
        f.column = s->t->column + 1;
        bool of_cell =
            rule == BUILTIN_UNMAPPED || rule == BUILTIN_FORMULA || rule == BUILTIN_ENCODING;
        if (of_cell && (b->told[s->t->column] & bit) != 0) return;
        if (b->told[s->t->column] == 0) b->told_column[b->n_told++] = s->t->column;
        b->told[s->t->column] |= bit;
    }
    bool hide = (s->v->privacy & PRIVACY_D) != 0 || rule == BUILTIN_ENCODING;
    findings_add_value(b->findings, f, hide ? (struct text){NULL, 0} : sent);
}

static void take(struct row_builder *b, struct slot *s, size_t k, struct reading *into,
                 struct text text)
{
    cell_read(into, s->reader, text, b->arena);
    if (into->wrong) add_finding(b, into->rule, s, k, text);
    if (into->wrong || into->value.kind != VALUE_EMPTY) s->given = true;
}

static struct value united(struct row_builder *b, const struct value *x, const struct value *y);

/* Several values of one cell for one variable: united, or else at most one may mean something. */
static void merge(struct row_builder *b, struct slot *s, struct text cell)
{
    bool one_allowed = s->v->type != VARIABLE_CODES;
    s->one = (struct reading){.value = {.kind = VALUE_EMPTY}};
    for (size_t i = 0; i < s->n_reading; i++) {
        const struct value *v = &s->reading[i].value;
        if (v->kind == VALUE_EMPTY) continue;
        if (one_allowed && s->one.value.kind != VALUE_EMPTY && !value_equal(&s->one.value, v)) {
            add_finding(b, BUILTIN_TYPE, s, 0, cell);
            break;
        }
        s->one.value = one_allowed ? *v : united(b, &s->one.value, v);
    }
    s->reading = &s->one;
    s->n_reading = 1;
}

static void read_several(struct row_builder *b, struct slot *s, struct text cell)
{
    struct text part[VALUES_OF_CELL_MAX];
    bool more;
    size_t n = cell_split(s->reader, cell, part, VALUES_OF_CELL_MAX, s->t->spread, &more, b->arena);
    if (more) add_finding(b, BUILTIN_REPEATS, s, 0, cell);
    s->n_reading = n;
    if (n == 1) {
        take(b, s, 0, &s->one, part[0]);
        return;
    }
    s->reading = ARENA_ARRAY(b->arena, struct reading, n);
    for (size_t i = 0; i < n; i++) take(b, s, s->t->spread ? i : 0, &s->reading[i], part[i]);
    if (!s->t->spread) merge(b, s, cell);
}

static void read_column(struct row_builder *b, struct slot *s)
{
    struct text cell = row_cell(b, s->t->column);
    s->given = false;
    s->cleared = b->changes_record && text_is(cell, "[CLEAR]");
    s->finding = b->findings->n;
    s->reading = &s->one;
    s->n_reading = s->n_finding = 0;
    if (s->cleared) return;
    if (cell.n > 0 && s->several) {
        read_several(b, s, cell);
    } else if (cell.n > 0) {
        s->n_reading = 1;
        take(b, s, 0, &s->one, cell);
    }
    if (b->cells->formula != NULL && s->t->column < b->cells->n_cell &&
        b->cells->formula[s->t->column])
        add_finding(b, BUILTIN_FORMULA, s, 0, cell);
    s->n_finding = b->findings->n - s->finding;
}

static void read_constant(struct row_builder *b, struct slot *s)
{
    struct text text = s->t->constant;
    if (s->t->source == MAPPING_POSITION) {
        text = b->position_column == UINT32_MAX ? (struct text){"", 0}
                                                : row_cell(b, b->position_column);
        if (text.n == 0)
            text = text_of(
                arena_printf(b->arena, "%s-%llu", b->position, (unsigned long long)b->cells->row));
        b->position_given = text;
    }
    s->reading = &s->one;
    s->n_reading = 1;
    s->finding = b->findings->n;
    take(b, s, 0, &s->one, text);
    s->n_finding = b->findings->n - s->finding;
}

bool row_has_values(const struct row_builder *b, const struct source_cells *cells)
{
    for (size_t i = 0; i < b->n_column; i++) {
        uint32_t column = b->slot[i].t->column;
        if (column < cells->n_cell && text_trim(cells->cell[column]).n > 0) return true;
    }
    return false;
}

/* ---- settling places ----------------------------------------------------------------------- */

static size_t first_used(const struct row_builder *b, group_id g)
{
    for (size_t i = b->first_place[g]; i < b->first_place[g + 1]; i++)
        if (b->place[i].used) return i;
    return PLACE_NONE;
}

/* Where plain names of a group go; made where there is none yet, with those around it. */
static size_t settle_plain(struct row_builder *b, group_id g)
{
    size_t first = PLACE_NONE, child = PLACE_NONE;
    for (;; g = b->form->group[g].parent) {
        if (b->dest[g] == PLACE_NONE) b->dest[g] = first_used(b, g);
        size_t here = b->dest[g];
        bool made = here == PLACE_NONE;
        if (made) {
            here = b->dest[g] =
                b->first_place[g + 1] - 1; /* the plain place is the last of its group */
            b->place[here].used = true;
        }
        if (child != PLACE_NONE) b->place[child].parent = here;
        if (first == PLACE_NONE) first = here;
        if (!made) return first;
        child = here;
    }
}

static void settle_places(struct row_builder *b)
{
    for (size_t i = 0; i < b->n_place; i++) {
        b->place[i].used = b->place[i].group == 0;
        b->place[i].n_row = 0;
    }
    for (size_t i = 0; i < b->n_column; i++)
        if (b->slot[i].given && b->slot[i].place != PLACE_NONE)
            b->place[b->slot[i].place].used = true;
    for (size_t i = b->n_place; i-- > 0;) /* children first: they bring those around them along */
        if (b->place[i].used) b->place[b->place[i].parent].used = true;
    for (size_t g = 0; g < b->form->n_group; g++) b->dest[g] = PLACE_NONE;
    for (size_t i = 0; i < b->n_column; i++)
        if (b->slot[i].given && b->slot[i].place == PLACE_NONE)
            settle_plain(b, b->slot[i].v->group);
}

size_t row_place_of(const struct row_builder *b, const struct slot *s)
{
    if (s->place != PLACE_NONE) return b->place[s->place].used ? s->place : PLACE_NONE;
    size_t dest = b->dest[s->v->group];
    return dest != PLACE_NONE ? dest : first_used(b, s->v->group);
}

/* ---- filling ------------------------------------------------------------------------------- */

static void add_rows(struct row_builder *b, struct place *p, uint32_t n)
{
    uint32_t parent = b->place[p->parent].row, row;
    p->row = (uint32_t)b->record->table[p->group].n_row;
    for (p->n_row = 0; p->n_row < n; p->n_row++)
        if (!record_add(&row, b->record, p->group, parent, NULL)) return;
}

static void make_rows(struct row_builder *b)
{
    for (size_t i = 0; i < b->n_place; i++) b->place[i].n_row = b->place[i].used;
    for (size_t i = 0; i < b->n_column; i++) {
        const struct slot *s = &b->slot[i];
        if (!s->given || !s->t->spread) continue;
        struct place *p = &b->place[row_place_of(b, s)];
        for (size_t k = 0; k < s->n_reading; k++) {
            bool said = s->reading[k].wrong || s->reading[k].value.kind != VALUE_EMPTY;
            if (said && k + 1 > p->n_row) p->n_row = (uint32_t)k + 1;
        }
    }
    for (size_t i = 0; i < b->n_place; i++) {
        struct place *p = &b->place[i];
        p->row = 0;
        /* a parent without a row had no room itself */
        if (p->group == 0 || !p->used) continue;
        uint32_t n = b->place[p->parent].n_row > 0 ? p->n_row : 0;
        p->n_row = 0;
        if (n > 0) add_rows(b, p, n);
    }
}

static struct value united(struct row_builder *b, const struct value *x, const struct value *y)
{
    if (x->kind != VALUE_CODES) return y->kind == VALUE_CODES || x->kind == VALUE_EMPTY ? *y : *x;
    if (y->kind != VALUE_CODES) return *x;
    code_id *codes = ARENA_ARRAY(b->arena, code_id, (size_t)x->n_code + y->n_code);
    size_t n = 0, i = 0, k = 0;
    while (i < x->n_code || k < y->n_code) {
        code_id a = i < x->n_code ? x->codes[i] : CODE_NONE,
                c = k < y->n_code ? y->codes[k] : CODE_NONE;
        code_id least = a < c ? a : c;
        codes[n++] = least;
        i += a == least;
        k += c == least;
    }
    return (struct value){.kind = VALUE_CODES, .n_code = (uint16_t)n, .codes = codes};
}

/* What record_value() gives, by what the slot knows already. */
static struct value *value_at(const struct row_builder *b, const struct slot *s, uint32_t row)
{
    return &b->record->table[s->v->group].value[(size_t)row * s->n_variable + s->v->slot];
}

static void put(struct row_builder *b, const struct slot *s, uint32_t row, const struct value *v)
{
    struct value *into = value_at(b, s, row);
    if (v->kind == VALUE_EMPTY) return;
    if (into->kind == VALUE_EMPTY) *into = *v;
    else if (s->v->type == VARIABLE_CODES) *into = united(b, into, v);
}

static void put_column(struct row_builder *b, struct slot *s)
{
    if (!s->given && s->n_finding == 0) return;
    size_t at = row_place_of(b, s);
    const struct place *p = at == PLACE_NONE ? NULL : &b->place[at];
    if (p != NULL && p->n_row == 0) { /* more instances than a record may have */
        add_finding(b, BUILTIN_REPEATS, s, 0, (struct text){NULL, 0});
        return;
    }
    for (size_t i = s->finding; p != NULL && i < s->finding + s->n_finding; i++)
        b->findings->item[i].instance += p->row;
    if (p == NULL || s->n_reading == 0) return;
    if (s->t->spread && s->n_reading > p->n_row && s->reading[p->n_row].value.kind != VALUE_EMPTY)
        add_finding(b, BUILTIN_REPEATS, s, 0, (struct text){NULL, 0});
    for (uint32_t k = 0; k < p->n_row; k++) {
        if (!s->t->spread) put(b, s, p->row + k, &s->reading[0].value);
        else if (k < s->n_reading) put(b, s, p->row + k, &s->reading[k].value);
    }
}

static void put_constant(struct row_builder *b, struct slot *s)
{
    size_t at = row_place_of(b, s);
    if (at == PLACE_NONE) return;
    const struct place *p = &b->place[at];
    bool wanted = false;
    for (uint32_t k = 0; k < p->n_row; k++)
        wanted = wanted || value_at(b, s, p->row + k)->kind == VALUE_EMPTY;
    if (!wanted) return;
    read_constant(b, s);
    for (uint32_t k = 0; k < p->n_row; k++) {
        struct value *into = value_at(b, s, p->row + k);
        if (into->kind == VALUE_EMPTY) *into = s->one.value;
    }
}

void row_build(struct row_builder *b, struct record *r, struct findings *f,
               const struct source_cells *cells, struct arena *a)
{
    b->record = r;
    b->findings = f;
    b->cells = cells;
    b->arena = a;
    b->position_given = (struct text){"", 0};
    b->merged = false;
    while (b->n_told > 0) b->told[b->told_column[--b->n_told]] = 0;
    for (size_t i = 0; i < b->n_column; i++) read_column(b, &b->slot[i]);
    settle_places(b);
    make_rows(b);
    for (size_t i = 0; i < b->n_column; i++) put_column(b, &b->slot[i]);
    for (size_t i = b->n_column; i < b->n_slot; i++) put_constant(b, &b->slot[i]);
}

void row_builder_changes(struct row_builder *b, bool yes)
{
    b->changes_record = yes;
}

struct text row_builder_position(const struct row_builder *b)
{
    return b->position_given;
}

/* Where a slot's values stand in the record last built or merged. */
static bool rows_of(const struct row_builder *b, const struct slot *s, uint32_t *row, uint32_t *n)
{
    size_t at = row_place_of(b, s);
    if (at == PLACE_NONE && b->merged) at = s->place;
    if (at == PLACE_NONE) return false;
    const struct place *p = &b->place[at];
    *row = b->merged ? p->merge_row : p->row;
    *n = b->merged && p->n_row == 0 ? 1 : p->n_row;
    return *row != ROW_NONE;
}

uint32_t row_builder_column(const struct row_builder *b, var_id v, uint32_t instance)
{
    uint32_t column = 0, row, n;
    for (size_t i = 0; i < b->n_column; i++) {
        const struct slot *s = &b->slot[i];
        if (s->t->var != v || !rows_of(b, s, &row, &n)) continue;
        if (instance < row || instance - row >= n) continue;
        if (s->given) return s->t->column + 1;
        if (column == 0) column = s->t->column + 1;
    }
    return column;
}
