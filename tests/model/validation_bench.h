/* SPDX-License-Identifier: EUPL-1.2 */
/* A dictionary, records of it, and what validation says of them: for tests. Helpers fail the test
 * when something is not as it should be. */
#ifndef DCIM_TESTS_MODEL_VALIDATION_BENCH_H
#define DCIM_TESTS_MODEL_VALIDATION_BENCH_H

#include "model/dictionary.h"
#include "model/validate.h"

enum { VALIDATION_TODAY = 19737 }; /* 2024-01-15, as tests/fixtures/data asks */

struct validation_bench { /* a dictionary and a record of it */
    struct dictionary *d;
    struct arena *arena, *scratch, *keep;
    struct record record;
    struct findings findings;
};

void validation_open(struct validation_bench *b, const char *data, const char *pack);
void validation_close(struct validation_bench *b);

/* Write a dictionary with one form `t` of these rows and rules into folder `own`, and open it.
 * Columns of rows: type, name, label, required, relevant, constraint, calculation, choice_filter,
 * value, privacy. The lists are those of expr_data. */
void validation_write(const char *survey, const char *rules);
void validation_open_own(struct validation_bench *b, const char *survey, const char *rules);

/* Read a record of the form and validate it; findings of reading stay in front. */
void validation_run(struct validation_bench *b, const char *form, struct text json);

const char *validation_rule(const struct validation_bench *b,
                            size_t i); /* name of finding i's rule */
size_t validation_count(const struct validation_bench *b, const char *rule);
/* The finding of a rule, of which there must be exactly one. */
const struct finding *validation_finding(const struct validation_bench *b, const char *rule);
/* Value of a variable as text; "(no instance)" when there is no such row. */
const char *validation_value(struct validation_bench *b, const char *name, uint32_t row);
const char *validation_name(const struct validation_bench *b, var_id v); /* "" for VAR_NONE */

#endif
