/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts: rows, passwords, codes of activation. The second factor is in factor.c. */
#include "store/account.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { SETUP_SECONDS = 24 * 3600, FULL_NAME_MAX = 200 };

const char *account_state_name(enum account_state s)
{
    switch (s) {
    case ACCOUNT_INVITED: return "invited";
    case ACCOUNT_ACTIVE: return "active";
    case ACCOUNT_DISABLED: break;
    }
    return "disabled";
}

bool account_name_fits(struct text name)
{
    if (name.n < ACCOUNT_NAME_MIN || name.n > ACCOUNT_NAME_MAX) return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '.' && c != '-' && c != '_'))) return false;
    }
    return true;
}

bool account_has_second(const struct account *a)
{
    return a->has_factor || a->n_key > 0;
}

/* ---- rows ---- */

static void take_row(struct account *out, struct query *q, struct arena *a)
{
    *out = (struct account){.account_no = query_int(q, 0),
                            .name = query_copy_or_null(q, 1, a),
                            .full_name = query_copy_or_null(q, 2, a),
                            .role = role_find(query_text(q, 3)),
                            .organisation_no = query_int(q, 4),
                            .organisation = query_copy_or_null(q, 5, a),
                            .organisation_name = query_copy_or_null(q, 6, a),
                            .language = query_copy_or_null(q, 7, a),
                            .state = (enum account_state)query_int(q, 8),
                            .added_at = query_int(q, 9),
                            .added_by = query_copy_or_null(q, 10, a),
                            .signed_in_at = query_int(q, 11),
                            .has_password = query_int(q, 12) != 0,
                            .has_factor = query_int(q, 13) != 0,
                            .activation_until = query_int(q, 14),
                            .password_at = query_int(q, 15),
                            .factor_at = query_int(q, 16),
                            .n_key = query_int(q, 17)};
}

bool store_account_find(struct account *out, struct store *st, struct text name, struct arena *a,
                        struct err *e)
{
    struct query q;
    *out = (struct account){0};
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_FIND);
    query_bind_text(&q, "name", name);
    if (query_next(&q)) take_row(out, &q, a);
    return query_end(&q, e);
}

bool store_account_get(struct account *out, struct store *st, int64_t account_no, struct arena *a,
                       struct err *e)
{
    struct query q;
    *out = (struct account){0};
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_GET);
    query_bind_int(&q, "account_no", account_no);
    if (query_next(&q)) take_row(out, &q, a);
    return query_end(&q, e);
}

bool store_account_list(struct account **out, size_t *n, struct store *st, struct arena *a,
                        struct err *e)
{
    struct account *list = NULL;
    size_t cap = 0, count = 0;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_LIST);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        take_row(&list[count++], &q, a);
    }
    bool ok = query_end(&q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct account, count);
    for (size_t i = 0; ok && i < count; i++) (*out)[i] = list[i];
    mem_free(list);
    return ok;
}

static void bind_organisation(struct query *q, int64_t organisation_no)
{
    if (organisation_no == 0) query_bind_null(q, "organisation_no");
    else query_bind_int(q, "organisation_no", organisation_no);
}

bool store_account_add(int64_t *account_no, struct store *st, const struct account *a, int64_t now,
                       struct err *e)
{
    struct query q;
    struct account there;
    struct text name = text_of(a->name), full_name = text_of(a->full_name);
    if (!store_must_write(st, e)) return false;
    if (!account_name_fits(name)) {
        err_set(e, ERR_USAGE, "account.name", "could not add the account: its name cannot be one");
        return err_remedy(
            e,
            "use %d to %d lower-case letters, digits, '.', '-' or '_', beginning with a letter or digit",
            ACCOUNT_NAME_MIN, ACCOUNT_NAME_MAX);
    }
    if (full_name.n == 0 || full_name.n > FULL_NAME_MAX || !text_is_utf8(full_name, NULL)) {
        err_set(e, ERR_USAGE, "account.full_name",
                "could not add the account: the name of its owner is missing or too long");
        return err_remedy(e, "give a name of at most %d bytes", FULL_NAME_MAX);
    }
    struct arena *scratch = arena_new(ARENA_PLAIN);
    bool ok = store_account_find(&there, st, name, scratch, e);
    arena_free(scratch);
    if (!ok) return false;
    if (there.account_no != 0) {
        err_set(e, ERR_CONFLICT, "account.exists", "could not add the account: its name is taken");
        err_detail(e, "%s", a->name);
        return err_remedy(e, "choose another name");
    }
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_ADD);
    query_bind_text(&q, "name", name);
    query_bind_text(&q, "full_name", full_name);
    query_bind_text(&q, "role", text_of(a->role->name));
    bind_organisation(&q, a->organisation_no);
    if (a->language == NULL) query_bind_null(&q, "language");
    else query_bind_text(&q, "language", text_of(a->language));
    query_bind_int(&q, "state", ACCOUNT_INVITED);
    query_bind_int(&q, "added_at", now);
    query_bind_text(&q, "added_by", text_of(a->added_by));
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_FIND);
    query_bind_text(&q, "name", name);
    if (query_next(&q)) *account_no = query_int(&q, 0);
    return query_end(&q, e);
}

