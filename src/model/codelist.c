/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/codelist.h"

#include "base/mem.h"
#include "base/unicode.h"

#include <assert.h>
#include <string.h>

enum {
    LABEL_MAX = 1000, /* bytes; longer text is no label */
    SLOT_FIRST = 16,
    SHORT_MAX = 16
};

/* Short codes lie in a table of their own: open addressing, at most half full, over the code's bytes as
 * two words. Its order is fixed by the dictionary, so it needs no keyed hash: what is looked up can
 * meet long probes only where the dictionary has them. */
struct code_slot {
    uint64_t low, high;
    uint32_t n; /* bytes of the code; 0: the slot is empty */
    code_id code;
};

static uint64_t load(const char *p, size_t n)
{
    uint64_t word = 0;
    memcpy(&word, p, n);
    return word;
}

/* Bytes of a text of 1 to 16 bytes as two words; with its length they tell texts apart. */
static void as_words(struct text t, uint64_t *low, uint64_t *high)
{
    if (t.n >= 8) {
        *low = load(t.p, 8);
        *high = load(t.p + t.n - 8, 8);
    } else if (t.n >= 4) {
        *low = load(t.p, 4);
        *high = load(t.p + t.n - 4, 4);
    } else {
        *low = load(t.p, 1) | load(t.p + t.n / 2, 1) << 8;
        *high = load(t.p + t.n - 1, 1);
    }
}

/* The slot of a short code, or the empty one where it belongs. */
static struct code_slot *slot_find(const struct codelist *l, struct text t, uint64_t low,
                                   uint64_t high)
{
    /* Knuth, The Art of Computer Programming 3, 6.4: the golden ratio of 2^64 spreads neighbours. */
    uint64_t mixed = (low ^ (high * UINT64_C(0xD6E8FEB86659FD93))) * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(mixed >> 32) & (l->n_slot - 1);
    for (;; at = (at + 1) & (l->n_slot - 1)) {
        struct code_slot *s = &l->slot[at];
        if (s->n == 0 || (s->low == low && s->high == high && s->n == t.n)) return s;
    }
}

static void slot_put(struct codelist *l, struct text t, code_id c)
{
    uint64_t low, high;
    as_words(t, &low, &high);
    struct code_slot *s = slot_find(l, t, low, high);
    l->n_short += s->n == 0;
    *s = (struct code_slot){low, high, (uint32_t)t.n, c};
}

static void slots_grow(struct codelist *l)
{
    struct code_slot *before = l->slot;
    size_t n = l->n_slot;
    l->n_slot *= 2;
    l->slot = mem_new(l->n_slot, sizeof *l->slot);
    for (size_t i = 0; i < n; i++)
        if (before[i].n > 0)
            *slot_find(l, (struct text){"", before[i].n}, before[i].low, before[i].high) =
                before[i];
    mem_free(before);
}

void codelist_init(struct codelist *l)
{
    l->by_name = map_new();
    l->by_letters = map_new();
    l->by_label = map_new();
    l->n_slot = SLOT_FIRST;
    l->slot = mem_new(l->n_slot, sizeof *l->slot);
}

void codelist_release(struct codelist *l)
{
    map_free(l->by_name);
    map_free(l->by_letters);
    map_free(l->by_label);
    mem_free(l->slot);
}

code_id codelist_find(const struct codelist *l, struct text code)
{
    if (code.n - 1 < SHORT_MAX) { /* 1 to 16 */
        uint64_t low, high;
        as_words(code, &low, &high);
        const struct code_slot *s = slot_find(l, code, low, high);
        return s->n == 0 ? CODE_NONE : s->code;
    }
    uint32_t at = map_get(l->by_name, code);
    return at == MAP_NONE ? CODE_NONE : (code_id)at;
}

