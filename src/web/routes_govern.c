/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking after the register: organisations, the audit log, backups, keys, requests of data
 * subjects. */
#include "base/catalogue.h"
#include "web/exchange.h"
#include "web/http.h"
#include "web/routes.h"

#include <string.h>

/* Megabytes are what people know; bytes are what is kept. */
static bool before_quota(struct exchange *x)
{
    enum { MEGA = 1000000, MOST = 1000000000 };
    int64_t megabytes;
    struct text typed = text_trim(request_form(x->request, "megabytes"));
    if (typed.n == 0) return true;
    if (text_to_int(typed, &megabytes) && megabytes >= 0 && megabytes <= MOST)
        json_set_int(x->in, "bytes", megabytes * MEGA);
    else exchange_error(x, "megabytes", tr("This must be a whole number."), NULL);
    return true;
}

/* The pages of running a register, as tabs: those that the account may open. */
static bool after_system(struct exchange *x)
{
    static const struct {
        const char *href, *text, *capability;
    } pages[] = {{"/health", N_("Condition"), "check"},
                 {"/backups", N_("Backups"), "backup"},
                 {"/keys", N_("Keys"), "key.change"},
                 {"/packs", N_("Forms and rules"), "dictionary.read"}};
    struct json *box = json_object(), *items = json_array();
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (!exchange_may(x, pages[i].capability)) continue;
        struct json *row = json_object();
        json_set_text(row, "href", pages[i].href);
        json_set_text(row, "text", tr(pages[i].text));
        json_set_bool(row, "current", strcmp(x->route->path, pages[i].href) == 0);
        json_push(items, row);
    }
    json_set_text(box, "title", tr(N_("Running the register")));
    json_set(box, "items", items);
    json_set(x->extra, "sub_navigation", box);
    return true;
}

/* What the door itself has counted, where the desk says that it is for this account: numbers
 * alone. */
static bool after_health(struct exchange *x)
{
    static const char *const class[HTTP_CLASSES] = {NULL,        NULL,      "answered",
                                                    "forwarded", "refused", "failed"};
    struct http_counts n;
    struct http *front = x->site->http; /* read once: the door closes while workers answer */
    if (front != NULL && json_get_bool(x->result, "server", false)) {
        struct json *j = json_object();
        http_count(&n, front);
        for (size_t i = 0; i < HTTP_CLASSES; i++)
            if (class[i] != NULL) json_set_int(j, class[i], (int64_t)n.answered[i]);
        json_set_int(j, "limited", (int64_t)n.limited);
        json_set_int(j, "cut", (int64_t)n.cut);
        json_set_int(j, "open", (int64_t)n.open);
        json_set_int(j, "waiting", (int64_t)n.waiting);
        json_set_bool(j, "timed", n.timed > 0);
        json_set_text(j, "half", arena_printf(x->arena, "%.1f", (double)n.half_us / 1000));
        json_set_text(j, "most", arena_printf(x->arena, "%.1f", (double)n.most_us / 1000));
        json_set(x->extra, "http", j);
    }
    return after_system(x);
}

/* Templates compare nothing: the kind of a slot as a member of its own. */
static bool after_keys(struct exchange *x)
{
    static const char *const kinds[][2] = {{"recovery", "is_recovery"},
                                           {"passphrase", "is_passphrase"},
                                           {"key-file", "is_key_file"},
                                           {"dual", "is_dual"}};
    struct json *slots = json_member_mut(x->result, "slots");
    for (size_t i = 0; i < json_size(slots); i++) {
        struct json *row = json_item_mut(slots, i);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (strcmp(json_get_text(row, "kind", ""), kinds[k][0]) == 0)
                json_set_bool(row, kinds[k][1], true);
    }
    return after_system(x);
}

static bool after_types(struct exchange *x)
{
    exchange_keep_choice(x, "types", "type", "type");
    return true;
}

static bool after_request(struct exchange *x)
{
    exchange_keep_choice(x, "states", "state", "state");
    return true;
}

/* The same for choices that the page itself has: chosen_access, chosen_gdpr. */
static bool after_request_form(struct exchange *x)
{
    static const char *const fields[] = {"right", "law"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *value = json_get_text(x->form, fields[i], NULL);
        if (value != NULL)
            json_set_bool(x->extra, arena_printf(x->arena, "chosen_%s", value), true);
    }
    return true;
}

