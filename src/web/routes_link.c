/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage: which records are one person. Pairs that wait, two records side by side, decisions, what
 * contradicts itself, persons, runs and how good they are. */
#include "base/catalogue.h"
#include "base/date.h"
#include "base/unicode.h"
#include "web/exchange.h"
#include "web/link_figures.h"
#include "web/routes.h"

#include <string.h>

enum { REFRESH_S = 2 };

static struct json *page_member(struct exchange *x)
{
    if (!json_has(x->extra, "page")) json_set(x->extra, "page", json_object());
    return json_member_mut(x->extra, "page");
}

/* ---- what all pages have ---- */

static const struct {
    const char *href, *text, *capability;
} tabs[] = {
    {"/linkage", N_("To be decided"), "link"},
    {"/linkage/decisions", N_("Decisions"), "link"},
    {"/linkage/conflicts", N_("Contradictions"), "link"},
    {"/linkage/answers", N_("Answers"), "link"},
    {"/linkage/sample", N_("Sample"), "link"},
    {"/linkage/quality", N_("Quality"), "table.raw"},
    {"/linkage/runs", N_("Runs"), "link"},
};

static void put_tabs(struct exchange *x)
{
    struct json *nav = json_object(), *items = json_array();
    for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++) {
        if (!exchange_may(x, tabs[i].capability)) continue;
        struct json *item = json_object();
        json_set_text(item, "href", tabs[i].href);
        json_set_text(item, "text", tr(tabs[i].text));
        json_set_text(item, "number", NULL);
        json_set_bool(item, "current", strcmp(x->route->path, tabs[i].href) == 0);
        json_push(items, item);
    }
    json_set_text(nav, "title", tr("Linkage"));
    json_set(nav, "items", items);
    json_set(x->extra, "sub_navigation", nav);
}

/* The same list from behind the last row. Only the list's own words go into an address. */
static void put_next(struct exchange *x, const char *path, const char *const *kept, size_t n)
{
    const char *next = json_get_text(x->result, "next", "");
    const char *to = next[0] == '\0' ? "" : arena_printf(x->arena, "%s?after=%s", path, next);
    for (size_t i = 0; i < n && to[0] != '\0'; i++) {
        const char *v = json_get_text(x->in, kept[i], "");
        if (v[0] != '\0') to = arena_printf(x->arena, "%s&%s=%s", to, kept[i], v);
    }
    json_set_text(x->extra, "next_page", to);
}

static const char *short_time(struct exchange *x, const char *at)
{
    char shown[80];
    int64_t seconds;
    if (!instant_parse(&seconds, text_of(at)) ||
        !unicode_instant(shown, sizeof shown, seconds, x->language))
        return at;
    return arena_copy(x->arena, shown, strlen(shown));
}

/* ---- lists ---- */

static bool before_list(struct exchange *x)
{
    exchange_drop_blank(x);
    put_tabs(x);
    return true;
}

static bool before_tabs(struct exchange *x)
{
    put_tabs(x);
    return true;
}

static bool after_queue(struct exchange *x)
{
    static const char *const kept[] = {"form", "state", "band", "organisation"};
    const struct json *pairs = json_get(x->result, "pairs");
    put_next(x, "/linkage", kept, sizeof kept / sizeof *kept);
    if (json_size(pairs) > 0) {
        json_set(x->extra, "first_a", json_copy(json_get(json_at(pairs, 0), "a")));
        json_set(x->extra, "first_b", json_copy(json_get(json_at(pairs, 0), "b")));
    }
    return true;
}

static bool after_decisions(struct exchange *x)
{
    static const char *const kept[] = {"form", "verdict", "who", "state"};
    put_next(x, "/linkage/decisions", kept, sizeof kept / sizeof *kept);
    return true;
}

/* ---- one pair ---- */

/* A weight as a bar: from the middle to the right where it speaks for one person, to the left where
 * it speaks against. `full` bits fill a half of BAR_WIDTH. */
