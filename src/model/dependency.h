/* SPDX-License-Identifier: EUPL-1.2 */
/* What record_validate() goes through, made once for a form: shared by dependency.c and validate.c. */
#ifndef DCIM_MODEL_DEPENDENCY_H
#define DCIM_MODEL_DEPENDENCY_H

#include "model/validate.h"

struct order_step { /* compute and clear, each after what it reads */
    var_id var;     /* VAR_NONE: the repeat as a whole */
    group_id group;
};

struct rule_need { /* a variable that must be there, seen from the rule's scope */
    var_id var;
    group_id group;
    uint16_t slot;
    group_id within; /* innermost group around both */
};

struct rule_plan {
    const struct rule *rule;
    const struct rule_need *need;
    size_t n_need;
};

struct dependency_order {
    const struct order_step *step;
    size_t n_step;
    const var_id *check; /* variables with something to check, in the form's order */
    size_t n_check;
    const struct rule_plan *rule;
    size_t n_rule;
};

#endif
