/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_import.c
 *  1 the document of an import: counts, findings, rules, file and mapping
 *  2 again: the same file, changed rows, twice in one file, rows without reference
 *  3 strict, dry run: nothing is kept
 *  4 undo, and what stands in its way
 *  5 two data sets under two keys
 *  6 what cannot be imported, and the file given back that cannot be written
 *  7 what the log says of it */
#include "harness.h"

#include "desk.h"

#include "base/file.h"
#include "model/dictionary.h"
#include "raw.h"
#include "service/service_internal.h"
#include "store/envelope.h"

#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "'form':'victim','organisation':'GNR'"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static void counts(const struct json *r, int64_t rows, int64_t fresh, int64_t changed, int64_t same,
                   int64_t duplicate, int64_t refused)
{
    assert_int_equal(json_get_int(r, "rows", -1), rows);
    assert_int_equal(json_get_int(r, "new", -1), fresh);
    assert_int_equal(json_get_int(r, "changed", -1), changed);
    assert_int_equal(json_get_int(r, "same", -1), same);
    assert_int_equal(json_get_int(r, "duplicate", -1), duplicate);
    assert_int_equal(json_get_int(r, "refused", -1), refused);
}

/* ---- 1 ---- */

/* Three rows: one good; one with an unknown code; one with two errors (an age that is none, no
 * status). */
static void write_three(const char *path)
{
    char row[400], text[4000];
    size_t n = (size_t)snprintf(text, sizeof text, "%s", desk_victim_header);
    desk_victim_row(row, sizeof row, "A", 1, 0);
    n += (size_t)snprintf(text + n, sizeof text - n, "%s", row);
    n += (size_t)
        snprintf(text + n, sizeof text - n,
                 "A-2,,,,2023-05-11,Q,40,PT,PT,E210,A01,PT,2023-01,yes,S30,2023-12-12,14,LB3\n"
                 "A-3,,,,2023-05-11,M,old,PT,PT,E210,A01,PT,2023-01,yes,,2023-12-12,14,LB3\n");
    harness_write(path, text, n);
}

static const struct json *finding_of(const struct json *r, int64_t row, const char *rule)
{
    const struct json *list = json_get(r, "findings");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *f = json_at(list, i);
        if (json_get_int(f, "row", 0) == row && strcmp(json_get_text(f, "rule", ""), rule) == 0)
            return f;
    }
    fail_msg("no finding %s in row %d", rule, (int)row);
    return NULL;
}

static void document_1_1_names_every_count_and_finding(void **state)
{
    (void)state;
    write_three("three.csv");
    const struct json *r = desk_do(desk, "import.run", "{'file':'three.csv'," IMPORT "}");
    counts(r, 3, 1, 0, 0, 0, 2);
    assert_true(json_get_bool(r, "accepted", false));
    assert_false(json_get_bool(r, "dry_run", true));
    assert_int_equal(json_get_int(r, "batch", 0), 1);
    assert_string_equal(json_get_text(r, "form", ""), "victim");
    assert_string_equal(json_get_text(r, "organisation", ""), "GNR");

    /* sex is the sixth column; "Q" is no code of CL_SEX */
    const struct json *f = finding_of(r, 3, "V01");
    assert_int_equal(json_get_int(f, "column", 0), 6);
    assert_string_equal(json_get_text(f, "column_name", ""), "sex");
    assert_string_equal(json_get_text(f, "variable", ""), "sex");
    assert_string_equal(json_get_text(f, "severity", ""), "error");
    assert_string_equal(json_get_text(f, "value", ""), "Q");
    assert_non_null(strstr(json_get_text(f, "message", ""), "not in the code list"));
    assert_true(strlen(json_get_text(f, "remedy", "")) > 10);
    assert_string_equal(json_get_text(finding_of(r, 4, "V02"), "column_name", ""),
                        "age_at_registration");
    assert_string_equal(json_get_text(finding_of(r, 4, "V03"), "column_name", ""), "victim_status");
    assert_int_equal(desk_records(desk, "victim"), 1);
}

