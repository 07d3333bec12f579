/* SPDX-License-Identifier: EUPL-1.2 */
/* How an organisation writes a person down. */
#ifndef DCIM_BENCH_CROWD_RECORD_H
#define DCIM_BENCH_CROWD_RECORD_H

#include "crowd_person.h"

struct writing {
    const struct crowd *p;
    struct crowd_record *out;
    uint32_t id;
    const struct organisation *org;
    struct person x;
    struct random r;
    int32_t seen; /* the day of the record */
    bool plain, upper, cyrillic;
    enum crowd_standard standard;
};

/* Whether what the rate says happens to this record, where it can; noted in the record. */
bool writing_roll(struct writing *w, enum crowd_rate rate, bool can);
bool writing_happens(struct writing *w, double share);
/* Whether the organisation fills the field this time. */
bool writing_has(struct writing *w, enum crowd_field f);
void writing_value(struct writing *w, enum crowd_role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A place or a parent's name in the organisation's letters. */
void writing_text(struct writing *w, enum crowd_role role, const char *text);

void writing_names(struct writing *w); /* first: it decides script and capitals */
void writing_life(struct writing *w);

#endif
