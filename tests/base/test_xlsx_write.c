/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/xlsx_write.c
 *  1 what is written is read: texts, numbers, places, sheets     2 text is never more than text
 *  (S65, S66)
 *  3 same content, same bytes     4 limits, named by their cell     5 failing: nothing is left,
 *  nothing lost
 *  6 no temporary file elsewhere, modes, descriptors (S15)     7 cells that offer a list
 */
#include "harness.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/xlsx_read.h"
#include "base/xlsx_write.h"
#include "base/xlsx_zip.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool list_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct buf *b = ctx;
    (void)e;
    buf_printf(b, "%d", (int)row->row);
    for (size_t i = 0; i < row->n_cell; i++) {
        const struct xlsx_cell *c = &row->cell[i];
        assert_false(c->formula);
        buf_printf(b, " %c<%.*s>", "-TNDBE"[c->kind], (int)c -> text.n, c->text.p);
    }
    buf_putc(b, '\n');
    return true;
}

static void check_sheet(const char *path, size_t sheet, const char *name, const char *want)
{
    size_t n;
    char *bytes = harness_read(path, &n);
    struct xlsx_reader *r;
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1 << 24);
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(text_is(xlsx_sheet_name(r, sheet), name));
    assert_false(xlsx_sheet_hidden(r, sheet));
    assert_false(xlsx_has_external_links(r));
    if (!xlsx_read_sheet(r, sheet, list_row, &b, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_string_equal(b.p == NULL ? "" : b.p, want);
    buf_release(&b);
    xlsx_close(r);
    free(bytes);
}

static struct xlsx_writer *begin(const char *path, const char *sheet)
{
    struct xlsx_writer *w;
    struct err e = {0};
    if (!xlsx_write_open(&w, path, "Title & <more>", &e)) fail_msg("%s: %s", e.id, e.msg);
    if (sheet != NULL && !xlsx_write_sheet(w, sheet, &e)) fail_msg("%s: %s", e.id, e.msg);
    return w;
}

static void finish(struct xlsx_writer *w)
{
    struct err e = {0};
    if (!xlsx_write_close(w, &e)) fail_msg("%s: %s", e.id, e.msg);
}

/* Names in the current folder, for what may have been left lying. */
static size_t files_here(void)
{
    size_t n = 0;
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d)) != NULL;)
        n += strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0;
    closedir(d);
    return n;
}

static size_t open_descriptors(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d) != NULL) n++;
    closedir(d);
    return n;
}

/* ---- 1 ---- */

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct err e;
    struct xlsx_writer *w = begin("a.xlsx", "Vítimas");
    xlsx_write_width(w, 0, 30);
    xlsx_write_freeze(w, 1, 0);
    xlsx_write_text(w, 0, 0, TEXT("Forma de exploração"), XLSX_HEAD);
    xlsx_write_text(w, 0, 1, TEXT("n"), XLSX_HEAD);
    xlsx_write_text(w, 1, 3, TEXT("late"), XLSX_PLAIN); /* columns in any order */
    xlsx_write_text(w, 1, 0, TEXT("  blanks  "), XLSX_PLAIN);
    xlsx_write_number(w, 1, 1, 42, XLSX_PLAIN);
    xlsx_write_number(w, 4, 1, -0.125, XLSX_TOTAL);
    xlsx_write_number(w, 4, 2, 123456789012345, XLSX_TOTAL);
    xlsx_write_text(w, 5, 0, TEXT(""), XLSX_TOTAL);
    xlsx_write_text(w, 5, 1, TEXT(""), XLSX_PLAIN);
    xlsx_write_text(w, 6, 0, TEXT("first"), XLSX_NOTE);
    xlsx_write_text(w, 6, 0, TEXT("second"), XLSX_TITLE); /* the same cell again: the last stays */
    assert_true(xlsx_write_sheet(w, "Notes", &e));
    xlsx_write_text(w, 0, 0, TEXT("<&>\"'"), XLSX_NOTE);
    xlsx_write_number(w, 1048575, 16, 1, XLSX_PLAIN);
    assert_true(xlsx_write_sheet(w, "empty", &e));
    finish(w);
    check_sheet("a.xlsx", 0, "Vítimas",
                "1 T<Forma de exploração> T<n>\n2 T<  blanks  > N<42> -<> T<late>\n"
                "5 -<> N<-0.125> N<123456789012345>\n7 T<second>\n");
    check_sheet("a.xlsx", 1, "Notes",
                "1 T<<&>\"'>\n1048576 -<> -<> -<> -<> -<> -<> -<> -<> -<> -<> -<> -<> -<> "
                "-<> -<> -<> N<1>\n");
    check_sheet("a.xlsx", 2, "empty", "");
}

