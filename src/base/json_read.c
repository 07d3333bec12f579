/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading RFC 8259, and no more than it: no comments, no byte order mark, no commas at ends;
 * stricter where readers have differed: no member twice, no lone surrogates, no NUL, no number that
 * does not fit (S70).
 *
 * A loop over a stack of what is open, so depth is met by no recursion; each byte is looked at once
 * or twice. */
#include "base/json.h"

#include "base/catalogue.h"
#include "base/json_internal.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, MEMBERS_MAX = 10000 };

enum wrong {
    FINE,
    NOT_WELL_FORMED,
    NOT_UTF8,
    ENDS_EARLY,
    SOMETHING_FOLLOWS,
    HAS_NUL,
    MEMBER_TWICE,
    TOO_LARGE,
    TOO_DEEP,
    TOO_MANY
};

struct level { /* an object or an array that is open */
    struct json *node;
    struct text
        key; /* of the member whose value comes; points into the document, or into `decoded` */
    struct buf decoded;
};

struct reading {
    const char *from, *at, *end;
    enum wrong wrong;
    const char *place; /* of what is wrong; NULL: where reading stands */
    struct buf text;   /* the last text that had escapes */
    struct level open[DEPTH_MAX];
    size_t depth;
    uint32_t members[DEPTH_MAX]; /* of the last object that was closed at a depth */
};

static bool fail(struct reading *r, enum wrong w)
{
    if (r->at >= r->end && w == NOT_WELL_FORMED) w = ENDS_EARLY;
    r->wrong = w;
    return false;
}

static bool fail_at(struct reading *r, enum wrong w, const char *place)
{
    r->place = place;
    r->wrong = w;
    return false;
}

static void skip_blanks(struct reading *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

static bool come(struct reading *r, char c)
{
    if (r->at >= r->end || *r->at != c) return false;
    r->at++;
    return true;
}

/* ---- texts ---- */

/* Four hexadecimal digits; false when they are not there. */
static bool hex4(struct reading *r, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        if (r->at >= r->end) return fail(r, ENDS_EARLY);
        char c = *r->at;
        uint32_t v = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16;
        if (v == 16) return fail(r, NOT_WELL_FORMED);
        *out = *out << 4 | v;
    }
    return true;
}

static void put_code_point(struct buf *b, uint32_t c)
{
    char p[4];
    size_t n = 0;
    if (c < 0x80) {
        p[n++] = (char)c;
    } else if (c < 0x800) {
        p[n++] = (char)(0xC0 | c >> 6);
        p[n++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        p[n++] = (char)(0xE0 | c >> 12);
        p[n++] = (char)(0x80 | (c >> 6 & 0x3F));
        p[n++] = (char)(0x80 | (c & 0x3F));
    } else {
        p[n++] = (char)(0xF0 | c >> 18);
        p[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        p[n++] = (char)(0x80 | (c >> 6 & 0x3F));
        p[n++] = (char)(0x80 | (c & 0x3F));
    }
    buf_put(b, p, n);
}

/* Behind "\u". */
static bool read_code_point(struct reading *r, struct buf *b)
{
    uint32_t c, low;
    const char *place = r->at;
    if (!hex4(r, &c)) return false;
    if (c == 0) return fail_at(r, HAS_NUL, place);
    if (c >= 0xDC00 && c <= 0xDFFF) return fail_at(r, NOT_WELL_FORMED, place);
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (!come(r, '\\') || !come(r, 'u')) return fail_at(r, NOT_WELL_FORMED, place);
        if (!hex4(r, &low)) return false;
        if (low < 0xDC00 || low > 0xDFFF) return fail_at(r, NOT_WELL_FORMED, place);
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    put_code_point(b, c);
    return true;
}

/* Behind a backslash. */
static bool read_escape(struct reading *r, struct buf *b)
{
    static const char name[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->end) return fail(r, ENDS_EARLY);
    char c = *r->at;
    const char *known = c == '\0' ? NULL : strchr(name, c);
    if (known != NULL) {
        buf_putc(b, is[known - name]);
        r->at++;
        return true;
    }
    if (c != 'u') return fail(r, NOT_WELL_FORMED);
    r->at++;
    return read_code_point(r, b);
}

/* As far as a text goes without escapes. */
static const char *plain_end(const char *p, const char *end)
{
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20) p++;
    return p;
}

/* Behind the quotation mark. *out points into the document, or into `b` where there are escapes. */
static bool read_text(struct reading *r, struct text *out, struct buf *b)
{
    const char *from = r->at;
    size_t bad;
    bool plain = true;
    for (;;) {
        const char *end = plain_end(r->at, r->end);
        if (plain && end < r->end && *end == '\\') buf_clear(b);
        if (end < r->end && *end == '\\') plain = false;
        if (!plain) buf_put(b, r->at, (size_t)(end - r->at));
        r->at = end;
        if (end >= r->end) return fail(r, ENDS_EARLY);
        if (*end == '"') break;
        if (*end != '\\') return fail(r, NOT_WELL_FORMED);
        r->at++;
        if (!read_escape(r, b)) return false;
    }
    if (!text_is_utf8((struct text){from, (size_t)(r->at - from)}, &bad))
        return fail_at(r, NOT_UTF8, from + bad);
    *out = plain ? (struct text){from, (size_t)(r->at - from)} : buf_text(b);
    r->at++;
    return true;
}

/* ---- numbers ---- */

static size_t digits(struct reading *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return (size_t)(r->at - from);
}

/* By the C library, with the point it expects. */
static bool to_double(double *out, struct text t)
{
    struct buf b;
    buf_init_wiped(&b, t.n + 100);
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '.') buf_puts(&b, localeconv()->decimal_point);
        else buf_putc(&b, t.p[i]);
    }
    *out = strtod(b.p, NULL);
    buf_release(&b);
    return isfinite(*out);
}

