/* SPDX-License-Identifier: EUPL-1.2 */
/* REDCap's logic into expressions, by one pass over its tokens; arguments of calls are translated
 * each by itself, so that functions can be put together anew. */
#include "model/redcap.h"

#include "base/buf.h"
#include "base/catalogue.h"

#include <stdio.h>
#include <string.h>

enum token_kind { T_END, T_FIELD, T_TEXT, T_NUMBER, T_WORD, T_OPERATOR, T_OPEN, T_CLOSE, T_COMMA };

struct token {
    enum token_kind kind;
    size_t at;
    struct text text; /* of a field its name, of a text what is between the quotes */
    struct text code; /* of [name(code)] */
};

struct logic {
    struct text in;
    size_t at;
    struct token now;
    struct arena *a;
    struct redcap_fault *fault;
    bool failed;
    int depth;
};

enum { OUT_MAX = REDCAP_LOGIC_MAX * 16, ARGUMENTS_MAX = 32 };

static void fail(struct logic *l, size_t at, const char *message, struct text about,
                 const char *remedy)
{
    if (l->failed) return;
    l->failed = true;
    l->fault->at = at;
    int n = about.n > 60 ? 60 : (int)about.n;
    (void)snprintf(l->fault->message, sizeof l->fault->message, "%s%s%.*s%s", tr(message),
                   n > 0 ? " '" : "", n, about.p == NULL ? "" : about.p, n > 0 ? "'" : "");
    (void)snprintf(l->fault->remedy, sizeof l->fault->remedy, "%s", tr(remedy));
}

/* --- tokens
 * -------------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(struct text t)
{
    if (t.n == 0 || t.n > 64 || !is_letter(t.p[0])) return false;
    for (size_t i = 0; i < t.n; i++)
        if (!is_letter(t.p[i]) && !is_digit(t.p[i])) return false;
    return true;
}

static bool is_code(struct text t)
{
    if (t.n == 0 || t.n > 64) return false;
    for (size_t i = 0; i < t.n; i++)
        if (!is_letter(t.p[i]) && !is_digit(t.p[i]) && t.p[i] != '-' && t.p[i] != '.') return false;
    return true;
}

/* [name], [name(code)], [name:value]. */
static void read_field(struct logic *l)
{
    static const char whole[] = "name the field alone, as [field] or [field(code)]";
    size_t from = l->at + 1, to = from;
    while (to < l->in.n && l->in.p[to] != ']' && l->in.p[to] != '[') to++;
    struct text t = text_trim((struct text){l->in.p + from, to - from});
    if (to == l->in.n || l->in.p[to] == '[') {
        fail(l, l->at, "a bracket is never closed", (struct text){NULL, 0}, "close it with ]");
        return;
    }
    l->at = to + 1;
    size_t open;
    if (text_ends(t, TEXT(":value"))) t.n -= strlen(":value");
    if (text_ends(t, TEXT(")")) && text_find(t, TEXT("("), &open)) {
        l->now.code = text_trim((struct text){t.p + open + 1, t.n - open - 2});
        t = text_trim((struct text){t.p, open});
        if (!is_code(l->now.code)) fail(l, from, "this is not a code:", l->now.code, whole);
    }
    if (!is_name(t)) fail(l, from, "this is not the name of a field:", t, whole);
    if (l->at < l->in.n && l->in.p[l->at] == '[')
        fail(l, from, "events and instances are not known here:", t, whole);
    l->now.text = t;
}

static void read_text(struct logic *l)
{
    char quote = l->in.p[l->at];
    size_t to = l->at + 1;
    while (to < l->in.n && l->in.p[to] != quote) to++;
    l->now.text = (struct text){l->in.p + l->at + 1, to - l->at - 1};
    if (to == l->in.n)
        fail(l, l->at, "a text is never closed", (struct text){NULL, 0}, "close it with its quote");
    l->at = to + (to < l->in.n);
}

static void read_run(struct logic *l, bool number)
{
    size_t from = l->at;
    while (l->at < l->in.n && (is_digit(l->in.p[l->at]) || (number && l->in.p[l->at] == '.') ||
                               (!number && is_letter(l->in.p[l->at]))))
        l->at++;
    l->now.text = (struct text){l->in.p + from, l->at - from};
}

