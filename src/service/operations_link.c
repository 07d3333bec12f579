/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: linkage, which says what records are one person.
 *
 * A pair is named by the codes of its two records, `a` and `b`, in the order in which documents
 * give them (the older record first); either order is taken. No document of these operations has a
 * direct identifier; a record that one may not see is not there (S51), nor is a pair with it. Forms
 * are those of which the dictionary says how they are linked (parameter linkage.<form>: victim,
 * suspect), each by itself.
 *
 * PAIR, what every list says of a pair:
 *   a b form form_title      codes; of which form
 *   organisation_a organisation_name_a registered_a, and of b: whose record it is, the day it was
 *                            entered ("" where it is not known)
 *   weight% weight_words     log2 odds of being one person (13.2; "+13.2"); negative: against it
 *   percent%  chance         the same as a probability in percent; in words: "more than 99.9 %"
 *   band band_words          "above" (automatic where the pack allows it), "review", "below"
 *   state state_words        how it stands: "open", "same", "different", "unsure"; is_open?
 *   is_same?
 *                            is_different? is_unsure? say the same
 *   automatic?               no person has decided it, the run has
 *   confirm?                 a person has decided, a second one has to confirm it
 *   (linkage.four_eyes)
 *   held?                    decided "same", and yet two persons: a "different" stands between them
 *   by at                    who decided, when; "" and "" where nobody has
 *   why                      one sentence: what agrees, what does not, what it comes to
 *
 * FIELD, what one field says (link.pair):
 *   field label              "surname"; "Family name"
 *   level level_words        the code of the level; in words: "alike", "day and month exchanged"
 *   weight% weight_words     its part of the weight
 *   tone                     strong-for, for, neutral, against, strong-against, missing: for the
 *   colour
 *   encoded?                 compared by its encoding: its values are not shown here
 *   left right               values of what is coded, in words; "" where encoded or missing
 *
 * VALUE, what holds for a person in one variable:
 *   variable label section   "sex"; in words; the part of the form it stands in
 *   value                    what counts, in words
 *   rule rule_words          why: "last", "first", "union" by the dictionary, "chosen" by people
 *   conflict?                records contradict each other in what one person has but one of (Q21)
 *   open? settled?           of a conflict: nobody has chosen in sight of all answers, or somebody has
 *   reopened?                open, though somebody chose: a record that was not there joined since
 *   chosen? chosen_by chosen_at chosen_reason   the choice that stands
 *   answers                  what each record says: chosen? it counts, later? it was not looked at
 *                            when it was chosen, changed? there is a newer version since
 *   can_choose? options      the different answers, with the record to choose, and who says so
 *   choices                  what was chosen of it, newest first, also what was taken back
 *   seen#                    to be sent back with a choice
 *
 * DECISION: PAIR's a b form form_title, and decision# verdict verdict_words automatic? by at reason
 *   in_force? undone? undone_by undone_at undone_reason confirmed? confirmed_by confirmed_at
 *   confirm? (waits for it) held? weight% weight_words percent% chance mine? (of who asks)
 *   can_undo? can_confirm? */
#include "service/operation_macros.h"
#include "service/operations.h"

enum { CODE_MAX = 40, REASON_MAX = 500 };

// clang-format off
#define PAIR_ARGS \
    TEXT_ARG("a", true, CODE_MAX, "code of one record"), \
    TEXT_ARG("b", true, CODE_MAX, "code of the other")
#define FORM_ARG TEXT_ARG("form", false, 40, "form of the records; default: all that one may read")
#define AFTER_ARG LINE_ARG("after", false, 80, "continue behind this place: `next` of the page before")
#define LIMIT_ARG INT_ARG("limit", 1, 500, "at most so many; default 50")
#define REASON_ARG(needed) LINE_ARG("reason", needed, REASON_MAX, "why; names nobody")
#define SEEN_ARG \
    INT_ARG("seen", 0, INT64_MAX, "`seen` of the pair that was shown: whoever decided later is not overruled")

#define PAIR \
    "a b form form_title organisation_a organisation_name_a registered_a organisation_b " \
    "organisation_name_b registered_b weight% weight_words percent% chance band band_words state " \
    "state_words is_open? is_same? is_different? is_unsure? automatic? confirm? held? by at why "
#define DECISION \
    "decision# a b form form_title organisation_a organisation_name_a organisation_b " \
    "organisation_name_b verdict verdict_words automatic? by at reason in_force? undone? undone_by " \
    "undone_at undone_reason confirmed? confirmed_by confirmed_at confirm? held? weight% " \
    "weight_words percent% chance mine? can_undo? can_confirm? "
