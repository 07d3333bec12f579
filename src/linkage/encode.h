/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes linkage encodings: what is kept of a person's direct identifiers so that records can be
 * compared without names. Of each word: a keyed hash, keyed hashes of its sound, its consonants and
 * its beginning, and a keyed Bloom filter of its letter pairs (Schnell, Bachteler, Reiher 2009); of
 * a date of birth: the year, and keyed hashes of its parts together. Whoever has the key can test
 * guesses, who has not can compare only: encodings are pseudonyms, not anonymous, and are sealed
 * like what they stand for. docs/methods/linkage.md has attacks, hardening and cost. */
#ifndef DCIM_LINKAGE_ENCODE_H
#define DCIM_LINKAGE_ENCODE_H

#include "linkage/encoding.h"
#include "linkage/people.h"

#include "base/crypto.h"

/* Makes encodings of records with these columns under a key of CRYPTO_KEY bytes, which it borrows;
 * not shared between threads. Codes, ages and the day of the report are no identifiers and do not
 * come into it. `owns`. Keeps what it made of up to ENCODER_ITEMS words and dates (7 MB), and no
 * name: they are found again by a hash that is another one in each process. */
enum { ENCODER_ITEMS = 1 << 17 };
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

#endif
