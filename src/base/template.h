/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages: HTML templates without logic, filled from a document. The syntax is Mustache's (Wanstrath
 * 2009), of which one part is left out on purpose: nothing is ever put in unescaped.
 *
 *   {{name}} {{a.b}} {{.}}    text or number, escaped for HTML text and quoted attributes
 *   {{#name}} ... {{/name}}   for each item of an array, with the item's members at hand; once for
 *   an
 *                             object, a text that is not empty, a number that is not 0, true
 *   {{^name}} ... {{/name}}   when the same would show nothing
 *   {{> other}}               another template in its place
 *   {{'Words'}}               the program's own words, in the language of the thread
 *   (base/catalogue.h) {{! remark }}
 *
 * A name is looked for in the innermost item first, then in those around it. A line that holds
 * nothing but a section's tag, a remark or {{> other}} leaves no line behind. */
#ifndef DCIM_BASE_TEMPLATE_H
#define DCIM_BASE_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

struct template_source { /* as embedded at build time; lives as long as the set */
    const char *name, *text;
};

struct template_set;

/* Read all of them; ERR_INPUT "template.malformed" says which, the line and what. A template may
 * include others, to a depth of 12, never itself; names differ. `owns` *out. */
bool template_set_new(struct template_set **out, const struct template_source *source, size_t n,
                      struct err *e) MUST_CHECK;
void template_set_free(struct template_set *s); /* NULL is fine */

/* Fill template `name` and append it. A member that the document lacks is empty. ERR_NOT_FOUND when
 * there is no such template; ERR_LIMIT when `out` is full. Cost: O(output). Safe for several
 * threads. */
bool template_render(struct buf *out, const struct template_set *s, const char *name,
                     const struct json *document, struct err *e) MUST_CHECK;

/* Each name that the template uses, with those of the templates it includes, so that a check can
 * hold them against what a document declares: `path` is "rows" or "a.b", `within` the section
 * around it ("" at the top). */
typedef void template_name_fn(void *ctx, const char *path, const char *within);
void template_names(const struct template_set *s, const char *name, template_name_fn *fn,
                    void *ctx);

/* Append a text escaped for HTML: & < > " ' become references. */
void html_escape(struct buf *out, struct text t);

#endif
