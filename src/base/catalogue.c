/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/catalogue.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/unicode.h"

#include <string.h>

enum { FILE_MAX = 4 << 20, MESSAGE_MAX = 16 << 10, FORMS_MAX = 6 };

struct message {
    const char *form[FORMS_MAX]; /* plural forms; others have one */
    size_t n_form;
};

struct catalogue {
    struct arena *arena;
    struct map *by_english;
    struct message *message;
    size_t n, cap;
    struct plural *plural;
};

static _Thread_local const struct catalogue *current;

/* ---- conversions ---- */

/* The next conversion of a format, as "%lld" without flags, width and precision; false at its
 * end. */
static bool next_conversion(const char **at, char out[8])
{
    const char *p = *at;
    for (;;) {
        p = strchr(p, '%');
        if (p == NULL) return false;
        p++;
        if (*p != '%') break;
        p++;
    }
    size_t n = 0;
    for (; *p != '\0' && strchr("-+ #0123456789.", *p) != NULL; p++)
        ;
    for (; *p == '*'; p++) /* width or precision from an argument: counts as one */
        if (n < 6) out[n++] = *p;
    for (; *p != '\0' && strchr("-+ #0123456789.", *p) != NULL; p++)
        if (*p == '.' && p[1] == '*') {
            if (n < 6) out[n++] = '*';
            p++;
        }
    for (; *p != '\0' && strchr("hlzjt", *p) != NULL; p++)
        if (n < 6) out[n++] = *p;
    if (*p != '\0') out[n++] = *p++;
    out[n] = '\0';
    *at = p;
    return true;
}

bool catalogue_same_conversions(const char *a, const char *b)
{
    char x[8], y[8];
    for (;;) {
        bool more = next_conversion(&a, x);
        if (more != next_conversion(&b, y)) return false;
        if (!more) return true;
        if (strcmp(x, y) != 0) return false;
    }
}

/* ---- reading ---- */

enum part { PART_NONE, PART_ENGLISH, PART_PLURAL, PART_FORM };

struct entry {
    struct buf english, plural, form[FORMS_MAX];
    size_t line, n_form;
    bool fuzzy, has_english, has_plural;
    enum part part;
};

struct reader {
    struct catalogue *c;
    struct entry entry;
    struct catalogue_problem *problem;
    size_t room, n_problem, line;
};

static void entry_init(struct entry *x)
{
    buf_init(&x->english, MESSAGE_MAX);
    buf_init(&x->plural, MESSAGE_MAX);
    for (size_t i = 0; i < FORMS_MAX; i++) buf_init(&x->form[i], MESSAGE_MAX);
}

static void entry_release(struct entry *x)
{
    buf_release(&x->english);
    buf_release(&x->plural);
    for (size_t i = 0; i < FORMS_MAX; i++) buf_release(&x->form[i]);
}

static void entry_clear(struct entry *x)
{
    buf_clear(&x->english);
    buf_clear(&x->plural);
    for (size_t i = 0; i < FORMS_MAX; i++) buf_clear(&x->form[i]);
    x->n_form = 0;
    x->fuzzy = x->has_english = x->has_plural = false;
    x->part = PART_NONE;
}

static void note(struct reader *r, const char *what)
{
    if (r->problem != NULL && r->n_problem < r->room)
        r->problem[r->n_problem] = (struct catalogue_problem){r->entry.line, what};
    r->n_problem++;
}

static const char *string_of(const struct buf *b)
{
    return b->p == NULL ? "" : b->p;
}

static void keep(struct reader *r, struct message m)
{
    struct catalogue *c = r->c;
    struct text english = text_of(string_of(&r->entry.english));
    if (map_get(c->by_english, english) != MAP_NONE) {
        note(r, N_("the message is there twice"));
        return;
    }
    MEM_GROW(c->message, c->cap, c->n + 1);
    for (size_t i = 0; i < m.n_form; i++)
        m.form[i] = arena_copy(c->arena, m.form[i], strlen(m.form[i]));
    (void)map_put(c->by_english, english, (uint32_t)c->n);
    c->message[c->n++] = m;
}

