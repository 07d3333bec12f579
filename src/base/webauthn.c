/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/webauthn.h"

#include "base/base64.h"
#include "base/cbor.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/mem.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <limits.h>
#include <string.h>

enum {
    CLIENT_MAX = 4096, /* bytes of client data; those of browsers are a few hundred */
    USER_PRESENT = 0x01,
    USER_VERIFIED = 0x04,
    KEY_CARRIED = 0x40,
    /* authenticator data begin so (section 6.1); where a key is carried, its head goes before it */
    NAME_HASH = 32,
    FLAGS_AT = NAME_HASH,
    DATA_HEAD = NAME_HASH + 1 + 4,
    MODEL = 16,
    KEY_HEAD = MODEL + 2
};

static bool malformed(struct err *e)
{
    err_set(e, ERR_INPUT, "webauthn.malformed", "what the security key sent cannot be read");
    return err_remedy(e, "load the page again and try once more");
}

static bool refused(struct err *e)
{
    err_set(e, ERR_DENIED, "webauthn.refused",
            "this is not what the security key was asked for, or not one of your keys");
    return err_remedy(e, "load the page again and try once more, or use another key or a code");
}

/* ---- what was brought ---- */

static bool take_piece(struct text *out, struct text *rest, struct arena *a)
{
    struct text piece;
    struct buf b;
    if (rest->p == NULL || !text_split(rest, '.', &piece) || piece.n == 0) return false;
    buf_init(&b, WEBAUTHN_BROUGHT_MAX);
    bool ok = base64_url_take(&b, piece) && buf_ok(&b, NULL);
    if (ok) *out = (struct text){arena_copy(a, b.p, b.n), b.n};
    buf_release(&b);
    return ok;
}

static bool take_challenge(uint8_t out[WEBAUTHN_CHALLENGE], struct text client)
{
    struct json *j;
    struct buf b;
    if (client.n > CLIENT_MAX || !json_parse(&j, client, NULL)) return false;
    buf_init(&b, WEBAUTHN_BROUGHT_MAX);
    bool ok = base64_url_take(&b, text_of(json_get_text(j, "challenge", ""))) &&
              b.n == WEBAUTHN_CHALLENGE;
    if (ok) memcpy(out, b.p, WEBAUTHN_CHALLENGE);
    buf_release(&b);
    json_free(j);
    return ok;
}

bool webauthn_read(struct webauthn_brought *out, struct text brought, bool shown, struct arena *a,
                   struct err *e)
{
    struct text rest = brought;
    *out = (struct webauthn_brought){.id = {NULL, 0}};
    bool ok = brought.n <= WEBAUTHN_BROUGHT_MAX && (!shown || take_piece(&out->id, &rest, a)) &&
              take_piece(&out->client, &rest, a) && take_piece(&out->authenticator, &rest, a) &&
              (!shown || take_piece(&out->signature, &rest, a)) && rest.p == NULL &&
              out->id.n <= WEBAUTHN_ID_MAX && take_challenge(out->challenge, out->client);
    return ok ? true : malformed(e);
}

/* ---- for this server, by this act ---- */

static bool origin_fits(const char *said, const char *origin)
{
    size_t n = strlen(origin);
    if (n < 2 || strcmp(origin + n - 2, ":*") != 0) return strcmp(said, origin) == 0;
    n -= 2;
    if (strncmp(said, origin, n) != 0) return false;
    if (said[n] == '\0') return true;
    size_t digits = strspn(said + n + 1, "0123456789");
    return said[n] == ':' && digits > 0 && digits <= 5 && said[n + 1 + digits] == '\0';
}

static bool client_fits(struct text client, const char *type, const struct webauthn_place *at,
                        struct err *e)
{
    struct json *j;
    if (!json_parse(&j, client, e)) {
        err_clear(e);
        return malformed(e);
    }
    const char *origin = json_get_text(j, "origin", "");
    bool same_page = !json_get_bool(j, "crossOrigin", false) && !json_has(j, "topOrigin"),
         same_place = origin_fits(origin, at->origin),
         same_act = strcmp(json_get_text(j, "type", ""), type) == 0;
    if (!same_place) {
        err_set(
            e, ERR_DENIED, "webauthn.origin",
            "the security key was asked for under another name than %s, for which keys of this register are",
            at->name);
        err_detail(e, "%s", origin);
        err_remedy(e, "open the register under that name and try once more");
    } else if (!same_page || !same_act) {
        (void)refused(e);
    }
    json_free(j);
    return same_place && same_page && same_act;
}

static bool flags_fit(uint8_t flags, struct err *e)
{
    if ((flags & USER_PRESENT) != 0 && (flags & USER_VERIFIED) != 0) return true;
    err_set(e, ERR_DENIED, "webauthn.not_verified", "the security key did not verify who uses it");
    return err_remedy(e, "give the key a PIN or a fingerprint, and use it with that");
}

/* libfido2 hands what follows the heads to libcbor, which makes room for as many items as a head
 * claims, gigabytes for five bytes; the door to CBOR refuses a claim that no bytes stand behind. */
