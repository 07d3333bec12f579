/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/unicode.c
 *  1 NFC                     2 folding of labels     3 keys of names, the short way and the long
 *  one
 *  4 conversion, in pieces   5 invisible characters  6 columns of a terminal    7 threads
 *  8 numbers and per cents as languages write them   9 messages as sentences
 */
#include "harness.h"

#include "base/unicode.h"

#include <pthread.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void same(struct text got, const char *want)
{
    if (!text_is(got, want)) fail_msg("got '%.*s', not '%s'", (int)got.n, got.p, want);
}

/* ---- 1 ---- */

static void nfc(void **state)
{
    (void)state;
    struct text ascii = TEXT("plain ascii");
    assert_ptr_equal(unicode_nfc(ascii, arena).p, ascii.p); /* borrowed, as promised */
    same(unicode_nfc(TEXT("e\xCC\x81"), arena), "é");
    same(unicode_nfc(TEXT("é"), arena), "é");
    same(unicode_nfc(TEXT(""), arena), "");
    /* Unicode Standard Annex 15, figure 3: ANGSTROM SIGN; figure 6: s with two marks in order */
    same(unicode_nfc(TEXT("\xE2\x84\xAB"), arena), "Å");
    same(unicode_nfc(TEXT("s\xCC\x87\xCC\xA3"), arena), "\xE1\xB9\xA9");
    same(unicode_nfc(TEXT("ﬁ"), arena), "ﬁ"); /* compatibility characters stay */
}

/* ---- 2 ---- */

static void labels_fold_alike(void **state)
{
    (void)state;
    same(unicode_fold(TEXT("Forma de  Exploração"), arena), "forma de exploracao");
    same(unicode_fold(TEXT("forma de exploracao"), arena), "forma de exploracao");
    same(unicode_fold(TEXT(" FORMA_DE-EXPLORAÇÃO: "), arena), "forma de exploracao");
    same(unicode_fold(TEXT("Forma\xC2\xA0"
                           "de\tExploração"),
                      arena),
         "forma de exploracao");
    same(unicode_fold(TEXT("Explorac\xCC\xA7"
                           "a\xCC\x83o"),
                      arena),
         "exploracao"); /* decomposed */
    same(unicode_fold(TEXT("Age (years)"), arena), "age years");
    same(unicode_fold(TEXT("Straße"), arena), "strasse");
    same(unicode_fold(TEXT("İZMİR"), arena), "izmir");
    same(unicode_fold(TEXT("Číslo případu č. 5"), arena), "cislo pripadu c 5");
    same(unicode_fold(TEXT("ＡＢＣ１"), arena), "abc1"); /* full-width */
    same(unicode_fold(TEXT("ex\xE2\x80\x8Bport\xC2\xAD"
                           "é"),
                      arena),
         "exporte"); /* never seen */
    same(unicode_fold(TEXT("--- ..."), arena), "");
    same(unicode_fold(TEXT(""), arena), "");
    same(unicode_fold(TEXT("«»"), arena), "");
    same(unicode_fold(TEXT("ΣΊΣΥΦΟΣ"), arena), "σισυφοσ"); /* final sigma folds too */
}

/* ---- 3 ---- */

static void keys_of_names(void **state)
{
    (void)state;
    same(unicode_name_key(TEXT("Silva, João"), arena), "joao silva");
    same(unicode_name_key(TEXT("JOÃO  DA SILVA"), arena), "da joao silva");
    same(unicode_name_key(TEXT("O'Brien"), arena), "obrien");
    same(unicode_name_key(TEXT("O’Brien"), arena), "obrien");
    same(unicode_name_key(TEXT("Maria-José"), arena), "jose maria");
    same(unicode_name_key(TEXT("Łukasz Żółć"), arena), "lukasz zolc");
    same(unicode_name_key(TEXT("Đorđe Đurić"), arena), "dorde duric");
    same(unicode_name_key(TEXT("Þór Æsir Œuvre Øre ß"), arena), "aesir oeuvre ore ss thor");
    same(unicode_name_key(TEXT("Ștefan Țurcanu"), arena), "stefan turcanu"); /* beyond Extended-A */
    same(unicode_name_key(TEXT("Nguyễn Thị"), arena), "nguyen thi");
    /* CLDR's transforms of Cyrillic, Greek, Georgian; the soft sign breaks no word */
    same(unicode_name_key(TEXT("Ольга Иванова"), arena), "ivanova olga");
    same(unicode_name_key(TEXT("Γιώργος"), arena), "giorgos");
    same(unicode_name_key(TEXT("გიორგი"), arena), "giorgi");
    same(unicode_name_key(TEXT(""), arena), "");
    same(unicode_name_key(TEXT("???"), arena), "");
    same(unicode_name_key(TEXT("b a b a"), arena), "a a b b");
}

