/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/plan.h"

#include "base/buf.h"

#include <stdio.h>

static bool bad(struct err *e, const struct form *f, struct text piece, const char *why)
{
    err_set(e, ERR_INPUT, "linkage.plan", "parameter linkage.%s: %.*s: %s", f->name, (int)piece.n,
            piece.p, why);
    return err_remedy(e, "write variables with their roles, like family_name:surname sex:code");
}

/* "birth_date:birth", "source_file_no+other_file_no:number" */
static bool read_column(struct linkage_plan *p, const struct dictionary *d, const struct form *f,
                        struct text piece, struct err *e)
{
    struct text rest = piece, names, name;
    if (p->n_role == PEOPLE_COLUMNS) return bad(e, f, piece, "too many columns");
    struct linkage_column *c = &p->column[p->n_role];
    struct people_role *role = &p->role[p->n_role];
    *c = (struct linkage_column){0};
    if (!text_split(&rest, ':', &names) || rest.p == NULL ||
        !linkage_role_find(&role->role, text_trim(rest)))
        return bad(e, f, piece, "there is no such role");
    while (text_split(&names, '+', &name)) {
        const struct variable *v = dictionary_variable(d, f->id, name);
        if (v == NULL) continue; /* a country may do without it */
        if (c->n_variable == LINKAGE_VARIABLES) return bad(e, f, piece, "too many variables");
        if (c->n_variable == 0) role->name = v->name;
        c->variable[c->n_variable++] = v->id;
        c->identifier = c->identifier || (v->privacy & PRIVACY_D) != 0;
    }
    if (c->n_variable == 0) return true;
    p->n_role++;
    p->n_identifier += c->identifier;
    return true;
}

bool linkage_plan(struct linkage_plan *out, const struct dictionary *d, const struct form *f,
                  struct err *e)
{
    char parameter[100];
    struct text piece;
    *out = (struct linkage_plan){0};
    snprintf(parameter, sizeof parameter, "linkage.%s", f->name);
    struct text rest = text_of(dictionary_parameter(d, parameter, ""));
    while (text_split(&rest, ' ', &piece))
        if (piece.n > 0 && !read_column(out, d, f, piece, e)) return false;
    return true;
}

/* ---- values ---- */

enum { TEXT_MAX = 64 * 1024 };

static void put_variable(struct buf *b, const struct record *r, var_id id)
{
    const struct variable *v = &r->dictionary->variable[id];
    const struct record_table *t = &r->table[v->group];
    for (uint32_t row = 0; row < t->n_row; row++) {
        const struct value *x = record_get(r, id, row);
        if (x->kind == VALUE_EMPTY || x->kind == VALUE_MISSING) continue;
        if (b->n > 0) buf_putc(b, '\n');
        value_text(b, r->dictionary, id, x);
    }
}

enum which { ALL, IDENTIFIERS, OTHERS };

/* Columns that are not wanted are empty. */
static void take_values(struct text value[static PEOPLE_COLUMNS], const struct linkage_plan *p,
                        enum which which, const struct record *r, struct arena *a)
{
    struct buf b;
    buf_init_wiped(&b, TEXT_MAX);
    for (size_t i = 0; i < p->n_role; i++) {
        value[i] = (struct text){0};
        if (which != ALL && p->column[i].identifier != (which == IDENTIFIERS)) continue;
        buf_clear(&b);
        for (size_t k = 0; k < p->column[i].n_variable; k++)
            put_variable(&b, r, p->column[i].variable[k]);
        if (b.n > 0) value[i] = (struct text){arena_copy(a, b.p, b.n), b.n};
    }
    buf_release(&b);
}

void linkage_plan_values(struct text value[static PEOPLE_COLUMNS], const struct linkage_plan *p,
                         const struct record *r, struct arena *a)
{
    take_values(value, p, ALL, r, a);
}

/* ---- encodings ---- */

struct encoder *linkage_plan_encoder(const struct linkage_plan *p, const struct secret *key)
{
    struct people_role role[PEOPLE_COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < p->n_role; i++)
        if (p->column[i].identifier) role[n++] = p->role[i];
    return encoder_new(role, n, key);
}

struct text linkage_plan_encode(const struct linkage_plan *p, struct encoder *e,
                                const struct record *r, struct arena *a)
{
    struct text value[PEOPLE_COLUMNS], identifier[PEOPLE_COLUMNS];
    size_t n = 0;
    take_values(value, p, IDENTIFIERS, r, a);
    for (size_t i = 0; i < p->n_role; i++)
        if (p->column[i].identifier) identifier[n++] = value[i];
    return encoder_encode(e, identifier, a);
}

void linkage_plan_add(struct people *people, const struct linkage_plan *p, const struct record *r,
                      struct text encoding, struct arena *a)
{
    struct text value[PEOPLE_COLUMNS];
    struct arena_mark mark = arena_mark(a);
    take_values(value, p, OTHERS, r, a);
    people_add_encoded(people, value, encoding);
    arena_rewind(a, mark);
}
