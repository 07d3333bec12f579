/* SPDX-License-Identifier: EUPL-1.2 */
/* A repository with records, a log and a dictionary folder, backups of it, and comparing two: for
 * tests of backups and of the check. */
#ifndef DCIM_TESTS_STORE_VAULT_H
#define DCIM_TESTS_STORE_VAULT_H

#include "store/store.h"

#include <stdint.h>

/* Repository `folder` with n records of GNR in two batches, each with its audit entry, some changed
 * by the second, and files under dictionary/. */
struct store *vault_make(const char *folder, int n);

/* Import records from..to-1 as service does: batch and audit entry in one transaction. */
void vault_import(struct store *st, int from, int to, int variant);

/* A hash over everything a repository says: every version of every record, organisations, batches,
 * audit entries, files of the dictionary. Equal hashes: no difference. */
void vault_fingerprint(uint8_t out[32], struct store *st);

/* Entries of a folder, hidden ones too, without "." and "..". */
int vault_entries(const char *folder);

#endif
