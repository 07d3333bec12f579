/* SPDX-License-Identifier: EUPL-1.2 */
/* The document of a page, and its template over it. */
#include "web/page.h"

#include "base/date.h"
#include "base/unicode.h"
#include "web/asset.h"
#include "web/step_up.h"

#include <stdio.h>
#include <string.h>

<<<<<<< HEAD
=======
/* ---- who asks ---- */

static const struct site_language *language_of(const struct site *s, struct text code)
{
    for (size_t i = 0; i < s->n_language; i++)
        if (text_is(code, s->language[i].code)) return &s->language[i];
    return NULL;
}

/* The language of the request itself, else the session's, else the browser's. */
static void settle_language(struct exchange *x)
{
    const struct site *s = x->site;
    const char *offered[SITE_LANGUAGES_MAX];
    const struct site_language *l = language_of(s, request_query(x->request, "language"));
    if (l == NULL) l = language_of(s, request_form(x->request, "switch_language"));
    if (l == NULL && x->info != NULL)
        l = language_of(s, text_of(json_get_text(x->info, "language", "")));
    for (size_t i = 0; i < s->n_language; i++) offered[i] = s->language[i].code;
    if (l == NULL)
        l = language_of(s, text_of(request_language(x->request, offered, s->n_language)));
    if (l == NULL) l = &s->language[0];
    x->language = l->code;
    x->who.language = l->code;
    (void)catalogue_use(l->words);
}

static bool token_fits(struct text t)
{
    if (t.p == NULL || t.n == 0 || t.n >= SESSION_TOKEN_MAX) return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '-' || c == '_';
        if (!fine) return false;
    }
    return true;
}

void page_csrf(char out[CSRF_SIZE], const char *session)
{
    uint8_t hash[32];
    struct crypto_hasher h;
    out[0] = '\0';
    if (session == NULL || session[0] == '\0') return;
    crypto_hasher_init(&h, NULL);
    crypto_hasher_add(&h, "dcim csrf v1", 12);
    crypto_hasher_add(&h, session, strlen(session));
    crypto_hasher_finish(&h, hash);
    crypto_hex(out, hash, sizeof hash);
}

/* Fill x->info where somebody has signed in. */
static bool settle_who(struct exchange *x, struct err *e)
{
    struct text token = request_cookie(x->request, "__Host-" SESSION_COOKIE);
    x->who.source = x->request->source;
    if (!token_fits(token)) return true;
    memcpy(x->session, token.p, token.n);
    x->session[token.n] = '\0';
    x->who.session = x->session;
    page_csrf(x->csrf, x->session);
    struct json *none = json_object(), *info = NULL;
    bool ok = exchange_call(&info, x, "session.info", none, e);
    json_free(none);
    const char *state = ok ? json_get_text(info, "state", "") : "";
    if (ok && strcmp(state, "open") == 0) x->info = info;
    else json_free(info);
    if (ok && x->info == NULL) snprintf(x->waits_for, sizeof x->waits_for, "%s", state);
    if (ok || e->code != ERR_DENIED) return ok;
    err_clear(e); /* the session has ended: nobody asks */
    return true;
}

bool exchange_call(struct json **out, struct exchange *x, const char *operation,
                   const struct json *in, struct err *e)
{
    return service_call_as(out, x->desk, &x->who, operation, in, NULL, e);
}

/* ---- forged requests ---- */

/* Whether the browser says that the request was made by a page of ours (S49). Browsers that say
 * nothing of where a POST comes from are not let in. */
static bool own_origin(const struct request *r)
{
    struct text site = request_header(r, "sec-fetch-site"), origin = request_header(r, "origin"),
                host = request_header(r, "host");
    if (site.p != NULL && !text_is(site, "same-origin")) return false;
    if (origin.p == NULL) return site.p != NULL;
    const char *scheme = r->secure ? "https://" : "http://";
    size_t n = strlen(scheme);
    return origin.n == n + host.n && memcmp(origin.p, scheme, n) == 0 &&
           memcmp(origin.p + n, host.p, host.n) == 0;
}

static bool token_holds(const struct exchange *x)
{
    struct text given = request_form(x->request, "csrf");
    if (x->session[0] == '\0') return true; /* nobody's session can be misused */
    return given.p != NULL && given.n == strlen(x->csrf) && crypto_equal(given.p, x->csrf, given.n);
}

