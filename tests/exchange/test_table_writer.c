/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/exchange/table_writer.c and its parts
 *  1 aligned text: two-way, tree, several answers, other language, no more than so many columns,
 *  nested headers
 *  2 CSV   3 JSON   4 workbook, read back   5 raw releases say so everywhere   6 hostile labels
 *  (S65)
 *  7 registry, one single cell, errors
 *  8 the table of a page: spans, scopes, numbers of the language, nothing about hidden counts
 * Expected outputs lie in tests/exchange/expected/; a test that fails leaves what it got in its own
 * folder. */
#include "harness.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/xlsx_read.h"
#include "exchange/table_writer.h"

static const char *const languages[] = {"en", "pt"};

static struct release_category category(enum release_category_kind kind, const char *name,
                                        const char *en, const char *pt, size_t parent)
{
    return (struct release_category){.kind = kind,
                                     .name = name,
                                     .label = {.in = {en, pt}},
                                     .parent = parent,
                                     .total = kind == RELEASE_TOTAL};
}

/* Rows: forms of exploitation, a tree, several answers; columns: sex. */
static struct release two_way(struct release_category *form, struct release_category *sex,
                              uint8_t *status)
{
    static int64_t count[] = {
        /* T   F   M   U */
        120, 70, 45, 5, /* T */
        80,  62, 15, 3, /* E100 */
        -1,  -1, 9,  0, /* E110 */
        -1,  -1, 6,  3, /* E100-NFS */
        44,  10, 32, 2, /* E200 */
        0,   0,  0,  0, /* E300 */
        6,   4,  2,  0  /* U */
    };
    form[0] = category(RELEASE_TOTAL, "T", NULL, NULL, 0);
    form[1] = category(RELEASE_CODE, "E100", "Sexual exploitation", "Exploração sexual", 0);
    form[2] = category(RELEASE_CODE, "E110", "Prostitution of others", "Prostituição de outrem", 1);
    form[3] = category(RELEASE_RESIDUAL, "E100-NFS", "Sexual exploitation", "Exploração sexual", 1);
    form[4] = category(RELEASE_CODE, "E200", "Forced labour", "Trabalho forçado", 0);
    form[5] = category(RELEASE_CODE, "E300", "Begging", NULL, 0);
    form[6] = category(RELEASE_UNKNOWN, "U", NULL, NULL, 0);
    sex[0] = category(RELEASE_TOTAL, "T", NULL, NULL, 0);
    sex[1] = category(RELEASE_CODE, "F", "Female", "Feminino", 0);
    sex[2] = category(RELEASE_CODE, "M", "Male", "Masculino", 0);
    sex[3] = category(RELEASE_UNKNOWN, "U", NULL, NULL, 0);
    for (size_t i = 0; i < 28; i++) status[i] = count[i] < 0 ? CELL_HIDDEN : CELL_SHOWN;
    return (struct release){.kind = RELEASE_PROTECTED,
                            .form = "victim",
                            .title = {.in = {"Victims", "Vítimas"}},
                            .unit = "persons",
                            .language = languages,
                            .n_language = 2,
                            .dim = {{"form_of_exploitation",
                                     {.in = {"Form of exploitation", "Forma de exploração"}},
                                     form,
                                     7,
                                     true},
                                    {"sex", {.in = {"Sex", "Sexo"}}, sex, 4, false}},
                            .n_dim = 2,
                            .n_row_dim = 1,
                            .count = count,
                            .status = status,
                            .n_cell = 28,
                            .where = "registration_year = 2019",
                            .threshold = 3,
                            .n_hidden = 4,
                            .method = "threshold 3; complementary suppression"};
}

/* No row variable, or one; columns: year and minor within. */
static struct release nested(struct release_category *year, struct release_category *minor,
                             struct release_category *sex, uint8_t *status, int64_t *count)
{
    year[0] = minor[0] = sex[0] = category(RELEASE_TOTAL, "T", NULL, NULL, 0);
    year[1] = category(RELEASE_NUMBER, "2019", NULL, NULL, 0);
    year[2] = category(RELEASE_NUMBER, "2020", NULL, NULL, 0);
    minor[1] = category(RELEASE_CODE, "Y", "Minor", "Menor", 0);
    minor[2] = category(RELEASE_NA, "NA", NULL, NULL, 0);
    sex[1] = category(RELEASE_CODE, "F", "Female", "Feminino", 0);
    sex[2] = category(RELEASE_CODE, "X", "Another sex or gender", "Outro sexo ou género", 0);
    for (size_t i = 0; i < 27; i++) { /* the cell's own number, 1000 times */
        count[i] = (int64_t)i * 1000;
        status[i] = CELL_SHOWN;
    }
    return (struct release){.kind = RELEASE_RAW,
                            .form = "victim",
                            .title = {.in = {"Victims", "Vítimas"}},
                            .unit = "records",
                            .language = languages,
                            .n_language = 2,
                            .dim = {{"sex", {.in = {"Sex", "Sexo"}}, sex, 3, false},
                                    {"year", {.in = {"Year", "Ano"}}, year, 3, false},
                                    {"minor", {.in = {"Minor", "Menor"}}, minor, 3, true}},
                            .n_dim = 3,
                            .n_row_dim = 1,
                            .count = count,
                            .status = status,
                            .n_cell = 27,
                            .where = "",
                            .method = "none"};
}