static void odd_characters(void **state)
{
    (void)state;
    static const struct {
        struct text in;
        const char *out;
    } text[] = {
        {{"a\r\nb\tc", 6}, "a\r\nb\tc"},
        {{"_x000D_", 7}, "_x000D_"}, /* as text, not as escape */
        {{"_x005F_x000D_", 13}, "_x005F_x000D_"},
        {{"_x00_ _xZZZZ_ _x1234", 20}, "_x00_ _xZZZZ_ _x1234"},
        {{"\x01\x1F\x7F", 3}, "\xEF\xBF\xBD\xEF\xBF\xBD\x7F"},
        {{"a\0b", 3},
         "a\xEF\xBF\xBD"
         "b"},
        {{"\xEF\xBF\xBE\xEF\xBF\xBF", 6}, "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {{"\xF0\x9F\x99\x82\xE2\x80\xAE", 7}, "\xF0\x9F\x99\x82\xE2\x80\xAE"},
        {{"bad \xFF\xC3", 6}, "bad \xEF\xBF\xBD\xEF\xBF\xBD"}, /* not UTF-8 */
    };
    struct buf want;
    buf_init(&want, 1 << 16);
    struct xlsx_writer *w = begin("odd.xlsx", "s");
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        xlsx_write_text(w, (uint32_t)i, 0, text[i].in, XLSX_PLAIN);
        buf_printf(&want, "%d T<%s>\n", (int)i + 1, text[i].out);
    }
    finish(w);
    check_sheet("odd.xlsx", 0, "s", want.p);
    buf_release(&want);
}

/* ---- 2 ---- */

static bool keep_piece(void *ctx, struct text bytes, bool last, struct err *e)
{
    (void)last;
    (void)e;
    buf_put_text(ctx, bytes);
    return true;
}

/* Every byte of every part. */
static void all_parts(struct buf *out, const char *path, struct buf *names)
{
    size_t n;
    char *bytes = harness_read(path, &n);
    struct xlsx_zip *z;
    struct err e = {0};
    assert_true(xlsx_zip_open(&z, (struct text){bytes, n}, XLSX_ZIP_FOREIGN, &e));
    for (size_t i = 0; i < xlsx_zip_count(z); i++) {
        assert_true(xlsx_zip_read(z, i, keep_piece, out, &e));
        buf_put_text(names, xlsx_zip_name(z, i));
        buf_putc(names, '\n');
    }
    xlsx_zip_close(z);
    free(bytes);
}

static void text_is_never_more_than_text(void **state) /* S65, S66 */
{
    (void)state;
    static const char *const text[] = {"=1+1",
                                       "{=1+1}",
                                       "+1",
                                       "@SUM(A1)",
                                       "-1",
                                       "http://example.org/",
                                       "mailto:a@b.c",
                                       "internal:Sheet1!A1",
                                       "=cmd|' /C calc'!A0",
                                       "1234",
                                       "TRUE",
                                       "2020-01-01"};
    struct buf all, names;
    buf_init(&all, 1 << 24);
    buf_init(&names, 1 << 16);
    struct xlsx_writer *w = begin("f.xlsx", "s");
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        xlsx_write_text(w, (uint32_t)i, 0, text_of(text[i]), XLSX_PLAIN);
        buf_printf(&all, "%d T<%s>\n", (int)i + 1, text[i]);
    }
    finish(w);
    check_sheet("f.xlsx", 0, "s", all.p);
    buf_clear(&all);
    all_parts(&all, "f.xlsx", &names);
    static const char *const never[] = {"<f>",           "<f ",         "hyperlink",
                                        "hidden=",       "state=",      "External",
                                        "legacyDrawing", "definedName", "docProps/custom"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (memmem(all.p, all.n, never[i], strlen(never[i])) != NULL)
            fail_msg("there is '%s'", never[i]);
    assert_non_null(memmem(all.p, all.n, "inlineStr", 9));
    assert_non_null(memmem(all.p, all.n, "Title &amp; &lt;more&gt;", 24));
    static const char *const not_there[] = {"comments", "external", "pivot",        "custom",
                                            "vba",      "drawing",  "sharedStrings"};
    for (size_t i = 0; i < sizeof not_there / sizeof not_there[0]; i++)
        if (strstr(names.p, not_there[i]) != NULL) fail_msg("there is a part '%s'", not_there[i]);
    buf_release(&all);
    buf_release(&names);
}

/* ---- 3 ---- */

