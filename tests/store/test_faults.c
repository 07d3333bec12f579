/* SPDX-License-Identifier: EUPL-1.2 */
/* The disk fails under the store. The calls that SQLite makes are ours in this program: each of
 * them in turn fails.
 *  1 every call fails once, or from then on, with an input/output error or for want of space (S87)
 *  2 a commit that failed in the disk: nothing is acknowledged any more (S87)
 *  3 a full disk: reading goes on, writing goes on when there is space again (S85)
 *  4 the same as 1 under a run of linkage: it is there as a whole with its decisions and persons,
 *  or
 *    nothing of it is (S87) */
#include "harness.h"

#include "base/buf.h"
#include "base/file.h"
#include "store/backend.h"
#include "store/link_decision.h"
#include "store/person.h"
#include "store/store.h"
#include "store_data.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- the calls ---- */

/* Not static: the fortified pread() of the system's header is an inline function with a name for
 * others. */
struct {
    uint64_t count, fail_at; /* 0: never */
    bool forever;
    int error; /* errno */
    bool only_fsync;
} fault;

bool fails(bool is_fsync);
bool fails(bool is_fsync)
{
    if (fault.only_fsync && !is_fsync) return false;
    uint64_t n = ++fault.count;
    if (fault.fail_at == 0 || n < fault.fail_at || (n > fault.fail_at && !fault.forever))
        return false;
    errno = fault.error;
    return true;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t pread(int fd, void *p, size_t n, off_t at);
int fsync(int fd);
int fdatasync(int fd);
int ftruncate(int fd, off_t n);

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    if (!fails(false)) return syscall(SYS_pwrite64, fd, p, n, at);
    if (n < 1000) return -1;
    int why = errno; /* half of it got to the disk */
    (void)syscall(SYS_pwrite64, fd, p, n / 2, at);
    errno = why;
    return -1;
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
    return fault.error != ENOSPC && fails(false) ? -1 : syscall(SYS_pread64, fd, p, n, at);
}

