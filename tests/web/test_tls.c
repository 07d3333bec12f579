/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/tls.c; handshakes, versions and ciphers (S30) are in tests/web/test_http.c
 *  1 a certificate: names, dates, key   2 files: 0600, none is written over   3 what is no pair is
 *  told apart
 *  4 fingerprint */
#include "harness.h"

#include "web/tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static gnutls_x509_crt_t read_certificate(struct text pem)
{
    gnutls_x509_crt_t crt;
    gnutls_datum_t d = {(unsigned char *)(uintptr_t)pem.p, (unsigned)pem.n};
    assert_int_equal(gnutls_x509_crt_init(&crt), 0);
    assert_int_equal(gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_PEM), 0);
    return crt;
}

/* 1 */
static void test_made(void **state)
{
    (void)state;
    static const char *const hosts[] = {"dcim.example.org", "192.0.2.7", "2001:db8::7",
                                        "localhost"};
    struct buf certificate, key;
    struct err e = {0};
    assert_true(tls_make(&certificate, &key, hosts, 4, &e));
    assert_true(text_starts(buf_text(&certificate), TEXT("-----BEGIN CERTIFICATE-----")));
    assert_true(text_starts(buf_text(&key), TEXT("-----BEGIN EC PRIVATE KEY-----")));
    assert_true(key.wipe);
    gnutls_x509_crt_t crt = read_certificate(buf_text(&certificate));
    static const char *const good[] = {"dcim.example.org", "localhost",  "127.0.0.1", "::1",
                                       "192.0.2.7",        "2001:db8::7"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!gnutls_x509_crt_check_hostname(crt, good[i])) fail_msg("%s", good[i]);
    assert_false(gnutls_x509_crt_check_hostname(crt, "example.org"));
    time_t from = gnutls_x509_crt_get_activation_time(crt),
           to = gnutls_x509_crt_get_expiration_time(crt);
    assert_int_equal(to - from, (time_t)TLS_DAYS * 86400);
    assert_true(from < time(NULL) && from > time(NULL) - 7200);
    unsigned bits = 0;
    assert_int_equal(gnutls_x509_crt_get_pk_algorithm(crt, &bits), GNUTLS_PK_ECDSA);
    assert_int_equal(bits, 256);
    assert_int_equal(gnutls_x509_crt_get_signature_algorithm(crt), GNUTLS_SIGN_ECDSA_SHA256);
    gnutls_x509_crt_deinit(crt);
    buf_release(&certificate);
    buf_release(&key);
    static const char *const bad[] = {"", "a b", "*", "a/b", "-a", "\xC3\xA3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(tls_make(&certificate, &key, &bad[i], 1, &e));
        assert_string_equal(e.id, "tls.host");
        buf_release(&certificate);
        buf_release(&key);
    }
}

/* 2 */
static void test_files(void **state)
{
    (void)state;
    struct buf certificate, key;
    struct err e = {0};
    struct stat st;
    char warning[ERR_MSG_MAX] = "?";
    unlink("c.pem");
    unlink("k.pem");
    assert_true(tls_make_files("c.pem", "k.pem", NULL, 0, &e));
    assert_int_equal(stat("k.pem", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(tls_make_files("c.pem", "k.pem", NULL, 0, &e));
    assert_string_equal(e.id, "tls.exists");
    assert_false(tls_make_files("other.pem", "k.pem", NULL, 0, &e));
    assert_true(tls_load(&certificate, &key, "c.pem", "k.pem", warning, &e));
    assert_string_equal(warning, "");
    buf_release(&certificate);
    buf_release(&key);
    assert_false(tls_load(&certificate, &key, "none.pem", "k.pem", warning, &e));
    assert_string_equal(e.id, "file.not_found");
    buf_release(&certificate);
    buf_release(&key);
}

/* 3 */
static void test_pairs(void **state)
{
    (void)state;
    struct buf c[2], k[2];
    struct err e = {0};
    struct tls *t = NULL;
    for (int i = 0; i < 2; i++) assert_true(tls_make(&c[i], &k[i], NULL, 0, &e));
    assert_true(tls_open(&t, buf_text(&c[0]), buf_text(&k[0]), &e));
    tls_close(t);
    tls_close(NULL);
    assert_false(tls_open(&t, buf_text(&c[0]), buf_text(&k[1]), &e));
    assert_null(t);
    assert_string_equal(e.id, "tls.pair");
    assert_false(tls_open(&t, TEXT("nonsense"), buf_text(&k[1]), &e));
    assert_string_equal(e.id, "tls.certificate");
    assert_true(e.remedy[0] != '\0');
    assert_false(tls_open(&t, buf_text(&c[0]), TEXT("nonsense"), &e));
    assert_string_equal(e.id, "tls.key");
    assert_false(tls_open(&t, buf_text(&k[0]), buf_text(&c[0]), &e));
    assert_string_equal(e.id, "tls.certificate");
    assert_false(tls_open(&t, TEXT(""), TEXT(""), &e));
    for (int i = 0; i < 2; i++) {
        buf_release(&c[i]);
        buf_release(&k[i]);
    }
}

/* 4 */
static void test_fingerprint(void **state)
{
    (void)state;
    struct buf certificate, key;
    struct err e = {0};
    char print[TLS_FINGERPRINT_SIZE];
    unsigned char hash[32];
    size_t n = sizeof hash;
    assert_true(tls_make(&certificate, &key, NULL, 0, &e));
    assert_true(tls_fingerprint(print, buf_text(&certificate), &e));
    assert_int_equal(strlen(print), 95);
    gnutls_x509_crt_t crt = read_certificate(buf_text(&certificate));
    assert_int_equal(gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, hash, &n), 0);
    for (size_t i = 0; i < 32; i++) {
        char two[4];
        snprintf(two, sizeof two, "%02x%c", hash[i], i < 31 ? ':' : '\0');
        assert_memory_equal(print + 3 * i, two, 3);
    }
    gnutls_x509_crt_deinit(crt);
    assert_false(tls_fingerprint(print, TEXT("x"), &e));
    buf_release(&certificate);
    buf_release(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