static struct json *read_number(struct reading *r)
{
    const char *from = r->at;
    bool whole = true;
    int64_t i;
    double d;
    (void)come(r, '-');
    if (!come(r, '0') && digits(r) == 0) return (void)fail(r, NOT_WELL_FORMED), NULL;
    if (come(r, '.')) {
        whole = false;
        if (digits(r) == 0) return (void)fail(r, NOT_WELL_FORMED), NULL;
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        whole = false;
        r->at++;
        if (!come(r, '+')) (void)come(r, '-');
        if (digits(r) == 0) return (void)fail(r, NOT_WELL_FORMED), NULL;
    }
    struct text t = {from, (size_t)(r->at - from)};
    if (whole && text_to_int(t, &i)) return json_int(i);
    if (!whole && to_double(&d, t)) return json_number(d);
    return (void)fail_at(r, TOO_LARGE, from), NULL;
}

/* ---- values ---- */

static bool read_word(struct reading *r, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
        return fail(r, NOT_WELL_FORMED);
    r->at += n;
    return true;
}

/* A value that holds no other; NULL when it is none. */
static struct json *read_scalar(struct reading *r)
{
    struct text t;
    switch (r->at < r->end ? *r->at : '\0') {
    case '"': r->at++; return read_text(r, &t, &r->text) ? json_letters(t) : NULL;
    case 't': return read_word(r, "true") ? json_bool(true) : NULL;
    case 'f': return read_word(r, "false") ? json_bool(false) : NULL;
    case 'n': return read_word(r, "null") ? json_null() : NULL;
    default: return read_number(r);
    }
}

/* The key of the next member and its colon. */
static bool read_key(struct reading *r)
{
    struct level *l = &r->open[r->depth - 1];
    skip_blanks(r);
    const char *place = r->at;
    if (!come(r, '"')) return fail(r, NOT_WELL_FORMED);
    if (!read_text(r, &l->key, &l->decoded)) return false;
    skip_blanks(r);
    if (!come(r, ':')) return fail(r, NOT_WELL_FORMED);
    if (json_size(l->node) == MEMBERS_MAX) return fail_at(r, TOO_MANY, place);
    if (json_size(l->node) == 0) json_expect(l->node, r->members[r->depth - 1]);
    return true;
}

/* Where it belongs; takes `value`. False: a member of that name is there. */
static bool put(struct reading *r, struct json **root, struct json *value, const char *place)
{
    if (r->depth == 0) {
        *root = value;
        return true;
    }
    struct level *l = &r->open[r->depth - 1];
    if (json_kind(l->node) == JSON_ARRAY) {
        json_push(l->node, value);
        return true;
    }
    if (json_add(l->node, l->key, value)) return true;
    json_free(value);
    return fail_at(r, MEMBER_TWICE, place);
}

static void close_level(struct reading *r)
{
    struct level *l = &r->open[--r->depth];
    if (json_kind(l->node) == JSON_OBJECT) r->members[r->depth] = (uint32_t)json_size(l->node);
    buf_release(&l->decoded);
}

