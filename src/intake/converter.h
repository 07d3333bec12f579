/* SPDX-License-Identifier: EUPL-1.2 */
/* The one-shot converter: a process of its own that parses an untrusted workbook under seccomp and writes its rows to
 * a pipe (S68-S71). The program starts itself again as `dcim converter xlsx` with the file as standard input. */
#ifndef DCIM_INTAKE_CONVERTER_H
#define DCIM_INTAKE_CONVERTER_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What main() of the converter process does; returns its exit status. */
int converter_main(const char *kind, const char *sheet);

struct converter;
/* Start one for an open file descriptor. */
bool converter_start(struct converter **out, const char *program, const char *kind, const char *sheet, int file,
                     struct err *e) MUST_CHECK;
struct converter_row {
    const struct text *field;
    const bool *formula;
    size_t n_field;
    uint64_t row;
    bool hidden;
};
/* Next row; the child's death, refusal or time-out is ERR_INPUT with its reason. */
bool converter_next(struct converter *c, struct converter_row *out, bool *found, struct err *e) MUST_CHECK;
void converter_stop(struct converter *c); /* NULL is fine; kills what still runs */

#endif