static void entry_end(struct reader *r)
{
    struct entry *x = &r->entry;
    struct message m = {.n_form = x->n_form};
    size_t wanted = x->has_plural ? unicode_plural_count(r->c->plural) : 1;
    bool too_long = x->english.too_long || x->plural.too_long, empty = false;

    if (!x->has_english || x->english.n == 0 || x->fuzzy) return; /* nothing, the header, a draft */
    for (size_t i = 0; i < x->n_form; i++) {
        m.form[i] = string_of(&x->form[i]);
        too_long = too_long || x->form[i].too_long;
        empty = empty || m.form[i][0] == '\0';
    }
    if (empty || x->n_form == 0) return; /* not translated yet */
    if (too_long) {
        note(r, N_("the message is too long"));
        return;
    }
    if (x->n_form != wanted) {
        note(r, N_("the number of plural forms is not that of the language"));
        return;
    }
    for (size_t i = 0; i < m.n_form; i++)
        if (!catalogue_same_conversions(m.form[i], x->has_plural ? string_of(&x->plural)
                                                                 : string_of(&x->english))) {
            note(r, N_("the conversions (percent signs) differ from the English ones"));
            return;
        }
    keep(r, m);
}

static bool malformed(const struct reader *r, const char *what, struct err *e)
{
    err_set(e, ERR_INPUT, "catalogue.malformed", "line %zu of the catalogue: %s", r->line,
            tr(what));
    return err_remedy(e, "open the .po file with a translation editor, or see `msgfmt -c`");
}

/* The C string at the beginning of `t`, unescaped, behind what `out` has. */
static bool read_string(struct buf *out, struct text t, const struct reader *r, struct err *e)
{
    static const char from[] = "nt\"\\r", to[] = "\n\t\"\\\r";
    if (t.n < 2 || t.p[0] != '"' || t.p[t.n - 1] != '"')
        return malformed(r, "a text in double quotes is missing", e);
    for (size_t i = 1; i + 1 < t.n; i++) {
        char c = t.p[i];
        if (c == '"') return malformed(r, "a double quote within the text needs a backslash", e);
        if (c == '\\') {
            const char *at = ++i + 1 < t.n ? memchr(from, t.p[i], sizeof from - 1) : NULL;
            if (at == NULL) return malformed(r, "an unknown escape", e);
            c = to[at - from];
        }
        buf_putc(out, c);
    }
    return true;
}

static struct buf *part_of(struct entry *x)
{
    switch (x->part) {
    case PART_ENGLISH: return &x->english;
    case PART_PLURAL: return &x->plural;
    case PART_FORM: return &x->form[x->n_form - 1];
    default: return NULL;
    }
}

/* A keyword at the line's beginning: sets what the strings from here on belong to. */
static bool read_keyword(struct reader *r, struct text *t, struct err *e)
{
    struct entry *x = &r->entry;
    size_t n = 0;
    while (n < t->n && t->p[n] != ' ' && t->p[n] != '"') n++;
    struct text word = {t->p, n};
    if (text_is(word, "msgctxt")) return malformed(r, "contexts (msgctxt) are not used here", e);
    if (text_is(word, "msgid")) {
        if (x->n_form > 0) {
            entry_end(r);
            entry_clear(x);
        } else if (x->has_english) {
            return malformed(r, "the message before has no translation line (msgstr)", e);
        }
        x->line = r->line;
        x->part = PART_ENGLISH;
        x->has_english = true;
    } else if (text_is(word, "msgid_plural") && x->part == PART_ENGLISH) {
        x->part = PART_PLURAL;
        x->has_plural = true;
    } else if (x->has_english && text_starts(word, TEXT("msgstr"))) {
        uint64_t number = 0;
        bool bare = word.n == strlen("msgstr");
        struct text inside = {word.p + strlen("msgstr["), word.n - (bare ? word.n : 8)};
        bool numbered = !bare && word.n > 8 && text_starts(word, TEXT("msgstr[")) &&
                        text_ends(word, TEXT("]")) && text_to_uint(inside, &number);
        if (bare == x->has_plural || (!bare && !numbered) || number != x->n_form ||
            x->n_form == FORMS_MAX)
            return malformed(r, "the forms of a translation are not in order", e);
        x->part = PART_FORM;
        x->n_form++;
    } else {
        return malformed(r, "a keyword (msgid, msgid_plural, msgstr) was expected", e);
    }
    *t = text_trim((struct text){t->p + n, t->n - n});
    return true;
}

