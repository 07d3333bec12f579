/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/keyring_file.c
 *  1 written and read back
 *  2 the layout
 *  3 damage: every bit, every length
 *  4 forged fields with a right checksum
 *  5 associated data
 *  6 version 4, one key less: read, written back as it was, slots bound alike */
#include "harness.h"

#include "base/crypto.h"
#include "store/keyring_file.h"

static struct keyring_file sample(void)
{
    struct keyring_file f = {.n_key = KEY_COUNT,
                             .generation = 9,
                             .id = "ABCDEFG",
                             .created_at = 1700000000,
                             .n_slot = 3};
    static const struct {
        enum slot_kind kind;
        enum factor_kind a, b;
    } kinds[3] = {{SLOT_PASSPHRASE, FACTOR_PASSPHRASE, FACTOR_NONE},
                  {SLOT_KEY_FILE, FACTOR_KEY_FILE, FACTOR_NONE},
                  {SLOT_DUAL, FACTOR_PASSPHRASE, FACTOR_SECOND_PASSPHRASE}};
    for (size_t i = 0; i < 3; i++) {
        struct keyring_slot *s = &f.slot[i];
        *s = (struct keyring_slot){.number = (uint32_t)(i * 4 + 1),
                                   .kind = kinds[i].kind,
                                   .created_at = 1700000001};
        s->factor[0].kind = kinds[i].a;
        s->factor[1].kind = kinds[i].b;
        for (int k = 0; k < 2; k++) {
            if (s->factor[k].kind == FACTOR_NONE) continue;
            crypto_random(s->factor[k].salt, CRYPTO_SALT);
            if (s->factor[k].kind == FACTOR_KEY_FILE) continue;
            s->factor[k].passes = 4;
            s->factor[k].kib = 262144;
        }
        memcpy(s->label, "chave do cofre", 14);
        crypto_random(s->nonce, sizeof s->nonce);
        crypto_random(s->sealed, sizeof s->sealed);
    }
    crypto_random(f.nonce, sizeof f.nonce);
    crypto_random(f.body, sizeof f.body);
    return f;
}

/* Offsets by the format description in keyring_file.h. */
enum {
    AT_VERSION = 8,
    AT_KEYS = 9,
    AT_SLOTS = 10,
    AT_GENERATION = 12,
    AT_ID = 16,
    AT_SLOT = 32,
    S_NUMBER = 0,
    S_KIND = 4,
    S_ZERO = 5,
    S_FACTOR = 16,
    F_BYTES = 25,
    S_LABEL = 66,
    S_NONCE = 130
};

static bool parses(const struct buf *b)
{
    struct keyring_file f;
    bool ok = keyring_file_parse(&f, buf_text(b));
    if (!ok) {
        static const struct keyring_file zero;
        assert_memory_equal(&f, &zero, sizeof f); /* S9: nothing of a refused file is left to use */
    }
    return ok;
}

static void checksum_again(struct buf *b)
{
    crypto_hash((uint8_t *)b->p + b->n - CRYPTO_HASH, CRYPTO_HASH, b->p, b->n - CRYPTO_HASH, NULL);
}

/* The file with one byte forged and the checksum made right again. */
static bool parses_forged(const struct buf *b, size_t at, uint8_t value)
{
    struct buf copy;
    buf_init(&copy, KEYRING_FILE_MAX);
    buf_put(&copy, b->p, b->n);
    copy.p[at] = (char)value;
    checksum_again(&copy);
    bool ok = parses(&copy);
    buf_release(&copy);
    return ok;
}

static void test_1_round_trip(void **state)
{
    (void)state;
    struct keyring_file f = sample(), back;
    struct buf b, again;

    buf_init(&b, KEYRING_FILE_MAX);
    buf_init(&again, KEYRING_FILE_MAX);
    keyring_file_write(&b, &f);
    assert_true(keyring_file_parse(&back, buf_text(&b)));
    assert_int_equal(back.generation, 9);
    assert_int_equal(back.n_slot, 3);
    assert_int_equal(back.created_at, 1700000000);
    assert_int_equal(back.slot[2].number, 9);
    assert_int_equal(back.slot[2].kind, SLOT_DUAL);
    assert_int_equal(back.slot[2].factor[1].kind, FACTOR_SECOND_PASSPHRASE);
    assert_int_equal(back.slot[2].factor[1].kib, 262144);
    assert_string_equal(back.slot[1].label, "chave do cofre");
    assert_memory_equal(back.body, f.body, sizeof f.body);
    keyring_file_write(&again, &back);
    assert_true(text_equal(buf_text(&b), buf_text(&again)));

    for (f.n_slot = 0; f.n_slot < KEYRING_SLOTS_MAX; f.n_slot++) { /* the longest file */
        struct keyring_slot *s = &f.slot[f.n_slot];
        *s = (struct keyring_slot){.number = (uint32_t)f.n_slot + 1, .kind = SLOT_RECOVERY};
        s->factor[0].kind = FACTOR_RECOVERY;
        crypto_random(&s->backup, sizeof s->backup);
    }
    buf_clear(&b);
    keyring_file_write(&b, &f);
    assert_true(buf_ok(&b, NULL));
    assert_int_equal(b.n, KEYRING_FILE_MAX);
    assert_true(keyring_file_parse(&back, buf_text(&b)));
    assert_memory_equal(&back.slot[14].backup, &f.slot[14].backup, sizeof f.slot[14].backup);
    buf_release(&b);
    buf_release(&again);
}

