/* SPDX-License-Identifier: EUPL-1.2 */
/* GnuTLS, called and nothing else (S1: the protocol is the library's). */
#include "web/tls.h"

#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

/* S30: TLS 1.3 and 1.2; in 1.2 only ECDHE with AEAD. */
static const char priorities[] =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:"
    "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:+AEAD:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:"
    "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:"
    "+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-EDDSA-ED25519:"
    "+COMP-NULL:+CTYPE-X509:%SERVER_PRECEDENCE:%SAFE_RENEGOTIATION";

struct tls {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
};

struct tls_session {
    gnutls_session_t session;
};

static bool failed(struct err *e, int code)
{
    return err_set(e, ERR_SYSTEM, "tls.failed", "GnuTLS failed: %s", gnutls_strerror(code));
}

static gnutls_datum_t datum_of(struct text t)
{
    /* The library does not write to what it imports. */
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)t.p, (unsigned)t.n};
}

/* Certificates */

static bool is_dns_name(struct text t)
{
    if (t.n == 0 || t.n > 253 || t.p[0] == '-' || t.p[0] == '.') return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && c != '-' && c != '.') return false;
    }
    return true;
}

static bool add_host(gnutls_x509_crt_t crt, const char *host, struct err *e)
{
    unsigned char address[16];
    int code;
    if (inet_pton(AF_INET, host, address) == 1) {
        code = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 4,
                                                    GNUTLS_FSAN_APPEND);
    } else if (inet_pton(AF_INET6, host, address) == 1) {
        code = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 16,
                                                    GNUTLS_FSAN_APPEND);
    } else if (is_dns_name(text_of(host))) {
        code = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host,
                                                    (unsigned)strlen(host), GNUTLS_FSAN_APPEND);
    } else {
        err_set(e, ERR_INPUT, "tls.host", "a certificate cannot be made for \"%s\"", host);
        return err_remedy(e, "give a host name such as \"dcim.example.org\", or an address");
    }
    return code == 0 ? true : failed(e, code);
}

/* Everything of the certificate but its signature. */
static bool fill_certificate(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                             const char *const host[], size_t n, struct err *e)
{
    static const char *const always[] = {"localhost", "127.0.0.1", "::1"};
    unsigned char serial[16];
    const char *name = n > 0 ? host[0] : always[0];
    time_t now = time(NULL);
    crypto_random(serial, sizeof serial);
    serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, and of full length */
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (!add_host(crt, always[i], e)) return false;
    for (size_t i = 0; i < n; i++) {
        bool there = false;
        for (size_t k = 0; k < sizeof always / sizeof always[0]; k++)
            there = there || strcmp(host[i], always[k]) == 0;
        if (!there && !add_host(crt, host[i], e)) return false;
    }
    int code = gnutls_x509_crt_set_version(crt, 3);
    if (code == 0) code = gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
    if (code == 0) code = gnutls_x509_crt_set_activation_time(crt, now - 3600);
    if (code == 0)
        code = gnutls_x509_crt_set_expiration_time(crt, now - 3600 + (time_t)TLS_DAYS * 86400);
    /* A common name has at most 64 characters. */
    if (strlen(name) > 64) name = "DCIM";
    if (code == 0)
        code = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                             (unsigned)strlen(name));
    if (code == 0) code = gnutls_x509_crt_set_key(crt, key);
    if (code == 0) code = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
    if (code == 0) code = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (code == 0) code = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
    return code == 0 ? true : failed(e, code);
}

static bool put_datum(struct buf *out, int code, gnutls_datum_t *d, struct err *e)
{
    if (code != 0) return failed(e, code);
    buf_put(out, d->data, d->size);
    mem_wipe(d->data, d->size);
    gnutls_free(d->data);
    return true;
}

bool tls_make(struct buf *certificate, struct buf *key, const char *const host[], size_t n,
              struct err *e)
{
    bool ok = false;
    gnutls_x509_crt_t crt = NULL;
    gnutls_x509_privkey_t private_key = NULL;
    gnutls_datum_t pem = {NULL, 0};
    crypto_start();
    buf_init(certificate, TLS_PEM_MAX);
    buf_init_wiped(key, TLS_PEM_MAX);
    int code = gnutls_x509_crt_init(&crt);
    if (code == 0) code = gnutls_x509_privkey_init(&private_key);
    if (code == 0)
        code = gnutls_x509_privkey_generate(private_key, GNUTLS_PK_ECDSA,
                                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (code != 0) {
        failed(e, code);
        goto done;
    }
    if (!fill_certificate(crt, private_key, host, n, e)) goto done;
    code = gnutls_x509_crt_sign2(crt, crt, private_key, GNUTLS_DIG_SHA256, 0);
    if (code != 0) {
        failed(e, code);
        goto done;
    }
    ok = put_datum(certificate, gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), &pem, e) &&
         put_datum(key, gnutls_x509_privkey_export2(private_key, GNUTLS_X509_FMT_PEM, &pem), &pem,
                   e);
done:
    if (private_key != NULL) gnutls_x509_privkey_deinit(private_key);
    if (crt != NULL) gnutls_x509_crt_deinit(crt);
    return ok;
}