/* ---- parameters ---- */

static struct text field_of(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->match.n_variable; i++) {
        const char *known = x->match.variable[i].name;
        size_t n = x->match.variable[i].name_n;
        if (strlen(name) == n && memcmp(known, name, n) == 0) return x->match.variable[i].value;
    }
    return x->request->method == METHOD_GET ? request_query(x->request, name)
                                            : request_form(x->request, name);
}

static void take_list(struct exchange *x, const char *name)
{
    bool get = x->request->method == METHOD_GET;
    const struct field *f = get ? x->request->query : x->request->form;
    size_t n = get ? x->request->n_query : x->request->n_form;
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++)
        if (text_is(f[i].name, name) && f[i].value.n > 0) json_push(list, json_text(f[i].value));
    if (json_size(list) > 0) json_set(x->in, name, list);
    else json_free(list);
}

static bool take_parameter(struct exchange *x, const struct parameter_spec *p)
{
    int64_t v;
    struct text t = field_of(x, p->name);
    if (p->local) return true;
    if (p->type == PARAM_LIST) {
        take_list(x, p->name);
        return true;
    }
    if (t.p == NULL || (t.n == 0 && p->type != PARAM_TEXT)) return true;
    switch (p->type) {
    case PARAM_INT:
        if (!text_to_int(text_trim(t), &v)) {
            exchange_error(x, p->name, tr("This must be a whole number."), NULL);
            return false;
        }
        json_set_int(x->in, p->name, v);
        return true;
    case PARAM_BOOL: json_set_bool(x->in, p->name, !text_is(t, "0") && !text_is(t, "false")); return true;
    case PARAM_TEXT:
        if (t.n > 0 || p->min == 0) json_set(x->in, p->name, json_text(t));
        return true;
    case PARAM_LIST: return true;
    }
    return true;
}

static bool take_parameters(struct exchange *x, const char *operation)
{
    const struct operation *op = operation_find(operation);
    bool ok = true;
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
        if (!take_parameter(x, p)) ok = false;
        else if (p->required && !json_has(x->in, p->name) && x->request->method == METHOD_POST) {
            exchange_error(x, p->name, tr("Fill this in."), NULL);
            ok = false;
        }
    }
    return ok;
}

/* What was typed, to be shown again; passwords and codes are not given back. */
static void keep_form(struct exchange *x)
{
    const struct operation *op =
        x->route->operation == NULL ? NULL : operation_find(x->route->operation);
    for (size_t i = 0; i < x->request->n_form; i++) {
        const struct field *f = &x->request->form[i];
        const char *name = arena_copy(x->arena, f->name.p, f->name.n);
        bool secret = strcmp(name, "csrf") == 0;
        for (const struct parameter_spec *p = op == NULL ? NULL : op->parameter;
             p != NULL && p->name != NULL; p++)
            if (p->secret && strcmp(p->name, name) == 0) secret = true;
        if (!secret && !json_has(x->form, name)) json_set(x->form, name, json_text(f->value));
    }
}

/* ---- errors ---- */

void exchange_error(struct exchange *x, const char *field, const char *message, const char *remedy)
{
    struct json *row = json_object();
    if (field != NULL) json_set_text(row, "field", field);
    json_set_text(row, "message", message);
    if (remedy != NULL && remedy[0] != '\0') json_set_text(row, "remedy", remedy);
    json_push(x->errors, row);
}

