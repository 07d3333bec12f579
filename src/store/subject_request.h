/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests of data subjects (GDPR art. 12 to 22; Directive (EU) 2016/680 art. 12 to 18).
 *
 * Which right, under which law, when it came, when it is due and how it stands are columns; who
 * asks and what is a body that service understands, sealed under a key of the request's own, which
 * is wrapped under KEY_WORK (S12). Functions that change something need the write transaction of
 * store_begin(). */
#ifndef DCIM_STORE_SUBJECT_REQUEST_H
#define DCIM_STORE_SUBJECT_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "store/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { REQUEST_BYTES_MAX = 64 * 1024 /* of one body */, REQUESTS_MAX = 10000 };

struct subject_request { /* texts from the arena */
    int64_t request_no;
    char code[RECORD_CODE + 1]; /* by which it is asked for */
    const char *right, *law, *state;
    int32_t received_on, due_on; /* days since 1970-01-01 */
    int64_t added_at;
    const char *added_by;
    int64_t closed_at; /* 0: open */
    const char *closed_by;
    int64_t version_no;
};

/* Register one: right, law, state, days and added_* are given, the rest is filled. ERR_LIMIT
 * "request.too_long". */
bool subject_request_add(struct subject_request *r, struct store *st, struct text body,
                         struct err *e) MUST_CHECK;
/* At most REQUESTS_MAX: those that are open first, by the day they are due. */
bool subject_request_list(struct subject_request **out, size_t *n, struct store *st,
                          struct arena *a, struct err *e) MUST_CHECK;
/* One by its code as typed. ERR_NOT_FOUND "request.unknown". */
bool subject_request_find(struct subject_request *out, struct store *st, struct text code,
                          struct arena *a, struct err *e) MUST_CHECK;
/* Its body into `out`, a wiped buffer. ERR_STORE "envelope.damaged". */
bool subject_request_open(struct buf *out, struct store *st, const struct subject_request *r,
                          struct err *e) MUST_CHECK;
/* Another state, due day, closing and body; ERR_CONFLICT "request.conflict" where r->version_no is
 * not the one that is kept. */
bool subject_request_change(struct store *st, struct subject_request *r, struct text body,
                            struct err *e) MUST_CHECK;

#endif
