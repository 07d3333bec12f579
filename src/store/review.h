/* SPDX-License-Identifier: EUPL-1.2 */
/* Where versions that were entered by hand stand, questions about their fields, and closed years.
 *
 * incomplete -> submitted -> accepted, or returned with a question; a later version begins anew. A
 * version without a state was imported. What people say is sealed (beside.h). */
#ifndef DCIM_STORE_REVIEW_H
#define DCIM_STORE_REVIEW_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work { /* texts from the arena */
    uint64_t record_no;
    char code[RECORD_CODE + 1];
    uint32_t version_no;
    form_id form;
    int64_t organisation_no;
    const char *organisation;
    const char *state; /* "" where it was imported */
    bool counted, late;
    int64_t changed_at;
    const char *actor;
};

/* Current versions in a state, by record, after the place `after` (0: from the beginning; *next:
 * where to go on, 0 at the end), at most `max`. form FORM_NONE, organisation 0: all. */
bool work_list(struct work **out, size_t *n, int64_t *next, struct store *st, const char *state,
               form_id form, int64_t organisation_no, int64_t after, size_t max, struct arena *a,
               struct err *e) MUST_CHECK;
/* Of one version; `state` is "" when it was imported. */
bool work_of(struct work *out, struct store *st, uint64_t record_no, uint32_t version_no,
             struct arena *a, struct err *e) MUST_CHECK;
bool work_set(struct store *st, uint64_t record_no, uint32_t version_no, const char *state,
              const char *actor, struct err *e) MUST_CHECK;

struct review_message {
    int64_t at;
    const char *actor, *words;
};

struct review_query { /* texts from the arena, which should wipe */
    int64_t query_no;
    uint64_t record_no;
    char code[RECORD_CODE + 1];
    int64_t organisation_no;
    uint32_t version_no;
    const char *field; /* "" of the record */
    const char *state; /* "open", "answered", "resolved" */
    int64_t changed_at;
    struct review_message *message;
    size_t n_message;
};

/* Ask about a field of a version. */
bool review_ask(int64_t *query_no, struct store *st, uint64_t record_no, uint32_t version_no,
                const char *field, const char *actor, struct text words, struct err *e) MUST_CHECK;
/* Say something to it (blank: nothing), and put it into a state. */
bool review_say(struct store *st, const struct review_query *q, const char *state,
                const char *actor, struct text words, struct err *e) MUST_CHECK;
/* One by its number, without what was said. ERR_NOT_FOUND "query.unknown". */
bool review_find(struct review_query *out, struct store *st, int64_t query_no, struct arena *a,
                 struct err *e) MUST_CHECK;
bool review_unknown(struct err *e); /* what is answered where there is none, or none for who asks */
/* Of a record, with what was said. */
bool review_list(struct review_query **out, size_t *n, struct store *st, uint64_t record_no,
                 struct arena *a, struct err *e) MUST_CHECK;

struct closed_year {
    form_id form;
    int64_t year, closed_at;
    const char *actor;
};
/* ERR_CONFLICT "year.closed" when it is closed already. */
bool year_close(struct store *st, const struct form *f, int64_t year, const char *actor,
                struct err *e) MUST_CHECK;
bool year_reopen(struct store *st, const struct form *f, int64_t year, struct err *e) MUST_CHECK;
bool year_list(struct closed_year **out, size_t *n, struct store *st, struct arena *a,
               struct err *e) MUST_CHECK;

#endif
