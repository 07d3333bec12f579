/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as what a client sends (S76, S79, S100): head and, where one is announced, chunked
 * body. Held: the scan says the same in pieces of any size (the first byte) as at once; what is
 * accepted has one Host, no control character, names of token characters in lower case, each once;
 * what the body decodes to does not depend on the pieces. */
#include "web/http_chunk.h"
#include "web/http_head.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_head_limits limit = {512, 2048, 16};

static void hold(bool promise)
{
    if (!promise) abort();
}

static int scan(struct text t, size_t piece, size_t *end)
{
    struct http_scan s = {0};
    int status = 0;
    *end = 0;
    for (size_t n = 0; status == 0 && n < t.n;) {
        n = t.n - n < piece ? t.n : n + piece;
        status = http_head_scan(&s, (struct text){t.p, n}, &limit, end);
    }
    return status;
}

static int decode(struct text t, size_t piece, struct buf *body, size_t *used)
{
    struct http_chunk c = {0};
    int status = 0;
    *used = 0;
    buf_init(body, 4096);
    while (status == 0 && *used < t.n) {
        size_t n = t.n - *used < piece ? t.n - *used : piece, some = 0;
        status = http_chunk_decode(&c, (struct text){t.p + *used, n}, &some, body, 4096);
        *used += some;
    }
    hold(!body->too_long);
    return status;
}

static void check_body(struct text t, size_t piece)
{
    struct buf one, other;
    size_t used_one, used_other;
    int status = decode(t, t.n + 1, &one, &used_one);
    hold(decode(t, piece, &other, &used_other) == status);
    if (status <= 1) hold(used_one == used_other && text_equal(buf_text(&one), buf_text(&other)));
    buf_release(&one);
    buf_release(&other);
}

static void check_head(const struct http_head *h)
{
    int hosts = 0;
    hold(h->target.n > 0);
    for (size_t i = 0; i < h->target.n; i++) hold(h->target.p[i] > 0x20 && h->target.p[i] < 0x7f);
    for (size_t i = 0; i < h->n_header; i++) {
        struct text name = h->header[i].name, value = h->header[i].value;
        hosts += text_is(name, "host");
        hold(name.n > 0);
        for (size_t k = 0; k < name.n; k++)
            hold(name.p[k] > 0x20 && name.p[k] < 0x7f && (name.p[k] < 'A' || name.p[k] > 'Z'));
        for (size_t k = 0; k < value.n; k++)
            hold((unsigned char)value.p[k] >= 0x20 || value.p[k] == '\t');
        for (size_t k = 0; k < i; k++) hold(!text_equal(name, h->header[k].name));
    }
    hold(hosts == 1);
    hold(!h->chunked || h->length == 0);
    hold(h->method != METHOD_GET || (!h->chunked && h->length == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct text t = {(const char *)data + 1, size - 1};
    size_t piece = (size_t)data[0] + 1, end, again;
    int status = scan(t, t.n + 1, &end);
    hold(scan(t, piece, &again) == status && again == end);
    if (status != 1) return 0;
    struct arena *a = arena_new(ARENA_WIPE);
    struct http_head h;
    if (http_head_parse(&h, (struct text){t.p, end}, a) == 0) {
        check_head(&h);
        if (h.chunked) check_body((struct text){t.p + end, t.n - end}, piece);
        struct request r = {.arena = a, .header = h.header, .n_header = h.n_header};
        static const char *const offered[] = {"en", "pt"};
        hold(request_language(&r, offered, 2) != NULL);
        (void)request_accepts_gzip(&r);
        if (request_parse_target(&r, h.target, NULL))
            hold(r.path.n > 0 && r.path.p[0] == '/' && text_is_utf8(r.path, NULL));
    }
    arena_free(a);
    return 0;
}
