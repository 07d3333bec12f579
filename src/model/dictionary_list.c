/* SPDX-License-Identifier: EUPL-1.2 */
/* Code lists: data/codelists/<LIST>.csv, with the pack's file of the same name laid over it. */
#include "model/dictionary_internal.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *const own_columns[] = {"name",       "parent", "valid_from", "valid_to", "sort",
                                          "retired_by", "action", "after",      ""};

static const char *kept(struct loader *l, const char *s)
{
    return s[0] == '\0' ? "" : arena_copy(l->keep, s, strlen(s));
}

static bool is_own_column(const char *column)
{
    for (size_t i = 0; i < sizeof own_columns / sizeof own_columns[0]; i++)
        if (strcmp(column, own_columns[i]) == 0) return true;
    return strcmp(column, "label") == 0 || text_starts(text_of(column), TEXT("label::"));
}

/* --- order
 * --------------------------------------------------------------------------------------- */

struct placed { /* a row of the sheet and where it goes */
    const struct sheet_row *row;
    int64_t sort;
    size_t number; /* place in the file */
};

static int by_sort(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->sort != y->sort) return x->sort < y->sort ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Rows that are not hidden, in the order of `sort`; a row without follows the one before it. */
static struct placed *rows_in_order(struct loader *l, const struct sheet *s, size_t *n)
{
    size_t sort = sheet_column(s, "sort");
    struct placed *out = ARENA_ARRAY(l->scratch, struct placed, s->n_row);
    int64_t last = INT64_MIN;
    *n = 0;
    for (size_t i = 0; i < s->n_row; i++) {
        if (s->row[i].hidden) continue;
        struct cell c = sheet_cell(&s->row[i], sort);
        int64_t at = last;
        if (c.s[0] != '\0' && !text_to_int(text_of(c.s), &at)) {
            SHEET_PROBLEM(&l->reader, true, "codelist.bad_sort", c, "sort", "write a whole number",
                          "'%.80s' is not a whole number", c.s);
            at = last;
        }
        out[*n] = (struct placed){&s->row[i], at, *n};
        (*n)++;
        last = at;
    }
    if (*n > 0) qsort(out, *n, sizeof *out, by_sort);
    return out;
}

/* --- codes
 * --------------------------------------------------------------------------------------- */

static bool code_name_is_good(struct loader *l, struct cell c)
{
    const char *what = NULL;
    if (c.s[0] == '\0') what = tr("the code is missing");
    else if (strlen(c.s) > CODE_NAME_MAX) what = tr("the code is longer than 64 bytes");
    else if (strpbrk(c.s, " \t\r\n;") != NULL || strstr(c.s, "\xC2\xA0") != NULL)
        what = tr("a code may not hold blanks or semicolons");
    if (what == NULL) return true;
    SHEET_PROBLEM(&l->reader, true, "codelist.bad_code", c, "name",
                  "use letters, digits, hyphens and underscores, without blanks", "%s: '%.80s'",
                  what, c.s);
    return false;
}

static int32_t day_of(struct loader *l, struct cell c, const char *column, int32_t otherwise)
{
    struct date d;
    if (c.s[0] == '\0') return otherwise;
    if (strlen(c.s) == 10 && date_parse(&d, text_of(c.s), DATE_ISO) && d.precision == DATE_DAY)
        return d.first;
    SHEET_PROBLEM(&l->reader, true, "codelist.bad_date", c, column, "write the day as YYYY-MM-DD",
                  "'%.80s' is not a day", c.s);
    return otherwise;
}

struct list_columns {
    size_t name, parent, valid_from, valid_to, retired_by;
    struct sheet_words label;
    size_t *further;
};

static void code_read(struct loader *l, struct codelist *list, const struct list_columns *at,
                      const struct sheet_row *row)
{
    struct cell name = sheet_cell(row, at->name);
    if (!code_name_is_good(l, name)) return;
    if (codelist_find(list, text_of(name.s)) != CODE_NONE) {
        SHEET_PROBLEM(&l->reader, true, "codelist.repeated_code", name, "name",
                      "a code never changes its meaning: delete or rename one of the rows",
                      "the code '%s' is there twice", name.s);
        return;
    }
    code_id id = (code_id)list->n_code++;
    struct code *c = &list->code[id];
    *c = (struct code){.name = kept(l, name.s), .parent = CODE_NONE, .level = 1};
    c->label = sheet_words_read(row, &at->label, l->keep);
    c->valid_from = day_of(l, sheet_cell(row, at->valid_from), "valid_from", INT32_MIN);
    c->valid_to = day_of(l, sheet_cell(row, at->valid_to), "valid_to", INT32_MAX);
    if (c->valid_from > c->valid_to)
        SHEET_PROBLEM(&l->reader, true, "codelist.valid_never", sheet_cell(row, at->valid_from),
                      "valid_from", "valid_from must not be after valid_to",
                      "the code '%s' ends before it begins", c->name);
    c->extra = ARENA_ARRAY(l->keep, const char *, list->n_column);
    for (size_t i = 0; i < list->n_column; i++)
        c->extra[i] = kept(l, sheet_cell(row, at->further[i]).s);
    codelist_enter(list, id, l->scratch);
}

