/* SPDX-License-Identifier: EUPL-1.2 */
#include "zip_build.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

static void put(struct buf *b, uint64_t v, int n)
{
    for (int i = 0; i < n; i++, v >>= 8) buf_put_u8(b, (uint8_t)v);
}

static void deflated(struct buf *out, const void *p, size_t n)
{
    z_stream z = {0};
    int status = deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    assert(status == Z_OK);
    unsigned char *copy = mem_new(n + 1, 1), piece[4096];
    if (n > 0) memcpy(copy, p, n);
    z.next_in = copy;
    z.avail_in = (uInt)n;
    do {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        status = deflate(&z, Z_FINISH);
        buf_put(out, piece, sizeof piece - z.avail_out);
    } while (status == Z_OK);
    assert(status == Z_STREAM_END);
    deflateEnd(&z);
    mem_free(copy);
}

struct placed {
    uint64_t at, compressed, size;
    uint32_t crc;
};

static struct placed put_local(struct buf *out, const struct zip_part *x, uint64_t start)
{
    struct buf data;
    buf_init(&data, (size_t)1 << 30);
    if (x->stored) buf_put(&data, x->data, x->n);
    else deflated(&data, x->data, x->n);
    struct placed where = {out->n - start, data.n, x->claims != 0 ? x->claims : x->n, 0};
    where.crc = (uint32_t)crc32(0, x->data, (uInt)x->n);
    if (x->wrong_crc) where.crc ^= 1;
    const char *name = x->local_name != NULL ? x->local_name : x->name;
    bool later = (x->flags & 8) != 0;
    buf_put(out, "PK\x03\x04", 4);
    put(out, x->zip64 ? 45 : 20, 2);
    put(out, x->flags, 2);
    put(out, x->method != 0 ? x->method : x->stored ? 0 : 8, 2);
    put(out, 0x00210000, 4); /* 1980-01-01 */
    put(out, later ? 0 : where.crc, 4);
    put(out, x->zip64 ? 0xFFFFFFFF : later ? 0 : where.compressed, 4);
    put(out, x->zip64 ? 0xFFFFFFFF : later ? 0 : where.size, 4);
    put(out, strlen(name), 2);
    put(out, x->zip64 ? 20 : 0, 2);
    buf_puts(out, name);
    if (x->zip64) {
        put(out, 1, 2);
        put(out, 16, 2);
        put(out, where.size, 8);
        put(out, where.compressed, 8);
    }
    buf_put(out, data.p, data.n);
    if (later) {
        buf_put(out, "PK\x07\x08", 4);
        put(out, where.crc, 4);
        put(out, where.compressed, 4);
        put(out, where.size, 4);
    }
    buf_release(&data);
    return where;
}

static void put_record(struct buf *out, const struct zip_part *x, struct placed where)
{
    buf_put(out, "PK\x01\x02", 4);
    put(out, x->zip64 ? 45 : 20, 2);
    put(out, x->zip64 ? 45 : 20, 2);
    put(out, x->flags, 2);
    put(out, x->method != 0 ? x->method : x->stored ? 0 : 8, 2);
    put(out, 0x00210000, 4);
    put(out, where.crc, 4);
    put(out, x->zip64 ? 0xFFFFFFFF : where.compressed, 4);
    put(out, x->zip64 ? 0xFFFFFFFF : where.size, 4);
    put(out, strlen(x->name), 2);
    put(out, x->zip64 ? 28 : 0, 2);
    put(out, 0, 10); /* comment, disk, attributes */
    put(out, x->zip64 ? 0xFFFFFFFF : where.at, 4);
    buf_puts(out, x->name);
    if (x->zip64) {
        put(out, 1, 2);
        put(out, 24, 2);
        put(out, where.size, 8);
        put(out, where.compressed, 8);
        put(out, where.at, 8);
    }
}

