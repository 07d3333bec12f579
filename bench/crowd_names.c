/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of a record: which of them, in which order, script and spelling. */
#include "crowd_record.h"

#include <stdio.h>
#include <string.h>

enum { PARTS_MAX = GIVEN_MAX + SURNAME_MAX + 3 };

struct part {
    char text[2 * PIECE_MAX];
    bool particle, russian;
};

struct parts {
    struct part part[PARTS_MAX];
    size_t n;
};

static void add(struct parts *l, const char *text, bool particle)
{
    if (l->n == PARTS_MAX) return;
    struct part *x = &l->part[l->n++];
    *x = (struct part){.particle = particle};
    text_put(x->text, sizeof x->text, text);
}

static void insert(struct parts *l, size_t at, const struct part *x)
{
    if (l->n == PARTS_MAX) return;
    memmove(&l->part[at + 1], &l->part[at], (l->n - at) * sizeof *x);
    l->part[at] = *x;
    l->n++;
}

static void cut(struct parts *l, size_t at)
{
    memmove(&l->part[at], &l->part[at + 1], (l->n - at - 1) * sizeof *l->part);
    l->n--;
}

/* Places of what is no particle. */
static size_t proper(const struct parts *l, size_t place[PARTS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (!l->part[i].particle) place[n++] = i;
    return n;
}

static bool is_cyrillic(const char *text)
{
    struct word w;
    word_of(&w, text);
    return w.n > 0 && letter_is_cyrillic(w.c[0]);
}

/* One of several words with blanks between. */
static void choose(char *out, size_t size, const char *several, struct random *r)
{
    size_t n = 1;
    for (const char *c = several; *c != 0; c++) n += *c == ' ';
    for (size_t k = random_below(r, n); k > 0; k--) several = strchr(several, ' ') + 1;
    snprintf(out, size, "%.*s", (int)strcspn(several, " "), several);
}

static void given_parts(struct writing *w, struct parts *given, struct parts *surname)
{
    struct person *x = &w->x;
    const struct entry *e = x->given_entry;
    for (size_t i = 0; i < x->n_given; i++) add(given, x->given[i].text, false);
    if (writing_roll(w, RATE_nickname, e->brief[0] != 0)) {
        choose(given->part[0].text, sizeof given->part[0].text, e->brief, &w->r);
    } else if (writing_roll(w, RATE_russian_form, e->other[0] != 0)) {
        text_put(given->part[0].text, sizeof given->part[0].text, e->other);
        given->part[0].russian = true;
    }
    bool middle = x->has_middle;
    if (writing_roll(w, RATE_second_given_missing, given->n > 1 || middle)) {
        given->n = 1;
        middle = false;
    }
    if (writing_roll(w, RATE_given_order, given->n > 1 || (middle && x->origin->family_first))) {
        if (middle) {
            add(given, x->middle.text, false); /* behind, where it does not belong */
            middle = false;
        } else {
            struct part first = given->part[0];
            given->part[0] = given->part[1];
            given->part[1] = first;
        }
    }
    struct part part = {.particle = false};
    text_put(part.text, sizeof part.text, x->middle.text);
    if (writing_roll(w, RATE_middle_moved, middle))
        insert(surname, x->origin->family_first ? surname->n : 0, &part);
    else if (middle) insert(given, x->origin->family_first ? 0 : given->n, &part);
    if (writing_roll(w, RATE_patronymic_written, x->patronymic[0] != 0))
        add(given, x->patronymic, false);
}

static void surname_parts(struct writing *w, struct parts *surname)
{
    struct person *x = &w->x;
    const struct surname *s = &x->born_as;
    bool married = x->married_as.n > 0 && w->seen >= x->married_on;
    if (married && !writing_roll(w, RATE_maiden_kept, true)) s = &x->married_as;
    bool other_form =
        x->female && s == &x->born_as && strcmp(s->piece[0].text, x->as_man.piece[0].text) != 0;
    if (writing_roll(w, RATE_gender_form, other_form)) s = &x->as_man;
    for (size_t i = 0; i < s->n; i++) add(surname, s->piece[i].text, s->piece[i].particle);

    size_t place[PARTS_MAX], n = proper(surname, place);
    if (writing_roll(w, RATE_particle_missing, n < surname->n))
        for (size_t i = surname->n; i-- > 0;)
            if (surname->part[i].particle) cut(surname, i);
    n = proper(surname, place);
    char *hyphen = n == 1 ? strchr(surname->part[place[0]].text, '-') : NULL;
    if (writing_roll(w, RATE_surname_part_missing, n > 1 || hyphen != NULL)) {
        if (hyphen != NULL) {
            *hyphen = 0; /* the first alone */
            return;
        }
        size_t from = random_below(&w->r, 2) == 0 ? 0 : random_below(&w->r, n - 1);
        size_t to = from == 0 ? n - 1 : from + 1; /* the last alone, or one out of the middle */
        for (size_t i = place[to]; i-- > (from == 0 ? 0 : place[from]);) cut(surname, i);
        while (surname->n > 1 && surname->part[surname->n - 1].particle)
            cut(surname, surname->n - 1);
    }
    n = proper(surname, place);
    if (writing_roll(w, RATE_surname_order, n > 1)) {
        struct part first = surname->part[place[0]];
        surname->part[place[0]] = surname->part[place[n - 1]];
        surname->part[place[n - 1]] = first;
    }
}

static void romanise_parts(struct writing *w, struct parts *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct word word;
        word_of(&word, l->part[i].text);
        word_romanise(&word, &w->p->data.standard[l->part[i].russian ? STANDARD_RU : w->standard]);
        word_put(l->part[i].text, sizeof l->part[i].text, &word);
    }
}

