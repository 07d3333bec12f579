/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/checkpoint.h"

#include "base/date.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ED25519 = 1,
    BASE64_32 = 44,
    SIGNED = 4 + CRYPTO_SIGNATURE,
    BASE64_SIGNED = 92,
    LINES_MAX = 20
};

/* ---- base64 (RFC 4648, section 4) ---- */

static const char digit64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Writes 4 * ceil(n/3) characters and NUL. */
static void base64_write(char *out, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16;
        if (i + 1 < n) v |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < n) v |= p[i + 2];
        *out++ = digit64[v >> 18];
        *out++ = digit64[v >> 12 & 63];
        *out++ = i + 1 < n ? digit64[v >> 6 & 63] : '=';
        *out++ = i + 2 < n ? digit64[v & 63] : '=';
    }
    *out = '\0';
}

/* Exactly `n` bytes, in the one way they can be written; n is not a multiple of 3. */
static bool base64_read(uint8_t *out, size_t n, struct text t)
{
    char again[BASE64_SIGNED + 1];
    uint32_t v = 0;
    size_t at = 0;

    assert((n + 2) / 3 * 4 < sizeof again);
    if (t.n != (n + 2) / 3 * 4) return false;
    for (size_t i = 0; i < t.n; i++) {
        const char *d = t.p[i] == '\0' ? NULL : strchr(digit64, t.p[i]);
        if (d == NULL && t.p[i] != '=') return false;
        v = v << 6 | (d == NULL ? 0 : (uint32_t)(d - digit64));
        if (i % 4 != 3) continue;
        for (int shift = 16; shift >= 0 && at < n; shift -= 8) out[at++] = (uint8_t)(v >> shift);
        v = 0;
    }
    base64_write(again, out, n);
    return memcmp(again, t.p, t.n) == 0;
}

/* ---- signed notes ---- */

static const char dash[] = "\xE2\x80\x94 "; /* em dash and blank begin a signature line */

void note_key_id(uint8_t out[4], struct text name, const uint8_t public_key[CRYPTO_PUBLIC])
{
    static const uint8_t between[2] = {'\n', ED25519};
    struct crypto_sha256er h;
    uint8_t hash[32];

    crypto_sha256_init(&h);
    crypto_sha256_add(&h, name.p, name.n);
    crypto_sha256_add(&h, between, sizeof between);
    crypto_sha256_add(&h, public_key, CRYPTO_PUBLIC);
    crypto_sha256_finish(&h, hash);
    memcpy(out, hash, 4);
}

bool note_verify(uint8_t *out, struct text body, struct text line, struct text name,
                 const uint8_t public_key[CRYPTO_PUBLIC])
{
    uint8_t id[4], sig[SIGNED];
    size_t lead = sizeof dash - 1 + name.n + 1;

    if (line.n != lead + BASE64_SIGNED || memcmp(line.p, dash, sizeof dash - 1) != 0) return false;
    if (memcmp(line.p + sizeof dash - 1, name.p, name.n) != 0 || line.p[lead - 1] != ' ')
        return false;
    if (!base64_read(sig, sizeof sig, (struct text){line.p + lead, BASE64_SIGNED})) return false;
    note_key_id(id, name, public_key);
    if (memcmp(id, sig, sizeof id) != 0 || !crypto_verify(sig + 4, body.p, body.n, public_key))
        return false;
    if (out != NULL) memcpy(out, sig + 4, CRYPTO_SIGNATURE);
    return true;
}

/* ---- checkpoints ---- */

void checkpoint_origin(char out[CHECKPOINT_ORIGIN], const uint8_t keyring_id[8])
{
    memcpy(out, "dcim/", 5);
    crypto_hex(out + 5, keyring_id, 8);
}

void checkpoint_write(char out[CHECKPOINT_TEXT], struct checkpoint *c, const struct secret *sign,
                      const uint8_t public_key[CRYPTO_PUBLIC])
{
    char root[BASE64_32 + 1], sig64[BASE64_SIGNED + 1], at[INSTANT_TEXT_MAX];
    uint8_t sig[SIGNED];

    base64_write(root, c->root, sizeof c->root);
    instant_format(at, c->at);
    int n = snprintf(out, CHECKPOINT_TEXT,
                     "%s\n%" PRIu64 "\n%s\nat %s\ngeneration %" PRIu64 "\nprevious %" PRIu64 "\n",
                     c->origin, c->size, root, at, c->generation, c->previous);
    note_key_id(sig, text_of(c->origin), public_key);
    crypto_sign(sig + 4, out, (size_t)n, sign);
    memcpy(c->signature, sig + 4, sizeof c->signature);
    base64_write(sig64, sig, sizeof sig);
    int m = snprintf(out + n, CHECKPOINT_TEXT - (size_t)n, "\n%s%s %s\n", dash, c->origin, sig64);
    assert(n > 0 && m > 0 && n + m < CHECKPOINT_TEXT);
}

