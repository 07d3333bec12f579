/* SPDX-License-Identifier: EUPL-1.2 */
/* All of a record but the names: dates, places, documents, telephones. */
#include "crowd_record.h"

#include "base/date.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool writing_happens(struct writing *w, double share)
{
    return random_unit(&w->r) < share;
}

bool writing_roll(struct writing *w, enum crowd_rate rate, bool can)
{
    if (!can) return false;
    uint64_t bit = UINT64_C(1) << rate;
    w->out->could |= bit;
    if (!writing_happens(w, w->p->data.rate[rate])) return false;
    w->out->did |= bit;
    return true;
}
static_assert(RATE_COUNT <= 64, "a bit for each rate");

bool writing_has(struct writing *w, enum crowd_field f)
{
    double has = w->org->has[f];
    double miss = (1 - has) * w->p->data.rate[RATE_missing_odds];
    return writing_happens(w, has <= 0 ? 0 : has / (has + miss));
}

void writing_value(struct writing *w, enum crowd_role role, const char *fmt, ...)
{
    char long_value[3 * CROWD_VALUE_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(long_value, sizeof long_value, fmt, ap);
    va_end(ap);
    text_put(w->out->value[role], CROWD_VALUE_MAX, long_value);
}

void writing_text(struct writing *w, enum crowd_role role, const char *text)
{
    struct word x;
    word_of(&x, text);
    if (!w->cyrillic) word_romanise(&x, &w->p->data.standard[w->standard]);
    if (w->plain) word_plain(&x);
    word_put(w->out->value[role], CROWD_VALUE_MAX, &x);
}

static void mistype_value(struct writing *w, enum crowd_role role)
{
    struct word x;
    word_of(&x, w->out->value[role]);
    word_mistype(&x, &w->r);
    word_put(w->out->value[role], CROWD_VALUE_MAX, &x);
}

static void misdial_value(struct writing *w, enum crowd_role role)
{
    struct word x;
    word_of(&x, w->out->value[role]);
    word_misdial(&x, &w->r);
    word_put(w->out->value[role], CROWD_VALUE_MAX, &x);
}

/* Not in the century: everybody sees that. */
static void misdial_date(struct writing *w)
{
    char *date = w->out->value[ROLE_dob];
    struct word x;
    word_of(&x, date + 2);
    word_misdial(&x, &w->r);
    word_put(date + 2, CROWD_VALUE_MAX - 2, &x);
}

static void write_sex(struct writing *w)
{
    bool female = w->x.female != writing_roll(w, RATE_sex_wrong, true);
    if (writing_roll(w, RATE_sex_missing, true)) return;
    text_put(w->out->value[ROLE_sex], CROWD_VALUE_MAX, female ? "F" : "M");
    writing_value(w, ROLE_sex_number, "%d", female ? 2 : 1);
}

/* The same date as it is written in these countries, of however much of it is known. */
static void write_local_dob(struct writing *w)
{
    const char *d = w->out->value[ROLE_dob];
    switch (strlen(d)) {
    case 10: writing_value(w, ROLE_dob_local, "%.2s.%.2s.%.4s", d + 8, d + 5, d); break;
    case 7: writing_value(w, ROLE_dob_local, "%.2s.%.4s", d + 5, d); break;
    default: text_put(w->out->value[ROLE_dob_local], CROWD_VALUE_MAX, d); break;
    }
    writing_value(w, ROLE_birth_year, "%.4s", d);
}

static void write_dob(struct writing *w)
{
    int year, month, day;
    date_to_ymd(w->x.born, &year, &month, &day);
    if (!writing_has(w, FIELD_DOB) || writing_roll(w, RATE_dob_missing, true)) return;
    if (writing_roll(w, RATE_dob_year, true)) year += writing_happens(w, 0.5) ? 1 : -1;
    if (writing_roll(w, RATE_dob_year_only, true)) {
        writing_value(w, ROLE_dob, "%04d", year);
    } else if (writing_roll(w, RATE_dob_month_only, true)) {
        writing_value(w, ROLE_dob, "%04d-%02d", year, month);
    } else if (writing_roll(w, RATE_dob_first, month != 1 || day != 1)) {
        writing_value(w, ROLE_dob, "%04d-01-01", year);
    } else if (writing_roll(w, RATE_dob_swapped, day <= 12 && day != month)) {
        writing_value(w, ROLE_dob, "%04d-%02d-%02d", year, day, month);
    } else {
        writing_value(w, ROLE_dob, "%04d-%02d-%02d", year, month, day);
        if (writing_roll(w, RATE_dob_digit, true)) misdial_date(w);
    }
    write_local_dob(w);
}

static void write_age(struct writing *w)
{
    bool known = w->out->value[ROLE_dob][0] != 0;
    bool given = known ? writing_has(w, FIELD_AGE) : writing_roll(w, RATE_age_without_dob, true);
    if (!given) return;
    int y1, m1, d1, y2, m2, d2;
    date_to_ymd(w->x.born, &y1, &m1, &d1);
    date_to_ymd(w->seen, &y2, &m2, &d2);
    int age = y2 - y1 - (m2 < m1 || (m2 == m1 && d2 < d1));
    if (writing_roll(w, RATE_age_wrong, true))
        age += (1 + (int)random_below(&w->r, 2)) * (writing_happens(w, 0.5) ? 1 : -1);
    writing_value(w, ROLE_age, "%d", age < 0 ? 0 : age);
}

static void write_origin(struct writing *w)
{
    const struct crowd_data *d = &w->p->data;
    const struct origin *o = w->x.origin;
    if (writing_has(w, FIELD_NATIONALITY)) {
        if (writing_roll(w, RATE_nationality_wrong, d->n_origin > 1))
            o = &d->origin[(size_t)(o - d->origin + 1) % d->n_origin];
        text_put(w->out->value[ROLE_nationality], CROWD_VALUE_MAX, o->nationality);
    }
    if (!writing_has(w, FIELD_BIRTH_PLACE)) return;
    const char *place = w->x.birth_place;
    if (writing_roll(w, RATE_birth_place_other, true))
        place = data_draw(&d->names[w->x.origin->places].list[LIST_PLACE], &w->r)->name;
    writing_text(w, ROLE_birth_place, place);
}

static void write_document(struct writing *w)
{
    if (!writing_has(w, FIELD_DOCUMENT)) return;
    int which = writing_roll(w, RATE_second_document, true) ? 1 : 0;
    const char *no = w->x.document[which];
    size_t letters = strspn(no, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (writing_roll(w, RATE_document_spaced, letters > 0))
        writing_value(w, ROLE_doc_no, "%.*s%s%s", (int)letters, no,
                      writing_happens(w, 0.7) ? " " : "-", no + letters);
    else text_put(w->out->value[ROLE_doc_no], CROWD_VALUE_MAX, no);
    if (writing_roll(w, RATE_document_wrong, true)) misdial_value(w, ROLE_doc_no);
    if (writing_happens(w, 0.3))
        text_put(w->out->value[ROLE_doc_no_2], CROWD_VALUE_MAX, w->x.document[1 - which]);
}

static void format_phone(struct writing *w, const char *code, const char *no)
{
    if (!writing_roll(w, RATE_phone_format, true)) {
        writing_value(w, ROLE_phone, "+%s%s", code, no);
        return;
    }
    switch (random_below(&w->r, 5)) {
    case 0: writing_value(w, ROLE_phone, "00%s%s", code, no); break;
    case 1: text_put(w->out->value[ROLE_phone], CROWD_VALUE_MAX, no); break;
    case 2: writing_value(w, ROLE_phone, "%.3s %.3s %s", no, no + 3, no + 6); break;
    case 3: writing_value(w, ROLE_phone, "+%s %.3s %.3s %s", code, no, no + 3, no + 6); break;
    default: writing_value(w, ROLE_phone, "(%s) %s", code, no); break;
    }
}

static void write_phone(struct writing *w)
{
    if (!writing_has(w, FIELD_PHONE)) return;
    if (writing_roll(w, RATE_phone_of_case, true)) {
        text_put(w->out->value[ROLE_phone], CROWD_VALUE_MAX, w->x.case_phone);
    } else if (writing_roll(w, RATE_phone_of_organisation, true)) {
        writing_value(w, ROLE_phone, "+351210%03u00%u", w->out->organisation,
                      (unsigned)random_below(&w->r, 3));
    } else {
        int which = writing_roll(w, RATE_second_phone, true) ? 1 : 0;
        format_phone(w, w->x.calling_code[which], w->x.phone[which]);
    }
    if (writing_roll(w, RATE_phone_wrong, true)) misdial_value(w, ROLE_phone);
}

static void abbreviate(struct writing *w)
{
    static const struct {
        const char *from, *to;
    } usual[] = {{"Rua ", "R. "},    {"Avenida ", "Av. "},  {"Travessa ", "Tv. "},
                 {"Praça ", "Pç. "}, {"Largo ", "Lg. "},    {"ul. ", ""},
                 {"al. ", "Al. "},   {"Náměstí ", "nám. "}, {"Námestie ", "nám. "}};
    char *address = w->out->value[ROLE_address];
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        size_t n = strlen(usual[i].from);
        if (strncmp(address, usual[i].from, n) != 0 || !writing_happens(w, 0.6)) continue;
        char rest[CROWD_VALUE_MAX];
        snprintf(rest, sizeof rest, "%s", address + n);
        writing_value(w, ROLE_address, "%s%s", usual[i].to, rest);
        return;
    }
    mistype_value(w, ROLE_address);
}

static void write_place(struct writing *w)
{
    int which = writing_roll(w, RATE_moved, true) ? 1 : 0;
    if (writing_has(w, FIELD_MUNICIPALITY)) writing_text(w, ROLE_municipality, w->x.town[which]);
    if (!writing_has(w, FIELD_ADDRESS)) return;
    writing_text(w, ROLE_address, w->x.address[which]);
    if (writing_roll(w, RATE_address_typed, true)) abbreviate(w);
    if (writing_happens(w, 0.8))
        text_put(w->out->value[ROLE_postcode], CROWD_VALUE_MAX, w->x.postcode[which]);
}

static void write_parents(struct writing *w)
{
    if (!writing_has(w, FIELD_PARENTS)) return;
    writing_text(w, ROLE_father_name, w->x.father);
    if (writing_roll(w, RATE_parent_typed, true)) mistype_value(w, ROLE_father_name);
    if (writing_happens(w, 0.8)) writing_text(w, ROLE_mother_name, w->x.mother);
}

/* The organisation's own number of the case: the same for all of the case in its records. */
static void write_case(struct writing *w)
{
    char date[DATE_TEXT_MAX];
    uint64_t hash = person_hash(w->p, w->p->slot[w->id].case_no, w->out->organisation);
    writing_value(w, ROLE_case_ref, "%c%d/%05u", w->org->name[0] - 32, day_year(w->x.case_seen),
                  (unsigned)(hash % 100000));
    date_format(date, date_from_day(w->seen));
    text_put(w->out->value[ROLE_ref_date], CROWD_VALUE_MAX, date);
}

void writing_life(struct writing *w)
{
    write_sex(w);
    write_dob(w);
    write_age(w);
    write_origin(w);
    write_document(w);
    write_phone(w);
    write_place(w);
    write_parents(w);
    write_case(w);
}
