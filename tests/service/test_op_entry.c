/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_entry.c, over the whole way down to the store
 *  1 a record of the victim form from nothing: begun, filled in by sections, checked, submitted,
 *  read
 *  2 what cannot be read stays as it was typed, with its problem, also through an incomplete record
 *  3 fields: unknown names, calculations, instances that are not there are refused and change
 *  nothing
 *  4 repeats: add, copy, move, remove, undo; a page that stands for all of them; one that is open among
 *  cards; nested ones
 *  5 two windows of one draft: the second is told, and nothing it typed is lost
 *  6 two editors of one record: side by side, brought together, submitted
 *  7 a draft is there for its owner alone, and survives the desk
 *  8 a thousand instances: pages, sizes
 *  9 a record with errors is kept as incomplete and is in no table
 * 10 every document of every section of every form is as declared, and under 1 MiB
 * 11 what was searched for before stands in the draft; what the record as a whole lacks names the
 * section that asks for it, and that section says so
 */
#include "harness.h"

#include "desk.h"

#include "base/text.h"

#include <unistd.h>

static struct service *desk;
static struct service_options purposeful;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    purposeful = desk_options("repository", NULL);
    purposeful.purpose = "correcting a record";
    desk = desk_open_with(&purposeful);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- helpers ---- */

static char draft[20];
static int64_t version;

static void note(const struct json *r)
{
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    version = json_get_int(r, "draft_version", 0);
}

static void start(const char *form)
{
    note(desk_do(desk, "entry.begin", "{'form':'%s','organisation':'GNR'}", form));
    assert_int_equal(strlen(draft), 12);
    assert_int_equal(version, 1);
}

/* Save some fields as a page's script would name them; no section: only these change. */
static const struct json *save(const char *fields)
{
    const struct json *r =
        desk_do(desk, "entry.save", "{'draft':'%s','version':%lld,'fields':{%s}}", draft,
                (long long)version, fields);
    assert_true(json_get_bool(r, "saved", false));
    assert_true(json_get_int(r, "draft_version", 0) == version + 1);
    note(r);
    return r;
}

static const struct json *act(const char *what)
{
    const struct json *r =
        desk_do(desk, "entry.save", "{'draft':'%s','version':%lld,'act':'%s'}", draft,
                (long long)version, what);
    note(r);
    return r;
}

static const struct json *section(const char *name)
{
    return desk_do(desk, "entry.section", "{'draft':'%s','section':'%s'}", draft, name);
}

/* The event of this kind whose member `key` is `value`; NULL when there is none. */
static const struct json *find(const struct json *doc, const char *kind, const char *key,
                               const char *value)
{
    const struct json *items = json_get(doc, "items");
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *one = json_get(json_at(items, i), kind);
        if (one != NULL && strcmp(json_get_text(one, key, ""), value) == 0) return one;
    }
    return NULL;
}

static const struct json *question(const struct json *doc, const char *name)
{
    const struct json *q = find(doc, "question", "name", name);
    if (q == NULL) fail_msg("no question %s", name);
    return q;
}

static const char *value_of(const char *where, const char *name)
{
    return json_get_text(question(section(where), name), "value", "");
}

static const struct json *problem(const struct json *list, const char *field)
{
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "field", ""), field) == 0)
            return json_at(list, i);
    return NULL;
}

/* What a record needs that has no errors; its own reference is filled in. */
#define GOOD(reference)                                                                 \
    "'source_file_no':'" reference "','entry_date.year':'2024','entry_date.month':'1'," \
    "'entry_date.day':'10','sex':'F','age_at_registration':'31','citizenship':['RO'],"  \
    "'legal_basis':'LB3','victim_status':'S20','status_decided_by':'14'"

static size_t errors(void)
{
    const struct json *r = desk_do(desk, "entry.check", "{'draft':'%s'}", draft);
    return (size_t)json_get_int(r, "errors", -1);
}

static size_t n_problems(const struct json *doc)
{
    return json_size(json_get(doc, "problems"));
}

/* One episode with one exploitation: then the record has no errors. */
static void exploitation(void)
{
    (void)save("'episode[0].exploitation[0].exploitation_form':'E210',"
               "'episode[0].exploitation[0].labour_sector':'A01',"
               "'episode[0].exploitation[0].exploitation_country':'PT',"
               "'episode[0].recruitment_country':'RO'");
}

