/* SPDX-License-Identifier: EUPL-1.2 */
/* S15 for the store as a whole: what goes in through it is found in no file.
 *  1 the search finds what it should   2 no file holds a canary, open, closed, backed up, restored,
 *  damaged
 *  3 files and folders are closed to others   4 no key is left in memory (S94) */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "memory.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store/check.h"
#include "store/identity.h"
#include "store/tree.h"
#include "store_data.h"
#include "vault.h"

enum { FORMS_MAX = 16 };

struct form_of { /* one canary as bytes that might be written */
    const char *how;
    uint8_t bytes[400];
    size_t n;
};

static size_t base64(char *out, const uint8_t *p, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t m = 0;
    for (size_t i = 0; i + 3 <= n;
         i += 3) { /* whole groups only: the rest depends on what follows */
        uint32_t v = (uint32_t)(p[i] << 16 | p[i + 1] << 8 | p[i + 2]);
        for (int shift = 18; shift >= 0; shift -= 6) out[m++] = digit[v >> shift & 63];
    }
    return m;
}

static size_t forms(struct form_of out[FORMS_MAX], const char *canary)
{
    const uint8_t *p = (const uint8_t *)canary;
    size_t n = strlen(canary), k = 0;
    char text[400];

    assert_true(n >= 6 && n <= 100);
    out[k] = (struct form_of){.how = "plain", .n = n};
    memcpy(out[k++].bytes, p, n);
    out[k] = (struct form_of){.how = "UTF-16LE", .n = 2 * n};
    for (size_t i = 0; i < n; i++) out[k].bytes[2 * i] = p[i];
    k++;
    for (int upper = 0; upper < 2; upper++) {
        crypto_hex(text, p, n);
        for (size_t i = 0; upper && text[i] != '\0'; i++)
            if (text[i] >= 'a') text[i] = (char)(text[i] - 'a' + 'A');
        out[k] = (struct form_of){.how = upper ? "HEX" : "hex", .n = 2 * n};
        memcpy(out[k++].bytes, text, 2 * n);
    }
    for (size_t from = 0; from < 3; from++) { /* base64, wherever in a group it begins */
        out[k] = (struct form_of){.how = "base64", .n = base64(text, p + from, n - from)};
        memcpy(out[k].bytes, text, out[k].n);
        k++;
    }
    uint8_t hash[32];
    crypto_sha256(hash, p, n);
    out[k] = (struct form_of){.how = "SHA-256", .n = 16};
    memcpy(out[k++].bytes, hash, 16);
    crypto_hash(hash, 32, p, n, NULL);
    out[k] = (struct form_of){.how = "BLAKE2b-256", .n = 16};
    memcpy(out[k++].bytes, hash, 16);
    crypto_hash(hash, 16, p, n, NULL);
    out[k] = (struct form_of){.how = "BLAKE2b-128", .n = 16};
    memcpy(out[k++].bytes, hash, 16);
    assert_true(k <= FORMS_MAX);
    return k;
}

static const char *const canaries[] = {
    "FAMILY-CANARY-",
    "FAMILY-CANARY-3",
    "GIVEN-CANARY-",
    "GIVEN-CANARY-12",
    "note of variant ",
    "R000003",
    "R000021", /* references of the organisation */
    "passphrase-canary-4711",
    "deputy-canary", /* a secret, and the label of a slot: only in sealed files */
    "purpose-canary-of-the-court",
    "actor-canary",
    "reason-canary"};

/* Labels of slots stand in the keyring in the clear, so in the head of a backup too (keyring.h says
 * so). */
static bool may_hold(const char *path, const char *canary)
{
    return (strstr(path, "keyring") != NULL || strstr(path, "backup") != NULL) &&
           strcmp(canary, "deputy-canary") == 0;
}

