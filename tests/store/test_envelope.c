/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/envelope.c
 *  1 keys wrap and unwrap
 *  2 bodies seal and open
 *  3 size classes
 *  4 moved or changed: never opens (S12)
 *  5 limits
 *  6 the format, put together by hand */
#include "harness.h"

#include "base/crypto.h"
#include "store/envelope.h"

static const struct envelope_context here = {ENVELOPE_RECORD_BODY, "0123456789AB", 7};
enum { HEAD = 3 + CRYPTO_NONCE };

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return 0;
}

static void test_1_keys(void **state)
{
    (void)state;
    struct secret *kek = secret_random(CRYPTO_KEY), *other = secret_random(CRYPTO_KEY);
    uint8_t key[CRYPTO_KEY], got[CRYPTO_KEY], wrapped[WRAPPED_KEY], again[WRAPPED_KEY],
        zero[CRYPTO_KEY] = {0};
    struct envelope_context c = {ENVELOPE_RECORD_KEY, "0123456789AB", 0};

    assert_int_equal(WRAPPED_KEY, 75);
    crypto_random(key, sizeof key);
    envelope_wrap(wrapped, key, kek, 2, &c);
    assert_int_equal(wrapped[0], 1); /* version */
    assert_int_equal(wrapped[1], 1); /* XChaCha20-Poly1305 */
    assert_int_equal(wrapped[2], 2); /* key-encryption-key id */
    assert_true(envelope_unwrap(got, wrapped, sizeof wrapped, kek, &c));
    assert_memory_equal(got, key, sizeof key);
    envelope_wrap(again, key, kek, 2, &c);
    assert_memory_not_equal(again, wrapped, sizeof wrapped); /* a fresh nonce each time */

    assert_false(envelope_unwrap(got, wrapped, sizeof wrapped, other, &c));
    assert_memory_equal(got, zero, sizeof got); /* S9: a failure leaves nothing to use */
    assert_false(envelope_unwrap(got, wrapped, sizeof wrapped - 1, kek, &c));
    assert_false(envelope_unwrap(got, wrapped, 0, kek, &c));
    for (size_t i = 0; i < sizeof wrapped * 8; i++) {
        wrapped[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_false(envelope_unwrap(got, wrapped, sizeof wrapped, kek, &c));
        wrapped[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(envelope_unwrap(got, wrapped, sizeof wrapped, kek, &c));
    secret_free(kek);
    secret_free(other);
}

static void test_2_bodies(void **state)
{
    (void)state;
    static uint8_t plain[5000];
    uint8_t key[CRYPTO_KEY];
    struct buf sealed, open;
    struct err e;

    crypto_random(key, sizeof key);
    crypto_random(plain, sizeof plain);
    plain[4999] = 0; /* padding must not eat zeros or 0x80 of the text itself */
    plain[100] = 0x80;
    buf_init(&sealed, 10000);
    buf_init_wiped(&open, 10000);
    for (size_t n = 0; n <= sizeof plain; n = n < 1100 ? n + 1 : n + 97) {
        buf_clear(&sealed);
        buf_puts(&sealed, "before"); /* appended */
        envelope_seal(&sealed, plain, n, key, 1, &here);
        assert_true(buf_ok(&sealed, NULL));
        assert_memory_equal(sealed.p, "before", 6);
        assert_true(envelope_open(&open, sealed.p + 6, sealed.n - 6, key, &here, &e));
        assert_int_equal(open.n, n);
        if (n > 0) assert_memory_equal(open.p, plain, n);
    }
    buf_clear(&sealed);
    envelope_seal(&sealed, plain, 5000, key, 1, &here);
    assert_true(envelope_open(&open, sealed.p, sealed.n, key, &here, &e));
    assert_memory_equal(open.p, plain, 5000);
    buf_release(&sealed);
    buf_release(&open);
}

/* Padding adds at least one byte: up to 1,024 padded bytes in steps of 64, above in steps of 256.
 */
static void test_3_size_classes(void **state)
{
    (void)state;
    static const struct {
        size_t plain, padded;
    } want[] = {{0, 64},      {1, 64},      {63, 64},     {64, 128},    {127, 128},
                {128, 192},   {1000, 1024}, {1023, 1024}, {1024, 1280}, {1279, 1280},
                {1280, 1536}, {5000, 5120}, {5119, 5120}, {5120, 5376}};
    static const uint8_t plain[5200];
    uint8_t key[CRYPTO_KEY] = {1};
    struct buf b;

    buf_init(&b, 10000);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        buf_clear(&b);
        envelope_seal(&b, plain, want[i].plain, key, 1, &here);
        assert_int_equal(b.n, HEAD + want[i].padded + CRYPTO_TAG);
    }
    buf_release(&b);
}

static bool opens(const struct buf *sealed, const uint8_t key[CRYPTO_KEY],
                  const struct envelope_context *c)
{
    struct err e = {0};
    struct buf open;
    buf_init_wiped(&open, 1000);
    bool ok = envelope_open(&open, sealed->p, sealed->n, key, c, &e);
    if (!ok) {
        assert_int_equal(e.code, ERR_STORE);
        assert_string_equal(e.id, "envelope.damaged");
        assert_int_not_equal(e.remedy[0], 0);
        assert_int_equal(open.n, 0);
    }
    buf_release(&open);
    return ok;
}

/* S12 S9: in another table, column, record, version, or changed in any bit, it does not open. */
static void test_4_moved_or_changed(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_KEY], other_key[CRYPTO_KEY];
    struct buf b;

    crypto_random(key, sizeof key);
    crypto_random(other_key, sizeof other_key);
    buf_init(&b, 1000);
    envelope_seal(&b, "Maria", 5, key, 1, &here);
    assert_true(opens(&b, key, &here));
    assert_false(opens(&b, other_key, &here));

    int opened = 0, tried = 0;
    for (int place = 0; place < ENVELOPE_PLACE_COUNT; place++)
        for (uint32_t version = 0; version < 300; version++) {
            struct envelope_context c = {(enum envelope_place)place, "0123456789AB", version};
            opened += opens(&b, key, &c);
            tried++;
        }
    assert_int_equal(tried, ENVELOPE_PLACE_COUNT * 300);
    assert_int_equal(opened, 1);
    assert_false(
        opens(&b, key, &(struct envelope_context){ENVELOPE_RECORD_BODY, "0123456789AC", 7}));
    assert_false(
        opens(&b, key, &(struct envelope_context){ENVELOPE_RECORD_BODY, "1123456789AB", 7}));
    assert_false(
        opens(&b, key,
              &(struct envelope_context){ENVELOPE_RECORD_BODY, "0123456789AB", 7 + 65536}));

    for (size_t i = 0; i < b.n * 8; i++) {
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
        assert_false(opens(&b, key, &here));
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
    }
    assert_true(opens(&b, key, &here));
    size_t whole = b.n;
    for (b.n = 0; b.n < whole; b.n++) assert_false(opens(&b, key, &here)); /* cut at every length */
    buf_put_u8(&b, 0);                                                     /* appended */
    assert_false(opens(&b, key, &here));
    buf_release(&b);
}

static void test_5_limits(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_KEY] = {2};
    struct buf b, small;
    struct err e = {0};

    buf_init(&b, 100); /* 27 + 64 + 16 = 107 do not fit: fails once, at the end */
    envelope_seal(&b, "x", 1, key, 1, &here);
    assert_false(buf_ok(&b, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&b);

    buf_init(&b, 107);
    envelope_seal(&b, "x", 1, key, 1, &here);
    assert_true(buf_ok(&b, &e));
    assert_int_equal(b.n, 107);
    buf_init_wiped(&small, 63);
    assert_false(envelope_open(&small, b.p, b.n, key, &here, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&small);
    buf_release(&b);
}

/* The bytes that the description at the head of envelope.c promises: another program could open it. */
static void by_hand(struct buf *b, const uint8_t padded[64], const uint8_t key[CRYPTO_KEY])
{
    static const char ad[] = "dcim envelope v1\x01\x01\x01\x09"
                             "record_version\0body\0"
                             "0123456789AB\x07\0\0";
    uint8_t nonce[CRYPTO_NONCE], sealed[64 + CRYPTO_TAG];

    crypto_random(nonce, sizeof nonce);
    /* With the NUL behind the text, which is the fourth byte of the version number. */
    crypto_seal(sealed, padded, 64, ad, sizeof ad, nonce, key);
    buf_clear(b);
    buf_put(b, "\x01\x01\x09", 3);
    buf_put(b, nonce, sizeof nonce);
    buf_put(b, sealed, sizeof sealed);
}

static void test_6_format(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_KEY], padded[64] = {'M', 'a', 'r', 'i', 'a', 0x80};
    struct buf b, open;

    crypto_random(key, sizeof key);
    buf_init(&b, 200);
    buf_init_wiped(&open, 200);
    by_hand(&b, padded, key);
    assert_true(envelope_open(&open, b.p, b.n, key, &here, NULL));
    assert_true(text_is(buf_text(&open), "Maria"));
    memset(padded, 0, sizeof padded); /* rightly sealed, but the padding is none */
    by_hand(&b, padded, key);
    assert_false(opens(&b, key, &here));
    padded[40] = 0x81;
    by_hand(&b, padded, key);
    assert_false(opens(&b, key, &here));
    padded[63] = 0x80; /* the least padding: 63 bytes of text */
    by_hand(&b, padded, key);
    assert_true(envelope_open(&open, b.p, b.n, key, &here, NULL));
    assert_int_equal(open.n, 63);
    buf_release(&b);
    buf_release(&open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_keys),         cmocka_unit_test(test_2_bodies),
        cmocka_unit_test(test_3_size_classes), cmocka_unit_test(test_4_moved_or_changed),
        cmocka_unit_test(test_5_limits),       cmocka_unit_test(test_6_format),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
