/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/csv.c, csv_guess.c and csv_write.c
 *  1 records, fields, quotes, line ends, line numbers     2 separators and the "sep=" line
 *  3 encodings: marks, UTF-16, words of four languages    4 bad input: NUL, encoding, quotes
 *  5 limits: field, columns, line, rows; great lines      6 the window's edge
 *  7 writing: styles, formulas (S65), round trips          8 memory, files, names
 */
#include "harness.h"

#include "base/csv.h"
#include "base/csv_guess.h"
#include "base/mem.h"
#include "base/unicode.h"

#include <sys/resource.h>
#include <unistd.h>

/* Read everything; fields as "a|b|c" with <> around, rows behind "line:row ", ended by \n. */
static char *listing(struct text bytes, const struct csv_options *o, struct err *e)
{
    struct buf b;
    buf_init(&b, 64 * 1024 * 1024);
    struct csv_reader *r = NULL;
    bool found = true;
    if (csv_open_memory(&r, bytes, o, e)) {
        struct csv_row row;
        while (csv_next(r, &row, &found, e) && found) {
            buf_printf(&b, "%d:%d ", (int)row.line, (int)row.row);
            for (size_t i = 0; i < row.n_field; i++) {
                buf_putc(&b, '<');
                buf_put_text(&b, row.field[i]);
                buf_putc(&b, '>');
            }
            buf_putc(&b, '\n');
        }
    }
    csv_close(r);
    char *copy = mem_text(buf_text(&b).p, b.n);
    buf_release(&b);
    return copy;
}

static void check_listing(struct text bytes, const struct csv_options *o, const char *want)
{
    struct err e = { 0 };
    char *got = listing(bytes, o, &e);
    assert_int_equal(e.code, ERR_NONE);
    assert_string_equal(got, want);
    mem_free(got);
}

/* Fails with this id, after giving `want`; the message holds `says`. */
static void check_failure(struct text bytes, const struct csv_options *o, const char *want,
                          const char *id, const char *says)
{
    struct err e = { 0 };
    char *got = listing(bytes, o, &e);
    assert_int_not_equal(e.code, ERR_NONE);
    assert_string_equal(e.id, id);
    if (strstr(e.msg, says) == NULL) fail_msg("'%s' does not say '%s'", e.msg, says);
    assert_true(e.remedy[0] != '\0');
    assert_string_equal(got, want);
    mem_free(got);
}

static const struct csv_options COMMA = { .encoding = CSV_UTF8, .separator = ',' };

/* ---- 1 ---- */

