/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/api.h"

#include "base/arena.h"
#include "base/mem.h"
#include "web/api_description.h"
#include "web/api_routes.h"

#include <stdio.h>
#include <string.h>

#define KEY_PREFIX "dcim_" /* of keys for programs, and of nothing else */
#define RETRY_AFTER "60"   /* seconds */

enum { ONCE_MAX = 200 }; /* bytes of an Idempotency-Key */

struct api {
    const struct request *request;
    struct response *out;
    struct service *desk;
    const struct api_route *route;
    const struct operation *operation;
    struct route_match match;
    struct caller who;
    char key[SESSION_TOKEN_MAX], once[ONCE_MAX + 1];
    struct json *body;   /* NULL: none was sent */
    struct json *in;     /* parameters */
    struct json *faults; /* [{pointer | parameter, code, message}] */
    struct arena *arena;
};

/* ---- errors ---- */

struct failure {
    int status;
    const char *id, *detail, *remedy; /* detail and remedy may be NULL */
    const struct json *faults;        /* or NULL */
};

/* Of what is the server's own fault nothing is told but the id of the request (S64). */
static void say_failure(struct response *out, const char *request_id, const struct failure *f)
{
    char text[200];
    struct json *p = json_object();
    bool own = f->status >= 500;
    snprintf(text, sizeof text, "urn:dcim:problem:%s", own ? "server" : f->id);
    json_set_text(p, "type", text);
    json_set_text(p, "title", response_reason(f->status));
    json_set_int(p, "status", f->status);
    json_set_text(p, "detail",
                  own || f->detail == NULL
                      ? tr("The register does not answer this request at the moment.")
                      : f->detail);
    if (!own && f->remedy != NULL && f->remedy[0] != '\0') json_set_text(p, "remedy", f->remedy);
    snprintf(text, sizeof text, "urn:dcim:request:%s", request_id);
    json_set_text(p, "instance", text);
    json_set(p, "errors", f->faults == NULL || own ? json_array() : json_copy(f->faults));
    response_clear(out);
    out->status = f->status;
    out->content_type = "application/problem+json";
    json_write(&out->body, p, false);
    json_free(p);
    if (f->status == 401)
        (void)response_header(out, "WWW-Authenticate", TEXT("Bearer realm=\"dcim\""));
}

static bool fail(struct api *x, int status, const char *id, const char *detail, const char *remedy)
{
    struct failure f = {status, id, detail, remedy, x->faults};
    say_failure(x->out, x->request->id, &f);
    /* To its own refusals the front adds how long to wait. */
    if (status == 429) (void)response_header(x->out, "Retry-After", TEXT(RETRY_AFTER));
    return false;
}

/* A member by its place (RFC 6901), as far as it is worth showing. */
static void set_pointer(struct json *row, const char *name)
{
    enum { SHOWN = 100 };
    struct buf b;
    buf_init(&b, 3 * SHOWN);
    buf_putc(&b, '/');
    for (size_t i = 0; name[i] != '\0' && i < SHOWN; i++) {
        if (name[i] == '~') buf_puts(&b, "~0");
        else if (name[i] == '/') buf_puts(&b, "~1");
        else buf_putc(&b, name[i]);
    }
    json_set(row, "pointer", json_text(buf_text(&b)));
    buf_release(&b);
}

static void add_fault(struct api *x, const char *where, const char *name, const char *code,
                      const char *message)
{
    struct json *row = json_object();
    if (strcmp(where, "pointer") == 0) set_pointer(row, name);
    else json_set_text(row, where, name);
    json_set_text(row, "code", code);
    json_set_text(row, "message", message);
    json_push(x->faults, row);
}

