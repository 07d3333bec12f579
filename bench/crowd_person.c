/* SPDX-License-Identifier: EUPL-1.2 */
#include "crowd_person.h"

#include "base/date.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MORE_MAX = 30, CASE_MAX = 20, FIRST_YEAR = 2017, YEARS = 8 };

static bool happens(struct random *r, double p)
{
    return random_unit(r) < p;
}

/* Steele, Lea and Flood (2014), SplitMix64: spreads the bits of what is counted. */
static uint64_t spread(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

void person_random(struct random *r, const struct crowd *p, uint64_t kind, uint64_t id,
                   uint64_t more)
{
    random_init(r, spread(spread(spread(p->o.seed) + kind) + id) + more);
}

uint64_t person_hash(const struct crowd *p, uint64_t id, uint64_t more)
{
    return spread(spread(spread(p->o.seed) + id) + more);
}

static uint8_t draw_origin(const struct crowd *p, struct random *r, bool host)
{
    double weight[ORIGIN_MAX];
    for (size_t i = 0; i < p->data.n_origin; i++)
        weight[i] = host ? p->data.origin[i].host : p->data.origin[i].weight;
    return (uint8_t)random_weighted(r, weight, p->data.n_origin);
}

static void add_person(struct crowd *p, struct random *r, uint32_t case_no, uint8_t host,
                       bool first)
{
    const double *rate = p->data.rate;
    uint32_t id = (uint32_t)p->n_slot;
    struct slot s = {.case_no = case_no, .family = id, .namesake = id, .host = host};
    const struct slot *before = first ? NULL : &p->slot[id - 1];
    /* A namesake has the names of another family, so has no relatives. */
    bool relatives = before != NULL && p->slot[before->family].namesake == before->family;
    if (relatives && happens(r, rate[RATE_family])) {
        s.family = before->family;
        s.origin = p->slot[s.family].origin;
        double x = random_unit(r);
        s.relation = x < rate[RATE_twin]                       ? RELATION_TWIN
                     : x < rate[RATE_twin] + rate[RATE_spouse] ? RELATION_SPOUSE
                     : x < rate[RATE_twin] + rate[RATE_spouse] + rate[RATE_child]
                         ? RELATION_CHILD
                         : RELATION_SIBLING;
    } else if (id > 0 && happens(r, rate[RATE_namesake])) {
        uint32_t other = p->slot[random_below(r, id)].family;
        s.namesake = p->slot[other].namesake;
        s.origin = p->slot[s.namesake].origin;
    } else if (before != NULL && happens(r, rate[RATE_same_origin])) {
        s.origin = before->origin;
    } else {
        s.origin = draw_origin(p, r, false);
    }
    MEM_GROW(p->slot, p->cap_slot, p->n_slot + 1);
    p->slot[p->n_slot++] = s;
}

void person_plan(struct crowd *p)
{
    const double *rate = p->data.rate;
    struct random r;
    uint32_t n = 0, case_no = 0;
    person_random(&r, p, SEED_PLAN, 0, 0);
    p->order = mem_new(p->o.n_record, sizeof *p->order);
    p->which = mem_new(p->o.n_record, sizeof *p->which);
    while (n < p->o.n_record) {
        uint32_t n_person = 1;
        if (happens(&r, rate[RATE_case_of_several]))
            for (n_person = 2; n_person < CASE_MAX && happens(&r, rate[RATE_one_more_in_case]);)
                n_person++;
        uint8_t host = draw_origin(p, &r, true);
        for (uint32_t i = 0; i < n_person && n < p->o.n_record; i++) {
            add_person(p, &r, case_no, host, i == 0);
            uint16_t k = 0;
            do {
                p->order[n] = (uint32_t)p->n_slot - 1;
                p->which[n++] = k++;
            } while (n < p->o.n_record && k < MORE_MAX && happens(&r, rate[RATE_more_records]));
        }
        case_no++;
    }
    for (uint32_t i = n - 1; i > 0; i--) { /* Fisher and Yates */
        uint32_t j = (uint32_t)random_below(&r, i + 1), person = p->order[i];
        uint16_t which = p->which[i];
        p->order[i] = p->order[j];
        p->which[i] = p->which[j];
        p->order[j] = person;
        p->which[j] = which;
    }
}

void person_pattern(char *out, size_t size, const char *pattern, struct random *r)
{
    size_t n = 0;
    for (const char *c = pattern; *c != 0 && n + 1 < size; c++) {
        if (*c == '#') out[n++] = (char)('0' + random_below(r, 10));
        else if (*c == 'L') out[n++] = (char)('A' + random_below(r, 26));
        else out[n++] = *c;
    }
    out[n] = 0;
}

void person_feminine(char *out, size_t size, const char *name, enum gender_rule rule)
{
    struct word w;
    word_of(&w, name);
    const char *add = "";
    uint32_t last = w.n > 0 ? w.c[w.n - 1] : 0;
    if (rule == GENDER_PL &&
        (word_ends(&w, "ski") || word_ends(&w, "cki") || word_ends(&w, "zki") || last == 'y')) {
        w.c[w.n - 1] = 'a';
    } else if (rule == GENDER_UA && word_ends(&w, "ий")) {
        w.n -= 2;
        add = "а";
    } else if (rule == GENDER_UA && (word_ends(&w, "ов") || word_ends(&w, "єв"))) {
        add = "а";
    } else if (rule == GENDER_CZ && last == 0xFD) { /* ý */
        w.c[w.n - 1] = 0xE1;
    } else if (rule == GENDER_CZ && last == 'y') {
        w.c[w.n - 1] = 'a';
    } else if (rule == GENDER_CZ && last != 0xED && last != 0x16F) { /* í, ů stay */
        if (word_ends(&w, "něk")) w.n -= 3, add = "ňková";
        else if (w.n > 3 && (word_ends(&w, "ek") || word_ends(&w, "ěk"))) w.n -= 2, add = "ková";
        else if (last == 'a' || last == 'o' || last == 'e' || last == 0x11B) w.n--, add = "ová";
        else add = "ová";
    }
    struct word ending;
    word_of(&ending, add);
    for (size_t i = 0; i < ending.n; i++) word_add(&w, ending.c[i]);
    word_put(out, size, &w);
}

static void put_two(char out[PIECE_MAX], const char *first, const char *between, const char *second)
{
    size_t n = text_put(out, PIECE_MAX, first);
    n += text_put(out + n, PIECE_MAX - n, between);
    text_put(out + n, PIECE_MAX - n, second);
}

/* One surname, in both forms. */
static void one_surname(struct piece *man, struct piece *woman, const struct origin *o,
                        const struct names *names, struct random *r)
{
    const struct entry *e = data_draw(&names->list[LIST_SURNAME], r);
    *man = *woman = (struct piece){.particle = false};
    if (names->list[LIST_START].n > 0 && happens(r, o->tail)) {
        const struct entry *start = data_draw(&names->list[LIST_START], r);
        const struct entry *end = data_draw(&names->list[LIST_END], r);
        put_two(man->text, start->name, "", end->name);
        e = NULL;
    } else if (names->list[LIST_START].n == 0 && happens(r, o->tail)) {
        const struct entry *second = data_draw(&names->list[LIST_SURNAME], r);
        put_two(man->text, e->name, " ", second->name);
        e = NULL;
    } else {
        text_put(man->text, sizeof man->text, e->name);
    }
    if (e != NULL && e->other[0] != 0) text_put(woman->text, sizeof woman->text, e->other);
    else person_feminine(woman->text, sizeof woman->text, man->text, o->gender);
}

static void add_piece(struct surname *s, const struct piece *x)
{
    if (s->n < SURNAME_MAX) s->piece[s->n++] = *x;
}

static void hyphenate(struct piece *x, const char *more)
{
    size_t n = strlen(x->text);
    if (n + strlen(more) + 2 > sizeof x->text) return;
    snprintf(x->text + n, sizeof x->text - n, "-%s", more);
}

/* Where there are particles, surnames are several: mother's, father's. */
static void make_surname(struct surname *man, struct surname *woman, const struct origin *o,
                         const struct names *names, struct random *r)
{
    static const double several[] = {0.15, 0.55, 0.22, 0.08};
    size_t n = 1;
    man->n = woman->n = 0;
    if (names->list[LIST_PARTICLE].n > 0) n = 1 + random_weighted(r, several, 4);
    for (size_t i = 0; i < n; i++) {
        struct piece m, w;
        if (names->list[LIST_PARTICLE].n > 0 && happens(r, 0.22)) {
            struct piece particle = {.particle = true};
            text_put(particle.text, sizeof particle.text,
                     data_draw(&names->list[LIST_PARTICLE], r)->name);
            add_piece(man, &particle);
            add_piece(woman, &particle);
        }
        one_surname(&m, &w, o, names, r);
        if (happens(r, o->double_surname)) {
            struct piece m2, w2;
            one_surname(&m2, &w2, o, names, r);
            hyphenate(&m, m2.text);
            hyphenate(&w, w2.text);
        }
        add_piece(man, &m);
        add_piece(woman, &w);
    }
}

static void full_name(char *out, size_t size, const char *given, const struct surname *s)
{
    size_t n = text_put(out, size, given);
    for (size_t i = 0; i < s->n; i++) {
        n += text_put(out + n, size - n, " ");
        n += text_put(out + n, size - n, s->piece[i].text);
    }
}

static void make_given(struct person *x, struct random *r)
{
    const struct entries *l = &x->names->list[x->female ? LIST_FEMALE : LIST_MALE];
    const struct entries *middle =
        &x->names->list[x->female ? LIST_MIDDLE_FEMALE : LIST_MIDDLE_MALE];
    x->given_entry = data_draw(l, r);
    text_put(x->given[0].text, sizeof x->given[0].text, x->given_entry->name);
    x->n_given = 1;
    while (x->n_given < GIVEN_MAX && happens(r, x->n_given == 1 ? x->origin->second_given : 0.06)) {
        const char *other = data_draw(l, r)->name;
        if (strcmp(other, x->given[x->n_given - 1].text) == 0) break;
        text_put(x->given[x->n_given].text, sizeof x->given[0].text, other);
        x->n_given++;
    }
    if (middle->n > 0 && happens(r, 0.75)) {
        text_put(x->middle.text, sizeof x->middle.text, data_draw(middle, r)->name);
        x->has_middle = strcmp(x->middle.text, x->given[0].text) != 0;
    }
}

/* The father's given name, the patronymic that comes of it, and the mother's. */
static void make_parents(struct person *x, const struct surname *man, const struct surname *woman,
                         struct random *r)
{
    const struct entry *e = data_draw(&x->names->list[LIST_PATRONYMIC], r);
    if (e != NULL) {
        const char *space = strchr(e->other, ' ');
        if (space != NULL && x->female) text_put(x->patronymic, PIECE_MAX, space + 1);
        else if (space != NULL)
            snprintf(x->patronymic, PIECE_MAX, "%.*s", (int)(space - e->other), e->other);
    } else {
        e = data_draw(&x->names->list[LIST_MALE], r);
    }
    full_name(x->father, sizeof x->father, e->name, man);
    full_name(x->mother, sizeof x->mother, data_draw(&x->names->list[LIST_FEMALE], r)->name, woman);
}

/* Names, sex and year of birth; `id` is whose they are. */
static void make_names(struct person *x, const struct crowd *p, uint32_t id, struct random *family,
                       int *year)
{
    const struct slot *s = &p->slot[id];
    struct random own;
    struct surname man, woman, other_man, other_woman;
    person_random(&own, p, SEED_NAME, id, 0);
    x->origin = &p->data.origin[s->origin];
    x->names = &p->data.names[x->origin->names];
    /* The family first: everybody of it draws the same. */
    bool first_female = happens(family, 0.57);
    double age =
        48 * random_unit(family) * (0.35 + 0.65 * random_unit(family)); /* most are young */
    int first_year = 2007 - (int)age;
    make_surname(&man, &woman, x->origin, x->names, family);
    x->female = s->relation == RELATION_FIRST    ? first_female
                : s->relation == RELATION_SPOUSE ? !first_female
                                                 : happens(&own, 0.55);
    *year = first_year;
    if (s->relation == RELATION_SIBLING)
        *year += (1 + (int)random_below(&own, 8)) * (happens(&own, 0.5) ? 1 : -1);
    if (s->relation == RELATION_SPOUSE) *year += (int)random_below(&own, 11) - 5;
    if (s->relation == RELATION_CHILD) *year += 19 + (int)random_below(&own, 15);
    if (*year > 2016) *year = 2016 - (int)random_below(&own, 12);
    make_given(x, &own);
    bool other_parents = s->relation == RELATION_SPOUSE || s->relation == RELATION_CHILD;
    make_parents(x, &man, &woman, other_parents ? &own : family);
    make_surname(&other_man, &other_woman, x->origin, x->names, &own);
    if (s->relation == RELATION_SPOUSE) {
        x->as_man = other_man;
        x->born_as = x->female ? other_woman : other_man;
        if (x->female) x->married_as = woman;
    } else {
        x->as_man = man;
        x->born_as = x->female ? woman : man;
        if (x->female && happens(&own, p->data.rate[RATE_married_name]))
            x->married_as = other_woman;
    }
}

static void make_birthday(struct person *x, struct random *r)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    x->birth_month = 1 + (int)random_below(r, 12);
    x->birth_day = 1 + (int)random_below(r, (uint64_t)days[x->birth_month - 1]);
    if (happens(r, 0.01))
        x->birth_month = x->birth_day = 1; /* a register that knew the year alone */
}

