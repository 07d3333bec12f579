/* SPDX-License-Identifier: EUPL-1.2 */
/* Building a snapshot: each source is read by one thread into a part with growing columns, parts
 * are put together in their order, so that the result does not depend on their number. Person-level
 * columns are in snapshot_unit.c. */
#include "dataset/snapshot.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "dataset/snapshot_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- parts: what one thread reads */

struct part_column {
    uint16_t *code; /* COLUMN_CODE cells, or COLUMN_CODE_SET items */
    uint32_t *end;  /* COLUMN_CODE_SET: items behind each instance */
    int32_t *number, *number_last;
    size_t n_code, cap_code, n_end, cap_end, n_number, cap_number, cap_last;
};

struct part_group {
    uint32_t *record, *parent; /* within the part */
    size_t n, cap_record, cap_parent;
};

struct part {
    struct part_column *column; /* by slot */
    struct part_group *group;
    uint8_t (*person)[PERSON_KEY], (*match)[PERSON_KEY]; /* match: NULL while they are the same */
    size_t cap_person, cap_match;
    uint64_t *record_no;
    struct chosen *chosen;
    size_t n_chosen, cap_chosen, cap_number;
    size_t n_record;
    bool ok;
    struct err err;
};

struct build {
    struct snapshot *s;
    struct row_source *source;
    struct part *part;
    size_t n_part;
};

enum column_kind column_kind_of(const struct variable *v)
{
    if (v->privacy & PRIVACY_D) return COLUMN_NONE;
    switch (v->type) {
    case VARIABLE_CODE: return COLUMN_CODE;
    case VARIABLE_CODES: return COLUMN_CODE_SET;
    case VARIABLE_INTEGER: return COLUMN_NUMBER;
    case VARIABLE_DATE: return COLUMN_DAY;
    case VARIABLE_TEXT:
    case VARIABLE_DECIMAL: break;
    }
    return COLUMN_NONE;
}

static uint16_t code_cell(const struct value *v)
{
    if (v->kind == VALUE_CODE) return v->code;
    if (v->kind == VALUE_MISSING) return (uint16_t)(COLUMN_MISSING + v->missing);
    return COLUMN_EMPTY;
}

static int32_t no_number(const struct value *v)
{
    return COLUMN_NO_NUMBER + (v->kind == VALUE_MISSING ? v->missing : 0);
}

static void append_code(struct part_column *c, uint16_t code)
{
    MEM_GROW(c->code, c->cap_code, c->n_code + 1);
    c->code[c->n_code++] = code;
}

static void append_set(struct part_column *c, const struct value *v)
{
    if (v->kind == VALUE_CODES && v->n_code > 0)
        for (size_t i = 0; i < v->n_code; i++) append_code(c, v->codes[i]);
    else append_code(c, code_cell(v));
    MEM_GROW(c->end, c->cap_end, c->n_end + 1);
    c->end[c->n_end++] = (uint32_t)c->n_code;
}

static void append_number(struct part_column *c, const struct value *v, bool day)
{
    int32_t first = no_number(v), last = first;
    if (v->kind == VALUE_DATE) {
        first = v->date.first;
        last = v->date.last;
    } else if (v->kind == VALUE_INTEGER && v->integer > COLUMN_NO_NUMBER + MISSING_COUNT &&
               v->integer <= INT32_MAX) {
        first = last = (int32_t)v->integer;
    }
    MEM_GROW(c->number, c->cap_number, c->n_number + 1);
    if (day) {
        MEM_GROW(c->number_last, c->cap_last, c->n_number + 1);
        c->number_last[c->n_number] = last;
    }
    c->number[c->n_number++] = first;
}

static void append_value(struct part_column *c, enum column_kind kind, const struct value *v)
{
    switch (kind) {
    case COLUMN_CODE: append_code(c, code_cell(v)); break;
    case COLUMN_CODE_SET: append_set(c, v); break;
    case COLUMN_NUMBER: append_number(c, v, false); break;
    case COLUMN_DAY: append_number(c, v, true); break;
    case COLUMN_NUMBER_SET:
    case COLUMN_NONE: break;
    }
}

