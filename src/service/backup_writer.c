/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/backup_writer.h"

#include "base/crypto.h"
#include "base/sandbox.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_PREFIX ".dcim-"
#define PART_SUFFIX ".part"

enum { LOT = 8, PART_NAME = sizeof PART_PREFIX + sizeof PART_SUFFIX + (size_t)2 * LOT };

struct writing {
    int in, folder, fd;
    enum backup_outcome outcome;
    int number;           /* errno */
    char part[PART_NAME]; /* its name until it is whole; "": there is none */
    char name[BACKUP_NAME_MAX + 1];
    uint64_t bytes;
    struct crypto_sha256er sum;
    uint8_t digest[32];
    uint8_t piece[BACKUP_PIECE_MAX];
};

bool backup_name_is_good(const char *name)
{
    static const char in_it[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t n = strlen(name);
    return n > strlen(BACKUP_SUFFIX) && n <= BACKUP_NAME_MAX && name[0] != '.' &&
           strspn(name, in_it) == n && text_ends(text_of(name), TEXT(BACKUP_SUFFIX));
}

static bool fail(struct writing *w, enum backup_outcome outcome, int number)
{
    w->outcome = outcome;
    w->number = number;
    return false;
}

/* ---- what it is sent ---- */

static bool take(struct writing *w, void *p, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t m = read(w->in, (uint8_t *)p + got, n - got);
        if (m < 0 && errno == EINTR) continue;
        if (m <= 0) return fail(w, BACKUP_CUT, m < 0 ? errno : 0);
        got += (size_t)m;
    }
    return true;
}

static uint64_t number(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    while (n-- > 0) v = v << 8 | p[n];
    return v;
}

static bool nothing_behind(struct writing *w)
{
    ssize_t m;
    do m = read(w->in, w->piece, 1);
    while (m < 0 && errno == EINTR);
    return m == 0 ? true : fail(w, BACKUP_CUT, 0);
}

/* ---- names that are not yet backups ---- */

static bool is_part(const char *name)
{
    struct text t = text_of(name);
    return t.n == PART_NAME - 2 && text_starts(t, TEXT(PART_PREFIX)) &&
           text_ends(t, TEXT(PART_SUFFIX));
}

/* Of one that was killed, and not of one that is at work now: that one holds a lock. */
static void remove_left(int folder, const char *name)
{
    struct stat st;
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(folder, name, 0);
    (void)close(fd);
}

static void sweep(int folder)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *all = copy < 0 ? NULL : fdopendir(copy);
    if (all == NULL) {
        if (copy >= 0) (void)close(copy);
        return;
    }
    rewinddir(all);
    for (struct dirent *d; (d = readdir(all)) != NULL;)
        if (is_part(d->d_name)) remove_left(folder, d->d_name);
    (void)closedir(all);
}

