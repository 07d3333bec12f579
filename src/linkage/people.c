/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/people.h"

#include "linkage/name.h"
#include "linkage/read.h"

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
    [LINKAGE_PERIOD] = "period",
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

static bool is_words(enum linkage_role role)
{
    return role == LINKAGE_GIVEN || role == LINKAGE_SURNAME || role == LINKAGE_TEXT ||
           role == LINKAGE_NUMBER || role == LINKAGE_PHONE;
}

bool linkage_role_is_identifier(enum linkage_role role)
{
    return is_words(role) || role == LINKAGE_BIRTH || role == LINKAGE_BIRTH_YEAR ||
           role == LINKAGE_BIRTH_MONTH || role == LINKAGE_BIRTH_DAY;
}

const char *linkage_role_name(enum linkage_role r)
{
    return role_name[r];
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
                                    .tag = encoding_tag(role[i].name),
                                    .words = name ? &p->names : &p->own[i]};
        MEM_GROW(c->start, c->start_cap, 1);
        MEM_GROW(c->id, c->id_cap, 1); /* never NULL, also where nobody has anything */
        c->start[0] = 0;
        p->has_birth =
            p->has_birth || role[i].role == LINKAGE_BIRTH || role[i].role == LINKAGE_BIRTH_YEAR;
        p->has_age = p->has_age || role[i].role == LINKAGE_AGE;
        p->has_reported = p->has_reported || role[i].role == LINKAGE_REPORTED;
        p->has_period = p->has_period || role[i].role == LINKAGE_PERIOD;
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
    mem_free(p->encoded_birth);
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

static void add_codes(struct people_column *c, struct text t)
{
    struct text rest = t, line, code;
    for (size_t n = 0; text_split(&rest, '\n', &line);)
        while (text_split(&line, ' ', &code))
            if (code.n > 0 && n++ < NAME_WORDS) add_word(c, code, false);
}

/* Of days known to the month or year the widest reading. */
static void read_period(struct people_birth *b, struct text t)
{
    struct text line;
    struct date day;
    while (text_split(&t, '\n', &line)) {
        if (!date_parse(&day, text_trim(line), DATE_ISO)) continue;
        if (b->from == INT32_MIN || day.first < b->from) b->from = day.first;
        if (b->to == INT32_MIN || day.last > b->to) b->to = day.last;
    }
}

static void read_value(struct people *p, struct people_column *c, struct text t, struct arena *a)
{
    struct people_birth *b = &p->birth[p->n];
    struct text word[NAME_WORDS];
    struct read_birth birth;
    struct date day;
    size_t n;

    switch (c->role) {
    case LINKAGE_GIVEN:
    case LINKAGE_SURNAME:
    case LINKAGE_TEXT:
        n = name_words(word, t, a);
        for (size_t i = 0; i < n; i++) add_word(c, word[i], true);
        break;
    case LINKAGE_CODE: add_codes(c, t); break;
    case LINKAGE_NUMBER:
    case LINKAGE_PHONE:
        n = read_numbers(word, t, c->role == LINKAGE_PHONE, a);
        for (size_t i = 0; i < n; i++) add_word(c, word[i], false);
        break;
    case LINKAGE_BIRTH:
        birth = read_birth(t);
        if (birth.year != 0) b->year = (int16_t)birth.year;
        if (birth.year != 0) b->month = (int8_t)birth.month;
        if (birth.year != 0) b->day = (int8_t)birth.day;
        break;
    case LINKAGE_BIRTH_YEAR:
        if (b->year == 0) b->year = (int16_t)read_part(t);
        break;
    case LINKAGE_BIRTH_MONTH: b->month = (int8_t)(read_part(t) % 100); break;
    case LINKAGE_BIRTH_DAY: b->day = (int8_t)(read_part(t) % 100); break;
    case LINKAGE_AGE: b->age = (int16_t)read_part(t); break;
    case LINKAGE_REPORTED:
        if (date_parse(&day, t, DATE_ISO)) b->reported = day.first;
        break;
    case LINKAGE_PERIOD: read_period(b, t); break;
    case LINKAGE_IGNORE:
    case LINKAGE_ROLES: break;
    }
}

static void begin(struct people *p)
{
    MEM_GROW(p->birth, p->cap, p->n + 1);
    p->birth[p->n] =
        (struct people_birth){.age = -1, .reported = INT32_MIN, .from = INT32_MIN, .to = INT32_MIN};
}

