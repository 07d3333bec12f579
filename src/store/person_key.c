/* SPDX-License-Identifier: EUPL-1.2 */
/* What is hashed, each part behind the unit separator (0x1F), which no part holds:
 *   "person 1" | all texts of the plan as one unicode_name_key() | birth year | the other parts in
 *   their order: codes as their names, several joined by blanks; integers in decimal; what is empty
 *   or missing as nothing */
#include "store/person_key.h"

#include "base/buf.h"
#include "base/unicode.h"

#include <stdio.h>

enum { MESSAGE_MAX = 64 * 1024 };

static const char separator = '\x1f';

static var_id find(const struct dictionary *d, const struct form *f, struct text name)
{
    const struct variable *v = dictionary_variable(d, f->id, name);
    return v != NULL && v->group == 0 ? v->id : VAR_NONE;
}

static bool is_year(const struct dictionary *d, var_id v)
{
    return text_is(text_of(d->variable[v].name), "birth_year");
}

void person_key_plan(struct person_key_plan *out, const struct dictionary *d, const struct form *f)
{
    char parameter[100];
    bool name = false, year = false;

    snprintf(parameter, sizeof parameter, "match_key.%s", f->name);
    struct text rest = text_of(
        dictionary_parameter(d, parameter, "family_name given_names birth_year sex citizenship"));
    struct text piece;
    *out = (struct person_key_plan){.birth_date = find(d, f, TEXT("birth_date"))};
    while (text_split(&rest, ' ', &piece)) {
        var_id v = find(d, f, piece);
        if (v == VAR_NONE || out->n_part == PERSON_KEY_PARTS) continue;
        out->part[out->n_part++] = v;
        name = name || d->variable[v].type == VARIABLE_TEXT;
        year = year || is_year(d, v);
    }
    out->possible = name && year;
}

/* All texts, joined; false when one is not there. */
static bool put_name(struct buf *b, const struct person_key_plan *p, const struct record *r,
                     struct arena *a)
{
    struct buf name;
    bool all = true;

    buf_init_wiped(&name, MESSAGE_MAX);
    for (size_t i = 0; i < p->n_part && all; i++) {
        if (r->dictionary->variable[p->part[i]].type != VARIABLE_TEXT) continue;
        const struct value *v = record_get(r, p->part[i], 0);
        all = v->kind == VALUE_TEXT && text_trim(v->text).n > 0;
        if (all) buf_put_text(&name, v->text);
        buf_putc(&name, ' ');
    }
    struct text key = all ? unicode_name_key(buf_text(&name), a) : (struct text){"", 0};
    buf_put_text(b, key);
    buf_release(&name);
    return all && key.n > 0;
}

/* In decimal; buf_printf() would take longer than all the rest of the key. */
static void put_int(struct buf *b, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (v < 0) digits[--at] = '-';
    buf_put(b, digits + at, sizeof digits - at);
}

static bool put_year(struct buf *b, const struct person_key_plan *p, const struct record *r)
{
    int64_t year = 0;
    bool known = false;

    for (size_t i = 0; i <= p->n_part && !known; i++) {
        var_id id = i < p->n_part ? p->part[i] : p->birth_date;
        if (id == VAR_NONE || (i < p->n_part && !is_year(r->dictionary, id))) continue;
        const struct value *v = record_get(r, id, 0);
        known = v->kind == VALUE_INTEGER || v->kind == VALUE_DATE;
        if (known) year = v->kind == VALUE_INTEGER ? v->integer : date_year(v->date);
    }
    put_int(b, year);
    return known;
}

static void put_other(struct buf *b, const struct record *r, var_id id)
{
    const struct variable *variable = &r->dictionary->variable[id];
    const struct value *v = record_get(r, id, 0);

    if (v->kind == VALUE_INTEGER) put_int(b, v->integer);
    if (v->kind == VALUE_CODE) buf_puts(b, r->dictionary->list[variable->list]->code[v->code].name);
    for (size_t i = 0; v->kind == VALUE_CODES && i < v->n_code; i++) {
        if (i > 0) buf_putc(b, ' ');
        buf_puts(b, r->dictionary->list[variable->list]->code[v->codes[i]].name);
    }
}

bool person_key_make(uint8_t out[PERSON_KEY], const struct person_key_plan *p,
                     const struct record *r, const struct secret *key, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct buf b;

    if (!p->possible) return false;
    buf_init_wiped(&b, MESSAGE_MAX);
    buf_puts(&b, "person 1");
    buf_putc(&b, separator);
    bool ok = put_name(&b, p, r, a);
    buf_putc(&b, separator);
    ok = ok && put_year(&b, p, r);
    for (size_t i = 0; ok && i < p->n_part; i++) {
        const struct variable *v = &r->dictionary->variable[p->part[i]];
        if (v->type == VARIABLE_TEXT || is_year(r->dictionary, v->id)) continue;
        buf_putc(&b, separator);
        put_other(&b, r, v->id);
    }
    ok = ok && !b.too_long;
    if (ok) crypto_hash(out, PERSON_KEY, b.p, b.n, key);
    buf_release(&b);
    arena_rewind(a, mark);
    return ok;
}
