/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/model.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RANDOM_LEAST = 100000,
    RANDOM_MOST = 300000,
    RANDOM_PARTS = 16,
    ROUNDS = 30,
    SHRINK = 2,
    FIT_PARTS = 32,
    BIRTH_PAIRS = 50000,
    INFORMATION_PAIRS = 60000
};

/* Random pairs: strangers, but for a few. They are counted once; of the few that may be no
 * strangers, their probability is taken off again. */
struct strangers {
    struct compare_result *pair;
    size_t n;
    double (*count)[MODEL_PLACES][COMPARE_LEVELS]; /* of each field, by the parents' levels */
    uint32_t *suspect[RANDOM_PARTS];
    float *p[RANDOM_PARTS]; /* of each suspect */
    size_t n_suspect[RANDOM_PARTS], cap[RANDOM_PARTS], p_cap[RANDOM_PARTS];
};

/* What one expects of a true pair before looking: a little knowledge, worth few observations. */
static const double expected[COMPARE_KINDS][COMPARE_LEVELS] = {
    [COMPARE_WORDS] = {.015, .02, .02, .05, .07, .10, .725},
    [COMPARE_ORDER] = {.05, .95},
    [COMPARE_CODE] = {.05, .95},
    [COMPARE_NUMBER] = {.25, .02, .03, .10, .60},
    [COMPARE_BIRTH] = {.01, .01, .02, .01, .01, .03, .04, .02, .08, .03, .74},
    [COMPARE_AGE] = {.02, .03, .10, .25, .60, .05, .10, .25, .60},
    [COMPARE_REPORTED] = {.2, .2, .2, .2, .2},
    [COMPARE_PERIOD] = {.15, .15, .2, .5},
};
static const double LEAST_INFORMATION = 2e-5; /* bits; less is chance */
static const double worth_of_expectation = 12, share_of_expectation = 0.25;

static const double rarity_of_words[COMPARE_LEVELS] = {0, 0, .5, .5, .7, .8, 1};

static double rarity_counts(enum compare_kind kind, size_t level)
{
    switch (kind) {
    case COMPARE_WORDS: return rarity_of_words[level];
    case COMPARE_CODE: return level == 1 ? 1 : 0;
    case COMPARE_NUMBER: return level == 4 ? 1 : 0;
    case COMPARE_BIRTH: return level == BIRTH_EQUAL ? 1 : 0;
    default: return 0;
    }
}

/* Rarity of what a record has in a column: of all, or of its words on average. */
static double record_bits(const struct people_column *c, size_t record, bool all)
{
    double sum = 0;
    size_t n = c->start[record + 1] - c->start[record];
    if (n == 0) return -1;
    if (all) return (double)c->bits[record];
    for (uint32_t k = c->start[record]; k < c->start[record + 1]; k++)
        sum += (double)c->words->word[c->id[k]].bits;
    return sum / (double)n;
}

static double usual_rarity(const struct compare_plan *plan, const struct compare_field *f,
                           double counts, bool all)
{
    const struct people *p = plan->people;
    double sum = 0, n = 0;
    for (size_t i = 0; i < p->n; i++) {
        double bits = f->kind == COMPARE_BIRTH
                          ? (people_has_day(p, i) ? (double)p->birth[i].bits : -1)
                          : record_bits(f->column, i, all);
        if (bits < 0) continue;
        sum += exp2(-counts * bits);
        n++;
    }
    return n == 0 ? 0 : -log2(sum / n) / counts;
}

struct looking { /* at strangers, by several threads */
    struct model *m;
    const struct compare_plan *plan;
};

static void sample_part(void *ctx, size_t part)
{
    struct looking *x = ctx;
    struct strangers *s = x->m->stranger;
    struct random r;
    size_t n = x->plan->people->n;
    random_init(&r, 1000 + part);
    for (size_t i = s->n * part / RANDOM_PARTS; i < s->n * (part + 1) / RANDOM_PARTS; i++) {
        size_t a = random_below(&r, n), b = random_below(&r, n - 1);
        if (b >= a) b++;
        compare_pair(&s->pair[i], x->plan, a, b);
    }
}

