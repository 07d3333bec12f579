/* SPDX-License-Identifier: EUPL-1.2 */
/* Tasks: what somebody has to decide or to be told. An emergency access that is to be reviewed
 * (S54), a request that another person approves (S56), an alarm (S48, S58), a notice to the owner
 * of an account (S45).
 *
 * Kind, state, whose it is and when are columns; what it says is a body that service understands,
 * sealed under a key of the task's own, which is wrapped under KEY_WORK (S12). Functions that
 * change something need the write transaction of store_begin(). */
#ifndef DCIM_STORE_TASK_H
#define DCIM_STORE_TASK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "store/access.h"
#include "store/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { TASK_BYTES_MAX = 16 * 1024 /* of one body */, TASKS_MAX = 1000 /* listed at once */ };

struct task {        /* texts from the arena */
    int64_t task_no; /* 0: there is none */
    char code[RECORD_CODE + 1];
    const char *kind, *state;
    int64_t account_no;           /* whose act it is, or who is told; 0: nobody with an account */
    const char *role, *unit;      /* of that account now: role, code of its organisation; or NULL */
    int64_t organisation_no;      /* that is to be informed, or the unit that asked; 0: none */
    uint8_t subject[ACCESS_HASH]; /* keyed hash of what it is about; zeros: of nothing */
    int64_t made_at;
    const char *made_by;
    int64_t until;
    int64_t decided_at; /* 0: not yet */
    const char *decided_by;
    int64_t n_used, version_no;
};

struct task_filter { /* NULL and 0 stand for any; kind must be given */
    const char *kind, *state;
    int64_t account_no, organisation_no, since;
};

/* The keyed hash that a task is found by: of `what` alone, never of anything that could be guessed
 * from it without the key. */
void task_subject(uint8_t out[ACCESS_HASH], const struct store *st, struct text what);

/* Make one: kind, state, account, organisation, subject, made_*, until are given, the rest is
 * filled. ERR_LIMIT "task.too_long". */
bool task_add(struct task *t, struct store *st, struct text body, struct err *e) MUST_CHECK;
/* Newest first, at most TASKS_MAX. */
bool task_list(struct task **out, size_t *n, struct store *st, const struct task_filter *f,
               struct arena *a, struct err *e) MUST_CHECK;
bool task_count(int64_t *n, struct store *st, const struct task_filter *f,
                struct err *e) MUST_CHECK;
/* One of a kind by its code as typed. ERR_NOT_FOUND "task.unknown". */
bool task_find(struct task *out, struct store *st, const char *kind, struct text code,
               struct arena *a, struct err *e) MUST_CHECK;
bool task_unknown(struct err *e); /* what is answered where there is none, or none for who asks */
/* The newest of a kind that this account has made about a subject; task_no 0 where there is
 * none. */
bool task_of_subject(struct task *out, struct store *st, const char *kind, int64_t account_no,
                     const uint8_t subject[ACCESS_HASH], struct arena *a, struct err *e) MUST_CHECK;
/* Its body into `out`, a wiped buffer. ERR_STORE "envelope.damaged". */
bool task_open(struct buf *out, struct store *st, const struct task *t, struct err *e) MUST_CHECK;
/* State, until, decision, uses and body as given; ERR_CONFLICT "task.conflict" where t->version_no
 * is not the one that is kept. */
bool task_change(struct store *st, struct task *t, struct text body, struct err *e) MUST_CHECK;
/* Forget those of a kind that were made before. */
bool task_sweep(struct store *st, const char *kind, int64_t before, struct err *e) MUST_CHECK;

#endif
