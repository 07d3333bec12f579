/* SPDX-License-Identifier: EUPL-1.2 */
/* Hostile texts in every place that takes text (S59, S62, S63, S64, S75): as parameters, in cells
 * and headers of files, as words of the session. What they are stays text.
 *  1 parameters of every operation
 *  2 cells and headers
 *  3 the session
 *  4 what an organisation is called comes back as it was
 *  5 files that are hostile as a whole: an answer within seconds
 */
#include "harness.h"

#include "desk.h"

#include "raw.h"
#include "service/operations.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *const payloads[] = {"'",
                                       "''",
                                       "\"",
                                       "\\",
                                       "%",
                                       "%s%s%s%n",
                                       "';--",
                                       "' OR '1'='1",
                                       "1; DROP TABLE record; --",
                                       "' UNION SELECT body FROM record_version --",
                                       "\"; ATTACH DATABASE 'stolen.db' AS x; --",
                                       "'||(SELECT hex(randomblob(1e9)))||'",
                                       "1 AND 1=randomblob(500000000)",
                                       "x' || load_extension('./x.so') || '",
                                       "'; PRAGMA key='x'; --",
                                       "${sex}",
                                       "${",
                                       "//*",
                                       "count(//*)",
                                       "../../../../etc/passwd",
                                       "/etc/passwd",
                                       "|id",
                                       "`id`",
                                       "$(id)",
                                       "; id",
                                       "<script>alert(1)</script>",
                                       "{{7*7}}",
                                       "=cmd|' /C calc'!A0",
                                       "+1+1",
                                       "@SUM(1)",
                                       "-2+3",
                                       "\xef\xbb\xbf=1+1",
                                       ("\xe2\x80\xae"
                                        "txt.exe"),
                                       "\xf0\x9f\x98\x80",
                                       "NULL",
                                       "null",
                                       "true",
                                       "0x41",
                                       "1e309",
                                       "-0",
                                       "NaN",
                                       "999999999999999999999999",
                                       "COM1",
                                       ".",
                                       "..",
                                       "~",
                                       "*",
                                       "?",
                                       "--help",
                                       "-",
                                       "a\tb"};
enum { N_PAYLOAD = sizeof payloads / sizeof payloads[0] };

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    /* hundreds of passwords are tried here, and none is to be kept safe */
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 20, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* An answer, or a refusal that tells nothing of how we are built. */
static void no_oracle(const char *where, const char *payload, bool ok, const struct err *e,
                      double seconds)
{
    static const char *const inside[] = {
        "SELECT", "INSERT", "syntax error", "no such table", "no such column",
        "sqlite", "SQL",    ".c:",          "./src/"};
    if (seconds > 5) fail_msg("%s: %s took %.1f s", where, payload, seconds);
    if (ok) return;
    if (e->code == ERR_STORE) fail_msg("%s: %s reached the store: %s", where, payload, e->msg);
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (strstr(e->msg, inside[i]) != NULL && strstr(payload, inside[i]) == NULL)
            fail_msg("%s: %s: %s", where, payload, e->msg);
}

static void nothing_happened(int64_t records)
{
    assert_int_equal(desk_records(desk, "victim"), records);
    assert_false(harness_exists("stolen.db"));
    desk_verify(desk);
}

/* ---- 1 ---- */

