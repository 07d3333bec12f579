/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/service.c
 *  1 roles: every role with every operation, as the table of capabilities says; a refusal is an
 *  entry
 *  2 data sets: forms of a data set that the role may not see
 *  3 purpose
 *  4 the entry of each act
 *  5 an act and its entry: the log cannot be written, so nothing of the act is there
 *  6 the session: role, texts that go into the log, repository, key, another one writing
 *  7 the dictionary of the repository, changed behind its back
 *  8 snapshots
 */
#include "harness.h"

#include "desk.h"

#include "model/capability.h"
#include "raw.h"
#include "service/operations.h"

#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "'form':'victim','organisation':'GNR'"

/* store/backend.h is not seen from here. */
void backend_busy_ms(struct backend *b, int ms);

static struct service *desk;
static char record[20]; /* code of one record */

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 30, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':1}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 0), "record", ""));
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- 1 ---- */

/* Parameters with which an operation can be tried again and again. %1$d is a number that grows,
 * %2$s the record. */
static const struct trial {
    const char *operation, *parameters;
} trials[] = {
    {"repository.init", "{'pack':'pt'}"},
    {"repository.info", "{}"},
    {"organisation.add", "{'code':'N%1$d','type':'50','name':'n'}"},
    {"organisation.list", "{}"},
    {"organisation.show", "{'code':'GNR'}"},
    {"organisation.types", "{}"},
    {"organisation.quota", "{'code':'GNR','records':0}"},
    {"import.run", "{'file':'v.csv'," IMPORT "}"},
    {"import.check", "{'file':'v.csv'," IMPORT "}"},
    {"batch.list", "{}"},
    {"batch.undo", "{'batch':999,'reason':'none'}"},
    {"table.count", "{'form':'victim','rows':['sex']}"},
    {"table.raw", "{'form':'victim','rows':['sex']}"},
    {"report.list", "{}"},
    {"report.run", "{'report':'RASI','year':2022}"},
    {"record.list", "{}"},
    {"record.show", "{'record':'%2$s'}"},
    {"record.identity", "{'record':'%2$s','purpose':'test'}"},
    {"record.history", "{'record':'%2$s'}"},
    {"record.links", "{'record':'%2$s','purpose':'test'}"},
    {"quality.report", "{}"},
    {"link.catch_up", "{'form':'victim'}"},
    {"link.key", "{'out':'l%1$d','purpose':'test'}"},
    {"link.encode", "{'purpose':'test'}"},
    {"encode.file", "{'file':'absent.csv','form':'victim','key_file':'absent'}"},
    {"record.erase", "{'record':'000000000000','reason':'none'}"},
    {"audit.verify", "{}"},
    {"audit.list", "{}"},
    {"audit.search", "{'actor':'n','since':'2026-01-31'}"},
    {"audit.readers", "{'record':'%2$s'}"},
    {"backup.make", "{'file':'b%1$d.dcim'}"},
    {"backup.verify", "{'file':'absent.dcim'}"},
    {"backup.restore", "{'file':'absent.dcim','folder':'r%1$d'}"},
    {"pack.check", "{}"},
    {"pack.list", "{}"},
    {"pack.install", "{}"},
    {"pack.export", "{'xlsx':'w%1$d.xlsx','form':'victim'}"},
    {"pack.import", "{'file':'absent.xlsx','into':'d%1$d'}"},
    {"pack.coverage", "{'file':'absent.xlsx'}"},
    {"check.run", "{}"},
    {"dictionary.forms", "{}"},
    {"dictionary.variables", "{}"},
    {"dictionary.codebook", "{'form':'victim'}"},
    {"dictionary.paper", "{'form':'victim'}"},
    {"dictionary.processing", "{}"},
    {"dictionary.codes", "{'list':'CL_SEX'}"},
    {"dictionary.rules", "{}"},
    {"mapping.list", "{}"},
    {"key.list", "{}"},
    {"key.add", "{'kind':'key-file','new_key_file':'k%1$d','label':'%1$d'}"},
    {"key.remove", "{'slot':900}"},
    {"explore.variables", "{}"},
    {"explore.table", "{'form':'victim','rows':['sex']}"},
    {"explore.raw", "{'form':'victim','rows':['sex']}"},
    {"dashboard.list", "{}"},
    {"dashboard.show", "{}"},
    {"explore.download", "{'form':'victim','rows':['sex'],'format':'csv'}"},
    {"session.open", "{'account':'nobody','password':'wrong'}"},
    {"session.second", "{'code':'000000'}"},
    {"session.close", "{}"},
    {"session.info", "{}"},
    {"session.purpose", "{'purpose':'test'}"},
    {"session.list", "{'account':'nobody'}"},
    {"session.end", "{'number':900}"},
    {"setup.state", "{}"},
    {"setup.code", "{}"},
    {"setup.finish", "{'code':'0','account':'n','name':'n','password':'n'}"},
    {"account.activate", "{'account':'nobody','code':'0','password':'n'}"},
    {"account.list", "{}"},
    {"account.show", "{'account':'nobody'}"},
    {"account.choices", "{}"},
    {"account.add", "{'account':'n%1$d','name':'n','role':'analyst'}"},
    {"account.change", "{'account':'nobody'}"},
    {"account.reset", "{'account':'nobody'}"},
    {"account.password", "{'old':'n','password':'n'}"},
    {"account.language", "{'language':'pt'}"},
    {"factor.begin", "{}"},
    {"factor.confirm", "{'code':'000000'}"},
    {"recovery.renew", "{}"},
    {"token.add", "{'label':'n','operations':['record.list'],'purpose':'test','days':1}"},
    {"token.choices", "{}"},
    {"token.list", "{}"},
    {"token.revoke", "{'number':900}"},
    {"backup.list", "{}"},
    {"backup.make_here", "{}"},
    {"backup.daily", "{}"},
    {"backup.schedule", "{'time':'03:00','keep':3}"},
    {"backup.verify_here", "{'backup':'no','recovery_code':'no'}"},
    {"setup.progress", "{}"},
    {"setup.confirm", "{'recovery_code':'no'}"},
    {"health.show", "{}"},
    {"pack.installed", "{}"},
    {"request.list", "{}"},
    {"request.add", "{'right':'access','law':'gdpr','received':'2026-01-31','who':'n','text':'n'}"},
    {"request.show", "{'request':'000000000000'}"},
    {"request.answer", "{'request':'000000000000','state':'open','version':1}"},
};

