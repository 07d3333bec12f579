/* SPDX-License-Identifier: EUPL-1.2 */
/* The archive of a workbook: ZIP (PKWARE APPNOTE 6.3.10), read from memory, inflated by zlib.
 *
 *     local header, data │ local header, data │ ... │ directory: a record per entry │ end record
 *
 * We read the directory ourselves. minizip, whose Debian version cannot read the sizes in ZIP64
 * fields, tells neither where an entry's data lie (entries that share data inflate to far more than
 * their file holds: D. Fifield, "A better zip bomb", WOOT 2019) nor whether the two headers of an
 * entry agree. The records must follow one another and end where the end record begins, and nothing
 * may stand behind that: no other reader can see another archive in the same bytes.
 *
 * Must never: inflate before all entries are checked; write a file; use an entry's name as a
 * path. */
#include "base/xlsx_zip.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    RECORD = 46, /* bytes of a directory record before its name */
    LOCAL = 30,  /* of a local header */
    END = 22,    /* of the end record */
    END64 = 56,
    LOCATOR64 = 20,
    DESCRIPTOR = 12, /* least size of what can follow data */
    PIECE = 64 * 1024
};

enum {
    FLAG_ENCRYPTED = 1,
    FLAG_DESCRIPTOR = 8,
    FLAG_PATCH = 32,
    FLAG_STRONG = 64,
    FLAG_MASKED = 8192
};

struct entry {
    struct text name;          /* in the archive's bytes */
    uint64_t compressed, size; /* declared */
    uint32_t crc;
    bool stored;               /* not deflated */
    uint64_t first, data, end; /* bytes of the archive: header, data, behind all of it */
};

struct xlsx_zip {
    struct text bytes;
    struct entry *entry;
    size_t n_entry;
    size_t *by_name; /* entries in order of their names, ASCII case folded */
    enum xlsx_zip_origin origin;
};

/* ---- bytes --------------------------------------------------------------------------------- */

static uint64_t little(const char *p, int n)
{
    uint64_t v = 0;
    for (int i = n; i-- > 0;) v = v << 8 | (unsigned char)p[i];
    return v;
}

/* Bytes [at, at + n), or NULL where the archive does not have them. */
static const char *bytes_at(const struct xlsx_zip *z, uint64_t at, uint64_t n)
{
    if (at > z->bytes.n || n > z->bytes.n - at) return NULL;
    return z->bytes.p + at;
}

static bool damaged(struct err *e, const char *why)
{
    err_set(e, ERR_INPUT, "xlsx.damaged", "the workbook's archive is damaged: %s", tr(why));
    return err_remedy(e, "open the file in a spreadsheet program and save it again as .xlsx");
}

/* ---- checks -------------------------------------------------------------------------------- */

static bool looks_like_zip(struct text bytes, struct err *e)
{
    if (text_starts(bytes, TEXT("PK\x03\x04"))) return true;
    if (text_starts(bytes, TEXT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) {
        err_set(e, ERR_INPUT, "xlsx.encrypted",
                "the file is a workbook with a password, or one of the old format .xls");
        return err_remedy(e, "save it as .xlsx without a password");
    }
    err_set(e, ERR_INPUT, "xlsx.not_zip", "the file is not an XLSX workbook");
    return err_remedy(e, "save it as .xlsx, or import it as CSV");
}

/* Where the directory must begin and end. Comments behind the end are not accepted: nobody's
 * spreadsheets have them, and they can hide a second end. */
static bool directory_bounds(const struct xlsx_zip *z, uint64_t *first, uint64_t *end,
                             uint64_t *n_entry, struct err *e)
{
    if (z->bytes.n < END) return damaged(e, "it has no end record");
    uint64_t at = z->bytes.n - END;
    const char *p = z->bytes.p + at;
    if (memcmp(p, "PK\x05\x06", 4) != 0 || little(p + 20, 2) != 0)
        return damaged(e, "it does not end with an end record");
    if (little(p + 4, 2) != 0 || little(p + 6, 2) != 0)
        return damaged(e, "it is one part of several");
    *n_entry = little(p + 10, 2);
    uint64_t size = little(p + 12, 4);
    *first = little(p + 16, 4);
    *end = at;
    const char *locator = at >= LOCATOR64 ? bytes_at(z, at - LOCATOR64, LOCATOR64) : NULL;
    if (locator != NULL && memcmp(locator, "PK\x06\x07", 4) == 0) {
        *end = little(locator + 8, 8);
        const char *p64 = bytes_at(z, *end, END64);
        if (p64 == NULL || memcmp(p64, "PK\x06\x06", 4) != 0)
            return damaged(e, "its ZIP64 end record is not where it should be");
        *n_entry = little(p64 + 32, 8);
        size = little(p64 + 40, 8);
        *first = little(p64 + 48, 8);
    }
    if (*first > *end || size != *end - *first)
        return damaged(e, "its directory is not where it should be");
    return true;
}

/* Only what spreadsheet programs write. The name is never used as a path. */
static bool name_ok(struct text name)
{
    if (name.n == 0 || name.n > XLSX_NAME_MAX || name.p[0] == '/') return false;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c < 0x20 || c > 0x7E || memchr("\\:*?\"<>|", c, 8) != NULL) return false;
    }
    struct text rest = name, part;
    while (text_split(&rest, '/', &part)) {
        if (text_is(part, ".") || text_is(part, "..")) return false;
        if (part.n == 0 && rest.p != NULL) return false; /* at the end it marks a folder */
    }
    return true;
}