#define FIELD \
    "field label level level_words weight% weight_words tone rare? encoded? left right "
#define SIDE \
    "record organisation organisation_name organisation_kind registered changed version# author " \
    "has_identifiers? person_records# can_open? "
#define ANSWER "record organisation organisation_name registered value chosen? later? changed? "
#define VALUE \
    "variable label section value rule rule_words conflict? open? settled? reopened? chosen? " \
    "can_choose? seen# chosen_by chosen_at chosen_reason answers[" ANSWER "] " \
    "options[value record records# counts? said[" ANSWER "]] " \
    "choices[record value by at reason stands? withdrawn? withdrawn_by withdrawn_at withdrawn_reason] "
#define CHOICES "[code label chosen?] "
#define RUN \
    "run# form form_title at by records# persons# pairs# automatic# review# lower% upper% " \
    "automatic_allowed? dry_run? latest? undone? "
#define COUNTS "open# unsure# confirm# conflicts# "
#define ESTIMATE "threshold% precision% recall% f1% "
#define INTERVAL "value% from% to% "

static const struct parameter_spec run_parameter[] = {
    FORM_ARG, BOOL_ARG("dry_run", "say what would be found; nothing is kept"),
    LINE_ARG("purpose", false, PURPOSE_LONGEST, "why; default: of the session"), END_ARG};
static const struct parameter_spec job_parameter[] = {
    TEXT_ARG("job", true, CODE_MAX, "name of the job"), END_ARG};
static const struct parameter_spec form_parameter[] = {FORM_ARG, END_ARG};
static const struct parameter_spec queue_parameter[] = {
    FORM_ARG,
    CHOICE_ARG("state", "open|unsure|confirm|automatic|all", "which pairs; default: open"),
    CHOICE_ARG("band", "above|review|below", "only pairs of this band"),
    TEXT_ARG("organisation", false, CODE_MAX, "only pairs with a record of this organisation"),
    AFTER_ARG, LIMIT_ARG, END_ARG};
static const struct parameter_spec pair_parameter[] = {
    PAIR_ARGS, LINE_ARG("purpose", false, PURPOSE_LONGEST, "why; default: of the session"), END_ARG};
static const struct parameter_spec decide_parameter[] = {
    PAIR_ARGS,
    {.name = "verdict", .type = PARAM_TEXT, .required = true, .min = 1, .max = 40,
     .choices = "same|different|unsure", .summary = "what they are"},
    REASON_ARG(true), SEEN_ARG, END_ARG};
static const struct parameter_spec confirm_parameter[] = {
    PAIR_ARGS, SEEN_ARG, END_ARG};
static const struct parameter_spec undo_parameter[] = {
    PAIR_ARGS, REASON_ARG(true), SEEN_ARG, END_ARG};
static const struct parameter_spec decisions_parameter[] = {
    FORM_ARG,
    CHOICE_ARG("verdict", "same|different|unsure", "only these"),
    CHOICE_ARG("who", "people|automatic|mine|all", "whose; default: people"),
    CHOICE_ARG("state", "in_force|undone|confirm|all", "how they stand; default: all"),
    AFTER_ARG, LIMIT_ARG, END_ARG};
static const struct parameter_spec list_parameter[] = {FORM_ARG, AFTER_ARG, LIMIT_ARG, END_ARG};
static const struct parameter_spec values_parameter[] = {
    FORM_ARG, CHOICE_ARG("state", "open|settled|all", "to be settled (default), settled by a choice, both"),
    AFTER_ARG, LIMIT_ARG, END_ARG};
#define CHOICE_ARGS \
    TEXT_ARG("variable", true, 80, "variable whose answer counts for the person"), REASON_ARG(true), \
    INT_ARG("seen", 0, INT64_MAX, "`seen` of the value that was shown: whoever chose later is not overruled")
static const struct parameter_spec choose_parameter[] = {
    TEXT_ARG("record", true, CODE_MAX, "code of the record whose answer counts"), CHOICE_ARGS, END_ARG};
static const struct parameter_spec unchoose_parameter[] = {
    TEXT_ARG("record", true, CODE_MAX, "code of a record of the person"), CHOICE_ARGS, END_ARG};
static const struct parameter_spec record_parameter[] = {
    TEXT_ARG("record", true, CODE_MAX, "code of a record of the person"),
    TEXT_ARG("variable", false, 80, "only this one among `values`"),
    LINE_ARG("purpose", false, PURPOSE_LONGEST, "why; default: of the session"), END_ARG};
