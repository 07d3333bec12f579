/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading CSV: RFC 4180 and what spreadsheets make of it.
 *
 *     source ──256 KiB──► convert (8-bit, UTF-16) ──► check UTF-8, NUL ──► window ──► records
 *
 * The window holds the record being read and what was read behind it, all as checked UTF-8; it
 * grows only for a record longer than a block, up to CSV_LINE_MAX. Fields are views into it;
 * doubled quotes are undone in place once the whole record is known. A record that the window's end
 * cuts is read on and begun anew; as reading on doubles the window, each byte is scanned O(1)
 * times.
 *
 * The scanner turns 64 bytes into a word with a bit for each separator, line end or quote, eight
 * bytes at a time in plain registers (H. S. Warren, Hacker's Delight, 2nd ed. 2013, section 6-1:
 * the exact zero byte test), then walks the bits. No byte outside the specials is looked at twice.
 *
 * Grammar beyond RFC 4180: records end with LF, CR or CRLF; a quote within a field that does not
 * begin with one is an ordinary character; records may differ in their number of fields; lines
 * without any byte are skipped; a first line "sep=;" names the separator and is no record.
 *
 * Records hold identifiers: everything that held one is wiped when it is given back.
 *
 * Must never: give out a byte that is not valid UTF-8, or a NUL; hold more than one record and one
 * block; put what a file holds into an error's message. */
#include "base/csv.h"

#include "base/catalogue.h"
#include "base/csv_guess.h"
#include "base/mem.h"
#include "base/unicode.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = 256 * 1024,
    SAMPLE = 1024 * 1024, /* what is looked at to detect encoding */
    PAD = 64,             /* zeros behind the window, so that the scanner may read 64 bytes */
    ROW_MAX = 10 * 1000 * 1000
};

enum trouble { TROUBLE_NONE, TROUBLE_NUL, TROUBLE_ENCODING };

struct source { /* the bytes of the file: first `head`, then what `fd` gives */
    struct text head;
    char *owned; /* memory of the head of a file; freed when used up */
    int fd;      /* -1 for memory */
    uint64_t n_read, n_total;
    const char *path; /* for messages, borrowed during csv_open only; NULL for memory */
};

struct csv_reader {
    struct source src;
    enum csv_encoding encoding;
    struct unicode_converter *converter; /* NULL for UTF-8 */
    char *raw;                           /* one block before conversion */
    struct buf converted;

    char *p; /* the window */
    size_t cap;
    size_t start;     /* begin of the record being read */
    size_t end;       /* behind the last checked byte */
    size_t tail;      /* bytes behind `end`: a UTF-8 sequence not yet read to its end */
    enum trouble bad; /* what stands at `end` */
    bool at_end;      /* the source has no more */

    char separator;
    uint64_t pattern[4]; /* separator, LF, CR, quote, each in all eight bytes */
    size_t base;         /* offset in the window of the 64 bytes that `mask` describes */
    uint64_t mask;       /* specials not yet walked over */

    uint64_t line; /* physical line where the record at `start` begins */
    uint64_t row, row_max;
    struct text *field;
    size_t n_field;
    uint16_t *doubled; /* fields that hold doubled quotes */
    size_t n_doubled;
    bool failed;
    struct err first; /* the failure, told again to whoever asks again */
};

struct record_state { /* of the record being scanned */
    size_t field_at;
    uint64_t n_line;      /* line ends within it so far */
    bool quoted;          /* within a quoted field ... */
    uint64_t quoted_line; /* ... that opened in this line */
    size_t n_doubled;     /* doubled quotes of this field */
};

enum step { STEP_RECORD, STEP_BLANK, STEP_MORE, STEP_END, STEP_FAILED };

static const struct {
    const char *name;
    const char *converter; /* ICU's name */
} encodings[CSV_ENCODING_COUNT] = {
    [CSV_DETECT] = {"detect", NULL},
    [CSV_UTF8] = {"utf-8", NULL},
    [CSV_UTF16LE] = {"utf-16le", "UTF-16LE"},
    [CSV_UTF16BE] = {"utf-16be", "UTF-16BE"},
    [CSV_WINDOWS1250] = {"windows-1250", "windows-1250"},
    [CSV_WINDOWS1252] = {"windows-1252", "windows-1252"},
    [CSV_ISO8859_2] = {"iso-8859-2", "ISO-8859-2"},
};