/* A number in the one way it can be written. */
static bool read_number(uint64_t *out, struct text t)
{
    return t.n > 0 && (t.p[0] != '0' || t.n == 1) && t.p[0] != '+' && t.p[0] != '-' &&
           text_to_uint(t, out);
}

/* 2026-01-31T12:00:00Z and nothing else. */
static bool read_instant(int64_t *out, struct text t)
{
    char again[INSTANT_TEXT_MAX];
    struct date day;
    uint64_t h, m, s;

    if (t.n != 20 || !date_parse(&day, (struct text){t.p, 10}, DATE_ISO) ||
        day.precision != DATE_DAY || !text_to_uint((struct text){t.p + 11, 2}, &h) ||
        !text_to_uint((struct text){t.p + 14, 2}, &m) ||
        !text_to_uint((struct text){t.p + 17, 2}, &s))
        return false;
    *out = (int64_t)day.first * 86400 + (int64_t)(h * 3600 + m * 60 + s);
    instant_format(again, *out);
    return strlen(again) == 20 && memcmp(again, t.p, 20) == 0;
}

static bool read_extension(struct checkpoint *c, struct text line)
{
    struct text rest = line, key;
    if (!text_split(&rest, ' ', &key) || rest.p == NULL) return true;
    if (text_is(key, "at")) return read_instant(&c->at, rest);
    if (text_is(key, "generation")) return read_number(&c->generation, rest);
    if (text_is(key, "previous")) return read_number(&c->previous, rest);
    return true;
}

/* The note with LF only and no blank lines around it; false when it is too long. */
static bool tidy(char out[CHECKPOINT_TEXT], size_t *n, struct text t)
{
    *n = 0;
    t = text_trim(t);
    if (t.n + 1 >= CHECKPOINT_TEXT) return false;
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] != '\r' || i + 1 == t.n || t.p[i + 1] != '\n') out[(*n)++] = t.p[i];
    out[(*n)++] = '\n';
    return true;
}

/* Reads the lines before the blank one into *c; *body is them, *signatures what follows. */
static bool read_body(struct checkpoint *c, struct text *origin, struct text *body,
                      struct text *signatures, struct text note)
{
    size_t end;
    if (!text_find(note, TEXT("\n\n"), &end)) return false;
    *body = (struct text){note.p, end + 1};
    *signatures = (struct text){note.p + end + 2, note.n - end - 2};

    struct text rest = *body, size, root, line;
    if (!text_split(&rest, '\n', origin) || !text_split(&rest, '\n', &size) ||
        !text_split(&rest, '\n', &root))
        return false;
    if (origin->n == 0 || !read_number(&c->size, size) ||
        !base64_read(c->root, sizeof c->root, root))
        return false;
    while (text_split(&rest, '\n', &line))
        if (line.n > 0 && !read_extension(c, line)) return false;
    return true;
}

enum checkpoint_result checkpoint_read(struct checkpoint *out, struct text t, const char *origin,
                                       const uint8_t public_key[CRYPTO_PUBLIC])
{
    char tidied[CHECKPOINT_TEXT];
    struct checkpoint c = {.size = 0};
    struct text name, body, signatures, line;
    size_t n;

    *out = (struct checkpoint){.size = 0};
    if (!tidy(tidied, &n, t) || !read_body(&c, &name, &body, &signatures, (struct text){tidied, n}))
        return CHECKPOINT_UNREADABLE;
    if (!text_is(name, origin)) return CHECKPOINT_FOREIGN;
    while (text_split(&signatures, '\n', &line)) {
        if (!note_verify(c.signature, body, line, name, public_key)) continue;
        assert(name.n < sizeof c.origin);
        memcpy(c.origin, name.p, name.n);
        *out = c;
        return CHECKPOINT_GOOD;
    }
    return CHECKPOINT_FOREIGN;
}
