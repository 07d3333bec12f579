/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/result_spec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The place behind the bracket that closes the one at `at`; 0 where none does. */
static size_t closing(struct text t, size_t at)
{
    size_t depth = 0;
    for (size_t i = at; i < t.n; i++) {
        if (t.p[i] == '{' || t.p[i] == '[') depth++;
        if (t.p[i] == '}' || t.p[i] == ']')
            if (--depth == 0) return i + 1;
    }
    return 0;
}

/* The kind that the sign behind a name says; *end is moved behind all of the member. */
static bool read_kind(struct result_member *m, struct text t, size_t *end)
{
    static const struct {
        char sign;
        enum result_kind kind;
    } simple[] = {{'#', RESULT_INT}, {'%', RESULT_NUMBER}, {'?', RESULT_BOOL}, {'*', RESULT_ANY}};
    char sign = *end < t.n ? t.p[*end] : ' ';
    m->kind = RESULT_TEXT;
    m->inner = (struct text){t.p, 0};
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
        if (sign == simple[i].sign) {
            m->kind = simple[i].kind;
            ++*end;
            return true;
        }
    if (sign != '{' && sign != '[') return true;
    size_t stop = closing(t, *end);
    if (stop == 0 || t.p[stop - 1] != (sign == '{' ? '}' : ']')) return false;
    m->inner = (struct text){t.p + *end + 1, stop - *end - 2};
    m->kind = sign == '{' ? RESULT_OBJECT : m->inner.n == 0 ? RESULT_TEXTS : RESULT_OBJECTS;
    *end = stop;
    return true;
}

bool result_next(struct result_member *out, struct text *rest, bool *ok)
{
    struct text t = *rest;
    while (t.n > 0 && t.p[0] == ' ') t = (struct text){t.p + 1, t.n - 1};
    *rest = t;
    if (t.n == 0 || !*ok) return false;
    size_t end = 0;
    while (end < t.n && name_byte(t.p[end])) end++;
    out->name = (struct text){t.p, end};
    *ok = end > 0 && read_kind(out, t, &end) && (end == t.n || t.p[end] == ' ');
    if (!*ok) return false;
    *rest = (struct text){t.p + end, t.n - end};
    return true;
}

bool result_spec_fits(struct text spec)
{
    struct result_member m;
    bool ok = true;
    while (result_next(&m, &spec, &ok))
        if (m.inner.n > 0 && !result_spec_fits(m.inner)) return false;
    return ok;
}

static bool say_where(char *where, size_t size, const char *name)
{
    char inner[200];
    snprintf(inner, sizeof inner, "%s", where);
    snprintf(where, size, inner[0] == '\0' ? "%s%s" : "%s.%s", name, inner);
    return false;
}

static bool member_fits(const struct result_member *m, const struct json *j, char *where,
                        size_t size)
{
    enum json_kind kind = json_kind(j);
    if (kind == JSON_NULL || m->kind == RESULT_ANY) return true;
    switch (m->kind) {
    case RESULT_TEXT: return kind == JSON_TEXT;
    case RESULT_INT: return kind == JSON_INT;
    case RESULT_NUMBER: return kind == JSON_INT || kind == JSON_NUMBER;
    case RESULT_BOOL: return kind == JSON_BOOL;
    case RESULT_OBJECT: return kind == JSON_OBJECT && result_fits(m->inner, j, where, size);
    case RESULT_TEXTS:
    case RESULT_OBJECTS: break;
    case RESULT_ANY: return true;
    }
    if (kind != JSON_ARRAY) return false;
    for (size_t i = 0; i < json_size(j); i++) {
        const struct json *item = json_at(j, i);
        if (m->kind == RESULT_TEXTS
                ? json_kind(item) != JSON_TEXT
                : json_kind(item) != JSON_OBJECT || !result_fits(m->inner, item, where, size))
            return false;
    }
    return true;
}

bool result_fits(struct text spec, const struct json *result, char *where, size_t size)
{
    const char *key;
    const struct json *value;
    if (size > 0) where[0] = '\0';
    if (json_kind(result) != JSON_OBJECT) return false;
    for (void *at = NULL; json_next(result, &at, &key, &value);) {
        struct result_member m = {0};
        struct text rest = spec;
        bool ok = true, found = false;
        while (!found && result_next(&m, &rest, &ok)) found = text_is(m.name, key);
        if (!found || !member_fits(&m, value, where, size)) return say_where(where, size, key);
    }
    return true;
}

void result_assert(const struct operation *op, const struct json *result)
{
#ifdef DCIM_FAULTS
    char where[200];
    if (result_fits(text_of(op->result), result, where, sizeof where)) return;
    char what[300];
    snprintf(what, sizeof what, "operation %s: its result is not as declared at %s", op->name,
             where);
    __assert_fail(what, __FILE__, __LINE__, __func__);
#else
    (void)op;
    (void)result;
#endif
}
