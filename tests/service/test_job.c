/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/job.c, op_job.c and op_upload.c, at a desk without threads
 *  1 an upload is described, mapped, checked and imported as jobs; counts and findings
 *  2 jobs and uploads of another account are not there (S52)     3 what is wrong with a file is
 *  told by
 *  its job     4 findings of one rule, page by page     5 a CSV file is read by a process of its
 *  own
 *  (S68): without one it is not read at all     6 another organisation's records are not to be
 *  imported */
#include "harness.h"

#include "people.h"

#include "base/base64.h"
#include "base/json.h"

static struct service *desk;
static struct person ana = {.account = "ana", .role = "contributor", .organisation = "GNR"},
                     rui = {.account = "rui", .role = "contributor", .organisation = "APAV"};

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.program = harness_program();
    desk = desk_open_with(&o);
    person_make(&ana, desk);
    person_make(&rui, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* A file handed over and said to be of victims of the GNR; its name, for long. */
static const char *upload(const char *path)
{
    static char code[64], question[400000];
    size_t n;
    char *bytes = harness_read(path, &n);
    struct buf b;
    struct err e = {0};
    struct json *in = json_object(), *out;
    buf_init(&b, sizeof question);
    base64_put(&b, (struct text){bytes, n});
    json_set_text(in, "name", path);
    json_set(in, "bytes", json_text(buf_text(&b)));
    json_set_bool(in, "last", true);
    struct caller who = {.session = ana.session, .source = "192.0.2.0", .language = "en"};
    if (!service_call_as(&out, desk, &who, "upload.put", in, NULL, &e)) fail_msg("%s", e.msg);
    (void)snprintf(code, sizeof code, "%s", json_get_text(out, "upload", ""));
    json_free(in);
    json_free(out);
    buf_release(&b);
    free(bytes);
    (void)person_do(&ana, desk, "upload.set",
                    "{'upload': '%s', 'form': 'victim', 'organisation': 'GNR'}", code);
    return code;
}

static const char *start(const char *code, bool check)
{
    static char job[64];
    const struct json *out = person_do(&ana, desk, "import.start", "{'upload': '%s', 'check': %s}",
                                       code, check ? "true" : "false");
    (void)snprintf(job, sizeof job, "%s", json_get_text(out, "job", ""));
    return job;
}

static int64_t count(const struct json *shown, const char *name)
{
    return json_get_int(json_get(shown, "counts"), name, -1);
}

static void from_upload_to_batch(void **state)
{
    (void)state;
    desk_victims("rows.csv", "J", 0, 30, 0);
    const char *code = upload("rows.csv");
    const struct json *out = person_do(&ana, desk, "upload.describe", "{'upload': '%s'}", code);
    assert_string_equal(json_get_text(out, "kind", ""), "csv");
    assert_int_equal(json_size(json_get(out, "rows")), 7);
    out = person_do(&ana, desk, "upload.map", "{'upload': '%s'}", code);
    assert_true(json_get_int(out, "known", 0) > 5);
    assert_int_equal(json_get_int(out, "open", -1), 0);
    const char *job = start(code, true);
    out = person_do(&ana, desk, "job.show", "{'job': '%s'}", job);
    assert_string_equal(json_get_text(out, "state", ""), "done");
    assert_true(json_get_bool(out, "check", false));
    assert_int_equal(count(out, "new"), 30);
    assert_int_equal(desk_records(desk, "victim"), 0);
    job = start(code, false);
    out = person_do(&ana, desk, "job.show", "{'job': '%s'}", job);
    assert_int_equal(count(out, "new"), 30);
    assert_true(count(out, "batch") > 0);
    assert_int_equal(desk_records(desk, "victim"), 30);
    desk_verify(desk);
}

static void of_another(void **state) /* S52 */
{
    (void)state;
    const char *code = upload("rows.csv");
    char kept[64];
    (void)snprintf(kept, sizeof kept, "%s", start(code, true));
    (void)person_refused(&rui, desk, ERR_NOT_FOUND, "upload.unknown", "upload.describe",
                         "{'upload': '%s'}", code);
    (void)person_refused(&rui, desk, ERR_NOT_FOUND, "upload.unknown", "import.start",
                         "{'upload': '%s'}", code);
    (void)person_refused(&rui, desk, ERR_NOT_FOUND, "job.unknown", "job.show", "{'job': '%s'}",
                         kept);
    (void)person_refused(&rui, desk, ERR_NOT_FOUND, "job.unknown", "job.findings", "{'job': '%s'}",
                         kept);
    (void)person_refused(&rui, desk, ERR_NOT_FOUND, "job.unknown", "job.cancel", "{'job': '%s'}",
                         kept);
    (void)person_do(&ana, desk, "job.cancel", "{'job': '%s'}", kept); /* it has ended: fine */
    (void)person_do(&ana, desk, "job.show", "{'job': '%s'}", kept);
}

static void what_is_wrong(void **state)
{
    (void)state;
    harness_write_text("bad.csv", "source_file_no,sex\nA,\"never closed\n");
    const char *code = upload("bad.csv");
    const struct json *out = person_do(&ana, desk, "upload.describe", "{'upload': '%s'}", code);
    assert_true(strlen(json_get_text(out, "problem", "")) > 0);
    assert_true(strlen(json_get_text(out, "remedy", "")) > 0);
    const char *job = start(code, true);
    out = person_do(&ana, desk, "job.show", "{'job': '%s'}", job);
    assert_string_equal(json_get_text(out, "state", ""), "failed");
    assert_true(strlen(json_get_text(out, "message", "")) > 0);
    (void)person_refused(&ana, desk, ERR_NOT_FOUND, "job.no_file", "import.errors_file",
                         "{'job': '%s'}", job);
}

static void findings_by_page(void **state)
{
    (void)state;
    static char rows[8000];
    size_t n = (size_t)snprintf(rows, sizeof rows, "source_file_no,sex\n");
    for (int i = 0; i < 120; i++) n += (size_t)snprintf(rows + n, sizeof rows - n, "M%d,Z\n", i);
    harness_write_text("many.csv", rows);
    const char *code = upload("many.csv");
    const char *job = start(code, true);
    const struct json *out =
        person_do(&ana, desk, "job.findings", "{'job': '%s', 'rule': 'V01'}", job);
    assert_int_equal(json_get_int(out, "found", 0), 120);
    assert_int_equal(json_get_int(out, "pages", 0), 3);
    assert_int_equal(json_size(json_get(out, "findings")), 50);
    out = person_do(&ana, desk, "job.findings", "{'job': '%s', 'rule': 'V01', 'page': 3}", job);
    assert_int_equal(json_size(json_get(out, "findings")), 20);
    out = person_do(&ana, desk, "job.findings", "{'job': '%s', 'rule': 'Q99'}", job);
    assert_int_equal(json_size(json_get(out, "findings")), 0);
}

static void not_without_the_converter(void **state) /* S68 */
{
    (void)state;
    struct service_options o = desk_options("repository", NULL);
    o.program = "/nonexistent/dcim";
    struct service *other = desk_open_with(&o), *own = desk;
    desk = other;
    const char *code = upload("rows.csv");
    const struct json *out = person_do(&ana, desk, "upload.describe", "{'upload': '%s'}", code);
    assert_true(strlen(json_get_text(out, "problem", "")) > 0);
    assert_null(json_get(out, "rows"));
    desk = own;
    service_close(other);
}

static void of_another_organisation(void **state)
{
    (void)state;
    const char *code = upload("rows.csv");
    (void)person_refused(&ana, desk, ERR_DENIED, "import.organisation", "upload.set",
                         "{'upload': '%s', 'organisation': 'APAV'}", code);
    (void)person_refused(&ana, desk, ERR_DENIED, "import.organisation", "import.run",
                         "{'upload': '%s', 'form': 'victim', 'organisation': 'APAV'}", code);
    (void)person_refused(&ana, desk, ERR_USAGE, "call.unknown", "import.run",
                         "{'file': 'rows.csv', 'form': 'victim', 'organisation': 'GNR'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(from_upload_to_batch),
                                       cmocka_unit_test(of_another),
                                       cmocka_unit_test(what_is_wrong),
                                       cmocka_unit_test(findings_by_page),
                                       cmocka_unit_test(not_without_the_converter),
                                       cmocka_unit_test(of_another_organisation)};
    return cmocka_run_group_tests(tests, begin, end);
}