/* Submit; the code of the record. */
static const char *submit(const char *state)
{
    static char code[20];
    const struct json *r =
        desk_do(desk, "entry.submit",
                "{'draft':'%s','version':%lld,'state':'%s','reason':'as written on paper'}",
                draft, (long long)version, state);
    assert_true(json_get_bool(r, "submitted", false));
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "record", ""));
    note(r);
    return code;
}

static void open_record(const char *code)
{
    note(desk_do(desk, "entry.open", "{'record':'%s'}", code));
}

static const struct json *state_of(const char *name)
{
    const struct json *r = desk_do(desk, "entry.sections", "{'draft':'%s'}", draft);
    const struct json *list = json_get(r, "sections");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "name", ""), name) == 0) return json_at(list, i);
    fail_msg("no section %s", name);
    return NULL;
}

/* ---- 1 ---- */

static void record_1_1_from_nothing_to_a_version(void **state)
{
    (void)state;
    char code[20];
    int64_t before = desk_records(desk, "victim");
    start("victim");
    assert_string_equal(json_get_text(state_of("person"), "state", ""), "not_started");
    assert_true(errors() > 5);
    (void)desk_refused(desk, ERR_INPUT, "entry.errors", "entry.submit",
                       "{'draft':'%s','version':%lld}", draft, (long long)version);
    (void)save(GOOD("FIRST-1"));
    assert_int_equal(errors(), 2);
    assert_string_equal(json_get_text(state_of("person"), "state", ""), "complete");
    exploitation();
    assert_int_equal(errors(), 0);
    (void)save("'family_name':'FAMILY-TYPED','given_names':'GIVEN-TYPED','birth_date.year':'1992'");
    (void)snprintf(code, sizeof code, "%s", submit("submitted"));
    assert_int_equal(strlen(code), 12);
    assert_int_equal(desk_records(desk, "victim"), before + 1);
    /* the draft is gone, the record holds what was typed, identifiers apart (S12) */
    (void)desk_refused(desk, ERR_NOT_FOUND, "draft.unknown", "entry.sections", "{'draft':'%s'}",
                       draft);
    const struct json *r = desk_do(desk, "record.show", "{'record':'%s'}", code);
    const struct json *values = json_get(r, "values");
    assert_string_equal(json_get_text(values, "sex", ""), "F");
    assert_string_equal(json_get_text(values, "entry_date", ""), "2024-01-10");
    assert_int_equal(json_get_int(values, "age", 0), 31);
    assert_false(json_has(values, "family_name"));
    assert_true(json_get_bool(json_get(r, "meta"), "has_identifiers", false));
    assert_string_equal(json_get_text(json_get(r, "meta"), "organisation", ""), "GNR");
    r = desk_do(desk, "record.identity", "{'record':'%s','purpose':'a test'}", code);
    assert_string_equal(json_get_text(json_get(r, "values"), "family_name", ""), "FAMILY-TYPED");
    /* the log names the fields, and no value */
    open_record(code);
    assert_string_equal(value_of("identity", "family_name"), "FAMILY-TYPED");
    (void)save("'sex':'M'");
    (void)submit("submitted");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "record.change");
    assert_string_equal(json_get_text(entry, "fields", ""), "sex");
    r = desk_do(desk, "record.history", "{'record':'%s'}", code);
    assert_int_equal(json_size(json_get(r, "versions")), 2);
    r = desk_do(desk, "record.identity", "{'record':'%s','purpose':'a test'}", code);
    assert_string_equal(json_get_text(json_get(r, "values"), "family_name", ""), "FAMILY-TYPED");
    assert_string_equal(json_get_text(json_get(r, "values"), "sex", ""), "M");
    desk_verify(desk);
}

