/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/link_run.c and link_pair.c
 *  1 a run: begun, filled, finished, read, listed; what it is refused for
 *  2 proposals: either order, twice, of records that are not there, withdrawn or of another form
 *  3 the queue in both orders, page by page, with every filter: as a sorted list of all pairs says
 *  4 a page goes on behind a pair that was decided meanwhile, and begins anew when a run came
 *  5 pairs as they stand: open, unsure, waiting, same, different; in one person by other pairs
 *  6 a sample: the same when asked again, another for another run, at most so many
 *  7 a new run takes the place of the proposals; what was decided stays decided
 *  8 a run that is killed leaves nothing
 *  9 only in a write transaction */
#include "harness.h"

#include "link_data.h"
#include "store/person.h"
#include "store_data.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;
static struct arena *arena;
static struct store *st;
static const struct form *victim;

enum { N = 40 }; /* records 1..20 of organisation 1, 21..40 of organisation 2 */

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = link_data_make(N / 2);
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_rollback(st);
    store_close(st);
    arena_free(arena);
    return 0;
}

static struct link_run_start start(void)
{
    return (struct link_run_start){.form = victim,
                                   .started_at = 1000,
                                   .actor = "eva",
                                   .model = TEXT("{\"model\":1}"),
                                   .lower = -1.5,
                                   .upper = 8.25,
                                   .last_record = N,
                                   .n_record = N,
                                   .n_candidate = 99};
}