static bool read_operator(struct logic *l)
{
    static const char *const all[] = {"<>", "!=", "<=", ">=", "==", "&&", "||", "=", "<",
                                      ">",  "+",  "-",  "*",  "/",  "%",  "^",  "!"};
    struct text rest = {l->in.p + l->at, l->in.n - l->at};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!text_starts(rest, text_of(all[i]))) continue;
        l->now.text = (struct text){rest.p, strlen(all[i])};
        l->at += l->now.text.n;
        return true;
    }
    return false;
}

static void next(struct logic *l)
{
    while (l->at < l->in.n && strchr(" \t\r\n", l->in.p[l->at]) != NULL && l->in.p[l->at] != '\0')
        l->at++;
    l->now = (struct token){.kind = T_END, .at = l->at};
    if (l->at == l->in.n || l->failed) return;
    char c = l->in.p[l->at];
    if (c == '[') {
        l->now.kind = T_FIELD;
        read_field(l);
    } else if (c == '\'' || c == '"') {
        l->now.kind = T_TEXT;
        read_text(l);
    } else if (is_digit(c) || c == '.') {
        l->now.kind = T_NUMBER;
        read_run(l, true);
    } else if (is_letter(c)) {
        l->now.kind = T_WORD;
        read_run(l, false);
    } else if (c == '(' || c == ')' || c == ',') {
        l->now.kind = c == '(' ? T_OPEN : c == ')' ? T_CLOSE : T_COMMA;
        l->at++;
    } else if (read_operator(l)) {
        l->now.kind = T_OPERATOR;
    } else {
        fail(l, l->at, "this sign is not known", (struct text){l->in.p + l->at, 1},
             "write fields in [], texts in quotes");
    }
}

/* --- what comes out
 * ------------------------------------------------------------------------------ */

static void sequence(struct logic *l, struct buf *b);

/* With a blank before it, unless it opens or something was just opened. */
static void word(struct buf *b, struct text t)
{
    if (b->n > 0 && b->p[b->n - 1] != '(' && b->p[b->n - 1] != ' ') buf_putc(b, ' ');
    buf_put_text(b, t);
}

static void put_text(struct logic *l, struct buf *b, const struct token *t)
{
    bool single = memchr(t->text.p, '\'', t->text.n) != NULL;
    bool both = single && memchr(t->text.p, '"', t->text.n) != NULL;
    if (both)
        fail(l, t->at, "a text holds both kinds of quotes", (struct text){NULL, 0},
             "leave out one kind");
    const char *quote = single ? "\"" : "'";
    word(b, text_of(arena_printf(l->a, "%s%.*s%s", quote, (int)t->text.n, t->text.p, quote)));
}

/* [a(code)], with the comparison behind it if that is one with 0 or 1. */
static void put_checkbox(struct logic *l, struct buf *b, struct token field)
{
    const char *call = arena_printf(l->a, "selected(${%.*s}, '%.*s')", (int)field.text.n,
                                    field.text.p, (int)field.code.n, field.code.p);
    bool equal =
        l->now.kind == T_OPERATOR && (text_is(l->now.text, "=") || text_is(l->now.text, "=="));
    bool other =
        l->now.kind == T_OPERATOR && (text_is(l->now.text, "<>") || text_is(l->now.text, "!="));
    if (equal || other) {
        struct token operator= l->now;
        size_t back = l->at;
        next(l);
        bool value = l->now.kind == T_TEXT || l->now.kind == T_NUMBER;
        bool one = value && text_is(l->now.text, "1");
        bool zero = value && (text_is(l->now.text, "0") || l->now.text.n == 0);
        if (one || zero) {
            if (one == equal) word(b, text_of(call));
            else word(b, text_of(arena_printf(l->a, "not(%s)", call)));
            next(l);
            return;
        }
        l->now = operator;
        l->at = back;
    }
    word(b, text_of(arena_printf(l->a, "if(%s, 1, 0)", call)));
}

/* The arguments of a call, the opening bracket being the token now; each translated by itself. */
static size_t arguments(struct logic *l, const char *arg[ARGUMENTS_MAX])
{
    size_t n = 0, at = l->now.at;
    next(l);
    if (l->now.kind == T_CLOSE) {
        next(l);
        return 0;
    }
    while (!l->failed) {
        struct buf b;
        struct err e = {0};
        buf_init(&b, OUT_MAX);
        sequence(l, &b);
        if (!buf_ok(&b, &e))
            fail(l, at, "the logic is too long", (struct text){NULL, 0}, "shorten it");
        if (b.n == 0)
            fail(l, at, "an argument is empty", (struct text){NULL, 0}, "write something there");
        arg[n++] = arena_copy(l->a, b.p == NULL ? "" : b.p, b.n);
        buf_release(&b);
        bool more = l->now.kind == T_COMMA;
        if (l->now.kind == T_END)
            fail(l, at, "a bracket is never closed", (struct text){NULL, 0}, "close it with )");
        if (more && n == ARGUMENTS_MAX)
            fail(l, at, "there are too many arguments", (struct text){NULL, 0}, "split the call");
        if (l->failed) break;
        next(l);
        if (!more) break;
    }
    return n;
}

