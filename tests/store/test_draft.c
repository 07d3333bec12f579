/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/draft.c
 *  1 begun, found by its code however it is typed, opened, listed newest first, counted, removed
 *  2 somebody else's draft is not there: not found, listed or counted (S51)
 *  3 each saving counts; who saves over another's saving is told and nothing is written; what is
 *  kept
 *    beside the values does not count
 *  4 nothing of it lies in the clear, and a body put in another draft's place does not open (S12)
 *  5 no longer than so much, no more than so many
 *  6 it is of a record from then on; one whose record is erased is gone with it
 *  7 only in a write transaction, and a rollback takes it back */
#include "harness.h"

#include "base/mem.h"
#include "raw.h"
#include "store/draft.h"
#include "store/keyring.h"
#include "store_data.h"

#include <string.h>

#define CANARY "about thirty, DRAFT-CANARY"

static struct store *st;
static struct arena *arena;
static const struct form *victim;
static const struct draft_owner ana = {0, "local:ana"}, rui = {0, "local:rui"}, three = {3, "ana"};

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = store_data_make("repository");
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
    (void)store_data_import(st, 1, 0, 2, 0);
    assert_true(store_begin(st, true, NULL));
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

static struct draft add(const struct draft_owner *owner, const char *body)
{
    struct err e = {0};
    struct draft made = {.form = victim->id, .organisation_no = 2}, d;
    if (!draft_add(&made, st, owner, text_of(body), &e)) fail_msg("%s", e.msg);
    if (!draft_find(&d, st, owner, text_of(made.code), arena, &e)) fail_msg("%s", e.msg);
    assert_string_equal(d.code, made.code);
    return d;
}

static void holds(const struct draft *d, const char *body)
{
    struct buf b;
    struct err e = {0};
    buf_init_wiped(&b, DRAFT_BYTES_MAX);
    if (!draft_open(&b, st, d, &e)) fail_msg("%s", e.msg);
    assert_true(text_is(buf_text(&b), body));
    buf_release(&b);
}

static int64_t count(const struct draft_owner *owner)
{
    int64_t n;
    struct draft *list;
    size_t listed;
    assert_true(draft_count(&n, st, owner, NULL));
    assert_true(draft_list(&list, &listed, st, owner, arena, NULL));
    assert_int_equal(listed, n);
    for (size_t i = 1; i < listed; i++) {
        assert_true(list[i - 1].changed_at >= list[i].changed_at);
        if (list[i - 1].changed_at == list[i].changed_at)
            assert_true(list[i - 1].draft_no > list[i].draft_no);
    }
    return n;
}

static void begun_and_removed(void **state)
{
    (void)state;
    struct err e = {0};
    struct draft first = add(&ana, "one"), second = add(&ana, "two"), found;
    assert_int_equal(count(&ana), 2);
    assert_int_equal(first.version_no, 1);
    assert_int_equal(first.organisation_no, 2);
    assert_string_equal(first.organisation, "NGO");
    assert_int_equal(first.form, victim->id);
    assert_int_equal(first.record_no, 0);
    assert_string_not_equal(first.code, second.code);
    char typed[20];
    (void)snprintf(typed, sizeof typed, "%.4s-%.4s-%.4s", first.code, first.code + 4,
                   first.code + 8);
    for (char *p = typed; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
    assert_true(draft_find(&found, st, &ana, text_of(typed), arena, &e));
    assert_int_equal(found.draft_no, first.draft_no);
    holds(&first, "one");
    holds(&second, "two");
    assert_true(draft_remove(st, &first, &e));
    assert_false(draft_find(&found, st, &ana, text_of(first.code), arena, &e));
    assert_string_equal(e.id, "draft.unknown");
    assert_false(draft_find(&found, st, &ana, TEXT("no code at all"), arena, &e));
    assert_string_equal(e.id, "draft.unknown");
    assert_int_equal(count(&ana), 1);
    assert_true(draft_remove(st, &second, &e));
}

static void of_one_owner(void **state)
{
    (void)state;
    struct err e = {0};
    struct draft mine = add(&ana, "mine"), found;
    const struct draft_owner *others[] = {&rui, &three};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(count(others[i]), 0);
        assert_false(draft_find(&found, st, others[i], text_of(mine.code), arena, &e));
        assert_string_equal(e.id, "draft.unknown");
        assert_int_equal(found.draft_no, 0);
    }
    assert_true(draft_remove(st, &mine, &e));
}