/* ---- source -------------------------------------------------------------------------------- */

/* Up to `n` bytes, fewer only at the end. */
static bool source_read(struct source *s, char *to, size_t n, size_t *got, struct err *e)
{
    *got = 0;
    while (*got < n) {
        if (s->head.n > 0) {
            size_t k = s->head.n < n - *got ? s->head.n : n - *got;
            memcpy(to + *got, s->head.p, k);
            s->head.p += k;
            s->head.n -= k;
            *got += k;
            continue;
        }
        if (s->owned != NULL) {
            mem_free_wiped(s->owned, SAMPLE);
            s->owned = NULL;
        }
        if (s->fd < 0) break;
        ssize_t k = read(s->fd, to + *got, n - *got);
        if (k < 0 && errno == EINTR) continue;
        if (k < 0)
            return err_set_errno(e, ERR_SYSTEM, errno, "csv.read", "could not read CSV file");
        if (k == 0) break;
        *got += (size_t)k;
    }
    s->n_read += *got;
    return true;
}

static bool source_open_file(struct source *s, const char *path, struct err *e)
{
    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0) {
        bool input = errno == ENOENT || errno == ENOTDIR || errno == EACCES;
        err_set_errno(e, input ? ERR_INPUT : ERR_SYSTEM, errno, "csv.open",
                      "could not open CSV file %s", path);
        return err_remedy(e, "check the path, and that you may read the file");
    }
    struct stat st;
    if (fstat(s->fd, &st) != 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "csv.open", "could not look at CSV file %s",
                             path);
    if (S_ISDIR(st.st_mode)) {
        err_set(e, ERR_INPUT, "csv.open", "could not read CSV file %s: it is a folder", path);
        return err_remedy(e, "name a file");
    }
    if (S_ISREG(st.st_mode)) s->n_total = (uint64_t)st.st_size;
    char *head = mem_resize(NULL, SAMPLE, 1);
    size_t got;
    bool ok = source_read(s, head, SAMPLE, &got, e);
    s->owned = head;
    s->head = (struct text){head, got};
    s->n_read = 0;
    return ok;
}

/* ---- checking ------------------------------------------------------------------------------ */

