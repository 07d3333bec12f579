/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_*.c, but for imports (test_op_import.c)
 *  1 repository: made in an empty folder alone, whole; described
 *  2 organisations
 *  3 the dictionary as documents; packs checked and installed
 *  4 records: listed page by page, shown by version
 *  5 tables
 *  6 the log: listed, verified against a checkpoint kept elsewhere
 *  7 backups and restored repositories
 *  8 key slots
 *  9 places to write to that are not there
 */
#include "harness.h"

#include "desk.h"

#include "base/crypto.h"

#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "'form':'victim','organisation':'GNR'"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 30, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- 1 ---- */

static void init_1_1_needs_an_empty_place_and_a_key(void **state)
{
    (void)state;
    struct service_options o = desk_options("fresh", NULL);
    desk_remove("fresh");
    o.key_file = NULL;
    struct service *s = desk_open_with(&o);
    (void)desk_refused(s, ERR_USAGE, "repository.no_key", "repository.init", "{'pack':'pt'}");
    service_close(s);
    assert_false(harness_exists("fresh"));

    s = desk_open("repository", NULL);
    (void)desk_refused(s, ERR_USAGE, "repository.not_empty", "repository.init", "{'pack':'pt'}");
    service_close(s);

    assert_int_equal(mkdir("fresh", 0755), 0);
    assert_int_equal(mkdir("fresh/.making", 0700), 0); /* killed in the middle */
    s = desk_open("fresh", NULL);
    const struct err *e =
        desk_refused(s, ERR_USAGE, "repository.not_empty", "repository.init", "{'pack':'pt'}");
    assert_non_null(strstr(e->remedy, "interrupted"));
    service_close(s);
    desk_remove("fresh");

    harness_write_text("file", "no folder");
    struct json *out;
    struct err err;
    s = desk_open("file", NULL);
    assert_false(desk_try(&out, s, &err, "repository.init", "{'pack':'pt'}"));
    service_close(s);
    s = desk_open("file/below", NULL);
    assert_false(desk_try(&out, s, &err, "repository.init", "{'pack':'pt'}"));
    service_close(s);
    size_t n;
    char *text = harness_read("file", &n);
    assert_string_equal(text, "no folder");
    free(text);
}

static void init_1_2_an_unknown_pack_leaves_nothing(void **state)
{
    (void)state;
    struct json *out;
    struct err e;
    static const char *const packs[] = {"xx", "../pt", "pt/", "PT",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++) {
        (void)unlink("fresh.key");
        struct service *s = desk_open("fresh", NULL);
        if (desk_try(&out, s, &e, "repository.init", "{'pack':'%s'}", packs[i]))
            fail_msg("pack %s", packs[i]);
        service_close(s);
        if (harness_exists("fresh") || harness_exists("fresh.key"))
            fail_msg("pack %s left something", packs[i]);
    }
}

