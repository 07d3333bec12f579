/* SPDX-License-Identifier: EUPL-1.2 */
/* The only file that calls ICU (C API).
 *
 * Most of what passes here is ASCII, so every function looks for that first and then never enters
 * ICU. Beyond it, text goes through UTF-16 scratch in the caller's arena. Errors of ICU that input
 * cannot cause (its data are linked into its library) are broken promises and asserted.
 *
 * Names. unicode_name_key() follows "Any-Latin; Latin-ASCII; Lower" (Unicode CLDR transforms). For
 * the letters of Latin-1 and Latin Extended-A decomposition and a short table give the same result
 * (tests/base/test_unicode.c compares every letter) at a fraction of the cost; other scripts go
 * through a transliterator, of which each thread keeps one, for they are not safe to share.
 *
 * Single-byte encodings are converted by a table of 256 entries made from ICU's converter. */
#include "base/unicode.h"

#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unorm2.h>
#include <unicode/unum.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

struct utf16 { /* scratch in an arena */
    UChar *p;
    int32_t n;
};

static bool is_ascii(struct text t)
{
    size_t i = 0;
    for (; t.n - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, t.p + i, 8);
        if (w & 0x8080808080808080u) return false;
    }
    for (; i < t.n; i++)
        if ((unsigned char)t.p[i] >= 0x80) return false;
    return true;
}

/* ICU's macros convert signs freely. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"

/* The code point at *i, moved behind it. */
static UChar32 next16(const UChar *p, int32_t *i, int32_t n)
{
    UChar32 c;
    U16_NEXT(p, *i, n, c);
    return c;
}

static UChar32 next8(struct text t, size_t *i)
{
    UChar32 c;
    U8_NEXT_OR_FFFD(t.p, *i, t.n, c);
    return c;
}

#pragma GCC diagnostic pop

/* ICU counts in int32_t; no text of ours comes near (CSV_FIELD_MAX, EXPR limits). */
static int32_t length32(size_t n)
{
    assert(n <= (size_t)INT32_MAX / 8);
    return (int32_t)n;
}

static struct utf16 to_utf16(struct text t, struct arena *a)
{
    struct utf16 u = {ARENA_ARRAY(a, UChar, t.n + 1), 0};
    UErrorCode status = U_ZERO_ERROR;
    /* Invalid bytes cannot come in by contract; should they, they become U+FFFD. */
    u_strFromUTF8WithSub(u.p, length32(t.n + 1), &u.n, t.p, length32(t.n), 0xFFFD, NULL, &status);
    assert(U_SUCCESS(status));
    return u;
}

static struct text to_utf8(struct utf16 u, struct arena *a)
{
    size_t cap = (size_t)u.n * 3 + 1;
    char *p = arena_take(a, cap, 1);
    int32_t n = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strToUTF8WithSub(p, length32(cap), &n, u.p, u.n, 0xFFFD, NULL, &status);
    assert(U_SUCCESS(status));
    return (struct text){p, (size_t)n};
}

static struct utf16 normalize(const UNormalizer2 *form, struct utf16 u, struct arena *a)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = unorm2_normalize(form, u.p, u.n, NULL, 0, &status);
    assert(status == U_BUFFER_OVERFLOW_ERROR || U_SUCCESS(status));
    struct utf16 out = {ARENA_ARRAY(a, UChar, (size_t)n + 1), n};
    status = U_ZERO_ERROR;
    unorm2_normalize(form, u.p, u.n, out.p, n + 1, &status);
    assert(U_SUCCESS(status));
    return out;
}

static const UNormalizer2 *form_of(const UNormalizer2 *(*get)(UErrorCode *))
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *form = get(&status);
    assert(U_SUCCESS(status) && form != NULL);
    return form;
}

struct text unicode_nfc(struct text t, struct arena *a)
{
    if (is_ascii(t)) return t;
    const UNormalizer2 *nfc = form_of(unorm2_getNFCInstance);
    struct utf16 u = to_utf16(t, a);
    UErrorCode status = U_ZERO_ERROR;
    int32_t good = unorm2_spanQuickCheckYes(nfc, u.p, u.n, &status);
    assert(U_SUCCESS(status));
    if (good == u.n) return t;
    return to_utf8(normalize(nfc, u, a), a);
}

