/* SPDX-License-Identifier: EUPL-1.2 */
/* Where connections come from, and how much one source may ask (S83). A source is an IPv4 address,
 * or the /64 of an IPv6 one, for a /64 is what one machine can have all of. Used by the front's
 * thread alone. */
#ifndef DCIM_WEB_HTTP_SOURCE_H
#define DCIM_WEB_HTTP_SOURCE_H

#include "base/text.h"
#include "web/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct http_address {
    uint8_t byte[16]; /* IPv4 in its IPv6 form, ::ffff:a.b.c.d */
};

/* Of a socket; what is neither IPv4 nor IPv6 is "::". */
struct http_address http_address_of(const struct sockaddr *sa);
/* "192.0.2.7" or "2001:db8::1", as in X-Forwarded-For (without port). */
bool http_address_read(struct http_address *out, struct text t);
/* The whole address, and its network: /24 of IPv4, /48 of IPv6. */
void http_address_write(char whole[REQUEST_ADDRESS_SIZE], char network[REQUEST_ADDRESS_SIZE],
                        const struct http_address *a);

struct http_sources; /* `owns`; a table with a keyed hash (S82), at most 65,536 sources */

/* At most `connections` open at once from one source, `burst` requests at once and `rate` a second
 * in the long run (token bucket). */
struct http_sources *http_sources_new(uint32_t connections, uint32_t rate, uint32_t burst);
void http_sources_free(struct http_sources *s); /* NULL is fine */

/* A connection begins; false when it is one too many (then there is nothing to leave). */
bool http_source_enter(struct http_sources *s, const struct http_address *a);
void http_source_leave(struct http_sources *s, const struct http_address *a);

/* One request at `now_ms` (of a clock that never goes back). 0: it may be answered; else the
 * seconds to wait. */
uint32_t http_source_request(struct http_sources *s, const struct http_address *a, uint64_t now_ms);

size_t http_sources_count(const struct http_sources *s);

#endif
