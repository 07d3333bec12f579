/* SPDX-License-Identifier: EUPL-1.2 */
/* Tokens of an expression, by XPath 1.0 section 3.7: the longest token wins; a name may contain '-'
 * and '.', so a-b is one name; `and or div mod` and `*` are operators where something to operate on
 * stands before them, and nowhere else. What people write by mistake ("==", "&&", curly quotes of a
 * word processor) gets a remedy of its own. */
#include "model/expr_internal.h"

#include "base/catalogue.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct expr_node *expr_fail(struct expr_problem *p, size_t at, const char *id,
                                  const char *remedy, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    p->at = at;
    p->id = id;
    vsnprintf(p->message, sizeof p->message, tr(fmt), ap);
    snprintf(p->remedy, sizeof p->remedy, "%s", tr(remedy));
    va_end(ap);
    return NULL;
}

struct text expr_shown(struct text t)
{
    if (t.n <= 60) return t;
    t.n = 60;
    while (t.n > 0 && ((unsigned char)t.p[t.n] & 0xC0u) == 0x80u) t.n--;
    return t;
}

void expr_lex_init(struct expr_lexer *l, struct text text, struct expr_problem *p)
{
    *l = (struct expr_lexer){.text = text, .problem = p};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(char c)
{
    return is_name_start(c) || is_digit(c) || c == '-' || c == '.';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char peek(const struct expr_lexer *l, size_t ahead)
{
    return l->at + ahead < l->text.n ? l->text.p[l->at + ahead] : '\0';
}

static bool see(const struct expr_lexer *l, const char *word)
{
    return text_starts((struct text){l->text.p + l->at, l->text.n - l->at}, text_of(word));
}

static struct expr_token token(struct expr_lexer *l, enum expr_token_kind kind, size_t n)
{
    struct expr_token t = {.kind = kind,
                           .text = {l->text.p + l->at, n},
                           .at = (uint16_t)l->at,
                           .end = (uint16_t)(l->at + n)};
    l->at += n;
    return t;
}

static struct expr_token bad(struct expr_lexer *l, const char *id, const char *remedy,
                             const char *what)
{
    expr_fail(l->problem, l->at, id, remedy, "%s", tr(what));
    return (
        struct expr_token){.kind = EXPR_TOKEN_BAD, .at = (uint16_t)l->at, .end = (uint16_t)l->at};
}

static const struct {
    const char *written;
    uint8_t precedence;
    enum expr_op op;
    enum expr_compare compare;
} operators[] =
    {
        /* longer ones first */
        {"!=", 3, EXPR_OP_COMPARE_SPAN, EXPR_NE}, {"<=", 4, EXPR_OP_COMPARE_SPAN, EXPR_LE},
        {">=", 4, EXPR_OP_COMPARE_SPAN, EXPR_GE}, {"=", 3, EXPR_OP_COMPARE_SPAN, EXPR_EQ},
        {"<", 4, EXPR_OP_COMPARE_SPAN, EXPR_LT},  {">", 4, EXPR_OP_COMPARE_SPAN, EXPR_GT},
        {"+", 5, EXPR_OP_ADD, EXPR_EQ},           {"-", 5, EXPR_OP_SUBTRACT, EXPR_EQ},
        {"|", 7, EXPR_OP_UNION, EXPR_EQ},
},
  named_operators[] = {
      {"or", 1, EXPR_OP_OR, EXPR_EQ},      {"and", 2, EXPR_OP_AND, EXPR_EQ},
      {"div", 6, EXPR_OP_DIVIDE, EXPR_EQ}, {"mod", 6, EXPR_OP_MODULO, EXPR_EQ},
      {"*", 6, EXPR_OP_MULTIPLY, EXPR_EQ},
};

static const struct { /* how other languages, and word processors, write it */
    const char *written, *remedy;
} mistakes[] = {
    {"==", N_("write = to compare")},
    {"<>", N_("write != for \"not equal\"")},
    {"=<", N_("write <=")},
    {"=>", N_("write >=")},
    {"&&", N_("write and")},
    {"||", N_("write or")},
    {"//", N_("name the path step by step, or write ${name}")},
    {"@", N_("attributes do not exist here; write ${name}")},
    {"::", N_("only child, parent and self exist: name, .. and .")},
    {"\xe2\x80\x98", N_("use the straight quotes ' or \"")},
    {"\xe2\x80\x99", N_("use the straight quotes ' or \"")},
    {"\xe2\x80\x9c", N_("use the straight quotes ' or \"")},
    {"\xe2\x80\x9d", N_("use the straight quotes ' or \"")},
    {"\xe2\x80\x9e", N_("use the straight quotes ' or \"")},
    {"\xe2\x89\xa4", N_("write <=")},
    {"\xe2\x89\xa5", N_("write >=")},
    {"\xe2\x89\xa0", N_("write !=")},
    {"\xc2\xa0", N_("replace the no-break space by a blank")},
    {"\xe2\x80\x93", N_("write - for minus")},
};

static struct expr_token operator_token(struct expr_lexer *l, size_t i)
{
    struct expr_token t = token(l, EXPR_TOKEN_OPERATOR, strlen(operators[i].written));
    t.precedence = operators[i].precedence;
    t.op = operators[i].op;
    t.compare = operators[i].compare;
    return t;
}

static struct expr_token string_token(struct expr_lexer *l)
{
    char quote = peek(l, 0);
    const char *from = l->text.p + l->at + 1;
    const char *to = memchr(from, quote, l->text.n - l->at - 1);
    if (to == NULL)
        return bad(l, "expr.unclosed_string", "close the text with the quote that opens it",
                   "text is not closed");
    struct expr_token t = token(l, EXPR_TOKEN_STRING, (size_t)(to - from) + 2);
    t.text = (struct text){from, (size_t)(to - from)};
    return t;
}

static struct expr_token reference_token(struct expr_lexer *l)
{
    if (peek(l, 1) != '{')
        return bad(l, "expr.bad_reference", "write ${name}", "$ is not followed by {name}");
    size_t n = 2;
    while (is_blank(peek(l, n))) n++;
    size_t from = n;
    if (is_name_start(peek(l, n)))
        while (is_name(peek(l, n))) n++;
    size_t to = n;
    while (is_blank(peek(l, n))) n++;
    if (to == from || peek(l, n) != '}')
        return bad(l, "expr.bad_reference",
                   "write ${name}; names begin with a letter and hold letters, digits, _ - .",
                   "${ is not followed by a name and }");
    const char *name = l->text.p + l->at + from;
    struct expr_token t = token(l, EXPR_TOKEN_VARIABLE, n + 1);
    t.text = (struct text){name, to - from};
    return t;
}

static struct expr_token number_token(struct expr_lexer *l)
{
    size_t n = 0;
    while (is_digit(peek(l, n))) n++;
    if (peek(l, n) == '.')
        for (n++; is_digit(peek(l, n)); n++) {}
    return token(l, EXPR_TOKEN_NUMBER, n);
}

static struct expr_token name_token(struct expr_lexer *l)
{
    size_t n = 0;
    while (is_name(peek(l, n))) n++;
    if (peek(l, n) == ':' && is_name_start(peek(l, n + 1)))
        for (n++; is_name(peek(l, n)); n++) {}
    if (l->after_operand) {
        struct text name = {l->text.p + l->at, n};
        for (size_t i = 0; i < sizeof named_operators / sizeof named_operators[0]; i++) {
            if (!text_is(name, named_operators[i].written)) continue;
            struct expr_token t = token(l, EXPR_TOKEN_OPERATOR, n);
            t.precedence = named_operators[i].precedence;
            t.op = named_operators[i].op;
            return t;
        }
        return bad(l, "expr.expected_operator",
                   "put and, or, = or another operator between the two",
                   "a name follows a value without an operator between them");
    }
    struct expr_token t = token(l, EXPR_TOKEN_NAME, n);
    size_t ahead = 0;
    while (is_blank(peek(l, ahead))) ahead++;
    if (peek(l, ahead) == '(') t.kind = EXPR_TOKEN_FUNCTION;
    return t;
}

static struct expr_token star_token(struct expr_lexer *l)
{
    struct expr_token t = token(l, l->after_operand ? EXPR_TOKEN_OPERATOR : EXPR_TOKEN_STAR, 1);
    t.precedence = 6;
    t.op = EXPR_OP_MULTIPLY;
    return t;
}

static struct expr_token lex(struct expr_lexer *l)
{
    static const struct {
        char c;
        enum expr_token_kind kind;
    } single[] = {
        {'(', EXPR_TOKEN_LEFT},  {')', EXPR_TOKEN_RIGHT}, {'[', EXPR_TOKEN_OPEN},
        {']', EXPR_TOKEN_CLOSE}, {',', EXPR_TOKEN_COMMA}, {'/', EXPR_TOKEN_SLASH},
    };
    while (is_blank(peek(l, 0))) l->at++;
    if (l->at >= l->text.n) return token(l, EXPR_TOKEN_END, 0);

    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
        if (see(l, mistakes[i].written))
            return bad(l, "expr.unexpected", mistakes[i].remedy, "not part of the language");
    char c = peek(l, 0);
    if (is_name_start(c)) return name_token(l);
    if (is_digit(c) || (c == '.' && is_digit(peek(l, 1)))) return number_token(l);
    if (c == '\'' || c == '"') return string_token(l);
    if (c == '$') return reference_token(l);
    if (c == '*') return star_token(l);
    if (c == '.')
        return peek(l, 1) == '.' ? token(l, EXPR_TOKEN_DOTDOT, 2) : token(l, EXPR_TOKEN_DOT, 1);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (see(l, operators[i].written)) return operator_token(l, i);
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (c == single[i].c) return token(l, single[i].kind, 1);
    return bad(l, "expr.unexpected", "remove the character, or put text between quotes",
               "a character that is not part of the language");
}

struct expr_token expr_lex(struct expr_lexer *l)
{
    struct expr_token t = lex(l);
    switch (t.kind) {
    case EXPR_TOKEN_NUMBER:
    case EXPR_TOKEN_STRING:
    case EXPR_TOKEN_NAME:
    case EXPR_TOKEN_VARIABLE:
    case EXPR_TOKEN_STAR:
    case EXPR_TOKEN_DOT:
    case EXPR_TOKEN_DOTDOT:
    case EXPR_TOKEN_RIGHT:
    case EXPR_TOKEN_CLOSE: l->after_operand = true; break;
    default: l->after_operand = false; break;
    }
    return t;
}
