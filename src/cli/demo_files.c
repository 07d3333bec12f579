/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/demo_files.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/file.h"
#include "base/xlsx_write.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, COLUMNS_MAX = 40, ERROR_PERMILLE = 15 };

struct habit { /* how an organisation writes its files */
    const char *organisation;
    bool labels; /* Portuguese labels instead of names and codes, Windows-1252, dd/mm/yyyy, ; */
    bool workbook;
};
static const struct habit habits[] = {{"GNR", true, false},
                                      {"PSP", true, false},
                                      {"SEF", true, false},
                                      {"PJ", false, true},
                                      {"ACT", false, true}};

static const struct habit *habit_of(const char *organisation)
{
    static const struct habit plain = {"", false, false};
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if (strcmp(habits[i].organisation, organisation) == 0) return &habits[i];
    return &plain;
}

/* ---------------------------------------------------------------- a sheet of texts */

struct sheet {
    const char *const *column; /* names of variables */
    size_t n_column;
    const char *cell[COLUMNS_MAX];
    const struct habit *habit;
    const struct dictionary *dictionary;
    const struct form *form;
    size_t language;
    struct buf text; /* CSV */
    struct xlsx_writer *workbook;
    uint32_t row;
    struct arena *arena;
};

static void set(struct sheet *s, const char *column, const char *value)
{
    for (size_t i = 0; i < s->n_column; i++)
        if (strcmp(s->column[i], column) == 0) s->cell[i] = value;
}

static void put_row(struct sheet *s)
{
    for (size_t i = 0; i < s->n_column; i++) {
        struct text t = text_of(s->cell[i]);
        if (s->workbook != NULL) {
            if (t.n > 0)
                xlsx_write_text(s->workbook, s->row, (uint16_t)i, t,
                                s->row == 0 ? XLSX_HEAD : XLSX_PLAIN);
        } else {
            csv_put(&s->text, t, s->habit->labels ? ';' : ',', CSV_MACHINE, i == 0);
        }
        s->cell[i] = "";
    }
    if (s->workbook == NULL) csv_end_row(&s->text);
    s->row++;
}

static void put_header(struct sheet *s)
{
    for (size_t i = 0; i < s->n_column; i++) {
        const struct variable *v =
            dictionary_variable(s->dictionary, s->form->id, text_of(s->column[i]));
        s->cell[i] = s->habit->labels && v != NULL ? words_in(&v->label, s->language, s->column[i])
                                                   : s->column[i];
    }
    put_row(s);
}

/* Codes as this organisation writes them: as they are, or as labels joined by ";". */
static const char *codes(struct sheet *s, const char *column, const char *value)
{
    const struct variable *v = dictionary_variable(s->dictionary, s->form->id, text_of(column));
    if (!s->habit->labels || v == NULL || v->list == LIST_NONE) return value;
    const struct codelist *l = s->dictionary->list[v->list];
    struct text rest = text_of(value), one;
    const char *out = "";
    while (value[0] != '\0' && text_split(&rest, ' ', &one)) {
        code_id c = codelist_find(l, one);
        const char *word = c == CODE_NONE
                               ? arena_copy(s->arena, one.p, one.n)
                               : words_in(&l->code[c].label, s->language, l->code[c].name);
        out = out[0] == '\0' ? word : arena_printf(s->arena, "%s; %s", out, word);
    }
    return out;
}

static const char *day(const struct sheet *s, int32_t d)
{
    int year, month, dom;
    date_to_ymd(d, &year, &month, &dom);
    return s->habit->labels ? arena_printf(s->arena, "%02d/%02d/%04d", dom, month, year)
                            : arena_printf(s->arena, "%04d-%02d-%02d", year, month, dom);
}

static const char *month_of(const struct sheet *s, int32_t d)
{
    int year, month, dom;
    date_to_ymd(d, &year, &month, &dom);
    return s->habit->labels ? arena_printf(s->arena, "%02d/%04d", month, year)
                            : arena_printf(s->arena, "%04d-%02d", year, month);
}

