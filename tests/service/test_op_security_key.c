/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_security_key.c
 *  1 registered, shown when signing in and for what asks once more; told to its owner and in the
 *  log (S44, S45)
 *  2 refused: a challenge used before, old, of another session or act; another's key; each is in
 *  the log (S44)
 *  3 refused: another origin, a person not verified, a counter that went back (S44)
 *  4 removed where another factor opens; recovery codes open still
 *  5 who must have one: administrators, data managers and who supervises, 14 days after an
 *  administrator
 *    could do without one; an authenticator then opens nothing for them (S44)
 *    or as the register's parameters say
 *  6 half-open sessions and others' accounts reach none of it
 */
#include "harness.h"

#include "people.h"
#include "soft_key.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>

static struct service *desk;
static struct person admin, analyst;
static struct soft_key key, second;

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    admin = (struct person){.account = "ana", .role = "administrator"};
    analyst = (struct person){.account = "eva", .role = "analyst"};
    person_make(&admin, desk);
    person_make(&analyst, desk);
    soft_key_new(&key);
    soft_key_new(&second);
    return 0;
}

static int end(void **state)
{
    (void)state;
    soft_key_free(&key);
    soft_key_free(&second);
    service_close(desk);
    return 0;
}

static const char *challenge(struct person *p, const char *operation)
{
    static char out[100];
    (void)snprintf(out, sizeof out, "%s",
                   json_get_text(person_do(p, desk, operation, "{}"), "challenge", ""));
    assert_int_equal(strlen(out), 43);
    return out;
}

static const struct json *add(struct person *p, struct soft_key *k, const char *label)
{
    soft_key_make(k, challenge(p, "factor.key_begin"));
    return person_do(p, desk, "factor.key_add", "{'label':'%s','key':'%s'}", label, k->text);
}

static void open_half(struct person *p)
{
    p->session[0] = '\0';
    (void)person_do(p, desk, "session.open", "{'account':'%s','password':'%s'}", p->account,
                    p->password);
}

static const char *state_of(struct person *p)
{
    return json_get_text(person_do(p, desk, "session.info", "{}"), "state", "");
}

static void show(struct person *p, struct soft_key *k)
{
    soft_key_show(k, challenge(p, "factor.challenge"));
    (void)person_do(p, desk, "session.second", "{'key':'%s'}", k->text);
}

static const struct err *not_shown(struct person *p, struct soft_key *k, const char *id)
{
    return person_refused(p, desk, ERR_DENIED, id, "session.second", "{'key':'%s'}", k->text);
}

static void last_says(const char *decision, const char *fields)
{
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "session.open");
    assert_string_equal(json_get_text(entry, "decision", ""), decision);
    assert_string_equal(json_get_text(entry, "fields", ""), fields);
}

/* ---- 1 ---- */

static void shown_1_1_registered_and_shown(void **state)
{
    (void)state;
    char before[PEOPLE_TOKEN];
    const struct json *r = person_do(&analyst, desk, "factor.challenge", "{}");
    assert_int_equal(json_size(json_get(r, "keys")), 0);
    assert_null(json_get_text(r, "challenge", NULL));
    r = person_do(&analyst, desk, "factor.key_begin", "{}");
    assert_string_equal(json_get_text(r, "name", ""), "localhost");
    assert_string_equal(json_get_text(r, "account", ""), "eva");
    r = add(&analyst, &key, "blue one");
    assert_int_equal(json_size(json_get(r, "recovery_codes")), 10); /* her first factor */
    for (size_t i = 0; i < 10; i++)
        (void)snprintf(analyst.recovery[i], sizeof analyst.recovery[i], "%s",
                       json_as_text(json_at(json_get(r, "recovery_codes"), i), ""));
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "factor.change");
    assert_string_equal(json_get_text(entry, "fields", ""), "security key added");
    r = json_at(json_get(person_do(&analyst, desk, "factor.keys", "{}"), "keys"), 0);
    assert_string_equal(json_get_text(r, "label", ""), "blue one");
    assert_null(json_get_text(r, "used_at", NULL));
    assert_int_equal(json_size(json_get(person_do(&analyst, desk, "notice.list", "{}"), "notices")),
                     1);
    open_half(&analyst);
    assert_string_equal(state_of(&analyst), "second");
    r = person_do(&analyst, desk, "factor.challenge", "{}");
    assert_int_equal(json_size(json_get(r, "keys")), 1);
    assert_false(json_get_bool(r, "codes", true)); /* she has no authenticator */
    (void)snprintf(before, sizeof before, "%s", analyst.session);
    show(&analyst, &key);
    assert_string_not_equal(before, analyst.session); /* S37 */
    assert_string_equal(state_of(&analyst), "open");
    last_says("allow", "security key");
    r = json_at(json_get(person_do(&analyst, desk, "factor.keys", "{}"), "keys"), 0);
    assert_non_null(json_get_text(r, "used_at", NULL));
    desk_verify(desk);
}

