/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/csv_guess.c
 *  1 separators     2 encodings: words of four languages in each encoding, single words, cut
 *  samples */
#include "harness.h"

#include "base/csv_guess.h"
#include "base/unicode.h"

static char separator_of(const char *s)
{
    struct csv_reader *r = NULL;
    struct err e = {0};
    assert_true(csv_open_memory(&r, text_of(s), NULL, &e));
    char c = csv_separator(r);
    csv_close(r);
    return c;
}

static void encode(struct buf *out, const char *utf8, enum csv_encoding enc);

static void check_encoding(const char *utf8, enum csv_encoding enc)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    encode(&b, utf8, enc);
    struct csv_reader *r = NULL;
    struct err e = {0};
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
    char map[256][5] = {{0}};
    struct err e;
    for (unsigned b = 1; b < 256 && enc >= CSV_WINDOWS1250; b++) {
        struct unicode_converter *c;
        struct buf one;
        buf_init(&one, 16);
        char byte = (char)b;
        assert_true(unicode_converter_new(&c, csv_encoding_name(enc), &e));
        if (unicode_convert(c, (struct text){&byte, 1}, true, &one, &e))
            memcpy(map[b], one.p, one.n);
        unicode_converter_free(c);
        buf_release(&one);
    }
    for (const char *p = utf8; *p != '\0';) {
        size_t n = (unsigned char)*p < 0x80 ? 1 : (unsigned char)*p < 0xE0 ? 2 : 3;
        if (enc == CSV_UTF16LE || enc == CSV_UTF16BE) {
            unsigned cp = (unsigned char)p[0];
            if (n == 2) cp = (cp & 0x1F) << 6 | ((unsigned char)p[1] & 0x3F);
            if (n == 3)
                cp = (cp & 0x0F) << 12 | ((unsigned char)p[1] & 0x3Fu) << 6 |
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

static void encodings_are_guessed_from_words_of_four_languages(void **state)
{
    (void)state;
    static const struct {
        const char *const *word;
        size_t n;
        enum csv_encoding enc[3];
    } all[] = {
        {portuguese, 5, {CSV_UTF8, CSV_WINDOWS1252, CSV_UTF16LE}},
        {czech, 4, {CSV_UTF8, CSV_WINDOWS1250, CSV_ISO8859_2}},
        {polish, 4, {CSV_UTF16BE, CSV_WINDOWS1250, CSV_ISO8859_2}},
        {slovak, 4, {CSV_UTF16LE, CSV_WINDOWS1250, CSV_ISO8859_2}},
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

/* The sample is the beginning of a file, cut anywhere, also within a character. */
static void samples_cut_anywhere(void **state)
{
    (void)state;
    static const char text[] = "n,\xC3\xA9\n1,\xE2\x82\xAC\n2,\xF0\x9F\x99\x82\n3,\xC5\xA1";
    for (size_t n = 0; n < sizeof text; n++)
        assert_int_equal(csv_guess_encoding((struct text){text, n}, false), CSV_UTF8);
    /* the same cut is a fault where the file ends there */
    assert_int_equal(csv_guess_encoding(TEXT("n,\xC3"), true), CSV_WINDOWS1252);
    /* and a sequence that no further byte can mend is one anywhere */
    assert_int_equal(csv_guess_encoding(TEXT("n\xE3o"), false), CSV_WINDOWS1252);
    /* ASCII alone, NUL or not, is UTF-8: the reader will tell the line of the NUL */
    assert_int_equal(csv_guess_encoding(TEXT("plain"), true), CSV_UTF8);
    assert_int_equal(csv_guess_encoding(TEXT(""), true), CSV_UTF8);
    /* a separator's guess ignores the record that the sample cuts */
    assert_int_equal(csv_guess_separator(TEXT("a;b\n1;2\n3,4,5,6,7"), false), ';');
}

static void lengths_of_marks(void **state)
{
    (void)state;
    assert_int_equal(csv_mark_length(TEXT("\xEF\xBB\xBFx"), CSV_UTF8), 3);
    assert_int_equal(csv_mark_length(TEXT("\xEF\xBB"), CSV_UTF8), 0);
    assert_int_equal(csv_mark_length(TEXT("\xFF\xFEx"), CSV_UTF16LE), 2);
    assert_int_equal(csv_mark_length(TEXT("\xFE\xFFx"), CSV_UTF16BE), 2);
    assert_int_equal(csv_mark_length(TEXT("\xFE\xFFx"), CSV_UTF16LE), 0);
    assert_int_equal(csv_mark_length(TEXT("\xEF\xBB\xBFx"), CSV_WINDOWS1252),
                     0); /* "ï»¿" it is then */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separators_are_guessed),
        cmocka_unit_test(encodings_are_guessed_from_words_of_four_languages),
        cmocka_unit_test(single_words_are_guessed),
        cmocka_unit_test(samples_cut_anywhere),
        cmocka_unit_test(lengths_of_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
