/* SPDX-License-Identifier: EUPL-1.2 */
#include "faults.h"

#include <unistd.h>

bool faults_ready(void)
{
    struct harness_run run;
    if (harness_sanitized()) return false;
    if (harness_exists("faults.so")) return true;
    harness_run(&run,
                (const char *const[]){"cc", "-shared", "-fPIC", "-O1", "-o", "faults.so",
                                      harness_source("tests/fixtures/service/faults.c"), "-ldl",
                                      NULL},
                NULL);
    if (run.status != 0) fail_msg("faults.c does not compile: %s", run.err);
    harness_run_release(&run);
    return true;
}

static void set(const char *name, long v)
{
    char text[30];
    (void)snprintf(text, sizeof text, "%ld", v);
    if (v != 0) (void)setenv(name, text, 1);
    else (void)unsetenv(name);
}

void faults_run(struct harness_run *run, const char *const argv[], const struct fault *f,
                long *n_io, long *n_alloc)
{
    char path[1000], so[1100];
    if (getcwd(path, sizeof path) == NULL) fail_msg("getcwd");
    (void)snprintf(so, sizeof so, "%s/faults.so", path);
    (void)unlink("faults.count");
    set("FAULT_IO", f->io);
    set("FAULT_ALLOC", f->alloc);
    set("FAULT_ERRNO", f->number);
    set("FAULT_EVER", f->ever);
    set("FAULT_CLOCK", f->clock);
    (void)setenv("FAULT_COUNT", "faults.count", 1);
    (void)setenv("LD_PRELOAD", so, 1);
    harness_run(run, argv, NULL);
    (void)unsetenv("LD_PRELOAD");
    long io = 0, alloc = 0;
    if (harness_exists("faults.count")) {
        char *text = harness_read("faults.count", NULL), *rest;
        io = strtol(text, &rest, 10);
        alloc = strtol(rest, NULL, 10);
        free(text);
    }
    if (n_io != NULL) *n_io = io;
    if (n_alloc != NULL) *n_alloc = alloc;
}

long faults_place(int i, int n, long last)
{
    if (last <= n) return i + 1 <= last ? i + 1 : 0;
    /* quadratic: steps grow */
    long at = 1 + (long)((double)i * i / ((double)(n - 1) * (n - 1)) * (double)(last - 1));
    return at <= i ? i + 1 : at;
}
