/* SPDX-License-Identifier: EUPL-1.2 */
/* What the benchmarks share: the clock, and running the program. */
#ifndef DCIM_BENCH_TIMING_H
#define DCIM_BENCH_TIMING_H

#include <stdbool.h>
#include <stddef.h>

double bench_seconds(void);               /* of the monotone clock */
double bench_processor(void);             /* that this thread has used: on a crowded machine too */
double bench_median(double *t, size_t n); /* sorts */

struct bench_run {
    double seconds, processor;
    long peak_kib;
    int status;
};
/* Run argv[0] with its output thrown away. */
struct bench_run bench_run(const char *const argv[]);

/* A fresh folder below the build's; removed by bench_folder_remove(). */
const char *bench_folder(void);
void bench_folder_remove(const char *folder);

const char *bench_environment(const char *name); /* ends the program when it is not set */

#endif
