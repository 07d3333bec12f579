/* SPDX-License-Identifier: EUPL-1.2 */
/* Matching in time linear in the text, by pcre2's other algorithm (pcre2_dfa_match), which walks
 * the text once and carries all states at the same time. pcre2_match would backtrack: its limit
 * counts anew at each place of the text, and loops inside one step are not counted at all.
 *
 * Three things make it so. The pattern is wrapped as (?s).*?(?:PATTERN) and anchored, so that all
 * places of the text are tried in the one walk. What needs recursion inside the algorithm
 * (look-around, atomic and possessive groups, conditions, subroutines) or has no meaning for it
 * (back references) is refused when the pattern is read. And the workspace, which holds the states,
 * is cut so that text times states squared stays under a budget: a pattern that carries more states
 * at once than the text's length leaves room for gives REGEX_LIMIT.
 *
 * Texts are UTF-8 up to 64 KiB; anything else gives REGEX_LIMIT (too long) or REGEX_NO (not
 * UTF-8). */
#include "base/regex.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdint.h>

enum {
    PATTERN_MAX = 1024,
    WRAPPED_MAX = 4 * PATTERN_MAX,
    NEST_MAX = 32,
    TEXT_MAX = 64 << 10,
    STATES_LEAST = 48,
    STATES_MOST = 1024,
    BUDGET = 50 << 20,  /* comparisons of states for one match: well under 100 ms */
    INTS_PER_STATE = 3, /* stateblock of pcre2_dfa_match.c: offset, count, data */
    WORKSPACE_EXTRA = 20
};

struct regex {
    pcre2_general_context *general;
    pcre2_code *code;
};

static void *take(size_t n, void *ignored)
{
    (void)ignored;
    return mem_resize(NULL, n, 1);
}

static void give_back(void *p, void *ignored)
{
    (void)ignored;
    mem_free(p);
}

