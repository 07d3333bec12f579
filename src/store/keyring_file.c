/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/keyring_file.h"

#include <string.h>

static const char magic[8] = {'D', 'C', 'I', 'M', 'K', 'E', 'Y', 'S'};
enum { FORMAT_VERSION = 5, OLD_VERSION = 4, KIB_MIN = 8 };

_Static_assert(KEYRING_HEAD_BYTES == sizeof magic + 1 + 1 + 2 + 4 + 8 + 8, "head");
_Static_assert(KEYRING_SLOT_BYTES == 4 + 1 + 3 + 8 + 2 * (1 + 4 + 4 + CRYPTO_SALT) + KEYRING_LABEL +
                                         CRYPTO_NONCE + KEYRING_SLOT_SEALED,
               "slot");

size_t keyring_file_body(const struct keyring_file *f)
{
    return KEYRING_BODY - (size_t)(KEY_COUNT - f->n_key) * CRYPTO_KEY;
}

/* ---- reading ---- */

struct input { /* once something is missing, everything read is zero */
    const uint8_t *p;
    size_t n;
    bool bad;
};

static void take(struct input *in, void *out, size_t n)
{
    if (in->bad || in->n < n) {
        in->bad = true;
        memset(out, 0, n);
        return;
    }
    memcpy(out, in->p, n);
    in->p += n;
    in->n -= n;
}

static uint64_t take_number(struct input *in, size_t n)
{
    uint8_t raw[8];
    uint64_t v = 0;
    take(in, raw, n);
    for (size_t i = n; i > 0; i--) v = v << 8 | raw[i - 1];
    return v;
}

static bool all_zero(const void *p, size_t n)
{
    const uint8_t *b = p;
    uint8_t any = 0;
    for (size_t i = 0; i < n; i++) any |= b[i];
    return any == 0;
}

static void take_factor(struct input *in, struct keyring_factor *f)
{
    uint64_t kind = take_number(in, 1);
    f->passes = (uint32_t)take_number(in, 4);
    f->kib = (uint32_t)take_number(in, 4);
    take(in, f->salt, sizeof f->salt);
    if (kind >= FACTOR_KIND_COUNT) in->bad = true;
    f->kind = in->bad ? FACTOR_NONE : (enum factor_kind)kind;

    bool stretched = f->kind == FACTOR_PASSPHRASE || f->kind == FACTOR_SECOND_PASSPHRASE;
    if (stretched ? f->passes < 1 || f->passes > KEYRING_PASSES_MAX || f->kib < KIB_MIN ||
                        f->kib > KEYRING_KIB_MAX
                  : f->passes != 0 || f->kib != 0)
        in->bad = true;
    if (f->kind == FACTOR_NONE && !all_zero(f->salt, sizeof f->salt)) in->bad = true;
}

/* Whether a slot of this kind has these factors. */
static bool factors_fit(const struct keyring_slot *s)
{
    enum factor_kind a = s->factor[0].kind, b = s->factor[1].kind;
    switch (s->kind) {
    case SLOT_PASSPHRASE: return a == FACTOR_PASSPHRASE && b == FACTOR_NONE;
    case SLOT_KEY_FILE: return a == FACTOR_KEY_FILE && b == FACTOR_NONE;
    case SLOT_RECOVERY: return a == FACTOR_RECOVERY && b == FACTOR_NONE;
    case SLOT_DUAL:
        return a == FACTOR_PASSPHRASE && (b == FACTOR_KEY_FILE || b == FACTOR_SECOND_PASSPHRASE);
    case SLOT_TPM2:
    case SLOT_PKCS11: break;
    }
    return false;
}

static void take_slot(struct input *in, struct keyring_slot *s)
{
    uint8_t zero[3];
    s->number = (uint32_t)take_number(in, 4);
    uint64_t kind = take_number(in, 1);
    take(in, zero, sizeof zero);
    s->created_at = (int64_t)take_number(in, 8);
    for (int i = 0; i < 2; i++) take_factor(in, &s->factor[i]);
    take(in, s->label, sizeof s->label);
    if (kind == SLOT_RECOVERY) {
        take(in, s->backup.public_key, sizeof s->backup.public_key);
        take(in, s->backup.nonce, sizeof s->backup.nonce);
        take(in, s->backup.sealed, sizeof s->backup.sealed);
    }
    take(in, s->nonce, sizeof s->nonce);
    take(in, s->sealed, sizeof s->sealed);
    if (kind > SLOT_PKCS11 || !all_zero(zero, sizeof zero)) in->bad = true;
    if (in->bad) return;
    s->kind = (enum slot_kind)kind;
    size_t label_n = strnlen(s->label, sizeof s->label);
    if (!factors_fit(s) || label_n == sizeof s->label ||
        !all_zero(s->label + label_n, sizeof s->label - label_n) ||
        !text_is_utf8((struct text){s->label, label_n}, NULL))
        in->bad = true;
}

