/* SPDX-License-Identifier: EUPL-1.2 */
/* What was published of the countries of the demonstration: data/demo/<country>/checks.csv. */
#ifndef DCIM_TESTS_CLI_DEMO_CHECKS_H
#define DCIM_TESTS_CLI_DEMO_CHECKS_H

#include "base/arena.h"

#include <stddef.h>

struct demo_check {
    const char *period, *measure, *met; /* "2008-2016", "confirmed", "yes" */
    int from, to;                       /* years of the period */
    size_t value;
};

/* The published figures of a pack, in the order of the file; from `a`. Fails the test when there
 * are none. */
size_t demo_checks_read(struct demo_check **out, const char *pack, struct arena *a);

#endif
