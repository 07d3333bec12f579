/* SPDX-License-Identifier: EUPL-1.2 */
/* Guessing the encoding and the separator of a CSV file.
 *
 * The 8-bit encodings. Windows-1252 (Portuguese), Windows-1250 and ISO-8859-2 (Czech, Polish,
 * Slovak) give a meaning to nearly every byte, so validity decides nothing. What tells them apart
 * is which letters the bytes would be: 0xE3 is "ã" in Windows-1252 and "ă" in the others; 0xB9 is
 * "ą", "š" or "¹". Every pair of an encoding and a language that is written in it gets a score over
 * the bytes 0x80 to 0xFF of the sample:
 *
 *      +2   the byte is a letter of that language
 *       0   it is punctuation that any language may use (quotation marks, dashes, no-break space
 *       ...)
 *      -1   it is a letter of another language, or a capital behind a small letter
 *      -3   it is a symbol ("¹", "±")
 *     -10   it is a control character, or the encoding does not have it
 *
 * and the encoding of the best pair wins; a tie goes to the earlier row of the table. The languages
 * are those of the pilot countries. This heuristic is ours and a proposal to the person who
 * imports: short files with few accented letters can be guessed wrongly, and a text whose letters
 * look alike in two encodings (only á é í ó ú) reads the same in both.
 *
 * Must never: decide silently. The reader tells what was chosen, and callers show it. */
#include "base/csv_guess.h"

#include "base/buf.h"
#include "base/unicode.h"

#include <stdint.h>
#include <string.h>

enum { SEPARATOR_SAMPLE = 64 * 1024, SEPARATOR_RECORDS = 100, ZERO_SAMPLE = 4096 };

struct pair { /* an encoding and a language written in it */
    enum csv_encoding encoding;
    const char *small; /* letters beyond ASCII, UTF-8 */
    const char *capital;
};

#define LETTERS_PT "áâãàçéêíóôõúüªº", "ÁÂÃÀÇÉÊÍÓÔÕÚÜ"
#define LETTERS_CS "áčďéěíňóřšťúůýž", "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ"
#define LETTERS_PL "ąćęłńóśźż", "ĄĆĘŁŃÓŚŹŻ"
#define LETTERS_SK "áäčďéíĺľňóôŕšťúýž", "ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ"

static const struct pair pairs[] = {
    {CSV_WINDOWS1252, LETTERS_PT}, /* Portuguese */
    {CSV_WINDOWS1250, LETTERS_CS}, /* Czech */
    {CSV_WINDOWS1250, LETTERS_PL}, /* Polish */
    {CSV_WINDOWS1250, LETTERS_SK}, /* Slovak */
    {CSV_ISO8859_2, LETTERS_CS},   {CSV_ISO8859_2, LETTERS_PL}, {CSV_ISO8859_2, LETTERS_SK},
};

#define PUNCTUATION "\xC2\xA0€‚„…†‡‰‹‘’“”•–—›§«»°´·˙¨"

struct tally { /* of one byte in the sample */
    int64_t n;
    int64_t n_inside; /* of these, behind a small ASCII letter */
};

/* How the character, `utf8` in bytes, suits the language where it stands. */
static int64_t score_of(struct text utf8, struct tally t, const struct pair *pair)
{
    size_t at;
    if (text_find(text_of(pair->small), utf8, &at)) return 2 * t.n;
    if (text_find(text_of(pair->capital), utf8, &at)) return 2 * (t.n - t.n_inside) - t.n_inside;
    if (text_find(text_of(PUNCTUATION), utf8, &at)) return 0;
    unsigned char lead = (unsigned char)utf8.p[0], next = (unsigned char)utf8.p[1];
    if (lead == 0xC2 && next < 0xA0) return -10 * t.n;
    /* From À on, Latin-1 and Latin Extended-A are letters, except the two signs of arithmetic. */
    bool sign = lead == 0xC3 && (next == 0x97 || next == 0xB7);
    return (lead >= 0xC3 && lead <= 0xC5 && !sign ? -1 : -3) * t.n;
}

static int64_t pair_score(const struct pair *pair, const struct tally tally[256])
{
    struct unicode_converter *c = NULL;
    if (!unicode_converter_new(&c, csv_encoding_name(pair->encoding), NULL)) return INT64_MIN;
    int64_t score = 0;
    struct buf out;
    buf_init(&out, 16);
    for (unsigned b = 0x80; b < 256; b++) {
        if (tally[b].n == 0) continue;
        char byte = (char)(unsigned char)b;
        buf_clear(&out);
        if (unicode_convert(c, (struct text){&byte, 1}, false, &out, NULL))
            score += score_of(buf_text(&out), tally[b], pair);
        else score -= 10 * tally[b].n;
    }
    buf_release(&out);
    unicode_converter_free(c);
    return score;
}

