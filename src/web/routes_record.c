/* SPDX-License-Identifier: EUPL-1.2 */
/* Records: lists, one record in words, its versions, its identifiers, links, review, referrals,
 * closed years. */
#include "base/catalogue.h"
#include "base/date.h"
#include "base/unicode.h"
#include "web/exchange.h"
#include "web/page.h"
#include "web/routes.h"

#include <string.h>

static const char *of_result(const struct exchange *x, const char *name)
{
    return x->result == NULL ? "" : json_get_text(x->result, name, "");
}

static struct json *page_member(struct exchange *x)
{
    if (!json_has(x->extra, "page")) json_set(x->extra, "page", json_object());
    return json_member_mut(x->extra, "page");
}

/* What the page offers; what may be done is decided when it is asked for. */
static void say_what_may(struct exchange *x)
{
    static const struct {
        const char *capability, *name;
    } all[] = {{"enter", "enter"},        {"review", "review"},
               {"refer", "refer"},        {"identity.open", "identity"},
               {"record.erase", "erase"}, {"audit.read", "readers"},
               {"year.close", "close"},   {"import", "import"},
               {"link", "link"}};
    struct json *j = json_object();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_set_bool(j, all[i].name, exchange_may(x, all[i].capability));
    json_set(x->extra, "may", j);
}

/* ---- tables ---- */

static struct json *cell(struct json *cells, const char *text, const char *href)
{
    struct json *c = json_object();
    json_set_text(c, "text", text);
    /* null: there, so that nothing further out is found in its place */
    json_set_text(c, "href", href[0] == '\0' ? NULL : href);
    json_set_text(c, "about", NULL);
    json_set_bool(c, "header", false);
    json_set_text(c, "tone", NULL);
    json_push(cells, c);
    return c;
}

static void columns(struct json *table, const char *const *words, size_t n)
{
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *c = json_object();
        json_set_text(c, "text", tr(words[i]));
        json_push(list, c);
    }
    json_set(table, "columns", list);
    json_set_bool(table, "list", true);
}

/* An instant as people of the language read it. */
static const char *short_time(struct exchange *x, const char *at)
{
    char shown[80];
    int64_t seconds;
    if (!instant_parse(&seconds, text_of(at)) ||
        !unicode_instant(shown, sizeof shown, seconds, x->language))
        return at;
    return arena_copy(x->arena, shown, strlen(shown));
}

static const char *state_words(const char *state, const char **tone)
{
    static const struct {
        const char *state, *text, *tone;
    } all[] = {{"submitted", N_("Submitted"), "blue"},   {"incomplete", N_("Incomplete"), "yellow"},
               {"accepted", N_("Accepted"), "green"},    {"returned", N_("Returned"), "orange"},
               {"imported", N_("Imported"), "grey"},     {"withdrawn", N_("Withdrawn"), "grey"},
               {"erased", N_("Erased"), "grey"},         {"draft", N_("Draft"), "grey"},
               {"active", N_("In the register"), "teal"}};
    *tone = "grey";
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].state, state) == 0) {
            *tone = all[i].tone;
            return tr(all[i].text);
        }
    return state;
}

static void row_of_record(struct exchange *x, struct json *rows, const struct json *r,
                          const char *title, bool tick)
{
    struct json *row = json_object(), *cells = json_array();
    const char *code = json_get_text(r, "record", ""), *tone, *words;
    json_set_bool(cell(cells, code, arena_printf(x->arena, "/records/%s", code)), "header", true);
    cell(cells, title, "");
    cell(cells, json_get_text(r, "organisation", ""), "");
    const char *work = json_get_text(r, "work", ""), *state = json_get_text(r, "state", "");
    words = state_words(work[0] != '\0' && strcmp(state, "active") == 0 ? work : state, &tone);
    if (json_has(r, "state")) json_set_text(cell(cells, words, ""), "tone", tone);
    cell(cells, short_time(x, json_get_text(r, "at", "")), "");
    json_set(row, "cells", cells);
    if (tick) {
        struct json *t = json_object();
        json_set_text(t, "name", "records");
        json_set_text(t, "value", code);
        json_set_text(t, "label", code);
        json_set_bool(t, "on", false);
        json_set(row, "tick", t);
    }
    json_push(rows, row);
}