static void init_1_3_an_existing_empty_folder_is_closed_to_others(void **state)
{
    (void)state;
    struct stat st;
    desk_remove("fresh");
    (void)unlink("fresh.key");
    assert_int_equal(mkdir("fresh", 0755), 0);
    assert_int_equal(chmod("fresh", 0755), 0);
    struct service *s = desk_open("fresh", NULL);
    const struct json *r = desk_do(s, "repository.init", "{}"); /* the bare core */
    assert_string_equal(json_get_text(r, "pack", "-"), "");
    assert_true(json_get_int(r, "variables", 0) > 100);
    char code[100];
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "recovery_code", ""));
    r = desk_do(s, "repository.info", "{}");
    assert_string_equal(json_get_text(r, "pack", "-"), "");
    assert_int_equal(json_size(json_get(r, "forms")), 4);
    service_close(s);
    assert_int_equal(stat("fresh", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_false(harness_exists("fresh/.making"));
    /* the code opens it; another one does not (S14) */
    struct secret *recovery = secret_copy(code, strlen(code));
    struct service_options o = desk_options("fresh", NULL);
    o.key_file = NULL;
    o.recovery = recovery;
    s = desk_open_with(&o);
    (void)desk_do(s, "repository.info", "{}");
    service_close(s);
    secret_free(recovery);
    o.recovery = NULL;
    s = desk_open_with(&o);
    struct json *out;
    struct err e;
    assert_false(desk_try(&out, s, &e, "repository.info", "{}"));
    service_close(s);
    desk_remove("fresh");
}

/* ---- 2 ---- */

static void organisations_2_1_types_in_three_ways(void **state)
{
    (void)state;
    const struct json *r =
        desk_do(desk, "organisation.add", "{'code':'A1','type':'10','name':'a'}");
    assert_string_equal(json_get_text(r, "type_label", ""), "Police");
    r = desk_do(desk, "organisation.add", "{'code':'A2','type':'POLICE','name':'b'}");
    assert_string_equal(json_get_text(r, "type", ""), "10");
    r = desk_do(desk, "organisation.add", "{'code':'A3','type':'Polícia','name':'c'}");
    assert_string_equal(json_get_text(r, "type", ""), "10");
    const struct err *e = desk_refused(desk, ERR_USAGE, "organisation.type", "organisation.add",
                                       "{'code':'A4','type':'circus','name':'d'}");
    assert_non_null(strstr(e->remedy, "police"));
    (void)desk_refused(desk, ERR_USAGE, "organisation.exists", "organisation.add",
                       "{'code':'A1','type':'10','name':'e'}");
    static const char *const codes[] = {"a b", "../x", "a/b", "ção",    "a;b",
                                        "a,b", "-a",   ".",   "--help", "_x"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        (void)desk_refused(desk, ERR_USAGE, "organisation.code", "organisation.add",
                           "{'code':'%s','type':'10','name':'f'}", codes[i]);
    r = desk_do(desk, "organisation.list", "{}");
    assert_int_equal(json_size(json_get(r, "organisations")), 5);
    /* what was added can send at once */
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'A2'}");
    assert_int_equal(desk_records(desk, "victim"), 60);
}

/* S74 */
static void organisations_2_2_have_quotas(void **state)
{
    (void)state;
    (void)desk_refused(desk, ERR_USAGE, "organisation.no_quota", "organisation.quota",
                       "{'code':'GNR'}");
    (void)desk_refused(desk, ERR_NOT_FOUND, "organisation.unknown", "organisation.quota",
                       "{'code':'NONE','records':5}");
    const struct json *r = desk_do(desk, "organisation.quota", "{'code':'APAV','records':29}");
    assert_int_equal(json_get_int(r, "quota_records", 0), 29);
    assert_string_equal(json_get_text(desk_last_entry(desk), "action", ""), "organisation.change");
    assert_string_equal(json_get_text(desk_last_entry(desk), "object_id", ""), "APAV");
    const struct err *e = desk_refused(desk, ERR_LIMIT, "organisation.quota", "import.run",
                                       "{'file':'v.csv','form':'victim','organisation':'APAV'}");
    assert_non_null(strstr(e->msg, "APAV has room for 29 more records"));
    assert_int_equal(desk_records(desk, "victim"), 30);
    r = desk_do(desk, "organisation.quota", "{'code':'APAV','bytes':1000000}");
    assert_int_equal(json_get_int(r, "quota_records", 0), 29); /* stays */
    (void)desk_do(desk, "organisation.quota", "{'code':'APAV','records':30}");
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'APAV'}");
    r = json_at(json_get(desk_do(desk, "organisation.list", "{}"), "organisations"), 0);
    assert_string_equal(json_get_text(r, "code", ""), "APAV");
    assert_int_equal(json_get_int(r, "records", 0), 30);
    assert_int_equal(json_get_int(r, "quota_records", 0), 30);
    assert_true(json_get_int(r, "bytes", 0) > 30 * 100);
    struct service *s = desk_open("repository", "contributor"); /* not for those it limits */
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "organisation.quota",
                       "{'code':'APAV','records':0}");
    service_close(s);
}

/* ---- 3 ---- */

