/* SPDX-License-Identifier: EUPL-1.2 */
/* Mappings as such: their targets, paths, the keys by which names and values are compared, and what
 * is told of them. mapping_file.c reads one, mapping_guess.c makes one. */
#include "intake/mapping.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "intake/mapping_internal.h"

#include <string.h>

enum { PATH_BYTES_MAX = 1000 };

void mapping_init(struct mapping *m, const char *name, const struct form *f,
                  const struct text *header, size_t n_header, struct arena *a)
{
    *m = (struct mapping){.name = name, .form = f, .header = header, .n_header = n_header};
    m->use = ARENA_ARRAY(a, enum mapping_use, n_header);
    for (size_t i = 0; i < n_header; i++)
        if (text_starts(text_trim(header[i]), TEXT("_"))) m->use[i] = MAPPING_RESERVED;
}

void mapping_add(struct mapping *m, const struct mapping_target *t)
{
    MEM_GROW(m->target, m->cap_target, m->n_target + 1);
    m->target[m->n_target++] = *t;
}

void mapping_release(struct mapping *m)
{
    for (size_t i = 0; i < m->n_target; i++) map_free(m->target[i].value);
    mem_free(m->target);
    mem_free(m->missing);
    m->target = NULL;
    m->missing = NULL;
    m->n_target = m->cap_target = m->n_missing = m->cap_missing = 0;
}

/* ---- paths --------------------------------------------------------------------------------- */

/* One step "name" or "name[3]" of a path. */
static bool read_step(struct text step, struct text *name, uint32_t *instance, bool *numbered)
{
    size_t at;
    int64_t number;
    *instance = 0;
    *numbered = text_find(step, TEXT("["), &at);
    *name = step;
    if (!*numbered) return true;
    if (step.p[step.n - 1] != ']') return false;
    *name = (struct text){step.p, at};
    if (!text_to_int((struct text){step.p + at + 1, step.n - at - 2}, &number)) return false;
    if (number < 1 || number > MAPPING_INSTANCE_MAX) return false;
    *instance = (uint32_t)(number - 1);
    return true;
}

bool mapping_path(struct mapping_target *out, const struct dictionary *d, const struct form *f,
                  struct text path)
{
    struct text name[MAPPING_DEPTH_MAX + 1], rest = path, step;
    uint32_t instance[MAPPING_DEPTH_MAX + 1];
    bool numbered[MAPPING_DEPTH_MAX + 1];
    size_t n = 0;
    while (text_split(&rest, '/', &step)) {
        if (n > MAPPING_DEPTH_MAX ||
            !read_step(text_trim(step), &name[n], &instance[n], &numbered[n]))
            return false;
        n++;
    }
    const struct variable *v = n == 0 ? NULL : dictionary_variable(d, f->id, name[n - 1]);
    if (v == NULL || v->system || numbered[n - 1]) return false;
    group_id g = v->group;
    if (f->group[g].depth > MAPPING_DEPTH_MAX) return false;
    uint32_t way[MAPPING_DEPTH_MAX] = {0};
    for (size_t i = n - 1; i-- > 0;) { /* from the innermost step outwards */
        if (g == 0 || !text_is(name[i], f->group[g].name)) return false;
        way[f->group[g].depth - 1] = instance[i];
        g = f->group[g].parent;
    }
    out->var = v->id;
    out->plain = n == 1 && v->group != 0;
    memcpy(out->instance, way, sizeof way);
    return true;
}

void mapping_put_path(struct buf *out, const struct mapping_target *t, const struct dictionary *d,
                      const struct form *f)
{
    const struct variable *v = &d->variable[t->var];
    group_id way[MAPPING_DEPTH_MAX];
    size_t n = 0;
    for (group_id g = v->group; g != 0 && !t->plain && n < MAPPING_DEPTH_MAX;
         g = f->group[g].parent)
        way[n++] = g;
    while (n-- > 0)
        buf_printf(out, "%s[%u]/", f->group[way[n]].name,
                   (unsigned)t->instance[f->group[way[n]].depth - 1] + 1);
    buf_puts(out, v->name);
}

/* ---- names and values ---------------------------------------------------------------------- */

struct text mapping_name_key(struct text name, struct arena *a)
{
    return unicode_fold(text_trim(name), a);
}

static bool is_word_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

