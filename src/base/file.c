/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole files, and files that appear at once.
 *
 * A file is written under a temporary name in its own folder, flushed to the disk, given its name
 * by rename, and the folder flushed: after a power cut there is the old file or the new one, whole
 * (Pillai et al. 2014, "All File Systems Are Not Created Equal"). All calls behind the first open
 * are relative to the folder's descriptor, so a folder that is moved meanwhile does no harm. A file
 * that a crash leaves behind is called ".NAME.XXXXXXXXXXXXXXXX.tmp". */
#include "base/file.h"

#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, TEMPORARY_MAX = 300 };

/* ---- errors ---- */

/* Why a file could not be read: a wrong path is the caller's input, the rest is the system's. */
static bool unreadable(struct err *e, int number, const char *path)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
        err_set_errno(e, ERR_INPUT, number, "file.not_found", "could not open file %s", path);
        return err_remedy(e, "check the path");
    case EACCES:
    case EPERM:
        err_set_errno(e, ERR_INPUT, number, "file.not_permitted", "could not open file %s", path);
        return err_remedy(e, "check the owner and the permissions of the file and its folders");
    case EISDIR:
        err_set_errno(e, ERR_INPUT, number, "file.is_folder", "could not read file %s", path);
        return err_remedy(e, "name a file, not a folder");
    default:
        err_set_errno(e, ERR_SYSTEM, number, "file.unreadable", "could not read file %s", path);
        return err_remedy(e, "check the disk and try again");
    }
}

static bool unwritable(struct err *e, int number, const char *path)
{
    if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
        err_set_errno(e, ERR_SYSTEM, number, "file.no_space", "could not write %s", path);
        return err_remedy(e, "make room on the disk and try again; nothing was changed");
    }
    err_set_errno(e, ERR_SYSTEM, number, "file.unwritable", "could not write %s", path);
    return err_remedy(e, "check that the folder exists and that you may write to it");
}

/* ---- reading ---- */

static int open_to_read(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* read() that goes on after a signal. */
static ssize_t read_some(int fd, void *p, size_t n)
{
    ssize_t got;
    do got = read(fd, p, n);
    while (got < 0 && errno == EINTR);
    return got;
}

bool file_read(struct buf *out, const char *path, size_t max, struct err *e)
{
    int fd = open_to_read(path);
    if (fd < 0) return unreadable(e, errno, path);
    bool ok = false;
    size_t total = 0;
    char *chunk = mem_new(CHUNK, 1);
    for (;;) {
        ssize_t got = read_some(fd, chunk, CHUNK);
        if (got < 0) {
            unreadable(e, errno, path);
            break;
        }
        if (got == 0) {
            ok = buf_ok(out, e);
            break;
        }
        total += (size_t)got;
        if (total > max) {
            err_set(e, ERR_LIMIT, "file.too_long", "file %s is longer than %zu bytes", path, max);
            err_remedy(e, "check that this is the file you mean");
            break;
        }
        buf_put(out, chunk, (size_t)got);
    }
    mem_free_wiped(chunk, CHUNK);
    close(fd);
    return ok;
}

static bool no_place(struct err *e, const char *id, const char *path, const char *why,
                     const char *remedy)
{
    err_set(e, ERR_USAGE, id, "could not write %s: %s", path, why);
    return err_remedy(e, "%s", remedy);
}

bool file_place(const char *path, struct err *e)
{
    struct stat st;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--; /* a folder's name may end so */
    while (n > 0 && path[n - 1] != '/') n--;
    while (n > 1 && path[n - 1] == '/') n--;
    char *folder = n == 0 ? mem_text(".", 1) : mem_text(path, n);
    bool there = stat(folder, &st) == 0 && S_ISDIR(st.st_mode),
         allowed = there && access(folder, W_OK | X_OK) == 0;
    mem_free(folder);
    if (!there)
        return no_place(e, "file.no_place", path, tr("there is no such folder"),
                        tr("make the folder first, or name another one"));
    if (!allowed)
        return no_place(e, "file.place_not_permitted", path, tr("you may not write in its folder"),
                        tr("name a folder of your own, or ask who looks after this one"));
    return true;
}

bool file_place_to_write(const char *path, struct err *e)
{
    struct stat st;
    if (strcmp(path, "-") == 0) return true;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) return file_place(path, e);
    if (!S_ISDIR(st.st_mode)) return true;
    return no_place(e, "file.is_folder", path, tr("it is a folder"),
                    tr("name a file, such as one in it"));
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_size(const char *path, uint64_t *out, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0) return unreadable(e, errno, path);
    if (S_ISDIR(st.st_mode)) return unreadable(e, EISDIR, path);
    *out = (uint64_t)st.st_size;
    return true;
}

