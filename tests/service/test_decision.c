/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/decision.c (S50, S51, S52, S53)
 *  1 every role with every operation, every way of having signed in and every purpose: what is decided is
 *    what the rules say, each of them put down here a second time
 *  2 whose records are there: nobody's before a decision and after a refusal
 *  3 data sets and privacy: every role, every data set
 *  4 nothing decided is refused
 *  5 what may be done under threat
 */
#include "harness.h"

#include "service/operations.h"
#include "service/service_internal.h"

#include <string.h>

enum { OWN = 7, OTHER = 8 };

/* Ways to come: at this machine, without a session, and so on. */
static const struct way {
    const char *name;
    struct who who;
} ways[] = {
    {"at the machine", {.local = true, .fresh = true, .state = SESSION_OPEN}},
    {"nobody", {.state = SESSION_OPEN}},
    {"password alone", {.account_no = 1, .state = SESSION_SECOND}},
    {"without a factor", {.account_no = 1, .state = SESSION_ENROL, .fresh = true}},
    {"signed in", {.account_no = 1, .state = SESSION_OPEN}},
    {"signed in lately", {.account_no = 1, .state = SESSION_OPEN, .fresh = true}},
    {"under threat", {.account_no = 1, .state = SESSION_OPEN, .fresh = true, .duress = true}},
    {"by a key for all", {.account_no = 1, .state = SESSION_OPEN, .token = true, .purpose = "k"}},
    {"by a key for one",
     {.account_no = 1,
      .state = SESSION_OPEN,
      .token = true,
      .purpose = "k",
      .only_organisation_no = OWN}},
    {"by a key for another",
     {.account_no = 1,
      .state = SESSION_OPEN,
      .token = true,
      .purpose = "k",
      .only_organisation_no = OTHER}},
    {"by a key for nothing",
     {.account_no = 1, .state = SESSION_OPEN, .token = true, .purpose = "k", .operations = "x.y"}},
};
enum { WAYS = sizeof ways / sizeof *ways };

static const char *const purposes[] = {NULL, "", " \t", "k", "statistics"};
enum { PURPOSES = sizeof purposes / sizeof *purposes };

static const struct role *role_at(size_t i)
{
    return i < n_role ? &roles[i] : &role_nobody;
}

/* ---- the rules a second time, each a sentence ---- */

static bool changes(const struct operation *op)
{
    static const char own[] = " session.second session.close session.end session.purpose"
                              " account.language notice.read factor.challenge ";
    char name[80];
    (void)snprintf(name, sizeof name, " %s ", op->name);
    return op->transaction != TX_READ && strstr(own, name) == NULL;
}

/* Keys name the operation among others, but for the one that is for nothing. */
static struct who comes(const struct way *way, const struct operation *op, const struct role *r,
                        int64_t organisation_no)
{
    static char names[100];
    struct who w = way->who;
    w.role = r;
    w.organisation_no = organisation_no;
    (void)snprintf(names, sizeof names, "a.b %s c.d", op->name);
    if (w.token && w.operations == NULL) w.operations = names;
    return w;
}

static bool reaches(const struct who *w, const struct operation *op)
{
    if (w->local || op->reach == REACH_OPEN) return true;
    bool known = w->account_no != 0, whole = w->state == SESSION_OPEN || op->half_open,
         named = !w->token || strcmp(w->operations, "x.y") != 0, calm = !w->duress || !changes(op),
         fresh = !op->fresh_required || w->fresh;
    return known && whole && named && calm && fresh;
}

static const char *purpose_of(const struct who *w, const struct operation *op, const char *stated)
{
    if (stated != NULL || w->local || w->token || op->purpose_required) return stated;
    return w->role->purpose;
}

static bool allowed(const struct who *w, const struct operation *op, enum audit_action a,
                    const char *stated)
{
    const char *purpose = purpose_of(w, op, stated);
    bool may = op->capability == CAP_NONE || (w->role->may >> op->capability & 1) != 0,
         wanted = op->purpose_required || a == AUDIT_RECORD_READ || a == AUDIT_DISCLOSE ||
                  a == AUDIT_LINK_READ,
         given = purpose != NULL && purpose[strspn(purpose, " \t")] != '\0',
         own = !w->token || (purpose != NULL && strcmp(purpose, "k") == 0);
    return may && own && (given || !wanted);
}

/* Of the organisations 7 and 8 and one that has none. */
static bool sees(const struct who *w, int64_t organisation_no)
{
    if (w->local) return true;
    if (w->duress) return false;
    if (w->role->own_only && w->organisation_no != organisation_no) return false;
    return w->only_organisation_no == 0 || w->only_organisation_no == organisation_no;
}

/* ---- 1 ---- */

static size_t n_allowed, n_refused;

static void try(const struct way *way, const struct operation *op, const struct role *r,
                enum audit_action a, const char *stated)
{
    struct who w = comes(way, op, r, OWN);
    bool in = decide_reach(&w, op) == VERDICT_ALLOW;
    struct decision d = decide(&w, op, a, stated);
    bool yes = d.verdict == VERDICT_ALLOW;
    if (in != reaches(&w, op) || yes != allowed(&w, op, a, stated))
        fail_msg("%s, %s, %s, purpose %s: reaches %d, allowed %d", way->name, r->name, op->name,
                 stated == NULL ? "none" : stated, in, yes);
    assert_int_equal(scope_has(d.scope, OWN), yes && sees(&w, OWN));
    assert_int_equal(scope_has(d.scope, OTHER), yes && sees(&w, OTHER));
    if (yes) assert_ptr_equal(d.purpose, purpose_of(&w, op, stated));
    n_allowed += yes && in;
    n_refused += !yes || !in;
}