static void put_bar(struct json *field, double full)
{
    enum { MIDDLE = 60, HALF = 58 };
    double weight = json_get_number(field, "weight", 0);
    double size = weight < 0 ? -weight : weight;
    int64_t width = (int64_t)(HALF * (size > full ? 1 : size / full) + 0.5);
    json_set_int(field, "bar_width", width);
    json_set_int(field, "bar_x", weight < 0 ? MIDDLE - width : MIDDLE);
    json_set_text(field, "side", weight < 0 ? "against" : "for");
    json_set_text(field, "bar_words",
                  size < 0.5   ? tr("speaks neither way")
                  : weight < 0 ? tr("speaks against one person")
                               : tr("speaks for one person"));
}

static bool is_shown(const struct json *fields, const char *variable)
{
    for (size_t i = 0; i < json_size(fields); i++) {
        const struct json *f = json_at(fields, i);
        if (strcmp(json_get_text(f, "field", ""), variable) == 0)
            return json_get_text(f, "left", "")[0] != '\0' ||
                   json_get_text(f, "right", "")[0] != '\0';
    }
    return false;
}

/* What the table of what was compared shows is not shown again. */
static void put_rows(struct exchange *x, const struct json *fields)
{
    struct json *rows = json_array();
    const struct json *all = json_get(x->result, "rows");
    for (size_t i = 0; i < json_size(all); i++)
        if (!is_shown(fields, json_get_text(json_at(all, i), "variable", "")))
            json_push(rows, json_copy(json_at(all, i)));
    json_set_bool(x->extra, "has_rows", json_size(rows) > 0);
    json_set(x->extra, "rows", rows);
}

/* Of an instance of a repeat the desk gives no value beside the field: it stands among the rows. */
static void fill_values(struct json *field, const struct json *rows)
{
    const char *name = json_get_text(field, "field", "");
    if (json_get_bool(field, "encoded", false) || json_get_text(field, "left", "")[0] != '\0' ||
        json_get_text(field, "right", "")[0] != '\0')
        return;
    for (size_t i = 0; i < json_size(rows); i++) {
        const struct json *r = json_at(rows, i);
        if (strcmp(json_get_text(r, "variable", ""), name) != 0) continue;
        json_set_text(field, "left", json_get_text(r, "left", ""));
        json_set_text(field, "right", json_get_text(r, "right", ""));
        return;
    }
}

/* What neither, or only one of them, says is no evidence: it is named in a sentence. */
static void put_fields(struct exchange *x)
{
    enum { FULL_LEAST = 8 };
    const struct json *all = json_get(x->result, "fields");
    struct json *fields = json_array();
    const char *silent = "";
    double full = FULL_LEAST;
    for (size_t i = 0; i < json_size(all); i++) {
        const struct json *f = json_at(all, i);
        double w = json_get_number(f, "weight", 0);
        if (w > full) full = w;
        if (-w > full) full = -w;
        if (strcmp(json_get_text(f, "tone", ""), "missing") != 0) json_push(fields, json_copy(f));
        else
            silent = arena_printf(x->arena, "%s%s%s", silent, silent[0] == '\0' ? "" : ", ",
                                  json_get_text(f, "label", ""));
    }
    for (size_t i = 0; i < json_size(fields); i++) {
        struct json *f = json_item_mut(fields, i);
        put_bar(f, full);
        fill_values(f, json_get(x->result, "rows"));
    }
    json_set_text(x->extra, "silent", silent);
    json_set_bool(x->extra, "has_fields", json_size(fields) > 0);
    put_rows(x, fields);
    json_set(x->extra, "fields", fields);
}

static void put_sides(struct exchange *x)
{
    static const char *const members[] = {"left", "right"}, *const letters[] = {"A", "B"};
    struct json *sides = json_array();
    for (size_t i = 0; i < 2; i++) {
        struct json *side = json_copy(json_get(x->result, members[i]));
        json_set_text(side, "letter", letters[i]);
        json_set_text(side, "changed_words", short_time(x, json_get_text(side, "changed", "")));
        json_push(sides, side);
    }
    json_set(x->extra, "sides", sides);
}

