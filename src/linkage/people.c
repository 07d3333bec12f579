/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/people.h"

#include "linkage/name.h"

#include "base/date.h"
#include "base/map.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const role_name[LINKAGE_ROLES] = {
    [LINKAGE_IGNORE] = "ignore",
    [LINKAGE_GIVEN] = "given",
    [LINKAGE_SURNAME] = "surname",
    [LINKAGE_TEXT] = "text",
    [LINKAGE_CODE] = "code",
    [LINKAGE_NUMBER] = "number",
    [LINKAGE_PHONE] = "phone",
    [LINKAGE_BIRTH] = "birth",
    [LINKAGE_BIRTH_YEAR] = "birth_year",
    [LINKAGE_BIRTH_MONTH] = "birth_month",
    [LINKAGE_BIRTH_DAY] = "birth_day",
    [LINKAGE_AGE] = "age",
    [LINKAGE_REPORTED] = "reported",
};

bool linkage_role_find(enum linkage_role *out, struct text name)
{
    for (int i = 0; i < LINKAGE_ROLES; i++)
        if (text_is(name, role_name[i])) {
            *out = (enum linkage_role)i;
            return true;
        }
    return false;
}

struct people *people_new(const struct people_role *role, size_t n_role)
{
    struct people *p = mem_new(1, sizeof *p);
    assert(n_role <= PEOPLE_COLUMNS);
    p->n_column = n_role;
    p->names.find = map_new();
    p->scratch = arena_new(ARENA_WIPE);
    for (size_t i = 0; i < n_role; i++) {
        struct people_column *c = &p->column[i];
        bool name = role[i].role == LINKAGE_GIVEN || role[i].role == LINKAGE_SURNAME;
        p->own[i].find = map_new();
        *c = (struct people_column){.role = role[i].role,
                                    .name = role[i].name,
                                    .words = name ? &p->names : &p->own[i]};
        MEM_GROW(c->start, c->start_cap, 1);
        c->start[0] = 0;
        p->has_birth =
            p->has_birth || role[i].role == LINKAGE_BIRTH || role[i].role == LINKAGE_BIRTH_YEAR;
        p->has_age = p->has_age || role[i].role == LINKAGE_AGE;
        p->has_reported = p->has_reported || role[i].role == LINKAGE_REPORTED;
    }
    return p;
}

static void words_release(struct people_words *w)
{
    if (w->word != NULL) mem_free_wiped(w->word, w->cap * sizeof *w->word);
    map_free(w->find);
}

void people_free(struct people *p)
{
    if (p == NULL) return;
    words_release(&p->names);
    for (size_t i = 0; i < p->n_column; i++) {
        words_release(&p->own[i]);
        mem_free(p->column[i].start);
        mem_free(p->column[i].id);
        mem_free(p->column[i].bits);
    }
    arena_free(p->scratch);
    mem_free(p->birth);
    mem_free(p);
}

/* ---- values ---- */

static uint32_t letters(const char *p, size_t n)
{
    uint32_t set = 0;
    for (size_t i = 0; i < n; i++) set |= UINT32_C(1) << ((unsigned char)p[i] & 31);
    return set;
}

static void add_word(struct people_column *c, struct text t, bool sounds)
{
    struct people_words *w = c->words;
    if (t.n > NAME_WORD_MAX) t.n = NAME_WORD_MAX;
    uint32_t id = map_get(w->find, t);
    if (id == MAP_NONE) {
        id = (uint32_t)w->n;
        MEM_GROW(w->word, w->cap, w->n + 1);
        struct people_word *x = &w->word[w->n++];
        *x = (struct people_word){.n = (uint8_t)t.n};
        memcpy(x->text, t.p, t.n);
        if (sounds) x->n_sound = (uint8_t)name_sound(x->sound, t);
        x->letters = letters(x->text, x->n);
        x->sound_letters = letters(x->sound, x->n_sound);
        map_put(w->find, t, id);
    }
    MEM_GROW(c->id, c->id_cap, c->n_id + 1);
    c->id[c->n_id++] = id;
}

/* Letters and digits alone. */
static struct text bare(struct text t, struct arena *a)
{
    struct text word[NAME_WORDS];
    size_t n = name_words(word, t, a), at = 0;
    char *out = arena_take(a, NAME_WORDS * NAME_WORD_MAX + 1, 1);
    for (size_t i = 0; i < n; i++) {
        memcpy(out + at, word[i].p, word[i].n);
        at += word[i].n;
    }
    return (struct text){out, at};
}

static struct text digits(struct text t, struct arena *a)
{
    char *out = arena_take(a, t.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] >= '0' && t.p[i] <= '9') out[n++] = t.p[i];
    return (struct text){out, n};
}

static int number(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n && i < 4; i++) v = v * 10 + (p[i] - '0');
    return v;
}

/* Up to three groups of digits. Returns how many; `length` in digits. */
static size_t groups(int value[static 3], size_t length[static 3], struct text t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n && n < 3;) {
        size_t k = i;
        while (k < t.n && t.p[k] >= '0' && t.p[k] <= '9') k++;
        if (k == i) {
            i++;
            continue;
        }
        value[n] = number(t.p + i, k - i);
        length[n++] = k - i;
        i = k;
    }
    return n;
}