static bool try_it(struct service *s, const struct trial *t, struct err *e)
{
    static int number = 100;
    static char text[400];
    struct json *out, *in;
    (void)snprintf(text, sizeof text, "%s", t->parameters);
    for (char *p; (p = strstr(text, "%1$d")) != NULL;) { /* four letters for four digits */
        char digits[8];
        (void)snprintf(digits, sizeof digits, "%04d", number);
        memcpy(p, digits, 4);
    }
    char *at = strstr(text, "%2$s");
    if (at != NULL) {
        char rest[100];
        (void)snprintf(rest, sizeof rest, "%s", at + 4);
        (void)snprintf(at, (size_t)(text + sizeof text - at), "%s%s", record, rest);
    }
    number++;
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    assert_true(json_parse(&in, text_of(text), NULL));
    err_clear(e);
    bool ok = service_call(&out, s, t->operation, in, NULL, e);
    json_free(in);
    if (ok) json_free(out);
    return ok;
}

static void cell(struct service *s, const struct role *role, const struct trial *t)
{
    const struct operation *op = operation_find(t->operation);
    struct err e;
    int64_t denials = desk_entries(desk, "deny");
    bool ok = try_it(s, t, &e);
    bool denied = !ok && strcmp(e.id, "call.not_allowed") == 0;
    bool may = role_may(role, op->capability);
    if (denied == may)
        fail_msg("%s: %s was %s (%s)", role->name, op->name, denied ? "denied" : "let in",
                 ok ? "" : e.msg);
    assert_int_equal(desk_entries(desk, "deny") - denials, denied ? 1 : 0);
    if (!denied) return;
    assert_int_equal(e.code, ERR_DENIED);
    assert_non_null(strstr(e.msg, role->name));
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "deny");
    assert_string_equal(json_get_text(entry, "decision", ""), "deny");
    assert_string_equal(json_get_text(entry, "role", ""), role->name);
    assert_string_equal(json_get_text(entry, "object_type", ""), "operation");
    assert_string_equal(json_get_text(entry, "object_id", ""), op->name);
}

/* S9, S20: the matrix of roles and operations, every cell. */
static void roles_1_1_the_matrix(void **state)
{
    (void)state;
    size_t n = 0;
    /* one desk for each role: what takes time is reading the dictionary when a desk opens */
    for (size_t r = 0; r < n_role; r++) {
        struct service *s = desk_open("repository", roles[r].name);
        for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++, n++)
            cell(s, &roles[r], &trials[i]);
        service_close(s);
    }
    assert_int_equal(n, n_role * (sizeof trials / sizeof trials[0]));
    desk_verify(desk);
}

/* Those of this machine are tried here, by name; those of the desk too, by
 * tests/service/test_session.c, which takes them from the table. */