static void append_group(struct part *p, const struct snapshot *s, const struct source_row *row,
                         group_id g)
{
    const struct group *group = &s->form->group[g];
    const struct record_table *t = &row->record->table[g];
    struct part_group *pg = &p->group[g];
    uint32_t parent_before = 0; /* instances of the parent group in earlier records of this part */
    if (group->parent != 0)
        parent_before =
            (uint32_t)(p->group[group->parent].n - row->record->table[group->parent].n_row);
    MEM_GROW(pg->record, pg->cap_record, pg->n + t->n_row);
    MEM_GROW(pg->parent, pg->cap_parent, pg->n + t->n_row);
    for (size_t i = 0; i < t->n_row; i++) {
        pg->record[pg->n] = (uint32_t)p->n_record;
        pg->parent[pg->n] =
            group->parent == 0 ? (uint32_t)p->n_record : parent_before + t->parent[i];
        pg->n++;
    }
}

static void append_choices(struct part *p, const struct source_row *row)
{
    for (size_t i = 0; i < row->n_choice; i++) {
        if (!row->choice[i].chosen) continue;
        MEM_GROW(p->chosen, p->cap_chosen, p->n_chosen + 1);
        p->chosen[p->n_chosen++] = (struct chosen){(uint32_t)p->n_record, row->choice[i].variable,
                                                   row->choice[i].choice_no};
    }
}

static void append_match_key(struct part *p, const struct source_row *row)
{
    if (p->match == NULL && memcmp(row->match_key, row->person_key, PERSON_KEY) == 0) return;
    bool first = p->match == NULL;
    MEM_GROW(p->match, p->cap_match, p->n_record + 1);
    if (first && p->n_record > 0) memcpy(p->match, p->person, p->n_record * PERSON_KEY);
    memcpy(p->match[p->n_record], row->match_key, PERSON_KEY);
}

static void part_append(struct part *p, const struct snapshot *s, const struct source_row *row)
{
    const struct form *f = s->form;
    for (group_id g = 0; g < f->n_group; g++) {
        const struct group *group = &f->group[g];
        const struct record_table *t = &row->record->table[g];
        if (g != 0) append_group(p, s, row, g);
        for (size_t k = 0; k < group->n_variable; k++) {
            const struct variable *v = &s->dictionary->variable[group->variable[k]];
            enum column_kind kind = column_kind_of(v);
            struct part_column *c = &p->column[s->slot[v->id]];
            if (kind == COLUMN_NONE) continue;
            if (v->id == f->organisation) append_code(c, row->organisation);
            else if (v->id == f->organisation_type) append_code(c, row->organisation_type);
            else
                for (size_t i = 0; i < t->n_row; i++)
                    append_value(c, kind, &t->value[i * group->n_variable + k]);
        }
    }
    MEM_GROW(p->person, p->cap_person, p->n_record + 1);
    memcpy(p->person[p->n_record], row->person_key, PERSON_KEY);
    append_match_key(p, row);
    MEM_GROW(p->record_no, p->cap_number, p->n_record + 1);
    p->record_no[p->n_record] = row->record_no;
    append_choices(p, row);
    p->n_record++;
}

static void part_read(void *ctx, size_t i)
{
    struct build *b = ctx;
    struct part *p = &b->part[i];
    struct row_source *source = &b->source[i];
    for (;;) {
        struct source_row row = {0};
        bool found = false;
        if (!source->next(source, &row, &found, &p->err)) return;
        if (!found) break;
        if (p->n_record >= UINT32_MAX / 2) {
            err_set(&p->err, ERR_LIMIT, "snapshot.too_many_records",
                    "more records than a snapshot holds");
            return;
        }
        part_append(p, b->s, &row);
    }
    p->ok = true;
}