static void record_1_2_an_import_finds_it_and_the_other_way_round(void **state)
{
    (void)state;
    char row[600], code[20];
    start("victim");
    (void)save(GOOD("BOTH-1"));
    exploitation();
    (void)snprintf(code, sizeof code, "%s", submit("submitted"));
    /* the same reference in a file is a change of this record */
    int n = snprintf(row, sizeof row, "%s", desk_victim_header);
    n += desk_victim_row(row + n, sizeof row - (size_t)n, "BOTH", 1, 0);
    harness_write("both.csv", row, (size_t)n);
    const struct json *r =
        desk_do(desk, "import.run", "{'file':'both.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(json_get_int(r, "changed", -1), 1);
    /* and the reference is taken */
    start("victim");
    (void)save(GOOD("BOTH-1"));
    exploitation();
    (void)desk_refused(desk, ERR_CONFLICT, "record.reference_taken", "entry.submit",
                       "{'draft':'%s','version':%lld,'reason':'x'}", draft,
                       (long long)version);
    /* another one is free, and the old one too, once it is given up */
    (void)save("'source_file_no':'BOTH-2'");
    (void)snprintf(code, sizeof code, "%s", submit("submitted"));
    open_record(code);
    (void)save("'source_file_no':'BOTH-3'");
    (void)submit("submitted");
    start("victim");
    (void)save(GOOD("BOTH-2"));
    exploitation();
    (void)submit("submitted");
    r = desk_do(desk, "check.run", "{}");
    assert_true(json_get_bool(r, "ok", false));
}

/* ---- 2 ---- */

static void typed_2_1_what_cannot_be_read_stays(void **state)
{
    (void)state;
    char code[20];
    start("victim");
    const struct json *r =
        desk_do(desk, "entry.save",
                "{'draft':'%s','version':%lld,'section':'person','fields':{'sex':'Q',"
                "'age_at_registration':'about thirty','country_of_birth':'Atlantis'}}",
                draft, (long long)version);
    note(r);
    assert_non_null(problem(json_get(r, "problems"), "age_at_registration"));
    assert_non_null(problem(json_get(r, "problems"), "sex"));
    assert_string_equal(value_of("person", "age_at_registration"), "about thirty");
    assert_string_equal(json_get_text(state_of("person"), "state", ""), "problems");
    const struct json *q = question(section("person"), "age_at_registration");
    assert_true(json_get_bool(q, "has_error", false));
    const struct json *p = json_at(json_get(q, "problems"), 0);
    assert_true(strlen(json_get_text(p, "message", "")) > 5);
    assert_null(strstr(json_get_text(p, "message", ""), "about thirty"));
    /* an incomplete record is made of the rest; the draft goes on */
    (void)save(GOOD("TYPED-1"));
    (void)save("'age_at_registration':'about thirty','country_of_birth':'Atlantis'");
    (void)snprintf(code, sizeof code, "%s", submit("incomplete"));
    assert_string_equal(value_of("person", "age_at_registration"), "about thirty");
    assert_string_equal(value_of("person", "sex"), "F");
    r = desk_do(desk, "record.show", "{'record':'%s'}", code);
    assert_false(json_has(json_get(r, "values"), "age_at_registration"));
    (void)save("'age_at_registration':'30','country_of_birth':'BR'");
    exploitation();
    assert_string_equal(submit("submitted"), code);
    r = desk_do(desk, "record.show", "{'record':'%s'}", code);
    assert_int_equal(json_get_int(json_get(r, "values"), "age_at_registration", 0), 30);
    assert_int_equal(json_get_int(json_get(r, "meta"), "version", 0), 2);
}

static void typed_2_2_dates_in_parts_and_missing_codes(void **state)
{
    (void)state;
    start("victim");
    (void)save("'entry_date.year':'2024','entry_date.month':'13'");
    const struct json *q = question(section("entry"), "entry_date");
    assert_string_equal(json_get_text(q, "month", ""), "13");
    assert_true(json_get_bool(q, "has_error", false));
    (void)save("'entry_date.month':'1','birth_date.year':'1990','birth_date.month':'',"
               "'citizenship.missing':'RF','citizenship':['RO']");
    q = question(section("person"), "citizenship");
    assert_true(json_get_bool(q, "is_missing", false));
    assert_string_equal(json_get_text(q, "missing_code", ""), "RF");
    (void)save("'citizenship.missing':''"); /* what was under it is there again */
    q = question(section("person"), "citizenship");
    assert_string_equal(json_get_text(q, "value", ""), "RO");
    (void)desk_refused(desk, ERR_USAGE, "entry.unknown_field", "entry.save",
                       "{'draft':'%s','version':%lld,'fields':{'sex.missing':'XX'}}", draft,
                       (long long)version);
}

/* ---- 3 ---- */

/* S52: unknown members are refused. */
static void fields_3_1_unknown_ones_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"no_such",
                                      "age",
                                      "organisation",
                                      "episode",
                                      "episode[0]",
                                      "episode[1000].is",
                                      "episode[-1].is",
                                      "episode[0.is",
                                      "sex.year",
                                      "sex.x",
                                      "episode.form",
                                      "exploitation[0].exploitation_form",
                                      "episode[0].sex",
                                      "a.b.c.d",
                                      "",
                                      "episode[0]..is",
                                      "episode[ 0].is",
                                      "episode[+1].is"};
    start("victim");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct err *e =
            desk_refused(desk, ERR_USAGE, "entry.unknown_field", "entry.save",
                         "{'draft':'%s','version':%lld,'fields':{'%s':'1'}}", draft,
                         (long long)version, bad[i]);
        assert_null(strstr(e->msg, "no_such")); /* what was sent is not in what is logged */
    }
    const struct json *r = desk_do(desk, "entry.sections", "{'draft':'%s'}", draft);
    assert_int_equal(json_get_int(r, "draft_version", 0), 1);
    (void)desk_refused(desk, ERR_NOT_FOUND, "entry.no_section", "entry.section",
                       "{'draft':'%s','section':'nowhere'}", draft);
}

