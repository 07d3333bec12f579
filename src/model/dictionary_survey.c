/* SPDX-License-Identifier: EUPL-1.2 */
/* Survey sheets: the rows of a form become groups and variables. Groups that do not repeat leave no
 * trace but their relevance, which their variables inherit. */
#include "model/dictionary_internal.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "model/record.h"

#include <assert.h>
#include <string.h>

#define SYSTEM_SHEET "dictionary/system.csv"

/* Columns that C gives a meaning to, and those of the convention that it may ignore. */
// clang-format off
static const char *const known_columns[] = {
    "type", "name", "label", "hint", "guidance_hint", "required", "required_message", "relevant",
    "constraint", "constraint_message", "calculation", "choice_filter", "default", "appearance",
    "parameters", "repeat_count", "readonly", "trigger", "image", "audio", "video", "note", ""};
// clang-format on

#define EXTRA_PREFIX "bind::thb:"
static const char *const own_attributes[] = {"privacy", "value", "missing", "survivor"};

struct survey_columns {
    size_t type, name, required, relevant, constraint, calculation, choice_filter, standard,
        appearance, repeat_count, privacy, value, missing, survivor, link;
    struct sheet_words label, hint, constraint_message, required_message;
    size_t *extra; /* columns of further attributes */
    size_t n_extra;
};

struct block { /* an open group or repeat */
    bool repeat;
    group_id group;       /* the repeat, or the one around the group */
    const char *relevant; /* "" when none */
    struct cell place;
};

struct survey { /* one form being read */
    struct loader *l;
    struct form *form;
    const struct sheet *sheet;
    struct survey_columns at;
    struct map *names; /* of variables, groups and repeats */
    struct block block[DICTIONARY_DEPTH_MAX];
    size_t depth;
    bool system; /* the rows of system.csv */
    struct gaps label, constraint_message;
    size_t first; /* of this form's variables */
};

static const char *kept(struct loader *l, const char *s)
{
    return s[0] == '\0' ? "" : arena_copy(l->keep, s, strlen(s));
}

/* --- columns
 * ------------------------------------------------------------------------------------- */

static bool is_among(const char *s, size_t n, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++)
        if (text_is((struct text){s, n}, list[i])) return true;
    return false;
}

static void check_column(struct loader *l, const struct sheet *s, size_t i)
{
    const char *column = s->column[i];
    size_t at, n = text_find(text_of(column), TEXT("::"), &at) ? at : strlen(column);
    size_t n_known = sizeof known_columns / sizeof known_columns[0];
    if (is_among(column, n, known_columns, n_known)) return;
    struct guess g;
    guess_init(&g, text_of(column));
    for (size_t k = 0; k < n_known; k++) guess_offer(&g, known_columns[k]);
    problems_add(l->problems, false, "survey.unknown_column", s->file, 1, s->header[i],
                 guess_remedy(&g, "name attributes of your own " EXTRA_PREFIX "NAME", l->scratch),
                 "the column '%.80s' is not known and is ignored", s->header[i]);
}

static void columns_find(struct loader *l, const struct sheet *s, struct survey_columns *at)
{
    *at = (struct survey_columns){
        .type = sheet_column_required(s, &l->reader, "type"),
        .name = sheet_column_required(s, &l->reader, "name"),
        .required = sheet_column(s, "required"),
        .relevant = sheet_column(s, "relevant"),
        .constraint = sheet_column(s, "constraint"),
        .calculation = sheet_column(s, "calculation"),
        .choice_filter = sheet_column(s, "choice_filter"),
        .standard = sheet_column(s, "default"),
        .appearance = sheet_column(s, "appearance"),
        .repeat_count = sheet_column(s, "repeat_count"),
        .privacy = sheet_column(s, EXTRA_PREFIX "privacy"),
        .value = sheet_column(s, EXTRA_PREFIX "value"),
        .missing = sheet_column(s, EXTRA_PREFIX "missing"),
        .survivor = sheet_column(s, EXTRA_PREFIX "survivor"),
        .link = sheet_column(s, EXTRA_PREFIX "link"), /* also kept as written, as an extra */
        .label = sheet_words(s, l->d, "label"),
        .hint = sheet_words(s, l->d, "hint"),
        .constraint_message = sheet_words(s, l->d, "constraint_message"),
        .required_message = sheet_words(s, l->d, "required_message"),
        .extra = ARENA_ARRAY(l->scratch, size_t, s->n_column),
    };
    struct text prefix = TEXT(EXTRA_PREFIX);
    for (size_t i = 0; i < s->n_column; i++) {
        struct text c = text_of(s->column[i]);
        if (!text_starts(c, prefix)) {
            check_column(l, s, i);
        } else if (!is_among(c.p + prefix.n, c.n - prefix.n, own_attributes,
                             sizeof own_attributes / sizeof own_attributes[0])) {
            at->extra[at->n_extra++] = i;
        }
    }
}

