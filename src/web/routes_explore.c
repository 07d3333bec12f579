/* SPDX-License-Identifier: EUPL-1.2 */
/* Figures: the table builder, saved questions, dashboards. */
#include "base/catalogue.h"
#include "base/date.h"
#include "base/unicode.h"
#include "web/exchange.h"
#include "web/routes.h"

#include <string.h>

static void put_page(struct exchange *x, const char *member, const char *words)
{
    if (!json_has(x->extra, "page")) json_set(x->extra, "page", json_object());
    json_set_text(json_member_mut(x->extra, "page"), member, words);
}

/* Who counts persons can see how records become persons: the page of linkage shows raw counts. */
static bool after_figures(struct exchange *x)
{
    json_set_bool(x->extra, "may_see_linkage", exchange_may(x, "table.raw"));
    json_set_bool(x->extra, "may_release", exchange_may(x, "release"));
    return true;
}

/* A saved question: its name stands over the table. */
static bool after_question(struct exchange *x)
{
    put_page(x, "title", json_get_text(json_get(x->result, "saved"), "name", ""));
    put_page(x, "caption", tr("Saved question"));
    put_page(x, "back", "/questions");
    json_set_bool(x->extra, "may_release", exchange_may(x, "release"));
    return true;
}

static bool after_questions(struct exchange *x)
{
    struct json *list = json_member_mut(x->result, "questions");
    for (size_t i = 0; i < json_size(list); i++) {
        struct json *q = json_item_mut(list, i);
        const char *at = json_get_text(q, "at", "");
        char shown[80];
        int64_t seconds;
        if (instant_parse(&seconds, text_of(at)) &&
            unicode_instant(shown, sizeof shown, seconds, x->language))
            json_set_text(q, "at", shown);
    }
    put_page(x, "back", "/explore");
    return true;
}

const struct route routes_explore[] = {
    {.method = METHOD_GET,
     .path = "/explore",
     .operation = "explore.variables",
     .page = "explore",
     .title = N_("Tables"),
     .nav = "/explore",
     .flags = ROUTE_FORM,
     .extra = {{"question.list", "mine"}},
     .after = after_figures},
    {.method = METHOD_POST,
     .path = "/explore",
     .operation = "explore.table",
     .page = "explore",
     .title = N_("Tables"),
     .nav = "/explore",
     .flags = ROUTE_FORM,
     .extra = {{"question.list", "mine"}},
     .after = after_figures},
    {.method = METHOD_POST,
     .path = "/explore/raw",
     .operation = "explore.raw",
     .page = "explore",
     .title = N_("Tables"),
     .nav = "/explore",
     .flags = ROUTE_FORM,
     .again = "/explore",
     .extra = {{"question.list", "mine"}},
     .after = after_figures},
    {.method = METHOD_POST,
     .path = "/explore/file",
     .operation = "explore.download",
     .flags = ROUTE_FILE,
     .again = "/explore"},
    {.method = METHOD_POST,
     .path = "/explore/save",
     .operation = "question.save",
     .title = N_("Tables"),
     .nav = "/explore",
     .again = "/explore",
     .done = "/questions/{question}?done=question-saved"},
    {.method = METHOD_GET,
     .path = "/questions",
     .operation = "question.list",
     .page = "questions",
     .title = N_("Saved questions"),
     .nav = "/explore",
     .after = after_questions},
    {.method = METHOD_GET,
     .path = "/questions/{question}",
     .operation = "question.open",
     .page = "explore",
     .title = N_("Tables"),
     .nav = "/explore",
     .flags = ROUTE_FORM,
     .extra = {{"question.list", "mine"}},
     .after = after_question},
    {.method = METHOD_POST,
     .path = "/questions/{question}",
     .operation = "question.rename",
     .title = N_("Saved questions"),
     .nav = "/explore",
     .again = "/questions",
     .done = "/questions?done=question-renamed"},
    {.method = METHOD_POST,
     .path = "/questions/{question}/delete",
     .operation = "question.remove",
     .title = N_("Saved questions"),
     .nav = "/explore",
     .again = "/questions",
     .done = "/questions?done=question-deleted"},
    {.method = METHOD_GET,
     .path = "/dashboards",
     .operation = "dashboard.show",
     .page = "figures",
     .nav = "/dashboards",
     .extra = {{"question.list", "mine"}},
     .after = after_figures},
    {.method = METHOD_GET,
     .path = "/dashboards/{name}",
     .operation = "dashboard.show",
     .page = "figures",
     .nav = "/dashboards",
     .after = after_figures},
};
const size_t routes_explore_count = sizeof routes_explore / sizeof *routes_explore;
