/* SPDX-License-Identifier: EUPL-1.2 */
/* What the two halves of an import share.
 *
 * The caller's half (batch.c) encodes a row, hashes it, looks its reference up and puts it into a
 * block. Full blocks go through a queue to the inserting half (batch_insert.c), which has a thread
 * and the database handle to itself, and come back empty through another. A block is sealed by
 * whichever half has time: by the caller while the other has blocks waiting, else by the other.
 * Blocks are the only memory they share; the queues hand them over. */
#ifndef DCIM_STORE_BATCH_INTERNAL_H
#define DCIM_STORE_BATCH_INTERNAL_H

#include "base/parallel.h"
#include "store/index_run.h"
#include "store/person_key.h"
#include "store/reference_set.h"
#include "store/store_internal.h"
#include "store/version_index.h"

#include <stdatomic.h>

enum {
    BLOCK_ROWS = 256,
    BLOCK_BYTES = 1 << 20, /* of plain bodies: then a block is full, however few rows it has */
    BLOCKS = 6,
    WRITE_OUT_BLOCKS = 32, /* blocks after which the disk is told to begin: 6 MB and more */
    BODY_MAX = 8 << 20,    /* of one record, both parts */
    CONTENT_HASH = CRYPTO_SHORT,
    BATCH_ROWS_MAX = 7 * 1000 * 1000, /* with which memory stays under 400 MB */
    INDEX_RUN = 1 << 20               /* entries put in order at a time */
};

struct batch_row { /* one version to be written */
    int64_t record_no;
    uint64_t code;
    uint32_t version_no;
    uint32_t
        replaced; /* the version that was current; 0: the record was not there (or withdrawn) */
    bool fresh;   /* a new record: its first version */
    bool has_reference, has_person;
    uint8_t reference[CRYPTO_SHORT], content_hash[CONTENT_HASH], person_key[PERSON_KEY];
    struct version_index index;
    uint8_t key
        [CRYPTO_KEY]; /* of a record that is there; a fresh one gets its own when sealed. Wiped then */
    bool hashed;      /* content_hash is made */
    /* In block.plain; the coded part is there a second time where an encoding stands behind it. */
    size_t hashed_at, hashed_n, coded_at, coded_n, identity_at, identity_n;
    uint8_t wrapped[WRAPPED_KEY], identity_wrapped[WRAPPED_KEY];
    size_t body_at, body_n, identity_body_at,
        identity_body_n; /* in block.sealed; identity_body_n 0: none */
};

struct batch_block {
    struct batch_row row[BLOCK_ROWS];
    size_t n;
    struct buf plain; /* wiping */
    struct buf sealed;
    bool is_sealed;
    uint8_t fresh_key[2 * BLOCK_ROWS][CRYPTO_KEY]; /* drawn at once */
};

struct batch_keys { /* read by both threads; the secrets are borrowed from the keyring */
    const struct secret *record, *identity, *reference, *content, *person;
    uint8_t record_id, identity_id;
    uint8_t nonce[CRYPTO_NONCE -
                  8]; /* nonces: 128 random bits of this batch, then a number that counts them */
    struct secret *record_sub, *identity_sub; /* `owns`; crypto_subkey() with those bits */
    atomic_uint_least64_t next_nonce;
};

struct batch_insert { /* the inserting half */
    struct backend *backend;
    struct batch_keys *keys;
    int64_t batch_no, series_no;
    struct parallel_queue *full, *empty;
    struct parallel_stage *stage;
    atomic_size_t waiting; /* blocks in `full` or being worked on */
    atomic_bool failed;    /* then `err` says why, and blocks are only passed back */
    struct err err;
    int64_t position; /* of the next change */
    int64_t n_byte;   /* of the bodies written */
    size_t n_block;   /* written so far */
    struct index_run codes, references, persons;
    struct crypto_hasher fresh, changed; /* digest */
    struct query load_records, load_versions, load_index, load_identities;
    struct query load_codes, load_references, load_persons;
    struct query version_change, record_change;
};

/* The members that follow from record and identity. */
void batch_keys_ready(struct batch_keys *k);
void batch_keys_free(struct batch_keys *k);
/* The row's content_hash. */
void batch_content_hash(struct batch_row *r, const struct batch_block *b,
                        const struct batch_keys *k);
/* Keys, envelopes, hashes that are not made yet; the plain bytes and the keys of the block are
 * wiped. */
void batch_seal(struct batch_block *b, struct batch_keys *k);

/* Start the thread; it works until it is handed NULL. */
void batch_insert_start(struct batch_insert *in);
/* Hand NULL over and wait; false with the error if something failed. Safe to call twice. */
bool batch_insert_end(struct batch_insert *in, struct err *e) MUST_CHECK;

/* The digest of a batch over its new records (by record number) and its changes (in their
 * order). */
struct batch_digest {
    struct crypto_hasher *fresh, *changed;
};
void batch_digest_begin(struct batch_digest d);
void batch_digest_add(struct crypto_hasher *part, uint64_t code, uint32_t version_no,
                      const void *content_hash);
void batch_digest_end(struct batch_digest d, uint8_t out[CRYPTO_HASH]);

#endif