/* --- types
 * --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum survey_row kind;
} structure_types[] = {
    {"begin_group", SURVEY_BEGIN_GROUP},
    {"begin group", SURVEY_BEGIN_GROUP},
    {"end_group", SURVEY_END_GROUP},
    {"end group", SURVEY_END_GROUP},
    {"begin_repeat", SURVEY_BEGIN_REPEAT},
    {"begin repeat", SURVEY_BEGIN_REPEAT},
    {"end_repeat", SURVEY_END_REPEAT},
    {"end repeat", SURVEY_END_REPEAT},
    {"note", SURVEY_NOTE},
};

static const struct {
    const char *name;
    enum variable_type type;
} plain_types[] = {
    {"text", VARIABLE_TEXT},    {"integer", VARIABLE_INTEGER}, {"decimal", VARIABLE_DECIMAL},
    {"date", VARIABLE_DATE},    {"calculate", VARIABLE_TEXT},  {"hidden", VARIABLE_TEXT},
    {"barcode", VARIABLE_TEXT},
};

static bool plain_type(enum variable_type *out, struct text t)
{
    for (size_t i = 0; i < sizeof plain_types / sizeof plain_types[0]; i++) {
        if (!text_is(t, plain_types[i].name)) continue;
        *out = plain_types[i].type;
        return true;
    }
    return false;
}

/* List of a coded variable; the problem is reported when there is none of this name. */
static list_id list_of(struct survey *s, struct text name, struct cell place, const char *column)
{
    const struct codelist *list = dictionary_list(s->l->d, name);
    if (list != NULL) return list->id;
    const char *wanted = arena_copy(s->l->scratch, name.p, name.n);
    SHEET_PROBLEM(&s->l->reader, true, "dictionary.unknown_list", place, column,
                  load_guess_list(s->l, wanted, tr("add the list as a file of data/codelists")),
                  "there is no code list '%.80s'", wanted);
    return LIST_NONE;
}

static const char *unsupported_remedy(struct survey *s, struct text type)
{
    struct guess g;
    if (text_ends(type, TEXT("or_other")))
        return tr(
            "delete or_other; add a code for it and a text that is relevant when it is chosen");
    guess_init(&g, type);
    for (size_t i = 0; i < sizeof structure_types / sizeof structure_types[0]; i++)
        guess_offer(&g, structure_types[i].name);
    for (size_t i = 0; i < sizeof plain_types / sizeof plain_types[0]; i++)
        guess_offer(&g, plain_types[i].name);
    return guess_remedy(&g,
                        "use text, integer, decimal, date, select_one LIST, select_multiple LIST, "
                        "calculate, note, begin_group or begin_repeat",
                        s->l->scratch);
}

/* Type and list out of column `type`. */
static bool type_read(struct survey *s, struct variable *v, struct cell c)
{
    struct text t = text_of(c.s);
    bool one = text_starts(t, TEXT("select_one ")), many = text_starts(t, TEXT("select_multiple "));
    if (one || many) {
        size_t n = one ? strlen("select_one ") : strlen("select_multiple ");
        struct text list = text_trim((struct text){t.p + n, t.n - n});
        if (memchr(list.p, ' ', list.n) == NULL) {
            v->type = one ? VARIABLE_CODE : VARIABLE_CODES;
            v->list = list_of(s, list, c, "type");
            return v->list != LIST_NONE;
        }
    } else if (plain_type(&v->type, t)) {
        return true;
    }
    SHEET_PROBLEM(&s->l->reader, true, "survey.unknown_type", c, "type", unsupported_remedy(s, t),
                  "the type '%.80s' is not known", c.s);
    return false;
}

