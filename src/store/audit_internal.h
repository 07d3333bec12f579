/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the audit log share: audit.c, audit_entry.c, audit_verify.c; and backup.c and
 * check.c, which verify the log of a database that is open without a struct store. */
#ifndef DCIM_STORE_AUDIT_INTERNAL_H
#define DCIM_STORE_AUDIT_INTERNAL_H

#include "base/merkle.h"
#include "store/audit.h"
#include "store/backend.h"
#include "store/checkpoint.h"
#include "store/keyring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AUDIT_BODY_MAX = 64 * 1024,    /* bytes of one entry */
    AUDIT_CHECKPOINT_EVERY = 1000, /* entries */
    AUDIT_CHECKPOINT_AGE = 86400,  /* seconds */
    AUDIT_CLOCK_SLACK = 5          /* seconds that time servers may take back without an entry */
};

struct audit_log { /* borrows both */
    struct backend *backend;
    struct keyring *keyring;
};

/* --- one entry (audit_entry.c) ---
 *
 * Canonical form: CBOR array of 17: format = 1, sequence, at, monotone_ms, action, actor, role,
 * organisation, object_type, object_id, purpose, legal_basis, decision, fields, recipient, count,
 * digest. Texts without meaning and an absent digest are null. Hash: BLAKE2b-256 of "dcim audit
 * entry v1", the hash before (32; zeros before the first entry) and the canonical form.
 *
 * What comes from a session is written in format 2: an array of 19, with session (16 bytes or null)
 * and source behind the digest, of which at least one is not null. */

/* Append the canonical form to `out`; ERR_USAGE "audit.text" when a text is not UTF-8, ERR_LIMIT
 * "audit.too_long". */
bool audit_entry_write(struct buf *out, const struct audit_event *ev, uint64_t sequence, int64_t at,
                       uint64_t monotone_ms, struct err *e) MUST_CHECK;
/* False for anything but a canonical form. Texts borrow from `body`; hash and previous are left
 * alone. */
bool audit_entry_read(struct audit_entry *out, struct text body) MUST_CHECK;
void audit_entry_hash(uint8_t out[32], const uint8_t previous[32], struct text body);

/* --- the head (audit.c) --- */

struct log_head { /* all zero: no entry yet */
    uint64_t sequence;
    int64_t at;
    uint64_t monotone_ms;
    uint8_t hash[32];
    struct merkle tree;
    uint64_t checkpoint_size;
    int64_t checkpoint_at;
};

enum head_state { HEAD_ABSENT, HEAD_GOOD, HEAD_DAMAGED /* not what this keyring authenticated */ };

bool log_head_load(struct log_head *out, enum head_state *state, const struct audit_log *l,
                   struct err *e) MUST_CHECK;

/* Text of a checkpoint over the head; *c gets its parts. */
bool log_head_checkpoint(char *text, struct checkpoint *c, const struct log_head *h,
                         const struct audit_log *l, struct err *e) MUST_CHECK;

/* As audit_append(); `now`, UTC seconds, is given by tests only. */
bool audit_log_append_at(const struct audit_log *l, const struct audit_event *ev, int64_t now,
                         uint64_t *sequence, struct err *e) MUST_CHECK;
bool audit_log_append(const struct audit_log *l, const struct audit_event *ev, uint64_t *sequence,
                      struct err *e) MUST_CHECK;

/* --- verification (audit_verify.c) --- */

bool audit_log_verify(struct audit_report *out, const struct audit_log *l, struct text anchor,
                      struct err *e) MUST_CHECK;

#endif