/* --- codes that name each other
 * ------------------------------------------------------------------ */

static void unknown_code(struct loader *l, const struct codelist *list, struct cell c,
                         const char *column)
{
    struct guess g;
    guess_init(&g, text_of(c.s));
    for (size_t i = 0; i < list->n_code; i++) guess_offer(&g, list->code[i].name);
    SHEET_PROBLEM(&l->reader, true, "codelist.unknown_code", c, column,
                  guess_remedy(&g, "use a code of this list, or leave the cell empty", l->scratch),
                  "'%.80s' is not a code of %s", c.s, list->name);
}

/* Parents and successors by name. `row` of a code is found again by its name. */
static void codes_connect(struct loader *l, struct codelist *list, const struct list_columns *at,
                          const struct placed *placed, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        code_id self = codelist_find(list, text_of(sheet_cell(placed[i].row, at->name).s));
        if (self == CODE_NONE) continue;
        struct cell parent = sheet_cell(placed[i].row, at->parent);
        struct cell by = sheet_cell(placed[i].row, at->retired_by);
        if (parent.s[0] != '\0') {
            list->code[self].parent = codelist_find(list, text_of(parent.s));
            if (list->code[self].parent == CODE_NONE) unknown_code(l, list, parent, "parent");
            else list->tree = true;
        }
        if (by.s[0] == '\0') continue;
        if (codelist_find(list, text_of(by.s)) == CODE_NONE)
            unknown_code(l, list, by, "retired_by");
        list->code[self].retired_by = kept(l, by.s);
    }
}

enum { LEVEL_UNKNOWN = 0, LEVEL_BEING_FOUND = UINT16_MAX };

/* Levels from the top; codes that are their own ancestors are a problem, named once for each
 * circle. */
static void codes_level(struct loader *l, struct codelist *list)
{
    code_id *way = ARENA_ARRAY(l->scratch, code_id, list->n_code);
    for (size_t i = 0; i < list->n_code; i++) list->code[i].level = LEVEL_UNKNOWN;
    for (size_t i = 0; i < list->n_code; i++) {
        size_t n = 0;
        code_id c = (code_id)i;
        while (c != CODE_NONE && list->code[c].level == LEVEL_UNKNOWN) {
            list->code[c].level = LEVEL_BEING_FOUND;
            way[n++] = c;
            c = list->code[c].parent;
        }
        if (c != CODE_NONE && list->code[c].level == LEVEL_BEING_FOUND) {
            const char *file = arena_printf(l->scratch, "codelists/%s.csv", list->name);
            problems_add(l->problems, true, "codelist.cycle", file, 0, "parent",
                         "give one of the codes on this way another parent, or none",
                         "the code '%s' is an ancestor of itself", list->code[c].name);
            list->code[c].parent = CODE_NONE;
            c = CODE_NONE;
        }
        uint16_t level = c == CODE_NONE ? 0 : list->code[c].level;
        while (n > 0) list->code[way[--n]].level = ++level;
    }
}

/* --- lists
 * --------------------------------------------------------------------------------------- */

static struct codelist *list_new(struct loader *l, const char *name)
{
    struct codelist *list = ARENA_NEW(l->keep, struct codelist);
    *list = (struct codelist){.id = (list_id)l->d->n_list, .name = kept(l, name)};
    codelist_init(list);
    l->d->list[l->d->n_list++] = list;
    return list;
}

