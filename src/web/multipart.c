/* SPDX-License-Identifier: EUPL-1.2 */
/* --boundary CRLF, header lines, empty line, content, CRLF --boundary ... --boundary-- */
#include "web/multipart.h"

#include <string.h>

enum { BOUNDARY_MAX = 70, PART_HEAD_MAX = 4096 };

static bool malformed(struct err *e, const char *what)
{
    return err_set(e, ERR_INPUT, "request.malformed", "malformed request: %s", what);
}

static struct text trim_blanks(struct text t)
{
    while (t.n > 0 && (t.p[0] == ' ' || t.p[0] == '\t')) t.p++, t.n--;
    while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t')) t.n--;
    return t;
}

static struct text behind(struct text t, size_t n)
{
    return (struct text){t.p + n, t.n - n};
}

/* The next `; name=value` or `; name="value"` of a header value; the quoted value is without its
 * quotes and as it stands: browsers write %22 for a quote in it. */
static bool take_parameter(struct text *rest, struct text *name, struct text *value)
{
    *rest = trim_blanks(*rest);
    if (rest->n == 0 || rest->p[0] != ';') return false;
    *rest = trim_blanks(behind(*rest, 1));
    const char *is = rest->n > 0 ? memchr(rest->p, '=', rest->n) : NULL;
    if (is == NULL) return false;
    *name = (struct text){rest->p, (size_t)(is - rest->p)};
    *rest = behind(*rest, name->n + 1);
    if (rest->n > 0 && rest->p[0] == '"') {
        const char *end = memchr(rest->p + 1, '"', rest->n - 1);
        if (end == NULL) return false;
        *value = (struct text){rest->p + 1, (size_t)(end - rest->p) - 1};
        *rest = behind(*rest, value->n + 2);
        return true;
    }
    const char *end = rest->n > 0 ? memchr(rest->p, ';', rest->n) : NULL;
    *value = trim_blanks((struct text){rest->p, end != NULL ? (size_t)(end - rest->p) : rest->n});
    *rest =
        end != NULL ? behind(*rest, (size_t)(end - rest->p)) : (struct text){rest->p + rest->n, 0};
    return value->n > 0;
}

bool multipart_boundary(struct text *out, struct text content_type)
{
    const char *semicolon = content_type.n > 0 ? memchr(content_type.p, ';', content_type.n) : NULL;
    if (semicolon == NULL) return false;
    struct text rest = behind(content_type, (size_t)(semicolon - content_type.p)), name, value;
    bool found = false;
    while (rest.n > 0) {
        if (!take_parameter(&rest, &name, &value)) return false;
        if (!text_equal_nocase(name, TEXT("boundary"))) continue;
        if (found) return false;
        found = true;
        *out = value;
    }
    if (!found || out->n == 0 || out->n > BOUNDARY_MAX || out->p[out->n - 1] == ' ') return false;
    for (size_t i = 0; i < out->n; i++) {
        char c = out->p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == '\0' || strchr("'()+_,-./:=? ", c) == NULL)) return false;
    }
    return true;
}

struct part {
    struct text name, file_name, type; /* file_name.p NULL: a field */
};

static bool plain_utf8(struct text t)
{
    for (size_t i = 0; i < t.n; i++)
        if ((unsigned char)t.p[i] < 0x20 || t.p[i] == 0x7f) return false;
    return text_is_utf8(t, NULL);
}

/* %22 %0D %0A back, as browsers escape these three and nothing else (WHATWG HTML,
 * multipart/form-data encoding algorithm). The last two have no place in a name: they are
 * refused. */
static bool unescape(struct text *t, struct arena *a)
{
    char *p = arena_take(a, t->n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool escape = t->p[i] == '%' && t->n - i > 2;
        if (escape && (memcmp(t->p + i, "%0D", 3) == 0 || memcmp(t->p + i, "%0A", 3) == 0))
            return false;
        bool quote = escape && memcmp(t->p + i, "%22", 3) == 0;
        p[n++] = quote ? '"' : t->p[i];
        if (quote) i += 2;
    }
    *t = (struct text){p, n};
    return plain_utf8(*t);
}

static bool read_disposition(struct part *out, struct text value, struct arena *a, struct err *e)
{
    const char *semicolon = value.n > 0 ? memchr(value.p, ';', value.n) : NULL;
    if (semicolon == NULL) return malformed(e, "a part without a name");
    struct text kind = {value.p, (size_t)(semicolon - value.p)}, rest = behind(value, kind.n), name,
                v;
    if (!text_equal_nocase(trim_blanks(kind), TEXT("form-data")))
        return malformed(e, "a part that is no form data");
    while (rest.n > 0) {
        if (!take_parameter(&rest, &name, &v)) return malformed(e, "the head of a part");
        struct text *field = text_equal_nocase(name, TEXT("name"))       ? &out->name
                             : text_equal_nocase(name, TEXT("filename")) ? &out->file_name
                                                                         : NULL;
        if (field == NULL) continue; /* filename* is not for forms (RFC 7578 section 4.2) */
        if (field->p != NULL) return malformed(e, "a name given twice");
        *field = v;
        if (!unescape(field, a)) return malformed(e, "the name of a part");
    }
    return out->name.p != NULL && out->name.n > 0 ? true : malformed(e, "a part without a name");
}