/* The place of the parents' levels in a table. */
static size_t place(const struct model *m, size_t f, const struct compare_result *r)
{
    for (size_t i = 0; i < MODEL_PARENTS; i++) {
        uint8_t parent = m->parent[f][i];
        if (parent != COMPARE_MISSING && r->level[parent] != COMPARE_MISSING)
            return i * COMPARE_LEVELS + r->level[parent];
    }
    return MODEL_ALONE;
}

static void weights(struct model *m, const struct compare_plan *plan)
{
    for (size_t f = 0; f < plan->n_field; f++)
        for (size_t k = 0; k < MODEL_PLACES; k++)
            for (size_t l = 0; l < plan->field[f].n_level; l++)
                m->weight[f][k][l] = log2(m->m[f][l] / m->given[f][k][l]);
    m->prior = log2(m->share / (1 - m->share));
}

/* ---- u ---- */

struct year { /* records in the order of their year of birth */
    uint32_t record;
    int16_t year;
};

static int by_year(const void *x, const void *y)
{
    const struct year *a = x, *b = y;
    if (a->year != b->year) return a->year < b->year ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

/* Dates that are nearly equal are too rare among random pairs to be counted there. Nearly all of
 * them have one year, so pairs of one year are drawn, and their part of all pairs is known
 * exactly. */
static void count_births(struct model *m, const struct compare_plan *plan, size_t field)
{
    const struct people *p = plan->people;
    struct year *y = mem_new(p->n, sizeof *y);
    double *pairs = mem_new(p->n + 1, sizeof *pairs), sum = 0, count[COMPARE_LEVELS] = {0};
    size_t n = 0, n_year = 0, *start = mem_new(p->n + 1, sizeof *start);
    struct compare_result c;
    struct random r;
    for (size_t i = 0; i < p->n; i++)
        if (p->birth[i].year != 0) y[n++] = (struct year){(uint32_t)i, p->birth[i].year};
    qsort(y, n, sizeof *y, by_year);
    for (size_t i = 0; i < n; n_year++) {
        size_t to = i + 1;
        while (to < n && y[to].year == y[i].year) to++;
        sum += (double)(to - i) * (double)(to - i - 1) / 2;
        start[n_year] = i;
        pairs[n_year] = sum;
        i = to;
    }
    start[n_year] = n;
    random_init(&r, 99);
    for (size_t k = 0; k < BIRTH_PAIRS && sum > 0; k++) {
        double at = random_unit(&r) * sum;
        size_t low = 0, high = n_year - 1;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (pairs[middle] > at) high = middle;
            else low = middle + 1;
        }
        size_t size = start[low + 1] - start[low], a = random_below(&r, size),
               b = random_below(&r, size - 1);
        if (b >= a) b++;
        compare_birth_only(&c, plan, field, y[start[low] + a].record, y[start[low] + b].record);
        count[c.level[field]]++;
    }
    double one_year = n < 2 ? 0 : sum / ((double)n * (double)(n - 1) / 2);
    for (size_t l = 0; l < COMPARE_LEVELS; l++)
        if (l == BIRTH_EQUAL || l == BIRTH_SWAPPED || l == BIRTH_AS_YEAR || l == BIRTH_AS_MONTH)
            m->birth[l] = (count[l] + 0.3) / (BIRTH_PAIRS + 1) * one_year;
    mem_free(y);
    mem_free(pairs);
    mem_free(start);
}

static void count_field(void *ctx, size_t f)
{
    struct looking *x = ctx;
    const struct strangers *s = x->m->stranger;
    for (size_t i = 0; i < s->n; i++)
        if (s->pair[i].level[f] != COMPARE_MISSING)
            s->count[f][place(x->m, f, &s->pair[i])][s->pair[i].level[f]]++;
}

/* u of each field by itself, then by its parent's level; strangers count as far as they are
 * ones. */
