/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_session.c and signing.c: signing in and out
 *  1 setup: the first administrator comes in with the server's code, once (S8)
 *  2 sign in with password and second factor; the token is another one at each step (S37)
 *  3 what is refused looks the same, and takes the same time (S43)
 *  4 throttles: per account and per network, kept over restarts, known networks apart (S42)
 *  5 the log: who came in and who did not, with session and network (S20, S21)
 *  6 no password, code, session or token is written anywhere (S15)
 *  7 stretched anew when the cost has grown (S41)
 */
#include "harness.h"

#include "people.h"

#include "service/service_internal.h"

#include <stdlib.h>
#include <time.h>

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static struct person nobody = {.account = "nobody", .role = "analyst"};

/* ---- 1 ---- */

static void setup_1_1_the_first_administrator(void **state)
{
    (void)state;
    struct person p = {.account = "ana", .role = "administrator"};
    char code[40];
    assert_true(json_get_bool(person_do(&nobody, desk, "setup.state", "{}"), "needed", false));
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(desk_do(desk, "setup.code", "{}"), "code", ""));
    assert_int_equal(strlen(code), 29);
    (void)person_refused(&nobody, desk, ERR_DENIED, "session.refused", "setup.finish",
                         "{'account':'ana','code':'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA','name':'Ana R.',"
                         "'password':'violet trombone'}");
    (void)person_refused(&nobody, desk, ERR_USAGE, "account.password", "setup.finish",
                         "{'account':'ana','code':'%s','name':'Ana R.','password':'short'}", code);
    const struct json *r = person_do(&p, desk, "setup.finish",
                                     "{'account':'ana','code':'%s','name':'Ana R.','password':"
                                     "'violet trombone'}",
                                     code);
    assert_string_equal(json_get_text(r, "state", ""), "enrol");
    assert_false(json_get_bool(person_do(&nobody, desk, "setup.state", "{}"), "needed", true));
    (void)person_refused(&nobody, desk, ERR_CONFLICT, "setup.done", "setup.finish",
                         "{'account':'eva','code':'%s','name':'Eva','password':'violet trombone'}",
                         code);
    (void)desk_refused(desk, ERR_CONFLICT, "setup.done", "setup.code", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.enrol_wanted", "account.list", "{}");
    r = person_do(&p, desk, "session.info", "{}");
    assert_string_equal(json_get_text(r, "account", ""), "ana");
    assert_string_equal(json_get_text(r, "state", ""), "enrol");
    assert_int_equal(json_size(json_get(r, "capabilities")), 0);
    desk_verify(desk);
}

/* ---- 2 ---- */

static void open_2_1_password_and_factor(void **state)
{
    (void)state;
    struct person p = {.account = "marta", .role = "contributor", .organisation = "GNR"};
    char half[PEOPLE_TOKEN];
    person_make(&p, desk);
    (void)person_do(&p, desk, "session.close", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.none", "session.info", "{}");
    const struct json *r = person_do(&p, desk, "session.open",
                                     "{'account':'MARTA','password':'%s'}", p.password);
    assert_string_equal(json_get_text(r, "state", ""), "second");
    (void)snprintf(half, sizeof half, "%s", p.session);
    (void)person_refused(&p, desk, ERR_DENIED, "session.second_wanted", "record.list", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.second_wanted", "factor.begin", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'code':'12345'}");
    r = person_do(&p, desk, "session.second", "{'code':'%s'}", person_code(&p, desk));
    assert_string_equal(json_get_text(r, "state", ""), "open");
    assert_string_not_equal(half, p.session);
    r = person_do(&p, desk, "session.info", "{}");
    assert_string_equal(json_get_text(r, "organisation", ""), "GNR");
    assert_true(json_get_bool(r, "fresh", false));
    (void)person_do(&p, desk, "record.list", "{}");
    (void)snprintf(p.session, sizeof p.session, "%s", half);
    (void)person_refused(&p, desk, ERR_DENIED, "session.none", "session.info", "{}");
    desk_verify(desk);
}


/* ---- 3 ---- */

static double seconds_of(const char *account, const char *password)
{
    struct timespec a, b;
    struct json *out;
    struct err e;
    (void)clock_gettime(CLOCK_MONOTONIC, &a);
    assert_false(people_try(&out, desk, NULL, "198.51.100.0", &e, "session.open",
                            "{'account':'%s','password':'%s'}", account, password));
    (void)clock_gettime(CLOCK_MONOTONIC, &b);
    assert_string_equal(e.id, "session.refused");
    return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_size);
    return v[n / 2];
}

