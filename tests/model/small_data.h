/* SPDX-License-Identifier: EUPL-1.2 */
/* A small data folder for tests: two forms, nested repeats, a tree of codes, one pack. Held in memory;
 * a test may replace, add or leave out files and see what the loader says. */
#ifndef DCIM_TESTS_SMALL_DATA_H
#define DCIM_TESTS_SMALL_DATA_H

#include "base/err.h"
#include "model/dictionary.h"
#include "model/problem.h"

#include <stdbool.h>

struct small_file {
    const char *name, *content; /* content NULL: leave the file out */
};

/* The files as they are; ends with a name NULL. */
extern const struct small_file small_files[];

/* Load with some files instead (ends with a name NULL; may be NULL). `problems` is initialised and
 * lives in an arena of the helper's until the next call. */
bool small_load(struct dictionary **out, const struct small_file *instead, const char *pack,
                struct problems *problems, struct err *e);

/* The dictionary as it is; fails the test when there is any problem, also a warning. Caller frees. */
struct dictionary *small_dictionary(const char *pack);

/* Write the files into `folder`. */
void small_write(const char *folder);

/* The text of a file with its one occurrence of `old` replaced; lives to the program's end. */
const char *small_edit(const char *name, const char *old, const char *fresh);

/* Fails unless exactly these problems (and warnings) were found, in this order:
 * "E codelists/CL_SEX.csv:3:name codelist.repeated_code". Ends with NULL. */
void small_expect(const struct problems *p, ...);

#endif
