/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/qr.c
 *  1 a picture: its size, the three squares in its corners, nothing in the quiet zone
 *  2 what is too long is refused
 */
#include "harness.h"

#include "base/qr.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 200 };
static bool dark[SIDE_MAX][SIDE_MAX];

/* The number behind these letters. */
static int number(const char **p, const char *before)
{
    char *end;
    assert_memory_equal(*p, before, strlen(before));
    long v = strtol(*p + strlen(before), &end, 10);
    *p = end;
    return (int)v;
}

/* Draw the path: every "Mx yhNv1h-Nz" is a row of N squares. */
static void draw(const char *path, int size)
{
    memset(dark, 0, sizeof dark);
    for (const char *p = path; *p != '\0';) {
        int x = number(&p, "M"), y = number(&p, " "), n = number(&p, "h"),
            back = number(&p, "v1h-");
        assert_true(n == back && n > 0 && x >= 4 && y >= 4 && x + n <= size - 4);
        assert_true(y < size - 4);
        for (int k = 0; k < n; k++) {
            assert_false(dark[y][x + k]);
            dark[y][x + k] = true;
        }
        assert_int_equal(*p++, 'z');
    }
}

/* Seven by seven: a dark ring, a light one, a dark middle. */
static void finder(int x0, int y0)
{
    for (int y = 0; y < 7; y++)
        for (int x = 0; x < 7; x++) {
            int from_edge = x < 6 - x ? x : 6 - x, other = y < 6 - y ? y : 6 - y;
            if (other < from_edge) from_edge = other;
            assert_int_equal(dark[y0 + y][x0 + x], from_edge != 1);
        }
}

static void path_1_a_picture(void **state)
{
    (void)state;
    struct buf b;
    int size = 0;
    buf_init(&b, 100000);
    assert_true(qr_path(&b, &size, TEXT("otpauth://totp/DCIM:ana?secret=GEZDGNBVGY3TQOJQ"), NULL));
    assert_int_equal((size - 8 - 17) % 4, 0); /* versions have 21, 25, 29 ... squares */
    buf_put_u8(&b, 0);
    draw(b.p, size);
    finder(4, 4);
    finder(size - 4 - 7, 4);
    finder(4, size - 4 - 7);
    buf_release(&b);
}

static void path_2_too_long(void **state)
{
    (void)state;
    struct buf b;
    struct err e = {0};
    int size = 0;
    static char text[5000];
    memset(text, 'x', sizeof text);
    buf_init(&b, 1 << 20);
    assert_false(qr_path(&b, &size, (struct text){text, 5000}, &e));
    assert_string_equal(e.id, "qr.too_long");
    assert_false(qr_path(&b, &size, (struct text){text, 3000}, &e));
    assert_int_equal(b.n, 0);
    assert_true(qr_path(&b, &size, (struct text){text, 2000}, NULL));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_1_a_picture),
        cmocka_unit_test(path_2_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
