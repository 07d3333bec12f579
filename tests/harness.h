/* SPDX-License-Identifier: EUPL-1.2 */
/* What every test may use. Include it first: it brings cmocka and what cmocka needs.
 *
 * A test program is run in an empty directory of its own (tools/run_test.sh), so tests may write
 * files by relative names and leave them lying. */
#ifndef DCIM_TESTS_HARNESS_H
#define DCIM_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

/* Path of a file of the source tree, as `harness_source("data/packs/pt")`. Lives to the program's
 * end. */
const char *harness_source(const char *relative);

/* Path of a file of the shared reference data, or NULL where the checkout has none beside it: the
 * test then calls skip(). Lives to the program's end. */
const char *harness_shared(const char *relative);

/* Path of the program under test; fails the test when it is not built. A test that uses it also
 * runs against the plain, shipped build. */
const char *harness_program(void);

/* Whether this build is sanitized, or the test runs under valgrind: then it is slow, and its memory
 * figures say nothing. */
bool harness_sanitized(void);
/* The second alone: a process that ends where it is, as for want of memory, is then one that
 * leaks. */
bool harness_valgrind(void);

/* A whole file, NUL added; *n is its length without. The caller frees. Fails the test when
 * unreadable. */
char *harness_read(const char *path, size_t *n);

/* Writes a whole file, replacing it. Fails the test when that is not possible. */
void harness_write(const char *path, const void *data, size_t n);
void harness_write_text(const char *path, const char *text);

bool harness_exists(const char *path);

/* What a child printed and how it ended. */
struct harness_run {
    int status;      /* exit status; 128 + signal when a signal ended it */
    char *out, *err; /* NUL-terminated; harness_run_release frees */
    size_t n_out, n_err;
    long peak_kib; /* greatest resident size */
};

/* Runs argv[0] (searched in PATH) with standard input from `input` (NULL: nothing), waits, and
 * keeps what it printed. argv ends with NULL. */
void harness_run(struct harness_run *out, const char *const argv[], const char *input);
void harness_run_release(struct harness_run *run);

/* harness_run of the program under test: DCIM("table", "--form", "victim") */
#define HARNESS_DCIM(out, ...) \
    harness_run((out), (const char *const[]){harness_program(), __VA_ARGS__, NULL}, NULL)

/* Seconds of the monotone clock, for tests that have a limit of time. */
double harness_seconds(void);

#endif
