/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/base64.c
 *  1 the vectors of RFC 4648, section 10, both ways     2 every byte and every length
 *  3 what is not base 64 is refused and leaves nothing     4 the letters of addresses */
#include "harness.h"

#include "base/base64.h"

static void vectors(void **state)
{
    (void)state;
    static const char *const pair[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        buf_clear(&b);
        base64_put(&b, text_of(pair[i][0]));
        assert_true(text_is(buf_text(&b), pair[i][1]));
        buf_clear(&b);
        assert_true(base64_take(&b, text_of(pair[i][1])));
        assert_true(text_is(buf_text(&b), pair[i][0]));
    }
    buf_release(&b);
}

static void every_byte(void **state)
{
    (void)state;
    char bytes[257];
    struct buf text, back;
    buf_init(&text, 1000);
    buf_init(&back, 1000);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(unsigned char)(i * 7);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        buf_clear(&text);
        buf_clear(&back);
        base64_put(&text, (struct text){bytes, n});
        assert_int_equal(text.n, (n + 2) / 3 * 4);
        assert_true(base64_take(&back, buf_text(&text)));
        assert_true(text_equal(buf_text(&back), (struct text){bytes, n}));
    }
    buf_release(&text);
    buf_release(&back);
}

static void refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"Zg",   "Zg=",  "Z===", "====", "Zg==Zg==", "Zm9v\n",
                                      "Zm-_", "Zh==", "Zm9=", " Zg=", "=g=="};
    struct buf b;
    buf_init(&b, 100);
    buf_puts(&b, "before");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (base64_take(&b, text_of(bad[i]))) fail_msg("%s", bad[i]);
        assert_true(text_is(buf_text(&b), "before"));
    }
    buf_release(&b);
}

static void addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {"Zg==", "Zg=",   "Z",  "Zm9v+", "_/__",
                                      "+///", "Zm9v ", "Zh", "\n"};
    struct buf text, back;
    buf_init(&text, 1000);
    buf_init(&back, 1000);
    buf_puts(&text, "before=+/");
    base64_url_put(&text, (struct text){"\xfb\xff\xfe\x00", 4});
    assert_true(text_is(buf_text(&text), "before=+/-__-AA"));
    assert_string_equal(text.p, "before=+/-__-AA");
    assert_true(base64_url_take(&back, TEXT("-__-AA")));
    assert_int_equal(back.n, 4);
    assert_memory_equal(back.p, "\xfb\xff\xfe\x00", 4);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(base64_url_take(&back, text_of(bad[i])));
        assert_int_equal(back.n, 4);
    }
    for (size_t n = 0; n < 200; n++) {
        char bytes[200];
        for (size_t i = 0; i < n; i++) bytes[i] = (char)(unsigned char)(i * 37 + n);
        buf_clear(&text);
        buf_clear(&back);
        base64_url_put(&text, (struct text){bytes, n});
        assert_int_equal(text.n, (4 * n + 2) / 3);
        assert_true(base64_url_take(&back, buf_text(&text)));
        assert_true(text_equal(buf_text(&back), (struct text){bytes, n}));
    }
    buf_release(&text);
    buf_release(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(vectors), cmocka_unit_test(every_byte),
                                       cmocka_unit_test(refused), cmocka_unit_test(addresses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