static void roles_1_2_every_operation_is_tried(void **state)
{
    (void)state;
    const struct operation *op;
    for (size_t i = 0; (op = operation_at(i)) != NULL; i++) {
        size_t k = 0, n = sizeof trials / sizeof trials[0];
        while (k < n && strcmp(trials[k].operation, op->name) != 0) k++;
        if (k == n && op->reach == REACH_LOCAL) fail_msg("%s is not tried", op->name);
    }
}

/* What design section 1 says persons must never do, said again by hand: the table above follows the
 * code. */
static void roles_1_3_what_must_never_be(void **state)
{
    (void)state;
    static const struct {
        const char *role, *operation;
    } never[] = {{"analyst", "record.identity"},       {"analyst", "import.run"},
                 {"publisher", "table.raw"},           {"publisher", "record.show"},
                 {"auditor", "record.show"},           {"auditor", "import.run"},
                 {"auditor", "organisation.add"},      {"administrator", "record.show"},
                 {"administrator", "record.list"},     {"administrator", "table.count"},
                 {"administrator", "record.identity"}, {"contributor", "key.add"},
                 {"contributor", "audit.list"},        {"contributor", "backup.make"},
                 {"data-manager", "key.remove"}};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        struct service *s = desk_open("repository", never[i].role);
        struct err e;
        size_t k = 0;
        while (strcmp(trials[k].operation, never[i].operation) != 0) k++;
        assert_false(try_it(s, &trials[k], &e));
        assert_string_equal(e.id, "call.not_allowed");
        service_close(s);
    }
}

/* ---- 2 ---- */

static void sets_2_1_forms_of_the_other_data_set_stay_shut(void **state)
{
    (void)state;
    desk_suspects("s.csv", "S", 0, 5);
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    const struct json *list =
        json_get(desk_do(desk, "record.list", "{'form':'suspect'}"), "records");
    char suspect[20];
    (void)snprintf(suspect, sizeof suspect, "%s", json_get_text(json_at(list, 0), "record", ""));
    struct role half = *role_find(TEXT("custodian"));
    half.name = "custodian";
    half.may &= ~(UINT64_C(1) << CAP_JUSTICE);
    struct service *s = desk_open("repository", NULL);
    s->role = &half;
    int64_t denials = desk_entries(desk, "deny");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "record.show", "{'record':'%s'}",
                       suspect);
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "record.history", "{'record':'%s'}",
                       suspect);
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "record.identity",
                       "{'record':'%s','purpose':'curious'}", suspect);
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "record.list", "{'form':'suspect'}");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "table.raw",
                       "{'form':'suspect','rows':['sex']}");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "table.count",
                       "{'form':'suspect','rows':['sex']}");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "import.run",
                       "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "import.check",
                       "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    assert_int_equal(desk_entries(desk, "deny") - denials, 8);
    /* a list of everything leaves them out */
    list = json_get(desk_do(s, "record.list", "{}"), "records");
    assert_int_equal(json_size(list), 30);
    (void)desk_do(s, "record.show", "{'record':'%s'}", record);
    service_close(s);
}

/* A case belongs to both data sets; what it says of offences (class C) to the justice set alone. */
static void sets_2_3_a_case_is_of_both(void **state)
{
    (void)state;
    harness_write_text("c.csv", "source_file_no,entry_date,case_status,legal_basis,operation_code,"
                                "group_type,recruitment_country\n"
                                "C1,2023-05-10,active,LB7,OP-7,organised_group,PT\n");
    (void)desk_do(desk, "import.run", "{'file':'c.csv','form':'case','organisation':'GNR'}");
    const struct json *list = json_get(desk_do(desk, "record.list", "{'form':'case'}"), "records");
    char code[20];
    (void)snprintf(code, sizeof code, "%s", json_get_text(json_at(list, 0), "record", ""));
    static const enum capability sets[] = {CAP_VICTIM, CAP_JUSTICE};
    for (size_t i = 0; i < 2; i++) { /* with one of the two each */
        struct role half = *role_find(TEXT("custodian"));
        half.may &= ~(UINT64_C(1) << sets[1 - i]);
        struct service *s = desk_open("repository", NULL);
        s->role = &half;
        bool justice = sets[i] == CAP_JUSTICE;
        const struct json *values =
            json_get(desk_do(s, "record.show", "{'record':'%s'}", code), "values");
        assert_string_equal(json_get_text(values, "operation_code", "none"), "OP-7");
        assert_string_equal(json_get_text(values, "group_type", "none"),
                            justice ? "organised_group" : "none");
        assert_string_equal(json_get_text(values, "recruitment_country", "none"),
                            justice ? "PT" : "none");
        values = json_get(desk_do(s, "record.identity", "{'record':'%s','purpose':'test'}", code),
                          "values");
        assert_string_equal(json_get_text(values, "group_type", "none"),
                            justice ? "organised_group" : "none");
        (void)desk_do(s, "record.history", "{'record':'%s'}", code);
        (void)desk_do(s, "table.raw", "{'form':'case','rows':['case_status']}");
        if (justice) {
            (void)desk_do(s, "table.raw", "{'form':'case','rows':['group_type']}");
        } else {
            (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "table.raw",
                               "{'form':'case','rows':['group_type']}");
            (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "table.raw",
                               "{'form':'case','rows':['case_status'],"
                               "'where':'${group_type} != 1'}");
        }
        service_close(s);
    }
    struct role neither = *role_find(TEXT("custodian"));
    neither.may &= ~(UINT64_C(1) << CAP_VICTIM | UINT64_C(1) << CAP_JUSTICE);
    struct service *s = desk_open("repository", NULL);
    s->role = &neither;
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "record.show", "{'record':'%s'}", code);
    service_close(s);
}

