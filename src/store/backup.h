/* SPDX-License-Identifier: EUPL-1.2 */
/* Online backup and verified restore (S96-S98). A container holds the database (copied page by page
 * while others write), the dictionary folder and a copy of the keyring; everything but the keyring
 * is encrypted with a fresh key sealed to the public key of every recovery slot; a signed manifest
 * carries hashes, counts and a checkpoint over the whole audit log. Written atomically. Work in
 * hand lies in a folder ".dcim-XXXXXX" (0700) beside the target, never in /tmp, and is removed, if
 * not by its maker then by the next one (work_folder.h); nothing in it is readable without the
 * keyring. */
#ifndef DCIM_STORE_BACKUP_H
#define DCIM_STORE_BACKUP_H

#include "base/err.h"
#include "store/backup_sink.h"
#include "store/keyring.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct backup_report {
    int64_t made_at; /* UTC seconds */
    uint64_t bytes;  /* of the container */
    int64_t n_record, n_audit;
    char checkpoint[600]; /* over the whole log it holds */
    uint8_t digest[32];   /* BLAKE2b-256 of the container; of backup_make() alone */
};

/* Outside of any transaction. `path` must not exist: ERR_USAGE "backup.exists". Without a
 * recovery slot nobody could open it: ERR_CONFLICT "backup.no_recovery_slot". A full disk is
 * ERR_SYSTEM and leaves nothing. The caller adds the audit entry. Cost: about 40 MB a second;
 * writers never wait over 50 ms. */
bool backup_make(struct backup_report *out, struct store *st, const char *path,
                 struct err *e) MUST_CHECK;

/* The same for one who may not write where backups lie (S90): the finished, encrypted bytes go into
 * `sink`; the copy of the database that they are made of lies meanwhile in a work folder in the
 * folder `place`. */
bool backup_make_into(struct backup_report *out, struct store *st, const char *place,
                      const struct backup_sink *sink, struct err *e) MUST_CHECK;

/* Open it fully: every chunk, the signature, the database's pages, the audit chain, the counts. Any
 * flipped bit fails (ERR_STORE "backup.*", "archive.damaged"; in the keyring ERR_DENIED
 * "keyring.wrong_secret"). Needs the recovery code of a slot of the keyring it carries (ERR_DENIED
 * "backup.recovery_only" for another secret that opens the keyring), and room beside it for what it
 * holds. */
bool backup_verify(struct backup_report *out, const char *path, const struct unlock *u,
                   struct err *e) MUST_CHECK;
/* The same for one who may only read where it lies: what it holds is unpacked in the folder
 * `place`. */
bool backup_verify_in(struct backup_report *out, const char *path, const char *place,
                      const struct unlock *u, struct err *e) MUST_CHECK;

/* Restore into an empty or absent folder after verifying (ERR_CONFLICT "backup.not_empty"); the
 * folder it lies in must exist. Refused when the log in it does not contain `anchor` (a checkpoint
 * kept elsewhere; may be empty): it is older, or of another history; ERR_CONFLICT
 * "backup.behind_anchor", unless `force`. An anchor of another repository is refused in any case
 * (ERR_STORE "audit.anchor_foreign"). Nothing is left when it fails. The caller adds the audit
 * entry. */
bool backup_restore(struct backup_report *out, const char *path, const char *folder,
                    const struct unlock *u, struct text anchor, bool force,
                    struct err *e) MUST_CHECK;

#endif
