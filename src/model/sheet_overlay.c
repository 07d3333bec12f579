/* SPDX-License-Identifier: EUPL-1.2 */
/* Laying a pack's sheet over the core's. Rows are kept in a chain while they are moved about, and
 * put back into an array at the end. */
#include "model/sheet.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <string.h>

/* --- uniting columns
 * ----------------------------------------------------------------------------- */

static bool is_instruction(const char *column)
{
    return strcmp(column, "action") == 0 || strcmp(column, "after") == 0;
}

/* Columns of `more` that `s` lacks are added to it; at[i] says where column i of `more` is now.
 * Columns without name, and those that instruct an overlay, have no place. */
static size_t *columns_unite(struct sheet *s, const struct sheet *more, struct arena *a)
{
    size_t *at = ARENA_ARRAY(a, size_t, more->n_column);
    size_t before = s->n_column;
    const char **header = ARENA_ARRAY(a, const char *, before + more->n_column);
    const char **column = ARENA_ARRAY(a, const char *, before + more->n_column);
    for (size_t i = 0; i < before; i++) {
        header[i] = s->header[i];
        column[i] = s->column[i];
    }
    s->header = header;
    s->column = column;
    for (size_t i = 0; i < more->n_column; i++) {
        at[i] = COLUMN_ABSENT;
        if (more->column[i][0] == '\0' || is_instruction(more->column[i])) continue;
        at[i] = sheet_column(s, more->column[i]);
        if (at[i] != COLUMN_ABSENT) continue;
        header[s->n_column] = more->header[i];
        column[s->n_column] = more->column[i];
        at[i] = s->n_column++;
    }
    if (s->n_column == before) return at;
    for (size_t r = 0; r < s->n_row; r++) {
        struct cell *cell = ARENA_ARRAY(a, struct cell, s->n_column);
        for (size_t i = 0; i < s->n_column; i++)
            cell[i] =
                i < before ? s->row[r].cell[i] : (struct cell){"", s->row[r].file, s->row[r].row};
        s->row[r].cell = cell;
    }
    return at;
}

static struct sheet_row row_moved(const struct sheet *s, const struct sheet_row *from,
                                  size_t n_from, const size_t *at, struct arena *a)
{
    struct sheet_row row = {.file = from->file, .row = from->row, .hidden = from->hidden};
    row.cell = ARENA_ARRAY(a, struct cell, s->n_column);
    for (size_t i = 0; i < s->n_column; i++) row.cell[i] = (struct cell){"", from->file, from->row};
    for (size_t i = 0; i < n_from; i++)
        if (at[i] != COLUMN_ABSENT) row.cell[at[i]] = from->cell[i];
    return row;
}

void sheet_append(struct sheet *s, const struct sheet *more, struct arena *a)
{
    size_t *at = columns_unite(s, more, a);
    struct sheet_row *row = ARENA_ARRAY(a, struct sheet_row, s->n_row + more->n_row);
    for (size_t i = 0; i < s->n_row; i++) row[i] = s->row[i];
    for (size_t i = 0; i < more->n_row; i++)
        row[s->n_row + i] = row_moved(s, &more->row[i], more->n_column, at, a);
    s->row = row;
    s->n_row += more->n_row;
}

/* --- overlay
 * ------------------------------------------------------------------------------------- */

#define CHAIN_END UINT32_MAX

struct overlay {
    struct sheet *core;
    const struct sheet *pack;
    struct sheet_reader *in;
    const size_t *at;      /* column of the pack -> column of the core */
    size_t key, type;      /* columns of the core; `type` COLUMN_ABSENT when not nested */
    struct sheet_row *row; /* core's rows, then added ones */
    uint32_t *next;        /* chain over `row` */
    uint32_t n, first, last, last_added;
    struct map *by_name; /* key -> number in `row` */
};

static const struct sheet_row *named(const struct overlay *o, const char *name, uint32_t *number)
{
    *number = map_get(o->by_name, text_of(name));
    return *number == MAP_NONE ? NULL : &o->row[*number];
}

static void unknown_name(const struct overlay *o, const struct sheet_row *row, const char *name,
                         const char *column, const char *what)
{
    struct guess g;
    guess_init(&g, text_of(name));
    for (uint32_t i = 0; i < o->n; i++) guess_offer(&g, o->row[i].cell[o->key].s);
    SHEET_PROBLEM(o->in, true, "pack.unknown_name", *row, column,
                  guess_remedy(&g, "use a name of the core, or delete the row", o->in->arena),
                  "%s '%.80s', which %s does not have", what, name, o->core->file);
}

static bool is_kind(const struct overlay *o, uint32_t number, const char *prefix)
{
    return text_starts(text_of(o->row[number].cell[o->type].s), text_of(prefix));
}

static void row_hide(struct overlay *o, uint32_t number)
{
    o->row[number].hidden = true;
    if (o->type == COLUMN_ABSENT || !is_kind(o, number, "begin")) return;
    size_t depth = 1;
    for (uint32_t i = o->next[number]; i != CHAIN_END && depth > 0; i = o->next[i]) {
        o->row[i].hidden = true;
        if (is_kind(o, i, "begin")) depth++;
        if (is_kind(o, i, "end")) depth--;
    }
}

