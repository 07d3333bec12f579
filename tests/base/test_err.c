/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/err.c
 *  1 filling and clearing   2 what is too long is cut between characters   3 errno   4 codes
 *  5 an error told through its own parts */
#include "harness.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>

static void set_fills_and_is_false(void **state)
{
    (void)state;
    struct err e = {0};
    err_detail(&e, "old");
    err_remedy(&e, "old");
    assert_false(err_set(&e, ERR_INPUT, "csv.broken", "line %d of %s", 7, "a.csv"));
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.id, "csv.broken");
    assert_string_equal(e.msg, "line 7 of a.csv");
    assert_string_equal(e.detail, ""); /* a new error does not inherit the old one's words */
    assert_string_equal(e.remedy, "");
    assert_false(err_detail(&e, "value %s", "x"));
    assert_false(err_remedy(&e, "do %s", "y"));
    assert_string_equal(e.detail, "value x");
    assert_string_equal(e.remedy, "do y");
    assert_string_equal(e.msg, "line 7 of a.csv");
    err_clear(&e);
    assert_int_equal(e.code, ERR_NONE);
    assert_string_equal(e.msg, "");
    assert_null(e.id);
}

static void nobody_asks(void **state)
{
    (void)state;
    assert_false(err_set(NULL, ERR_INPUT, "x", "y"));
    assert_false(err_set_errno(NULL, ERR_INPUT, ENOENT, "x", "y"));
    assert_false(err_detail(NULL, "x"));
    assert_false(err_remedy(NULL, "x"));
    err_clear(NULL);
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    struct err e;
    char longest[2 * ERR_MSG_MAX];
    /* Two-byte letters from an odd place on, so that the cut falls inside of one. */
    for (size_t start = 0; start < 4; start++) {
        memset(longest, 'x', sizeof longest);
        for (size_t i = start; i + 3 < sizeof longest; i += 3)
            memcpy(longest + i, "\xE2\x82\xAC", 3);
        longest[sizeof longest - 4] = '\0';
        err_set(&e, ERR_INPUT, "x", "%s", longest);
        err_detail(&e, "%s", longest);
        err_remedy(&e, "%s", longest);
        assert_true(text_is_utf8(text_of(e.msg), NULL));
        assert_true(text_is_utf8(text_of(e.detail), NULL));
        assert_true(text_is_utf8(text_of(e.remedy), NULL));
        assert_in_range(strlen(e.msg), ERR_MSG_MAX - 4, ERR_MSG_MAX - 1);
    }
    /* What was broken by itself is not made shorter: 'x' throughout, then one stray byte. */
    memset(longest, 'x', sizeof longest);
    longest[10] = '\0';
    longest[9] = '\xC3';
    err_set(&e, ERR_INPUT, "x", "%s", longest);
    assert_int_equal(strlen(e.msg), 10);
}

static void errno_is_named(void **state)
{
    (void)state;
    struct err e;
    assert_false(err_set_errno(&e, ERR_SYSTEM, ENOSPC, "file.no_space", "could not write %s", "f"));
    assert_string_equal(e.msg, "could not write f: No space left on device");
    assert_int_equal(e.code, ERR_SYSTEM);
    char longest[2 * ERR_MSG_MAX];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    err_set_errno(&e, ERR_SYSTEM, ENOSPC, "x", "%s", longest);
    assert_int_equal(strlen(e.msg), ERR_MSG_MAX - 1);
}

static void codes_have_names_and_exit_statuses(void **state)
{
    (void)state;
    /* design.md section 5: 0 done, 2 usage, 3 input unreadable, 4 not allowed, 5 store, 6
     * disclosure */
    static const struct {
        enum err_code code;
        const char *name;
        int status;
    } rows[] = {
        {ERR_NONE, "none", 0},           {ERR_USAGE, "usage", 2},
        {ERR_NOT_FOUND, "not_found", 2}, {ERR_INPUT, "input", 3},
        {ERR_LIMIT, "limit", 3},         {ERR_DENIED, "denied", 4},
        {ERR_CONFLICT, "conflict", 5},   {ERR_STORE, "store", 5},
        {ERR_SYSTEM, "system", 5},       {ERR_DISCLOSURE, "disclosure", 6},
    };
    assert_int_equal(sizeof rows / sizeof *rows, ERR_CODE_COUNT);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(err_code_name(rows[i].code), rows[i].name);
        assert_int_equal(err_exit_status(rows[i].code), rows[i].status);
    }
    assert_int_equal(err_exit_status((enum err_code)99), 5); /* an unknown code is no success */
    assert_string_equal(err_code_name((enum err_code)99), "unknown");
}

static void an_error_may_quote_itself(void **state)
{
    (void)state;
    struct err e;
    err_set(&e, ERR_INPUT, "x", "inner");
    err_detail(&e, "quoted");
    err_set(&e, ERR_INPUT, "x", "file f: %s (%s)", e.msg, e.detail);
    assert_string_equal(e.msg, "file f: inner (quoted)");
    err_set_errno(&e, ERR_SYSTEM, EIO, "x", "again %s", e.msg);
    assert_string_equal(e.msg, "again file f: inner (quoted): Input/output error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_and_is_false),
        cmocka_unit_test(nobody_asks),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(errno_is_named),
        cmocka_unit_test(codes_have_names_and_exit_statuses),
        cmocka_unit_test(an_error_may_quote_itself),
    };
    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
