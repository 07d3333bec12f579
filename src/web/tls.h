/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to GnuTLS: the server's side of TLS 1.2 and 1.3 (S30), and certificates for machines
 * that have none yet. TLS 1.2 with ECDHE and AEAD only; no renegotiation, no compression, no client
 * certificates. */
#ifndef DCIM_WEB_TLS_H
#define DCIM_WEB_TLS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TLS_DAYS = 397 /* longest that browsers take */,
    TLS_PEM_MAX = 1024 * 1024,
    TLS_FINGERPRINT_SIZE = 96
};

/* A self-signed certificate with its key, as PEM: EC P-256, SHA-256, valid from an hour ago for
 * TLS_DAYS, for localhost, 127.0.0.1, ::1 and the `n` names or addresses of `host`. `key` is a
 * wiped buffer. Errors: ERR_INPUT "tls.host" for what is neither name nor address, ERR_SYSTEM
 * "tls.failed". Cost: 1 ms. */
bool tls_make(struct buf *certificate, struct buf *key, const char *const host[], size_t n,
              struct err *e) MUST_CHECK;

/* tls_make() into files; the key is 0600. Existing files are left alone: ERR_CONFLICT
 * "tls.exists". */
bool tls_make_files(const char *certificate_path, const char *key_path, const char *const host[],
                    size_t n, struct err *e) MUST_CHECK;

/* Read both files, and see that they are PEM, belong together, and are valid today (only warned of:
 * *warning is a sentence, or empty; may be NULL). Errors: as file_read(); ERR_INPUT
 * "tls.certificate", "tls.key", "tls.pair". */
bool tls_load(struct buf *certificate, struct buf *key, const char *certificate_path,
              const char *key_path, char warning[ERR_MSG_MAX], struct err *e) MUST_CHECK;

/* SHA-256 of the first certificate of a PEM text, 64 hexadecimal digits in pairs with ":" between,
 * for people to compare with what their browser shows. */
bool tls_fingerprint(char out[TLS_FINGERPRINT_SIZE], struct text certificate,
                     struct err *e) MUST_CHECK;

/* What all connections share; `owns`, tls_close() after the last session (NULL is fine). */
struct tls;
bool tls_open(struct tls **out, struct text certificate, struct text key, struct err *e) MUST_CHECK;
void tls_close(struct tls *t);

/* One connection on a non-blocking socket, which stays the caller's. */
struct tls_session;
enum tls_wish {
    TLS_DONE,
    TLS_WANT_READ,
    TLS_WANT_WRITE,
    TLS_END /* closed by the other side */,
    TLS_BROKEN
};

struct tls_session *tls_accept(struct tls *t, int socket);
enum tls_wish tls_handshake(struct tls_session *s);
/* TLS_DONE: *got bytes (1..n) were moved. A write that wants is repeated with the same bytes. */
enum tls_wish tls_read(struct tls_session *s, void *p, size_t n, size_t *got);
enum tls_wish tls_write(struct tls_session *s, const void *p, size_t n, size_t *got);
bool tls_pending(
    const struct tls_session *s); /* bytes are decrypted and waiting: no event will tell */
enum tls_wish tls_bye(struct tls_session *s); /* close_notify */
void tls_free(struct tls_session *s);         /* NULL is fine */

#endif