/* Type of a calculation: integer, decimal, date, text, code:LIST or codes:LIST. */
static bool value_type_read(struct survey *s, struct variable *v, struct cell c)
{
    struct text t = text_of(c.s);
    bool one = text_starts(t, TEXT("code:")), many = text_starts(t, TEXT("codes:"));
    const char *column = EXTRA_PREFIX "value";
    if (one || many) {
        size_t n = one ? strlen("code:") : strlen("codes:");
        v->type = one ? VARIABLE_CODE : VARIABLE_CODES;
        v->list = list_of(s, text_trim((struct text){t.p + n, t.n - n}), c, column);
        return v->list != LIST_NONE;
    }
    if (t.n > 0 && !text_is(t, "calculate") && plain_type(&v->type, t)) return true;
    SHEET_PROBLEM(&s->l->reader, true, "survey.value_type", c, column,
                  "write integer, decimal, date, text, code:LIST or codes:LIST",
                  t.n == 0 ? tr("a calculation needs the type of its value%s")
                           : tr("'%.80s' is not a type of value"),
                  t.n == 0 ? "" : c.s);
    return false;
}

static uint8_t privacy_read(struct survey *s, struct cell c)
{
    uint8_t set = PRIVACY_NONE;
    struct text t = text_of(c.s);
    if (text_is(t, "-") || text_is(t, "\xE2\x80\x93")) return set; /* an en dash, as in the books */
    for (size_t i = 0; i < t.n; i++) {
        const char *at = strchr(PRIVACY_LETTERS, t.p[i]);
        if (at != NULL) {
            set |= (uint8_t)(1U << (at - PRIVACY_LETTERS));
        } else if (strchr(" ,;/", t.p[i]) == NULL) {
            SHEET_PROBLEM(
                &s->l->reader, true, "survey.privacy", c, EXTRA_PREFIX "privacy",
                "write letters out of D (direct identifier), Q (quasi-identifier), S (special "
                "category), C (criminal offence), O (operational), or - for none",
                "'%.80s' is not a privacy class", c.s);
            break;
        }
    }
    return set;
}

/* --- variables
 * ----------------------------------------------------------------------------------- */

static group_id group_now(const struct survey *s)
{
    return s->depth == 0 ? 0 : s->block[s->depth - 1].group;
}

static void expression(struct survey *s, const struct expr **out, group_id g, var_id self,
                       struct cell c, const char *column)
{
    load_expression(s->l, (struct pending){.out = out,
                                           .form = s->form,
                                           .group = g,
                                           .self = self,
                                           .text = c.s,
                                           .place = c,
                                           .column = column});
}

/* "(outer) and (inner) and (own)" over the groups since the last repeat; the parts are checked
 * where they stand. With a single part, that is all. */
static void relevance(struct survey *s, const struct expr **out, group_id g, var_id self,
                      struct cell own)
{
    const char *joined = "";
    size_t from = s->depth, n = 0;
    while (from > 0 && !s->block[from - 1].repeat) from--;
    for (; from <= s->depth; from++) {
        const char *part = from == s->depth ? own.s : s->block[from].relevant;
        if (part[0] == '\0') continue;
        joined = n++ == 0 ? arena_printf(s->l->scratch, "(%s)", part)
                          : arena_printf(s->l->scratch, "%s and (%s)", joined, part);
    }
    if (n == 0) return;
    bool only_own = n == 1 && own.s[0] != '\0';
    expression(s, only_own ? out : NULL, g, self, own, "relevant");
    if (only_own) return;
    load_expression(s->l, (struct pending){.out = out,
                                           .form = s->form,
                                           .group = g,
                                           .self = self,
                                           .text = joined,
                                           .place = own,
                                           .column = "relevant",
                                           .joined = true});
}

