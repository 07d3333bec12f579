/* SPDX-License-Identifier: EUPL-1.2 */
/* The functions of the language: one table, and what each computes. XPath 1.0 section 4, XForms 1.0
 * section 7 and the OpenRosa functions, as conventions section 2 lists them. Characters are Unicode
 * code points. A function of numbers that grows with its argument keeps the interval of a partial
 * date; one that does not gives NaN for it. */
#include "model/expr_internal.h"

#include "base/crypto.h"
#include "model/expr_build_call.h"

#include <stdio.h>
#include <string.h>

static const struct expr_node *arg(const struct expr_node *n, size_t i)
{
    return n->arg[i];
}

static struct text text_arg(struct expr_state *st, const struct expr_node *n, size_t i)
{
    return expr_eval_text(st, n->arg[i]);
}

/* Long texts cost steps: a quarter of a KiB is one. */
static bool charge(struct expr_state *st, size_t bytes)
{
    return expr_step(st, bytes / 256);
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- building a text ---- */

struct out {
    char *p;
    size_t n, cap;
};

static void out_put(struct expr_state *st, struct out *o, const char *p, size_t n)
{
    if (n > o->cap - o->n) {
        size_t cap = o->n + n + o->n / 2 + 32;
        if (cap > EXPR_STRING_MAX && o->n + n <= EXPR_STRING_MAX) cap = EXPR_STRING_MAX;
        char *more = expr_take(st, cap);
        if (more == NULL) return;
        if (o->n > 0) memcpy(more, o->p, o->n);
        o->p = more;
        o->cap = cap;
    }
    if (n > 0) memcpy(o->p + o->n, p, n);
    o->n += n;
}

static struct text out_text(const struct out *o)
{
    return o->n == 0 ? TEXT("") : (struct text){o->p, o->n};
}

/* ---- texts ---- */

static struct text fn_string(struct expr_state *st, const struct expr_node *n)
{
    return text_arg(st, n, 0);
}

static void join_arg(struct expr_state *st, struct out *o, const struct expr_node *a,
                     struct text between, bool *first)
{
    struct expr_nodes s = {.n = 1};
    if (a->many == EXPR_SET) s = expr_eval_nodes(st, a);
    for (size_t i = 0; i < s.n && st->result == EXPR_OK; i++) {
        struct text t = a->many == EXPR_SET ? expr_node_text(st, a, &s, i) : expr_eval_text(st, a);
        if (!*first) out_put(st, o, between.p, between.n);
        *first = false;
        out_put(st, o, t.p, t.n);
        if (!expr_step(st, 1) || !charge(st, t.n)) return;
    }
}

static struct text fn_concat(struct expr_state *st, const struct expr_node *n)
{
    struct out o = {0};
    bool first = true;
    for (size_t i = 0; i < n->n_arg; i++) join_arg(st, &o, n->arg[i], TEXT(""), &first);
    return out_text(&o);
}

/* concat() of parts of dates, such as month and day, as the number its digits are. */
static struct expr_span fn_concat_number(struct expr_state *st, const struct expr_node *n)
{
    double number = 0;
    for (size_t i = 0; i < n->n_arg; i++) {
        const struct expr_node *a = n->arg[i];
        int part = a->op == EXPR_OP_DATE_PART && expr_step(st, 1) ? expr_date_part(st, a) : -1;
        if (part < 0 || i == 3) return expr_text_span(fn_concat(st, n));
        number = number * (a->code == 0 ? 10000 : 100) + part;
    }
    return expr_exact(number);
}

static struct text fn_join(struct expr_state *st, const struct expr_node *n)
{
    struct out o = {0};
    bool first = true;
    struct text between = text_arg(st, n, 0);
    for (size_t i = 1; i < n->n_arg; i++) join_arg(st, &o, n->arg[i], between, &first);
    return out_text(&o);
}

/* Byte offset of code point `index`, or the length. */
static size_t offset_of(struct text t, size_t index)
{
    size_t i = 0;
    for (; i < t.n; i++) {
        if (((unsigned char)t.p[i] & 0xC0u) == 0x80u) continue;
        if (index-- == 0) return i;
    }
    return i;
}

/* A place given as a number, in 0..n: negative ones count from the end. */
static size_t place_of(double v, size_t n)
{
    v = trunc(v);
    if (v < 0) v += (double)n;
    if (!(v > 0)) return 0;
    return v >= (double)n ? n : (size_t)v;
}

static struct text fn_substr(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0);
    double start = expr_eval_number(st, n->arg[1]);
    double end = n->n_arg > 2 ? expr_eval_number(st, n->arg[2]) : INFINITY;
    if (isnan(start) || isnan(end) || !charge(st, t.n)) return TEXT("");
    size_t length = text_length(t), from = place_of(start, length), to = place_of(end, length);
    if (from >= to) return TEXT("");
    bool ascii = length == t.n;
    size_t a = ascii ? from : offset_of(t, from), b = ascii ? to : offset_of(t, to);
    return (struct text){t.p + a, b - a};
}

