/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/session.c and of decision.c, over service_call_as()
 *  1 the matrix (S51): every role and nobody with every operation that the desk has, for records of
 *    the own organisation, of another, ones that are not there, decoys (S58) and erased ones
 *  2 a session ends: idle, after eight hours, half open, clock (S38, S39)
 *  3 rights are those of the account now (S53)
 *  4 lately shown (S46)
 *  5 what is no session: texts of any kind
 *  6 identifiers opened in an hour and a day (S55)
 *  7 the language of an answer: the request's, else the account's, else the browser's, else the pack's
 */
#include "harness.h"

#include "people.h"

#include "service/operations.h"
#include "store/session.h"

static struct service *desk;
static char own[20], foreign[20];

static struct person nobody = {.account = "nobody", .role = "nobody"};
static struct person people[] = {
    {.account = "contributor", .role = "contributor", .organisation = "GNR"},
    {.account = "manager", .role = "data-manager"},
    {.account = "analyst", .role = "analyst"},
    {.account = "publisher", .role = "publisher"},
    {.account = "auditor", .role = "auditor"},
    {.account = "admin", .role = "administrator"},
};
enum { N_PEOPLE = sizeof people / sizeof people[0] };

static void first_record(char out[20], const char *organisation)
{
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':1000}"), "records");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "organisation", ""), organisation) == 0)
            (void)snprintf(out, 20, "%s", json_get_text(json_at(list, i), "record", ""));
}

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    desk_victims("w.csv", "B", 10, 15, 0);
    (void)desk_do(desk, "import.run", "{'file':'w.csv','form':'victim','organisation':'APAV'}");
    first_record(own, "GNR");
    first_record(foreign, "APAV");
    for (size_t i = 0; i < N_PEOPLE; i++) {
        people[i].session[0] = people[i].password[0] = '\0';
        people[i].has_factor = false;
        person_make(&people[i], desk);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- 1 ---- */

static struct json *good_value(const struct parameter_spec *p, const char *record)
{
    static char text[5000];
    struct json *list;
    struct text rest, one;
    switch (p->type) {
    case PARAM_INT: return json_int(p->min);
    case PARAM_BOOL: return json_bool(true);
    case PARAM_LIST:
        list = json_array();
        json_push(list, json_text(TEXT("sex")));
        return list;
    case PARAM_FIELDS: return json_object();
    case PARAM_TEXT: break;
    }
    if (strcmp(p->name, "record") == 0) return json_text(text_of(record));
    if (strcmp(p->name, "form") == 0) return json_text(TEXT("victim"));
    if (p->choices != NULL) {
        rest = text_of(p->choices);
        if (!text_split(&rest, '|', &one)) fail_msg("%s has no choice", p->name);
        return json_text(one);
    }
    size_t n = p->min > 1 ? (size_t)p->min : 1;
    memset(text, 'a', n);
    return json_text((struct text){text, n});
}

static struct json *document(const struct operation *op, const char *record, bool *names_record)
{
    struct json *in = json_object();
    *names_record = false;
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
        if (!p->required) continue;
        json_set(in, p->name, good_value(p, record));
        *names_record |= strcmp(p->name, "record") == 0;
    }
    return in;
}

struct answer {
    bool ok;
    struct err e;
};

static void ask(struct answer *out, struct person *p, const struct operation *op,
                const char *record, bool *names_record)
{
    struct caller who = {.session = p->session[0] == '\0' ? NULL : p->session,
                         .source = "192.0.2.0",
                         .language = "en",
                         .purpose = "test"};
    struct json *in = document(op, record, names_record), *result = NULL;
    *out = (struct answer){.ok = false};
    out->ok = service_call_as(&result, desk, &who, op->name, in, NULL, &out->e);
    json_free(result);
    json_free(in);
}

/* The text without the code that was asked for. */
static void without(char *text, const char *code)
{
    for (char *at; (at = strstr(text, code)) != NULL;) memset(at, '#', strlen(code));
}