static void refused_3_1_looks_the_same(void **state)
{
    (void)state;
    struct person known = {.account = "known", .role = "analyst"},
                  disabled = {.account = "disabled", .role = "analyst"};
    person_make(&known, desk);
    person_make(&disabled, desk);
    (void)desk_do(desk, "account.change", "{'account':'disabled','state':'disabled'}");
    (void)desk_do(desk, "account.add", "{'account':'invited','name':'I','role':'analyst'}");
    const struct {
        const char *account, *password;
    } tries[] = {{"unknown", "wrong"}, {"known", "wrong"},   {"disabled", disabled.password},
                 {"invited", "wrong"}, {"disabled", "wrong"}};
    struct err first = {0}, e;
    struct json *out;
    for (size_t i = 0; i < 5; i++) {
        assert_false(people_try(&out, desk, NULL, "203.0.113.0", &e, "session.open",
                                "{'account':'%s','password':'%s'}", tries[i].account,
                                tries[i].password));
        if (i == 0) first = e;
        assert_int_equal(e.code, first.code);
        assert_string_equal(e.id, first.id);
        assert_string_equal(e.msg, first.msg);
        assert_string_equal(e.detail, first.detail);
        assert_string_equal(e.remedy, first.remedy);
    }
    /* The same of activation. */
    for (size_t i = 0; i < 4; i++) {
        assert_false(people_try(&out, desk, NULL, "203.0.113.0", &e, "account.activate",
                                "{'account':'%s','code':'AAAA','password':'violet trombone'}",
                                tries[i].account));
        assert_string_equal(e.msg, first.msg);
        assert_string_equal(e.id, first.id);
    }
}

/* Known, unknown and locked ones in turn, so that whatever else the machine does meets all three. */
static void refused_3_2_takes_the_same_time(void **state)
{
    (void)state;
    enum { SAMPLES = 200, KINDS = 3 };
    static const char *const account[KINDS] = {"known", "unknown", "locked"};
    static double took[KINDS][SAMPLES];
    struct person known = {.account = "known", .role = "analyst"},
                  locked = {.account = "locked", .role = "analyst"};
    if (harness_sanitized()) skip();
    person_make(&known, desk);
    person_make(&locked, desk);
    for (int i = 0; i < 101; i++) { /* until the account is locked for good */
        people_wait(desk, 3600);
        (void)seconds_of("locked", "wrong");
    }
    for (int i = 0; i < SAMPLES; i++) {
        if (i % 3 == 0) people_wait(desk, 3600);
        for (int k = 0; k < KINDS; k++)
            took[(i + k) % KINDS][i] = seconds_of(account[(i + k) % KINDS], "wrong");
    }
    double m[KINDS];
    for (int k = 0; k < KINDS; k++) m[k] = median(took[k], SAMPLES);
    for (int k = 1; k < KINDS; k++)
        print_message("%s: %.2f ms, %s: %.2f ms, %+.1f %%\n", account[0], m[0] * 1e3, account[k],
                      m[k] * 1e3, 100 * (m[k] - m[0]) / m[0]);
    for (int k = 1; k < KINDS; k++) assert_true(m[k] > m[0] * 0.95 && m[k] < m[0] * 1.05);
}

/* ---- 4 ---- */

static bool let_in(struct person *p, const char *password, const char *source)
{
    struct json *out;
    struct err e;
    bool ok = people_try(&out, desk, NULL, source, &e, "session.open",
                         "{'account':'%s','password':'%s'}", p->account, password);
    if (!ok) assert_string_equal(e.id, "session.refused");
    json_free(out);
    return ok;
}

static void throttle_4_1_an_account(void **state)
{
    (void)state;
    struct person p = {.account = "victim.of.guessing", .role = "analyst"},
                  other = {.account = "other", .role = "analyst"};
    person_make(&p, desk); /* from 192.0.2.0, known from here on */
    person_make(&other, desk);
    for (int i = 0; i < 5; i++) assert_false(let_in(&p, "wrong", "198.51.100.0"));
    people_wait(desk, 2);
    assert_true(let_in(&p, p.password, "198.51.100.0"));
    /* The right one took the failures back. */
    for (int i = 0; i < 5; i++) assert_false(let_in(&p, "wrong", "203.0.113.0"));
    for (int i = 0; i < 7; i++) { /* 1, 2, 4 ... 64 s; tried when there is time for a slow machine */
        if (i >= 5) people_wait(desk, (1 << i) - 20);
        if (i >= 5) assert_false(let_in(&p, p.password, "203.0.113.0"));
        people_wait(desk, i >= 5 ? 21 : (1 << i) + 1);
        assert_false(let_in(&p, "wrong", "203.0.113.0"));
    }
    /* Kept over a restart; its owner comes in from where they always do; others do not notice. */
    int64_t ahead = desk->clock_ahead;
    service_close(desk);
    desk = desk_open("repository", NULL);
    desk->clock_ahead = ahead;
    assert_false(let_in(&p, p.password, "203.0.113.0"));
    assert_true(let_in(&p, p.password, "192.0.2.0"));
    assert_true(let_in(&other, other.password, "192.0.2.0"));
}

