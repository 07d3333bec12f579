/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/database_file.c
 *  1 made once, for the owner alone (S15)   2 found   3 removed with its journal */
#include "harness.h"

#include "store/database_file.h"

#include <sys/stat.h>
#include <unistd.h>

static struct err e;

static void database_file_1_made_once(void **state) /* S15 */
{
    (void)state;
    struct stat s;
    const mode_t masks[] = {0, 0777};
    for (size_t i = 0; i < 2; i++) {
        mode_t old = umask(masks[i]);
        bool ok = database_file_make("a.db", &e);
        umask(old);
        assert_true(ok);
        assert_int_equal(stat("a.db", &s), 0);
        assert_int_equal(s.st_mode & 07777, 0600);
        assert_false(database_file_make("a.db", &e));
        assert_int_equal(e.code, ERR_CONFLICT);
        assert_string_equal(e.id, "store.exists");
        database_file_remove("a.db");
    }
    assert_int_equal(symlink("elsewhere.db", "link.db"), 0); /* nobody leads us to another place */
    assert_false(database_file_make("link.db", &e));
    assert_false(harness_exists("elsewhere.db"));
    assert_false(database_file_make("no/such/folder/a.db", &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_string_equal(e.id, "store.create");
}

static void database_file_2_found(void **state)
{
    (void)state;
    bool usable = true;
    assert_false(database_file_find(&usable, "none.db", &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "store.missing");
    harness_write("empty.db", "", 0);
    assert_true(database_file_find(&usable, "empty.db", &e));
    assert_false(usable);
    assert_int_equal(mkdir("folder.db", 0700), 0);
    assert_true(database_file_find(&usable, "folder.db", &e));
    assert_false(usable);
    harness_write("full.db", "x", 1);
    assert_true(database_file_find(&usable, "full.db", &e));
    assert_true(usable);
}

static void database_file_3_removed(void **state)
{
    (void)state;
    const char *const names[] = {"b.db", "b.db-wal", "b.db-shm", "b.db-journal", "b.db-other"};
    for (size_t i = 0; i < 5; i++) harness_write(names[i], "x", 1);
    database_file_remove("b.db");
    for (size_t i = 0; i < 5; i++) assert_int_equal(harness_exists(names[i]), i == 4);
    database_file_remove("b.db"); /* nothing is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(database_file_1_made_once),
        cmocka_unit_test(database_file_2_found),
        cmocka_unit_test(database_file_3_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