static void shown_1_2_once_more_for_what_asks(void **state)
{
    (void)state;
    people_wait(desk, 301);
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.not_fresh", "recovery.renew", "{}");
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.not_fresh", "factor.key_begin", "{}");
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'password':'%s'}",
                         analyst.password); /* a password is no second factor */
    show(&analyst, &key);
    (void)person_do(&analyst, desk, "factor.key_begin", "{}");
}

/* Who has an authenticator keeps it, and its codes, beside the key. */
static void shown_1_3_beside_an_authenticator(void **state)
{
    (void)state;
    struct person p = {.account = "both", .role = "auditor"};
    struct soft_key k;
    soft_key_new(&k);
    person_make(&p, desk);
    assert_int_equal(json_size(json_get(add(&p, &k, "one"), "recovery_codes")), 0);
    open_half(&p);
    assert_true(json_get_bool(person_do(&p, desk, "factor.challenge", "{}"), "codes", false));
    show(&p, &k);
    person_sign_in(&p, desk);
    assert_string_equal(state_of(&p), "open");
    soft_key_free(&k);
}

/* ---- 2 ---- */

static void refused_2_1_challenges(void **state)
{
    (void)state;
    char old[100];
    open_half(&analyst);
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    (void)person_do(&analyst, desk, "session.second", "{'key':'%s'}", key.text);
    not_shown(&analyst, &key, "webauthn.refused"); /* the same once more */
    last_says("deny", "security key challenge");
    /* Signed anew for a challenge that was used. */
    (void)snprintf(old, sizeof old, "%s", challenge(&analyst, "factor.challenge"));
    soft_key_show(&key, old);
    (void)person_do(&analyst, desk, "session.second", "{'key':'%s'}", key.text);
    soft_key_show(&key, old);
    not_shown(&analyst, &key, "webauthn.refused");
    /* Five minutes old; made up; for the other act. */
    (void)snprintf(old, sizeof old, "%s", challenge(&analyst, "factor.challenge"));
    people_wait(desk, 301);
    soft_key_show(&key, old);
    not_shown(&analyst, &key, "webauthn.refused");
    soft_key_show(&key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    not_shown(&analyst, &key, "webauthn.refused");
    show(&analyst, &key);
    soft_key_show(&key, challenge(&analyst, "factor.key_begin"));
    not_shown(&analyst, &key, "webauthn.refused");
    soft_key_make(&second, challenge(&analyst, "factor.challenge"));
    (void)person_refused(&analyst, desk, ERR_DENIED, "webauthn.late", "factor.key_add",
                         "{'label':'x','key':'%s'}", second.text);
    /* Of another session of hers. */
    struct person elsewhere = analyst;
    open_half(&elsewhere);
    soft_key_show(&key, challenge(&elsewhere, "factor.challenge"));
    not_shown(&analyst, &key, "webauthn.refused");
    (void)person_do(&elsewhere, desk, "session.second", "{'key':'%s'}", key.text);
}

/* A refused answer has used its challenge up. */
static void refused_2_2_one_try_for_a_challenge(void **state)
{
    (void)state;
    char given[100];
    person_do(&analyst, desk, "session.info", "{}");
    (void)snprintf(given, sizeof given, "%s", challenge(&analyst, "factor.challenge"));
    key.flags = SOFT_PRESENT;
    soft_key_show(&key, given);
    not_shown(&analyst, &key, "webauthn.not_verified");
    key.flags |= SOFT_VERIFIED;
    soft_key_show(&key, given);
    not_shown(&analyst, &key, "webauthn.refused");
    last_says("deny", "security key challenge");
    (void)snprintf(given, sizeof given, "%s", challenge(&analyst, "factor.key_begin"));
    second.origin = "https://elsewhere.example";
    soft_key_make(&second, given);
    (void)person_refused(&analyst, desk, ERR_DENIED, "webauthn.origin", "factor.key_add",
                         "{'label':'x','key':'%s'}", second.text);
    second.origin = "https://localhost:8443";
    soft_key_make(&second, given);
    (void)person_refused(&analyst, desk, ERR_DENIED, "webauthn.late", "factor.key_add",
                         "{'label':'x','key':'%s'}", second.text);
}

static void refused_2_3_keys_of_others(void **state)
{
    (void)state;
    struct soft_key stranger;
    soft_key_new(&stranger);
    soft_key_show(&stranger, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &stranger, "webauthn.refused");
    last_says("deny", "security key unknown");
    /* The name of hers, signed by another. */
    memcpy(stranger.id, key.id, sizeof stranger.id);
    stranger.counter = 1000000;
    soft_key_show(&stranger, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &stranger, "webauthn.refused");
    last_says("deny", "security key");
    /* One that is somebody's is nobody else's. */
    person_sign_in(&admin, desk);
    soft_key_make(&key, challenge(&admin, "factor.key_begin"));
    (void)person_refused(&admin, desk, ERR_CONFLICT, "security_key.there", "factor.key_add",
                         "{'label':'x','key':'%s'}", key.text);
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    (void)person_refused(&admin, desk, ERR_DENIED, "webauthn.refused", "session.second",
                         "{'key':'%s'}", key.text);
    soft_key_free(&stranger);
}

/* ---- 3 ---- */

static void refused_3_1_another_place(void **state)
{
    (void)state;
    static const char *const origins[] = {"https://localhost.example", "http://localhost:8443",
                                          "https://127.0.0.1:8443"};
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
        key.origin = origins[i];
        soft_key_show(&key, challenge(&analyst, "factor.challenge"));
        const struct err *e = not_shown(&analyst, &key, "webauthn.origin");
        assert_non_null(strstr(e->msg, "localhost"));
        last_says("deny", "security key");
    }
    key.origin = "https://localhost:8443";
    key.name = "elsewhere.example";
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &key, "webauthn.refused");
    key.name = "localhost";
    show(&analyst, &key);
}

