/* SPDX-License-Identifier: EUPL-1.2 */
/* A row that names a record, brought into it.
 *
 *   1. The instances of the repeats are those that are kept, with new ones behind them: one for
 *   each
 *      place of the row that has a value and lies beyond what was there.
 *   2. What is kept is copied.
 *   3. What the row says otherwise than the version it was written from is put over it, and noted.
 *
 * Where a repeat has got or lost instances since that version, nobody can tell which one the row
 * means: what it says of them is noted and not taken. */
#include "intake/row_internal.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

enum { TEXT_MOST = 256 * 1024 };

struct merging {
    struct row_builder *b;
    struct record *merged;
    struct row_changes *changes;
    const struct record *now, *base;
    uint32_t **from; /* by group and row of the merged record: the row in `now`; ROW_NONE: new */
    bool *lost;      /* by group */
    bool *drop;      /* by finding */
    struct buf text; /* of a value that is kept; wiping */
};

/* ---- instances ---- */

static void note_lost(struct merging *m)
{
    const struct form *f = m->b->form;
    m->lost = ARENA_ARRAY(m->b->arena, bool, f->n_group);
    for (size_t g = 1; g < f->n_group && m->base != m->now; g++) {
        const struct record_table *a = &m->base->table[g], *b = &m->now->table[g];
        bool same =
            a->n_row == b->n_row &&
            (a->n_row == 0 || memcmp(a->parent, b->parent, a->n_row * sizeof *a->parent) == 0);
        m->lost[g] = !same || m->lost[f->group[g].parent];
    }
}

static uint32_t number_in(const struct merging *m, const struct place *p)
{
    return p->plain ? 0 : p->instance[m->b->form->group[p->group].depth - 1];
}

static bool is_under(const struct merging *m, const struct place *p, uint32_t parent)
{
    const struct place *above = &m->b->place[p->parent];
    group_id g = m->b->form->group[p->group].parent;
    return above->group == g && (g == 0 ? parent == 0 : above->merge_row == parent);
}

static void add_new(struct merging *m, struct place *p, uint32_t parent, uint32_t n)
{
    uint32_t row;
    for (uint32_t i = 0; i < n; i++) {
        if (!record_add(&row, m->merged, p->group, parent, NULL)) return;
        m->from[p->group][row] = ROW_NONE;
        if (p->merge_row == ROW_NONE) p->merge_row = row;
    }
}

/* The places under one parent: `first` is its first instance, `n` how many it has. */
static void set_places(struct merging *m, group_id g, uint32_t parent, uint32_t first, uint32_t n)
{
    struct row_builder *b = m->b;
    for (size_t i = b->first_place[g]; i < b->first_place[g + 1]; i++) {
        struct place *p = &b->place[i];
        if (!is_under(m, p, parent)) continue;
        uint32_t k = number_in(m, p), want = p->n_row > 1 ? p->n_row : 1;
        uint32_t have = k >= n ? 0 : n - k < want ? n - k : want;
        if (have > 0) p->merge_row = first + k;
        if (p->used && !m->lost[g]) add_new(m, p, parent, want - have);
    }
}

static size_t rows_most(const struct merging *m, group_id g)
{
    const struct row_builder *b = m->b;
    size_t n = m->now->table[g].n_row + 1;
    for (size_t i = b->first_place[g]; i < b->first_place[g + 1]; i++) n += b->place[i].n_row + 1;
    return n;
}

static void make_instances(struct merging *m)
{
    const struct form *f = m->b->form;
    for (size_t i = 0; i < m->b->n_place; i++)
        m->b->place[i].merge_row = m->b->place[i].group == 0 ? 0 : ROW_NONE;
    m->from = ARENA_ARRAY(m->b->arena, uint32_t *, f->n_group);
    m->from[0] = ARENA_ARRAY(m->b->arena, uint32_t, 1);
    for (group_id g = 1; g < f->n_group; g++) {
        const struct record_table *t = &m->now->table[g];
        size_t at = 0, n_parent = m->merged->table[f->group[g].parent].n_row;
        m->from[g] = ARENA_ARRAY(m->b->arena, uint32_t, rows_most(m, g));
        for (uint32_t parent = 0; parent < n_parent; parent++) {
            uint32_t is = m->from[f->group[g].parent][parent], row,
                     first = (uint32_t)m->merged->table[g].n_row, n = 0;
            for (; is != ROW_NONE && at < t->n_row && t->parent[at] == is; at++, n++) {
                if (!record_add(&row, m->merged, g, parent, NULL)) break;
                m->from[g][row] = (uint32_t)at;
            }
            set_places(m, g, parent, first, n);
        }
    }
}

static void copy_kept(struct merging *m)
{
    const struct form *f = m->b->form;
    for (group_id g = 0; g < f->n_group; g++) {
        size_t n = f->group[g].n_variable;
        for (size_t row = 0; n > 0 && row < m->merged->table[g].n_row; row++)
            if (m->from[g][row] != ROW_NONE)
                memcpy(&m->merged->table[g].value[row * n],
                       &m->now->table[g].value[m->from[g][row] * n],
                       n * sizeof *m->now->table[g].value);
    }
}

/* ---- values ---- */

/* The row of a place's instance in the version that the row was written from. */
static uint32_t base_row(const struct merging *m, size_t at, uint32_t k)
{
    const struct place *p = &m->b->place[at];
    if (p->group == 0) return 0;
    group_id above = m->b->form->group[p->group].parent;
    if (m->b->place[p->parent].group != above) return ROW_NONE;
    uint32_t parent = base_row(m, p->parent, 0), n = number_in(m, p) + k;
    const struct record_table *t = &m->base->table[p->group];
    for (uint32_t i = 0; parent != ROW_NONE && i < t->n_row; i++)
        if (t->parent[i] == parent && n-- == 0) return i;
    return ROW_NONE;
}

