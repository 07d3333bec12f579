/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/audit.c
 *  1 entries are kept as given
 *  2 going through them
 *  3 one transaction with the act (S20)
 *  4 fails closed (S9)
 *  5 checkpoints fall due (S23)
 *  6 the clock is put back (S87)
 *  7 two processes
 *  8 refused statements (S22) */
#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/date.h"
#include "ledger.h"
#include "raw.h"
#include "store/store.h"
#include "store_data.h"

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return setenv("DCIM_INSECURE_KDF", "1", 1);
}

struct seen {
    uint64_t n, first, stop_after;
    char action[10][40], object[10][40];
    uint8_t hash[10][32], previous[10][32];
    int64_t at[10], count[10];
    uint64_t monotone_ms[10];
};

static bool see(void *ctx, const struct audit_entry *a)
{
    struct seen *s = ctx;
    if (s->n == 0) s->first = a->sequence;
    assert_int_equal(a->sequence, s->first + s->n);
    uint64_t i = s->n++ % 10;
    (void)snprintf(s->action[i], 40, "%.*s", (int)a->action.n, a->action.p);
    (void)snprintf(s->object[i], 40, "%.*s", (int)a->object_id.n, a->object_id.p);
    memcpy(s->hash[i], a->hash, 32);
    memcpy(s->previous[i], a->previous, 32);
    s->at[i] = a->at;
    s->count[i] = a->count;
    s->monotone_ms[i] = a->monotone_ms;
    return s->n != s->stop_after;
}

