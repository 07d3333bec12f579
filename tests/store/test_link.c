/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/link.c
 *  1 a code, typed in any way, names the record; of another form it does not
 *  2 a reference names the record of the organisation that uses it, and of no other
 *  3 what was withdrawn or erased, or never was, is named by nothing */
#include "harness.h"

#include "store/store.h"
#include "store_data.h"

static struct err e;
static struct store *st;
static const struct form *victim, *suspect;

static uint64_t named(const struct form *f, int64_t organisation_no, const char *value)
{
    struct record_link out;
    if (!store_link_find(&out, st, f, organisation_no, text_of(value), &e)) fail_msg("%s", e.msg);
    assert_int_equal(out.code[0] != '\0', out.record_no != 0);
    return out.record_no;
}

static void finds(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct record_meta *list;
    struct record_link link;
    size_t n;
    int64_t withdrawn, reverted;
    const struct dictionary *d = store_data_dictionary();
    victim = dictionary_form(d, TEXT("victim"));
    suspect = dictionary_form(d, TEXT("suspect"));
    st = store_data_make("repository");
    struct batch_result gnr = store_data_import(st, 1, 0, 3, 0);
    (void)store_data_import(st, 2, 2, 4, 0);
    assert_true(store_record_list(&list, &n, st, victim->id, SCOPE_EVERYTHING, 0, 100, a, &e));
    assert_int_equal(n, 5);
    /* 1 */
    char lower[20];
    (void)snprintf(lower, sizeof lower, "%.4s-%.4s-%.4s", list[1].code, list[1].code + 4,
                   list[1].code + 8);
    for (char *p = lower; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
    assert_int_equal(named(victim, 1, list[1].code), list[1].record_no);
    assert_int_equal(named(victim, 2, lower), list[1].record_no); /* a code is the register's */
    assert_int_equal(named(suspect, 1, list[1].code), 0);
    assert_true(store_same_code(text_of(lower), list[1].code));
    assert_false(store_same_code(text_of(lower), list[0].code));
    assert_false(store_same_code(TEXT("R000002"), list[0].code));
    assert_true(store_link_of(&link, st, list[4].record_no, &e));
    assert_string_equal(link.code, list[4].code);
    /* 2: both organisations have an R000002 */
    assert_int_equal(named(victim, 1, " R000000 "), list[0].record_no);
    assert_int_equal(named(victim, 2, "R000000"), 0);
    assert_int_equal(named(victim, 1, "R000002"), list[2].record_no);
    assert_int_equal(named(victim, 2, "R000002"), list[3].record_no);
    assert_int_equal(named(suspect, 1, "R000000"), 0);
    /* 3 */
    assert_int_equal(named(victim, 1, "R000099"), 0);
    assert_int_equal(named(victim, 1, ""), 0);
    assert_int_equal(named(victim, 1, "0000-0000-0000"), 0);
    assert_true(store_begin(st, true, &e));
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, text_of(list[4].code), "test", "asked for", &e));
    assert_true(store_batch_undo(&withdrawn, &reverted, st, gnr.batch_no, "test", "wrong", &e));
    assert_true(store_commit(st, &e));
    assert_int_equal(named(victim, 1, list[0].code), 0);
    assert_int_equal(named(victim, 1, "R000000"), 0);
    assert_int_equal(named(victim, 2, list[4].code), 0);
    assert_int_equal(named(victim, 2, "R000003"), 0);
    assert_true(store_link_of(&link, st, list[4].record_no, &e));
    assert_int_equal(link.record_no, 0);
    store_close(st);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
