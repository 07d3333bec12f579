/* SPDX-License-Identifier: EUPL-1.2 */
/* A client that sends exactly the bytes it is given, by plain TCP or TLS, for tests of the
 * front. */
#ifndef DCIM_TESTS_HTTP_CLIENT_H
#define DCIM_TESTS_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
    int socket;
    void *tls; /* gnutls_session_t, or NULL */
    void *credentials;
    struct buf in; /* all that came */
    size_t at;     /* what was looked at */
    bool end;      /* closed by the server */
    bool broken;   /* reset, or a TLS error */
};

/* Connected, and hands shaken. False: refused, or the handshake failed (client_close() all the
 * same). `priority` NULL: the library's. */
bool client_open(struct client *c, uint16_t port, bool tls, const char *priority);
void client_close(struct client *c);

/* False when the server has closed. client_drip() sends byte by byte, with a pause (microseconds)
 * between. */
bool client_send(struct client *c, struct text bytes);
bool client_drip(struct client *c, struct text bytes, unsigned pause_us);

/* Read until the server closes, or for `ms`; true when it closed. */
bool client_read_to_end(struct client *c, unsigned ms);

struct client_answer { /* borrowed from the client until it reads on */
    int status;
    struct text head, body;
};
/* The next answer by its Content-Length; false when none came whole within `ms`. `head`: it has no
 * body. */
bool client_answer(struct client *c, struct client_answer *out, bool head, unsigned ms);

/* Value of a header (any case); p NULL: none. */
struct text client_header(const struct client_answer *a, const char *name);

#endif
