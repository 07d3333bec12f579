/* SPDX-License-Identifier: EUPL-1.2 */
/* What a CSV file does not say of itself: its encoding and its separator, guessed from a sample.
 *
 * A guess is a proposal. Whoever imports shows a sample of the text as read and lets the person
 * choose another encoding or separator (conventions section 11). */
#ifndef DCIM_BASE_CSV_GUESS_H
#define DCIM_BASE_CSV_GUESS_H

#include "base/csv.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Encoding of the beginning of a file; `whole` when `sample` is the whole file. In this order:
 *  1 the byte order mark of UTF-8 or UTF-16;
 *  2 zero bytes in one half of the byte pairs only: UTF-16 without mark;
 *  3 all of the sample is strict UTF-8 (a sequence cut by the sample's end is fine, NUL also: the
 *    reader refuses it later with its line);
 *  4 the best of the 8-bit encodings: see csv_guess.c for the score.
 * Never CSV_DETECT. Cost: O(n). */
enum csv_encoding csv_guess_encoding(struct text sample, bool whole);

/* Bytes of the byte order mark that begins `sample` if it is one of `encoding`; else 0. */
size_t csv_mark_length(struct text sample, enum csv_encoding encoding);

/* Separator among , ; TAB | for the beginning of a file as UTF-8: the one for which most separators
 * stand in records that have as many fields as the first record. A tie goes to the first of the
 * list, and so does a file of one column. `whole` as above. Cost: O(n), at most 64 KiB are read. */
char csv_guess_separator(struct text sample, bool whole);

#endif