static void part_release(struct part *p, const struct snapshot *s)
{
    for (size_t i = 0; p->column != NULL && i < s->n_slot; i++) {
        mem_free(p->column[i].code);
        mem_free(p->column[i].end);
        mem_free(p->column[i].number);
        mem_free(p->column[i].number_last);
    }
    for (size_t g = 0; p->group != NULL && g < s->form->n_group; g++) {
        mem_free(p->group[g].record);
        mem_free(p->group[g].parent);
    }
    mem_free(p->column);
    mem_free(p->group);
    mem_free(p->person);
    mem_free(p->match);
    mem_free(p->record_no);
    mem_free(p->chosen);
}

/* ---------------------------------------------------------------- putting parts together */

static void merge_codes(struct build *b, size_t slot, struct owned_column *out, bool set)
{
    size_t n = 0, n_end = 0;
    for (size_t i = 0; i < b->n_part; i++) {
        n += b->part[i].column[slot].n_code;
        n_end += b->part[i].column[slot].n_end;
    }
    uint16_t *cell = mem_resize(NULL, n, sizeof *cell);
    uint32_t *offset = set ? mem_resize(NULL, n_end + 1, sizeof *offset) : NULL;
    size_t at = 0, at_end = 0;
    if (set) offset[0] = 0;
    for (size_t i = 0; i < b->n_part; i++) {
        struct part_column *c = &b->part[i].column[slot];
        if (c->n_code > 0) memcpy(cell + at, c->code, c->n_code * sizeof *cell);
        for (size_t k = 0; set && k < c->n_end; k++)
            offset[1 + at_end++] = (uint32_t)at + c->end[k];
        at += c->n_code;
        mem_free(c->code);
        mem_free(c->end);
        *c = (struct part_column){0};
    }
    out->shown.n = set ? n_end : n;
    if (set) {
        out->shown.item = out->item = cell;
        out->shown.offset = out->offset = offset;
    } else {
        out->shown.code = out->code = cell;
    }
}

static void merge_numbers(struct build *b, size_t slot, struct owned_column *out, bool day)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < b->n_part; i++) n += b->part[i].column[slot].n_number;
    out->number = mem_resize(NULL, n, sizeof *out->number);
    out->number_last = day ? mem_resize(NULL, n, sizeof *out->number_last) : NULL;
    for (size_t i = 0; i < b->n_part; i++) {
        struct part_column *c = &b->part[i].column[slot];
        if (c->n_number > 0) memcpy(out->number + at, c->number, c->n_number * sizeof *c->number);
        if (day && c->n_number > 0)
            memcpy(out->number_last + at, c->number_last, c->n_number * sizeof *c->number);
        at += c->n_number;
        mem_free(c->number);
        mem_free(c->number_last);
        *c = (struct part_column){0};
    }
    out->shown.n = n;
    out->shown.number = out->number;
    out->shown.number_last = day ? out->number_last : out->number;
}

static void merge_column(void *ctx, size_t var)
{
    struct build *b = ctx;
    struct snapshot *s = b->s;
    if (s->slot[var] == UINT32_MAX) return;
    size_t slot = s->slot[var];
    struct owned_column *out = &s->instance[slot];
    out->shown.var = (var_id)var;
    out->shown.kind = column_kind_of(&s->dictionary->variable[var]);
    switch (out->shown.kind) {
    case COLUMN_CODE: merge_codes(b, slot, out, false); break;
    case COLUMN_CODE_SET: merge_codes(b, slot, out, true); break;
    case COLUMN_NUMBER: merge_numbers(b, slot, out, false); break;
    case COLUMN_DAY: merge_numbers(b, slot, out, true); break;
    case COLUMN_NUMBER_SET:
    case COLUMN_NONE: break;
    }
}

static void merge_group(struct build *b, group_id g)
{
    struct snapshot *s = b->s;
    struct instances *out = &s->group[g];
    for (size_t i = 0; i < b->n_part; i++) out->n += b->part[i].group[g].n;
    uint32_t *record = mem_resize(NULL, out->n, sizeof *record);
    uint32_t *parent = mem_resize(NULL, out->n, sizeof *parent);
    uint32_t *first = mem_new(s->n_record + 1, sizeof *first);
    group_id up = s->form->group[g].parent;
    size_t at = 0;
    uint32_t record_before = 0, parent_before = 0;
    for (size_t i = 0; i < b->n_part; i++) {
        struct part_group *pg = &b->part[i].group[g];
        for (size_t k = 0; k < pg->n; k++, at++) {
            record[at] = record_before + pg->record[k];
            parent[at] = (up == 0 ? record_before : parent_before) + pg->parent[k];
            first[record[at] + 1]++;
        }
        record_before += (uint32_t)b->part[i].n_record;
        parent_before += up == 0 ? 0 : (uint32_t)b->part[i].group[up].n;
    }
    for (size_t r = 0; r < s->n_record; r++) first[r + 1] += first[r];
    out->record = record;
    out->parent = parent;
    out->first = first;
}

