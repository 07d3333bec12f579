/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/http*.c over sockets, by plain TCP and TLS.
 *  1 a request whole: method, path, query, form, files, JSON, cookies; HEAD; errors of the one who
 *  answers
 *  2 S76, S77: each malformed request is refused with 400 and closed, and nothing behind it is
 *  answered
 *  3 S78: limits of line, head, body; methods not offered; content types
 *  4 S79: byte by byte and in pipelines the answers are the same
 *  5 S80: time-outs of handshake, head, body, answer, idling; requests for each connection
 *  6 S83: connections and requests of one source; 429 with Retry-After
 *  7 S32, S33, S64: head of every answer, errors included; the error page
 *  8 S30: plain HTTP on loopback alone; TLS versions and ciphers; what the proxy says
 *  9 bodies held at once, the queue, answers without a worker, stopping
 * 10 S81 in small: others are served while many idle and drip */
#include "harness.h"

#include "base/mem.h"
#include "http_client.h"
#include "web/http.h"
#include "web/tls.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { WAIT = 10000, BIG = 3 * 1024 * 1024 };

/* What answers */

struct site {
    struct http *http;
    atomic_int n_behind, n_answer;
    atomic_bool hold; /* "/hold" waits until it is false */
};

static char big[BIG];

static void put_fields(struct buf *b, const char *what, const struct field *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s %.*s=%.*s\n", what, (int)f[i].name.n, f[i].name.p, (int)f[i].value.n,
                   f[i].value.p);
}

static void answer(void *ctx, unsigned worker, const struct request *r, struct response *out)
{
    struct site *site = ctx;
    assert_true(worker < 4);
    site->n_answer++;
    if (text_is(r->path, "/behind")) site->n_behind++;
    while (text_is(r->path, "/hold") && site->hold) usleep(1000);
    if (text_is(r->path, "/nothing")) return;
    out->status = 200;
    out->content_type = "text/plain; charset=utf-8";
    if (text_is(r->path, "/big")) {
        buf_put(&out->body, big, sizeof big);
        return;
    }
    buf_printf(&out->body, "%s %.*s\n", method_name(r->method), (int)r->path.n, r->path.p);
    put_fields(&out->body, "query", r->query, r->n_query);
    put_fields(&out->body, "form", r->form, r->n_form);
    put_fields(&out->body, "cookie", r->cookie, r->n_cookie);
    for (size_t i = 0; i < r->n_upload; i++)
        buf_printf(&out->body, "file %.*s %.*s %zu\n", (int)r->upload[i].field.n,
                   r->upload[i].field.p, (int)r->upload[i].file_name.n, r->upload[i].file_name.p,
                   r->upload[i].bytes.n);
    if (r->body.p != NULL)
        buf_printf(&out->body, "%.*s %.*s\n", (int)r->content_type.n, r->content_type.p,
                   (int)r->body.n, r->body.p);
    if (text_is(r->path, "/who"))
        buf_printf(&out->body, "%s %s %s\n", r->address, r->source, r->secure ? "secure" : "plain");
}

static bool quick(void *ctx, const struct request *r, struct response *out)
{
    (void)ctx;
    if (!text_starts(r->path, TEXT("/static/"))) return false;
    out->status = 200;
    out->content_type = "text/css";
    out->lasting = TEXT("body { }");
    out->immutable = true;
    return true;
}

static size_t body_max(void *ctx, const struct request *r, size_t most)
{
    (void)ctx;
    return text_is(r->path, "/little") ? 10 : most;
}

static void error_page(void *ctx, const struct request *r, int status, const char *id,
                       struct response *out)
{
    (void)ctx;
    static const char *const offered[] = {"en", "pt"};
    out->status = status;
    out->content_type = "text/html; charset=utf-8";
    buf_printf(&out->body, "%s error %d %s", r != NULL ? request_language(r, offered, 2) : "none",
               status, id);
}

static struct buf certificate, key;

static void site_open(struct site *s, bool tls, struct http_limits limit)
{
    struct err e = {0};
    *s = (struct site){0};
    const struct http_handler handler = {
        .ctx = s, .answer = answer, .quick = quick, .body_max = body_max, .error_page = error_page};
    if (limit.rate == 0) limit.rate = limit.burst = 1000000;
    const struct http_options o = {.certificate = buf_text(&certificate),
                                   .key = buf_text(&key),
                                   .insecure_plain = !tls,
                                   .limit = limit};
    if (!http_open(&s->http, &o, &handler, &e)) fail_msg("%s", e.msg);
}

static void site_close(struct site *s)
{
    s->hold = false;
    http_stop(s->http);
}

static void open_client(struct client *c, const struct site *s, bool tls)
{
    assert_true(client_open(c, http_port(s->http), tls, NULL));
}

/* One request on a connection of its own; the caller closes. */
static struct client_answer ask(struct client *c, const struct site *s, bool tls,
                                const char *request)
{
    struct client_answer a;
    open_client(c, s, tls);
    assert_true(client_send(c, text_of(request)));
    if (!client_answer(c, &a, false, WAIT)) fail_msg("no answer to %s", request);
    return a;
}

static void expect_body(struct site *s, const char *request, const char *body)
{
    struct client c;
    struct client_answer a = ask(&c, s, false, request);
    assert_int_equal(a.status, 200);
    if (!text_is(a.body, body)) fail_msg("%.*s is not %s", (int)a.body.n, a.body.p, body);
    client_close(&c);
}

static void expect_status(struct site *s, const char *request, int status)
{
    struct client c;
    struct client_answer a = ask(&c, s, false, request);
    if (a.status != status) fail_msg("%d, not %d: %s", a.status, status, request);
    client_close(&c);
}

#define END " HTTP/1.1\r\nHost: localhost\r\n"

