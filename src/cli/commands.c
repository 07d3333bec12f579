/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"

#include "base/catalogue.h"

#include <string.h>

// clang-format off
#define OPERAND(word, param, text) \
    {.name = word, .parameter = param, .help = text, .operand = true, .required = true}
#define OPERAND_MAYBE(word, param, text) \
    {.name = word, .parameter = param, .help = text, .operand = true}
#define TEXT_OPT(n, param, word, text) {.name = n, .parameter = param, .value = word, .help = text}
#define TEXT_NEEDED(n, param, word, text) \
    {.name = n, .parameter = param, .value = word, .help = text, .required = true}
#define INT_OPT(n, param, text) \
    {.name = n, .parameter = param, .kind = OPTION_INT, .value = "N", .help = text}
#define LIST_OPT(n, param, word, text) \
    {.name = n, .parameter = param, .kind = OPTION_LIST, .value = word, .help = text}
#define FLAG_OPT(n, param, text) {.name = n, .parameter = param, .kind = OPTION_FLAG, .help = text}
#define LAST {.name = NULL}
// clang-format on

const struct option global_options[] = {
    TEXT_OPT("repository", NULL, "DIR",
             "folder of the repository to work on (DCIM_REPOSITORY; default ./dcim-repository)"),
    TEXT_OPT("key-file", NULL, "FILE",
             "key file that unlocks it (DCIM_KEY_FILE); without one the passphrase is asked"),
    TEXT_OPT("role", NULL, "ROLE",
             "act in a lesser role: contributor, data-manager, analyst, publisher, auditor or "
             "administrator (DCIM_ROLE; default custodian)"),
    TEXT_OPT("purpose", NULL, "TEXT",
             "why case data are consulted; kept in the audit log (DCIM_PURPOSE)"),
    TEXT_OPT("language", NULL, "CODE",
             "language of labels and messages (DCIM_LANGUAGE; default the pack's)"),
    TEXT_OPT("data", NULL, "DIR",
             "folder with dictionary and packs (DCIM_DATA; default beside the program)"),
    FLAG_OPT("recovery", NULL, "unlock with the recovery code, which is asked"),
    TEXT_OPT("recovery-file", NULL, "FILE",
             "the same, read from a file that is yours alone (DCIM_RECOVERY_FILE, for backups)"),
    FLAG_OPT("json", NULL, "print the operation's result as JSON"),
    FLAG_OPT("help", NULL, "explain the command"),
    LAST};

static const struct option no_option[] = {LAST};

static const struct option init_option[] = {
    OPERAND("DIR", NULL, "folder to make the repository in; empty or absent"),
    TEXT_OPT("pack", "pack", "CC", "country pack, such as pt"), LAST};

static const struct option demo_option[] = {
    OPERAND("DIR", NULL, "folder for files and repository; empty or absent"),
    TEXT_OPT("pack", NULL, "CC", "country: pt (default), cz, pl or sk"),
    INT_OPT("records", NULL,
            "victim records to make, about (default: as many as the country published)"),
    INT_OPT("seed", NULL, "seed of the random numbers (default 1): same seed, same files"), LAST};

static const struct option organisation_option[] = {
    TEXT_NEEDED("code", "code", "CODE", "short code, such as GNR"),
    TEXT_NEEDED("type", "type", "TYPE",
                "kind of organisation, such as police or ngo; `dcim codes CL_ORGTYPE` lists them"),
    TEXT_NEEDED("name", "name", "NAME", "full name"), LAST};

static const struct option quota_option[] = {
    OPERAND("CODE", "code", "code of the organisation"),
    INT_OPT("records", "records", "records it may keep, in all forms together"),
    INT_OPT("bytes", "bytes", "bytes its sealed records may take"), LAST};

static const struct option import_option[] = {
    OPERAND("FILE", "file", "CSV or XLSX file of a provider"),
    TEXT_NEEDED("form", "form", "FORM", "form of its rows: victim, suspect, case or proceeding"),
    TEXT_NEEDED("organisation", "organisation", "CODE",
                "organisation that supplies it, one of `dcim organisation list`"),
    TEXT_OPT(
        "mapping", "mapping", "NAME",
        "column mapping, one of `dcim mapping list`; without one the columns are guessed from the "
        "header"),
    FLAG_OPT("dry-run", NULL, "check everything, keep nothing"),
    FLAG_OPT("strict", "strict", "one refused row refuses the file"),
    TEXT_OPT("findings", "findings", "FILE",
             "write the rows back with a column _errors that says what to mend"),
    TEXT_OPT(
        "conflicts", "conflicts", "SIDE",
        "of a file from `dcim export workbook`: records that somebody has changed meanwhile keep "
        "(default) what they say, or take mine"),
    TEXT_OPT("sheet", "sheet", "NAME", "sheet of a workbook; default: the first visible one"),
    TEXT_OPT("encoding", "encoding", "NAME",
             "encoding of a CSV file, such as windows-1250; default: detected"),
    TEXT_OPT("separator", "separator", "CHAR",
             "separator of a CSV file, or the word tab; default: detected"),
    TEXT_OPT(
        "date-order", "date_order", "ORDER",
        "what comes first in dates such as 03/04/2024: dmy day, mdy month; iso (default): such "
        "dates are refused"),
    LAST};

