/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/backup.c
 *  1 what is made
 *  2 while others write (S96)
 *  3 what is refused, and leaves nothing
 *  4 nothing to read in it (S15)
 *  5 a full disk (S85)
 *  6 speed: the drill (S98) */
#include "harness.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "raw.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store_data.h"
#include "vault.h"

static int setup(void **state)
{
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    return 0;
}

static void test_1_made(void **state)
{
    (void)state;
    struct store *st = vault_make("made", 40);
    struct backup_report r;
    struct audit_report a;
    struct stat s;
    int64_t before = instant_now();
    struct err e;

    int n = vault_entries(".");
    if (!backup_make(&r, st, "made.backup", &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_int_equal(vault_entries("."), n + 1); /* the file, and no folder that was worked in */
    assert_int_equal(stat("made.backup", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_int_equal(r.bytes, s.st_size);
    assert_in_range(r.made_at, before, instant_now());
    assert_int_equal(r.n_record, 50); /* 40, and 10 more by the second batch (20..49) */
    assert_int_equal(r.n_audit, 3);
    assert_true(
        audit_verify(&a, st, text_of(r.checkpoint), NULL)); /* its checkpoint is an anchor */
    assert_int_equal(a.first_bad, 0);
    assert_non_null(strstr(r.checkpoint, "\n3\n"));
    store_close(st);

    st = store_data_open("made", true); /* one that is open for reading only */
    assert_true(backup_make(&r, st, "made.2", NULL));
    assert_true(backup_verify(&r, "made.2", store_data_unlock(), NULL));
    store_close(st);
}

/* S96: a writer that goes on meanwhile never waits for long, and the backup is one state. */
static void test_2_while_others_write(void **state)
{
    (void)state;
    struct store *st = vault_make("busy", 3000);
    struct backup_report r, verified;
    struct err e;
    int pipe_fd[2];

    assert_int_equal(pipe(pipe_fd), 0);
    store_close(st);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        double longest = 0;
        st = store_data_open("busy", false);
        for (int i = 0; i < 60; i++) {
            double t = harness_seconds();
            bool ok = store_begin(st, true, NULL);
            double waited = harness_seconds() - t;
            if (waited > longest) longest = waited;
            ok = ok && audit_append(st, &(struct audit_event){.action = AUDIT_TABLE}, NULL, NULL) &&
                 store_commit(st, NULL);
            if (!ok) _exit(1);
            (void)usleep(3000);
        }
        store_close(st);
        _exit(write(pipe_fd[1], &longest, sizeof longest) == (ssize_t)sizeof longest ? 0 : 1);
    }
    st = store_data_open("busy", false);
    char path[40];
    int made = 0, status = -1;
    pid_t done = 0;
    while (done == 0) {
        (void)snprintf(path, sizeof path, "busy.%d", made++);
        if (!backup_make(&r, st, path, &e)) fail_msg("%s: %s", e.id, e.msg);
        if (!backup_verify(&verified, path, store_data_unlock(), &e))
            fail_msg("%s: %s", e.id, e.msg);
        assert_int_equal(verified.n_audit, r.n_audit);
        assert_string_equal(verified.checkpoint, r.checkpoint);
        assert_int_equal(unlink(path), 0);
        done = waitpid(child, &status, WNOHANG);
    }
    assert_int_equal(status, 0);
    double longest = 9;
    assert_int_equal(read(pipe_fd[0], &longest, sizeof longest), sizeof longest);
    print_message("%d backups meanwhile; a writer waited %.1f ms at most\n", made, longest * 1e3);
    if (!harness_sanitized()) assert_true(longest < 0.05);
    store_close(st);
}

static void fails(struct store *st, const char *path, const char *id)
{
    struct backup_report r;
    struct err e = {0};
    int n = vault_entries(".");
    assert_false(backup_make(&r, st, path, &e));
    assert_string_equal(e.id, id);
    assert_int_not_equal(e.msg[0], 0);
    assert_int_equal(r.bytes, 0);
    assert_int_equal(vault_entries("."), n);
}

static void test_3_refused(void **state)
{
    (void)state;
    struct store *st = vault_make("refused", 10);

    harness_write_text("there", "precious");
    fails(st, "there", "backup.exists");
    char *kept = harness_read("there", NULL);
    assert_string_equal(kept, "precious");
    free(kept);
    fails(st, "no/such/folder/x", "work_folder.make");
    assert_true(store_begin(st, true, NULL));
    fails(st, "inside", "store.copy");
    store_rollback(st);

    assert_int_equal(symlink("/etc/hostname", "refused/dictionary/link"), 0);
    fails(st, "link", "tree.not_regular");
    assert_int_equal(unlink("refused/dictionary/link"), 0);
    harness_write_text("refused/dictionary/new\nline", "x");
    fails(st, "name", "backup.name");
    assert_int_equal(unlink("refused/dictionary/new\nline"), 0);
    /* The keyring is the one that was opened; another one meanwhile, or none, is noticed. */
    struct store *second = store_data_open("refused", false);
    struct secret *code = NULL;
    assert_true(keyring_add(store_keyring(second), SLOT_RECOVERY, NULL, TEXT(""), &code, NULL));
    fails(st, "keyring", "keyring.changed");
    secret_free(code);
    store_close(st);
    /* S96: without a recovery slot nobody could open it. */
    for (uint32_t slot = 2; keyring_backup_recipients(store_keyring(second), NULL, 0) > 0; slot++)
        (void)!keyring_remove(store_keyring(second), slot, NULL);
    fails(second, "nobody", "backup.no_recovery_slot");
    st = second;
    assert_true(keyring_add(store_keyring(st), SLOT_RECOVERY, NULL, TEXT(""), &code, NULL));
    secret_free(code);

    /* A log that does not hold: no backup that could not be verified. */
    struct raw *raw = raw_open("refused/database", keyring_key(store_keyring(st), KEY_DATABASE));
    raw_drop_triggers(raw);
    raw_run(raw, "DELETE FROM audit_entry WHERE sequence = 3");
    raw_close(raw);
    fails(st, "log", "audit.damaged");
    store_close(st);
}

/* S15, L07: nothing of a case, of the dictionary or of a key can be read in it. */
static void test_4_nothing_to_read(void **state)
{
    (void)state;
    struct store *st = vault_make("secret", 30);
    struct backup_report r;
    size_t n, n_key;
    static const char *const canaries[] = {"CANARY",    "FAMILY",     "note of variant",
                                           "GNR",       "local:ana",  "CL_SEX",
                                           "list_name", "dictionary", "SQLite",
                                           "manifest",  "R0000"};

    assert_true(backup_make(&r, st, "secret.backup", NULL));
    char *bytes = harness_read("secret.backup", &n), *key = harness_read("key-file", &n_key);
    for (size_t i = 0; i < sizeof canaries / sizeof canaries[0]; i++)
        if (memmem(bytes, n, canaries[i], strlen(canaries[i])) != NULL)
            fail_msg("%s is in it", canaries[i]);
    assert_null(memmem(bytes, n, key, 8));
    for (int u = 0; u < KEY_COUNT; u++)
        assert_null(
            memmem(bytes, n, secret_bytes(keyring_key(store_keyring(st), (enum key_use)u)), 8));
    free(bytes);
    free(key);
    store_close(st);
}

static void test_5_full_disk(void **state)
{
    (void)state;
    struct store *st = vault_make("full", 200);
    struct rlimit limit, small;
    struct backup_report r;
    struct err e = {0};
    static const rlim_t sizes[] = {0, 4096, 20000, 60000, 120000};

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    int n = vault_entries(".");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        small = limit;
        small.rlim_cur = sizes[i];
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        bool ok = backup_make(&r, st, "full.backup", &e);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_false(ok);
        assert_true(e.code == ERR_SYSTEM || e.code == ERR_STORE);
        assert_int_equal(vault_entries("."), n);
    }
    assert_true(backup_make(&r, st, "full.backup", &e)); /* and goes on when there is room */
    store_close(st);
}

/* S98: the drill. 40,000 records make 26 MB; DCIM_DRILL_RECORDS=150000 makes 100 MB, 1500000 a
 * GB. */
static void test_6_speed(void **state)
{
    (void)state;
    const char *more = getenv("DCIM_DRILL_RECORDS");
    int n = more != NULL ? (int)strtol(more, NULL, 10) : harness_sanitized() ? 500 : 40000;
    struct store *st = vault_make("speed", n);
    uint8_t before[32], after[32];
    struct backup_report r;
    struct err e;
    double t0 = harness_seconds();
    if (!backup_make(&r, st, "speed.backup", &e)) fail_msg("%s", e.msg);
    double t1 = harness_seconds();
    if (!backup_verify(&r, "speed.backup", store_data_unlock(), &e)) fail_msg("%s", e.msg);
    double t2 = harness_seconds();
    if (!backup_restore(&r, "speed.backup", "speed.restored", store_data_unlock(),
                        (struct text){NULL, 0}, false, &e))
        fail_msg("%s", e.msg);
    double t3 = harness_seconds(), mb = (double)r.bytes / 1e6;
    if (more != NULL && n <= 200000) { /* every version of every record; takes ten times as long */
        vault_fingerprint(before, st);
        store_close(st);
        st = store_data_open("speed.restored", true);
        vault_fingerprint(after, st);
        assert_memory_equal(before, after, sizeof before);
    }
    print_message("%.1f MB restored in %.1f s\n", mb, t3 - t2);
    print_message("%.1f MB: make %.0f MB/s, verify %.0f MB/s, restore %.0f MB/s\n", mb,
                  mb / (t1 - t0), mb / (t2 - t1), mb / (t3 - t2));
    /* S98: 1 GB in under 30 minutes is 0.6 MB/s; the target is 10 minutes. */
    if (!harness_sanitized()) assert_true(mb / (t3 - t2) > 1.7);
    store_close(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_made),      cmocka_unit_test(test_2_while_others_write),
        cmocka_unit_test(test_3_refused),   cmocka_unit_test(test_4_nothing_to_read),
        cmocka_unit_test(test_5_full_disk), cmocka_unit_test(test_6_speed),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