static void same_but_for_the_code(const struct operation *op, struct answer *a, const char *code_a,
                                  struct answer *b, const char *code_b)
{
    assert_int_equal(a->ok, b->ok);
    assert_int_equal(a->e.code, b->e.code);
    if (!a->ok) assert_string_equal(a->e.id, b->e.id);
    without(a->e.msg, code_a);
    without(b->e.msg, code_b);
    without(a->e.detail, code_a);
    without(b->e.detail, code_b);
    if (strcmp(a->e.msg, b->e.msg) != 0 || strcmp(a->e.detail, b->e.detail) != 0 ||
        strcmp(a->e.remedy, b->e.remedy) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", op->name, a->e.msg, b->e.msg);
}

static size_t n_cell;

static void judge(const struct person *p, const struct role *r, const struct operation *op,
                  const struct answer *a)
{
    const char *id = a->ok ? "" : a->e.id;
    n_cell++;
    if (op->reach == REACH_LOCAL) {
        if (strcmp(id, "call.no_operation") != 0) fail_msg("%s reaches %s", p->account, op->name);
    } else if (r == NULL) {
        bool none = strcmp(id, "session.none") == 0;
        if (none != (op->reach == REACH_DESK)) fail_msg("nobody and %s: %s", op->name, id);
    } else {
        bool denied = strcmp(id, "call.not_allowed") == 0;
        if (denied == role_may(r, op->capability))
            fail_msg("%s: %s was %s: %s", p->account, op->name, denied ? "denied" : "let in", id);
        if (strcmp(id, "session.none") == 0 && a->e.code == ERR_DENIED)
            fail_msg("%s: %s: the session is gone", p->account, op->name);
    }
}

static void walk(struct person *p)
{
    const struct role *r = p == &nobody ? NULL : role_find(text_of(p->role));
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        struct answer a, b, c;
        bool record;
        if (r != NULL && strcmp(op->name, "session.open") == 0) continue;
        ask(&b, p, op, foreign, &record);
        judge(p, r, op, &b);
        if (r != NULL && strcmp(op->name, "session.close") == 0) {
            person_sign_in(p, desk);
            continue;
        }
        ask(&c, p, op, "0123456789AB", &record);
        judge(p, r, op, &c);
        if (record && op->reach == REACH_DESK && r != NULL && r->own_only)
            same_but_for_the_code(op, &b, foreign, &c, "0123456789AB");
        if (record && r != NULL && !r->own_only && role_may(r, op->capability) && !c.ok && b.ok)
            n_cell++;                                        /* it is there for who may see all */
        if (strcmp(op->name, "record.erase") == 0) continue; /* the foreign one is gone now */
        ask(&a, p, op, own, &record);
        judge(p, r, op, &a);
        if (record && a.ok && r != NULL && r->own_only && b.ok)
            fail_msg("%s reads a foreign record with %s", p->account, op->name);
    }
}

static void matrix_1_1_every_role_and_operation(void **state)
{
    (void)state;
    n_cell = 0;
    walk(&nobody);
    for (size_t i = 0; i < N_PEOPLE; i++) {
        person_sign_in(&people[i], desk);
        walk(&people[i]);
        if (i == 1) first_record(foreign, "APAV"); /* the data manager has erased one */
    }
    assert_true(n_cell >= 1000);
    print_message("%zu cells\n", n_cell);
    desk_verify(desk);
}

static void matrix_1_2_own_records_alone(void **state)
{
    (void)state;
    struct person *p = &people[0];
    const struct json *list = json_get(person_do(p, desk, "record.list", "{}"), "records");
    assert_int_equal(json_size(list), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(json_get_text(json_at(list, i), "organisation", ""), "GNR");
    (void)person_do(p, desk, "record.show", "{'record':'%s'}", own);
    assert_int_equal(json_size(
                         json_get(person_do(&people[1], desk, "record.list", "{}"), "records")),
                     10);
}

/* Every operation that names a record, for two of them: what is answered is the same. */
static size_t alike(struct person *p, const char *x, const char *y)
{
    size_t n = 0;
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        struct answer a, b;
        bool record;
        json_free(document(op, x, &record));
        if (!record || op->reach != REACH_DESK) continue;
        ask(&a, p, op, x, &record);
        ask(&b, p, op, y, &record);
        same_but_for_the_code(op, &a, x, &b, y);
        n++;
    }
    return n;
}

