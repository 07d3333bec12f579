/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/mem.c as -DDCIM_FAULTS builds it: the file is compiled in here once more with
 * that switch, in place of the library's.
 *  1 S88: DCIM_FAIL_ALLOCATION makes the n-th allocation of a whole process fail */
#define DCIM_FAULTS
#include "base/mem.c"

#include "harness.h"

static const char *self;

/* Runs this program with `n` allocations to do and the `fail`-th told to fail. */
static int status_of(const char *n, const char *fail)
{
    struct harness_run run;
    char setting[64];
    snprintf(setting, sizeof setting, "DCIM_FAIL_ALLOCATION=%s", fail);
    harness_run(&run, (const char *const[]){"env", setting, self, n, NULL}, NULL);
    int status = run.status;
    harness_run_release(&run);
    return status;
}

static void the_environment_names_the_allocation(void **state)
{
    (void)state;
    assert_int_equal(status_of("3", "4"), 0);
    assert_int_equal(status_of("3", "3"), 5);
    assert_int_equal(status_of("3", "1"), 5);
    assert_int_equal(status_of("3", "0"), 0); /* none */
    assert_int_equal(status_of("3", "x"), 0);
    assert_int_equal(status_of("3", ""), 0);
}

int main(int argc, char **argv)
{
    uint64_t n;
    self = argv[0];
    if (argc > 1 && text_to_uint(text_of(argv[1]), &n)) {
        for (uint64_t i = 0; i < n; i++) mem_free(mem_new(1, 1));
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_environment_names_the_allocation)};
    return cmocka_run_group_tests_name("base/mem_faults", tests, NULL, NULL);
}
