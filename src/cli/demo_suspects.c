/* SPDX-License-Identifier: EUPL-1.2 */
/* The prosecution's file of suspects: dated steps, charges, judgments with sentences, and links. */
#include "cli/demo_files.h"

#include "base/date.h"

#include <string.h>

enum { STEPS = 12 };

#define STEP(k)                                                          \
    "stage_event[" #k "]/event_stage", "stage_event[" #k "]/event_date", \
        "stage_event[" #k "]/event_outcome", "stage_event[" #k "]/event_body"
#define JUDGMENT(k)                                                                  \
    "judgment[" #k "]/judgment_date", "judgment[" #k "]/instance",                   \
        "judgment[" #k "]/judgment_outcome", "judgment[" #k "]/convicted_provision", \
        "judgment[" #k "]/conviction_exploitation_form",                             \
        "judgment[" #k "]/sentence[1]/sentence_kind",                                \
        "judgment[" #k "]/sentence[1]/sentence_years",                               \
        "judgment[" #k "]/sentence[1]/sentence_months",                              \
        "judgment[" #k "]/sentence[1]/sentence_exec",                                \
        "judgment[" #k "]/sentence[1]/suspension_period_months"
#define VICTIM(k)                                                                      \
    "victim_link[" #k "]/linked_victim", "victim_link[" #k "]/relationship_to_victim", \
        "victim_link[" #k "]/linked_victim_child"
#define ASSET(k)                                                                            \
    "asset[" #k "]/asset_measure", "asset[" #k "]/asset_type", "asset[" #k "]/asset_value", \
        "asset[" #k "]/asset_value_currency", "asset[" #k "]/asset_date"

static const char *const suspect_columns[] = {"source_file_no",
                                              "entry_date",
                                              "case_code",
                                              "proceeding_ref",
                                              "data_reliability",
                                              "information_nature",
                                              "family_name",
                                              "given_names",
                                              "birth_date",
                                              "subject_type",
                                              "sex",
                                              "birth_year",
                                              "age_at_suspicion",
                                              "age_at_prosecution",
                                              "age_at_conviction",
                                              "citizenship",
                                              "previous_convictions",
                                              "former_victim",
                                              "own_victim_record",
                                              "role_in_process",
                                              "hierarchy_level",
                                              "group_type",
                                              "victims_linked_count",
                                              "exploitation_form_alleged",
                                              "recruitment_country",
                                              "exploitation_country",
                                              "exploitation_region",
                                              VICTIM(1),
                                              VICTIM(2),
                                              VICTIM(3),
                                              STEP(1),
                                              STEP(2),
                                              STEP(3),
                                              STEP(4),
                                              STEP(5),
                                              STEP(6),
                                              STEP(7),
                                              STEP(8),
                                              STEP(9),
                                              STEP(10),
                                              STEP(11),
                                              STEP(12),
                                              "crime_report_date",
                                              "recording_body",
                                              "legal_provision_recorded",
                                              "tsk_code",
                                              "investigation_opened_date",
                                              "suspicion_date",
                                              "procedural_status",
                                              "accusation_date",
                                              "arrest_date",
                                              "coercive[1]/measure",
                                              "coercive[1]/measure_start",
                                              "prosecution_decision",
                                              "indictment_date",
                                              "no_charge_reason",
                                              "charge[1]/charged_provision",
                                              "charge[1]/charge_date",
                                              "charge[1]/charge_exploitation_form",
                                              "charge[1]/attempted_or_completed",
                                              "charge[1]/participation",
                                              "charge[1]/requalified_from",
                                              "charge[1]/requalified_date",
                                              "trial_start_date",
                                              JUDGMENT(1),
                                              JUDGMENT(2),
                                              "appeal[1]/appeal_lodged_by",
                                              "appeal[1]/appeal_lodged_date",
                                              "appeal[1]/appeal_outcome",
                                              "appeal[1]/appeal_decided_date",
                                              "final_flag",
                                              "final_date",
                                              "prisoner_31dec",
                                              "proceeding_status",
                                              "proceeding_end_date",
                                              ASSET(1),
                                              ASSET(2),
                                              "compensation_order[1]/compensation_ordered",
                                              "compensation_order[1]/compensation_date",
                                              "compensation_order[1]/compensation_victims",
                                              "compensation_order[1]/compensation_amount",
                                              "compensation_order[1]/compensation_amount_currency",
                                              "legal_basis"};

