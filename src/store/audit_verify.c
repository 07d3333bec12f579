/* SPDX-License-Identifier: EUPL-1.2 */
/* Verification of the log: one pass over the entries in their order, recomputing the chain and the
 * Merkle tree, held against
 *   - each entry's own sequence, times and hash      edited, deleted, inserted, reordered
 *   - each checkpoint where it falls due              the same, and rewritten with the hashes made
 *   right
 *   - the authenticated head                          cut short, added to
 *   - a checkpoint kept elsewhere                     the whole database put back to an earlier
 *   state
 * Checkpoints name the one before, the head the newest, so none can be missing. The first place
 * that does not fit is reported and ends the pass: nothing behind it can be relied on. */
#include "store/audit_internal.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct point { /* a root that the log must have at a size */
    uint64_t size;
    uint8_t root[32];
};

struct pass {
    struct audit_report *report;
    const struct audit_log *log;
    struct log_head head;
    enum head_state head_state;
    struct point *point; /* of stored checkpoints, ascending */
    size_t n_point, cap;
    struct checkpoint newest; /* of them */
    char newest_text[CHECKPOINT_TEXT];
    bool has_anchor;
    struct checkpoint anchor;
    struct merkle tree; /* over the entries so far */
    uint8_t hash[32];   /* of the last of them */
};

/* Note the first thing that is wrong; is false. */
__attribute__((format(printf, 3, 4))) static bool bad(struct pass *p, uint64_t sequence,
                                                      const char *fmt, ...)
{
    va_list ap;
    if (p->report->first_bad != 0 && p->report->first_bad <= sequence) return false;
    p->report->first_bad = sequence == 0 ? 1 : sequence;
    va_start(ap, fmt);
    vsnprintf(p->report->problem, sizeof p->report->problem, tr(fmt), ap);
    va_end(ap);
    return false;
}

/* ---- checkpoints ---- */

static bool checkpoint_check(struct pass *p, struct query *q, const char *origin)
{
    char written[CHECKPOINT_TEXT];
    struct checkpoint c;
    uint64_t size = (uint64_t)query_int(q, 0),
             before = p->n_point == 0 ? 0 : p->point[p->n_point - 1].size;
    int64_t at = query_int(q, 1);
    struct text root = query_blob(q, 2), text = query_text(q, 3), signature = query_blob(q, 4);

    if (checkpoint_read(&c, text, origin, keyring_audit_public(p->log->keyring)) != CHECKPOINT_GOOD)
        return bad(p, size, "the checkpoint at %" PRIu64 " is not signed by this repository's key",
                   size);
    /* The same checkpoint has only one text, so not even what a reader passes over can be changed.
     */
    checkpoint_write(written, &c, keyring_key(p->log->keyring, KEY_AUDIT_SIGN),
                     keyring_audit_public(p->log->keyring));
    if (c.size != size || c.at != at || root.n != sizeof c.root ||
        memcmp(root.p, c.root, root.n) != 0 || signature.n != sizeof c.signature ||
        memcmp(signature.p, c.signature, signature.n) != 0 || !text_is(text, written))
        return bad(p, size, "the checkpoint at %" PRIu64 " was changed", size);
    if (c.previous != before)
        return bad(p, c.previous < size ? c.previous : size,
                   "a checkpoint is missing or too many between %" PRIu64 " and %" PRIu64, before,
                   size);
    MEM_GROW(p->point, p->cap, p->n_point + 1);
    struct point *new = &p->point[p->n_point++];
    new->size = size;
    memcpy(new->root, c.root, sizeof new->root);
    p->newest = c;
    memcpy(p->newest_text, written, sizeof written);
    return true;
}

static bool checkpoints_load(struct pass *p, struct err *e)
{
    char origin[CHECKPOINT_ORIGIN];
    uint8_t id[8];
    struct query q;

    keyring_id(p->log->keyring, id);
    checkpoint_origin(origin, id);
    (void)query_begin(&q, p->log->backend, SQL_CHECKPOINT_LIST);
    while (query_next(&q)) {
        p->report->n_checkpoint++;
        if (!checkpoint_check(p, &q, origin)) break;
    }
    return query_end(&q, e);
}

/* ---- entries ---- */

static bool points_check(struct pass *p, size_t *next)
{
    uint64_t n = p->report->n_entry;
    uint8_t root[32];
    bool due = *next < p->n_point && p->point[*next].size == n;
    bool anchored = p->has_anchor && p->anchor.size == n;

    if (!due && !anchored) return true;
    merkle_root(root, &p->tree);
    if (due && memcmp(root, p->point[(*next)++].root, sizeof root) != 0)
        return bad(p, n,
                   "the entries up to %" PRIu64 " are not those of the checkpoint signed then", n);
    if (anchored && memcmp(root, p->anchor.root, sizeof root) != 0)
        return bad(p, 1,
                   "the entries up to %" PRIu64 " are not those of the checkpoint kept elsewhere",
                   n);
    return true;
}