static void decision_1_1_every_case(void **state)
{
    static const enum audit_action actions[] = {AUDIT_NONE, AUDIT_RECORD_READ, AUDIT_DISCLOSE,
                                                AUDIT_LINK_READ, AUDIT_LINK_UNDO};
    const struct operation *op;
    (void)state;
    for (size_t i = 0; (op = operation_at(i)) != NULL; i++)
        for (size_t r = 0; r <= n_role; r++)
            for (size_t w = 0; w < WAYS; w++)
                for (size_t p = 0; p < PURPOSES; p++)
                    for (size_t a = 0; a < sizeof actions / sizeof *actions; a++)
                        try(&ways[w], op, role_at(r), actions[a], purposes[p]);
    assert_true(n_allowed > 10000);
    assert_true(n_refused > 10000);
}

/* ---- 2 ---- */

static void decision_2_1_of_no_organisation(void **state)
{
    const struct operation *op = operation_find("record.list");
    const struct who contributor = {.account_no = 1,
                                    .state = SESSION_OPEN,
                                    .role = role_find(TEXT("contributor"))};
    (void)state;
    struct decision d = decide(&contributor, op, AUDIT_RECORD_READ, NULL);
    assert_int_equal(d.verdict, VERDICT_ALLOW);
    assert_int_equal(d.scope.kind, SCOPE_NONE);
    struct who key = contributor;
    key.organisation_no = OWN;
    key.only_organisation_no = OTHER; /* of a key made before its account changed sides */
    assert_int_equal(decide_scope(&key).kind, SCOPE_NONE);
}

static void decision_2_2_before_and_after(void **state)
{
    struct call c = {.s = NULL};
    (void)state;
    assert_int_equal(call_whose(&c).kind, SCOPE_NONE);
    assert_int_equal(call_scope(&c), -1);
    assert_false(call_sees_organisation(&c, OWN));
    assert_false(call_sees_organisation(&c, 0));
    c.decision = (struct decision){VERDICT_NO_PURPOSE, NULL, SCOPE_EVERYTHING};
    assert_false(call_sees_organisation(&c, OWN));
    c.decision.verdict = VERDICT_ALLOW;
    assert_true(call_sees_organisation(&c, OWN));
    c.decision.scope = scope_of(OTHER);
    assert_int_equal(call_whose_of(&c, OWN).kind, SCOPE_NONE);
    assert_int_equal(call_whose_of(&c, OTHER).organisation_no, OTHER);
    assert_false(call_sees_organisation(&c, OWN));
    assert_true(call_sees_organisation(&c, OTHER));
}

/* ---- 3 ---- */

static void decision_3_1_data_sets(void **state)
{
    static const unsigned privacy[] = {0, PRIVACY_C, PRIVACY_D, PRIVACY_C | PRIVACY_D};
    const uint64_t victim = UINT64_C(1) << CAP_VICTIM, justice = UINT64_C(1) << CAP_JUSTICE;
    const uint64_t sets[] = {0, victim, justice, victim | justice};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct role r = {.name = "made up", .may = sets[i]};
        bool v = (sets[i] & victim) != 0, j = (sets[i] & justice) != 0;
        for (size_t p = 0; p < 4; p++) {
            bool offence = (privacy[p] & PRIVACY_C) != 0;
            assert_int_equal(decide_reads(&r, DATA_SET_VICTIM, privacy[p]), v);
            assert_int_equal(decide_reads(&r, DATA_SET_JUSTICE, privacy[p]), j);
            assert_int_equal(decide_reads(&r, DATA_SET_CASE, privacy[p]), offence ? j : v || j);
        }
    }
}

/* ---- 4 ---- */

static void decision_4_1_nothing_is_refused(void **state)
{
    const struct decision none = {0};
    const struct operation *op;
    (void)state;
    assert_int_not_equal(none.verdict, VERDICT_ALLOW);
    for (size_t i = 0; (op = operation_at(i)) != NULL; i++) {
        const struct who nobody = {.role = &role_nobody};
        if (op->reach != REACH_OPEN) assert_int_equal(decide_reach(&nobody, op), VERDICT_NOBODY);
        if (op->capability != CAP_NONE)
            assert_int_equal(decide(&nobody, op, AUDIT_NONE, "x").verdict, VERDICT_NO_CAPABILITY);
    }
}

/* ---- 5 ---- */

static void decision_5_1_threat(void **state)
{
    const struct operation *op;
    size_t kept = 0;
    (void)state;
    for (size_t i = 0; (op = operation_at(i)) != NULL; i++) {
        if (op->reach != REACH_DESK) continue;
        struct who w = comes(&ways[6], op, role_find(TEXT("data-manager")), OWN);
        bool goes = decide_reach(&w, op) == VERDICT_ALLOW;
        if (goes && op->transaction != TX_READ) kept++;
        if (goes) assert_false(changes(op));
        else assert_int_equal(decide_reach(&w, op), VERDICT_DURESS);
    }
    assert_true(kept >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decision_1_1_every_case),
        cmocka_unit_test(decision_2_1_of_no_organisation),
        cmocka_unit_test(decision_2_2_before_and_after),
        cmocka_unit_test(decision_3_1_data_sets),
        cmocka_unit_test(decision_4_1_nothing_is_refused),
        cmocka_unit_test(decision_5_1_threat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
