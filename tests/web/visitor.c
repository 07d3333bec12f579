/* SPDX-License-Identifier: EUPL-1.2 */
#include "visitor.h"

#include "harness.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/template.h"
#include "web/answer.h"
#include "web/ask.h"
#include "web/page_source.h"

enum { PAGE_MAX = 4 << 20 };

static struct site site;
static struct response out;
static struct buf page; /* the body, with a NUL behind it */

void visitor_begin(struct service **desk)
{
    struct err e = {0};
    site = (struct site){.desk = desk, .n_desk = 1, .n_language = 1};
    site.language[0] = (struct site_language){"en", "English", NULL};
    site.assets = json_object();
    if (!template_set_new(&site.pages, page_sources, page_source_count, &e)) fail_msg("%s", e.msg);
    response_init(&out);
    buf_init(&page, PAGE_MAX);
}

void visitor_end(void)
{
    response_release(&out);
    template_set_free(site.pages);
    json_free(site.assets);
    buf_release(&page);
}

static int ask(enum method method, const char *session, const char *path, const char *form)
{
    struct field header[] = {{TEXT("sec-fetch-site"), TEXT("same-origin")},
                             {TEXT("host"), TEXT("localhost")}};
    struct field cookie = {TEXT("__Host-dcim"), text_of(session)};
    struct text rest = text_of(path), before;
    (void)text_split(&rest, '?', &before);
    struct request r = {.method = method, .secure = true, .path = before, .target = text_of(path)};
    r.arena = arena_new(ARENA_WIPE);
    r.header = header;
    r.n_header = 2;
    r.cookie = &cookie;
    r.n_cookie = session == NULL ? 0 : 1;
    assert_true(request_parse_urlencoded(&r.query, &r.n_query, rest, r.arena, NULL));
    if (form != NULL)
        assert_true(request_parse_urlencoded(&r.form, &r.n_form, text_of(form), r.arena, NULL));
    (void)snprintf(r.id, sizeof r.id, "0123456789abcdef");
    (void)snprintf(r.source, sizeof r.source, "192.0.2.0/24");
    response_release(&out);
    response_init(&out);
    answer_request(&site, 0, &r, &out);
    arena_free(r.arena);
    buf_clear(&page);
    buf_put(&page, out.body.p, out.body.n);
    buf_putc(&page, '\0');
    return out.status;
}

int visitor_get(const char *session, const char *path)
{
    return ask(METHOD_GET, session, path, NULL);
}

int visitor_post(const char *session, const char *path, const char *form)
{
    char whole[4000], token[CSRF_SIZE];
    ask_csrf(token, session);
    int n = snprintf(whole, sizeof whole, "csrf=%s%s%s", token, form[0] == '\0' ? "" : "&", form);
    assert_in_range(n, 1, sizeof whole - 1);
    return ask(METHOD_POST, session, path, whole);
}

int visitor_forge(const char *session, const char *path, const char *form)
{
    return ask(METHOD_POST, session, path, form);
}

const char *visitor_page(void)
{
    return page.p;
}

/* What stands behind `from` in the head, up to one of `ends`. */
static bool take(char *to, size_t size, const char *from, const char *ends)
{
    struct text head = buf_text(&out.header);
    size_t at, n = 0;
    if (!text_find(head, text_of(from), &at)) return false;
    at += strlen(from);
    while (n + 1 < size && at + n < head.n && strchr(ends, head.p[at + n]) == NULL) n++;
    memcpy(to, head.p + at, n);
    to[n] = '\0';
    return true;
}

const char *visitor_location(void)
{
    static char to[500];
    return take(to, sizeof to, "Location: ", "\r\n") ? to : "";
}

void visitor_take_session(char session[PEOPLE_TOKEN])
{
    char fresh[PEOPLE_TOKEN];
    if (take(fresh, sizeof fresh, "__Host-dcim=", ";\r\n") && fresh[0] != '\0')
        (void)snprintf(session, PEOPLE_TOKEN, "%s", fresh);
}
