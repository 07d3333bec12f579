/* SPDX-License-Identifier: EUPL-1.2 */
/* The HTTP front: sockets and TLS on one side, whole requests on the other.
 *
 * One thread waits for all connections (epoll) and never for anything else. It reads a request to
 * its end within the limits below, and refuses what is not exactly HTTP/1.1 (S31, S76). A whole
 * request goes to a queue; a worker takes it, calls answer(), and the thread sends what came out.
 * While a request is answered its connection is not read, so requests in a pipeline are answered in
 * order, one at a time. */
#ifndef DCIM_WEB_HTTP_H
#define DCIM_WEB_HTTP_H

#include "base/err.h"
#include "base/text.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

enum { HTTP_CLASSES = 6 };

/* Limits of S78, S80 and S83. Zero means the default, in brackets. */
struct http_limits {
    size_t line_bytes;     /* of a request line (4 KiB): 414 */
    size_t head_bytes;     /* of all header lines (16 KiB): 431 */
    size_t head_fields;    /* (64): 431 */
    size_t body_bytes;     /* of forms and JSON (1 MiB): 413 */
    size_t upload_bytes;   /* of multipart bodies (32 MiB): 413 */
    size_t bodies_bytes;   /* of all bodies held at once (256 MiB): 503 */
    uint32_t handshake_ms; /* TLS handshake (10 s) */
    uint32_t head_ms;      /* first byte of a head to its last (10 s): 408 */
    uint32_t grace_ms;     /* of a body before its rate counts (5 s) */
    uint32_t
        body_rate; /* bytes a second, on average since the head (1024): 408; for answers as well */
    uint32_t idle_ms;     /* between requests (20 s) */
    uint32_t linger_ms;   /* reading on behind a refusal so that the client sees it (2 s) */
    uint32_t requests;    /* on one connection (1,000) */
    uint32_t connections; /* in all (16,384): further ones wait in the kernel */
    uint32_t per_source;  /* connections from one source (200) */
    uint32_t rate;        /* requests a second from one source on the long run (100): 429 */
    uint32_t burst;       /* and at once (400) */
    uint32_t queue;       /* whole requests waiting for a worker (1,024): 503 */
};

struct http_options {
    const char *address;          /* "127.0.0.1", "::1", "0.0.0.0", "::"; NULL: "127.0.0.1" */
    uint16_t port;                /* 0: any free one, see http_port() */
    struct text certificate, key; /* PEM; borrowed during http_open() */
    bool
        insecure_plain; /* no TLS, for a declared proxy: loopback addresses only. The client's address is then
                            the last one of X-Forwarded-For, where the proxy sends that */
    unsigned n_worker; /* threads that call answer(); 0: 4 */
    struct http_limits limit;
};

/* What the front asks. The functions marked (front) run on its thread: they must not wait for
 * anything. */
struct http_handler {
    void *ctx;

    /* Answer one request; `worker` is 0 .. n_worker-1, and each calls from its own thread. `out` is
     * empty. */
    void (*answer)(void *ctx, unsigned worker, const struct request *r, struct response *out);

    /* (front) May answer at once, without a worker, as hashed static files are: true when `out` is
     * the answer. Called for GET alone. NULL: never. */
    bool (*quick)(void *ctx, const struct request *r, struct response *out);

    /* (front) Longest body for this request, asked when its head is read; a greater one is 413. 0:
     * no body is wanted. `most` is what the limits allow. NULL: `most` for every request. */
    size_t (*body_max)(void *ctx, const struct request *r, size_t most);

    /* (front, and workers) The page of an error that the front itself found: status (400, 404 ...
     * 503) and correlation id (S64). `r` is NULL, or the head of the request (for its language): no
     * form, no body, and path and query only where those were good. NULL: status and id as plain
     * text. */
    void (*error_page)(void *ctx, const struct request *r, int status, const char *id,
                       struct response *out);
};

/* Listen, and serve until http_stop(). `handler` is copied, its ctx borrowed until then.
 * Errors: ERR_USAGE "http.address" (not an address; or plain HTTP on one that is not loopback,
 * S30), ERR_SYSTEM "http.listen" (taken, or not permitted), and those of tls_open(). */
bool http_open(struct http **out, const struct http_options *o, const struct http_handler *handler,
               struct err *e) MUST_CHECK;

/* The port that is listened on. */
uint16_t http_port(const struct http *h);

/* Requests that came in are answered (for at most two seconds), then all connections are closed,
 * threads joined, memory wiped and freed. NULL is fine. */
void http_stop(struct http *h);

struct
    http_counts { /* since http_open(); for the health page: numbers alone, nothing of who asked */
    uint64_t connections, requests, refused /* 4xx and 5xx of the front */, limited /* 429 */,
        cut /* too slow */;
    uint64_t answered[HTTP_CLASSES]; /* by the first digit of their status: 2 for 2xx */
    uint64_t open, waiting;          /* now: connections, requests in the queue */
    /* Of the last five to ten minutes: answers that workers made, and within how many microseconds
     * from the last byte of the request half of them were and 99 of 100 (a fifth more at most); 0:
     * none. */
    uint64_t timed, half_us, most_us;
};
void http_count(struct http_counts *out, struct http *h);

#endif