static void run_1_a_run(void **state)
{
    (void)state;
    struct link_run_start s = start();
    struct link_run run, *list;
    int64_t run_no, other;
    bool found;
    size_t n;
    assert_true(link_run_newest(&run, &found, st, victim->id, arena, &e));
    assert_false(found);
    assert_true(link_run_begin(&run_no, st, &s, &e));
    assert_int_equal(run_no, 1);
    assert_true(link_run_newest(&run, &found, st, victim->id, arena, &e));
    assert_false(found); /* not yet */
    const struct link_proposal pair = {4, 3, 2.0625, TEXT("[]")};
    assert_true(link_run_add(NULL, st, run_no, &pair, 1, &e));
    assert_true(link_run_finish(st, run_no, &e));
    assert_false(link_run_finish(st, run_no, &e));
    assert_string_equal(e.id, "link.run_state");
    assert_true(link_run_newest(&run, &found, st, victim->id, arena, &e));
    assert_true(found);
    assert_string_equal(run.state, "finished");
    assert_string_equal(run.actor, "eva");
    assert_true(run.lower == -1.5 && run.upper == 8.25);
    assert_int_equal(run.last_record, N);
    assert_int_equal(run.n_candidate, 99);
    assert_int_equal(run.n_pair, 1);
    assert_int_equal(run.started_at, 1000);
    assert_true(run.finished_at > 1000);
    assert_true(text_is(run.model, "{\"model\":1}"));
    other = link_data_run(st, N, NULL, 0);
    assert_true(link_run_list(&list, &n, st, FORM_NONE, 10, arena, &e));
    assert_int_equal(n, 2);
    assert_int_equal(list[0].run_no, other);
    assert_true(link_undo_run(&(int64_t){0}, st, other, "ana", "a mistake", &e));
    assert_true(link_run_get(&run, st, other, arena, &e));
    assert_string_equal(run.state, "undone");
    assert_string_equal(run.undo_reason, "a mistake");
    assert_string_equal(run.undone_by, "ana");
    assert_true(link_run_newest(&run, &found, st, victim->id, arena, &e));
    assert_int_equal(run.run_no, run_no);
    assert_false(link_run_get(&run, st, 77, arena, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "link.run");

    s.lower = 9;
    assert_false(link_run_begin(&run_no, st, &s, &e));
    assert_string_equal(e.id, "link.band");
    s.lower = 0.0 / 0.0;
    assert_false(link_run_begin(&run_no, st, &s, &e));
    assert_string_equal(e.id, "link.band");
    s = start();
    s.model = (struct text){s.model.p, LINK_MODEL_MAX + 1};
    assert_false(link_run_begin(&run_no, st, &s, &e));
    assert_string_equal(e.id, "link.model");
}

static void run_2_proposals(void **state)
{
    (void)state;
    struct link_run_start s = start();
    struct link_pair p;
    int64_t run_no;
    size_t n;
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 6), "ana", "asked for", &e));
    assert_true(link_run_begin(&run_no, st, &s, &e));
    const struct link_proposal some[] = {
        {9, 2, 5, TEXT("first")},  {2, 9, 6, TEXT("second")}, /* the same pair */
        {3, 6, 5, TEXT("erased")}, {6, 7, 5, TEXT("erased")}, {3, 999, 5, TEXT("not there")},
        {3, 30, 1e300, TEXT("")},  {3, 31, -1e300, TEXT("")}, {3, 32, 0.0 / 0.0, TEXT("")}};
    assert_true(link_run_add(&n, st, run_no, some, 8, &e));
    assert_int_equal(n, 4);
    assert_true(link_pair_get(&p, st, link_data_code(st, 9), link_data_code(st, 2), arena, &e));
    assert_true(p.proposed);
    assert_true(p.weight == 6);
    assert_true(text_is(p.evidence, "second"));
    assert_string_equal(p.organisation_code_a, "GNR");
    assert_true(link_pair_get(&p, st, link_data_code(st, 3), link_data_code(st, 30), arena, &e));
    assert_true(p.weight == 1e6);
    assert_string_equal(p.organisation_code_b, "NGO");
    assert_true(link_pair_get(&p, st, link_data_code(st, 3), link_data_code(st, 32), arena, &e));
    assert_true(p.weight == -1e6);
    const struct link_proposal again = {2, 9, 7, TEXT("third")};
    assert_true(link_run_add(&n, st, run_no, &again, 1, &e));
    assert_true(link_pair_get(&p, st, link_data_code(st, 9), link_data_code(st, 2), arena, &e));
    assert_true(p.weight == 7);
    const struct link_proposal self = {5, 5, 7, TEXT("")};
    assert_false(link_run_add(&n, st, run_no, &self, 1, &e));
    assert_string_equal(e.id, "link.same_record");
    static char longer[LINK_EVIDENCE_MAX + 1];
    const struct link_proposal big = {5, 7, 7, {longer, sizeof longer}};
    assert_false(link_run_add(&n, st, run_no, &big, 1, &e));
    assert_string_equal(e.id, "link.evidence");
    assert_false(link_run_add(&n, st, 77, &again, 1, &e));
    assert_string_equal(e.id, "link.run");
    assert_false(link_pair_get(&p, st, link_data_code(st, 2), TEXT("nothing"), arena, &e));
    assert_string_equal(e.id, "record.unknown");
    assert_false(link_pair_get(&p, st, link_data_code(st, 2), link_data_code(st, 2), arena, &e));
    assert_string_equal(e.id, "link.same_record");
}

/* ---- 3 ---- */

static uint64_t seed = 3;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % below;
}

enum { PAIRS = 150 };
static struct link_data_pair pairs[PAIRS];

static void make_pairs(void)
{
    size_t n = 0;
    for (uint64_t a = 1; a <= N && n < PAIRS; a++)
        for (uint64_t b = a + 1; b <= N && n < PAIRS; b++)
            if (draw(5) == 0) /* many weights are the same */
                pairs[n++] = (struct link_data_pair){a, b, (double)draw(21) / 2};
    while (n < PAIRS) { /* unlikely */
        pairs[n] = (struct link_data_pair){n % N + 1, (n + 1) % N + 1, 1};
        n++;
    }
}

static const struct link_queue *asked;

