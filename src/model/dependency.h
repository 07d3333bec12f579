/* SPDX-License-Identifier: EUPL-1.2 */
/* What record_validate() goes through, made once for a form: shared by dependency.c and
 * validate.c. */
#ifndef DCIM_MODEL_DEPENDENCY_H
#define DCIM_MODEL_DEPENDENCY_H

#include "model/validate.h"

#include <stdint.h>

/* What is looked at for every record lies together here: the dictionary's own entries carry the
 * words of all languages and would push each other out of the processor's cache. */

struct order_step { /* compute and clear, each after what it reads */
    var_id var;     /* VAR_NONE: the repeat as a whole */
    group_id group;
    uint16_t slot;
    bool derived;
    const struct expr *relevant, *calculation;
};

struct order_check {
    var_id var;
    group_id group;
    uint16_t slot;
    uint16_t n_variable; /* of the group: from one instance's value to the next */
    bool required_always;
    const struct expr *required, *relevant, *constraint, *choice_filter;
};

struct rule_need { /* a variable that must be there, seen from the rule's scope */
    var_id var;
    group_id group;
    uint16_t slot;
    group_id within; /* innermost group around both */
};

/* Most rules have nothing to judge in most records. Which of the variables that rules need are
 * there at all, in some instance, is therefore looked up once for all rules: one bit for each. */
enum { PRESENCE_MAX = 64 };

struct order_presence {
    group_id group;
    uint16_t slot;
    uint16_t n_variable; /* of the group: from one instance's value to the next */
};

struct rule_plan {
    rule_id rule;
    group_id scope;
    uint16_t n_need;
    uint16_t first;               /* the need that the finding is reported on */
    bool exact;                   /* `present` has all needs */
    bool anywhere;                /* each of them may be in any instance */
    uint64_t present;             /* bits of dependency_order.presence that the needs have */
    const struct rule_need *need; /* those in enclosing instances first: they are quickly seen */
    const struct expr *applies, *expression;
};

struct dependency_order {
    const struct order_step *step;
    size_t n_step;
    const struct order_check *check; /* in the form's order */
    size_t n_check;
    const struct rule_plan *rule;
    size_t n_rule;
    struct order_presence presence[PRESENCE_MAX];
    size_t n_presence, n_presence_single; /* those of group 0 come first */
};

#endif