static struct json *filler(const struct parameter_spec *p)
{
    static const char *const good[][2] = {
        {"file", "v.csv"},    {"form", "victim"},           {"organisation", "GNR"},
        {"type", "police"},   {"record", "0000-0000-0001"}, {"list", "CL_SEX"},
        {"kind", "recovery"}, {"folder", "absent/deep"}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (strcmp(p->name, good[i][0]) == 0) return json_text(text_of(good[i][1]));
    if (p->type == PARAM_INT) return json_int(p->min > 0 ? 999 : 0);
    return json_text(TEXT("x"));
}

static void try_parameter(const struct operation *op, const struct parameter_spec *p,
                          const char *payload)
{
    struct json *in = json_object(), *out = NULL;
    struct err e = {0};
    char where[100];
    /* paths are for the file system, and it is asked only in the test's own folder */
    for (const struct parameter_spec *q = op->parameter; q->name != NULL; q++)
        if ((q->required || strcmp(q->name, "file") == 0) && q != p)
            json_set(in, q->name, filler(q)); /* a file that is not an upload is needed, too */
    if (p->type == PARAM_LIST) {
        struct json *list = json_array();
        json_push(list, json_text(text_of(payload)));
        json_set(in, p->name, list);
    } else if (p->type == PARAM_FIELDS) {
        struct json *fields = json_object();
        json_set_text(fields, "case_note", payload);
        json_set_text(fields, payload, payload);
        json_set(in, p->name, fields);
    } else {
        json_set(in, p->name, json_text(text_of(payload)));
    }
    (void)snprintf(where, sizeof where, "%s %s", op->name, p->name);
    double from = harness_seconds();
    bool ok = service_call(&out, desk, op->name, in, NULL, &e);
    no_oracle(where, payload, ok, &e, harness_seconds() - from);
    if (ok) json_free(out);
    json_free(in);
}

static bool writes_where_told(const struct operation *op, const struct parameter_spec *p)
{
    static const char *const names[] = {"output", "findings", "new_key_file"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(p->name, names[i]) == 0) return true;
    return strncmp(op->name, "backup.", 7) == 0 || strcmp(op->name, "repository.init") == 0;
}

static void parameters_1_1_of_every_operation(void **state)
{
    (void)state;
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
            if (p->type == PARAM_INT || p->type == PARAM_BOOL || writes_where_told(op, p)) continue;
            for (size_t k = 0; k < N_PAYLOAD; k++) try_parameter(op, p, payloads[k]);
        }
    }
    /* some payloads are good codes of organisations: these were added, and each sent the file
     * once */
    const struct json *list = json_get(desk_do(desk, "organisation.list", "{}"), "organisations");
    int64_t sent = 0;
    for (size_t i = 0; i < json_size(list); i++)
        for (size_t k = 0; k < N_PAYLOAD; k++)
            sent += strcmp(json_get_text(json_at(list, i), "code", ""), payloads[k]) == 0;
    assert_true(sent > 2 && sent < 12);
    /* and names of decoys may be any text */
    int64_t decoys = (int64_t)json_size(json_get(desk_do(desk, "decoy.list", "{}"), "decoys"));
    nothing_happened(20 + 20 * sent + decoys);
}

/* ---- 2 ---- */

static void quoted(FILE *f, const char *text)
{
    (void)fputc('"', f);
    for (; *text != '\0'; text++) {
        if (*text == '"') (void)fputc('"', f);
        (void)fputc(*text, f);
    }
    (void)fputc('"', f);
}

/* Each payload as reference, as name and as a code: references and names are kept as they are,
 * codes are refused. Not as both of one row: a name in the reference is refused (Q52). */
