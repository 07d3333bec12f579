/* SPDX-License-Identifier: EUPL-1.2 */
/* Several files in one stream: what is inside of a backup, before encryption.
 *
 *   member   length of the name (2, little endian) | name | bytes of content (8, little endian) | content
 *   end      two zero bytes; nothing follows
 *
 * A name is a relative path of up to 255 bytes: pieces between single slashes, none of them empty,
 * "." or "..", no control characters, no backslash, valid UTF-8. So a name never leads out of the
 * folder it is written to. */
#ifndef DCIM_STORE_ARCHIVE_H
#define DCIM_STORE_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARCHIVE_NAME = 255, ARCHIVE_HEAD = 2 + ARCHIVE_NAME + 8, ARCHIVE_MEMBERS = 10000 };

bool archive_name_is_good(struct text name);

/* Append the head of a member, or the end mark. The name must be good. */
void archive_put_head(struct buf *out, struct text name, uint64_t size);
void archive_put_end(struct buf *out);

struct archive_events { /* a false return ends the reading with the error it set */
    bool (*begin)(void *ctx, struct text name, uint64_t size, struct err *e); /* name borrowed */
    bool (*data)(void *ctx, const void *p, size_t n, struct err *e); /* again and again, n > 0 */
    bool (*end)(void *ctx, struct err *e);
};

struct archive_reader { /* fed piece by piece; keeps no content */
    const struct archive_events *on;
    void *ctx;
    uint8_t head[ARCHIVE_HEAD];
    size_t n_head; /* of them read */
    uint64_t left; /* bytes of the present member still to come */
    size_t n_member;
    bool inside, ended;
};

void archive_reader_init(struct archive_reader *r, const struct archive_events *on, void *ctx);
/* The next bytes of the stream, cut anywhere. ERR_STORE "archive.damaged" for what is no archive,
 * more than ARCHIVE_MEMBERS members, or bytes behind its end. */
bool archive_feed(struct archive_reader *r, const void *p, size_t n, struct err *e) MUST_CHECK;
/* Whether the end has come, at the right place. */
bool archive_finished(const struct archive_reader *r, struct err *e) MUST_CHECK;

#endif
