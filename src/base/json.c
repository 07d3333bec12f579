/* SPDX-License-Identifier: EUPL-1.2 */
/* Thin calls of jansson. What jansson does not promise is checked before it sees the text: depth,
 * which it would meet by recursion, and the number of members. Duplicate keys, lone surrogates, NUL
 * and malformed UTF-8 it refuses itself.
 *
 * jansson allocates through base/mem.h, so its builders never fail here. */
#include "base/json.h"

#include "base/catalogue.h"
#include "base/mem.h"

/* jansson has enumerators and functions of these names; ours are kept under others in this file. */
enum {
    OUR_OBJECT = JSON_OBJECT,
    OUR_ARRAY = JSON_ARRAY,
    OUR_TEXT = JSON_TEXT,
    OUR_INT = JSON_INT,
    OUR_NUMBER = JSON_NUMBER,
    OUR_BOOL = JSON_BOOL,
    OUR_NULL = JSON_NULL
};
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_NULL JANSSON_NULL
#undef json_object
#undef json_array
#undef json_null
#undef json_copy
#include <jansson.h>

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, MEMBERS_MAX = 10000 };

_Static_assert(sizeof(json_int_t) == sizeof(int64_t), "jansson's integers are 64 bits");

/* What people typed and what the register says of them is not left behind in memory (S89): each
 * piece knows its length, and is wiped when it is given back. */
enum { LENGTH = 16 }; /* keeps what follows aligned for everything */

static void *take(size_t n)
{
    char *p = mem_resize(NULL, mem_add(n, LENGTH), 1);
    memcpy(p, &n, sizeof n);
    return p + LENGTH;
}

static void give(void *piece)
{
    size_t n;
    if (piece == NULL) return;
    char *p = (char *)piece - LENGTH;
    memcpy(&n, p, sizeof n);
    mem_free_wiped(p, n + LENGTH);
}

__attribute__((constructor)) static void use_our_memory(void)
{
    json_set_alloc_funcs(take, give);
}

static struct json *ours(json_t *j)
{
    assert(j != NULL);
    return (struct json *)(void *)j;
}

static json_t *theirs(struct json *j)
{
    return (json_t *)(void *)j;
}

/* jansson's readers take json_t without const and do not change it. */
static json_t *seen(const struct json *j)
{
    union {
        const struct json *in;
        json_t *out;
    } u = {.in = j};
    return u.out;
}

static void must(int result)
{
    assert(result == 0);
    (void)result;
}

/* ---- building ---- */

struct json *dcim_json_object(void)
{
    return ours(json_object());
}

struct json *dcim_json_array(void)
{
    return ours(json_array());
}

/* `t` with each byte that is not part of valid UTF-8 replaced by U+FFFD. */
static struct json *text_repaired(struct text t)
{
    struct buf b;
    size_t bad;
    buf_init(&b, mem_mul(mem_add(t.n, 1), 3));
    while (!text_is_utf8(t, &bad)) {
        buf_put(&b, t.p, bad);
        buf_puts(&b, "\xEF\xBF\xBD");
        t.p += bad + 1;
        t.n -= bad + 1;
    }
    buf_put_text(&b, t);
    struct json *j = ours(json_stringn_nocheck(b.p, b.n));
    buf_release(&b);
    return j;
}

struct json *json_text(struct text t)
{
    if (!text_is_utf8(t, NULL)) return text_repaired(t);
    return ours(json_stringn_nocheck(t.n == 0 ? "" : t.p, t.n));
}

struct json *json_int(int64_t v)
{
    return ours(json_integer(v));
}

struct json *json_number(double v)
{
    return isfinite(v) ? ours(json_real(v)) : dcim_json_null();
}

struct json *json_bool(bool v)
{
    return ours(json_boolean(v));
}

struct json *dcim_json_null(void)
{
    return ours(json_null());
}

void json_free(struct json *j)
{
    json_decref(theirs(j));
}

struct json *dcim_json_copy(const struct json *j)
{
    return ours(json_deep_copy(seen(j)));
}

/* jansson counts with atomic operations where the compiler has them. */
struct json *json_share(const struct json *j)
{
    _Static_assert(JSON_HAVE_ATOMIC_BUILTINS, "trees are shared between threads");
    return ours(json_incref(seen(j)));
}

bool json_same(const struct json *a, const struct json *b)
{
    return a == b || json_equal(seen(a), seen(b)) != 0;
}

struct json *json_take(struct json *object, const char *key)
{
    json_t *j = json_object_get(theirs(object), key);
    if (j == NULL) return NULL;
    json_incref(j);
    must(json_object_del(theirs(object), key));
    return ours(j);
}

void json_set(struct json *object, const char *key, struct json *child)
{
    must(json_object_set_new(theirs(object), key, theirs(child)));
}

void json_set_text(struct json *object, const char *key, const char *value)
{
    json_set(object, key, value == NULL ? dcim_json_null() : json_text(text_of(value)));
}

