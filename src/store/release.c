/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/release.h"

#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "store/envelope.h"
#include "store/store_internal.h"

#include <stdio.h>
#include <string.h>

enum { SEALED_EXTRA = 1024 };

bool store_release_unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "release.unknown", "there is no release of this number");
    return err_remedy(e, "see the list of releases");
}

static bool conflict(struct err *e)
{
    err_set(e, ERR_CONFLICT, "release.conflict", "somebody else has decided this meanwhile");
    return err_remedy(e, "open it again, and see what is there now");
}

static bool too_long(const char *what, size_t most, struct err *e)
{
    err_set(e, ERR_LIMIT, "release.too_long", "%s of a release hold at most %zu bytes", what, most);
    return err_remedy(e, "make two releases, or use fewer and coarser variables");
}

/* ---- sealing ---- */

/* Its number stands for a record's code. */
struct number_code {
    char text[RECORD_CODE + 1];
};

static struct envelope_context context_of(struct number_code *code, int64_t release_no,
                                          enum envelope_place place, int64_t version_no)
{
    snprintf(code->text, sizeof code->text, "%012llu",
             (unsigned long long)release_no % 1000000000000);
    return (struct envelope_context){place, code->text, (uint32_t)version_no};
}

static bool open_key(uint8_t key[CRYPTO_KEY], const struct store *st, int64_t release_no,
                     struct text wrapped, struct err *e)
{
    struct number_code code;
    struct envelope_context c = context_of(&code, release_no, ENVELOPE_RELEASE_KEY, 0);
    if (envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_WORK), &c))
        return true;
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of a release: not what was sealed there");
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static void seal(struct buf *out, struct text plain, const uint8_t key[CRYPTO_KEY],
                 int64_t release_no, enum envelope_place place, int64_t version_no)
{
    struct number_code code;
    struct envelope_context c = context_of(&code, release_no, place, version_no);
    envelope_seal(out, plain.p, plain.n, key, KEY_WORK, &c);
}

/* ---- reading ---- */

/* Columns as in release_list and release_find. */
static bool take(struct stored_release *out, struct store *st, struct query *q, struct arena *a,
                 struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    struct text digest = query_blob(q, 14), words = query_blob(q, 17);
    struct number_code code;
    struct buf plain;
    *out = (struct stored_release){.release_no = query_int(q, 0),
                                   .state = query_copy(q, 1, a),
                                   .account_no = query_int(q, 2),
                                   .made_by = query_copy(q, 3, a),
                                   .made_at = query_int(q, 4),
                                   .decided_by = query_copy_or_null(q, 5, a),
                                   .decided_at = query_int(q, 6),
                                   .withdrawn_by = query_copy_or_null(q, 7, a),
                                   .withdrawn_at = query_int(q, 8),
                                   .replaces = query_int(q, 9),
                                   .replaced_by = query_int(q, 10),
                                   .generation = query_int(q, 11),
                                   .n_table = query_int(q, 12),
                                   .threshold = query_int(q, 13),
                                   .version_no = query_int(q, 15)};
    if (digest.n == sizeof out->digest) memcpy(out->digest, digest.p, digest.n);
    struct envelope_context c =
        context_of(&code, out->release_no, ENVELOPE_RELEASE_WORDS, out->version_no);
    buf_init_wiped(&plain, RELEASE_WORDS_MAX + SEALED_EXTRA);
    bool ok = open_key(key, st, out->release_no, query_blob(q, 16), e) &&
              envelope_open(&plain, words.p, words.n, key, &c, e);
    struct text t = buf_text(&plain);
    if (ok) out->words = (struct text){arena_copy(a, t.p, t.n), t.n};
    mem_wipe(key, sizeof key);
    buf_release(&plain);
    return ok;
}

