/* SPDX-License-Identifier: EUPL-1.2 */
/* What the tests of intake share: the real dictionary, rows of cells without a file, and what
 * became of them as short texts. */
#ifndef DCIM_TESTS_INTAKE_DATA_H
#define DCIM_TESTS_INTAKE_DATA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "intake/intake.h"
#include "intake/mapping.h"
#include "model/dictionary.h"
#include "model/finding.h"
#include "zip_build.h"

#include <stdbool.h>
#include <stddef.h>

/* data/ with the Portuguese pack; loaded once, freed by data_release(). */
struct dictionary *data_dictionary(void);
const struct form *data_form(void); /* victim */
void data_release(void);
int32_t data_today(void); /* 2024-01-15, the day of tests/fixtures/data */

/* Cells "a|b|c" of a row; "" is one blank cell. Lives in `a`. */
struct text *data_cells(const char *line, size_t *n, struct arena *a);

/* A mapping from the text of its file, for a file with this header; fails the test on any
 * problem. */
void data_mapping(struct mapping *out, const char *file, const char *header, struct arena *a);
#define DATA_MAPPING_HEAD \
    "source_column,variable,value_map,date_format,separator,spread,note,unmapped\n"

/* One row built by a mapping (not validated), as a compact document without source_file_no unless
 * it was mapped, then its findings: "{...} V01 sex column 2 instance 0 'Z'; ...". Lives in `a`. */
const char *data_build(const struct mapping *m, const char *cells, bool ask, struct arena *a);

/* Findings as "V01 sex row 2 column 2 'Z'", joined by "; ". Lives in `a`. */
const char *data_findings(const struct findings *f, struct arena *a);

/* Whether two documents say the same, whatever the order of members. */
bool data_same(const struct json *a, const struct json *b);

/* Open a file of these bytes with the guessed or named mapping. */
bool data_open(struct intake **out, const char *bytes, size_t n, const char *mapping,
               struct err *e);

/* The program that the converter starts: this very test program, which calls data_child() first. */
const char *data_self(void);
/* In main(): be a converter when started as one. Kinds other than xlsx are bad children: silent,
 * spin, flood BYTES, signal NUMBER, exit STATUS, socket, say HEX, say-and-stay HEX, dribble. */
void data_child(int argc, char **argv);

/* A workbook of one sheet, written to a file. */
void data_workbook(const char *path, const struct workbook_parts *parts);

size_t data_descriptors(void); /* open ones of this process */
bool data_has_children(void);  /* running or zombies */

#endif
