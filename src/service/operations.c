/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of operations: everything a person or program can ask for, once. Command line, pages,
 * API, help and the tests of permissions are made from it. */
#include "service/operations.h"

#include "service/operation_macros.h"

#include <string.h>

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec init_parameter[] = {
    TEXT_ARG("pack", false, 40, "country pack, such as pt; empty for the bare core"), END_ARG};

static const struct parameter_spec organisation_parameter[] = {
    LINE_ARG("code", true, 40, "short code, such as GNR"),
    TEXT_ARG("type", true, 40, "code or keyword of CL_ORGTYPE, such as police"),
    LINE_ARG("name", true, NAME_LONGEST, "full name"), END_ARG};

static const struct parameter_spec info_parameter[] = {
    BOOL_ARG("brief", "forms and their titles alone: nothing is counted"), END_ARG};

static const struct parameter_spec organisation_code_parameter[] = {
    LINE_ARG("code", true, 40, "code of the organisation"), END_ARG};

static const struct parameter_spec quota_parameter[] = {
    LINE_ARG("code", true, 40, "code of the organisation"),
    INT_ARG("records", 0, INT64_MAX, "records it may keep; 0: as many as it likes"),
    INT_ARG("bytes", 0, INT64_MAX, "bytes of sealed records it may keep; 0: as many as it likes"),
    END_ARG};

#define IMPORT_ARGS                                                                              \
    FILE_ARG("file", false, "CSV or XLSX file"), TEXT_ARG("form", true, 40, "form of its rows"), \
        TEXT_ARG("upload", false, 40, "a file that was uploaded, instead"),                      \
        TEXT_ARG("organisation", true, 40, "code of the organisation that supplies it"),         \
        TEXT_ARG("mapping", false, 80,                                                           \
                 "column mapping of data/mappings; empty: guessed from the header"),             \
        FILE_ARG("findings", false, "file to write back with an _errors column"),                \
        TEXT_ARG("sheet", false, 80, "sheet of a workbook; empty: the first visible one"),       \
        TEXT_ARG("encoding", false, 40, "encoding of a CSV file; empty: detected"),              \
        TEXT_ARG("separator", false, 4, "separator of a CSV file; empty: detected"),             \
        CHOICE_ARG("date_order", "iso|dmy|mdy",                                                  \
                   "how dates are written where the mapping does not say"),                      \
        CHOICE_ARG("conflicts", "keep|mine",                                                     \
                   "records that somebody has changed since they were downloaded to be "         \
                   "corrected: keep what is there, or take what the file says"),                 \
        BOOL_ARG("strict", "one refused row refuses the file")

#define IMPORT_RESULT                                                                               \
    "accepted? dry_run? batch# form organisation rows# new# changed# same# duplicate# refused# "    \
    "conflict# conflicts[row# record version# at author fields[variable label mine theirs both?]] " \
    "with_warnings# findings_total# by_rule[rule message count#] findings[row# column# "            \
    "column_name rule severity variable list value message remedy] file* mapping* link_due?"

static const struct parameter_spec import_parameter[] = {IMPORT_ARGS, END_ARG};

static const struct parameter_spec undo_parameter[] = {
    INT_ARG_NEEDED("batch", 1, INT64_MAX, "number of the batch"),
    LINE_ARG("reason", true, PURPOSE_LONGEST, "why it is undone"), END_ARG};

#define TABLE_ARGS                                                                          \
    TEXT_ARG("form", true, 40, "form to count"), LIST_ARG("rows", "variables on the rows"), \
        LIST_ARG("columns", "variables on the columns"),                                    \
        TEXT_ARG("where", false, EXPRESSION_LONGEST, "filter in the expression language"),  \
        CHOICE_ARG("count", "persons|records", "what is counted"),                          \
        CHOICE_ARG("format", "text|csv|xlsx|json", "how it is written"),                    \
        FILE_ARG("output", false, "file to write"),                                         \
        INT_ARG("width", 0, 10000, "columns of the terminal for text; 0: no limit")

static const struct parameter_spec table_parameter[] = {
    TABLE_ARGS, INT_ARG("threshold", 2, 1000, "smallest count shown; default of the pack"),
    END_ARG};
static const struct parameter_spec table_raw_parameter[] = {TABLE_ARGS, END_ARG};

static const struct parameter_spec report_parameter[] = {
    TEXT_ARG("report", true, 40, "name of the report"),
    INT_ARG_NEEDED("year", 1900, 2200, "year of the report"),
    INT_ARG("width", 0, 10000, "columns of the terminal for text; 0: no limit"), END_ARG};