static bool refuse(struct err *e, size_t at, const char *what)
{
    err_set(e, ERR_INPUT, "regex.refused", "pattern has %s at byte %zu, which is not allowed",
            tr(what), at + 1);
    return err_remedy(
        e, "write it in another way: groups are ( ), (?: ) and (?i: ), repeats * + ? {n,m}; "
           "in a class, put + first");
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What may stand behind a backslash: classes, anchors, escapes of one character. Refused are back
 * references, \K \G \C \R \X \Q \E and all else that is more than it seems. */
static bool escape_allowed(char c)
{
    static const char letters[] = "dDwWsShHvVbBAzZnrtfxpP";
    if (!is_word(c)) return true;
    for (size_t i = 0; i + 1 < sizeof letters; i++)
        if (c == letters[i]) return true;
    return false;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind all that belongs to the escape: \p{..}, \x{..}, \pL, and up to two digits of \x41. */
static size_t behind_escape(struct text t, size_t i)
{
    char c = t.p[i + 1];
    i += 2;
    if ((c != 'p' && c != 'P' && c != 'x') || i >= t.n) return i;
    if (t.p[i] != '{') {
        if (c != 'x') return i + 1;
        for (int k = 0; k < 2 && i < t.n && is_hex(t.p[i]); k++) i++;
        return i;
    }
    size_t end = i + 1;
    while (end < t.n && (is_word(t.p[end]) || t.p[end] == '^' || t.p[end] == '&')) end++;
    return end < t.n && t.p[end] == '}' ? end + 1 : i;
}

static bool group_allowed(struct text t, size_t i)
{
    struct text rest = {t.p + i, t.n - i};
    return text_starts(rest, TEXT("(?:")) || text_starts(rest, TEXT("(?i:")) ||
           text_starts(rest, TEXT("(?i)"));
}

/* Offset behind the class that opens at `i`, or 0 when it has an inner '[' that is not [:name:]:
 * those are what one reader takes for the end of a class and another does not. */
static size_t behind_class(struct text t, size_t i)
{
    i++;
    if (i < t.n && t.p[i] == '^') i++;
    if (i < t.n && t.p[i] == ']') i++; /* first, it stands for itself */
    while (i < t.n && t.p[i] != ']') {
        if (t.p[i] == '\\') {
            if (i + 1 >= t.n || !escape_allowed(t.p[i + 1])) return 0;
            i += 2;
        } else if (t.p[i] == '[') {
            i++;
            if (i >= t.n || t.p[i++] != ':') return 0;
            if (i < t.n && t.p[i] == '^') i++;
            while (i < t.n && t.p[i] >= 'a' && t.p[i] <= 'z') i++;
            if (i + 1 >= t.n || t.p[i] != ':' || t.p[i + 1] != ']') return 0;
            i += 2;
        } else {
            i++;
        }
    }
    return i < t.n ? i + 1 : t.n; /* an unclosed class is pcre2's to refuse */
}

static size_t behind_digits(struct text t, size_t i)
{
    while (i < t.n && t.p[i] >= '0' && t.p[i] <= '9') i++;
    return i;
}

/* Offset behind the repeat at `i`, without what makes it lazy or possessive; `i` when there is
 * none. */
static size_t behind_repeat(struct text t, size_t i)
{
    if (i >= t.n) return i;
    if (t.p[i] == '*' || t.p[i] == '+' || t.p[i] == '?') return i + 1;
    if (t.p[i] != '{') return i;
    size_t end = behind_digits(t, i + 1);
    if (end == i + 1) return i;
    if (end < t.n && t.p[end] == ',') end = behind_digits(t, end + 1);
    return end < t.n && t.p[end] == '}' ? end + 1 : i;
}

/* Offset behind the atom at `i`, or 0 and an error. `single`: it matches one character. */
static size_t behind_atom(struct text t, size_t i, bool *single, struct err *e)
{
    char c = t.p[i], next = i + 1 < t.n ? t.p[i + 1] : 0;
    *single = c != '^' && c != '$' && c != '|' && c != '(' && c != ')';
    if (c == '\\') {
        if (i + 1 >= t.n) return refuse(e, i, "a single backslash"), 0;
        if (!escape_allowed(next)) return refuse(e, i, "a back reference or a special escape"), 0;
        return behind_escape(t, i);
    }
    if (c == '[') {
        size_t end = behind_class(t, i);
        if (end == 0) refuse(e, i, "a class with a bare [ or a special escape");
        return end;
    }
    if (c == '(' && next == '*') return refuse(e, i, "a verb (* )"), 0;
    if (c == '(' && next == '?') {
        if (!group_allowed(t, i))
            return refuse(e, i, "look-around or another special group (? )"), 0;
        return i + 3;
    }
    i++;
    while (i < t.n && ((unsigned char)t.p[i] & 0xC0u) == 0x80u) i++;
    return i;
}

/* One pass over the pattern before pcre2 parses it for itself: refuses what is not linear, and
 * writes x+ as (?:x)+. For the former pcre2 counts the characters matched, and the number of states
 * would be that of the counts; for the latter it does not. */
static bool rewrite(struct buf *out, struct text t, struct err *e)
{
    size_t i = 0;
    while (i < t.n) {
        bool single = false;
        if (t.p[i] == '(' && text_starts((struct text){t.p + i, t.n - i}, TEXT("(?i"))) {
            if (!group_allowed(t, i))
                return refuse(e, i, "look-around or another special group (? )");
            buf_puts(out, t.p[i + 3] == ':' ? "(?i:" : "(?i)");
            i += 4;
            continue;
        }
        size_t end = behind_atom(t, i, &single, e);
        if (end == 0) return false;
        bool plus = single && end < t.n && t.p[end] == '+';
        if (plus) buf_puts(out, "(?:");
        buf_put(out, t.p + i, end - i);
        if (plus) buf_putc(out, ')');
        i = end;
        end = behind_repeat(t, i);
        if (end == i) continue;
        if (end < t.n && t.p[end] == '+') return refuse(e, end, "a possessive repeat");
        if (end < t.n && t.p[end] == '?') end++;
        buf_put(out, t.p + i, end - i);
        i = end;
    }
    return true;
}

static pcre2_code *compile(const struct regex *r, struct text pattern, struct err *e)
{
    pcre2_compile_context *context = mem_checked(pcre2_compile_context_create(r->general));
    pcre2_set_parens_nest_limit(context, NEST_MAX);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *out =
        pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_AUTO_CAPTURE |
                          PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                      &code, &at, context);
    pcre2_compile_context_free(context);
    if (out != NULL) return out;
    unsigned char why[128] = "";
    pcre2_get_error_message(code, why, sizeof why);
    err_set(e, ERR_INPUT, "regex.malformed", "pattern could not be read: %s at byte %zu",
            (const char *)why, (size_t)at + 1);
    err_remedy(e, "correct the pattern at that place");
    return NULL;
}

/* The match, with the states that the budget allows for a text of this length. */
static int match(const struct regex *r, struct text t)
{
    int workspace[2 * INTS_PER_STATE * STATES_MOST + WORKSPACE_EXTRA];
    size_t states = STATES_MOST;
    while (states > STATES_LEAST && states * states / 2 * t.n > BUDGET) states--;
    pcre2_match_data *data = mem_checked(pcre2_match_data_create(1, r->general));
    int code = pcre2_dfa_match(r->code, (PCRE2_SPTR)t.p, t.n, 0, PCRE2_DFA_SHORTEST, data, NULL,
                               workspace, 2 * INTS_PER_STATE * states + WORKSPACE_EXTRA);
    pcre2_match_data_free(data);
    return code;
}

static bool prepare(struct regex *r, struct text pattern, struct buf *wrapped, struct err *e)
{
    buf_puts(wrapped, "(?s:.*?)(?:");
    if (!rewrite(wrapped, pattern, e)) return false;
    buf_puts(wrapped, ")");
    if (!buf_ok(wrapped, e)) return false;
    /* As it is, too: ")(" becomes well-formed by being wrapped. */
    r->code = compile(r, pattern, e);
    if (r->code == NULL) return false;
    pcre2_code_free(r->code);
    r->code = compile(r, buf_text(wrapped), e);
    if (r->code == NULL) return false;
    int code = match(r, TEXT(""));
    if (code >= 0 || code == PCRE2_ERROR_NOMATCH || code == PCRE2_ERROR_DFA_WSSIZE) return true;
    return err_set(e, ERR_INPUT, "regex.refused",
                   "pattern uses what linear matching cannot do (%d)", code);
}

bool regex_new(struct regex **out, struct text pattern, struct err *e)
{
    *out = NULL;
    if (pattern.n > PATTERN_MAX) {
        err_set(e, ERR_LIMIT, "regex.too_long", "pattern is longer than %d bytes", PATTERN_MAX);
        return err_remedy(e, "shorten the pattern or split the rule in two");
    }
    if (!text_is_utf8(pattern, NULL)) {
        err_set(e, ERR_INPUT, "regex.malformed", "pattern is not valid UTF-8");
        return err_remedy(e, "save the file that holds the pattern as UTF-8");
    }
    struct regex *r = mem_new(1, sizeof *r);
    struct buf wrapped;
    buf_init(&wrapped, WRAPPED_MAX);
    r->general = mem_checked(pcre2_general_context_create(take, give_back, NULL));
    if (prepare(r, pattern.n == 0 ? TEXT("") : pattern, &wrapped, e)) {
        *out = r;
    } else {
        regex_free(r);
    }
    buf_release(&wrapped);
    return *out != NULL;
}

void regex_free(struct regex *r)
{
    if (r == NULL) return;
    pcre2_code_free(r->code);
    pcre2_general_context_free(r->general);
    mem_free(r);
}

enum regex_result regex_match(const struct regex *r, struct text t)
{
    if (t.n > TEXT_MAX) return REGEX_LIMIT;
    int code = match(r, t.p == NULL ? TEXT("") : t);
    if (code >= 0) return REGEX_YES;
    if (code == PCRE2_ERROR_NOMATCH) return REGEX_NO;
    return code <= PCRE2_ERROR_UTF8_ERR1 && code >= PCRE2_ERROR_UTF8_ERR21 ? REGEX_NO : REGEX_LIMIT;
}
