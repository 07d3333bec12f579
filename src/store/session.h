/* SPDX-License-Identifier: EUPL-1.2 */
/* Sessions: who is signed in at the desk. Only the keyed hash of a session's token is kept (S37).
 * Times are those of a clock that is never set, in milliseconds (session_clock()), so a session
 * belongs to one run of the desk: what another process has opened is not there (S38). */
#ifndef DCIM_STORE_SESSION_H
#define DCIM_STORE_SESSION_H

#include "base/arena.h"
#include "base/err.h"
#include "store/access.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum session_state {
    SESSION_OPEN = 1,
    SESSION_SECOND = 2, /* password shown, second factor wanted */
    SESSION_ENROL = 3   /* password shown, second factor to be enrolled */
};
const char *session_state_name(enum session_state s); /* "open", "second", "enrol" */

enum {
    SESSION_MINUTE_MS = 60 * 1000,
    SESSION_IDLE_MS = 30 * SESSION_MINUTE_MS,
    SESSION_IDLE_SHORT_MS = 15 * SESSION_MINUTE_MS, /* of roles that may open identifiers */
    SESSION_HALF_MS = 10 * SESSION_MINUTE_MS,       /* to show or enrol the second factor */
    SESSION_LONGEST_MS = 8 * 60 * SESSION_MINUTE_MS,
    SESSION_FRESH_MS = 5 * SESSION_MINUTE_MS,
    SESSIONS_MAX = 3, /* of one account */
    SESSION_PAST_SECONDS = 24 * 3600
};

struct session {        /* texts from the arena */
    int64_t session_no; /* 0: there is none */
    int64_t account_no;
    enum session_state state;
    const char *source, *purpose; /* NULL: none */
    int64_t began_at;             /* UTC seconds, for people */
    int64_t began_ms, seen_ms, proved_ms;
    bool duress; /* begun with the password for threats (S48) */
};

/* Milliseconds since the machine was started, also while it sleeps. */
int64_t session_clock(void);

/* A new session of the account; where there are SESSIONS_MAX already, the oldest ends. `s` says
 * account, state, source, purpose, began_at, duress; its times are `now_ms`. Inside of a write
 * transaction, as whatever changes. */
bool store_session_open(char token[ACCESS_SESSION_TEXT + 1], struct store *st,
                        const struct session *s, int64_t now_ms, struct err *e) MUST_CHECK;
/* session_no 0 where there is none of this token; true all the same. Whether it has ended by its
 * times is the caller's to see. */
bool store_session_find(struct session *out, struct store *st, struct text token, struct arena *a,
                        struct err *e) MUST_CHECK;
/* Another token for the same session (S37), in `state`, proved now. The old one is nobody's. */
bool store_session_renew(char token[ACCESS_SESSION_TEXT + 1], struct store *st, int64_t session_no,
                         enum session_state state, int64_t now_ms, struct err *e) MUST_CHECK;
bool store_session_seen(struct store *st, int64_t session_no, int64_t now_ms,
                        struct err *e) MUST_CHECK;
bool store_session_set_purpose(struct store *st, int64_t session_no, const char *purpose,
                               struct err *e) MUST_CHECK;
bool store_session_list(struct session **out, size_t *n, struct store *st, int64_t account_no,
                        struct arena *a, struct err *e) MUST_CHECK; /* oldest first */
bool store_session_end(struct store *st, int64_t session_no, struct err *e) MUST_CHECK;
/* It has ended by time: kept among the past ones, where it was open. `now` in UTC seconds. */
bool store_session_lapse(struct store *st, int64_t session_no, int64_t now,
                         struct err *e) MUST_CHECK;
/* Whose session it was that ended within SESSION_PAST_SECONDS by time, by a newer one in its place, or
 * with the server: 0 where there is none, or where somebody ended it. Such a session opens
 * nothing. */
bool store_session_past(int64_t *account_no, struct store *st, struct text token, int64_t now,
                        struct err *e) MUST_CHECK;
/* All of the account but one (0: all), and all past ones. */
bool store_session_end_all(struct store *st, int64_t account_no, int64_t but,
                           struct err *e) MUST_CHECK;

/* How many there are, of everybody, in this run of the server. */
bool store_session_count(int64_t *n, struct store *st, struct err *e) MUST_CHECK;

#endif
