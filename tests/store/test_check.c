/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/check.c
 *  1 a repository in order   2 each check finds what it is for   3 files and keys   4 warnings
 *  5 damaged pages: 1,000 of them, none missed (S27)   6 goes on after a failed check, tells no
 *  secrets
 */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/random.h"
#include "ledger.h"
#include "raw.h"
#include "store/audit.h"
#include "store/check.h"
#include "store_data.h"
#include "vault.h"

static int setup(void **state)
{
    (void)state;
    return setenv("DCIM_INSECURE_KDF", "1", 1);
}

static const char *const names[] = {"encryption", "pages",   "structure",  "references", "audit",
                                    "batches",    "records", "identities", "counts",     "persons",
                                    "keyring",    "slots",   "files",      "clock",      "swap"};

static struct json *checked(struct store *st)
{
    struct json *j = NULL;
    struct err e;
    if (!store_check(&j, st, &e)) fail_msg("%s", e.msg);
    return j;
}

static const struct json *find(const struct json *j, const char *name)
{
    const struct json *list = json_get(j, "checks");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "name", ""), name) == 0) return json_at(list, i);
    fail_msg("there is no check %s", name);
    return NULL;
}

static bool red(const struct json *j, const char *name)
{
    return !json_get_bool(find(j, name), "ok", false);
}

static const char *detail(const struct json *j, const char *name)
{
    return json_get_text(find(j, name), "detail", "");
}

static void test_1_in_order(void **state)
{
    (void)state;
    struct store *st = vault_make("good", 60);
    for (int read_only = 0; read_only < 2; read_only++) {
        struct json *j = checked(st);
        const struct json *list = json_get(j, "checks");
        assert_int_equal(json_size(list), sizeof names / sizeof names[0]);
        for (size_t i = 0; i < json_size(list); i++) {
            assert_string_equal(json_get_text(json_at(list, i), "name", ""), names[i]);
            if (red(j, names[i])) fail_msg("%s: %s", names[i], detail(j, names[i]));
            assert_int_not_equal(detail(j, names[i])[0], 0);
        }
        assert_true(json_get_bool(j, "ok", false));
        assert_string_equal(detail(j, "audit"), "3 entries, 1 checkpoints");
        assert_string_equal(detail(j, "batches"), "2 batches as they were imported");
        assert_string_equal(detail(j, "records"),
                            "75 open"); /* 60, and 15 more by the second batch (30..74) */
        /* Every third record has an identity part: 20 of 0..59 and 15 of 30..74. */
        assert_string_equal(detail(j, "identities"), "35 open");
        assert_string_equal(detail(j, "counts"), "75 records, 75 active");
        json_free(j);
        store_close(st);
        st = store_data_open("good", true);
    }
    store_close(st);
}

/* Records whose versions, keys and places in the tables were changed by one who has the database
 * key. */
