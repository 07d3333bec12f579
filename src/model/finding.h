/* SPDX-License-Identifier: EUPL-1.2 */
/* Findings: remarks about values of a record. Wrong data are not errors; the operation goes on. */
#ifndef DCIM_MODEL_FINDING_H
#define DCIM_MODEL_FINDING_H

#include "base/buf.h"
#include "model/dictionary.h"
#include "model/ids.h"
#include "model/record.h"

#include <stddef.h>
#include <stdint.h>

/* Rules of the program itself, beside those of data/rules.csv. Their words and severity are in
 * data/rules-program.csv (rows with scope `program`), under these names; a dictionary without one
 * of them is refused. */
#define BUILTIN_RULES(X)                                                              \
    X(CODE, "V01")       /* code is not in its list, or not valid on the day (Q03) */ \
    X(TYPE, "V02")       /* not a number, date or code list of the variable's type */ \
    X(REQUIRED, "V03")   /* required and empty (Q02) */                               \
    X(CONSTRAINT, "V04") /* the variable's constraint does not hold */                \
    X(MISSING, "V05")    /* a missing code where none is allowed */                   \
    X(TOO_LONG, "V06")   /* text over its limit */                                    \
    X(DUPLICATE, "V07")  /* the same reference twice in one file */                   \
    X(ENCODING, "V08")   /* not valid UTF-8, or a control character */                \
    X(FORMULA, "V09")    /* the cell holds a formula; its cached value was taken */   \
    X(UNMAPPED, "V10")   /* the mapping has no target for this value */               \
    X(EXPRESSION, "V11") /* an expression could not be evaluated */                   \
    X(REFERENCE, "V12")  /* no reference: the row cannot be told apart from others */ \
    X(REPEATS, "V13")    /* more instances of a repeat than allowed */                \
    X(AMBIGUOUS, "V14")  /* a date that can be read in two ways */                    \
    X(SHAPE, "V15")      /* the row has more cells than the header has columns */

enum builtin_rule {
#define X(word, name) BUILTIN_##word,
    BUILTIN_RULES(X)
#undef X
        BUILTIN_COUNT
};

struct finding {
    rule_id rule; /* dictionary rule; see finding_builtin() */
    enum severity level;
    uint64_t row;      /* 1-based row of the source file; 0 when not from a file */
    uint32_t column;   /* 1-based column of the source file; 0 when not from one */
    var_id var;        /* VAR_NONE when the remark is about the whole row */
    uint32_t instance; /* row within the group's table, 0-based */
    const char *value; /* what was sent, cut at 80 bytes; NULL when not to be shown (identifiers) */
};

struct findings { /* of one record; bounded */
    struct finding *item;
    size_t n, cap;
    size_t n_error;      /* with level E */
    size_t n_dropped;    /* over FINDINGS_MAX */
    struct arena *arena; /* holds `value` texts; rewound with the row */
};

enum { FINDINGS_MAX = 200 };

void findings_init(struct findings *f, struct arena *a); /* does not allocate */
void findings_release(struct findings *f);
void findings_clear(struct findings *f); /* the arena is the caller's to rewind */

/* Append. `item.value` is copied, cut at FINDING_VALUE_MAX bytes between characters. Over
 * FINDINGS_MAX a finding is only counted. findings_add_value() for values that are no C strings. */
enum { FINDING_VALUE_MAX = 80 };
void findings_add(struct findings *f, struct finding item);
void findings_add_value(struct findings *f, struct finding item, struct text value);

/* Rule number of a built-in rule: dictionary_load() puts them first, in the order above. */
rule_id finding_builtin(const struct dictionary *d, enum builtin_rule r);

/* The finding of a built-in rule about variable `v`, with the rule's level; no row, column or
 * value. */
struct finding finding_of(const struct dictionary *d, enum builtin_rule r, var_id v,
                          uint32_t instance);

/* The built-in rule that speaks for what value_read() said; not for VALUE_READ_OK. */
enum builtin_rule finding_of_read(enum value_read read);

/* Append a sentence for people in `language` of the dictionary:
 *     Q13 exploitation_start: Exploitation cannot begin after its end.
 *     V01 sex: This is not a code of CL_SEX. (sent: "Z")
 * and the remedy, which may be empty. In the words of rules, {label} stands for the variable's
 * label, {variable} for its name and {list} for its code list; of {integer?...}, {decimal?...},
 * {date?...}, {partial?...} (dates that may be a month or year), {text?...} and {code?...} those
 * words are said that are for a variable of its kind. A violated constraint speaks with the
 * variable's own message where it has one, and so does a missing required value. What was sent is
 * never shown for direct identifiers; invisible characters in it are shown visibly (S63). */
void finding_message(struct buf *out, const struct dictionary *d, const struct finding *f,
                     size_t language);
/* The sentence alone, for beside a field: without the names of rule and variable and without what
 * was sent. */
void finding_words(struct buf *out, const struct dictionary *d, const struct finding *f,
                   size_t language);
/* A rule's message or remedy as it is said of no variable in particular, for lists of rules: words
 * for kinds of variables are left out. */
void finding_general_words(struct buf *out, const struct words *w, size_t language);
void finding_remedy(struct buf *out, const struct dictionary *d, const struct finding *f,
                    size_t language);

#endif
