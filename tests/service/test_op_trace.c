/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_trace.c, and of what op_export.c asks of a second person
 *  1 a workbook of more than twenty persons is asked for twice, with a second person between; once
 *    (S56), and with the second factor shown lately (S46)
 *  2 each workbook has an order of rows of its own, and tells whose it is, also when rows were
 *  taken
 *    out (S57)
 *  3 what tells nothing: too few, unknown ones, not for everybody
 */
#include "harness.h"

#include "people.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/xlsx_read.h"
#include "service/tasks.h"

#include <sys/stat.h>

enum { VICTIMS = 25 };
static char certificate[8000]; /* as a text of JSON */

static struct service *desk;
static struct person keeper = {.account = "keeper", .role = "contributor", .organisation = "GNR"};
static struct person manager = {.account = "manager", .role = "data-manager"};
static struct person auditor = {.account = "auditor", .role = "auditor"};

static void make_certificate(void)
{
    const char *const argv[] = {"openssl", "req",     "-x509",  "-newkey", "rsa:2048",
                                "-nodes",  "-keyout", "to.key", "-out",    "to.pem",
                                "-days",   "30",      "-subj",  "/CN=to",  NULL};
    struct harness_run r;
    size_t n, at = 0;
    harness_run(&r, argv, NULL);
    assert_int_equal(r.status, 0);
    harness_run_release(&r);
    char *pem = harness_read("to.pem", &n);
    for (size_t i = 0; i < n && at + 3 < sizeof certificate; i++) {
        if (pem[i] == '\n') certificate[at++] = '\\';
        certificate[at++] = pem[i] == '\n' ? 'n' : pem[i];
    }
    free(pem);
}

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    (void)mkdir("scratch", 0700);
    o.scratch = "scratch";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, VICTIMS, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    person_make(&keeper, desk);
    person_make(&manager, desk);
    person_make(&auditor, desk);
    make_certificate();
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- 1 ---- */

#define WISH "{'form':'victim','purpose':'correction of ages','recipient':'%s'}", certificate
#define IN_CLEAR "{'form':'victim','purpose':'correction of ages'}"

static void approve(void)
{
    char code[20];
    const struct json *list =
        json_get(person_do(&manager, desk, "approval.list", "{}"), "approvals");
    (void)snprintf(code, sizeof code, "%s", json_get_text(json_at(list, 0), "approval", ""));
    const struct json *r = person_do(&manager, desk, "approval.show", "{'approval':'%s'}", code);
    assert_int_equal(json_get_int(r, "persons", 0), VICTIMS);
    assert_string_equal(json_get_text(r, "purpose", ""), "correction of ages");
    assert_int_equal(json_size(json_get(r, "details")), 6);
    (void)person_do(&manager, desk, "approval.decide",
                    "{'approval':'%s','decision':'approved','version':1}", code);
}

static void second_1_1(void **state)
{
    (void)state;
    int64_t given = desk_entries(desk, "record.read");
    (void)person_refused(&keeper, desk, ERR_USAGE, "export.recipient", "export.workbook", IN_CLEAR);
    (void)person_refused(&keeper, desk, ERR_DENIED, "approval.wanted", "export.workbook", WISH);
    (void)person_refused(&keeper, desk, ERR_DENIED, "approval.waiting", "export.workbook", WISH);
    assert_int_equal(desk_entries(desk, "record.read"), given);
    approve();
    /* files of the machine are named by those who work at it, by nobody from elsewhere (S50,
     * S52) */
    (void)person_refused(&keeper, desk, ERR_USAGE, "call.unknown", "export.workbook",
                         "{'form':'victim','purpose':'correction of ages','output':'here.xlsx'}");
    (void)person_refused(
        &keeper, desk, ERR_USAGE, "call.unknown", "export.workbook",
        "{'form':'victim','purpose':'correction of ages','recipient_file':'/etc/passwd'}");
    assert_false(file_exists("here.xlsx"));
    (void)person_refused(&keeper, desk, ERR_DENIED, "approval.wanted", "export.workbook",
                         "{'form':'victim','purpose':'something else','recipient':'%s'}",
                         certificate);
    const struct json *r = person_do(&keeper, desk, "export.workbook", WISH);
    assert_int_equal(json_get_int(r, "records", 0), VICTIMS);
    assert_true(strlen(json_get_text(r, "base64", "")) > 1000);
    (void)person_refused(&keeper, desk, ERR_DENIED, "approval.wanted", "export.workbook", WISH);
    desk_verify(desk);
}