static void refused_3_2_a_counter_that_went_back(void **state)
{
    (void)state;
    uint32_t was = key.counter;
    key.counter = was - 1; /* shows the same number once more */
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    assert_int_equal(key.counter, was);
    not_shown(&analyst, &key, "webauthn.counter");
    last_says("deny", "security key counter");
    key.still = true; /* a copy that does not count at all */
    key.counter = 0;
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &key, "webauthn.counter");
    key.still = false;
    key.counter = was;
    show(&analyst, &key);
    desk_verify(desk);
}

/* A server that is told where it is takes nothing else. */
static void refused_3_3_where_the_server_is(void **state)
{
    (void)state;
    struct service_options o = desk_options("repository", NULL);
    struct service *first = desk;
    o.origin = "https://register.example:8443";
    desk = desk_open_with(&o);
    open_half(&analyst);
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &key, "webauthn.origin");
    key.origin = o.origin;
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &key, "webauthn.refused"); /* made for localhost */
    key.name = "register.example";
    show(&analyst, &key);
    key.origin = "https://localhost:8443";
    key.name = "localhost";
    service_close(desk);
    desk = first;
}

/* A key that never counts is good. */
static void shown_3_4_without_counter(void **state)
{
    (void)state;
    struct person p = {.account = "still", .role = "analyst"};
    struct soft_key k;
    soft_key_new(&k);
    k.still = true;
    k.counter = 0;
    person_make(&p, desk);
    add(&p, &k, "platform");
    for (int i = 0; i < 2; i++) {
        open_half(&p);
        show(&p, &k);
    }
    soft_key_free(&k);
}

/* ---- 4 ---- */

static int64_t number_of(struct person *p, size_t i)
{
    const struct json *keys = json_get(person_do(p, desk, "factor.keys", "{}"), "keys");
    return json_get_int(json_at(keys, i), "number", 0);
}