/* A batch of the other data set can be neither seen nor undone. */
static void sets_2_2_nor_their_batches(void **state)
{
    (void)state;
    desk_suspects("s.csv", "S", 0, 5);
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    struct role half = *role_find(TEXT("custodian"));
    half.may &= ~(UINT64_C(1) << CAP_JUSTICE);
    struct service *s = desk_open("repository", NULL);
    s->role = &half;
    const struct json *list = json_get(desk_do(s, "batch.list", "{}"), "batches");
    assert_int_equal(json_size(list), 1);
    assert_string_equal(json_get_text(json_at(list, 0), "form", ""), "victim");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "batch.undo", "{'batch':2,'reason':'x'}");
    service_close(s);
    assert_int_equal(desk_records(desk, "suspect"), 5);
}

/* ---- 3 ---- */

/* S21: consultation and disclosure without purpose are impossible. */
static void purpose_3_1_is_needed_to_consult_and_to_hand_out(void **state)
{
    (void)state;
    static const char *const none[] = {NULL, "", "   ", "\u00a0"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct service_options o = desk_options("repository", NULL);
        o.purpose = none[i];
        struct service *s = desk_open_with(&o);
        int64_t denials = desk_entries(desk, "deny");
        (void)desk_refused(s, ERR_DENIED, "call.no_purpose", "record.list", "{}");
        (void)desk_refused(s, ERR_DENIED, "call.no_purpose", "record.show", "{'record':'%s'}",
                           record);
        (void)desk_refused(s, ERR_DENIED, "call.no_purpose", "record.history", "{'record':'%s'}",
                           record);
        (void)desk_refused(s, ERR_DENIED, "call.no_purpose", "table.raw",
                           "{'form':'victim','rows':['sex']}");
        const struct err *e = desk_refused(s, ERR_DENIED, "call.no_purpose", "record.identity",
                                           "{'record':'%s','purpose':'  '}", record);
        assert_non_null(strstr(e->remedy, "--purpose"));
        assert_int_equal(desk_entries(desk, "deny") - denials, 5);
        /* what discloses nothing goes on */
        (void)desk_do(s, "repository.info", "{}");
        (void)desk_do(s, "import.run", "{'file':'v.csv'," IMPORT "}");
        service_close(s);
    }
}

/* Identifiers: the purpose of the session is not enough, and that of the call is what is kept. */
static void purpose_3_2_of_identifiers_is_of_the_call(void **state)
{
    (void)state;
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "record.identity", "{'record':'%s'}",
                       record);
    const struct json *r =
        desk_do(desk, "record.identity", "{'record':'%s','purpose':'request of a court'}", record);
    assert_string_equal(json_get_text(json_get(r, "values"), "family_name", ""), "FAMILY-29");
    assert_string_equal(json_get_text(json_get(r, "values"), "given_names", ""), "GIVEN-29");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "identity.read");
    assert_string_equal(json_get_text(entry, "purpose", ""), "request of a court");
    r = desk_do(desk, "record.show", "{'record':'%s'}", record);
    assert_false(json_has(json_get(r, "values"), "family_name"));
    assert_true(json_get_bool(json_get(r, "meta"), "has_identifiers", false));
}

/* ---- 4 ---- */

