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
#define PROBLEM \
    "[field variable label section rule severity severity_words is_error? missing? message " \
    "remedy]"
#define COMPARE "compare[field variable label section is_repeat? both? mine theirs base]"
#define QUERIES \
    "queries[query# field label version# state state_words is_open? messages[at actor text]]"
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};
static const struct parameter_spec begin_parameter[] = {
    TEXT_ARG("form", true, 40, "form of the record"),
    TEXT_ARG("organisation", false, 40, "whose record it is; default: one's own organisation"),
    LINE_ARG("reference", false, 1000, "what was searched for: the organisation's own reference"),
    LINE_ARG("family_name", false, 400, "family name"),
    LINE_ARG("given_names", false, 400, "given names"),
    LINE_ARG("alias", false, 400, "nickname or alias"),
    LINE_ARG("birth_date", false, 40, "date of birth, such as 1990-05-31"),
    END_ARG};
static const struct parameter_spec open_parameter[] = {RECORD_ARG, PURPOSE_ARG, END_ARG};
static const struct parameter_spec withdraw_parameter[] = {
    RECORD_ARG, LINE_ARG("purpose", true, PURPOSE_LONGEST, "why; names nobody"), END_ARG};
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
static const struct parameter_spec keep_parameter[] = {
    DRAFT_ARG, DRAFT_VERSION_ARG, TEXT_ARG("section", true, 64, "the section that was sent"),
    FIELDS_ARG("fields", "what was typed, by the names of fields"), END_ARG};
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

static const struct parameter_spec queue_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form"),
    CHOICE_ARG("state", "submitted|returned|incomplete", "default: submitted"),
    INT_ARG("after", 0, INT64_MAX, "continue behind this place"),
    INT_ARG("limit", 1, 1000, "at most so many; default 50"), END_ARG};
static const struct parameter_spec accept_parameter[] = {LIST_ARG("records",
                                                                  "codes of the records"),
                                                         END_ARG};
static const struct parameter_spec return_parameter[] = {
    RECORD_ARG, TEXT_ARG("field", false, 200, "name of the field that is asked about"),
    TEXT_ARG("text", true, 4000, "what is to be made clear"), END_ARG};
static const struct parameter_spec record_only_parameter[] = {RECORD_ARG, END_ARG};
static const struct parameter_spec say_parameter[] = {INT_ARG_NEEDED("query", 1, INT64_MAX,
                                                                     "number of the question"),
                                                      TEXT_ARG("text", true, 4000, "the answer"),
                                                      END_ARG};
static const struct parameter_spec settle_parameter[] = {
    INT_ARG_NEEDED("query", 1, INT64_MAX, "number of the question"),
    TEXT_ARG("text", false, 4000, "a last word"), END_ARG};
static const struct parameter_spec view_parameter[] = {RECORD_ARG,
                                                       INT_ARG("version", 1, UINT32_MAX,
                                                               "version; default: current"),
                                                       PURPOSE_ARG, END_ARG};
static const struct parameter_spec diff_parameter[] = {
    RECORD_ARG, INT_ARG_NEEDED("from", 1, UINT32_MAX, "the earlier version"),
    INT_ARG("to", 1, UINT32_MAX, "the later version; default: current"), PURPOSE_ARG, END_ARG};
static const struct parameter_spec year_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form; default: all that one may read"),
    INT_ARG_NEEDED("year", 1900, 2200, "the reporting year"), END_ARG};
static const struct parameter_spec reopen_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form; default: all that one may read"),
    INT_ARG_NEEDED("year", 1900, 2200, "the reporting year"),
    LINE_ARG("reason", true, PURPOSE_LONGEST, "why it is opened again"), END_ARG};
static const struct parameter_spec link_parameter[] = {
    RECORD_ARG, TEXT_ARG("variable", true, 64, "the link, such as linked_suspect"),
    LINE_ARG("target", true, 200, "code of the other record, or its reference"), PURPOSE_ARG,
    END_ARG};

static const struct parameter_spec find_parameter[] = {
    TEXT_ARG("form", false, 40, "only this form"),
    LINE_ARG("reference", false, 1000, "the organisation's own reference, or the code of a record"),
    LINE_ARG("family_name", false, 400, "family name"),
    LINE_ARG("given_names", false, 400, "given names"),
    LINE_ARG("alias", false, 400, "nickname or alias"),
    LINE_ARG("birth_date", false, 40, "date of birth, such as 1990-05-31: narrows a name"),
    LINE_ARG("document", false, 100, "number of an identity or travel document"),
    PURPOSE_ARG,
    END_ARG};

static const struct parameter_spec refer_parameter[] = {
    RECORD_ARG, LINE_ARG("organisation", true, 40, "code of the organisation it goes to"),
    BOOL_ARG("agreed", "the person agrees to this referral"),
    TEXT_ARG("text", true, 4000, "why, and what is asked for; names nobody"), END_ARG};
static const struct parameter_spec referral_list_parameter[] = {
    BOOL_ARG("waiting", "only those that one's organisation has to answer"), END_ARG};
static const struct parameter_spec referral_parameter[] = {INT_ARG_NEEDED("referral", 1, INT64_MAX,
                                                                          "number of the referral"),
                                                           END_ARG};
static const struct parameter_spec referral_answer_parameter[] = {
    INT_ARG_NEEDED("referral", 1, INT64_MAX, "number of the referral"),
    {.name = "state",
     .type = PARAM_TEXT,
     .required = true,
     .min = 1,
     .max = 40,
     .choices = "accepted|declined|withdrawn",
     .summary = "the answer"},
    TEXT_ARG("text", false, 4000, "what there is to say"),
    END_ARG};

#define REFERRAL "referral# record from to state state_words at made_by incoming? is_open?"
#define DIFFERENCES "fields[field variable label section is_repeat? both? mine theirs base]"