static const struct option export_option[] = {
    OPERAND("FILE", "output", "workbook to write"),
    TEXT_NEEDED("form", "form", "FORM", "form of the records: victim, suspect, case or proceeding"),
    TEXT_NEEDED("organisation", "organisation", "CODE",
                "organisation whose records they are, one of `dcim organisation list`"),
    INT_OPT("batch", "batch", "those alone that this batch made or changed last"),
    FLAG_OPT("findings", "findings", "those alone in which the rules find something"),
    TEXT_OPT("recipient", "recipient_file", "CERTIFICATE",
             "encrypt the file to the holder of this certificate (PEM)"),
    LAST};

static const struct option blank_option[] = {
    OPERAND("FILE", "output", "workbook to write"),
    TEXT_NEEDED("form", "form", "FORM", "form of the records: victim, suspect, case or proceeding"),
    LAST};

static const struct option undo_option[] = {{.name = "BATCH",
                                             .parameter = "batch",
                                             .kind = OPTION_INT,
                                             .help =
                                                 N_("number of the batch, from `dcim batch list`"),
                                             .operand = true,
                                             .required = true},
                                            TEXT_NEEDED("reason", "reason", "TEXT",
                                                        "why it is undone"),
                                            LAST};

static const struct option table_option[] = {
    TEXT_NEEDED("form", "form", "FORM", "form to count: victim or suspect"),
    LIST_OPT("rows", "rows", "VAR,...", "variables on the rows, with commas between"),
    LIST_OPT("columns", "columns", "VAR,...", "variables on the columns; up to three in all"),
    TEXT_OPT("where", "where", "EXPR",
             "count only those for which this holds, such as '${sex} = \"F\"'"),
    TEXT_OPT("count", "count", "UNIT", "persons (default) or records"),
    TEXT_OPT(
        "protect", NULL, "RULE",
        "threshold=K hides counts below K (default: the pack's K); none hides nothing, for who may "
        "see raw counts"),
    TEXT_OPT("format", "format", "FORMAT", "text (default), csv, xlsx or json"),
    TEXT_OPT("output", "output", "FILE", "write to a file"),
    LAST};

static const struct option release_create_option[] = {
    TEXT_NEEDED("title", "title", "TEXT", "title of the release"),
    TEXT_OPT("note", "note", "TEXT", "what a reader should know; names nobody"),
    LIST_OPT("questions", "questions", "CODE,...", "codes of saved questions, one for each table"),
    TEXT_OPT("tables", NULL, "FILE",
             "file of further tables: a JSON array of objects with form, rows, columns, where and count, as "
             "`dcim table` takes them"),
    INT_OPT("threshold", "threshold", "smallest count that is shown (default: the pack's)"),
    INT_OPT("replaces", "replaces", "number of the release it is in the place of"),
    LAST};

#define RELEASE_OPERAND \
    {.name = "NUMBER", .parameter = "release", .kind = OPTION_INT, \
     .help = "number of the release, from `dcim release list`", .operand = true, .required = true}

static const struct option release_option[] = {RELEASE_OPERAND, LAST};

static const struct option release_reason_option[] = {
    RELEASE_OPERAND, TEXT_NEEDED("reason", "reason", "TEXT", "why; names nobody"), LAST};

static const struct option release_download_option[] = {
    RELEASE_OPERAND,
    TEXT_OPT("format", "format", "FORMAT",
             "json (default): the whole document, as it was approved; csv or xlsx: one table"),
    INT_OPT("table", "table", "number of the table (default 1)"),
    TEXT_OPT("output", NULL, "FILE", "write to a file"),
    LAST};

static const struct option report_option[] = {
    OPERAND("REPORT", "report", "name of the report, from `dcim report list`"),
    {.name = "year",
     .parameter = "year",
     .kind = OPTION_INT,
     .value = "Y",
     .help = "year of the report",
     .required = true},
    TEXT_OPT("format", NULL, "FORMAT", "text (default) or html"),
    TEXT_OPT("output", NULL, "FILE", "write the page to a file"),
    LAST};

static const struct option record_list_option[] = {
    TEXT_OPT("form", "form", "FORM", "only this form"),
    TEXT_OPT("organisation", "organisation", "CODE", "only those of this organisation"),
    TEXT_OPT("state", "state", "STATE",
             "where they stand: incomplete, submitted, returned, accepted, imported, withdrawn, "
             "asked, answered, duplicate or due"),
    INT_OPT("year", "year", "registered in this year"),
    FLAG_OPT("mine", "mine", "entered or changed by oneself"),
    INT_OPT("after", "after", "continue behind this number"),
    INT_OPT("limit", "limit", "at most so many, the newest first (default 100)"),
    LAST};
static const struct option record_show_option[] = {
    OPERAND("ID", "record", "code of the record, from `dcim record list`"),
    INT_OPT("version", "version", "version; default: the current one"),
    FLAG_OPT("identity", NULL, "open the direct identifiers too; needs --purpose"), LAST};
static const struct option account_add_option[] = {
    OPERAND("ACCOUNT", "account", "what is typed to sign in, such as ana.rocha"),
    TEXT_NEEDED("name", "name", "NAME", "name of its owner"),
    TEXT_NEEDED("as", "role", "ROLE",
                "role: contributor, data-manager, analyst, publisher, auditor or administrator"),
    TEXT_OPT("organisation", "organisation", "CODE",
             "organisation it belongs to; a contributor needs one"),
    TEXT_OPT("pages-in", "language", "CODE", "language of its pages; default: the pack's"),
    LAST};
static const struct option account_change_option[] = {
    OPERAND("ACCOUNT", "account", "name of the account"),
    TEXT_OPT("as", "role", "ROLE", "another role"),
    TEXT_OPT("organisation", "organisation", "CODE", "another organisation"),
    TEXT_OPT("state", "state", "STATE", "enabled or disabled"), LAST};
