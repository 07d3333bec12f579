/* SPDX-License-Identifier: EUPL-1.2 */
/* Work that takes longer than somebody waits for a page: an operation carried out on a thread of
 * its own of the desk, for the person who asked for it, under the same checks as if it were waited
 * for.
 *
 * What it is at, what came of it, and the file it made are kept for the account that began it, and
 * for nobody else (S52), for JOB_LIFE_S after it was last looked at. Where the desk has no threads
 * the operation is done before job_start() returns. */
#ifndef DCIM_SERVICE_JOB_H
#define DCIM_SERVICE_JOB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "service/client.h"
#include "service/upload.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    JOB_LIFE_S = UPLOAD_LIFE_S,
    JOBS_AT_ONCE = 3,    /* in all */
    JOBS_PER_ACCOUNT = 1 /* working */
};

enum job_state { JOB_WORKING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

struct jobs;
struct job;
struct call;
struct jobs *jobs_new(void);
/* Cancels what is at work, and waits for it. NULL is fine. */
void jobs_free(struct jobs *j);
void jobs_sweep(struct jobs *j, int64_t now);

/* Have `operation` done with `in` (copied) for who asked in `c`; waits for its end at most
 * `wait_ms`. `about` (copied; may be NULL) is what job_look() gives back. `code` names the job.
 * ERR_LIMIT "job.busy". */
bool job_start(char code[UPLOAD_CODE + 1], struct call *c, const char *operation,
               const struct json *in, const struct json *about, unsigned wait_ms,
               struct err *e) MUST_CHECK;

struct job_view {
    enum job_state state;
    const char *operation;
    uint64_t done, total;      /* 0: nobody knows how much there is */
    const struct json *result; /* where it is done; else NULL */
    const struct json *about;
    struct err err; /* where it failed */
    bool has_file;
    struct job *job; /* held */
};

/* Look at a job of this account, until job_release(). ERR_NOT_FOUND "job.unknown". */
bool job_look(struct job_view *out, struct jobs *j, int64_t account_no, int64_t now,
              struct text code, struct err *e) MUST_CHECK;
void job_release(struct jobs *j, struct job_view *v);

/* Ask it to end; it keeps nothing then. Fine when it has ended. */
bool job_cancel(struct jobs *j, int64_t account_no, int64_t now, struct text code,
                struct err *e) MUST_CHECK;

/* ---- for the operation at work ---- */

/* Whether the job that this call is done for, if any, is to end; ERR_CONFLICT "job.cancelled"
 * then. */
bool call_goes_on(const struct call *c, struct err *e) MUST_CHECK;
/* Hand the job a file (an open descriptor, which it takes over) with a name and a media type. */
void call_gives_file(const struct call *c, int file, const char *name, const char *type);
/* The file, into `out`. ERR_NOT_FOUND "job.no_file". */
bool job_file(struct buf *out, const char **name, const char **type, const struct job_view *v,
              struct err *e) MUST_CHECK;

#endif
