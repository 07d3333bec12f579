/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking after the register: organisations, the audit log. */
#include "base/catalogue.h"
#include "web/exchange.h"
#include "web/routes.h"

/* Megabytes are what people know; bytes are what is kept. */
static bool before_quota(struct exchange *x)
{
    enum { MEGA = 1000000, MOST = 1000000000 };
    int64_t megabytes;
    struct text typed = text_trim(request_form(x->request, "megabytes"));
    if (typed.n == 0) return true;
    if (text_to_int(typed, &megabytes) && megabytes >= 0 && megabytes <= MOST)
        json_set_int(x->in, "bytes", megabytes * MEGA);
    else
        exchange_error(x, "megabytes", tr("This must be a whole number."), NULL);
    return true;
}

const struct route routes_govern[] = {
    {.method = METHOD_GET, .path = "/organisations", .operation = "organisation.list",
     .page = "organisations", .title = N_("Organisations"), .nav = "/organisations"},
    {.method = METHOD_GET, .path = "/add-organisation", .operation = "organisation.types",
     .page = "organisation-add", .title = N_("Add an organisation"), .nav = "/organisations",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/add-organisation", .operation = "organisation.add",
     .title = N_("Add an organisation"), .nav = "/organisations",
     .done = "/organisations?done=organisation-added"},
    {.method = METHOD_GET, .path = "/organisations/{code}", .operation = "organisation.show",
     .page = "organisation", .title = N_("Organisation"), .nav = "/organisations",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/organisations/{code}", .operation = "organisation.quota",
     .title = N_("Organisation"), .nav = "/organisations", .before = before_quota,
     .done = "/organisations/{code}?done=quota-changed"},

    {.method = METHOD_GET, .path = "/audit", .operation = "audit.search", .page = "audit",
     .title = N_("Audit log"), .nav = "/audit"},
    {.method = METHOD_POST, .path = "/audit", .operation = "audit.search", .page = "audit",
     .title = N_("Audit log"), .nav = "/audit"},
    {.method = METHOD_POST, .path = "/audit/verify", .operation = "audit.verify",
     .page = "audit-verified", .title = N_("Verification of the audit log"), .nav = "/audit",
     .again = "/audit"},
    {.method = METHOD_GET, .path = "/audit/record", .page = "audit-record",
     .title = N_("Who has opened a record"), .nav = "/audit", .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/audit/record", .operation = "audit.readers",
     .page = "readers", .title = N_("Who has opened this record"), .nav = "/audit"},
    {.method = METHOD_GET, .path = "/records/{record}/readers", .operation = "audit.readers",
     .page = "readers", .title = N_("Who has opened this record"), .nav = "/audit"},
};
const size_t routes_govern_count = sizeof routes_govern / sizeof *routes_govern;