static void throttle_4_2_locked_after_a_hundred(void **state)
{
    (void)state;
    struct person p = {.account = "guessed", .role = "analyst"};
    person_make(&p, desk);
    for (int i = 0; i < 100; i++) {
        people_wait(desk, 3600);
        assert_false(let_in(&p, "wrong", "198.51.100.0"));
    }
    people_wait(desk, 30 * 86400);
    assert_false(let_in(&p, p.password, "198.51.100.0")); /* locked */
    const char *code = json_get_text(desk_do(desk, "account.reset", "{'account':'guessed'}"), "code", "");
    (void)person_do(&p, desk, "account.activate",
                    "{'account':'guessed','code':'%s','password':'%s'}", code, p.password);
    assert_true(let_in(&p, p.password, "192.0.2.0"));
}

static void throttle_4_3_a_network_that_sprays(void **state)
{
    (void)state;
    struct person p = {.account = "here", .role = "analyst"};
    char name[20];
    person_make(&p, desk);
    for (int i = 0; i < 21; i++) {
        struct person q = {.account = name, .role = "analyst"};
        (void)snprintf(name, sizeof name, "n%d", i);
        assert_false(let_in(&q, "password1234567", "198.51.100.0"));
    }
    assert_false(let_in(&p, p.password, "198.51.100.0"));
    assert_true(let_in(&p, p.password, "192.0.2.0"));
    people_wait(desk, 3601);
    assert_true(let_in(&p, p.password, "198.51.100.0"));
}

/* ---- 5 ---- */

static void log_5_1_who_came_in(void **state)
{
    (void)state;
    struct person p = {.account = "logged", .role = "analyst", .source = "192.0.2.0"};
    person_make(&p, desk);
    assert_false(let_in(&p, "wrong", "198.51.100.0"));
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "session.open");
    assert_string_equal(json_get_text(entry, "decision", ""), "deny");
    assert_string_equal(json_get_text(entry, "actor", ""), "logged");
    assert_string_equal(json_get_text(entry, "source", ""), "198.51.100.0");
    assert_string_equal(json_get_text(entry, "session", ""), "");
    struct person nobody_here = {.account = "violet trombone"}; /* typed in the wrong field */
    assert_false(let_in(&nobody_here, "x", "198.51.100.0"));
    entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "decision", ""), "deny");
    assert_string_equal(json_get_text(entry, "actor", ""), "");
    assert_string_equal(json_get_text(entry, "object_id", ""), "");
    person_sign_in(&p, desk);
    entry = desk_last_entry(desk);
    char session[40];
    (void)snprintf(session, sizeof session, "%s", json_get_text(entry, "session", ""));
    assert_int_equal(strlen(session), 32);
    assert_string_equal(json_get_text(entry, "decision", ""), "allow");
    (void)person_do(&p, desk, "record.list", "{}");
    entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "session", ""), session);
    assert_string_equal(json_get_text(entry, "source", ""), "192.0.2.0");
    assert_string_equal(json_get_text(entry, "actor", ""), "logged");
    desk_verify(desk);
}

/* ---- 6 ---- */

static void look_for(const char *what, const char *secret)
{
    const struct json *list =
        json_get(desk_do(desk, "audit.list", "{'from':1,'limit':10000}"), "entries");
    struct buf b;
    buf_init(&b, 64 << 20);
    json_write(&b, list, false);
    if (memmem(b.p, b.n, secret, strlen(secret)) != NULL) fail_msg("the log has the %s", what);
    buf_release(&b);
    static const char *const files[] = {"repository/database", "repository/database-wal",
                                        "repository/keyring"};
    for (size_t i = 0; i < 3; i++) {
        size_t n;
        if (!harness_exists(files[i])) continue;
        char *data = harness_read(files[i], &n);
        if (memmem(data, n, secret, strlen(secret)) != NULL)
            fail_msg("%s has the %s", files[i], what);
        free(data);
    }
}

