/* SPDX-License-Identifier: EUPL-1.2 */
/* Appending to the log and reading it. Nothing is cached between calls: the head lies in the
 * database, so that two processes that write in turn continue each other's chain, and a rollback
 * takes it back with everything else.
 *
 * The head is authenticated with BLAKE2b-256 keyed with KEY_AUDIT_HEAD over "dcim audit head v1"
 * and all its fields (numbers as 8 bytes little endian). Whoever can write the database but does
 * not have the keyring can neither take entries off the end nor add any. A whole old database put
 * back is found with a checkpoint that was kept elsewhere (audit_verify.c). */
#include "store/audit.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/date.h"
#include "store/audit_internal.h"
#include "store/store.h"

#include <assert.h>
#include <string.h>
#include <time.h>

enum { FRONTIER_MAX = MERKLE_LEVELS * MERKLE_HASH };

static uint64_t monotone_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_BOOTTIME, &t); /* goes on while the machine sleeps */
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static struct audit_log log_of(struct store *st)
{
    return (struct audit_log){store_backend(st), store_keyring(st)};
}

static bool damaged(struct err *e, const char *what)
{
    err_set(e, ERR_STORE, "audit.damaged", "could not use the audit log: %s", tr(what));
    return err_remedy(e, "run `dcim audit verify`, which names the place; nothing was written");
}

/* ---- the head ---- */

static void head_mac(uint8_t out[32], const struct log_head *h, const struct keyring *k)
{
    uint8_t frontier[FRONTIER_MAX];
    struct buf b;

    buf_init(&b, FRONTIER_MAX + 200);
    buf_puts(&b, "dcim audit head v1");
    buf_put_u64le(&b, h->sequence);
    buf_put_u64le(&b, (uint64_t)h->at);
    buf_put_u64le(&b, h->monotone_ms);
    buf_put(&b, h->hash, sizeof h->hash);
    buf_put_u64le(&b, h->checkpoint_size);
    buf_put_u64le(&b, (uint64_t)h->checkpoint_at);
    merkle_save(frontier, &h->tree);
    buf_put(&b, frontier, merkle_saved_size(h->tree.n));
    crypto_hash(out, 32, b.p, b.n, keyring_key(k, KEY_AUDIT_HEAD));
    buf_release(&b);
}

/* The row as a head; false when its parts do not fit one another or its mac is wrong. */
static bool head_read(struct log_head *h, struct query *q, const struct keyring *k)
{
    uint8_t mac[32];
    struct text hash = query_blob(q, 3);

    h->sequence = (uint64_t)query_int(q, 0);
    h->at = query_int(q, 1);
    h->monotone_ms = (uint64_t)query_int(q, 2);
    if (hash.n != sizeof h->hash) return false;
    memcpy(h->hash, hash.p, sizeof h->hash);
    struct text frontier = query_blob(q, 4);
    if (!merkle_load(&h->tree, h->sequence, frontier.p, frontier.n)) return false;
    h->checkpoint_size = (uint64_t)query_int(q, 5);
    h->checkpoint_at = query_int(q, 6);
    struct text stored = query_blob(q, 7);
    head_mac(mac, h, k);
    return stored.n == sizeof mac && crypto_equal(mac, stored.p, sizeof mac);
}

bool log_head_load(struct log_head *out, enum head_state *state, const struct audit_log *l,
                   struct err *e)
{
    struct query q;

    memset(out, 0, sizeof *out);
    *state = HEAD_ABSENT;
    (void)query_begin(&q, l->backend, SQL_LOG_HEAD);
    if (query_next(&q)) *state = head_read(out, &q, l->keyring) ? HEAD_GOOD : HEAD_DAMAGED;
    if (*state == HEAD_DAMAGED) memset(out, 0, sizeof *out);
    return query_end(&q, e);
}

static bool head_save(const struct log_head *h, bool fresh, const struct audit_log *l,
                      struct err *e)
{
    uint8_t frontier[FRONTIER_MAX], mac[32];
    struct query q;