/* Each letter of Latin-1 and Latin Extended-A: by the table, and (made to by a letter of Latin
 * Extended-B behind it, ƶ, which is z) by ICU's transliterator. */
static void the_short_way_of_latin_is_the_long_one(void **state)
{
    (void)state;
    for (unsigned cp = 0xC0; cp <= 0x17F; cp++) {
        char shorter[16], longer[16];
        const unsigned char u[2] = {(unsigned char)(0xC0 | cp >> 6),
                                    (unsigned char)(0x80 | (cp & 63))};
        snprintf(shorter, sizeof shorter, "a%c%cz", u[0], u[1]);
        snprintf(longer, sizeof longer, "a%c%cƶ", u[0], u[1]);
        struct text a = unicode_name_key(text_of(shorter), arena);
        struct text b = unicode_name_key(text_of(longer), arena);
        if (!text_equal(a, b))
            fail_msg("U+%04X: '%.*s' by table, '%.*s' by ICU", cp, (int)a.n, a.p, (int)b.n, b.p);
    }
}

/* ---- 4 ---- */

static void converted(const char *encoding, struct text bytes, const char *want)
{
    for (size_t step = 1; step <= bytes.n + 1; step++) { /* in pieces of every size */
        struct unicode_converter *c;
        struct buf out;
        struct err e = {0};
        buf_init(&out, 1024);
        assert_true(unicode_converter_new(&c, encoding, &e));
        size_t at = 0;
        while (bytes.n - at > step) {
            assert_true(unicode_convert(c, (struct text){bytes.p + at, step}, false, &out, &e));
            at += step;
        }
        assert_true(unicode_convert(c, (struct text){bytes.p + at, bytes.n - at}, true, &out, &e));
        same(buf_text(&out), want);
        unicode_converter_free(c);
        buf_release(&out);
    }
}

static void not_converted(const char *encoding, struct text bytes, const char *before)
{
    struct unicode_converter *c;
    struct buf out;
    struct err e = {0};
    buf_init(&out, 1024);
    assert_true(unicode_converter_new(&c, encoding, &e));
    assert_false(unicode_convert(c, bytes, true, &out, &e));
    assert_string_equal(e.id, "unicode.bad_bytes");
    assert_int_equal(e.code, ERR_INPUT);
    same(buf_text(&out), before);
    unicode_converter_free(c);
    buf_release(&out);
}

static void encodings_are_converted(void **state)
{
    (void)state;
    converted("windows-1250", TEXT("P\xF8\xEDli\x9A \x80"), "Příliš €");
    converted("windows-1252", TEXT("explora\xE7\xE3o \x80 \x93\x94"), "exploração € “”");
    converted("ISO-8859-2", TEXT("za\xBF\xF3\xB3\xE6 g\xEA\xB6l\xB1"), "zażółć gęślą");
    converted("UTF-16LE", (struct text){"a\0\x59\x01\x3D\xD8\x42\xDE\xAC\x20", 10},
              "ař\xF0\x9F\x99\x82€");
    converted("UTF-16BE", (struct text){"\0a\x01\x59\xD8\x3D\xDE\x42\x20\xAC", 10},
              "ař\xF0\x9F\x99\x82€");
    converted("UTF-16LE", (struct text){"", 0}, "");
    /* many, so that the inner chunks are crossed, with pairs on their edges */
    struct buf in, want;
    buf_init(&in, 1 << 20);
    buf_init(&want, 1 << 20);
    for (int i = 0; i < 5000; i++) {
        buf_put(&in, i % 3 == 0 ? "x\0" : "\x3D\xD8\x42\xDE", i % 3 == 0 ? 2 : 4);
        buf_puts(&want, i % 3 == 0 ? "x" : "\xF0\x9F\x99\x82");
    }
    struct unicode_converter *c;
    struct buf out;
    struct err e;
    buf_init(&out, 1 << 20);
    assert_true(unicode_converter_new(&c, "UTF-16LE", &e));
    assert_true(unicode_convert(c, buf_text(&in), true, &out, &e));
    assert_true(text_equal(buf_text(&out), buf_text(&want)));
    unicode_converter_free(c);
    buf_release(&in);
    buf_release(&out);
    buf_release(&want);
}

