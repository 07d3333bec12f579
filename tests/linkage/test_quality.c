/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/quality.c
 *  1 precision, recall and F1 from weights, by hand; thresholds between two edges; what rules miss
 *  2 nothing, and weights beyond both ends
 *  3 Wilson's interval: Newcombe, Statistics in Medicine 17 (1998), table I, method 3
 *  4 strata: mean and effective size by hand; strata nobody reviewed
 *  5 recall: bounds hold what is true as often as they say, on drawn samples of known strata
 *  6 a run's own estimates against the truth, within the error stated in docs/methods/linkage.md
 *  7 the same on a labelled set, where it is there
 *  8 reviewed samples drawn from a run: intervals hold its true precision and recall */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/quality.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

static bool near(double a, double b, double error)
{
    return fabs(a - b) <= error;
}

static void weights(void **state)
{
    (void)state;
    struct linkage_weights w = {.rules_recall = 0.8};
    struct linkage_quality q;
    for (int i = 0; i < 10; i++) linkage_weights_add(&w, 3);  /* 8/9 each */
    for (int i = 0; i < 20; i++) linkage_weights_add(&w, 0);  /* 1/2 */
    for (int i = 0; i < 40; i++) linkage_weights_add(&w, -2); /* 1/5 */
    double right = 80.0 / 9 + 10, all = (right + 8) / 0.8;
    linkage_quality(&q, &w, 0);
    assert_true(q.threshold == 0);
    assert_true(q.pairs == 30);
    assert_true(near(q.right, right, 1e-9));
    assert_true(near(q.precision, right / 30, 1e-9));
    assert_true(near(q.recall, right / all, 1e-9));
    assert_true(near(q.missed, all - right, 1e-9));
    assert_true(near(q.f1, 2 * q.precision * q.recall / (q.precision + q.recall), 1e-12));
    linkage_quality(&q, &w, 0.1);
    assert_true(q.threshold == 0);
    linkage_quality(&q, &w, 0.13);
    assert_true(q.threshold == 0.25);
    assert_true(q.pairs == 10);
    linkage_quality(&q, &w, -100);
    assert_true(q.pairs == 70);
    assert_true(near(q.recall, 0.8, 1e-9));
    double best = linkage_quality_best(&w);
    assert_true(best > -2 && best <= 0); /* the 40 bring 8 right ones alone */
    assert_true(linkage_weights_bin(0) == LINKAGE_WEIGHT_LEAST);
    assert_true(linkage_weights_bin(4) == LINKAGE_WEIGHT_LEAST + 1);
}

static void ends(void **state)
{
    (void)state;
    struct linkage_weights w = {.rules_recall = 1};
    struct linkage_quality q;
    linkage_quality(&q, &w, 0);
    assert_true(q.precision == 1 && q.recall == 1 && q.pairs == 0 && q.missed == 0);
    linkage_weights_add(&w, 1000);
    linkage_weights_add(&w, -1000);
    linkage_weights_add(&w, (double)LINKAGE_WEIGHT_MOST);
    assert_int_equal(w.pairs[0], 1);
    assert_int_equal(w.pairs[LINKAGE_BINS - 1], 2);
    linkage_quality(&q, &w, 20);
    assert_true(q.pairs == 2 && near(q.precision, 1, 1e-9));
    linkage_quality(&q, &w, 1000); /* above all */
    assert_true(q.pairs == 0 && q.recall == 0);
}

static void wilson(void **state)
{
    (void)state;
    static const struct {
        double yes, n, from, to;
    } known[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct linkage_interval w = linkage_wilson(known[i].yes, known[i].n);
        assert_true(near(w.value, known[i].yes / known[i].n, 1e-12));
        assert_true(near(w.from, known[i].from, 0.00005));
        assert_true(near(w.to, known[i].to, 0.00005));
    }
    struct linkage_interval none = linkage_wilson(0, 0), all = linkage_wilson(20, 20);
    assert_true(none.value == 0.5 && none.from == 0 && none.to == 1);
    assert_true(all.to == 1 && near(all.from, 1 - 0.1611, 0.00005));
}