static void end_column(struct people *p, struct people_column *c)
{
    MEM_GROW(c->start, c->start_cap, p->n + 2);
    c->start[p->n + 1] = (uint32_t)c->n_id;
}

void people_add(struct people *p, const struct text *value)
{
    struct arena_mark mark = arena_mark(p->scratch);
    assert(!p->encoded);
    begin(p);
    for (size_t i = 0; i < p->n_column; i++) {
        struct text t = text_trim(value[i]);
        if (t.n > 0) read_value(p, &p->column[i], t, p->scratch);
        end_column(p, &p->column[i]);
    }
    p->n++;
    arena_rewind(p->scratch, mark);
}

/* ---- encoded ---- */

static uint16_t bits_set(const uint64_t *p, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) sum += __builtin_popcountll(p[i]);
    return (uint16_t)sum;
}

static void add_encoded_word(struct people_column *c, const struct encoded_word *in)
{
    struct people_words *w = c->words;
    struct text key = {(const char *)&in->id, sizeof in->id};
    uint32_t id = map_get(w->find, key);
    if (id == MAP_NONE) {
        id = (uint32_t)w->n;
        MEM_GROW(w->word, w->cap, w->n + 1);
        struct people_word *x = &w->word[w->n++];
        *x = (struct people_word){.n = in->n, .encoded = true};
        memcpy(x->pairs, in->pairs, sizeof x->pairs);
        memcpy(x->sounds, in->sounds, sizeof x->sounds);
        memcpy(x->mark, in->mark, sizeof x->mark);
        x->n_pairs = bits_set(x->pairs, ENCODED_PAIRS);
        x->n_sounds = bits_set(x->sounds, ENCODED_SOUNDS);
        map_put(w->find, key, id);
    }
    MEM_GROW(c->id, c->id_cap, c->n_id + 1);
    c->id[c->n_id++] = id;
}

/* Each column's field of the encoding, the first with its tag: where to read its items, nothing
 * where there is none. */
static void find_fields(struct encoding_reader out[static PEOPLE_COLUMNS], const struct people *p,
                        struct text encoding)
{
    struct encoding_reader r;
    for (size_t i = 0; i < p->n_column; i++) out[i] = (struct encoding_reader){.n = 0};
    if (encoding.n == 0 || !encoding_open(&r, encoding)) return;
    while (encoding_next(&r))
        for (size_t i = 0; i < p->n_column; i++)
            if (p->column[i].tag == r.tag && out[i].n == 0) out[i] = r;
}

static void add_words(struct people_column *c, struct encoding_reader *field)
{
    struct encoded_word w;
    enum encoding_kind kind =
        c->role == LINKAGE_NUMBER || c->role == LINKAGE_PHONE ? ENCODING_NUMBER : ENCODING_WORDS;
    if (field->kind != kind) return;
    for (size_t n = 0; n < NAME_WORDS && encoding_take_word(&w, field); n++)
        add_encoded_word(c, &w);
}

static void add_birth(struct people *p, struct encoding_reader *field)
{
    struct encoded_birth x;
    if (!encoding_take_birth(&x, field)) return;
    p->encoded_birth[p->n] = x;
    p->birth[p->n].year = x.year;
}

void people_add_encoded(struct people *p, const struct text *value, struct text encoding)
{
    struct arena_mark mark = arena_mark(p->scratch);
    struct encoding_reader field[PEOPLE_COLUMNS];
    assert(p->encoded || p->n == 0);
    p->encoded = true;
    begin(p);
    MEM_GROW(p->encoded_birth, p->encoded_cap, p->n + 1);
    p->encoded_birth[p->n] = (struct encoded_birth){0};
    find_fields(field, p, encoding);
    for (size_t i = 0; i < p->n_column; i++) {
        struct people_column *c = &p->column[i];
        struct text t = text_trim(value[i]);
        if (is_words(c->role)) add_words(c, &field[i]);
        if (c->role == LINKAGE_BIRTH || c->role == LINKAGE_BIRTH_YEAR) add_birth(p, &field[i]);
        if (t.n > 0) read_value(p, c, t, p->scratch);
        end_column(p, c);
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
            const struct encoded_birth *x = p->encoded ? &p->encoded_birth[i] : NULL;
            if (x != NULL ? !x->month || !x->day : b->month == 0 || b->day == 0) continue;
            if (b->year == 0) continue;
            memcpy(key, &b->year, 2);
            key[2] = (char)b->month;
            key[3] = (char)b->day;
            if (x != NULL) memcpy(key, &x->whole, 4);
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
