/* SPDX-License-Identifier: EUPL-1.2 */
/* Expressions of a dictionary, parsed when every name is known. Joined ones (the relevance of a
 * variable within groups) come after their parts, so that a fault is reported once, where it
 * stands. */
#include "model/dictionary_internal.h"

#include "base/catalogue.h"
#include "model/expr.h"

#include <string.h>

enum { SHOWN = 30 }; /* bytes of an expression that a message quotes */

/* "at byte 4: "${agee} >= 18"", cut between characters. */
static const char *place_of(struct loader *l, const char *text, size_t at)
{
    size_t n = strlen(text);
    if (at >= n) return tr("at its end");
    size_t end = n - at > SHOWN ? at + SHOWN : n;
    while (end > at && ((unsigned char)text[end] & 0xC0) == 0x80) end--;
    return arena_printf(l->scratch, tr("at byte %zu: \"%.*s\""), at + 1, (int)(end - at),
                        text + at);
}

/* What to do: the language's own advice, unless the name at this place is one that the pack
 * hides. */
static const char *remedy_of(struct loader *l, const struct pending *x,
                             const struct expr_problem *p)
{
    size_t begin = p->at, n = strlen(x->text);
    if (begin + 2 < n && strncmp(x->text + begin, "${", 2) == 0) begin += 2;
    size_t end = begin;
    while (end < n && x->text[end] != '}') end++;
    struct text name = text_trim((struct text){x->text + (begin < n ? begin : n), end - begin});
    if (begin >= n || name.n > NAME_MAX_BYTES || !load_is_hidden(l, x->form, name))
        return p->remedy;
    return arena_printf(l->scratch, tr("the pack hides '%.*s': hide or change this as well"),
                        (int)name.n, name.p);
}

static void complain(struct loader *l, const struct pending *x, const struct expr_problem *p)
{
    SHEET_PROBLEM(&l->reader, true, p->id, x->place, x->column, remedy_of(l, x, p), "%s (%s)",
                  p->message, place_of(l, x->text, p->at));
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
