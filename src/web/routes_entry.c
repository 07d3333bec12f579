/* SPDX-License-Identifier: EUPL-1.2 */
/* Entering a record: form, sections, check, submit; two sides brought together.
 *
 * A page of a section is posted whole, by its buttons, by its script every few seconds (autosave,
 * answered in JSON: script/README.md), and when another language is chosen. What its buttons say
 * beside the desk's acts on instances ("return", "go-on", "page:...") is settled here. */
#include "base/catalogue.h"
#include "base/date.h"
#include "base/unicode.h"
#include "web/ask.h"
#include "web/entry_pages.h"
#include "web/exchange.h"
#include "web/page.h"
#include "web/routes.h"

#include <string.h>

static const char *of_result(const struct exchange *x, const char *name)
{
    return x->result == NULL ? "" : json_get_text(x->result, name, "");
}

static const char *posted(struct exchange *x, const char *name)
{
    struct text t = request_form(x->request, name);
    return t.p == NULL ? "" : arena_copy(x->arena, t.p, t.n);
}

static bool go(struct exchange *x, const char *pattern)
{
    (void)response_redirect(x->response, text_of(exchange_address(x, pattern)));
    return false;
}

/* ---- what stands above the page ---- */

static struct json *page_member(struct exchange *x)
{
    if (!json_has(x->extra, "page")) json_set(x->extra, "page", json_object());
    return json_member_mut(x->extra, "page");
}

/* "Victim, new record" or "Victim, record V-7Q2M". */
static const char *draft_words(struct exchange *x)
{
    const char *form = of_result(x, "form_title"), *record = of_result(x, "record");
    return record[0] == '\0' ? arena_printf(x->arena, tr("%s: new record"), form)
                             : arena_printf(x->arena, tr("%s: changing record %s"), form, record);
}

static void draft_chrome(struct exchange *x, const char *title, bool to_draft)
{
    struct json *page = page_member(x);
    json_set_text(page, "caption", draft_words(x));
    if (title != NULL) json_set_text(page, "title", title);
    json_set_text(page, "back", exchange_address(x, to_draft ? "/drafts/{draft}" : "/"));
}

/* ---- beginning ---- */

static bool before_new(struct exchange *x)
{
    json_set_bool(x->in, "brief", true);
    return true;
}

/* Which form: those of the repository, the first chosen before anybody chose. */
static bool after_new(struct exchange *x)
{
    const struct json *forms = json_get(x->result, "forms");
    struct json *list = json_array();
    const char *chosen = json_get_text(x->form, "form", "");
    for (size_t i = 0; i < json_size(forms); i++) {
        const struct json *f = json_at(forms, i);
        struct json *o = json_object();
        const char *name = json_get_text(f, "form", "");
        json_set_text(o, "code", name);
        json_set_text(o, "text", json_get_text(f, "title", name));
        json_set_bool(o, "chosen", chosen[0] == '\0' ? i == 0 : strcmp(chosen, name) == 0);
        json_push(list, o);
    }
    json_set(x->extra, "forms", list);
    json_set_text(page_member(x), "back", "/");
    return true;
}

/* One box of the date of birth; 0: it is blank. */
static bool birth_part(int64_t *out, struct exchange *x, const char *name, int64_t least,
                       int64_t most)
{
    struct text t = text_trim(request_form(x->request, name));
    *out = 0;
    return t.n == 0 || (text_to_int(t, out) && *out >= least && *out <= most);
}

/* The date of birth as far as it was typed: "1990-05-31", "1990-05", "1990", "". False, and an error
 * on the page, for what is no date. */
static bool birth_typed(const char **out, struct exchange *x)
{
    int64_t day, month, year;
    bool parts = birth_part(&day, x, "birth_day", 1, 31) &&
                 birth_part(&month, x, "birth_month", 1, 12) &&
                 birth_part(&year, x, "birth_year", 1850, 9999);
    *out = "";
    if (!parts || (day != 0 && month == 0) || (month != 0 && year == 0)) {
        exchange_error(x, "birth_day",
                       tr("Enter a date such as 31 5 1990, or month and year, or the year alone."),
                       NULL);
        return false;
    }
    if (day != 0) *out = arena_printf(x->arena, "%04d-%02d-%02d", (int)year, (int)month, (int)day);
    else if (month != 0) *out = arena_printf(x->arena, "%04d-%02d", (int)year, (int)month);
    else if (year != 0) *out = arena_printf(x->arena, "%04d", (int)year);
    return true;
}

