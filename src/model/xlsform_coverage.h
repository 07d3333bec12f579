/* SPDX-License-Identifier: EUPL-1.2 */
/* How much of another standard's workbook our dictionary can hold: which of its fields meet a variable
 * (column bind::thb:STANDARD of the survey sheets), which of its choices meet a code (column STANDARD of
 * the code list, or the code itself), and what the mapping of that standard does with the rest. */
#ifndef DCIM_MODEL_XLSFORM_COVERAGE_H
#define DCIM_MODEL_XLSFORM_COVERAGE_H

#include "model/xlsform.h"

enum coverage_how {
    COVERAGE_VARIABLE, /* a variable says that it is this field */
    COVERAGE_MAPPED,   /* no variable says so, but the mapping writes it into one */
    COVERAGE_LEFT_OUT, /* the mapping leaves it out, with a reason */
    COVERAGE_NONE
};

struct coverage_field {
    const char *name, *label;
    uint32_t row;          /* of the sheet survey */
    enum coverage_how how;
    const char *variables; /* "victim/sex victim/gender_identity"; of the mapping: its path */
    const char *note;      /* why it is left out */
    size_t n_choice, n_met;
    const char *unmet;     /* names of choices that meet no code, with blanks between */
};

struct coverage {
    struct coverage_field *field; /* in the order of the workbook */
    size_t n_field, n_variable, n_mapped, n_left_out;
    size_t n_choice, n_met; /* choices of fields that meet a variable */
    size_t n_standard, n_standard_mapped, n_standard_left_out; /* fields that the mapping knows */
};

/* `mapping` is the content of data/mappings/STANDARD-*.csv, empty when there is none. Spellings of one
 * field that the mapping lists beside its own (its note says "spelling") are counted once. Everything is
 * in `a`; borrows from book and dictionary. Cost: fields times variables. */
void xlsform_coverage(struct coverage *out, const struct xlsform_book *book,
                      const struct dictionary *d, struct text mapping, const char *standard,
                      struct arena *a);

#endif
