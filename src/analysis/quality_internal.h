/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by quality*.c; nobody else includes it. quality.c reads records into counts and facts,
 * quality_person.c compares facts, quality_report.c puts both into words. */
#ifndef DCIM_ANALYSIS_QUALITY_INTERNAL_H
#define DCIM_ANALYSIS_QUALITY_INTERNAL_H

#include "analysis/quality.h"
#include "base/arena.h"

enum quality_role {
    ROLE_DATE,
    ROLE_DETECTED,
    ROLE_VALID,
    ROLE_SEX,
    ROLE_BIRTH_YEAR,
    ROLE_CITIZENSHIP,
    ROLE_SUSPECTED,
    ROLE_PROSECUTED,
    ROLE_CONVICTED,
    ROLE_OPERATION,
    ROLE_OWN,
    ROLE_COUNT
};

enum answer_kind { /* enum missing, and then */
                   ANSWER_PRESENT = MISSING_COUNT,
                   ANSWER_BLANK,
                   ANSWER_KINDS
};

struct fact { /* what is kept of a record */
    uint64_t record_no;
    uint8_t person[PERSON_KEY]; /* of a record without key: its own number */
    uint32_t operation;         /* number of its operation's code, in quality.operations; 0: none */
    uint64_t linked_operation;  /* record that would name one; 0: none */
    uint32_t citizenship;       /* number of its codes, in quality.citizenships; 0: unknown */
    code_id organisation, sex;
    int16_t year, birth_year, stage[3]; /* 0: unknown; stages: suspected, prosecuted, convicted */
    uint8_t valid;                      /* 0 unknown, 1 yes, 2 no */
    bool has_person, selected;          /* selected: by year and organisation of the spec */
    bool linked; /* of the justice data set, and tied to a victim's record that there is */
};

struct link_pair { /* a record names another */
    uint64_t from, to;
    form_id form, target;
};

struct days { /* between detection and registration, of one organisation */
    int32_t *item;
    size_t n, cap;
};

struct quality_form {
    const struct form *form;
    bool read;
    var_id role[ROLE_COUNT];              /* VAR_NONE: the form has none */
    uint32_t *answers;                    /* [organisation][variable][ANSWER_KINDS] */
    uint32_t *values, *unresolved;        /* [organisation][variable] of linking variables */
    uint32_t *records, *with_finding;     /* [organisation] */
    uint32_t *findings, *finding_records; /* [organisation][rule] */
    struct days *days;                    /* [organisation] */
    uint64_t *answered, *chosen;          /* [variable]: records with an answer; answers */
    struct fact *fact;                    /* ascending record_no */
    size_t n_fact, cap_fact;
    struct choice_marks choice; /* whose answer counts */
    size_t cap_choice;
    int64_t n_kept;
};

struct quality {
    struct quality_spec spec;
    struct quality_form *form;             /* by form_id */
    struct map *citizenships, *operations; /* what was met, and its number */
    size_t n_org;                          /* organisations, and one place more for none */
    bool *tainted;                         /* by variable: depends on direct identifiers */
    bool *rule_tainted;                    /* by rule */
    struct link_pair *pair;
    size_t n_pair, cap_pair;
    struct arena *scratch;
};

static inline size_t org_place(const struct quality *q, code_id organisation)
{
    return organisation == CODE_NONE || organisation >= q->n_org - 1 ? q->n_org - 1 : organisation;
}

/* --- quality_person.c
 * ---------------------------------------------------------------------------- */

struct person_counts { /* over the selected records of one form */
    int64_t records, persons;
    int64_t same_org_persons, same_org_records; /* several records in one organisation (Q20) */
    int64_t across_persons, across_records;     /* records in several organisations */
    int64_t sex, birth_year, citizenship;       /* persons whose records disagree (Q21) ... */
    int64_t settled; /* ... and persons who have that behind them: people chose what counts */
    int64_t several_years;                      /* persons in more than one year (Q22) */
    int64_t mixed_validity, not_valid;          /* persons: some entries valid, none (Q19) */
    int64_t records_over;                       /* records beyond the first of a person and year */
};
void count_persons(struct person_counts *out, const struct quality *q,
                   const struct quality_form *f);

struct year_counts {
    int year;
    int64_t records, persons;
    int64_t stage[3];          /* persons who reached it first in this year */
    int64_t operation_persons; /* of the largest operation */
};
/* By year, ascending; from `a`. Records of the spec's organisation, of all years. */
size_t count_years(struct year_counts **out, struct quality *q, const struct quality_form *f,
                   struct arena *a);

/* Persons with a conviction whom nothing links to the victims' data set, and how many convicted
 * there are (Q58). */
void count_unlinked(int64_t *convicted, int64_t *unlinked, const struct quality *q,
                    const struct quality_form *f);

/* Match keys that occur in both forms (Q61). */
int64_t count_shared(const struct quality *q, const struct quality_form *a,
                     const struct quality_form *b);

/* Operations of records that point to the record that names one. After all forms are read. */
void settle_operations(struct quality *q);

#endif