static void dictionary_3_1_needs_no_key(void **state)
{
    (void)state;
    struct service_options o = desk_options("repository", "contributor");
    o.key_file = NULL;
    struct service *s = desk_open_with(&o);
    assert_int_equal(json_size(json_get(desk_do(s, "dictionary.forms", "{}"), "forms")), 4);
    size_t all = json_size(json_get(desk_do(s, "dictionary.variables", "{}"), "variables"));
    size_t victim =
        json_size(json_get(desk_do(s, "dictionary.variables", "{'form':'victim'}"), "variables"));
    size_t suspect =
        json_size(json_get(desk_do(s, "dictionary.variables", "{'form':'suspect'}"), "variables"));
    size_t proceeding = json_size(
        json_get(desk_do(s, "dictionary.variables", "{'form':'proceeding'}"), "variables"));
    size_t cases =
        json_size(json_get(desk_do(s, "dictionary.variables", "{'form':'case'}"), "variables"));
    assert_int_equal(all, victim + suspect + proceeding + cases);
    assert_true(suspect >= 25);
    (void)desk_refused(s, ERR_USAGE, "call.no_form", "dictionary.variables", "{'form':'witness'}");
    const struct err *e =
        desk_refused(s, ERR_USAGE, "call.no_form", "dictionary.rules", "{'form':'witness'}");
    assert_non_null(strstr(e->remedy, "dcim forms"));
    const struct json *r = desk_do(s, "dictionary.codes", "{'list':'CL_SEX'}");
    assert_string_equal(json_get_text(json_at(json_get(r, "codes"), 0), "code", ""), "F");
    assert_string_equal(json_get_text(json_at(json_get(r, "codes"), 0), "label", ""), "Female");
    (void)desk_refused(s, ERR_USAGE, "call.no_list", "dictionary.codes", "{'list':'CL_NOSUCH'}");
    r = desk_do(s, "dictionary.rules", "{'form':'suspect'}");
    for (size_t i = 0; i < json_size(json_get(r, "rules")); i++) {
        const char *form = json_get_text(json_at(json_get(r, "rules"), i), "form", "-");
        assert_true(form[0] == '\0' || strcmp(form, "suspect") == 0);
    }
    service_close(s);
}

static void dictionary_3_2_packs_are_checked_where_they_lie(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "pack.check", "{'folder':'%s'}", harness_source("data"));
    assert_true(json_get_bool(r, "ok", false));
    assert_string_equal(json_get_text(r, "pack", "-"), "");
    r = desk_do(desk, "pack.check", "{'folder':'%s/'}", harness_source("data/packs/pt"));
    assert_true(json_get_bool(r, "ok", false));
    assert_string_equal(json_get_text(r, "pack", ""), "pt");
    r = desk_do(desk, "pack.check", "{'folder':'%s','pack':'zz'}", harness_source("data"));
    assert_false(json_get_bool(r, "ok", true));
    assert_true(json_get_int(r, "fatal", 0) >= 1);
    (void)desk_refused(desk, ERR_NOT_FOUND, "pack.no_folder", "pack.check", "{'folder':'absent'}");
    assert_int_equal(mkdir("nothing", 0700), 0);
    (void)desk_refused(desk, ERR_USAGE, "pack.not_a_pack", "pack.check", "{'folder':'nothing'}");
    assert_int_equal(rmdir("nothing"), 0);
}

/* Files that the new pack has not, the repository has no more: else it would not be what was
 * recorded. */
static void dictionary_3_3_install_replaces_the_whole_folder(void **state)
{
    (void)state;
    desk_remove("data");
    desk_copy(harness_source("data"), "data");
    assert_int_equal(chmod("data", 0700), 0);
    desk_copy("data/packs/pt", "data/packs/xx");
    assert_int_equal(unlink("data/mappings/ctdc-v6.csv"), 0);
    (void)desk_do(desk, "pack.install", "{'folder':'data/packs/xx'}");
    assert_false(harness_exists("repository/dictionary/mappings/ctdc-v6.csv"));
    assert_false(harness_exists("repository/dictionary/packs/pt"));
    assert_true(harness_exists("repository/dictionary/packs/xx"));
    assert_false(harness_exists("repository/dictionary.new"));
    assert_string_equal(json_get_text(desk_do(desk, "repository.info", "{}"), "pack", ""), "xx");
    assert_int_equal(desk_records(desk, "victim"), 30);
    service_close(desk);
    desk = desk_open("repository", NULL); /* opens: files and record agree */
    assert_int_equal(desk_records(desk, "victim"), 30);
    const struct json *list = json_get(desk_do(desk, "mapping.list", "{}"), "mappings");
    assert_int_equal(json_size(list), 2);
    desk_verify(desk);
}

