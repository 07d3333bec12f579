/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/partition.c
 *  1 by hand: joining, a "different" that holds back, who gives way, what is said of it
 *  2 random graphs: the same as a naive reference that holds every two records of two groups
 *  against
 *    each other; whatever the order in which records' decisions are given
 *  3 what always holds: no two records called different in one group, an edge is held exactly when
 *    its ends are apart, a person has the number of the oldest record
 *  4 records that are not there join nothing
 *  5 numbers: a part that is cut off has its own oldest record's, the other keeps its number
 *  6 a group of 1,000 records all against all, and 200,000 edges: in no time that grows with
 *  squares */
#include "harness.h"

#include "base/mem.h"
#include "store/partition.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % below;
}

static struct partition_edge edge(uint64_t a, uint64_t b, int64_t decision_no)
{
    return (struct partition_edge){.a = a, .b = b, .decision_no = decision_no};
}

static struct partition_edge automatic(uint64_t a, uint64_t b, int64_t decision_no, int32_t weight)
{
    return (struct partition_edge){
        .a = a, .b = b, .decision_no = decision_no, .weight = weight, .automatic = true};
}

static const struct partition_edge *of(const struct partition_edge *list, size_t n,
                                       int64_t decision_no)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].decision_no == decision_no) return &list[i];
    fail_msg("no decision %lld", (long long)decision_no);
    return NULL;
}

static void partition_1_by_hand(void **state)
{
    (void)state;
    const uint64_t record[] = {3, 5, 8, 9};
    uint64_t person[4];
    {
        struct partition_edge same[] = {edge(3, 9, 1), edge(5, 8, 2)};
        partition(person, record, 4, same, 2, NULL, 0);
        const uint64_t expected[] = {3, 5, 5, 3};
        assert_memory_equal(person, expected, sizeof person);
        assert_false(same[0].held || same[1].held);
    }
    { /* people's newest stands; the older one of the two that contradict it gives way */
        struct partition_edge same[] = {edge(3, 5, 1), edge(5, 8, 2)};
        struct partition_edge different[] = {edge(3, 8, 3)};
        partition(person, record, 4, same, 2, different, 1);
        const uint64_t expected[] = {3, 5, 5, 9};
        assert_memory_equal(person, expected, sizeof person);
        assert_true(of(same, 2, 1)->held);
        assert_int_equal(of(same, 2, 1)->against, 3);
        assert_false(of(same, 2, 2)->held);
        assert_int_equal(of(same, 2, 2)->against, 0);
    }
    { /* automatic ones after people's, however old; the best weight first */
        struct partition_edge same[] = {automatic(3, 5, 9, 9000), edge(5, 8, 1),
                                        automatic(8, 9, 10, 100), automatic(5, 9, 11, 200)};
        struct partition_edge different[] = {edge(3, 8, 2)};
        partition(person, record, 4, same, 4, different, 1);
        const uint64_t expected[] = {3, 5, 5, 5};
        assert_memory_equal(person, expected, sizeof person);
        assert_true(of(same, 4, 9)->held);
    }
    { /* two that stand between the same groups: the newest is named */
        struct partition_edge same[] = {edge(3, 5, 10), edge(8, 9, 11), edge(5, 8, 1)};
        struct partition_edge different[] = {edge(3, 8, 4), edge(5, 9, 6), edge(3, 9, 5)};
        partition(person, record, 4, same, 3, different, 3);
        assert_true(of(same, 3, 1)->held);
        assert_int_equal(of(same, 3, 1)->against, 6);
    }
    { /* a pair called both */
        struct partition_edge same[] = {edge(3, 5, 2)};
        struct partition_edge different[] = {edge(3, 5, 1)};
        partition(person, record, 4, same, 1, different, 1);
        assert_int_equal(person[0], 3);
        assert_int_equal(person[1], 5);
        assert_true(same[0].held);
    }
    partition(person, record, 0, NULL, 0, NULL, 0);
}

/* ---- the reference ---- */

enum { RECORDS_MAX = 40, EDGES_MAX = 160 };

struct graph {
    uint64_t record[RECORDS_MAX], person[RECORDS_MAX];
    size_t n, n_same, n_different;
    struct partition_edge same[EDGES_MAX], different[EDGES_MAX];
};

static bool before(const struct partition_edge *x, const struct partition_edge *y)
{
    if (x->automatic != y->automatic) return !x->automatic;
    if (!x->automatic) return x->decision_no > y->decision_no;
    if (x->weight != y->weight) return x->weight > y->weight;
    if (x->a != y->a) return x->a < y->a;
    if (x->b != y->b) return x->b < y->b;
    return x->decision_no < y->decision_no;
}

