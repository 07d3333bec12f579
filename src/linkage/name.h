/* SPDX-License-Identifier: EUPL-1.2 */
/* Names and other texts as words that can be compared: in Latin letters, small, without marks; and
 * the sound of a word, in which the ways of writing one name fall together. */
#ifndef DCIM_LINKAGE_NAME_H
#define DCIM_LINKAGE_NAME_H

#include "base/arena.h"
#include "base/text.h"

#include <stddef.h>

enum { NAME_WORDS = 8, NAME_WORD_MAX = 31 }; /* more words, or longer ones, are cut */

/* The words of a text, transliterated to Latin, small, letters and digits only; in their order.
 * Returns their number, 0 for a text without letters. `gives` the words. Cost: about 0.3
 * microseconds for ASCII. */
size_t name_words(struct text out[static NAME_WORDS], struct text name, struct arena *a);

/* How a word (as name_words() gives it) sounds, coarsely: what differs between transliterations,
 * spellings of neighbouring languages and careless typing is one sign (w and v; sh, sz and s; y, j
 * and i; doubled letters). Writes at most NAME_WORD_MAX bytes and a NUL; returns the length. */
size_t name_sound(char out[static NAME_WORD_MAX + 1], struct text word);

/* The consonants of a sound behind its first letter, at most five: for blocking. */
size_t name_frame(char out[static NAME_WORD_MAX + 1], struct text sound);

#endif
