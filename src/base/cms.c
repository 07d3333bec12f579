/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/cms.h"

#include "base/crypto.h"

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192 };

/* ---- certificates ---- */

static bool not_certificate(struct err *e)
{
    err_set(e, ERR_INPUT, "cms.not_certificate", "the recipient's certificate cannot be read");
    return err_remedy(e, "give the text from -----BEGIN CERTIFICATE----- to -----END "
                         "CERTIFICATE-----, of one certificate (PEM)");
}

/* No passphrase is ever asked for at the terminal. */
static int no_passphrase(char *out, int size, int writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

static X509 *read_certificate(struct text pem, struct err *e)
{
    X509 *x = NULL;
    BIO *in = pem.n == 0 || pem.n > CMS_CERTIFICATE_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);
    if (in != NULL) x = PEM_read_bio_X509(in, NULL, no_passphrase, NULL);
    BIO_free(in);
    ERR_clear_error();
    if (x == NULL) not_certificate(e);
    return x;
}

static bool is_current(const X509 *x, int64_t now, struct err *e)
{
    time_t t = (time_t)now;
    if (X509_cmp_time(X509_get0_notBefore(x), &t) < 0 &&
        X509_cmp_time(X509_get0_notAfter(x), &t) > 0)
        return true;
    err_set(e, ERR_INPUT, "cms.expired", "the recipient's certificate is not valid today");
    return err_remedy(e, "ask the recipient for their present certificate");
}

static bool is_curve(const EVP_PKEY *key)
{
    static const char *const known[] = {"prime256v1", "P-256",     "secp384r1",
                                        "P-384",      "secp521r1", "P-521"};
    char name[40];
    size_t n;
    if (EVP_PKEY_get_group_name(key, name, sizeof name, &n) != 1) return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0) return true;
    return false;
}

static bool has_key(X509 *x, struct err *e)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    int kind = key == NULL ? 0 : EVP_PKEY_get_base_id(key),
        bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);
    uint32_t usage = X509_get_key_usage(x); /* all, where it says none */
    bool rsa = kind == EVP_PKEY_RSA && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
    if (!rsa && (kind != EVP_PKEY_EC || !is_curve(key))) {
        err_set(e, ERR_INPUT, "cms.key", "files are not encrypted to a key of this kind");
        return err_remedy(e,
                          "use a certificate with an RSA key of 2048 to 8192 bits, or an EC key on "
                          "P-256, P-384 or P-521");
    }
    if ((usage & (rsa ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT)) != 0) return true;
    err_set(e, ERR_INPUT, "cms.usage", "the recipient's certificate is not for encryption");
    return err_remedy(e, "ask the recipient for one whose key may encrypt");
}

/* The certificate, if files may be sealed to it. */
static X509 *usable(struct text pem, int64_t now, struct err *e)
{
    X509 *x = read_certificate(pem, e);
    if (x == NULL) return NULL;
    if (is_current(x, now, e) && has_key(x, e)) return x;
    X509_free(x);
    ERR_clear_error();
    return NULL;
}

bool cms_recipient_read(struct cms_recipient *out, struct text pem, int64_t now, struct err *e)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    *out = (struct cms_recipient){.name = ""};
    X509 *x = usable(pem, now, e);
    if (x == NULL) return false;
    BIO *name = BIO_new(BIO_s_mem());
    if (name != NULL &&
        X509_NAME_print_ex(name, X509_get_subject_name(x), 0,
                           XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
        int got = BIO_read(name, out->name, CMS_NAME_MAX - 1);
        struct text cut = {out->name, got < 0 ? 0 : (size_t)got};
        size_t good = cut.n;
        if (!text_is_utf8(cut, &good)) cut.n = good; /* where it was cut */
        out->name[cut.n] = '\0';
    }
    BIO_free(name);
    bool ok = X509_digest(x, EVP_sha256(), hash, &n) == 1 && n == 32;
    if (ok) crypto_hex(out->fingerprint, hash, 32);
    X509_free(x);
    ERR_clear_error();
    return ok ? true : not_certificate(e);
}

/* ---- sealing ---- */

/* What OpenSSL would take by itself is SHA-1 and the older padding of RSA. */
static bool add_recipient(CMS_ContentInfo *cms, X509 *x)
{
    CMS_RecipientInfo *r = CMS_add1_recipient_cert(cms, x, CMS_KEY_PARAM);
    EVP_PKEY_CTX *c = r == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(r);
    if (c == NULL) return false;
    if (EVP_PKEY_get_base_id(X509_get0_pubkey(x)) == EVP_PKEY_EC)
        return EVP_PKEY_CTX_set_ecdh_kdf_md(c, EVP_sha256()) > 0;
    return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(c, EVP_sha256()) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(c, EVP_sha256()) > 0;
}

static bool take(struct buf *out, CMS_ContentInfo *cms)
{
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    if (n > 0) buf_put(out, (const char *)der, (size_t)n);
    OPENSSL_free(der);
    return n > 0;
}

bool cms_seal(struct buf *out, struct text plain, struct text pem, int64_t now, struct err *e)
{
    X509 *x = usable(pem, now, e);
    if (x == NULL) return false;
    BIO *in =
        plain.n > INT32_MAX ? NULL : BIO_new_mem_buf(plain.n == 0 ? "" : plain.p, (int)plain.n);
    CMS_ContentInfo *cms =
        in == NULL ? NULL : CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL);
    bool ok = cms != NULL && add_recipient(cms, x) && CMS_final(cms, in, NULL, CMS_BINARY) == 1 &&
              take(out, cms);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    X509_free(x);
    ERR_clear_error();
    if (!ok) return err_set(e, ERR_SYSTEM, "cms.seal", "could not encrypt the file");
    if (out->too_long)
        return err_set(e, ERR_LIMIT, "cms.too_long", "the encrypted file is longer than it may be");
    return true;
}
