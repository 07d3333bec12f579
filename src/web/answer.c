/* SPDX-License-Identifier: EUPL-1.2 */
/* One way for every page: session, language, token, parameters, operation, page. */
#include "web/answer.h"

#include "base/mem.h"
#include "base/unicode.h"
#include "web/ahead.h"
#include "web/ask.h"
#include "web/page.h"
#include "web/routes.h"
#include "web/step_up.h"

#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

void exchange_error(struct exchange *x, const char *field, const char *message, const char *remedy)
{
    struct json *row = json_object();
    if (field != NULL) json_set_text(row, "field", field);
    json_set_text(row, "message", message);
    if (remedy != NULL && remedy[0] != '\0') json_set_text(row, "remedy", remedy);
    json_push(x->errors, row);
}

/* What the desk says, as a line of its own on a page. */
static const char *sentence(struct exchange *x, const char *message)
{
    return unicode_sentence(text_of(message), x->arena).p;
}

void exchange_error_of(struct exchange *x, const char *field, const struct err *e)
{
    exchange_error(x, field, sentence(x, e->msg), sentence(x, e->remedy));
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
        json_set_text(box, "message", sentence(x, e->msg));
        json_set_text(box, "remedy", sentence(x, e->remedy));
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
        x->route != NULL && x->route->method == METHOD_POST && e->code != ERR_NOT_FOUND
            ? page_before(x)
            : NULL;
    if (before == NULL || before->page == NULL) {
        show_error(x, status_of(e->code), e);
        return;
    }
    exchange_error_of(x, NULL, e);
    show_route(x, before, status_of(e->code));
}

/* ---- addresses ---- */

