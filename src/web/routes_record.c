/* SPDX-License-Identifier: EUPL-1.2 */
/* Records: lists, one record, its versions. */
#include "base/catalogue.h"
#include "web/routes.h"

const struct route routes_record[] = {
    {.method = METHOD_GET,
     .path = "/records",
     .operation = "record.list",
     .page = "records",
     .title = N_("Records"),
     .nav = "/records"},
    {.method = METHOD_GET,
     .path = "/records/{record}/history",
     .operation = "record.history",
     .page = "record-history",
     .title = N_("Versions of this record"),
     .nav = "/records"},
};
const size_t routes_record_count = sizeof routes_record / sizeof *routes_record;