static struct text fn_substring_before(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), part = text_arg(st, n, 1);
    size_t at;
    if (!charge(st, t.n) || !text_find(t, part, &at)) return TEXT("");
    return (struct text){t.p, at};
}

static struct text fn_substring_after(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), part = text_arg(st, n, 1);
    size_t at;
    if (!charge(st, t.n) || !text_find(t, part, &at)) return TEXT("");
    return (struct text){t.p + at + part.n, t.n - at - part.n};
}

static struct text fn_normalize_space(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0);
    if (!charge(st, t.n)) return TEXT("");
    char *out = expr_take(st, t.n);
    size_t k = 0;
    for (size_t i = 0; i < t.n && out != NULL; i++) {
        if (!is_white(t.p[i])) out[k++] = t.p[i];
        else if (k > 0 && out[k - 1] != ' ') out[k++] = ' ';
    }
    if (k > 0 && out[k - 1] == ' ') k--;
    return (struct text){out == NULL ? "" : out, k};
}

static struct text next_char(struct text *rest)
{
    size_t n = 1;
    while (n < rest->n && ((unsigned char)rest->p[n] & 0xC0u) == 0x80u) n++;
    struct text c = {rest->p, n};
    rest->p += n;
    rest->n -= n;
    return c;
}

/* What `c` becomes: its partner in `to`, nothing, or itself. The first occurrence in `from`
 * counts. In UTF-8 the bytes of a character are found nowhere but at it, and most are not there. */
static struct text translated(struct text c, struct text from, struct text to)
{
    if (from.n == 0) return c;
    const char *at = c.n == 1 ? memchr(from.p, c.p[0], from.n) : NULL;
    size_t offset;
    if (c.n == 1 ? at == NULL : !text_find(from, c, &offset)) return c;
    if (c.n == 1) offset = (size_t)(at - from.p);
    struct text before = {from.p, offset}, partner = TEXT("");
    for (size_t i = text_length(before) + 1; i > 0; i--) {
        if (to.n == 0) return TEXT("");
        partner = next_char(&to);
    }
    return partner;
}

static struct text fn_translate(struct expr_state *st, const struct expr_node *n)
{
    struct out o = {0};
    struct text t = text_arg(st, n, 0), from = text_arg(st, n, 1), to = text_arg(st, n, 2);
    if (!charge(st, t.n * (from.n + 1))) return TEXT("");
    while (t.n > 0 && st->result == EXPR_OK) {
        struct text c = translated(next_char(&t), from, to);
        out_put(st, &o, c.p, c.n);
    }
    return out_text(&o);
}

/* ---- truths of texts ---- */

static bool fn_boolean_from_string(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0);
    return text_is(t, "true") || text_is(t, "1");
}

static bool fn_contains(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), part = text_arg(st, n, 1);
    size_t at;
    return charge(st, t.n) && text_find(t, part, &at);
}

static bool fn_starts_with(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), part = text_arg(st, n, 1);
    return text_starts(t, part);
}

static bool fn_ends_with(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), part = text_arg(st, n, 1);
    return text_ends(t, part);
}

/* A pattern that is itself computed; constant ones have been compiled already. */
static bool fn_regex(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), pattern = text_arg(st, n, 1);
    struct regex *r;
    if (!expr_step(st, 500)) return false;
    if (!regex_new(&r, pattern, NULL)) {
        expr_stop(st, EXPR_FAILED);
        return false;
    }
    bool matches = expr_match(st, r, t);
    regex_free(r);
    return matches;
}

