/* SPDX-License-Identifier: EUPL-1.2 */
/* What a backup says about itself: a JSON document, the last file of its archive but one; the last
 * is its Ed25519 signature, by the key of the audit log, over "dcim backup manifest v1\n" and the
 * document's bytes.
 *
 *   {"format":"dcim backup","version":1,"made_at":"2026-01-31T12:00:00Z",
 *    "made_at_seconds":1769860800,"repository":"<hex>","keyring":"<hex>",
 *    "head":"<hex: BLAKE2b-256 of the container before its chunks>","records":12,"audit":34,
 *    "checkpoint":"...","files":[{"name":"database","bytes":8192,"blake2b":"<hex>"}, ...]}
 *
 * The files are all that come before, in their order. */
#ifndef DCIM_STORE_BACKUP_MANIFEST_H
#define DCIM_STORE_BACKUP_MANIFEST_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "store/archive.h"
#include "store/checkpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_NAME "manifest.json"
#define MANIFEST_SIGNATURE_NAME "manifest.signature"

enum { MANIFEST_MAX = 8 << 20 };

struct manifest_file {
    char name[ARCHIVE_NAME + 1];
    uint64_t bytes;
    uint8_t hash[32]; /* BLAKE2b-256 */
};

struct manifest {
    int64_t made_at; /* UTC seconds */
    uint8_t repository_id[16], keyring_id[8];
    uint8_t head[32];
    int64_t n_record, n_audit;
    char checkpoint[CHECKPOINT_TEXT]; /* over the whole log */
    struct manifest_file *file;
    size_t n_file, cap;
};

void manifest_release(struct manifest *m);
struct manifest_file *manifest_add(struct manifest *m,
                                   struct text name); /* the name must be good */

void manifest_write(struct buf *out, const struct manifest *m);
void manifest_sign(uint8_t out[CRYPTO_SIGNATURE], struct text document, const struct secret *sign);
bool manifest_is_signed(struct text document, struct text signature,
                        const uint8_t public_key[CRYPTO_PUBLIC]);

/* ERR_STORE "backup.manifest" for anything that manifest_write() does not write. manifest_release()
 * in any case. */
bool manifest_read(struct manifest *out, struct text document, struct err *e) MUST_CHECK;

#endif
