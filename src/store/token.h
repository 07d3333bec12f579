/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys for programs (S47): random, kept as keyed hashes, for named operations, one organisation and
 * one purpose, for a time. They are no accounts: each acts for one. */
#ifndef DCIM_STORE_TOKEN_H
#define DCIM_STORE_TOKEN_H

#include "base/arena.h"
#include "base/err.h"
#include "store/access.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { TOKEN_DAYS_MAX = 90 };

struct token { /* texts from the arena */
    int64_t token_no, account_no; /* 0: there is none */
    const char *label, *operations /* names with blanks between */, *purpose;
    int64_t organisation_no;  /* 0: those of the account */
    const char *organisation; /* code; NULL: those of the account */
    int64_t added_at, until, used_at, revoked_at; /* 0: never */
};

/* Whether a list of names has this one. */
bool token_names(const char *operations, const char *name);

/* `t` says account, label, operations, organisation_no, purpose, added_at, until. `text` is to be
 * shown once and is kept nowhere. Inside of a write transaction, as whatever changes. */
bool store_token_add(char text[ACCESS_TOKEN_TEXT + 1], struct store *st, const struct token *t,
                     struct err *e) MUST_CHECK;
/* token_no 0 where there is none; true all the same. One that is over or revoked is there. */
bool store_token_find(struct token *out, struct store *st, struct text text, struct arena *a,
                      struct err *e) MUST_CHECK;
bool store_token_list(struct token **out, size_t *n, struct store *st, int64_t account_no,
                      struct arena *a, struct err *e) MUST_CHECK;
bool store_token_used(struct store *st, int64_t token_no, int64_t now, struct err *e) MUST_CHECK;
bool store_token_revoke(struct store *st, int64_t token_no, int64_t now, struct err *e) MUST_CHECK;
bool store_token_revoke_all(struct store *st, int64_t account_no, int64_t now,
                            struct err *e) MUST_CHECK;

#endif
