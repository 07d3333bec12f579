/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room share about an open store. No other room includes this. */
#ifndef DCIM_STORE_STORE_INTERNAL_H
#define DCIM_STORE_STORE_INTERNAL_H

#include "model/body.h"
#include "store/backend.h"
#include "store/store.h"

enum record_state { RECORD_ACTIVE = 1, RECORD_WITHDRAWN = 2, RECORD_ERASED = 3 }; /* as stored */

enum {
    VERSIONS_PER_RECORD = 65536
}; /* version_id = record_no * VERSIONS_PER_RECORD + version_no */

struct form_numbering {
    int64_t form_no; /* as stored */
    struct numbering numbering;
};

struct store {
    struct backend *backend;
    struct keyring *keyring;
    bool keyring_borrowed;               /* of the store this one was opened beside */
    char *folder, *database;             /* paths */
    const struct dictionary *dictionary; /* borrowed; NULL until store_use_dictionary() */
    struct form_numbering *form;   /* by form_id; NULL: not known, numbering_ensure() reads it */
    struct arena *numbering_arena; /* holds it */
    bool numbering_unsaved;        /* `form` has numbers that the open transaction adds */
    bool records_changed;          /* the open transaction has changed records */
    bool held, within_held;        /* store_hold(); a reading transaction is open as part of it */
    struct batch_writer *writer;   /* has the backend handle to itself; NULL: nobody */
    int64_t source_generation;     /* of the state that part 0 of the newest snapshot sees */
    store_encode_fn *encode;       /* NULL: none is made */
    void *encode_ctx;
};

/* The encoding that a version of this record is kept with: made of its identifiers, else the one it
 * came with; none. In `a`, which wipes, or borrowed from the record. */
struct text store_encoding(const struct store *st, const struct record *r, struct arena *a);

/* Numbers of the dictionary's variables and groups: read, and given to those that are new (that
 * needs a write transaction: ERR_USAGE "store.numbering"). Nothing to do when they are known. */
bool numbering_ensure(struct store *st, struct err *e) MUST_CHECK;
void numbering_forget(struct store *st);
const struct form_numbering *numbering_of_form(const struct store *st,
                                               form_id form); /* after _ensure() */

/* The key that wraps the record keys of a form's data set, and its id in envelopes. */
const struct secret *store_record_kek(const struct store *st, const struct form *f,
                                      uint8_t *kek_id);

/* Record codes: 60 random bits as 12 letters of Crockford's base 32 (2019-03 text), NUL behind
 * them. */
void record_code_format(char out[RECORD_CODE + 1], uint64_t code);
/* As typed: any case, dashes and blanks left out, I and L read as 1, O as 0. False for anything
 * else. */
bool record_code_parse(uint64_t *out, struct text typed);

/* What finds a reference: keyed BLAKE2b-128 over form, organisation and the reference (batch.c). The
 * reference is trimmed, and at most REFERENCE_MAX bytes; `message` and `scratch` are wiped ones. */
enum { REFERENCE_MAX = 1000 };
void store_reference_hash(uint8_t out[CRYPTO_SHORT], int64_t form_no, int64_t organisation_no,
                          struct text reference, const struct secret *key, struct buf *message,
                          struct arena *scratch);

/* record_no of a code as typed; ERR_NOT_FOUND "record.unknown". */
bool store_record_find(int64_t *record_no, struct store *st, struct scope scope, struct text typed,
                       struct err *e) MUST_CHECK;
/* When a record was erased, 0 for one that was not (erasure.c). */
bool store_record_erased_at(int64_t *out, struct store *st, int64_t record_no,
                            struct err *e) MUST_CHECK;

/* Add the identity values of a loaded version to it without an entry of its own: for a batch that
 * seals them again in the next version, whose entry is committed with it. Nobody is shown them. In
 * identity.c, where alone they are opened. */
bool store_identity_carry(struct record *r, const struct record_meta *m, struct store *st,
                          struct err *e) MUST_CHECK;

/* Count a change of records (store_row_source() compares). */
bool store_generation_next(struct store *st, struct err *e) MUST_CHECK;

/* ERR_STORE "store.no_transaction" unless a write transaction is open. */
bool store_must_write(const struct store *st, struct err *e) MUST_CHECK;

/* What an organisation may still add (quota.c); INT64_MAX where it has no quota, and less than 0
 * where it has more than its quota already. */
struct quota_room {
    int64_t records, bytes;
    char code[65];
};
bool store_quota_room(struct quota_room *out, struct store *st, int64_t organisation_no,
                      struct err *e) MUST_CHECK;
/* ERR_LIMIT "organisation.quota" unless there is room for these. */
bool store_quota_holds(const struct quota_room *room, int64_t records, int64_t bytes,
                       struct err *e) MUST_CHECK;

#endif