static void entry_is(const char *action, const char *type, const char *id, int64_t count,
                     const char *fields)
{
    const struct json *entry = desk_last_entry(desk);
    if (strcmp(json_get_text(entry, "action", ""), action) != 0 ||
        strcmp(json_get_text(entry, "object_type", ""), type) != 0 ||
        strcmp(json_get_text(entry, "object_id", ""), id) != 0 ||
        json_get_int(entry, "count", -1) != count ||
        strcmp(json_get_text(entry, "fields", ""), fields) != 0)
        fail_msg("entry %s %s %s %d [%s] instead of %s %s %s %d [%s]",
                 json_get_text(entry, "action", ""), json_get_text(entry, "object_type", ""),
                 json_get_text(entry, "object_id", ""), (int)json_get_int(entry, "count", -1),
                 json_get_text(entry, "fields", ""), action, type, id, (int)count, fields);
    assert_string_equal(json_get_text(entry, "actor", ""), "local:test");
    assert_string_equal(json_get_text(entry, "role", ""), "custodian");
    assert_string_equal(json_get_text(entry, "decision", ""), "allow");
    assert_string_equal(json_get_text(entry, "purpose", ""),
                        strcmp(action, "identity.read") == 0 ? "why" : "test");
}

/* S20, S21 */
static void entries_4_1_say_what_was_done(void **state)
{
    (void)state;
    (void)desk_do(desk, "organisation.add", "{'code':'PSP','type':'police','name':'Polícia'}");
    entry_is("organisation.change", "organisation", "PSP", 1, "");
    (void)desk_do(desk, "record.list", "{'form':'victim','limit':7}");
    entry_is("record.read", "records", "victim", 7, "");
    (void)desk_do(desk, "record.list", "{}");
    entry_is("record.read", "records", "", 30, "");
    (void)desk_do(desk, "record.show", "{'record':'%s'}", record);
    entry_is("record.read", "record", record, 1, "");
    (void)desk_do(desk, "record.history", "{'record':'%s'}", record);
    entry_is("record.read", "record", record, 1, "");
    (void)desk_do(desk, "record.identity", "{'record':'%s','purpose':'why'}", record);
    entry_is("identity.read", "record", record, 1, "");
    /* Female and male, and the total: three cells */
    (void)desk_do(desk, "table.raw", "{'form':'victim','rows':['sex']}");
    entry_is("disclose", "table", "victim", 3, "sex");
    (void)desk_do(desk, "table.count", "{'form':'victim','rows':['sex']}");
    entry_is("table", "table", "victim", 3, "sex");
    (void)desk_do(desk, "key.add", "{'kind':'key-file','new_key_file':'k2','label':'second'}");
    entry_is("key.change", "key slot", "key-file", 0, "");
    (void)desk_do(desk, "key.remove", "{'slot':3}");
    entry_is("key.change", "key slot", "3", 0, "");
    desk_verify(desk);
}

/* Looking around leaves no entry: the log would drown in it. */
static void entries_4_2_what_leaves_none(void **state)
{
    (void)state;
    static const char *const quiet[] = {
        "repository.info",  "organisation.list",    "batch.list",       "audit.list",   "key.list",
        "dictionary.forms", "dictionary.variables", "dictionary.rules", "mapping.list", "pack.list",
        "pack.check"};
    int64_t before = desk_entries(desk, "");
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) (void)desk_do(desk, quiet[i], "{}");
    assert_int_equal(desk_entries(desk, ""), before);
}

/* What failed was no act. An entry that came first is followed by one that says so. */
static void entries_4_3_of_what_failed(void **state)
{
    (void)state;
    struct err e;
    struct json *out;
    int64_t before = desk_entries(desk, "");
    assert_false(desk_try(&out, desk, &e, "record.show", "{'record':'0000-0000-0000'}"));
    assert_false(desk_try(&out, desk, &e, "batch.undo", "{'batch':99,'reason':'x'}"));
    assert_false(
        desk_try(&out, desk, &e, "organisation.add", "{'code':'GNR','type':'50','name':'again'}"));
    assert_int_equal(desk_entries(desk, ""), before);
    assert_false(desk_try(&out, desk, &e, "key.remove", "{'slot':900}"));
    assert_int_equal(desk_entries(desk, ""), before + 2);
    assert_string_equal(json_get_text(desk_last_entry(desk), "decision", ""), "failed");
    assert_false(
        desk_try(&out, desk, &e, "table.raw",
                 "{'form':'victim','rows':['sex'],'format':'csv','output':'absent/t.csv'}"));
    assert_int_equal(e.code, ERR_USAGE); /* told before anything is done: no entry */
    assert_int_equal(desk_entries(desk, ""), before + 2);
    desk_verify(desk);
}

/* ---- 5 ---- */

static struct raw *open_raw(void)
{
    return raw_open("repository/database", keyring_key(store_keyring(desk->store), KEY_DATABASE));
}

struct held { /* what an act would change */
    int64_t organisation, record, version, batch, undone, identity, hash;
    uint64_t keyring, dictionary;
};

static uint64_t print_of(const char *path)
{
    size_t n;
    char *p = harness_read(path, &n);
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)p[i]) * 1099511628211u;
    free(p);
    return h;
}

