/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/step_up.h"

#include "base/catalogue.h"
#include "web/ask.h"
#include "web/page.h"

#include <stdio.h>
#include <string.h>

#define CODE "step_up_code"
#define PASSWORD "step_up_password"
#define KEY "step_up_key"

static const struct route asking = {.method = METHOD_POST, .title = N_("Show that it is you")};

bool step_up_brought(const struct exchange *x)
{
    return x->info != NULL && x->request->method == METHOD_POST &&
           (request_form(x->request, CODE).p != NULL || request_form(x->request, KEY).p != NULL ||
            request_form(x->request, PASSWORD).p != NULL);
}

void step_up_key(struct exchange *x, const char *field)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    bool ok = exchange_call(&out, x, "factor.challenge", in, &e);
    json_free(in);
    if (ok && json_size(json_get(out, "keys")) > 0) {
        json_set_text(out, "field", field);
        if (!json_get_bool(out, "codes", true))
            json_set(x->extra, "recovery_alone", json_bool(true));
        json_set(x->extra, "security_key", out);
        return;
    }
    json_free(out); /* without it, codes are asked for */
}

void step_up_ask(struct exchange *x, int status)
{
    struct json *box = json_object();
    json_set(box, "action", json_text(x->request->path));
    json_set(box, "fields", ask_sent(x));
    json_set_bool(box, "by_code", json_get_bool(x->info, "has_factor", false));
    json_set(x->extra, "step_up", box);
    step_up_key(x, KEY);
    x->route = &asking;
    page_show(x, "step-up", status);
}

bool step_up_take(struct exchange *x)
{
    struct err e = {0};
    struct text code = request_form(x->request, CODE),
                password = request_form(x->request, PASSWORD), key = request_form(x->request, KEY);
    bool by_key = key.n > 0, by_code = by_key || code.p != NULL;
    struct json *in = json_object(), *out = NULL;
    if (by_key) json_set(in, "key", json_text(key));
    else json_set(in, by_code ? "code" : "password", json_text(by_code ? code : password));
    bool ok = exchange_call(&out, x, "session.second", in, &e);
    json_free(in);
    const char *token = ok ? json_get_text(out, "session", "") : "";
    if (ok && token[0] != '\0' && strlen(token) < sizeof x->session &&
        response_cookie(x->response, SESSION_COOKIE, text_of(token))) {
        snprintf(x->session, sizeof x->session, "%s", token);
        ask_csrf(x->csrf, x->session);
    }
    json_free(out);
    if (ok) return true;
    exchange_error_of(x, by_code ? CODE : PASSWORD, &e);
    step_up_ask(x, 403);
    return false;
}
