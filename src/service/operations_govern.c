/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: looking after a register, and requests of data subjects. */
#include "service/operation_macros.h"
#include "service/operations.h"

enum { CODE_MAX = 64, WHO_MAX = 200, TEXT_MAX = 8000 };

// clang-format off
#define RECOVERY_ARG \
    {.name = "recovery_code", .type = PARAM_TEXT, .required = true, .min = 1, .max = CODE_MAX, \
     .summary = "recovery code of the register", .secret = true}
#define BACKUP_RESULT \
    "name bytes# size known? made_at made_by records# verified? verified_at verified_by " \
    "automatic? damaged? read_at"
#define DAILY_RESULT "daily? daily_time daily_keep# daily_tried_at daily_failed daily_damaged#"
#define PROGRESS_RESULT "finished? recovery? backup? folder recovery_slots#"
#define REQUEST_RESULT \
    "request right right_label law law_label state state_label received due open? late? soon? " \
    "added_at added_by closed_at closed_by version#"
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec verify_parameter[] = {LINE_ARG("backup", true, 80,
                                                                  "name of the backup"),
                                                         RECOVERY_ARG, END_ARG};

static const struct parameter_spec confirm_parameter[] = {RECOVERY_ARG, END_ARG};

static const struct parameter_spec schedule_parameter[] = {
    LINE_ARG("time", true, 20, "time of the day by the server's clock, as 02:30; off: never"),
    INT_ARG_NEEDED("keep", 1, 1000, "how many of them are kept"), END_ARG};

#define RIGHTS "access|rectification|erasure|restriction|objection"
#define STATES "open|extended|answered|refused|withheld"

static const struct parameter_spec request_add_parameter[] = {
    {.name = "right",
     .type = PARAM_TEXT,
     .required = true,
     .min = 1,
     .max = 80,
     .choices = RIGHTS,
     .summary = "which right is asked for"},
    {.name = "law",
     .type = PARAM_TEXT,
     .required = true,
     .min = 1,
     .max = 40,
     .choices = "gdpr|led",
     .summary = "GDPR, or the directive for police and justice"},
    LINE_ARG("received", true, 10, "day it came, as 2026-01-31"),
    LINE_ARG("due", false, 10, "day by which it is answered; default: one month later"),
    LINE_ARG("who", true, WHO_MAX, "who asks"),
    LINE_ARG("contact", false, WHO_MAX, "where the answer goes"),
    LINE_ARG("record", false, 40, "code of the record, where it is known"),
    TEXT_ARG("text", true, TEXT_MAX, "what is asked for"),
    END_ARG};

static const struct parameter_spec request_parameter[] = {LINE_ARG("request", true, 20,
                                                                   "code of the request"),
                                                          END_ARG};

static const struct parameter_spec request_answer_parameter[] = {
    LINE_ARG("request", true, 20, "code of the request"),
    {.name = "state",
     .type = PARAM_TEXT,
     .required = true,
     .min = 1,
     .max = 80,
     .choices = STATES,
     .summary = "how it stands"},
    TEXT_ARG("answer", false, TEXT_MAX, "what was answered, and why"),
    LINE_ARG("record", false, 40, "code of the record, where it is known"),
    INT_ARG_NEEDED("version", 1, INT64_MAX, "version of the request that was seen"),
    END_ARG};

static const struct operation_row govern_rows[] = {
    ROW_DESK("backup.list", "backups beside the register", no_parameter, CAP_BACKUP, TX_READ,
             "none", op_backup_list,
             "folder backups[" BACKUP_RESULT "] last_made_at last_verified_at alarm? "
             "recovery_slots# " DAILY_RESULT),
    ROW_DESK("backup.make_here", "make a backup beside the register", no_parameter, CAP_BACKUP,
             TX_NONE, "backup", op_backup_make_here, BACKUP_RESULT),
    ROW_DESK("backup.verify_here", "open a backup fully, as if it were to be restored",
             verify_parameter, CAP_BACKUP, TX_NONE, "verify", op_backup_verify_here, BACKUP_RESULT),
    ROW("backup.daily", "make the backup of the day, if it is due", no_parameter, CAP_BACKUP,
        TX_NONE, "backup", op_backup_daily),
    ROW_DESK("backup.schedule", "when the server makes backups by itself, and how many it keeps",
             schedule_parameter, CAP_BACKUP, TX_WRITE, "backup.schedule", op_backup_schedule,
             DAILY_RESULT),
    ROW_DESK("setup.progress", "what of setting up is still to be confirmed", no_parameter,
             CAP_BACKUP, TX_READ, "none", op_setup_progress, PROGRESS_RESULT),
    ROW_DESK("setup.confirm", "make the first backup, and open it with the recovery code",
             confirm_parameter, CAP_BACKUP, TX_NONE, "backup", op_setup_confirm, PROGRESS_RESULT),
    ROW_DESK("health.show", "disk, backups, sessions", no_parameter, CAP_CHECK, TX_READ, "none",
             op_health_show,
             "disk_percent# disk_free disk_all disk_low? sessions# records# audit_entries# "
             "backup_made_at backup_verified_at backup_alarm? server? version " DAILY_RESULT),
    ROW_DESK("pack.installed", "which forms, rules and languages are installed", no_parameter,
             CAP_DICTIONARY_READ, TX_READ, "none", op_pack_installed,
             "pack country hash code_lists# rules# languages[] "
             "forms[form title version variables#]"),
    ROW_DESK("request.list", "requests of data subjects, those that wait first", no_parameter,
             CAP_SUBJECT_REQUEST, TX_READ, "none", op_request_list,
             "requests[" REQUEST_RESULT "] open# late# months# today"),
    ROW_DESK("request.add", "register a request of a data subject", request_add_parameter,
             CAP_SUBJECT_REQUEST, TX_WRITE, "subject.request", op_request_add, "request due"),
    ROW_DESK("request.show", "one request of a data subject", request_parameter,
             CAP_SUBJECT_REQUEST, TX_READ, "subject.request", op_request_show,
             REQUEST_RESULT " who contact record text answer "
                            "states[state label chosen?]"),
    ROW_DESK("request.answer", "answer a request of a data subject", request_answer_parameter,
             CAP_SUBJECT_REQUEST, TX_WRITE, "subject.request", op_request_answer,
             "request state due"),
};

const struct operation_part govern_operations = {govern_rows,
                                                 sizeof govern_rows / sizeof *govern_rows};