/* ---- lists ---- */

/* What records can be listed by; the cards of the home page lead to these. `about` stands over the
 * list. */
static const struct list_kind {
    const char *state, *text, *about;
} list_kinds[] = {
    {"", N_("All in the register"), NULL},
    {"incomplete", N_("Incomplete"), NULL},
    {"submitted", N_("Waiting for review"), NULL},
    {"returned", N_("Returned with a question"), NULL},
    {"accepted", N_("Accepted"), NULL},
    {"imported", N_("Imported"), NULL},
    {"asked", N_("With a question to be answered"), NULL},
    {"answered", N_("With a question that was answered"), NULL},
    {"duplicate", N_("Possible duplicates"),
     N_("These records of one organisation seem to be about one person. Compare them, and withdraw the "
        "one that is too many; or give both the same code of the person.")},
    {"due", N_("Whose retention ends"),
     N_("These records are to be erased soon, or should have been. Erase each from its page, or write "
        "there until when it must be kept, and why.")},
    {"withdrawn", N_("Withdrawn"),
     N_("These records are not in the register any more, and in no statistics. Each can be brought "
        "back.")},
};

static const struct list_kind *list_kind(struct exchange *x)
{
    struct text state = request_query(x->request, "state");
    for (size_t i = 0; i < sizeof list_kinds / sizeof *list_kinds; i++)
        if (text_is(state, list_kinds[i].state)) return &list_kinds[i];
    return &list_kinds[0];
}

static bool before_records(struct exchange *x)
{
    exchange_drop_blank(x);
    json_set_int(x->in, "limit", 50);
    json_set_bool(x->in, "brief", true);
    return true;
}

static void option(struct json *list, const char *code, const char *text, bool selected)
{
    struct json *o = json_object();
    json_set_text(o, "code", code);
    json_set_text(o, "label", text);
    json_set_bool(o, "chosen", selected);
    json_push(list, o);
}

static void put_filters(struct exchange *x, const struct json *info, const struct json *senders)
{
    struct json *filter = json_object(), *forms = json_array(), *states = json_array(),
                *organisations = json_array();
    const struct json *all = json_get(info, "forms"),
                      *from = senders == NULL ? NULL : json_get(senders, "organisations");
    for (size_t i = 0; i < json_size(all); i++) {
        const char *name = json_get_text(json_at(all, i), "form", "");
        option(forms, name, json_get_text(json_at(all, i), "title", name),
               text_is(request_query(x->request, "form"), name));
    }
    for (size_t i = 0; i < sizeof list_kinds / sizeof *list_kinds; i++)
        option(states, list_kinds[i].state, tr(list_kinds[i].text), list_kind(x) == &list_kinds[i]);
    for (size_t i = 0; i < json_size(from); i++) {
        const char *code = json_get_text(json_at(from, i), "code", "");
        option(organisations, code, code, text_is(request_query(x->request, "organisation"), code));
    }
    json_set(filter, "forms", forms);
    json_set(filter, "states", states);
    json_set(filter, "organisations", organisations);
    json_set_bool(filter, "by_organisation", exchange_may(x, "table.raw"));
    json_set(filter, "year", json_text(request_query(x->request, "year")));
    json_set_bool(filter, "mine", request_query(x->request, "mine").n > 0);
    json_set_text(filter, "about", list_kind(x)->about == NULL ? "" : tr(list_kind(x)->about));
    json_set(x->extra, "filter", filter);
}

/* The same list from behind the last row. Only words of the list's own go into an address. */
static const char *next_page(struct exchange *x)
{
    static const char *const kept[] = {"form", "organisation", "state", "year", "mine"};
    int64_t next = json_get_int(x->result, "next", 0);
    if (next == 0) return "";
    const char *to = arena_printf(x->arena, "/records?after=%lld", (long long)next);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct text v = request_query(x->request, kept[i]);
        if (v.n > 0) to = arena_printf(x->arena, "%s&%s=%.*s", to, kept[i], (int)v.n, v.p);
    }
    return to;
}

