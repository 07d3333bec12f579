/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/intake.c
 *  1 the published extract, every row
 */
#include "harness.h"
#include "intake_data.h"

static void every_row_of_the_published_extract(void **state)
{
    (void)state;
    const char *path = harness_shared("data/ctdc-extract/ctdc_extract.csv");
    if (path == NULL) skip();
    size_t n;
    char *bytes = harness_read(path, &n);
    struct intake *in;
    struct err e = {0};
    if (!data_open(&in, bytes, n, "ctdc-extract", &e)) fail_msg("%s", e.msg);
    free(bytes);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct intake_row row;
    bool found;
    size_t n_row = 0, n_warned = 0;
    double start = harness_seconds();
    for (;;) {
        if (!intake_next(in, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        n_row++;
        if (row.findings->n_error > 0) fail_msg("%s", data_findings(row.findings, a));
        if (row.findings->n > 0 && n_warned++ < 5) print_message("%s\n", data_findings(row.findings, a));
    }
    print_message("%zu rows, %zu warned, %.2f us each\n", n_row, n_warned, (harness_seconds() - start) / (double)n_row * 1e6);
    assert_int_equal(n_row, 14299);
    intake_close(in);
    arena_free(a);
}

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_published_extract),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    data_release();
    return failed;
}