static const char *member_text(struct exchange *x, const char *name)
{
    const struct json *j = x->result == NULL ? NULL : json_get(x->result, name);
    if (j != NULL && json_kind(j) == JSON_INT)
        return arena_printf(x->arena, "%lld", (long long)json_as_int(j, 0));
    if (j != NULL && json_kind(j) == JSON_TEXT) return json_as_text(j, "");
    struct text t = ask_field(x, name);
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

/* ---- answering ---- */

static void call_extra(struct exchange *x, const struct route *route)
{
    for (size_t i = 0; i < ROUTE_EXTRA_MAX && route->extra[i].operation != NULL; i++) {
        struct err e = {0};
        struct json *in = ahead_extra(x, route->extra[i].operation), *out = NULL;
        if (exchange_call(&out, x, route->extra[i].operation, in, &e))
            json_set(x->extra, route->extra[i].as, out);
        json_free(in);
    }
}

/* A page again after what was asked for went wrong: its own operation is asked for what stands
 * around the form. */
static void show_route(struct exchange *x, const struct route *route, int status)
{
    struct err e = {0};
    const struct route *asked = x->route;
    x->route = route;
    ask_keep_form(x);
    if (route->operation != NULL) {
        struct json *in = json_object();
        const struct operation *op = operation_find(route->operation);
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
            if (json_has(x->in, p->name))
                json_set(in, p->name, json_copy(json_get(x->in, p->name)));
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
            struct text t = ask_field(x, p->name);
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

/* Whose session has ended in the middle of a draft comes back there. */
static const char *sign_in_and_back(struct exchange *x)
{
    struct text path = x->request->path;
    if (x->session[0] == '\0' || !text_starts(path, TEXT("/drafts/"))) return "/sign-in";
    struct buf b;
    buf_init(&b, 2000);
    buf_puts(&b, "/sign-in?back=");
    put_coded(&b, arena_copy(x->arena, path.p, path.n));
    const char *to = b.p == NULL ? "/sign-in" : arena_copy(x->arena, b.p, b.n);
    buf_release(&b);
    return to;
}

static void ask_to_sign_in(struct exchange *x)
{
    if (x->request->method == METHOD_GET) {
        const char *to = strcmp(x->waits_for, "second") == 0  ? "/sign-in/code"
                         : strcmp(x->waits_for, "enrol") == 0 ? "/sign-in/factor"
                                                              : sign_in_and_back(x);
        (void)response_redirect(x->response, text_of(to));
        return;
    }
    if ((x->route->flags & ROUTE_SAVES) && x->session[0] != '\0' && routes_entry_keep(x)) return;
    struct err e = {0};
    err_set(&e, ERR_DENIED, "session.ended",
            "your session has ended; drafts are kept as they were last saved");
    err_remedy(&e, "sign in in another tab, then go back here and send it once more");
    show_error(x, 403, &e);
}

static void carry_out(struct exchange *x)
{
    struct err e = {0};
    const struct route *r = x->route;
    if (x->info == NULL && (r->flags & ROUTE_OPEN) == 0) {
        ask_to_sign_in(x);
        return;
    }
    bool ok = x->ahead.prepared || r->operation == NULL || ask_parameters(x, r->operation);
    if (ok && !x->ahead.prepared && r->before != NULL && !r->before(x)) return;
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
    const struct site_language *l = code.p == NULL ? NULL : ask_language_of(x->site, code);
    if (l == NULL) return false;
    if (x->info != NULL) {
        struct json *in = json_object(), *out = NULL;
        json_set_text(in, "language", l->code);
        if (exchange_call(&out, x, "account.language", in, &e)) json_free(out);
        json_free(in);
    }
    if (x->route->flags & (ROUTE_SAVES | ROUTE_REPEAT)) return false;
    const struct route *before = page_before(x);
    if (before == NULL || before->page == NULL) return false;
    show_route(x, before, 200);
    return true;
}

static void answer(struct exchange *x)
{
    struct err e = {0};
    const struct request *r = x->request;
    route_find(&x->match, r->method, r->path);
    x->route = x->match.route;
    bool known = ask_who(x, &e);
    ask_language(x);
    ahead_language(x);
    if (!known) {
        x->route = NULL;
        show_error(x, 503, &e);
        return;
    }
    if (x->route == NULL) {
        show_error(x, x->match.other_method ? 405 : 404, NULL);
        return;
    }
    bool ours = r->method == METHOD_GET || ask_own_origin(r);
    bool held = r->method == METHOD_GET || ask_token_holds(x);
    if (ours && !held && x->info != NULL && (x->route->flags & ROUTE_SAVES)) {
        routes_entry_again(x); /* one has signed in anew since the page was loaded */
        return;
    }
    if (!ours || !held) {
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
    ahead_forget(x);
    json_free(x->in);
    json_free(x->form);
    json_free(x->errors);
    json_free(x->extra);
    json_free(x->result);
    json_free(x->info);
    arena_free(x->arena);
    (void)catalogue_use(NULL);
}

/* What the calls of an answer left on the stack, errors that name what was typed for one, is not to
 * stay there until the next one (S89). */
static __attribute__((noinline)) void wipe_stack(void)
{
    char below[64 * 1024];
    mem_wipe(below, sizeof below);
}

/* Not inlined: all it has on the stack lies below whoever called it. */
static __attribute__((noinline)) void answer_whole(const struct site *site, unsigned worker,
                                                   const struct request *r, struct response *out)
{
    struct exchange x;
    begin(&x, site, r, out);
    x.desk = site->desk[worker];
    answer(&x);
    end(&x);
}

void answer_request(const struct site *site, unsigned worker, const struct request *r,
                    struct response *out)
{
    answer_whole(site, worker, r, out);
    wipe_stack();
}

void answer_error(const struct site *site, const struct request *r, int status, const char *id,
                  struct response *out)
{
    struct exchange x;
    static const struct request nothing;
    struct request said = r == NULL ? nothing : *r;
    snprintf(said.id, sizeof said.id, "%s", id);
    begin(&x, site, &said, out);
    if (r != NULL) ask_language(&x);
    else (void)catalogue_use(NULL);
    show_error(&x, status, NULL);
    end(&x);
}
