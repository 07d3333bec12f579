/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/multipart.c
 *  1 boundaries   2 forms as browsers send them   3 malformed ones   4 limits   5 content that
 *  looks like a boundary */
#include "harness.h"

#include "base/buf.h"
#include "web/multipart.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(ARENA_PLAIN);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define PART "--b\r\nContent-Disposition: form-data; "
#define TAIL "\r\n--b--\r\n"

static bool parse(struct multipart *m, struct text body, struct err *e)
{
    *e = (struct err){0};
    return multipart_parse(m, TEXT("b"), body, arena, e);
}

/* 1 */
static void test_boundaries(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"multipart/form-data; boundary=abc", "abc"},
        {"multipart/form-data;BOUNDARY=abc", "abc"},
        {"multipart/form-data; charset=utf-8; boundary=\"a b:c\"", "a b:c"},
        {"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk; x=y",
         "----WebKitFormBoundary7MA4YWxk"},
    };
    struct text t;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(multipart_boundary(&t, text_of(good[i][0])));
        assert_true(text_is(t, good[i][1]));
    }
    static const char *const bad[] = {
        "multipart/form-data",
        "multipart/form-data;",
        "multipart/form-data; boundary",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=a{",
        "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; x=\"a\" boundary=b",
        ("multipart/form-data; boundary=12345678901234567890123456789012345678901234"
         "567890123456789012345678901")};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (multipart_boundary(&t, text_of(bad[i]))) fail_msg("%s", bad[i]);
}

/* 2 */
static void test_forms(void **state)
{
    (void)state;
    struct multipart m;
    struct err e;
    assert_true(parse(
        &m,
        TEXT(
            PART
            "name=\"a\"\r\n\r\n1\r\n" PART "name=\"a\"\r\n\r\n\r\n" PART
            "name=\"n\"\r\nX-Other: y\r\n\r\nl1\r\nl2\r\n\r\n" PART
            "name=\"f\"; filename=\"/x/\xC3\xA1 %22q%22.csv\"\r\nContent-Type: "
            "text/csv\r\n\r\n\0\r\n\xFF\r\n" PART
            "name=\"g\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n"
            "--b\r\ncontent-disposition:form-data;name=h;filename=e.txt\r\n"
            "Content-Transfer-Encoding: binary\r\n\r\n" TAIL),
        &e));
    assert_int_equal(m.n_field, 3);
    assert_true(text_is(m.field[0].name, "a") && text_is(m.field[0].value, "1"));
    assert_true(text_is(m.field[1].name, "a") && m.field[1].value.n == 0 &&
                m.field[1].value.p != NULL);
    assert_true(text_is(m.field[2].value, "l1\r\nl2\r\n"));
    assert_int_equal(m.n_upload, 2); /* nothing was chosen for g; e.txt is an empty file */
    assert_true(text_is(m.upload[0].file_name, "\xC3\xA1 \"q\".csv"));
    assert_true(text_is(m.upload[0].type, "text/csv"));
    assert_true(text_equal(m.upload[0].bytes, TEXT("\0\r\n\xFF")));
    assert_true(text_is(m.upload[1].field, "h") && m.upload[1].bytes.n == 0);
    assert_true(parse(&m, TEXT("--b--"), &e));
    assert_int_equal(m.n_field + m.n_upload, 0);
    assert_true(parse(&m, TEXT("--b--\r\n"), &e));
    assert_true(parse(&m, TEXT(PART "name=\"f\"; filename=\"..\\..\\x\"\r\n\r\n1" TAIL), &e));
    assert_true(text_is(m.upload[0].file_name, "x"));
}

