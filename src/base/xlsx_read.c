/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading workbooks: the parts around the sheets.
 *
 *     _rels/.rels ─► xl/workbook.xml ─► xl/_rels/workbook.xml.rels ─┬─► sheets, read later, row by
 *     row
 *                    names, order,      what each id stands for     ├─► styles: which cells are
 *                    dates
 *                    1904 or 1900                                   └─► shared strings
 *
 * Format: ECMA-376 (Office Open XML) parts 1 and 2, transitional and strict alike, for only local
 * names and the ends of relationship types are looked at. Relationships lead from part to part
 * within the archive; one that leads outside is noticed and never followed.
 *
 * Memory: the shared strings (at most STRINGS_MAX bytes) and a row. */
#include "base/xlsx_read.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/xlsx_internal.h"
#include "base/xlsx_xml.h"

#include <string.h>

/* limits beyond those of the header */
enum {
    STRINGS_MAX = 128 * 1024 * 1024, /* bytes of all shared strings */
    STRING_COUNT_MAX = 8 * 1000 * 1000,
    STYLE_MAX = 65536,  /* cell formats */
    FORMAT_MAX = 10000, /* number formats of the workbook's own */
    SHEET_NAME_MAX = 255
};

struct relation {
    char *id, *type, *target;
    bool external;
};

struct relations {
    struct relation *item;
    size_t n, cap;
};

struct opening { /* while a workbook is opened */
    struct xlsx_reader *r;
    struct relations relations; /* of the workbook part */
    char *folder;               /* of the workbook part, "xl/" */
    size_t depth, skip;         /* skip: depth of a phonetic run, whose text is not the cell's */
    bool in_formats, in_styles, collect;
    struct format {
        uint32_t id;
        bool date;
    } * format;
    size_t n_format, cap_format;
};

static bool not_workbook(struct err *e, const char *why)
{
    err_set(e, ERR_INPUT, "xlsx.not_workbook", "the file is not an XLSX workbook: %s", why);
    return err_remedy(e, "open it in a spreadsheet program and save it as .xlsx");
}

static bool too_many(struct err *e, const char *what, long limit)
{
    err_set(e, ERR_LIMIT, "xlsx.too_many_parts", "the workbook has more than %ld %s", limit, what);
    return err_remedy(e, "save the sheet's data alone in a new workbook, or as CSV");
}

/* ---- relationships ------------------------------------------------------------------------- */

static char *keep(struct text t)
{
    return mem_text(t.p, t.n);
}

static void relations_free(struct relations *rs)
{
    for (size_t i = 0; i < rs->n; i++) {
        mem_free(rs->item[i].id);
        mem_free(rs->item[i].type);
        mem_free(rs->item[i].target);
    }
    mem_free(rs->item);
    *rs = (struct relations){0};
}

static bool relation_start(void *ctx, struct text name, const char *const *attribute, struct err *e)
{
    struct relations *rs = ctx;
    struct text id, type, target, mode = {"", 0};
    if (!text_is(name, "Relationship")) return true;
    if (!xlsx_xml_attribute(&id, attribute, "Id") ||
        !xlsx_xml_attribute(&type, attribute, "Type") ||
        !xlsx_xml_attribute(&target, attribute, "Target"))
        return not_workbook(e, tr("a relationship is incomplete"));
    if (rs->n == XLSX_ENTRY_MAX) return too_many(e, "relationships", XLSX_ENTRY_MAX);
    (void)xlsx_xml_attribute(&mode, attribute, "TargetMode");
    MEM_GROW(rs->item, rs->cap, rs->n + 1);
    rs->item[rs->n++] =
        (struct relation){keep(id), keep(type), keep(target), text_is(mode, "External")};
    return true;
}

static bool relations_read(struct relations *rs, struct xlsx_reader *r, struct text part,
                           struct err *e)
{
    size_t entry;
    if (!xlsx_zip_find(r->zip, part, &entry)) return true; /* a part without relationships */
    struct xlsx_xml_events events = {.start = relation_start, .ctx = rs};
    return xlsx_xml_read(r->zip, entry, &events, e);
}

static const struct relation *relation_by_type(const struct relations *rs, const char *ending)
{
    for (size_t i = 0; i < rs->n; i++)
        if (text_ends(text_of(rs->item[i].type), text_of(ending)) && !rs->item[i].external)
            return &rs->item[i];
    return NULL;
}

static const struct relation *relation_by_id(const struct relations *rs, struct text id)
{
    for (size_t i = 0; i < rs->n; i++)
        if (text_is(id, rs->item[i].id)) return &rs->item[i];
    return NULL;
}

