/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/subject_request.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { SEALED_MAX = REQUEST_BYTES_MAX + 1024, CODE_BITS = 60, FIRST_ROOM = 64 };

static bool unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "request.unknown", "there is no such request");
    return err_remedy(e, "see the list of requests");
}

static bool too_long(struct err *e)
{
    err_set(e, ERR_LIMIT, "request.too_long", "a request holds at most %d bytes",
            REQUEST_BYTES_MAX);
    return err_remedy(e, "keep letters where letters are kept, and only their number here");
}

static bool damaged(struct err *e)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of a request: not what was sealed there");
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static struct envelope_context context_of(const struct subject_request *r,
                                          enum envelope_place place, int64_t version_no)
{
    return (struct envelope_context){place, r->code, (uint32_t)version_no};
}

/* Columns as in subject_request_list and subject_request_find. */
static void take(struct subject_request *out, struct query *q, struct arena *a)
{
    *out = (struct subject_request){.request_no = query_int(q, 0),
                                    .right = query_copy_or_null(q, 2, a),
                                    .law = query_copy_or_null(q, 3, a),
                                    .state = query_copy_or_null(q, 4, a),
                                    .received_on = (int32_t)query_int(q, 5),
                                    .due_on = (int32_t)query_int(q, 6),
                                    .added_at = query_int(q, 7),
                                    .added_by = query_copy_or_null(q, 8, a),
                                    .closed_at = query_int(q, 9),
                                    .closed_by = query_copy_or_null(q, 10, a),
                                    .version_no = query_int(q, 11)};
    record_code_format(out->code, (uint64_t)query_int(q, 1));
}

bool subject_request_add(struct subject_request *r, struct store *st, struct text body,
                         struct err *e)
{
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    uint64_t code;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e)) return false;
    if (body.n > REQUEST_BYTES_MAX) return too_long(e);
    crypto_random(&code, sizeof code);
    code >>= 64 - CODE_BITS;
    record_code_format(r->code, code);
    r->version_no = 1;
    crypto_random(key, sizeof key);
    struct envelope_context c = context_of(r, ENVELOPE_REQUEST_KEY, 0);
    envelope_wrap(wrapped, key, keyring_key(st->keyring, KEY_WORK), KEY_WORK, &c);
    c = context_of(r, ENVELOPE_REQUEST_BODY, r->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);

    (void)query_begin(&q, st->backend, SQL_SUBJECT_REQUEST_ADD);
    query_bind_int(&q, "code", (int64_t)code);
    query_bind_text(&q, "right", text_of(r->right));
    query_bind_text(&q, "law", text_of(r->law));
    query_bind_text(&q, "state", text_of(r->state));
    query_bind_int(&q, "received_on", r->received_on);
    query_bind_int(&q, "due_on", r->due_on);
    query_bind_int(&q, "added_at", r->added_at);
    query_bind_text(&q, "added_by", text_of(r->added_by));
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool subject_request_list(struct subject_request **out, size_t *n, struct store *st,
                          struct arena *a, struct err *e)
{
    struct query q;
    size_t room = FIRST_ROOM;
    struct subject_request *list = ARENA_ARRAY(a, struct subject_request, room);
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_SUBJECT_REQUEST_LIST);
    while (*n < REQUESTS_MAX && query_next(&q)) {
        if (*n == room) {
            struct subject_request *wider = ARENA_ARRAY(a, struct subject_request, 2 * room);
            memcpy(wider, list, room * sizeof *list);
            list = wider;
            room *= 2;
        }
        take(&list[(*n)++], &q, a);
    }
    *out = list;
    return query_end(&q, e);
}

bool subject_request_find(struct subject_request *out, struct store *st, struct text code,
                          struct arena *a, struct err *e)
{
    uint64_t number;
    struct query q;
    *out = (struct subject_request){0};
    if (!record_code_parse(&number, code)) return unknown(e);
    (void)query_begin(&q, st->backend, SQL_SUBJECT_REQUEST_FIND);
    query_bind_int(&q, "code", (int64_t)number);
    if (query_next(&q)) take(out, &q, a);
    if (!query_end(&q, e)) return false;
    return out->request_no != 0 || unknown(e);
}

/* The key of what is kept, and its body into `plain` unless that is NULL. */
static bool read_kept(uint8_t key[CRYPTO_KEY], int64_t *version_no, struct buf *plain,
                      struct store *st, const struct subject_request *r, struct err *e)
{
    struct envelope_context c = context_of(r, ENVELOPE_REQUEST_KEY, 0);
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SUBJECT_REQUEST_BODY);
    query_bind_int(&q, "request_no", r->request_no);
    bool found = query_next(&q), ok = true;
    if (found) {
        struct text wrapped = query_blob(&q, 0), body = query_blob(&q, 1);
        *version_no = query_int(&q, 2);
        ok = envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_WORK), &c) ||
             damaged(e);
        c = context_of(r, ENVELOPE_REQUEST_BODY, *version_no);
        if (ok && plain != NULL) ok = envelope_open(plain, body.p, body.n, key, &c, e);
    }
    if (!ok) {
        (void)!query_end(&q, NULL);
        return false;
    }
    if (!query_end(&q, e)) return false;
    return found || unknown(e);
}

bool subject_request_open(struct buf *out, struct store *st, const struct subject_request *r,
                          struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    int64_t version_no = 0;
    bool ok = read_kept(key, &version_no, out, st, r, e);
    mem_wipe(key, sizeof key);
    return ok;
}

bool subject_request_change(struct store *st, struct subject_request *r, struct text body,
                            struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    int64_t version_no = 0;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e)) return false;
    if (body.n > REQUEST_BYTES_MAX) return too_long(e);
    if (!read_kept(key, &version_no, NULL, st, r, e)) return false;
    if (version_no != r->version_no) {
        mem_wipe(key, sizeof key);
        err_set(e, ERR_CONFLICT, "request.conflict",
                "somebody else has changed this request meanwhile");
        return err_remedy(e, "open it again, and see what is there now");
    }
    r->version_no++;
    struct envelope_context c = context_of(r, ENVELOPE_REQUEST_BODY, r->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);
    (void)query_begin(&q, st->backend, SQL_SUBJECT_REQUEST_CHANGE);
    query_bind_int(&q, "request_no", r->request_no);
    query_bind_text(&q, "state", text_of(r->state));
    query_bind_int(&q, "due_on", r->due_on);
    if (r->closed_at != 0) query_bind_int(&q, "closed_at", r->closed_at);
    else query_bind_null(&q, "closed_at");
    if (r->closed_by != NULL) query_bind_text(&q, "closed_by", text_of(r->closed_by));
    else query_bind_null(&q, "closed_by");
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    query_bind_int(&q, "version_no", r->version_no);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}
