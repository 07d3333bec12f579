/* SPDX-License-Identifier: EUPL-1.2 */
/* Expressions of a dictionary, parsed when every name is known. Joined ones (the relevance of a
 * variable within groups) come after their parts, so that a fault is reported once, where it stands. */
#include "model/dictionary_internal.h"

#include "model/expr.h"

#include <string.h>

static void complain(struct loader *l, const struct pending *x, const struct expr_problem *p)
{
    size_t n = strlen(x->text);
    const char *where = p->at >= n ? "at its end"
                                   : arena_printf(l->scratch, "at byte %zu: \"%.30s\"", p->at + 1,
                                                  x->text + p->at);
    SHEET_PROBLEM(&l->reader, true, p->id, x->place, x->column, p->remedy, "%s (%s)", p->message, where);
}

static bool parse(struct loader *l, const struct pending *x)
{
    const struct expr *unused;
    struct expr_problem p = {0};
    struct expr *parsed = NULL;
    struct text t = text_of(x->text);
    t.p = arena_copy(l->keep, t.p, t.n); /* the expression refers to its text */
    if (!expr_parse(&parsed, l->d, x->form, x->group, x->self, t, l->keep, &p)) {
        complain(l, x, &p);
        return false;
    }
    *(x->out != NULL ? x->out : &unused) = parsed;
    return true;
}

void load_expressions(struct loader *l)
{
    bool ok = true;
    for (size_t i = 0; i < l->n_pending; i++)
        if (!l->pending[i].joined) ok &= parse(l, &l->pending[i]);
    for (size_t i = 0; i < l->n_pending && ok; i++)
        if (l->pending[i].joined) parse(l, &l->pending[i]);
}