/* S51, S58: nobody learns from an answer that a record is a decoy. */
static void matrix_1_3_decoys(void **state)
{
    char plain[20], decoy[20], other[20];
    size_t n = 0;
    (void)state;
    desk_victims("x.csv", "C", 30, 31, 0);
    (void)desk_do(desk, "import.run", "{'file':'x.csv','form':'victim','organisation':'GNR'}");
    first_record(plain, "GNR");
    person_sign_in(&people[4], desk);
    for (int i = 0; i < 2; i++) {
        const struct json *r =
            person_do(&people[4], desk, "decoy.plant",
                      "{'organisation':'%s','family_name':'Quixada','given_names':'Filomena'}",
                      i == 0 ? "GNR" : "APAV");
        (void)snprintf(i == 0 ? decoy : other, 20, "%s", json_get_text(r, "record", ""));
    }
    assert_string_not_equal(plain, decoy);
    person_sign_in(&people[0], desk);
    n += alike(&people[0], other, "0123456789AB"); /* of another organisation: like missing */
    for (size_t i = 0; i < N_PEOPLE; i++) {
        person_sign_in(&people[i], desk);
        n += alike(&people[i], plain, decoy);
    }
    assert_true(n > 100);
}

/* S51: what was erased; of another organisation it was never there. */
static void matrix_1_4_erased(void **state)
{
    char gone[20];
    size_t n = 0;
    (void)state;
    first_record(gone, "APAV");
    (void)desk_do(desk, "record.erase", "{'record':'%s','reason':'test'}", gone);
    person_sign_in(&people[0], desk);
    n += alike(&people[0], gone, "0123456789AB");
    assert_true(n > 15);
    for (size_t i = 1; i < N_PEOPLE; i++) {
        person_sign_in(&people[i], desk);
        for (size_t k = 0; k < operation_row_count(); k++) {
            const struct operation *op = &operation_row_at(k)->operation;
            struct answer a;
            bool record;
            json_free(document(op, gone, &record));
            if (!record || op->reach != REACH_DESK) continue;
            ask(&a, &people[i], op, gone, &record);
            judge(&people[i], role_find(text_of(people[i].role)), op, &a);
            bool told = strcmp(op->name, "record.history") == 0 || /* when and why it went */
                        strcmp(op->name, "audit.readers") == 0;    /* who had looked */
            if (a.ok && !told) fail_msg("%s: %s of an erased record", people[i].account, op->name);
        }
    }
}

/* ---- 2 ---- */

static void gone(struct person *p)
{
    (void)person_refused(p, desk, ERR_DENIED, "session.none", "session.info", "{}");
}

static void end_2_1_idle(void **state)
{
    (void)state;
    struct person *p = &people[0], *analyst = &people[2];
    people_wait(desk, 14 * 60);
    (void)person_do(p, desk, "session.info", "{}");
    people_wait(desk, 14 * 60); /* the use before counts */
    (void)person_do(p, desk, "session.info", "{}");
    people_wait(desk, 30); /* within a minute: not written */
    (void)person_do(p, desk, "session.info", "{}");
    people_wait(desk, 15 * 60);
    gone(p);
    person_sign_in(analyst, desk);
    people_wait(desk, 29 * 60);
    (void)person_do(analyst, desk, "session.info", "{}");
    people_wait(desk, 30 * 60);
    gone(analyst);
    gone(analyst); /* its row is gone too */
}

static void end_2_2_eight_hours(void **state)
{
    (void)state;
    struct person *p = &people[1];
    person_sign_in(p, desk);
    for (int i = 0; i < 34; i++) {
        (void)person_do(p, desk, "session.info", "{}");
        people_wait(desk, 14 * 60);
    }
    (void)person_do(p, desk, "session.info", "{}");
    people_wait(desk, 5 * 60);
    gone(p);
}

static void end_2_3_half_open(void **state)
{
    (void)state;
    struct person *p = &people[1];
    (void)person_do(p, desk, "session.open", "{'account':'manager','password':'%s'}", p->password);
    people_wait(desk, 9 * 60);
    (void)person_do(p, desk, "session.info", "{}");
    people_wait(desk, 61);
    gone(p);
}

/* Whatever the clock of the machine says, time does not go back for a session. */
static void end_2_4_clock_and_other_desks(void **state)
{
    (void)state;
    struct person *p = &people[1];
    person_sign_in(p, desk);
    people_wait(desk, -3600);
    gone(p);
    people_wait(desk, 3600);
    person_sign_in(p, desk);
    (void)person_do(p, desk, "session.info", "{}");
}

