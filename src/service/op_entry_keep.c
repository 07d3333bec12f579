/* SPDX-License-Identifier: EUPL-1.2 */
/* What was typed into a page whose session had ended meanwhile. It is kept in the draft, sealed as the
 * draft is, beside its values: whoever held the session may leave it there and sees nothing, and it
 * comes into the draft when its owner has signed in again. */
#include "service/entry_draft.h"
#include "service/entry_fields.h"

#include "base/date.h"

#include <string.h>

static bool no_section(const char *name, struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "entry.no_section", "the form has no section %s", name);
    return err_remedy(e, "see the list of its sections");
}

static void about(struct call *c, const struct entry *x)
{
    c->event.object_type = "draft";
    c->event.object_id = arena_printf(c->arena, "%s", x->draft.code);
    c->event.organisation = x->draft.organisation;
    c->event.count = 1;
}

/* One window sends its page once more: its last word counts. */
static struct json *without(const struct json *pending, const char *section, int64_t version)
{
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(pending); i++)
        if (!entry_pending_is(json_at(pending, i), section, version))
            json_push(list, json_copy(json_at(pending, i)));
    return list;
}

static bool keep(struct entry *x, struct call *c, struct err *e)
{
    char at[INSTANT_TEXT_MAX];
    const char *section = json_get_text(c->in, "section", "");
    int64_t version = json_get_int(c->in, "version", 0);
    if (!entry_load(x, c, e)) return false;
    if (entry_section_named(x, section) == NULL) return no_section(section, e);
    about(c, x);
    struct json *list = without(entry_pending(x), section, version), *j = json_object();
    instant_format(at, instant_now());
    json_set_text(j, "at", at);
    json_set_text(j, "section", section);
    json_set_int(j, "version", version);
    json_set(j, "fields", json_copy(json_get(c->in, "fields")));
    json_push(list, j);
    json_set(x->body, "pending", list);
    return entry_save_beside(x, e);
}

bool op_entry_keep(struct call *c, struct err *e)
{
    struct entry x = {0};
    if (!session_past_who(c, e) || !call_write_begin(c, e)) return false;
    bool ok = call_write_end(c, keep(&x, c, e), e);
    if (ok) {
        json_set_text(c->out, "draft", x.draft.code);
        json_set_bool(c->out, "kept", true);
    }
    entry_close(&x);
    return ok;
}

/* The draft has gone on meanwhile: the two are compared, as those of two windows are. */
static void set_aside(struct entry *x, const struct json *item)
{
    struct json *j = json_object();
    json_set_text(j, "at", json_get_text(item, "at", ""));
    json_set_text(j, "section", json_get_text(item, "section", ""));
    json_set(j, "fields", json_copy(json_get(item, "fields")));
    json_set(x->body, "parked", j);
}

struct resumed {
    bool taken, conflict;
    const char *section;
};

/* Pages of the draft as it is now are taken, each of another section; of those that are older one is set
 * aside, and further ones wait until that is settled. */
static bool resume(struct resumed *out, struct entry *x, struct err *e)
{
    const struct json *pending = entry_pending(x);
    int64_t version = x->draft.version_no;
    struct json *later = json_array();
    bool ok = true;
    for (size_t i = 0; ok && i < json_size(pending); i++) {
        const struct json *item = json_at(pending, i);
        const struct entry_section *s =
            entry_section_named(x, json_get_text(item, "section", ""));
        if (s == NULL) continue; /* the form has it no more */
        out->section = s->name;
        if (json_get_int(item, "version", 0) == version) {
            ok = entry_take(x, s, json_get(item, "fields"), e);
            out->taken = true;
        } else if (!out->conflict) {
            set_aside(x, item);
            out->conflict = true;
        } else {
            json_push(later, json_copy(item));
        }
    }
    json_set(x->body, "pending", later);
    return ok && (out->taken ? entry_save(x, e) : entry_save_beside(x, e));
}

bool op_entry_resume(struct call *c, struct err *e)
{
    struct entry x;
    struct resumed r = {.section = ""};
    bool ok = entry_load(&x, c, e);
    if (ok) about(c, &x);
    if (ok && entry_pending(&x) != NULL) ok = resume(&r, &x, e);
    else c->event.action = AUDIT_NONE;
    if (ok) {
        json_set_text(c->out, "draft", x.draft.code);
        json_set_int(c->out, "draft_version", x.draft.version_no);
        json_set_bool(c->out, "resumed", r.taken);
        json_set_bool(c->out, "conflict", r.conflict);
        json_set_text(c->out, "section", r.section);
    }
    entry_close(&x);
    return ok;
}
