/* SPDX-License-Identifier: EUPL-1.2 */
/* Guessing a mapping from the header of a file.
 *
 * Each column gets its best match first; then the matches are granted, better kinds before worse
 * ones and columns from left to right. A variable has one column, and for each instance of its
 * repeat one; of a select_multiple several columns may be united. */
#include "intake/mapping.h"

#include "base/mem.h"
#include "intake/mapping_internal.h"

#include <stdlib.h>
#include <string.h>

enum key_kind { KEY_NAME, KEY_LABEL, KEY_HTCDS, KEY_CTDC, KEY_KINDS };

static const char *const extra_name[KEY_KINDS] = {[KEY_HTCDS] = "htcds", [KEY_CTDC] = "ctdc"};

static const uint32_t SEVERAL = MAP_NONE - 1; /* variables answer to the same words */

enum rank { RANK_EXACT, RANK_LABEL, RANK_EXTERNAL, RANK_NUMBERED, RANK_SEVERAL, RANK_NONE };

struct match {
    enum rank rank;
    bool numbered;
    struct mapping_target target;
};

struct guesser {
    struct mapping *m;
    const struct dictionary *d;
    const struct form *f;
    struct arena *a;
    struct map *keys[KEY_KINDS]; /* key -> variable, or SEVERAL */
    struct match *match;         /* by column */
};

static void enter(struct guesser *g, enum key_kind kind, struct text words, var_id v)
{
    struct text key = mapping_name_key(words, g->a);
    if (key.n == 0) return;
    uint32_t before = map_get(g->keys[kind], key);
    map_put(g->keys[kind], key, before == MAP_NONE || before == v ? v : SEVERAL);
}

static void enter_variable(struct guesser *g, const struct variable *v)
{
    enter(g, KEY_NAME, text_of(v->name), v->id);
    for (size_t k = 0; k < g->d->n_language; k++)
        if (v->label.in[k] != NULL) enter(g, KEY_LABEL, text_of(v->label.in[k]), v->id);
    for (size_t k = 0; k < v->n_extra; k++)
        for (int kind = KEY_HTCDS; kind < KEY_KINDS; kind++) {
            if (strcmp(v->extra[k].name, extra_name[kind]) != 0) continue;
            struct text rest = text_of(v->extra[k].value), one;
            while (text_split(&rest, ';', &one)) enter(g, (enum key_kind)kind, one, v->id);
        }
}

/* The variable that answers to these words: MAP_NONE, SEVERAL, or its number and the kind of
 * words. */
static uint32_t find(const struct guesser *g, struct text words, enum key_kind *kind)
{
    struct text key = mapping_name_key(words, g->a);
    for (int k = 0; k < KEY_KINDS && key.n > 0; k++) {
        uint32_t v = map_get(g->keys[k], key);
        if (v == MAP_NONE) continue;
        *kind = (enum key_kind)k;
        return v;
    }
    return MAP_NONE;
}

/* Values of a column that has its name from a standard come in that standard's words too. */
static void add_external_values(const struct guesser *g, struct match *m, enum key_kind kind)
{
    const struct variable *v = &g->d->variable[m->target.var];
    if (extra_name[kind] == NULL || v->list == LIST_NONE) return;
    (void)mapping_add_lookup(&m->target, g->d->list[v->list], extra_name[kind], g->a);
}

static bool match_words(struct guesser *g, struct match *m, struct text words)
{
    enum key_kind kind;
    uint32_t v = find(g, words, &kind);
    if (v == MAP_NONE) return false;
    if (v == SEVERAL) {
        m->rank = RANK_SEVERAL;
        return true;
    }
    m->rank = kind == KEY_NAME ? RANK_EXACT : kind == KEY_LABEL ? RANK_LABEL : RANK_EXTERNAL;
    m->target.var = (var_id)v;
    m->target.plain = g->d->variable[v].group != 0;
    add_external_values(g, m, kind);
    return true;
}

/* "exploitation_form_2", "Form of exploitation (2)", "exploitation_form[2]". */
static bool match_numbered(struct guesser *g, struct match *m, struct text words)
{
    size_t end = words.n;
    if (end > 0 && (words.p[end - 1] == ')' || words.p[end - 1] == ']')) end--;
    size_t n = end;
    while (n > 0 && words.p[n - 1] >= '0' && words.p[n - 1] <= '9') n--;
    int64_t number;
    if (n == 0 || n == end || !text_to_int((struct text){words.p + n, end - n}, &number))
        return false;
    if (number < 1 || number > MAPPING_INSTANCE_MAX) return false;
    if (!match_words(g, m, (struct text){words.p, n}) || m->rank == RANK_SEVERAL)
        return m->rank == RANK_SEVERAL;
    const struct variable *v = &g->d->variable[m->target.var];
    uint16_t depth = g->f->group[v->group].depth;
    if (v->group == 0 && v->type != VARIABLE_CODES) {
        map_free(m->target.value);
        m->target.value = NULL;
        return false;
    }
    m->rank = RANK_NUMBERED;
    m->numbered = true;
    m->target.plain = false;
    if (v->group != 0) m->target.instance[depth - 1] = (uint32_t)(number - 1);
    return true;
}