static size_t index_of(const struct graph *g, uint64_t record_no)
{
    size_t i = 0;
    while (i < g->n && g->record[i] != record_no) i++;
    return i;
}

/* The newest decision that stands between any two records of two groups; 0: none. */
static int64_t between(const struct graph *g, uint64_t x, uint64_t y)
{
    int64_t newest = 0;
    for (size_t i = 0; i < g->n_different; i++) {
        const struct partition_edge *d = &g->different[i];
        size_t a = index_of(g, d->a), b = index_of(g, d->b);
        if (a == g->n || b == g->n || d->decision_no <= newest) continue;
        if ((g->person[a] == x && g->person[b] == y) || (g->person[a] == y && g->person[b] == x))
            newest = d->decision_no;
    }
    return newest;
}

static void naive(struct graph *g)
{
    for (size_t i = 0; i < g->n; i++) g->person[i] = g->record[i];
    for (size_t i = 0; i < g->n_same; i++) /* the best of what is left to the front */
        for (size_t k = i + 1; k < g->n_same; k++)
            if (before(&g->same[k], &g->same[i])) {
                struct partition_edge swap = g->same[i];
                g->same[i] = g->same[k];
                g->same[k] = swap;
            }
    for (size_t i = 0; i < g->n_same; i++) {
        struct partition_edge *s = &g->same[i];
        size_t a = index_of(g, s->a), b = index_of(g, s->b);
        s->held = false;
        s->against = 0;
        if (a == g->n || b == g->n) continue;
        uint64_t x = g->person[a], y = g->person[b];
        if (x == y) continue;
        s->against = between(g, x, y);
        s->held = s->against != 0;
        for (size_t k = 0; k < g->n && !s->held; k++)
            if (g->person[k] == (x < y ? y : x)) g->person[k] = x < y ? x : y;
    }
}

static void make(struct graph *g)
{
    uint32_t n_record = 2 + draw(RECORDS_MAX - 2), no = 1;
    uint64_t record_no = 0;
    g->n = n_record;
    for (size_t i = 0; i < g->n; i++) g->record[i] = record_no += 1 + draw(3);
    g->n_same = draw(EDGES_MAX);
    g->n_different = draw(2) == 0 ? draw(4) : draw(EDGES_MAX);
    for (size_t i = 0; i < g->n_same + g->n_different; i++) {
        struct partition_edge *e = i < g->n_same ? &g->same[i] : &g->different[i - g->n_same];
        uint64_t a = 1 + draw((uint32_t)record_no), b = 1 + draw((uint32_t)record_no);
        if (a == b) b++;
        *e = edge(a < b ? a : b, a < b ? b : a, no++);
        e->automatic = draw(2) == 0;
        e->weight = (int32_t)draw(6) * 1000 - 2000;
    }
}

static void shuffle(struct partition_edge *list, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = draw((uint32_t)i);
        struct partition_edge swap = list[i - 1];
        list[i - 1] = list[k];
        list[k] = swap;
    }
}

static void partition_2_a_naive_reference(void **state)
{
    (void)state;
    struct graph *g = mem_new(2, sizeof *g), *ours = g + 1;
    size_t n_held = 0;
    for (int round = 0; round < (harness_sanitized() ? 300 : 3000); round++) {
        make(g);
        *ours = *g;
        naive(g);
        for (int order = 0; order < 3; order++) {
            shuffle(ours->same, ours->n_same);
            shuffle(ours->different, ours->n_different);
            partition(ours->person, ours->record, ours->n, ours->same, ours->n_same,
                      ours->different, ours->n_different);
            assert_memory_equal(ours->person, g->person, g->n * sizeof g->person[0]);
            for (size_t i = 0; i < g->n_same; i++) {
                const struct partition_edge *x = of(ours->same, g->n_same, g->same[i].decision_no);
                assert_int_equal(x->held, g->same[i].held);
                assert_int_equal(x->against, g->same[i].against);
                n_held += x->held;
            }
        }
    }
    assert_true(n_held > 1000); /* or nothing was tried */
    mem_free(g);
}