/* ---- 4 ---- */

static void records_4_1_page_by_page(void **state)
{
    (void)state;
    int64_t after = 0, seen = 0;
    for (int page = 0; page < 5; page++) {
        const struct json *r = desk_do(desk, "record.list", "{'limit':8,'after':%d}", (int)after);
        seen += (int64_t)json_size(json_get(r, "records"));
        after = json_get_int(r, "next", 0);
        if (after == 0) break;
    }
    assert_int_equal(seen, 30);
    assert_int_equal(after, 0);
    const struct json *r = desk_do(desk, "record.list", "{'form':'suspect'}");
    assert_int_equal(json_size(json_get(r, "records")), 0);
    assert_int_equal(json_get_int(r, "next", -1), 0);
}

static void records_4_2_by_code_however_it_is_typed(void **state)
{
    (void)state;
    char code[20], other[20] = "";
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':1}"), "records");
    (void)snprintf(code, sizeof code, "%s", json_get_text(json_at(list, 0), "record", ""));
    for (const char *p = code; *p != '\0'; p++) /* small letters, no dashes */
        if (*p != '-') other[strlen(other)] = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    const struct json *r = desk_do(desk, "record.show", "{'record':'%s'}", other);
    assert_string_equal(json_get_text(json_get(r, "meta"), "record", ""), code);
    struct json *out;
    struct err e;
    static const char *const bad[] = {"0000-0000-0000", "x", "!!!!-!!!!-!!!!",
                                      "ZZZZZZZZZZZZZZZZZZZZ"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(desk_try(&out, desk, &e, "record.show", "{'record':'%s'}", bad[i]));
        assert_int_equal(err_exit_status(e.code), 2);
        assert_false(desk_try(&out, desk, &e, "record.history", "{'record':'%s'}", bad[i]));
        assert_int_equal(err_exit_status(e.code), 2);
    }
    assert_false(desk_try(&out, desk, &e, "record.show", "{'record':'%s','version':9}", code));
    assert_int_equal(err_exit_status(e.code), 2);
}

/* ---- 5 ---- */

static void tables_5_1_what_cannot_be_counted(void **state)
{
    (void)state;
    (void)desk_refused(
        desk, ERR_USAGE, "table.dimensions", "table.raw",
        "{'form':'victim','rows':['sex','age_group'],'columns':['age_legal','citizenship']}");
    const struct err *e = desk_refused(desk, ERR_USAGE, "call.no_variable", "table.raw",
                                       "{'form':'victim','rows':['sexx']}");
    assert_non_null(strstr(e->remedy, "did you mean sex?"));
    e = desk_refused(desk, ERR_USAGE, "call.no_variable", "table.raw",
                     "{'form':'victim','rows':['zzzzzzzz']}");
    assert_non_null(strstr(e->remedy, "dcim variables --form victim"));
    e = desk_refused(desk, ERR_USAGE, "table.filter", "table.raw",
                     "{'form':'victim','rows':['sex'],'where':'${sex} = ('}");
    assert_non_null(strstr(e->msg, "character"));
    struct json *out;
    struct err err;
    /* identifiers are never counted by */
    static const char *const direct[] = {"family_name", "given_names", "birth_date", "phone"};
    for (size_t i = 0; i < sizeof direct / sizeof direct[0]; i++) {
        assert_false(
            desk_try(&out, desk, &err, "table.raw", "{'form':'victim','rows':['%s']}", direct[i]));
        assert_false(desk_try(&out, desk, &err, "table.raw",
                              "{'form':'victim','rows':['sex'],'where':'${%s} != \\u0027x\\u0027'}",
                              direct[i]));
    }
    (void)desk_refused(desk, ERR_DENIED, "table.threshold_too_low", "table.count",
                       "{'form':'victim','rows':['sex'],'threshold':2}");
}

