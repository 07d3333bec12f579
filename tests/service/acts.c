/* SPDX-License-Identifier: EUPL-1.2 */
#include "acts.h"

#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

enum { ROWS = 250 };

void acts_prepare(void)
{
    desk_make("repository");
    desk_victims("v.csv", "A", 0, ROWS, 0);
    desk_victims("w.csv", "B", 0, ROWS, 0);
    struct service *s = desk_open("repository", NULL);
    (void)desk_do(s, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    service_close(s);
    desk_remove("before");
    desk_copy("repository", "before");
    desk_remove("data");
    desk_copy(harness_source("data"), "data");
    (void)chmod("data", 0700);
    (void)unlink("data/mappings/ctdc-v6.csv");
}

void acts_fresh(void)
{
    static const char *const traces[] = {"back.csv", "second.key", "t.csv", "b.dcim"};
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) (void)unlink(traces[i]);
    desk_remove("repository");
    desk_copy("before", "repository");
}

void acts_argv(const char *argv[16], const struct act *a)
{
    argv[0] = harness_program();
    for (int i = 0; i < 14; i++) {
        argv[i + 1] = a->argv[i];
        if (a->argv[i] == NULL) return;
    }
    argv[15] = NULL;
}

static int look_import(struct service *s)
{
    int64_t records = desk_records(s, "victim"), entries = desk_entries(s, "import");
    int64_t batches = (int64_t)json_size(json_get(desk_do(s, "batch.list", "{}"), "batches"));
    assert_true(records == ROWS || records == 2 * ROWS);
    assert_int_equal(batches, records / ROWS);
    assert_int_equal(entries, batches);
    /* every record opens */
    const struct json *r =
        desk_do(s, "table.raw", "{'form':'victim','rows':['sex'],'count':'records'}");
    assert_int_equal(desk_cell(json_get(r, "table"), "T", NULL), records);
    return records == 2 * ROWS;
}

static int look_import_back(struct service *s)
{
    int there = look_import(s);
    if (!there && harness_exists("back.csv")) fail_msg("a findings file of what was not imported");
    return there;
}

static int look_organisation(struct service *s)
{
    const struct json *list = json_get(desk_do(s, "organisation.list", "{}"), "organisations");
    assert_true(json_size(list) == 2 || json_size(list) == 3);
    int there = json_size(list) == 3;
    assert_int_equal(desk_entries(s, "organisation.change"), 2 + there);
    return there;
}

static int look_undo(struct service *s)
{
    int64_t records = desk_records(s, "victim");
    assert_true(records == ROWS || records == 0);
    assert_int_equal(desk_entries(s, "import.undo"), records == 0);
    return records == 0;
}

/* The entry comes first: there may be one more than acts, never fewer. */
static int look_key(struct service *s)
{
    size_t n = json_size(json_get(desk_do(s, "key.list", "{}"), "slots"));
    assert_true(n == 2 || n == 3);
    assert_true(desk_entries(s, "key.change") >= (int64_t)n - 2);
    return n == 3;
}

static int look_table(struct service *s)
{
    int there = harness_exists("t.csv");
    if (there) {
        char *text = harness_read("t.csv", NULL);
        assert_non_null(strstr(text, "125"));
        free(text);
        assert_true(desk_entries(s, "disclose") >= 1);
    }
    return there;
}

static int look_backup(struct service *s)
{
    int there = harness_exists("b.dcim");
    if (there) {
        const struct json *r = desk_do(s, "backup.verify", "{'file':'b.dcim'}");
        assert_int_equal(json_get_int(r, "records", 0), ROWS);
        assert_true(desk_entries(s, "backup") >= 1);
    }
    return there;
}

static int look_pack(struct service *s)
{
    struct json *out = NULL;
    struct err e;
    if (desk_try(&out, s, &e, "repository.info", "{}")) {
        json_free(out);
    } else { /* as after a power cut between the files and the record: said, and mended */
        assert_string_equal(e.id, "service.dictionary_changed");
        (void)desk_do(s, "pack.install", "{}");
    }
    assert_int_equal(desk_records(s, "victim"), ROWS);
    assert_true(harness_exists("repository/dictionary/mappings/htcds-2.0.csv"));
    return !harness_exists("repository/dictionary/mappings/ctdc-v6.csv");
}

const struct act acts[] = {
    [ACT_IMPORT] = {{"import", "w.csv", IMPORT}, look_import},
    [ACT_IMPORT_BACK] = {{"import", "w.csv", IMPORT, "--findings", "back.csv"}, look_import_back},
    [ACT_ORGANISATION] = {{"organisation", "add", "--code", "NEW", "--type", "police", "--name",
                           "n"},
                          look_organisation},
    [ACT_UNDO] = {{"batch", "undo", "1", "--reason", "test"}, look_undo},
    [ACT_KEY] = {{"key", "add", "key-file", "--new-key-file", "second.key"}, look_key},
    [ACT_TABLE] = {{"table", "--form", "victim", "--rows", "sex", "--protect", "none", "--format",
                    "csv", "--output", "t.csv"},
                   look_table},
    [ACT_BACKUP] = {{"backup", "b.dcim"}, look_backup},
    [ACT_PACK] = {{"pack", "install", "data"}, look_pack},
};