/* Behind a value: as many brackets as close here, then the comma and, in an object, the next key.
 * *end: nothing is open any more. */
static bool go_on(struct reading *r, bool *end)
{
    for (; r->depth > 0; close_level(r)) {
        bool object = json_kind(r->open[r->depth - 1].node) == JSON_OBJECT;
        skip_blanks(r);
        if (come(r, ',')) return object ? read_key(r) : true;
        if (!come(r, object ? '}' : ']')) return fail(r, NOT_WELL_FORMED);
    }
    *end = true;
    return true;
}

/* A bracket opens: *empty when it closes at once, else up to the first value. */
static bool open_level(struct reading *r, struct json *node, bool *empty)
{
    bool object = json_kind(node) == JSON_OBJECT;
    r->at++;
    skip_blanks(r);
    *empty = come(r, object ? '}' : ']');
    if (*empty) return true;
    r->open[r->depth] = (struct level){.node = node};
    buf_init_wiped(&r->open[r->depth].decoded, (size_t)(r->end - r->from));
    r->depth++;
    return object ? read_key(r) : true;
}

static bool read_whole(struct reading *r, struct json **root)
{
    bool end = false;
    while (!end) {
        skip_blanks(r);
        const char *place = r->at;
        bool opens = r->at < r->end && (*r->at == '{' || *r->at == '['), whole = true;
        if (opens && r->depth == DEPTH_MAX) return fail(r, TOO_DEEP);
        struct json *value = !opens ? read_scalar(r) : *r->at == '{' ? json_object() : json_array();
        if (value == NULL) return false;
        if (!put(r, root, value, place)) return false;
        if (opens && !open_level(r, value, &whole)) return false;
        if (whole && !go_on(r, &end)) return false;
    }
    skip_blanks(r);
    return r->at == r->end || fail(r, SOMETHING_FOLLOWS);
}

/* ---- what is said ---- */

static const char *reason(enum wrong w)
{
    switch (w) {
    case NOT_UTF8: return tr("text is not valid UTF-8");
    case ENDS_EARLY: return tr("the document ends too early");
    case SOMETHING_FOLLOWS: return tr("something follows the end of the document");
    case HAS_NUL: return tr("a NUL character is not allowed");
    case MEMBER_TWICE: return tr("an object has the same member twice");
    case TOO_LARGE: return tr("a number is too large");
    default: return tr("it is not well-formed");
    }
}

/* Line and column from 1; the column counts bytes. The document itself is quoted in the detail
 * alone. */
static bool say(const struct reading *r, struct err *e)
{
    const char *place = r->place == NULL ? r->at : r->place;
    int line = 1, column = 1, limit = r->wrong == TOO_DEEP ? DEPTH_MAX : MEMBERS_MAX;
    for (const char *p = r->from; p < place; p++) {
        column = *p == '\n' ? 1 : column + 1;
        line += *p == '\n';
    }
    if (r->wrong == TOO_DEEP || r->wrong == TOO_MANY) {
        err_set(e, ERR_LIMIT, "json.limit",
                "JSON document has more than %d %s (line %d, column %d)", limit,
                tr(r->wrong == TOO_DEEP ? "levels" : "members in an object"), line, column);
        return err_remedy(e, "split the document into smaller or flatter ones");
    }
    enum { QUOTED = 24 };
    struct text near = {place, (size_t)(r->end - place)};
    if (near.n > QUOTED) near.n = QUOTED;
    size_t bad;
    if (!text_is_utf8(near, &bad)) near.n = bad;
    err_set(e, ERR_INPUT, "json.malformed", "could not read JSON: %s (line %d, column %d)",
            reason(r->wrong), line, column);
    err_detail(e, "%.*s", (int)near.n, near.p);
    return err_remedy(e, "correct the document at that place");
}

bool json_parse(struct json **out, struct text t, struct err *e)
{
    struct json *root = NULL;
    struct reading r = {.from = t.n == 0 ? "" : t.p};
    r.at = r.from;
    r.end = r.from + t.n;
    buf_init_wiped(&r.text, t.n);
    bool ok = read_whole(&r, &root);
    if (!ok) (void)say(&r, e);
    while (r.depth > 0) buf_release(&r.open[--r.depth].decoded);
    buf_release(&r.text);
    if (!ok) json_free(root);
    *out = ok ? root : NULL;
    return ok;
}
