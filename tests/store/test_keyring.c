/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/keyring.c
 *  1 making and opening
 *  2 slots
 *  3 removal
 *  4 dual control
 *  5 two copies
 *  6 wrong and damaged say the same
 *  7 two processes
 *  8 disk full, read only
 *  9 no secret in the file
 *  10 the real cost
 *  11 nothing left in memory
 *  12 a keyring of the version before gets the key it lacks: once, by whatever slot, for all slots; kept
 *     without it where it cannot be written; opened by two at once */
#include "harness.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"
#include "memory.h"
#include "store/keyring.h"
#include "store/keyring_file.h"
#include "store/keyring_secret.h"
#include "store/recovery.h"

static struct secret *text_secret(const char *s)
{
    return secret_copy(s, strlen(s));
}

static int setup(void **state)
{
    (void)state;
    crypto_start();
    (void)signal(SIGXFSZ, SIG_IGN);
    return setenv("DCIM_INSECURE_KDF", "1", 1);
}

/* Each test in a folder of its own. */
static int fresh_folder(void **state)
{
    static int n;
    char name[32];
    (void)state;
    (void)snprintf(name, sizeof name, "t%d", n++);
    return mkdir(name, 0700) == 0 && chdir(name) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    return chdir("..");
}

static struct keyring *made(const char *passphrase)
{
    struct keyring *k = NULL;
    struct secret *p = text_secret(passphrase);
    assert_true(keyring_create(&k, "keyring", &(struct unlock){.passphrase = p}, NULL));
    secret_free(p);
    return k;
}

static bool opens(const struct unlock *u)
{
    struct keyring *k = NULL;
    struct err e = {0};
    bool ok = keyring_open(&k, "keyring", u, &e);
    assert_int_equal(ok, k != NULL);
    if (!ok) {
        assert_int_equal(e.code, ERR_DENIED);
        assert_string_equal(e.id, "keyring.wrong_secret");
        assert_string_equal(
            e.msg, "could not open the keyring: the secret is wrong, or the file is damaged");
    }
    keyring_close(k);
    return ok;
}

static bool opens_with(const char *passphrase)
{
    struct secret *p = text_secret(passphrase);
    bool ok = opens(&(struct unlock){.passphrase = p});
    secret_free(p);
    return ok;
}

static bool copies_equal(void)
{
    size_t n, m;
    char *a = harness_read("keyring", &n), *b = harness_read("keyring.copy", &m);
    bool same = n == m && memcmp(a, b, n) == 0;
    free(a);
    free(b);
    return same;
}