/* ---------------------------------------------------------------- persons */

static const uint8_t no_key[PERSON_KEY];

/* Number persons in the order of their first record; `of_record` NULL: they are counted, by match
 * key. Keys are keyed hashes, uniform to everybody without the key, so their own bytes serve as
 * hash value. */
static size_t number_persons(const struct build *b, uint32_t *of_record)
{
    size_t n = b->s->n_record, size = 16;
    while (size < n * 2) size *= 2;
    uint32_t *table = mem_new(size, sizeof *table); /* record + 1 */
    const uint8_t **key = mem_new(n, sizeof *key);
    size_t r = 0, person = 0;
    for (size_t i = 0; i < b->n_part; i++) {
        const struct part *p = &b->part[i];
        bool by_match = of_record == NULL && p->match != NULL;
        for (size_t k = 0; k < p->n_record; k++, r++) {
            size_t number = person;
            key[r] = by_match ? p->match[k] : p->person[k];
            if (memcmp(key[r], no_key, PERSON_KEY) != 0) {
                uint64_t hash;
                memcpy(&hash, key[r], sizeof hash);
                size_t at = hash & (size - 1);
                while (table[at] != 0 && memcmp(key[table[at] - 1], key[r], PERSON_KEY) != 0)
                    at = (at + 1) & (size - 1);
                if (table[at] == 0) table[at] = (uint32_t)r + 1;
                else if (of_record == NULL) continue;
                else number = of_record[table[at] - 1];
            }
            person += number == person;
            if (of_record != NULL) of_record[r] = (uint32_t)number;
        }
    }
    mem_free(table);
    mem_free(key);
    return person;
}

static bool has_match_keys(const struct build *b)
{
    for (size_t i = 0; i < b->n_part; i++)
        if (b->part[i].match != NULL) return true;
    return false;
}

static void build_persons(struct build *b)
{
    struct snapshot *s = b->s;
    uint32_t *of_record = mem_resize(NULL, s->n_record, sizeof *of_record);
    s->person.n = number_persons(b, of_record);
    s->each_own = s->person.n == s->n_record;
    s->n_by_match = has_match_keys(b) ? number_persons(b, NULL) : s->person.n;
    uint32_t *record = mem_resize(NULL, s->n_record, sizeof *record);
    uint32_t *first = mem_new(s->person.n + 1, sizeof *first);
    for (size_t r = 0; r < s->n_record; r++) first[of_record[r] + 1]++;
    for (size_t p = 0; p < s->person.n; p++) first[p + 1] += first[p];
    uint32_t *next = mem_resize(NULL, s->person.n, sizeof *next);
    if (s->person.n > 0) memcpy(next, first, s->person.n * sizeof *next);
    for (size_t r = 0; r < s->n_record; r++) record[next[of_record[r]]++] = (uint32_t)r;
    mem_free(next);
    s->person.of_record = of_record;
    s->person.first = first;
    s->person.record = record;
}

/* ---------------------------------------------------------------- choices */

static int by_choice(const void *a, const void *b)
{
    int64_t x = ((const struct chosen *)a)->choice_no, y = ((const struct chosen *)b)->choice_no;
    return (x > y) - (x < y);
}