static bool is_whole_date(const char *date)
{
    return strlen(date) == strlen("1990-05-31");
}

static const char *const searched[] = {"reference", "family_name", "given_names", "alias",
                                       "document"};
enum { SEARCHED = sizeof searched / sizeof *searched };

/* Without a search; what was typed for it is in the record all the same. */
static bool begin_at_once(struct exchange *x)
{
    struct err e = {0};
    const char *born;
    struct json *in, *out = NULL;
    if (!birth_typed(&born, x)) return true;
    in = json_object();
    json_set_text(in, "form", posted(x, "form"));
    for (size_t i = 0; i < SEARCHED; i++)
        if (strcmp(searched[i], "document") != 0 && posted(x, searched[i])[0] != '\0')
            json_set_text(in, searched[i], posted(x, searched[i]));
    if (born[0] != '\0') json_set_text(in, "birth_date", born);
    bool ok = exchange_call(&out, x, "entry.begin", in, &e);
    json_free(in);
    if (!ok) {
        exchange_fail(x, &e);
        return false;
    }
    json_free(x->result);
    x->result = out;
    return go(x, "/drafts/{draft}");
}

/* A name is narrowed by a whole date alone. */
static bool before_search(struct exchange *x)
{
    struct json *in = json_object();
    const char *born;
    if (posted(x, "form")[0] == '\0') exchange_error(x, "choice", tr("Choose one."), NULL);
    else if (strcmp(posted(x, "act"), "skip") == 0) {
        json_free(in);
        return begin_at_once(x);
    }
    json_set_text(in, "form", posted(x, "form"));
    size_t n = 0;
    for (size_t i = 0; i < SEARCHED; i++) {
        struct text t = text_trim(request_form(x->request, searched[i]));
        if (t.p == NULL || t.n == 0) continue;
        json_set(in, searched[i], json_text(t));
        n++;
    }
    json_free(x->in);
    x->in = in; /* what is blank is not searched for */
    if (birth_typed(&born, x) && is_whole_date(born)) json_set_text(in, "birth_date", born);
    if (n == 0 && json_size(x->errors) == 0)
        exchange_error(x, "reference", tr("Fill in something to search for, or begin without."),
                       NULL);
    return true;
}

/* An instant as people of the language read it. */
static const char *local_time(struct exchange *x, const char *at)
{
    char shown[80];
    int64_t seconds;
    if (!instant_parse(&seconds, text_of(at)) ||
        !unicode_instant(shown, sizeof shown, seconds, x->language))
        return at;
    return arena_copy(x->arena, shown, strlen(shown));
}

static struct json *text_cell(struct json *cells, const char *text, const char *href)
{
    struct json *c = json_object();
    json_set_text(c, "text", text);
    json_set_text(c, "href", href);
    json_set_text(c, "about", "");
    json_set_text(c, "tone", "");
    json_set_bool(c, "header", href[0] != '\0');
    json_push(cells, c);
    return c;
}

static struct json *table(const char *caption, const char *empty, const char *const *columns,
                          size_t n, struct json *rows)
{
    struct json *t = json_object(), *list = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *c = json_object();
        json_set_text(c, "text", tr(columns[i]));
        json_push(list, c);
    }
    json_set_text(t, "caption", caption);
    json_set_bool(t, "quiet", true);
    json_set_bool(t, "list", true);
    json_set_text(t, "empty", empty);
    json_set(t, "columns", list);
    json_set(t, "rows", rows);
    return t;
}

static bool after_search(struct exchange *x)
{
    const char *born;
    static const char *const columns[] = {N_("Record"), N_("Form"), N_("Organisation"),
                                          N_("Changed")};
    const struct json *list = json_get(x->result, "records");
    struct json *rows = json_array();
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *r = json_at(list, i);
        struct json *row = json_object(), *cells = json_array();
        const char *code = json_get_text(r, "record", "");
        text_cell(cells, code, arena_printf(x->arena, "/records/%s", code));
        text_cell(cells, json_get_text(r, "form_title", ""), "");
        text_cell(cells, json_get_text(r, "organisation", ""), "");
        text_cell(cells, local_time(x, json_get_text(r, "at", "")), "");
        json_set(row, "cells", cells);
        json_push(rows, row);
    }
    json_set_bool(x->extra, "found", json_size(list) > 0);
    json_set(x->extra, "table",
             table(tr("Matching records"), "", columns, sizeof columns / sizeof *columns, rows));
    json_set_text(x->extra, "chosen_form", posted(x, "form"));
    json_set_text(page_member(x), "back", "/new");
    ask_keep_form(x); /* a new record, or an emergency, goes on with what was asked */
    json_set_text(x->form, "birth_date", json_get_text(x->in, "birth_date", ""));
    if (birth_typed(&born, x)) json_set_text(x->form, "birth_typed", born);
    return true;
}

