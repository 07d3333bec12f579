/* SPDX-License-Identifier: EUPL-1.2 */
/* A person of several records: loaded, with what people chose of contradicting answers, and as a
 * document. operations_link.c describes the documents. */
#ifndef DCIM_SERVICE_LINK_PERSON_H
#define DCIM_SERVICE_LINK_PERSON_H

#include "linkage/contradiction.h"
#include "service/link_call.h"
#include "store/link_choice.h"

/* Of a form; link_marks_release(). */
bool link_marks(struct choice_marks *out, struct call *c, const struct form *f,
                struct err *e) MUST_CHECK;
void link_marks_release(struct choice_marks *m);

enum { LINK_RECORDS_SHOWN = 40 }; /* of a person */

struct persona { /* records of a person that who asks may see, the oldest first */
    struct record *record;
    const struct record **at;
    struct record_meta *meta;
    uint64_t *record_no;
    size_t n;
    struct survivor_facts facts;
    struct survivor_choices choices; /* that are not withdrawn */
    struct link_choice *choice;      /* withdrawn ones too, the newest first, with words */
    size_t n_choice;
};

/* The person of a record. From the call's arena. Cost: opens its records. */
bool link_person_load(struct persona *out, struct call *c, uint64_t record_no,
                      const struct choice_marks *marks, struct err *e) MUST_CHECK;

/* What VALUE says, with the records' answers. */
struct json *link_value_json(struct call *c, const struct persona *p,
                             const struct survivor_value *x, struct err *e);

/* Persons whose records contradict each other, of a form: `owns` *out (mem_free). Cost: that of the
 * snapshot, where there is none yet. */
bool link_contradictions(struct contradiction **out, size_t *n, struct call *c,
                         const struct form *f, const struct choice_marks *marks,
                         struct err *e) MUST_CHECK;
/* How many of them nobody has settled, over the forms one may read. */
bool link_values_open(int64_t *out, struct call *c, struct err *e) MUST_CHECK;

#endif
