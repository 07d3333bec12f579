/* SPDX-License-Identifier: EUPL-1.2 */
/* Operations on records one by one: entering, reviewing, referring. README.md has the documents. */
#include "service/operation_macros.h"
#include "service/operations.h"

// clang-format off
#define DRAFT_ARG TEXT_ARG("draft", true, 20, "the draft")
#define DRAFT_VERSION_ARG \
    INT_ARG_NEEDED("version", 1, INT64_MAX, "version of the draft that was shown")
#define RECORD_ARG TEXT_ARG("record", true, 20, "code of the record")
#define PURPOSE_ARG LINE_ARG("purpose", false, PURPOSE_LONGEST, "why; default: of the session")

#define HEAD "draft draft_version# form form_title record organisation changed_at "
#define PROBLEM "[field variable label section rule severity severity_words is_error? missing? message remedy]"
#define COMPARE "compare[field variable label section is_repeat? both? mine theirs base]"
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};
static const struct parameter_spec begin_parameter[] = {
    TEXT_ARG("form", true, 40, "form of the record"),
    TEXT_ARG("organisation", false, 40, "whose record it is; default: one's own organisation"),
    END_ARG};
static const struct parameter_spec open_parameter[] = {RECORD_ARG, PURPOSE_ARG, END_ARG};
static const struct parameter_spec draft_parameter[] = {DRAFT_ARG, END_ARG};
static const struct parameter_spec section_parameter[] = {
    DRAFT_ARG, TEXT_ARG("section", true, 64, "section of the form"),
    LIST_ARG("from", "where the pages of repeats begin, such as episode:20"),
    BOOL_ARG("check", "say also what is missing"), END_ARG};
static const struct parameter_spec save_parameter[] = {
    DRAFT_ARG,
    DRAFT_VERSION_ARG,
    TEXT_ARG("section", false, 64,
             "the section whose whole page this is; without, only these fields"),
    FIELDS_ARG("fields", "what was typed, by the names of fields"),
    TEXT_ARG("act", false, 200, "what to do with an instance, such as add:episode:1"),
    BOOL_ARG("autosave", "nobody pressed a button"),
    END_ARG};
static const struct parameter_spec submit_parameter[] = {
    DRAFT_ARG, DRAFT_VERSION_ARG, CHOICE_ARG("state", "submitted|incomplete", "as what it is kept"),
    LINE_ARG("reason", false, PURPOSE_LONGEST, "why it was changed; names nobody"), END_ARG};
static const struct parameter_spec resolve_parameter[] = {
    DRAFT_ARG, DRAFT_VERSION_ARG,
    LIST_ARG("mine", "fields of the page that was not saved which replace the draft's; * for all"),
    END_ARG};
static const struct parameter_spec conflict_parameter[] = {DRAFT_ARG, PURPOSE_ARG, END_ARG};
static const struct parameter_spec merge_parameter[] = {
    DRAFT_ARG, DRAFT_VERSION_ARG,
    LIST_ARG("theirs", "fields that are taken from the record where both were changed; * for all"),
    PURPOSE_ARG, END_ARG};

static const struct operation_row entry_rows[] = {
    ROW_DESK("entry.begin", "begin the draft of a new record", begin_parameter, CAP_ENTER, TX_WRITE,
             "draft", op_entry_begin, "draft draft_version#"),
    ROW_DESK_PURPOSE("entry.open", "open a record to be corrected", open_parameter, CAP_ENTER,
                     TX_NONE, "record.read", op_entry_open, "draft draft_version# existing?"),
    ROW_DESK("entry.list", "list one's drafts", no_parameter, CAP_ENTER, TX_READ, "none",
             op_entry_list,
             "drafts[draft draft_version# form form_title organisation record changed_at]"),
    ROW_DESK("entry.sections", "the sections of a draft, and how far each is", draft_parameter,
             CAP_ENTER, TX_READ, "none", op_entry_sections,
             HEAD "sections[name title hint state state_words is_hidden? is_problems? "
                  "is_not_started? is_in_progress? is_complete? relevant? questions# answered# "
                  "missing# errors# warnings#] next errors# warnings# can_submit? has_parked?"),
    ROW_DESK(
        "entry.section", "one section of a draft, to be filled in", section_parameter, CAP_ENTER,
        TX_READ, "none", op_entry_section,
        HEAD
        "section title intro handbook today previous next items* lists[list choices[code label]] whole? has_problems? "
        "problems" PROBLEM " values"),
    ROW_DESK("entry.save", "save what was typed into a draft", save_parameter, CAP_ENTER, TX_WRITE,
             "draft", op_entry_save,
             "draft draft_version# version# section saved? conflict? at has_problems? problems" PROBLEM
             " " COMPARE),
    ROW_DESK("entry.check", "check a draft", draft_parameter, CAP_ENTER, TX_READ, "none",
             op_entry_check,
             HEAD "sections[name title problems" PROBLEM "] has_general? general" PROBLEM
                  " errors# warnings# notes# not_shown# can_submit? needs_reason?"),
    ROW_DESK("entry.submit", "make a version of a record of a draft", submit_parameter, CAP_ENTER,
             TX_WRITE, "record.change", op_entry_submit,
             "submitted? conflict? record version# state draft_kept? draft draft_version#"),
    ROW_DESK("entry.discard", "throw a draft away", draft_parameter, CAP_ENTER, TX_WRITE, "draft",
             op_entry_discard, "draft"),
    ROW_DESK("entry.compare", "a draft beside what another window wanted to save", draft_parameter,
             CAP_ENTER, TX_READ, "none", op_entry_compare, HEAD "parked_at " COMPARE),
    ROW_DESK("entry.resolve", "choose between a draft and what another window wanted to save",
             resolve_parameter, CAP_ENTER, TX_WRITE, "draft", op_entry_resolve,
             "draft draft_version#"),
    ROW_DESK_PURPOSE("entry.conflict", "a draft beside what its record has become meanwhile",
                     conflict_parameter, CAP_ENTER, TX_NONE, "record.read", op_entry_conflict,
                     HEAD "base_version# their_version# their_author their_at conflict? " COMPARE),
    ROW_DESK_PURPOSE("entry.merge", "bring a draft and its changed record together",
                     merge_parameter, CAP_ENTER, TX_NONE, "record.read", op_entry_merge,
                     "draft draft_version#"),
};

const struct operation_part entry_operations = {entry_rows, sizeof entry_rows / sizeof *entry_rows};
