/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases: listed, prepared of saved questions, decided about by somebody else, taken away. */
#include "base/catalogue.h"
#include "web/exchange.h"
#include "web/routes.h"

#include <string.h>

static bool was_sent(const struct exchange *x, const char *code)
{
    const struct json *sent = json_get(x->in, "questions");
    for (size_t i = 0; i < json_size(sent); i++)
        if (strcmp(json_as_text(json_at(sent, i), ""), code) == 0) return true;
    return false;
}

/* Questions that were chosen before something was wrong are chosen still. */
static bool after_choices(struct exchange *x)
{
    struct json *list = json_member_mut(x->result, "questions");
    bool again = json_has(x->in, "questions");
    for (size_t i = 0; i < json_size(list) && again; i++) {
        struct json *q = json_item_mut(list, i);
        json_set_bool(q, "chosen", was_sent(x, json_get_text(q, "question", "")));
    }
    exchange_keep_choice(x, "releases", "release", "replaces");
    return true;
}

static bool after_release(struct exchange *x)
{
    struct json *page = json_object();
    json_set_text(page, "caption",
                  arena_printf(x->arena, tr("Release %lld"),
                               (long long)json_get_int(x->result, "release", 0)));
    json_set_text(page, "back", "/releases");
    json_set(x->extra, "page", page);
    return true;
}

const struct route routes_release[] = {
    {.method = METHOD_GET,
     .path = "/releases",
     .operation = "release.list",
     .page = "releases",
     .title = N_("Releases"),
     .nav = "/releases"},
    {.method = METHOD_GET,
     .path = "/releases/new",
     .operation = "release.choices",
     .page = "release-new",
     .title = N_("Prepare a release"),
     .nav = "/releases",
     .flags = ROUTE_FORM,
     .after = after_choices},
    {.method = METHOD_POST,
     .path = "/releases/new",
     .operation = "release.prepare",
     .title = N_("Prepare a release"),
     .nav = "/releases",
     .done = "/releases/{release}?done=release-prepared"},
    {.method = METHOD_GET,
     .path = "/releases/{release}",
     .operation = "release.show",
     .page = "release",
     .nav = "/releases",
     .flags = ROUTE_FORM,
     .after = after_release},
    {.method = METHOD_POST,
     .path = "/releases/{release}/file",
     .operation = "release.download",
     .flags = ROUTE_FILE,
     .again = "/releases/{release}"},
    {.method = METHOD_POST,
     .path = "/releases/{release}/approve",
     .operation = "release.approve",
     .title = N_("Releases"),
     .nav = "/releases",
     .again = "/releases/{release}",
     .done = "/releases/{release}?done=release-published"},
    {.method = METHOD_POST,
     .path = "/releases/{release}/refuse",
     .operation = "release.refuse",
     .title = N_("Releases"),
     .nav = "/releases",
     .again = "/releases/{release}",
     .done = "/releases/{release}?done=release-refused"},
    {.method = METHOD_POST,
     .path = "/releases/{release}/withdraw",
     .operation = "release.withdraw",
     .title = N_("Releases"),
     .nav = "/releases",
     .again = "/releases/{release}",
     .done = "/releases/{release}?done=release-withdrawn"},
    {.method = METHOD_POST,
     .path = "/explore/release",
     .operation = "question.save",
     .title = N_("Tables"),
     .nav = "/explore",
     .again = "/explore",
     .done = "/releases/new?question={question}"},
};
const size_t routes_release_count = sizeof routes_release / sizeof *routes_release;