static bool sheet_open(struct sheet *s, const char *path, struct err *e)
{
    buf_init(&s->text, FILE_MAX);
    if (s->habit->workbook)
        return xlsx_write_open(&s->workbook, path, "DCIM synthetic demonstration", e) &&
               xlsx_write_sheet(s->workbook, "dados", e);
    return true;
}

/* Windows-1252 of text that has only letters of that page; anything else becomes '?', as old
 * programs do. */
static void to_windows1252(struct buf *out, struct text t)
{
    for (size_t i = 0; i < t.n;) {
        unsigned char c = (unsigned char)t.p[i];
        if (c < 0x80) {
            buf_putc(out, t.p[i++]);
        } else if ((c == 0xC2 || c == 0xC3) && i + 1 < t.n) {
            buf_putc(out,
                     (char)(unsigned char)(((c & 3u) << 6) | ((unsigned char)t.p[i + 1] & 0x3Fu)));
            i += 2;
        } else {
            buf_putc(out, '?');
            for (i++; i < t.n && ((unsigned char)t.p[i] & 0xC0u) == 0x80u; i++) continue;
        }
    }
}

static bool sheet_close(struct sheet *s, const char *path, struct err *e)
{
    if (s->workbook != NULL) return xlsx_write_close(s->workbook, e);
    struct buf out;
    buf_init(&out, FILE_MAX);
    if (s->habit->labels) to_windows1252(&out, buf_text(&s->text));
    bool ok = buf_ok(&s->text, e) &&
              file_write(path, s->habit->labels ? buf_text(&out) : buf_text(&s->text), e);
    buf_release(&out);
    buf_release(&s->text);
    return ok;
}

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

static void put_identity(struct sheet *s, const struct demo_person *p, bool second_hand,
                         struct random *r)
{
    const char *given = p->given, *family = p->family;
    int32_t birth = p->birth;
    uint64_t slip = second_hand ? random_below(r, 100) : 99;
    if (slip < 7) given = misspell(given, r, s->arena);
    else if (slip < 12) family = misspell(family, r, s->arena);
    else if (slip < 14)
        given = p->family, family = p->given; /* the same words in the wrong columns */
    else if (slip < 16) birth += 365;
    set(s, "given_names", given);
    set(s, "family_name", family);
    if (p->age < 0) return;
    int year, m, d;
    date_to_ymd(birth, &year, &m, &d);
    set(s, "birth_year", arena_printf(s->arena, "%d", year));
    if (slip >= 30) set(s, "birth_date", day(s, birth));
}

/* ---------------------------------------------------------------- victims */

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
                                             "legal_basis"};

static const char *organisation_type(const struct dictionary *d, const char *organisation,
                                     struct arena *a)
{
    struct demo_table t;
    struct err e;
    if (!demo_table_read(&t, arena_printf(a, "%s/packs/pt", d->folder), "organisations", a, &e))
        return "98";
    for (size_t i = 0; i < t.n_row; i++)
        if (strcmp(demo_cell(&t, i, "code"), organisation) == 0) return demo_cell(&t, i, "type");
    return "98";
}

static bool is_eu(const struct sheet *s, const char *country)
{
    const struct codelist *l = dictionary_list(s->dictionary, TEXT("CL_COUNTRY"));
    code_id c = l == NULL ? CODE_NONE : codelist_find(l, text_of(country));
    const char *value = c == CODE_NONE ? NULL : codelist_extra(l, c, "free_movement");
    return value != NULL && strcmp(value, "yes") == 0;
}

static void put_person(struct sheet *s, const struct demo_person *p, struct random *r)
{
    set(s, "sex", codes(s, "sex", p->sex));
    set(s, "child_flag", strcmp(p->legal, "U") == 0 ? "U" : codes(s, "child_flag", p->legal));
    if (p->age >= 0) {
        set(s, "age_at_registration", arena_printf(s->arena, "%d", p->age));
        set(s, "age_basis", codes(s, "age_basis", random_below(r, 3) == 0 ? "stated" : "document"));
    }
    set(s, "citizenship", codes(s, "citizenship", p->citizenship));
    const char *status = strcmp(p->citizenship, "PT") == 0 ? "RC"
                         : is_eu(s, p->citizenship)        ? "RE"
                                                           : "RV";
    set(s, "residence_status_at_identification",
        codes(s, "residence_status_at_identification", status));
}

