/* SPDX-License-Identifier: EUPL-1.2 */
/* Loaded before the program (LD_PRELOAD) by tests/service/test_power_loss.c: writes down, in order,
 * every call that changes a file or folder below DCIM_IO_ROOT, and every sync, into the file
 * DCIM_IO_LOG. Format: io_log.h.
 *
 * The shared memory beside a journal (-shm) is left out: it does not outlive a power failure,
 * SQLite begins it anew. What cannot be followed (a writable mapping of any other file) is written
 * down too, and fails the test. */
#include "io_log.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER; /* an act and its line are one */
static int out = -1;
static char root[PATH_MAX];
static size_t n_root;

/* The C library's own function of a name. */
#define REAL(name, type) \
    static type real;    \
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, name)

typedef int open_fn(const char *, int, ...);
typedef int openat_fn(int, const char *, int, ...);
typedef ssize_t write_fn(int, const void *, size_t);
typedef ssize_t pwrite_fn(int, const void *, size_t, off_t);
typedef int truncate_fn(int, off_t);
typedef int fd_fn(int);
typedef int path_fn(const char *);

__attribute__((constructor)) static void start(void)
{
    const char *log = getenv("DCIM_IO_LOG"), *below = getenv("DCIM_IO_ROOT");
    if (log == NULL || below == NULL || strlen(below) >= sizeof root) return;
    REAL("open", open_fn *);
    memcpy(root, below, strlen(below) + 1);
    n_root = strlen(root);
    int fd = real(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    out = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 900); /* out of the way */
    if (fd >= 0) close(fd);
}

static bool of_interest(const char *path)
{
    size_t n = strlen(path);
    if (out < 0 || strncmp(path, root, n_root) != 0 ||
        (path[n_root] != '/' && path[n_root] != '\0'))
        return false;
    return n < 4 || strcmp(path + n - 4, "-shm") != 0;
}

static bool path_of_fd(char path[PATH_MAX], int fd)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n < 0) return false;
    path[n] = '\0';
    return true;
}

static bool path_at(char path[PATH_MAX], int folder, const char *name)
{
    char base[PATH_MAX] = "";
    if (name[0] != '/' &&
        (folder == AT_FDCWD ? getcwd(base, sizeof base) == NULL : !path_of_fd(base, folder)))
        return false;
    if (snprintf(path, PATH_MAX, "%s%s%s", base, name[0] == '/' ? "" : "/", name) >= PATH_MAX)
        return false;
    for (char *dot; (dot = strstr(path, "/./")) != NULL;)
        memmove(dot, dot + 2, strlen(dot + 2) + 1);
    return true;
}

static void line(enum io_kind kind, uint64_t file, uint64_t at, const char *path, const char *to,
                 const void *data, size_t n)
{
    struct io_line head = {.kind = (uint32_t)kind,
                           .n_path = (uint32_t)strlen(path),
                           .n_to = (uint32_t)strlen(to),
                           .file = file,
                           .at = at,
                           .n = n};
    struct iovec part[] = {{&head, sizeof head},
                           {(void *)(uintptr_t)path, head.n_path},
                           {(void *)(uintptr_t)to, head.n_to},
                           {(void *)(uintptr_t)data, data == NULL ? 0 : n}};
    size_t whole = sizeof head + head.n_path + head.n_to + (data == NULL ? 0 : n);
    int number = errno;
    if (writev(out, part, 4) != (ssize_t)whole) abort();
    errno = number;
}

/* The file behind a descriptor, if it is of interest. */
static bool file_of(uint64_t *file, bool *folder, char path[PATH_MAX], int fd)
{
    struct stat s;
    int number = errno;
    bool ok = out >= 0 && fd != out && path_of_fd(path, fd) && of_interest(path) &&
              fstat(fd, &s) == 0 && (S_ISREG(s.st_mode) || S_ISDIR(s.st_mode));
    if (ok) *file = (uint64_t)s.st_ino;
    if (ok) *folder = S_ISDIR(s.st_mode);
    errno = number;
    return ok;
}

/* ---- opening ---- */

