/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading in the audit log: entries that fit a question, and who has opened one record. */
#include "service/signing.h"

#include "base/date.h"

#include <string.h>

enum {
    WINDOW = 20000,     /* entries read at a time, going back from the newest, at most */
    WINDOW_FIRST = 200, /* and at first: most questions are answered by the newest ones */
    WINDOW_GROWS = 4,
    READERS_MAX = 500, /* entries of one record that are shown; all of them are counted */
    DAY_SECONDS = 86400
};

struct search {
    struct text actor, action, object;
    int64_t since, until; /* UTC seconds; until 0: no end */
    uint64_t before;
    struct json **found; /* ring of `limit` entries of this window */
    size_t limit, n;     /* n: of this window that fit */
    bool reached;        /* an entry before `since` was seen: nothing older fits */
};

/* ASCII letters alone are taken for the same: names of accounts, codes and actions have no
 * others. */
static bool holds(struct text in, struct text part)
{
    for (size_t i = 0; part.n <= in.n && i + part.n <= in.n; i++)
        if (text_equal_nocase((struct text){in.p + i, part.n}, part)) return true;
    return part.n == 0;
}

static bool entry_fits(const struct search *s, const struct audit_entry *a)
{
    if (a->at < s->since || (s->until != 0 && a->at >= s->until)) return false;
    if (s->action.n > 0 && !text_equal(a->action, s->action)) return false;
    if (!holds(a->actor, s->actor)) return false;
    return holds(a->object_id, s->object) || text_equal_nocase(a->object_type, s->object);
}

static bool look_at(void *ctx, const struct audit_entry *a)
{
    struct search *s = ctx;
    if (a->sequence >= s->before) return false;
    if (a->at < s->since) s->reached = true;
    if (!entry_fits(s, a)) return true;
    struct json **place = &s->found[s->n++ % s->limit];
    json_free(*place);
    *place = audit_entry_row(a);
    return true;
}

static bool day_of(int64_t *out, struct call *c, const char *name, struct err *e)
{
    const char *given = json_get_text(c->in, name, "");
    *out = 0;
    if (given[0] == '\0') return true;
    if (instant_parse(out, text_of(arena_printf(c->arena, "%sT00:00:00Z", given)))) return true;
    err_set(e, ERR_USAGE, "audit.day", "a day is written as 2026-01-31");
    return err_remedy(e, "leave it out to have the whole log");
}

static void list_actions(struct call *c, struct text chosen)
{
    struct json *list = json_array();
    for (int i = AUDIT_NONE + 1; i < AUDIT_ACTION_COUNT; i++) {
        struct json *row = json_object();
        const char *name = audit_action_name((enum audit_action)i);
        json_set_text(row, "action", name);
        json_set_text(row, "label", tr(audit_action_text((enum audit_action)i)));
        json_set_bool(row, "chosen", text_is(chosen, name));
        json_push(list, row);
    }
    json_set(c->out, "actions", list);
}

/* Windows from the newest entry back, until there are enough. */
static bool search_back(struct json *out, struct search *s, struct store *st, struct err *e)
{
    bool ok = true;
    for (uint64_t window = WINDOW_FIRST;
         ok && json_size(out) < s->limit && s->before > 1 && !s->reached; window *= WINDOW_GROWS) {
        if (window > WINDOW) window = WINDOW;
        uint64_t first = s->before > window ? s->before - window : 1;
        s->n = 0;
        ok = audit_each(st, first, look_at, s, e);
        for (size_t i = 0; i < s->n && i < s->limit; i++) {
            struct json **place = &s->found[(s->n - 1 - i) % s->limit];
            if (json_size(out) < s->limit) json_push(out, *place);
            else json_free(*place);
            *place = NULL;
        }
        s->before = first;
    }
    for (size_t i = 0; i < s->limit; i++) json_free(s->found[i]);
    return ok;
}

