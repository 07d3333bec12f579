/* SPDX-License-Identifier: EUPL-1.2 */
/* The body of a draft is {"v":1, "values":{...}, "base":{...}, "visited":[...], "removed":{...},
 * "parked":{...}, "pending":[...]}: what was typed (entry_tree.h), what the record held when the draft
 * began, sections that were saved, the instance that was removed last, what a second window wanted to
 * save, and what was sent when the session had ended. */
#include "service/entry_draft.h"

#include "base/date.h"
#include "model/expr.h"
#include "model/validate.h"

#include <string.h>

struct draft_owner entry_owner(const struct call *c)
{
    return (struct draft_owner){c->who.account_no, c->who.actor};
}

/* ---- sections ---- */

static struct entry_section *add_section(struct entry *x, const char *name, size_t first)
{
    struct entry_section *s = &x->section[x->n_section++];
    *s = (struct entry_section){.name = name, .help = "", .first = first, .end = first};
    return s;
}

static bool asked(const struct entry *x, const struct outline_item *o)
{
    return o->kind == OUTLINE_VARIABLE && !x->d->variable[o->var].derived &&
           !x->d->variable[o->var].system;
}

/* What stands outside of every heading makes a section of its own, "general". */
static void find_sections(struct entry *x)
{
    const struct form *f = x->form;
    size_t depth = 0;
    struct entry_section *open = NULL, *loose = NULL;
    x->section = ARENA_ARRAY(x->c->arena, struct entry_section, f->n_outline + 1);
    for (size_t i = 0; i < f->n_outline; i++) {
        const struct outline_item *o = &f->outline[i];
        if (o->kind == OUTLINE_GROUP || o->kind == OUTLINE_REPEAT) {
            if (depth++ > 0) continue;
            loose = NULL;
            bool repeat = o->kind == OUTLINE_REPEAT;
            open = add_section(x, o->name, repeat ? i : i + 1);
            open->label = o->label;
            open->hint = o->hint;
            open->help = o->help;
            open->repeat = repeat;
        } else if (o->kind == OUTLINE_END) {
            if (--depth > 0 || open == NULL) continue;
            open->end = open->repeat ? i + 1 : i;
            open = NULL;
        } else if (depth == 0 && asked(x, o)) {
            if (loose == NULL) loose = add_section(x, "general", i);
            loose->end = i + 1;
        }
    }
}

const struct entry_section *entry_section_named(const struct entry *x, const char *name)
{
    for (size_t i = 0; i < x->n_section; i++)
        if (strcmp(x->section[i].name, name) == 0) return &x->section[i];
    return NULL;
}

const struct entry_section *entry_section_of(const struct entry *x, var_id v)
{
    for (size_t s = 0; s < x->n_section; s++)
        for (size_t i = x->section[s].first; i < x->section[s].end; i++)
            if (x->form->outline[i].kind == OUTLINE_VARIABLE && x->form->outline[i].var == v)
                return &x->section[s];
    return NULL;
}

/* ---- opening and saving ---- */

void entry_start(struct entry *x, struct call *c, const struct form *f)
{
    *x = (struct entry){.c = c, .d = c->s->dictionary, .form = f};
    x->scratch = arena_new(ARENA_WIPE);
    x->body = json_object();
    entry_tree_init(&x->typed, x->d, f, c->arena);
    findings_init(&x->found, c->arena);
    find_sections(x);
}

void entry_close(struct entry *x)
{
    if (x->c == NULL) return;
    findings_release(&x->found);
    json_free(x->body);
    arena_free(x->scratch);
    *x = (struct entry){0};
}

static bool unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "draft.unknown", "there is no such draft");
    return err_remedy(e, "it may have been submitted or discarded: see your drafts");
}

static bool read_body(struct entry *x, struct err *e)
{
    struct json *j = NULL;
    struct buf plain;
    buf_init_wiped(&plain, DRAFT_BYTES_MAX);
    bool ok =
        draft_open(&plain, x->c->s->store, &x->draft, e) && json_parse(&j, buf_text(&plain), e);
    buf_release(&plain);
    if (!ok) return false;
    json_free(x->body);
    x->body = j;
    const struct json *values = json_get(j, "values");
    return values == NULL || entry_tree_from_json(&x->typed, values, e);
}