static void test_2_layout(void **state)
{
    (void)state;
    struct keyring_file f = sample();
    struct buf b;

    buf_init(&b, KEYRING_FILE_MAX);
    keyring_file_write(&b, &f);
    /* 32 + 3 * 202 + 24 + (15 keys of 32 + 64 + 32 + tag 16 = 592) + 32 = 1,286 */
    assert_int_equal(KEY_COUNT, 16);
    assert_int_equal(b.n, 1286);
    assert_int_equal(KEYRING_FILE_MAX, 32 + 15 * (202 + 104) + 24 + 592 + 32);
    assert_memory_equal(b.p,
                        "DCIMKEYS\x05\x10\x03\x00\x09\x00\x00\x00"
                        "ABCDEFG\0",
                        24);
    assert_memory_equal(b.p + AT_SLOT + 202 + S_LABEL, "chave do cofre\0", 15);
    assert_int_equal((uint8_t)b.p[AT_SLOT + 2 * 202 + S_KIND], SLOT_DUAL);
    assert_memory_equal(b.p + AT_SLOT + S_NONCE, f.slot[0].nonce, CRYPTO_NONCE);
    buf_release(&b);
}

static void test_3_damage(void **state)
{
    (void)state;
    struct keyring_file f = sample();
    struct buf b;

    buf_init(&b, KEYRING_FILE_MAX + 1);
    keyring_file_write(&b, &f);
    size_t whole = b.n;
    for (b.n = 0; b.n < whole; b.n++) assert_false(parses(&b));
    for (size_t i = 0; i < whole * 8; i++) {
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
        assert_false(parses(&b));
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
    }
    assert_true(parses(&b));
    buf_put_u8(&b, 0);
    assert_false(parses(&b));
    checksum_again(&b);
    assert_false(parses(&b));
    buf_release(&b);
}

static void test_4_forged(void **state)
{
    (void)state;
    struct keyring_file f = sample();
    struct buf b;

    buf_init(&b, KEYRING_FILE_MAX);
    keyring_file_write(&b, &f);
    assert_true(
        parses_forged(&b, AT_ID, 'x')); /* the way of forging works: an id may be anything */
    assert_false(parses_forged(&b, 0, 'd'));
    assert_false(parses_forged(&b, AT_VERSION, 3));
    assert_false(parses_forged(&b, AT_VERSION, 4)); /* which had one key less */
    assert_false(parses_forged(&b, AT_VERSION, 6));
    assert_false(parses_forged(&b, AT_KEYS, KEY_COUNT - 1));
    assert_false(parses_forged(&b, AT_SLOTS, 0));
    assert_false(parses_forged(&b, AT_SLOTS, 2));
    assert_false(parses_forged(&b, AT_SLOTS, 4));
    assert_false(parses_forged(&b, AT_SLOTS, 255));
    assert_false(parses_forged(&b, AT_SLOTS + 1, 1));
    size_t slot = AT_SLOT, second = AT_SLOT + 202, third = AT_SLOT + 404;
    assert_false(parses_forged(&b, slot + S_NUMBER, 0));           /* numbers begin at 1 */
    assert_false(parses_forged(&b, second + S_NUMBER, 1));         /* and ascend */
    assert_false(parses_forged(&b, slot + S_KIND, SLOT_KEY_FILE)); /* its factor is a passphrase */
    assert_false(parses_forged(&b, slot + S_KIND, SLOT_DUAL));
    assert_false(parses_forged(&b, slot + S_KIND, SLOT_TPM2)); /* reserved */
    assert_false(parses_forged(&b, slot + S_KIND, SLOT_PKCS11));
    assert_false(parses_forged(&b, slot + S_KIND, 6));
    assert_false(parses_forged(&b, slot + S_ZERO + 2, 1));
    assert_false(parses_forged(&b, slot + S_FACTOR, FACTOR_NONE));
    assert_false(parses_forged(&b, slot + S_FACTOR, FACTOR_KIND_COUNT));
    assert_false(parses_forged(&b, slot + S_FACTOR + 1, 0));  /* no passes */
    assert_false(parses_forged(&b, slot + S_FACTOR + 1, 17)); /* too many */
    assert_true(parses_forged(&b, slot + S_FACTOR + 1, 16));
    assert_false(parses_forged(&b, slot + S_FACTOR + 8, 1));   /* 2^24 KiB and more */
    assert_false(parses_forged(&b, second + S_FACTOR + 1, 1)); /* a key file is not stretched */
    assert_false(parses_forged(&b, second + S_FACTOR + 5, 1));
    assert_false(parses_forged(&b, slot + S_FACTOR + F_BYTES + 9, 1)); /* salt of no factor */
    assert_false(parses_forged(&b, third + S_FACTOR + F_BYTES, FACTOR_RECOVERY));
    assert_true(parses_forged(&b, slot + S_LABEL, 'x'));
    assert_false(parses_forged(&b, slot + S_LABEL, 0));    /* bytes behind the NUL */
    assert_false(parses_forged(&b, slot + S_LABEL, 0xff)); /* not UTF-8 */
    for (size_t i = 14; i < 63; i++) b.p[slot + S_LABEL + i] = 'x';
    checksum_again(&b);
    assert_true(parses(&b));
    assert_false(parses_forged(&b, slot + S_LABEL + 63, 'x')); /* no NUL */
    buf_release(&b);
}

