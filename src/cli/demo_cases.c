/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of cases and proceedings. */
#include "cli/demo_files.h"

#include "base/date.h"

#include <string.h>

static const char *const case_columns[] = {
    "source_file_no",       "entry_date",         "operation_code",      "data_reliability",
    "detected_date",        "detection_method",   "exploitation_form",   "labour_sector",
    "offence_period_start", "offence_period_end", "recruitment_country", "exploitation_country",
    "exploitation_region",  "victims_count",      "child_victims_count", "suspects_count",
    "proceedings_count",    "group_type",         "case_status",         "case_closed_date",
    "case_closure_reason",  "ref_body_type",      "ref_number",          "legal_basis"};

/* The facts of the case are those of the first of its victims. */
static void put_case_facts(struct demo_sheet *s, const struct demo_case *c,
                           const struct demo_person *p)
{
    sheet_set_day(s, "detected_date", c->detected);
    sheet_set_code(s, "detection_method", "police_operation");
    sheet_set_code(s, "exploitation_form", p->kind);
    sheet_set_code(s, "labour_sector", p->sector);
    sheet_set_month(s, "offence_period_start", c->start);
    sheet_set_day(s, "offence_period_end", c->end);
    sheet_set_code(s, "recruitment_country", p->recruitment_country);
    sheet_set_code(s, "exploitation_country", p->exploitation_country);
    sheet_set_code(s, "exploitation_region", p->region);
    sheet_set_int(s, "victims_count", (int64_t)c->n_victim);
    sheet_set_int(s, "child_victims_count", (int64_t)c->n_child);
    sheet_set_code(s, "data_reliability", "B");
    sheet_set_code(s, "legal_basis", "LB7");
}

/* A police body's own case: over after two years, or handed to the prosecution. */
static void put_police_case(struct demo_sheet *s, const struct demo_case *c,
                            const struct demo_writer *w)
{
    bool old = c->year + 2 <= demo_setting_int(w->tables, "last_year");
    put_case_facts(s, c, &w->person[c->first_victim]);
    sheet_set(s, "source_file_no", demo_reference(w, c->organisation, 'C', c->year, c->number));
    sheet_set_day(s, "entry_date", c->detected + 10);
    if (c->number % 5 == 0 && c->n_victim > 2)
        sheet_set(s, "operation_code",
                  arena_printf(s->arena, "OP-%d-%llu", c->year, (unsigned long long)c->number));
    if (c->proceeding != DEMO_NONE) {
        const struct demo_proceeding *x = &w->justice->proceeding[c->proceeding];
        sheet_set_int(s, "suspects_count", (int64_t)x->n_suspect);
        sheet_set_int(s, "proceedings_count", 1);
        sheet_set_code(s, "ref_body_type", "20");
        sheet_set(s, "ref_number",
                  demo_reference(w, demo_setting(w->tables, "prosecution"), 'P', x->year,
                                 x->number));
    }
    sheet_set_code(s, "case_status",
                   c->proceeding != DEMO_NONE ? (old ? "closed_referred" : "active")
                   : old                      ? "closed"
                                              : "active");
    if (old) sheet_set_day(s, "case_closed_date", c->detected + 300);
}

/* The prosecution's file of the same facts, under a number of its own. */
static void put_prosecution_case(struct demo_sheet *s, const struct demo_proceeding *x,
                                 const struct demo_writer *w, const char *prosecution)
{
    const struct demo_case *c = &w->justice->police_case[x->police_case];
    put_case_facts(s, c, &w->person[c->first_victim]);
    sheet_set(s, "source_file_no", demo_reference(w, prosecution, 'C', x->year, x->number));
    sheet_set_day(s, "entry_date", (x->report > c->detected ? x->report : c->detected) + 10);
    sheet_set_int(s, "suspects_count", (int64_t)x->n_suspect);
    sheet_set_int(s, "proceedings_count", 1);
    if (x->n_suspect > 0)
        sheet_set_code(s, "group_type",
                       x->n_suspect == 1   ? "single"
                       : x->n_suspect == 2 ? "pair_couple"
                                           : "organised_group");
    sheet_set_code(s, "ref_body_type", demo_organisation_type(w, c->organisation));
    sheet_set(s, "ref_number", demo_reference(w, c->organisation, 'C', c->year, c->number));
    sheet_set_code(s, "case_status", "active");
}

