/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operations of looking after a register share. */
#ifndef DCIM_SERVICE_GOVERN_H
#define DCIM_SERVICE_GOVERN_H

#include "service/service_internal.h"
#include "store/ledger.h"

enum { BACKUP_ALARM_SECONDS = 48 * 3600 /* S99 */ };

/* Where the backups of this register lie: beside it, "<repository>-backups". From the call's
 * arena. */
const char *backup_folder(struct call *c);
const char *backup_path(struct call *c, const char *name);
/* Make one there, with its entry and its row in the ledger. For handlers without a transaction. */
bool backup_make_one(struct backup_made *out, struct call *c, bool automatic,
                     struct err *e) MUST_CHECK;

/* Remove one: by this process, or where it may not, by the one that writes them. One that is not
 * there is fine. ERR_SYSTEM "backup.remove", "backup.writer". */
bool backup_remove(struct call *c, const char *name, struct err *e) MUST_CHECK;

struct backup_state {
    int64_t made_at, verified_at; /* of the newest, and of the newest verified one; 0: none */
    bool alarm; /* none that was made within 48 hours is there and verified (S99) */
};
bool backup_state(struct backup_state *out, struct call *c, struct err *e) MUST_CHECK;

#endif