static void document_1_2_rules_add_up_to_the_findings(void **state)
{
    (void)state;
    write_three("three.csv");
    const struct json *r = desk_do(desk, "import.run", "{'file':'three.csv'," IMPORT "}");
    const struct json *rules = json_get(r, "by_rule"), *list = json_get(r, "findings");
    int64_t sum = 0;
    for (size_t i = 0; i < json_size(rules); i++)
        sum += json_get_int(json_at(rules, i), "count", 0);
    assert_int_equal(sum, json_get_int(r, "findings_total", -1));
    assert_int_equal(json_size(list), (size_t)sum);
}

/* 300 rows with one error each: 200 findings are shown, all are counted. */
static void document_1_3_findings_shown_are_bounded(void **state)
{
    (void)state;
    FILE *f = fopen("many.csv", "wb");
    assert_non_null(f);
    (void)fputs(desk_victim_header, f);
    for (int i = 0; i < 300; i++)
        (void)fprintf(
            f, "M-%d,,,,2023-05-11,Q,40,PT,PT,E210,A01,PT,2023-01,yes,S30,2023-12-12,14,LB3\n", i);
    assert_int_equal(fclose(f), 0);
    const struct json *r = desk_do(desk, "import.run", "{'file':'many.csv'," IMPORT "}");
    counts(r, 300, 0, 0, 0, 0, 300);
    assert_int_equal(json_size(json_get(r, "findings")), 200);
    assert_true(json_get_int(r, "findings_total", 0) >= 300);
}

static void document_1_4_columns_that_nobody_knows_are_named(void **state)
{
    (void)state;
    harness_write_text("odd.csv",
                       "source_file_no,shoe size,entry_date,sex,age_at_registration,citizenship,"
                       "exploitation_form,victim_status,status_decided_by,legal_basis\n"
                       "A-1,42,2023-05-11,F,30,PT,E100,S30,14,LB3\n");
    const struct json *r = desk_do(desk, "import.check", "{'file':'odd.csv'," IMPORT "}");
    const struct json *unknown = json_get(json_get(r, "mapping"), "unknown_columns");
    assert_int_equal(json_size(unknown), 1);
    assert_string_equal(json_as_text(json_at(unknown, 0), ""), "shoe size");
    assert_string_equal(json_get_text(json_get(r, "file"), "encoding", ""), "utf-8");
    assert_string_equal(json_get_text(json_get(r, "file"), "separator", ""), ",");
}

/* ---- 2 ---- */

static void again_2_1_the_same_file_adds_nothing(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 100, 0);
    counts(desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}"), 100, 100, 0, 0, 0, 0);
    const struct json *r = desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    counts(r, 100, 0, 0, 100, 0, 0);
    assert_int_equal(desk_records(desk, "victim"), 100);
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':1000}"), "records");
    assert_int_equal(json_size(list), 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(json_get_int(json_at(list, i), "version", 0), 1);
}

static void again_2_2_changed_rows_make_versions(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 10, 0);
    desk_victims("w.csv", "A", 0, 5, 1); /* five of them a year older */
    counts(desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}"), 10, 10, 0, 0, 0, 0);
    counts(desk_do(desk, "import.run", "{'file':'w.csv'," IMPORT "}"), 5, 0, 5, 0, 0, 0);
    counts(desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}"), 10, 0, 5, 5, 0, 0);
    assert_int_equal(desk_records(desk, "victim"), 10);
    char code[20];
    const struct json *list = json_get(desk_do(desk, "record.list", "{}"), "records");
    assert_int_equal(json_get_int(json_at(list, 0), "version", 0), 1); /* the newest first */
    assert_int_equal(json_get_int(json_at(list, 9), "version", 0), 3);
    (void)snprintf(code, sizeof code, "%s", json_get_text(json_at(list, 9), "record", ""));
    const struct json *versions =
        json_get(desk_do(desk, "record.history", "{'record':'%s'}", code), "versions");
    assert_int_equal(json_size(versions), 3);
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(json_get_int(json_at(versions, (size_t)i), "version", 0), i + 1);
        assert_int_equal(json_get_int(json_at(versions, (size_t)i), "batch", 0), i + 1);
        assert_string_equal(json_get_text(json_at(versions, (size_t)i), "author", ""),
                            "local:test");
    }
    /* age 20 + 0, 21, 20 again (desk_victim_row) */
    for (int v = 1; v <= 3; v++) {
        const struct json *r =
            desk_do(desk, "record.show", "{'record':'%s','version':%d}", code, v);
        assert_int_equal(json_get_int(json_get(r, "values"), "age_at_registration", 0),
                         v == 2 ? 21 : 20);
    }
}

