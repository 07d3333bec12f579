/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person says of single columns, laid over a mapping that was read or guessed. */
#include "intake/mapping.h"
#include "intake/mapping_internal.h"

#include "base/map.h"

void mapping_nothing(struct mapping *out, const struct form *f, const struct text *header,
                     size_t n_header, struct arena *a)
{
    mapping_init(out, "guessed", f, header, n_header, a);
}

static void forget_column(struct mapping *m, uint32_t column)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n_target; i++) {
        struct mapping_target *t = &m->target[i];
        if (t->source == MAPPING_COLUMN && t->column == column) map_free(t->value);
        else m->target[kept++] = *t;
    }
    m->n_target = kept;
}

static bool leads_there(const struct mapping *m, uint32_t column, const struct mapping_target *to)
{
    for (size_t i = 0; i < m->n_target; i++) {
        const struct mapping_target *t = &m->target[i];
        bool same = t->source == MAPPING_COLUMN && t->column == column && t->var == to->var &&
                    t->plain == to->plain;
        for (size_t k = 0; same && k < MAPPING_DEPTH_MAX; k++)
            same = t->instance[k] == to->instance[k];
        if (same) return true;
    }
    return false;
}

static bool lead(struct mapping *m, const struct dictionary *d, const struct mapping_change *c,
                 struct err *e)
{
    struct mapping_target t = {.source = MAPPING_COLUMN, .column = c->column, .var = VAR_NONE};
    struct text column = m->header[c->column];
    if (!mapping_path(&t, d, m->form, c->path)) {
        err_set(e, ERR_INPUT, "mapping.no_variable", "column %.*s: the form has no %.*s",
                (int)(column.n < 100 ? column.n : 100), column.p,
                (int)(c->path.n < 100 ? c->path.n : 100), c->path.p);
        return err_remedy(e, "choose one of the form's variables");
    }
    if (d->variable[t.var].derived || d->variable[t.var].system) {
        err_set(e, ERR_INPUT, "mapping.computed", "%s is worked out by the register",
                d->variable[t.var].name);
        return err_remedy(e, "leave the column out");
    }
    if (leads_there(m, c->column, &t)) return true; /* with the meanings of its values */
    forget_column(m, c->column);
    mapping_add(m, &t);
    m->use[c->column] = MAPPING_MAPPED;
    return true;
}

bool mapping_apply(struct mapping *m, const struct dictionary *d,
                   const struct mapping_change *change, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct mapping_change *c = &change[i];
        if (c->column >= m->n_header || m->use[c->column] == MAPPING_RESERVED) continue;
        if (!c->keep && c->path.n == 0) {
            forget_column(m, c->column);
            m->use[c->column] = MAPPING_UNMAPPED;
        } else if (!c->keep && !lead(m, d, c, e)) {
            mapping_release(m);
            return false;
        }
        for (size_t k = 0; c->order_given && k < m->n_target; k++) {
            struct mapping_target *t = &m->target[k];
            if (t->source != MAPPING_COLUMN || t->column != c->column) continue;
            t->order_given = true;
            t->order = c->order;
        }
    }
    return true;
}
