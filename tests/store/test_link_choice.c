/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/link_choice.c
 *  1 a choice reaches readers of rows: of the chosen record, and of those that were looked at;
 *    snapshots are told; taken back, nothing of it is left
 *  2 of several choices all are there, the newest with the highest number
 *  3 what is refused: a variable of a repeat, an identifier, one of another form or that is none, a
 *    record that is not there, withdrawn, erased or of another form, a long reason; nothing is
 *    written then
 *  4 reasons lie sealed, are opened for lists (S12)
 *  5 erased with the chosen record; only its words go with a record that was looked at (S16)
 *  6 a choice that points to nothing is found by the check
 *  7 only in a write transaction
 *  8 a backup has it */
#include "harness.h"

#include "base/mem.h"
#include "link_data.h"
#include "raw.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store/keyring.h"
#include "store/link_choice.h"
#include "store/store_internal.h"
#include "store_data.h"

#include <string.h>

static struct err e;
static struct arena *arena;
static struct store *st;
static const struct form *victim;
static var_id sex, citizenship;

enum { N = 12 };

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = link_data_make(N / 2);
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
    sex = dictionary_variable(store_data_dictionary(), victim->id, TEXT("sex"))->id;
    citizenship = dictionary_variable(store_data_dictionary(), victim->id, TEXT("citizenship"))->id;
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_rollback(st);
    store_close(st);
    arena_free(arena);
    return 0;
}

static void commit(void)
{
    if (!store_commit(st, &e)) fail_msg("%s", e.msg);
    assert_true(store_begin(st, true, &e));
}

static bool choose(int64_t *no, uint64_t record_no, uint64_t other, var_id v, const char *reason)
{
    const uint64_t over[] = {record_no, other};
    const struct link_choose d = {.record_no = record_no,
                                  .variable = v,
                                  .over = over,
                                  .n_over = 2,
                                  .actor = "ana",
                                  .reason = text_of(reason)};
    return link_choose(no, st, &d, &e);
}

static int64_t chosen(uint64_t record_no, uint64_t other, var_id v, const char *reason)
{
    int64_t no;
    if (!choose(&no, record_no, other, v, reason)) fail_msg("%s: %s", e.id, e.msg);
    return no;
}

static int64_t wrong(void)
{
    int64_t n;
    if (!link_choice_check(&n, st, &e)) fail_msg("%s", e.msg);
    return n;
}

/* What rows say of choices: "record:variable:number:chosen " of each, in the order of rows. */
static const char *marks(void)
{
    static char out[2000];
    struct row_source s;
    struct source_row row;
    bool found;
    out[0] = '\0';
    commit();
    if (!store_row_source(&s, st, victim, 0, 1, &e)) fail_msg("%s", e.msg);
    while (s.next(&s, &row, &found, &e) && found)
        for (size_t i = 0; i < row.n_choice; i++)
            (void)snprintf(out + strlen(out), sizeof out - strlen(out), "%d:%s:%d:%d ",
                           (int)row.record_no,
                           row.choice[i].variable == sex ? "sex" : "citizenship",
                           (int)row.choice[i].choice_no, row.choice[i].chosen);
    s.close(&s);
    return out;
}

static int64_t generation(void)
{
    int64_t out;
    assert_true(store_generation(&out, st, &e));
    return out;
}

static void choice_1_reaches_rows(void **state)
{
    (void)state;
    assert_string_equal(marks(), "");
    int64_t before = generation(), no = chosen(2, 8, sex, "seen on a passport");
    assert_true(generation() > before);
    assert_string_equal(marks(), "2:sex:1:1 8:sex:1:0 ");
    assert_int_equal(wrong(), 0);
    before = generation();
    assert_true(link_unchoose(st, no, "eva", TEXT("another passport"), &e));
    assert_true(generation() > before);
    assert_string_equal(marks(), "");
    assert_int_equal(wrong(), 0);
    assert_false(link_unchoose(st, no, "eva", TEXT("again"), &e));
    assert_string_equal(e.id, "link.withdrawn");
    assert_false(link_unchoose(st, 99, "eva", TEXT("none"), &e));
    assert_string_equal(e.id, "link.choice");
}

