/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/figure.h"

#include "base/unicode.h"

#include <string.h>

enum { COLUMNS_SIDE_BY_SIDE = 6, PERCENT_FROM = 20 };

/* ---------------------------------------------------------------- what can be said */

struct saying {
    struct call *c;
    const struct release *r;
    size_t language; /* of the release's words */
    struct number_format *numbers;
    bool persons;
    bool regions; /* of a map: those without parts are spoken of, not the country around them */
};

static bool shown(const struct release *r, size_t cell)
{
    return r->status[cell] == CELL_SHOWN;
}

static const char *number(const struct saying *s, int64_t v)
{
    return unicode_number(s->numbers, v, s->c->arena);
}

static const char *label_of(const struct saying *s, size_t k, size_t i)
{
    const struct release_category *x = &s->r->dim[k].category[i];
    const char *label = words_in(&x->label, s->language, x->name);
    struct text t = unicode_visible(text_of(label), s->c->arena);
    return arena_copy(s->c->arena, t.p, t.n);
}

/* A group that can be spoken of: right under the total, and neither unknown nor not applicable. */
static bool is_group(const struct saying *s, const struct release_dimension *d, size_t i)
{
    const struct release_category *x = &d->category[i];
    bool place = x->parent == 0;
    if (s->regions) place = i + 1 == d->n_category || d->category[i + 1].parent != i;
    return i > 0 && place && (x->kind == RELEASE_CODE || x->kind == RELEASE_NUMBER);
}

static bool is_series(const struct release_dimension *d)
{
    size_t n = 0;
    for (size_t i = 1; i < d->n_category; i++) {
        if (d->category[i].kind == RELEASE_NUMBER) n++;
        if (d->category[i].kind == RELEASE_CODE) return false;
    }
    return n > 1;
}

/* The texts are formats with known conversions; a translation with others is never used. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* "2019: 120 persons" */
static const char *said(const struct saying *s, const char *label, int64_t n)
{
    const char *how = s->persons ? tr_n("%s: %s person", "%s: %s persons", n)
                                 : tr_n("%s: %s record", "%s: %s records", n);
    return arena_printf(s->c->arena, how, label, number(s, n));
}

static const char *largest_of(const struct saying *s, const char *label, int64_t n)
{
    struct arena *a = s->c->arena;
    int64_t total = s->r->count[0];
    if (!shown(s->r, 0) || total <= 0)
        return arena_printf(a, tr("The largest count shown: %s."), said(s, label, n));
    const char *of = s->persons ? tr_n("%s person in all.", "%s persons in all.", total)
                                : tr_n("%s record in all.", "%s records in all.", total);
    of = arena_printf(a, of, number(s, total));
    if (total < PERCENT_FROM) /* figures alone below that: handbook, "Percentages" */
        return arena_printf(a, tr("%s The largest count shown is %s: %s."), of, label,
                            number(s, n));
    return arena_printf(a, tr("%s The largest count shown is %s: %s (%s)."), of, label,
                        number(s, n), unicode_percent(s->numbers, (double)n / (double)total, a));
}
#pragma GCC diagnostic pop

/* The only group with the largest shown count of one variable; 0: none, or several. */
static const char *nominal(const struct saying *s)
{
    const struct release_dimension *d = &s->r->dim[0];
    size_t best = 0, ties = 0, run = s->r->n_cell / d->n_category;
    for (size_t i = 1; i < d->n_category; i++) {
        if (!is_group(s, d, i) || !shown(s->r, i * run) || s->r->count[i * run] == 0) continue;
        int64_t v = s->r->count[i * run], top = best == 0 ? 0 : s->r->count[best * run];
        if (v == top) ties++;
        if (v <= top) continue;
        best = i;
        ties = 1;
    }
    if (best == 0) return "";
    if (ties > 1)
        return arena_printf(s->c->arena, tr("Several groups share the largest count shown: %s."),
                            number(s, s->r->count[best * run]));
    return largest_of(s, label_of(s, 0, best), s->r->count[best * run]);
}

/* The largest shown combination of two variables. */
static const char *crossed(const struct saying *s)
{
    const struct release *r = s->r;
    const struct release_dimension *rows = &r->dim[0], *columns = &r->dim[1];
    size_t best = 0, row = 0, column = 0, ties = 0;
    for (size_t i = 1; i < rows->n_category; i++)
        for (size_t j = 1; j < columns->n_category; j++) {
            size_t at = i * columns->n_category + j;
            if (!is_group(s, rows, i) || !is_group(s, columns, j) || !shown(r, at)) continue;
            if (best != 0 && r->count[at] == r->count[best]) ties++;
            if (r->count[at] == 0 || (best != 0 && r->count[at] <= r->count[best])) continue;
            best = at;
            row = i;
            column = j;
            ties = 1;
        }
    if (best == 0) return nominal(s);
    if (ties > 1)
        return arena_printf(s->c->arena,
                            tr("Several combinations share the largest count shown: %s."),
                            number(s, r->count[best]));
    return largest_of(s,
                      arena_printf(s->c->arena, "%s / %s", label_of(s, 0, row),
                                   label_of(s, 1, column)),
                      r->count[best]);
}

