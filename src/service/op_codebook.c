/* SPDX-License-Identifier: EUPL-1.2 */
/* The dictionary as a document for people: the code book, from which paper forms are printed as
 * well, and the record of processing activities (GDPR art. 30, LED art. 24). */
#include "service/service_internal.h"

#include "base/catalogue.h"
#include "model/expr.h"
#include "model/expr_words.h"

#include <stdio.h>
#include <string.h>

enum {
    INLINE_CODES = 60 /* a longer list stands once, at the end */,
    WORDS_MAX = 8192,
    NUMBER_MAX = 24
};

struct codebook {
    const struct dictionary *d;
    const struct form *form;
    size_t language;
    struct arena *arena;
    char (*number)[NUMBER_MAX]; /* "3.12", by variable */
    bool *list_used;
    bool paper; /* only what is asked */
};

const char *data_set_words(enum data_set s)
{
    return s == DATA_SET_CASE      ? tr("both data sets")
           : s == DATA_SET_JUSTICE ? tr("criminal-justice data set")
                                   : tr("victim data set");
}

struct json *codes_with_labels(const struct dictionary *d, const char *list_name, const char *codes,
                               size_t language)
{
    const struct codelist *l = dictionary_list(d, text_of(list_name));
    struct json *list = json_array();
    struct text rest = text_of(codes), one;
    while (text_split(&rest, ' ', &one)) {
        if (one.n == 0) continue;
        code_id c = l == NULL ? CODE_NONE : codelist_find(l, one);
        struct json *row = json_object();
        json_set(row, "code", json_text(one));
        json_set_text(row, "label",
                      c == CODE_NONE ? "" : words_in(&l->code[c].label, language, ""));
        json_push(list, row);
    }
    return list;
}

const char *variable_type_word(const struct variable *v)
{
    switch (v->type) {
    case VARIABLE_TEXT: return tr("text");
    case VARIABLE_INTEGER: return tr("whole number");
    case VARIABLE_DECIMAL: return tr("number");
    case VARIABLE_DATE: return v->partial ? tr("date, month or year") : tr("date");
    case VARIABLE_CODE: return tr("one answer");
    case VARIABLE_CODES: return tr("several answers");
    }
    return "";
}

static struct json *privacy_words(uint8_t privacy)
{
    static const struct {
        uint8_t bit;
        const char *letter, *english;
    } of[] = {{PRIVACY_D, "D", N_("direct identifier")},
              {PRIVACY_Q, "Q", N_("quasi-identifier")},
              {PRIVACY_S, "S", N_("special category of data")},
              {PRIVACY_C, "C", N_("criminal-offence data")},
              {PRIVACY_O, "O", N_("operationally sensitive")}};
    struct json *list = json_array();
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        if (!(privacy & of[i].bit)) continue;
        struct json *j = json_object();
        json_set_text(j, "letter", of[i].letter);
        json_set_text(j, "words", tr(of[i].english));
        json_push(list, j);
    }
    return list;
}

/* ---------------------------------------------------------------- conditions */

static const char *numbered(void *ctx, const struct variable *v)
{
    const struct codebook *b = ctx;
    const char *label = words_in(&v->label, b->language, v->name);
    if (b->number[v->id][0] == '\0') return label;
    return arena_printf(b->arena, "%s %s", b->number[v->id], label);
}

static void set_condition(struct json *row, const char *key, struct codebook *b, var_id self,
                          struct text expression)
{
    struct buf words;
    if (expression.n == 0) return;
    struct arena_mark mark = arena_mark(b->arena);
    buf_init(&words, WORDS_MAX);
    expr_words(&words, b->d, b->form, self, expression, b->language, numbered, b);
    json_set(row, key, json_text(buf_text(&words)));
    buf_release(&words);
    json_set(row, arena_printf(b->arena, "%s_expression", key), json_text(expression));
    arena_rewind(b->arena, mark);
}

static struct text source_of(const struct expr *x)
{
    return x == NULL ? (struct text){"", 0} : expr_text(x);
}

/* ---------------------------------------------------------------- codes */