static int status_of(enum err_code code)
{
    switch (code) {
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

static const char *error_title(int status)
{
    switch (status) {
    case 400: return N_("The request cannot be understood");
    case 403: return N_("This is not for your account");
    case 404: return N_("There is no such page");
    case 409: return N_("Somebody else was first");
    case 413: return N_("This is too large");
    case 422: return N_("This could show who somebody is");
    case 429: return N_("Too much at once");
    default: return N_("The register does not answer at the moment");
    }
}

static void show_error(struct exchange *x, int status, const struct err *e)
{
    struct json *box = json_object();
    json_set_text(box, "title", tr(error_title(status)));
    json_set_text(box, "id", x->request != NULL ? x->request->id : "");
    json_set_int(box, "status", status);
    if (e != NULL && status < 500) {
        json_set_text(box, "message", e->msg);
        json_set_text(box, "remedy", e->remedy);
    }
    json_set(x->extra, "failure", box);
    page_show(x, "error", status);
}

static void show_route(struct exchange *x, const struct route *route, int status);

/* The GET row whose page a POST came from. */
static const struct route *page_before(struct exchange *x)
{
    struct route_match m;
    const char *to = x->route->again == NULL ? x->route->path : x->route->again;
    route_find(&m, METHOD_GET, text_of(exchange_address(x, to)));
    return m.route;
}

void exchange_fail(struct exchange *x, const struct err *e)
{
    if (strcmp(e->id, "session.not_fresh") == 0 && x->request->method == METHOD_POST) {
        step_up_ask(x, 200);
        return;
    }
    const struct route *before =
        x->route != NULL && x->route->method == METHOD_POST && e->code != ERR_NOT_FOUND ? page_before(x)
                                                                                       : NULL;
    if (before == NULL || before->page == NULL) {
        show_error(x, status_of(e->code), e);
        return;
    }
    exchange_error(x, NULL, e->msg, e->remedy);
    show_route(x, before, status_of(e->code));
}

/* ---- addresses ---- */

static const char *member_text(struct exchange *x, const char *name)
{
    const struct json *j = x->result == NULL ? NULL : json_get(x->result, name);
    if (j != NULL && json_kind(j) == JSON_INT)
        return arena_printf(x->arena, "%lld", (long long)json_as_int(j, 0));
    if (j != NULL && json_kind(j) == JSON_TEXT) return json_as_text(j, "");
    struct text t = field_of(x, name);
    return t.p == NULL ? "" : arena_copy(x->arena, t.p, t.n);
}

static void put_coded(struct buf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == '_' || c == '.';
        if (plain) buf_putc(b, (char)c);
        else buf_printf(b, "%%%02X", c);
    }
}

const char *exchange_address(struct exchange *x, const char *pattern)
{
    struct buf b;
    buf_init(&b, 2000);
    for (const char *p = pattern; *p != '\0'; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (end == NULL) {
            buf_putc(&b, *p);
            continue;
        }
        put_coded(&b, member_text(x, arena_copy(x->arena, p + 1, (size_t)(end - p - 1))));
        p = end;
    }
    const char *out = b.p == NULL ? "/" : arena_copy(x->arena, b.p, b.n);
    buf_release(&b);
    return out;
}

/* ---- the document ---- */

>>>>>>> 488ffbf (Own account, accounts of others, organisations, the audit log: pages; the second factor shown once more in the middle of what was begun)
static bool may(const struct exchange *x, const char *capability)
{
    const struct json *list = x->info == NULL ? NULL : json_get(x->info, "capabilities");
    if (capability == NULL) return true;
    for (size_t i = 0; list != NULL && i < json_size(list); i++)
        if (strcmp(json_as_text(json_at(list, i), ""), capability) == 0) return true;
    return false;
}

static struct json *menu(const struct exchange *x)
{
    struct json *list = json_array();
    const struct menu_item *m;
    for (size_t i = 0; (m = menu_at(i)) != NULL; i++) {
        if (!may(x, m->capability)) continue;
        struct json *row = json_object();
        json_set_text(row, "text", tr(m->text));
        json_set_text(row, "href", m->href);
        if (x->route != NULL && x->route->nav != NULL && strcmp(x->route->nav, m->href) == 0)
            json_set_bool(row, "current", true);
        json_push(list, row);
    }
    return list;
}

static struct json *languages(struct exchange *x)
{
    struct json *list = json_array();
    const char *path =
        x->request == NULL ? "/" : arena_copy(x->arena, x->request->path.p, x->request->path.n);
    for (size_t i = 0; i < x->site->n_language; i++) {
        const struct site_language *l = &x->site->language[i];
        struct json *row = json_object();
        json_set_text(row, "code", l->code);
        json_set_text(row, "name", l->name);
        if (strcmp(l->code, x->language) == 0) json_set_bool(row, "current", true);
        json_set_text(row, "href", arena_printf(x->arena, "%s?language=%s", path, l->code));
        json_push(list, row);
    }
    return list;
}

static const char *title(const struct exchange *x)
{
    const struct json *failure = json_get(x->extra, "failure"), *own = json_get(x->extra, "title");
    if (failure != NULL) return json_get_text(failure, "title", "");
    if (own != NULL) return json_as_text(own, "");
    if (x->route != NULL && x->route->title != NULL) return tr(x->route->title);
    return x->result == NULL ? "" : json_get_text(x->result, "title", "");
}

static struct json *chrome(struct exchange *x)
{
    struct json *page = json_object();
    json_set_text(page, "language", x->language);
    json_set_text(page, "title", title(x));
    json_set_text(page, "register",
                  x->info == NULL ? x->site->home_name
                                  : json_get_text(x->info, "register", x->site->home_name));
    json_set_int(page, "error_count", (int64_t)json_size(x->errors));
    json_set_text(page, "csrf", x->csrf);
    if (x->request != NULL && x->request->method == METHOD_GET && x->request->target.p != NULL)
        json_set(page, "here", json_text(x->request->target));
    json_set(page, "languages", languages(x));
    json_set(page, "assets", json_copy(x->site->assets));
    if (x->route != NULL && (x->route->flags & ROUTE_EXIT)) json_set_text(page, "exit", "/leave");
    if (x->notice != NULL) {
        struct json *notice = json_object();
        json_set_text(notice, "text", x->notice);
        json_set_bool(notice, "success", true);
        json_set(page, "notice", notice);
    }
    if (x->info == NULL) return page;
    struct json *account = json_object();
    json_set_text(account, "name", json_get_text(x->info, "name", ""));
    json_set(page, "account", account);
    json_set(page, "nav", menu(x));
    json_set_bool(page, "demo", json_get_bool(x->info, "demo", false));
    if (json_size(json_get(x->info, "weakened")) > 0)
        json_set(page, "weakened", json_copy(json_get(x->info, "weakened")));
    json_set_int(page, "idle_seconds", json_get_int(x->info, "idle_seconds", 0));
    return page;
}

/* Instants as people of the language read them, beside the exact ones: at -> at_text. */
static void add_local_times(struct json *j, const char *language)
{
    const char *key;
    const struct json *value;
    if (json_kind(j) == JSON_ARRAY) {
        for (size_t i = 0; i < json_size(j); i++) add_local_times(json_item_mut(j, i), language);
        return;
    }
    if (json_kind(j) != JSON_OBJECT) return;
    enum { TIMES_MAX = 8 };
    char name[TIMES_MAX][64], shown[TIMES_MAX][80];
    size_t n = 0;
    int64_t seconds;
    for (void *at = NULL; json_next(j, &at, &key, &value);) {
        enum json_kind kind = json_kind(value);
        size_t length = strlen(key);
        bool time = strcmp(key, "at") == 0 || (length > 3 && strcmp(key + length - 3, "_at") == 0) ||
                    strcmp(key, "until") == 0 ||
                    (length > 6 && strcmp(key + length - 6, "_until") == 0);
        if (kind == JSON_OBJECT || kind == JSON_ARRAY)
            add_local_times(json_member_mut(j, key), language);
        else if (time && kind == JSON_TEXT && n < TIMES_MAX && length < 50 &&
                 instant_parse(&seconds, text_of(json_as_text(value, ""))) &&
                 unicode_instant(shown[n], sizeof shown[n], seconds, language))
            snprintf(name[n++], sizeof name[0], "%s_text", key);
    }
    for (size_t i = 0; i < n; i++) json_set_text(j, name[i], shown[i]);
}

/* errors by their field: {"password": "..."} */
static struct json *by_field(const struct json *errors)
{
    struct json *out = json_object();
    for (size_t i = 0; i < json_size(errors); i++) {
        const struct json *row = json_at(errors, i);
        const char *field = json_get_text(row, "field", NULL);
        if (field != NULL) json_set_text(out, field, json_get_text(row, "message", ""));
    }
    return out;
}

struct json *page_document(struct exchange *x)
{
    struct json *d = json_object();
    const char *key;
    const struct json *value;
    json_set(d, "page", chrome(x));
    json_set(d, "form", json_copy(x->form));
    json_set(d, "errors", json_copy(x->errors));
    json_set(d, "error", by_field(x->errors));
    if (x->info != NULL) json_set(d, "account", json_copy(x->info));
    for (void *at = NULL; json_next(x->extra, &at, &key, &value);)
        json_set(d, key, json_copy(value));
    if (x->result != NULL) json_set(d, "result", json_copy(x->result));
    for (size_t i = 0; i < x->match.n_variable; i++) {
        struct text v = x->match.variable[i].value;
        const char *name = arena_printf(x->arena, "path_%.*s", (int)x->match.variable[i].name_n,
                                        x->match.variable[i].name);
        json_set(d, name, json_text(v));
    }
    add_local_times(d, x->language);
    return d;
}

static bool fill(struct exchange *x, const char *page, const struct json *document)
{
    struct err e = {0};
    return template_render(&x->response->body, x->site->pages, page, document, &e);
}

static void begin(struct exchange *x, int status)
{
    buf_clear(&x->response->body); /* headers stay: a cookie may be among them */
    x->response->status = status;
    x->response->content_type = "text/html; charset=utf-8";
}

static void say_broken(struct exchange *x)
{
    response_clear(x->response);
    x->response->status = 500;
    x->response->content_type = "text/plain; charset=utf-8";
    buf_puts(&x->response->body, "The page could not be made.\n");
}

void page_show(struct exchange *x, const char *page, int status)
{
    struct json *d = page_document(x);
    begin(x, status);
    if (!fill(x, page, d)) say_broken(x);
    json_free(d);
}

void page_show_around(struct exchange *x, const char *first, struct text html, const char *last)
{
<<<<<<< HEAD
    struct json *d = page_document(x);
    begin(x, 200);
    bool ok = fill(x, first, d);
    buf_put_text(&x->response->body, html);
    if (!ok || !fill(x, last, d)) say_broken(x);
    json_free(d);
=======
    struct err e = {0};
    const struct route *asked = x->route;
    x->route = route;
    keep_form(x);
    if (route->operation != NULL) {
        struct json *in = json_object();
        const struct operation *op = operation_find(route->operation);
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
            if (json_has(x->in, p->name)) json_set(in, p->name, json_copy(json_get(x->in, p->name)));
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
            struct text t = field_of(x, p->name);
            if (!json_has(in, p->name) && p->type == PARAM_TEXT && t.n > 0)
                json_set(in, p->name, json_text(t));
        }
        json_free(x->result);
        x->result = NULL;
        bool ok = exchange_call(&x->result, x, route->operation, in, &e);
        json_free(in);
        if (!ok) {
            x->route = asked;
            show_error(x, status_of(e.code), &e);
            return;
        }
    }
    if (route->after != NULL && !route->after(x)) return;
    call_extra(x, route);
    page_show(x, route->page, status);
}

