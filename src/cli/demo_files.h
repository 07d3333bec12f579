/* SPDX-License-Identifier: EUPL-1.2 */
/* Provider files of the demonstration: victims as their organisations see them, with the errors
 * people make; cases of the police; cases, proceedings, suspects and their victims as the
 * prosecution has them. Links are references of the organisation that writes them. */
#ifndef DCIM_CLI_DEMO_FILES_H
#define DCIM_CLI_DEMO_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "cli/demo_justice.h"
#include "cli/demo_sheet.h"
#include "model/dictionary.h"

#include <stdbool.h>
#include <stddef.h>

enum demo_round { /* of victims, in the order of delivery */
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
    const char *encoding;   /* the same */
    size_t n_row, n_error;  /* rows, and rows with a planted error */
};

struct demo_writer {
    const struct dictionary *dictionary;
    const struct demo_tables *tables;
    const char *folder;
    const struct demo_person *person;
    size_t n_person;
    const struct demo_justice *justice;
    uint64_t seed;
    struct arena *arena;
};

/* Write one organisation's file of one round; the prosecution's list of injured persons. */
bool demo_write_victims(struct demo_file *out, const struct demo_writer *w,
                        const char *organisation, enum demo_round round, struct err *e) MUST_CHECK;
bool demo_write_injured(struct demo_file *out, const struct demo_writer *w,
                        struct err *e) MUST_CHECK;
/* Cases of one police body, or of the prosecution. */
bool demo_write_cases(struct demo_file *out, const struct demo_writer *w, const char *organisation,
                      struct err *e) MUST_CHECK;
bool demo_write_proceedings(struct demo_file *out, const struct demo_writer *w,
                            struct err *e) MUST_CHECK;
bool demo_write_suspects(struct demo_file *out, const struct demo_writer *w,
                         struct err *e) MUST_CHECK;

/* An organisation's own reference of a victim: which person it is of, nobody can tell by it. Tests
 * make it again to know what linkage should find. */
const char *demo_victim_reference(struct arena *a, const char *organisation,
                                  const struct demo_person *p);

/* --- for the writers --- */

/* An open file of the organisation, called by the setting `word`, described in *out. */
bool demo_file_open(struct demo_file *out, struct demo_sheet *s, const struct demo_writer *w,
                    const char *word, const char *organisation, const char *form,
                    const char *const *column, size_t n_column, struct err *e) MUST_CHECK;
/* Close it; leaves no file, and an empty path, when it has no row. */
bool demo_file_close(struct demo_file *out, struct demo_sheet *s, struct err *e) MUST_CHECK;

/* References: "GNR/C/2016/00012". Kinds: C case, P proceeding, S suspect, V victim of a
 * proceeding. */
const char *demo_reference(const struct demo_writer *w, const char *organisation, char kind,
                           int year, uint64_t number);
/* Kind of an organisation, by the pack. */
const char *demo_organisation_type(const struct demo_writer *w, const char *organisation);
/* The police body that leads the proceeding: kind and, if there is a case, the victim whose facts
 * are its facts (NULL when there is none). */
const char *demo_lead_type(const struct demo_writer *w, const struct demo_proceeding *p);
const struct demo_person *demo_lead_victim(const struct demo_writer *w,
                                           const struct demo_proceeding *p);

#endif
