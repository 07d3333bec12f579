/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/shared.c: what the threads of a desk have in common
 *  1 editions: none at first; what one published, the others hold; another dictionary or another
 *    organisation does not fit; the one before lives while somebody holds it
 *  2 snapshots: one for all; a young one serves although the register has grown; after
 *    SNAPSHOT_AGE_S a new one is made; while one is being made the one before serves
 *  3 words of the program's languages, and none of others
 *  4 one thread writes at a time
 *  5 not opened: no repository, another key
 */
#include "harness.h"

#include "desk.h"

#include "base/parallel.h"
#include "service/service_internal.h"
#include "service/shared.h"

#include <unistd.h>

static struct service_options options;
static struct shared *shared;
static struct store *store;

static int begin(void **state)
{
    (void)state;
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
    desk_make("repository");
    desk_victims("rows.csv", "A", 0, 20, 0);
    struct service *s = desk_open("repository", NULL);
    (void)desk_do(s, "import.run", "{'organisation':'GNR','form':'victim','file':'rows.csv'}");
    service_close(s);
    options = desk_options("repository", NULL);
    struct err e = {0};
    if (!shared_open(&shared, &options, &e) || !shared_store(&store, shared, &e)) {
        fprintf(stderr, "%s %s\n", e.id, e.msg);
        return -1;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    shared_close(shared);
    return 0;
}

static struct store_info now(void)
{
    struct store_info info;
    struct err e = {0};
    if (!store_info(&info, store, &e)) fail_msg("%s", e.msg);
    return info;
}

static struct dictionary *load(const struct store_info *info)
{
    struct dictionary *d;
    struct problems problems;
    struct err e = {0};
    struct arena *a = arena_new(ARENA_PLAIN);
    problems_init(&problems, a);
    if (!dictionary_load(&d, "repository/dictionary", info->pack, &problems, &e))
        fail_msg("%s", e.msg);
    problems_release(&problems);
    arena_free(a);
    return d;
}

static struct edition *edition;

static void editions_1(void **state)
{
    (void)state;
    struct store_info info = now(), other;
    assert_null(shared_edition(shared, &info));
    edition = edition_publish(shared, load(&info), &info);
    assert_true(edition_fits(edition, &info));
    struct edition *again = shared_edition(shared, &info);
    assert_ptr_equal(again, edition);
    edition_release(shared, again);

    other = info;
    other.dictionary_hash[31] ^= 1;
    assert_false(edition_fits(edition, &other));
    assert_null(shared_edition(shared, &other));
    other = info;
    other.n_organisation++;
    assert_false(edition_fits(edition, &other));
    assert_null(shared_edition(shared, &other));

    struct edition *newer = edition_publish(shared, load(&info), &other);
    assert_null(shared_edition(shared, &info));           /* what fits is the newest, or nothing */
    assert_true(edition_dictionary(edition)->n_form > 0); /* held here */
    edition_release(shared, edition);
    edition = newer;
    edition_release(shared, NULL);
}

static struct snapshot *take(int64_t *generation)
{
    struct snapshot *s = NULL;
    struct err e = {0};
    const struct form *f = dictionary_form(edition_dictionary(edition), TEXT("victim"));
    if (!store_generation(generation, store, &e) ||
        !edition_snapshot(&s, shared, edition, store, f, *generation, &e))
        fail_msg("%s %s", e.id, e.msg);
    return s;
}

static void snapshots_2(void **state)
{
    (void)state;
    int64_t before, after;
    struct err e = {0};
    assert_true(store_use_dictionary(store, edition_dictionary(edition), &e));
    struct snapshot *first = take(&before), *same = take(&before);
    assert_ptr_equal(first, same);
    assert_int_equal(snapshot_units(first, UNIT_RECORDS), 20);
    snapshot_drop(same);

    double made = harness_seconds();
    desk_victims("more.csv", "B", 20, 30, 0);
    struct service *s = desk_open("repository", NULL);
    (void)desk_do(s, "import.run", "{'organisation':'GNR','form':'victim','file':'more.csv'}");
    service_close(s);
    struct snapshot *young = take(&after);
    assert_true(after > before);
    if (harness_seconds() - made < SNAPSHOT_AGE_S - 1) assert_ptr_equal(young, first);
    snapshot_drop(young);

    struct snapshot *fresh = NULL;
    bool found = false;
    for (int i = 0; i < 80 && !found; i++) { /* seconds count whole: at most one more */
        (void)usleep(100 * 1000);
        fresh = take(&after);
        found = snapshot_units(fresh, UNIT_RECORDS) == 30;
        snapshot_drop(fresh);
    }
    assert_true(found);
    assert_true(harness_seconds() - made < SNAPSHOT_AGE_S + 3);
    assert_int_equal(snapshot_units(first, UNIT_RECORDS), 20); /* held, it stays as it was */
    snapshot_drop(first);
}

static void words_3(void **state)
{
    (void)state;
    static const char *const there[] = {"pt", "cs", "pl", "sk"};
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(shared_words(shared, there[i]));
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(shared_words(shared, there[i]), shared_words(shared, there[k]));
    }
    assert_null(shared_words(shared, "en"));
    assert_null(shared_words(shared, ""));
    assert_null(shared_words(shared, "../pt"));
    assert_null(shared_words(shared, "a language with a very long name"));
}

static int inside, most, done;

static void write_often(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 2000; i++) {
        shared_write_begin(shared);
        int n = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        if (n > most) most = n;
        done++;
        (void)__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        shared_write_end(shared);
    }
}

static void one_writes_4(void **state)
{
    (void)state;
    struct parallel_stage *stage[4];
    for (int i = 0; i < 4; i++) stage[i] = parallel_start(write_often, NULL);
    for (int i = 0; i < 4; i++) parallel_join(stage[i]);
    assert_int_equal(most, 1);
    assert_int_equal(done, 4 * 2000);
    shared_write_begin(NULL); /* a service that is alone */
    shared_write_end(NULL);
}

static void not_opened_5(void **state)
{
    (void)state;
    struct err e = {0};
    struct shared *sh = shared;
    struct service_options o = options;
    o.repository = "nowhere";
    assert_false(shared_open(&sh, &o, &e));
    assert_null(sh);
    o = options;
    harness_write("other.key", "0123456789012345678901234567890123456789", 40);
    o.key_file = "other.key";
    o.recovery = NULL;
    err_clear(&e);
    assert_false(shared_open(&sh, &o, &e));
    assert_null(sh);
    shared_close(NULL);
}

static int release(void **state)
{
    edition_release(shared, edition);
    return end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(editions_1),   cmocka_unit_test(snapshots_2),  cmocka_unit_test(words_3),
        cmocka_unit_test(one_writes_4), cmocka_unit_test(not_opened_5),
    };
    return cmocka_run_group_tests_name("shared", tests, begin, release);
}