static int opened(int fd, int flags, bool was_there)
{
    char path[PATH_MAX];
    uint64_t file;
    bool folder;
    if (fd < 0 || !file_of(&file, &folder, path, fd) || folder) return fd;
    if ((flags & O_CREAT) != 0 && !was_there) line(IO_CREATE, file, 0, path, "", NULL, 0);
    else if ((flags & O_TRUNC) != 0) line(IO_TRUNCATE, file, 0, path, "", NULL, 0);
    return fd;
}

static bool is_there(int folder, const char *name)
{
    struct stat s;
    return fstatat(folder, name, &s, AT_SYMLINK_NOFOLLOW) == 0;
}

static int do_open(openat_fn *real, int folder, const char *path, int flags, unsigned mode)
{
    pthread_mutex_lock(&one);
    bool was_there = (flags & O_CREAT) != 0 && is_there(folder, path);
    int fd = opened(real(folder, path, flags, mode), flags, was_there);
    pthread_mutex_unlock(&one);
    return fd;
}

#define MODE(last)                              \
    unsigned mode = 0;                          \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
        va_list ap;                             \
        va_start(ap, last);                     \
        mode = va_arg(ap, unsigned);            \
        va_end(ap);                             \
    }

int open(const char *path, int flags, ...)
{
    REAL("openat", openat_fn *);
    MODE(flags)
    return do_open(real, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL("openat", openat_fn *);
    MODE(flags)
    return do_open(real, AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    REAL("openat", openat_fn *);
    MODE(flags)
    return do_open(real, folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    REAL("openat", openat_fn *);
    MODE(flags)
    return do_open(real, folder, path, flags, mode);
}

/* ---- writing ---- */

static void written(int fd, const void *p, ssize_t n, off_t at)
{
    char path[PATH_MAX];
    uint64_t file;
    bool folder;
    if (n > 0 && file_of(&file, &folder, path, fd))
        line(IO_WRITE, file, (uint64_t)at, path, "", p, (size_t)n);
}

ssize_t write(int fd, const void *p, size_t n)
{
    REAL("write", write_fn *);
    if (fd == STDOUT_FILENO || fd == STDERR_FILENO) return real(fd, p, n);
    pthread_mutex_lock(&one);
    ssize_t done = real(fd, p, n);
    off_t end = done > 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    if (end >= done) written(fd, p, done, end - done);
    pthread_mutex_unlock(&one);
    return done;
}

static ssize_t do_pwrite(pwrite_fn *real, int fd, const void *p, size_t n, off_t at)
{
    pthread_mutex_lock(&one);
    ssize_t done = real(fd, p, n, at);
    written(fd, p, done, at);
    pthread_mutex_unlock(&one);
    return done;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    REAL("pwrite", pwrite_fn *);
    return do_pwrite(real, fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    REAL("pwrite64", pwrite_fn *);
    return do_pwrite(real, fd, p, n, at);
}

static int do_truncate(truncate_fn *real, int fd, off_t n)
{
    char path[PATH_MAX];
    uint64_t file;
    bool folder;
    pthread_mutex_lock(&one);
    int rc = real(fd, n);
    if (rc == 0 && file_of(&file, &folder, path, fd))
        line(IO_TRUNCATE, file, (uint64_t)n, path, "", NULL, 0);
    pthread_mutex_unlock(&one);
    return rc;
}

int ftruncate(int fd, off_t n)
{
    REAL("ftruncate", truncate_fn *);
    return do_truncate(real, fd, n);
}

int ftruncate64(int fd, off_t n)
{
    REAL("ftruncate64", truncate_fn *);
    return do_truncate(real, fd, n);
}

static int do_sync(fd_fn *real, int fd)
{
    char path[PATH_MAX];
    uint64_t file;
    bool folder;
    pthread_mutex_lock(&one);
    int rc = real(fd);
    if (rc == 0 && file_of(&file, &folder, path, fd))
        line(folder ? IO_SYNC_FOLDER : IO_SYNC, file, 0, path, "", NULL, 0);
    pthread_mutex_unlock(&one);
    return rc;
}

int fsync(int fd)
{
    REAL("fsync", fd_fn *);
    return do_sync(real, fd);
}

int fdatasync(int fd)
{
    REAL("fdatasync", fd_fn *);
    return do_sync(real, fd);
}

static void *do_map(void *(*real)(void *, size_t, int, int, int, off_t), void *at, size_t n,
                    int how, int flags, int fd, off_t from)
{
    char path[PATH_MAX];
    uint64_t file;
    bool folder;
    void *p = real(at, n, how, flags, fd, from);
    if (p != MAP_FAILED && fd >= 0 && (flags & MAP_SHARED) != 0 && (how & PROT_WRITE) != 0 &&
        file_of(&file, &folder, path, fd))
        line(IO_MAP, file, 0, path, "", NULL, 0);
    return p;
}

void *mmap(void *at, size_t n, int how, int flags, int fd, off_t from)
{
    typedef void *map_fn(void *, size_t, int, int, int, off_t);
    REAL("mmap", map_fn *);
    return do_map(real, at, n, how, flags, fd, from);
}

void *mmap64(void *at, size_t n, int how, int flags, int fd, off_t from)
{
    typedef void *map_fn(void *, size_t, int, int, int, off_t);
    REAL("mmap64", map_fn *);
    return do_map(real, at, n, how, flags, fd, from);
}

/* ---- names ---- */

static void named(enum io_kind kind, int folder, const char *name)
{
    char path[PATH_MAX];
    if (path_at(path, folder, name) && of_interest(path)) line(kind, 0, 0, path, "", NULL, 0);
}

int unlink(const char *path)
{
    REAL("unlink", path_fn *);
    pthread_mutex_lock(&one);
    int rc = real(path);
    if (rc == 0) named(IO_UNLINK, AT_FDCWD, path);
    pthread_mutex_unlock(&one);
    return rc;
}

int unlinkat(int folder, const char *path, int flags)
{
    typedef int unlinkat_fn(int, const char *, int);
    REAL("unlinkat", unlinkat_fn *);
    pthread_mutex_lock(&one);
    int rc = real(folder, path, flags);
    if (rc == 0) named(IO_UNLINK, folder, path);
    pthread_mutex_unlock(&one);
    return rc;
}

int rmdir(const char *path)
{
    REAL("rmdir", path_fn *);
    pthread_mutex_lock(&one);
    int rc = real(path);
    if (rc == 0) named(IO_UNLINK, AT_FDCWD, path);
    pthread_mutex_unlock(&one);
    return rc;
}

int mkdir(const char *path, mode_t mode)
{
    typedef int mkdir_fn(const char *, mode_t);
    REAL("mkdir", mkdir_fn *);
    pthread_mutex_lock(&one);
    int rc = real(path, mode);
    if (rc == 0) named(IO_FOLDER, AT_FDCWD, path);
    pthread_mutex_unlock(&one);
    return rc;
}

char *mkdtemp(char *name)
{
    typedef char *mkdtemp_fn(char *);
    REAL("mkdtemp", mkdtemp_fn *);
    pthread_mutex_lock(&one);
    char *made = real(name);
    if (made != NULL) named(IO_FOLDER, AT_FDCWD, made);
    pthread_mutex_unlock(&one);
    return made;
}

static void renamed(int from_folder, const char *from, int to_folder, const char *to)
{
    char a[PATH_MAX], b[PATH_MAX];
    if (path_at(a, from_folder, from) && path_at(b, to_folder, to) &&
        (of_interest(a) || of_interest(b)))
        line(IO_RENAME, 0, 0, a, b, NULL, 0);
}

int rename(const char *from, const char *to)
{
    typedef int rename_fn(const char *, const char *);
    REAL("rename", rename_fn *);
    pthread_mutex_lock(&one);
    int rc = real(from, to);
    if (rc == 0) renamed(AT_FDCWD, from, AT_FDCWD, to);
    pthread_mutex_unlock(&one);
    return rc;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    typedef int renameat_fn(int, const char *, int, const char *);
    REAL("renameat", renameat_fn *);
    pthread_mutex_lock(&one);
    int rc = real(from_folder, from, to_folder, to);
    if (rc == 0) renamed(from_folder, from, to_folder, to);
    pthread_mutex_unlock(&one);
    return rc;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    typedef int renameat2_fn(int, const char *, int, const char *, unsigned);
    REAL("renameat2", renameat2_fn *);
    pthread_mutex_lock(&one);
    int rc = real(from_folder, from, to_folder, to, flags);
    if (rc == 0) renamed(from_folder, from, to_folder, to);
    pthread_mutex_unlock(&one);
    return rc;
}
