/* SPDX-License-Identifier: EUPL-1.2 */
/* From the head of a request to a struct request, and from a body to form and files. */
#include "web/http_internal.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "web/multipart.h"

#include <string.h>

struct job *job_new(void)
{
    struct job *j = mem_new(1, sizeof *j);
    uint8_t id[(REQUEST_ID_SIZE - 1) / 2];
    crypto_random(id, sizeof id);
    crypto_hex(j->request.id, id, sizeof id);
    j->request.arena = arena_new(ARENA_WIPE);
    response_init(&j->response);
    buf_init_wiped(&j->body, 0);
    return j;
}

void job_free(struct http *h, struct job *j)
{
    if (j == NULL) return;
    h->n_bodies -= j->body.n;
    buf_release(&j->body);
    response_release(&j->response);
    arena_free(j->request.arena);
    mem_free_wiped(j, sizeof *j);
}

/* "text/html; charset=x" without its parameters, in lower case. */
static struct text media_type(struct text type, struct arena *a)
{
    const char *semicolon = type.n > 0 ? memchr(type.p, ';', type.n) : NULL;
    struct text t =
        text_trim((struct text){type.p, semicolon != NULL ? (size_t)(semicolon - type.p) : type.n});
    char *p = arena_copy(a, t.p, t.n);
    for (size_t i = 0; i < t.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char)(p[i] - 'A' + 'a');
    return (struct text){p, t.n};
}

/* No parameter, or charset=utf-8. */
static bool says_utf8(struct text type)
{
    const char *semicolon = memchr(type.p, ';', type.n);
    if (semicolon == NULL) return true;
    struct text t =
        text_trim((struct text){semicolon + 1, type.n - (size_t)(semicolon - type.p) - 1});
    return t.n == 0 || text_equal_nocase(t, TEXT("charset=utf-8")) ||
           text_equal_nocase(t, TEXT("charset=\"utf-8\""));
}

static enum body_kind kind_of(struct text media, struct text type)
{
    if (text_is(media, "multipart/form-data")) return BODY_MULTIPART;
    if (!says_utf8(type)) return BODY_NONE;
    if (text_is(media, "application/x-www-form-urlencoded")) return BODY_FORM;
    /* The last two are what browsers send to the place for reports (S35). */
    if (text_is(media, "application/json") || text_is(media, "application/csp-report") ||
        text_is(media, "application/reports+json"))
        return BODY_JSON;
    return BODY_NONE;
}

/* The body that the head announces: 0, 413 or 415. */
static int expect_body(const struct http *h, struct job *j)
{
    struct request *r = &j->request;
    if (j->head.type.p != NULL) r->content_type = media_type(j->head.type, r->arena);
    if (!j->head.chunked && j->head.length == 0) return 0;
    if (j->head.type.p != NULL) j->kind = kind_of(r->content_type, j->head.type);
    if (j->kind == BODY_NONE) return 415;
    size_t most = j->kind == BODY_MULTIPART ? h->limit.upload_bytes : h->limit.body_bytes;
    j->body_max = h->handler.body_max != NULL ? h->handler.body_max(h->handler.ctx, r, most) : most;
    if (j->body_max > most) j->body_max = most;
    if (j->head.length > j->body_max) return 413;
    buf_init_wiped(&j->body, j->body_max);
    return 0;
}

/* Behind the declared proxy: the last address it says the request came from, and by what. */
static void believe_proxy(struct request *r, struct http_address *from)
{
    struct text rest = request_header(r, "x-forwarded-for"), piece, last = {NULL, 0};
    struct http_address said;
    while (rest.n > 0 && text_split(&rest, ',', &piece)) last = text_trim(piece);
    if (last.n > 0 && http_address_read(&said, last)) *from = said;
    r->secure = text_is(request_header(r, "x-forwarded-proto"), "https");
}

int job_begin(struct connection *c, struct text head, uint32_t *wait_s)
{
    struct http *h = c->http;
    struct job *j = c->job;
    struct request *r = &j->request;
    struct http_address from = c->address;
    struct text copy = {arena_copy(r->arena, head.p, head.n), head.n};
    int status = http_head_parse(&j->head, copy, r->arena);
    r->method = j->head.method;
    r->head = j->head.head;
    r->header = j->head.header;
    r->n_header = j->head.n_header;
    r->secure = !h->plain;
    if (status == 0 && h->plain) believe_proxy(r, &from);
    http_address_write(r->address, r->source, &from);
    *wait_s = http_source_request(h->sources, &from, h->now_ms);
    if (status != 0) return status;
    if (*wait_s > 0) return 429;
    if (!request_parse_target(r, j->head.target, NULL)) return 400;
    if (!request_parse_cookies(&r->cookie, &r->n_cookie, request_header(r, "cookie"), r->arena,
                               NULL))
        return 400;
    return expect_body(h, j);
}

void job_error(const struct http *h, struct job *j, int status)
{
    struct response *out = &j->response;
    response_clear(out);
    /* A request that never got a head has no header to look at. */
    const struct request *r = j->request.header != NULL ? &j->request : NULL;
    if (h->handler.error_page != NULL)
        h->handler.error_page(h->handler.ctx, r, status, j->request.id, out);
    if (out->status == 0 || out->body.too_long) {
        response_clear(out);
        out->content_type = "text/plain; charset=utf-8";
        buf_printf(&out->body, "%d %s\n%s\n", status, response_reason(status), j->request.id);
    }
    out->status = status;
    out->close = true;
    if (status == 405)
        (void)response_header(out, "Allow", TEXT("GET, HEAD, POST, PUT, PATCH, DELETE"));
}

static bool read_body(struct job *j)
{
    struct request *r = &j->request;
    struct text body = buf_text(&j->body), boundary;
    struct multipart m;
    switch (j->kind) {
    case BODY_NONE: return true;
    case BODY_JSON: r->body = body; return true;
    case BODY_FORM: return request_parse_urlencoded(&r->form, &r->n_form, body, r->arena, NULL);
    case BODY_MULTIPART:
        if (!multipart_boundary(&boundary, j->head.type)) return false;
        if (!multipart_parse(&m, boundary, body, r->arena, NULL)) return false;
        r->form = m.field;
        r->n_form = m.n_field;
        r->upload = m.upload;
        r->n_upload = m.n_upload;
        return true;
    }
    return false;
}

void job_answer(const struct http *h, unsigned worker, struct job *j)
{
    struct response *out = &j->response;
    if (!read_body(j)) {
        job_error(h, j, 400);
        return;
    }
    h->handler.answer(h->handler.ctx, worker, &j->request, out);
    if (out->status == 0 || out->body.too_long || out->header.too_long) job_error(h, j, 500);
}
