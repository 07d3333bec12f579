/* SPDX-License-Identifier: EUPL-1.2 */
/* A template is compiled into a flat list of steps; a section's steps lie between its own step and
 * its `end`. Filling walks the list; the depth of its recursion is that of sections and inclusions,
 * which reading has bounded. */
#include "base/template.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 16, INCLUDE_MAX = 12, NAME_LONGEST = 200 };

enum step_kind { STEP_TEXT, STEP_VALUE, STEP_WORDS, STEP_SECTION, STEP_INVERTED, STEP_INCLUDE };

struct step {
    enum step_kind kind;
    struct text text;         /* of the page, for STEP_TEXT */
    const char *name;         /* of the member, the template, or the English words */
    const char **part;        /* of a member "a.b.c": "a", "b", "c", NULL */
    const struct page *other; /* of an inclusion */
    size_t end;               /* of a section: the first step behind it */
    size_t line;
};

struct page {
    const char *name;
    struct step *step;
    size_t n, cap;
};

struct template_set {
    struct arena *arena;
    struct page *page;
    size_t n;
};

static const struct page *page_find(const struct template_set *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->page[i].name, name) == 0) return &s->page[i];
    return NULL;
}

/* ---- reading ---- */

struct reading {
    struct template_set *set;
    struct page *page;
    const char *whole;
    struct text rest;
    size_t line;
    size_t open[DEPTH_MAX], depth; /* steps of the open sections */
};

static bool malformed(const struct reading *r, struct err *e, const char *what, const char *name)
{
    err_set(e, ERR_INPUT, "template.malformed", "template %s, line %zu: %s%s", r->page->name,
            r->line, tr(what), name);
    return err_remedy(e, "correct the template; base/template.h says what may stand in one");
}

static void add(struct reading *r, struct step s)
{
    struct page *p = r->page;
    MEM_GROW(p->step, p->cap, p->n + 1);
    s.line = r->line;
    p->step[p->n++] = s;
}

static size_t lines_in(struct text t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++) n += t.p[i] == '\n';
    return n;
}

/* Letters, digits, _ - and dots between; or a dot alone. */
static bool is_name(struct text t, bool file)
{
    if (t.n == 0 || t.n > NAME_LONGEST) return false;
    if (t.n == 1 && t.p[0] == '.') return !file;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || (file && c == '/');
        bool dot = c == '.' && i > 0 && i + 1 < t.n && t.p[i + 1] != '.';
        if (!letter && !dot) return false;
    }
    return true;
}

/* Is the tag at `p` the only thing on its line? Then *before gets how many blanks stand before it,
 * and
 * *after how many bytes up to and with the line's end. */
static bool stands_alone(const struct reading *r, const char *p, const char *behind, size_t *before,
                         size_t *after)
{
    const char *end = r->rest.p + r->rest.n, *q = p;
    while (q > r->whole && (q[-1] == ' ' || q[-1] == '\t')) q--;
    if (q > r->whole && q[-1] != '\n') return false;
    *before = (size_t)(p - q);
    for (q = behind; q < end && (*q == ' ' || *q == '\t' || *q == '\r'); q++)
        ;
    if (q < end && *q != '\n') return false;
    *after = (size_t)(q - behind) + (q < end);
    return true;
}

static bool close_section(struct reading *r, const char *name, struct err *e)
{
    if (r->depth == 0) return malformed(r, e, "no section is open to be closed by /", name);
    struct step *s = &r->page->step[r->open[--r->depth]];
    if (strcmp(s->name, name) != 0)
        return malformed(r, e, "a section is closed that is not the innermost: /", name);
    s->end = r->page->n;
    return true;
}

static bool read_words(struct reading *r, struct text inside, struct err *e)
{
    if (inside.n < 3 || inside.p[inside.n - 1] != '\'')
        return malformed(r, e, "words need an apostrophe before and behind them", "");
    add(r, (struct step){.kind = STEP_WORDS,
                         .name = arena_copy(r->set->arena, inside.p + 1, inside.n - 2)});
    return true;
}

static bool read_tag(struct reading *r, struct text inside, struct err *e)
{
    char sign = inside.n == 0 ? '\0' : inside.p[0];
    if (sign == '!') return true;
    if (sign == '\'') return read_words(r, inside, e);
    bool plain = sign == '\0' || strchr("#^/>", sign) == NULL;
    struct text t = plain ? inside : text_trim((struct text){inside.p + 1, inside.n - 1});
    if (!is_name(t, sign == '>'))
        return malformed(r, e, "this cannot be the name of a member: ",
                         arena_copy(r->set->arena, t.p, t.n < 40 ? t.n : 40));
    const char *name = arena_copy(r->set->arena, t.p, t.n);
    if (sign == '/') return close_section(r, name, e);
    if (sign == '#' || sign == '^') {
        if (r->depth == DEPTH_MAX) return malformed(r, e, "sections are nested too deep at ", name);
        r->open[r->depth++] = r->page->n;
    }
    add(r, (struct step){.kind = sign == '#'   ? STEP_SECTION
                                 : sign == '^' ? STEP_INVERTED
                                 : sign == '>' ? STEP_INCLUDE
                                               : STEP_VALUE,
                         .name = name});
    return true;
}

