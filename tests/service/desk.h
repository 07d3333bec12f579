/* SPDX-License-Identifier: EUPL-1.2 */
/* A desk to test at: a repository of the real dictionary with two organisations, calls written as
 * short documents, files of rows. Used by the tests of service and of the rooms above it. */
#ifndef DCIM_TESTS_SERVICE_DESK_H
#define DCIM_TESTS_SERVICE_DESK_H

#include "base/err.h"
#include "base/json.h"
#include "service/client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the tests' days are held against (DCIM_TODAY); the rows below are without a finding on
 * it. */
#define DESK_TODAY "2024-01-15"

/* A repository of pack pt in `folder` (relative; what was there is removed), key file
 * "<folder>.key", its recovery code in "<folder>.recovery", organisations GNR (police) and APAV
 * (NGO). Also sets DCIM_TODAY, DCIM_DATA, DCIM_REPOSITORY, DCIM_KEY_FILE and DCIM_RECOVERY_FILE for
 * programs. */
void desk_make(const char *folder);

/* Sit down at it in a role (NULL: custodian). service_close() is the caller's. At most 64 for each
 * program. */
struct service *desk_open(const char *folder, const char *role);
struct service *desk_open_with(const struct service_options *o);

/* Options of desk_open(), to be changed before desk_open_with(). Their texts live to the program's
 * end. */
struct service_options desk_options(const char *folder, const char *role);

/* Do it. The parameters are a printf format of a document in which ' stands for ". The result lives
 * until the next desk_do() of the program. Fails the test when the call fails. */
const struct json *desk_do(struct service *s, const char *operation, const char *parameters, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, and it must fail with this error. What it said lives until the next call. */
const struct err *desk_refused(struct service *s, enum err_code code, const char *id,
                               const char *operation, const char *parameters, ...)
    __attribute__((format(printf, 5, 6)));

/* Either: true with *out to be freed, or false. */
bool desk_try(struct json **out, struct service *s, struct err *e, const char *operation,
              const char *parameters, ...) __attribute__((format(printf, 5, 6)));

/* Number of records of a form; number of entries in the log of an action ("" for all), by that
 * desk. */
int64_t desk_records(struct service *s, const char *form);
int64_t desk_entries(struct service *s, const char *action);
/* The last entry of the log; lives until the next desk_do(). */
const struct json *desk_last_entry(struct service *s);
/* Fails the test unless the audit log verifies. */
void desk_verify(struct service *s);

/* A cell of a table's document ("table" of the result) by the codes of its categories, "T" for
 * totals; `column` NULL where the table has one variable. -1: no such category; -2: hidden. */
int64_t desk_cell(const struct json *table, const char *row, const char *column);
/* Place of a category in dimension `dim`; -1: none. */
int desk_category(const struct json *table, size_t dim, const char *code);

/* Rows of form victim without a finding: references PREFIX-from .. PREFIX-(to-1), everything
 * decided by the number; `variant` changes the age alone. Names are canaries: FAMILY-<number> and
 * GIVEN-<number>. */
void desk_victims(const char *path, const char *prefix, int from, int to, int variant);
void desk_suspects(const char *path, const char *prefix, int from, int to);

/* The recovery code of the repository that desk_make("repository") made, as text. */
void desk_recovery(char *out, size_t size);

/* Header of desk_victims() and one row, for tests that write rows of their own. */
extern const char desk_victim_header[];
int desk_victim_row(char *out, size_t size, const char *prefix, int i, int variant);

/* A number that changes when any byte, name or size of the files below a folder does. */
uint64_t desk_fingerprint(const char *folder);

/* Remove a folder with everything in it. */
void desk_remove(const char *path);
/* Copy a folder with everything in it. */
void desk_copy(const char *from, const char *to);

#endif