/* Does a default compute something: a function call or ${}? "Other (which)" does not. */
static bool is_expression(const char *s)
{
    for (size_t i = 0; s[i] != '\0'; i++) {
        if (s[i] == '$' && s[i + 1] == '{') return true;
        bool behind_name = i > 0 && ((s[i - 1] >= '0' && s[i - 1] <= '9') ||
                                     name_is_good((struct text){s + i - 1, 1}));
        if (s[i] == '(' && behind_name) return true;
    }
    return false;
}

/* A default that is no expression: it must be a value of the variable; it becomes a string. */
static void standard_literal(struct survey *s, struct variable *v, struct cell c)
{
    struct value value;
    struct arena *a = s->l->scratch;
    enum value_read read = value_read(&value, s->l->d, v->id, text_of(c.s), DATE_ISO, 0, a);
    if (read != VALUE_READ_OK && read != VALUE_READ_RETIRED) {
        SHEET_PROBLEM(&s->l->reader, true, "survey.default", c, "default",
                      "write a value that the variable may have, or an expression",
                      "'%.80s' is not a value of '%s'", c.s, v->name);
        return;
    }
    char quote = strchr(c.s, '\'') == NULL ? '\'' : '"';
    if (strchr(c.s, quote) != NULL) {
        SHEET_PROBLEM(&s->l->reader, true, "survey.default", c, "default",
                      "leave out one kind of quote", "the default holds both kinds of quotes");
        return;
    }
    c.s = arena_printf(a, "%c%s%c", quote, c.s, quote);
    expression(s, &v->standard, v->group, v->id, c, "default");
}

static void required_read(struct survey *s, struct variable *v, struct cell c)
{
    static const char *const yes_no[] = {"yes",    "no",      "true", "false",
                                         "true()", "false()", "1",    "0"};
    bool literal = c.s[0] == '\0';
    for (size_t i = 0; i < sizeof yes_no / sizeof yes_no[0]; i++)
        literal |= text_equal_nocase(text_of(c.s), text_of(yes_no[i]));
    if (literal) v->required_always = load_yes(s->l, c, "required", false);
    else expression(s, &v->required, v->group, v->id, c, "required");
}

static void extras_read(struct survey *s, struct variable *v, const struct sheet_row *row)
{
    struct extra *extra = ARENA_ARRAY(s->l->keep, struct extra, s->at.n_extra);
    for (size_t i = 0; i < s->at.n_extra; i++) {
        struct cell c = sheet_cell(row, s->at.extra[i]);
        if (c.s[0] == '\0') continue;
        const char *name = s->sheet->column[s->at.extra[i]] + strlen(EXTRA_PREFIX);
        extra[v->n_extra++] = (struct extra){kept(s->l, name), kept(s->l, c.s)};
    }
    v->extra = extra;
}

/* The form whose records a variable names. All forms are known before the first survey is read. */
static form_id link_read(struct survey *s, const struct variable *v, struct cell c)
{
    const struct dictionary *d = s->l->d;
    if (c.s[0] == '\0') return FORM_NONE;
    const struct form *f = dictionary_form(d, text_of(c.s));
    if (f == NULL) {
        struct guess g;
        guess_init(&g, text_of(c.s));
        for (size_t i = 0; i < d->n_form; i++) guess_offer(&g, d->form[i].name);
        SHEET_PROBLEM(&s->l->reader, true, "survey.link", c, EXTRA_PREFIX "link",
                      guess_remedy(&g, "name a form of dictionary/settings.csv", s->l->scratch),
                      "there is no form '%.80s' that '%s' could point to", c.s, v->name);
        return FORM_NONE;
    }
    if (v->type == VARIABLE_TEXT && !v->derived && (v->privacy & PRIVACY_D) == 0) return f->id;
    SHEET_PROBLEM(&s->l->reader, true, "survey.link", c, EXTRA_PREFIX "link",
                  "make it a text that is asked and no direct identifier, or empty the cell",
                  "'%s' cannot hold the code or reference of a record", v->name);
    return FORM_NONE;
}

