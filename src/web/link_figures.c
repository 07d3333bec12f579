/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/link_figures.h"

#include "base/catalogue.h"
#include "base/unicode.h"

#include <string.h>

struct words { /* of one page */
    struct number_format *numbers;
    const char *form; /* named in titles where there are several; else "" */
    struct arena *a;
};

/* ---- tables ---- */

static struct json *cell(const char *text, const char *code, const char *scope)
{
    struct json *c = json_object();
    json_set_text(c, "text", text);
    json_set_text(c, "code", code);
    json_set_text(c, "scope", scope);
    json_set_int(c, "span", 1);
    json_set_int(c, "lines", 1);
    json_set_int(c, "level", 0);
    json_set_bool(c, "total", false);
    json_set_bool(c, "hidden", false);
    return c;
}

static void push_count(struct json *cells, const struct words *w, int64_t n)
{
    struct json *c = cell(unicode_number(w->numbers, n, w->a), "", "");
    json_set_int(c, "value", n);
    json_push(cells, c);
}

static const char *percent(const struct words *w, double share)
{
    if (share < 1 && share >= 0.9995)
        return arena_printf(w->a, tr("over %s"), unicode_tenths(w->numbers, 0.999, w->a));
    return unicode_tenths(w->numbers, share, w->a);
}

static void push_share(struct json *cells, const struct words *w, double share)
{
    struct json *c = cell(percent(w, share), "", "");
    json_set(c, "value", json_number((double)(int64_t)(share * 1000 + 0.5) / 10));
    json_push(cells, c);
}

static void push_line(struct json *list, struct json *cells)
{
    struct json *line = json_object();
    json_set_bool(line, "total_row", false);
    json_set(line, "cells", cells);
    json_push(list, line);
}

/* The columns' codes are their places: charts know them by these. */
static struct json *table_new(const char *caption, const char *const *columns, size_t n)
{
    struct json *t = json_object(), *head = json_array(), *cells = json_array();
    for (size_t i = 0; i < n; i++) {
        char code[2] = {(char)('a' + (int)i), '\0'};
        json_push(cells, cell(tr(columns[i]), code, "col"));
    }
    push_line(head, cells);
    json_set_text(t, "caption", caption);
    json_set(t, "head", head);
    json_set(t, "body", json_array());
    json_set(t, "notes", json_array());
    return t;
}

static void table_row(struct json *table, const char *text, const char *code, struct json *cells)
{
    struct json *all = json_array();
    json_push(all, cell(text, code, "row"));
    for (size_t i = 0; i < json_size(cells); i++) json_push(all, json_copy(json_at(cells, i)));
    json_free(cells);
    push_line(json_member_mut(table, "body"), all);
}

static void push_figure(struct json *figures, const struct words *w, const char *id,
                        const char *kind, const char *title, const char *finding,
                        struct json *table, const char *note)
{
    struct json *f = json_object();
    json_set_text(f, "id", id);
    json_set_text(f, "kind", kind);
    json_set_text(f, "title",
                  w->form[0] == '\0' ? title : arena_printf(w->a, "%s (%s)", title, w->form));
    json_set_text(f, "finding", finding);
    json_set_text(f, "note", note);
    json_set_bool(f, "raw", false);
    json_set_bool(f, "refused", false);
    json_set(f, "table", table);
    json_push(figures, f);
}

/* ---- the figures ---- */

static const char *signed_number(const struct words *w, double v)
{
    return v > -0.5 && v < 0.5 ? "0" : arena_printf(w->a, "%+.0f", v);
}

/* How many compared pairs have which weight; a column for each way that a pair can go. The codes of
 * rows begin with the band, which the chart shades. */
static void put_weights(struct json *figures, const struct json *form, const struct words *w,
                        const char *id)
{
    static const char *const columns[] = {N_("Weight"), N_("Different persons"), N_("For people"),
                                          N_("The same person")};
    static const char *const bands[] = {"below", "review", "above"};
    const struct json *bins = json_get(form, "histogram");
    struct json *t = table_new(tr("Compared pairs by weight"), columns, 4);
    int64_t sum[3] = {0, 0, 0};
    for (size_t i = 0; i < json_size(bins); i++) {
        const struct json *bin = json_at(bins, i);
        int64_t n = json_get_int(bin, "pairs", 0);
        struct json *cells = json_array();
        for (size_t k = 0; k < 3; k++) {
            bool here = strcmp(json_get_text(bin, "band", ""), bands[k]) == 0;
            sum[k] += here ? n : 0;
            push_count(cells, w, here ? n : 0);
        }
        const char *from = signed_number(w, json_get_number(bin, "from", 0)),
                   *to = signed_number(w, json_get_number(bin, "to", 0));
        table_row(t, arena_printf(w->a, tr("%s to %s"), from, to),
                  arena_printf(w->a, "%s%s", json_get_text(bin, "band", ""), from), cells);
    }
    const char *finding = arena_printf(
        w->a,
        tr("The program takes %s pairs for one person and %s for two; %s are for people to decide."),
        unicode_number(w->numbers, sum[2], w->a), unicode_number(w->numbers, sum[0], w->a),
        unicode_number(w->numbers, sum[1], w->a));
    push_figure(
        figures, w, arena_printf(w->a, "%s-weights", id), "weights",
        tr("Weights of the compared pairs"), finding, t,
        tr("A weight of 0 is as likely one person as two; each 10 more make it a thousand times "
           "likelier. Pairs that share nothing are not compared."));
}