/* Hits in all files under the present folder; the key file is what it is. */
static int hits(bool say)
{
    struct tree_files files;
    struct form_of form[FORMS_MAX];
    int n_hit = 0;
    size_t n;

    assert_true(tree_list(&files, ".", NULL));
    assert_true(files.n > 0);
    for (size_t i = 0; i < files.n; i++) {
        char *bytes = harness_read(files.path[i], &n);
        for (size_t c = 0; c < sizeof canaries / sizeof canaries[0]; c++) {
            size_t n_form = forms(form, canaries[c]);
            for (size_t f = 0; f < n_form; f++) {
                if (memmem(bytes, n, form[f].bytes, form[f].n) == NULL ||
                    may_hold(files.path[i], canaries[c]))
                    continue;
                n_hit++;
                if (say)
                    print_error("%s holds %s as %s\n", files.path[i], canaries[c], form[f].how);
            }
        }
        free(bytes);
    }
    tree_files_free(&files);
    return n_hit;
}

/* Or else a search that finds nothing would prove nothing. */
static void test_1_search(void **state)
{
    (void)state;
    struct form_of form[FORMS_MAX];
    size_t n = forms(form, "FAMILY-CANARY-3");
    char big[5000];

    assert_int_equal(n, 10);
    for (size_t f = 0; f < n; f++) {
        memset(big, 'x', sizeof big);
        memcpy(big + 4000, form[f].bytes, form[f].n);
        harness_write("planted", big, sizeof big);
        assert_true(hits(false) >= 1);
    }
    assert_int_equal(unlink("planted"), 0);
    /* "QU5BUlk" is base64 of "ANARY", as any tool writes it: "GIVEN-CANARY-12" is
     * "R0lWRU4tQ0FOQVJZLTEy". */
    harness_write_text("planted", "..R0lWRU4tQ0FOQVJZLTEy..");
    assert_true(hits(false) >= 1);
    assert_int_equal(unlink("planted"), 0);
}

static void act(struct store *st)
{
    struct arena *a = arena_new(ARENA_WIPE);
    struct record_meta *list, m;
    struct record r;
    struct err e;
    size_t n;
    int64_t withdrawn, reverted;
    const struct audit_event why = {.actor = "local:actor-canary",
                                    .purpose = "purpose-canary-of-the-court"};

    if (!store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 1, a, &e) ||
        !store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(list[0].code), 0, a, &e) ||
        !identity_open(&r, &m, st, &why, &e))
        fail_msg("%s", e.msg);
    vault_import(st, 60, 70, 3);
    if (!store_begin(st, true, &e) ||
        !store_batch_undo(&withdrawn, &reverted, st, 3, "local:actor-canary", "reason-canary",
                          &e) ||
        !store_commit(st, &e))
        fail_msg("%s", e.msg);
    vault_import(st, 10, 30, 4);
    store_rollback(st);
    assert_true(store_begin(st, true, &e));
    struct batch_result result;
    assert_true(store_data_put(&result, st, 1, 200, 260, 5, false, &e));
    store_rollback(st); /* what was not committed leaves nothing either */
    arena_free(a);
}

static void none_found(const char *when)
{
    int n = hits(true);
    if (n != 0) fail_msg("%d hits %s", n, when);
}

