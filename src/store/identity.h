/* SPDX-License-Identifier: EUPL-1.2 */
/* The only place where direct identifiers are opened: with a purpose, and with an audit entry
 * committed before the answer is given (S20, S21). */
#ifndef DCIM_STORE_IDENTITY_H
#define DCIM_STORE_IDENTITY_H

#include "base/err.h"
#include "model/record.h"
#include "store/audit.h"
#include "store/store.h"

#include <stdbool.h>

/* Add the identity values of the version loaded in `r`/`m` (store_record_load()) to it.
 *
 * `why` needs a purpose (ERR_DENIED "identity.no_purpose") and is appended to the log in a write
 * transaction of its own, committed before anything is opened; its action is "identity.read" and,
 * where it names no object, its object this version of the record, whatever `why` says. A version
 * without an identity part gives nothing and leaves its entry all the same. When opening fails, the
 * entry stays: somebody tried.
 *
 * No transaction may be open (ERR_STORE "identity.transaction"). `r` must be of the store's
 * dictionary; its arena gives the texts and should wipe (ARENA_WIPE). ERR_STORE "envelope.damaged";
 * then `r` is cleared. */
bool identity_open(struct record *r, const struct record_meta *m, struct store *st,
                   const struct audit_event *why, struct err *e) MUST_CHECK;

#endif
