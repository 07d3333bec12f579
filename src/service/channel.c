/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/channel.h"

#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { HEAD = 8 };

static bool closed(struct err *e)
{
    err_set(e, ERR_SYSTEM, "channel.closed",
            "the part of the server that keeps the register is gone");
    return err_remedy(e, "try again in a moment; if it stays so, tell whoever runs the server");
}

static bool malformed(struct err *e)
{
    return err_set(e, ERR_INPUT, "channel.malformed", "a message between processes is malformed");
}

static bool unreadable(struct err *e)
{
    return err_set(e, ERR_INPUT, "channel.document",
                   "a message between processes is no document that can be read");
}

/* ---- bytes ---- */

/* Head and bytes in one call: the other side is woken once, and finds all of it. */
static bool write_frame(int fd, const char *head, const char *p, size_t n)
{
    union {
        const char *in;
        void *out;
    } part[2] = {{.in = head}, {.in = p}}; /* sendmsg() does not change what it sends */
    struct iovec v[2] = {{part[0].out, HEAD}, {part[1].out, n}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
    while (m.msg_iovlen > 0) {
        ssize_t done = sendmsg(fd, &m, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        size_t left = (size_t)done;
        while (m.msg_iovlen > 0 && left >= m.msg_iov->iov_len) {
            left -= m.msg_iov->iov_len;
            m.msg_iov++;
            m.msg_iovlen--;
        }
        if (m.msg_iovlen == 0) break;
        m.msg_iov->iov_base = (char *)m.msg_iov->iov_base + left;
        m.msg_iov->iov_len -= left;
    }
    return true;
}

/* n bytes, or *end when nothing came at all. */
static bool read_whole(int fd, char *p, size_t n, bool *end)
{
    size_t have = 0;
    *end = false;
    while (have < n) {
        ssize_t got = read(fd, p + have, n - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            *end = got == 0 && have == 0;
            return false;
        }
        have += (size_t)got;
    }
    return true;
}

static bool read_into(struct buf *b, int fd, size_t n)
{
    char piece[16 * 1024];
    bool end, ok = true;
    while (ok && n > 0) {
        size_t part = n < sizeof piece ? n : sizeof piece;
        ok = read_whole(fd, piece, part, &end);
        if (ok) buf_put(b, piece, part);
        n -= part;
    }
    mem_wipe(piece, sizeof piece);
    return ok;
}

static void put32(char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (char)(unsigned char)(v >> (8 * i));
}

static uint32_t get32(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) v |= (uint32_t)(unsigned char)p[i] << (8 * i);
    return v;
}

/* ---- messages ---- */

bool channel_send(int fd, const struct json *j, size_t max, struct err *e)
{
    struct buf b;
    char head[HEAD];
    buf_init_wiped(&b, max);
    json_write(&b, j, false);
    if (b.too_long) {
        buf_release(&b);
        err_set(e, ERR_LIMIT, "channel.too_long", "this is more than can be handed over at once");
        return err_remedy(e, "ask for less: a narrower question, or page by page");
    }
    bool ok = true;
    for (size_t at = 0; ok && at < b.n;) {
        size_t n = b.n - at < CHANNEL_MESSAGE_MAX ? b.n - at : CHANNEL_MESSAGE_MAX;
        put32(head, (uint32_t)n);
        put32(head + 4, at + n < b.n ? 1 : 0);
        ok = write_frame(fd, head, b.p + at, n);
        at += n;
    }
    buf_release(&b);
    return ok ? true : closed(e);
}

/* Whether a frame of this head may come when `have` bytes are there. */
static bool head_fits(const char *head, size_t have, size_t max)
{
    uint32_t n = get32(head), more = get32(head + 4);
    return n > 0 && n <= CHANNEL_MESSAGE_MAX && more <= 1 && n <= max - have &&
           (more == 0 || n == CHANNEL_MESSAGE_MAX);
}

bool channel_receive(struct json **out, int fd, size_t max, struct err *e)
{
    struct buf b;
    char head[HEAD];
    bool end, more = true, first = true;
    *out = NULL;
    buf_init_wiped(&b, max);
    while (more) {
        if (!read_whole(fd, head, HEAD, &end)) {
            buf_release(&b);
            return end && first ? true : closed(e);
        }
        if (!head_fits(head, b.n, max)) {
            buf_release(&b);
            return malformed(e);
        }
        size_t n = get32(head);
        more = get32(head + 4) != 0;
        first = false;
        if (!read_into(&b, fd, n)) {
            buf_release(&b);
            return closed(e);
        }
    }
    bool ok = json_parse(out, buf_text(&b), NULL);
    buf_release(&b);
    return ok ? true : unreadable(e);
}

bool channel_parse(struct json **out, size_t *used, struct text bytes, size_t max, struct err *e)
{
    struct buf b;
    bool more = true, whole = true;
    size_t at = 0;
    *out = NULL;
    *used = 0;
    buf_init_wiped(&b, max);
    while (more && whole) {
        whole = bytes.n - at >= HEAD;
        if (!whole) break;
        if (!head_fits(bytes.p + at, b.n, max)) {
            buf_release(&b);
            return malformed(e);
        }
        size_t n = get32(bytes.p + at);
        more = get32(bytes.p + at + 4) != 0;
        at += HEAD;
        whole = bytes.n - at >= n;
        if (!whole) break;
        buf_put(&b, bytes.p + at, n);
        at += n;
    }
    bool ok = !whole || json_parse(out, buf_text(&b), NULL);
    if (whole) *used = at;
    buf_release(&b);
    return ok ? true : unreadable(e);
}

bool channel_goes_on(const struct err *e)
{
    return e->id != NULL && strcmp(e->id, "channel.document") == 0;
}

/* ---- errors ---- */

struct json *channel_error(const struct err *e)
{
    struct json *j = json_object();
    json_set_text(j, "code", err_code_name(e->code));
    json_set_text(j, "id", e->id == NULL ? "" : e->id);
    json_set_text(j, "message", e->msg);
    json_set_text(j, "detail", e->detail);
    json_set_text(j, "remedy", e->remedy);
    return j;
}

/* Ids are literals everywhere else; here each is kept once, for as long as the process lives. Their
 * number is that of the literals of the desk, which is not hostile. */
static const char *intern(const char *id)
{
    enum { IDS_MAX = 4000 };
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char *kept[IDS_MAX];
    static size_t n;
    const char *found = NULL;
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n && found == NULL; i++)
        if (strcmp(kept[i], id) == 0) found = kept[i];
    if (found == NULL && n < IDS_MAX && strlen(id) < 100)
        found = kept[n++] = mem_text(id, strlen(id));
    (void)pthread_mutex_unlock(&lock);
    return found == NULL ? "channel.error" : found;
}

void channel_error_read(struct err *e, const struct json *j)
{
    if (e == NULL) return;
    const char *code = json_get_text(j, "code", "");
    *e = (struct err){.code = ERR_SYSTEM};
    for (int i = 1; i < ERR_CODE_COUNT; i++)
        if (strcmp(err_code_name((enum err_code)i), code) == 0) e->code = (enum err_code)i;
    e->id = intern(json_get_text(j, "id", ""));
    snprintf(e->msg, sizeof e->msg, "%s", json_get_text(j, "message", ""));
    snprintf(e->detail, sizeof e->detail, "%s", json_get_text(j, "detail", ""));
    snprintf(e->remedy, sizeof e->remedy, "%s", json_get_text(j, "remedy", ""));
}