static void records_and_line_ends(void **state)
{
    (void)state;
    check_listing(TEXT("a,b\n1,2\n"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n");
    check_listing(TEXT("a,b\r\n1,2\r\n"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n");
    check_listing(TEXT("a,b\r1,2\r"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n");
    check_listing(TEXT("a,b\n1,2"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n"); /* no end at the end */
    check_listing(TEXT(""), &COMMA, "");
    check_listing(TEXT("\n\n\r\n"), &COMMA, "");
    check_listing(TEXT("a"), &COMMA, "1:1 <a>\n");
    check_listing(TEXT(","), &COMMA, "1:1 <><>\n");
    check_listing(TEXT("a,,\n,,c\n"), &COMMA, "1:1 <a><><>\n2:2 <><><c>\n");
    check_listing(TEXT("a,b,c\n1\n1,2,3,4\n"), &COMMA, "1:1 <a><b><c>\n2:2 <1>\n3:3 <1><2><3><4>\n");
    check_listing(TEXT(" a , b \n"), &COMMA, "1:1 < a >< b >\n"); /* blanks are data */
}

static void blank_rows_are_skipped_but_counted_as_lines(void **state)
{
    (void)state;
    check_listing(TEXT("\r\na\r\n\r\n\n\rb\n"), &COMMA, "2:1 <a>\n6:2 <b>\n");
    check_listing(TEXT("a\n\"\"\nb\n"), &COMMA, "1:1 <a>\n2:2 <>\n3:3 <b>\n"); /* not blank */
    check_listing(TEXT("a\n \nb\n"), &COMMA, "1:1 <a>\n2:2 < >\n3:3 <b>\n");
}

static void quotes(void **state)
{
    (void)state;
    check_listing(TEXT("\"a,b\",\"c\"\"d\",\"\"\n"), &COMMA, "1:1 <a,b><c\"d><>\n");
    check_listing(TEXT("\"\"\"\"\n"), &COMMA, "1:1 <\">\n");
    check_listing(TEXT("\"\"\"a\"\"b\"\"\",x\n"), &COMMA, "1:1 <\"a\"b\"><x>\n");
    check_listing(TEXT("\"a\"\"b\",\"c\"\"d\"\"e\"\n\"f\"\"\"\n"), &COMMA,
                  "1:1 <a\"b><c\"d\"e>\n2:2 <f\">\n");
    check_listing(TEXT("5\" pipe,a\"b\n"), &COMMA, "1:1 <5\" pipe><a\"b>\n"); /* not at the begin */
    check_listing(TEXT(" \"a\"\n"), &COMMA, "1:1 < \"a\">\n");
    check_listing(TEXT("x,\"end\""), &COMMA, "1:1 <x><end>\n");
    /* physical lines within quotes count: CR LF and lone CR or LF are one each */
    check_listing(TEXT("\"1\r\n2\n3\r4\",b\nc\n"), &COMMA, "1:1 <1\r\n2\n3\r4><b>\n5:2 <c>\n");
}

/* ---- 2 ---- */

static char separator_of(const char *s)
{
    struct csv_reader *r = NULL;
    struct err e = { 0 };
    assert_true(csv_open_memory(&r, text_of(s), NULL, &e));
    char c = csv_separator(r);
    csv_close(r);
    return c;
}

static void separators_are_guessed(void **state)
{
    (void)state;
    assert_int_equal(separator_of("a,b,c\n1,2,3\n"), ',');
    assert_int_equal(separator_of("a;b;c\n1;2;3\n"), ';');
    assert_int_equal(separator_of("a\tb\tc\n1\t2\t3\n"), '\t');
    assert_int_equal(separator_of("a|b|c\n1|2|3\n"), '|');
    assert_int_equal(separator_of("one column\nx\n"), ',');
    assert_int_equal(separator_of(""), ',');
    /* decimal commas, and more of them than separators */
    assert_int_equal(separator_of("a;b;c\n1,5;2,5;3,5\n1,25;2,0;3,0\n"), ';');
    /* separators within quotes do not count */
    assert_int_equal(separator_of("name;note\n\"a,b,c,d,e\";\"f,g,h\"\n\"a,b,c,d,e\";x\n"), ';');
    assert_int_equal(separator_of("\"a;b;c\",d\n\"e;f;g\",\"say \"\"x;y\"\"\"\n"), ',');
    /* a header that holds the other one now and then */
    assert_int_equal(separator_of("Nome;Data, hora;Sexo\nx;1;M\ny;2;F\n"), ';');
    /* blank lines before */
    assert_int_equal(separator_of("\r\n\r\na;b\r\n1;2\r\n"), ';');
}

static void sep_line_is_honoured(void **state)
{
    (void)state;
    check_listing(TEXT("sep=;\r\na;b,c\r\n"), NULL, "2:1 <a><b,c>\n");
    check_listing(TEXT("SEP=^\na^b,c,d\n1,2^3,4\n"), NULL, "2:1 <a><b,c,d>\n3:2 <1,2><3,4>\n");
    check_listing(TEXT("sep=\t\na\tb\n"), NULL, "2:1 <a><b>\n");
    check_listing(TEXT("sep=;"), NULL, "");
    /* the option wins, and the line is still no record */
    check_listing(TEXT("sep=;\na;b,c\n"), &COMMA, "2:1 <a;b><c>\n");
    /* these are ordinary records */
    check_listing(TEXT("sep=;;\na\n"), &(struct csv_options){ .separator = ',' },
                  "1:1 <sep=;;>\n2:2 <a>\n");
    check_listing(TEXT("sep=a\n"), &COMMA, "1:1 <sep=a>\n");
    check_listing(TEXT("\xEF\xBB\xBFsep=;\na;b\n"), NULL, "2:1 <a><b>\n"); /* behind a mark */
}

/* ---- 3 ---- */

static void encode(struct buf *out, const char *utf8, enum csv_encoding enc);

static void check_encoding(const char *utf8, enum csv_encoding enc)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    encode(&b, utf8, enc);
    struct csv_reader *r = NULL;
    struct err e = { 0 };
    assert_true(csv_open_memory(&r, buf_text(&b), NULL, &e));
    if (csv_encoding(r) != enc)
        fail_msg("'%s' in %s taken for %s", utf8, csv_encoding_name(enc),
                 csv_encoding_name(csv_encoding(r)));
    struct csv_row row;
    bool found;
    assert_true(csv_next(r, &row, &found, &e));
    assert_true(found && row.n_field == 1);
    assert_int_equal(row.field[0].n, strlen(utf8));
    assert_memory_equal(row.field[0].p, utf8, row.field[0].n);
    csv_close(r);
    buf_release(&b);
}

/* The reverse of the reader's conversion, by trying all bytes (or directly for UTF-16). */
static void encode(struct buf *out, const char *utf8, enum csv_encoding enc)
{
    char map[256][5] = { { 0 } };
    struct err e;
    for (unsigned b = 1; b < 256 && enc >= CSV_WINDOWS1250; b++) {
        struct unicode_converter *c;
        struct buf one;
        buf_init(&one, 16);
        char byte = (char)b;
        assert_true(unicode_converter_new(&c, csv_encoding_name(enc), &e));
        if (unicode_convert(c, (struct text){ &byte, 1 }, true, &one, &e))
            memcpy(map[b], one.p, one.n);
        unicode_converter_free(c);
        buf_release(&one);
    }
    for (const char *p = utf8; *p != '\0';) {
        size_t n = (unsigned char)*p < 0x80 ? 1 : (unsigned char)*p < 0xE0 ? 2 : 3;
        if (enc == CSV_UTF16LE || enc == CSV_UTF16BE) {
            unsigned cp = (unsigned char)p[0];
            if (n == 2) cp = (cp & 0x1F) << 6 | ((unsigned char)p[1] & 0x3F);
            if (n == 3) cp = (cp & 0x0F) << 12 | ((unsigned char)p[1] & 0x3Fu) << 6 |
                             ((unsigned char)p[2] & 0x3F);
            buf_put_u8(out, (uint8_t)(enc == CSV_UTF16LE ? cp & 255 : cp >> 8));
            buf_put_u8(out, (uint8_t)(enc == CSV_UTF16LE ? cp >> 8 : cp & 255));
        } else if (enc == CSV_UTF8) {
            buf_put(out, p, n);
        } else {
            unsigned b = 1;
            while (b < 256 && !(strlen(map[b]) == n && memcmp(map[b], p, n) == 0)) b++;
            if (b == 256) fail_msg("no byte for '%.*s' in %s", (int)n, p, csv_encoding_name(enc));
            buf_put_u8(out, (uint8_t)b);
        }
        p += n;
    }
}

/* Ordinary words of the field, as a police form would have them. */
static const char *const portuguese[] = {
    "Exploração sexual; nacionalidade portuguesa; situação de vulnerabilidade; não consentiu",
    "Vítima de tráfico de seres humanos para fins de exploração laboral",
    "São João da Madeira; Évora; Bragança; Guimarães; Setúbal; Açores",
    "Género; Região; Município; Órgão de polícia criminal; Comunicação à 2.ª secção, 1.º juízo",
    "irmã, avó, mãe; três crianças; alojamento de emergência; proteção e assistência à vítima",
};
static const char *const czech[] = {
    "Obchodování s lidmi; vykořisťování; nucená práce; oběť; státní příslušnost česká",
    "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Plzeň; Ústí nad Labem; Hradec Králové; České Budějovice; Přerov; Šumperk; Žďár nad Sázavou",
    "žena; muž; dítě; věk při zjištění; způsob získání oběti; dlužní otroctví; podvod",
};
static const char *const polish[] = {
    "Handel ludźmi; wykorzystywanie seksualne; praca przymusowa; pokrzywdzony; obywatelstwo polskie",
    "Zażółć gęślą jaźń",
    "Łódź; Kraków; Gdańsk; Świętokrzyskie; Białystok; Rzeszów; Częstochowa; Poznań",
    "płeć żeńska; małoletni; podróż; odzież; przemoc fizyczna; groźba; wstępna identyfikacja; źródło",
};
static const char *const slovak[] = {
    "Obchodovanie s ľuďmi; obeť; nútená práca; štátna príslušnosť slovenská; žobranie",
    "Kŕdeľ šťastných ďatľov učí pri ústí Váhu mĺkveho koňa obhrýzať kôru",
    "Košice; Žilina; Banská Bystrica; Prešov; Trenčín; Nové Zámky; Liptovský Mikuláš; Ľubovňa",
    "žena; muž; dieťa; vek; spôsob získania; dĺžka vykorisťovania; päť mesiacov; pôvod",
};

static void encodings_are_guessed_from_words_of_four_languages(void **state)
{
    (void)state;
    static const struct {
        const char *const *word;
        size_t n;
        enum csv_encoding enc[3];
    } all[] = {
        { portuguese, 5, { CSV_UTF8, CSV_WINDOWS1252, CSV_UTF16LE } },
        { czech, 4, { CSV_UTF8, CSV_WINDOWS1250, CSV_ISO8859_2 } },
        { polish, 4, { CSV_UTF16BE, CSV_WINDOWS1250, CSV_ISO8859_2 } },
        { slovak, 4, { CSV_UTF16LE, CSV_WINDOWS1250, CSV_ISO8859_2 } },
    };
    for (size_t l = 0; l < 4; l++)
        for (size_t i = 0; i < all[l].n; i++)
            for (size_t k = 0; k < 3; k++) {
                char one[512]; /* without separators, so that the text is one field */
                snprintf(one, sizeof one, "%s", all[l].word[i]);
                for (char *p = one; *p != '\0'; p++)
                    if (*p == ';' || *p == ',') *p = ' ';
                check_encoding(one, all[l].enc[k]);
            }
}

static void single_words_are_guessed(void **state)
{
    (void)state;
    /* One word each, where it has a letter that only its language explains. */
    check_encoding("exploração", CSV_WINDOWS1252);
    check_encoding("irmãos", CSV_WINDOWS1252);
    check_encoding("vykořisťování", CSV_WINDOWS1250);
    check_encoding("vykořisťování", CSV_ISO8859_2);
    check_encoding("źródło", CSV_WINDOWS1250);
    check_encoding("źródło", CSV_ISO8859_2);
    check_encoding("obeť", CSV_WINDOWS1250);
    check_encoding("obeť", CSV_ISO8859_2);
    check_encoding("„žena“ – 20 €", CSV_WINDOWS1250);
}

static void marks_choose_and_are_dropped(void **state)
{
    (void)state;
    check_listing(TEXT("\xEF\xBB\xBF" "a,b\n"), NULL, "1:1 <a><b>\n");
    check_listing((struct text){ "\xFF\xFE" "a\0,\0b\0\n\0", 10 }, NULL, "1:1 <a><b>\n");
    check_listing((struct text){ "\xFE\xFF" "\0a\0,\0b\0\n", 10 }, NULL, "1:1 <a><b>\n");
    check_listing((struct text){ "\xFF\xFE", 2 }, NULL, "");
    check_listing(TEXT("\xEF\xBB\xBF"), NULL, "");
    /* only the first one is a mark; later it is a character, returned unchanged (S63) */
    check_listing(TEXT("\xEF\xBB\xBF\xEF\xBB\xBF" "a\n"), NULL, "1:1 <\xEF\xBB\xBF" "a>\n");
    /* a pair of UTF-16: U+1F642 */
    check_listing((struct text){ "\xFF\xFE\x3D\xD8\x42\xDE\n\0", 8 }, NULL, "1:1 <\xF0\x9F\x99\x82>\n");
}

static void the_option_decides_over_the_guess(void **state)
{
    (void)state;
    struct csv_options o = { .encoding = CSV_WINDOWS1250, .separator = ',' };
    check_listing(TEXT("\xE8,\x9A\n"), &o, "1:1 <č><š>\n");
    o.encoding = CSV_WINDOWS1252;
    check_listing(TEXT("\xE8,\x9A\n"), &o, "1:1 <è><š>\n");
    o.encoding = CSV_ISO8859_2;
    check_listing(TEXT("\xE8,\xB9\n"), &o, "1:1 <č><š>\n");
    o.encoding = CSV_ENCODING_COUNT;
    struct csv_reader *r;
    struct err e;
    assert_false(csv_open_memory(&r, TEXT("a"), &o, &e));
    assert_string_equal(e.id, "csv.options");
    o = (struct csv_options){ .separator = '"' };
    assert_false(csv_open_memory(&r, TEXT("a"), &o, &e));
    assert_string_equal(e.id, "csv.options");
}

/* ---- 4 ---- */

static void nul_is_refused(void **state) /* S63 */
{
    (void)state;
    struct text t = { "a,b\n1,2\n3,\0004\n", 14 };
    check_failure(t, &COMMA, "1:1 <a><b>\n2:2 <1><2>\n", "csv.nul", "line 3 ");
    check_failure((struct text){ "\0", 1 }, &COMMA, "", "csv.nul", "line 1 ");
    check_failure((struct text){ "a\n\"x\ny\0\"\n", 9 }, &COMMA, "1:1 <a>\n", "csv.nul", "line 3 ");
    check_failure((struct text){ "\xFF\xFE" "a\0\n\0\0\0b\0", 10 }, NULL, "1:1 <a>\n", "csv.nul",
                  "line 2 ");
}

static void bad_bytes_are_refused_with_their_line(void **state) /* S63 */
{
    (void)state;
    static const char *const bad[] = {
        "\x80", "\xC0\x80", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80",
        "\xF0\x80\x80\x80", "\xE2\x82", "\xF4\x90\x80\x80", "\xFF",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char t[64];
        snprintf(t, sizeof t, "ok,é\nx,%s", bad[i]); /* at the very end */
        check_failure(text_of(t), &COMMA, "1:1 <ok><é>\n", "csv.encoding", "line 2 ");
        snprintf(t, sizeof t, "ok,é\n\"x\n%s\",2\n3\n", bad[i]);
        check_failure(text_of(t), &COMMA, "1:1 <ok><é>\n", "csv.encoding", "line 3 ");
    }
    struct csv_options o = { .encoding = CSV_WINDOWS1252, .separator = ',' };
    check_failure(TEXT("a\n\xE9\nb\x81\n"), &o, "1:1 <a>\n2:2 <é>\n", "csv.encoding", "line 3 ");
    /* UTF-16: half a pair, half a unit */
    check_failure((struct text){ "\xFF\xFE" "a\0\n\0\x3D\xD8x\0", 10 }, NULL, "1:1 <a>\n",
                  "csv.encoding", "line 2 ");
    check_failure((struct text){ "\xFF\xFE" "a\0\n\0b", 7 }, NULL, "1:1 <a>\n", "csv.encoding",
                  "line 2 ");
}

static void broken_quotes_name_the_line_of_the_opening(void **state)
{
    (void)state;
    check_failure(TEXT("a\nb,\"c\nd\ne\n"), &COMMA, "1:1 <a>\n", "csv.quote", "line 2 ");
    check_failure(TEXT("a\n\"x\ny\",\"c\nd"), &COMMA, "1:1 <a>\n", "csv.quote", "line 3 ");
    check_failure(TEXT("\""), &COMMA, "", "csv.quote", "line 1 ");
    check_failure(TEXT("\"\"\""), &COMMA, "", "csv.quote", "line 1 ");
    check_failure(TEXT("a\n\"b\"c,d\n"), &COMMA, "1:1 <a>\n", "csv.quote", "line 2");
    check_failure(TEXT("\"b\" ,d\n"), &COMMA, "", "csv.quote", "line 1");
    check_failure(TEXT("\"b\n\"x"), &COMMA, "", "csv.quote", "line 2");
}

static void a_failure_stays(void **state)
{
    (void)state;
    struct csv_reader *r;
    struct csv_row row;
    struct err e, again;
    bool found;
    assert_true(csv_open_memory(&r, TEXT("\"a\"b\nc\n"), &COMMA, &e));
    assert_false(csv_next(r, &row, &found, &e));
    assert_false(csv_next(r, &row, &found, &again));
    assert_false(found);
    assert_string_equal(again.id, "csv.quote");
    assert_string_equal(again.msg, e.msg);
    csv_close(r);
}

static void messages_hold_no_content(void **state) /* S15: an error may be logged */
{
    (void)state;
    struct err e;
    static const char *const broken[] = { "Canary-Name\n\"Canary-Name\"Canary-Name\n",
                                          "\"Canary-Name", "Canary-Name\n\xFF Canary-Name" };
    for (size_t i = 0; i < 3; i++) {
        char *got = listing(text_of(broken[i]), &COMMA, &e);
        assert_null(strstr(e.msg, "anary"));
        mem_free(got);
    }
}

/* ---- 5 ---- */

static struct text repeat(struct buf *b, const char *s, size_t times)
{
    buf_init(b, 256 * 1024 * 1024);
    for (size_t i = 0; i < times; i++) buf_puts(b, s);
    return buf_text(b);
}

static void fields_to_the_limit_and_one_more(void **state) /* S70 */
{
    (void)state;
    struct buf b;
    struct err e = { 0 };
    for (int quoted = 0; quoted < 3; quoted++) /* plain, quoted, quoted with a doubled quote */
        for (size_t over = 0; over < 2; over++) {
            buf_init(&b, 1 << 20);
            buf_puts(&b, "x\n1,");
            if (quoted) buf_putc(&b, '"');
            if (quoted == 2) buf_puts(&b, "\"\"");
            size_t n = CSV_FIELD_MAX + over - (quoted == 2 ? 1 : 0);
            for (size_t i = 0; i < n; i++) buf_putc(&b, 'y');
            if (quoted) buf_putc(&b, '"');
            buf_puts(&b, "\nz\n");
            if (over) {
                check_failure(buf_text(&b), &COMMA, "1:1 <x>\n", "csv.field_too_long",
                              "field 2 of the record in line 2 ");
            } else {
                char *got = listing(buf_text(&b), &COMMA, &e);
                assert_int_equal(e.code, ERR_NONE);
                assert_int_equal(strlen(got), strlen("1:1 <x>\n2:2 <1><>\n3:3 <z>\n") + CSV_FIELD_MAX);
                mem_free(got);
            }
            buf_release(&b);
        }
}

static void columns_to_the_limit_and_one_more(void **state) /* S70 */
{
    (void)state;
    struct buf b;
    struct err e = { 0 };
    char *got = listing(repeat(&b, ",", CSV_COLUMN_MAX - 1), &COMMA, &e);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(strlen(got), 4 + 2 * CSV_COLUMN_MAX + 1);
    mem_free(got);
    buf_putc(&b, ',');
    check_failure(buf_text(&b), &COMMA, "", "csv.too_many_columns", "line 1 ");
    buf_release(&b);
}

/* 2,000 columns of 4,193 bytes and the separators: just at the limit of a line. */
static void lines_to_the_limit_and_one_more(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct buf b;
        buf_init(&b, CSV_LINE_MAX + 64);
        buf_puts(&b, "first\n");
        for (size_t i = 0; i < CSV_LINE_MAX + over; i++) buf_putc(&b, i % 4200 == 4199 ? ',' : 'a');
        buf_puts(&b, "\nlast\n");
        struct csv_reader *r;
        struct csv_row row;
        struct err e;
        bool found;
        assert_true(csv_open_memory(&r, buf_text(&b), &COMMA, &e));
        assert_true(csv_next(r, &row, &found, &e) && found);
        if (over == 0) {
            assert_true(csv_next(r, &row, &found, &e) && found);
            assert_int_equal(row.n_field, CSV_LINE_MAX / 4200 + 1);
            assert_true(csv_next(r, &row, &found, &e) && found);
            assert_true(text_is(row.field[0], "last") && row.line == 3);
        } else {
            assert_false(csv_next(r, &row, &found, &e));
            assert_string_equal(e.id, "csv.line_too_long");
            assert_non_null(strstr(e.msg, "line 2 "));
        }
        csv_close(r);
        buf_release(&b);
    }
}

static void rows_to_the_limit_and_one_more(void **state) /* S70 */
{
    (void)state;
    struct csv_options o = { .encoding = CSV_UTF8, .separator = ',', .row_max = 3 };
    check_listing(TEXT("a\n\nb\nc\n\n"), &o, "1:1 <a>\n3:2 <b>\n4:3 <c>\n");
    check_failure(TEXT("a\nb\nc\nd\n"), &o, "1:1 <a>\n2:2 <b>\n3:3 <c>\n", "csv.too_many_rows",
                  "line 4");
}

/* Hostile files of 100 MB in one line: refused at once, without holding them. S70, S75 */
static void great_lines_are_refused_quickly(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *piece, *id;
    } line[] = {
        { "a\n", "xxxxxxxx", "csv.field_too_long" },
        { "a\n\"", "xxxxxxxx", "csv.field_too_long" },
        { "a\n\"", "\"\"\"\"\"\"\"\"", "csv.field_too_long" },
        { "a\n", ",", "csv.too_many_columns" },
        { "a\n\"", "\n\n\n\n\n\n\n\n", "csv.field_too_long" },
    };
    for (size_t k = 0; k < sizeof line / sizeof line[0]; k++) {
        char *block = mem_new(1 << 20, 1);
        size_t n_piece = strlen(line[k].piece);
        for (size_t i = 0; i < 1 << 20; i += n_piece) memcpy(block + i, line[k].piece, n_piece);
        FILE *f = fopen("great.csv", "wb");
        assert_non_null(f);
        fputs(line[k].begin, f);
        for (int i = 0; i < 100; i++) assert_int_equal(fwrite(block, 1, 1 << 20, f), 1 << 20);
        assert_int_equal(fclose(f), 0);
        mem_free(block);

        double began = harness_seconds();
        struct csv_reader *r;
        struct csv_row row;
        struct err e;
        bool found;
        assert_true(csv_open(&r, "great.csv", &COMMA, &e));
        assert_true(csv_next(r, &row, &found, &e) && found);
        assert_false(csv_next(r, &row, &found, &e));
        assert_string_equal(e.id, line[k].id);
        assert_non_null(strstr(e.msg, "line 2 "));
        assert_true(csv_bytes_read(r) <= CSV_LINE_MAX * 2);
        csv_close(r);
        assert_true(harness_seconds() - began < (harness_sanitized() ? 5.0 : 1.0));
    }
    unlink("great.csv");
}

/* ---- 6 ---- */

/* The window is filled in blocks of 256 KiB: let every byte of a tricky piece fall on its edge. */
static void the_edge_of_a_block_changes_nothing(void **state)
{
    (void)state;
    static const char tail[] = "é,\"a\"\"b\r\nc\",\r\n\r\n€,\xF0\x9F\x99\x82,\"\"\"\"\r\nlast,1,2";
    for (size_t shift = 0; shift < sizeof tail + 4; shift++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        size_t n_line = 256 * 1024 - shift;
        while (b.n + 101 < n_line) {
            for (int i = 0; i < 49; i++) buf_puts(&b, i == 48 ? ",," : "x,");
            buf_puts(&b, "\n");
        }
        while (b.n + 1 < n_line) buf_putc(&b, 'p');
        buf_putc(&b, '\n');
        buf_puts(&b, tail);
        struct csv_reader *r;
        struct csv_row row;
        struct err e = { 0 };
        bool found;
        assert_true(csv_open_memory(&r, buf_text(&b), &COMMA, &e));
        uint64_t n_line_before = 0;
        do {
            n_line_before++;
            assert_true(csv_next(r, &row, &found, &e) && found);
        } while (row.field[0].p[0] == 'x' || row.field[0].p[0] == 'p');
        assert_int_equal(row.line, n_line_before);
        assert_int_equal(row.n_field, 3);
        assert_true(text_is(row.field[0], "é"));
        assert_true(text_is(row.field[1], "a\"b\r\nc"));
        assert_true(text_is(row.field[2], ""));
        assert_true(csv_next(r, &row, &found, &e) && found);
        assert_int_equal(row.line, n_line_before + 3);
        assert_true(text_is(row.field[0], "€"));
        assert_true(text_is(row.field[1], "\xF0\x9F\x99\x82"));
        assert_true(text_is(row.field[2], "\""));
        assert_true(csv_next(r, &row, &found, &e) && found);
        assert_true(text_is(row.field[2], "2"));
        assert_true(csv_next(r, &row, &found, &e) && !found);
        csv_close(r);
        buf_release(&b);
    }
}

/* ---- 7 ---- */

static void formulas_are_seen(void **state) /* S65 */
{
    (void)state;
    static const char *const yes[] = {
        "=1+1", "+1", "-1", "@SUM(A1)", "|x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "｜x",
        " =1", "   +1", "\xC2\xA0=1", "\xEF\xBB\xBF=1", "\xE2\x80\x8B=1", "\xE2\x80\xAE=1",
        "\xE3\x80\x80=1", "\xC2\xAD@x", "\x01=1", " \t",
    };
    static const char *const no[] = { "", " ", "a=1", "1-1", "'=1", "x", "é=1", "ª", "0", "\xE2\x80\x8B" };
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (!csv_is_formula(text_of(yes[i]))) fail_msg("not seen: '%s'", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (csv_is_formula(text_of(no[i]))) fail_msg("wrongly seen: '%s'", no[i]);
}

static void written(struct text field, char separator, enum csv_style style, const char *want)
{
    struct buf b;
    buf_init(&b, 1024);
    csv_put(&b, field, separator, style, true);
    assert_string_equal(b.p == NULL ? "" : b.p, want);
    buf_release(&b);
}

static void fields_are_written(void **state)
{
    (void)state;
    written(TEXT("a"), ',', CSV_MACHINE, "a");
    written(TEXT(""), ',', CSV_MACHINE, "");
    written(TEXT("a,b"), ',', CSV_MACHINE, "\"a,b\"");
    written(TEXT("a,b"), ';', CSV_MACHINE, "a,b");
    written(TEXT("a\"b"), ',', CSV_MACHINE, "\"a\"\"b\"");
    written(TEXT("a\nb"), ',', CSV_MACHINE, "\"a\nb\"");
    written(TEXT("=1"), ',', CSV_MACHINE, "=1");
    written(TEXT("sep=;"), ',', CSV_MACHINE, "\"sep=;\"");
    written(TEXT("a"), ',', CSV_SAFE, "\"a\"");
    written(TEXT(""), ',', CSV_SAFE, "\"\"");
    written(TEXT("=1"), ',', CSV_SAFE, "\"'=1\"");
    written(TEXT("\"=1"), ',', CSV_SAFE, "\"\"\"=1\"");
    written(TEXT("-"), ',', CSV_SAFE, "\"'-\"");

    struct buf b;
    buf_init(&b, 1024);
    csv_put(&b, TEXT("x"), ';', CSV_SAFE, true);
    csv_put_number(&b, TEXT("-5"), ';', false);
    csv_put_number(&b, TEXT("-5,5"), ';', false);
    csv_put_number(&b, TEXT("-5,5"), ',', false);
    csv_end_row(&b);
    csv_put(&b, TEXT(""), ',', CSV_MACHINE, true);
    csv_end_row(&b);
    assert_string_equal(b.p, "\"x\";-5;-5,5,\"-5,5\"\r\n\"\"\r\n");
    buf_release(&b);
}

static uint64_t dice(uint64_t *s) /* xorshift64 (Marsaglia 2003): the test's own, fixed */
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char *const piece[] = { "a", ",", ";", "\"", "\n", "\r\n", "\r", " ", "é", "\t", "|", "€",
                                         "text", "sep=", "\xEF\xBB\xBF", "'", "\xF0\x9F\x99\x82" };
    uint64_t seed = 2024;
    for (int round = 0; round < 300; round++) {
        char separator = ",;\t|"[dice(&seed) % 4];
        struct buf b, flat;
        buf_init(&b, 1 << 22);
        buf_init(&flat, 1 << 22);
        size_t n_row = 1 + dice(&seed) % 8, n_col = 1 + dice(&seed) % 6;
        for (size_t i = 0; i < n_row; i++) {
            for (size_t j = 0; j < n_col; j++) {
                char field[256];
                size_t n = 0, n_piece = dice(&seed) % 6;
                for (size_t k = 0; k < n_piece; k++) {
                    const char *s = piece[dice(&seed) % (sizeof piece / sizeof piece[0])];
                    memcpy(field + n, s, strlen(s));
                    n += strlen(s);
                }
                /* A mark at the very beginning of a file is dropped by every reader. */
                if (i == 0 && j == 0 && n > 0 && (unsigned char)field[0] == 0xEF) field[0] = 'q', n = 1;
                csv_put(&b, (struct text){ field, n }, separator, CSV_MACHINE, j == 0);
                buf_putc(&flat, '<');
                buf_put(&flat, field, n);
                buf_putc(&flat, '>');
            }
            csv_end_row(&b);
        }
        struct csv_options o = { .encoding = CSV_UTF8, .separator = separator };
        struct csv_reader *r;
        struct csv_row row;
        struct err e = { 0 };
        bool found;
        struct buf back;
        buf_init(&back, 1 << 22);
        size_t n_read = 0;
        assert_true(csv_open_memory(&r, buf_text(&b), &o, &e));
        while (csv_next(r, &row, &found, &e) && found) {
            n_read++;
            assert_int_equal(row.n_field, n_col);
            for (size_t j = 0; j < row.n_field; j++) {
                buf_putc(&back, '<');
                buf_put_text(&back, row.field[j]);
                buf_putc(&back, '>');
            }
        }
        assert_int_equal(e.code, ERR_NONE);
        assert_int_equal(n_read, n_row);
        assert_int_equal(back.n, flat.n);
        assert_memory_equal(back.p, flat.p, flat.n);
        csv_close(r);
        buf_release(&b);
        buf_release(&flat);
        buf_release(&back);
    }
}

/* ---- 8 ---- */

static void files_are_read_and_progress_told(void **state)
{
    (void)state;
    struct csv_reader *r;
    struct csv_row row;
    struct err e;
    bool found;
    harness_write_text("small.csv", "\xEF\xBB\xBF" "a;b\n1;2\n");
    assert_true(csv_open(&r, "small.csv", NULL, &e));
    assert_int_equal(csv_bytes_total(r), 11);
    uint64_t n = 0;
    while (csv_next(r, &row, &found, &e) && found) n++;
    assert_int_equal(n, 2);
    assert_int_equal(csv_bytes_read(r), 11);
    assert_int_equal(csv_separator(r), ';');
    csv_close(r);
    csv_close(NULL);

    assert_false(csv_open(&r, "absent.csv", NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.msg, "absent.csv"));
    assert_false(csv_open(&r, ".", NULL, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_null(r);
}

/* 200 MB through, and the process stays small. The sanitizers' memory says nothing. */
static void memory_does_not_grow_with_the_file(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    FILE *f = fopen("long.csv", "wb");
    assert_non_null(f);
    for (int i = 0; i < 2000000; i++)
        fputs("female,sexual_exploitation,2019-03-12,PT,\"a \"\"quoted\"\" text\",São João,x,y,z,0,1,2,3\n", f);
    assert_int_equal(fclose(f), 0);
    struct csv_reader *r;
    struct csv_row row;
    struct err e;
    bool found;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    assert_true(csv_open(&r, "long.csv", NULL, &e));
    uint64_t n = 0;
    while (csv_next(r, &row, &found, &e) && found) n++;
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(n, 2000000);
    csv_close(r);
    unlink("long.csv");
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024); /* KiB */
}

static void names_of_encodings(void **state)
{
    (void)state;
    enum csv_encoding enc;
    for (int i = 0; i < CSV_ENCODING_COUNT; i++) {
        assert_true(csv_encoding_find(&enc, text_of(csv_encoding_name((enum csv_encoding)i))));
        assert_int_equal(enc, i);
    }
    assert_true(csv_encoding_find(&enc, TEXT("UTF8")));
    assert_int_equal(enc, CSV_UTF8);
    assert_true(csv_encoding_find(&enc, TEXT("Windows-1250")));
    assert_int_equal(enc, CSV_WINDOWS1250);
    assert_false(csv_encoding_find(&enc, TEXT("ebcdic")));
    assert_string_equal(csv_encoding_name(CSV_ENCODING_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_line_ends),
        cmocka_unit_test(blank_rows_are_skipped_but_counted_as_lines),
        cmocka_unit_test(quotes),
        cmocka_unit_test(separators_are_guessed),
        cmocka_unit_test(sep_line_is_honoured),
        cmocka_unit_test(encodings_are_guessed_from_words_of_four_languages),
        cmocka_unit_test(single_words_are_guessed),
        cmocka_unit_test(marks_choose_and_are_dropped),
        cmocka_unit_test(the_option_decides_over_the_guess),
        cmocka_unit_test(nul_is_refused),
        cmocka_unit_test(bad_bytes_are_refused_with_their_line),
        cmocka_unit_test(broken_quotes_name_the_line_of_the_opening),
        cmocka_unit_test(a_failure_stays),
        cmocka_unit_test(messages_hold_no_content),
        cmocka_unit_test(fields_to_the_limit_and_one_more),
        cmocka_unit_test(columns_to_the_limit_and_one_more),
        cmocka_unit_test(lines_to_the_limit_and_one_more),
        cmocka_unit_test(rows_to_the_limit_and_one_more),
        cmocka_unit_test(great_lines_are_refused_quickly),
        cmocka_unit_test(the_edge_of_a_block_changes_nothing),
        cmocka_unit_test(formulas_are_seen),
        cmocka_unit_test(fields_are_written),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(files_are_read_and_progress_told),
        cmocka_unit_test(memory_does_not_grow_with_the_file),
        cmocka_unit_test(names_of_encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