/* "judgment[2]/instance" from "judgment[%d]/instance". */
static const char *at(const struct demo_sheet *s, const char *path, int k)
{
    const char *mark = strchr(path, '#');
    return arena_printf(s->arena, "%.*s%d%s", (int)(mark - path), path, k, mark + 1);
}

/* ---------------------------------------------------------------- who */

static void put_who(struct demo_sheet *s, const struct demo_suspect *p,
                    const struct demo_proceeding *x, const struct demo_writer *w,
                    const char *prosecution)
{
    sheet_set(s, "source_file_no",
              demo_reference(w, prosecution, 'S', day_year(p->suspicion), p->number));
    sheet_set_day(s, "entry_date", p->suspicion + 20);
    if (x->police_case != DEMO_NONE)
        sheet_set(s, "case_code", demo_reference(w, prosecution, 'C', x->year, x->number));
    sheet_set(s, "proceeding_ref", demo_reference(w, prosecution, 'P', x->year, x->number));
    sheet_set_code(s, "data_reliability", "A");
    sheet_set_code(s, "information_nature", p->convicted ? "fact" : "allegation");
    sheet_set(s, "family_name", p->family);
    sheet_set(s, "given_names", p->given);
    sheet_set_day(s, "birth_date", p->birth);
    sheet_set_int(s, "birth_year", day_year(p->birth));
    sheet_set_code(s, "subject_type", "natural");
    sheet_set_code(s, "sex", p->sex);
    sheet_set_int(s, "age_at_suspicion", p->age);
    if (p->prosecuted) sheet_set_int(s, "age_at_prosecution", demo_age(p->birth, p->indictment));
    if (p->convicted) sheet_set_int(s, "age_at_conviction", demo_age(p->birth, p->judgment));
    sheet_set_code(s, "citizenship", p->citizenship);
    sheet_set_code(s, "previous_convictions", p->number % 7 == 0 ? "other" : "none");
    if (p->own_victim == DEMO_NONE) return;
    const struct demo_person *v = &w->person[p->own_victim];
    sheet_set_code(s, "former_victim", "yes");
    sheet_set(s, "own_victim_record", demo_reference(w, prosecution, 'V', v->year, v->number));
}

static void put_conduct(struct demo_sheet *s, const struct demo_suspect *p,
                        const struct demo_proceeding *x, const struct demo_writer *w,
                        const char *prosecution)
{
    const struct demo_person *lead = demo_lead_victim(w, x);
    bool labour = strcmp(p->form, "E200") == 0;
    sheet_set_code(s, "role_in_process",
                   p->number % 3 == 0   ? "recruiter"
                   : p->number % 3 == 1 ? "exploiter_employer harbourer"
                                        : "transporter guard_controller");
    sheet_set_code(s, "hierarchy_level", p->number % 6 == 0 ? "leader" : "executor");
    sheet_set_code(s, "group_type",
                   x->n_suspect == 1   ? "single"
                   : x->n_suspect == 2 ? "pair_couple"
                                       : "organised_group");
    sheet_set_code(s, "exploitation_form_alleged", lead != NULL ? lead->kind : p->form);
    if (lead != NULL) {
        sheet_set_code(s, "recruitment_country", lead->recruitment_country);
        sheet_set_code(s, "exploitation_country", lead->exploitation_country);
        sheet_set_code(s, "exploitation_region", lead->region);
    }
    for (size_t i = 0; i < p->n_victim; i++) {
        const struct demo_person *v = &w->person[p->victim[i]];
        int k = (int)i + 1;
        sheet_set(s, at(s, "victim_link[#]/linked_victim", k),
                  demo_reference(w, prosecution, 'V', v->year, v->number));
        sheet_set_code(s, at(s, "victim_link[#]/relationship_to_victim", k),
                       labour ? "L08" : "L06");
        sheet_set_code(s, at(s, "victim_link[#]/linked_victim_child", k), v->legal);
    }
}

/* ---------------------------------------------------------------- what happened to the person */

static void put_step(struct demo_sheet *s, int *k, const char *stage, int32_t day,
                     const char *outcome, const char *body)
{
    if (day == 0 || *k == STEPS) return;
    (*k)++;
    sheet_set_code(s, at(s, "stage_event[#]/event_stage", *k), stage);
    sheet_set_day(s, at(s, "stage_event[#]/event_date", *k), day);
    sheet_set_code(s, at(s, "stage_event[#]/event_outcome", *k), outcome);
    sheet_set_code(s, at(s, "stage_event[#]/event_body", *k), body);
}

