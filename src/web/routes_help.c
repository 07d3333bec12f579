/* SPDX-License-Identifier: EUPL-1.2 */
/* The handbook, and what the program says of itself. */
#include "base/catalogue.h"
#include "web/exchange.h"
#include "web/help.h"
#include "web/page.h"
#include "web/routes.h"

#include <string.h>

static struct json *contents(const struct exchange *x, const struct help_page *shown)
{
    struct json *list = json_array();
    const struct help_page *p;
    for (size_t i = 0; (p = help_at(x->site->help, i)) != NULL; i++) {
        struct json *row = json_object();
        json_set_text(row, "href", arena_printf(x->arena, "/help/%s", p->name));
        json_set_text(row, "text", p->title);
        if (p == shown) json_set_bool(row, "current", true);
        json_push(list, row);
    }
    return list;
}

/* Templates escape all they are given, so the page's own HTML goes between two of them. */
static bool show_help(struct exchange *x)
{
    struct text name = TEXT("index");
    if (x->match.n_variable > 0) name = x->match.variable[x->match.n_variable - 1].value;
    if (x->match.n_variable == 2)
        name = text_of(arena_printf(x->arena, "national/%.*s", (int)name.n, name.p));
    const struct help_page *p = help_find(x->site->help, name);
    if (p == NULL) {
        struct err e = {0};
        err_set(&e, ERR_NOT_FOUND, "help.page", "the handbook has no such page");
        err_remedy(&e, "look into its contents");
        exchange_fail(x, &e);
        return false;
    }
    json_set_text(x->extra, "title", p->title);
    json_set(x->extra, "contents", contents(x, p));
    page_show_around(x, "help-begin", p->html, "help-end");
    return false;
}

const struct route routes_help[] = {
    {.method = METHOD_GET,
     .path = "/help",
     .title = N_("Handbook"),
     .flags = ROUTE_OPEN,
     .page = "help-begin",
     .before = show_help},
    {.method = METHOD_GET,
     .path = "/help/{page}",
     .title = N_("Handbook"),
     .flags = ROUTE_OPEN,
     .page = "help-begin",
     .before = show_help},
    {.method = METHOD_GET,
     .path = "/help/{folder}/{page}",
     .title = N_("Handbook"),
     .flags = ROUTE_OPEN,
     .page = "help-end",
     .before = show_help},
    {.method = METHOD_GET,
     .path = "/privacy",
     .page = "privacy",
     .title = N_("Data protection"),
     .flags = ROUTE_OPEN},
};
const size_t routes_help_count = sizeof routes_help / sizeof *routes_help;