static bool entry_check(struct pass *p, struct query *q)
{
    uint64_t expected = p->report->n_entry + 1, sequence = (uint64_t)query_int(q, 0);
    struct text body = query_blob(q, 3), hash = query_blob(q, 4);
    struct audit_entry a = {.sequence = 0};

    if (sequence != expected)
        return sequence > expected
                   ? bad(p, expected, "entry %" PRIu64 " is missing", expected)
                   : bad(p, expected, "an entry is numbered %" PRId64, query_int(q, 0));
    audit_entry_hash(p->hash, p->hash, body);
    if (hash.n != sizeof p->hash || memcmp(hash.p, p->hash, sizeof p->hash) != 0)
        return bad(p, sequence, "entry %" PRIu64 " or its place in the chain was changed",
                   sequence);
    if (!audit_entry_read(&a, body) || a.sequence != sequence || a.at != query_int(q, 1) ||
        a.monotone_ms != (uint64_t)query_int(q, 2))
        return bad(p, sequence, "entry %" PRIu64 " is not in the form in which entries are written",
                   sequence);
    merkle_add(&p->tree, p->hash, sizeof p->hash);
    p->report->n_entry++;
    return true;
}

static bool entries_check(struct pass *p, struct err *e)
{
    struct query q;
    size_t next = 0;

    (void)query_begin(&q, p->log->backend, SQL_AUDIT_ENTRIES);
    query_set_int(&q, 0, INT64_MIN);
    while (query_next(&q))
        if (!entry_check(p, &q) || !points_check(p, &next)) break;
    return query_end(&q, e);
}

/* ---- the end ---- */

static bool head_check(struct pass *p)
{
    const struct log_head *h = &p->head;
    uint64_t n = p->report->n_entry;
    uint8_t ours[32], theirs[32];

    if (p->head_state == HEAD_DAMAGED)
        return bad(p, n + 1, "the head of the log was changed: where the log ended cannot be told");
    if (p->head_state == HEAD_ABSENT)
        return bad(p, n + 1,
                   n == 0
                       ? N_("the log is empty, and no repository begins without an entry")
                       : N_("the head of the log is missing: where the log ended cannot be told"));
    if (n < h->sequence)
        return bad(p, n + 1,
                   "the log was cut short: entries %" PRIu64 " to %" PRIu64 " are missing", n + 1,
                   h->sequence);
    if (n > h->sequence)
        return bad(p, h->sequence + 1, "entry %" PRIu64 " was not written by this program",
                   h->sequence + 1);
    merkle_root(ours, &p->tree);
    merkle_root(theirs, &h->tree);
    if (memcmp(p->hash, h->hash, sizeof p->hash) != 0 || memcmp(ours, theirs, sizeof ours) != 0)
        return bad(p, n, "the last entry is not the one that the head of the log names");
    uint64_t newest = p->n_point == 0 ? 0 : p->point[p->n_point - 1].size;
    if (newest != h->checkpoint_size)
        return bad(p, newest < h->checkpoint_size ? newest + 1 : h->checkpoint_size + 1,
                   "the newest checkpoint is at %" PRIu64
                   ", but the head of the log names %" PRIu64,
                   newest, h->checkpoint_size);
    if (p->has_anchor && p->anchor.size > n)
        return bad(p, n + 1,
                   "the log ends at %" PRIu64 ", but the checkpoint kept elsewhere has %" PRIu64
                   " entries: an older state was put back",
                   n, p->anchor.size);
    return true;
}

static bool anchor_load(struct pass *p, struct text anchor, struct err *e)
{
    char origin[CHECKPOINT_ORIGIN];
    uint8_t id[8];

    if (text_trim(anchor).n == 0) return true;
    keyring_id(p->log->keyring, id);
    checkpoint_origin(origin, id);
    switch (checkpoint_read(&p->anchor, anchor, origin, keyring_audit_public(p->log->keyring))) {
    case CHECKPOINT_GOOD: p->has_anchor = true; return true;
    case CHECKPOINT_UNREADABLE:
        err_set(e, ERR_INPUT, "audit.anchor_unreadable",
                "could not read the checkpoint kept elsewhere: it is none");
        return err_remedy(
            e, "give the whole text, from the line dcim/... to the line that begins with a dash");
    case CHECKPOINT_FOREIGN: break;
    }
    err_set(
        e, ERR_STORE, "audit.anchor_foreign",
        "the checkpoint kept elsewhere is not signed by this repository's key: it was changed, it "
        "belongs to another repository, or this repository was replaced");
    return err_remedy(e, "find out which before you rely on this repository");
}

static bool pass_run(struct pass *p, struct err *e)
{
    bool began = !backend_in_transaction(p->log->backend);
    if (began && !backend_begin(p->log->backend, false, e))
        return false; /* all of it as of one moment */
    bool ok = log_head_load(&p->head, &p->head_state, p->log, e) && checkpoints_load(p, e) &&
              entries_check(p, e);
    if (ok && p->report->first_bad == 0) head_check(p);
    if (ok && p->report->first_bad == 0) {
        struct checkpoint c;
        memcpy(p->report->head, p->hash, sizeof p->hash);
        if (p->newest.size == p->report->n_entry)
            memcpy(p->report->checkpoint, p->newest_text, sizeof p->newest_text);
        else ok = log_head_checkpoint(p->report->checkpoint, &c, &p->head, p->log, e);
    }
    if (began) backend_rollback(p->log->backend);
    return ok;
}

bool audit_log_verify(struct audit_report *out, const struct audit_log *l, struct text anchor,
                      struct err *e)
{
    struct pass *p = mem_new(1, sizeof *p);

    _Static_assert(sizeof out->checkpoint == CHECKPOINT_TEXT, "text of a checkpoint");
    *out = (struct audit_report){.n_entry = 0};
    p->report = out;
    p->log = l;
    bool ok = anchor_load(p, anchor, e) && pass_run(p, e);
    mem_free(p->point);
    mem_free(p);
    return ok;
}