static void end_2_5_at_most_three(void **state)
{
    (void)state;
    struct person *p = &people[2], first, second;
    (void)desk_do(desk, "account.change",
                  "{'account':'analyst','state':'enabled'}"); /* none left */
    person_sign_in(p, desk);
    first = *p;
    person_sign_in(p, desk);
    second = *p;
    person_sign_in(p, desk);
    (void)person_do(&first, desk, "session.info", "{}");
    person_sign_in(p, desk);
    gone(&first);
    (void)person_do(&second, desk, "session.info", "{}");
    const struct json *list = json_get(person_do(p, desk, "session.list", "{}"), "sessions");
    assert_int_equal(json_size(list), 3);
    assert_true(json_get_bool(json_at(list, 2), "this", false));
    int64_t number = json_get_int(json_at(list, 0), "number", 0);
    /* Another's session is not there (S45). */
    person_sign_in(&people[3], desk);
    (void)person_refused(&people[3], desk, ERR_NOT_FOUND, "session.unknown", "session.end",
                         "{'number':%lld}", (long long)number);
    (void)person_refused(&people[3], desk, ERR_NOT_FOUND, "account.unknown", "session.end",
                         "{'number':%lld,'account':'analyst'}", (long long)number);
    (void)person_refused(&people[3], desk, ERR_NOT_FOUND, "account.unknown", "session.list",
                         "{'account':'analyst'}");
    (void)person_do(p, desk, "session.end", "{'number':%lld}", (long long)number);
    gone(&second);
    person_sign_in(&people[5], desk);
    (void)person_do(&people[5], desk, "session.list", "{'account':'analyst'}");
    (void)person_do(p, desk, "session.close", "{}");
    gone(p);
}

/* ---- 3 ---- */

static void rights_3_1_act_on_the_next_request(void **state)
{
    (void)state;
    struct person *p = &people[3];
    person_sign_in(p, desk);
    (void)person_do(p, desk, "session.info", "{}");
    (void)desk_do(desk, "account.change", "{'account':'publisher','role':'analyst'}");
    gone(p);
    person_sign_in(p, desk);
    (void)person_do(p, desk, "record.list", "{}");
    (void)desk_do(desk, "account.change", "{'account':'publisher','state':'disabled'}");
    gone(p);
    (void)person_refused(p, desk, ERR_DENIED, "session.refused", "session.open",
                         "{'account':'publisher','password':'%s'}", p->password);
    (void)desk_do(desk, "account.change",
                  "{'account':'publisher','state':'enabled','role':'publisher'}");
    person_sign_in(p, desk);
    (void)person_refused(p, desk, ERR_DENIED, "call.not_allowed", "record.list", "{}");
}

/* ---- 4 ---- */

static void fresh_4_1_within_five_minutes(void **state)
{
    (void)state;
    struct person *p = &people[5];
    char before[PEOPLE_TOKEN];
    person_sign_in(p, desk);
    people_wait(desk, 4 * 60);
    (void)person_do(p, desk, "account.add", "{'account':'new.one','name':'N','role':'analyst'}");
    people_wait(desk, 2 * 60);
    (void)person_refused(p, desk, ERR_DENIED, "session.not_fresh", "account.reset",
                         "{'account':'new.one'}");
    (void)person_do(p, desk, "account.list", "{}");
    (void)snprintf(before, sizeof before, "%s", p->session);
    (void)person_do(p, desk, "session.second", "{'code':'%s'}", person_code(p, desk));
    assert_string_not_equal(before, p->session);
    (void)person_do(p, desk, "account.reset", "{'account':'new.one'}");
    (void)snprintf(p->session, sizeof p->session, "%s", before);
    gone(p);
    /* Who has no second factor shows the password again. */
    p = &people[2];
    person_sign_in(p, desk);
    people_wait(desk, 6 * 60);
    (void)person_refused(p, desk, ERR_DENIED, "session.not_fresh", "factor.begin", "{}");
    (void)person_refused(p, desk, ERR_DENIED, "session.refused", "session.second",
                         "{'password':'wrong'}");
    (void)person_refused(p, desk, ERR_DENIED, "session.refused", "session.second", "{}");
    (void)person_do(p, desk, "session.second", "{'password':'%s'}", p->password);
    (void)person_do(p, desk, "factor.begin", "{}");
}

/* ---- 5 ---- */

