/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of the backups beside the register, and what of setting it up was confirmed (S97,
 * S99). Functions that change something need the write transaction of store_begin(). */
#ifndef DCIM_STORE_LEDGER_H
#define DCIM_STORE_LEDGER_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

struct backup_made {     /* texts from the arena */
    const char *name;    /* of the file, without its folder */
    int64_t made_at;     /* UTC seconds */
    const char *made_by; /* account */
    int64_t bytes, n_record, n_audit;
    int64_t verified_at;     /* 0: never */
    const char *verified_by; /* NULL: never */
};

/* A backup was made: *b but for its verification. */
bool store_backup_note(struct store *st, const struct backup_made *b, struct err *e) MUST_CHECK;
/* It was opened fully, at verified_at by verified_by; one that the ledger lacked is added. */
bool store_backup_verified(struct store *st, const struct backup_made *b, struct err *e) MUST_CHECK;
/* All that were ever made here, the newest first; their files may be gone. */
bool store_backup_list(struct backup_made **out, size_t *n, struct store *st, struct arena *a,
                       struct err *e) MUST_CHECK;

/* A step of setting up ("recovery", "backup"): when it was confirmed; 0: not yet. */
bool store_setup_step(int64_t *at, struct store *st, const char *step, struct err *e) MUST_CHECK;
bool store_setup_step_set(struct store *st, const char *step, int64_t at, const char *actor,
                          struct err *e) MUST_CHECK;

#endif
