/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/work_folder.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RANDOM = 6, TRIES = 20 }; /* as mkdtemp(3) has it */

static int open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* ---- what others have left ---- */

static bool is_named(const char *name, const char *prefix)
{
    static const char in_random[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 && strlen(name + n) == RANDOM &&
           strspn(name + n, in_random) == RANDOM;
}

static void remove_unheld(const char *path)
{
    struct stat st;
    int fd = open_folder(path);
    if (fd < 0) return;
    bool left = fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
                flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (left) tree_remove(path); /* held meanwhile: one who sweeps at the same time leaves it */
    (void)close(fd);
}

void work_folder_sweep(const char *place, const char *prefix)
{
    struct file_names names = {NULL, 0};
    if (!folder_list(&names, place, NULL)) return;
    for (size_t i = 0; i < names.n; i++) {
        if (!is_named(names.name[i], prefix)) continue;
        char *path = tree_path(place, names.name[i]);
        remove_unheld(path);
        mem_free(path);
    }
    file_names_free(&names);
}

/* ---- one's own ---- */

/* Whether it is ours now. Between being made and being held, somebody who sweeps may have taken it
 * for one that was left: then it is gone, or about to be. */
static bool hold(int *held, const char *path)
{
    struct stat st;
    int fd = open_folder(path);
    *held = -1;
    if (fd < 0) return false;
    int bad = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (bad == EWOULDBLOCK || fstat(fd, &st) != 0 || st.st_nlink == 0) {
        (void)close(fd);
        return false;
    }
    if (bad == 0) *held = fd;
    else (void)close(fd);
    return true;
}

static char *name_for(const char *place, const char *prefix)
{
    char *wanted = tree_path(place, prefix);
    size_t n = strlen(wanted);
    char *name = mem_new(n + RANDOM + 1, 1);
    memcpy(name, wanted, n);
    memcpy(name + n, "XXXXXX", RANDOM);
    mem_free(wanted);
    return name;
}

bool work_folder_begin(struct work_folder *out, const char *place, const char *prefix,
                       struct err *e)
{
    *out = (struct work_folder){NULL, NULL, -1};
    work_folder_sweep(place, prefix);
    bool made = true;
    for (int i = 0; made && i < TRIES; i++) {
        char *name = name_for(place, prefix);
        made = mkdtemp(name) != NULL;
        if (made && hold(&out->held, name)) {
            out->outer = name;
            out->path = tree_path(name, "work");
            if (mkdir(out->path, 0700) == 0) return true;
            made = false;
        } else {
            mem_free(name);
        }
    }
    err_set_errno(e, ERR_SYSTEM, errno, "work_folder.make",
                  "could not make a folder to work in, in %s", place);
    work_folder_end(out);
    return err_remedy(e, "check that the folder exists and that you may write to it");
}

bool work_folder_beside(struct work_folder *out, const char *path, struct err *e)
{
    char *place = tree_parent(path);
    bool ok = work_folder_begin(out, place, WORK_FOLDER_PREFIX, e);
    mem_free(place);
    return ok;
}

void work_folder_end(struct work_folder *w)
{
    if (w->outer == NULL) return;
    tree_remove(w->outer);
    mem_free(w->path);
    mem_free(w->outer);
    if (w->held >= 0) (void)close(w->held);
    *w = (struct work_folder){NULL, NULL, -1};
}
