/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/cms.c, which the recipient's own program opens: `openssl cms -decrypt` (S57)
 *  1 round trip: RSA and EC keys, empty and long files; sealed twice it is two files
 *  2 it is what the header says: AES-256-GCM, OAEP with SHA-256; nothing of the text is in it
 *  3 another key does not open it; nothing that was changed or cut opens
 *  4 what is no certificate, expired, of a weak or wrong key, not for encryption, is refused
 *  5 whose it is: name and fingerprint; a name that is long or odd
 */
#include "harness.h"

#include <unistd.h>

#include "base/cms.h"
#include "base/date.h"
#include "base/mem.h"

static int64_t now;

static bool run(const char *const *argv)
{
    struct harness_run r;
    harness_run(&r, argv, NULL);
    bool ok = r.status == 0;
    harness_run_release(&r);
    return ok;
}
#define RUN(...) run((const char *const[]){"openssl", __VA_ARGS__, NULL})

/* NAME.key and NAME.pem, valid for a month. */
static void make(const char *name, const char *kind, const char *option, const char *extension)
{
    char key[40], pem[40], subject[60];
    (void)snprintf(key, sizeof key, "%s.key", name);
    (void)snprintf(pem, sizeof pem, "%s.pem", name);
    (void)snprintf(subject, sizeof subject, "/O=Prosecutor/CN=%s", name);
    if (option == NULL)
        assert_true(RUN("req", "-x509", "-newkey", kind, "-nodes", "-keyout", key, "-out", pem,
                        "-days", "30", "-subj", subject, "-addext", extension));
    else
        assert_true(RUN("req", "-x509", "-newkey", kind, "-pkeyopt", option, "-nodes", "-keyout",
                        key, "-out", pem, "-days", "30", "-subj", subject, "-addext", extension));
}

static int begin(void **state)
{
    static const char any[] = "nsComment=for a test";
    (void)state;
    now = instant_now() + 60;
    make("rsa", "rsa:2048", NULL, any);
    make("other", "rsa:2048", NULL, "keyUsage=keyEncipherment");
    make("ec", "ec", "ec_paramgen_curve:P-256", any);
    make("ec384", "ec", "ec_paramgen_curve:P-384", "keyUsage=keyAgreement");
    make("weak", "rsa:1024", NULL, any);
    make("signs", "rsa:2048", NULL, "keyUsage=digitalSignature");
    make("ed", "ed25519", NULL, any);
    make("koblitz", "ec", "ec_paramgen_curve:secp256k1", any);
    return 0;
}

static char *pem_of(const char *name)
{
    char path[40];
    (void)snprintf(path, sizeof path, "%s.pem", name);
    return harness_read(path, NULL);
}

static void seal(const char *path, const char *name, struct text plain)
{
    struct buf out;
    struct err e = {0};
    char *pem = pem_of(name);
    buf_init(&out, plain.n + 10000);
    if (!cms_seal(&out, plain, text_of(pem), now, &e)) fail_msg("%s: %s", name, e.msg);
    harness_write(path, out.p, out.n);
    buf_release(&out);
    free(pem);
}

static bool opens(const char *path, const char *key)
{
    (void)unlink("opened");
    return RUN("cms", "-decrypt", "-inform", "DER", "-in", path, "-inkey", key, "-out", "opened");
}

/* ---- 1, 2 ---- */

static void round_trip_1(void **state)
{
    (void)state;
    static const char *const names[] = {"rsa", "other", "ec", "ec384"};
    enum { LONG = 3000000 };
    char *big = mem_new(LONG, 1);
    for (size_t i = 0; i < LONG; i++) big[i] = (char)(i * 7 + i / 251);
    const struct text plain[] = {{"", 0}, TEXT("a workbook"), {big, LONG}};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 3; k++) {
            char key[40];
            size_t n;
            (void)snprintf(key, sizeof key, "%s.key", names[i]);
            seal("f.p7m", names[i], plain[k]);
            if (!opens("f.p7m", key)) fail_msg("%s does not open %d", key, (int)k);
            char *back = harness_read("opened", &n);
            assert_int_equal(n, plain[k].n);
            assert_memory_equal(back, plain[k].p, n);
            free(back);
        }
    mem_free(big);
    size_t n, m;
    seal("a.p7m", "rsa", TEXT("the same"));
    seal("b.p7m", "rsa", TEXT("the same"));
    char *a = harness_read("a.p7m", &n), *b = harness_read("b.p7m", &m);
    assert_false(n == m && memcmp(a, b, n) == 0);
    free(a);
    free(b);
}

static void form_2(void **state)
{
    (void)state;
    static const char *const rsa[] = {"id-smime-ct-authEnvelopedData", "aes-256-gcm", "rsaesOaep",
                                      "sha256"},
                             *const ec[] = {"authEnvelopedData", "aes-256-gcm", "stdDH",
                                            "sha256kdf"};
    for (int k = 0; k < 2; k++) {
        struct harness_run r;
        size_t n;
        seal("f.p7m", k == 0 ? "rsa" : "ec", TEXT("CANARY-OF-A-TEST"));
        char *bytes = harness_read("f.p7m", &n);
        assert_null(memmem(bytes, n, "CANARY", 6));
        free(bytes);
        harness_run(&r,
                    (const char *const[]){"openssl", "cms", "-cmsout", "-print", "-inform", "DER",
                                          "-in", "f.p7m", NULL},
                    NULL);
        assert_int_equal(r.status, 0);
        for (size_t i = 0; i < 4; i++) {
            const char *wanted = k == 0 ? rsa[i] : ec[i];
            if (strcasestr(r.out, wanted) == NULL) fail_msg("no %s in\n%s", wanted, r.out);
        }
        harness_run_release(&r);
    }
}