static void count_u(struct model *m, const struct compare_plan *plan)
{
    const struct strangers *s = m->stranger;
    for (size_t f = 0; f < plan->n_field; f++) {
        double count[MODEL_PLACES][COMPARE_LEVELS], all[COMPARE_LEVELS] = {0}, sum = 0;
        const struct compare_field *x = &plan->field[f];
        memcpy(count, s->count[f], sizeof count);
        for (size_t part = 0; part < RANDOM_PARTS; part++)
            for (size_t i = 0; i < s->n_suspect[part]; i++) {
                const struct compare_result *r = &s->pair[s->suspect[part][i]];
                if (r->level[f] != COMPARE_MISSING)
                    count[place(m, f, r)][r->level[f]] -= (double)s->p[part][i];
            }
        for (size_t k = 0; k < MODEL_PLACES; k++)
            for (size_t l = 0; l < x->n_level; l++) all[l] += count[k][l];
        for (size_t l = 0; l < x->n_level; l++) sum += all[l] + 0.3;
        for (size_t l = 0; l < x->n_level; l++) {
            m->u[f][l] = (all[l] + 0.3) / sum;
            double own = rarity_counts(x->kind, l);
            if (own >= 1 && all[l] < 20)
                m->u[f][l] = exp2(-m->usual[f][l]); /* too few: from the shares */
            if (x->kind == COMPARE_BIRTH && m->birth[l] > 0) m->u[f][l] = m->birth[l];
        }
        for (size_t k = 0; k < MODEL_PLACES; k++) {
            double n = 0;
            for (size_t l = 0; l < x->n_level; l++) n += count[k][l];
            for (size_t l = 0; l < x->n_level; l++) {
                double u = m->u[f][l], own = rarity_counts(x->kind, l);
                double given = (count[k][l] + SHRINK) / (n + SHRINK / u);
                m->given[f][k][l] = given;
                /* what the parent's agreement explains is not rare any more */
                double left = given > u && u < 1 ? log2(given) / log2(u) : 1;
                m->rarity[f][k][l] = own * left;
            }
        }
    }
}

static double mutual_information(const struct model *m, const struct compare_plan *plan, size_t f,
                                 size_t g)
{
    double count[COMPARE_LEVELS][COMPARE_LEVELS] = {{0}}, of_f[COMPARE_LEVELS] = {0},
           of_g[COMPARE_LEVELS] = {0}, n = 0, sum = 0;
    for (size_t i = 0; i < m->stranger->n && i < INFORMATION_PAIRS; i++) {
        uint8_t a = m->stranger->pair[i].level[f], b = m->stranger->pair[i].level[g];
        if (a == COMPARE_MISSING || b == COMPARE_MISSING) continue;
        count[a][b]++;
        of_f[a]++;
        of_g[b]++;
        n++;
    }
    for (size_t a = 0; a < plan->field[f].n_level; a++)
        for (size_t b = 0; b < plan->field[g].n_level; b++)
            if (count[a][b] > 0)
                sum += count[a][b] / n * log2(count[a][b] * n / (of_f[a] * of_g[b]));
    return sum;
}

/* The spanning tree of most information (Prim), from the first field; the second parent is the next
 * best of those that were there before. Nothing depends on the order of names: that is said by the
 * names' agreement itself. */
static void choose_parents(struct model *m, const struct compare_plan *plan)
{
    double best[COMPARE_FIELDS][MODEL_PARENTS] = {{0}};
    bool in[COMPARE_FIELDS] = {true};
    memset(m->parent, COMPARE_MISSING, sizeof m->parent);
    for (size_t last = 0, n = 1; n < plan->n_field; n++) {
        size_t next = plan->n_field;
        for (size_t f = 0; f < plan->n_field; f++) {
            if (in[f]) continue;
            double bits =
                plan->field[last].kind == COMPARE_ORDER ? 0 : mutual_information(m, plan, last, f);
            if (bits > best[f][0]) {
                best[f][1] = best[f][0];
                m->parent[f][1] = m->parent[f][0];
                best[f][0] = bits;
                m->parent[f][0] = (uint8_t)last;
            } else if (bits > best[f][1]) {
                best[f][1] = bits;
                m->parent[f][1] = (uint8_t)last;
            }
            if (next == plan->n_field || best[f][0] > best[next][0]) next = f;
        }
        in[next] = true;
        last = next;
    }
    for (size_t f = 0; f < plan->n_field; f++)
        for (size_t i = 0; i < MODEL_PARENTS; i++)
            if (best[f][i] < LEAST_INFORMATION) m->parent[f][i] = COMPARE_MISSING;
}

