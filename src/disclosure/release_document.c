/* SPDX-License-Identifier: EUPL-1.2 */
#include "disclosure/release_document.h"

#include "base/json.h"

#include <string.h>

#define FORMAT "dcim release"

enum { VERSION = 1, CELLS_LONGEST = 400000 };

static const char *const kinds[] = {
    [RELEASE_TOTAL] = "total",   [RELEASE_CODE] = "code",       [RELEASE_RESIDUAL] = "residual",
    [RELEASE_NUMBER] = "number", [RELEASE_UNKNOWN] = "unknown", [RELEASE_NA] = "not_applicable"};
enum { N_KIND = sizeof kinds / sizeof *kinds };

/* ---------------------------------------------------------------- writing */

static struct json *words_json(const struct words *w, const struct release_set *set)
{
    struct json *j = json_object();
    for (size_t i = 0; i < set->n_language; i++)
        if (w->in[i] != NULL) json_set_text(j, set->language[i], w->in[i]);
    return j;
}

static struct json *names_json(const struct release *r, size_t from, size_t to)
{
    struct json *list = json_array();
    for (size_t k = from; k < to; k++) json_push(list, json_text(text_of(r->dim[k].name)));
    return list;
}

static struct json *question_json(const struct release *r)
{
    struct json *j = json_object();
    json_set_text(j, "form", r->form);
    json_set(j, "rows", names_json(r, 0, r->n_row_dim));
    json_set(j, "columns", names_json(r, r->n_row_dim, r->n_dim));
    json_set_text(j, "count", r->unit);
    json_set_text(j, "where", r->where);
    return j;
}

static struct json *variable_json(const struct release_dimension *d, const struct release_set *set)
{
    struct json *j = json_object(), *list = json_array();
    json_set_text(j, "name", d->name);
    json_set(j, "label", words_json(&d->label, set));
    json_set_bool(j, "several", d->several);
    json_set(j, "categories", list);
    for (size_t i = 0; i < d->n_category; i++) {
        const struct release_category *c = &d->category[i];
        struct json *row = json_object();
        json_set_text(row, "name", c->name);
        json_set_text(row, "kind", kinds[c->kind]);
        json_set(row, "label", words_json(&c->label, set));
        json_set_int(row, "parent", (int64_t)c->parent);
        json_push(list, row);
    }
    return j;
}

static void put_cells(struct json *j, const struct release *r)
{
    struct json *counts = json_array();
    struct buf status;
    buf_init(&status, r->n_cell + 1);
    for (size_t i = 0; i < r->n_cell; i++) {
        bool shown = r->status[i] == CELL_SHOWN;
        json_push(counts, shown ? json_int(r->count[i]) : json_null());
        buf_putc(&status, shown ? '-' : 'c');
    }
    json_set(j, "counts", counts);
    json_set(j, "status", json_text(buf_text(&status)));
    buf_release(&status);
}

static struct json *table_json(const struct release *r, const struct release_set *set)
{
    struct json *j = json_object(), *variables = json_array();
    json_set(j, "question", question_json(r));
    json_set(j, "title", words_json(&r->title, set));
    json_set_text(j, "method", r->method);
    json_set(j, "variables", variables);
    for (size_t k = 0; k < r->n_dim; k++) json_push(variables, variable_json(&r->dim[k], set));
    put_cells(j, r);
    return j;
}

static struct json *links_json(const struct release_set *set)
{
    struct json *j = json_object(), *groups = json_array(), *complete = json_array();
    for (size_t i = 0; i < set->n_table; i++)
        json_push(groups, json_int((int64_t)set->links.group[i]));
    for (size_t g = 0; g < set->links.n_group; g++)
        json_push(complete, json_bool(set->links.complete[g]));
    json_set(j, "groups", groups);
    json_set(j, "complete", complete);
    json_set_bool(j, "related", set->links.related);
    return j;
}

void release_document_write(struct buf *out, const struct release_set *set)
{
    struct json *j = json_object(), *languages = json_array(), *tables = json_array();
    json_set_text(j, "format", FORMAT);
    json_set_int(j, "version", VERSION);
    json_set_int(j, "number", set->number);
    json_set_text(j, "title", set->title);
    json_set_text(j, "note", set->note);
    json_set_text(j, "country", set->country);
    json_set_text(j, "made_on", set->made_on);
    json_set_int(j, "replaces", set->replaces);
    json_set_int(j, "generation", set->generation);
    json_set_int(j, "threshold", set->threshold);
    json_set(j, "languages", languages);
    for (size_t i = 0; i < set->n_language; i++)
        json_push(languages, json_text(text_of(set->language[i])));
    json_set(j, "linked", links_json(set));
    json_set(j, "tables", tables);
    for (size_t i = 0; i < set->n_table; i++) json_push(tables, table_json(&set->table[i], set));
    json_write(out, j, false);
    json_free(j);
}

