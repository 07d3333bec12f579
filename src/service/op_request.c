/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests of data subjects: a register with the day by which each is answered.
 *
 * GDPR art. 12(3): within one month of receipt, which may be extended by two further months; a
 * period in months ends on the same day of the month, or on its last one where it has no such day
 * (Regulation (EEC, Euratom) 1182/71, art. 3(2)(c)). Directive (EU) 2016/680 art. 12(3) asks for an
 * answer without undue delay and leaves a period to national law: the day can be set by hand. */
#include "service/govern.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/subject_request.h"

#include <string.h>

enum { MONTHS = 1, MONTHS_EXTENDED = 3, SOON_DAYS = 7, DAY_TEXT = 11, DAY_SECONDS = 86400 };

static const struct {
    const char *word, *label;
    bool open;
} words[] = {
    {"access", N_("Access to own data"), false},
    {"rectification", N_("Rectification"), false},
    {"erasure", N_("Erasure"), false},
    {"restriction", N_("Restriction of processing"), false},
    {"objection", N_("Objection"), false},
    {"gdpr", N_("General Data Protection Regulation"), false},
    {"led", N_("Directive for police and justice (EU) 2016/680"), false},
    {"open", N_("Open"), true},
    {"extended", N_("Extended by two months"), true},
    {"answered", N_("Answered"), false},
    {"refused", N_("Refused, with reasons and remedies"), false},
    {"withheld", N_("Neither confirmed nor denied; the supervisory authority can be asked"), false},
};

static const char *label_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) return tr(words[i].label);
    return word;
}

static bool is_open(const char *state)
{
    return strcmp(state, "open") == 0 || strcmp(state, "extended") == 0;
}

static int32_t today(struct call *c)
{
    return (int32_t)(call_now(c) / DAY_SECONDS);
}

static int32_t months_later(int32_t day, int months)
{
    int y, m, d;
    struct date out;
    date_to_ymd(day, &y, &m, &d);
    m += months;
    y += (m - 1) / 12;
    m = (m - 1) % 12 + 1;
    while (!date_from_ymd(&out, y, m, d)) d--;
    return out.first;
}

static void set_day(struct json *row, const char *key, int32_t day)
{
    char text[DATE_TEXT_MAX];
    date_format(text, date_from_day(day));
    json_set_text(row, key, text);
}

static void describe(struct json *row, struct call *c, const struct subject_request *r)
{
    bool open = is_open(r->state);
    int32_t now = today(c);
    json_set_text(row, "request", r->code);
    json_set_text(row, "right", r->right);
    json_set_text(row, "right_label", label_of(r->right));
    json_set_text(row, "law", r->law);
    json_set_text(row, "law_label", label_of(r->law));
    json_set_text(row, "state", r->state);
    json_set_text(row, "state_label", label_of(r->state));
    set_day(row, "received", r->received_on);
    set_day(row, "due", r->due_on);
    json_set_bool(row, "open", open);
    json_set_bool(row, "late", open && r->due_on < now);
    json_set_bool(row, "soon", open && r->due_on >= now && r->due_on - now <= SOON_DAYS);
    set_instant_member(row, "added_at", r->added_at);
    json_set_text(row, "added_by", r->added_by);
    set_instant_member(row, "closed_at", r->closed_at);
    json_set_text(row, "closed_by", r->closed_by);
    json_set_int(row, "version", r->version_no);
}

bool op_request_list(struct call *c, struct err *e)
{
    struct subject_request *list;
    size_t n;
    int64_t open = 0, late = 0;
    if (!subject_request_list(&list, &n, c->s->store, c->arena, e)) return false;
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object();
        describe(row, c, &list[i]);
        open += json_get_bool(row, "open", false);
        late += json_get_bool(row, "late", false);
        json_push(rows, row);
    }
    json_set(c->out, "requests", rows);
    json_set_int(c->out, "open", open);
    json_set_int(c->out, "late", late);
    json_set_int(c->out, "months", MONTHS);
    set_day(c->out, "today", today(c));
    return true;
}

static bool day_of(int32_t *out, const char *text, struct err *e)
{
    struct date d;
    if (date_parse(&d, text_of(text), DATE_ISO) && d.precision == DATE_DAY) {
        *out = d.first;
        return true;
    }
    err_set(e, ERR_USAGE, "request.day", "a day is written as 2026-01-31");
    return err_remedy(e, "write year, month and day");
}

static bool write_body(struct buf *out, const struct json *body, struct err *e)
{
    buf_init_wiped(out, REQUEST_BYTES_MAX);
    json_write(out, body, false);
    return buf_ok(out, e);
}

static void event_about(struct call *c, const struct subject_request *r, const char *what)
{
    c->event.object_type = "request";
    c->event.object_id = arena_printf(c->arena, "%s", r->code);
    c->event.fields = what;
    c->event.count = 1;
}

