/* SPDX-License-Identifier: EUPL-1.2 */
/* The XML parts of a workbook, as events; the door to expat.
 *
 * What S69 asks holds for every part: a DOCTYPE aborts (so there are no entities to expand and
 * nothing external to fetch), elements nest at most 64 deep, have at most 64 attributes, and no
 * tag, comment or processing instruction is longer than 1 MiB. */
#ifndef DCIM_BASE_XLSX_XML_H
#define DCIM_BASE_XLSX_XML_H

#include "base/err.h"
#include "base/text.h"
#include "base/xlsx_zip.h"

#include <stdbool.h>
#include <stddef.h>

/* limits */
enum {
    XLSX_DEPTH_MAX = 64,
    XLSX_ATTRIBUTE_MAX = 64,
    XLSX_TOKEN_MAX = 1024 * 1024 /* bytes of one tag, comment ... */
};

/* Events of one part. Names are local (without prefix); false stops with the error set. `end` and
 * `text` may be NULL. Text comes in pieces. All is borrowed during the call. */
struct xlsx_xml_events {
    bool (*start)(void *ctx, struct text name, const char *const *attribute, struct err *e);
    bool (*end)(void *ctx, struct text name, struct err *e);
    bool (*text)(void *ctx, struct text piece, struct err *e);
    void *ctx;
};

/* Parse entry `i` of the archive. Beyond xlsx_zip_read()'s errors: ERR_INPUT xlsx.xml (not well
 * formed), xlsx.doctype; ERR_LIMIT xlsx.xml_depth, xlsx.xml_attributes, xlsx.xml_token. */
bool xlsx_xml_read(struct xlsx_zip *z, size_t i, const struct xlsx_xml_events *events,
                   struct err *e) MUST_CHECK;

/* Value of an attribute by its local name; false when it is not there. */
bool xlsx_xml_attribute(struct text *out, const char *const *attribute, const char *name);

/* "1" or "true", as XML Schema writes a boolean; false when absent. */
bool xlsx_xml_flag(const char *const *attribute, const char *name);

#endif