/* What the list says of a record besides: the day its retention ends, or whose double it may be. */
static const char *besides(struct exchange *x, const struct json *r)
{
    const char *on = json_get_text(r, "due_on", ""), *with = json_get_text(r, "with", "");
    if (with[0] != '\0' && strcmp(with, json_get_text(r, "record", "")) != 0)
        return arena_printf(x->arena, tr("may be the person of %s"), with);
    return on[0] == '\0' ? NULL : arena_printf(x->arena, tr("to be kept until %s"), on);
}

/* A row of the list is the record as the desk gave it, and what it does not say as people read it:
 * cells of their own, as other tables have, were a third of the door's time for this page. */
static void row_of_list(struct exchange *x, struct json *row)
{
    const char *work = json_get_text(row, "work", ""), *state = json_get_text(row, "state", "");
    const char *tone, *code = json_get_text(row, "record", ""),
                      *with = json_get_text(row, "with", "");
    bool in_work = work[0] != '\0' && strcmp(state, "active") == 0;
    json_set_text(row, "words", state_words(in_work ? work : state, &tone));
    json_set_text(row, "tone", tone);
    struct json *at =
        json_take(row, "at"); /* once is enough: page.c would put it into words again */
    json_set_text(row, "changed", short_time(x, json_as_text(at, "")));
    json_free(at);
    const char *about = besides(x, row);
    if (about != NULL) json_set_text(row, "about", about); /* nothing around it has this name */
    /* two that may be one person are compared on the page of pairs, by who may decide it */
    if (with[0] == '\0' || strcmp(with, code) == 0) return;
    json_set_text(row, "other", with);
    json_set_text(row, "pair", arena_printf(x->arena, tr("%s and %s"), code, with));
}

static bool after_records(struct exchange *x)
{
    static const char *const words[] = {N_("Record"), N_("Form"),    N_("Organisation"),
                                        N_("State"),  N_("Changed"), N_("One person?")};
    bool compare = strcmp(list_kind(x)->state, "duplicate") == 0 && exchange_may(x, "link");
    struct err e = {0};
    struct json *in = json_object(), *info = NULL, *senders = NULL, *table = json_object(),
                *rows = json_take(x->result, "records");
    if (!exchange_call(&senders, x, "organisation.list", in, &e)) senders = NULL;
    json_set_bool(in, "brief", true);
    if (!exchange_call(&info, x, "repository.info", in, &e)) info = NULL;
    if (rows == NULL) rows = json_array();
    for (size_t i = 0; i < json_size(rows); i++) row_of_list(x, json_item_mut(rows, i));
    json_set_bool(table, "compare", compare);
    columns(table, words, sizeof words / sizeof *words - (compare ? 0 : 1));
    json_set(table, "rows", rows);
    json_set(x->extra, "table", table);
    if (info != NULL) put_filters(x, info, senders);
    if (list_kind(x)->state[0] != '\0') {
        json_set_text(page_member(x), "title", tr(list_kind(x)->text));
        json_set_text(page_member(x), "caption", tr("Records"));
    }
    json_set_text(x->extra, "next_page", next_page(x));
    say_what_may(x);
    json_free(senders);
    json_free(info);
    json_free(in);
    return true;
}

/* ---- one record ---- */

static void fact(struct json *facts, const char *label, const char *value)
{
    if (value[0] == '\0') return;
    struct json *f = json_object();
    json_set_text(f, "label", label);
    json_set_text(f, "value", value);
    json_push(facts, f);
}