/* ---------------------------------------------------------------- reading: fields */

struct reader {
    struct release_set *set;
    struct arena *a;
    struct err *e;
};

/* English: a document that cannot be read is a defect or a forgery. */
static bool wrong(struct reader *r, const char *what)
{
    err_set(r->e, ERR_INPUT, "release.document", "the document of a release cannot be read: %s",
            what);
    return err_remedy(r->e, "take it from where it was published once more");
}

static bool text_field(const char **out, struct reader *r, const struct json *j, const char *key)
{
    const struct json *v = json_get(j, key);
    if (v == NULL || json_kind(v) != JSON_TEXT) return wrong(r, key);
    const char *t = json_as_text(v, "");
    *out = arena_copy(r->a, t, strlen(t));
    return true;
}

static bool int_field(int64_t *out, struct reader *r, const struct json *j, const char *key,
                      int64_t least, int64_t most)
{
    const struct json *v = json_get(j, key);
    if (v == NULL || json_kind(v) != JSON_INT) return wrong(r, key);
    *out = json_as_int(v, -1);
    return (*out >= least && *out <= most) || wrong(r, key);
}

static bool bool_field(bool *out, struct reader *r, const struct json *j, const char *key)
{
    const struct json *v = json_get(j, key);
    if (v == NULL || json_kind(v) != JSON_BOOL) return wrong(r, key);
    *out = json_as_bool(v, false);
    return true;
}

static bool array_field(const struct json **out, struct reader *r, const struct json *j,
                        const char *key, size_t least, size_t most)
{
    *out = json_get(j, key);
    if (*out == NULL || json_kind(*out) != JSON_ARRAY) return wrong(r, key);
    size_t n = json_size(*out);
    return (n >= least && n <= most) || wrong(r, key);
}

/* Of languages that the document names; others, and a member of another kind, are found when the
 * set is written again. */
static bool words_field(struct words *out, struct reader *r, const struct json *j, const char *key)
{
    const struct json *v = json_get(j, key);
    *out = (struct words){{NULL}};
    if (v == NULL || json_kind(v) != JSON_OBJECT) return wrong(r, key);
    for (size_t i = 0; i < r->set->n_language; i++) {
        const char *t = json_get_text(v, r->set->language[i], NULL);
        if (t != NULL) out->in[i] = arena_copy(r->a, t, strlen(t));
    }
    return true;
}

/* ---------------------------------------------------------------- reading: tables */

static bool read_category(struct release_category *out, struct reader *r, const struct json *j,
                          size_t i)
{
    const char *kind;
    int64_t parent;
    size_t n = 0;
    if (!text_field(&out->name, r, j, "name") || !text_field(&kind, r, j, "kind") ||
        !words_field(&out->label, r, j, "label") ||
        !int_field(&parent, r, j, "parent", 0, i == 0 ? 0 : (int64_t)i - 1))
        return false;
    while (n < N_KIND && strcmp(kinds[n], kind) != 0) n++;
    if (n == N_KIND || (n == RELEASE_TOTAL) != (i == 0)) return wrong(r, "kind");
    out->kind = (enum release_category_kind)n;
    out->total = i == 0;
    out->parent = (size_t)parent;
    return true;
}

static bool read_variable(struct release_dimension *out, struct reader *r, const struct json *j)
{
    const struct json *list;
    if (!text_field(&out->name, r, j, "name") || out->name[0] == '\0' ||
        !words_field(&out->label, r, j, "label") || !bool_field(&out->several, r, j, "several") ||
        !array_field(&list, r, j, "categories", 1, CELLS_LONGEST))
        return wrong(r, "variables");
    out->n_category = json_size(list);
    out->category = ARENA_ARRAY(r->a, struct release_category, out->n_category);
    for (size_t i = 0; i < out->n_category; i++)
        if (!read_category(&out->category[i], r, json_at(list, i), i)) return false;
    return true;
}

