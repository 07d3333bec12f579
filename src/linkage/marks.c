/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/marks.h"

#include "linkage/name.h"

#include "base/date.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { FAMILY_NAME, FAMILY_BIRTH, FAMILY_COLUMN }; /* then a family for each other column */

/* FNV-1a (Fowler, Noll, Vo 1991), finished as MurmurHash3 does: sets of marks are small, and an
 * attacker gains nothing but more candidates, whose number is limited. */
static uint32_t hash(const void *p, size_t n, uint32_t seed)
{
    const unsigned char *c = p;
    uint32_t h = 2166136261u ^ (seed * 2654435761u);
    for (size_t i = 0; i < n; i++) h = (h ^ c[i]) * 16777619u;
    h ^= h >> 16;
    h *= 0x85ebca6bu;
    h ^= h >> 13;
    h *= 0xc2b2ae35u;
    return h ^ h >> 16;
}

static void add(struct marks *m, int family, const char *what, const char *of)
{
    struct mark_kind *k = &m->kind[m->n_kind++];
    *k = (struct mark_kind){.family = family};
    snprintf(k->name, sizeof k->name, "%s%s", what, of);
    MEM_GROW(k->start, k->start_cap, 1);
    k->start[0] = 0;
}

static void put(struct mark_kind *k, size_t at, uint32_t value)
{
    for (size_t i = k->start[at]; i < k->n_value; i++)
        if (k->value[i] == value) return;
    MEM_GROW(k->value, k->cap, k->n_value + 1);
    k->value[k->n_value++] = value;
}

enum spelling { SOUND, FRAME, BEGINNING };

static uint32_t word_mark(const struct people_word *w, enum spelling s)
{
    char frame[NAME_WORD_MAX + 1];
    size_t n;
    if (w->encoded) return w->mark[s];
    switch (s) {
    case SOUND: return hash(w->sound, w->n_sound, 1);
    case FRAME:
        n = name_frame(frame, (struct text){w->sound, w->n_sound});
        return hash(frame, n, 2);
    case BEGINNING: break;
    }
    return hash(w->text, w->n < 4 ? w->n : 4, 3);
}

/* A word that one record in twenty has marks nobody. */
static bool marks_well(const struct people_word *w)
{
    return w->bits > 4.3f && w->n > 1;
}

static void name_marks(struct mark_kind *k, size_t at, const struct people *p, size_t i,
                       enum spelling s)
{
    for (size_t c = 0; c < p->n_column; c++) {
        const struct people_column *x = &p->column[c];
        if (x->words != &p->names) continue;
        for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++)
            if (marks_well(&x->words->word[x->id[j]]))
                put(k, at, word_mark(&x->words->word[x->id[j]], s));
    }
}

/* Any two words of the name. */
static void pair_marks(struct mark_kind *k, size_t at, const struct people *p, size_t i)
{
    uint32_t mark[2 * NAME_WORDS];
    size_t n = 0;
    for (size_t c = 0; c < p->n_column; c++) {
        const struct people_column *x = &p->column[c];
        if (x->words != &p->names) continue;
        for (uint32_t j = x->start[i]; j < x->start[i + 1] && n < 2 * NAME_WORDS; j++)
            if (marks_well(&x->words->word[x->id[j]]))
                mark[n++] = word_mark(&x->words->word[x->id[j]], FRAME);
    }
    for (size_t a = 0; a < n && a < 4; a++)
        for (size_t b = a + 1; b < n && b < 5; b++) {
            uint32_t both[2] = {mark[a] < mark[b] ? mark[a] : mark[b],
                                mark[a] < mark[b] ? mark[b] : mark[a]};
            if (both[0] != both[1]) put(k, at, hash(both, sizeof both, 4));
        }
}

/* `k`: the column's kinds, as column_kinds() made them. */
static void column_marks(struct mark_kind *k, size_t at, const struct people_column *x, size_t i)
{
    for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++) {
        const struct people_word *w = &x->words->word[x->id[j]];
        if (x->role == LINKAGE_TEXT) {
            if (w->n < 2) continue;
            put(&k[0], at, word_mark(w, SOUND));
            put(&k[1], at, word_mark(w, FRAME));
        } else {
            put(&k[0], at, w->encoded ? w->mark[0] : hash(w->text, w->n, 5));
        }
        if (x->role == LINKAGE_TEXT || x->role == LINKAGE_CODE || w->n < 6) continue;
        size_t n = w->n / 2;
        put(&k[1], at, w->encoded ? w->mark[1] : hash(w->text, n, 6));
        put(&k[1], at, w->encoded ? w->mark[2] : hash(w->text + w->n - n, n, 7));
    }
}

enum { WHOLE, DAYS, MONTH, REST, YEAR }; /* the kinds of dates of birth */

