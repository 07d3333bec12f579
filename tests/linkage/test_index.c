/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/index.c
 *  1 a record that comes last is found with the pairs that the rules give when it is among all
 *  2 records that were added are found by the next; blocks of one table and of what came later
 *  3 a large block: neighbours by content alone, the same as a run takes
 *  4 what was dropped is not found; a record does not find itself
 *  5 other columns than the run's are refused
 *  6 encoded records alike
 *  7 nobody there: nothing is found */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/encode.h"
#include "linkage/index.h"

#include "base/mem.h"

#include <math.h>

enum { LAST = 60 };

static struct people *all;
static uint32_t *truth;
static struct linkage run;
static struct kept *kept;

static int start(void **state)
{
    (void)state;
    all = people_population(700, 11, &truth);
    linkage_run(&run, all, &(struct linkage_options){0});
    kept = kept_new(&run);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    kept_free(kept);
    linkage_release(&run);
    people_free(all);
    mem_free(truth);
    return 0;
}

/* The same population, of which the last `n_last` records come after the count. */
static struct people *without_last(struct linkage_index **x, size_t n_last)
{
    struct err e = {0};
    struct people *p = people_first(all, all->n - n_last, 0);
    assert_true(linkage_index_new(x, p, kept, &e));
    return p;
}

static size_t found_pairs(struct pairs *out)
{
    struct marks m;
    marks_make(&m, all);
    candidates_find(out, &kept->rules, &m);
    marks_release(&m);
    return out->n;
}

static const struct linkage_found *among(const struct linkage_found *f, size_t n, uint32_t record)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].record == record) return &f[i];
    return NULL;
}

/* Words that are as rare as one in twenty mark nobody, and a count more or less may decide: so each
 * pair of weight over 2 must be found, and of all but one in a hundred. */
static void like_a_run(void **state)
{
    (void)state;
    struct linkage_index *x;
    struct people *p = without_last(&x, LAST);
    struct pairs pairs;
    struct compare_result r;
    size_t n_pair = 0, n_same = 0, n_strong = 0, n_more = 0;
    double moved = 0;
    found_pairs(&pairs);
    people_copy(p, all, all->n - LAST, all->n, 0);
    linkage_index_add(x);
    assert_int_equal(p->n, all->n);
    for (size_t i = all->n - LAST; i < all->n; i++) {
        struct linkage_found *f;
        size_t n = linkage_index_find(&f, x, i, -100), n_run = 0;
        for (size_t k = 0; k < pairs.n; k++) {
            uint32_t other = pairs.pair[k].a == i   ? pairs.pair[k].b
                             : pairs.pair[k].b == i ? pairs.pair[k].a
                                                    : UINT32_MAX;
            if (other == UINT32_MAX) continue;
            const struct linkage_found *same = among(f, n, other);
            compare_pair(&r, &run.plan, pairs.pair[k].a, pairs.pair[k].b);
            double weight = model_weight(&run.model, &run.plan, &r);
            n_pair++;
            n_run++;
            if (weight > 2) n_strong++;
            if (weight > 2) assert_non_null(same);
            if (same == NULL) continue;
            n_same++;
            moved += fabs((double)same->weight - weight); /* rarities of whole names */
        }
        n_more += n > n_run ? n - n_run : 0;
        for (size_t k = 1; k < n; k++) assert_true(f[k - 1].weight >= f[k].weight);
        mem_free(f);
    }
    assert_true(n_strong > LAST / 2);
    assert_true((double)n_same > 0.99 * (double)n_pair);
    assert_true(moved / (double)n_same < 0.2);
    assert_true((double)n_more < 0.01 * (double)n_pair);
    pairs_release(&pairs);
    linkage_index_free(x);
    people_free(p);
}

static void one_by_one(void **state)
{
    (void)state;
    struct linkage_index *x, *y;
    struct people *p = without_last(&x, LAST), *q = without_last(&y, LAST);
    people_copy(q, all, all->n - LAST, all->n, 0);
    linkage_index_add(y); /* all at once */
    size_t n_true = 0;
    for (size_t i = all->n - LAST; i < all->n; i++) {
        struct linkage_found *f, *g;
        people_copy(p, all, i, i + 1, 0);
        linkage_index_add(x);
        size_t n = linkage_index_find(&f, x, i, 0), m = linkage_index_find(&g, y, i, 0);
        for (size_t k = 0; k < n; k++) {
            assert_true(f[k].record < i);
            n_true += truth[f[k].record] == truth[i] && f[k].record >= all->n - LAST;
            assert_non_null(among(g, m, f[k].record)); /* there and some that came after it */
        }
        mem_free(f);
        mem_free(g);
    }
    assert_true(n_true > 10); /* of those that came later, found by each other */
    linkage_index_free(x);
    linkage_index_free(y);
    people_free(p);
    people_free(q);
}

