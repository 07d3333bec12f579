/* SPDX-License-Identifier: EUPL-1.2 */
/* What a pack must say so that the core becomes the sheet that is wanted: rows added, changed,
 * hidden (sheet_overlay() is the other direction). Rows are known by their names; the end of a
 * group or repeat by the name of its beginning. */
#include "model/xlsform_internal.h"

#include "base/map.h"
#include "base/mem.h"

#include <string.h>

struct keyed { /* a sheet with the key of each row */
    const struct sheet *s;
    const char **key; /* name; "/NAME" for the end of NAME; "" for none */
    size_t *level;    /* of the row within groups */
    struct map *at;   /* key -> row */
};

struct making {
    struct keyed core, want;
    struct sheet *out;
    struct overlay_count *count;
    struct arena *a;
    struct problems *p;
    size_t action, after;
};

static bool begins_with(const struct sheet_row *row, size_t column, const char *what)
{
    return text_starts(text_of(sheet_cell(row, column).s), text_of(what));
}

static struct keyed keys_of(const struct sheet *s, bool nested, struct arena *a)
{
    struct keyed k = {.s = s, .at = map_new()};
    const char *open[DICTIONARY_DEPTH_MAX];
    size_t depth = 0;
    if (s == NULL) return k;
    size_t name = sheet_column(s, "name"), type = nested ? sheet_column(s, "type") : COLUMN_ABSENT;
    k.key = ARENA_ARRAY(a, const char *, s->n_row);
    k.level = ARENA_ARRAY(a, size_t, s->n_row);
    for (size_t i = 0; i < s->n_row; i++) {
        k.key[i] = sheet_cell(&s->row[i], name).s;
        if (begins_with(&s->row[i], type, "end") && depth > 0)
            k.key[i] = arena_printf(a, "/%s", open[--depth]);
        k.level[i] = depth;
        if (begins_with(&s->row[i], type, "begin") && depth < DICTIONARY_DEPTH_MAX)
            open[depth++] = k.key[i];
        if (k.key[i][0] != '\0') map_put(k.at, text_of(k.key[i]), (uint32_t)i);
    }
    return k;
}

static uint32_t row_of(const struct keyed *k, const char *key)
{
    return key[0] == '\0' ? MAP_NONE : map_get(k->at, text_of(key));
}

/* A row of the pack about row `from`, with its name. */
static struct sheet_row *say(struct making *m, const char *action, const struct sheet_row *from,
                             const char *name)
{
    struct sheet_row *row = table_row(m->out, from->file, from->row, m->a);
    table_put(row, m->action, action);
    table_put(row, sheet_column(m->out, "name"), name);
    return row;
}

/* --- rows that stay
 * ------------------------------------------------------------------------------ */

static void say_change(struct making *m, const struct sheet_row *was, const struct sheet_row *is,
                       const char *name)
{
    const struct sheet *want = m->want.s;
    struct sheet_row *row = NULL;
    for (size_t c = 0; c < want->n_column; c++) {
        const char *old = sheet_cell(was, sheet_column(m->core.s, want->column[c])).s;
        const char *now = is->cell[c].s;
        if (strcmp(old, now) == 0) continue;
        if (row == NULL) row = say(m, "change", is, name);
        table_put(row, sheet_column(m->out, want->column[c]), now[0] == '\0' ? "[CLEAR]" : now);
    }
    m->count->changed += row != NULL;
}

static void check_order(struct making *m)
{
    uint32_t last = 0;
    for (size_t i = 0; i < m->want.s->n_row; i++) {
        uint32_t at = row_of(&m->core, m->want.key[i]);
        if (at == MAP_NONE) continue;
        if (at < last)
            problems_add(
                m->p, true, "xlsform.moved", m->want.s->row[i].file, m->want.s->row[i].row, "name",
                "put the row back to its place, or import without --pack to change the core",
                "'%s' has moved: a pack may add, hide and change rows of the core, not move "
                "them",
                m->want.key[i][0] == '/' ? m->want.key[i] + 1 : m->want.key[i]);
        else last = at;
    }
}

static void say_changes(struct making *m)
{
    for (size_t i = 0; i < m->want.s->n_row; i++) {
        uint32_t at = row_of(&m->core, m->want.key[i]);
        if (at != MAP_NONE && m->want.key[i][0] != '/')
            say_change(m, &m->core.s->row[at], &m->want.s->row[i], m->want.key[i]);
    }
}

