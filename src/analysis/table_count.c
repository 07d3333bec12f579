/* SPDX-License-Identifier: EUPL-1.2 */
/* Counting units into the grid of nodes.
 *
 * Axes with one value a unit are counted at their leaves only and added up along the tree
 * afterwards. On the other axes a unit is in a set of nodes (its values with all their ancestors,
 * each once), and nothing is added up. Two or more axes whose variables lie in repeats are crossed
 * by their instances: all combinations of instances that agree on their common enclosing repeat; an
 * instance without partner stands against "unknown". Each cell counts a unit once: cells remember
 * the unit that last hit them. */
#include "analysis/table_internal.h"

#include "base/mem.h"
#include "base/parallel.h"

#include <string.h>

enum { BLOCK = 1024 };

struct worker {
    const struct count_job *job;
    uint32_t *count; /* own grid */
    uint32_t *stamp; /* unit + 1 that last hit the cell: only where instances are crossed */
    size_t *joint;   /* offsets a unit hits through crossed instances */
    size_t n_joint, cap_joint;
    size_t *list[TABLE_DIMS_MAX]; /* offsets on each set axis alone */
    size_t n_list[TABLE_DIMS_MAX], cap_list[TABLE_DIMS_MAX];
    uint16_t leaf[TABLE_DIMS_MAX][BLOCK];
};

struct crew {
    const struct count_job *job;
    struct worker *worker;
    size_t n_worker;
    bool crossed[TABLE_DIMS_MAX]; /* axis belongs to the crossed instances */
    size_t n_crossed, n_set;
    group_id common[TABLE_DIMS_MAX]
                   [TABLE_DIMS_MAX]; /* nearest repeat that encloses both; 0: none */
};

/* ---------------------------------------------------------------- single values */

static void fill_leaves(uint16_t *out, const struct axis *x, const uint32_t *unit, size_t n)
{
    const struct column *c = x->unit;
    if (c->kind == COLUMN_CODE)
        for (size_t i = 0; i < n; i++) out[i] = axis_of_code(x, c->code[unit[i]]);
    else
        for (size_t i = 0; i < n; i++) out[i] = axis_of_number(x, c->number[unit[i]]);
}

static void fill_leaves_run(uint16_t *out, const struct axis *x, size_t from, size_t n)
{
    const struct column *c = x->unit;
    if (c->kind == COLUMN_CODE)
        for (size_t i = 0; i < n; i++) out[i] = axis_of_code(x, c->code[from + i]);
    else
        for (size_t i = 0; i < n; i++) out[i] = axis_of_number(x, c->number[from + i]);
}

static void count_leaves(struct worker *w, size_t n)
{
    const struct count_job *job = w->job;
    uint32_t *count = w->count;
    const uint16_t *a = w->leaf[0], *b = w->leaf[1], *c = w->leaf[2];
    size_t sa = job->axis[0].stride, sb = job->axis[1].stride;
    switch (job->n_axis) {
    case 0: count[0] += (uint32_t)n; break;
    case 1:
        for (size_t i = 0; i < n; i++) count[a[i]]++;
        break;
    case 2:
        for (size_t i = 0; i < n; i++) count[a[i] * sa + b[i]]++;
        break;
    default:
        for (size_t i = 0; i < n; i++) count[a[i] * sa + b[i] * sb + c[i]]++;
        break;
    }
}

/* ---------------------------------------------------------------- sets */

/* Put node and its ancestors (the total too) as offsets into a list, each once. */
static void list_chain(struct worker *w, size_t k, uint16_t node)
{
    const struct axis *x = &w->job->axis[k];
    for (size_t at = node;; at = x->node[at].parent) {
        size_t offset = at * x->stride;
        bool there = false;
        for (size_t i = 0; i < w->n_list[k] && !there; i++) there = w->list[k][i] == offset;
        if (there) return; /* its ancestors are there as well */
        MEM_GROW(w->list[k], w->cap_list[k], w->n_list[k] + 1);
        w->list[k][w->n_list[k]++] = offset;
        if (at == 0) return;
    }
}