static int status_of(const struct api *x, const struct err *e)
{
    if (strcmp(e->id, "session.none") == 0) return 401;
    if (strcmp(e->id, "channel.too_long") == 0 || strcmp(e->id, "once.other") == 0) return 422;
    if (x->route->version != NULL && strcmp(e->id, "draft.conflict") == 0) return 412;
    switch (e->code) {
    case ERR_NOT_FOUND: return 404;
    case ERR_DENIED: return 403;
    case ERR_CONFLICT: return 409;
    case ERR_LIMIT: return 429;
    case ERR_USAGE:
    case ERR_INPUT: return 400;
    case ERR_DISCLOSURE: return 422;
    case ERR_STORE:
    case ERR_SYSTEM: return 503;
    case ERR_NONE:
    case ERR_CODE_COUNT: break;
    }
    return 500;
}

/* ---- who asks ---- */

static bool take_key(struct api *x)
{
    struct text given = request_header(x->request, "authorization"), scheme = {given.p, 7};
    x->who.source = x->request->source;
    bool ok = given.p != NULL && given.n > 7 && text_equal_nocase(scheme, TEXT("bearer "));
    struct text key =
        ok ? text_trim((struct text){given.p + 7, given.n - 7}) : (struct text){NULL, 0};
    ok = ok && text_starts(key, TEXT(KEY_PREFIX)) && key.n < sizeof x->key;
    for (size_t i = 0; ok && i < key.n; i++) {
        char c = key.p[i];
        ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_';
    }
    if (!ok)
        return fail(
            x, 401, "session.none", tr("No key was shown, or it is none of this register."),
            tr("Send the header `Authorization: Bearer` with a key made on the page of your "
               "account."));
    memcpy(x->key, key.p, key.n);
    x->key[key.n] = '\0';
    x->who.session = x->key;
    return true;
}

/* ---- parameters ---- */

static struct text path_value(const struct api *x, const char *name)
{
    for (size_t i = 0; i < x->match.n_variable; i++)
        if (strlen(name) == x->match.variable[i].name_n &&
            memcmp(name, x->match.variable[i].name, strlen(name)) == 0)
            return x->match.variable[i].value;
    return (struct text){NULL, 0};
}

static const char *query_name(const struct api_route *r, const char *parameter)
{
    return r->cursor != NULL && strcmp(r->cursor, parameter) == 0 ? "cursor" : parameter;
}

/* One value of path or query, which are texts, as what the parameter is. */
static void take_word(struct api *x, const struct parameter_spec *p, const char *as, struct text t)
{
    int64_t v;
    if (p->type == PARAM_TEXT) {
        json_set(x->in, p->name, json_text(t));
    } else if (p->type == PARAM_INT && text_to_int(t, &v)) {
        json_set_int(x->in, p->name, v);
    } else if (p->type == PARAM_BOOL && (text_is(t, "true") || text_is(t, "false"))) {
        json_set_bool(x->in, p->name, text_is(t, "true"));
    } else {
        add_fault(x, "parameter", as, "call.type",
                  p->type == PARAM_INT ? tr("This must be a whole number.")
                                       : tr("This must be true or false."));
    }
}

static void take_words(struct api *x, const struct parameter_spec *p, const char *as)
{
    const struct request *r = x->request;
    struct json *list = json_array();
    size_t n = 0;
    for (size_t i = 0; i < r->n_query; i++) {
        if (!text_is(r->query[i].name, as)) continue;
        if (p->type == PARAM_LIST) json_push(list, json_text(r->query[i].value));
        else if (n == 0) take_word(x, p, as, r->query[i].value);
        n++;
    }
    if (p->type != PARAM_LIST && n > 1)
        add_fault(x, "parameter", as, "call.repeated", tr("This can be given once only."));
    if (json_size(list) > 0) json_set(x->in, p->name, list);
    else json_free(list);
}

static bool from_body(const struct api *x, const char *name)
{
    const struct api_route *r = x->route;
    return r->method != METHOD_GET && r->method != METHOD_DELETE && path_value(x, name).p == NULL &&
           (r->version == NULL || strcmp(r->version, name) != 0);
}

