/* SPDX-License-Identifier: EUPL-1.2 */
/* The archive of a workbook, behind xlsx_read.c and xlsx_write.c; the door to zlib.
 *
 * Everything that an archive says of itself is checked before a byte of it is inflated (S68); while
 * inflating, no entry gives more than it declared, and its checksum must hold at the end. */
#ifndef DCIM_BASE_XLSX_ZIP_H
#define DCIM_BASE_XLSX_ZIP_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* limits */
enum {
    XLSX_FILE_MAX = 64 * 1024 * 1024,      /* bytes of the file */
    XLSX_ENTRY_MAX = 2000,                 /* entries */
    XLSX_DECLARED_MAX = 256 * 1024 * 1024, /* bytes of all entries together, inflated */
    XLSX_RATIO_MAX = 100,                  /* inflated to deflated, of each entry over ... */
    XLSX_RATIO_FROM = 100 * 1024,          /* ... this size: tiny ones may be all alike */
    XLSX_NAME_MAX = 255                    /* bytes of an entry's name */
};

enum xlsx_zip_origin {
    XLSX_ZIP_FOREIGN, /* everything above holds */
    XLSX_ZIP_OWN      /* we wrote it: only its form is checked */
};

struct xlsx_zip;

/* Open an archive in memory, which must outlive it. `owns` *out. Errors, all ERR_INPUT or
 * ERR_LIMIT:
 *  xlsx.too_big, xlsx.too_many_entries, xlsx.zip_bomb (declared sum or ratio), xlsx.encrypted (also
 *  the old binary format, which a password brings back), xlsx.overlap, xlsx.duplicate,
 *  xlsx.entry_name, xlsx.method (neither stored nor deflated), xlsx.not_zip, xlsx.damaged.
 * Cost: O(bytes of the directory + n log n entries). */
bool xlsx_zip_open(struct xlsx_zip **out, struct text bytes, enum xlsx_zip_origin origin,
                   struct err *e) MUST_CHECK;
void xlsx_zip_close(struct xlsx_zip *z); /* NULL is fine */

size_t xlsx_zip_count(const struct xlsx_zip *z);
struct text xlsx_zip_name(const struct xlsx_zip *z, size_t i); /* printable ASCII */
/* Case is ignored, as OPC asks. */
bool xlsx_zip_find(const struct xlsx_zip *z, struct text name, size_t *i);

/* Inflate one entry, piece by piece; false from `piece` stops with the error it set. `last` comes
 * once, with an empty piece, when size and checksum were right; else ERR_INPUT xlsx.damaged. */
typedef bool xlsx_zip_piece_fn(void *ctx, struct text bytes, bool last, struct err *e);
bool xlsx_zip_read(struct xlsx_zip *z, size_t i, xlsx_zip_piece_fn *piece, void *ctx,
                   struct err *e) MUST_CHECK;

#endif
