/* SPDX-License-Identifier: EUPL-1.2 */
/* Checkpoints of the audit log as text: what a data protection officer prints or keeps elsewhere
 * (S23).
 *
 *   dcim/0123456789abcdef                          origin: "dcim/" and the keyring's id
 *   1000                                           size: entries covered
 *   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=   Merkle root of their hashes (RFC 9162), base64
 *   at 2026-01-31T12:00:00Z                        extension: time of the last of them
 *   generation 42                                  extension: the database's count of changes
 *   previous 0                                     extension: size of the checkpoint before, 0 for none
 *
 *   — dcim/0123456789abcdef x08go/...              signature, Ed25519, over all lines before the blank one
 *
 * Formats: C2SP tlog-checkpoint and signed-note (c2sp.org, 2024), so that other tools can verify
 * it: the key's name is the origin, its id the first 4 bytes of SHA-256(name, LF, 0x01, public
 * key). */
#ifndef DCIM_STORE_CHECKPOINT_H
#define DCIM_STORE_CHECKPOINT_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHECKPOINT_TEXT = 600, /* bytes with NUL; a real one has under 400 */
    CHECKPOINT_ORIGIN = 22 /* with NUL */
};

struct checkpoint {
    char origin[CHECKPOINT_ORIGIN];
    uint64_t size;
    uint8_t root[32];
    int64_t at; /* UTC seconds */
    uint64_t generation;
    uint64_t previous;
    uint8_t signature[CRYPTO_SIGNATURE]; /* set by writing and reading */
};

/* Origin of the log whose keyring has this id. */
void checkpoint_origin(char out[CHECKPOINT_ORIGIN], const uint8_t keyring_id[8]);

/* Sign `c` and write it. The same checkpoint gives the same text. */
void checkpoint_write(char out[CHECKPOINT_TEXT], struct checkpoint *c, const struct secret *sign,
                      const uint8_t public_key[CRYPTO_PUBLIC]);

enum checkpoint_result {
    CHECKPOINT_GOOD,
    CHECKPOINT_UNREADABLE,
    CHECKPOINT_FOREIGN /* another log, or key */
};

/* Read a text and verify its signature; blank lines around it, CR before LF and extensions that are
 * not known are taken, in any order. *out is zeroed unless it is good. Bounded: texts over
 * CHECKPOINT_TEXT are not read. */
enum checkpoint_result checkpoint_read(struct checkpoint *out, struct text t, const char *origin,
                                       const uint8_t public_key[CRYPTO_PUBLIC]);

/* The parts, for tests with published examples and for other signed notes: key id; a note's
 * signature line. `body` ends with its last LF; `line` is a signature line without its LF; out (may
 * be NULL): the signature. */
void note_key_id(uint8_t out[4], struct text name, const uint8_t public_key[CRYPTO_PUBLIC]);
bool note_verify(uint8_t *out, struct text body, struct text line, struct text name,
                 const uint8_t public_key[CRYPTO_PUBLIC]);

#endif
