/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/cbor.c
 *  1 the examples of RFC 8949, appendix A, both ways   2 shortest forms   3 there and back
 *  4 what is refused, and ever after   5 containers that lie   6 depth   7 cut anywhere
 *  8 speed */
#include "harness.h"

#include "base/cbor.h"
#include "base/crypto.h"
#include "base/random.h"

#include <float.h>
#include <math.h>
#include <time.h>

static struct buf b;

static void wrote(const char *expected)
{
    char hex[200];
    assert_true(buf_ok(&b, NULL));
    crypto_hex(hex, buf_text(&b).p, b.n);
    assert_string_equal(hex, expected);
    buf_clear(&b);
}

static void integers_of_appendix_a(void **state)
{
    (void)state;
    static const struct {
        uint64_t v;
        const char *hex;
    } plus[] = {{0, "00"},
                {1, "01"},
                {10, "0a"},
                {23, "17"},
                {24, "1818"},
                {25, "1819"},
                {100, "1864"},
                {255, "18ff"},
                {256, "190100"},
                {1000, "1903e8"},
                {65535, "19ffff"},
                {65536, "1a00010000"},
                {1000000, "1a000f4240"},
                {4294967295, "1affffffff"},
                {4294967296, "1b0000000100000000"},
                {1000000000000, "1b000000e8d4a51000"},
                {UINT64_MAX, "1bffffffffffffffff"}};
    for (size_t i = 0; i < sizeof plus / sizeof *plus; i++) {
        cbor_put_uint(&b, plus[i].v);
        wrote(plus[i].hex);
        if (plus[i].v > INT64_MAX) continue;
        cbor_put_int(&b, (int64_t)plus[i].v);
        wrote(plus[i].hex);
    }
    static const struct {
        int64_t v;
        const char *hex;
    } minus[] = {{-1, "20"},
                 {-10, "29"},
                 {-24, "37"},
                 {-25, "3818"},
                 {-100, "3863"},
                 {-256, "38ff"},
                 {-257, "390100"},
                 {-1000, "3903e7"},
                 {-65537, "3a00010000"},
                 {INT64_MIN, "3b7fffffffffffffff"}};
    for (size_t i = 0; i < sizeof minus / sizeof *minus; i++) {
        cbor_put_int(&b, minus[i].v);
        wrote(minus[i].hex);
    }
}

static void numbers_of_appendix_a(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *hex;
    } rows[] = {{0.0, "f90000"},
                {-0.0, "f98000"},
                {1.0, "f93c00"},
                {1.1, "fb3ff199999999999a"},
                {1.5, "f93e00"},
                {65504.0, "f97bff"},
                {100000.0, "fa47c35000"},
                {3.4028234663852886e+38, "fa7f7fffff"},
                {1.0e+300, "fb7e37e43c8800759c"},
                {5.960464477539063e-8, "f90001"},
                {0.00006103515625, "f90400"},
                {-4.0, "f9c400"},
                {-4.1, "fbc010666666666666"},
                {INFINITY, "f97c00"},
                {-INFINITY, "f9fc00"},
                {NAN, "f97e00"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cbor_put_double(&b, rows[i].v);
        wrote(rows[i].hex);
    }
}

static void the_rest_of_appendix_a(void **state)
{
    (void)state;
    cbor_put_bool(&b, false);
    cbor_put_bool(&b, true);
    cbor_put_null(&b);
    wrote("f4f5f6");
    cbor_put_bytes(&b, NULL, 0);
    cbor_put_bytes(&b, "\x01\x02\x03\x04", 4);
    wrote("404401020304");
    cbor_put_text(&b, TEXT(""));
    cbor_put_text(&b, TEXT("IETF"));
    cbor_put_text(&b, TEXT("\"\\"));
    cbor_put_text(&b, TEXT("\xC3\xBC"));
    wrote("60644945544662225c62c3bc");
    cbor_put_array(&b, 0);
    wrote("80");
    cbor_put_array(&b, 25);
    wrote("9819");
    cbor_put_map(&b, 0);
    wrote("a0");
    cbor_put_map(&b, 2); /* {"a": 1, "b": [2, 3]} */
    cbor_put_text(&b, TEXT("a"));
    cbor_put_uint(&b, 1);
    cbor_put_text(&b, TEXT("b"));
    cbor_put_array(&b, 2);
    cbor_put_uint(&b, 2);
    cbor_put_uint(&b, 3);
    wrote("a26161016162820203");
}

