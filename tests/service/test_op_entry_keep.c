/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_entry_keep.c and of sessions that time has ended, over service_call_as()
 *  1 what is sent when the session has ended is kept, and comes into the draft after signing in again
 *  2 it shows nothing and changes nothing before that; it is nobody else's (S37, S38, S51)
 *  3 a session that somebody ended keeps nothing: signed out, account disabled, password changed (S39);
 *    nor does one that ended longer ago than a day, one that is open, or a made-up one
 *  4 the draft has gone on meanwhile: the two are set side by side
 *  5 the window that was left open saves itself: what was kept is forgotten
 *  6 how long a session lasts is said, and a server may have it shorter, never longer
 *  7 nothing of what is kept lies in the clear (S12)
 */
#include "harness.h"

#include "people.h"

#include "service/service_internal.h"
#include "store/session.h"

static struct service *desk;
static struct person anna = {.account = "anna", .role = "contributor", .organisation = "GNR"};
static struct person eva = {.account = "eva", .role = "contributor", .organisation = "GNR"};
static char draft[20];

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    person_make(&anna, desk);
    person_make(&eva, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static int64_t start(void)
{
    person_sign_in(&anna, desk);
    const struct json *r = person_do(&anna, desk, "entry.begin", "{'form':'victim'}");
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    return json_get_int(r, "draft_version", 0);
}

#define KEEP "{'draft':'%s','section':'person','version':%lld,'fields':{'age_at_registration':'%s'}}"

static void kept(int64_t version, const char *age)
{
    const struct json *r =
        person_do(&anna, desk, "entry.keep", KEEP, draft, (long long)version, age);
    assert_true(json_get_bool(r, "kept", false));
}

static void not_kept(struct person *p, int64_t version)
{
    (void)person_refused(p, desk, ERR_DENIED, "session.not_kept", "entry.keep", KEEP, draft,
                         (long long)version, "66");
}

static const char *age(void)
{
    const struct json *items = json_get(
        person_do(&anna, desk, "entry.section", "{'draft':'%s','section':'person'}", draft), "items");
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *q = json_get(json_at(items, i), "question");
        if (q != NULL && strcmp(json_get_text(q, "name", ""), "age_at_registration") == 0)
            return json_get_text(q, "value", "");
    }
    fail_msg("no such question");
    return "";
}

static bool waits(void)
{
    return json_get_bool(person_do(&anna, desk, "entry.sections", "{'draft':'%s'}", draft),
                         "has_pending", false);
}

/* ---- 1 and 2 ---- */

static void keep_1_and_2_comes_back(void **state)
{
    (void)state;
    int64_t version = start();
    not_kept(&anna, version); /* the session is open: it saves */
    people_wait(desk, 16 * 60);
    kept(version, "24");
    kept(version, "25"); /* once more, from the same page */
    (void)person_refused(&anna, desk, ERR_DENIED, "session.none", "entry.section",
                         "{'draft':'%s','section':'person'}", draft);
    (void)person_refused(&anna, desk, ERR_DENIED, "session.none", "entry.resume", "{'draft':'%s'}",
                         draft);
    person_sign_in(&eva, desk);
    (void)person_refused(&eva, desk, ERR_NOT_FOUND, "draft.unknown", "entry.resume",
                         "{'draft':'%s'}", draft);
    person_sign_in(&anna, desk);
    assert_true(waits());
    assert_string_equal(age(), "");
    const struct json *r = person_do(&anna, desk, "entry.resume", "{'draft':'%s'}", draft);
    assert_true(json_get_bool(r, "resumed", false));
    assert_false(json_get_bool(r, "conflict", true));
    assert_string_equal(json_get_text(r, "section", ""), "person");
    assert_true(json_get_int(r, "draft_version", 0) == version + 1);
    assert_string_equal(age(), "25");
    assert_false(waits());
    r = person_do(&anna, desk, "entry.resume", "{'draft':'%s'}", draft);
    assert_false(json_get_bool(r, "resumed", true));
    desk_verify(desk);
}

/* Somebody else's past session, and a draft that is another's. */
static void keep_2_2_nobody_elses(void **state)
{
    (void)state;
    int64_t version = start();
    person_sign_in(&eva, desk);
    people_wait(desk, 16 * 60);
    (void)person_refused(&eva, desk, ERR_NOT_FOUND, "draft.unknown", "entry.keep", KEEP, draft,
                         (long long)version, "66");
    (void)person_refused(&anna, desk, ERR_NOT_FOUND, "entry.no_section", "entry.keep",
                         "{'draft':'%s','section':'nowhere','version':1,'fields':{}}", draft);
    person_sign_in(&anna, desk);
    assert_false(waits());
}

/* ---- 3 ---- */