static void again_2_3_identifiers_alone_make_a_version(void **state)
{
    (void)state;
    char row[400], text[1000];
    desk_victim_row(row, sizeof row, "A", 1, 0);
    (void)snprintf(text, sizeof text, "%s%s", desk_victim_header, row);
    harness_write_text("one.csv", text);
    counts(desk_do(desk, "import.run", "{'file':'one.csv'," IMPORT "}"), 1, 1, 0, 0, 0, 0);
    memcpy(strstr(text, "FAMILY-1"), "FAMILY-2", 8);
    harness_write_text("one.csv", text);
    counts(desk_do(desk, "import.run", "{'file':'one.csv'," IMPORT "}"), 1, 0, 1, 0, 0, 0);
}

static void again_2_4_a_reference_twice_in_one_file_is_refused_and_named(void **state)
{
    (void)state;
    char a[400], b[400], text[2000];
    desk_victim_row(a, sizeof a, "A", 1, 0);
    desk_victim_row(b, sizeof b, "A", 1, 5);
    (void)snprintf(text, sizeof text, "%s%s%s", desk_victim_header, a, b);
    harness_write_text("twice.csv", text);
    const struct json *r = desk_do(desk, "import.run", "{'file':'twice.csv'," IMPORT "}");
    counts(r, 2, 1, 0, 0, 1, 1);
    const struct json *f = finding_of(r, 3, "V07");
    assert_int_equal(json_get_int(f, "column", 0), 1);
    assert_string_equal(json_get_text(f, "column_name", ""), "source_file_no");
    assert_string_equal(json_get_text(f, "severity", ""), "error");
    assert_int_equal(desk_records(desk, "victim"), 1);
    /* the first row is the one that was kept */
    const struct json *list = json_get(desk_do(desk, "record.list", "{}"), "records");
    r = desk_do(desk, "record.show", "{'record':'%s'}",
                json_get_text(json_at(list, 0), "record", ""));
    assert_int_equal(json_get_int(json_get(r, "values"), "age_at_registration", 0), 21);
}

static void again_2_5_a_row_without_reference_is_refused(void **state)
{
    (void)state;
    char text[1000];
    (void)snprintf(text, sizeof text, "%s%s", desk_victim_header,
                   ",,,,2023-05-11,F,40,PT,PT,E210,A01,PT,2023-01,yes,S30,2023-12-12,14,LB3\n");
    harness_write_text("none.csv", text);
    const struct json *r = desk_do(desk, "import.run", "{'file':'none.csv'," IMPORT "}");
    counts(r, 1, 0, 0, 0, 0, 1);
    assert_string_equal(json_get_text(finding_of(r, 2, "V12"), "severity", ""), "error");
}

static void again_2_6_references_belong_to_the_organisation(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 10, 0);
    counts(desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}"), 10, 10, 0, 0, 0, 0);
    counts(desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'APAV'}"),
           10, 10, 0, 0, 0, 0);
    assert_int_equal(desk_records(desk, "victim"), 20);
}

/* ---- 3 ---- */

static void strict_3_1_one_refused_row_refuses_the_file(void **state)
{
    (void)state;
    write_three("three.csv");
    const struct json *r =
        desk_do(desk, "import.run", "{'file':'three.csv','strict':true," IMPORT "}");
    counts(r, 3, 1, 0, 0, 0, 2); /* what would have become of the rows */
    assert_false(json_get_bool(r, "accepted", true));
    assert_false(json_has(r, "batch"));
    assert_int_equal(desk_records(desk, "victim"), 0);
    assert_int_equal(json_size(json_get(desk_do(desk, "batch.list", "{}"), "batches")), 0);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "import");
    assert_string_equal(json_get_text(entry, "decision", ""), "refused");
    assert_string_equal(json_get_text(entry, "organisation", ""), "GNR");
    assert_int_equal(json_get_int(entry, "count", -1), 0); /* nothing was kept */
    assert_false(json_has(entry, "object_id"));            /* and there is no batch */
}

