/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/backup_restore.c
 *  1 the drill: no difference, also for a new process (S98)
 *  2 any flipped bit fails (S97)
 *  3 cut, appended, swapped
 *  4 who may open it
 *  5 anchors: no silent rollback (S98)
 *  6 targets, and nothing left behind (S85)
 *  7 forged by one who has the public key
 *  8 life goes on */
#include "harness.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/random.h"
#include "raw.h"
#include "store/archive.h"
#include "store/audit.h"
#include "store/backend.h"
#include "store/backup.h"
#include "store/backup_container.h"
#include "store/backup_manifest.h"
#include "store_data.h"
#include "vault.h"

static const struct text no_anchor = {NULL, 0};

static int setup(void **state)
{
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    return setenv("DCIM_INSECURE_KDF", "1", 1);
}

static void make(struct store *st, const char *path)
{
    struct backup_report r;
    struct err e;
    (void)unlink(path);
    if (!backup_make(&r, st, path, &e)) fail_msg("%s: %s", e.id, e.msg);
}

static void restore(const char *path, const char *folder)
{
    struct backup_report r;
    struct err e;
    if (!backup_restore(&r, path, folder, store_data_unlock(), no_anchor, false, &e))
        fail_msg("%s: %s", e.id, e.msg);
}

/* Does not restore, for this reason, and leaves nothing; NULL: for whatever reason. */
static void restores_not(const char *path, const struct unlock *u, const char *id)
{
    struct backup_report r;
    struct err e = {0};
    int n = vault_entries(".");
    if (backup_restore(&r, path, "never", u, no_anchor, true, &e))
        fail_msg("%s was restored", path);
    if (id != NULL) assert_string_equal(e.id, id);
    assert_true(e.code == ERR_STORE || e.code == ERR_DENIED || e.code == ERR_INPUT);
    assert_int_not_equal(e.remedy[0], 0);
    assert_int_equal(r.bytes, 0);
    assert_false(harness_exists("never"));
    assert_int_equal(vault_entries("."), n);
}

static bool verifies(const char *path)
{
    struct backup_report r;
    struct err e = {0};
    int n = vault_entries(".");
    bool ok = backup_verify(&r, path, store_data_unlock(), &e);
    assert_int_equal(vault_entries("."), n);
    if (!ok) {
        assert_true(e.code == ERR_STORE || e.code == ERR_DENIED);
        assert_int_equal(r.bytes, 0);
    }
    return ok;
}

