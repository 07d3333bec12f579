/* SPDX-License-Identifier: EUPL-1.2 */
/* A draft that is open for one call: what was typed, and what the form's rules say of it.
 *
 * The draft's instances are numbered as they were typed ("rows" here, over all parents); judging
 * takes out what is irrelevant, so a row may have no counterpart in the judged record. */
#ifndef DCIM_SERVICE_ENTRY_DRAFT_H
#define DCIM_SERVICE_ENTRY_DRAFT_H

#include "service/entry_tree.h"
#include "service/service_internal.h"
#include "store/draft.h"

#define ROW_GONE UINT32_MAX

struct entry_section { /* a part of the form that is filled in on one page */
    const char *name;
    struct words label, hint;
    const char *help;
    size_t first, end; /* of the outline, without the heading's own row and its end */
    bool repeat;       /* the section is one repeat */
};

struct entry_problem {
    struct finding finding;
    uint32_t row; /* of the draft, in the group of its variable; 0 when about no variable */
    bool typed;   /* what was typed cannot be read: the record does not hold it */
};

struct entry {
    struct call *c;
    const struct dictionary *d;
    const struct form *form;
    struct draft draft;
    struct json *body; /* `owns`: the draft's document but for its values */
    struct entry_tree typed;
    struct entry_section *section;
    size_t n_section;
    /* entry_judge() */
    struct record record; /* judged, with the register's own variables taken out again */
    struct findings found;
    struct entry_problem *problem;
    size_t n_problem, n_error, n_warning, n_unread;
    uint32_t *n_row;         /* of the draft, by group */
    uint32_t **parent;       /* by group and row: row of the parent group */
    uint32_t **judged;       /* by group and row: row of the record, or ROW_GONE */
    struct entry_row ***row; /* by group and row */
    struct arena *scratch;
};

/* Who owns drafts of this call. */
struct draft_owner entry_owner(const struct call *c);

/* A draft that holds nothing yet. entry_close() in any case. */
void entry_start(struct entry *x, struct call *c, const struct form *f);
/* The draft that parameter `draft` names: ERR_NOT_FOUND "draft.unknown", also when it is somebody
 * else's or its record is there no more for who asks. */
bool entry_load(struct entry *x, struct call *c, struct err *e) MUST_CHECK;
void entry_close(struct entry *x); /* releases what is not the call's */

/* Judge what was typed. Needed before anything below that speaks of problems or relevance. */
bool entry_judge(struct entry *x, struct err *e) MUST_CHECK;

/* Save values and body; draft_save() or draft_add(). */
bool entry_save(struct entry *x, struct err *e) MUST_CHECK;
/* Save the body alone: the values are those that are kept, and its version stays. */
bool entry_save_beside(struct entry *x, struct err *e) MUST_CHECK;
bool entry_add(struct entry *x, struct err *e) MUST_CHECK;

/* Default values of the form into fields of this row that are blank. */
void entry_defaults(struct entry *x, group_id g, struct entry_row *row);

const struct entry_section *entry_section_named(const struct entry *x,
                                                const char *name); /* or NULL */
/* Section of a variable; NULL when it is in none. */
const struct entry_section *entry_section_of(const struct entry *x, var_id v);

/* Whether a question is to be asked now; always when its relevance cannot be worked out. */
bool entry_relevant(const struct entry *x, const struct variable *v, uint32_t row);
bool entry_required(const struct entry *x, const struct variable *v, uint32_t row);
/* For expressions that stand at this row of the draft; false when it is gone. */
bool entry_context(struct expr_context *out, const struct entry *x, const struct variable *v,
                   uint32_t row);

/* "episode[0].form", the name of a field; "episode[0]" of an instance (v NULL). */
const char *entry_path(const struct entry *x, group_id g, uint32_t row, const char *name);

/* Whether the record as a whole lacks something that is asked in this section: an episode, say. */
bool entry_asked_for(const struct entry *x, const struct entry_section *s);

/* {field, variable, label, section, rule, severity, message, remedy, missing?} */
struct json *entry_problem_to_json(const struct entry *x, const struct entry_problem *p);

/* Pages that were sent when the session had ended (op_entry_keep.c), [{at, section, version, fields}];
 * NULL: none. */
const struct json *entry_pending(const struct entry *x);
/* Whether one of them is the page of this section that was loaded at this version of the draft. */
bool entry_pending_is(const struct json *item, const char *section, int64_t version);

/* Whether the section was saved once by its button: then what is missing is said there too. */
bool entry_visited(const struct entry *x, const char *section);
void entry_visit(struct entry *x, const char *section);

#endif
