/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/cell_read.c
 *  1 cells: blanks, the protecting ', control characters (S63, S65)
 *  2 codes, value maps     3 dates and their order     4 what is remembered is what was read
 *  5 splitting */
#include "harness.h"
#include "intake_data.h"
#include "small_data.h"

#include "base/mem.h"
#include "base/random.h"
#include "intake/cell_read.h"

/* ---- 1 cells ---- */

static void blanks_and_protection(void **state) /* S65 */
{
    (void)state;
    static const char *const pairs[][2] = {
        {"  x ", "x"},
        {"\xC2\xA0x\t", "x"},
        {"'=1+1", "=1+1"},
        {"'+351912", "+351912"},
        {"'-5", "-5"},
        {"'@x", "@x"},
        {"' =x", "=x"},
        {"'x", "'x"},
        {"''=x", "''=x"},
        {"'", "'"},
        {"'Ndrangheta", "'Ndrangheta"},
        {"=x", "=x"},
        {"", ""},
        {"'\xEF\xBC\x9D"
         "1",
         "\xEF\xBC\x9D"
         "1"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct text got = cell_text(text_of(pairs[i][0]));
        if (!text_is(got, pairs[i][1]))
            fail_msg("'%s' gives '%.*s'", pairs[i][0], (int)got.n, got.p);
    }
}

static void control_characters_wherever_they_stand(void **state) /* S63 */
{
    (void)state;
    for (int c = 1; c < 256; c++)
        for (size_t n = 1; n <= 20; n++)
            for (size_t at = 0; at < n; at++) {
                char text[20];
                memset(text, 'a', n);
                text[at] = (char)c;
                bool bad = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
                if (cell_has_control((struct text){text, n}) != bad)
                    fail_msg("byte %d at %zu of %zu", c, at, n);
            }
    assert_false(cell_has_control(TEXT("")));
    assert_false(cell_has_control(TEXT("Sim\xC3\xB5"
                                       "es \xC8\x9Burcanu 0123456789")));
}

/* ---- readers of one target ---- */

struct bench {
    struct arena *a;
    struct mapping m;
    struct cell_reader *r;
};

static void bench_open(struct bench *b, const char *row, bool ask, enum date_order order)
{
    struct cell_options o = {.order = order, .ask = ask, .today = data_today()};
    b->a = arena_new(ARENA_WIPE);
    data_mapping(&b->m, arena_printf(b->a, "%sx,%s", DATA_MAPPING_HEAD, row), "x", b->a);
    b->r = cell_reader_new(data_dictionary(), &b->m.target[0], &o);
}

static void bench_close(struct bench *b)
{
    cell_reader_free(b->r);
    mapping_release(&b->m);
    arena_free(b->a);
}

/* "F", or "" for blank, or "V01", or "V14 2020-04-03" when there is a value too. */
static const char *read_as_text(struct bench *b, const char *text)
{
    struct reading got;
    struct buf out;
    cell_read(&got, b->r, text_of(text), b->a);
    buf_init(&out, 10000);
    if (got.wrong) buf_puts(&out, data_dictionary()->rule[got.rule].name);
    if (got.wrong && got.value.kind != VALUE_EMPTY) buf_putc(&out, ' ');
    value_text(&out, data_dictionary(), b->m.target[0].var, &got.value);
    const char *copy = arena_copy(b->a, out.n == 0 ? "" : out.p, out.n);
    buf_release(&out);
    return copy;
}

static void check(const char *row, const char *const (*pairs)[2], size_t n)
{
    struct bench b;
    bench_open(&b, row, true, DATE_ISO);
    for (int pass = 0; pass < 3;
         pass++) /* the second and third time from memory, where it remembers */
        for (size_t i = 0; i < n; i++) {
            const char *got = read_as_text(&b, pairs[i][0]);
            if (strcmp(got, pairs[i][1]) != 0)
                fail_msg("%s: '%s' gives '%s', not '%s'", row, pairs[i][0], got, pairs[i][1]);
        }
    bench_close(&b);
}
#define CHECK(row, ...)                                      \
    do {                                                     \
        static const char *const pairs[][2] = {__VA_ARGS__}; \
        check((row), pairs, sizeof pairs / sizeof pairs[0]); \
    } while (0)

/* ---- 2 value maps ---- */

static void codes_labels_and_missing_values(void **state)
{
    (void)state;
    CHECK("sex,,,,,,", {"F", "F"}, {"f", "F"}, {"Female", "F"}, {"Feminino", "F"}, {"U", "U"},
          {"NC", "NC"}, {"Z", "V01"}, {"", ""});
    CHECK("citizenship,,,,,,", {"RO", "RO"}, {"RO MD", "MD RO"}, {"MD;RO", "MD RO"},
          {"United Kingdom", "GB"}, {"Romania; Moldova", "MD RO"}, {"U", "U"}, {"NA", "NA"},
          {"missing:NA", "missing:NA"}, {"Atlantis", "V01"});
    CHECK("entry_date,,,,,,", {"NA", "V05"}, {"2020-02-30", "V02"});
    CHECK("age_at_registration,,,,,,", {"17", "17"}, {"17.0", "17"}, {"17.5", "V02"},
          {"seventeen", "V02"}, {"1e1", "V02"}, {"-3", "-3"}, {"U", "U"});
    /* S63: text is kept as it is, in NFC; e + combining acute is one letter */
    CHECK("case_code,,,,,,", {"Jose\xCC\x81", "Jos\xC3\xA9"},
          {"a\xE2\x80\xAE"
           "b",
           "a\xE2\x80\xAE"
           "b"},
          {"a\x01"
           "b",
           "V08"});
}

/* CL_MEANS of the small dictionary: M4 ended on 2019-12-31, and M5 took over. */
static void retired_codes(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    const struct form *f = dictionary_form(d, TEXT("victim"));
    struct mapping_target t = {.source = MAPPING_COLUMN,
                               .var = dictionary_variable(d, f->id, TEXT("means"))->id};
    struct date last;
    struct arena *a = arena_new(ARENA_PLAIN);
    assert_true(date_from_ymd(&last, 2019, 12, 31));
    for (int32_t later = 0; later < 2; later++) {
        struct cell_options o = {.today = last.first + later};
        struct cell_reader *r = cell_reader_new(d, &t, &o);
        struct reading got;
        for (int pass = 0; pass < 2; pass++) {
            cell_read(&got, r, TEXT("M1 M4"), a);
            assert_int_equal(got.wrong, later);
            if (later) assert_int_equal(got.rule, BUILTIN_CODE);
            else assert_int_equal(got.value.n_code, 2);
            cell_read(&got, r, TEXT("M5"), a);
            assert_false(got.wrong);
        }
        cell_reader_free(r);
    }
    arena_free(a);
    dictionary_free(d);
}

static void value_maps(void **state)
{
    (void)state;
    CHECK("sex,Feminine=F;Masculine=M;0=;*=NC,,,,,", {"feminine", "F"}, {"MASCULINE", "M"},
          {"0", ""}, {"x", "NC"}, {"F", "NC"});
    /* without a match: our own codes and missing codes, else V10; labels are not codes */
    CHECK("sex,1=F;2=M,,,,,", {"1", "F"}, {"M", "M"}, {"m", "M"}, {"U", "U"}, {"Female", "V10"},
          {"3", "V10"});
    CHECK("citizenship,0=U;XX=,,,,,", {"0", "U"}, {"XX", ""}, {"RO MD", "MD RO"},
          {"Romania", "V10"}, {"RO QQ", "V10"});
    /* the first match counts, whichever part it stands in */
    CHECK("citizenship,ROU=MD|@CL_COUNTRY.alpha3,,,,,", {"ROU", "MD"}, {"PRT", "PT"});
    CHECK("citizenship,@CL_COUNTRY.alpha3|ROU=MD;ZZZ=U,,,,,", {"ROU", "RO"}, {"zzz", "U"});
    CHECK("sex,a=F;a=M;*=U;*=NC,,,,,", {"a", "F"}, {"q", "U"});
    /* numbers and texts that the map does not know are read as they are */
    CHECK("age_at_registration,-99=U;unknown=U,,,,,", {"-99", "U"}, {"99", "99"}, {"Unknown", "U"},
          {"x", "V02"});
    /* signs count, capitals, accents and the width of blanks do not */
    CHECK("age_basis,<18=presumed_child;>18=NC;18+=U;n\xC3\xA3o  sei=RF,,,,,",
          {"<18", "presumed_child"}, {">18", "NC"}, {"18+", "U"}, {"18", "V10"},
          {"N\xC3\x83O SEI", "RF"}, {"nao sei", "RF"}, {"naosei", "V10"});
    CHECK("sex,a\\;b=F;c\\=d=M;e\\|f=U,,,,,", {"a;b", "F"}, {"c=d", "M"}, {"e|f", "U"});
    CHECK("sex,+=F;-=M;\xE2\x80\x93=U,,,,,", {"+", "F"}, {"-", "M"}, {"\xE2\x80\x93", "U"});
}

/* ---- 3 dates ---- */

static void dates_are_asked_about_where_they_can_be_read_in_two_ways(void **state)
{
    (void)state;
    CHECK("birth_date,,,,,,", {"1990-04-03", "1990-04-03"}, {"1990-04", "1990-04"},
          {"1990", "1990"}, {"25/04/1990", "1990-04-25"}, {"04/25/1990", "1990-04-25"},
          {"3.4.1990", "1990-04-03"}, {"3/4/1990", "V14 1990-04-03"},
          {"3-4-1990", "V14 1990-04-03"}, {"3/4/1990 10:30", "V14 1990-04-03"},
          {"4/4/1990", "1990-04-04"}, {"31.2.1990", "V02"}, {"1990-02-31", "V02"},
          {"31/04/1990", "V02"}, {"April 1990", "V02"}, {"04/1990", "1990-04"}, {"3/4/90", "V02"},
          {"33086", "V02"}, {"1990-04-03T10:30:00", "1990-04-03"});
    CHECK("birth_date,,dd/mm/yyyy,,,,", {"3/4/1990", "1990-04-03"}, {"1990-04-03", "1990-04-03"},
          {"04/25/1990", "V02"});
    CHECK("birth_date,,mm/dd/yyyy,,,,", {"3/4/1990", "1990-03-04"}, {"25/04/1990", "V02"});
    /* 2020-01-01 is day 43831 of the 1900 system */
    CHECK("birth_date,,excel,,,,", {"43831", "2020-01-01"}, {"43831.75", "2020-01-01"},
          {"2020-01-01", "2020-01-01"});
    CHECK("birth_date,1/1/1900=U,dd/mm/yyyy,,,,", {"1/1/1900", "U"}, {"2/1/1900", "1900-01-02"});

    struct bench b;
    bench_open(&b, "birth_date,,,,,,", false, DATE_MDY); /* who imports has said so */
    assert_string_equal(read_as_text(&b, "3/4/1990"), "1990-03-04");
    assert_string_equal(read_as_text(&b, "1990-04-03"), "1990-04-03");
    assert_string_equal(read_as_text(&b, "25/4/1990"), "V02");
    bench_close(&b);
}

/* ---- 4 memory ---- */

/* Thousands of texts, many of which fall into the same slot, and of lengths around the word's: a
 * reader that remembers says what one that sees each for the first time says. */
static void what_is_remembered_is_what_was_read(void **state)
{
    (void)state;
    struct bench b;
    struct cell_options o = {.order = DATE_ISO, .ask = true, .today = data_today()};
    bench_open(&b, "citizenship,@CL_COUNTRY.alpha3|none=U,,;,,,", true, DATE_ISO);
    const struct codelist *l = dictionary_list(data_dictionary(), TEXT("CL_COUNTRY"));
    struct random r;
    random_init(&r, 7);
    for (int i = 0; i < 20000; i++) {
        struct arena_mark mark = arena_mark(b.a);
        char text[80];
        size_t n = 0, words = 1 + random_below(&r, 9);
        for (size_t w = 0; w < words; w++)
            n += (size_t)
                snprintf(text + n, sizeof text - n, "%s%s", w > 0 ? " " : "",
                         random_below(&r, 50) == 0
                             ? "QQ"
                             : l->code[random_below(&r, w == 0 ? 300 % l->n_code : 9)].name);
        struct reading first, again, fresh;
        struct cell_reader *one = cell_reader_new(data_dictionary(), &b.m.target[0], &o);
        cell_read(&first, b.r, (struct text){text, n}, b.a);
        cell_read(&again, b.r, (struct text){text, n}, b.a);
        cell_read(&fresh, one, (struct text){text, n}, b.a);
        assert_int_equal(first.wrong, fresh.wrong);
        assert_int_equal(again.wrong, fresh.wrong);
        if (fresh.wrong) assert_int_equal(again.rule, fresh.rule);
        assert_true(value_equal(&first.value, &fresh.value) &&
                    value_equal(&again.value, &fresh.value));
        cell_reader_free(one);
        arena_rewind(b.a, mark);
    }
    bench_close(&b);
    cell_reader_free(NULL);
}

/* ---- 5 splitting ---- */

static void check_split(const char *row, const char *cell, bool keep_blank, const char *expected)
{
    struct bench b;
    struct text part[4];
    bool more;
    struct buf out;
    bench_open(&b, row, true, DATE_ISO);
    buf_init(&out, 1000);
    size_t n = cell_split(b.r, text_of(cell), part, 4, keep_blank, &more, b.a);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&out, i > 0 ? "|" : "");
        buf_put_text(&out, part[i]);
    }
    if (more) buf_puts(&out, "...");
    assert_string_equal(out.n == 0 ? "" : out.p, expected);
    buf_release(&out);
    bench_close(&b);
}