/* ---- 4 ---- */

static const char *place_name(size_t i)
{
    static char text[40];
    const struct json *doc =
        desk_do(desk, "entry.section",
                "{'draft':'%s','section':'episode','from':['episode:%zu']}", draft, i);
    (void)snprintf(text, sizeof text, "episode[%zu].recruitment_country", i);
    return json_get_text(question(doc, text), "value", "");
}

/* The page of an instance within another: of the one around it nothing is asked. */
static const char *inner_country(size_t outer, size_t inner)
{
    char text[80];
    const struct json *doc =
        desk_do(desk, "entry.section",
                "{'draft':'%s','section':'episode','from':['episode:%zu',"
                "'episode[%zu].exploitation:%zu']}",
                draft, outer, outer, inner);
    (void)snprintf(text, sizeof text, "episode[%zu].recruitment_country", outer);
    assert_null(find(doc, "question", "name", text));
    (void)snprintf(text, sizeof text, "episode[%zu].exploitation[%zu].exploitation_country", outer,
                   inner);
    return json_get_text(question(doc, text), "value", "");
}

static size_t n_episode(void)
{
    return (size_t)json_get_int(find(section("episode"), "repeat", "path", "episode"), "count", -1);
}

static void repeats_4_1_acts(void **state)
{
    (void)state;
    start("victim");
    assert_string_equal(json_get_text(act("add:episode:0"), "at", ""), "episode[0]");
    (void)save("'episode[0].recruitment_country':'RO'");
    (void)act("add:episode:1");
    (void)save("'episode[1].recruitment_country':'BR'");
    assert_string_equal(json_get_text(act("copy:episode:1"), "at", ""), "episode[2]");
    (void)save("'episode[2].recruitment_country':'MD'");
    assert_int_equal(n_episode(), 3);
    assert_string_equal(json_get_text(act("up:episode:2"), "at", ""), "episode[1]");
    assert_string_equal(place_name(1), "MD");
    assert_string_equal(place_name(2), "BR");
    (void)act("down:episode:0");
    assert_string_equal(place_name(0), "MD");
    (void)act("remove:episode:0");
    assert_int_equal(n_episode(), 2);
    const struct json *r = find(section("episode"), "repeat", "path", "episode");
    assert_string_equal(json_get_text(r, "act_undo", ""), "undo:episode:0");
    (void)act("undo:episode:0");
    assert_string_equal(place_name(0), "MD");
    (void)desk_refused(desk, ERR_USAGE, "entry.act", "entry.save",
                       "{'draft':'%s','version':%lld,'act':'undo:episode:0'}", draft,
                       (long long)version);
    /* nested */
    (void)act("add:episode[1].exploitation:0");
    (void)save("'episode[1].exploitation[0].exploitation_country':'PT'");
    assert_string_equal(inner_country(1, 0), "PT");
    static const char *const bad[] = {
        "fly:episode:0", "up:episode",      "up:sex:0", "remove:episode:9",
        "up:episode:-1", "up:episode[0]:0", "::",       ""};
    for (size_t i = 0; i + 1 < sizeof bad / sizeof bad[0]; i++)
        (void)desk_refused(desk, ERR_USAGE, "entry.act", "entry.save",
                           "{'draft':'%s','version':%lld,'act':'%s'}", draft,
                           (long long)version, bad[i]);
}