/* datediff(from, to, "d"): days from one day to the other; "M" and "y" are 30.44 and 365.2425 days,
 * as REDCap counts them. Without the argument "returnSigned" the result is never negative. */
static const char *difference(struct logic *l, const struct token *t, const char *const *arg,
                              size_t n)
{
    static const char *const unit[] = {"'d'", "'M'", "'y'"};
    static const char *const days[] = {"", " div 30.44", " div 365.2425"};
    size_t i = 0;
    bool is_signed = n > 3 && strcmp(arg[n - 1], "true") == 0;
    while (i < 3 && (n < 3 || strcmp(arg[2], unit[i]) != 0)) i++;
    if (i == 3) {
        fail(l, t->at, "datediff() needs two dates and the unit d, M or y", (struct text){NULL, 0},
             "write datediff([from], [to], 'd')");
        return "";
    }
    const char *of[2];
    for (size_t k = 0; k < 2; k++) of[k] = strcmp(arg[k], "'today'") == 0 ? "today()" : arg[k];
    const char *sum = arena_printf(l->a, "(%s) - (%s)", of[1], of[0]);
    sum = is_signed ? arena_printf(l->a, "(%s)", sum) : arena_printf(l->a, "abs(%s)", sum);
    return i == 0 ? sum : arena_printf(l->a, "(%s%s)", sum, days[i]);
}

static const struct {
    const char *theirs, *ours;
    size_t least, most;
} functions[] = {
    {"if", "if", 3, 3},
    {"round", "round", 1, 2},
    {"abs", "abs", 1, 1},
    {"sqrt", "sqrt", 1, 1},
    {"min", "min", 1, ARGUMENTS_MAX},
    {"max", "max", 1, ARGUMENTS_MAX},
    {"contains", "contains", 2, 2},
    {"starts_with", "starts-with", 2, 2},
    {"ends_with", "ends-with", 2, 2},
    {"length", "string-length", 1, 1},
    {"concat", "concat", 1, ARGUMENTS_MAX},
    {"trim", "normalize-space", 1, 1},
    {"not", "not", 1, 1},
};

static const char *joined(struct logic *l, const char *before, const char *const *arg, size_t n,
                          const char *between, const char *behind)
{
    const char *out = before;
    for (size_t i = 0; i < n; i++)
        out = arena_printf(l->a, "%s%s%s", out, i == 0 ? "" : between, arg[i]);
    return arena_printf(l->a, "%s%s", out, behind);
}

static void put_call(struct logic *l, struct buf *b, struct token t)
{
    const char *arg[ARGUMENTS_MAX], *out = NULL;
    if (++l->depth > REDCAP_DEPTH_MAX)
        fail(l, t.at, "the logic is nested too deeply", (struct text){NULL, 0}, "split it");
    size_t n = l->failed ? 0 : arguments(l, arg);
    l->depth--;
    if (l->failed) return;
    if (text_equal_nocase(t.text, TEXT("datediff"))) {
        out = difference(l, &t, arg, n);
    } else if (text_equal_nocase(t.text, TEXT("sum")) && n > 0) {
        for (size_t i = 0; i < n; i++) /* what is blank counts for nothing */
            arg[i] = arena_printf(l->a, "coalesce(%s, 0)", arg[i]);
        out = joined(l, "(", arg, n, " + ", ")");
    } else if (text_equal_nocase(t.text, TEXT("not_contain")) && n == 2) {
        out = joined(l, "not(contains(", arg, n, ", ", "))");
    }
    for (size_t i = 0; out == NULL && i < sizeof functions / sizeof functions[0]; i++) {
        if (!text_equal_nocase(t.text, text_of(functions[i].theirs)) || n < functions[i].least ||
            n > functions[i].most)
            continue;
        bool round = strcmp(functions[i].ours, "round") == 0 && n == 1;
        out = joined(l, arena_printf(l->a, "%s(", functions[i].ours), arg, n, ", ",
                     round ? ", 0)" : ")");
    }
    if (out == NULL)
        fail(l, t.at, "this function, or with so many arguments, is not known here:", t.text,
             "work it out in another way, or leave the field out");
    else word(b, text_of(out));
}

