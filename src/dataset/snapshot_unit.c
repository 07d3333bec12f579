/* SPDX-License-Identifier: EUPL-1.2 */
/* Unit-level columns: what the instances of a record, or the records of a person, say together.
 *
 * A single value survives from the last record that has one (the first, where the dictionary says
 * so), or from the one that people chose. Sets are unions, or the set of the chosen one. A missing
 * code stands only where there is no value at all; an explicit code before a blank. */
#include "dataset/snapshot_internal.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The instances that make up one unit: ranges of instance numbers, one for each record of the
 * unit. */
struct gather {
    const struct snapshot *s;
    enum unit unit;
    group_id group;
    uint32_t *chosen; /* by person: the record that people chose, NOBODY; NULL: they chose none */
};

#define NOBODY UINT32_MAX

static size_t unit_records(const struct gather *g, size_t unit, const uint32_t **records,
                           uint32_t *single)
{
    if (g->chosen != NULL && g->chosen[unit] != NOBODY) {
        *single = g->chosen[unit];
        *records = single;
        return 1;
    }
    if (g->unit == UNIT_PERSONS) {
        *records = g->s->person.record + g->s->person.first[unit];
        return g->s->person.first[unit + 1] - g->s->person.first[unit];
    }
    *single = (uint32_t)unit;
    *records = single;
    return 1;
}

static void record_instances(const struct gather *g, uint32_t record, uint32_t *from, uint32_t *to)
{
    if (g->group == 0) {
        *from = record;
        *to = record + 1;
    } else {
        *from = g->s->group[g->group].first[record];
        *to = g->s->group[g->group].first[record + 1];
    }
}

/* ---------------------------------------------------------------- sets of codes */

struct code_pile { /* codes of one unit */
    uint16_t *item;
    size_t n, cap;
    uint16_t missing; /* best missing cell seen: explicit before blank */
};

static void pile_cell(struct code_pile *p, uint16_t cell)
{
    if (cell >= COLUMN_CODE_MAX) {
        if (p->missing == COLUMN_EMPTY) p->missing = cell;
        return;
    }
    for (size_t i = 0; i < p->n; i++)
        if (p->item[i] == cell) return;
    MEM_GROW(p->item, p->cap, p->n + 1);
    p->item[p->n++] = cell;
}

static int by_code(const void *a, const void *b)
{
    uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
    return (x > y) - (x < y);
}

static void make_code_set(struct owned_column *out, const struct gather *g,
                          const struct column *own, size_t n_unit)
{
    struct code_pile pile = {0};
    size_t cap = 0, n = 0;
    out->offset = mem_resize(NULL, n_unit + 1, sizeof *out->offset);
    for (size_t u = 0; u < n_unit; u++) {
        const uint32_t *records;
        uint32_t single;
        size_t n_record = unit_records(g, u, &records, &single);
        pile.n = 0;
        pile.missing = COLUMN_EMPTY;
        for (size_t r = 0; r < n_record; r++) {
            uint32_t from, to;
            record_instances(g, records[r], &from, &to);
            for (uint32_t i = from; i < to; i++)
                if (own->kind == COLUMN_CODE) pile_cell(&pile, own->code[i]);
                else
                    for (uint32_t k = own->offset[i]; k < own->offset[i + 1]; k++)
                        pile_cell(&pile, own->item[k]);
        }
        if (pile.n > 1) qsort(pile.item, pile.n, sizeof *pile.item, by_code);
        size_t add = pile.n == 0 ? 1 : pile.n;
        MEM_GROW(out->item, cap, n + add);
        out->offset[u] = (uint32_t)n;
        if (pile.n == 0) out->item[n] = pile.missing;
        else memcpy(out->item + n, pile.item, pile.n * sizeof *pile.item);
        n += add;
    }
    out->offset[n_unit] = (uint32_t)n;
    mem_free(pile.item);
    out->shown = (struct column){.kind = COLUMN_CODE_SET,
                                 .var = own->var,
                                 .n = n_unit,
                                 .offset = out->offset,
                                 .item = out->item};
}

/* ---------------------------------------------------------------- sets of numbers */

