/* SPDX-License-Identifier: EUPL-1.2 */
/* Online backup and verified restore (S96-S98). A container holds the database (copied page by page while
 * others write), the dictionary folder and a copy of the keyring; everything but the keyring is encrypted with a
 * fresh key sealed to the repository's backup public key; a signed manifest carries hashes, counts and the newest
 * audit checkpoint. Written atomically. */
#ifndef DCIM_STORE_BACKUP_H
#define DCIM_STORE_BACKUP_H

#include "base/err.h"
#include "store/keyring.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct backup_report {
    int64_t made_at;
    uint64_t bytes;
    int64_t n_record, n_audit;
    char checkpoint[600];
};

bool backup_make(struct backup_report *out, struct store *st, const char *path, struct err *e) MUST_CHECK;
/* Open it fully: every chunk, the signature, the database's pages, the audit chain, the counts. Any flipped bit
 * fails. Needs a slot of the keyring it carries. */
bool backup_verify(struct backup_report *out, const char *path, const struct unlock *u, struct err *e) MUST_CHECK;
/* Restore into an empty or absent folder after verifying; refused when the audit head lies behind `anchor`
 * (a checkpoint kept elsewhere) unless `force`. Nothing is left when it fails. The caller adds the audit entry. */
bool backup_restore(struct backup_report *out, const char *path, const char *folder, const struct unlock *u,
                    struct text anchor, bool force, struct err *e) MUST_CHECK;

#endif