bool store_release_list(struct stored_release **out, size_t *n, struct store *st, struct arena *a,
                        struct err *e)
{
    struct query q;
    struct stored_release *list = NULL;
    size_t cap = 0, count = 0;
    bool ok = true;
    (void)query_begin(&q, st->backend, SQL_RELEASE_LIST);
    while (ok && count < RELEASES_MAX && query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        ok = take(&list[count++], st, &q, a, e);
    }
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct stored_release, *n);
    if (*n > 0) memcpy(*out, list, *n * sizeof *list);
    mem_free(list);
    if (!query_end(&q, ok ? e : NULL)) ok = false;
    return ok;
}

bool store_release_find(struct stored_release *out, struct store *st, int64_t release_no,
                        struct arena *a, struct err *e)
{
    struct query q;
    *out = (struct stored_release){0};
    (void)query_begin(&q, st->backend, SQL_RELEASE_FIND);
    query_bind_int(&q, "release_no", release_no);
    bool found = query_next(&q), ok = !found || take(out, st, &q, a, e);
    if (!query_end(&q, ok ? e : NULL)) ok = false;
    return ok && (found || store_release_unknown(e));
}

bool store_release_count(int64_t *n, struct store *st, const char *state, const char *by,
                         const char *but_by, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_RELEASE_COUNT);
    query_bind_text(&q, "state", text_of(state));
    query_bind_text(&q, "by", text_of(by == NULL ? "" : by));
    query_bind_text(&q, "but_by", text_of(but_by == NULL ? "" : but_by));
    *n = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool is_the_document(const struct stored_release *r, struct text t, struct err *e)
{
    uint8_t digest[RELEASE_DIGEST];
    crypto_sha256(digest, t.p, t.n);
    if (memcmp(digest, r->digest, sizeof digest) == 0) return true;
    err_set(e, ERR_STORE, "release.damaged",
            "the document of release %lld is not the one that was prepared",
            (long long)r->release_no);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

bool store_release_document(struct buf *out, struct store *st, const struct stored_release *r,
                            struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    struct number_code code;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_RELEASE_SEALED);
    query_bind_int(&q, "release_no", r->release_no);
    bool found = query_next(&q), ok = found;
    if (found) {
        struct envelope_context c = context_of(&code, r->release_no, ENVELOPE_RELEASE_DOCUMENT, 1);
        struct text sealed = query_blob(&q, 1);
        ok = open_key(key, st, r->release_no, query_blob(&q, 0), e) &&
             envelope_open(out, sealed.p, sealed.n, key, &c, e);
        mem_wipe(key, sizeof key);
    }
    if (!query_end(&q, !found || ok ? e : NULL)) return false;
    if (!found) return store_release_unknown(e);
    return ok && is_the_document(r, buf_text(out), e);
}

/* ---- keeping ---- */

bool store_release_next(int64_t *release_no, struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_RELEASE_NEXT);
    *release_no = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

static void bind_number(struct query *q, const char *name, int64_t v)
{
    if (v != 0) query_bind_int(q, name, v);
    else query_bind_null(q, name);
}

static void bind_name(struct query *q, const char *name, const char *v)
{
    if (v != NULL) query_bind_text(q, name, text_of(v));
    else query_bind_null(q, name);
}

bool store_release_add(struct stored_release *r, struct store *st, struct text document,
                       struct err *e)
{
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    struct number_code code;
    struct query q;
    struct buf words, sealed;

    if (!store_must_write(st, e)) return false;
    if (document.n > RELEASE_DOCUMENT_MAX)
        return too_long(tr("the tables"), RELEASE_DOCUMENT_MAX, e);
    if (r->words.n > RELEASE_WORDS_MAX) return too_long(tr("the words"), RELEASE_WORDS_MAX, e);
    r->state = RELEASE_WAITING;
    r->version_no = 1;
    crypto_sha256(r->digest, document.p, document.n);
    crypto_random(key, sizeof key);
    struct envelope_context c = context_of(&code, r->release_no, ENVELOPE_RELEASE_KEY, 0);
    envelope_wrap(wrapped, key, keyring_key(st->keyring, KEY_WORK), KEY_WORK, &c);
    buf_init(&words, RELEASE_WORDS_MAX + SEALED_EXTRA);
    buf_init(&sealed, RELEASE_DOCUMENT_MAX + SEALED_EXTRA);
    seal(&words, r->words, key, r->release_no, ENVELOPE_RELEASE_WORDS, r->version_no);
    seal(&sealed, document, key, r->release_no, ENVELOPE_RELEASE_DOCUMENT, 1);
    mem_wipe(key, sizeof key);

