/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/linkage.h"

#include "base/mem.h"
#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 64, FIT_PAIRS = 400000 };

/* ---- fitting ---- */

/* The rules were chosen on a sample, in which a large set is thin; m is fitted again on candidates
 * as they are, every nth of them. */
struct fitting {
    const struct compare_plan *plan;
    const struct pairs *p;
    size_t step, n;
    struct compare_result *result; /* of every step-th pair */
};

static void fit_part(void *ctx, size_t part)
{
    struct fitting *f = ctx;
    for (size_t i = f->n * part / PARTS; i < f->n * (part + 1) / PARTS; i++)
        compare_pair(&f->result[i], f->plan, f->p->pair[i * f->step].a, f->p->pair[i * f->step].b);
}

static void fit_again(struct fitting *f, struct model *m)
{
    double records = (double)f->plan->people->n;
    f->step = f->p->n / FIT_PAIRS + 1;
    f->n = (f->p->n + f->step - 1) / f->step;
    f->result = mem_new(f->n, sizeof *f->result);
    parallel_run(PARTS, fit_part, f);
    model_fit(m, f->plan, f->result, f->n, records * (records - 1) / 2 / (double)f->step);
}

/* ---- weighing ---- */

struct weighing {
    const struct linkage *l;
    const struct fitting *f; /* what it compared need not be compared again */
    double keep;
    struct weighted_pair *found[PARTS];
    size_t n[PARTS];
};

static void weigh_part(void *ctx, size_t part)
{
    struct weighing *w = ctx;
    const struct pairs *p = w->f->p;
    struct compare_result r;
    size_t cap = 0;
    for (size_t i = p->n * part / PARTS; i < p->n * (part + 1) / PARTS; i++) {
        struct pair x = p->pair[i];
        const struct compare_result *known =
            i % w->f->step == 0 ? &w->f->result[i / w->f->step] : NULL;
        if (known == NULL) compare_pair(&r, &w->l->plan, x.a, x.b);
        double weight = model_weight(&w->l->model, &w->l->plan, known == NULL ? &r : known);
        if (weight < w->keep) continue;
        MEM_GROW(w->found[part], cap, w->n[part] + 1);
        w->found[part][w->n[part]++] = (struct weighted_pair){x.a, x.b, (float)weight};
    }
}

static int better_first(const void *x, const void *y)
{
    const struct weighted_pair *a = x, *b = y;
    if (a->weight > b->weight) return -1;
    if (a->weight < b->weight) return 1;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static void weigh(struct linkage *l, const struct fitting *f, double keep)
{
    struct weighing w = {.l = l, .f = f, .keep = keep};
    size_t n = 0;
    parallel_run(PARTS, weigh_part, &w);
    for (size_t i = 0; i < PARTS; i++) n += w.n[i];
    l->pair = mem_new(n, sizeof *l->pair);
    for (size_t i = 0; i < PARTS; i++) {
        if (w.n[i] > 0) memcpy(l->pair + l->n_pair, w.found[i], w.n[i] * sizeof *l->pair);
        l->n_pair += w.n[i];
        mem_free(w.found[i]);
    }
    qsort(l->pair, l->n_pair, sizeof *l->pair, better_first);
}

/* What the rules did not bring together, but their other pairs did. */
static void add_pairs_of_persons(struct linkage *l)
{
    struct weighted_pair *more;
    size_t n = cluster_pairs(&more, l->person, l->pair, l->n_pair, &l->model, &l->plan);
    l->pair = mem_resize(l->pair, l->n_pair + n, sizeof *l->pair);
    if (n > 0) memcpy(l->pair + l->n_pair, more, n * sizeof *more);
    l->n_pair += n;
    l->n_candidate += n;
    qsort(l->pair, l->n_pair, sizeof *l->pair, better_first);
    mem_free(more);
}

void linkage_run(struct linkage *out, const struct people *p, const struct linkage_options *o)
{
    struct marks m;
    struct pairs pairs;
    *out = (struct linkage){0};
    compare_plan(&out->plan, p);
    model_begin(&out->model, &out->plan);
    marks_make(&m, p);
    candidates_choose(&out->rules, &out->model, &out->plan, &m, o->pairs > 0 ? o->pairs : 15);
    candidates_find(&pairs, &out->rules, &m);
    marks_release(&m);
    out->n_candidate = pairs.n;

    struct fitting f = {.plan = &out->plan, .p = &pairs};
    fit_again(&f, &out->model);
    model_end(&out->model);
    weigh(out, &f, o->keep < 0 ? o->keep : -7);
    mem_free(f.result);
    pairs_release(&pairs);

    size_t n_same = 0;
    while (n_same < out->n_pair && (double)out->pair[n_same].weight >= o->same) n_same++;
    out->person = mem_new(p->n, sizeof *out->person);
    cluster_persons(out->person, out->pair, n_same, &out->model, &out->plan);
    add_pairs_of_persons(out);
}

void linkage_release(struct linkage *l)
{
    mem_free(l->pair);
    mem_free(l->person);
    *l = (struct linkage){0};
}