static void strict_3_2_a_good_file_is_taken(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 10, 0);
    const struct json *r = desk_do(desk, "import.run", "{'file':'v.csv','strict':true," IMPORT "}");
    assert_true(json_get_bool(r, "accepted", false));
    assert_int_equal(desk_records(desk, "victim"), 10);
}

/* S72 */
static void dry_3_3_a_dry_run_changes_no_byte(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 50, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    service_close(desk);
    desk_victims("w.csv", "A", 40, 70, 0);
    uint64_t before = desk_fingerprint("repository");
    desk = desk_open("repository", NULL);
    const struct json *r =
        desk_do(desk, "import.check", "{'file':'w.csv','findings':'dry.csv'," IMPORT "}");
    counts(r, 30, 20, 0, 10, 0, 0);
    assert_true(json_get_bool(r, "dry_run", false));
    assert_false(json_has(r, "batch"));
    service_close(desk);
    assert_int_equal(desk_fingerprint("repository"), before);
    size_t n;
    char *back = harness_read("dry.csv", &n);
    assert_non_null(strstr(back, "_errors"));
    free(back);
    /* what the dry run foretold is what the import does */
    desk = desk_open("repository", NULL);
    counts(desk_do(desk, "import.run", "{'file':'w.csv'," IMPORT "}"), 30, 20, 0, 10, 0, 0);
}

static void dry_3_4_a_reference_twice_is_found_in_a_dry_run_too(void **state)
{
    (void)state;
    char a[400], text[2000];
    desk_victim_row(a, sizeof a, "A", 1, 0);
    (void)snprintf(text, sizeof text, "%s%s%s", desk_victim_header, a, a);
    harness_write_text("twice.csv", text);
    const struct json *r = desk_do(desk, "import.check", "{'file':'twice.csv'," IMPORT "}");
    counts(r, 2, 1, 0, 0, 1, 1);
    (void)finding_of(r, 3, "V07");
}

/* ---- 4 ---- */

static void undo_4_1_takes_a_batch_back(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 10, 0);
    desk_victims("w.csv", "A", 5, 15, 1); /* 5 changed, 5 new */
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    (void)desk_do(desk, "import.run", "{'file':'w.csv'," IMPORT "}");
    assert_int_equal(desk_records(desk, "victim"), 15);
    const struct json *r = desk_do(desk, "batch.undo", "{'batch':2,'reason':'wrong year'}");
    assert_int_equal(json_get_int(r, "withdrawn", -1), 5);
    assert_int_equal(json_get_int(r, "reverted", -1), 5);
    assert_int_equal(desk_records(desk, "victim"), 10);
    const struct json *list = json_get(desk_do(desk, "batch.list", "{}"), "batches");
    assert_string_equal(json_get_text(json_at(list, 0), "state", ""), "visible");
    assert_string_equal(json_get_text(json_at(list, 1), "state", ""), "undone");
    /* the first file is again what the register says */
    counts(desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}"), 10, 0, 0, 10, 0, 0);
    /* and the second one can be sent again */
    counts(desk_do(desk, "import.run", "{'file':'w.csv'," IMPORT "}"), 10, 5, 5, 0, 0, 0);
    assert_int_equal(desk_records(desk, "victim"), 15);
    desk_verify(desk);
}

static void undo_4_2_not_twice_and_not_behind_later_changes(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 10, 0);
    desk_victims("w.csv", "A", 0, 10, 1);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    (void)desk_do(desk, "import.run", "{'file':'w.csv'," IMPORT "}");
    const struct err *e = desk_refused(desk, ERR_CONFLICT, "batch.later_changes", "batch.undo",
                                       "{'batch':1,'reason':'x'}");
    assert_true(strlen(e->remedy) > 10);
    assert_int_equal(desk_records(desk, "victim"), 10);
    (void)desk_do(desk, "batch.undo", "{'batch':2,'reason':'x'}");
    (void)desk_refused(desk, ERR_CONFLICT, "batch.undone", "batch.undo",
                       "{'batch':2,'reason':'x'}");
    (void)desk_do(desk, "batch.undo", "{'batch':1,'reason':'x'}");
    assert_int_equal(desk_records(desk, "victim"), 0);
}

