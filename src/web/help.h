/* SPDX-License-Identifier: EUPL-1.2 */
/* The handbook as pages: the .md files of docs/handbook, read and turned into HTML before the door
 * is shut in. */
#ifndef DCIM_WEB_HELP_H
#define DCIM_WEB_HELP_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct help;

struct help_page {
    const char *name;  /* "collecting", "national/pt" */
    const char *title; /* its first heading */
    struct text html;  /* ours: made from our own files, with links to /help/... */
};

/* All pages of a folder and of its folder `national`. `owns` *out. Errors: those of file_read();
 * markdown.h's for a page that cannot be read. Cost: some milliseconds. */
bool help_load(struct help **out, const char *folder, struct err *e) MUST_CHECK;
void help_free(struct help *h); /* NULL is fine */

size_t help_count(const struct help *h); /* of NULL: 0 */
const struct help_page *help_at(const struct help *h, size_t i);
const struct help_page *help_find(const struct help *h, struct text name); /* or NULL */

#endif
