/* SPDX-License-Identifier: EUPL-1.2 */
/* Figures: the table builder, saved questions, dashboards. */
#include "base/catalogue.h"
#include "web/routes.h"

const struct route routes_explore[] = {
    {.method = METHOD_GET, .path = "/explore", .operation = "explore.variables", .page = "explore",
     .title = N_("Tables"), .nav = "/explore", .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/explore", .operation = "explore.table", .page = "explore",
     .title = N_("Tables"), .nav = "/explore", .flags = ROUTE_FORM},
    {.method = METHOD_POST, .path = "/explore/raw", .operation = "explore.raw", .page = "explore",
     .title = N_("Tables"), .nav = "/explore", .flags = ROUTE_FORM, .again = "/explore"},
    {.method = METHOD_POST, .path = "/explore/file", .operation = "explore.download",
     .flags = ROUTE_FILE, .again = "/explore"},
    {.method = METHOD_GET, .path = "/dashboards", .operation = "dashboard.show",
     .page = "figures", .nav = "/dashboards"},
    {.method = METHOD_GET, .path = "/dashboards/{name}", .operation = "dashboard.show",
     .page = "figures", .nav = "/dashboards"},
};
const size_t routes_explore_count = sizeof routes_explore / sizeof *routes_explore;