static enum csv_encoding best_8bit(struct text sample)
{
    struct tally tally[256] = {{0}};
    for (size_t i = 0; i < sample.n; i++) {
        struct tally *t = &tally[(unsigned char)sample.p[i]];
        t->n++;
        if (i > 0 && sample.p[i - 1] >= 'a' && sample.p[i - 1] <= 'z') t->n_inside++;
    }
    enum csv_encoding best = CSV_WINDOWS1252;
    int64_t best_score = INT64_MIN;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int64_t score = pair_score(&pairs[i], tally);
        if (score > best_score) {
            best = pairs[i].encoding;
            best_score = score;
        }
    }
    return best;
}

size_t csv_mark_length(struct text sample, enum csv_encoding encoding)
{
    if (encoding == CSV_UTF8 && text_starts(sample, TEXT("\xEF\xBB\xBF"))) return 3;
    if (encoding == CSV_UTF16LE && text_starts(sample, TEXT("\xFF\xFE"))) return 2;
    if (encoding == CSV_UTF16BE && text_starts(sample, TEXT("\xFE\xFF"))) return 2;
    return 0;
}

/* UTF-16 without mark: separators, digits and line ends have a zero in their upper byte, and text
 * in other encodings has no zero at all. CSV_DETECT when it does not look so. */
static enum csv_encoding zero_pattern(struct text sample)
{
    size_t n = sample.n < ZERO_SAMPLE ? sample.n : ZERO_SAMPLE;
    size_t n_pair = n / 2, zero[2] = {0, 0};
    for (size_t i = 0; i < 2 * n_pair; i++) zero[i & 1] += sample.p[i] == 0;
    size_t enough = 1 + n_pair / 16;
    if (zero[1] >= enough && zero[0] <= zero[1] / 16) return CSV_UTF16LE;
    if (zero[0] >= enough && zero[1] <= zero[0] / 16) return CSV_UTF16BE;
    return CSV_DETECT;
}

static bool sample_is_utf8(struct text sample, bool whole)
{
    size_t bad = 0;
    while (!text_is_utf8(sample, &bad)) {
        if (sample.p[bad] == 0) { /* the reader will refuse it and name the line */
            sample.p += bad + 1;
            sample.n -= bad + 1;
            continue;
        }
        /* A sequence has at most four bytes; one cut by the sample's end is no fault. */
        bool cut = !whole && sample.n - bad < 4 && (unsigned char)sample.p[bad] >= 0xC2;
        for (size_t i = bad + 1; i < sample.n; i++)
            cut = cut && ((unsigned char)sample.p[i] & 0xC0u) == 0x80u;
        return cut;
    }
    return true;
}

enum csv_encoding csv_guess_encoding(struct text sample, bool whole)
{
    static const enum csv_encoding marked[] = {CSV_UTF8, CSV_UTF16LE, CSV_UTF16BE};
    for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++)
        if (csv_mark_length(sample, marked[i]) > 0) return marked[i];
    enum csv_encoding enc = zero_pattern(sample);
    if (enc != CSV_DETECT) return enc;
    if (sample_is_utf8(sample, whole)) return CSV_UTF8;
    return best_8bit(sample);
}

/* Number of separators in the record that begins at *at, moved behind its line end; false when the
 * sample ends within it. Quotes count as in the reader: they open a field only at its beginning. */
static bool record_separators(struct text s, size_t *at, char separator, size_t *n)
{
    bool quoted = false, field_begins = true;
    *n = 0;
    for (size_t i = *at; i < s.n; i++) {
        char c = s.p[i];
        if (quoted) {
            if (c == '"') quoted = false; /* a doubled quote opens again at once */
        } else if (c == '"' && (field_begins || s.p[i - 1] == '"')) {
            quoted = true;
            field_begins = false;
        } else if (c == separator) {
            ++*n;
            field_begins = true;
        } else if (c == '\n' || c == '\r') {
            *at = i + 1;
            return true;
        } else {
            field_begins = false;
        }
    }
    return false;
}

static size_t agreeing_separators(struct text s, bool whole, char separator)
{
    size_t at = 0, n, first = 0, sum = 0, n_record = 0;
    while (n_record < SEPARATOR_RECORDS) {
        size_t from = at;
        bool complete = record_separators(s, &at, separator, &n);
        if (!complete && !(whole || n_record == 0)) break;
        if (complete && at == from + 1) continue; /* blank line, or the second half of CR LF */
        if (n_record++ == 0) first = n;
        if (n == first) sum += n;
        if (!complete) break;
    }
    return sum;
}

char csv_guess_separator(struct text sample, bool whole)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    if (sample.n > SEPARATOR_SAMPLE) {
        sample.n = SEPARATOR_SAMPLE;
        whole = false;
    }
    char best = ',';
    size_t best_sum = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t sum = agreeing_separators(sample, whole, candidates[i]);
        if (sum > best_sum) {
            best = candidates[i];
            best_sum = sum;
        }
    }
    return best;
}
