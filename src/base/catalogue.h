/* SPDX-License-Identifier: EUPL-1.2 */
/* The program's own words in another language: one gettext catalogue (.po) for each, looked up by
 * the English text. Words of the domain (labels, codes, rules) are the dictionary's, not these.
 *
 * tr() is called where a sentence is about to be shown, with a literal, so that the compiler checks
 * its arguments against the English one; a translation whose conversions differ from the English is
 * never used. err_set(), err_remedy() and their like translate what they are given. */
#ifndef DCIM_BASE_CATALOGUE_H
#define DCIM_BASE_CATALOGUE_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct catalogue;

/* What is wrong with an entry of a .po file. */
struct catalogue_problem {
    size_t line;      /* where the entry begins */
    const char *what; /* a literal, English */
};

/* Read a .po file (UTF-8, at most 4 MiB). `language` chooses the plural rules ("pl"). Entries that
 * are fuzzy or empty are left out; so are those with a problem, of which the first `n_problem` are
 * kept (may be NULL) and *n_problem gets how many there were. Errors: those of file_read();
 * ERR_INPUT "catalogue.malformed" with the line, and nothing is read. `owns` *out. Cost:
 * O(bytes). */
bool catalogue_load(struct catalogue **out, const char *path, const char *language,
                    struct catalogue_problem *problem, size_t *n_problem, struct err *e) MUST_CHECK;
bool catalogue_read(struct catalogue **out, struct text content, const char *language,
                    struct catalogue_problem *problem, size_t *n_problem, struct err *e) MUST_CHECK;
void catalogue_free(struct catalogue *c); /* NULL is fine; no thread may use it any more */

/* Number of messages that are translated. */
size_t catalogue_size(const struct catalogue *c);

/* The language of this thread from here on; NULL: English. Borrowed until another is set. Gives
 * what was set before. */
const struct catalogue *catalogue_use(const struct catalogue *c);

/* The translation, or the English itself. Lives as long as the catalogue. Cost: O(length). */
const char *tr(const char *english) __attribute__((format_arg(1)));

/* The same for a number of things, by the plural rules of the language (Unicode CLDR, by ICU):
 * printf(tr_n("%lld row", "%lld rows", n), n). */
const char *tr_n(const char *one, const char *many, int64_t n)
    __attribute__((format_arg(1), format_arg(2)));

/* Marks a literal in a table for the collector of messages, and is the literal. */
#define N_(english) english

/* Whether both have the same printf conversions in the same order. */
bool catalogue_same_conversions(const char *a, const char *b);

#endif
