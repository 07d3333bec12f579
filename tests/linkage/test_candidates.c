/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/candidates.c
 *  1 rules find nearly all true pairs of a population within the limit, and say what they find
 *  2 pairs are sorted, each once, a < b, and each shares the marks of a rule
 *  3 a crowd stays linear: one person sent 300 times among 3,000 records that share a surname, and
 *  each of
 *    these has a neighbour; one sent 1,500 times
 *  4 records without anything, one record, none */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/candidates.h"

#include "base/mem.h"

struct made {
    struct compare_plan plan;
    struct model model;
    struct marks marks;
    struct candidate_rules rules;
    struct pairs pairs;
};

static void make(struct made *x, const struct people *p, double most)
{
    compare_plan(&x->plan, p);
    model_begin(&x->model, &x->plan);
    marks_make(&x->marks, p);
    candidates_choose(&x->rules, &x->model, &x->plan, &x->marks, most);
    candidates_find(&x->pairs, &x->rules, &x->marks);
    model_end(&x->model);
}

static void release(struct made *x)
{
    pairs_release(&x->pairs);
    marks_release(&x->marks);
}

static bool shares(const struct marks *m, size_t kind, size_t a, size_t b)
{
    const struct mark_kind *k = &m->kind[kind];
    for (uint32_t i = k->start[a]; i < k->start[a + 1]; i++)
        for (uint32_t j = k->start[b]; j < k->start[b + 1]; j++)
            if (k->value[i] == k->value[j]) return true;
    return false;
}

static bool by_a_rule(const struct made *x, struct pair p)
{
    for (size_t r = 0; r < x->rules.n_rule; r++) {
        bool all = true;
        for (size_t k = 0; k < x->rules.rule[r].n_mark; k++)
            all = all && shares(&x->marks, x->rules.rule[r].mark[k], p.a, p.b);
        if (all) return true;
    }
    return false;
}

static void recall(void **state)
{
    (void)state;
    uint32_t *truth;
    struct made x;
    struct people *p = people_population(700, 3, &truth);
    make(&x, p, 12);
    double found = 0, all = 0;
    for (size_t a = 0; a < p->n; a++)
        for (size_t b = a + 1; b < p->n && truth[a] == truth[b]; b++) all++;
    for (size_t i = 0; i < x.pairs.n; i++) {
        struct pair q = x.pairs.pair[i];
        found += truth[q.a] == truth[q.b];
        assert_true(q.a < q.b && q.b < p->n);
        if (i > 0)
            assert_true(x.pairs.pair[i - 1].a < q.a ||
                        (x.pairs.pair[i - 1].a == q.a && x.pairs.pair[i - 1].b < q.b));
        assert_true(by_a_rule(&x, q));
    }
    double a_record = (double)x.pairs.n / (double)p->n, gain = 0;
    print_message("%zu rules, %.1f pairs a record, recall %.4f\n", x.rules.n_rule, a_record,
                  found / all);
    assert_true(found / all > 0.97 && a_record <= 15);
    for (size_t r = 0; r < x.rules.n_rule; r++) {
        assert_true(x.rules.rule[r].recall >= x.rules.rule[r].gain - 1e-9);
        gain += x.rules.rule[r].gain;
    }
    assert_true(gain > 0.97 && gain < 1.000001);
    release(&x);
    mem_free(truth);
    people_free(p);
}

/* `crowd` records of one person, then others, all of one surname. */
static void crowd_of(size_t crowd, size_t n, bool joined)
{
    const char **line = mem_new(n, sizeof *line);
    char(*text)[60] = mem_new(n, sizeof *text);
    for (size_t i = 0; i < n; i++) {
        if (i < crowd) snprintf(text[i], sizeof text[i], "Ana|Silva|F|1990-05-17|AB1234567|Beja");
        else
            snprintf(text[i], sizeof text[i], "P%c%c%c|Silva|M|19%02zu-0%zu-1%zu|CD%07zu|Faro",
                     (int)('a' + i % 26), (int)('a' + i / 26 % 26), (int)('a' + i / 676),
                     50 + i % 40, 1 + i % 9, i % 7, i * 7919 % 9999991);
        line[i] = text[i];
    }
    struct made x;
    struct people *p = people_of(line, n);
    make(&x, p, 12);
    assert_true(x.pairs.n < 40 * n);
    uint8_t *seen = mem_new(n, 1);
    for (size_t i = 0; i < x.pairs.n; i++)
        if (x.pairs.pair[i].a < crowd && x.pairs.pair[i].b < crowd)
            seen[x.pairs.pair[i].a] = seen[x.pairs.pair[i].b] = 1;
    for (size_t i = 0; joined && i < crowd; i++) assert_true(seen[i]);
    mem_free(seen);
    release(&x);
    people_free(p);
    mem_free(text);
    mem_free(line);
}

static void crowds(void **state)
{
    (void)state;
    crowd_of(300, 3000, true);
    crowd_of(1500, 3000, false); /* what half of all have marks nobody */
}

static void nothing(void **state)
{
    (void)state;
    static const char *const empty[] = {"", "", "", ""}, *const one[] = {"Ana|Silva|F|1990-05-17"};
    struct made x;
    struct people *p = people_of(empty, 4);
    make(&x, p, 12);
    assert_int_equal(x.pairs.n, 0);
    release(&x);
    people_free(p);
    p = people_of(one, 1);
    make(&x, p, 12);
    assert_int_equal(x.pairs.n, 0);
    release(&x);
    people_free(p);
    p = people_of(NULL, 0);
    make(&x, p, 12);
    assert_int_equal(x.pairs.n, 0);
    release(&x);
    people_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recall),
        cmocka_unit_test(crowds),
        cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
