/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/version_index.h"

#include "store/store_internal.h"

#include <stdio.h>
#include <string.h>

static const struct variable *find(const struct dictionary *d, const struct form *f,
                                   struct text name)
{
    const struct variable *v = dictionary_variable(d, f->id, name);
    return v != NULL && v->group == 0 ? v : NULL;
}

void version_index_plan(struct version_index_plan *out, const struct dictionary *d,
                        const struct form *f)
{
    char code[100];
    struct text rest = text_of(dictionary_parameter(d, "retention.closed_on", "case_closed_date")),
                piece;

    snprintf(code, sizeof code, "%s_code", f->name);
    *out = (struct version_index_plan){.entered = find(d, f, TEXT("entry_date")),
                                       .until = find(d, f, TEXT("retention_until")),
                                       .hold = find(d, f, TEXT("legal_hold")),
                                       .status = find(d, f, TEXT("victim_status")),
                                       .code = find(d, f, text_of(code))};
    while (out->closed == NULL && text_split(&rest, ' ', &piece)) out->closed = find(d, f, piece);
    out->term = f->data_set == DATA_SET_JUSTICE ? TERM_JUSTICE
                : f->data_set == DATA_SET_CASE  ? TERM_CASE
                                                : TERM_VICTIM;
}

static const struct value *value_of(const struct record *r, const struct variable *v)
{
    static const struct value none = {.kind = VALUE_EMPTY};
    return v == NULL ? &none : &r->table[0].value[v->slot];
}

static const struct code *code_of(const struct record *r, const struct variable *v,
                                  const struct codelist **list)
{
    const struct value *value = value_of(r, v);
    if (value->kind != VALUE_CODE || v->list == LIST_NONE) return NULL;
    *list = r->dictionary->list[v->list];
    return &(*list)->code[value->code];
}

/* Whether the list says of the status that it makes nobody a victim. */
static bool not_confirmed(const struct record *r, const struct variable *v)
{
    const struct codelist *list;
    const struct code *status = code_of(r, v, &list);
    if (status == NULL) return false;
    for (size_t i = 0; i < list->n_column; i++)
        if (strcmp(list->column[i], "valid") == 0) return strcmp(status->extra[i], "no") == 0;
    return false;
}

static bool is_held(const struct record *r, const struct variable *v)
{
    const struct codelist *list;
    const struct code *hold = code_of(r, v, &list);
    return hold != NULL && strcmp(hold->name, "yes") == 0;
}

/* 63 bits are enough to tell the few records of one match key apart; 0 of no code. */
static int64_t hash_code(struct text code, const struct secret *key)
{
    uint8_t hash[CRYPTO_SHORT];
    uint64_t v = 0;
    if (code.n == 0) return 0;
    crypto_hash(hash, sizeof hash, code.p, code.n, key);
    for (int i = 0; i < 8; i++) v = v << 8 | hash[i];
    return (int64_t)(v >> 1) | 1;
}

void version_index_make(struct version_index *out, const struct version_index_plan *p,
                        const struct record *r, const struct secret *key)
{
    const struct value *entered = value_of(r, p->entered), *until = value_of(r, p->until),
                       *closed = value_of(r, p->closed), *code = value_of(r, p->code);

    *out = (struct version_index){0};
    if (entered->kind == VALUE_DATE) out->year = date_year(entered->date);
    if (code->kind == VALUE_TEXT) out->code_hash = hash_code(text_trim(code->text), key);
    if (is_held(r, p->hold)) return;
    if (until->kind == VALUE_DATE) {
        out->term = TERM_FIXED;
        out->term_day = until->date.last;
    } else if (closed->kind == VALUE_DATE) {
        out->term = not_confirmed(r, p->status) ? TERM_NOT_CONFIRMED : p->term;
        out->term_day = closed->date.last;
    }
}

int64_t retention_years(const struct dictionary *d, uint8_t term)
{
    static const char *const name[TERM_COUNT] = {[TERM_VICTIM] = "retention.victim_years",
                                                 [TERM_NOT_CONFIRMED] =
                                                     "retention.not_confirmed_years",
                                                 [TERM_JUSTICE] = "retention.justice_years",
                                                 [TERM_CASE] = "retention.case_years"};
    if (term == TERM_FIXED) return 0;
    return term < TERM_COUNT && name[term] != NULL ? dictionary_parameter_int(d, name[term], -1)
                                                   : -1;
}

int32_t retention_ends(int32_t day, int64_t years)
{
    struct date out;
    int y, m, d;
    if (years == 0) return day;
    date_to_ymd(day, &y, &m, &d);
    y += (int)(years > 200 ? 200 : years);
    if (date_from_ymd(&out, y, m, d) || date_from_ymd(&out, y, m, 28)) return out.first;
    return INT32_MAX;
}

bool version_index_add(struct store *st, int64_t series_no, int64_t version_id,
                       const struct version_index *x, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_INDEX_ADD);
    query_bind_int(&q, "series_no", series_no);
    query_bind_int(&q, "version_id", version_id);
    if (x->year != 0) query_bind_int(&q, "year", x->year);
    else query_bind_null(&q, "year");
    if (x->term != TERM_NONE) query_bind_int(&q, "term", x->term);
    else query_bind_null(&q, "term");
    if (x->term != TERM_NONE) query_bind_int(&q, "term_day", x->term_day);
    else query_bind_null(&q, "term_day");
    if (x->code_hash != 0) query_bind_int(&q, "code_hash", x->code_hash);
    else query_bind_null(&q, "code_hash");
    return query_run(&q, e);
}
