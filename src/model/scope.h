/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose records there are for who asks (S50, S52): what the store is asked for, it is asked for within a
 * scope, and what lies outside is not there. A scope comes from the decision about a call
 * (service/decision.h); the few places that look at the whole register whoever asks say so by
 * SCOPE_EVERYTHING, and a lint knows them. One that nobody filled in holds nothing. */
#ifndef DCIM_MODEL_SCOPE_H
#define DCIM_MODEL_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

enum scope_kind { SCOPE_NONE, SCOPE_ONE, SCOPE_ALL };

struct scope {
    enum scope_kind kind;
    int64_t organisation_no; /* of SCOPE_ONE */
};

#define SCOPE_EVERYTHING ((struct scope){SCOPE_ALL, 0})

static inline struct scope scope_of(int64_t organisation_no)
{
    return (struct scope){SCOPE_ONE, organisation_no};
}

static inline bool scope_has(struct scope s, int64_t organisation_no)
{
    return s.kind == SCOPE_ALL || (s.kind == SCOPE_ONE && s.organisation_no == organisation_no);
}

/* As a statement has it: the organisation's number, 0 for all, -1 for none. */
static inline int64_t scope_number(struct scope s)
{
    return s.kind == SCOPE_ALL ? 0 : s.kind == SCOPE_ONE ? s.organisation_no : -1;
}

#endif
