/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/regex.c
 *  1 what matches   2 repeats that are rewritten   3 what is refused, and how it says so
 *  4 malformed   5 S62: every pattern answers in time on every text   6 texts that are none
 *  7 several threads   8 against pcre2's other matcher, on generated patterns */
#include "harness.h"

#include "base/buf.h"
#include "base/parallel.h"
#include "base/random.h"
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <time.h>

static enum regex_result match(const char *pattern, struct text t)
{
    struct regex *r;
    struct err e = {0};
    if (!regex_new(&r, text_of(pattern), &e)) fail_msg("%s: %s", pattern, e.msg);
    enum regex_result result = regex_match(r, t);
    regex_free(r);
    return result;
}

static void matches(const char *pattern, const char *yes, const char *no)
{
    if (match(pattern, text_of(yes)) != REGEX_YES)
        fail_msg("%s does not match \"%s\"", pattern, yes);
    if (no != NULL && match(pattern, text_of(no)) != REGEX_NO)
        fail_msg("%s matches \"%s\"", pattern, no);
}

static void what_matches(void **state)
{
    (void)state;
    matches("b", "abc", "ac"); /* anywhere */
    matches("^b", "bc", "ab");
    matches("b$", "ab", "bc");
    matches("^[0-9]{2}$", "12", "12\n"); /* $ is the end, not the last line's */
    matches("^[0-9]{9}$", "123456789", "1234567890");
    matches("^[A-Z]{2}[0-9]{6,8}$", "PT1234567", "PT12345");
    matches("^\\d{4}-\\d{2}-\\d{2}$", "2020-12-31", "2020-12-3x");
    matches("^(GNR|PSP|SEF)$", "PSP", "PSPX");
    matches("^[^@ ]+@[^@ ]+\\.[a-z]{2,}$", "a.b@example.org", "a b@example.org");
    matches("a.c", "abc", "a\nc"); /* the point is no line end */
    matches("^b", "b", "a\nb");    /* and ^ is the text's beginning, not a line's */
    matches("a.*z", "xa--z", "z--a");
    matches("^\\p{Lu}\\p{L}+$", "Łódź", "łódź");
    matches("(?i)łódź", "ŁÓDŹ", "lodz");
    matches("^(?i:pt)-x$", "Pt-x", "Pt-X");
    matches("^.{4}$", "Łódź", "Łódźź"); /* characters, not bytes */
    matches("\\bnu\\b", "a nu b", "manual");
    matches("[[:alpha:]]+[[:^digit:]]", "ab", "1");
    matches("[]a]+[^]]", "]]b", "]]]");
    matches("\\+\\+", "c++", "c+");
    matches("[*+]+", "a+", "a");
    matches("x{,3}", "x{,3}", "xxx"); /* no repeat in pcre2 10.42: stands for itself */
    matches("^(a|)$", "", "b");
    matches("", "", NULL);
    matches("", "x", NULL);
    matches("\\x41\\x{142}", "Ał", "A");
    matches("a|^b", "cab", "cb");
}

static void repeats_that_are_rewritten(void **state)
{
    (void)state;
    matches("^a+$", "aaa", "");
    matches("^a+?b$", "aab", "b");
    matches("^é+x$", "ééx", "x");
    matches("^[ab]+c$", "abac", "c");
    matches("^\\d+-\\w+$", "12-ab", "-ab");
    matches("^\\x{142}+$", "łł", "");
    matches("^\\x41+$", "AA", "A1"); /* found by fuzzing: the 1 alone was repeated */
    matches("^\\pL+$", "łA", "ł1");
    matches("^(a+b)+$", "aabab", "aaba");
    matches("^.+$", "x", "");
    matches("^\\p{L}+ \\P{L}+$", "ab 12", "ab cd");
    matches("^\\++$", "+++", "");
    matches("^[\\]+]+$", "]+", "");
}

