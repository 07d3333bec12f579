/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of bench/linkage_score.c, counted by hand
 *  1 all right, nothing found, all in one   2 split, joined and exact clusters   3 pairs as they
 *  are
 *  4 shares of nothing   5 the same as counting every pair, on random clusterings */
#include "harness.h"

#include "linkage_score.h"

#include "base/random.h"

#include <math.h>

static void counts_are(struct score_counts c, uint64_t truth, uint64_t found, uint64_t both)
{
    assert_int_equal(c.truth, truth);
    assert_int_equal(c.found, found);
    assert_int_equal(c.both, both);
}

static void the_ends(void **state)
{
    (void)state;
    /* Persons of 3, 2 and 1 records: 3 + 1 pairs, three clusters, two of several. */
    const uint32_t truth[] = {7, 7, 7, 9, 9, 2};
    const uint32_t right[] = {0, 0, 0, 4000000000, 4000000000, 5};
    const uint32_t nothing[] = {0, 1, 2, 3, 4, 5};
    const uint32_t all[] = {1, 1, 1, 1, 1, 1};
    struct score s;
    score_clusters(&s, truth, right, 6);
    counts_are(s.pairs, 4, 4, 4);
    counts_are(s.clusters, 3, 3, 3);
    counts_are(s.clusters_several, 2, 2, 2);
    assert_true(score_f1(s.pairs) == 1 && score_f1(s.clusters) == 1);

    score_clusters(&s, truth, nothing, 6);
    counts_are(s.pairs, 4, 0, 0);
    counts_are(s.clusters, 3, 6, 1); /* the one by itself is right */
    counts_are(s.clusters_several, 2, 0, 0);
    assert_true(score_precision(s.pairs) == 1 && score_recall(s.pairs) == 0);
    assert_true(score_f1(s.pairs) == 0 && score_f1(s.clusters_several) == 0);
    assert_true(fabs(score_f1(s.clusters) - 2.0 / 9) < 1e-12); /* 1/6 and 1/3 */

    score_clusters(&s, truth, all, 6);
    counts_are(s.pairs, 4, 15, 4);
    counts_are(s.clusters, 3, 1, 0);
    counts_are(s.clusters_several, 2, 1, 0);
    assert_true(fabs(score_precision(s.pairs) - 4.0 / 15) < 1e-12 && score_recall(s.pairs) == 1);
}

static void split_and_joined(void **state)
{
    (void)state;
    /* a a a a | b b | c c | d: a is split in 3 and 1, and the 1 joined with b; c exact; d exact.
     * Pairs: true 6 + 1 + 1, found 3 + 3 + 1, of which right 3 + 1 + 1. */
    const uint32_t truth[] = {0, 1, 0, 2, 0, 1, 3, 0, 2};
    const uint32_t found[] = {5, 6, 5, 8, 5, 6, 1, 6, 8};
    struct score s;
    score_clusters(&s, truth, found, 9);
    counts_are(s.pairs, 8, 7, 5);
    counts_are(s.clusters, 4, 4, 2);
    counts_are(s.clusters_several, 3, 3, 1);
    assert_true(fabs(score_f1(s.pairs) - 2.0 / 3) < 1e-12); /* 5/7 and 5/8 */
    assert_true(fabs(score_f1(s.clusters) - 0.5) < 1e-12);
}

static void pairs_as_they_are(void **state)
{
    (void)state;
    /* A chain finds two of the person's three pairs; the component is exact all the same. Twice,
     * the other way round and with itself count nothing; the last is wrong. */
    const uint32_t truth[] = {1, 1, 1, 2, 3, 3};
    struct score_pair pair[] = {{0, 1}, {1, 2}, {1, 0}, {0, 1}, {2, 2}, {4, 3}};
    struct score s;
    score_pairs(&s, truth, 6, pair, 6);
    counts_are(s.pairs, 4, 3, 2);
    counts_are(s.clusters, 3, 3, 1); /* of 0-1-2, 3-4, 5 the first */
    counts_are(s.clusters_several, 2, 2, 1);
    score_pairs(&s, truth, 6, NULL, 0);
    counts_are(s.pairs, 4, 0, 0);
    counts_are(s.clusters, 3, 6, 1);
}

static void shares_of_nothing(void **state)
{
    (void)state;
    struct score s;
    const uint32_t apart[] = {0, 1, 2};
    score_clusters(&s, apart, apart, 3); /* nobody twice, and nobody found twice */
    assert_true(score_f1(s.pairs) == 1 && score_f1(s.clusters) == 1);
    assert_true(score_f1(s.clusters_several) == 1);
    score_clusters(&s, apart, apart, 0);
    counts_are(s.pairs, 0, 0, 0);
    counts_are(s.clusters, 0, 0, 0);
}

static void the_same_as_every_pair(void **state)
{
    (void)state;
    enum { N = 60 };
    struct random r;
    random_init(&r, 3);
    for (int run = 0; run < 200; run++) {
        uint32_t truth[N], found[N];
        struct score_pair pair[N * N];
        struct score s;
        uint64_t t = 0, f = 0, both = 0, exact = 0;
        size_t n_pair = 0;
        uint64_t kinds = 2 + random_below(&r, N);
        for (int i = 0; i < N; i++) {
            truth[i] = (uint32_t)random_below(&r, kinds);
            found[i] = random_below(&r, 4) == 0 ? (uint32_t)random_below(&r, kinds) : truth[i];
        }
        for (uint32_t i = 0; i < N; i++) {
            bool first = true, same = true;
            for (uint32_t j = 0; j < N; j++) {
                if (j < i) {
                    t += truth[i] == truth[j];
                    f += found[i] == found[j];
                    both += truth[i] == truth[j] && found[i] == found[j];
                    first = first && found[i] != found[j];
                    if (found[i] == found[j]) pair[n_pair++] = (struct score_pair){i, j};
                }
                same = same && (truth[i] == truth[j]) == (found[i] == found[j]);
            }
            exact += first && same;
        }
        score_clusters(&s, truth, found, N);
        counts_are(s.pairs, t, f, both);
        assert_int_equal(s.clusters.both, exact);
        score_pairs(&s, truth, N, pair, n_pair);
        counts_are(s.pairs, t, f, both);
        assert_int_equal(s.clusters.both, exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ends),
        cmocka_unit_test(split_and_joined),
        cmocka_unit_test(pairs_as_they_are),
        cmocka_unit_test(shares_of_nothing),
        cmocka_unit_test(the_same_as_every_pair),
    };
    return cmocka_run_group_tests_name("bench/linkage_score", tests, NULL, NULL);
}