/* The entry that `target` names, seen from `folder`; false when it is not in the archive. */
static bool target_find(const struct xlsx_reader *r, const char *folder, const char *target,
                        size_t *entry)
{
    struct buf b;
    buf_init(&b, 4096);
    if (target[0] != '/') buf_puts(&b, folder);
    struct text rest = text_of(target[0] == '/' ? target + 1 : target), part;
    bool ok = true;
    while (ok && text_split(&rest, '/', &part)) {
        if (text_is(part, "..")) {
            ok = b.n > 0;
            if (ok) b.n--;
            while (b.n > 0 && b.p[b.n - 1] != '/') b.n--;
        } else if (!text_is(part, ".")) {
            buf_put_text(&b, part);
            if (rest.p != NULL) buf_putc(&b, '/');
        }
    }
    ok = ok && buf_ok(&b, NULL) && xlsx_zip_find(r->zip, buf_text(&b), entry);
    buf_release(&b);
    return ok;
}

/* ---- workbook ------------------------------------------------------------------------------ */

static bool sheet_add(struct opening *o, const char *const *attribute, struct err *e)
{
    struct xlsx_reader *r = o->r;
    struct text name, id, state = {"", 0};
    if (!xlsx_xml_attribute(&name, attribute, "name") || !xlsx_xml_attribute(&id, attribute, "id"))
        return not_workbook(e, tr("a sheet has no name or no id"));
    if (name.n > SHEET_NAME_MAX) return not_workbook(e, tr("the name of a sheet is too long"));
    (void)xlsx_xml_attribute(&state, attribute, "state");
    const struct relation *rel = relation_by_id(&o->relations, id);
    if (rel == NULL) return not_workbook(e, tr("a sheet is missing"));
    if (rel->external) {
        r->external = true;
        return true;
    }
    if (!text_ends(text_of(rel->type), TEXT("/worksheet")))
        return true; /* charts, macros, dialogs */
    size_t entry;
    if (!target_find(r, o->folder, rel->target, &entry))
        return not_workbook(e, tr("a sheet is missing"));
    MEM_GROW(r->sheet, r->cap_sheet, r->n_sheet + 1);
    bool hidden = text_is(state, "hidden") || text_is(state, "veryHidden");
    r->sheet[r->n_sheet++] = (struct xlsx_sheet){keep(name), entry, hidden};
    return true;
}

static bool workbook_start(void *ctx, struct text name, const char *const *attribute, struct err *e)
{
    struct opening *o = ctx;
    if (text_is(name, "workbookPr")) o->r->system_1904 = xlsx_xml_flag(attribute, "date1904");
    if (text_is(name, "externalReference")) o->r->external = true;
    if (!text_is(name, "sheet")) return true;
    if (o->r->n_sheet == XLSX_ENTRY_MAX) return too_many(e, "sheets", XLSX_ENTRY_MAX);
    return sheet_add(o, attribute, e);
}

/* ---- styles -------------------------------------------------------------------------------- */

