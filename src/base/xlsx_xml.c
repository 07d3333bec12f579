/* SPDX-License-Identifier: EUPL-1.2 */
/* XML of workbook parts by expat, kept within bounds.
 *
 * expat never opens anything by itself. Without DOCTYPE it knows the five predefined entities only.
 * Memory: expat keeps the unfinished token; XLSX_TOKEN_MAX bounds it, and with it the work of
 * scanning a token again with each piece. */
#include "base/xlsx_xml.h"

#include "base/mem.h"

#include <expat.h>
#include <string.h>

struct reading { /* of one part */
    XML_Parser parser;
    const struct xlsx_xml_events *events;
    size_t depth;
    uint64_t n_fed;
    bool stopped; /* `e` is set; expat may still send events for what it already has */
    struct err *e;
};

static void stop(struct reading *r)
{
    r->stopped = true;
    XML_StopParser(r->parser, XML_FALSE);
}

static struct text local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return text_of(colon == NULL ? name : colon + 1);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attribute)
{
    struct reading *r = ctx;
    if (r->stopped) return;
    size_t n = 0;
    while (attribute[2 * n] != NULL) n++;
    if (n > XLSX_ATTRIBUTE_MAX) {
        err_set(r->e, ERR_LIMIT, "xlsx.xml_attributes",
                "an element of the workbook's XML has more than %d "
                "attributes",
                XLSX_ATTRIBUTE_MAX);
        err_remedy(r->e, "open the file in a spreadsheet program and save it again as .xlsx");
        stop(r);
    } else if (++r->depth > XLSX_DEPTH_MAX) {
        err_set(r->e, ERR_LIMIT, "xlsx.xml_depth",
                "the workbook's XML nests deeper than %d elements", XLSX_DEPTH_MAX);
        err_remedy(r->e, "open the file in a spreadsheet program and save it again as .xlsx");
        stop(r);
    } else if (!r->events->start(r->events->ctx, local_name(name), attribute, r->e)) {
        stop(r);
    }
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct reading *r = ctx;
    if (r->stopped) return;
    r->depth--;
    if (r->events->end != NULL && !r->events->end(r->events->ctx, local_name(name), r->e)) stop(r);
}

static void XMLCALL on_text(void *ctx, const XML_Char *p, int n)
{
    struct reading *r = ctx;
    if (r->stopped || n <= 0) return;
    if (!r->events->text(r->events->ctx, (struct text){p, (size_t)n}, r->e)) stop(r);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_internal)
{
    struct reading *r = ctx;
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    if (r->stopped) return;
    err_set(r->e, ERR_INPUT, "xlsx.doctype",
            "the workbook's XML declares a document type, which workbooks "
            "never do");
    err_remedy(r->e, "the file may be an attack: ask who sent it");
    stop(r);
}

static bool on_piece(void *ctx, struct text bytes, bool last, struct err *e)
{
    struct reading *r = ctx;
    r->n_fed += bytes.n;
    enum XML_Status status = XML_Parse(r->parser, bytes.p, (int)bytes.n, last);
    if (r->stopped) return false;
    if (status == XML_STATUS_ERROR) {
        err_set(e, ERR_INPUT, "xlsx.xml",
                "the workbook's XML is damaged: %s, line %llu of the part",
                XML_ErrorString(XML_GetErrorCode(r->parser)),
                (unsigned long long)XML_GetCurrentLineNumber(r->parser));
        return err_remedy(e, "open the file in a spreadsheet program and save it again as .xlsx");
    }
    XML_Index done = XML_GetCurrentByteIndex(r->parser);
    if (done < 0) done = 0;
    if (!last && r->n_fed - (uint64_t)done > XLSX_TOKEN_MAX) {
        err_set(e, ERR_LIMIT, "xlsx.xml_token",
                "a tag of the workbook's XML is longer than %d bytes", XLSX_TOKEN_MAX);
        return err_remedy(e, "open the file in a spreadsheet program and save it again as .xlsx");
    }
    return true;
}

static void *memory_new(size_t n)
{
    return mem_resize(NULL, n, 1);
}

static void *memory_resize(void *p, size_t n)
{
    return mem_resize(p, n, 1);
}

bool xlsx_xml_read(struct xlsx_zip *z, size_t i, const struct xlsx_xml_events *events,
                   struct err *e)
{
    static const XML_Memory_Handling_Suite memory = {memory_new, memory_resize, mem_free};
    struct err ignored;
    struct reading r = {.events = events, .e = e == NULL ? &ignored : e};
    r.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    if (events->text != NULL) XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    bool ok = xlsx_zip_read(z, i, on_piece, &r, r.e);
    XML_ParserFree(r.parser);
    struct text name = xlsx_zip_name(z, i);
    if (!ok && r.e->detail[0] == '\0') err_detail(r.e, "part: %.*s", (int)name.n, name.p);
    return ok;
}

bool xlsx_xml_attribute(struct text *out, const char *const *attribute, const char *name)
{
    for (; attribute[0] != NULL; attribute += 2)
        if (text_is(local_name(attribute[0]), name)) {
            *out = text_of(attribute[1]);
            return true;
        }
    return false;
}

bool xlsx_xml_flag(const char *const *attribute, const char *name)
{
    struct text value;
    return xlsx_xml_attribute(&value, attribute, name) &&
           (text_is(value, "1") || text_is(value, "true"));
}
