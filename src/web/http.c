/* SPDX-License-Identifier: EUPL-1.2 */
/* Listening, the loop over all connections, and time-outs.
 *
 * Why not an HTTP library: S76 to S80 ask for things that are decided while the bytes of a head
 * come in (which byte is refused, how long a head may take as a whole, how slow a body may be).
 * libmicrohttpd 0.9.75 takes bare CR and LF, folded lines and chunk extensions, and has one
 * time-out of inactivity, which a client that sends a byte now and then never meets. Strictness
 * would need a reader of our own before it; behind such a reader it would be a second reader of the
 * same head, and what two readers see differently is what request smuggling is. So there is one. */
#include "web/http.h"
#include "web/http_internal.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, ACCEPTS_MAX = 64, FILES_BESIDE = 64, BACKLOG = 1024 };

static uint64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), in English whatever the locale. */
static void write_date(struct http *h)
{
    static const char day[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    time_t now = time(NULL);
    if (now == h->date_of || gmtime_r(&now, &tm) == NULL) return;
    h->date_of = now;
    snprintf(h->date, sizeof h->date, "%s, %02d %s %d %02d:%02d:%02d GMT", day[tm.tm_wday % 7],
             tm.tm_mday % 100, month[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
             tm.tm_min % 100, tm.tm_sec % 100);
}

/* Accepting */

static void listen_or_not(struct http *h, bool listening)
{
    if (h->listening == listening || h->listener < 0) return;
    struct epoll_event ev = {.events = listening ? EPOLLIN : 0, .data.ptr = &h->listener};
    if (epoll_ctl(h->epoll, EPOLL_CTL_MOD, h->listener, &ev) == 0) h->listening = listening;
}

static void accept_some(struct http *h)
{
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        if (h->n_open >= h->limit.connections) {
            listen_or_not(h, false);
            return;
        }
        struct sockaddr_storage address = {0};
        socklen_t n = sizeof address;
        int s = accept4(h->listener, (struct sockaddr *)&address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (s >= 0) {
            connection_accept(h, s, (struct sockaddr *)&address);
            continue;
        }
        if (errno == EAGAIN) return;
        /* No descriptors or memory: not before the next tick. Else it is the one connection's
         * fault. */
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            listen_or_not(h, false);
            return;
        }
    }
}

/* The loop */

static void free_dead(struct http *h)
{
    while (h->dead != NULL) {
        struct connection *c = h->dead;
        h->dead = c->link;
        connection_free(c);
    }
}

/* Deadlines are looked at in one walk over all connections: 16,384 of them take about a
 * millisecond. */
static void tick(struct http *h)
{
    h->ticked_ms = h->now_ms;
    http_times_turn(&h->times, h->now_ms);
    for (struct connection *c = h->connections, *next; c != NULL; c = next) {
        next = c->next;
        if (c->deadline_ms <= h->now_ms) connection_late(c);
    }
    if (h->n_open < h->limit.connections && !h->stopping) listen_or_not(h, true);
}

static void handle(struct http *h, const struct epoll_event *ev)
{
    if (ev->data.ptr == &h->listener) {
        accept_some(h);
    } else if (ev->data.ptr == &h->wake) {
        uint64_t n;
        ssize_t got = read(h->wake, &n, sizeof n);
        (void)got;
    } else {
        connection_event(ev->data.ptr, ev->events);
    }
}

static void round_of(struct http *h, int wait_ms)
{
    struct epoll_event ev[EVENTS];
    int n = epoll_wait(h->epoll, ev, EVENTS, wait_ms);
    h->now_ms = clock_ms();
    write_date(h);
    for (int i = 0; i < n; i++) handle(h, &ev[i]);
    for (struct connection *c; (c = workers_done(h)) != NULL;) connection_answered(c);
    if (h->now_ms - h->ticked_ms >= HTTP_TICK_MS) tick(h);
    free_dead(h);
}

/* No new ones; who asked gets the answer, if that is soon. */
static void finish(struct http *h)
{
    uint64_t until = h->now_ms + HTTP_STOP_MS;
    (void)epoll_ctl(h->epoll, EPOLL_CTL_DEL, h->listener, NULL);
    close(h->listener);
    h->listener = -1;
    for (;;) {
        for (struct connection *c = h->connections, *next; c != NULL; c = next) {
            next = c->next;
            if (connection_is_idle(c)) connection_close(c);
        }
        free_dead(h);
        if (h->connections == NULL || h->now_ms >= until) return;
        round_of(h, HTTP_TICK_MS / 4);
    }
}

static void run(void *ctx)
{
    struct http *h = ctx;
    while (!h->stopping) round_of(h, h->n_open > 0 || !h->listening ? HTTP_TICK_MS : -1);
    finish(h);
}

/* Opening */

static void set(size_t *limit, size_t otherwise)
{
    if (*limit == 0) *limit = otherwise;
}

static void set32(uint32_t *limit, uint32_t otherwise)
{
    if (*limit == 0) *limit = otherwise;
}

static void set_limits(struct http_limits *l)
{
    set(&l->line_bytes, 4096);
    set(&l->head_bytes, 16384);
    set(&l->head_fields, 64);
    set(&l->body_bytes, (size_t)1024 * 1024);
    set(&l->upload_bytes, (size_t)32 * 1024 * 1024);
    set(&l->bodies_bytes, (size_t)256 * 1024 * 1024);
    set32(&l->handshake_ms, 10000);
    set32(&l->head_ms, 10000);
    set32(&l->grace_ms, 5000);
    set32(&l->body_rate, 1024);
    set32(&l->idle_ms, 20000);
    set32(&l->linger_ms, 2000);
    set32(&l->requests, 1000);
    set32(&l->connections, 16384);
    set32(&l->per_source, 200);
    set32(&l->rate, 100);
    set32(&l->burst, 400);
    set32(&l->queue, 1024);
    /* Each connection is a descriptor: as many as we are given, less what else is open. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    rlim_t want = (rlim_t)l->connections + FILES_BESIDE;
    if (files.rlim_cur < want) {
        files.rlim_cur = files.rlim_max < want ? files.rlim_max : want;
        (void)setrlimit(RLIMIT_NOFILE, &files);
        (void)getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur < want && files.rlim_cur > 2 * (rlim_t)FILES_BESIDE)
        l->connections = (uint32_t)(files.rlim_cur - FILES_BESIDE);
}

union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* The socket address of `o`; plain HTTP only on loopback (S30). */
static bool read_address(union any_address *out, socklen_t *n, const struct http_options *o,
                         struct err *e)
{
    const char *address = o->address != NULL ? o->address : "127.0.0.1";
    bool loopback = false;
    *out = (union any_address){0};
    if (inet_pton(AF_INET, address, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(o->port);
        *n = sizeof out->v4;
        loopback = ntohl(out->v4.sin_addr.s_addr) >> 24 == 127;
    } else if (inet_pton(AF_INET6, address, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(o->port);
        *n = sizeof out->v6;
        loopback = IN6_IS_ADDR_LOOPBACK(&out->v6.sin6_addr);
    } else {
        err_set(e, ERR_USAGE, "http.address", "\"%s\" is not an address to listen on", address);
        return err_remedy(e, "give an address such as 127.0.0.1, ::1, or 0.0.0.0 for all");
    }
    if (!o->insecure_plain || loopback) return true;
    err_set(e, ERR_USAGE, "http.address",
            "HTTP without TLS is offered on loopback addresses only, not on %s", address);
    return err_remedy(e, "listen on 127.0.0.1 behind a proxy that does TLS, or use TLS here");
}

static bool start_listening(struct http *h, const struct http_options *o, struct err *e)
{
    union any_address address;
    socklen_t n = 0;
    int on = 1;
    if (!read_address(&address, &n, o, e)) return false;
    h->listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (h->listener < 0) goto failed;
    if (setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) goto failed;
    if (bind(h->listener, &address.any, n) != 0 || listen(h->listener, BACKLOG) != 0) goto failed;
    n = sizeof address;
    if (getsockname(h->listener, &address.any, &n) != 0) goto failed;
    h->port = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return true;
failed:
    err_set_errno(e, ERR_SYSTEM, errno, "http.listen", "cannot listen on port %u",
                  (unsigned)o->port);
    return err_remedy(e, "choose another port, or end the program that uses this one");
}

static bool start_waiting(struct http *h, struct err *e)
{
    h->epoll = epoll_create1(EPOLL_CLOEXEC);
    h->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event listener = {.events = EPOLLIN, .data.ptr = &h->listener};
    struct epoll_event wake = {.events = EPOLLIN, .data.ptr = &h->wake};
    if (h->epoll >= 0 && h->wake >= 0 &&
        epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->listener, &listener) == 0 &&
        epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->wake, &wake) == 0)
        return true;
    return err_set_errno(e, ERR_SYSTEM, errno, "http.listen", "cannot wait for connections");
}

static void release(struct http *h)
{
    if (h->listener >= 0) close(h->listener);
    if (h->wake >= 0) close(h->wake);
    if (h->epoll >= 0) close(h->epoll);
    http_sources_free(h->sources);
    tls_close(h->tls);
    mem_free(h->scratch);
    mem_free(h);
}

bool http_open(struct http **out, const struct http_options *o, const struct http_handler *handler,
               struct err *e)
{
    struct http *h = mem_new(1, sizeof *h);
    *out = NULL;
    crypto_start();
    h->handler = *handler;
    h->limit = o->limit;
    h->plain = o->insecure_plain;
    h->listener = h->epoll = h->wake = -1;
    h->listening = true;
    set_limits(&h->limit);
    bool ok = (h->plain || tls_open(&h->tls, o->certificate, o->key, e)) &&
              start_listening(h, o, e) && start_waiting(h, e);
    if (!ok) {
        release(h);
        return false;
    }
    h->sources = http_sources_new(h->limit.per_source, h->limit.rate, h->limit.burst);
    h->scratch = mem_new(HTTP_SCRATCH, 1);
    h->now_ms = clock_ms();
    write_date(h);
    workers_start(h, o->n_worker > 0 ? o->n_worker : 4);
    h->loop = parallel_start(run, h);
    *out = h;
    return true;
}

uint16_t http_port(const struct http *h)
{
    return h->port;
}

void http_stop(struct http *h)
{
    if (h == NULL) return;
    uint64_t one = 1;
    h->stopping = true;
    ssize_t n = write(h->wake, &one, sizeof one);
    (void)n;
    parallel_join(h->loop);
    workers_stop(h);
    while (h->connections != NULL) connection_close(h->connections);
    free_dead(h);
    release(h);
}

void http_count(struct http_counts *out, struct http *h)
{
    pthread_mutex_lock(&h->lock);
    size_t waiting = h->queue.n;
    pthread_mutex_unlock(&h->lock);
    *out = (struct http_counts){.connections = h->count_connections,
                                .requests = h->count_requests,
                                .refused = h->count_refused,
                                .limited = h->count_limited,
                                .cut = h->count_cut,
                                .open = h->count_open,
                                .waiting = waiting};
    for (size_t i = 0; i < HTTP_CLASSES; i++) out->answered[i] = h->count_answered[i];
    out->timed = http_times_of(&h->times, &out->half_us, &out->most_us);
}