static void write_some(const char *path)
{
    struct err e;
    struct xlsx_writer *w = begin(path, "one");
    for (uint32_t i = 0; i < 300; i++) {
        xlsx_write_text(w, i, 0, TEXT("text"), i % 2 ? XLSX_PLAIN : XLSX_TOTAL);
        xlsx_write_number(w, i, 1, i / 7.0, XLSX_PLAIN);
    }
    assert_true(xlsx_write_sheet(w, "two", &e));
    xlsx_write_text(w, 0, 0, TEXT("x"), XLSX_TITLE);
    finish(w);
}

static void same_content_gives_the_same_bytes(void **state)
{
    (void)state;
    size_t n[2];
    char *bytes[2];
    write_some("same1.xlsx");
    sleep(2); /* two seconds are the grain of ZIP times */
    write_some("same2.xlsx");
    bytes[0] = harness_read("same1.xlsx", &n[0]);
    bytes[1] = harness_read("same2.xlsx", &n[1]);
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    struct buf all, names;
    buf_init(&all, 1 << 24);
    buf_init(&names, 1 << 16);
    all_parts(&all, "same1.xlsx", &names);
    assert_non_null(memmem(all.p, all.n, "1980-01-01T00:00:00Z", 20));
    char year[24];
    snprintf(year, sizeof year, "%d-", 1970 + (int)(time(NULL) / 31556952));
    assert_null(memmem(all.p, all.n, year, strlen(year)));
    buf_release(&all);
    buf_release(&names);
    free(bytes[0]);
    free(bytes[1]);
}

/* ---- 4 ---- */

static void closes_with(struct xlsx_writer *w, const char *id, const char *says)
{
    struct err e = {0};
    size_t before = files_here();
    assert_false(xlsx_write_close(w, &e));
    assert_string_equal(e.id, id);
    if (strstr(e.msg, says) == NULL) fail_msg("'%s' does not say '%s'", e.msg, says);
    assert_int_equal(files_here(), before - 1); /* the temporary one is gone */
    assert_false(harness_exists("bad.xlsx"));
}

static void limits_are_named_by_their_cell(void **state)
{
    (void)state;
    char *longest = mem_new(4 * 32768 + 8, 1);
    memset(longest, 'x', 32768);
    struct xlsx_writer *w = begin("long.xlsx", "s");
    xlsx_write_text(w, 0, 0, (struct text){longest, 32767}, XLSX_PLAIN);
    finish(w);
    w = begin("bad.xlsx", "s");
    xlsx_write_text(w, 9, 27, (struct text){longest, 32768}, XLSX_PLAIN);
    xlsx_write_text(w, 10, 0, (struct text){longest, 32768},
                    XLSX_PLAIN); /* the first one is told */
    closes_with(w, "xlsx_write.text_too_long", "AB10 (row 10, column 28)");
    /* 16,383 pairs and one are 32,767 units; one more pair is too many */
    for (int i = 0; i < 16385; i++) memcpy(longest + 4 * i, "\xF0\x9F\x99\x82", 4);
    w = begin("pairs.xlsx", "s");
    xlsx_write_text(w, 0, 0, (struct text){longest, 4 * 16383}, XLSX_PLAIN);
    finish(w);
    w = begin("bad.xlsx", "s");
    xlsx_write_text(w, 0, 0, (struct text){longest, 4 * 16384}, XLSX_PLAIN);
    closes_with(w, "xlsx_write.text_too_long", "A1 ");
    mem_free(longest);

    w = begin("bad.xlsx", "s");
    xlsx_write_text(w, 1048576, 0, TEXT("x"), XLSX_PLAIN);
    closes_with(w, "xlsx_write.size", "1048577");
    w = begin("bad.xlsx", "s");
    xlsx_write_number(w, 0, 16384, 1, XLSX_PLAIN);
    closes_with(w, "xlsx_write.size", "XFE1");
    w = begin("bad.xlsx", "s");
    xlsx_write_number(w, 0, 0, NAN, XLSX_PLAIN);
    closes_with(w, "xlsx_write.number", "A1 ");
    w = begin("bad.xlsx", "s");
    xlsx_write_text(w, 1, 0, TEXT("x"), XLSX_PLAIN);
    xlsx_write_text(w, 0, 0, TEXT("x"), XLSX_PLAIN);
    closes_with(w, "xlsx_write.order", "A1 ");
    w = begin("bad.xlsx", NULL);
    xlsx_write_text(w, 0, 0, TEXT("x"), XLSX_PLAIN);
    closes_with(w, "xlsx_write.no_sheet", "sheet");
}