    merkle_save(frontier, &h->tree);
    head_mac(mac, h, l->keyring);
    (void)query_begin(&q, l->backend, fresh ? SQL_LOG_HEAD_ADD : SQL_LOG_HEAD_SET);
    query_set_int(&q, 0, (int64_t)h->sequence);
    query_set_int(&q, 1, h->at);
    query_set_int(&q, 2, (int64_t)h->monotone_ms);
    query_set_blob(&q, 3, h->hash, sizeof h->hash);
    query_set_blob(&q, 4, frontier, merkle_saved_size(h->tree.n));
    query_set_int(&q, 5, (int64_t)h->checkpoint_size);
    query_set_int(&q, 6, h->checkpoint_at);
    query_set_blob(&q, 7, mac, sizeof mac);
    return query_run(&q, e);
}

/* ---- appending ---- */

/* Whether the last entry there is the one that the head names: no act is written behind a log that
 * was cut. */
static bool end_fits(const struct log_head *h, const struct audit_log *l, struct err *e)
{
    struct query q;
    bool fits = h->sequence == 0;

    (void)query_begin(&q, l->backend, SQL_AUDIT_LAST);
    if (query_next(&q)) {
        struct text hash = query_blob(&q, 3);
        fits = (uint64_t)query_int(&q, 0) == h->sequence && hash.n == sizeof h->hash &&
               memcmp(hash.p, h->hash, hash.n) == 0;
    }
    if (!query_end(&q, e)) return false;
    return fits ? true : damaged(e, "it does not end with the entry that its head names");
}

static bool entry_add(struct log_head *h, const struct audit_log *l, const struct audit_event *ev,
                      int64_t at, struct err *e)
{
    struct buf body;
    struct query q;
    uint64_t now_ms = monotone_ms();
    bool ok = false;

    buf_init(&body, AUDIT_BODY_MAX);
    if (!audit_entry_write(&body, ev, h->sequence + 1, at, now_ms, e)) goto done;
    audit_entry_hash(h->hash, h->hash, buf_text(&body));
    merkle_add(&h->tree, h->hash, sizeof h->hash);
    h->sequence++;
    h->at = at;
    h->monotone_ms = now_ms;
    (void)query_begin(&q, l->backend, SQL_AUDIT_ADD);
    query_set_int(&q, 0, (int64_t)h->sequence);
    query_set_int(&q, 1, at);
    query_set_int(&q, 2, (int64_t)now_ms);
    query_set_blob(&q, 3, body.p, body.n);
    query_set_blob(&q, 4, h->hash, sizeof h->hash);
    ok = query_run(&q, e);
done:
    buf_release(&body);
    return ok;
}

bool log_head_checkpoint(char *text, struct checkpoint *c, const struct log_head *h,
                         const struct audit_log *l, struct err *e)
{
    struct query q;
    uint8_t id[8];

    *c = (struct checkpoint){.size = h->sequence, .at = h->at, .previous = h->checkpoint_size};
    (void)query_begin(&q, l->backend, SQL_GENERATION);
    if (query_next(&q)) c->generation = (uint64_t)query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    keyring_id(l->keyring, id);
    checkpoint_origin(c->origin, id);
    merkle_root(c->root, &h->tree);
    checkpoint_write(text, c, keyring_key(l->keyring, KEY_AUDIT_SIGN),
                     keyring_audit_public(l->keyring));
    return true;
}

static bool checkpoint_is_due(const struct log_head *h)
{
    return h->sequence - h->checkpoint_size >= AUDIT_CHECKPOINT_EVERY ||
           h->at - h->checkpoint_at >= AUDIT_CHECKPOINT_AGE ||
           h->at < h->checkpoint_at - AUDIT_CLOCK_SLACK;
}