static const struct option account_option[] = {OPERAND("ACCOUNT", "account", "name of the account"),
                                               LAST};

static const struct option record_option[] = {
    OPERAND("ID", "record", "code of the record, from `dcim record list`"), LAST};

static const struct option record_erase_option[] = {
    OPERAND("ID", "record", "code of the record, from `dcim record list`"),
    TEXT_NEEDED("reason", "reason", "TEXT",
                "why it is erased; names nobody, for the audit log keeps it"),
    LAST};

static const struct option verify_option[] = {
    TEXT_OPT("anchor", "anchor", "FILE",
             "checkpoint that was kept elsewhere, as `dcim audit verify` prints it"),
    LAST};
static const struct option audit_list_option[] = {
    INT_OPT("from", "from", "first entry; default: the last ones"),
    INT_OPT("limit", "limit", "at most so many (default 50)"), LAST};

static const struct option backup_option[] = {OPERAND("FILE", "file", "backup to write"), LAST};
static const struct option backup_verify_option[] = {OPERAND("FILE", "file", "backup to verify"),
                                                     LAST};
static const struct option restore_option[] = {
    OPERAND("FILE", "file", "backup to restore"),
    OPERAND("DIR", "folder", "empty or absent folder"),
    TEXT_OPT("anchor", "anchor", "FILE",
             "checkpoint that was kept elsewhere, as `dcim audit verify` prints it"),
    FLAG_OPT("force", "force", "restore even if the backup is older than the anchor"), LAST};

static const struct option pack_option[] = {
    OPERAND_MAYBE("DIR", "folder",
                  "data folder, or folder of a pack within one; default: the program's"),
    TEXT_OPT("pack", "pack", "CC", "pack to lay over the core of DIR"), LAST};

static const struct option pack_export_option[] = {
    OPERAND_MAYBE("DIR", "folder",
                  "data folder, or folder of a pack within one; default: the repository's, or the "
                  "program's"),
    TEXT_NEEDED("xlsx", "xlsx", "FILE", "workbook to write; with --all a folder for them"),
    TEXT_OPT("form", "form", "FORM", "form to write: victim, suspect, case or proceeding"),
    FLAG_OPT("all", "all", "a workbook for each form"),
    TEXT_OPT("pack", "pack", "CC", "pack to lay over the core"),
    LAST};

static const struct option pack_import_option[] = {
    OPERAND("FILE", "file", "XLSForm workbook (.xlsx), or data dictionary of REDCap (.csv)"),
    TEXT_NEEDED("into", "into", "DIR",
                "data folder that takes it; one that is not there is made as a copy of the "
                "program's"),
    TEXT_OPT("pack", "pack", "CC", "write what this pack says about the core; without it the core"),
    TEXT_OPT("form", "form", "FORM", "name of the form; default: the workbook's form_id"),
    FLAG_OPT("redcap", "redcap", "FILE is a data dictionary of REDCap (CSV)"),
    LAST};

static const struct option pack_coverage_option[] = {
    OPERAND("FILE", "file", "XLSForm workbook, or a table whose first row names the fields"),
    TEXT_OPT("standard", "standard", "NAME", "standard it is in (default htcds)"),
    TEXT_OPT("pack", "pack", "CC", "pack to lay over the core"), LAST};

static const struct option form_option[] = {TEXT_OPT("form", "form", "FORM", "only this form"),
                                            LAST};
static const struct option quality_option[] = {
    TEXT_OPT("form", "form", "FORM", "only this form; default: all"),
    INT_OPT("year", "year", "only records registered in this year; series stay whole"),
    TEXT_OPT("organisation", "organisation", "CODE", "only what this organisation has sent"),
    TEXT_OPT("format", NULL, "FORMAT", "text (default), json, csv or html"),
    TEXT_OPT("output", NULL, "FILE", "write it to a file (json, csv, html)"),
    LAST};
static const struct option link_run_option[] = {
    TEXT_OPT("form", "form", "FORM", "victim or suspect; default: both"),
    FLAG_OPT("dry-run", "dry_run", "say what would be found, keep nothing"), LAST};
static const struct option link_list_option[] = {
    TEXT_OPT("form", "form", "FORM", "victim (default) or suspect"),
    TEXT_OPT("state", "state", "STATE", "open (default), unsure, confirm or all"),
    TEXT_OPT("band", "band", "BAND", "above, review or below; default: any"),
    TEXT_OPT("organisation", "organisation", "CODE",
             "only pairs with a record of this organisation"),
    INT_OPT("limit", "limit", "at most so many (default 50)"),
    TEXT_OPT("after", "after", "PAIR", "continue behind this pair"),
    LAST};
static const struct option link_pair_option[] = {OPERAND("A", "a", "code of one record"),
                                                 OPERAND("B", "b", "code of the other"), LAST};
static const struct option link_decide_option[] = {
    OPERAND("A", "a", "code of one record"), OPERAND("B", "b", "code of the other"),
    TEXT_NEEDED("verdict", "verdict", "VERDICT", "same, different or unsure"),
    TEXT_NEEDED("reason", "reason", "TEXT", "why; names nobody"), LAST};
static const struct option link_undo_option[] = {
    OPERAND("A", "a", "code of one record"), OPERAND("B", "b", "code of the other"),
    TEXT_NEEDED("reason", "reason", "TEXT", "why; names nobody"), LAST};
