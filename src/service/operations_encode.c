/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: encodings for linkage where names may not be handed over. */
#include "service/operation_macros.h"
#include "service/operations.h"

// clang-format off
static const struct parameter_spec encode_parameter[] = {
    FILE_ARG("file", true, "file of an organisation, CSV or workbook, with names"),
    FILE_ARG("key_file", true, "key file that the register has handed out (link.key)"),
    FILE_ARG("out", false, "CSV file to write; default: beside the file, with -encoded in its name"),
    TEXT_ARG("form", true, NAME_LONGEST, "form of its rows: victim or suspect"),
    TEXT_ARG("mapping", false, NAME_LONGEST, "column mapping; default: guessed from the header"),
    CHOICE_ARG("date_order", "dmy|mdy", "order of dates that can be read in two ways"),
    TEXT_ARG("encoding", false, 40, "of a CSV file; default: detected"),
    TEXT_ARG("separator", false, 3, "of a CSV file: , ; | or tab; default: detected"),
    TEXT_ARG("sheet", false, NAME_LONGEST, "of a workbook; default: the first"),
    TEXT_ARG("pack", false, 40, "country pack to speak of; default: the repository's, else none"),
    END_ARG};
static const struct parameter_spec key_parameter[] = {
    FILE_ARG("out", true, "file to write the key to; it must not be there yet"),
    LINE_ARG("purpose", true, PURPOSE_LONGEST, "why; names nobody"), END_ARG};
static const struct parameter_spec again_parameter[] = {
    TEXT_ARG("form", false, NAME_LONGEST, "form of the records; default: all that are linked"),
    LINE_ARG("purpose", true, PURPOSE_LONGEST, "why; names nobody"), END_ARG};

static const struct operation_row encode_rows[] = {
    ROW_ALONE("encode.file", "replace the names in a file by linkage keys", encode_parameter, CAP_NONE,
              op_encode_file),
    /* The key of the register; with it names are encoded elsewhere, and guesses can be tested. */
    {{.name = "link.key", .summary = "hand out the key for encoding names", .parameter = key_parameter,
      .capability = CAP_KEY_CHANGE, .transaction = TX_NONE, .audit = "link.key",
      .purpose_required = true, .repository_required = true}, op_link_key},
    {{.name = "link.encode", .summary = "give linkage keys to records that have none yet",
      .parameter = again_parameter, .capability = CAP_LINK, .transaction = TX_NONE,
      .audit = "identity.read", .purpose_required = true, .repository_required = true}, op_link_encode},
};
// clang-format on

const struct operation_part encode_operations = {encode_rows,
                                                 sizeof encode_rows / sizeof *encode_rows};
