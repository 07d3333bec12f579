/* SPDX-License-Identifier: EUPL-1.2 */
/* The associated data are
 *   "dcim envelope v1" | schema (1) | version (1) | algorithm (1) | key-encryption-key id (1) |
 *   table, column (each NUL-ended) | record code (12) | version number (4, little endian)
 * Every part but the two names has a fixed length and the names hold no NUL, so no two contexts
 * have the same bytes. The names are labels of the format: they stay what they are when a table is
 * renamed.
 *
 * Padding is ISO/IEC 7816-4: one byte 0x80, then zeros up to the size class; there is always at
 * least one byte of it, so an empty plain text is sealed as 64 bytes. */
#include "store/envelope.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum {
    ENVELOPE_VERSION = 1,
    ENVELOPE_XCHACHA20_POLY1305 = 1,
    ENVELOPE_SCHEMA = 1,
    HEAD = 3,
    AD_MAX = 128,
    CLASS_SMALL = 64,
    CLASS_LARGE = 256,
    SMALL_UP_TO = 1024
};

static const struct {
    const char *table, *column;
} places[ENVELOPE_PLACE_COUNT] = {
    [ENVELOPE_RECORD_BODY] = {"record_version", "body"},
    [ENVELOPE_IDENTITY_BODY] = {"identity_version", "body"},
    [ENVELOPE_RECORD_KEY] = {"record_key", "wrapped"},
    [ENVELOPE_IDENTITY_KEY] = {"identity_key", "wrapped"},
    [ENVELOPE_AUDIT_DETAIL] = {"audit_entry", "detail"},
    [ENVELOPE_FACTOR] = {"account", "factor"},
    [ENVELOPE_DRAFT_KEY] = {"draft", "wrapped_key"},
    [ENVELOPE_DRAFT_BODY] = {"draft", "body"},
    [ENVELOPE_REVIEW_TEXT] = {"review_message", "body"},
    [ENVELOPE_REFERRAL_TEXT] = {"referral", "body"},
    [ENVELOPE_REQUEST_KEY] = {"subject_request", "key"},
    [ENVELOPE_REQUEST_BODY] = {"subject_request", "body"},
    [ENVELOPE_QUESTION_KEY] = {"saved_question", "key"},
    [ENVELOPE_QUESTION_BODY] = {"saved_question", "body"},
    [ENVELOPE_TASK_KEY] = {"task", "wrapped_key"},
    [ENVELOPE_TASK_BODY] = {"task", "body"},
    [ENVELOPE_ANSWER_KEY] = {"answer", "key"},
    [ENVELOPE_ANSWER_BODY] = {"answer", "body"},
    [ENVELOPE_SECURITY_KEY] = {"security_key", "sealed"},
    [ENVELOPE_LINK_REASON] = {"linkage_decision", "reason"},
    [ENVELOPE_LINK_UNDO] = {"linkage_decision", "undo_reason"},
    [ENVELOPE_CHOICE_REASON] = {"linkage_choice", "reason"},
    [ENVELOPE_CHOICE_UNDO] = {"linkage_choice", "withdraw_reason"},
    [ENVELOPE_RELEASE_KEY] = {"release_set", "wrapped_key"},
    [ENVELOPE_RELEASE_WORDS] = {"release_set", "words"},
    [ENVELOPE_RELEASE_DOCUMENT] = {"release_set", "document"},
};

static size_t add(uint8_t *out, size_t at, const void *p, size_t n)
{
    assert(at + n <= AD_MAX);
    memcpy(out + at, p, n);
    return at + n;
}

static size_t associated_data(uint8_t out[AD_MAX], const uint8_t head[HEAD],
                              const struct envelope_context *c)
{
    static const char tag[] = "dcim envelope v1";
    uint8_t schema = ENVELOPE_SCHEMA, version_no[4];
    size_t n = 0;

    assert(c->place < ENVELOPE_PLACE_COUNT && strlen(c->record_code) == RECORD_CODE);
    for (int i = 0; i < 4; i++) version_no[i] = (uint8_t)(c->version_no >> (8 * i));
    n = add(out, n, tag, sizeof tag - 1);
    n = add(out, n, &schema, 1);
    n = add(out, n, head, HEAD);
    n = add(out, n, places[c->place].table, strlen(places[c->place].table) + 1);
    n = add(out, n, places[c->place].column, strlen(places[c->place].column) + 1);
    n = add(out, n, c->record_code, RECORD_CODE);
    return add(out, n, version_no, sizeof version_no);
}

void envelope_wrap(uint8_t out[WRAPPED_KEY], const uint8_t key[CRYPTO_KEY],
                   const struct secret *kek, uint8_t kek_id, const struct envelope_context *c)
{
    uint8_t nonce[CRYPTO_NONCE];
    crypto_random(nonce, sizeof nonce);
    envelope_wrap_with(out, key, kek, kek_id, c, nonce);
}

static size_t wrap_head(uint8_t out[WRAPPED_KEY], uint8_t ad[AD_MAX], uint8_t kek_id,
                        const struct envelope_context *c, const uint8_t nonce[CRYPTO_NONCE])
{
    out[0] = ENVELOPE_VERSION;
    out[1] = ENVELOPE_XCHACHA20_POLY1305;
    out[2] = kek_id;
    memcpy(out + HEAD, nonce, CRYPTO_NONCE);
    return associated_data(ad, out, c);
}

