/* SPDX-License-Identifier: EUPL-1.2 */
#include "connection.h"

#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

void connection_forget(const char *path)
{
    char name[64];
    const char *const also[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, also[i]);
        (void)unlink(name);
    }
}

struct backend *connection_made(const char *path, const struct secret *key)
{
    struct backend *b = NULL;
    connection_forget(path);
    if (!sqlite_backend_open(&b, path, key, BACKEND_CREATE, &e)) fail_msg("%s: %s", e.id, e.msg);
    return b;
}

struct backend *connection_opened(const char *path, const struct secret *key,
                                  enum backend_mode mode)
{
    struct backend *b = NULL;
    if (!sqlite_backend_open(&b, path, key, mode, &e)) fail_msg("%s: %s", e.id, e.msg);
    return b;
}

void connection_refused(const char *path, const struct secret *with, enum backend_mode mode,
                        enum err_code code, const char *id)
{
    struct backend *b = NULL;
    assert_false(sqlite_backend_open(&b, path, with, mode, &e));
    assert_null(b);
    assert_int_equal(e.code, code);
    assert_string_equal(e.id, id);
}

void connection_add(struct backend *b, const char *code, const char *name)
{
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_ADD);
    query_bind_text(&q, ":code", text_of(code));
    query_bind_text(&q, ":type", TEXT("police"));
    query_bind_text(&q, "name", text_of(name));
    query_bind_int(&q, ":added_at", 1700000000);
    if (!query_run(&q, &e)) fail_msg("%s: %s", e.id, e.msg);
}

int64_t connection_count(struct backend *b)
{
    struct query q;
    int64_t n = 0;
    (void)query_begin(&q, b, SQL_ORGANISATION_LIST);
    while (query_next(&q)) n++;
    if (!query_end(&q, &e)) fail_msg("%s: %s", e.id, e.msg);
    return n;
}

void connection_begin(struct backend *b, bool write)
{
    if (!backend_begin(b, write, &e)) fail_msg("%s: %s", e.id, e.msg);
}

void connection_commit(struct backend *b)
{
    if (!backend_commit(b, &e)) fail_msg("%s: %s", e.id, e.msg);
}

/* Shannon entropy of the bytes, in bits for a byte. Of n random bytes it is near 8 - 255 / (2 n ln
 * 2). */
static double entropy(const char *p, size_t n)
{
    size_t count[256] = {0};
    double h = 0;
    for (size_t i = 0; i < n; i++) count[(unsigned char)p[i]]++;
    for (size_t i = 0; i < 256; i++)
        if (count[i] > 0) h -= (double)count[i] / (double)n * log2((double)count[i] / (double)n);
    return h;
}

void connection_is_ciphertext(const char *path, size_t from)
{
    size_t n;
    char *p = harness_read(path, &n);
    assert_true(n > from + 8192);
    assert_null(memmem(p, n, "SQLite format 3", 15));
    assert_null(memmem(p, n, CONNECTION_CANARY, 20));
    assert_null(memmem(p, n, "organisation", 12));
    assert_null(memmem(p, n, "CREATE", 6));
    /* 8192 random bytes: 7.977; plain pages of tables stay below 7. */
    for (size_t at = from; at + 8192 <= n; at += 8192 + from % 8192)
        assert_true(entropy(p + at, 8192) > 7.9);
    free(p);
}

/* A process of its own, for locks are between processes. It must not inherit a connection: fork
 * before opening. The child waits for connection_child_start(). */
static int child_pipe[2];

pid_t connection_child(void)
{
    assert_int_equal(pipe(child_pipe), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    char c;
    if (child == 0 && read(child_pipe[0], &c, 1) != 1) _exit(99);
    return child;
}

void connection_child_start(void)
{
    assert_int_equal(write(child_pipe[1], "x", 1), 1);
}

void connection_child_end(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)close(child_pipe[0]);
    (void)close(child_pipe[1]);
}
