/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/door.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "base/unicode.h"
#include "service/client.h"
#include "web/answer.h"
#include "web/api.h"
#include "web/asset.h"
#include "web/exchange.h"
#include "web/help.h"
#include "web/http.h"
#include "web/page_source.h"
#include "web/report.h"
#include "web/tls.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct door {
    struct site site;
    struct catalogue *words[SITE_LANGUAGES_MAX];
    struct http *http;
    struct arena *arena;
    struct buf certificate, key;
    char warning[ERR_MSG_MAX];
};

static volatile sig_atomic_t told_to_end;

static void on_term(int number)
{
    (void)number;
    told_to_end = 1;
}

/* ---- what is read before the door is shut in ---- */

/* Languages of the pages: English, and those whose words lie in data/i18n. */
static void load_languages(struct door *d, const char *data)
{
    static const struct {
        const char *code, *name;
    } known[] = {{"en", "English"},
                 {"pt", "Português"},
                 {"cs", "Čeština"},
                 {"pl", "Polski"},
                 {"sk", "Slovenčina"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct catalogue *words = NULL;
        const char *path = arena_printf(d->arena, "%s/i18n/%s.po", data, known[i].code);
        if (i > 0 && !catalogue_load(&words, path, known[i].code, NULL, NULL, NULL)) continue;
        d->words[d->site.n_language] = words;
        d->site.language[d->site.n_language++] =
            (struct site_language){known[i].code, known[i].name, words};
    }
}

static bool certificate(struct door *d, const struct json *config, struct err *e)
{
    const char *host[16];
    size_t n = 0;
    const char *folder = json_get_text(config, "folder", "."),
               *path = json_get_text(config, "certificate", NULL),
               *key = json_get_text(config, "key", NULL);
    const struct json *hosts = json_get(config, "hosts");
    buf_init(&d->certificate, TLS_PEM_MAX);
    buf_init_wiped(&d->key, TLS_PEM_MAX);
    if (json_get_bool(config, "insecure_plain", false)) return true;
    for (size_t i = 0; hosts != NULL && i < json_size(hosts) && n < 16; i++)
        host[n++] = json_as_text(json_at(hosts, i), "");
    if (path == NULL) {
        path = arena_printf(d->arena, "%s/certificate.pem", folder);
        key = arena_printf(d->arena, "%s/key.pem", folder);
        if (!file_exists(path) &&
            (!folder_make(folder, e) || !tls_make_files(path, key, host, n, e)))
            return false;
    }
    return tls_load(&d->certificate, &d->key, path, key, d->warning, e);
}

/* ---- answering ---- */

/* A page of data entry is a hundred kilobytes of much the same. What a page shows beside what
 * somebody typed could be guessed from its length (BREACH) by who can make the browser ask:
 * SameSite=Strict keeps others from that, and the token is another one on every page
 * (ask_csrf()). */
static void make_smaller(struct response *out)
{
    enum { WORTH_IT = 1400, LEVEL = 4 };
    struct buf small;
    const char *type = out->content_type;
    if (out->gzip || out->lasting.p != NULL || out->body.n < WORTH_IT || type == NULL ||
        (strncmp(type, "text/", 5) != 0 && strstr(type, "json") == NULL))
        return;
    buf_init_wiped(&small, out->body.n);
    if (gzip_put(&small, buf_text(&out->body), LEVEL)) {
        buf_release(&out->body);
        out->body = small;
        out->gzip = true;
        (void)response_header(out, "Vary", TEXT("Accept-Encoding"));
    } else {
        buf_release(&small);
    }
}

static void answer(void *ctx, unsigned worker, const struct request *r, struct response *out)
{
    struct door *d = ctx;
    if (api_is(r)) api_answer(&d->site, worker, r, out);
    else if (report_is(r)) report_answer(r, out);
    else answer_request(&d->site, worker, r, out);
    if (request_accepts_gzip(r)) make_smaller(out);
}

static bool quick(void *ctx, const struct request *r, struct response *out)
{
    (void)ctx;
    if (r->path.n < 8 || memcmp(r->path.p, "/assets/", 8) != 0 || r->path.n > 200) return false;
    char address[201];
    memcpy(address, r->path.p, r->path.n);
    address[r->path.n] = '\0';
    const struct asset *a = asset_find(address);
    if (a == NULL) return false;
    bool gzip = a->gzip != NULL && request_accepts_gzip(r);
    out->status = 200;
    out->content_type = a->type;
    out->immutable = true;
    out->gzip = gzip;
    out->lasting = gzip ? (struct text){(const char *)a->gzip, a->n_gzip}
                        : (struct text){(const char *)a->data, a->n};
    return true;
}

static size_t body_max(void *ctx, const struct request *r, size_t most)
{
    (void)ctx;
    return report_is(r) ? REPORT_BODY_MAX : most;
}

static void error_page(void *ctx, const struct request *r, int status, const char *id,
                       struct response *out)
{
    struct door *d = ctx;
    if (r != NULL && api_is(r)) api_error(&d->site, r, status, id, out);
    else answer_error(&d->site, r, status, id, out);
}

/* ---- the process ---- */

static bool open_door(struct door *d, const struct json *config, int channel, struct err *e)
{
    struct http_options o = {.address = json_get_text(config, "address", "127.0.0.1"),
                             .port = (uint16_t)json_get_int(config, "port", 8443),
                             .insecure_plain = json_get_bool(config, "insecure_plain", false)};
    const struct json *limits = json_get(config, "limits");
    struct http_handler h = {
        .ctx = d, .answer = answer, .quick = quick, .body_max = body_max, .error_page = error_page};
    if (!certificate(d, config, e) ||
        !template_set_new(&d->site.pages, page_sources, page_source_count, e))
        return false;
    load_languages(d, json_get_text(config, "data", "data"));
    const char *handbook = json_get_text(config, "handbook", NULL);
    if (handbook != NULL && !help_load(&d->site.help, handbook, e)) return false;
    d->site.assets = asset_document();
    d->site.home_name = arena_copy(d->arena, json_get_text(config, "register", ""),
                                   strlen(json_get_text(config, "register", "")));
    d->site.n_desk = (size_t)json_get_int(config, "channels", 0);
    d->site.desk = mem_new(d->site.n_desk + 1, sizeof(struct service *));
    for (size_t i = 0; i < d->site.n_desk; i++) d->site.desk[i] = service_connect(channel + (int)i);
    if (limits != NULL) {
        o.limit.rate = (uint32_t)json_get_int(limits, "rate", 0);
        o.limit.burst = (uint32_t)json_get_int(limits, "burst", 0);
        o.limit.per_source = (uint32_t)json_get_int(limits, "per_source", 0);
    }
    o.certificate = buf_text(&d->certificate);
    o.key = buf_text(&d->key);
    o.n_worker = (unsigned)d->site.n_desk;
    bool ok = http_open(&d->http, &o, &h, e);
    if (ok) d->site.http = d->http; /* workers answer already */
    buf_release(&d->key);
    return ok;
}

static bool say(int config, const struct door *d, const struct err *why)
{
    struct json *j = json_object();
    char print[96] = "";
    if (why != NULL) {
        json_set(j, "error", service_error(why));
    } else {
        if (d->certificate.n > 0 && !tls_fingerprint(print, buf_text(&d->certificate), NULL))
            print[0] = '\0';
        json_set_bool(j, "ready", true);
        json_set_int(j, "port", http_port(d->http));
        json_set_text(j, "fingerprint", print);
        json_set_text(j, "warning", d->warning);
    }
    bool ok = service_message_send(config, j, NULL);
    json_free(j);
    return ok;
}

static void wait_for_end(int config)
{
    struct pollfd p = {.fd = config, .events = POLLIN};
    while (!told_to_end) {
        int ready = poll(&p, 1, 1000);
        if (ready > 0 && (p.revents & (POLLIN | POLLHUP | POLLERR)))
            return; /* it says nothing more */
        if (ready < 0 && errno != EINTR) return;
    }
}

/* What libraries read from files at their first use: time zone and formats of each language. */
static void warm_up(const struct door *d)
{
    char text[80];
    for (size_t i = 0; i < d->site.n_language; i++)
        (void)unicode_instant(text, sizeof text, 0, d->site.language[i].code);
}

static void close_door(struct door *d)
{
    http_stop(d->http);
    for (size_t i = 0; i < d->site.n_desk; i++) service_close(d->site.desk[i]);
    mem_free(d->site.desk);
    template_set_free(d->site.pages);
    help_free(d->site.help);
    json_free(d->site.assets);
    for (size_t i = 0; i < d->site.n_language; i++) catalogue_free(d->words[i]);
    buf_release(&d->certificate);
    buf_release(&d->key);
    arena_free(d->arena);
}

int door_process(int config, int channel)
{
    struct door d = {.arena = arena_new(ARENA_PLAIN)};
    struct json *told = NULL;
    struct err e = {0};
    struct sigaction term = {.sa_handler = on_term};
    (void)sigaction(SIGTERM, &term, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    bool ok = service_message_receive(&told, config, &e) && told != NULL &&
              open_door(&d, told, channel, &e);
    if (ok) {
        warm_up(&d);
        ok = sandbox_enter_door(&e);
    }
    ok = say(config, &d, ok ? NULL : &e) && ok;
    if (ok) wait_for_end(config);
    close_door(&d);
    json_free(told);
    return ok ? 0 : err_exit_status(e.code == ERR_NONE ? ERR_SYSTEM : e.code);
}
