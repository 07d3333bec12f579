/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/saved_mapping.c
 *  1 saved, replaced under its name, listed by name, removed     2 of one organisation and form
 *  3 no more than so many     4 only in a write transaction */
#include "harness.h"

#include "store/saved_mapping.h"

static struct store *st;
static struct arena *arena;
static int64_t gnr, apav;

static int begin(void **state)
{
    (void)state;
    const struct unlock u = {.key_file = "key"};
    uint8_t hash[32] = {0};
    arena = arena_new(ARENA_PLAIN);
    if (!store_create(&st, "repository", &u, "pt", hash, NULL)) fail();
    assert_true(store_begin(st, true, NULL));
    assert_true(store_organisation_add(&gnr, st, TEXT("GNR"), TEXT("31"), TEXT("Guarda"), NULL));
    assert_true(store_organisation_add(&apav, st, TEXT("APAV"), TEXT("41"), TEXT("Apoio"), NULL));
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

static bool save(int64_t whose, const char *form, const char *name, const char *columns,
                 struct err *e)
{
    struct saved_mapping m = {.name = name, .columns = columns, .saved_by = "ana", .saved_at = 7};
    return store_mapping_save(st, whose, form, &m, e);
}

static size_t list(struct saved_mapping **out, int64_t whose, const char *form)
{
    size_t n;
    assert_true(store_mapping_list(out, &n, st, whose, form, arena, NULL));
    return n;
}

static void saved_and_removed(void **state)
{
    (void)state;
    struct saved_mapping *m;
    assert_true(save(gnr, "victim", "monthly", "Sexo\tsex\t\n", NULL));
    assert_true(save(gnr, "victim", "annual", "S\tsex\t\n", NULL));
    assert_true(save(gnr, "victim", "monthly", "Sexo\tsex\tdmy\n", NULL));
    assert_int_equal(list(&m, gnr, "victim"), 2);
    assert_string_equal(m[0].name, "annual");
    assert_string_equal(m[1].columns, "Sexo\tsex\tdmy\n");
    assert_true(m[1].saved_at == 7 && strcmp(m[1].saved_by, "ana") == 0);
    assert_true(store_mapping_remove(st, gnr, "victim", "annual", NULL));
    assert_true(store_mapping_remove(st, gnr, "victim", "never there", NULL));
    assert_int_equal(list(&m, gnr, "victim"), 1);
}

static void of_one_organisation_and_form(void **state)
{
    (void)state;
    struct saved_mapping *m;
    assert_int_equal(list(&m, apav, "victim"), 0);
    assert_int_equal(list(&m, gnr, "suspect"), 0);
    assert_true(save(apav, "victim", "monthly", "x\tsex\t\n", NULL));
    assert_int_equal(list(&m, gnr, "victim"), 1);
    assert_string_equal(m[0].columns, "Sexo\tsex\tdmy\n");
}

static void limit(void **state)
{
    (void)state;
    char name[20];
    struct err e = {0};
    for (int i = 0; i < SAVED_MAPPINGS_MAX; i++) {
        (void)snprintf(name, sizeof name, "m%d", i);
        assert_true(save(apav, "case", name, "", NULL));
    }
    assert_false(save(apav, "case", "one more", "", &e));
    assert_string_equal(e.id, "mapping.too_many");
}

static void needs_to_write(void **state)
{
    (void)state;
    assert_true(store_commit(st, NULL));
    assert_true(store_begin(st, false, NULL));
    assert_false(save(gnr, "victim", "x", "", NULL));
    assert_false(store_mapping_remove(st, gnr, "victim", "monthly", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(saved_and_removed),
                                       cmocka_unit_test(of_one_organisation_and_form),
                                       cmocka_unit_test(limit), cmocka_unit_test(needs_to_write)};
    return cmocka_run_group_tests(tests, begin, end);
}