/* ---- 3 ---- */

static void refused_3(void **state)
{
    (void)state;
    size_t n;
    seal("f.p7m", "rsa", TEXT("what only one may read, and nobody may change"));
    assert_true(opens("f.p7m", "rsa.key"));
    assert_false(opens("f.p7m", "other.key"));
    assert_false(opens("f.p7m", "ec.key"));
    char *bytes = harness_read("f.p7m", &n);
    for (size_t at = n - 1; at > 60;
         at -= at > n - 90 ? 5 : 37) { /* the text and its tag lie at the end */
        bytes[at] ^= 1;
        harness_write("changed.p7m", bytes, n);
        bytes[at] ^= 1;
        if (!opens("changed.p7m", "rsa.key")) continue;
        /* what names the recipient is not authenticated; what is read is what was written */
        char *back = harness_read("opened", NULL);
        assert_string_equal(back, "what only one may read, and nobody may change");
        free(back);
        if (at >= n - 65) fail_msg("byte %d of %d", (int)at, (int)n);
    }
    for (size_t cut = 1; cut < 40; cut += 6) {
        harness_write("cut.p7m", bytes, n - cut);
        assert_false(opens("cut.p7m", "rsa.key"));
    }
    free(bytes);
}

/* ---- 4 ---- */

static void fails(const char *pem, size_t n, int64_t at, const char *id)
{
    struct cms_recipient r;
    struct buf out;
    struct err e = {0};
    const struct text t = {pem, n};
    buf_init(&out, 10000);
    assert_false(cms_recipient_read(&r, t, at, &e));
    assert_string_equal(e.id, id);
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_not_equal(e.remedy[0], 0);
    assert_false(cms_seal(&out, TEXT("x"), t, at, &e));
    assert_string_equal(e.id, id);
    assert_int_equal(out.n, 0);
    buf_release(&out);
}

static void wrong_4(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id;
    } wrong[] = {{"weak", "cms.key"},
                 {"ed", "cms.key"},
                 {"koblitz", "cms.key"},
                 {"signs", "cms.usage"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *pem = pem_of(wrong[i].name);
        fails(pem, strlen(pem), now, wrong[i].id);
        free(pem);
    }
    char *good = pem_of("rsa");
    fails(good, strlen(good), now + (int64_t)40 * 86400, "cms.expired");
    fails(good, strlen(good), now - (int64_t)2 * 86400, "cms.expired");
    fails(good, strlen(good) / 2, now, "cms.not_certificate");
    fails("", 0, now, "cms.not_certificate");
    fails("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 57, now,
          "cms.not_certificate");
    free(good);
    assert_true(
        RUN("rsa", "-aes256", "-passout", "pass:secret", "-in", "rsa.key", "-out", "locked.pem"));
    char *locked = harness_read("locked.pem", NULL); /* a key; nobody is asked for its passphrase */
    fails(locked, strlen(locked), now, "cms.not_certificate");
    free(locked);
    char *long_one = mem_new(CMS_CERTIFICATE_MAX + 1, 1);
    memset(long_one, '\n', CMS_CERTIFICATE_MAX + 1);
    fails(long_one, CMS_CERTIFICATE_MAX + 1, now, "cms.not_certificate");
    mem_free(long_one);
    struct buf out;
    struct err e = {0};
    char *pem = pem_of("rsa");
    buf_init(&out, 100);
    assert_false(cms_seal(&out, TEXT("x"), text_of(pem), now, &e));
    assert_string_equal(e.id, "cms.too_long");
    buf_release(&out);
    free(pem);
}

/* ---- 5 ---- */

static void whose_5(void **state)
{
    (void)state;
    struct cms_recipient r;
    struct harness_run told;
    struct err e = {0};
    char hex[CMS_FINGERPRINT] = "";
    char *pem = pem_of("ec");
    assert_true(cms_recipient_read(&r, text_of(pem), now, &e));
    assert_string_equal(r.name, "CN=ec,O=Prosecutor");
    harness_run(&told,
                (const char *const[]){"openssl", "x509", "-in", "ec.pem", "-noout", "-fingerprint",
                                      "-sha256", NULL},
                NULL);
    size_t n = 0;
    for (const char *p = strchr(told.out, '=') + 1; *p != '\0' && n < sizeof hex - 1; p++)
        if (*p != ':' && *p != '\n') hex[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    assert_string_equal(r.fingerprint, hex);
    harness_run_release(&told);
    free(pem);
    struct buf subject;
    buf_init_wiped(&subject, 900);
    buf_puts(&subject, "/CN=Sta\xC5\xBE\nx");
    for (int i = 0; i < 5; i++) {
        buf_puts(&subject, "/OU=");
        for (int k = 0; k < 20; k++) buf_puts(&subject, "\xC4\x8D");
    }
    buf_putc(&subject, '\0');
    assert_true(RUN("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "odd.key", "-out",
                    "odd.pem", "-days", "30", "-utf8", "-subj", subject.p));
    buf_release(&subject);
    pem = pem_of("odd");
    assert_true(cms_recipient_read(&r, text_of(pem), now, &e));
    assert_true(text_is_utf8(text_of(r.name), NULL));
    assert_true(strlen(r.name) > 150);
    assert_null(strchr(r.name, '\n'));
    free(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_1), cmocka_unit_test(form_2),  cmocka_unit_test(refused_3),
        cmocka_unit_test(wrong_4),      cmocka_unit_test(whose_5),
    };
    return cmocka_run_group_tests_name("cms", tests, begin, NULL);
}
