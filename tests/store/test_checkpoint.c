/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/checkpoint.c
 *  1 a published signed note   2 the text, byte by byte   3 read back, also after a mail program
 *  4 changed, cut, foreign: never good   5 what is unreadable */
#include "harness.h"

#include "base/crypto.h"
#include "store/checkpoint.h"

static struct secret *sign_key;
static uint8_t public_key[CRYPTO_PUBLIC], other_public[CRYPTO_PUBLIC];

static int setup(void **state)
{
    struct secret *other;
    (void)state;
    crypto_start();
    crypto_sign_new(public_key, &sign_key);
    crypto_sign_new(other_public, &other);
    secret_free(other);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    secret_free(sign_key);
    return 0;
}

/* The example of golang.org/x/mod/sumdb/note: verifier key
 * "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"; behind the type byte 01 the
 * base64 is 1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6. */
static void test_1_published_note(void **state)
{
    (void)state;
    static const char body[] = "If you think cryptography is the answer to your problem,\n"
                               "then you don't know what your problem is.\n";
    static const char line[] =
        "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN"
        "1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    uint8_t key[32], id[4];

    assert_true(
        crypto_unhex(key, 32,
                     TEXT("1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6")));
    note_key_id(id, TEXT("PeterNeumann"), key);
    assert_memory_equal(id, "\xc7\x4f\x20\xa3", 4);
    assert_true(note_verify(NULL, TEXT(body), TEXT(line), TEXT("PeterNeumann"), key));
    assert_false(note_verify(NULL, (struct text){body, sizeof body - 2}, TEXT(line),
                             TEXT("PeterNeumann"), key));
    assert_false(note_verify(NULL, TEXT(body), TEXT(line), TEXT("PeterNeumanm"), key));
    assert_false(note_verify(NULL, TEXT(body), TEXT(line), TEXT("PeterNeumann"), public_key));
}

static struct checkpoint sample(void)
{
    /* 2026-01-31T12:00:00Z: 20,484 days since 1970 and half a day. 56 years have 14 leap days (1972
     * .. 2024): 56 * 365 + 14 = 20,454 and 30 days of January. */
    struct checkpoint c = {.size = 1000,
                           .at = 20484LL * 86400 + 43200,
                           .generation = 42,
                           .previous = 7};
    static const uint8_t id[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    checkpoint_origin(c.origin, id);
    for (size_t i = 0; i < 32; i++) c.root[i] = (uint8_t)i;
    return c;
}

static void test_2_text(void **state)
{
    (void)state;
    struct checkpoint c = sample();
    char text[CHECKPOINT_TEXT];
    static const char begins[] =
        "dcim/0123456789abcdef\n1000\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "at 2026-01-31T12:00:00Z\ngeneration 42\nprevious 7\n\n"
        "\xE2\x80\x94 dcim/0123456789abcdef ";

    checkpoint_write(text, &c, sign_key, public_key);
    assert_memory_equal(text, begins, sizeof begins - 1);
    assert_int_equal(strlen(text), sizeof begins - 1 + 92 + 1);
    c.size = c.generation = c.previous = UINT64_MAX; /* the longest */
    checkpoint_write(text, &c, sign_key, public_key);
    assert_true(strlen(text) < 400);
}

static enum checkpoint_result reads(struct checkpoint *c, const char *p, size_t n)
{
    static const struct checkpoint zero;
    enum checkpoint_result r =
        checkpoint_read(c, (struct text){p, n}, "dcim/0123456789abcdef", public_key);
    if (r != CHECKPOINT_GOOD) assert_memory_equal(c, &zero, sizeof zero);
    return r;
}

static void same(const struct checkpoint *a, const struct checkpoint *b)
{
    assert_string_equal(a->origin, b->origin);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->root, b->root, 32);
    assert_int_equal(a->at, b->at);
    assert_int_equal(a->generation, b->generation);
    assert_int_equal(a->previous, b->previous);
    assert_memory_equal(a->signature, b->signature, CRYPTO_SIGNATURE);
}

