/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person brings to open a keyring, turned into the keys of slots.
 *
 *   passphrase     Argon2id (passes and KiB of the slot) over its bytes exactly as typed
 *   key file       BLAKE2b-256 of "dcim key file v1", salt, content
 *   recovery code  BLAKE2b-256 of "dcim recovery v1", salt, its 20 bytes: 160 random bits need no more
 *   dual           BLAKE2b-256 of "dcim dual v1" and the second factor's key, keyed with the first's
 *
 * Argon2id: A. Biryukov, D. Dinu, D. Khovratovich, RFC 9106, 2021. BLAKE2b: RFC 7693. */
#ifndef DCIM_STORE_KEYRING_SECRET_H
#define DCIM_STORE_KEYRING_SECRET_H

#include "base/crypto.h"
#include "base/err.h"
#include "store/keyring.h"
#include "store/keyring_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KDF_PASSES = 4,
    KDF_KIB = 256 * 1024,
    KDF_INSECURE_PASSES = 1,
    KDF_INSECURE_KIB = 64,
    PASSPHRASE_MIN = 15, /* bytes */
    PASSPHRASE_MAX = 1024,
    KEY_FILE_NEW = 32,
    KEY_FILE_MIN = 32,
    KEY_FILE_MAX = 4096
};

/* By factor kind: passphrases as typed, content of the key file, the code's bytes; NULL: not
 * brought. */
struct brought {
    struct secret *factor[FACTOR_KIND_COUNT];
};

/* Read what `u` names; brought_release() in any case. A member that is there but unusable is an
 * error: ERR_INPUT "keyring.key_file", "keyring.recovery_code". */
bool brought_load(struct brought *out, const struct unlock *u, struct err *e) MUST_CHECK;
void brought_release(struct brought *b);

/* Refuse passphrases that are too short or too long for a new slot. */
bool brought_fit_for_new(const struct brought *b, struct err *e) MUST_CHECK;

/* Make a key file of random bytes; *made false when there is one already. */
bool key_file_make(bool *made, const char *path, struct err *e) MUST_CHECK;

/* A new factor with fresh salt and the present cost; FACTOR_NONE gives zeros. */
struct keyring_factor factor_new(enum factor_kind kind);

/* Whether `b` has what the slot needs. */
bool brought_has(const struct brought *b, const struct keyring_slot *s);

/* The key of slot `s`; `owns` *out. brought_has() must hold. ERR_DENIED "keyring.insecure_slot";
 * ERR_SYSTEM when Argon2id's memory is not to be had. */
bool slot_key(struct secret **out, const struct keyring_slot *s, const struct brought *b,
              struct err *e) MUST_CHECK;

#endif