static void attributes_read(struct survey *s, struct variable *v, const struct sheet_row *row)
{
    struct cell missing = sheet_cell(row, s->at.missing),
                survivor = sheet_cell(row, s->at.survivor);
    v->privacy = privacy_read(s, sheet_cell(row, s->at.privacy));
    v->missing_allowed = !text_is(text_of(missing.s), "none");
    if (v->missing_allowed && missing.s[0] != '\0' && !text_is(text_of(missing.s), "all"))
        SHEET_PROBLEM(&s->l->reader, true, "survey.missing", missing, EXTRA_PREFIX "missing",
                      "write none where missing codes are not allowed, else leave the cell empty",
                      "'%.80s' is not known here", missing.s);
    v->survivor_first = text_is(text_of(survivor.s), "first");
    if (!v->survivor_first && survivor.s[0] != '\0' && !text_is(text_of(survivor.s), "last"))
        SHEET_PROBLEM(&s->l->reader, true, "survey.survivor", survivor, EXTRA_PREFIX "survivor",
                      "write first or last, or leave the cell empty", "'%.80s' is not known here",
                      survivor.s);
    v->link = link_read(s, v, sheet_cell(row, s->at.link));
    extras_read(s, v, row);
}

static void words_read(struct survey *s, struct variable *v, const struct sheet_row *row)
{
    struct arena *keep = s->l->keep;
    v->label = sheet_words_read(row, &s->at.label, keep);
    v->hint = sheet_words_read(row, &s->at.hint, keep);
    v->constraint_message = sheet_words_read(row, &s->at.constraint_message, keep);
    v->required_message = sheet_words_read(row, &s->at.required_message, keep);
    struct cell place = sheet_cell(row, COLUMN_ABSENT);
    gaps_note(&s->label, s->l->d, &v->label, place);
    if (sheet_cell(row, s->at.constraint).s[0] != '\0')
        gaps_note(&s->constraint_message, s->l->d, &v->constraint_message, place);
}

static void expressions_read(struct survey *s, struct variable *v, const struct sheet_row *row)
{
    struct cell calculation = sheet_cell(row, s->at.calculation);
    struct cell standard = sheet_cell(row, s->at.standard);
    required_read(s, v, sheet_cell(row, s->at.required));
    relevance(s, &v->relevant, v->group, v->id, sheet_cell(row, s->at.relevant));
    expression(s, &v->constraint, v->group, v->id, sheet_cell(row, s->at.constraint), "constraint");
    expression(s, &v->calculation, v->group, v->id, calculation, "calculation");
    expression(s, &v->choice_filter, v->group, v->id, sheet_cell(row, s->at.choice_filter),
               "choice_filter");
    if (is_expression(standard.s))
        expression(s, &v->standard, v->group, v->id, standard, "default");
    else if (standard.s[0] != '\0') standard_literal(s, v, standard);
    if (v->derived && calculation.s[0] == '\0')
        SHEET_PROBLEM(&s->l->reader, true, "survey.no_calculation", calculation, "calculation",
                      "write an expression", "the calculation of '%s' is missing", v->name);
}

/* Name of a variable, group or repeat: good, and new in its form. */
static bool name_read(struct survey *s, struct cell c)
{
    struct loader *l = s->l;
    if (!name_is_good(text_of(c.s))) {
        SHEET_PROBLEM(&l->reader, true, "survey.bad_name", c, "name",
                      "use letters, digits and underscores, beginning with a letter; at most 64",
                      "'%.80s' is not a good name", c.s);
        return false;
    }
    if (strpbrk(c.s, ".-") != NULL)
        SHEET_PROBLEM(&l->reader, false, "survey.name_like_sum", c, "name", "use underscores",
                      "the name '%s' has a point or hyphen, which some programs misread", c.s);
    if (map_put(s->names, text_of(c.s), 0)) return true;
    SHEET_PROBLEM(&l->reader, true, "survey.repeated_name", c, "name",
                  "rename one of the two; names are unique in a form, also across groups",
                  "the name '%s' is there twice in form '%s'", c.s, s->form->name);
    return false;
}

