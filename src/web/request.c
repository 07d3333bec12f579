/* SPDX-License-Identifier: EUPL-1.2 */
/* Targets, urlencoded texts, cookies and languages. Everything that reads here goes once over its
 * input, and says no rather than guessing: what two programs read differently is what attacks are
 * made of. */
#include "web/request.h"

#include <string.h>

enum { COOKIES_MAX = 64, LANGUAGE_RANGES_MAX = 64 };

static bool malformed(struct err *e, const char *what)
{
    return err_set(e, ERR_INPUT, "request.malformed", "malformed request: %s", what);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Decode into memory of `a`. `plus`: "+" is a space. */
static bool percent_decode(struct text *out, struct text t, bool plus, struct arena *a,
                           struct err *e)
{
    char *p = arena_take(a, t.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (is_control(c)) return malformed(e, "a control character");
        if (c == '+' && plus) c = ' ';
        if (t.p[i] == '%') {
            bool whole = t.n - i > 2;
            int high = whole ? hex_digit(t.p[i + 1]) : -1, low = whole ? hex_digit(t.p[i + 2]) : -1;
            if (high < 0 || low < 0) return malformed(e, "a bad percent escape");
            c = (char)(high * 16 + low);
            i += 2;
        }
        p[n++] = c;
    }
    *out = (struct text){p, n};
    if (!text_is_utf8(*out, NULL)) return malformed(e, "text that is not UTF-8");
    return true;
}

bool request_parse_urlencoded(const struct field **out, size_t *n, struct text t, struct arena *a,
                              struct err *e)
{
    size_t most = t.n > 0 ? 1 : 0;
    for (size_t i = 0; i < t.n; i++) most += t.p[i] == '&';
    if (most > REQUEST_FIELDS_MAX)
        return err_set(e, ERR_LIMIT, "request.too_many_fields", "more than %d fields",
                       REQUEST_FIELDS_MAX);
    struct field *field = ARENA_ARRAY(a, struct field, most);
    *out = field;
    *n = 0;
    struct text pair;
    while (most > 0 && text_split(&t, '&', &pair)) {
        if (pair.n == 0) continue;
        struct text name = pair, value = {"", 0};
        const char *is = memchr(pair.p, '=', pair.n);
        if (is != NULL) {
            name.n = (size_t)(is - pair.p);
            value = (struct text){is + 1, pair.n - name.n - 1};
        }
        if (!percent_decode(&field[*n].name, name, true, a, e)) return false;
        if (!percent_decode(&field[*n].value, value, true, a, e)) return false;
        ++*n;
    }
    return true;
}

/* cookie-name is a token, cookie-value has no control, space, quote, comma, semicolon, backslash
 * (RFC 6265 4.1.1); a quoted value loses its quotes. */
static bool cookie_pair(struct field *out, struct text pair)
{
    const char *is = pair.n > 0 ? memchr(pair.p, '=', pair.n) : NULL;
    if (is == NULL || is == pair.p) return false;
    out->name = (struct text){pair.p, (size_t)(is - pair.p)};
    out->value = (struct text){is + 1, pair.n - out->name.n - 1};
    if (out->value.n >= 2 && out->value.p[0] == '"' && out->value.p[out->value.n - 1] == '"')
        out->value = (struct text){out->value.p + 1, out->value.n - 2};
    for (size_t i = 0; i < out->name.n; i++) {
        unsigned char c = (unsigned char)out->name.p[i];
        if (c <= 0x20 || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c) != NULL) return false;
    }
    for (size_t i = 0; i < out->value.n; i++) {
        unsigned char c = (unsigned char)out->value.p[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\",;\\", c) != NULL) return false;
    }
    return true;
}

bool request_parse_cookies(const struct field **out, size_t *n, struct text t, struct arena *a,
                           struct err *e)
{
    struct field *field = ARENA_ARRAY(a, struct field, COOKIES_MAX);
    bool twice[COOKIES_MAX] = {false};
    struct text pair;
    size_t found = 0;
    while (t.n > 0 && text_split(&t, ';', &pair)) {
        while (pair.n > 0 && (pair.p[0] == ' ' || pair.p[0] == '\t')) pair.p++, pair.n--;
        while (pair.n > 0 && (pair.p[pair.n - 1] == ' ' || pair.p[pair.n - 1] == '\t')) pair.n--;
        struct field one;
        if (!cookie_pair(&one, pair)) continue;
        size_t same = 0;
        while (same < found && !text_equal(field[same].name, one.name)) same++;
        if (same < found) {
            twice[same] = true;
            continue;
        }
        if (found == COOKIES_MAX)
            return err_set(e, ERR_LIMIT, "request.too_many_fields", "more than %d cookies",
                           COOKIES_MAX);
        field[found++] = one;
    }
    size_t kept = 0;
    for (size_t i = 0; i < found; i++)
        if (!twice[i]) field[kept++] = field[i];
    *out = field;
    *n = kept;
    return true;
}

/* No segment "." or "..", none empty but the last, nothing that could be read as a further
 * separator. */