/* Bytes of the sequence cut off by the end of `p`, 0 to 3. */
static size_t cut_sequence(const unsigned char *p, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = p[n - back];
        if ((c & 0xC0u) == 0x80u) continue;
        size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

static size_t skip_ascii(const char *p, size_t i, size_t n)
{
    const uint64_t high = 0x8080808080808080u, ones = 0x0101010101010101u;
    while (n - i >= 32) {
        uint64_t w[4], any = 0;
        memcpy(w, p + i, sizeof w);
        for (int k = 0; k < 4; k++) any |= w[k] | (w[k] - ones); /* also set by a zero byte */
        if (any & high) break;
        i += 32;
    }
    while (i < n && (unsigned char)(p[i] - 1) < 0x7F) i++;
    return i;
}

/* Length of the valid part of p[0..n); *tail gets the bytes of a cut sequence behind it, *bad what
 * else stands there. ASCII goes by 32 bytes at a time. */
static size_t check_utf8(const char *p, size_t n, size_t *tail, enum trouble *bad)
{
    *tail = 0;
    *bad = TROUBLE_NONE;
    size_t i = 0;
    for (;;) {
        i = skip_ascii(p, i, n);
        if (i == n) return n;
        if (p[i] == 0) break;
        size_t j = i;
        while (j < n && (unsigned char)p[j] >= 0x80) j++;
        size_t cut = j == n ? cut_sequence((const unsigned char *)p + i, j - i) : 0;
        size_t at;
        if (!text_is_utf8((struct text){p + i, j - i - cut}, &at)) {
            *bad = TROUBLE_ENCODING;
            return i + at;
        }
        i = j - cut;
        if (cut > 0) {
            *tail = cut;
            return i;
        }
    }
    *bad = TROUBLE_NUL;
    return i;
}

/* ---- window -------------------------------------------------------------------------------- */

static void window_room(struct csv_reader *r, size_t more)
{
    size_t need = r->end + r->tail + more + PAD;
    if (need <= r->cap) return;
    char *bigger = mem_resize(NULL, need, 1); /* realloc would leave a copy that is not wiped */
    if (r->cap > 0) memcpy(bigger, r->p, r->cap);
    mem_free_wiped(r->p, r->cap);
    r->p = bigger;
    r->cap = need;
}

static bool append_raw(struct csv_reader *r, size_t want, size_t *got, struct err *e)
{
    window_room(r, want);
    return source_read(&r->src, r->p + r->end + r->tail, want, got, e);
}

/* Blocks through the converter until `want` bytes came out. Bytes it does not have end the good
 * part: the records before them are still given, so that the error can name its line. */
static bool append_converted(struct csv_reader *r, size_t want, size_t *got, struct err *e)
{
    *got = 0;
    while (*got < want && !r->at_end && r->bad == TROUBLE_NONE) {
        size_t n;
        if (!source_read(&r->src, r->raw, BLOCK, &n, e)) return false;
        if (n < BLOCK) r->at_end = true;
        buf_clear(&r->converted);
        struct text bytes = {r->raw, n};
        if (!unicode_convert(r->converter, bytes, r->at_end, &r->converted, NULL))
            r->bad = TROUBLE_ENCODING;
        window_room(r, *got + r->converted.n);
        if (r->converted.n > 0)
            memcpy(r->p + r->end + r->tail + *got, r->converted.p, r->converted.n);
        *got += r->converted.n;
    }
    return true;
}

/* Read on behind the record at `start`, which moves to the window's beginning. */
static bool window_fill(struct csv_reader *r, struct err *e)
{
    size_t keep = r->end - r->start;
    if (r->start > 0) memmove(r->p, r->p + r->start, keep + r->tail);
    r->start = 0;
    r->end = keep;
    size_t want = keep > BLOCK ? keep : BLOCK, got = 0;
    if (r->src.fd < 0 && want > r->src.head.n) want = r->src.head.n + 1; /* small and in memory */
    enum trouble bad_before = TROUBLE_NONE;
    if (r->converter == NULL) {
        if (!append_raw(r, want, &got, e)) return false;
        if (got < want) r->at_end = true;
    } else {
        if (!append_converted(r, want, &got, e)) return false;
        bad_before = r->bad;
    }
    size_t fresh = r->tail + got, tail;
    enum trouble bad;
    size_t good = check_utf8(r->p + r->end, fresh, &tail, &bad);
    if (bad == TROUBLE_NONE) bad = bad_before;
    if (bad == TROUBLE_NONE && tail > 0 && r->at_end) bad = TROUBLE_ENCODING;
    r->end += good;
    r->tail = bad == TROUBLE_NONE ? tail : 0;
    r->bad = bad;
    memset(r->p + r->end + r->tail, 0, PAD);
    return true;
}

/* True when no byte will ever follow `end`. */
static bool window_closed(const struct csv_reader *r)
{
    return r->at_end || r->bad != TROUBLE_NONE;
}

/* ---- scanner ------------------------------------------------------------------------------- */

/* 0x80 in each byte of `w` that is zero; exact in every byte. */
static uint64_t zero_bytes(uint64_t w)
{
    const uint64_t low = 0x7F7F7F7F7F7F7F7Fu;
    return ~(((w & low) + low) | w | low);
}

static uint64_t specials_of(const struct csv_reader *r, const char *p)
{
    uint64_t mask = 0;
    for (unsigned k = 0; k < 8; k++) {
        uint64_t w;
        memcpy(&w, p + 8 * k, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        w = __builtin_bswap64(w);
#endif
        uint64_t hit = zero_bytes(w ^ r->pattern[0]) | zero_bytes(w ^ r->pattern[1]) |
                       zero_bytes(w ^ r->pattern[2]) | zero_bytes(w ^ r->pattern[3]);
        mask |= ((hit >> 7) * 0x0102040810204080u >> 56) << (8 * k); /* one bit of each byte */
    }
    return mask;
}

static void scan_load(struct csv_reader *r)
{
    r->mask = specials_of(r, r->p + r->base);
    size_t left = r->end - r->base;
    if (left < 64) r->mask &= ((uint64_t)1 << left) - 1;
}

static void scan_begin(struct csv_reader *r, size_t at)
{
    r->base = at;
    r->mask = 0;
    if (at < r->end) scan_load(r);
}

/* Offset of the next special byte, or `end`. */
static inline size_t scan_next(struct csv_reader *r)
{
    while (r->mask == 0) {
        if (r->end - r->base <= 64) return r->end;
        r->base += 64;
        scan_load(r);
    }
    size_t at = r->base + (size_t)__builtin_ctzll(r->mask);
    r->mask &= r->mask - 1;
    return at;
}

/* ---- records ------------------------------------------------------------------------------- */

static bool field_too_long(struct csv_reader *r, const struct record_state *s, struct err *e)
{
    unsigned long long line = (unsigned long long)(s->quoted_line != 0 ? s->quoted_line : r->line);
    err_set(e, ERR_LIMIT, "csv.field_too_long",
            "field %zu of the record in line %llu is longer than %d bytes%s", r->n_field + 1, line,
            CSV_FIELD_MAX,
            s->quoted_line != 0 ? tr("; it begins with a quotation mark there") : "");
    if (s->quoted_line != 0)
        return err_remedy(e, "look for a quotation mark in line %llu that is never closed", line);
    return err_remedy(e, "shorten the text, or check that the separator is '%c'", r->separator);
}

static bool line_too_long(struct csv_reader *r, struct err *e)
{
    err_set(e, ERR_LIMIT, "csv.line_too_long", "the record in line %llu is longer than %d bytes",
            (unsigned long long)r->line, CSV_LINE_MAX);
    return err_remedy(e, "check that the file is a CSV file with line ends, and that every "
                         "quotation mark is closed");
}

/* Field [at, end) is complete; of a quoted one without its outer quotes. */
static bool field_add(struct csv_reader *r, struct record_state *s, size_t at, size_t end,
                      struct err *e)
{
    size_t n = end - at;
    if (n - s->n_doubled > CSV_FIELD_MAX) return field_too_long(r, s, e);
    if (r->n_field == CSV_COLUMN_MAX) {
        err_set(e, ERR_LIMIT, "csv.too_many_columns",
                "the record in line %llu has more than %d columns", (unsigned long long)r->line,
                CSV_COLUMN_MAX);
        return err_remedy(e, "check that '%c' is the file's separator", r->separator);
    }
    if (s->n_doubled > 0) {
        r->doubled[r->n_doubled++] = (uint16_t)r->n_field;
        s->n_doubled = 0;
    }
    r->field[r->n_field++] = (struct text){r->p + at, n};
    return true;
}

/* Doubled quotes to single ones, in place. */
static void record_undouble(struct csv_reader *r)
{
    for (size_t k = 0; k < r->n_doubled; k++) {
        struct text *t = &r->field[r->doubled[k]];
        char *to = r->p + (t->p - r->p);
        const char *from = t->p, *end = t->p + t->n;
        char *begin = to;
        while (from < end) {
            const char *quote = memchr(from, '"', (size_t)(end - from));
            size_t n = (size_t)((quote == NULL ? end : quote + 1) - from);
            memmove(to, from, n);
            to += n;
            from += n + (quote != NULL ? 1 : 0);
        }
        t->n = (size_t)(to - begin);
    }
}

/* The window ended within the record. */
static enum step record_more(struct csv_reader *r, const struct record_state *s, struct err *e)
{
    unsigned long long line = (unsigned long long)(r->line + s->n_line);
    if (r->bad == TROUBLE_NUL) {
        err_set(e, ERR_INPUT, "csv.nul", "line %llu holds a NUL byte", line);
        err_remedy(e, "check that the file is a CSV file, and which encoding it has");
        return STEP_FAILED;
    }
    if (r->bad == TROUBLE_ENCODING) {
        err_set(e, ERR_INPUT, "csv.encoding", "line %llu holds bytes that are not valid %s", line,
                csv_encoding_name(r->encoding));
        err_remedy(e, "save the file as UTF-8, or say which encoding it has");
        return STEP_FAILED;
    }
    if (r->at_end) {
        assert(s->quoted);
        err_set(e, ERR_INPUT, "csv.quote",
                "the quotation mark that opens field %zu in line %llu is "
                "never closed",
                r->n_field + 1, (unsigned long long)s->quoted_line);
        err_remedy(e, "close it, or double it if it belongs to the text");
        return STEP_FAILED;
    }
    size_t n_field = r->end - s->field_at - s->n_doubled;
    if (n_field > CSV_FIELD_MAX + 1) {
        field_too_long(r, s, e);
        return STEP_FAILED;
    }
    if (r->end - r->start > CSV_LINE_MAX + 1) {
        line_too_long(r, e);
        return STEP_FAILED;
    }
    return STEP_MORE;
}

/* The record ends at `at`, which is a line end or the end of the file. */
static enum step record_end(struct csv_reader *r, struct record_state *s, size_t at, struct err *e)
{
    bool blank = at == r->start;
    size_t next = at;
    if (at < r->end) {
        s->n_line++;
        next = at + 1;
        if (r->p[at] == '\r' && next < r->end && r->p[next] == '\n') {
            scan_next(r);
            next++;
        }
    }
    if (!blank && at - r->start > CSV_LINE_MAX) {
        line_too_long(r, e);
        return STEP_FAILED;
    }
    r->start = next;
    return blank ? STEP_BLANK : STEP_RECORD;
}

/* A quoted field, whose opening quote is at `open`. *at gets the place of the byte behind the
 * closing quote, which ends the field (or r->end at the end of the file). */
static enum step quoted_field(struct csv_reader *r, struct record_state *s, size_t open, size_t *at,
                              struct err *e)
{
    s->quoted = true;
    s->quoted_line = r->line + s->n_line;
    s->field_at = open + 1;
    for (;;) {
        size_t i = scan_next(r);
        if (i == r->end) return record_more(r, s, e);
        char c = r->p[i];
        if (c == '\n' || c == '\r') {
            if (c == '\n' || i + 1 == r->end || r->p[i + 1] != '\n') s->n_line++;
            continue;
        }
        if (c != '"') continue;
        if (i + 1 == r->end && !window_closed(r)) return record_more(r, s, e);
        if (i + 1 < r->end && r->p[i + 1] == '"') {
            scan_next(r);
            s->n_doubled++;
            continue;
        }
        s->quoted = false;
        *at = i + 1;
        if (*at == r->end && r->bad != TROUBLE_NONE) return record_more(r, s, e);
        char next = *at == r->end ? '\n' : r->p[*at];
        if (next != r->separator && next != '\n' && next != '\r') {
            err_set(e, ERR_INPUT, "csv.quote",
                    "text stands behind the closing quotation mark of "
                    "field %zu in line %llu",
                    r->n_field + 1, (unsigned long long)(r->line + s->n_line));
            err_remedy(e,
                       "the field opens in line %llu: double the quotation marks that belong to "
                       "its text",
                       (unsigned long long)s->quoted_line);
            return STEP_FAILED;
        }
        if (*at < r->end) scan_next(r); /* the separator or line end just seen */
        return field_add(r, s, s->field_at, i, e) ? STEP_RECORD : STEP_FAILED;
    }
}

/* Fields that end with a separator and hold no quote: nearly all there are. Stops before anything
 * else, limits included. */
static void plain_fields(struct csv_reader *r, struct record_state *s)
{
    const char separator = r->separator;
    const size_t end = r->end;
    char *p = r->p;
    uint64_t mask = r->mask;
    size_t field_at = s->field_at, n = r->n_field;
    for (;;) {
        while (mask == 0) {
            if (end - r->base <= 64) goto done;
            r->base += 64;
            scan_load(r);
            mask = r->mask;
        }
        size_t at = r->base + (size_t)__builtin_ctzll(mask);
        if (p[at] != separator || at - field_at > CSV_FIELD_MAX || n == CSV_COLUMN_MAX) break;
        mask &= mask - 1;
        r->field[n++] = (struct text){p + field_at, at - field_at};
        field_at = at + 1;
    }
done:
    r->mask = mask;
    s->field_at = field_at;
    r->n_field = n;
}

/* The record at `start`; the scanner stands there. */
static enum step record_read(struct csv_reader *r, struct record_state *s, struct err *e)
{
    r->n_field = 0;
    r->n_doubled = 0;
    s->field_at = r->start;
    for (;;) {
        plain_fields(r, s);
        size_t at = scan_next(r);
        if (at < r->end && r->p[at] == '"') {
            if (at != s->field_at) continue;
            enum step step = quoted_field(r, s, at, &at, e);
            if (step != STEP_RECORD) return step;
            s->quoted_line = 0;
        } else {
            if (at == r->end) {
                if (!r->at_end || r->bad != TROUBLE_NONE) return record_more(r, s, e);
                if (at == r->start) return STEP_END;
            }
            if (!field_add(r, s, s->field_at, at, e)) return STEP_FAILED;
        }
        s->field_at = at + 1;
        if (at < r->end && r->p[at] == r->separator) continue;
        /* Whether a line feed follows decides how many bytes belong to this line end. */
        if (at + 1 == r->end && r->p[at] == '\r' && !window_closed(r)) return record_more(r, s, e);
        return record_end(r, s, at, e);
    }
}

static bool row_give(struct csv_reader *r, uint64_t line, struct csv_row *out, struct err *e)
{
    if (r->row == r->row_max) {
        err_set(e, ERR_LIMIT, "csv.too_many_rows", "the file has more than %llu rows (line %llu)",
                (unsigned long long)r->row_max, (unsigned long long)line);
        return err_remedy(e, "split the file");
    }
    if (r->n_doubled > 0) record_undouble(r);
    r->row++;
    *out = (struct csv_row){r->field, r->n_field, line, r->row};
    return true;
}

static bool next_record(struct csv_reader *r, struct csv_row *out, bool *found, struct err *e)
{
    for (;;) {
        struct record_state s = {0};
        switch (record_read(r, &s, e)) {
        case STEP_RECORD: {
            uint64_t line = r->line;
            r->line += s.n_line;
            *found = true;
            return row_give(r, line, out, e);
        }
        case STEP_BLANK: r->line += s.n_line; break;
        case STEP_MORE:
            if (!window_fill(r, e)) return false;
            scan_begin(r, 0);
            break;
        case STEP_END: return true;
        case STEP_FAILED: return false;
        }
    }
}

bool csv_next(struct csv_reader *r, struct csv_row *out, bool *found, struct err *e)
{
    *found = false;
    if (!r->failed) {
        if (next_record(r, out, found, &r->first)) return true;
        r->failed = true;
        *found = false;
    }
    if (e != NULL) *e = r->first;
    return false;
}

/* ---- opening ------------------------------------------------------------------------------- */

/* "sep=;" as first line, which Excel writes and obeys. Its line end stays: a blank line is
 * skipped. */
static void sep_line(struct csv_reader *r, char *separator)
{
    if (r->end < 5) return;
    char c = r->p[4], behind = r->end > 5 ? r->p[5] : '\n';
    if (!text_equal_nocase((struct text){r->p, 4}, TEXT("sep="))) return;
    if (behind != '\r' && behind != '\n') return;
    bool usable = c == '\t' || (c > ' ' && c < 0x7F && c != '"' && !(c >= '0' && c <= '9') &&
                                !((c | 32) >= 'a' && (c | 32) <= 'z'));
    if (!usable) return;
    r->start = 5;
    if (*separator == 0) *separator = c;
}

static bool begin(struct csv_reader *r, const struct csv_options *o, struct err *e)
{
    struct text sample = {r->src.head.p, r->src.head.n < SAMPLE ? r->src.head.n : SAMPLE};
    bool whole = r->src.fd < 0 ? r->src.head.n <= SAMPLE : r->src.head.n < SAMPLE;
    r->encoding = o->encoding != CSV_DETECT ? o->encoding : csv_guess_encoding(sample, whole);
    size_t mark = csv_mark_length(sample, r->encoding);
    if (mark > 0) r->src.head = (struct text){r->src.head.p + mark, r->src.head.n - mark};
    r->src.n_read = mark;
    buf_init_wiped(&r->converted, 4 * BLOCK);
    if (r->encoding != CSV_UTF8) {
        if (!unicode_converter_new(&r->converter, encodings[r->encoding].converter, e))
            return false;
        r->raw = mem_resize(NULL, BLOCK, 1);
    }
    if (!window_fill(r, e)) return false;
    char separator = o->separator;
    sep_line(r, &separator);
    if (separator == 0) {
        struct text head = {r->p + r->start, r->end - r->start};
        separator = csv_guess_separator(head, window_closed(r));
    }
    r->separator = separator;
    const char special[4] = {separator, '\n', '\r', '"'};
    for (int i = 0; i < 4; i++)
        r->pattern[i] = (unsigned char)special[i] * (uint64_t)0x0101010101010101u;
    scan_begin(r, r->start);
    return true;
}

static bool options_ok(const struct csv_options *o, struct err *e)
{
    if ((unsigned)o->encoding >= CSV_ENCODING_COUNT)
        return err_set(e, ERR_USAGE, "csv.options", "no such encoding: %d", (int)o->encoding);
    char c = o->separator;
    if (c == '"' || c == '\n' || c == '\r' || (unsigned char)c >= 0x80)
        return err_set(e, ERR_USAGE, "csv.options", "byte 0x%02x cannot separate fields",
                       (unsigned)(unsigned char)c);
    return true;
}

static bool open_any(struct csv_reader **out, const char *path, struct text bytes,
                     const struct csv_options *options, struct err *e)
{
    static const struct csv_options none;
    const struct csv_options *o = options == NULL ? &none : options;
    *out = NULL;
    if (!options_ok(o, e)) return false;
    struct csv_reader *r = mem_new(1, sizeof *r);
    r->src.fd = -1;
    r->line = 1;
    r->row_max = o->row_max == 0 ? ROW_MAX : o->row_max;
    r->field = mem_new(CSV_COLUMN_MAX, sizeof *r->field);
    r->doubled = mem_new(CSV_COLUMN_MAX, sizeof *r->doubled);
    bool ok;
    if (path != NULL) {
        ok = source_open_file(&r->src, path, e);
    } else {
        r->src.head = bytes;
        r->src.n_total = bytes.n;
        ok = true;
    }
    if (ok) ok = begin(r, o, e);
    if (!ok) {
        csv_close(r);
        return false;
    }
    *out = r;
    return true;
}

bool csv_open(struct csv_reader **out, const char *path, const struct csv_options *o, struct err *e)
{
    return open_any(out, path, (struct text){NULL, 0}, o, e);
}

bool csv_open_memory(struct csv_reader **out, struct text bytes, const struct csv_options *o,
                     struct err *e)
{
    return open_any(out, NULL, bytes, o, e);
}

void csv_close(struct csv_reader *r)
{
    if (r == NULL) return;
    if (r->src.fd >= 0) close(r->src.fd);
    if (r->src.owned != NULL) mem_free_wiped(r->src.owned, SAMPLE);
    unicode_converter_free(r->converter);
    if (r->raw != NULL) mem_free_wiped(r->raw, BLOCK);
    buf_release(&r->converted);
    mem_free_wiped(r->p, r->cap);
    mem_free(r->field);
    mem_free(r->doubled);
    mem_free(r);
}

enum csv_encoding csv_encoding(const struct csv_reader *r)
{
    return r->encoding;
}

char csv_separator(const struct csv_reader *r)
{
    return r->separator;
}

uint64_t csv_bytes_read(const struct csv_reader *r)
{
    return r->src.n_read;
}

uint64_t csv_bytes_total(const struct csv_reader *r)
{
    return r->src.n_total;
}

const char *csv_encoding_name(enum csv_encoding enc)
{
    return (unsigned)enc < CSV_ENCODING_COUNT ? encodings[enc].name : "unknown";
}

bool csv_encoding_find(enum csv_encoding *out, struct text name)
{
    static const struct {
        const char *name;
        enum csv_encoding encoding;
    } other[] = {
        {"utf8", CSV_UTF8},          {"utf16le", CSV_UTF16LE},    {"utf16be", CSV_UTF16BE},
        {"cp1250", CSV_WINDOWS1250}, {"cp1252", CSV_WINDOWS1252}, {"latin2", CSV_ISO8859_2},
        {"auto", CSV_DETECT},
    };
    for (int i = 0; i < CSV_ENCODING_COUNT; i++) {
        if (!text_equal_nocase(name, text_of(encodings[i].name))) continue;
        *out = (enum csv_encoding)i;
        return true;
    }
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (!text_equal_nocase(name, text_of(other[i].name))) continue;
        *out = other[i].encoding;
        return true;
    }
    return false;
}