static const struct parameter_spec *parameter_called(const struct api *x, const char *name,
                                                     bool query)
{
    for (const struct parameter_spec *p = x->operation->parameter; p->name != NULL; p++) {
        const char *as = query ? query_name(x->route, p->name) : p->name;
        bool here = query ? x->route->method == METHOD_GET && path_value(x, p->name).p == NULL
                          : from_body(x, p->name);
        if (!p->local && here && strcmp(as, name) == 0) return p;
    }
    return NULL;
}

static bool kind_fits(const struct parameter_spec *p, const struct json *j)
{
    switch (p->type) {
    case PARAM_TEXT: return json_kind(j) == JSON_TEXT;
    case PARAM_INT: return json_kind(j) == JSON_INT;
    case PARAM_BOOL: return json_kind(j) == JSON_BOOL;
    case PARAM_LIST: return json_kind(j) == JSON_ARRAY;
    case PARAM_FIELDS: return json_kind(j) == JSON_OBJECT;
    }
    return false;
}

/* Members that nobody asked for are refused here by name; what a member may hold is the desk's to
 * judge (S52). */
static void take_body(struct api *x)
{
    const char *key;
    const struct json *value;
    for (void *at = NULL; x->body != NULL && json_next(x->body, &at, &key, &value);) {
        const struct parameter_spec *p = parameter_called(x, key, false);
        if (p == NULL) {
            add_fault(x, "pointer", key, "call.unknown", tr("There is no such member."));
        } else if (!kind_fits(p, value)) {
            add_fault(x, "pointer", key, "call.type", tr("This is of another type."));
        } else {
            json_set(x->in, key, json_copy(value));
        }
    }
}

static void take_query(struct api *x)
{
    const struct request *r = x->request;
    for (size_t i = 0; i < r->n_query; i++) {
        const char *name = arena_copy(x->arena, r->query[i].name.p, r->query[i].name.n);
        if (parameter_called(x, name, true) == NULL)
            add_fault(x, "parameter", name, "call.unknown", tr("There is no such parameter."));
    }
}

/* "12", the version that was shown. */
static bool take_version(struct api *x)
{
    int64_t v;
    struct text t = request_header(x->request, "if-match");
    if (x->route->version == NULL) return true;
    if (t.p == NULL)
        return fail(x, 428, "api.if_match", tr("This wants the header If-Match."),
                    tr("Send the ETag of what was read."));
    bool ok = t.n > 2 && t.p[0] == '"' && t.p[t.n - 1] == '"' &&
              text_to_int((struct text){t.p + 1, t.n - 2}, &v) && v > 0;
    if (!ok)
        return fail(x, 412, "api.if_match", tr("If-Match names no version that there has been."),
                    tr("Send the ETag of what was read."));
    json_set_int(x->in, x->route->version, v);
    return true;
}

static bool take_parameters(struct api *x)
{
    if (!take_version(x)) return false;
    for (const struct parameter_spec *p = x->operation->parameter; p->name != NULL; p++) {
        struct text t = path_value(x, p->name);
        if (p->local) continue;
        if (t.p != NULL) take_word(x, p, p->name, t);
        else if (x->route->method == METHOD_GET) take_words(x, p, query_name(x->route, p->name));
    }
    take_query(x);
    take_body(x);
    for (const struct parameter_spec *p = x->operation->parameter; p->name != NULL; p++)
        if (p->required && !p->local && !json_has(x->in, p->name) && json_size(x->faults) == 0)
            add_fault(x, from_body(x, p->name) ? "pointer" : "parameter", p->name, "call.missing",
                      tr(p->summary));
    return json_size(x->faults) == 0 ||
           fail(x, 400, "api.parameters",
                tr("What was asked for is not as the description has it."), NULL);
}

