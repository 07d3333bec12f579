/* SPDX-License-Identifier: EUPL-1.2 */
/* The rule catalogue: data/rules.csv, data/rules-program.csv and data/rules-quality.csv with the
 * pack laid over all. Rules of the program come first, in the order of finding.h. Rules with scope
 * `quality` are only read: they speak of several records or of a year, and `dcim quality` judges
 * them (analysis/quality.h). A rule that needs a variable which the pack hides is left out
 * silently: it has nothing to judge. */
#include "model/dictionary_internal.h"

#include "base/catalogue.h"
#include "model/finding.h"

#include <string.h>

struct rule_columns {
    size_t id, form, severity, scope, needs, applies, expression, source;
    struct sheet_words message, remedy;
};

struct rules {
    struct loader *l;
    struct rule_columns at;
    struct map *names;
    struct gaps message;
};

static const char *kept(struct loader *l, const char *s)
{
    return s[0] == '\0' ? "" : arena_copy(l->keep, s, strlen(s));
}

static enum severity severity_read(struct rules *r, struct cell c)
{
    if (strcmp(c.s, "I") == 0) return SEVERITY_I;
    if (strcmp(c.s, "W") == 0) return SEVERITY_W;
    if (strcmp(c.s, "E") != 0)
        SHEET_PROBLEM(&r->l->reader, true, "rule.severity", c, "severity",
                      "write E (refuses the record), W (warning) or I (information)",
                      "'%.80s' is not a severity", c.s);
    return SEVERITY_E;
}

static bool name_read(struct rules *r, struct cell c)
{
    if (!name_is_good(text_of(c.s)))
        SHEET_PROBLEM(&r->l->reader, true, "rule.bad_id", c, "id", "use letters and digits: Q13a",
                      "'%.80s' is not a good id of a rule", c.s);
    else if (!map_put(r->names, text_of(c.s), 0))
        SHEET_PROBLEM(&r->l->reader, true, "rule.repeated_id", c, "id",
                      "number one of the two anew", "the rule '%s' is there twice", c.s);
    else return true;
    return false;
}

static void words_read(struct rules *r, struct rule *out, const struct sheet_row *row)
{
    out->message = sheet_words_read(row, &r->at.message, r->l->keep);
    out->remedy = sheet_words_read(row, &r->at.remedy, r->l->keep);
    gaps_note(&r->message, r->l->d, &out->message, sheet_cell(row, COLUMN_ABSENT));
}

/* --- rules of the program
 * ------------------------------------------------------------------------ */

static const char *const builtin_names[BUILTIN_COUNT] = {
#define X(word, name) [BUILTIN_##word] = name,
    BUILTIN_RULES(X)
#undef X
};

static void builtin_read(struct rules *r, const struct sheet_row *row)
{
    struct loader *l = r->l;
    struct cell id = sheet_cell(row, r->at.id);
    size_t i = 0;
    while (i < BUILTIN_COUNT && strcmp(id.s, builtin_names[i]) != 0) i++;
    if (i == BUILTIN_COUNT) {
        SHEET_PROBLEM(&l->reader, true, "rule.unknown_builtin", id, "id",
                      "give the rule another scope, or delete it",
                      "the program has no rule '%.80s'", id.s);
        return;
    }
    if (!name_read(r, id)) return;
    struct rule *out = &l->d->rule[i];
    *out = (struct rule){.id = (rule_id)i,
                         .name = builtin_names[i],
                         .form = FORM_NONE,
                         .builtin = true,
                         .severity = severity_read(r, sheet_cell(row, r->at.severity)),
                         .source = kept(l, sheet_cell(row, r->at.source).s)};
    words_read(r, out, row);
}

static void builtins_check(struct rules *r)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (r->l->d->rule[i].name == NULL)
            problems_add(r->l->problems, true, "rule.missing_builtin", "rules-program.csv", 0, "id",
                         arena_printf(r->l->scratch, tr("add a row %s with scope program"),
                                      builtin_names[i]),
                         "the rule '%s' of the program is missing", builtin_names[i]);
}

/* --- rules of the catalogue
 * ---------------------------------------------------------------------- */

/* The repeat that a scope names; blank, or the form's name, is the record. GROUP_NONE when
 * unknown. */
