/* SPDX-License-Identifier: EUPL-1.2 */
/* Every hash is BLAKE2b under the key, of "dcim linkage 1" | what | domain | 0x1f | value. A domain
 * is what may be compared with one another: all names are one, any other column is its own.
 *
 * Filters. A pair of letters (with the word's ends, and its second and third occurrence apart) sets
 * some bits of a filter twice as long as the one that is kept, drawn by its hash and not by double
 * hashing, whose regularity was attacked (Niedermeyer, Steinmetzer, Kroll, Schnell 2014);
 * the filter is folded by exclusive or (Schnell, Borgs 2016), so a bit that is set does not say
 * that a pair is there, and a filter never has more than half of its bits set for good. */
#include "linkage/encode.h"

#include "linkage/name.h"
#include "linkage/read.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    PAIR_BITS = 6, /* of a filter, for each pair of letters */
    SOUND_BITS = 2,
    DIGIT_BITS = 4, /* fewer: numbers are longer, an address of mail is one */
    OCCURRENCES = 3,
    SYMBOLS = 40, /* letters, digits, the end, anything else */
    PLACES = SYMBOLS * SYMBOLS * OCCURRENCES,
    DOMAIN_MAX = 100,
    MARKS = 1 << 16, /* that are kept: 1 MB */
    MESSAGE_MAX = 192
};

/* What is hashed. */
enum what { WORD = 'w', MARK = 'm', PAIR = 'p', NUMBER = 'n', DATE = 'd', FINGERPRINT = 'f' };

struct pair_bits { /* of a filter before it is folded; none: not drawn yet */
    uint64_t wide[2 * ENCODED_PAIRS];
};

struct domain { /* of columns that are compared with one another */
    char name[DOMAIN_MAX];
    struct pair_bits *letters, *sounds; /* of each pair */
};

struct kept_item {
    uint64_t key; /* of what it was made of; 0: free */
    uint8_t n, bytes[ENCODING_ITEM_MAX];
};

struct kept_mark {
    uint64_t key;
    uint32_t mark;
};

struct encoder {
    const struct secret *key;
    struct people_role role[PEOPLE_COLUMNS];
    uint32_t tag[PEOPLE_COLUMNS];
    struct domain domain[PEOPLE_COLUMNS];
    size_t of[PEOPLE_COLUMNS]; /* the domain of a column */
    size_t n_role, n_domain;
    struct kept_item *item; /* words and dates that were seen before */
    struct kept_mark *mark;
    struct arena *scratch;
    struct buf bytes;
    uint8_t fingerprint[ENCODING_FINGERPRINT];
};

/* ---- hashes ---- */

static const char head[] = "dcim linkage 1";

static void hash(uint8_t out[static CRYPTO_HASH], const struct secret *key, enum what what,
                 const char *domain, int kind, const void *p, size_t n)
{
    uint8_t m[MESSAGE_MAX];
    size_t at = sizeof head - 1, n_domain = strlen(domain);
    assert(at + 3 + n_domain + n <= sizeof m);
    memcpy(m, head, at);
    m[at++] = (uint8_t)what;
    m[at++] = (uint8_t)kind;
    memcpy(m + at, domain, n_domain);
    at += n_domain;
    m[at++] = 0x1f;
    if (n > 0) memcpy(m + at, p, n);
    crypto_hash(out, CRYPTO_HASH, m, at + n, key);
    mem_wipe(m, at + n);
}

