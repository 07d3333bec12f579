/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_approval.c
 *  1 what needs a second person: identifiers, more than twenty persons; who holds the key needs
 *  none
 *  2 asked, approved, used once, within 24 hours; what was not asked for is not approved (S56)
 *  3 who approves: another person, of another unit, who may; nobody their own (S53)
 *  4 above a hundred persons half an hour passes
 *  5 refused, and asked anew
 *  6 what is asked is sealed; all of it is in the log (S12, S20)
 */
#include "harness.h"

#include "people.h"

#include "base/buf.h"
#include "base/file.h"
#include "service/tasks.h"

static struct service *desk;
static struct person asker = {.account = "asker", .role = "contributor", .organisation = "GNR"};
static struct person colleague = {.account = "mate", .role = "contributor", .organisation = "GNR"};
static struct person manager = {.account = "manager",
                                .role = "data-manager",
                                .organisation = "APAV"};
static struct person second = {.account = "second", .role = "data-manager", .organisation = "APAV"};
static struct person auditor = {.account = "auditor", .role = "auditor", .organisation = "APAV"};
static struct person *const all[] = {&asker, &colleague, &manager, &second, &auditor};
enum { N_ALL = sizeof all / sizeof *all };

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    for (size_t i = 0; i < N_ALL; i++) person_make(all[i], desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    people_wait(desk, 30 * 86400); /* whatever was asked before is over */
    for (size_t i = 0; i < N_ALL; i++) person_sign_in(all[i], desk);
    return 0;
}

struct wish {
    struct person *who; /* NULL: at this machine */
    const char *purpose, *column;
    int64_t persons;
    bool identifiers;
};

/* What a handler that takes data out does. */
static bool take_out(const struct wish *w, struct err *e)
{
    struct caller caller = {.source = "192.0.2.0"};
    struct call c = {.s = desk, .operation = operation_find("record.list")};
    *e = (struct err){0};
    c.arena = arena_new(ARENA_WIPE);
    c.who = (struct who){.role = &role_nobody, .local = w->who == NULL};
    if (w->who != NULL) {
        caller.session = w->who->session;
        c.caller = &caller;
        assert_true(session_who(&c.who, &c, &caller, e));
    }
    c.decision = decide(&c.who, c.operation, AUDIT_NONE, NULL);
    c.event = (struct audit_event){.action = AUDIT_DISCLOSE,
                                   .actor = c.who.actor,
                                   .role = c.who.role->name,
                                   .decision = "allow",
                                   .purpose = w->purpose};
    struct json *details = json_array(), *row = json_object();
    json_set_text(row, "label", "Columns");
    json_set_text(row, "value", w->column);
    json_push(details, row);
    struct approval_need need = {.what = "Workbook of records",
                                 .details = details,
                                 .persons = w->persons,
                                 .identifiers = w->identifiers};
    bool ok = call_require_approval(&c, &need, e);
    assert_int_equal(c.event.action, AUDIT_DISCLOSE); /* its own entry is still to come */
    assert_false(c.entered);
    json_free(details);
    arena_free(c.arena);
    return ok;
}

static void refused(const struct wish *w, const char *id)
{
    struct err e;
    assert_false(take_out(w, &e));
    assert_string_equal(e.id, id);
    assert_int_equal(e.code, ERR_DENIED);
}

static void granted(const struct wish *w)
{
    struct err e;
    if (!take_out(w, &e)) fail_msg("%s: %s", e.id, e.msg);
}

/* The newest request that `p` sees. */
static const char *newest(struct person *p)
{
    static char code[20];
    const struct json *list = json_get(person_do(p, desk, "approval.list", "{}"), "approvals");
    (void)snprintf(code, sizeof code, "%s",
                   json_size(list) == 0 ? "" : json_get_text(json_at(list, 0), "approval", ""));
    return code;
}

static void vote(struct person *p, const char *decision)
{
    (void)person_do(p, desk, "approval.decide",
                    "{'approval':'%s','decision':'%s','version':1,'text':'canaryanswer'}",
                    newest(p), decision);
}

