/* SPDX-License-Identifier: EUPL-1.2 */
/* A released table as a file, handed over in pieces: the desk has no file to hand over, and a
 * message holds no more than a megabyte. */
#ifndef DCIM_SERVICE_TABLE_FILE_H
#define DCIM_SERVICE_TABLE_FILE_H

#include "exchange/table_writer.h"
#include "service/service_internal.h"

enum { TABLE_FILE_MAX = 32 * 1024 * 1024 };

/* The file, `format` "csv", "xlsx" or "json", into `out` (at most TABLE_FILE_MAX). */
bool table_file_make(struct buf *out, struct call *c, const struct release *r,
                     const struct table_words *w, const char *format, struct err *e) MUST_CHECK;

/* Put the piece that parameter `offset` asks for into the answer, as members base64, digest, size,
 * offset and next (-1: none); without it the whole file. ERR_CONFLICT "explore.changed" where
 * parameter `digest` is that of another file, ERR_LIMIT "explore.too_large" where it does not fit
 * whole. */
bool table_file_give(struct call *c, struct text file, struct err *e) MUST_CHECK;

const char *table_file_type(const char *format); /* "text/csv; charset=utf-8" */

#endif