/* A value of 0xFFFFFFFF stands in the ZIP64 extra field, values in a fixed order. */
static bool zip64_value(const char *extra, uint64_t n, unsigned nth, uint64_t *value)
{
    for (uint64_t i = 0; n - i >= 4;) {
        uint64_t id = little(extra + i, 2), size = little(extra + i + 2, 2);
        i += 4;
        if (size > n - i) return false;
        if (id == 1) {
            if (size < 8 * ((uint64_t)nth + 1)) return false;
            *value = little(extra + i + 8 * nth, 8);
            return true;
        }
        i += size;
    }
    return false;
}

/* The directory record at *at, as we read it; *at moves behind it. */
static bool record_read(const struct xlsx_zip *z, uint64_t *at, struct entry *out, uint64_t *flags,
                        uint64_t *method, struct err *e)
{
    const char *p = bytes_at(z, *at, RECORD);
    if (p == NULL || memcmp(p, "PK\x01\x02", 4) != 0)
        return damaged(e, "a directory record is missing");
    uint64_t n_name = little(p + 28, 2), n_extra = little(p + 30, 2), n_comment = little(p + 32, 2);
    const char *rest = bytes_at(z, *at + RECORD, n_name + n_extra + n_comment);
    if (rest == NULL) return damaged(e, "its directory is cut off");
    *flags = little(p + 8, 2);
    *method = little(p + 10, 2);
    uint64_t value[3] = {little(p + 24, 4), little(p + 20, 4), little(p + 42, 4)};
    unsigned nth = 0; /* size, compressed size, place: those that are there, in this order */
    for (int i = 0; i < 3; i++)
        if (value[i] == 0xFFFFFFFF && !zip64_value(rest + n_name, n_extra, nth++, &value[i]))
            return damaged(e, "a ZIP64 field is missing");
    out->name = (struct text){rest, n_name};
    out->crc = (uint32_t)little(p + 16, 4);
    out->stored = *method == 0;
    out->size = value[0];
    out->compressed = value[1];
    out->first = value[2];
    *at += RECORD + n_name + n_extra + n_comment;
    return true;
}

static bool encrypted(struct err *e)
{
    err_set(e, ERR_INPUT, "xlsx.encrypted", "the workbook is encrypted");
    return err_remedy(e, "save it as .xlsx without a password");
}

/* The entry's local header, which must agree, and the bytes it occupies. */
static bool local_header(const struct xlsx_zip *z, struct entry *x, uint64_t flags, uint64_t method,
                         uint64_t directory, struct err *e)
{
    const char *p = bytes_at(z, x->first, LOCAL);
    if (p == NULL || memcmp(p, "PK\x03\x04", 4) != 0)
        return damaged(e, "an entry's header is missing");
    uint64_t n_name = little(p + 26, 2), n_extra = little(p + 28, 2);
    const char *name = bytes_at(z, x->first + LOCAL, n_name);
    if (little(p + 6, 2) & (FLAG_ENCRYPTED | FLAG_STRONG)) return encrypted(e);
    if (name == NULL || !text_equal((struct text){name, n_name}, x->name) ||
        little(p + 8, 2) != method)
        return damaged(e, "the two headers of an entry differ");
    x->data = x->first + LOCAL + n_name + n_extra;
    x->end = x->data + x->compressed + (flags & FLAG_DESCRIPTOR ? DESCRIPTOR : 0);
    if (x->end > directory) return damaged(e, "an entry reaches into the directory");
    return true;
}