static const struct parameter_spec sample_parameter[] = {
    FORM_ARG, INT_ARG("size", 1, 1000, "pairs of each band; default 30"), END_ARG};
// clang-format on

/* Dates stand as in all documents: days 2026-01-31, instants 2026-01-31T12:00:00Z. */
// clang-format off
static const struct operation_row link_rows[] = {
    /* Compares all records of a form and writes what is found; all forms, one after the other,
     * where none is named. All of it or, when it is killed, nothing. `before`: persons counted
     * before it. `removed`: proposals of runs before that this one no longer makes. */
    ROW_DESK_PURPOSE("link.run", "find which records are one person", run_parameter, CAP_LINK, TX_NONE,
             "link.run", op_link_run,
             "runs[" RUN "before# seconds% encoded# candidates# fields[field label] message]"),
    /* The same as a job, for pages: at once `job`, whose end is at most 1.2 seconds waited for. */
    ROW_DESK_PURPOSE("link.start", "begin to find which records are one person", run_parameter,
             CAP_LINK, TX_NONE, "none", op_link_start, "job"),
    /* state: working, done, failed, cancelled; `runs` when it is done, message and remedy when
     * it has failed. job.cancel ends it. */
    ROW_DESK("link.progress", "how far it is, and what was found", job_parameter, CAP_LINK, TX_NONE,
             "none", op_link_progress,
             "job state working? done? failed? cancelled? percent# what dry_run? message detail remedy "
             "runs[" RUN "before# seconds% encoded# candidates# fields[field label] message]"),
    /* Of the desk's own thread (link_new.h): records that came since are compared. */
    ROW("link.catch_up", "compare records that came since the last run", form_parameter, CAP_LINK,
        TX_NONE, "link.run", op_link_catch_up),
    ROW_DESK("link.runs", "the runs there were, newest first", form_parameter, CAP_LINK, TX_READ,
             "none", op_link_runs, "runs[" RUN "]"),
    /* The work that waits. `count`: pairs that fit; `counts`: what waits in all of what one may see
     * (of the form, where one is named). Without a run, has_run is false and the rest is empty.
     * `first`: the pair to begin with. */
    ROW_DESK("link.queue", "pairs that wait for a decision, likeliest first", queue_parameter, CAP_LINK,
             TX_READ, "link.read", op_link_queue,
             "pairs[" PAIR "] next count# counts{" COUNTS "} has_run? run{" RUN "} lower% upper% "
             "four_eyes? forms" CHOICES "states" CHOICES "bands" CHOICES "organisations" CHOICES),
    /* Two records side by side. `rows`: what they say of the person in codes, a row for each
     * variable that either answers, agrees? differs? missing? (one of them says nothing); `fields`:
     * what each said to the weight, strongest first, for a pair that was compared
     * (compared? false: nobody has, and weight is 0). `left` is a, `right` is b. `person_*`:
     * records that count as the same person now; together? when both are one already. `reasons`:
     * what people mostly say, to be chosen from. `next`: the pair that waits behind this one ("" at
     * the end). `seen`: to be sent back with a decision. */
    ROW_DESK("link.pair", "two records side by side, with what speaks for and against", pair_parameter,
             CAP_LINK, TX_READ, "link.read", op_link_pair,
             PAIR "compared? left{" SIDE "} right{" SIDE "} "
             "rows[field variable label section left right agrees? differs? missing?] fields[" FIELD "] "
             "decisions[" DECISION "] "
             "person_left[record organisation organisation_name registered] "
             "person_right[record organisation organisation_name registered] together? "
             "reasons[] seen# can_decide? can_confirm? can_undo? four_eyes? next_a next_b open# "
             "lower% upper%"),
    /* `conflict`: somebody decided since `seen`; nothing was written, and by, at, verdict say what
     * they did. `persons`: counted now; `held`: "same", but a "different" of other people stands
     * between the records, so they remain two persons (link.conflicts). */
    ROW_DESK("link.decide", "decide whether two records are one person", decide_parameter, CAP_LINK,
             TX_WRITE, "link.decide", op_link_decide,
             "decided? conflict? a b verdict verdict_words by at held? confirm? next_a next_b open#"),
    ROW_DESK("link.confirm", "confirm what somebody else has decided of a pair", confirm_parameter,
             CAP_LINK, TX_WRITE, "link.confirm", op_link_confirm,
             "decided? conflict? a b verdict verdict_words by at held? confirm? next_a next_b open#"),
    /* Takes back what stands of a pair; what it implied is as if it had not been. */
    ROW_DESK("link.undo", "take a decision back", undo_parameter, CAP_LINK, TX_WRITE, "link.undo",
             op_link_undo,
             "decided? conflict? a b verdict verdict_words by at held? confirm? next_a next_b open#"),
    ROW_DESK("link.decisions", "what was decided, newest first", decisions_parameter, CAP_LINK, TX_READ,
             "link.read", op_link_decisions,
             "decisions[" DECISION "] next count# forms" CHOICES "verdicts" CHOICES "whose" CHOICES
             "states" CHOICES),
    /* Pairs that people called the same, and that a "different" keeps apart: `against` is that one.
     * One of the two decisions is to be undone. */
    ROW_DESK("link.conflicts", "decisions that contradict each other", list_parameter, CAP_LINK, TX_READ,
             "link.read", op_link_conflicts,
             "conflicts[" DECISION "against_a against_b against_by against_at against_reason sentence] "
             "count# next forms" CHOICES),
    /* The records that count as one person. `values`: what holds for the whole person; `conflicts`:
     * how many of them are open. */
    ROW_DESK("link.person", "a person's records, and what holds for the whole person", record_parameter,
             CAP_LINK, TX_READ, "link.read", op_link_person,
             "record form form_title records[" SIDE "is_asked?] count# organisations# "
             "values[" VALUE "] conflicts# "
             "decisions[" DECISION "] pairs[" PAIR "]"),
    /* Persons whose records contradict each other in what must be one (Q21): sex, year of birth,
     * citizenship. */
    ROW_DESK("link.values", "persons whose records contradict each other", values_parameter, CAP_LINK,
             TX_READ, "link.read", op_link_values,
             "conflicts[record form form_title records# " VALUE "] count# open# settled# next forms" CHOICES
             "states" CHOICES),
    /* `conflict`: somebody chose since `seen`, and nothing was written. `value`: as it stands now;
     * `person`: the oldest record of the person. The choice is about the record, and goes with it
     * where persons part or are joined (store/link_choice.h). */
    ROW_DESK("link.choose", "choose whose answer counts where a person's records contradict each other",
             choose_parameter, CAP_LINK, TX_WRITE, "link.choose", op_link_choose,
             "done? conflict? record person value{" VALUE "}"),
    ROW_DESK("link.unchoose", "take back what was chosen of a person's answers", unchoose_parameter,
             CAP_LINK, TX_WRITE, "link.unchoose", op_link_unchoose,
             "done? conflict? record person value{" VALUE "}"),
    /* How good it is, and what it does to the counts: aggregates, never a record. `estimates` of
     * the model at the thresholds; `curve` by threshold; `histogram` of all kept pairs' weights, in
     * bits; `reviewed`: of pairs that people decided out of the sample, with 95 % intervals.
     * `counts`: persons_before without linkage, by match keys alone. `overlap`: persons that both
     * organisations have met. `sizes`: persons by how many records they have. `fields`: what
     * each one's best and worst levels weigh. `best`: the threshold of the greatest expected F1. */
    ROW_DESK("link.quality", "how good linkage is, and what it changes", form_parameter, CAP_TABLE_RAW,
             TX_READ, "table", op_link_quality,
             "forms[form form_title has_run? run{" RUN "} lower% upper% above{" ESTIMATE "} "
             "review{" ESTIMATE "} curve[" ESTIMATE "] best% "
             "histogram[from% to% pairs# matches% band] most# "
             "reviewed{pairs# has_any? has_above? has_review? precision{" INTERVAL "} in_band{" INTERVAL "}} "
             "decided{open# same# different# unsure# automatic# confirm# conflicts#} "
             "counts{records# persons# persons_before# linked_records# of_several# across#} "
             "organisations[organisation organisation_name records# persons# shared#] "
             "overlap[organisation_a organisation_name_a organisation_b organisation_name_b persons#] "
             "sizes[records# or_more? persons#] fields[field label best% worst%]]"),
    /* Pairs drawn at random from each band, the same ones until the next run, to be decided as any
     * other: what link.quality says of reviewed pairs comes from them. */
    ROW_DESK("link.sample", "pairs drawn at random, to see how good linkage is", sample_parameter,
             CAP_LINK, TX_READ, "link.read", op_link_sample,
             "pairs[" PAIR "stratum stratum_words reviewed?] count# reviewed# size# forms" CHOICES),
};
// clang-format on

const struct operation_part link_operations = {link_rows, sizeof link_rows / sizeof *link_rows};