/* 3 */
static void test_malformed(void **state)
{
    (void)state;
    const struct text bad[] = {
        TEXT(""),
        TEXT("--"),
        TEXT("--b"),
        TEXT("--b\r\n"),
        TEXT("--c--"),
        TEXT("preamble\r\n--b--"),
        TEXT("--b--x"),
        TEXT("--b--\r\nepilogue"),
        TEXT("--b \r\n"),
        TEXT("--b\n"),
        TEXT("--b\r\n\r\n1" TAIL),
        TEXT("--b\r\nContent-Disposition: form-data\r\n\r\n1" TAIL),
        TEXT("--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1" TAIL),
        TEXT("--b\r\nContent-Type: text/plain\r\n\r\n1" TAIL),
        TEXT("--b\r\nnonsense\r\n\r\n1" TAIL),
        TEXT(PART "name=\"\"\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\"; name=\"b\"\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\" x\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a%0D%0Ab\"\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\0\"\r\n\r\n1" TAIL),
        TEXT(PART "name=\"\xFF\"\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\"\r\n\r\n\xFF" TAIL),
        TEXT(PART "name=\"a\"\r\n\r\n\0" TAIL),
        TEXT(PART "name=\"a\"\r\n\r\n1"),
        TEXT(PART "name=\"a\"\r\n\r\n1\r\n--b"),
        TEXT(PART "name=\"a\"\r\n\r\n1\r\n--b-"),
        TEXT(PART "name=\"a\"\r\n\r\n1\n--b--"),
        TEXT(PART "name=\"a\"\r\n1" TAIL),
        TEXT(PART "name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\"\r\nContent-Type: a/b\r\nContent-Type: a/c\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n1" TAIL),
        TEXT(PART "name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==" TAIL),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct multipart m;
        struct err e;
        if (parse(&m, bad[i], &e)) fail_msg("%d", (int)i);
        assert_string_equal(e.id, "request.malformed");
    }
}

/* 4 */
static void test_limits(void **state)
{
    (void)state;
    struct multipart m;
    struct err e;
    struct buf b;
    for (size_t over = 0; over < 2; over++) {
        buf_init(&b, 4 << 20);
        for (size_t i = 0; i < REQUEST_UPLOADS_MAX + over; i++)
            buf_puts(&b, PART "name=\"f\"; filename=\"x\"\r\n\r\n1\r\n");
        buf_puts(&b, "--b--");
        assert_true(parse(&m, buf_text(&b), &e) == (over == 0));
        if (over) assert_string_equal(e.id, "request.too_many_uploads");
        buf_release(&b);
    }
    for (size_t over = 0; over < 2; over++) {
        buf_init(&b, 4 << 20);
        for (size_t i = 0; i < REQUEST_FIELDS_MAX + over; i++)
            buf_puts(&b, PART "name=\"f\"\r\n\r\n1\r\n");
        buf_puts(&b, "--b--");
        assert_true(parse(&m, buf_text(&b), &e) == (over == 0));
        if (over) assert_string_equal(e.id, "request.too_many_fields");
        buf_release(&b);
    }
    /* The head of a part. */
    buf_init(&b, 1 << 20);
    buf_puts(&b, PART "name=\"f\"\r\nX: ");
    for (int i = 0; i < 5000; i++) buf_putc(&b, 'a');
    buf_puts(&b, "\r\n\r\n1" TAIL);
    assert_false(parse(&m, buf_text(&b), &e));
    buf_release(&b);
}

/* 5 */
static void test_near_boundaries(void **state)
{
    (void)state;
    struct multipart m;
    struct err e;
    assert_true(parse(&m, TEXT(PART "name=\"a\"\r\n\r\n --b\r\n-\r\n--\r\n--a\n--b--" TAIL), &e));
    assert_true(text_is(m.field[0].value, " --b\r\n-\r\n--\r\n--a\n--b--"));
    /* RFC 2046 lets a part end without content, by the line end of its head. */
    assert_true(parse(&m, TEXT(PART "name=\"a\"\r\n\r\n--b--"), &e));
    assert_true(m.n_field == 1 && m.field[0].value.n == 0);
    /* A file of nothing but near misses costs no more than another. */
    struct buf b;
    buf_init(&b, 32 << 20);
    buf_puts(&b, PART "name=\"a\"; filename=\"x\"\r\n\r\n");
    while (b.n < 16 << 20) buf_puts(&b, "\r\n--a");
    buf_puts(&b, TAIL);
    assert_true(parse(&m, buf_text(&b), &e));
    assert_int_equal(m.n_upload, 1);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boundaries),      cmocka_unit_test(test_forms),
        cmocka_unit_test(test_malformed),       cmocka_unit_test(test_limits),
        cmocka_unit_test(test_near_boundaries),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