/* ---- folding ------------------------------------------------------------------------------- */

enum fold_kind { FOLD_LABEL, FOLD_NAME };

static bool is_apostrophe(UChar32 c)
{
    return c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x60 || c == 0xB4 ||
           (c >= 0x2B9 && c <= 0x2BF) || c == 0x2032;
}

static struct text fold_ascii(struct text t, enum fold_kind kind, struct arena *a)
{
    char *out = arena_take(a, t.n + 1, 1);
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
        bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!keep) {
            if (kind == FOLD_LABEL || !is_apostrophe(c)) gap = true;
            continue;
        }
        if (gap && n > 0) out[n++] = ' ';
        gap = false;
        out[n++] = (char)c;
    }
    return (struct text){out, n};
}

/* NFKC_Casefold (which also drops what is never seen), NFKD, marks out, the rest to words. */
static struct text fold_unicode(struct utf16 u, enum fold_kind kind, struct arena *a)
{
    u = normalize(form_of(unorm2_getNFKCCasefoldInstance), u, a);
    u = normalize(form_of(unorm2_getNFKDInstance), u, a);
    struct utf16 out = {ARENA_ARRAY(a, UChar, (size_t)u.n + 1), 0};
    bool gap = false;
    for (int32_t i = 0; i < u.n;) {
        UChar32 c = next16(u.p, &i, u.n);
        uint32_t category = U_MASK(u_charType(c));
        if (category & U_GC_M_MASK) continue;
        if (kind == FOLD_NAME && is_apostrophe(c)) continue;
        if (!(category & (U_GC_L_MASK | U_GC_N_MASK))) {
            gap = true;
            continue;
        }
        if (gap && out.n > 0) out.p[out.n++] = ' ';
        gap = false;
        U16_APPEND_UNSAFE(out.p, out.n, c);
    }
    return to_utf8(out, a);
}

struct text unicode_fold(struct text t, struct arena *a)
{
    if (is_ascii(t)) return fold_ascii(t, FOLD_LABEL, a);
    return fold_unicode(to_utf16(t, a), FOLD_LABEL, a);
}

/* ---- names --------------------------------------------------------------------------------- */

static pthread_key_t transliterator_key;
static pthread_once_t transliterator_once = PTHREAD_ONCE_INIT;

static void transliterator_close(void *p)
{
    utrans_close(p);
}

static void transliterator_setup(void)
{
    int failed = pthread_key_create(&transliterator_key, transliterator_close);
    assert(failed == 0);
    (void)failed;
}

