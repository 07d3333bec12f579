/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/batch_insert.c: its parts; the whole is tested through batch.c
 *  1 sealing: what can be opened, by which key, and what is left of the plain bytes
 *  2 the digest by hand */
#include "harness.h"

#include "store/batch_internal.h"

static struct batch_keys keys;

static int setup(void **state)
{
    (void)state;
    crypto_start();
    keys = (struct batch_keys){.record = secret_random(CRYPTO_KEY),
                               .identity = secret_random(CRYPTO_KEY),
                               .content = secret_random(CRYPTO_KEY),
                               .record_id = KEY_VICTIM,
                               .identity_id = KEY_IDENTITY};
    batch_keys_ready(&keys);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct secret *const all[] = {(struct secret *)(uintptr_t)keys.record,
                                  (struct secret *)(uintptr_t)keys.identity,
                                  (struct secret *)(uintptr_t)keys.content};
    for (size_t i = 0; i < 3; i++) secret_free(all[i]);
    batch_keys_free(&keys);
    return 0;
}

static struct batch_block *block_of(int n)
{
    struct batch_block *b = calloc(1, sizeof *b);
    buf_init_wiped(&b->plain, 1 << 20);
    buf_init(&b->sealed, 1 << 22);
    b->n = (size_t)n;
    for (int i = 0; i < n; i++) {
        struct batch_row *r = &b->row[i];
        r->record_no = i + 1;
        r->code = (uint64_t)i * 7919;
        r->fresh = i % 4 != 3;
        r->version_no = r->fresh ? 1 : 5;
        if (!r->fresh) memset(r->key, i, CRYPTO_KEY); /* a record that was there brings its key */
        r->hashed_at = r->coded_at = b->plain.n;
        r->hashed = i % 5 == 0; /* made already: left alone */
        buf_printf(&b->plain, "coded part %d", i);
        r->coded_n = b->plain.n - r->coded_at;
        r->identity_at = b->plain.n;
        if (i % 3 == 0) buf_printf(&b->plain, "identity part %d", i);
        r->identity_n = b->plain.n - r->identity_at;
        r->hashed_n = b->plain.n - r->hashed_at;
    }
    return b;
}

static void is_hashed(const struct batch_row *r, int i)
{
    static const uint8_t none[CONTENT_HASH];
    uint8_t wanted[CONTENT_HASH];
    char text[80];
    int n = snprintf(text, sizeof text,
                     i % 3 == 0 ? "coded part %didentity part %d" : "coded part %d", i, i);
    crypto_hash(wanted, sizeof wanted, text, (size_t)n, keys.content);
    assert_memory_equal(r->content_hash, i % 5 == 0 ? none : wanted, CONTENT_HASH);
}

static void opens_as(const struct batch_block *b, size_t at, size_t n,
                     const uint8_t key[CRYPTO_KEY], const struct envelope_context *c,
                     const char *part, int i)
{
    struct buf plain;
    struct err e;
    char wanted[40];
    snprintf(wanted, sizeof wanted, "%s part %d", part, i);
    buf_init_wiped(&plain, 1 << 20);
    if (!envelope_open(&plain, b->sealed.p + at, n, key, c, &e)) fail_msg("%s", e.msg);
    assert_true(text_is(buf_text(&plain), wanted));
    buf_release(&plain);
}

static void batch_insert_1_sealing(void **state) /* S12 */
{
    (void)state;
    static const uint8_t zero[CRYPTO_KEY];
    struct batch_block *b = block_of(BLOCK_ROWS);
    char *plain_bytes = b->plain.p;
    size_t n_plain = b->plain.n;
    batch_seal(b, &keys);
    assert_true(b->is_sealed);
    assert_int_equal(b->plain.n, 0);
    for (size_t i = 0; i < n_plain; i++) assert_int_equal(plain_bytes[i], 0);
    for (size_t i = 0; i < 2 * BLOCK_ROWS; i++)
        assert_memory_equal(b->fresh_key[i], zero, CRYPTO_KEY);
    for (int i = 0; i < BLOCK_ROWS; i++) {
        const struct batch_row *r = &b->row[i];
        char code[RECORD_CODE + 1];
        uint8_t key[CRYPTO_KEY];
        struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = code};
        record_code_format(code, r->code);
        is_hashed(r, i);
        memset(key, i, sizeof key);
        if (r->fresh)
            assert_true(envelope_unwrap(key, r->wrapped, sizeof r->wrapped, keys.record, &c));
        assert_memory_equal(r->key, zero, CRYPTO_KEY);
        c.place = ENVELOPE_RECORD_BODY;
        c.version_no = r->version_no;
        opens_as(b, r->body_at, r->body_n, key, &c, "coded", i);
        assert_int_equal(r->identity_body_n > 0, i % 3 == 0);
        if (r->identity_body_n == 0) continue;
        uint8_t own[CRYPTO_KEY];
        c.place = ENVELOPE_IDENTITY_KEY;
        assert_false(
            envelope_unwrap(own, r->identity_wrapped, sizeof r->identity_wrapped, keys.record, &c));
        assert_true(envelope_unwrap(own, r->identity_wrapped, sizeof r->identity_wrapped,
                                    keys.identity, &c));
        assert_memory_not_equal(own, key, sizeof own);
        c.place = ENVELOPE_IDENTITY_BODY;
        opens_as(b, r->identity_body_at, r->identity_body_n, own, &c, "identity", i);
    }
    /* No nonce twice: they lie behind three bytes of head. */
    for (int i = 0; i < BLOCK_ROWS; i++)
        for (int k = 0; k < i; k++)
            assert_memory_not_equal(b->sealed.p + b->row[i].body_at + 3,
                                    b->sealed.p + b->row[k].body_at + 3, CRYPTO_NONCE);
    buf_release(&b->plain);
    buf_release(&b->sealed);
    free(b);
}

static void batch_insert_2_the_digest_by_hand(void **state)
{
    (void)state;
    struct crypto_hasher fresh, changed;
    struct batch_digest d = {&fresh, &changed};
    uint8_t hash[CONTENT_HASH], got[32], wanted[32], message[20 + 64] = "dcim batch digest 1";
    memset(hash, 0xaa, sizeof hash);
    batch_digest_begin(d);
    batch_digest_add(&fresh, 0x0102030405060708, 1, hash);
    batch_digest_add(&changed, 9, 0x0a0b, hash);
    batch_digest_end(d, got);
    uint8_t first[28] = {8, 7, 6, 5, 4, 3, 2, 1, 1, 0, 0, 0},
            second[28] = {9, 0, 0, 0, 0, 0, 0, 0, 0x0b, 0x0a};
    memset(first + 12, 0xaa, 16);
    memset(second + 12, 0xaa, 16);
    crypto_hash(message + 20, 32, first, sizeof first, NULL);
    crypto_hash(message + 52, 32, second, sizeof second, NULL);
    crypto_hash(wanted, 32, message, sizeof message, NULL);
    assert_memory_equal(got, wanted, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_insert_1_sealing),
        cmocka_unit_test(batch_insert_2_the_digest_by_hand),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
