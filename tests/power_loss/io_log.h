/* SPDX-License-Identifier: EUPL-1.2 */
/* A log of calls that change files: lines one behind another, each with its paths and data behind
 * it. */
#ifndef DCIM_TESTS_IO_LOG_H
#define DCIM_TESTS_IO_LOG_H

#include <stdint.h>

enum io_kind {
    IO_CREATE,      /* file, path */
    IO_WRITE,       /* file, at, n bytes of data */
    IO_TRUNCATE,    /* file, at: its new length */
    IO_SYNC,        /* file */
    IO_SYNC_FOLDER, /* path: the names in it */
    IO_FOLDER,      /* path: a new folder */
    IO_UNLINK,      /* path: of a file or an empty folder */
    IO_RENAME,      /* path, to */
    IO_MAP          /* file: written in a way that is not followed */
};

struct io_line {
    uint32_t kind, n_path, n_to, unused;
    uint64_t file; /* number of the file, as the system gives it; used again after it is gone */
    uint64_t at, n;
};

#endif
