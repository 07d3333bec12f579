/* SPDX-License-Identifier: EUPL-1.2 */
/* Byte by byte, then line by line. Every refusal of S76 that concerns the head is here. */
#include "web/http_head.h"

#include <string.h>

enum { METHOD_LONGEST = 32, LENGTH_DIGITS = 18 };

static bool is_token_byte(unsigned char c)
{
    return c > 0x20 && c < 0x7f && strchr("()<>@,;:\\\"/[]?={}", c) == NULL;
}

/* One byte of line `n_line` (0 is the request line). */
static bool byte_is_good(const struct http_scan *s, unsigned char c)
{
    if (c == '\t') return s->n_line > 0;
    if (c < 0x20 || c == 0x7f) return false;
    return c < 0x80 || s->n_line > 0;
}

int http_head_scan(struct http_scan *s, struct text bytes, const struct http_head_limits *limit,
                   size_t *end)
{
    for (; s->at < bytes.n; s->at++) {
        unsigned char c = (unsigned char)bytes.p[s->at];
        size_t column = s->at - s->line;
        if (s->n_line > 0 && s->at - s->head >= limit->head) return 431;
        if (s->cr) {
            if (c != '\n') return 400;
            s->cr = false;
            s->n_line++;
            s->line = s->at + 1;
            if (s->n_line == 1) s->head = s->line;
            if (column == 1) { /* only the CR before it: the empty line */
                if (s->n_line == 1) return 400;
                *end = ++s->at;
                return 1;
            }
            continue;
        }
        if (s->n_line == 0 && column > limit->line) return 414;
        if (c == '\r') {
            s->cr = true;
            continue;
        }
        if (column == 0 && s->n_line > 0) {
            if (c == ' ' || c == '\t') return 400; /* obs-fold */
            if (s->n_line > limit->fields) return 431;
        }
        if (!byte_is_good(s, c)) return 400;
    }
    return 0;
}

/* The line at *rest without its CRLF; moves *rest behind it. The scan has seen that there is
 * one. */
static struct text take_line(struct text *rest)
{
    const char *cr = memchr(rest->p, '\r', rest->n);
    struct text line = {rest->p, (size_t)(cr - rest->p)};
    rest->p += line.n + 2;
    rest->n -= line.n + 2;
    return line;
}

static bool take_word(struct text *rest, struct text *word)
{
    const char *space = rest->n > 0 ? memchr(rest->p, ' ', rest->n) : NULL;
    if (space == NULL) return false;
    *word = (struct text){rest->p, (size_t)(space - rest->p)};
    rest->p += word->n + 1;
    rest->n -= word->n + 1;
    return word->n > 0;
}

static int read_method(struct http_head *out, struct text word)
{
    static const struct {
        const char *name;
        enum method method;
        bool head;
    } offered[] = {{"GET", METHOD_GET, false},     {"HEAD", METHOD_GET, true},
                   {"POST", METHOD_POST, false},   {"PUT", METHOD_PUT, false},
                   {"PATCH", METHOD_PATCH, false}, {"DELETE", METHOD_DELETE, false}};
    for (size_t i = 0; i < word.n; i++)
        if (!is_token_byte((unsigned char)word.p[i])) return 400;
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        if (!text_is(word, offered[i].name)) continue;
        out->method = offered[i].method;
        out->head = offered[i].head;
        return 0;
    }
    if (text_is(word, "OPTIONS") || text_is(word, "TRACE") || text_is(word, "CONNECT")) return 405;
    return 501;
}

/* GET SP target SP HTTP/1.1; *version gets "1.1" or another. */
static int read_request_line(struct http_head *out, struct text line, struct text *version)
{
    struct text method;
    if (!take_word(&line, &method) || !take_word(&line, &out->target)) return 400;
    if (line.n != 8 || memcmp(line.p, "HTTP/", 5) != 0 || line.p[6] != '.') return 400;
    *version = (struct text){line.p + 5, 3};
    if (version->p[0] < '0' || version->p[0] > '9' || version->p[2] < '0' || version->p[2] > '9')
        return 400;
    return read_method(out, method);
}