static void cells_2_1_stay_text(void **state)
{
    (void)state;
    FILE *f = fopen("cells.csv", "wb");
    assert_non_null(f);
    (void)fputs(desk_victim_header, f);
    for (size_t i = 0; i < N_PAYLOAD; i++) {
        quoted(f, payloads[i]);
        (void)fprintf(f,
                      ",,,,2023-05-11,F,40,PT,PT,E210,A01,PT,2023-01,yes,S30,2023-12-12,14,LB3\n");
        (void)fprintf(f, "N%zu,", i);
        quoted(f, payloads[i]);
        (void)fprintf(
            f, ",G%zu,,2023-05-11,F,40,PT,PT,E210,A01,PT,2023-01,yes,S30,2023-12-12,14,LB3\n", i);
        (void)fprintf(f, "C%zu,,,,2023-05-11,", i);
        quoted(f, payloads[i]);
        (void)fprintf(f, ",40,PT,PT,E210,A01,PT,2023-01,yes,S30,2023-12-12,14,LB3\n");
    }
    assert_int_equal(fclose(f), 0);
    const struct json *r =
        desk_do(desk, "import.run", "{'file':'cells.csv','form':'victim','organisation':'APAV'}");
    int64_t kept = json_get_int(r, "new", -1);
    assert_int_equal(json_get_int(r, "rows", -1), 3 * N_PAYLOAD);
    assert_int_equal(json_get_int(r, "refused", -1) + kept, 3 * N_PAYLOAD);
    assert_true(kept >= 2 * N_PAYLOAD -
                            24); /* some are no reference: a missing code, a control character */
    assert_true(kept <= 2 * N_PAYLOAD + 4); /* and hardly any is a sex */
    /* S63: what was kept comes back unchanged */
    const struct json *list =
        json_get(desk_do(desk, "record.list", "{'form':'victim','limit':1000}"), "records");
    char codes[400][20];
    size_t n = json_size(list), same = 0;
    assert_true(n <= 400);
    for (size_t i = 0; i < n; i++)
        (void)snprintf(codes[i], sizeof codes[i], "%s",
                       json_get_text(json_at(list, i), "record", ""));
    for (size_t i = 20; i < n; i++) {
        r = json_get(desk_do(desk, "record.identity", "{'record':'%s','purpose':'test'}", codes[i]),
                     "values");
        const char *given = json_get_text(r, "given_names", "");
        if (given[0] != 'G') continue;
        size_t k = (size_t)strtoul(given + 1, NULL, 10);
        if (strcmp(json_get_text(r, "family_name", ""), payloads[k]) == 0) same++;
        else
            print_message("%s came back as %s\n", payloads[k],
                          json_get_text(r, "family_name", "(nothing)"));
    }
    assert_true(same + 12 >= N_PAYLOAD);
    nothing_happened(20 + kept);
}

static void headers_2_2_are_no_more_than_names(void **state)
{
    (void)state;
    FILE *f = fopen("head.csv", "wb");
    assert_non_null(f);
    (void)fputs("source_file_no,sex", f);
    for (size_t i = 0; i < N_PAYLOAD; i++) {
        (void)fputc(',', f);
        quoted(f, payloads[i]);
    }
    (void)fputs("\nX-1,F\n", f);
    assert_int_equal(fclose(f), 0);
    struct json *out;
    struct err e;
    bool ok = desk_try(&out, desk, &e, "import.check",
                       "{'file':'head.csv','form':'victim','organisation':'APAV'}");
    no_oracle("header", "all", ok, &e, 0);
    if (ok) json_free(out);
    nothing_happened(20);
}

/* ---- 3 ---- */

static void session_3_1_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_PAYLOAD; i++) {
        struct json *out;
        struct err e;
        struct service_options o = desk_options("repository", NULL);
        o.actor = o.purpose = payloads[i];
        struct service *s = desk_open_with(&o);
        bool ok = desk_try(&out, s, &e, "record.list", "{}");
        no_oracle("purpose", payloads[i], ok, &e, 0);
        if (ok) {
            json_free(out);
            assert_string_equal(json_get_text(desk_last_entry(desk), "purpose", ""), payloads[i]);
            assert_string_equal(json_get_text(desk_last_entry(desk), "actor", ""), payloads[i]);
        }
        service_close(s);
        o = desk_options("repository", NULL);
        o.role = payloads[i];
        s = desk_open_with(&o);
        assert_false(desk_try(&out, s, &e, "record.list", "{}"));
        service_close(s);
        o = desk_options("repository", NULL);
        o.language = payloads[i];
        s = desk_open_with(&o);
        ok = desk_try(&out, s, &e, "dictionary.forms", "{}");
        no_oracle("language", payloads[i], ok, &e, 0);
        if (ok) json_free(out);
        service_close(s);
    }
    nothing_happened(20);
}

/* ---- 4 ---- */

