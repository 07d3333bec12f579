/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/entry_card.h"

#include "service/entry_form.h"

#include <string.h>

enum { ANSWERS = 3, WORDS_MAX = 60 };

/* At most WORDS_MAX bytes, and no character cut in two. */
static const char *in_short(const struct entry *x, const char *words)
{
    size_t n = strlen(words);
    if (n <= WORDS_MAX) return words;
    for (n = WORDS_MAX; n > 0 && ((unsigned char)words[n] & 0xc0) == 0x80; n--) {}
    return arena_printf(x->c->arena, "%.*s…", (int)n, words);
}

const char *entry_card_summary(const struct entry *x, group_id g, uint32_t row)
{
    const struct group *group = &x->form->group[g];
    const char *all = "";
    size_t n = 0;
    for (size_t k = 0; k < group->n_variable && n < ANSWERS; k++) {
        const struct variable *v = &x->d->variable[group->variable[k]];
        const struct entry_field *f = &x->row[g][row]->field[v->slot];
        if (v->derived || v->system || entry_field_blank(f) || f->missing.n > 0) continue;
        const char *words = f->shape == ENTRY_PARTS ? entry_field_words(f, x->c->arena)
                                                    : entry_value_words(x, v, f);
        all = arena_printf(x->c->arena, "%s%s%s", all, n == 0 ? "" : " · ", in_short(x, words));
        n++;
    }
    return all;
}

/* Row of group `g` that a row of `at`, or of a group within, is in; false when in none. */
static bool row_above(uint32_t *out, const struct entry *x, group_id g, group_id at, uint32_t row)
{
    while (at != g && at != 0) {
        if (row >= x->n_row[at]) return false;
        row = x->parent[at][row];
        at = x->form->group[at].parent;
    }
    *out = row;
    return at == g;
}

bool entry_card_wrong(const struct entry *x, group_id g, uint32_t row, bool missing)
{
    for (size_t i = 0; i < x->n_problem; i++) {
        const struct finding *f = &x->problem[i].finding;
        uint32_t at;
        if (f->var == VAR_NONE) continue;
        bool is_missing = f->rule == finding_builtin(x->d, BUILTIN_REQUIRED);
        if (is_missing ? !missing : f->level != SEVERITY_E) continue;
        if (row_above(&at, x, g, x->d->variable[f->var].group, x->problem[i].row) && at == row)
            return true;
    }
    return false;
}