/* Spreadsheets trim texts, and have their own ends of lines. */
static bool texts_equal(struct text a, struct text b)
{
    a = text_trim(a);
    b = text_trim(b);
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && a.p[i] == '\r') i++;
        while (k < b.n && b.p[k] == '\r') k++;
        if (i == a.n || k == b.n) return i == a.n && k == b.n;
        if (a.p[i++] != b.p[k++]) return false;
    }
}

static bool same(const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_TEXT && b->kind == VALUE_TEXT) return texts_equal(a->text, b->text);
    return value_equal(a, b);
}

/* The cell says what is kept, however it reads today: codes retire. */
static bool says(struct merging *m, const struct slot *s, const struct value *kept)
{
    if (s->t->spread || kept->kind == VALUE_EMPTY) return false;
    buf_clear(&m->text);
    value_text(&m->text, m->b->d, s->t->var, kept);
    return texts_equal(buf_text(&m->text), row_cell(m->b, s->t->column));
}

static void note(struct merging *m, const struct slot *s, uint32_t row, const struct value *mine,
                 bool both, bool lost)
{
    struct row_changes *c = m->changes;
    if (c->n == c->cap) {
        size_t cap = c->cap == 0 ? 16 : 2 * c->cap;
        struct row_change *item = ARENA_ARRAY(m->b->arena, struct row_change, cap);
        if (c->n > 0) memcpy(item, c->item, c->n * sizeof *item);
        c->item = item;
        c->cap = cap;
    }
    c->item[c->n++] = (struct row_change){.var = s->t->var,
                                          .row = row,
                                          .column = s->t->column + 1,
                                          .mine = *mine,
                                          .both = both,
                                          .lost = lost};
}

static void drop_findings(struct merging *m, const struct slot *s)
{
    for (size_t i = s->finding; i < s->finding + s->n_finding; i++) m->drop[i] = true;
}

/* One value of a cell: `k` of its place's instances. */
static void take(struct merging *m, const struct slot *s, size_t at, uint32_t k,
                 const struct value *mine)
{
    static const struct value empty = {.kind = VALUE_EMPTY};
    const struct place *p = &m->b->place[at];
    uint32_t was = base_row(m, at, k), row = p->merge_row == ROW_NONE ? ROW_NONE : p->merge_row + k;
    const struct value *base = was == ROW_NONE ? &empty : record_get(m->base, s->t->var, was);
    if (!s->cleared && says(m, s, base)) {
        drop_findings(m, s);
        return;
    }
    if ((mine->kind == VALUE_EMPTY && !s->cleared) || same(base, mine)) return;
    if (m->lost[p->group]) {
        note(m, s, was == ROW_NONE ? 0 : was, mine, true, true);
        return;
    }
    if (row == ROW_NONE || row >= m->merged->table[p->group].n_row) return;
    struct value *into = record_value(m->merged, s->t->var, row);
    if (same(into, mine)) return;
    note(m, s, row, mine, m->base != m->now && !same(base, into), false);
    *into = *mine;
}

static void take_slot(struct merging *m, const struct slot *s)
{
    static const struct value empty = {.kind = VALUE_EMPTY};
    size_t at = row_place_of(m->b, s);
    if (s->cleared) {
        if (at == PLACE_NONE) at = s->place;
        if (at == PLACE_NONE) at = m->b->first_place[s->v->group + 1] - 1;
        take(m, s, at, 0, &empty);
        return;
    }
    if (!s->given || at == PLACE_NONE) return;
    const struct place *p = &m->b->place[at];
    uint32_t n = s->t->spread ? (uint32_t)s->n_reading : 1;
    for (uint32_t k = 0; k < n && k < p->n_row; k++)
        take(m, s, at, k, record_get(m->b->record, s->t->var, p->row + k));
}

/* What remains speaks of instances of the merged record. */
static void settle_findings(struct merging *m)
{
    struct findings *f = m->b->findings;
    for (size_t i = 0; i < m->b->n_column; i++) {
        const struct slot *s = &m->b->slot[i];
        size_t at = row_place_of(m->b, s);
        if (at == PLACE_NONE || m->b->place[at].merge_row == ROW_NONE) continue;
        for (size_t k = s->finding; k < s->finding + s->n_finding; k++)
            f->item[k].instance += m->b->place[at].merge_row - m->b->place[at].row;
    }
    size_t kept = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (m->drop[i]) f->n_error -= f->item[i].level == SEVERITY_E;
        else f->item[kept++] = f->item[i];
    }
    f->n = kept;
}

void row_merge(struct row_builder *b, struct record *merged, struct row_changes *changes,
               const struct record *now, const struct record *base)
{
    struct merging m = {.b = b, .merged = merged, .changes = changes, .now = now, .base = base};
    *changes = (struct row_changes){0};
    m.drop = ARENA_ARRAY(b->arena, bool, b->findings->n);
    buf_init_wiped(&m.text, TEXT_MOST);
    note_lost(&m);
    make_instances(&m);
    copy_kept(&m);
    for (size_t i = 0; i < b->n_column; i++) take_slot(&m, &b->slot[i]);
    settle_findings(&m);
    buf_release(&m.text);
    b->merged = true;
}
