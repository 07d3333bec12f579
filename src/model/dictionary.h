/* SPDX-License-Identifier: EUPL-1.2 */
/* What a record is: forms, variables, code lists, rules and parameters, read from the folder data/
 * (XLSForm sheets as CSV) with a country pack laid over the core. Immutable once loaded, shared by
 * all threads. `data/README.md` describes the files. */
#ifndef DCIM_MODEL_DICTIONARY_H
#define DCIM_MODEL_DICTIONARY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "model/codelist.h"
#include "model/ids.h"
#include "model/problem.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct expr;             /* model/expr.h */
struct dependency_order; /* model/validate.h */

enum variable_type {
    VARIABLE_TEXT,
    VARIABLE_INTEGER,
    VARIABLE_DECIMAL,
    VARIABLE_DATE,  /* full or partial (appearance thb-date), see `partial` */
    VARIABLE_CODE,  /* select_one, or a calculation that gives a code */
    VARIABLE_CODES, /* select_multiple */
};

enum privacy { /* letters of domain.md, a set */
               PRIVACY_NONE = 0,
               PRIVACY_D = 1, /* direct identifier: only ever in the identity envelope */
               PRIVACY_Q = 2, /* quasi-identifier */
               PRIVACY_S = 4, /* special category */
               PRIVACY_C = 8, /* criminal-offence data */
               PRIVACY_O = 16 /* operationally sensitive */
};

struct extra { /* a bind::thb column that C gives no meaning to: mappings, source */
    const char *name, *value;
};

struct variable {
    var_id id;
    const char *name;
    form_id form;
    group_id group;
    uint16_t slot; /* position within its group */
    enum variable_type type;
    bool partial; /* date that may be a month or a year */
    bool derived; /* has a calculation and is not asked */
    bool system;  /* set by the register: organisation, organisation_type */
    bool required_always;
    bool missing_allowed; /* codes U NC NA RF WH may be entered */
    bool survivor_first;  /* of a person's records the first value counts, else the last */
    list_id list;         /* LIST_NONE unless CODE or CODES */
    form_id link;         /* a text that names a record of this form; FORM_NONE when none */
    uint8_t privacy;      /* set of enum privacy */
    struct words label, hint, constraint_message, required_message;
    const struct expr *required, *relevant, *constraint, *calculation, *choice_filter, *standard;
    /* NULL when absent; `relevant` already includes that of the groups up to its repeat, whose own
         * is in struct group;
         * `standard` is the default value (XLSForm column default) */
    const struct extra *extra;
    size_t n_extra;
    const char *file; /* where it was defined, for messages */
    uint32_t row;
};

struct group { /* the record itself, or one repeat */
    group_id id;
    const char *name; /* form id for group 0 */
    struct words label;
    group_id parent;             /* of group 0: itself */
    uint16_t depth;              /* 0 for group 0 */
    const struct expr *relevant; /* of the repeat as a whole */
    const struct expr *repeat_count;
    var_id *variable; /* by slot */
    size_t n_variable;
};

/* The form as a person meets it, in the order of its sheet: headings, repeats, variables, notes. */
enum outline_kind { OUTLINE_GROUP, OUTLINE_REPEAT, OUTLINE_END, OUTLINE_VARIABLE, OUTLINE_NOTE };

struct
    outline_item { /* OUTLINE_END closes the innermost open group or repeat and has nothing else */
    enum outline_kind kind;
    const char *name;
    struct words label, hint;
    const char *relevant;   /* of this row alone, as written; "" when always */
    const char *appearance; /* as written; "" when none */
    /* Page of the handbook, "collecting#consent": its own, else of the group around it; "" when none. */
    const char *help;
    var_id var; /* of OUTLINE_VARIABLE */
};

/* Whose a form is: who may read it (call_may_read_form) and which key seals it (store_record_kek).
 * A case belongs to both sets: who may read either reads it, but its variables of class C only with
 * the justice set. */
enum data_set { DATA_SET_VICTIM, DATA_SET_JUSTICE, DATA_SET_CASE, DATA_SET_COUNT };

/* "victim", "justice", "case", as settings.csv has it. */
const char *data_set_name(enum data_set s);

struct form {
    form_id id;
    const char *name; /* "victim" */
    struct words title;
    const char *version; /* YYYYMMDDNN */
    enum data_set data_set;
    var_id reference; /* the organisation's own reference; VAR_NONE when none */
    struct group *group;
    size_t n_group;
    var_id organisation, organisation_type; /* system variables */
    const struct dependency_order *order;   /* of calculations and relevance, see validate.h */
    struct outline_item *outline;
    size_t n_outline;
};

