/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/report.c (S35)
 *  1 both types of reports are taken, counted by directive, and answered by 204 with nothing
 *  2 what is malformed, of another type or method is refused and counted as such alone
 *  3 no more than a number in a minute, whoever sends them
 */
#include "harness.h"

#include "web/report.h"

#include <time.h>

static struct response out;

static int send_as(enum method method, const char *type, const char *body)
{
    struct request r = {.method = method,
                        .path = TEXT("/csp-report"),
                        .content_type = text_of(type),
                        .body = text_of(body)};
    assert_true(report_is(&r));
    response_release(&out);
    response_init(&out);
    report_answer(&r, &out);
    assert_int_equal(out.body.n, 0);
    return out.status;
}

static int old(const char *body)
{
    return send_as(METHOD_POST, "application/csp-report", body);
}

static int list(const char *body)
{
    return send_as(METHOD_POST, "application/reports+json", body);
}

static uint64_t count_of(const char *directive)
{
    struct report_counts c;
    report_count(&c);
    for (unsigned i = 0; i < REPORT_DIRECTIVES; i++)
        if (strcmp(report_directive(i), directive) == 0) return c.by_directive[i];
    fail_msg("no directive %s", directive);
    return 0;
}

static void taken_1_1_both_types(void **state)
{
    (void)state;
    struct report_counts c;
    assert_int_equal(
        old("{\"csp-report\":{\"document-uri\":\"https://x/records\","
            "\"effective-directive\":\"script-src-elem\",\"blocked-uri\":\"inline\"}}"),
        204);
    assert_int_equal(old("{\"csp-report\":{\"violated-directive\":\"style-src 'self'\"}}"), 204);
    assert_int_equal(list("[{\"type\":\"csp-violation\",\"age\":1,\"body\":"
                          "{\"effectiveDirective\":\"img-src\"}},"
                          "{\"type\":\"deprecation\",\"body\":{}},"
                          "{\"type\":\"csp-violation\",\"body\":"
                          "{\"effectiveDirective\":\"require-trusted-types-for\"}}]"),
                     204);
    assert_int_equal(list("[]"), 204);
    assert_int_equal(count_of("script-src"), 1);
    assert_int_equal(count_of("style-src"), 1);
    assert_int_equal(count_of("img-src"), 1);
    assert_int_equal(count_of("trusted-types"), 1);
    assert_int_equal(old("{\"csp-report\":{\"effective-directive\":\"zzz\"}}"), 204);
    assert_int_equal(count_of("other"), 1);
    report_count(&c);
    assert_int_equal(c.violations, 5);
    assert_int_equal(c.requests, 5);
    assert_int_equal(c.refused, 0);
}

static void refused_2_1_malformed(void **state)
{
    (void)state;
    static const char *const bad_old[] = {"",
                                          "{",
                                          "[]",
                                          "{}",
                                          "null",
                                          "{\"csp-report\":1}",
                                          "{\"csp-report\":{}}",
                                          "{\"csp-report\":{\"effective-directive\":1}}"},
                             *const bad_list[] = {"{}", "[1]", "[[]]",
                                                  "[{\"type\":\"csp-violation\"}]",
                                                  "[{\"type\":\"csp-violation\",\"body\":7}]"};
    struct report_counts before, after;
    report_count(&before);
    for (size_t i = 0; i < sizeof bad_old / sizeof *bad_old; i++)
        assert_int_equal(old(bad_old[i]), 400);
    for (size_t i = 0; i < sizeof bad_list / sizeof *bad_list; i++)
        assert_int_equal(list(bad_list[i]), 400);
    /* Half a good list counts nothing of it. */
    assert_int_equal(list("[{\"type\":\"csp-violation\",\"body\":"
                          "{\"effectiveDirective\":\"img-src\"}},1]"),
                     400);
    assert_int_equal(send_as(METHOD_POST, "application/json", "{}"), 415);
    assert_int_equal(send_as(METHOD_POST, NULL, ""), 415);
    assert_int_equal(send_as(METHOD_GET, NULL, ""), 405);
    report_count(&after);
    assert_int_equal(after.violations, before.violations);
    assert_memory_equal(after.by_directive, before.by_directive, sizeof after.by_directive);
    assert_int_equal(after.refused, before.refused + 16);
}

static void limited_3_1_a_minute(void **state)
{
    (void)state;
    struct timespec now;
    int status = 0, limited = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec % 60 > 55) (void)nanosleep(&(struct timespec){.tv_sec = 6}, NULL);
    for (int i = 0; i < REPORTS_A_MINUTE + 10; i++) {
        status = list("[]");
        limited += status == 429;
    }
    assert_int_equal(status, 429);
    assert_true(limited >= 10);
    assert_non_null(strstr(buf_text(&out.header).p, "Retry-After: 60"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_1_1_both_types),
        cmocka_unit_test(refused_2_1_malformed),
        cmocka_unit_test(limited_3_1_a_minute),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    response_release(&out);
    return failed;
}