/* A draft of a record that is there no more for who asks: the role or the record has changed. */
static bool may_see(struct call *c, const struct draft *d)
{
    return d->form != FORM_NONE && call_reads_form(c, &c->s->dictionary->form[d->form]) &&
           call_sees_organisation(c, d->organisation_no);
}

bool entry_load(struct entry *x, struct call *c, struct err *e)
{
    struct draft draft;
    struct draft_owner owner = entry_owner(c);
    *x = (struct entry){0};
    if (!draft_find(&draft, c->s->store, &owner, text_of(json_get_text(c->in, "draft", "")),
                    c->arena, e))
        return false;
    if (!may_see(c, &draft)) return unknown(e);
    entry_start(x, c, &c->s->dictionary->form[draft.form]);
    x->draft = draft;
    return read_body(x, e);
}

enum writing { ADD, SAVE, SAVE_BESIDE };

static bool write(struct entry *x, enum writing how, struct err *e)
{
    struct store *st = x->c->s->store;
    struct draft_owner owner = entry_owner(x->c);
    struct buf plain;
    json_set_int(x->body, "v", 1);
    json_set(x->body, "values", entry_tree_to_json(&x->typed));
    buf_init_wiped(&plain, DRAFT_BYTES_MAX + 1);
    json_write(&plain, x->body, false);
    if (plain.too_long) plain.n = DRAFT_BYTES_MAX + 1; /* which the store refuses */
    struct text body = buf_text(&plain);
    bool ok = how == ADD    ? draft_add(&x->draft, st, &owner, body, e)
              : how == SAVE ? draft_save(st, &x->draft, body, e)
                            : draft_save_beside(st, &x->draft, body, e);
    buf_release(&plain);
    return ok;
}

bool entry_save(struct entry *x, struct err *e)
{
    return write(x, SAVE, e);
}

bool entry_save_beside(struct entry *x, struct err *e)
{
    return write(x, SAVE_BESIDE, e);
}

bool entry_add(struct entry *x, struct err *e)
{
    x->draft.form = x->form->id;
    return write(x, ADD, e);
}

/* ---- judging ---- */

/* Rows and parents of the draft, in the order in which record_from_json() adds them. */
static void number_rows(struct entry *x)
{
    struct arena *a = x->c->arena;
    const struct form *f = x->form;
    x->n_row = ARENA_ARRAY(a, uint32_t, f->n_group);
    x->parent = ARENA_ARRAY(a, uint32_t *, f->n_group);
    x->judged = ARENA_ARRAY(a, uint32_t *, f->n_group);
    x->row = ARENA_ARRAY(a, struct entry_row **, f->n_group);
    for (size_t g = 0; g < f->n_group; g++) {
        group_id above = f->group[g].parent;
        uint32_t n = g == 0 ? 1 : 0;
        for (uint32_t p = 0; g > 0 && p < x->n_row[above]; p++)
            n += (uint32_t)x->row[above][p]->list[g].n;
        x->n_row[g] = n;
        x->parent[g] = ARENA_ARRAY(a, uint32_t, n);
        x->judged[g] = ARENA_ARRAY(a, uint32_t, n);
        x->row[g] = ARENA_ARRAY(a, struct entry_row *, n);
        if (g == 0) x->row[0][0] = x->typed.root;
        uint32_t at = 0;
        for (uint32_t p = 0; g > 0 && p < x->n_row[above]; p++)
            for (size_t i = 0; i < x->row[above][p]->list[g].n; i++, at++) {
                x->parent[g][at] = p;
                x->row[g][at] = x->row[above][p]->list[g].row[i];
            }
    }
}

/* Which rows judging has left: under one parent all instances of a repeat stay or go, unless the
 * repeat's relevance is decided by its own instances; then those that stay are taken to be the
 * first. */
static void match_rows(struct entry *x)
{
    const struct form *f = x->form;
    x->judged[0][0] = 0;
    for (size_t g = 1; g < f->n_group; g++) {
        const struct record_table *t = &x->record.table[g];
        uint32_t next = 0;
        for (uint32_t i = 0; i < x->n_row[g]; i++) {
            uint32_t above = x->judged[f->group[g].parent][x->parent[g][i]];
            bool there = above != ROW_GONE && next < t->n_row && t->parent[next] == above;
            x->judged[g][i] = there ? next++ : ROW_GONE;
        }
    }
}