/* ---- 1 ---- */

static void need_1_1(void **state)
{
    (void)state;
    granted(&(struct wish){&asker, "p", "sex", 20, false});
    refused(&(struct wish){&asker, "p", "sex", 21, false}, "approval.wanted");
    refused(&(struct wish){&asker, "p", "family_name", 1, true}, "approval.wanted");
    granted(&(struct wish){NULL, "p", "family_name", 500, true});
    struct person nobody = {.account = "nobody", .role = "nobody"};
    refused(&(struct wish){&nobody, "p", "sex", 21, false}, "approval.nobody");
}

/* ---- 2 ---- */

static void used_2_1_once_and_for_this_alone(void **state)
{
    (void)state;
    const struct wish w = {&asker, "answer to the court", "sex age", 50, false};
    refused(&w, "approval.wanted");
    refused(&w, "approval.waiting");
    const struct json *r =
        person_do(&manager, desk, "approval.show", "{'approval':'%s'}", newest(&manager));
    assert_string_equal(json_get_text(r, "actor", ""), "asker");
    assert_string_equal(json_get_text(r, "unit", ""), "GNR");
    assert_string_equal(json_get_text(r, "purpose", ""), "answer to the court");
    assert_int_equal(json_get_int(r, "persons", 0), 50);
    assert_string_equal(json_get_text(json_at(json_get(r, "details"), 0), "value", ""), "sex age");
    assert_true(json_get_bool(r, "may_decide", false));
    vote(&manager, "approved");
    /* S56: another purpose, column, number, identifiers, person: another approval */
    struct wish others[] = {w, w, w, w, w};
    others[0].purpose = "another";
    others[1].column = "sex age citizenship";
    others[2].persons = 51;
    others[3].identifiers = true;
    others[4].who = &colleague;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        refused(&others[i], "approval.wanted");
    granted(&w);
    refused(&w, "approval.wanted"); /* it is used up */
}

static void used_2_2_within_a_day(void **state)
{
    (void)state;
    const struct wish w = {&asker, "p2", "sex", 30, false};
    refused(&w, "approval.wanted");
    vote(&manager, "approved");
    people_wait(desk, 86400);
    person_sign_in(&asker, desk);
    refused(&w, "approval.wanted");
}

static void used_2_3_who_waits_a_week_asks_again(void **state)
{
    char code[20];
    (void)state;
    const struct wish w = {&asker, "p3", "sex", 30, false};
    refused(&w, "approval.wanted");
    (void)snprintf(code, sizeof code, "%s", newest(&manager));
    people_wait(desk, 7 * 86400);
    person_sign_in(&manager, desk);
    person_sign_in(&asker, desk);
    (void)person_refused(&manager, desk, ERR_CONFLICT, "task.conflict", "approval.decide",
                         "{'approval':'%s','decision':'approved','version':1}", code);
    refused(&w, "approval.wanted");
}

/* ---- 3 ---- */

static void who_3_1(void **state)
{
    char code[20];
    (void)state;
    refused(&(struct wish){&asker, "p4", "sex", 30, false}, "approval.wanted");
    (void)snprintf(code, sizeof code, "%s", newest(&asker));
    const struct json *r = person_do(&asker, desk, "approval.show", "{'approval':'%s'}", code);
    assert_true(json_get_bool(r, "own", false));
    assert_false(json_get_bool(r, "may_decide", true));
    (void)person_refused(&asker, desk, ERR_DENIED, "call.not_allowed", "approval.decide",
                         "{'approval':'%s','decision':'approved','version':1}", code);
    (void)person_refused(&colleague, desk, ERR_NOT_FOUND, "task.unknown", "approval.show",
                         "{'approval':'%s'}", code);
    assert_string_not_equal(newest(&colleague), code);
    people_wait(desk, 6 * 60);
    (void)person_refused(&manager, desk, ERR_DENIED, "session.not_fresh", "approval.decide",
                         "{'approval':'%s','decision':'approved','version':1}", code);
    int64_t waiting = json_get_int(person_do(&manager, desk, "work.summary", "{}"), "approvals", 0);
    assert_int_equal(waiting, 1);
}

