/* SPDX-License-Identifier: EUPL-1.2 */
/* What the desk says of a draft (service/README.md, "Entering a record: documents") in the shape
 * that the parts of pages draw (pages/README.md). Labels come from the desk; the words of buttons
 * are put here, in the language of the thread. All documents are `owns`. Cost: O(document). */
#ifndef DCIM_WEB_ENTRY_PAGES_H
#define DCIM_WEB_ENTRY_PAGES_H

#include "base/arena.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

/* The questions of entry.section as `blocks`: [{title, hint, hidden, fields: [{question}]}]. A
 * block is a heading of the section with what stands under it; what stands under none has blocks
 * without title. Headings and notes within instances become question.heading of what follows. */
struct json *entry_page_blocks(const struct json *section, struct arena *a);
/* Whether adding an instance is the one thing to do on a page of these blocks. */
bool entry_page_asks_first(const struct json *blocks);

/* How many questions outside of blank instances are asked now. */
size_t entry_page_asked(const struct json *section);

/* `errors` of the page, [{field, message}], of those of the desk's problems that are errors or
 * missing answers, one for each field; labels stand before the messages. */
struct json *entry_page_errors(const struct json *problems, struct arena *a);

/* The same of the problems of entry.section: each leads to its field where that is on the page, else to the
 * card of the instance it is in, else nowhere. */
struct json *entry_page_errors_on(const struct json *section, struct arena *a);

/* Whether an answer is there that is wrong (not only missing). */
bool entry_page_has_wrong(const struct json *problems);

/* task_list of entry.sections. */
struct json *entry_page_tasks(const struct json *sections, const char *draft, struct arena *a);

/* Title of a section of entry.sections, ""; and the one behind it that is asked, "". */
const char *entry_page_section_title(const struct json *sections, const char *name);
const char *entry_page_next(const struct json *sections, const char *name);

/* `groups` of entry.check: [{title, items: [{text, about, href, tone, tag}]}]. */
struct json *entry_page_findings(const struct json *check, struct arena *a);

/* comparison of `compare` rows of the desk: left is mine, right theirs. Each row where
 * `choose_all`, else where both sides changed, has radios named "choice." and the field;
 * `mine_first`: what is chosen before anybody chose. */
struct json *entry_page_comparison(const struct json *rows, const char *left, const char *right,
                                   bool choose_all, bool mine_first, struct arena *a);

#endif
