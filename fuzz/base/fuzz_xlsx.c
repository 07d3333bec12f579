/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a workbook (S100). The first byte chooses how the rest is meant:
 *  even  the file itself: archive and all;
 *  odd   the XML of its parts, with bytes 0x1E between (sheet, shared strings, styles, workbook,
 *        relationships; what is missing is a plain one), which go into an archive whose checksums
 *        are right: so the fuzzer's bytes reach the XML and what is behind it.
 * Held: rows ascend, texts are valid UTF-8, dates are dates, nothing is given after an error. */
#include "base/buf.h"
#include "base/date.h"
#include "base/xlsx_read.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_PART = 5, SEPARATOR = 0x1E };

static void hold(bool promise)
{
    if (!promise) abort();
}

static void put(struct buf *b, uint64_t v, int n)
{
    for (int i = 0; i < n; i++, v >>= 8) buf_put_u8(b, (uint8_t)v);
}

static void put_common(struct buf *b, struct text name, struct text content)
{
    put(b, 20, 2);
    put(b, 0, 4); /* flags, method: stored */
    put(b, 0x00210000, 4);
    put(b, crc32(0, (const Bytef *)content.p, (uInt)content.n), 4);
    put(b, content.n, 4);
    put(b, content.n, 4);
    put(b, name.n, 2);
    put(b, 0, 2);
}

/* An archive of stored parts. */
static void archive(struct buf *out, const struct text *name, const struct text *content, size_t n)
{
    size_t at[8];
    for (size_t i = 0; i < n; i++) {
        at[i] = out->n;
        buf_puts(out, "PK\x03\x04");
        put_common(out, name[i], content[i]);
        buf_put_text(out, name[i]);
        buf_put_text(out, content[i]);
    }
    size_t directory = out->n;
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, "PK\x01\x02");
        put(out, 20, 2);
        put_common(out, name[i], content[i]);
        put(out, 0, 10);
        put(out, at[i], 4);
        buf_put_text(out, name[i]);
    }
    size_t end = out->n;
    buf_puts(out, "PK\x05\x06");
    put(out, 0, 4);
    put(out, n, 2);
    put(out, n, 2);
    put(out, end - directory, 4);
    put(out, directory, 4);
    put(out, 0, 2);
}

static void archive_of_parts(struct buf *out, struct text input)
{
    static const char package[] =
        "<Relationships>"
        "<Relationship Id=\"1\" Type=\"u/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    const struct text name[] = {TEXT("xl/sheet.xml"),
                                TEXT("xl/strings.xml"),
                                TEXT("xl/styles.xml"),
                                TEXT("xl/workbook.xml"),
                                TEXT("xl/_rels/workbook.xml.rels"),
                                TEXT("_rels/.rels")};
    struct text content[] = {
        TEXT("<worksheet/>"),
        TEXT("<sst><si><t>a</t></si></sst>"),
        TEXT("<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
        TEXT("<workbook><sheets><sheet name=\"s\" r:id=\"1\"/></sheets></workbook>"),
        TEXT("<Relationships><Relationship Id=\"1\" Type=\"u/worksheet\" Target=\"sheet.xml\"/>"
             "<Relationship Id=\"2\" Type=\"u/sharedStrings\" Target=\"strings.xml\"/>"
             "<Relationship Id=\"3\" Type=\"u/styles\" Target=\"styles.xml\"/></Relationships>"),
        TEXT(package),
    };
    struct text rest = input, part;
    for (size_t i = 0; i < N_PART && text_split(&rest, SEPARATOR, &part); i++)
        if (part.n > 0) content[i] = part;
    archive(out, name, content, N_PART + 1);
}

static bool check_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    uint64_t *before = ctx;
    (void)e;
    hold(row->row > *before && row->row <= 1048576 && row->n_cell >= 1 && row->n_cell <= 2000);
    *before = row->row;
    for (size_t i = 0; i < row->n_cell; i++) {
        const struct xlsx_cell *c = &row->cell[i];
        struct date d;
        hold(c->text.p != NULL && text_is_utf8(c->text, NULL));
        hold((c->kind == XLSX_EMPTY) == (c->text.n == 0));
        if (c->kind == XLSX_DATE) hold(date_parse(&d, c->text, DATE_ISO));
        if (c->kind == XLSX_BOOL) hold(text_is(c->text, "0") || text_is(c->text, "1"));
    }
    hold(row->cell[row->n_cell - 1].kind != XLSX_EMPTY || row->cell[row->n_cell - 1].formula);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct text input = {(const char *)data + 1, size - 1};
    struct buf made;
    buf_init(&made, (size_t)1 << 28);
    if (data[0] % 2 != 0) {
        archive_of_parts(&made, input);
        input = buf_text(&made);
    }
    struct xlsx_reader *r = NULL;
    struct err e = {0};
    if (xlsx_open_memory(&r, input.p, input.n, &e)) {
        for (size_t i = 0; i < xlsx_sheet_count(r) && i < 4; i++) {
            uint64_t before = 0;
            err_clear(&e);
            bool ok = xlsx_read_sheet(r, i, check_row, &before, &e);
            hold(ok == (e.code == ERR_NONE));
            hold(ok || e.remedy[0] != '\0');
        }
    } else {
        hold(r == NULL && e.code != ERR_NONE && e.remedy[0] != '\0');
    }
    xlsx_close(r);
    buf_release(&made);
    return 0;
}