static void merge_records(struct build *b)
{
    struct snapshot *s = b->s;
    size_t at = 0, n = 0, cap = 0;
    s->record_no = mem_resize(NULL, s->n_record, sizeof *s->record_no);
    for (size_t i = 0; i < b->n_part; i++) {
        const struct part *p = &b->part[i];
        for (size_t k = 0; k < p->n_chosen; k++) {
            MEM_GROW(s->chosen, cap, n + 1);
            s->chosen[n] = p->chosen[k];
            s->chosen[n++].record += (uint32_t)at;
        }
        if (p->n_record > 0)
            memcpy(s->record_no + at, p->record_no, p->n_record * sizeof *s->record_no);
        at += p->n_record;
    }
    s->n_chosen = n;
    if (n > 1) qsort(s->chosen, n, sizeof *s->chosen, by_choice);
}

/* ---------------------------------------------------------------- the snapshot itself */

static struct snapshot *snapshot_new(const struct dictionary *d, const struct form *f)
{
    struct snapshot *s = mem_new(1, sizeof *s);
    s->dictionary = d;
    s->form = f;
    s->slot = mem_resize(NULL, d->n_variable, sizeof *s->slot);
    for (size_t v = 0; v < d->n_variable; v++)
        s->slot[v] = d->variable[v].form == f->id ? (uint32_t)s->n_slot++ : UINT32_MAX;
    s->group = mem_new(f->n_group, sizeof *s->group);
    s->instance = mem_new(s->n_slot, sizeof *s->instance);
    for (int u = 0; u < UNIT_COUNT; u++) s->unit[u] = mem_new(s->n_slot, sizeof *s->unit[u]);
    pthread_mutex_init(&s->lock, NULL);
    atomic_init(&s->users, 1);
    return s;
}

static void merge(struct build *b)
{
    struct snapshot *s = b->s;
    for (size_t i = 0; i < b->n_part; i++) s->n_record += b->part[i].n_record;
    for (group_id g = 1; g < s->form->n_group; g++) merge_group(b, g);
    parallel_run(s->dictionary->n_variable, merge_column, b);
    build_persons(b);
    merge_records(b);
}

bool snapshot_build(struct snapshot **out, const struct dictionary *d, const struct form *f,
                    struct row_source *part, size_t n_part, struct err *e)
{
    struct build b = {.s = snapshot_new(d, f), .source = part, .n_part = n_part};
    bool ok = true;
    b.part = mem_new(n_part, sizeof *b.part);
    for (size_t i = 0; i < n_part; i++) {
        b.part[i].column = mem_new(b.s->n_slot, sizeof *b.part[i].column);
        b.part[i].group = mem_new(f->n_group, sizeof *b.part[i].group);
    }
    parallel_run(n_part, part_read, &b);
    for (size_t i = 0; i < n_part; i++) {
        if (ok && !b.part[i].ok) {
            if (e != NULL) *e = b.part[i].err;
            ok = false;
        }
        if (part[i].close != NULL) part[i].close(&part[i]);
    }
    if (ok) merge(&b);
    for (size_t i = 0; i < n_part; i++) part_release(&b.part[i], b.s);
    mem_free(b.part);
    if (!ok) {
        snapshot_drop(b.s);
        return false;
    }
    *out = b.s;
    return true;
}

struct snapshot *snapshot_hold(struct snapshot *s)
{
    atomic_fetch_add(&s->users, 1);
    return s;
}

void owned_column_release(struct owned_column *c)
{
    mem_free(c->code);
    mem_free(c->item);
    mem_free(c->offset);
    mem_free(c->number);
    mem_free(c->number_last);
}