static void no_secret_in(const struct err *e, const char *secret)
{
    assert_null(strstr(e->msg, secret));
    assert_null(strstr(e->detail, secret));
    assert_null(strstr(e->remedy, secret));
}

static void canary_6_1_nothing_of_it_is_written(void **state)
{
    (void)state;
    struct person p = {.account = "careful", .role = "auditor", .password = "CANARY-violet-trombone"};
    person_make(&p, desk);
    no_secret_in(person_refused(&p, desk, ERR_DENIED, "session.refused", "session.open",
                                "{'account':'careful','password':'CANARY-wrong-one'}"),
                 "CANARY");
    no_secret_in(person_refused(&p, desk, ERR_DENIED, "session.refused", "session.open",
                                "{'account':'CANARY-in-field','password':'x'}"),
                 "CANARY");
    no_secret_in(person_refused(&p, desk, ERR_DENIED, "session.code_refused", "session.second",
                                "{'code':'CANARY-code'}"),
                 "CANARY");
    no_secret_in(person_refused(&p, desk, ERR_DENIED, "session.refused", "account.password",
                                "{'old':'CANARY-old','password':'CANARY-violet-fresh'}"),
                 "CANARY");
    no_secret_in(person_refused(&p, desk, ERR_USAGE, "account.password", "account.password",
                                "{'old':'CANARY-old','password':'CANARY-x'}"),
                 "CANARY");
    no_secret_in(person_refused(&p, desk, ERR_DENIED, "session.refused", "account.activate",
                                "{'account':'careful','code':'CANARY','password':'CANARY-violet-f'}"),
                 "CANARY");
    char long_one[400];
    memset(long_one, 'C', sizeof long_one);
    long_one[399] = '\0';
    no_secret_in(person_refused(&p, desk, ERR_USAGE, "call.too_long", "session.open",
                                "{'account':'careful','password':'%s'}", long_one),
                 "CCC");
    look_for("password", "CANARY");
    look_for("session", p.session);
    look_for("recovery code", p.recovery[0]);
}

/* ---- 7 ---- */

static void cost_7_1_grows_with_the_next_sign_in(void **state)
{
    (void)state;
    struct person p = {.account = "older", .role = "analyst"};
    struct account_password kept;
    struct account a;
    struct arena *arena = arena_new(ARENA_PLAIN);
    person_make(&p, desk);
    assert_true(store_account_find(&a, desk->store, TEXT("older"), arena, NULL));
    assert_true(store_account_password(&kept, desk->store, a.account_no, NULL));
    assert_int_equal(kept.cost.kib, 4096);
    /* Kept as if it were of an older program: cheaper, of the same password. */
    uint8_t stretched[PASSWORD_STRETCHED];
    kept.cost.kib = 512;
    assert_true(password_stretch(stretched, text_of(p.password), kept.salt, kept.cost, NULL));
    store_password_hash(kept.hash, desk->store, stretched);
    assert_true(store_begin(desk->store, true, NULL));
    assert_true(store_account_set_password(desk->store, a.account_no, &kept, 1, NULL));
    assert_true(store_commit(desk->store, NULL));
    assert_false(let_in(&p, "wrong", "192.0.2.0"));
    assert_true(store_account_password(&kept, desk->store, a.account_no, NULL));
    assert_int_equal(kept.cost.kib, 512);
    assert_true(let_in(&p, p.password, "192.0.2.0"));
    assert_true(store_account_password(&kept, desk->store, a.account_no, NULL));
    assert_int_equal(kept.cost.kib, 4096);
    assert_true(let_in(&p, p.password, "192.0.2.0"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(setup_1_1_the_first_administrator, begin, end),
        cmocka_unit_test_setup_teardown(open_2_1_password_and_factor, begin, end),
        cmocka_unit_test_setup_teardown(refused_3_1_looks_the_same, begin, end),
        cmocka_unit_test_setup_teardown(refused_3_2_takes_the_same_time, begin, end),
        cmocka_unit_test_setup_teardown(throttle_4_1_an_account, begin, end),
        cmocka_unit_test_setup_teardown(throttle_4_2_locked_after_a_hundred, begin, end),
        cmocka_unit_test_setup_teardown(throttle_4_3_a_network_that_sprays, begin, end),
        cmocka_unit_test_setup_teardown(log_5_1_who_came_in, begin, end),
        cmocka_unit_test_setup_teardown(canary_6_1_nothing_of_it_is_written, begin, end),
        cmocka_unit_test_setup_teardown(cost_7_1_grows_with_the_next_sign_in, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