static void test_2_each(void **state)
{
    (void)state;
    static const struct {
        const char *check, *damage;
    } cases[] = {
        {"references",
         "INSERT INTO record_version SELECT 9999*65536+1, 9999, batch_no, position, replaced, "
         "created_at,"
         " author, reason, content_hash, person_key, body FROM record_version LIMIT 1"},
        {"structure",
         "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage ="
         " (SELECT rootpage FROM sqlite_schema WHERE name = 'record') WHERE name = 'record_code'"},
        {"audit", "UPDATE audit_entry SET at = at + 1 WHERE sequence = 2"},
        {"audit", "DELETE FROM audit_entry WHERE sequence = 3"},
        {"audit", "DELETE FROM log_head"},
        {"batches",
         "UPDATE record_version SET content_hash = randomblob(16) WHERE version_id = 65536 + 1"},
        {"batches", "UPDATE batch SET digest = randomblob(32) WHERE batch_no = 2"},
        {"batches", "UPDATE batch SET last_record = last_record - 1 WHERE batch_no = 1"},
        {"batches",
         "INSERT INTO batch SELECT 3, series_no, mapping, file_sha256, file_label, actor, "
         "created_at, n_new,"
         " n_changed, n_same, n_duplicate, n_refused, first_record, last_record, digest, undone_at,"
         " undone_by,"
         " undo_reason FROM batch WHERE batch_no = 1"},
        {"batches", "DELETE FROM batch WHERE batch_no = 2"},
        {"records", "UPDATE record SET wrapped_key = randomblob(75) WHERE record_no = 7"},
        {"records",
         "UPDATE record SET wrapped_key = (SELECT wrapped_key FROM record WHERE record_no = 8) "
         "WHERE record_no = 7"},
        {"records",
         "UPDATE record SET wrapped_key = (SELECT wrapped_key FROM identity_body LIMIT 1) WHERE "
         "record_no = 1"},
        {"records",
         "UPDATE record_version SET body = (SELECT body FROM record_version WHERE version_id = "
         "2*65536+1)"
         " WHERE version_id = 3*65536+1"},
        {"records", "UPDATE record_version SET body = x'00' WHERE version_id = 3*65536+1"},
        {"records", "UPDATE record SET code = code + 1 WHERE record_no = 5"},
        {"records",
         "UPDATE record SET version_no = 9 WHERE record_no = 5"}, /* a version that is not there */
        {"records", "UPDATE record SET series_no = 77 WHERE record_no = 5"},
        {"identities",
         "UPDATE identity_body SET body = randomblob(length(body)) WHERE version_id = 65536 + 1"},
        {"identities",
         "UPDATE identity_body SET version_id = 2*65536 + 1 WHERE version_id = 65536 + 1"},
        {"identities",
         "UPDATE identity_body SET version_id = 9999*65536 + 1 WHERE version_id = 65536 + 1"},
        {"counts", "UPDATE series SET n_record = n_record + 1"},
        {"counts", "UPDATE series SET n_active = n_active - 1"},
        {"counts", "UPDATE record SET state = 2 WHERE record_no = 3"},
        {"counts", "DELETE FROM record_code WHERE record_no = 3"},
        {"counts", "UPDATE record_code SET record_no = 4 WHERE record_no = 3"},
        {"counts", "UPDATE record_reference SET record_no = 9999 WHERE record_no = 3"},
        {"persons", "INSERT INTO record_person (record_no, form_no, person_no) VALUES (3, 1, 2)"},
        {"clock", NULL}};
    struct store *st = vault_make("each", 40);
    struct secret *key =
        secret_copy(secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    store_close(st);
    ledger_copy("each/database", "kept");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].damage == NULL) continue;
        ledger_copy("kept", "each/database");
        struct raw *r = raw_open("each/database", key);
        raw_drop_triggers(r);
        raw_run(r, "%s", cases[i].damage);
        raw_close(r);
        assert_int_equal(chmod("each/database", 0600), 0);
        st = store_data_open("each", false);
        struct json *j = checked(st);
        if (!red(j, cases[i].check))
            fail_msg("%s did not find: %s", cases[i].check, cases[i].damage);
        assert_false(json_get_bool(j, "ok", true));
        assert_false(json_get_bool(find(j, cases[i].check), "warning", true));
        json_free(j);
        store_close(st);
    }

    /* Versions changed and the batch's digest made to fit: then it is not the audit entry's. */
    ledger_copy("kept", "each/database");
    assert_int_equal(chmod("each/database", 0600), 0);
    struct raw *r = raw_open("each/database", key);
    raw_run(r, "UPDATE record_version SET content_hash = randomblob(16) WHERE version_id = 65537");
    raw_close(r);
    uint8_t digest[32];
    char hex[65];
    st = store_data_open("each", true);
    assert_true(store_batch_digest(digest, st, 1, NULL));
    store_close(st);
    crypto_hex(hex, digest, sizeof digest);
    r = raw_open("each/database", key);
    raw_run(r, "UPDATE batch SET digest = x'%s' WHERE batch_no = 1", hex);
    raw_close(r);
    st = store_data_open("each", false);
    struct json *j = checked(st);
    assert_true(red(j, "batches"));
    assert_string_equal(detail(j, "batches"),
                        "batch 1 is not the one that its audit entry is about");
    json_free(j);
    store_close(st);

    /* The clock: an entry from the future (the last of them, rightly chained). */
    ledger_copy("kept", "each/database");
    assert_int_equal(chmod("each/database", 0600), 0);
    st = store_data_open("each", false);
    struct audit_log l = {store_backend(st), store_keyring(st)};
    assert_true(backend_begin(l.backend, true, NULL));
    assert_true(audit_log_append_at(&l, &(struct audit_event){.action = AUDIT_TABLE}, 4102444800,
                                    NULL, NULL)); /* 2100 */
    assert_true(backend_commit(l.backend, NULL));
    j = checked(st);
    assert_true(red(j, "clock"));
    assert_false(red(j, "audit"));
    json_free(j);
    store_close(st);
    secret_free(key);
}