static void put_curve(struct json *figures, const struct json *form, const struct words *w,
                      const char *id)
{
    static const char *const columns[] = {N_("Linked from this weight on"),
                                          N_("Right among the linked"), N_("Found of all")};
    const struct json *points = json_get(form, "curve");
    if (json_size(points) < 2 || json_size(json_get(form, "histogram")) == 0) return;
    struct json *t = table_new(tr("Estimates by threshold"), columns, 3);
    double best = -1, at = 0;
    for (size_t i = 0; i < json_size(points); i++) {
        const struct json *p = json_at(points, i);
        struct json *cells = json_array();
        const char *from = signed_number(w, json_get_number(p, "threshold", 0));
        push_share(cells, w, json_get_number(p, "precision", 0));
        push_share(cells, w, json_get_number(p, "recall", 0));
        table_row(t, from, from, cells);
        if (json_get_number(p, "f1", 0) > best) {
            best = json_get_number(p, "f1", 0);
            at = json_get_number(p, "threshold", 0);
        }
    }
    push_figure(
        figures, w, arena_printf(w->a, "%s-curve", id), "curve", tr("What a threshold costs"),
        arena_printf(w->a,
                     tr("By the program's own estimate both are best together from weight %s on."),
                     signed_number(w, at)),
        t,
        tr("The higher the threshold, the fewer wrong links, and the more persons that are missed."));
}

static void put_organisations(struct json *figures, const struct json *form, const struct words *w,
                              const char *id)
{
    static const char *const columns[] = {N_("Organisation"), N_("Records"), N_("Persons"),
                                          N_("Of them met by others too")};
    const struct json *list = json_get(form, "organisations");
    const char *most = "";
    int64_t most_n = 0;
    struct json *t = table_new(tr("Records and persons of each organisation"), columns, 4);
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *o = json_at(list, i);
        struct json *cells = json_array();
        int64_t shared = json_get_int(o, "shared", 0);
        push_count(cells, w, json_get_int(o, "records", 0));
        push_count(cells, w, json_get_int(o, "persons", 0));
        push_count(cells, w, shared);
        table_row(t, json_get_text(o, "organisation_name", ""),
                  json_get_text(o, "organisation", ""), cells);
        if (shared > most_n) {
            most_n = shared;
            most = json_get_text(o, "organisation_name", "");
        }
    }
    const char *finding =
        most_n == 0 ? tr("No person was met by more than one organisation.")
                    : arena_printf(w->a, tr("%s has met %s persons whom others have met too."),
                                   most, unicode_number(w->numbers, most_n, w->a));
    if (json_size(list) == 0) json_free(t);
    else
        push_figure(figures, w, arena_printf(w->a, "%s-organisations", id), "bar",
                    tr("Records and persons of each organisation"), finding, t, "");
}

static void put_overlap(struct json *figures, const struct json *form, const struct words *w,
                        const char *id)
{
    static const char *const columns[] = {N_("Two organisations"), N_("Persons both have met")};
    const struct json *list = json_get(form, "overlap");
    const struct json *first = NULL;
    if (json_size(list) == 0) return;
    struct json *t = table_new(tr("Persons that two organisations have met"), columns, 2);
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *o = json_at(list, i);
        struct json *cells = json_array();
        int64_t n = json_get_int(o, "persons", 0);
        if (first == NULL || n > json_get_int(first, "persons", 0)) first = o;
        push_count(cells, w, n);
        const char *a = json_get_text(o, "organisation_a", ""),
                   *b = json_get_text(o, "organisation_b", "");
        table_row(t, arena_printf(w->a, "%s + %s", a, b), arena_printf(w->a, "%s-%s", a, b), cells);
    }
    push_figure(figures, w, arena_printf(w->a, "%s-overlap", id), "bar",
                tr("Overlap between organisations"),
                arena_printf(w->a, tr("Most often %s and %s have met the same persons: %s."),
                             json_get_text(first, "organisation_name_a", ""),
                             json_get_text(first, "organisation_name_b", ""),
                             unicode_number(w->numbers, json_get_int(first, "persons", 0), w->a)),
                t, tr("A person of three organisations is counted with each two of them."));
}