/* ---- my work ---- */

/* The list that has as many rows as the card says; the names of cards of records are those of the
 * lists (store/record_list.h). */
static const char *card_address(struct exchange *x, const char *name)
{
    static const struct {
        const char *name, *to;
    } all[] = {{"drafts", "/#drafts"},
               {"submitted", "/review"},
               {"referrals", "/referrals?waiting=1"},
               {"emergencies", "/emergency"},
               {"approvals", "/approvals"},
               {"releases", "/releases"},
               {"releases_own", "/releases"},
               {"link_open", "/linkage"},
               {"link_confirm", "/linkage?state=confirm"},
               {"link_conflicts", "/linkage/conflicts"},
               {"link_values", "/linkage/answers"},
               {"alarms", "/alarms"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, name) == 0) return all[i].to;
    return arena_printf(x->arena, "/records?state=%s", name);
}

static void put_drafts(struct exchange *x)
{
    static const char *const columns[] = {N_("Draft"), N_("Of record"), N_("Organisation"),
                                          N_("Last saved")};
    struct err e = {0};
    struct json *none = json_object(), *out = NULL, *rows = json_array();
    if (!exchange_call(&out, x, "entry.list", none, &e)) out = NULL;
    const struct json *list = out == NULL ? NULL : json_get(out, "drafts");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *d = json_at(list, i);
        struct json *row = json_object(), *cells = json_array();
        const char *record = json_get_text(d, "record", "");
        text_cell(cells, json_get_text(d, "form_title", ""),
                  arena_printf(x->arena, "/drafts/%s", json_get_text(d, "draft", "")));
        text_cell(cells, record[0] == '\0' ? tr("New") : record, "");
        text_cell(cells, json_get_text(d, "organisation", ""), "");
        text_cell(cells, local_time(x, json_get_text(d, "changed_at", "")), "");
        json_set(row, "cells", cells);
        json_push(rows, row);
    }
    json_set(x->extra, "table",
             table(tr("Drafts"), tr("You have no drafts."), columns,
                   sizeof columns / sizeof *columns, rows));
    json_free(out);
    json_free(none);
}

bool routes_home_after(struct exchange *x)
{
    const struct json *items = json_get(x->result, "items");
    struct json *cards = json_object(), *list = json_array();
    bool enters = false;
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *item = json_at(items, i);
        const char *name = json_get_text(item, "name", "");
        struct json *card = json_object();
        int64_t n = json_get_int(item, "count", 0);
        enters = enters || strcmp(name, "drafts") == 0;
        json_set_text(card, "number", arena_printf(x->arena, "%lld", (long long)n));
        json_set_text(card, "text", json_get_text(item, "words", ""));
        json_set_text(card, "href", card_address(x, name));
        json_set_bool(card, "quiet", n == 0);
        json_push(list, card);
    }
    if (json_size(list) > 0) {
        json_set(cards, "items", list);
        json_set(x->extra, "work_cards", cards);
    } else {
        json_free(list);
        json_free(cards);
    }
    json_set_bool(x->extra, "may_enter", enters);
    if (enters) put_drafts(x);
    return true;
}

static bool after_begin(struct exchange *x)
{
    return go(x, "/drafts/{draft}");
}

/* ---- the task list ---- */