bool file_sha256(uint8_t out[32], const char *path, struct err *e)
{
    int fd = open_to_read(path);
    if (fd < 0) return unreadable(e, errno, path);
    crypto_start();
    struct crypto_sha256er h;
    crypto_sha256_init(&h);
    char *chunk = mem_new(CHUNK, 1);
    ssize_t got;
    while ((got = read_some(fd, chunk, CHUNK)) > 0) crypto_sha256_add(&h, chunk, (size_t)got);
    int number = errno;
    crypto_sha256_finish(&h, out);
    mem_free_wiped(chunk, CHUNK);
    close(fd);
    return got == 0 ? true : unreadable(e, number, path);
}

/* ---- folders ---- */

/* A descriptor of the folder that holds `path`, or -1 and errno; `*name` is the rest of the
 * path. */
static int open_folder_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (slash == NULL) return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *folder = mem_text(path, slash == path ? 1 : (size_t)(slash - path));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int number = errno;
    mem_free(folder);
    errno = number;
    return fd;
}

static bool make_one(const char *path, struct err *e)
{
    struct stat st;
    if (mkdir(path, 0700) == 0) {
        const char *name;
        int parent = open_folder_of(path, &name);
        if (parent >= 0) {
            fsync(parent); /* the new name survives a power cut */
            close(parent);
        }
        return true;
    }
    int number = errno;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return true;
        number = ENOTDIR;
    }
    if (number == ENOSPC || number == EDQUOT) return unwritable(e, number, path);
    err_set_errno(e, ERR_SYSTEM, number, "file.no_folder", "could not make folder %s", path);
    return err_remedy(e, "check the path, and that you may write to the folder above");
}

bool folder_make(const char *path, struct err *e)
{
    if (path[0] == '\0')
        return err_set(e, ERR_USAGE, "file.no_folder", "could not make a folder without a name");
    char *part = mem_text(path, strlen(path));
    bool ok = true;
    for (char *p = part + 1; ok && p[-1] != '\0'; p++) {
        if (*p != '/' && *p != '\0') continue;
        char keep = *p;
        *p = '\0';
        ok = make_one(part, e);
        *p = keep;
    }
    mem_free(part);
    return ok;
}

static bool is_dots(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

bool folder_is_empty(const char *path)
{
    DIR *d = opendir(path);
    if (d == NULL) return errno == ENOENT;
    bool empty = true;
    const struct dirent *entry;
    while (empty && (entry = readdir(d)) != NULL) empty = is_dots(entry->d_name);
    closedir(d);
    return empty;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool folder_list(struct file_names *out, const char *path, struct err *e)
{
    *out = (struct file_names){0};
    DIR *d = opendir(path);
    if (d == NULL) return unreadable(e, errno, path);
    size_t cap = 0;
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(d)) != NULL) {
        if (is_dots(entry->d_name)) continue;
        MEM_GROW(out->name, cap, out->n + 1);
        out->name[out->n++] = mem_text(entry->d_name, strlen(entry->d_name));
    }
    int number = errno;
    closedir(d);
    if (number != 0) {
        file_names_free(out);
        return unreadable(e, number, path);
    }
    if (out->n > 1) qsort(out->name, out->n, sizeof *out->name, compare_names);
    return true;
}

void file_names_free(struct file_names *f)
{
    for (size_t i = 0; i < f->n; i++) mem_free(f->name[i]);
    mem_free(f->name);
    *f = (struct file_names){0};
}

/* ---- writing ---- */

struct file_sink {
    int fd;
    int folder;                    /* of the file; -1: written in place, as standard output is */
    int number;                    /* errno of the first failure; 0: none */
    char *path;                    /* as the caller named it, for errors and the last name */
    char temporary[TEMPORARY_MAX]; /* name in `folder` until the file is finished */
    size_t n;
    char chunk[CHUNK];
};

