/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/webauthn.c
 *  1 keys of the three algorithms are read when made and believed when shown; no other one is (S44)
 *  2 refused: another name, another act, a page within another, a person not verified, a changed
 *  byte (S44)
 *  3 what is not an answer is told apart and leaves nothing; each cut of one too (S70)
 *  4 where a server is reached: any port, or one
 */
#include "harness.h"

#include "soft_key.h"

#include "base/base64.h"
#include "base/webauthn.h"

#include <string.h>

static const struct webauthn_place here = {"localhost", "https://localhost:*"};

/* The bytes 0 to 31, as the recorded answers have them. */
static const char challenge[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/* Made with the library cryptography 48 of Python, from fresh keys. */
static const struct {
    int algorithm;
    const char *made, *shown;
} recorded[] = {
    {-7,
     "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFS"
     "RWhNVUZSWVhHQmthR3h3ZEhoOCIsIm9yaWdpbiI6Imh0dHBzOi8vbG9jYWxob3N0Ojg0NDMiLCJjcm9zc09y"
     "aWdpbiI6ZmFsc2V9.SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQAAAAAAAAAAAAAAAAA"
     "AAAAAIBlAw7dXcFSO0d-xXYWDMiZn1dNoWcSiwa5ArtM9ZudlpQECAyYgASFYIBVQ639JtnLBfETXLu-usbI"
     "EVSOT6yi594v2_NCPqS2nIlgg4cE-76CvVCaj-lW45MAHRw_yK-J5rUwQa8X2ULoIgGU",
     "GUDDt1dwVI7R37FdhYMyJmfV02hZxKLBrkCu0z1m52U.eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxl"
     "bmdlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOCIsIm9yaWdpbiI6Imh0"
     "dHBzOi8vbG9jYWxob3N0Ojg0NDMiLCJjcm9zc09yaWdpbiI6ZmFsc2V9.SZYN5YgOjGh0NBcPZHZgW4_krrm"
     "ihjLHmVzzuoMdl2MFAAAAAg.MEUCICYiF5CNgD4mAfqIvzPjrV_x3B1H98x5bHquMoqEciR7AiEA7C__9qCM"
     "6YVji7aG3-ge0ADwE-e0ft7sM7VESysljyM"},
    {-257,
     "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFS"
     "RWhNVUZSWVhHQmthR3h3ZEhoOCIsIm9yaWdpbiI6Imh0dHBzOi8vbG9jYWxob3N0Ojg0NDMiLCJjcm9zc09y"
     "aWdpbiI6ZmFsc2V9.SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQAAAAAAAAAAAAAAAAA"
     "AAAAAIJkQnDVfIUHqItZD-Rpm2yZSzTWDV70K66TsTrnArh6cpAEDAzkBACBZAQC3GHpPWR8OsCEVI6n_s_7"
     "Css4Qceo8nBsmn189ONvMEilGRZ6x8Hu_x-wGrJ6U0SGmkNopJFtaTyfmLxDCguOXAy_sxM0K4SBdDuaxkdh"
     "hpMuuJUm644YVoKfdz-VAW_8v9g-VPEMyI2JJTpOlrX1ZuZ1sIPqHbe8YNl3h-dZCQgvYfH8KJ0j1Ja_92cB"
     "DaTDgOID5-fG0Kbj22ZMsOz6cnkpYHcvb0qrlYyV5eu9MjexUFRHOtM-9UjbPLlvIMGgHwCu-hINTU3biu_c"
     "XQ2OZsWB9IXwYTYHV15Sjr2V2uP35E0JJ12E-r6mL0qLKLwFuK0UShjYJkQA_bc1WJ77zIUMBAAE",
     "mRCcNV8hQeoi1kP5GmbbJlLNNYNXvQrrpOxOucCuHpw.eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxl"
     "bmdlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOCIsIm9yaWdpbiI6Imh0"
     "dHBzOi8vbG9jYWxob3N0Ojg0NDMiLCJjcm9zc09yaWdpbiI6ZmFsc2V9.SZYN5YgOjGh0NBcPZHZgW4_krrm"
     "ihjLHmVzzuoMdl2MFAAAAAg.QRKvbnTq3p8NRargDz7i9it6qvbm7xnZVyVZddo4muWSYz1EaNKckIKgIlpA"
     "B-lVJ5P5iK4pbBE0OnGVpX2oBRaSQslm2JCFssL1tc7rNdWLb3l3B5NJ2XgCNbO2uUQbI0Z4v9AM29C4PC76"
     "EEvEtVyhAmIsprmwTtgBFB_MJa44X52NnLrmx5zD8U5xhmH9pQ42nM0kRq7eYJCGOZJf4rcv8tELwG1san8T"
     "oup1-ixvyfvL9H7J7doloPwTrhX7DQpsqYvT3ic2YVNdhYv28UW0THAX7eGJy2TenYeQHyRQUQ4jPfS3myxd"
     "2B2im-LeWCoYzVX4weoj1R13-1-sAQ"},
};

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    crypto_start();
    arena = arena_new(ARENA_PLAIN);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool made(struct webauthn_key *out, const char *text, const struct webauthn_place *at,
                 struct err *e)
{
    struct webauthn_brought b;
    err_clear(e);
    return webauthn_read(&b, text_of(text), false, arena, e) &&
           webauthn_made(out, &b, at, arena, e);
}

static bool shown(uint32_t *counter, const char *text, const struct webauthn_key *k,
                  const struct webauthn_place *at, struct err *e)
{
    struct webauthn_brought b;
    err_clear(e);
    return webauthn_read(&b, text_of(text), true, arena, e) &&
           webauthn_shown(counter, &b, k, at, e);
}

/* ---- 1 ---- */

static void recorded_1_1_of_two_algorithms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
        struct webauthn_key k, other;
        struct webauthn_brought b;
        struct err e = {0};
        uint32_t counter = 0;
        assert_true(made(&k, recorded[i].made, &here, &e));
        assert_int_equal(k.algorithm, recorded[i].algorithm);
        assert_int_equal(k.id.n, 32);
        assert_int_equal(k.counter, 1);
        assert_true(shown(&counter, recorded[i].shown, &k, &here, &e));
        assert_int_equal(counter, 2);
        assert_true(webauthn_read(&b, text_of(recorded[i].shown), true, arena, &e));
        assert_true(text_equal(b.id, k.id));
        for (size_t n = 0; n < WEBAUTHN_CHALLENGE; n++) assert_int_equal(b.challenge[n], n);
        assert_true(made(&other, recorded[1 - i].made, &here, &e));
        assert_false(shown(&counter, recorded[i].shown, &other, &here, &e));
        assert_string_equal(e.id, "webauthn.refused");
    }
}

