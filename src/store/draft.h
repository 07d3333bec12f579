/* SPDX-License-Identifier: EUPL-1.2 */
/* Drafts: records as somebody is typing them, direct identifiers too, whatever can be read of it.
 *
 * A draft belongs to one account (at this machine: to a name) and is there for nobody else. Its
 * body is bytes that service understands, sealed under a key of the draft's own, which is wrapped
 * under KEY_WORK; each saving counts its version, so that a second window that saves over the first
 * is told. Functions that change something need the write transaction of store_begin(). */
#ifndef DCIM_STORE_DRAFT_H
#define DCIM_STORE_DRAFT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "model/ids.h"
#include "store/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum {
    DRAFTS_MAX = 500,          /* of one owner */
    DRAFT_BYTES_MAX = 4 << 20, /* of one body */
};

struct draft_owner {
    int64_t account_no; /* 0: at this machine, by name */
    const char *actor;
};

struct draft { /* texts from the arena */
    int64_t draft_no;
    char code[RECORD_CODE + 1]; /* by which it is asked for */
    int64_t organisation_no;
    const char *organisation; /* code */
    form_id form;             /* FORM_NONE when the dictionary has it no more */
    uint64_t record_no;       /* 0: the record is still to be made */
    char record[RECORD_CODE + 1];
    uint32_t base_version; /* of the record when the draft began; 0: none */
    int64_t version_no;    /* counts savings, from 1 */
    int64_t created_at, changed_at;
};

/* Begin a draft of d->form, d->organisation_no, d->record_no and d->base_version; the other members
 * are filled (*organisation is not). ERR_LIMIT "draft.too_many", "draft.too_long". */
bool draft_add(struct draft *d, struct store *st, const struct draft_owner *owner, struct text body,
               struct err *e) MUST_CHECK;
/* Somebody's drafts, the newest first. */
bool draft_list(struct draft **out, size_t *n, struct store *st, const struct draft_owner *owner,
                struct arena *a, struct err *e) MUST_CHECK;
/* How many there are. Cost: an index. */
bool draft_count(int64_t *n, struct store *st, const struct draft_owner *owner,
                 struct err *e) MUST_CHECK;
/* One by its code, as typed. ERR_NOT_FOUND "draft.unknown", also for somebody else's. */
bool draft_find(struct draft *out, struct store *st, const struct draft_owner *owner,
                struct text code, struct arena *a, struct err *e) MUST_CHECK;
/* Its body into `out`, a wiped buffer of at most DRAFT_BYTES_MAX. ERR_STORE "envelope.damaged". */
bool draft_open(struct buf *out, struct store *st, const struct draft *d, struct err *e) MUST_CHECK;
/* Save another body, and d->base_version; d->version_no and changed_at are then the new ones.
 * ERR_CONFLICT "draft.conflict" where d->version_no is not the one that is kept. */
bool draft_save(struct store *st, struct draft *d, struct text body, struct err *e) MUST_CHECK;
/* The same without counting: for what is kept beside the values, which stay as they are. */
bool draft_save_beside(struct store *st, struct draft *d, struct text body,
                       struct err *e) MUST_CHECK;
/* It is of this record from now on: draft_save() keeps the version that it goes on from. */
bool draft_of_record(struct store *st, struct draft *d, uint64_t record_no,
                     struct err *e) MUST_CHECK;
/* Gone for good. */
bool draft_remove(struct store *st, const struct draft *d, struct err *e) MUST_CHECK;

#endif
