/* SPDX-License-Identifier: EUPL-1.2 */
/* Thin calls of libsodium. Opaque states in crypto.h are storage for libsodium's own; their sizes
 * are asserted here. A call that libsodium says cannot fail is still checked, and ends the process
 * when it does: going on with an output that was not written would be worse (S9). */
#include "base/crypto.h"

#include "base/mem.h"

/* sodium.h must declare its own four functions under their own names; ours are the macros'
 * targets. */
#undef crypto_hash
#undef crypto_sign
#undef crypto_box_seal
#undef crypto_box_open
#include <sodium.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(CRYPTO_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(CRYPTO_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(CRYPTO_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(CRYPTO_KEY == crypto_kdf_KEYBYTES, "master key");
_Static_assert(CRYPTO_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES, "stream key");
_Static_assert(CRYPTO_SALT == crypto_pwhash_argon2id_SALTBYTES, "salt");
_Static_assert(CRYPTO_SIGNATURE == crypto_sign_BYTES, "signature");
_Static_assert(CRYPTO_PUBLIC == crypto_sign_PUBLICKEYBYTES, "signing key");
_Static_assert(CRYPTO_PUBLIC == crypto_box_PUBLICKEYBYTES, "box key");
_Static_assert(CRYPTO_BOX_EXTRA == crypto_box_SEALBYTES, "box");
_Static_assert(CRYPTO_STREAM_HEADER == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "header");
_Static_assert(CRYPTO_STREAM_EXTRA == crypto_secretstream_xchacha20poly1305_ABYTES, "chunk");
_Static_assert(CRYPTO_SHORT >= crypto_generichash_BYTES_MIN, "short hash");
_Static_assert(crypto_kdf_CONTEXTBYTES == 8, "context");
_Static_assert(sizeof(struct crypto_hasher) >= sizeof(crypto_generichash_state) &&
                   _Alignof(struct crypto_hasher) >= _Alignof(crypto_generichash_state),
               "hasher");
_Static_assert(sizeof(struct crypto_sha256er) >= sizeof(crypto_hash_sha256_state) &&
                   _Alignof(struct crypto_sha256er) >= _Alignof(crypto_hash_sha256_state),
               "sha256");
_Static_assert(sizeof(struct crypto_stream) >=
                       sizeof(crypto_secretstream_xchacha20poly1305_state) &&
                   _Alignof(struct crypto_stream) >=
                       _Alignof(crypto_secretstream_xchacha20poly1305_state),
               "stream");

struct secret {
    size_t n;
    uint8_t *bytes; /* sodium_malloc: guard pages, canary, locked */
};

static pthread_once_t started = PTHREAD_ONCE_INIT;
static uint8_t map_key[crypto_shorthash_KEYBYTES];

static _Noreturn void stop(void)
{
    static const char text[] = "dcim: the cryptographic library failed; the process ends\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(5);
}

static void must(int result)
{
    if (result != 0) stop();
}

static void start(void)
{
    if (sodium_init() < 0) stop();
    randombytes_buf(map_key, sizeof map_key);
}

void crypto_start(void)
{
    must(pthread_once(&started, start));
}

/* ---- secrets ---- */

struct secret *secret_new(size_t n)
{
    struct secret *s = mem_new(1, sizeof *s);
    s->n = n;
    s->bytes = mem_checked(sodium_malloc(n));
    sodium_memzero(s->bytes, n);
    return s;
}

struct secret *secret_random(size_t n)
{
    struct secret *s = secret_new(n);
    randombytes_buf(s->bytes, n);
    return s;
}

struct secret *secret_copy(const void *p, size_t n)
{
    struct secret *s = secret_new(n);
    if (n > 0) memcpy(s->bytes, p, n);
    return s;
}

void secret_free(struct secret *s)
{
    if (s == NULL) return;
    sodium_free(s->bytes); /* wipes, after checking the canary */
    mem_free(s);
}

const uint8_t *secret_bytes(const struct secret *s)
{
    return s->bytes;
}

uint8_t *secret_bytes_mut(struct secret *s)
{
    return s->bytes;
}

size_t secret_size(const struct secret *s)
{
    return s->n;
}

/* ---- random, comparison ---- */

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

/* ---- hashes ---- */

void dcim_crypto_hash(uint8_t *out, size_t out_n, const void *p, size_t n, const struct secret *key)
{
    assert(out_n >= crypto_generichash_BYTES_MIN && out_n <= crypto_generichash_BYTES_MAX);
    must(crypto_generichash(out, out_n, p, n, key == NULL ? NULL : key->bytes,
                            key == NULL ? 0 : key->n));
}

