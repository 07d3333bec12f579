/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in and out, the first administrator, one's own account; the program's own pages. */
#include "base/catalogue.h"
#include "web/exchange.h"
#include "web/page.h"
#include "web/routes.h"
#include "web/step_up.h"

#include <string.h>

static bool go(struct exchange *x, const char *to)
{
    (void)response_redirect(x->response, text_of(to));
    return false;
}

/* Where one was when the session ended: an address of a page of ours, without a query. NULL:
 * nowhere. */
static const char *way_back(struct exchange *x)
{
    struct route_match m;
    struct text to = request_form(x->request, "back");
    if (to.p == NULL) to = request_query(x->request, "back");
    if (to.p == NULL || to.n == 0 || to.n > 200) return NULL;
    route_find(&m, METHOD_GET, to);
    bool page = m.route != NULL && m.route->page != NULL && (m.route->flags & ROUTE_OPEN) == 0;
    return page ? arena_copy(x->arena, to.p, to.n) : NULL;
}

static const char *with_way_back(struct exchange *x, const char *to)
{
    const char *back = way_back(x);
    if (back == NULL) return to;
    json_set_text(x->extra, "back", back);
    json_free(x->result); /* for exchange_address() */
    x->result = json_object();
    json_set_text(x->result, "back", back);
    return exchange_address(x, arena_printf(x->arena, "%s?back={back}", to));
}

/* Said above the page, when one was led here. */
static bool after_sign_in_page(struct exchange *x)
{
    const char *back = way_back(x);
    if (back == NULL) return true;
    struct json *page = json_object(), *notice = json_object();
    bool kept = text_is(request_query(x->request, "done"), "kept");
    json_set_text(
        notice, "text",
        kept ? tr("Your session had ended. What you typed is kept: sign in, and it is there.")
             : tr("Your session has ended. Sign in to go on where you were."));
    json_set(page, "notice", notice);
    json_set(x->extra, "page", page);
    json_set_text(x->extra, "back", back);
    return true;
}

static bool after_code_page(struct exchange *x)
{
    const char *back = way_back(x);
    if (back != NULL) json_set_text(x->extra, "back", back);
    step_up_key(x, "key");
    return true;
}

/* What is known of who has shown the password alone: whether a security key is wanted. */
static bool after_factor_page(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    if (exchange_call(&out, x, "session.info", in, &e)) json_set(x->extra, "factor_info", out);
    json_free(in);
    return true;
}

/* A session has begun or gone a step further: it has a new token, and what is missing is asked. */
static bool after_step(struct exchange *x)
{
    const char *token = json_get_text(x->result, "session", ""),
               *state = json_get_text(x->result, "state", "");
    if (token[0] != '\0' && !response_cookie(x->response, SESSION_COOKIE, text_of(token)))
        return go(x, "/sign-in");
    if (strcmp(state, "enrol") == 0) return go(x, "/sign-in/factor");
    if (strcmp(state, "second") == 0) return go(x, with_way_back(x, "/sign-in/code"));
    const char *back = way_back(x);
    if (back == NULL || token[0] == '\0') return go(x, back == NULL ? "/" : back);
    return go(x, strncmp(back, "/drafts/", 8) == 0 ? routes_entry_back(x, token, back) : back);
}

/* The codes are shown once, by the page that comes of it. */
static bool after_factor(struct exchange *x)
{
    const char *token = json_get_text(x->result, "session", "");
    if (token[0] != '\0') (void)response_cookie(x->response, SESSION_COOKIE, text_of(token));
    return true;
}

/* Codes are shown where there were none before. */
static bool after_key(struct exchange *x)
{
    (void)after_factor(x);
    return json_size(json_get(x->result, "recovery_codes")) > 0 ||
           go(x, "/account?done=security-key-added");
}

/* Back to where it was chosen; response_redirect() takes no address of elsewhere. */
static bool after_language(struct exchange *x)
{
    struct text back = request_form(x->request, "back");
    (void)response_redirect(x->response, back.p == NULL || back.n == 0 ? TEXT("/") : back);
    return false;
}

static bool after_sign_out(struct exchange *x)
{
    response_cookie_end(x->response, SESSION_COOKIE);
    response_clear_site_data(x->response);
    return go(x, "/sign-in?done=signed-out");
}

/* "/" is for who has signed in; where the register has no administrator yet, the first one is
 * made. */
static bool before_sign_in(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    bool needed = false;
    if (x->info != NULL) {
        const char *back = way_back(x);
        json_free(in);
        return go(x, back == NULL ? "/" : back);
    }
    if (exchange_call(&out, x, "setup.state", in, &e)) needed = json_get_bool(out, "needed", false);
    json_free(out);
    json_free(in);
    return needed ? go(x, "/setup") : true;
}