static void cells_of_several_values(void **state)
{
    (void)state;
    check_split("sex,,,,,,", "a;b c", false, "a;b c");
    check_split("sex,,,;,,,", "a; b c;;d ", false, "a|b c|d");
    check_split("sex,,,;,,,", "", false, "");
    check_split("sex,,,/,,,", "a/b;c", false, "a|b;c");
    check_split("sex,,,tab,,,", "a\tb", false, "a|b");
    check_split("sex,,,;,,,", "a;b;c;d;", false, "a|b|c|d");
    check_split("sex,,,;,,,", "a;b;c;d;e", false, "a|b|c|d...");
    check_split("citizenship,,,,,,", "RO;MD", false, "RO;MD"); /* value_read() splits it */
    check_split("citizenship,Rumania=RO;Romania\\;EU=RO,,,,,", "Rumania;MD", false, "Rumania|MD");
    check_split("citizenship,Rumania=RO;Romania\\;EU=RO,,,,,", "Romania;EU", false, "Romania;EU");
    check_split("exploitation_form,,,,yes,,", "E110;;E210", true, "E110||E210");
    check_split("exploitation_form,,,,yes,,", "E110 E210", true, "E110|E210");
    check_split("exploitation_form,,,,yes,,", "Forced begging", true, "Forced begging");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_and_protection),
        cmocka_unit_test(control_characters_wherever_they_stand),
        cmocka_unit_test(codes_labels_and_missing_values),
        cmocka_unit_test(retired_codes),
        cmocka_unit_test(value_maps),
        cmocka_unit_test(dates_are_asked_about_where_they_can_be_read_in_two_ways),
        cmocka_unit_test(what_is_remembered_is_what_was_read),
        cmocka_unit_test(cells_of_several_values),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    data_release();
    return failed;
}