static void list_unit(struct worker *w, size_t k, size_t unit)
{
    const struct axis *x = &w->job->axis[k];
    const struct column *c = x->unit;
    w->n_list[k] = 0;
    bool known = false;
    if (c->kind == COLUMN_CODE_SET) {
        for (uint32_t i = c->offset[unit]; i < c->offset[unit + 1]; i++)
            list_chain(w, k, axis_of_code(x, c->item[i]));
        return; /* the set itself holds a missing code only where there is no value */
    }
    uint16_t missing = x->unknown;
    for (uint32_t i = c->offset[unit]; i < c->offset[unit + 1]; i++) {
        uint16_t node = axis_of_number(x, c->number[i]);
        if (node == x->unknown || node == x->na) {
            missing = node;
            continue;
        }
        known = true;
        list_chain(w, k, node);
    }
    if (!known) list_chain(w, k, missing);
}

/* ---------------------------------------------------------------- crossed instances */

struct crossing { /* one unit's instances on the crossed axes */
    const struct crew *crew;
    struct worker *w;
    size_t axis[TABLE_DIMS_MAX]; /* crossed axes, in the order of the nested loops */
    size_t n;
    size_t unit;
    const uint32_t *record;
    size_t n_record;
    bool known[TABLE_DIMS_MAX]; /* the unit has a value somewhere on this axis */
};

#define INSTANCE_NONE UINT32_MAX

static uint32_t instance_at(const struct snapshot *s, group_id g, uint32_t i, group_id ancestor)
{
    while (g != ancestor && g != 0) {
        i = snapshot_instances(s, g)->parent[i];
        g = snapshot_form(s)->group[g].parent;
    }
    return i;
}

static bool agree(const struct crossing *x, size_t k1, uint32_t i1, size_t k2, uint32_t i2)
{
    if (i1 == INSTANCE_NONE || i2 == INSTANCE_NONE) return true;
    group_id common = x->crew->common[k1][k2];
    if (common == 0) return true;
    const struct count_job *job = x->crew->job;
    return instance_at(job->s, job->axis[k1].var->group, i1, common) ==
           instance_at(job->s, job->axis[k2].var->group, i2, common);
}

static void joint_add(struct crossing *x, size_t offset)
{
    struct worker *w = x->w;
    if (w->stamp[offset] == (uint32_t)x->unit + 1) return;
    w->stamp[offset] = (uint32_t)x->unit + 1;
    MEM_GROW(w->joint, w->cap_joint, w->n_joint + 1);
    w->joint[w->n_joint++] = offset;
}

/* Nodes of one instance on axis k, ancestors included, as offsets in list k. A missing value counts
 * as unknown only where the unit has no value at all on this axis; else the instance stands for the
 * total alone. */
static void list_instance(struct crossing *x, size_t k, uint32_t i)
{
    const struct axis *ax = &x->crew->job->axis[k];
    const struct column *c = ax->instance;
    x->w->n_list[k] = 0;
    uint16_t missing = ax->unknown;
    bool any = false;
    if (i != INSTANCE_NONE) {
        uint32_t from = i, to = i + 1;
        if (c->kind == COLUMN_CODE_SET) {
            from = c->offset[i];
            to = c->offset[i + 1];
        }
        for (uint32_t at = from; at < to; at++) {
            uint16_t node = c->kind == COLUMN_CODE       ? axis_of_code(ax, c->code[at])
                            : c->kind == COLUMN_CODE_SET ? axis_of_code(ax, c->item[at])
                                                         : axis_of_number(ax, c->number[at]);
            if (node == ax->unknown || node == ax->na) {
                missing = node;
                continue;
            }
            any = true;
            list_chain(x->w, k, node);
        }
    }
    if (!any) list_chain(x->w, k, x->known[k] ? 0 : missing);
}

static void joint_tuple(struct crossing *x, const uint32_t *tuple)
{
    struct worker *w = x->w;
    for (size_t j = 0; j < x->n; j++) list_instance(x, x->axis[j], tuple[j]);
    size_t k0 = x->axis[0], k1 = x->axis[1];
    for (size_t a = 0; a < w->n_list[k0]; a++)
        for (size_t b = 0; b < w->n_list[k1]; b++) {
            size_t offset = w->list[k0][a] + w->list[k1][b];
            if (x->n == 2) {
                joint_add(x, offset);
                continue;
            }
            size_t k2 = x->axis[2];
            for (size_t c = 0; c < w->n_list[k2]; c++) joint_add(x, offset + w->list[k2][c]);
        }
}