static void undo_4_3_an_unknown_batch(void **state)
{
    (void)state;
    struct json *r;
    struct err e;
    assert_false(desk_try(&r, desk, &e, "batch.undo", "{'batch':77,'reason':'x'}"));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

/* ---- 5 ---- */

/* The stored key of a form's first record, opened with a data set's key: does it open? */
static bool opens(const char *form, enum key_use use)
{
    struct store *st = desk->store;
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    char code[RECORD_CODE + 8], letters[RECORD_CODE + 1];
    const struct json *list =
        json_get(desk_do(desk, "record.list", "{'form':'%s'}", form), "records");
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(json_at(list, json_size(list) - 1), "record", ""));
    size_t n = 0;
    for (const char *p = code; *p != '\0'; p++)
        if (*p != '-') letters[n++] = *p;
    letters[n] = '\0';
    assert_int_equal(n, RECORD_CODE);
    uint8_t wrapped[WRAPPED_KEY], key[CRYPTO_KEY];
    for (int i = 0; i < WRAPPED_KEY; i++) { /* a byte at a time, through two hexadecimal digits */
        int64_t v = 0;
        for (int k = 0; k < 2; k++)
            v = v * 16 +
                raw_number(
                    raw,
                    "SELECT instr('0123456789ABCDEF', substr(hex(r.wrapped_key), %d, 1)) - 1 FROM record r "
                    "JOIN series s USING (series_no) JOIN form f USING (form_no) WHERE f.name = '%s' "
                    "ORDER BY r.record_no LIMIT 1",
                    2 * i + k + 1, form);
        wrapped[i] = (uint8_t)v;
    }
    raw_close(raw);
    struct envelope_context c = {ENVELOPE_RECORD_KEY, letters, 0};
    return envelope_unwrap(key, wrapped, sizeof wrapped, keyring_key(store_keyring(st), use), &c);
}

/* S12 (per data set) */
static void sets_5_1_each_data_set_has_its_own_key(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 3, 0);
    desk_suspects("s.csv", "S", 0, 4);
    counts(desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}"), 3, 3, 0, 0, 0, 0);
    counts(desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}"), 4,
           4, 0, 0, 0, 0);
    assert_int_equal(desk_records(desk, "victim"), 3);
    assert_int_equal(desk_records(desk, "suspect"), 4);
    assert_true(opens("victim", KEY_VICTIM));
    assert_false(opens("victim", KEY_JUSTICE));
    assert_true(opens("suspect", KEY_JUSTICE));
    assert_false(opens("suspect", KEY_VICTIM));
    harness_write_text(
        "c.csv", "source_file_no,entry_date,case_status,legal_basis\nC1,2023-05-10,active,LB7\n");
    counts(desk_do(desk, "import.run", "{'file':'c.csv','form':'case','organisation':'GNR'}"), 1, 1,
           0, 0, 0, 0);
    assert_true(opens("case", KEY_CASE));
    assert_false(opens("case", KEY_VICTIM));
    assert_false(opens("case", KEY_JUSTICE));
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
}

/* ---- 6 ---- */

static void refused_6_1_what_is_not_there(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 3, 0);
    const struct err *e = desk_refused(desk, ERR_USAGE, "call.no_form", "import.run",
                                       "{'file':'v.csv','form':'witness','organisation':'GNR'}");
    assert_non_null(strstr(e->remedy, "victim"));
    e = desk_refused(desk, ERR_NOT_FOUND, "organisation.unknown", "import.run",
                     "{'file':'v.csv','form':'victim','organisation':'FBI'}");
    assert_non_null(strstr(e->remedy, "organisation"));
    e = desk_refused(desk, ERR_NOT_FOUND, "mapping.unknown", "import.run",
                     "{'file':'v.csv','mapping':'nobodys'," IMPORT "}");
    assert_true(strlen(e->remedy) > 0);
    e = desk_refused(desk, ERR_USAGE, "import.encoding", "import.run",
                     "{'file':'v.csv','encoding':'ebcdic'," IMPORT "}");
    assert_non_null(strstr(e->remedy, "windows-1250"));
    (void)desk_refused(desk, ERR_INPUT, "import.open", "import.run",
                       "{'file':'absent.csv'," IMPORT "}");
    assert_int_equal(desk_records(desk, "victim"), 0);
    assert_int_equal(json_size(json_get(desk_do(desk, "batch.list", "{}"), "batches")), 0);
}