static void what_is_not_in_an_encoding_is_refused(void **state) /* S63 */
{
    (void)state;
    not_converted("windows-1252",
                  TEXT("ab\x81"
                       "c"),
                  "ab"); /* a hole of the code page */
    not_converted("windows-1250", TEXT("\x98"), "");
    not_converted("UTF-16LE",
                  (struct text){"a\0\x3D\xD8"
                                "b\0",
                                6},
                  "a"); /* half a pair */
    not_converted("UTF-16LE", (struct text){"a\0\x42\xDE", 4}, "a");
    not_converted("UTF-16LE", (struct text){"a\0\x3D\xD8", 4}, "a"); /* cut by the end */
    not_converted("UTF-16BE", (struct text){"\0a\0", 3}, "a");
    struct unicode_converter *c;
    struct err e;
    assert_false(unicode_converter_new(&c, "no-such-encoding", &e));
    assert_string_equal(e.id, "unicode.encoding");
    assert_null(c);
    assert_false(unicode_converter_new(&c, "", &e));
    assert_false(unicode_converter_new(&c, "a-name-that-is-longer-than-any-encoding-has", &e));
    unicode_converter_free(NULL);

    struct buf small; /* the buffer's own limit */
    buf_init(&small, 2);
    assert_true(unicode_converter_new(&c, "windows-1250", &e));
    assert_false(unicode_convert(c, TEXT("abc"), true, &small, &e));
    assert_string_equal(e.id, "buf.too_long");
    unicode_converter_free(c);
    buf_release(&small);
}

/* ---- 5 ---- */

static void invisible_characters_are_shown(void **state) /* S63 */
{
    (void)state;
    struct text plain = TEXT("plain\ttext\n");
    assert_ptr_equal(unicode_visible(plain, arena).p, plain.p);
    same(unicode_visible(TEXT("João €"), arena), "João €");
    same(unicode_visible(TEXT("a\xE2\x80\xAE"
                              "b"),
                         arena),
         "a<U+202E>b");
    same(unicode_visible(TEXT("\xE2\x81\xA6x\xE2\x81\xA9"), arena), "<U+2066>x<U+2069>");
    same(unicode_visible(TEXT("\xE2\x80\x8B\xEF\xBB\xBF\xC2\xAD"), arena),
         "<U+200B><U+FEFF><U+00AD>");
    same(unicode_visible(TEXT("\x1B[31m\r\x7F"), arena), "<U+001B>[31m<U+000D><U+007F>");
    same(unicode_visible(TEXT("\xF3\xA0\x81\x81"), arena), "<U+E0041>"); /* a tag character */
    same(unicode_visible(TEXT("\xE2\x80\xA8\xEF\xB8\x8F"), arena), "<U+2028><U+FE0F>");
    same(unicode_visible(TEXT("\xC2\x85"), arena), "<U+0085>");
}

/* ---- 6 ---- */

static void columns_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(unicode_width(TEXT("")), 0);
    assert_int_equal(unicode_width(TEXT("abc")), 3);
    assert_int_equal(unicode_width(TEXT("ação")), 4);
    assert_int_equal(unicode_width(TEXT("a\xCC\x83o")), 2); /* combining tilde */
    assert_int_equal(unicode_width(TEXT("漢字")), 4);
    assert_int_equal(unicode_width(TEXT("ｶﾅ")), 2); /* half-width */
    assert_int_equal(unicode_width(TEXT("\xE2\x80\x8B\xE2\x80\xAE")), 0);
    assert_int_equal(unicode_width(TEXT("a\tb\x1B")), 2);
}