static void test_1_drill(void **state)
{
    (void)state;
    struct store *st = vault_make("drill", 60);
    struct stat s;
    uint8_t before[32], after[32];
    struct backup_report r;
    struct err e;

    vault_fingerprint(before, st);
    make(st, "drill.backup");
    store_close(st);
    if (!backup_restore(&r, "drill.backup", "restored", store_data_unlock(), no_anchor, false, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(r.n_record, 75);
    assert_int_equal(r.n_audit, 3);

    pid_t child = fork(); /* another process opens it */
    assert_true(child >= 0);
    if (child == 0) {
        st = store_data_open("restored", false);
        vault_fingerprint(after, st);
        struct audit_report a;
        bool ok = memcmp(before, after, 32) == 0 &&
                  audit_verify(&a, st, text_of(r.checkpoint), NULL) && a.first_bad == 0;
        store_close(st);
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    static const char *const files[] = {"restored/database", "restored/keyring",
                                        "restored/keyring.copy",
                                        "restored/dictionary/packs/pt/empty.csv"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(stat(files[i], &s), 0);
        assert_int_equal(s.st_mode & 0777, 0600);
    }
    assert_int_equal(stat("restored", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(stat("restored/dictionary/packs", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(vault_entries("restored"), 4); /* database, keyring, its copy, dictionary */
}

static void test_2_every_bit(void **state)
{
    (void)state;
    enum { RANDOM = 500 };
    struct store *st = vault_make("bits", 20);
    struct random random;
    size_t n;

    make(st, "bits.backup");
    store_close(st);
    char *p = harness_read("bits.backup", &n);
    size_t keyring_n = (uint8_t)p[12] | (size_t)(uint8_t)p[13] << 8,
           chunks = 16 + keyring_n + 84 + 24;
    random_init(&random, 97);
    size_t n_flip = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        /* Structure: the head, a bit of every byte; of each chunk the first and last bytes and its
         * tag byte; the end. */
        bool head = i < chunks,
             edge = i >= chunks && ((i - chunks) % 65553 < 2 || (i - chunks) % 65553 > 65550);
        if (!head && !edge && i + 40 < n) continue;
        at = i * 8 + random_below(&random, 8);
        p[at / 8] = (char)(p[at / 8] ^ (1 << at % 8));
        harness_write("bits.backup", p, n);
        if (verifies("bits.backup")) fail_msg("a flipped bit at byte %zu was not found", i);
        p[at / 8] = (char)(p[at / 8] ^ (1 << at % 8));
        n_flip++;
    }
    for (int i = 0; i < RANDOM; i++) {
        at = random_below(&random, n * 8);
        p[at / 8] = (char)(p[at / 8] ^ (1 << at % 8));
        harness_write("bits.backup", p, n);
        if (verifies("bits.backup")) fail_msg("a flipped bit at byte %zu was not found", at / 8);
        p[at / 8] = (char)(p[at / 8] ^ (1 << at % 8));
    }
    harness_write("bits.backup", p, n);
    assert_true(verifies("bits.backup"));
    assert_true(n_flip > chunks);
    free(p);
}

static void test_3_cut(void **state)
{
    (void)state;
    struct store *st = vault_make("cut", 20), *other = NULL;
    struct random random;
    size_t n, m;

    make(st, "cut.backup");
    make(st, "again.backup");
    store_close(st);
    char *p = harness_read("cut.backup", &n), *q = harness_read("again.backup", &m);
    random_init(&random, 3);
    for (int i = 0; i < 60; i++) {
        harness_write("x", p, i == 0 ? n - 1 : (size_t)random_below(&random, n));
        restores_not("x", store_data_unlock(), NULL);
    }
    char *longer = malloc(n + 100);
    assert_non_null(longer);
    memcpy(longer, p, n);
    memset(longer + n, 0, 100);
    for (size_t extra = 1; extra < 100; extra += 33) {
        harness_write("x", longer, n + extra);
        restores_not("x", store_data_unlock(), "backup.damaged");
    }
    /* The keyring of another backup, though of the same repository: with a slot more, the manifest
     * finds it. */
    size_t keyring_n = (uint8_t)p[12] | (size_t)(uint8_t)p[13] << 8;
    other = store_data_open("cut", false);
    struct secret *code = NULL;
    assert_true(keyring_add(store_keyring(other), SLOT_RECOVERY, NULL, TEXT(""), &code, NULL));
    secret_free(code);
    store_close(other);
    size_t k;
    char *keyring = harness_read("cut/keyring", &k);
    struct buf b;
    buf_init(&b, n + k);
    buf_put(&b, p, 12);
    buf_put_u32le(&b, (uint32_t)k);
    buf_put(&b, keyring, k);
    buf_put(&b, p + 16 + keyring_n, n - 16 - keyring_n);
    harness_write("x", b.p, b.n);
    restores_not("x", store_data_unlock(), "backup.damaged");
    /* Head and chunks of two backups of the same state. */
    memcpy(q + 16 + keyring_n + 108, p + 16 + keyring_n + 108,
           (n < m ? n : m) - 16 - keyring_n - 108);
    harness_write("x", q, m);
    restores_not("x", store_data_unlock(), "backup.damaged");
    buf_release(&b);
    free(p);
    free(q);
    free(longer);
    free(keyring);
}

static void test_4_who(void **state)
{
    (void)state;
    struct store *st = vault_make("who", 10);
    struct secret *code = NULL, *wrong, *passphrase = secret_copy("of the officer", 14);
    struct backup_report r;
    struct err e;

    assert_true(keyring_add(store_keyring(st), SLOT_RECOVERY, NULL, TEXT("safe"), &code, &e));
    assert_true(keyring_add(store_keyring(st), SLOT_PASSPHRASE,
                            &(struct unlock){.passphrase = passphrase}, TEXT(""), NULL, &e));
    make(st, "who.backup");
    store_close(st);
    assert_true(backup_verify(&r, "who.backup", &(struct unlock){.recovery = code}, &e));
    assert_true(backup_verify(&r, "who.backup", store_data_unlock(), &e)); /* the other code */
    /* S96: what opens the repository every day does not open its backups. */
    restores_not("who.backup", &(struct unlock){.passphrase = passphrase}, "backup.recovery_only");
    restores_not("who.backup", &(struct unlock){.key_file = "key-file"}, "backup.recovery_only");
    st = store_data_open("who", false); /* a slot that is removed opens no later backup */
    assert_true(keyring_remove(store_keyring(st), 3, &e));
    make(st, "later.backup");
    store_close(st);
    restores_not("later.backup", &(struct unlock){.recovery = code}, "keyring.wrong_secret");
    assert_true(backup_verify(&r, "who.backup", &(struct unlock){.recovery = code}, &e));
    wrong = secret_copy("of nobody", 9);
    restores_not("who.backup", &(struct unlock){.passphrase = wrong}, "keyring.wrong_secret");
    restores_not("who.backup", &(struct unlock){0}, NULL);

    /* Another repository's key file. */
    struct keyring *k = NULL;
    assert_true(keyring_create(&k, "other-keyring", &(struct unlock){.key_file = "other-key"}, &e));
    keyring_close(k);
    restores_not("who.backup", &(struct unlock){.key_file = "other-key"}, "keyring.wrong_secret");
    restores_not("who", store_data_unlock(), NULL); /* a folder */
    restores_not("key-file", store_data_unlock(), "backup.not_one");
    restores_not("missing", store_data_unlock(), "backup.unreadable");
    secret_free(code);
    secret_free(wrong);
    secret_free(passphrase);
}

static void checkpoint_of(char out[600], struct store *st)
{
    struct audit_report r;
    assert_true(audit_verify(&r, st, no_anchor, NULL));
    assert_int_equal(r.first_bad, 0);
    memcpy(out, r.checkpoint, sizeof r.checkpoint);
}

static void append(struct store *st)
{
    assert_true(store_begin(st, true, NULL));
    assert_true(audit_append(st, &(struct audit_event){.action = AUDIT_TABLE}, NULL, NULL));
    assert_true(store_commit(st, NULL));
}

static void anchored(const char *path, const char *anchor, const char *id)
{
    struct backup_report r;
    struct err e = {0};
    int n = vault_entries(".");
    bool ok = backup_restore(&r, path, "anchored", store_data_unlock(), text_of(anchor), false, &e);
    assert_int_equal(ok, id == NULL);
    if (id != NULL) {
        assert_string_equal(e.id, id);
        assert_false(harness_exists("anchored"));
        assert_int_equal(vault_entries("."), n);
    } else {
        store_data_remove("anchored/dictionary/codelists");
        store_data_remove("anchored/dictionary/packs/pt");
        store_data_remove("anchored/dictionary/packs");
        store_data_remove("anchored/dictionary");
        store_data_remove("anchored");
        assert_false(harness_exists("anchored"));
    }
}

static void test_5_anchors(void **state)
{
    (void)state;
    struct store *st = vault_make("anchors", 10), *other = vault_make("others", 10);
    struct backup_report r;
    struct err e = {0};
    char early[600], late[600], foreign[600], branch[600];

    checkpoint_of(early, st);
    checkpoint_of(foreign, other);
    make(st, "anchors.backup");
    append(st);
    checkpoint_of(late, st);
    make(st, "later.backup");
    store_close(other);

    anchored("anchors.backup", "", NULL);
    anchored("anchors.backup", early, NULL);
    anchored("later.backup", early, NULL);
    anchored("later.backup", late, NULL);
    anchored("anchors.backup", late, "backup.behind_anchor"); /* older than what was already seen */
    anchored("anchors.backup", "nonsense", "audit.anchor_unreadable");
    anchored("anchors.backup", foreign, "audit.anchor_foreign");
    store_close(st);

    /* By force, and on from there: a second history, which the late anchor does not belong to. */
    assert_true(backup_restore(&r, "anchors.backup", "branch", store_data_unlock(), text_of(late),
                               true, &e));
    st = store_data_open("branch", false);
    append(st);
    append(st);
    checkpoint_of(branch, st);
    make(st, "branch.backup");
    store_close(st);
    anchored("branch.backup", branch, NULL);
    anchored("branch.backup", early, NULL);
    anchored("branch.backup", late, "backup.behind_anchor");
    anchored("later.backup", branch, "backup.behind_anchor");
}

static void test_6_targets(void **state)
{
    (void)state;
    struct store *st = vault_make("targets", 150);
    struct backup_report r;
    struct rlimit limit, small;
    struct err e = {0};

    make(st, "targets.backup");
    store_close(st);
    assert_int_equal(mkdir("full", 0700), 0);
    harness_write_text("full/file", "mine");
    assert_false(
        backup_restore(&r, "targets.backup", "full", store_data_unlock(), no_anchor, true, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "backup.not_empty");
    assert_int_equal(vault_entries("full"), 1);
    assert_false(backup_restore(&r, "targets.backup", "full/file", store_data_unlock(), no_anchor,
                                true, &e));
    assert_int_equal(vault_entries("full"), 1);
    assert_false(backup_restore(&r, "targets.backup", "no/such/folder", store_data_unlock(),
                                no_anchor, true, &e));

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0); /* the disk is full at some point */
    for (rlim_t room = 0; room <= 60000; room += 20000) {
        small = limit;
        small.rlim_cur = room;
        int n = vault_entries(".");
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        bool ok =
            backup_restore(&r, "targets.backup", "never", store_data_unlock(), no_anchor, true, &e);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_false(ok);
        assert_int_equal(e.code, ERR_SYSTEM);
        assert_int_equal(vault_entries("."), n);
    }
    assert_int_equal(mkdir("empty", 0777),
                     0); /* an empty folder gives way; it was open to others, the new one is not */
    restore("targets.backup", "empty");
    struct stat s;
    assert_int_equal(stat("empty", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(mkdir("slash", 0700), 0);
    assert_true(
        backup_restore(&r, "targets.backup", "slash/", store_data_unlock(), no_anchor, true, &e));
}

/* ---- forgeries ---- */

struct
    forgery { /* what somebody puts together who has the repository's public key and its keyring file */
    const char *name; /* of the first file; NULL: "database" with the real one */
    bool wrong_hash, wrong_count, wrong_head, wrong_signature, no_signature, twice, manifest_first,
        extra;
    const char *raw; /* bytes of an archive instead of all that */
    size_t n_raw;
    const char *id;
};

static void add(struct buf *b, struct manifest *m, const char *name, const char *p, size_t n)
{
    archive_put_head(b, text_of(name), n);
    buf_put(b, p, n);
    if (m == NULL) return;
    struct manifest_file *f = manifest_add(m, text_of(name));
    f->bytes = n;
    crypto_hash(f->hash, sizeof f->hash, p, n, NULL);
}

static void forge(const struct forgery *f, struct store *st, const char *database,
                  size_t n_database, const struct manifest *real)
{
    struct keyring *k = store_keyring(st);
    struct container_writer *w;
    struct manifest m = *real;
    struct buf b, document, end;
    uint8_t signature[CRYPTO_SIGNATURE], other_public[CRYPTO_PUBLIC];
    struct secret *other;
    size_t n;
    uint64_t bytes;
    char *keyring = harness_read("forged/keyring", &n);
    struct backup_recipient to;
    assert_int_equal(keyring_backup_recipients(k, &to, 1), 1);

    (void)unlink("forgery");
    m.file = NULL;
    m.n_file = m.cap = 0;
    assert_true(container_create(&w, "forgery", (struct text){keyring, n}, &to, 1, NULL));
    buf_init(&b, 10 << 20);
    buf_init(&document, MANIFEST_MAX);
    buf_init(&end, 2);
    container_head(w, m.head);
    if (f->wrong_head) m.head[0] ^= 1;
    if (f->wrong_count) m.n_record++;
    add(&b, &m, f->name == NULL ? "database" : f->name, database, n_database);
    if (f->twice) add(&b, &m, "dictionary/a", "x", 1), add(&b, &m, "dictionary/a", "x", 1);
    if (f->wrong_hash) m.file[0].hash[5] ^= 1;
    manifest_write(&document, &m);
    crypto_sign_new(other_public, &other);
    manifest_sign(signature, buf_text(&document),
                  f->wrong_signature ? other : keyring_key(k, KEY_AUDIT_SIGN));
    if (f->extra) add(&b, NULL, "dictionary/extra", "x", 1);
    add(&b, NULL, MANIFEST_NAME, document.p, document.n);
    if (f->manifest_first) add(&b, NULL, "dictionary/late", "x", 1);
    if (!f->no_signature)
        add(&b, NULL, MANIFEST_SIGNATURE_NAME, (const char *)signature, sizeof signature);
    archive_put_end(&b);
    if (f->raw != NULL) container_put(w, f->raw, f->n_raw);
    else container_put(w, b.p, b.n);
    assert_true(container_finish(w, &bytes, NULL));
    secret_free(other);
    manifest_release(&m);
    buf_release(&b);
    buf_release(&document);
    free(keyring);
}

static void test_7_forged(void **state)
{
    (void)state;
    static const char escape[] = "\x0a\x00../escaped\x01\0\0\0\0\0\0\0x\0\0",
                      absolute[] = "\x0c\x00/tmp/escaped\x01\0\0\0\0\0\0\0x\0\0";
    static const struct forgery forgeries[] = {
        {.id = NULL}, /* none: the way of forging is right */
        {.wrong_signature = true, .id = "backup.damaged"},
        {.no_signature = true, .id = "backup.damaged"},
        {.wrong_hash = true, .id = "backup.damaged"},
        {.wrong_count = true, .id = "backup.damaged"},
        {.wrong_head = true, .id = "backup.damaged"},
        {.twice = true, .id = "backup.damaged"},
        {.extra = true, .id = "backup.damaged"},
        {.manifest_first = true, .id = "backup.damaged"},
        {.name = "keyring", .id = "backup.damaged"},
        {.name = "keyring.copy", .id = "backup.damaged"},
        {.name = "dictionary/x", .id = "backup.damaged"},
        {.raw = escape, .n_raw = sizeof escape - 1, .id = "archive.damaged"},
        {.raw = absolute, .n_raw = sizeof absolute - 1, .id = "archive.damaged"},
        {.raw = "\0", .n_raw = 2, .id = "backup.damaged"},
        {.raw = "", .n_raw = 0, .id = "archive.damaged"}};
    struct store *st = vault_make("forged", 10);
    struct manifest real = {.made_at = 1, .n_record = 12, .n_audit = 3};
    struct store_info info;
    struct audit_report audit;
    size_t n;

    assert_true(store_info(&info, st, NULL));
    assert_true(audit_verify(&audit, st, no_anchor, NULL));
    memcpy(real.repository_id, info.repository_id, 16);
    memcpy(real.checkpoint, audit.checkpoint, sizeof real.checkpoint);
    keyring_id(store_keyring(st), real.keyring_id);
    assert_true(backend_copy_to(store_backend(st), "copy", NULL));
    char *database = harness_read("copy", &n);
    for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
        forge(&forgeries[i], st, database, n, &real);
        if (forgeries[i].id == NULL) assert_true(verifies("forgery"));
        else restores_not("forgery", store_data_unlock(), forgeries[i].id);
    }
    assert_false(harness_exists("escaped"));
    assert_false(harness_exists("/tmp/escaped"));

    /* Rightly signed, but the database in it is damaged, or of another repository. */
    database[n / 2] = (char)(database[n / 2] ^ 1);
    forge(&forgeries[0], st, database, n, &real);
    restores_not("forgery", store_data_unlock(), NULL);
    database[n / 2] = (char)(database[n / 2] ^ 1);
    real.repository_id[0] ^= 1;
    forge(&forgeries[0], st, database, n, &real);
    restores_not("forgery", store_data_unlock(), "backup.damaged");
    real.repository_id[0] ^= 1;
    free(database);

    /* The same with its log cut short. */
    struct raw *raw = raw_open("copy", keyring_key(store_keyring(st), KEY_DATABASE));
    raw_drop_triggers(raw);
    raw_run(raw, "DELETE FROM audit_entry WHERE sequence = 3");
    raw_close(raw);
    database = harness_read("copy", &n);
    forge(&forgeries[0], st, database, n, &real);
    restores_not("forgery", store_data_unlock(), "backup.damaged");
    free(database);
    store_close(st);
}

static void test_8_goes_on(void **state)
{
    (void)state;
    struct store *st = vault_make("life", 30);
    struct audit_report r;
    uint8_t before[32], after[32];

    make(st, "life.backup");
    store_close(st);
    restore("life.backup", "second");
    st = store_data_open("second", false);
    assert_true(store_begin(st, true, NULL));
    assert_true(audit_append(st,
                             &(struct audit_event){.action = AUDIT_RESTORE, .actor = "local:ana"},
                             NULL, NULL));
    assert_true(store_commit(st, NULL));
    vault_import(st, 100, 120, 1);
    assert_true(audit_verify(&r, st, no_anchor, NULL));
    assert_int_equal(r.first_bad, 0);
    assert_int_equal(r.n_entry, 5);
    vault_fingerprint(before, st);
    make(st, "second.backup"); /* a backup of what was restored */
    store_close(st);
    restore("second.backup", "third");
    st = store_data_open("third", true);
    vault_fingerprint(after, st);
    assert_memory_equal(before, after, 32);
    store_close(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_drill),   cmocka_unit_test(test_2_every_bit),
        cmocka_unit_test(test_3_cut),     cmocka_unit_test(test_4_who),
        cmocka_unit_test(test_5_anchors), cmocka_unit_test(test_6_targets),
        cmocka_unit_test(test_7_forged),  cmocka_unit_test(test_8_goes_on),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