bool store_account_change(struct store *st, const struct account *a, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_CHANGE);
    query_bind_int(&q, "account_no", a->account_no);
    query_bind_text(&q, "role", text_of(a->role->name));
    bind_organisation(&q, a->organisation_no);
    query_bind_int(&q, "state", a->state);
    return query_run(&q, e);
}

bool store_account_set_language(struct store *st, int64_t account_no, const char *language,
                                struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_LANGUAGE);
    query_bind_int(&q, "account_no", account_no);
    query_bind_text(&q, "language", text_of(language));
    return query_run(&q, e);
}

bool store_account_signed_in(struct store *st, int64_t account_no, int64_t now, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_SIGNED_IN);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "signed_in_at", now);
    return query_run(&q, e);
}

static bool count_role(int64_t *out, struct store *st, enum sql_id id, const char *role,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_text(&q, "role", text_of(role));
    *out = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool store_account_count(int64_t *there, int64_t *active, struct store *st, const char *role,
                         struct err *e)
{
    return count_role(there, st, SQL_ACCOUNT_ROLE_COUNT, role, e) &&
           count_role(active, st, SQL_ACCOUNT_ACTIVE_COUNT, role, e);
}

/* ---- passwords ---- */

void store_password_hash(uint8_t out[ACCESS_HASH], const struct store *st,
                         const uint8_t stretched[PASSWORD_STRETCHED])
{
    access_hash(out, st, ACCESS_PASSWORD, 0,
                (struct text){(const char *)stretched, PASSWORD_STRETCHED});
}

bool store_account_password(struct account_password *out, struct store *st, int64_t account_no,
                            struct err *e)
{
    struct query q;
    *out = (struct account_password){.there = false};
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_PASSWORD);
    query_bind_int(&q, "account_no", account_no);
    if (query_next(&q)) {
        struct text salt = query_blob(&q, 0);
        if (salt.n == sizeof out->salt) memcpy(out->salt, salt.p, salt.n);
        out->cost.passes = (uint32_t)query_int(&q, 1);
        out->cost.kib = (uint32_t)query_int(&q, 2);
        struct text hash = query_blob(&q, 3);
        if (hash.n == sizeof out->hash) memcpy(out->hash, hash.p, hash.n);
        out->there = salt.n == sizeof out->salt && hash.n == sizeof out->hash;
        struct text duress = query_is_null(&q, 4) ? (struct text){NULL, 0} : query_blob(&q, 4);
        out->has_duress = duress.n == sizeof out->duress;
        if (out->has_duress) memcpy(out->duress, duress.p, duress.n);
    }
    return query_end(&q, e);
}

bool store_account_set_password(struct store *st, int64_t account_no,
                                const struct account_password *p, int64_t now, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_SET_PASSWORD);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "salt", p->salt, sizeof p->salt);
    query_bind_int(&q, "passes", p->cost.passes);
    query_bind_int(&q, "kib", p->cost.kib);
    query_bind_blob(&q, "hash", p->hash, sizeof p->hash);
    query_bind_int(&q, "at", now);
    return query_run(&q, e);
}

bool store_account_set_duress(struct store *st, int64_t account_no, const uint8_t *hash,
                              struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_SET_DURESS);
    query_bind_int(&q, "account_no", account_no);
    if (hash == NULL) query_bind_null(&q, "duress");
    else query_bind_blob(&q, "duress", hash, ACCESS_HASH);
    return query_run(&q, e);
}

/* ---- codes ---- */

/* The keyed hash of a code as it was typed; all zero, which is the hash of none, where it cannot be
 * a code. */
static void hash_typed(uint8_t out[ACCESS_HASH], const struct store *st, enum access_use use,
                       int64_t owner, struct text typed)
{
    char code[ACCESS_LONG_CODE + 1];
    memset(out, 0, ACCESS_HASH);
    if (access_code_read(code, sizeof code, typed)) access_hash(out, st, use, owner, text_of(code));
    mem_wipe(code, sizeof code);
}