/* --- rows that go
 * -------------------------------------------------------------------------------- */

static void say_hidden(struct making *m, bool nested)
{
    size_t type = nested ? sheet_column(m->core.s, "type") : COLUMN_ABSENT, inside = SIZE_MAX;
    for (size_t i = 0; i < m->core.s->n_row; i++) {
        const char *key = m->core.key[i];
        uint32_t kept = row_of(&m->want, key);
        if (inside != SIZE_MAX) { /* of a group that is hidden */
            if (key[0] == '/' && m->core.level[i] == inside) inside = SIZE_MAX;
            if (kept == MAP_NONE) continue;
            const struct sheet_row *row = &m->want.s->row[kept];
            problems_add(m->p, true, "xlsform.heading_gone", row->file, row->row, "name",
                         "bring back the heading above it, or delete this row as well",
                         "the group or repeat that '%s' belongs to in the core is gone",
                         key[0] == '/' ? key + 1 : key);
        } else if (kept == MAP_NONE && key[0] != '/' && key[0] != '\0') {
            say(m, "hide", &m->core.s->row[i], key);
            m->count->hidden++;
            if (begins_with(&m->core.s->row[i], type, "begin")) inside = m->core.level[i];
        }
    }
}

/* --- rows that come
 * ------------------------------------------------------------------------------ */

static bool is_new(const struct making *m, size_t i)
{
    return row_of(&m->core, m->want.key[i]) == MAP_NONE;
}

/* Behind what the new rows from `i` on go: "" for the end of the sheet. */
static const char *place_of(struct making *m, size_t i)
{
    if (i == 0) return "";
    uint32_t before = row_of(&m->core, m->want.key[i - 1]);
    if (before != MAP_NONE && before + 1 == m->core.s->n_row) return "";
    const char *key = m->want.key[i - 1];
    return key[0] == '/' ? arena_printf(m->a, "end %s", key + 1) : key;
}

static void check_first(struct making *m)
{
    if (m->want.s->n_row == 0 || m->core.s->n_row == 0 || !is_new(m, 0)) return;
    problems_add(m->p, true, "xlsform.first", m->want.s->row[0].file, m->want.s->row[0].row, "name",
                 "put it behind the first row, or import without --pack to change the core",
                 "a pack cannot add a row before the first one of the core");
}

/* Rows for the end of the sheet come first, for later ones go behind the row added last. */
static void say_added(struct making *m, bool at_end)
{
    const struct sheet *want = m->want.s;
    bool in_run = false, mine = false;
    for (size_t i = 0; i < want->n_row; i++) {
        if (!is_new(m, i)) {
            in_run = false;
            continue;
        }
        const char *after = "";
        if (!in_run) {
            after = place_of(m, i);
            mine = (after[0] == '\0') == at_end;
        }
        in_run = true;
        if (!mine) continue;
        struct sheet_row *row = say(m, "add", &want->row[i], "");
        table_put(row, m->after, after);
        for (size_t c = 0; c < want->n_column; c++)
            table_put(row, sheet_column(m->out, want->column[c]), want->row[i].cell[c].s);
        m->count->added += m->want.key[i][0] != '/';
    }
}

void overlay_make(struct sheet *out, const struct sheet *core, const struct sheet *want,
                  bool nested, struct overlay_count *count, struct arena *a, struct problems *p)
{
    struct making m = {.core = keys_of(core, nested, a),
                       .want = keys_of(want, nested, a),
                       .out = out,
                       .count = count,
                       .a = a,
                       .p = p};
    table_begin(out, want->file, a);
    m.action = table_column(out, "action", "action");
    m.after = table_column(out, "after", "after");
    for (size_t c = 0; c < want->n_column; c++)
        if (want->column[c][0] != '\0') table_column(out, want->header[c], want->column[c]);
    table_rows(out, 2 * want->n_row + (core == NULL ? 0 : core->n_row), a);
    say_added(&m, true);
    say_added(&m, false);
    if (core != NULL) {
        if (nested) {
            check_order(&m);
            check_first(&m);
        }
        say_changes(&m);
        say_hidden(&m, nested);
    }
    map_free(m.core.at);
    map_free(m.want.at);
}
