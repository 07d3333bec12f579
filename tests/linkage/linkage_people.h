/* SPDX-License-Identifier: EUPL-1.2 */
/* What the tests of linkage share: people from a few lines, and a small population with its truth.
 * Synthetic. */
#ifndef DCIM_TESTS_LINKAGE_PEOPLE_H
#define DCIM_TESTS_LINKAGE_PEOPLE_H

#include "linkage/people.h"

/* Columns of people_of(): given, surname, sex, birth, document, town, age, reported, period. */
enum { GIVEN, SURNAME, SEX, BIRTH, DOCUMENT, TOWN, AGE, REPORTED, PERIOD, LINKAGE_COLUMNS };

/* One line a record, values parted by '|'; counted. The caller frees by people_free(). */
struct people *people_of(const char *const *line, size_t n);

/* The same by encodings alone, under a key made of `letter`. */
struct people *people_encoded_of(const char *const *line, size_t n, char letter);

/* Two lines among 58 others, which give their words some rarity; encoded under a key made of `letter`,
 * as they are where it is 0. */
struct people *people_two_of(const char *a, const char *b, char letter);

/* `n_person` persons, each with one to four records by different hands: misspelt, incomplete,
 * exchanged. truth[record] is the person; `owns` *truth, mem_free(). */
struct people *people_population(size_t n_person, uint64_t seed, uint32_t **truth);

/* The first `n` records of such people, by themselves and counted; encoded under a key made of
 * `letter`, as they are where it is 0. */
struct people *people_first(const struct people *p, size_t n, char letter);

/* All of both, counted together. */
struct people *people_joined(const struct people *p, const struct people *more);

/* The records from..end-1 of such people added to others, in the same way. */
void people_copy(struct people *to, const struct people *p, size_t from, size_t end, char letter);

#endif