static void two_windows(void **state)
{
    (void)state;
    struct err e = {0};
    struct draft one = add(&ana, "as it was"), two = one;
    one.base_version = 4;
    assert_true(draft_save(st, &one, TEXT("first window"), &e));
    assert_int_equal(one.version_no, 2);
    assert_false(draft_save(st, &two, TEXT("second window"), &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "draft.conflict");
    assert_false(draft_save_beside(st, &two, TEXT("second window"), &e));
    assert_int_equal(two.version_no, 1);
    holds(&one, "first window");
    assert_true(draft_save_beside(st, &one, TEXT("first, and what the second sent"), &e));
    assert_int_equal(one.version_no, 2);
    assert_true(draft_find(&two, st, &ana, text_of(one.code), arena, &e));
    assert_int_equal(two.version_no, 2);
    assert_int_equal(two.base_version, 4);
    holds(&two, "first, and what the second sent");
    assert_true(draft_remove(st, &one, &e));
    assert_false(draft_save(st, &one, TEXT("too late"), &e));
    assert_string_equal(e.id, "draft.unknown");
}

static void sealed(void **state)
{
    (void)state;
    struct err e = {0};
    uint8_t body[400];
    struct buf b;
    struct draft one = add(&ana, CANARY), two = add(&ana, "another");
    assert_true(store_commit(st, &e));
    struct raw *r = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    size_t n = raw_bytes(r, body, sizeof body, "SELECT body FROM draft WHERE draft_no = %lld",
                         (long long)one.draft_no);
    assert_true(n > sizeof CANARY);
    assert_null(memmem(body, n, "DRAFT-CANARY", 12));
    raw_run(r,
            "UPDATE draft SET body = (SELECT body FROM draft WHERE draft_no = %lld) "
            "WHERE draft_no = %lld",
            (long long)one.draft_no, (long long)two.draft_no);
    raw_close(r);
    buf_init_wiped(&b, DRAFT_BYTES_MAX);
    assert_false(draft_open(&b, st, &two, &e));
    assert_string_equal(e.id, "envelope.damaged");
    assert_true(store_begin(st, true, &e));
    holds(&one, CANARY);
    assert_true(draft_remove(st, &one, &e) && draft_remove(st, &two, &e));
    buf_release(&b);
}

static void limits(void **state)
{
    (void)state;
    struct err e = {0};
    struct draft d = {.form = victim->id, .organisation_no = 1}, kept = add(&ana, "short");
    char *long_body = mem_new(DRAFT_BYTES_MAX + 1, 1);
    memset(long_body, 'x', DRAFT_BYTES_MAX + 1);
    struct text much = {long_body, DRAFT_BYTES_MAX + 1}, most = {long_body, DRAFT_BYTES_MAX};
    assert_false(draft_add(&d, st, &ana, much, &e));
    assert_string_equal(e.id, "draft.too_long");
    assert_false(draft_save(st, &kept, much, &e));
    assert_string_equal(e.id, "draft.too_long");
    holds(&kept, "short");
    assert_true(draft_save(st, &kept, most, &e));
    mem_free(long_body);
    assert_true(draft_remove(st, &kept, &e));
    /* S74 */
    for (int i = 0; i < DRAFTS_MAX; i++) assert_true(draft_add(&d, st, &rui, TEXT("one more"), &e));
    assert_int_equal(count(&rui), DRAFTS_MAX);
    assert_false(draft_add(&d, st, &rui, TEXT("one too many"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "draft.too_many");
    assert_true(draft_add(&d, st, &ana, TEXT("of somebody else"), &e));
}

static void of_a_record(void **state)
{
    (void)state;
    struct err e = {0};
    struct record_meta *list;
    size_t n;
    struct draft d = add(&three, "a change"), found;
    assert_true(store_record_list(&list, &n, st, victim->id, SCOPE_EVERYTHING, 0, 1, arena, &e));
    assert_true(draft_of_record(st, &d, list[0].record_no, &e));
    assert_true(draft_find(&found, st, &three, text_of(d.code), arena, &e));
    assert_int_equal(found.record_no, list[0].record_no);
    assert_string_equal(found.record, list[0].code);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, text_of(list[0].code), "test", "asked for", &e));
    assert_false(draft_find(&found, st, &three, text_of(d.code), arena, &e));
    assert_string_equal(e.id, "draft.unknown");
}

static void needs_to_write(void **state)
{
    (void)state;
    struct err e = {0};
    struct draft d = add(&three, "kept"), lost = {.form = victim->id, .organisation_no = 1};
    assert_true(store_commit(st, &e));
    assert_false(draft_add(&lost, st, &three, TEXT("x"), &e));
    assert_false(draft_save(st, &d, TEXT("x"), &e));
    assert_false(draft_of_record(st, &d, 1, &e));
    assert_false(draft_remove(st, &d, &e));
    assert_true(store_begin(st, true, &e));
    assert_true(draft_add(&lost, st, &three, TEXT("x"), &e));
    assert_true(draft_save(st, &d, TEXT("changed"), &e));
    store_rollback(st);
    assert_int_equal(count(&three), 1);
    struct draft again;
    assert_true(draft_find(&again, st, &three, text_of(d.code), arena, &e));
    holds(&again, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(begun_and_removed),
                                       cmocka_unit_test(of_one_owner),
                                       cmocka_unit_test(two_windows),
                                       cmocka_unit_test(sealed),
                                       cmocka_unit_test(limits),
                                       cmocka_unit_test(of_a_record),
                                       cmocka_unit_test(needs_to_write)};
    return cmocka_run_group_tests(tests, begin, end);
}