/* As the header says: from the middle outwards, above before below; or the best first. */
static int in_turn(const void *x, const void *y)
{
    const struct link_data_pair *p = x, *q = y;
    double middle = (asked->lower + asked->upper) / 2;
    if (asked->order == LINK_BEST_FIRST) {
        if (p->weight != q->weight) return p->weight < q->weight ? 1 : -1;
        return p->a != q->a ? (p->a < q->a ? 1 : -1) : (p->b < q->b) - (p->b > q->b);
    }
    double dp = p->weight < middle ? middle - p->weight : p->weight - middle,
           dq = q->weight < middle ? middle - q->weight : q->weight - middle;
    if (dp != dq) return dp < dq ? -1 : 1;
    bool below = p->weight < middle;
    if (below != (q->weight < middle)) return below ? 1 : -1;
    int c = p->a != q->a ? (p->a < q->a ? -1 : 1) : (p->b > q->b) - (p->b < q->b);
    return below ? -c : c;
}

static bool fits(const struct link_data_pair *p)
{
    bool first_a = p->a <= N / 2, first_b = p->b <= N / 2;
    int64_t org = asked->organisation_no;
    int hits = (first_a == (org == 1)) + (first_b == (org == 1));
    return (asked->any_weight || (p->weight >= asked->lower && p->weight < asked->upper)) &&
           (org == 0 || hits > asked->organisation_both) && (!asked->across || first_a != first_b);
}

static void check_queue(const struct link_queue *q)
{
    struct link_data_pair expected[PAIRS];
    struct link_queue page = *q;
    struct link_pair *list;
    size_t n_expected = 0, at = 0, n;
    int64_t count;
    bool more = true;
    asked = q;
    for (size_t i = 0; i < PAIRS; i++)
        if (fits(&pairs[i])) expected[n_expected++] = pairs[i];
    qsort(expected, n_expected, sizeof *expected, in_turn);
    while (more) {
        if (!link_pair_list(&list, &n, &more, st, &page, arena, &e)) fail_msg("%s", e.msg);
        assert_int_equal(more, at + n < n_expected);
        for (size_t i = 0; i < n; i++, at++) {
            assert_true(at < n_expected);
            assert_int_equal(list[i].a, expected[at].a);
            assert_int_equal(list[i].b, expected[at].b);
            assert_true(list[i].weight == expected[at].weight);
        }
        if (n == 0) break;
        page.after_a = list[n - 1].b; /* in either order */
        page.after_b = list[n - 1].a;
    }
    assert_int_equal(at, n_expected);
    assert_true(link_pair_count(&count, st, q, &e));
    assert_int_equal(count, n_expected);
}

static void run_3_queue(void **state)
{
    (void)state;
    make_pairs();
    (void)link_data_run(st, N, pairs, PAIRS);
    for (int i = 0; i < 200; i++) {
        double lower = (double)draw(12) / 2 - 1;
        const struct link_queue q = {.form = victim->id,
                                     .organisation_no = draw(3),
                                     .organisation_both = draw(3) == 0,
                                     .across = draw(4) == 0,
                                     .run_no = draw(2),
                                     .any_standing = draw(3) == 0,
                                     .any_weight = draw(5) == 0,
                                     .lower = lower,
                                     .upper = lower + (double)draw(14) / 2,
                                     .order = draw(2) == 0 ? LINK_MIDDLE_FIRST : LINK_BEST_FIRST,
                                     .max = 1 + draw(40)};
        if (q.any_weight && q.order == LINK_MIDDLE_FIRST) continue; /* its middle is nowhere */
        check_queue(&q);
    }
    const struct link_queue other_run = {
        .form = victim->id, .any_weight = true, .run_no = 9, .order = LINK_BEST_FIRST, .max = 5};
    struct link_pair *list;
    size_t n;
    bool more;
    assert_true(link_pair_list(&list, &n, &more, st, &other_run, arena, &e));
    assert_int_equal(n, 0);
    struct link_queue none = other_run;
    none.max = 0;
    assert_false(link_pair_list(&list, &n, &more, st, &none, arena, &e));
    assert_string_equal(e.id, "link.page");
    none.max = LINK_PAGE_MAX + 1;
    assert_false(link_pair_list(&list, &n, &more, st, &none, arena, &e));
    assert_string_equal(e.id, "link.page");
}

