/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/cell_read.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/unicode.h"

#include <string.h>

enum { /* what is remembered of a target; a power of two */
       SEEN_SLOTS = 64,
       SEEN_TEXT_MAX = 36,
       SEEN_CODES_MAX = 6
};

struct seen {
    uint64_t low, high; /* see as_words() */
    size_t n;           /* bytes of the text; 0: the slot is free */
    struct reading reading;
    code_id code[SEEN_CODES_MAX];
    char text[SEEN_TEXT_MAX];
};

struct cell_reader {
    const struct dictionary *d;
    const struct mapping_target *t;
    const struct variable *v;
    struct cell_options o;
    bool mapped;       /* there is a value map */
    struct seen *seen; /* SEEN_SLOTS of them; NULL: this target's values are not remembered */
};

/* Direct identifiers are never remembered, and texts and dates seldom repeat. */
static bool worth_remembering(const struct cell_reader *r)
{
    if ((r->v->privacy & PRIVACY_D) != 0) return false;
    return r->mapped || r->v->type == VARIABLE_CODE || r->v->type == VARIABLE_CODES;
}

struct cell_reader *cell_reader_new(const struct dictionary *d, const struct mapping_target *t,
                                    const struct cell_options *o)
{
    struct cell_reader *r = mem_new(1, sizeof *r);
    *r = (struct cell_reader){.d = d, .t = t, .v = &d->variable[t->var], .o = *o};
    r->mapped = t->source == MAPPING_COLUMN && (t->value != NULL || t->otherwise);
    if (worth_remembering(r)) r->seen = mem_new(SEEN_SLOTS, sizeof *r->seen);
    return r;
}

void cell_reader_free(struct cell_reader *r)
{
    if (r == NULL) return;
    if (r->seen != NULL) mem_free_wiped(r->seen, SEEN_SLOTS * sizeof *r->seen);
    mem_free(r);
}

/* ---- cells --------------------------------------------------------------------------------- */