/* ---- codes of a multi-select ---- */

/* The next piece between white space; false at the end. */
static bool next_code(struct text *rest, struct text *code)
{
    while (rest->n > 0 && is_white(rest->p[0])) rest->p++, rest->n--;
    size_t n = 0;
    while (n < rest->n && !is_white(rest->p[n])) n++;
    *code = (struct text){rest->p, n};
    rest->p += n;
    rest->n -= n;
    return n > 0;
}

static bool has_code(struct text list, struct text value)
{
    struct text code;
    while (next_code(&list, &code))
        if (text_equal(code, value)) return true;
    return false;
}

static bool fn_selected(struct expr_state *st, const struct expr_node *n)
{
    struct text value = text_trim(text_arg(st, n, 1));
    const struct expr_node *list = n->arg[0];
    if (list->many != EXPR_SET) {
        struct text t = expr_eval_text(st, list);
        return charge(st, t.n) && has_code(t, value);
    }
    struct expr_nodes s = expr_eval_nodes(st, list);
    for (size_t i = 0; i < s.n && expr_step(st, 1); i++)
        if (has_code(expr_node_text(st, list, &s, i), value)) return true;
    return false;
}

static struct text fn_selected_at(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), code;
    double index = trunc(expr_eval_number(st, n->arg[1]));
    if (!charge(st, t.n) || !(index >= 0)) return TEXT("");
    for (double i = 0; next_code(&t, &code); i++)
        if (i == index) return code;
    return TEXT("");
}

bool expr_function_code(code_id *c, struct expr_state *st, const struct expr_node *n, list_id list)
{
    if (!expr_function_gives_code(n, list)) return false;
    const struct value *v = expr_eval_value(st, n->arg[0]);
    double index = trunc(expr_eval_number(st, n->arg[1]));
    *c = CODE_NONE;
    if (v->kind == VALUE_CODE && index == 0) *c = v->code;
    if (v->kind == VALUE_CODES && index >= 0 && index < v->n_code) *c = v->codes[(size_t)index];
    /* the text of a missing value is never a code of the list */
    return v->kind != VALUE_TEXT;
}

bool expr_function_gives_code(const struct expr_node *n, list_id list)
{
    return n->op == EXPR_OP_CALL && n->function->to_text == fn_selected_at &&
           n->arg[0]->op == EXPR_OP_VAR && n->arg[0]->var != VAR_NONE && list != LIST_NONE &&
           n->arg[0]->list == list;
}

static struct expr_span fn_count_selected(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0), code;
    double count = 0;
    if (!charge(st, t.n)) return EXPR_NAN;
    while (next_code(&t, &code)) count++;
    return expr_exact(count);
}

/* How many of the arguments from `first`, every `step`-th, are numbers over 0, weighted or not. */
static bool between(struct expr_state *st, const struct expr_node *n, size_t step)
{
    double least = expr_eval_number(st, n->arg[0]), most = expr_eval_number(st, n->arg[1]), sum = 0;
    for (size_t i = 2; i + step <= n->n_arg; i += step) {
        if (!(expr_eval_number(st, n->arg[i]) > 0)) continue;
        sum += step == 1 ? 1 : expr_eval_number(st, n->arg[i + 1]);
    }
    return (least == -1 || sum >= least) && (most == -1 || sum <= most);
}

static bool fn_checklist(struct expr_state *st, const struct expr_node *n)
{
    return between(st, n, 1);
}

static bool fn_weighted_checklist(struct expr_state *st, const struct expr_node *n)
{
    return between(st, n, 2);
}

/* ---- numbers ---- */

static struct expr_span fn_number(struct expr_state *st, const struct expr_node *n)
{
    return expr_eval_span(st, arg(n, 0));
}

static struct expr_span fn_string_length(struct expr_state *st, const struct expr_node *n)
{
    struct text t = text_arg(st, n, 0);
    return charge(st, t.n) ? expr_exact((double)text_length(t)) : EXPR_NAN;
}