static void made_1_2_of_the_third(void **state)
{
    (void)state;
    struct soft_key key, copy;
    struct webauthn_key k, other;
    struct err e = {0};
    uint32_t counter = 0;
    soft_key_new(&key);
    soft_key_new(&copy);
    assert_true(made(&k, soft_key_make(&key, challenge), &here, &e));
    assert_true(made(&other, soft_key_make(&copy, challenge), &here, &e));
    assert_int_equal(k.algorithm, -8);
    assert_memory_equal(k.id.p, key.id, SOFT_KEY_ID);
    assert_memory_equal(k.key.p, key.open, sizeof key.open);
    assert_true(shown(&counter, soft_key_show(&key, challenge), &k, &here, &e));
    assert_int_equal(counter, 8);
    assert_false(shown(&counter, soft_key_show(&key, challenge), &other, &here, &e));
    soft_key_free(&key);
    soft_key_free(&copy);
}

/* ---- 2 ---- */

static const char *why_not(struct soft_key *key, const struct webauthn_key *k, struct err *e)
{
    struct webauthn_key fresh;
    uint32_t counter = 0;
    bool ok = k == NULL ? made(&fresh, soft_key_make(key, challenge), &here, e)
                        : shown(&counter, soft_key_show(key, challenge), k, &here, e);
    return ok ? "" : e->id;
}