static void put_head(struct exchange *x)
{
    struct json *head = json_object(), *facts = json_array(), *tag = json_object();
    const char *work = of_result(x, "work"), *tone;
    bool there = strcmp(of_result(x, "state"), "active") == 0;
    const char *state = work[0] != '\0' && there ? work : of_result(x, "state");
    const char *words = state_words(state, &tone);
    if (there && of_result(x, "work_words")[0] != '\0') words = of_result(x, "work_words");
    json_set_text(tag, "text", words);
    json_set_text(tag, "tone", tone);
    fact(facts, tr("Organisation"), of_result(x, "organisation"));
    fact(facts, tr("Version"),
         arena_printf(x->arena, "%lld", (long long)json_get_int(x->result, "version", 0)));
    fact(facts, tr("Changed"), short_time(x, of_result(x, "at")));
    fact(facts, tr("By"), of_result(x, "author"));
    fact(facts, tr("Why"), of_result(x, "reason"));
    json_set_text(head, "kind", of_result(x, "form_title"));
    json_set_text(head, "code", of_result(x, "record"));
    json_set(head, "state", tag);
    json_set(head, "facts", facts);
    json_set(x->extra, "record_head", head);
}

/* Rows of the desk as cards of the summary list; headings of instances part a card. */
struct json *routes_cards(const struct json *sections)
{
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i), *rows = json_get(s, "rows");
        struct json *card = json_object(), *parts = json_array(), *part = NULL, *in = NULL;
        if (json_size(rows) == 0) {
            json_free(card);
            json_free(parts);
            continue;
        }
        for (size_t k = 0; k < json_size(rows); k++) {
            const struct json *r = json_at(rows, k);
            bool heading = json_get_bool(r, "heading", false);
            if (heading || part == NULL) {
                struct json *p = json_object();
                json_set_text(p, "heading", heading ? json_get_text(r, "label", "") : "");
                json_set(p, "rows", json_array());
                json_push(parts, p);
                part = json_item_mut(parts, json_size(parts) - 1);
                in = json_member_mut(part, "rows");
            }
            if (!heading) json_push(in, json_copy(r));
        }
        json_set_text(card, "title", json_get_text(s, "title", ""));
        json_set(card, "parts", parts);
        json_push(list, card);
    }
    return list;
}

static bool after_view(struct exchange *x)
{
    struct json *page = page_member(x);
    int64_t version = json_get_int(x->result, "version", 0);
    json_set_text(page, "title", arena_printf(x->arena, tr("Record %s"), of_result(x, "record")));
    json_set_text(page, "back", "/records");
    put_head(x);
    json_set(x->extra, "cards", routes_cards(json_get(x->result, "sections")));
    json_set_bool(x->extra, "is_old", version < json_get_int(x->result, "current", version));
    json_set_bool(x->extra, "is_there", strcmp(of_result(x, "state"), "active") == 0);
    json_set_bool(x->extra, "is_withdrawn", strcmp(of_result(x, "state"), "withdrawn") == 0);
    json_set_bool(x->extra, "is_waiting",
                  strcmp(of_result(x, "state"), "active") == 0 &&
                      strcmp(of_result(x, "work"), "submitted") == 0);
    say_what_may(x);
    struct json *fields = json_array();
    const struct json *sections = json_get(x->result, "sections");
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *rows = json_get(json_at(sections, i), "rows");
        for (size_t k = 0; k < json_size(rows); k++) {
            const struct json *r = json_at(rows, k);
            if (json_get_bool(r, "heading", false) || json_get_text(r, "field", "")[0] == '\0')
                continue;
            struct json *o = json_object();
            json_set_text(o, "code", json_get_text(r, "field", ""));
            json_set_text(o, "text", json_get_text(r, "label", ""));
            json_push(fields, o);
        }
    }
    json_set(x->extra, "askable", fields);
    return true;
}

