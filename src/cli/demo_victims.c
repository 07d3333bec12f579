/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of victims: what each organisation knows and how it writes it down. */
#include "cli/demo_files.h"

#include "base/date.h"
#include "base/unicode.h"

#include <string.h>

enum { ERROR_PERMILLE = 15 };

/* ---------------------------------------------------------------- names as people mishear them */

/* Drop one letter, or swap two neighbours; ASCII letters only, so that the text stays valid. */
static const char *misspell(const char *name, struct random *r, struct arena *a)
{
    size_t n = strlen(name);
    char *copy = arena_copy(a, name, n);
    for (int tries = 0; tries < 10 && n > 3; tries++) {
        size_t i = 1 + random_below(r, n - 2);
        unsigned char x = (unsigned char)copy[i], y = (unsigned char)copy[i + 1];
        if (x >= 0x80 || y >= 0x80 || x == ' ' || y == ' ' || x == y) continue;
        if (random_below(r, 2) == 0) {
            copy[i] = (char)y;
            copy[i + 1] = (char)x;
        } else {
            memmove(copy + i, copy + i + 1, n - i);
        }
        break;
    }
    return copy;
}

/* A name in letters that the file can hold, where the country's offices write foreign names so. */
static const char *writable(const struct demo_sheet *s, const char *name)
{
    if (!s->labels || demo_setting_int(s->tables, "transliterate") == 0 ||
        demo_encodable(s->tables, name))
        return name;
    struct text latin = unicode_name_key(text_of(name), s->arena);
    char *out = arena_copy(s->arena, latin.p, latin.n);
    for (size_t i = 0; i < latin.n; i++)
        if ((i == 0 || out[i - 1] == ' ') && out[i] >= 'a' && out[i] <= 'z')
            out[i] = (char)(out[i] - 'a' + 'A');
    return out;
}

/* Whether the birthday of the year of registration had been by then. */
static bool turned_already(const struct demo_person *p)
{
    return p->age == day_year(p->entry) - day_year(p->birth);
}

static void put_identity(struct demo_sheet *s, const struct demo_person *p, bool second_hand,
                         struct random *r)
{
    const char *given = p->given, *family = p->family;
    int32_t birth = p->birth;
    uint64_t slip = second_hand ? random_below(r, 100) : 99;
    if (p->documented) slip = 99;
    if (slip < 7) given = misspell(given, r, s->arena);
    else if (slip < 12) family = misspell(family, r, s->arena);
    else if (slip < 14)
        given = p->family, family = p->given; /* the same words in the wrong columns */
    else if (slip < 16)
        birth += turned_already(p) ? -365 : 365; /* a year beside it, which the age still fits */
    sheet_set(s, "given_names", writable(s, given));
    sheet_set(s, "family_name", writable(s, family));
    if (p->age < 0) return;
    sheet_set_int(s, "birth_year", day_year(birth));
    if (slip >= 30) sheet_set_day(s, "birth_date", birth);
}

/* Numbers of files have nothing to do with each other from one organisation to the next, or they
 * would say who is one person: the person's number times a number of the organisation, modulo a
 * prime. */
const char *demo_victim_reference(struct arena *a, const char *organisation,
                                  const struct demo_person *p)
{
    enum { PRIME = 9999991 };
    uint64_t factor = 17;
    for (const char *k = organisation; *k != '\0'; k++)
        factor = (factor * 131 + (unsigned char)*k) % (PRIME - 1);
    return arena_printf(a, "%s/%d/%07llu", organisation, p->year,
                        (unsigned long long)(p->number * (factor + 1) % PRIME));
}