static bool after_sections(struct exchange *x)
{
    const struct json *sections = json_get(x->result, "sections");
    const char *next = of_result(x, "next");
    size_t done = 0, all = 0;
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i);
        all += json_get_bool(s, "relevant", true);
        done += strcmp(json_get_text(s, "state", ""), "complete") == 0;
    }
    draft_chrome(x, of_result(x, "form_title"), false);
    json_set_text(page_member(x), "caption",
                  of_result(x, "record")[0] == '\0'
                      ? tr("New record")
                      : arena_printf(x->arena, tr("Changing record %s"), of_result(x, "record")));
    json_set(x->extra, "task_list", entry_page_tasks(sections, of_result(x, "draft"), x->arena));
    json_set_text(x->extra, "progress_words",
                  arena_printf(x->arena, tr("%zu of %zu sections are complete."), done, all));
    json_set_text(x->extra, "next_title", entry_page_section_title(sections, next));
    bool first = done == 0 || json_get_int(x->result, "draft_version", 0) == 1;
    json_set_text(x->extra, "first_time", first ? "1" : "");
    return true;
}

/* ---- a section ---- */

static void put_button(struct json *list, const char *text, const char *act, bool secondary)
{
    struct json *b = json_object();
    json_set_text(b, "text", text);
    json_set_text(b, "act", act);
    json_set_bool(b, "secondary", secondary);
    json_push(list, b);
}

static bool after_section(struct exchange *x)
{
    struct json *bar = json_object(), *buttons = json_array();
    const struct json *problems = json_get(x->result, "problems");
    bool wrong = entry_page_has_wrong(problems);
    draft_chrome(x, of_result(x, "title"), true);
    json_set(x->extra, "blocks", entry_page_blocks(x->result, x->arena));
    put_button(buttons, wrong ? tr("Save and check again") : tr("Save and continue"), "",
               entry_page_asks_first(json_get(x->extra, "blocks")));
    if (wrong) put_button(buttons, tr("Continue, correct it later"), "go-on", true);
    put_button(buttons, tr("Save and see all sections"), "return", true);
    json_set(bar, "buttons", buttons);
    json_set(x->extra, "save_bar", bar);
    json_set_text(x->extra, "shown", arena_printf(x->arena, "%zu", entry_page_asked(x->result)));
    if (json_size(x->errors) == 0 && (wrong || json_get_bool(x->in, "check", false))) {
        struct json *errors = entry_page_errors_on(x->result, x->arena);
        json_free(x->errors);
        x->errors = errors;
    }
    return true;
}

/* ---- which instances are open ---- */

/* The address of the section with these instances open, "episode:0": exchange_address() codes them. */
struct opened {
    const char *query; /* "?from={opened_0}&from={opened_1}" */
    unsigned n;
};

static void open_one(struct exchange *x, struct opened *o, const char *what)
{
    enum { DEEPEST = 8 };
    if (o->n >= DEEPEST) return;
    json_set_text(x->result, arena_printf(x->arena, "opened_%u", o->n), what);
    o->query =
        arena_printf(x->arena, "%s%cfrom={opened_%u}", o->query, o->n == 0 ? '?' : '&', o->n);
    o->n++;
}

/* Those around an instance, "episode[0].exploitation[1]", and itself where it is to be open. */
static struct opened opened_at(struct exchange *x, const char *path, bool itself)
{
    struct opened o = {"", 0};
    for (const char *p = strchr(path, '['); p != NULL; p = strchr(p + 1, '[')) {
        const char *end = strchr(p, ']');
        if (end == NULL || (end[1] == '\0' && !itself)) break;
        open_one(x, &o,
                 arena_printf(x->arena, "%.*s:%.*s", (int)(p - path), path, (int)(end - p - 1),
                              p + 1));
    }
    return o;
}

/* Those that the page has open which was sent. */
static struct opened opened_now(struct exchange *x)
{
    struct opened o = {"", 0};
    for (size_t i = 0; i < x->request->n_form; i++) {
        const struct field *f = &x->request->form[i];
        int64_t from, to;
        if (!text_ends(f->name, TEXT(".from")) || !text_to_int(f->value, &from)) continue;
        const char *path = arena_copy(x->arena, f->name.p, f->name.n - 5);
        if (text_to_int(text_of(posted(x, arena_printf(x->arena, "%s.to", path))), &to) &&
            to > from)
            open_one(x, &o, arena_printf(x->arena, "%s:%lld", path, (long long)from));
    }
    return o;
}

static bool go_to_section(struct exchange *x, struct opened o, const char *behind)
{
    if (o.n > 0 && behind[0] == '?') behind = arena_printf(x->arena, "&%s", behind + 1);
    return go(x, arena_printf(x->arena, "/drafts/{draft}/{section}%s%s", o.query, behind));
}