/* The parts behind each other; `glue` between the first two instead of a blank (NULL: a blank). */
static void join(struct word *out, const struct parts *l, const char *glue)
{
    out->n = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct word part;
        word_of(&part, l->part[i].text);
        bool glued = glue != NULL && i == 1;
        if (glued && glue[0] != 0) word_add(out, (uint32_t)glue[0]);
        if (!glued && i > 0) word_add(out, ' ');
        for (size_t k = 0; k < part.n; k++)
            word_add(out, glued && glue[0] == 0 && k == 0 ? letter_lower(part.c[k]) : part.c[k]);
    }
}

static void misspell(struct writing *w, struct word *given, struct word *surname)
{
    const struct crowd_data *d = &w->p->data;
    bool given_typed = writing_roll(w, RATE_typing_given, given->n > 2);
    if (given_typed && word_mistype(given, &w->r) && writing_roll(w, RATE_typing_again, true))
        word_mistype(given, &w->r);
    bool surname_typed = writing_roll(w, RATE_typing_surname, surname->n > 2);
    if (surname_typed && word_mistype(surname, &w->r) && writing_roll(w, RATE_typing_again, true))
        word_mistype(surname, &w->r);
    int names = (int)(w->x.names - d->names);
    if (writing_roll(w, RATE_phonetic, true)) {
        struct word *first = writing_happens(w, 0.6) ? surname : given;
        if (!word_confuse(first, d->confusion, d->n_confusion, false, names, &w->r))
            word_confuse(first == given ? surname : given, d->confusion, d->n_confusion, false,
                         names, &w->r);
    }
    if (writing_roll(w, RATE_ocr, true))
        word_confuse(writing_happens(w, 0.6) ? surname : given, d->confusion, d->n_confusion, true,
                     names, &w->r);
}

static void add_ending(struct writing *w, struct word *surname)
{
    const struct origin *host = &w->p->data.origin[w->p->slot[w->id].host];
    bool can = w->x.female && host->gender == GENDER_CZ && w->x.origin->gender != GENDER_CZ &&
               surname->n > 2 && !letter_is_cyrillic(surname->c[0]) && !word_ends(surname, "ová");
    if (!writing_roll(w, RATE_ova_added, can)) return;
    if (surname->c[surname->n - 1] == 'a' || surname->c[surname->n - 1] == 'o') surname->n--;
    word_add(surname, 'o');
    word_add(surname, 'v');
    word_add(surname, 0xE1);
}

static void put_word(struct writing *w, enum crowd_role role, struct word *x)
{
    if (w->plain) word_plain(x);
    if (w->upper) word_upper(x);
    word_put(w->out->value[role], CROWD_VALUE_MAX, x);
}

static void put_names(struct writing *w, struct word *given, struct word *surname)
{
    bool swap = writing_roll(w, RATE_eastern_order, w->x.origin->family_first && surname->n > 0);
    if (!swap) swap = writing_roll(w, RATE_fields_swapped, surname->n > 0);
    put_word(w, ROLE_given_name, swap ? surname : given);
    put_word(w, ROLE_surname, swap ? given : surname);
    char *given_text = w->out->value[ROLE_given_name], *surname_text = w->out->value[ROLE_surname];
    if (surname_text[0] == 0) text_put(w->out->value[ROLE_full_name], CROWD_VALUE_MAX, given_text);
    else if (w->x.origin->family_first || writing_happens(w, 0.25))
        writing_value(w, ROLE_full_name, "%s %s", surname_text, given_text);
    else writing_value(w, ROLE_full_name, "%s %s", given_text, surname_text);
    if (!writing_has(w, FIELD_SURNAME)) surname_text[0] = 0;
}

static void move_part(struct writing *w, struct parts *given, struct parts *surname)
{
    if (!writing_roll(w, RATE_part_moved, given->n > 1 || surname->n > 1)) return;
    if (given->n > 1) {
        insert(surname, 0, &given->part[given->n - 1]);
        cut(given, given->n - 1);
    } else {
        add(given, surname->part[0].text, false);
        cut(surname, 0);
    }
}

void writing_names(struct writing *w)
{
    struct parts given = {.n = 0}, surname = {.n = 0};
    struct word given_word, surname_word;
    bool foreign_script = is_cyrillic(w->x.given_entry->name);
    w->plain = writing_happens(w, w->org->plain);
    w->upper = writing_happens(w, w->org->upper);
    w->cyrillic = foreign_script && writing_happens(w, w->org->cyrillic);
    w->standard = (enum crowd_standard)random_weighted(&w->r, w->org->standard, STANDARD_COUNT);
    if (writing_roll(w, RATE_passport_spelling, foreign_script && !w->cyrillic))
        w->standard = w->x.passport_standard;
    surname_parts(w, &surname);
    given_parts(w, &given, &surname);
    move_part(w, &given, &surname);
    if (foreign_script && !w->cyrillic) {
        romanise_parts(w, &given);
        romanise_parts(w, &surname);
    }
    bool joined = writing_roll(w, RATE_parts_joined, given.n > 1 || surname.n > 1);
    const char *glue = !joined ? NULL : writing_happens(w, 0.6) ? "-" : "";
    join(&given_word, &given, given.n > 1 ? glue : NULL);
    join(&surname_word, &surname, given.n > 1 ? NULL : glue);
    add_ending(w, &surname_word);
    misspell(w, &given_word, &surname_word);
    put_names(w, &given_word, &surname_word);
    if (w->x.given_entry->brief[0] != 0 && writing_happens(w, 0.3)) {
        char brief[2 * PIECE_MAX];
        choose(brief, sizeof brief, w->x.given_entry->brief, &w->r);
        writing_text(w, ROLE_alias, brief);
    }
}
