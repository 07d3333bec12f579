/* SPDX-License-Identifier: EUPL-1.2 */
/* Heads of answers. The security headers stand in one table below, which every answer gets
 * whole. */
#include "web/response.h"

#include <assert.h>
#include <string.h>

/* S32, S33, S35. Trusted types: no script of ours turns text into markup, so none may make a
 * policy. */
static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'; report-uri " RESPONSE_CSP_REPORT_PATH "\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cross-Origin-Embedder-Policy: require-corp\r\n"
    "Permissions-Policy: accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), "
    "encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), "
    "idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "picture-in-picture=(), publickey-credentials-create=(self), publickey-credentials-get=(self), "
    "screen-wake-lock=(), serial=(), storage-access=(), usb=(), web-share=(), window-management=(), "
    "xr-spatial-tracking=()\r\n";

static const char transport_security[] = "Strict-Transport-Security: max-age=63072000\r\n";

/* What response_header() refuses: written here, or by the connection. Anything of CORS besides. */
static const char *const reserved[] = {
    "cache-control",
    "clear-site-data",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-security-policy-report-only",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "keep-alive",
    "location",
    "permissions-policy",
    "pragma",
    "referrer-policy",
    "refresh",
    "server",
    "set-cookie",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
    "x-request-id",
};

void response_init(struct response *r)
{
    *r = (struct response){0};
    buf_init_wiped(&r->body, RESPONSE_BODY_MAX);
    buf_init_wiped(&r->header, RESPONSE_HEAD_MAX / 2);
}

void response_release(struct response *r)
{
    buf_release(&r->body);
    buf_release(&r->header);
}

void response_clear(struct response *r)
{
    response_release(r);
    response_init(r);
}

static bool is_token(const char *name)
{
    if (name[0] == '\0') return false;
    for (const char *p = name; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c <= 0x20 || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c) != NULL) return false;
    }
    return true;
}

static bool is_printable(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c < 0x20 || c >= 0x7f) return false;
    }
    return true;
}

static bool is_reserved(struct text name)
{
    if (name.n >= 15 && text_equal_nocase((struct text){name.p, 15}, TEXT("access-control-")))
        return true;
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (text_equal_nocase(name, text_of(reserved[i]))) return true;
    return false;
}

/* A line goes in whole or not at all. */
static bool put_line(struct response *r, const char *name, struct text value)
{
    if (!is_printable(value)) return false;
    if (r->header.n + strlen(name) + value.n + 4 > r->header.max) return false;
    buf_puts(&r->header, name);
    buf_puts(&r->header, ": ");
    buf_put_text(&r->header, value);
    buf_puts(&r->header, "\r\n");
    return true;
}

bool response_header(struct response *r, const char *name, struct text value)
{
    return is_token(name) && !is_reserved(text_of(name)) && put_line(r, name, value);
}

bool response_redirect(struct response *r, struct text to)
{
    bool local = to.n > 0 && to.p[0] == '/' && (to.n == 1 || to.p[1] != '/');
    for (size_t i = 0; local && i < to.n; i++) {
        unsigned char c = (unsigned char)to.p[i];
        local = c > 0x20 && c < 0x7f && c != '\\';
    }
    r->status = 303;
    r->content_type = NULL;
    buf_clear(&r->body);
    if (local && put_line(r, "Location", to)) return true;
    (void)put_line(r, "Location", TEXT("/"));
    return false;
}

static bool put_cookie(struct response *r, const char *name, struct text value, const char *end)
{
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_';
        if (!plain) return false;
    }
    struct buf line;
    buf_init_wiped(&line, 4096);
    buf_printf(&line, "__Host-%s=", name);
    buf_put_text(&line, value);
    buf_puts(&line, "; Path=/; Secure; HttpOnly; SameSite=Strict");
    buf_puts(&line, end);
    bool ok = is_token(name) && !line.too_long && put_line(r, "Set-Cookie", buf_text(&line));
    buf_release(&line);
    return ok;
}

bool response_cookie(struct response *r, const char *name, struct text value)
{
    return value.n > 0 && put_cookie(r, name, value, "");
}

void response_cookie_end(struct response *r, const char *name)
{
    bool ok = put_cookie(r, name, TEXT(""), "; Max-Age=0");
    assert(ok);
    (void)ok;
}

void response_clear_site_data(struct response *r)
{
    (void)put_line(r, "Clear-Site-Data", TEXT("\"*\""));
}

void response_attachment(struct response *r, struct text file_name)
{
    struct buf line;
    buf_init(&line, 2048);
    buf_puts(&line, "attachment; filename=\"");
    bool ascii = true;
    for (size_t i = 0; i < file_name.n && i < 200; i++) {
        unsigned char c = (unsigned char)file_name.p[i];
        if (c >= 0x80) ascii = false;
        if (c < 0x80)
            buf_putc(&line, c < 0x20 || c == 0x7f || strchr("\"\\/:*?<>|%", c) ? '_' : (char)c);
        else if (c >= 0xC0) buf_putc(&line, '_'); /* one for a character */
    }
    buf_putc(&line, '"');
    if (!ascii) {
        buf_puts(&line, "; filename*=UTF-8''");
        for (size_t i = 0; i < file_name.n && i < 600; i++) {
            unsigned char c = (unsigned char)file_name.p[i];
            bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '-';
            if (c < 0x20 || c == 0x7f || (c < 0x80 && strchr("\"\\/:*?<>|%", c)))
                buf_putc(&line, '_');
            else if (plain) buf_putc(&line, (char)c);
            else buf_printf(&line, "%%%02X", c);
        }
    }
    (void)put_line(r, "Content-Disposition", buf_text(&line));
    buf_release(&line);
}

struct text response_body(const struct response *r)
{
    return r->lasting.p != NULL ? r->lasting : buf_text(&r->body);
}

void response_write_head(struct buf *out, const struct response *r, const struct response_wire *w)
{
    buf_printf(out, "HTTP/1.1 %d %s\r\n", r->status, response_reason(r->status));
    if (w->secure) buf_puts(out, transport_security);
    buf_puts(out, security_headers);
    buf_printf(out, "Cache-Control: %s\r\n",
               r->immutable ? "public, max-age=31536000, immutable" : "no-store");
    if (r->content_type != NULL) buf_printf(out, "Content-Type: %s\r\n", r->content_type);
    if (r->gzip) buf_puts(out, "Content-Encoding: gzip\r\n");
    if (r->refresh_s > 0) buf_printf(out, "Refresh: %u\r\n", r->refresh_s);
    if (r->immutable) buf_puts(out, "Vary: Accept-Encoding\r\n");
    buf_put_text(out, buf_text(&r->header));
    if (w->id != NULL) buf_printf(out, "X-Request-Id: %s\r\n", w->id);
    if (w->date != NULL) buf_printf(out, "Date: %s\r\n", w->date);
    /* RFC 9110 section 8.6: never with 204; with 304 it would be that of what is not sent. */
    if (r->status != 204 && r->status != 304)
        buf_printf(out, "Content-Length: %zu\r\n", response_body(r).n);
    if (w->close || r->close) buf_puts(out, "Connection: close\r\n");
    buf_puts(out, "\r\n");
}

const char *response_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].status == status) return known[i].reason;
    return "Unknown";
}