static void columns_find(struct loader *l, struct codelist *list, struct list_columns *at,
                         const struct sheet *s)
{
    *at = (struct list_columns){
        .name = sheet_column_required(s, &l->reader, "name"),
        .parent = sheet_column(s, "parent"),
        .valid_from = sheet_column(s, "valid_from"),
        .valid_to = sheet_column(s, "valid_to"),
        .retired_by = sheet_column(s, "retired_by"),
        .label = sheet_words(s, l->d, "label"),
        .further = ARENA_ARRAY(l->scratch, size_t, s->n_column),
    };
    list->column = ARENA_ARRAY(l->keep, const char *, s->n_column);
    bool labels = false;
    for (size_t i = 0; i < s->n_column; i++) {
        labels |= text_starts(text_of(s->column[i]), TEXT("label"));
        if (is_own_column(s->column[i])) continue;
        at->further[list->n_column] = i;
        list->column[list->n_column++] = kept(l, s->column[i]);
    }
    if (!labels)
        problems_add(l->problems, true, "sheet.missing_column", s->file, 1, "label",
                     "add a column such as label::English (en)", "there is no column with labels");
}

static void list_read(struct loader *l, const char *name, const struct sheet *s)
{
    struct codelist *list = list_new(l, name);
    struct list_columns at;
    columns_find(l, list, &at, s);
    size_t n;
    struct placed *placed = rows_in_order(l, s, &n);
    if (n > LIST_CODES_MAX) {
        problems_add(l->problems, true, "codelist.too_long", s->file, 0, "", "split the list",
                     "a list may have at most %d codes", LIST_CODES_MAX);
        n = 0;
    }
    list->code = ARENA_ARRAY(l->keep, struct code, n);
    struct gaps gaps = {0};
    for (size_t i = 0; i < n && at.name != COLUMN_ABSENT; i++) {
        size_t before = list->n_code;
        code_read(l, list, &at, placed[i].row);
        if (list->n_code > before)
            gaps_note(&gaps, l->d, &list->code[before].label,
                      sheet_cell(placed[i].row, COLUMN_ABSENT));
    }
    gaps_report(&gaps, l, "label");
    if (at.name != COLUMN_ABSENT) codes_connect(l, list, &at, placed, n);
    codes_level(l, list);
}

/* Organisations are entered at run time; their further column is the code of their type. */
static void organisations_list(struct loader *l)
{
    struct codelist *list = list_new(l, ORGANISATION_LIST);
    list->open = true;
    list->column = ARENA_ARRAY(l->keep, const char *, 1);
    list->column[list->n_column++] = "type";
}

/* "CL_SEX" out of "codelists/CL_SEX.csv" under a prefix; NULL when the file is no list. */
static const char *list_name(struct loader *l, const char *prefix, const char *file)
{
    struct text t = text_of(file), p = text_of(prefix);
    if (!text_starts(t, p) || !text_ends(t, TEXT(".csv"))) return NULL;
    t = (struct text){t.p + p.n, t.n - p.n - 4};
    if (memchr(t.p, '/', t.n) != NULL) return NULL;
    const char *name = arena_copy(l->scratch, t.p, t.n);
    const char *what = NULL;
    if (strcmp(name, ORGANISATION_LIST) == 0)
        what = tr("this list is filled with the repository's organisations");
    else if (!name_is_good(t)) what = tr("the file's name is not a good name of a list");
    if (what == NULL) return name;
    problems_add(l->problems, true, "codelist.bad_name", file, 0, "", "rename or delete the file",
                 "%s", what);
    return NULL;
}

void load_lists(struct loader *l)
{
    const char *core = "codelists/";
    const char *pack = arena_printf(l->scratch, PACK_PREFIX "%s/codelists/", l->pack);
    l->d->list = ARENA_ARRAY(l->keep, struct codelist *, l->files->n + 1);
    for (size_t i = 0; i < l->files->n; i++) {
        const char *file = l->files->file[i].name;
        const char *name = list_name(l, core, file);
        struct sheet s, over;
        if (name == NULL || !load_sheet(l, &s, file)) continue;
        if (load_pack_sheet(l, &over, arena_printf(l->scratch, "codelists/%s.csv", name)))
            sheet_overlay(&s, &over, "name", false, &l->reader);
        list_read(l, name, &s);
    }
    for (size_t i = 0; i < l->files->n && l->pack[0] != '\0'; i++) {
        const char *file = l->files->file[i].name;
        const char *name = list_name(l, pack, file);
        struct sheet s;
        if (name == NULL || dictionary_list(l->d, text_of(name)) != NULL) continue;
        if (load_sheet(l, &s, file)) list_read(l, name, &s);
    }
    organisations_list(l);
}