static bool after_history(struct exchange *x)
{
    const struct json *versions = json_get(x->result, "versions");
    struct json *line = json_object(), *items = json_array();
    const char *code =
        arena_copy(x->arena, x->match.variable[0].value.p, x->match.variable[0].value.n);
    for (size_t i = json_size(versions); i > 0; i--) {
        const struct json *v = json_at(versions, i - 1);
        long long n = (long long)json_get_int(v, "version", 0);
        struct json *item = json_object();
        const char *at = json_get_text(v, "at", ""), *tone;
        /* What is said of the state is the record's of today. */
        const char *state = state_words(json_get_text(v, "state", ""), &tone);
        json_set_text(item, "title",
                      i == json_size(versions)
                          ? arena_printf(x->arena, tr("Version %lld, %s"), n, state)
                          : arena_printf(x->arena, tr("Version %lld"), n));
        json_set_text(item, "iso", at);
        json_set_text(item, "time", short_time(x, at));
        json_set_text(item, "who", json_get_text(v, "author", ""));
        json_set_text(item, "why", json_get_text(v, "reason", ""));
        if (n > 1) {
            json_set_text(item, "href",
                          arena_printf(x->arena, "/records/%s/versions/%lld/%lld", code, n - 1, n));
            json_set_text(item, "link", tr("What changed"));
        }
        json_push(items, item);
    }
    json_set(line, "items", items);
    json_set(x->extra, "timeline", line);
    json_set_text(page_member(x), "caption", arena_printf(x->arena, tr("Record %s"), code));
    json_set_text(page_member(x), "back", arena_printf(x->arena, "/records/%s", code));
    return true;
}

static bool after_diff(struct exchange *x)
{
    struct json *c = json_object(), *list = json_array();
    const struct json *fields = json_get(x->result, "fields");
    long long from = (long long)json_get_int(x->result, "from", 0),
              to = (long long)json_get_int(x->result, "to", 0);
    const char *none = tr("(nothing)");
    for (size_t i = 0; i < json_size(fields); i++) {
        const struct json *f = json_at(fields, i);
        struct json *row = json_object();
        const char *before = json_get_text(f, "theirs", ""), *now = json_get_text(f, "mine", "");
        json_set_text(row, "label", json_get_text(f, "label", ""));
        json_set_text(row, "before", before[0] == '\0' ? none : before);
        json_set_text(row, "after", now[0] == '\0' ? none : now);
        json_set_bool(row, "differs", false);
        json_push(list, row);
    }
    json_set_bool(x->extra, "has_fields", json_size(fields) > 0);
    json_set_text(c, "caption", tr("What changed"));
    json_set_text(c, "left",
                  arena_printf(x->arena, tr("Version %lld, %s"), from,
                               short_time(x, of_result(x, "from_at"))));
    json_set_text(c, "right",
                  arena_printf(x->arena, tr("Version %lld, %s"), to,
                               short_time(x, of_result(x, "to_at"))));
    json_set(c, "rows", list);
    json_set(x->extra, "comparison", c);
    json_set_text(page_member(x), "caption",
                  arena_printf(x->arena, tr("Record %s"), of_result(x, "record")));
    json_set_text(page_member(x), "back", exchange_address(x, "/records/{record}/history"));
    return true;
}

/* ---- identifiers ---- */

/* Each instance of a repeat is a part of its own. */
static bool after_identity(struct exchange *x)
{
    const struct json *rows = json_get(x->result, "rows");
    struct json *section = json_object(), *list = json_array();
    json_set_text(section, "title", tr("Identifiers"));
    json_set(section, "rows", rows == NULL ? json_array() : json_copy(rows));
    json_push(list, section);
    json_set(x->extra, "cards", routes_cards(list));
    json_free(list);
    json_set_text(page_member(x), "back", exchange_address(x, "/records/{record}"));
    json_set_text(page_member(x), "caption",
                  arena_printf(x->arena, tr("Record %s"), exchange_address(x, "{record}")));
    return true;
}

/* ---- links, withdrawing ---- */

static bool after_links(struct exchange *x)
{
    json_set_text(page_member(x), "back", exchange_address(x, "/records/{record}"));
    json_set_text(page_member(x), "caption",
                  arena_printf(x->arena, tr("Record %s"), of_result(x, "record")));
    json_set(x->extra, "purpose", json_copy(json_get(x->in, "purpose")));
    say_what_may(x);
    return true;
}

