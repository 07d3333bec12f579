/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the bytes of a backup go, one after the other: a file of this process, or somebody else's
 * (service/backup_sender.h). */
#ifndef DCIM_STORE_BACKUP_SINK_H
#define DCIM_STORE_BACKUP_SINK_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

/* After a begin() that succeeded exactly one of finish() and abandon(). */
struct backup_sink {
    bool (*begin)(void *ctx, struct err *e);
    void (*put)(void *ctx, struct text t); /* what fails is told by finish() */
    bool (*finish)(void *ctx,
                   struct err *e); /* true: whole, and on the disk; false: nothing is left */
    void (*abandon)(void *ctx);    /* leaves nothing */
    void *ctx;
};

#endif
