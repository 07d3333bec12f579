/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates: whatever is read can be filled, and what comes out of the document is escaped: the
 * marker in it never appears with its angle bracket where the page itself has none. (A page may put
 * one together: "<M{{! }}ARKER".) */
#include "base/template.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct json *document;
    char *page = mem_text((const char *)data, size);
    struct template_source source[] = {{"page", page}, {"other", "{{#a}}{{b}}{{/a}}"}};
    struct template_set *s;
    struct err e = {0};
    struct buf out;

    if (document == NULL &&
        !json_parse(
            &document,
            TEXT("{\"a\":[{\"b\":\"<MARKER>\"},{\"b\":\"<MARKER>\"}],\"b\":{\"a\":\"<MARKER>\"}}"),
            &e))
        abort();
    if (!template_set_new(&s, source, 2, &e)) {
        if (s != NULL || e.msg[0] == '\0') abort();
        mem_free(page);
        return 0;
    }
    buf_init(&out, 1 << 16);
    if (template_render(&out, s, "page", document, &e) && strchr(page, '<') == NULL &&
        out.p != NULL && strstr(out.p, "<MARKER") != NULL)
        abort();
    buf_release(&out);
    template_set_free(s);
    mem_free(page);
    return 0;
}