/* "linked_suspect suspect": which link, and records of which form it leads to. */
static bool before_link_find(struct exchange *x)
{
    struct text kind = request_form(x->request, "kind"), variable, rest = kind;
    if (!text_split(&rest, ' ', &variable)) variable = kind;
    json_set(x->in, "form", json_text(rest));
    json_set(x->extra, "variable", json_text(variable));
    json_set(x->extra, "kind", json_text(kind));
    json_set(x->extra, "asked", json_text(request_form(x->request, "reference")));
    json_set(x->extra, "purpose", json_text(request_form(x->request, "purpose")));
    return true;
}

static bool after_link_find(struct exchange *x)
{
    json_set_text(page_member(x), "back", exchange_address(x, "/records/{record}"));
    json_set_text(page_member(x), "caption",
                  arena_printf(x->arena, tr("Record %s"), exchange_address(x, "{record}")));
    json_set_text(x->extra, "from", exchange_address(x, "{record}"));
    return true;
}

/* ---- review ---- */

static bool after_queue(struct exchange *x)
{
    static const char *const words[] = {N_("Record"), N_("Form"), N_("Organisation"),
                                        N_("Submitted")};
    struct json *table = json_object(), *rows = json_array();
    const struct json *list = json_get(x->result, "records");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *r = json_at(list, i);
        row_of_record(x, rows, r, json_get_text(r, "form_title", ""), true);
    }
    json_set_text(table, "caption", tr("Records that wait for review"));
    json_set_bool(table, "quiet", true);
    json_set_bool(table, "ticks", json_size(list) > 0);
    json_set_text(table, "empty", tr("Nothing waits for review."));
    columns(table, words, sizeof words / sizeof *words);
    json_set(table, "rows", rows);
    json_set(x->extra, "table", table);
    return true;
}

static bool before_accept(struct exchange *x)
{
    if (json_size(json_get(x->in, "records")) == 0)
        exchange_error(x, NULL, tr("Choose at least one record."), NULL);
    return true;
}

/* One record from its own page. */
static bool before_accept_one(struct exchange *x)
{
    struct json *list = json_array();
    json_push(list, json_text(x->match.variable[0].value));
    json_set(x->in, "records", list);
    return true;
}

static void say_refused(struct exchange *x)
{
    const struct json *refused = json_get(x->result, "refused");
    for (size_t i = 0; i < json_size(refused); i++)
        exchange_error(x, NULL,
                       arena_printf(x->arena, "%s: %s",
                                    json_get_text(json_at(refused, i), "record", ""),
                                    json_get_text(json_at(refused, i), "message", "")),
                       NULL);
}

static bool after_accept(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    say_refused(x);
    if (json_size(x->errors) == 0) {
        json_free(in);
        (void)response_redirect(x->response, text_of("/review?done=accepted"));
        return false;
    }
    if (exchange_call(&out, x, "review.queue", in, &e)) {
        json_free(x->result);
        x->result = out;
    }
    json_free(in);
    return after_queue(x);
}

/* ---- referrals, years ---- */

static bool after_referrals(struct exchange *x)
{
    static const char *const words[] = {N_("Referral"), N_("From"), N_("To"), N_("State"),
                                        N_("Made")};
    struct json *table = json_object(), *rows = json_array();
    const struct json *list = json_get(x->result, "referrals");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *r = json_at(list, i);
        struct json *row = json_object(), *cells = json_array();
        long long n = (long long)json_get_int(r, "referral", 0);
        const char *name = json_get_text(r, "record", "");
        struct json *first = cell(cells, name[0] == '\0' ? arena_printf(x->arena, "%lld", n) : name,
                                  arena_printf(x->arena, "/referrals/%lld", n));
        json_set_bool(first, "header", true);
        cell(cells, json_get_text(r, "from", ""), "");
        cell(cells, json_get_text(r, "to", ""), "");
        json_set_text(cell(cells, json_get_text(r, "state_words", ""), ""), "tone",
                      json_get_bool(r, "is_open", false) ? "yellow" : "grey");
        cell(cells, short_time(x, json_get_text(r, "at", "")), "");
        json_set(row, "cells", cells);
        json_push(rows, row);
    }
    json_set_text(table, "caption", tr("Referrals"));
    json_set_bool(table, "quiet", true);
    json_set_text(table, "empty", tr("There are no referrals."));
    columns(table, words, sizeof words / sizeof *words);
    json_set(table, "rows", rows);
    json_set(x->extra, "table", table);
    return true;
}

