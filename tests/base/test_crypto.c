/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/crypto.c: the calls do what their standards say, and fail closed (S9)
 *  1 hashes   2 sealing   3 derived keys and passwords   4 signatures   5 boxes   6 streams
 *  7 secrets: guarded, wiped (S94)   8 hexadecimal, random, comparison */
#include "harness.h"

#include "base/crypto.h"

#include "base/mem.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void is_hex(const uint8_t *p, size_t n, const char *expected)
{
    char hex[2 * 256 + 1];
    assert_true(n <= 256);
    crypto_hex(hex, p, n);
    assert_string_equal(hex, expected);
}

static struct secret *key_0_to_31(void)
{
    uint8_t raw[32];
    for (size_t i = 0; i < 32; i++) raw[i] = (uint8_t)i;
    return secret_copy(raw, sizeof raw);
}

static void blake2b(void **state)
{
    (void)state;
    uint8_t out[64];
    crypto_hash(out, 64, "abc", 3, NULL); /* RFC 7693, appendix A */
    is_hex(out, 64,
           "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
           "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    /* the others computed with Python's hashlib.blake2b */
    crypto_hash(out, CRYPTO_HASH, "abc", 3, NULL);
    is_hex(out, CRYPTO_HASH, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    struct secret *key = key_0_to_31();
    crypto_hash(out, CRYPTO_SHORT, "abc", 3, key);
    is_hex(out, CRYPTO_SHORT, "1a64be47e4729d951c302ee543f97cf3");

    uint8_t message[1024], streamed[CRYPTO_HASH];
    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)i;
    crypto_hash(out, CRYPTO_HASH, message, sizeof message, NULL);
    is_hex(out, CRYPTO_HASH, "f1551feeb252c7e60bb362205bd1ac2f70b145260a91d41e8c5d0a187549a5f2");
    for (size_t step = 1; step < 200; step += 37) {
        struct crypto_hasher h;
        crypto_hasher_init(&h, NULL);
        for (size_t at = 0; at < sizeof message; at += step)
            crypto_hasher_add(&h, message + at,
                              at + step > sizeof message ? sizeof message - at : step);
        crypto_hasher_finish(&h, streamed);
        assert_memory_equal(streamed, out, CRYPTO_HASH);
        for (size_t i = 0; i < sizeof h; i++) assert_int_equal(((uint8_t *)&h)[i], 0); /* wiped */
    }
    struct crypto_hasher h;
    crypto_hasher_init(&h, key);
    crypto_hasher_add(&h, "abc", 3);
    crypto_hasher_finish(&h, streamed);
    crypto_hash(out, CRYPTO_HASH, "abc", 3, key);
    assert_memory_equal(streamed, out, CRYPTO_HASH);
    crypto_hash(out, CRYPTO_HASH, NULL, 0, NULL); /* nothing can be hashed */
    is_hex(out, CRYPTO_HASH, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    secret_free(key);
}

static void sha256(void **state)
{
    (void)state;
    uint8_t out[32], streamed[32];
    crypto_sha256(out, "abc", 3); /* FIPS 180-2, appendix B.1 */
    is_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256(out, NULL, 0);
    is_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct crypto_sha256er h;
    crypto_sha256_init(&h);
    crypto_sha256_add(&h, "a", 1);
    crypto_sha256_add(&h, "bc", 2);
    crypto_sha256_finish(&h, streamed);
    is_hex(streamed, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void xchacha20_poly1305(void **state)
{
    (void)state;
    /* draft-irtf-cfrg-xchacha-03, appendix A.3.1 */
    static const char plain[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one "
        "tip for the future, sunscreen would be it.";
    enum { N = sizeof plain - 1 };
    uint8_t ad[12], key[32], nonce[24], out[N + CRYPTO_TAG], back[N];
    assert_true(crypto_unhex(ad, 12, TEXT("50515253c0c1c2c3c4c5c6c7")));
    for (size_t i = 0; i < 32; i++) key[i] = (uint8_t)(0x80 + i);
    for (size_t i = 0; i < 24; i++) nonce[i] = (uint8_t)(0x40 + i);
    crypto_seal(out, plain, N, ad, sizeof ad, nonce, key);
    is_hex(out, sizeof out,
           "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
           "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
           "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
           "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
    uint8_t under[sizeof out]; /* the same from the key of the first 16 bytes of the nonce */
    struct secret *whole = secret_copy(key, sizeof key), *sub = crypto_subkey(whole, nonce);
    crypto_seal_under(under, plain, N, ad, sizeof ad, nonce, sub);
    assert_memory_equal(under, out, sizeof out);
    nonce[23] ^= 1; /* of the rest of the nonce every byte counts */
    crypto_seal_under(under, plain, N, ad, sizeof ad, nonce, sub);
    assert_memory_not_equal(under, out, sizeof out);
    nonce[23] ^= 1;
    secret_free(sub);
    secret_free(whole);
    /* The same draft, 2.2.1: HChaCha20 by itself. */
    uint8_t prefix[CRYPTO_NONCE_PREFIX], straight[32];
    for (size_t i = 0; i < sizeof straight; i++) straight[i] = (uint8_t)i;
    assert_true(crypto_unhex(prefix, sizeof prefix, TEXT("000000090000004a0000000031415927")));
    whole = secret_copy(straight, sizeof straight);
    sub = crypto_subkey(whole, prefix);
    is_hex(secret_bytes(sub), 32,
           "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
    secret_free(sub);
    secret_free(whole);
    assert_true(crypto_open(back, out, sizeof out, ad, sizeof ad, nonce, key));
    assert_memory_equal(back, plain, N);
}

static void what_does_not_belong_together_does_not_open(void **state) /* S9 */
{
    (void)state;
    uint8_t key[32] = {1}, nonce[24] = {2}, out[20 + CRYPTO_TAG], back[20], zero[20] = {0};
    static const char ad[] = "record 7", other_ad[] = "record 8";
    crypto_seal(out, "twenty bytes of data", 20, ad, 8, nonce, key);
    for (size_t byte = 0; byte < sizeof out; byte++) {
        for (int bit = 0; bit < 8; bit++) {
            out[byte] ^= (uint8_t)(1 << bit);
            memset(back, 0xAA, sizeof back);
            assert_false(crypto_open(back, out, sizeof out, ad, 8, nonce, key));
            assert_memory_equal(back, zero, sizeof back); /* nothing half-opened is left */
            out[byte] ^= (uint8_t)(1 << bit);
        }
    }
    assert_false(crypto_open(back, out, sizeof out, other_ad, 8, nonce, key));
    assert_false(crypto_open(back, out, sizeof out, ad, 7, nonce, key));
    assert_false(crypto_open(back, out, sizeof out, NULL, 0, nonce, key));
    for (size_t n = 0; n < sizeof out; n++)
        assert_false(crypto_open(back, out, n, ad, 8, nonce, key));
    key[31] ^= 1;
    assert_false(crypto_open(back, out, sizeof out, ad, 8, nonce, key));
    key[31] ^= 1;
    nonce[23] ^= 1;
    assert_false(crypto_open(back, out, sizeof out, ad, 8, nonce, key));
    nonce[23] ^= 1;
    assert_true(crypto_open(back, out, sizeof out, ad, 8, nonce, key));
    /* nothing but a tag */
    crypto_seal(out, NULL, 0, ad, 8, nonce, key);
    assert_true(crypto_open(back, out, CRYPTO_TAG, ad, 8, nonce, key));
    assert_false(crypto_open(back, out, CRYPTO_TAG, ad, 7, nonce, key));
}

static void derived_keys(void **state)
{
    (void)state;
    struct secret *master = key_0_to_31(), *out = secret_new(32), *other = secret_new(32);
    crypto_derive(out, master, "dcimtest", 7);
    /* hashlib.blake2b(key=master, salt=le64(7)+8 zeros, person="dcimtest"+8 zeros,
     * digest_size=32) */
    is_hex(secret_bytes(out), 32,
           "e8ea013df53433775430b5a42704aa21a57097ca233949bb0116f53abe3cc034");
    crypto_derive(other, master, "dcimtest", 8);
    assert_false(crypto_equal(secret_bytes(out), secret_bytes(other), 32));
    crypto_derive(other, master, "dcimothe", 7);
    assert_false(crypto_equal(secret_bytes(out), secret_bytes(other), 32));
    secret_free(master);
    secret_free(out);
    secret_free(other);
}

static void passwords(void **state)
{
    (void)state;
    struct err e = {0};
    struct secret *out = secret_new(32);
    const uint8_t *salt = (const uint8_t *)"somesaltsomesalt";
    /* Debian's argon2 (the reference program): argon2 somesaltsomesalt -id -t T -k KIB -p 1 -l 32
     * -r */
    assert_true(crypto_password_key(out, TEXT("password"), salt, 3, 1 << 20, &e));
    is_hex(secret_bytes(out), 32,
           "f663220e2d954b93588ebcbcdbe308ae6b2dbb62d317b6d6feff63535b6e3a6e");
    assert_true(crypto_password_key(out, TEXT("password"), salt, 1, 8192, &e));
    is_hex(secret_bytes(out), 32,
           "05b6ca8f8038b683887ad4916533858b49cb52040126c134f4c6e9d8711b8c09");
    assert_true(crypto_password_key(out, (struct text){NULL, 0}, salt, 1, 8192, &e));
    /* what a hostile key file may ask for */
    assert_false(crypto_password_key(out, TEXT("p"), salt, 0, 8192, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_false(crypto_password_key(out, TEXT("p"), salt, 1, 8191, &e));
    assert_false(crypto_password_key(out, TEXT("p"), salt, (uint64_t)UINT32_MAX + 1, 8192, &e));
    assert_false(crypto_password_key(out, TEXT("p"), salt, 1, SIZE_MAX, &e));
    assert_string_equal(e.id, "crypto.password_cost");
    secret_free(out);
}

static void password_without_memory(void **state)
{
    (void)state;
    if (harness_sanitized()) skip(); /* no limit of address space there */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err e = {0};
        struct rlimit small = {256 << 20, 256 << 20};
        struct secret *out = secret_random(32);
        uint8_t salt[CRYPTO_SALT] = {0}, zero[32] = {0};
        if (setrlimit(RLIMIT_AS, &small) != 0) _exit(2);
        if (crypto_password_key(out, TEXT("p"), salt, 1, (size_t)1 << 30, &e)) _exit(3);
        if (e.code != ERR_SYSTEM || strcmp(e.id, "crypto.password_memory") != 0) _exit(4);
        if (!crypto_equal(secret_bytes(out), zero, 32)) _exit(5);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void ed25519(void **state)
{
    (void)state;
    /* RFC 8032, 7.1, test 1: the empty message; libsodium's secret key is seed and public key */
    uint8_t raw[64], public_key[CRYPTO_PUBLIC], signature[CRYPTO_SIGNATURE];
    assert_true(
        crypto_unhex(raw, 64,
                     TEXT("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
                          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
    struct secret *key = secret_copy(raw, sizeof raw);
    crypto_sign(signature, NULL, 0, key);
    is_hex(signature, CRYPTO_SIGNATURE,
           "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
           "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assert_true(crypto_verify(signature, NULL, 0, raw + 32));
    secret_free(key);

    crypto_sign_new(public_key, &key);
    crypto_sign(signature, "head 17", 7, key);
    assert_true(crypto_verify(signature, "head 17", 7, public_key));
    assert_false(crypto_verify(signature, "head 18", 7, public_key));
    assert_false(crypto_verify(signature, "head 17", 6, public_key));
    for (size_t i = 0; i < CRYPTO_SIGNATURE; i++) {
        signature[i] ^= 4;
        assert_false(crypto_verify(signature, "head 17", 7, public_key));
        signature[i] ^= 4;
    }
    uint8_t other[CRYPTO_PUBLIC];
    struct secret *other_key;
    crypto_sign_new(other, &other_key);
    assert_false(crypto_verify(signature, "head 17", 7, other));
    secret_free(key);
    secret_free(other_key);
}

static void boxes(void **state)
{
    (void)state;
    uint8_t public_key[CRYPTO_PUBLIC], other[CRYPTO_PUBLIC], sealed[10 + CRYPTO_BOX_EXTRA],
        again[58], back[10];
    struct secret *key, *other_key;
    crypto_box_new(public_key, &key);
    crypto_box_new(other, &other_key);
    crypto_box_seal(sealed, "backup key", 10, public_key);
    crypto_box_seal(again, "backup key", 10, public_key);
    assert_memory_not_equal(sealed, again, sizeof sealed); /* a sender of its own each time */
    assert_true(crypto_box_open(back, sealed, sizeof sealed, public_key, key));
    assert_memory_equal(back, "backup key", 10);
    assert_false(crypto_box_open(back, sealed, sizeof sealed, other, other_key));
    for (size_t n = 0; n < sizeof sealed; n++)
        assert_false(crypto_box_open(back, sealed, n, public_key, key));
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        assert_false(crypto_box_open(back, sealed, sizeof sealed, public_key, key));
        sealed[i] ^= 1;
    }
    secret_free(key);
    secret_free(other_key);
}

static void streams_find_what_is_missing(void **state)
{
    (void)state;
    enum { X = CRYPTO_STREAM_EXTRA };
    struct secret *key = secret_random(CRYPTO_KEY);
    struct crypto_stream s;
    uint8_t header[CRYPTO_STREAM_HEADER], one[5 + X], two[X], three[3 + X], back[5];
    bool last = true;
    crypto_stream_push_init(&s, header, key);
    crypto_stream_push(&s, one, "first", 5, false);
    crypto_stream_push(&s, two, NULL, 0, false);
    crypto_stream_push(&s, three, "end", 3, true);

    assert_true(crypto_stream_pull_init(&s, header, key));
    assert_true(crypto_stream_pull(&s, back, one, sizeof one, &last));
    assert_false(last);
    assert_memory_equal(back, "first", 5);
    assert_true(crypto_stream_pull(&s, back, two, sizeof two, &last));
    assert_false(last);
    assert_true(crypto_stream_pull(&s, back, three, sizeof three, &last));
    assert_true(last);
    assert_memory_equal(back, "end", 3);

    /* a chunk left out, two exchanged, one cut, one changed, another key */
    assert_true(crypto_stream_pull_init(&s, header, key));
    assert_true(crypto_stream_pull(&s, back, one, sizeof one, &last));
    last = true;
    assert_false(crypto_stream_pull(&s, back, three, sizeof three, &last));
    assert_false(last);
    assert_true(crypto_stream_pull_init(&s, header, key));
    assert_false(crypto_stream_pull(&s, back, two, sizeof two, &last));
    for (size_t n = 0; n < sizeof one; n++) {
        assert_true(crypto_stream_pull_init(&s, header, key));
        assert_false(crypto_stream_pull(&s, back, one, n, &last));
    }
    for (size_t i = 0; i < sizeof one; i++) {
        one[i] ^= 1;
        assert_true(crypto_stream_pull_init(&s, header, key));
        assert_false(crypto_stream_pull(&s, back, one, sizeof one, &last));
        one[i] ^= 1;
    }
    struct secret *other = secret_random(CRYPTO_KEY);
    assert_true(crypto_stream_pull_init(&s, header, other));
    assert_false(crypto_stream_pull(&s, back, one, sizeof one, &last));
    secret_free(key);
    secret_free(other);
}

static void secrets_hold_their_bytes(void **state)
{
    (void)state;
    uint8_t zero[40] = {0};
    struct secret *s = secret_new(40);
    assert_int_equal(secret_size(s), 40);
    assert_memory_equal(secret_bytes(s), zero, 40);
    memcpy(secret_bytes_mut(s), "key", 3);
    assert_memory_equal(secret_bytes(s), "key", 3);
    secret_free(s);
    s = secret_copy(NULL, 0);
    assert_int_equal(secret_size(s), 0);
    secret_free(s);
    struct secret *a = secret_random(32), *b = secret_random(32);
    assert_memory_not_equal(secret_bytes(a), secret_bytes(b), 32);
    assert_memory_not_equal(secret_bytes(a), zero, 32);
    secret_free(a);
    secret_free(b);
    secret_free(NULL);
}

static void read_behind(void)
{
    struct secret *s = secret_random(32);
    volatile const uint8_t *p = secret_bytes(s);
    _exit(p[32] == 1 ? 1 : 0); /* the guard page begins right behind */
}

static void read_after_free(void)
{
    struct secret *s = secret_random(32);
    volatile const uint8_t *p = secret_bytes(s);
    secret_free(s);
    _exit(p[0] == 1 ? 1 : 0);
}

static void write_before(void)
{
    struct secret *s = secret_random(32);
    volatile uint8_t *p = secret_bytes_mut(s);
    p[-1] = 7; /* the canary */
    secret_free(s);
    _exit(0);
}

static void no_memory_for_a_secret(void)
{
    mem_fail_after(2); /* the handle, then the guarded pages */
    secret_new(32);
    _exit(0);
}

static int how_it_ends(void (*fn)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(99);
        signal(SIGSEGV, SIG_DFL); /* the sanitizer's handler would turn it into an exit status */
        signal(SIGBUS, SIG_DFL);
        signal(SIGABRT, SIG_DFL);
        fn();
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void secrets_are_guarded_and_gone_after_use(void **state) /* S94 */
{
    (void)state;
    assert_int_equal(how_it_ends(read_behind), 128 + SIGSEGV);
    assert_int_equal(how_it_ends(read_after_free), 128 + SIGSEGV);
    assert_in_range(how_it_ends(write_before), 129, 200);     /* libsodium stops the process */
    assert_int_equal(how_it_ends(no_memory_for_a_secret), 5); /* S88 */
}

/* The kernel's own account of the page that the secret lies in. */
static void secrets_are_locked_in_memory(void **state) /* S94 */
{
    (void)state;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
    if (limit.rlim_cur < 64 << 10 || harness_sanitized())
        skip(); /* the sanitizer takes mlock away */
    struct secret *s = secret_random(32);
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    char line[512];
    bool inside = false, locked = false;
    uintptr_t at = (uintptr_t)secret_bytes(s);
    while (fgets(line, sizeof line, f) != NULL) {
        char *end;
        uintptr_t from = strtoul(line, &end, 16);
        if (*end == '-' && end > line) inside = at >= from && at < strtoul(end + 1, NULL, 16);
        if (inside && strncmp(line, "Locked:", 7) == 0) locked = strtoul(line + 7, NULL, 10) > 0;
    }
    fclose(f);
    assert_true(locked);
    secret_free(s);
}

static void hexadecimal(void **state)
{
    (void)state;
    char out[9];
    uint8_t back[4];
    crypto_hex(out, "\x00\x9F\xA0\xFF", 4);
    assert_string_equal(out, "009fa0ff");
    crypto_hex(out, NULL, 0);
    assert_string_equal(out, "");
    assert_true(crypto_unhex(back, 4, TEXT("009FA0ff")));
    assert_memory_equal(back, "\x00\x9F\xA0\xFF", 4);
    static const char *const bad[] = {"",         "009fa0f",  "009fa0ff0", "009fa0ff00",
                                      "009fa0fg", "00 9fa0f", "0x9fa0ff",  "00:9fa0f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(crypto_unhex(back, 4, text_of(bad[i])));
}

static void random_and_comparison(void **state)
{
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    crypto_random(a, sizeof a);
    crypto_random(b, sizeof b);
    assert_false(crypto_equal(a, b, sizeof a));
    memcpy(b, a, sizeof a);
    assert_true(crypto_equal(a, b, sizeof a));
    b[31] ^= 0x80;
    assert_false(crypto_equal(a, b, sizeof a));
    assert_true(crypto_equal(a, b, 31));
    assert_true(crypto_equal(a, b, 0));
}

static int start(void **state)
{
    (void)state;
    crypto_start();
    crypto_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blake2b),
        cmocka_unit_test(sha256),
        cmocka_unit_test(xchacha20_poly1305),
        cmocka_unit_test(what_does_not_belong_together_does_not_open),
        cmocka_unit_test(derived_keys),
        cmocka_unit_test(passwords),
        cmocka_unit_test(password_without_memory),
        cmocka_unit_test(ed25519),
        cmocka_unit_test(boxes),
        cmocka_unit_test(streams_find_what_is_missing),
        cmocka_unit_test(secrets_hold_their_bytes),
        cmocka_unit_test(secrets_are_guarded_and_gone_after_use),
        cmocka_unit_test(secrets_are_locked_in_memory),
        cmocka_unit_test(hexadecimal),
        cmocka_unit_test(random_and_comparison),
    };
    return cmocka_run_group_tests_name("base/crypto", tests, start, NULL);
}
