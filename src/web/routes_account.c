/* SPDX-License-Identifier: EUPL-1.2 */
/* One's own account, and the accounts of others. */
#include "base/catalogue.h"
#include "web/exchange.h"
#include "web/routes.h"

/* The session that asked stays, with a new token; all others have ended. */
static bool after_password(struct exchange *x)
{
    const char *token = json_get_text(x->result, "session", "");
    if (token[0] != '\0') (void)response_cookie(x->response, SESSION_COOKIE, text_of(token));
    return true;
}

static bool after_choices(struct exchange *x)
{
    exchange_keep_choice(x, "roles", "role", "role");
    exchange_keep_choice(x, "organisations", "code", "organisation");
    return true;
}

const struct route routes_account[] = {
    {.method = METHOD_GET, .path = "/account", .operation = "session.info", .page = "account",
     .title = N_("Your account"),
     .extra = {{"session.list", "sessions"}, {"token.list", "keys"}}},
    {.method = METHOD_POST, .path = "/account", .operation = "account.language",
     .title = N_("Your account"), .done = "/account?done=language-changed"},
    {.method = METHOD_GET, .path = "/account/password", .operation = "session.info",
     .page = "account-password", .title = N_("Change your password"), .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/account/password", .operation = "account.password",
     .title = N_("Change your password"), .after = after_password,
     .done = "/account?done=password-changed"},
    {.method = METHOD_POST, .path = "/account/sessions/{number}/end", .operation = "session.end",
     .title = N_("Your account"), .done = "/account?done=session-ended", .again = "/account"},
    {.method = METHOD_GET, .path = "/account/recovery", .operation = "session.info",
     .page = "account-recovery", .title = N_("New recovery codes"), .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/account/recovery", .operation = "recovery.renew",
     .page = "recovery-codes", .title = N_("Your recovery codes")},
    {.method = METHOD_GET, .path = "/account/keys", .operation = "token.choices",
     .page = "account-key", .title = N_("Make a key for a program"), .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/account/keys", .operation = "token.add",
     .page = "account-key-made", .title = N_("The key for your program")},
    {.method = METHOD_POST, .path = "/account/keys/{number}/revoke", .operation = "token.revoke",
     .title = N_("Your account"), .done = "/account?done=key-revoked", .again = "/account"},

    {.method = METHOD_GET, .path = "/accounts", .operation = "account.list", .page = "accounts",
     .title = N_("Accounts"), .nav = "/accounts"},
    {.method = METHOD_GET, .path = "/invite", .operation = "account.choices",
     .page = "account-invite", .title = N_("Invite somebody"), .nav = "/accounts",
     .flags = ROUTE_FORM, .after = after_choices},
    {.method = METHOD_POST, .path = "/invite", .operation = "account.add",
     .page = "account-invited", .title = N_("The account is ready"), .nav = "/accounts"},
    {.method = METHOD_GET, .path = "/accounts/{account}", .operation = "account.show",
     .page = "account-other", .title = N_("Account"), .nav = "/accounts",
     .extra = {{"session.list", "sessions"}}, .after = after_choices},
    {.method = METHOD_POST, .path = "/accounts/{account}", .operation = "account.change",
     .title = N_("Account"), .nav = "/accounts",
     .done = "/accounts/{account}?done=account-changed"},
    {.method = METHOD_POST, .path = "/accounts/{account}/state", .operation = "account.change",
     .title = N_("Account"), .nav = "/accounts",
     .done = "/accounts/{account}?done=account-changed", .again = "/accounts/{account}"},
    {.method = METHOD_POST, .path = "/accounts/{account}/reset", .operation = "account.reset",
     .page = "account-invited", .title = N_("The account is ready"), .nav = "/accounts",
     .again = "/accounts/{account}"},
    {.method = METHOD_POST, .path = "/accounts/{account}/sessions/{number}/end",
     .operation = "session.end", .title = N_("Account"), .nav = "/accounts",
     .done = "/accounts/{account}?done=session-ended", .again = "/accounts/{account}"},
};
const size_t routes_account_count = sizeof routes_account / sizeof *routes_account;