static void repeats_4_2_a_page_stands_for_all_of_them(void **state)
{
    (void)state;
    start("victim");
    (void)save("'episode[0].recruitment_country':'RO','episode[1].recruitment_country':'BR',"
               "'episode[1].exploitation[0].exploitation_country':'PT',"
               "'episode[2].recruitment_country':'MD'");
    /* script took the first out and numbered the others anew */
    note(desk_do(desk, "entry.save",
                 "{'draft':'%s','version':%lld,'section':'episode','fields':{"
                 "'episode.all':'1','episode[0].is':'1','episode[0].recruitment_country':'BR',"
                 "'episode[0].exploitation.all':'1','episode[0].exploitation[0].is':'1',"
                 "'episode[0].exploitation[0].exploitation_country':'ES',"
                 "'episode[1].is':'1','episode[1].recruitment_country':'MD'}}",
                 draft, (long long)version));
    assert_int_equal(n_episode(), 2);
    assert_string_equal(place_name(0), "BR");
    assert_string_equal(place_name(1), "MD");
    assert_string_equal(inner_country(0, 0), "ES");
    /* an unticked box posts nothing: what is not named is blank; other sections stay */
    (void)save("'sex':'F'");
    note(desk_do(desk, "entry.save",
                 "{'draft':'%s','version':%lld,'section':'episode','fields':{"
                 "'episode.all':'1','episode[0].is':'1'}}",
                 draft, (long long)version));
    assert_int_equal(n_episode(), 1);
    assert_string_equal(place_name(0), "");
    assert_string_equal(value_of("person", "sex"), "F");
    note(desk_do(
        desk, "entry.save",
        "{'draft':'%s','version':%lld,'section':'episode','fields':{'episode.all':'1'}}",
        draft, (long long)version));
    assert_int_equal(n_episode(), 0);
}

/* Of a long repeat one instance is open: what is sent of it leaves the others as they are. */
static void repeats_4_3_one_is_open(void **state)
{
    (void)state;
    start("victim");
    (void)save("'episode[0].recruitment_country':'RO','episode[1].recruitment_country':'BR',"
               "'episode[1].exploitation[0].exploitation_country':'PT',"
               "'episode[2].recruitment_country':'MD'");
    const struct json *doc = section("episode"), *r = find(doc, "repeat", "path", "episode");
    assert_false(json_get_bool(r, "whole", true));
    assert_null(find(doc, "question", "variable", "recruitment_country"));
    assert_string_equal(
        json_get_text(find(doc, "card", "path", "episode[2]"), "summary", ""), "Moldova");
    note(desk_do(desk, "entry.save",
                 "{'draft':'%s','version':%lld,'section':'episode','fields':{"
                 "'episode.from':'1','episode.to':'2','episode[1].is':'1',"
                 "'episode[1].recruitment_country':'CZ'}}",
                 draft, (long long)version));
    assert_int_equal(n_episode(), 3);
    assert_string_equal(place_name(0), "RO");
    assert_string_equal(place_name(1), "CZ");
    assert_string_equal(place_name(2), "MD");
    assert_string_equal(inner_country(1, 0), "PT");
    /* an instance within: the one around it stays as it is */
    note(desk_do(desk, "entry.save",
                 "{'draft':'%s','version':%lld,'section':'episode','fields':{"
                 "'episode.from':'1','episode.to':'2','episode[1].exploitation.from':'0',"
                 "'episode[1].exploitation.to':'1','episode[1].exploitation[0].is':'1',"
                 "'episode[1].exploitation[0].exploitation_country':'ES'}}",
                 draft, (long long)version));
    assert_string_equal(place_name(1), "CZ");
    assert_string_equal(inner_country(1, 0), "ES");
}

/* Several codes in one box, by their labels; one that is none is kept as it was typed. */
static void fields_3_3_labels_in_one_box(void **state)
{
    (void)state;
    start("victim");
    note(desk_do(desk, "entry.save",
                 "{'draft':'%s','version':%lld,'section':'person','fields':{"
                 "'citizenship':'Romania; moldova;;Atlantis'}}",
                 draft, (long long)version));
    const struct json *q = question(section("person"), "citizenship");
    assert_string_equal(json_get_text(q, "kind", ""), "many_typed");
    assert_string_equal(json_get_text(q, "list", ""), "CL_COUNTRY");
    assert_string_equal(json_get_text(q, "codes", ""), "RO MD Atlantis");
    assert_string_equal(json_get_text(q, "value_words", ""), "Romania; Moldova; Atlantis");
    assert_true(json_get_bool(q, "has_error", false));
}