static bool read_page(struct reading *r, struct err *e)
{
    size_t at, end;
    while (text_find(r->rest, TEXT("{{"), &at)) {
        const char *tag = r->rest.p + at;
        struct text before = {r->rest.p, at}, inside = {tag + 2, r->rest.n - at - 2};
        bool found = text_find(inside, TEXT("}}"), &end);
        r->line += lines_in(before);
        if (!found) return malformed(r, e, "{{ without }}", "");
        const char *behind = inside.p + end + 2;
        inside = text_trim((struct text){inside.p, end});
        if (inside.n > 0 && (inside.p[0] == '{' || inside.p[0] == '&'))
            return malformed(r, e, "nothing is put in unescaped", "");
        size_t blanks = 0, line_end = 0;
        bool alone = inside.n > 0 && strchr("#^/>!", inside.p[0]) != NULL &&
                     stands_alone(r, tag, behind, &blanks, &line_end);
        if (!alone) blanks = line_end = 0;
        if (blanks > before.n) blanks = before.n; /* taken off with the tag before on this line */
        before.n -= blanks;
        if (before.n > 0) add(r, (struct step){.kind = STEP_TEXT, .text = before});
        if (!read_tag(r, inside, e)) return false;
        r->line += lines_in((struct text){tag, (size_t)(behind - tag) + line_end});
        r->rest.n -= (size_t)(behind - r->rest.p) + line_end;
        r->rest.p = behind + line_end;
    }
    if (r->rest.n > 0) add(r, (struct step){.kind = STEP_TEXT, .text = r->rest});
    r->line += lines_in(r->rest);
    if (r->depth > 0)
        return malformed(r, e,
                         "a section is not closed: ", r->page->step[r->open[r->depth - 1]].name);
    return true;
}

/* What filling would look for again and again: the parts of names, the templates included. */
static void resolve(struct template_set *s, struct page *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct step *at = &p->step[i];
        struct text rest = text_of(at->name), part;
        size_t n = 0;
        if (at->kind == STEP_TEXT || at->kind == STEP_WORDS) continue;
        if (at->kind == STEP_INCLUDE) {
            at->other = page_find(s, at->name);
            continue;
        }
        at->part = ARENA_ARRAY(s->arena, const char *, rest.n / 2 + 3);
        while (text_split(&rest, '.', &part)) at->part[n++] = arena_copy(s->arena, part.p, part.n);
    }
}

/* Inclusions: what is named is there, and none leads back to itself. */
static bool check_includes(struct template_set *s, const struct page *p, int depth, struct err *e)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->step[i].kind != STEP_INCLUDE) continue;
        struct reading r = {.page = &(struct page){.name = p->name}, .line = p->step[i].line};
        const struct page *other = p->step[i].other;
        if (other == NULL) return malformed(&r, e, "there is no template ", p->step[i].name);
        if (depth == INCLUDE_MAX)
            return malformed(&r, e, "templates include each other too deep at ", p->step[i].name);
        if (!check_includes(s, other, depth + 1, e)) return false;
    }
    return true;
}

bool template_set_new(struct template_set **out, const struct template_source *source, size_t n,
                      struct err *e)
{
    struct template_set *s = mem_new(1, sizeof *s);
    bool ok = true;

    *out = NULL;
    s->arena = arena_new(ARENA_PLAIN);
    s->page = mem_new(n, sizeof *s->page);
    for (; ok && s->n < n; s->n++) {
        struct page *p = &s->page[s->n];
        *p = (struct page){.name = source[s->n].name};
        struct reading r = {.set = s,
                            .page = p,
                            .whole = source[s->n].text,
                            .rest = text_of(source[s->n].text),
                            .line = 1};
        ok = page_find(s, p->name) == NULL
                 ? read_page(&r, e)
                 : malformed(&r, e, "there are two templates of this name", "");
    }
    for (size_t i = 0; ok && i < n; i++) resolve(s, &s->page[i]);
    for (size_t i = 0; ok && i < n; i++) ok = check_includes(s, &s->page[i], 0, e);
    if (ok) *out = s;
    else template_set_free(s);
    return ok;
}

void template_set_free(struct template_set *s)
{
    if (s == NULL) return;
    for (size_t i = 0; i < s->n; i++) mem_free(s->page[i].step);
    mem_free(s->page);
    arena_free(s->arena);
    mem_free(s);
}

/* ---- filling ---- */

struct filling {
    struct buf *out;
    const struct template_set *set;
    const struct json *item[DEPTH_MAX * (INCLUDE_MAX + 1) + 1]; /* the innermost last */
    size_t n_item;
};

static const struct json *member(const struct filling *f, const struct step *s)
{
    const struct json *j = NULL;
    if (s->name[0] == '.') return f->item[f->n_item - 1];
    for (size_t i = f->n_item; i-- > 0 && j == NULL;)
        if (json_kind(f->item[i]) == JSON_OBJECT) j = json_get(f->item[i], s->part[0]);
    for (size_t k = 1; s->part[k] != NULL && j != NULL; k++) j = json_get(j, s->part[k]);
    return j;
}