int fsync(int fd)
{
    return fails(true) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails(true) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t n)
{
    return fails(false) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

static void no_faults(void)
{
    memset(&fault, 0, sizeof fault);
}

/* ---- */

static struct err e;

enum { BEFORE = 40, BATCH = 300 };

static void sound(struct store *st)
{
    struct buf out;
    size_t n_problem;
    buf_init(&out, 1 << 16);
    if (!backend_check(store_backend(st), &out, &n_problem, &e)) fail_msg("%s", e.msg);
    if (n_problem > 0) fail_msg("%s", out.p);
    buf_release(&out);
}

static void copy_repository(const char *from, const char *to)
{
    struct file_names names;
    store_data_remove(to);
    assert_int_equal(mkdir(to, 0700), 0);
    assert_true(folder_list(&names, from, &e));
    for (size_t i = 0; i < names.n; i++) {
        char a[200], b[200];
        size_t n;
        snprintf(a, sizeof a, "%s/%s", from, names.name[i]);
        snprintf(b, sizeof b, "%s/%s", to, names.name[i]);
        char *p = harness_read(a, &n);
        harness_write(b, p, n);
        assert_int_equal(chmod(b, 0600), 0);
        free(p);
    }
    file_names_free(&names);
}

/* Open, import, commit, close: true when the import was acknowledged. */
static bool work(void)
{
    struct store *st = NULL;
    struct batch_result r;
    bool acknowledged = false;
    if (!store_open(&st, "w", store_data_unlock(), false, &e)) return false;
    if (store_use_dictionary(st, store_data_dictionary(), &e) && store_begin(st, true, &e)) {
        acknowledged = store_data_put(&r, st, 1, 0, BATCH, 1, false, &e) && store_commit(st, &e);
        if (!acknowledged) store_rollback(st);
    }
    store_close(st);
    return acknowledged;
}

/* After whatever happened: sound, and the batch is there as a whole or not at all. */
static void check(uint64_t at, bool acknowledged)
{
    struct store *st = store_data_open("w", false);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct batch *list;
    int64_t n_record;
    size_t n;
    sound(st);
    assert_true(store_record_count(&n_record, st, FORM_NONE, &e));
    assert_true(store_batch_list(&list, &n, st, a, &e));
    bool there = n == 2;
    if (acknowledged && !there)
        fail_msg("call %llu: the acknowledged batch is lost", (unsigned long long)at);
    assert_int_equal(n_record, there ? BATCH : BEFORE);
    assert_int_equal(n, there ? 2 : 1);
    for (size_t i = 0; i < n; i++) {
        uint8_t digest[32];
        assert_true(store_batch_digest(digest, st, list[i].batch_no, &e));
        assert_memory_equal(digest, list[i].digest, 32);
    }
    struct batch_result r = store_data_import(st, 1, 0, BATCH, 1); /* and it can be done again */
    assert_int_equal(r.n[PUT_SAME], there ? BATCH : 0);
    arena_free(a);
    store_close(st);
}

static void faults_1_every_call(void **state) /* S87 */
{
    (void)state;
    struct store *st = store_data_make("base");
    (void)store_data_import(st, 1, 0, BEFORE, 0);
    store_close(st);
    const struct {
        int error;
        bool forever;
    } kind[] = {{EIO, false}, {EIO, true}, {ENOSPC, false}, {ENOSPC, true}};
    uint64_t step = harness_sanitized() ? 7 : 1, refused = 0;
    for (size_t k = 0; k < sizeof kind / sizeof kind[0]; k++) {
        for (uint64_t at = 1 + k % step;; at += step) {
            copy_repository("base", "w");
            no_faults();
            fault.fail_at = at;
            fault.error = kind[k].error;
            fault.forever = kind[k].forever;
            bool acknowledged = work();
            uint64_t reached = fault.count;
            no_faults();
            check(at, acknowledged);
            refused += !acknowledged;
            if (reached < at) break;
        }
    }
    assert_true(refused > (harness_sanitized() ? 10 : 100));
}

static void faults_2_a_commit_that_failed(void **state) /* S87 */
{
    (void)state;
    copy_repository("base", "w");
    struct store *st = store_data_open("w", false);
    struct batch_result r;
    int64_t n;
    assert_true(store_begin(st, true, &e));
    assert_true(store_data_put(&r, st, 1, 0, BATCH, 1, false, &e));
    no_faults();
    fault.only_fsync = true;
    fault.fail_at = 1;
    fault.error = EIO;
    assert_false(store_commit(st, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "store.io");
    no_faults();
    /* Nobody knows what the disk holds: no further write through this handle, reading goes on. */
    assert_false(store_begin(st, true, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "store.failed");
    assert_true(strlen(e.remedy) > 0);
    assert_true(store_record_count(&n, st, FORM_NONE, &e));
    assert_int_equal(n, BEFORE);
    store_close(st);
    check(0, false);
}

static void faults_3_a_full_disk(void **state) /* S85 */
{
    (void)state;
    copy_repository("base", "w");
    struct store *st = store_data_open("w", false);
    struct batch_result r;
    int64_t n;
    for (int pass = 0; pass < 3; pass++) {
        no_faults();
        fault.fail_at = 1;
        fault.forever = true;
        fault.error = ENOSPC;
        bool ok = store_begin(st, true, &e) && store_data_put(&r, st, 1, 0, BATCH, 1, false, &e) &&
                  store_commit(st, &e);
        no_faults();
        assert_false(ok);
        assert_int_equal(e.code, ERR_SYSTEM);
        assert_string_equal(e.id, "store.full");
        store_rollback(st);
        assert_true(store_record_count(&n, st, FORM_NONE, &e));
        assert_int_equal(n, BEFORE);
    }
    r = store_data_import(st, 1, 0, BATCH, 1); /* the same handle */
    assert_int_equal(r.n[PUT_CHANGED], BEFORE);
    assert_int_equal(r.n[PUT_NEW], BATCH - BEFORE);
    sound(st);
    store_close(st);
}

static bool link_all(struct store *st)
{
    const struct link_run_start start = {.form = dictionary_form(store_data_dictionary(),
                                                                 TEXT("victim")),
                                         .actor = "eva",
                                         .model = TEXT("{}"),
                                         .lower = 2,
                                         .upper = 8,
                                         .last_record = BEFORE};
    struct link_proposal pair[BEFORE / 2];
    struct link_automatic d[BEFORE / 2];
    struct link_bulk_result r;
    int64_t run_no;
    for (uint64_t i = 0; i < BEFORE / 2; i++) {
        pair[i] = (struct link_proposal){2 * i + 1, 2 * i + 2, 9, TEXT("[]")};
        d[i] = (struct link_automatic){2 * i + 1, 2 * i + 2, LINK_VERDICT_SAME, 9};
    }
    return link_run_begin(&run_no, st, &start, &e) &&
           link_run_add(NULL, st, run_no, pair, BEFORE / 2, &e) &&
           link_decide_bulk(&r, st, run_no, d, BEFORE / 2, "engine", &e) &&
           link_run_finish(st, run_no, &e);
}

static bool link_work(void)
{
    struct store *st = NULL;
    bool acknowledged = false;
    if (!store_open(&st, "w", store_data_unlock(), false, &e)) return false;
    if (store_use_dictionary(st, store_data_dictionary(), &e) && store_begin(st, true, &e)) {
        acknowledged = link_all(st) && store_commit(st, &e);
        if (!acknowledged) store_rollback(st);
    }
    store_close(st);
    return acknowledged;
}

static void check_links(uint64_t at, bool acknowledged)
{
    struct store *st = store_data_open("w", false);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct link_run *list;
    int64_t n_wrong;
    uint64_t person;
    size_t n;
    sound(st);
    assert_true(link_run_list(&list, &n, st, FORM_NONE, 10, a, &e));
    if (acknowledged && n != 1)
        fail_msg("call %llu: the acknowledged run is lost", (unsigned long long)at);
    assert_true(n <= 1);
    struct link_run counted;
    if (n == 1) assert_true(link_run_get(&counted, st, list[0].run_no, a, &e));
    if (n == 1) assert_int_equal(counted.n_in_force, BEFORE / 2);
    assert_true(person_check(&n_wrong, st, &e));
    assert_int_equal(n_wrong, 0);
    assert_true(person_of_record(&person, st, 2, &e));
    assert_int_equal(person, n == 1 ? 1 : 2);
    arena_free(a);
    store_close(st);
}

static void faults_4_linkage(void **state) /* S87 */
{
    (void)state;
    const int error[] = {EIO, ENOSPC};
    uint64_t step = harness_sanitized() ? 11 : 4, refused = 0;
    for (size_t k = 0; k < 4; k++) {
        for (uint64_t at = 1 + k % step;; at += step) {
            copy_repository("base", "w");
            no_faults();
            fault.fail_at = at;
            fault.error = error[k / 2];
            fault.forever = k % 2 == 1;
            bool acknowledged = link_work();
            uint64_t reached = fault.count;
            no_faults();
            check_links(at, acknowledged);
            refused += !acknowledged;
            if (reached < at) break;
        }
    }
    assert_true(refused > 10);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_1_every_call),
        cmocka_unit_test(faults_2_a_commit_that_failed),
        cmocka_unit_test(faults_3_a_full_disk),
        cmocka_unit_test(faults_4_linkage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
