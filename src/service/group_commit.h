/* SPDX-License-Identifier: EUPL-1.2 */
/* Entries of the audit log that stand alone, as those of reads do, committed together.
 *
 * Nobody is answered before his entry is committed (S20), and a commit waits for the disk. So
 * whoever comes while another one waits to write gives him his entry, and one commit serves all of
 * them: of the threads that wait, one leads, writes what all have brought, and tells each how it
 * went. Without others it is a commit of one's own, as before. */
#ifndef DCIM_SERVICE_GROUP_COMMIT_H
#define DCIM_SERVICE_GROUP_COMMIT_H

#include "base/err.h"
#include "store/audit.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct group_commit;
struct shared;

struct group_commit *group_commit_new(void);
void group_commit_free(struct group_commit *g); /* NULL is fine; nobody may be waiting */

/* Append one entry; true once it is committed. `st` is the caller's own connection, without an open
 * transaction; another thread's may be used instead. The caller must not hold shared_write_begin().
 * Where the commit fails, all whose entries were in it have failed. An entry that cannot be written
 * fails alone, and so does one whose own connection writes no more. */
bool group_commit_append(struct group_commit *g, struct shared *sh, struct store *st,
                         const struct audit_event *event, struct err *e) MUST_CHECK;

struct group_commit_counts {
    uint64_t entries, commits; /* that succeeded, since it was made */
    size_t waiting;            /* now, whose entries no leader has taken yet */
};
void group_commit_count(struct group_commit_counts *out, struct group_commit *g);

#endif
