/* SPDX-License-Identifier: EUPL-1.2 */
/* Archives and workbooks for tests, hostile ones included: a ZIP writer that does as it is told. */
#ifndef DCIM_TESTS_BASE_ZIP_BUILD_H
#define DCIM_TESTS_BASE_ZIP_BUILD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip_part {
    const char *name;
    const void *data;
    size_t n;
    bool stored;     /* not deflated */
    unsigned flags;  /* of both headers: 1 encrypted, 8 descriptor (written) ... */
    unsigned method; /* 0: what `stored` says; else this number is claimed */
    bool wrong_crc;
    uint64_t claims;        /* not 0: the uncompressed size claimed */
    bool zip64;             /* sizes and place in ZIP64 fields */
    size_t shares;          /* not 0: 1 + index of an earlier part whose header and data it uses */
    const char *local_name; /* not NULL: another name in the local header */
};

/* The archive of these parts, appended to `out`. */
void zip_build(struct buf *out, const struct zip_part *part, size_t n_part);

struct workbook_parts { /* XML of a workbook of one sheet; NULL: a plain one or none */
    const char *sheet;  /* whole part, or what stands in <sheetData> when `rows` is set instead */
    const char *rows;
    const char *strings;     /* <si> elements */
    const char *styles;      /* what stands in <styleSheet> */
    const char *properties;  /* attributes of <workbookPr> */
    const char *sheet_state; /* "hidden" */
    const char *relations;   /* further <Relationship> elements of the workbook */
};

void workbook_build(struct buf *out, const struct workbook_parts *w);

#endif
