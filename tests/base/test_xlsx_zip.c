/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/xlsx_zip.c
 *  1 archives that are right: stored, deflated, descriptors, ZIP64, folders
 *  2 before anything is inflated (S68): size, entries, sum, ratio, overlap, names, encryption,
 *  methods
 *  3 while inflating: sizes, checksums, bytes behind     4 two readings of the same bytes
 */
#include "harness.h"
#include "zip_build.h"

#include "base/mem.h"
#include "base/xlsx_zip.h"

struct unpacked {
    struct buf b;
    int n_last;
};

static bool keep_piece(void *ctx, struct text bytes, bool last, struct err *e)
{
    struct unpacked *u = ctx;
    (void)e;
    buf_put_text(&u->b, bytes);
    u->n_last += last;
    return true;
}

static void check_content(struct xlsx_zip *z, const char *name, const void *want, size_t n)
{
    size_t i;
    struct err e = {0};
    struct unpacked u = {.n_last = 0};
    buf_init(&u.b, (size_t)1 << 28);
    assert_true(xlsx_zip_find(z, text_of(name), &i));
    if (!xlsx_zip_read(z, i, keep_piece, &u, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_int_equal(u.n_last, 1);
    assert_int_equal(u.b.n, n);
    if (n > 0) assert_memory_equal(u.b.p, want, n);
    buf_release(&u.b);
}

/* The archive of these parts is refused at opening. */
static void refused(const struct zip_part *part, size_t n, const char *id)
{
    struct buf b;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&b, (size_t)1 << 30);
    zip_build(&b, part, n);
    if (xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e)) fail_msg("not refused: %s", id);
    assert_null(z);
    assert_string_equal(e.id, id);
    assert_true(e.remedy[0] != '\0');
    buf_release(&b);
}

/* Opened, but the last entry cannot be read. */
static void unreadable(struct text bytes, const char *says)
{
    struct xlsx_zip *z;
    struct err e = {0};
    struct unpacked u = {.n_last = 0};
    buf_init(&u.b, (size_t)1 << 28);
    if (!xlsx_zip_open(&z, bytes, XLSX_ZIP_FOREIGN, &e)) fail_msg("not opened: %s", e.msg);
    assert_false(xlsx_zip_read(z, xlsx_zip_count(z) - 1, keep_piece, &u, &e));
    assert_string_equal(e.id, "xlsx.damaged");
    if (strstr(e.msg, says) == NULL) fail_msg("'%s' does not say '%s'", e.msg, says);
    assert_int_equal(u.n_last, 0);
    xlsx_zip_close(z);
    buf_release(&u.b);
}

/* ---- 1 ---- */

static void right_archives(void **state)
{
    (void)state;
    char *great = mem_new(200000, 1);
    uint32_t s = 7;
    for (size_t i = 0; i < 200000; i++) great[i] = (char)((s = s * 1664525 + 1013904223) >> 28);
    struct zip_part part[] = {
        {.name = "xl/stored.xml", .data = great, .n = 200000, .stored = true},
        {.name = "xl/deflated.xml", .data = great, .n = 200000},
        {.name = "xl/later.xml", .data = great, .n = 199999, .flags = 8},
        {.name = "xl/wide.xml", .data = great, .n = 199998, .zip64 = true},
        {.name = "xl/wide_stored.xml", .data = great, .n = 5, .zip64 = true, .stored = true},
        {.name = "xl/", .data = "", .n = 0, .stored = true},
        {.name = "[Content_Types].xml", .data = "", .n = 0},
        {.name = "docProps/a b+c.xml", .data = "x", .n = 1},
    };
    struct buf b;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&b, (size_t)1 << 28);
    zip_build(&b, part, sizeof part / sizeof part[0]);
    if (!xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_int_equal(xlsx_zip_count(z), sizeof part / sizeof part[0]);
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        assert_true(text_is(xlsx_zip_name(z, i), part[i].name));
        check_content(z, part[i].name, part[i].data, part[i].n);
    }
    check_content(z, "XL/Stored.XML", great, 200000); /* OPC: names without regard to case */
    size_t i;
    assert_false(xlsx_zip_find(z, TEXT("xl/absent.xml"), &i));
    assert_false(xlsx_zip_find(z, TEXT(""), &i));
    xlsx_zip_close(z);
    xlsx_zip_close(NULL);
    buf_release(&b);
    mem_free(great);
}

/* ---- 2 ---- */