static void tables_5_2_without_variables_or_records(void **state)
{
    (void)state;
    struct json *out;
    struct err e;
    const struct json *t =
        json_get(desk_do(desk, "table.raw", "{'form':'victim','count':'records'}"), "table");
    assert_int_equal(json_as_int(json_at(json_get(t, "count"), 0), -1), 30);
    t = json_get(desk_do(desk, "table.raw",
                         "{'form':'victim','rows':['sex'],'where':'${sex} = \\u0027X\\u0027'}"),
                 "table");
    assert_int_equal(desk_cell(t, "T", NULL), 0);
    /* no suspects: nothing to count, nothing to protect */
    if (desk_try(&out, desk, &e, "table.count", "{'form':'suspect','rows':['sex']}"))
        json_free(out);
    else assert_int_equal(e.code, ERR_DISCLOSURE);
}

/* Fewer persons than the threshold in all: nothing can be shown (exit status 6). */
static void tables_5_3_that_cannot_be_protected(void **state)
{
    (void)state;
    desk_suspects("s.csv", "S", 0, 2);
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    struct json *out;
    struct err e;
    int64_t before = desk_entries(desk, "table");
    assert_false(desk_try(&out, desk, &e, "table.count",
                          "{'form':'suspect','rows':['sex'],'format':'csv','output':'never.csv'}"));
    assert_int_equal(e.code, ERR_DISCLOSURE);
    assert_int_equal(err_exit_status(e.code), 6);
    assert_true(strlen(e.msg) > 10);
    assert_false(harness_exists("never.csv"));
    assert_int_equal(desk_entries(desk, "table"), before);
}

/* ---- 6 ---- */

static void log_6_1_is_listed_from_the_end_or_from_a_number(void **state)
{
    (void)state;
    int64_t all = desk_entries(desk, "");
    assert_true(all >= 4);
    const struct json *list = json_get(desk_do(desk, "audit.list", "{'limit':2}"), "entries");
    assert_int_equal(json_size(list), 2);
    assert_int_equal(json_get_int(json_at(list, 1), "sequence", 0), all);
    list = json_get(desk_do(desk, "audit.list", "{'from':2,'limit':2}"), "entries");
    assert_int_equal(json_get_int(json_at(list, 0), "sequence", 0), 2);
    assert_int_equal(json_get_int(json_at(list, 1), "sequence", 0), 3);
    list = json_get(desk_do(desk, "audit.list", "{'from':100000}"), "entries");
    assert_int_equal(json_size(list), 0);
}

/* S24 */
static void log_6_2_against_a_checkpoint_kept_elsewhere(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "audit.verify", "{}");
    harness_write_text("anchor", json_get_text(r, "checkpoint", ""));
    assert_true(json_get_bool(desk_do(desk, "audit.verify", "{'anchor':'anchor'}"), "ok", false));
    struct json *out;
    struct err e;
    harness_write_text("none", "no checkpoint at all\n");
    if (desk_try(&out, desk, &e, "audit.verify", "{'anchor':'none'}")) {
        assert_false(json_get_bool(out, "ok", true));
        json_free(out);
    }
    assert_false(desk_try(&out, desk, &e, "audit.verify", "{'anchor':'absent'}"));
    /* of another repository */
    desk_make("other");
    struct service *s = desk_open("other", NULL);
    if (desk_try(&out, s, &e, "audit.verify", "{'anchor':'anchor'}")) {
        assert_false(json_get_bool(out, "ok", true));
        json_free(out);
    }
    service_close(s);
}

/* ---- 7 ---- */