/* How many records, and of how many organisations, the two persons have together. */
static void count_union(size_t *records, size_t *organisations, const struct json *result)
{
    static const char *const members[] = {"person_left", "person_right"};
    struct json *seen = json_object(), *whose = json_object();
    for (size_t i = 0; i < 2; i++) {
        const struct json *list = json_get(result, members[i]);
        for (size_t k = 0; k < json_size(list); k++) {
            json_set_bool(seen, json_get_text(json_at(list, k), "record", "?"), true);
            json_set_bool(whose, json_get_text(json_at(list, k), "organisation", "?"), true);
        }
    }
    *records = json_size(seen);
    *organisations = json_size(whose);
    json_free(seen);
    json_free(whose);
}

static void verdict(struct json *list, const struct exchange *x, const char *code, const char *key,
                    const char *text, const char *about)
{
    struct json *v = json_object();
    char shown[2] = {(char)(key[0] - 'a' + 'A'), '\0'};
    json_set_text(v, "code", code);
    json_set_text(v, "key", key);
    json_set_text(v, "key_shown", shown);
    json_set_text(v, "text", text);
    json_set_text(v, "about", about);
    json_set_bool(v, "chosen", strcmp(json_get_text(x->form, "verdict", ""), code) == 0);
    json_push(list, v);
}

/* What each decision will do. */
static void put_verdicts(struct exchange *x)
{
    struct json *list = json_array();
    bool together = json_get_bool(x->result, "together", false);
    size_t n, whose, left = json_size(json_get(x->result, "person_left")),
                     right = json_size(json_get(x->result, "person_right"));
    count_union(&n, &whose, x->result);
    verdict(list, x, "same", "s", tr("The same person"),
            arena_printf(x->arena,
                         together ? tr("They count as one already: records %zu, organisations %zu.")
                                  : tr("The person will have: records %zu, organisations %zu."),
                         n, whose));
    verdict(list, x, "different", "d", tr("Different persons"),
            together ? tr("They part, unless other decisions hold them together.")
                     : arena_printf(x->arena,
                                    tr("They stay two persons, with records: %zu and %zu. The "
                                       "program will not link them again."),
                                    left, right));
    verdict(
        list, x, "unsure", "u", tr("Unsure"),
        tr("Nothing changes. The pair waits among the unsure ones, for somebody who knows more."));
    json_set(x->extra, "verdicts", list);
}

/* What became of a decision. */
static void put_after(struct json *item, struct exchange *x, const struct json *d)
{
    struct json *changes = json_array(), *change = json_object();
    const char *second = json_get_text(d, "confirmed_by", "");
    bool undone = json_get_bool(d, "undone", false);
    json_set_text(change, "before", "");
    if (undone) {
        json_set_text(change, "label", tr("Taken back"));
        json_set_text(change, "after",
                      arena_printf(x->arena, "%s, %s: %s", json_get_text(d, "undone_by", ""),
                                   short_time(x, json_get_text(d, "undone_at", "")),
                                   json_get_text(d, "undone_reason", "")));
    } else if (second[0] != '\0') {
        json_set_text(change, "label", tr("Confirmed"));
        json_set_text(change, "after",
                      arena_printf(x->arena, "%s, %s", second,
                                   short_time(x, json_get_text(d, "confirmed_at", ""))));
    }
    if (undone || second[0] != '\0') json_push(changes, change);
    else json_free(change);
    json_set(item, "changes", changes);
}

static void put_earlier(struct exchange *x)
{
    struct json *line = json_object(), *items = json_array();
    const struct json *list = json_get(x->result, "decisions");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *d = json_at(list, i);
        struct json *item = json_object();
        const char *at = json_get_text(d, "at", ""), *by = json_get_text(d, "by", "");
        const char *words = json_get_text(d, "verdict_words", "");
        bool undone = json_get_bool(d, "undone", false);
        json_set_text(item, "title",
                      undone ? arena_printf(x->arena, tr("%s (taken back)"), words) : words);
        json_set_text(item, "iso", at);
        json_set_text(item, "time", short_time(x, at));
        json_set_text(item, "who",
                      json_get_bool(d, "automatic", false) ? tr("by the program") : by);
        json_set_text(item, "why", json_get_text(d, "reason", ""));
        put_after(item, x, d);
        json_push(items, item);
    }
    json_set_bool(x->extra, "has_earlier", json_size(list) > 0);
    if (json_size(list) > 0)
        json_set(x->extra, "latest_reason", json_copy(json_get(json_at(list, 0), "reason")));
    json_set(line, "items", items);
    json_set(x->extra, "timeline", line);
}