static void make_phone(char code[8], char phone[20], const struct origin *o, struct random *r)
{
    text_put(code, 8, o->calling_code);
    person_pattern(phone, 20, o->mobile, r);
}

static void make_place(struct person *x, int i, const struct crowd *p, const struct slot *s,
                       struct random *r)
{
    const struct names *host = &p->data.names[p->data.origin[s->host].places];
    x->town[i] = data_draw(&host->list[LIST_HOST], r)->name;
    snprintf(x->address[i], sizeof x->address[i], "%s %d",
             data_draw(&host->list[LIST_STREET], r)->name, 1 + (int)random_below(r, 180));
    person_pattern(x->postcode[i], sizeof x->postcode[i], p->data.origin[s->host].postcode, r);
}

static void make_case(struct person *x, const struct crowd *p, const struct slot *s)
{
    struct random r;
    char code[8], phone[20];
    person_random(&r, p, SEED_CASE, s->case_no, 0);
    struct date begin;
    if (!date_from_ymd(&begin, FIRST_YEAR, 1, 1)) begin.first = 0;
    x->case_seen = begin.first + (int32_t)random_below(&r, YEARS * 365);
    make_phone(code, phone, &p->data.origin[s->host], &r);
    snprintf(x->case_phone, sizeof x->case_phone, "+%s%.11s", code, phone);
}