static void read_birth(struct people_birth *b, struct text t)
{
    int v[3] = {0};
    size_t length[3] = {0}, n = groups(v, length, t);
    if (n == 1 && length[0] == 8) {
        size_t at = 0;
        while (t.p[at] < '0' || t.p[at] > '9') at++;
        v[1] = number(t.p + at + 4, 2);
        v[2] = number(t.p + at + 6, 2);
    } else if (n == 3 && length[2] == 4) {
        int year = v[2];
        v[2] = v[0];
        v[0] = year;
    }
    if (v[0] < 1000) return;
    b->year = (int16_t)v[0];
    b->month = (int8_t)(v[1] > 99 ? 0 : v[1]);
    b->day = (int8_t)(v[2] > 99 ? 0 : v[2]);
}

static int part(struct text t)
{
    int v[3] = {0};
    size_t length[3];
    return groups(v, length, t) == 0 ? 0 : v[0];
}

static void read_value(struct people *p, struct people_column *c, struct text t, struct arena *a)
{
    struct people_birth *b = &p->birth[p->n];
    struct text word[NAME_WORDS];
    struct date day;
    size_t n;

    switch (c->role) {
    case LINKAGE_GIVEN:
    case LINKAGE_SURNAME:
    case LINKAGE_TEXT:
        n = name_words(word, t, a);
        for (size_t i = 0; i < n; i++) add_word(c, word[i], true);
        break;
    case LINKAGE_CODE: add_word(c, t, false); break;
    case LINKAGE_NUMBER:
        t = bare(t, a);
        if (t.n > 0) add_word(c, t, false);
        break;
    case LINKAGE_PHONE:
        t = digits(t, a);
        if (t.n > 9) t = (struct text){t.p + t.n - 9, 9};
        if (t.n > 0) add_word(c, t, false);
        break;
    case LINKAGE_BIRTH: read_birth(b, t); break;
    case LINKAGE_BIRTH_YEAR: b->year = (int16_t)part(t); break;
    case LINKAGE_BIRTH_MONTH: b->month = (int8_t)(part(t) % 100); break;
    case LINKAGE_BIRTH_DAY: b->day = (int8_t)(part(t) % 100); break;
    case LINKAGE_AGE: b->age = (int16_t)part(t); break;
    case LINKAGE_REPORTED:
        if (date_parse(&day, t, DATE_ISO)) b->reported = day.first;
        break;
    case LINKAGE_IGNORE:
    case LINKAGE_ROLES: break;
    }
}

void people_add(struct people *p, const struct text *value)
{
    struct arena_mark mark = arena_mark(p->scratch);
    MEM_GROW(p->birth, p->cap, p->n + 1);
    p->birth[p->n] = (struct people_birth){.age = -1, .reported = INT32_MIN};
    for (size_t i = 0; i < p->n_column; i++) {
        struct people_column *c = &p->column[i];
        struct text t = text_trim(value[i]);
        if (t.n > 0) read_value(p, c, t, p->scratch);
        MEM_GROW(c->start, c->start_cap, p->n + 2);
        c->start[p->n + 1] = (uint32_t)c->n_id;
    }
    p->n++;
    arena_rewind(p->scratch, mark);
}

/* ---- how common ---- */

static void count_words(struct people_words *w)
{
    double all = w->n_record == 0 ? 1 : (double)w->n_record;
    for (size_t i = 0; i < w->n; i++) {
        struct people_word *x = &w->word[i];
        x->bits = (float)(log2(all) - log2(x->count == 0 ? 1 : (double)x->count));
        if (x->bits < 0) x->bits = 0;
    }
}

static void count_births(struct people *p)
{
    struct map *dates = map_new();
    size_t n = 0;
    char key[8];
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < p->n; i++) {
            struct people_birth *b = &p->birth[i];
            if (b->year == 0 || b->month == 0 || b->day == 0) continue;
            memcpy(key, &b->year, 2);
            key[2] = (char)b->month;
            key[3] = (char)b->day;
            struct text t = {key, 4};
            uint32_t had = map_get(dates, t);
            if (round == 0) {
                n++;
                map_put(dates, t, had == MAP_NONE ? 1 : had + 1);
            } else {
                b->bits = (float)(log2((double)n) - log2((double)had));
            }
        }
    map_free(dates);
}

/* How rare a record's words are together. Words go together ("Maria José"), so their own rarities
 * must not be summed where the whole is common. */
static void count_wholes(struct people *p, struct people_column *c)
{
    struct map *wholes = map_new();
    size_t n = 0;
    c->bits = mem_new(p->n, sizeof *c->bits);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < p->n; i++) {
            const uint32_t *id = c->id + c->start[i];
            size_t n_id = c->start[i + 1] - c->start[i];
            struct text key = {(const char *)id, n_id * sizeof *id};
            if (n_id == 0) continue;
            uint32_t had = map_get(wholes, key);
            if (round == 0) {
                n++;
                map_put(wholes, key, had == MAP_NONE ? 1 : had + 1);
                continue;
            }
            double sum = 0, whole = log2((double)n) - log2((double)had);
            for (size_t k = 0; k < n_id; k++) sum += (double)c->words->word[id[k]].bits;
            c->bits[i] = (float)(sum < whole ? sum : whole);
        }
    map_free(wholes);
}

void people_count(struct people *p)
{
    for (size_t c = 0; c < p->n_column; c++) {
        struct people_column *x = &p->column[c];
        for (size_t i = 0; i < p->n; i++) {
            if (x->start[i + 1] > x->start[i]) x->words->n_record++;
            for (uint32_t k = x->start[i]; k < x->start[i + 1]; k++)
                x->words->word[x->id[k]].count++;
        }
    }
    count_words(&p->names);
    for (size_t c = 0; c < p->n_column; c++) {
        count_words(&p->own[c]);
        count_wholes(p, &p->column[c]);
    }
    count_births(p);
}
