/* SPDX-License-Identifier: EUPL-1.2 */
/* Decoding bodies; encoding is in body_encode.c, numbers in body_number.c. */
#include "model/body.h"

#include "model/body_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SCALE_MAX = 18 };

struct decoding {
    struct record *r;
    const struct numbering *n;
    const struct short_head *head;
    const unsigned char *p;
    size_t size, at;
    size_t lost;
    bool damaged; /* the first thing found wrong ends it */
};

/* The next item, whatever it is. */
static struct cbor_item take_item(struct decoding *x)
{
    struct cbor_reader in;
    cbor_reader_init(&in, x->p + x->at, x->size - x->at);
    struct cbor_item item = cbor_next(&in);
    x->at += in.at;
    return item;
}

/* Kind of the next item when its head is one byte, and what the head says; else CBOR_BAD. */
static struct short_head peek(const struct decoding *x)
{
    return x->at < x->size ? x->head[x->p[x->at]] : (struct short_head){CBOR_BAD, 0};
}

static uint64_t take_head(struct decoding *x, enum cbor_kind kind)
{
    struct short_head h = peek(x);
    if (h.kind == kind) {
        x->at++;
        return h.value;
    }
    struct cbor_item item = take_item(x);
    if (item.kind != kind) x->damaged = true;
    return item.kind == kind ? item.u : 0;
}

/* A text or byte string. Short ones are not checked to be UTF-8: they are looked up, not kept. */
static struct text take_word(struct decoding *x, enum cbor_kind kind)
{
    struct short_head h = peek(x);
    if (h.kind == kind && h.value < x->size - x->at) {
        struct text t = {(const char *)x->p + x->at + 1, h.value};
        x->at += 1 + t.n;
        return t;
    }
    struct cbor_item item = take_item(x);
    if (item.kind != kind) x->damaged = true;
    return item.kind == kind ? item.text : (struct text){"", 0};
}

static void take_missing(struct decoding *x, struct value *out, uint64_t m)
{
    if (m == MISSING_NONE || m >= MISSING_COUNT) x->damaged = true;
    else *out = (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)m};
}

static void take_decimal(struct decoding *x, struct value *out, const struct variable *v)
{
    struct cbor_item m = take_item(x);
    uint64_t scale = take_head(x, CBOR_UINT);
    if ((m.kind != CBOR_UINT && m.kind != CBOR_INT) || scale > SCALE_MAX) x->damaged = true;
    else if (v != NULL && v->type == VARIABLE_DECIMAL)
        *out = (struct value){.kind = VALUE_DECIMAL, .scale = (uint8_t)scale, .integer = m.i};
}

static int by_id(const void *a, const void *b)
{
    return (int)*(const code_id *)a - (int)*(const code_id *)b;
}

/* n codes; kept are those the list still has, ascending: its order may be another than when they were
 * written. */
static void take_codes(struct decoding *x, struct value *out, const struct variable *v, uint64_t n)
{
    bool coded = v != NULL && (v->type == VARIABLE_CODES || v->type == VARIABLE_CODE);
    const struct codelist *l = coded ? x->r->dictionary->list[v->list] : NULL;
    code_id *code = NULL;
    size_t kept = 0;
    bool sorted = true;
    if (n == 0 || n > x->size - x->at) { /* a code takes a byte at least */
        x->damaged = true;
        return;
    }
    if (coded) code = ARENA_ARRAY(x->r->arena, code_id, n);
    for (uint64_t i = 0; i < n; i++) {
        struct text name = take_word(x, CBOR_TEXT);
        if (x->damaged) return;
        if (!coded) continue;
        code[kept] = codelist_find(l, name);
        if (code[kept] == CODE_NONE) continue;
        sorted = sorted && (kept == 0 || code[kept - 1] < code[kept]);
        kept++;
    }
    if (kept == 0) return; /* the caller counts the value */
    x->lost += n - kept;
    if (!sorted) {
        qsort(code, kept, sizeof *code, by_id);
        size_t once = 1;
        for (size_t i = 1; i < kept; i++)
            if (code[i] != code[once - 1]) code[once++] = code[i];
        kept = once;
    }
    if (v->type == VARIABLE_CODES && kept <= UINT16_MAX)
        *out = (struct value){.kind = VALUE_CODES, .n_code = (uint16_t)kept, .codes = code};
    else if (v->type == VARIABLE_CODE && kept == 1)
        *out = (struct value){.kind = VALUE_CODE, .code = code[0]};
}

