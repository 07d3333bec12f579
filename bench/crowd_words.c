/* SPDX-License-Identifier: EUPL-1.2 */
#include "crowd_words.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/unicode.h"

#include <string.h>
#include <uchar.h>

enum { LATIN_END = 0x250, VIETNAMESE = 0x1E00, VIETNAMESE_END = 0x1F00 };

static char plain_latin[LATIN_END],
    plain_vietnamese[VIETNAMESE_END - VIETNAMESE]; /* of small letters */

static size_t put_letter(char *out, uint32_t c)
{
    if (c < 0x80) return out[0] = (char)c, 1;
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

static char fold_letter(uint32_t c, struct arena *a)
{
    char bytes[4];
    switch (c) { /* letters of their own, not marked ones */
    case 0x111: return 'd';
    case 0x142: return 'l';
    case 0xF8: return 'o';
    case 0x131: return 'i';
    case 0xDF: return 's';
    default: break;
    }
    struct text folded = unicode_fold((struct text){bytes, put_letter(bytes, c)}, a);
    return folded.n == 1 && folded.p[0] >= 'a' && folded.p[0] <= 'z' ? folded.p[0] : 0;
}

void words_start(void)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    for (uint32_t c = 0xC0; c < LATIN_END; c++)
        if (letter_lower(c) == c) plain_latin[c] = fold_letter(c, a);
    for (uint32_t c = VIETNAMESE; c < VIETNAMESE_END; c++)
        if (letter_lower(c) == c) plain_vietnamese[c - VIETNAMESE] = fold_letter(c, a);
    arena_free(a);
}

void word_of(struct word *out, const char *utf8)
{
    const unsigned char *p = (const unsigned char *)utf8;
    out->n = 0;
    while (*p != 0 && out->n < WORD_MAX) {
        uint32_t c = *p++;
        int more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        if (more > 0) c &= 0x3Fu >> more;
        for (; more > 0; more--) c = c << 6 | (*p++ & 0x3Fu);
        out->c[out->n++] = c;
    }
}

void word_put(char *out, size_t size, const struct word *w)
{
    size_t at = 0;
    for (size_t i = 0; i < w->n; i++) {
        char bytes[4];
        size_t n = put_letter(bytes, w->c[i]);
        if (at + n >= size) break;
        memcpy(out + at, bytes, n);
        at += n;
    }
    out[at] = 0;
}

size_t text_put(char *out, size_t size, const char *utf8)
{
    size_t n = strlen(utf8);
    if (n >= size)
        for (n = size - 1; n > 0 && ((unsigned char)utf8[n] & 0xC0) == 0x80;) n--;
    memcpy(out, utf8, n);
    out[n] = 0;
    return n;
}

void word_add(struct word *w, uint32_t c)
{
    if (w->n < WORD_MAX) w->c[w->n++] = c;
}

bool word_ends(const struct word *w, const char *ending)
{
    struct word x;
    word_of(&x, ending);
    return x.n <= w->n && memcmp(w->c + w->n - x.n, x.c, x.n * sizeof *x.c) == 0;
}

/* Blocks where capital and small letters stand beside each other. */
static bool capitals_even(uint32_t c)
{
    return (c >= 0x100 && c < 0x138) || (c >= 0x14A && c < 0x178) || (c >= 0x1A0 && c < 0x1A6) ||
           (c >= 0x218 && c < 0x21C) || (c >= 0x490 && c < 0x492) || (c >= 0x1E00 && c < 0x1E96) ||
           (c >= 0x1EA0 && c < 0x1F00);
}

static bool capitals_odd(uint32_t c)
{
    return (c >= 0x139 && c < 0x149) || (c >= 0x179 && c < 0x17F) || (c >= 0x1AF && c < 0x1B1) ||
           (c >= 0x1CD && c < 0x1DD);
}

uint32_t letter_lower(uint32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c >= 0xC0 && c < 0xDF) return c == 0xD7 ? c : c + 32;
    if (capitals_even(c)) return c | 1;
    if (capitals_odd(c)) return c % 2 == 1 ? c + 1 : c;
    if (c >= 0x400 && c < 0x410) return c + 0x50;
    if (c >= 0x410 && c < 0x430) return c + 32;
    return c;
}

