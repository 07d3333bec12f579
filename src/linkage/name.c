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

struct sound { /* `from` empty: the end */
    char from[5], to[3];
};

/* By the first letter; of one letter the longest first. */
static const struct sound sounds['z' - 'a' + 1][6] = {
    ['c' - 'a'] = {{"ch", "c"}, {"cz", "c"}, {"ck", "k"}},
    ['d' - 'a'] = {{"dzh", "z"}},
    ['e' - 'a'] = {{"ee", "i"}},
    ['g' - 'a'] = {{"gh", "g"}},
    ['i' - 'a'] = {{"ie", "e"}},
    ['j' - 'a'] = {{"ja", "ia"}, {"ju", "iu"}, {"je", "e"}, {"jo", "io"}, {"j", "i"}},
    ['k' - 'a'] = {{"kh", "h"}},
    ['l' - 'a'] = {{"lh", "l"}},
    ['n' - 'a'] = {{"nh", "n"}},
    ['o' - 'a'] = {{"ou", "u"}, {"oo", "u"}},
    ['p' - 'a'] = {{"ph", "f"}},
    ['q' - 'a'] = {{"qu", "k"}, {"q", "k"}},
    ['r' - 'a'] = {{"rz", "z"}},
    ['s' - 'a'] = {{"shch", "s"}, {"szcz", "s"}, {"sch", "s"}, {"sh", "s"}, {"sz", "s"}},
    ['t' - 'a'] = {{"tsch", "c"}, {"tch", "c"}, {"th", "t"}, {"ts", "c"}, {"tz", "c"}},
    ['w' - 'a'] = {{"w", "v"}},
    ['x' - 'a'] = {{"x", "s"}},
    ['y' - 'a'] = {{"ya", "ia"}, {"yu", "iu"}, {"ye", "e"}, {"yo", "io"}, {"y", "i"}},
    ['z' - 'a'] = {{"zh", "z"}},
};

/* What stands for the beginning of a text; NULL: its first letter for itself. */
static const struct sound *sound_of(struct text t)
{
    if (t.p[0] < 'a' || t.p[0] > 'z') return NULL;
    const struct sound *s = sounds[t.p[0] - 'a'];
    while (s->from[0] != '\0' && !text_starts(t, text_of(s->from))) s++;
    return s->from[0] == '\0' ? NULL : s;
}

size_t name_sound(char out[static NAME_WORD_MAX + 1], struct text word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < NAME_WORD_MAX - 1;) {
        struct text rest = {word.p + i, word.n - i};
        const struct sound *s = sound_of(rest);
        const char own[2] = {rest.p[0], '\0'};
        for (const char *c = s == NULL ? own : s->to; *c != '\0' && n < NAME_WORD_MAX; c++)
            if (n == 0 || out[n - 1] != *c) out[n++] = *c;
        i += s == NULL ? 1 : strlen(s->from);
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