/* This thread's transliterator; closed when the thread ends. */
static UTransliterator *transliterator(void)
{
    static const char id[] = "Any-Latin; Latin-ASCII; Lower";
    pthread_once(&transliterator_once, transliterator_setup);
    UTransliterator *t = pthread_getspecific(transliterator_key);
    if (t != NULL) return t;
    UChar id16[sizeof id];
    u_charsToUChars(id, id16, (int32_t)sizeof id);
    UErrorCode status = U_ZERO_ERROR;
    t = utrans_openU(id16, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    assert(U_SUCCESS(status) && t != NULL);
    int failed = pthread_setspecific(transliterator_key, t);
    assert(failed == 0);
    (void)failed;
    return t;
}

static struct utf16 transliterate(struct utf16 u, struct arena *a)
{
    for (int32_t cap = u.n * 4 + 64;; cap *= 2) {
        struct utf16 out = {ARENA_ARRAY(a, UChar, (size_t)cap), u.n};
        memcpy(out.p, u.p, (size_t)u.n * sizeof(UChar));
        int32_t limit = u.n;
        UErrorCode status = U_ZERO_ERROR;
        utrans_transUChars(transliterator(), out.p, &out.n, cap, 0, &limit, &status);
        if (status == U_BUFFER_OVERFLOW_ERROR) continue;
        assert(U_SUCCESS(status));
        return out;
    }
}

/* Letters of Latin-1 and Latin Extended-A that do not decompose to ASCII, as Latin-ASCII has
 * them. */
static const char *latin_special(UChar32 c)
{
    switch (c) {
    case 0xC6:
    case 0xE6: return "ae";
    case 0xD0:
    case 0xF0:
    case 0x110:
    case 0x111: return "d";
    case 0xD8:
    case 0xF8: return "o";
    case 0xDE:
    case 0xFE: return "th";
    case 0xDF: return "ss";
    case 0x126:
    case 0x127: return "h";
    case 0x131: return "i";
    case 0x132:
    case 0x133: return "ij";
    case 0x138: return "q";
    case 0x13F:
    case 0x140: return "l"; /* the middle dot behind it breaks no word */
    case 0x141:
    case 0x142: return "l";
    case 0x149: return "n";
    case 0x14A:
    case 0x14B: return "n";
    case 0x152:
    case 0x153: return "oe";
    case 0x166:
    case 0x167: return "t";
    case 0x17F: return "s";
    default: return NULL;
    }
}

/* Letters and blanks of Latin-1 and Latin Extended-A to lower-case ASCII, without transliterator;
 * false when something else occurs. */
static bool latin_to_ascii(struct text t, struct text *out, struct arena *a)
{
    char *p = arena_take(a, t.n * 2 + 1, 1);
    size_t n = 0;
    const UNormalizer2 *nfd = form_of(unorm2_getNFDInstance);
    for (size_t i = 0; i < t.n;) {
        unsigned char c = (unsigned char)t.p[i];
        if (c < 0x80) {
            p[n++] = (char)c;
            i++;
            continue;
        }
        if (c < 0xC3 || c > 0xC5 || t.n - i < 2) return false;
        UChar32 cp = (UChar32)(c & 0x1Fu) << 6 | ((unsigned char)t.p[i + 1] & 0x3F);
        i += 2;
        if (cp == 0xD7 || cp == 0xF7) {
            p[n++] = ' ';
            continue;
        }
        const char *special = latin_special(cp);
        if (special != NULL) {
            while (*special != '\0') p[n++] = *special++;
            continue;
        }
        UChar parts[8];
        UErrorCode status = U_ZERO_ERROR;
        int32_t n_part = unorm2_getRawDecomposition(nfd, cp, parts, 8, &status);
        if (U_FAILURE(status) || n_part < 1 || parts[0] >= 0x80) return false;
        p[n++] = (char)parts[0];
    }
    *out = (struct text){p, n};
    return true;
}

/* Words by bytes, single blanks between; in place is not possible, words differ in length. */
static struct text sort_words(struct text t, struct arena *a)
{
    size_t n_word = 0;
    for (size_t i = 0; i < t.n; i++) n_word += t.p[i] == ' ';
    if (n_word == 0) return t;
    struct text *word = ARENA_ARRAY(a, struct text, n_word + 1);
    struct text rest = t, piece;
    size_t n = 0;
    while (text_split(&rest, ' ', &piece)) {
        size_t k = n++; /* insertion: names have few words */
        for (; k > 0 && text_compare(word[k - 1], piece) > 0; k--) word[k] = word[k - 1];
        word[k] = piece;
    }
    char *out = arena_take(a, t.n + 1, 1);
    size_t at = 0;
    for (size_t k = 0; k < n; k++) {
        if (k > 0) out[at++] = ' ';
        memcpy(out + at, word[k].p, word[k].n);
        at += word[k].n;
    }
    return (struct text){out, at};
}

struct text unicode_name(struct text t, struct arena *a)
{
    struct text latin = t;
    if (is_ascii(t) || latin_to_ascii(t, &latin, a)) return fold_ascii(latin, FOLD_NAME, a);
    struct utf16 u = transliterate(to_utf16(t, a), a);
    return fold_unicode(u, FOLD_NAME, a);
}

struct text unicode_name_key(struct text t, struct arena *a)
{
    return sort_words(unicode_name(t, a), a);
}

/* ---- conversion ---------------------------------------------------------------------------- */

struct unicode_converter {
    char name[32];
    bool single;               /* one byte is one character */
    unsigned char length[256]; /* bytes of its UTF-8; 0: the encoding does not have the byte */
    char utf8[256][4];
    UConverter *from, *to; /* `to` UTF-8, for encodings of several bytes only */
    uint64_t n_done;       /* bytes converted so far */
};

/* What each byte means. ICU maps the holes of the Windows code pages to control characters of
 * U+0080..U+009F; for us such a byte is not part of the encoding. */
static void single_table(struct unicode_converter *c)
{
    bool windows = text_starts(text_of(c->name), TEXT("windows-"));
    for (unsigned b = 0; b < 256; b++) {
        char byte = (char)(unsigned char)b;
        UChar u[4];
        UErrorCode status = U_ZERO_ERROR;
        ucnv_resetToUnicode(c->from);
        int32_t n = ucnv_toUChars(c->from, u, 4, &byte, 1, &status);
        c->length[b] = 0;
        if (U_FAILURE(status) || n != 1 || u[0] == 0xFFFD) continue;
        if (windows && u[0] >= 0x80 && u[0] < 0xA0) continue;
        int32_t length = 0;
        u_strToUTF8(c->utf8[b], 4, &length, u, 1, &status);
        if (U_SUCCESS(status)) c->length[b] = (unsigned char)length;
    }
}

bool unicode_converter_new(struct unicode_converter **out, const char *encoding, struct err *e)
{
    *out = NULL;
    struct unicode_converter *c = mem_new(1, sizeof *c);
    UErrorCode status = U_ZERO_ERROR;
    size_t n = strlen(encoding);
    if (n > 0 && n < sizeof c->name) {
        memcpy(c->name, encoding, n);
        c->from = ucnv_open(encoding, &status);
    }
    if (c->from == NULL || U_FAILURE(status)) {
        unicode_converter_free(c);
        err_set(e, ERR_USAGE, "unicode.encoding", "there is no character encoding of that name");
        return err_detail(e, "encoding: %s", encoding);
    }
    status = U_ZERO_ERROR;
    ucnv_setToUCallBack(c->from, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
    assert(U_SUCCESS(status));
    c->single = ucnv_getMaxCharSize(c->from) == 1;
    if (c->single) {
        single_table(c);
    } else {
        c->to = ucnv_open("UTF-8", &status);
        assert(U_SUCCESS(status));
        ucnv_setFromUCallBack(c->to, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
        assert(U_SUCCESS(status));
    }
    *out = c;
    return true;
}

void unicode_converter_free(struct unicode_converter *c)
{
    if (c == NULL) return;
    ucnv_close(c->from);
    ucnv_close(c->to);
    mem_free(c);
}

static bool bad_bytes(const struct unicode_converter *c, struct err *e)
{
    err_set(e, ERR_INPUT, "unicode.bad_bytes", "the bytes at offset %llu are not valid %s",
            (unsigned long long)c->n_done, c->name);
    return err_remedy(e, "check which encoding the text has");
}

static bool convert_single(struct unicode_converter *c, struct text bytes, struct buf *out,
                           struct err *e)
{
    char piece[1024];
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char b = (unsigned char)bytes.p[i];
        if (n > sizeof piece - 4) {
            buf_put(out, piece, n);
            n = 0;
        }
        if (c->length[b] == 0) {
            buf_put(out, piece, n);
            c->n_done += i;
            return bad_bytes(c, e);
        }
        memcpy(piece + n, c->utf8[b], 4);
        n += c->length[b];
    }
    buf_put(out, piece, n);
    c->n_done += bytes.n;
    return true;
}

/* What was good before bad bytes is appended, so that a reader can tell their line. */
static bool convert_wide(struct unicode_converter *c, struct text bytes, bool last, struct buf *out,
                         struct err *e)
{
    const char *from = bytes.p, *from_end = bytes.p + bytes.n;
    UErrorCode status;
    do {
        UChar middle[1024], *middle_end = middle;
        status = U_ZERO_ERROR;
        ucnv_toUnicode(c->from, &middle_end, middle + 1024, &from, from_end, NULL, last, &status);
        char piece[4 * 1024], *piece_end = piece; /* 3 bytes a unit, and a pair begun before */
        const UChar *source = middle;
        UErrorCode ignored = U_ZERO_ERROR; /* a converter gives whole pairs */
        ucnv_fromUnicode(c->to, &piece_end, piece + sizeof piece, &source, middle_end, NULL, false,
                         &ignored);
        buf_put(out, piece, (size_t)(piece_end - piece));
    } while (status == U_BUFFER_OVERFLOW_ERROR);
    c->n_done += (uint64_t)(from - bytes.p);
    return U_SUCCESS(status) || bad_bytes(c, e);
}

bool unicode_convert(struct unicode_converter *c, struct text bytes, bool last, struct buf *out,
                     struct err *e)
{
    if (bytes.p == NULL) bytes.p = "";
    bool ok = c->single ? convert_single(c, bytes, out, e) : convert_wide(c, bytes, last, out, e);
    return ok && buf_ok(out, e);
}

/* ---- showing ------------------------------------------------------------------------------- */

static bool shown_as_code(UChar32 c)
{
    if (c == '\t' || c == '\n') return false;
    uint32_t category = U_MASK(u_charType(c));
    uint32_t unseen = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK | U_GC_CS_MASK;
    return (category & unseen) || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool all_printable_ascii(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c >= 0x7F || (c < 0x20 && c != '\t' && c != '\n')) return false;
    }
    return true;
}

struct text unicode_visible(struct text t, struct arena *a)
{
    if (all_printable_ascii(t)) return t;
    struct buf b;
    buf_init_wiped(&b, t.n * 9 + 1);
    for (size_t i = 0; i < t.n;) {
        size_t from = i;
        UChar32 c = next8(t, &i);
        if (shown_as_code(c)) buf_printf(&b, "<U+%04X>", (unsigned)c);
        else buf_put(&b, t.p + from, i - from);
    }
    struct text out = {arena_copy(a, buf_text(&b).p, b.n), b.n};
    buf_release(&b);
    return out;
}

/* Letters up to a blank, with a mark behind them. */
static bool begins_with_word(struct text t)
{
    for (size_t i = 0; i < t.n;) {
        UChar32 c = next8(t, &i);
        if (c == ' ' || (i > 1 && (c == ',' || c == ':'))) return i > 1;
        if (!u_isalpha(c) && c != '-' && c != '\'') return false;
    }
    return t.n > 0;
}

struct text unicode_sentence(struct text t, struct arena *a)
{
    struct buf b;
    size_t first = 0;
    uint8_t large[U8_MAX_LENGTH];
    if (t.n == 0) return t;
    buf_init_wiped(&b, t.n + U8_MAX_LENGTH + 1);
    UChar32 c = next8(t, &first);
    if (begins_with_word(t)) {
        int32_t n = 0;
        U8_APPEND_UNSAFE(large, n, (uint32_t)u_totitle(c));
        buf_put(&b, large, (size_t)n);
    } else {
        first = 0;
    }
    buf_put(&b, t.p + first, t.n - first);
    if (strchr(".!?:;", t.p[t.n - 1]) == NULL) buf_put(&b, ".", 1);
    struct text out = {arena_copy(a, b.p, b.n), b.n};
    buf_release(&b);
    return out;
}

static size_t width_of(UChar32 c)
{
    uint32_t category = U_MASK(u_charType(c));
    if (category & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK | U_GC_CC_MASK)) return 0;
    if (c >= 0x1160 && c <= 0x11FF) return 0; /* Hangul vowels and finals join the syllable */
    int32_t wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    return wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
}