static void variable_read(struct survey *s, const struct sheet_row *row)
{
    struct dictionary *d = s->l->d;
    struct cell type = sheet_cell(row, s->at.type), name = sheet_cell(row, s->at.name);
    if (d->n_variable == DICTIONARY_VARS_MAX) {
        if (!s->l->too_many_variables)
            SHEET_PROBLEM(&s->l->reader, true, "survey.too_many_variables", type, "",
                          "split the forms", "a dictionary may have at most %d variables",
                          DICTIONARY_VARS_MAX);
        s->l->too_many_variables = true;
        return;
    }
    if (!name_read(s, name)) return;
    struct variable *v = &d->variable[d->n_variable];
    *v = (struct variable){.id = (var_id)d->n_variable,
                           .name = kept(s->l, name.s),
                           .form = s->form->id,
                           .group = group_now(s),
                           .list = LIST_NONE,
                           .system = s->system,
                           .file = kept(s->l, name.file),
                           .row = name.row};
    v->derived = strcmp(type.s, "calculate") == 0;
    bool ok = type_read(s, v, type);
    if (ok && v->derived) ok = value_type_read(s, v, sheet_cell(row, s->at.value));
    if (v->type == VARIABLE_DATE || v->type == VARIABLE_TEXT) {
        v->partial = strstr(sheet_cell(row, s->at.appearance).s, "thb-date") != NULL;
        if (v->partial) v->type = VARIABLE_DATE;
    }
    if (!ok) v->type = VARIABLE_TEXT; /* the dictionary is refused; the name at least is known */
    d->n_variable++;
    map_put(d->by_form_variable,
            text_of(arena_printf(s->l->scratch, "%s/%s", s->form->name, v->name)), v->id);
    words_read(s, v, row);
    attributes_read(s, v, row);
    if (ok) expressions_read(s, v, row);
}

/* --- groups
 * -------------------------------------------------------------------------------------- */

static void repeat_begin(struct survey *s, const struct sheet_row *row, struct block *b)
{
    struct form *f = s->form;
    struct group *g = &f->group[f->n_group];
    group_id around = group_now(s);
    *g = (struct group){.id = (group_id)f->n_group++,
                        .name = kept(s->l, sheet_cell(row, s->at.name).s),
                        .parent = around,
                        .depth = (uint16_t)(f->group[around].depth + 1)};
    g->label = sheet_words_read(row, &s->at.label, s->l->keep);
    relevance(s, &g->relevant, around, VAR_NONE, sheet_cell(row, s->at.relevant));
    expression(s, &g->repeat_count, around, VAR_NONE, sheet_cell(row, s->at.repeat_count),
               "repeat_count");
    b->group = g->id;
}

static void block_begin(struct survey *s, const struct sheet_row *row, bool repeat)
{
    struct cell name = sheet_cell(row, s->at.name);
    if (s->depth == DICTIONARY_DEPTH_MAX) {
        SHEET_PROBLEM(&s->l->reader, true, "survey.too_deep", name, "type", "nest less deeply",
                      "groups may be nested at most %d deep", DICTIONARY_DEPTH_MAX);
        return;
    }
    name_read(s, name);
    struct words label = sheet_words_read(row, &s->at.label, s->l->scratch);
    gaps_note(&s->label, s->l->d, &label, sheet_cell(row, COLUMN_ABSENT));
    struct block b = {.repeat = repeat, .group = group_now(s), .relevant = "", .place = name};
    if (repeat) {
        repeat_begin(s, row, &b);
    } else {
        struct cell relevant = sheet_cell(row, s->at.relevant);
        b.relevant = relevant.s;
        expression(s, NULL, b.group, VAR_NONE, relevant, "relevant");
    }
    s->block[s->depth++] = b;
}

static void block_end(struct survey *s, const struct sheet_row *row, bool repeat)
{
    struct cell type = sheet_cell(row, s->at.type);
    if (s->depth == 0) {
        SHEET_PROBLEM(&s->l->reader, true, "survey.end_without_begin", type, "type",
                      "delete the row, or add its beginning", "'%s' ends what has not begun",
                      type.s);
        return;
    }
    const struct block *b = &s->block[s->depth - 1];
    if (b->repeat != repeat)
        SHEET_PROBLEM(&s->l->reader, true, "survey.wrong_end", type, "type",
                      "end groups and repeats in the reverse order of their beginnings",
                      "'%s' meets the %s '%s' of row %u", type.s,
                      b->repeat ? tr("repeat") : tr("group"), b->place.s, b->place.row);
    s->depth--;
}