static bool path_is_plain(struct text path, struct err *e)
{
    for (size_t i = 0; i < path.n; i++)
        if (is_control(path.p[i]) || path.p[i] == '\\')
            return malformed(e, "a character no path has");
    struct text rest = {path.p + 1, path.n - 1}, segment;
    while (text_split(&rest, '/', &segment)) {
        if (segment.n == 0 && rest.p != NULL) return malformed(e, "an empty part of the path");
        if (text_is(segment, ".") || text_is(segment, ".."))
            return malformed(e, "dots in the path");
    }
    return true;
}

bool request_parse_target(struct request *r, struct text target, struct err *e)
{
    r->target = target;
    if (target.n == 0 || target.p[0] != '/')
        return malformed(e, "the target does not begin with a slash");
    for (size_t i = 0; i < target.n; i++)
        if (target.p[i] <= 0x20 || target.p[i] >= 0x7f || target.p[i] == '#')
            return malformed(e, "a character no target has");
    struct text path = target, query = {"", 0};
    const char *mark = memchr(target.p, '?', target.n);
    if (mark != NULL) {
        path.n = (size_t)(mark - target.p);
        query = (struct text){mark + 1, target.n - path.n - 1};
    }
    for (size_t i = 0; i + 2 < path.n; i++)
        if (path.p[i] == '%' && path.p[i + 1] == '2' &&
            (path.p[i + 2] == 'F' || path.p[i + 2] == 'f'))
            return malformed(e, "an escaped slash");
    return percent_decode(&r->path, path, false, r->arena, e) && path_is_plain(r->path, e) &&
           request_parse_urlencoded(&r->query, &r->n_query, query, r->arena, e);
}

static struct text field_find(const struct field *f, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(f[i].name, name)) return f[i].value;
    return (struct text){NULL, 0};
}

struct text request_query(const struct request *r, const char *name)
{
    return field_find(r->query, r->n_query, name);
}

struct text request_form(const struct request *r, const char *name)
{
    return field_find(r->form, r->n_form, name);
}

struct text request_cookie(const struct request *r, const char *name)
{
    return field_find(r->cookie, r->n_cookie, name);
}

struct text request_header(const struct request *r, const char *name)
{
    return field_find(r->header, r->n_header, name);
}

const struct upload *request_upload(const struct request *r, const char *field)
{
    for (size_t i = 0; i < r->n_upload; i++)
        if (text_is(r->upload[i].field, field)) return &r->upload[i];
    return NULL;
}

const char *method_name(enum method m)
{
    static const char *const names[] = {[METHOD_GET] = "GET",
                                        [METHOD_POST] = "POST",
                                        [METHOD_PUT] = "PUT",
                                        [METHOD_PATCH] = "PATCH",
                                        [METHOD_DELETE] = "DELETE"};
    return names[m];
}

struct weighted { /* "pt-PT;q=0.8" */
    struct text item;
    int thousandths;
};

/* One element of a weighted list (RFC 9110 section 12.4.2); false when malformed. */
static bool weighted_read(struct weighted *out, struct text piece)
{
    piece = text_trim(piece);
    out->item = piece;
    out->thousandths = 1000;
    const char *semicolon = piece.n > 0 ? memchr(piece.p, ';', piece.n) : NULL;
    if (semicolon == NULL) return piece.n > 0;
    out->item = text_trim((struct text){piece.p, (size_t)(semicolon - piece.p)});
    struct text q =
        text_trim((struct text){semicolon + 1, piece.n - (size_t)(semicolon - piece.p) - 1});
    if (q.n < 3 || q.n > 7 || (q.p[0] != 'q' && q.p[0] != 'Q') || q.p[1] != '=') return false;
    if (q.p[2] != '0' && q.p[2] != '1') return false;
    if (q.n > 3 && q.p[3] != '.') return false;
    int value = (q.p[2] - '0') * 1000, unit = 100;
    for (size_t i = 4; i < q.n; i++, unit /= 10) {
        if (q.p[i] < '0' || q.p[i] > '9') return false;
        value += (q.p[i] - '0') * unit;
    }
    if (value > 1000) return false;
    out->thousandths = value;
    return out->item.n > 0;
}

const char *request_language(const struct request *r, const char *const offered[], size_t n)
{
    struct text rest = request_header(r, "accept-language"), piece;
    const char *best = NULL;
    int best_weight = 0;
    if (rest.n == 0) return offered[0];
    for (size_t k = 0; k < LANGUAGE_RANGES_MAX && text_split(&rest, ',', &piece); k++) {
        struct weighted w;
        if (!weighted_read(&w, piece)) continue;
        for (size_t i = 0; i < n; i++) {
            struct text code = text_of(offered[i]);
            bool fits =
                text_is(w.item, "*") ||
                (w.item.n >= code.n && text_equal_nocase((struct text){w.item.p, code.n}, code) &&
                 (w.item.n == code.n || w.item.p[code.n] == '-'));
            if (!fits || w.thousandths <= best_weight) continue;
            best = offered[i];
            best_weight = w.thousandths;
        }
    }
    return best != NULL ? best : offered[0];
}

bool request_accepts_gzip(const struct request *r)
{
    struct text rest = request_header(r, "accept-encoding"), piece;
    while (rest.n > 0 && text_split(&rest, ',', &piece)) {
        struct weighted w;
        if (weighted_read(&w, piece) && text_equal_nocase(w.item, TEXT("gzip")))
            return w.thousandths > 0;
    }
    return false;
}