static bool base64_into(struct buf *out, const char *text)
{
    unsigned bits = 0, n = 0;
    for (; *text != '\0' && *text != '='; text++) {
        const char *abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *at = strchr(abc, *text);
        if (at == NULL) return false;
        bits = bits << 6 | (unsigned)(at - abc);
        n += 6;
        if (n < 8) continue;
        n -= 8;
        buf_putc(out, (char)(unsigned char)(bits >> n & 0xff));
    }
    return true;
}

static void send_file(struct exchange *x)
{
    static const char *const types[] = {
        "text/csv; charset=utf-8", "application/json", "text/plain; charset=utf-8",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
    const char *type = json_get_text(x->result, "type", "");
    x->response->status = 200;
    x->response->content_type = "application/octet-stream";
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0) x->response->content_type = types[i];
    if (!base64_into(&x->response->body, json_get_text(x->result, "base64", "")))
        x->response->status = 500;
    response_attachment(x->response, text_of(json_get_text(x->result, "name", "file")));
}

static void finish(struct exchange *x)
{
    const struct route *r = x->route;
    if (r->after != NULL && !r->after(x)) return;
    if (r->done != NULL) {
        (void)response_redirect(x->response, text_of(exchange_address(x, r->done)));
        return;
    }
    if (r->flags & ROUTE_FILE) {
        send_file(x);
        return;
    }
    struct text done = request_query(x->request, "done");
    const char *notice = done.p == NULL ? NULL : route_notice(done);
    if (notice != NULL) x->notice = tr(notice);
    call_extra(x, r);
    page_show(x, r->page, 200);
}

