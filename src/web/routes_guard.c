/* SPDX-License-Identifier: EUPL-1.2 */
/* Emergency access, approval by a second person, alarms and decoys, notices. */
#include "base/catalogue.h"
#include "web/ask.h"
#include "web/exchange.h"
#include "web/routes.h"

static bool after_emergencies(struct exchange *x)
{
    json_set_bool(x->extra, "may_open", exchange_may(x, "emergency"));
    return true;
}

/* What was chosen before something was found wrong: chosen_danger. */
static bool after_emergency_form(struct exchange *x)
{
    const char *value = json_get_text(x->form, "category", NULL);
    if (value != NULL) json_set_bool(x->extra, arena_printf(x->arena, "chosen_%s", value), true);
    return true;
}

static bool after_review_form(struct exchange *x)
{
    static const char *const fields[] = {"outcome", "decision"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *value = json_get_text(x->form, fields[i], NULL);
        if (value != NULL)
            json_set_bool(x->extra, arena_printf(x->arena, "chosen_%s", value), true);
    }
    return true;
}

static bool after_opened(struct exchange *x)
{
    json_set(x->extra, "cards", routes_cards(json_get(x->result, "sections")));
    return true;
}

/* Codes as they were pasted, one on each line. */
static bool before_trace(struct exchange *x)
{
    struct text rest = request_form(x->request, "list"), line;
    struct json *list = json_array();
    while (rest.n > 0 && text_split(&rest, '\n', &line)) {
        line = text_trim(line);
        if (line.n > 0 && json_size(list) <= 100) json_push(list, json_text(line));
    }
    if (json_size(list) > 100)
        exchange_error(x, "records", tr("These are more than a hundred."), NULL);
    json_set(x->in, "records", list);
    return true;
}

static bool after_trace(struct exchange *x)
{
    json_set_bool(x->extra, "asked", true);
    ask_keep_form(x);
    return true;
}

const struct route routes_guard[] = {
    {.method = METHOD_GET,
     .path = "/emergency",
     .operation = "emergency.list",
     .page = "emergencies",
     .title = N_("Emergency access"),
     .nav = "/emergency",
     .after = after_emergencies},
    {.method = METHOD_GET,
     .path = "/emergency/open",
     .page = "emergency-open",
     .title = N_("Open a record in an emergency"),
     .nav = "/emergency",
     .flags = ROUTE_FORM | ROUTE_EXIT,
     .after = after_emergency_form},
    {.method = METHOD_POST,
     .path = "/emergency/open",
     .operation = "emergency.open",
     .title = N_("Open a record in an emergency"),
     .nav = "/emergency",
     .flags = ROUTE_EXIT,
     .done = "/emergency/{access}/record"},
    {.method = METHOD_GET,
     .path = "/emergency/{access}",
     .operation = "emergency.about",
     .page = "emergency",
     .title = N_("Emergency access"),
     .nav = "/emergency",
     .flags = ROUTE_FORM,
     .after = after_review_form},
    {.method = METHOD_POST,
     .path = "/emergency/{access}",
     .operation = "emergency.review",
     .title = N_("Emergency access"),
     .nav = "/emergency",
     .done = "/emergency/{access}?done=emergency-reviewed"},
    {.method = METHOD_GET,
     .path = "/emergency/{access}/record",
     .operation = "emergency.show",
     .page = "emergency-record",
     .title = N_("Record opened in an emergency"),
     .nav = "/emergency",
     .flags = ROUTE_EXIT,
     .after = after_opened},

    {.method = METHOD_GET,
     .path = "/approvals",
     .operation = "approval.list",
     .page = "approvals",
     .title = N_("Approvals"),
     .nav = "/approvals"},
    {.method = METHOD_GET,
     .path = "/approvals/{approval}",
     .operation = "approval.show",
     .page = "approval",
     .title = N_("Request for approval"),
     .nav = "/approvals",
     .flags = ROUTE_FORM,
     .after = after_review_form},
    {.method = METHOD_POST,
     .path = "/approvals/{approval}",
     .operation = "approval.decide",
     .title = N_("Request for approval"),
     .nav = "/approvals",
     .done = "/approvals/{approval}?done=approval-answered"},

    {.method = METHOD_GET,
     .path = "/alarms",
     .operation = "alarm.list",
     .page = "alarms",
     .title = N_("Alarms"),
     .nav = "/alarms",
     .extra = {{"decoy.list", "bait"}}},
    {.method = METHOD_POST,
     .path = "/alarms/decoys",
     .operation = "decoy.plant",
     .title = N_("Alarms"),
     .nav = "/alarms",
     .done = "/alarms?done=decoy-planted",
     .again = "/alarms"},
    {.method = METHOD_POST,
     .path = "/alarms/{alarm}",
     .operation = "alarm.close",
     .title = N_("Alarms"),
     .nav = "/alarms",
     .done = "/alarms?done=alarm-seen",
     .again = "/alarms"},

    {.method = METHOD_GET,
     .path = "/audit/trace",
     .page = "trace",
     .title = N_("Whose copy is this?"),
     .nav = "/audit",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/audit/trace",
     .operation = "export.trace",
     .page = "trace",
     .title = N_("Whose copy is this?"),
     .nav = "/audit",
     .flags = ROUTE_FORM,
     .before = before_trace,
     .after = after_trace},

    {.method = METHOD_POST,
     .path = "/notices",
     .operation = "notice.read",
     .title = N_("My work"),
     .done = "/",
     .again = "/"},
};
const size_t routes_guard_count = sizeof routes_guard / sizeof *routes_guard;