enum survey_row survey_row_kind(const char *type)
{
    for (size_t i = 0; i < sizeof structure_types / sizeof structure_types[0]; i++)
        if (strcmp(type, structure_types[i].name) == 0) return structure_types[i].kind;
    return SURVEY_VARIABLE;
}

static void hidden_note(struct survey *s, const struct sheet_row *row)
{
    const char *name = sheet_cell(row, s->at.name).s;
    if (name[0] == '\0') return;
    map_put(s->l->hidden, text_of(arena_printf(s->l->scratch, "%s/%s", s->form->name, name)), 0);
}

static void rows_read(struct survey *s)
{
    columns_find(s->l, s->sheet, &s->at);
    if (s->at.type == COLUMN_ABSENT || s->at.name == COLUMN_ABSENT) return;
    for (size_t i = 0; i < s->sheet->n_row; i++) {
        const struct sheet_row *row = &s->sheet->row[i];
        if (row->hidden) {
            hidden_note(s, row);
            continue;
        }
        switch (survey_row_kind(sheet_cell(row, s->at.type).s)) {
        case SURVEY_VARIABLE: variable_read(s, row); break;
        case SURVEY_BEGIN_GROUP: block_begin(s, row, false); break;
        case SURVEY_BEGIN_REPEAT: block_begin(s, row, true); break;
        case SURVEY_END_GROUP: block_end(s, row, false); break;
        case SURVEY_END_REPEAT: block_end(s, row, true); break;
        case SURVEY_NOTE: break;
        }
    }
    while (s->depth > 0) {
        struct block *b = &s->block[--s->depth];
        SHEET_PROBLEM(&s->l->reader, true, "survey.never_ends", b->place, "type",
                      b->repeat ? tr("add an end_repeat row") : tr("add an end_group row"),
                      "the %s '%s' never ends", b->repeat ? tr("repeat") : tr("group"), b->place.s);
    }
    gaps_report(&s->label, s->l, "label");
    gaps_report(&s->constraint_message, s->l, "constraint_message");
    s->label = s->constraint_message = (struct gaps){0};
}

/* --- forms
 * --------------------------------------------------------------------------------------- */

/* Variables of each group by slot, in the order of the form. */
static void slots_fill(struct survey *s)
{
    struct dictionary *d = s->l->d;
    struct form *f = s->form;
    for (size_t i = s->first; i < d->n_variable; i++) f->group[d->variable[i].group].n_variable++;
    for (size_t g = 0; g < f->n_group; g++) {
        f->group[g].variable = ARENA_ARRAY(s->l->keep, var_id, f->group[g].n_variable);
        f->group[g].n_variable = 0;
    }
    for (size_t i = s->first; i < d->n_variable; i++) {
        struct variable *v = &d->variable[i];
        struct group *g = &f->group[v->group];
        v->slot = (uint16_t)g->n_variable;
        g->variable[g->n_variable++] = v->id;
    }
}

/* System variables by their fixed names and types. */
static var_id system_variable(struct survey *s, const char *name, const char *list)
{
    const struct variable *v = dictionary_variable(s->l->d, s->form->id, text_of(name));
    if (v != NULL && v->system && v->type == VARIABLE_CODE &&
        strcmp(s->l->d->list[v->list]->name, list) == 0)
        return v->id;
    problems_add(s->l->problems, true, "dictionary.system_variable", SYSTEM_SHEET, 0, "name",
                 arena_printf(s->l->scratch, tr("add a row: select_one %s,%s"), list, name),
                 "the system variable '%s' with codes of %s is missing", name, list);
    return VAR_NONE;
}

