/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON documents: whatever is read is written, read again and written the same; limits hold
 * (S70). */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static void must(bool ok)
{
    if (!ok) abort();
}

/* No member beyond the limits, every accessor used. The tree is no deeper than 32, so is this. */
static void visit(const struct json *j, int depth)
{
    void *cursor = NULL;
    const char *key;
    const struct json *value;
    size_t n = 0;
    must(depth <= 32);
    switch (json_kind(j)) {
    case JSON_OBJECT:
        must(json_size(j) <= 10000);
        for (; json_next(j, &cursor, &key, &value); n++) {
            must(json_get(j, key) == value);
            must(text_is_utf8(text_of(key), NULL));
            visit(value, depth + 1);
        }
        must(n == json_size(j));
        break;
    case JSON_ARRAY:
        for (; n < json_size(j); n++) visit(json_at(j, n), depth + 1);
        break;
    case JSON_TEXT: must(text_is_utf8(text_of(json_as_text(j, NULL)), NULL)); break;
    case JSON_INT: must((double)json_as_int(j, 0) == json_as_number(j, 0.5)); break;
    default: must(json_as_text(j, NULL) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct json *j, *again;
    if (!json_parse(&j, (struct text){(const char *)data, size}, &e)) {
        must(j == NULL && (e.code == ERR_INPUT || e.code == ERR_LIMIT) && e.msg[0] != '\0');
        must(text_is_utf8(text_of(e.msg), NULL));
        return 0;
    }
    visit(j, 0);
    for (int indented = 0; indented < 2; indented++) {
        struct buf first, second;
        buf_init(&first, 64 << 20);
        buf_init(&second, 64 << 20);
        json_write(&first, j, indented);
        must(buf_ok(&first, &e));
        must(json_parse(&again, buf_text(&first), &e));
        json_write(&second, again, indented);
        must(text_equal(buf_text(&first), buf_text(&second)));
        json_free(again);
        buf_release(&first);
        buf_release(&second);
    }
    json_free(j);
    return 0;
}