bool tls_make_files(const char *certificate_path, const char *key_path, const char *const host[],
                    size_t n, struct err *e)
{
    struct buf certificate, key;
    const char *there = file_exists(certificate_path) ? certificate_path
                        : file_exists(key_path)       ? key_path
                                                      : NULL;
    if (there != NULL) {
        err_set(e, ERR_CONFLICT, "tls.exists", "there is a file %s already", there);
        return err_remedy(e, "use it, or remove certificate and key so that new ones are made");
    }
    /* file_write() makes both 0600; a certificate that only its owner reads serves as well. */
    bool ok = tls_make(&certificate, &key, host, n, e) && file_write(key_path, buf_text(&key), e) &&
              file_write(certificate_path, buf_text(&certificate), e);
    buf_release(&certificate);
    buf_release(&key);
    return ok;
}

/* The certificates of a PEM text, of which the first is the server's; the caller deinits *n and
 * frees the list. */
static bool read_chain(gnutls_x509_crt_t **out, unsigned *n, struct text certificate, struct err *e)
{
    gnutls_datum_t pem = datum_of(certificate);
    int code = gnutls_x509_crt_list_import2(out, n, &pem, GNUTLS_X509_FMT_PEM,
                                            GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (code >= 0 && *n > 0) return true;
    err_set(e, ERR_INPUT, "tls.certificate", "the certificate cannot be read: %s",
            gnutls_strerror(code));
    return err_remedy(
        e, "give a PEM file that holds the server's certificate first, then those that signed it");
}

static void free_chain(gnutls_x509_crt_t *chain, unsigned n)
{
    for (unsigned i = 0; i < n; i++) gnutls_x509_crt_deinit(chain[i]);
    gnutls_free(chain);
}

bool tls_fingerprint(char out[TLS_FINGERPRINT_SIZE], struct text certificate, struct err *e)
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned n = 0;
    unsigned char hash[32];
    size_t hash_n = sizeof hash;
    if (!read_chain(&chain, &n, certificate, e)) return false;
    int code = gnutls_x509_crt_get_fingerprint(chain[0], GNUTLS_DIG_SHA256, hash, &hash_n);
    free_chain(chain, n);
    if (code != 0) return failed(e, code);
    for (size_t i = 0; i < sizeof hash; i++) {
        crypto_hex(out + 3 * i, hash + i, 1);
        out[3 * i + 2] = i + 1 < sizeof hash ? ':' : '\0';
    }
    return true;
}

static void warn_of_dates(char warning[ERR_MSG_MAX], gnutls_x509_crt_t crt)
{
    time_t now = time(NULL), from = gnutls_x509_crt_get_activation_time(crt);
    time_t to = gnutls_x509_crt_get_expiration_time(crt);
    const char *what = from > now ? tr("the certificate is not valid yet: browsers will warn")
                       : to < now ? tr("the certificate has expired: browsers will warn")
                       : to - now < 1209600 ? tr("the certificate expires within 14 days")
                                            : "";
    snprintf(warning, ERR_MSG_MAX, "%s", what);
}

bool tls_load(struct buf *certificate, struct buf *key, const char *certificate_path,
              const char *key_path, char warning[ERR_MSG_MAX], struct err *e)
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned n = 0;
    struct tls *t = NULL;
    buf_init(certificate, TLS_PEM_MAX);
    buf_init_wiped(key, TLS_PEM_MAX);
    if (!file_read(certificate, certificate_path, TLS_PEM_MAX, e)) return false;
    if (!file_read(key, key_path, TLS_PEM_MAX, e)) return false;
    if (!tls_open(&t, buf_text(certificate), buf_text(key), e)) return false;
    tls_close(t);
    if (warning == NULL) return true;
    if (!read_chain(&chain, &n, buf_text(certificate), e)) return false;
    warn_of_dates(warning, chain[0]);
    free_chain(chain, n);
    return true;
}

/* Sessions */

