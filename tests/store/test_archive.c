/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/archive.c
 *  1 written and read, cut anywhere   2 names   3 what is no archive   4 a member refused */
#include "harness.h"

#include "store/archive.h"

static struct {
    char log[4000];
    bool refuse;
} seen;

static void note(const char *p, size_t n)
{
    size_t at = strlen(seen.log);
    assert_true(at + n < sizeof seen.log);
    memcpy(seen.log + at, p, n);
    seen.log[at + n] = '\0';
}

static bool on_begin(void *ctx, struct text name, uint64_t size, struct err *e)
{
    (void)ctx;
    size_t n = strlen(seen.log);
    (void)snprintf(seen.log + n, sizeof seen.log - n, "%.*s:%llu(", (int)name.n, name.p,
                   (unsigned long long)size);
    return !seen.refuse || err_set(e, ERR_STORE, "refused", "refused");
}

static bool on_data(void *ctx, const void *p, size_t n, struct err *e)
{
    (void)ctx;
    (void)e;
    assert_true(n > 0);
    note(p, n);
    return true;
}

static bool on_end(void *ctx, struct err *e)
{
    (void)ctx;
    (void)e;
    note(")", 1);
    return true;
}

static const struct archive_events events = {on_begin, on_data, on_end};

/* Fed in pieces of `step` bytes; the events as text, or NULL with the error's id checked. */
static const char *read_in(const void *p, size_t n, size_t step)
{
    struct archive_reader r;
    struct err e = {0};
    memset(&seen.log, 0, sizeof seen.log);
    archive_reader_init(&r, &events, NULL);
    for (size_t at = 0; at < n; at += step)
        if (!archive_feed(&r, (const char *)p + at, n - at < step ? n - at : step, &e)) {
            if (!seen.refuse) assert_string_equal(e.id, "archive.damaged");
            return NULL;
        }
    if (!archive_finished(&r, &e)) {
        assert_string_equal(e.id, "archive.damaged");
        return NULL;
    }
    return seen.log;
}

static void test_1_round_trip(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    archive_put_head(&b, TEXT("database"), 5);
    buf_puts(&b, "hello");
    archive_put_head(&b, TEXT("dictionary/empty"), 0);
    archive_put_head(&b, TEXT("dictionary/packs/pt/último.csv"), 3);
    buf_puts(&b, "a,b");
    archive_put_end(&b);
    assert_memory_equal(b.p,
                        "\x08\x00"
                        "database\x05\0\0\0\0\0\0\0hello",
                        23);
    for (size_t step = 1; step <= b.n; step++)
        assert_string_equal(
            read_in(b.p, b.n, step),
            "database:5(hello)dictionary/empty:0()dictionary/packs/pt/último.csv:3(a,b)");
    for (size_t n = 0; n < b.n; n++) assert_null(read_in(b.p, n, 7)); /* cut at every length */
    buf_putc(&b, 'x');
    assert_null(read_in(b.p, b.n, b.n)); /* something behind the end */
    assert_null(read_in(b.p, b.n, 1));
    assert_string_equal(read_in("\0", 2, 2), ""); /* nothing in it */
    buf_release(&b);
}

static void test_2_names(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "a/b", "...", "a/..b", "x y", "ção/ž", "-"};
    static const char *const bad[] = {"",     "/",    "/a",   "a/",    "a//b",   ".",
                                      "..",   "a/..", "../a", "a/./b", "a/../b", "a\nb",
                                      "a\\b", "\x7f", "\xff", "a/\xc3"};
    char name[257];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!archive_name_is_good(text_of(good[i]))) fail_msg("%s is good", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (archive_name_is_good(text_of(bad[i]))) fail_msg("%s is bad", bad[i]);
    assert_false(archive_name_is_good((struct text){"a\0b", 3}));
    memset(name, 'n', sizeof name);
    assert_true(archive_name_is_good((struct text){name, 255}));
    assert_false(archive_name_is_good((struct text){name, 256}));
}

static void test_3_no_archive(void **state)
{
    (void)state;
    assert_null(read_in("\x00\x01", 2, 2)); /* a name of 256 bytes */
    assert_null(read_in("\xff\xff", 2, 2));
    assert_null(read_in("\x02\x00..\0\0\0\0\0\0\0\0\0", 14, 14)); /* out of the folder */
    assert_null(read_in("\x05\x00/etc/\0\0\0\0\0\0\0\0\0", 17, 1));
    assert_null(read_in("\x01\x00"
                        "a\xff\xff\xff\xff\xff\xff\xff\xff"
                        "data",
                        15, 15)); /* longer than anything */

    struct buf b; /* one member too many */
    buf_init(&b, 1 << 20);
    for (int i = 0; i <= ARCHIVE_MEMBERS; i++) {
        if (i == ARCHIVE_MEMBERS) {
            seen.log[0] = '\0';
            archive_put_end(&b);
            struct archive_reader r;
            archive_reader_init(&r, &(struct archive_events){on_begin, on_data, on_end}, NULL);
            size_t n = b.n;
            for (size_t at = 0; at < n; at += 11) {
                assert_true(archive_feed(&r, b.p + at, n - at < 11 ? n - at : 11, NULL));
                seen.log[0] = '\0';
            }
            assert_true(archive_finished(&r, NULL));
            b.n -= 2;
        }
        archive_put_head(&b, TEXT("a"), 0);
    }
    struct archive_reader r;
    struct err e = {0};
    bool ok = true;
    archive_reader_init(&r, &events, NULL);
    for (size_t at = 0; at < b.n && ok; at += 11) {
        seen.log[0] = '\0';
        ok = archive_feed(&r, b.p + at, 11, &e);
    }
    assert_false(ok);
    assert_non_null(strstr(e.msg, "too many"));
    buf_release(&b);
}

static void test_4_refused(void **state)
{
    (void)state;
    seen.refuse = true;
    assert_null(read_in("\x01\x00"
                        "a\0\0\0\0\0\0\0\0\0\0",
                        13, 13));
    seen.refuse = false;
    assert_string_equal(read_in("\x01\x00"
                                "a\0\0\0\0\0\0\0\0\0\0",
                                13, 13),
                        "a:0()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_round_trip),
        cmocka_unit_test(test_2_names),
        cmocka_unit_test(test_3_no_archive),
        cmocka_unit_test(test_4_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