static const char *const victim_columns[] = {"source_file_no",
                                             "entry_date",
                                             "source_instrument",
                                             "incident_country",
                                             "incident_region",
                                             "data_reliability",
                                             "family_name",
                                             "given_names",
                                             "birth_date",
                                             "birth_year",
                                             "sex",
                                             "age_at_registration",
                                             "child_flag",
                                             "age_basis",
                                             "citizenship",
                                             "recruitment_date",
                                             "recruitment_country",
                                             "recruitment_channel",
                                             "acts_present",
                                             "means_present",
                                             "leg_from",
                                             "leg_to",
                                             "border_crossed",
                                             "border_crossing_manner",
                                             "exploitation_form",
                                             "exploitation_realised",
                                             "labour_sector",
                                             "exploitation_country",
                                             "exploitation_region",
                                             "exploitation_start",
                                             "exploitation_end",
                                             "control_means",
                                             "first_detection_date",
                                             "detection_channel",
                                             "victim_status",
                                             "status_decision_date",
                                             "status_decided_by",
                                             "residence_status_at_identification",
                                             "assistance_type",
                                             "legal_basis",
                                             "case_code",
                                             "incident_district",
                                             "region_of_residence",
                                             "helpline_contact",
                                             "identified_abroad",
                                             "identified_abroad_country",
                                             "victim_in_proceedings",
                                             "injured_status",
                                             "reflection_offered",
                                             "reflection_granted",
                                             "reflection_start",
                                             "reflection_end",
                                             "certificate_issued_by",
                                             "residence_permit",
                                             "permit_start",
                                             "permit_end",
                                             "programme_name",
                                             "programme_entry",
                                             "programme_referred_by",
                                             "assistance_start",
                                             "assistance_programme",
                                             "programme_phase",
                                             "accommodation_type",
                                             "cooperates_with_authorities",
                                             "justice_proceeding",
                                             "justice_role",
                                             "justice_role_date",
                                             "linked_suspect",
                                             "linked_suspect_relationship"};

/* The columns that only the prosecution's list fills. */
enum { INJURED_COLUMNS = 5 };

static const char *home(const struct demo_sheet *s)
{
    return demo_setting(s->tables, "country");
}

static void put_person(struct demo_sheet *s, const struct demo_person *p, struct random *r)
{
    bool national = strcmp(p->citizenship, home(s)) == 0;
    sheet_set_code(s, "sex", p->sex);
    if (strcmp(p->legal, "U") == 0) sheet_set(s, "child_flag", "U");
    else sheet_set_code(s, "child_flag", p->legal);
    if (p->age >= 0) {
        sheet_set_int(s, "age_at_registration", p->age);
        sheet_set_code(s, "age_basis", random_below(r, 3) == 0 ? "stated" : "document");
    }
    sheet_set_code(s, "citizenship", p->citizenship);
    if (national) { /* a region of the country, by chance */
        size_t row = demo_draw(&s->tables->regions, "form", "*", "weight", r);
        sheet_set_code(s, "region_of_residence", demo_cell(&s->tables->regions, row, "region"));
    }
    sheet_set_code(s, "residence_status_at_identification",
                   national                                ? "RC"
                   : demo_is_eu(s->tables, p->citizenship) ? "RE"
                                                           : "RV");
}

static void put_route(struct demo_sheet *s, const struct demo_person *p)
{
    sheet_set_code(s, "leg_from", p->recruitment_country);
    sheet_set_code(s, "leg_to", p->exploitation_country);
    sheet_set_code(s, "border_crossed", "yes");
    sheet_set_code(s, "border_crossing_manner",
                   demo_is_eu(s->tables, p->recruitment_country) &&
                           demo_is_eu(s->tables, p->exploitation_country)
                       ? "internal_Schengen_no_check"
                       : "regular_own_documents");
}