struct text mapping_value_key(struct text value, struct arena *a)
{
    struct buf out;
    buf_init(&out, 16 * value.n + 16);
    value = text_trim(value);
    for (size_t i = 0; i < value.n;) {
        size_t from = i;
        bool plain = true;
        for (; i < value.n && is_word_byte(value.p[i]); i++)
            plain = plain && (unsigned char)value.p[i] < 0x80;
        struct text word = {value.p + from, i - from};
        if (!plain) {
            struct text folded = unicode_fold(word, a);
            buf_put_text(&out, folded.n > 0 ? folded : word);
        }
        for (size_t k = 0; plain && k < word.n; k++)
            buf_putc(&out, (char)(word.p[k] | (word.p[k] >= 'A' && word.p[k] <= 'Z' ? 0x20 : 0)));
        bool blank = false;
        for (; i < value.n && !is_word_byte(value.p[i]); i++) {
            if (!blank || (unsigned char)value.p[i] > ' ')
                buf_putc(&out, (unsigned char)value.p[i] > ' ' ? value.p[i] : ' ');
            blank = (unsigned char)value.p[i] <= ' ';
        }
    }
    struct text key = {arena_copy(a, out.n == 0 ? "" : out.p, out.n), out.n};
    buf_release(&out);
    return key;
}

void mapping_add_value(struct mapping_target *t, struct text from, struct text to, struct arena *a)
{
    if (t->value == NULL) t->value = map_new();
    struct text key = mapping_value_key(from, a);
    if (key.n == 0 || map_get(t->value, key) != MAP_NONE) return;
    if (t->n_value == t->cap_value) {
        size_t cap = t->cap_value == 0 ? 8 : 2 * t->cap_value;
        struct text *more = ARENA_ARRAY(a, struct text, cap);
        if (t->n_value > 0) memcpy(more, t->value_to, t->n_value * sizeof *more);
        t->value_to = more;
        t->cap_value = cap;
    }
    t->value_to[t->n_value] = to;
    map_put(t->value, key, (uint32_t)t->n_value++);
}

bool mapping_add_lookup(struct mapping_target *t, const struct codelist *l, const char *column,
                        struct arena *a)
{
    size_t k = codelist_column(l, column);
    if (k == SIZE_MAX && strcmp(column, "name") != 0) return false;
    for (code_id c = 0; c < l->n_code; c++) {
        struct text rest = text_of(k == SIZE_MAX ? l->code[c].name : l->code[c].extra[k]), one;
        while (text_split(&rest, ';', &one)) mapping_add_value(t, one, text_of(l->code[c].name), a);
    }
    return true;
}

/* ---- as a document ------------------------------------------------------------------------- */

static struct json *columns_to_json(const struct mapping *m, const struct dictionary *d)
{
    struct json *columns = json_array();
    struct buf path;
    buf_init(&path, PATH_BYTES_MAX);
    for (size_t i = 0; i < m->n_target; i++) {
        const struct mapping_target *t = &m->target[i];
        if (t->source != MAPPING_COLUMN) continue;
        struct json *row = json_object();
        buf_clear(&path);
        mapping_put_path(&path, t, d, m->form);
        json_set(row, "column", json_text(m->header[t->column]));
        json_set_text(row, "variable", d->variable[t->var].name);
        json_set(row, "path", json_text(buf_text(&path)));
        json_set_bool(row, "guessed", t->guessed);
        json_push(columns, row);
    }
    buf_release(&path);
    return columns;
}

struct json *mapping_to_json(const struct mapping *m, const struct dictionary *d)
{
    struct json *out = json_object(), *unknown = json_array(), *ambiguous = json_array();
    struct json *left_out = json_array(), *missing = json_array();
    for (size_t i = 0; i < m->n_header; i++) {
        if (text_trim(m->header[i]).n == 0) continue;
        if (m->use[i] == MAPPING_UNKNOWN || m->use[i] == MAPPING_AMBIGUOUS)
            json_push(unknown, json_text(m->header[i]));
        if (m->use[i] == MAPPING_AMBIGUOUS) json_push(ambiguous, json_text(m->header[i]));
        if (m->use[i] != MAPPING_UNMAPPED && m->use[i] != MAPPING_COMPUTED &&
            m->use[i] != MAPPING_RESERVED)
            continue;
        struct json *row = json_object();
        json_set(row, "column", json_text(m->header[i]));
        json_set_text(row, "reason",
                      m->use[i] == MAPPING_UNMAPPED   ? "unmapped"
                      : m->use[i] == MAPPING_COMPUTED ? "computed"
                                                      : "reserved");
        json_push(left_out, row);
    }
    for (size_t i = 0; i < m->n_missing; i++) json_push(missing, json_text(m->missing[i]));
    json_set_text(out, "name", m->name);
    json_set(out, "columns", columns_to_json(m, d));
    json_set(out, "unknown_columns", unknown);
    json_set(out, "ambiguous_columns", ambiguous);
    json_set(out, "left_out_columns", left_out);
    json_set(out, "missing_columns", missing);
    return out;
}