static const struct table_words english = {.language = 0,
                                           .country = "PT",
                                           .made_on = "2024-05-17",
                                           .n_record = 1834};
static const struct table_words portuguese = {.language = 1,
                                              .country = "PT",
                                              .made_on = "2024-05-17",
                                              .n_record = 1834};

/* The writers speak the language of their thread: tests of Portuguese set it, and `english`
 * again. */
static struct catalogue *portuguese_words;

static void speak(bool other)
{
    (void)catalogue_use(other ? portuguese_words : NULL);
}

struct releases {
    struct release_category form[7], sex[4], year[3], minor[3], other_sex[3];
    uint8_t status[28], raw_status[27];
    int64_t raw_count[27];
    struct release protected, raw;
};

static int unmake(void **state)
{
    (void)state;
    (void)catalogue_use(NULL);
    catalogue_free(portuguese_words);
    portuguese_words = NULL;
    return 0;
}

static int make(void **state)
{
    struct err none = {0};
    if (portuguese_words == NULL && /* a test makes the tables anew */
        !catalogue_load(&portuguese_words, harness_source("data/i18n/pt.po"), "pt", NULL, NULL,
                        &none))
        return -1;
    static struct releases all;
    all.protected = two_way(all.form, all.sex, all.status);
    all.raw = nested(all.year, all.minor, all.other_sex, all.raw_status, all.raw_count);
    *state = &all;
    return 0;
}

static void expect(const char *name, struct text got)
{
    char path[200];
    size_t n;
    snprintf(path, sizeof path, "tests/exchange/expected/%s", name);
    harness_write(name, got.p, got.n);
    char *want = harness_read(harness_source(path), &n);
    assert_int_equal(n, got.n);
    assert_memory_equal(want, got.p, n);
    free(want);
}

static void expect_text(const char *name, const struct release *r, const struct table_words *w,
                        size_t width)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    table_write_text(&b, r, w, width);
    assert_true(buf_ok(&b, NULL));
    expect(name, buf_text(&b));
    buf_release(&b);
}

static void text_1_two_way(void **state)
{
    const struct releases *all = *state;
    expect_text("two_way.en.txt", &all->protected, &english, 0);
    speak(true);
    expect_text("two_way.pt.txt", &all->protected, &portuguese, 0);
    speak(false);
}

static void text_1_narrow(void **state)
{
    const struct releases *all = *state;
    struct buf b;
    buf_init(&b, 1 << 20);
    expect_text("two_way.narrow.txt", &all->protected, &english, 44);
    table_write_text(&b, &all->protected, &english, 44);
    size_t widest = 0, here = 0;
    for (size_t i = 0; i < b.n; i++) {
        here = b.p[i] == '\n' ? 0 : here + 1; /* all ASCII */
        if (here > widest) widest = here;
    }
    assert_true(widest <= 44);
    buf_release(&b);
}

static void text_1_nested_headers(void **state)
{
    const struct releases *all = *state;
    expect_text("nested.en.txt", &all->raw, &english, 0);
    expect_text("nested.narrow.txt", &all->raw, &english, 50);
}

static void text_1_all_on_rows(void **state)
{
    struct releases *all = *state;
    struct release r = all->raw;
    r.n_row_dim = 3;
    speak(true);
    expect_text("rows.pt.txt", &r, &portuguese, 0);
    speak(false);
}

static void csv_2_one_line_a_count(void **state)
{
    const struct releases *all = *state;
    struct buf b;
    buf_init(&b, 1 << 20);
    table_write_csv(&b, &all->protected, &english);
    expect("two_way.csv", buf_text(&b));
    buf_release(&b);
}