/* After deciding, the next pair says so, with the way back to the one before: "CODE.CODE". */
static void put_way_back(struct exchange *x)
{
    struct text was = request_query(x->request, "was"), rest = was, a;
    const char *words = route_notice(request_query(x->request, "done"));
    if (was.n == 0 || words == NULL || !text_split(&rest, '.', &a) || rest.n == 0) return;
    for (size_t i = 0; i < was.n; i++) {
        char c = was.p[i];
        if (!(c == '.' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) return;
    }
    struct json *notice = json_object();
    json_set_text(notice, "text", tr(words));
    json_set_bool(notice, "success", true);
    json_set_text(notice, "href",
                  arena_printf(x->arena, "/linkage/pairs/%.*s/%.*s", (int)a.n, a.p, (int)rest.n,
                               rest.p));
    json_set_text(notice, "link",
                  arena_printf(x->arena, tr("See %.*s and %.*s again, or take it back"), (int)a.n,
                               a.p, (int)rest.n, rest.p));
    json_set(page_member(x), "notice", notice);
}

static bool after_pair(struct exchange *x)
{
    struct json *page = page_member(x);
    json_set_text(page, "back", "/linkage");
    json_set_text(page, "help", "/help/one-person");
    json_set(page, "caption", json_copy(json_get(x->result, "form_title")));
    json_set(page, "lead", json_copy(json_get(x->result, "why")));
    put_fields(x);
    put_sides(x);
    put_verdicts(x);
    put_earlier(x);
    put_way_back(x);
    const struct json *left = json_get(x->result, "left"), *right = json_get(x->result, "right");
    json_set_bool(x->extra, "may_open",
                  exchange_may(x, "identity.open") && (json_get_bool(left, "can_open", false) ||
                                                       json_get_bool(right, "can_open", false)));
    return true;
}

static bool before_decide(struct exchange *x)
{
    if (json_get_text(x->in, "verdict", "")[0] != '\0') return true;
    for (size_t i = 0; i < json_size(x->errors); i++) {
        struct json *row = json_item_mut(x->errors, i);
        if (strcmp(json_get_text(row, "field", ""), "verdict") == 0)
            json_set_text(row, "message",
                          tr("Choose: the same person, different persons, or unsure."));
    }
    return true;
}

/* Somebody decided since the page was made: it is shown anew, with what they said. */
static bool say_overtaken(struct exchange *x)
{
    struct err e = {0};
    err_set(&e, ERR_CONFLICT, "link.overtaken",
            "somebody else has decided on these two meanwhile; nothing was changed");
    err_remedy(&e, "see what they said, and decide again if you come to something else");
    exchange_fail(x, &e);
    return false;
}

static const char *said(const struct exchange *x, const char *otherwise)
{
    if (json_get_bool(x->result, "held", false)) return "link-held";
    if (json_get_bool(x->result, "confirm", false)) return "link-second";
    return otherwise;
}

/* To the next pair that waits, or to the list when there is none. */
static bool go_on(struct exchange *x, const char *done)
{
    const char *next = json_get_text(x->result, "next_a", "");
    const char *to =
        exchange_address(x, next[0] == '\0' ? "/linkage" : "/linkage/pairs/{next_a}/{next_b}");
    to = arena_printf(x->arena, "%s?done=%s&was=%s", to, done, exchange_address(x, "{a}.{b}"));
    (void)response_redirect(x->response, text_of(to));
    return false;
}

static bool after_decide(struct exchange *x)
{
    const char *v = json_get_text(x->result, "verdict", "");
    if (json_get_bool(x->result, "conflict", false)) return say_overtaken(x);
    return go_on(x, said(x, strcmp(v, "same") == 0        ? "link-same"
                            : strcmp(v, "different") == 0 ? "link-different"
                                                          : "link-unsure"));
}

static bool after_confirm(struct exchange *x)
{
    if (json_get_bool(x->result, "conflict", false)) return say_overtaken(x);
    return go_on(x, said(x, "link-confirmed"));
}

static bool after_undo(struct exchange *x)
{
    if (json_get_bool(x->result, "conflict", false)) return say_overtaken(x);
    (void)response_redirect(x->response,
                            text_of(
                                exchange_address(x, "/linkage/pairs/{a}/{b}?done=link-undone")));
    return false;
}

static bool after_undo_page(struct exchange *x)
{
    json_set_text(page_member(x), "back", exchange_address(x, "/linkage/pairs/{a}/{b}"));
    return true;
}

/* ---- identifiers of both ---- */

static bool before_identifiers(struct exchange *x)
{
    json_set(x->in, "record", json_text(x->match.variable[0].value));
    if (text_trim(text_of(json_get_text(x->in, "purpose", ""))).n == 0 && json_size(x->errors) == 0)
        exchange_error(x, "purpose", tr("Fill this in."), NULL);
    return true;
}

static const struct json *row_of(const struct json *rows, const char *label, size_t *nth)
{
    size_t n = 0;
    for (size_t i = 0; i < json_size(rows); i++) {
        const struct json *r = json_at(rows, i);
        if (!json_get_bool(r, "heading", false) &&
            strcmp(json_get_text(r, "label", ""), label) == 0 && n++ == *nth)
            return r;
    }
    return NULL;
}

/* The rows of the one with those of the other that have the same label, then what is left of the
 * other; the second row of a label goes with the second one of the other side. */
static struct json *pair_rows(const struct json *left, const struct json *right)
{
    struct json *out = json_array(), *met = json_object();
    const struct json *sides[] = {left, right};
    for (size_t s = 0; s < 2; s++) {
        struct json *count = json_object();
        for (size_t i = 0; i < json_size(sides[s]); i++) {
            const struct json *r = json_at(sides[s], i), *other;
            const char *label = json_get_text(r, "label", "");
            if (json_get_bool(r, "heading", false)) continue;
            size_t nth = (size_t)json_get_int(count, label, 0);
            json_set_int(count, label, (int64_t)nth + 1);
            if (s == 1 && (int64_t)nth < json_get_int(met, label, 0)) continue;
            struct json *row = json_object();
            json_set_text(row, "label", label);
            other = s == 0 ? row_of(right, label, &nth) : NULL;
            json_set_text(row, s == 0 ? "left" : "right", json_get_text(r, "value", ""));
            json_set_text(row, s == 0 ? "right" : "left",
                          other == NULL ? "" : json_get_text(other, "value", ""));
            json_push(out, row);
            if (s == 0) json_set_int(met, label, (int64_t)nth + 1);
        }
        json_free(count);
    }
    json_free(met);
    return out;
}

/* The other record's are opened for the same purpose; each has its entry in the log. */
static bool after_identifiers(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *other = NULL;
    json_set(in, "record", json_text(x->match.variable[1].value));
    json_set(in, "purpose", json_copy(json_get(x->in, "purpose")));
    bool ok = exchange_call(&other, x, "record.identity", in, &e);
    json_free(in);
    if (!ok) {
        exchange_fail(x, &e);
        return false;
    }
    json_set(x->extra, "both", pair_rows(json_get(x->result, "rows"), json_get(other, "rows")));
    json_free(other);
    json_set_text(page_member(x), "back", exchange_address(x, "/linkage/pairs/{a}/{b}"));
    return true;
}

/* ---- which answer counts ---- */

/* What the form of a choice needs beside the value: ids of its own, whose it is, where it
 * stands. */
static void prepare_choice(struct json *value, struct exchange *x, const char *person,
                           const char *suffix, const char *from)
{
    struct json *options = json_member_mut(value, "options");
    const char *typed = json_get_text(x->form, "chosen", "");
    json_set_text(value, "person", person);
    json_set_text(value, "suffix", suffix);
    json_set_text(value, "from", from);
    for (size_t i = 0; i < json_size(options); i++) {
        struct json *option = json_item_mut(options, i);
        json_set_bool(option, "picked",
                      typed[0] != '\0' && strcmp(typed, json_get_text(option, "record", "")) == 0);
    }
}

/* Each has a form of its own: a page of fifty persons is long. */
static bool before_values(struct exchange *x)
{
    enum { PERSONS_A_PAGE = 20 };
    (void)before_list(x);
    if (!json_has(x->in, "limit")) json_set_int(x->in, "limit", PERSONS_A_PAGE);
    return true;
}

static const char *nth_suffix(struct exchange *x, size_t i)
{
    return arena_printf(x->arena, "-%zu", i + 1);
}

static bool after_values(struct exchange *x)
{
    static const char *const kept[] = {"form", "state"};
    struct json *list = json_member_mut(x->result, "conflicts");
    put_next(x, "/linkage/answers", kept, sizeof kept / sizeof *kept);
    for (size_t i = 0; i < json_size(list); i++) {
        struct json *value = json_item_mut(list, i);
        prepare_choice(value, x, json_get_text(value, "record", ""), nth_suffix(x, i), "answers");
    }
    return true;
}

/* A form that came without an answer and without a reason lacks both, the answer first. */
static void add_missing_answer(struct exchange *x)
{
    struct json *others = x->errors;
    if (x->request->method != METHOD_POST || json_size(others) == 0 ||
        strcmp(json_get_text(json_at(others, 0), "field", ""), "reason") != 0 ||
        request_form(x->request, "chosen").n > 0)
        return;
    x->errors = json_array();
    exchange_error(x, "chosen", tr("Choose the answer that counts."), NULL);
    for (size_t i = 0; i < json_size(others); i++)
        json_push(x->errors, json_copy(json_at(others, i)));
    json_free(others);
}

static void put_choice(struct exchange *x)
{
    struct json *list = json_member_mut(x->result, "values");
    for (size_t i = 0; i < json_size(list); i++) {
        struct json *value = json_item_mut(list, i);
        json_set_text(page_member(x), "caption", json_get_text(value, "label", ""));
        prepare_choice(value, x, json_get_text(x->result, "record", ""), "",
                       json_get_text(x->form, "from", "person"));
    }
    json_set_text(page_member(x), "back", exchange_address(x, "/linkage/persons/{record}"));
    json_set_text(page_member(x), "help", "/help/one-person");
}

static bool after_value(struct exchange *x)
{
    add_missing_answer(x);
    put_choice(x);
    return true;
}

static bool after_unchoose_page(struct exchange *x)
{
    put_choice(x);
    return true;
}

/* What is chosen is a record, of the person that the address names. */
static bool before_choose(struct exchange *x)
{
    const char *chosen = arena_copy(x->arena, request_form(x->request, "chosen").p,
                                    request_form(x->request, "chosen").n);
    if (chosen[0] == '\0') exchange_error(x, "chosen", tr("Choose the answer that counts."), NULL);
    else json_set_text(x->in, "record", chosen);
    return true;
}

/* Somebody chose since the page was made: it is shown anew, with what they said. */
static bool say_chosen_meanwhile(struct exchange *x)
{
    struct err e = {0};
    err_set(&e, ERR_CONFLICT, "link.overtaken",
            "somebody else has chosen here meanwhile; nothing was changed");
    err_remedy(&e, "see what they said, and choose again if you come to something else");
    exchange_fail(x, &e);
    return false;
}

static bool after_choose(struct exchange *x)
{
    if (json_get_bool(x->result, "conflict", false)) return say_chosen_meanwhile(x);
    bool list = text_is(request_form(x->request, "from"), "answers");
    (void)response_redirect(
        x->response,
        text_of(list ? "/linkage/answers?done=link-chosen"
                     : exchange_address(x, "/linkage/persons/{person}?done=link-chosen")));
    return false;
}

static bool after_unchoose(struct exchange *x)
{
    if (json_get_bool(x->result, "conflict", false)) return say_chosen_meanwhile(x);
    (void)response_redirect(
        x->response, text_of(exchange_address(x, "/linkage/persons/{person}?done=link-unchosen")));
    return false;
}

/* ---- a person ---- */

static void put_contradicting(struct exchange *x)
{
    struct json *values = json_member_mut(x->result, "values"), *open = json_array();
    const char *person = json_get_text(x->result, "record", "");
    for (size_t i = 0; i < json_size(values); i++) {
        struct json *value = json_item_mut(values, i);
        prepare_choice(value, x, person, nth_suffix(x, i), "person");
        if (json_get_bool(value, "open", false)) json_push(open, json_copy(value));
    }
    json_set(x->extra, "contradicting", open);
}

static bool after_person(struct exchange *x)
{
    struct json *records = json_member_mut(x->result, "records");
    for (size_t i = 0; i < json_size(records); i++) {
        struct json *r = json_item_mut(records, i);
        json_set_text(r, "changed_words", short_time(x, json_get_text(r, "changed", "")));
    }
    put_contradicting(x);
    json_set_bool(x->extra, "has_pairs", json_size(json_get(x->result, "pairs")) > 0);
    json_set_text(page_member(x), "back", "/linkage");
    json_set_text(page_member(x), "caption", json_get_text(x->result, "form_title", ""));
    json_set_text(page_member(x), "title",
                  arena_printf(x->arena, tr("The person of record %s"),
                               json_get_text(x->result, "record", "")));
    return true;
}

/* ---- runs ---- */

static bool after_runs(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    put_tabs(x);
    json_set_int(in, "limit", 1);
    if (exchange_call(&out, x, "link.queue", in, &e))
        json_set(x->extra, "forms", json_copy(json_get(out, "forms")));
    json_free(out);
    json_free(in);
    return true;
}

static bool before_start(struct exchange *x)
{
    exchange_drop_blank(x);
    return true;
}

static bool after_job(struct exchange *x)
{
    static const char *const ended[] = {"failed", "cancelled"};
    const char *state = json_get_text(x->result, "state", "");
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        if (strcmp(state, ended[i]) == 0) json_set_bool(x->extra, "ended", true);
    json_set_text(page_member(x), "back", "/linkage/runs");
    if (strcmp(state, "working") != 0) return true;
    int64_t percent = json_get_int(x->result, "percent", 0);
    struct json *progress = json_object();
    json_set_text(progress, "text",
                  json_get_text(x->result, "what", tr("The records are compared")));
    json_set_int(progress, "done", percent);
    json_set_int(progress, "of", 100);
    json_set_text(progress, "percent", arena_printf(x->arena, "%lld %%", (long long)percent));
    json_set_text(progress, "about", tr("This page looks again every two seconds."));
    json_set(x->extra, "progress", progress);
    x->response->refresh_s = REFRESH_S;
    return true;
}

/* ---- quality ---- */

static bool after_quality(struct exchange *x)
{
    put_tabs(x);
    link_figures(json_member_mut(x->result, "forms"), x->language, x->arena);
    return true;
}

// clang-format off
#define LINKAGE .nav = "/linkage"
#define PAIR_PATH "/linkage/pairs/{a}/{b}"
#define VALUE_PATH "/linkage/persons/{record}/values/{variable}"
const struct route routes_link[] = {
    {.method = METHOD_GET, .path = "/linkage", .operation = "link.queue", .page = "link-queue",
     .title = N_("Records that may be one person"), LINKAGE, .before = before_list, .after = after_queue},
    {.method = METHOD_GET, .path = PAIR_PATH, .operation = "link.pair", .page = "link-pair",
     .title = N_("One person, or two?"), LINKAGE, .flags = ROUTE_EXIT | ROUTE_FORM, .after = after_pair},
    {.method = METHOD_POST, .path = PAIR_PATH, .operation = "link.decide",
     .title = N_("One person, or two?"), LINKAGE, .flags = ROUTE_EXIT, .before = before_decide,
     .after = after_decide},
    {.method = METHOD_POST, .path = PAIR_PATH "/confirm", .operation = "link.confirm",
     .title = N_("One person, or two?"), LINKAGE, .flags = ROUTE_EXIT, .again = PAIR_PATH,
     .after = after_confirm},
    {.method = METHOD_GET, .path = PAIR_PATH "/undo", .operation = "link.pair", .page = "link-undo",
     .title = N_("Take the decision back?"), LINKAGE, .flags = ROUTE_EXIT | ROUTE_FORM,
     .after = after_undo_page},
    {.method = METHOD_POST, .path = PAIR_PATH "/undo", .operation = "link.undo",
     .title = N_("Take the decision back?"), LINKAGE, .flags = ROUTE_EXIT, .after = after_undo},
    {.method = METHOD_POST, .path = PAIR_PATH "/identifiers", .operation = "record.identity",
     .page = "link-identifiers", .title = N_("Identifiers of both records"), LINKAGE,
     .flags = ROUTE_EXIT | ROUTE_REPEAT, .again = PAIR_PATH, .before = before_identifiers,
     .after = after_identifiers},
    {.method = METHOD_GET, .path = "/linkage/decisions", .operation = "link.decisions",
     .page = "link-decisions", .title = N_("Decisions on pairs"), LINKAGE, .before = before_list,
     .after = after_decisions},
    {.method = METHOD_GET, .path = "/linkage/conflicts", .operation = "link.conflicts",
     .page = "link-conflicts", .title = N_("Contradictions"), LINKAGE, .before = before_tabs},
    {.method = METHOD_GET, .path = "/linkage/answers", .operation = "link.values", .page = "link-values",
     .title = N_("Contradicting answers"), LINKAGE, .flags = ROUTE_EXIT, .before = before_values,
     .after = after_values},
    {.method = METHOD_GET, .path = VALUE_PATH, .operation = "link.person", .page = "link-value",
     .title = N_("Which answer counts?"), LINKAGE, .flags = ROUTE_EXIT | ROUTE_FORM, .after = after_value},
    {.method = METHOD_POST, .path = VALUE_PATH, .operation = "link.choose",
     .title = N_("Which answer counts?"), LINKAGE, .flags = ROUTE_EXIT, .before = before_choose,
     .after = after_choose},
    {.method = METHOD_GET, .path = VALUE_PATH "/undo", .operation = "link.person", .page = "link-unchoose",
     .title = N_("Take the choice back?"), LINKAGE, .flags = ROUTE_EXIT | ROUTE_FORM,
     .after = after_unchoose_page},
    {.method = METHOD_POST, .path = VALUE_PATH "/undo", .operation = "link.unchoose",
     .title = N_("Take the choice back?"), LINKAGE, .flags = ROUTE_EXIT, .after = after_unchoose},
    {.method = METHOD_GET, .path = "/linkage/persons/{record}", .operation = "link.person",
     .page = "link-person", .title = N_("Person"), LINKAGE, .flags = ROUTE_EXIT, .after = after_person},
    {.method = METHOD_GET, .path = "/linkage/sample", .operation = "link.sample", .page = "link-sample",
     .title = N_("A sample, to see how often the program is right"), LINKAGE, .before = before_list},
    {.method = METHOD_GET, .path = "/linkage/quality", .operation = "link.quality",
     .page = "link-quality", .title = N_("How good linkage is"), LINKAGE, .after = after_quality},
    {.method = METHOD_GET, .path = "/linkage/runs", .operation = "link.runs", .page = "link-runs",
     .title = N_("Compare the records"), LINKAGE, .flags = ROUTE_FORM, .after = after_runs},
    {.method = METHOD_POST, .path = "/linkage/runs", .operation = "link.start",
     .title = N_("Compare the records"), LINKAGE, .before = before_start, .done = "/linkage/jobs/{job}"},
    {.method = METHOD_GET, .path = "/linkage/jobs/{job}", .operation = "link.progress",
     .page = "link-job", .title = N_("The records are compared"), LINKAGE, .after = after_job},
    {.method = METHOD_POST, .path = "/linkage/jobs/{job}/cancel", .operation = "job.cancel",
     .title = N_("The records are compared"), .done = "/linkage/jobs/{job}"},
};
// clang-format on
const size_t routes_link_count = sizeof routes_link / sizeof *routes_link;