static bool checkpoint_add(struct log_head *h, const struct audit_log *l, struct err *e)
{
    char text[CHECKPOINT_TEXT];
    struct checkpoint c;
    struct query q;

    if (!log_head_checkpoint(text, &c, h, l, e)) return false;
    (void)query_begin(&q, l->backend, SQL_CHECKPOINT_ADD);
    query_set_int(&q, 0, (int64_t)c.size);
    query_set_int(&q, 1, c.at);
    query_set_blob(&q, 2, c.root, sizeof c.root);
    query_set_text(&q, 3, text_of(text));
    query_set_blob(&q, 4, c.signature, sizeof c.signature);
    h->checkpoint_size = h->sequence;
    h->checkpoint_at = h->at;
    return query_run(&q, e);
}

/* The clock of the machine was put back: that is an entry of its own, before the act's. */
static bool clock_went_back(struct log_head *h, const struct audit_log *l, int64_t now,
                            struct err *e)
{
    const struct audit_event ev = {.action = AUDIT_CLOCK,
                                   .actor = "dcim",
                                   .object_type = "clock",
                                   .object_id = "seconds",
                                   .count = h->at - now};
    return entry_add(h, l, &ev, now, e);
}

bool audit_log_append_at(const struct audit_log *l, const struct audit_event *ev, int64_t now,
                         uint64_t *sequence, struct err *e)
{
    struct log_head h;
    enum head_state state;

    assert(backend_in_transaction(l->backend));
    if (!log_head_load(&h, &state, l, e)) return false;
    if (state == HEAD_DAMAGED) return damaged(e, "its head is not what this keyring authenticated");
    if (!end_fits(&h, l, e)) return false;
    if (h.sequence > 0 && now < h.at - AUDIT_CLOCK_SLACK && !clock_went_back(&h, l, now, e))
        return false;
    if (!entry_add(&h, l, ev, now, e)) return false;
    if (sequence != NULL) *sequence = h.sequence;
    if (checkpoint_is_due(&h) && !checkpoint_add(&h, l, e)) return false;
    return head_save(&h, state == HEAD_ABSENT, l, e);
}

bool audit_log_append(const struct audit_log *l, const struct audit_event *ev, uint64_t *sequence,
                      struct err *e)
{
    return audit_log_append_at(l, ev, instant_now(), sequence, e);
}

bool audit_append(struct store *st, const struct audit_event *ev, uint64_t *sequence, struct err *e)
{
    struct audit_log l = log_of(st);
    return audit_log_append(&l, ev, sequence, e);
}

/* ---- reading ---- */

bool audit_each(struct store *st, uint64_t first,
                bool (*fn)(void *ctx, const struct audit_entry *a), void *ctx, struct err *e)
{
    uint8_t previous[32] = {0};
    struct query q;
    bool readable = true, more = true;

    if (first == 0) first = 1;
    if (first > INT64_MAX) return true;
    (void)query_begin(&q, store_backend(st), SQL_AUDIT_ENTRIES);
    query_set_int(&q, 0, (int64_t)(first > 1 ? first - 1 : first)); /* one earlier, for its hash */
    while (more && query_next(&q)) {
        struct text hash = query_blob(&q, 4);
        struct audit_entry a = {.sequence = 0};
        if (hash.n == sizeof a.hash) memcpy(a.hash, hash.p, sizeof a.hash);
        memcpy(a.previous, previous, sizeof previous);
        memcpy(previous, a.hash, sizeof previous);
        if ((uint64_t)query_int(&q, 0) < first) continue;
        readable = hash.n == sizeof a.hash && audit_entry_read(&a, query_blob(&q, 3));
        more = readable && fn(ctx, &a);
    }
    if (!query_end(&q, e)) return false;
    return readable ? true : damaged(e, "an entry of it cannot be read");
}

bool audit_last(uint64_t *out, struct store *st, struct err *e)
{
    struct query q;
    *out = 0;
    (void)query_begin(&q, store_backend(st), SQL_AUDIT_LAST);
    if (query_next(&q)) *out = (uint64_t)query_int(&q, 0);
    return query_end(&q, e);
}

bool audit_verify(struct audit_report *out, struct store *st, struct text anchor, struct err *e)
{
    struct audit_log l = log_of(st);
    return audit_log_verify(out, &l, anchor, e);
}