static struct expr_span fn_int(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span s = expr_eval_span(st, arg(n, 0));
    return (struct expr_span){trunc(s.lo), trunc(s.hi)};
}

/* Half goes up: round(2.5) = 3, round(-2.5) = -2 (XPath 1.0 section 4.4). Not floor(v + 0.5), which
 * would round 0.49999999999999994 up. */
static double half_up(double v)
{
    double below = floor(v);
    return v - below >= 0.5 ? below + 1 : below;
}

static double rounded(double v, double digits)
{
    if (digits == 0 || isnan(v) || isinf(v)) return half_up(v);
    double p = pow(10, fabs(digits));
    double r = digits > 0 ? half_up(v * p) / p : half_up(v / p) * p;
    return isnan(r) || isinf(r) ? v : r;
}

static struct expr_span fn_round(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span s = expr_eval_span(st, arg(n, 0));
    double digits = n->n_arg > 1 ? trunc(expr_eval_number(st, arg(n, 1))) : 0;
    if (!(fabs(digits) <= 30)) return EXPR_NAN;
    return (struct expr_span){rounded(s.lo, digits), rounded(s.hi, digits)};
}

static struct expr_span fn_abs(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span s = expr_eval_span(st, arg(n, 0));
    if (s.lo >= 0 || isnan(s.lo)) return s;
    if (s.hi <= 0) return (struct expr_span){fabs(s.hi), fabs(s.lo)};
    return (struct expr_span){0, fmax(-s.lo, s.hi)};
}

static struct expr_span fn_pow(struct expr_state *st, const struct expr_node *n)
{
    double base = expr_eval_number(st, arg(n, 0)), power = expr_eval_number(st, arg(n, 1));
    if (isnan(base) || isnan(power)) return EXPR_NAN;
    return expr_exact(pow(base, power));
}

static struct expr_span fn_sqrt(struct expr_state *st, const struct expr_node *n)
{
    return expr_exact(sqrt(expr_eval_number(st, arg(n, 0))));
}

static struct expr_span fn_log(struct expr_state *st, const struct expr_node *n)
{
    return expr_exact(log(expr_eval_number(st, arg(n, 0))));
}

static struct expr_span fn_log10(struct expr_state *st, const struct expr_node *n)
{
    return expr_exact(log10(expr_eval_number(st, arg(n, 0))));
}

static struct expr_span fn_exp(struct expr_state *st, const struct expr_node *n)
{
    return expr_exact(exp(expr_eval_number(st, arg(n, 0))));
}

static struct expr_span fn_random(struct expr_state *st, const struct expr_node *n)
{
    uint64_t bits;
    (void)st;
    (void)n;
    crypto_start();
    crypto_random(&bits, sizeof bits);
    return expr_exact((double)(bits >> 11) * 0x1p-53);
}

/* ---- numbers of node sets ---- */

static struct expr_span fn_count(struct expr_state *st, const struct expr_node *n)
{
    return expr_exact((double)expr_eval_nodes(st, arg(n, 0)).n);
}

static struct expr_span fn_count_non_empty(struct expr_state *st, const struct expr_node *n)
{
    double count = 0;
    for (size_t k = 0; k < n->n_arg; k++) {
        struct expr_nodes s = expr_eval_nodes(st, n->arg[k]);
        for (size_t i = 0; i < s.n && expr_step(st, 1); i++)
            if (!expr_node_is_blank(st, n->arg[k], &s, i)) count++;
    }
    return expr_exact(count);
}

typedef struct expr_span fold_fn(struct expr_span a, struct expr_span b);

static struct expr_span fold_sum(struct expr_span a, struct expr_span b)
{
    return (struct expr_span){a.lo + b.lo, a.hi + b.hi};
}

