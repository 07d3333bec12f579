/* SPDX-License-Identifier: EUPL-1.2 */
/* A repository in which two organisations have met some of the same persons, and who is who. Used
 * by the tests of linkage. */
#ifndef DCIM_TESTS_SERVICE_LINKED_H
#define DCIM_TESTS_SERVICE_LINKED_H

#include "desk.h"

enum {
    LINKED_POLICE = 150, /* persons 0 to 149 are known to GNR */
    LINKED_BOTH = 60,    /* 0 to 59 to APAV too, every fourth misspelt */
    LINKED_SHELTER = 40, /* and 200 to 239 to APAV alone */
    LINKED_PERSONS = LINKED_POLICE + LINKED_SHELTER,
    LINKED_RECORDS = LINKED_POLICE + LINKED_BOTH + LINKED_SHELTER
};

/* Rows of persons from .. to-1 under references PREFIX-<person>. Misspelt: one letter of every
 * fourth family name, and other names of every sixteenth. All names begin with CANARY. */
void linked_rows(const char *path, const char *prefix, int from, int to, bool misspelt);

/* The repository "repository", with both files imported; a custodian's desk with a purpose. */
struct service *linked_make(void);

/* Before and after a group of tests: such a desk for all of them. */
extern struct service *linked_desk;
int linked_begin(void **state);
int linked_end(void **state);

/* The record of a person at GNR ("G") or APAV ("A"); lives until the next call. */
const char *linked_record(struct service *s, const char *prefix, int person);

/* Persons that the register counts of form victim. */
int64_t linked_persons(struct service *s);

/* Whether a document says a name that only identifiers hold. */
bool linked_leaks(const struct json *document);

#endif