void json_set_int(struct json *object, const char *key, int64_t value)
{
    json_set(object, key, json_int(value));
}

void json_set_bool(struct json *object, const char *key, bool value)
{
    json_set(object, key, json_bool(value));
}

void json_push(struct json *array, struct json *child)
{
    must(json_array_append_new(theirs(array), theirs(child)));
}

/* ---- reading ---- */

const struct json *json_get(const struct json *object, const char *key)
{
    json_t *j = json_object_get(seen(object), key);
    return j == NULL ? NULL : ours(j);
}

const char *json_get_text(const struct json *object, const char *key, const char *otherwise)
{
    return json_as_text(json_get(object, key), otherwise);
}

int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise)
{
    return json_as_int(json_get(object, key), otherwise);
}

double json_get_number(const struct json *object, const char *key, double otherwise)
{
    return json_as_number(json_get(object, key), otherwise);
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
    return json_as_bool(json_get(object, key), otherwise);
}

bool json_has(const struct json *object, const char *key)
{
    return json_get(object, key) != NULL;
}

enum json_kind json_kind(const struct json *j)
{
    static const enum json_kind kinds[] = {
        [JSON_OBJECT] = (enum json_kind)OUR_OBJECT, [JSON_ARRAY] = (enum json_kind)OUR_ARRAY,
        [JSON_STRING] = (enum json_kind)OUR_TEXT,   [JSON_INTEGER] = (enum json_kind)OUR_INT,
        [JSON_REAL] = (enum json_kind)OUR_NUMBER,   [JSON_TRUE] = (enum json_kind)OUR_BOOL,
        [JSON_FALSE] = (enum json_kind)OUR_BOOL,    [JSON_NULL] = (enum json_kind)OUR_NULL,
    };
    return kinds[json_typeof(seen(j))];
}

size_t json_size(const struct json *j)
{
    return json_is_array(seen(j)) ? json_array_size(seen(j)) : json_object_size(seen(j));
}

const struct json *json_at(const struct json *array, size_t i)
{
    json_t *j = json_array_get(seen(array), i);
    return j == NULL ? NULL : ours(j);
}

struct json *json_item_mut(struct json *array, size_t i)
{
    json_t *j = json_array_get(seen(array), i);
    return j == NULL ? NULL : ours(j);
}

struct json *json_member_mut(struct json *object, const char *key)
{
    json_t *j = json_object_get(seen(object), key);
    return j == NULL ? NULL : ours(j);
}

const char *json_as_text(const struct json *j, const char *otherwise)
{
    const char *s = json_string_value(seen(j));
    return s == NULL ? otherwise : s;
}

int64_t json_as_int(const struct json *j, int64_t otherwise)
{
    return json_is_integer(seen(j)) ? json_integer_value(seen(j)) : otherwise;
}

double json_as_number(const struct json *j, double otherwise)
{
    return json_is_number(seen(j)) ? json_number_value(seen(j)) : otherwise;
}

bool json_as_bool(const struct json *j, bool otherwise)
{
    return json_is_boolean(seen(j)) ? json_is_true(seen(j)) : otherwise;
}

const struct json *json_member(const struct json *object, size_t i, const char **key)
{
    json_t *o = seen(object);
    void *at = json_object_iter(o);
    while (at != NULL && i-- > 0) at = json_object_iter_next(o, at);
    *key = at == NULL ? NULL : json_object_iter_key(at);
    return at == NULL ? NULL : ours(json_object_iter_value(at));
}

bool json_next(const struct json *object, void **cursor, const char **key,
               const struct json **value)
{
    json_t *o = seen(object);
    void *at = *cursor == NULL ? json_object_iter(o) : json_object_iter_next(o, *cursor);
    if (at == NULL) return false;
    *cursor = at;
    *key = json_object_iter_key(at);
    *value = ours(json_object_iter_value(at));
    return true;
}

bool json_next_mut(struct json *object, void **cursor, const char **key, struct json **value)
{
    json_t *o = theirs(object);
    void *at = *cursor == NULL ? json_object_iter(o) : json_object_iter_next(o, *cursor);
    if (at == NULL) return false;
    *cursor = at;
    *key = json_object_iter_key(at);
    *value = ours(json_object_iter_value(at));
    return true;
}

/* ---- parsing ---- */

struct place {           /* in a text, for errors */
    size_t line, column; /* from 1; the column counts bytes */
};

static struct place place_of(struct text t, size_t at)
{
    struct place p = {1, 1};
    for (size_t i = 0; i < at; i++) {
        p.column++;
        if (t.p[i] == '\n') p = (struct place){p.line + 1, 1};
    }
    return p;
}

static bool refuse(struct err *e, struct text t, size_t at, const char *what, int limit)
{
    struct place p = place_of(t, at);
    err_set(e, ERR_LIMIT, "json.limit", "JSON document has more than %d %s (line %zu, column %zu)",
            limit, tr(what), p.line, p.column);
    return err_remedy(e, "split the document into smaller or flatter ones");
}

