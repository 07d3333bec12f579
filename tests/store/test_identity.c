/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/identity.c
 *  1 identifiers are added to the record
 *  2 no purpose, no identifier
 *  3 the entry is there first (S20, S21)
 *  4 what cannot be recorded is not opened (S9)
 *  5 damaged or moved parts (S12) */
#include "harness.h"

#include "base/arena.h"
#include "raw.h"
#include "store/identity.h"
#include "store/store_internal.h"
#include "store_data.h"

static const struct audit_event why = {.action = AUDIT_NONE,
                                       .actor = "local:ana",
                                       .role = "data-manager",
                                       .purpose = "answer a query of the court",
                                       .legal_basis = "LED 8",
                                       .decision = "allow",
                                       .fields = "family_name given_names"};

struct last {
    uint64_t n;
    char action[40], actor[40], purpose[60], object_type[20], object_id[40], decision[20];
    int64_t count;
};

static void keep(char *out, size_t n, struct text t)
{
    (void)snprintf(out, n, "%.*s", (int)t.n, t.p);
}

static bool take_last(void *ctx, const struct audit_entry *a)
{
    struct last *l = ctx;
    l->n++;
    keep(l->action, sizeof l->action, a->action);
    keep(l->actor, sizeof l->actor, a->actor);
    keep(l->purpose, sizeof l->purpose, a->purpose);
    keep(l->object_type, sizeof l->object_type, a->object_type);
    keep(l->object_id, sizeof l->object_id, a->object_id);
    keep(l->decision, sizeof l->decision, a->decision);
    l->count = a->count;
    return true;
}

static struct last last_entry(struct store *st)
{
    struct last l = {.n = 0};
    struct err e;
    if (!audit_each(st, 1, take_last, &l, &e)) fail_msg("%s", e.msg);
    return l;
}

/* Record number i of the import (0 has an identity part, 1 has none). */
static void load(struct record *r, struct record_meta *m, struct store *st, int i, struct arena *a)
{
    struct record_meta *list;
    size_t n;
    struct err e;
    if (!store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, (uint64_t)i, 1, a, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(n, 1);
    if (!store_record_load(r, m, st, SCOPE_EVERYTHING, text_of(list[0].code), 0, a, &e))
        fail_msg("%s", e.msg);
}

static struct text value_of(const struct record *r, const char *name)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    assert_non_null(v);
    const struct value *value = record_get(r, v->id, 0);
    return value->kind == VALUE_TEXT ? value->text : (struct text){"", 0};
}

static struct store *imported(const char *folder)
{
    struct store *st = store_data_make(folder);
    (void)store_data_import(st, 1, 0, 10, 1);
    return st;
}

static void test_1_opens(void **state)
{
    (void)state;
    struct store *st = imported("opens");
    struct arena *a = arena_new(ARENA_WIPE);
    struct record r;
    struct record_meta m;
    struct err e = {0};

    load(&r, &m, st, 0, a);
    assert_true(m.has_identity);
    assert_true(text_is(value_of(&r, "family_name"), ""));
    if (!identity_open(&r, &m, st, &why, &e)) fail_msg("%s", e.msg);
    assert_true(text_is(value_of(&r, "family_name"), "FAMILY-CANARY-0"));
    assert_true(text_is(value_of(&r, "given_names"), "GIVEN-CANARY-0"));
    assert_true(
        text_is(value_of(&r, "note"), "note of variant 1")); /* the coded part is still there */

    load(&r, &m, st, 1, a); /* nothing to open: no error, and its entry */
    assert_false(m.has_identity);
    uint64_t before = last_entry(st).n;
    assert_true(identity_open(&r, &m, st, &why, &e));
    assert_true(text_is(value_of(&r, "family_name"), ""));
    assert_int_equal(last_entry(st).n, before + 1);
    arena_free(a);
    store_close(st);
}

/* S21: consultation without purpose is impossible. */
static void test_2_no_purpose(void **state)
{
    (void)state;
    struct store *st = imported("purpose");
    struct arena *a = arena_new(ARENA_WIPE);
    struct record r;
    struct record_meta m;
    static const char *const none[] = {NULL, "", " ", "\t\n", "\xC2\xA0"};

    load(&r, &m, st, 0, a);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct audit_event ev = why;
        struct err e = {0};
        ev.purpose = none[i];
        assert_false(identity_open(&r, &m, st, &ev, &e));
        assert_int_equal(e.code, ERR_DENIED);
        assert_string_equal(e.id, "identity.no_purpose");
        assert_true(text_is(value_of(&r, "family_name"), ""));
    }
    arena_free(a);
    store_close(st);
}