static bool use_pair(struct tls *t, struct text certificate, struct text key, struct err *e)
{
    gnutls_x509_crt_t *chain = NULL;
    gnutls_x509_privkey_t private_key = NULL;
    unsigned n = 0;
    gnutls_datum_t pem = datum_of(key);
    if (!read_chain(&chain, &n, certificate, e)) return false;
    int code = gnutls_x509_privkey_init(&private_key);
    if (code == 0)
        code = gnutls_x509_privkey_import2(private_key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code != 0) {
        err_set(e, ERR_INPUT, "tls.key", "the key of the certificate cannot be read: %s",
                gnutls_strerror(code));
        err_remedy(e, "give a PEM file with the private key, not protected by a password");
    } else {
        code = gnutls_certificate_set_x509_key(t->credentials, chain, (int)n, private_key);
        if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
            err_set(e, ERR_INPUT, "tls.pair", "certificate and key do not belong together");
            err_remedy(e, "give the key that the certificate was made with");
        } else if (code < 0) {
            failed(e, code);
        }
    }
    if (private_key != NULL) gnutls_x509_privkey_deinit(private_key);
    free_chain(chain, n);
    return code >= 0;
}

bool tls_open(struct tls **out, struct text certificate, struct text key, struct err *e)
{
    struct tls *t = mem_new(1, sizeof *t);
    bool ok = false;
    int code = gnutls_certificate_allocate_credentials(&t->credentials);
    if (code == 0) code = gnutls_priority_init(&t->priority, priorities, NULL);
    if (code != 0) failed(e, code);
    else ok = use_pair(t, certificate, key, e);
    if (!ok) {
        tls_close(t);
        t = NULL;
    }
    *out = t;
    return ok;
}

void tls_close(struct tls *t)
{
    if (t == NULL) return;
    if (t->priority != NULL) gnutls_priority_deinit(t->priority);
    if (t->credentials != NULL) gnutls_certificate_free_credentials(t->credentials);
    mem_free(t);
}

struct tls_session *tls_accept(struct tls *t, int socket)
{
    static const char protocol[] = "http/1.1";
    gnutls_datum_t alpn = datum_of(text_of(protocol));
    struct tls_session *s = mem_new(1, sizeof *s);
    /* No tickets: a session key lives as long as its connection. */
    int code = gnutls_init(&s->session,
                           GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);
    if (code == 0) code = gnutls_priority_set(s->session, t->priority);
    if (code == 0)
        code = gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, t->credentials);
    if (code == 0) code = gnutls_alpn_set_protocols(s->session, &alpn, 1, 0);
    if (code != 0) {
        if (s->session != NULL) gnutls_deinit(s->session);
        mem_free(s);
        return NULL;
    }
    gnutls_transport_set_int(s->session, socket);
    /* Time-outs are the front's. */
    gnutls_handshake_set_timeout(s->session, GNUTLS_INDEFINITE_TIMEOUT);
    return s;
}

static enum tls_wish wish_of(struct tls_session *s, ssize_t code)
{
    if (code == GNUTLS_E_AGAIN)
        return gnutls_record_get_direction(s->session) ? TLS_WANT_WRITE : TLS_WANT_READ;
    return TLS_BROKEN;
}

enum tls_wish tls_handshake(struct tls_session *s)
{
    int code;
    do code = gnutls_handshake(s->session);
    while (code == GNUTLS_E_INTERRUPTED || code == GNUTLS_E_WARNING_ALERT_RECEIVED ||
           code == GNUTLS_E_GOT_APPLICATION_DATA);
    return code == 0 ? TLS_DONE : wish_of(s, code);
}

enum tls_wish tls_read(struct tls_session *s, void *p, size_t n, size_t *got)
{
    ssize_t code;
    do code = gnutls_record_recv(s->session, p, n);
    while (code == GNUTLS_E_INTERRUPTED || code == GNUTLS_E_WARNING_ALERT_RECEIVED);
    *got = code > 0 ? (size_t)code : 0;
    return code > 0 ? TLS_DONE : code == 0 ? TLS_END : wish_of(s, code);
}

enum tls_wish tls_write(struct tls_session *s, const void *p, size_t n, size_t *got)
{
    ssize_t code;
    do code = gnutls_record_send(s->session, p, n);
    while (code == GNUTLS_E_INTERRUPTED);
    *got = code > 0 ? (size_t)code : 0;
    return code >= 0 ? TLS_DONE : wish_of(s, code);
}

bool tls_pending(const struct tls_session *s)
{
    return gnutls_record_check_pending(s->session) > 0;
}

enum tls_wish tls_bye(struct tls_session *s)
{
    int code;
    do code = gnutls_bye(s->session, GNUTLS_SHUT_WR);
    while (code == GNUTLS_E_INTERRUPTED);
    return code == 0 ? TLS_DONE : wish_of(s, code);
}

void tls_free(struct tls_session *s)
{
    if (s == NULL) return;
    gnutls_deinit(s->session);
    mem_free(s);
}
