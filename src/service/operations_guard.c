/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: emergency access, approval by a second person, alarms and
 * decoys, notices to the owners of accounts. */
#include "service/operation_macros.h"
#include "service/operations.h"
#include "service/tasks.h"

enum { TASK_CODE_MAX = 20, PERSON_MAX = 200, SAID_MAX = 4000 };

// clang-format off
#define CODE_ARG(n, what) LINE_ARG(n, true, TASK_CODE_MAX, what)
#define VERSION_ARG INT_ARG_NEEDED("version", 1, INT64_MAX, "version that was seen")
#define NEEDED_CHOICE(n, list, what) \
    {.name = n, .type = PARAM_TEXT, .required = true, .min = 1, .max = 40, .choices = list, \
     .summary = what}
#define EMERGENCY \
    "access record organisation category_label actor unit state state_label open? active? late? " \
    "own? looks# at until review_until"
#define APPROVAL \
    "approval what actor unit persons# identifiers? state state_label own? may_decide? at until"
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec emergency_open_parameter[] = {
    NEEDED_CHOICE("category", "danger|health|child|missing|other", "what kind of emergency it is"),
    {.name = "reason",
     .type = PARAM_TEXT,
     .required = true,
     .min = 1,
     .max = SAID_MAX,
     .summary = "what happens, and why it cannot wait; names nobody"},
    LINE_ARG("record", false, 40, "code of the record, where it is known"),
    LINE_ARG("family_name", false, PERSON_MAX, "family name"),
    LINE_ARG("given_names", false, PERSON_MAX, "given names"),
    LINE_ARG("alias", false, PERSON_MAX, "nickname"),
    LINE_ARG("birth_date", false, 10, "date of birth, as 1990-01-31"),
    LINE_ARG("document", false, 100, "number of an identity or travel document"),
    END_ARG};

static const struct parameter_spec emergency_parameter[] = {
    CODE_ARG("access", "code of the emergency access"), END_ARG};

static const struct parameter_spec emergency_review_parameter[] = {
    CODE_ARG("access", "code of the emergency access"),
    NEEDED_CHOICE("outcome", "justified|unjustified", "what the review found"),
    TEXT_ARG("text", false, SAID_MAX, "what there is to say"), VERSION_ARG, END_ARG};

static const struct parameter_spec approval_parameter[] = {CODE_ARG("approval",
                                                                    "code of the request"),
                                                           END_ARG};

static const struct parameter_spec approval_decide_parameter[] = {
    CODE_ARG("approval", "code of the request"),
    NEEDED_CHOICE("decision", "approved|refused", "the answer"),
    TEXT_ARG("text", false, SAID_MAX, "what there is to say"), VERSION_ARG, END_ARG};

static const struct parameter_spec alarm_close_parameter[] = {
    CODE_ARG("alarm", "code of the alarm"),
    TEXT_ARG("text", true, SAID_MAX, "what was found, and done"), VERSION_ARG, END_ARG};

static const struct parameter_spec decoy_parameter[] = {
    LINE_ARG("organisation", true, 64, "code of the organisation it lies with"),
    LINE_ARG("family_name", true, PERSON_MAX, "family name that nobody has"),
    LINE_ARG("given_names", true, PERSON_MAX, "given names"),
    LINE_ARG("birth_date", false, 10, "date of birth, as 1990-01-31"), END_ARG};

static const struct parameter_spec trace_parameter[] = {
    {.name = "records",
     .type = PARAM_LIST,
     .max = 40,
     .summary = "codes of records, in the order in which they were found"},
    END_ARG};

static const struct operation_row guard_rows[] = {
    ROW_DESK_FRESH("emergency.open", "open a record of another organisation in an emergency",
                   emergency_open_parameter, CAP_EMERGENCY, TX_NONE, "emergency", op_emergency_open,
                   "access record until"),
    ROW_DESK("emergency.show", "the record that an emergency access opens, with identifiers",
             emergency_parameter, CAP_EMERGENCY, TX_NONE, "emergency", op_emergency_show,
             "access record form_title organisation until "
             "sections[name title rows[field label value heading?]]"),
    ROW_DESK("emergency.list", "emergency accesses that one is to know of", no_parameter, CAP_SELF,
             TX_READ, "none", op_emergency_list, "accesses[" EMERGENCY "]"),
    ROW_DESK("emergency.about", "why and how often an emergency access was used",
             emergency_parameter, CAP_SELF, TX_READ, "emergency", op_emergency_about,
             EMERGENCY " reason review decided_by decided_at version# may_review?"),
    ROW_DESK_FRESH("emergency.review", "say whether an emergency access was justified",
                   emergency_review_parameter, CAP_AUDIT_READ, TX_WRITE, "emergency",
                   op_emergency_review, "access"),

    ROW_DESK("approval.list", "requests for approval, one's own and those one may decide",
             no_parameter, CAP_SELF, TX_READ, "none", op_approval_list,
             "approvals[" APPROVAL "] waiting#"),
    ROW_DESK("approval.show", "what is to be approved", approval_parameter, CAP_SELF, TX_READ,
             "approval", op_approval_show,
             APPROVAL " details[label value] purpose answer decided_by decided_at version# many?"),
    ROW_DESK_FRESH("approval.decide", "approve or refuse what somebody of another unit asks for",
                   approval_decide_parameter, CAP_APPROVE, TX_WRITE, "approval", op_approval_decide,
                   "approval state"),

    ROW_DESK("alarm.list", "alarms that were raised", no_parameter, CAP_CHECK, TX_READ, "none",
             op_alarm_list,
             "alarms[alarm what what_label actor unit source record state state_label open? text "
             "decided_by version# at decided_at] open# may_plant?"),
    ROW_DESK("alarm.close", "say that an alarm was seen to", alarm_close_parameter, CAP_CHECK,
             TX_WRITE, "alarm", op_alarm_close, "alarm"),
    ROW_DESK("decoy.list", "decoys: made-up persons whom nobody has a reason to open", no_parameter,
             CAP_AUDIT_READ, TX_READ, "none", op_decoy_list,
             "decoys[record organisation made_by at] organisations[code name chosen?]"),
    ROW_DESK_FRESH("decoy.plant", "put a decoy among the records of an organisation",
                   decoy_parameter, CAP_AUDIT_READ, TX_WRITE, "alarm", op_decoy_plant, "record"),

    ROW_DESK(
        "export.trace", "which export a list of records comes from, by its order", trace_parameter,
        CAP_AUDIT_READ, TX_READ, "verify", op_export_trace,
        "rows# entries[sequence# at actor role organisation action object_type object_id purpose "
        "legal_basis decision fields recipient count# digest session source hash "
        "action_label decision_label role_title purpose_label]"),

    ROW_DESK("notice.list", "what one is to know of one's own account", no_parameter, CAP_SELF,
             TX_READ, "none", op_notice_list, "notices[words remedy by source at] any?"),
    ROW_DESK("notice.read", "say that one has read it", no_parameter, CAP_SELF, TX_WRITE,
             "account.change", op_notice_read, "read#"),
};

const struct operation_part guard_operations = {guard_rows, sizeof guard_rows / sizeof *guard_rows};
