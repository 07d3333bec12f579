/* SPDX-License-Identifier: EUPL-1.2 */
/* The templates of src/web/pages, in the program since it was built (tools/embed_pages.c). */
#ifndef DCIM_WEB_PAGE_SOURCE_H
#define DCIM_WEB_PAGE_SOURCE_H

#include "base/template.h"

#include <stddef.h>

extern const struct template_source page_sources[];
extern const size_t page_source_count;

#endif
