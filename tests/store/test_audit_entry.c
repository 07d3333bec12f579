/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/audit_entry.c
 *  1 canonical form, byte by byte   2 the hash   3 read back   4 what is not an entry   5 limits */
#include "harness.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "store/audit_internal.h"

static uint8_t digest[32];

static int setup(void **state)
{
    (void)state;
    crypto_start();
    for (size_t i = 0; i < sizeof digest; i++) digest[i] = (uint8_t)i;
    return 0;
}

static const struct audit_event event = {.action = AUDIT_IMPORT,
                                         .actor = "local:ana",
                                         .organisation = "GNR",
                                         .object_type = "batch",
                                         .object_id = "17",
                                         .legal_basis = "LED 25",
                                         .decision = "allow",
                                         .fields = "sex age",
                                         .purpose = "",
                                         .count = -5,
                                         .digest = digest};

/* Made with an encoder written from RFC 8949 in another language, and hashed with its BLAKE2b: 91
 * array of 17; 01 format; 19012c sequence 300; 1a6553f100 1700000000; 1a00011170 70000; 66
 * "import"; 69 "local:ana"; f6 no role; 63 "GNR"; 65 "batch"; 62 "17"; f6 no purpose; 66 "LED 25";
 * 65 "allow"; 67 "sex age"; f6 no recipient; 24 is -5; 5820 and 32 bytes. */
static const char canonical[] =
    "91"
    "01"
    "19012c"
    "1a6553f100"
    "1a00011170"
    "66696d706f7274"
    "696c6f63616c3a616e61"
    "f6"
    "63474e52"
    "656261746368"
    "623137"
    "f6"
    "664c4544203235"
    "65616c6c6f77"
    "6773657820616765"
    "f6"
    "24"
    "5820000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char hashed[] = "88ae9b2886ff3b77320cd6b441302d9a391225645f47ac3cceede7dcbbd20b5b";

static void test_1_canonical(void **state)
{
    (void)state;
    struct buf b;
    uint8_t expected[sizeof canonical / 2];

    buf_init(&b, AUDIT_BODY_MAX);
    assert_true(audit_entry_write(&b, &event, 300, 1700000000, 70000, NULL));
    assert_int_equal(b.n, sizeof expected);
    assert_true(crypto_unhex(expected, sizeof expected, TEXT(canonical)));
    assert_memory_equal(b.p, expected, sizeof expected);
    buf_release(&b);
}

static void test_2_hash(void **state)
{
    (void)state;
    uint8_t body[sizeof canonical / 2], previous[32], expected[32], got[32];

    assert_true(crypto_unhex(body, sizeof body, TEXT(canonical)));
    assert_true(crypto_unhex(expected, 32, TEXT(hashed)));
    memset(previous, 0xaa, sizeof previous);
    audit_entry_hash(got, previous, (struct text){(const char *)body, sizeof body});
    assert_memory_equal(got, expected, 32);
    audit_entry_hash(previous, previous,
                     (struct text){(const char *)body, sizeof body}); /* in place */
    assert_memory_equal(previous, expected, 32);
}

static void test_3_read(void **state)
{
    (void)state;
    struct audit_entry a = {.sequence = 1};
    struct buf b;

    buf_init(&b, AUDIT_BODY_MAX);
    assert_true(audit_entry_write(&b, &event, 300, -1700000000, UINT64_MAX, NULL));
    memset(a.hash, 7, sizeof a.hash);
    assert_true(audit_entry_read(&a, buf_text(&b)));
    assert_int_equal(a.sequence, 300);
    assert_int_equal(a.at, -1700000000);
    assert_int_equal(a.monotone_ms, UINT64_MAX);
    assert_true(text_is(a.action, "import"));
    assert_true(text_is(a.actor, "local:ana"));
    assert_true(text_is(a.role, ""));
    assert_true(text_is(a.organisation, "GNR"));
    assert_true(text_is(a.object_type, "batch"));
    assert_true(text_is(a.object_id, "17"));
    assert_true(text_is(a.purpose, ""));
    assert_true(text_is(a.legal_basis, "LED 25"));
    assert_true(text_is(a.decision, "allow"));
    assert_true(text_is(a.fields, "sex age"));
    assert_true(text_is(a.recipient, ""));
    assert_int_equal(a.count, -5);
    assert_memory_equal(a.digest, digest, 32);
    assert_int_equal(a.hash[31], 7); /* left alone */
    buf_clear(&b);
    assert_true(audit_entry_write(&b,
                                  &(struct audit_event){.action = AUDIT_VERIFY, .count = INT64_MIN},
                                  1, 0, 0, NULL));
    assert_true(audit_entry_read(&a, buf_text(&b)));
    static const uint8_t none[32];
    assert_memory_equal(a.digest, none, 32);
    assert_int_equal(a.count, INT64_MIN);
    buf_release(&b);
}

static bool reads(const uint8_t *p, size_t n)
{
    struct audit_entry a = {.sequence = 99};
    bool ok = audit_entry_read(&a, (struct text){(const char *)p, n});
    if (!ok) assert_int_equal(a.sequence, 99); /* nothing of it is taken */
    return ok;
}

static void test_4_not_an_entry(void **state)
{
    (void)state;
    uint8_t body[sizeof canonical / 2 + 1];
    size_t n = sizeof canonical / 2;

    assert_true(crypto_unhex(body, n, TEXT(canonical)));
    assert_true(reads(body, n));
    for (size_t i = 0; i < n; i++) assert_false(reads(body, i)); /* cut anywhere */
    body[n] = 0xf6;
    assert_false(reads(body, n + 1)); /* more */
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {{0, 0x90},  {0, 0xb1}, /* 16 items; a map */
                 {1, 0x02},  {1, 0x61}, /* another format; not a number */
                 {2, 0x39},             /* a negative sequence */
                 {10, 0x3a},            /* a negative monotone time */
                 {15, 0x46},            /* action as bytes */
                 {22, 0x60},            /* empty text where null is canonical */
                 {23, 0xff}};           /* not UTF-8 */
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t was = body[wrong[i].at];
        body[wrong[i].at] = wrong[i].value;
        assert_false(reads(body, n));
        body[wrong[i].at] = was;
    }
    assert_true(reads(body, n));
}

static void test_5_limits(void **state)
{
    (void)state;
    char *big = malloc(AUDIT_BODY_MAX + 1);
    struct buf b;
    struct err e = {0};

    assert_non_null(big);
    memset(big, 'x', AUDIT_BODY_MAX);
    big[AUDIT_BODY_MAX] = '\0';
    buf_init(&b, AUDIT_BODY_MAX);
    assert_false(audit_entry_write(&b, &(struct audit_event){.action = AUDIT_TABLE, .fields = big},
                                   1, 1, 1, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "audit.too_long");
    buf_clear(&b);
    assert_false(
        audit_entry_write(&b, &(struct audit_event){.action = AUDIT_TABLE, .purpose = "caf\xe9"}, 1,
                          1, 1, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.id, "audit.text");
    buf_release(&b);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_canonical), cmocka_unit_test(test_2_hash),
        cmocka_unit_test(test_3_read),      cmocka_unit_test(test_4_not_an_entry),
        cmocka_unit_test(test_5_limits),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