bool keyring_file_parse(struct keyring_file *out, struct text bytes)
{
    struct input in = {(const uint8_t *)bytes.p, bytes.n, false};
    char got_magic[sizeof magic];
    uint8_t checksum[CRYPTO_HASH], computed[CRYPTO_HASH];

    *out = (struct keyring_file){0};
    if (bytes.n < CRYPTO_HASH || bytes.n > KEYRING_FILE_MAX) return false;
    crypto_hash(computed, sizeof computed, bytes.p, bytes.n - CRYPTO_HASH, NULL);

    take(&in, got_magic, sizeof got_magic);
    uint64_t version = take_number(&in, 1), n_key = take_number(&in, 1),
             n_slot = take_number(&in, 2);
    out->generation = (uint32_t)take_number(&in, 4);
    take(&in, out->id, sizeof out->id);
    out->created_at = (int64_t)take_number(&in, 8);
    if (memcmp(got_magic, magic, sizeof magic) != 0 ||
        !((version == FORMAT_VERSION && n_key == KEY_COUNT) ||
          (version == OLD_VERSION && n_key == KEYRING_KEYS_4)) ||
        n_slot < 1 || n_slot > KEYRING_SLOTS_MAX)
        in.bad = true;
    out->n_key = in.bad ? KEY_COUNT : (uint8_t)n_key;
    for (size_t i = 0; i < n_slot && !in.bad; i++) {
        take_slot(&in, &out->slot[i]);
        if (out->slot[i].number <= (i == 0 ? 0 : out->slot[i - 1].number)) in.bad = true;
        out->n_slot = i + 1;
    }
    take(&in, out->nonce, sizeof out->nonce);
    take(&in, out->body, keyring_file_body(out) + CRYPTO_TAG);
    take(&in, checksum, sizeof checksum);
    if (!in.bad && in.n == 0 && memcmp(checksum, computed, sizeof checksum) == 0) return true;
    *out = (struct keyring_file){0};
    return false;
}

/* ---- writing ---- */

static void put_zeros(struct buf *b, size_t n)
{
    for (; n > 0; n--) buf_put_u8(b, 0);
}

/* Of the keyring a slot belongs to: what stays as long as the slot does. */
static void put_identity(struct buf *b, const struct keyring_file *f)
{
    buf_put(b, magic, sizeof magic);
    buf_put_u8(b, OLD_VERSION);
    buf_put_u8(b, KEYRING_KEYS_4);
    buf_put(b, f->id, sizeof f->id);
    buf_put_u64le(b, (uint64_t)f->created_at);
}

/* Up to the label. */
static void put_slot_open(struct buf *b, const struct keyring_slot *s)
{
    buf_put_u32le(b, s->number);
    buf_put_u8(b, (uint8_t)s->kind);
    put_zeros(b, 3);
    buf_put_u64le(b, (uint64_t)s->created_at);
    for (int i = 0; i < 2; i++) {
        buf_put_u8(b, (uint8_t)s->factor[i].kind);
        buf_put_u32le(b, s->factor[i].passes);
        buf_put_u32le(b, s->factor[i].kib);
        buf_put(b, s->factor[i].salt, sizeof s->factor[i].salt);
    }
    buf_put(b, s->label, sizeof s->label);
}

static void put_slot_backup(struct buf *b, const struct keyring_slot *s)
{
    if (s->kind != SLOT_RECOVERY) return;
    buf_put(b, s->backup.public_key, sizeof s->backup.public_key);
    buf_put(b, s->backup.nonce, sizeof s->backup.nonce);
    buf_put(b, s->backup.sealed, sizeof s->backup.sealed);
}

void keyring_file_backup_ad(struct buf *out, const struct keyring_file *f,
                            const struct keyring_slot *s)
{
    buf_puts(out, "dcim backup key v2");
    put_identity(out, f);
    put_slot_open(out, s);
    buf_put(out, s->backup.public_key, sizeof s->backup.public_key);
}

void keyring_file_slot_ad(struct buf *out, const struct keyring_file *f,
                          const struct keyring_slot *s)
{
    buf_puts(out, "dcim keyring slot v2");
    put_identity(out, f);
    put_slot_open(out, s);
    put_slot_backup(out, s);
}

void keyring_file_body_ad(struct buf *out, const struct keyring_file *f)
{
    buf_put(out, magic, sizeof magic);
    buf_put_u8(out, f->n_key == KEY_COUNT ? FORMAT_VERSION : OLD_VERSION);
    buf_put_u8(out, f->n_key);
    buf_put_u8(out, (uint8_t)f->n_slot);
    buf_put_u8(out, 0);
    buf_put_u32le(out, f->generation);
    buf_put(out, f->id, sizeof f->id);
    buf_put_u64le(out, (uint64_t)f->created_at);
    for (size_t i = 0; i < f->n_slot; i++) {
        put_slot_open(out, &f->slot[i]);
        put_slot_backup(out, &f->slot[i]);
        buf_put(out, f->slot[i].nonce, sizeof f->slot[i].nonce);
        buf_put(out, f->slot[i].sealed, sizeof f->slot[i].sealed);
    }
}

void keyring_file_write(struct buf *out, const struct keyring_file *f)
{
    uint8_t checksum[CRYPTO_HASH] = {0};
    size_t at = out->n;
    keyring_file_body_ad(out, f);
    buf_put(out, f->nonce, sizeof f->nonce);
    buf_put(out, f->body, keyring_file_body(f) + CRYPTO_TAG);
    if (out->too_long) return;
    crypto_hash(checksum, sizeof checksum, out->p + at, out->n - at, NULL);
    buf_put(out, checksum, sizeof checksum);
}