static uint64_t number_of(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

/* By what a thing is found again that was made before: the encoder keeps no name. Another one in
 * each process. */
static uint64_t key_of(enum what what, size_t domain, int kind, const void *p, size_t n)
{
    uint8_t m[3 + NAME_WORD_MAX] = {(uint8_t)what, (uint8_t)domain, (uint8_t)kind};
    assert(n <= NAME_WORD_MAX);
    if (n > 0) memcpy(m + 3, p, n);
    return crypto_map_hash(m, 3 + n) | 1;
}

static uint32_t mark(struct encoder *e, enum what what, size_t domain, int kind, const void *p,
                     size_t n)
{
    uint64_t key = key_of(what, domain, kind, p, n);
    struct kept_mark *kept = &e->mark[key >> 8 & (MARKS - 1)];
    if (kept->key == key) return kept->mark;
    uint8_t h[CRYPTO_HASH];
    hash(h, e->key, what, what == DATE ? "" : e->domain[domain].name, kind, p, n);
    *kept = (struct kept_mark){key, (uint32_t)number_of(h, 4)};
    return kept->mark;
}

void encoding_fingerprint(uint8_t out[static ENCODING_FINGERPRINT], const struct secret *key)
{
    uint8_t h[CRYPTO_HASH];
    hash(h, key, FINGERPRINT, "", 0, "", 0);
    memcpy(out, h, ENCODING_FINGERPRINT);
}

/* ---- what was made before ---- */

/* Two places may hold it; of two others the one that is not `key`'s first gives way. */
static struct kept_item *kept_place(struct encoder *e, uint64_t key)
{
    struct kept_item *first = &e->item[key >> 8 & (ENCODER_ITEMS - 1)],
                     *second = &e->item[(key >> 8 & (ENCODER_ITEMS - 1)) ^ 1];
    if (first->key == key) return first;
    if (second->key == key || second->key == 0) return second;
    return first;
}

/* ---- filters ---- */

static size_t symbol(char c)
{
    if (c >= 'a' && c <= 'z') return (size_t)(c - 'a');
    if (c >= '0' && c <= '9') return 26 + (size_t)(c - '0');
    return c == '\0' ? 36 : 37;
}

struct filter { /* how one is made */
    size_t n;   /* of 64 bits, when it is folded */
    size_t n_bit;
    bool sound;
};

static const uint64_t *bits_of(struct encoder *e, struct domain *d, const struct filter *f,
                               size_t a, size_t b, size_t occurrence)
{
    size_t place = (a * SYMBOLS + b) * OCCURRENCES + occurrence;
    uint64_t *wide = (f->sound ? d->sounds : d->letters)[place].wide, any = 0;
    for (size_t i = 0; i < 2 * f->n; i++) any |= wide[i];
    if (any == 0) {
        const char pair[] = {(char)a, (char)b, (char)occurrence};
        uint8_t h[CRYPTO_HASH];
        hash(h, e->key, PAIR, d->name, f->sound, pair, sizeof pair);
        for (size_t i = 0; i < f->n_bit; i++) {
            size_t bit = (size_t)number_of(h + 2 * i, 2) % (f->n * 128);
            wide[bit / 64] |= UINT64_C(1) << (bit % 64);
        }
    }
    return wide;
}

/* All pairs of neighbours, with the ends; folded. */
static void fill(uint64_t *out, struct encoder *e, struct domain *d, struct filter f, struct text t)
{
    uint64_t wide[2 * ENCODED_PAIRS] = {0};
    uint8_t seen[SYMBOLS * SYMBOLS] = {0};
    size_t a = symbol('\0'), b;
    for (size_t i = 0; i <= t.n; i++, a = b) {
        b = symbol(i == t.n ? '\0' : t.p[i]);
        uint8_t *n = &seen[a * SYMBOLS + b];
        const uint64_t *bits = bits_of(e, d, &f, a, b, *n);
        if (*n + 1 < OCCURRENCES) ++*n;
        for (size_t k = 0; k < 2 * f.n; k++) wide[k] |= bits[k];
    }
    for (size_t i = 0; i < f.n; i++) out[i] = wide[i] ^ wide[i + f.n];
}

/* ---- words and numbers ---- */

static void encode_word(struct encoded_word *out, struct encoder *e, size_t domain, struct text t)
{
    struct domain *d = &e->domain[domain];
    char sound[NAME_WORD_MAX + 1], frame[NAME_WORD_MAX + 1];
    size_t n_sound = name_sound(sound, t);
    size_t n_frame = name_frame(frame, (struct text){sound, n_sound});
    out->mark[0] = mark(e, MARK, domain, 's', sound, n_sound);
    out->mark[1] = mark(e, MARK, domain, 'f', frame, n_frame);
    out->mark[2] = mark(e, MARK, domain, 'b', t.p, t.n < 4 ? t.n : 4);
    fill(out->pairs, e, d, (struct filter){ENCODED_PAIRS, PAIR_BITS, false}, t);
    fill(out->sounds, e, d, (struct filter){ENCODED_SOUNDS, SOUND_BITS, true},
         (struct text){sound, n_sound});
}

static void encode_number(struct encoded_word *out, struct encoder *e, size_t domain, struct text t)
{
    out->mark[1] = mark(e, MARK, domain, 'h', t.p, t.n / 2);
    out->mark[2] = mark(e, MARK, domain, 't', t.p + t.n - t.n / 2, t.n / 2);
    fill(out->pairs, e, &e->domain[domain], (struct filter){ENCODED_PAIRS, DIGIT_BITS, false}, t);
}

/* Numbers are new each time and are not kept. */
static void put_item(struct encoder *e, size_t domain, enum encoding_kind kind, struct text t)
{
    struct kept_item *kept = NULL;
    uint8_t h[CRYPTO_HASH], bytes[ENCODING_ITEM_MAX];
    bool number = kind == ENCODING_NUMBER;
    if (t.n > NAME_WORD_MAX) t.n = NAME_WORD_MAX;
    uint64_t key = number ? 0 : key_of(WORD, domain, 0, t.p, t.n);
    if (!number) kept = kept_place(e, key);
    if (kept != NULL && kept->key == key) {
        buf_put(&e->bytes, kept->bytes, kept->n);
        return;
    }
    hash(h, e->key, number ? NUMBER : WORD, e->domain[domain].name, 0, t.p, t.n);
    struct encoded_word w = {.id = number_of(h, 5), .n = (uint8_t)t.n};
    if (number) encode_number(&w, e, domain, t);
    else encode_word(&w, e, domain, t);
    size_t n = encoding_word_bytes(bytes, kind, &w);
    buf_put(&e->bytes, bytes, n);
    if (number) return;
    *kept = (struct kept_item){.key = key, .n = (uint8_t)n};
    memcpy(kept->bytes, bytes, n);
}

static void put_words(struct encoder *e, size_t column, struct text t)
{
    struct text word[NAME_WORDS];
    enum linkage_role role = e->role[column].role;
    bool number = role == LINKAGE_NUMBER || role == LINKAGE_PHONE;
    size_t n = number ? read_numbers(word, t, role == LINKAGE_PHONE, e->scratch)
                      : name_words(word, t, e->scratch);
    if (n == 0) return;
    enum encoding_kind kind = number ? ENCODING_NUMBER : ENCODING_WORDS;
    encoding_field(&e->bytes, e->tag[column], kind, n);
    for (size_t i = 0; i < n; i++) put_item(e, e->of[column], kind, word[i]);
}

/* ---- dates ---- */

static uint16_t date_mark(struct encoder *e, int kind, int a, int b, int c)
{
    const uint8_t part[] = {(uint8_t)(a & 0xff), (uint8_t)(a >> 8), (uint8_t)b, (uint8_t)c};
    return (uint16_t)mark(e, DATE, 0, kind, part, sizeof part);
}

/* What a number shares with those that are close to it: one digit, both exchanged, or one more or
 * less; `a` and `b` are what must agree exactly. */
static void near(uint16_t out[static ENCODED_NEAR], struct encoder *e, int kind, int a, int b,
                 int v)
{
    int tens = v / 10, units = v % 10;
    int way[ENCODED_NEAR] = {tens, units, tens < units ? tens * 10 + units : units * 10 + tens,
                             v / 2, (v + 1) / 2};
    for (int i = 0; i < ENCODED_NEAR; i++) out[i] = date_mark(e, kind + i, a, b, way[i]);
}

static struct encoded_birth encode_birth(struct encoder *e, int y, int m, int d)
{
    struct encoded_birth out = {.year = (int16_t)y,
                                .month = m != 0,
                                .day = d != 0,
                                .first = m == 1 && d == 1};
    if (m != 0) out.month_of_year = date_mark(e, 'o', y, m, 0);
    if (d != 0) out.day_of_year = date_mark(e, 'y', y, d, 0);
    if (m != 0 && d != 0) {
        out.month_day = date_mark(e, 'm', 0, m, d);
        out.day_month = date_mark(e, 'm', 0, d, m);
        near(out.near_day, e, '0', y, m, d);
        near(out.near_month, e, '5', y, d, m);
    }
    return out;
}

static void put_birth(struct encoder *e, uint32_t tag, struct read_birth x)
{
    if (x.year == 0) return;
    const int part[] = {x.year, x.month, x.day};
    uint64_t key = key_of(DATE, 0, 0, part, sizeof part);
    struct kept_item *kept = kept_place(e, key);
    encoding_field(&e->bytes, tag, ENCODING_BIRTH, 1);
    if (kept->key != key) {
        uint8_t bytes[ENCODING_ITEM_MAX];
        struct encoded_birth birth = encode_birth(e, x.year, x.month, x.day);
        *kept = (struct kept_item){.key = key};
        kept->n = (uint8_t)encoding_birth_bytes(bytes, &birth);
        memcpy(kept->bytes, bytes, kept->n);
    }
    buf_put(&e->bytes, kept->bytes, kept->n);
}

/* ---- a record ---- */

struct encoder *encoder_new(const struct people_role *role, size_t n_role, const struct secret *key)
{
    struct encoder *e = mem_new(1, sizeof *e);
    size_t names = SIZE_MAX;
    *e = (struct encoder){.key = key, .n_role = n_role, .scratch = arena_new(ARENA_WIPE)};
    buf_init(&e->bytes, ENCODING_MAX);
    e->item = mem_new(ENCODER_ITEMS, sizeof *e->item);
    e->mark = mem_new(MARKS, sizeof *e->mark);
    encoding_fingerprint(e->fingerprint, key);
    for (size_t i = 0; i < n_role; i++) {
        bool name = role[i].role == LINKAGE_GIVEN || role[i].role == LINKAGE_SURNAME;
        e->role[i] = role[i];
        e->tag[i] = encoding_tag(role[i].name);
        e->of[i] = name && names != SIZE_MAX ? names : e->n_domain;
        if (e->of[i] < e->n_domain) continue;
        struct domain *d = &e->domain[e->n_domain++];
        if (name) names = e->of[i];
        snprintf(d->name, sizeof d->name, "%s", name ? "name" : role[i].name);
        d->letters = mem_new(PLACES, sizeof *d->letters);
        d->sounds = mem_new(PLACES, sizeof *d->sounds);
    }
    return e;
}

void encoder_free(struct encoder *e)
{
    if (e == NULL) return;
    for (size_t i = 0; i < e->n_domain; i++) {
        mem_free_wiped(e->domain[i].letters, PLACES * sizeof *e->domain[i].letters);
        mem_free_wiped(e->domain[i].sounds, PLACES * sizeof *e->domain[i].sounds);
    }
    mem_free_wiped(e->item, ENCODER_ITEMS * sizeof *e->item);
    mem_free_wiped(e->mark, MARKS * sizeof *e->mark);
    arena_free(e->scratch);
    buf_release(&e->bytes);
    mem_free(e);
}

struct text encoder_encode(struct encoder *e, const struct text *value, struct arena *a)
{
    struct arena_mark before = arena_mark(e->scratch);
    struct read_birth parts = {0};
    size_t parts_at = SIZE_MAX;
    buf_clear(&e->bytes);
    encoding_begin(&e->bytes, e->fingerprint);
    size_t nothing = e->bytes.n;
    for (size_t i = 0; i < e->n_role; i++) {
        struct text t = text_trim(value[i]);
        if (t.n == 0) continue;
        switch (e->role[i].role) {
        case LINKAGE_GIVEN:
        case LINKAGE_SURNAME:
        case LINKAGE_TEXT:
        case LINKAGE_NUMBER:
        case LINKAGE_PHONE: put_words(e, i, t); break;
        case LINKAGE_BIRTH: put_birth(e, e->tag[i], read_birth(t)); break;
        case LINKAGE_BIRTH_YEAR:
            parts.year = read_part(t);
            parts_at = i;
            break;
        case LINKAGE_BIRTH_MONTH: parts.month = read_part(t) % 100; break;
        case LINKAGE_BIRTH_DAY: parts.day = read_part(t) % 100; break;
        default: break;
        }
    }
    if (parts_at != SIZE_MAX) put_birth(e, e->tag[parts_at], parts);
    arena_rewind(e->scratch, before);
    if (e->bytes.n == nothing || e->bytes.too_long) return (struct text){0};
    return (struct text){arena_copy(a, e->bytes.p, e->bytes.n), e->bytes.n};
}