static const struct parameter_spec record_list_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form"),
    TEXT_ARG("organisation", false, 40, "only this organisation's"),
    {.name = "state",
     .type = PARAM_TEXT,
     .max = 120,
     .choices = "incomplete|submitted|returned|accepted|imported|withdrawn|asked|answered|"
                "duplicate|due",
     .summary = "where they stand; default: all that are in the register"},
    INT_ARG("year", 1900, 2200, "registered in this year"),
    BOOL_ARG("mine", "entered or changed by oneself"),
    INT_ARG("after", 0, INT64_MAX, "continue behind this number"),
    INT_ARG("limit", 1, 10000, "at most so many, the newest first; default 100"),
    BOOL_ARG(
        "brief",
        "of each only its code, the title of its form, whose it is, where it stands and since when"),
    END_ARG};
static const struct parameter_spec record_parameter[] = {
    TEXT_ARG("record", true, 20, "code of the record"),
    INT_ARG("version", 1, UINT32_MAX, "version; default: current"), END_ARG};
static const struct parameter_spec identity_parameter[] = {
    TEXT_ARG("record", true, 20, "code of the record"),
    LINE_ARG("purpose", true, PURPOSE_LONGEST, "why"), END_ARG};
static const struct parameter_spec history_parameter[] = {TEXT_ARG("record", true, 20,
                                                                   "code of the record"),
                                                          END_ARG};

static const struct parameter_spec quality_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form"),
    INT_ARG("year", 1900, 9999, "only records registered in this year; series stay whole"),
    TEXT_ARG("organisation", false, 40, "only this organisation"),
    LINE_ARG(
        "purpose", false, PURPOSE_LONGEST,
        "why victim and justice data sets are held against each other; without it they are not"),
    END_ARG};

static const struct parameter_spec erase_parameter[] = {
    TEXT_ARG("record", true, 20, "code of the record"),
    LINE_ARG("reason", true, PURPOSE_LONGEST, "why it is erased; names nobody"), END_ARG};

static const struct parameter_spec verify_parameter[] = {
    FILE_ARG("anchor", false, "file with a checkpoint that was kept elsewhere"), END_ARG};
static const struct parameter_spec audit_list_parameter[] = {
    INT_ARG("from", 1, INT64_MAX, "first entry; default: the last `limit` ones"),
    INT_ARG("limit", 1, 10000, "at most so many; default 50"), END_ARG};

static const struct parameter_spec audit_search_parameter[] = {
    LINE_ARG("since", false, 10, "first day, as 2026-01-31"),
    LINE_ARG("until", false, 10, "last day"),
    LINE_ARG("actor", false, 64, "account, or a part of its name"),
    LINE_ARG("action", false, 40, "what was done, by its name"),
    LINE_ARG("object", false, 80, "what it was done to: a record, batch, account, or its kind"),
    INT_ARG("before", 1, INT64_MAX, "only entries before this one"),
    INT_ARG("limit", 1, 500, "at most so many; default 50"),
    END_ARG};
static const struct parameter_spec audit_readers_parameter[] = {LINE_ARG("record", true, 40,
                                                                         "code of the record"),
                                                                END_ARG};
#define AUDIT_ENTRY                                                                          \
    "sequence# at actor role organisation action object_type object_id purpose legal_basis " \
    "decision fields recipient count# digest session source hash"

static const struct parameter_spec backup_parameter[] = {FILE_ARG("file", true, "backup to write"),
                                                         END_ARG};
static const struct parameter_spec backup_verify_parameter[] = {FILE_ARG("file", true,
                                                                         "backup to verify"),
                                                                END_ARG};
static const struct parameter_spec restore_parameter[] = {
    FILE_ARG("file", true, "backup to restore"),
    FILE_ARG("folder", true, "empty or absent folder to restore into"),
    FILE_ARG("anchor", false, "file with a checkpoint that was kept elsewhere"),
    BOOL_ARG("force", "restore even if the backup is older than the anchor"), END_ARG};

static const struct parameter_spec pack_parameter[] = {
    FILE_ARG("folder", false, "folder of a pack, or a data folder; default: the program's"),
    TEXT_ARG("pack", false, 40, "pack to lay over the core"), END_ARG};

