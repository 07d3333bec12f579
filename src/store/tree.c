/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/tree.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *tree_path(const char *a, const char *b)
{
    size_t n = mem_add(strlen(a), strlen(b) + 2);
    char *path = mem_new(n, 1);
    snprintf(path, n, "%s%s%s", a, *a == '\0' ? "" : "/", b);
    return path;
}

char *tree_parent(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--; /* "a/b/" lies in "a" */
    while (n > 0 && path[n - 1] != '/') n--;
    while (n > 1 && path[n - 1] == '/') n--;
    return n == 0 ? mem_text(".", 1) : mem_text(path, n);
}

/* ---- walking ---- */

struct entry {
    char *path; /* relative; "" is the folder itself */
    bool folder, regular;
    int depth;
};

struct walk { /* folders before what is in them */
    struct entry *entry;
    size_t n, cap;
};

static void walk_release(struct walk *w)
{
    for (size_t i = 0; i < w->n; i++) mem_free(w->entry[i].path);
    mem_free(w->entry);
    *w = (struct walk){NULL, 0, 0};
}

static bool too_big(struct err *e, const char *folder)
{
    err_set(e, ERR_LIMIT, "tree.too_big",
            "folder %s has more than %d files, or folders more than %d deep", folder, TREE_FILES,
            TREE_DEPTH);
    return err_remedy(e, "take out of it what does not belong there");
}

static bool walk_add(struct walk *w, const char *folder, const char *path, int depth, struct err *e)
{
    char *full = tree_path(folder, path);
    struct stat st;
    int rc = lstat(full, &st);
    mem_free(full);
    if (rc != 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "tree.unreadable", "could not look at %s in %s",
                             path, folder);
    if (w->n >= 2 * TREE_FILES || depth > TREE_DEPTH) return too_big(e, folder);
    MEM_GROW(w->entry, w->cap, w->n + 1);
    w->entry[w->n++] = (struct entry){mem_text(path, strlen(path)), S_ISDIR(st.st_mode) != 0,
                                      S_ISREG(st.st_mode) != 0, depth};
    return true;
}

/* Breadth first: the list is its own queue. */
static bool walk(struct walk *w, const char *folder, struct err *e)
{
    *w = (struct walk){NULL, 0, 0};
    bool ok = walk_add(w, folder, "", 0, e);
    for (size_t i = 0; i < w->n && ok; i++) {
        struct entry at = w->entry[i];
        struct file_names names = {NULL, 0};
        if (!at.folder) continue;
        char *full = tree_path(folder, at.path);
        ok = folder_list(&names, full, e);
        for (size_t k = 0; k < names.n && ok; k++) {
            char *path = tree_path(at.path, names.name[k]);
            ok = walk_add(w, folder, path, at.depth + 1, e);
            mem_free(path);
        }
        file_names_free(&names);
        mem_free(full);
    }
    return ok;
}

bool tree_list(struct tree_files *out, const char *folder, struct err *e)
{
    struct walk w;
    *out = (struct tree_files){NULL, 0, 0};
    bool ok = walk(&w, folder, e);
    for (size_t i = 0; i < w.n && ok; i++) {
        if (w.entry[i].folder) continue;
        if (!w.entry[i].regular) {
            err_set(e, ERR_INPUT, "tree.not_regular", "%s in %s is a link, device or pipe",
                    w.entry[i].path, folder);
            ok = err_remedy(e, "take it out of the folder, or put the file itself there");
        } else if (out->n == TREE_FILES) {
            ok = too_big(e, folder);
        } else {
            MEM_GROW(out->path, out->cap, out->n + 1);
            out->path[out->n++] = mem_text(w.entry[i].path, strlen(w.entry[i].path));
        }
    }
    walk_release(&w);
    return ok;
}

void tree_files_free(struct tree_files *f)
{
    for (size_t i = 0; i < f->n; i++) mem_free(f->path[i]);
    mem_free(f->path);
    *f = (struct tree_files){NULL, 0, 0};
}

static bool sync_one(const char *path, bool folder, struct err *e)
{
    int fd = open(path, (folder ? O_RDONLY | O_DIRECTORY : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        err_set_errno(e, ERR_SYSTEM, errno, "tree.sync", "could not flush %s to the disk", path);
    if (fd >= 0) (void)close(fd);
    return ok;
}

bool tree_sync(const char *folder, struct err *e)
{
    struct walk w;
    bool ok = walk(&w, folder, e);
    for (size_t i = w.n; i > 0 && ok; i--) {
        const struct entry *at = &w.entry[i - 1];
        if (!at->folder && !at->regular) continue;
        char *full = tree_path(folder, at->path);
        ok = sync_one(full, at->folder, e);
        mem_free(full);
    }
    walk_release(&w);
    return ok;
}

bool tree_rename(const char *from, const char *to)
{
    if (rename(from, to) != 0) return false;
    char *parent = tree_parent(to);
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC), why = 0;
    if (fd < 0 || fsync(fd) != 0) why = errno;
    if (fd >= 0) (void)close(fd);
    mem_free(parent);
    errno = why;
    return why == 0;
}

void tree_remove(const char *folder)
{
    struct walk w;
    bool ignored = walk(&w, folder, NULL); /* as far as it came */
    (void)ignored;
    for (size_t i = w.n; i > 0; i--) {
        char *full = tree_path(folder, w.entry[i - 1].path);
        if (w.entry[i - 1].folder) (void)rmdir(full);
        else (void)unlink(full);
        mem_free(full);
    }
    walk_release(&w);
}