static void strata(void **state)
{
    (void)state;
    struct linkage_stratum s[] = {{10, 100, 50, 45}, {0, 300, 50, 30}, {-5, 400, 0, 0}};
    /* P = (100 * 0.9 + 300 * 0.6) / 400; V = 0.0028125; n* = 0.675 * 0.325 / V = 78 */
    struct linkage_interval i = linkage_reviewed(s, 2), w = linkage_wilson(0.675 * 78, 78);
    assert_true(near(i.value, 0.675, 1e-12));
    assert_true(near(i.from, w.from, 1e-9) && near(i.to, w.to, 1e-9));
    i = linkage_reviewed(s, 3); /* half of the pairs nobody looked at */
    assert_true(near(i.value, 0.675 / 2 + 0.25, 1e-12));
    assert_true(near(i.from, w.from / 2, 1e-9) && near(i.to, w.to / 2 + 0.5, 1e-9));
    i = linkage_reviewed(s, 1);
    w = linkage_wilson(45, 50);
    assert_true(near(i.from, w.from, 1e-9) && near(i.to, w.to, 1e-9));
    i = linkage_reviewed(s + 2, 1);
    assert_true(i.value == 0.5 && i.from == 0 && i.to == 1);
    struct linkage_stratum sure[] = {{1, 100, 20, 20}, {0, 100, 20, 20}}; /* V = 0: n* = 40 */
    i = linkage_reviewed(sure, 2);
    assert_true(i.value == 1 && near(i.from, linkage_wilson(40, 40).from, 1e-9));
}

static void recall(void **state)
{
    (void)state;
    static const double share[] = {0.98, 0.75, 0.2, 0.02};
    struct linkage_stratum s[] = {{8, 500, 60, 0},
                                  {0, 200, 60, 0},
                                  {-3, 150, 60, 0},
                                  {-7, 900, 60, 0}};
    double above = 500 * 0.98 + 200 * 0.75, below = 150 * 0.2 + 900 * 0.02;
    double is = 0.9 * above / (above + below), sum = 0, width = 0;
    struct random r;
    size_t held = 0;
    enum { TIMES = 2000 };
    random_init(&r, 4);
    for (int t = 0; t < TIMES; t++) {
        for (size_t i = 0; i < 4; i++) {
            s[i].right = 0;
            for (int k = 0; k < 60; k++) s[i].right += random_unit(&r) < share[i];
        }
        struct linkage_interval x = linkage_reviewed_recall(s, 4, 0, 0.9);
        assert_true(x.from <= x.value && x.value <= x.to);
        assert_true(x.from >= 0 && x.to <= 0.9);
        held += x.from <= is && is <= x.to;
        sum += x.value;
        width += x.to - x.from;
    }
    assert_true((double)held > 0.93 * TIMES);
    assert_true(near(sum / TIMES, is, 0.005));
    assert_true(width / TIMES < 0.12); /* and they say something */

    s[0].right = s[1].right = 60; /* none below is right: still it may be */
    s[2].right = s[3].right = 0;
    struct linkage_interval x = linkage_reviewed_recall(s, 4, 0, 1);
    assert_true(x.value == 1 && x.to == 1 && x.from < 0.97 && x.from > 0.85);
    x = linkage_reviewed_recall(s, 0, 0, 1);
    assert_true(x.from == 0 && x.to == 1);
}

static void against_truth(void **state)
{
    (void)state;
    uint32_t *truth;
    struct people *p = people_population(1500, 21, &truth);
    struct linkage l;
    struct linkage_weights w;
    struct linkage_quality q;
    double n_true = 0;
    linkage_run(&l, p, &(struct linkage_options){0});
    linkage_weights(&w, &l);
    assert_true(w.rules_recall > 0.8 && w.rules_recall <= 1);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = i + 1; k < p->n && truth[k] == truth[i]; k++) n_true++;
    for (int threshold = -2; threshold <= 6; threshold += 2) {
        double right = 0, n = 0;
        for (size_t i = 0; i < l.n_pair; i++) {
            if ((double)l.pair[i].weight < threshold) continue;
            n++;
            right += truth[l.pair[i].a] == truth[l.pair[i].b];
        }
        linkage_quality(&q, &w, threshold);
        assert_true(q.pairs == n);
        assert_true(near(q.precision, right / n, 0.03));
        assert_true(near(q.recall, right / n_true, 0.03));
    }
    linkage_release(&l);
    people_free(p);
    mem_free(truth);
}

/* ---- a labelled set ---- */

static const char *const heading[] = {"first_name", "surname", "dob", "city", "email", "ent_id"};
enum { HEADINGS = sizeof heading / sizeof *heading };

