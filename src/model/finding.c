/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/finding.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/unicode.h"

#include <assert.h>
#include <string.h>

void findings_init(struct findings *f, struct arena *a)
{
    *f = (struct findings){.arena = a};
}

void findings_release(struct findings *f)
{
    mem_free(f->item);
    *f = (struct findings){0};
}

void findings_clear(struct findings *f)
{
    f->n = f->n_error = f->n_dropped = 0;
}

/* At most `max` bytes, ending between characters. */
static struct text cut(struct text t, size_t max)
{
    if (t.n <= max) return t;
    while (max > 0 && ((unsigned char)t.p[max] & 0xC0) == 0x80) max--;
    return (struct text){t.p, max};
}

void findings_add_value(struct findings *f, struct finding item, struct text value)
{
    if (item.level == SEVERITY_E) f->n_error++;
    if (f->n >= FINDINGS_MAX) {
        f->n_dropped++;
        return;
    }
    item.value = NULL;
    if (value.p != NULL) {
        value = cut(value, FINDING_VALUE_MAX);
        item.value = arena_copy(f->arena, value.p, value.n);
    }
    MEM_GROW(f->item, f->cap, f->n + 1);
    f->item[f->n++] = item;
}

void findings_add(struct findings *f, struct finding item)
{
    findings_add_value(f, item, item.value == NULL ? (struct text){NULL, 0} : text_of(item.value));
}

rule_id finding_builtin(const struct dictionary *d, enum builtin_rule r)
{
    assert((unsigned)r < BUILTIN_COUNT && d->n_rule >= BUILTIN_COUNT && d->rule[r].builtin);
    return (rule_id)r;
}

struct finding finding_of(const struct dictionary *d, enum builtin_rule r, var_id v,
                          uint32_t instance)
{
    rule_id rule = finding_builtin(d, r);
    return (struct finding){.rule = rule,
                            .level = d->rule[rule].severity,
                            .var = v,
                            .instance = instance};
}

enum builtin_rule finding_of_read(enum value_read read)
{
    switch (read) {
    case VALUE_READ_CODE:
    case VALUE_READ_RETIRED: return BUILTIN_CODE;
    case VALUE_READ_MISSING: return BUILTIN_MISSING;
    case VALUE_READ_LONG: return BUILTIN_TOO_LONG;
    case VALUE_READ_TYPE:
    case VALUE_READ_OK: break;
    }
    assert(read != VALUE_READ_OK);
    return BUILTIN_TYPE;
}

static bool put_placeholder(struct buf *out, struct text name, const struct dictionary *d,
                            const struct variable *v, size_t language)
{
    if (v == NULL) return false;
    if (text_is(name, "variable")) buf_puts(out, v->name);
    else if (text_is(name, "label")) buf_puts(out, words_in(&v->label, language, v->name));
    else if (text_is(name, "list"))
        buf_puts(out, v->list == LIST_NONE ? "" : d->list[v->list]->name);
    else return false;
    return true;
}

/* Is the variable of the kind that {kind?words} names? *known false when nothing is called so. */
static bool is_of_kind(bool *known, struct text kind, const struct variable *v)
{
    static const char *const names[] = {
        [VARIABLE_TEXT] = "text", [VARIABLE_INTEGER] = "integer", [VARIABLE_DECIMAL] = "decimal",
        [VARIABLE_DATE] = "date", [VARIABLE_CODE] = "code",       [VARIABLE_CODES] = "code"};
    *known = true;
    if (text_is(kind, "partial")) return v != NULL && v->partial;
    *known = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) *known |= text_is(kind, names[i]);
    return v != NULL && text_is(kind, names[v->type]);
}

/* {kind?words}: the words, for variables of that kind. */
static bool put_choice(struct buf *out, struct text inside, const struct variable *v)
{
    bool known;
    const char *mark = inside.n == 0 ? NULL : memchr(inside.p, '?', inside.n);
    if (mark == NULL) return false;
    size_t n = (size_t)(mark - inside.p);
    if (is_of_kind(&known, (struct text){inside.p, n}, v)) buf_put(out, mark + 1, inside.n - n - 1);
    return known;
}

/* The words with {label}, {variable}, {list} and {kind?words} replaced; other braces stay. */
static void put_words(struct buf *out, const char *words, const struct dictionary *d,
                      const struct variable *v, size_t language)
{
    struct text rest = text_of(words);
    while (rest.n > 0) {
        const char *open = memchr(rest.p, '{', rest.n);
        size_t before = open == NULL ? rest.n : (size_t)(open - rest.p);
        buf_put(out, rest.p, before);
        rest = (struct text){rest.p + before, rest.n - before};
        if (open == NULL) return;
        const char *close = memchr(rest.p, '}', rest.n);
        size_t whole = close == NULL ? 1 : (size_t)(close - rest.p) + 1;
        if (close == NULL ||
            (!put_choice(out, (struct text){rest.p + 1, whole - 2}, v) &&
             !put_placeholder(out, (struct text){rest.p + 1, whole - 2}, d, v, language))) {
            whole = 1;
            buf_putc(out, '{');
        }
        rest = (struct text){rest.p + whole, rest.n - whole};
    }
}

/* The variable's own words go before those of the built-in rule. */
static const char *message_words(const struct rule *r, const struct variable *v, size_t language)
{
    const char *own = NULL;
    if (v != NULL && r->builtin && r->id == BUILTIN_CONSTRAINT)
        own = words_in(&v->constraint_message, language, NULL);
    if (v != NULL && r->builtin && r->id == BUILTIN_REQUIRED)
        own = words_in(&v->required_message, language, NULL);
    return own != NULL ? own : words_in(&r->message, language, "");
}

void finding_message(struct buf *out, const struct dictionary *d, const struct finding *f,
                     size_t language)
{
    assert(f->rule < d->n_rule);
    const struct rule *r = &d->rule[f->rule];
    const struct variable *v = f->var == VAR_NONE ? NULL : &d->variable[f->var];
    buf_puts(out, r->name);
    if (v != NULL) {
        buf_putc(out, ' ');
        buf_puts(out, v->name);
    }
    buf_puts(out, ": ");
    put_words(out, message_words(r, v, language), d, v, language);

    if (f->value == NULL || (v != NULL && (v->privacy & PRIVACY_D) != 0)) return;
    struct arena *scratch = arena_new(ARENA_WIPE);
    buf_puts(out, " (");
    buf_puts(out, tr("sent:"));
    buf_puts(out, " \"");
    buf_put_text(out, unicode_visible(text_of(f->value), scratch));
    buf_puts(out, "\")");
    arena_free(scratch);
}

void finding_words(struct buf *out, const struct dictionary *d, const struct finding *f,
                   size_t language)
{
    assert(f->rule < d->n_rule);
    const struct rule *r = &d->rule[f->rule];
    const struct variable *v = f->var == VAR_NONE ? NULL : &d->variable[f->var];
    put_words(out, message_words(r, v, language), d, v, language);
}

void finding_general_words(struct buf *out, const struct words *w, size_t language)
{
    put_words(out, words_in(w, language, ""), NULL, NULL, language);
}

void finding_remedy(struct buf *out, const struct dictionary *d, const struct finding *f,
                    size_t language)
{
    assert(f->rule < d->n_rule);
    const struct rule *r = &d->rule[f->rule];
    const struct variable *v = f->var == VAR_NONE ? NULL : &d->variable[f->var];
    put_words(out, words_in(&r->remedy, language, ""), d, v, language);
}
