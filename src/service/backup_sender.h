/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk's end of the process that writes backups (backup_writer.h): it is asked for over the
 * broker (base/broker.h), sent the finished, encrypted bytes, and believed only when what it says
 * it has on the disk is what it was sent. */
#ifndef DCIM_SERVICE_BACKUP_SENDER_H
#define DCIM_SERVICE_BACKUP_SENDER_H

#include "base/crypto.h"
#include "base/err.h"
#include "service/backup_writer.h"
#include "store/backup_sink.h"

#include <stdbool.h>
#include <sys/types.h>

#define BACKUP_KIND "backup" /* for the broker */

struct backup_sender {
    const char *name; /* of the backup, in the folder; borrowed */
    pid_t child;
    int to, from;
    bool broken; /* it does not read any more; what it says tells why */
    uint64_t bytes;
    struct crypto_sha256er sum;
    size_t n;
    uint8_t piece[4 + BACKUP_PIECE_MAX];
};

/* A sink for one backup; `s` is the context, and is used for one alone. Its finish() fails with
 * ERR_SYSTEM "file.no_space", "backup.unwritable", "backup.writer" (it ended, or could not be
 * started), ERR_USAGE "backup.exists". */
struct backup_sink backup_sender_sink(struct backup_sender *s, const char *name);

/* Have a backup removed; one that is not there is fine. ERR_SYSTEM "backup.remove",
 * "backup.writer". */
bool backup_sender_remove(const char *name, struct err *e) MUST_CHECK;

/* ---- the supervisor's end ---- */

/* Where the backups of a register lie: "<repository>-backups"; `owns`. */
char *backup_folder_beside(const char *repository);

/* Start the process for `folder`, with the descriptors that the desk has sent: errno, or 0 with its
 * number. */
int backup_writer_spawn(pid_t *child, const char *program, const char *folder, const int *fd,
                        size_t n_fd);

#endif
