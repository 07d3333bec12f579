/* SPDX-License-Identifier: EUPL-1.2 */
/* A second way into a repository's database, past every guard of ours: for tests that tamper with
 * it. */
#ifndef DCIM_TESTS_STORE_RAW_H
#define DCIM_TESTS_STORE_RAW_H

#include "base/crypto.h"

#include <stdbool.h>
#include <stdint.h>

struct raw;

/* Opens with the raw key; no authorizer, triggers as they are. Fails the test when it cannot. */
struct raw *raw_open(const char *path, const struct secret *key);
void raw_close(struct raw *r); /* brings the journal into the file */

/* Runs a script; printf. Fails the test on an error. */
void raw_run(struct raw *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Runs a statement that may be refused; false when it was. */
bool raw_try(struct raw *r, const char *sql);

/* The first column of the first row of a query, as number. */
int64_t raw_number(struct raw *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The first column of the first row as bytes, at most `max`; 0 for NULL or no row. */
size_t raw_bytes(struct raw *r, void *out, size_t max, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Whether a step of the statement's plan holds `part`. */
bool raw_plan_has(struct raw *r, const char *sql, const char *part);

/* Takes every trigger off the tables of the log. */
void raw_drop_triggers(struct raw *r);

#endif