static void partition_3_what_always_holds(void **state)
{
    (void)state;
    struct graph *g = mem_new(1, sizeof *g);
    for (int round = 0; round < (harness_sanitized() ? 300 : 3000); round++) {
        make(g);
        partition(g->person, g->record, g->n, g->same, g->n_same, g->different, g->n_different);
        for (size_t i = 0; i < g->n_different; i++) {
            size_t a = index_of(g, g->different[i].a), b = index_of(g, g->different[i].b);
            if (a < g->n && b < g->n) assert_true(g->person[a] != g->person[b]);
        }
        for (size_t i = 0; i < g->n_same; i++) {
            size_t a = index_of(g, g->same[i].a), b = index_of(g, g->same[i].b);
            bool there = a < g->n && b < g->n;
            assert_int_equal(g->same[i].held, there && g->person[a] != g->person[b]);
        }
        for (size_t i = 0; i < g->n; i++) {
            size_t oldest = index_of(g, g->person[i]);
            assert_true(oldest <= i && g->person[oldest] == g->person[i]);
        }
    }
    mem_free(g);
}

static void partition_4_records_that_are_not_there(void **state)
{
    (void)state;
    const uint64_t record[] = {1, 3};
    uint64_t person[2];
    struct partition_edge same[] = {edge(1, 2, 1), edge(2, 3, 2)};
    struct partition_edge different[] = {edge(1, 2, 3)};
    same[0].held = true;
    partition(person, record, 2, same, 2, different, 1);
    assert_int_equal(person[0], 1);
    assert_int_equal(person[1], 3);
    assert_false(same[0].held || same[1].held);
}

static void partition_5_numbers_stay(void **state)
{
    (void)state;
    const uint64_t record[] = {10, 20, 30, 40};
    uint64_t person[4];
    struct partition_edge both[] = {edge(10, 20, 1), edge(30, 40, 2), edge(20, 30, 3)};
    partition(person, record, 4, both, 3, NULL, 0);
    for (int i = 0; i < 4; i++) assert_int_equal(person[i], 10);
    struct partition_edge without[] = {edge(10, 20, 1), edge(30, 40, 2)};
    partition(person, record, 4, without, 2, NULL, 0);
    const uint64_t expected[] = {10, 10, 30, 30};
    assert_memory_equal(person, expected, sizeof person);
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void partition_6_size(void **state)
{
    (void)state;
    enum { GROUP = 1000, RECORDS = 400000, EDGES = 200000 };
    const size_t all = (size_t)GROUP * (GROUP - 1) / 2;
    uint64_t *record = mem_new(RECORDS, sizeof *record), *person = mem_new(RECORDS, sizeof *person);
    struct partition_edge *same = mem_new(all, sizeof *same),
                          *different = mem_new(GROUP, sizeof *different);
    size_t n = 0;
    for (size_t i = 0; i < RECORDS; i++) record[i] = i + 1;
    for (uint64_t a = 1; a <= GROUP; a++)
        for (uint64_t b = a + 1; b <= GROUP; b++, n++)
            same[n] = automatic(a, b, (int64_t)n, (int32_t)draw(20000));
    /* Every record of it stands against one outside, which an edge wants to bring in. */
    for (uint64_t a = 1; a <= GROUP; a++) different[a - 1] = edge(a, GROUP + 1, (int64_t)(all + a));
    same[0] = automatic(1, GROUP + 1, 1, -1);
    double from = seconds();
    partition(person, record, GROUP + 1, same, n, different, GROUP);
    double took = seconds() - from;
    assert_int_equal(person[GROUP], GROUP + 1);
    for (size_t i = 0; i < GROUP; i++) assert_int_equal(person[i], 1);
    print_message("1,000 records all against all: %.0f ms\n", took * 1000);
    assert_true(took < (harness_sanitized() ? 30 : 3));
    for (size_t i = 0; i < EDGES; i++)
        same[i] = automatic(2 * i + 1, 2 * i + 2, (int64_t)i, (int32_t)draw(20000));
    from = seconds();
    partition(person, record, RECORDS, same, EDGES, NULL, 0);
    took = seconds() - from;
    for (size_t i = 0; i < RECORDS; i++) assert_int_equal(person[i], i / 2 * 2 + 1);
    print_message("200,000 edges: %.0f ms\n", took * 1000);
    assert_true(took < (harness_sanitized() ? 30 : 3));
    mem_free(different);
    mem_free(same);
    mem_free(person);
    mem_free(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partition_1_by_hand),
        cmocka_unit_test(partition_2_a_naive_reference),
        cmocka_unit_test(partition_3_what_always_holds),
        cmocka_unit_test(partition_4_records_that_are_not_there),
        cmocka_unit_test(partition_5_numbers_stay),
        cmocka_unit_test(partition_6_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