static void bombs(void **state) /* S68, S75 */
{
    (void)state;
    char *zeros = mem_new(64 << 20, 1);
    struct zip_part alike = {.name = "xl/a.xml", .data = zeros, .n = 1 << 20}; /* deflates 1000:1 */
    refused(&alike, 1, "xlsx.zip_bomb");
    struct zip_part small = {.name = "xl/a.xml", .data = zeros, .n = XLSX_RATIO_FROM};
    struct buf b;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&b, 1 << 20);
    zip_build(&b, &small, 1); /* a small part may be all alike */
    assert_true(xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e));
    check_content(z, "xl/a.xml", zeros, XLSX_RATIO_FROM);
    xlsx_zip_close(z);
    buf_release(&b);

    /* a sum over 256 MiB, no part of which is over 64, and no ratio over 100: stored parts that
     * share nothing would be bigger than a file may be, so the sizes lie */
    struct zip_part many[5];
    char name[5][24];
    uint32_t s = 1;
    for (size_t i = 0; i < 1 << 20; i++) zeros[i] = (char)((s = s * 1664525 + 1013904223) >> 24);
    for (int i = 0; i < 5; i++) {
        snprintf(name[i], sizeof name[i], "xl/%d.xml", i);
        many[i] =
            (struct zip_part){.name = name[i], .data = zeros, .n = 1 << 20, .claims = 60u << 20};
    }
    refused(many, 5, "xlsx.zip_bomb");
    /* one that claims more than 64 bits can sum */
    struct zip_part huge[2] = {many[0], many[1]};
    huge[0].zip64 = huge[1].zip64 = true;
    huge[0].claims = huge[1].claims = UINT64_MAX - 5;
    refused(huge, 2, "xlsx.zip_bomb");
    mem_free(zeros);
}

static void files_too_big(void **state)
{
    (void)state;
    struct xlsx_zip *z;
    struct err e = {0};
    char *p = mem_new((size_t)XLSX_FILE_MAX + 1, 1);
    memcpy(p, "PK\x03\x04", 4);
    assert_false(
        xlsx_zip_open(&z, (struct text){p, (size_t)XLSX_FILE_MAX + 1}, XLSX_ZIP_FOREIGN, &e));
    assert_string_equal(e.id, "xlsx.too_big");
    assert_false(xlsx_zip_open(&z, (struct text){p, (size_t)XLSX_FILE_MAX}, XLSX_ZIP_FOREIGN, &e));
    assert_string_equal(e.id, "xlsx.damaged");
    mem_free(p);
}

static void entries_to_the_limit_and_one_more(void **state)
{
    (void)state;
    struct zip_part *part = mem_new(XLSX_ENTRY_MAX + 1, sizeof *part);
    char(*name)[24] = mem_new(XLSX_ENTRY_MAX + 1, sizeof *name);
    for (int i = 0; i <= XLSX_ENTRY_MAX; i++) {
        snprintf(name[i], sizeof name[i], "xl/%d", i);
        part[i] = (struct zip_part){.name = name[i], .data = "x", .n = 1, .stored = true};
    }
    refused(part, XLSX_ENTRY_MAX + 1, "xlsx.too_many_entries");
    struct buf b;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&b, 1 << 24);
    zip_build(&b, part, XLSX_ENTRY_MAX);
    assert_true(xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e));
    check_content(z, "xl/1999", "x", 1);
    xlsx_zip_close(z);
    buf_release(&b);
    mem_free(part);
    mem_free(name);
}

static void entries_that_overlap_or_repeat(void **state)
{
    (void)state;
    /* Fifield's trick in its simplest form: two records, one body */
    struct zip_part twice[] = {{.name = "xl/a.xml", .data = "abc", .n = 3},
                               {.name = "xl/a.xml", .shares = 1}};
    refused(twice, 2, "xlsx.overlap");
    struct zip_part same[] = {{.name = "xl/a.xml", .data = "abc", .n = 3},
                              {.name = "XL/A.xml", .data = "abd", .n = 3}};
    refused(same, 2, "xlsx.duplicate");
    /* the second lies within the first one's data */
    struct buf inner, outer;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&inner, 1 << 16);
    zip_build(&inner, &(struct zip_part){.name = "b", .data = "bb", .n = 2, .stored = true}, 1);
    buf_init(&outer, 1 << 16);
    struct zip_part two[] = {{.name = "a", .data = inner.p, .n = inner.n, .stored = true},
                             {.name = "b", .data = "bb", .n = 2, .stored = true}};
    zip_build(&outer, two, 2);
    char *place =
        memmem(outer.p, outer.n, "PK\x01\x02", 4); /* first record of the inner directory */
    size_t last = 0;
    for (char *p = place; p != NULL;
         p = memmem(p + 4, outer.n - (size_t)(p + 4 - outer.p), "PK\x01\x02", 4))
        last = (size_t)(p - outer.p);
    outer.p[last + 42] = (char)(30 + 1); /* b's header is the one within a's data */
    outer.p[last + 43] = 0;
    assert_false(xlsx_zip_open(&z, buf_text(&outer), XLSX_ZIP_FOREIGN, &e));
    assert_string_equal(e.id, "xlsx.overlap");
    buf_release(&inner);
    buf_release(&outer);
}