static bool read_line(struct reader *r, struct text t, struct err *e)
{
    struct entry *x = &r->entry;
    t = text_trim(t);
    if (t.n == 0) return true;
    if (t.p[0] == '#') {
        size_t at;
        if (x->n_form > 0) { /* what it says is of the entry to come */
            entry_end(r);
            entry_clear(x);
        }
        if (text_starts(t, TEXT("#,")) && text_find(t, TEXT("fuzzy"), &at)) x->fuzzy = true;
        return true;
    }
    if (t.p[0] != '"' && !read_keyword(r, &t, e)) return false;
    struct buf *to = part_of(x);
    if (to == NULL) return malformed(r, "a text without a keyword before it", e);
    return read_string(to, t, r, e);
}

bool catalogue_read(struct catalogue **out, struct text content, const char *language,
                    struct catalogue_problem *problem, size_t *n_problem, struct err *e)
{
    struct reader r = {.problem = problem, .room = n_problem == NULL ? 0 : *n_problem};
    struct text line;
    bool ok = true;

    *out = NULL;
    r.line = 1;
    if (!text_is_utf8(content, NULL)) return malformed(&r, "the file is not valid UTF-8", e);
    r.c = mem_new(1, sizeof *r.c);
    r.c->arena = arena_new(ARENA_PLAIN);
    r.c->by_english = map_new();
    r.c->plural = unicode_plural_new(language);
    entry_init(&r.entry);
    for (; ok && text_split(&content, '\n', &line); r.line++) ok = read_line(&r, line, e);
    if (ok) entry_end(&r);
    entry_release(&r.entry);
    if (n_problem != NULL) *n_problem = r.n_problem;
    if (ok) *out = r.c;
    else catalogue_free(r.c);
    return ok;
}

bool catalogue_load(struct catalogue **out, const char *path, const char *language,
                    struct catalogue_problem *problem, size_t *n_problem, struct err *e)
{
    struct buf content;
    *out = NULL;
    buf_init(&content, FILE_MAX);
    bool ok = file_read(&content, path, FILE_MAX, e) &&
              catalogue_read(out, buf_text(&content), language, problem, n_problem, e);
    buf_release(&content);
    return ok;
}

void catalogue_free(struct catalogue *c)
{
    if (c == NULL) return;
    unicode_plural_free(c->plural);
    map_free(c->by_english);
    arena_free(c->arena);
    mem_free(c->message);
    mem_free(c);
}

size_t catalogue_size(const struct catalogue *c)
{
    return c->n;
}

/* ---- using ---- */

const struct catalogue *catalogue_use(const struct catalogue *c)
{
    const struct catalogue *before = current;
    current = c;
    return before;
}

static const struct message *find(const char *english)
{
    if (current == NULL) return NULL;
    uint32_t i = map_get(current->by_english, text_of(english));
    return i == MAP_NONE ? NULL : &current->message[i];
}

const char *tr(const char *english)
{
    const struct message *m = find(english);
    return m == NULL ? english : m->form[0];
}

const char *tr_n(const char *one, const char *many, int64_t n)
{
    const struct message *m = find(one);
    if (m == NULL) return n == 1 ? one : many;
    size_t form = m->n_form == 1 ? 0 : unicode_plural_form(current->plural, n);
    return m->form[form < m->n_form ? form : m->n_form - 1];
}