static bool entry_check(const struct xlsx_zip *z, struct entry *x, uint64_t flags, uint64_t method,
                        uint64_t directory, struct err *e)
{
    if (flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) return encrypted(e);
    if (!name_ok(x->name)) {
        err_set(e, ERR_INPUT, "xlsx.entry_name",
                "an entry of the workbook's archive has a name that "
                "no spreadsheet program gives");
        return err_remedy(e, "open the file in a spreadsheet program and save it again as .xlsx");
    }
    if ((flags & FLAG_PATCH) || (method != 0 && method != 8)) {
        err_set(e, ERR_INPUT, "xlsx.method",
                "an entry of the workbook's archive is compressed by a "
                "method that XLSX does not use");
        return err_remedy(e, "open the file in a spreadsheet program and save it again as .xlsx");
    }
    if (x->compressed > z->bytes.n) return damaged(e, "an entry is longer than the archive");
    if (method == 0 && x->size != x->compressed) return damaged(e, "an entry's two sizes differ");
    if (z->origin == XLSX_ZIP_FOREIGN && x->size > XLSX_RATIO_FROM &&
        x->size > x->compressed * XLSX_RATIO_MAX) {
        err_set(e, ERR_LIMIT, "xlsx.zip_bomb",
                "an entry of the workbook would inflate to more than %d times its size",
                XLSX_RATIO_MAX);
        return err_remedy(e, "save the sheet's data alone in a new workbook, or as CSV");
    }
    return local_header(z, x, flags, method, directory, e);
}

/* ---- order --------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    return (x->first > y->first) - (x->first < y->first);
}

static int compare_names(struct text a, struct text b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
        if (x >= 'A' && x <= 'Z') x = (unsigned char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (unsigned char)(y + 32);
        if (x != y) return x < y ? -1 : 1;
    }
    return (a.n > b.n) - (a.n < b.n);
}

static int by_name(const void *a, const void *b)
{
    return compare_names((*(const struct entry *const *)a)->name,
                         (*(const struct entry *const *)b)->name);
}

static bool overlap_check(const struct xlsx_zip *z, struct entry **order, struct err *e)
{
    qsort(order, z->n_entry, sizeof *order, by_place);
    for (size_t i = 1; i < z->n_entry; i++)
        if (order[i]->first < order[i - 1]->end) {
            err_set(e, ERR_INPUT, "xlsx.overlap", "two entries of the workbook's archive overlap");
            return err_remedy(e,
                              "open the file in a spreadsheet program and save it again as .xlsx");
        }
    qsort(order, z->n_entry, sizeof *order, by_name);
    for (size_t i = 1; i < z->n_entry; i++)
        if (compare_names(order[i]->name, order[i - 1]->name) == 0) {
            err_set(e, ERR_INPUT, "xlsx.duplicate",
                    "two entries of the workbook's archive have the "
                    "same name");
            return err_remedy(e,
                              "open the file in a spreadsheet program and save it again as .xlsx");
        }
    for (size_t i = 0; i < z->n_entry; i++) z->by_name[i] = (size_t)(order[i] - z->entry);
    return true;
}

/* ---- opening ------------------------------------------------------------------------------- */

static bool directory_read(struct xlsx_zip *z, struct err *e)
{
    uint64_t first = 0, end = 0, n_entry = 0, total = 0;
    if (!directory_bounds(z, &first, &end, &n_entry, e)) return false;
    if (n_entry > XLSX_ENTRY_MAX) {
        err_set(e, ERR_LIMIT, "xlsx.too_many_entries",
                "the workbook's archive has more than %d entries", XLSX_ENTRY_MAX);
        return err_remedy(e, "save the sheet's data alone in a new workbook, or as CSV");
    }
    z->entry = mem_new(n_entry, sizeof *z->entry);
    z->by_name = mem_new(n_entry, sizeof *z->by_name);
    uint64_t at = first;
    for (; z->n_entry < n_entry; z->n_entry++) {
        struct entry *x = &z->entry[z->n_entry];
        uint64_t flags = 0, method = 0;
        if (!record_read(z, &at, x, &flags, &method, e)) return false;
        if (!entry_check(z, x, flags, method, first, e)) return false;
        total += x->size;
        if (z->origin == XLSX_ZIP_FOREIGN &&
            (x->size > XLSX_DECLARED_MAX || total > XLSX_DECLARED_MAX)) {
            err_set(e, ERR_LIMIT, "xlsx.zip_bomb", "the workbook would inflate to more than %d MiB",
                    XLSX_DECLARED_MAX >> 20);
            return err_remedy(e, "split the data over several files, or import them as CSV");
        }
    }
    if (at != end) return damaged(e, "its directory does not end where it should");
    struct entry **order = mem_new(z->n_entry, sizeof *order);
    for (size_t i = 0; i < z->n_entry; i++) order[i] = &z->entry[i];
    bool ok = overlap_check(z, order, e);
    mem_free(order);
    return ok;
}