static struct held look(void)
{
    struct raw *r = open_raw();
    struct held h = {
        .organisation = raw_number(r, "SELECT count(*) FROM organisation"),
        .record = raw_number(r, "SELECT count(*) * 1000 + sum(state) FROM record"),
        .version = raw_number(r, "SELECT count(*) FROM record_version"),
        .batch = raw_number(r, "SELECT count(*) FROM batch"),
        .undone = raw_number(r, "SELECT count(*) FROM batch WHERE undone_at IS NOT NULL"),
        .identity = raw_number(r, "SELECT count(*) FROM identity_body"),
        .hash = raw_number(
            r, "SELECT unicode(hex(dictionary_hash)) * 1000 + length(pack) FROM repository"),
        .keyring = print_of("repository/keyring"),
        .dictionary = desk_fingerprint("repository/dictionary"),
    };
    raw_close(r);
    return h;
}

static const struct trial acts[] = {
    {"organisation.add", "{'code':'NEW','type':'50','name':'n'}"},
    {"import.run", "{'file':'w.csv','findings':'back.csv'," IMPORT "}"},
    {"import.run", "{'file':'bad.csv','strict':true," IMPORT "}"},
    {"batch.undo", "{'batch':1,'reason':'none'}"},
    {"record.erase", "{'record':'%2$s','reason':'none'}"},
    {"table.count", "{'form':'victim','rows':['sex']}"},
    {"table.count", "{'form':'victim','rows':['sex'],'output':'t.txt'}"},
    {"table.raw", "{'form':'victim','rows':['sex']}"},
    {"table.raw", "{'form':'victim','rows':['sex'],'format':'csv','output':'t.csv'}"},
    {"table.raw", "{'form':'victim','rows':['sex'],'format':'xlsx','output':'t.xlsx'}"},
    {"record.list", "{}"},
    {"record.show", "{'record':'%2$s'}"},
    {"record.identity", "{'record':'%2$s','purpose':'test'}"},
    {"record.history", "{'record':'%2$s'}"},
    {"record.erase", "{'record':'%2$s','reason':'none'}"},
    {"backup.make", "{'file':'b.dcim'}"},
    {"pack.install", "{'folder':'other'}"},
    {"pack.install", "{}"},
    {"key.add", "{'kind':'key-file','new_key_file':'k9','label':'k'}"},
    {"key.remove", "{'slot':2}"},
};
static const char *const traces[] = {
    "back.csv", "t.txt", "t.csv", "t.xlsx", "b.dcim", "k9", "repository/dictionary.new"};

static void nothing_is_done(const char *fault)
{
    struct held before = look();
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        struct err e;
        if (try_it(desk, &acts[i], &e)) fail_msg("%s: %s was done", fault, acts[i].operation);
        if (e.code != ERR_STORE && e.code != ERR_SYSTEM)
            fail_msg("%s: %s: %s: %s", fault, acts[i].operation, e.id, e.msg);
        for (size_t k = 0; k < sizeof traces / sizeof traces[0]; k++)
            if (harness_exists(traces[k]))
                fail_msg("%s: %s left %s", fault, acts[i].operation, traces[k]);
        struct held after = look();
        if (memcmp(&before, &after, sizeof before) != 0)
            fail_msg("%s: %s %s left a trace", fault, acts[i].operation, acts[i].parameters);
    }
}

static void prepare(void)
{
    desk_victims("w.csv", "A", 10, 50, 1); /* 20 changed, 20 new */
    harness_write_text("bad.csv", "source_file_no,sex\nB-1,F\n");
    desk_remove("other");
    desk_copy(harness_source("data"), "other");
    assert_int_equal(unlink("other/mappings/htcds-2.0.csv"), 0);
    assert_int_equal(chmod("other", 0700), 0);
}

/* S9, S20: the table of the log is gone. */
static void faults_5_1_without_a_log(void **state)
{
    (void)state;
    prepare();
    struct raw *r = open_raw();
    raw_drop_triggers(r);
    raw_run(r, "ALTER TABLE audit_entry RENAME TO gone");
    raw_close(r);
    nothing_is_done("no log");
    r = open_raw();
    raw_run(r, "ALTER TABLE gone RENAME TO audit_entry");
    raw_close(r);
    /* and the desk goes on when it is back */
    (void)desk_do(desk, "organisation.add", "{'code':'NEW','type':'50','name':'n'}");
    desk_verify(desk);
}

/* S9, S20: the head of the log was tampered with, so that no entry can be chained to it. */
static void faults_5_2_with_a_forged_head(void **state)
{
    (void)state;
    prepare();
    struct raw *r = open_raw();
    raw_drop_triggers(r);
    raw_run(r, "UPDATE log_head SET mac = zeroblob(length(mac))");
    raw_close(r);
    nothing_is_done("forged head");
}

