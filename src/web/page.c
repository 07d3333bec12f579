/* SPDX-License-Identifier: EUPL-1.2 */
/* The document of a page, and its template over it. */
#include "web/page.h"

#include "base/date.h"
#include "base/unicode.h"
#include "web/ask.h"
#include "web/asset.h"

#include <stdio.h>
#include <string.h>

bool exchange_may(const struct exchange *x, const char *capability)
{
    const struct json *list = x->info == NULL ? NULL : json_get(x->info, "capabilities");
    if (capability == NULL) return true;
    for (size_t i = 0; list != NULL && i < json_size(list); i++)
        if (strcmp(json_as_text(json_at(list, i), ""), capability) == 0) return true;
    return false;
}

static struct json *menu(const struct exchange *x)
{
    struct json *list = json_array();
    const struct menu_item *m;
    for (size_t i = 0; (m = menu_at(i)) != NULL; i++) {
        if (!exchange_may(x, m->capability)) continue;
        struct json *row = json_object();
        json_set_text(row, "text", tr(m->text));
        json_set_text(row, "href", m->href);
        if (x->route != NULL && x->route->nav != NULL && strcmp(x->route->nav, m->href) == 0)
            json_set_bool(row, "current", true);
        json_push(list, row);
    }
    return list;
}

static struct json *languages(struct exchange *x)
{
    struct json *list = json_array();
    const char *path =
        x->request == NULL ? "/" : arena_copy(x->arena, x->request->path.p, x->request->path.n);
    for (size_t i = 0; i < x->site->n_language; i++) {
        const struct site_language *l = &x->site->language[i];
        struct json *row = json_object();
        json_set_text(row, "code", l->code);
        json_set_text(row, "name", l->name);
        if (strcmp(l->code, x->language) == 0) json_set_bool(row, "current", true);
        json_set_text(row, "href", arena_printf(x->arena, "%s?language=%s", path, l->code));
        json_push(list, row);
    }
    return list;
}

static const char *title(const struct exchange *x)
{
    const struct json *failure = json_get(x->extra, "failure"), *own = json_get(x->extra, "title");
    if (failure != NULL) return json_get_text(failure, "title", "");
    if (own != NULL) return json_as_text(own, "");
    if (x->route != NULL && x->route->title != NULL) return tr(x->route->title);
    return x->result == NULL ? "" : json_get_text(x->result, "title", "");
}

/* Another language on a page that came of a POST: the same is sent once more, where it shows and
 * changes nothing, or where nothing was done. Elsewhere there is no other language. */
static void put_repost(struct json *page, const struct exchange *x)
{
    const struct route *asked = x->match.route;
    if (x->info == NULL || x->request == NULL || x->request->method != METHOD_POST) return;
    if (asked == NULL || x->route == NULL || json_has(x->extra, "failure")) return;
    if (!(asked->flags & ROUTE_REPEAT) && x->route == asked) return;
    struct json *repost = json_object();
    json_set(repost, "action", json_text(x->request->path));
    json_set(repost, "sent", ask_sent(x));
    json_set(page, "repost", repost);
}

static bool same_nav(const struct route *a, const struct route *b)
{
    return a->nav == NULL || b->nav == NULL ? a->nav == b->nav : strcmp(a->nav, b->nav) == 0;
}

/* The way back of a page whose hook names none: the nearest page above its address in the same part
 * of the menu, else that part's first. Pages with tabs or steps lead on by those. */
static void put_back(struct json *page, const struct exchange *x)
{
    const struct route *r = x->route;
    if (x->request == NULL || r == NULL || r->page == NULL || json_has(x->extra, "steps") ||
        json_has(x->extra, "sub_navigation"))
        return;
    struct text path = x->request->path;
    while (path.n > 1) {
        struct route_match m;
        while (path.n > 0 && path.p[path.n - 1] != '/') path.n--;
        if (path.n > 0) path.n--;
        if (path.n == 0) break;
        route_find(&m, METHOD_GET, path);
        if (m.route == NULL || m.route->page == NULL || !same_nav(m.route, r)) continue;
        json_set(page, "back", json_text(path));
        return;
    }
    if (r->nav != NULL && strcmp(r->nav, "/") != 0 && strcmp(r->nav, r->path) != 0)
        json_set_text(page, "back", r->nav);
}

