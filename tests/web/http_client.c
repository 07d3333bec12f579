/* SPDX-License-Identifier: EUPL-1.2 */
#include "http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool shake_hands(struct client *c, const char *priority)
{
    gnutls_session_t s = NULL;
    gnutls_certificate_credentials_t credentials = NULL;
    if (gnutls_certificate_allocate_credentials(&credentials) != 0) return false;
    c->credentials = credentials;
    if (gnutls_init(&s, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) != 0) return false;
    c->tls = s;
    int code = priority != NULL ? gnutls_priority_set_direct(s, priority, NULL)
                                : gnutls_set_default_priority(s);
    if (code != 0 || gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, credentials) != 0)
        return false;
    gnutls_transport_set_int(s, c->socket);
    do code = gnutls_handshake(s);
    while (code < 0 && !gnutls_error_is_fatal(code));
    return code == 0;
}

bool client_open(struct client *c, uint16_t port, bool tls, const char *priority)
{
    *c = (struct client){.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    buf_init(&c->in, 128 * 1024 * 1024);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(c->socket, (struct sockaddr *)&to, sizeof to) != 0) return false;
    int on = 1;
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return !tls || shake_hands(c, priority);
}

void client_close(struct client *c)
{
    if (c->tls != NULL) gnutls_deinit(c->tls);
    if (c->credentials != NULL) gnutls_certificate_free_credentials(c->credentials);
    if (c->socket >= 0) close(c->socket);
    buf_release(&c->in);
    *c = (struct client){.socket = -1};
}

bool client_send(struct client *c, struct text bytes)
{
    while (bytes.n > 0) {
        ssize_t n = c->tls != NULL ? gnutls_record_send(c->tls, bytes.p, bytes.n)
                                   : send(c->socket, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)) continue;
        if (n <= 0) return false;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return true;
}

bool client_drip(struct client *c, struct text bytes, unsigned pause_us)
{
    for (size_t i = 0; i < bytes.n; i++) {
        if (!client_send(c, (struct text){bytes.p + i, 1})) return false;
        if (pause_us > 0) usleep(pause_us);
    }
    return true;
}

/* Read what is there, or wait for it until `until`. False: nothing more will come, or not in
 * time. */
static bool read_some(struct client *c, uint64_t until)
{
    static char piece[65536];
    if (c->end || c->broken) return false;
    if (c->tls == NULL || gnutls_record_check_pending(c->tls) == 0) {
        uint64_t now = now_ms();
        struct pollfd p = {.fd = c->socket, .events = POLLIN};
        if (poll(&p, 1, until > now ? (int)(until - now) : 0) != 1) return false;
    }
    ssize_t n = c->tls != NULL ? gnutls_record_recv(c->tls, piece, sizeof piece)
                               : recv(c->socket, piece, sizeof piece, 0);
    if (c->tls != NULL && n < 0 && !gnutls_error_is_fatal((int)n)) return true;
    c->end = n == 0;
    c->broken = n < 0;
    if (n > 0) buf_put(&c->in, piece, (size_t)n);
    return n > 0;
}

bool client_read_to_end(struct client *c, unsigned ms)
{
    uint64_t until = now_ms() + ms;
    while (read_some(c, until)) continue;
    return c->end || c->broken;
}

struct text client_header(const struct client_answer *a, const char *name)
{
    struct text rest = a->head, line;
    while (text_split(&rest, '\n', &line)) {
        const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;
        if (colon == NULL) continue;
        struct text key = {line.p, (size_t)(colon - line.p)};
        if (text_equal_nocase(key, text_of(name)))
            return text_trim((struct text){colon + 1, line.n - key.n - 1});
    }
    return (struct text){NULL, 0};
}

bool client_answer(struct client *c, struct client_answer *out, bool head, unsigned ms)
{
    uint64_t until = now_ms() + ms;
    size_t end = 0;
    *out = (struct client_answer){0};
    while (!text_find((struct text){c->in.p + c->at, c->in.n - c->at}, TEXT("\r\n\r\n"), &end))
        if (!read_some(c, until)) return false;
    out->head = (struct text){c->in.p + c->at, end + 4};
    int64_t length = 0;
    struct text said = client_header(out, "content-length");
    if (said.p != NULL && !head && !text_to_int(said, &length)) return false;
    size_t whole = c->at + end + 4 + (size_t)length;
    while (c->in.n < whole)
        if (!read_some(c, until)) return false;
    out->head.p = c->in.p + c->at;
    out->body = (struct text){c->in.p + c->at + end + 4, (size_t)length};
    c->at = whole;
    int64_t status = 0;
    if (out->head.n < 12 || !text_to_int((struct text){out->head.p + 9, 3}, &status)) return false;
    out->status = (int)status;
    return true;
}
