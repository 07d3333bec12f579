/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/route.h"

#include <string.h>

static struct text segment(struct text *rest)
{
    while (rest->n > 0 && rest->p[0] == '/') *rest = (struct text){rest->p + 1, rest->n - 1};
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '/') n++;
    struct text s = {rest->p, n};
    *rest = (struct text){rest->p + n, rest->n - n};
    return s;
}

unsigned route_fit(struct route_match *out, const char *pattern, struct text path)
{
    struct text want = text_of(pattern), have = path;
    unsigned literal = 1;
    out->n_variable = 0;
    for (;;) {
        struct text w = segment(&want), h = segment(&have);
        if (w.n == 0 || h.n == 0) return w.n == h.n ? literal : 0;
        bool field = w.p[0] == '{' && w.p[w.n - 1] == '}';
        if (!field && !text_equal(w, h)) return 0;
        if (!field) {
            literal++;
            continue;
        }
        if (out->n_variable == ROUTE_VARIABLES_MAX) return 0;
        out->variable[out->n_variable].name = w.p + 1;
        out->variable[out->n_variable].name_n = w.n - 2;
        out->variable[out->n_variable++].value = h;
    }
}

void route_find(struct route_match *out, enum method method, struct text path)
{
    unsigned best = 0;
    const struct route *r;
    *out = (struct route_match){.route = NULL};
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        struct route_match m = {.route = r};
        unsigned f = route_fit(&m, r->path, path);
        if (f == 0) continue;
        if (r->method != method) {
            out->other_method = true;
            continue;
        }
        if (f <= best) continue;
        bool other = out->other_method;
        *out = m;
        out->other_method = other;
        best = f;
    }
}
