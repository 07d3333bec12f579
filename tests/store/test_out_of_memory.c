/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory runs out under the database: malloc and its kin are ours in this program, and each call of
 * our code and of SQLCipher's in turn fails (not those of OpenSSL, which crashes when its own start
 * finds none).
 *  1 making a database: what is left is no file or ciphertext (S11)
 *  2 opening, writing and reading one: an error or an orderly end, and the file is as it was
 *  (S88) */
#include "harness.h"

#include "base/crypto.h"
#include "store/backend.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the calls; glibc's own under their other names ---- */

#if !defined(__SANITIZE_ADDRESS__)
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
#define CAN_FAIL 1

static volatile uint64_t n_call, fail_at;
static volatile bool forever;

extern const char __executable_start[],
    etext[]; /* the linker's: the code of this program, without shared libraries */

static bool fails(const void *caller)
{
    if (fail_at == 0 || (const char *)caller < __executable_start || (const char *)caller >= etext)
        return false;
    uint64_t n = ++n_call;
    if (n < fail_at || (n > fail_at && !forever)) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}
#else
#define CAN_FAIL 0 /* the sanitizer has its own */
static volatile uint64_t n_call, fail_at;
static volatile bool forever;
#endif

static struct secret *key;

enum { DONE = 0, REFUSED = 20, ENDED = 5 /* mem.c */ };

static int make(void)
{
    struct err e;
    struct backend *b = NULL;
    if (!sqlite_backend_open(&b, "m.db", key, BACKEND_CREATE, &e)) return REFUSED;
    fail_at = 0;
    backend_close(b);
    return DONE;
}

static int use(void)
{
    struct err e;
    struct backend *b = NULL;
    struct query q;
    int64_t n = 0;
    if (!sqlite_backend_open(&b, "m.db", key, BACKEND_WRITE, &e)) return REFUSED;
    bool ok = backend_begin(b, true, &e);
    if (ok) {
        (void)query_begin(&q, b, SQL_ORGANISATION_ADD);
        query_bind_text(&q, "code", TEXT("A"));
        query_bind_text(&q, "type", TEXT("10"));
        query_bind_text(&q, "name", TEXT("A name"));
        query_bind_int(&q, "added_at", 1);
        ok = query_run(&q, &e);
        (void)query_begin(&q, b, SQL_ORGANISATION_LIST);
        while (query_next(&q)) n++;
        ok = query_end(&q, &e) && ok;
        if (ok && n != 1) return 21;
        if (ok) ok = backend_commit(b, &e);
        else backend_rollback(b);
    }
    fail_at = 0;
    backend_close(b);
    return ok ? DONE : REFUSED;
}

/* In a child, for memory that is not to be had may end the process; how it ended. */
static int run(int (*fn)(void), uint64_t at, bool for_ever)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(98);
        const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE,
                               SIGILL}; /* cmocka's handlers would go on */
        for (size_t i = 0; i < 5; i++) (void)signal(signals[i], SIG_DFL);
        n_call = 0;
        forever = for_ever;
        fail_at = at;
        int status = fn();
        fail_at = 0;
        _exit(status);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        fail_msg("allocation %llu: signal %d", (unsigned long long)at, WTERMSIG(status));
    return WEXITSTATUS(status);
}

static void forget(void)
{
    (void)unlink("m.db");
    (void)unlink("m.db-wal");
    (void)unlink("m.db-shm");
}

static void no_plain_text(const char *path, uint64_t at)
{
    if (!harness_exists(path)) return;
    size_t n;
    char *p = harness_read(path, &n);
    const char *const plain[] = {"SQLite format 3", "CREATE TABLE", "organisation", "A name"};
    for (size_t i = 0; i < 4; i++)
        if (memmem(p, n, plain[i], strlen(plain[i])) != NULL)
            fail_msg("allocation %llu: '%s' is in %s", (unsigned long long)at, plain[i], path);
    free(p);
}

/* Every allocation in turn, up to the first that is never reached. */
static void every_allocation(int (*fn)(void), bool start_from_none)
{
    size_t ended[2] = {0}, n = 0;
    char *made = NULL;
    if (!start_from_none) {
        forget();
        assert_int_equal(run(make, 0, false), DONE);
        made = harness_read("m.db", &n);
    }
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        uint64_t at = 1;
        /* All of the first, then ever more apart: the later ones are in the same few places again
         * and again. */
        for (; at < 1000000; at += 1 + at / 25) {
            forget();
            if (made != NULL) harness_write("m.db", made, n);
            int status = run(fn, at, for_ever);
            assert_true(status == DONE || status == REFUSED || status == ENDED);
            no_plain_text("m.db", at);
            no_plain_text("m.db-wal", at);
            if (status == REFUSED && made == NULL) assert_false(harness_exists("m.db"));
            if (made != NULL && status != DONE && at % 5 == 0)
                assert_int_equal(run(use, 0, false), DONE);
            ended[for_ever] += status != DONE;
            if (status == DONE && for_ever)
                break; /* what fails for ever is not got over: it was not reached */
        }
        assert_true(at > 100);
    }
    assert_true(ended[0] > 20 && ended[1] > 20);
    free(made);
}

static void out_of_memory_1_making(void **state) /* S11 */
{
    (void)state;
    if (!CAN_FAIL) skip();
    every_allocation(make, true);
}

static void out_of_memory_2_using(void **state) /* S88 */
{
    (void)state;
    if (!CAN_FAIL) skip();
    every_allocation(use, false);
}

int main(void)
{
    uint8_t bytes[CRYPTO_KEY] = {42};
    crypto_start();
    key = secret_copy(bytes, sizeof bytes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_memory_1_making),
        cmocka_unit_test(out_of_memory_2_using),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    secret_free(key);
    return failed;
}