static bool ad_differs(void (*ad)(struct buf *, const struct keyring_file *, size_t),
                       const struct keyring_file *a, const struct keyring_file *b)
{
    struct buf x, y;
    buf_init(&x, KEYRING_AD_MAX);
    buf_init(&y, KEYRING_AD_MAX);
    ad(&x, a, 0);
    ad(&y, b, 0);
    assert_true(buf_ok(&x, NULL) && buf_ok(&y, NULL));
    bool differs = !text_equal(buf_text(&x), buf_text(&y));
    buf_release(&x);
    buf_release(&y);
    return differs;
}

static void slot_ad(struct buf *b, const struct keyring_file *f, size_t i)
{
    keyring_file_slot_ad(b, f, &f->slot[i]);
}

static void body_ad(struct buf *b, const struct keyring_file *f, size_t i)
{
    (void)i;
    keyring_file_body_ad(b, f);
}

/* What the seals bind: a slot binds itself and the keyring, not its neighbours; the body binds
 * everything. */
static void test_5_associated_data(void **state)
{
    (void)state;
    struct keyring_file f = sample(), g;
#define CHANGED(assignment) (g = f, (void)(assignment), &g)
    assert_false(ad_differs(slot_ad, &f, CHANGED(g.generation = 10)));
    assert_false(ad_differs(slot_ad, &f, CHANGED(g.n_slot = 2)));
    assert_false(ad_differs(slot_ad, &f, CHANGED(g.slot[1].number = 6)));
    assert_true(ad_differs(slot_ad, &f, CHANGED(g.slot[0].number = 2)));
    assert_true(ad_differs(slot_ad, &f, CHANGED(g.slot[0].kind = SLOT_DUAL)));
    assert_true(ad_differs(slot_ad, &f, CHANGED(g.slot[0].factor[0].passes = 1)));
    assert_true(ad_differs(slot_ad, &f, CHANGED(g.slot[0].factor[0].salt[3]++)));
    assert_true(ad_differs(slot_ad, &f, CHANGED(g.slot[0].label[0] = 'C')));
    assert_true(ad_differs(slot_ad, &f, CHANGED(g.id[7] = 1)));
    assert_true(ad_differs(body_ad, &f, CHANGED(g.generation = 10)));
    assert_true(ad_differs(body_ad, &f, CHANGED(g.n_slot = 2)));
    assert_true(ad_differs(body_ad, &f, CHANGED(g.slot[2].sealed[47]++)));
    assert_true(ad_differs(body_ad, &f, CHANGED(g.slot[2].nonce[0]++)));
    assert_true(ad_differs(body_ad, &f, CHANGED(g.slot[1].created_at++)));
    assert_true(ad_differs(body_ad, &f, CHANGED(g.created_at++)));
}

static void test_6_version_4(void **state)
{
    (void)state;
    struct keyring_file f = sample(), old = f, back;
    struct buf b, again;

    buf_init(&b, KEYRING_FILE_MAX);
    buf_init(&again, KEYRING_FILE_MAX);
    old.n_key = KEYRING_KEYS_4;
    memset(old.body + KEYRING_BODY_SEALED - CRYPTO_KEY, 0, CRYPTO_KEY);
    keyring_file_write(&b, &old);
    assert_int_equal(b.n, 1254);
    assert_memory_equal(b.p, "DCIMKEYS\x04\x0f\x03", 11);
    assert_true(keyring_file_parse(&back, buf_text(&b)));
    assert_int_equal(back.n_key, 15);
    assert_int_equal(keyring_file_body(&back), 14 * 32 + 64 + 32);
    assert_memory_equal(back.body, old.body, sizeof old.body);
    keyring_file_write(&again, &back);
    assert_true(text_equal(buf_text(&b), buf_text(&again)));
    assert_false(parses_forged(&b, AT_VERSION, 5));
    assert_false(parses_forged(&b, AT_KEYS, 16));
    size_t whole = b.n;
    for (b.n = 0; b.n < whole; b.n++) assert_false(parses(&b));
    buf_release(&b);
    buf_release(&again);
    /* What opened a slot opens it in the file that has the key; the body is bound to its version. */
    assert_false(ad_differs(slot_ad, &f, &old));
    assert_true(ad_differs(body_ad, &f, &old));
}

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_round_trip),      cmocka_unit_test(test_2_layout),
        cmocka_unit_test(test_3_damage),          cmocka_unit_test(test_4_forged),
        cmocka_unit_test(test_5_associated_data),
        cmocka_unit_test(test_6_version_4),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