static struct json *code_to_json(const struct codelist *l, const struct code *code, size_t language)
{
    struct json *row = json_object(), *mappings = json_array();
    json_set_text(row, "code", code->name);
    json_set_text(row, "label", words_in(&code->label, language, code->name));
    json_set_int(row, "level", code->level);
    json_set_text(row, "parent", code->parent == CODE_NONE ? "" : l->code[code->parent].name);
    if (code->retired_by != NULL) json_set_text(row, "retired_by", code->retired_by);
    for (size_t k = 0; k < l->n_column; k++) {
        if (code->extra[k][0] == '\0') continue;
        struct json *m = json_object();
        json_set_text(m, "name", l->column[k]);
        json_set_text(m, "value", code->extra[k]);
        json_push(mappings, m);
    }
    json_set(row, "mappings", mappings);
    return row;
}

/* On paper an arrow leads from an answer to the first question that only this answer asks for. */
static const char *arrow(const struct codebook *b, const struct variable *v, const char *code)
{
    for (size_t i = 0; i < b->form->n_outline; i++) {
        const struct outline_item *x = &b->form->outline[i];
        if (x->relevant[0] == '\0' || !expr_asks_for(text_of(x->relevant), v, code)) continue;
        while (x->kind != OUTLINE_VARIABLE && ++i < b->form->n_outline) x = &b->form->outline[i];
        if (x->kind == OUTLINE_VARIABLE) return b->number[x->var];
    }
    return "";
}

static void set_codes(struct json *row, struct codebook *b, const struct variable *v)
{
    const struct codelist *l = b->d->list[v->list];
    struct json *codes = json_array();
    json_set_text(row, "list", l->name);
    b->list_used[l->id] = true;
    json_set_bool(row, "many", v->type == VARIABLE_CODES);
    if (l->n_code > INLINE_CODES) {
        json_set_int(row, "long_list", (int64_t)l->n_code);
        json_free(codes);
        return;
    }
    for (size_t i = 0; i < l->n_code; i++) {
        if (l->code[i].retired_by != NULL && b->paper) continue;
        struct json *code = code_to_json(l, &l->code[i], b->language);
        json_set_text(code, "arrow", arrow(b, v, l->code[i].name));
        json_push(codes, code);
    }
    json_set(row, "codes", codes);
}

/* ---------------------------------------------------------------- variables */

static void set_standards(struct json *row, const struct variable *v)
{
    static const char *const own[] = {"role", "legal_basis", "purpose", "retention",
                                      "link", "opt_in",      "source",  "help"};
    struct json *list = json_array();
    for (size_t i = 0; i < v->n_extra; i++) {
        bool ours = false;
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
            ours = ours || strcmp(v->extra[i].name, own[k]) == 0;
        if (ours) continue;
        struct json *m = json_object();
        json_set_text(m, "name", v->extra[i].name);
        json_set_text(m, "value", v->extra[i].value);
        json_push(list, m);
    }
    json_set(row, "standards", list);
}

static struct json *rules_of(const struct codebook *b, const struct variable *v)
{
    struct json *list = json_array();
    for (size_t i = 0; i < b->d->n_rule; i++) {
        const struct rule *r = &b->d->rule[i];
        bool uses = false;
        for (size_t k = 0; k < r->n_needs; k++) uses = uses || r->needs[k] == v->id;
        if (uses && r->form == b->form->id) json_push(list, json_text(text_of(r->name)));
    }
    return list;
}

