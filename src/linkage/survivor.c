/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/survivor.h"

#include "base/arena.h"

static bool has_value(const struct value *v)
{
    return v->kind != VALUE_EMPTY && v->kind != VALUE_MISSING;
}

void survivor_facts(struct survivor_facts *out, const struct dictionary *d, const struct form *f)
{
    static const char *const fact[][2] = {
        {"quality.sex", "sex"},
        {"quality.birth_year", "birth_year"},
        {"quality.citizenship", "citizenship"},
    };
    *out = (struct survivor_facts){0};
    for (size_t i = 0; i < sizeof fact / sizeof *fact; i++) {
        struct text rest = text_of(dictionary_parameter(d, fact[i][0], fact[i][1])), name;
        while (text_split(&rest, ' ', &name)) {
            const struct variable *v = dictionary_variable(d, f->id, name);
            if (v == NULL || v->group != 0) continue;
            out->variable[out->n++] = v->id;
            break;
        }
    }
}

static bool is_fact(const struct survivor_facts *facts, var_id v)
{
    for (size_t i = 0; i < facts->n; i++)
        if (facts->variable[i] == v) return true;
    return false;
}

/* A date is compared by its year where the year is the fact. */
static bool same(const struct value *a, const struct value *b, bool fact)
{
    if (fact && a->kind == VALUE_DATE && b->kind == VALUE_DATE)
        return date_year(a->date) == date_year(b->date);
    return value_equal(a, b);
}

bool survivor_same(const struct record *a, const struct record *b, var_id v,
                   const struct survivor_facts *facts)
{
    return same(record_get(a, v, 0), record_get(b, v, 0), is_fact(facts, v));
}

bool survivor_answers(const struct record *r, var_id v)
{
    return has_value(record_get(r, v, 0));
}

/* Whether record `i` is the first with its value. */
static bool is_new(const struct record *const *r, size_t i, var_id v, bool fact)
{
    const struct value *own = record_get(r[i], v, 0);
    for (size_t k = 0; k < i; k++) {
        const struct value *other = record_get(r[k], v, 0);
        if (has_value(other) && same(own, other, fact)) return false;
    }
    return true;
}

/* The place of the record that stands for the person: dataset/snapshot_unit.c has the same rule. */
static int standing(const struct record *const *r, size_t n, var_id v, bool first)
{
    int best = SURVIVOR_NONE;
    for (size_t i = 0; i < n; i++) {
        size_t at = first ? i : n - 1 - i;
        const struct value *x = record_get(r[at], v, 0);
        if (has_value(x)) return (int)at;
        if (best == SURVIVOR_NONE && x->kind == VALUE_MISSING) best = (int)at;
    }
    return best;
}

static bool has_in_repeat(const struct record *r, const struct variable *v)
{
    for (uint32_t row = 0; row < r->table[v->group].n_row; row++)
        if (has_value(record_get(r, v->id, row))) return true;
    return false;
}

/* The newest choice whose record has a value stands. */
static void apply_choices(struct survivor_value *out, const struct record *const *r, size_t n,
                          const struct survivor_choices *c)
{
    for (size_t i = 0; i < n && c != NULL; i++) {
        int64_t own = survivor_answers(r[i], out->variable)
                          ? choice_of_record(&c->marks, c->record_no[i], out->variable)
                          : 0;
        if (own <= out->choice_no) continue;
        out->choice_no = own;
        out->record = (int)i;
    }
    out->settled = out->choice_no != 0;
    for (size_t i = 0; i < n && out->settled; i++)
        out->settled = !survivor_answers(r[i], out->variable) ||
                       choice_saw_record(&c->marks, c->record_no[i], out->choice_no);
}

void survivor_value(struct survivor_value *out, const struct record *const *r, size_t n, var_id v,
                    const struct survivor_facts *facts, const struct survivor_choices *choices)
{
    const struct variable *x = &r[0]->dictionary->variable[v];
    bool fact = is_fact(facts, v);
    *out = (struct survivor_value){.variable = v, .record = SURVIVOR_NONE};
    if (x->group != 0) {
        out->rule = SURVIVOR_UNION;
        for (size_t i = 0; i < n; i++) out->n_value += has_in_repeat(r[i], x);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!has_value(record_get(r[i], v, 0))) continue;
        out->n_value++;
        out->n_differ += is_new(r, i, v, fact);
    }
    out->conflict = fact && out->n_differ > 1;
    out->rule = x->type == VARIABLE_CODES ? SURVIVOR_UNION
                : x->survivor_first       ? SURVIVOR_FIRST
                                          : SURVIVOR_LAST;
    if (out->rule != SURVIVOR_UNION) out->record = standing(r, n, v, x->survivor_first);
    apply_choices(out, r, n, choices);
}

static bool answered(const struct record *const *r, size_t n, const struct variable *v)
{
    for (size_t i = 0; i < n; i++)
        for (uint32_t row = 0; row < r[i]->table[v->group].n_row; row++)
            if (record_get(r[i], v->id, row)->kind != VALUE_EMPTY) return true;
    return false;
}

size_t survivor_values(struct survivor_value **out, const struct record *const *r, size_t n,
                       const struct survivor_facts *facts, const struct survivor_choices *choices,
                       struct arena *a)
{
    const struct dictionary *d = r[0]->dictionary;
    size_t n_out = 0;
    *out = ARENA_ARRAY(a, struct survivor_value, d->n_variable);
    for (size_t i = 0; i < d->n_variable; i++) {
        const struct variable *v = &d->variable[i];
        if (v->form != r[0]->form->id || (v->privacy & PRIVACY_D) != 0 || !answered(r, n, v))
            continue;
        survivor_value(&(*out)[n_out++], r, n, v->id, facts, choices);
    }
    return n_out;
}
