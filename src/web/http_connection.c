/* SPDX-License-Identifier: EUPL-1.2 */
/* One connection. HANDSHAKE (TLS only) -> HEAD -> [BODY] -> QUEUED -> WRITE -> HEAD again, or
 * LINGER -> DEAD. What is refused, and what is answered at once, goes from HEAD or BODY straight to
 * WRITE.
 *
 * connection_pump() moves a connection through its states until it has to wait. Nothing is read
 * from a connection whose request is being answered, so what a client sends ahead waits in the
 * kernel, and there is one answer at a time (S77, S79). */
#include "web/http_internal.h"

#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READS_MAX = 16,         /* before others have their turn */
    SHORT_BODY = 12 * 1024, /* goes with its head, in one record */
    PATIENCE = 3            /* how many graces a client that was fast may then be silent */
};

static const uint64_t NEVER = UINT64_MAX;

/* Bytes in and out */

static void ask(struct connection *c, uint32_t events)
{
    if (c->events == events || c->gone) return;
    struct epoll_event ev = {.events = events, .data.ptr = c};
    if (epoll_ctl(c->http->epoll, EPOLL_CTL_MOD, c->socket, &ev) == 0) c->events = events;
}

static enum tls_wish receive(struct connection *c, void *p, size_t n, size_t *got)
{
    if (c->tls != NULL) return tls_read(c->tls, p, n, got);
    ssize_t code;
    do code = recv(c->socket, p, n, 0);
    while (code < 0 && errno == EINTR);
    *got = code > 0 ? (size_t)code : 0;
    if (code > 0) return TLS_DONE;
    if (code == 0) return TLS_END;
    return errno == EAGAIN ? TLS_WANT_READ : TLS_BROKEN;
}

static enum tls_wish transmit(struct connection *c, const void *p, size_t n, size_t *got)
{
    if (c->tls != NULL) return tls_write(c->tls, p, n, got);
    ssize_t code;
    do code = send(c->socket, p, n, MSG_NOSIGNAL);
    while (code < 0 && errno == EINTR);
    *got = code > 0 ? (size_t)code : 0;
    if (code >= 0) return TLS_DONE;
    return errno == EAGAIN ? TLS_WANT_WRITE : TLS_BROKEN;
}

static void wait_for(struct connection *c, enum tls_wish wish)
{
    ask(c, wish == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN);
}

/* S80: what a client may take for a body, ours or its own, grows with the bytes that moved; but one
 * that has stopped altogether does not live on what it once had. */
static void grant(struct connection *c, size_t bytes)
{
    const struct http_limits *l = &c->http->limit;
    uint64_t most = c->http->now_ms + (uint64_t)PATIENCE * l->grace_ms;
    c->deadline_ms += (uint64_t)bytes * 1000 / l->body_rate;
    if (c->deadline_ms > most) c->deadline_ms = most;
}

/* Beginning and end */

void connection_accept(struct http *h, int socket, const struct sockaddr *address)
{
    struct http_address from = http_address_of(address);
    /* Behind a proxy all connections are its own. */
    bool entered = !h->plain;
    if (entered && !http_source_enter(h->sources, &from)) {
        h->count_limited++;
        close(socket);
        return;
    }
    struct connection *c = mem_new(1, sizeof *c);
    c->http = h;
    c->socket = socket;
    c->address = from;
    c->entered = entered;
    c->events = EPOLLIN;
    buf_init_wiped(&c->in, h->limit.line_bytes + h->limit.head_bytes + 2 * (size_t)HTTP_SCRATCH);
    buf_init_wiped(&c->out, RESPONSE_HEAD_MAX + SHORT_BODY);
    c->next = h->connections;
    if (c->next != NULL) c->next->previous = c;
    h->connections = c;
    h->n_open++;
    h->count_open++;
    h->count_connections++;
    int on = 1;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->state = h->plain ? CONNECTION_HEAD : CONNECTION_HANDSHAKE;
    c->deadline_ms = h->now_ms + (h->plain ? h->limit.head_ms : h->limit.handshake_ms);
    if (!h->plain) c->tls = tls_accept(h->tls, socket);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
    if ((!h->plain && c->tls == NULL) || epoll_ctl(h->epoll, EPOLL_CTL_ADD, socket, &ev) != 0)
        connection_close(c);
}

