/* SPDX-License-Identifier: EUPL-1.2 */
/* One request, read whole and within limits before anybody sees it.
 *
 * Everything is borrowed and lives until the answer has been handed over: nobody keeps a pointer of
 * it. What is here has been checked once, so that no page checks it again: the path and the names
 * and values of query, form and cookies are decoded, valid UTF-8 without NUL (S63); header values
 * hold no control character; a body is as long as was said. The memory is wiped when the request is
 * done (S89).
 *
 * A text that is missing has p == NULL; one that is empty has n == 0 and p != NULL. */
#ifndef DCIM_WEB_REQUEST_H
#define DCIM_WEB_REQUEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE };

struct field { /* of a query, a form, the cookies or the head; header names are in lower case */
    struct text name, value;
};

struct upload {            /* a file of a multipart form; an empty choice of file is not one */
    struct text field;     /* name of the input */
    struct text file_name; /* as the browser says, folders cut off; for showing, never a path */
    struct text type;      /* as the browser claims; never to be believed */
    struct text bytes;
};

enum {
    REQUEST_ID_SIZE = 17,
    REQUEST_ADDRESS_SIZE = 64,
    REQUEST_FIELDS_MAX = 10000,
    REQUEST_UPLOADS_MAX = 20
};

struct request {
    enum method method;
    bool head;          /* HEAD: answered like GET, the body is then not sent */
    bool secure;        /* came by TLS, ours or the declared proxy's */
    struct text path;   /* "/record/PT-7", decoded; no segment ".", ".." or, inside, empty */
    struct text target; /* path and query as sent; never logged (S34) */
    const struct field *query;
    size_t n_query;
    const struct field *header; /* one row a name: lists are joined, other repeats refused */
    size_t n_header;
    const struct field *cookie;
    size_t n_cookie;
    const struct field *form; /* of urlencoded and multipart bodies, in the order sent */
    size_t n_form;
    const struct upload *upload;
    size_t n_upload;
    struct text content_type; /* lower case, no parameters: "application/json"; p NULL: none */
    struct text body;         /* as received; JSON is checked by whoever parses it */
    /* Correlation id: 16 hexadecimal digits; in error pages and the log (S64). */
    char id[REQUEST_ID_SIZE];
    char address[REQUEST_ADDRESS_SIZE]; /* of the client, whole: for rates alone, never logged */
    char source[REQUEST_ADDRESS_SIZE];  /* the same cut to /24 or /48: "192.0.2.0/24" */
    struct arena *arena;                /* of this request; ARENA_WIPE */
};

/* The first value of that name; p == NULL when there is none. Header names in lower case.
 * O(fields). */
struct text request_query(const struct request *r, const char *name);
struct text request_form(const struct request *r, const char *name);
struct text request_cookie(const struct request *r, const char *name);
struct text request_header(const struct request *r, const char *name);

/* The first file of that field, or NULL. */
const struct upload *request_upload(const struct request *r, const char *field);

/* "GET", "POST"; HEAD is "GET". */
const char *method_name(enum method m);

/* The best of `offered` (n language codes in lower case, "pt") by Accept-Language and its weights
 * (RFC 9110 section 12.5.4; basic filtering, RFC 4647 section 3.3.1); offered[0] when nothing fits
 * or the header is malformed. */
const char *request_language(const struct request *r, const char *const offered[], size_t n);

/* Whether the browser takes gzip (Accept-Encoding). */
bool request_accepts_gzip(const struct request *r);

/* The parts a request is made of. Each reads one whole text, in O(bytes), and gives fields from
 * `a`, or ERR_INPUT "request.malformed", ERR_LIMIT "request.too_many_fields" (over
 * REQUEST_FIELDS_MAX). */

/* a=1&b=x+y, of a query (after the "?") or an urlencoded body. Refused: bad percent escapes,
 * escaped or plain NUL, what is not UTF-8, a plain control character. */
bool request_parse_urlencoded(const struct field **out, size_t *n, struct text t, struct arena *a,
                              struct err *e) MUST_CHECK;

/* Value of a Cookie header: name=value pairs between "; ". Malformed pairs are left out, for other
 * programs of the host share the header (RFC 6265 section 5.4); of two cookies of one name none is
 * believed. At most 64. */
bool request_parse_cookies(const struct field **out, size_t *n, struct text t, struct arena *a,
                           struct err *e) MUST_CHECK;

/* Path and query of a request target in origin form ("/a/b?c=d", RFC 9112 section 3.2.1). */
bool request_parse_target(struct request *r, struct text target, struct err *e) MUST_CHECK;

#endif