static void names(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",     "/xl/a.xml", "../a.xml",    "xl/../../a", "xl/..",  "xl/./a", "xl//a",
        "C:/a", "xl\\a.xml", "xl/\xC3\xA9", "xl/a\nb",    "xl/a?b", "..",     "."};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct zip_part part = {.name = bad[i], .data = "x", .n = 1};
        refused(&part, 1, "xlsx.entry_name");
    }
    char longer[300] = {0};
    memset(longer, 'a', 256);
    struct zip_part part = {.name = longer, .data = "x", .n = 1};
    refused(&part, 1, "xlsx.entry_name");
}

static void encryption_and_methods(void **state)
{
    (void)state;
    static const unsigned encrypted[] = {1, 1 | 64, 64, 8192};
    for (size_t i = 0; i < sizeof encrypted / sizeof encrypted[0]; i++) {
        struct zip_part part = {.name = "a", .data = "x", .n = 1, .flags = encrypted[i]};
        refused(&part, 1, "xlsx.encrypted");
    }
    static const unsigned method[] = {1, 6, 9, 12, 14, 93, 99};
    for (size_t i = 0; i < sizeof method / sizeof method[0]; i++) {
        struct zip_part part = {.name = "a", .data = "x", .n = 1, .method = method[i]};
        refused(&part, 1, "xlsx.method");
    }
    struct zip_part patch = {.name = "a", .data = "x", .n = 1, .flags = 32};
    refused(&patch, 1, "xlsx.method");
}

/* ---- 3 ---- */

static void sizes_and_checksums(void **state)
{
    (void)state;
    struct buf b;
    static const struct {
        struct zip_part part;
        const char *says;
    } wrong[] = {
        {{.name = "a", .data = "hello hello", .n = 11, .wrong_crc = true}, "checksum"},
        {{.name = "a", .data = "hello", .n = 5, .stored = true, .wrong_crc = true}, "checksum"},
        {{.name = "a", .data = "hello hello", .n = 11, .claims = 10}, "longer"},
        {{.name = "a", .data = "hello hello", .n = 11, .claims = 12}, "shorter"},
        {{.name = "a", .data = "\xFFnot deflated", .n = 13, .stored = true, .method = 8},
         "inflated"},
        /* method 8 claimed: one empty final block (0x03 0x00), then more */
        {{.name = "a", .data = "\x03\x00more", .n = 6, .stored = true, .method = 8}, "behind"},
        /* a block that says it goes on, and does not */
        {{.name = "a", .data = "\x00", .n = 1, .stored = true, .method = 8}, "inflated"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        buf_init(&b, 1 << 16);
        zip_build(&b, &wrong[i].part, 1);
        unreadable(buf_text(&b), wrong[i].says);
        buf_release(&b);
    }
    struct zip_part differ = {.name = "a", .data = "hello", .n = 5, .stored = true, .claims = 4};
    refused(&differ, 1, "xlsx.damaged");
}

/* ---- 4 ---- */

static void changed(size_t back, const char *bytes, size_t n)
{
    struct zip_part part[] = {{.name = "a", .data = "hello", .n = 5},
                              {.name = "b", .data = "world", .n = 5}};
    struct buf b;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&b, 1 << 16);
    zip_build(&b, part, 2);
    memcpy(b.p + b.n - back, bytes, n);
    assert_false(xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e));
    assert_string_equal(e.id, "xlsx.damaged");
    buf_release(&b);
}

static void no_second_reading(void **state)
{
    (void)state;
    changed(2, "\x01", 1);    /* a comment is promised */
    changed(12, "\x01", 1);   /* fewer entries than the directory has */
    changed(12, "\x03", 1);   /* more */
    changed(10, "\xFF", 1);   /* the directory is longer */
    changed(6, "\x01", 1);    /* and begins elsewhere */
    changed(18, "\x01", 1);   /* one disk of several */
    changed(22 + 47, "X", 1); /* no record there */

    struct zip_part part = {.name = "a", .data = "hello", .n = 5, .local_name = "b"};
    refused(&part, 1, "xlsx.damaged");
    struct zip_part right = {.name = "a", .data = "hello", .n = 5};
    struct buf b;
    struct xlsx_zip *z;
    struct err e = {0};
    buf_init(&b, 1 << 16);
    zip_build(&b, &right, 1);
    buf_puts(&b, "behind"); /* something behind the end */
    assert_false(xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e));
    assert_string_equal(e.id, "xlsx.damaged");
    buf_clear(&b);
    buf_puts(&b, "PK\x03\x04 before"); /* or before: places are no longer where they say */
    zip_build(&b, &right, 1);
    assert_false(xlsx_zip_open(&z, buf_text(&b), XLSX_ZIP_FOREIGN, &e));
    assert_string_equal(e.id, "xlsx.damaged");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_archives),
        cmocka_unit_test(bombs),
        cmocka_unit_test(files_too_big),
        cmocka_unit_test(entries_to_the_limit_and_one_more),
        cmocka_unit_test(entries_that_overlap_or_repeat),
        cmocka_unit_test(names),
        cmocka_unit_test(encryption_and_methods),
        cmocka_unit_test(sizes_and_checksums),
        cmocka_unit_test(no_second_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