static uint32_t draft_row(const struct entry *x, group_id g, uint32_t judged)
{
    for (uint32_t i = 0; i < x->n_row[g]; i++)
        if (x->judged[g][i] == judged) return i;
    return 0;
}

/* Findings about what cannot be read speak of the draft's rows, those of judging of the
 * record's. */
static void take_problems(struct entry *x, size_t n_unread)
{
    x->problem = ARENA_ARRAY(x->c->arena, struct entry_problem, x->found.n);
    x->n_problem = x->n_warning = 0;
    x->n_error = x->found.n_error;
    for (size_t i = 0; i < x->found.n; i++) {
        struct entry_problem *p = &x->problem[x->n_problem++];
        p->finding = x->found.item[i];
        p->typed = i < n_unread;
        if (p->finding.var != VAR_NONE) {
            group_id g = x->d->variable[p->finding.var].group;
            p->row = p->typed ? p->finding.instance : draft_row(x, g, p->finding.instance);
        }
        x->n_warning += p->finding.level == SEVERITY_W;
    }
    x->n_unread = n_unread;
}

static code_id code_in(const struct codelist *l, struct text code)
{
    return l == NULL || code.n == 0 ? CODE_NONE : codelist_find(l, code);
}

static void set_supplier(struct entry *x, bool on)
{
    const struct codelist *l = dictionary_list(x->d, TEXT("CL_ORGANISATION"));
    code_id organisation =
        on ? code_in(l, text_of(x->draft.organisation == NULL ? "" : x->draft.organisation))
           : CODE_NONE;
    const char *type = organisation == CODE_NONE ? NULL : codelist_extra(l, organisation, "type");
    code_id kind = code_in(dictionary_list(x->d, TEXT("CL_ORGTYPE")), text_of(type));
    record_set_supplier(&x->record, organisation, kind);
}

bool entry_judge(struct entry *x, struct err *e)
{
    record_init(&x->record, x->d, x->form, x->c->arena);
    findings_clear(&x->found);
    number_rows(x);
    if (!entry_tree_record(&x->record, &x->typed, &x->found, e)) return false;
    size_t n_unread = x->found.n;
    set_supplier(x, true);
    record_validate(&x->record, &x->found, day_today(), x->scratch);
    match_rows(x);
    take_problems(x, n_unread);
    return true;
}

/* ---- defaults ---- */

static struct expr_context context_at(const struct entry *x, group_id g, uint32_t row, var_id self)
{
    return (struct expr_context){.record = &x->record,
                                 .group = g,
                                 .row = row,
                                 .self = self,
                                 .today = day_today(),
                                 .now = instant_now(),
                                 .language = x->c->language,
                                 .arena = x->scratch,
                                 .choice = CODE_NONE};
}

void entry_defaults(struct entry *x, group_id g, struct entry_row *row)
{
    const struct group *group = &x->form->group[g];
    for (size_t k = 0; k < group->n_variable; k++) {
        const struct variable *v = &x->d->variable[group->variable[k]];
        struct text value;
        if (v->standard == NULL || v->derived || v->system ||
            !entry_field_blank(&row->field[v->slot]) || expr_group(v->standard) != 0)
            continue;
        struct expr_context ctx = context_at(x, 0, 0, v->id);
        if (expr_string(&value, v->standard, &ctx) == EXPR_OK)
            entry_field_text(&x->typed, &row->field[v->slot], value);
    }
}

/* ---- questions ---- */

bool entry_context(struct expr_context *out, const struct entry *x, const struct variable *v,
                   uint32_t row)
{
    uint32_t judged = row < x->n_row[v->group] ? x->judged[v->group][row] : ROW_GONE;
    *out = context_at(x, v->group, judged, v->id);
    return judged != ROW_GONE;
}

bool entry_relevant(const struct entry *x, const struct variable *v, uint32_t row)
{
    struct expr_context ctx;
    bool truth = true;
    if (!entry_context(&ctx, x, v, row)) return false;
    return v->relevant == NULL || expr_bool(&truth, v->relevant, &ctx) != EXPR_OK || truth;
}