static void refused(const char *pattern, const char *expected_in_msg)
{
    struct regex *r = (struct regex *)&r;
    struct err e = {0};
    if (regex_new(&r, text_of(pattern), &e)) fail_msg("%s was taken", pattern);
    assert_null(r);
    assert_true(e.remedy[0] != '\0');
    if (strstr(e.msg, expected_in_msg) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", pattern, e.msg, expected_in_msg);
}

static void what_is_refused(void **state) /* S62 */
{
    (void)state;
    static const char *const back[] = {"(a)\\1", "(a)(b)\\2", "\\g1",  "\\k<x>",
                                       "a\\Kb",  "\\Ga",      "\\Ca",  "\\Ra",
                                       "\\Xa",   "\\Q(\\E",   "\\Na",  "\\o{101}",
                                       "\\ca",   "[\\Qa]",    "[\\1]", "\\_"};
    for (size_t i = 0; i < sizeof back / sizeof *back; i++)
        refused(back[i], i < 13 || i > 14 ? "escape" : "class");
    static const char *const groups[] = {"(?=a)b",  "(?!a)b",  "(?<=a)b",  "(?<!a)b",   "(?>a)",
                                         "(?<n>a)", "(?'n'a)", "(?P<n>a)", "(?P=n)",    "(?1)",
                                         "(?R)",    "(?0)",    "(?&n)",    "(?(1)a|b)", "(?|a|b)",
                                         "(?#c)",   "(?x)a b", "(?s)a",    "(?-i)a",    "(?ix:a)",
                                         "(?^)",    "(?C)",    "(?",       "(?i"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) refused(groups[i], "special group");
    static const char *const verbs[] = {"(*UTF)a", "(*NO_START_OPT)", "(*LIMIT_MATCH=1)",
                                        "a(*SKIP)", "(*pla:a)"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) refused(verbs[i], "verb");
    static const char *const possessive[] = {"a++",     "a*+",   "a?+",   "a{2}+",    "a{2,}+",
                                             "a{2,3}+", "(a)++", "[a]++", "\\p{L}++", "\\++++"};
    for (size_t i = 0; i < sizeof possessive / sizeof *possessive; i++)
        refused(possessive[i], "possessive");
    static const char *const classes[] = {"[[:](?=a)[:]]", "[[a]",     "[a[.b.]]",
                                          "[[=a=]]",       "[[:<:]]a", "[[:alpha]"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) refused(classes[i], "class");
    struct err e = {0};
    struct regex *r;
    assert_false(regex_new(&r, TEXT("ab(?=c)"), &e));
    assert_string_equal(e.id, "regex.refused");
    assert_string_equal(
        e.msg, "pattern has look-around or another special group (? ) at byte 3, which is not "
               "allowed");
}

static void malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "(",
        ")",
        ")(",
        "[",
        "[]",
        "a)(b",
        "*a",
        "+",
        "?",
        "a**",
        "[z-a]",
        "\\p{Klingon}",
        "\\x{110000}",
        "\\x{d800}",
        "x{65536}",
        "x{3,2}",
        "[[:nonsense:]]",
        "(((((a{100}){100}){100}){100}){100})",
        "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refused(bad[i], "could not be read");
    refused("\\", "backslash");
    refused("a\xFF", "UTF-8");
    char longest[1026];
    memset(longest, 'a', sizeof longest);
    longest[1025] = '\0';
    refused(longest, "longer than 1024");
    longest[1024] = '\0';
    assert_int_equal(match(longest, TEXT("b")), REGEX_NO);
    memset(longest, '+', 1024); /* the rewriting is longest here */
    for (size_t i = 0; i < 1024; i += 2) longest[i] = 'a';
    assert_int_equal(match(longest, TEXT("b")), REGEX_NO);
    regex_free(NULL);
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void every_pattern_answers_in_time(void **state) /* S62: under 100 ms, S82 */
{
    (void)state;
    /* What is hardest for a matcher that backtracks (Davis et al. 2018, "The Impact of Regular
     * Expression Denial of Service in Practice"), and for this one: many states at a time. */
    static const char *const patterns[] = {"(a+)+$",
                                           "(a|aa)+$",
                                           "(a|a)*b",
                                           "(a*)*b",
                                           "([a-z]+)*1",
                                           "(.*)(.*)(.*)(.*)z",
                                           "a+b",
                                           ".*.*.*=.*",
                                           "^(([a-z])+.)+[A-Z]([a-z])+$",
                                           "[ab]*a[ab]{46}c",
                                           "(a?){40}a{40}",
                                           "((a{1,9}){1,9}){1,9}b",
                                           ".{1,40}.{1,40}z",
                                           "a{0,1000}b",
                                           "(aa|aab?)*c",
                                           "(?i)(ǅ|ǆ|Ǆ)+x",
                                           "(a|b|ab)*bc",
                                           "a{1,45}b",
                                           "\\b(\\w+\\s?)+z"};
    enum { N = 64 << 10 };
    char *text = malloc(N);
    double worst = 0;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct regex *r;
        assert_true(regex_new(&r, text_of(patterns[i]), NULL));
        for (size_t n = 64; n <= N; n *= 4) {
            for (int kind = 0; kind < 2; kind++) {
                for (size_t k = 0; k < n; k++) text[k] = kind == 0 ? 'a' : "ab"[k * k / 7 % 2];
                double start = processor_seconds();
                enum regex_result got = regex_match(r, (struct text){text, n});
                double seconds = processor_seconds() - start;
                assert_in_range(got, REGEX_NO, REGEX_LIMIT);
                if (seconds > worst) worst = seconds;
                if (seconds > (harness_sanitized() ? 3 : 0.25))
                    fail_msg("%s took %.2f s on %zu bytes", patterns[i], seconds, n);
            }
        }
        regex_free(r);
    }
    print_message("slowest answer on 64 KiB: %.0f ms of processor time\n", worst * 1000);
    /* The ordinary ones answer, and do not give up, even on the longest text. */
    memset(text, 'a', N);
    assert_int_equal(match("(a+)+$", (struct text){text, N}), REGEX_YES);
    assert_int_equal(match("a+b", (struct text){text, N}), REGEX_NO);
    assert_int_equal(match("(a*)*b", (struct text){text, N}), REGEX_NO);
    assert_int_equal(match("(.*)(.*)(.*)(.*)z", (struct text){text, N}), REGEX_NO);
    /* the extraordinary ones do, rather than taking their time */
    assert_int_equal(match("a{0,1000}b", (struct text){text, N}), REGEX_LIMIT);
    free(text);
}