/* `x`: what is encoded of it; NULL: nothing is. */
static void birth_marks(struct mark_kind *k, size_t at, const struct people_birth *b,
                        const struct encoded_birth *x)
{
    int y = b->year, o = b->month, d = b->day;
    if (y != 0 && o != 0 && d != 0) {
        if (o != 1 || d != 1) put(&k[WHOLE], at, hash((int[]){y, o, d}, 3 * sizeof(int), 8));
        if (o != 1 || d != 1)
            put(&k[DAYS], at, hash((int[]){o < d ? o : d, o < d ? d : o}, 2 * sizeof(int), 9));
        put(&k[REST], at, hash((int[]){y, d}, 2 * sizeof(int), 10));
    }
    if (y != 0 && o != 0) put(&k[MONTH], at, hash((int[]){y, o}, 2 * sizeof(int), 11));
    if (x != NULL && x->month && x->day && !x->first) {
        put(&k[WHOLE], at, x->whole);
        put(&k[DAYS], at, x->either);
    }
    if (x != NULL && x->month && x->day) put(&k[REST], at, x->year_day);
    if (x != NULL && x->month) put(&k[MONTH], at, x->year_month);
    if (y != 0) put(&k[YEAR], at, hash(&y, sizeof y, 12));
    else if (b->age >= 0 && b->reported != INT32_MIN) {
        int reported_year, unused[2];
        date_to_ymd(b->reported, &reported_year, &unused[0], &unused[1]);
        for (int before = 0; before < 2; before++)
            put(&k[YEAR], at, hash(&(int){reported_year - b->age - before}, sizeof(int), 12));
    }
}

static uint32_t content(const struct marks *m, size_t at)
{
    uint32_t h = 0;
    for (size_t k = 0; k < m->n_kind; k++) {
        const struct mark_kind *x = &m->kind[k];
        size_t n = x->start[at + 1] - x->start[at];
        if (n > 0) h = hash(x->value + x->start[at], n * sizeof *x->value, h + (uint32_t)k);
    }
    return h;
}

/* ---- kinds ---- */

static void column_kinds(struct marks *m, const struct people_column *x, size_t column)
{
    int family = FAMILY_COLUMN + (int)column;
    m->column[column] = (uint8_t)m->n_kind;
    add(m, family, x->role == LINKAGE_TEXT ? "sound of " : "", x->name);
    if (x->role == LINKAGE_TEXT) add(m, family, "consonants of ", x->name);
    else if (x->role != LINKAGE_CODE) add(m, family, "half of ", x->name);
}

void marks_begin(struct marks *out, const struct people *p)
{
    bool named = false;
    *out = (struct marks){.names = MARK_KINDS, .birth = MARK_KINDS};
    memset(out->column, MARK_KINDS, sizeof out->column);
    for (size_t c = 0; c < p->n_column; c++) named = named || p->column[c].words == &p->names;
    if (named) {
        out->names = (uint8_t)out->n_kind;
        add(out, FAMILY_NAME, "sound of a name", "");
        add(out, FAMILY_NAME, "consonants of a name", "");
        add(out, FAMILY_NAME, "beginning of a name", "");
        add(out, FAMILY_NAME, "consonants of two names", "");
    }
    if (p->has_birth) {
        out->birth = (uint8_t)out->n_kind;
        add(out, FAMILY_BIRTH, "date of birth", "");
        add(out, FAMILY_BIRTH, "day and month of birth, in any order", "");
        add(out, FAMILY_BIRTH, "year and month of birth", "");
        add(out, FAMILY_BIRTH, "year and day of birth", "");
        add(out, FAMILY_BIRTH, "year of birth, or of the age", "");
    }
    for (size_t c = 0; c < p->n_column && out->n_kind + 2 <= MARK_KINDS; c++) {
        enum linkage_role role = p->column[c].role;
        if (role == LINKAGE_TEXT || role == LINKAGE_CODE || role == LINKAGE_NUMBER ||
            role == LINKAGE_PHONE)
            column_kinds(out, &p->column[c], c);
    }
}

void marks_add(struct marks *io, const struct people *p, size_t record)
{
    size_t at = io->n;
    if (io->names < MARK_KINDS) {
        struct mark_kind *k = &io->kind[io->names];
        for (int s = SOUND; s <= BEGINNING; s++) name_marks(&k[s], at, p, record, (enum spelling)s);
        pair_marks(&k[BEGINNING + 1], at, p, record);
    }
    if (io->birth < MARK_KINDS)
        birth_marks(&io->kind[io->birth], at, &p->birth[record],
                    p->encoded ? &p->encoded_birth[record] : NULL);
    for (size_t c = 0; c < p->n_column; c++)
        if (io->column[c] < MARK_KINDS)
            column_marks(&io->kind[io->column[c]], at, &p->column[c], record);
    for (size_t i = 0; i < io->n_kind; i++) {
        struct mark_kind *k = &io->kind[i];
        MEM_GROW(k->start, k->start_cap, at + 2);
        k->start[at + 1] = (uint32_t)k->n_value;
    }
    MEM_GROW(io->content, io->content_cap, at + 1);
    io->content[at] = content(io, at);
    io->n++;
}

void marks_clear(struct marks *io)
{
    for (size_t i = 0; i < io->n_kind; i++) io->kind[i].n_value = 0;
    io->n = 0;
}

void marks_make(struct marks *out, const struct people *p)
{
    marks_begin(out, p);
    for (size_t k = 0; k < out->n_kind; k++)
        MEM_GROW(out->kind[k].start, out->kind[k].start_cap, p->n + 1);
    for (size_t i = 0; i < p->n; i++) marks_add(out, p, i);
}

void marks_release(struct marks *m)
{
    mem_free(m->content);
    for (size_t i = 0; i < m->n_kind; i++) {
        mem_free(m->kind[i].start);
        mem_free(m->kind[i].value);
    }
    *m = (struct marks){0};
}