static void sheet_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "a[b",
                                      "a:b",  "a/b",
                                      "a\\b", "a?",
                                      "a*",   "'a",
                                      "a'",   "12345678901234567890123456789012"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        struct xlsx_writer *w = begin("bad.xlsx", NULL);
        if (xlsx_write_sheet(w, bad[i], &e)) fail_msg("accepted: '%s'", bad[i]);
        assert_string_equal(e.id, "xlsx_write.sheet_name");
        assert_true(e.remedy[0] != '\0');
        assert_false(xlsx_write_sheet(w, "good", &e)); /* a failure stays */
        closes_with(w, "xlsx_write.sheet_name", "name");
    }
    struct err e;
    struct xlsx_writer *w = begin("bad.xlsx", "Once");
    assert_false(xlsx_write_sheet(w, "ONCE", &e));
    closes_with(w, "xlsx_write.sheet_name", "sheet 2");
    w = begin("names.xlsx", "1234567890123456789012345678901"); /* 31 */
    finish(w);
    check_sheet("names.xlsx", 0, "1234567890123456789012345678901", "");
}

/* ---- 5 ---- */

static void nothing_is_left_when_abandoned(void **state)
{
    (void)state;
    size_t before = files_here(), descriptors = open_descriptors();
    for (int i = 0; i < 3; i++) {
        struct xlsx_writer *w = begin("gone.xlsx", i == 0 ? NULL : "s");
        for (uint32_t row = 0; row < 1000u * (uint32_t)i; row++)
            xlsx_write_number(w, row, 0, row, XLSX_PLAIN);
        xlsx_write_abandon(w);
    }
    xlsx_write_abandon(NULL);
    assert_int_equal(files_here(), before);
    assert_int_equal(open_descriptors(), descriptors);
    struct xlsx_writer *w;
    struct err e;
    assert_false(xlsx_write_open(&w, "no/such/folder/a.xlsx", NULL, &e));
    assert_null(w);
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_non_null(strstr(e.msg, "no/such/folder"));
}

static void an_old_file_stays_until_the_new_one_is_whole(void **state)
{
    (void)state;
    harness_write_text("kept.xlsx", "old");
    struct xlsx_writer *w = begin("kept.xlsx", "s");
    xlsx_write_text(w, 0, 0, TEXT("x"), XLSX_PLAIN);
    size_t n;
    char *bytes = harness_read("kept.xlsx", &n);
    assert_string_equal(bytes, "old");
    free(bytes);
    xlsx_write_number(w, 0, 1, INFINITY, XLSX_PLAIN);
    struct err e;
    assert_false(xlsx_write_close(w, &e));
    bytes = harness_read("kept.xlsx", &n);
    assert_string_equal(bytes, "old");
    free(bytes);
    write_some("kept.xlsx");
    check_sheet("kept.xlsx", 1, "two", "1 T<x>\n");
}

/* A disk that is full at any point, by a limit on the size of files: an error, never half a
 * workbook that looks whole. libxlsxwriter itself does not notice. */
static void a_full_disk_is_noticed(void **state)
{
    (void)state;
    if (harness_sanitized()) skip(); /* the sanitizers' own files would fail too */
    size_t n_failed = 0, n_whole = 0;
    for (rlim_t limit = 512; limit < 2000000; limit = limit * 3 / 2) {
        unlink("full.xlsx");
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct rlimit r = {limit, limit};
            signal(SIGXFSZ, SIG_IGN);
            fclose(stderr);
            setrlimit(RLIMIT_FSIZE, &r);
            struct xlsx_writer *w;
            struct err e;
            if (!xlsx_write_open(&w, "full.xlsx", "t", &e) || !xlsx_write_sheet(w, "s", &e))
                _exit(9);
            for (uint32_t i = 0; i < 3000; i++) {
                xlsx_write_text(w, i, 0, TEXT("some text of a cell"), XLSX_PLAIN);
                xlsx_write_number(w, i, 1, i * 1.37, XLSX_PLAIN);
            }
            _exit(xlsx_write_close(w, &e) ? 0 : e.code == ERR_SYSTEM ? 1 : 2);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_in_range(WEXITSTATUS(status), 0, 1);
        if (WEXITSTATUS(status) == 0) {
            n_whole++;
            struct stat st;
            assert_int_equal(stat("full.xlsx", &st), 0);
        } else {
            n_failed++;
            assert_false(harness_exists("full.xlsx"));
        }
    }
    assert_true(n_failed >= 5 && n_whole >= 1);
}

/* ---- 6 ---- */