/* First, last and highest of a series, of those that are shown. */
static const char *series(const struct saying *s)
{
    const struct release_dimension *d = &s->r->dim[0];
    size_t run = s->r->n_cell / d->n_category, first = 0, last = 0, high = 0, ties = 0;
    for (size_t i = 1; i < d->n_category; i++) {
        if (d->category[i].kind != RELEASE_NUMBER || !shown(s->r, i * run)) continue;
        int64_t v = s->r->count[i * run];
        if (first == 0) first = i;
        last = i;
        if (high != 0 && v == s->r->count[high * run]) ties++;
        if (high != 0 && v <= s->r->count[high * run]) continue;
        high = i;
        ties = 1;
    }
    if (first == last) return "";
    const char *from = said(s, label_of(s, 0, first), s->r->count[first * run]),
               *to = said(s, label_of(s, 0, last), s->r->count[last * run]);
    if (ties > 1 || high == first || high == last)
        return arena_printf(s->c->arena, tr("%s; %s."), from, to);
    return arena_printf(s->c->arena, tr("%s; %s. Highest of those shown: %s."), from, to,
                        said(s, label_of(s, 0, high), s->r->count[high * run]));
}

static const char *nobody(const struct saying *s)
{
    return s->persons ? tr("No person is counted here.") : tr("No record is counted here.");
}

const char *figure_finding(struct call *c, const struct counted *t, const char *kind)
{
    const char *language = c->s->dictionary->language[c->language];
    struct saying s = {.c = c,
                       .r = &t->release,
                       .language = t->words.language,
                       .persons = strcmp(t->release.unit, "persons") == 0,
                       .regions = strcmp(kind, "regions") == 0,
                       .numbers = unicode_numbers_new(
                           arena_printf(c->arena, "%s_%s", language, t->words.country))};
    const char *sentence = "";
    if (shown(s.r, 0) && s.r->count[0] == 0) sentence = nobody(&s);
    else if (s.r->n_dim == 0)
        sentence = shown(s.r, 0)
                       ? arena_printf(c->arena, "%s.", said(&s, tr("In all"), s.r->count[0]))
                       : "";
    else if (is_series(&s.r->dim[0])) sentence = series(&s);
    else if (s.r->n_dim == 2 && strcmp(kind, "stacked") != 0) sentence = crossed(&s);
    else sentence = nominal(&s);
    unicode_numbers_free(s.numbers);
    return sentence;
}

/* ---------------------------------------------------------------- the figure */

static size_t top_level(const struct release_dimension *d)
{
    size_t n = 0;
    for (size_t i = 1; i < d->n_category; i++) n += d->category[i].parent == 0;
    return n;
}

static const char *suiting(const struct release *r)
{
    if (r->n_dim == 0 || r->n_dim > 2 || r->n_row_dim != 1) return "none";
    bool few = r->n_dim == 1 || top_level(&r->dim[1]) <= COLUMNS_SIDE_BY_SIDE;
    if (is_series(&r->dim[0]) && few) return "line";
    if (r->n_dim == 1) return "bar";
    if (!few) return "heat";
    return r->dim[0].several || r->dim[1].several ? "bar" : "stacked";
}

static struct json *figure_begin(const struct figure_ask *ask, const char *kind)
{
    struct json *out = json_object();
    json_set_text(out, "id", ask->id);
    json_set_text(out, "kind", kind);
    json_set_text(out, "title", ask->title);
    json_set_text(out, "note", ask->note == NULL ? "" : ask->note);
    static const char *const text[] = {"finding", "unit", "form", "message", "remedy"};
    static const char *const flag[] = {"raw", "hidden", "refused"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) json_set_text(out, text[i], "");
    for (size_t i = 0; i < sizeof flag / sizeof *flag; i++) json_set_bool(out, flag[i], false);
    return out;
}

bool figure_make(struct json **out, struct call *c, const struct counted *t,
                 const struct figure_ask *ask, struct err *e)
{
    struct json *table;
    const char *kind = strcmp(ask->kind, "auto") == 0 ? suiting(&t->release) : ask->kind;
    if (t->release.n_row_dim != 1 || t->release.n_dim > 2) kind = "none"; /* what the script reads */
    if (!table_write_page(&table, &t->release, &t->words, e)) return false;
    *out = figure_begin(ask, kind);
    if (ask->title == NULL) json_set_text(*out, "title", json_get_text(table, "caption", ""));
    json_set_text(*out, "finding", figure_finding(c, t, kind));
    json_set_text(*out, "unit", t->release.unit);
    json_set_text(*out, "form", t->release.form);
    json_set_bool(*out, "raw", t->release.kind == RELEASE_RAW);
    json_set_bool(*out, "hidden", t->release.n_hidden > 0);
    json_set_bool(*out, "refused", false);
    json_set(*out, "table", table);
    return true;
}