static void names_4_1_come_back(void **state)
{
    (void)state;
    struct json *in, *out;
    struct err e;
    char code[20];
    int kept = 0;
    for (size_t i = 0; i < N_PAYLOAD; i++) {
        in = json_object();
        (void)snprintf(code, sizeof code, "P%zu", i);
        json_set_text(in, "code", code);
        json_set_text(in, "type", "police");
        json_set_text(in, "name", payloads[i]);
        bool ok = service_call(&out, desk, "organisation.add", in, NULL, &e);
        json_free(in);
        if (!ok) continue;
        json_free(out);
        kept++;
        const struct json *list =
            json_get(desk_do(desk, "organisation.list", "{}"), "organisations");
        bool found = false;
        for (size_t k = 0; k < json_size(list); k++)
            found |= strcmp(json_get_text(json_at(list, k), "code", ""), code) == 0 &&
                     strcmp(json_get_text(json_at(list, k), "name", ""), payloads[i]) == 0;
        if (!found) fail_msg("organisation %s did not come back", payloads[i]);
    }
    assert_int_equal(kept, N_PAYLOAD - 1); /* the one with a tab is refused */
    nothing_happened(20);
}

/* ---- 5 ---- */

static void hostile(const char *path)
{
    struct harness_run run;
    double from = harness_seconds();
    HARNESS_DCIM(&run, "import", path, "--form", "victim", "--organisation", "APAV");
    double took = harness_seconds() - from;
    if (run.status != 1 && run.status != 3) fail_msg("%s: status %d %s", path, run.status, run.err);
    if (run.n_err < 10 && run.n_out < 10) fail_msg("%s: without a word", path);
    if (took > (harness_sanitized() ? 60 : 10)) fail_msg("%s: %.1f s", path, took);
    if (!harness_sanitized() && run.peak_kib > 600 * 1024)
        fail_msg("%s: %ld KiB", path, run.peak_kib);
    harness_run_release(&run);
}

static void fill(const char *path, const char *piece, size_t bytes)
{
    FILE *f = fopen(path, "wb");
    size_t n = strlen(piece);
    assert_non_null(f);
    for (size_t done = 0; done < bytes; done += n) (void)fwrite(piece, 1, n, f);
    assert_int_equal(fclose(f), 0);
}

/* S75, and "bad input" of the task: cells of 10 MB, a line of 100 MB, nothing but quotes,
 * separators, zeros. */
static void files_5_1_that_are_hostile(void **state)
{
    (void)state;
    enum { MB = 1024 * 1024 };
    fill("quotes.csv", "\"", 10 * MB);
    hostile("quotes.csv");
    fill("commas.csv", ",", 10 * MB);
    hostile("commas.csv");
    fill("line.csv", "a line without an end, ", 101 * MB);
    hostile("line.csv");
    assert_int_equal(unlink("line.csv"), 0);
    fill("newlines.csv", "\n", 5 * MB);
    hostile("newlines.csv");
    fill("sep.csv", "sep=;\n", 2 * MB);
    hostile("sep.csv");
    FILE *f = fopen("cell.csv", "wb");
    assert_non_null(f);
    (void)fputs("source_file_no,sex\nA-1,\"", f);
    for (int i = 0; i < 10 * MB; i += 16) (void)fputs("0123456789abcdef", f);
    (void)fputs("\"\n", f);
    assert_int_equal(fclose(f), 0);
    hostile("cell.csv");
    f = fopen("zero.csv", "wb");
    assert_non_null(f);
    for (int i = 0; i < MB; i++) (void)fputc(0, f);
    assert_int_equal(fclose(f), 0);
    hostile("zero.csv");
    if (harness_exists("/dev/zero")) hostile("/dev/zero");
    nothing_happened(20);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(parameters_1_1_of_every_operation),
        T(cells_2_1_stay_text),
        T(headers_2_2_are_no_more_than_names),
        T(session_3_1_words),
        T(names_4_1_come_back),
        T(files_5_1_that_are_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