static void row_change(struct overlay *o, uint32_t number, const struct sheet_row *with)
{
    struct sheet_row *row = &o->row[number];
    /* The cells may be shared with no one: rows of the core are the core's own. */
    for (size_t i = 0; i < o->pack->n_column; i++) {
        if (o->at[i] == COLUMN_ABSENT || o->at[i] == o->key || with->cell[i].s[0] == '\0') continue;
        row->cell[o->at[i]] = with->cell[i];
        if (strcmp(with->cell[i].s, "[CLEAR]") == 0) row->cell[o->at[i]].s = "";
    }
}

/* "end NAME": the row that ends the group or repeat NAME; CHAIN_END when there is none. */
static uint32_t end_of(const struct overlay *o, const char *name)
{
    uint32_t i;
    size_t depth = 1;
    if (o->type == COLUMN_ABSENT || named(o, name, &i) == NULL || !is_kind(o, i, "begin"))
        return CHAIN_END;
    for (i = o->next[i]; i != CHAIN_END; i = o->next[i]) {
        if (is_kind(o, i, "begin")) depth++;
        if (is_kind(o, i, "end") && --depth == 0) return i;
    }
    return CHAIN_END;
}

static bool row_behind(const struct overlay *o, const char *after, uint32_t *behind)
{
    if (!text_starts(text_of(after), TEXT("end "))) return named(o, after, behind) != NULL;
    uint32_t end = end_of(o, after + strlen("end "));
    if (end != CHAIN_END) *behind = end;
    return end != CHAIN_END;
}

static void row_add(struct overlay *o, const struct sheet_row *row, const char *after)
{
    uint32_t number = o->n++;
    uint32_t behind = o->last_added != CHAIN_END ? o->last_added : o->last;
    o->row[number] = row_moved(o->core, row, o->pack->n_column, o->at, o->in->arena);
    if (after[0] != '\0' && !row_behind(o, after, &behind)) {
        unknown_name(o, row, after, "after", tr("the row is to go behind"));
        behind = o->last;
    }
    if (behind == CHAIN_END) {
        o->next[number] = o->first;
        o->first = number;
    } else {
        o->next[number] = o->next[behind];
        o->next[behind] = number;
    }
    if (behind == o->last) o->last = number;
    o->last_added = number;
    const char *name = o->row[number].cell[o->key].s;
    if (name[0] != '\0' && map_get(o->by_name, text_of(name)) == MAP_NONE)
        map_put(o->by_name, text_of(name), number);
}

static void row_apply(struct overlay *o, const struct sheet_row *row, size_t action, size_t after)
{
    size_t key = sheet_column(o->pack, o->core->column[o->key]);
    const char *name = sheet_cell(row, key).s;
    const char *what = sheet_cell(row, action).s;
    uint32_t number;
    const struct sheet_row *known = name[0] == '\0' ? NULL : named(o, name, &number);

    if (action == COLUMN_ABSENT) what = known != NULL ? "change" : "add";
    if (strcmp(what, "add") == 0) {
        row_add(o, row, sheet_cell(row, after).s);
        return;
    }
    o->last_added = CHAIN_END;
    bool hide = strcmp(what, "hide") == 0;
    if (!hide && strcmp(what, "change") != 0) {
        SHEET_PROBLEM(o->in, true, "pack.unknown_action", *row, "action",
                      "write add, hide or change", "the action '%.80s' is not known", what);
    } else if (known == NULL) {
        unknown_name(o, row, name, o->core->column[o->key],
                     hide ? tr("the pack hides") : tr("the pack changes"));
    } else if (hide) {
        row_hide(o, number);
    } else {
        row_change(o, number, row);
    }
}

static void chain_flatten(struct overlay *o)
{
    struct sheet_row *row = ARENA_ARRAY(o->in->arena, struct sheet_row, o->n);
    size_t n = 0;
    for (uint32_t i = o->first; i != CHAIN_END; i = o->next[i]) row[n++] = o->row[i];
    o->core->row = row;
    o->core->n_row = n;
}

void sheet_overlay(struct sheet *core, const struct sheet *pack, const char *key, bool nested,
                   struct sheet_reader *in)
{
    if (sheet_column_required(pack, in, key) == COLUMN_ABSENT) return;
    struct overlay o = {.core = core, .pack = pack, .in = in, .last_added = CHAIN_END};
    size_t action = sheet_column(pack, "action"), after = sheet_column(pack, "after");
    o.at = columns_unite(core, pack, in->arena);
    o.key = sheet_column(core, key);
    o.type = nested ? sheet_column(core, "type") : COLUMN_ABSENT;
    o.row = ARENA_ARRAY(in->arena, struct sheet_row, core->n_row + pack->n_row);
    o.next = ARENA_ARRAY(in->arena, uint32_t, core->n_row + pack->n_row);
    o.by_name = map_new();
    o.n = (uint32_t)core->n_row;
    o.first = core->n_row == 0 ? CHAIN_END : 0;
    o.last = core->n_row == 0 ? CHAIN_END : o.n - 1;
    for (uint32_t i = 0; i < o.n; i++) {
        o.row[i] = core->row[i];
        o.next[i] = i + 1 == o.n ? CHAIN_END : i + 1;
        const char *name = o.row[i].cell[o.key].s;
        if (name[0] != '\0' && map_get(o.by_name, text_of(name)) == MAP_NONE)
            map_put(o.by_name, text_of(name), i);
    }
    for (size_t i = 0; i < pack->n_row; i++) row_apply(&o, &pack->row[i], action, after);
    chain_flatten(&o);
    map_free(o.by_name);
}
