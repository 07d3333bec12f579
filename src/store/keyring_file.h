/* SPDX-License-Identifier: EUPL-1.2 */
/* The bytes of a keyring file, read and written; no secret is tried and no file touched here
 * (keyring.c).
 *
 * Format, version 5. Numbers are little endian. 5,270 bytes at most.
 *
 *   head       magic "DCIMKEYS" (8) | version = 5 (1) | keys = KEY_COUNT (1) | slots, 1..15 (2) |
 *              generation (4): counts rewrites | keyring id (8) | made at, UTC seconds (8)
 *   slot       number (4) | kind (1) | zero (3) | made at (8) | two factors (25 each) | label,
 *   NUL-padded
 *              UTF-8 (64) | of a recovery slot: backup public key (32), nonce (24), backup private
 *              key sealed under the slot's key (48) | nonce (24) | master key sealed under the
 *              slot's key (48)
 *     factor   kind (1) | Argon2id passes (4) | Argon2id KiB (4) | salt (16); all zero when not
 *     used
 *   body       nonce (24) | all working keys and the audit public key, sealed under the master key
 *   checksum   BLAKE2b-256 of everything before it
 *
 * Sealed is XChaCha20-Poly1305. The associated data of a slot are "dcim keyring slot v2", the head
 * without slot count and generation (they change while a slot stays) and with the version and
 * number of keys of version 4 (a slot outlives them), and the slot up to its last nonce; those of
 * its backup key are "dcim backup key v2", the same head, and the slot up to the public key; those
 * of the body are every byte before it, so that no slot can be added, removed or changed without
 * the master key. The checksum is not a protection: it tells accidental damage from a wrong secret,
 * so that the right copy is used and a removed slot never comes back through an old copy. What
 * people are told is the same in both cases.
 *
 * Kinds TPM2 and PKCS#11 are reserved: version 5 never writes them, and a file that has one is not
 * version 5. Version 4 had no key for linkage: it is read, and becomes version 5 when the keyring
 * is opened (keyring.c). Version 3 had no keys for accounts, drafts and searches, version 2 none
 * for cases, version 1 one backup key in the body; no repository of them was ever in use. */
#ifndef DCIM_STORE_KEYRING_FILE_H
#define DCIM_STORE_KEYRING_FILE_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/text.h"
#include "store/keyring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum factor_kind {
    FACTOR_NONE,
    FACTOR_PASSPHRASE,
    FACTOR_KEY_FILE,
    FACTOR_RECOVERY,
    FACTOR_SECOND_PASSPHRASE,
    FACTOR_KIND_COUNT
};

enum {
    KEYRING_SLOTS_MAX = 15,
    KEYRING_LABEL = 64,      /* bytes, with at least one NUL */
    KEYRING_PASSES_MAX = 16, /* what a file may ask for: it must not stop the machine */
    KEYRING_KIB_MAX = 1024 * 1024,
    KEYRING_SLOT_SEALED = CRYPTO_KEY + CRYPTO_TAG,
    KEYRING_SIGN_KEY = 64,
    KEYRING_KEYS_4 = KEY_LINKAGE, /* keys of version 4: all before this one */
    KEYRING_BODY = (KEY_COUNT - 1) * CRYPTO_KEY + KEYRING_SIGN_KEY + CRYPTO_PUBLIC,
    KEYRING_BODY_SEALED = KEYRING_BODY + CRYPTO_TAG,
    KEYRING_HEAD_BYTES = 32,
    KEYRING_SLOT_BYTES = 202,
    KEYRING_BACKUP_BYTES =
        CRYPTO_PUBLIC + CRYPTO_NONCE + KEYRING_SLOT_SEALED, /* of a recovery slot */
    KEYRING_AD_MAX =
        KEYRING_HEAD_BYTES + KEYRING_SLOTS_MAX * (KEYRING_SLOT_BYTES + KEYRING_BACKUP_BYTES),
    KEYRING_FILE_MAX = KEYRING_AD_MAX + CRYPTO_NONCE + KEYRING_BODY_SEALED + CRYPTO_HASH
};

struct keyring_factor {
    enum factor_kind kind;
    uint32_t passes, kib; /* of Argon2id; 0 for factors that are not stretched */
    uint8_t salt[CRYPTO_SALT];
};

struct keyring_slot {
    uint32_t number; /* from 1, ascending in the file, never used twice in one keyring */
    enum slot_kind kind;
    int64_t created_at;
    struct keyring_factor factor[2]; /* the second: SLOT_DUAL only */
    char label[KEYRING_LABEL];
    struct { /* SLOT_RECOVERY only; otherwise zero and not in the file */
        uint8_t public_key[CRYPTO_PUBLIC], nonce[CRYPTO_NONCE], sealed[KEYRING_SLOT_SEALED];
    } backup;
    uint8_t nonce[CRYPTO_NONCE];
    uint8_t sealed[KEYRING_SLOT_SEALED];
};

struct keyring_file {
    uint8_t n_key; /* in the body: KEY_COUNT, or KEYRING_KEYS_4 */
    uint32_t generation;
    uint8_t id[8];
    int64_t created_at;
    size_t n_slot;
    struct keyring_slot slot[KEYRING_SLOTS_MAX];
    uint8_t nonce[CRYPTO_NONCE];
    uint8_t body[KEYRING_BODY_SEALED]; /* keyring_file_body() bytes and the tag are used */
};

/* Bytes of the body before it is sealed. */
size_t keyring_file_body(const struct keyring_file *f);

/* Parse a whole file. False when it is not exactly one, undamaged; *out is then zeroed. Reads
 * nothing outside `bytes`; cost O(size), which is bounded. */
bool keyring_file_parse(struct keyring_file *out, struct text bytes) MUST_CHECK;

/* Append the file's bytes. What was parsed is written back byte for byte. */
void keyring_file_write(struct buf *out, const struct keyring_file *f);

/* Associated data of one slot, of its backup key and of the body, appended to `out`. */
void keyring_file_slot_ad(struct buf *out, const struct keyring_file *f,
                          const struct keyring_slot *s);
void keyring_file_backup_ad(struct buf *out, const struct keyring_file *f,
                            const struct keyring_slot *s);
void keyring_file_body_ad(struct buf *out, const struct keyring_file *f);

#endif
