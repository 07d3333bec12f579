/* SPDX-License-Identifier: EUPL-1.2 */
/* Referrals of a person from one organisation to another, and their answers; the words are sealed
 * under the record's key (beside.h). What the receiver may see of the record is service's to
 * decide. */
#ifndef DCIM_STORE_REFERRAL_H
#define DCIM_STORE_REFERRAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct referral { /* texts from the arena */
    int64_t referral_no;
    uint64_t record_no;
    char code[RECORD_CODE + 1];
    uint32_t version_no;
    int64_t from_no, to_no; /* organisations */
    const char *from, *to;  /* their codes */
    const char *state;      /* "open", "accepted", "declined", "withdrawn" */
    int64_t made_at, answered_at;
    const char *made_by;
    const char *words, *answer; /* of referral_find() alone; "" when there are none */
};

/* Make one of record_no, version_no, from_no and to_no; the number is filled. */
bool referral_add(struct referral *r, struct store *st, const char *actor, struct text words,
                  struct err *e) MUST_CHECK;
/* Those from or to an organisation (0: all), the newest first, at most `max`. */
bool referral_list(struct referral **out, size_t *n, struct store *st, int64_t organisation_no,
                   size_t max, struct arena *a, struct err *e) MUST_CHECK;
/* One with its words. ERR_NOT_FOUND "referral.unknown". */
bool referral_find(struct referral *out, struct store *st, int64_t referral_no, struct arena *a,
                   struct err *e) MUST_CHECK;
bool referral_unknown(struct err *e); /* what is answered where there is none for who asks */
bool referral_answer(struct store *st, const struct referral *r, const char *state,
                     const char *actor, struct text words, struct err *e) MUST_CHECK;
/* Open ones to an organisation (0: to any). */
bool referral_count(int64_t *n, struct store *st, int64_t to_no, struct err *e) MUST_CHECK;

#endif