static void put_episode(struct demo_sheet *s, const struct demo_person *p, struct random *r)
{
    bool child = strcmp(p->legal, "CH") == 0, sexual = strcmp(p->form, "E100") == 0,
         labour = strcmp(p->form, "E200") == 0;
    bool moved = strcmp(p->recruitment_country, p->exploitation_country) != 0;
    sheet_set_month(s, "recruitment_date", p->recruitment);
    sheet_set_code(s, "recruitment_country", p->recruitment_country);
    sheet_set_code(s, "recruitment_channel",
                   labour   ? (random_below(r, 2) ? "R11" : "R10 R05")
                   : sexual ? "R16"
                            : "R08");
    sheet_set_code(s, "acts_present", moved ? "A1 A2 A4" : "A1 A4");
    sheet_set_code(s, "means_present", child ? "M0" : random_below(r, 2) ? "M5 M7" : "M4 M7");
    sheet_set_code(s, "control_means",
                   labour   ? (random_below(r, 3) ? "C02 C10 C14" : "C06 C10 C12")
                   : sexual ? "C04 C07 C12"
                            : "C07 C10");
    if (moved) put_route(s, p);
    sheet_set_code(s, "exploitation_form", p->kind);
    sheet_set_code(s, "exploitation_realised", "occurred");
    sheet_set_code(s, "labour_sector", p->sector);
    sheet_set_code(s, "exploitation_country", p->exploitation_country);
    sheet_set_code(s, "exploitation_region", p->region);
    sheet_set_month(s, "exploitation_start", p->start);
    sheet_set_day(s, "exploitation_end", p->end);
}

/* What a kind of organisation may say of a person whose status another decides. */
static const char *second_hand_status(const struct demo_sheet *s, const char *type)
{
    const struct demo_table *t = &s->tables->deciders;
    for (size_t i = 0; i < t->n_row; i++)
        if (strcmp(demo_cell(t, i, "status"), "S30") == 0 &&
            strcmp(demo_cell(t, i, "org_type"), type) == 0)
            return "S30";
    return "S20";
}

static bool is_police(const char *type)
{
    return type[0] == '1' && strcmp(type, "15") != 0;
}

static void put_status(struct demo_sheet *s, const struct demo_person *p, bool second_hand,
                       const char *organisation, const char *type)
{
    size_t row = demo_organisation_row(s->tables, organisation);
    bool police = is_police(type) || strcmp(type, "20") == 0;
    const char *status = second_hand ? second_hand_status(s, type) : p->status;
    sheet_set_code(s, "victim_status", status);
    sheet_set_code(s, "status_decided_by", type);
    if (strcmp(status, "S30") == 0 || second_hand)
        sheet_set_month(s, "status_decision_date", p->entry);
    else sheet_set_day(s, "status_decision_date", p->decision);
    sheet_set_code(s, "source_instrument",
                   demo_cell(&s->tables->organisations, row, "source_instrument"));
    sheet_set_code(s, "legal_basis", police ? "LB7" : "LB3");
    sheet_set_code(s, "detection_channel",
                   strcmp(type, "60") == 0 ? "helpline"
                   : police                ? "police_operation"
                                           : "NGO_outreach");
    sheet_set_code(s, "helpline_contact", strcmp(type, "60") == 0 ? "yes" : "no");
    if (strcmp(p->exploitation_country, home(s)) != 0 && p->number % 3 == 0) {
        sheet_set_code(s, "identified_abroad", "yes");
        sheet_set_code(s, "identified_abroad_country", p->exploitation_country);
    }
}

/* ---------------------------------------------------------------- protection and assistance */

static void put_residence(struct demo_sheet *s, const struct demo_person *p, const char *type)
{
    const struct demo_tables *t = s->tables;
    bool child = strcmp(p->legal, "CH") == 0;
    int32_t from = p->decision + 1,
            to = from + demo_setting_int(t, child ? "reflection_child_days" : "reflection_days");
    if (p->reflection) {
        sheet_set_code(s, "reflection_offered", "yes");
        sheet_set_code(s, "reflection_granted", "yes");
        sheet_set_day(s, "reflection_start", from);
        sheet_set_day(s, "reflection_end", to);
        sheet_set_code(s, "certificate_issued_by", type);
    }
    if (p->permit) {
        sheet_set_code(s, "residence_permit", "cooperation_based");
        sheet_set_day(s, "permit_start", to + 5);
        sheet_set_day(s, "permit_end", to + 5 + demo_setting_int(t, "permit_days"));
        sheet_set_code(s, "cooperates_with_authorities", "yes");
    } else if (p->reflection) {
        sheet_set_code(s, "residence_permit", "reflection_document");
    }
}

