/* SPDX-License-Identifier: EUPL-1.2 */
/* The process that puts the backups of a running server into their folder (S90). It has that
 * folder, and nothing else: no key, no database, no network. The desk, which has those, cannot
 * write there.
 *
 * One process for each act, started by the supervisor, which gives it standard input (what is to be
 * done), standard output (how it went) and, as descriptor 3, the folder.
 *
 *   to it    verb (1), length of a name (1), the name; and to write: pieces, each length (4, little
 *            endian, 1 to BACKUP_PIECE_MAX) and so many bytes; length 0, then the length (8) and
 *            the SHA-256 (32) of all of them. Nothing behind.
 *   from it  outcome (1), errno (4), length (8) and SHA-256 (32) of what lies there now
 *
 * What it is sent is encrypted already; it understands none of it. A file appears under its name
 * when it is whole, is what was announced, and is on the disk; until then it has a name of its own,
 * under which one that was killed leaves it, and the next one removes it. Nothing is written
 * over. */
#ifndef DCIM_SERVICE_BACKUP_WRITER_H
#define DCIM_SERVICE_BACKUP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BACKUP_FOLDER_FD = 3,
    BACKUP_NAME_MAX = 100,
    BACKUP_PIECE_MAX = 64 * 1024,
    BACKUP_TRAILER = 8 + 32,
    BACKUP_ANSWER = 1 + 4 + 8 + 32
};

#define BACKUP_SUFFIX ".dcim-backup"

enum backup_verb { BACKUP_WRITE = 'w', BACKUP_REMOVE = 'r' };

enum backup_outcome {
    BACKUP_DONE = 0,
    BACKUP_CUT,        /* what came ended early, or is not what was announced */
    BACKUP_THERE,      /* there is a file of that name */
    BACKUP_UNWRITABLE, /* errno says why; of the three below as well */
    BACKUP_UNREMOVABLE,
    BACKUP_NOT_SHUT_IN, /* it could not be shut in, and did nothing */
    BACKUP_OUTCOMES
};

/* Whether a backup may have this name: letters, digits, "-", "_" and ".", none of the last at its
 * beginning, and BACKUP_SUFFIX at its end. */
bool backup_name_is_good(const char *name);

/* Do what `in` says, in `folder`, and say on `out` how it went: the writer without its process, for
 * tests. Whether it was done. */
bool backup_writer_do(int in, int out, int folder);

/* main() of the process: shuts itself in, does it, ends by _exit(): 0 done, 3 not. Never
 * returns. */
int backup_writer_main(void);

#endif