/* "group/sex", as form tools write it when they put the names of headings before those of
 * questions. */
static bool match_last_step(struct guesser *g, struct match *m, struct text words)
{
    size_t n = words.n;
    while (n > 0 && words.p[n - 1] != '/') n--;
    if (n == 0 || memchr(words.p, '[', words.n) != NULL) return false;
    return match_words(g, m, (struct text){words.p + n, words.n - n});
}

static void match_column(struct guesser *g, uint32_t column)
{
    struct match *m = &g->match[column];
    struct text words = text_trim(g->m->header[column]);
    *m = (struct match){
        .rank = RANK_NONE,
        .target = {.source = MAPPING_COLUMN, .column = column, .var = VAR_NONE, .guessed = true}};
    if (words.n == 0 || g->m->use[column] != MAPPING_UNKNOWN) return;
    if (mapping_path(&m->target, g->d, g->f, words)) {
        m->rank = RANK_EXACT;
        m->numbered = g->d->variable[m->target.var].group != 0 && !m->target.plain;
        return;
    }
    m->target.var = VAR_NONE;
    if (!match_words(g, m, words) && !match_numbered(g, m, words) && !match_last_step(g, m, words))
        m->rank = RANK_NONE;
}

/* Beside numbered columns of the same variable, the one without a number is the first. */
static void settle_plain(struct guesser *g)
{
    for (size_t i = 0; i < g->m->n_header; i++) {
        struct mapping_target *t = &g->match[i].target;
        for (size_t k = 0; k < g->m->n_header && t->plain; k++)
            if (g->match[k].numbered && g->match[k].target.var == t->var) t->plain = false;
    }
}

static bool is_taken(const struct guesser *g, const struct mapping_target *t)
{
    if (g->d->variable[t->var].type == VARIABLE_CODES) return false;
    for (size_t i = 0; i < g->m->n_target; i++) {
        const struct mapping_target *o = &g->m->target[i];
        if (o->var == t->var && o->plain == t->plain &&
            memcmp(o->instance, t->instance, sizeof t->instance) == 0)
            return true;
    }
    return false;
}

static void grant(struct guesser *g, uint32_t column)
{
    struct match *m = &g->match[column];
    struct mapping_target *t = &m->target;
    bool computed = g->d->variable[t->var].derived || g->d->variable[t->var].system;
    if (!computed && !is_taken(g, t)) {
        g->m->use[column] = MAPPING_MAPPED;
        mapping_add(g->m, t);
        return;
    }
    g->m->use[column] = computed ? MAPPING_COMPUTED : MAPPING_AMBIGUOUS;
    map_free(t->value);
}

static int by_column(const void *x, const void *y)
{
    const struct mapping_target *a = x, *b = y;
    return (a->column > b->column) - (a->column < b->column); /* each column has one target */
}

bool mapping_guess(struct mapping *out, const struct dictionary *d, const struct form *f,
                   const struct text *header, size_t n_header, struct arena *a, struct err *e)
{
    mapping_init(out, "guessed", f, header, n_header, a);
    struct guesser g = {
        .m = out, .d = d, .f = f, .a = a, .match = mem_new(n_header, sizeof *g.match)};
    for (int k = 0; k < KEY_KINDS; k++) g.keys[k] = map_new();
    for (size_t i = 0; i < d->n_variable; i++)
        if (d->variable[i].form == f->id) enter_variable(&g, &d->variable[i]);
    for (size_t i = 0; i < n_header; i++) match_column(&g, (uint32_t)i);
    settle_plain(&g);
    for (int rank = RANK_EXACT; rank < RANK_SEVERAL; rank++)
        for (size_t i = 0; i < n_header; i++)
            if (g.match[i].rank == (enum rank)rank) grant(&g, (uint32_t)i);
    for (size_t i = 0; i < n_header; i++)
        if (g.match[i].rank == RANK_SEVERAL) out->use[i] = MAPPING_AMBIGUOUS;
    for (int k = 0; k < KEY_KINDS; k++) map_free(g.keys[k]);
    mem_free(g.match);
    if (out->n_target > 0) {
        qsort(out->target, out->n_target, sizeof *out->target, by_column);
        return true;
    }
    mapping_release(out);
    err_set(e, ERR_INPUT, "mapping.nothing", "no column of the file was recognised");
    return err_remedy(
        e,
        "the first row must hold variable names or labels (`dcim variables --form %s` "
        "lists them); or name a mapping with --mapping",
        f->name);
}