static group_id scope_read(struct rules *r, const struct form *f, struct cell c)
{
    if (c.s[0] == '\0') return 0;
    struct guess g;
    guess_init(&g, text_of(c.s));
    for (size_t i = 0; i < f->n_group; i++) {
        if (strcmp(f->group[i].name, c.s) == 0) return (group_id)i;
        guess_offer(&g, f->group[i].name);
    }
    if (load_is_hidden(r->l, f, text_of(c.s))) return GROUP_NONE;
    SHEET_PROBLEM(&r->l->reader, true, "rule.scope", c, "scope",
                  guess_remedy(&g, "name a repeat of the form, or leave the cell empty",
                               r->l->scratch),
                  "form '%s' has no repeat '%.80s'", f->name, c.s);
    return GROUP_NONE;
}

/* Variables that must be there, by names between blanks. False when the rule is to be left out. */
static bool needs_read(struct rules *r, const struct form *f, struct rule *out, struct cell c)
{
    struct loader *l = r->l;
    struct text rest = text_of(c.s);
    bool ok = true;
    out->needs = ARENA_ARRAY(l->keep, var_id, rest.n / 2 + 1);
    for (rest = text_trim(rest); rest.n > 0; rest = text_trim(rest)) {
        size_t n = 0;
        while (n < rest.n && strchr(" \t\r\n,;", rest.p[n]) == NULL) n++;
        struct text name = {rest.p, n};
        rest = (struct text){rest.p + n + (n < rest.n), rest.n - n - (n < rest.n)};
        if (n == 0) continue;
        const struct variable *v = dictionary_variable(l->d, f->id, name);
        if (v != NULL) {
            out->needs[out->n_needs++] = v->id;
            continue;
        }
        ok = false;
        if (load_is_hidden(l, f, name)) continue;
        const char *wanted = arena_copy(l->scratch, name.p, name.n);
        SHEET_PROBLEM(&l->reader, true, "rule.unknown_need", c, "needs",
                      load_guess_variable(l, f, wanted,
                                          tr("name variables of the form, with blanks between")),
                      "form '%s' has no variable '%.80s'", f->name, wanted);
    }
    return ok;
}

static void expressions_read(struct rules *r, struct rule *out, const struct form *f,
                             const struct sheet_row *row)
{
    struct cell applies = sheet_cell(row, r->at.applies),
                expression = sheet_cell(row, r->at.expression);
    struct pending x = {.form = f, .group = out->scope, .self = VAR_NONE};
    if (expression.s[0] == '\0')
        SHEET_PROBLEM(&r->l->reader, true, "rule.no_expression", expression, "expression",
                      "write what is true for good data", "the rule '%s' has no expression",
                      out->name);
    x.out = &out->expression;
    x.text = expression.s;
    x.place = expression;
    x.column = "expression";
    load_expression(r->l, x);
    x.out = &out->applies;
    x.text = applies.s;
    x.place = applies;
    x.column = "applies";
    load_expression(r->l, x);
}

/* Words of a check over several records: no expression, the form only where it is one. */
static void quality_read(struct rules *r, const struct sheet_row *row)
{
    struct loader *l = r->l;
    struct cell id = sheet_cell(row, r->at.id), form = sheet_cell(row, r->at.form),
                expression = sheet_cell(row, r->at.expression);
    if (!name_read(r, id)) return;
    if (expression.s[0] != '\0')
        SHEET_PROBLEM(&l->reader, true, "rule.quality_expression", expression, "expression",
                      "empty the cell, or give the rule another scope",
                      "the rule '%s' is judged by the program over several records", id.s);
    const struct form *f = dictionary_form(l->d, text_of(form.s));
    if (f == NULL && form.s[0] != '\0')
        SHEET_PROBLEM(&l->reader, true, "rule.form", form, "form",
                      "name a form of dictionary/settings.csv, or none", "there is no form '%.80s'",
                      form.s);
    struct rule *out = &l->d->rule[l->d->n_rule];
    *out = (struct rule){.id = (rule_id)l->d->n_rule++,
                         .name = kept(l, id.s),
                         .form = f == NULL ? FORM_NONE : f->id,
                         .builtin = true,
                         .severity = severity_read(r, sheet_cell(row, r->at.severity)),
                         .source = kept(l, sheet_cell(row, r->at.source).s)};
    words_read(r, out, row);
}

