/* SPDX-License-Identifier: EUPL-1.2 */
/* Every hash is BLAKE2b under the key, of "dcim linkage 1" | what | domain | 0x1f | value. A domain
 * is what may be compared with one another: all names are one, any other column is its own.
 *
 * Filters. A pair of letters (with the word's ends, and its second and third occurrence apart) sets
 * FILTER_BITS bits of a filter twice as long as the one that is kept, drawn by its hash and not by
 * double hashing, whose regularity was attacked (Niedermeyer, Steinmetzer, Kroll, Schnell 2014);
 * the filter is folded by exclusive or (Schnell, Borgs 2016), so a bit that is set does not say
 * that a pair is there, and a filter never has more than half of its bits set for good. */
#include "linkage/encode.h"

#include "linkage/name.h"
#include "linkage/read.h"

#include "base/map.h"
#include "base/mem.h"

#include <string.h>

enum {
    FILTER_BITS = 16, /* of a pair of letters */
    NUMBER_BITS = 8,
    OCCURRENCES = 3,
    SYMBOLS = 40, /* letters, digits, the end, anything else */
    DOMAIN_MAX = 100,
    BIRTHS = 1 << 15, /* that are kept: 3 MB */
    MESSAGE_MAX = 256
};

/* What is hashed. */
enum what { WORD = 'w', MARK = 'm', PAIR = 'p', NUMBER = 'n', DATE = 'd', FINGERPRINT = 'f' };

struct domain { /* of columns that are compared with one another */
    char name[DOMAIN_MAX];
    struct map *find;              /* its words, by their hash */
    uint16_t (*bits)[FILTER_BITS]; /* of pairs: of letters, of sounds; first bit + 1, 0: not yet */
};

struct encoder {
    const struct secret *key;
    struct people_role role[PEOPLE_COLUMNS];
    uint32_t tag[PEOPLE_COLUMNS];
    struct domain domain[PEOPLE_COLUMNS];
    size_t of[PEOPLE_COLUMNS]; /* the domain of a column */
    size_t n_role, n_domain;
    struct encoded_word *word; /* seen before */
    size_t n_word, cap;
    struct map *find_birth; /* dates that were seen before: twenty hashes each */
    struct encoded_birth *birth;
    size_t n_birth, cap_birth;
    struct arena *scratch;
    struct buf bytes, message;
    uint8_t fingerprint[ENCODING_FINGERPRINT];
};

/* ---- hashes ---- */

static const char head[] = "dcim linkage 1";

static void hash(uint8_t out[static CRYPTO_HASH], struct encoder *e, enum what what,
                 const char *domain, int kind, const void *p, size_t n)
{
    const char mark[] = {(char)what, (char)kind};
    buf_clear(&e->message);
    buf_puts(&e->message, head);
    buf_put(&e->message, mark, sizeof mark);
    buf_puts(&e->message, domain);
    buf_putc(&e->message, '\x1f');
    buf_put(&e->message, p, n);
    crypto_hash(out, CRYPTO_HASH, e->message.p, e->message.n, e->key);
}

