/* SPDX-License-Identifier: EUPL-1.2 */
/* Documents of a draft for pages: README.md of this room has their members. */
#ifndef DCIM_SERVICE_ENTRY_FORM_H
#define DCIM_SERVICE_ENTRY_FORM_H

#include "base/json.h"
#include "service/entry_draft.h"

enum {
    ENTRY_RADIOS_MAX = 20,     /* choices shown as radios or boxes */
    ENTRY_SELECT_MAX = 70,     /* choices shown as a list to select from; more are typed */
    ENTRY_PAGE_INSTANCES = 20,     /* of one repeat on one page, one of them open */
    ENTRY_WHOLE_BYTES = 6000,      /* about; a repeat that is shorter is on its page as a whole */
    ENTRY_VALUES_BYTES = 200000    /* what expressions read that is not on the page */
};

/* Members that every document of a draft has: draft, draft_version, form, form_title, record,
 * organisation, changed_at. */
void entry_put_head(struct json *out, const struct entry *x);

/* The task list: `sections`, counts, whether it can be submitted. */
void entry_put_sections(struct json *out, const struct entry *x);

/* One section to be filled in. Of a repeat that is long, one instance is open and the others are cards:
 * which is said by `from` (may be NULL), texts "episode:20", else by what is to be corrected. One within an
 * instance has the instances around it named too; of these nothing else is shown. `check`: say also
 * what is missing. */
void entry_put_section(struct json *out, const struct entry *x, const struct entry_section *s,
                       const struct json *from, bool check);

/* All problems, grouped by section. */
void entry_put_check(struct json *out, const struct entry *x);

/* The problems of one section as a list. */
struct json *entry_section_problems(const struct entry *x, const struct entry_section *s,
                                    bool check);

/* A record as it is, by sections: [{name, title, rows:[{field, label, value, heading}]}]; what is
 * blank is left out. The entry was started for its form and judged nothing. */
struct json *entry_view(struct entry *x, const struct record *r);

/* What a value says in the language of the call: label of a code, labels of several, the text as it
 * was typed. From the call's arena. */
const char *entry_value_words(const struct entry *x, const struct variable *v,
                              const struct entry_field *f);

#endif
