/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/buf.c
 *  1 building   2 the maximum, and failing once   3 numbers   4 wiping   5 no maximum to speak
 *  of */
#include "harness.h"

#include "base/buf.h"

static void builds_and_ends_with_nul(void **state)
{
    (void)state;
    struct buf b;
    struct err e = {0};
    buf_init(&b, 1000);
    assert_null(b.p); /* does not allocate */
    assert_int_equal(buf_text(&b).n, 0);
    assert_non_null(buf_text(&b).p);
    buf_put(&b, "a\0b", 3);
    buf_puts(&b, "cd");
    buf_put_text(&b, TEXT("ef"));
    buf_put_text(&b, (struct text){NULL, 0});
    buf_putc(&b, 'g');
    buf_printf(&b, "%d%s", 42, "");
    buf_printf(&b, "%s", "");
    assert_int_equal(b.n, 10);
    assert_memory_equal(b.p, "a\0bcdefg42", 11);
    struct buf twice; /* its own bytes, also while it grows and moves */
    buf_init_wiped(&twice, 10000);
    buf_puts(&twice, "xyz");
    for (int i = 0; i < 11; i++) buf_put_again(&twice, 0, twice.n);
    assert_int_equal(twice.n, 3 << 11);
    for (size_t i = 0; i < twice.n; i++) assert_int_equal(twice.p[i], "xyz"[i % 3]);
    assert_int_equal(twice.p[twice.n], '\0');
    buf_put_again(&twice, 1, twice.n - 1);
    assert_true(twice.too_long);
    buf_release(&twice);
    assert_true(buf_ok(&b, &e));
    assert_int_equal(e.code, ERR_NONE);
    assert_true(text_equal(buf_text(&b), (struct text){"a\0bcdefg42", 10}));
    char *memory = b.p;
    buf_clear(&b);
    assert_int_equal(b.n, 0);
    assert_string_equal(b.p, "");
    assert_ptr_equal(b.p, memory);
    buf_release(&b);
    assert_null(b.p);
    buf_puts(&b, "again"); /* released, it can be used anew */
    assert_true(text_is(buf_text(&b), "again"));
    buf_release(&b);
    buf_release(&b);
}

static void fills_to_the_last_byte_and_fails_once(void **state)
{
    (void)state;
    struct buf b;
    struct err e = {0};
    buf_init(&b, 100);
    for (int i = 0; i < 100; i++) buf_putc(&b, 'x');
    assert_true(buf_ok(&b, &e));
    assert_int_equal(b.n, 100);
    assert_int_equal(b.p[100], '\0');
    buf_putc(&b, 'y');
    assert_false(buf_ok(&b, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "buf.too_long");
    assert_non_null(strstr(e.msg, "100 bytes"));
    assert_int_equal(b.n, 100);
    buf_put(&b, "", 0);
    buf_printf(&b, "z");
    assert_false(buf_ok(&b, NULL)); /* it stays failed, */
    buf_clear(&b);
    buf_printf(&b, "%0*d", 100, 1);
    assert_true(buf_ok(&b, &e)); /* until it is cleared */
    assert_int_equal(b.n, 100);
    buf_release(&b);

    buf_init(&b, 100);
    buf_puts(&b, "short");
    buf_printf(&b, "%0*d", 100, 1); /* what does not fit goes in not at all */
    buf_puts(&b, "x");              /* and nothing behind it */
    assert_true(text_is(buf_text(&b), "short"));
    assert_false(buf_ok(&b, &e));
    buf_release(&b);

    buf_init(&b, 0);
    assert_true(buf_ok(&b, &e));
    buf_puts(&b, "");
    assert_true(buf_ok(&b, &e));
    buf_putc(&b, 'x');
    assert_false(buf_ok(&b, &e));
    buf_release(&b);

    buf_init(&b, 10);
    buf_puts(&b, "12345");
    buf_put(&b, "x", SIZE_MAX - 2); /* the sum would overflow */
    assert_false(buf_ok(&b, &e));
    buf_release(&b);
}

static void numbers_are_little_endian(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_put_u8(&b, 0xFE);
    buf_put_u32le(&b, 0x01020304u);
    buf_put_u64le(&b, 0x0102030405060708u);
    assert_int_equal(b.n, 13);
    assert_memory_equal(b.p, "\xFE\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01", 13);
    buf_release(&b);
}

static void wiped_buffers_clear_their_bytes(void **state) /* S94 */
{
    (void)state;
    struct buf b;
    buf_init_wiped(&b, 1000);
    buf_puts(&b, "passphrase");
    buf_clear(&b);
    for (int i = 0; i < 10; i++) assert_int_equal(b.p[i], 0);
    for (int i = 0; i < 500; i++) buf_puts(&b, "s"); /* grows, wiping what it leaves */
    assert_int_equal(b.n, 500);
    for (int i = 0; i < 500; i++) assert_int_equal(b.p[i], 's');
    buf_release(&b);
    assert_true(b.wipe); /* stays what it was made for */
}

static void no_maximum_to_speak_of(void **state)
{
    (void)state;
    struct buf b;
    struct err e;
    buf_init(&b, SIZE_MAX);
    for (int i = 0; i < 1000; i++) buf_puts(&b, "0123456789");
    assert_true(buf_ok(&b, &e));
    assert_int_equal(b.n, 10000);
    buf_put(&b, "x", SIZE_MAX - 10000); /* n + 1 would be 0 */
    assert_false(buf_ok(&b, &e));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_and_ends_with_nul),
        cmocka_unit_test(fills_to_the_last_byte_and_fails_once),
        cmocka_unit_test(numbers_are_little_endian),
        cmocka_unit_test(wiped_buffers_clear_their_bytes),
        cmocka_unit_test(no_maximum_to_speak_of),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
