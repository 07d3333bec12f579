/* SPDX-License-Identifier: EUPL-1.2 */
/* Folders for work in hand: private, and gone when the work ends. Its maker holds a lock on the
 * folder that the system takes back when the maker dies, however it dies; so whoever works in the
 * same place next knows which folders nobody works in any more, and removes them (S15).
 *
 * The lock is that of flock(2) on a folder. Where a file system has none (some network
 * file systems), nothing that was left behind is ever removed. */
#ifndef DCIM_STORE_WORK_FOLDER_H
#define DCIM_STORE_WORK_FOLDER_H

#include "base/err.h"

#include <stdbool.h>

/* What names of such folders begin with beside somebody's files; six letters or digits follow. */
#define WORK_FOLDER_PREFIX ".dcim-"

struct work_folder {
    char *
        path; /* where to work: a folder in `outer`, so that it may be given another name, or locked,
                    by whoever works in it */
    char *outer; /* what is held */
    int held;    /* -1: the file system has no locks */
};

/* A new folder, 0700, in one in `place` that is named `prefix` and six letters or digits. Removes
 * first what others have left there under that prefix. ERR_SYSTEM "work_folder.make". Cost: reads
 * the names in `place`. `owns`: work_folder_end(). */
bool work_folder_begin(struct work_folder *out, const char *place, const char *prefix,
                       struct err *e) MUST_CHECK;
/* The same beside the file or folder `path`, with WORK_FOLDER_PREFIX. */
bool work_folder_beside(struct work_folder *out, const char *path, struct err *e) MUST_CHECK;

/* Remove it with everything that is in it still. A zeroed or ended one is fine. */
void work_folder_end(struct work_folder *w);

/* Remove what was left in `place` under `prefix`: folders of this user, 0700, which nobody holds.
 * As far as it goes; a place that is not there is fine. */
void work_folder_sweep(const char *place, const char *prefix);

#endif
