/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/session.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { RUN = 16 };

static pthread_once_t run_once = PTHREAD_ONCE_INIT;
static uint8_t run[RUN]; /* names this process */

static void run_draw(void)
{
    crypto_random(run, sizeof run);
}

static const uint8_t *this_run(void)
{
    (void)pthread_once(&run_once, run_draw);
    return run;
}

int64_t session_clock(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *session_state_name(enum session_state s)
{
    switch (s) {
    case SESSION_OPEN: return "open";
    case SESSION_SECOND: return "second";
    case SESSION_ENROL: break;
    }
    return "enrol";
}

static void take_row(struct session *out, struct query *q, struct arena *a)
{
    *out = (struct session){.session_no = query_int(q, 0),
                            .account_no = query_int(q, 1),
                            .state = (enum session_state)query_int(q, 2),
                            .source = query_copy_or_null(q, 3, a),
                            .purpose = query_copy_or_null(q, 4, a),
                            .began_at = query_int(q, 5),
                            .began_ms = query_int(q, 6),
                            .seen_ms = query_int(q, 7),
                            .proved_ms = query_int(q, 8),
                            .duress = query_int(q, 9) != 0};
}

static void bind_maybe(struct query *q, const char *name, const char *value)
{
    if (value == NULL) query_bind_null(q, name);
    else query_bind_text(q, name, text_of(value));
}

/* Rows that no token opens any more. */
static bool sweep(struct store *st, int64_t now_ms, int64_t now, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_PAST_EXPIRE);
    query_bind_int(&q, "now", now);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SESSION_SWEEP_PAST);
    query_bind_blob(&q, "run", this_run(), RUN);
    query_bind_int(&q, "began_before", now_ms - SESSION_LONGEST_MS);
    query_bind_int(&q, "seen_before", now_ms - SESSION_IDLE_MS);
    query_bind_int(&q, "until", now + SESSION_PAST_SECONDS);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SESSION_SWEEP);
    query_bind_blob(&q, "run", this_run(), RUN);
    query_bind_int(&q, "began_before", now_ms - SESSION_LONGEST_MS);
    query_bind_int(&q, "seen_before", now_ms - SESSION_IDLE_MS);
    return query_run(&q, e);
}

static bool make_room(struct store *st, int64_t account_no, int64_t now, struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct session *list;
    size_t n;
    bool ok = store_session_list(&list, &n, st, account_no, a, e);
    for (size_t i = 0; ok && i + SESSIONS_MAX <= n; i++)
        ok = store_session_lapse(st, list[i].session_no, now, e);
    arena_free(a);
    return ok;
}

bool store_session_open(char token[ACCESS_SESSION_TEXT + 1], struct store *st,
                        const struct session *s, int64_t now_ms, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e) || !sweep(st, now_ms, s->began_at, e) ||
        !make_room(st, s->account_no, s->began_at, e))
        return false;
    access_session_new(token);
    access_hash(hash, st, ACCESS_SESSION, 0, text_of(token));
    (void)query_begin(&q, st->backend, SQL_SESSION_ADD);
    query_bind_blob(&q, "session_hash", hash, sizeof hash);
    query_bind_blob(&q, "run", this_run(), RUN);
    query_bind_int(&q, "account_no", s->account_no);
    query_bind_int(&q, "state", s->state);
    bind_maybe(&q, "source", s->source);
    bind_maybe(&q, "purpose", s->purpose);
    query_bind_int(&q, "began_at", s->began_at);
    query_bind_int(&q, "began_ms", now_ms);
    query_bind_int(&q, "seen_ms", now_ms);
    query_bind_int(&q, "proved_ms", now_ms);
    query_bind_int(&q, "duress", s->duress);
    return query_run(&q, e);
}

bool store_session_find(struct session *out, struct store *st, struct text token, struct arena *a,
                        struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    *out = (struct session){0};
    access_hash(hash, st, ACCESS_SESSION, 0, token);
    (void)query_begin(&q, st->backend, SQL_SESSION_FIND);
    query_bind_blob(&q, "session_hash", hash, sizeof hash);
    query_bind_blob(&q, "run", this_run(), RUN);
    if (query_next(&q)) take_row(out, &q, a);
    return query_end(&q, e);
}

bool store_session_renew(char token[ACCESS_SESSION_TEXT + 1], struct store *st, int64_t session_no,
                         enum session_state state, int64_t now_ms, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e)) return false;
    access_session_new(token);
    access_hash(hash, st, ACCESS_SESSION, 0, text_of(token));
    (void)query_begin(&q, st->backend, SQL_SESSION_RENEW);
    query_bind_int(&q, "session_no", session_no);
    query_bind_blob(&q, "session_hash", hash, sizeof hash);
    query_bind_int(&q, "state", state);
    query_bind_int(&q, "seen_ms", now_ms);
    query_bind_int(&q, "proved_ms", now_ms);
    return query_run(&q, e);
}

bool store_session_seen(struct store *st, int64_t session_no, int64_t now_ms, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_SEEN);
    query_bind_int(&q, "session_no", session_no);
    query_bind_int(&q, "seen_ms", now_ms);
    return query_run(&q, e);
}

bool store_session_set_purpose(struct store *st, int64_t session_no, const char *purpose,
                               struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_PURPOSE);
    query_bind_int(&q, "session_no", session_no);
    bind_maybe(&q, "purpose", purpose);
    return query_run(&q, e);
}

bool store_session_list(struct session **out, size_t *n, struct store *st, int64_t account_no,
                        struct arena *a, struct err *e)
{
    struct session *list = NULL;
    size_t cap = 0, count = 0;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_LIST);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "run", this_run(), RUN);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        take_row(&list[count++], &q, a);
    }
    bool ok = query_end(&q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct session, count);
    for (size_t i = 0; ok && i < count; i++) (*out)[i] = list[i];
    mem_free(list);
    return ok;
}

bool store_session_end(struct store *st, int64_t session_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_REMOVE);
    query_bind_int(&q, "session_no", session_no);
    return query_run(&q, e);
}

bool store_session_lapse(struct store *st, int64_t session_no, int64_t now, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_PAST_ADD);
    query_bind_int(&q, "session_no", session_no);
    query_bind_int(&q, "until", now + SESSION_PAST_SECONDS);
    return query_run(&q, e) && store_session_end(st, session_no, e);
}

bool store_session_past(int64_t *account_no, struct store *st, struct text token, int64_t now,
                        struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    *account_no = 0;
    if (token.n != ACCESS_SESSION_TEXT) return true;
    access_hash(hash, st, ACCESS_SESSION, 0, token);
    (void)query_begin(&q, st->backend, SQL_SESSION_PAST_FIND);
    query_bind_blob(&q, "session_hash", hash, sizeof hash);
    query_bind_blob(&q, "run", this_run(), RUN);
    query_bind_int(&q, "now", now);
    if (query_next(&q)) *account_no = query_int(&q, 0);
    return query_end(&q, e);
}

bool store_session_end_all(struct store *st, int64_t account_no, int64_t but, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SESSION_PAST_REMOVE);
    query_bind_int(&q, "account_no", account_no);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SESSION_REMOVE_ALL);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "but", but);
    return query_run(&q, e);
}

bool store_session_count(int64_t *n, struct store *st, struct err *e)
{
    struct query q;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_SESSION_COUNT);
    query_bind_blob(&q, "run", this_run(), RUN);
    if (query_next(&q)) *n = query_int(&q, 0);
    return query_end(&q, e);
}