static void who_5_1_no_session(void **state)
{
    (void)state;
    char almost[PEOPLE_TOKEN];
    static const char *const texts[] = {
        "",
        "x",
        "dcim_",
        "' OR 1=1 --",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "dcim_0000000000000000000000000000000000000000000000000000000000000000",
        "xxxxx0000000000000000000000000000000000000000000000000000000000000000"};
    struct json *out;
    struct err e;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(people_try(&out, desk, texts[i], NULL, &e, "session.info", "{}"));
        assert_string_equal(e.id, "session.none");
    }
    person_sign_in(&people[2], desk);
    (void)snprintf(almost, sizeof almost, "%s", people[2].session);
    almost[63] = almost[63] == '0' ? '1' : '0';
    assert_false(people_try(&out, desk, almost, NULL, &e, "session.info", "{}"));
    assert_string_equal(e.id, "session.none");
}

/* ---- 6 ---- */

static void quota_6_1_of_identifiers(void **state)
{
    (void)state;
    struct person *p = &people[0];
    int64_t alerts = desk_entries(desk, "quota");
    person_sign_in(p, desk);
    people_wait(desk, 86400);
    person_sign_in(p, desk);
    for (int i = 0; i < 60; i++)
        (void)person_do(p, desk, "record.identity", "{'record':'%s','purpose':'test'}", own);
    assert_int_equal(desk_entries(desk, "quota"), alerts + 1);
    assert_string_equal(json_get_text(desk_last_entry(desk), "action", ""), "identity.read");
    (void)person_refused(p, desk, ERR_LIMIT, "identity.quota", "record.identity",
                         "{'record':'%s','purpose':'test'}", own);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "quota");
    assert_string_equal(json_get_text(entry, "decision", ""), "deny");
    assert_string_equal(json_get_text(entry, "actor", ""), "contributor");
    person_sign_in(&people[1], desk); /* others go on */
    (void)person_do(&people[1], desk, "record.identity", "{'record':'%s','purpose':'test'}", own);
    for (int hour = 1; hour < 4; hour++) {
        people_wait(desk, 3601);
        person_sign_in(p, desk);
        for (int i = 0; i < (hour < 3 ? 60 : 20); i++)
            (void)person_do(p, desk, "record.identity", "{'record':'%s','purpose':'test'}", own);
    }
    (void)person_refused(p, desk, ERR_LIMIT, "identity.quota", "record.identity",
                         "{'record':'%s','purpose':'test'}", own);
    desk_verify(desk);
}

/* ---- 7 ---- */

static const char *spoken(struct person *p, const char *language, const char *browser)
{
    static char title[100];
    struct caller who = {.session = p->session, .language = language, .browser = browser};
    struct json *in = json_object(), *out = NULL;
    struct err e = {0};
    if (!service_call_as(&out, desk, &who, "session.info", in, NULL, &e)) fail_msg("%s", e.msg);
    (void)snprintf(title, sizeof title, "%s", json_get_text(out, "role_title", ""));
    json_free(out);
    json_free(in);
    return title;
}

static void language_7_1_of_an_answer(void **state)
{
    (void)state;
    struct person p = {.account = "speaks", .role = "administrator"};
    char pack[100];
    person_make(&p, desk);
    (void)snprintf(pack, sizeof pack, "%s", spoken(&p, NULL, NULL));
    assert_string_equal(spoken(&p, NULL, "en"), "Administrator");
    assert_string_not_equal(pack, "Administrator");
    assert_string_equal(spoken(&p, "pt", "en"), pack);
    (void)person_do(&p, desk, "account.language", "{'language':'pt'}");
    assert_string_equal(spoken(&p, NULL, "en"), pack);
    assert_string_equal(spoken(&p, "en", "pt"), "Administrator");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix_1_2_own_records_alone),
        cmocka_unit_test(end_2_1_idle),
        cmocka_unit_test(end_2_2_eight_hours),
        cmocka_unit_test(end_2_3_half_open),
        cmocka_unit_test(end_2_4_clock_and_other_desks),
        cmocka_unit_test(end_2_5_at_most_three),
        cmocka_unit_test(rights_3_1_act_on_the_next_request),
        cmocka_unit_test(fresh_4_1_within_five_minutes),
        cmocka_unit_test(who_5_1_no_session),
        cmocka_unit_test(quota_6_1_of_identifiers),
        cmocka_unit_test(language_7_1_of_an_answer),
        cmocka_unit_test(matrix_1_1_every_role_and_operation),
        cmocka_unit_test(matrix_1_3_decoys),
        cmocka_unit_test(matrix_1_4_erased),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
