/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/intake.c
 *  1 the published extract, every row
 *  2 twenty planted errors, each named by row, column, rule and remedy
 *  3 what is said once and not twice     4 label rows, rows without values, hidden rows
 *  5 references from the position     6 HTCDS's own spreadsheet
 *  7 hostile and broken files end in a reason (S70, S75)     8 what is told of the file
 *  9 the supplier's organisation is known to rules and calculations, and not kept with the
 *  record */
#include "harness.h"
#include "intake_data.h"
#include "small_data.h"

#include "base/csv.h"
#include "base/map.h"

static struct intake *opened(const char *bytes, size_t n, const char *mapping)
{
    struct intake *in;
    struct err e = {0};
    if (!data_open(&in, bytes, n, mapping, &e)) fail_msg("%s: %s", e.id, e.msg);
    return in;
}

/* ---- 1 ---- */

static void every_row_of_the_published_extract(void **state)
{
    (void)state;
    const char *path = harness_shared("data/ctdc-extract/ctdc_extract.csv");
    if (path == NULL) skip();
    size_t n, n_row = 0, n_female = 0, n_forced_labour = 0;
    char *bytes = harness_read(path, &n);
    struct intake *in = opened(bytes, n, "ctdc-extract");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct intake_row row;
    struct err e = {0};
    bool found;
    const struct dictionary *d = data_dictionary();
    const struct variable *sex = dictionary_variable(d, data_form()->id, TEXT("sex"));
    const struct variable *form =
        dictionary_variable(d, data_form()->id, TEXT("exploitation_form"));
    code_id f = codelist_find(d->list[sex->list], TEXT("F")),
            e200 = codelist_find(d->list[form->list], TEXT("E200"));
    for (;; n_row++) {
        if (!intake_next(in, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        if (row.findings->n > 0) fail_msg("%s", data_findings(row.findings, a));
        const struct value *v = record_get(row.record, sex->id, 0);
        n_female += v->kind == VALUE_CODE && v->code == f;
        for (uint32_t i = 0; i < row.record->table[form->group].n_row; i++)
            n_forced_labour += record_get(row.record, form->id, i)->code == e200;
        assert_int_equal(row.row, n_row + 2);
        assert_true(text_ends(row.reference, text_of(arena_printf(a, "-%zu", n_row + 2))));
    }
    assert_int_equal(n_row, 14299); /* lines of the file without its header */
    /* counted in the raw file by `cut -d, -f3 | grep -c Female` and `cut -d, -f5 | grep -c 1` */
    size_t raw_female = 0, raw_labour = 0;
    struct text rest = {bytes, n}, line, cell;
    while (text_split(&rest, '\n', &line)) {
        for (int column = 0; text_split(&line, ',', &cell); column++) {
            raw_female += column == 2 && text_is(cell, "Female");
            raw_labour += column == 4 && text_is(cell, "1");
        }
    }
    assert_int_equal(n_female, raw_female);
    assert_int_equal(n_forced_labour, raw_labour);
    intake_close(in);
    arena_free(a);
    free(bytes);
}

/* ---- 2 ---- */

static void twenty_planted_errors(void **state)
{
    (void)state;
    size_t n, n_expected = 0, n_found = 0;
    char *bytes = harness_read(harness_source("tests/fixtures/intake/twenty_errors.csv"), &n);
    struct intake *in = opened(bytes, n, "");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct map *expected = map_new();
    struct csv_reader *rd;
    struct csv_row line;
    struct intake_row row;
    struct err e = {0};
    bool found;
    assert_true(csv_open(&rd, harness_source("tests/fixtures/intake/twenty_errors_expected.csv"),
                         NULL, &e));
    assert_true(csv_next(rd, &line, &found, &e));
    while (csv_next(rd, &line, &found, &e) && found) {
        if (text_is(line.field[2], "V07")) continue;
        map_put(expected,
                text_of(arena_printf(a, "%.*s %.*s %.*s", (int)line.field[0].n, line.field[0].p,
                                     (int)line.field[1].n, line.field[1].p, (int)line.field[2].n,
                                     line.field[2].p)),
                0);
        n_expected++;
    }
    csv_close(rd);
    assert_true(n_expected >= 20);
    const struct mapping *m = intake_mapping(in);
    while (intake_next(in, &row, &found, &e) && found)
        for (size_t i = 0; i < row.findings->n; i++) {
            const struct finding *one = &row.findings->item[i];
            struct text column = one->column > 0 && one->column <= m->n_header
                                     ? m->header[one->column - 1]
                                     : TEXT("");
            const char *name = data_dictionary()->rule[one->rule].name;
            const char *key = arena_printf(a, "%llu %.*s %s", (unsigned long long)one->row,
                                           (int)column.n, column.p, name);
            if (map_get(expected, text_of(key)) == MAP_NONE)
                fail_msg("unexpected: %s", data_findings(row.findings, a));
            for (size_t language = 0; language < data_dictionary()->n_language; language++) {
                struct buf text;
                buf_init(&text, 10000);
                finding_remedy(&text, data_dictionary(), one, language);
                if (text.n < 10) fail_msg("%s has no remedy in language %zu", key, language);
                finding_message(&text, data_dictionary(), one, language);
                assert_null(strstr(text.p, "1990-13-10")); /* a direct identifier is not repeated */
                assert_null(strstr(text.p, "call me"));
                buf_release(&text);
            }
            assert_int_equal(one->level, SEVERITY_E);
            n_found++;
        }
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(n_found, n_expected);
    map_free(expected);
    intake_close(in);
    arena_free(a);
    free(bytes);
}

/* ---- rows in short ---- */

/* Findings of the only row under the header. */
static const char *findings_of(const char *file, struct arena *a)
{
    struct intake *in = opened(file, strlen(file), "");
    struct intake_row row;
    struct err e = {0};
    bool found;
    assert_true(intake_next(in, &row, &found, &e) && found);
    const char *text = data_findings(row.findings, a);
    assert_true(intake_next(in, &row, &found, &e) && !found);
    intake_close(in);
    return text;
}

#define GOOD_HEAD                                                                      \
    "source_file_no,entry_date,sex,age_at_registration,citizenship,exploitation_form," \
    "exploitation_country,"                                                            \
    "labour_sector,victim_status,status_decided_by,legal_basis"
#define GOOD_TAIL ",2023-05-15,F,33,RO,E210,PT,A01,S20,51,LB7"

static void what_is_said_once_is_not_said_twice(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    assert_string_equal(findings_of(GOOD_HEAD "\nR1" GOOD_TAIL "\n", a), "");
    /* neither that it is required too, nor the reference's absence twice */
    assert_string_equal(findings_of(GOOD_HEAD "\n" GOOD_TAIL "\n", a),
                        "V12 source_file_no row 2 column 1");
    assert_string_equal(findings_of(GOOD_HEAD "\n\x01" GOOD_TAIL "\n", a),
                        "V08 source_file_no row 2 column 1");
    assert_string_equal(findings_of(GOOD_HEAD "\nR1,2023-05-15,Q,33,RO,E210,PT,A01,S20,51,LB7\n",
                                    a),
                        "V01 sex row 2 column 3 'Q'");
    assert_string_equal(findings_of(GOOD_HEAD "\nR1,2023-05-15,,33,RO,E210,PT,A01,S20,51,LB7\n", a),
                        "V03 sex row 2 column 3");
    assert_string_equal(
        findings_of(GOOD_HEAD "\nR1,2023-05-15,F,33,RO,E210,PT,A01,S20,51,LB7,,,more,and more\n",
                    a),
        "V15 - row 2 column 14");
    assert_string_equal(
        findings_of(GOOD_HEAD "\nR1,2023-05-15,F,33,RO,E210,PT,A01,S20,51,LB7,,, ,\n", a), "");
    /* a missing column of the file is column 0 */
    assert_string_equal(
        findings_of(
            "source_file_no,entry_date,sex,age_at_registration,citizenship,exploitation_form,"
            "exploitation_country,labour_sector,victim_status,legal_basis\n"
            "R1,2023-05-15,F,33,RO,E210,PT,A01,S20,LB7\n",
            a),
        "V03 status_decided_by row 2 column 0");
    arena_free(a);
}

/* ---- 4 ---- */

static const char *references(struct intake *in, struct arena *a)
{
    struct buf out;
    struct intake_row row;
    struct err e = {0};
    bool found;
    buf_init(&out, 10000);
    for (;;) {
        if (!intake_next(in, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        buf_printf(&out, "%llu:", (unsigned long long)row.row);
        buf_put_text(&out, row.reference);
        buf_putc(&out, ' ');
    }
    const char *text = arena_copy(a, out.n == 0 ? "" : out.p, out.n);
    buf_release(&out);
    return text;
}

static void check_references(const char *file, const char *expected, bool label_row,
                             int64_t without)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct intake *in = opened(file, strlen(file), "");
    assert_string_equal(references(in, a), expected);
    struct json *j = intake_description(in);
    assert_int_equal(json_get_bool(j, "label_row", !label_row), label_row);
    assert_int_equal(json_get_int(j, "rows_without_values", -1), without);
    json_free(j);
    intake_close(in);
    arena_free(a);
}

static void rows_that_are_none(void **state)
{
    (void)state;
    check_references("source_file_no,sex,x\n1,F,\n,,y\n\n ,\t,\n2,M,\n,,\n", "2:1 5:2 ", false, 1);
    check_references(
        "source_file_no,sex,citizenship\nOrganisation's own reference,Sex,Citizenship\n1,F,RO\n",
        "3:1 ", true, 0);
    check_references("source_file_no,sex,citizenship\nRefer\xC3\xAAncia pr\xC3\xB3pria da "
                     "organiza\xC3\xA7\xC3\xA3o,Sexo,\n1,F,RO\n",
                     "3:1 ", true, 0);
    check_references(
        "prs_FirstName,source_file_no,prs_Birthdate\nFirst Name,,Birthdate\nAna,1,1990\n", "3:1 ",
        true, 0);
    check_references("source_file_no,sex\n1,Sex\n2,F\n", "2:1 3:2 ", false,
                     0); /* one label makes no row of labels */
    check_references("source_file_no,sex\n1,F\n", "2:1 ", false, 0);
    check_references("source_file_no,sex\n", "", false, 0);
    check_references("source_file_no,sex", "", false, 0);
}

static void hidden_rows_and_formulas_of_a_workbook(void **state)
{
    (void)state;
#define STR(ref, text) "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
    data_workbook(
        "book",
        &(struct workbook_parts){
            .properties = "date1904=\"1\"",
            .styles = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>",
            .rows = "<row r=\"2\">" STR("B2", "source_file_no") STR("C2", "entry_date") STR(
                "D2",
                "age_at_registration") "</row>"
                                       "<row r=\"3\" hidden=\"1\">" STR(
                                           "B3",
                                           "R3") "</row>"
                                                 /* 2023-05-15 is day 43599 of the 1904 system:
                                                  * 45061 of the 1900 system less 1462 */
                                                 "<row r=\"5\">" STR(
                                                     "B5",
                                                     "R5") "<c r=\"C5\" "
                                                           "s=\"1\"><v>43599</v></c><c "
                                                           "r=\"D5\"><f>30+3</f><v>33</v></c></r"
                                                           "ow>"});
    size_t n;
    char *bytes = harness_read("book", &n);
    struct intake *in = opened(bytes, n, "");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct intake_row row;
    struct err e = {0};
    bool found;
    assert_true(intake_next(in, &row, &found, &e) && found);
    assert_int_equal(row.row, 5);
    assert_true(text_is(row.reference, "R5"));
    assert_non_null(
        strstr(data_findings(row.findings, a), "V09 age_at_registration row 5 column 4 '33'"));
    const struct variable *v =
        dictionary_variable(data_dictionary(), data_form()->id, TEXT("entry_date"));
    char date[DATE_TEXT_MAX];
    date_format(date, record_get(row.record, v->id, 0)->date);
    assert_string_equal(date, "2023-05-15");
    assert_true(intake_next(in, &row, &found, &e) && !found);
    assert_true(intake_is_workbook(in));
    assert_string_equal(intake_sheet(in), "data");
    struct json *j = intake_description(in);
    assert_string_equal(json_get_text(j, "kind", ""), "workbook");
    assert_string_equal(json_get_text(j, "sheet", ""), "data");
    assert_true(json_get_bool(j, "system_1904", false));
    assert_int_equal(json_get_int(j, "hidden_rows_left_out", -1), 1);
    assert_int_equal(intake_bytes_read(in), n);
    json_free(j);
    intake_close(in);
    arena_free(a);
    free(bytes);
}

/* The header may be hidden; a hidden row that is none is passed over. */
static void hidden_first_rows(void **state)
{
    (void)state;
#define HIDDEN(cells) "<row hidden=\"1\">" cells "</row>"
    static const struct {
        const char *rows, *id;
        int64_t header_row;
    } cases[] = {
        {HIDDEN(STR("A1", "sex")) "<row>" STR("A2", "F") "</row>", NULL, 1},
        {HIDDEN(STR("A1", "List of cases")) "<row>" STR("A2",
                                                        "sex") "</row><row>" STR("A3",
                                                                                 "F") "</row>",
         NULL, 2},
        {HIDDEN(STR("A1", "List of cases")) "<row>" STR("A2", "nothing") "</row>",
         "mapping.nothing", 0},
        {HIDDEN(STR("A1", "List of cases")), "import.empty", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct intake *in;
        struct intake_row row;
        struct err e = {0};
        size_t n;
        bool found;
        data_workbook("book", &(struct workbook_parts){.rows = cases[i].rows});
        char *bytes = harness_read("book", &n);
        bool ok = data_open(&in, bytes, n, "", &e);
        free(bytes);
        assert_int_equal(ok, cases[i].id == NULL);
        if (!ok) {
            assert_string_equal(e.id, cases[i].id);
            continue;
        }
        struct json *j = intake_description(in);
        assert_int_equal(json_get_int(j, "header_row", 0), cases[i].header_row);
        json_free(j);
        assert_true(intake_next(in, &row, &found, &e) && found);
        assert_int_equal(row.row, cases[i].header_row + 1);
        intake_close(in);
    }
}

/* ---- 5 ---- */

static void references_from_the_position(void **state)
{
    (void)state;
    static const char file[] = "yearOfRegistration,gender\n2016,Female\n2016,Male\n";
    struct arena *a = arena_new(ARENA_PLAIN);
    struct intake *in = opened(file, sizeof file - 1, "ctdc-extract");
    const char *first = references(in, a);
    intake_close(in);
    in = opened(file, sizeof file - 1, "ctdc-extract");
    assert_string_equal(references(in, a), first); /* the same file gives the same ones */
    intake_close(in);
    /* sha256 of these bytes begins with the digits that the reference does */
    static const char other[] = "yearOfRegistration,gender\n2016,Female\n2016,Female\n";
    in = opened(other, sizeof other - 1, "ctdc-extract");
    assert_string_not_equal(references(in, a), first);
    intake_close(in);
    /* what we gave back says what they were; a row that was added has one of its own */
    static const char back[] =
        "yearOfRegistration,gender,_position,_errors\n2016,Female,abc-2,\n2016,Male,,x\n";
    in = opened(back, sizeof back - 1, "ctdc-extract");
    const char *got = references(in, a);
    assert_true(strncmp(got, "2:abc-2 3:", 10) == 0 && strstr(got, "-3 ") != NULL);
    intake_close(in);
    arena_free(a);
}

/* ---- 6 ---- */

static void spreadsheet_of_htcds(void **state)
{
    (void)state;
    const char *path = harness_shared("data/htcds/htcds_spreadsheet_v2.0.xlsx");
    if (path == NULL) skip();
    size_t n;
    char *bytes = harness_read(path, &n);
    struct intake *in = opened(bytes, n, "htcds-2.0");
    const struct mapping *m = intake_mapping(in);
    assert_string_equal(intake_sheet(in), "Case Sheet");
    for (size_t i = 0; i < m->n_header; i++) {
        if (m->header[i].n == 0) continue;
        if (m->use[i] == MAPPING_UNKNOWN || m->use[i] == MAPPING_AMBIGUOUS)
            fail_msg("column %.*s is unknown", (int)m->header[i].n, m->header[i].p);
    }
    struct intake_row row;
    struct err e = {0};
    bool found;
    if (!intake_next(in, &row, &found, &e)) fail_msg("%s", e.msg);
    assert_false(
        found); /* it has a header, a row of labels, and 1,000 numbered rows with nothing in them */
    struct json *j = intake_description(in);
    assert_true(json_get_bool(j, "label_row", false));
    assert_true(json_get_int(j, "rows_without_values", 0) > 900);
    json_free(j);
    intake_close(in);
    free(bytes);
}

/* ---- 7 ---- */

static void check_broken(const void *bytes, size_t n, const char *id)
{
    struct intake *in = NULL;
    struct err e = {0};
    struct intake_row row;
    bool found = true;
    double start = harness_seconds();
    bool ok = data_open(&in, bytes, n, "", &e);
    while (ok && found) ok = intake_next(in, &row, &found, &e);
    if (ok) fail_msg("%s: accepted", id);
    if (strcmp(e.id, id) != 0) fail_msg("%s, not %s: %s", e.id, id, e.msg);
    if (strlen(e.remedy) == 0 || strlen(e.msg) == 0) fail_msg("%s has no remedy", id);
    assert_true(harness_seconds() - start < 10);
    if (in != NULL) intake_close(in);
}
#define BROKEN(id, text) check_broken((text), sizeof(text) - 1, (id))

static void broken_files(void **state) /* S70 S75 */
{
    (void)state;
    BROKEN("import.empty", "");
    BROKEN("import.empty", "\n\n  \n");
    BROKEN("mapping.nothing", "a,b\n1,2\n");
    BROKEN("import.format", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    BROKEN("import.format", "%PDF-1.7 x");
    BROKEN("converter.refused", "PK\x03\x04 not an archive at all");
    BROKEN("csv.quote", "source_file_no,sex\n1,F\n2,\"M\n3,F\n");
    BROKEN("csv.nul", "source_file_no,sex\n1,F\n2,M\0\n3,F\n");
    BROKEN("csv.encoding", "\xEF\xBB\xBFsource_file_no,sex\n1,F\n2,\xFF\xFE\n");
    size_t n = 100 << 20;
    char *big = malloc(n);
    assert_non_null(big);
    memset(big, 'x', n);
    check_broken(big, n, "csv.field_too_long");
    for (size_t i = 1000; i < n; i += 1000) big[i] = ' ';
    memcpy(big, "sex\n\"", 5); /* a cell of 10 MB, then a line of 100 MB of short cells */
    check_broken(big, 10 << 20, "csv.field_too_long");
    for (size_t i = 1000; i < n; i += 50000) big[i] = ',';
    memcpy(big, "sex\nx", 5);
    check_broken(big, n, "csv.line_too_long");
    for (size_t i = 0; i < n; i++) big[i] = (char)(i * 7919 >> 5); /* of no kind at all */
    struct intake *in = NULL;
    struct err e = {0};
    assert_false(data_open(&in, big, 1 << 20, "", &e));
    assert_true(strlen(e.msg) > 0);
    free(big);
}

static void a_file_that_changes_while_it_is_read(void **state)
{
    (void)state;
    static const char file[] = "source_file_no,sex\n1,F\n2,M\n";
    struct intake *in = opened(file, sizeof file - 1, "");
    struct intake_row row;
    struct err e = {0};
    bool found;
    assert_true(intake_next(in, &row, &found, &e) && found);
    harness_write_text("input", "source_file_no,sex\n1,F\n2,M\n3,M\n");
    while (intake_next(in, &row, &found, &e) && found) {}
    assert_string_equal(e.id, "import.changed");
    intake_close(in);
}

/* ---- 8 ---- */

static void about_the_file(void **state)
{
    (void)state;
    static const char file[] = "source_file_no;sex;extra\r\n1;F;\r\n";
    struct intake *in = opened(file, sizeof file - 1, "");
    struct json *j = intake_description(in);
    assert_string_equal(json_get_text(j, "kind", ""), "csv");
    assert_string_equal(json_get_text(j, "encoding", ""), "utf-8");
    assert_string_equal(json_get_text(j, "separator", ""), ";");
    assert_int_equal(json_get_int(j, "columns", 0), 3);
    assert_int_equal(json_get_int(j, "bytes", 0), sizeof file - 1);
    /* printf 'source_file_no;sex;extra\r\n1;F;\r\n' | sha256sum */
    assert_string_equal(json_get_text(j, "sha256", ""),
                        "a8fd0eb3f82f48d6a10dad4bf0b32d309b9e0738ce6d5d22247e28a3a1acf254");
    assert_int_equal(intake_separator(in), ';');
    assert_int_equal(intake_bytes_total(in), sizeof file - 1);
    assert_ptr_equal(intake_dictionary(in), data_dictionary());
    json_free(j);
    intake_close(in);
    intake_close(NULL);
}

/* ---- 9 ---- */

/* What rule Q05 says of a row that one organisation, or none, supplies; what the rule reads. */
static void supplied(struct dictionary *d, const char *organisation, const char *type, size_t want)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct err e = {0};
    struct intake *in;
    struct intake_row row;
    bool found;
    problems_init(&p, a);
    harness_write_text("supplied.csv", "ref,entry_date,sex,age\nA1,2024-01-02,F,30\n");
    struct intake_options o = {.path = "supplied.csv",
                               .dictionary = d,
                               .form = dictionary_form(d, TEXT("victim")),
                               .today = data_today(),
                               .organisation = text_of(organisation),
                               .organisation_type = text_of(type),
                               .converter = text_of(data_self())};
    if (!intake_open(&in, &o, &p, &e)) fail_msg("%s", e.msg);
    assert_true(intake_next(in, &row, &found, &e));
    assert_true(found);
    size_t n = 0;
    for (size_t i = 0; i < row.findings->n; i++)
        n += strcmp(d->rule[row.findings->item[i].rule].name, "Q05") == 0;
    assert_int_equal(n, want);
    const struct value *note =
        record_get(row.record, dictionary_variable(d, o.form->id, TEXT("by"))->id, 0);
    assert_int_equal(note->kind, organisation[0] == '\0' ? VALUE_EMPTY : VALUE_TEXT);
    if (note->kind == VALUE_TEXT) assert_true(text_is(note->text, organisation));
    assert_int_equal(record_get(row.record, o.form->organisation, 0)->kind, VALUE_EMPTY);
    assert_int_equal(record_get(row.record, o.form->organisation_type, 0)->kind, VALUE_EMPTY);
    intake_close(in);
    problems_release(&p);
    arena_free(a);
}

static void the_supplier_is_known_to_rules(void **state)
{
    (void)state;
    struct small_file instead[] = {
        {"rules.csv", small_edit("rules.csv", "${age} <= 80", "${organisation_type} = '10'")},
        {"dictionary/victim.csv",
         small_edit("dictionary/victim.csv", "calculate,age_legal,",
                    "calculate,by,By,Por,,,,,,,${organisation},,,-,text,,,\ncalculate,age_legal,")},
        {NULL, NULL}};
    struct dictionary *d;
    struct problems p;
    struct err e = {0};
    if (!small_load(&d, instead, "", &p, &e)) fail_msg("%s", p.item[0].message);
    dictionary_add_organisation(d, TEXT("GNR"), TEXT("Guarda"), TEXT("10"));
    dictionary_add_organisation(d, TEXT("APAV"), TEXT("Apoio"), TEXT("50"));
    supplied(d, "GNR", "10", 0);
    supplied(d, "APAV", "50", 1);
    supplied(d, "", "", 1); /* nobody is no police */
    problems_release(&p);
    dictionary_free(d);
}

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_published_extract),
        cmocka_unit_test(twenty_planted_errors),
        cmocka_unit_test(what_is_said_once_is_not_said_twice),
        cmocka_unit_test(rows_that_are_none),
        cmocka_unit_test(hidden_rows_and_formulas_of_a_workbook),
        cmocka_unit_test(hidden_first_rows),
        cmocka_unit_test(references_from_the_position),
        cmocka_unit_test(spreadsheet_of_htcds),
        cmocka_unit_test(broken_files),
        cmocka_unit_test(a_file_that_changes_while_it_is_read),
        cmocka_unit_test(about_the_file),
        cmocka_unit_test(the_supplier_is_known_to_rules),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    data_release();
    return failed;
}
