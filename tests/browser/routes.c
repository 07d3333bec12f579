/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of routes as JSON, one row a line, for stories that try all of them. */
#include "service/client.h"
#include "web/route.h"

#include <stdio.h>

static void put_parameters(const char *name)
{
    const struct operation *op = name == NULL ? NULL : operation_find(name);
    const char *between = "";
    fputs("\"parameters\":[", stdout);
    for (const struct parameter_spec *p = op == NULL ? NULL : op->parameter;
         p != NULL && p->name != NULL; p++) {
        if (p->local) continue;
        printf("%s{\"name\":\"%s\",\"kind\":%d,\"required\":%s,\"choices\":\"%s\",\"min\":%lld}",
               between, p->name, (int)p->type, p->required ? "true" : "false",
               p->choices == NULL ? "" : p->choices, (long long)p->min);
        between = ",";
    }
    fputs("]", stdout);
}

int main(void)
{
    const struct route *r;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        printf("{\"method\":\"%s\",\"path\":\"%s\",\"operation\":\"%s\",", method_name(r->method),
               r->path, r->operation == NULL ? "" : r->operation);
        printf("\"page\":\"%s\",\"open\":%s,\"file\":%s,", r->page == NULL ? "" : r->page,
               r->flags & ROUTE_OPEN ? "true" : "false", r->flags & ROUTE_FILE ? "true" : "false");
        put_parameters(r->operation);
        puts("}");
    }
    return 0;
}