/* Each double comes back bit for bit, in as few bytes as can be: half, single or double. */
static void doubles_there_and_back(void **state)
{
    (void)state;
    struct random r;
    random_init(&r, 5);
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random_u64(&r);
        if (i % 3 == 1) bits &= 0xFFFFFFFFE0000000u; /* fits a single, most of the time */
        if (i % 3 == 2)
            bits = (bits & 0x800FFC0000000000u) | (1009 + random_below(&r, 30)) << 52; /* a half */
        double v;
        memcpy(&v, &bits, sizeof v);
        if (isnan(v)) continue;
        cbor_put_double(&b, v);
        size_t least = 9;
        if (fabs(v) <= FLT_MAX && (double)(float)v == v) least = 5;
        if (i % 3 == 2) least = 3;
        if (isinf(v)) least = 3;
        if (least == 5 && b.n == 3) least = 3; /* checked by the way back */
        assert_int_equal(b.n, least);
        struct cbor_reader rd;
        cbor_reader_init(&rd, b.p, b.n);
        struct cbor_item item = cbor_next(&rd);
        assert_int_equal(item.kind, CBOR_DOUBLE);
        assert_memory_equal(&item.d, &v, sizeof v);
        buf_clear(&b);
    }
}

/* Found by the fuzz target: libcbor 0.8 writes subnormal halves wrongly. Each half there is. */
static void every_half_there_and_back(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 0x10000; bits++) {
        unsigned char raw[3] = {0xF9, (unsigned char)(bits >> 8), (unsigned char)bits};
        struct cbor_reader r;
        cbor_reader_init(&r, raw, 3);
        struct cbor_item item = cbor_next(&r);
        assert_int_equal(item.kind, CBOR_DOUBLE);
        /* IEEE 754-2019, 3.4: sign, exponent with bias 15, fraction of 10 bits */
        int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
        if (exponent == 31 && fraction != 0) {
            assert_true(isnan(item.d));
            continue;
        }
        double expected = exponent == 31  ? (double)INFINITY
                          : exponent == 0 ? ldexp(fraction, -24)
                                          : ldexp(1024 + fraction, exponent - 25);
        assert_true(fabs(item.d) == expected &&
                    signbit(item.d) == signbit(bits & 0x8000 ? -1.0 : 1.0));
        cbor_put_double(&b, item.d);
        assert_int_equal(b.n, 3);
        assert_memory_equal(b.p, raw, 3);
        buf_clear(&b);
    }
}

static void items_there_and_back(void **state)
{
    (void)state;
    cbor_put_map(&b, 3);
    cbor_put_uint(&b, UINT64_MAX);
    cbor_put_int(&b, INT64_MIN);
    cbor_put_text(&b, TEXT("Łódź"));
    cbor_put_bytes(&b, "\0\xFF", 2);
    cbor_put_bool(&b, true);
    cbor_put_null(&b);
    cbor_put_uint(&b, 7); /* a second item behind the first: a sequence (RFC 8742) */
    struct cbor_reader r;
    struct cbor_item item;
    cbor_reader_init(&r, b.p, b.n);
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_MAP && item.u == 3);
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_UINT && item.u == UINT64_MAX);
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_INT && item.i == INT64_MIN);
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_TEXT && text_is(item.text, "Łódź"));
    assert_true(item.text.p > b.p && item.text.p < b.p + b.n); /* borrowed */
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_BYTES && text_equal(item.text, TEXT("\0\xFF")));
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_BOOL && item.u == 1);
    assert_int_equal(cbor_next(&r).kind, CBOR_NULL);
    item = cbor_next(&r);
    assert_true(item.kind == CBOR_UINT && item.u == 7 && item.i == 7);
    assert_int_equal(cbor_next(&r).kind, CBOR_END);
    assert_int_equal(cbor_next(&r).kind, CBOR_END);
    buf_clear(&b);
    cbor_reader_init(&r, NULL, 0);
    assert_int_equal(cbor_next(&r).kind, CBOR_END);
}

/* Kind of the last item: CBOR_END when all is well. */
static enum cbor_kind kind_of_all(const char *hex)
{
    uint8_t raw[100];
    size_t n = strlen(hex) / 2;
    assert_true(crypto_unhex(raw, n, text_of(hex)));
    uint8_t *copy = malloc(n); /* so that the sanitizer sees its end */
    memcpy(copy, raw, n);
    struct cbor_reader r;
    cbor_reader_init(&r, copy, n);
    enum cbor_kind kind;
    do kind = cbor_next(&r).kind;
    while (kind != CBOR_END && kind != CBOR_BAD);
    if (kind == CBOR_BAD)
        for (int i = 0; i < 3; i++) assert_int_equal(cbor_next(&r).kind, CBOR_BAD);
    free(copy);
    return kind;
}

