/* SPDX-License-Identifier: EUPL-1.2 */
/* How often somebody has tried and failed (S42), kept over restarts. What is counted is named by a
 * kind and a text, of which only a keyed hash is kept: an account that is not there is counted like
 * one that is. */
#ifndef DCIM_STORE_THROTTLE_H
#define DCIM_STORE_THROTTLE_H

#include "base/err.h"
#include "base/text.h"
#include "store/access.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct throttle_rule {
    int64_t free;     /* failures without a wait; behind them 1 s, doubling up to `longest` */
    int64_t longest;  /* seconds */
    int64_t per_hour; /* tries in an hour; 0: any number */
    int64_t lock_at;  /* failures behind which nothing goes; 0: never */
    bool lasting;     /* counted until somebody gets in; otherwise for a day */
};
extern const struct throttle_rule throttle_account, throttle_source;

enum { THROTTLE_LOCKED = INT32_MAX };

struct throttle { /* one counter */
    uint8_t key[ACCESS_HASH];
    const struct throttle_rule *rule;
    bool passing; /* its row may go after a day: what is counted is nobody's */
    int64_t n_failed, failed_at, hour_at, n_hour, n_try;
};

/* The counter of `kind` ("password", "second") and `what`. */
bool throttle_load(struct throttle *out, struct store *st, const struct throttle_rule *rule,
                   const char *kind, struct text what, struct err *e) MUST_CHECK;
/* Seconds to wait before the next try; THROTTLE_LOCKED: no try will do. Pure. */
int64_t throttle_wait(const struct throttle *t, int64_t now);
/* One more failure; with `counts` false the try alone is counted, so that a row is written all the
 * same, which takes time. Inside of a write transaction, as throttle_clear(). */
bool throttle_failed(struct throttle *t, struct store *st, bool counts, int64_t now,
                     struct err *e) MUST_CHECK;
bool throttle_clear(const struct throttle *t, struct store *st, struct err *e) MUST_CHECK;

#endif