static void take_array(struct decoding *x, struct value *out, const struct variable *v, uint64_t n)
{
    uint64_t tag = take_head(x, CBOR_UINT);
    if (n == 1) take_missing(x, out, tag);
    else if (tag == BODY_TAG_CODES) take_codes(x, out, v, n - 1);
    else if (tag == BODY_TAG_DECIMAL && n == 3) take_decimal(x, out, v);
    else x->damaged = true;
}

static void take_text(struct decoding *x, struct value *out, const struct variable *v,
                      struct text t)
{
    code_id *code;
    code_id c;
    if (v == NULL) return;
    switch (v->type) {
    case VARIABLE_TEXT: *out = (struct value){.kind = VALUE_TEXT, .text = t}; break;
    case VARIABLE_CODE:
        c = codelist_find(x->r->dictionary->list[v->list], t);
        if (c != CODE_NONE) *out = (struct value){.kind = VALUE_CODE, .code = c};
        break;
    case VARIABLE_CODES:
        c = codelist_find(x->r->dictionary->list[v->list], t);
        if (c == CODE_NONE) break;
        code = ARENA_NEW(x->r->arena, code_id);
        *code = c;
        *out = (struct value){.kind = VALUE_CODES, .n_code = 1, .codes = code};
        break;
    case VARIABLE_INTEGER:
    case VARIABLE_DECIMAL:
    case VARIABLE_DATE: break;
    }
}

static void take_number(struct value *out, const struct variable *v, int64_t number)
{
    if (v == NULL) return;
    if (v->type == VARIABLE_INTEGER)
        *out = (struct value){.kind = VALUE_INTEGER, .integer = number};
    else if (v->type == VARIABLE_DECIMAL)
        *out = (struct value){.kind = VALUE_DECIMAL, .integer = number};
}

static void take_date(struct decoding *x, struct value *out, const struct variable *v,
                      struct text t)
{
    struct date d;
    if (!date_parse(&d, t, DATE_ISO)) x->damaged = true;
    else if (v != NULL && v->type == VARIABLE_DATE)
        *out = (struct value){.kind = VALUE_DATE, .date = d};
}

/* An item with a longer head, or a text that is kept. */
static void take_long(struct decoding *x, struct value *out, const struct variable *v)
{
    struct cbor_item item = take_item(x);
    switch (item.kind) {
    case CBOR_TEXT: take_text(x, out, v, item.text); break;
    case CBOR_ARRAY: take_array(x, out, v, item.u); break;
    case CBOR_BYTES: take_date(x, out, v, item.text); break;
    case CBOR_UINT:
    case CBOR_INT:
        if (item.kind == CBOR_UINT && item.u > INT64_MAX) x->damaged = true;
        else take_number(out, v, item.i);
        break;
    case CBOR_END:
    case CBOR_DOUBLE:
    case CBOR_MAP:
    case CBOR_BOOL:
    case CBOR_NULL:
    case CBOR_BAD: x->damaged = true; break;
    }
}

/* One value of variable `v` (NULL: gone, passed over). What is well-formed but does not fit stays
 * empty here. */
static void take_value(struct decoding *x, struct value *out, const struct variable *v)
{
    struct short_head h = peek(x);
    out->kind = VALUE_EMPTY;
    if (h.kind == CBOR_TEXT && v != NULL && v->type != VARIABLE_TEXT) {
        take_text(x, out, v, take_word(x, CBOR_TEXT));
    } else if (h.kind == CBOR_BYTES) {
        take_date(x, out, v, take_word(x, CBOR_BYTES));
    } else if (h.kind == CBOR_UINT) {
        x->at++;
        take_number(out, v, h.value);
    } else if (h.kind == CBOR_ARRAY) {
        x->at++;
        take_array(x, out, v, h.value);
    } else {
        take_long(x, out, v);
    }
}