static void ask_to_sign_in(struct exchange *x)
{
    if (x->request->method == METHOD_GET) {
        const char *to = strcmp(x->waits_for, "second") == 0  ? "/sign-in/code"
                         : strcmp(x->waits_for, "enrol") == 0 ? "/sign-in/factor"
                                                              : "/sign-in";
        (void)response_redirect(x->response, text_of(to));
        return;
    }
    show_error(x, 403, &(struct err){.code = ERR_DENIED});
}

static void carry_out(struct exchange *x)
{
    struct err e = {0};
    const struct route *r = x->route;
    if (x->info == NULL && (r->flags & ROUTE_OPEN) == 0) {
        ask_to_sign_in(x);
        return;
    }
    bool ok = r->operation == NULL || take_parameters(x, r->operation);
    if (ok && r->before != NULL && !r->before(x)) return;
    ok = ok && json_size(x->errors) == 0;
    if (!ok) {
        const struct route *before = r->method == METHOD_GET ? NULL : page_before(x);
        if (before != NULL && before->page != NULL) show_route(x, before, 422);
        else show_error(x, 400, &(struct err){.code = ERR_USAGE});
        return;
    }
    if (r->operation != NULL && !exchange_call(&x->result, x, r->operation, x->in, &e)) {
        exchange_fail(x, &e);
        return;
    }
    finish(x);
}

