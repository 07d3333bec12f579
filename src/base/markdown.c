/* SPDX-License-Identifier: EUPL-1.2 */
/* The only file that calls md4c. The parser (md4c) tells the pieces of the page in order; the HTML
 * is written here, for md4c-html gives headings no ids and passes any link on. */
#include "base/markdown.h"

#include "base/template.h"

#include <md4c.h>
#include <string.h>

enum { PAGE_MAX = 1 << 20, HEADING_MAX = 1000 };

struct writing {
    struct buf *out;
    struct buf *heading; /* the heading being read: its HTML waits for its id */
    struct buf words;    /* its words */
    struct buf inner;
};

static struct buf *place(struct writing *w)
{
    return w->heading != NULL ? w->heading : w->out;
}

/* "Who may see it?" is who-may-see-it. */
static void put_anchor(struct buf *out, struct text words)
{
    for (size_t i = 0; i < words.n; i++) {
        unsigned char c = (unsigned char)words.p[i];
        if (c >= 'A' && c <= 'Z') buf_putc(out, (char)(c - 'A' + 'a'));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                 c >= 0x80)
            buf_putc(out, (char)c);
        else if (c == ' ') buf_putc(out, '-');
    }
}

static void put_heading(struct writing *w, unsigned level)
{
    buf_printf(w->out, "<h%u id=\"", level);
    put_anchor(w->out, buf_text(&w->words));
    buf_puts(w->out, "\">");
    buf_put_text(w->out, buf_text(&w->inner));
    buf_printf(w->out, "</h%u>\n", level);
    buf_clear(&w->words);
    buf_clear(&w->inner);
}

static const struct {
    MD_BLOCKTYPE type;
    const char *begin, *end;
} blocks[] = {
    {MD_BLOCK_QUOTE, "<blockquote>\n", "</blockquote>\n"},
    {MD_BLOCK_UL, "<ul>\n", "</ul>\n"},
    {MD_BLOCK_OL, "<ol>\n", "</ol>\n"},
    {MD_BLOCK_LI, "<li>", "</li>\n"},
    {MD_BLOCK_HR, "<hr>\n", ""},
    {MD_BLOCK_CODE, "<pre><code>", "</code></pre>\n"},
    {MD_BLOCK_P, "<p>", "</p>\n"},
    {MD_BLOCK_TABLE, "<div class=\"wide\" tabindex=\"0\"><table>\n", "</table></div>\n"},
    {MD_BLOCK_THEAD, "<thead>", "</thead>\n"},
    {MD_BLOCK_TBODY, "<tbody>", "</tbody>\n"},
    {MD_BLOCK_TR, "<tr>", "</tr>\n"},
    {MD_BLOCK_TH, "<th scope=\"col\">", "</th>"},
    {MD_BLOCK_TD, "<td>", "</td>"},
};

static int block(struct writing *w, MD_BLOCKTYPE type, bool begin)
{
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        if (blocks[i].type == type) buf_puts(w->out, begin ? blocks[i].begin : blocks[i].end);
    return w->out->too_long;
}

static int block_begins(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    struct writing *w = ctx;
    (void)detail;
    if (type == MD_BLOCK_H) w->heading = &w->inner;
    return block(w, type, true);
}

static int block_ends(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    struct writing *w = ctx;
    if (type == MD_BLOCK_H) {
        w->heading = NULL;
        put_heading(w, ((const MD_BLOCK_H_DETAIL *)detail)->level);
    }
    return block(w, type, false);
}

static bool is_safe(struct text target)
{
    size_t at;
    if (text_starts(target, TEXT("https://")) || text_starts(target, TEXT("http://"))) return true;
    return !text_find(target, TEXT(":"), &at) && !text_starts(target, TEXT("//"));
}

static void put_link(struct buf *out, const MD_SPAN_A_DETAIL *a)
{
    struct text target = {a->href.text, a->href.size}, rest = target, file;
    size_t at;
    buf_puts(out, "<a");
    if (is_safe(target)) {
        bool ours = !text_find(target, TEXT(":"), &at) && text_split(&rest, '#', &file) &&
                    text_ends(file, TEXT(".md"));
        buf_puts(out, " href=\"");
        if (ours) { /* to another page, which is HTML as well then */
            html_escape(out, (struct text){file.p, file.n - 3});
            buf_puts(out, ".html");
            target = (struct text){file.p + file.n, target.n - file.n};
        }
        html_escape(out, target);
        buf_putc(out, '"');
    }
    buf_putc(out, '>');
}

static int span_begins(MD_SPANTYPE type, void *detail, void *ctx)
{
    struct writing *w = ctx;
    switch (type) {
    case MD_SPAN_EM: buf_puts(place(w), "<em>"); break;
    case MD_SPAN_STRONG: buf_puts(place(w), "<strong>"); break;
    case MD_SPAN_CODE: buf_puts(place(w), "<code>"); break;
    case MD_SPAN_A: put_link(place(w), detail); break;
    default: break; /* of an image its words alone are shown */
    }
    return 0;
}

static int span_ends(MD_SPANTYPE type, void *detail, void *ctx)
{
    struct writing *w = ctx;
    (void)detail;
    switch (type) {
    case MD_SPAN_EM: buf_puts(place(w), "</em>"); break;
    case MD_SPAN_STRONG: buf_puts(place(w), "</strong>"); break;
    case MD_SPAN_CODE: buf_puts(place(w), "</code>"); break;
    case MD_SPAN_A: buf_puts(place(w), "</a>"); break;
    default: break;
    }
    return 0;
}

static int words(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
    struct writing *w = ctx;
    struct text t = {p, n};
    switch (type) {
    case MD_TEXT_BR: buf_puts(place(w), "<br>\n"); return 0;
    case MD_TEXT_SOFTBR: t = TEXT("\n"); break;
    case MD_TEXT_NULLCHAR: t = TEXT("\xEF\xBF\xBD"); break;
    case MD_TEXT_ENTITY: buf_put_text(place(w), t); return 0; /* "&lt;": well-formed, says md4c */
    default: break;
    }
    html_escape(place(w), t);
    if (w->heading != NULL) buf_put_text(&w->words, t);
    return 0;
}

bool markdown_to_html(struct buf *out, struct text page, struct err *e)
{
    static const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_NOHTML,
                                     .enter_block = block_begins,
                                     .leave_block = block_ends,
                                     .enter_span = span_begins,
                                     .leave_span = span_ends,
                                     .text = words};
    if (page.n > PAGE_MAX)
        return err_set(e, ERR_LIMIT, "markdown.too_long", "the page is longer than %d bytes",
                       PAGE_MAX);
    if (!text_is_utf8(page, NULL))
        return err_set(e, ERR_INPUT, "markdown.malformed", "the page is not valid UTF-8");
    struct writing w = {.out = out};
    buf_init(&w.words, HEADING_MAX);
    buf_init(&w.inner, PAGE_MAX);
    bool ok = md_parse(page.n == 0 ? "" : page.p, (MD_SIZE)page.n, &parser, &w) == 0;
    buf_release(&w.words);
    buf_release(&w.inner);
    if (!ok && !out->too_long)
        return err_set(e, ERR_SYSTEM, "markdown.memory", "could not read the page");
    return buf_ok(out, e);
}