/* What the program calls its request, so that it is done once (service/once.h). */
static bool take_once(struct api *x)
{
    struct text t = request_header(x->request, "idempotency-key");
    if (t.p == NULL) return true;
    bool ok = x->route->method == METHOD_POST && t.n > 0 && t.n <= ONCE_MAX;
    for (size_t i = 0; ok && i < t.n; i++) ok = t.p[i] > ' ' && t.p[i] < 0x7F;
    if (!ok)
        return fail(x, 400, "api.idempotency",
                    tr("Idempotency-Key is for POST, and at most 200 visible characters."),
                    tr("Use a random one for each request, and nothing that tells of a person."));
    memcpy(x->once, t.p, t.n);
    x->once[t.n] = '\0';
    x->who.once = x->once;
    return true;
}

static bool take_json(struct api *x)
{
    const struct request *r = x->request;
    if (!take_once(x)) return false;
    bool sent = r->content_type.p != NULL || r->body.n > 0;
    if (!sent) return true;
    if (!text_is(r->content_type, "application/json"))
        return fail(x, 415, "api.type", tr("Only application/json is taken here."), NULL);
    if (r->body.n == 0) return true;
    if (x->route->method == METHOD_GET || x->route->method == METHOD_DELETE)
        return fail(x, 400, "api.body", tr("This takes no body."), NULL);
    if (json_parse(&x->body, r->body, NULL) && json_kind(x->body) == JSON_OBJECT) return true;
    return fail(x, 400, "api.json", tr("The body is no object of JSON."), NULL);
}

/* ---- answers ---- */

static const struct json *member(const struct json *j, const char *path)
{
    const char *dot = strchr(path, '.');
    char first[40];
    if (dot == NULL) return json_get(j, path);
    snprintf(first, sizeof first, "%.*s", (int)(dot - path), path);
    const struct json *inner = json_get(j, first);
    return inner == NULL ? NULL : json_get(inner, dot + 1);
}

/* `next`, a number behind which the list goes on, becomes the address where it does. */
static void lead_on(struct api *x, struct json *result)
{
    struct buf b;
    int64_t next = json_get_int(result, "next", 0);
    if (next == 0) {
        json_set(result, "next", json_null());
        return;
    }
    buf_init(&b, 2000);
    buf_printf(&b, "%s%s?cursor=%lld", API_ROOT, x->route->path, (long long)next);
    for (size_t i = 0; i < x->request->n_query; i++) {
        const struct field *f = &x->request->query[i];
        if (text_is(f->name, "cursor")) continue;
        buf_putc(&b, '&');
        buf_put_text(&b, f->name); /* the name of a parameter, which needs no escapes */
        buf_putc(&b, '=');
        for (size_t k = 0; k < f->value.n; k++)
            buf_printf(&b, "%%%02X", (unsigned char)f->value.p[k]);
    }
    json_set(result, "next", json_text(buf_text(&b)));
    buf_release(&b);
}

static const char *location(struct api *x, const struct json *result)
{
    const char *open = strchr(x->route->location, '{'), *close = strchr(x->route->location, '}');
    char name[40];
    snprintf(name, sizeof name, "%.*s", (int)(close - open - 1), open + 1);
    return arena_printf(x->arena, "%s%.*s%s", API_ROOT, (int)(open - x->route->location),
                        x->route->location, json_get_text(result, name, ""));
}

static void say_result(struct api *x, struct json *result)
{
    const struct json *version = x->route->etag == NULL ? NULL : member(result, x->route->etag);
    if (x->route->cursor != NULL) lead_on(x, result);
    x->out->status = 200;
    if (x->route->location != NULL) {
        x->out->status = x->route->later ? 202 : 201;
        (void)response_header(x->out, "Content-Location", text_of(location(x, result)));
    }
    if (version != NULL && json_kind(version) == JSON_INT)
        (void)response_header(x->out, "ETag",
                              text_of(arena_printf(x->arena, "\"%lld\"",
                                                   (long long)json_as_int(version, 0))));
    x->out->content_type = "application/json";
    json_write(&x->out->body, result, false);
}