size_t unicode_width(struct text t)
{
    size_t width = 0;
    for (size_t i = 0; i < t.n;) {
        unsigned char byte = (unsigned char)t.p[i];
        if (byte < 0x80) {
            width += byte >= 0x20 && byte != 0x7F;
            i++;
            continue;
        }
        width += width_of(next8(t, &i));
    }
    return width;
}

/* ---- plural rules ---- */

enum { PLURAL_WORDS = 6, PLURAL_TRIED = 200 };

struct plural {
    UPluralRules *rules; /* NULL: one form */
    uint8_t form[PLURAL_WORDS];
    size_t n;
};

/* Place of the rules' word for `n` in CLDR's order. */
static size_t plural_word(const UPluralRules *rules, int64_t n)
{
    static const UChar *const word[PLURAL_WORDS] = {u"zero", u"one",  u"two",
                                                    u"few",  u"many", u"other"};
    UChar found[16];
    UErrorCode status = U_ZERO_ERROR;
    /* beyond 2^53 a double loses the last digits, which decide: those alone are kept */
    const int64_t exact = 1000000000000000;
    if (n >= exact || n <= -exact) n = n % exact;
    int32_t length = uplrules_select(rules, (double)n, found, 16, &status);
    if (U_FAILURE(status) || length >= 16) return PLURAL_WORDS - 1;
    for (size_t i = 0; i < PLURAL_WORDS; i++)
        if (u_strcmp(found, word[i]) == 0) return i;
    return PLURAL_WORDS - 1;
}