/* ---- 5 ---- */

static void windows_5_1_the_second_is_told_and_nothing_is_lost(void **state)
{
    (void)state;
    start("victim");
    int64_t shown = version;
    (void)save("'sex':'F','citizenship':['RO']");
    const struct json *r = desk_do(
        desk, "entry.save",
        "{'draft':'%s','version':%lld,'fields':{'sex':'M','age_at_registration':'31'}}",
        draft, (long long)shown);
    assert_false(json_get_bool(r, "saved", true));
    assert_true(json_get_bool(r, "conflict", false));
    assert_true(json_get_int(r, "draft_version", 0) == version); /* the first window goes on */
    assert_int_equal(json_size(json_get(r, "compare")), 2);
    r = desk_do(desk, "entry.compare", "{'draft':'%s'}", draft);
    const struct json *sex = problem(json_get(r, "compare"), "sex");
    assert_string_equal(json_get_text(sex, "mine", ""), "Male");
    assert_string_equal(json_get_text(sex, "theirs", ""), "Female");
    note(desk_do(desk, "entry.resolve",
                 "{'draft':'%s','version':%lld,'mine':['age_at_registration']}", draft,
                 (long long)version));
    assert_string_equal(value_of("person", "sex"), "F");
    assert_string_equal(value_of("person", "age_at_registration"), "31");
    (void)desk_refused(desk, ERR_NOT_FOUND, "entry.nothing_parked", "entry.compare",
                       "{'draft':'%s'}", draft);
    (void)desk_refused(desk, ERR_CONFLICT, "draft.conflict", "entry.submit",
                       "{'draft':'%s','version':1}", draft);
}

/* ---- 6 ---- */

static void editors_6_1_side_by_side(void **state)
{
    (void)state;
    char code[20], mine[20];
    start("victim");
    (void)save(GOOD("TWO-1"));
    exploitation();
    (void)snprintf(code, sizeof code, "%s", submit("submitted"));
    open_record(code);
    (void)snprintf(mine, sizeof mine, "%s", draft);
    (void)save("'sex':'M','age_at_registration':'40'");
    int64_t my_version = version;

    /* somebody else, by another name at this machine */
    struct service *first = desk;
    struct service_options o = purposeful;
    o.actor = "local:other";
    desk = desk_open_with(&o);
    (void)desk_refused(desk, ERR_NOT_FOUND, "draft.unknown", "entry.sections", "{'draft':'%s'}",
                       mine);
    open_record(code);
    (void)save("'sex':'X','citizenship':['BR']");
    assert_string_equal(submit("submitted"), code);
    service_close(desk);
    desk = first;

    (void)snprintf(draft, sizeof draft, "%s", mine);
    version = my_version;
    const struct json *r =
        desk_do(desk, "entry.submit", "{'draft':'%s','version':%lld,'reason':'r'}", draft,
                (long long)version);
    assert_false(json_get_bool(r, "submitted", true));
    assert_true(json_get_bool(r, "conflict", false));
    r = desk_do(desk, "entry.conflict", "{'draft':'%s'}", draft);
    assert_string_equal(json_get_text(r, "their_author", ""), "local:other");
    const struct json *list = json_get(r, "compare");
    const struct json *sex = problem(list, "sex"), *age = problem(list, "age_at_registration"),
                      *from = problem(list, "citizenship");
    assert_true(json_get_bool(sex, "both", false));
    assert_string_equal(json_get_text(sex, "base", ""), "Female");
    assert_false(json_get_bool(age, "both", true));
    assert_false(json_get_bool(from, "both", true));
    note(desk_do(desk, "entry.merge", "{'draft':'%s','version':%lld,'theirs':[]}", draft,
                 (long long)version));
    (void)submit("submitted");
    const struct json *values =
        json_get(desk_do(desk, "record.show", "{'record':'%s'}", code), "values");
    assert_string_equal(json_get_text(values, "sex", ""), "M");
    assert_int_equal(json_get_int(values, "age_at_registration", 0), 40);
    assert_string_equal(json_as_text(json_at(json_get(values, "citizenship"), 0), ""), "BR");
    assert_int_equal(json_size(json_get(desk_do(desk, "record.history", "{'record':'%s'}", code),
                                        "versions")),
                     3);
}

