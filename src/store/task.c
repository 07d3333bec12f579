/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/task.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { SEALED_MAX = TASK_BYTES_MAX + 1024, CODE_BITS = 60, FIRST_ROOM = 32 };

bool task_unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "task.unknown", "there is nothing of this code");
    return err_remedy(e, "see the list");
}

static bool too_long(struct err *e)
{
    err_set(e, ERR_LIMIT, "task.too_long", "what is written here holds at most %d bytes",
            TASK_BYTES_MAX);
    return err_remedy(e, "make it shorter");
}

static bool damaged(struct err *e)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of a task: not what was sealed there");
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static struct envelope_context context_of(const struct task *t, enum envelope_place place,
                                          int64_t version_no)
{
    return (struct envelope_context){place, t->code, (uint32_t)version_no};
}

void task_subject(uint8_t out[ACCESS_HASH], const struct store *st, struct text what)
{
    access_hash(out, st, ACCESS_TASK, 0, what);
}

/* Columns as in task_list. */
static void take(struct task *out, struct query *q, struct arena *a)
{
    *out = (struct task){.task_no = query_int(q, 0),
                         .kind = query_copy_or_null(q, 2, a),
                         .state = query_copy_or_null(q, 3, a),
                         .account_no = query_int(q, 4),
                         .organisation_no = query_int(q, 5),
                         .made_at = query_int(q, 7),
                         .made_by = query_copy_or_null(q, 8, a),
                         .until = query_int(q, 9),
                         .decided_at = query_int(q, 10),
                         .decided_by = query_copy_or_null(q, 11, a),
                         .n_used = query_int(q, 12),
                         .version_no = query_int(q, 13),
                         .role = query_copy_or_null(q, 14, a),
                         .unit = query_copy_or_null(q, 15, a)};
    struct text subject = query_blob(q, 6);
    record_code_format(out->code, (uint64_t)query_int(q, 1));
    if (subject.n == sizeof out->subject) memcpy(out->subject, subject.p, subject.n);
}

bool task_add(struct task *t, struct store *st, struct text body, struct err *e)
{
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    uint64_t code;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e)) return false;
    if (body.n > TASK_BYTES_MAX) return too_long(e);
    crypto_random(&code, sizeof code);
    code >>= 64 - CODE_BITS;
    record_code_format(t->code, code);
    t->version_no = 1;
    t->n_used = 0;
    crypto_random(key, sizeof key);
    struct envelope_context c = context_of(t, ENVELOPE_TASK_KEY, 0);
    envelope_wrap(wrapped, key, keyring_key(st->keyring, KEY_WORK), KEY_WORK, &c);
    c = context_of(t, ENVELOPE_TASK_BODY, t->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);

    (void)query_begin(&q, st->backend, SQL_TASK_ADD);
    query_bind_int(&q, "code", (int64_t)code);
    query_bind_text(&q, "kind", text_of(t->kind));
    query_bind_text(&q, "state", text_of(t->state));
    query_bind_int(&q, "account_no", t->account_no);
    query_bind_int(&q, "organisation_no", t->organisation_no);
    query_bind_blob(&q, "subject", t->subject, sizeof t->subject);
    query_bind_int(&q, "made_at", t->made_at);
    query_bind_text(&q, "made_by", text_of(t->made_by));
    query_bind_int(&q, "until", t->until);
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

static void bind_filter(struct query *q, const struct task_filter *f)
{
    query_bind_text(q, "kind", text_of(f->kind));
    query_bind_text(q, "state", text_of(f->state == NULL ? "" : f->state));
    query_bind_int(q, "account_no", f->account_no);
    query_bind_int(q, "organisation_no", f->organisation_no);
    query_bind_int(q, "since", f->since);
}

bool task_list(struct task **out, size_t *n, struct store *st, const struct task_filter *f,
               struct arena *a, struct err *e)
{
    struct query q;
    size_t room = FIRST_ROOM;
    struct task *list = ARENA_ARRAY(a, struct task, room);
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_TASK_LIST);
    bind_filter(&q, f);
    while (*n < TASKS_MAX && query_next(&q)) {
        if (*n == room) {
            struct task *wider = ARENA_ARRAY(a, struct task, 2 * room);
            memcpy(wider, list, room * sizeof *list);
            list = wider;
            room *= 2;
        }
        take(&list[(*n)++], &q, a);
    }
    *out = list;
    return query_end(&q, e);
}