/* The instances of axis k in record r. */
static void range_of(const struct crossing *x, size_t k, uint32_t r, uint32_t *from, uint32_t *to)
{
    const struct instances *in =
        snapshot_instances(x->crew->job->s, x->crew->job->axis[k].var->group);
    *from = in->first[r];
    *to = in->first[r + 1];
}

/* Complete tuple[0..at) by instances that agree with all before; without any, by INSTANCE_NONE. */
static void complete(struct crossing *x, uint32_t *tuple, size_t at)
{
    if (at == x->n) { /* depth is at most three */
        joint_tuple(x, tuple);
        return;
    }
    bool found = false;
    for (size_t r = 0; r < x->n_record; r++) {
        uint32_t from, to;
        range_of(x, x->axis[at], x->record[r], &from, &to);
        for (uint32_t i = from; i < to; i++) {
            bool fits = true;
            for (size_t j = 0; j < at && fits; j++)
                fits = agree(x, x->axis[j], tuple[j], x->axis[at], i);
            if (!fits) continue;
            found = true;
            tuple[at] = i;
            complete(x, tuple, at + 1);
        }
    }
    if (found) return;
    tuple[at] = INSTANCE_NONE;
    complete(x, tuple, at + 1);
}

static bool unit_known(const struct axis *x, size_t unit)
{
    const struct column *c = x->unit;
    for (uint32_t i = c->offset[unit]; i < c->offset[unit + 1]; i++) {
        if (c->kind == COLUMN_CODE_SET && c->item[i] < COLUMN_CODE_MAX) return true;
        if (c->kind == COLUMN_NUMBER_SET && c->number[i] >= COLUMN_NO_NUMBER + MISSING_COUNT)
            return true;
    }
    return false;
}

static void cross_unit(const struct crew *crew, struct worker *w, size_t unit)
{
    const struct count_job *job = crew->job;
    uint32_t single = (uint32_t)unit;
    struct crossing x = {.crew = crew, .w = w, .unit = unit, .record = &single, .n_record = 1};
    const struct persons *p = snapshot_persons(job->s);
    if (job->unit == UNIT_PERSONS) {
        x.record = p->record + p->first[unit];
        x.n_record = p->first[unit + 1] - p->first[unit];
    }
    for (size_t k = 0; k < job->n_axis; k++)
        if (crew->crossed[k]) {
            x.axis[x.n++] = k;
            x.known[k] = unit_known(&job->axis[k], unit);
        }
    w->n_joint = 0;
    for (size_t turn = 0; turn < x.n;
         turn++) { /* each axis leads once, so that no instance is left out */
        uint32_t tuple[TABLE_DIMS_MAX];
        complete(&x, tuple, 0);
        size_t first = x.axis[0];
        for (size_t j = 0; j + 1 < x.n; j++) x.axis[j] = x.axis[j + 1];
        x.axis[x.n - 1] = first;
    }
}

/* ---------------------------------------------------------------- one unit in the general case */

static void count_unit(const struct crew *crew, struct worker *w, size_t unit, size_t i)
{
    const struct count_job *job = crew->job;
    static const size_t nothing[1] = {0};
    const size_t *list[TABLE_DIMS_MAX] = {nothing, nothing, nothing};
    size_t n[TABLE_DIMS_MAX] = {1, 1, 1}, n_factor = 0, base = 0;
    for (size_t k = 0; k < job->n_axis; k++) {
        const struct axis *x = &job->axis[k];
        if (!x->several) {
            base += w->leaf[k][i] * x->stride;
        } else if (!crew->crossed[k]) {
            list_unit(w, k, unit);
            list[n_factor] = w->list[k];
            n[n_factor++] = w->n_list[k];
        }
    }
    if (crew->n_crossed > 0) {
        cross_unit(crew, w, unit);
        list[n_factor] = w->joint;
        n[n_factor++] = w->n_joint;
    }
    for (size_t a = 0; a < n[0]; a++)
        for (size_t b = 0; b < n[1]; b++)
            for (size_t c = 0; c < n[2]; c++)
                w->count[base + list[0][a] + list[1][b] + list[2][c]]++;
}

/* ---------------------------------------------------------------- blocks, threads, adding up */

static size_t kept_units(uint32_t *unit, const struct count_job *job, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t word = from / 64; word * 64 < to; word++)
        for (uint64_t bits = job->keep[word]; bits != 0; bits &= bits - 1)
            unit[n++] = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(bits));
    return n;
}