static void set_variable(struct json *row, struct codebook *b, const struct outline_item *x)
{
    const struct variable *v = &b->d->variable[x->var];
    json_set_text(row, "variable", v->name);
    json_set_text(row, "number", b->number[v->id]);
    json_set_text(row, "type", variable_type_word(v));
    json_set_bool(row, "derived", v->derived);
    json_set_bool(row, "is_text", v->type == VARIABLE_TEXT && !v->derived);
    json_set_bool(row, "is_number", v->type == VARIABLE_INTEGER || v->type == VARIABLE_DECIMAL);
    json_set_bool(row, "is_date", v->type == VARIABLE_DATE);
    json_set_bool(row, "required", v->required_always);
    set_condition(row, "required_if", b, v->id, source_of(v->required));
    set_condition(row, "relevant", b, v->id, text_of(x->relevant));
    set_condition(row, "constraint", b, v->id, source_of(v->constraint));
    json_set_text(row, "constraint_message", words_in(&v->constraint_message, b->language, ""));
    set_condition(row, "choice_filter", b, v->id, source_of(v->choice_filter));
    if (v->calculation != NULL) json_set(row, "calculation", json_text(expr_text(v->calculation)));
    json_set(row, "privacy", privacy_words(v->privacy));
    json_set_bool(row, "missing_allowed", v->missing_allowed && !v->derived);
    json_set(row, "legal_basis",
             codes_with_labels(b->d, "CL_LEGALBASIS", variable_extra(v, "legal_basis"),
                               b->language));
    json_set_text(row, "purpose", variable_extra(v, "purpose"));
    json_set_text(row, "retention", variable_extra(v, "retention"));
    json_set_text(row, "link", variable_extra(v, "link"));
    json_set_text(row, "help", x->help);
    json_set_text(row, "source", variable_extra(v, "source"));
    set_standards(row, v);
    json_set(row, "rules", rules_of(b, v));
    if (v->list != LIST_NONE) set_codes(row, b, v);
}

/* Questions are numbered within their outermost heading or repeat. */
static void number_questions(struct codebook *b)
{
    size_t part = 0, question = 0, depth = 0;
    for (size_t i = 0; i < b->form->n_outline; i++) {
        const struct outline_item *x = &b->form->outline[i];
        bool begins = x->kind == OUTLINE_GROUP || x->kind == OUTLINE_REPEAT;
        if (begins && depth++ == 0) {
            part++;
            question = 0;
        } else if (x->kind == OUTLINE_END) {
            depth--;
        } else if (x->kind == OUTLINE_VARIABLE && !(b->paper && b->d->variable[x->var].derived)) {
            snprintf(b->number[x->var], NUMBER_MAX, "%zu.%zu", part, ++question);
        }
    }
}

/* Is the heading at `i` about direct identifiers? On paper they have a sheet of their own. */
static bool is_separate(const struct codebook *b, size_t i)
{
    while (i < b->form->n_outline && b->form->outline[i].kind != OUTLINE_VARIABLE) i++;
    return i < b->form->n_outline &&
           (b->d->variable[b->form->outline[i].var].privacy & PRIVACY_D) != 0;
}

static struct json *items(struct codebook *b)
{
    static const char *const flag[] = {[OUTLINE_GROUP] = "is_group",
                                       [OUTLINE_REPEAT] = "is_repeat",
                                       [OUTLINE_END] = "is_end",
                                       [OUTLINE_VARIABLE] = "is_variable",
                                       [OUTLINE_NOTE] = "is_note"};
    struct json *list = json_array();
    size_t depth = 0, part = 0;
    bool was_separate = false;
    for (size_t i = 0; i < b->form->n_outline; i++) {
        const struct outline_item *x = &b->form->outline[i];
        bool begins = x->kind == OUTLINE_GROUP || x->kind == OUTLINE_REPEAT;
        if (x->kind == OUTLINE_VARIABLE && b->paper && b->d->variable[x->var].derived) continue;
        if (x->kind == OUTLINE_END) depth--;
        struct json *row = json_object();
        json_set_bool(row, flag[x->kind], true);
        json_set_int(row, "level", (int64_t)depth + 1);
        json_set_bool(row, "top", depth == 0);
        json_set_text(row, "name", x->name);
        json_set_text(row, "label", words_in(&x->label, b->language, x->name));
        json_set_text(row, "hint", words_in(&x->hint, b->language, ""));
        if (begins && depth == 0) {
            bool separate = is_separate(b, i);
            json_set_int(row, "part", (int64_t)++part);
            json_set_bool(row, "separate", separate);
            json_set_bool(row, "after_separate", was_separate && !separate);
            was_separate = separate;
        }
        if (x->kind == OUTLINE_VARIABLE) set_variable(row, b, x);
        else if (x->relevant[0] != '\0')
            set_condition(row, "relevant", b, VAR_NONE, text_of(x->relevant));
        json_push(list, row);
        depth += begins;
    }
    return list;
}