static void texts_that_are_none(void **state)
{
    (void)state;
    char *text = calloc(1, (64 << 10) + 1);
    memset(text, 'a', 64 << 10);
    assert_int_equal(match("a", (struct text){text, 64 << 10}), REGEX_YES);
    assert_int_equal(match("a", (struct text){text, (64 << 10) + 1}), REGEX_LIMIT);
    assert_int_equal(match("", (struct text){NULL, 0}), REGEX_YES);
    assert_int_equal(match("a", (struct text){"a\xFF", 2}),
                     REGEX_NO); /* not UTF-8: matches nothing */
    assert_int_equal(match("", (struct text){"\xC3", 1}), REGEX_NO);
    assert_int_equal(match("^a.b$", (struct text){"a\0b", 3}),
                     REGEX_YES); /* by length, not to the NUL */
    free(text);
}

static void count_matches(void *ctx, size_t part)
{
    const struct regex *r = ctx;
    for (int i = 0; i < 2000; i++) {
        char text[16];
        int n = snprintf(text, sizeof text, "%zu-%d", part, i);
        if (regex_match(r, (struct text){text, (size_t)n}) != (i % 10 == 7 ? REGEX_YES : REGEX_NO))
            abort();
    }
}

static void several_threads(void **state)
{
    (void)state;
    struct regex *r;
    assert_true(regex_new(&r, TEXT("^[0-9]+-[0-9]*7$"), NULL));
    setenv("DCIM_THREADS", "4", 1);
    parallel_run(8, count_matches, r);
    unsetenv("DCIM_THREADS");
    regex_free(r);
}

