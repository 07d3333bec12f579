/* SPDX-License-Identifier: EUPL-1.2 */
/* The keyring: a file beside the database, never in it, that holds every working key wrapped under a
 * random master key, and the master key wrapped by each slot. Two copies, 0600, replaced atomically,
 * authenticated (S14). Working keys are random, never derived from one another, so that slots can
 * change without touching data. A wrong secret and a damaged file give the same message. */
#ifndef DCIM_STORE_KEYRING_H
#define DCIM_STORE_KEYRING_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_use {
    KEY_DATABASE,    /* SQLCipher, raw */
    KEY_VICTIM,      /* wraps record keys of the victim data set */
    KEY_JUSTICE,     /* wraps record keys of the criminal-justice data set */
    KEY_IDENTITY,    /* wraps the keys of identity envelopes */
    KEY_REFERENCE,   /* blind index of organisations' references */
    KEY_PERSON,      /* match keys of persons */
    KEY_CONTENT,     /* content hashes */
    KEY_RELEASE,     /* perturbation and pseudonyms of releases (later work) */
    KEY_AUDIT_SIGN,  /* Ed25519 secret key of checkpoints */
    KEY_BACKUP,      /* X25519 secret key of backups */
    KEY_COUNT
};

enum slot_kind { SLOT_PASSPHRASE, SLOT_KEY_FILE, SLOT_RECOVERY, SLOT_DUAL, SLOT_TPM2, SLOT_PKCS11 };

struct unlock { /* what the person brings; members that are absent are NULL */
    const char *key_file;             /* path */
    const struct secret *passphrase;  /* UTF-8 bytes */
    const struct secret *recovery;    /* printed recovery code, as typed */
};

struct keyring;

/* New keyring with random keys and a slot for each member of `u` that is given. Argon2id t=4, 256 MiB for
 * passphrases; a small profile only by the environment variable DCIM_INSECURE_KDF=1, which tests set and
 * the program announces. A key file that does not exist is made: 32 random bytes, 0600. */
bool keyring_create(struct keyring **out, const char *path, const struct unlock *u, struct err *e) MUST_CHECK;
bool keyring_open(struct keyring **out, const char *path, const struct unlock *u, struct err *e) MUST_CHECK;
void keyring_close(struct keyring *k); /* wipes; NULL is fine */

const struct secret *keyring_key(const struct keyring *k, enum key_use use);
const uint8_t *keyring_audit_public(const struct keyring *k);  /* Ed25519 */
const uint8_t *keyring_backup_public(const struct keyring *k); /* X25519 */
void keyring_id(const struct keyring *k, uint8_t out[8]);      /* names this keyring in backups */

struct slot_info { uint32_t number; enum slot_kind kind; int64_t created_at; char label[64]; };
size_t keyring_slots(const struct keyring *k, struct slot_info *out, size_t max);
/* Add a slot; SLOT_RECOVERY makes the code itself (160 bits, base32 in groups of four) and gives it once. */
bool keyring_add(struct keyring *k, enum slot_kind kind, const struct unlock *secret, struct text label,
                 struct secret **recovery_code, struct err *e) MUST_CHECK;
bool keyring_remove(struct keyring *k, uint32_t number, struct err *e) MUST_CHECK; /* never the last one */

#endif