const struct route routes_govern[] = {
    {.method = METHOD_GET,
     .path = "/organisations",
     .operation = "organisation.list",
     .page = "organisations",
     .title = N_("Organisations"),
     .nav = "/organisations"},
    {.method = METHOD_GET,
     .path = "/add-organisation",
     .operation = "organisation.types",
     .page = "organisation-add",
     .title = N_("Add an organisation"),
     .nav = "/organisations",
     .flags = ROUTE_FORM,
     .after = after_types},
    {.method = METHOD_POST,
     .path = "/add-organisation",
     .operation = "organisation.add",
     .title = N_("Add an organisation"),
     .nav = "/organisations",
     .done = "/organisations?done=organisation-added"},
    {.method = METHOD_GET,
     .path = "/organisations/{code}",
     .operation = "organisation.show",
     .page = "organisation",
     .title = N_("Organisation"),
     .nav = "/organisations",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/organisations/{code}",
     .operation = "organisation.quota",
     .title = N_("Organisation"),
     .nav = "/organisations",
     .before = before_quota,
     .done = "/organisations/{code}?done=quota-changed"},

    {.method = METHOD_GET,
     .path = "/audit",
     .operation = "audit.search",
     .page = "audit",
     .title = N_("Audit log"),
     .nav = "/audit"},
    {.method = METHOD_POST,
     .path = "/audit",
     .operation = "audit.search",
     .page = "audit",
     .title = N_("Audit log"),
     .nav = "/audit"},
    {.method = METHOD_POST,
     .path = "/audit/verify",
     .operation = "audit.verify",
     .page = "audit-verified",
     .title = N_("Verification of the audit log"),
     .nav = "/audit",
     .again = "/audit"},
    {.method = METHOD_GET,
     .path = "/audit/record",
     .page = "audit-record",
     .title = N_("Who has opened a record"),
     .nav = "/audit",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/audit/record",
     .operation = "audit.readers",
     .page = "readers",
     .title = N_("Who has opened this record"),
     .nav = "/audit"},
    {.method = METHOD_GET,
     .path = "/records/{record}/readers",
     .operation = "audit.readers",
     .page = "readers",
     .title = N_("Who has opened this record"),
     .nav = "/audit"},

    {.method = METHOD_GET,
     .path = "/health",
     .operation = "health.show",
     .page = "health",
     .title = N_("Condition"),
     .nav = "/health",
     .after = after_health},
    {.method = METHOD_POST,
     .path = "/health",
     .operation = "check.run",
     .page = "check-result",
     .title = N_("Check of the register"),
     .nav = "/health",
     .after = after_system},
    {.method = METHOD_GET,
     .path = "/backups",
     .operation = "backup.list",
     .page = "backups",
     .title = N_("Backups"),
     .nav = "/health",
     .after = after_system},
    {.method = METHOD_POST,
     .path = "/backups",
     .operation = "backup.make_here",
     .title = N_("Backups"),
     .nav = "/health",
     .done = "/backups?done=backup-made"},
    {.method = METHOD_GET,
     .path = "/backup-schedule",
     .operation = "backup.list",
     .page = "backup-schedule",
     .title = N_("Backups by the server itself"),
     .nav = "/health",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/backup-schedule",
     .operation = "backup.schedule",
     .title = N_("Backups by the server itself"),
     .nav = "/health",
     .done = "/backups?done=backup-schedule"},
    {.method = METHOD_GET,
     .path = "/backups/{backup}",
     .operation = "backup.list",
     .page = "backup-verify",
     .title = N_("Verify a backup"),
     .nav = "/health",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/backups/{backup}",
     .operation = "backup.verify_here",
     .title = N_("Verify a backup"),
     .nav = "/health",
     .done = "/backups?done=backup-verified"},
    {.method = METHOD_GET,
     .path = "/keys",
     .operation = "key.list",
     .page = "keys",
     .title = N_("Keys"),
     .nav = "/health",
     .after = after_keys},
    {.method = METHOD_POST,
     .path = "/keys",
     .operation = "key.add",
     .page = "key-made",
     .title = N_("A recovery code of the register"),
     .nav = "/health"},
    {.method = METHOD_GET,
     .path = "/keys/{slot}",
     .operation = "key.list",
     .page = "key-remove",
     .title = N_("Remove a slot"),
     .nav = "/health",
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/keys/{slot}",
     .operation = "key.remove",
     .title = N_("Remove a slot"),
     .nav = "/health",
     .done = "/keys?done=slot-removed"},
    {.method = METHOD_GET,
     .path = "/packs",
     .operation = "pack.installed",
     .page = "packs",
     .title = N_("Forms and rules"),
     .nav = "/health",
     .after = after_system},
    {.method = METHOD_GET,
     .path = "/setup/finish",
     .operation = "setup.progress",
     .page = "setup-finish",
     .title = N_("Finish setting up"),
     .flags = ROUTE_FORM},
    {.method = METHOD_POST,
     .path = "/setup/finish",
     .operation = "setup.confirm",
     .title = N_("Finish setting up"),
     .done = "/?done=setup-finished"},

    {.method = METHOD_GET,
     .path = "/requests",
     .operation = "request.list",
     .page = "requests",
     .title = N_("Requests of data subjects"),
     .nav = "/requests"},
    {.method = METHOD_GET,
     .path = "/add-request",
     .operation = "request.list",
     .page = "request-add",
     .title = N_("Register a request"),
     .nav = "/requests",
     .flags = ROUTE_FORM | ROUTE_EXIT,
     .after = after_request_form},
    {.method = METHOD_POST,
     .path = "/add-request",
     .operation = "request.add",
     .title = N_("Register a request"),
     .nav = "/requests",
     .flags = ROUTE_EXIT,
     .done = "/requests/{request}?done=request-added"},
    {.method = METHOD_GET,
     .path = "/requests/{request}",
     .operation = "request.show",
     .page = "request",
     .title = N_("Request of a data subject"),
     .nav = "/requests",
     .flags = ROUTE_FORM | ROUTE_EXIT,
     .after = after_request},
    {.method = METHOD_POST,
     .path = "/requests/{request}",
     .operation = "request.answer",
     .title = N_("Request of a data subject"),
     .nav = "/requests",
     .flags = ROUTE_EXIT,
     .done = "/requests/{request}?done=request-kept"},
};
const size_t routes_govern_count = sizeof routes_govern / sizeof *routes_govern;