bool task_count(int64_t *n, struct store *st, const struct task_filter *f, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_TASK_COUNT);
    bind_filter(&q, f);
    *n = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool task_find(struct task *out, struct store *st, const char *kind, struct text code,
               struct arena *a, struct err *e)
{
    uint64_t number;
    struct query q;
    *out = (struct task){0};
    if (!record_code_parse(&number, code)) return task_unknown(e);
    (void)query_begin(&q, st->backend, SQL_TASK_FIND);
    query_bind_text(&q, "kind", text_of(kind));
    query_bind_int(&q, "code", (int64_t)number);
    if (query_next(&q)) take(out, &q, a);
    if (!query_end(&q, e)) return false;
    return out->task_no != 0 || task_unknown(e);
}

bool task_of_subject(struct task *out, struct store *st, const char *kind, int64_t account_no,
                     const uint8_t subject[ACCESS_HASH], struct arena *a, struct err *e)
{
    struct query q;
    *out = (struct task){0};
    (void)query_begin(&q, st->backend, SQL_TASK_OF_SUBJECT);
    query_bind_text(&q, "kind", text_of(kind));
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "subject", subject, ACCESS_HASH);
    if (query_next(&q)) take(out, &q, a);
    return query_end(&q, e);
}

/* The key of what is kept, and its body into `plain` unless that is NULL. */
static bool read_kept(uint8_t key[CRYPTO_KEY], int64_t *version_no, struct buf *plain,
                      struct store *st, const struct task *t, struct err *e)
{
    struct envelope_context c = context_of(t, ENVELOPE_TASK_KEY, 0);
    struct query q;
    (void)query_begin(&q, st->backend, SQL_TASK_BODY);
    query_bind_int(&q, "task_no", t->task_no);
    bool found = query_next(&q), ok = true;
    if (found) {
        struct text wrapped = query_blob(&q, 0), body = query_blob(&q, 1);
        *version_no = query_int(&q, 2);
        ok = envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_WORK), &c) ||
             damaged(e);
        c = context_of(t, ENVELOPE_TASK_BODY, *version_no);
        if (ok && plain != NULL) ok = envelope_open(plain, body.p, body.n, key, &c, e);
    }
    if (!ok) {
        (void)!query_end(&q, NULL);
        return false;
    }
    if (!query_end(&q, e)) return false;
    return found || task_unknown(e);
}

bool task_open(struct buf *out, struct store *st, const struct task *t, struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    int64_t version_no = 0;
    bool ok = read_kept(key, &version_no, out, st, t, e);
    mem_wipe(key, sizeof key);
    return ok;
}

bool task_change(struct store *st, struct task *t, struct text body, struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    int64_t version_no = 0;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e)) return false;
    if (body.n > TASK_BYTES_MAX) return too_long(e);
    if (!read_kept(key, &version_no, NULL, st, t, e)) return false;
    if (version_no != t->version_no) {
        mem_wipe(key, sizeof key);
        err_set(e, ERR_CONFLICT, "task.conflict", "somebody else has decided this meanwhile");
        return err_remedy(e, "open it again, and see what is there now");
    }
    t->version_no++;
    struct envelope_context c = context_of(t, ENVELOPE_TASK_BODY, t->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);
    (void)query_begin(&q, st->backend, SQL_TASK_CHANGE);
    query_bind_int(&q, "task_no", t->task_no);
    query_bind_text(&q, "state", text_of(t->state));
    query_bind_int(&q, "until", t->until);
    if (t->decided_at != 0) query_bind_int(&q, "decided_at", t->decided_at);
    else query_bind_null(&q, "decided_at");
    if (t->decided_by != NULL) query_bind_text(&q, "decided_by", text_of(t->decided_by));
    else query_bind_null(&q, "decided_by");
    query_bind_int(&q, "n_used", t->n_used);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    query_bind_int(&q, "version_no", t->version_no);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool task_sweep(struct store *st, const char *kind, int64_t before, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_TASK_SWEEP);
    query_bind_text(&q, "kind", text_of(kind));
    query_bind_int(&q, "before", before);
    return query_run(&q, e);
}