void snapshot_drop(struct snapshot *s)
{
    if (s == NULL || atomic_fetch_sub(&s->users, 1) > 1) return;
    for (size_t i = 0; i < s->n_slot; i++) {
        owned_column_release(&s->instance[i]);
        for (int u = 0; u < UNIT_COUNT; u++) {
            if (s->unit[u][i] != NULL) owned_column_release(s->unit[u][i]);
            mem_free(s->unit[u][i]);
        }
    }
    for (size_t g = 0; g < s->form->n_group; g++) {
        mem_free((void *)s->group[g].record);
        mem_free((void *)s->group[g].parent);
        mem_free((void *)s->group[g].first);
    }
    mem_free((void *)s->person.of_record);
    mem_free((void *)s->person.first);
    mem_free((void *)s->person.record);
    mem_free(s->record_no);
    mem_free(s->chosen);
    for (int u = 0; u < UNIT_COUNT; u++) mem_free(s->unit[u]);
    mem_free(s->group);
    mem_free(s->instance);
    mem_free(s->slot);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

const struct dictionary *snapshot_dictionary(const struct snapshot *s)
{
    return s->dictionary;
}

const struct form *snapshot_form(const struct snapshot *s)
{
    return s->form;
}

size_t snapshot_units(const struct snapshot *s, enum unit u)
{
    return u == UNIT_PERSONS ? s->person.n : s->n_record;
}

const struct instances *snapshot_instances(const struct snapshot *s, group_id g)
{
    return g == 0 || g >= s->form->n_group ? NULL : &s->group[g];
}

const struct column *snapshot_instance_column(const struct snapshot *s, var_id v)
{
    if (v >= s->dictionary->n_variable || s->slot[v] == UINT32_MAX) return NULL;
    const struct column *c = &s->instance[s->slot[v]].shown;
    return c->kind == COLUMN_NONE ? NULL : c;
}

size_t snapshot_persons_by_match(const struct snapshot *s)
{
    return s->n_by_match;
}

const struct persons *snapshot_persons(const struct snapshot *s)
{
    return &s->person;
}

uint64_t snapshot_record_no(const struct snapshot *s, size_t record)
{
    return s->record_no[record];
}

const struct column *snapshot_column(struct snapshot *s, enum unit u, var_id v)
{
    const struct column *own = snapshot_instance_column(s, v);
    if (own == NULL) return NULL;
    const struct variable *var = &s->dictionary->variable[v];
    if (u == UNIT_PERSONS && s->each_own) u = UNIT_RECORDS;
    if (u == UNIT_RECORDS && var->group == 0) return own;
    size_t slot = s->slot[v];
    pthread_mutex_lock(&s->lock);
    if (s->unit[u][slot] == NULL) s->unit[u][slot] = unit_column_make(s, u, var);
    const struct column *made = &s->unit[u][slot]->shown;
    pthread_mutex_unlock(&s->lock);
    return made;
}

static const struct column *records_column(void *ctx, var_id v)
{
    return snapshot_column(ctx, UNIT_RECORDS, v);
}

static const struct column *persons_column(void *ctx, var_id v)
{
    return snapshot_column(ctx, UNIT_PERSONS, v);
}

void snapshot_column_set(struct column_set *out, struct snapshot *s, enum unit u)
{
    *out = (struct column_set){
        .dictionary = s->dictionary,
        .form = s->form,
        .n = snapshot_units(s, u),
        .column = u == UNIT_PERSONS ? persons_column : records_column,
        .ctx = s,
    };
}

static size_t column_bytes(const struct owned_column *c)
{
    size_t n = c->shown.n, bytes = 0;
    size_t n_item = c->offset != NULL ? c->offset[n] : n;
    if (c->code != NULL) bytes += n * sizeof *c->code;
    if (c->item != NULL) bytes += n_item * sizeof *c->item;
    if (c->offset != NULL) bytes += (n + 1) * sizeof *c->offset;
    if (c->number != NULL) bytes += n_item * sizeof *c->number;
    if (c->number_last != NULL) bytes += n_item * sizeof *c->number_last;
    return bytes;
}

size_t snapshot_bytes(const struct snapshot *s)
{
    size_t bytes = sizeof *s + s->n_record * (2 * sizeof(uint32_t) + sizeof *s->record_no) +
                   (s->person.n + 1) * sizeof(uint32_t) + s->n_chosen * sizeof *s->chosen;
    for (size_t i = 0; i < s->n_slot; i++) {
        bytes += column_bytes(&s->instance[i]);
        for (int u = 0; u < UNIT_COUNT; u++)
            if (s->unit[u][i] != NULL) bytes += column_bytes(s->unit[u][i]);
    }
    for (size_t g = 1; g < s->form->n_group; g++)
        bytes += (s->group[g].n * 2 + s->n_record + 1) * sizeof(uint32_t);
    return bytes;
}