static void ended_3_by_somebody(void **state)
{
    (void)state;
    int64_t version = start();
    struct person left = anna;
    (void)person_do(&anna, desk, "session.close", "{}");
    not_kept(&left, version);

    person_sign_in(&anna, desk);
    left = anna;
    people_wait(desk, 16 * 60);
    (void)person_refused(&left, desk, ERR_DENIED, "session.none", "session.info", "{}");
    (void)desk_do(desk, "account.change", "{'account':'anna','state':'disabled'}");
    not_kept(&left, version);
    (void)desk_do(desk, "account.change", "{'account':'anna','state':'enabled'}");
    not_kept(&left, version); /* also when it is enabled again */

    person_sign_in(&anna, desk);
    left = anna;
    people_wait(desk, 16 * 60);
    kept(version, "30");
    people_wait(desk, SESSION_PAST_SECONDS + 60);
    not_kept(&left, version);

    struct person made_up = anna;
    for (char *p = made_up.session; *p != '\0'; p++) *p = 'A';
    not_kept(&made_up, version);
    made_up.session[0] = '\0';
    not_kept(&made_up, version);
}

/* ---- 4 and 5 ---- */

static void meanwhile_4_side_by_side(void **state)
{
    (void)state;
    int64_t version = start();
    people_wait(desk, 16 * 60);
    kept(version, "31");
    person_sign_in(&anna, desk);
    (void)person_do(&anna, desk, "entry.save",
                    "{'draft':'%s','version':%lld,'fields':{'age_at_registration':'32'}}", draft,
                    (long long)version);
    const struct json *r = person_do(&anna, desk, "entry.resume", "{'draft':'%s'}", draft);
    assert_true(json_get_bool(r, "conflict", false));
    assert_false(json_get_bool(r, "resumed", true));
    assert_string_equal(age(), "32");
    r = person_do(&anna, desk, "entry.compare", "{'draft':'%s'}", draft);
    assert_string_equal(json_get_text(json_at(json_get(r, "compare"), 0), "mine", ""), "31");
}

static void meanwhile_5_the_window_saves(void **state)
{
    (void)state;
    int64_t version = start();
    people_wait(desk, 16 * 60);
    kept(version, "33");
    person_sign_in(&anna, desk);
    (void)person_do(&anna, desk, "entry.save",
                    "{'draft':'%s','version':%lld,'section':'person','fields':"
                    "{'age_at_registration':'34'},'autosave':true}",
                    draft, (long long)version);
    assert_false(waits());
    assert_string_equal(age(), "34");
}

/* ---- 6 ---- */

static int64_t left(void)
{
    return json_get_int(person_do(&anna, desk, "session.info", "{}"), "idle_seconds", 0);
}

static void lasts_6(void **state)
{
    (void)state;
    (void)start();
    assert_in_range(left(), 890, 900);
    people_wait(desk, 59); /* use is written once a minute */
    assert_in_range(left(), 830, 842);
    people_wait(desk, 5);
    assert_in_range(left(), 890, 900);
    assert_in_range(json_get_int(person_do(&anna, desk, "session.info", "{}"), "longest_seconds", 0),
                    28700, 28740);
    desk->options.idle_seconds = 10;
    assert_in_range(left(), 8, 10);
    people_wait(desk, 11);
    (void)person_refused(&anna, desk, ERR_DENIED, "session.none", "session.info", "{}");
    desk->options.idle_seconds = 36000;
    person_sign_in(&anna, desk);
    assert_in_range(left(), 890, 900);
    desk->options.idle_seconds = 0;
}

/* ---- 7 ---- */

static void clear_7_nothing(void **state)
{
    (void)state;
    int64_t version = start();
    people_wait(desk, 16 * 60);
    (void)person_do(&anna, desk, "entry.keep",
                    "{'draft':'%s','section':'entry','version':%lld,'fields':{'source_file_no':"
                    "'CANARY-KEPT-4711'}}",
                    draft, (long long)version);
    const struct json *log = json_get(desk_do(desk, "audit.list", "{}"), "entries");
    struct buf b;
    buf_init(&b, 64 << 20);
    json_write(&b, log, false);
    size_t at;
    assert_false(text_find(buf_text(&b), TEXT("CANARY-KEPT"), &at));
    assert_true(text_find(buf_text(&b), text_of(draft), &at)); /* who kept something is in the log */
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_1_and_2_comes_back),  cmocka_unit_test(keep_2_2_nobody_elses),
        cmocka_unit_test(ended_3_by_somebody),      cmocka_unit_test(meanwhile_4_side_by_side),
        cmocka_unit_test(meanwhile_5_the_window_saves), cmocka_unit_test(lasts_6),
        cmocka_unit_test(clear_7_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