/* A random pattern of what is allowed, of about `left` pieces. */
static void grow_pattern(struct random *rnd, struct buf *b, int left)
{
    static const char *const atoms[] = {"a",      "b",   "c",   ".", "[ab]",
                                        "[^a]",   "\\w", "\\d", "é", "[[:alpha:]-]",
                                        "\\x{62}"};
    static const char *const repeats[] = {"",   "",   "",    "*",     "+",      "?",
                                          "*?", "+?", "{2}", "{1,2}", "{0,2}?", "{1,}"};
    int open = 0;
    while (left-- > 0) {
        switch (random_below(rnd, 9)) {
        case 0:
            buf_puts(b, random_below(rnd, 2) ? "(" : "(?:");
            open++;
            continue;
        case 1:
            if (open > 0) buf_puts(b, ")"), open--;
            else continue;
            break;
        case 2: buf_puts(b, "|"); continue;
        case 3:
            if (random_below(rnd, 3) == 0) buf_puts(b, random_below(rnd, 2) ? "^" : "$");
            continue;
        default: buf_puts(b, atoms[random_below(rnd, sizeof atoms / sizeof *atoms)]);
        }
        buf_puts(b, repeats[random_below(rnd, sizeof repeats / sizeof *repeats)]);
    }
    while (open-- > 0) buf_puts(b, ")");
}

static void agrees_with_the_other_matcher(void **state)
{
    (void)state;
    struct random rnd;
    struct buf pattern, text;
    size_t compared = 0, yes = 0;
    random_init(&rnd, 62);
    buf_init(&pattern, 1000);
    buf_init(&text, 1000);
    for (int i = 0; i < 3000; i++) {
        struct regex *r;
        int code;
        PCRE2_SIZE at;
        buf_clear(&pattern);
        grow_pattern(&rnd, &pattern, 8);
        struct text p = buf_text(&pattern);
        pcre2_code *other =
            pcre2_compile((PCRE2_SPTR)p.p, p.n, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &code, &at, NULL);
        bool ok = regex_new(&r, p, NULL);
        assert_int_equal(ok, other != NULL);
        if (!ok) continue;
        pcre2_match_data *data = pcre2_match_data_create_from_pattern(other, NULL);
        for (int k = 0; k < 20; k++) {
            buf_clear(&text);
            for (uint64_t n = random_below(&rnd, 9); n > 0; n--)
                buf_puts(&text,
                         ((const char *const[]){"a", "b", "c", "é", "1"})[random_below(&rnd, 5)]);
            struct text t = buf_text(&text);
            bool expected = pcre2_match(other, (PCRE2_SPTR)t.p, t.n, 0, 0, data, NULL) >= 0;
            enum regex_result got = regex_match(r, t);
            if (got != (expected ? REGEX_YES : REGEX_NO))
                fail_msg("%s on \"%s\": %d, expected %d", p.p, t.p, (int)got, (int)expected);
            compared++;
            yes += expected;
        }
        pcre2_match_data_free(data);
        pcre2_code_free(other);
        regex_free(r);
    }
    assert_true(compared > 40000 && yes > compared / 10 && yes < compared * 9 / 10);
    buf_release(&pattern);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_matches),
        cmocka_unit_test(repeats_that_are_rewritten),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(malformed),
        cmocka_unit_test(every_pattern_answers_in_time),
        cmocka_unit_test(texts_that_are_none),
        cmocka_unit_test(several_threads),
        cmocka_unit_test(agrees_with_the_other_matcher),
    };
    return cmocka_run_group_tests_name("base/regex", tests, NULL, NULL);
}