static bool begin(struct writing *w)
{
    uint8_t lot[LOT];
    char hex[2 * LOT + 1];
    crypto_random(lot, sizeof lot);
    crypto_hex(hex, lot, sizeof lot);
    (void)snprintf(w->part, sizeof w->part, PART_PREFIX "%s" PART_SUFFIX, hex);
    w->fd = openat(w->folder, w->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (w->fd < 0) {
        int why = errno;
        w->part[0] = '\0';
        return fail(w, BACKUP_UNWRITABLE, why);
    }
    if (flock(w->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true;
    return fail(w, BACKUP_UNWRITABLE, EAGAIN); /* taken for one that was left, just now */
}

/* ---- writing ---- */

static bool put(struct writing *w, const uint8_t *p, size_t n)
{
    crypto_sha256_add(&w->sum, p, n);
    w->bytes += n;
    while (n > 0) {
        ssize_t done = write(w->fd, p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return fail(w, BACKUP_UNWRITABLE, done < 0 ? errno : ENOSPC);
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool take_all(struct writing *w)
{
    uint8_t head[4], end[BACKUP_TRAILER];
    crypto_sha256_init(&w->sum);
    for (;;) {
        if (!take(w, head, sizeof head)) return false;
        size_t n = (size_t)number(head, sizeof head);
        if (n == 0) break;
        if (n > BACKUP_PIECE_MAX) return fail(w, BACKUP_CUT, 0);
        if (!take(w, w->piece, n) || !put(w, w->piece, n)) return false;
    }
    if (!take(w, end, sizeof end) || !nothing_behind(w)) return false;
    crypto_sha256_finish(&w->sum, w->digest);
    bool same = number(end, 8) == w->bytes && memcmp(end + 8, w->digest, sizeof w->digest) == 0;
    return same ? true : fail(w, BACKUP_CUT, 0);
}

static bool is_there(const struct writing *w)
{
    struct stat st;
    return fstatat(w->folder, w->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* In one step and never over another file; file systems that cannot do the second are asked
 * first. */
static bool give_name(struct writing *w)
{
    int bad = renameat2(w->folder, w->part, w->folder, w->name, RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (bad == EINVAL || bad == ENOSYS || bad == EOPNOTSUPP) {
        if (is_there(w)) bad = EEXIST;
        else bad = renameat(w->folder, w->part, w->folder, w->name) == 0 ? 0 : errno;
    }
    if (bad != 0) return fail(w, bad == EEXIST ? BACKUP_THERE : BACKUP_UNWRITABLE, bad);
    w->part[0] = '\0';
    if (fsync(w->folder) == 0) return true;
    bad = errno; /* it may or may not outlast a loss of power: then it is none */
    (void)unlinkat(w->folder, w->name, 0);
    return fail(w, BACKUP_UNWRITABLE, bad);
}

static bool write_one(struct writing *w)
{
    sweep(w->folder);
    if (is_there(w)) return fail(w, BACKUP_THERE, EEXIST);
    bool ok = begin(w) && take_all(w);
    if (ok && fsync(w->fd) != 0) ok = fail(w, BACKUP_UNWRITABLE, errno);
    ok = ok && give_name(w);
    if (!ok && w->part[0] != '\0') (void)unlinkat(w->folder, w->part, 0);
    if (w->fd >= 0 && close(w->fd) != 0 && ok) ok = fail(w, BACKUP_UNWRITABLE, errno);
    return ok;
}

static bool remove_one(struct writing *w)
{
    if (!nothing_behind(w)) return false;
    if (unlinkat(w->folder, w->name, 0) != 0 && errno != ENOENT)
        return fail(w, BACKUP_UNREMOVABLE, errno);
    return fsync(w->folder) == 0 ? true : fail(w, BACKUP_UNREMOVABLE, errno);
}

/* ---- the whole ---- */

static bool act(struct writing *w)
{
    uint8_t head[2];
    if (!take(w, head, sizeof head)) return false;
    if (head[1] > BACKUP_NAME_MAX) return fail(w, BACKUP_CUT, 0);
    if (!take(w, w->name, head[1])) return false;
    if (strlen(w->name) != head[1] || !backup_name_is_good(w->name)) return fail(w, BACKUP_CUT, 0);
    if (head[0] == BACKUP_WRITE) return write_one(w);
    return head[0] == BACKUP_REMOVE ? remove_one(w) : fail(w, BACKUP_CUT, 0);
}

static void say(int out, const struct writing *w)
{
    uint8_t answer[BACKUP_ANSWER] = {(uint8_t)w->outcome};
    for (size_t i = 0; i < 4; i++) answer[1 + i] = (uint8_t)((unsigned)w->number >> (8 * i));
    for (size_t i = 0; i < 8; i++) answer[5 + i] = (uint8_t)(w->bytes >> (8 * i));
    memcpy(answer + 13, w->digest, sizeof w->digest);
    ssize_t done;
    do done = write(out, answer, sizeof answer); /* a pipe takes so little in one piece */
    while (done < 0 && errno == EINTR);
}

bool backup_writer_do(int in, int out, int folder)
{
    static struct writing w; /* of a process that does one thing */
    w = (struct writing){.in = in, .folder = folder, .fd = -1};
    bool ok = act(&w);
    say(out, &w);
    return ok;
}

int backup_writer_main(void)
{
    struct err e = {0};
    if (!sandbox_enter_backup_writer(BACKUP_FOLDER_FD, &e)) {
        const struct writing w = {.outcome = BACKUP_NOT_SHUT_IN, .number = ENOSYS};
        say(STDOUT_FILENO, &w);
        _exit(3);
    }
    _exit(backup_writer_do(STDIN_FILENO, STDOUT_FILENO, BACKUP_FOLDER_FD) ? 0 : 3);
}
