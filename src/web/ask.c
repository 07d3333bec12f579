/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/ask.h"

#include "base/crypto.h"
#include "web/ahead.h"
#include "web/page.h"

#include <stdio.h>
#include <string.h>

/* ---- who asks ---- */

const struct site_language *ask_language_of(const struct site *s, struct text code)
{
    for (size_t i = 0; i < s->n_language; i++)
        if (text_is(code, s->language[i].code)) return &s->language[i];
    return NULL;
}

/* What the request itself asks for; NULL: nothing. */
static const struct site_language *language_asked(const struct exchange *x)
{
    const struct site_language *l = ask_language_of(x->site, request_query(x->request, "language"));
    return l != NULL ? l : ask_language_of(x->site, request_form(x->request, "switch_language"));
}

static const struct site_language *language_of_browser(const struct exchange *x)
{
    const struct site *s = x->site;
    const char *offered[SITE_LANGUAGES_MAX];
    for (size_t i = 0; i < s->n_language; i++) offered[i] = s->language[i].code;
    const struct site_language *l =
        ask_language_of(s, text_of(request_language(x->request, offered, s->n_language)));
    return l != NULL ? l : &s->language[0];
}

/* The language of the request itself, else the session's, else the browser's. */
void ask_language(struct exchange *x)
{
    const struct site_language *l = language_asked(x);
    if (l == NULL && x->info != NULL)
        l = ask_language_of(x->site, text_of(json_get_text(x->info, "language", "")));
    if (l == NULL) l = language_of_browser(x);
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

enum { TOKEN = 32 };

static void session_token(uint8_t out[TOKEN], const char *session)
{
    struct crypto_hasher h;
    crypto_hasher_init(&h, NULL);
    crypto_hasher_add(&h, "dcim csrf v1", 12);
    crypto_hasher_add(&h, session, strlen(session));
    crypto_hasher_finish(&h, out);
}

void ask_csrf(char out[CSRF_SIZE], const char *session)
{
    uint8_t masked[2 * TOKEN], token[TOKEN];
    out[0] = '\0';
    if (session == NULL || session[0] == '\0') return;
    session_token(token, session);
    crypto_random(masked, TOKEN);
    for (size_t i = 0; i < TOKEN; i++) masked[TOKEN + i] = masked[i] ^ token[i];
    crypto_hex(out, masked, sizeof masked);
}

bool ask_csrf_fits(struct text given, const char *session)
{
    uint8_t masked[2 * TOKEN], token[TOKEN];
    if (given.n != 4 * TOKEN || !crypto_unhex(masked, sizeof masked, given)) return false;
    session_token(token, session);
    for (size_t i = 0; i < TOKEN; i++) masked[TOKEN + i] ^= masked[i];
    return crypto_equal(masked + TOKEN, token, TOKEN);
}

/* Fill x->info where somebody has signed in. */
bool ask_who(struct exchange *x, struct err *e)
{
    struct text token = request_cookie(x->request, "__Host-" SESSION_COOKIE);
    x->who.source = x->request->source;
    if (!token_fits(token)) return true;
    memcpy(x->session, token.p, token.n);
    x->session[token.n] = '\0';
    x->who.session = x->session;
    ask_csrf(x->csrf, x->session);
    /* What is said of who asks stands on the page, so it is said in the page's language. */
    const struct site_language *asked = x->site->n_language > 0 ? language_asked(x) : NULL;
    if (asked != NULL) x->who.language = asked->code;
    if (x->site->n_language > 0) x->who.browser = language_of_browser(x)->code;
    struct json *none = json_object(), *info = NULL;
    ahead_prepare(x);
    bool ok = service_call_along(&info, x->desk, &x->who, "session.info", none, x->ahead.asked,
                                 x->ahead.n, e);
    json_free(none);
    if (!ok) ahead_forget(x); /* nothing was asked along */
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
    bool ok;
    if (ahead_came(&ok, out, x, operation, in, e)) return ok;
    return service_call_as(out, x->desk, &x->who, operation, in, NULL, e);
}

/* ---- forged requests ---- */

/* Whether the browser says that the request was made by a page of ours (S49). Browsers that say
 * nothing of where a POST comes from are not let in. */
bool ask_own_origin(const struct request *r)
{
    struct text site = request_header(r, "sec-fetch-site"), origin = request_header(r, "origin"),
                host = request_header(r, "host");
    if (site.p != NULL && !text_is(site, "same-origin")) return false;
    /* Under our own Referrer-Policy browsers send "null" (Fetch, section 3.2): the other header
     * says it. */
    if (origin.p == NULL || text_is(origin, "null")) return site.p != NULL;
    const char *scheme = r->secure ? "https://" : "http://";
    size_t n = strlen(scheme);
    return origin.n == n + host.n && memcmp(origin.p, scheme, n) == 0 &&
           memcmp(origin.p + n, host.p, host.n) == 0;
}

bool ask_token_holds(const struct exchange *x)
{
    if (x->session[0] == '\0') return true; /* nobody's session can be misused */
    return ask_csrf_fits(request_form(x->request, "csrf"), x->session);
}

/* ---- parameters ---- */

struct text ask_field(const struct exchange *x, const char *name)
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

static bool is_parameter(const struct operation *op, const char *name)
{
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0 && p->type != PARAM_FIELDS) return true;
    return strcmp(name, "csrf") == 0 || strcmp(name, "switch_language") == 0;
}