static void put_programme(struct demo_sheet *s, const struct demo_person *p,
                          const char *organisation, const char *type, bool second_hand,
                          struct random *r)
{
    const struct demo_tables *t = s->tables;
    const char *programme = demo_setting(t, "programme"),
               *shelter = demo_setting(t, "shelter_programme");
    bool runs = strcmp(demo_setting(t, "programme_organisation"), organisation) == 0;
    bool sheltered = p->shelter && !second_hand;
    const char *name = runs ? programme : sheltered ? shelter : "";
    if (name[0] != '\0') {
        sheet_set_code(s, "programme_name", name);
        sheet_set_day(s, "programme_entry", p->decision);
        sheet_set_code(s, "programme_referred_by", random_below(r, 5) < 3 ? "10" : "50");
    }
    if (name[0] == '\0' && (second_hand || type[0] < '5' || type[0] > '6')) return;
    sheet_set_code(s, "assistance_type",
                   sheltered            ? "AS01 AS05 AS07"
                   : random_below(r, 2) ? "AS07 AS08"
                                        : "AS02 AS05 AS10");
    sheet_set_day(s, "assistance_start", p->decision);
    sheet_set_code(s, "assistance_programme", name);
    if (runs) sheet_set_code(s, "programme_phase", "crisis");
    if (sheltered)
        sheet_set_code(s, "accommodation_type",
                       strcmp(p->legal, "CH") == 0 ? "child_facility" : "specialised_shelter");
}

static void put_proceeding_role(struct demo_sheet *s, const struct demo_person *p)
{
    bool identified = strcmp(p->status, "S40") == 0;
    sheet_set_code(s, "victim_in_proceedings", identified ? "yes" : "no");
    sheet_set_code(s, "injured_status",
                   !identified           ? "none"
                   : p->number % 10 == 0 ? "auxiliary_prosecutor"
                   : p->number % 10 < 3  ? "witness"
                                         : "injured");
}

/* ---------------------------------------------------------------- mistakes */

/* Mistakes as they come in real files; each makes the import refuse the row. */
static void plant_error(struct demo_sheet *s, struct random *r)
{
    switch (random_below(r, 6)) {
    case 0: sheet_set(s, "entry_date", sheet_date(s, 2015, 2, 31)); break;
    case 1: sheet_set(s, "sex", "Z"); break;
    case 2: sheet_set(s, "victim_status", ""); break;
    case 3:
        sheet_set(s, "age_at_registration", demo_setting(s->tables, "word_for_a_number"));
        break;
    case 4: sheet_set(s, "exploitation_form", "E777"); break;
    default: sheet_set(s, "first_detection_date", sheet_date(s, 1850, 1, 1)); break;
    }
}

static bool wrong(uint64_t seed, const struct demo_person *p)
{
    struct random r;
    random_init(&r, seed * 1000003 + p->number);
    return random_below(&r, 1000) < ERROR_PERMILLE;
}

/* ---------------------------------------------------------------- rows and files */

static bool knows(const struct demo_person *p, const char *organisation, bool *second_hand)
{
    for (size_t i = 0; i < p->n_source; i++)
        if (strcmp(p->source[i], organisation) == 0) {
            *second_hand = i > 0;
            return true;
        }
    return false;
}

static void put_victim(struct demo_sheet *s, const struct demo_person *p, const char *organisation,
                       const char *type, bool second_hand, struct random *r)
{
    sheet_set_day(s, "entry_date", p->entry);
    sheet_set_code(s, "incident_country", home(s));
    sheet_set_code(s, "incident_region", p->region);
    sheet_set_code(s, "incident_district", p->district);
    sheet_set_code(s, "data_reliability", second_hand ? "C" : "B");
    sheet_set_day(s, "first_detection_date", p->detection);
    put_identity(s, p, second_hand, r);
    put_person(s, p, r);
    put_episode(s, p, r);
    put_status(s, p, second_hand, organisation, type);
    put_programme(s, p, organisation, type, second_hand, r);
    if (second_hand) return;
    put_residence(s, p, type);
    put_proceeding_role(s, p);
}

