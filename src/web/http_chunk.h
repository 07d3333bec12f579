/* SPDX-License-Identifier: EUPL-1.2 */
/* Chunked bodies (RFC 9112 section 7.1), decoded as they arrive. Chunk extensions and trailers,
 * which no browser or phone sends and which readers have disagreed about, are refused (S76). */
#ifndef DCIM_WEB_HTTP_CHUNK_H
#define DCIM_WEB_HTTP_CHUNK_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_chunk { /* begins zeroed */
    int state;
    unsigned digits;
    uint64_t left; /* bytes of this chunk to come */
    bool last;
};

/* Decode from the front of `bytes`; *used of them are done with. 0: more is needed; 1: the body is
 * whole (what is behind belongs to the next request); 400, or 413 when `body` would grow over
 * `max`. Cost: O(bytes). */
int http_chunk_decode(struct http_chunk *c, struct text bytes, size_t *used, struct buf *body,
                      size_t max);

#endif