static struct json *chrome(struct exchange *x)
{
    struct json *page = json_object();
    json_set_text(page, "language", x->language);
    json_set_text(page, "title", title(x));
    json_set_text(page, "register",
                  x->info == NULL ? x->site->home_name
                                  : json_get_text(x->info, "register", x->site->home_name));
    json_set_int(page, "error_count", (int64_t)json_size(x->errors));
    json_set_text(page, "csrf", x->csrf);
    if (x->request != NULL && x->request->method == METHOD_GET && x->request->target.p != NULL)
        json_set(page, "here", json_text(x->request->target));
    json_set(page, "languages", languages(x));
    json_set(page, "assets", json_share(x->site->assets));
    put_repost(page, x);
    if (x->route != NULL && (x->route->flags & ROUTE_EXIT)) json_set_text(page, "exit", "/leave");
    if (x->notice != NULL) {
        struct json *notice = json_object();
        json_set_text(notice, "text", x->notice);
        json_set_bool(notice, "success", true);
        json_set(page, "notice", notice);
    }
    if (x->info == NULL) return page;
    struct json *account = json_object();
    put_back(page, x);
    json_set_text(account, "name", json_get_text(x->info, "name", ""));
    json_set_text(account, "known_as", json_get_text(x->info, "account", ""));
    json_set(page, "account", account);
    json_set(page, "nav", menu(x));
    json_set_bool(page, "demo", json_get_bool(x->info, "demo", false));
    if (json_size(json_get(x->info, "weakened")) > 0) {
        json_set(page, "weakened", json_share(json_get(x->info, "weakened")));
        json_set_bool(page, "is_weakened", true);
    }
    json_set_int(page, "idle_seconds", json_get_int(x->info, "idle_seconds", 0));
    json_set_int(page, "longest_seconds", json_get_int(x->info, "longest_seconds", 0));
    return page;
}

/* Instants as people of the language read them, beside the exact ones: at -> at_text. */
static void add_local_times(struct json *j, const char *language)
{
    const char *key;
    struct json *value;
    if (json_kind(j) == JSON_ARRAY) {
        for (size_t i = 0; i < json_size(j); i++) add_local_times(json_item_mut(j, i), language);
        return;
    }
    if (json_kind(j) != JSON_OBJECT) return;
    enum { TIMES_MAX = 8 };
    char name[TIMES_MAX][64], shown[TIMES_MAX][80];
    size_t n = 0;
    int64_t seconds;
    for (void *at = NULL; json_next_mut(j, &at, &key, &value);) {
        enum json_kind kind = json_kind(value);
        if (kind == JSON_OBJECT || kind == JSON_ARRAY) add_local_times(value, language);
        if (kind != JSON_TEXT) continue;
        size_t length = strlen(key);
        char last = length == 0 ? '\0' : key[length - 1];
        if (last != 't' && last != 'l') continue; /* as most names */
        bool time = strcmp(key, "at") == 0 || strcmp(key, "until") == 0 ||
                    (length > 3 && strcmp(key + length - 3, "_at") == 0) ||
                    (length > 6 && strcmp(key + length - 6, "_until") == 0);
        if (time && n < TIMES_MAX && length < 50 &&
            instant_parse(&seconds, text_of(json_as_text(value, ""))) &&
            unicode_instant(shown[n], sizeof shown[n], seconds, language))
            snprintf(name[n++], sizeof name[0], "%s_text", key);
    }
    for (size_t i = 0; i < n; i++) json_set_text(j, name[i], shown[i]);
}

/* errors by their field: {"password": "..."} */
static struct json *by_field(const struct json *errors)
{
    struct json *out = json_object();
    for (size_t i = 0; i < json_size(errors); i++) {
        const struct json *row = json_at(errors, i);
        const char *field = json_get_text(row, "field", NULL);
        if (field != NULL) json_set_text(out, field, json_get_text(row, "message", ""));
    }
    return out;
}