static bool after_referral(struct exchange *x)
{
    json_set(x->extra, "cards", routes_cards(json_get(x->result, "sections")));
    json_set_text(page_member(x), "back", "/referrals");
    return true;
}

static bool after_refer_page(struct exchange *x)
{
    json_set_text(page_member(x), "back", exchange_address(x, "/records/{record}"));
    json_set_text(page_member(x), "caption",
                  arena_printf(x->arena, tr("Record %s"), of_result(x, "record")));
    return true;
}

static bool after_years(struct exchange *x)
{
    static const char *const words[] = {N_("Year"), N_("Form"), N_("Closed"), N_("By")};
    struct json *table = json_object(), *rows = json_array();
    const struct json *list = json_get(x->result, "years");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *y = json_at(list, i);
        struct json *row = json_object(), *cells = json_array();
        const char *year = arena_printf(x->arena, "%lld", (long long)json_get_int(y, "year", 0));
        json_set_bool(cell(cells, year, ""), "header", true);
        cell(cells, json_get_text(y, "form_title", ""), "");
        cell(cells, short_time(x, json_get_text(y, "at", "")), "");
        cell(cells, json_get_text(y, "actor", ""), "");
        json_set(row, "cells", cells);
        json_push(rows, row);
    }
    json_set_text(table, "caption", tr("Years that are closed"));
    json_set_bool(table, "quiet", true);
    json_set_text(table, "empty", tr("No year is closed."));
    columns(table, words, sizeof words / sizeof *words);
    json_set(table, "rows", rows);
    json_set(x->extra, "table", table);
    say_what_may(x);
    return true;
}

/* ---- rows ---- */

#define RECORD_PAGE(where, op, template, words, menu, more, hook)                               \
    {                                                                                           \
        .method = METHOD_GET, .path = where, .operation = op, .page = template, .title = words, \
        .nav = menu, .flags = more, .after = hook                                               \
    }
#define RECORD_POST(where, op, words, back, to, first)                                            \
    {                                                                                             \
        .method = METHOD_POST, .path = where, .operation = op, .title = words, .nav = "/records", \
        .flags = ROUTE_EXIT, .again = back, .done = to, .before = first                           \
    }

