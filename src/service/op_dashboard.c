/* SPDX-License-Identifier: EUPL-1.2 */
/* Dashboards: fixed sets of protected tables, each with its chart and one sentence.
 *
 * Each table is protected by itself. Of tables over the same units that share a variable it is
 * looked whether one shows a margin that another hides: the later one is then not told. That they
 * say no more together than each of them is more than that, and is not judged: the answer says
 * so. */
#include "service/dashboard.h"
#include "service/figure.h"

#include "analysis/overlap.h"
#include "base/catalogue.h"
#include "base/mem.h"

#include <string.h>

enum { COUNTED_MAX = 40, ONE_WAY_MAX = 30, SEEN_MAX = 24 };

struct told { /* tables of this dashboard that were told */
    struct counted table[COUNTED_MAX];
    size_t n;
    int64_t cells;
};

static struct json *names(const char *words)
{
    struct json *list = json_array();
    struct text rest = text_of(words), one;
    while (text_split(&rest, ' ', &one))
        if (one.n > 0) json_push(list, json_text(one));
    return list;
}

/* ---------------------------------------------------------------- tables that undo each other */

/* Category of `d` by its name; 0: it has none. */
static size_t category_named(const struct release_dimension *d, const char *name)
{
    for (size_t i = 1; i < d->n_category; i++)
        if (strcmp(d->category[i].name, name) == 0) return i;
    return 0;
}

/* The cell of category i of variable k with all others at their totals. */
static size_t margin(const struct release *r, size_t k, size_t i)
{
    size_t stride = 1;
    for (size_t j = k + 1; j < r->n_dim; j++) stride *= r->dim[j].n_category;
    return i * stride;
}

static bool margins_agree(const struct release *a, const struct release *b)
{
    if (a->status[0] != b->status[0]) return false;
    for (size_t k = 0; k < a->n_dim; k++)
        for (size_t l = 0; l < b->n_dim; l++) {
            if (strcmp(a->dim[k].name, b->dim[l].name) != 0) continue;
            for (size_t i = 1; i < a->dim[k].n_category; i++) {
                size_t j = category_named(&b->dim[l], a->dim[k].category[i].name);
                if (j != 0 && a->status[margin(a, k, i)] != b->status[margin(b, l, j)])
                    return false;
            }
        }
    return true;
}

static bool same_units(const struct counted *a, const struct counted *b)
{
    return a->form == b->form && strcmp(a->release.unit, b->release.unit) == 0;
}

static bool undoes(const struct told *t, const struct counted *fresh)
{
    for (size_t i = 0; i < t->n; i++)
        if (same_units(&t->table[i], fresh) &&
            !margins_agree(&t->table[i].release, &fresh->release))
            return true;
    return false;
}

static bool tell(struct told *t, const struct counted *fresh, struct err *e)
{
    if (undoes(t, fresh)) {
        err_set(e, ERR_DISCLOSURE, "dashboard.together",
                "this table would give away what another one on this page hides");
        return err_remedy(e, "count it by itself, with the table builder");
    }
    if (t->n < COUNTED_MAX) t->table[t->n++] = *fresh;
    t->cells += (int64_t)fresh->release.n_cell;
    return true;
}

/* ---------------------------------------------------------------- one chart */

struct chart {
    struct call *c; /* with the chart's own parameters */
    const struct board_row *row;
    struct figure_ask ask;
    struct told *told;
};

static bool plain(struct json **out, struct chart *k, struct err *e)
{
    struct counted t;
    return call_count(&t, k->c, false, e) && tell(k->told, &t, e) &&
           figure_make(out, k->c, &t, &k->ask, e);
}

static bool overlap(struct json **out, struct chart *k, struct err *e)
{
    struct counted t;
    struct snapshot *snapshot;
    struct table table;
    return call_count_spec(&t, &snapshot, k->c, e) &&
           overlap_count(&table, snapshot, k->c->arena, e) &&
           call_count_release(&t, k->c, &table, e) && tell(k->told, &t, e) &&
           figure_make(out, k->c, &t, &k->ask, e);
}