/* A broken log is still told of: the report comes although its own entry cannot be written. */
static void faults_5_3_verify_says_where_a_broken_log_breaks(void **state)
{
    (void)state;
    struct raw *r = open_raw();
    raw_drop_triggers(r);
    raw_run(r, "UPDATE audit_entry SET body = zeroblob(length(body)) WHERE sequence = 2");
    raw_close(r);
    const struct json *report = desk_do(desk, "audit.verify", "{}");
    assert_false(json_get_bool(report, "ok", true));
    assert_int_equal(json_get_int(report, "first_bad", 0), 2);
    r = open_raw();
    raw_run(r, "UPDATE log_head SET mac = zeroblob(length(mac))");
    raw_close(r);
    report = desk_do(desk, "audit.verify", "{}");
    assert_false(json_get_bool(report, "ok", true));
    assert_true(strlen(json_get_text(report, "problem", "")) > 5);
}

/* ---- 6 ---- */

static void session_6_1_an_unknown_role(void **state)
{
    (void)state;
    static const char *const names[] = {"", "root", "Custodian", "custodian "};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct service *s = desk_open("repository", names[i]);
        const struct err *e = desk_refused(s, ERR_USAGE, "call.no_role", "repository.info", "{}");
        assert_non_null(strstr(e->remedy, "analyst"));
        service_close(s);
    }
}

/* What goes into the log is plain text of a bounded length. */
static void session_6_2_texts_of_the_session(void **state)
{
    (void)state;
    static char longest[502];
    memset(longest, 'p', 501);
    const char *const bad[] = {"\xff\xfe", "two\nlines", "\x1b[31mred", "tab\there", longest};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct service_options o = desk_options("repository", NULL);
        o.purpose = bad[i];
        struct service *s = desk_open_with(&o);
        (void)desk_refused(s, ERR_USAGE, "call.session", "record.list", "{}");
        service_close(s);
        o = desk_options("repository", NULL);
        o.actor = bad[i];
        s = desk_open_with(&o);
        (void)desk_refused(s, ERR_USAGE, "call.session", "record.list", "{}");
        service_close(s);
    }
    longest[500] = '\0';
    struct service_options o = desk_options("repository", NULL);
    o.purpose = longest;
    struct service *s = desk_open_with(&o);
    (void)desk_do(s, "record.list", "{}");
    service_close(s);
    assert_string_equal(json_get_text(desk_last_entry(desk), "purpose", ""), longest);
}

static void session_6_3_no_repository_and_no_key(void **state)
{
    (void)state;
    struct service_options o = desk_options("absent", NULL);
    struct service *s = desk_open_with(&o);
    const struct err *e =
        desk_refused(s, ERR_NOT_FOUND, "service.no_repository", "record.list", "{}");
    assert_non_null(strstr(e->remedy, "dcim init"));
    service_close(s);

    harness_write_text("wrong.key", "0123456789abcdef0123456789abcdef");
    assert_int_equal(chmod("wrong.key", 0600), 0);
    o = desk_options("repository", NULL);
    o.key_file = "wrong.key";
    o.recovery = NULL;
    s = desk_open_with(&o);
    e = desk_refused(s, ERR_DENIED, "keyring.wrong_secret", "record.list", "{}");
    assert_int_equal(err_exit_status(e->code), 4);
    /* S9: and it stays shut, also at the second try */
    (void)desk_refused(s, ERR_DENIED, "keyring.wrong_secret", "record.list", "{}");
    service_close(s);
}

/* Another holds the repository: the call waits, and then says so. Nothing of it is done. */
static void session_6_4_another_is_writing(void **state)
{
    (void)state;
    struct err e = {0};
    struct service *other = desk_open("repository", NULL);
    (void)desk_do(other, "repository.info", "{}");
    backend_busy_ms(store_backend(other->store), 300);
    assert_true(store_begin(desk->store, true, &e));
    double from = harness_seconds();
    const struct err *busy = desk_refused(other, ERR_CONFLICT, "store.busy", "organisation.add",
                                          "{'code':'NEW','type':'10','name':'n'}");
    assert_true(harness_seconds() - from >= 0.25);
    assert_non_null(strstr(busy->remedy, "try again"));
    assert_int_equal(err_exit_status(busy->code), 5);
    store_rollback(desk->store);
    (void)desk_do(other, "organisation.add", "{'code':'NEW','type':'10','name':'n'}");
    service_close(other);
}

/* ---- 7 ---- */

static void append(const char *path, const char *line)
{
    FILE *f = fopen(path, "ab");
    assert_non_null(f);
    (void)fputs(line, f);
    assert_int_equal(fclose(f), 0);
}