static void choice_2_several(void **state)
{
    (void)state;
    struct link_choice *list;
    struct choice_mark *all;
    const uint64_t records[] = {2, 8};
    size_t n;
    int64_t first = chosen(2, 8, sex, "one"), second = chosen(8, 2, sex, "two"),
            third = chosen(2, 8, citizenship, "three");
    assert_true(first < second && second < third);
    assert_string_equal(marks(), "2:sex:1:1 2:sex:2:0 2:citizenship:3:1 8:sex:1:0 8:sex:2:1 "
                                 "8:citizenship:3:0 ");
    assert_true(link_choices_of(&list, &n, st, records, 2, arena, &e));
    assert_int_equal(n, 3);
    assert_int_equal(list[0].choice_no, third);
    assert_int_equal(list[2].choice_no, first);
    assert_string_equal(list[1].variable, "sex");
    assert_int_equal(list[1].record_no, 8);
    assert_string_equal(list[0].variable, "citizenship");
    assert_string_equal(list[1].reason, "two");
    assert_string_equal(list[1].actor, "ana");
    assert_int_equal(list[1].withdrawn_at, 0);
    assert_true(link_choice_marks(&all, &n, st, victim, &e));
    assert_int_equal(n, 6);
    for (size_t i = 1; i < n; i++)
        assert_true(all[i - 1].record_no < all[i].record_no ||
                    all[i - 1].choice.choice_no < all[i].choice.choice_no);
    mem_free(all);
    assert_true(link_unchoose(st, second, "eva", TEXT("no"), &e));
    assert_string_equal(marks(), "2:sex:1:1 2:citizenship:3:1 8:sex:1:0 8:citizenship:3:0 ");
    /* A dictionary that does not know the variable any more leaves the choice out. */
    const struct form *suspect = dictionary_form(store_data_dictionary(), TEXT("suspect"));
    assert_true(link_choice_marks(&all, &n, st, suspect, &e));
    assert_int_equal(n, 0);
    mem_free(all);
}

static void refused(uint64_t record_no, uint64_t other, var_id v, const char *reason,
                    const char *id)
{
    int64_t no;
    assert_false(choose(&no, record_no, other, v, reason));
    assert_string_equal(e.id, id);
    assert_string_equal(marks(), "");
}

static void choice_3_bad_input(void **state)
{
    (void)state;
    const struct dictionary *d = store_data_dictionary();
    const struct form *suspect = dictionary_form(d, TEXT("suspect"));
    static char words[LINK_REASON_MAX + 2];
    memset(words, 'x', sizeof words - 1);
    refused(2, 8, dictionary_variable(d, victim->id, TEXT("form"))->id, "x", "link.variable");
    refused(2, 8, dictionary_variable(d, victim->id, TEXT("family_name"))->id, "x",
            "link.variable");
    for (size_t i = 0; i < d->n_variable; i++)
        if (d->variable[i].form == suspect->id)
            refused(2, 8, d->variable[i].id, "x", "link.variable");
    refused(2, 8, (var_id)d->n_variable, "x", "link.variable");
    refused(2, 999, sex, "x", "record.unknown");
    refused(999, 2, sex, "x", "record.unknown");
    refused(2, 8, sex, words, "link.reason");
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 8), "ana", "asked for", &e));
    refused(2, 8, sex, "x", "link.inactive");
    refused(8, 2, sex, "x", "link.inactive");
}

static const char words[] = "both told of the harbour at Setúbal";

static void choice_4_reasons_are_sealed(void **state) /* S12 */
{
    (void)state;
    struct link_choice *list;
    const uint64_t record = 2;
    size_t n;
    assert_true(link_unchoose(st, chosen(2, 8, sex, words), "eva", text_of(words), &e));
    (void)chosen(2, 8, citizenship, "  ");
    assert_true(link_choices_of(&list, &n, st, &record, 1, arena, &e));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].reason, "");
    assert_string_equal(list[1].reason, words);
    assert_string_equal(list[1].withdraw_reason, words);
    assert_string_equal(list[1].withdrawn_by, "eva");
    assert_true(list[1].withdrawn_at > 0);
    commit();
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM linkage_choice WHERE "
                                     "instr(reason, CAST('harbour' AS BLOB)) > 0 OR "
                                     "instr(withdraw_reason, CAST('harbour' AS BLOB)) > 0"),
                     0);
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM linkage_choice "
                                     "WHERE length(reason) > 60 AND length(withdraw_reason) > 60"),
                     1);
    raw_close(raw);
}