static void json_3_document(void **state)
{
    const struct releases *all = *state;
    struct buf b;
    buf_init(&b, 1 << 20);
    speak(true);
    struct json *j = table_write_json(&all->protected, &portuguese);
    speak(false);
    json_write(&b, j, true);
    expect("two_way.json", buf_text(&b));
    assert_int_equal(json_size(json_get(j, "count")), 28);
    assert_int_equal(json_kind(json_at(json_get(j, "count"), 8)), JSON_NULL);
    assert_string_equal(json_as_text(json_at(json_get(j, "status"), 8), NULL), "c");
    assert_int_equal(json_as_int(json_at(json_get(j, "count"), 0), -1), 120);
    json_free(j);
    buf_release(&b);
}

/* Nothing but the marked cells may differ between a release and one with other hidden counts. */
static void json_3_nothing_about_hidden(void **state)
{
    const struct releases *all = *state;
    struct json *j = table_write_json(&all->protected, &english);
    struct buf b;
    buf_init(&b, 1 << 20);
    json_write(&b, j, false);
    assert_null(strstr(b.p, ",-1"));
    assert_null(strstr(b.p, "primary"));
    assert_null(strstr(b.p, "secondary"));
    json_free(j);
    buf_release(&b);
}

/* ---------------------------------------------------------------- workbooks */

static bool dump_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct buf *out = ctx;
    (void)e;
    assert_false(row->hidden);
    buf_printf(out, "%llu", (unsigned long long)row->row);
    for (size_t i = 0; i < row->n_cell; i++) {
        assert_false(row->cell[i].formula);
        buf_printf(out, "|%s", row->cell[i].kind == XLSX_NUMBER ? "#" : "");
        buf_put_text(out, row->cell[i].text);
    }
    buf_putc(out, '\n');
    return true;
}

static void dump_workbook(struct buf *out, const char *path)
{
    size_t n;
    struct xlsx_reader *r;
    struct err e = {0};
    char *bytes = harness_read(path, &n);
    assert_true(xlsx_open_memory(&r, bytes, n, &e));
    assert_int_equal(xlsx_sheet_count(r), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_false(xlsx_sheet_hidden(r, i)); /* S66 */
        buf_puts(out, "sheet ");
        buf_put_text(out, xlsx_sheet_name(r, i));
        buf_putc(out, '\n');
        assert_true(xlsx_read_sheet(r, i, dump_row, out, &e));
    }
    xlsx_close(r);
    free(bytes);
}

static void xlsx_4_read_back(void **state)
{
    const struct releases *all = *state;
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_true(table_write_xlsx("a.xlsx", &all->protected, &english, &e));
    dump_workbook(&b, "a.xlsx");
    expect("two_way.xlsx.txt", buf_text(&b));
    buf_clear(&b);
    speak(true);
    assert_true(table_write_xlsx("b.xlsx", &all->raw, &portuguese, &e));
    speak(false);
    dump_workbook(&b, "b.xlsx");
    expect("nested.xlsx.txt", buf_text(&b));
    buf_release(&b);
}

/* ---------------------------------------------------------------- raw releases */

static void raw_5_says_so_everywhere(void **state)
{
    const struct releases *all = *state;
    static const char banner[] = "NOT FOR PUBLICATION\n";
    struct buf b;
    buf_init(&b, 1 << 20);
    table_write_text(&b, &all->raw, &english, 0);
    assert_true(text_starts(buf_text(&b), text_of(banner)));
    assert_true(text_ends(buf_text(&b), text_of(banner)));
    buf_clear(&b);
    table_write_csv(&b, &all->raw, &english);
    expect("nested.csv", buf_text(&b));
    struct text rest = buf_text(&b), line;
    size_t n = 0;
    while (text_split(&rest, '\n', &line) && line.n > 0)
        assert_true(
            text_ends(line, text_of(n++ == 0 ? "\"notice\"\r" : "\"not for publication\"\r")));
    assert_int_equal(n, 28);
    struct json *j = table_write_json(&all->raw, &english);
    assert_string_equal(json_get_text(j, "notice", ""), "not for publication");
    assert_string_equal(json_get_text(j, "kind", ""), "raw");
    assert_int_equal(json_kind(json_get(j, "threshold")), JSON_NULL);
    json_free(j);
    buf_release(&b);
}

/* ---------------------------------------------------------------- hostile labels */

/* S65: a label that a spreadsheet would take for a formula; one with a control that turns the text
 * round. */