static struct link_queue queue(enum link_standing standing)
{
    return (struct link_queue){.form = victim->id,
                               .standing = standing,
                               .any_weight = true,
                               .order = LINK_BEST_FIRST,
                               .max = 10};
}

static const struct link_data_pair four[] = {{1, 2, 8}, {2, 3, 7}, {1, 3, 6}, {4, 24, 5}};

static void run_4_pages_go_on(void **state)
{
    (void)state;
    struct link_queue q = queue(LINK_OPEN);
    struct link_pair *list;
    size_t n;
    bool more;
    (void)link_data_run(st, N, four, 4);
    q.max = 2;
    assert_true(link_pair_list(&list, &n, &more, st, &q, arena, &e));
    assert_int_equal(n, 2);
    assert_true(more);
    q.after_a = list[1].a;
    q.after_b = list[1].b;
    (void)link_data_decide(st, list[1].a, list[1].b, LINK_VERDICT_DIFFERENT);
    assert_true(link_pair_list(&list, &n, &more, st, &q, arena, &e));
    assert_int_equal(n, 2);
    assert_false(more);
    assert_true(list[0].weight == 6 && list[1].weight == 5);
    const struct link_data_pair other = {7, 8, 9};
    (void)link_data_run(st, N, &other, 1);
    assert_true(link_pair_list(&list, &n, &more, st, &q, arena, &e));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].a, 7);
}

static size_t count(enum link_standing s)
{
    struct link_queue q = queue(s);
    struct link_pair *list;
    size_t n;
    int64_t counted;
    bool more;
    assert_true(link_pair_list(&list, &n, &more, st, &q, arena, &e));
    assert_true(link_pair_count(&counted, st, &q, &e));
    assert_int_equal(counted, n);
    for (size_t i = 0; i < n; i++) assert_int_equal(list[i].standing, s);
    return n;
}

static void run_5_standing(void **state)
{
    (void)state;
    struct link_queue q = queue(LINK_OPEN);
    struct link_pair *list, p;
    struct link_outcome o;
    size_t n;
    bool more;
    (void)link_data_run(st, N, four, 4);
    assert_int_equal(count(LINK_OPEN), 4);
    (void)link_data_decide(st, 1, 2, LINK_VERDICT_SAME);
    (void)link_data_decide(st, 2, 3, LINK_VERDICT_SAME);
    const struct link_decide waits = {
        .a = 4, .b = 24, .verdict = LINK_VERDICT_SAME, .actor = "ana", .second_person = true};
    assert_true(link_decide(&o, st, &waits, &e));
    assert_int_equal(count(LINK_SAME), 2);
    assert_int_equal(count(LINK_WAITING), 1);
    assert_int_equal(count(LINK_OPEN), 1);
    assert_true(link_pair_list(&list, &n, &more, st, &q, arena, &e));
    assert_true(list[0].same_person); /* by the two others */
    assert_int_equal(list[0].decision_no, 0);
    q.apart = true;
    assert_true(link_pair_list(&list, &n, &more, st, &q, arena, &e));
    assert_int_equal(n, 0);
    (void)link_data_decide(st, 1, 3, LINK_VERDICT_UNSURE);
    assert_int_equal(count(LINK_UNSURE), 1);
    assert_true(link_confirm(&o, st, o.decision_no, "eva", &e));
    (void)link_data_decide(st, 4, 24, LINK_VERDICT_DIFFERENT);
    assert_int_equal(count(LINK_DIFFERENT), 1);
    assert_int_equal(count(LINK_WAITING), 0);
    assert_true(link_pair_get(&p, st, link_data_code(st, 4), link_data_code(st, 24), arena, &e));
    assert_true(p.decision_no > o.decision_no);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 2), "ana", "asked for", &e));
    assert_int_equal(count(LINK_SAME), 0);
    int64_t n_wrong;
    assert_true(person_check(&n_wrong, st, &e));
    assert_int_equal(n_wrong, 0);
    for (int s = 0; s < LINK_STANDINGS; s++)
        assert_true(strlen(link_standing_name((enum link_standing)s)) > 3);
}