static uint64_t number_of(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static uint32_t mark(struct encoder *e, const char *domain, int kind, const void *p, size_t n)
{
    uint8_t h[CRYPTO_HASH];
    hash(h, e, MARK, domain, kind, p, n);
    return (uint32_t)number_of(h, 4);
}

void encoding_fingerprint(uint8_t out[static ENCODING_FINGERPRINT], const struct secret *key)
{
    struct encoder e = {.key = key};
    uint8_t h[CRYPTO_HASH];
    buf_init(&e.message, MESSAGE_MAX);
    hash(h, &e, FINGERPRINT, "", 0, "", 0);
    memcpy(out, h, ENCODING_FINGERPRINT);
    buf_release(&e.message);
}

/* ---- filters ---- */

static size_t symbol(char c)
{
    if (c >= 'a' && c <= 'z') return (size_t)(c - 'a');
    if (c >= '0' && c <= '9') return 26 + (size_t)(c - '0');
    return c == '\0' ? 36 : 37;
}

enum { PAIR_PLACES = SYMBOLS * SYMBOLS * OCCURRENCES };

/* The bits of a pair, 0 to 1023. */
static const uint16_t *bits_of(struct encoder *e, struct domain *d, bool sound, char a, char b,
                               size_t occurrence)
{
    size_t place = (symbol(a) * SYMBOLS + symbol(b)) * OCCURRENCES + occurrence;
    uint16_t *bits = d->bits[place + (sound ? PAIR_PLACES : 0)];
    if (bits[0] == 0) {
        const char pair[] = {(char)symbol(a), (char)symbol(b), (char)occurrence};
        uint8_t h[CRYPTO_HASH];
        hash(h, e, PAIR, d->name, sound, pair, sizeof pair);
        for (size_t i = 0; i < FILTER_BITS; i++)
            bits[i] = (uint16_t)(1 + (number_of(h + 2 * i, 2) & 1023));
    }
    return bits;
}

/* All pairs of neighbours, with the ends; folded to `n_word` words. */
static void filter(uint64_t *out, size_t n_word, size_t n_bit, struct encoder *e, struct domain *d,
                   bool sound, struct text t)
{
    uint64_t wide[16] = {0};
    uint8_t seen[SYMBOLS * SYMBOLS] = {0};
    for (size_t i = 0; i <= t.n; i++) {
        char a = i == 0 ? '\0' : t.p[i - 1], b = i == t.n ? '\0' : t.p[i];
        uint8_t *n = &seen[symbol(a) * SYMBOLS + symbol(b)];
        const uint16_t *bits = bits_of(e, d, sound, a, b, *n);
        if (*n + 1 < OCCURRENCES) ++*n;
        for (size_t k = 0; k < n_bit; k++) {
            size_t bit = (size_t)(bits[k] - 1) % (n_word * 128);
            wide[bit / 64] |= UINT64_C(1) << (bit % 64);
        }
    }
    for (size_t i = 0; i < n_word; i++) out[i] = wide[i] ^ wide[i + n_word];
}

/* ---- words and numbers ---- */

static void encode_word(struct encoded_word *out, struct encoder *e, struct domain *d,
                        struct text t)
{
    char sound[NAME_WORD_MAX + 1], frame[NAME_WORD_MAX + 1];
    size_t n_sound = name_sound(sound, t);
    size_t n_frame = name_frame(frame, (struct text){sound, n_sound});
    out->mark[0] = mark(e, d->name, 's', sound, n_sound);
    out->mark[1] = mark(e, d->name, 'f', frame, n_frame);
    out->mark[2] = mark(e, d->name, 'b', t.p, t.n < 4 ? t.n : 4);
    filter(out->pairs, ENCODED_PAIRS, FILTER_BITS, e, d, false, t);
    filter(out->sounds, ENCODED_SOUNDS, NUMBER_BITS, e, d, true, (struct text){sound, n_sound});
}

static void encode_number(struct encoded_word *out, struct encoder *e, struct domain *d,
                          struct text t)
{
    out->mark[0] = mark(e, d->name, 'w', t.p, t.n);
    out->mark[1] = mark(e, d->name, 'h', t.p, t.n / 2);
    out->mark[2] = mark(e, d->name, 't', t.p + t.n - t.n / 2, t.n / 2);
    filter(out->pairs, ENCODED_PAIRS / 2, NUMBER_BITS, e, d, false, t);
}

/* Words that were seen before are found by their hash: the encoder keeps no name. Numbers are new
 * each time and are not kept. */
static struct encoded_word word_of(struct encoder *e, struct domain *d, bool number, struct text t)
{
    uint8_t h[CRYPTO_HASH];
    if (t.n > NAME_WORD_MAX) t.n = NAME_WORD_MAX;
    hash(h, e, number ? NUMBER : WORD, d->name, 0, t.p, t.n);
    struct encoded_word w = {.id = number_of(h, 8), .n = (uint8_t)t.n};
    struct text find = {(const char *)h, 8};
    uint32_t at = number ? MAP_NONE : map_get(d->find, find);
    if (at != MAP_NONE) return e->word[at];
    if (number) encode_number(&w, e, d, t);
    else encode_word(&w, e, d, t);
    if (number || e->n_word == ENCODER_WORDS) return w;
    map_put(d->find, find, (uint32_t)e->n_word);
    MEM_GROW(e->word, e->cap, e->n_word + 1);
    e->word[e->n_word++] = w;
    return w;
}

static void put_words(struct encoder *e, size_t column, struct text t)
{
    struct domain *d = &e->domain[e->of[column]];
    struct text word[NAME_WORDS];
    enum linkage_role role = e->role[column].role;
    bool number = role == LINKAGE_NUMBER || role == LINKAGE_PHONE;
    size_t n = number ? read_numbers(word, t, role == LINKAGE_PHONE, e->scratch)
                      : name_words(word, t, e->scratch);
    if (n == 0) return;
    enum encoding_kind kind = number ? ENCODING_NUMBER : ENCODING_WORDS;
    encoding_field(&e->bytes, e->tag[column], kind, n);
    for (size_t i = 0; i < n; i++) {
        struct encoded_word w = word_of(e, d, number, word[i]);
        encoding_put_word(&e->bytes, kind, &w);
    }
}

/* ---- dates ---- */

static uint32_t date_mark(struct encoder *e, int kind, int a, int b, int c)
{
    const uint8_t part[] = {(uint8_t)(a & 0xff), (uint8_t)(a >> 8), (uint8_t)b, (uint8_t)c};
    uint8_t h[CRYPTO_HASH];
    hash(h, e, DATE, "", kind, part, sizeof part);
    return (uint32_t)number_of(h, 4);
}

/* What a number shares with those that are close to it: one digit, both exchanged, or one more or
 * less; `a` and `b` are what must agree exactly. */
static void near(uint32_t out[static ENCODED_NEAR], struct encoder *e, int kind, int a, int b,
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
    if (m != 0) out.year_month = date_mark(e, 'o', y, m, 0);
    if (d != 0) out.year_day = date_mark(e, 'y', y, d, 0);
    if (m != 0 && d != 0) {
        out.whole = date_mark(e, 'w', y, m, d);
        out.either = date_mark(e, 'e', 0, m < d ? m : d, m < d ? d : m);
        out.month_day = date_mark(e, 'm', 0, m, d);
        out.day_month = date_mark(e, 'm', 0, d, m);
        near(out.near_day, e, '0', y, m, d);
        near(out.near_month, e, '5', y, d, m);
    }
    return out;
}

static struct encoded_birth birth_of(struct encoder *e, struct read_birth x)
{
    const int key[] = {x.year, x.month, x.day};
    struct text find = {(const char *)key, sizeof key};
    uint32_t at = map_get(e->find_birth, find);
    if (at != MAP_NONE) return e->birth[at];
    struct encoded_birth out = encode_birth(e, x.year, x.month, x.day);
    if (e->n_birth == BIRTHS) return out;
    map_put(e->find_birth, find, (uint32_t)e->n_birth);
    MEM_GROW(e->birth, e->cap_birth, e->n_birth + 1);
    e->birth[e->n_birth++] = out;
    return out;
}

static void put_birth(struct encoder *e, uint32_t tag, struct read_birth x)
{
    if (x.year == 0) return;
    struct encoded_birth out = birth_of(e, x);
    encoding_field(&e->bytes, tag, ENCODING_BIRTH, 1);
    encoding_put_birth(&e->bytes, &out);
}

/* ---- a record ---- */

struct encoder *encoder_new(const struct people_role *role, size_t n_role, const struct secret *key)
{
    struct encoder *e = mem_new(1, sizeof *e);
    size_t names = SIZE_MAX;
    *e = (struct encoder){.key = key, .n_role = n_role, .scratch = arena_new(ARENA_WIPE)};
    buf_init_wiped(&e->message, MESSAGE_MAX);
    buf_init(&e->bytes, ENCODING_MAX);
    e->find_birth = map_new();
    encoding_fingerprint(e->fingerprint, key);
    for (size_t i = 0; i < n_role; i++) {
        bool name = role[i].role == LINKAGE_GIVEN || role[i].role == LINKAGE_SURNAME;
        e->role[i] = role[i];
        e->tag[i] = encoding_tag(role[i].name);
        e->of[i] = name && names != SIZE_MAX ? names : e->n_domain;
        if (e->of[i] < e->n_domain) continue;
        struct domain *d = &e->domain[e->n_domain++];
        if (name) names = e->of[i];
        buf_clear(&e->message);
        buf_puts(&e->message, name ? "name" : role[i].name);
        size_t n = e->message.n < DOMAIN_MAX ? e->message.n : DOMAIN_MAX - 1;
        memcpy(d->name, e->message.p, n);
        d->find = map_new();
        d->bits = mem_new(2 * (size_t)PAIR_PLACES, sizeof *d->bits);
    }
    return e;
}

void encoder_free(struct encoder *e)
{
    if (e == NULL) return;
    for (size_t i = 0; i < e->n_domain; i++) {
        map_free(e->domain[i].find);
        mem_free_wiped(e->domain[i].bits, 2 * (size_t)PAIR_PLACES * sizeof *e->domain[i].bits);
    }
    mem_free(e->word);
    map_free(e->find_birth);
    mem_free_wiped(e->birth, e->cap_birth * sizeof *e->birth);
    arena_free(e->scratch);
    buf_release(&e->message);
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
