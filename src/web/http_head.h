/* SPDX-License-Identifier: EUPL-1.2 */
/* The head of a request, exactly as RFC 9112 writes it and no way else (S31, S76, S78).
 *
 * Two steps. The scan looks at each byte once, as it arrives, finds the end and everything that is
 * wrong with single bytes and lines: so a head that comes byte by byte costs no more than a whole
 * one (S79, S82), and a bad one is refused at the bad byte. The parse then reads the whole head.
 *
 * Stricter than the RFC, where it lets a server choose: line ends are CRLF; no empty line before
 * the request; origin form only; one value of each header that is no list; transfer coding
 * "chunked" or none; no body with GET. Each is a place where two readers could differ. */
#ifndef DCIM_WEB_HTTP_HEAD_H
#define DCIM_WEB_HTTP_HEAD_H

#include "base/arena.h"
#include "base/text.h"
#include "web/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_head_limits {
    size_t line, head,
        fields; /* bytes of the request line, bytes of the header lines, their number */
};

struct http_scan { /* begins zeroed */
    size_t at;     /* bytes looked at */
    size_t line;   /* where the line begins */
    size_t n_line; /* lines ended */
    size_t head;   /* where the header lines begin */
    bool cr;       /* the last byte was CR */
};

/* Look at bytes[scan->at ..]. 0: more is needed; 1: whole, *end is behind it; else the status that
 * refuses it (400, 414, 431). `bytes` is the same text as before, grown. Cost: O(new bytes). */
int http_head_scan(struct http_scan *scan, struct text bytes, const struct http_head_limits *limit,
                   size_t *end);

struct http_head {
    struct text target;
    enum method method;
    bool head;  /* HEAD */
    bool close; /* Connection: close */
    bool chunked;
    bool expects;     /* Expect: 100-continue */
    uint64_t length;  /* Content-Length; 0 without */
    struct text type; /* Content-Type, whole; p NULL: none */
    const struct field *header;
    size_t n_header;
};

/* Read a head that http_head_scan() found whole (with its empty line). 0 when it is good, else the
 * status: 400, 405 a method not offered, 417, 501 unknown method, 505. `gives`, from `a`, and
 * borrows from `bytes`. */
int http_head_parse(struct http_head *out, struct text bytes, struct arena *a);

#endif