static void refused_2_1_what_is_not_for_here(void **state)
{
    (void)state;
    static const struct {
        const char *name, *origin, *type, *extra;
        uint8_t flags;
        const char *id;
    } bad[] = {
        {"localhost", "https://localhost.example:8443", NULL, NULL, 5, "webauthn.origin"},
        {"localhost", "https://127.0.0.1:8443", NULL, NULL, 5, "webauthn.origin"},
        {"localhost", "http://localhost:8443", NULL, NULL, 5, "webauthn.origin"},
        {"localhost", "https://localhost:", NULL, NULL, 5, "webauthn.origin"},
        {"localhost", "https://localhost:8443/", NULL, NULL, 5, "webauthn.origin"},
        {"localhost", "", NULL, NULL, 5, "webauthn.origin"},
        {"example.org", "https://localhost:8443", NULL, NULL, 5, "webauthn.refused"},
        {"localhost", "https://localhost:8443", "payment.get", NULL, 5, "webauthn.refused"},
        {"localhost", "https://localhost:8443", NULL, ",\"crossOrigin\":true", 5,
         "webauthn.refused"},
        {"localhost", "https://localhost:8443", NULL, ",\"topOrigin\":\"https://example.org\"", 5,
         "webauthn.refused"},
        {"localhost", "https://localhost:8443", NULL, NULL, 1, "webauthn.not_verified"},
        {"localhost", "https://localhost:8443", NULL, NULL, 4, "webauthn.not_verified"},
        {"localhost", "https://localhost:8443", NULL, NULL, 0, "webauthn.not_verified"},
        {"localhost", "https://localhost:8443", NULL, NULL, 5, ""},
    };
    struct soft_key key;
    struct webauthn_key k;
    struct err e = {0};
    soft_key_new(&key);
    assert_true(made(&k, soft_key_make(&key, challenge), &here, &e));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        key.name = bad[i].name;
        key.origin = bad[i].origin;
        key.type = bad[i].type;
        key.extra = bad[i].extra;
        key.flags = bad[i].flags;
        assert_string_equal(why_not(&key, NULL, &e), bad[i].id);
        assert_string_equal(why_not(&key, &k, &e), bad[i].id);
    }
    soft_key_free(&key);
}

/* One act does not stand for the other. */
static void refused_2_2_the_other_act(void **state)
{
    (void)state;
    struct soft_key key;
    struct webauthn_key k;
    struct err e = {0};
    soft_key_new(&key);
    assert_true(made(&k, soft_key_make(&key, challenge), &here, &e));
    key.type = "webauthn.get";
    assert_string_equal(why_not(&key, NULL, &e), "webauthn.refused");
    key.type = "webauthn.create";
    assert_string_equal(why_not(&key, &k, &e), "webauthn.refused");
    soft_key_free(&key);
}

/* Any byte of what is signed, or of the signature. */
static void refused_2_3_a_changed_byte(void **state)
{
    (void)state;
    struct soft_key key;
    struct webauthn_key k;
    struct webauthn_brought b;
    struct err e = {0};
    uint32_t counter = 0;
    soft_key_new(&key);
    assert_true(made(&k, soft_key_make(&key, challenge), &here, &e));
    soft_key_show(&key, challenge);
    assert_true(webauthn_read(&b, text_of(key.text), true, arena, &e));
    struct text *part[] = {&b.client, &b.authenticator, &b.signature};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        struct text was = *part[i];
        for (size_t n = 0; n < was.n; n++) {
            char *p = arena_copy(arena, was.p, was.n);
            p[n] = (char)(p[n] ^ 0x20);
            *part[i] = (struct text){p, was.n};
            err_clear(&e);
            assert_false(webauthn_shown(&counter, &b, &k, &here, &e));
        }
        *part[i] = was;
    }
    err_clear(&e);
    assert_true(webauthn_shown(&counter, &b, &k, &here, &e));
    k.algorithm = -7;
    assert_false(webauthn_shown(&counter, &b, &k, &here, &e));
    k.algorithm = 0;
    err_clear(&e);
    assert_false(webauthn_shown(&counter, &b, &k, &here, &e));
    soft_key_free(&key);
}

