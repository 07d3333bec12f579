/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage_people.h"

#include "linkage/name.h"

#include "base/date.h"
#include "base/mem.h"
#include "base/random.h"
#include "linkage/encode.h"

#include <stdio.h>
#include <string.h>

static const struct people_role roles[LINKAGE_COLUMNS] = {
    {"given", LINKAGE_GIVEN}, {"surname", LINKAGE_SURNAME},   {"sex", LINKAGE_CODE},
    {"birth", LINKAGE_BIRTH}, {"document", LINKAGE_NUMBER},   {"town", LINKAGE_TEXT},
    {"age", LINKAGE_AGE},     {"reported", LINKAGE_REPORTED},
    {"period", LINKAGE_PERIOD},
};

static void split_line(struct text value[static LINKAGE_COLUMNS], const char *line)
{
    struct text rest = text_of(line), piece;
    memset(value, 0, LINKAGE_COLUMNS * sizeof *value);
    for (size_t i = 0; i < LINKAGE_COLUMNS && text_split(&rest, '|', &piece); i++) value[i] = piece;
}

static void add_line(struct people *p, const char *line)
{
    struct text value[LINKAGE_COLUMNS];
    split_line(value, line);
    people_add(p, value);
}

struct people *people_of(const char *const *line, size_t n)
{
    struct people *p = people_new(roles, LINKAGE_COLUMNS);
    for (size_t i = 0; i < n; i++) add_line(p, line[i]);
    people_count(p);
    return p;
}

static void add_encoded(struct people *p, struct encoder *e, struct text *value, struct arena *a)
{
    struct text encoding = encoder_encode(e, value, a);
    for (size_t c = 0; c < LINKAGE_COLUMNS; c++)
        if (linkage_role_is_identifier(roles[c].role)) value[c] = (struct text){0};
    people_add_encoded(p, value, encoding);
}

struct people *people_encoded_of(const char *const *line, size_t n, char letter)
{
    struct people *p = people_new(roles, LINKAGE_COLUMNS);
    struct secret *key = secret_new(CRYPTO_KEY);
    memset(secret_bytes_mut(key), letter, CRYPTO_KEY);
    struct encoder *e = encoder_new(roles, LINKAGE_COLUMNS, key);
    struct arena *a = arena_new(ARENA_WIPE);
    for (size_t i = 0; i < n; i++) {
        struct text value[LINKAGE_COLUMNS];
        split_line(value, line[i]);
        add_encoded(p, e, value, a);
    }
    people_count(p);
    arena_free(a);
    encoder_free(e);
    secret_free(key);
    return p;
}

struct people *people_two_of(const char *a, const char *b, char letter)
{
    enum { N = 60 };
    const char *line[N] = {a, b};
    char other[N - 2][60];
    for (size_t i = 0; i < N - 2; i++) {
        snprintf(other[i], sizeof other[i], "Person%c%c|Family%c%c de|%s|19%02zu-03-04",
                 (int)('a' + i % 7), (int)('a' + i / 7), (int)('k' + i % 5), (int)('a' + i / 5),
                 i % 2 ? "F" : "M", i);
        line[i + 2] = other[i];
    }
    return letter != 0 ? people_encoded_of(line, N, letter) : people_of(line, N);
}

static void misspell(struct random *r, char *word)
{
    size_t n = strlen(word), at = n < 3 ? 0 : 1 + random_below(r, n - 2);
    if (n < 3) return;
    switch (random_below(r, 3)) {
    case 0: word[at] = (char)('a' + random_below(r, 26)); break;
    case 1: memmove(word + at, word + at + 1, n - at); break;
    default: {
        char c = word[at];
        word[at] = word[at + 1];
        word[at + 1] = c;
    }
    }
}

