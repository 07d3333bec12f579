/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/tree.c
 *  1 paths
 *  2 listing
 *  3 what is refused
 *  4 removing never follows links
 *  5 giving another name
 *  6 flushing */
#include "harness.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/tree.h"

static void is(char *path, const char *expected)
{
    assert_string_equal(path, expected);
    mem_free(path);
}

static void test_1_paths(void **state)
{
    (void)state;
    is(tree_path("a", "b"), "a/b");
    is(tree_path("", "b"), "b");
    is(tree_path("a", ""), "a/"); /* the folder itself */
    is(tree_parent("file"), ".");
    is(tree_parent("a/b"), "a");
    is(tree_parent("a/b/"), "a");
    is(tree_parent("a//b"), "a");
    is(tree_parent("/b"), "/");
    is(tree_parent("/a/b"), "/a");
    is(tree_parent("../b"), "..");
}

static void make_tree(const char *root)
{
    char p[100];
    static const char *const folders[] = {"", "/b", "/b/c", "/empty"};
    static const char *const files[] = {"/z", "/b/2", "/b/1", "/b/c/deep", "/a"};
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(p, sizeof p, "%s%s", root, folders[i]);
        assert_int_equal(mkdir(p, 0700), 0);
    }
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(p, sizeof p, "%s%s", root, files[i]);
        harness_write_text(p, files[i]);
    }
}

static void test_2_list(void **state)
{
    (void)state;
    struct tree_files f;
    static const char *const expected[] = {"a", "z", "b/1", "b/2", "b/c/deep"};

    make_tree("list");
    assert_true(tree_list(&f, "list", NULL));
    assert_int_equal(f.n, 5);
    for (size_t i = 0; i < 5; i++) assert_string_equal(f.path[i], expected[i]);
    tree_files_free(&f);
    assert_true(tree_list(&f, "list/empty", NULL));
    assert_int_equal(f.n, 0);
    tree_files_free(&f);
    assert_false(tree_list(&f, "nowhere", NULL));
    tree_files_free(&f);
}

static void test_3_refused(void **state)
{
    (void)state;
    struct tree_files f;
    struct err e = {0};
    char p[200] = "deep";

    make_tree("odd");
    assert_int_equal(symlink("/etc/passwd", "odd/b/link"), 0);
    assert_false(tree_list(&f, "odd", &e));
    assert_string_equal(e.id, "tree.not_regular");
    tree_files_free(&f);
    assert_int_equal(unlink("odd/b/link"), 0);
    assert_int_equal(mkfifo("odd/pipe", 0600), 0);
    assert_false(tree_list(&f, "odd", &e));
    assert_string_equal(e.id, "tree.not_regular");
    tree_files_free(&f);

    for (int i = 0; i <= TREE_DEPTH; i++) {
        assert_int_equal(mkdir(p, 0700), 0);
        size_t n = strlen(p);
        memcpy(p + n, "/d", 3);
    }
    assert_true(tree_list(&f, "deep", &e));
    tree_files_free(&f);
    assert_int_equal(mkdir(p, 0700), 0);
    assert_false(tree_list(&f, "deep", &e));
    assert_int_equal(e.code, ERR_LIMIT);
    tree_files_free(&f);
}

static void test_4_remove(void **state)
{
    (void)state;
    assert_int_equal(mkdir("outside", 0700), 0);
    harness_write_text("outside/kept", "x");
    make_tree("gone");
    assert_int_equal(symlink("../outside", "gone/link"), 0);
    assert_int_equal(symlink("../../outside/kept", "gone/b/link"), 0);
    assert_int_equal(mkfifo("gone/b/pipe", 0600), 0);
    tree_remove("gone");
    assert_false(harness_exists("gone"));
    assert_true(harness_exists("outside/kept"));
    tree_remove("gone"); /* fine */
}

static void test_5_rename(void **state)
{
    (void)state;
    make_tree("from");
    assert_true(tree_rename("from", "to"));
    assert_false(harness_exists("from"));
    assert_true(harness_exists("to/b/c/deep"));
    harness_write_text("old", "1");
    harness_write_text("new", "2");
    assert_true(tree_rename("new", "./old")); /* a file gives way */
    assert_false(harness_exists("new"));
    assert_false(tree_rename("nowhere", "old"));
    assert_int_equal(errno, ENOENT);
    assert_false(tree_rename("old", "no/such/name"));
    assert_true(harness_exists("old"));
}

static void test_6_sync(void **state)
{
    (void)state;
    struct err e = {0};
    make_tree("sync");
    assert_true(tree_sync("sync", &e));
    assert_false(tree_sync("nowhere", &e));
    assert_int_equal(e.code, ERR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_paths),   cmocka_unit_test(test_2_list),
        cmocka_unit_test(test_3_refused), cmocka_unit_test(test_4_remove),
        cmocka_unit_test(test_5_rename),  cmocka_unit_test(test_6_sync),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