static void hostile_6_labels(void **state)
{
    struct releases *all = *state;
    struct err e = {0};
    struct buf b;
    all->sex[1].label.in[0] = "=HYPERLINK(\"http://x\")";
    all->sex[2].label.in[0] = "Male\xE2\x80\xAE"
                              "elam"; /* U+202E */
    buf_init(&b, 1 << 20);
    table_write_csv(&b, &all->protected, &english);
    assert_non_null(strstr(b.p, "\"'=HYPERLINK(\"\"http://x\"\")\""));
    assert_null(strstr(b.p, "\"=HYPERLINK"));
    buf_clear(&b);
    table_write_text(&b, &all->protected, &english, 0);
    assert_non_null(strstr(b.p, "<U+202E>"));
    assert_null(strstr(b.p, "\xE2\x80\xAE"));
    assert_true(table_write_xlsx("h.xlsx", &all->protected, &english, &e));
    buf_clear(&b);
    dump_workbook(&b, "h.xlsx"); /* checks that no cell is a formula */
    assert_non_null(strstr(b.p, "=HYPERLINK"));
    buf_release(&b);
    make(state);
}

/* ---------------------------------------------------------------- the rest */

static void rest_7_registry(void **state)
{
    (void)state;
    assert_int_equal(n_table_format, 4);
    for (size_t i = 0; i < n_table_format; i++) {
        assert_true(table_formats[i].summary[0] != '\0');
        assert_int_equal(table_formats[i].binary, strcmp(table_formats[i].name, "xlsx") == 0);
    }
}

static void rest_7_single_cell(void **state)
{
    (void)state;
    static int64_t count[] = {42};
    static uint8_t status[] = {CELL_SHOWN};
    struct release r = {.kind = RELEASE_PROTECTED,
                        .form = "victim",
                        .unit = "persons",
                        .count = count,
                        .status = status,
                        .n_cell = 1,
                        .where = "",
                        .threshold = 3,
                        .method = "m"};
    struct table_words w = {.language = 0};
    struct buf b;
    struct err e = {0};
    buf_init(&b, 10000);
    table_write_text(&b, &r, &w, 80);
    assert_string_equal(
        b.p,
        "victim\nCounting unit: persons\n\nCount\n   42\n\nNo count below 3 had to be hidden\n");
    buf_clear(&b);
    table_write_csv(&b, &r, &w);
    assert_string_equal(b.p, "\"count\",\"status\"\r\n42,\"\"\r\n");
    assert_true(table_write_xlsx("one.xlsx", &r, &w, &e));
    struct json *j = table_write_json(&r, &w);
    assert_int_equal(json_size(json_get(j, "dimensions")), 0);
    assert_int_equal(json_as_int(json_at(json_get(j, "count"), 0), 0), 42);
    json_free(j);
    buf_release(&b);
}