struct plural *unicode_plural_new(const char *language)
{
    struct plural *p = mem_new(1, sizeof *p);
    UErrorCode status = U_ZERO_ERROR;
    /* Brazil's rule (0 is singular) is the one of plain "pt" */
    const char *locale = strcmp(language, "pt") == 0 ? "pt_PT" : language;
    p->rules = uplrules_open(locale, &status);
    p->n = 1;
    if (U_FAILURE(status)) {
        p->rules = NULL;
        return p;
    }
    bool occurs[PLURAL_WORDS] = {false};
    for (int64_t i = 0; i <= PLURAL_TRIED; i++) occurs[plural_word(p->rules, i)] = true;
    p->n = 0;
    for (size_t i = 0; i < PLURAL_WORDS; i++) {
        p->form[i] = (uint8_t)p->n;
        p->n += occurs[i];
    }
    return p;
}

void unicode_plural_free(struct plural *p)
{
    if (p == NULL) return;
    if (p->rules != NULL) uplrules_close(p->rules);
    mem_free(p);
}

size_t unicode_plural_count(const struct plural *p)
{
    return p->n;
}

size_t unicode_plural_form(const struct plural *p, int64_t n)
{
    if (p->rules == NULL) return 0;
    size_t form = p->form[plural_word(p->rules, n)];
    return form < p->n ? form : p->n - 1;
}