static void removed_4_1_where_another_opens(void **state)
{
    (void)state;
    open_half(&analyst);
    (void)person_do(&analyst, desk, "session.second", "{'code':'%s'}", analyst.recovery[0]);
    assert_string_equal(state_of(&analyst), "open");
    int64_t first = number_of(&analyst, 0);
    const struct json *r = person_do(&analyst, desk, "factor.keys", "{}");
    assert_false(json_get_bool(json_at(json_get(r, "keys"), 0), "removable", true));
    (void)person_refused(&analyst, desk, ERR_CONFLICT, "security_key.last", "factor.key_remove",
                         "{'number':%d}", (int)first);
    assert_int_equal(json_size(json_get(add(&analyst, &second, "two"), "recovery_codes")), 0);
    (void)person_refused(&admin, desk, ERR_NOT_FOUND, "security_key.unknown", "factor.key_remove",
                         "{'number':%d}", (int)first); /* not hers */
    (void)person_do(&analyst, desk, "factor.key_remove", "{'number':%d}", (int)first);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "fields", ""), "security key removed");
    open_half(&analyst);
    soft_key_show(&key, challenge(&analyst, "factor.challenge"));
    not_shown(&analyst, &key, "webauthn.refused");
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.second_wanted", "factor.keys", "{}");
    show(&analyst, &second);
    people_wait(desk, 301);
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.not_fresh", "factor.key_remove",
                         "{'number':1}");
}

/* ---- 5 ---- */

static void wanted_5_1_of_three_roles_after_a_while(void **state)
{
    (void)state;
    struct person manager = {.account = "manager", .role = "data-manager"},
                  contributor = {.account = "con", .role = "contributor", .organisation = "GNR"};
    struct soft_key k, m;
    soft_key_new(&k);
    soft_key_new(&m);
    person_make(&manager, desk);
    person_make(&contributor, desk);
    person_sign_in(&manager, desk);
    const struct json *r = person_do(&manager, desk, "session.info", "{}");
    assert_false(json_get_bool(r, "needs_key", true));
    assert_null(json_get_text(r, "key_wanted_at", NULL));
    person_sign_in(&admin, desk);
    add(&admin, &k, "one"); /* and she has recovery codes */
    r = person_do(&manager, desk, "session.info", "{}");
    assert_false(json_get_bool(r, "needs_key", true));
    assert_non_null(json_get_text(r, "key_wanted_at", NULL));
    person_sign_in(&contributor, desk);
    r = person_do(&contributor, desk, "session.info", "{}");
    assert_null(json_get_text(r, "key_wanted_at", NULL));
    people_wait(desk, 14 * 86400);
    /* The code of the authenticator leads to registering, and nowhere else. */
    person_sign_in(&manager, desk);
    assert_string_equal(state_of(&manager), "enrol");
    (void)person_refused(&manager, desk, ERR_DENIED, "session.enrol_wanted", "record.list", "{}");
    (void)person_refused(&manager, desk, ERR_DENIED, "factor.key_wanted", "factor.begin", "{}");
    (void)person_refused(&manager, desk, ERR_DENIED, "session.enrol_wanted", "session.second",
                         "{'code':'%s'}", person_code(&manager, desk));
    add(&manager, &m, "one");
    assert_string_equal(state_of(&manager), "open");
    (void)person_do(&manager, desk, "record.list", "{}");
    /* From then on the key alone, or a recovery code. */
    open_half(&manager);
    assert_false(json_get_bool(person_do(&manager, desk, "factor.challenge", "{}"), "codes", true));
    (void)person_refused(&manager, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'code':'%s'}", person_code(&manager, desk));
    (void)person_do(&manager, desk, "session.second", "{'code':'%s'}", manager.recovery[2]);
    assert_string_equal(state_of(&manager), "open");
    open_half(&manager);
    show(&manager, &m);
    (void)person_refused(&manager, desk, ERR_CONFLICT, "security_key.last", "factor.key_remove",
                         "{'number':%d}", (int)number_of(&manager, 0));
    /* Others as before. */
    person_sign_in(&contributor, desk);
    assert_string_equal(state_of(&contributor), "open");
    soft_key_free(&k);
    soft_key_free(&m);
}

