/* SPDX-License-Identifier: EUPL-1.2 */
/* Expressions on their way to other XLSForm programs: for them pulldata() reads a file that comes
 * with the form, while the lists are in the workbook, where instance() finds them. */
#include "model/xlsform_internal.h"

#include "base/buf.h"
#include "model/expr.h"

#include <string.h>

const char *const xlsform_expressions[] = {"required",      "relevant",
                                           "constraint",    "calculation",
                                           "choice_filter", "default",
                                           "repeat_count",  NULL};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* Behind the quoted text that begins at `i`; the end where it never closes. */
static size_t behind_quote(struct text t, size_t i)
{
    char quote = t.p[i++];
    while (i < t.n && t.p[i] != quote) i++;
    return i < t.n ? i + 1 : i;
}

/* The arguments of a call whose opening bracket is at `open`; *end is behind the closing one. */
static bool arguments(struct text t, size_t open, struct text *arg, size_t n_arg, size_t *end)
{
    size_t depth = 0, from = open + 1, n = 0;
    for (size_t i = open; i < t.n; i++) {
        char c = t.p[i];
        if (c == '\'' || c == '"') {
            i = behind_quote(t, i) - 1;
        } else if (c == '(' || c == '[') {
            depth++;
        } else if (c == ')' || c == ']' || (c == ',' && depth == 1)) {
            if (c != ',') depth--;
            if (c != ',' && depth > 0) continue;
            if (n == n_arg) return false;
            arg[n++] = text_trim((struct text){t.p + from, i - from});
            from = i + 1;
            if (c == ',') continue;
            *end = i + 1;
            return n == n_arg;
        }
    }
    return false;
}

/* The text between quotes; NULL when it is not one quoted text that can be a name. */
static const char *quoted_name(struct text t, struct arena *a)
{
    if (t.n < 3 || (t.p[0] != '\'' && t.p[0] != '"') || behind_quote(t, 0) != t.n ||
        t.p[t.n - 1] != t.p[0])
        return NULL;
    struct text inner = {t.p + 1, t.n - 2};
    return name_is_good(inner) ? arena_copy(a, inner.p, inner.n) : NULL;
}

/* In a predicate `.` is the item; the answer that it was is current(). */
static void put_argument(struct buf *b, struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '\'' || t.p[i] == '"') {
            size_t end = behind_quote(t, i);
            buf_put(b, t.p + i, end - i);
            i = end - 1;
            continue;
        }
        bool alone = t.p[i] == '.' &&
                     (i == 0 || (!is_name_byte(t.p[i - 1]) && t.p[i - 1] != '/')) &&
                     (i + 1 == t.n || (!is_name_byte(t.p[i + 1]) && t.p[i + 1] != '/'));
        buf_puts(b, alone ? "current()/" : "");
        buf_putc(b, t.p[i]);
    }
}

enum { DEPTH_MAX = 16 };

static void rewrite(struct buf *b, struct text t, struct names *lists, struct arena *a, int depth);

/* A call at `i`, rewritten; 0 when it is not one that can be. Else how many bytes it has. */
static size_t rewrite_call(struct buf *b, struct text t, size_t i, struct names *lists,
                           struct arena *a, int depth)
{
    static const struct text pull = {"pulldata(", 9};
    struct text rest = {t.p + i, t.n - i}, arg[4];
    size_t end;
    if (!text_starts(rest, pull) || !arguments(rest, pull.n - 1, arg, 4, &end)) return 0;
    const char *list = quoted_name(arg[0], a), *column = quoted_name(arg[1], a),
               *key = quoted_name(arg[2], a);
    if (list == NULL || column == NULL || key == NULL) return 0;
    if (lists != NULL) names_add(lists, list);
    struct buf inner;
    buf_init(&inner, EXPR_TEXT_MAX * 8);
    rewrite(&inner, arg[3], lists, a, depth + 1);
    buf_printf(b, "instance('%s')/root/item[%s = ", list, key);
    put_argument(b, buf_text(&inner));
    buf_printf(b, "]/%s", strcmp(column, "value") == 0 ? VALUE_COLUMN : column);
    buf_release(&inner);
    return end;
}

static void note_instance(struct text t, size_t i, struct names *lists, struct arena *a)
{
    static const struct text call = {"instance(", 9};
    struct text rest = {t.p + i, t.n - i}, arg[1];
    size_t end;
    if (lists == NULL || !text_starts(rest, call) || !arguments(rest, call.n - 1, arg, 1, &end))
        return;
    const char *list = quoted_name(arg[0], a);
    if (list != NULL) names_add(lists, list);
}

/* Recursion ends at DEPTH_MAX: what is nested more deeply stays as it is. */
static void rewrite(struct buf *b, struct text t, struct names *lists, struct arena *a, int depth)
{
    for (size_t i = 0; i < t.n;) {
        size_t n = 1;
        bool begins = i == 0 || !is_name_byte(t.p[i - 1]);
        if (t.p[i] == '\'' || t.p[i] == '"') {
            n = behind_quote(t, i) - i;
        } else if (begins && t.p[i] == 'i') {
            note_instance(t, i, lists, a);
        } else if (begins && t.p[i] == 'p' && depth < DEPTH_MAX) {
            size_t call = rewrite_call(b, t, i, lists, a, depth);
            i += call;
            if (call > 0) continue;
        }
        buf_put(b, t.p + i, n);
        i += n;
    }
}

const char *xlsform_without_pulldata(const char *text, struct names *lists, struct arena *a)
{
    if (strstr(text, "pulldata(") == NULL && strstr(text, "instance(") == NULL) return text;
    struct buf b;
    struct err e = {0};
    buf_init(&b, EXPR_TEXT_MAX * 8);
    rewrite(&b, text_of(text), lists, a, 0);
    bool same = !buf_ok(&b, &e) || text_is(buf_text(&b), text);
    const char *out = same ? text : arena_copy(a, b.p, b.n);
    buf_release(&b);
    return out;
}

/* Behind the bracket that closes the one before `i`; 0 when none does. */
static size_t behind_bracket(struct text t, size_t i)
{
    for (size_t depth = 1; i < t.n; i++) {
        if (t.p[i] == '\'' || t.p[i] == '"') {
            i = behind_quote(t, i) - 1;
            if (i + 1 >= t.n) return 0;
        } else if (t.p[i] == '[') {
            depth++;
        } else if (t.p[i] == ']' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

const char *xlsform_with_parameters(const char *text, struct arena *a)
{
    const struct text begin = TEXT("instance('" PARAMETERS_LIST "')/root/item[name = ");
    const struct text end = TEXT("/" VALUE_COLUMN);
    const char *out = text;
    size_t at;
    while (text_find(text_of(out), begin, &at)) {
        struct text t = text_of(out);
        size_t from = at + begin.n, close = behind_bracket(t, from);
        if (close == 0 || !text_starts((struct text){t.p + close, t.n - close}, end)) break;
        out = arena_printf(a, "%.*spulldata('" PARAMETERS_LIST "', 'value', 'name', %.*s)%s",
                           (int)at, t.p, (int)(close - 1 - from), t.p + from, t.p + close + end.n);
    }
    return out;
}
