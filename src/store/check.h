/* SPDX-License-Identifier: EUPL-1.2 */
/* `dcim check`: pages, structure, chain, counts, keys (S27, S105). */
#ifndef DCIM_STORE_CHECK_H
#define DCIM_STORE_CHECK_H

#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

#include <stdbool.h>

/* A document {"ok":bool,"checks":[{"name":"pages","ok":true,"warning":false,"detail":"..."}...]};
 * `owns` *out. The checks, in order:
 *   encryption   the database file begins with ciphertext
 *   pages        every page's HMAC               structure    the database's own structure
 *   references   foreign keys                    audit        chain, checkpoints and head of the log
 *   batches      a batch's digest, computed again from its versions, is the batch's and its audit entry's
 *   records      every record key unwraps and every current body opens
 *   identities   the same for every version's direct identifiers
 *   counts       kept counts and indexes agree with the records
 *   persons      persons are what the decisions of linkage say; no choice of an answer points to
 *                nothing
 *   keyring      both copies are there, whole and equal
 *   slots        there is a way in; a warning when none is a recovery code, or a passphrase has the
 *                test profile
 *   files        files 0600, folders 0700, of this user
 *   clock        not behind the log              swap         a warning when the machine swaps to disk
 * "ok" of the whole is false when one is; warnings do not count. Goes on after a failed check;
 * nothing that was opened is in the document. Outside of a transaction. Cost: about 35 s for each
 * million records. */
bool store_check(struct json **out, struct store *st, struct err *e) MUST_CHECK;

#endif