/* name ":" OWS value OWS; the name in lower case, from the arena. */
static bool read_field(struct field *out, struct text line, struct arena *a)
{
    const char *colon = memchr(line.p, ':', line.n);
    if (colon == NULL || colon == line.p) return false;
    size_t n = (size_t)(colon - line.p);
    char *name = arena_copy(a, line.p, n);
    for (size_t i = 0; i < n; i++) {
        if (!is_token_byte((unsigned char)name[i])) return false;
        if (name[i] >= 'A' && name[i] <= 'Z') name[i] = (char)(name[i] - 'A' + 'a');
    }
    struct text value = {colon + 1, line.n - n - 1};
    while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t')) value.p++, value.n--;
    while (value.n > 0 && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t')) value.n--;
    *out = (struct field){{name, n}, value};
    /* Cookies of other programs of the host may hold anything; we read only those that are well
     * formed. */
    if (text_is(out->name, "cookie")) return true;
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] >= 0x80) return false;
    return true;
}

/* Headers that are lists, whose repetition means one longer list (RFC 9110 section 5.3). */
static bool is_list(struct text name)
{
    static const char *const lists[] = {"accept",
                                        "accept-charset",
                                        "accept-encoding",
                                        "accept-language",
                                        "cache-control",
                                        "connection",
                                        "forwarded",
                                        "if-match",
                                        "if-none-match",
                                        "pragma",
                                        "te",
                                        "upgrade",
                                        "via",
                                        "x-forwarded-for",
                                        "x-openrosa-accept"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (text_is(name, lists[i])) return true;
    return false;
}

static int read_fields(struct http_head *out, struct text rest, struct arena *a)
{
    size_t most = 0;
    for (size_t i = 0; i < rest.n; i++) most += rest.p[i] == '\r';
    struct field *field = ARENA_ARRAY(a, struct field, most + 1);
    size_t n = 0;
    for (struct text line = take_line(&rest); line.n > 0; line = take_line(&rest)) {
        struct field one;
        if (!read_field(&one, line, a)) return 400;
        size_t same = 0;
        while (same < n && !text_equal(field[same].name, one.name)) same++;
        if (same == n) {
            field[n++] = one;
            continue;
        }
        if (!is_list(one.name)) return 400;
        struct text old = field[same].value;
        field[same].value.p =
            arena_printf(a, "%.*s, %.*s", (int)old.n, old.p, (int)one.value.n, one.value.p);
        field[same].value.n = old.n + 2 + one.value.n;
    }
    out->header = field;
    out->n_header = n;
    return 0;
}

/* "example.org:8443", "[::1]:8443": letters, digits, and what addresses have. */
static bool is_host(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && strchr(".-_:[]", c) == NULL) return false;
    }
    return t.n > 0;
}

static bool read_length(uint64_t *out, struct text t)
{
    if (t.n == 0 || t.n > LENGTH_DIGITS) return false;
    *out = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9') return false;
        *out = *out * 10 + (uint64_t)(t.p[i] - '0');
    }
    return true;
}

/* What the fields say of the connection and the body; `version` as sent. */
static int read_framing(struct http_head *out, struct text version)
{
    bool host = false, length = false;
    int expect = 0;
    for (size_t i = 0; i < out->n_header; i++) {
        struct text name = out->header[i].name, value = out->header[i].value, piece, rest = value;
        if (text_is(name, "host")) {
            host = is_host(value);
            if (!host) return 400;
        } else if (text_is(name, "content-length")) {
            length = read_length(&out->length, value);
            if (!length) return 400;
        } else if (text_is(name, "transfer-encoding")) {
            out->chunked = text_equal_nocase(value, TEXT("chunked"));
            if (!out->chunked) return 400;
        } else if (text_is(name, "content-type")) {
            out->type = value;
        } else if (text_is(name, "expect")) {
            out->expects = text_equal_nocase(value, TEXT("100-continue"));
            if (!out->expects) expect = 417;
        } else if (text_is(name, "connection")) {
            while (text_split(&rest, ',', &piece))
                if (text_equal_nocase(text_trim(piece), TEXT("close"))) out->close = true;
        }
    }
    if (length && out->chunked) return 400;
    if (!text_is(version, "1.1")) return out->chunked ? 400 : 505;
    if (!host) return 400;
    if (out->method == METHOD_GET && (out->chunked || out->length > 0)) return 400;
    return expect;
}

int http_head_parse(struct http_head *out, struct text bytes, struct arena *a)
{
    *out = (struct http_head){0};
    struct text version = {"", 0};
    int wrong_method = read_request_line(out, take_line(&bytes), &version);
    if (wrong_method == 400) return 400;
    /* What is malformed is said before what is not offered. */
    int status = read_fields(out, bytes, a);
    if (status == 0) status = read_framing(out, version);
    if (wrong_method != 0 && (status == 0 || status == 417)) return wrong_method;
    return status;
}
