/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/upload.c
 *  1 pieces in order make a file that nobody can change, with its hash     2 pieces out of order,
 *  too
 *  long, too many, behind the end     3 of another account it is not there (S52)     4 limits: of
 *  an
 *  account the oldest gives way, the limit of one file     5 forgotten after half an hour
 *  6 what is chosen is kept */
#include "harness.h"

#include "base/crypto.h"
#include "service/upload.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static struct uploads *all;
static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    crypto_start();
    all = uploads_new();
    arena = arena_new(ARENA_WIPE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    uploads_free(all);
    arena_free(arena);
    return 0;
}

static bool put(char *code, int64_t who, int64_t now, uint64_t offset, struct text bytes, bool last,
                struct err *e)
{
    struct upload_piece p = {
        .code = code, .name = "rows.csv", .offset = offset, .bytes = bytes, .last = last};
    char given[UPLOAD_CODE + 1];
    err_clear(e);
    if (!upload_put(given, all, who, now, &p, e)) return false;
    memcpy(code, given, sizeof given);
    return true;
}

static const char *why(char *code, int64_t who, int64_t now, uint64_t offset, struct text bytes,
                       bool last)
{
    static struct err e;
    return put(code, who, now, offset, bytes, last, &e) ? "taken" : e.id;
}

static const char *seen(const char *code, int64_t who, int64_t now)
{
    static struct err e;
    struct upload_view v;
    err_clear(&e);
    bool ok = upload_open(&v, all, who, now, text_of(code), arena, &e);
    upload_close(&v);
    return ok ? "there" : e.id;
}

static void in_order(void **state) /* S12 */
{
    (void)state;
    char code[UPLOAD_CODE + 1] = "", back[16];
    uint8_t expected[32];
    struct err e = {0};
    struct upload_view v;
    assert_true(put(code, 1, 0, 0, TEXT("abc"), false, &e));
    assert_int_equal(strlen(code), UPLOAD_CODE);
    assert_string_equal(seen(code, 1, 0), "upload.order"); /* not whole yet */
    assert_true(put(code, 1, 0, 3, TEXT("defg"), true, &e));
    assert_true(upload_open(&v, all, 1, 0, text_of(code), arena, &e));
    assert_string_equal(v.name, "rows.csv");
    assert_int_equal(v.size, 7);
    assert_int_equal(pread(v.file, back, sizeof back, 0), 7);
    assert_memory_equal(back, "abcdefg", 7);
    crypto_sha256(expected, "abcdefg", 7);
    assert_memory_equal(v.sha256, expected, sizeof expected);
    /* whoever reads it cannot change it, nor anybody else */
    assert_int_equal(pwrite(v.file, "X", 1, 0), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(v.file, 0), -1);
    assert_ptr_equal(mmap(NULL, 7, PROT_READ | PROT_WRITE, MAP_SHARED, v.file, 0), MAP_FAILED);
    upload_close(&v);
    assert_int_equal(v.file, -1);
    assert_true(upload_drop(all, 1, 0, text_of(code), &e));
    assert_string_equal(seen(code, 1, 0), "upload.unknown");
}

static void out_of_order(void **state)
{
    (void)state;
    static char long_piece[UPLOAD_PIECE_MAX + 1];
    char code[UPLOAD_CODE + 1] = "", other[UPLOAD_CODE + 1] = "";
    struct err e = {0};
    assert_string_equal(why(other, 1, 0, 5, TEXT("late"), false), "upload.unknown");
    assert_true(put(code, 1, 0, 0, TEXT("abc"), false, &e));
    assert_string_equal(why(code, 1, 0, 0, TEXT("abc"), false), "upload.order");
    assert_string_equal(why(code, 1, 0, 4, TEXT("x"), false), "upload.order");
    assert_string_equal(why(code, 1, 0, 3, (struct text){long_piece, sizeof long_piece}, false),
                        "upload.too_large");
    assert_string_equal(why(code, 1, 0, 3, TEXT("d"), true), "taken"); /* nothing of it was lost */
    assert_string_equal(why(code, 1, 0, 4, TEXT("e"), true), "upload.order");
    assert_string_equal(seen(code, 1, 0), "there");
    memset(other, 'z', UPLOAD_CODE);
    assert_string_equal(why(other, 1, 0, 0, TEXT("x"), false), "upload.unknown");
    assert_true(upload_drop(all, 1, 0, text_of(code), &e));
}