/* ---- 7 ---- */

static void *many_keys(void *unused)
{
    (void)unused;
    struct arena *a = arena_new(ARENA_PLAIN);
    size_t wrong = 0;
    for (int i = 0; i < 500; i++) {
        struct arena_mark m = arena_mark(a);
        wrong += !text_is(unicode_name_key(TEXT("Ольга Иванова"), a), "ivanova olga");
        arena_rewind(a, m);
    }
    arena_free(a);
    return wrong == 0 ? NULL : (void *)1;
}

static void threads_have_transliterators_of_their_own(void **state)
{
    (void)state;
    pthread_t t[4];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&t[i], NULL, many_keys, NULL), 0);
    for (int i = 0; i < 4; i++) {
        void *result;
        assert_int_equal(pthread_join(t[i], &result), 0);
        assert_null(result);
    }
}

/* ---- 8 ---- */

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *count, *big, *percent;
    } row[] = {
        {"en_PT", "1,234", "-9,223,372,036,854,775,808", "31%"},
        {"pt_PT", "1\u00a0234", "-9\u00a0223\u00a0372\u00a0036\u00a0854\u00a0775\u00a0808", "31%"},
        {"cs_CZ", "1\u00a0234", "-9\u00a0223\u00a0372\u00a0036\u00a0854\u00a0775\u00a0808",
         "31\u00a0%"},
        {"pl_PL", "1\u00a0234", "-9\u00a0223\u00a0372\u00a0036\u00a0854\u00a0775\u00a0808", "31%"},
        {"sk_SK", "1\u00a0234", "-9\u00a0223\u00a0372\u00a0036\u00a0854\u00a0775\u00a0808",
         "31\u00a0%"},
        {"no such locale", "1,234", "-9,223,372,036,854,775,808", "31%"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct number_format *f = unicode_numbers_new(row[i].locale);
        assert_string_equal(unicode_number(f, 1234, arena), row[i].count);
        assert_string_equal(unicode_number(f, INT64_MIN, arena), row[i].big);
        assert_string_equal(unicode_number(f, 0, arena), "0");
        assert_string_equal(unicode_percent(f, 0.314, arena), row[i].percent);
        const char *tenths = unicode_tenths(f, 0.314, arena);
        assert_true(strncmp(tenths, "31.4", 4) == 0 || strncmp(tenths, "31,4", 4) == 0);
        assert_string_equal(unicode_percent(f, 0.314, arena), row[i].percent); /* as before */
        unicode_numbers_free(f);
    }
    unicode_numbers_free(NULL);
}

/* ---- 9 ---- */

static void sentence(const char *message, const char *expected)
{
    struct text t = unicode_sentence(text_of(message), arena);
    assert_int_equal(t.n, strlen(expected));
    assert_memory_equal(t.p, expected, t.n);
}

static void sentences(void **state)
{
    (void)state;
    sentence("", "");
    sentence("x", "X.");
    sentence("this is too little", "This is too little.");
    sentence("Sign in.", "Sign in.");
    sentence("is it?", "Is it?");
    sentence("záznam byl vymazán", "Záznam byl vymazán.");
    sentence("čeká se", "Čeká se.");
    sentence("żądanie", "Żądanie.");
    sentence("ǆ is one letter", "ǅ is one letter.");
    sentence("sign-in, then go on", "Sign-in, then go on.");
    sentence("record.list: role analyst may not", "record.list: role analyst may not.");
    sentence("--user names it", "--user names it.");
    sentence("21 records", "21 records.");
    sentence("a list ends so:", "A list ends so:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nfc),
        cmocka_unit_test(labels_fold_alike),
        cmocka_unit_test(keys_of_names),
        cmocka_unit_test(the_short_way_of_latin_is_the_long_one),
        cmocka_unit_test(encodings_are_converted),
        cmocka_unit_test(what_is_not_in_an_encoding_is_refused),
        cmocka_unit_test(invisible_characters_are_shown),
        cmocka_unit_test(columns_of_a_terminal),
        cmocka_unit_test(threads_have_transliterators_of_their_own),
        cmocka_unit_test(numbers),
        cmocka_unit_test(sentences),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