/* The values of one row, whose parent was taken. `row` NULL: the group is gone. */
static void take_values(struct decoding *x, group_id g, struct value *row, uint64_t n)
{
    const struct dictionary *d = x->r->dictionary;
    uint64_t before = 0;
    for (uint64_t i = 0; i < n && !x->damaged; i++) {
        uint64_t number = take_head(x, CBOR_UINT);
        if (i > 0 && number <= before) x->damaged = true;
        before = number;
        var_id id = number < x->n->n_number && row != NULL ? x->n->variable[number] : VAR_NONE;
        const struct variable *v =
            id == VAR_NONE || d->variable[id].group != g ? NULL : &d->variable[id];
        struct value unused, *value = v == NULL ? &unused : &row[v->slot];
        take_value(x, value, v);
        if (value->kind != VALUE_EMPTY && v != NULL) continue;
        x->lost++;
        *value = (struct value){.kind = VALUE_MISSING, .missing = MISSING_U};
    }
}

/* The row's place in its table: there already when the other part made it, else added. NULL when its
 * parent is not to be found; then the whole group is given up. */
static struct value *row_place(struct decoding *x, group_id g, uint64_t at, uint64_t parent)
{
    struct record *r = x->r;
    struct record_table *t = &r->table[g];
    const struct group *group = &r->form->group[g];
    uint32_t row = (uint32_t)at;
    if (at >= t->n_row) {
        if (g == 0 || parent >= r->table[group->parent].n_row) return NULL;
        if (t->n_row > 0 && parent < t->parent[t->n_row - 1]) x->damaged = true;
        else if (!record_add(&row, r, g, (uint32_t)parent, NULL)) x->damaged = true;
        if (x->damaged) return NULL;
    } else if (t->parent[at] != parent) {
        x->damaged = true;
        return NULL;
    }
    return &t->value[row * group->n_variable];
}

static void take_group(struct decoding *x)
{
    uint64_t n = take_head(x, CBOR_ARRAY);
    uint64_t number = take_head(x, CBOR_UINT);
    group_id g = number < x->n->n_group_number ? x->n->group[number] : GROUP_NONE;
    size_t taken = 0;
    if (n < 2) x->damaged = true; /* a group without rows is left out */
    for (uint64_t at = 0; at + 1 < n && !x->damaged; at++) {
        uint64_t items = take_head(x, CBOR_ARRAY);
        uint64_t parent = take_head(x, CBOR_UINT);
        if (items % 2 == 0) x->damaged = true;
        if (x->damaged) return;
        struct value *row = g == GROUP_NONE ? NULL : row_place(x, g, at, parent);
        if (row == NULL && g != GROUP_NONE && !x->damaged) {
            /* Rows are known by their place: with one missing, those that follow, and the rows below
             * them, would hang in the wrong place. */
            if (g != 0) x->r->table[g].n_row = 0;
            x->lost += taken;
            g = GROUP_NONE;
        }
        take_values(x, g, row, items / 2);
        taken += items / 2;
    }
}

/* Behind the array; its bytes are what linkage made of the identifiers, and are judged there. */
static void take_encoding(struct decoding *x)
{
    struct cbor_item item = take_item(x);
    if (item.kind != CBOR_BYTES || item.text.n == 0 || item.text.n > BODY_ENCODING_MAX)
        x->damaged = true;
    else x->r->encoding = item.text;
}

struct text body_bare(struct text coded)
{
    struct cbor_reader in;
    cbor_reader_init(&in, coded.p, coded.n);
    enum cbor_kind kind;
    do kind = cbor_next(&in).kind;
    while (kind != CBOR_BAD && kind != CBOR_END && in.depth > 0);
    return kind == CBOR_BAD || kind == CBOR_END ? coded : (struct text){coded.p, in.at};
}

bool body_decode(struct record *r, struct text bytes, const struct numbering *n, size_t *n_lost,
                 struct err *e)
{
    struct decoding x = {.r = r,
                         .n = n,
                         .head = n->pieces->head,
                         .p = (const unsigned char *)bytes.p,
                         .size = bytes.n};
    assert(n->form == r->form);
    uint64_t items = take_head(&x, CBOR_ARRAY);
    if (items < 2 || take_head(&x, CBOR_UINT) != BODY_VERSION) x.damaged = true;
    for (uint64_t i = 1; i < items && !x.damaged; i++) take_group(&x);
    if (!x.damaged && x.at != x.size) take_encoding(&x);
    if (!x.damaged && x.at != x.size) x.damaged = true;
    if (n_lost != NULL) *n_lost = x.lost;
    if (!x.damaged) return true;
    err_set(e, ERR_STORE, "body.damaged", "a record's body is damaged (%zu bytes, at byte %zu)",
            bytes.n, x.at);
    return err_remedy(
        e, "check the repository with 'dcim check' and restore the record from a backup");
}