/* One table for each variable of the chart, one-way. */
static bool one_way(struct counted *out, struct chart *k, struct text name, struct err *e)
{
    struct json *in = json_copy(k->c->in), *rows = json_array();
    struct call sub = *k->c;
    json_push(rows, json_text(name));
    json_set(in, "rows", rows);
    sub.in = in;
    bool ok = call_count(out, &sub, false, e);
    k->c->event = sub.event;
    k->c->denied = k->c->denied || sub.denied;
    json_free(in);
    return ok;
}

/* Known, unknown and not applicable alone: what the values are is not asked. */
static bool presence(struct counted *out, struct chart *k, struct text name, struct err *e)
{
    struct json *in = json_copy(k->c->in), *rows = json_array();
    struct snapshot *snapshot;
    struct table full, *t = ARENA_NEW(k->c->arena, struct table);
    struct call sub = *k->c;
    json_push(rows, json_text(name));
    json_set(in, "rows", rows);
    sub.in = in;
    bool ok = call_count_spec(out, &snapshot, &sub, e) &&
              table_count(&full, snapshot, &out->spec, sub.arena, e);
    if (ok) {
        const struct dimension *d = &full.dim[0];
        *t = full;
        t->dim[0].category = ARENA_ARRAY(sub.arena, struct category, 4);
        t->dim[0].several = false;
        t->dim[0].n_category = t->n_cell = 4;
        t->count = ARENA_ARRAY(sub.arena, int64_t, 4);
        static const struct category kinds[4] = {
            {.kind = CATEGORY_TOTAL, .code = CODE_NONE, .name = "T", .n_child = 3},
            {.kind = CATEGORY_CODE, .code = CODE_NONE, .name = "K"},
            {.kind = CATEGORY_UNKNOWN, .code = CODE_NONE, .name = "U"},
            {.kind = CATEGORY_NA, .code = CODE_NONE, .name = "NA"}};
        memcpy(t->dim[0].category, kinds, sizeof kinds);
        t->count[0] = full.count[0];
        for (size_t i = 1; i < d->n_category; i++) {
            if (d->category[i].kind == CATEGORY_UNKNOWN) t->count[2] += full.count[i];
            if (d->category[i].kind == CATEGORY_NA) t->count[3] += full.count[i];
        }
        t->count[1] = t->count[0] - t->count[2] - t->count[3];
        ok = call_count_release(out, &sub, t, e);
    }
    k->c->denied = k->c->denied || sub.denied;
    json_free(in);
    return ok;
}

static const char *label_of(struct chart *k, struct text name)
{
    const struct dictionary *d = k->c->s->dictionary;
    const struct form *f = dictionary_form(d, text_of(k->row->cell[BOARD_FORM]));
    const struct variable *v = f == NULL ? NULL : dictionary_variable(d, f->id, name);
    return v == NULL ? "" : words_in(&v->label, k->c->language, v->name);
}

/* Several one-way tables beside each other: each variable of the chart is a column, or a row. */
struct beside {
    struct chart *k;
    struct counted table[ONE_WAY_MAX];
    const char *label[ONE_WAY_MAX], *name[ONE_WAY_MAX];
    size_t n;
};

typedef bool one_table_fn(struct counted *out, struct chart *k, struct text name, struct err *e);

static bool each_variable(struct beside *b, struct chart *k, one_table_fn *fn, struct err *e)
{
    struct text rest = text_of(k->row->cell[BOARD_ROWS]), one;
    b->k = k;
    while (text_split(&rest, ' ', &one)) {
        if (one.n == 0 || b->n == ONE_WAY_MAX) continue;
        if (!fn(&b->table[b->n], k, one, e) || !tell(k->told, &b->table[b->n], e)) return false;
        b->name[b->n] = arena_copy(k->c->arena, one.p, one.n);
        b->label[b->n++] = label_of(k, one);
    }
    return true;
}

/* Count of category `name`; one that does not occur is 0. -1: hidden. */
static int64_t count_of(const struct counted *t, const char *name)
{
    const struct release *r = &t->release;
    size_t i = strcmp(name, "T") == 0 ? 0 : category_named(&r->dim[0], name);
    if (i == 0 && strcmp(name, "T") != 0) return 0;
    return r->status[i] == CELL_SHOWN ? r->count[i] : -1;
}

static bool any_hidden(const struct beside *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->table[i].release.n_hidden > 0) return true;
    return false;
}

