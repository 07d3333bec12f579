/* SPDX-License-Identifier: EUPL-1.2 */
/* What is hashed, each part behind the unit separator (0x1F), which no part holds:
 *   "person 1" | all texts of the plan as one unicode_name_key() | birth year | the other parts in
 *   their order: codes as their names, several joined by blanks; integers in decimal; what is empty
 *   or missing as nothing */
#include "store/person_key.h"

#include "base/unicode.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 64 * 1024, MESSAGE_FIRST = 256 };

static const char separator = '\x1f';

static const struct variable *find(const struct dictionary *d, const struct form *f,
                                   struct text name)
{
    const struct variable *v = dictionary_variable(d, f->id, name);
    return v != NULL && v->group == 0 ? v : NULL;
}

void person_key_plan(struct person_key_plan *out, const struct dictionary *d, const struct form *f)
{
    char parameter[100];
    bool name = false, year = false;

    snprintf(parameter, sizeof parameter, "match_key.%s", f->name);
    struct text rest = text_of(
        dictionary_parameter(d, parameter, "family_name given_names birth_year sex citizenship"));
    struct text piece;
    const struct variable *birth_date = find(d, f, TEXT("birth_date"));
    *out = (struct person_key_plan){.has_birth_date = birth_date != NULL};
    if (birth_date != NULL) out->birth_date = birth_date->slot;
    while (text_split(&rest, ' ', &piece)) {
        const struct variable *v = find(d, f, piece);
        if (v == NULL || out->n_part == PERSON_KEY_PARTS) continue;
        struct person_key_part *p = &out->part[out->n_part++];
        *p = (struct person_key_part){.slot = v->slot,
                                      .name = v->type == VARIABLE_TEXT,
                                      .year = text_is(text_of(v->name), "birth_year"),
                                      .list = v->list == LIST_NONE ? NULL : d->list[v->list]};
        name = name || p->name;
        year = year || p->year;
    }
    out->possible = name && year;
}

static const struct value *value_of(const struct record *r, uint16_t slot)
{
    return &r->table[0].value[slot];
}

/* ---- what is hashed ---- */

struct message { /* in an arena that wipes: names pass */
    struct arena *arena;
    char *p;
    size_t n, cap;
};

static void put(struct message *m, const char *p, size_t n)
{
    if (n > m->cap - m->n) {
        size_t cap = 2 * (m->n + n);
        char *more = arena_take(m->arena, cap < MESSAGE_FIRST ? MESSAGE_FIRST : cap, 1);
        if (m->n > 0) memcpy(more, m->p, m->n);
        m->p = more;
        m->cap = cap < MESSAGE_FIRST ? MESSAGE_FIRST : cap;
    }
    if (n > 0) memcpy(m->p + m->n, p, n);
    m->n += n;
}

/* All texts, joined; false when one is not there. */
static bool put_name(struct message *m, const struct person_key_plan *p, const struct record *r)
{
    struct message name = {.arena = m->arena};

    for (size_t i = 0; i < p->n_part; i++) {
        if (!p->part[i].name) continue;
        const struct value *v = value_of(r, p->part[i].slot);
        if (v->kind != VALUE_TEXT || text_trim(v->text).n == 0) return false;
        put(&name, v->text.p, v->text.n);
        put(&name, " ", 1);
        if (name.n > MESSAGE_MAX) return false;
    }
    struct text key = unicode_name_key((struct text){name.p, name.n}, m->arena);
    put(m, key.p, key.n);
    return key.n > 0;
}

/* In decimal; printf() would take longer than all the rest of the key. */
static void put_int(struct message *m, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (v < 0) digits[--at] = '-';
    put(m, digits + at, sizeof digits - at);
}

static bool year_of(int64_t *year, const struct value *v)
{
    if (v->kind == VALUE_INTEGER) *year = v->integer;
    else if (v->kind == VALUE_DATE) *year = date_year(v->date);
    else return false;
    return true;
}

static bool put_year(struct message *m, const struct person_key_plan *p, const struct record *r)
{
    int64_t year = 0;
    bool known = false;

    for (size_t i = 0; i < p->n_part && !known; i++)
        known = p->part[i].year && year_of(&year, value_of(r, p->part[i].slot));
    known = known || (p->has_birth_date && year_of(&year, value_of(r, p->birth_date)));
    put_int(m, year);
    return known;
}

static void put_other(struct message *m, const struct person_key_part *p, const struct value *v)
{
    if (v->kind == VALUE_INTEGER) put_int(m, v->integer);
    size_t n = v->kind == VALUE_CODE ? 1 : v->kind == VALUE_CODES ? v->n_code : 0;
    for (size_t i = 0; i < n; i++) {
        struct text name =
            text_of(p->list->code[v->kind == VALUE_CODE ? v->code : v->codes[i]].name);
        if (i > 0) put(m, " ", 1);
        put(m, name.p, name.n);
    }
}

bool person_key_make(uint8_t out[PERSON_KEY], const struct person_key_plan *p,
                     const struct record *r, const struct secret *key, struct arena *a)
{
    static const char head[] = "person 1";
    struct arena_mark mark = arena_mark(a);
    struct message m = {.arena = a};

    if (!p->possible) return false;
    put(&m, head, sizeof head - 1);
    put(&m, &separator, 1);
    bool ok = put_name(&m, p, r);
    put(&m, &separator, 1);
    ok = ok && put_year(&m, p, r);
    for (size_t i = 0; ok && i < p->n_part; i++) {
        if (p->part[i].name || p->part[i].year) continue;
        put(&m, &separator, 1);
        put_other(&m, &p->part[i], value_of(r, p->part[i].slot));
    }
    ok = ok && m.n <= MESSAGE_MAX;
    if (ok) crypto_hash(out, PERSON_KEY, m.p, m.n, key);
    arena_rewind(a, mark);
    return ok;
}