static void put_episode(struct sheet *s, const struct demo_person *p, struct random *r)
{
    bool child = strcmp(p->legal, "CH") == 0, sexual = strcmp(p->form, "E100") == 0,
         labour = strcmp(p->form, "E200") == 0;
    bool moved = strcmp(p->recruitment_country, p->exploitation_country) != 0;
    set(s, "recruitment_date", month_of(s, p->recruitment));
    set(s, "recruitment_country", codes(s, "recruitment_country", p->recruitment_country));
    set(s, "recruitment_channel",
        codes(s, "recruitment_channel",
              labour   ? (random_below(r, 2) ? "R11" : "R10 R05")
              : sexual ? "R16"
                       : "R08"));
    set(s, "acts_present", codes(s, "acts_present", moved ? "A1 A2 A4" : "A1 A4"));
    set(s, "means_present",
        codes(s, "means_present",
              child                ? "M0"
              : random_below(r, 2) ? "M5 M7"
                                   : "M4 M7"));
    set(s, "control_means",
        codes(s, "control_means",
              labour   ? (random_below(r, 3) ? "C02 C10 C14" : "C06 C10 C12")
              : sexual ? "C04 C07 C12"
                       : "C07 C10"));
    if (moved) {
        set(s, "leg_from", codes(s, "leg_from", p->recruitment_country));
        set(s, "leg_to", codes(s, "leg_to", p->exploitation_country));
        set(s, "border_crossed", codes(s, "border_crossed", "yes"));
        set(s, "border_crossing_manner",
            codes(s, "border_crossing_manner",
                  is_eu(s, p->recruitment_country) ? "internal_Schengen_no_check"
                                                   : "regular_own_documents"));
    }
    set(s, "exploitation_form", codes(s, "exploitation_form", p->kind));
    set(s, "exploitation_realised", codes(s, "exploitation_realised", "occurred"));
    set(s, "labour_sector", codes(s, "labour_sector", p->sector));
    set(s, "exploitation_country", codes(s, "exploitation_country", p->exploitation_country));
    set(s, "exploitation_region", codes(s, "exploitation_region", p->region));
    set(s, "exploitation_start", month_of(s, p->start));
    set(s, "exploitation_end", day(s, p->end));
}

static void put_status(struct sheet *s, const struct demo_person *p, bool second_hand,
                       const char *type)
{
    bool ngo = type[0] == '5' || type[0] == '6' || type[0] == '4' || strcmp(type, "15") == 0;
    const char *status = p->status;
    if (second_hand) status = ngo ? "S20" : "S30";
    set(s, "victim_status", codes(s, "victim_status", status));
    set(s, "status_decided_by", codes(s, "status_decided_by", type));
    set(s, "status_decision_date",
        strcmp(status, "S30") == 0 || second_hand ? month_of(s, p->entry) : day(s, p->decision));
    set(s, "source_instrument", codes(s, "source_instrument", ngo ? "GS" : "GUR"));
    set(s, "legal_basis", codes(s, "legal_basis", ngo ? "LB3" : "LB7"));
    set(s, "detection_channel",
        codes(s, "detection_channel", ngo ? "NGO_outreach" : "police_operation"));
    if (ngo && !second_hand)
        set(s, "assistance_type", codes(s, "assistance_type", "AS01 AS07 AS08"));
}

/* Mistakes as they come in real files; each makes the import refuse the row. */
static void plant_error(struct sheet *s, struct random *r)
{
    switch (random_below(r, 6)) {
    case 0: set(s, "entry_date", s->habit->labels ? "31/02/2015" : "2015-02-31"); break;
    case 1: set(s, "sex", "Z"); break;
    case 2: set(s, "victim_status", ""); break;
    case 3: set(s, "age_at_registration", "trinta"); break;
    case 4: set(s, "exploitation_form", "E777"); break;
    default: set(s, "first_detection_date", s->habit->labels ? "01/01/1850" : "1850-01-01"); break;
    }
}

