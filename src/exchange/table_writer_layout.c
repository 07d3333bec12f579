/* SPDX-License-Identifier: EUPL-1.2 */
/* Laying out a release: order, labels, title, footnotes. */
#include "exchange/table_writer_internal.h"

#include "base/unicode.h"

#include <string.h>

enum { NOTES_MAX = 12 };

/* ---------------------------------------------------------------- words */

const char *table_language(const struct release *r, const struct table_words *w)
{
    return w->language < r->n_language ? r->language[w->language] : "en";
}

const char *layout_word(const struct layout *l, enum exchange_word w)
{
    (void)l;
    return exchange_word(w);
}

const char *table_variable_label(const struct release *r, size_t k, const struct table_words *w)
{
    return words_in(&r->dim[k].label, w->language, r->dim[k].name);
}

const char *table_category_label(const struct release *r, size_t k, size_t category,
                                 const struct table_words *w, struct arena *a)
{
    const struct release_category *c = &r->dim[k].category[category];
    const char *label = words_in(&c->label, w->language, "");
    switch (c->kind) {
    case RELEASE_TOTAL: return exchange_word(WORD_TOTAL);
    case RELEASE_UNKNOWN: return exchange_word(WORD_UNKNOWN);
    case RELEASE_NA: return exchange_word(WORD_NOT_APPLICABLE);
    case RELEASE_RESIDUAL:
        return arena_printf(a, "%s%s%s", label, label[0] == '\0' ? "" : ", ",
                            exchange_word(WORD_NOT_SPECIFIED));
    case RELEASE_CODE:
    case RELEASE_NUMBER: return label;
    }
    return label;
}

static const char *visible(const struct layout *l, const char *s)
{
    struct text t = unicode_visible(text_of(s), l->a);
    return arena_copy(l->a, t.p, t.n);
}

const char *layout_variable(const struct layout *l, size_t k)
{
    return visible(l, table_variable_label(l->r, k, l->w));
}

const char *layout_label(const struct layout *l, size_t k, size_t category)
{
    const struct release_category *c = &l->r->dim[k].category[category];
    const char *label = table_category_label(l->r, k, category, l->w, l->a);
    bool coded =
        c->kind == RELEASE_CODE || c->kind == RELEASE_RESIDUAL || c->kind == RELEASE_NUMBER;
    if (label[0] == '\0') return visible(l, c->name);
    if (!coded) return label;
    return visible(l, arena_printf(l->a, "%s %s", c->name, label));
}

/* ---------------------------------------------------------------- order */

/* Categories of variables [from, to) at number `at`, counted with the last running fastest and
 * totals last. */
static size_t shown_category(const struct release *r, size_t k, size_t to, size_t at)
{
    for (size_t j = to; j-- > k + 1;) at /= r->dim[j].n_category;
    size_t position = at % r->dim[k].n_category;
    return position + 1 == r->dim[k].n_category ? 0 : position + 1;
}

size_t layout_category(const struct layout *l, size_t k, size_t at)
{
    return shown_category(l->r, k, k < l->r->n_row_dim ? l->r->n_row_dim : l->r->n_dim, at);
}

bool layout_begins(const struct layout *l, size_t k, size_t at)
{
    size_t to = k < l->r->n_row_dim ? l->r->n_row_dim : l->r->n_dim, run = 1;
    for (size_t j = k + 1; j < to; j++) run *= l->r->dim[j].n_category;
    return at % run == 0;
}

size_t layout_cell(const struct layout *l, size_t row, size_t column)
{
    size_t cell = 0;
    for (size_t k = 0; k < l->r->n_dim; k++)
        cell = cell * l->r->dim[k].n_category +
               layout_category(l, k, k < l->r->n_row_dim ? row : column);
    return cell;
}

size_t layout_depth(const struct layout *l, size_t k, size_t category)
{
    size_t depth = 0;
    const struct release_category *c = l->r->dim[k].category;
    for (size_t at = category; at != 0 && c[at].parent != 0; at = c[at].parent) depth++;
    return depth;
}

/* ---------------------------------------------------------------- title and footnotes */

static const char *make_title(const struct layout *l)
{
    const struct release *r = l->r;
    struct buf b;
    buf_init(&b, 65536);
    buf_puts(&b, words_in(&r->title, l->w->language, r->form));
    for (size_t k = 0; k < r->n_dim; k++) {
        const char *joint = k == 0 ? layout_word(l, WORD_BY) : layout_word(l, WORD_AND);
        if (k > 0 && k + 1 < r->n_dim) buf_printf(&b, ", %s", table_variable_label(r, k, l->w));
        else buf_printf(&b, " %s %s", joint, table_variable_label(r, k, l->w));
    }
    const char *title = visible(l, b.n > 0 ? b.p : "");
    buf_release(&b);
    return title;
}

/* The texts are formats with known conversions; a translation with others is never used
 * (base/catalogue.h). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void note_text(struct layout *l, enum exchange_word w, const char *first, const char *second)
{
    l->note[l->n_note++] = visible(l, arena_printf(l->a, layout_word(l, w), first, second));
}

static void note_number(struct layout *l, enum exchange_word w, int64_t number)
{
    l->note[l->n_note++] = arena_printf(l->a, layout_word(l, w), (long long)number);
}

static void note_data(struct layout *l)
{
    if (l->w->n_record < 0) {
        note_text(l, WORD_DATA_DAY, l->w->made_on, "");
        return;
    }
    l->note[l->n_note++] = visible(l, arena_printf(l->a, layout_word(l, WORD_DATA), l->w->made_on,
                                                   (long long)l->w->n_record));
}
#pragma GCC diagnostic pop

static void make_notes(struct layout *l)
{
    const struct release *r = l->r;
    bool persons = strcmp(r->unit, "persons") == 0;
    l->note = ARENA_ARRAY(l->a, const char *, NOTES_MAX);
    note_text(l, WORD_UNIT, layout_word(l, persons ? WORD_PERSONS : WORD_RECORDS), "");
    for (size_t k = 0; k < r->n_dim; k++)
        if (r->dim[k].several)
            note_text(l, k < r->n_row_dim ? WORD_SEVERAL_ROWS : WORD_SEVERAL_COLUMNS,
                      table_variable_label(r, k, l->w),
                      layout_word(l, persons ? WORD_ONE_PERSON : WORD_ONE_RECORD));
    if (r->where != NULL && r->where[0] != '\0') note_text(l, WORD_FILTER, r->where, "");
    if (r->kind == RELEASE_PROTECTED)
        note_number(l, r->n_hidden > 0 ? WORD_HIDDEN : WORD_NONE_HIDDEN, r->threshold);
    if (l->w->country != NULL && l->w->country[0] != '\0')
        note_text(l, WORD_COUNTRY, l->w->country, "");
    if (l->w->made_on != NULL) note_data(l);
}

void layout_make(struct layout *out, const struct release *r, const struct table_words *w,
                 struct arena *a)
{
    *out = (struct layout){
        .r = r, .w = w, .language = table_language(r, w), .a = a, .n_row = 1, .n_column = 1};
    for (size_t k = 0; k < r->n_dim; k++) {
        if (k < r->n_row_dim) out->n_row *= r->dim[k].n_category;
        else out->n_column *= r->dim[k].n_category;
    }
    out->title = make_title(out);
    make_notes(out);
}