static void test_3_files_and_keys(void **state)
{
    (void)state;
    struct store *st = vault_make("around", 10);
    static const char *const open_to_others[] = {"around", "around/database", "around/keyring",
                                                 "around/dictionary",
                                                 "around/dictionary/packs/pt/choices.csv"};
    for (size_t i = 0; i < 5; i++) {
        struct stat s;
        assert_int_equal(stat(open_to_others[i], &s), 0);
        assert_int_equal(chmod(open_to_others[i], s.st_mode | 04), 0);
        struct json *j = checked(st);
        assert_true(red(j, "files"));
        assert_false(json_get_bool(j, "ok", true));
        json_free(j);
        assert_int_equal(chmod(open_to_others[i], s.st_mode & 0777), 0);
    }
    assert_int_equal(symlink("/etc/passwd", "around/link"), 0);
    struct json *j = checked(st);
    assert_true(red(j, "files"));
    json_free(j);
    assert_int_equal(unlink("around/link"), 0);

    size_t n;
    char *good = harness_read("around/keyring", &n);
    static const char *const copies[] = {"around/keyring", "around/keyring.copy"};
    for (size_t i = 0; i < 2; i++) {
        good[100] ^= 1;
        harness_write(copies[i], good, n);
        j = checked(st);
        assert_true(red(j, "keyring"));
        json_free(j);
        good[100] ^= 1;
        assert_int_equal(unlink(copies[i]), 0);
        j = checked(st);
        assert_true(red(j, "keyring"));
        json_free(j);
        harness_write(copies[i], good, n);
        assert_int_equal(chmod(copies[i], 0600), 0);
    }
    assert_true(keyring_add(store_keyring(st), SLOT_KEY_FILE, &(struct unlock){.key_file = "k2"},
                            TEXT(""), NULL, NULL));
    harness_write("around/keyring.copy", good, n); /* an old copy */
    j = checked(st);
    assert_true(red(j, "keyring"));
    json_free(j);
    free(good);
    store_close(st);
    st = store_data_open("around", false); /* opening makes them equal */
    j = checked(st);
    assert_true(json_get_bool(j, "ok", false));
    json_free(j);
    store_close(st);
}

static void test_4_warnings(void **state)
{
    (void)state;
    struct store *st = vault_make("warned", 10);
    struct secret *code = NULL, *p = secret_copy("p", 1);
    assert_true(keyring_remove(store_keyring(st), 2, NULL)); /* the recovery slot */
    struct json *j = checked(st);
    assert_false(red(j, "slots"));
    assert_true(json_get_bool(find(j, "slots"), "warning", false));
    assert_non_null(strstr(detail(j, "slots"), "recovery code"));
    json_free(j);

    assert_true(keyring_add(store_keyring(st), SLOT_RECOVERY, NULL, TEXT("safe"), &code, NULL));
    secret_free(code);
    j = checked(st);
    assert_false(json_get_bool(find(j, "slots"), "warning", true));
    json_free(j);

    assert_true(keyring_add(store_keyring(st), SLOT_PASSPHRASE, &(struct unlock){.passphrase = p},
                            TEXT(""), NULL, NULL));
    j = checked(st); /* S8: the weak profile is shown */
    assert_true(json_get_bool(find(j, "slots"), "warning", false));
    assert_non_null(strstr(detail(j, "slots"), "for tests"));
    assert_true(json_get_bool(j, "ok", false)); /* warnings do not count */
    json_free(j);
    secret_free(p);
    store_close(st);
}

/* ---- pages ---- */

enum { PAGE = 8192, DAMAGES = 1000, KINDS = 6 };