enum severity { SEVERITY_I, SEVERITY_W, SEVERITY_E }; /* information, warning, refuses the record */

struct rule {
    rule_id id;
    const char *name; /* "Q13" */
    enum severity severity;
    form_id form;
    group_id scope;                /* judged once for each instance of this group */
    var_id *needs;                 /* judged only when all are present and none is missing */
    size_t n_needs;                /* the finding is reported on the first */
    const struct expr *applies;    /* NULL: always */
    const struct expr *expression; /* true for good data */
    struct words message, remedy;
    const char *source;
    bool builtin; /* a check of the program itself (finding.h), or one over several records, which
                   * `dcim quality` makes: no expression, and the form may be FORM_NONE */
};

struct parameter {
    const char *name, *value, *source, *note;
    bool uncertain;
};

struct status_decider {
    const char *status, *org_type;
};

struct dictionary {
    const char *folder;           /* where it was read from */
    const char *pack;             /* "pt", or "" for the bare core */
    struct parameter *pack_value; /* pack.csv: country, name, register_start, ... */
    size_t n_pack_value;
    const char *language[LANGUAGES_MAX];      /* "en", "pt" */
    const char *language_name[LANGUAGES_MAX]; /* "Português" */
    size_t n_language;
    struct form *form;
    size_t n_form;
    struct variable *variable;
    size_t n_variable;
    struct codelist **list;
    size_t n_list;
    struct rule *rule; /* those of the program first, see finding.h */
    size_t n_rule;
    struct parameter *parameter; /* by name */
    size_t n_parameter;
    struct status_decider *decider;
    size_t n_decider;
    uint8_t hash[32];             /* SHA-256 over names and contents of all files read */
    struct map *by_form_variable; /* "form/name" -> var_id */
    struct arena *arena;          /* holds everything above */
};

/* Read folder `data` and lay pack `pack` ("" for none) over it. Goes on after a problem, so that
 * all are reported at once; ERR_INPUT "dictionary.broken" when any problem has severity E, *out
 * NULL. `owns` *out. Cost: 400 variables and 5,000 codes in under 100 ms. */
bool dictionary_load(struct dictionary **out, const char *data, const char *pack,
                     struct problems *problems, struct err *e) MUST_CHECK;
/* Whether a pack may be called so: small letters and digits, and - or _ behind the first; at most 32
 * bytes. "" is good: no pack. ERR_INPUT "dictionary.pack_name". */
bool dictionary_pack_name(const char *pack, struct err *e) MUST_CHECK;
void dictionary_free(struct dictionary *d);

/* Fill the open list CL_ORGANISATION (code, label, type code) once, before the dictionary is
 * shared. The code has no blanks or semicolons and at most CODE_NAME_MAX bytes; one that is there
 * already gets the new label and type. The type code is the list's further column "type". */
void dictionary_add_organisation(struct dictionary *d, struct text code, struct text name,
                                 struct text type_code);

const struct form *dictionary_form(const struct dictionary *d, struct text name); /* or NULL */
const struct variable *dictionary_variable(const struct dictionary *d, form_id form,
                                           struct text name); /* or NULL */
/* Letters of a set of privacy classes, as the books and data/ write them; the n-th is bit n. */
#define PRIVACY_LETTERS "DQSCO"
void privacy_letters(char out[sizeof PRIVACY_LETTERS], uint8_t set);

/* "error", "warning", "note": tr() says it to people. */
const char *severity_name(enum severity s);

/* A column bind::thb:NAME of a variable that C gives no meaning to ("purpose"); "" when it has
 * none. */
const char *variable_extra(const struct variable *v, const char *name);
const struct codelist *dictionary_list(const struct dictionary *d,
                                       struct text name); /* any case; or NULL */
const struct rule *dictionary_rule(const struct dictionary *d, struct text name);
const char *dictionary_parameter(const struct dictionary *d, const char *name,
                                 const char *otherwise);
int64_t dictionary_parameter_int(const struct dictionary *d, const char *name, int64_t otherwise);
const char *dictionary_pack_value(const struct dictionary *d, const char *key,
                                  const char *otherwise);
size_t dictionary_language(const struct dictionary *d, struct text code); /* 0 when unknown */

/* The nearest name to a mistyped one (Levenshtein 1966, at most a third of its letters wrong), for
 * remedies; NULL when nothing is near. */
const char *dictionary_guess_variable(const struct dictionary *d, form_id form, struct text name);

#endif