struct json *figure_refused(struct call *c, const struct figure_ask *ask, const struct err *why)
{
    (void)c;
    if (why->code != ERR_USAGE && why->code != ERR_LIMIT && why->code != ERR_DISCLOSURE)
        return NULL;
    struct json *out = figure_begin(ask, "none");
    json_set_bool(out, "refused", true);
    json_set_text(out, "message", why->msg);
    json_set_text(out, "remedy", why->remedy);
    return out;
}

/* ---------------------------------------------------------------- put together line by line */

struct figure_grid {
    struct call *c;
    struct json *head, *body; /* cells of the one header line; lines */
    struct json *line;        /* cells of the last line */
    const char *caption;
    struct number_format *numbers;
};

static struct json *grid_cell(const char *text, const char *code, const char *scope, bool total)
{
    struct json *cell = json_object();
    json_set_text(cell, "text", text);
    json_set_text(cell, "code", code);
    json_set_text(cell, "scope", scope);
    json_set_int(cell, "span", 1);
    json_set_int(cell, "lines", 1);
    json_set_int(cell, "level", 0);
    json_set_bool(cell, "hidden", false);
    json_set_bool(cell, "total", total);
    return cell;
}

static struct json *grid_line(struct json *cells, bool total)
{
    struct json *line = json_object();
    json_set(line, "cells", cells);
    json_set_bool(line, "total_row", total);
    return line;
}

struct figure_grid *figure_grid_new(struct call *c, const char *caption)
{
    struct figure_grid *g = ARENA_NEW(c->arena, struct figure_grid);
    *g = (struct figure_grid){.c = c,
                              .head = json_array(),
                              .body = json_array(),
                              .caption = caption,
                              .numbers = unicode_numbers_new(arena_printf(
                                  c->arena, "%s_%s", c->s->dictionary->language[c->language],
                                  dictionary_pack_value(c->s->dictionary, "country", "")))};
    return g;
}

void figure_grid_head(struct figure_grid *g, const char *text, const char *code)
{
    json_push(g->head, grid_cell(text, code, "col", strcmp(code, "T") == 0));
}

void figure_grid_row(struct figure_grid *g, const char *text, const char *code, bool total)
{
    g->line = json_array();
    json_push(g->line, grid_cell(text, code, "row", total));
    json_push(g->body, grid_line(g->line, total));
}

void figure_grid_count(struct figure_grid *g, int64_t n)
{
    struct json *cell =
        grid_cell(n < 0 ? ".." : unicode_number(g->numbers, n, g->c->arena), "", "", false);
    if (n >= 0) json_set_int(cell, "value", n);
    json_set_bool(cell, "hidden", n < 0);
    json_push(g->line, cell);
}

const char *figure_said(struct figure_grid *g, const struct counted *t, const char *label,
                        int64_t n)
{
    struct saying s = {.c = g->c,
                       .r = &t->release,
                       .language = t->words.language,
                       .numbers = g->numbers,
                       .persons = strcmp(t->release.unit, "persons") == 0};
    return said(&s, label, n);
}

/* Notes of a table of nothing but its total: unit, protection, day. */
static struct json *notes_of(const struct counted *t, bool hidden)
{
    struct release r = t->release;
    struct json *page, *notes;
    r.n_dim = r.n_row_dim = 0;
    r.n_cell = 1;
    r.n_hidden = hidden ? 1 : 0;
    if (!table_write_page(&page, &r, &t->words, NULL)) return json_array();
    notes = json_copy(json_get(page, "notes"));
    json_free(page);
    return notes;
}

struct json *figure_of_grid(struct figure_grid *g, const struct figure_ask *ask,
                            const struct counted *t, const char *finding, bool hidden)
{
    struct json *out = figure_begin(ask, ask->kind), *table = json_object(), *head = json_array();
    json_push(head, grid_line(g->head, false));
    json_set_text(table, "caption", g->caption);
    json_set(table, "notes", notes_of(t, hidden));
    json_set(table, "head", head);
    json_set(table, "body", g->body);
    json_set_text(out, "finding", finding);
    json_set_text(out, "unit", t->release.unit);
    json_set_text(out, "form", t->release.form);
    json_set_bool(out, "raw", false);
    json_set_bool(out, "hidden", hidden);
    json_set_bool(out, "refused", false);
    json_set(out, "table", table);
    unicode_numbers_free(g->numbers);
    return out;
}
