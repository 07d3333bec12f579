/* SPDX-License-Identifier: EUPL-1.2 */
/* The quality of what is kept: completeness, timeliness, plausibility, consistency across the
 * records of one person, and rules over years and totals (field reference 8, rules with scope
 * `quality`; their words are in data/rules-quality.csv). Records are read once, one by one, and
 * judged again as of today.
 *
 * Direct identifiers are not in what is read. Variables that are computed out of them, or relevant
 * by them, and rules that read them were judged at the import and are left out here.
 *
 * What a figure is made of is named by parameters of the dictionary, `quality.ROLE` = names of
 * variables of the record itself, blank separated, the first that a form has counting (defaults in
 * quality.c):
 *   date                              day of registration; its year is the record's
 *   detected                          day of first detection
 *   valid                             yes; or no: not counted as a victim
 *   sex, birth_year, citizenship      of the person
 *   suspected, prosecuted, convicted  year of that stage
 *   operation                         code of an operation
 *   own                               a suspect's own record as a victim */
#ifndef DCIM_ANALYSIS_QUALITY_H
#define DCIM_ANALYSIS_QUALITY_H

#include "base/err.h"
#include "base/json.h"
#include "model/dictionary.h"
#include "model/row_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quality_spec {
    const struct dictionary *dictionary;
    size_t language; /* of words of the dictionary */
    int32_t today;   /* day number */
    int year;        /* only records registered in this year; 0: all. Series are always whole */
    code_id organisation; /* only this one, of CL_ORGANISATION; CODE_NONE: all */
    int64_t threshold;    /* counts from 1 to one below it are shown as "<k"; 0: all are shown */
    const bool *hidden;   /* by variable: left out; NULL: none is */
    bool joined;          /* victim and justice data sets may be held against each other */
};

/* How a value of a linking variable is resolved: *record_no 0 when it names no record of `target`.
 * `organisation` is that of the record it stands in. */
struct quality_links {
    bool (*find)(void *ctx, uint64_t *record_no, const struct form *target, code_id organisation,
                 struct text value, struct err *e);
    void *ctx;
};

struct quality;

/* `owns`; quality_free(). Everything `spec` points to must outlive it. */
struct quality *quality_new(const struct quality_spec *spec);
void quality_free(struct quality *q); /* NULL is fine */

/* Read all records of one form, each form once. The source is closed, also after an error.
 * `n_kept`: how many the register counts for the form (Q64), -1 when that is not known. Cost: about
 * 40 microseconds for each record of the victim form (65,000 in 2.7 s), under 100 bytes kept. */
bool quality_read(struct quality *q, const struct form *f, struct row_source *source,
                  int64_t n_kept, const struct quality_links *links, struct err *e) MUST_CHECK;

/* What was found, after all forms are read: {"records": n, "threshold": k, "sections": [{"id",
 * "title", "sentence", "detail", "columns": [{"key", "title", "right"}], "rows": [{key: value}]}]}.
 * A section without rows has found nothing, and its sentence says so. Sections with `detail` are
 * long. Counts are integers or texts "<5"; where a hidden count could be worked out of those beside
 * it, these are "…". No section names a person or shows a value of one. `owns` the result. */
struct json *quality_report(struct quality *q);

#endif
