/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/quota.c (S74)
 *  1 what is used is counted: imports, changes, undone batches, erased records; the check agrees
 *  2 a limit of records: the import that would pass it leaves nothing, the one that fits goes in
 *  3 a limit of bytes, noticed while rows come and at the end
 *  4 a limit below what is there; none
 *  5 a repository from before quotas: its bytes are counted when it is opened */
#include "harness.h"

#include "base/json.h"
#include "raw.h"
#include "store/check.h"
#include "store/store.h"
#include "store_data.h"
#include "vault.h"

static struct err e;

static struct organisation of(struct store *st, const char *code)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct organisation o;
    if (!store_organisation_find(&o, st, text_of(code), a, &e)) fail_msg("%s", e.msg);
    arena_free(a); /* its numbers stay */
    return o;
}

static void limit(struct store *st, const char *code, int64_t records, int64_t bytes)
{
    if (!store_begin(st, true, &e) ||
        !store_organisation_quota(st, text_of(code), records, bytes, &e) || !store_commit(st, &e))
        fail_msg("%s", e.msg);
}

/* Whether records from..to-1 go in; what does not is refused by the quota and leaves nothing. */
static bool goes_in(struct store *st, int64_t no, int from, int to, int variant, bool dry_run)
{
    struct batch_result r;
    int64_t before, after;
    struct organisation was = of(st, no == 1 ? "GNR" : "NGO"), is;
    assert_true(store_record_count(&before, st, FORM_NONE, &e));
    assert_true(store_begin(st, !dry_run, &e));
    bool ok = store_data_put(&r, st, no, from, to, variant, dry_run, &e);
    if (ok && !dry_run) {
        if (!store_commit(st, &e)) fail_msg("%s", e.msg);
        return true;
    }
    store_rollback(st);
    if (!ok) {
        assert_int_equal(e.code, ERR_LIMIT);
        assert_string_equal(e.id, "organisation.quota");
        assert_non_null(strstr(e.msg, no == 1 ? "GNR" : "NGO"));
        assert_non_null(strstr(e.remedy, "organisation quota"));
    }
    assert_true(store_record_count(&after, st, FORM_NONE, &e));
    assert_int_equal(before, after);
    is = of(st, no == 1 ? "GNR" : "NGO");
    assert_int_equal(is.n_record, was.n_record);
    assert_int_equal(is.n_byte, was.n_byte);
    return ok;
}

static int64_t bytes_there(struct store *st, const char *folder)
{
    char path[100];
    (void)snprintf(path, sizeof path, "%s/database", folder);
    struct raw *raw = raw_open(path, keyring_key(store_keyring(st), KEY_DATABASE));
    int64_t n = raw_number(raw, "SELECT (SELECT sum(length(body)) FROM record_version) + "
                                "(SELECT coalesce(sum(length(body)), 0) FROM identity_body)");
    raw_close(raw);
    return n;
}

static void quota_1_counted(void **state)
{
    (void)state;
    struct store *st = vault_make("counted", 100); /* 100, then 50..124 changed or new */
    struct organisation o = of(st, "GNR");
    int64_t withdrawn, reverted;
    struct record_meta *list;
    struct arena *a = arena_new(ARENA_PLAIN);
    size_t n;
    assert_int_equal(o.n_record, 125);
    assert_int_equal(o.n_byte, bytes_there(st, "counted"));
    assert_true(o.n_byte > 175 * 50); /* 175 versions */
    assert_int_equal(of(st, "NGO").n_byte, 0);

    /* Undone: the versions are still there. Erased: the bodies are not. */
    assert_true(store_begin(st, true, &e));
    assert_true(store_batch_undo(&withdrawn, &reverted, st, 2, "local:ana", "twice", &e));
    assert_true(store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 1, a, &e));
    if (!store_record_erase(st, SCOPE_EVERYTHING, text_of(list[0].code), "local:ana", "period", &e))
        fail_msg("%s", e.msg);
    assert_true(store_commit(st, &e));
    struct organisation later = of(st, "GNR");
    assert_int_equal(later.n_record, 125);
    assert_true(later.n_byte < o.n_byte);
    assert_int_equal(later.n_byte, bytes_there(st, "counted"));

    struct json *j = NULL;
    assert_true(store_check(&j, st, &e));
    assert_true(json_get_bool(j, "ok", false));
    json_free(j);
    struct raw *raw = raw_open("counted/database", keyring_key(store_keyring(st), KEY_DATABASE));
    raw_run(raw, "UPDATE series SET n_byte = n_byte + 1"); /* the check sees a wrong count */
    raw_close(raw);
    assert_true(store_check(&j, st, &e));
    assert_false(json_get_bool(j, "ok", true));
    json_free(j);
    arena_free(a);
    store_close(st);
}

