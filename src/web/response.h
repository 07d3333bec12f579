/* SPDX-License-Identifier: EUPL-1.2 */
/* An answer, and the one place where its head is written.
 *
 * Whoever answers sets status, content type and body, and adds headers of his own; what protects
 * the browser (S32, S33, conventions 13) is put on every answer here, errors included, and nobody
 * can leave it out or write over it. There is no Server header and no version (S32), and CORS is
 * never granted (S31). */
#ifndef DCIM_WEB_RESPONSE_H
#define DCIM_WEB_RESPONSE_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Where browsers send their reports (S35); a row of the table of routes. */
#define RESPONSE_CSP_REPORT_PATH "/csp-report"

enum { RESPONSE_BODY_MAX = 64 * 1024 * 1024, RESPONSE_HEAD_MAX = 16 * 1024 };

struct response {
    int status;               /* 200; 0: nobody answered, becomes 500 */
    const char *content_type; /* a literal, "text/html; charset=utf-8"; NULL: none (204, 303) */
    struct buf body;          /* owned, wiped when sent (S89) */
    struct text lasting; /* instead of `body`: lives as long as the process, as embedded files */
    bool gzip;           /* the body is gzip already; see request_accepts_gzip() */
    bool immutable;      /* a file with its hash in its name: cached for a year (S33) */
    unsigned refresh_s;  /* the browser asks for the same page again after so many seconds; 0: no */
    bool close;          /* the connection ends behind this answer */
    struct buf header;   /* written by response_header() */
};

void response_init(struct response *r);
void response_release(struct response *r);
/* Empty again, as after response_init(): what was begun is given up for an error page. */
void response_clear(struct response *r);

/* Add a header. False, and nothing is added, when the value holds a control character or a byte
 * that is not ASCII (S61), or the name is no token or one that this module or the connection writes
 * itself (Content-Length, the security headers, Set-Cookie, anything of CORS ...). */
bool response_header(struct response *r, const char *name, struct text value);

/* 303 See Other to a place in this program. `to` begins with one "/" and holds printable ASCII
 * without "\\" (S61); anything else is false, and the answer becomes a redirect to "/". */
bool response_redirect(struct response *r, struct text to);

/* The session cookie (S36): "__Host-NAME=VALUE; Path=/; Secure; HttpOnly; SameSite=Strict", no
 * Max-Age. Value: letters, digits, "-", "_". response_cookie_end() makes the browser forget it. */
bool response_cookie(struct response *r, const char *name, struct text value);
void response_cookie_end(struct response *r, const char *name);

/* Sign-out: the browser drops all it keeps of us (S33). */
void response_clear_site_data(struct response *r);

/* Offer the body as a file: Content-Disposition with the name in ASCII and, where it needs more, in
 * UTF-8 (RFC 6266). Control characters and separators in the name become "_". */
void response_attachment(struct response *r, struct text file_name);

/* The body as readers see it: `lasting` where that is set. Borrows. */
struct text response_body(const struct response *r);

struct response_wire { /* what the connection knows */
    bool secure;       /* our TLS: HSTS goes on */
    bool close;        /* Connection: close */
    const char *id;    /* correlation id: X-Request-Id; NULL: none */
    const char *date;  /* "Sun, 06 Nov 1994 08:49:37 GMT"; NULL: none */
};
/* Status line and head, with the empty line, appended to `out`. */
void response_write_head(struct buf *out, const struct response *r, const struct response_wire *w);

/* "Not Found" for 404. */
const char *response_reason(int status);

#endif