static void put_fields(struct json *figures, const struct json *form, const struct words *w,
                       const char *id)
{
    static const char *const columns[] = {N_("What is compared"), N_("Agreement weighs at most"),
                                          N_("Difference weighs at most")};
    const struct json *list = json_get(form, "fields");
    if (json_size(list) == 0) return;
    struct json *t = table_new(tr("What each field is worth"), columns, 3);
    const struct json *most = json_at(list, 0);
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *f = json_at(list, i);
        struct json *cells = json_array();
        if (json_get_number(f, "best", 0) > json_get_number(most, "best", 0)) most = f;
        json_push(cells, cell(arena_printf(w->a, "%+.1f", json_get_number(f, "best", 0)), "", ""));
        json_push(cells, cell(arena_printf(w->a, "%+.1f", json_get_number(f, "worst", 0)), "", ""));
        table_row(t, json_get_text(f, "label", ""), json_get_text(f, "field", ""), cells);
    }
    push_figure(figures, w, arena_printf(w->a, "%s-fields", id), "none",
                tr("What each field is worth"),
                arena_printf(w->a, tr("Agreement in this weighs most: %s, %s."),
                             json_get_text(most, "label", ""),
                             arena_printf(w->a, "%+.1f", json_get_number(most, "best", 0))),
                t, tr("Agreement on something rare weighs more than what stands here."));
}

/* ---- estimates ---- */

static void push_estimate(struct json *list, const char *label, const char *value,
                          const char *about)
{
    struct json *row = json_object();
    json_set_text(row, "label", label);
    json_set_text(row, "value", value);
    json_set_text(row, "about", about);
    json_push(list, row);
}

static void estimate(struct json *list, const struct words *w, const struct json *of,
                     const char *label)
{
    if (of == NULL) return;
    push_estimate(
        list, label,
        arena_printf(w->a, tr("%s of the links are right, %s of what belongs together is found"),
                     percent(w, json_get_number(of, "precision", 0)),
                     percent(w, json_get_number(of, "recall", 0))),
        tr("the program's own estimate"));
}

static void interval(struct json *list, const struct words *w, const struct json *of,
                     const char *label, int64_t pairs)
{
    if (of == NULL) return;
    push_estimate(list, label, percent(w, json_get_number(of, "value", 0)),
                  arena_printf(w->a,
                               tr("between %s and %s with 95 %% certainty; pairs decided: %s"),
                               percent(w, json_get_number(of, "from", 0)),
                               percent(w, json_get_number(of, "to", 0)),
                               unicode_number(w->numbers, pairs, w->a)));
}

static void put_estimates(struct json *form, const struct words *w)
{
    struct json *list = json_array();
    const struct json *reviewed = json_get(form, "reviewed");
    bool any = json_get_bool(reviewed, "has_any", false);
    int64_t n = json_get_int(reviewed, "pairs", 0);
    estimate(list, w, json_get(form, "above"), tr("If only sure pairs are linked"));
    estimate(list, w, json_get(form, "review"), tr("If the pairs for people are linked too"));
    if (json_get_bool(reviewed, "has_above", false))
        interval(list, w, json_get(reviewed, "precision"),
                 tr("Right among the sure pairs, by the sample"), n);
    if (json_get_bool(reviewed, "has_review", false))
        interval(list, w, json_get(reviewed, "in_band"),
                 tr("One person among the pairs for people, by the sample"), n);
    json_set(form, "estimates", list);
    json_set_bool(form, "reviewed_any", any);
}

void link_figures(struct json *forms, const char *language, struct arena *a)
{
    struct words w = {unicode_numbers_new(language), "", a};
    for (size_t i = 0; i < json_size(forms); i++) {
        struct json *form = json_item_mut(forms, i), *figures = json_array();
        if (json_get_bool(form, "has_run", false)) {
            if (json_size(forms) > 1) w.form = json_get_text(form, "form_title", "");
            const char *id = json_get_text(form, "form", "");
            put_estimates(form, &w);
            put_weights(figures, form, &w, id);
            put_curve(figures, form, &w, id);
            put_organisations(figures, form, &w, id);
            put_overlap(figures, form, &w, id);
            put_fields(figures, form, &w, id);
        }
        json_set(form, "figures", figures);
    }
    unicode_numbers_free(w.numbers);
}
