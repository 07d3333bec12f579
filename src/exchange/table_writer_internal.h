/* SPDX-License-Identifier: EUPL-1.2 */
/* How a release is laid out on a page, for those writers that people read: text and workbook.
 *
 * The first n_row_dim variables go down the page, each with a column of its own (the stub); the
 * others go across, each with header lines of its own. Categories stand in the order of the
 * release, children behind their parents, and the total last. */
#ifndef DCIM_EXCHANGE_TABLE_WRITER_INTERNAL_H
#define DCIM_EXCHANGE_TABLE_WRITER_INTERNAL_H

#include "base/arena.h"
#include "base/text.h"
#include "exchange/table_writer.h"
#include "exchange/words.h"

struct layout {
    const struct release *r;
    const struct table_words *w;
    const char *language; /* code, "pt" */
    struct arena *a;
    size_t n_row, n_column; /* of counts */
    const char *title;      /* "Victims by sex and age group" */
    const char **note;      /* footnotes */
    size_t n_note;
};

/* Everything from `a`. */
void layout_make(struct layout *out, const struct release *r, const struct table_words *w,
                 struct arena *a);

const char *layout_word(const struct layout *l, enum exchange_word w);

/* Category of variable k in row or column number `at` (of counts), and whether `at` is the first of
 * a run of it. */
size_t layout_category(const struct layout *l, size_t k, size_t at);
bool layout_begins(const struct layout *l, size_t k, size_t at);

/* Cell of the release in a row and column. */
size_t layout_cell(const struct layout *l, size_t row, size_t column);

/* "E110 Sexual exploitation", "Total", "2019"; invisible characters made visible. */
const char *layout_label(const struct layout *l, size_t k, size_t category);
const char *layout_variable(const struct layout *l, size_t k);
size_t layout_depth(const struct layout *l, size_t k,
                    size_t category); /* 0: right under the total */

/* Label of a category without its code, in the language asked for; "" when it has none. From
 * `a`. */
const char *table_category_label(const struct release *r, size_t k, size_t category,
                                 const struct table_words *w, struct arena *a);
const char *table_variable_label(const struct release *r, size_t k, const struct table_words *w);
const char *table_language(const struct release *r, const struct table_words *w);

#define TABLE_NOTICE "not for publication" /* in machine formats, in every language */

#endif