static struct strangers *strangers_new(size_t n_record, size_t n_field)
{
    struct strangers *s = mem_new(1, sizeof *s);
    size_t n = n_record * 10;
    s->n = n_record < 2 ? 0 : n < RANDOM_LEAST ? RANDOM_LEAST : n > RANDOM_MOST ? RANDOM_MOST : n;
    s->pair = mem_new(s->n, sizeof *s->pair);
    s->count = mem_new(n_field, sizeof *s->count);
    return s;
}

void model_begin(struct model *out, const struct compare_plan *plan)
{
    struct looking begun = {out, plan};
    *out = (struct model){.stranger = strangers_new(plan->people->n, plan->n_field)};
    if (out->stranger->n > 0) parallel_run(RANDOM_PARTS, sample_part, &begun);
    choose_parents(out, plan);
    for (size_t f = 0; f < plan->n_field; f++)
        if (plan->field[f].kind == COMPARE_BIRTH) count_births(out, plan, f);
    for (size_t f = 0; f < plan->n_field; f++) {
        const struct compare_field *x = &plan->field[f];
        double sum = 0;
        for (size_t l = 0; l < x->n_level; l++) sum += expected[x->kind][l];
        for (size_t l = 0; l < x->n_level; l++) {
            double counts = rarity_counts(x->kind, l);
            bool all = x->kind != COMPARE_WORDS || (l != WORDS_CONTAINED && l != WORDS_MOSTLY);
            out->m[f][l] = expected[x->kind][l] / sum;
            if (counts > 0) out->usual[f][l] = usual_rarity(plan, x, counts, all);
        }
    }
    parallel_run(plan->n_field, count_field, &begun);
    count_u(out, plan);
    out->share = plan->people->n < 2 ? 0.5 : 1 / (double)plan->people->n;
    weights(out, plan);
}

/* ---- weights ---- */

double model_field_weight(const struct model *m, size_t f, const struct compare_result *r)
{
    uint8_t l = r->level[f];
    if (l == COMPARE_MISSING) return 0;
    size_t k = place(m, f, r);
    double w = m->weight[f][k][l];
    if (m->rarity[f][k][l] > 0) w += m->rarity[f][k][l] * ((double)r->bits[f] - m->usual[f][l]);
    return w;
}

double model_weight(const struct model *m, const struct compare_plan *plan,
                    const struct compare_result *r)
{
    double w = m->prior;
    for (size_t f = 0; f < plan->n_field; f++) w += model_field_weight(m, f, r);
    return w;
}

/* ---- m ---- */

/* The same parts, however many threads there are: the sums are the same too. */
struct fitting_part {
    size_t from, n; /* in `which` */
    double true_pairs, count[COMPARE_FIELDS][COMPARE_LEVELS];
};

struct fitting {
    const struct model *m;
    const struct compare_plan *plan;
    const struct compare_result *result;
    uint32_t *which; /* candidates that may be true pairs */
    bool last_look;
    struct fitting_part part[FIT_PARTS];
};