static void quota_2_records(void **state)
{
    (void)state;
    struct store *st = store_data_make("records");
    limit(st, "GNR", 100, 0);
    assert_int_equal(of(st, "GNR").quota_records, 100);
    assert_true(goes_in(st, 1, 0, 60, 1, false));
    assert_false(goes_in(st, 1, 60, 101, 1, false));
    assert_false(goes_in(st, 1, 60, 101, 1, true)); /* a dry run says so too */
    assert_true(goes_in(st, 1, 60, 100, 1, true));
    assert_true(goes_in(st, 1, 0, 100, 2, false)); /* sixty of them are changes */
    assert_false(goes_in(st, 1, 100, 101, 1, false));
    assert_true(goes_in(st, 1, 0, 100, 2, false)); /* the same again adds nothing */
    assert_true(goes_in(st, 2, 0, 500, 1, false)); /* another organisation has none */
    assert_int_equal(of(st, "GNR").n_record, 100);
    store_close(st);
    st = store_data_open("records", false); /* it is kept */
    assert_false(goes_in(st, 1, 100, 101, 1, false));
    store_close(st);
}

static void quota_3_bytes(void **state)
{
    (void)state;
    struct store *st = store_data_make("bytes");
    assert_true(goes_in(st, 2, 0, 200, 1, false));
    int64_t need = of(st, "NGO").n_byte; /* GNR's same rows take the same */
    limit(st, "GNR", 0, need - 1);
    assert_false(goes_in(st, 1, 0, 200, 1, false)); /* by a byte: known at the end */
    limit(st, "GNR", 0, 1000);
    assert_false(goes_in(st, 1, 0, 200, 1, false)); /* long before */
    assert_false(goes_in(st, 1, 0, 200, 1, true));
    limit(st, "GNR", 0, need);
    assert_true(goes_in(st, 1, 0, 200, 1, false));
    assert_int_equal(of(st, "GNR").n_byte, need);
    assert_false(goes_in(st, 1, 0, 1, 2, false)); /* nor a change */
    store_close(st);
}

static void quota_4_below_and_none(void **state)
{
    (void)state;
    struct store *st = store_data_make("below");
    int64_t n;
    assert_true(goes_in(st, 1, 0, 50, 1, false));
    limit(st, "GNR", 10, 0);
    assert_true(store_record_count(&n, st, FORM_NONE, &e));
    assert_int_equal(n, 50);
    assert_false(goes_in(st, 1, 50, 51, 1, false));
    assert_non_null(strstr(e.msg, " 0 more records"));
    limit(st, "GNR", 0, 0);
    assert_true(goes_in(st, 1, 50, 51, 1, false));
    limit(st, "NOBODY", 5, 5); /* changes nothing */
    store_close(st);
}

/* Those that migrations after the third have made. */
static void drop_later_tables(struct raw *raw)
{
    static const char later[] =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%%' AND "
        "name NOT IN ('repository', 'organisation', 'form', 'numbering', 'series', 'batch', "
        "'record', 'record_code', 'record_reference', 'record_version', 'identity_body', "
        "'audit_entry', 'audit_checkpoint', 'log_head', 'erasure') LIMIT 1";
    char name[80] = "", drop[120];
    raw_run(raw, "PRAGMA foreign_keys = OFF");
    raw_run(raw, "DROP VIEW linkage_pair_row; DROP VIEW linkage_decision_row");
    for (size_t n; (n = raw_bytes(raw, name, sizeof name - 1, later)) != 0;) {
        name[n] = '\0';
        (void)snprintf(drop, sizeof drop, "DROP TABLE %s", name);
        raw_run(raw, "%s", drop);
    }
    raw_run(raw, "DROP INDEX record_withdrawn; DROP INDEX record_version_author");
}

static void quota_5_from_before(void **state)
{
    (void)state;
    struct store *st = vault_make("before", 40);
    int64_t used = of(st, "GNR").n_byte;
    struct raw *raw = raw_open("before/database", keyring_key(store_keyring(st), KEY_DATABASE));
    store_close(st);
    drop_later_tables(raw);
    raw_run(raw, "ALTER TABLE organisation DROP COLUMN quota_records;"
                 "ALTER TABLE organisation DROP COLUMN quota_bytes;"
                 "ALTER TABLE series DROP COLUMN n_byte; PRAGMA user_version = 3");
    raw_close(raw);
    st = store_data_open("before", false);
    assert_true(used > 0);
    assert_int_equal(of(st, "GNR").n_byte, used);
    assert_int_equal(of(st, "GNR").quota_bytes, 0);
    store_close(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quota_1_counted),     cmocka_unit_test(quota_2_records),
        cmocka_unit_test(quota_3_bytes),       cmocka_unit_test(quota_4_below_and_none),
        cmocka_unit_test(quota_5_from_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