/* S97, S98 */
static void backup_7_1_comes_back_whole(void **state)
{
    (void)state;
    (void)unlink("b.dcim");
    desk_remove("restored");
    const struct json *r = desk_do(desk, "backup.make", "{'file':'b.dcim'}");
    assert_int_equal(json_get_int(r, "records", 0), 30);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "backup");
    assert_int_equal(json_get_int(entry, "count", 0), 30);
    (void)desk_do(desk, "backup.verify", "{'file':'b.dcim'}");
    (void)desk_do(desk, "backup.restore", "{'file':'b.dcim','folder':'restored'}");
    struct service_options o = desk_options("restored", NULL);
    o.key_file = "repository.key";
    struct service *s = desk_open_with(&o);
    assert_int_equal(desk_records(s, "victim"), 30);
    /* its own log says that it was restored, and, before, that it was backed up */
    assert_int_equal(desk_entries(s, "restore"), 1);
    assert_int_equal(desk_entries(s, "backup"), 1);
    assert_string_equal(json_get_text(desk_last_entry(s), "actor", ""), "local:test");
    desk_verify(s);
    assert_true(json_get_bool(desk_do(s, "check.run", "{}"), "ok", false));
    /* and goes on: the same file adds nothing */
    r = desk_do(s, "import.run", "{'file':'v.csv'," IMPORT "}");
    assert_int_equal(json_get_int(r, "same", 0), 30);
    service_close(s);
    (void)desk_refused(desk, ERR_USAGE, "backup.exists", "backup.make", "{'file':'b.dcim'}");
}

static void backup_7_2_is_refused_where_it_must(void **state)
{
    (void)state;
    struct json *out;
    struct err e;
    (void)unlink("b.dcim");
    desk_remove("restored");
    (void)desk_do(desk, "backup.make", "{'file':'b.dcim'}");
    size_t n;
    char *bytes = harness_read("b.dcim", &n);
    bytes[n / 2] = (char)(bytes[n / 2] ^ 1);
    harness_write("flipped.dcim", bytes, n);
    harness_write("cut.dcim", bytes, n / 3);
    free(bytes);
    static const char *const bad[] = {"flipped.dcim", "cut.dcim", "absent.dcim", "v.csv"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(desk_try(&out, desk, &e, "backup.verify", "{'file':'%s'}", bad[i]));
        assert_false(desk_try(&out, desk, &e, "backup.restore", "{'file':'%s','folder':'restored'}",
                              bad[i]));
        if (harness_exists("restored")) fail_msg("%s left something", bad[i]);
    }
    assert_false(
        desk_try(&out, desk, &e, "backup.restore", "{'file':'b.dcim','folder':'repository'}"));
    assert_int_equal(desk_records(desk, "victim"), 30);
    /* older than what was kept elsewhere: refused, unless forced */
    (void)desk_do(desk, "organisation.add", "{'code':'NEW','type':'10','name':'n'}");
    harness_write_text("anchor",
                       json_get_text(desk_do(desk, "audit.verify", "{}"), "checkpoint", ""));
    assert_false(desk_try(&out, desk, &e, "backup.restore",
                          "{'file':'b.dcim','folder':'restored','anchor':'anchor'}"));
    assert_false(harness_exists("restored"));
    (void)desk_do(desk, "backup.restore",
                  "{'file':'b.dcim','folder':'restored','anchor':'anchor','force':true}");
    desk_remove("restored");
}

/* ---- 8 ---- */

static void keys_8_1_added_used_removed(void **state)
{
    (void)state;
    (void)unlink("second.key");
    (void)desk_refused(desk, ERR_USAGE, "key.no_file", "key.add", "{'kind':'key-file'}");
    (void)desk_refused(desk, ERR_USAGE, "key.no_passphrase", "key.add", "{'kind':'passphrase'}");
    (void)desk_do(desk, "key.add",
                  "{'kind':'key-file','new_key_file':'second.key','label':'deputy'}");
    const struct json *list = json_get(desk_do(desk, "key.list", "{}"), "slots");
    assert_int_equal(json_size(list), 3);
    assert_string_equal(json_get_text(json_at(list, 2), "label", ""), "deputy");
    assert_false(json_has(json_at(list, 2), "secret"));
    struct service_options o = desk_options("repository", NULL);
    o.key_file = "second.key";
    o.recovery = NULL;
    struct service *s = desk_open_with(&o);
    assert_int_equal(desk_records(s, "victim"), 30);
    /* S14: the slot is gone, and its secret opens nothing */
    (void)desk_do(s, "key.remove", "{'slot':1}");
    service_close(s);
    service_close(desk);
    struct service_options first = desk_options("repository", NULL);
    first.recovery = NULL;
    desk = desk_open_with(&first);
    struct json *out;
    struct err e;
    assert_false(desk_try(&out, desk, &e, "repository.info", "{}"));
    assert_int_equal(e.code, ERR_DENIED);
    s = desk_open_with(&o);
    (void)desk_do(s, "key.remove", "{'slot':2}");
    assert_false(desk_try(&out, s, &e, "key.remove", "{'slot':3}")); /* the last one */
    assert_int_equal(e.code, ERR_CONFLICT);
    desk_verify(s);
    service_close(s);
}