/* S53: nobody approves their own request, and nobody of the same unit does: of
 * those who run the register each role is one. */
static void who_3_2_of_those_who_run_the_register(void **state)
{
    char code[20];
    (void)state;
    const struct wish w = {&manager, "p5", "sex", 30, false};
    refused(&w, "approval.wanted");
    (void)snprintf(code, sizeof code, "%s", newest(&manager));
    (void)person_refused(&manager, desk, ERR_DENIED, "task.own", "approval.decide",
                         "{'approval':'%s','decision':'approved','version':1}", code);
    (void)person_refused(&second, desk, ERR_NOT_FOUND, "task.unknown", "approval.decide",
                         "{'approval':'%s','decision':'approved','version':1}", code);
    refused(&w, "approval.waiting");
    vote(&auditor, "approved");
    granted(&w);
}

/* ---- 4 ---- */

static void many_4_1_half_an_hour(void **state)
{
    (void)state;
    const struct wish w = {&asker, "p6", "sex", 101, false};
    refused(&w, "approval.wanted");
    vote(&manager, "approved");
    refused(&w, "approval.cooling");
    people_wait(desk, 29 * 60);
    person_sign_in(&asker, desk);
    refused(&w, "approval.cooling");
    people_wait(desk, 61);
    granted(&w);
}

/* ---- 5 ---- */

static void refuse_5_1(void **state)
{
    (void)state;
    const struct wish w = {&asker, "p7", "sex", 30, false};
    refused(&w, "approval.wanted");
    vote(&manager, "refused");
    refused(&w, "approval.refused");
    const struct json *r =
        person_do(&asker, desk, "approval.show", "{'approval':'%s'}", newest(&asker));
    assert_string_equal(json_get_text(r, "state", ""), "refused");
    assert_string_equal(json_get_text(r, "answer", ""), "canaryanswer");
    (void)person_refused(&auditor, desk, ERR_CONFLICT, "task.conflict", "approval.decide",
                         "{'approval':'%s','decision':'approved','version':2}", newest(&asker));
    people_wait(desk, 86400);
    person_sign_in(&asker, desk);
    refused(&w, "approval.wanted");
}

/* ---- 6 ---- */

static void log_6_1(void **state)
{
    struct buf b;
    size_t at;
    (void)state;
    const struct wish w = {&asker, "canarypurpose", "canarycolumn", 30, false};
    int64_t entries = desk_entries(desk, "approval");
    refused(&w, "approval.wanted");
    refused(&w, "approval.waiting");
    assert_int_equal(desk_entries(desk, "approval"), entries + 1);
    assert_string_equal(json_get_text(desk_last_entry(desk), "fields", ""), "asked");
    vote(&manager, "approved");
    granted(&w);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "fields", ""), "used");
    assert_string_equal(json_get_text(entry, "actor", ""), "asker");
    assert_int_equal(json_get_int(entry, "count", 0), 30);
    static const char *const files[] = {"repository/database", "repository/database-wal"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (!file_exists(files[i])) continue;
        buf_init(&b, 500000000);
        assert_true(file_read(&b, files[i], b.max, NULL));
        assert_false(text_find(buf_text(&b), TEXT("canary"), &at));
        buf_release(&b);
    }
    desk_verify(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(need_1_1, fresh),
        cmocka_unit_test_setup(used_2_1_once_and_for_this_alone, fresh),
        cmocka_unit_test_setup(used_2_2_within_a_day, fresh),
        cmocka_unit_test_setup(used_2_3_who_waits_a_week_asks_again, fresh),
        cmocka_unit_test_setup(who_3_1, fresh),
        cmocka_unit_test_setup(who_3_2_of_those_who_run_the_register, fresh),
        cmocka_unit_test_setup(many_4_1_half_an_hour, fresh),
        cmocka_unit_test_setup(refuse_5_1, fresh),
        cmocka_unit_test_setup(log_6_1, fresh),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
