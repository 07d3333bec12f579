/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit log and the check of the repository. */
#include "service/service_internal.h"

#include "base/date.h"
#include "base/file.h"
#include "base/qr.h"
#include "service/signing.h"
#include "store/check.h"

#include <string.h>

enum { ANCHOR_MAX = 64 * 1024 };

static bool read_anchor(struct buf *out, struct call *c, struct err *e)
{
    const char *path = json_get_text(c->in, "anchor", "");
    buf_init(out, ANCHOR_MAX);
    return path[0] == '\0' || file_read(out, path, ANCHOR_MAX, e);
}

/* A checkpoint as a picture: a telephone keeps it elsewhere without anybody typing it. */
static bool add_picture(struct json *out, const char *checkpoint, struct err *e)
{
    enum { PATH_BYTES = 400000 };
    struct buf path;
    int size = 0;
    buf_init(&path, PATH_BYTES);
    bool ok = qr_path(&path, &size, text_of(checkpoint), e) && buf_ok(&path, e);
    if (ok) {
        struct json *qr = json_object();
        json_set_int(qr, "size", size);
        json_set(qr, "path", json_text(buf_text(&path)));
        json_set(out, "qr", qr);
    }
    buf_release(&path);
    return ok;
}

bool op_audit_verify(struct call *c, struct err *e)
{
    struct audit_report report;
    struct buf anchor;
    bool ok =
        read_anchor(&anchor, c, e) && audit_verify(&report, c->s->store, buf_text(&anchor), e);
    buf_release(&anchor);
    if (!ok) return false;
    char head[2 * sizeof report.head + 1];
    crypto_hex(head, report.head, sizeof report.head);
    json_set_bool(c->out, "ok", report.first_bad == 0);
    json_set_int(c->out, "entries", (int64_t)report.n_entry);
    json_set_int(c->out, "checkpoints", (int64_t)report.n_checkpoint);
    json_set_int(c->out, "first_bad", (int64_t)report.first_bad);
    json_set_text(c->out, "problem", report.problem);
    json_set_text(c->out, "head", head);
    json_set_text(c->out, "checkpoint", report.checkpoint);
    if (!c->who.local && report.checkpoint[0] != '\0' && !add_picture(c->out, report.checkpoint, e))
        return false;
    c->event.object_type = "audit";
    c->event.count = (int64_t)report.n_entry;
    c->event.decision = report.first_bad == 0 ? "allow" : "broken";
    c->tell = report.first_bad != 0;
    return true;
}

struct listing {
    struct json *list;
    size_t limit;
};

static void set_text(struct json *row, const char *key, struct text t)
{
    if (t.n > 0) json_set(row, key, json_text(t));
}

static struct json *entry_row(const struct audit_entry *a)
{
    char at[INSTANT_TEXT_MAX], hash[2 * sizeof a->hash + 1];
    struct json *row = json_object();
    instant_format(at, a->at);
    crypto_hex(hash, a->hash, sizeof a->hash);
    json_set_int(row, "sequence", (int64_t)a->sequence);
    json_set_text(row, "at", at);
    set_text(row, "action", a->action);
    set_text(row, "actor", a->actor);
    set_text(row, "role", a->role);
    set_text(row, "organisation", a->organisation);
    set_text(row, "object_type", a->object_type);
    set_text(row, "object_id", a->object_id);
    set_text(row, "purpose", a->purpose);
    set_text(row, "decision", a->decision);
    set_text(row, "fields", a->fields);
    set_text(row, "recipient", a->recipient);
    json_set_int(row, "count", a->count);
    static const uint8_t none[sizeof a->session] = {0};
    if (memcmp(a->session, none, sizeof none) != 0) {
        char session[2 * sizeof a->session + 1];
        crypto_hex(session, a->session, sizeof a->session);
        json_set_text(row, "session", session);
    }
    set_text(row, "source", a->source);
    json_set_text(row, "hash", hash);
    return row;
}

static const struct {
    const char *name, *words;
} decisions[] = {
    {"allow", N_("allowed")}, {"deny", N_("refused: not allowed")}, {"refused", N_("refused")},
    {"failed", N_("failed")}, {"broken", N_("the log is broken")},  {"alert", N_("alarm")}};

struct json *audit_entry_row(const struct audit_entry *a)
{
    struct json *row = entry_row(a);
    for (int i = 0; i < AUDIT_ACTION_COUNT; i++)
        if (text_is(a->action, audit_action_name((enum audit_action)i)))
            json_set_text(row, "action_label", tr(audit_action_text((enum audit_action)i)));
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++)
        if (text_is(a->decision, decisions[i].name))
            json_set_text(row, "decision_label", tr(decisions[i].words));
    const struct role *role = role_find(a->role);
    if (role != NULL) json_set_text(row, "role_title", role_title(role));
    for (size_t i = 0; i < n_role; i++) /* a role's own, of who gave none */
        if (roles[i].purpose != NULL && text_is(a->purpose, roles[i].purpose))
            json_set_text(row, "purpose_label", tr(roles[i].purpose));
    return row;
}

static bool list_entry(void *ctx, const struct audit_entry *a)
{
    struct listing *l = ctx;
    json_push(l->list, entry_row(a));
    return json_size(l->list) < l->limit;
}

bool op_audit_list(struct call *c, struct err *e)
{
    struct listing l = {json_array(), (size_t)json_get_int(c->in, "limit", 50)};
    uint64_t first = (uint64_t)json_get_int(c->in, "from", 0), last = 0;
    bool ok = true;
    if (first == 0) {
        ok = audit_last(&last, c->s->store, e);
        first = last > l.limit ? last - l.limit + 1 : 1;
    }
    ok = ok && audit_each(c->s->store, first, list_entry, &l, e);
    json_set(c->out, "entries", l.list);
    return ok;
}

bool op_check_run(struct call *c, struct err *e)
{
    struct json *report;
    if (!store_check(&report, c->s->store, e)) return false;
    json_free(c->out);
    c->out = report;
    c->event.object_type = "repository";
    c->tell = !json_get_bool(report, "ok", false);
    c->event.decision = c->tell ? "broken" : "allow";
    return true;
}
