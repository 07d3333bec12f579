/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/gzip.c
 *  1 what was made smaller comes back the same: nothing, a byte, text, noise, more than a piece
 *  2 the same input gives the same bytes: no time, no name
 *  3 over the maximum: false, and what was there stays
 */
#include "harness.h"

#include "base/gzip.h"
#include "base/mem.h"
#include "base/random.h"

#include <string.h>
#include <zlib.h>

static void comes_back(const char *p, size_t n, int level)
{
    struct buf out;
    buf_init(&out, 1 << 22);
    buf_puts(&out, "head");
    assert_true(gzip_put(&out, (struct text){p, n}, level));
    assert_memory_equal(out.p, "head\x1f\x8b\x08\x00\x00\x00\x00\x00", 12); /* no flags, no time */
    char *back = mem_new(n + 1, 1);
    z_stream z = {.next_in = (Bytef *)(out.p + 4), .avail_in = (uInt)(out.n - 4)};
    z.next_out = (Bytef *)back;
    z.avail_out = (uInt)(n + 1);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, n);
    assert_int_equal(z.avail_in, 0);
    assert_memory_equal(back, p, n);
    (void)inflateEnd(&z);
    mem_free(back);
    buf_release(&out);
}

static void same_back(void **state)
{
    (void)state;
    enum { MANY = 300000 };
    char *noise = mem_new(MANY, 1), *text = mem_new(MANY, 1);
    struct random r;
    random_init(&r, 7);
    for (size_t i = 0; i < MANY; i++) {
        noise[i] = (char)random_below(&r, 256);
        text[i] = "<td class=\"govuk-table__cell\">"[i % 30];
    }
    comes_back("", 0, 6);
    comes_back("x", 1, 6);
    comes_back(text, MANY, 1);
    comes_back(text, MANY, 9);
    comes_back(noise, MANY, 6);
    mem_free(noise);
    mem_free(text);
}

static void same_bytes(void **state)
{
    (void)state;
    struct buf a, b;
    buf_init(&a, 1000);
    buf_init(&b, 1000);
    assert_true(gzip_put(&a, TEXT("the same, the same, the same"), 6));
    assert_true(gzip_put(&b, TEXT("the same, the same, the same"), 6));
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    buf_release(&a);
    buf_release(&b);
}

static void over_the_maximum(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 12);
    buf_puts(&out, "before");
    assert_false(gzip_put(&out, TEXT("a text that does not fit into six bytes"), 6));
    assert_int_equal(out.n, 6);
    assert_string_equal(out.p, "before");
    buf_puts(&out, "!");
    assert_string_equal(out.p, "before!");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_back), cmocka_unit_test(same_bytes),
                                       cmocka_unit_test(over_the_maximum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