bool op_request_add(struct call *c, struct err *e)
{
    static const char *const kept[] = {"who", "contact", "record", "text"};
    struct subject_request r = {.right = json_get_text(c->in, "right", ""),
                                .law = json_get_text(c->in, "law", ""),
                                .state = "open",
                                .added_at = call_now(c),
                                .added_by = c->who.actor};
    const char *due = json_get_text(c->in, "due", "");
    if (!day_of(&r.received_on, json_get_text(c->in, "received", ""), e)) return false;
    if (r.received_on > today(c)) {
        err_set(e, ERR_USAGE, "request.day", "a request cannot have come in the future");
        return err_remedy(e, "write the day it came");
    }
    r.due_on = months_later(r.received_on, MONTHS);
    if (due[0] != '\0' && !day_of(&r.due_on, due, e)) return false;
    struct json *body = json_object();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        json_set_text(body, kept[i], json_get_text(c->in, kept[i], ""));
    struct buf b;
    bool ok = write_body(&b, body, e) && subject_request_add(&r, c->s->store, buf_text(&b), e);
    buf_release(&b);
    json_free(body);
    if (!ok) return false;
    event_about(c, &r, "added");
    json_set_text(c->out, "request", r.code);
    set_day(c->out, "due", r.due_on);
    return true;
}

/* The request that parameter `request` names, with its body. */
static bool load(struct subject_request *r, struct json **body, struct call *c, struct err *e)
{
    struct buf b;
    struct text code = text_of(json_get_text(c->in, "request", ""));
    if (!subject_request_find(r, c->s->store, code, c->arena, e)) return false;
    buf_init_wiped(&b, REQUEST_BYTES_MAX);
    bool ok = subject_request_open(&b, c->s->store, r, e) && json_parse(body, buf_text(&b), e);
    buf_release(&b);
    return ok;
}

/* Under the GDPR nobody is left without an answer: only the directive knows "neither confirmed nor
 * denied" (art. 13(3), 15(3)). */
static bool state_fits(const char *state, const char *law)
{
    return strcmp(state, "withheld") != 0 || strcmp(law, "led") == 0;
}

bool op_request_show(struct call *c, struct err *e)
{
    static const char *const kept[] = {"who", "contact", "record", "text", "answer"};
    struct subject_request r;
    struct json *body = NULL;
    if (!load(&r, &body, c, e)) return false;
    describe(c->out, c, &r);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        json_set_text(c->out, kept[i], json_get_text(body, kept[i], ""));
    json_free(body);
    struct json *states = json_array();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        static const char *const all[] = {"open", "extended", "answered", "refused", "withheld"};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            if (strcmp(all[k], words[i].word) != 0 || !state_fits(all[k], r.law)) continue;
            struct json *row = json_object();
            json_set_text(row, "state", all[k]);
            json_set_text(row, "label", tr(words[i].label));
            json_set_bool(row, "chosen", strcmp(all[k], r.state) == 0);
            json_push(states, row);
        }
    }
    json_set(c->out, "states", states);
    event_about(c, &r, "read");
    return true;
}

static bool answer_fits(const struct subject_request *r, const char *state, const char *answer,
                        struct err *e)
{
    if (!state_fits(state, r->law)) {
        err_set(e, ERR_USAGE, "request.state",
                "a request under the GDPR is answered or refused with reasons");
        return err_remedy(e, "choose one of those");
    }
    if (strcmp(state, "open") == 0 || text_trim(text_of(answer)).n > 0) return true;
    err_set(e, ERR_USAGE, "request.answer", "what was answered, and why, is missing");
    return err_remedy(e, "write down what the person was told");
}

bool op_request_answer(struct call *c, struct err *e)
{
    struct subject_request r;
    struct json *body = NULL;
    const char *state = json_get_text(c->in, "state", ""),
               *answer = json_get_text(c->in, "answer", "");
    if (!load(&r, &body, c, e)) return false;
    bool ok = answer_fits(&r, state, answer, e);
    if (ok) {
        bool extended = strcmp(state, "extended") == 0 && strcmp(r.state, "extended") != 0;
        if (extended) r.due_on = months_later(r.received_on, MONTHS_EXTENDED);
        r.state = state;
        r.closed_at = is_open(state) ? 0 : call_now(c);
        r.closed_by = is_open(state) ? NULL : c->who.actor;
        r.version_no = json_get_int(c->in, "version", 0);
        json_set_text(body, "answer", answer);
        if (json_has(c->in, "record"))
            json_set_text(body, "record", json_get_text(c->in, "record", ""));
        struct buf b;
        ok = write_body(&b, body, e) && subject_request_change(c->s->store, &r, buf_text(&b), e);
        buf_release(&b);
    }
    json_free(body);
    if (!ok) return false;
    event_about(c, &r, state);
    json_set_text(c->out, "request", r.code);
    json_set_text(c->out, "state", state);
    set_day(c->out, "due", r.due_on);
    return true;
}
