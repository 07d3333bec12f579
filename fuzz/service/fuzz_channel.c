/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as messages between the processes of a server (S93, S100). Held: what is taken is no
 * longer than allowed, a whole message is used up and nothing behind it, one that is taken says the
 * same when it is sent again, and an error of the desk is read whatever it says. */
#include "base/mem.h"
#include "service/channel.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void read_error(const struct json *j)
{
    struct err e = {0};
    channel_error_read(&e, json_get(j, "error"));
    hold(e.code > ERR_NONE && e.code < ERR_CODE_COUNT && e.id != NULL);
    hold(memchr(e.msg, 0, sizeof e.msg) != NULL && memchr(e.remedy, 0, sizeof e.remedy) != NULL);
    struct json *again = channel_error(&e);
    hold(json_size(again) == 5);
    json_free(again);
}

static void written_again(const struct json *j, size_t most)
{
    struct buf b, c;
    struct json *again = NULL;
    buf_init(&b, most * 8 + 100); /* escapes take more than what they stand for */
    buf_init(&c, most * 8 + 100);
    json_write(&b, j, false);
    hold(!b.too_long && json_parse(&again, buf_text(&b), NULL));
    json_write(&c, again, false);
    hold(b.n == c.n && memcmp(b.p, c.p, b.n) == 0);
    json_free(again);
    buf_release(&b);
    buf_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 64 * 1024 };
    struct text rest = {(const char *)data, size};
    for (int i = 0; i < 20 && rest.n > 0; i++) {
        struct json *j;
        struct err e = {0};
        size_t used;
        bool ok = channel_parse(&j, &used, rest, MOST, &e);
        hold(used <= rest.n && (j == NULL || used > 8));
        if (ok && j != NULL) {
            read_error(j);
            written_again(j, used);
        }
        json_free(j);
        if (!ok && !channel_goes_on(&e)) return 0;
        if (used == 0) return 0; /* not all there yet */
        rest = (struct text){rest.p + used, rest.n - used};
    }
    return 0;
}
