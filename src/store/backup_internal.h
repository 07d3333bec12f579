/* SPDX-License-Identifier: EUPL-1.2 */
/* What making a backup (backup.c) and reading one (backup_restore.c) share. */
#ifndef DCIM_STORE_BACKUP_INTERNAL_H
#define DCIM_STORE_BACKUP_INTERNAL_H

#include "store/backend.h"
#include "store/backup.h"
#include "store/backup_manifest.h"

#include <stdbool.h>
#include <stdint.h>

struct backup_facts { /* what a database says of itself, for the manifest and against it */
    int64_t n_record, n_audit;
    uint8_t repository_id[16];
};

bool backup_facts(struct backup_facts *out, struct backend *b, struct err *e) MUST_CHECK;
void backup_report_of(struct backup_report *out, const struct manifest *m, uint64_t bytes);

#endif
