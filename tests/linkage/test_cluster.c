/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/cluster.c
 *  1 a chain of pairs is one person where all its records fit   2 a hub does not swallow: mother
 *  and
 *  daughter stay two though one record could be either   3 pairs of a person that no rule found are
 *  added
 *  4 no pairs: everybody alone */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/linkage.h"

#include "base/mem.h"

enum { PEOPLE = 200 };

static struct people *people;
static struct compare_plan plan;
static struct model model;

/* A model fitted on a population, then used on other people: its weights are reasonable ones. */
static void use(const char *const *own, size_t n)
{
    const char *lines[PEOPLE];
    char filler[PEOPLE][60];
    uint32_t *truth;
    struct linkage l;
    struct people *p = people_population(400, 9, &truth);
    linkage_run(&l, p, &(struct linkage_options){0});
    model = l.model;
    linkage_release(&l);
    mem_free(truth);
    people_free(p);
    for (size_t i = 0; i < PEOPLE; i++) {
        snprintf(filler[i], sizeof filler[i], "G%c%c|F%c%c|%s|19%02zu-03-1%zu||T%zu",
                 (int)('a' + i % 26), (int)('a' + i / 26), (int)('a' + i / 26), (int)('a' + i % 26),
                 i % 2 ? "F" : "M", 40 + i % 50, i % 7, i % 20);
        lines[i] = i < n ? own[i] : filler[i];
    }
    people = people_of(lines, PEOPLE);
    compare_plan(&plan, people);
}

static struct weighted_pair weighed(uint32_t a, uint32_t b)
{
    struct compare_result r;
    compare_pair(&r, &plan, a, b);
    return (struct weighted_pair){a, b, (float)model_weight(&model, &plan, &r)};
}

static const char *const line[] = {
    "Svetlana|Maloatusoiu|F|1984-10-10|GL7600329|Lisboa", /* mother */
    "Svetlana|Maloatusoiu|F|1984-10-10|GL7600329|Beja",   "Svetlana|Maloatusoiu|F||GL7600329|Beja",
    "Andreia|Maloatusoiu|F|2006-03-05|XK1234567|Lisboa",                             /* daughter */
    "Andreia|Maloatusoiu|F|2006-03-05|XK1234567|Lisboa",  "|Maloatusoiu|F|||Lisboa", /* either */
};

static void chain(void **state)
{
    (void)state;
    uint32_t person[PEOPLE];
    use(line, 6);
    struct weighted_pair p[] = {weighed(0, 1), weighed(1, 2)}; /* 0 and 2 were no candidates */
    assert_true(p[0].weight > 0 && p[1].weight > 0);
    cluster_persons(person, p, 2, &model, &plan);
    assert_int_equal(person[0], 0);
    assert_int_equal(person[1], 0);
    assert_int_equal(person[2], 0);
    assert_int_equal(person[3], 3);

    struct weighted_pair *more;
    assert_int_equal(cluster_pairs(&more, person, p, 2, &model, &plan), 1);
    assert_int_equal(more[0].a, 0);
    assert_int_equal(more[0].b, 2);
    struct weighted_pair again = weighed(0, 2);
    assert_true(more[0].weight == again.weight);
    mem_free(more);
    people_free(people);
}

static void hub(void **state)
{
    (void)state;
    uint32_t person[PEOPLE];
    use(line, 6);
    struct weighted_pair p[] = {weighed(0, 1), weighed(3, 4), {0, 5, 3},
                                {3, 5, 2.5f},  {1, 5, 2},     {4, 5, 1}};
    cluster_persons(person, p, 6, &model, &plan);
    assert_int_equal(person[0], person[1]);
    assert_int_equal(person[3], person[4]);
    assert_int_not_equal(person[0], person[3]);
    people_free(people);
}

static void alone(void **state)
{
    (void)state;
    uint32_t person[PEOPLE];
    use(line, 6);
    cluster_persons(person, NULL, 0, &model, &plan);
    for (uint32_t i = 0; i < PEOPLE; i++) assert_int_equal(person[i], i);
    struct weighted_pair *more;
    assert_int_equal(cluster_pairs(&more, person, NULL, 0, &model, &plan), 0);
    assert_null(more);
    people_free(people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain),
        cmocka_unit_test(hub),
        cmocka_unit_test(alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