/* One damage to a database of n bytes; returns the new length. */
static size_t damage(uint8_t *p, size_t n, int kind, struct random *random)
{
    size_t n_page = n / PAGE, a = random_below(random, n_page),
           b = random_below(random, n_page - 1);
    uint8_t page[PAGE];
    if (b >= a) b++;
    switch (kind) {
    case 0: { /* a bit */
        size_t bit = random_below(random, n * 8);
        p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        return n;
    }
    case 1: /* two pages change places */
        memcpy(page, p + a * PAGE, PAGE);
        memcpy(p + a * PAGE, p + b * PAGE, PAGE);
        memcpy(p + b * PAGE, page, PAGE);
        return n;
    case 2: memset(p + a * PAGE, 0, PAGE); return n;
    case 3: return random_below(random, n);                     /* cut short anywhere */
    case 4: memcpy(p + a * PAGE, p + b * PAGE, PAGE); return n; /* a page over another */
    default: {                                                  /* noise over a piece */
        size_t at = random_below(random, n), m = 1 + random_below(random, 64);
        for (size_t i = at; i < at + m && i < n; i++)
            p[i] ^= (uint8_t)(1 + random_below(random, 255));
        return n;
    }
    }
}

/* S27: reported by the check, or the repository does not open at all; never in order. */
static void test_5_pages(void **state)
{
    (void)state;
    struct store *st = vault_make("pages", 40), *opened = NULL;
    struct random random;
    size_t n;
    int missed = 0, refused = 0, found = 0;

    store_close(st);
    uint8_t *good = (uint8_t *)harness_read("pages/database", &n), *p = malloc(n);
    assert_non_null(p);
    assert_true(n % PAGE == 0 && n / PAGE >= 10);
    random_init(&random, 27);
    for (int i = 0; i < DAMAGES; i++) {
        memcpy(p, good, n);
        size_t left = damage(p, n, i % KINDS, &random);
        if (left == n && memcmp(p, good, n) == 0) continue; /* two pages that were equal */
        (void)unlink("pages/database-wal");
        (void)unlink("pages/database-shm");
        harness_write("pages/database", p, left);
        assert_int_equal(chmod("pages/database", 0600), 0);
        struct err e;
        if (!store_open(&opened, "pages", store_data_unlock(), false, &e)) {
            refused++;
            continue;
        }
        struct json *j = checked(opened);
        if (json_get_bool(j, "ok", true)) {
            missed++;
            print_error("missed: damage %d of kind %d\n", i, i % KINDS);
        } else {
            found++;
        }
        json_free(j);
        store_close(opened);
    }
    print_message("%d found by the check, %d do not open, %d missed\n", found, refused, missed);
    assert_int_equal(missed, 0);
    assert_true(found + refused > DAMAGES * 9 / 10);
    assert_true(found > 100);
    free(good);
    free(p);
}

static void test_6_goes_on(void **state)
{
    (void)state;
    struct store *st = vault_make("on", 30);
    struct raw *r = raw_open("on/database", keyring_key(store_keyring(st), KEY_DATABASE));
    struct buf b;

    raw_drop_triggers(r);
    raw_run(r,
            "UPDATE audit_entry SET body = x'00' WHERE sequence = 2; DROP TABLE identity_body;"
            "UPDATE record SET wrapped_key = randomblob(75) WHERE record_no IN (3, 4, 5); UPDATE "
            "series SET n_record = 0");
    raw_close(r);
    assert_int_equal(unlink("on/keyring.copy"), 0);
    struct json *j = checked(st);
    static const char *const bad[] = {"audit",      "batches", "records",
                                      "identities", "counts",  "keyring"};
    for (size_t i = 0; i < 6; i++)
        if (!red(j, bad[i])) fail_msg("%s is green", bad[i]);
    assert_false(red(j, "pages"));
    assert_false(red(j, "slots"));
    assert_non_null(strstr(detail(j, "records"), "(and 2 more)"));
    buf_init(&b, 1 << 20);
    json_write(&b, j, true);
    assert_null(strstr(b.p, "CANARY"));
    assert_null(strstr(b.p, "note of"));
    buf_release(&b);
    json_free(j);
    store_close(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_in_order),       cmocka_unit_test(test_2_each),
        cmocka_unit_test(test_3_files_and_keys), cmocka_unit_test(test_4_warnings),
        cmocka_unit_test(test_5_pages),          cmocka_unit_test(test_6_goes_on),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