struct people *people_population(size_t n_person, uint64_t seed, uint32_t **truth)
{
    static const char *const syllable[] = {"ba", "ko", "mi",  "ran", "del", "su",  "vi", "tor",
                                           "ka", "lo", "nes", "pe",  "ri",  "sha", "zu", "gan"};
    struct people *p = people_new(roles, LINKAGE_COLUMNS);
    struct random r;
    size_t cap = 0;
    random_init(&r, seed);
    *truth = NULL;
    for (size_t i = 0; i < n_person; i++) {
        char given[40] = "", surname[40] = "", line[300];
        for (uint64_t k = 0; k < 2 + random_below(&r, 2); k++)
            snprintf(given + strlen(given), 10, "%s", syllable[random_below(&r, 16)]);
        for (uint64_t k = 0; k < 3; k++)
            snprintf(surname + strlen(surname), 10, "%s", syllable[random_below(&r, 16)]);
        unsigned year = 1960 + (unsigned)random_below(&r, 45),
                 month = 1 + (unsigned)random_below(&r, 12),
                 day = 1 + (unsigned)random_below(&r, 28),
                 document = (unsigned)random_below(&r, 100000000);
        for (uint64_t k = 0, n = 1 + random_below(&r, 4); k < n; k++) {
            char g[40], s[40], birth[20] = "", number[20] = "";
            snprintf(g, sizeof g, "%s", given);
            snprintf(s, sizeof s, "%s", surname);
            if (random_below(&r, 5) == 0) misspell(&r, g);
            if (random_below(&r, 5) == 0) misspell(&r, s);
            bool exchanged = random_below(&r, 20) == 0, swapped = random_below(&r, 20) == 0;
            if (random_below(&r, 8) > 0)
                snprintf(birth, sizeof birth, "%u-%02u-%02u", year,
                         swapped && day < 13 ? day : month, swapped && day < 13 ? month : day);
            if (random_below(&r, 2) == 0) snprintf(number, sizeof number, "AB%08u", document);
            snprintf(line, sizeof line, "%s|%s|%s|%s|%s|%s||2020-01-01", exchanged ? s : g,
                     exchanged ? g : s, i % 2 ? "F" : "M", birth, number,
                     syllable[random_below(&r, 16)]);
            MEM_GROW(*truth, cap, p->n + 1);
            (*truth)[p->n] = (uint32_t)i;
            add_line(p, line);
        }
    }
    people_count(p);
    return p;
}

/* The texts by which the record would be added again. */
static void values_of(struct text value[static LINKAGE_COLUMNS], const struct people *p, size_t i,
                      struct arena *a)
{
    const struct people_birth *b = &p->birth[i];
    for (size_t c = 0; c < LINKAGE_COLUMNS; c++) {
        const struct people_column *x = &p->column[c];
        char line[NAME_WORDS * 33] = "";
        size_t n = 0;
        for (uint32_t k = x->start[i]; k < x->start[i + 1]; k++) {
            const struct people_word *w = &x->words->word[x->id[k]];
            n += (size_t)snprintf(line + n, sizeof line - n, "%s%.*s", n > 0 ? " " : "", w->n,
                                  w->text);
        }
        if (c == BIRTH && b->year != 0)
            snprintf(line, sizeof line, "%04d-%02d-%02d", b->year, b->month, b->day);
        if (c == AGE && b->age >= 0) snprintf(line, sizeof line, "%d", b->age);
        if (c == REPORTED && b->reported != INT32_MIN) {
            int y, m, d;
            date_to_ymd(b->reported, &y, &m, &d);
            snprintf(line, sizeof line, "%04d-%02d-%02d", y, m, d);
        }
        value[c] = (struct text){arena_copy(a, line, strlen(line)), strlen(line)};
    }
}

void people_copy(struct people *to, const struct people *p, size_t from, size_t end, char letter)
{
    struct secret *key = secret_new(CRYPTO_KEY);
    memset(secret_bytes_mut(key), letter, CRYPTO_KEY);
    struct encoder *e = encoder_new(roles, LINKAGE_COLUMNS, key);
    struct arena *a = arena_new(ARENA_WIPE);
    for (size_t i = from; i < end; i++) {
        struct text value[LINKAGE_COLUMNS];
        values_of(value, p, i, a);
        if (letter != 0) add_encoded(to, e, value, a);
        else people_add(to, value);
    }
    arena_free(a);
    encoder_free(e);
    secret_free(key);
}

struct people *people_first(const struct people *p, size_t n, char letter)
{
    struct people *to = people_new(roles, LINKAGE_COLUMNS);
    people_copy(to, p, 0, n, letter);
    people_count(to);
    return to;
}

struct people *people_joined(const struct people *p, const struct people *more)
{
    struct people *to = people_new(roles, LINKAGE_COLUMNS);
    people_copy(to, p, 0, p->n, 0);
    people_copy(to, more, 0, more->n, 0);
    people_count(to);
    return to;
}