bool xlsx_zip_open(struct xlsx_zip **out, struct text bytes, enum xlsx_zip_origin origin,
                   struct err *e)
{
    *out = NULL;
    if (origin == XLSX_ZIP_FOREIGN && bytes.n > XLSX_FILE_MAX) {
        err_set(e, ERR_LIMIT, "xlsx.too_big", "the workbook is bigger than %d MiB",
                XLSX_FILE_MAX >> 20);
        return err_remedy(e, "split the data over several files, or import them as CSV");
    }
    if (!looks_like_zip(bytes, e)) return false;
    struct xlsx_zip *z = mem_new(1, sizeof *z);
    z->bytes = bytes;
    z->origin = origin;
    bool ok = directory_read(z, e);
    if (!ok) {
        xlsx_zip_close(z);
        return false;
    }
    *out = z;
    return true;
}

void xlsx_zip_close(struct xlsx_zip *z)
{
    if (z == NULL) return;
    mem_free(z->entry);
    mem_free(z->by_name);
    mem_free(z);
}

size_t xlsx_zip_count(const struct xlsx_zip *z)
{
    return z->n_entry;
}

struct text xlsx_zip_name(const struct xlsx_zip *z, size_t i)
{
    return z->entry[i].name;
}

bool xlsx_zip_find(const struct xlsx_zip *z, struct text name, size_t *i)
{
    size_t low = 0, high = z->n_entry;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = compare_names(name, z->entry[z->by_name[middle]].name);
        if (c == 0) {
            *i = z->by_name[middle];
            return true;
        }
        if (c < 0) high = middle;
        else low = middle + 1;
    }
    return false;
}

/* ---- inflating ----------------------------------------------------------------------------- */

static voidpf zlib_new(voidpf unused, uInt n, uInt size)
{
    (void)unused;
    return mem_resize(NULL, n, size);
}

static void zlib_free(voidpf unused, voidpf p)
{
    (void)unused;
    mem_free(p);
}

struct unpacking { /* of one entry */
    const struct entry *entry;
    xlsx_zip_piece_fn *piece;
    void *ctx;
    uint64_t n_done;
    uLong crc;
};

static bool give(struct unpacking *u, const char *p, size_t n, struct err *e)
{
    u->n_done += n;
    if (u->n_done > u->entry->size) return damaged(e, "an entry is longer than it says");
    u->crc = crc32(u->crc, (const Bytef *)p, (uInt)n);
    return n == 0 || u->piece(u->ctx, (struct text){p, n}, false, e);
}

static bool unpack_stored(struct unpacking *u, const char *data, struct err *e)
{
    for (uint64_t at = 0; at < u->entry->size; at += PIECE) {
        uint64_t n = u->entry->size - at;
        if (!give(u, data + at, n < PIECE ? n : PIECE, e)) return false;
    }
    return true;
}

static bool unpack_deflated(struct unpacking *u, const char *data, struct err *e)
{
    uint64_t left = u->entry->compressed; /* not yet handed to zlib, whose counts have 32 bits */
    z_stream z = {.zalloc = zlib_new, .zfree = zlib_free};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) return damaged(e, "an entry cannot be inflated");
    char *room = mem_resize(NULL, PIECE, 1);
    int status = Z_OK;
    bool ok = true;
    while (ok && status == Z_OK) {
        if (z.avail_in == 0 && left > 0) {
            z.next_in = (z_const Bytef *)data;
            z.avail_in = left < (1u << 30) ? (uInt)left : 1u << 30;
            data += z.avail_in;
            left -= z.avail_in;
        }
        z.next_out = (Bytef *)room;
        z.avail_out = PIECE;
        status = inflate(&z, Z_NO_FLUSH); /* Z_BUF_ERROR at the end of input: cut off */
        if (status == Z_OK || status == Z_STREAM_END) ok = give(u, room, PIECE - z.avail_out, e);
        else ok = damaged(e, "an entry cannot be inflated");
    }
    if (ok && (z.avail_in > 0 || left > 0)) ok = damaged(e, "bytes stand behind an entry's data");
    inflateEnd(&z);
    mem_free_wiped(room, PIECE);
    return ok;
}

bool xlsx_zip_read(struct xlsx_zip *z, size_t i, xlsx_zip_piece_fn *piece, void *ctx, struct err *e)
{
    const struct entry *x = &z->entry[i];
    struct unpacking u = {x, piece, ctx, 0, crc32(0, NULL, 0)};
    const char *data = z->bytes.p + x->data;
    if (!(x->stored ? unpack_stored(&u, data, e) : unpack_deflated(&u, data, e))) return false;
    if (u.n_done != x->size) return damaged(e, "an entry is shorter than it says");
    if (u.crc != x->crc) return damaged(e, "the checksum of an entry is wrong");
    return piece(ctx, (struct text){"", 0}, true, e);
}