/* ---- 7 ---- */

static void drafts_7_1_survive_and_are_listed(void **state)
{
    (void)state;
    start("suspect");
    (void)save("'source_file_no':'KEPT-1'");
    char kept[20];
    (void)snprintf(kept, sizeof kept, "%s", draft);
    service_close(desk);
    desk = desk_open_with(&purposeful);
    const struct json *list = json_get(desk_do(desk, "entry.list", "{}"), "drafts");
    bool found = false;
    for (size_t i = 0; i < json_size(list); i++)
        found = found || strcmp(json_get_text(json_at(list, i), "draft", ""), kept) == 0;
    assert_true(found);
    assert_string_equal(value_of("entry", "source_file_no"), "KEPT-1");
    (void)desk_do(desk, "entry.discard", "{'draft':'%s'}", kept);
    (void)desk_refused(desk, ERR_NOT_FOUND, "draft.unknown", "entry.section",
                       "{'draft':'%s','section':'entry'}", kept);
}

/* ---- 8 ---- */

static size_t length(const struct json *doc)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    json_write(&b, doc, false);
    size_t n = b.n;
    buf_release(&b);
    return n;
}

static void repeats_8_1_a_thousand(void **state)
{
    (void)state;
    struct json *in = json_object(), *fields = json_object(), *out;
    struct err e;
    char name[60];
    start("victim");
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof name, "episode[%d].recruitment_country", i);
        json_set_text(fields, name, "RO");
    }
    json_set_text(in, "draft", draft);
    json_set_int(in, "version", version);
    json_set(in, "fields", fields);
    if (!service_call(&out, desk, "entry.save", in, NULL, &e)) fail_msg("%s", e.msg);
    note(out);
    json_free(out);
    json_free(in);
    assert_int_equal(n_episode(), 1000);
    double from = harness_seconds();
    const struct json *doc = section("episode");
    double took = harness_seconds() - from;
    printf("a page of a thousand episodes: %zu bytes, %.1f ms\n", length(doc), took * 1000);
    assert_true(length(doc) < 1 << 20);
    const struct json *r = find(doc, "repeat", "path", "episode");
    assert_true(json_get_bool(r, "is_paged", false));
    assert_false(json_get_bool(r, "whole", true));
    assert_true(strlen(json_get_text(r, "next", "")) > 0);
    doc = desk_do(desk, "entry.section",
                  "{'draft':'%s','section':'episode','from':['episode:990']}", draft);
    assert_non_null(find(doc, "question", "name", "episode[990].recruitment_country"));
    assert_true(json_get_int(find(doc, "repeat", "path", "episode"), "to", 0) > 990);
    (void)desk_refused(desk, ERR_LIMIT, "record.too_many_instances", "entry.save",
                       "{'draft':'%s','version':%lld,'act':'add:episode:1000'}", draft,
                       (long long)version);
    (void)save(GOOD("MANY-1"));
    (void)save("'episode[0].exploitation[0].exploitation_form':'E210',"
               "'episode[0].exploitation[0].labour_sector':'A01',"
               "'episode[0].exploitation[0].exploitation_country':'PT'");
    char code[20];
    (void)snprintf(code, sizeof code, "%s", submit("incomplete"));
    open_record(code);
    assert_int_equal(n_episode(), 1000);
}

/* ---- 9 ---- */

static int64_t counted(void)
{
    const struct json *r = desk_do(
        desk, "table.raw",
        "{'form':'victim','rows':['sex'],'count':'records','where':'${age_at_registration} = 97'}");
    return desk_cell(json_get(r, "table"), "T", NULL);
}

static void incomplete_9_1_is_in_no_table(void **state)
{
    (void)state;
    int64_t records = desk_records(desk, "victim");
    start("victim");
    (void)save(GOOD("HALF-1"));
    (void)save("'age_at_registration':'97'");
    const char *code = submit("incomplete");
    assert_int_equal(desk_records(desk, "victim"), records + 1);
    assert_int_equal(counted(), 0);
    open_record(code);
    exploitation();
    (void)submit("submitted");
    assert_int_equal(counted(), 1);
}

/* ---- 10 ---- */