static void test_2_nowhere(void **state)
{
    (void)state;
    struct secret *passphrase = secret_copy("passphrase-canary-4711", 22), *code = NULL;
    struct backup_report report;
    struct json *j = NULL;
    struct err e;

    assert_int_equal(setenv("DCIM_INSECURE_KDF", "1", 1), 0);
    struct store *st = vault_make("repository", 40);
    assert_true(keyring_add(store_keyring(st), SLOT_PASSPHRASE,
                            &(struct unlock){.passphrase = passphrase}, TEXT("deputy-canary"), NULL,
                            &e));
    assert_true(keyring_add(store_keyring(st), SLOT_RECOVERY, NULL, TEXT(""), &code, &e));
    act(st);
    none_found("while it is open");
    if (!backup_make(&report, st, "one.backup", &e)) fail_msg("%s", e.msg);
    none_found("beside a backup");
    assert_true(store_check(&j, st, &e));
    json_free(j);
    store_close(st);
    none_found("when it is closed");
    assert_true(backup_verify(&report, "one.backup", store_data_unlock(), &e));
    assert_true(backup_restore(&report, "one.backup", "restored", store_data_unlock(),
                               (struct text){NULL, 0}, false, &e));
    none_found("after a restore");

    /* A process that dies in the middle of a batch. */
    st = store_data_open("restored", false);
    assert_true(store_begin(st, true, &e));
    struct batch_result result;
    assert_true(store_data_put(&result, st, 1, 300, 600, 6, false, &e));
    none_found("in the middle of a batch");
    store_close(st);
    none_found("after a batch that was given up");

    /* The recovery code and the keys themselves. */
    struct tree_files files;
    assert_true(tree_list(&files, ".", NULL));
    st = store_data_open("repository", true);
    for (size_t i = 0; i < files.n; i++) {
        size_t n;
        char *bytes = harness_read(files.path[i], &n);
        if (memmem(bytes, n, secret_bytes(code), 14) != NULL)
            fail_msg("the recovery code is in %s", files.path[i]);
        for (int u = 0; u < KEY_COUNT; u++)
            if (memmem(bytes, n, secret_bytes(keyring_key(store_keyring(st), (enum key_use)u)),
                       12) != NULL)
                fail_msg("key %d is in %s", u, files.path[i]);
        free(bytes);
    }
    tree_files_free(&files);
    store_close(st);
    secret_free(code);
    secret_free(passphrase);
}

static void test_3_closed_to_others(void **state)
{
    (void)state;
    (void)umask(0); /* whatever the user's settings */
    struct store *st = vault_make("modes", 10);
    struct backup_report report;
    struct tree_files files;
    struct stat s;

    assert_true(backup_make(&report, st, "modes.backup", NULL));
    assert_int_equal(stat("modes.backup", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_true(tree_list(&files, "modes", NULL));
    assert_true(files.n >= 7); /* database, journal and its index, two keyrings, dictionary */
    for (size_t i = 0; i < files.n; i++) {
        if (strncmp(files.path[i], "dictionary/", 11) == 0) continue; /* made by this test */
        char *path = tree_path("modes", files.path[i]);
        assert_int_equal(stat(path, &s), 0);
        if ((s.st_mode & 0777) != 0600) fail_msg("%s is %o", path, (unsigned)s.st_mode & 0777);
        mem_free(path);
    }
    assert_int_equal(stat("modes", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(stat("key-file", &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    tree_files_free(&files);
    store_close(st);
}

/* S94: after work with everything the store has, and closing it, no key is anywhere in memory. */
static void test_4_memory(void **state)
{
    (void)state;
    static struct memory_keys keys;
    struct backup_report report;
    struct audit_report audit;
    struct json *j = NULL;
    char hex[2 * CRYPTO_KEY + 1];

    if (harness_sanitized()) skip();
    struct store *st = vault_make("memory", 40);
    for (int u = 0; u < KEY_COUNT; u++)
        memory_keep(&keys, "a key", secret_bytes(keyring_key(store_keyring(st), (enum key_use)u)));
    crypto_hex(hex, secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    memory_keep(&keys, "the database key in letters", hex);
    explicit_bzero(hex, sizeof hex);
    assert_true(memory_search(&keys, false) >= KEY_COUNT);
    act(st);
    assert_true(backup_make(&report, st, "memory.backup", NULL));
    assert_true(audit_verify(&audit, st, (struct text){NULL, 0}, NULL));
    assert_true(store_check(&j, st, NULL));
    json_free(j);
    store_close(st);
    assert_true(backup_verify(&report, "memory.backup", store_data_unlock(), NULL));
    assert_int_equal(memory_search(&keys, true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_1_search),
                                       cmocka_unit_test(test_2_nowhere),
                                       cmocka_unit_test(test_3_closed_to_others),
                                       cmocka_unit_test(test_4_memory)};
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
