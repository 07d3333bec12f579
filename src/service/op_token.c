/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys for programs (S47): each acts for one account, in less than it may itself. */
#include "service/signing.h"
#include "service/tasks.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/token.h"

#include <string.h>

enum { OPERATIONS_MAX = 8192 /* 100 names of 80 bytes */, TOKENS_MAX = 20 /* of one account */ };

/* What a program may be let do: nothing that is about accounts and sessions, and nothing that asks
 * for a second factor. */
static bool is_for_programs(const struct call *c, const struct operation *op)
{
    return op != NULL && op->reach == REACH_DESK && !op->fresh_required && !op->half_open &&
           op->capability != CAP_SELF && op->capability != CAP_ACCOUNT_CHANGE &&
           role_may(c->who.role, op->capability);
}

bool op_token_choices(struct call *c, struct err *e)
{
    const struct operation *op;
    struct json *list = json_array();
    (void)e;
    for (size_t i = 0; (op = operation_at(i)) != NULL; i++) {
        if (!is_for_programs(c, op)) continue;
        struct json *row = json_object();
        json_set_text(row, "name", op->name);
        json_set_text(row, "summary", tr(op->summary));
        json_push(list, row);
    }
    json_set(c->out, "operations", list);
    return true;
}

static bool operation_fits(const struct call *c, const char *name, struct err *e)
{
    if (is_for_programs(c, operation_find(name))) return true;
    err_set(e, ERR_USAGE, "token.operation", "no key can be made for this operation");
    err_detail(e, "%s", name);
    return err_remedy(e, "name operations that your role may do");
}

static bool list_operations(const char **out, struct call *c, struct err *e)
{
    const struct json *list = json_get(c->in, "operations");
    struct buf names;
    bool ok = json_size(list) > 0;
    if (!ok) {
        err_set(e, ERR_USAGE, "token.operation",
                "a key is for named operations, and none was named");
        return err_remedy(e, "name operations that your role may do");
    }
    buf_init(&names, OPERATIONS_MAX);
    for (size_t i = 0; i < json_size(list) && ok; i++) {
        const char *name = json_as_text(json_at(list, i), "");
        ok = operation_fits(c, name, e);
        buf_printf(&names, "%s%s", i == 0 ? "" : " ", name);
    }
    ok = ok && buf_ok(&names, e);
    if (ok) *out = arena_copy(c->arena, names.p, names.n);
    buf_release(&names);
    return ok;
}

static bool find_organisation(struct token *t, struct call *c, struct err *e)
{
    const char *code = json_get_text(c->in, "organisation", "");
    struct organisation o;
    if (code[0] == '\0') return true;
    if (!store_organisation_find(&o, c->s->store, text_of(code), c->arena, e)) return false;
    t->organisation_no = o.organisation_no;
    if (call_sees_organisation(c, o.organisation_no)) return true;
    err_set(e, ERR_USAGE, "token.organisation", "no key can be made for another organisation");
    return err_remedy(e, "leave the organisation out, or name your own");
}

/* One account keeps so many that are good (S74). */
static bool room_for_token(struct call *c, struct err *e)
{
    struct token *list;
    size_t n, good = 0;
    int64_t now = call_now(c);
    if (!store_token_list(&list, &n, c->s->store, c->who.account_no, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) good += list[i].revoked_at == 0 && now < list[i].until;
    if (good < TOKENS_MAX) return true;
    err_set(e, ERR_LIMIT, "token.quota", "an account has at most %d keys for programs", TOKENS_MAX);
    return err_remedy(e, "revoke one that is not used any more");
}

bool op_token_add(struct call *c, struct err *e)
{
    struct account a;
    char text[ACCESS_TOKEN_TEXT + 1], until[INSTANT_TEXT_MAX];
    int64_t now = call_now(c);
    struct token t = {.label = json_get_text(c->in, "label", ""),
                      .purpose = json_get_text(c->in, "purpose", ""),
                      .added_at = now,
                      .until = now + json_get_int(c->in, "days", 0) * 86400};
    if (!own_account(&a, c, e) || !list_operations(&t.operations, c, e) ||
        !find_organisation(&t, c, e))
        return false;
    t.account_no = a.account_no;
    if (!room_for_token(c, e) || !store_token_add(text, c->s->store, &t, e) ||
        !call_notice(c, a.account_no, "key", e))
        return false;
    c->event.object_type = "token";
    c->event.object_id = t.label;
    c->event.fields = t.operations;
    c->event.count = 1;
    instant_format(until, t.until);
    json_set_text(c->out, "token", text);
    json_set_text(c->out, "until", until);
    mem_wipe(text, sizeof text);
    return true;
}

static struct json *names_of(const char *operations)
{
    struct json *list = json_array();
    struct text rest = text_of(operations), one;
    while (text_split(&rest, ' ', &one)) json_push(list, json_text(one));
    return list;
}

bool op_token_list(struct call *c, struct err *e)
{
    struct account a;
    struct token *list;
    size_t n;
    int64_t now = call_now(c);
    if (!own_account(&a, c, e) ||
        !store_token_list(&list, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct token *t = &list[i];
        struct json *row = json_object();
        json_set_int(row, "number", t->token_no);
        json_set_text(row, "label", t->label);
        json_set(row, "operations", names_of(t->operations));
        json_set_text(row, "organisation", t->organisation);
        json_set_text(row, "purpose", t->purpose);
        bool revoked = t->revoked_at != 0, over = !revoked && now >= t->until;
        json_set_text(row, "state", revoked ? "revoked" : over ? "over" : "good");
        json_set_bool(row, "revoked", revoked);
        json_set_bool(row, "over", over);
        json_set_bool(row, "good", !revoked && !over);
        set_instant_member(row, "added_at", t->added_at);
        set_instant_member(row, "until", t->until);
        set_instant_member(row, "used_at", t->used_at);
        json_push(rows, row);
    }
    json_set(c->out, "tokens", rows);
    return true;
}

bool op_token_revoke(struct call *c, struct err *e)
{
    struct account a;
    struct token *list;
    size_t n, i = 0;
    int64_t number = json_get_int(c->in, "number", 0);
    if (!own_account(&a, c, e) ||
        !store_token_list(&list, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    while (i < n && list[i].token_no != number) i++;
    if (i == n) {
        err_set(e, ERR_NOT_FOUND, "token.unknown", "there is no such key");
        return err_remedy(e, "see the list of keys");
    }
    c->event.object_type = "token";
    c->event.object_id = list[i].label;
    c->event.count = 1;
    json_set_int(c->out, "number", number);
    return store_token_revoke(c->s->store, number, call_now(c), e);
}