static const struct option link_decisions_option[] = {
    TEXT_OPT("form", "form", "FORM", "victim (default) or suspect"),
    TEXT_OPT("who", "who", "WHO", "people (default), mine, automatic or all"),
    TEXT_OPT("verdict", "verdict", "VERDICT", "same, different or unsure"),
    TEXT_OPT("state", "state", "STATE", "in_force, confirm, undone or all (default)"),
    INT_OPT("limit", "limit", "at most so many (default 50)"),
    TEXT_OPT("after", "after", "NUMBER", "continue behind this one"),
    LAST};
static const struct option link_form_option[] = {
    TEXT_OPT("form", "form", "FORM", "victim (default) or suspect"),
    INT_OPT("limit", "limit", "at most so many (default 50)"),
    TEXT_OPT("after", "after", "NUMBER", "continue behind this one"), LAST};
static const struct option link_values_option[] = {
    TEXT_OPT("form", "form", "FORM", "victim or suspect; default: both"),
    TEXT_OPT("state", "state", "STATE", "open (default), settled or all"),
    INT_OPT("limit", "limit", "at most so many (default 50)"),
    TEXT_OPT("after", "after", "NUMBER", "continue behind this one"), LAST};
static const struct option link_choose_option[] = {
    OPERAND("RECORD", "record", "code of the record whose answer counts"),
    OPERAND("VARIABLE", "variable", "sex, birth_year, citizenship or another variable"),
    TEXT_NEEDED("reason", "reason", "TEXT", "why; names nobody"), LAST};
static const struct option link_unchoose_option[] = {
    OPERAND("RECORD", "record", "code of one of the person's records"),
    OPERAND("VARIABLE", "variable", "sex, birth_year, citizenship or another variable"),
    TEXT_NEEDED("reason", "reason", "TEXT", "why; names nobody"), LAST};
static const struct option link_person_option[] = {OPERAND("RECORD", "record",
                                                           "code of one of the person's records"),
                                                   TEXT_OPT("variable", "variable", "NAME",
                                                            "only what holds in this variable"),
                                                   LAST};
static const struct option link_review_option[] = {TEXT_OPT("form", NULL, "FORM",
                                                            "victim (default) or suspect"),
                                                   LAST};
static const struct option link_sample_option[] = {
    TEXT_OPT("form", "form", "FORM", "victim (default) or suspect"),
    INT_OPT("size", "size", "pairs of each band (default: the pack's)"), LAST};
static const struct option handbook_option[] = {
    OPERAND_MAYBE("PAGE", NULL, N_("page to show, such as collecting or national/pt")),
    TEXT_OPT("html", NULL, "DIR", N_("write all pages as HTML into this folder")), LAST};
static const struct option codebook_option[] = {
    TEXT_OPT("form", "form", "FORM", "only this form; default: all"),
    TEXT_OPT("pack", "pack", "CC", "country pack to speak of; default: the repository's"),
    TEXT_OPT("format", NULL, "FORMAT", "html (default), pdf-ready-html or csv"),
    TEXT_OPT("output", NULL, "FILE", "write to a file"), LAST};
static const struct option paper_option[] = {
    TEXT_NEEDED("form", "form", "FORM", "form to print: victim, suspect, case or proceeding"),
    TEXT_OPT("pack", "pack", "CC", "country pack to speak of; default: the repository's"),
    TEXT_OPT("output", NULL, "FILE", "write to a file"), LAST};
static const struct option processing_option[] = {
    TEXT_OPT("pack", "pack", "CC", "country pack to speak of; default: the repository's"),
    TEXT_OPT("format", NULL, "FORMAT", "text (default) or html"),
    TEXT_OPT("output", NULL, "FILE", "write the page to a file"), LAST};
static const struct option codes_option[] = {
    OPERAND("LIST", "list", "code list, such as CL_EXPL; `dcim variables` names them"), LAST};

static const struct option encode_option[] = {
    OPERAND("FILE", "file", "CSV or XLSX file with names"),
    TEXT_NEEDED("form", "form", "FORM", "form of its rows: victim or suspect"),
    TEXT_OPT("out", "out", "FILE",
             "CSV file to write; default: beside the file, with -encoded in its name"),
    TEXT_OPT("mapping", "mapping", "NAME",
             "column mapping, one of `dcim mapping list`; without one the columns are guessed from "
             "the header"),
    TEXT_OPT("date-order", "date_order", "ORDER",
             "dmy or mdy, for dates that can be read in two ways"),
    TEXT_OPT("encoding", "encoding", "NAME", "encoding of a CSV file; default: detected"),
    TEXT_OPT("separator", "separator", "CHAR", "of a CSV file: , ; | or tab; default: detected"),
    TEXT_OPT("sheet", "sheet", "NAME", "sheet of a workbook; default: the first"),
    TEXT_OPT("pack", "pack", "CC", "country pack whose questions the file answers"),
    LAST};
static const struct option link_key_option[] = {
    TEXT_NEEDED("out", "out", "FILE", "file to write the key to; it must not be there yet"), LAST};
static const struct option link_encode_option[] = {TEXT_OPT("form", "form", "FORM",
                                                            "only records of this form"),
                                                   LAST};

static const struct option key_add_option[] = {
    OPERAND("KIND", "kind", "passphrase, key-file or recovery"),
    TEXT_OPT("new-key-file", "new_key_file", "FILE",
             "key file of the new slot; made when it does not exist"),
    TEXT_OPT("label", "label", "TEXT", "a word to know the slot by"), LAST};
static const struct option key_remove_option[] = {{.name = "SLOT",
                                                   .parameter = "slot",
                                                   .kind = OPTION_INT,
                                                   .help = N_(
                                                       "number of the slot, from `dcim key list`"),
                                                   .operand = true,
                                                   .required = true},
                                                  LAST};