/* ---- 3 ---- */

static void malformed_3_1_not_an_answer(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      ".",
                                      "...",
                                      "e30.e30",
                                      "e30.e30.e30.e30",
                                      "a.b.c.d",
                                      "AA.bnVsbA.AA.AA",
                                      "AA.W10.AA.AA",
                                      "AA.eyJjaGFsbGVuZ2UiOiJBQSJ9.AA.AA",
                                      "AA.eyJjaGFsbGVuZ2UiOjF9.AA.AA"};
    struct webauthn_brought b;
    struct err e = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int way = 0; way < 2; way++) {
            err_clear(&e);
            assert_false(webauthn_read(&b, text_of(bad[i]), way == 1, arena, &e));
            assert_string_equal(e.id, "webauthn.malformed");
        }
}

static void malformed_3_2_cut_anywhere(void **state)
{
    (void)state;
    struct webauthn_key k, none;
    struct webauthn_brought b;
    struct err e = {0};
    uint32_t counter = 0;
    assert_true(made(&k, recorded[0].made, &here, &e));
    assert_true(webauthn_read(&b, text_of(recorded[0].made), false, arena, &e));
    struct text whole = b.authenticator;
    for (size_t n = 0; n < whole.n; n++) {
        b.authenticator.n = n;
        err_clear(&e);
        assert_false(webauthn_made(&none, &b, &here, arena, &e));
    }
    assert_true(webauthn_read(&b, text_of(recorded[0].shown), true, arena, &e));
    whole = b.authenticator;
    for (size_t n = 0; n < whole.n; n++) {
        b.authenticator.n = n;
        err_clear(&e);
        assert_false(webauthn_shown(&counter, &b, &k, &here, &e));
    }
    for (size_t n = 0; n < strlen(recorded[0].shown); n++) {
        const char *part = arena_copy(arena, recorded[0].shown, n);
        assert_false(shown(&counter, part, &k, &here, &e));
    }
}

/* ---- 4 ---- */

static void place_4_any_port_or_one(void **state)
{
    (void)state;
    static const struct {
        const char *is, *said;
        bool fits;
    } tried[] = {{"https://localhost:*", "https://localhost", true},
                 {"https://localhost:*", "https://localhost:1", true},
                 {"https://localhost:*", "https://localhost:654321", false},
                 {"https://localhost:*", "https://localhost:8443x", false},
                 {"https://localhost:*", "https://localhos", false},
                 {"https://localhost", "https://localhost", true},
                 {"https://localhost", "https://localhost:8443", false},
                 {"https://localhost:8443", "https://localhost:8443", true},
                 {"https://localhost:8443", "https://localhost:8444", false},
                 {"https://localhost:8443", "https://localhost", false}};
    struct soft_key key;
    struct webauthn_key k;
    struct err e = {0};
    soft_key_new(&key);
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        struct webauthn_place at = {"localhost", tried[i].is};
        key.origin = tried[i].said;
        assert_int_equal(made(&k, soft_key_make(&key, challenge), &at, &e), tried[i].fits);
    }
    soft_key_free(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_1_1_of_two_algorithms),
        cmocka_unit_test(made_1_2_of_the_third),
        cmocka_unit_test(refused_2_1_what_is_not_for_here),
        cmocka_unit_test(refused_2_2_the_other_act),
        cmocka_unit_test(refused_2_3_a_changed_byte),
        cmocka_unit_test(malformed_3_1_not_an_answer),
        cmocka_unit_test(malformed_3_2_cut_anywhere),
        cmocka_unit_test(place_4_any_port_or_one),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
