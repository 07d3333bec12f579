/* SPDX-License-Identifier: EUPL-1.2 */
/* What the two ends of the converter's pipes agree on: converter.c (parent), converter_child.c.
 *
 * The parent sends the name of the sheet, or for CSV the name of the encoding, a line feed and the
 * separator (none: to be guessed), and closes, before the child is started: descriptor 3 of the
 * child. Names can tell whom a file is about, and everybody on a machine can read the words
 * that programs are started with (S15).
 *
 * Messages of the child, little-endian: u32 length, then so many bytes, the first of them the
 * kind.
 *   SHEETS of each sheet u8 hidden, u32 length, name. Once, first, of a workbook
 *   SHEET  u8 external links, u8 1904 system, rest: name. Once, of a workbook
 *   CSV    u8 encoding (enum csv_encoding), u8 separator. Once, first, of a CSV file
 *   ROW    u64 row, u8 hidden, u32 fields; of each field u8 formula, u32 length, bytes (UTF-8)
 *   FAIL   id NUL message NUL remedy NUL. Last
 *   END    nothing. Last
 * The parent checks every length; whatever does not fit ends the conversion. */
#ifndef DCIM_INTAKE_CONVERTER_INTERNAL_H
#define DCIM_INTAKE_CONVERTER_INTERNAL_H

#include "intake/converter.h"

enum message_kind {
    MESSAGE_SHEET = 1,
    MESSAGE_ROW,
    MESSAGE_FAIL,
    MESSAGE_END,
    MESSAGE_SHEETS,
    MESSAGE_CSV
};

enum {
    MESSAGE_HEAD = 4,
    MESSAGE_MAX = CONVERTER_ROW_MAX + 14 + 5 * CONVERTER_COLUMN_MAX,
    CONVERTER_REFUSED = 3, /* exit status of a child that said why */
    CONVERTER_REQUEST_FD = 3,
    CONVERTER_SHEETS_MAX = 1000,
    CONVERTER_REQUEST_MAX = 4000 /* bytes: any pipe takes them without waiting */
};

/* In the child: what the parent sent, "" when there is nothing. Closes the descriptor. */
void converter_request(char out[CONVERTER_REQUEST_MAX + 1]);

/* A converter that reads what is to be read from `pipe`, which it takes over, without a child: for
 * the fuzz target. `is_text`: of a CSV file. `owns` the result. */
struct converter *converter_attach(int pipe, bool is_text);

#endif
