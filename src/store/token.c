/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/token.h"

#include "base/mem.h"
#include "store/store_internal.h"

bool token_names(const char *operations, const char *name)
{
    struct text rest = text_of(operations), one;
    while (text_split(&rest, ' ', &one))
        if (text_is(one, name)) return true;
    return false;
}

static void take_row(struct token *out, struct query *q, struct arena *a)
{
    *out = (struct token){.token_no = query_int(q, 0),
                          .account_no = query_int(q, 1),
                          .label = query_copy_or_null(q, 2, a),
                          .operations = query_copy_or_null(q, 3, a),
                          .organisation_no = query_int(q, 4),
                          .organisation = query_copy_or_null(q, 5, a),
                          .purpose = query_copy_or_null(q, 6, a),
                          .added_at = query_int(q, 7),
                          .until = query_int(q, 8),
                          .used_at = query_int(q, 9),
                          .revoked_at = query_int(q, 10)};
}

bool store_token_add(char text[ACCESS_TOKEN_TEXT + 1], struct store *st, const struct token *t,
                     struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e)) return false;
    access_token_new(text);
    access_hash(hash, st, ACCESS_TOKEN, 0, text_of(text));
    (void)query_begin(&q, st->backend, SQL_TOKEN_ADD);
    query_bind_blob(&q, "token_hash", hash, sizeof hash);
    query_bind_int(&q, "account_no", t->account_no);
    query_bind_text(&q, "label", text_of(t->label));
    query_bind_text(&q, "operations", text_of(t->operations));
    if (t->organisation_no == 0) query_bind_null(&q, "organisation_no");
    else query_bind_int(&q, "organisation_no", t->organisation_no);
    query_bind_text(&q, "purpose", text_of(t->purpose));
    query_bind_int(&q, "added_at", t->added_at);
    query_bind_int(&q, "until", t->until);
    return query_run(&q, e);
}

bool store_token_find(struct token *out, struct store *st, struct text text, struct arena *a,
                      struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    *out = (struct token){0};
    access_hash(hash, st, ACCESS_TOKEN, 0, text);
    (void)query_begin(&q, st->backend, SQL_TOKEN_FIND);
    query_bind_blob(&q, "token_hash", hash, sizeof hash);
    if (query_next(&q)) take_row(out, &q, a);
    return query_end(&q, e);
}

bool store_token_list(struct token **out, size_t *n, struct store *st, int64_t account_no,
                      struct arena *a, struct err *e)
{
    struct token *list = NULL;
    size_t cap = 0, count = 0;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_TOKEN_LIST);
    query_bind_int(&q, "account_no", account_no);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        take_row(&list[count++], &q, a);
    }
    bool ok = query_end(&q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct token, count);
    for (size_t i = 0; ok && i < count; i++) (*out)[i] = list[i];
    mem_free(list);
    return ok;
}

static bool stamp(struct store *st, enum sql_id id, const char *what, int64_t no, int64_t now,
                  struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, what, no);
    query_bind_int(&q, "at", now);
    return query_run(&q, e);
}

bool store_token_used(struct store *st, int64_t token_no, int64_t now, struct err *e)
{
    return stamp(st, SQL_TOKEN_USED, "token_no", token_no, now, e);
}

bool store_token_revoke(struct store *st, int64_t token_no, int64_t now, struct err *e)
{
    return stamp(st, SQL_TOKEN_REVOKE, "token_no", token_no, now, e);
}

bool store_token_revoke_all(struct store *st, int64_t account_no, int64_t now, struct err *e)
{
    return stamp(st, SQL_TOKEN_REVOKE_ALL, "account_no", account_no, now, e);
}
