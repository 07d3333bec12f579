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

static struct mark_kind *add(struct marks *m, int family, const char *what, const char *of)
{
    struct mark_kind *k = &m->kind[m->n_kind++];
    *k = (struct mark_kind){.family = family};
    snprintf(k->name, sizeof k->name, "%s%s", what, of);
    k->start = mem_new(m->n + 1, sizeof *k->start);
    return k;
}

static void put(struct mark_kind *k, size_t record, uint32_t value)
{
    for (size_t i = k->start[record]; i < k->n_value; i++)
        if (k->value[i] == value) return;
    MEM_GROW(k->value, k->cap, k->n_value + 1);
    k->value[k->n_value++] = value;
}

static void end(struct mark_kind *k, size_t record)
{
    k->start[record + 1] = (uint32_t)k->n_value;
}

enum spelling { SOUND, FRAME, BEGINNING };

static uint32_t word_mark(const struct people_word *w, enum spelling s)
{
    char frame[NAME_WORD_MAX + 1];
    size_t n;
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

static void name_marks(struct mark_kind *k, const struct people *p, enum spelling s)
{
    for (size_t i = 0; i < p->n; i++) {
        for (size_t c = 0; c < p->n_column; c++) {
            const struct people_column *x = &p->column[c];
            if (x->words != &p->names) continue;
            for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++)
                if (marks_well(&x->words->word[x->id[j]]))
                    put(k, i, word_mark(&x->words->word[x->id[j]], s));
        }
        end(k, i);
    }
}

/* Any two words of the name. */
static void pair_marks(struct mark_kind *k, const struct people *p)
{
    for (size_t i = 0; i < p->n; i++) {
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
                if (both[0] != both[1]) put(k, i, hash(both, sizeof both, 4));
            }
        end(k, i);
    }
}

static void column_marks(struct marks *m, const struct people *p, size_t column)
{
    const struct people_column *x = &p->column[column];
    int family = FAMILY_COLUMN + (int)column;
    bool number = x->role == LINKAGE_NUMBER || x->role == LINKAGE_PHONE;
    struct mark_kind *k = add(m, family, x->role == LINKAGE_TEXT ? "sound of " : "", x->name);
    struct mark_kind *half = number ? add(m, family, "half of ", x->name) : NULL;
    struct mark_kind *frame =
        x->role == LINKAGE_TEXT ? add(m, family, "consonants of ", x->name) : NULL;
    for (size_t i = 0; i < p->n; i++) {
        for (uint32_t j = x->start[i]; j < x->start[i + 1]; j++) {
            const struct people_word *w = &x->words->word[x->id[j]];
            if (x->role == LINKAGE_TEXT) {
                if (w->n < 2) continue;
                put(k, i, word_mark(w, SOUND));
                put(frame, i, word_mark(w, FRAME));
            } else {
                put(k, i, hash(w->text, w->n, 5));
            }
            if (half == NULL || w->n < 6) continue;
            put(half, i, hash(w->text, w->n / 2, 6));
            put(half, i, hash(w->text + w->n - w->n / 2, w->n / 2, 7));
        }
        end(k, i);
        if (half != NULL) end(half, i);
        if (frame != NULL) end(frame, i);
    }
}

static void birth_marks(struct marks *m, const struct people *p)
{
    struct mark_kind *whole = add(m, FAMILY_BIRTH, "date of birth", "");
    struct mark_kind *days = add(m, FAMILY_BIRTH, "day and month of birth, in any order", "");
    struct mark_kind *month = add(m, FAMILY_BIRTH, "year and month of birth", "");
    struct mark_kind *rest = add(m, FAMILY_BIRTH, "year and day of birth", "");
    struct mark_kind *year = add(m, FAMILY_BIRTH, "year of birth, or of the age", "");
    for (size_t i = 0; i < p->n; i++) {
        const struct people_birth *b = &p->birth[i];
        int y = b->year, o = b->month, d = b->day;
        if (y != 0 && o != 0 && d != 0) {
            if (o != 1 || d != 1) put(whole, i, hash((int[]){y, o, d}, 3 * sizeof(int), 8));
            if (o != 1 || d != 1)
                put(days, i, hash((int[]){o < d ? o : d, o < d ? d : o}, 2 * sizeof(int), 9));
            put(rest, i, hash((int[]){y, d}, 2 * sizeof(int), 10));
        }
        if (y != 0 && o != 0) put(month, i, hash((int[]){y, o}, 2 * sizeof(int), 11));
        if (y != 0) put(year, i, hash(&y, sizeof y, 12));
        else if (b->age >= 0 && b->reported != INT32_MIN) {
            int reported_year, unused[2];
            date_to_ymd(b->reported, &reported_year, &unused[0], &unused[1]);
            for (int before = 0; before < 2; before++)
                put(year, i, hash(&(int){reported_year - b->age - before}, sizeof(int), 12));
        }
        end(whole, i);
        end(days, i);
        end(month, i);
        end(rest, i);
        end(year, i);
    }
}

static void contents(struct marks *m)
{
    m->content = mem_new(m->n, sizeof *m->content);
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->n_kind; k++) {
            const struct mark_kind *x = &m->kind[k];
            size_t n = x->start[i + 1] - x->start[i];
            if (n > 0)
                m->content[i] =
                    hash(x->value + x->start[i], n * sizeof *x->value, m->content[i] + (uint32_t)k);
        }
}

void marks_make(struct marks *out, const struct people *p)
{
    bool named = false;
    *out = (struct marks){.n = p->n};
    for (size_t c = 0; c < p->n_column; c++) named = named || p->column[c].words == &p->names;
    if (named) {
        name_marks(add(out, FAMILY_NAME, "sound of a name", ""), p, SOUND);
        name_marks(add(out, FAMILY_NAME, "consonants of a name", ""), p, FRAME);
        name_marks(add(out, FAMILY_NAME, "beginning of a name", ""), p, BEGINNING);
        pair_marks(add(out, FAMILY_NAME, "consonants of two names", ""), p);
    }
    if (p->has_birth) birth_marks(out, p);
    for (size_t c = 0; c < p->n_column && out->n_kind + 2 <= MARK_KINDS; c++) {
        enum linkage_role role = p->column[c].role;
        if (role == LINKAGE_TEXT || role == LINKAGE_CODE || role == LINKAGE_NUMBER ||
            role == LINKAGE_PHONE)
            column_marks(out, p, c);
    }
    contents(out);
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
