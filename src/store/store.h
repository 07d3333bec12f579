/* SPDX-License-Identifier: EUPL-1.2 */
/* The store: a repository on disk. Folder DIR holds `database` (SQLCipher), `keyring` and its copy,
 * and `dictionary/` (the data folder the repository was made with). Keeps sealed, versioned
 * records, identities, organisations, batches and the audit chain.
 *
 * Every function that changes something works inside the write transaction that store_begin()
 * opened; service begins and commits, together with the audit entry. */
#ifndef DCIM_STORE_STORE_H
#define DCIM_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/dictionary.h"
#include "model/record.h"
#include "model/row_source.h"
#include "model/scope.h"
#include "store/envelope.h"
#include "store/keyring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct backend;

/* Make a repository in an empty or absent folder: keyring and database (the dictionary folder is
 * copied by service). `pack` and the dictionary hash are recorded. Nothing is left behind when it
 * fails. */
bool store_create(struct store **out, const char *folder, const struct unlock *u, const char *pack,
                  const uint8_t dictionary_hash[32], struct err *e) MUST_CHECK;
bool store_open(struct store **out, const char *folder, const struct unlock *u, bool read_only,
                struct err *e) MUST_CHECK;
/* One more connection to the repository of `first`, for another thread, under the same keyring,
 * which `first` keeps: it is closed last. Each connection is used by one thread at a time. */
bool store_open_beside(struct store **out, const struct store *first, struct err *e) MUST_CHECK;
void store_close(struct store *st);

struct backend *store_backend(struct store *st);
struct keyring *store_keyring(struct store *st);
const char *store_folder(const struct store *st);

struct store_info {
    char pack[16];
    uint8_t dictionary_hash[32];
    int64_t created_at;
    uint8_t repository_id[16];
    int64_t n_organisation; /* they are codes of the dictionary in memory */
};
bool store_info(struct store_info *out, struct store *st, struct err *e) MUST_CHECK;
/* Grows with every commit that changed records: whoever keeps a snapshot asks whether it is still
 * true. */
bool store_generation(int64_t *out, struct store *st, struct err *e) MUST_CHECK;
bool store_set_dictionary(struct store *st, const char *pack, const uint8_t hash[32],
                          struct err *e) MUST_CHECK;

/* Give the store the dictionary it works with: assigns numbers to new variables and groups (needs a
 * write transaction when there are any). Borrowed until store_close(). */
bool store_use_dictionary(struct store *st, const struct dictionary *d, struct err *e) MUST_CHECK;

/* What every version that is written from now on through this connection gets its encoding for
 * linkage from (the store knows nothing of how it is made): of a record with its identifiers; none
 * where it says nobody. The text lies in `a`, which wipes. Called by whoever writes records, one at
 * a time. fn NULL: records keep the encoding they came with, as where `fn` gives none. Whether a
 * record has changed does not depend on it: it says nothing that the identifiers do not. */
typedef struct text store_encode_fn(void *ctx, const struct record *r, struct arena *a);
void store_set_encode(struct store *st, store_encode_fn *fn, void *ctx);

/* Read one state of the register from now on, whatever is asked: transactions that only read are
 * part of it, until one that writes begins or it is given up; each of them alone would look for
 * what others have written and read again what it needs. Not within a transaction. Holding what is
 * held does nothing. */
bool store_hold(struct store *st, struct err *e) MUST_CHECK;
bool store_holds(const struct store *st);
void store_give_up(struct store *st); /* does nothing where nothing is held */

bool store_begin(struct store *st, bool write, struct err *e) MUST_CHECK;
bool store_commit(struct store *st, struct err *e) MUST_CHECK;
void store_rollback(struct store *st); /* fine when none is open */

/* --- organisations ------------------------------------------------------------------- */
struct organisation {
    int64_t organisation_no;
    const char *code, *name; /* from the arena */
    const char *type;        /* code of CL_ORGTYPE */
    int64_t added_at;
    int64_t quota_records, quota_bytes; /* 0: none */
    int64_t n_record, n_byte;           /* used: records ever made, bytes of their sealed bodies */
};
/* ERR_USAGE "organisation.exists". */
bool store_organisation_add(int64_t *no, struct store *st, struct text code, struct text type,
                            struct text name, struct err *e) MUST_CHECK;
bool store_organisation_find(struct organisation *out, struct store *st, struct text code,
                             struct arena *a, struct err *e) MUST_CHECK; /* ERR_NOT_FOUND */
/* Limits to what an organisation may keep, in all forms together (S74); 0: none. An import that
 * would go beyond them is ERR_LIMIT "organisation.quota" and leaves nothing; what is there stays,
 * whatever the limit. A code that is not there changes nothing. */
