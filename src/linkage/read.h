/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text says of a person: numbers without what stands between their digits, dates in the ways
 * people write them. */
#ifndef DCIM_LINKAGE_READ_H
#define DCIM_LINKAGE_READ_H

#include "linkage/name.h"

#include <stdbool.h>

/* Numbers, one a line: letters and digits alone, in Latin and small, cut as name_words() cuts; of a
 * telephone the last nine digits, for a country's prefix may be written or not. Returns how many. */
size_t read_numbers(struct text out[static NAME_WORDS], struct text t, bool phone,
                    struct arena *a);

struct read_birth { /* 0: not known; the parts need not be a day that exists */
    int year, month, day;
};

/* Digits in the order year, month, day (or day, month, year with the year last); parts that are not
 * known are left out or 0. All 0 where there is no year. */
struct read_birth read_birth(struct text t);

/* The first number in it, 0 without one. */
int read_part(struct text t);

#endif