/* The names that the question asks for are those of the variables, in order. */
static bool read_question(struct release *out, struct reader *r, const struct json *j)
{
    const struct json *rows, *columns;
    if (j == NULL || !text_field(&out->form, r, j, "form") || out->form[0] == '\0' ||
        !text_field(&out->unit, r, j, "count") || !text_field(&out->where, r, j, "where") ||
        !array_field(&rows, r, j, "rows", 0, 3) || !array_field(&columns, r, j, "columns", 0, 3))
        return wrong(r, "question");
    if (strcmp(out->unit, "persons") != 0 && strcmp(out->unit, "records") != 0)
        return wrong(r, "count");
    out->n_row_dim = json_size(rows);
    return json_size(rows) + json_size(columns) == out->n_dim || wrong(r, "question");
}

static bool read_cells(struct release *out, struct reader *r, const struct json *j)
{
    const struct json *counts;
    const char *status;
    if (!text_field(&status, r, j, "status") || strlen(status) != out->n_cell ||
        !array_field(&counts, r, j, "counts", out->n_cell, out->n_cell))
        return wrong(r, "counts");
    out->count = ARENA_ARRAY(r->a, int64_t, out->n_cell);
    out->status = ARENA_ARRAY(r->a, uint8_t, out->n_cell);
    for (size_t i = 0; i < out->n_cell; i++) {
        const struct json *v = json_at(counts, i);
        if (status[i] == 'c' && json_kind(v) == JSON_NULL) {
            out->status[i] = CELL_HIDDEN;
            out->count[i] = -1;
            out->n_hidden++;
            continue;
        }
        int64_t n = json_as_int(v, -1);
        if (status[i] != '-' || json_kind(v) != JSON_INT || n < 0 || n > INT64_C(1) << 50)
            return wrong(r, "counts");
        if (n > 0 && n < out->threshold) return wrong(r, "a count below the threshold");
        out->status[i] = CELL_SHOWN;
        out->count[i] = n;
    }
    return out->status[0] == CELL_SHOWN || wrong(r, "the grand total");
}

/* ---------------------------------------------------------------- reading: sums */

struct sums { /* of the children of each category of one variable, others fixed */
    int64_t *sum;
    bool *child, *hidden;
};

static bool adds_up_at(const struct release *t, size_t k, size_t first, size_t stride,
                       struct sums *s)
{
    const struct release_dimension *d = &t->dim[k];
    memset(s->sum, 0, d->n_category * sizeof *s->sum);
    memset(s->child, 0, d->n_category * sizeof *s->child);
    memset(s->hidden, 0, d->n_category * sizeof *s->hidden);
    for (size_t c = 1; c < d->n_category; c++) {
        size_t p = d->category[c].parent, at = first + c * stride;
        s->child[p] = true;
        if (t->status[at] == CELL_HIDDEN) s->hidden[p] = true;
        else s->sum[p] += t->count[at];
    }
    for (size_t p = 0; p < d->n_category; p++) {
        size_t at = first + p * stride;
        if (!s->child[p] || t->status[at] == CELL_HIDDEN) continue;
        if (s->hidden[p] ? s->sum[p] >= t->count[at] : s->sum[p] != t->count[at]) return false;
    }
    return true;
}

/* What is shown of a variable with one answer: parts make the whole; less than it where some are
 * hidden, for what is hidden is at least 1. */
static bool adds_up(const struct release *t, size_t k, struct arena *a)
{
    const struct release_dimension *d = &t->dim[k];
    size_t stride = 1;
    struct sums s = {.sum = ARENA_ARRAY(a, int64_t, d->n_category),
                     .child = ARENA_ARRAY(a, bool, d->n_category),
                     .hidden = ARENA_ARRAY(a, bool, d->n_category)};
    if (d->several) return true;
    for (size_t j = k + 1; j < t->n_dim; j++) stride *= t->dim[j].n_category;
    for (size_t at = 0; at < t->n_cell; at++)
        if (at / stride % d->n_category == 0 && !adds_up_at(t, k, at, stride, &s)) return false;
    return true;
}

static bool read_table(struct release *out, struct reader *r, const struct json *j)
{
    const struct json *variables;
    *out = (struct release){.kind = RELEASE_PROTECTED,
                            .language = r->set->language,
                            .n_language = r->set->n_language,
                            .threshold = r->set->threshold,
                            .n_cell = 1};
    if (!array_field(&variables, r, j, "variables", 0, 3)) return false;
    out->n_dim = json_size(variables);
    for (size_t k = 0; k < out->n_dim; k++) {
        if (!read_variable(&out->dim[k], r, json_at(variables, k))) return false;
        out->n_cell *= out->dim[k].n_category;
        if (out->n_cell > CELLS_LONGEST) return wrong(r, "counts");
    }
    if (!read_question(out, r, json_get(j, "question")) ||
        !words_field(&out->title, r, j, "title") || !text_field(&out->method, r, j, "method") ||
        !read_cells(out, r, j))
        return false;
    for (size_t k = 0; k < out->n_dim; k++)
        if (!adds_up(out, k, r->a)) return wrong(r, "counts that do not add up");
    return true;
}

