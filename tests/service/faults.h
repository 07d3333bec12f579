/* SPDX-License-Identifier: EUPL-1.2 */
/* Programs whose calls fail: tests/fixtures/service/faults.c, compiled and loaded before the C
 * library. */
#ifndef DCIM_TESTS_SERVICE_FAULTS_H
#define DCIM_TESTS_SERVICE_FAULTS_H

#include "harness.h"

struct fault {
    long io, alloc; /* which call fails, from 1; 0: none */
    int number;     /* errno of failing input and output */
    bool ever;      /* and all after it */
    long clock;     /* seconds the wall clock is off */
};

/* Compile it. False where that cannot be: no compiler, or a sanitized program, whose runtime must
 * come first. */
bool faults_ready(void);

/* harness_run with it. *n_io and *n_alloc (may be NULL) get how many calls there were; 0 when the
 * program did not reach its end in order. */
void faults_run(struct harness_run *run, const char *const argv[], const struct fault *f,
                long *n_io, long *n_alloc);

/* The i-th of n numbers from 1 to `last`: all of them when there are no more, else spread, the
 * first ones closer. */
long faults_place(int i, int n, long last);

#endif
