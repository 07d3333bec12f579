/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages between the processes of a server, over a socket pair (S93).
 *
 * A message is a JSON document of at most CHANNEL_MESSAGE_MAX bytes; an answer may be made of
 * several frames. A frame: 4 bytes length, 4 bytes 1 where more follows or 0, both little endian;
 * the bytes. Anything else ends the channel. A question names an operation, never a statement:
 *
 *   {"operation", "in", "session", "source", "language", "purpose", "along": [{"operation", "in"},
 *   ...]} {"out": ..., "along": [...]}  or  {"error": {"code", "id", "message", "detail",
 *   "remedy"}, "problems": [...]}
 *
 * What is asked along is answered the same way, one for each, and only where there is an "out".
 */
#ifndef DCIM_SERVICE_CHANNEL_H
#define DCIM_SERVICE_CHANNEL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CHANNEL_MESSAGE_MAX = 1024 * 1024, /* of a question, and of each frame of an answer */
    CHANNEL_ANSWER_MAX = 32 * 1024 * 1024
};

/* Send one document. ERR_LIMIT "channel.too_long" and nothing is sent, when it has more than `max`
 * bytes; ERR_SYSTEM "channel.closed" when nobody is at the other end. */
bool channel_send(int fd, const struct json *j, size_t max, struct err *e) MUST_CHECK;

/* Receive one document of at most `max` bytes; *out is NULL, with true, when the other end has
 * closed between two messages. ERR_INPUT "channel.malformed": what came is no message, and nothing
 * behind it can be one. ERR_INPUT "channel.document": a whole message came, but no document that
 * json_parse() takes (too many members, say); the next message is what comes next. */
bool channel_receive(struct json **out, int fd, size_t max, struct err *e) MUST_CHECK;

/* The same from bytes: *used says how many a whole message takes, 0 when it is not all there, or
 * none. For the fuzzer and the tests. */
bool channel_parse(struct json **out, size_t *used, struct text bytes, size_t max,
                   struct err *e) MUST_CHECK;

/* Whether the channel can be used after this error of channel_receive(). */
bool channel_goes_on(const struct err *e);

/* An error as a document, and back. Ids that come back live as long as the process. */
struct json *channel_error(const struct err *e);
void channel_error_read(struct err *e, const struct json *j);

#endif