void connection_close(struct connection *c)
{
    struct http *h = c->http;
    if (c->state == CONNECTION_DEAD) return;
    c->state = CONNECTION_DEAD;
    tls_free(c->tls);
    close(c->socket);
    if (c->entered) http_source_leave(h->sources, &c->address);
    job_free(h, c->job);
    c->job = NULL;
    buf_release(&c->in);
    buf_release(&c->out);
    if (c->previous != NULL) c->previous->next = c->next;
    else h->connections = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    h->n_open--;
    h->count_open--;
    c->link = h->dead;
    h->dead = c;
}

void connection_free(struct connection *c)
{
    mem_free(c);
}

bool connection_is_idle(const struct connection *c)
{
    return (c->state == CONNECTION_HEAD && c->in.n == c->in_at) ||
           c->state == CONNECTION_HANDSHAKE || c->state == CONNECTION_LINGER;
}

/* All is sent that will be: say so, and go on reading a little, for a socket closed with unread
 * bytes takes the answer away from the client (RFC 9112 section 9.6). */
static void linger(struct connection *c)
{
    if (c->tls != NULL) (void)tls_bye(c->tls);
    shutdown(c->socket, SHUT_WR);
    buf_release(&c->in);
    c->in_at = 0;
    c->state = CONNECTION_LINGER;
    c->deadline_ms = c->http->now_ms + c->http->limit.linger_ms;
    ask(c, EPOLLIN);
}

static void discard(struct connection *c)
{
    for (int i = 0; i < READS_MAX; i++) {
        ssize_t n = recv(c->socket, c->http->scratch, HTTP_SCRATCH, 0);
        if (n > 0 || (n < 0 && errno == EINTR)) continue;
        if (n == 0 || (errno != EAGAIN)) connection_close(c);
        return;
    }
}

/* Answers */

static void begin_writing(struct connection *c)
{
    struct http *h = c->http;
    struct job *j = c->job;
    struct response *r = &j->response;
    if (r->close || j->head.close || c->n_request >= h->limit.requests || h->stopping)
        c->close = true;
    struct response_wire wire = {.secure = c->tls != NULL,
                                 .close = c->close,
                                 .id = j->request.id,
                                 .date = h->date};
    struct text body = response_body(r);
    c->out_at = c->body_at = 0;
    response_write_head(&c->out, r, &wire);
    if (j->request.head || r->status == 204 || r->status == 304) {
        c->body_at = body.n;
    } else if (body.n <= SHORT_BODY) {
        buf_put_text(&c->out, body);
        c->body_at = body.n;
    }
    c->state = CONNECTION_WRITE;
    c->deadline_ms = h->now_ms + h->limit.grace_ms;
    if (r->status >= 500) h->count_refused++;
    if (r->status / 100 < HTTP_CLASSES) h->count_answered[r->status / 100]++;
    if (j->whole_us != 0) http_times_add(&h->times, http_time_us() - j->whole_us);
}

/* S76, S77: an error is the last thing said on a connection. */
static void refuse(struct connection *c, int status, uint32_t wait_s)
{
    struct http *h = c->http;
    char seconds[16];
    if (c->job == NULL) c->job = job_new();
    c->close = true;
    if (status < 500) h->count_refused++;
    if (status == 429) h->count_limited++;
    job_error(h, c->job, status);
    if (status == 503 && wait_s == 0) wait_s = 5;
    if (wait_s > 0) {
        snprintf(seconds, sizeof seconds, "%u", (unsigned)wait_s);
        (void)response_header(&c->job->response, "Retry-After", text_of(seconds));
    }
    begin_writing(c);
}

/* False: not all is sent yet, or the connection is dead. */
static bool flush(struct connection *c)
{
    struct text body = response_body(&c->job->response);
    while (c->out_at < c->out.n || c->body_at < body.n) {
        size_t n = 0;
        bool in_head = c->out_at < c->out.n;
        enum tls_wish wish = in_head ? transmit(c, c->out.p + c->out_at, c->out.n - c->out_at, &n)
                                     : transmit(c, body.p + c->body_at, body.n - c->body_at, &n);
        if (wish == TLS_WANT_READ || wish == TLS_WANT_WRITE) {
            wait_for(c, wish);
            return false;
        }
        if (wish != TLS_DONE) {
            connection_close(c);
            return false;
        }
        if (in_head) c->out_at += n;
        else c->body_at += n;
        grant(c, n);
    }
    return true;
}