static bool knows(const struct demo_person *p, const char *organisation, bool *second_hand)
{
    for (size_t i = 0; i < p->n_source; i++)
        if (strcmp(p->source[i], organisation) == 0) {
            *second_hand = i > 0;
            return true;
        }
    return false;
}

static void put_victim(struct sheet *s, const struct demo_person *p, const char *organisation,
                       const char *type, bool second_hand, struct random *r)
{
    set(s, "source_file_no",
        arena_printf(s->arena, "%s/%d/%05llu", organisation, p->year,
                     (unsigned long long)p->number));
    set(s, "entry_date", day(s, p->entry));
    set(s, "incident_country", codes(s, "incident_country", "PT"));
    set(s, "incident_region", codes(s, "incident_region", p->region));
    set(s, "data_reliability", codes(s, "data_reliability", second_hand ? "C" : "B"));
    set(s, "first_detection_date", day(s, p->detection));
    put_identity(s, p, second_hand, r);
    put_person(s, p, r);
    put_episode(s, p, r);
    put_status(s, p, second_hand, type);
}

static bool wrong(uint64_t seed, const struct demo_person *p)
{
    struct random r;
    random_init(&r, seed * 1000003 + p->number);
    return random_below(&r, 1000) < ERROR_PERMILLE;
}

bool demo_write_victims(struct demo_file *out, const struct demo_writer *w,
                        const char *organisation, enum demo_round round, struct err *e)
{
    static const char *const word[DEMO_ROUNDS] = {"1-sinalizacoes", "2-casos", "3-correcoes"};
    struct sheet s = {.column = victim_columns,
                      .n_column = sizeof victim_columns / sizeof victim_columns[0],
                      .habit = habit_of(organisation),
                      .dictionary = w->dictionary,
                      .arena = w->arena,
                      .form = dictionary_form(w->dictionary, TEXT("victim")),
                      .language = dictionary_language(w->dictionary, TEXT("pt"))};
    const char *type = organisation_type(w->dictionary, organisation, w->arena);
    *out =
        (struct demo_file){.path = arena_printf(w->arena, "%s/%s-%s.%s", w->folder, word[round],
                                                organisation, s.habit->workbook ? "xlsx" : "csv"),
                           .organisation = organisation,
                           .form = "victim",
                           .date_order = s.habit->labels ? "dmy" : ""};
    for (size_t i = 0; i < s.n_column; i++) s.cell[i] = "";
    if (!sheet_open(&s, out->path, e)) return false;
    put_header(&s);
    for (size_t i = 0; i < w->n_person; i++) {
        const struct demo_person *p = &w->person[i];
        struct random r;
        bool second_hand, bad = wrong(w->seed, p);
        if (!knows(p, organisation, &second_hand) || second_hand != (round == DEMO_REPORTS))
            continue;
        if (round == DEMO_CORRECTIONS && !bad) continue;
        random_init(&r, w->seed * 7919 + p->number * 31 + (uint64_t)organisation[0] +
                            (uint64_t)organisation[1]);
        put_victim(&s, p, organisation, type, second_hand, &r);
        if (bad && round == DEMO_CASES) {
            plant_error(&s, &r);
            out->n_error++;
        }
        put_row(&s);
        out->n_row++;
    }
    if (out->n_row > 0) return sheet_close(&s, out->path, e);
    if (s.workbook != NULL) xlsx_write_abandon(s.workbook);
    buf_release(&s.text);
    out->path = "";
    return true;
}

/* ---------------------------------------------------------------- suspects */

static const char *const suspect_columns[] = {"source_file_no",
                                              "entry_date",
                                              "family_name",
                                              "given_names",
                                              "birth_date",
                                              "birth_year",
                                              "subject_type",
                                              "sex",
                                              "age_at_suspicion",
                                              "citizenship",
                                              "role_in_process",
                                              "exploitation_form_alleged",
                                              "victims_linked_count",
                                              "crime_report_date",
                                              "legal_provision_recorded",
                                              "investigation_opened_date",
                                              "suspicion_date",
                                              "procedural_status",
                                              "prosecution_decision",
                                              "indictment_date",
                                              "charge_provision",
                                              "judgment_date",
                                              "instance",
                                              "judgment_outcome",
                                              "convicted_provision",
                                              "sentence_type",
                                              "sentence_length_days",
                                              "sentence_execution",
                                              "final_flag",
                                              "final_date",
                                              "legal_basis"};