/* ---- numbers as people write them ---- */

struct number_format {
    UNumberFormat *count, *percent; /* NULL: ICU has none */
};

struct number_format *unicode_numbers_new(const char *locale)
{
    struct number_format *f = mem_new(1, sizeof *f);
    UErrorCode status = U_ZERO_ERROR;
    f->count = unum_open(UNUM_DECIMAL, NULL, 0, locale, NULL, &status);
    f->percent = unum_open(UNUM_PERCENT, NULL, 0, locale, NULL, &status);
    if (!U_FAILURE(status)) return f;
    unicode_numbers_free(f);
    return mem_new(1, sizeof *f);
}

void unicode_numbers_free(struct number_format *f)
{
    if (f == NULL) return;
    if (f->count != NULL) unum_close(f->count);
    if (f->percent != NULL) unum_close(f->percent);
    mem_free(f);
}

enum { NUMBER_UNITS = 64 };

static const char *from_utf16(const UChar *p, int32_t n, struct arena *a)
{
    char out[NUMBER_UNITS * 3];
    int32_t length = 0;
    UErrorCode status = U_ZERO_ERROR;
    (void)u_strToUTF8(out, (int32_t)sizeof out, &length, p, n, &status);
    assert(!U_FAILURE(status));
    return arena_copy(a, out, (size_t)length);
}

const char *unicode_number(struct number_format *f, int64_t v, struct arena *a)
{
    UChar units[NUMBER_UNITS];
    UErrorCode status = U_ZERO_ERROR;
    if (f->count == NULL) return arena_printf(a, "%lld", (long long)v);
    int32_t n = unum_formatInt64(f->count, v, units, NUMBER_UNITS, NULL, &status);
    assert(!U_FAILURE(status) && n < NUMBER_UNITS);
    return from_utf16(units, n, a);
}

const char *unicode_percent(struct number_format *f, double share, struct arena *a)
{
    UChar units[NUMBER_UNITS];
    UErrorCode status = U_ZERO_ERROR;
    if (f->percent == NULL) return arena_printf(a, "%.0f %%", share * 100);
    int32_t n = unum_formatDouble(f->percent, share, units, NUMBER_UNITS, NULL, &status);
    assert(!U_FAILURE(status) && n < NUMBER_UNITS);
    return from_utf16(units, n, a);
}

const char *unicode_tenths(struct number_format *f, double share, struct arena *a)
{
    if (f->percent == NULL) return arena_printf(a, "%.1f %%", share * 100);
    unum_setAttribute(f->percent, UNUM_MAX_FRACTION_DIGITS, 1);
    const char *out = unicode_percent(f, share, a);
    unum_setAttribute(f->percent, UNUM_MAX_FRACTION_DIGITS, 0);
    return out;
}