static struct expr_span fold_min(struct expr_span a, struct expr_span b)
{
    if (isnan(a.lo) || isnan(b.lo)) return EXPR_NAN;
    return (struct expr_span){a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}

static struct expr_span fold_max(struct expr_span a, struct expr_span b)
{
    if (isnan(a.lo) || isnan(b.lo)) return EXPR_NAN;
    return (struct expr_span){a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}

static const struct {
    const char *name;
    double none;
    fold_fn *fold;
} folds[] = {{"sum", 0, fold_sum}, {"min", NAN, fold_min}, {"max", NAN, fold_max}};

static size_t fold_of(const struct expr_function *f)
{
    size_t i = 0;
    while (i < sizeof folds / sizeof folds[0] && strcmp(folds[i].name, f->name) != 0) i++;
    return i;
}

bool expr_function_folds(const struct expr_function *f)
{
    return fold_of(f) < sizeof folds / sizeof folds[0];
}

struct expr_span expr_function_none(const struct expr_function *f)
{
    return expr_function_folds(f) ? expr_exact(folds[fold_of(f)].none) : EXPR_NAN;
}

struct expr_span expr_function_fold(const struct expr_function *f, struct expr_span before,
                                    struct expr_span more, bool first)
{
    return first ? more : folds[fold_of(f)].fold(before, more);
}

/* Over all arguments and all their nodes. A node without a number makes the whole one NaN (XForms
 * 1.0 section 7.7): filter blank ones out with [. != ''] where they may be. */
static struct expr_span fn_fold(struct expr_state *st, const struct expr_node *n)
{
    size_t of = fold_of(n->function);
    struct expr_span sum = expr_exact(folds[of].none);
    bool any = false;
    for (size_t k = 0; k < n->n_arg; k++) {
        const struct expr_node *a = n->arg[k];
        struct expr_nodes s = {.n = 1};
        if (a->many == EXPR_SET) s = expr_eval_nodes(st, a);
        for (size_t i = 0; i < s.n && expr_step(st, 1); i++) {
            struct expr_span v =
                a->many == EXPR_SET ? expr_node_span(st, a, &s, i) : expr_eval_span(st, a);
            sum = any ? folds[of].fold(sum, v) : v;
            any = true;
        }
    }
    return sum;
}

static struct expr_span fn_position(struct expr_state *st, const struct expr_node *n)
{
    if (n->n_arg == 0) return expr_exact((double)st->position);
    const struct expr_node *of = arg(n, 0);
    struct expr_nodes s = expr_eval_nodes(st, of);
    if (s.n == 0) return EXPR_NAN;
    uint32_t row = expr_nodes_row(&s, 0);
    if (of->place == EXPR_PLACE_VAR || of->group == 0) return expr_exact(1);
    const uint32_t *parent = st->record->table[of->group].parent;
    uint32_t first = row;
    while (first > 0 && parent[first - 1] == parent[row]) first--;
    if (!expr_step(st, (row - first) / 16)) return EXPR_NAN;
    return expr_exact(row - first + 1);
}

/* ---- dates ---- */

static struct expr_span fn_today(struct expr_state *st, const struct expr_node *n)
{
    (void)n;
    return expr_exact(st->context->today);
}

static struct text fn_now(struct expr_state *st, const struct expr_node *n)
{
    (void)n;
    char *out = expr_take(st, INSTANT_TEXT_MAX);
    if (out == NULL) return TEXT("");
    instant_format(out, st->context->now);
    return text_of(out);
}

/* The moment an argument stands for: a text as it is written, a number as days since 1970. */
static bool moment_arg(struct expr_state *st, const struct expr_node *a, struct expr_moment *out)
{
    a = expr_eval_chosen(st, a);
    if (a->type == EXPR_STRING || a->many == EXPR_SET) {
        struct text t = expr_eval_text(st, a);
        return expr_moment_parse(out, t) || expr_moment_of_span(out, expr_text_span(t));
    }
    return expr_moment_of_span(out, expr_eval_span(st, a));
}

static struct expr_span fn_date(struct expr_state *st, const struct expr_node *n)
{
    struct expr_moment m;
    struct date d;
    int year, month, day;
    if (!moment_arg(st, arg(n, 0), &m)) return EXPR_NAN;
    if (m.precision == DATE_DAY) return expr_exact(m.day);
    date_to_ymd(m.day, &year, &month, &day);
    bool ok =
        m.precision == DATE_MONTH ? date_from_month(&d, year, month) : date_from_year(&d, year);
    return ok ? (struct expr_span){d.first, d.last} : EXPR_NAN;
}

static struct expr_span fn_decimal_date_time(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *a = expr_eval_chosen(st, arg(n, 0));
    if (a->type == EXPR_STRING || a->many == EXPR_SET)
        return expr_text_date_span(expr_eval_text(st, a));
    return expr_eval_span(st, a);
}

static struct expr_span fn_decimal_time(struct expr_state *st, const struct expr_node *n)
{
    int32_t ms;
    struct expr_moment m;
    struct text t = text_arg(st, n, 0);
    if (expr_time_parse(&ms, t)) return expr_exact(ms / 86400000.0);
    if (!expr_moment_parse(&m, t) || m.precision != DATE_DAY) return EXPR_NAN;
    return expr_exact(m.ms < 0 ? 0 : m.ms / 86400000.0);
}

static struct text fn_format_date(struct expr_state *st, const struct expr_node *n)
{
    struct expr_moment m;
    if (!moment_arg(st, arg(n, 0), &m)) return TEXT("");
    return expr_format_moment(st, &m, text_arg(st, n, 1), false);
}

/* The year, which rules ask of today(), goes without its text. */
static struct expr_span fn_format_date_number(struct expr_state *st, const struct expr_node *n)
{
    struct expr_moment m;
    int year, month, day;
    const struct expr_node *format = n->arg[1];
    if (format->op != EXPR_OP_CONST_TEXT || !text_is(format->text, "%Y"))
        return expr_text_span(fn_format_date(st, n));
    if (!moment_arg(st, arg(n, 0), &m)) return EXPR_NAN;
    date_to_ymd(m.day, &year, &month, &day);
    return expr_exact(year);
}

static struct text fn_format_date_time(struct expr_state *st, const struct expr_node *n)
{
    struct expr_moment m;
    if (!moment_arg(st, arg(n, 0), &m)) return TEXT("");
    return expr_format_moment(st, &m, text_arg(st, n, 1), true);
}

/* Version 4 of RFC 9562, from the system's random numbers. */
static struct text fn_uuid(struct expr_state *st, const struct expr_node *n)
{
    static const size_t dash_before[] = {4, 6, 8, 10};
    uint8_t raw[16];
    (void)n;
    char *out = expr_take(st, 40);
    if (out == NULL) return TEXT("");
    crypto_start();
    crypto_random(raw, sizeof raw);
    raw[6] = (uint8_t)((raw[6] & 0x0F) | 0x40);
    raw[8] = (uint8_t)((raw[8] & 0x3F) | 0x80);
    size_t k = 0, dash = 0;
    for (size_t i = 0; i < sizeof raw; i++) {
        if (dash < 4 && i == dash_before[dash]) {
            out[k++] = '-';
            dash++;
        }
        out[k++] = "0123456789abcdef"[raw[i] >> 4];
        out[k++] = "0123456789abcdef"[raw[i] & 15];
    }
    return (struct text){out, k};
}

/* ---- the table ---- */

#define ANY UINT8_MAX
#define OPERATOR(name, min, max, arg, type, build, usage)                \
    {                                                                    \
        name, min, max, arg, type, false, build, NULL, NULL, NULL, usage \
    }
#define TRUTH(name, min, max, arg, fn, usage)                              \
    {                                                                      \
        name, min, max, arg, EXPR_BOOL, false, NULL, fn, NULL, NULL, usage \
    }
#define NUMBER(name, min, max, arg, fn, usage)                               \
    {                                                                        \
        name, min, max, arg, EXPR_NUMBER, false, NULL, NULL, fn, NULL, usage \
    }
#define STRING(name, min, max, arg, fn, usage)                               \
    {                                                                        \
        name, min, max, arg, EXPR_STRING, false, NULL, NULL, NULL, fn, usage \
    }
#define NOT_OFFERED(name, instead)                                         \
    {                                                                      \
        name, 1, 0, "", EXPR_STRING, true, NULL, NULL, NULL, NULL, instead \
    }

const struct expr_function expr_functions[] = {
    /* truths */
    OPERATOR("true", 0, 0, "", EXPR_BOOL, expr_build_truth, "true()"),
    OPERATOR("false", 0, 0, "", EXPR_BOOL, expr_build_truth, "false()"),
    OPERATOR("not", 1, 1, "b", EXPR_BOOL, expr_build_not, "not(condition)"),
    OPERATOR("boolean", 1, 1, "b", EXPR_BOOL, expr_build_boolean, "boolean(value)"),
    TRUTH("boolean-from-string", 1, 1, "v", fn_boolean_from_string, "boolean-from-string(text)"),
    {"selected", 2, 2, "v", EXPR_BOOL, false, expr_build_selected, fn_selected, NULL, NULL,
     "selected(${codes}, 'CODE')"},
    TRUTH("contains", 2, 2, "v", fn_contains, "contains(text, part)"),
    TRUTH("starts-with", 2, 2, "v", fn_starts_with, "starts-with(text, beginning)"),
    TRUTH("ends-with", 2, 2, "v", fn_ends_with, "ends-with(text, end)"),
    {"regex", 2, 2, "v", EXPR_BOOL, false, expr_build_regex, fn_regex, NULL, NULL,
     "regex(text, '^pattern$')"},
    TRUTH("checklist", 2, ANY, "v", fn_checklist, "checklist(least, most, value, ...)"),
    TRUTH("weighted-checklist", 2, ANY, "v", fn_weighted_checklist,
          "weighted-checklist(least, most, value, weight, ...)"),
    /* choices */
    OPERATOR("if", 3, 3, "bv", EXPR_STRING, expr_build_if, "if(condition, then, else)"),
    OPERATOR("coalesce", 2, ANY, "v", EXPR_STRING, expr_build_coalesce,
             "coalesce(value, otherwise)"),
    OPERATOR("once", 1, 1, "v", EXPR_STRING, expr_build_once, "once(value)"),
    /* texts */
    STRING("string", 1, 1, "v", fn_string, "string(value)"),
    {"concat", 1, ANY, "v", EXPR_STRING, false, NULL, NULL, fn_concat_number, fn_concat,
     "concat(text, ...)"},
    STRING("join", 1, ANY, "v", fn_join, "join(separator, values, ...)"),
    {"substr", 2, 3, "v", EXPR_STRING, false, expr_build_substr, NULL, NULL, fn_substr,
     "substr(text, start, end): from 0, without the end"},
    STRING("substring-before", 2, 2, "v", fn_substring_before, "substring-before(text, part)"),
    STRING("substring-after", 2, 2, "v", fn_substring_after, "substring-after(text, part)"),
    NUMBER("string-length", 1, 1, "v", fn_string_length, "string-length(text)"),
    STRING("normalize-space", 1, 1, "v", fn_normalize_space, "normalize-space(text)"),
    STRING("translate", 3, 3, "v", fn_translate, "translate(text, from, to)"),
    STRING("selected-at", 2, 2, "v", fn_selected_at, "selected-at(${codes}, index): from 0"),
    NUMBER("count-selected", 1, 1, "v", fn_count_selected, "count-selected(${codes})"),
    OPERATOR("jr:choice-name", 2, 2, "v", EXPR_STRING, expr_build_choice_name,
             "jr:choice-name(${name}, '${name}')"),
    {"uuid", 0, 0, "", EXPR_STRING, true, NULL, NULL, NULL, fn_uuid, "uuid()"},
    /* numbers */
    NUMBER("number", 1, 1, "v", fn_number, "number(value)"),
    NUMBER("int", 1, 1, "v", fn_int, "int(number)"),
    NUMBER("round", 1, 2, "v", fn_round, "round(number, digits)"),
    NUMBER("abs", 1, 1, "v", fn_abs, "abs(number)"),
    NUMBER("pow", 2, 2, "v", fn_pow, "pow(number, power)"),
    NUMBER("sqrt", 1, 1, "v", fn_sqrt, "sqrt(number)"),
    NUMBER("log", 1, 1, "v", fn_log, "log(number)"),
    NUMBER("log10", 1, 1, "v", fn_log10, "log10(number)"),
    NUMBER("exp", 1, 1, "v", fn_exp, "exp(number)"),
    {"random", 0, 0, "", EXPR_NUMBER, true, NULL, NULL, fn_random, NULL, "random()"},
    /* node sets */
    NUMBER("sum", 1, ANY, "v", fn_fold, "sum(${numbers})"),
    {"min", 1, ANY, "v", EXPR_NUMBER, false, expr_build_extreme, NULL, fn_fold, NULL,
     "min(${numbers}, ...)"},
    {"max", 1, ANY, "v", EXPR_NUMBER, false, expr_build_extreme, NULL, fn_fold, NULL,
     "max(${numbers}, ...)"},
    NUMBER("count", 1, 1, "n", fn_count, "count(${repeat})"),
    NUMBER("count-non-empty", 1, ANY, "n", fn_count_non_empty, "count-non-empty(${name})"),
    {"position", 0, 1, "n", EXPR_NUMBER, true, expr_build_position, NULL, fn_position, NULL,
     "position(..)"},
    OPERATOR("indexed-repeat", 3, 7, "b", EXPR_STRING, expr_build_indexed,
             "indexed-repeat(${name}, ${repeat}, number)"),
    OPERATOR("instance", 1, 1, "v", EXPR_STRING, expr_build_instance_call,
             "instance('LIST')/root/item[...]/column"),
    OPERATOR("current", 0, 0, "", EXPR_STRING, expr_build_current_call, "current()/../name"),
    OPERATOR("pulldata", 4, 4, "v", EXPR_STRING, expr_build_pulldata,
             "pulldata('LIST', 'column', 'name', ${code})"),
    /* dates */
    {"today", 0, 0, "", EXPR_DATE, true, NULL, NULL, fn_today, NULL, "today()"},
    {"now", 0, 0, "", EXPR_STRING, true, NULL, NULL, NULL, fn_now, "now()"},
    {"date", 1, 1, "v", EXPR_DATE, false, expr_build_date, NULL, fn_date, NULL, "date(value)"},
    NUMBER("decimal-date-time", 1, 1, "v", fn_decimal_date_time, "decimal-date-time(value)"),
    NUMBER("decimal-time", 1, 1, "v", fn_decimal_time, "decimal-time('12:30')"),
    {"format-date", 2, 2, "v", EXPR_STRING, true, NULL, NULL, fn_format_date_number, fn_format_date,
     "format-date(date, '%d.%m.%Y')"},
    {"format-date-time", 2, 2, "v", EXPR_STRING, true, NULL, NULL, NULL, fn_format_date_time,
     "format-date-time(time, '%Y-%m-%d %H:%M')"},
    /* known, and not offered */
    NOT_OFFERED("sin", "leave trigonometry to the analysis"),
    NOT_OFFERED("cos", "leave trigonometry to the analysis"),
    NOT_OFFERED("tan", "leave trigonometry to the analysis"),
    NOT_OFFERED("asin", "leave trigonometry to the analysis"),
    NOT_OFFERED("acos", "leave trigonometry to the analysis"),
    NOT_OFFERED("atan", "leave trigonometry to the analysis"),
    NOT_OFFERED("atan2", "leave trigonometry to the analysis"),
    NOT_OFFERED("pi", "leave trigonometry to the analysis"),
    NOT_OFFERED("exp10", "write pow(10, number)"),
    NOT_OFFERED("area", "use region codes instead of points"),
    NOT_OFFERED("distance", "use region codes instead of points"),
    NOT_OFFERED("digest", "compute it in the program that reads the export"),
    NOT_OFFERED("base64-decode", "compute it in the program that reads the export"),
    NOT_OFFERED("randomize", "leave the order of choices to the form"),
    NOT_OFFERED("jr:itext", "write jr:choice-name(${name}, '${name}')"),
    NOT_OFFERED("last", "compare position() with count(...)"),
    NOT_OFFERED("substring", "write substr(text, start, end), counting from 0"),
    NOT_OFFERED("floor", "write int(number) for numbers that are not negative"),
    NOT_OFFERED("ceiling", "write -int(-number) or round(number)"),
    NOT_OFFERED("name", "name the variable itself"),
    NOT_OFFERED("id", "name the variable itself"),
};
const size_t n_expr_function = sizeof expr_functions / sizeof expr_functions[0];

const struct expr_function *expr_function_find(struct text name)
{
    for (size_t i = 0; i < n_expr_function; i++)
        if (text_is(name, expr_functions[i].name)) return &expr_functions[i];
    return NULL;
}
