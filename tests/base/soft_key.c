/* SPDX-License-Identifier: EUPL-1.2 */
#include "soft_key.h"

#include "harness.h"

#include "base/base64.h"
#include "base/cbor.h"

#include <stdio.h>
#include <string.h>

enum { MADE = 0x40 /* flag: the public key is there */ };

void soft_key_new(struct soft_key *k)
{
    *k = (struct soft_key){.counter = 7,
                           .name = "localhost",
                           .origin = "https://localhost:8443",
                           .flags = SOFT_PRESENT | SOFT_VERIFIED};
    crypto_random(k->id, sizeof k->id);
    crypto_sign_new(k->open, &k->secret);
}

void soft_key_free(struct soft_key *k)
{
    secret_free(k->secret);
    k->secret = NULL;
}

static void put_client(struct buf *out, const struct soft_key *k, const char *type,
                       const char *challenge)
{
    buf_printf(out, "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\"%s}",
               k->type == NULL ? type : k->type, challenge, k->origin,
               k->extra == NULL ? "" : k->extra);
}

/* Web Authentication, section 6.1. */
static void put_head(struct buf *out, const struct soft_key *k, uint8_t more)
{
    uint8_t hash[32];
    crypto_sha256(hash, k->name, strlen(k->name));
    buf_put(out, (const char *)hash, sizeof hash);
    buf_put_u8(out, k->flags | more);
    for (int shift = 24; shift >= 0; shift -= 8) buf_put_u8(out, (uint8_t)(k->counter >> shift));
}

/* Section 6.5.1; the public key as RFC 8152 has those of Ed25519. */
static void put_credential(struct buf *out, const struct soft_key *k)
{
    for (int i = 0; i < 16; i++) buf_put_u8(out, 0); /* of no make */
    buf_put_u8(out, 0);
    buf_put_u8(out, sizeof k->id);
    buf_put(out, (const char *)k->id, sizeof k->id);
    cbor_put_map(out, 4);
    cbor_put_int(out, 1);
    cbor_put_int(out, 1);
    cbor_put_int(out, 3);
    cbor_put_int(out, -8);
    cbor_put_int(out, -1);
    cbor_put_int(out, 6);
    cbor_put_int(out, -2);
    cbor_put_bytes(out, k->open, sizeof k->open);
}

static void keep(struct soft_key *k, const struct buf *b)
{
    assert_true(b->n < sizeof k->text);
    memcpy(k->text, b->p, b->n + 1);
}

const char *soft_key_make(struct soft_key *k, const char *challenge)
{
    struct buf client, data, out;
    buf_init(&client, 4000);
    buf_init(&data, 4000);
    buf_init(&out, 4000);
    put_client(&client, k, "webauthn.create", challenge);
    put_head(&data, k, MADE);
    put_credential(&data, k);
    base64_url_put(&out, buf_text(&client));
    buf_putc(&out, '.');
    base64_url_put(&out, buf_text(&data));
    keep(k, &out);
    buf_release(&client);
    buf_release(&data);
    buf_release(&out);
    return k->text;
}

const char *soft_key_show(struct soft_key *k, const char *challenge)
{
    uint8_t hash[32], signature[64];
    struct buf client, data, out;
    buf_init(&client, 4000);
    buf_init(&data, 4000);
    buf_init(&out, 4000);
    if (!k->still) k->counter++;
    put_client(&client, k, "webauthn.get", challenge);
    put_head(&data, k, 0);
    base64_url_put(&out, (struct text){(const char *)k->id, sizeof k->id});
    buf_putc(&out, '.');
    base64_url_put(&out, buf_text(&client));
    buf_putc(&out, '.');
    base64_url_put(&out, buf_text(&data));
    crypto_sha256(hash, client.p, client.n);
    buf_put(&data, (const char *)hash, sizeof hash);
    crypto_sign(signature, data.p, data.n, k->secret);
    buf_putc(&out, '.');
    base64_url_put(&out, (struct text){(const char *)signature, sizeof signature});
    keep(k, &out);
    buf_release(&client);
    buf_release(&data);
    buf_release(&out);
    return k->text;
}
