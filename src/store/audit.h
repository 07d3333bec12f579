/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit log: a hash chain in the same database and the same transaction as the act (S20-S25).
 *
 * An entry's canonical form is CBOR of its fields in fixed order, behind a domain tag; its hash is
 * BLAKE2b-256 over tag, previous hash and canonical form. Signed checkpoints (Ed25519 over a Merkle
 * root as in RFC 9162) come every 1,000 entries and every 24 hours; a copy can be kept elsewhere
 * and held against the log. Personal values never stand in it in the clear. */
#ifndef DCIM_STORE_AUDIT_H
#define DCIM_STORE_AUDIT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "model/audit_action.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { AUDIT_SESSION = 16 };

struct audit_event { /* members may be NULL or 0 where they have no meaning */
    enum audit_action action;
    const char
        *actor; /* account, or "local:<user>" for the holder of the key at the command line */
    const char *role;
    const char *organisation; /* code */
    const char *object_type;  /* "batch", "record", "table" */
    const char *object_id;
    const char *purpose;
    const char *legal_basis;
    const char *decision; /* "allow", "deny" */
    const char *fields;   /* names of variables, blank separated; never values */
    int64_t count;
    const char *recipient;
    const uint8_t *digest; /* 32 bytes over what was written, or NULL */
    const uint8_t *session; /* AUDIT_SESSION bytes of the session's hash, or NULL */
    const char *source;     /* network address, cut to its net (S21) */
};

struct audit_entry {      /* as stored; texts from the arena or row it was read with */
    uint64_t sequence;    /* from 1, without gaps */
    int64_t at;           /* UTC seconds */
    uint64_t monotone_ms; /* since boot: shows when the wall clock was set */
    struct text actor, role, organisation, action, object_type, object_id, purpose, legal_basis,
        decision, fields, recipient;
    int64_t count;
    uint8_t digest[32];
    uint8_t session[AUDIT_SESSION]; /* zeros: none */
    struct text source;
    uint8_t previous[32], hash[32];
};

/* Append within the open write transaction of `st`; a failure makes the act fail (S9). *sequence
 * may be NULL. Cost: under 50 microseconds. */
bool audit_append(struct store *st, const struct audit_event *ev, uint64_t *sequence,
                  struct err *e) MUST_CHECK;

/* The number of the newest entry; 0 when there is none. O(log n). */
bool audit_last(uint64_t *out, struct store *st, struct err *e) MUST_CHECK;

/* Go through entries from `first` (1-based), oldest first; fn returns false to stop. */
bool audit_each(struct store *st, uint64_t first,
                bool (*fn)(void *ctx, const struct audit_entry *a), void *ctx,
                struct err *e) MUST_CHECK;

struct audit_report {
    uint64_t n_entry, n_checkpoint;
    uint64_t first_bad; /* sequence where the chain breaks; 0: it holds */
    char problem[400];  /* what is wrong there, in words */
    uint8_t head[32];
    char checkpoint[600]; /* newest checkpoint as text, to be kept elsewhere */
};

/* Verify chain, order, gaps, signatures, Merkle roots, and that the log has not been cut short
 * against the head the keyring-signed checkpoint table names; `anchor` (may be empty): text of a
 * checkpoint kept elsewhere, which the log must still contain. True also when the chain is broken:
 * see the report. Cost: at least 200,000 entries a second (S26). */
bool audit_verify(struct audit_report *out, struct store *st, struct text anchor,
                  struct err *e) MUST_CHECK;

#endif