static void test_3_read(void **state)
{
    (void)state;
    struct checkpoint c = sample(), got;
    char text[CHECKPOINT_TEXT], mailed[2 * CHECKPOINT_TEXT];

    checkpoint_write(text, &c, sign_key, public_key);
    assert_int_equal(reads(&got, text, strlen(text)), CHECKPOINT_GOOD);
    same(&got, &c);
    size_t n = 0;
    memcpy(mailed, " \r\n\r\n", 5);
    n = 5;
    for (const char *p = text; *p; p++) {
        if (*p == '\n') mailed[n++] = '\r';
        mailed[n++] = *p;
    }
    memcpy(mailed + n, "\r\n\r\n", 4);
    assert_int_equal(reads(&got, mailed, n + 4), CHECKPOINT_GOOD);
    same(&got, &c);
    assert_int_equal(reads(&got, text, strlen(text) - 1), CHECKPOINT_GOOD); /* last line end lost */

    /* A second signature, by somebody else's key, does not disturb (witnesses sign like that). */
    n = (size_t)snprintf(mailed, sizeof mailed, "%s\xE2\x80\x94 witness.example AAAA\n", text);
    assert_int_equal(reads(&got, mailed, n), CHECKPOINT_GOOD);
}

static void test_4_changed(void **state)
{
    (void)state;
    struct checkpoint c = sample(), got;
    char text[CHECKPOINT_TEXT];

    checkpoint_write(text, &c, sign_key, public_key);
    size_t n = strlen(text);
    for (size_t i = 0; i < (n - 1) * 8; i++) {
        text[i / 8] = (char)(text[i / 8] ^ (1 << i % 8));
        assert_int_not_equal(reads(&got, text, n), CHECKPOINT_GOOD);
        text[i / 8] = (char)(text[i / 8] ^ (1 << i % 8));
    }
    for (size_t i = 0; i < n - 1; i++) assert_int_not_equal(reads(&got, text, i), CHECKPOINT_GOOD);
    assert_int_equal(checkpoint_read(&got, text_of(text), "dcim/0123456789abcdef", other_public),
                     CHECKPOINT_FOREIGN);
    assert_int_equal(checkpoint_read(&got, text_of(text), "dcim/0123456789abcdee", public_key),
                     CHECKPOINT_FOREIGN);
    /* Signed by our key under another log's name. */
    c.origin[5] = 'f';
    checkpoint_write(text, &c, sign_key, public_key);
    assert_int_equal(reads(&got, text, strlen(text)), CHECKPOINT_FOREIGN);
}

static void test_5_unreadable(void **state)
{
    (void)state;
    struct checkpoint got;
    char big[2000];
    static const char *const bad[] = {
        "",
        "\n\n",
        "dcim/0123456789abcdef",
        "dcim/0123456789abcdef\n1\n\nx",
        /* two ways to write 1 */
        "dcim/0123456789abcdef\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\nx",
        "dcim/0123456789abcdef\n+1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\nx",
        "dcim/0123456789abcdef\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n\nx", /* loose bits */
        "dcim/0123456789abcdef\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n\nx",
        "dcim/0123456789abcdef\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat yesterday\n\nx",
        ("dcim/0123456789abcdef\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat "
         "2026-02-30T00:00:00Z\n\nx"),
        "dcim/0123456789abcdef\n18446744073709551616\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\nx"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(reads(&got, bad[i], strlen(bad[i])), CHECKPOINT_UNREADABLE);
    memset(big, 'x', sizeof big);
    assert_int_equal(reads(&got, big, sizeof big), CHECKPOINT_UNREADABLE);
    assert_int_equal(
        reads(
            &got,
            "dcim/0123456789abcdef\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nnew "
            "thing\n\nx",
            strlen("dcim/0123456789abcdef\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n") +
                12),
        CHECKPOINT_FOREIGN); /* an unknown extension is read, the signature is none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_published_note), cmocka_unit_test(test_2_text),
        cmocka_unit_test(test_3_read),           cmocka_unit_test(test_4_changed),
        cmocka_unit_test(test_5_unreadable),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