static struct json *beside_end(struct beside *b, struct figure_grid *g, const char *kind,
                               const char *finding)
{
    struct figure_ask ask = b->k->ask;
    ask.kind = kind;
    return figure_of_grid(g, &ask, &b->table[0], finding, any_hidden(b));
}

/* Years in order, over all columns. */
static size_t years_of(const char **out, const struct beside *b, size_t max)
{
    size_t n = 0;
    for (size_t t = 0; t < b->n; t++) {
        const struct release_dimension *d = &b->table[t].release.dim[0];
        for (size_t i = 1; i < d->n_category; i++) {
            if (d->category[i].kind != RELEASE_NUMBER) continue;
            size_t at = 0;
            while (at < n && strcmp(out[at], d->category[i].name) < 0) at++;
            if ((at < n && strcmp(out[at], d->category[i].name) == 0) || n == max) continue;
            memmove(out + at + 1, out + at, (n - at) * sizeof *out);
            out[at] = d->category[i].name;
            n++;
        }
    }
    return n;
}

/* All with a year: what is neither unknown nor not applicable. */
static int64_t reached(const struct counted *t)
{
    int64_t all = count_of(t, "T"), unknown = count_of(t, "U"), na = count_of(t, "NA");
    return all < 0 || unknown < 0 || na < 0 ? -1 : all - unknown - na;
}

static bool funnel(struct json **out, struct chart *k, struct err *e)
{
    enum { YEARS_MAX = 200 };
    const char *year[YEARS_MAX + 1];
    struct beside *b = ARENA_NEW(k->c->arena, struct beside);
    if (!each_variable(b, k, one_way, e) || b->n == 0) return false;
    struct figure_grid *g = figure_grid_new(k->c, k->ask.title);
    figure_grid_head(g, tr("Year"), "");
    for (size_t i = 0; i < b->n; i++) figure_grid_head(g, b->label[i], b->name[i]);
    size_t n = years_of(year, b, YEARS_MAX);
    for (size_t y = 0; y < n; y++) {
        figure_grid_row(g, year[y], year[y], false);
        for (size_t i = 0; i < b->n; i++) figure_grid_count(g, count_of(&b->table[i], year[y]));
    }
    figure_grid_row(g, tr("All years"), "T", true);
    const char *finding = "";
    for (size_t i = 0; i < b->n; i++) {
        int64_t all = reached(&b->table[i]);
        figure_grid_count(g, all);
        if (all < 0) continue;
        finding = arena_printf(k->c->arena, "%s%s%s", finding, finding[0] == '\0' ? "" : "; ",
                               figure_said(g, &b->table[i], b->label[i], all));
    }
    if (finding[0] != '\0') finding = arena_printf(k->c->arena, "%s.", finding);
    *out = beside_end(b, g, "funnel", finding);
    return true;
}

static bool completeness(struct json **out, struct chart *k, struct err *e)
{
    struct beside *b = ARENA_NEW(k->c->arena, struct beside);
    if (!each_variable(b, k, presence, e) || b->n == 0) return false;
    struct figure_grid *g = figure_grid_new(k->c, k->ask.title);
    static const char *const column[] = {"K", "U", "NA", "T"};
    figure_grid_head(g, tr("Variable"), "");
    figure_grid_head(g, tr("Known"), "K");
    figure_grid_head(g, tr("Unknown"), "U");
    figure_grid_head(g, tr("Not applicable"), "NA");
    figure_grid_head(g, tr("Total"), "T");
    size_t worst = SIZE_MAX;
    for (size_t i = 0; i < b->n; i++) {
        figure_grid_row(g, b->label[i], b->name[i], false);
        for (size_t j = 0; j < 4; j++) figure_grid_count(g, count_of(&b->table[i], column[j]));
        if (count_of(&b->table[i], "U") < 0) continue;
        if (worst == SIZE_MAX || count_of(&b->table[i], "U") > count_of(&b->table[worst], "U"))
            worst = i;
    }
    const char *finding = "";
    if (worst != SIZE_MAX && count_of(&b->table[worst], "U") > 0)
        finding = arena_printf(k->c->arena, tr("Unknown most often, of those shown: %s."),
                               figure_said(g, &b->table[worst], b->label[worst],
                                           count_of(&b->table[worst], "U")));
    *out = beside_end(b, g, "completeness", finding);
    return true;
}