/* Depth and members, counted without understanding more than strings and brackets; what is
 * malformed is left to jansson. */
static bool check_limits(struct text t, struct err *e)
{
    size_t members[DEPTH_MAX + 1] = {0};
    size_t depth = 0;
    for (size_t i = 0; i < t.n; i++) {
        switch (t.p[i]) {
        case '"':
            for (i++; i < t.n && t.p[i] != '"'; i++)
                if (t.p[i] == '\\') i++;
            break;
        case '{':
        case '[':
            if (depth == DEPTH_MAX) return refuse(e, t, i, "levels", DEPTH_MAX);
            members[++depth] = 0;
            break;
        case '}':
        case ']':
            if (depth > 0) depth--;
            break;
        case ':':
            if (++members[depth] > MEMBERS_MAX)
                return refuse(e, t, i, "members in an object", MEMBERS_MAX);
            break;
        default: break;
        }
    }
    return true;
}

/* jansson's own text may quote the document, which a message must not. */
static const char *reason(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8: return tr("text is not valid UTF-8");
    case json_error_premature_end_of_input: return tr("the document ends too early");
    case json_error_end_of_input_expected: return tr("something follows the end of the document");
    case json_error_null_character:
    case json_error_null_byte_in_key: return tr("a NUL character is not allowed");
    case json_error_duplicate_key: return tr("an object has the same member twice");
    case json_error_numeric_overflow: return tr("a number is too large");
    default: return tr("it is not well-formed");
    }
}

bool json_parse(struct json **out, struct text t, struct err *e)
{
    *out = NULL;
    if (!check_limits(t, e)) return false;
    json_error_t why;
    json_t *j =
        json_loadb(t.n == 0 ? "" : t.p, t.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (j == NULL) {
        err_set(e, ERR_INPUT, "json.malformed", "could not read JSON: %s (line %d, column %d)",
                reason(json_error_code(&why)), why.line, why.column < 0 ? 0 : why.column);
        err_detail(e, "%s", why.text);
        return err_remedy(e, "correct the document at that place");
    }
    *out = ours(j);
    return true;
}

/* ---- writing ---- */

static int put(const char *p, size_t n, void *buffer)
{
    buf_put(buffer, p, n); /* a buffer that is too small says so itself, at its end */
    return 0;
}

/* RFC 8259, section 7: what must be escaped, in the shortest way there is. */
static void put_quoted(struct buf *out, const char *p, size_t n)
{
    static const char digit[] = "0123456789ABCDEF", letter[] = "btn?fr"; /* of 8 to 13 */
    size_t from = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_put(out, p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') buf_put(out, (char[]){'\\', (char)c}, 2);
        else if (c >= 8 && c <= 13 && c != 11) buf_put(out, (char[]){'\\', letter[c - 8]}, 2);
        else buf_put(out, (char[]){'\\', 'u', '0', '0', digit[c >> 4], digit[c & 15]}, 6);
    }
    buf_put(out, p + from, n - from);
    buf_putc(out, '"');
}

static void write_compact(struct buf *out, json_t *j);

static void write_members(struct buf *out, json_t *j)
{
    bool first = true;
    buf_putc(out, '{');
    for (void *at = json_object_iter(j); at != NULL; at = json_object_iter_next(j, at)) {
        const char *key = json_object_iter_key(at);
        if (!first) buf_putc(out, ',');
        put_quoted(out, key, strlen(key));
        buf_putc(out, ':');
        write_compact(out, json_object_iter_value(at));
        first = false;
    }
    buf_putc(out, '}');
}

/* As jansson writes it, without its look for trees that hold themselves, of which ours cannot be
 * made: messages between processes were a fifth of the desk's time. Numbers with a fraction are
 * written by jansson. */
static void write_compact(struct buf *out, json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_STRING: put_quoted(out, json_string_value(j), json_string_length(j)); return;
    case JSON_INTEGER: buf_printf(out, "%" PRId64, (int64_t)json_integer_value(j)); return;
    case JSON_TRUE: buf_puts(out, "true"); return;
    case JSON_FALSE: buf_puts(out, "false"); return;
    case JANSSON_NULL: buf_puts(out, "null"); return;
    case JSON_REAL:
        must(json_dump_callback(j, put, out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17)));
        return;
    case JANSSON_OBJECT: write_members(out, j); return;
    case JANSSON_ARRAY:
        buf_putc(out, '[');
        for (size_t i = 0; i < json_array_size(j); i++) {
            if (i > 0) buf_putc(out, ',');
            write_compact(out, json_array_get(j, i));
        }
        buf_putc(out, ']');
        return;
    }
}

void json_write(struct buf *out, const struct json *j, bool indented)
{
    size_t flags = JSON_ENCODE_ANY | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17);
    if (indented) must(json_dump_callback(seen(j), put, out, flags | JSON_INDENT(2)));
    else write_compact(out, seen(j));
}
