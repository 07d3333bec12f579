/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/csv_write.c
 *  1 formulas are seen (S65)     2 fields as written     3 what is written is read */
#include "harness.h"

#include "base/csv.h"

static void written(struct text field, char separator, enum csv_style style, const char *want)
{
    struct buf b;
    buf_init(&b, 1024);
    csv_put(&b, field, separator, style, true);
    assert_string_equal(b.p == NULL ? "" : b.p, want);
    buf_release(&b);
}

static uint64_t dice(uint64_t *s) /* xorshift64 (Marsaglia 2003): the test's own, fixed */
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void formulas_are_seen(void **state) /* S65 */
{
    (void)state;
    static const char *const yes[] = {
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "|x",
        "\tx",
        "\rx",
        "\nx",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "｜x",
        " =1",
        "   +1",
        "\xC2\xA0=1",
        "\xEF\xBB\xBF=1",
        "\xE2\x80\x8B=1",
        "\xE2\x80\xAE=1",
        "\xE3\x80\x80=1",
        "\xC2\xAD@x",
        "\x01=1",
        " \t",
    };
    static const char *const no[] = {"",  " ",   "a=1", "1-1", "'=1",
                                     "x", "é=1", "ª",   "0",   "\xE2\x80\x8B"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (!csv_is_formula(text_of(yes[i]))) fail_msg("not seen: '%s'", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (csv_is_formula(text_of(no[i]))) fail_msg("wrongly seen: '%s'", no[i]);
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

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char *const piece[] = {"a",
                                        ",",
                                        ";",
                                        "\"",
                                        "\n",
                                        "\r\n",
                                        "\r",
                                        " ",
                                        "é",
                                        "\t",
                                        "|",
                                        "€",
                                        "text",
                                        "sep=",
                                        "\xEF\xBB\xBF",
                                        "'",
                                        "\xF0\x9F\x99\x82"};
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
                if (i == 0 && j == 0 && n > 0 && (unsigned char)field[0] == 0xEF)
                    field[0] = 'q', n = 1;
                csv_put(&b, (struct text){field, n}, separator, CSV_MACHINE, j == 0);
                buf_putc(&flat, '<');
                buf_put(&flat, field, n);
                buf_putc(&flat, '>');
            }
            csv_end_row(&b);
        }
        struct csv_options o = {.encoding = CSV_UTF8, .separator = separator};
        struct csv_reader *r;
        struct csv_row row;
        struct err e = {0};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_seen),
        cmocka_unit_test(fields_are_written),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