static void append(struct store *st, enum audit_action action, const char *object, int64_t count)
{
    struct err e;
    uint64_t sequence;
    const struct audit_event ev = {.action = action,
                                   .actor = "local:ana",
                                   .object_type = "table",
                                   .object_id = object,
                                   .count = count};
    if (!audit_append(st, &ev, &sequence, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(sequence > 0);
}

static uint64_t entries(struct store *st)
{
    struct seen s = {.n = 0};
    assert_true(audit_each(st, 1, see, &s, NULL));
    return s.n;
}

static void holds(struct store *st, uint64_t n)
{
    struct audit_report r;
    struct err e;
    if (!audit_verify(&r, st, (struct text){NULL, 0}, &e)) fail_msg("%s", e.msg);
    if (r.first_bad != 0) fail_msg("%s", r.problem);
    assert_int_equal(r.n_entry, n);
}

static void test_1_kept(void **state)
{
    (void)state;
    struct store *st = store_data_make("kept");
    struct seen s = {.n = 0};
    static const uint8_t zero[32];
    int64_t before = instant_now();

    assert_true(store_begin(st, true, NULL));
    append(st, AUDIT_INIT, "a", 1);
    append(st, AUDIT_TABLE, "b", -2);
    append(st, AUDIT_DISCLOSE, "ç", INT64_MAX);
    assert_true(store_commit(st, NULL));
    assert_true(audit_each(st, 1, see, &s, NULL));
    assert_int_equal(s.n, 3);
    assert_string_equal(s.action[0], "repository.init");
    assert_string_equal(s.action[2], "disclose");
    assert_string_equal(s.object[2], "ç");
    assert_int_equal(s.count[1], -2);
    assert_int_equal(s.count[2], INT64_MAX);
    assert_memory_equal(s.previous[0], zero, 32);
    assert_memory_equal(s.previous[1], s.hash[0], 32);
    assert_memory_equal(s.previous[2], s.hash[1], 32);
    assert_in_range(s.at[0], before, instant_now());
    assert_true(s.monotone_ms[0] > 0 && s.monotone_ms[0] <= s.monotone_ms[2]);
    holds(st, 3);
    store_close(st);
}

static void test_2_each(void **state)
{
    (void)state;
    struct store *st = store_data_make("each");
    struct seen s = {.n = 0};

    assert_true(audit_each(st, 1, see, &s, NULL));
    assert_int_equal(s.n, 0);
    assert_true(store_begin(st, true, NULL));
    for (int i = 1; i <= 8; i++) append(st, AUDIT_TABLE, "x", i);
    assert_true(store_commit(st, NULL));
    assert_true(audit_each(st, 0, see, &s, NULL)); /* from the beginning */
    assert_int_equal(s.n, 8);
    struct seen from_5 = {.n = 0, .stop_after = 3};
    assert_true(audit_each(st, 5, see, &from_5, NULL));
    assert_int_equal(from_5.first, 5);
    assert_int_equal(from_5.n, 3); /* stopped */
    assert_memory_equal(from_5.previous[0], s.hash[3], 32);
    struct seen past = {.n = 0};
    assert_true(audit_each(st, 9, see, &past, NULL));
    assert_true(audit_each(st, UINT64_MAX, see, &past, NULL));
    assert_int_equal(past.n, 0);
    store_close(st);
}

/* S20: the act without its entry, or the entry without its act, never. */
static void test_3_one_transaction(void **state)
{
    (void)state;
    struct store *st = store_data_make("transaction");
    struct organisation o;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct err e;
    int64_t no;

    assert_true(store_begin(st, true, &e));
    assert_true(
        store_organisation_add(&no, st, TEXT("PJ"), TEXT("10"), TEXT("Polícia Judiciária"), &e));
    append(st, AUDIT_ORGANISATION, "PJ", 1);
    store_rollback(st);
    assert_int_equal(entries(st), 0);
    assert_false(store_organisation_find(&o, st, TEXT("PJ"), a, &e));

    assert_true(store_begin(st, true, &e));
    append(st, AUDIT_INIT, "1", 1);
    assert_true(store_commit(st, &e));
    assert_true(store_begin(st, true, &e));
    assert_true(
        store_organisation_add(&no, st, TEXT("PJ"), TEXT("10"), TEXT("Polícia Judiciária"), &e));
    append(st, AUDIT_ORGANISATION, "PJ", 1);
    store_close(st); /* the program ends before the commit */
    st = store_data_open("transaction", false);
    assert_int_equal(entries(st), 1);
    assert_false(store_organisation_find(&o, st, TEXT("PJ"), a, &e));
    holds(st, 1);
    assert_true(store_begin(st, true, &e));
    append(st, AUDIT_TABLE, "2", 1);
    assert_true(store_commit(st, &e));
    holds(st, 2);
    arena_free(a);
    store_close(st);
}

static void appends_not(struct store *st, const struct audit_event *ev, const char *id)
{
    struct err e = {0};
    uint64_t sequence = 77;
    assert_true(store_begin(st, true, &e));
    assert_false(audit_append(st, ev, &sequence, &e));
    assert_string_equal(e.id, id);
    store_rollback(st);
}

/* S9: whatever is wrong with the log, the act that needs an entry fails. */
static void test_4_fails_closed(void **state)
{
    (void)state;
    static const struct {
        const char *damage, *id;
    } cases[] = {{"UPDATE log_head SET mac = zeroblob(32)", "audit.damaged"},
                 {"UPDATE log_head SET mac = x''", "audit.damaged"},
                 {"UPDATE log_head SET frontier = x''", "audit.damaged"},
                 {"UPDATE log_head SET sequence = 1", "audit.damaged"},
                 {"UPDATE log_head SET hash = x'00'", "audit.damaged"},
                 {"DELETE FROM log_head", "audit.damaged"},
                 {"DELETE FROM audit_entry WHERE sequence = 2", "audit.damaged"},
                 {"DELETE FROM audit_entry", "audit.damaged"},
                 {"UPDATE audit_entry SET hash = zeroblob(32) WHERE sequence = 2", "audit.damaged"},
                 {"DROP TABLE log_head", "store.sqlite"},
                 {"DROP TABLE audit_entry", "store.sqlite"}};
    const struct audit_event ev = {.action = AUDIT_TABLE};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct store *st = store_data_make("closed");
        assert_true(store_begin(st, true, NULL));
        append(st, AUDIT_INIT, "1", 1);
        append(st, AUDIT_TABLE, "2", 1);
        assert_true(store_commit(st, NULL));
        struct raw *r = raw_open("closed/database", keyring_key(store_keyring(st), KEY_DATABASE));
        raw_drop_triggers(r);
        raw_run(r, "%s", cases[i].damage);
        raw_close(r);
        appends_not(st, &ev, cases[i].id);
        store_close(st);
    }
    struct store *st = store_data_make("closed");
    appends_not(st, &(struct audit_event){.action = AUDIT_TABLE, .purpose = "\xc3"}, "audit.text");
    assert_true(store_begin(st, false, NULL)); /* a reading transaction takes no entry */
    assert_false(audit_append(st, &ev, NULL, NULL));
    store_rollback(st);
    assert_int_equal(entries(st), 0);
    store_close(st);
}

static int64_t checkpoints(const struct audit_log *l)
{
    int64_t n = 0;
    struct query q;
    (void)query_begin(&q, l->backend, SQL_CHECK_COUNTS);
    if (query_next(&q)) n = query_int(&q, 5);
    assert_true(query_end(&q, NULL));
    return n;
}

static void append_at(const struct audit_log *l, int64_t at)
{
    assert_true(backend_begin(l->backend, true, NULL));
    assert_true(
        audit_log_append_at(l, &(struct audit_event){.action = AUDIT_TABLE}, at, NULL, NULL));
    assert_true(backend_commit(l->backend, NULL));
}

/* Every 1,000 entries, and a day after the last; not before either. */
static void test_5_checkpoints(void **state)
{
    (void)state;
    struct audit_log l;
    struct audit_report r;
    const int64_t t = 1800000000;

    ledger_make(&l, "due");
    append_at(&l, t);
    assert_int_equal(checkpoints(&l), 1);
    append_at(&l, t + 86399);
    assert_int_equal(checkpoints(&l), 1);
    append_at(&l, t + 86400);
    assert_int_equal(checkpoints(&l), 2);
    append_at(&l, t + 86400 + 86399);
    assert_int_equal(checkpoints(&l), 2);
    append_at(&l, t + 86400 + 86400);
    assert_int_equal(checkpoints(&l), 3); /* at 5 */
    assert_true(backend_begin(l.backend, true, NULL));
    for (int i = 6; i <= 1004; i++)
        assert_true(audit_log_append_at(&l, &(struct audit_event){.action = AUDIT_TABLE},
                                        t + 2 * 86400, NULL, NULL));
    assert_int_equal(checkpoints(&l), 3);
    assert_true(audit_log_append_at(&l, &(struct audit_event){.action = AUDIT_TABLE}, t + 2 * 86400,
                                    NULL, NULL));
    assert_int_equal(checkpoints(&l), 4); /* at 1005 */
    assert_true(backend_commit(l.backend, NULL));
    assert_true(audit_log_verify(&r, &l, (struct text){NULL, 0}, NULL));
    assert_int_equal(r.first_bad, 0);
    assert_int_equal(r.n_checkpoint, 4);
    ledger_close(&l);
}

/* S87: ten years back or forth, the entry is written, the order kept; going back leaves an entry of
 * its own. */
static void test_6_clock(void **state)
{
    (void)state;
    struct audit_log l;
    struct audit_report r;
    struct query q;
    const int64_t t = 1800000000, ten_years = 3652LL * 86400;
    static const char *const expected[] = {"table", "table", "table", "clock", "table",
                                           "table", "table", "clock", "table"};

    ledger_make(&l, "clock");
    append_at(&l, t);
    append_at(&l, t - 5); /* what a time server takes back */
    append_at(&l, t + ten_years);
    append_at(&l, t);     /* back: two entries */
    append_at(&l, t + 1); /* on from there: no more of them */
    append_at(&l, t + 2);
    append_at(&l, t + 2 - 6);
    (void)query_begin(&q, l.backend, SQL_AUDIT_ENTRIES);
    query_set_int(&q, 0, 1);
    size_t i = 0;
    while (query_next(&q)) {
        struct audit_entry a = {.sequence = 0};
        assert_true(audit_entry_read(&a, query_blob(&q, 3)));
        assert_true(i < 9);
        assert_true(text_is(a.action, expected[i]));
        if (i == 3) {
            assert_int_equal(a.count, ten_years); /* seconds */
            assert_int_equal(a.at, t);
        }
        if (i == 7) assert_int_equal(a.count, 6);
        i++;
    }
    assert_true(query_end(&q, NULL));
    assert_int_equal(i, 9);
    assert_true(audit_log_verify(&r, &l, (struct text){NULL, 0}, NULL));
    assert_int_equal(r.first_bad, 0);
    ledger_close(&l);
}

/* Two processes that write in turn continue one chain. */
static void test_7_two_processes(void **state)
{
    (void)state;
    enum { EACH = 60 };
    store_close(store_data_make("two"));
    pid_t child[2];
    for (int c = 0; c < 2; c++) {
        child[c] = fork();
        assert_true(child[c] >= 0);
        if (child[c] > 0) continue;
        struct store *st = NULL;
        bool ok = store_open(&st, "two", store_data_unlock(), false, NULL);
        for (int i = 0; i < EACH && ok; i++)
            ok = store_begin(st, true, NULL) &&
                 audit_append(st, &(struct audit_event){.action = AUDIT_TABLE, .count = c}, NULL,
                              NULL) &&
                 store_commit(st, NULL);
        store_close(st);
        _exit(ok ? 0 : 1);
    }
    for (int c = 0; c < 2; c++) {
        int status = -1;
        assert_int_equal(waitpid(child[c], &status, 0), child[c]);
        assert_int_equal(status, 0);
    }
    struct store *st = store_data_open("two", false);
    holds(st, 2 * EACH);
    store_close(st);
}

/* S22: even a statement that got into the list by mistake does not change or delete an entry. The
 * triggers, past the authorizer of our own connections (tests of sqlite.c have that one). */
static void test_8_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "UPDATE audit_entry SET at = 0",
        "DELETE FROM audit_entry",
        "UPDATE audit_checkpoint SET at = 0",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM log_head",
        "UPDATE log_head SET sequence = sequence - 1",
        "UPDATE log_head SET checkpoint_at = 0",
        "REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE sequence = 1",
        ("INSERT OR REPLACE INTO audit_entry SELECT 1, 0, 0, body, hash FROM audit_entry WHERE "
         "sequence = 2"),
        "INSERT INTO audit_entry SELECT 9, 0, 0, body, hash FROM audit_entry WHERE sequence = 2",
        "INSERT INTO audit_entry SELECT 0, 0, 0, body, hash FROM audit_entry WHERE sequence = 2",
        "REPLACE INTO audit_checkpoint SELECT * FROM audit_checkpoint",
        "INSERT INTO log_head SELECT 2, 9, 0, 0, hash, frontier, 0, 0, mac FROM log_head"};
    struct store *st = store_data_make("refused");
    assert_true(store_begin(st, true, NULL));
    append(st, AUDIT_INIT, "1", 1);
    append(st, AUDIT_TABLE, "2", 1);
    assert_true(store_commit(st, NULL));
    struct raw *r = raw_open("refused/database", keyring_key(store_keyring(st), KEY_DATABASE));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (raw_try(r, refused[i])) fail_msg("was not refused: %s", refused[i]);
    raw_close(r);
    holds(st, 2);
    store_close(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_kept),
        cmocka_unit_test(test_2_each),
        cmocka_unit_test(test_3_one_transaction),
        cmocka_unit_test(test_4_fails_closed),
        cmocka_unit_test(test_5_checkpoints),
        cmocka_unit_test(test_6_clock),
        cmocka_unit_test(test_7_two_processes),
        cmocka_unit_test(test_8_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
