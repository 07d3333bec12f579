/* SPDX-License-Identifier: EUPL-1.2 */
/* Words as letters, and what people do to them: capitals, lost marks, slips of the finger,
 * misreadings, spelling by ear, romanisation. */
#ifndef DCIM_BENCH_CROWD_WORDS_H
#define DCIM_BENCH_CROWD_WORDS_H

#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_MAX = 150 };
struct word { /* code points; what does not fit is dropped at the end */
    uint32_t c[WORD_MAX];
    size_t n;
};

/* Once, before the others: fills the table of letters without marks. */
void words_start(void);

void word_of(struct word *out, const char *utf8);            /* valid UTF-8 */
void word_put(char *out, size_t size, const struct word *w); /* cut between two letters */
void word_add(struct word *w, uint32_t c);
/* A copy, cut between two letters where it does not fit; gives its length in bytes. */
size_t text_put(char *out, size_t size, const char *utf8);
bool word_ends(const struct word *w, const char *ending); /* letters as they are */

uint32_t letter_lower(uint32_t c); /* Latin and Cyrillic */
uint32_t letter_upper(uint32_t c);
bool letter_is(uint32_t c);        /* a letter, not blank, digit, sign */
uint32_t letter_plain(uint32_t c); /* Latin without its marks, else c */
bool letter_is_cyrillic(uint32_t c);

void word_upper(struct word *w);
void word_plain(struct word *w);

/* One slip: a neighbour on the keyboard, two letters in each other's place, one dropped, doubled or
 * added. False, and nothing changed, in words of fewer than three letters. */
bool word_mistype(struct word *w, struct random *r);
/* One digit another, false without digits. */
bool word_misdial(struct word *w, struct random *r);

/* One of the rules whose `from` (lower case) stands in the word. */
struct confusion {
    struct word from, to;
    int names; /* which names it is of, -1 all */
    bool ocr;  /* read from paper, not heard */
};
bool word_confuse(struct word *w, const struct confusion *rule, size_t n_rule, bool ocr, int names,
                  struct random *r);

/* How one standard writes Cyrillic letters. */
struct romanisation { /* by code point - 0x400, and the apostrophe last */
    struct {
        char within[10], first[10],
            vowel[10]; /* elsewhere; a word's first; behind a vowel or apostrophe */
    } letter[0x101];
};
void word_romanise(struct word *w, const struct romanisation *s);

#endif