static const struct parameter_spec pack_export_parameter[] = {
    FILE_ARG("xlsx", true, "workbook to write; with `all` a folder for them"),
    TEXT_ARG("form", false, 40, "the form to write"),
    BOOL_ARG("all", "a workbook for each form"),
    FILE_ARG("folder", false,
             "data folder, or folder of a pack within one; default: the repository's, or the "
             "program's"),
    TEXT_ARG("pack", false, 40, "pack to lay over the core"),
    END_ARG};

static const struct parameter_spec pack_import_parameter[] = {
    FILE_ARG("file", true, "XLSForm workbook, or data dictionary of REDCap"),
    FILE_ARG("into", true,
             "data folder that takes it; one that is not there is made as a copy of the program's"),
    TEXT_ARG("pack", false, 40, "write it as what this pack says about the core; empty: the core"),
    TEXT_ARG("form", false, 40, "name of the form; default: the workbook's form_id"),
    BOOL_ARG("redcap", "the file is a data dictionary of REDCap (CSV)"),
    END_ARG};

static const struct parameter_spec pack_coverage_parameter[] = {
    FILE_ARG("file", true, "XLSForm workbook, or a table whose first row names the fields"),
    TEXT_ARG("standard", false, 40, "standard it is in; default htcds"),
    TEXT_ARG("pack", false, 40, "pack to lay over the core"), END_ARG};

static const struct parameter_spec variables_parameter[] = {TEXT_ARG("form", false, 40,
                                                                     "only this form"),
                                                            END_ARG};
static const struct parameter_spec codebook_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form"),
    TEXT_ARG("pack", false, 40, "country pack to speak of; default: the repository's"), END_ARG};
static const struct parameter_spec paper_parameter[] = {
    TEXT_ARG("form", true, 40, "form to print"),
    TEXT_ARG("pack", false, 40, "country pack to speak of; default: the repository's"), END_ARG};
static const struct parameter_spec processing_parameter[] = {
    TEXT_ARG("pack", false, 40, "country pack to speak of; default: the repository's"), END_ARG};
static const struct parameter_spec codes_parameter[] = {TEXT_ARG("list", true, 60, "code list"),
                                                        END_ARG};

static const struct parameter_spec key_add_parameter[] = {
    {.name = "kind",
     .type = PARAM_TEXT,
     .required = true,
     .min = 1,
     .max = 40,
     .choices = "passphrase|key-file|recovery",
     .summary = "kind of slot"},
    FILE_ARG("new_key_file", false, "key file of the new slot; made when it does not exist"),
    LINE_ARG("label", false, 60, "a word to know the slot by"),
    END_ARG};
static const struct parameter_spec key_remove_parameter[] = {INT_ARG_NEEDED("slot", 1, 1000,
                                                                            "number of the slot"),
                                                             END_ARG};