static const struct operation_row entry_rows[] = {
    ROW_DESK("review.queue", "records that wait for review", queue_parameter, CAP_REVIEW, TX_READ,
             "none", op_review_queue,
             "records[record form form_title organisation version# at author late? counted?] next# "
             "count#"),
    ROW_DESK("review.accept", "accept records", accept_parameter, CAP_REVIEW, TX_WRITE, "review",
             op_review_accept, "accepted# refused[record message]"),
    ROW_DESK("review.return", "return a record with a question", return_parameter, CAP_REVIEW,
             TX_WRITE, "review", op_review_return, "record version# query# state"),
    ROW_DESK("query.list", "the questions about a record", record_only_parameter, CAP_RECORD_READ,
             TX_READ, "record.read", op_query_list, "record " QUERIES),
    ROW_DESK("query.answer", "answer a question about a record", say_parameter, CAP_ENTER, TX_WRITE,
             "review", op_query_answer, "query# record state"),
    ROW_DESK("query.resolve", "settle a question about a record", settle_parameter, CAP_REVIEW,
             TX_WRITE, "review", op_query_resolve, "query# record state"),
    ROW_DESK("record.view", "one record in words, without identifiers", view_parameter,
             CAP_RECORD_READ, TX_READ, "record.read", op_record_view,
             "record version# current# form form_title organisation state at author reason "
             "has_identifiers? work work_words late? counted? imported? sections[name title "
             "rows[field label value heading?]] open_queries# " QUERIES),
    ROW_DESK("record.diff", "what changed between two versions of a record", diff_parameter,
             CAP_RECORD_READ, TX_READ, "record.read", op_record_diff,
             "record form from# to# from_author from_at to_author to_at to_reason " DIFFERENCES),
    ROW_DESK("year.list", "the years that are closed", no_parameter, CAP_RECORD_READ, TX_READ,
             "none", op_year_list, "years[form form_title year# at actor]"),
    ROW_DESK("year.close", "close a reporting year", year_parameter, CAP_YEAR_CLOSE, TX_WRITE,
             "year.close", op_year_close, "year# closed[]"),
    ROW_DESK("year.reopen", "open a closed reporting year again", reopen_parameter, CAP_YEAR_CLOSE,
             TX_WRITE, "year.close", op_year_reopen, "year# opened[]"),
    ROW_DESK_PURPOSE("record.link", "link a record to another", link_parameter, CAP_ENTER, TX_NONE,
                     "record.change", op_record_link, "record version# variable target"),
    ROW_DESK_PURPOSE("record.unlink", "take a link between records away", link_parameter, CAP_ENTER,
                     TX_NONE, "record.change", op_record_unlink, "record version# variable target"),
    ROW_DESK_PURPOSE("record.withdraw", "take a record out of the register, reversibly",
                     withdraw_parameter, CAP_ENTER, TX_NONE, "record.withdraw", op_record_withdraw,
                     "record version#"),
    ROW_DESK_PURPOSE("record.restore", "bring a withdrawn record back", withdraw_parameter, CAP_ENTER,
                     TX_NONE, "record.withdraw", op_record_restore, "record version#"),
    ROW_DESK("record.find", "look whether a person is in the register already", find_parameter,
             CAP_ENTER, TX_NONE, "record.search", op_record_find,
             "records[record form form_title organisation at state] count# elsewhere?"),
    ROW_DESK("referral.make", "refer a person to another organisation, with consent",
             refer_parameter, CAP_REFER, TX_WRITE, "refer", op_referral_make, "referral# state"),
    ROW_DESK("referral.list", "referrals from and to one's organisation", referral_list_parameter, CAP_REFER,
             TX_READ, "none", op_referral_list, "referrals[" REFERRAL "]"),
    ROW_DESK("referral.show", "a referral, with what the consent lets the receiver see",
             referral_parameter, CAP_REFER, TX_READ, "record.read", op_referral_show,
             REFERRAL " text answer form shared? sections[name title rows[field label value "
                      "heading?]]"),
    ROW_DESK("referral.answer", "accept, decline or withdraw a referral", referral_answer_parameter,
             CAP_REFER, TX_WRITE, "refer", op_referral_answer, "referral# state"),
    ROW_DESK("work.summary", "one's work: what is waiting", no_parameter, CAP_SELF, TX_READ, "none",
             op_work_summary,
             "items[name count# words] drafts# returned# incomplete# asked# submitted# answered# "
             "duplicate# due# referrals# emergencies# approvals# alarms# link_open# link_confirm# "
             "link_conflicts# link_values# releases# releases_own#"),
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
                  "missing# errors# warnings#] next errors# warnings# can_submit? has_parked? "
                  "has_pending?"),
    ROW_DESK(
        "entry.section", "one section of a draft, to be filled in", section_parameter, CAP_ENTER,
        TX_READ, "none", op_entry_section,
        HEAD
        "section title intro handbook today asked_for? previous next items* whole? has_problems? "
        "problems" PROBLEM " values"),
    ROW_DESK(
        "entry.save", "save what was typed into a draft", save_parameter, CAP_ENTER, TX_WRITE,
        "draft", op_entry_save,
        "draft draft_version# version# section saved? conflict? at has_problems? problems" PROBLEM
        " " COMPARE),
    /* Writes its entry with what it keeps, in the name of whoever the session was of. */
    ROW_OPEN("entry.keep", "keep what was typed when the session had ended", keep_parameter,
             TX_NONE, "draft", op_entry_keep, "draft kept?"),
    ROW_DESK("entry.resume", "take what was kept into the draft", draft_parameter, CAP_ENTER,
             TX_WRITE, "draft", op_entry_resume,
             "draft draft_version# resumed? conflict? section"),
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