/* 1 */
static void test_requests_are_whole(void **state)
{
    (void)state;
    struct site s;
    site_open(&s, false, (struct http_limits){0});
    expect_body(&s, "GET /a/b%20c?x=1&y=%C3%A3+b" END "\r\n",
                "GET /a/b c\nquery x=1\nquery y=\xC3\xA3 b\n");
    expect_body(&s, "GET /" END "Cookie: __Host-s=abc; other=\"q\"\r\n\r\n",
                "GET /\ncookie __Host-s=abc\ncookie other=q\n");
    expect_body(
        &s,
        "POST /f" END
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\na=1&b=%2B+x",
        "POST /f\nform a=1\nform b=+ x\n");
    expect_body(&s,
                "PUT /j" END
                "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
                "PUT /j\napplication/json {}\n");
    expect_body(
        &s,
        "PATCH /j" END
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        "PATCH /j\napplication/json {}\n");
    expect_body(&s, "DELETE /r/1" END "\r\n", "DELETE /r/1\n");
    expect_body(&s, "POST /r" END "Content-Length: 0\r\n\r\n", "POST /r\n");
    static const char form[] =
        "--xyz\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nv\r\n"
        "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\d\\a.csv\"\r\n"
        "Content-Type: text/csv\r\n\r\n1;2\n\r\n--xyz--";
    char request[1024];
    snprintf(request, sizeof request,
             "POST /u" END
             "Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof form - 1, form);
    expect_body(&s, request, "POST /u\nform t=v\nfile f a.csv 4\n");
    site_close(&s);
}

static void test_heads_and_missing_answers(void **state)
{
    (void)state;
    struct site s;
    struct client c;
    struct client_answer a;
    site_open(&s, true, (struct http_limits){0});
    open_client(&c, &s, true);
    assert_true(client_send(&c, TEXT("HEAD /x" END "\r\nGET /nothing" END "\r\n")));
    assert_true(client_answer(&c, &a, true, WAIT));
    assert_int_equal(a.status, 200);
    assert_true(text_is(client_header(&a, "content-length"), "7"));
    assert_true(client_answer(&c, &a, false, WAIT));
    assert_int_equal(a.status, 500);
    assert_true(text_starts(a.body, TEXT("en error 500 ")));
    client_close(&c);
    site_close(&s);
}

/* 2: bytes with their length, for some hold NUL */
#define BAD(s)           \
    {                    \
        s, sizeof(s) - 1 \
    }
static const struct text malformed[] = {
    /* framing */
    BAD("POST /a" END
        "Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"),
    BAD("POST /a" END
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 2\r\ncontent-length: 3\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 2, 2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: +2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: -2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 0x2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 2 2\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length:\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 2.0\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 18446744073709551618\r\n\r\n{}"),
    BAD("POST /a" END "Content-Length: 99999999999999999999999\r\n\r\n{}"),
    BAD("POST /a" END "Transfer-Encoding: gzip\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: identity\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
    BAD("POST /a" END "Transfer-Encoding:\r\n\r\n"),
    BAD("POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    BAD("GET /a" END "Content-Length: 3\r\n\r\nGET"),
    BAD("GET /a" END "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
#define CHUNKED "POST /a" END "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    BAD(CHUNKED "g\r\n"),
    BAD(CHUNKED "+2\r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "-2\r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED " 2\r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2 \r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "0x2\r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "\r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2\r{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2;a=b\r\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2;\n{}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2\r\n{}0\r\n\r\n"),
    BAD(CHUNKED "2\r\n{}\n0\r\n\r\n"),
    BAD(CHUNKED "2\r\n{}}\r\n0\r\n\r\n"),
    BAD(CHUNKED "2\r\n{}\r\n0\r\nX: y\r\n\r\n"),
    BAD(CHUNKED "2\r\n{}\r\n0\r\n\n"),
    BAD(CHUNKED "000000000\r\n\r\n"),
    BAD(CHUNKED "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n"),
    /* host */
    BAD("GET /a HTTP/1.1\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\nHost:\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\nHost: a b\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    /* lines */
    BAD("GET /a HTTP/1.1\nHost: x\n\n"),
    BAD("GET /a HTTP/1.1\r\nHost: x\n\r\n"),
    BAD("GET /a HTTP/1.1\rHost: x\r\n\r\n"),
    BAD("GET /a" END "X: a\rb\r\n\r\n"),
    BAD("GET /a" END "X: a\r\r\n\r\n"),
    BAD("GET /a" END "X: a\r\n b\r\n\r\n"),
    BAD("GET /a" END "X: a\r\n\tb\r\n\r\n"),
    BAD("GET /a HTTP/1.1\r\n Host: x\r\n\r\n"),
    BAD("\r\nGET /a" END "\r\n"),
    BAD("\nGET /a" END "\r\n"),
    BAD(" GET /a" END "\r\n"),
    /* names and values */
    BAD("GET /a" END "X : a\r\n\r\n"),
    BAD("GET /a" END "X\t: a\r\n\r\n"),
    BAD("GET /a" END ": a\r\n\r\n"),
    BAD("GET /a" END "X\r\n\r\n"),
    BAD("GET /a" END "X Y: a\r\n\r\n"),
    BAD("GET /a" END "X(: a\r\n\r\n"),
    BAD("GET /a" END "X\xC3\xA3: a\r\n\r\n"),
    BAD("GET /a" END "X: a\xC3\xA3\r\n\r\n"),
    BAD("GET /a" END "X: a\0b\r\n\r\n"),
    BAD("GET /a" END "X\0: a\r\n\r\n"),
    BAD("GET /a" END "X: a\x01\r\n\r\n"),
    BAD("GET /a" END "X: a\x7f\r\n\r\n"),
    BAD("GET /a" END "Content-Type: a\r\nContent-Type: b\r\n\r\n"),
    BAD("GET /a" END "Cookie: a=1\r\nCookie: b=1\r\n\r\n"),
    /* request line */
    BAD("GET  /a HTTP/1.1\r\nHost: x\r\n\r\n"),
    BAD("GET /a  HTTP/1.1\r\nHost: x\r\n\r\n"),
    BAD("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
    BAD("GET /a HTTP/1.1 \r\nHost: x\r\n\r\n"),
    BAD("GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n"),
    BAD("GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n"),
    BAD("GET /a\r\nHost: x\r\n\r\n"),
    BAD("GET\r\nHost: x\r\n\r\n"),
    BAD("GET /a HTTP/1.1x\r\nHost: x\r\n\r\n"),
    BAD("GET /a http/1.1\r\nHost: x\r\n\r\n"),
    BAD("GET /a HTTP/11\r\nHost: x\r\n\r\n"),
    BAD("GET /a HTTP/a.b\r\nHost: x\r\n\r\n"),
    BAD("G@T /a" END "\r\n"),
    BAD("GET /\0a" END "\r\n"),
    BAD("GET /a\x7f" END "\r\n"),
    BAD("GET /\xC3\xA3" END "\r\n"),
    /* targets */
    BAD("GET a" END "\r\n"),
    BAD("GET *" END "\r\n"),
    BAD("GET http://x/a" END "\r\n"),
    BAD("GET x:443" END "\r\n"),
    BAD("GET //a" END "\r\n"),
    BAD("GET /a//b" END "\r\n"),
    BAD("GET /a#b" END "\r\n"),
    BAD("GET /../a" END "\r\n"),
    BAD("GET /a/./b" END "\r\n"),
    BAD("GET /a/.." END "\r\n"),
    BAD("GET /a/%2e%2E/b" END "\r\n"),
    BAD("GET /a%2fb" END "\r\n"),
    BAD("GET /a\\b" END "\r\n"),
    BAD("GET /a%5Cb" END "\r\n"),
    BAD("GET /a%00" END "\r\n"),
    BAD("GET /a%0d%0aX" END "\r\n"),
    BAD("GET /a%" END "\r\n"),
    BAD("GET /a%4" END "\r\n"),
    BAD("GET /a%4g" END "\r\n"),
    BAD("GET /a%C3" END "\r\n"),
    BAD("GET /a%ED%A0%80" END "\r\n"),
    BAD("GET /a?b=%00" END "\r\n"),
    BAD("GET /a?b=%FF" END "\r\n"),
    BAD("GET /a?%" END "\r\n"),
    /* bodies */
    BAD("POST /a" END
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=%"),
    BAD("POST /a" END
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\na=%00"),
    BAD("POST /a" END
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=\0"),
    BAD("POST /a" END "Content-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\n--x--"),
    BAD("POST /a" END
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n\r\n--y--"),
    BAD("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
};

/* `how`: 0 in one piece, 1 byte by byte */
static void expect_refused(struct site *s, struct text bytes, int number, bool tls, int how)
{
    static const char behind[] = "GET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct client c;
    struct client_answer a;
    struct buf b;
    buf_init(&b, 65536);
    buf_put_text(&b, bytes);
    buf_puts(&b, behind);
    open_client(&c, s, tls);
    if (how == 0) (void)client_send(&c, buf_text(&b));
    else (void)client_drip(&c, buf_text(&b), 0);
    if (!client_answer(&c, &a, false, WAIT)) fail_msg("request %d: no answer", number);
    if (a.status != 400) fail_msg("request %d: %d", number, a.status);
    if (!text_is(client_header(&a, "connection"), "close"))
        fail_msg("request %d: not closed", number);
    if (client_answer(&c, &a, false, WAIT)) fail_msg("request %d: answered behind it", number);
    if (!c.end && !c.broken) fail_msg("request %d: left open", number);
    client_close(&c);
    buf_release(&b);
}

static void test_malformed_is_refused(void **state)
{
    (void)state;
    for (int tls = 0; tls < 2; tls++) {
        struct site s;
        site_open(&s, tls, (struct http_limits){.linger_ms = 50});
        for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
            expect_refused(&s, malformed[i], (int)i, tls, 0);
            if (!tls) expect_refused(&s, malformed[i], (int)i, tls, 1);
        }
        /* S77 */
        assert_int_equal(s.n_behind, 0);
        assert_int_equal(s.n_answer, 0);
        site_close(&s);
    }
}

/* 3 */
static void put_many(struct buf *b, const char *piece, size_t n)
{
    for (size_t i = 0; i < n; i++) buf_puts(b, piece);
}

static void test_limits_of_heads(void **state)
{
    (void)state;
    struct site s;
    struct buf b;
    site_open(&s, false, (struct http_limits){.linger_ms = 50});
    buf_init(&b, 1 << 20);
    for (int over = 0; over < 2; over++) { /* the line: "GET /" + n + " HTTP/1.1" */
        buf_clear(&b);
        buf_puts(&b, "GET /");
        put_many(&b, "a", 4096 - 5 - 9 + (size_t)over);
        buf_puts(&b, END "\r\n");
        expect_status(&s, b.p, over ? 414 : 200);
    }
    for (int over = 0; over < 2; over++) { /* fields: Host and 63 others */
        buf_clear(&b);
        buf_puts(&b, "GET /" END);
        for (int i = 0; i < 63 + over; i++) buf_printf(&b, "X-%d: y\r\n", i);
        buf_puts(&b, "\r\n");
        expect_status(&s, b.p, over ? 431 : 200);
    }
    for (int over = 0; over < 2; over++) { /* bytes of the head */
        buf_clear(&b);
        buf_puts(&b, "GET /" END "X: ");
        put_many(&b, "a", 16384 - sizeof "Host: localhost\r\nX: \r\n" + 1 - 2 + (size_t)over);
        buf_puts(&b, "\r\n\r\n");
        expect_status(&s, b.p, over ? 431 : 200);
    }
    /* One that never ends is refused when it is too long. */
    buf_clear(&b);
    put_many(&b, "a", 5000);
    expect_status(&s, b.p, 414);
    buf_release(&b);
    site_close(&s);
}

static void test_methods_types_and_lengths(void **state)
{
    (void)state;
    struct site s;
    struct client c;
    struct client_answer a;
    site_open(&s, false, (struct http_limits){.linger_ms = 50});
    expect_status(&s, "OPTIONS /a" END "\r\n", 405);
    expect_status(&s, "OPTIONS *" END "\r\n", 405);
    expect_status(&s, "TRACE /a" END "\r\n", 405);
    expect_status(&s, "CONNECT a:443" END "\r\n", 405);
    expect_status(&s, "BREW /a" END "\r\n", 501);
    expect_status(&s, "get /a" END "\r\n", 501);
    expect_status(&s, "GET /a HTTP/1.0\r\nHost: x\r\n\r\n", 505);
    expect_status(&s, "GET /a HTTP/1.2\r\nHost: x\r\n\r\n", 505);
    expect_status(&s, "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", 505);
    expect_status(&s, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    expect_status(&s, "GET /a" END "Expect: wonders\r\n\r\n", 417);
    expect_status(&s, "POST /a" END "Content-Length: 2\r\n\r\n{}", 415);
    expect_status(&s, "POST /a" END "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415);
    expect_status(&s,
                  "POST /a" END "Content-Type: application/jsonx\r\nContent-Length: 2\r\n\r\n{}",
                  415);
    expect_status(&s,
                  "POST /a" END
                  "Content-Type: application/json; charset=utf-16\r\nContent-Length: 2\r\n\r\n{}",
                  415);
    expect_status(&s,
                  "POST /a" END "Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n",
                  413);
    expect_status(&s,
                  "POST /a" END
                  "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n",
                  413);
    expect_status(
        &s,
        "POST /a" END
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 33554433\r\n\r\n",
        413);
    expect_status(&s,
                  "POST /little" END "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n",
                  413);
    expect_status(
        &s,
        "POST /little" END
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n6\r\n",
        413);
    a = ask(&c, &s, false,
            "OPTIONS /a" END
            "Origin: https://evil.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
    assert_true(text_is(client_header(&a, "allow"), "GET, HEAD, POST, PUT, PATCH, DELETE"));
    /* S31: CORS is not granted. */
    size_t at = 0;
    assert_false(text_find(a.head, TEXT("Access-Control"), &at));
    client_close(&c);
    /* A client that asks first is told to go on, and only then sends. */
    open_client(&c, &s, false);
    assert_true(client_send(
        &c,
        TEXT(
            "POST /a" END
            "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")));
    assert_true(client_answer(&c, &a, false, WAIT));
    assert_int_equal(a.status, 100);
    assert_true(client_send(&c, TEXT("{}")));
    assert_true(client_answer(&c, &a, false, WAIT));
    assert_int_equal(a.status, 200);
    client_close(&c);
    site_close(&s);
}

static void test_large_bodies(void **state)
{
    (void)state;
    for (int tls = 0; tls < 2; tls++) {
        struct site s;
        struct client c;
        struct client_answer a;
        struct buf b;
        site_open(&s, tls, (struct http_limits){0});
        buf_init(&b, 40 * 1024 * 1024);
        static const char head[] =
            "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n";
        static const char tail[] = "\r\n--x--\r\n";
        size_t whole = 32 * 1024 * 1024, file = whole - (sizeof head - 1) - (sizeof tail - 1);
        buf_printf(&b,
                   "POST /u" END
                   "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %zu\r\n\r\n%s",
                   whole, head);
        char *bytes = mem_new(file, 1);
        memset(bytes, '\n', file);
        buf_put(&b, bytes, file);
        mem_free(bytes);
        buf_puts(&b, tail);
        open_client(&c, &s, tls);
        assert_true(client_send(&c, buf_text(&b)));
        assert_true(client_answer(&c, &a, false, 6 * WAIT));
        char want[64];
        snprintf(want, sizeof want, "POST /u\nfile f a %zu\n", file);
        assert_true(text_is(a.body, want));
        /* And a large answer on the same connection. */
        assert_true(client_send(&c, TEXT("GET /big" END "\r\n")));
        assert_true(client_answer(&c, &a, false, 6 * WAIT));
        assert_int_equal(a.body.n, BIG);
        assert_memory_equal(a.body.p, big, BIG);
        client_close(&c);
        buf_release(&b);
        site_close(&s);
    }
}

/* 4 */
static const char three[] =
    "GET /one?a=1" END "\r\n"
    "POST /two" END
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\na=1&b=2"
    "POST /three" END "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"
    "GET /static/x.css" END "\r\n"
    "GET /last" END "Connection: close\r\n\r\n";

static void expect_three(struct client *c)
{
    static const char *const body[] = {"GET /one\nquery a=1\n", "POST /two\nform a=1\nform b=2\n",
                                       "POST /three\napplication/json {\"a\":1}\n", "body { }",
                                       "GET /last\n"};
    struct client_answer a;
    for (size_t i = 0; i < 5; i++) {
        assert_true(client_answer(c, &a, false, WAIT));
        assert_int_equal(a.status, 200);
        assert_true(text_is(a.body, body[i]));
    }
    assert_true(client_read_to_end(c, WAIT));
    assert_int_equal(c->at, c->in.n);
}

static void test_pieces_and_pipelines(void **state)
{
    (void)state;
    for (int tls = 0; tls < 2; tls++) {
        struct site s;
        struct client c;
        site_open(&s, tls, (struct http_limits){.linger_ms = 50});
        open_client(&c, &s, tls);
        assert_true(client_send(&c, TEXT(three)));
        expect_three(&c);
        client_close(&c);
        open_client(&c, &s, tls);
        assert_true(client_drip(&c, TEXT(three), 200));
        expect_three(&c);
        client_close(&c);
        for (size_t size = 2; size < 60; size += 7) {
            open_client(&c, &s, tls);
            for (size_t at = 0; at < sizeof three - 1; at += size) {
                size_t n = sizeof three - 1 - at < size ? sizeof three - 1 - at : size;
                assert_true(client_send(&c, (struct text){three + at, n}));
            }
            expect_three(&c);
            client_close(&c);
        }
        site_close(&s);
    }
}

static void test_long_pipelines(void **state)
{
    (void)state;
    enum { MANY = 700 };
    for (int tls = 0; tls < 2; tls++) {
        struct site s;
        struct client c;
        struct client_answer a;
        struct buf b;
        site_open(&s, tls, (struct http_limits){0});
        buf_init(&b, 1 << 20);
        for (int i = 0; i < MANY; i++)
            buf_printf(&b, "GET /%s%d" END "\r\n", i % 2 ? "static/" : "", i);
        open_client(&c, &s, tls);
        assert_true(client_send(&c, buf_text(&b)));
        for (int i = 0; i < MANY; i++) {
            char want[32];
            snprintf(want, sizeof want, "GET /%d\n", i);
            assert_true(client_answer(&c, &a, false, WAIT));
            assert_true(text_is(a.body, i % 2 ? "body { }" : want));
        }
        client_close(&c);
        buf_release(&b);
        site_close(&s);
    }
}

/* 5 */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Send what can be sent, at `pause_ms` for each byte, until the server closes; the status it gave,
 * 0 for none. */
static int drip_until_closed(struct client *c, const char *bytes, unsigned pause_ms, double *took)
{
    double from = seconds();
    struct client_answer a;
    int status = 0;
    for (size_t i = 0; seconds() - from < 8; i++) {
        if (client_read_to_end(c, pause_ms)) break;
        if (bytes[i] != '\0') (void)client_send(c, (struct text){bytes + i, 1});
        else i--;
    }
    *took = seconds() - from;
    if (client_answer(c, &a, false, 1)) status = a.status;
    return status;
}

static void expect_cut(struct site *s, bool tls, const char *at_once, const char *dripped,
                       int status, double least, double most)
{
    struct client c;
    double took;
    open_client(&c, s, tls);
    assert_true(client_send(&c, text_of(at_once)));
    int got = drip_until_closed(&c, dripped, 20, &took);
    if (got != status) fail_msg("%d, not %d", got, status);
    /* A machine that tests run on may be slow, but not early. */
    if (took < least || took > most + (harness_sanitized() ? 3 : 1)) fail_msg("after %.2f s", took);
    client_close(&c);
}

static void test_time_outs(void **state)
{
    (void)state;
    static const char *const endless =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const struct http_limits short_ones = {.handshake_ms = 600,
                                           .head_ms = 600,
                                           .grace_ms = 500,
                                           .body_rate = 1024,
                                           .idle_ms = 900,
                                           .linger_ms = 50};
    for (int tls = 0; tls < 2; tls++) {
        struct site s;
        struct http_counts n;
        site_open(&s, tls, short_ones);
        expect_cut(&s, tls, "", "", 0, 0.5, 0.8);             /* nothing comes */
        expect_cut(&s, tls, "GET /", endless, 408, 0.5, 0.8); /* a head that drips */
        expect_cut(&s, tls, "GET / HTTP/1.1\r\n", "", 408, 0.5, 0.8);
        /* A body at 50 bytes a second, and one that stops. */
        expect_cut(&s, tls,
                   "POST /" END "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
                   endless, 408, 0.4, 0.9);
        expect_cut(&s, tls,
                   "POST /" END "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
                   "", 408, 0.4, 0.7);
        /* Chunks of one byte count as what is in them. */
        expect_cut(&s, tls,
                   "POST /" END
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                   "1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n", 408,
                   0.4, 0.9);
        http_count(&n, s.http);
        assert_int_equal(n.cut, 5);
        site_close(&s);
    }
}

static void test_idling_and_slow_readers(void **state)
{
    (void)state;
    struct site s;
    struct client c;
    struct client_answer a;
    double took;
    const struct http_limits short_ones = {.handshake_ms = 600,
                                           .head_ms = 600,
                                           .grace_ms = 500,
                                           .body_rate = 1 << 24,
                                           .idle_ms = 900,
                                           .linger_ms = 50};
    site_open(&s, true, short_ones);
    /* Between requests the time is idle_ms. */
    a = ask(&c, &s, true, "GET /" END "\r\n");
    assert_int_equal(a.status, 200);
    assert_int_equal(drip_until_closed(&c, "", 20, &took), 0);
    assert_true(took > 0.8 && took < 4);
    client_close(&c);
    /* No handshake. */
    assert_true(client_open(&c, http_port(s.http), false, NULL));
    assert_int_equal(drip_until_closed(&c, "", 20, &took), 0);
    assert_true(took > 0.5 && took < 3);
    client_close(&c);
    /* An answer nobody takes. */
    open_client(&c, &s, true);
    for (int i = 0; i < 8; i++) assert_true(client_send(&c, TEXT("GET /big" END "\r\n")));
    struct http_counts n = {0};
    for (double from = seconds(); seconds() - from < 8 && (n.open > 0 || n.requests < 2);
         usleep(20000))
        http_count(&n, s.http);
    assert_int_equal(n.open, 0);
    client_close(&c);
    site_close(&s);
}

static void test_requests_of_a_connection(void **state)
{
    (void)state;
    struct site s;
    struct client c;
    struct client_answer a;
    site_open(&s, true, (struct http_limits){.linger_ms = 50});
    open_client(&c, &s, true);
    for (int i = 1; i <= 1000; i++) {
        if (!client_send(&c, TEXT("GET /" END "\r\n"))) fail_msg("closed at %d", i);
        assert_true(client_answer(&c, &a, false, WAIT));
        bool last = text_is(client_header(&a, "connection"), "close");
        assert_true(last == (i == 1000));
    }
    assert_true(client_read_to_end(&c, WAIT));
    client_close(&c);
    site_close(&s);
}

/* 6 */
static void test_connections_of_a_source(void **state)
{
    (void)state;
    struct site s;
    struct client c[4];
    struct http_counts n;
    site_open(&s, true, (struct http_limits){.per_source = 3});
    for (int i = 0; i < 3; i++) open_client(&c[i], &s, true);
    assert_false(client_open(&c[3], http_port(s.http), true, NULL));
    client_close(&c[3]);
    http_count(&n, s.http);
    assert_int_equal(n.limited, 1);
    assert_int_equal(n.open, 3);
    client_close(&c[0]);
    bool again = false;
    for (int i = 0; i < 100 && !again; i++) {
        usleep(20000);
        again = client_open(&c[0], http_port(s.http), true, NULL);
        if (!again) client_close(&c[0]);
    }
    assert_true(again);
    for (int i = 0; i < 3; i++) client_close(&c[i]);
    site_close(&s);
}

static void test_rate_of_a_source(void **state)
{
    (void)state;
    struct site s;
    struct client c;
    struct client_answer a;
    int64_t wait_s = 0;
    site_open(&s, true, (struct http_limits){.rate = 1, .burst = 5, .linger_ms = 50});
    open_client(&c, &s, true);
    for (int i = 0; i < 5; i++) {
        assert_true(client_send(&c, TEXT("GET /" END "\r\n")));
        assert_true(client_answer(&c, &a, false, WAIT));
        assert_int_equal(a.status, 200);
    }
    assert_true(client_send(&c, TEXT("GET /" END "\r\n")));
    assert_true(client_answer(&c, &a, false, WAIT));
    assert_int_equal(a.status, 429);
    assert_true(text_to_int(client_header(&a, "retry-after"), &wait_s));
    assert_int_equal(wait_s, 1);
    client_close(&c);
    sleep(2);
    a = ask(&c, &s, true, "GET /" END "\r\n");
    assert_int_equal(a.status, 200);
    client_close(&c);
    site_close(&s);
    /* Behind a proxy it is the proxy's clients that are counted. */
    site_open(&s, false, (struct http_limits){.rate = 1, .burst = 1, .linger_ms = 50});
    expect_status(&s, "GET /" END "X-Forwarded-For: 192.0.2.1\r\n\r\n", 200);
    expect_status(&s, "GET /" END "X-Forwarded-For: 192.0.2.1\r\n\r\n", 429);
    expect_status(&s, "GET /" END "X-Forwarded-For: 192.0.2.1, 192.0.2.2\r\n\r\n", 200);
    expect_status(&s,
                  "GET /" END "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.3\r\n\r\n",
                  200);
    site_close(&s);
}

/* 7 */
static void expect_protected(const struct client_answer *a, bool tls)
{
    static const char *const want[][2] = {{"x-content-type-options", "nosniff"},
                                          {"referrer-policy", "no-referrer"},
                                          {"cross-origin-opener-policy", "same-origin"},
                                          {"cross-origin-resource-policy", "same-origin"},
                                          {"cross-origin-embedder-policy", "require-corp"}};
    size_t at = 0;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        if (!text_is(client_header(a, want[i][0]), want[i][1]))
            fail_msg("%d: %s", a->status, want[i][0]);
    struct text csp = client_header(a, "content-security-policy");
    assert_true(text_starts(csp, TEXT("default-src 'none'; script-src 'self'; ")));
    assert_false(text_find(csp, TEXT("unsafe"), &at));
    assert_true(client_header(a, "permissions-policy").n > 0);
    assert_true((client_header(a, "strict-transport-security").n > 0) == tls);
    assert_null(client_header(a, "server").p);
    assert_true(client_header(a, "x-request-id").n == 16);
    assert_true(client_header(a, "date").n == 29);
}

static void test_every_answer_is_protected(void **state)
{
    (void)state;
    static const char *const requests[] = {"GET /" END "\r\n",
                                           "GET /nothing" END "\r\n",
                                           "GET /static/a.css" END "\r\n",
                                           "OPTIONS /" END "\r\n",
                                           "BREW /" END "\r\n",
                                           "GET / HTTP/1.0\r\nHost: x\r\n\r\n",
                                           "\n",
                                           "GET /%00" END "\r\n",
                                           "HEAD /" END "\r\n"};
    for (int tls = 0; tls < 2; tls++) {
        struct site s;
        struct client c;
        site_open(&s, tls, (struct http_limits){.linger_ms = 50});
        for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
            struct client_answer a;
            open_client(&c, &s, tls);
            assert_true(client_send(&c, text_of(requests[i])));
            assert_true(client_answer(&c, &a, i == 8, WAIT));
            expect_protected(&a, tls);
            bool hashed = i == 2;
            assert_true(text_is(client_header(&a, "cache-control"),
                                hashed ? "public, max-age=31536000, immutable" : "no-store"));
            client_close(&c);
        }
        site_close(&s);
    }
}

static void test_error_pages(void **state)
{
    (void)state;
    struct site s;
    struct client c;
    struct client_answer a = {0};
    site_open(&s, false, (struct http_limits){.linger_ms = 50});
    a = ask(&c, &s, false, "OPTIONS /" END "Accept-Language: de, pt-BR;q=0.8, en;q=0.5\r\n\r\n");
    char want[64];
    snprintf(want, sizeof want, "pt error 405 %.16s", client_header(&a, "x-request-id").p);
    assert_true(text_is(a.body, want));
    client_close(&c);
    a = ask(&c, &s, false, "\n");
    assert_true(text_starts(a.body, TEXT("none error 400 ")));
    client_close(&c);
    site_close(&s);
    /* Without a page: status and id, nothing else (S64). */
    const struct http_handler bare = {.ctx = &s, .answer = answer};
    const struct http_options o = {.insecure_plain = true};
    struct err e;
    s = (struct site){0};
    assert_true(http_open(&s.http, &o, &bare, &e));
    a = ask(&c, &s, false, "POST /" END "Content-Type: a/b\r\nContent-Length: 1\r\n\r\n");
    assert_int_equal(a.status, 415);
    snprintf(want, sizeof want, "415 Unsupported Media Type\n%.16s\n",
             client_header(&a, "x-request-id").p);
    assert_true(text_is(a.body, want));
    client_close(&c);
    site_close(&s);
}

/* 8 */
static void test_addresses(void **state)
{
    (void)state;
    struct site s = {0};
    struct client c;
    struct err e = {0};
    const struct http_handler handler = {.ctx = &s, .answer = answer};
    static const char *const open_ones[] = {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1"};
    for (size_t i = 0; i < 4; i++) {
        struct http *h;
        const struct http_options o = {.address = open_ones[i], .insecure_plain = true};
        assert_false(http_open(&h, &o, &handler, &e));
        assert_string_equal(e.id, "http.address");
        assert_true(e.remedy[0] != '\0');
        assert_null(h);
    }
    struct http *other;
    const struct http_options wrong = {.address = "localhost", .insecure_plain = true};
    assert_false(http_open(&other, &wrong, &handler, &e));
    assert_string_equal(e.id, "http.address");
    site_open(&s, false, (struct http_limits){0});
    const struct http_options taken = {.port = http_port(s.http), .insecure_plain = true};
    assert_false(http_open(&other, &taken, &handler, &e));
    assert_string_equal(e.id, "http.listen");
    const struct http_options no_pair = {.port = 0};
    assert_false(http_open(&other, &no_pair, &handler, &e));
    assert_string_equal(e.id, "tls.certificate");
    expect_body(&s, "GET /who" END "\r\n", "GET /who\n127.0.0.1 127.0.0.0/24 plain\n");
    expect_body(&s,
                "GET /who" END
                "X-Forwarded-For: 1.1.1.1, 198.51.100.7\r\nX-Forwarded-Proto: https\r\n\r\n",
                "GET /who\n198.51.100.7 198.51.100.0/24 secure\n");
    expect_body(&s, "GET /who" END "X-Forwarded-For: 2001:db8:1:2::3\r\n\r\n",
                "GET /who\n2001:db8:1:2::3 2001:db8:1::/48 plain\n");
    expect_body(&s, "GET /who" END "X-Forwarded-For: unknown\r\n\r\n",
                "GET /who\n127.0.0.1 127.0.0.0/24 plain\n");
    site_close(&s);
    /* Without a proxy nobody is believed. */
    site_open(&s, true, (struct http_limits){0});
    struct client_answer a =
        ask(&c, &s, true, "GET /who" END "X-Forwarded-For: 198.51.100.7\r\n\r\n");
    assert_true(text_is(a.body, "GET /who\n127.0.0.1 127.0.0.0/24 secure\n"));
    client_close(&c);
    site_close(&s);
}

static void test_tls_versions(void **state)
{
    (void)state;
    static const struct {
        const char *priority;
        bool accepted;
    } offers[] = {
        {"NORMAL:-VERS-ALL:+VERS-TLS1.3", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT", false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC:+SHA1:+SHA256",
         false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA", false},
    };
    struct site s;
    struct client c;
    struct client_answer a;
    site_open(&s, true, (struct http_limits){0});
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        bool open = client_open(&c, http_port(s.http), true, offers[i].priority);
        if (open != offers[i].accepted) fail_msg("%s", offers[i].priority);
        if (open)
            assert_true(client_send(&c, TEXT("GET /" END "\r\n")) &&
                        client_answer(&c, &a, false, WAIT));
        client_close(&c);
    }
    /* Plain HTTP to a TLS port gets nothing. */
    assert_true(client_open(&c, http_port(s.http), false, NULL));
    (void)client_send(&c, TEXT("GET /" END "\r\n"));
    assert_false(client_answer(&c, &a, false, 500));
    assert_true(c.end || c.broken);
    client_close(&c);
    site_close(&s);
}

/* 9 */
static void test_bodies_at_once(void **state)
{
    (void)state;
    struct site s;
    struct client c[3];
    struct client_answer a;
    struct buf half;
    buf_init(&half, 65536);
    put_many(&half, "0123456789abcdef", 3000); /* 48,000 bytes */
    site_open(&s, false, (struct http_limits){.bodies_bytes = 100000, .linger_ms = 50});
    for (int i = 0; i < 3; i++) {
        open_client(&c[i], &s, false);
        assert_true(
            client_send(&c[i],
                        TEXT("POST /" END
                             "Content-Type: application/json\r\nContent-Length: 48001\r\n\r\n")));
        assert_true(client_send(&c[i], buf_text(&half)));
        if (i == 2) break;
        usleep(100000);
    }
    assert_true(client_answer(&c[2], &a, false, WAIT));
    assert_int_equal(a.status, 503);
    assert_true(client_header(&a, "retry-after").n > 0);
    /* The others end well, and leave room. */
    for (int i = 0; i < 2; i++) {
        assert_true(client_send(&c[i], TEXT("!")));
        assert_true(client_answer(&c[i], &a, false, WAIT));
        assert_int_equal(a.status, 200);
    }
    for (int i = 0; i < 3; i++) client_close(&c[i]);
    expect_status(&s, "POST /" END "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                  200);
    buf_release(&half);
    site_close(&s);
}

static void wait_for_answers(struct site *s, int n)
{
    for (double from = seconds(); s->n_answer < n; usleep(1000))
        if (seconds() - from > 20) fail_msg("%d answers, not %d", s->n_answer, n);
}

static void *release_soon(void *arg)
{
    struct site *s = arg;
    usleep(300000);
    s->hold = false;
    return NULL;
}

static void test_queue_and_stop(void **state)
{
    (void)state;
    enum { MANY = 8 };
    struct site s;
    struct client c[MANY];
    struct client_answer a;
    site_open(&s, false, (struct http_limits){.queue = 2, .linger_ms = 50});
    s.hold = true;
    for (int i = 0; i < MANY; i++) open_client(&c[i], &s, false);
    for (int i = 0; i < 4; i++) {
        assert_true(client_send(&c[i], TEXT("GET /hold" END "\r\n")));
        wait_for_answers(&s, i + 1);
    }
    for (int i = 4; i < 7; i++) {
        assert_true(client_send(&c[i], TEXT("GET /hold" END "\r\n")));
        usleep(50000);
    }
    assert_true(client_answer(&c[6], &a, false, WAIT)); /* four are answered, two wait */
    assert_int_equal(a.status, 503);
    struct http_counts n;
    http_count(&n, s.http);
    assert_int_equal(n.waiting, 2);
    /* What needs no worker is answered all the same. */
    assert_true(client_send(&c[7], TEXT("GET /static/a.css" END "\r\n")));
    assert_true(client_answer(&c[7], &a, false, WAIT));
    assert_int_equal(a.status, 200);
    /* One goes away meanwhile; that is nobody's trouble. */
    client_close(&c[0]);
    usleep(50000);
    s.hold = false;
    for (int i = 1; i < 6; i++) {
        assert_true(client_answer(&c[i], &a, false, WAIT));
        assert_int_equal(a.status, 200);
    }
    /* A request under way at the stop is answered. */
    s.hold = true;
    assert_true(client_send(&c[1], TEXT("GET /hold" END "\r\n")));
    wait_for_answers(&s, 7);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, release_soon, &s), 0);
    http_stop(s.http);
    pthread_join(thread, NULL);
    assert_true(client_answer(&c[1], &a, false, WAIT));
    assert_int_equal(a.status, 200);
    assert_true(text_is(client_header(&a, "connection"), "close"));
    for (int i = 1; i < MANY; i++) client_close(&c[i]);
}

/* 10 */
struct crowd {
    struct client *client;
    size_t n;
    atomic_bool stop;
};

static void *drip_all(void *arg)
{
    struct crowd *crowd = arg;
    while (!crowd->stop) {
        for (size_t i = 0; i < crowd->n; i++) (void)client_send(&crowd->client[i], TEXT("a"));
        usleep(100000);
    }
    return NULL;
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_crowds(void **state)
{
    (void)state;
    enum { IDLE = 300, DRIP = 50, ASKED = 200 };
    static struct client idle[IDLE], drip[2 * DRIP];
    static double took[ASKED];
    struct site s;
    struct client c;
    struct client_answer a;
    site_open(&s, true,
              (struct http_limits){
                  .per_source = 1000, .head_ms = 2000, .grace_ms = 1000, .linger_ms = 100});
    for (size_t i = 0; i < IDLE; i++) open_client(&idle[i], &s, true);
    for (size_t i = 0; i < 2 * DRIP; i++) {
        open_client(&drip[i], &s, true);
        const char *begin = i < DRIP
                                ? "GET /"
                                : "POST /" END
                                  "Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n";
        assert_true(client_send(&drip[i], text_of(begin)));
    }
    struct crowd crowd = {drip, 2 * DRIP, false};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, drip_all, &crowd), 0);
    for (int i = 0; i < ASKED; i++) {
        double from = seconds();
        a = ask(&c, &s, true, "GET /" END "\r\n");
        assert_int_equal(a.status, 200);
        took[i] = seconds() - from;
        client_close(&c);
        usleep(5000);
    }
    qsort(took, ASKED, sizeof took[0], compare_double);
    assert_true(took[ASKED * 95 / 100] < 1.0);
    /* The slow ones are cut, the idle ones as well; then all is as before. */
    struct http_counts n = {0};
    for (double from = seconds(); seconds() - from < 15; usleep(50000)) {
        http_count(&n, s.http);
        if (n.open == 0) break;
    }
    crowd.stop = true;
    pthread_join(thread, NULL);
    assert_int_equal(n.open, 0);
    assert_int_equal(n.cut, 2 * DRIP);
    for (size_t i = 0; i < IDLE; i++) client_close(&idle[i]);
    for (size_t i = 0; i < 2 * DRIP; i++) client_close(&drip[i]);
    a = ask(&c, &s, true, "GET /" END "\r\n");
    assert_int_equal(a.status, 200);
    client_close(&c);
    site_close(&s);
}

static int make_pair(void **state)
{
    (void)state;
    struct err e;
    for (size_t i = 0; i < BIG; i++) big[i] = (char)(i * 2654435761u >> 24);
    return tls_make(&certificate, &key, NULL, 0, &e) ? 0 : -1;
}

static int free_pair(void **state)
{
    (void)state;
    buf_release(&certificate);
    buf_release(&key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_whole),
        cmocka_unit_test(test_heads_and_missing_answers),
        cmocka_unit_test(test_malformed_is_refused),
        cmocka_unit_test(test_limits_of_heads),
        cmocka_unit_test(test_methods_types_and_lengths),
        cmocka_unit_test(test_large_bodies),
        cmocka_unit_test(test_pieces_and_pipelines),
        cmocka_unit_test(test_long_pipelines),
        cmocka_unit_test(test_time_outs),
        cmocka_unit_test(test_idling_and_slow_readers),
        cmocka_unit_test(test_requests_of_a_connection),
        cmocka_unit_test(test_connections_of_a_source),
        cmocka_unit_test(test_rate_of_a_source),
        cmocka_unit_test(test_every_answer_is_protected),
        cmocka_unit_test(test_error_pages),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_tls_versions),
        cmocka_unit_test(test_bodies_at_once),
        cmocka_unit_test(test_queue_and_stop),
        cmocka_unit_test(test_crowds),
    };
    return cmocka_run_group_tests(tests, make_pair, free_pair);
}