    (void)query_begin(&q, st->backend, SQL_RELEASE_ADD);
    query_bind_int(&q, "release_no", r->release_no);
    query_bind_int(&q, "account_no", r->account_no);
    query_bind_text(&q, "made_by", text_of(r->made_by));
    query_bind_int(&q, "made_at", r->made_at);
    bind_number(&q, "replaces", r->replaces);
    query_bind_int(&q, "generation", r->generation);
    query_bind_int(&q, "n_table", r->n_table);
    query_bind_int(&q, "threshold", r->threshold);
    query_bind_blob(&q, "digest", r->digest, sizeof r->digest);
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "words", words.p, words.n);
    query_bind_blob(&q, "document", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&words);
    buf_release(&sealed);
    return ok;
}

static bool follows(const char *from, const char *to)
{
    if (strcmp(from, RELEASE_WAITING) == 0)
        return strcmp(to, RELEASE_PUBLISHED) == 0 || strcmp(to, RELEASE_REFUSED) == 0;
    return strcmp(from, RELEASE_PUBLISHED) == 0 && strcmp(to, RELEASE_WITHDRAWN) == 0;
}

/* The key of what is kept, where it is still what the caller has seen. */
static bool kept_key(uint8_t key[CRYPTO_KEY], struct store *st, const struct stored_release *r,
                     struct err *e)
{
    struct query q;
    bool same = false, ok = true;
    (void)query_begin(&q, st->backend, SQL_RELEASE_FIND);
    query_bind_int(&q, "release_no", r->release_no);
    bool found = query_next(&q);
    if (found) {
        struct text state = query_text(&q, 1);
        char from[24];
        snprintf(from, sizeof from, "%.*s", (int)state.n, state.p);
        same = query_int(&q, 15) == r->version_no && follows(from, r->state);
        ok = open_key(key, st, r->release_no, query_blob(&q, 16), e);
    }
    if (!query_end(&q, ok ? e : NULL) || !ok) return false;
    if (!found) return store_release_unknown(e);
    return same || conflict(e);
}

bool store_release_change(struct store *st, struct stored_release *r, struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    struct query q;
    struct buf words;

    if (!store_must_write(st, e)) return false;
    if (r->words.n > RELEASE_WORDS_MAX) return too_long(tr("the words"), RELEASE_WORDS_MAX, e);
    if (!kept_key(key, st, r, e)) {
        mem_wipe(key, sizeof key);
        return false;
    }
    r->version_no++;
    buf_init(&words, RELEASE_WORDS_MAX + SEALED_EXTRA);
    seal(&words, r->words, key, r->release_no, ENVELOPE_RELEASE_WORDS, r->version_no);
    mem_wipe(key, sizeof key);
    (void)query_begin(&q, st->backend, SQL_RELEASE_CHANGE);
    query_bind_int(&q, "release_no", r->release_no);
    query_bind_int(&q, "version_no", r->version_no);
    query_bind_text(&q, "state", text_of(r->state));
    bind_name(&q, "decided_by", r->decided_by);
    bind_number(&q, "decided_at", r->decided_at);
    bind_name(&q, "withdrawn_by", r->withdrawn_by);
    bind_number(&q, "withdrawn_at", r->withdrawn_at);
    query_bind_blob(&q, "words", words.p, words.n);
    bool ok = query_run(&q, e);
    buf_release(&words);
    return ok;
}