// clang-format off
const struct route routes_record[] = {
    {.method = METHOD_GET, .path = "/records", .operation = "record.list", .page = "records",
     .title = N_("Records"), .nav = "/records", .flags = ROUTE_AHEAD,
     .later = {{"organisation.list", NULL}, {"repository.info", "brief"}},
     .before = before_records, .after = after_records},
    RECORD_PAGE("/records/{record}", "record.view", "record", NULL, "/records", ROUTE_EXIT, after_view),
    RECORD_PAGE("/records/{record}/history", "record.history", "record-history",
                N_("Versions of this record"), "/records", ROUTE_EXIT, after_history),
    RECORD_PAGE("/records/{record}/versions/{from}/{to}", "record.diff", "record-diff",
                N_("What changed"), "/records", ROUTE_EXIT, after_diff),
    {.method = METHOD_POST, .path = "/records/{record}/identity", .operation = "record.identity",
     .page = "record-identity", .title = N_("Identifiers"), .nav = "/records",
     .flags = ROUTE_EXIT | ROUTE_REPEAT,
     .again = "/records/{record}", .after = after_identity},
    {.method = METHOD_POST, .path = "/records/{record}/links", .operation = "record.links",
     .page = "record-links", .title = N_("Links of this record"), .nav = "/records",
     .flags = ROUTE_EXIT | ROUTE_REPEAT, .again = "/records/{record}", .after = after_links},
    {.method = METHOD_POST, .path = "/records/{record}/links/find", .operation = "record.find",
     .page = "record-link", .title = N_("Link it to this record?"), .nav = "/records",
     .flags = ROUTE_EXIT | ROUTE_REPEAT, .again = "/records/{record}", .before = before_link_find,
     .after = after_link_find},
    RECORD_POST("/records/{record}/link", "record.link", N_("Links of this record"), "/records/{record}",
                "/records/{record}?done=linked", NULL),
    RECORD_POST("/records/{record}/unlink", "record.unlink", N_("Links of this record"), "/records/{record}",
                "/records/{record}?done=unlinked", NULL),
    RECORD_PAGE("/records/{record}/withdraw", "record.view", "record-withdraw", N_("Withdraw this record?"),
                "/records", ROUTE_EXIT | ROUTE_FORM, after_refer_page),
    RECORD_POST("/records/{record}/withdraw", "record.withdraw", N_("Withdraw this record?"), NULL,
                "/records/{record}?done=withdrawn", NULL),
    RECORD_POST("/records/{record}/restore", "record.restore", N_("Bring it back"), "/records/{record}",
                "/records/{record}?done=restored", NULL),
    RECORD_POST("/records/{record}/erase", "record.erase", N_("Erase this record"), "/records/{record}",
                "/records?done=erased", NULL),

    RECORD_PAGE("/review", "review.queue", "review", N_("Records that wait for review"), "/review", 0,
                after_queue),
    {.method = METHOD_POST, .path = "/review/accept", .operation = "review.accept", .page = "review",
     .title = N_("Records that wait for review"), .nav = "/review", .again = "/review",
     .before = before_accept, .after = after_accept},
    {.method = METHOD_POST, .path = "/records/{record}/accept", .operation = "review.accept",
        .page = "review",
     .title = N_("Records that wait for review"), .nav = "/review", .again = "/records/{record}",
     .before = before_accept_one, .after = after_accept},
    RECORD_POST("/records/{record}/return", "review.return", N_("Return with a question"),
        "/records/{record}",
                "/records/{record}?done=returned", NULL),
    RECORD_POST("/records/{record}/queries/{query}/answer", "query.answer", N_("Answer"), "/records/{record}",
                "/records/{record}?done=answered", NULL),
    RECORD_POST("/records/{record}/queries/{query}/resolve", "query.resolve", N_("Settle"),
        "/records/{record}",
                "/records/{record}?done=settled", NULL),

    RECORD_PAGE("/referrals", "referral.list", "referrals", N_("Referrals"), "/referrals", 0,
        after_referrals),
    RECORD_PAGE("/referrals/{referral}", "referral.show", "referral", N_("Referral"),
        "/referrals", ROUTE_EXIT,
                after_referral),
    {.method = METHOD_POST, .path = "/referrals/{referral}", .operation = "referral.answer",
     .title = N_("Referral"), .nav = "/referrals", .done = "/referrals/{referral}?done=answered"},
    {.method = METHOD_GET, .path = "/records/{record}/refer", .operation = "record.view",
     .page = "referral-make", .title = N_("Refer to another organisation"), .nav = "/records",
     .flags = ROUTE_EXIT | ROUTE_FORM, .extra = {{"organisation.list", "choices"}},
     .after = after_refer_page},
    RECORD_POST("/records/{record}/refer", "referral.make", N_("Refer to another organisation"), NULL,
                "/referrals/{referral}?done=referred", NULL),

    RECORD_PAGE("/years", "year.list", "years", N_("Reporting years"), "/years", 0, after_years),
    {.method = METHOD_POST, .path = "/years/close", .operation = "year.close", .title = N_("Reporting years"),
     .nav = "/years", .again = "/years", .done = "/years?done=year-closed"},
    {.method = METHOD_POST, .path = "/years/reopen", .operation = "year.reopen",
        .title = N_("Reporting years"),
     .nav = "/years", .again = "/years", .done = "/years?done=year-opened"},
};
// clang-format on
const size_t routes_record_count = sizeof routes_record / sizeof *routes_record;
