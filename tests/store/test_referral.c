/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/referral.c
 *  1 made, found with its words, listed newest first for who sent and who received it and for
 *  nobody
 *    else, counted while it is open
 *  2 answered: state, who, when and words; open ones are then one fewer
 *  3 nothing of its words lies in the clear, and words of one put in another's place do not open
 *    (S12); erasing the record makes them unreadable (S16)
 *  4 no more at once than so much; one that is not there is told; only in a write transaction */
#include "harness.h"

#include "base/mem.h"
#include "raw.h"
#include "store/keyring.h"
#include "store/referral.h"
#include "store_data.h"

#include <string.h>

static struct store *st;
static struct arena *arena;
static struct record_meta *record;

static int begin(void **state)
{
    (void)state;
    size_t n;
    arena = arena_new(ARENA_WIPE);
    st = store_data_make("repository");
    (void)store_data_import(st, 1, 0, 3, 0);
    assert_true(
        store_record_list(&record, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 10, arena, NULL));
    assert_int_equal(n, 3);
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

static struct referral refer(size_t i, int64_t from, int64_t to, const char *words)
{
    struct err e = {0};
    struct referral r = {.record_no = record[i].record_no,
                         .version_no = 1,
                         .from_no = from,
                         .to_no = to};
    if (!referral_add(&r, st, "ana", text_of(words), &e)) fail_msg("%s", e.msg);
    if (!referral_find(&r, st, r.referral_no, arena, &e)) fail_msg("%s", e.msg);
    return r;
}

static size_t list(struct referral **out, int64_t organisation_no)
{
    size_t n;
    assert_true(referral_list(out, &n, st, organisation_no, 100, arena, NULL));
    for (size_t i = 1; i < n; i++) assert_true((*out)[i - 1].referral_no > (*out)[i].referral_no);
    return n;
}

static int64_t waiting(int64_t to)
{
    int64_t n;
    assert_true(referral_count(&n, st, to, NULL));
    return n;
}

static void made(void **state)
{
    (void)state;
    struct referral *l, a = refer(0, 1, 2, "Needs a bed, REFERRAL-CANARY"),
                        b = refer(1, 2, 1, "Needs a lawyer");
    assert_string_equal(a.code, record[0].code);
    assert_string_equal(a.from, "GNR");
    assert_string_equal(a.to, "NGO");
    assert_string_equal(a.state, "open");
    assert_string_equal(a.made_by, "ana");
    assert_string_equal(a.words, "Needs a bed, REFERRAL-CANARY");
    assert_string_equal(a.answer, "");
    assert_string_equal(b.words, "Needs a lawyer");
    assert_int_equal(list(&l, 0), 2);
    assert_int_equal(l[0].referral_no, b.referral_no);
    assert_string_equal(l[0].words, ""); /* of a list nobody reads the words */
    assert_int_equal(list(&l, 1), 2);
    assert_int_equal(list(&l, 2), 2);
    assert_int_equal(list(&l, 3), 0);
    assert_int_equal(waiting(0), 2);
    assert_int_equal(waiting(1), 1);
    assert_int_equal(waiting(2), 1);
    size_t n;
    assert_true(referral_list(&l, &n, st, 0, 1, arena, NULL));
    assert_int_equal(n, 1);
}

static void answered(void **state)
{
    (void)state;
    struct err e = {0};
    struct referral *l, r;
    assert_int_equal(list(&l, 0), 2);
    assert_true(referral_answer(st, &l[1], "accepted", "rui", TEXT("Come on Monday"), &e));
    assert_true(referral_find(&r, st, l[1].referral_no, arena, &e));
    assert_string_equal(r.state, "accepted");
    assert_string_equal(r.answer, "Come on Monday");
    assert_string_equal(r.words, "Needs a bed, REFERRAL-CANARY");
    assert_true(r.answered_at > 0 && r.answered_at >= r.made_at);
    assert_int_equal(waiting(2), 0);
    assert_int_equal(waiting(0), 1);
}

static void sealed(void **state)
{
    (void)state;
    struct err e = {0};
    uint8_t body[400];
    struct referral *l, r;
    assert_int_equal(list(&l, 0), 2);
    assert_true(store_commit(st, &e));
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    static const char *const columns[] = {"body", "answer"};
    for (size_t i = 0; i < 2; i++) {
        size_t n =
            raw_bytes(raw, body, sizeof body, "SELECT %s FROM referral WHERE referral_no = %lld",
                      columns[i], (long long)l[1].referral_no);
        assert_true(n > 0);
        assert_null(memmem(body, n, "CANARY", 6));
        assert_null(memmem(body, n, "Monday", 6));
    }
    raw_run(raw,
            "UPDATE referral SET body = (SELECT body FROM referral WHERE referral_no = %lld) "
            "WHERE referral_no = %lld",
            (long long)l[1].referral_no, (long long)l[0].referral_no);
    raw_close(raw);
    assert_false(referral_find(&r, st, l[0].referral_no, arena, &e));
    assert_string_equal(e.id, "envelope.damaged");
    assert_true(referral_find(&r, st, l[1].referral_no, arena, &e));
    assert_true(store_begin(st, true, &e));
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, text_of(l[1].code), "test", "asked for", &e));
    if (referral_find(&r, st, l[1].referral_no, arena, &e)) {
        assert_string_equal(r.words, "");
        assert_string_equal(r.answer, "");
    }
}

static void refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct referral r = {.record_no = record[2].record_no,
                         .version_no = 1,
                         .from_no = 1,
                         .to_no = 2};
    char *much = mem_new(20002, 1);
    memset(much, 'x', 20001);
    assert_false(referral_add(&r, st, "ana", text_of(much), &e));
    assert_string_equal(e.id, "referral.too_long");
    mem_free(much);
    assert_false(referral_find(&r, st, 4711, arena, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "referral.unknown");
    struct referral good = refer(2, 1, 2, "taken back");
    store_rollback(st);
    assert_false(referral_find(&r, st, good.referral_no, arena, &e));
    assert_false(referral_add(&good, st, "ana", TEXT("x"), &e));
    assert_false(referral_answer(st, &good, "declined", "ana", TEXT("x"), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(made), cmocka_unit_test(answered),
                                       cmocka_unit_test(sealed), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, begin, end);
}
