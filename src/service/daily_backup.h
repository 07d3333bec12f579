/* SPDX-License-Identifier: EUPL-1.2 */
/* Backups that a server makes by itself, once a day.
 *
 * A thread of the desk asks for `backup.daily` every half minute; that operation knows whether one
 * is due. What is made is read again from the disk and held against what was written; so is, once a
 * week, every one that is kept. Whether it opens shows only somebody with the recovery code, which
 * no server has (S96, S97). Older ones of its own are removed, but never the newest that was
 * verified. What fails is an entry of the log, stands on the pages of condition and backups, and is
 * tried again after an hour. */
#ifndef DCIM_SERVICE_DAILY_BACKUP_H
#define DCIM_SERVICE_DAILY_BACKUP_H

#include "service/service_internal.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DAILY_BACKUP_MINUTE = 2 * 60 + 30, /* where nobody has said anything */
    DAILY_BACKUP_KEEP = 14,
    DAILY_BACKUP_AGAIN_S = 3600, /* after one that failed */
    DAILY_BACKUP_READ_S = 7 * 24 * 3600
};

/* The last time at or before `now` (UTC seconds) when a clock of the server's time zone showed this
 * minute of the day for the first time that day, or a later one where it never shows it, for clocks
 * are put forward. Cost: under a millisecond. */
int64_t daily_backup_last_due(int64_t now, int64_t minute);

/* What is set, and how it went: members daily... of the results of backup.list and health.show. */
bool daily_backup_describe(struct json *out, struct call *c, struct err *e) MUST_CHECK;

/* Ask for it every half minute, on a thread of its own with a connection of its own. Nothing is
 * borrowed but `shared` and `options`, until daily_backup_stop(). `owns`. */
struct daily_backup;
struct daily_backup *daily_backup_start(struct shared *shared,
                                        const struct service_options *options);
/* Waits for a backup that is being made. NULL is fine. */
void daily_backup_stop(struct daily_backup *d);

#endif
