/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of routes. `bench_routes list` prints every address that a GET answers, one a line with
 * its operation, for bench_pages.sh; without arguments: how long it takes to find the row of an
 * address. */
#include "timing.h"
#include "web/route.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 1000 };

static void list_pages(void)
{
    for (size_t i = 0; route_at(i) != NULL; i++)
        if (route_at(i)->method == METHOD_GET)
            printf("%s %s\n", route_at(i)->path,
                   route_at(i)->operation == NULL ? "-" : route_at(i)->operation);
}

int main(int argc, char **argv)
{
    struct route_match m;
    size_t n = 0, found = 0;
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        list_pages();
        return 0;
    }
    double begin = bench_processor();
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; route_at(i) != NULL; i++, n++) {
            route_find(&m, route_at(i)->method, text_of(route_at(i)->path));
            found += m.route != NULL;
        }
    printf("bench_routes: the row of an address in %.2f us, of %zu rows\n",
           (bench_processor() - begin) * 1e6 / (double)n, n / ROUNDS);
    return found == n ? 0 : 1;
}