static void reference_find(struct survey *s, const struct sheet_row *settings)
{
    size_t column = sheet_column(&s->l->settings, "reference");
    struct cell c = sheet_cell(settings, column);
    if (c.s[0] == '\0') return;
    const struct variable *v = dictionary_variable(s->l->d, s->form->id, text_of(c.s));
    if (v == NULL)
        SHEET_PROBLEM(&s->l->reader, true, "settings.reference", c, "reference",
                      load_guess_variable(s->l, s->form, c.s,
                                          tr("name a text variable of the form")),
                      "form '%s' has no variable '%.80s'", s->form->name, c.s);
    else if (v->group != 0 || v->type != VARIABLE_TEXT)
        SHEET_PROBLEM(&s->l->reader, true, "settings.reference", c, "reference",
                      "name a text variable outside of all repeats",
                      "'%s' cannot be the reference of form '%s'", c.s, s->form->name);
    else s->form->reference = v->id;
}

static size_t count_repeats(const struct sheet *sheet)
{
    size_t n = 0, type = sheet_column(sheet, "type");
    for (size_t i = 0; i < sheet->n_row; i++)
        n += survey_row_kind(sheet_cell(&sheet->row[i], type).s) == SURVEY_BEGIN_REPEAT;
    return n;
}

static void form_read(struct loader *l, struct form *f, const struct sheet *sheet,
                      const struct sheet *system, const struct sheet_row *settings)
{
    struct survey s = {
        .l = l, .form = f, .sheet = sheet, .names = map_new(), .first = l->d->n_variable};
    f->group = ARENA_ARRAY(l->keep, struct group, count_repeats(sheet) + count_repeats(system) + 1);
    f->group[0] = (struct group){.name = f->name, .label = f->title};
    f->n_group = 1;
    map_put(s.names, text_of(f->name), 0);
    rows_read(&s);
    s.sheet = system;
    s.system = true;
    rows_read(&s);
    slots_fill(&s);
    load_outline(l, f, sheet);
    f->organisation = system_variable(&s, "organisation", ORGANISATION_LIST);
    f->organisation_type = system_variable(&s, "organisation_type", "CL_ORGTYPE");
    reference_find(&s, settings);
    map_free(s.names);
}

/* The survey sheet of one form with the pack laid over it. */
static bool survey_sheet(struct loader *l, const struct form *f, struct sheet *out)
{
    struct sheet pack;
    const char *file = arena_printf(l->scratch, "dictionary/%s.csv", f->name);
    if (data_files_find(l->files, file) == NULL)
        problems_add(l->problems, true, "dictionary.missing_file", file, 0, "",
                     "write the survey sheet of the form, or delete its row in settings.csv",
                     "the file %s is missing", file);
    if (!load_sheet(l, out, file)) return false;
    if (load_pack_sheet(l, &pack, arena_printf(l->scratch, "survey-%s.csv", f->name)))
        sheet_overlay(out, &pack, "name", true, &l->reader);
    return true;
}

void load_surveys(struct loader *l)
{
    struct dictionary *d = l->d;
    struct sheet *sheet = ARENA_ARRAY(l->scratch, struct sheet, d->n_form);
    struct sheet system = {.file = SYSTEM_SHEET};
    if (!load_sheet(l, &system, SYSTEM_SHEET) && data_files_find(l->files, SYSTEM_SHEET) == NULL)
        problems_add(l->problems, true, "dictionary.missing_file", SYSTEM_SHEET, 0, "",
                     "restore the file: it holds organisation and organisation_type",
                     "the file %s is missing", SYSTEM_SHEET);
    size_t rows = 0;
    for (size_t i = 0; i < d->n_form; i++) {
        if (!survey_sheet(l, &d->form[i], &sheet[i]))
            sheet[i] = (struct sheet){.file = "dictionary"};
        rows += sheet[i].n_row + system.n_row;
    }
    /* Room for all at once, so that expressions may point to their variables. */
    if (rows > DICTIONARY_VARS_MAX) rows = DICTIONARY_VARS_MAX;
    d->variable = ARENA_ARRAY(l->keep, struct variable, rows);
    size_t id_at = sheet_column(&l->settings, "form_id");
    for (size_t i = 0, k = 0; i < d->n_form && k < l->settings.n_row; k++) {
        /* Rows of settings.csv that made no form are passed over. */
        if (strcmp(sheet_cell(&l->settings.row[k], id_at).s, d->form[i].name) != 0) continue;
        form_read(l, &d->form[i], &sheet[i], &system, &l->settings.row[k]);
        i++;
    }
}