static bool clear_of(struct store *st, enum sql_id id, int64_t account_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, "account_no", account_no);
    return query_run(&q, e);
}

bool store_account_invite(char code[ACCESS_LONG_CODE + 1], struct store *st, int64_t account_no,
                          int64_t now, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e)) return false;
    access_long_code_new(code);
    access_hash(hash, st, ACCESS_ACTIVATION, account_no, text_of(code));
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_INVITE);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "state", ACCOUNT_INVITED);
    query_bind_blob(&q, "hash", hash, sizeof hash);
    query_bind_int(&q, "until", now + ACCOUNT_INVITE_SECONDS);
    return query_run(&q, e) && clear_of(st, SQL_ACCOUNT_RECOVERY_CLEAR, account_no, e) &&
           clear_of(st, SQL_SECURITY_KEY_CLEAR, account_no, e) &&
           clear_of(st, SQL_ACCOUNT_SOURCE_CLEAR, account_no, e);
}

bool store_account_activation_fits(bool *out, struct store *st, int64_t account_no,
                                   struct text typed, int64_t now, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    hash_typed(hash, st, ACCESS_ACTIVATION, account_no, typed);
    *out = false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_ACTIVATION);
    query_bind_int(&q, "account_no", account_no);
    if (query_next(&q)) {
        struct text kept = query_blob(&q, 0);
        *out = kept.n == sizeof hash && crypto_equal(kept.p, hash, sizeof hash) &&
               now <= query_int(&q, 1);
    }
    return query_end(&q, e);
}

bool store_setup_new(char code[ACCESS_LONG_CODE + 1], struct store *st, int64_t now, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e)) return false;
    access_long_code_new(code);
    access_hash(hash, st, ACCESS_SETUP, 0, text_of(code));
    (void)query_begin(&q, st->backend, SQL_SETUP_SET);
    query_bind_blob(&q, "code_hash", hash, sizeof hash);
    query_bind_int(&q, "until", now + SETUP_SECONDS);
    return query_run(&q, e);
}

bool store_setup_fits(bool *out, struct store *st, struct text typed, int64_t now, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    hash_typed(hash, st, ACCESS_SETUP, 0, typed);
    *out = false;
    (void)query_begin(&q, st->backend, SQL_SETUP_GET);
    if (query_next(&q)) {
        struct text kept = query_blob(&q, 0);
        *out = kept.n == sizeof hash && crypto_equal(kept.p, hash, sizeof hash) &&
               now <= query_int(&q, 1);
    }
    return query_end(&q, e);
}

bool store_setup_clear(struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SETUP_CLEAR);
    return query_run(&q, e);
}

/* ---- networks and openings ---- */

static void bind_source(struct query *q, struct store *st, int64_t account_no, const char *source)
{
    uint8_t hash[ACCESS_HASH];
    access_hash(hash, st, ACCESS_SOURCE, account_no, text_of(source == NULL ? "" : source));
    query_bind_int(q, "account_no", account_no);
    query_bind_blob(q, "source_hash", hash, sizeof hash);
}

bool store_source_known(bool *out, struct store *st, int64_t account_no, const char *source,
                        int64_t now, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_SOURCE_FIND);
    bind_source(&q, st, account_no, source);
    query_bind_int(&q, "since", now - (int64_t)ACCOUNT_SOURCE_DAYS * 86400);
    *out = query_next(&q);
    return query_end(&q, e);
}

bool store_source_any(bool *out, struct store *st, int64_t account_no, struct err *e)
{
    uint8_t none[ACCESS_HASH];
    struct query q;
    access_hash(none, st, ACCESS_SOURCE, account_no, TEXT(""));
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_SOURCE_ANY);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "none", none, sizeof none);
    *out = query_next(&q) && query_int(&q, 0) > 0;
    return query_end(&q, e);
}

bool store_source_note(struct store *st, int64_t account_no, const char *source, int64_t now,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_SOURCE_SET);
    bind_source(&q, st, account_no, source);
    query_bind_int(&q, "at", now);
    return query_run(&q, e);
}

static bool views_since(int64_t *out, struct store *st, int64_t account_no, int64_t since,
                        struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_VIEW_COUNT);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "since", since);
    *out = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool store_view_count(int64_t *hour, int64_t *day, struct store *st, int64_t account_no,
                      int64_t now, struct err *e)
{
    return views_since(hour, st, account_no, now - 3600, e) &&
           views_since(day, st, account_no, now - 86400, e);
}

bool store_view_note(struct store *st, int64_t account_no, int64_t now, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_VIEW_OLD);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "before", now - 86400);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_VIEW_ADD);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "at", now);
    return query_run(&q, e);
}