bool op_audit_search(struct call *c, struct err *e)
{
    static const char *const echoed[] = {"since", "until", "actor", "object"};
    struct search s = {.actor = text_trim(text_of(json_get_text(c->in, "actor", ""))),
                       .action = text_of(json_get_text(c->in, "action", "")),
                       .object = text_trim(text_of(json_get_text(c->in, "object", ""))),
                       .limit = (size_t)json_get_int(c->in, "limit", 50)};
    uint64_t last;
    if (!day_of(&s.since, c, "since", e) || !day_of(&s.until, c, "until", e) ||
        !audit_last(&last, c->s->store, e))
        return false;
    if (s.until != 0) s.until += DAY_SECONDS;
    s.before = (uint64_t)json_get_int(c->in, "before", (int64_t)last + 1);
    s.found = ARENA_ARRAY(c->arena, struct json *, s.limit);
    memset(s.found, 0, s.limit * sizeof(struct json *));
    struct json *list = json_array();
    bool ok = search_back(list, &s, c->s->store, e);
    size_t n = json_size(list);
    if (n == s.limit && n > 0) {
        int64_t oldest = json_get_int(json_at(list, n - 1), "sequence", 0);
        if (oldest > 1) json_set_int(c->out, "older", oldest);
    }
    json_set(c->out, "entries", list);
    if (json_has(c->in, "before")) json_set_int(c->out, "before", json_get_int(c->in, "before", 0));
    for (size_t i = 0; i < sizeof echoed / sizeof *echoed; i++)
        json_set_text(c->out, echoed[i], json_get_text(c->in, echoed[i], ""));
    list_actions(c, s.action);
    return ok;
}

/* ---- who has opened one record ---- */

struct readers {
    struct text record;
    struct json *people, *entries;
};

/* "KMRT-2026-3", and with a version as identifiers are opened: "KMRT-2026-3/2". */
static bool is_about(const struct audit_entry *a, struct text record)
{
    struct text id = a->object_id;
    if (record.n == 0 || text_is(a->object_type, "audit")) return false; /* looking here, too */
    if (id.n < record.n || !text_equal((struct text){id.p, record.n}, record)) return false;
    return id.n == record.n || id.p[record.n] == '/';
}

static struct json *person_of(struct readers *r, const struct audit_entry *a)
{
    for (size_t i = 0; i < json_size(r->people); i++) {
        struct json *p = json_item_mut(r->people, i);
        if (text_is(a->actor, json_get_text(p, "actor", ""))) return p;
    }
    struct json *p = json_object();
    const struct role *role = role_find(a->role);
    json_set(p, "actor", json_text(a->actor));
    json_set_text(p, "role_title", role_title(role));
    if (a->organisation.n > 0) json_set(p, "organisation", json_text(a->organisation));
    json_push(r->people, p);
    return json_item_mut(r->people, json_size(r->people) - 1);
}

static bool read_by(void *ctx, const struct audit_entry *a)
{
    struct readers *r = ctx;
    char at[INSTANT_TEXT_MAX];
    if (!is_about(a, r->record)) return true;
    struct json *p = person_of(r, a);
    bool opened = text_is(a->action, audit_action_name(AUDIT_IDENTITY_READ));
    json_set_int(p, "times", json_get_int(p, "times", 0) + 1);
    json_set_int(p, "identities", json_get_int(p, "identities", 0) + (opened ? 1 : 0));
    instant_format(at, a->at);
    json_set_text(p, "last_at", at);
    if (json_size(r->entries) < READERS_MAX) json_push(r->entries, audit_entry_row(a));
    return true;
}

bool op_audit_readers(struct call *c, struct err *e)
{
    struct readers r = {.record = text_trim(text_of(json_get_text(c->in, "record", ""))),
                        .people = json_array(),
                        .entries = json_array()};
    bool ok = audit_each(c->s->store, 1, read_by, &r, e);
    json_set(c->out, "record", json_text(r.record));
    json_set(c->out, "people", r.people);
    json_set(c->out, "entries", r.entries);
    c->event.object_type = "audit";
    c->event.object_id = json_get_text(c->out, "record", NULL);
    c->event.count = (int64_t)json_size(r.entries);
    return ok;
}
