/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases: the only tables that may leave. A raw table (analysis/table.h) and a release are
 * different types; only this room makes a release, and the exchange room writes nothing else. A raw
 * table handed to somebody who may see raw counts is a release too, marked RELEASE_RAW: "not for
 * publication". */
#ifndef DCIM_DISCLOSURE_RELEASE_H
#define DCIM_DISCLOSURE_RELEASE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* one mark: who can tell small counts from their companions knows that they are small */
enum cell_status {
    CELL_SHOWN, /* free */
    /* hidden, because it is small or so that others stay hidden: flag c */
    CELL_HIDDEN
};

enum release_kind { RELEASE_PROTECTED, RELEASE_RAW /* not for publication */ };

enum release_category_kind {
    RELEASE_TOTAL,
    RELEASE_CODE,
    RELEASE_RESIDUAL /* not further specified */,
    RELEASE_NUMBER,
    RELEASE_UNKNOWN,
    RELEASE_NA
};

struct release_category {
    enum release_category_kind kind;
    const char *name; /* "E110", "2019", "T", "U", "NA", "E100-NFS" */
    struct words label;
    size_t parent;
    bool total;
};

struct release_dimension {
    const char *name;
    struct words label;
    struct release_category
        *category; /* index 0 is the total; a parent stands before its children */
    size_t n_category;
    bool several; /* several answers possible */
};

struct release { /* made by release_table() and release_raw() only */
    enum release_kind kind;
    const char *form, *unit;             /* "persons" or "records" */
    struct words title;                  /* of the form */
    const char *const *language;         /* codes of the languages of its words: "en", "pt" */
    size_t n_language;
    struct release_dimension dim[3];
    size_t n_dim, n_row_dim;
    int64_t *count;  /* meaningful only where status is CELL_SHOWN; -1 elsewhere */
    uint8_t *status; /* enum cell_status */
    size_t n_cell;
    const char *where;
    int64_t threshold;  /* k: counts 1..k-1 are hidden; 0 for raw */
    size_t n_hidden;    /* how many of them are small is not for publication, nor for us to keep */
    const char *method; /* "threshold 3; complementary suppression; ..."; "none" for raw */
};

struct table;
struct protect_rule {      /* zero means default */
    int64_t threshold;     /* k >= 2 */
    bool group_disclosure; /* later: also hide full cells */
    uint64_t seed;         /* not used: the same table and rule give the same release */
    bool insider;          /* also against persons who know a count of 1 or 2 by being all of it */
    uint64_t work;         /* steps of the solver allowed; 0: RELEASE_WORK */
};

#define RELEASE_WORK UINT64_C(400000000) /* about ten seconds */
enum { RELEASE_CELLS_MAX = 20000 };      /* cells that are not zero */

/* Protect, audit, release. Guarantee, checked by the audit before the release exists: for a reader
 * who knows every shown cell, all sums and inequalities of the table, the threshold and that hidden
 * cells are at least 1, no hidden cell can be computed exactly and none that is small can be proved
 * to be below the threshold, not even by asking why anything is hidden. Refuses with ERR_DISCLOSURE
 * "disclosure.cannot_protect" saying why (for example: the total itself is below the threshold),
 * ERR_LIMIT "disclosure.too_large"; whatever else goes wrong refuses as well. The message is safe
 * to log; the detail names the category concerned, which tells the person who asked that it holds a
 * small count. Everything in *out comes from `a`; labels stay the dictionary's.
 * Methods: Fischetti and Salazar-Gonzalez (2001), Kelly, Golden and Assad (1992); see
 * docs/methods/disclosure.md. */
bool release_table(struct release *out, const struct table *t, const struct protect_rule *rule,
                   struct arena *a, struct err *e) MUST_CHECK;

enum { RELEASE_TABLES_MAX = 12 }; /* released together */

/* How tables that are released together were held against each other. Those of one group count the
 * same units (form, unit and filter are the same). */
struct release_links {
    size_t group[RELEASE_TABLES_MAX], n_group;
    bool complete[RELEASE_TABLES_MAX]; /* by group: nothing follows from its tables together but
                                          what was looked at (linked.h) */
    bool related; /* several groups are of one form: what follows from both was not looked at */
};

/* Protect tables that are released together, `t` of them at `n`, counted in one state of the
 * register. Each keeps the promise of release_table(), and for the tables of one group it holds for
 * a reader of all of them as well, as far as links->complete says: a count that one table hides is
 * hidden in all, and more is hidden where the sum of another would tell. What it cannot protect
 * together it refuses, ERR_DISCLOSURE "disclosure.cannot_link" naming tables by their numbers from
 * 1; what release_table() refuses, with the table's number in the message. Same tables and rule,
 * same release. */
bool release_tables(struct release *out, const struct table *t, size_t n,
                    const struct protect_rule *rule, struct release_links *links, struct arena *a,
                    struct err *e) MUST_CHECK;

/* A raw release, for those who may see raw counts; the caller has checked that. */
void release_raw(struct release *out, const struct table *t, struct arena *a);

#endif
