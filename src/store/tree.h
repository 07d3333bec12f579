/* SPDX-License-Identifier: EUPL-1.2 */
/* Folders with what is in them: listing, flushing, removing. Symbolic links are never followed. */
#ifndef DCIM_STORE_TREE_H
#define DCIM_STORE_TREE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { TREE_DEPTH = 8, TREE_FILES = 10000 };

struct
    tree_files { /* paths relative to the folder, pieces between slashes, in a fixed order; `owns` */
    char **path;
    size_t n, cap;
};

/* All regular files under `folder`. ERR_INPUT "tree.not_regular" for a link, device or pipe,
 * ERR_LIMIT "tree.too_big" for more than TREE_FILES files or TREE_DEPTH folders deep.
 * tree_files_free() in any case. */
bool tree_list(struct tree_files *out, const char *folder, struct err *e) MUST_CHECK;
void tree_files_free(struct tree_files *f);

/* Flush every file and folder of a tree to the disk. */
bool tree_sync(const char *folder, struct err *e) MUST_CHECK;

/* Give a file or folder another name in the same file system, in one step, and flush the folder it
 * lies in then. false leaves the reason in errno. */
bool tree_rename(const char *from, const char *to) MUST_CHECK;

/* Remove a folder with everything in it, as far as possible. */
void tree_remove(const char *folder);

/* "a/b"; `owns`. */
char *tree_path(const char *a, const char *b);
/* The folder a path lies in: "." for a bare name; `owns`. */
char *tree_parent(const char *path);

#endif