static struct people *read_labelled(const char *path, int *truth, size_t most)
{
    static const struct people_role role[] = {{"first_name", LINKAGE_GIVEN},
                                              {"surname", LINKAGE_SURNAME},
                                              {"dob", LINKAGE_BIRTH},
                                              {"city", LINKAGE_TEXT},
                                              {"email", LINKAGE_NUMBER}};
    struct people *p = people_new(role, HEADINGS - 1);
    struct csv_reader *r;
    struct csv_row row;
    struct err e = {0};
    bool found;
    size_t at[HEADINGS] = {0};
    assert_true(csv_open(&r, path, &(struct csv_options){.encoding = CSV_UTF8}, &e));
    assert_true(csv_next(r, &row, &found, &e) && found);
    for (size_t h = 0; h < HEADINGS; h++)
        while (!text_is(row.field[at[h]], heading[h])) at[h]++;
    while (csv_next(r, &row, &found, &e) && found && p->n < most) {
        struct text value[HEADINGS];
        char number[20];
        for (size_t h = 0; h < HEADINGS; h++) value[h] = row.field[at[h]];
        snprintf(number, sizeof number, "%.*s", (int)value[HEADINGS - 1].n, value[HEADINGS - 1].p);
        truth[p->n] = (int)strtol(number, NULL, 10);
        people_add(p, value);
    }
    csv_close(r);
    people_count(p);
    return p;
}

static void labelled(void **state)
{
    (void)state;
    enum { MOST = 1000 };
    const char *path = harness_shared("data/linkage/fake1000.csv");
    if (path == NULL) skip();
    int truth[MOST];
    struct linkage l;
    struct linkage_weights w;
    struct linkage_quality q;
    double right = 0, n = 0, n_true = 0;
    struct people *p = read_labelled(path, truth, MOST);
    assert_int_equal(p->n, MOST);
    linkage_run(&l, p, &(struct linkage_options){0});
    linkage_weights(&w, &l);
    for (size_t i = 0; i < MOST; i++)
        for (size_t k = i + 1; k < MOST; k++) n_true += truth[i] == truth[k];
    for (size_t i = 0; i < l.n_pair && l.pair[i].weight >= 0; i++) {
        n++;
        right += truth[l.pair[i].a] == truth[l.pair[i].b];
    }
    linkage_quality(&q, &w, 0);
    assert_true(near(q.precision, right / n, 0.04));
    assert_true(near(q.recall, right / n_true, 0.04));
    linkage_release(&l);
    people_free(p);
}

/* ---- samples that people reviewed ---- */

/* Pairs of the run by weight: from 6 on, 0 to 6, below 0. */
static void draw(struct linkage_stratum s[static 3], const struct linkage *l, const uint32_t *truth,
                 struct random *r)
{
    static const double from[] = {6, 0, -7};
    for (size_t k = 0, i = 0; k < 3; k++) {
        size_t first = i;
        while (i < l->n_pair && (double)l->pair[i].weight >= from[k]) i++;
        s[k] = (struct linkage_stratum){.from = from[k], .pairs = (double)(i - first)};
        for (int n = 0; n < 50 && i > first; n++) {
            const struct weighted_pair *p = &l->pair[first + random_below(r, i - first)];
            s[k].reviewed++;
            s[k].right += truth[p->a] == truth[p->b];
        }
    }
}

static void samples(void **state)
{
    (void)state;
    uint32_t *truth;
    struct people *p = people_population(1500, 33, &truth);
    struct linkage l;
    struct random r;
    struct linkage_stratum s[3];
    double n = 0, right = 0, all = 0;
    size_t precision = 0, recall = 0;
    enum { TIMES = 400 };
    linkage_run(&l, p, &(struct linkage_options){0});
    random_init(&r, 8);
    for (size_t i = 0; i < l.n_pair; i++) {
        bool is = truth[l.pair[i].a] == truth[l.pair[i].b];
        all += is;
        n += l.pair[i].weight >= 0;
        right += l.pair[i].weight >= 0 && is;
    }
    for (int t = 0; t < TIMES; t++) {
        draw(s, &l, truth, &r);
        struct linkage_interval x = linkage_reviewed(s, 2);
        struct linkage_interval y = linkage_reviewed_recall(s, 3, 0, 1);
        precision += x.from <= right / n && right / n <= x.to;
        recall += y.from <= right / all && right / all <= y.to;
    }
    assert_true((double)precision > 0.92 * TIMES);
    assert_true((double)recall > 0.92 * TIMES);
    linkage_release(&l);
    people_free(p);
    mem_free(truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights),  cmocka_unit_test(ends),    cmocka_unit_test(wilson),
        cmocka_unit_test(strata),   cmocka_unit_test(recall),  cmocka_unit_test(against_truth),
        cmocka_unit_test(labelled), cmocka_unit_test(samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
