/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to md4c: Markdown (CommonMark 0.30 with tables) as HTML. Raw HTML in the text is shown
 * as text, so that a page cannot bring scripts along; links other than within the pages, http and
 * https lose their target. */
#ifndef DCIM_BASE_MARKDOWN_H
#define DCIM_BASE_MARKDOWN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

/* Append the page as HTML (body only). Headings get ids as people write anchors to them: small
 * letters, blanks to hyphens, everything but letters, digits and hyphens left out. Input up to 1
 * MiB of valid UTF-8; ERR_LIMIT "markdown.too_long", ERR_INPUT "markdown.malformed". Cost: O(n). */
bool markdown_to_html(struct buf *out, struct text page, struct err *e) MUST_CHECK;

#endif