/* Another language in the middle of a form: nothing is done, and nothing typed is lost. */
static bool switch_language(struct exchange *x)
{
    struct err e = {0};
    struct text code = request_form(x->request, "switch_language");
    const struct site_language *l = code.p == NULL ? NULL : language_of(x->site, code);
    if (l == NULL) return false;
    if (x->info != NULL) {
        struct json *in = json_object(), *out = NULL;
        json_set_text(in, "language", l->code);
        if (exchange_call(&out, x, "account.language", in, &e)) json_free(out);
        json_free(in);
    }
    const struct route *before = page_before(x);
    if (before == NULL || before->page == NULL) return false;
    show_route(x, before, 200);
    return true;
}

static void answer(struct exchange *x)
{
    struct err e = {0};
    const struct request *r = x->request;
    if (!settle_who(x, &e)) {
        settle_language(x);
        show_error(x, 503, &e);
        return;
    }
    settle_language(x);
    route_find(&x->match, r->method, r->path);
    x->route = x->match.route;
    if (x->route == NULL) {
        show_error(x, x->match.other_method ? 405 : 404, NULL);
        return;
    }
    if (r->method != METHOD_GET && (!own_origin(r) || !token_holds(x))) {
        err_set(&e, ERR_DENIED, "page.forged", "the form did not come from a page of this session");
        err_remedy(&e, "go back, load the page again, and send it once more");
        show_error(x, 403, &e);
        return;
    }
    if (r->method == METHOD_POST && switch_language(x)) return;
    if (step_up_brought(x) && !step_up_take(x)) return;
    carry_out(x);
}

static void begin(struct exchange *x, const struct site *site, const struct request *r,
                  struct response *out)
{
    *x = (struct exchange){.site = site, .request = r, .response = out, .language = "en"};
    x->arena = arena_new(ARENA_WIPE);
    x->in = json_object();
    x->form = json_object();
    x->errors = json_array();
    x->extra = json_object();
}

static void end(struct exchange *x)
{
    json_free(x->in);
    json_free(x->form);
    json_free(x->errors);
    json_free(x->extra);
    json_free(x->result);
    json_free(x->info);
    arena_free(x->arena);
    (void)catalogue_use(NULL);
}

void page_answer(const struct site *site, unsigned worker, const struct request *r,
                 struct response *out)
{
    struct exchange x;
    begin(&x, site, r, out);
    x.desk = site->desk[worker];
    answer(&x);
    end(&x);
}

void page_error(const struct site *site, const struct request *r, int status, const char *id,
                struct response *out)
{
    struct exchange x;
    static const struct request nothing;
    struct request said = r == NULL ? nothing : *r;
    snprintf(said.id, sizeof said.id, "%s", id);
    begin(&x, site, &said, out);
    if (r != NULL) settle_language(&x);
    else (void)catalogue_use(NULL);
    show_error(&x, status, NULL);
    end(&x);
>>>>>>> 488ffbf (Own account, accounts of others, organisations, the audit log: pages; the second factor shown once more in the middle of what was begun)
}
