/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/ahead.h"

#include "web/ask.h"

#include <string.h>

struct json *ahead_extra(const struct exchange *x, const char *operation)
{
    struct json *in = json_object();
    const struct operation *op = operation_find(operation);
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        for (size_t k = 0; k < x->match.n_variable; k++) {
            const char *known = x->match.variable[k].name;
            size_t n = x->match.variable[k].name_n;
            if (p->type == PARAM_TEXT && strlen(p->name) == n && memcmp(known, p->name, n) == 0)
                json_set(in, p->name, json_text(x->match.variable[k].value));
        }
    return in;
}

/* Takes `in`. What counts as opening identifiers (S55) is asked for in its place alone. */
static void add(struct exchange *x, const char *operation, struct json *in)
{
    const struct operation *op = operation_find(operation);
    if (op->transaction != TX_READ || op->capability == CAP_IDENTITY_OPEN) {
        json_free(in);
        return;
    }
    x->ahead.in[x->ahead.n] = in;
    x->ahead.asked[x->ahead.n++] = (struct along){.operation = operation, .in = in};
}

static bool prepare(struct exchange *x, const struct route *r)
{
    return ask_parameters(x, r->operation) && json_size(x->errors) == 0 &&
           (r->before == NULL || r->before(x));
}

void ahead_prepare(struct exchange *x)
{
    const struct route *r = x->route;
    if (r == NULL || r->method != METHOD_GET || r->operation == NULL) return;
    if (r->before != NULL && (r->flags & ROUTE_AHEAD) == 0) return;
    if (!prepare(x, r)) {
        json_free(x->errors);
        json_free(x->in);
        x->errors = json_array();
        x->in = json_object();
        return;
    }
    x->ahead.prepared = true;
    for (size_t i = 0; i < ROUTE_EXTRA_MAX && r->extra[i].operation != NULL; i++)
        add(x, r->extra[i].operation, ahead_extra(x, r->extra[i].operation));
    for (size_t i = 0; i < ROUTE_LATER_MAX && r->later[i].operation != NULL; i++) {
        struct json *in = json_object();
        if (r->later[i].flag != NULL) json_set_bool(in, r->later[i].flag, true);
        add(x, r->later[i].operation, in);
    }
    add(x, r->operation,
        json_share(x->in)); /* last: its entry ends the state they are asked about */
}

void ahead_language(struct exchange *x)
{
    const char *theirs = x->info == NULL ? "" : json_get_text(x->info, "language", "");
    if (strcmp(theirs, x->language) != 0) ahead_forget(x);
}

bool ahead_came(bool *ok, struct json **out, struct exchange *x, const char *operation,
                const struct json *in, struct err *e)
{
    for (size_t i = 0; i < x->ahead.n; i++) {
        struct along *a = &x->ahead.asked[i];
        if (a->operation == NULL || strcmp(a->operation, operation) != 0 || !json_same(a->in, in))
            continue;
        a->operation = NULL;
        *ok = a->out != NULL;
        *out = a->out;
        a->out = NULL;
        if (!*ok && e != NULL) *e = a->err;
        return true;
    }
    return false;
}

void ahead_forget(struct exchange *x)
{
    for (size_t i = 0; i < x->ahead.n; i++) {
        json_free(x->ahead.asked[i].out);
        json_free(x->ahead.in[i]);
    }
    x->ahead.n = 0;
}
