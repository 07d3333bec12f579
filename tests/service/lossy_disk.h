/* SPDX-License-Identifier: EUPL-1.2 */
/* A disk that may lose power: it replays a log of calls (tests/power_loss/io_log.h) and says what
 * could lie on it after any of them.
 *
 * What a file's sync has covered stays. Of the rest, each sector of 512 bytes holds what some
 * moment since then left in it, whatever the others hold; so does the length. Names (created,
 * renamed, removed) stay when their folder is synced; of the later ones the disk keeps a first part
 * of each folder's, for file systems write names in order; a rename is done in both folders or in
 * none. */
#ifndef DCIM_TESTS_LOSSY_DISK_H
#define DCIM_TESTS_LOSSY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;

/* The disk below `root` (absolute). `from`: a copy of what lies on it, synced; NULL: nothing. */
struct disk *disk_new(const char *root, const char *from);
void disk_free(struct disk *d);

/* The calls of a log file; n of them. Borrowed by disks until disk_log_free(). */
struct disk_log;
struct disk_log *disk_log_read(const char *path);
size_t disk_log_calls(const struct disk_log *l);
/* What call i was, for messages. */
const char *disk_log_name(const struct disk_log *l, size_t i);
/* Whether its path has this part in it. */
bool disk_log_touches(const struct disk_log *l, size_t i, const char *part);
void disk_log_free(struct disk_log *l);

/* Do the next call. Fails the test for one that cannot be followed. */
void disk_do(struct disk *d, const struct disk_log *l, size_t i);

enum disk_fate { DISK_DROPS, DISK_KEEPS, DISK_TEARS };

/* Files as they could be found: of everything that is not synced, nothing, all, or some, decided by
 * `seed`. `owns`. */
struct disk_file {
    char *path; /* relative to the root; folders end with a slash */
    char *data;
    size_t n;
};
struct disk_state {
    struct disk_file *file;
    size_t n, cap;
    uint64_t hash; /* equal states have equal ones */
};
void disk_state(struct disk_state *out, const struct disk *d, enum disk_fate fate, uint64_t seed);
const struct disk_file *disk_state_file(const struct disk_state *s, const char *path); /* or NULL */
/* Write the files into a new folder, 0600 and 0700, without those that have `but` in their path
 * (NULL: all). */
void disk_state_write(const struct disk_state *s, const char *folder, const char *but);
void disk_state_free(struct disk_state *s);

#endif
