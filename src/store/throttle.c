/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/throttle.h"

#include "store/store_internal.h"

#include <stdio.h>
#include <string.h>

enum { HOUR = 3600, DAY = 86400 };

const struct throttle_rule throttle_account = {
    .free = 5, .longest = 900, .per_hour = 20, .lock_at = 100, .lasting = true};
/* One network may hold many people: it is slowed down later, and forgotten sooner. */
const struct throttle_rule throttle_source = {.free = 20, .longest = 900};

bool throttle_load(struct throttle *out, struct store *st, const struct throttle_rule *rule,
                   const char *kind, struct text what, struct err *e)
{
    struct query q;
    char text[600];
    int n = snprintf(text, sizeof text, "%s %.*s", kind, (int)(what.n > 500 ? 500 : what.n), what.p);
    *out = (struct throttle){.rule = rule};
    access_hash(out->key, st, ACCESS_THROTTLE, 0, (struct text){text, (size_t)n});
    (void)query_begin(&q, st->backend, SQL_THROTTLE_GET);
    query_bind_blob(&q, "key", out->key, sizeof out->key);
    if (query_next(&q)) {
        out->n_failed = query_int(&q, 0);
        out->failed_at = query_int(&q, 1);
        out->hour_at = query_int(&q, 2);
        out->n_hour = query_int(&q, 3);
        out->n_try = query_int(&q, 4);
    }
    return query_end(&q, e);
}

/* A clock that was put back lets nobody in sooner than its own time says, and keeps nobody out for
 * longer than the longest wait. */
static int64_t left(int64_t since, int64_t length, int64_t now)
{
    int64_t gone = now - since;
    if (gone < 0) gone = 0;
    return gone >= length ? 0 : length - gone;
}

int64_t throttle_wait(const struct throttle *t, int64_t now)
{
    const struct throttle_rule *r = t->rule;
    int64_t over = t->n_failed - r->free, wait = 0;
    if (r->lock_at > 0 && t->n_failed >= r->lock_at) return THROTTLE_LOCKED;
    if (over >= 0) wait = over >= 10 || INT64_C(1) << over > r->longest ? r->longest
                                                                        : INT64_C(1) << over;
    wait = wait == 0 ? 0 : left(t->failed_at, wait, now);
    if (r->per_hour > 0 && t->n_hour >= r->per_hour) {
        int64_t of_hour = left(t->hour_at, HOUR, now);
        if (of_hour > wait) wait = of_hour;
    }
    return wait;
}

static bool save(const struct throttle *t, struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_THROTTLE_SET);
    query_bind_blob(&q, "key", t->key, sizeof t->key);
    query_bind_int(&q, "lasting", t->rule->lasting && !t->passing);
    query_bind_int(&q, "n_failed", t->n_failed);
    query_bind_int(&q, "failed_at", t->failed_at);
    query_bind_int(&q, "hour_at", t->hour_at);
    query_bind_int(&q, "n_hour", t->n_hour);
    query_bind_int(&q, "n_try", t->n_try);
    return query_run(&q, e);
}

bool throttle_failed(struct throttle *t, struct store *st, bool counts, int64_t now, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_THROTTLE_SWEEP);
    query_bind_int(&q, "before", now - DAY);
    if (!query_run(&q, e)) return false;
    if (counts) {
        if (!t->rule->lasting && left(t->failed_at, HOUR, now) == 0) t->n_failed = 0;
        if (left(t->hour_at, HOUR, now) == 0) {
            t->hour_at = now;
            t->n_hour = 0;
        }
        t->n_failed++;
        t->n_hour++;
        t->failed_at = now;
    }
    t->n_try++;
    return save(t, st, e);
}

bool throttle_clear(const struct throttle *t, struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_THROTTLE_REMOVE);
    query_bind_blob(&q, "key", t->key, sizeof t->key);
    return query_run(&q, e);
}