static const struct {
    const char *kind;
    bool (*make)(struct json **out, struct chart *k, struct err *e);
    bool own; /* can be made of one organisation's records */
} makers[] = {
    {"upset", overlap, false},
    {"funnel", funnel, true},
    {"completeness", completeness, true},
};

/* A table that cannot be told is there with its reason; the others go on. */
static bool one_chart(struct json **out, struct call *c, const struct board_row *row,
                      struct told *told, struct err *e)
{
    struct json *in = json_object();
    struct call sub = *c;
    struct err why = {0};
    struct chart k = {.c = &sub,
                      .row = row,
                      .told = told,
                      .ask = {.id = row->cell[BOARD_ID],
                              .kind = row->cell[BOARD_KIND],
                              .title = row->cell[BOARD_TITLE],
                              .note = row->cell[BOARD_NOTE]}};
    bool records = !call_sees_all(c) || strcmp(row->cell[BOARD_COUNT], "records") == 0;
    json_set_text(in, "form", row->cell[BOARD_FORM]);
    json_set(in, "rows", names(row->cell[BOARD_ROWS]));
    json_set(in, "columns", names(row->cell[BOARD_COLUMNS]));
    json_set_text(in, "count", records ? "records" : "persons");
    sub.in = in;
    size_t i = 0;
    while (i < sizeof makers / sizeof *makers && strcmp(makers[i].kind, k.ask.kind) != 0) i++;
    bool ok =
        i < sizeof makers / sizeof *makers ? makers[i].make(out, &k, &why) : plain(out, &k, &why);
    c->denied = c->denied || sub.denied;
    json_free(in);
    if (ok) return true;
    *out = figure_refused(c, &k.ask, &why);
    if (*out == NULL && e != NULL) *e = why;
    return *out != NULL;
}

/* Charts of other roles, of forms that may not be read, and of several organisations together for
 * who sees one, are not there. */
static bool is_there(const struct call *c, const struct board_row *row)
{
    const struct form *f = dictionary_form(c->s->dictionary, text_of(row->cell[BOARD_FORM]));
    if (!board_is_for(row->cell[BOARD_ROLES], c->who.role->name)) return false;
    if (f == NULL || !call_reads_form(c, f)) return false;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strcmp(makers[i].kind, row->cell[BOARD_KIND]) == 0 && !makers[i].own)
            return call_sees_all(c);
    return true;
}

static size_t charts_of(const struct call *c, const struct board *b)
{
    size_t n = 0;
    if (!board_is_for(b->head.cell[BOARD_ROLES], c->who.role->name)) return 0;
    for (size_t i = 0; i < b->n_chart; i++) n += is_there(c, &b->chart[i]);
    return n;
}

/* ---------------------------------------------------------------- what was told is kept */

/* By its key: the same dashboard for the same reader over the same records, on the same day. */
struct seen {
    struct {
        char key[200];
        int64_t generation;
        struct json *doc;
        int64_t cells;
    } one[SEEN_MAX];
    size_t next;
};

void dashboards_forget(struct service *s)
{
    if (s->seen == NULL) return;
    for (size_t i = 0; i < SEEN_MAX; i++) json_free(s->seen->one[i].doc);
    mem_free(s->seen);
    s->seen = NULL;
}

static const char *key_of(struct call *c, const char *name)
{
    return arena_printf(c->arena, "%s %s %lld %s %d", name, c->who.role->name,
                        (long long)call_scope(c), c->s->dictionary->language[c->language],
                        (int)day_today());
}

static bool remembered(struct json **out, int64_t *cells, struct call *c, const char *key,
                       int64_t generation)
{
    for (size_t i = 0; c->s->seen != NULL && i < SEEN_MAX; i++) {
        if (strcmp(c->s->seen->one[i].key, key) != 0 || c->s->seen->one[i].generation != generation)
            continue;
        *out = json_copy(c->s->seen->one[i].doc);
        *cells = c->s->seen->one[i].cells;
        return true;
    }
    return false;
}

