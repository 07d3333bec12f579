/* SPDX-License-Identifier: EUPL-1.2 */
/* A walk over the words of an expression, not over its tree: the result is read by people, and
 * shall look like what the statistician wrote. */
#include "model/expr_words.h"

#include "base/catalogue.h"

#include <string.h>

enum token_kind { TOKEN_NAME, TOKEN_STRING, TOKEN_SIGN, TOKEN_WORD, TOKEN_END };

struct token {
    enum token_kind kind;
    struct text t;   /* of a name and a string: what is inside */
    bool blank;      /* a blank stands before it */
    const char *end; /* behind it */
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

static struct token next(struct text *rest)
{
    struct token k = {.kind = TOKEN_END};
    const char *end = rest->p + rest->n, *p = rest->p;
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    k.blank = p > rest->p;
    const char *from = p;
    if (p + 1 < end && p[0] == '$' && p[1] == '{') {
        for (p += 2; p < end && *p != '}'; p++)
            ;
        k.kind = TOKEN_NAME;
        k.t = (struct text){from + 2, (size_t)(p - from - 2)};
        if (p < end) p++;
    } else if (p < end && (*p == '\'' || *p == '"')) {
        for (p++; p < end && *p != *from; p++)
            ;
        k.kind = TOKEN_STRING;
        k.t = (struct text){from + 1, (size_t)(p - from - 1)};
        if (p < end) p++;
    } else if (p < end && is_word(*p)) {
        while (p < end && is_word(*p)) p++;
        k.kind = TOKEN_WORD;
        k.t = (struct text){from, (size_t)(p - from)};
    } else if (p < end) {
        bool two = p + 1 < end && p[1] == '=' && strchr("!<>", *p) != NULL;
        p += two ? 2 : 1;
        k.kind = TOKEN_SIGN;
        k.t = (struct text){from, (size_t)(p - from)};
    }
    k.end = p;
    *rest = (struct text){p, (size_t)(end - p)};
    return k;
}

static const char *code_label(const struct dictionary *d, const struct variable *v,
                              struct text code, size_t language)
{
    if (v == NULL || v->list == LIST_NONE) return NULL;
    const struct codelist *l = d->list[v->list];
    code_id c = codelist_find(l, code);
    return c == CODE_NONE ? NULL : words_in(&l->code[c].label, language, "");
}

struct writing {
    struct buf *out;
    const struct dictionary *d;
    const struct form *form;
    size_t language;
    expr_words_fn *name_of;
    void *ctx;
    const struct variable *last; /* that a code would belong to */
};

static void put_variable(struct writing *w, const struct variable *v, struct text name)
{
    w->last = v;
    if (v == NULL) buf_put_text(w->out, name);
    else buf_puts(w->out, w->name_of(w->ctx, v));
}

/* "." is what the condition is about. */
static void put_self(struct writing *w, const struct variable *self)
{
    w->last = self;
    buf_puts(w->out, tr("the answer"));
}

static void put_string(struct writing *w, struct text s)
{
    const char *label = code_label(w->d, w->last, s, w->language);
    if (label == NULL) {
        buf_printf(w->out, "\"%.*s\"", (int)s.n, s.p);
        return;
    }
    buf_put_text(w->out, s);
    if (label[0] != '\0') buf_printf(w->out, " %s", label);
}

/* selected(${v}, 'code') as "v includes code"; false and nothing written when it is not that. */
static bool put_selected(struct writing *w, struct text *rest, const struct variable *self)
{
    struct text ahead = *rest;
    struct token open = next(&ahead), name = next(&ahead), comma = next(&ahead),
                 code = next(&ahead), close = next(&ahead);
    bool dot = name.kind == TOKEN_WORD && text_is(name.t, ".");
    if (!text_is(open.t, "(") || (name.kind != TOKEN_NAME && !dot) || !text_is(comma.t, ",") ||
        code.kind != TOKEN_STRING || !text_is(close.t, ")"))
        return false;
    if (dot) put_self(w, self);
    else put_variable(w, dictionary_variable(w->d, w->form->id, name.t), name.t);
    buf_printf(w->out, " %s ", tr("includes"));
    put_string(w, code.t);
    *rest = ahead;
    return true;
}

/* "is", "is not", "is answered": = and != with what follows. */
static void put_equals(struct writing *w, struct text *rest, bool equal)
{
    struct text ahead = *rest;
    struct token value = next(&ahead);
    if (w->out->n > 0 && w->out->p[w->out->n - 1] != ' ') buf_putc(w->out, ' ');
    if (value.kind == TOKEN_STRING && value.t.n == 0) {
        buf_puts(w->out, equal ? tr("is not answered") : tr("is answered"));
        *rest = ahead;
        return;
    }
    buf_puts(w->out, equal ? tr("is") : tr("is not"));
    if (!value.blank) buf_putc(w->out, ' ');
}

void expr_words(struct buf *out, const struct dictionary *d, const struct form *f, var_id self,
                struct text expression, size_t language, expr_words_fn *name_of, void *ctx)
{
    static const struct {
        const char *word, *english;
    } words[] = {{"and", N_("and")}, {"or", N_("or")}, {"not", N_("not")}};
    struct writing w = {out, d, f, language, name_of, ctx, NULL};
    const struct variable *me = self == VAR_NONE ? NULL : &d->variable[self];
    for (bool first = true;; first = false) {
        struct token k = next(&expression);
        if (k.kind == TOKEN_END) return;
        if (k.blank && !first) buf_putc(out, ' ');
        const char *english = NULL;
        switch (k.kind) {
        case TOKEN_NAME: put_variable(&w, dictionary_variable(d, f->id, k.t), k.t); break;
        case TOKEN_STRING: put_string(&w, k.t); break;
        case TOKEN_SIGN:
            if (text_is(k.t, "=") || text_is(k.t, "!="))
                put_equals(&w, &expression, text_is(k.t, "="));
            else buf_put_text(out, k.t);
            break;
        case TOKEN_WORD:
            if (text_is(k.t, "selected") && put_selected(&w, &expression, me)) break;
            if (text_is(k.t, ".") && me != NULL) {
                put_self(&w, me);
                break;
            }
            for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                if (text_is(k.t, words[i].word)) english = words[i].english;
            if (english != NULL) buf_puts(out, tr(english));
            else buf_put_text(out, k.t);
            break;
        case TOKEN_END: return;
        }
    }
}

bool expr_asks_for(struct text expression, const struct variable *v, const char *code)
{
    struct token before[3] = {{.kind = TOKEN_END}, {.kind = TOKEN_END}, {.kind = TOKEN_END}};
    for (;;) { /* NAME = 'code', or selected ( NAME , 'code' */
        struct token k = next(&expression);
        if (k.kind == TOKEN_END || (k.kind == TOKEN_WORD && text_is(k.t, "not"))) return false;
        if (k.kind == TOKEN_STRING && text_is(k.t, code) && before[1].kind == TOKEN_NAME &&
            text_is(before[1].t, v->name) && before[2].kind == TOKEN_SIGN &&
            (text_is(before[2].t, "=") || text_is(before[2].t, ",")))
            return true;
        before[0] = before[1];
        before[1] = before[2];
        before[2] = k;
    }
}
