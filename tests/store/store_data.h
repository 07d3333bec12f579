/* SPDX-License-Identifier: EUPL-1.2 */
/* A repository to test with, a small dictionary, and records made by number. */
#ifndef DCIM_TESTS_STORE_DATA_H
#define DCIM_TESTS_STORE_DATA_H

#include "base/arena.h"
#include "model/record.h"
#include "store/store.h"

#include <stdint.h>

/* The dictionary of these tests (form victim: names, birth date and year, sex, citizenship, note, a
 * repeat; form suspect). Lives to the program's end. */
const struct dictionary *store_data_dictionary(void);
/* Another version of it: without `note`, with `remark` new, CL_SEX without X. */
const struct dictionary *store_data_later_dictionary(void);

/* Its keys: a key file beside the folder, and a recovery code, which opens backups. */
const struct unlock *store_data_unlock(void);

/* A new repository (what was there is removed) with organisations GNR and NGO, 1 and 2. */
struct store *store_data_make(const char *folder);
struct store *store_data_open(const char *folder, bool read_only);

/* Record `i` of form victim, every value decided by `i`; `variant` changes the note alone. Some
 * have an identity part, some a repeat. Everything comes from `a`. */
void store_data_record(struct record *r, struct arena *a, const struct dictionary *d, int i,
                       int variant);
/* "R000017" */
struct text store_data_reference(int i);

/* Import records from..to-1 as one batch of an organisation, committed. */
struct batch_result store_data_import(struct store *st, int64_t organisation_no, int from, int to,
                                      int variant);
/* The same without beginning or committing; false with the error. */
bool store_data_put(struct batch_result *out, struct store *st, int64_t organisation_no, int from,
                    int to, int variant, bool dry_run, struct err *e);

void store_data_remove(const char *folder);

#endif
