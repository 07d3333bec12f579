/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/model.c
 *  1 u is the share of random pairs, counted by hand on a small file
 *  2 a weight is what the parts sum to, missing fields weigh nothing
 *  3 better agreement weighs more; what is rare weighs more
 *  4 m and the number of true pairs come near the truth of a population, without labels
 *  5 what explains an agreement is not counted twice   6 the same each time */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/model.h"

#include "base/mem.h"

#include <math.h>

static size_t field(const struct compare_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_field; i++)
        if (strcmp(plan->field[i].name, name) == 0) return i;
    fail_msg("no field %s", name);
    return 0;
}

static void u_by_hand(void **state)
{
    (void)state;
    /* sex: 3 F, 1 M: of 6 pairs 3 agree */
    static const char *const line[] = {"Ana|A|F", "Eva|B|F", "Ida|C|F", "Jan|D|M"};
    struct people *p = people_of(line, 4);
    struct compare_plan plan;
    struct model m;
    compare_plan(&plan, p);
    model_begin(&m, &plan);
    assert_true(fabs(m.u[field(&plan, "sex")][1] - 0.5) < 0.01);
    model_end(&m);
    people_free(p);
}

struct fitted {
    struct people *p;
    uint32_t *truth;
    struct compare_plan plan;
    struct model m;
    struct compare_result *result;
    size_t n;
    double n_true;
};

/* All pairs of a population of 150 persons are its candidates. */
static void fit(struct fitted *f)
{
    f->p = people_population(150, 5, &f->truth);
    compare_plan(&f->plan, f->p);
    model_begin(&f->m, &f->plan);
    f->n = f->p->n * (f->p->n - 1) / 2;
    f->result = mem_new(f->n, sizeof *f->result);
    f->n_true = 0;
    size_t at = 0;
    for (size_t a = 0; a < f->p->n; a++)
        for (size_t b = a + 1; b < f->p->n; b++) {
            compare_pair(&f->result[at++], &f->plan, a, b);
            f->n_true += f->truth[a] == f->truth[b];
        }
    model_fit(&f->m, &f->plan, f->result, f->n, (double)f->n);
    model_end(&f->m);
}

static void release(struct fitted *f)
{
    mem_free(f->result);
    mem_free(f->truth);
    people_free(f->p);
}

static void parts(void **state)
{
    (void)state;
    struct fitted f;
    fit(&f);
    for (size_t i = 0; i < f.n; i += 97) {
        double sum = f.m.prior;
        for (size_t k = 0; k < f.plan.n_field; k++) {
            double w = model_field_weight(&f.m, k, &f.result[i]);
            if (f.result[i].level[k] == COMPARE_MISSING) assert_true(w == 0);
            sum += w;
        }
        assert_true(fabs(sum - model_weight(&f.m, &f.plan, &f.result[i])) < 1e-9);
    }
    assert_true(model_probability(0) == 0.5 && model_probability(100) == 1 &&
                model_probability(-100) == 0);
    release(&f);
}

static void order_of_weights(void **state)
{
    (void)state;
    struct fitted f;
    fit(&f);
    size_t given = field(&f.plan, "given"), birth = field(&f.plan, "birth");
    struct compare_result r;
    memset(&r, 0, sizeof r);
    memset(r.level, COMPARE_MISSING, sizeof r.level);
    r.level[given] = WORDS_DIFFER;
    double differ = model_field_weight(&f.m, given, &r);
    r.level[given] = WORDS_EQUAL;
    r.bits[given] = 3;
    double usual = model_field_weight(&f.m, given, &r);
    r.bits[given] = 9;
    double rare = model_field_weight(&f.m, given, &r);
    assert_true(differ < -2 && usual > 1);
    assert_true(fabs(rare - usual - 6) < 0.01); /* bit for bit */
    r.level[birth] = BIRTH_EQUAL;
    r.bits[birth] = 9;
    double equal = model_field_weight(&f.m, birth, &r);
    r.level[birth] = BIRTH_DIFFER;
    assert_true(equal > 5 && model_field_weight(&f.m, birth, &r) < -3);
    release(&f);
}

static void near_truth(void **state)
{
    (void)state;
    struct fitted f;
    fit(&f);
    double found = 0, wrong = 0, missed = 0;
    for (size_t a = 0, at = 0; a < f.p->n; a++)
        for (size_t b = a + 1; b < f.p->n; b++, at++) {
            bool same = model_weight(&f.m, &f.plan, &f.result[at]) >= 0;
            found += same && f.truth[a] == f.truth[b];
            wrong += same && f.truth[a] != f.truth[b];
            missed += !same && f.truth[a] == f.truth[b];
        }
    print_message("true pairs %.0f, model %.0f; found %.0f, wrong %.0f, missed %.0f\n", f.n_true,
                  f.m.share * (double)f.n, found, wrong, missed);
    assert_true(fabs(f.m.share * (double)f.n / f.n_true - 1) < 0.06);
    assert_true(found / f.n_true > 0.95 && wrong / f.n_true < 0.02);
    /* dates are exchanged in 1 of 20 records of which half can be, and kept otherwise */
    double m = f.m.m[field(&f.plan, "birth")][BIRTH_EQUAL];
    assert_true(m > 0.8 && m < 0.99);
    release(&f);
}

static void explained(void **state)
{
    (void)state;
    /* who has the given name has the sex: once the name agrees, the sex says nothing more */
    const char *line[200];
    char text[200][40];
    for (size_t i = 0; i < 200; i++) {
        snprintf(text[i], sizeof text[i], "%s|N%c%c|%s",
                 i % 2 ? (i % 4 == 1 ? "Ana" : "Eva") : (i % 4 ? "Jan" : "Ivo"),
                 (int)('a' + i / 14), (int)('a' + i % 14), i % 2 ? "F" : "M");
        line[i] = text[i];
    }
    struct people *p = people_of(line, 200);
    struct compare_plan plan;
    struct compare_result r;
    struct model m;
    compare_plan(&plan, p);
    model_begin(&m, &plan);
    memset(r.level, COMPARE_MISSING, sizeof r.level);
    memset(r.bits, 0, sizeof r.bits);
    size_t sex = field(&plan, "sex"), given = field(&plan, "given");
    r.level[sex] = 1;
    r.bits[sex] = 1;
    double alone = model_field_weight(&m, sex, &r);
    r.level[given] = WORDS_EQUAL;
    double beside = model_field_weight(&m, sex, &r);
    assert_true(alone > 0.7); /* log2(.95 / .5) */
    assert_true(beside > -0.2 && beside < 0.2);
    model_end(&m);
    people_free(p);
}

static void same_each_time(void **state)
{
    (void)state;
    struct fitted a, b;
    fit(&a);
    fit(&b);
    assert_memory_equal(a.m.m, b.m.m, sizeof a.m.m);
    assert_memory_equal(a.m.weight, b.m.weight, sizeof a.m.weight);
    release(&a);
    release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(u_by_hand),        cmocka_unit_test(parts),
        cmocka_unit_test(order_of_weights), cmocka_unit_test(near_truth),
        cmocka_unit_test(explained),        cmocka_unit_test(same_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