struct text cell_text(struct text cell)
{
    cell = text_trim(cell);
    if (cell.n < 2 || cell.p[0] != '\'') return cell;
    struct text rest = {cell.p + 1, cell.n - 1};
    return csv_is_formula(rest) ? text_trim(rest) : cell;
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

bool cell_has_control(struct text cell)
{
    size_t i = 0;
    for (; i + 8 <= cell.n;
         i += 8) { /* eight bytes without any below 0x20 or equal to 0x7F are passed at once */
        uint64_t word, ones = UINT64_C(0x0101010101010101), high = ones << 7;
        memcpy(&word, cell.p + i, 8);
        uint64_t below = (word - ones * 0x20) & ~word & high;
        uint64_t del = ((word ^ (ones * 0x7F)) - ones) & ~(word ^ (ones * 0x7F)) & high;
        if ((below | del) == 0) continue;
        for (size_t k = 0; k < 8; k++)
            if (is_control(cell.p[i + k])) return true;
    }
    for (; i < cell.n; i++)
        if (is_control(cell.p[i])) return true;
    return false;
}

/* White space between the codes of a cell. */
static bool next_word(struct text *rest, struct text *word)
{
    *rest = text_trim(*rest);
    size_t n = 0;
    while (n < rest->n && (unsigned char)rest->p[n] > ' ') n++;
    *word = (struct text){rest->p, n};
    *rest = (struct text){rest->p + n, rest->n - n};
    return n > 0;
}

/* ---- value maps ---------------------------------------------------------------------------- */

/* A text that the value map does not know must be of our own words: codes of the list, missing
 * codes. */
static bool is_ours(const struct cell_reader *r, struct text text, struct arena *a)
{
    if (r->v->list == LIST_NONE) return true; /* a number, date or text: read as it is */
    const struct codelist *l = r->d->list[r->v->list];
    struct text rest = text, word;
    while (next_word(&rest, &word)) {
        while (word.n > 0 && word.p[word.n - 1] == ';') word.n--;
        if (missing_find(word) != MISSING_NONE || text_starts(word, TEXT("missing:"))) continue;
        if (word.n > 0 && codelist_match(l, word, false, a) == CODE_NONE) return false;
    }
    return true;
}

static bool is_mapped(const struct cell_reader *r, struct text text, struct arena *a)
{
    return r->t->value != NULL && map_get(r->t->value, mapping_value_key(text, a)) != MAP_NONE;
}

/* What the value map makes of it; false when it has no answer. */
static bool map_value(const struct cell_reader *r, struct text *text, struct arena *a)
{
    if (!r->mapped) return true;
    uint32_t at =
        r->t->value == NULL ? MAP_NONE : map_get(r->t->value, mapping_value_key(*text, a));
    if (at != MAP_NONE) *text = r->t->value_to[at];
    else if (r->t->otherwise) *text = r->t->otherwise_to;
    else return is_ours(r, *text, a);
    return true;
}

/* ---- dates --------------------------------------------------------------------------------- */

/* 3/4/2020: both could be the month, and they differ. With points the day comes first
 * everywhere. */
static bool could_be_either(struct text t)
{
    int64_t part[3];
    size_t n = 0, at;
    struct text rest = t, one;
    if (text_find(t, TEXT(" "), &at)) rest.n = at; /* a time of day */
    bool slash = memchr(rest.p, '/', rest.n) != NULL;
    while (n < 3 && text_split(&rest, slash ? '/' : '-', &one))
        if (!text_to_int(one, &part[n++])) return false;
    return n == 3 && rest.p == NULL && part[2] > 31 && part[0] >= 1 && part[0] <= 12 &&
           part[1] >= 1 && part[1] <= 12 && part[0] != part[1];
}

/* ISO dates are read in every case; else as the mapping says, or who imports; else as the text
 * shows. */
static enum date_order order_of(const struct cell_reader *r, struct text text, bool *ambiguous)
{
    struct date d;
    *ambiguous = false;
    if (r->t->order_given) return r->t->order;
    if (!r->o.ask) return r->o.order;
    if (text.n == 4 || (text.n > 4 && text.p[4] == '-')) return DATE_ISO;
    *ambiguous = could_be_either(text);
    return !date_parse(&d, text, DATE_DMY) && date_parse(&d, text, DATE_MDY) ? DATE_MDY : DATE_DMY;
}

/* ---- values -------------------------------------------------------------------------------- */

static void wrong(struct reading *out, enum builtin_rule rule)
{
    out->wrong = true;
    out->rule = rule;
}

static void read_fresh(struct reading *out, const struct cell_reader *r, struct text text,
                       struct arena *a)
{
    bool ambiguous = false;
    enum date_order order = DATE_ISO;
    *out = (struct reading){.value = {.kind = VALUE_EMPTY}};
    if (cell_has_control(text)) {
        wrong(out, BUILTIN_ENCODING);
        return;
    }
    if (!map_value(r, &text, a)) {
        wrong(out, BUILTIN_UNMAPPED);
        return;
    }
    if (text.n == 0) return;
    if (r->v->type == VARIABLE_DATE) order = order_of(r, text, &ambiguous);
    if (r->v->type == VARIABLE_TEXT) text = unicode_nfc(text, a);
    enum value_read how = value_read(&out->value, r->d, r->t->var, text, order, r->o.today, a);
    if (how != VALUE_READ_OK) wrong(out, finding_of_read(how));
    else if (ambiguous) wrong(out, BUILTIN_AMBIGUOUS);
}

/* A text of 1 to SEEN_TEXT_MAX bytes as two words, which with its length tell texts of up to 16
 * bytes apart; longer ones are compared as a whole. */
static void as_words(struct text t, uint64_t *low, uint64_t *high)
{
    *low = *high = 0;
    if (t.n >= 8) {
        memcpy(low, t.p, 8);
        memcpy(high, t.p + t.n - 8, 8);
    } else if (t.n >= 4) {
        memcpy(low, t.p, 4);
        memcpy(high, t.p + t.n - 4, 4);
    } else {
        *low = (uint64_t)(unsigned char)t.p[0] << 16 | (uint64_t)(unsigned char)t.p[t.n / 2] << 8 |
               (unsigned char)t.p[t.n - 1];
    }
}

/* Whoever makes texts collide only makes them be read anew. The factor is the golden ratio of 2^64:
 * Knuth, The Art of Computer Programming 3, 6.4. */
static size_t slot_of(uint64_t low, uint64_t high, size_t n)
{
    return (size_t)((low ^ (high << 7) ^ n) * UINT64_C(0x9E3779B97F4A7C15) >> 32) &
           (SEEN_SLOTS - 1);
}

static void remember(struct seen *s, struct text text, const struct reading *got)
{
    const struct value *v = &got->value;
    if (v->kind == VALUE_TEXT || (v->kind == VALUE_CODES && v->n_code > SEEN_CODES_MAX)) return;
    as_words(text, &s->low, &s->high);
    s->n = text.n;
    memcpy(s->text, text.p, text.n);
    s->reading = *got;
    if (v->kind != VALUE_CODES) return;
    memcpy(s->code, v->codes, v->n_code * sizeof *s->code);
    s->reading.value.codes = s->code;
}

static void recall(struct reading *out, const struct seen *s, struct arena *a)
{
    *out = s->reading;
    if (out->value.kind != VALUE_CODES) return;
    /* copied, for within the row another value of the same cell may take over the slot */
    code_id *copy = ARENA_ARRAY(a, code_id, out->value.n_code);
    memcpy(copy, s->code, out->value.n_code * sizeof *copy);
    out->value.codes = copy;
}

void cell_read(struct reading *out, struct cell_reader *r, struct text text, struct arena *a)
{
    if (r->seen == NULL || text.n == 0 || text.n > SEEN_TEXT_MAX) {
        read_fresh(out, r, text, a);
        return;
    }
    uint64_t low, high;
    as_words(text, &low, &high);
    struct seen *s = &r->seen[slot_of(low, high, text.n)];
    if (s->low == low && s->high == high && s->n == text.n &&
        (text.n <= 16 || memcmp(s->text, text.p, text.n) == 0)) {
        recall(out, s, a);
        return;
    }
    read_fresh(out, r, text, a);
    remember(s, text, out);
}

/* ---- several values in a cell -------------------------------------------------------------- */

static size_t split_at(struct text cell, char separator, struct text *out, size_t max,
                       bool keep_blank, bool *more)
{
    struct text rest = cell, one;
    size_t n = 0;
    *more = false;
    while (text_split(&rest, separator, &one)) {
        one = text_trim(one);
        if (one.n == 0 && !keep_blank) continue;
        if (n == max) {
            *more = true;
            return n;
        }
        out[n++] = one;
    }
    return n;
}

size_t cell_split(struct cell_reader *r, struct text cell, struct text *out, size_t max,
                  bool keep_blank, bool *more, struct arena *a)
{
    *more = false;
    if (cell.n == 0) return 0;
    if (r->t->separator != '\0') return split_at(cell, r->t->separator, out, max, keep_blank, more);
    bool semicolon = memchr(cell.p, ';', cell.n) != NULL;
    bool several = r->t->spread || (r->v->type == VARIABLE_CODES && r->mapped);
    if (semicolon && several && !is_mapped(r, cell, a))
        return split_at(cell, ';', out, max, keep_blank, more);
    out[0] = cell;
    if (!r->t->spread || semicolon || memchr(cell.p, ' ', cell.n) == NULL) return 1;
    struct reading whole;
    cell_read(&whole, r, cell, a); /* a label of several words is one value */
    if (!whole.wrong) return 1;
    return split_at(cell, ' ', out, max, false, more);
}
