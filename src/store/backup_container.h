/* SPDX-License-Identifier: EUPL-1.2 */
/* The outside of a backup: one encrypted stream in one file.
 *
 *   magic "DCIMBKUP" (8) | version = 2 (1) | recipients, 1..15 (1) | zero (2) |
 *   length of the keyring (4, little endian) | keyring file | for each recipient its slot (4) and
 *   the stream key, sealed to its public key (80) | header of the stream (24) | chunks
 *
 * Recipients are the recovery slots of the keyring (S96): the container opens with a recovery code,
 * and with no other slot, though its keyring does. Every container has a stream key of its own.
 * Chunks are those of base/crypto.h's stream: 65,536 bytes each (65,553 sealed), the last one
 * shorter or equal and marked, with nothing behind it. So a container that is cut, changed, put
 * together from two, or has something appended does not open. */
#ifndef DCIM_STORE_BACKUP_CONTAINER_H
#define DCIM_STORE_BACKUP_CONTAINER_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "store/backup_sink.h"
#include "store/keyring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONTAINER_CHUNK = 65536 };

/* --- writing --- */

struct container_writer;

/* A container that appears at `path` when it is finished (0600). `keyring` is the keyring's file;
 * it is encrypted to `to`, 1 to KEYRING_SLOTS_MAX of them. `owns` *out. */
bool container_create(struct container_writer **out, const char *path, struct text keyring,
                      const struct backup_recipient *to, size_t n_to, struct err *e) MUST_CHECK;
/* The same into a sink, whose context is borrowed until the container is finished or abandoned. */
bool container_begin(struct container_writer **out, const struct backup_sink *sink,
                     struct text keyring, const struct backup_recipient *to, size_t n_to,
                     struct err *e) MUST_CHECK;
/* BLAKE2b-256 of everything before the chunks, for the manifest to bind. */
void container_head(const struct container_writer *w, uint8_t out[32]);
/* BLAKE2b-256 of the whole file, filled by container_finish(). */
void container_digest(struct container_writer *w, uint8_t out[32]);
void container_put(struct container_writer *w, const void *p, size_t n);
/* Reports what failed (a full disk leaves nothing), frees. *bytes: length of the file. */
bool container_finish(struct container_writer *w, uint64_t *bytes, struct err *e) MUST_CHECK;
void container_abandon(struct container_writer *w); /* NULL is fine; leaves nothing */

/* --- reading --- */

struct container_reader;

/* Open a file and read its head. ERR_INPUT "backup.unreadable" (with the system's reason),
 * ERR_STORE "backup.not_one" for what does not begin as a backup. `owns` *out. */
bool container_open(struct container_reader **out, const char *path, struct err *e) MUST_CHECK;
void container_close(struct container_reader *r); /* NULL is fine */
struct text container_keyring(
    const struct container_reader *r); /* borrowed until container_close() */
uint64_t container_bytes(const struct container_reader *r);

/* The private key of one recipient opens the stream. ERR_STORE "backup.damaged", also when that is
 * none of its recipients. */
bool container_unlock(struct container_reader *r, const struct backup_recipient *whose,
                      const struct secret *private_key, struct err *e) MUST_CHECK;
void container_read_head(const struct container_reader *r,
                         uint8_t out[32]); /* after container_unlock() */
/* The next chunk, borrowed until the next call; *last with the last, behind which the file ends.
 * ERR_STORE "backup.damaged" names the place. */
bool container_read(struct container_reader *r, struct text *chunk, bool *last,
                    struct err *e) MUST_CHECK;

#endif
