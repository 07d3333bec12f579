/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: files that are uploaded to be imported, and work not waited
 * for. */
#include "service/operation_macros.h"
#include "service/operations.h"
#include "service/upload.h"

// clang-format off
enum { CODE_MAX = 40, BASE64_MAX = (UPLOAD_PIECE_MAX + 2) / 3 * 4, COLUMNS_MAX = 400 * 1024 };

#define UPLOAD_ARG TEXT_ARG("upload", true, CODE_MAX, "name of the upload")
#define JOB_ARG TEXT_ARG("job", true, CODE_MAX, "name of the job")
#define UPLOAD_RESULT "upload name bytes# form form_title organisation "
#define JOB_RESULT \
    "job state check? upload name form form_title organisation done# total# percent# has_file? "
#define CHOICES "[code text selected?] "
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec put_parameter[] = {
    TEXT_ARG("upload", false, CODE_MAX, "name of the upload; none: a new one begins"),
    LINE_ARG("name", false, UPLOAD_NAME_MAX, "name of the file, for people"),
    INT_ARG("offset", 0, UPLOAD_BYTES_MAX, "where the piece belongs"),
    TEXT_ARG("bytes", false, BASE64_MAX, "the piece, in base 64"),
    BOOL_ARG("last", "there is no further piece"),
    END_ARG};

static const struct parameter_spec upload_parameter[] = {UPLOAD_ARG, END_ARG};

static const struct parameter_spec set_parameter[] = {
    TEXT_ARG("upload", false, CODE_MAX, "name of the upload"),
    TEXT_ARG("form", false, 40, "form of its rows"),
    TEXT_ARG("organisation", false, 40, "code of the organisation that supplies it"),
    TEXT_ARG("encoding", false, 40, "encoding of a CSV file; empty: detected"),
    TEXT_ARG("separator", false, 4, "separator of a CSV file; empty: detected"),
    TEXT_ARG("sheet", false, 200, "sheet of a workbook; empty: the first visible one"),
    TEXT_ARG("mapping", false, 80, "column mapping of data/mappings; empty: guessed"),
    CHOICE_ARG("date_order", "iso|dmy|mdy", "how dates are written where nothing else says"),
    END_ARG};

static const struct parameter_spec columns_parameter[] = {
    UPLOAD_ARG,
    TEXT_ARG("columns", false, COLUMNS_MAX,
             "a line for each column: its number from 0, where it leads, the order of its dates"),
    END_ARG};

static const struct parameter_spec name_parameter[] = {
    UPLOAD_ARG, LINE_ARG("name", true, 80, "name of the mapping"), END_ARG};

#define CONFLICTS_ARG                                                                         \
    CHOICE_ARG(                                                                               \
        "conflicts", "keep|mine",                                                             \
        "records that somebody has changed since they were downloaded to be corrected: keep " \
        "what is there, or take what the file says")

static const struct parameter_spec start_parameter[] = {
    UPLOAD_ARG, BOOL_ARG("check", "a dry run: nothing is kept"), CONFLICTS_ARG, END_ARG};

static const struct parameter_spec submit_parameter[] = {
    TEXT_ARG("upload", false, CODE_MAX, "name of a file that was uploaded in pieces"),
    TEXT_ARG("bytes", false, BASE64_MAX, "a file of one piece, in base 64, instead"),
    LINE_ARG("name", false, UPLOAD_NAME_MAX, "name of that file, for people"),
    TEXT_ARG("form", true, 40, "form of its rows"),
    TEXT_ARG("organisation", true, 40, "code of the organisation that supplies it"),
    TEXT_ARG("encoding", false, 40, "encoding of a CSV file; empty: detected"),
    TEXT_ARG("separator", false, 4, "separator of a CSV file; empty: detected"),
    TEXT_ARG("sheet", false, 200, "sheet of a workbook; empty: the first visible one"),
    TEXT_ARG("mapping", false, 80, "column mapping of data/mappings; empty: guessed"),
    CHOICE_ARG("date_order", "iso|dmy|mdy", "how dates are written where nothing else says"),
    END_ARG};

static const struct parameter_spec confirm_parameter[] = {JOB_ARG, CONFLICTS_ARG, END_ARG};

static const struct parameter_spec conflicts_parameter[] = {
    JOB_ARG, INT_ARG("page", 1, 100000, "page of the list, from 1"), END_ARG};

static const struct parameter_spec export_parameter[] = {
    TEXT_ARG("form", true, 40, "form of the records"),
    TEXT_ARG("organisation", false, 40, "code of the organisation whose they are; none: one's own"),
    INT_ARG("batch", 0, INT64_MAX, "those alone that this batch made or changed last; 0: all"),
    BOOL_ARG("findings", "those alone in which the rules find something"),
    LINE_ARG("purpose", false, PURPOSE_LONGEST, "what they are needed for"),
    TEXT_ARG("recipient", false, 16384, "certificate (PEM) of whoever alone is to open it"),
    FILE_ARG("recipient_file", false, "file with that certificate"),
    FILE_ARG("output", false, "workbook to write"),
    END_ARG};

static const struct parameter_spec blank_parameter[] = {
    TEXT_ARG("form", true, 40, "form of the records"), FILE_ARG("output", false, "workbook to write"),
    END_ARG};

static const struct parameter_spec job_parameter[] = {JOB_ARG, END_ARG};