static void set_rule(const char *before, const char *after)
{
    struct buf b;
    struct err e = {0};
    size_t at;
    buf_init(&b, 100000);
    assert_true(file_read(&b, "repository/dictionary/parameters.csv", 100000, &e));
    char line[80], changed[80];
    (void)snprintf(line, sizeof line, "\nsecurity_key.required,%s,", before);
    (void)snprintf(changed, sizeof changed, "\nsecurity_key.required,%s,", after);
    assert_true(text_find(buf_text(&b), text_of(line), &at));
    FILE *f = fopen("repository/dictionary/parameters.csv", "w");
    assert_non_null(f);
    assert_int_equal(fwrite(b.p, 1, at, f), at);
    fputs(changed, f);
    fputs(b.p + at + strlen(line), f);
    assert_int_equal(fclose(f), 0);
    buf_release(&b);
    service_close(desk);
    desk = desk_open("repository", NULL);
    (void)desk_do(desk, "pack.install", "{}");
}

/* What the register's own parameters say goes before. Without a factor, one registers a key at
 * once. */
static void wanted_5_2_as_the_register_says(void **state)
{
    (void)state;
    char code[40];
    struct person manager = {.account = "late", .role = "data-manager"},
                  fresh = {.account = "fresh", .role = "auditor", .password = "violet trombone x"};
    struct soft_key k;
    soft_key_new(&k);
    set_rule("ready", "never"); /* an administrator has a key, but not for 14 days by this clock */
    person_make(&manager, desk);
    person_sign_in(&manager, desk);
    const struct json *r = person_do(&manager, desk, "session.info", "{}");
    assert_null(json_get_text(r, "key_wanted_at", NULL));
    people_wait(desk, 15 * 86400);
    person_sign_in(&manager, desk);
    assert_string_equal(state_of(&manager), "open");
    set_rule("never", "always");
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(desk_do(desk, "account.add",
                                         "{'account':'fresh','name':'N','role':'auditor'}"),
                                 "code", ""));
    (void)person_do(&fresh, desk, "account.activate",
                    "{'account':'fresh','code':'%s','password':'%s'}", code, fresh.password);
    assert_string_equal(state_of(&fresh), "enrol");
    (void)person_refused(&fresh, desk, ERR_DENIED, "factor.key_wanted", "factor.begin", "{}");
    assert_int_equal(json_size(json_get(add(&fresh, &k, "one"), "recovery_codes")), 10);
    assert_string_equal(state_of(&fresh), "open");
    soft_key_free(&k);
    set_rule("always", "ready");
}

/* ---- 6 ---- */

static void half_6_1_sets_nothing_up(void **state)
{
    (void)state;
    struct json *out = NULL;
    struct err e = {0};
    static const char *const ops[] = {"factor.challenge", "factor.key_begin", "factor.keys"};
    open_half(&analyst); /* has shown the password just now, and no more */
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.second_wanted", "factor.key_begin",
                         "{}");
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.second_wanted", "factor.key_add",
                         "{'label':'x','key':'%s'}", second.text);
    (void)person_refused(&analyst, desk, ERR_DENIED, "session.second_wanted", "factor.key_remove",
                         "{'number':1}");
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        assert_false(people_try(&out, desk, NULL, NULL, &e, ops[i], "{}"));
        assert_string_equal(e.id, "session.none");
        assert_false(desk_try(&out, desk, &e, ops[i], "{}")); /* who holds the key has no account */
        assert_string_equal(e.id, "session.none");
    }
    desk_verify(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shown_1_1_registered_and_shown),
        cmocka_unit_test(shown_1_2_once_more_for_what_asks),
        cmocka_unit_test(shown_1_3_beside_an_authenticator),
        cmocka_unit_test(refused_2_1_challenges),
        cmocka_unit_test(refused_2_2_one_try_for_a_challenge),
        cmocka_unit_test(refused_2_3_keys_of_others),
        cmocka_unit_test(refused_3_1_another_place),
        cmocka_unit_test(refused_3_2_a_counter_that_went_back),
        cmocka_unit_test(refused_3_3_where_the_server_is),
        cmocka_unit_test(shown_3_4_without_counter),
        cmocka_unit_test(removed_4_1_where_another_opens),
        cmocka_unit_test(wanted_5_1_of_three_roles_after_a_while),
        cmocka_unit_test(wanted_5_2_as_the_register_says),
        cmocka_unit_test(half_6_1_sets_nothing_up),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