static void dictionary_7_1_a_changed_file_is_refused_until_installed(void **state)
{
    (void)state;
    service_close(desk);
    append("repository/dictionary/parameters.csv", "test.parameter,1,added by a test,test\n");
    desk = desk_open("repository", NULL);
    const struct err *e =
        desk_refused(desk, ERR_STORE, "service.dictionary_changed", "record.list", "{}");
    assert_non_null(strstr(e->remedy, "dcim pack install"));
    (void)desk_refused(desk, ERR_STORE, "service.dictionary_changed", "import.run",
                       "{'file':'v.csv'," IMPORT "}");
    (void)desk_do(desk, "pack.install", "{}");
    assert_int_equal(desk_records(desk, "victim"), 30);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "pack.install");
    assert_string_equal(json_get_text(entry, "object_id", ""), "pt");
    desk_verify(desk);
}

/* A desk that is open while another installs: it must not go on with the dictionary of before. */
static void dictionary_7_2_installed_while_a_desk_is_open(void **state)
{
    (void)state;
    struct service *other = desk_open("repository", NULL);
    assert_int_equal(desk_records(other, "victim"), 30);
    append("repository/dictionary/parameters.csv", "test.parameter,1,added by a test,test\n");
    (void)desk_do(desk, "pack.install", "{}");
    /* the same desk knows the new one at once */
    assert_int_equal(desk_records(desk, "victim"), 30);
    service_close(other);
}

static void dictionary_7_3_a_broken_one_is_refused_with_every_problem(void **state)
{
    (void)state;
    service_close(desk);
    append("repository/dictionary/parameters.csv", "sex,1\n\"open\n");
    append("repository/dictionary/codelists/CL_SEX.csv", "F,twice\n");
    desk = desk_open("repository", NULL);
    struct err e;
    struct json *out;
    assert_false(desk_try(&out, desk, &e, "record.list", "{}"));
    assert_true(json_size(service_problems(desk)) >= 2);
    assert_false(desk_try(&out, desk, &e, "pack.install", "{}"));
    assert_true(json_size(service_problems(desk)) >= 2);
    const struct json *p = json_at(service_problems(desk), 0);
    assert_true(strlen(json_get_text(p, "file", "")) > 0);
    assert_true(strlen(json_get_text(p, "remedy", "")) > 0);
    /* the program's own mends it */
    (void)desk_do(desk, "pack.install", "{'folder':'%s'}", harness_source("data"));
    assert_null(service_problems(desk));
    assert_int_equal(desk_records(desk, "victim"), 30);
}

/* ---- 8 ---- */

static int64_t persons(struct service *s)
{
    const struct json *r =
        desk_do(s, "table.raw", "{'form':'victim','rows':['sex'],'count':'records'}");
    return json_get_int(json_get(r, "table"), "n_record", -1);
}

/* A table is of what was committed when it was asked for, whoever committed it. */
static void snapshots_8_1_follow_what_was_written(void **state)
{
    (void)state;
    desk_victims("w.csv", "B", 0, 10, 0);
    assert_int_equal(persons(desk), 30);
    (void)desk_do(desk, "import.run", "{'file':'w.csv'," IMPORT "}");
    assert_int_equal(persons(desk), 40);
    struct service *other = desk_open("repository", NULL);
    (void)desk_do(other, "batch.undo", "{'batch':2,'reason':'x'}");
    service_close(other);
    assert_int_equal(persons(desk), 30);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(roles_1_1_the_matrix),
        T(roles_1_2_every_operation_is_tried),
        T(roles_1_3_what_must_never_be),
        T(sets_2_1_forms_of_the_other_data_set_stay_shut),
        T(sets_2_2_nor_their_batches),
        T(sets_2_3_a_case_is_of_both),
        T(purpose_3_1_is_needed_to_consult_and_to_hand_out),
        T(purpose_3_2_of_identifiers_is_of_the_call),
        T(entries_4_1_say_what_was_done),
        T(entries_4_2_what_leaves_none),
        T(entries_4_3_of_what_failed),
        T(faults_5_1_without_a_log),
        T(faults_5_2_with_a_forged_head),
        T(faults_5_3_verify_says_where_a_broken_log_breaks),
        T(session_6_1_an_unknown_role),
        T(session_6_2_texts_of_the_session),
        T(session_6_3_no_repository_and_no_key),
        T(session_6_4_another_is_writing),
        T(dictionary_7_1_a_changed_file_is_refused_until_installed),
        T(dictionary_7_2_installed_while_a_desk_is_open),
        T(dictionary_7_3_a_broken_one_is_refused_with_every_problem),
        T(snapshots_8_1_follow_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
