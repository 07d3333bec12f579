/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields of a page, as a browser posts them, into what was typed (src/web/script/README.md has
 * their names), and the acts on instances of repeats. */
#ifndef DCIM_SERVICE_ENTRY_FIELDS_H
#define DCIM_SERVICE_ENTRY_FIELDS_H

#include "base/err.h"
#include "base/json.h"
#include "service/entry_draft.h"

#include <stdbool.h>

/* Take the fields. `section` not NULL: they are the whole page of that section, so its questions
 * that are not among them become blank, and of a repeat with a field "PATH.all" the instances are
 * those that are named ("PATH[0].is"), of one with "PATH.from" and "PATH.to" those between. Without
 * a section only what is named changes. ERR_USAGE "entry.unknown_field" for a name that the form
 * does not have, a calculation, or an instance that is not there; then nothing may be saved. Cost:
 * a map look-up for each field. */
bool entry_take(struct entry *x, const struct entry_section *section, const struct json *fields,
                struct err *e) MUST_CHECK;

/* Do an act: "add:episode:1", "copy:episode:0", "up:", "down:", "remove:", "undo:episode:0".
 * Nested: "add:episode[0].exploitation:2". *at: path of the instance that is now to be shown, NULL
 * for none; from the call's arena. ERR_USAGE "entry.act". */
bool entry_act(const char **at, struct entry *x, const char *act, struct err *e) MUST_CHECK;

/* The repeat that a path names ("episode", "episode[0].exploitation") and its list. False: none. */
bool entry_find_list(struct entry_list **out, group_id *g, struct entry *x, struct text path);

#endif
