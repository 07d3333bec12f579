/* SPDX-License-Identifier: EUPL-1.2 */
/* Provider files of the demonstration, each in its organisation's habit: police with Portuguese
 * labels in Windows-1252 and days before months, the judicial police as workbooks, others as plain
 * CSV; with the errors people make. */
#ifndef DCIM_CLI_DEMO_FILES_H
#define DCIM_CLI_DEMO_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/random.h"
#include "cli/demo_people.h"
#include "model/dictionary.h"

#include <stdbool.h>
#include <stddef.h>

enum demo_round { /* in the order of delivery */
                  /* what an organisation knows about persons whose status another decides */
                  DEMO_REPORTS,
                  DEMO_CASES,       /* its own cases, some rows with errors */
                  DEMO_CORRECTIONS, /* the rows that were refused, mended */
                  DEMO_ROUNDS
};

struct demo_file {
    const char *path; /* "" when there is nothing to deliver */
    const char *organisation;
    const char *form;
    const char *date_order; /* for the import; "" to leave it */
    size_t n_row, n_error;  /* rows, and rows with a planted error */
};

struct demo_writer {
    const struct dictionary *dictionary;
    const char *folder;
    const struct demo_person *person;
    size_t n_person;
    uint64_t seed;
    struct arena *arena;
};

/* Write one organisation's file of one round. */
bool demo_write_victims(struct demo_file *out, const struct demo_writer *w,
                        const char *organisation, enum demo_round round, struct err *e) MUST_CHECK;
bool demo_write_suspects(struct demo_file *out, const struct demo_writer *w,
                         const struct demo_suspect *s, size_t n, struct err *e) MUST_CHECK;

#endif
