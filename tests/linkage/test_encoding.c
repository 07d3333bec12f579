/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/encoding.c
 *  1 what was written is read back   2 fields nobody asks for are passed over
 *  3 anything cut, longer or of another format is refused, never read past its end
 *  4 another key is told from damage   5 as text and back */
#include "harness.h"

#include "base/mem.h"
#include "linkage/encoding.h"

static const uint8_t mine[ENCODING_FINGERPRINT] = {1, 2, 3, 4, 5, 6, 7, 8};

static const struct encoded_word word = {.id = UINT64_C(0x9876543210),
                                         .mark = {1, 0x800000u, 3},
                                         .n = 7,
                                         .pairs = {1, 2, UINT64_MAX},
                                         .sounds = {UINT64_C(0x8000000000000001)}};
static const struct encoded_birth birth = {.year = -3,
                                           .month = true,
                                           .day = false,
                                           .first = true,
                                           .month_day = 3,
                                           .day_month = 2,
                                           .month_of_year = 5,
                                           .day_of_year = UINT16_MAX,
                                           .near_day = {6, 7, 8, 9, 10},
                                           .near_month = {11, 12, 13, 14, 0xfff}};

static void put_word(struct buf *b, enum encoding_kind kind)
{
    uint8_t bytes[ENCODING_ITEM_MAX];
    buf_put(b, bytes, encoding_word_bytes(bytes, kind, &word));
}

static void write_all(struct buf *b)
{
    uint8_t bytes[ENCODING_ITEM_MAX];
    buf_init(b, ENCODING_MAX);
    encoding_begin(b, mine);
    encoding_field(b, encoding_tag("name"), ENCODING_WORDS, 2);
    put_word(b, ENCODING_WORDS);
    put_word(b, ENCODING_WORDS);
    encoding_field(b, encoding_tag("document"), ENCODING_NUMBER, 1);
    put_word(b, ENCODING_NUMBER);
    encoding_field(b, encoding_tag("birth"), ENCODING_BIRTH, 1);
    buf_put(b, bytes, encoding_birth_bytes(bytes, &birth));
}

static void round_trip(void **state)
{
    (void)state;
    struct buf b;
    struct encoding_reader r;
    struct encoded_word w;
    struct encoded_birth x;
    write_all(&b);
    assert_true(encoding_open(&r, buf_text(&b)));

    assert_true(encoding_next(&r));
    assert_int_equal(r.tag, encoding_tag("name"));
    assert_int_equal(r.kind, ENCODING_WORDS);
    assert_int_equal(r.n, 2);
    assert_true(encoding_take_word(&w, &r));
    assert_true(w.id == word.id);
    assert_memory_equal(w.mark, word.mark, sizeof w.mark);
    assert_int_equal(w.n, 7);
    assert_memory_equal(w.pairs, word.pairs, sizeof w.pairs);
    assert_memory_equal(w.sounds, word.sounds, sizeof w.sounds);
    assert_false(encoding_take_birth(&x, &r)); /* not of that kind */

    assert_true(encoding_next(&r)); /* 2: one word is left behind */
    assert_int_equal(r.kind, ENCODING_NUMBER);
    assert_true(encoding_take_word(&w, &r));
    assert_int_equal(w.mark[0], 0x76543210); /* of the whole: what it is known by */
    assert_int_equal(w.mark[1], 0x800000);
    assert_true(w.pairs[2] == UINT64_MAX && w.sounds[0] == 0); /* it has no sound */
    assert_false(encoding_take_word(&w, &r));

    assert_true(encoding_next(&r));
    assert_int_equal(r.tag, encoding_tag("birth"));
    assert_true(encoding_take_birth(&x, &r));
    assert_int_equal(x.year, -3);
    assert_true(x.month && !x.day && x.first);
    assert_int_equal(x.month_day, 3);
    assert_int_equal(x.day_month, 2);
    assert_int_equal(x.whole, 0x5ffff);
    assert_int_equal(x.either, 0x20003); /* 3 and 2 in the other order: the same */
    assert_int_equal(x.year_month, 0xfffd0005);
    assert_int_equal(x.year_day, 0xfffdffff);
    assert_memory_equal(x.near_day, birth.near_day, sizeof x.near_day);
    assert_memory_equal(x.near_month, birth.near_month, sizeof x.near_month);
    assert_false(encoding_next(&r));
    assert_int_equal(r.rest.n, 0);
    buf_release(&b);
}

static void damage(void **state)
{
    (void)state;
    struct buf b;
    struct err e = {0};
    uint8_t other[ENCODING_FINGERPRINT] = {1, 2, 3, 9, 5, 6, 7, 8};
    size_t n_good = 0;
    write_all(&b);
    assert_true(encoding_check(buf_text(&b), mine, &e));
    for (size_t n = 0; n < b.n; n++) {
        /* Behind a copy of its own, so that a sanitizer sees a byte too far. */
        char *cut = mem_new(n == 0 ? 1 : n, 1);
        memcpy(cut, b.p, n);
        n_good += encoding_check((struct text){cut, n}, mine, &e);
        mem_free(cut);
    }
    assert_int_equal(n_good, 3); /* whole fields alone: none, one, two of three */
    assert_false(encoding_check(buf_text(&b), other, &e));
    assert_string_equal(e.id, "encoding.other_key");
    b.p[2] = 9;
    assert_false(encoding_check(buf_text(&b), mine, &e));
    assert_string_equal(e.id, "encoding.damaged");
    b.p[2] = 2;
    buf_putc(&b, 'x');
    assert_false(encoding_check(buf_text(&b), mine, &e));
    assert_false(encoding_check(TEXT(""), mine, &e));
    buf_release(&b);
}

static void as_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct buf b;
    struct text back;
    write_all(&b);
    struct text t = encoding_to_text(buf_text(&b), a);
    for (size_t i = 0; i < t.n; i++) assert_true(t.p[i] > ' ' && t.p[i] < 127 && t.p[i] != ',');
    assert_true(encoding_from_text(&back, t, a));
    assert_true(text_equal(back, buf_text(&b)));
    assert_false(encoding_from_text(&back, TEXT("Maria Silva"), a));
    buf_release(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(damage),
        cmocka_unit_test(as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
