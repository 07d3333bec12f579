/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/help.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/markdown.h"
#include "base/mem.h"

#include <string.h>

enum { PAGE_MAX = 1 << 20, HTML_MAX = 4 << 20, PAGES_MAX = 200 };

struct help {
    struct arena *arena;
    struct help_page page[PAGES_MAX];
    size_t n;
};

/* "# Collecting data" is the title; the page's own h1 stays. */
static const char *title_of(struct text markdown, const char *otherwise, struct arena *a)
{
    struct text rest = markdown, line;
    while (text_split(&rest, '\n', &line))
        if (text_starts(line, TEXT("# "))) {
            struct text t = text_trim((struct text){line.p + 2, line.n - 2});
            return arena_copy(a, t.p, t.n);
        }
    return otherwise;
}

/* "victims.html#age" of a page in `below`, as markdown_to_html() writes it: /help/victims#age. */
static void put_page(struct buf *out, struct text target, struct text file, const char *below)
{
    bool up = text_starts(file, TEXT("../"));
    size_t from = up ? 3 : 0;
    buf_printf(out, "/help/%s", up ? "" : below);
    buf_put(out, file.p + from, file.n - from - strlen(".html"));
    buf_put(out, file.p + file.n, target.n - file.n);
}

/* Links from page to page lead to where the pages are here. */
static void link_pages(struct buf *out, struct text html, const char *below)
{
    struct text rest = html;
    size_t at;
    while (text_find(rest, TEXT("href=\""), &at)) {
        size_t begin = at + strlen("href=\""), end = begin;
        while (end < rest.n && rest.p[end] != '"') end++;
        struct text target = {rest.p + begin, end - begin}, file, split = target;
        size_t colon;
        buf_put(out, rest.p, begin);
        bool page = !text_find(target, TEXT(":"), &colon) && text_split(&split, '#', &file) &&
                    text_ends(file, TEXT(".html"));
        if (page) put_page(out, target, file, below);
        else buf_put_text(out, target);
        rest = (struct text){rest.p + end, rest.n - end};
    }
    buf_put_text(out, rest);
}

static bool add_page(struct help *h, const char *path, const char *below, const char *name,
                     struct err *e)
{
    struct buf markdown, html, linked;
    buf_init(&markdown, PAGE_MAX);
    buf_init(&html, HTML_MAX);
    buf_init(&linked, HTML_MAX);
    bool ok =
        file_read(&markdown, path, PAGE_MAX, e) && markdown_to_html(&html, buf_text(&markdown), e);
    if (ok) {
        link_pages(&linked, buf_text(&html), below);
        ok = buf_ok(&linked, e);
    }
    if (ok)
        h->page[h->n++] =
            (struct help_page){.name = name,
                               .title = title_of(buf_text(&markdown), name, h->arena),
                               .html = {arena_copy(h->arena, linked.p, linked.n), linked.n}};
    buf_release(&markdown);
    buf_release(&html);
    buf_release(&linked);
    return ok;
}

static bool add_folder(struct help *h, const char *folder, const char *below, struct err *e)
{
    struct file_names names = {0};
    bool ok = folder_list(&names, arena_printf(h->arena, "%s/%s", folder, below), e);
    for (size_t i = 0; ok && i < names.n && h->n < PAGES_MAX; i++) {
        struct text name = text_of(names.name[i]);
        if (!text_ends(name, TEXT(".md"))) continue;
        ok = add_page(h, arena_printf(h->arena, "%s/%s%s", folder, below, names.name[i]), below,
                      arena_printf(h->arena, "%s%.*s", below, (int)(name.n - 3), name.p), e);
    }
    file_names_free(&names);
    return ok;
}

bool help_load(struct help **out, const char *folder, struct err *e)
{
    struct help *h = mem_new(1, sizeof *h);
    h->arena = arena_new(ARENA_PLAIN);
    if (add_folder(h, folder, "", e) && add_folder(h, folder, "national/", e)) {
        *out = h;
        return true;
    }
    help_free(h);
    return false;
}

void help_free(struct help *h)
{
    if (h == NULL) return;
    arena_free(h->arena);
    mem_free(h);
}

size_t help_count(const struct help *h)
{
    return h == NULL ? 0 : h->n;
}

const struct help_page *help_at(const struct help *h, size_t i)
{
    return i < help_count(h) ? &h->page[i] : NULL;
}

const struct help_page *help_find(const struct help *h, struct text name)
{
    for (size_t i = 0; i < help_count(h); i++)
        if (text_is(name, h->page[i].name)) return &h->page[i];
    return NULL;
}
