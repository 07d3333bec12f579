/* SPDX-License-Identifier: EUPL-1.2 */
/* Intake: a provider's file, row by row, into validated records with findings. Knows nothing of the
 * store: the caller (service) decides what becomes of each record. */
#ifndef DCIM_INTAKE_INTAKE_H
#define DCIM_INTAKE_INTAKE_H

#include "base/csv.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "intake/mapping.h"
#include "intake/row_build.h"
#include "model/dictionary.h"
#include "model/finding.h"
#include "model/problem.h"
#include "model/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A record that a row names. */
struct intake_known {
    bool found;
    bool has_version;          /* the version is one that the record has had */
    const struct record *now;  /* with its identifiers; borrowed until the next row */
    const struct record *base; /* the version that the row was written from; may be `now` */
};

/* Find the record with this code, and its version (0: none was said); both from `a`, which wipes. */
typedef bool intake_find_fn(void *ctx, struct intake_known *out, struct text id, uint32_t version,
                            struct arena *a, struct err *e);

struct intake_options {
    const char *path; /* .csv, .tsv, .txt or .xlsx, by content, not by name */
    /* An upload instead: source.h. `sha256` (32 bytes, borrowed) is its hash. */
    bool by_descriptor;
    int file;
    const uint8_t *sha256;
    /* What a person has changed of the mapping; `any_header`: a header of which nothing was recognised
     * will do, for it is to be shown. */
    const struct mapping_change *change;
    size_t n_change;
    bool any_header;
    const struct dictionary *dictionary;
    const struct form *form;
    struct text mapping; /* name; empty: guess */
    struct csv_options csv;
    struct text sheet; /* of a workbook; empty: the first visible one */
    /* of dates in columns whose order cannot be told; DATE_ISO: ask (finding V14) */
    enum date_order date_order;
    int32_t today;
    /* Who supplies the file: codes of CL_ORGANISATION and CL_ORGTYPE, so that calculations and
     * rules see the system variables. Empty: they are blank. */
    struct text organisation, organisation_type;
    /* A file that was downloaded to be corrected has the columns _id and _version: each row with
     * something in _id changes the record that `find` finds. NULL: they are passed over. */
    intake_find_fn *find;
    void *find_ctx;
    struct text converter;    /* path of the program to run as one-shot converter (itself) */
    int converter_silence_ms; /* 0: as converter.h has it */
};

struct intake;

/* Open: detects, reads the header, makes the mapping. ERR_INPUT with what, where, what to do;
 * problems of a mapping file go to `p`. `owns` *out. Cost: the file is read once for its hash. */
bool intake_open(struct intake **out, const struct intake_options *o, struct problems *p,
                 struct err *e) MUST_CHECK;
void intake_close(struct intake *in); /* NULL is fine */

enum intake_match {
    INTAKE_NEW,        /* the row names no record */
    INTAKE_FOUND,      /* `record` is the record it names with what the row changes, `changes` */
    INTAKE_UNKNOWN,    /* it names one that is not there; `record` is not judged */
    INTAKE_NO_VERSION, /* _version is none that the record has had; the same */
};

struct intake_row {
    enum intake_match match;
    struct text id;                    /* what stands in _id */
    const struct row_changes *changes; /* INTAKE_FOUND */
    bool stale;         /* the record has become another since the version in _version */
    struct text remark; /* for the file given back: what whoever imports has to say of the row */
    uint64_t row;                    /* 1-based row of the file; the header is row 1 */
    const struct record *record;     /* validated; borrowed until the next call */
    struct text reference;           /* the organisation's own; empty: none (a finding says so) */
    const struct findings *findings; /* of this row; n_error > 0: refuse it */
    const struct text *cell;         /* the row as it came, for writing it back */
    size_t n_cell;
    struct text position; /* what @position gave; empty when the mapping does not use it */
};

/* Next row. Left out and only counted are: hidden rows of a sheet, rows with nothing in any column
 * that the mapping reads, and a second row of labels under the header. Errors are of the file as a
 * whole (truncated, not text, too long a line): nothing of it may be kept. Memory does not grow
 * with the file. */
bool intake_next(struct intake *in, struct intake_row *out, bool *found, struct err *e) MUST_CHECK;

const struct dictionary *intake_dictionary(const struct intake *in);
const struct mapping *intake_mapping(const struct intake *in);
/* Encoding, separator or sheet, sha256, columns, header_row, label_row, rows_without_values (so
 * far). `owns` the result. */
struct json *intake_description(struct intake *in);
bool intake_is_workbook(const struct intake *in);
char intake_separator(const struct intake *in);
const char *intake_sheet(const struct intake *in);
uint64_t intake_bytes_read(const struct intake *in);
uint64_t intake_bytes_total(const struct intake *in);
/* Of the file, 32 bytes. It is computed on a thread of its own beside the reading, and known when
 * intake_next() has said that there is no further row; not to be asked before. */
const uint8_t *intake_sha256(const struct intake *in);

#endif