static int32_t discontinued_on(const struct demo_suspect *p)
{
    return p->discontinued ? p->suspicion + 200 : 0;
}

/* Every step in the order of time; the single dates are the first of their kind. */
static void put_steps(struct demo_sheet *s, const struct demo_suspect *p, const char *lead)
{
    const char *outcome = p->convicted ? "J1" : "J3";
    int k = 0;
    put_step(s, &k, "report", p->report, "", lead);
    put_step(s, &k, "investigation_opened", p->opened, "", lead);
    put_step(s, &k, "suspicion", p->suspicion, "", lead);
    put_step(s, &k, "arrest", p->arrest, "", lead);
    put_step(s, &k, "formal_accusation", p->accusation, "", lead);
    put_step(s, &k, "discontinued", discontinued_on(p), "", "20");
    put_step(s, &k, "indictment", p->indictment, "", "20");
    put_step(s, &k, "trial_start", p->trial, "", "21");
    put_step(s, &k, "judgment", p->judgment, outcome, "21");
    put_step(s, &k, "appeal", p->appeal, "", "20");
    put_step(s, &k, "appeal_judgment", p->second, outcome, "21");
    put_step(s, &k, "final", p->final, outcome, "21");
    sheet_set_day(s, "crime_report_date", p->report);
    sheet_set_day(s, "investigation_opened_date", p->opened);
    sheet_set_day(s, "suspicion_date", p->suspicion);
    sheet_set_day(s, "accusation_date", p->accusation);
    if (p->arrest != 0) {
        sheet_set_day(s, "arrest_date", p->arrest);
        sheet_set_code(s, "coercive[1]/measure", p->number % 3 == 0 ? "remand" : "contact_ban");
        sheet_set_day(s, "coercive[1]/measure_start", p->arrest + 1);
    }
}

static void put_charge(struct demo_sheet *s, const struct demo_suspect *p,
                       const struct demo_writer *w)
{
    const char *thb = demo_setting(w->tables, "thb_provision"),
               *related = demo_setting(w->tables, "related_provision");
    sheet_set_code(s, "legal_provision_recorded", p->requalified ? related : thb);
    sheet_set_code(s, "tsk_code", p->requalified ? "other" : "281");
    sheet_set_code(s, "procedural_status",
                   p->convicted      ? "P5"
                   : p->acquitted    ? "P6"
                   : p->prosecuted   ? "P3"
                   : p->discontinued ? "P7"
                                     : "P2");
    if (p->discontinued) {
        sheet_set_code(s, "prosecution_decision", "PD3");
        sheet_set_code(s, "no_charge_reason", "insufficient_evidence");
    }
    if (!p->prosecuted) return;
    sheet_set_code(s, "prosecution_decision", "PD1");
    sheet_set_day(s, "indictment_date", p->indictment);
    sheet_set_code(s, "charge[1]/charged_provision", thb);
    sheet_set_day(s, "charge[1]/charge_date", p->indictment);
    sheet_set_code(s, "charge[1]/charge_exploitation_form", p->form);
    sheet_set_code(s, "charge[1]/attempted_or_completed", "completed");
    sheet_set_code(s, "charge[1]/participation", p->number % 6 == 0 ? "author" : "co_author");
    if (!p->requalified) return;
    sheet_set_code(s, "charge[1]/requalified_from", related);
    sheet_set_day(s, "charge[1]/requalified_date", p->indictment);
}

static void put_one_judgment(struct demo_sheet *s, const struct demo_suspect *p, int k, int32_t day,
                             const struct demo_writer *w)
{
    bool prison = strcmp(p->execution, "effective") == 0;
    sheet_set_day(s, at(s, "judgment[#]/judgment_date", k), day);
    sheet_set_code(s, at(s, "judgment[#]/instance", k), k == 1 ? "first" : "second");
    sheet_set_code(s, at(s, "judgment[#]/judgment_outcome", k), p->convicted ? "J1" : "J3");
    if (!p->convicted) return;
    sheet_set_code(s, at(s, "judgment[#]/convicted_provision", k),
                   demo_setting(w->tables, "thb_provision"));
    sheet_set_code(s, at(s, "judgment[#]/conviction_exploitation_form", k), p->form);
    sheet_set_code(s, at(s, "judgment[#]/sentence[1]/sentence_kind", k),
                   prison ? "prison" : "suspended_prison");
    sheet_set_int(s, at(s, "judgment[#]/sentence[1]/sentence_years", k), p->months / 12);
    sheet_set_int(s, at(s, "judgment[#]/sentence[1]/sentence_months", k), p->months % 12);
    sheet_set_code(s, at(s, "judgment[#]/sentence[1]/sentence_exec", k), p->execution);
    if (!prison) sheet_set_int(s, at(s, "judgment[#]/sentence[1]/suspension_period_months", k), 36);
}