/* "episode:3" of a button, as the path of that instance. */
static const char *instance_path(struct exchange *x, const char *what)
{
    const char *colon = strrchr(what, ':');
    if (colon == NULL) return what;
    return arena_printf(x->arena, "%.*s[%s]", (int)(colon - what), what, colon + 1);
}

static void json_answer(struct exchange *x, int status, struct json *j)
{
    buf_clear(&x->response->body);
    x->response->status = status;
    x->response->content_type = "application/json";
    json_write(&x->response->body, j, false);
    json_free(j);
}

/* What the script of the page is told, as script/README.md has it. */
static void say_saved(struct exchange *x, const struct json *out)
{
    struct json *j = json_object();
    bool conflict = json_get_bool(out, "conflict", false);
    json_set_bool(j, "saved", !conflict);
    json_set_bool(j, "conflict", conflict);
    json_set_int(j, "version", json_get_int(out, "version", 0));
    json_set_text(j, "csrf", x->csrf);
    json_set_int(j, "session_seconds", json_get_int(x->info, "idle_seconds", 0));
    json_set_int(j, "longest_seconds", json_get_int(x->info, "longest_seconds", 0));
    if (conflict) json_set_text(j, "compare", exchange_address(x, "/drafts/{draft}/compare"));
    json_answer(x, conflict ? 409 : 200, j);
}

static void say_refused(struct exchange *x, const struct err *e)
{
    struct json *j = json_object();
    bool ours = e->code == ERR_STORE || e->code == ERR_SYSTEM;
    json_set_text(j, "message", e->msg);
    json_answer(x, ours ? 503 : e->code == ERR_DENIED ? 403 : e->code == ERR_LIMIT ? 413 : 422, j);
}

static bool is_own(const char *name)
{
    return strcmp(name, "noscript") == 0 || strcmp(name, "shown") == 0;
}

/* The fields without those that are the page's own. */
static void take_own_away(struct exchange *x)
{
    struct json *fields = json_object();
    const char *key;
    const struct json *value;
    for (void *at = NULL; json_next(json_get(x->in, "fields"), &at, &key, &value);)
        if (!is_own(key)) json_set(fields, key, json_copy(value));
    json_set(x->in, "fields", fields);
}

/* Acts that are the page's and not the desk's; the desk then only saves. */
static bool own_act(const char *act)
{
    return strcmp(act, "return") == 0 || strcmp(act, "go-on") == 0 ||
           strncmp(act, "page:", 5) == 0 || strncmp(act, "close:", 6) == 0;
}

static bool before_save(struct exchange *x)
{
    struct err e = {0};
    struct json *out = NULL;
    bool language = posted(x, "switch_language")[0] != '\0';
    bool script = json_get_bool(x->in, "autosave", false);
    take_own_away(x);
    if (own_act(posted(x, "act"))) json_set_text(x->in, "act", "");
    if (!language && !script) return true;
    json_set_bool(x->in, "autosave", true);
    bool ok = exchange_call(&out, x, "entry.save", x->in, &e);
    if (script && ok) say_saved(x, out);
    else if (script) say_refused(x, &e);
    else if (!ok) exchange_fail(x, &e);
    else if (json_get_bool(out, "conflict", false)) (void)go(x, "/drafts/{draft}/compare");
    else {
        x->result = json_object();
        (void)go_to_section(x, opened_now(x), "");
    }
    json_free(out);
    return false;
}

/* ---- a session that ended in between ---- */