static void make_life(struct person *x, const struct crowd *p, uint32_t id, int year)
{
    const struct slot *s = &p->slot[id];
    const struct origin *host = &p->data.origin[s->host];
    double weight[ORGANISATION_MAX];
    struct random r;
    struct date born;
    person_random(&r, p, SEED_LIFE, id, 0);
    /* Twins have the family's birthday. */
    if (s->relation != RELATION_FIRST && s->relation != RELATION_TWIN) make_birthday(x, &r);
    if (date_from_ymd(&born, year, x->birth_month, x->birth_day)) x->born = born.first;
    x->birth_place = data_draw(&p->data.names[x->origin->places].list[LIST_PLACE], &r)->name;
    static const double passports[] = {0.8, 0.12, 0.02, 0, 0, 0, 0, 0.04, 0, 0.02};
    x->passport_standard = (enum crowd_standard)random_weighted(&r, passports, STANDARD_COUNT);
    person_pattern(x->document[0], sizeof x->document[0], x->origin->passport, &r);
    person_pattern(x->document[1], sizeof x->document[1],
                   happens(&r, 0.5) ? x->origin->passport : x->origin->identity, &r);
    for (int i = 0; i < 2; i++)
        make_phone(x->calling_code[i], x->phone[i],
                   host->host > 0 && happens(&r, 0.7) ? host : x->origin, &r);
    make_place(x, 1, p, s, &r); /* members of a family move alone */
    for (size_t i = 0; i < p->data.n_organisation; i++) weight[i] = p->data.organisation[i].weight;
    x->organisation = (uint32_t)random_weighted(&r, weight, p->data.n_organisation);
    make_case(x, p, s);
    x->first_seen = x->case_seen + (int32_t)(-60 * log(1 - random_unit(&r)));
    /* Some were married long before, some between two records. */
    x->married_on = x->first_seen + (int32_t)((random_unit(&r) - 0.65) * 3000);
    if (x->married_on < x->born + 20 * 365) x->married_as.n = 0;
}

void person_make(struct person *out, const struct crowd *p, uint32_t id)
{
    const struct slot *s = &p->slot[id];
    struct random family;
    int year;
    *out = (struct person){.female = false};
    /* What a family shares comes first of its generator: its members draw the same. */
    person_random(&family, p, SEED_FAMILY, s->family, 0);
    make_birthday(out, &family);
    make_place(out, 0, p, s, &family);
    if (s->namesake != id) {
        struct person other; /* drawn as it is for the one whose names these are */
        person_random(&family, p, SEED_FAMILY, p->slot[s->namesake].family, 0);
        make_birthday(&other, &family);
        make_place(&other, 0, p, &p->slot[s->namesake], &family);
    }
    make_names(out, p, s->namesake, &family, &year);
    make_life(out, p, id, year);
}