static void expect_part(void *ctx, size_t part)
{
    struct fitting *x = ctx;
    struct fitting_part *own = &x->part[part];
    uint32_t *which = x->which + own->from;
    size_t n = own->n;
    *own = (struct fitting_part){.from = own->from};
    for (size_t i = 0; i < n; i++) {
        const struct compare_result *r = &x->result[which[i]];
        double p = model_probability(model_weight(x->m, x->plan, r));
        if (!x->last_look || p >= 1e-5) which[own->n++] = which[i];
        if (p < 1e-6) continue;
        own->true_pairs += p;
        for (size_t f = 0; f < x->plan->n_field; f++)
            if (r->level[f] != COMPARE_MISSING) own->count[f][r->level[f]] += p;
    }
}

/* One round over the candidates in `which`. Those that are clearly none are left out of later
 * rounds: they are nearly all. */
static void fit_m(struct model *io, struct fitting *x, double n_all)
{
    double count[COMPARE_FIELDS][COMPARE_LEVELS] = {{0}}, true_pairs = 0;
    parallel_run(FIT_PARTS, expect_part, x);
    for (size_t part = 0; part < FIT_PARTS; part++) {
        true_pairs += x->part[part].true_pairs;
        for (size_t f = 0; f < x->plan->n_field; f++)
            for (size_t l = 0; l < COMPARE_LEVELS; l++) count[f][l] += x->part[part].count[f][l];
    }
    for (size_t f = 0; f < x->plan->n_field; f++) {
        const struct compare_field *of = &x->plan->field[f];
        double sum = 0, prior = 0, n_known = 0;
        for (size_t l = 0; l < of->n_level; l++) {
            n_known += count[f][l];
            prior += expected[of->kind][l];
        }
        double worth = worth_of_expectation + share_of_expectation * n_known;
        for (size_t l = 0; l < of->n_level; l++) {
            count[f][l] += worth * expected[of->kind][l] / prior;
            sum += count[f][l];
        }
        for (size_t l = 0; l < of->n_level; l++) io->m[f][l] = count[f][l] / sum;
    }
    io->share = (true_pairs + 0.5) / (n_all + 1);
    weights(io, x->plan);
}

static void suspect_part(void *ctx, size_t part)
{
    struct looking *x = ctx;
    struct strangers *s = x->m->stranger;
    size_t n = 0;
    for (size_t i = s->n * part / RANDOM_PARTS; i < s->n * (part + 1) / RANDOM_PARTS; i++) {
        double p = model_probability(model_weight(x->m, x->plan, &s->pair[i]));
        if (p < 1e-7) continue;
        MEM_GROW(s->suspect[part], s->cap[part], n + 1);
        MEM_GROW(s->p[part], s->p_cap[part], n + 1);
        s->suspect[part][n] = (uint32_t)i;
        s->p[part][n++] = (float)p;
    }
    s->n_suspect[part] = n;
}

void model_fit(struct model *io, const struct compare_plan *plan,
               const struct compare_result *result, size_t n, double n_all)
{
    struct fitting *x = mem_new(1, sizeof *x);
    *x = (struct fitting){.m = io, .plan = plan, .result = result};
    x->which = mem_new(n, sizeof *x->which);
    for (size_t i = 0; i < n; i++) x->which[i] = (uint32_t)i;
    for (size_t part = 0; part < FIT_PARTS; part++) {
        x->part[part].from = n * part / FIT_PARTS;
        x->part[part].n = n * (part + 1) / FIT_PARTS - x->part[part].from;
    }
    for (int round = 0; round < ROUNDS; round++) {
        x->last_look = round == (io->fitted ? 0 : 2) || round == 8;
        fit_m(io, x, n_all);
        if (round != 5 && round != 14) continue;
        parallel_run(RANDOM_PARTS, suspect_part, &(struct looking){io, plan});
        count_u(io, plan);
        weights(io, plan);
    }
    io->fitted = true;
    mem_free(x->which);
    mem_free(x);
}

void model_end(struct model *io)
{
    struct strangers *s = io->stranger;
    if (s == NULL) return;
    for (size_t part = 0; part < RANDOM_PARTS; part++) {
        mem_free(s->suspect[part]);
        mem_free(s->p[part]);
    }
    mem_free(s->pair);
    mem_free(s->count);
    mem_free(s);
    io->stranger = NULL;
}
