/* SPDX-License-Identifier: EUPL-1.2 */
/* A set of protected tables as the document that is published: all that is needed to read and write
 * them again without register or dictionary, which may change. The words of categories are there in
 * every language that the dictionary had.
 *
 * The document is JSON in one form only (compact, members in this order), so that the same set is
 * the same bytes, and their SHA-256 stands for it. Hidden counts are not in it. Fields:
 * docs/formats/release.md. */
#ifndef DCIM_DISCLOSURE_RELEASE_DOCUMENT_H
#define DCIM_DISCLOSURE_RELEASE_DOCUMENT_H

#include "base/buf.h"
#include "base/text.h"
#include "disclosure/release.h"

struct release_set {
    int64_t number;          /* of the release, 1 .. */
    const char *title, *note;
    const char *country;     /* "" for none */
    const char *made_on;     /* day of counting, "2026-11-23" */
    int64_t replaces;        /* number of the release it is in the place of; 0: none */
    int64_t generation;      /* of the register as it was counted */
    int64_t threshold;       /* of all tables */
    const char *language[LANGUAGES_MAX];
    size_t n_language;
    struct release *table;   /* RELEASE_PROTECTED, every one */
    size_t n_table;          /* 1 .. RELEASE_TABLES_MAX */
    struct release_links links;
};

/* Append the document. The tables are those of release_tables(). */
void release_document_write(struct buf *out, const struct release_set *set);

/* Read one. Held: every field is there, of its kind and in its limits, and nothing else; trees are
 * trees; each cell is shown with a count or hidden without one, no shown count is below the
 * threshold but 0, and the grand total is shown; what is shown of variables with one answer adds
 * up; writing the set again gives the same bytes. Everything in *out comes from `a`.
 * ERR_INPUT "release.document", and what json_parse() says. Cost: O(bytes). */
bool release_document_read(struct release_set *out, struct text document, struct arena *a,
                           struct err *e) MUST_CHECK;

#endif