/* ---------------------------------------------------------------- reading: the set */

static bool read_languages(struct reader *r, const struct json *j)
{
    const struct json *list;
    if (!array_field(&list, r, j, "languages", 1, LANGUAGES_MAX)) return false;
    r->set->n_language = json_size(list);
    for (size_t i = 0; i < r->set->n_language; i++) {
        const char *code = json_as_text(json_at(list, i), "");
        if (code[0] == '\0' || strlen(code) > 16) return wrong(r, "languages");
        r->set->language[i] = arena_copy(r->a, code, strlen(code));
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->set->language[k], code) == 0) return wrong(r, "languages");
    }
    return true;
}

static bool read_links(struct reader *r, const struct json *j)
{
    struct release_links *l = &r->set->links;
    const struct json *groups, *complete;
    size_t n = r->set->n_table;
    memset(l, 0, sizeof *l);
    if (j == NULL || !array_field(&groups, r, j, "groups", n, n) ||
        !array_field(&complete, r, j, "complete", 1, n) ||
        !bool_field(&l->related, r, j, "related"))
        return wrong(r, "linked");
    for (size_t i = 0; i < n; i++) {
        int64_t g = json_as_int(json_at(groups, i), -1);
        if (g < 0 || g > (int64_t)l->n_group) return wrong(r, "groups");
        l->group[i] = (size_t)g;
        l->n_group += g == (int64_t)l->n_group;
    }
    if (json_size(complete) != l->n_group) return wrong(r, "complete");
    for (size_t g = 0; g < l->n_group; g++)
        l->complete[g] = json_as_bool(json_at(complete, g), false);
    return true;
}

static bool read_head(struct reader *r, const struct json *j)
{
    const char *format;
    int64_t version;
    if (json_kind(j) != JSON_OBJECT) return wrong(r, "no object");
    if (!text_field(&format, r, j, "format") || strcmp(format, FORMAT) != 0)
        return wrong(r, "format");
    return int_field(&version, r, j, "version", VERSION, VERSION) &&
           int_field(&r->set->number, r, j, "number", 1, INT64_C(1) << 50) &&
           text_field(&r->set->title, r, j, "title") && text_field(&r->set->note, r, j, "note") &&
           text_field(&r->set->country, r, j, "country") &&
           text_field(&r->set->made_on, r, j, "made_on") &&
           int_field(&r->set->replaces, r, j, "replaces", 0, r->set->number - 1) &&
           int_field(&r->set->generation, r, j, "generation", 0, INT64_MAX) &&
           int_field(&r->set->threshold, r, j, "threshold", 2, INT64_C(1) << 30) &&
           read_languages(r, j);
}

static bool read_set(struct reader *r, const struct json *j)
{
    const struct json *tables;
    if (!read_head(r, j) || !array_field(&tables, r, j, "tables", 1, RELEASE_TABLES_MAX))
        return false;
    r->set->n_table = json_size(tables);
    r->set->table = ARENA_ARRAY(r->a, struct release, r->set->n_table);
    for (size_t i = 0; i < r->set->n_table; i++)
        if (!read_table(&r->set->table[i], r, json_at(tables, i))) return false;
    return read_links(r, json_get(j, "linked"));
}

/* There is one way to write a set: anything else in the document, or in another order, is found. */
static bool is_canonical(struct reader *r, struct text document)
{
    struct buf again;
    buf_init(&again, document.n + 1);
    release_document_write(&again, r->set);
    bool same = again.n == document.n && memcmp(again.p, document.p, again.n) == 0;
    buf_release(&again);
    return same || wrong(r, "not in the one form it has");
}

bool release_document_read(struct release_set *out, struct text document, struct arena *a,
                           struct err *e)
{
    struct reader r = {.set = out, .a = a, .e = e};
    struct json *j;
    *out = (struct release_set){0};
    if (!json_parse(&j, document, e)) return false;
    bool ok = read_set(&r, j) && is_canonical(&r, document);
    json_free(j);
    return ok;
}