static const size_t n_victim_columns = sizeof victim_columns / sizeof victim_columns[0];

bool demo_write_victims(struct demo_file *out, const struct demo_writer *w,
                        const char *organisation, enum demo_round round, struct err *e)
{
    static const char *const word[DEMO_ROUNDS] = {"file_reports", "file_cases", "file_corrections"};
    struct demo_sheet s;
    const char *type = demo_organisation_type(w, organisation);
    size_t n_error = 0;
    if (!demo_file_open(out, &s, w, word[round], organisation, "victim", victim_columns,
                        n_victim_columns - INJURED_COLUMNS, e))
        return false;
    for (size_t i = 0; i < w->n_person; i++) {
        const struct demo_person *p = &w->person[i];
        struct random r;
        bool second_hand, bad = wrong(w->seed, p);
        if (!knows(p, organisation, &second_hand) || second_hand != (round == DEMO_REPORTS))
            continue;
        if (round == DEMO_CORRECTIONS && !bad) continue;
        random_init(&r, w->seed * 7919 + p->number * 31 + (uint64_t)organisation[0] +
                            (uint64_t)organisation[1]);
        sheet_set(&s, "source_file_no", demo_victim_reference(s.arena, organisation, p));
        put_victim(&s, p, organisation, type, second_hand, &r);
        if (!second_hand && p->police_case != DEMO_NONE) {
            const struct demo_case *c = &w->justice->police_case[p->police_case];
            sheet_set(&s, "case_code", demo_reference(w, organisation, 'C', c->year, c->number));
        }
        if (bad && round == DEMO_CASES) {
            plant_error(&s, &r);
            n_error++;
        }
        sheet_put(&s);
    }
    out->n_error = n_error;
    return demo_file_close(out, &s, e);
}

/* The injured persons of a proceeding, tied to it and to a suspect; their status is as the body
 * that decided it gave it. */
static void put_injured(struct demo_sheet *s, const struct demo_person *p,
                        const struct demo_writer *w, const char *prosecution)
{
    const struct demo_justice *j = w->justice;
    sheet_set(s, "source_file_no", demo_reference(w, prosecution, 'V', p->year, p->number));
    sheet_set_code(s, "source_instrument", "court_file");
    sheet_set_code(s, "legal_basis", "LB7");
    if (p->proceeding == DEMO_NONE) return;
    const struct demo_proceeding *x = &j->proceeding[p->proceeding];
    sheet_set(s, "case_code", demo_reference(w, prosecution, 'C', x->year, x->number));
    sheet_set(s, "justice_proceeding", demo_reference(w, prosecution, 'P', x->year, x->number));
    sheet_set_code(s, "justice_role", p->number % 4 == 0 ? "witness" : "injured_party witness");
    sheet_set_day(s, "justice_role_date", x->opened > p->entry ? x->opened : p->entry);
    if (p->suspect == DEMO_NONE) return;
    const struct demo_suspect *q = &j->suspect[p->suspect];
    sheet_set(s, "linked_suspect",
              demo_reference(w, prosecution, 'S', day_year(q->suspicion), q->number));
    sheet_set_code(s, "linked_suspect_relationship", strcmp(p->form, "E200") == 0 ? "L08" : "L06");
}

bool demo_write_injured(struct demo_file *out, const struct demo_writer *w, struct err *e)
{
    const char *prosecution = demo_setting(w->tables, "prosecution");
    struct demo_sheet s;
    if (!demo_file_open(out, &s, w, "file_victims", prosecution, "victim", victim_columns,
                        n_victim_columns, e))
        return false;
    for (size_t i = 0; i < w->n_person; i++) {
        struct demo_person p = w->person[i];
        struct random r;
        if (!p.listed) continue;
        random_init(&r, w->seed * 104729 + p.number);
        p.shelter = p.permit = p.reflection = false; /* not the prosecution's to say */
        put_victim(&s, &p, p.source[0], demo_organisation_type(w, p.source[0]), false, &r);
        put_injured(&s, &p, w, prosecution);
        sheet_put(&s);
    }
    return demo_file_close(out, &s, e);
}