static bool shows(const struct json *j)
{
    if (j == NULL) return false;
    switch (json_kind(j)) {
    case JSON_OBJECT: return true;
    case JSON_ARRAY: return json_size(j) > 0;
    case JSON_TEXT: return json_as_text(j, "")[0] != '\0';
    case JSON_INT: return json_as_int(j, 0) != 0;
    case JSON_NUMBER: return json_as_number(j, 0) < 0 || json_as_number(j, 0) > 0;
    case JSON_BOOL: return json_as_bool(j, false);
    case JSON_NULL: return false;
    }
    return false;
}

void html_escape(struct buf *out, struct text t)
{
    size_t from = 0;
    for (size_t i = 0; i < t.n; i++) {
        const char *reference = NULL;
        switch (t.p[i]) {
        case '&': reference = "&amp;"; break;
        case '<': reference = "&lt;"; break;
        case '>': reference = "&gt;"; break;
        case '"': reference = "&quot;"; break;
        case '\'': reference = "&#39;"; break;
        default: continue;
        }
        buf_put(out, t.p + from, i - from);
        buf_puts(out, reference);
        from = i + 1;
    }
    buf_put(out, t.p + from, t.n - from);
}

static void put_value(struct buf *out, const struct json *j)
{
    if (j == NULL) return;
    switch (json_kind(j)) {
    case JSON_TEXT: html_escape(out, text_of(json_as_text(j, ""))); break;
    case JSON_INT: buf_printf(out, "%" PRId64, json_as_int(j, 0)); break;
    case JSON_NUMBER: buf_printf(out, "%.10g", json_as_number(j, 0)); break;
    case JSON_BOOL: buf_puts(out, json_as_bool(j, false) ? "true" : "false"); break;
    default: break; /* a tree is not text */
    }
}

static void fill(struct filling *f, const struct page *p, size_t from, size_t to);

static void fill_section(struct filling *f, const struct page *p, size_t at)
{
    const struct step *s = &p->step[at];
    const struct json *j = member(f, s);
    bool array = j != NULL && json_kind(j) == JSON_ARRAY;
    if (!shows(j)) return;
    for (size_t i = 0; i < (array ? json_size(j) : 1); i++) {
        f->item[f->n_item++] = array ? json_at(j, i) : j;
        fill(f, p, at + 1, s->end);
        f->n_item--;
    }
}

/* As deep as sections and inclusions, which reading has bounded. */
static void fill(struct filling *f, const struct page *p, size_t from, size_t to)
{
    for (size_t i = from; i < to && !f->out->too_long;) {
        const struct step *s = &p->step[i];
        bool section = s->kind == STEP_SECTION || s->kind == STEP_INVERTED;
        switch (s->kind) {
        case STEP_TEXT: buf_put_text(f->out, s->text); break;
        case STEP_VALUE: put_value(f->out, member(f, s)); break;
        case STEP_WORDS: html_escape(f->out, text_of(tr(s->name))); break;
        case STEP_SECTION: fill_section(f, p, i); break;
        case STEP_INVERTED:
            if (!shows(member(f, s))) fill(f, p, i + 1, s->end);
            break;
        case STEP_INCLUDE: fill(f, s->other, 0, s->other->n); break;
        }
        i = section ? s->end : i + 1;
    }
}

bool template_render(struct buf *out, const struct template_set *s, const char *name,
                     const struct json *document, struct err *e)
{
    const struct page *p = page_find(s, name);
    if (p == NULL)
        return err_set(e, ERR_NOT_FOUND, "template.unknown", "there is no template %s", name);
    struct filling f = {.out = out, .set = s, .item = {document}, .n_item = 1};
    fill(&f, p, 0, p->n);
    return buf_ok(out, e);
}

/* ---- names ---- */

static void names(const struct template_set *s, const struct page *p, const char *outer,
                  template_name_fn *fn, void *ctx)
{
    const char *within[DEPTH_MAX + 1] = {outer};
    size_t end[DEPTH_MAX + 1] = {SIZE_MAX}, depth = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct step *t = &p->step[i];
        while (depth > 0 && i >= end[depth]) depth--;
        if (t->kind == STEP_INCLUDE) names(s, t->other, within[depth], fn, ctx);
        if (t->kind == STEP_VALUE || t->kind == STEP_SECTION || t->kind == STEP_INVERTED)
            fn(ctx, t->name, within[depth]);
        if (t->kind != STEP_SECTION && t->kind != STEP_INVERTED) continue;
        const char *around = within[depth++]; /* without a thing there is nothing within it */
        within[depth] = t->kind == STEP_SECTION ? t->name : around;
        end[depth] = t->end;
    }
}

void template_names(const struct template_set *s, const char *name, template_name_fn *fn, void *ctx)
{
    const struct page *p = page_find(s, name);
    if (p != NULL) names(s, p, "", fn, ctx);
}