static void write_all(struct file_sink *s, const char *p, size_t n)
{
    while (s->number == 0 && n > 0) {
        ssize_t done = write(s->fd, p, n);
        if (done < 0) {
            if (errno != EINTR) s->number = errno;
            continue;
        }
        p += done;
        n -= (size_t)done;
    }
}

static void flush(struct file_sink *s)
{
    write_all(s, s->chunk, s->n);
    s->n = 0;
}

static bool open_temporary(struct file_sink *s, struct err *e)
{
    const char *name;
    uint64_t lot;
    s->folder = open_folder_of(s->path, &name);
    if (s->folder < 0) return unwritable(e, errno, s->path);
    if (name[0] == '\0') return unwritable(e, EISDIR, s->path);
    crypto_start();
    crypto_random(&lot, sizeof lot);
    /* A long name is cut: only the lot makes the temporary one unique. */
    int n = snprintf(s->temporary, sizeof s->temporary, ".%.200s.%016llx.tmp", name,
                     (unsigned long long)lot);
    if (n < 0 || n >= (int)sizeof s->temporary) return unwritable(e, ENAMETOOLONG, s->path);
    s->fd =
        openat(s->folder, s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return s->fd >= 0 ? true : unwritable(e, errno, s->path);
}

static bool open_sink(struct file_sink *s, struct err *e)
{
    struct stat st;
    if (strcmp(s->path, "-") == 0) {
        s->fd = STDOUT_FILENO;
        return true;
    }
    if (stat(s->path, &st) != 0 || S_ISREG(st.st_mode)) return open_temporary(s, e);
    if (S_ISDIR(st.st_mode)) return unwritable(e, EISDIR, s->path);
    /* A device or a pipe is written to, never replaced. */
    s->fd = open(s->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return s->fd >= 0 ? true : unwritable(e, errno, s->path);
}

static void release(struct file_sink *s)
{
    if (s->fd >= 0 && s->fd != STDOUT_FILENO) close(s->fd);
    if (s->folder >= 0) close(s->folder);
    mem_free(s->path);
    mem_free_wiped(s, sizeof *s);
}

bool file_sink_open(struct file_sink **out, const char *path, struct err *e)
{
    *out = NULL;
    struct file_sink *s = mem_new(1, sizeof *s);
    s->fd = s->folder = -1;
    s->path = mem_text(path, strlen(path));
    if (!open_sink(s, e)) {
        release(s);
        return false;
    }
    *out = s;
    return true;
}

void file_sink_put(struct file_sink *s, struct text t)
{
    if (s->number != 0) return;
    if (t.n > sizeof s->chunk - s->n) flush(s);
    if (t.n > sizeof s->chunk) {
        write_all(s, t.p, t.n);
    } else if (t.n > 0) {
        memcpy(s->chunk + s->n, t.p, t.n);
        s->n += t.n;
    }
}

bool file_sink_close(struct file_sink *s, struct err *e)
{
    flush(s);
    if (s->folder >= 0) {
        const char *slash = strrchr(s->path, '/');
        const char *name = slash == NULL ? s->path : slash + 1;
        if (s->number == 0 && fsync(s->fd) != 0) s->number = errno;
        if (close(s->fd) != 0 && s->number == 0) s->number = errno;
        s->fd = -1;
        if (s->number == 0 && renameat(s->folder, s->temporary, s->folder, name) != 0)
            s->number = errno;
        if (s->number == 0 && fsync(s->folder) != 0) s->number = errno;
        else if (s->number != 0) unlinkat(s->folder, s->temporary, 0);
    }
    bool ok = s->number == 0 ? true : unwritable(e, s->number, s->path);
    release(s);
    return ok;
}

void file_sink_abandon(struct file_sink *s)
{
    if (s == NULL) return;
    if (s->folder >= 0) unlinkat(s->folder, s->temporary, 0);
    release(s);
}

bool file_write(const char *path, struct text content, struct err *e)
{
    struct file_sink *s;
    if (!file_sink_open(&s, path, e)) return false;
    file_sink_put(s, content);
    return file_sink_close(s, e);
}
