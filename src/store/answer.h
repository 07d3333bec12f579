/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers to requests that may come again: a program names its request, and the same request under
 * the same name is answered as it was, for a day, and not done twice.
 *
 * A name is taken before anything is done. Answers may hold data of persons, so they are sealed
 * under KEY_WORK, and names and requests are kept as keyed hashes (S12). Each account has names of
 * its own. Functions that change something need the write transaction of store_begin(). */
#ifndef DCIM_STORE_ANSWER_H
#define DCIM_STORE_ANSWER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

enum {
    ANSWER_LIFE_S = 24 * 60 * 60,
    ANSWER_BYTES_MAX = 2 * 1024 * 1024, /* of one that is kept */
    ANSWERS_MAX = 10000                 /* of one account */
};

enum answer_state {
    ANSWER_NEW,     /* the name is taken now: do it */
    ANSWER_WORKING, /* it is being done, or was not ended; nobody knows what became of it */
    ANSWER_KEPT,    /* it was done; this is the answer */
    ANSWER_OTHER    /* the name is that of another request */
};

/* Whose request it is: account, its name, and all of what is asked. Borrowed. */
struct answer_request {
    int64_t account_no;
    struct text name, request;
};

/* Take a name, or find what became of it; `body` (a wiped buffer of at most ANSWER_BYTES_MAX) gets
 * the answer that is kept. Forgets those older than ANSWER_LIFE_S. ERR_LIMIT "answer.too_many",
 * ERR_STORE "envelope.damaged". `now`: seconds. */
bool store_answer_begin(enum answer_state *state, struct buf *body, struct store *st,
                        const struct answer_request *r, int64_t now, struct err *e) MUST_CHECK;
/* Keep the answer; one longer than ANSWER_BYTES_MAX is not kept, and the name free again. */
bool store_answer_keep(struct store *st, const struct answer_request *r, struct text body,
                       struct err *e) MUST_CHECK;
/* Nothing was done: the name is free again. */
bool store_answer_remove(struct store *st, const struct answer_request *r,
                         struct err *e) MUST_CHECK;

#endif
