/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions to the table builder that somebody has saved, for themselves or for their organisation.
 *
 * Its name and what was chosen are a body that service understands, sealed under a key of the
 * question's own, which is wrapped under KEY_WORK, as drafts are (S12): what somebody asks can say
 * whom it is about. A question that is not there for who asks is answered like one that does not
 * exist. Functions that change something need the write transaction of store_begin(). */
#ifndef DCIM_STORE_SAVED_QUESTION_H
#define DCIM_STORE_SAVED_QUESTION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "store/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { QUESTION_BYTES_MAX = 64 * 1024 /* of one body */, QUESTIONS_MAX = 200 /* of one person */ };

struct question_reader { /* who asks */
    int64_t account_no; /* 0: somebody at this machine, by name */
    const char *actor;
    int64_t organisation_no; /* 0: of none */
};

struct saved_question { /* texts from the arena, which should wipe */
    int64_t question_no, version_no, saved_at;
    char code[RECORD_CODE + 1]; /* by which it is asked for */
    const char *owner;
    bool own;    /* of who asks */
    bool shared; /* with the owner's organisation */
    struct text body;
};

/* `q->shared` is given; code and numbers are filled. ERR_LIMIT "question.too_many",
 * "question.too_long". */
bool saved_question_add(struct saved_question *q, struct store *st,
                        const struct question_reader *who, struct text body,
                        struct err *e) MUST_CHECK;
/* One's own, then those of colleagues; opened. */
bool saved_question_list(struct saved_question **out, size_t *n, struct store *st,
                         const struct question_reader *who, struct arena *a,
                         struct err *e) MUST_CHECK;
/* One by its code as typed, opened. ERR_NOT_FOUND "question.unknown". */
bool saved_question_find(struct saved_question *out, struct store *st,
                         const struct question_reader *who, struct text code, struct arena *a,
                         struct err *e) MUST_CHECK;
/* Another body, shared or not; of what was found and is one's own, else ERR_DENIED
 * "question.not_own". */
bool saved_question_change(struct store *st, struct saved_question *q, struct text body,
                           struct err *e) MUST_CHECK;
bool saved_question_remove(struct store *st, const struct saved_question *q,
                           struct err *e) MUST_CHECK;

#endif
