/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/backup_manifest.c
 *  1 written and read   2 signed   3 what is no manifest */
#include "harness.h"

#include "base/crypto.h"
#include "store/backup_manifest.h"

static struct manifest sample(void)
{
    struct manifest m = {.made_at = 1769860800, .n_record = 12, .n_audit = 34};
    memset(m.repository_id, 0x11, sizeof m.repository_id);
    memset(m.keyring_id, 0x22, sizeof m.keyring_id);
    memset(m.head, 0x33, sizeof m.head);
    (void)snprintf(m.checkpoint, sizeof m.checkpoint, "dcim/x\n1\n\n\xE2\x80\x94 y\n");
    struct manifest_file *f = manifest_add(&m, TEXT("database"));
    f->bytes = 8192;
    memset(f->hash, 0x44, sizeof f->hash);
    f = manifest_add(&m, TEXT("dictionary/ção.csv"));
    f->bytes = 0;
    memset(f->hash, 0x55, sizeof f->hash);
    return m;
}

static void test_1_round_trip(void **state)
{
    (void)state;
    struct manifest m = sample(), back;
    struct buf b, again;

    buf_init(&b, MANIFEST_MAX);
    buf_init(&again, MANIFEST_MAX);
    manifest_write(&b, &m);
    assert_true(buf_ok(&b, NULL));
    /* 1769860800 is 2026-01-31T12:00:00Z: 20,484 days (see test_checkpoint.c) and half a day. */
    assert_non_null(strstr(b.p, "\"made_at\": \"2026-01-31T12:00:00Z\""));
    assert_non_null(strstr(b.p, "\"repository\": \"11111111111111111111111111111111\""));
    assert_true(manifest_read(&back, buf_text(&b), NULL));
    assert_int_equal(back.made_at, m.made_at);
    assert_memory_equal(back.repository_id, m.repository_id, 16);
    assert_memory_equal(back.keyring_id, m.keyring_id, 8);
    assert_memory_equal(back.head, m.head, 32);
    assert_int_equal(back.n_record, 12);
    assert_int_equal(back.n_audit, 34);
    assert_string_equal(back.checkpoint, m.checkpoint);
    assert_int_equal(back.n_file, 2);
    assert_string_equal(back.file[1].name, "dictionary/ção.csv");
    assert_int_equal(back.file[0].bytes, 8192);
    assert_memory_equal(back.file[1].hash, m.file[1].hash, 32);
    manifest_write(&again, &back);
    assert_true(text_equal(buf_text(&b), buf_text(&again)));
    manifest_release(&m);
    manifest_release(&back);
    buf_release(&b);
    buf_release(&again);
}

static void test_2_signed(void **state)
{
    (void)state;
    struct secret *sign, *other;
    uint8_t public_key[32], other_key[32], signature[CRYPTO_SIGNATURE], plain[CRYPTO_SIGNATURE];
    struct text document = TEXT("{\"format\":\"dcim backup\"}");

    crypto_sign_new(public_key, &sign);
    crypto_sign_new(other_key, &other);
    manifest_sign(signature, document, sign);
    struct text s = {(const char *)signature, sizeof signature};
    assert_true(manifest_is_signed(document, s, public_key));
    assert_false(manifest_is_signed(document, s, other_key));
    assert_false(manifest_is_signed((struct text){document.p, document.n - 1}, s, public_key));
    assert_false(manifest_is_signed(document, (struct text){s.p, s.n - 1}, public_key));
    assert_false(manifest_is_signed(document, (struct text){"", 0}, public_key));
    signature[40] ^= 1;
    assert_false(manifest_is_signed(document, s, public_key));
    crypto_sign(plain, document.p, document.n,
                sign); /* a signature for another purpose is none for this one */
    assert_false(
        manifest_is_signed(document, (struct text){(const char *)plain, sizeof plain}, public_key));
    secret_free(sign);
    secret_free(other);
}

static void refused(const char *from, const char *to)
{
    struct manifest m = sample(), back;
    struct buf b, changed;
    struct err e = {0};

    buf_init(&b, MANIFEST_MAX);
    buf_init(&changed, MANIFEST_MAX);
    manifest_write(&b, &m);
    const char *at = strstr(b.p, from);
    if (at == NULL) fail_msg("%s is not in it", from);
    buf_put(&changed, b.p, (size_t)(at - b.p));
    buf_puts(&changed, to);
    buf_puts(&changed, at + strlen(from));
    if (manifest_read(&back, buf_text(&changed), &e)) fail_msg("read with %s", to);
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "backup.manifest");
    manifest_release(&m);
    manifest_release(&back);
    buf_release(&b);
    buf_release(&changed);
}

static void test_3_no_manifest(void **state)
{
    (void)state;
    struct manifest back;
    static const char *const none[] = {"",
                                       "x",
                                       "[]",
                                       "{}",
                                       "null",
                                       "{\"format\":\"dcim backup\",\"version\":1}",
                                       "{\"files\":[]}"};

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_false(manifest_read(&back, text_of(none[i]), NULL));
        manifest_release(&back);
    }
    refused("dcim backup", "dcim backups");
    refused("\"version\": 1", "\"version\": 2");
    refused("\"version\": 1", "\"version\": \"1\"");
    refused("1111111111", "111111111");
    refused("3333333333", "333333333x");
    refused("\"records\": 12", "\"records\": -12");
    refused("\"audit\": 34", "\"audits\": 34");
    refused("\"database\"", "\"/database\"");
    refused("\"database\"", "\"../database\"");
    refused("\"bytes\": 8192", "\"bytes\": -1");
    refused("\"blake2b\"", "\"sha256\"");
    refused("\"files\": [", "\"files\": [1,");
    refused("}", "} }");
}

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_1_round_trip),
                                       cmocka_unit_test(test_2_signed),
                                       cmocka_unit_test(test_3_no_manifest)};
    return cmocka_run_group_tests(tests, setup, NULL);
}