/* A mapping's name is no path. */
static void refused_6_2_a_mapping_cannot_be_fetched_from_elsewhere(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 3, 0);
    static const char *const names[] = {"../dictionary/settings", "/etc/passwd", "..", ".", "a/b",
                                        "htcds-2.0.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct json *r;
        struct err e;
        if (desk_try(&r, desk, &e, "import.check", "{'file':'v.csv','mapping':'%s'," IMPORT "}",
                     names[i]))
            fail_msg("mapping %s was taken", names[i]);
        assert_int_equal(err_exit_status(e.code), 2);
    }
}

static void files_that_are_none(const char *content, size_t n)
{
    struct json *r;
    struct err e;
    harness_write("bad.csv", content, n);
    if (desk_try(&r, desk, &e, "import.run", "{'file':'bad.csv'," IMPORT "}")) {
        /* it could be read as a file without any good row: then nothing was kept */
        assert_int_equal(json_get_int(r, "new", -1), 0);
        json_free(r);
    } else {
        assert_int_equal(err_exit_status(e.code), 3);
        assert_true(strlen(e.msg) > 10);
    }
    assert_int_equal(desk_records(desk, "victim"), 0);
}

static void refused_6_3_empty_binary_and_cut_files(void **state)
{
    (void)state;
    files_that_are_none("", 0);
    files_that_are_none("\0\0\0\0", 4);
    files_that_are_none("PK\3\4 not really a workbook", 26);
    files_that_are_none("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    files_that_are_none("source_file_no,sex\n\"A-1,F\n", 26);
    files_that_are_none("one column\n", 11);
    char cell[3000];
    memset(cell, 'x', sizeof cell);
    files_that_are_none(cell, sizeof cell);
    (void)desk_refused(desk, ERR_INPUT, "import.not_a_file", "import.run",
                       "{'file':'repository'," IMPORT "}");
}

/* A file that breaks off in the middle of good rows: nothing of it is kept. */
static void refused_6_4_a_file_that_breaks_off(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 2000, 0);
    FILE *f = fopen("v.csv", "ab");
    assert_non_null(f);
    (void)fputs("A-9999,\"open quote to the end of the file", f);
    assert_int_equal(fclose(f), 0);
    struct json *r;
    struct err e;
    assert_false(desk_try(&r, desk, &e, "import.run", "{'file':'v.csv'," IMPORT "}"));
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(desk_records(desk, "victim"), 0);
    assert_int_equal(desk_entries(desk, "import"), 0);
    desk_verify(desk);
}

static void back_6_5_a_findings_file_that_cannot_be_written_refuses_the_import(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 2000, 0);
    static const char *const places[] = {"absent/out.csv", "repository", "/proc/nothing.csv"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct json *r;
        struct err e;
        if (desk_try(&r, desk, &e, "import.run", "{'file':'v.csv','findings':'%s'," IMPORT "}",
                     places[i]))
            fail_msg("%s was written", places[i]);
        assert_true(strlen(e.msg) > 10);
    }
    assert_int_equal(desk_records(desk, "victim"), 0);
    assert_int_equal(desk_entries(desk, "import"), 0);
    desk_verify(desk);
}

static void back_6_6_a_device_without_space(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 2000, 0);
    if (!harness_exists("/dev/full")) skip();
    struct json *r;
    struct err e;
    assert_false(
        desk_try(&r, desk, &e, "import.run", "{'file':'v.csv','findings':'/dev/full'," IMPORT "}"));
    assert_int_equal(err_exit_status(e.code), 5);
    assert_int_equal(desk_records(desk, "victim"), 0);
    assert_int_equal(desk_entries(desk, "import"), 0);
}