static void put_trial(struct sheet *s, const struct demo_suspect *p)
{
    bool tried = strcmp(p->status, "P5") == 0 || strcmp(p->status, "P6") == 0;
    if (tried || strcmp(p->status, "P3") == 0) {
        set(s, "prosecution_decision", "PD1");
        set(s, "indictment_date", day(s, p->indictment));
        set(s, "charge_provision", "PT-CP160");
    } else if (strcmp(p->status, "P7") == 0) {
        set(s, "prosecution_decision", "PD3");
    }
    if (!tried) return;
    set(s, "judgment_date", day(s, p->judgment));
    set(s, "instance", "first");
    set(s, "judgment_outcome", p->convicted ? "J1" : "J3");
    if (!p->convicted) return;
    set(s, "convicted_provision", "PT-CP160");
    set(s, "sentence_type", p->suspended ? "suspended_prison" : "prison");
    set(s, "sentence_length_days", arena_printf(s->arena, "%d", p->days));
    set(s, "sentence_execution", p->suspended ? "suspended_with_probation" : "effective");
    set(s, "final_flag", "yes");
    set(s, "final_date", day(s, p->final));
}

bool demo_write_suspects(struct demo_file *out, const struct demo_writer *w,
                         const struct demo_suspect *s, size_t n, struct err *e)
{
    struct sheet sheet = {.column = suspect_columns,
                          .n_column = sizeof suspect_columns / sizeof suspect_columns[0],
                          .habit = habit_of("MP"),
                          .dictionary = w->dictionary,
                          .arena = w->arena,
                          .form = dictionary_form(w->dictionary, TEXT("suspect"))};
    *out = (struct demo_file){.path = arena_printf(w->arena, "%s/4-arguidos-MP.csv", w->folder),
                              .organisation = "MP",
                              .form = "suspect",
                              .date_order = "",
                              .n_row = n};
    for (size_t i = 0; i < sheet.n_column; i++) sheet.cell[i] = "";
    if (!sheet_open(&sheet, out->path, e)) return false;
    put_header(&sheet);
    for (size_t i = 0; i < n; i++) {
        const struct demo_suspect *p = &s[i];
        int year, m, d;
        date_to_ymd(p->birth, &year, &m, &d);
        set(&sheet, "source_file_no",
            arena_printf(w->arena, "NUIPC-%05llu", (unsigned long long)p->number));
        set(&sheet, "entry_date", day(&sheet, p->suspicion + 20));
        set(&sheet, "family_name", p->family);
        set(&sheet, "given_names", p->given);
        set(&sheet, "birth_date", day(&sheet, p->birth));
        set(&sheet, "birth_year", arena_printf(w->arena, "%d", year));
        set(&sheet, "subject_type", "natural");
        set(&sheet, "sex", p->sex);
        set(&sheet, "age_at_suspicion", arena_printf(w->arena, "%d", p->age));
        set(&sheet, "citizenship", p->citizenship);
        set(&sheet, "role_in_process",
            p->number % 3 == 0 ? "recruiter" : "exploiter_employer harbourer");
        set(&sheet, "exploitation_form_alleged", p->form);
        set(&sheet, "victims_linked_count", arena_printf(w->arena, "%d", 1 + (int)(p->number % 4)));
        set(&sheet, "crime_report_date", day(&sheet, p->report));
        set(&sheet, "legal_provision_recorded", "PT-CP160");
        set(&sheet, "investigation_opened_date", day(&sheet, p->opened));
        set(&sheet, "suspicion_date", day(&sheet, p->suspicion));
        set(&sheet, "procedural_status", p->status);
        set(&sheet, "legal_basis", "LB7");
        put_trial(&sheet, p);
        put_row(&sheet);
    }
    return sheet_close(&sheet, out->path, e);
}
