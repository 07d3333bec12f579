/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/database_file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool database_file_make(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        bool there = errno == EEXIST;
        return err_set_errno(e, there ? ERR_CONFLICT : ERR_SYSTEM, errno,
                             there ? "store.exists" : "store.create",
                             "could not create the database");
    }
    bool ok = fchmod(fd, 0600) == 0; /* also under a umask that takes from the owner */
    int why = errno;
    if (close(fd) != 0) ok = false, why = errno;
    if (ok) return true;
    (void)unlink(path);
    return err_set_errno(e, ERR_SYSTEM, why, "store.create", "could not create the database");
}

bool database_file_find(bool *usable, const char *path, struct err *e)
{
    struct stat s;

    if (stat(path, &s) != 0) {
        int why = errno;
        err_set_errno(e, why == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM, why, "store.missing",
                      "could not open the database of the repository");
        return err_remedy(e, "name the folder of a repository, or make one with `dcim init`");
    }
    *usable = S_ISREG(s.st_mode) && s.st_size > 0;
    return true;
}

void database_file_remove(const char *path)
{
    static const char *const also[] = {"", "-wal", "-shm", "-journal"};
    size_t n = mem_add(strlen(path), sizeof "-journal");
    char *name = mem_new(n, 1);

    for (size_t i = 0; i < sizeof also / sizeof also[0]; i++) {
        snprintf(name, n, "%s%s", path, also[i]);
        (void)unlink(name);
    }
    mem_free(name);
}