bool demo_write_cases(struct demo_file *out, const struct demo_writer *w, const char *organisation,
                      struct err *e)
{
    const struct demo_justice *j = w->justice;
    bool prosecution = strcmp(organisation, demo_setting(w->tables, "prosecution")) == 0;
    struct demo_sheet s;
    if (!demo_file_open(out, &s, w, "file_case_files", organisation, "case", case_columns,
                        sizeof case_columns / sizeof case_columns[0], e))
        return false;
    for (size_t i = 0; !prosecution && i < j->n_case; i++) {
        if (strcmp(j->police_case[i].organisation, organisation) != 0) continue;
        put_police_case(&s, &j->police_case[i], w);
        sheet_put(&s);
    }
    for (size_t i = 0; prosecution && i < j->n_proceeding; i++) {
        if (j->proceeding[i].police_case == DEMO_NONE) continue;
        put_prosecution_case(&s, &j->proceeding[i], w, organisation);
        sheet_put(&s);
    }
    return demo_file_close(out, &s, e);
}

/* ---------------------------------------------------------------- proceedings */

static const char *const proceeding_columns[] = {"source_file_no",
                                                 "entry_date",
                                                 "case_code",
                                                 "data_reliability",
                                                 "crime_report_date",
                                                 "recording_body",
                                                 "trigger",
                                                 "legal_provision_recorded",
                                                 "tsk_code",
                                                 "exploitation_form_alleged",
                                                 "recruitment_country",
                                                 "exploitation_country",
                                                 "exploitation_region",
                                                 "victims_count",
                                                 "child_victims_count",
                                                 "suspects_count",
                                                 "investigation_opened_date",
                                                 "lead_body",
                                                 "investigation_type",
                                                 "investigation_outcome",
                                                 "investigation_outcome_date",
                                                 "prosecution_decision",
                                                 "indictment_date",
                                                 "no_charge_reason",
                                                 "defendants_count",
                                                 "trial_start_date",
                                                 "first_judgment_date",
                                                 "instance",
                                                 "convicted_count",
                                                 "acquitted_count",
                                                 "proceeding_status",
                                                 "proceeding_end_date",
                                                 "proceeding_outcome",
                                                 "final_flag",
                                                 "final_date",
                                                 "legal_basis"};

static void put_proceeding_facts(struct demo_sheet *s, const struct demo_proceeding *x,
                                 const struct demo_writer *w)
{
    const struct demo_person *p = demo_lead_victim(w, x);
    const char *country = demo_setting(w->tables, "country");
    sheet_set_code(s, "exploitation_form_alleged",
                   p != NULL            ? p->kind
                   : x->number % 3 == 0 ? "E100"
                                        : "E210");
    sheet_set_code(s, "recruitment_country", p == NULL ? "" : p->recruitment_country);
    sheet_set_code(s, "exploitation_country", p == NULL ? country : p->exploitation_country);
    if (p != NULL) {
        sheet_set_code(s, "exploitation_region", p->region);
    } else { /* a region by the number, so that the same seed gives the same */
        struct random r;
        random_init(&r, w->seed * 31 + x->number);
        size_t row = demo_draw(&w->tables->regions, "form", "*", "weight", &r);
        sheet_set_code(s, "exploitation_region", demo_cell(&w->tables->regions, row, "region"));
    }
    if (x->n_victim == 0) return; /* not known */
    sheet_set_int(s, "victims_count", (int64_t)x->n_victim);
    sheet_set_int(s, "child_victims_count", (int64_t)x->n_child);
}