static void carry_out(struct api *x)
{
    struct err e = {0};
    struct json *result = NULL;
    if (!take_key(x) || !take_json(x) || !take_parameters(x)) return;
    if (!service_call_as(&result, x->desk, &x->who, x->operation->name, x->in, NULL, &e)) {
        (void)fail(x, status_of(x, &e), e.id, e.msg, e.remedy);
        return;
    }
    if (x->route->conflict != 0 && json_get_bool(result, "conflict", false)) {
        (void)fail(x, x->route->conflict, "api.conflict",
                   tr("Somebody else has changed this meanwhile."), x->route->about);
    } else {
        say_result(x, result);
    }
    json_free(result);
}

/* ---- finding the way ---- */

bool api_is(const struct request *r)
{
    return text_is(r->path, "/api") || text_starts(r->path, TEXT("/api/"));
}

static void find_route(struct api *x, struct text path, bool *other)
{
    unsigned best = 0;
    const struct api_route *r;
    for (size_t i = 0; (r = api_route_at(i)) != NULL; i++) {
        struct route_match m = {0};
        unsigned f = route_fit(&m, r->path, path);
        if (f > 0 && r->method != x->request->method) *other = true;
        if (f <= best || r->method != x->request->method) continue;
        best = f;
        x->match = m;
        x->route = r;
    }
}

static void describe(struct api *x)
{
    struct json *d = api_description();
    x->out->status = 200;
    x->out->content_type = "application/json";
    json_write(&x->out->body, d, false);
    json_free(d);
}

static void answer(struct api *x)
{
    struct text path = x->request->path, root = TEXT(API_ROOT);
    bool other = false,
         inside = text_starts(path, root) && path.n > root.n && path.p[root.n] == '/';
    if (inside) path = (struct text){path.p + root.n, path.n - root.n};
    if (inside && text_is(path, "/openapi.json")) {
        if (x->request->method == METHOD_GET) describe(x);
        else (void)fail(x, 405, "api.method", tr("This address takes other methods."), NULL);
        return;
    }
    if (inside) find_route(x, path, &other);
    if (x->route == NULL) {
        (void)fail(x, other ? 405 : 404, other ? "api.method" : "api.address",
                   other ? tr("This address takes other methods.")
                         : tr("There is no such address."),
                   tr("See /api/v1/openapi.json for what there is."));
        return;
    }
    x->operation = operation_find(x->route->operation);
    carry_out(x);
}

static void speak(struct api *x, const struct site *s)
{
    const char *offered[SITE_LANGUAGES_MAX];
    for (size_t i = 0; i < s->n_language; i++) offered[i] = s->language[i].code;
    (void)catalogue_use(NULL);
    if (s->n_language == 0) return;
    const char *code = request_language(x->request, offered, s->n_language);
    x->who.language = code;
    for (size_t i = 0; i < s->n_language; i++)
        if (strcmp(offered[i], code) == 0) (void)catalogue_use(s->language[i].words);
}

void api_answer(const struct site *site, unsigned worker, const struct request *r,
                struct response *out)
{
    struct api x = {.request = r, .out = out, .desk = site->desk[worker]};
    x.arena = arena_new(ARENA_WIPE);
    x.in = json_object();
    x.faults = json_array();
    speak(&x, site);
    answer(&x);
    json_free(x.in);
    json_free(x.body);
    json_free(x.faults);
    arena_free(x.arena);
    mem_wipe(x.key, sizeof x.key);
    (void)catalogue_use(NULL);
}

void api_error(const struct site *site, const struct request *r, int status, const char *id,
               struct response *out)
{
    struct api x = {.request = r};
    struct failure f = {status, "front", NULL, NULL, NULL};
    speak(&x, site);
    f.detail = tr("The request was refused before it was read to its end.");
    say_failure(out, id, &f);
    (void)catalogue_use(NULL);
}
