/* SPDX-License-Identifier: EUPL-1.2 */
/* What the owner of an account is told of it (S45): at the next look at "My work", until it was
 * read. */
#include "service/govern.h"
#include "service/tasks.h"

#include <string.h>

enum { DAY_SECONDS = 86400 };

static const struct {
    const char *word, *label, *remedy;
} words[] = {
    {"password", N_("Your password was changed."),
     N_("If it was not you, ask who looks after accounts.")},
    {"factor", N_("Your second factor was set up anew."),
     N_("If it was not you, ask who looks after accounts.")},
    {"security-key", N_("A security key was registered for your account."),
     N_("If it was not you, remove it under Your account, and change your password.")},
    {"security-key-gone", N_("A security key of your account was removed."),
     N_("If it was not you, ask who looks after accounts.")},
    {"recovery", N_("New recovery codes were made for your account."),
     N_("If it was not you, make others under Your account.")},
    {"place", N_("Somebody signed in with your account from a network it did not know."),
     N_("If it was not you, end that session under Your account, and change your password.")},
    {"key", N_("A key for a program was made in your name."),
     N_("If it was not you, revoke it under Your account.")},
    {"rights", N_("The rights of your account were changed."),
     N_("If that is wrong, ask who looks after accounts.")},
    {"reset", N_("Your account was reset, and activated with a new code."),
     N_("If you did not ask for that, ask who looks after accounts.")},
};

static size_t word_of(const char *what)
{
    size_t i = 0;
    while (i < sizeof words / sizeof *words && strcmp(words[i].word, what) != 0) i++;
    return i;
}

bool call_notice(struct call *c, int64_t account_no, const char *what, struct err *e)
{
    int64_t now = call_now(c);
    struct task t = {.kind = TASK_NOTICE,
                     .state = "open",
                     .account_no = account_no,
                     .made_at = now,
                     .made_by = c->event.actor != NULL ? c->event.actor : "local",
                     .until = now + (int64_t)NOTICE_DAYS * DAY_SECONDS};
    struct json *body = json_object();
    json_set_text(body, "what", what);
    json_set_text(body, "source", c->who.source == NULL ? "" : c->who.source);
    bool ok = task_put(&t, c, body, e) &&
              task_sweep(c->s->store, TASK_NOTICE, now - (int64_t)NOTICE_DAYS * DAY_SECONDS, e);
    json_free(body);
    return ok;
}

bool op_notice_list(struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_NOTICE, .state = "open", .account_no = c->who.account_no};
    struct task *list = NULL;
    size_t n = 0;
    bool ok = c->who.account_no == 0 || task_list(&list, &n, c->s->store, &f, c->arena, e);
    struct json *rows = json_array();
    json_set(c->out, "notices", rows);
    for (size_t i = 0; ok && i < n; i++) {
        struct json *body;
        ok = task_body(&body, c, &list[i], e);
        if (!ok) break;
        size_t w = word_of(json_get_text(body, "what", ""));
        if (w < sizeof words / sizeof *words) {
            struct json *row = json_object();
            json_set_text(row, "words", tr(words[w].label));
            json_set_text(row, "remedy", tr(words[w].remedy));
            json_set_text(row, "by",
                          strcmp(list[i].made_by, c->who.actor) == 0 ? "" : list[i].made_by);
            json_set_text(row, "source", json_get_text(body, "source", ""));
            set_instant_member(row, "at", list[i].made_at);
            json_push(rows, row);
        }
        json_free(body);
    }
    json_set_bool(c->out, "any", json_size(rows) > 0);
    return ok;
}

bool op_notice_read(struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_NOTICE, .state = "open", .account_no = c->who.account_no};
    struct task *list = NULL;
    size_t n = 0;
    bool ok = c->who.account_no == 0 || task_list(&list, &n, c->s->store, &f, c->arena, e);
    for (size_t i = 0; ok && i < n; i++) {
        struct json *body;
        ok = task_body(&body, c, &list[i], e);
        list[i].state = "read";
        list[i].decided_at = call_now(c);
        ok = ok && task_keep(&list[i], c, body, e);
        json_free(body);
    }
    c->event.object_type = "account";
    c->event.object_id = c->who.actor;
    c->event.fields = "notices";
    c->event.count = (int64_t)n;
    json_set_int(c->out, "read", (int64_t)n);
    return ok;
}
