/* SPDX-License-Identifier: EUPL-1.2 */
/* The keyring: a file beside the database, never in it, that holds every working key wrapped under
 * a random master key, and the master key wrapped by each slot. Two copies, 0600, replaced
 * atomically, authenticated (S14). Working keys are random, never derived from one another, so that
 * slots can change without touching data. A wrong secret and a damaged file give the same message.
 *
 * Backups are encrypted to a key pair of each recovery slot, whose private half lies sealed in that
 * slot and nowhere else (S96): with a passphrase or key file backups are made, with a recovery code
 * alone they are opened. */
#ifndef DCIM_STORE_KEYRING_H
#define DCIM_STORE_KEYRING_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_use {
    KEY_DATABASE,   /* SQLCipher, raw */
    KEY_VICTIM,     /* wraps record keys of the victim data set */
    KEY_JUSTICE,    /* wraps record keys of the criminal-justice data set */
    KEY_IDENTITY,   /* wraps the keys of identity envelopes */
    KEY_REFERENCE,  /* blind index of organisations' references */
    KEY_PERSON,     /* match keys of persons */
    KEY_CONTENT,    /* content hashes */
    KEY_RELEASE,    /* perturbation and pseudonyms of releases (later work) */
    KEY_AUDIT_SIGN, /* Ed25519 secret key of checkpoints */
    KEY_AUDIT_HEAD, /* authenticates the head of the audit log, so that it cannot be cut short */
    KEY_CASE,       /* wraps record keys of cases, which belong to both data sets */
    KEY_ACCOUNT,    /* pepper of passwords; hashes of codes, sessions and tokens */
    KEY_FACTOR,     /* seals the secrets of second factors */
    KEY_WORK,       /* wraps keys of drafts */
    KEY_SEARCH,     /* hashes by which a record is searched for */
    KEY_LINKAGE,    /* encodings of identifiers, by which records are compared (linkage) */
    KEY_COUNT
};

/* Ways in. SLOT_DUAL needs the secrets of two people: a passphrase, and a key file or a second
 * passphrase; one alone opens nothing and cannot even be tried. SLOT_TPM2 and SLOT_PKCS11 are
 * reserved and refused. */
enum slot_kind { SLOT_PASSPHRASE, SLOT_KEY_FILE, SLOT_RECOVERY, SLOT_DUAL, SLOT_TPM2, SLOT_PKCS11 };

/* What the person brings; members that are absent are NULL; borrowed. A key file is a regular file
 * of 32 to 4,096 bytes that nobody but its owner can read or write (0600 or less); its content must
 * be random, for nothing stretches it. A passphrase is taken exactly as typed, 15 to 1,024 bytes.
 */
struct unlock {
    const char *key_file;                   /* path */
    const struct secret *passphrase;        /* UTF-8 bytes */
    const struct secret *recovery;          /* printed recovery code, as typed */
    const struct secret *second_passphrase; /* the second person's, for SLOT_DUAL */
};

struct keyring;

/* New keyring with random keys and a slot for each of key file, passphrase and recovery code that
 * `u` gives (at least one). Argon2id t=4, 256 MiB for passphrases (1.4 s); a small profile, which
 * also takes short passphrases, only by the environment variable DCIM_INSECURE_KDF=1, which tests
 * set and the program announces. A key file that does not exist is made: 32 random bytes, 0600.
 * `owns` *out. Nothing is left when it fails. ERR_USAGE "keyring.no_secret",
 * "keyring.short_passphrase"; ERR_CONFLICT "keyring.exists"; ERR_INPUT "keyring.key_file",
 * "keyring.recovery_code". */
bool keyring_create(struct keyring **out, const char *path, const struct unlock *u,
                    struct err *e) MUST_CHECK;