/* The answer is sent: forget the request, and go on or end. */
static void end_request(struct connection *c)
{
    struct http *h = c->http;
    job_free(h, c->job);
    c->job = NULL;
    buf_release(&c->out);
    if (c->close) {
        linger(c);
        return;
    }
    c->scan = (struct http_scan){0};
    c->state = CONNECTION_HEAD;
    c->deadline_ms = h->now_ms + (c->in_at < c->in.n ? h->limit.head_ms : h->limit.idle_ms);
    ask(c, EPOLLIN);
}

/* Requests */

static void use_up(struct connection *c, size_t n)
{
    c->in_at += n;
    if (c->in_at < c->in.n) return;
    buf_release(&c->in);
    c->in_at = 0;
}

/* To a worker, or answered at once. */
static void submit(struct connection *c)
{
    struct http *h = c->http;
    struct job *j = c->job;
    bool plain_get = j->request.method == METHOD_GET && h->handler.quick != NULL;
    if (plain_get && h->handler.quick(h->handler.ctx, &j->request, &j->response)) {
        if (j->response.status == 0) refuse(c, 500, 0);
        else begin_writing(c);
        return;
    }
    j->whole_us = http_time_us(); /* files take no time worth telling, and would hide the pages */
    c->state = CONNECTION_QUEUED;
    c->deadline_ms = NEVER;
    ask(c, 0);
    if (!workers_give(h, c)) refuse(c, 503, 0);
}

/* "Expect: 100-continue": at this place nothing waits to be sent, so the line goes at once or
 * never. */
static bool say_continue(struct connection *c)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    size_t n = 0;
    return transmit(c, line, sizeof line - 1, &n) == TLS_DONE && n == sizeof line - 1;
}

/* False: more must come. */
static bool take_head(struct connection *c)
{
    struct http *h = c->http;
    const struct http_head_limits limit = {h->limit.line_bytes, h->limit.head_bytes,
                                           h->limit.head_fields};
    struct text bytes = {c->in.p + c->in_at, c->in.n - c->in_at};
    size_t end = 0;
    if (bytes.n == 0) return false;
    if (c->scan.at == 0) c->deadline_ms = h->now_ms + h->limit.head_ms;
    int status = http_head_scan(&c->scan, bytes, &limit, &end);
    if (status == 0) return false;
    c->n_request++;
    h->count_requests++;
    if (status != 1) {
        refuse(c, status, 0);
        return true;
    }
    uint32_t wait_s = 0;
    c->job = job_new();
    status = job_begin(c, (struct text){bytes.p, end}, &wait_s);
    use_up(c, end);
    if (status != 0) {
        refuse(c, status, wait_s);
        return true;
    }
    if (c->job->kind == BODY_NONE) {
        submit(c);
        return true;
    }
    c->state = CONNECTION_BODY;
    c->deadline_ms = h->now_ms + h->limit.grace_ms;
    if (c->job->head.expects && c->in_at == c->in.n && !say_continue(c)) connection_close(c);
    return true;
}

/* 0: more must come; 1: whole; else the status that refuses it. */
static int decode(struct job *j, struct text bytes, size_t *used)
{
    if (j->head.chunked) return http_chunk_decode(&j->chunk, bytes, used, &j->body, j->body_max);
    size_t left = (size_t)j->head.length - j->body.n;
    *used = bytes.n < left ? bytes.n : left;
    buf_put(&j->body, bytes.p, *used);
    return j->body.n == j->head.length;
}

static bool take_body(struct connection *c)
{
    struct http *h = c->http;
    struct job *j = c->job;
    struct text bytes = {c->in.p + c->in_at, c->in.n - c->in_at};
    size_t used = 0, before = j->body.n;
    if (bytes.n == 0) return false;
    int status = decode(j, bytes, &used);
    h->n_bodies += j->body.n - before;
    grant(c, j->body.n - before);
    use_up(c, used);
    if (h->n_bodies > h->limit.bodies_bytes) status = 503;
    if (status == 0) return false;
    if (status == 1) submit(c);
    else refuse(c, status, 0);
    return true;
}