void crypto_hasher_init(struct crypto_hasher *h, const struct secret *key)
{
    must(crypto_generichash_init((crypto_generichash_state *)(void *)h->state,
                                 key == NULL ? NULL : key->bytes, key == NULL ? 0 : key->n,
                                 CRYPTO_HASH));
}

void crypto_hasher_add(struct crypto_hasher *h, const void *p, size_t n)
{
    must(crypto_generichash_update((crypto_generichash_state *)(void *)h->state, p, n));
}

void crypto_hasher_finish(struct crypto_hasher *h, uint8_t out[CRYPTO_HASH])
{
    must(crypto_generichash_final((crypto_generichash_state *)(void *)h->state, out, CRYPTO_HASH));
    sodium_memzero(h, sizeof *h);
}

void crypto_sha256(uint8_t out[32], const void *p, size_t n)
{
    must(crypto_hash_sha256(out, p, n));
}

void crypto_sha256_init(struct crypto_sha256er *h)
{
    must(crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)h->state));
}

void crypto_sha256_add(struct crypto_sha256er *h, const void *p, size_t n)
{
    must(crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)h->state, p, n));
}

void crypto_sha256_finish(struct crypto_sha256er *h, uint8_t out[32])
{
    must(crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)h->state, out));
    sodium_memzero(h, sizeof *h);
}

uint64_t crypto_map_hash(const void *p, size_t n)
{
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t h;
    _Static_assert(sizeof out == sizeof h, "64 bits");
    crypto_shorthash(out, p, n, map_key);
    memcpy(&h, out, sizeof h); /* byte order does not matter: never stored */
    return h;
}

/* ---- sealing ---- */

void crypto_seal(uint8_t *out, const void *plain, size_t n, const void *ad, size_t ad_n,
                 const uint8_t nonce[CRYPTO_NONCE], const uint8_t key[CRYPTO_KEY])
{
    must(crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain, n, ad, ad_n, NULL, nonce,
                                                    key));
}

struct secret *crypto_subkey(const struct secret *key, const uint8_t prefix[CRYPTO_NONCE_PREFIX])
{
    _Static_assert(CRYPTO_NONCE_PREFIX == crypto_core_hchacha20_INPUTBYTES, "prefix");
    assert(key->n == CRYPTO_KEY);
    struct secret *out = secret_new(crypto_core_hchacha20_OUTPUTBYTES);
    must(crypto_core_hchacha20(out->bytes, prefix, key->bytes, NULL));
    return out;
}

void crypto_seal_under(uint8_t *out, const void *plain, size_t n, const void *ad, size_t ad_n,
                       const uint8_t nonce[CRYPTO_NONCE], const struct secret *subkey)
{
    uint8_t rest[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
    memcpy(rest + 4, nonce + CRYPTO_NONCE_PREFIX, CRYPTO_NONCE - CRYPTO_NONCE_PREFIX);
    must(crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, n, ad, ad_n, NULL, rest,
                                                   subkey->bytes));
}

bool crypto_open(uint8_t *out, const void *cipher, size_t n, const void *ad, size_t ad_n,
                 const uint8_t nonce[CRYPTO_NONCE], const uint8_t key[CRYPTO_KEY])
{
    if (n < CRYPTO_TAG) return false;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, cipher, n, ad, ad_n, nonce,
                                                   key) == 0)
        return true;
    mem_wipe(out, n - CRYPTO_TAG);
    return false;
}

void crypto_derive(struct secret *out, const struct secret *master, const char context[8],
                   uint64_t id)
{
    assert(master->n == CRYPTO_KEY);
    must(crypto_kdf_derive_from_key(out->bytes, out->n, id, context, master->bytes));
}