static void put_judgment(struct demo_sheet *s, const struct demo_suspect *p,
                         const struct demo_writer *w)
{
    bool judged = p->judgment != 0, over = judged || p->discontinued;
    sheet_set_code(s, "proceeding_status", over ? "finished" : "open");
    if (over) sheet_set_day(s, "proceeding_end_date", judged ? p->final : discontinued_on(p));
    if (!judged) return;
    sheet_set_day(s, "trial_start_date", p->trial);
    put_one_judgment(s, p, 1, p->judgment, w);
    if (p->second != 0) {
        put_one_judgment(s, p, 2, p->second, w);
        sheet_set_code(s, "appeal[1]/appeal_lodged_by", p->convicted ? "defence" : "prosecutor");
        sheet_set_day(s, "appeal[1]/appeal_lodged_date", p->appeal);
        sheet_set_code(s, "appeal[1]/appeal_outcome", "upheld");
        sheet_set_day(s, "appeal[1]/appeal_decided_date", p->second);
    }
    sheet_set_code(s, "final_flag", "yes");
    sheet_set_day(s, "final_date", p->final);
    sheet_set_code(s, "prisoner_31dec", p->prisoner ? "yes" : "no");
}

static void put_money(struct demo_sheet *s, const struct demo_suspect *p,
                      const struct demo_writer *w)
{
    const char *currency = demo_setting(w->tables, "currency");
    int value = 1000 * (1 + (int)(p->number % 40));
    if (!p->convicted) return;
    if (p->number % 3 == 0)
        for (int k = 1; k <= 2; k++) {
            sheet_set_code(s, at(s, "asset[#]/asset_measure", k),
                           k == 1 ? "seized" : "confiscated");
            sheet_set_code(s, at(s, "asset[#]/asset_type", k), "cash");
            sheet_set_int(s, at(s, "asset[#]/asset_value", k), k == 1 ? value : value / 2);
            sheet_set_code(s, at(s, "asset[#]/asset_value_currency", k), currency);
            sheet_set_day(s, at(s, "asset[#]/asset_date", k), k == 1 ? p->suspicion : p->judgment);
        }
    sheet_set_code(s, "compensation_order[1]/compensation_ordered",
                   p->n_victim > 0 && p->number % 4 == 0 ? "yes" : "no");
    if (p->n_victim == 0 || p->number % 4 != 0) return;
    sheet_set_day(s, "compensation_order[1]/compensation_date", p->judgment);
    sheet_set_int(s, "compensation_order[1]/compensation_victims", (int64_t)p->n_victim);
    sheet_set_int(s, "compensation_order[1]/compensation_amount", value);
    sheet_set_code(s, "compensation_order[1]/compensation_amount_currency", currency);
}

bool demo_write_suspects(struct demo_file *out, const struct demo_writer *w, struct err *e)
{
    const char *prosecution = demo_setting(w->tables, "prosecution");
    const struct demo_justice *j = w->justice;
    struct demo_sheet s;
    if (!demo_file_open(out, &s, w, "file_suspects", prosecution, "suspect", suspect_columns,
                        sizeof suspect_columns / sizeof suspect_columns[0], e))
        return false;
    for (size_t i = 0; i < j->n_suspect; i++) {
        const struct demo_suspect *p = &j->suspect[i];
        const struct demo_proceeding *x = &j->proceeding[p->proceeding];
        const char *lead = demo_lead_type(w, x);
        put_who(&s, p, x, w, prosecution);
        put_conduct(&s, p, x, w, prosecution);
        sheet_set_code(&s, "recording_body", lead);
        put_steps(&s, p, lead);
        put_charge(&s, p, w);
        put_judgment(&s, p, w);
        put_money(&s, p, w);
        sheet_set_code(&s, "legal_basis", "LB7");
        sheet_put(&s);
    }
    return demo_file_close(out, &s, e);
}