static struct json *form_of(struct codebook *b)
{
    struct json *row = json_object();
    json_set_text(row, "form", b->form->name);
    json_set_text(row, "title", words_in(&b->form->title, b->language, b->form->name));
    json_set_text(row, "version", b->form->version);
    json_set_text(row, "data_set", data_set_words(b->form->data_set));
    number_questions(b);
    json_set(row, "items", items(b));
    return row;
}

static struct json *lists_used(const struct codebook *b)
{
    struct json *list = json_array();
    for (size_t i = 0; i < b->d->n_list; i++) {
        const struct codelist *l = b->d->list[i];
        if (!b->list_used[i]) continue;
        struct json *row = json_object(), *codes = json_array();
        json_set_text(row, "list", l->name);
        json_set_int(row, "n", (int64_t)l->n_code);
        for (size_t k = 0; k < l->n_code; k++)
            json_push(codes, code_to_json(l, &l->code[k], b->language));
        json_set(row, "codes", codes);
        json_push(list, row);
    }
    return list;
}

static struct json *rules_used(const struct codebook *b, const struct form *only)
{
    struct json *list = json_array();
    for (size_t i = 0; i < b->d->n_rule; i++) {
        const struct rule *r = &b->d->rule[i];
        if (r->form != FORM_NONE && only != NULL && r->form != only->id) continue;
        struct json *row = json_object();
        json_set_text(row, "rule", r->name);
        json_set_text(row, "form", r->form == FORM_NONE ? "" : b->d->form[r->form].name);
        json_set_text(row, "severity", tr(severity_name(r->severity)));
        json_set_text(row, "message", words_in(&r->message, b->language, ""));
        json_set_text(row, "remedy", words_in(&r->remedy, b->language, ""));
        if (r->applies != NULL) json_set(row, "applies", json_text(expr_text(r->applies)));
        if (r->expression != NULL) json_set(row, "expression", json_text(expr_text(r->expression)));
        json_set_text(row, "source", r->source);
        json_push(list, row);
    }
    return list;
}

static void set_head(struct json *out, const struct dictionary *d, size_t language)
{
    json_set_text(out, "country", dictionary_pack_value(d, "name", ""));
    json_set_text(out, "owner", dictionary_pack_value(d, "owner", ""));
    json_set_text(out, "pack", d->pack);
    json_set_text(out, "language", d->language[language]);
    json_set_text(out, "language_name", d->language_name[language]);
}

static bool make_book(struct call *c, bool paper, struct err *e)
{
    struct dictionary *own;
    struct codebook b = {.arena = c->arena, .paper = paper};
    const char *name = json_get_text(c->in, "form", "");
    if (!call_dictionary(&b.d, &own, c, e)) return false;
    b.language = c->language;
    b.number = arena_take(c->arena, b.d->n_variable, sizeof *b.number);
    b.list_used = ARENA_ARRAY(c->arena, bool, b.d->n_list);
    const struct form *only;
    if (!call_form_named(&only, b.d, name, e)) {
        dictionary_free(own);
        return false;
    }
    struct json *forms = json_array();
    for (size_t i = 0; i < b.d->n_form; i++) {
        b.form = &b.d->form[i];
        if (only == NULL || only == b.form) json_push(forms, form_of(&b));
    }
    set_head(c->out, b.d, b.language);
    json_set(c->out, "forms", forms);
    json_set(c->out, "lists", lists_used(&b));
    json_set(c->out, "rules", rules_used(&b, only));
    dictionary_free(own);
    return true;
}

bool op_dictionary_codebook(struct call *c, struct err *e)
{
    return make_book(c, false, e);
}

bool op_dictionary_paper(struct call *c, struct err *e)
{
    return make_book(c, true, e);
}
