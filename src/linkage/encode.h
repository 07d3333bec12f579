/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage encodings: what is kept of a person's direct identifiers so that records can be compared
 * without names. Of each word: a keyed hash, keyed hashes of its sound, its consonants and its
 * beginning, and a keyed Bloom filter of its letter pairs; of a date of birth: the year, and keyed
 * hashes of its parts together. Whoever has the key can test guesses, who has not can compare only:
 * encodings are pseudonyms, not anonymous, and are sealed like what they stand for.
 * docs/methods/linkage.md has attacks, hardening and cost.
 *
 * Bytes: "DL" | format (1) | fingerprint of the key (8) | fields. */
#ifndef DCIM_LINKAGE_ENCODE_H
#define DCIM_LINKAGE_ENCODE_H

#include "linkage/people.h"

#include "base/crypto.h"
#include "base/err.h"

enum { ENCODING_MAX = 8192, ENCODING_FINGERPRINT = 8, ENCODING_TEXT_MAX = 2 * ENCODING_MAX };

/* Makes encodings of records with these columns under a key of CRYPTO_KEY bytes; not shared between
 * threads. Codes, ages and the day of the report are no identifiers and do not come into it. */
struct encoder;
struct encoder *encoder_new(const struct people_role *role, size_t n_role,
                            const struct secret *key);
void encoder_free(struct encoder *e);

/* `value` has a text for each column. None where no identifier is known. The same input gives the
 * same bytes. The result and scratch come from `a`, which must wipe. Cost: about 3 microseconds for
 * words that were seen before. */
struct text encoder_encode(struct encoder *e, const struct text *value, struct arena *a);

/* By which keys are told apart; says nothing of the key. */
void encoding_fingerprint(uint8_t out[static ENCODING_FINGERPRINT], const struct secret *key);

/* Whether the bytes are an encoding made under the key of that fingerprint. ERR_INPUT
 * "encoding.damaged"; "encoding.other_key": made under another key. */
bool encoding_check(struct text bytes, const uint8_t fingerprint[static ENCODING_FINGERPRINT],
                    struct err *e) MUST_CHECK;

/* As a text for files, base64url, and back. False: no such text. */
struct text encoding_to_text(struct text bytes, struct arena *a);
bool encoding_from_text(struct text *bytes, struct text t, struct arena *a) MUST_CHECK;

#endif