/* The header lines of a part, each ended by CRLF. */
static bool read_part_head(struct part *out, struct text head, struct arena *a, struct err *e)
{
    bool disposition = false;
    while (head.n > 0) {
        size_t at = 0;
        if (!text_find(head, TEXT("\r\n"), &at)) return malformed(e, "the head of a part");
        struct text line = {head.p, at};
        head = behind(head, at + 2);
        const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;
        if (colon == NULL || !plain_utf8(line)) return malformed(e, "the head of a part");
        struct text name = {line.p, (size_t)(colon - line.p)};
        struct text value = trim_blanks(behind(line, name.n + 1));
        if (text_equal_nocase(name, TEXT("content-disposition"))) {
            if (disposition) return malformed(e, "a part described twice");
            disposition = true;
            if (!read_disposition(out, value, a, e)) return false;
        } else if (text_equal_nocase(name, TEXT("content-type"))) {
            if (out->type.p != NULL) return malformed(e, "a part described twice");
            out->type = value;
        } else if (text_equal_nocase(name, TEXT("content-transfer-encoding"))) {
            bool plain = text_equal_nocase(value, TEXT("binary")) ||
                         text_equal_nocase(value, TEXT("8bit")) ||
                         text_equal_nocase(value, TEXT("7bit"));
            if (!plain) return malformed(e, "a transfer encoding");
        }
    }
    if (!disposition) return malformed(e, "a part without a name");
    if (out->type.n >= 10 && text_equal_nocase((struct text){out->type.p, 10}, TEXT("multipart/")))
        return malformed(e, "a part within a part");
    return true;
}

/* Where `delimiter` (CRLF "--" boundary) next stands. Cost: O(bytes) for memmem of glibc
 * (two-way). */
static bool find_delimiter(struct text body, struct text delimiter, size_t *at)
{
    const char *p = memmem(body.p, body.n, delimiter.p, delimiter.n);
    if (p == NULL) return false;
    *at = (size_t)(p - body.p);
    return true;
}

static struct text without_folders(struct text name)
{
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') return behind(name, i);
    return name;
}

struct reading {
    struct field *field;
    struct upload *upload;
    size_t n_field, n_upload, cap;
};

static bool keep_part(struct reading *r, const struct part *p, struct text content, struct err *e)
{
    if (p->file_name.p == NULL) {
        if (r->n_field == r->cap)
            return err_set(e, ERR_LIMIT, "request.too_many_fields", "more than %d fields",
                           REQUEST_FIELDS_MAX);
        if (!text_is_utf8(content, NULL)) return malformed(e, "text that is not UTF-8");
        r->field[r->n_field++] = (struct field){p->name, content};
        return true;
    }
    if (p->file_name.n == 0 && content.n == 0) return true;
    if (r->n_upload == REQUEST_UPLOADS_MAX)
        return err_set(e, ERR_LIMIT, "request.too_many_uploads", "more than %d files",
                       REQUEST_UPLOADS_MAX);
    r->upload[r->n_upload++] =
        (struct upload){p->name, without_folders(p->file_name), p->type, content};
    return true;
}

/* One part, at the beginning of *rest; moves *rest behind the delimiter that ends it. */
static bool take_part(struct reading *r, struct text *rest, struct text delimiter, struct arena *a,
                      struct err *e)
{
    struct part part = {0};
    size_t head_n = 0, content_n = 0;
    struct text window = {rest->p, rest->n < PART_HEAD_MAX ? rest->n : PART_HEAD_MAX};
    if (!text_find(window, TEXT("\r\n\r\n"), &head_n)) return malformed(e, "the head of a part");
    if (!read_part_head(&part, (struct text){rest->p, head_n + 2}, a, e)) return false;
    *rest = behind(*rest, head_n + 4);
    /* An empty content ends by the CRLF that also ends the head. */
    *rest = (struct text){rest->p - 2, rest->n + 2};
    if (!find_delimiter(*rest, delimiter, &content_n)) return malformed(e, "a part without an end");
    struct text content =
        content_n >= 2 ? (struct text){rest->p + 2, content_n - 2} : (struct text){"", 0};
    *rest = behind(*rest, content_n + delimiter.n);
    return keep_part(r, &part, content, e);
}

bool multipart_parse(struct multipart *out, struct text boundary, struct text body, struct arena *a,
                     struct err *e)
{
    struct text delimiter;
    delimiter.p = arena_printf(a, "\r\n--%.*s", (int)boundary.n, boundary.p);
    delimiter.n = boundary.n + 4;
    struct text dash = behind(delimiter, 2);
    if (!text_starts(body, dash)) return malformed(e, "no part at the beginning");
    struct text rest = behind(body, dash.n);
    size_t most = 0, at = 0;
    for (struct text t = rest; most < REQUEST_FIELDS_MAX && find_delimiter(t, delimiter, &at);
         most++)
        t = behind(t, at + delimiter.n);
    struct reading r = {.field = ARENA_ARRAY(a, struct field, most),
                        .upload = ARENA_ARRAY(a, struct upload, REQUEST_UPLOADS_MAX),
                        .cap = most};
    while (!text_starts(rest, TEXT("--"))) {
        if (!text_starts(rest, TEXT("\r\n"))) return malformed(e, "a boundary");
        rest = behind(rest, 2);
        if (!take_part(&r, &rest, delimiter, a, e)) return false;
    }
    rest = behind(rest, 2);
    if (rest.n > 0 && !text_is(rest, "\r\n")) return malformed(e, "something behind the last part");
    *out = (struct multipart){r.field, r.n_field, r.upload, r.n_upload};
    return true;
}