static void refused_and_ever_after(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "1c",
        "1d",
        "1e",
        "1f",
        "3c",
        "5c",
        "7c",
        "9c",
        "bc",
        "dc",
        "fc",
        "fd",
        "fe", /* reserved */
        "5f42010243030405ff",
        "7f657374726561646d696e67ff",
        "9fff",
        "9f01ff",
        "bf6161019fffff", /* indefinite */
        "ff",
        "8100ff",
        "c074323031332d30332d32315432303a30343a30305a",
        "d81845",
        "c11a514b67b0", /* tags */
        "f7",
        "f0",
        "f8ff",
        "f820",
        "e0", /* undefined, simple values */
        "18",
        "1900",
        "1a000000",
        "1b00000000000000",
        "38",
        "f9",
        "f900",
        "fa000000",
        "fb00000000000000",
        "41",
        "61",
        "4201",
        "5affffffff00",
        "5bffffffffffffffff00",
        "7bffffffffffffffff61",
        "61ff",
        "62c328",
        "63eda080",
        "6100",
        "64f4908080", /* not UTF-8; NUL */
        "3b8000000000000000",
        "3bffffffffffffffff", /* below INT64_MIN */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (kind_of_all(bad[i]) != CBOR_BAD) fail_msg("%s was read", bad[i]);
    assert_int_equal(kind_of_all("1700"), CBOR_END);
}

static void containers_that_lie(void **state)
{
    (void)state;
    static const char *const bad[] = {"81",
                                      "8201",
                                      "a1",
                                      "a101",
                                      "a2010203",
                                      "820181",
                                      "9affffffff01",
                                      "9bffffffffffffffff01",
                                      "bb8000000000000000",
                                      "bbffffffffffffffff0101",
                                      "8281820102"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (kind_of_all(bad[i]) != CBOR_BAD) fail_msg("%s was read", bad[i]);
    static const char *const good[] = {"80",         "a0",
                                       "8180",       "81a0",
                                       "820102",     "a10102",
                                       "8281018102", "83818080a0",
                                       "a1010281a0", "82818201020304"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (kind_of_all(good[i]) != CBOR_END) fail_msg("%s was refused", good[i]);
}

static void depth(void **state)
{
    (void)state;
    assert_int_equal(kind_of_all("818181818181818101"), CBOR_END);   /* eight */
    assert_int_equal(kind_of_all("81818181818181818101"), CBOR_BAD); /* nine */
    assert_int_equal(kind_of_all("818181818181818180"), CBOR_END); /* an empty one has no inside */
    assert_int_equal(kind_of_all("a101a101a101a101a101a101a101a10101"), CBOR_END);
    assert_int_equal(kind_of_all("8281818181818180828181818181810101"),
                     CBOR_END); /* down again, up again */
}

static void cut_anywhere_is_found(void **state)
{
    (void)state;
    cbor_put_map(&b, 4);
    for (uint64_t i = 0; i < 4; i++) {
        cbor_put_uint(&b, i * 1000);
        cbor_put_array(&b, 2);
        cbor_put_text(&b, TEXT("FEMALE"));
        cbor_put_double(&b, 1.1);
    }
    for (size_t n = 1; n < b.n; n++) {
        struct cbor_reader r;
        char *copy = malloc(n);
        memcpy(copy, b.p, n);
        cbor_reader_init(&r, copy, n);
        enum cbor_kind kind;
        do kind = cbor_next(&r).kind;
        while (kind != CBOR_END && kind != CBOR_BAD);
        assert_int_equal(kind, CBOR_BAD);
        free(copy);
    }
    buf_clear(&b);
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Opening a repository of a million records in 5 s leaves reading their bodies about half a second.
 * The limit here is loose, for busy machines: a fault of a factor is what it is to find. */
static void fast_enough_for_a_million_records(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    cbor_put_map(&b, 15);
    for (uint64_t i = 0; i < 15; i++) {
        cbor_put_uint(&b, i * 17);
        if (i % 3 == 0) cbor_put_text(&b, TEXT("FEMALE"));
        else cbor_put_int(&b, -18000 - (int64_t)i);
    }
    double start = processor_seconds();
    size_t n = 0;
    for (int i = 0; i < 100000; i++) {
        struct cbor_reader r;
        cbor_reader_init(&r, b.p, b.n);
        while (cbor_next(&r).kind != CBOR_END) n++;
    }
    double seconds = processor_seconds() - start;
    assert_int_equal(n, 3100000);
    print_message("1,000,000 records of 31 items: %.2f s\n", seconds * 10);
    if (!harness_valgrind()) assert_true(seconds < 0.3);
    buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_appendix_a),
        cmocka_unit_test(numbers_of_appendix_a),
        cmocka_unit_test(the_rest_of_appendix_a),
        cmocka_unit_test(doubles_there_and_back),
        cmocka_unit_test(every_half_there_and_back),
        cmocka_unit_test(items_there_and_back),
        cmocka_unit_test(refused_and_ever_after),
        cmocka_unit_test(containers_that_lie),
        cmocka_unit_test(depth),
        cmocka_unit_test(cut_anywhere_is_found),
        cmocka_unit_test(fast_enough_for_a_million_records),
    };
    buf_init(&b, 10000);
    int failed = cmocka_run_group_tests_name("base/cbor", tests, NULL, NULL);
    buf_release(&b);
    return failed;
}
