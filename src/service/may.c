/* SPDX-License-Identifier: EUPL-1.2 */
/* May I? What a call decided (decision.h), told to handlers: yes, or a refusal in words. Also what a
 * parameter names, where asking for it asks whether it may be read. */
#include "service/service_internal.h"

#include "model/expr.h"

bool call_deny(struct call *c, struct err *e, const char *id, const char *what)
{
    c->denied = true;
    return err_set(e, ERR_DENIED, id, "%s: %s", c->operation->name, tr(what));
}

bool call_may(struct call *c, enum capability needed, struct err *e)
{
    if (needed == CAP_NONE) return true;
    if (role_may(c->who.role, needed)) return true;
    call_deny(c, e, "call.not_allowed",
              arena_printf(c->arena, tr("role %s may not %s"), c->who.role->name,
                           tr(capability_text(needed))));
    return err_remedy(
        e, "act in a role that may, if you have one (--role), or ask who keeps the register");
}

bool call_may_read_form(struct call *c, const struct form *f, struct err *e)
{
    return call_may(c, decide_reading(c->who.role, f->data_set), e);
}

bool call_reads_form(const struct call *c, const struct form *f)
{
    return decide_reads(c->who.role, f->data_set, 0);
}

struct scope call_whose(const struct call *c)
{
    const struct scope nobody = {SCOPE_NONE, 0};
    return c->decision.verdict == VERDICT_ALLOW ? c->decision.scope : nobody;
}

struct scope call_whose_of(const struct call *c, int64_t organisation_no)
{
    const struct scope nobody = {SCOPE_NONE, 0};
    return call_sees_organisation(c, organisation_no) ? scope_of(organisation_no) : nobody;
}

int64_t call_scope(const struct call *c)
{
    return scope_number(call_whose(c));
}

bool call_sees_organisation(const struct call *c, int64_t organisation_no)
{
    return scope_has(call_whose(c), organisation_no);
}

bool call_sees_all(const struct call *c)
{
    return call_whose(c).kind == SCOPE_ALL;
}

bool call_missing_record(const char *code, struct err *e)
{
    return record_unknown(e, text_of(code));
}

bool call_reads_variable(const struct call *c, const struct variable *v)
{
    return decide_reads(c->who.role, c->s->dictionary->form[v->form].data_set, v->privacy);
}

void call_hide(const struct call *c, struct record *r)
{
    for (size_t g = 0; g < r->form->n_group; g++) {
        const struct group *group = &r->form->group[g];
        for (size_t k = 0; k < group->n_variable; k++) {
            if (call_reads_variable(c, &c->s->dictionary->variable[group->variable[k]])) continue;
            for (uint32_t row = 0; row < r->table[g].n_row; row++)
                *record_value(r, group->variable[k], row) = (struct value){.kind = VALUE_EMPTY};
        }
    }
}

struct shown {
    struct call *c;
    var_id hidden; /* VAR_NONE: none */
};

static void note_hidden(void *ctx, var_id v)
{
    struct shown *s = ctx;
    if (!call_reads_variable(s->c, &s->c->s->dictionary->variable[v])) s->hidden = v;
}

bool call_may_read_expression(struct call *c, const struct expr *x, struct err *e)
{
    struct shown s = {c, VAR_NONE};
    expr_variables(x, note_hidden, &s);
    return s.hidden == VAR_NONE ||
           call_may_read_variable(c, &c->s->dictionary->variable[s.hidden], e);
}

bool call_may_join(struct call *c, struct err *e)
{
    const char *purpose = json_get_text(c->in, "purpose", "");
    if (!call_may(c, CAP_VICTIM, e) || !call_may(c, CAP_JUSTICE, e)) return false;
    if (text_trim(text_of(purpose)).n > 0) return true;
    call_deny(c, e, "call.no_purpose",
              "victim and justice data sets are held against each other only for a stated purpose");
    return err_remedy(e, "state it with --purpose \"...\"");
}

bool call_may_read_variable(struct call *c, const struct variable *v, struct err *e)
{
    if (!call_may_read_form(c, &c->s->dictionary->form[v->form], e)) return false;
    return call_reads_variable(c, v) || call_may(c, CAP_JUSTICE, e);
}

bool call_form(const struct form **out, struct call *c, const char *parameter, struct err *e)
{
    const char *name = json_get_text(c->in, parameter, "");
    const struct form *f = dictionary_form(c->s->dictionary, text_of(name));
    if (f == NULL) {
        err_set(e, ERR_USAGE, "call.no_form", "there is no form called %s", name);
        struct buf names;
        buf_init(&names, 300);
        for (size_t i = 0; i < c->s->dictionary->n_form; i++)
            buf_printf(&names, "%s%s", i == 0 ? "" : ", ", c->s->dictionary->form[i].name);
        err_remedy(e, "the forms are %s", names.p == NULL ? "none" : names.p);
        buf_release(&names);
        return false;
    }
    *out = f;
    return call_may_read_form(c, f, e);
}

bool call_variable(const struct variable **out, struct call *c, const struct form *f,
                   struct text name, struct err *e)
{
    *out = dictionary_variable(c->s->dictionary, f->id, name);
    if (*out != NULL) return call_may_read_variable(c, *out, e);
    err_set(e, ERR_USAGE, "call.no_variable", "form %s has no variable %.*s", f->name, (int)name.n,
            name.p);
    const char *near = dictionary_guess_variable(c->s->dictionary, f->id, name);
    if (near != NULL) return err_remedy(e, "did you mean %s?", near);
    return err_remedy(e, "`dcim variables --form %s` lists them", f->name);
}