static const struct operation_row register_rows[] = {
    ROW_ALONE("repository.init", "make a repository", init_parameter, CAP_NONE, op_repository_init),
    ROW_DESK(
        "repository.info", "what the repository holds", info_parameter, CAP_DICTIONARY_READ,
        TX_READ, "none", op_repository_info,
        "repository pack country made_at forms[form title version records# persons# persons_by]"),
    ROW_DESK_FRESH("organisation.add", "add an organisation", organisation_parameter,
                   CAP_ORGANISATION_CHANGE, TX_WRITE, "organisation.change", op_organisation_add,
                   "code type type_label name"),
    ROW_DESK("organisation.list", "list organisations", no_parameter, CAP_ORGANISATION_READ,
             TX_READ, "none", op_organisation_list,
             "organisations[code name type type_label records# bytes# size quota_records# "
             "quota_bytes# quota_size]"),
    ROW_DESK(
        "organisation.show", "one organisation, and what it keeps", organisation_code_parameter,
        CAP_ORGANISATION_CHANGE, TX_READ, "none", op_organisation_show,
        "code name type type_label records# bytes# size quota_records# quota_bytes# quota_size"),
    ROW_DESK("organisation.types", "types that an organisation can have", no_parameter,
             CAP_ORGANISATION_READ, TX_READ, "none", op_organisation_types,
             "types[type label chosen?]"),
    ROW_DESK_FRESH("organisation.quota", "limit what an organisation may keep", quota_parameter,
                   CAP_ORGANISATION_CHANGE, TX_WRITE, "organisation.change", op_organisation_quota,
                   "code records# bytes# size quota_records# quota_bytes# quota_size"),
    ROW_DESK("import.run", "import a file as one batch", import_parameter, CAP_IMPORT, TX_WRITE,
             "import", op_import_run, IMPORT_RESULT),
    ROW_DESK("import.check", "dry run of an import: nothing is kept", import_parameter, CAP_IMPORT,
             TX_READ, "none", op_import_check, IMPORT_RESULT),
    ROW_DESK(
        "batch.list", "list batches", no_parameter, CAP_IMPORT, TX_READ, "none", op_batch_list,
        "batches[batch# form form_title organisation file mapping state at actor new# changed# same# "
        "refused#]"),
    ROW_DESK("batch.undo", "undo a batch", undo_parameter, CAP_IMPORT_UNDO, TX_WRITE, "import.undo",
             op_batch_undo, "batch# withdrawn# reverted#"),
    ROW("table.count", "a protected table", table_parameter, CAP_TABLE, TX_NONE, "table",
        op_table_count),
    ROW("table.raw", "a table of raw counts, not for publication", table_raw_parameter,
        CAP_TABLE_RAW, TX_NONE, "disclose", op_table_raw),
    ROW("report.list", "list the tables of the country's standing reports", no_parameter,
        CAP_DICTIONARY_READ, TX_READ, "none", op_report_list),
    ROW("report.run", "the protected tables of a standing report", report_parameter, CAP_TABLE,
        TX_NONE, "table", op_report_run),
    ROW_DESK(
        "record.list", "list records", record_list_parameter, CAP_RECORD_READ, TX_READ,
        "record.read", op_record_list,
        "records[record form form_title organisation state work work_words version# at batch# author "
        "reason has_identifiers? due_on with] next#"),
    ROW_DESK(
        "record.show", "one record, without identifiers", record_parameter, CAP_RECORD_READ,
        TX_READ, "record.read", op_record_show,
        "meta{record form organisation state version# at batch# author reason has_identifiers?} values*"),
    {{.name = "record.identity",
      .summary = "one record with its identifiers, for a stated purpose",
      .parameter = identity_parameter,
      .capability = CAP_IDENTITY_OPEN,
      .transaction = TX_NONE,
      .audit = "none",
      .purpose_required = true,
      .repository_required = true,
      .reach = REACH_DESK,
      .result =
          "meta{record form organisation state version# at batch# author reason has_identifiers?} values* "
          "rows[field label value heading?]"},
     /* store/identity.h appends the entry, committed before anything is opened */
     op_record_identity},
    ROW_DESK(
        "record.history", "versions of a record", history_parameter, CAP_RECORD_READ, TX_READ,
        "record.read", op_record_history,
        "versions[record form organisation state version# at batch# author reason has_identifiers?]"),
    {{.name = "record.links",
      .summary = "what a record points to and what points to it, over both data sets",
      .parameter = identity_parameter,
      .capability = CAP_RECORD_READ,
      .transaction = TX_READ,
      .audit = "record.link",
      .purpose_required = true,
      .repository_required = true,
      .reach = REACH_DESK,
      .result = "record form organisation kinds[variable label form data_set form_title] "
                "points_to[variable label form form_title data_set value record resolved?] "
                "pointed_to_by[variable label form form_title data_set record]"},
     op_record_links},
    ROW("quality.report", "completeness, timeliness, plausibility and consistency",
        quality_parameter, CAP_TABLE, TX_READ, "table", op_quality_report),
    ROW_DESK_FRESH("record.erase", "erase a record for good", erase_parameter, CAP_RECORD_ERASE,
                   TX_WRITE, "record.erase", op_record_erase,
                   "record state versions# journal_emptied?"),
    ROW_DESK("audit.verify", "verify the audit log", verify_parameter, CAP_AUDIT_READ, TX_NONE,
             "verify", op_audit_verify,
             "ok? entries# checkpoints# first_bad# problem head checkpoint qr{size# path}"),
    ROW_DESK("audit.list", "read the audit log", audit_list_parameter, CAP_AUDIT_READ, TX_READ,
             "none", op_audit_list, "entries[" AUDIT_ENTRY "]"),
    ROW_DESK(
        "audit.search", "entries of the audit log that fit, newest first", audit_search_parameter,
        CAP_AUDIT_READ, TX_READ, "none", op_audit_search,
        "entries[" AUDIT_ENTRY
        " action_label decision_label role_title purpose_label] older# before# "
        "actions[action label chosen?] since until actor object"),
    ROW_DESK("audit.readers", "who has opened or changed one record", audit_readers_parameter,
             CAP_AUDIT_READ, TX_READ, "verify", op_audit_readers,
             "record people[actor role_title organisation times# identities# last_at] "
             "entries[" AUDIT_ENTRY " action_label decision_label role_title purpose_label]"),
    ROW("backup.make", "make a backup", backup_parameter, CAP_BACKUP, TX_NONE, "backup",
        op_backup_make),
    ROW_ALONE("backup.verify", "open a backup fully and verify it", backup_verify_parameter,
              CAP_BACKUP, op_backup_verify),
    ROW_ALONE("backup.restore", "restore a backup into a new repository", restore_parameter,
              CAP_BACKUP, op_backup_restore),
    ROW_ALONE("pack.check", "check a data folder or pack", pack_parameter, CAP_NONE, op_pack_check),
    ROW_ALONE("pack.list", "list the packs at hand", no_parameter, CAP_NONE, op_pack_list),
    ROW_ALONE("pack.install", "install a changed dictionary or pack", pack_parameter,
              CAP_DICTIONARY_CHANGE, op_pack_install),
    ROW_ALONE("pack.export", "write forms as XLSForm workbooks", pack_export_parameter, CAP_NONE,
              op_pack_export),
    ROW_ALONE("pack.import", "take an XLSForm workbook into a data folder", pack_import_parameter,
              CAP_NONE, op_pack_import),
    ROW_ALONE("pack.coverage", "how much of a standard's workbook the dictionary holds",
              pack_coverage_parameter, CAP_NONE, op_pack_coverage),
    ROW_WORDS("dictionary.forms", "list forms", no_parameter, op_dictionary_forms,
              "forms[form title version data_set variables# repeats#]"),
    ROW_WORDS(
        "dictionary.variables", "list variables", variables_parameter, op_dictionary_variables,
        "variables[variable form repeat type list label hint privacy required? derived? system? tabulates?]"),
    ROW_DESK("check.run", "check pages, chain, counts and keys", no_parameter, CAP_CHECK, TX_NONE,
             "verify", op_check_run, "ok? checks[name ok? warning? detail]"),
    ROW_ALONE("dictionary.codebook", "forms, variables, codes and rules as a code book",
              codebook_parameter, CAP_NONE, op_dictionary_codebook),
    ROW_ALONE("dictionary.paper", "a form to be filled in by hand: what is asked of it",
              paper_parameter, CAP_NONE, op_dictionary_paper),
    ROW_ALONE("dictionary.processing", "the record of processing activities", processing_parameter,
              CAP_NONE, op_dictionary_processing),
    ROW_WORDS("dictionary.codes", "list the codes of a list", codes_parameter, op_dictionary_codes,
              "list codes*"),
    ROW_WORDS("dictionary.rules", "list plausibility rules", variables_parameter,
              op_dictionary_rules, "rules[rule form severity message remedy source]"),
    ROW_ALONE("mapping.list", "list column mappings", no_parameter, CAP_NONE, op_mapping_list),
    ROW_DESK("key.list", "list key slots", no_parameter, CAP_KEY_CHANGE, TX_NONE, "none",
             op_key_list, "slots[slot# kind label made_at]"),
    ROW_DESK_FRESH("key.add", "add a key slot", key_add_parameter, CAP_KEY_CHANGE, TX_NONE,
                   "key.change", op_key_add, "kind recovery_code"),
    ROW_DESK_FRESH("key.remove", "remove a key slot", key_remove_parameter, CAP_KEY_CHANGE, TX_NONE,
                   "key.change", op_key_remove, "slot#"),
};

static const struct operation_part register_operations = {register_rows, sizeof register_rows /
                                                                             sizeof *register_rows};

static const struct operation_part *const parts[] = {
    &register_operations, &explore_operations, &account_operations,
    &govern_operations,   &entry_operations,   &upload_operations,
    &guard_operations,    &link_operations,    &encode_operations,
    &release_operations,
};

const struct operation_row *operation_row_at(size_t i)
{
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        if (i < parts[p]->n) return &parts[p]->row[i];
        i -= parts[p]->n;
    }
    return NULL;
}

size_t operation_row_count(void)
{
    size_t n = 0;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) n += parts[p]->n;
    return n;
}

const struct operation_row *operation_row_find(const char *name)
{
    const struct operation_row *row;
    for (size_t i = 0; (row = operation_row_at(i)) != NULL; i++)
        if (strcmp(row->operation.name, name) == 0) return row;
    return NULL;
}

const struct operation *operation_find(const char *name)
{
    const struct operation_row *row = operation_row_find(name);
    return row == NULL ? NULL : &row->operation;
}

const struct operation *operation_at(size_t i)
{
    const struct operation_row *row = operation_row_at(i);
    return row == NULL ? NULL : &row->operation;
}