static void documents_10_1_of_every_section_of_every_form(void **state)
{
    (void)state;
    static const char *const forms[] = {"victim", "suspect", "case", "proceeding"};
    for (size_t f = 0; f < 4; f++) {
        start(forms[f]);
        char names[40][64];
        const struct json *list =
            json_get(desk_do(desk, "entry.sections", "{'draft':'%s'}", draft), "sections");
        size_t n = json_size(list);
        assert_true(n > 4 && n < 40);
        for (size_t i = 0; i < n; i++)
            (void)snprintf(names[i], sizeof names[i], "%s",
                           json_get_text(json_at(list, i), "name", ""));
        for (size_t i = 0; i < n; i++) {
            const struct json *doc = section(names[i]);
            size_t bytes = length(doc);
            if (bytes > 1 << 20) fail_msg("%s %s: %zu bytes", forms[f], names[i], bytes);
            if (bytes > 200000) printf("%s %s: %zu bytes\n", forms[f], names[i], bytes);
            assert_true(json_size(json_get(doc, "items")) > 0);
            assert_int_equal(n_problems(doc), 0); /* nothing was saved here yet */
        }
    }
}

/* 11 */
static void begun_11_1_from_what_was_searched(void **state)
{
    (void)state;
    note(desk_do(desk, "entry.begin",
                 "{'form':'victim','organisation':'GNR','reference':' S-11 ','family_name':'Silva',"
                 "'given_names':'Ana Maria','alias':'Nini','birth_date':'1990-05-31'}"));
    assert_string_equal(value_of("entry", "source_file_no"), "S-11");
    assert_string_equal(value_of("identity", "family_name"), "Silva");
    assert_string_equal(value_of("identity", "given_names"), "Ana Maria");
    assert_string_equal(value_of("identity", "alias_nickname"), "Nini");
    const struct json *born = question(section("identity"), "birth_date");
    assert_string_equal(json_get_text(born, "year", ""), "1990");
    assert_string_equal(json_get_text(born, "month", ""), "05");
    assert_string_equal(json_get_text(born, "day", ""), "31");
    /* a form that asks for no names passes them over */
    note(desk_do(desk, "entry.begin",
                 "{'form':'case','organisation':'GNR','reference':'C-11','family_name':'Silva'}"));
    assert_int_equal(strlen(draft), 12);
}

static void begun_11_2_what_is_lacking_has_a_section(void **state)
{
    (void)state;
    start("victim");
    const struct json *general =
        json_get(desk_do(desk, "entry.check", "{'draft':'%s'}", draft), "general");
    bool episode = false;
    assert_true(json_size(general) > 0);
    for (size_t i = 0; i < json_size(general); i++) {
        const char *where = json_get_text(json_at(general, i), "section", "");
        if (where[0] == '\0')
            fail_msg("%s has no section", json_get_text(json_at(general, i), "rule", ""));
        episode = episode || strcmp(where, "episode") == 0;
    }
    assert_true(episode);
    assert_true(json_get_bool(section("episode"), "asked_for", false));
    assert_false(json_get_bool(section("health_consequence"), "asked_for", true));
    exploitation();
    assert_false(json_get_bool(section("episode"), "asked_for", true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_1_1_from_nothing_to_a_version),
        cmocka_unit_test(record_1_2_an_import_finds_it_and_the_other_way_round),
        cmocka_unit_test(typed_2_1_what_cannot_be_read_stays),
        cmocka_unit_test(typed_2_2_dates_in_parts_and_missing_codes),
        cmocka_unit_test(fields_3_1_unknown_ones_are_refused),
        cmocka_unit_test(repeats_4_1_acts),
        cmocka_unit_test(repeats_4_2_a_page_stands_for_all_of_them),
        cmocka_unit_test(repeats_4_3_one_is_open),
        cmocka_unit_test(fields_3_3_labels_in_one_box),
        cmocka_unit_test(windows_5_1_the_second_is_told_and_nothing_is_lost),
        cmocka_unit_test(editors_6_1_side_by_side),
        cmocka_unit_test(drafts_7_1_survive_and_are_listed),
        cmocka_unit_test(repeats_8_1_a_thousand),
        cmocka_unit_test(incomplete_9_1_is_in_no_table),
        cmocka_unit_test(documents_10_1_of_every_section_of_every_form),
        cmocka_unit_test(begun_11_1_from_what_was_searched),
        cmocka_unit_test(begun_11_2_what_is_lacking_has_a_section),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