static void remember(struct call *c, const char *key, int64_t generation, const struct json *doc,
                     int64_t cells)
{
    if (c->s->seen == NULL) c->s->seen = mem_new(1, sizeof *c->s->seen);
    struct seen *s = c->s->seen;
    size_t at = 0; /* the place of the same, grown old; else the oldest */
    while (at < SEEN_MAX && strcmp(s->one[at].key, key) != 0) at++;
    if (at == SEEN_MAX) at = s->next++ % SEEN_MAX;
    if (strlen(key) >= sizeof s->one[at].key) return;
    json_free(s->one[at].doc);
    memcpy(s->one[at].key, key, strlen(key) + 1);
    s->one[at].generation = generation;
    s->one[at].doc = json_copy(doc);
    s->one[at].cells = cells;
}

/* ---------------------------------------------------------------- operations */

static bool read_boards(struct board **out, size_t *n, struct call *c, struct err *e)
{
    const char *data;
    return service_data_folder(&data, c->s, c->arena, e) &&
           dashboards_read(out, n, data, c->s->dictionary->language[c->language], c->arena, e);
}

static struct json *board_list(struct call *c, const struct board *b, size_t n,
                               const struct board *shown)
{
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        size_t charts = charts_of(c, &b[i]);
        if (charts == 0) continue;
        struct json *row = json_object();
        json_set_text(row, "name", b[i].name);
        json_set_text(row, "title", b[i].head.cell[BOARD_TITLE]);
        json_set_text(row, "about", b[i].head.cell[BOARD_NOTE]);
        json_set_int(row, "charts", (int64_t)charts);
        json_set_bool(row, "current", &b[i] == shown);
        json_push(list, row);
    }
    return list;
}

bool op_dashboard_list(struct call *c, struct err *e)
{
    struct board *b;
    size_t n;
    if (!read_boards(&b, &n, c, e)) return false;
    json_set(c->out, "dashboards", board_list(c, b, n, NULL));
    return true;
}

static bool make_charts(struct json **out, int64_t *cells, struct call *c, const struct board *b,
                        struct err *e)
{
    struct told *told = ARENA_NEW(c->arena, struct told);
    bool ok = true;
    *out = json_array();
    for (size_t i = 0; ok && i < b->n_chart; i++) {
        struct json *figure;
        if (!is_there(c, &b->chart[i])) continue;
        call_progress(c, b->name, i, b->n_chart);
        ok = one_chart(&figure, c, &b->chart[i], told, e);
        if (ok) json_push(*out, figure);
    }
    *cells = told->cells;
    if (!ok) json_free(*out);
    return ok;
}

bool op_dashboard_show(struct call *c, struct err *e)
{
    struct board *b;
    const struct board *shown = NULL;
    struct json *figures;
    size_t n;
    int64_t generation, cells = 0;
    const char *name = json_get_text(c->in, "name", "");
    if (!read_boards(&b, &n, c, e)) return false;
    for (size_t i = 0; shown == NULL && i < n; i++)
        if (charts_of(c, &b[i]) > 0 && (name[0] == '\0' || strcmp(name, b[i].name) == 0))
            shown = &b[i];
    if (shown == NULL) {
        err_set(e, ERR_NOT_FOUND, "dashboard.unknown", "there is no such dashboard");
        return err_remedy(e, "choose one of the list");
    }
    if (!store_generation(&generation, c->s->store, e)) return false;
    const char *key = key_of(c, shown->name);
    if (!remembered(&figures, &cells, c, key, generation)) {
        if (!make_charts(&figures, &cells, c, shown, e)) return false;
        remember(c, key, generation, figures, cells);
    }
    json_set_text(c->out, "name", shown->name);
    json_set_text(c->out, "title", shown->head.cell[BOARD_TITLE]);
    json_set_text(c->out, "about", shown->head.cell[BOARD_NOTE]);
    json_set_text(c->out, "caution",
                  tr("Not for publication as a whole: each table is protected by itself, and "
                     "tables over the same persons can give away together what each of them "
                     "hides."));
    json_set_bool(c->out, "own", !call_sees_all(c));
    json_set(c->out, "dashboards", board_list(c, b, n, shown));
    json_set(c->out, "figures", figures);
    c->event.object_type = "dashboard";
    c->event.object_id = arena_printf(c->arena, "%s", shown->name);
    c->event.count = cells;
    return true;
}