bool store_organisation_quota(struct store *st, struct text code, int64_t records, int64_t bytes,
                              struct err *e) MUST_CHECK;
bool store_organisation_list(struct organisation **out, size_t *n, struct store *st,
                             struct arena *a, struct err *e) MUST_CHECK; /* by code */

/* --- batches: imports ---------------------------------------------------------------- */
enum put_outcome {
    PUT_NEW,
    PUT_CHANGED,
    PUT_SAME,
    PUT_DUPLICATE, /* reference twice in this batch */
    PUT_OUTCOME_COUNT
};

struct batch_start {
    const struct form *form;
    int64_t organisation_no;
    const char *actor;
    const char *mapping;        /* name, "" for none */
    const uint8_t *file_sha256; /* 32 bytes; NULL: batch_set_file_sha256() will say it */
    const char *file_label;     /* for people: no path, no identifiers; base name at most */
    bool dry_run;               /* look up only; nothing is written */
};

struct batch_writer;
/* Inside a write transaction (a read one for a dry run). Sealing happens in the caller, inserting
 * on a second thread of the writer's own while the caller goes on (base/parallel.h); the backend
 * handle is the writer's until batch_finish() or batch_abandon(). */
bool batch_begin(struct batch_writer **out, struct store *st, const struct batch_start *s,
                 struct err *e) MUST_CHECK;
/* Put one validated record under the organisation's own reference. Same reference and same content:
 * PUT_SAME, nothing is written; other content: a new version. A withdrawn record comes back by a
 * new version, as PUT_NEW. A record without reference (blank) is always new. The identity part goes
 * into its own envelope. After an error the batch can only be abandoned. ERR_LIMIT over 7 million
 * records, and "organisation.quota" (or at batch_finish(), which knows the bytes). */
bool batch_put(enum put_outcome *outcome, struct batch_writer *w, const struct record *r,
               struct text reference, struct err *e) MUST_CHECK;
struct record_meta;
/* A version (0: the current one) of the active record that a row names by its code, with its
 * identifiers: for the batch to seal it again with what the row changes, and not to be shown. What
 * is read is the state before the batch. *found is false where the batch's organisation has no such
 * record of its form. Texts are in `a`, which wipes. */
bool batch_load(struct record *r, struct record_meta *m, bool *found, struct batch_writer *w,
                struct text code, uint32_t version_no, struct arena *a, struct err *e) MUST_CHECK;
/* Put one validated record as the next version of the one that batch_load() found as `m`, whose
 * reference (blank: none) it keeps; `same`: it says nothing else than what is kept, and is only
 * counted. PUT_SAME, PUT_CHANGED; PUT_DUPLICATE where the batch has met it already. */
bool batch_put_version(enum put_outcome *outcome, struct batch_writer *w, const struct record *r,
                       const struct record_meta *m, bool same, struct text reference,
                       struct err *e) MUST_CHECK;
struct batch_result {
    int64_t batch_no;
    int64_t n[PUT_OUTCOME_COUNT];
    uint8_t digest[32]; /* over codes, versions and content hashes in order: for the audit entry */
};
/* For who knows it only when the file has been read; before batch_finish(). */
void batch_set_file_sha256(struct batch_writer *w, const uint8_t sha256[32]);
/* Finish writing (n_refused is kept with the batch); the transaction stays open for the audit
 * entry. The writer is gone afterwards, also when this fails; the caller then rolls back. */
bool batch_finish(struct batch_result *out, struct batch_writer *w, int64_t n_refused,
                  struct err *e) MUST_CHECK;
void batch_abandon(struct batch_writer *w); /* NULL is fine; the caller rolls back */

struct batch {
    int64_t batch_no, organisation_no;
    const char *form, *organisation, *mapping, *file_label, *actor;
    const char *state; /* "visible", "undone" */
    int64_t created_at, undone_at, n_new, n_changed, n_same, n_refused;
    uint8_t digest[32];
};
bool store_batch_list(struct batch **out, size_t *n, struct store *st, struct arena *a,
                      struct err *e) MUST_CHECK;
/* What is answered where there is no such batch, or none for who asks: always false. */
bool store_batch_unknown(struct err *e, int64_t batch_no);
/* The digest of a batch computed again from what is stored: to be held against `digest` above and
 * the audit entry. */
bool store_batch_digest(uint8_t out[32], struct store *st, int64_t batch_no,
                        struct err *e) MUST_CHECK;