/* Go on until something must be waited for. */
static void pump(struct connection *c)
{
    bool on = true;
    while (on) {
        switch (c->state) {
        case CONNECTION_HEAD: on = take_head(c); break;
        case CONNECTION_BODY: on = take_body(c); break;
        case CONNECTION_WRITE:
            on = flush(c);
            if (on) end_request(c);
            break;
        case CONNECTION_HANDSHAKE:
        case CONNECTION_QUEUED:
        case CONNECTION_LINGER:
        case CONNECTION_DEAD: on = false; break;
        }
    }
}

static bool wants_bytes(const struct connection *c)
{
    return c->state == CONNECTION_HEAD || c->state == CONNECTION_BODY;
}

/* What is unread in the buffer goes to its front, and the new bytes behind it. */
static void keep(struct connection *c, size_t n)
{
    if (c->in_at > 0) {
        size_t left = c->in.n - c->in_at;
        memmove(c->in.p, c->in.p + c->in_at, left);
        mem_wipe(c->in.p + left, c->in_at);
        c->in.n = left;
        c->in_at = 0;
    }
    buf_put(&c->in, c->http->scratch, n);
    assert(!c->in.too_long);
    mem_wipe(c->http->scratch, n);
}

static void read_on(struct connection *c)
{
    for (int i = 0; wants_bytes(c) && (i < READS_MAX || (c->tls != NULL && tls_pending(c->tls)));
         i++) {
        size_t n = 0;
        enum tls_wish wish = receive(c, c->http->scratch, HTTP_SCRATCH, &n);
        if (wish == TLS_WANT_READ || wish == TLS_WANT_WRITE) {
            wait_for(c, wish);
            return;
        }
        if (wish != TLS_DONE) {
            connection_close(c);
            return;
        }
        keep(c, n);
        pump(c);
    }
}

static void shake_hands(struct connection *c)
{
    enum tls_wish wish = tls_handshake(c->tls);
    if (wish == TLS_WANT_READ || wish == TLS_WANT_WRITE) {
        wait_for(c, wish);
        return;
    }
    if (wish != TLS_DONE) {
        connection_close(c);
        return;
    }
    c->state = CONNECTION_HEAD;
    c->deadline_ms = c->http->now_ms + c->http->limit.head_ms;
    ask(c, EPOLLIN);
}

void connection_event(struct connection *c, uint32_t events)
{
    if (c->state == CONNECTION_HANDSHAKE) shake_hands(c);
    switch (c->state) {
    case CONNECTION_WRITE:
        pump(c);
        /* A request sent ahead may wait in the library, of which no event would tell. */
        if (wants_bytes(c)) read_on(c);
        return;
    case CONNECTION_HEAD:
    case CONNECTION_BODY: read_on(c); return;
    case CONNECTION_LINGER: discard(c); return;
    case CONNECTION_QUEUED:
        /* Only a failure can be told here, and it would be told for ever. */
        if ((events & (EPOLLERR | EPOLLHUP)) == 0 || c->gone) return;
        c->gone = true;
        (void)epoll_ctl(c->http->epoll, EPOLL_CTL_DEL, c->socket, NULL);
        return;
    case CONNECTION_HANDSHAKE:
    case CONNECTION_DEAD: return;
    }
}

void connection_answered(struct connection *c)
{
    if (c->gone) {
        connection_close(c);
        return;
    }
    begin_writing(c);
    pump(c);
    if (wants_bytes(c)) read_on(c);
}

void connection_late(struct connection *c)
{
    bool begun = c->state == CONNECTION_BODY || (c->state == CONNECTION_HEAD && c->in.n > c->in_at);
    if (!begun && c->state == CONNECTION_HEAD) {
        linger(c);
        return;
    }
    if (c->state != CONNECTION_LINGER) c->http->count_cut++;
    if (!begun) {
        connection_close(c);
        return;
    }
    refuse(c, 408, 0);
    pump(c);
}