static void count_block(const struct crew *crew, struct worker *w, size_t from, size_t to)
{
    const struct count_job *job = crew->job;
    uint32_t unit[BLOCK];
    size_t n = to - from;
    if (job->keep != NULL) n = kept_units(unit, job, from, to);
    for (size_t k = 0; k < job->n_axis; k++) {
        if (job->axis[k].several) continue;
        if (job->keep != NULL) fill_leaves(w->leaf[k], &job->axis[k], unit, n);
        else fill_leaves_run(w->leaf[k], &job->axis[k], from, n);
    }
    if (crew->n_set == 0) {
        count_leaves(w, n);
        return;
    }
    for (size_t i = 0; i < n; i++) count_unit(crew, w, job->keep != NULL ? unit[i] : from + i, i);
}

static void count_part(void *ctx, size_t part)
{
    struct crew *crew = ctx;
    struct worker *w = &crew->worker[part];
    size_t n_block = (crew->job->n_unit + BLOCK - 1) / BLOCK;
    size_t from = n_block * part / crew->n_worker, to = n_block * (part + 1) / crew->n_worker;
    w->count = mem_new(crew->job->n_cell, sizeof *w->count);
    if (crew->n_crossed > 0) w->stamp = mem_new(crew->job->n_cell, sizeof *w->stamp);
    for (size_t b = from; b < to; b++) {
        size_t end = (b + 1) * BLOCK < crew->job->n_unit ? (b + 1) * BLOCK : crew->job->n_unit;
        count_block(crew, w, b * BLOCK, end);
    }
}

/* Add leaves up to their parents along one axis; nodes stand behind their parents. */
static void add_up(int64_t *count, const struct count_job *job, size_t k)
{
    const struct axis *x = &job->axis[k];
    size_t outer = job->n_cell / (x->n_node * x->stride);
    for (size_t node = x->n_node; node-- > 1;)
        for (size_t o = 0; o < outer; o++) {
            const int64_t *from = count + (o * x->n_node + node) * x->stride;
            int64_t *to = count + (o * x->n_node + x->node[node].parent) * x->stride;
            for (size_t i = 0; i < x->stride; i++) to[i] += from[i];
        }
}

group_id common_group(const struct form *f, group_id a, group_id b)
{
    while (a != b) {
        if (f->group[a].depth >= f->group[b].depth) a = f->group[a].parent;
        else b = f->group[b].parent;
    }
    return a;
}

static void find_crossed(struct crew *crew)
{
    const struct count_job *job = crew->job;
    const struct form *f = snapshot_form(job->s);
    for (size_t i = 0; i < job->n_axis; i++) crew->n_set += job->axis[i].several;
    for (size_t i = 0; i < job->n_axis; i++)
        for (size_t k = 0; k < job->n_axis; k++) {
            crew->common[i][k] = common_group(f, job->axis[i].var->group, job->axis[k].var->group);
            if (i != k && crew->common[i][k] != 0) crew->crossed[i] = true;
        }
    for (size_t i = 0; i < job->n_axis; i++) crew->n_crossed += crew->crossed[i];
}

void count_units(int64_t *count, const struct count_job *job)
{
    struct crew crew = {.job = job};
    find_crossed(&crew);
    size_t n_block = (job->n_unit + BLOCK - 1) / BLOCK;
    crew.n_worker = parallel_threads();
    if (crew.n_worker * 16 > n_block) crew.n_worker = n_block / 16 + 1;
    crew.worker = mem_new(crew.n_worker, sizeof *crew.worker);
    for (size_t i = 0; i < crew.n_worker; i++) crew.worker[i].job = job;
    parallel_run(crew.n_worker, count_part, &crew);
    for (size_t i = 0; i < crew.n_worker; i++) {
        struct worker *w = &crew.worker[i];
        for (size_t c = 0; c < job->n_cell; c++) count[c] += w->count[c];
        mem_free(w->count);
        mem_free(w->stamp);
        mem_free(w->joint);
        for (size_t k = 0; k < TABLE_DIMS_MAX; k++) mem_free(w->list[k]);
    }
    mem_free(crew.worker);
    for (size_t k = 0; k < job->n_axis; k++)
        if (!job->axis[k].several) add_up(count, job, k);
}