static void run_6_samples(void **state)
{
    (void)state;
    struct link_queue q = queue(LINK_OPEN);
    struct link_pair *one, *two;
    size_t n, m, same = 0;
    make_pairs();
    (void)link_data_run(st, N, pairs, PAIRS);
    q.max = 30;
    assert_true(link_pair_sample(&one, &n, st, &q, arena, &e));
    assert_int_equal(n, 30);
    assert_true(link_pair_sample(&two, &m, st, &q, arena, &e));
    assert_int_equal(m, 30);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(one[i].a, two[i].a);
        assert_int_equal(one[i].b, two[i].b);
        for (size_t k = 0; k < i; k++) assert_true(one[i].a != one[k].a || one[i].b != one[k].b);
    }
    (void)link_data_run(st, N, pairs, PAIRS);
    assert_true(link_pair_sample(&two, &m, st, &q, arena, &e));
    for (size_t i = 0; i < n; i++) same += one[i].a == two[i].a && one[i].b == two[i].b;
    assert_true(same < 10);
    q.max = LINK_PAGE_MAX;
    assert_true(link_pair_sample(&two, &m, st, &q, arena, &e));
    assert_true(m <= PAIRS && m > 100);
}

static void run_7_a_new_run(void **state)
{
    (void)state;
    (void)link_data_run(st, N, four, 4);
    (void)link_data_decide(st, 1, 2, LINK_VERDICT_SAME);
    (void)link_data_decide(st, 2, 3, LINK_VERDICT_UNSURE);
    (void)link_data_run(st, N, four, 3);
    assert_int_equal(count(LINK_OPEN), 1);
    assert_int_equal(count(LINK_SAME), 1);
    assert_int_equal(count(LINK_UNSURE), 1);
}

static void run_8_killed(void **state)
{
    (void)state;
    struct link_pair *list;
    struct link_run *runs;
    size_t n;
    assert_true(store_commit(st, &e));
    store_close(st);
    pid_t child = fork();
    if (child == 0) {
        struct link_bulk_result r;
        const struct link_automatic d = {1, 2, LINK_VERDICT_SAME, 8};
        struct store *mine = store_data_open("repository", false);
        bool ok = store_begin(mine, true, &e);
        int64_t run_no = link_data_run(mine, N, four, 4);
        ok = ok && link_decide_bulk(&r, mine, run_no, &d, 1, "engine", &e) && r.n_in_force == 1;
        _exit(ok ? 7 : 1); /* as if by a signal: nothing is closed */
    }
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    st = store_data_open("repository", false);
    assert_true(store_begin(st, true, &e));
    assert_true(link_run_list(&runs, &n, st, FORM_NONE, 10, arena, &e));
    assert_int_equal(n, 0);
    assert_true(link_pair_of_record(&list, &n, st, 1, 10, arena, &e));
    assert_int_equal(n, 0);
    uint64_t person;
    assert_true(person_of_record(&person, st, 2, &e));
    assert_int_equal(person, 2);
    assert_int_equal(link_data_run(st, N, four, 4), 1); /* and it can be done again */
}

static void run_9_transaction(void **state)
{
    (void)state;
    struct link_run_start s = start();
    int64_t run_no;
    size_t n;
    store_rollback(st);
    assert_false(link_run_begin(&run_no, st, &s, &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_run_add(&n, st, 1, NULL, 0, &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_run_finish(st, 1, &e));
    assert_string_equal(e.id, "store.no_transaction");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        CASE(run_1_a_run),       CASE(run_2_proposals), CASE(run_3_queue),
        CASE(run_4_pages_go_on), CASE(run_5_standing),  CASE(run_6_samples),
        CASE(run_7_a_new_run),   CASE(run_8_killed),    CASE(run_9_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