static void of_another(void **state) /* S52 */
{
    (void)state;
    char code[UPLOAD_CODE + 1] = "";
    struct err e = {0};
    struct json *choices = json_object();
    assert_true(put(code, 1, 0, 0, TEXT("abc"), false, &e));
    assert_string_equal(why(code, 2, 0, 3, TEXT("d"), true), "upload.unknown");
    assert_true(put(code, 1, 0, 3, TEXT("d"), true, &e));
    assert_string_equal(seen(code, 2, 0), "upload.unknown");
    assert_string_equal(seen(code, 0, 0), "upload.unknown"); /* nobody with an account */
    assert_false(upload_choose(all, 2, 0, text_of(code), choices, &e));
    assert_false(upload_drop(all, 2, 0, text_of(code), &e));
    assert_string_equal(seen(code, 1, 0), "there");
    assert_true(upload_drop(all, 1, 0, text_of(code), &e));
    json_free(choices);
}

static void limits(void **state)
{
    (void)state;
    static char piece[UPLOAD_PIECE_MAX];
    char code[UPLOAD_ACCOUNT_MAX + 1][UPLOAD_CODE + 1] = {{0}}, other[UPLOAD_CODE + 1] = "";
    struct err e = {0};
    uint64_t at = 0;
    assert_true(put(other, 9, 1, 0, TEXT("of somebody else"), true, &e));
    for (int i = 0; i <= UPLOAD_ACCOUNT_MAX; i++)
        assert_true(put(code[i], 1, 10 + i, 0, TEXT("abc"), true, &e));
    assert_string_equal(seen(code[0], 1, 20), "upload.unknown"); /* it gave way */
    for (int i = 1; i <= UPLOAD_ACCOUNT_MAX; i++)
        assert_string_equal(seen(code[i], 1, 20), "there");
    assert_string_equal(seen(other, 9, 20), "there");
    char big[UPLOAD_CODE + 1] = "";
    while (at + sizeof piece <= UPLOAD_BYTES_MAX) {
        assert_true(put(big, 1, 30, at, (struct text){piece, sizeof piece}, false, &e));
        at += sizeof piece;
    }
    assert_string_equal(why(big, 1, 30, at, (struct text){piece, sizeof piece}, false),
                        "upload.too_large");
    assert_true(upload_drop(all, 1, 30, text_of(big), &e));
    uploads_sweep(all, 30 + UPLOAD_LIFE_S + 1);
}

static void expiry(void **state)
{
    (void)state;
    char code[UPLOAD_CODE + 1] = "";
    struct err e = {0};
    assert_true(put(code, 1, 1000, 0, TEXT("abc"), true, &e));
    assert_string_equal(seen(code, 1, 1000 + UPLOAD_LIFE_S), "there"); /* and so it is used */
    assert_string_equal(seen(code, 1, 1000 + 2 * UPLOAD_LIFE_S), "there");
    assert_string_equal(seen(code, 1, 1001 + 3 * UPLOAD_LIFE_S), "upload.unknown");
}

static void choices_are_kept(void **state)
{
    (void)state;
    char code[UPLOAD_CODE + 1] = "";
    struct err e = {0};
    struct upload_view v;
    struct json *one = json_object(), *two = json_object();
    assert_true(put(code, 1, 0, 0, TEXT("abc"), true, &e));
    json_set_text(one, "form", "victim");
    json_set_text(one, "encoding", "utf-8");
    json_set_text(two, "encoding", "windows-1250");
    assert_true(upload_choose(all, 1, 0, text_of(code), one, &e));
    assert_true(upload_choose(all, 1, 0, text_of(code), two, &e));
    assert_true(upload_open(&v, all, 1, 0, text_of(code), arena, &e));
    assert_string_equal(json_get_text(v.choices, "form", ""), "victim");
    assert_string_equal(json_get_text(v.choices, "encoding", ""), "windows-1250");
    upload_close(&v);
    json_free(one);
    json_free(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_order),
                                       cmocka_unit_test(out_of_order),
                                       cmocka_unit_test(of_another),
                                       cmocka_unit_test(limits),
                                       cmocka_unit_test(expiry),
                                       cmocka_unit_test(choices_are_kept)};
    return cmocka_run_group_tests(tests, begin, end);
}