bool crypto_password_key(struct secret *out, struct text password, const uint8_t salt[CRYPTO_SALT],
                         uint64_t t, size_t bytes, struct err *e)
{
    if (t < crypto_pwhash_argon2id_OPSLIMIT_MIN || t > UINT32_MAX ||
        bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
        bytes > crypto_pwhash_argon2id_MEMLIMIT_MAX ||
        password.n > crypto_pwhash_argon2id_PASSWD_MAX)
        return err_set(e, ERR_LIMIT, "crypto.password_cost",
                       "cost of a password key is out of range: %llu passes, %zu bytes",
                       (unsigned long long)t, bytes);
    if (crypto_pwhash(out->bytes, out->n, password.n == 0 ? "" : password.p, password.n, salt, t,
                      bytes, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return true;
    sodium_memzero(out->bytes, out->n);
    err_set(e, ERR_SYSTEM, "crypto.password_memory",
            "could not compute a password key: %zu MiB of memory were not to be had", bytes >> 20);
    return err_remedy(e,
                      "free some memory, or raise the memory limit of the process, and try again");
}

/* ---- public keys ---- */

void crypto_sign_new(uint8_t public_key[CRYPTO_PUBLIC], struct secret **secret_key)
{
    *secret_key = secret_new(crypto_sign_SECRETKEYBYTES);
    must(crypto_sign_keypair(public_key, (*secret_key)->bytes));
}

void dcim_crypto_sign(uint8_t out[CRYPTO_SIGNATURE], const void *p, size_t n,
                      const struct secret *secret_key)
{
    assert(secret_key->n == crypto_sign_SECRETKEYBYTES);
    must(crypto_sign_detached(out, NULL, p, n, secret_key->bytes));
}

bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE], const void *p, size_t n,
                   const uint8_t public_key[CRYPTO_PUBLIC])
{
    return crypto_sign_verify_detached(signature, p, n, public_key) == 0;
}

void crypto_box_new(uint8_t public_key[CRYPTO_PUBLIC], struct secret **secret_key)
{
    *secret_key = secret_new(crypto_box_SECRETKEYBYTES);
    must(crypto_box_keypair(public_key, (*secret_key)->bytes));
}

void dcim_crypto_box_seal(uint8_t *out, const void *plain, size_t n,
                          const uint8_t public_key[CRYPTO_PUBLIC])
{
    must(crypto_box_seal(out, plain, n, public_key));
}

bool dcim_crypto_box_open(uint8_t *out, const void *cipher, size_t n,
                          const uint8_t public_key[CRYPTO_PUBLIC], const struct secret *secret_key)
{
    assert(secret_key->n == crypto_box_SECRETKEYBYTES);
    if (n < CRYPTO_BOX_EXTRA) return false;
    if (crypto_box_seal_open(out, cipher, n, public_key, secret_key->bytes) == 0) return true;
    mem_wipe(out, n - CRYPTO_BOX_EXTRA);
    return false;
}

/* ---- streams ---- */

static crypto_secretstream_xchacha20poly1305_state *stream_state(struct crypto_stream *s)
{
    return (crypto_secretstream_xchacha20poly1305_state *)(void *)s->state;
}

void crypto_stream_push_init(struct crypto_stream *s, uint8_t header[CRYPTO_STREAM_HEADER],
                             const struct secret *key)
{
    assert(key->n == CRYPTO_KEY);
    must(crypto_secretstream_xchacha20poly1305_init_push(stream_state(s), header, key->bytes));
}

void crypto_stream_push(struct crypto_stream *s, uint8_t *out, const void *plain, size_t n,
                        bool last)
{
    must(crypto_secretstream_xchacha20poly1305_push(
        stream_state(s), out, NULL, plain, n, NULL, 0,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
             : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE));
}

bool crypto_stream_pull_init(struct crypto_stream *s, const uint8_t header[CRYPTO_STREAM_HEADER],
                             const struct secret *key)
{
    assert(key->n == CRYPTO_KEY);
    return crypto_secretstream_xchacha20poly1305_init_pull(stream_state(s), header, key->bytes) ==
           0;
}

bool crypto_stream_pull(struct crypto_stream *s, uint8_t *out, const void *cipher, size_t n,
                        bool *last)
{
    unsigned char tag;
    *last = false;
    if (n < CRYPTO_STREAM_EXTRA) return false;
    if (crypto_secretstream_xchacha20poly1305_pull(stream_state(s), out, NULL, &tag, cipher, n,
                                                   NULL, 0) != 0) {
        mem_wipe(out, n - CRYPTO_STREAM_EXTRA);
        return false;
    }
    *last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
}

void crypto_keystream(void *out, size_t n, const uint8_t seed[32], uint64_t block)
{
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
    _Static_assert(sizeof nonce == 8 && crypto_stream_chacha20_KEYBYTES == 32, "chacha20");
    for (int i = 0; i < 8; i++) nonce[i] = (unsigned char)(block >> (8 * i));
    must(crypto_stream_chacha20(out, n, nonce, seed));
}

/* ---- hexadecimal ---- */

void crypto_hex(char *out, const void *p, size_t n)
{
    sodium_bin2hex(out, 2 * n + 1, p, n); /* constant time: it prints keys as well */
}

bool crypto_unhex(void *out, size_t n, struct text t)
{
    size_t got = 0;
    if (t.n / 2 != n || t.n % 2 != 0) return false;
    return sodium_hex2bin(out, n, t.p, t.n, NULL, &got, NULL) == 0 && got == n;
}
