/* SPDX-License-Identifier: EUPL-1.2 */
/* Envelopes: how a body is sealed (S12).
 *
 * Format: version (1) | algorithm (1) | key-encryption-key id (1) | nonce (24) | ciphertext | tag
 * (16). Plain text is padded to size classes (multiples of 64 bytes up to 1 KiB, then of 256; ISO
 * 7816-4 padding). Associated data: table, column, record code, version number, schema version: a
 * ciphertext moved anywhere else does not open. Each record has a random key of its own; what is
 * stored is that key sealed under the key of its data set. */
#ifndef DCIM_STORE_ENVELOPE_H
#define DCIM_STORE_ENVELOPE_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECORD_CODE = 12, /* letters of a record code: Crockford base32 of 60 random bits */
    WRAPPED_KEY = 3 + CRYPTO_NONCE + CRYPTO_KEY + CRYPTO_TAG
};

enum envelope_place {
    ENVELOPE_RECORD_BODY,
    ENVELOPE_IDENTITY_BODY,
    ENVELOPE_RECORD_KEY,
    ENVELOPE_IDENTITY_KEY,
    ENVELOPE_AUDIT_DETAIL,
    ENVELOPE_FACTOR, /* its "record code" is the number of the account, twelve digits */
    ENVELOPE_DRAFT_KEY,
    ENVELOPE_DRAFT_BODY,
    ENVELOPE_REVIEW_TEXT,   /* under the record's key; its number is the version number */
    ENVELOPE_REFERRAL_TEXT, /* the same */
    ENVELOPE_REQUEST_KEY,   /* of a data subject's request; its code stands for a record's */
    ENVELOPE_REQUEST_BODY,
    ENVELOPE_QUESTION_KEY, /* of a saved question; its code stands for a record's */
    ENVELOPE_QUESTION_BODY,
    ENVELOPE_TASK_KEY, /* of a task; the same */
    ENVELOPE_TASK_BODY,
    ENVELOPE_ANSWER_KEY, /* of an answer that is kept; the same */
    ENVELOPE_ANSWER_BODY,
    ENVELOPE_SECURITY_KEY, /* its "record code" is the number of the account, twelve digits */
    /* of a decision about a pair: under the key of record a, as review texts */
    ENVELOPE_LINK_REASON,
    ENVELOPE_LINK_UNDO,   /* why it was undone */
    ENVELOPE_CHOICE_REASON, /* of a chosen answer: under the key of its record */
    ENVELOPE_CHOICE_UNDO,   /* why it was taken back */
    ENVELOPE_RELEASE_KEY, /* of a release; its "record code" is its number, twelve digits */
    ENVELOPE_RELEASE_WORDS,
    ENVELOPE_RELEASE_DOCUMENT,
    ENVELOPE_PLACE_COUNT
};

struct envelope_context { /* what the associated data say */
    enum envelope_place place;
    const char *record_code; /* RECORD_CODE letters */
    uint32_t version_no;     /* 0 for keys */
};

/* Wrap a fresh or existing record key under a data-set key. */
void envelope_wrap(uint8_t out[WRAPPED_KEY], const uint8_t key[CRYPTO_KEY],
                   const struct secret *kek, uint8_t kek_id, const struct envelope_context *c);
/* The same with a nonce that the caller has drawn (crypto_random() gives many at once; a call for
 * each takes as long as the sealing). Never used for a second envelope. */
void envelope_wrap_with(uint8_t out[WRAPPED_KEY], const uint8_t key[CRYPTO_KEY],
                        const struct secret *kek, uint8_t kek_id, const struct envelope_context *c,
                        const uint8_t nonce[CRYPTO_NONCE]);
/* The same with a nonce whose first bytes are those that `subkey` was made with from the
 * data-set key (crypto_subkey()). */
void envelope_wrap_under(uint8_t out[WRAPPED_KEY], const uint8_t key[CRYPTO_KEY],
                         const struct secret *subkey, uint8_t kek_id,
                         const struct envelope_context *c, const uint8_t nonce[CRYPTO_NONCE]);
bool envelope_unwrap(uint8_t key[CRYPTO_KEY], const void *wrapped, size_t n,
                     const struct secret *kek, const struct envelope_context *c) MUST_CHECK;

/* Seal `plain` and append the envelope to `out`. */
void envelope_seal(struct buf *out, const void *plain, size_t n, const uint8_t key[CRYPTO_KEY],
                   uint8_t kek_id, const struct envelope_context *c);
void envelope_seal_with(struct buf *out, const void *plain, size_t n, const uint8_t key[CRYPTO_KEY],
                        uint8_t kek_id, const struct envelope_context *c,
                        const uint8_t nonce[CRYPTO_NONCE]);
/* Open into `out` (cleared first, wiped buffer); ERR_STORE "envelope.damaged". */
bool envelope_open(struct buf *out, const void *sealed, size_t n, const uint8_t key[CRYPTO_KEY],
                   const struct envelope_context *c, struct err *e) MUST_CHECK;

#endif
