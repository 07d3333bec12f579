/* SPDX-License-Identifier: EUPL-1.2 */
#include "seat.h"

#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool carry_out(struct call *c, const struct operation_row *row, struct err *e)
{
    struct store *st;
    if (!service_repository(c->s, e)) return false;
    call_speak(c, c->s->dictionary);
    c->decision = decide(&c->who, c->operation, AUDIT_NONE, "a test");
    if (c->decision.verdict != VERDICT_ALLOW)
        return err_set(e, ERR_DENIED, "call.not_allowed", "not allowed");
    st = c->s->store;
    if (row->operation.transaction == TX_NONE) return row->handler(c, e);
    bool write = row->operation.transaction == TX_WRITE;
    if (!store_begin(st, write, e)) return false;
    bool ok = row->handler(c, e);
    if (ok && write) return store_commit(st, e);
    store_rollback(st);
    return ok;
}

static bool try_it(struct json **out, struct service *s, const struct seat_of *who, struct err *e,
                   const char *operation, const char *parameters, va_list ap)
    __attribute__((format(printf, 6, 0)));

static bool try_it(struct json **out, struct service *s, const struct seat_of *who, struct err *e,
                   const char *operation, const char *parameters, va_list ap)
{
    static char text[20000];
    struct json *in;
    int n = vsnprintf(text, sizeof text, parameters, ap);
    if (n < 0 || (size_t)n >= sizeof text) fail_msg("seat: parameters too long");
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    const struct operation_row *row = operation_row_find(operation);
    if (row == NULL) fail_msg("seat: no operation %s", operation);
    if (!json_parse(&in, text_of(text), e)) fail_msg("seat: %s: %s", text, e->msg);
    struct call c = {.s = s, .operation = &row->operation, .in = in};
    c.arena = arena_new(ARENA_WIPE);
    c.out = json_object();
    c.who = (struct who){.actor = who->role,
                         .role = role_find(text_of(who->role)),
                         .organisation = who->organisation,
                         .organisation_no = who->organisation_no,
                         .account_no = who->account_no,
                         .language = "en"};
    bool ok = carry_out(&c, row, e);
    arena_free(c.arena);
    json_free(in);
    if (ok) *out = c.out;
    else json_free(c.out);
    return ok;
}

bool seat_try(struct json **out, struct service *s, const struct seat_of *who, struct err *e,
              const char *operation, const char *parameters, ...)
{
    va_list ap;
    *out = NULL;
    err_clear(e);
    va_start(ap, parameters);
    bool ok = try_it(out, s, who, e, operation, parameters, ap);
    va_end(ap);
    return ok;
}

const struct json *seat_do(struct service *s, const struct seat_of *who, const char *operation,
                           const char *parameters, ...)
{
    static struct json *result;
    struct json *before = result;
    struct err e = {0};
    va_list ap;
    va_start(ap, parameters);
    bool ok = try_it(&result, s, who, &e, operation, parameters, ap);
    va_end(ap);
    json_free(before);
    if (!ok) result = NULL;
    if (!ok) fail_msg("%s: %s: %s %s", operation, e.id, e.msg, e.detail);
    return result;
}