/* ---- 9 ---- */

/* Whoever names a place that is not there is told before anything is done: usage, not a failing
 * system, and no entry of an act that never began. */
static void places_9_1_that_are_not_there(void **state)
{
    (void)state;
    static const struct {
        const char *operation, *parameters;
    } act[] = {
        {"table.raw", "{'form':'victim','rows':['sex'],'output':'absent/t.txt'}"},
        {"table.count", "{'form':'victim','rows':['sex'],'format':'csv','output':'absent/t.csv'}"},
        {"table.count",
         "{'form':'victim','rows':['sex'],'format':'xlsx','output':'absent/t.xlsx'}"},
        {"import.run", "{'file':'v.csv','findings':'absent/f.csv'," IMPORT "}"},
        {"import.check", "{'file':'v.csv','findings':'absent/f.csv'," IMPORT "}"},
        {"backup.make", "{'file':'absent/b.dcim'}"},
        {"backup.restore", "{'file':'v.csv','folder':'absent/a/b'}"},
        {"key.add", "{'kind':'key-file','new_key_file':'absent/k.key'}"},
    };
    for (size_t i = 0; i < sizeof act / sizeof act[0]; i++) {
        const struct err *e = desk_refused(desk, ERR_USAGE, "file.no_place", act[i].operation, "%s",
                                           act[i].parameters);
        assert_non_null(strstr(e->msg, "absent/"));
        assert_non_null(strstr(e->remedy, "make the folder"));
    }
    assert_int_equal(desk_entries(desk, "disclose"), 0);
    assert_int_equal(desk_entries(desk, "backup"), 0);
    assert_int_equal(desk_entries(desk, "key.change"), 0);
    (void)desk_refused(desk, ERR_USAGE, "file.is_folder", "table.raw",
                       "{'form':'victim','rows':['sex'],'output':'repository'}");
    struct service_options o = desk_options("fresh", NULL);
    o.key_file = "absent/k.key";
    desk_remove("fresh");
    struct service *s = desk_open_with(&o);
    (void)desk_refused(s, ERR_USAGE, "file.no_place", "repository.init", "{'pack':'pt'}");
    service_close(s);
    assert_false(harness_exists("fresh"));
    assert_false(harness_exists("absent"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(init_1_1_needs_an_empty_place_and_a_key),
        T(init_1_2_an_unknown_pack_leaves_nothing),
        T(init_1_3_an_existing_empty_folder_is_closed_to_others),
        T(organisations_2_1_types_in_three_ways),
        T(organisations_2_2_have_quotas),
        T(dictionary_3_1_needs_no_key),
        T(dictionary_3_2_packs_are_checked_where_they_lie),
        T(dictionary_3_3_install_replaces_the_whole_folder),
        T(records_4_1_page_by_page),
        T(records_4_2_by_code_however_it_is_typed),
        T(tables_5_1_what_cannot_be_counted),
        T(tables_5_2_without_variables_or_records),
        T(tables_5_3_that_cannot_be_protected),
        T(log_6_1_is_listed_from_the_end_or_from_a_number),
        T(log_6_2_against_a_checkpoint_kept_elsewhere),
        T(backup_7_1_comes_back_whole),
        T(backup_7_2_is_refused_where_it_must),
        T(keys_8_1_added_used_removed),
        T(places_9_1_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
