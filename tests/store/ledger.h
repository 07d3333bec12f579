/* SPDX-License-Identifier: EUPL-1.2 */
/* A keyring, a database and a log in it, without the rest of a repository: for tests of the log. */
#ifndef DCIM_TESTS_STORE_LEDGER_H
#define DCIM_TESTS_STORE_LEDGER_H

#include "store/audit_internal.h"

#include <stddef.h>

/* Makes FOLDER with `keyring` and `database` (a repository row, no entries) and opens it. Fails the
 * test when it cannot. Passphrase "p", so DCIM_INSECURE_KDF must be 1. */
void ledger_make(struct audit_log *out, const char *folder);
void ledger_close(struct audit_log *l); /* brings the journal into the file */
/* Opens `path` with the keyring of `l`; NULL when it does not open. The caller closes the backend.
 */
struct backend *ledger_open(const struct audit_log *l, const char *path);

/* Appends n entries in one transaction: imports of batches numbered on. */
void ledger_fill(const struct audit_log *l, size_t n);

/* Copies a file and takes away the journal of the target. */
void ledger_copy(const char *from, const char *to);

#endif