/* Lower-case ASCII copy into `out`; the empty text when it is too long for a code. */
static struct text in_lower_case(char out[CODE_NAME_MAX], struct text t)
{
    if (t.n > CODE_NAME_MAX) return (struct text){out, 0};
    for (size_t i = 0; i < t.n; i++)
        out[i] = t.p[i] >= 'A' && t.p[i] <= 'Z' ? (char)(t.p[i] + 32) : t.p[i];
    return (struct text){out, t.n};
}

code_id codelist_match(const struct codelist *l, struct text t, bool labels, struct arena *a)
{
    code_id exact = codelist_find(l, t);
    if (exact != CODE_NONE || t.n == 0 || t.n > LABEL_MAX) return exact;

    char lower[CODE_NAME_MAX];
    struct text letters = in_lower_case(lower, t);
    uint32_t at = letters.n == 0 ? MAP_NONE : map_get(l->by_letters, letters);
    if (at == MAP_NONE && labels) {
        struct arena_mark m = arena_mark(a);
        struct text folded = unicode_fold(t, a);
        if (folded.n > 0) at = map_get(l->by_label, folded);
        arena_rewind(a, m);
    }
    return at == MAP_NONE || at == CODELIST_AMBIGUOUS ? CODE_NONE : (code_id)at;
}

/* Two codes that answer to the same words: the one still in use wins over retired ones, else neither. */
static void enter_word(const struct codelist *l, struct map *m, struct text word, code_id c)
{
    uint32_t before = word.n == 0 ? c : map_get(m, word);
    if (before == c) return;
    uint32_t now = c;
    if (before == CODELIST_AMBIGUOUS) {
        now = before;
    } else if (before != MAP_NONE) {
        bool old_lives = l->code[before].valid_to == INT32_MAX;
        bool new_lives = l->code[c].valid_to == INT32_MAX;
        if (old_lives == new_lives) now = CODELIST_AMBIGUOUS;
        else if (old_lives) now = before;
    }
    map_put(m, word, now);
}

void codelist_enter(struct codelist *l, code_id c, struct arena *a)
{
    const struct code *code = &l->code[c];
    struct text name = text_of(code->name);
    map_put(l->by_name, name, c);
    if (name.n - 1 < SHORT_MAX) {
        if ((l->n_short + 1) * 2 > l->n_slot) slots_grow(l);
        slot_put(l, name, c);
    }
    char lower[CODE_NAME_MAX];
    enter_word(l, l->by_letters, in_lower_case(lower, name), c);
    for (size_t i = 0; i < LANGUAGES_MAX; i++) {
        if (code->label.in[i] == NULL) continue;
        struct arena_mark m = arena_mark(a);
        enter_word(l, l->by_label, unicode_fold(text_of(code->label.in[i]), a), c);
        arena_rewind(a, m);
    }
}

size_t codelist_column(const struct codelist *l, const char *column)
{
    for (size_t i = 0; i < l->n_column; i++)
        if (strcmp(l->column[i], column) == 0) return i;
    return SIZE_MAX;
}

const char *codelist_extra(const struct codelist *l, code_id c, const char *column)
{
    assert(c < l->n_code);
    const struct code *code = &l->code[c];
    if (strcmp(column, "name") == 0) return code->name;
    if (strcmp(column, "parent") == 0)
        return code->parent == CODE_NONE ? "" : l->code[code->parent].name;
    size_t i = codelist_column(l, column);
    return i == SIZE_MAX ? NULL : code->extra[i];
}

code_id codelist_ancestor(const struct codelist *l, code_id c, uint16_t level)
{
    assert(c < l->n_code);
    while (l->code[c].level > level && l->code[c].parent != CODE_NONE) c = l->code[c].parent;
    return c;
}

bool codelist_is_within(const struct codelist *l, code_id c, code_id ancestor)
{
    assert(c < l->n_code && ancestor < l->n_code);
    return codelist_ancestor(l, c, l->code[ancestor].level) == ancestor;
}

bool codelist_valid_on(const struct codelist *l, code_id c, int32_t day)
{
    assert(c < l->n_code);
    return day >= l->code[c].valid_from && day <= l->code[c].valid_to;
}