static void back_6_7_never_over_the_file_itself(void **state)
{
    (void)state;
    write_three("three.csv");
    if (!harness_exists("linked.csv")) assert_int_equal(link("three.csv", "linked.csv"), 0);
    (void)desk_refused(desk, ERR_USAGE, "import.findings_over_file", "import.run",
                       "{'file':'three.csv','findings':'./three.csv'," IMPORT "}");
    (void)desk_refused(desk, ERR_USAGE, "import.findings_over_file", "import.check",
                       "{'file':'three.csv','findings':'linked.csv'," IMPORT "}");
    assert_int_equal(desk_records(desk, "victim"), 0);
}

static void back_6_8_can_be_mended_and_sent_again(void **state)
{
    (void)state;
    write_three("three.csv");
    (void)desk_do(desk, "import.run", "{'file':'three.csv','findings':'back.csv'," IMPORT "}");
    size_t n;
    char *back = harness_read("back.csv", &n);
    assert_non_null(strstr(back, "\"_errors\""));
    char *age = strstr(back, "\"old\""), *sex = strstr(back, "\"Q\"");
    assert_non_null(age);
    assert_non_null(sex);
    memcpy(age, "\"30 ", 4); /* 30 with a blank behind it, and F */
    age[4] = '"';
    sex[1] = 'F';
    harness_write("back.csv", back, n);
    free(back);
    struct stat st;
    assert_int_equal(stat("back.csv", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600); /* S15: it holds what the provider sent */
    /* _errors is no variable, the first row is known, the second is good now; the third still lacks
     * its status */
    const struct json *r = desk_do(desk, "import.run", "{'file':'back.csv'," IMPORT "}");
    counts(r, 3, 1, 0, 1, 0, 1);
    (void)finding_of(r, 4, "V03");
}

/* ---- 7 ---- */

static void log_7_1_one_entry_for_a_batch(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 7, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "import");
    assert_string_equal(json_get_text(entry, "object_type", ""), "batch");
    assert_string_equal(json_get_text(entry, "object_id", ""), "1");
    assert_string_equal(json_get_text(entry, "organisation", ""), "GNR");
    assert_string_equal(json_get_text(entry, "actor", ""), "local:test");
    assert_string_equal(json_get_text(entry, "role", ""), "custodian");
    assert_string_equal(json_get_text(entry, "decision", ""), "allow");
    assert_int_equal(json_get_int(entry, "count", 0), 7);
    (void)desk_do(desk, "batch.undo", "{'batch':1,'reason':'sent to the wrong office'}");
    entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "import.undo");
    assert_string_equal(json_get_text(entry, "object_id", ""), "1");
    assert_string_equal(json_get_text(entry, "purpose", ""), "sent to the wrong office");
    assert_int_equal(json_get_int(entry, "count", 0), 7);
    desk_verify(desk);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(document_1_1_names_every_count_and_finding),
        T(document_1_2_rules_add_up_to_the_findings),
        T(document_1_3_findings_shown_are_bounded),
        T(document_1_4_columns_that_nobody_knows_are_named),
        T(again_2_1_the_same_file_adds_nothing),
        T(again_2_2_changed_rows_make_versions),
        T(again_2_3_identifiers_alone_make_a_version),
        T(again_2_4_a_reference_twice_in_one_file_is_refused_and_named),
        T(again_2_5_a_row_without_reference_is_refused),
        T(again_2_6_references_belong_to_the_organisation),
        T(strict_3_1_one_refused_row_refuses_the_file),
        T(strict_3_2_a_good_file_is_taken),
        T(dry_3_3_a_dry_run_changes_no_byte),
        T(dry_3_4_a_reference_twice_is_found_in_a_dry_run_too),
        T(undo_4_1_takes_a_batch_back),
        T(undo_4_2_not_twice_and_not_behind_later_changes),
        T(undo_4_3_an_unknown_batch),
        T(sets_5_1_each_data_set_has_its_own_key),
        T(refused_6_1_what_is_not_there),
        T(refused_6_2_a_mapping_cannot_be_fetched_from_elsewhere),
        T(refused_6_3_empty_binary_and_cut_files),
        T(refused_6_4_a_file_that_breaks_off),
        T(back_6_5_a_findings_file_that_cannot_be_written_refuses_the_import),
        T(back_6_6_a_device_without_space),
        T(back_6_7_never_over_the_file_itself),
        T(back_6_8_can_be_mended_and_sent_again),
        T(log_7_1_one_entry_for_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