static void test_1_make_and_open(void **state)
{
    (void)state;
    struct secret *p = text_secret("passphrase"),
                  *typed = text_secret("1111-1111-1111-1111-1111-1111-1111-1111-b");
    struct unlock all = {.passphrase = p, .key_file = "key", .recovery = typed};
    struct keyring *k = NULL, *again = NULL;
    struct slot_info slots[4];
    struct stat st;
    struct err e = {0};
    uint8_t id[8], id_again[8], box[4 + CRYPTO_BOX_EXTRA], plain[4];
    struct backup_recipient to, whose;

    assert_false(keyring_create(&k, "keyring", &(struct unlock){0}, &e));
    assert_string_equal(e.id, "keyring.no_secret");
    assert_false(harness_exists("keyring"));
    assert_false(keyring_create(&k, "none/keyring", &all, &e));
    assert_false(harness_exists("key")); /* nothing is left, not even the key file */

    assert_true(keyring_create(&k, "keyring", &all, &e));
    assert_true(harness_exists("key"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stat(i == 0 ? "keyring" : "keyring.copy", &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    assert_true(copies_equal());
    assert_int_equal(keyring_slots(k, slots, 4), 3);
    assert_int_equal(slots[0].kind, SLOT_PASSPHRASE);
    assert_int_equal(slots[1].kind, SLOT_KEY_FILE);
    assert_int_equal(slots[2].kind, SLOT_RECOVERY);
    assert_int_equal(slots[2].number, 3);
    assert_false(keyring_create(&again, "keyring", &all, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "keyring.exists");

    /* Each secret alone opens it, to the same keys; keys are all different from one another. */
    const struct unlock each[] = {{.passphrase = p}, {.key_file = "key"}, {.recovery = typed}, all};
    keyring_id(k, id);
    for (size_t i = 0; i < 4; i++) {
        assert_true(keyring_open(&again, "keyring", &each[i], &e));
        keyring_id(again, id_again);
        assert_memory_equal(id, id_again, 8);
        for (int u = 0; u < KEY_COUNT; u++) {
            const struct secret *a = keyring_key(k, (enum key_use)u),
                                *b = keyring_key(again, (enum key_use)u);
            assert_int_equal(secret_size(a), u == KEY_AUDIT_SIGN ? 64 : 32);
            assert_int_equal(secret_size(b), secret_size(a));
            assert_memory_equal(secret_bytes(a), secret_bytes(b), secret_size(a));
            for (int v = 0; v < u; v++)
                assert_memory_not_equal(secret_bytes(a),
                                        secret_bytes(keyring_key(k, (enum key_use)v)), 32);
        }
        assert_memory_equal(keyring_audit_public(k), keyring_audit_public(again), 32);
        /* S96: the private half of the backup key comes with the recovery code and with nothing
         * else. */
        const struct secret *backup = keyring_backup_private(again, &whose);
        assert_int_equal(backup != NULL, i >= 2);
        if (backup != NULL) {
            assert_int_equal(keyring_backup_recipients(again, &to, 1), 1);
            assert_int_equal(to.slot, 3);
            assert_int_equal(whose.slot, 3);
            crypto_box_seal(box, "text", 4, to.public_key);
            assert_true(crypto_box_open(plain, box, sizeof box, whose.public_key, backup));
            for (int u = 0; u < KEY_COUNT; u++)
                assert_memory_not_equal(secret_bytes(backup),
                                        secret_bytes(keyring_key(k, (enum key_use)u)), 32);
        }
        keyring_close(again);
    }

    /* The public keys belong to the secret ones. */
    uint8_t signature[CRYPTO_SIGNATURE];
    crypto_sign(signature, "text", 4, keyring_key(k, KEY_AUDIT_SIGN));
    assert_true(crypto_verify(signature, "text", 4, keyring_audit_public(k)));
    keyring_close(k);

    assert_false(keyring_open(&k, "missing", &all, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "keyring.missing");
    assert_false(keyring_open(&k, "keyring", &(struct unlock){0}, &e));
    assert_string_equal(e.id, "keyring.no_secret");
    keyring_close(NULL);
    secret_free(p);
    secret_free(typed);
}

/* S14: slots are added without touching data, and every kind opens. */
static void test_2_slots(void **state)
{
    (void)state;
    struct keyring *k = made("first");
    struct secret *second = text_secret("second"), *code = NULL;
    struct slot_info slots[20];
    struct err e = {0};
    uint8_t database[32];

    memcpy(database, secret_bytes(keyring_key(k, KEY_DATABASE)), 32);
    assert_true(keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = second},
                            TEXT("deputy"), NULL, &e));
    assert_true(keyring_add(k, SLOT_KEY_FILE, &(struct unlock){.key_file = "file"}, TEXT("server"),
                            NULL, &e));
    assert_true(keyring_add(k, SLOT_RECOVERY, NULL, TEXT("in the safe"), &code, &e));
    assert_int_equal(secret_size(code), RECOVERY_TEXT);
    assert_true(copies_equal());
    assert_int_equal(keyring_slots(k, slots, 20), 4);
    assert_string_equal(slots[1].label, "deputy");
    assert_string_equal(slots[3].label, "in the safe");
    assert_string_equal(slot_kind_name(slots[3].kind), "recovery");
    assert_int_equal(keyring_slots(k, slots, 1), 4);
    keyring_close(k);

    assert_true(opens_with("first"));
    assert_true(opens_with("second"));
    assert_true(opens(&(struct unlock){.key_file = "file"}));
    assert_true(opens(&(struct unlock){.recovery = code}));
    /* A code of the right form that is not this keyring's: the key file opens, the backup key stays
     * shut. */
    struct secret *strange = text_secret("1111-1111-1111-1111-1111-1111-1111-1111-b");
    struct backup_recipient whose;
    assert_true(
        keyring_open(&k, "keyring", &(struct unlock){.key_file = "file", .recovery = strange}, &e));
    assert_null(keyring_backup_private(k, &whose));
    keyring_close(k);
    assert_true(
        keyring_open(&k, "keyring", &(struct unlock){.key_file = "file", .recovery = code}, &e));
    assert_non_null(keyring_backup_private(k, &whose));
    keyring_close(k);
    secret_free(strange);
    assert_true(keyring_open(&k, "keyring", &(struct unlock){.recovery = code}, &e));
    assert_memory_equal(secret_bytes(keyring_key(k, KEY_DATABASE)), database, 32);
    secret_free(code);

    /* Reserved kinds, secrets that are not there, labels, too many. */
    assert_false(keyring_add(k, SLOT_TPM2, &(struct unlock){0}, TEXT(""), NULL, &e));
    assert_string_equal(e.id, "keyring.slot_reserved");
    assert_non_null(strstr(e.msg, "tpm2"));
    assert_false(keyring_add(k, SLOT_PKCS11, &(struct unlock){0}, TEXT(""), NULL, &e));
    assert_string_equal(e.id, "keyring.slot_reserved");
    assert_false(
        keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.key_file = "other"}, TEXT(""), NULL, &e));
    assert_false(keyring_add(k, SLOT_PASSPHRASE, NULL, TEXT(""), NULL, &e));
    assert_string_equal(e.id, "keyring.no_secret");
    assert_false(
        keyring_add(k, SLOT_DUAL, &(struct unlock){.passphrase = second}, TEXT(""), NULL, &e));
    assert_string_equal(e.id, "keyring.no_secret");
    char label[64];
    memset(label, 'a', sizeof label);
    assert_false(keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = second},
                             (struct text){label, 64}, NULL, &e));
    assert_string_equal(e.id, "keyring.label");
    assert_int_equal(keyring_slots(k, NULL, 0), 4); /* refusals change nothing */
    while (keyring_slots(k, NULL, 0) < KEYRING_SLOTS_MAX)
        assert_true(keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = second},
                                TEXT("x"), NULL, &e));
    assert_false(keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = second}, TEXT("x"),
                             NULL, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    keyring_close(k);
    assert_true(opens_with("first"));
    secret_free(second);
}

