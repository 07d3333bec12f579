/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo_checks.h"

#include "cli/demo_tables.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t demo_checks_read(struct demo_check **out, const char *pack, struct arena *a)
{
    struct demo_table t;
    struct err e;
    char folder[1000];
    (void)snprintf(folder, sizeof folder, "%s/%s", harness_source("data/demo"), pack);
    if (!demo_table_read(&t, folder, "checks", a, &e)) fail_msg("%s", e.msg);
    assert_true(t.n_row > 0);
    *out = ARENA_ARRAY(a, struct demo_check, t.n_row);
    for (size_t i = 0; i < t.n_row; i++) {
        const char *period = demo_cell(&t, i, "period");
        (*out)[i] = (struct demo_check){.period = period,
                                        .measure = demo_cell(&t, i, "measure"),
                                        .met = demo_cell(&t, i, "met"),
                                        .from = (int)strtol(period, NULL, 10),
                                        .to = (int)strtol(strchr(period, '-') + 1, NULL, 10),
                                        .value = (size_t)demo_number(&t, i, "value")};
    }
    return t.n_row;
}