/* The cells of a list say which column they are of: on a phone they stand below each other. */
static void name_cells(struct json *table)
{
    const struct json *columns = json_get(table, "columns");
    struct json *rows = json_member_mut(table, "rows");
    if (!json_get_bool(table, "list", false)) return;
    for (size_t i = 0; i < json_size(rows); i++) {
        struct json *cells = json_member_mut(json_item_mut(rows, i), "cells");
        for (size_t k = 0; k < json_size(cells); k++)
            json_set_text(json_item_mut(cells, k), "column",
                          json_get_text(json_at(columns, k), "text", ""));
    }
}

/* What belongs to this answer alone is shared with its document, not copied: a list of records is
 * thousands of pieces. */
struct json *page_document(struct exchange *x)
{
    struct json *d = json_object();
    const char *key;
    const struct json *value;
    json_set(d, "page", chrome(x));
    json_set(d, "form", json_share(x->form));
    json_set(d, "errors", json_share(x->errors));
    json_set(d, "error", by_field(x->errors));
    if (x->info != NULL) json_set(d, "account", json_share(x->info));
    if (json_has(x->extra, "table")) name_cells(json_member_mut(x->extra, "table"));
    for (void *at = NULL; json_next(x->extra, &at, &key, &value);)
        if (strcmp(key, "page") != 0) json_set(d, key, json_share(value));
    const struct json *more = json_get(x->extra, "page"); /* what a hook says of the page */
    for (void *at = NULL; more != NULL && json_next(more, &at, &key, &value);)
        json_set(json_member_mut(d, "page"), key, json_share(value));
    if (x->result != NULL) json_set(d, "result", json_share(x->result));
    for (size_t i = 0; i < x->match.n_variable; i++) {
        struct text v = x->match.variable[i].value;
        const char *name = arena_printf(x->arena, "path_%.*s", (int)x->match.variable[i].name_n,
                                        x->match.variable[i].name);
        json_set(d, name, json_text(v));
    }
    add_local_times(d, x->language);
    return d;
}

static bool fill(struct exchange *x, const char *page, const struct json *document)
{
    struct err e = {0};
    return template_render(&x->response->body, x->site->pages, page, document, &e);
}

static void begin(struct exchange *x, int status)
{
    buf_clear(&x->response->body); /* headers stay: a cookie may be among them */
    x->response->status = status;
    x->response->content_type = "text/html; charset=utf-8";
}

static void say_broken(struct exchange *x)
{
    response_clear(x->response);
    x->response->status = 500;
    x->response->content_type = "text/plain; charset=utf-8";
    buf_puts(&x->response->body, "The page could not be made.\n");
}

void page_show(struct exchange *x, const char *page, int status)
{
    struct json *d = page_document(x);
    begin(x, status);
    if (!fill(x, page, d)) say_broken(x);
    json_free(d);
}

void page_show_around(struct exchange *x, const char *first, struct text html, const char *last)
{
    struct json *d = page_document(x);
    begin(x, 200);
    bool ok = fill(x, first, d);
    buf_put_text(&x->response->body, html);
    if (!ok || !fill(x, last, d)) say_broken(x);
    json_free(d);
}

void exchange_keep_choice(struct exchange *x, const char *list, const char *member,
                          const char *field)
{
    const char *chosen = json_get_text(x->form, field, NULL);
    struct json *rows = chosen == NULL ? NULL : json_member_mut(x->result, list);
    for (size_t i = 0; rows != NULL && i < json_size(rows); i++) {
        struct json *row = json_item_mut(rows, i);
        json_set_bool(row, "chosen", strcmp(json_get_text(row, member, ""), chosen) == 0);
    }
}

void exchange_drop_blank(struct exchange *x)
{
    struct json *in = json_object();
    const char *key;
    const struct json *v;
    for (void *at = NULL; json_next(x->in, &at, &key, &v);)
        if (json_kind(v) != JSON_TEXT || json_as_text(v, "")[0] != '\0')
            json_set(in, key, json_copy(v));
    json_free(x->in);
    x->in = in;
}
