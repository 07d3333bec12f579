/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of sounds is ours. It serves Portuguese, Czech, Polish, Slovak, Romanian, English and
 * the usual transliterations of Cyrillic, Vietnamese and Devanagari names at once, so it must be
 * coarse: two names that sound alike to it are candidates, not the same. */
#include "linkage/name.h"

#include "base/unicode.h"

#include <string.h>

size_t name_words(struct text out[static NAME_WORDS], struct text name, struct arena *a)
{
    struct text rest = unicode_name(name, a), piece;
    size_t n = 0;
    while (n < NAME_WORDS && text_split(&rest, ' ', &piece)) {
        if (piece.n == 0) continue;
        if (piece.n > NAME_WORD_MAX) piece.n = NAME_WORD_MAX;
        out[n++] = piece;
    }
    return n;
}

/* Longest first. */
static const struct {
    const char *from, *to;
} sounds[] = {
    {"shch", "s"}, {"szcz", "s"}, {"tsch", "c"}, {"sch", "s"}, {"dzh", "z"}, {"tch", "c"},
    {"sh", "s"},   {"sz", "s"},   {"ch", "c"},   {"cz", "c"},  {"zh", "z"},  {"rz", "z"},
    {"kh", "h"},   {"gh", "g"},   {"ph", "f"},   {"th", "t"},  {"ts", "c"},  {"tz", "c"},
    {"ck", "k"},   {"qu", "k"},   {"ou", "u"},   {"oo", "u"},  {"ee", "i"},  {"ya", "ia"},
    {"ja", "ia"},  {"yu", "iu"},  {"ju", "iu"},  {"ye", "e"},  {"je", "e"},  {"ie", "e"},
    {"yo", "io"},  {"jo", "io"},  {"lh", "l"},   {"nh", "n"},  {"w", "v"},   {"y", "i"},
    {"j", "i"},    {"x", "s"},    {"q", "k"},
};

size_t name_sound(char out[static NAME_WORD_MAX + 1], struct text word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < NAME_WORD_MAX - 1;) {
        const char *to = NULL;
        size_t used = 1;
        struct text rest = {word.p + i, word.n - i};
        for (size_t k = 0; to == NULL && k < sizeof sounds / sizeof sounds[0]; k++)
            if (sounds[k].from[0] == rest.p[0] && text_starts(rest, text_of(sounds[k].from))) {
                to = sounds[k].to;
                used = strlen(sounds[k].from);
            }
        char own[2] = {rest.p[0], '\0'};
        for (const char *c = to == NULL ? own : to; *c != '\0' && n < NAME_WORD_MAX; c++)
            if (n == 0 || out[n - 1] != *c) out[n++] = *c;
        i += used;
    }
    out[n] = '\0';
    return n;
}

size_t name_frame(char out[static NAME_WORD_MAX + 1], struct text sound)
{
    size_t n = 0;
    for (size_t i = 0; i < sound.n && n < 5; i++)
        if (i == 0 || strchr("aeiouh", sound.p[i]) == NULL)
            if (n == 0 || out[n - 1] != sound.p[i]) out[n++] = sound.p[i];
    out[n] = '\0';
    return n;
}
