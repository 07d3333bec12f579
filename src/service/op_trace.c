/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose copy a list of records is (S57): every export has an order of rows of its own, so that
 * codes of records in the order in which they were found somewhere tell which export they come
 * from. Rows may be missing. By chance n rows fit another export once in n factorial: six once in
 * 720 exports, ten once in 3.6 million. */
#include "service/tasks.h"

#include "base/crypto.h"

#include <string.h>

enum { FITS_MAX = 20, ROWS_MIN = 6 };

struct trace {
    struct call *c;
    struct json *found;
    const char **record;
    size_t n;
};

void export_order_key(uint8_t out[CRYPTO_SHORT], const char *export, const char *record)
{
    char text[100];
    int n = snprintf(text, sizeof text, "dcim export %.30s %.30s", export, record);
    crypto_hash(out, CRYPTO_SHORT, text, (size_t)n, NULL);
}

static size_t pairs_in_order(const struct trace *t, const char *export)
{
    uint8_t before[CRYPTO_SHORT], key[CRYPTO_SHORT];
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        export_order_key(key, export, t->record[i]);
        n += i > 0 && memcmp(before, key, sizeof key) < 0;
        memcpy(before, key, sizeof key);
    }
    return n;
}

static bool look_at(void *ctx, const struct audit_entry *a)
{
    struct trace *t = ctx;
    if (!text_is(a->object_type, "export") || a->object_id.n == 0 ||
        json_size(t->found) == FITS_MAX)
        return true;
    const char *export = arena_copy(t->c->arena, a->object_id.p, a->object_id.n);
    if (pairs_in_order(t, export) + 1 == t->n) json_push(t->found, audit_entry_row(a));
    return true;
}

bool op_export_trace(struct call *c, struct err *e)
{
    const struct json *list = json_get(c->in, "records");
    struct trace t = {.c = c, .found = json_array(), .n = json_size(list)};
    json_set(c->out, "entries", t.found);
    json_set_int(c->out, "rows", (int64_t)t.n);
    if (t.n < ROWS_MIN) {
        err_set(e, ERR_USAGE, "trace.too_few", "at least %d records tell an export from others",
                ROWS_MIN);
        return err_remedy(e, "give more of them, in the order in which they were found");
    }
    t.record = ARENA_ARRAY(c->arena, const char *, t.n);
    for (size_t i = 0; i < t.n; i++) {
        struct text typed = text_trim(text_of(json_as_text(json_at(list, i), "")));
        t.record[i] = arena_copy(c->arena, typed.p, typed.n);
    }
    c->event.object_type = "audit";
    c->event.fields = "trace";
    c->event.count = (int64_t)t.n;
    return audit_each(c->s->store, 1, look_at, &t, e);
}