static const struct option help_option[] = {OPERAND_MAYBE("COMMAND", NULL, "command to explain"),
                                            LAST};
static const struct option serve_option[] = {
    TEXT_OPT("address", NULL, "ADDRESS", "where to listen; default 127.0.0.1, this machine alone"),
    INT_OPT("port", NULL, "port; default 8443"),
    INT_OPT("rate", NULL, "requests a second from one source on the long run; default 100"),
    INT_OPT("burst", NULL, "requests from one source at once; default 400"),
    INT_OPT("idle", NULL, "seconds without use after which sessions end, where that is sooner"),
    TEXT_OPT("certificate", NULL, "FILE",
             "certificate (PEM); default: one is made for this machine"),
    TEXT_OPT("certificate-key", NULL, "FILE", "its private key (PEM)"),
    LIST_OPT("hosts", NULL, "NAMES", "names that the certificate is made for, beside localhost"),
    TEXT_OPT(
        "origin", NULL, "ADDRESS",
        "where browsers reach it, https://NAME:PORT, for security keys; default: the first name of "
        "--hosts, else localhost"),
    TEXT_OPT("name", NULL, "TEXT", "name of the register, shown before anybody has signed in"),
    FLAG_OPT("demonstration", NULL, "every page says that the data are synthetic"),
    TEXT_OPT("user", NULL, "NAME",
             "account to serve as, when root starts it; default: whose the repository is"),
    FLAG_OPT("insecure-root", NULL, "served by root where there is nobody else; for demonstrations"),
    FLAG_OPT("insecure-plain", NULL, "HTTP without TLS, behind a proxy on this machine"),
    FLAG_OPT("insecure-no-second-factor", NULL,
             "passwords alone open sessions; for demonstrations"),
    LAST};
static const struct option process_option[] = {OPERAND("KIND", NULL, "desk, door or backup"), LAST};
static const struct option converter_option[] = {OPERAND("KIND", NULL, "kind of file"), LAST};