static void second_1_2_shown_lately(void **state)
{
    (void)state;
    people_wait(desk, 6 * 60);
    (void)person_refused(&keeper, desk, ERR_DENIED, "session.not_fresh", "export.workbook", WISH);
}

/* ---- 2 ---- */

struct rows {
    char code[VICTIMS][20];
    size_t n;
};

static bool keep_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct rows *r = ctx;
    (void)e;
    if (row->row > 2 && r->n < VICTIMS)
        (void)snprintf(r->code[r->n++], sizeof r->code[0], "%.*s", (int)row->cell[0].text.n,
                       row->cell[0].text.p);
    return true;
}

/* The workbook's records in their order; the code of the export from its entry of the log. */
static void export_of(struct rows *r, char export[40], const char *path)
{
    struct buf b;
    struct xlsx_reader *book;
    struct err e = {0};
    (void)desk_do(desk, "export.workbook",
                  "{'form':'victim','organisation':'GNR','purpose':'test','output':'%s'}", path);
    (void)snprintf(export, 40, "%s", json_get_text(desk_last_entry(desk), "object_id", ""));
    buf_init(&b, 100000000);
    assert_true(file_read(&b, path, b.max, &e));
    assert_true(xlsx_open_memory(&book, b.p, b.n, &e));
    r->n = 0;
    assert_true(xlsx_read_sheet(book, 0, keep_row, r, &e));
    xlsx_close(book);
    buf_release(&b);
    assert_int_equal(r->n, VICTIMS);
}

/* Every `step`th record of it, asked for. */
static const struct json *traced(const struct rows *r, size_t step)
{
    char list[2000] = "";
    size_t n = 0;
    for (size_t i = 0; i < r->n; i += step)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s'%s'", i == 0 ? "" : ",", r->code[i]);
    return json_get(person_do(&auditor, desk, "export.trace", "{'records':[%s]}", list), "entries");
}

static void order_2_1_tells_whose_it_is(void **state)
{
    struct rows one, other;
    char export_one[40], export_other[40];
    (void)state;
    person_sign_in(&auditor, desk);
    export_of(&one, export_one, "one.xlsx");
    export_of(&other, export_other, "other.xlsx");
    assert_string_not_equal(export_one, export_other);
    assert_memory_not_equal(one.code, other.code, sizeof one.code);
    for (size_t step = 1; step <= 2; step++) {
        const struct json *found = traced(&one, step);
        assert_int_equal(json_size(found), 1);
        assert_string_equal(json_get_text(json_at(found, 0), "object_id", ""), export_one);
        assert_string_equal(json_get_text(json_at(found, 0), "object_type", ""), "export");
        found = traced(&other, step);
        assert_int_equal(json_size(found), 1);
        assert_string_equal(json_get_text(json_at(found, 0), "object_id", ""), export_other);
    }
    /* sorted anew, it tells nothing */
    struct rows sorted = one;
    qsort(sorted.code, sorted.n, sizeof sorted.code[0],
          (int (*)(const void *, const void *))strcmp);
    assert_int_equal(json_size(traced(&sorted, 1)), 0);
}

/* ---- 3 ---- */

static void nothing_3_1(void **state)
{
    (void)state;
    person_sign_in(&auditor, desk);
    person_sign_in(&manager, desk);
    (void)person_refused(&auditor, desk, ERR_USAGE, "trace.too_few", "export.trace",
                         "{'records':['0123456789AB','0123456789AC']}");
    (void)person_refused(&manager, desk, ERR_DENIED, "call.not_allowed", "export.trace",
                         "{'records':['a','b','c','d','e','f']}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_1_1),
        cmocka_unit_test(second_1_2_shown_lately),
        cmocka_unit_test(order_2_1_tells_whose_it_is),
        cmocka_unit_test(nothing_3_1),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