static void crowd(void **state)
{
    (void)state;
    /* 300 of one name and date, in four towns: one rule's block is all of them */
    enum { CROWD = 300 };
    static const char *const town[] = {"Lisboa", "Porto", "Praha", "Brno"};
    char text[CROWD + 400][60];
    const char *line[CROWD + 400];
    struct linkage crowd_run;
    struct linkage_index *x;
    struct pairs pairs;
    struct marks m;
    struct err e = {0};
    for (size_t i = 0; i < CROWD + 400; i++) {
        if (i < CROWD)
            snprintf(text[i], sizeof text[i], "Rosa|Amaral|F|1990-04-07||%s", town[i % 4]);
        else
            snprintf(text[i], sizeof text[i], "G%c%cma|S%c%cko|M|19%zu-%02zu-%02zu||%s",
                     (int)('a' + i % 23), (int)('a' + i % 7), (int)('a' + i % 13),
                     (int)('a' + i % 19), 50 + i % 50, 1 + i % 12, 1 + i % 28, town[i % 3]);
        line[i] = text[i];
    }
    struct people *p = people_of(line, CROWD + 400);
    linkage_run(&crowd_run, p, &(struct linkage_options){0});
    struct kept *k = kept_new(&crowd_run);
    marks_make(&m, p);
    k->rules = (struct candidate_rules){.rule = {{.n_mark = 1}}, .n_rule = 1};
    while (strcmp(m.kind[k->rules.rule[0].mark[0]].name, "date of birth") != 0)
        k->rules.rule[0].mark[0]++;
    candidates_find(&pairs, &k->rules, &m);
    assert_true(linkage_index_new(&x, p, k, &e));
    for (uint32_t i = 0; i < CROWD; i += 17) {
        struct linkage_found *f;
        size_t n = linkage_index_find(&f, x, i, -1000), n_run = 0;
        for (size_t j = 0; j < pairs.n; j++) {
            if (pairs.pair[j].a != i && pairs.pair[j].b != i) continue;
            n_run++;
            assert_non_null(among(f, n, pairs.pair[j].a == i ? pairs.pair[j].b : pairs.pair[j].a));
        }
        assert_int_equal(n, n_run);
        assert_in_range(n, CANDIDATES_WINDOW, (size_t)2 * CANDIDATES_WINDOW);
        mem_free(f);
    }
    marks_release(&m);
    pairs_release(&pairs);
    linkage_index_free(x);
    kept_free(k);
    linkage_release(&crowd_run);
    people_free(p);
}

static void dropped(void **state)
{
    (void)state;
    struct linkage_index *x;
    struct people *p = without_last(&x, 0);
    struct linkage_found *f;
    for (size_t i = 0; i < p->n; i++) {
        size_t n = linkage_index_find(&f, x, i, 5);
        assert_null(among(f, n, (uint32_t)i));
        if (n == 0) {
            mem_free(f);
            continue;
        }
        uint32_t gone = f[0].record;
        mem_free(f);
        linkage_index_drop(x, gone);
        size_t less = linkage_index_find(&f, x, i, 5);
        assert_int_equal(less, n - 1);
        assert_null(among(f, less, gone));
        mem_free(f);
        break;
    }
    linkage_index_drop(x, 1000000); /* none such */
    assert_int_equal(linkage_index_find(&f, x, 1000000, 0), 0);
    assert_true(linkage_index_bytes(x) > 4 * p->n);
    linkage_index_free(x);
    people_free(p);
}

static void columns(void **state)
{
    (void)state;
    struct people_role role[] = {{"given", LINKAGE_GIVEN}, {"surname", LINKAGE_SURNAME}};
    struct people *p = people_new(role, 2);
    struct linkage_index *x;
    struct err e = {0};
    assert_false(linkage_index_new(&x, p, kept, &e));
    assert_null(x);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "linkage.columns");
    assert_true(e.remedy[0] != '\0');
    people_free(p);
}

static void encoded(void **state)
{
    (void)state;
    struct linkage encoded_run;
    struct linkage_index *x;
    struct err e = {0};
    struct people *whole = people_first(all, all->n, 'k'),
                  *p = people_first(all, all->n - LAST, 'k');
    linkage_run(&encoded_run, whole, &(struct linkage_options){0});
    struct kept *k = kept_new(&encoded_run);
    assert_true(linkage_index_new(&x, p, k, &e));
    people_copy(p, all, all->n - LAST, all->n, 'k');
    linkage_index_add(x);
    size_t n_pair = 0;
    for (size_t i = all->n - LAST; i < all->n; i++) {
        struct linkage_found *f;
        size_t n = linkage_index_find(&f, x, i, -1);
        for (size_t j = 0; j < encoded_run.n_pair; j++) {
            const struct weighted_pair *w = &encoded_run.pair[j];
            if (w->weight < 3 || (w->a != i && w->b != i)) continue;
            n_pair++;
            assert_non_null(among(f, n, w->a == i ? w->b : w->a));
        }
        mem_free(f);
    }
    assert_true(n_pair > LAST / 2);
    linkage_index_free(x);
    kept_free(k);
    linkage_release(&encoded_run);
    people_free(p);
    people_free(whole);
}

static void nobody(void **state)
{
    (void)state;
    struct people *p = people_first(all, 0, 0);
    struct linkage_index *x;
    struct linkage_found *f;
    struct err e = {0};
    assert_true(linkage_index_new(&x, p, kept, &e));
    people_copy(p, all, 0, 1, 0);
    linkage_index_add(x);
    assert_int_equal(linkage_index_find(&f, x, 0, -1000), 0);
    mem_free(f);
    people_copy(p, all, 0, 1, 0); /* the same once more */
    linkage_index_add(x);
    assert_int_equal(linkage_index_find(&f, x, 1, -1000), 1);
    assert_int_equal(f[0].record, 0);
    mem_free(f);
    linkage_index_free(x);
    people_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_a_run), cmocka_unit_test(one_by_one), cmocka_unit_test(crowd),
        cmocka_unit_test(dropped),    cmocka_unit_test(columns),    cmocka_unit_test(encoded),
        cmocka_unit_test(nobody),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