static void make_number_set(struct owned_column *out, const struct gather *g,
                            const struct column *own, size_t n_unit)
{
    size_t cap = 0, cap_last = 0, n = 0;
    out->offset = mem_resize(NULL, n_unit + 1, sizeof *out->offset);
    for (size_t u = 0; u < n_unit; u++) {
        const uint32_t *records;
        uint32_t single;
        size_t n_record = unit_records(g, u, &records, &single);
        out->offset[u] = (uint32_t)n;
        for (size_t r = 0; r < n_record; r++) {
            uint32_t from, to;
            record_instances(g, records[r], &from, &to);
            MEM_GROW(out->number, cap, n + (to - from));
            MEM_GROW(out->number_last, cap_last, n + (to - from));
            for (uint32_t i = from; i < to; i++, n++) {
                out->number[n] = own->number[i];
                out->number_last[n] = own->number_last[i];
            }
        }
    }
    out->offset[n_unit] = (uint32_t)n;
    out->shown = (struct column){.kind = COLUMN_NUMBER_SET,
                                 .var = own->var,
                                 .n = n_unit,
                                 .offset = out->offset,
                                 .number = out->number,
                                 .number_last = out->number_last};
}

/* ---------------------------------------------------------------- single values of persons */

/* Is the cell an explicit missing code? Only asked where there is no value. */
static bool is_explicit(const struct column *own, uint32_t r)
{
    return own->kind == COLUMN_CODE ? own->code[r] != COLUMN_EMPTY
                                    : own->number[r] != COLUMN_NO_NUMBER;
}

/* The record whose value stands for the person. */
static uint32_t survivor(const struct gather *g, const struct column *own, size_t person,
                         bool first)
{
    const uint32_t *records;
    uint32_t single;
    size_t n = unit_records(g, person, &records, &single);
    bool explicit_code = false;
    uint32_t best = records[0];
    for (size_t i = 0; i < n; i++) {
        uint32_t r = records[first ? i : n - 1 - i];
        if (column_has_value(own, r)) return r;
        if (!explicit_code && is_explicit(own, r)) {
            best = r;
            explicit_code = true;
        }
    }
    return best;
}

static void make_single(struct owned_column *out, const struct gather *g, const struct column *own,
                        size_t n_unit, bool first)
{
    bool code = own->kind == COLUMN_CODE;
    if (code) {
        out->code = mem_resize(NULL, n_unit, sizeof *out->code);
    } else {
        out->number = mem_resize(NULL, n_unit, sizeof *out->number);
        out->number_last = mem_resize(NULL, n_unit, sizeof *out->number_last);
    }
    for (size_t p = 0; p < n_unit; p++) {
        uint32_t r = survivor(g, own, p, first);
        if (code) {
            out->code[p] = own->code[r];
        } else {
            out->number[p] = own->number[r];
            out->number_last[p] = own->number_last[r];
        }
    }
    out->shown = (struct column){.kind = own->kind,
                                 .var = own->var,
                                 .n = n_unit,
                                 .code = out->code,
                                 .number = out->number,
                                 .number_last = out->number_last};
}

/* ---------------------------------------------------------------- what people chose */

/* The newest choice is the last; one whose record has no value rests. The caller frees. */
static uint32_t *chosen_records(const struct snapshot *s, const struct column *own,
                                const struct variable *v)
{
    uint32_t *out = NULL;
    if (v->group != 0) return NULL;
    for (size_t i = 0; i < s->n_chosen; i++) {
        const struct chosen *x = &s->chosen[i];
        if (x->variable != v->id || !column_has_value(own, x->record)) continue;
        if (out == NULL) {
            out = mem_resize(NULL, s->person.n, sizeof *out);
            memset(out, 0xff, s->person.n * sizeof *out);
        }
        out[s->person.of_record[x->record]] = x->record;
    }
    return out;
}

struct owned_column *unit_column_make(struct snapshot *s, enum unit u, const struct variable *v)
{
    struct owned_column *out = mem_new(1, sizeof *out);
    const struct column *own = snapshot_instance_column(s, v->id);
    struct gather g = {s, u, v->group, NULL};
    if (u == UNIT_PERSONS) g.chosen = chosen_records(s, own, v);
    size_t n = snapshot_units(s, u);
    bool number = own->kind == COLUMN_NUMBER || own->kind == COLUMN_DAY;
    if (own->kind == COLUMN_CODE_SET || (own->kind == COLUMN_CODE && v->group != 0))
        make_code_set(out, &g, own, n);
    else if (number && v->group != 0) make_number_set(out, &g, own, n);
    else make_single(out, &g, own, n, v->survivor_first);
    mem_free(g.chosen);
    return out;
}