/* S14: a removed slot's secret is useless, in both copies, also after a copy is damaged. */
static void test_3_removal(void **state)
{
    (void)state;
    struct keyring *k = made("first");
    struct secret *second = text_secret("second");
    struct slot_info slots[4];
    struct err e = {0};
    size_t n_old;

    assert_false(keyring_remove(k, 1, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "keyring.last_slot");
    assert_true(keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = second}, TEXT(""),
                            NULL, &e));
    char *old = harness_read("keyring.copy", &n_old);
    assert_false(keyring_remove(k, 77, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_int_equal(keyring_slots(k, slots, 4), 2);
    assert_int_equal(slots[1].number, 2);
    assert_true(keyring_remove(k, slots[0].number, &e));
    assert_true(copies_equal());
    assert_false(opens_with("first"));
    assert_true(opens_with("second"));

    /* The state between the two writes of a removal: the old copy is there, whole, but not used. */
    harness_write("keyring.copy", old, n_old);
    assert_false(opens_with("first"));
    assert_true(opens_with("second"));
    assert_true(copies_equal()); /* and it was brought up to date */
    harness_write("keyring.copy", old, n_old);
    size_t n_new;
    char *new = harness_read("keyring", &n_new);
    harness_write("keyring", old, n_old);
    harness_write("keyring.copy", new, n_new);
    assert_false(opens_with("first")); /* the other way round too */
    assert_true(opens_with("second"));
    assert_true(copies_equal());

    /* Numbers are not used again. */
    assert_true(
        keyring_add(k, SLOT_KEY_FILE, &(struct unlock){.key_file = "f"}, TEXT(""), NULL, &e));
    assert_int_equal(keyring_slots(k, slots, 4), 2);
    uint32_t number = slots[1].number;
    assert_int_equal(number, 4); /* generations: made 1, added 2, removed 3, added 4 */
    assert_true(keyring_remove(k, number, &e));
    assert_true(
        keyring_add(k, SLOT_KEY_FILE, &(struct unlock){.key_file = "f"}, TEXT(""), NULL, &e));
    assert_int_equal(keyring_slots(k, slots, 4), 2);
    assert_int_equal(slots[1].number, 6);
    keyring_close(k);
    secret_free(second);
    free(old);
    free(new);
}

/* S14, L10: both secrets are needed. */
static void test_4_dual(void **state)
{
    (void)state;
    struct keyring *k = made("start");
    struct secret *one = text_secret("first officer"), *two = text_secret("second officer");
    struct err e = {0};

    assert_true(keyring_add(k, SLOT_DUAL,
                            &(struct unlock){.passphrase = one, .second_passphrase = two},
                            TEXT("a"), NULL, &e));
    assert_true(keyring_add(k, SLOT_DUAL, &(struct unlock){.passphrase = one, .key_file = "token"},
                            TEXT("b"), NULL, &e));
    assert_true(keyring_remove(k, 1, &e));
    keyring_close(k);
    assert_true(opens(&(struct unlock){.passphrase = one, .second_passphrase = two}));
    assert_true(opens(&(struct unlock){.passphrase = one, .key_file = "token"}));
    assert_false(opens(&(struct unlock){.passphrase = one}));
    assert_false(opens(&(struct unlock){.passphrase = two}));
    assert_false(opens(&(struct unlock){.key_file = "token"}));
    assert_false(opens(&(struct unlock){.passphrase = two, .second_passphrase = one}));
    assert_false(opens(&(struct unlock){.passphrase = one, .second_passphrase = one}));
    assert_false(opens(&(struct unlock){.passphrase = two, .key_file = "token"}));
    secret_free(one);
    secret_free(two);
}

static void flip(const char *path, size_t bit)
{
    size_t n;
    char *p = harness_read(path, &n);
    bit %= n * 8;
    p[bit / 8] = (char)(p[bit / 8] ^ (1 << bit % 8));
    harness_write(path, p, n);
    free(p);
}

/* S14: the good copy is used and the damaged one repaired, whichever it is and wherever it is
 * damaged. */
static void test_5_two_copies(void **state)
{
    (void)state;
    keyring_close(made("p"));
    size_t n;
    char *good = harness_read("keyring", &n);
    static const char *const both[] = {"keyring", "keyring.copy"};

    for (size_t bit = 0; bit < n * 8; bit += 37) {
        flip(both[bit % 2], bit);
        assert_true(opens_with("p"));
        assert_true(copies_equal());
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(unlink(both[i]), 0);
        assert_true(opens_with("p"));
        assert_true(copies_equal());
        harness_write(both[i], "", 0);
        assert_true(opens_with("p"));
        harness_write(both[i], good, n / 2);
        assert_true(opens_with("p"));
        assert_true(copies_equal());
    }
    char *now = harness_read("keyring", NULL);
    assert_memory_equal(now, good, n); /* repaired, not rewritten */
    free(now);

    /* A copy of this generation, tampered with and given a right checksum, does not hide the good
     * one. */
    for (int i = 0; i < 2; i++) {
        char *p = harness_read(both[i], &n);
        p[n - CRYPTO_HASH - 1]++; /* tag of the body */
        crypto_hash((uint8_t *)p + n - CRYPTO_HASH, CRYPTO_HASH, p, n - CRYPTO_HASH, NULL);
        harness_write(both[i], p, n);
        free(p);
        assert_true(opens_with("p"));
        assert_true(copies_equal());
    }
    free(good);
}

/* S14: a wrong secret and every kind of damage give the same message and the same id (asserted in
 * opens()). */
static void test_6_same_message(void **state)
{
    (void)state;
    keyring_close(made("p"));
    size_t n;
    char *good = harness_read("keyring", &n);

    assert_false(opens_with("q"));
    for (size_t bit = 0; bit < n * 8; bit += 61) {
        flip("keyring", bit);
        flip("keyring.copy", bit);
        assert_false(opens_with("p"));
        harness_write("keyring", good, n);
        harness_write("keyring.copy", good, n);
    }
    assert_true(opens_with("p"));
    harness_write("keyring", "", 0);
    harness_write("keyring.copy", "not a keyring", 13);
    assert_false(opens_with("p"));
    char big[KEYRING_FILE_MAX + 1] = {0};
    harness_write("keyring", big, sizeof big);
    assert_false(opens_with("p"));

    /* Every byte of the file is authenticated: changed with a right checksum, it still does not
     * open. */
    for (size_t i = 0; i < n - CRYPTO_HASH; i++) {
        good[i] = (char)(good[i] ^ 4);
        crypto_hash((uint8_t *)good + n - CRYPTO_HASH, CRYPTO_HASH, good, n - CRYPTO_HASH, NULL);
        harness_write("keyring", good, n);
        harness_write("keyring.copy", good, n);
        good[i] = (char)(good[i] ^ 4);
        assert_false(opens_with("p"));
    }
    free(good);
}

static void test_7_two_processes(void **state)
{
    (void)state;
    struct keyring *a = made("p"), *b = NULL;
    struct secret *p = text_secret("p"), *q = text_secret("q");
    struct err e = {0};

    assert_true(keyring_open(&b, "keyring", &(struct unlock){.passphrase = p}, &e));
    assert_true(
        keyring_add(a, SLOT_PASSPHRASE, &(struct unlock){.passphrase = q}, TEXT(""), NULL, &e));
    assert_false(
        keyring_add(b, SLOT_KEY_FILE, &(struct unlock){.key_file = "new"}, TEXT(""), NULL, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "keyring.changed");
    assert_false(harness_exists("new"));
    assert_int_equal(keyring_slots(b, NULL, 0), 1);
    assert_false(keyring_remove(b, 1, &e));
    keyring_close(b);
    assert_true(keyring_open(&b, "keyring", &(struct unlock){.passphrase = q}, &e));
    assert_true(keyring_remove(b, 1, &e));
    assert_false(keyring_remove(a, 2, &e)); /* would have left the keyring without a slot */
    assert_string_equal(e.id, "keyring.changed");
    keyring_close(a);
    keyring_close(b);
    assert_true(opens_with("q"));
    secret_free(p);
    secret_free(q);
}

static void file_limit(rlim_t n)
{
    struct rlimit r;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
    r.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

/* S85 S87: where nothing can be written, what was there stays and still opens. */
static void test_8_full_disk(void **state)
{
    (void)state;
    struct secret *p = text_secret("p");
    struct keyring *k = made("p"), *none = NULL;
    struct err e = {0};
    size_t n;
    char *before = harness_read("keyring", &n);

    file_limit(100);
    assert_false(
        keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = p}, TEXT(""), NULL, &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_int_equal(keyring_slots(k, NULL, 0), 1);
    assert_int_equal(mkdir("other", 0700), 0);
    assert_false(keyring_create(&none, "other/keyring",
                                &(struct unlock){.passphrase = p, .key_file = "k"}, &e));
    assert_false(harness_exists("other/keyring") || harness_exists("other/keyring.copy") ||
                 harness_exists("k"));
    file_limit(RLIM_INFINITY);
    /* The folder has gone. */
    struct keyring *lost = NULL;
    assert_true(keyring_create(&lost, "other/keyring", &(struct unlock){.passphrase = p}, &e));
    assert_int_equal(rename("other", "moved"), 0);
    assert_false(keyring_add(lost, SLOT_RECOVERY, NULL, TEXT(""), &(struct secret *){NULL}, &e));
    assert_string_equal(e.id, "keyring.folder");
    assert_int_equal(keyring_slots(lost, NULL, 0), 1);
    keyring_close(lost);

    flip("keyring.copy", 1);
    file_limit(100);
    bool opened = opens_with("p"); /* the copy cannot be repaired, which is no reason not to open */
    file_limit(RLIM_INFINITY);
    assert_true(opened);
    assert_false(copies_equal());

    char *after = harness_read("keyring", &n);
    assert_memory_equal(before, after, n);
    assert_true(
        keyring_add(k, SLOT_PASSPHRASE, &(struct unlock){.passphrase = p}, TEXT(""), NULL, &e));
    assert_true(copies_equal());
    keyring_close(k);
    free(before);
    free(after);
    secret_free(p);
}

static bool has(const char *hay, size_t n, const void *needle, size_t m)
{
    return memmem(hay, n, needle, m) != NULL;
}

/* S15 S94: no key, no secret and nothing of them in the files. */
static void test_9_nothing_in_the_clear(void **state)
{
    (void)state;
    struct keyring *k = made("canary-passphrase-7261");
    struct secret *code = NULL;
    struct err e = {0};
    char hex[2 * 64 + 1];

    assert_true(keyring_add(k, SLOT_RECOVERY, NULL, TEXT("label"), &code, &e));
    assert_true(keyring_add(k, SLOT_KEY_FILE, &(struct unlock){.key_file = "key"}, TEXT("label"),
                            NULL, &e));
    size_t n, n_key;
    char *file = harness_read("keyring", &n), *key = harness_read("key", &n_key);
    assert_false(has(file, n, "canary", 6));
    assert_false(has(file, n, key, 8));
    assert_false(has(file, n, secret_bytes(code), 9));
    for (int u = 0; u < KEY_COUNT; u++) {
        const struct secret *s = keyring_key(k, (enum key_use)u);
        assert_false(has(file, n, secret_bytes(s), 8));
        crypto_hex(hex, secret_bytes(s), secret_size(s));
        assert_false(has(file, n, hex, 16));
    }
    free(file);
    free(key);
    secret_free(code);
    keyring_close(k);
}

/* S14: once with the real cost, which must be in the file and must hurt a little. */
static void test_10_real_cost(void **state)
{
    (void)state;
    struct secret *p = text_secret("fifteen bytes long"), *small = text_secret("fourteen bytes");
    struct keyring *k = NULL;
    struct keyring_file f;
    struct err e = {0};
    size_t n;

    assert_int_equal(unsetenv("DCIM_INSECURE_KDF"), 0);
    assert_false(keyring_create(&k, "keyring", &(struct unlock){.passphrase = small}, &e));
    assert_string_equal(e.id, "keyring.short_passphrase");
    assert_true(keyring_create(&k, "keyring", &(struct unlock){.passphrase = p}, &e));
    keyring_close(k);
    char *file = harness_read("keyring", &n);
    assert_true(keyring_file_parse(&f, (struct text){file, n}));
    assert_int_equal(f.slot[0].factor[0].passes, 4);
    assert_int_equal(f.slot[0].factor[0].kib, 262144);
    double from = harness_seconds();
    assert_true(opens(&(struct unlock){.passphrase = p}));
    assert_true(harness_seconds() - from > 0.2);
    assert_int_equal(setenv("DCIM_INSECURE_KDF", "1", 1), 0);
    free(file);
    secret_free(p);
    secret_free(small);
}

/* S94: keys are in guarded memory alone, and nowhere once the keyring is closed. */
static void test_11_memory(void **state)
{
    (void)state;
    static struct memory_keys keys;
    static const char *const names[KEY_COUNT] = {"database",   "victim",    "justice", "identity",
                                                 "reference",  "person",    "content", "release",
                                                 "audit sign", "audit head", "case", "account", "factor",
                                                 "work", "search", "linkage"};
    if (harness_sanitized()) skip();
    struct secret *p = text_secret("memory-canary-passphrase"),
                  *q = text_secret("memory-canary-second-one");
    struct secret *code = NULL;
    struct keyring *k = NULL;

    memory_keep(&keys, "passphrase", secret_bytes(p));
    memory_keep(&keys, "second passphrase", secret_bytes(q));
    assert_true(
        keyring_create(&k, "keyring", &(struct unlock){.passphrase = p, .key_file = "key"}, NULL));
    assert_true(keyring_add(k, SLOT_RECOVERY, NULL, TEXT(""), &code, NULL));
    assert_true(keyring_add(k, SLOT_DUAL, &(struct unlock){.passphrase = p, .second_passphrase = q},
                            TEXT(""), NULL, NULL));
    memory_keep(&keys, "recovery code", secret_bytes(code));
    keyring_close(k);
    assert_true(keyring_open(&k, "keyring", &(struct unlock){.recovery = code}, NULL));
    for (int u = 0; u < KEY_COUNT; u++)
        memory_keep(&keys, names[u], secret_bytes(keyring_key(k, (enum key_use)u)));
    memory_keep(&keys, "backup",
                secret_bytes(keyring_backup_private(k, &(struct backup_recipient){0})));
    /* The search works: each is where it must be, in guarded memory (the signing key's first half
     * is its seed). */
    assert_int_equal(memory_search(&keys, false), (int)keys.n);
    keyring_close(k);
    assert_true(keyring_open(&k, "keyring",
                             &(struct unlock){.passphrase = p, .second_passphrase = q}, NULL));
    keyring_close(k);
    assert_true(keyring_open(&k, "keyring", &(struct unlock){.key_file = "key"}, NULL));
    keyring_close(k);
    secret_free(p);
    secret_free(q);
    secret_free(code);
    assert_int_equal(memory_search(&keys, true), 0);
}

/* "keyring" and its copy as version 4 wrote them: without the last key. */
static void make_version_4(const char *passphrase)
{
    struct secret *p = text_secret(passphrase), *key, *master = secret_new(CRYPTO_KEY),
                  *plain = secret_new(KEYRING_BODY);
    struct unlock u = {.passphrase = p};
    struct brought b;
    struct keyring_file f;
    struct buf ad, out;
    size_t n;
    char *file = harness_read("keyring", &n);

    buf_init(&ad, KEYRING_AD_MAX);
    buf_init(&out, KEYRING_FILE_MAX);
    assert_true(keyring_file_parse(&f, (struct text){file, n}));
    assert_int_equal(f.n_key, KEY_COUNT);
    assert_true(brought_load(&b, &u, NULL));
    assert_true(slot_key(&key, &f.slot[0], &b, NULL));
    keyring_file_slot_ad(&ad, &f, &f.slot[0]);
    assert_true(crypto_open(secret_bytes_mut(master), f.slot[0].sealed, KEYRING_SLOT_SEALED, ad.p,
                            ad.n, f.slot[0].nonce, secret_bytes(key)));
    buf_clear(&ad);
    keyring_file_body_ad(&ad, &f);
    assert_true(crypto_open(secret_bytes_mut(plain), f.body, KEYRING_BODY_SEALED, ad.p, ad.n,
                            f.nonce, secret_bytes(master)));
    uint8_t *last = secret_bytes_mut(plain) + KEYRING_BODY - CRYPTO_PUBLIC - CRYPTO_KEY;
    memmove(last, last + CRYPTO_KEY, CRYPTO_PUBLIC);
    f.n_key = KEYRING_KEYS_4;
    buf_clear(&ad);
    keyring_file_body_ad(&ad, &f);
    crypto_random(f.nonce, sizeof f.nonce);
    crypto_seal(f.body, secret_bytes(plain), keyring_file_body(&f), ad.p, ad.n, f.nonce,
                secret_bytes(master));
    keyring_file_write(&out, &f);
    assert_true(file_write("keyring", buf_text(&out), NULL));
    assert_true(file_write("keyring.copy", buf_text(&out), NULL));
    buf_release(&ad);
    buf_release(&out);
    free(file);
    brought_release(&b);
    secret_free(p);
    secret_free(key);
    secret_free(master);
    secret_free(plain);
}

static size_t file_keys(void)
{
    struct keyring_file f;
    size_t n;
    char *file = harness_read("keyring", &n);
    assert_true(keyring_file_parse(&f, (struct text){file, n}));
    free(file);
    return f.n_key;
}

static void test_12_version_4(void **state)
{
    (void)state;
    struct secret *p = text_secret("passphrase"), *code = NULL;
    const struct unlock by_text = {.passphrase = p}, by_file = {.key_file = "key"};
    struct keyring *k = made("passphrase"), *again = NULL;
    struct err e = {0};
    uint8_t search[32], linkage[32];

    memcpy(search, secret_bytes(keyring_key(k, KEY_SEARCH)), 32);
    memcpy(linkage, secret_bytes(keyring_key(k, KEY_LINKAGE)), 32);
    assert_true(keyring_add(k, SLOT_KEY_FILE, &by_file, TEXT("safe"), NULL, &e));
    assert_true(keyring_add(k, SLOT_RECOVERY, NULL, TEXT(""), &code, &e));
    keyring_close(k);
    make_version_4("passphrase");
    assert_int_equal(file_keys(), 15);

    /* Where nothing can be written it opens without. */
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    bool ok = keyring_open(&k, "keyring", &by_text, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(ok);
    assert_null(keyring_key(k, KEY_LINKAGE));
    assert_memory_equal(secret_bytes(keyring_key(k, KEY_SEARCH)), search, 32);
    assert_int_equal(file_keys(), 15);
    keyring_close(k);

    assert_true(keyring_open(&k, "keyring", &by_text, &e));
    assert_int_equal(file_keys(), KEY_COUNT);
    assert_true(copies_equal());
    assert_memory_equal(secret_bytes(keyring_key(k, KEY_SEARCH)), search, 32);
    assert_memory_not_equal(secret_bytes(keyring_key(k, KEY_LINKAGE)), linkage, 32); /* a new one */
    memcpy(linkage, secret_bytes(keyring_key(k, KEY_LINKAGE)), 32);
    keyring_close(k);
    const struct unlock each[] = {by_text, by_file, {.recovery = code}};
    for (size_t i = 0; i < 3; i++) { /* and it stays, whoever opens it */
        assert_true(keyring_open(&again, "keyring", &each[i], &e));
        assert_memory_equal(secret_bytes(keyring_key(again, KEY_LINKAGE)), linkage, 32);
        assert_int_equal(keyring_backup_private(again, &(struct backup_recipient){0}) != NULL,
                         i == 2);
        keyring_close(again);
    }

    make_version_4("passphrase");
    pid_t child[4];
    for (int i = 0; i < 4; i++) { /* at once: one writes, all have the same */
        child[i] = fork();
        assert_true(child[i] >= 0);
        if (child[i] > 0) continue;
        char name[16];
        (void)snprintf(name, sizeof name, "key%d", i);
        ok = keyring_open(&k, "keyring", &by_text, NULL) &&
             file_write(name,
                        (struct text){(const char *)secret_bytes(keyring_key(k, KEY_LINKAGE)), 32},
                        NULL);
        _exit(ok ? 0 : 1);
    }
    for (int i = 0; i < 4; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    assert_true(keyring_open(&k, "keyring", &by_text, &e));
    for (int i = 0; i < 4; i++) {
        char name[16];
        size_t n;
        (void)snprintf(name, sizeof name, "key%d", i);
        char *written = harness_read(name, &n);
        assert_memory_equal(written, secret_bytes(keyring_key(k, KEY_LINKAGE)), 32);
        free(written);
    }
    keyring_close(k);
    secret_free(p);
    secret_free(code);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fresh_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_1_make_and_open),
        IN_FOLDER(test_2_slots),
        IN_FOLDER(test_3_removal),
        IN_FOLDER(test_4_dual),
        IN_FOLDER(test_5_two_copies),
        IN_FOLDER(test_6_same_message),
        IN_FOLDER(test_7_two_processes),
        IN_FOLDER(test_8_full_disk),
        IN_FOLDER(test_9_nothing_in_the_clear),
        IN_FOLDER(test_12_version_4),
        IN_FOLDER(test_10_real_cost),
        IN_FOLDER(test_11_memory),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