static bool before_leave(struct exchange *x)
{
    response_clear_site_data(x->response);
    page_show(x, "leave", 200);
    return false;
}

/* Whoever looks after backups comes here first, until one was opened with the recovery code
 * (S99). */
static bool before_home(struct exchange *x)
{
    struct err e = {0};
    struct json *in, *out = NULL;
    if (!exchange_may(x, "backup")) return true;
    in = json_object();
    bool asked = exchange_call(&out, x, "setup.progress", in, &e);
    bool finished = !asked || json_get_bool(out, "finished", true);
    json_free(out);
    json_free(in);
    return finished ? true : go(x, "/setup/finish");
}

const struct route routes_session[] = {
    {.method = METHOD_GET,
     .path = "/sign-in",
     .page = "sign-in",
     .title = N_("Sign in"),
     .flags = ROUTE_OPEN | ROUTE_FORM,
     .before = before_sign_in,
     .after = after_sign_in_page},
    {.method = METHOD_POST,
     .path = "/sign-in",
     .operation = "session.open",
     .flags = ROUTE_OPEN,
     .title = N_("Sign in"),
     .after = after_step},
    {.method = METHOD_GET,
     .path = "/sign-in/code",
     .page = "sign-in-code",
     .title = N_("Show your second factor"),
     .flags = ROUTE_OPEN | ROUTE_FORM,
     .after = after_code_page},
    {.method = METHOD_POST,
     .path = "/sign-in/code",
     .operation = "session.second",
     .flags = ROUTE_OPEN,
     .title = N_("Show your second factor"),
     .after = after_step},
    {.method = METHOD_GET,
     .path = "/sign-in/factor",
     .page = "factor-begin",
     .title = N_("Set up your second factor"),
     .flags = ROUTE_OPEN | ROUTE_FORM,
     .after = after_factor_page},
    {.method = METHOD_POST,
     .path = "/sign-in/factor",
     .operation = "factor.begin",
     .page = "factor",
     .title = N_("Set up your second factor"),
     .flags = ROUTE_OPEN | ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/sign-in/factor/confirm",
     .operation = "factor.confirm",
     .page = "recovery-codes",
     .title = N_("Your recovery codes"),
     .flags = ROUTE_OPEN,
     .again = "/sign-in/factor",
     .after = after_factor},
    {.method = METHOD_POST,
     .path = "/sign-in/key",
     .operation = "factor.key_begin",
     .page = "security-key-add",
     .title = N_("Register a security key"),
     .flags = ROUTE_OPEN,
     .again = "/sign-in/factor"},
    {.method = METHOD_POST,
     .path = "/sign-in/key/confirm",
     .operation = "factor.key_add",
     .page = "recovery-codes",
     .title = N_("Your recovery codes"),
     .flags = ROUTE_OPEN,
     .again = "/sign-in/factor",
     .after = after_key},
    {.method = METHOD_GET,
     .path = "/setup",
     .operation = "setup.state",
     .page = "setup",
     .title = N_("Make the first administrator"),
     .flags = ROUTE_OPEN | ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/setup",
     .operation = "setup.finish",
     .flags = ROUTE_OPEN,
     .title = N_("Make the first administrator"),
     .after = after_step},
    {.method = METHOD_GET,
     .path = "/activate",
     .page = "activate",
     .title = N_("Activate your account"),
     .flags = ROUTE_OPEN | ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/activate",
     .operation = "account.activate",
     .flags = ROUTE_OPEN,
     .title = N_("Activate your account"),
     .after = after_step},
    {.method = METHOD_POST,
     .path = "/sign-out",
     .operation = "session.close",
     .flags = ROUTE_OPEN,
     .after = after_sign_out},
    {.method = METHOD_POST,
     .path = "/language",
     .operation = "account.language",
     .after = after_language},
    {.method = METHOD_GET,
     .path = "/leave",
     .page = "leave",
     .title = N_("You have left"),
     .flags = ROUTE_OPEN,
     .before = before_leave},
    {.method = METHOD_GET,
     .path = "/accessibility",
     .page = "accessibility",
     .title = N_("Accessibility statement"),
     .flags = ROUTE_OPEN},
    {.method = METHOD_GET,
     .path = "/",
     .operation = "work.summary",
     .page = "home",
     .title = N_("My work"),
     .nav = "/",
     .before = before_home,
     .after = routes_home_after,
     .extra = {{"notice.list", "told"}}},
};
const size_t routes_session_count = sizeof routes_session / sizeof *routes_session;