/* The court stage: of several defendants the earliest dates, and the end when all have one. */
static void put_court(struct demo_sheet *s, const struct demo_proceeding *x)
{
    sheet_set_code(s, "investigation_outcome", "proposal_to_prosecute");
    sheet_set_day(s, "investigation_outcome_date", x->indictment - 5);
    sheet_set_code(s, "prosecution_decision", "PD1");
    sheet_set_day(s, "indictment_date", x->indictment);
    sheet_set_int(s, "defendants_count", (int64_t)x->n_prosecuted);
    if (x->judgment == 0) return;
    sheet_set_day(s, "trial_start_date", x->trial);
    sheet_set_day(s, "first_judgment_date", x->judgment);
    sheet_set_code(s, "instance", "first");
    sheet_set_int(s, "convicted_count", (int64_t)x->n_convicted);
    sheet_set_int(s, "acquitted_count", (int64_t)x->n_acquitted);
}

static void put_end(struct demo_sheet *s, const struct demo_proceeding *x, bool old)
{
    bool judged = x->judgment != 0, nobody = x->n_suspect == 0,
         over = nobody ? old : x->n_final == x->n_suspect;
    if (!judged && x->n_prosecuted == 0 && over) {
        sheet_set_code(s, "investigation_outcome",
                       nobody ? "suspended_offender_unknown" : "discontinued");
        sheet_set_day(s, "investigation_outcome_date", x->opened + 500);
        sheet_set_code(s, "prosecution_decision", "PD3");
        sheet_set_code(s, "no_charge_reason",
                       nobody ? "offender_unknown" : "insufficient_evidence");
    } else if (x->n_prosecuted == 0) {
        sheet_set_code(s, "investigation_outcome", "ongoing");
    }
    sheet_set_code(s, "proceeding_status", over ? "finished" : "open");
    if (!over) return;
    sheet_set_day(s, "proceeding_end_date", judged ? x->final : x->opened + 500);
    sheet_set_code(s, "proceeding_outcome",
                   x->n_convicted > 0   ? "conviction_thb"
                   : x->n_acquitted > 0 ? "acquittal"
                                        : "discontinued");
    if (!judged) return;
    sheet_set_code(s, "final_flag", "yes");
    sheet_set_day(s, "final_date", x->final);
}

static void put_proceeding(struct demo_sheet *s, const struct demo_proceeding *x,
                           const struct demo_writer *w, const char *prosecution)
{
    const char *lead = demo_lead_type(w, x);
    bool old = x->year + 2 <= demo_setting_int(w->tables, "last_year");
    sheet_set(s, "source_file_no", demo_reference(w, prosecution, 'P', x->year, x->number));
    sheet_set_day(s, "entry_date", x->opened + 10);
    if (x->police_case != DEMO_NONE)
        sheet_set(s, "case_code", demo_reference(w, prosecution, 'C', x->year, x->number));
    sheet_set_code(s, "data_reliability", "A");
    sheet_set_day(s, "crime_report_date", x->report);
    sheet_set_code(s, "recording_body", lead);
    sheet_set_code(s, "trigger",
                   x->number % 3 == 0   ? "victim_report"
                   : x->number % 3 == 1 ? "ngo"
                                        : "intelligence");
    sheet_set_code(s, "legal_provision_recorded", demo_setting(w->tables, "thb_provision"));
    sheet_set_code(s, "tsk_code", "281");
    put_proceeding_facts(s, x, w);
    sheet_set_int(s, "suspects_count", (int64_t)x->n_suspect);
    sheet_set_day(s, "investigation_opened_date", x->opened);
    sheet_set_code(s, "lead_body", lead);
    sheet_set_code(s, "legal_basis", "LB7");
    if (x->n_prosecuted > 0) put_court(s, x);
    put_end(s, x, old);
}

bool demo_write_proceedings(struct demo_file *out, const struct demo_writer *w, struct err *e)
{
    const char *prosecution = demo_setting(w->tables, "prosecution");
    struct demo_sheet s;
    if (!demo_file_open(out, &s, w, "file_proceedings", prosecution, "proceeding",
                        proceeding_columns,
                        sizeof proceeding_columns / sizeof proceeding_columns[0], e))
        return false;
    for (size_t i = 0; i < w->justice->n_proceeding; i++) {
        put_proceeding(&s, &w->justice->proceeding[i], w, prosecution);
        sheet_put(&s);
    }
    return demo_file_close(out, &s, e);
}