static void files_are_private_and_nothing_lies_elsewhere(void **state) /* S15 */
{
    (void)state;
    assert_int_equal(mkdir("elsewhere", 0700), 0);
    setenv("TMPDIR", "elsewhere", 1);
    mode_t before = umask(0);
    struct xlsx_writer *w = begin("private.xlsx", "s");
    for (uint32_t i = 0; i < 5000; i++) xlsx_write_text(w, i, 0, TEXT("Canary-Name"), XLSX_PLAIN);
    struct stat st;
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d)) != NULL;)
        if (strncmp(x->d_name, ".private.xlsx.", 14) == 0) {
            assert_int_equal(stat(x->d_name, &st), 0);
            assert_int_equal(st.st_mode & 0777, 0600);
        }
    closedir(d);
    /* what this process has open and unlinked lies in the target's folder */
    char here[4096], target[4096];
    assert_non_null(getcwd(here, sizeof here));
    for (int fd = 3; fd < 64; fd++) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, target, sizeof target - 1);
        if (n <= 0 || target[0] != '/') continue;
        target[n] = '\0';
        if (strstr(target, "deleted") == NULL) continue;
        assert_int_equal(strncmp(target, here, strlen(here)), 0);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(st.st_mode & 0077, 0);
    }
    finish(w);
    umask(before);
    unsetenv("TMPDIR");
    assert_int_equal(stat("private.xlsx", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(rmdir("elsewhere"), 0); /* empty, so it can be removed */
}

/* ---- 7 ---- */

static void cells_offer_lists(void **state)
{
    (void)state;
    struct buf all, names;
    struct err e;
    struct xlsx_writer *w = begin("list.xlsx", "rows");
    xlsx_write_text(w, 0, 0, TEXT("name"), XLSX_HEAD);
    const struct xlsx_choices c = {.column = 2,
                                   .first = 1,
                                   .last = 9,
                                   .sheet = "lists",
                                   .of_column = 27,
                                   .from = 3,
                                   .to = 5,
                                   .hint = "one & <all>"};
    xlsx_write_choices(w, &c);
    assert_true(xlsx_write_sheet(w, "lists", &e));
    for (uint32_t i = 3; i <= 5; i++) xlsx_write_text(w, i, 27, TEXT("=1+1"), XLSX_PLAIN);
    finish(w);
    check_sheet("list.xlsx", 0, "rows", "1 T<name>\n");
    buf_init(&all, 1 << 24);
    buf_init(&names, 1 << 16);
    all_parts(&all, "list.xlsx", &names);
    static const char *const there[] = {"sqref=\"C2:C10\"",
                                        "<formula1>lists!$AB$4:$AB$6</formula1>",
                                        "prompt=\"one &amp; &lt;all&gt;\""};
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        if (memmem(all.p, all.n, there[i], strlen(there[i])) == NULL) fail_msg("no %s", there[i]);
    assert_null(memmem(all.p, all.n, "showErrorMessage", 16)); /* other text may be typed */
    assert_null(memmem(all.p, all.n, "<f>", 3));
    buf_release(&all);
    buf_release(&names);

    w = begin("many.xlsx", "rows");
    for (uint16_t i = 0; i < 300; i++) {
        struct xlsx_choices one = c;
        one.column = i;
        one.hint = NULL;
        xlsx_write_choices(w, &one);
    }
    finish(w);
    buf_init(&all, 1 << 24);
    buf_init(&names, 1 << 16);
    all_parts(&all, "many.xlsx", &names);
    buf_putc(&all, '\0');
    assert_non_null(strstr(all.p, "<dataValidations count=\"255\">"));
    assert_non_null(strstr(all.p, "sqref=\"IU2:IU10\"")); /* the 255th */
    buf_release(&all);
    buf_release(&names);

    char hint[400];
    memset(hint, 'x', sizeof hint);
    hint[sizeof hint - 1] = '\0';
    struct xlsx_choices bad = c;
    bad.hint = hint;
    w = begin("bad.xlsx", "rows");
    xlsx_write_choices(w, &bad);
    assert_false(xlsx_write_close(w, &e));
    assert_string_equal(e.id, "xlsx_write.choices");
    assert_false(harness_exists("bad.xlsx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(odd_characters),
        cmocka_unit_test(text_is_never_more_than_text),
        cmocka_unit_test(same_content_gives_the_same_bytes),
        cmocka_unit_test(limits_are_named_by_their_cell),
        cmocka_unit_test(sheet_names),
        cmocka_unit_test(nothing_is_left_when_abandoned),
        cmocka_unit_test(an_old_file_stays_until_the_new_one_is_whole),
        cmocka_unit_test(a_full_disk_is_noticed),
        cmocka_unit_test(files_are_private_and_nothing_lies_elsewhere),
        cmocka_unit_test(cells_offer_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