/* Undo: its new records are withdrawn and its new versions superseded by the ones before (history
 * stays). ERR_CONFLICT "batch.later_changes" when a later batch changed one of its records,
 * "batch.undone" when it is undone already. */
bool store_batch_undo(int64_t *n_withdrawn, int64_t *n_reverted, struct store *st, int64_t batch_no,
                      const char *actor, const char *reason, struct err *e) MUST_CHECK;

/* --- records ------------------------------------------------------------------------- */
struct record_meta {
    uint64_t record_no;
    char code[RECORD_CODE + 1];
    form_id form;
    int64_t organisation_no;
    const char *organisation; /* code */
    const char *state;        /* "active", "withdrawn", "erased" */
    uint32_t version_no;
    int64_t created_at; /* of this version */
    int64_t batch_no;
    const char *author, *reason;
    bool has_identity;
};
/* What is answered where there is no such record, or none for who asks: always false. */
bool record_unknown(struct err *e, struct text code);
/* Meta of active records of a form (FORM_NONE: all) within a scope, by record number, after
 * `after`, at most `max`. */
bool store_record_list(struct record_meta **out, size_t *n, struct store *st, form_id form,
                       struct scope scope, uint64_t after, size_t max, struct arena *a,
                       struct err *e) MUST_CHECK;
/* Of the current version of the record of this number, in whatever state, and where that version
 * stands (store/review.h; "": imported). All zero when there is none. */
bool store_record_meta(struct record_meta *out, const char **work, struct store *st,
                       uint64_t record_no, struct arena *a, struct err *e) MUST_CHECK;
bool store_record_count(int64_t *out, struct store *st, form_id form, struct err *e) MUST_CHECK;
/* Persons among the active records of a form: what linkage has decided (person.h); records that no
 * run has seen are one person when their current versions have the same match key (person_key.h),
 * and a record without a key is one of its own. The same number as the units of a snapshot by
 * persons. Cost: reads every active record's current version. */
bool store_person_count(int64_t *out, struct store *st, form_id form, struct err *e) MUST_CHECK;
/* One version (0: the current one), coded part only. ERR_NOT_FOUND "record.unknown", also for one
 * outside of the scope; "record.erased" when it is that. *m is all zero unless the record is there.
 * Codes may be typed with or without dashes, in any case. */
bool store_record_load(struct record *r, struct record_meta *m, struct store *st,
                       struct scope scope, struct text code, uint32_t version_no, struct arena *a,
                       struct err *e) MUST_CHECK;
/* All versions, the oldest first. ERR_NOT_FOUND "record.unknown". */
bool store_record_history(struct record_meta **out, size_t *n, struct store *st, struct scope scope,
                          struct text code, struct arena *a, struct err *e) MUST_CHECK;

/* What a link names: a value that is the code of an active record of form `target` (typed in any
 * way), or, where it is none, the reference of one that organisation `organisation_no` has sent.
 * record_no 0 when there is none. Cost: two look-ups in an index. */
struct record_link {
    uint64_t record_no;
    char code[RECORD_CODE + 1];
};
bool store_link_find(struct record_link *out, struct store *st, const struct form *target,
                     int64_t organisation_no, struct text value, struct err *e) MUST_CHECK;
/* The code of an active record by its number, of any form; record_no 0 when it is none. */
bool store_link_of(struct record_link *out, struct store *st, uint64_t record_no,
                   struct err *e) MUST_CHECK;
/* Whether a text, typed in any way, is this code. */
bool store_same_code(struct text typed, const char *code);

/* Erase a record: its key, the envelopes of its identities, its reference, its match keys and the
 * reasons of its versions are removed, its bodies emptied; a tombstone with actor and reason stays.
 * The reason must not name anybody. A batch with an erased record can still be undone. Backups made
 * before still hold the record. ERR_NOT_FOUND, also outside of the scope, "record.erased". Cost: the index of
 * references is read through, 0.1 s for a million. */
bool store_record_erase(struct store *st, struct scope scope, struct text code, const char *actor,
                        const char *reason, struct err *e) MUST_CHECK;
/* After that is committed: bring every page into the database file, empty the journal and sync
 * both, so that nothing of what was erased is in any file. *done is false when a reader hinders it
 * for longer than the busy time; the next call, or the last process to close the repository, does
 * it then. No transaction may be open. */
bool store_purge(bool *done, struct store *st, struct err *e) MUST_CHECK;

/* Sources for a snapshot: part `part` of `n_part` of the active records of a form, current
 * versions. Each has a read connection of its own. */
bool store_row_source(struct row_source *out, struct store *st, const struct form *f, size_t part,
                      size_t n_part, struct err *e) MUST_CHECK;

#endif