bool routes_entry_keep(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    bool script = posted(x, "autosave")[0] != '\0';
    bool ok = ask_parameters(x, "entry.save");
    take_own_away(x);
    static const char *const wanted[] = {"draft", "section", "version", "fields"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (json_has(x->in, wanted[i]))
            json_set(in, wanted[i], json_copy(json_get(x->in, wanted[i])));
    ok = ok && exchange_call(&out, x, "entry.keep", in, &e);
    json_free(out);
    json_free(in);
    if (script) {
        struct json *j = json_object();
        json_set_bool(j, "kept", ok);
        json_answer(x, 401, j);
        return true;
    }
    if (!ok) return false;
    const char *to = "/sign-in?back=%2Fdrafts%2F{draft}%2F{section}&done=kept";
    (void)go(x, to);
    return true;
}

void routes_entry_again(struct exchange *x)
{
    struct json *again = json_object();
    json_set(again, "action", json_text(x->request->path));
    json_set(again, "sent", ask_sent(x));
    json_set(x->extra, "again", again);
    json_set_text(x->extra, "title", tr("Send it once more"));
    page_show(x, "entry-again", 403);
}

const char *routes_entry_back(struct exchange *x, const char *session, const char *back)
{
    struct err e = {0};
    struct route_match m;
    struct json *in = json_object(), *out = NULL;
    route_find(&m, METHOD_GET, text_of(back));
    if (m.n_variable > 0) json_set(in, "draft", json_text(m.variable[0].value));
    x->who.session = session;
    if (!exchange_call(&out, x, "entry.resume", in, &e)) {
        json_free(in);
        return "/"; /* somebody else's draft, or one that is there no more */
    }
    const char *draft = arena_printf(x->arena, "%s", json_get_text(out, "draft", "")),
               *section = arena_printf(x->arena, "%s", json_get_text(out, "section", ""));
    bool resumed = json_get_bool(out, "resumed", false),
         beside = json_get_bool(out, "conflict", false);
    json_free(out);
    json_free(in);
    if (beside) return arena_printf(x->arena, "/drafts/%s/compare", draft);
    return resumed ? arena_printf(x->arena, "/drafts/%s/%s?done=resumed", draft, section) : back;
}

static bool after_resume(struct exchange *x)
{
    if (json_get_bool(x->result, "conflict", false)) return go(x, "/drafts/{draft}/compare");
    if (json_get_bool(x->result, "resumed", false))
        return go(x, "/drafts/{draft}/{section}?done=resumed");
    return go(x, "/drafts/{draft}");
}

/* What the script of a page asks: whether one is (still, again) signed in, for how long, and the token of
 * this session. Being asked counts as use. */
static bool after_session(struct exchange *x)
{
    struct json *j = json_object();
    json_set_text(j, "account", of_result(x, "account"));
    json_set_text(j, "csrf", x->csrf);
    json_set_int(j, "session_seconds", json_get_int(x->result, "idle_seconds", 0));
    json_set_int(j, "longest_seconds", json_get_int(x->result, "longest_seconds", 0));
    json_answer(x, 200, j);
    return false;
}

/* The codes of a list that may be chosen, for the script: [[code, label], ...]. */
static bool after_list(struct exchange *x)
{
    const struct json *codes = json_get(x->result, "codes");
    struct json *j = json_object(), *list = json_array();
    for (size_t i = 0; i < json_size(codes); i++) {
        const struct json *code = json_at(codes, i);
        struct json *pair = json_array();
        if (json_has(code, "retired_by")) {
            json_free(pair);
            continue;
        }
        json_push(pair, json_text(text_of(json_get_text(code, "code", ""))));
        json_push(pair, json_text(text_of(json_get_text(code, "label", ""))));
        json_push(list, pair);
    }
    json_set(j, "codes", list);
    json_answer(x, 200, j);
    return false;
}

/* Without script, questions that an answer has brought are shown before one goes on. */
static bool brought_more(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    int64_t shown;
    bool more = false;
    if (posted(x, "noscript")[0] == '\0' || !text_to_int(text_of(posted(x, "shown")), &shown)) {
        json_free(in);
        return false;
    }
    json_set_text(in, "draft", of_result(x, "draft"));
    json_set_text(in, "section", of_result(x, "section"));
    struct opened o = opened_now(x);
    struct json *from = json_array();
    for (unsigned i = 0; i < o.n; i++)
        json_push(from, json_copy(json_get(x->result, arena_printf(x->arena, "opened_%u", i))));
    if (o.n > 0) json_set(in, "from", from);
    else json_free(from);
    if (exchange_call(&out, x, "entry.section", in, &e))
        more = (int64_t)entry_page_asked(out) > shown;
    json_free(out);
    json_free(in);
    return more;
}

static bool go_to_next(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    const char *next = "";
    json_set_text(in, "draft", of_result(x, "draft"));
    if (exchange_call(&out, x, "entry.sections", in, &e))
        next = entry_page_next(json_get(out, "sections"), of_result(x, "section"));
    const char *to = next[0] == '\0' ? "/drafts/{draft}/check"
                                     : arena_printf(x->arena, "/drafts/{draft}/%s", next);
    json_free(out);
    json_free(in);
    return go(x, to);
}

static bool after_save(struct exchange *x)
{
    const char *act = posted(x, "act"), *at = of_result(x, "at");
    if (json_get_bool(x->result, "conflict", false)) return go(x, "/drafts/{draft}/compare");
    if (strcmp(act, "return") == 0) return go(x, "/drafts/{draft}?done=draft-saved");
    if (strcmp(act, "go-on") == 0) return go_to_next(x);
    if (strncmp(act, "page:", 5) == 0) at = instance_path(x, act + 5);
    if (strncmp(act, "close:", 6) == 0) at = instance_path(x, act + 6);
    if (at[0] != '\0') {
        static const char *const closed[] = {"up:", "down:", "remove:", "undo:", "close:"};
        bool opens = true;
        for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
            opens = opens && strncmp(act, closed[i], strlen(closed[i])) != 0;
        at = arena_copy(x->arena, at, strlen(at)); /* it may be the member that is set */
        json_set_text(x->result, "at", at);
        return go_to_section(x, opened_at(x, at, opens), "#q-{at}");
    }
    if (act[0] != '\0') return go_to_section(x, opened_now(x), "");
    if (entry_page_has_wrong(json_get(x->result, "problems")))
        return go(x, "/drafts/{draft}/{section}?check=1");
    if (brought_more(x)) return go_to_section(x, opened_now(x), "?done=more-questions");
    return go_to_next(x);
}

/* ---- check and submit ---- */

static bool after_check(struct exchange *x)
{
    draft_chrome(x, tr("Check and submit"), true);
    json_set(x->extra, "groups", entry_page_findings(x->result, x->arena));
    return true;
}

static bool after_submit(struct exchange *x)
{
    if (json_get_bool(x->result, "conflict", false)) return go(x, "/drafts/{draft}/conflict");
    bool whole = strcmp(of_result(x, "state"), "submitted") == 0;
    return go(x, whole ? "/records/{record}?done=submitted" : "/records/{record}?done=incomplete");
}

/* ---- two sides ---- */

/* Radios "choice.FIELD" that say `side`, as the list that the desk wants. */
static void take_choices(struct exchange *x, const char *name, const char *side)
{
    struct json *list = json_array();
    for (size_t i = 0; i < x->request->n_form; i++) {
        const struct field *f = &x->request->form[i];
        if (f->name.n > 7 && memcmp(f->name.p, "choice.", 7) == 0 && text_is(f->value, side))
            json_push(list, json_text((struct text){f->name.p + 7, f->name.n - 7}));
    }
    json_set(x->in, name, list);
}

static bool before_resolve(struct exchange *x)
{
    take_choices(x, "mine", "left");
    return true;
}

static bool before_merge(struct exchange *x)
{
    take_choices(x, "theirs", "right");
    return true;
}

static bool after_compare(struct exchange *x)
{
    draft_chrome(x, tr("This draft was changed in another window"), true);
    json_set(x->extra, "comparison",
             entry_page_comparison(json_get(x->result, "compare"), tr("What you were saving"),
                                   tr("What is in the draft now"), true, true, x->arena));
    return true;
}

static bool after_conflict(struct exchange *x)
{
    json_set_text(x->extra, "purpose", posted(x, "purpose"));
    draft_chrome(x, tr("Somebody else changed this record"), true);
    const char *right = arena_printf(x->arena, tr("Version %lld, by %s"),
                                     (long long)json_get_int(x->result, "their_version", 0),
                                     of_result(x, "their_author"));
    json_set(x->extra, "comparison",
             entry_page_comparison(json_get(x->result, "compare"), tr("Your draft"), right, false,
                                   true, x->arena));
    return true;
}

static bool after_conflict_ask(struct exchange *x)
{
    draft_chrome(x, tr("Somebody else changed this record"), true);
    return true;
}

/* Whoever reads a record beyond daily work says why; it is never said for them. */
static bool before_purpose(struct exchange *x)
{
    if (text_trim(request_form(x->request, "purpose")).n > 0) return true;
    exchange_error(x, NULL, tr("Say why: it is written into the audit log."), NULL);
    json_free(x->in); /* the page is shown again for daily work, not for a purpose that is blank */
    x->in = json_object();
    return true;
}

static bool after_discard_page(struct exchange *x)
{
    draft_chrome(x, tr("Discard this draft?"), true);
    return true;
}

/* ---- rows ---- */

#define ENTRY_PAGE(where, op, template, words, hook)                                            \
    {                                                                                           \
        .method = METHOD_GET, .path = where, .operation = op, .page = template, .title = words, \
        .nav = "/", .flags = ROUTE_EXIT, .after = hook                                          \
    }
#define ENTRY_POST(where, op, words, back, to, first, then)                                \
    {                                                                                      \
        .method = METHOD_POST, .path = where, .operation = op, .title = words, .nav = "/", \
        .flags = ROUTE_EXIT, .again = back, .done = to, .before = first, .after = then     \
    }

// clang-format off
const struct route routes_entry[] = {
    {.method = METHOD_GET, .path = "/new", .page = "entry-new", .title = N_("Begin a record"), .nav = "/",
     .flags = ROUTE_FORM, .operation = "repository.info", .before = before_new, .after = after_new},
    {.method = METHOD_POST, .path = "/new/search", .operation = "record.find", .page = "entry-found",
     .title = N_("What the register has"), .nav = "/", .flags = ROUTE_EXIT | ROUTE_REPEAT, .again = "/new",
     .before = before_search, .after = after_search},
    ENTRY_POST("/new/begin", "entry.begin", N_("Begin a record"), "/new", NULL, NULL, after_begin),
    {.method = METHOD_POST, .path = "/records/{record}/change", .operation = "entry.open",
     .title = N_("Change this record"), .nav = "/records", .again = "/records/{record}",
     .flags = ROUTE_EXIT, .done = "/drafts/{draft}", .before = before_purpose},
    ENTRY_PAGE("/drafts/{draft}", "entry.sections", "entry-sections", NULL, after_sections),
    ENTRY_PAGE("/drafts/{draft}/check", "entry.check", "entry-check", N_("Check and submit"), after_check),
    ENTRY_POST("/drafts/{draft}/submit", "entry.submit", N_("Check and submit"),
        "/drafts/{draft}/check", NULL,
               NULL, after_submit),
    ENTRY_PAGE("/drafts/{draft}/discard", "entry.sections", "entry-discard", N_("Discard this draft?"),
               after_discard_page),
    ENTRY_POST("/drafts/{draft}/discard", "entry.discard", N_("Discard this draft?"), NULL,
               "/?done=draft-discarded", NULL, NULL),
    ENTRY_PAGE("/drafts/{draft}/compare", "entry.compare", "entry-compare",
               N_("This draft was changed in another window"), after_compare),
    ENTRY_POST("/drafts/{draft}/compare", "entry.resolve",
        N_("This draft was changed in another window"), NULL,
               "/drafts/{draft}?done=draft-saved", before_resolve, NULL),
    ENTRY_PAGE("/drafts/{draft}/conflict", "entry.sections", "entry-conflict-ask",
               N_("Somebody else changed this record"), after_conflict_ask),
    {.method = METHOD_POST, .path = "/drafts/{draft}/conflict/show", .operation = "entry.conflict",
     .page = "entry-conflict", .title = N_("Somebody else changed this record"), .nav = "/",
     .flags = ROUTE_EXIT | ROUTE_REPEAT, .again = "/drafts/{draft}/conflict", .before = before_purpose,
     .after = after_conflict},
    ENTRY_POST("/drafts/{draft}/conflict", "entry.merge", N_("Somebody else changed this record"), NULL,
               "/drafts/{draft}/check", before_merge, NULL),
    ENTRY_POST("/drafts/{draft}/resume", "entry.resume", N_("Save"), "/drafts/{draft}", NULL, NULL,
               after_resume),
    {.method = METHOD_GET, .path = "/lists/{list}", .operation = "dictionary.codes", .after = after_list},
    {.method = METHOD_GET, .path = "/session", .operation = "session.info", .after = after_session},
    {.method = METHOD_GET, .path = "/drafts/{draft}/{section}", .operation = "entry.section",
     .page = "entry-section", .nav = "/", .flags = ROUTE_EXIT | ROUTE_FORM, .after = after_section},
    {.method = METHOD_POST, .path = "/drafts/{draft}/{section}", .operation = "entry.save",
     .title = N_("Save"), .nav = "/", .flags = ROUTE_EXIT | ROUTE_FORM | ROUTE_SAVES,
     .before = before_save, .after = after_save},
};
// clang-format on
const size_t routes_entry_count = sizeof routes_entry / sizeof *routes_entry;
