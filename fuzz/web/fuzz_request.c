/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as an urlencoded text, a Cookie header, a target and a response header (S61, S63,
 * S100); the first byte chooses. Held: what is accepted is UTF-8 without NUL, paths have no dots
 * and no empty parts, no cookie is there twice, no header gets a further line. */
#include "web/request.h"
#include "web/response.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void check_target(struct text t, struct arena *a)
{
    struct request r = {.arena = a};
    if (!request_parse_target(&r, t, NULL)) return;
    struct text rest = r.path, part;
    hold(text_is_utf8(r.path, NULL) && r.path.p[0] == '/');
    for (size_t i = 0; text_split(&rest, '/', &part); i++) {
        hold(!text_is(part, ".") && !text_is(part, ".."));
        hold(part.n > 0 || i == 0 || rest.p == NULL);
    }
}

static void check_response(struct text t)
{
    struct response r;
    response_init(&r);
    size_t lines = 0;
    if (response_header(&r, "X-Any", t)) lines++;
    (void)response_redirect(&r, t);
    if (response_cookie(&r, "s", t)) lines++;
    response_attachment(&r, t);
    lines += 2;
    for (size_t i = 0; i < r.header.n; i++) {
        hold((unsigned char)r.header.p[i] < 0x80);
        if (r.header.p[i] != '\n') continue;
        hold(i > 0 && r.header.p[i - 1] == '\r');
        lines--;
    }
    hold(lines == 0);
    response_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct text t = {(const char *)data + 1, size - 1};
    struct arena *a = arena_new(ARENA_WIPE);
    const struct field *f = NULL;
    size_t n = 0;
    struct err e = {0};
    switch (data[0] % 4) {
    case 0:
        if (!request_parse_urlencoded(&f, &n, t, a, &e)) break;
        for (size_t i = 0; i < n; i++)
            hold(text_is_utf8(f[i].name, NULL) && text_is_utf8(f[i].value, NULL));
        break;
    case 1:
        if (!request_parse_cookies(&f, &n, t, a, &e)) break;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < i; k++) hold(!text_equal(f[i].name, f[k].name));
        break;
    case 2: check_target(t, a); break;
    default: check_response(t); break;
    }
    arena_free(a);
    return 0;
}
