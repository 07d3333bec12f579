/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the records of one person contradict each other (Q21), of a whole register at once: by the
 * columns of its snapshot, without a record being opened. */
#ifndef DCIM_LINKAGE_CONTRADICTION_H
#define DCIM_LINKAGE_CONTRADICTION_H

#include "dataset/snapshot.h"
#include "linkage/survivor.h"

#include <stddef.h>
#include <stdint.h>

struct contradiction {
    uint64_t record_no; /* the oldest record of the person */
    uint32_t person;    /* in the snapshot */
    /* bit i: records contradict each other in facts->variable[i], and nobody has settled that; or
     * a choice has settled it (survivor_value.settled) */
    uint32_t open, settled;
};

/* The persons whose records contradict each other, by their oldest record. `marks`: the choices
 * of the form (model/choice.h). `owns` *out (mem_free). Cost: one look at each
 * fact of each record of a person with several. */
size_t contradictions(struct contradiction **out, struct snapshot *s,
                      const struct survivor_facts *facts, const struct choice_marks *marks);

#endif