uint32_t letter_upper(uint32_t c)
{
    if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
    if (c >= 0xE0 && c < 0xFF) return c == 0xF7 ? c : c - 32;
    if (capitals_even(c)) return c & ~1u;
    if (capitals_odd(c)) return c % 2 == 0 ? c - 1 : c;
    if (c >= 0x450 && c < 0x460) return c - 0x50;
    if (c >= 0x430 && c < 0x450) return c - 32;
    return c;
}

bool letter_is_cyrillic(uint32_t c)
{
    return c >= 0x400 && c < 0x500;
}

bool letter_is(uint32_t c)
{
    uint32_t lower = letter_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= 0xC0 && c < LATIN_END) ||
           letter_is_cyrillic(c) || (c >= VIETNAMESE && c < VIETNAMESE_END);
}

uint32_t letter_plain(uint32_t c)
{
    uint32_t lower = letter_lower(c);
    char base = 0;
    if (lower >= 0xC0 && lower < LATIN_END) base = plain_latin[lower];
    if (lower >= VIETNAMESE && lower < VIETNAMESE_END) base = plain_vietnamese[lower - VIETNAMESE];
    if (base == 0) return c;
    return lower == c ? (uint32_t)base : letter_upper((uint32_t)base);
}

void word_upper(struct word *w)
{
    for (size_t i = 0; i < w->n; i++) w->c[i] = letter_upper(w->c[i]);
}

void word_plain(struct word *w)
{
    for (size_t i = 0; i < w->n; i++) w->c[i] = letter_plain(w->c[i]);
}

static const char32_t *const keyboard[] = {U"1234567890", U"qwertyuiop",   U"asdfghjkl",
                                           U"zxcvbnm",    U"йцукенгшщзхї", U"фівапролджє",
                                           U"ячсмитьбю"};
enum { KEYBOARD_ROWS = sizeof keyboard / sizeof *keyboard };

static size_t row_length(const char32_t *row)
{
    size_t n = 0;
    while (row[n] != 0) n++;
    return n;
}

/* A key beside the one of the letter's base; the letter itself when it has none. */
static uint32_t neighbour(uint32_t c, struct random *r)
{
    uint32_t base = letter_lower(letter_plain(c));
    for (size_t row = 0; row < KEYBOARD_ROWS; row++) {
        size_t n = row_length(keyboard[row]);
        for (size_t i = 0; i < n; i++) {
            if (keyboard[row][i] != base) continue;
            size_t to = i == 0 ? 1 : i + 1 == n ? i - 1 : random_below(r, 2) == 0 ? i - 1 : i + 1;
            bool has_below = row > 0 && row + 1 < KEYBOARD_ROWS && row != 3;
            if (has_below && random_below(r, 3) == 0 && i < row_length(keyboard[row + 1]))
                return letter_lower(c) == c ? keyboard[row + 1][i]
                                            : letter_upper(keyboard[row + 1][i]);
            return letter_lower(c) == c ? keyboard[row][to] : letter_upper(keyboard[row][to]);
        }
    }
    return c;
}

static void cut(struct word *w, size_t at, size_t n)
{
    memmove(w->c + at, w->c + at + n, (w->n - at - n) * sizeof *w->c);
    w->n -= n;
}

static void insert(struct word *w, size_t at, uint32_t c)
{
    if (w->n == WORD_MAX) return;
    memmove(w->c + at + 1, w->c + at, (w->n - at) * sizeof *w->c);
    w->c[at] = c;
    w->n++;
}