const struct command commands[] = {
    {"init", "repository.init", init_option, show_init, NULL, N_("make a repository"),
     N_("Makes an encrypted repository in an empty folder, with a copy of the dictionary and one "
        "country pack. A key file that --key-file names is made when it does not exist; without "
        "--key-file a passphrase is asked. The recovery code is printed once: write it down and "
        "keep it away from the machine."),
     "dcim init --pack pt --key-file ~/dcim.key register", false},
    {"info", "repository.info", no_option, show_info, NULL, N_("what the repository holds"), NULL,
     NULL, false},
    {"demo", NULL, demo_option, NULL, run_demo, N_("make a synthetic pilot of a country"),
     N_("Writes provider files of synthetic persons, calibrated to published figures of the "
        "country, makes a repository and imports the files through the same door as everybody. "
        "Nothing in it is about a real person."),
     "dcim demo /tmp/pilot", false},
    {"check", "check.run", no_option, show_check, NULL, N_("check pages, chain, counts and keys"),
     N_("Exit status 5 when anything is damaged."), NULL, false},
    {"organisation add", "organisation.add", organisation_option, show_fields, NULL,
     N_("add an organisation"), NULL,
     "dcim organisation add --code GNR --type police --name \"Guarda Nacional Republicana\"",
     false},
    {"organisation quota", "organisation.quota", quota_option, show_fields, NULL,
     N_("limit what an organisation may keep"),
     N_("An import that would go beyond the limit is refused as a whole; what is there stays. A limit "
        "that is not named stays as it is, 0 takes it away."),
     "dcim organisation quota GNR --records 100000 --bytes 1000000000", false},
    {"account add", "account.add", account_add_option, show_fields, NULL,
     N_("let somebody sign in to the pages"),
     N_("Prints an activation code, once: hand it over in person or by telephone. With it they choose "
        "their password, within three days."),
     "dcim account add ana.rocha --name \"Ana Rocha\" --as contributor --organisation GNR", false},
    {"account change", "account.change", account_change_option, show_fields, NULL,
     N_("change role, organisation or state of an account"),
     N_("Acts at once: their sessions end. The last two administrators cannot be removed."),
     "dcim account change ana.rocha --state disabled", false},
    {"account reset", "account.reset", account_option, show_fields, NULL,
     N_("give a new activation code to who has lost password or second factor"),
     N_("Password, second factor, recovery codes and keys for programs of the account are gone."),
     NULL, false},
    {"account list", "account.list", no_option, show_accounts, NULL, N_("list accounts"), NULL,
     NULL, false},
    {"account first", "setup.code", no_option, show_fields, NULL,
     N_("print a code with which the first administrator comes in"), NULL, NULL, false},
    {"organisation list", "organisation.list", no_option, show_organisations, NULL,
     N_("list organisations"), NULL, NULL, false},
    {"import", NULL, import_option, show_import, run_import, N_("import a provider's file"),
     N_("One file is one batch, visible in whole or not at all. Rows with an error are refused "
        "and named; the rest is kept. The same file again adds nothing. Exit status 1: some rows "
        "were refused."),
     "dcim import cases.csv --form victim --organisation GNR --dry-run", false},
    {"export workbook", "export.workbook", export_option, show_table, NULL,
     N_("write records as a workbook that is corrected and imported again"),
     N_("One row for each record, with its code in _id and its version in _version. Importing it "
        "again changes what the cells say otherwise: an empty cell changes nothing, [CLEAR] empties an "
        "answer. A record that somebody has changed meanwhile is a conflict: it is shown, and keeps "
        "what it says unless `dcim import --conflicts mine` takes what the file says. Needs "
        "--purpose. Direct identifiers are never in it: their columns are empty. With --recipient it "
        "is CMS, opened by `openssl cms -decrypt -inform DER -in FILE -inkey KEY -out WORKBOOK`."),
     "dcim export workbook victims.xlsx --form victim --organisation GNR --purpose \"correction\"",
     false},
    {"export blank", "export.blank", blank_option, show_fields, NULL,
     N_("write a workbook for new records"),
     N_("One column for each question, with its label under it; cells of questions with a list offer its "
        "answers. Fill it in and import it as any file."),
     "dcim export blank victims.xlsx --form victim", false},
    {"batch list", "batch.list", no_option, show_batches, NULL, N_("list batches"), NULL, NULL,
     false},
    {"batch undo", "batch.undo", undo_option, show_fields, NULL, N_("undo a batch"),
     N_("Its new records are withdrawn and its changes reverted; the history stays."), NULL, false},
    {"table", NULL, table_option, show_table, run_table, N_("count persons or records"),
     N_("Small counts are hidden, together with as many others as it takes that nobody can "
        "compute them. A table that cannot be protected is refused, exit status 6. "
        "`dcim variables --form victim` lists the variables, `dcim codes CL_SEX` the codes of a list."),
     "dcim table --form victim --rows form_of_exploitation --columns sex", false},
    {"release create", NULL, release_create_option, show_release_done,
     run_release_create, N_("prepare a release: protected tables that are published together"),
     N_("The tables are counted in one state of the register and protected together: what one of them "
        "hides, no other tells. Nothing is published yet: another person approves it with `dcim release "
        "approve`. Tables that cannot be protected together are refused and named, exit status 6."),
     "dcim release create --title \"Victims 2025\" --tables tables.json", false},
    {"release list", "release.list", no_option, show_releases, NULL,
     N_("list releases: published, withdrawn, and those that wait"), NULL, NULL, false},
    {"release show", NULL, release_option, show_release, run_release_show,
     N_("show a release with its tables"), NULL, "dcim release show 1", false},
    {"release download", "release.download", release_download_option, show_release_file, NULL,
     N_("write a release, or a table of it, as a file"),
     N_("The document (json) is the same bytes for ever; `sha256sum` gives the digest that `dcim release "
        "show` prints."),
     "dcim release download 1 --output release-1.json", false},
    {"release approve", "release.approve", release_option, show_release_done, NULL,
     N_("let out a release that somebody else has prepared"),
     N_("Look at it first with `dcim release show`. Nobody approves what they prepared."), NULL, false},
    {"release refuse", "release.refuse", release_reason_option, show_release_done, NULL,
     N_("refuse a release that somebody else has prepared"), NULL, NULL, false},
    {"release withdraw", "release.withdraw", release_reason_option, show_release_done, NULL,
     N_("take back a release that is published"),
     N_("It stays in the list with the reason; its tables are no longer handed out. What somebody has "
        "taken away already is not called back by it."),
     NULL, false},
    {"report list", "report.list", no_option, show_reports, NULL,
     N_("list the tables of the country's standing reports"), NULL, NULL, false},
    {"report run", "report.run", report_option, show_report, NULL,
     N_("the protected tables of a standing report"),
     N_("For work within the house. Each table is protected by itself; tables over the same persons can "
        "give away together what each of them hides."),
     "dcim report run RASI --year 2022", false},
    {"record list", "record.list", record_list_option, show_records, NULL, N_("list records"), NULL,
     NULL, false},
    {"record show", NULL, record_show_option, show_record, run_record_show, N_("show a record"),
     NULL, NULL, false},
    {"record history", "record.history", record_option, show_history, NULL,
     N_("versions of a record"), NULL, NULL, false},
    {"record links", NULL, record_option, show_links, run_links,
     N_("show what a record points to, and what points to it"),
     N_("Joins victim and justice data sets: needs the right to both, and --purpose. A person who is both "
        "victim and suspect is linked, never merged."),
     "dcim record links 7K2M-9QXT-4B8R --purpose \"case conference 12/2026\"", false},
    {"link run", "link.run", link_run_option, show_link_run, NULL,
     N_("find which records are one person"),
     N_("Compares all records by keyed encodings of their identifiers and by coded variables; opens no "
        "identifier. Pairs that are sure enough are joined where the country's pack allows it, the band "
        "below waits for people."),
     "dcim link run --purpose \"yearly closing 2026\"", false},
    {"link review", NULL, link_review_option, show_link_pair, run_link_review,
     N_("decide pair by pair whether two records are one person"),
     N_("Shows two records side by side, without identifiers. Keys: s the same person, d different "
        "persons, u unsure, n next, q quit; then a reason. From a pipe each line is a key, a blank and the "
        "reason."),
     NULL, false},
    {"link list", "link.queue", link_list_option, show_link_pairs, NULL,
     N_("list pairs of records that wait for a decision"), NULL, NULL, false},
    {"link show", "link.pair", link_pair_option, show_link_pair, NULL,
     N_("show two records side by side, with what speaks for and against one person"), NULL,
     "dcim link show 7K2M-9QXT-4B8R 0123-4567-89AB", false},
    {"link decide", "link.decide", link_decide_option, show_link_done, NULL,
     N_("decide whether two records are one person"),
     N_("Exit status 1: somebody else has decided meanwhile, and nothing was written."),
     "dcim link decide 7K2M-9QXT-4B8R 0123-4567-89AB --verdict same --reason \"the same case\"",
     false},
    {"link undo", "link.undo", link_undo_option, show_link_done, NULL,
     N_("take a decision about two records back"),
     N_("Counts are then what they were before it. The decision itself stays in the history."),
     NULL, false},
    {"link confirm", "link.confirm", link_pair_option, show_link_done, NULL,
     N_("confirm what somebody else has decided, where the pack wants two people"), NULL, NULL,
     false},
    {"link decisions", "link.decisions", link_decisions_option, show_link_decisions, NULL,
     N_("list what was decided"), NULL, NULL, false},
    {"link conflicts", "link.conflicts", link_form_option, show_link_conflicts, NULL,
     N_("list decisions that contradict each other"), NULL, NULL, false},
    {"link person", "link.person", link_person_option, show_link_person, NULL,
     N_("show all records of a person, and what holds for the whole person"), NULL, NULL, false},
    {"link values", "link.values", link_values_option, show_link_values, NULL,
     N_("list persons whose records contradict each other"), NULL, NULL, false},
    {"link choose", "link.choose", link_choose_option, show_link_choice, NULL,
     N_("choose whose answer counts for a person"),
     N_("Where the records of a person contradict each other. Each record keeps what it says; tables count "
        "the chosen answer. Exit status 1: somebody else has chosen meanwhile, and nothing was written."),
     "dcim link choose 7K2M-9QXT-4B8R birth_year --reason \"seen on the passport\"", false},
    {"link unchoose", "link.unchoose", link_unchoose_option, show_link_choice, NULL,
     N_("take back what was chosen of a person's answers"),
     N_("Counts are then what they were before it. The choice itself stays in the history."),
     NULL, false},
    {"link quality", "link.quality", form_option, show_link_quality, NULL,
     N_("show how good linkage is, and what it changes"),
     N_("Expected precision and recall, what people found in samples, records and persons, which "
        "organisations have met the same persons. Raw counts: not for publication."),
     NULL, false},
    {"link sample", "link.sample", link_sample_option, show_link_pairs, NULL,
     N_("draw pairs at random, to be reviewed"), NULL, NULL, false},
    {"link runs", "link.runs", form_option, show_link_runs, NULL, N_("list the runs of linkage"),
     NULL, NULL, false},
    {"quality", NULL, quality_option, show_quality, run_quality,
     N_("report how complete, timely, plausible and consistent the records are"),
     N_("By organisation and variable. With --purpose, and the right to both data sets, victims and "
        "suspects are held against each other too. Counts below the pack's threshold are hidden from who "
        "may not see raw counts."),
     "dcim quality --form victim --year 2024", false},
    {"record erase", "record.erase", record_erase_option, show_fields, NULL,
     N_("erase a record for good"),
     N_("Destroys its keys, identifiers and contents in the repository's files; code, versions and "
        "audit entries stay. Cannot "
        "be undone. Backups made before still hold the record, and importing its file again brings it back."),
     "dcim record erase 0123-4567-89AB --reason \"retention period ended\"", false},
    {"audit verify", "audit.verify", verify_option, show_verify, NULL, N_("verify the audit log"),
     N_("Finds any change, deletion, insertion or reordering, and says where. Keep the checkpoint"
        " it prints elsewhere: with --anchor the log must still contain it."),
     NULL, false},
    {"audit list", "audit.list", audit_list_option, show_audit, NULL, N_("read the audit log"),
     NULL, NULL, false},
    {"backup verify", "backup.verify", backup_verify_option, show_fields, NULL,
     N_("open a backup fully and verify it"),
     N_("Asks for the recovery code, or reads it from --recovery-file."),
     "dcim backup verify /media/usb/2026-11.dcim", false},
    {"backup", "backup.make", backup_option, show_fields, NULL, N_("make an encrypted backup"),
     N_("Others may go on working meanwhile. It opens with a recovery code of the repository and with "
        "nothing else: whoever makes backups every day need not be able to read them."),
     "dcim backup /media/usb/2026-11.dcim", false},
    {"restore", "backup.restore", restore_option, show_fields, NULL,
     N_("restore a backup into a new repository"),
     N_("Asks for the recovery code, or reads it from --recovery-file. The backup is verified first; a "
        "damaged one is refused and leaves nothing."),
     NULL, false},
    {"pack check", "pack.check", pack_option, show_pack_check, NULL,
     N_("check a dictionary or pack"), N_("Lists every problem with file, row, column and remedy."),
     "dcim pack check data/packs/pt", false},
    {"pack list", "pack.list", no_option, show_names, NULL, N_("list the packs at hand"), NULL,
     NULL, false},
    {"pack install", "pack.install", pack_option, show_fields, NULL,
     N_("install a changed dictionary or pack"),
     N_("Without DIR the repository's own dictionary folder, after it was edited."), NULL, false},
    {"pack export", "pack.export", pack_export_option, show_pack_export, NULL,
     N_("write forms as XLSForm workbooks"),
     N_("For ODK, KoBo and people with a spreadsheet program: questions, choices in every language, "
        "skip logic. `dcim pack import` takes them back."),
     "dcim pack export --form victim --pack pt --xlsx victim.xlsx", false},
    {"pack import", "pack.import", pack_import_option, show_pack_import, NULL,
     N_("take an XLSForm workbook into a data folder"),
     N_("Lists every problem with sheet, row, column and remedy, and then writes nothing. Columns "
        "that the workbook lacks stay as they are."),
     "dcim pack import victim.xlsx --into mydata --pack pt", false},
    {"pack coverage", "pack.coverage", pack_coverage_option, show_pack_coverage, NULL,
     N_("how much of a standard's workbook the dictionary holds"),
     N_("Which of its fields meet a variable, which choices meet a code, and what is done with the "
        "rest."),
     "dcim pack coverage htcds_xlsform.xlsx", false},
    {"forms", "dictionary.forms", no_option, show_forms, NULL, N_("list forms"), NULL, NULL, false},
    {"variables", "dictionary.variables", form_option, show_variables, NULL, N_("list variables"),
     NULL, NULL, false},
    {"codes", "dictionary.codes", codes_option, show_codes, NULL,
     N_("list the codes of a code list"), NULL, NULL, false},
    {"rules", "dictionary.rules", form_option, show_rules, NULL, N_("list plausibility rules"),
     NULL, NULL, false},
    {"codebook", "dictionary.codebook", codebook_option, show_codebook, NULL,
     N_("print every variable with definition, codes, rules, sources and mappings"),
     N_("A page that stands for itself: open it in a browser, or print it to PDF from there."),
     "dcim codebook --pack pl --language pl --output codebook.html", false},
    {"paper-form", "dictionary.paper", paper_option, show_paper_form, NULL,
     N_("print a form to be filled in by hand"),
     N_("With codes, the questions' names and arrows to the question that an answer leads to."),
     "dcim paper-form --form victim --pack pt --language pt --output form.html", false},
    {"processing-record", "dictionary.processing", processing_option, show_processing, NULL,
     N_("the record of processing activities (GDPR art. 30)"), NULL,
     "dcim processing-record --pack sk --format html --output record.html", false},
    {"mapping list", "mapping.list", no_option, show_names, NULL, N_("list column mappings"), NULL,
     NULL, false},
    {"encode", NULL, encode_option, show_encode, run_encode,
     N_("replace the names in a file by linkage keys"),
     N_("For organisations that may not hand names over. Writes the same rows without the columns of "
        "names, numbers and addresses, and with a column match_key by which the register recognises the "
        "person. Done where the data are; needs no register, only the key file that it has handed out "
        "(`dcim link key`), which --key-file names. Columns that nobody "
        "recognises are left out. What is written is a pseudonym, not anonymous: send it as carefully "
        "as names."),
     "dcim encode cases.xlsx --form victim --key-file register-linkage.key", false},
    {"link key", NULL, link_key_option, show_fields, run_link_key,
     N_("hand out the key with which organisations encode names"),
     N_("Whoever has it can test whether a name is in an encoded file: hand it to each organisation in "
        "person, and only to those that encode. Needs --purpose, which is kept in the audit log."),
     "dcim link key --out register-linkage.key --purpose \"agreement 4/2026 with the shelter network\"",
     false},
    {"link encode", NULL, link_encode_option, show_link_encode, run_link_encode,
     N_("give linkage keys to records that have none yet"),
     N_("For records from before this version, or after the variables that say who a person is were "
        "changed. Opens the identifiers of all records for that alone; nobody is shown them. Needs "
        "--purpose."),
     NULL, false},
    {"key list", "key.list", no_option, show_keys, NULL, N_("list key slots"),
     N_("A slot is one way to open the repository: a passphrase, a key file or a recovery code."),
     NULL, false},
    {"key add", "key.add", key_add_option, show_fields, NULL, N_("add a key slot"),
     N_("One more way to open the repository: a passphrase, which is asked, a key file, or a recovery "
        "code, which is printed once."),
     "dcim key add key-file --new-key-file office.key --label office", false},
    {"key remove", "key.remove", key_remove_option, show_fields, NULL, N_("remove a key slot"),
     N_("What it was made of no longer opens the repository."), NULL, false},
    {"handbook", NULL, handbook_option, NULL, run_handbook,
     N_("read the handbook: collecting, managing, analysing, presenting, security"), NULL,
     "dcim handbook collecting", false},
    {"help", NULL, help_option, NULL, run_help, N_("explain a command"), NULL, NULL, false},
    {"version", NULL, no_option, NULL, run_version, N_("print the version"), NULL, NULL, false},
    {"man", NULL, no_option, NULL, run_man, N_("print the manual page"), NULL, NULL, true},
    {"completion", NULL, no_option, NULL, run_completion, N_("print completion for bash"), NULL,
     NULL, true},
    {"serve", NULL, serve_option, NULL, run_serve, N_("serve the register to browsers"),
     N_("Opens the repository and answers at https://ADDRESS:PORT until it is told to end (Ctrl-C). "
        "The part that holds keys and data has no network, the part that has the network holds "
        "neither. A register without accounts prints a code: who enters it makes the first "
        "administrator."),
     "dcim serve --port 8443", false},
    {"process", NULL, process_option, NULL, run_process, N_("a part of a server"), NULL, NULL,
     true},
    {"converter", NULL, converter_option, NULL, run_converter,
     N_("read a workbook in a process of its own"), NULL, NULL, true},
};
const size_t n_command = sizeof commands / sizeof commands[0];

/* Number of words of a command that the arguments begin with; 0: they do not. */
static int words_match(const char *words, int argc, char *const *argv)
{
    struct text rest = text_of(words), word;
    int n = 0;
    while (text_split(&rest, ' ', &word)) {
        if (n >= argc || !text_is(word, argv[n])) return 0;
        n++;
    }
    return n;
}

const struct command *command_find(int argc, char *const *argv, int *n_word)
{
    const struct command *best = NULL;
    *n_word = 0;
    for (size_t i = 0; i < n_command; i++) {
        int n = words_match(commands[i].words, argc, argv);
        if (n > *n_word) {
            best = &commands[i];
            *n_word = n;
        }
    }
    return best;
}
