/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/similar.c
 *  1 Jaro-Winkler: values that Winkler (1990, 1994) and the Febrl manual print
 *  2 symmetric in its bounds, empty words   3 edits: known distances   4 edits against a slow
 *  definition */
#include "harness.h"

#include "linkage/similar.h"

#include "base/random.h"

static double jw(const char *a, const char *b)
{
    return similar_jaro_winkler(text_of(a), text_of(b));
}

static void published(void **state)
{
    (void)state;
    /* Winkler 1994, table of string comparators */
    static const struct {
        const char *a, *b;
        double value;
    } known[] = {
        {"shackleford", "shackelford", 0.982}, {"dunningham", "cunnigham", 0.896},
        {"nichleson", "nichulson", 0.956},     {"jones", "johnson", 0.832},
        {"massey", "massie", 0.933},           {"abroms", "abrams", 0.922},
        {"martha", "marhta", 0.961},           {"dixon", "dicksonx", 0.813},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double v = jw(known[i].a, known[i].b);
        if (v < known[i].value - 0.0006 || v > known[i].value + 0.0006)
            fail_msg("%s, %s: %.4f, published %.3f", known[i].a, known[i].b, v, known[i].value);
    }
}

static void bounds(void **state)
{
    (void)state;
    assert_true(jw("anna", "anna") > 0.9999);
    assert_true(jw("", "anna") == 0 && jw("anna", "") == 0 && jw("abc", "xyz") == 0);
    struct random r;
    random_init(&r, 1);
    for (int i = 0; i < 5000; i++) {
        char a[13] = {0}, b[13] = {0};
        size_t n = 1 + random_below(&r, 12), m = 1 + random_below(&r, 12);
        for (size_t k = 0; k < n; k++) a[k] = (char)('a' + random_below(&r, 4));
        for (size_t k = 0; k < m; k++) b[k] = (char)('a' + random_below(&r, 4));
        double v = jw(a, b), w = jw(b, a);
        assert_true(v >= 0 && v <= 1.0000001);
        assert_true(v - w < 0.06 && w - v < 0.06); /* greedy matching may differ a little by side */
    }
}

static void edits(void **state)
{
    (void)state;
    assert_int_equal(similar_edits(TEXT("kitten"), TEXT("sitting"), 5),
                     3);                                           /* Levenshtein's example */
    assert_int_equal(similar_edits(TEXT("ab"), TEXT("ba"), 5), 1); /* Damerau's swap */
    assert_int_equal(similar_edits(TEXT("XE0693772"), TEXT("XE0693772"), 2), 0);
    assert_int_equal(similar_edits(TEXT(""), TEXT("abc"), 5), 3);
    assert_int_equal(similar_edits(TEXT("abcdef"), TEXT("uvwxyz"), 2), 3); /* more than 2 */
    assert_int_equal(similar_edits(TEXT("a"), TEXT("abcdef"), 2), 3);
}

/* The definition, by trying all: deletion, insertion, substitution, swap. */
static size_t slow(const char *a, size_t n, const char *b, size_t m)
{
    if (n == 0 || m == 0) return n + m;
    size_t best = slow(a, n - 1, b, m - 1) + (a[n - 1] != b[m - 1]);
    size_t v = slow(a, n - 1, b, m) + 1;
    if (v < best) best = v;
    v = slow(a, n, b, m - 1) + 1;
    if (v < best) best = v;
    if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
        v = slow(a, n - 2, b, m - 2) + 1;
        if (v < best) best = v;
    }
    return best;
}

static void against_definition(void **state)
{
    (void)state;
    struct random r;
    random_init(&r, 2);
    for (int i = 0; i < 300; i++) {
        char a[7], b[7];
        size_t n = random_below(&r, 7), m = random_below(&r, 7);
        for (size_t k = 0; k < n; k++) a[k] = (char)('a' + random_below(&r, 3));
        for (size_t k = 0; k < m; k++) b[k] = (char)('a' + random_below(&r, 3));
        size_t is = slow(a, n, b, m);
        assert_int_equal(similar_edits((struct text){a, n}, (struct text){b, m}, 9), is);
        assert_int_equal(similar_edits((struct text){a, n}, (struct text){b, m}, 1),
                         is > 1 ? 2 : is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published),
        cmocka_unit_test(bounds),
        cmocka_unit_test(edits),
        cmocka_unit_test(against_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