/* Open `path` or its copy `path`.copy, the newer where they differ; a missing, damaged or older one
 * is then written anew. `owns` *out. ERR_DENIED "keyring.wrong_secret" for a wrong secret as for a
 * damaged file, "keyring.no_secret", and "keyring.insecure_slot" for a passphrase slot of the small
 * profile without DCIM_INSECURE_KDF; ERR_NOT_FOUND "keyring.missing". With a recovery code, alone
 * or beside another secret, keyring_backup_private() is there too. Cost: 1.4 s for each passphrase
 * slot tried. A keyring of the version before, which has no KEY_LINKAGE, gets one and is written
 * anew; where it cannot be written (a medium that can only be read) it opens without. */
bool keyring_open(struct keyring **out, const char *path, const struct unlock *u,
                  struct err *e) MUST_CHECK;
void keyring_close(struct keyring *k); /* wipes; NULL is fine */

/* Whether DCIM_INSECURE_KDF=1 is set: the program must say so when it starts (S8). */
bool keyring_insecure_kdf(void);

/* Borrowed until keyring_close(): 32 bytes; KEY_AUDIT_SIGN 64. NULL: KEY_LINKAGE of an old keyring
 * that could not be written. */
const struct secret *keyring_key(const struct keyring *k, enum key_use use);
const uint8_t *keyring_audit_public(const struct keyring *k); /* Ed25519 */
void keyring_id(const struct keyring *k, uint8_t out[8]);     /* names this keyring in backups */

struct slot_info {
    uint32_t number;
    enum slot_kind kind;
    int64_t created_at;
    char label[64];
};
/* Fills at most `max`, in order of number; returns how many there are. */
size_t keyring_slots(const struct keyring *k, struct slot_info *out, size_t max);
/* "passphrase", "key-file", "recovery", "dual", ... */
const char *slot_kind_name(enum slot_kind kind);

/* Whom a backup is encrypted to: a recovery slot and its public key. */
struct backup_recipient {
    uint32_t slot;
    uint8_t public_key[CRYPTO_PUBLIC]; /* X25519 */
};
/* Fills at most `max`, in order of slots; returns how many recovery slots there are. */
size_t keyring_backup_recipients(const struct keyring *k, struct backup_recipient *out, size_t max);
/* The private half and whose it is, borrowed until keyring_close(); NULL when the keyring was
 * opened without a recovery code. */
const struct secret *keyring_backup_private(const struct keyring *k,
                                            struct backup_recipient *whose);

/* The file's bytes as they were opened, for a backup. ERR_CONFLICT "keyring.changed" when another
 * process changed it since. */
bool keyring_bytes(struct buf *out, const struct keyring *k, struct err *e) MUST_CHECK;

/* Both at once, of one state of the keyring, whoever changes it meanwhile: as many recipients as
 * `max`. Safe for several threads, as all that asks for slots and changes them. */
bool keyring_for_backup(struct buf *out, struct backup_recipient *to, size_t *n, size_t max,
                        const struct keyring *k, struct err *e) MUST_CHECK;

/* Add a slot; both copies are rewritten. The label, up to 63 bytes, stands in the file in the
 * clear: let it name a place or an office, not a person. SLOT_RECOVERY takes no secret: it makes
 * the code itself (160 bits, base32 in groups of four, see recovery.h) and gives it once in
 * *recovery_code (`owns`; NULL for other kinds), and with it opens backups that are made from now
 * on. A number is never used twice. ERR_USAGE
 * "keyring.no_secret", "keyring.slot_reserved"; ERR_LIMIT "keyring.full"; ERR_CONFLICT
 * "keyring.changed" when another process changed the file since it was opened. */
bool keyring_add(struct keyring *k, enum slot_kind kind, const struct unlock *secret,
                 struct text label, struct secret **recovery_code, struct err *e) MUST_CHECK;

/* Remove a slot from both copies: its secret opens nothing any more. Whoever kept an old copy of
 * the file together with that secret still has the working keys; only new keys help against that.
 * ERR_NOT_FOUND "keyring.no_slot"; ERR_CONFLICT "keyring.last_slot", "keyring.changed". */
bool keyring_remove(struct keyring *k, uint32_t number, struct err *e) MUST_CHECK;

#endif
