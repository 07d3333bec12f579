/* SPDX-License-Identifier: EUPL-1.2 */
/* Encoding bodies, and the pieces they are made of (body_internal.h). */
#include "model/body.h"

#include "base/mem.h"
#include "model/body_internal.h"

#include <assert.h>
#include <string.h>

enum { SINK_SIZE = 512 }; /* most bodies; it is cleared each time */

/* --- making pieces
 * ------------------------------------------------------------------------------- */

/* The first `n` of the bytes in `b`, which is then empty again. */
static struct piece piece_of(struct buf *b, size_t n)
{
    struct piece out = {0};
    if (n <= sizeof out.p) {
        out.n = (unsigned char)n;
        memcpy(out.p, b->p, n);
    }
    buf_clear(b);
    return out;
}

static void note_head(struct body_pieces *out, const struct piece *x, enum cbor_kind kind,
                      size_t value)
{
    if (x->n == 1)
        out->head[(unsigned char)x->p[0]] = (struct short_head){(uint8_t)kind, (uint8_t)value};
}

static void make_heads(struct body_pieces *out, struct buf *b)
{
    static const char zeros[TEXT_PIECES] = {0};
    for (size_t i = 0; i < 256; i++) out->head[i] = (struct short_head){CBOR_BAD, 0};
    for (size_t i = 0; i < UINT_PIECES; i++) {
        cbor_put_uint(b, i);
        out->uint[i] = piece_of(b, b->n);
        note_head(out, &out->uint[i], CBOR_UINT, i);
    }
    for (size_t i = 0; i < ARRAY_PIECES; i++) {
        cbor_put_array(b, i);
        out->array[i] = piece_of(b, b->n);
        note_head(out, &out->array[i], CBOR_ARRAY, i);
    }
    for (size_t i = 0; i < TEXT_PIECES; i++) {
        cbor_put_text(b, (struct text){zeros, i});
        out->text[i] = piece_of(b, b->n - i);
        note_head(out, &out->text[i], CBOR_TEXT, i);
        cbor_put_bytes(b, zeros, i);
        out->bytes[i] = piece_of(b, b->n - i);
        note_head(out, &out->bytes[i], CBOR_BYTES, i);
    }
}

static const struct piece *code_pieces(const struct codelist *l, struct buf *b, struct arena *a)
{
    struct piece *out = ARENA_ARRAY(a, struct piece, l->n_code);
    for (size_t c = 0; c < l->n_code; c++) {
        cbor_put_text(b, text_of(l->code[c].name));
        out[c] = piece_of(b, b->n);
    }
    return out;
}

const struct body_pieces *body_pieces_make(const struct numbering *n, const struct dictionary *d,
                                           struct arena *a)
{
    struct body_pieces *out = ARENA_NEW(a, struct body_pieces);
    struct buf b;
    buf_init(&b, 1024);
    make_heads(out, &b);
    const struct piece **code = ARENA_ARRAY(a, const struct piece *, d->n_list);
    out->variable = ARENA_ARRAY(a, struct variable_pieces, d->n_variable);
    for (size_t i = 0; i < d->n_variable; i++) {
        struct variable_pieces *v = &out->variable[i];
        list_id list = d->variable[i].list;
        if (n->variable_number[i] != NUMBER_NONE) {
            cbor_put_uint(&b, n->variable_number[i]);
            v->number = piece_of(&b, b.n);
        }
        if (d->variable[i].form != n->form->id || list == LIST_NONE) continue;
        if (code[list] == NULL) code[list] = code_pieces(d->list[list], &b, a);
        v->list = d->list[list];
        v->code = code[list];
        v->n_code = v->list->n_code;
    }
    buf_release(&b);
    return out;
}

/* --- putting them together
 * ----------------------------------------------------------------------- */

struct sink { /* a row's bytes on their way to the buffer */
    struct buf *b;
    const struct body_pieces *pieces;
    size_t n;
    char p[SINK_SIZE];
};

static __attribute__((noinline)) void flush(struct sink *s)
{
    buf_put(s->b, s->p, s->n);
    s->n = 0;
}

static inline void put_piece(struct sink *s, const struct piece *x)
{
    if (s->n > SINK_SIZE - PIECE_SIZE) flush(s);
    /* An assignment: one instruction, where a checked memcpy() is a call. The next piece begins
     * behind the n bytes. */
    *(struct piece *)(s->p + s->n) = *x;
    s->n += x->n;
}

static void put_bytes(struct sink *s, const char *p, size_t n)
{
    if (n > SINK_SIZE - s->n) flush(s);
    if (n > SINK_SIZE) {
        buf_put(s->b, p, n);
        return;
    }
    if (n > 0) memcpy(s->p + s->n, p, n);
    s->n += n;
}

static void put_uint(struct sink *s, uint64_t v)
{
    if (v < UINT_PIECES) {
        put_piece(s, &s->pieces->uint[v]);
        return;
    }
    flush(s);
    cbor_put_uint(s->b, v);
}

static void put_int(struct sink *s, int64_t v)
{
    if (v >= 0) {
        put_uint(s, (uint64_t)v);
        return;
    }
    flush(s);
    cbor_put_int(s->b, v);
}