void envelope_wrap_with(uint8_t out[WRAPPED_KEY], const uint8_t key[CRYPTO_KEY],
                        const struct secret *kek, uint8_t kek_id, const struct envelope_context *c,
                        const uint8_t nonce[CRYPTO_NONCE])
{
    uint8_t ad[AD_MAX];
    size_t ad_n = wrap_head(out, ad, kek_id, c, nonce);

    assert(secret_size(kek) == CRYPTO_KEY);
    crypto_seal(out + HEAD + CRYPTO_NONCE, key, CRYPTO_KEY, ad, ad_n, out + HEAD,
                secret_bytes(kek));
}

void envelope_wrap_under(uint8_t out[WRAPPED_KEY], const uint8_t key[CRYPTO_KEY],
                         const struct secret *subkey, uint8_t kek_id,
                         const struct envelope_context *c, const uint8_t nonce[CRYPTO_NONCE])
{
    uint8_t ad[AD_MAX];
    size_t ad_n = wrap_head(out, ad, kek_id, c, nonce);

    crypto_seal_under(out + HEAD + CRYPTO_NONCE, key, CRYPTO_KEY, ad, ad_n, out + HEAD, subkey);
}

static bool head_is_known(const uint8_t *head)
{
    return head[0] == ENVELOPE_VERSION && head[1] == ENVELOPE_XCHACHA20_POLY1305;
}

bool envelope_unwrap(uint8_t key[CRYPTO_KEY], const void *wrapped, size_t n,
                     const struct secret *kek, const struct envelope_context *c)
{
    const uint8_t *p = wrapped;
    uint8_t ad[AD_MAX];

    mem_wipe(key, CRYPTO_KEY);
    if (n != WRAPPED_KEY || !head_is_known(p) || secret_size(kek) != CRYPTO_KEY) return false;
    size_t ad_n = associated_data(ad, p, c);
    return crypto_open(key, p + HEAD + CRYPTO_NONCE, CRYPTO_KEY + CRYPTO_TAG, ad, ad_n, p + HEAD,
                       secret_bytes(kek));
}

/* Bytes of plain text with padding: the next size class above n. */
static size_t padded(size_t n)
{
    size_t class = n + 1 <= SMALL_UP_TO ? CLASS_SMALL : CLASS_LARGE;
    return mem_mul(mem_add(n, class) / class, class);
}

static void put_zeros(struct buf *b, size_t n)
{
    static const char zero[256];
    for (; n > sizeof zero; n -= sizeof zero) buf_put(b, zero, sizeof zero);
    buf_put(b, zero, n);
}

void envelope_seal(struct buf *out, const void *plain, size_t n, const uint8_t key[CRYPTO_KEY],
                   uint8_t kek_id, const struct envelope_context *c)
{
    uint8_t nonce[CRYPTO_NONCE];
    crypto_random(nonce, sizeof nonce);
    envelope_seal_with(out, plain, n, key, kek_id, c, nonce);
}

void envelope_seal_with(struct buf *out, const void *plain, size_t n, const uint8_t key[CRYPTO_KEY],
                        uint8_t kek_id, const struct envelope_context *c,
                        const uint8_t nonce[CRYPTO_NONCE])
{
    uint8_t head[HEAD + CRYPTO_NONCE] = {ENVELOPE_VERSION, ENVELOPE_XCHACHA20_POLY1305, kek_id};
    uint8_t ad[AD_MAX];
    size_t body_n = padded(n);

    memcpy(head + HEAD, nonce, CRYPTO_NONCE);
    /* All room first: a buffer that grew later would leave plain text behind in what it freed. */
    size_t at = out->n;
    buf_put(out, head, sizeof head);
    put_zeros(out, mem_add(body_n, CRYPTO_TAG));
    if (out->too_long) return;

    uint8_t *body = (uint8_t *)out->p + at + sizeof head;
    if (n > 0) memcpy(body, plain, n);
    body[n] = 0x80;
    size_t ad_n = associated_data(ad, head, c);
    crypto_seal(body, body, body_n, ad, ad_n, head + HEAD, key); /* in place */
}

static bool damaged(struct err *e, const struct envelope_context *c)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open %s.%s of record %s, version %u: not what was sealed there",
            places[c->place].table, places[c->place].column, c->record_code,
            (unsigned)c->version_no);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

bool envelope_open(struct buf *out, const void *sealed, size_t n, const uint8_t key[CRYPTO_KEY],
                   const struct envelope_context *c, struct err *e)
{
    const uint8_t *p = sealed;
    uint8_t ad[AD_MAX];

    buf_clear(out);
    if (n < HEAD + CRYPTO_NONCE + CLASS_SMALL + CRYPTO_TAG || !head_is_known(p))
        return damaged(e, c);
    size_t body_n = n - HEAD - CRYPTO_NONCE - CRYPTO_TAG;
    put_zeros(out, body_n);
    if (!buf_ok(out, e)) return false;
    size_t ad_n = associated_data(ad, p, c);
    if (!crypto_open((uint8_t *)out->p, p + HEAD + CRYPTO_NONCE, body_n + CRYPTO_TAG, ad, ad_n,
                     p + HEAD, key)) {
        buf_clear(out);
        return damaged(e, c);
    }
    while (body_n > 0 && out->p[body_n - 1] == 0) body_n--;
    if (body_n == 0 || (uint8_t)out->p[body_n - 1] != 0x80) {
        buf_clear(out);
        return damaged(e, c);
    }
    out->n = body_n - 1;
    out->p[out->n] = '\0';
    return true;
}