static void rule_read(struct rules *r, const struct sheet_row *row)
{
    struct loader *l = r->l;
    struct cell id = sheet_cell(row, r->at.id), form = sheet_cell(row, r->at.form);
    if (!name_read(r, id)) return;
    if (l->d->n_rule == DICTIONARY_RULES_MAX) {
        SHEET_PROBLEM(&l->reader, true, "rule.too_many", id, "", "delete rules",
                      "a dictionary may have at most %d rules", DICTIONARY_RULES_MAX);
        return;
    }
    const struct form *f = dictionary_form(l->d, text_of(form.s));
    if (f == NULL) {
        struct guess g;
        guess_init(&g, text_of(form.s));
        for (size_t i = 0; i < l->d->n_form; i++) guess_offer(&g, l->d->form[i].name);
        SHEET_PROBLEM(&l->reader, true, "rule.form", form, "form",
                      guess_remedy(&g, "name a form of dictionary/settings.csv", l->scratch),
                      "there is no form '%.80s'", form.s);
        return;
    }
    struct rule *out = &l->d->rule[l->d->n_rule];
    *out = (struct rule){.id = (rule_id)l->d->n_rule,
                         .name = kept(l, id.s),
                         .form = f->id,
                         .severity = severity_read(r, sheet_cell(row, r->at.severity)),
                         .scope = scope_read(r, f, sheet_cell(row, r->at.scope)),
                         .source = kept(l, sheet_cell(row, r->at.source).s)};
    bool keep = needs_read(r, f, out, sheet_cell(row, r->at.needs)) && out->scope != GROUP_NONE;
    if (!keep) return;
    words_read(r, out, row);
    expressions_read(r, out, f, row);
    l->d->n_rule++;
}

/* --- the catalogue
 * ------------------------------------------------------------------------------- */

static bool sheets_read(struct loader *l, struct sheet *out)
{
    static const char *const more[] = {"rules-program.csv", "rules-quality.csv"};
    struct sheet next, pack;
    bool core = load_sheet(l, out, "rules.csv");
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (!load_sheet(l, &next, more[i])) continue;
        if (core) sheet_append(out, &next, l->scratch);
        else *out = next;
        core = true;
    }
    if (!core) return false;
    if (load_pack_sheet(l, &pack, "rules.csv")) sheet_overlay(out, &pack, "id", false, &l->reader);
    return true;
}

void load_rules(struct loader *l)
{
    struct sheet s = {.file = "rules.csv"};
    struct rules r = {.l = l};
    if (!sheets_read(l, &s) && data_files_find(l->files, "rules.csv") == NULL)
        problems_add(l->problems, true, "dictionary.missing_file", "rules.csv", 0, "",
                     "restore the file: it holds at least the rules of the program",
                     "the file rules.csv is missing");
    l->d->rule = ARENA_ARRAY(l->keep, struct rule, s.n_row + BUILTIN_COUNT);
    l->d->n_rule = BUILTIN_COUNT;
    if (s.n_row == 0) {
        builtins_check(&r);
        return;
    }
    r.names = map_new();
    r.at = (struct rule_columns){
        .id = sheet_column_required(&s, &l->reader, "id"),
        .form = sheet_column_required(&s, &l->reader, "form"),
        .severity = sheet_column_required(&s, &l->reader, "severity"),
        .scope = sheet_column_required(&s, &l->reader, "scope"),
        .needs = sheet_column(&s, "needs"),
        .applies = sheet_column(&s, "applies"),
        .expression = sheet_column_required(&s, &l->reader, "expression"),
        .source = sheet_column(&s, "source"),
        .message = sheet_words(&s, l->d, "message"),
        .remedy = sheet_words(&s, l->d, "remedy"),
    };
    bool readable = r.at.id != COLUMN_ABSENT && r.at.scope != COLUMN_ABSENT;
    for (size_t i = 0; i < s.n_row && readable; i++) {
        if (s.row[i].hidden) continue;
        if (strcmp(sheet_cell(&s.row[i], r.at.scope).s, "program") == 0)
            builtin_read(&r, &s.row[i]);
        else if (strcmp(sheet_cell(&s.row[i], r.at.scope).s, "quality") == 0)
            quality_read(&r, &s.row[i]);
        else rule_read(&r, &s.row[i]);
    }
    gaps_report(&r.message, l, "message");
    if (readable) builtins_check(&r);
    map_free(r.names);
}
