/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases: numbered sets of protected tables, as somebody prepared them and another person let
 * them out.
 *
 * What is handed out is a document (disclosure/release_document.h writes and reads it). It is
 * sealed when the release is added, with its SHA-256 beside it, and never changes again, whatever
 * the register or its dictionary become; the database itself refuses to change or delete it. What
 * changes is where the release stands: waiting -> published or refused; published -> withdrawn.
 * Title, note and reasons are words that service understands; they and the document are sealed
 * under a key of the release's own, which is wrapped under KEY_WORK (S12).
 *
 * Functions that change something need the write transaction of store_begin(). */
#ifndef DCIM_STORE_RELEASE_H
#define DCIM_STORE_RELEASE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum {
    RELEASE_DOCUMENT_MAX = 640 * 1024, /* so that it fits into one message of the desk */
    RELEASE_WORDS_MAX = 32 * 1024,
    RELEASE_DIGEST = 32,
    RELEASES_MAX = 5000 /* listed at once */
};

#define RELEASE_WAITING "waiting"
#define RELEASE_PUBLISHED "published"
#define RELEASE_REFUSED "refused"
#define RELEASE_WITHDRAWN "withdrawn"

struct stored_release { /* texts from the arena, which should wipe */
    int64_t release_no; /* 1, 2, 3 .. */
    const char *state;
    int64_t account_no;  /* who prepared it; 0: somebody at this machine */
    const char *made_by; /* by name, as in the log */
    int64_t made_at;
    const char *decided_by; /* NULL: nobody yet */
    int64_t decided_at;
    const char *withdrawn_by;
    int64_t withdrawn_at;
    int64_t replaces;    /* number of the release it is in the place of; 0: none */
    int64_t replaced_by; /* number of a published one in its place; 0: none */
    int64_t generation, n_table, threshold;
    uint8_t digest[RELEASE_DIGEST]; /* SHA-256 of the document */
    int64_t version_no;
    struct text words;
};

/* The number that the next release will have; it is its own only within the transaction that adds
 * it. */
bool store_release_next(int64_t *release_no, struct store *st, struct err *e) MUST_CHECK;

/* Add one that waits: number, account, made_*, replaces, generation, n_table, threshold and words
 * are given; digest and version are filled. ERR_LIMIT "release.too_long". */
bool store_release_add(struct stored_release *r, struct store *st, struct text document,
                       struct err *e) MUST_CHECK;

/* All, newest first, at most RELEASES_MAX. */
bool store_release_list(struct stored_release **out, size_t *n, struct store *st, struct arena *a,
                        struct err *e) MUST_CHECK;
/* ERR_NOT_FOUND "release.unknown". */
bool store_release_find(struct stored_release *out, struct store *st, int64_t release_no,
                        struct arena *a, struct err *e) MUST_CHECK;
bool store_release_unknown(struct err *e); /* what is answered where there is none */

/* How many are in this state, prepared by `by` or by anybody but `but_by`; NULL: by anybody. */
bool store_release_count(int64_t *n, struct store *st, const char *state, const char *by,
                         const char *but_by, struct err *e) MUST_CHECK;

/* Its document into `out`. ERR_STORE "release.damaged" when the bytes are not those whose SHA-256
 * was kept, "envelope.damaged". */
bool store_release_document(struct buf *out, struct store *st, const struct stored_release *r,
                            struct err *e) MUST_CHECK;

/* Keep state, decision, withdrawal and words as given. ERR_CONFLICT "release.conflict" where
 * version_no is not the one that is kept, or the state cannot follow on the one kept. */
bool store_release_change(struct store *st, struct stored_release *r, struct err *e) MUST_CHECK;

#endif