/* Whatever was posted beside the operation's other parameters; several of one name are a list. */
static void take_fields(struct exchange *x, const struct operation *op, const char *name)
{
    struct json *fields = json_object();
    for (size_t i = 0; i < x->request->n_form; i++) {
        const struct field *f = &x->request->form[i];
        const char *key = arena_copy(x->arena, f->name.p, f->name.n);
        const struct json *there = json_get(fields, key);
        if (is_parameter(op, key)) continue;
        if (there == NULL) {
            json_set(fields, key, json_text(f->value));
            continue;
        }
        if (json_kind(there) == JSON_TEXT) {
            struct json *list = json_array();
            json_push(list, json_copy(there));
            json_set(fields, key, list);
        }
        json_push(json_member_mut(fields, key), json_text(f->value));
    }
    json_set(x->in, name, fields);
}

static bool take_parameter(struct exchange *x, const struct operation *op,
                           const struct parameter_spec *p)
{
    int64_t v;
    struct text t = ask_field(x, p->name);
    if (p->local) return true;
    if (p->type == PARAM_LIST) {
        take_list(x, p->name);
        return true;
    }
    if (p->type == PARAM_FIELDS) {
        take_fields(x, op, p->name);
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
    case PARAM_BOOL:
        json_set_bool(x->in, p->name, !text_is(t, "0") && !text_is(t, "false"));
        return true;
    case PARAM_TEXT:
        if (t.n > 0 || p->min == 0) json_set(x->in, p->name, json_text(t));
        return true;
    case PARAM_FIELDS:
    case PARAM_LIST: return true;
    }
    return true;
}

bool ask_parameters(struct exchange *x, const char *operation)
{
    const struct operation *op = operation_find(operation);
    bool ok = true;
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
        if (!take_parameter(x, op, p)) ok = false;
        else if (p->required && !json_has(x->in, p->name) && x->request->method == METHOD_POST) {
            exchange_error(x, p->name, tr("Fill this in."), NULL);
            ok = false;
        }
    }
    return ok;
}

static bool goes_along(const struct exchange *x, struct text name)
{
    static const char *const never[] = {"csrf", "switch_language", "step_up_code",
                                        "step_up_password", "step_up_key"};
    const struct route *r = x->match.route;
    const struct operation *op =
        r == NULL || r->operation == NULL ? NULL : operation_find(r->operation);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (text_is(name, never[i])) return false;
    for (const struct parameter_spec *p = op == NULL ? NULL : op->parameter;
         p != NULL && p->name != NULL; p++)
        if (p->secret && text_is(name, p->name)) return false;
    return true;
}

struct json *ask_sent(const struct exchange *x)
{
    struct json *fields = json_array();
    for (size_t i = 0; i < x->request->n_form; i++) {
        const struct field *f = &x->request->form[i];
        if (!goes_along(x, f->name)) continue;
        struct json *row = json_object();
        json_set(row, "name", json_text(f->name));
        json_set(row, "value", json_text(f->value));
        json_push(fields, row);
    }
    return fields;
}

/* What was typed, to be shown again; passwords and codes are not given back: those of the operation
 * that was asked for. */
void ask_keep_form(struct exchange *x)
{
    const struct operation *op = x->match.route == NULL || x->match.route->operation == NULL
                                     ? NULL
                                     : operation_find(x->match.route->operation);
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