static bool claims_what_it_holds(struct text data)
{
    const unsigned char *p = (const unsigned char *)data.p;
    struct cbor_reader r;
    struct cbor_item item;
    size_t at = DATA_HEAD;
    if (data.n < at) return false;
    if ((p[FLAGS_AT] & KEY_CARRIED) != 0) {
        if (data.n < at + KEY_HEAD) return false;
        at += KEY_HEAD + ((size_t)p[at + MODEL] << 8 | p[at + MODEL + 1]);
        if (data.n < at) return false;
    }
    cbor_reader_init(&r, p + at, data.n - at);
    do item = cbor_next(&r);
    while (item.kind != CBOR_END && item.kind != CBOR_BAD);
    return item.kind == CBOR_END;
}

static const int algorithms[] = {COSE_ES256, COSE_EDDSA, COSE_RS256};

/* libfido2 reads the data of one algorithm at a time. */
static fido_cred_t *read_made(const struct webauthn_brought *b)
{
    if (!claims_what_it_holds(b->authenticator)) return NULL;
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        fido_cred_t *c = fido_cred_new();
        const unsigned char *p = (const unsigned char *)b->authenticator.p;
        if (c != NULL && fido_cred_set_type(c, algorithms[i]) == FIDO_OK &&
            fido_cred_set_authdata_raw(c, p, b->authenticator.n) == FIDO_OK)
            return c;
        fido_cred_free(&c);
    }
    return NULL;
}

bool webauthn_made(struct webauthn_key *out, const struct webauthn_brought *b,
                   const struct webauthn_place *at, struct arena *a, struct err *e)
{
    uint8_t hash[NAME_HASH];
    if (!client_fits(b->client, "webauthn.create", at, e)) return false;
    fido_cred_t *c = read_made(b);
    if (c == NULL) return malformed(e);
    crypto_sha256(hash, at->name, strlen(at->name));
    bool ok = b->authenticator.n > NAME_HASH && crypto_equal(b->authenticator.p, hash, NAME_HASH) &&
              fido_cred_id_len(c) > 0 && fido_cred_id_len(c) <= WEBAUTHN_ID_MAX &&
              fido_cred_pubkey_len(c) > 0 && fido_cred_pubkey_len(c) <= WEBAUTHN_KEY_MAX;
    if (!ok) (void)refused(e);
    ok = ok && flags_fit(fido_cred_flags(c), e);
    if (ok) {
        const char *id = (const char *)fido_cred_id_ptr(c),
                   *key = (const char *)fido_cred_pubkey_ptr(c);
        size_t id_n = fido_cred_id_len(c), key_n = fido_cred_pubkey_len(c);
        *out = (struct webauthn_key){.id = {arena_copy(a, id, id_n), id_n},
                                     .algorithm = fido_cred_type(c),
                                     .key = {arena_copy(a, key, key_n), key_n},
                                     .counter = fido_cred_sigcount(c)};
    }
    fido_cred_free(&c);
    return ok;
}

static bool verify(const fido_assert_t *s, const struct webauthn_key *k)
{
    const void *p = k->key.p;
    bool ok = false;
    if (k->algorithm == COSE_ES256) {
        es256_pk_t *pk = es256_pk_new();
        ok = pk != NULL && es256_pk_from_ptr(pk, p, k->key.n) == FIDO_OK &&
             fido_assert_verify(s, 0, COSE_ES256, pk) == FIDO_OK;
        es256_pk_free(&pk);
    } else if (k->algorithm == COSE_EDDSA) {
        eddsa_pk_t *pk = eddsa_pk_new();
        ok = pk != NULL && eddsa_pk_from_ptr(pk, p, k->key.n) == FIDO_OK &&
             fido_assert_verify(s, 0, COSE_EDDSA, pk) == FIDO_OK;
        eddsa_pk_free(&pk);
    } else if (k->algorithm == COSE_RS256) {
        rs256_pk_t *pk = rs256_pk_new();
        ok = pk != NULL && rs256_pk_from_ptr(pk, p, k->key.n) == FIDO_OK &&
             fido_assert_verify(s, 0, COSE_RS256, pk) == FIDO_OK;
        rs256_pk_free(&pk);
    }
    return ok;
}

bool webauthn_shown(uint32_t *counter, const struct webauthn_brought *b,
                    const struct webauthn_key *key, const struct webauthn_place *at, struct err *e)
{
    if (!client_fits(b->client, "webauthn.get", at, e)) return false;
    fido_assert_t *s = fido_assert_new();
    const unsigned char *client = (const unsigned char *)b->client.p,
                        *data = (const unsigned char *)b->authenticator.p,
                        *signature = (const unsigned char *)b->signature.p;
    bool read = s != NULL && claims_what_it_holds(b->authenticator) &&
                fido_assert_set_rp(s, at->name) == FIDO_OK &&
                fido_assert_set_clientdata(s, client, b->client.n) == FIDO_OK &&
                fido_assert_set_count(s, 1) == FIDO_OK &&
                fido_assert_set_authdata_raw(s, 0, data, b->authenticator.n) == FIDO_OK &&
                fido_assert_set_sig(s, 0, signature, b->signature.n) == FIDO_OK &&
                fido_assert_set_up(s, FIDO_OPT_TRUE) == FIDO_OK;
    bool ok = read && flags_fit(fido_assert_flags(s, 0), e) &&
              fido_assert_set_uv(s, FIDO_OPT_TRUE) == FIDO_OK;
    if (!read) (void)malformed(e);
    else if (ok && !verify(s, key)) ok = refused(e);
    if (ok) *counter = fido_assert_sigcount(s, 0);
    fido_assert_free(&s);
    return ok;
}
