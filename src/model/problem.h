/* SPDX-License-Identifier: EUPL-1.2 */
/* Problems of a dictionary, pack or mapping: what is wrong in which file, row and column, and what to
 * do about it. All are collected before any is reported. */
#ifndef DCIM_MODEL_PROBLEM_H
#define DCIM_MODEL_PROBLEM_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct problem {
    bool fatal;          /* false: a warning */
    const char *id;      /* "dictionary.unknown_list" */
    const char *file;    /* relative to the data folder */
    uint32_t row;        /* 1-based, the header is row 1; 0: the file as a whole */
    const char *column;  /* header of the column, "" when the row as a whole */
    const char *message;
    const char *remedy;
};

struct problems {
    struct problem *item;
    size_t n, cap;
    size_t n_fatal;
    size_t max;          /* further ones are only counted (n_fatal goes on); 0: 1,000 */
    struct arena *arena; /* keeps copies of all texts */
};

void problems_init(struct problems *p, struct arena *a);
void problems_release(struct problems *p);
/* Texts are copied. `remedy` may be NULL. */
void problems_add(struct problems *p, bool fatal, const char *id, const char *file, uint32_t row,
                  const char *column, const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 8, 9)));

#endif