static void choice_5_erased(void **state) /* S16 */
{
    (void)state;
    struct link_choice *list;
    const uint64_t records[] = {2, 8, 3, 9};
    size_t n;
    (void)chosen(2, 8, sex, words);
    (void)chosen(9, 3, sex, words);
    (void)chosen(3, 9, citizenship, words);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 8), "ana", "asked for", &e));
    assert_int_equal(wrong(), 0);
    assert_true(link_choices_of(&list, &n, st, records, 4, arena, &e));
    assert_int_equal(n, 3);
    assert_string_equal(list[2].reason, ""); /* looked at the erased one: it may speak of it */
    assert_string_equal(list[1].reason, words);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 9), "ana", "asked for", &e));
    assert_true(link_choices_of(&list, &n, st, records, 4, arena, &e));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].reason, "");
    assert_int_equal(wrong(), 0);
    assert_string_equal(marks(), "2:sex:1:1 3:citizenship:3:1 ");
    assert_true(link_unchoose(st, list[1].choice_no, "eva", text_of(words), &e));
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 2), "ana", "asked for", &e));
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 3), "ana", "asked for", &e));
    assert_string_equal(marks(), "");
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM linkage_choice"), 0);
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM linkage_choice_over"), 0);
    raw_close(raw);
}

static void choice_6_check(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "UPDATE linkage_choice SET record_no = 999",
        "UPDATE linkage_choice SET record_no = 3", /* was not looked at */
        "UPDATE linkage_choice SET form_no = form_no + 1",
        "UPDATE linkage_choice SET variable = ''",
        "UPDATE linkage_choice_over SET record_no = 999 WHERE record_no = 8",
        "UPDATE linkage_choice_over SET choice_no = 7 WHERE record_no = 8",
        "DELETE FROM linkage_choice",
        "UPDATE record SET state = 3 WHERE record_no = 8"};
    (void)chosen(2, 8, sex, words);
    commit();
    assert_int_equal(wrong(), 0);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        struct raw *raw =
            raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
        commit();
        store_rollback(st);
        raw_run(raw, "PRAGMA foreign_keys = OFF");
        raw_run(raw, "CREATE TEMP TABLE c AS SELECT * FROM linkage_choice;"
                     "CREATE TEMP TABLE o AS SELECT * FROM linkage_choice_over");
        raw_run(raw, "%s", damage[i]);
        assert_true(store_begin(st, true, &e));
        if (wrong() == 0) fail_msg("not found: %s", damage[i]);
        store_rollback(st);
        raw_run(raw, "DELETE FROM linkage_choice_over; DELETE FROM linkage_choice;"
                     "INSERT INTO linkage_choice SELECT * FROM c;"
                     "INSERT INTO linkage_choice_over SELECT * FROM o;"
                     "UPDATE record SET state = 1 WHERE record_no = 8;"
                     "DROP TABLE temp.c; DROP TABLE temp.o");
        raw_close(raw);
        assert_true(store_begin(st, true, &e));
        assert_int_equal(wrong(), 0);
    }
}

static void choice_7_transaction(void **state)
{
    (void)state;
    int64_t no = chosen(2, 8, sex, "x"), other;
    commit();
    store_rollback(st);
    assert_false(choose(&other, 2, 8, sex, "x"));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_unchoose(st, no, "ana", TEXT("x"), &e));
    assert_string_equal(e.id, "store.no_transaction");
}

static void choice_8_backup(void **state)
{
    (void)state;
    struct backup_report made;
    struct store *copy;
    struct link_choice *list;
    const uint64_t record = 2;
    size_t n;
    (void)chosen(2, 8, sex, words);
    assert_true(
        audit_append(st, &(struct audit_event){.action = AUDIT_LINK_CHOOSE, .actor = "local:ana"},
                     NULL, &e));
    assert_true(store_commit(st, &e));
    store_data_remove("copy");
    (void)remove("choice.dcim");
    if (!backup_make(&made, st, "choice.dcim", &e) ||
        !backup_restore(&made, "choice.dcim", "copy", store_data_unlock(), (struct text){NULL, 0},
                        false, &e))
        fail_msg("%s: %s", e.id, e.msg);
    copy = store_data_open("copy", true);
    assert_true(link_choices_of(&list, &n, copy, &record, 1, arena, &e));
    assert_int_equal(n, 1);
    assert_string_equal(list[0].reason, words);
    store_close(copy);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        CASE(choice_1_reaches_rows),       CASE(choice_2_several), CASE(choice_3_bad_input),
        CASE(choice_4_reasons_are_sealed), CASE(choice_5_erased),  CASE(choice_6_check),
        CASE(choice_7_transaction),        CASE(choice_8_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