bool xlsx_format_id_is_date(uint32_t id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

bool xlsx_format_code_is_date(struct text code)
{
    for (size_t i = 0; i < code.n; i++) {
        switch (code.p[i]) {
        case '"':
            while (++i < code.n && code.p[i] != '"') {}
            break;
        case '[': /* colour, condition, locale; elapsed time as [h] has other letters behind it */
            while (++i < code.n && code.p[i] != ']') {}
            break;
        case '\\':
        case '_':
        case '*': i++; break; /* the next character is shown, or its width */
        case 'y':
        case 'm':
        case 'd':
        case 'h':
        case 's':
        case 'Y':
        case 'M':
        case 'D':
        case 'H':
        case 'S': return true;
        default: break;
        }
    }
    return false;
}

static bool number_attribute(uint32_t *out, const char *const *attribute, const char *name)
{
    struct text t;
    uint64_t v;
    if (!xlsx_xml_attribute(&t, attribute, name) || !text_to_uint(t, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool style_start(void *ctx, struct text name, const char *const *attribute, struct err *e)
{
    struct opening *o = ctx;
    struct xlsx_reader *r = o->r;
    uint32_t id = 0;
    struct text code;
    if (text_is(name, "numFmts")) o->in_formats = true;
    if (text_is(name, "cellXfs")) o->in_styles = true;
    if (o->in_formats && text_is(name, "numFmt")) {
        if (!number_attribute(&id, attribute, "numFmtId") ||
            !xlsx_xml_attribute(&code, attribute, "formatCode"))
            return true;
        if (o->n_format == FORMAT_MAX) return too_many(e, "number formats", FORMAT_MAX);
        MEM_GROW(o->format, o->cap_format, o->n_format + 1);
        o->format[o->n_format++] = (struct format){id, xlsx_format_code_is_date(code)};
    }
    if (o->in_styles && text_is(name, "xf")) {
        if (r->n_style == STYLE_MAX) return too_many(e, "cell formats", STYLE_MAX);
        (void)number_attribute(&id, attribute, "numFmtId");
        bool date = xlsx_format_id_is_date(id);
        for (size_t i = 0; i < o->n_format; i++) /* the workbook's own meaning of an id wins */
            if (o->format[i].id == id) {
                date = o->format[i].date;
                break;
            }
        MEM_GROW(r->style_is_date, r->cap_style, r->n_style + 1);
        r->style_is_date[r->n_style++] = date;
    }
    return true;
}

static bool style_end(void *ctx, struct text name, struct err *e)
{
    struct opening *o = ctx;
    (void)e;
    if (text_is(name, "numFmts")) o->in_formats = false;
    if (text_is(name, "cellXfs")) o->in_styles = false;
    return true;
}

/* ---- shared strings ------------------------------------------------------------------------ */

static bool hex_unit(const char *p, uint32_t *out)
{
    uint32_t v = 0;
    if (p[0] != '_' || p[1] != 'x' || p[6] != '_') return false;
    for (int i = 2; i < 6; i++) {
        char c = p[i];
        if (c >= '0' && c <= '9') v = v << 4 | (uint32_t)(c - '0');
        else if (c >= 'A' && c <= 'F') v = v << 4 | (uint32_t)(c - 'A' + 10);
        else if (c >= 'a' && c <= 'f') v = v << 4 | (uint32_t)(c - 'a' + 10);
        else return false;
    }
    *out = v;
    return true;
}

size_t xlsx_unescape(char *p, size_t n)
{
    if (memmem(p, n, "_x", 2) == NULL) return n;
    size_t to = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        if (n - i < 7 || !hex_unit(p + i, &c)) {
            p[to++] = p[i++];
            continue;
        }
        bool kept = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
                    (c >= 0xD800 && c <= 0xDFFF) || c >= 0xFFFE;
        if (kept) {
            memmove(p + to, p + i, 7);
            to += 7;
        } else if (c < 0x80) {
            p[to++] = (char)c;
        } else if (c < 0x800) {
            p[to++] = (char)(0xC0 | c >> 6);
            p[to++] = (char)(0x80 | (c & 0x3F));
        } else {
            p[to++] = (char)(0xE0 | c >> 12);
            p[to++] = (char)(0x80 | (c >> 6 & 0x3F));
            p[to++] = (char)(0x80 | (c & 0x3F));
        }
        i += 7;
    }
    return to;
}

static void string_mark(struct xlsx_reader *r)
{
    MEM_GROW(r->string_at, r->cap_string, r->n_string + 1);
    r->string_at[r->n_string] = (uint32_t)r->strings.n;
}

static bool string_start(void *ctx, struct text name, const char *const *attribute, struct err *e)
{
    struct opening *o = ctx;
    (void)attribute;
    (void)e;
    o->depth++;
    if (o->skip != 0) return true;
    if (text_is(name, "rPh")) o->skip = o->depth;
    if (text_is(name, "t") && o->depth > 2) o->collect = true;
    return true;
}

static bool string_end(void *ctx, struct text name, struct err *e)
{
    struct opening *o = ctx;
    struct xlsx_reader *r = o->r;
    if (o->skip == o->depth) o->skip = 0;
    if (text_is(name, "t")) o->collect = false;
    if (o->depth-- != 2 || !text_is(name, "si")) return true;
    if (!buf_ok(&r->strings, NULL)) {
        err_set(e, ERR_LIMIT, "xlsx.too_many_strings",
                "the workbook's texts are longer than %d MiB", STRINGS_MAX >> 20);
        return err_remedy(e, "split the data over several files, or import them as CSV");
    }
    if (r->n_string == STRING_COUNT_MAX) return too_many(e, "texts", STRING_COUNT_MAX);
    size_t from = r->string_at[r->n_string];
    if (r->strings.n > from)
        r->strings.n = from + xlsx_unescape(r->strings.p + from, r->strings.n - from);
    r->n_string++;
    string_mark(r);
    return true;
}

static bool string_text(void *ctx, struct text piece, struct err *e)
{
    struct opening *o = ctx;
    (void)e;
    if (o->collect) buf_put_text(&o->r->strings, piece);
    return true;
}

/* ---- opening ------------------------------------------------------------------------------- */

static bool optional_part(struct opening *o, const char *type, const struct xlsx_xml_events *events,
                          struct err *e)
{
    const struct relation *rel = relation_by_type(&o->relations, type);
    size_t entry;
    if (rel == NULL || !target_find(o->r, o->folder, rel->target, &entry)) return true;
    return xlsx_xml_read(o->r->zip, entry, events, e);
}

/* The workbook part by the package's own relationships, and then the workbook's. */
static bool find_workbook(struct opening *o, size_t *workbook, struct err *e)
{
    size_t entry;
    struct relations package = {0};
    bool ok = relations_read(&package, o->r, TEXT("_rels/.rels"), e);
    if (ok) {
        const struct relation *rel = relation_by_type(&package, "/officeDocument");
        if (xlsx_zip_find(o->r->zip, TEXT("content.xml"), &entry))
            ok = not_workbook(e, tr("it is an OpenDocument file"));
        else if (rel == NULL || !target_find(o->r, "", rel->target, workbook))
            ok = not_workbook(e, tr("it holds no workbook"));
    }
    relations_free(&package);
    if (!ok) return false;
    struct text name = xlsx_zip_name(o->r->zip, *workbook);
    size_t n_folder = name.n;
    while (n_folder > 0 && name.p[n_folder - 1] != '/') n_folder--;
    o->folder = mem_text(name.p, n_folder);
    struct buf b;
    buf_init(&b, 1024);
    buf_puts(&b, o->folder);
    buf_puts(&b, "_rels/");
    buf_put(&b, name.p + n_folder, name.n - n_folder);
    buf_puts(&b, ".rels");
    ok = relations_read(&o->relations, o->r, buf_text(&b), e);
    buf_release(&b);
    return ok;
}

static bool open_parts(struct opening *o, struct err *e)
{
    size_t workbook;
    if (!find_workbook(o, &workbook, e)) return false;
    for (size_t i = 0; i < o->relations.n; i++) {
        struct text type = text_of(o->relations.item[i].type);
        if (text_ends(type, TEXT("/externalLink")) || text_ends(type, TEXT("/connections")) ||
            o->relations.item[i].external)
            o->r->external = true;
    }
    struct xlsx_xml_events book = {.start = workbook_start, .ctx = o};
    struct xlsx_xml_events styles = {.start = style_start, .end = style_end, .ctx = o};
    struct xlsx_xml_events strings = {.start = string_start,
                                      .end = string_end,
                                      .text = string_text,
                                      .ctx = o};
    if (!xlsx_xml_read(o->r->zip, workbook, &book, e)) return false;
    if (!optional_part(o, "/styles", &styles, e)) return false;
    string_mark(o->r);
    return optional_part(o, "/sharedStrings", &strings, e);
}

bool xlsx_open_memory(struct xlsx_reader **out, const void *p, size_t n, struct err *e)
{
    *out = NULL;
    struct xlsx_reader *r = mem_new(1, sizeof *r);
    struct opening o = {.r = r};
    buf_init_wiped(&r->strings, STRINGS_MAX);
    bool ok = xlsx_zip_open(&r->zip, (struct text){p, n}, XLSX_ZIP_FOREIGN, e) && open_parts(&o, e);
    relations_free(&o.relations);
    mem_free(o.folder);
    mem_free(o.format);
    if (!ok) {
        xlsx_close(r);
        return false;
    }
    *out = r;
    return true;
}

void xlsx_close(struct xlsx_reader *r)
{
    if (r == NULL) return;
    xlsx_zip_close(r->zip);
    for (size_t i = 0; i < r->n_sheet; i++) mem_free(r->sheet[i].name);
    mem_free(r->sheet);
    mem_free(r->style_is_date);
    buf_release(&r->strings);
    mem_free(r->string_at);
    mem_free(r);
}

size_t xlsx_sheet_count(const struct xlsx_reader *r)
{
    return r->n_sheet;
}

struct text xlsx_sheet_name(const struct xlsx_reader *r, size_t i)
{
    return text_of(r->sheet[i].name);
}

bool xlsx_sheet_hidden(const struct xlsx_reader *r, size_t i)
{
    return r->sheet[i].hidden;
}

bool xlsx_has_external_links(const struct xlsx_reader *r)
{
    return r->external;
}

bool xlsx_uses_1904(const struct xlsx_reader *r)
{
    return r->system_1904;
}