static void put_operator(struct logic *l, struct buf *b)
{
    static const char *const same[][2] = {{"<>", "!="}, {"!=", "!="},  {"<=", "<="}, {">=", ">="},
                                          {"==", "="},  {"=", "="},    {"<", "<"},   {">", ">"},
                                          {"+", "+"},   {"-", "-"},    {"*", "*"},   {"/", "div"},
                                          {"%", "mod"}, {"&&", "and"}, {"||", "or"}};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (text_is(l->now.text, same[i][0])) {
            word(b, text_of(same[i][1]));
            return;
        }
    fail(l, l->now.at, "this operator is not known here:", l->now.text,
         "write the power as a product, and not() instead of !");
}

static void put_word(struct logic *l, struct buf *b)
{
    struct token t = l->now;
    next(l);
    bool plain = text_equal_nocase(t.text, TEXT("and")) || text_equal_nocase(t.text, TEXT("or"));
    if (plain) {
        word(b, text_of(text_equal_nocase(t.text, TEXT("or")) ? "or" : "and"));
    } else if (text_equal_nocase(t.text, TEXT("true")) ||
               text_equal_nocase(t.text, TEXT("false"))) {
        /* as datediff() has it; elsewhere it is no name of a field, and is said to be none */
        word(b, text_of(text_equal_nocase(t.text, TEXT("true")) ? "true" : "false"));
    } else if (l->now.kind == T_OPEN) {
        put_call(l, b, t);
    } else {
        fail(l, t.at, "this word is not known:", t.text, "write fields in [], texts in quotes");
    }
}

static void put_brackets(struct logic *l, struct buf *b)
{
    size_t at = l->now.at;
    if (++l->depth > REDCAP_DEPTH_MAX)
        fail(l, at, "the logic is nested too deeply", (struct text){NULL, 0}, "split it");
    word(b, TEXT("("));
    next(l);
    if (!l->failed) sequence(l, b);
    if (!l->failed && l->now.kind != T_CLOSE)
        fail(l, at, "a bracket is never closed", (struct text){NULL, 0}, "close it with )");
    buf_putc(b, ')');
    l->depth--;
    next(l);
}

/* Until a comma, a closing bracket or the end, which stays the token now. Recursion is bounded by
 * REDCAP_DEPTH_MAX. */
static void sequence(struct logic *l, struct buf *b)
{
    while (!l->failed) {
        struct token t = l->now;
        switch (t.kind) {
        case T_END:
        case T_CLOSE:
        case T_COMMA: return;
        case T_FIELD:
            next(l);
            if (t.code.n > 0) put_checkbox(l, b, t);
            else word(b, text_of(arena_printf(l->a, "${%.*s}", (int)t.text.n, t.text.p)));
            break;
        case T_TEXT:
            put_text(l, b, &t);
            next(l);
            break;
        case T_NUMBER:
            word(b, t.text);
            next(l);
            break;
        case T_OPERATOR:
            put_operator(l, b);
            next(l);
            break;
        case T_WORD: put_word(l, b); break;
        case T_OPEN: put_brackets(l, b); break;
        }
    }
}

bool redcap_logic(const char **out, struct text logic, struct arena *a, struct redcap_fault *fault)
{
    struct logic l = {.in = logic, .a = a, .fault = fault};
    struct buf b;
    struct err e = {0};
    *out = "";
    *fault = (struct redcap_fault){0};
    if (logic.n > REDCAP_LOGIC_MAX) {
        fail(&l, 0, "the logic is too long", (struct text){NULL, 0}, "shorten it");
        return false;
    }
    buf_init(&b, OUT_MAX);
    next(&l);
    sequence(&l, &b);
    if (!l.failed && l.now.kind != T_END)
        fail(&l, l.now.at, "a bracket or comma is left over", (struct text){NULL, 0}, "delete it");
    if (!l.failed && !buf_ok(&b, &e))
        fail(&l, 0, "the logic is too long", (struct text){NULL, 0}, "shorten it");
    if (!l.failed) *out = arena_copy(a, b.p == NULL ? "" : b.p, b.n);
    buf_release(&b);
    return !l.failed;
}