void zip_build(struct buf *out, const struct zip_part *part, size_t n_part)
{
    uint64_t start = out->n;
    bool zip64 = false;
    struct placed *where = mem_new(n_part, sizeof *where);
    for (size_t i = 0; i < n_part; i++) {
        where[i] =
            part[i].shares != 0 ? where[part[i].shares - 1] : put_local(out, &part[i], start);
        zip64 = zip64 || part[i].zip64;
    }
    uint64_t directory = out->n - start;
    for (size_t i = 0; i < n_part; i++) put_record(out, &part[i], where[i]);
    uint64_t end = out->n - start;
    if (zip64) {
        buf_put(out, "PK\x06\x06", 4);
        put(out, 44, 8);
        put(out, 45, 2);
        put(out, 45, 2);
        put(out, 0, 8);
        put(out, n_part, 8);
        put(out, n_part, 8);
        put(out, end - directory, 8);
        put(out, directory, 8);
        buf_put(out, "PK\x06\x07", 4);
        put(out, 0, 4);
        put(out, end, 8);
        put(out, 1, 4);
    }
    buf_put(out, "PK\x05\x06", 4);
    put(out, 0, 4);
    put(out, zip64 ? 0xFFFF : n_part, 2);
    put(out, zip64 ? 0xFFFF : n_part, 2);
    put(out, zip64 ? 0xFFFFFFFF : end - directory, 4);
    put(out, zip64 ? 0xFFFFFFFF : directory, 4);
    put(out, 0, 2);
    mem_free(where);
}

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELATION "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/relationships"
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

static const char package_relations[] =
    XML "<Relationships xmlns=\"" PACKAGE "\"><Relationship Id=\"rId1\" Type=\"" RELATION
        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

static const char *or_empty(const char *s)
{
    return s == NULL ? "" : s;
}

void workbook_build(struct buf *out, const struct workbook_parts *w)
{
    struct buf book, relations, sheet, strings, styles;
    struct buf *all[] = {&book, &relations, &sheet, &strings, &styles};
    for (int i = 0; i < 5; i++) buf_init(all[i], (size_t)1 << 30);
    buf_printf(
        &book,
        XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" RELATION "\"><workbookPr %s/><sheets>"
            "<sheet name=\"data\" sheetId=\"1\" state=\"%s\" r:id=\"rId1\"/></sheets></workbook>",
        or_empty(w->properties), w->sheet_state == NULL ? "visible" : w->sheet_state);
    buf_printf(&relations,
               XML "<Relationships xmlns=\"" PACKAGE "\">"
                   "<Relationship Id=\"rId1\" Type=\"" RELATION
                   "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
                   "<Relationship Id=\"rId2\" Type=\"" RELATION "/styles\" Target=\"styles.xml\"/>"
                   "<Relationship Id=\"rId3\" Type=\"" RELATION
                   "/sharedStrings\" Target=\"sharedStrings.xml\"/>"
                   "%s</Relationships>",
               or_empty(w->relations));
    if (w->sheet != NULL) buf_puts(&sheet, w->sheet);
    else
        buf_printf(&sheet,
                   XML "<worksheet xmlns=\"" MAIN "\"><sheetData>%s</sheetData></worksheet>",
                   or_empty(w->rows));
    buf_printf(&strings, XML "<sst xmlns=\"" MAIN "\">%s</sst>", or_empty(w->strings));
    buf_printf(&styles, XML "<styleSheet xmlns=\"" MAIN "\">%s</styleSheet>", or_empty(w->styles));
    struct zip_part part[] = {
        {.name = "_rels/.rels", .data = package_relations, .n = sizeof package_relations - 1},
        {.name = "xl/workbook.xml", .data = book.p, .n = book.n},
        {.name = "xl/_rels/workbook.xml.rels", .data = relations.p, .n = relations.n},
        {.name = "xl/worksheets/sheet1.xml", .data = sheet.p, .n = sheet.n},
        {.name = "xl/sharedStrings.xml", .data = strings.p, .n = strings.n},
        {.name = "xl/styles.xml", .data = styles.p, .n = styles.n},
    };
    zip_build(out, part, sizeof part / sizeof part[0]);
    for (int i = 0; i < 5; i++) buf_release(all[i]);
}