static const struct parameter_spec findings_parameter[] = {
    JOB_ARG, TEXT_ARG("rule", false, 40, "of this rule alone"),
    INT_ARG("page", 1, 100000, "page of the list, from 1"), END_ARG};

// clang-format off
static const struct operation_row rows[] = {
    ROW_DESK("upload.begin", "what can be uploaded, and for whom", no_parameter, CAP_IMPORT, TX_READ,
             "none", op_upload_begin,
             "forms[form title] organisations[code name] own mib# minutes#"),
    ROW_DESK("upload.put", "a piece of a file", put_parameter, CAP_IMPORT, TX_NONE, "none",
             op_upload_put, "upload next#"),
    ROW_DESK("upload.set", "how an uploaded file is to be read, and for whom", set_parameter,
             CAP_IMPORT, TX_READ, "none", op_upload_set, "upload"),
    ROW_DESK("upload.describe", "how an uploaded file was read", upload_parameter, CAP_IMPORT,
             TX_NONE, "none", op_upload_describe,
             UPLOAD_RESULT "kind workbook? encodings" CHOICES "separators" CHOICES "sheets" CHOICES
             "header[] rows[row# cells[]] problem remedy"),
    ROW_DESK("upload.map", "where the columns of an uploaded file lead", upload_parameter, CAP_IMPORT,
             TX_READ, "none", op_upload_map,
             UPLOAD_RESULT "known# open# saved[name saved_at saved_by] variables[to text] "
             "columns[column# number# name samples[] "
             "known? open? fixed? dated? use path label orders" CHOICES "]"),
    ROW_DESK("upload.columns", "say where the columns of an uploaded file lead", columns_parameter,
             CAP_IMPORT, TX_NONE, "none", op_upload_columns, "upload"),
    ROW_DESK("mapping.use", "read an uploaded file's columns as they were saved before", name_parameter,
             CAP_IMPORT, TX_READ, "none", op_mapping_use, "upload known#"),
    ROW_DESK("mapping.save", "keep where an uploaded file's columns lead, for the next one",
             name_parameter, CAP_IMPORT, TX_WRITE, "organisation.change", op_mapping_save, "upload name"),
    ROW_DESK("mapping.forget", "remove what was kept of columns", name_parameter, CAP_IMPORT, TX_WRITE,
             "organisation.change", op_mapping_forget, "upload name"),
    ROW_DESK("upload.drop", "forget an uploaded file", upload_parameter, CAP_IMPORT, TX_NONE, "none",
             op_upload_drop, "upload"),
    ROW_DESK("import.start", "check or import an uploaded file without waiting", start_parameter,
             CAP_IMPORT, TX_NONE, "none", op_import_start, "job"),
    ROW_DESK("job.show", "how far an import is, and what came of it", job_parameter, CAP_IMPORT,
             TX_NONE, "none", op_job_show,
             JOB_RESULT "message detail remedy accepted? something? link_due? "
             "counts{rows# new# changed# same# "
             "duplicate# refused# conflict# with_warnings# findings_total# batch#} "
             "by_rule[rule message count#]"),
    ROW_DESK("job.conflicts", "records that somebody has changed since they were downloaded, side by side",
             conflicts_parameter, CAP_IMPORT, TX_NONE, "none", op_job_conflicts,
             JOB_RESULT "found# page# pages# "
             "conflicts[row# record version# at author fields[variable label mine theirs both?]]"),
    ROW_DESK("import.submit", "check a file without waiting: what would come of it", submit_parameter,
             CAP_IMPORT, TX_NONE, "none", op_import_submit, "job upload"),
    ROW_DESK("import.confirm", "import a file that was checked, without waiting", confirm_parameter,
             CAP_IMPORT, TX_NONE, "none", op_import_confirm, "job upload"),
    ROW_DESK("export.begin", "what can be downloaded to be corrected", no_parameter, CAP_IMPORT,
             TX_READ, "none", op_export_begin,
             "forms[form title] organisations[code name] own batches[batch# file] most# recipient_above#"),
    {{.name = "export.workbook",
      .summary = "records of an organisation as a workbook to be corrected",
      .parameter = export_parameter,
      .capability = CAP_IMPORT,
      .transaction = TX_NONE,
      .audit = "record.read",
      .purpose_required = true,
      .repository_required = true,
      .reach = REACH_DESK,
      .result = "name type base64 written records# columns# left_out# recipient fingerprint",
      .fresh_required = true}, /* S46 */
     op_export_workbook},
    ROW_DESK("export.blank", "a workbook for new records, without any", blank_parameter, CAP_IMPORT,
             TX_NONE, "none", op_export_blank, "name type base64 written columns#"),
    ROW_DESK("job.findings", "findings of an import, page by page", findings_parameter, CAP_IMPORT,
             TX_NONE, "none", op_job_findings,
             JOB_RESULT "rule found# page# pages# findings[row# column# column_name rule severity "
             "severity_text tone variable list value message remedy]"),
    ROW_DESK("import.errors_file", "the file given back with an _errors column", job_parameter,
             CAP_IMPORT, TX_NONE, "none", op_job_file, "name type base64"),
    ROW_DESK("job.cancel", "have an import end; nothing of it is kept", job_parameter, CAP_IMPORT,
             TX_NONE, "none", op_job_cancel, "job"),
};
// clang-format on

const struct operation_part upload_operations = {rows, sizeof rows / sizeof *rows};
