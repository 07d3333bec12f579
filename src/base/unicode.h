/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to ICU: normalisation, folding for comparison, conversion of encodings, names. */
#ifndef DCIM_BASE_UNICODE_H
#define DCIM_BASE_UNICODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NFC; input is valid UTF-8. ASCII is returned unchanged (borrowed). */
struct text unicode_nfc(struct text t, struct arena *a);

/* For comparing headers, labels and names: NFKD, marks removed, case folded, punctuation and blanks
 * collapsed to one space, trimmed. "Forma de  Exploração" and "forma de exploracao" fold alike. */
struct text unicode_fold(struct text t, struct arena *a);

/* For comparing names: unicode_fold() after transliteration to Latin, letters and digits only, words
 * in their order; and for match keys, words sorted. */
struct text unicode_name(struct text t, struct arena *a);
struct text unicode_name_key(struct text t, struct arena *a);

/* Stateful conversion of a named encoding ("windows-1250", "UTF-16LE") to UTF-8. */
struct unicode_converter;
bool unicode_converter_new(struct unicode_converter **out, const char *encoding,
                           struct err *e) MUST_CHECK;
void unicode_converter_free(struct unicode_converter *c);
/* Convert a piece (last = final) and append; ERR_INPUT "unicode.bad_bytes" for bytes the encoding
 * does not have. */
bool unicode_convert(struct unicode_converter *c, struct text bytes, bool last, struct buf *out,
                     struct err *e) MUST_CHECK;

/* S63: bidirectional controls and other invisible characters, to be shown visibly as <U+202E>. */
struct text unicode_visible(struct text t, struct arena *a);

/* Plural rules of a language for whole numbers (Unicode CLDR). Forms are numbered in CLDR's order
 * zero, one, two, few, many, other, of which those count that some number from 0 to 200 has; for
 * Czech, Polish, Slovak, Portuguese and English that is gettext's numbering too. A language that
 * ICU does not know has one form. `owns`; free accepts NULL. */
struct plural;
struct plural *unicode_plural_new(const char *language);
void unicode_plural_free(struct plural *p);
size_t unicode_plural_count(const struct plural *p);
size_t unicode_plural_form(const struct plural *p, int64_t n);

/* Whole numbers and per cents as a language of a country writes them: "12,345" and "30%" of
 * "en_IE", with no-break spaces of "cs_CZ". A locale that ICU does not know is written like
 * English. For one thread at a time. `owns`; free accepts NULL. Cost: making one takes about 20
 * microseconds. */
struct number_format;
struct number_format *unicode_numbers_new(const char *locale);
void unicode_numbers_free(struct number_format *f);
const char *unicode_number(struct number_format *f, int64_t v, struct arena *a);
/* A share from 0 to 1, rounded half to even to whole per cents. */
const char *unicode_percent(struct number_format *f, double share, struct arena *a);
/* The same with one place behind the point where it is not 0: "99.1%". */
const char *unicode_tenths(struct number_format *f, double share, struct arena *a);
/* Day and time of an instant (UTC seconds) in the machine's time zone, as people of the language
 * write them: "22/11/2026, 20:12:05". False, and nothing is written, when it does not fit into
 * `size` bytes or ICU cannot. Safe for several threads. Cost: 2 microseconds, the first of a language
 * a millisecond. */
bool unicode_instant(char *out, size_t size, int64_t seconds, const char *language);

/* A message as a sentence: its first letter large, and a full stop behind it. A first word that is
 * no word ("record.list", "--user", "PT") stays as it is. `t` is UTF-8; "" stays "". */
struct text unicode_sentence(struct text t, struct arena *a);

/* Columns a terminal needs for the text (wide and combining characters counted). */
size_t unicode_width(struct text t);

#endif