static void rest_7_workbook_errors(void **state)
{
    const struct releases *all = *state;
    struct err e = {0};
    assert_false(table_write_xlsx("no/such/folder/a.xlsx", &all->protected, &english, &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_false(harness_exists("no"));
}

/* ---------------------------------------------------------------- the table of a page */

static const struct json *page_cell(const struct json *page, const char *part, size_t line,
                                    size_t i)
{
    const struct json *l = json_at(json_get(page, part), line);
    assert_true(i < json_size(json_get(l, "cells")));
    return json_at(json_get(l, "cells"), i);
}

static void page_8_rows_and_columns(void **state)
{
    const struct releases *all = *state;
    struct json *page;
    struct err e = {0};
    assert_true(table_write_page(&page, &all->protected, &english, &e));
    assert_string_equal(json_get_text(page, "caption", ""),
                        "Victims by Form of exploitation and Sex");
    const struct json *head = json_get(page, "head"), *body = json_get(page, "body");
    assert_int_equal(json_size(head), 2);
    assert_int_equal(json_size(body), 7);
    /* the stub goes down both lines; the variable of the columns stands over all of them */
    const struct json *cell = page_cell(page, "head", 0, 0);
    assert_int_equal(json_get_int(cell, "lines", 0), 2);
    cell = page_cell(page, "head", 0, 1);
    assert_string_equal(json_get_text(cell, "text", ""), "Sex");
    assert_string_equal(json_get_text(cell, "scope", ""), "colgroup");
    assert_int_equal(json_get_int(cell, "span", 0), 4);
    cell = page_cell(page, "head", 1, 3); /* totals come last */
    assert_string_equal(json_get_text(cell, "code", ""), "T");
    assert_true(json_get_bool(cell, "total", false));
    cell = page_cell(page, "body", 1, 0);
    assert_string_equal(json_get_text(cell, "text", ""), "Prostitution of others");
    assert_string_equal(json_get_text(cell, "code", ""), "E110");
    assert_string_equal(json_get_text(cell, "scope", ""), "row");
    assert_int_equal(json_get_int(cell, "level", -1), 1);
    assert_false(json_get_bool(json_at(body, 5), "total_row", true));
    assert_true(json_get_bool(json_at(body, 6), "total_row", false));
    cell = page_cell(page, "body", 6, 4);
    assert_int_equal(json_get_int(cell, "value", -1), 120);
    /* hidden: the mark, the same for all, and no number */
    cell = page_cell(page, "body", 1, 1);
    assert_true(json_get_bool(cell, "hidden", false));
    assert_string_equal(json_get_text(cell, "text", ""), "..");
    assert_false(json_has(cell, "value"));
    cell = page_cell(page, "body", 3, 1); /* 0 is shown */
    assert_int_equal(json_get_int(page_cell(page, "body", 4, 1), "value", -1), 0);
    assert_int_equal(json_get_int(cell, "value", -1), 10);
    json_free(page);
}

static void page_8_nested(void **state)
{
    const struct releases *all = *state;
    struct json *page;
    struct err e = {0};
    assert_true(table_write_page(&page, &all->raw, &portuguese, &e));
    assert_int_equal(json_size(json_get(page, "head")), 4);
    const struct json *cell = page_cell(page, "head", 1, 0);
    assert_string_equal(json_get_text(cell, "text", ""), "2019");
    assert_int_equal(json_get_int(cell, "span", 0), 3);
    assert_string_equal(json_get_text(cell, "scope", ""), "colgroup");
    cell = page_cell(page, "body", 1, 2); /* X, 2019, NA: cell 2*9 + 1*3 + 2 = 23 */
    assert_string_equal(json_get_text(cell, "text", ""), "23\u00a0000");
    json_free(page);
    struct release rows = all->raw;
    rows.n_row_dim = 3;
    assert_true(table_write_page(&page, &rows, &english, &e));
    assert_int_equal(json_size(json_get(page, "body")), 27);
    cell = page_cell(page, "body", 0, 0);
    assert_string_equal(json_get_text(cell, "scope", ""), "rowgroup");
    assert_int_equal(json_get_int(cell, "lines", 0), 9);
    /* lines that go on begin with their own category */
    assert_int_equal(json_size(json_get(json_at(json_get(page, "body"), 1), "cells")), 2);
    json_free(page);
    rows.n_row_dim = 0;
    assert_true(table_write_page(&page, &rows, &english, &e));
    assert_int_equal(json_size(json_get(page, "body")), 1);
    json_free(page);
}

static void page_8_too_large(void **state)
{
    (void)state;
    enum { MANY = 70 };
    static struct release_category many[MANY];
    static int64_t count[MANY * MANY];
    static uint8_t status[MANY * MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = category(i == 0 ? RELEASE_TOTAL : RELEASE_CODE, "c", "c", "c", 0);
    struct release r = {.form = "victim",
                        .unit = "persons",
                        .where = "",
                        .method = "m",
                        .dim = {{.name = "a", .category = many, .n_category = MANY},
                                {.name = "b", .category = many, .n_category = MANY}},
                        .n_dim = 2,
                        .n_row_dim = 1,
                        .n_cell = MANY * MANY,
                        .count = count,
                        .status = status};
    struct json *page = NULL;
    struct err e = {0};
    assert_false(table_write_page(&page, &r, &english, &e));
    assert_string_equal(e.id, "table.page_too_large");
    assert_null(page);
    /* what others have is not said: S52 */
    struct table_words w = {.made_on = "2024-05-17", .n_record = -1};
    r.dim[0].n_category = r.dim[1].n_category = 2;
    r.n_cell = 4;
    assert_true(table_write_page(&page, &r, &w, &e));
    const struct json *notes = json_get(page, "notes");
    assert_string_equal(json_as_text(json_at(notes, json_size(notes) - 1), ""),
                        "Data of 2024-05-17");
    json_free(page);
    page = table_write_json(&r, &w);
    assert_int_equal(json_kind(json_get(page, "n_record")), JSON_NULL);
    json_free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_1_two_way),
        cmocka_unit_test(text_1_narrow),
        cmocka_unit_test(text_1_nested_headers),
        cmocka_unit_test(text_1_all_on_rows),
        cmocka_unit_test(csv_2_one_line_a_count),
        cmocka_unit_test(json_3_document),
        cmocka_unit_test(json_3_nothing_about_hidden),
        cmocka_unit_test(xlsx_4_read_back),
        cmocka_unit_test(raw_5_says_so_everywhere),
        cmocka_unit_test(hostile_6_labels),
        cmocka_unit_test(rest_7_registry),
        cmocka_unit_test(rest_7_single_cell),
        cmocka_unit_test(rest_7_workbook_errors),
        cmocka_unit_test(page_8_rows_and_columns),
        cmocka_unit_test(page_8_nested),
        cmocka_unit_test(page_8_too_large),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
