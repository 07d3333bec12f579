/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a multipart form (S100): Content-Type, line end, body. Held: names and values are
 * UTF-8, files lie within the body, their names have no folder. */
#include "web/multipart.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {(const char *)data, size}, type, boundary;
    const char *end = size > 0 ? memchr(t.p, '\n', t.n) : NULL;
    if (end == NULL) return 0;
    type = (struct text){t.p, (size_t)(end - t.p)};
    struct text body = {end + 1, t.n - type.n - 1};
    if (!multipart_boundary(&boundary, type)) return 0;
    hold(boundary.n >= 1 && boundary.n <= 70);
    struct arena *a = arena_new(ARENA_WIPE);
    struct multipart m;
    struct err e = {0};
    if (multipart_parse(&m, boundary, body, a, &e)) {
        for (size_t i = 0; i < m.n_field; i++)
            hold(text_is_utf8(m.field[i].name, NULL) && text_is_utf8(m.field[i].value, NULL));
        for (size_t i = 0; i < m.n_upload; i++) {
            const struct upload *u = &m.upload[i];
            hold(text_is_utf8(u->field, NULL) && text_is_utf8(u->file_name, NULL));
            hold(u->file_name.n == 0 || memchr(u->file_name.p, '/', u->file_name.n) == NULL);
            hold(u->bytes.n == 0 ||
                 (u->bytes.p >= body.p && u->bytes.p + u->bytes.n <= body.p + body.n));
        }
    } else {
        hold(e.id != NULL);
    }
    arena_free(a);
    return 0;
}