bool entry_required(const struct entry *x, const struct variable *v, uint32_t row)
{
    struct expr_context ctx;
    bool truth = false;
    if (v->required_always) return true;
    if (v->required == NULL || !entry_context(&ctx, x, v, row)) return false;
    return expr_bool(&truth, v->required, &ctx) == EXPR_OK && truth;
}

const char *entry_path(const struct entry *x, group_id g, uint32_t row, const char *name)
{
    struct arena *a = x->c->arena;
    const char *path = name == NULL ? "" : name;
    while (g != 0) {
        uint32_t above = x->parent[g][row], place = 0;
        while (place < row && x->parent[g][row - place - 1] == above) place++;
        path = arena_printf(a, "%s[%u]%s%s", x->form->group[g].name, (unsigned)place,
                            path[0] == '\0' ? "" : ".", path);
        row = above;
        g = x->form->group[g].parent;
    }
    return path;
}

/* ---- problems ---- */

struct asks {
    const struct entry *x;
    const struct entry_section *section;
};

static void note_section(void *ctx, var_id v)
{
    struct asks *a = ctx;
    if (a->section == NULL) a->section = entry_section_of(a->x, v);
}

/* What is wrong with the record as a whole is mended where the rule's first question is asked. */
static const struct entry_section *section_of_rule(const struct entry *x, rule_id r)
{
    struct asks a = {.x = x};
    if (x->d->rule[r].expression != NULL)
        expr_variables(x->d->rule[r].expression, note_section, &a);
    return a.section;
}

bool entry_asked_for(const struct entry *x, const struct entry_section *s)
{
    for (size_t i = 0; i < x->n_problem; i++) {
        const struct finding *f = &x->problem[i].finding;
        if (f->level == SEVERITY_E && f->var == VAR_NONE && section_of_rule(x, f->rule) == s)
            return true;
    }
    return false;
}

struct json *entry_problem_to_json(const struct entry *x, const struct entry_problem *p)
{
    struct json *j = json_object();
    const struct finding *f = &p->finding;
    const struct variable *v = f->var == VAR_NONE ? NULL : &x->d->variable[f->var];
    const struct entry_section *s =
        v == NULL ? section_of_rule(x, f->rule) : entry_section_of(x, v->id);
    struct buf b;
    json_set_text(j, "field", v == NULL ? "" : entry_path(x, v->group, p->row, v->name));
    json_set_text(j, "variable", v == NULL ? "" : v->name);
    json_set_text(j, "label", v == NULL ? "" : words_in(&v->label, x->c->language, v->name));
    json_set_text(j, "section", s == NULL ? "" : s->name);
    json_set_text(j, "rule", x->d->rule[f->rule].name);
    json_set_text(j, "severity", severity_name(f->level));
    json_set_text(j, "severity_words", tr(severity_name(f->level)));
    json_set_bool(j, "is_error", f->level == SEVERITY_E);
    json_set_bool(j, "missing", f->rule == finding_builtin(x->d, BUILTIN_REQUIRED));
    buf_init_wiped(&b, 4000);
    finding_words(&b, x->d, f, x->c->language);
    json_set(j, "message", json_text(buf_text(&b)));
    buf_clear(&b);
    finding_remedy(&b, x->d, f, x->c->language);
    json_set(j, "remedy", json_text(buf_text(&b)));
    buf_release(&b);
    return j;
}

const struct json *entry_pending(const struct entry *x)
{
    const struct json *j = json_get(x->body, "pending");
    return j != NULL && json_kind(j) == JSON_ARRAY && json_size(j) > 0 ? j : NULL;
}

bool entry_pending_is(const struct json *item, const char *section, int64_t version)
{
    return strcmp(json_get_text(item, "section", ""), section) == 0 &&
           json_get_int(item, "version", 0) == version;
}

bool entry_visited(const struct entry *x, const char *section)
{
    const struct json *list = json_get(x->body, "visited");
    for (size_t i = 0; list != NULL && i < json_size(list); i++)
        if (strcmp(json_as_text(json_at(list, i), ""), section) == 0) return true;
    return false;
}

void entry_visit(struct entry *x, const char *section)
{
    if (entry_visited(x, section)) return;
    const struct json *list = json_get(x->body, "visited");
    struct json *more = list == NULL ? json_array() : json_copy(list);
    json_push(more, json_text(text_of(section)));
    json_set(x->body, "visited", more);
}
