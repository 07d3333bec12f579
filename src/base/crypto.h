/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libsodium: the only file that knows a cipher, a hash or a signature, and it only
 * calls (S1). Keys live in guarded, locked memory and are wiped after use (S94). */
#ifndef DCIM_BASE_CRYPTO_H
#define DCIM_BASE_CRYPTO_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libsodium exports these four names as well; ours have symbols of their own, so that neither library
 * can be made to call the other's by the linker. */
#define crypto_hash dcim_crypto_hash
#define crypto_sign dcim_crypto_sign
#define crypto_box_seal dcim_crypto_box_seal
#define crypto_box_open dcim_crypto_box_open

enum {
    CRYPTO_KEY = 32,       /* bytes of a key */
    CRYPTO_NONCE = 24,     /* XChaCha20 */
    CRYPTO_TAG = 16,
    CRYPTO_HASH = 32,      /* BLAKE2b-256 */
    CRYPTO_SHORT = 16,     /* BLAKE2b-128, keyed: blind index */
    CRYPTO_SIGNATURE = 64, /* Ed25519 */
    CRYPTO_PUBLIC = 32,
    CRYPTO_SALT = 16
};

/* Must succeed before any other call; idempotent, thread-safe. Ends the process when the library
 * cannot start (S9). */
void crypto_start(void);

/* A secret in guarded, locked memory: read through secret_bytes() only. */
struct secret;
struct secret *secret_new(size_t n);              /* zeroed; `owns` */
struct secret *secret_random(size_t n);
struct secret *secret_copy(const void *p, size_t n);
void secret_free(struct secret *s);               /* wiped; NULL is fine */
const uint8_t *secret_bytes(const struct secret *s);
uint8_t *secret_bytes_mut(struct secret *s);
size_t secret_size(const struct secret *s);

void crypto_random(void *out, size_t n);
bool crypto_equal(const void *a, const void *b, size_t n); /* constant time */

/* Unkeyed and keyed BLAKE2b. `key` NULL: unkeyed. out_n 16..64. */
void crypto_hash(uint8_t *out, size_t out_n, const void *p, size_t n, const struct secret *key);
struct crypto_hasher { /* streaming BLAKE2b-256 */
    _Alignas(64) unsigned char state[384];
};
void crypto_hasher_init(struct crypto_hasher *h, const struct secret *key);
void crypto_hasher_add(struct crypto_hasher *h, const void *p, size_t n);
void crypto_hasher_finish(struct crypto_hasher *h, uint8_t out[CRYPTO_HASH]);
void crypto_sha256(uint8_t out[32], const void *p, size_t n); /* Merkle tree of RFC 9162, npm hashes */
struct crypto_sha256er { _Alignas(64) unsigned char state[128]; };
void crypto_sha256_init(struct crypto_sha256er *h);
void crypto_sha256_add(struct crypto_sha256er *h, const void *p, size_t n);
void crypto_sha256_finish(struct crypto_sha256er *h, uint8_t out[32]);

/* XChaCha20-Poly1305. `out` holds n + CRYPTO_TAG bytes. `ad` is bound but not stored. The raw key
 * variant is for per-record keys that live on the stack for one call and are wiped by the caller. */
void crypto_seal(uint8_t *out, const void *plain, size_t n, const void *ad, size_t ad_n,
                 const uint8_t nonce[CRYPTO_NONCE], const uint8_t key[CRYPTO_KEY]);
/* False when key, nonce, associated data or ciphertext do not belong together; `out` then wiped.
 * n counts ciphertext with tag; out holds n - CRYPTO_TAG. */
bool crypto_open(uint8_t *out, const void *cipher, size_t n, const void *ad, size_t ad_n,
                 const uint8_t nonce[CRYPTO_NONCE], const uint8_t key[CRYPTO_KEY]) MUST_CHECK;

/* Many seals under one key whose nonces begin with the same 16 bytes: what XChaCha20 derives from
 * the two (HChaCha20, draft-irtf-cfrg-xchacha) is made once. crypto_seal_under() gives the bytes
 * that crypto_seal() gives with that key and nonce. `owns` the result. */
enum { CRYPTO_NONCE_PREFIX = 16 };
struct secret *crypto_subkey(const struct secret *key, const uint8_t prefix[CRYPTO_NONCE_PREFIX]);
void crypto_seal_under(uint8_t *out, const void *plain, size_t n, const void *ad, size_t ad_n,
                       const uint8_t nonce[CRYPTO_NONCE], const struct secret *subkey);

/* Key for a named use out of a master key: crypto_kdf (BLAKE2b), `context` exactly 8 letters. */
void crypto_derive(struct secret *out, const struct secret *master, const char context[8], uint64_t id);

/* Argon2id. opslimit t, memlimit bytes. ERR_SYSTEM when the memory is not to be had. */
bool crypto_password_key(struct secret *out, struct text password, const uint8_t salt[CRYPTO_SALT],
                         uint64_t t, size_t bytes, struct err *e) MUST_CHECK;

/* Ed25519 signatures, and sealed boxes (X25519) for backups to a public key. */
void crypto_sign_new(uint8_t public_key[CRYPTO_PUBLIC], struct secret **secret_key);
void crypto_sign(uint8_t out[CRYPTO_SIGNATURE], const void *p, size_t n, const struct secret *secret_key);
bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE], const void *p, size_t n,
                   const uint8_t public_key[CRYPTO_PUBLIC]) MUST_CHECK;
void crypto_box_new(uint8_t public_key[CRYPTO_PUBLIC], struct secret **secret_key);
enum { CRYPTO_BOX_EXTRA = 48 };
void crypto_box_seal(uint8_t *out, const void *plain, size_t n, const uint8_t public_key[CRYPTO_PUBLIC]);
bool crypto_box_open(uint8_t *out, const void *cipher, size_t n, const uint8_t public_key[CRYPTO_PUBLIC],
                     const struct secret *secret_key) MUST_CHECK;

/* Streaming encryption of files (secretstream, XChaCha20-Poly1305): chunks of any size; the last
 * one is marked, so that truncation is found. */
struct crypto_stream { _Alignas(16) unsigned char state[64]; };
enum { CRYPTO_STREAM_HEADER = 24, CRYPTO_STREAM_EXTRA = 17 };
void crypto_stream_push_init(struct crypto_stream *s, uint8_t header[CRYPTO_STREAM_HEADER],
                             const struct secret *key);
void crypto_stream_push(struct crypto_stream *s, uint8_t *out, const void *plain, size_t n, bool last);
bool crypto_stream_pull_init(struct crypto_stream *s, const uint8_t header[CRYPTO_STREAM_HEADER],
                             const struct secret *key) MUST_CHECK;
bool crypto_stream_pull(struct crypto_stream *s, uint8_t *out, const void *cipher, size_t n,
                        bool *last) MUST_CHECK;

/* Not for keys: bytes of the ChaCha20 stream of `seed` at `block`, the same for ever (base/random.h),
 * and the keyed SipHash-2-4 of base/map.h under a key drawn once for this process. */
void crypto_keystream(void *out, size_t n, const uint8_t seed[32], uint64_t block);
uint64_t crypto_map_hash(const void *p, size_t n);

/* Lower-case hexadecimal, NUL-terminated (2n+1 bytes), and back. */
void crypto_hex(char *out, const void *p, size_t n);
bool crypto_unhex(void *out, size_t n, struct text t) MUST_CHECK;

#endif