static void put_array(struct sink *s, size_t n)
{
    if (n < ARRAY_PIECES) {
        put_piece(s, &s->pieces->array[n]);
        return;
    }
    flush(s);
    cbor_put_array(s->b, n);
}

static void put_text(struct sink *s, struct text t)
{
    if (t.n < TEXT_PIECES) {
        put_piece(s, &s->pieces->text[t.n]);
        put_bytes(s, t.p, t.n);
        return;
    }
    flush(s);
    cbor_put_text(s->b, t);
}

static void put_date(struct sink *s, struct date d)
{
    static const size_t length[] = {[DATE_DAY] = 10, [DATE_MONTH] = 7, [DATE_YEAR] = 4};
    char text[DATE_TEXT_MAX];
    date_format(text, d);
    size_t n = length[d.precision];
    put_piece(s, &s->pieces->bytes[n]);
    put_bytes(s, text, n);
}

static inline void put_code(struct sink *s, const struct variable_pieces *p, code_id c)
{
    if (c < p->n_code && p->code[c].n > 0) put_piece(s, &p->code[c]);
    else put_text(s, text_of(p->list->code[c].name));
}

static void put_value(struct sink *s, const struct variable_pieces *p, const struct value *v)
{
    switch ((enum value_kind)v->kind) {
    case VALUE_EMPTY: assert(false); break;
    case VALUE_MISSING:
        put_array(s, 1);
        put_uint(s, v->missing);
        break;
    case VALUE_TEXT: put_text(s, v->text); break;
    case VALUE_INTEGER: put_int(s, v->integer); break;
    case VALUE_DECIMAL:
        put_array(s, 3);
        put_uint(s, BODY_TAG_DECIMAL);
        put_int(s, v->integer);
        put_uint(s, v->scale);
        break;
    case VALUE_DATE: put_date(s, v->date); break;
    case VALUE_CODE: put_code(s, p, v->code); break;
    case VALUE_CODES:
        put_array(s, 1 + (size_t)v->n_code);
        put_uint(s, BODY_TAG_CODES);
        for (size_t i = 0; i < v->n_code; i++) put_code(s, p, v->codes[i]);
        break;
    }
}

static size_t row_values(const struct value *row, const struct numbered_group *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) n += row[p->item[i].slot].kind != VALUE_EMPTY;
    return n;
}

static void put_row(struct sink *s, const struct value *row, uint32_t parent,
                    const struct numbered_group *p)
{
    put_array(s, 1 + 2 * row_values(row, p));
    put_uint(s, parent);
    for (size_t i = 0; i < p->n; i++) {
        const struct value *v = &row[p->item[i].slot];
        if (v->kind == VALUE_EMPTY) continue;
        assert(p->item[i].number != NUMBER_NONE);
        const struct variable_pieces *pieces = &s->pieces->variable[p->item[i].var];
        put_piece(s, &pieces->number);
        put_value(s, pieces, v);
    }
}

/* Rows of a group that the part writes: all of the coded part; of the identity part, up to the last
 * one with a value, since rows are known by their place. */
static size_t rows_to_put(const struct record *r, const struct numbering *n, size_t g,
                          enum body_part part)
{
    const struct record_table *t = &r->table[g];
    if (part == BODY_CODED) return t->n_row;
    const struct numbered_group *p = &n->part[part][g];
    size_t rows = p->n == 0 ? 0 : t->n_row;
    while (rows > 0 && row_values(&t->value[(rows - 1) * r->form->group[g].n_variable], p) == 0)
        rows--;
    return rows;
}

void body_encode(struct buf *b, const struct record *r, const struct numbering *n,
                 enum body_part part)
{
    const struct form *f = r->form;
    assert(n->form == f);
    size_t groups = 0;
    for (size_t g = 0; g < f->n_group; g++) groups += rows_to_put(r, n, g, part) > 0;
    if (groups == 0) return;

    struct sink s;
    s.b = b;
    s.pieces = n->pieces;
    s.n = 0;
    put_array(&s, 1 + groups);
    put_uint(&s, BODY_VERSION);
    for (size_t g = 0; g < f->n_group; g++) {
        const struct record_table *t = &r->table[g];
        size_t rows = rows_to_put(r, n, g, part);
        if (rows == 0) continue;
        assert(n->group_number[g] != NUMBER_NONE);
        put_array(&s, 1 + rows);
        put_uint(&s, n->group_number[g]);
        for (size_t row = 0; row < rows; row++)
            put_row(&s, &t->value[row * f->group[g].n_variable], t->parent[row], &n->part[part][g]);
    }
    flush(&s);
    if (part == BODY_CODED) body_put_encoding(b, r->encoding);
    if (part == BODY_IDENTITY) mem_wipe(s.p, sizeof s.p);
}

void body_put_encoding(struct buf *b, struct text encoding)
{
    assert(encoding.n <= BODY_ENCODING_MAX);
    if (encoding.n > 0) cbor_put_bytes(b, encoding.p, encoding.n);
}
