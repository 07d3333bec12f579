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

enum { BACKUP_DIGEST = 32 };

struct backup_made {     /* texts from the arena */
    const char *name;    /* of the file, without its folder */
    int64_t made_at;     /* UTC seconds */
    const char *made_by; /* account */
    int64_t bytes, n_record, n_audit;
    int64_t verified_at;     /* 0: never */
    const char *verified_by; /* NULL: never */
    bool automatic;          /* the server made it by itself */
    const uint8_t *digest;   /* BACKUP_DIGEST bytes of the file as it was written; NULL: not kept */
    int64_t read_at;         /* when the file was last held against it; 0: never */
    bool damaged;            /* it was another one then */
};

/* A backup was made: *b but for its verification. */
bool store_backup_note(struct store *st, const struct backup_made *b, struct err *e) MUST_CHECK;
/* It was opened fully, at verified_at by verified_by; one that the ledger lacked is added. */
bool store_backup_verified(struct store *st, const struct backup_made *b, struct err *e) MUST_CHECK;
/* All that were ever made here, the newest first; their files may be gone. */
bool store_backup_list(struct backup_made **out, size_t *n, struct store *st, struct arena *a,
                       struct err *e) MUST_CHECK;

/* The file was held against its digest. */
bool store_backup_read(struct store *st, const char *name, int64_t at, bool damaged,
                       struct err *e) MUST_CHECK;

/* Backups that the server makes by itself. */
struct backup_schedule {
    bool said;          /* somebody has set it; else the program's own */
    int64_t minute;     /* of the day, by the server's clock; -1: never */
    int64_t keep;       /* so many of them */
    int64_t changed_at; /* 0: never */
    int64_t tried_at;   /* the last try; 0: none yet */
    const char *failed; /* id of the error that ended it; NULL: it went well */
};
bool store_backup_schedule(struct backup_schedule *out, struct store *st, struct arena *a,
                           struct err *e) MUST_CHECK;
bool store_backup_schedule_set(struct store *st, int64_t minute, int64_t keep, int64_t at,
                               const char *actor, struct err *e) MUST_CHECK;
bool store_backup_tried(struct store *st, int64_t at, const char *failed, struct err *e) MUST_CHECK;

/* A step of setting up ("recovery", "backup"): when it was confirmed; 0: not yet. */
bool store_setup_step(int64_t *at, struct store *st, const char *step, struct err *e) MUST_CHECK;
bool store_setup_step_set(struct store *st, const char *step, int64_t at, const char *actor,
                          struct err *e) MUST_CHECK;

#endif
