/* SPDX-License-Identifier: EUPL-1.2 */
/* zlib's other use: bytes made smaller on their way to a browser (RFC 1952). Reading archives is
 * xlsx_zip.h's. */
#ifndef DCIM_BASE_GZIP_H
#define DCIM_BASE_GZIP_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>

/* Append `in` as one gzip member, without name or time; `level` 1 (fast) to 9 (small). False, with
 * `out` as it was, when it would be over out->max. Working memory is wiped. Cost: about 10 ns a byte
 * at level 1. */
bool gzip_put(struct buf *out, struct text in, int level) MUST_CHECK;

#endif