bool word_mistype(struct word *w, struct random *r)
{
    size_t place[WORD_MAX], n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (letter_is(w->c[i])) place[n++] = i;
    if (n < 3) return false;
    for (int attempt = 0; attempt < 20; attempt++) {
        /* Rarely the first letter: people look at it. */
        size_t i = place[random_below(r, 4) == 0 ? random_below(r, n) : 1 + random_below(r, n - 1)];
        uint32_t c = w->c[i];
        switch (random_below(r, 10)) {
        case 0:
        case 1:
        case 2: {
            uint32_t other = neighbour(c, r);
            if (other == c) continue;
            w->c[i] = other;
            return true;
        }
        case 3:
        case 4:
            if (i + 1 >= w->n || !letter_is(w->c[i + 1]) || w->c[i + 1] == c) continue;
            w->c[i] = i == 0 ? letter_upper(w->c[i + 1]) : w->c[i + 1];
            w->c[i + 1] = i == 0 ? letter_lower(c) : c;
            return true;
        case 5:
        case 6:
        case 7: cut(w, i, 1); return true;
        case 8: insert(w, i + 1, letter_lower(c)); return true;
        default: insert(w, i + 1, letter_lower(neighbour(c, r))); return true;
        }
    }
    return false;
}

bool word_misdial(struct word *w, struct random *r)
{
    size_t place[WORD_MAX], n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->c[i] >= '0' && w->c[i] <= '9') place[n++] = i;
    if (n == 0) return false;
    size_t k = random_below(r, n), i = place[k];
    if (random_below(r, 3) == 0 && k + 1 < n && w->c[place[k + 1]] != w->c[i]) {
        uint32_t c = w->c[i];
        w->c[i] = w->c[place[k + 1]];
        w->c[place[k + 1]] = c;
    } else {
        w->c[i] = '0' + (w->c[i] - '0' + 1 + (uint32_t)random_below(r, 9)) % 10;
    }
    return true;
}

static bool stands_at(const struct word *w, size_t at, const struct word *x)
{
    if (at + x->n > w->n) return false;
    for (size_t i = 0; i < x->n; i++)
        if (letter_lower(w->c[at + i]) != x->c[i]) return false;
    return true;
}

bool word_confuse(struct word *w, const struct confusion *rule, size_t n_rule, bool ocr, int names,
                  struct random *r)
{
    const struct confusion *chosen = NULL;
    size_t at = 0, n = 0;
    for (size_t k = 0; k < n_rule; k++) {
        if (rule[k].ocr != ocr || (rule[k].names >= 0 && rule[k].names != names)) continue;
        for (size_t i = 0; i < w->n; i++) {
            if (!stands_at(w, i, &rule[k].from)) continue;
            if (random_below(r, ++n) != 0) continue;
            chosen = &rule[k];
            at = i;
        }
    }
    if (chosen == NULL) return false;
    bool capital = letter_lower(w->c[at]) != w->c[at];
    cut(w, at, chosen->from.n);
    for (size_t i = 0; i < chosen->to.n; i++)
        insert(w, at + i, capital && i == 0 ? letter_upper(chosen->to.c[i]) : chosen->to.c[i]);
    return true;
}

static bool is_vowel(uint32_t c)
{
    for (const char32_t *v = U"аеєиіїоуюяёыэ'"; *v != 0; v++)
        if (*v == c) return true;
    return false;
}

void word_romanise(struct word *w, const struct romanisation *s)
{
    struct word from = *w;
    w->n = 0;
    for (size_t i = 0; i < from.n; i++) {
        uint32_t c = letter_lower(from.c[i]), before = i == 0 ? ' ' : letter_lower(from.c[i - 1]);
        if (c == '\'' && !letter_is_cyrillic(before)) {
            word_add(w, c);
            continue;
        }
        if (!letter_is_cyrillic(c) && c != '\'') {
            word_add(w, from.c[i]);
            continue;
        }
        size_t k = c == '\'' ? 0x100 : c - 0x400;
        const char *cell = s->letter[k].within;
        if (!letter_is(before) && before != '\'') cell = s->letter[k].first;
        else if (is_vowel(before)) cell = s->letter[k].vowel;
        struct word to;
        word_of(&to, cell);
        for (size_t j = 0; j < to.n; j++)
            word_add(w, c != from.c[i] && j == 0 ? letter_upper(to.c[j]) : to.c[j]);
    }
}