static void test_3_entry(void **state)
{
    (void)state;
    struct store *st = imported("entry");
    struct arena *a = arena_new(ARENA_WIPE);
    struct record r;
    struct record_meta m;
    struct audit_report report;
    char object[40];

    load(&r, &m, st, 0, a);
    assert_true(identity_open(&r, &m, st, &why, NULL));
    assert_false(backend_in_transaction(store_backend(st)));
    struct last l = last_entry(st);
    assert_string_equal(l.action, "identity.read");
    assert_string_equal(l.actor, "local:ana");
    assert_string_equal(l.purpose, "answer a query of the court");
    assert_string_equal(l.object_type, "record");
    (void)snprintf(object, sizeof object, "%s/1", m.code);
    assert_string_equal(l.object_id, object);
    assert_int_equal(l.count, 1);
    assert_true(audit_verify(&report, st, (struct text){NULL, 0}, NULL));
    assert_int_equal(report.first_bad, 0);

    /* Seen by a second connection at once: it is committed. */
    struct store *other = store_data_open("entry", true);
    assert_int_equal(last_entry(other).n, l.n);
    store_close(other);

    /* Inside of another act it cannot be committed first, so nothing is opened. */
    struct err e = {0};
    load(&r, &m, st, 0, a);
    assert_true(store_begin(st, true, NULL));
    assert_false(identity_open(&r, &m, st, &why, &e));
    assert_string_equal(e.id, "identity.transaction");
    store_rollback(st);
    assert_true(text_is(value_of(&r, "family_name"), ""));
    arena_free(a);
    store_close(st);
}

static void test_4_not_recorded_not_opened(void **state)
{
    (void)state;
    struct store *st = imported("recorded");
    struct arena *a = arena_new(ARENA_WIPE);
    struct record r;
    struct record_meta m;
    struct err e = {0};

    /* The repository open for reading only. */
    assert_true(store_begin(st, true, NULL));
    assert_true(audit_append(st, &(struct audit_event){.action = AUDIT_INIT}, NULL, NULL));
    assert_true(store_commit(st, NULL));
    store_close(st);
    st = store_data_open("recorded", true);
    load(&r, &m, st, 0, a);
    assert_false(identity_open(&r, &m, st, &why, &e));
    assert_true(text_is(value_of(&r, "family_name"), ""));
    store_close(st);

    /* A log that cannot be continued: its head was changed. */
    st = store_data_open("recorded", false);
    struct raw *raw = raw_open("recorded/database", keyring_key(store_keyring(st), KEY_DATABASE));
    raw_drop_triggers(raw);
    raw_run(raw, "UPDATE log_head SET mac = randomblob(32)");
    raw_close(raw);
    load(&r, &m, st, 0, a);
    assert_false(identity_open(&r, &m, st, &why, &e));
    assert_string_equal(e.id, "audit.damaged");
    assert_true(text_is(value_of(&r, "family_name"), ""));
    store_close(st);

    /* An event that is no entry. */
    st = imported("recorded");
    struct audit_event ev = why;
    ev.actor = "\xff";
    load(&r, &m, st, 0, a);
    assert_false(identity_open(&r, &m, st, &ev, &e));
    assert_string_equal(e.id, "audit.text");
    assert_true(text_is(value_of(&r, "family_name"), ""));
    arena_free(a);
    store_close(st);
}

/* S12: a part moved to another record, or changed, does not open, and what was there of the record
 * goes too. */
static void test_5_damaged(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "UPDATE identity_body SET body = (SELECT body FROM identity_body WHERE version_id = 4*65536+1)"
        " WHERE version_id = 65536+1",
        "UPDATE identity_body SET (wrapped_key, body) = (SELECT wrapped_key, body FROM identity_body"
        " WHERE version_id = 4*65536+1) WHERE version_id = 65536+1",
        "UPDATE identity_body SET wrapped_key = (SELECT wrapped_key FROM record WHERE record_no = 1)"
        " WHERE version_id = 65536+1",
        "UPDATE identity_body SET body = randomblob(length(body)) WHERE version_id = 65536+1",
        "UPDATE identity_body SET body = x'' WHERE version_id = 65536+1",
        "UPDATE identity_body SET wrapped_key = x'01' WHERE version_id = 65536+1"};

    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        struct store *st = imported("damaged");
        struct arena *a = arena_new(ARENA_WIPE);
        struct record r;
        struct record_meta m;
        struct err e = {0};
        struct raw *raw =
            raw_open("damaged/database", keyring_key(store_keyring(st), KEY_DATABASE));
        raw_run(raw, "%s", damage[i]);
        raw_close(raw);
        load(&r, &m, st, 0, a);
        uint64_t before = last_entry(st).n;
        assert_false(identity_open(&r, &m, st, &why, &e));
        assert_int_equal(e.code, ERR_STORE);
        assert_string_equal(e.id, "envelope.damaged");
        assert_null(strstr(e.msg, "CANARY"));
        assert_true(text_is(value_of(&r, "family_name"), ""));
        assert_int_equal(last_entry(st).n, before + 1); /* the attempt is on record */
        arena_free(a);
        store_close(st);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_opens),   cmocka_unit_test(test_2_no_purpose),
        cmocka_unit_test(test_3_entry),   cmocka_unit_test(test_4_not_recorded_not_opened),
        cmocka_unit_test(test_5_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
