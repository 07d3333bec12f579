/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_record_list.c, src/service/op_work.c and, through them, of
 * src/store/record_list.c, duplicate.c, version_index.c
 *  1 pages: the newest first, each record once, while others are made; every filter; brief, the
 *  same records
 *    with what a list shows
 *  2 possible duplicates: of one organisation, not of one code, not of who is withdrawn or erased
 *  3 retention: by the date in the record, by years after closing, not confirmed, held
 *  4 the number on each card is the number of rows of its list, for every role (S51, S52) */
#include "harness.h"

#include "people.h"

#include <string.h>

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "looking through records";
    desk = desk_open_with(&o);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* Rows of persons by their letter; a column is left out by "". */
static FILE *rows_begin(void)
{
    FILE *f = fopen("rows.csv", "wb");
    assert_non_null(f);
    (void)fputs("source_file_no,family_name,given_names,birth_date,entry_date,sex,"
                "age_at_registration,citizenship,recruitment_country,exploitation_form,"
                "labour_sector,exploitation_country,exploitation_start,main_form_flag,"
                "victim_status,status_decision_date,status_decided_by,legal_basis,case_status,"
                "case_closed_date,retention_until,legal_hold,legal_hold_reason,victim_code\n",
                f);
    return f;
}

static void row(FILE *f, const char *reference, const char *person, const char *entered,
                const char *status, const char *more)
{
    (void)fprintf(f,
                  "%s,FAMILY-%s,GIVEN,1990-05-31,%s,F,,PT,PT,E100,,PT,2012-03,yes,%s,,14,LB3,%s\n",
                  reference, person, entered, status, more);
}

static void rows_import(FILE *f, const char *organisation, int n)
{
    assert_int_equal(fclose(f), 0);
    const struct json *r =
        desk_do(desk, "import.run", "{'file':'rows.csv','form':'victim','organisation':'%s'}",
                organisation);
    if (json_get_int(r, "new", -1) != n) {
        struct buf b;
        buf_init(&b, 100000);
        json_write(&b, r, true);
        fail_msg("%.*s", (int)(b.n < 3000 ? b.n : 3000), b.p);
    }
}

/* All rows of a list, in pages of `size`: how many; their codes, twelve letters each. */
static size_t pages(struct person *p, const char *filter, int size, char codes[][20], size_t max)
{
    long long after = 0;
    size_t n = 0;
    do {
        char ask[200];
        (void)snprintf(ask, sizeof ask, "{%s%s'after':%lld,'limit':%d}", filter,
                       filter[0] == '\0' ? "" : ",", after, size);
        const struct json *r = p == NULL ? desk_do(desk, "record.list", "%s", ask)
                                         : person_do(p, desk, "record.list", "%s", ask);
        const struct json *list = json_get(r, "records");
        for (size_t i = 0; i < json_size(list); i++, n++) {
            assert_true(n < max);
            (void)snprintf(codes[n], 20, "%s", json_get_text(json_at(list, i), "record", ""));
            for (size_t k = 0; k < n; k++) assert_string_not_equal(codes[k], codes[n]);
            if (p != NULL && p->organisation != NULL && strcmp(p->role, "contributor") == 0)
                assert_string_equal(json_get_text(json_at(list, i), "organisation", ""),
                                    p->organisation);
        }
        after = (long long)json_get_int(r, "next", 0);
    } while (after != 0);
    return n;
}

static char codes[400][20], others[400][20];

static size_t count(const char *filter)
{
    return pages(NULL, filter, 7, codes, 400);
}

/* ---- 1 ---- */

static void pages_1_1_newest_first_and_stable(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 45, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    desk_victims("v.csv", "B", 50, 60, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'APAV'}");
    desk_suspects("s.csv", "S", 0, 5);
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    assert_int_equal(count(""), 60);
    assert_int_equal(pages(NULL, "", 1000, others, 400), 60);
    for (size_t i = 0; i < 60; i++) assert_string_equal(codes[i], others[i]);
    const struct json *r = desk_do(desk, "record.list", "{'limit':20}");
    assert_string_equal(json_get_text(json_at(json_get(r, "records"), 0), "form", ""), "suspect");
    assert_string_equal(json_get_text(json_at(json_get(r, "records"), 19), "organisation", ""),
                        "GNR");
    long long next = (long long)json_get_int(r, "next", 0);
    /* What is made meanwhile moves no page. */
    desk_victims("v.csv", "C", 70, 72, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    r = desk_do(desk, "record.list", "{'limit':20,'after':%lld}", next);
    for (size_t i = 0; i < 20; i++)
        assert_string_equal(json_get_text(json_at(json_get(r, "records"), i), "record", ""),
                            codes[20 + i]);
    assert_int_equal(count(""), 62);
    /* What changes stays in its place. */
    desk_victims("v.csv", "A", 0, 3, 1);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(count(""), 62);
}

static void pages_1_2_filters(void **state)
{
    (void)state;
    assert_int_equal(count("'form':'victim'"), 57);
    assert_int_equal(count("'form':'suspect'"), 5);
    assert_int_equal(count("'organisation':'APAV'"), 10);
    assert_int_equal(count("'organisation':'APAV','form':'suspect'"), 0);
    assert_int_equal(count("'year':2023"), 62);
    assert_int_equal(count("'year':2022"), 0);
    assert_int_equal(count("'state':'imported','year':2023,'organisation':'GNR'"), 52);
    assert_int_equal(count("'state':'accepted'"), 0);
    assert_int_equal(count("'mine':true"), 0); /* imported is not entered */
    (void)desk_refused(desk, ERR_NOT_FOUND, "organisation.unknown", "record.list",
                       "{'organisation':'NOBODY'}");
    (void)desk_refused(desk, ERR_USAGE, "call.choice", "record.list", "{'state':'lost'}");
}

/* ---- 2 ---- */

static size_t duplicates(void)
{
    return count("'state':'duplicate'");
}

/* One after the other: what desk_do() gives lives until the next one. */
static void pages_1_3_brief(void **state)
{
    (void)state;
    static const char *const shown[] = {"record", "form_title", "organisation", "state",
                                        "work",   "at",         "due_on",       "with"};
    static const char *const states[] = {"", "'state':'duplicate',", "'state':'due',"};
    for (size_t i = 0; i < 3; i++) {
        const struct json *list =
            json_get(desk_do(desk, "record.list", "{%s'limit':1000}", states[i]), "records");
        struct json *whole = json_copy(list);
        list = json_get(desk_do(desk, "record.list", "{%s'limit':1000,'brief':true}", states[i]),
                        "records");
        assert_int_equal(json_size(list), json_size(whole));
        for (size_t k = 0; k < json_size(list); k++) {
            const struct json *row = json_at(list, k), *all = json_at(whole, k), *value;
            const char *key;
            size_t known = 0;
            for (size_t n = 0; n < sizeof shown / sizeof *shown; n++) {
                assert_string_equal(json_get_text(row, shown[n], ""),
                                    json_get_text(all, shown[n], ""));
                known += json_has(row, shown[n]);
            }
            for (void *at = NULL; json_next(row, &at, &key, &value); known--) {}
            assert_int_equal(known, 0); /* and nothing else */
            assert_true(json_get_text(row, "record", "")[0] != '\0');
        }
        assert_true(json_size(whole) > 0);
        json_free(whole);
    }
}

static void duplicates_2_1(void **state)
{
    (void)state;
    assert_int_equal(duplicates(), 0);
    FILE *f = rows_begin();
    row(f, "D-1", "X", "2021-02-01", "S30", "active,,,,,");
    row(f, "D-2", "Y", "2021-02-02", "S30", "active,,,,,");
    row(f, "D-3", "X", "2021-02-03", "S30", "active,,,,,");
    row(f, "D-4", "Z", "2021-02-04", "S30", "active,,,,,CODE-1");
    row(f, "D-5", "Z", "2021-02-05", "S30", "active,,,,,CODE-1");
    rows_import(f, "GNR", 5);
    assert_int_equal(duplicates(), 2);
    const struct json *r = desk_do(desk, "record.list", "{'state':'duplicate','limit':1}");
    const struct json *list = json_get(r, "records");
    assert_int_equal(json_size(list), 2); /* of one person: not parted */
    assert_string_equal(json_get_text(json_at(list, 1), "with", ""),
                        json_get_text(json_at(list, 0), "record", ""));
    assert_int_equal(json_get_int(r, "next", -1), 0);
    /* Another organisation knows her too: no duplicate of either. */
    f = rows_begin();
    row(f, "E-1", "X", "2021-03-01", "S30", "active,,,,,");
    row(f, "E-2", "W", "2021-03-01", "S30", "active,,,,,CODE-2");
    rows_import(f, "APAV", 2);
    assert_int_equal(duplicates(), 2);
    assert_int_equal(count("'state':'duplicate','organisation':'APAV'"), 0);
    /* One more, with another code of the person than the one before; in a later batch. */
    f = rows_begin();
    row(f, "E-3", "W", "2021-03-02", "S30", "active,,,,,CODE-3");
    rows_import(f, "APAV", 1);
    assert_int_equal(duplicates(), 4);
    assert_int_equal(count("'state':'duplicate','organisation':'APAV'"), 2);
    assert_int_equal(count("'state':'duplicate','year':2020"), 0);
}

static void duplicates_2_2_resolved(void **state)
{
    (void)state;
    char first[20];
    assert_int_equal(duplicates(), 4);
    (void)snprintf(first, sizeof first, "%s", codes[0]);
    (void)desk_do(desk, "record.withdraw", "{'record':'%s','purpose':'entered twice'}", first);
    assert_int_equal(duplicates(), 2);
    assert_int_equal(count("'state':'withdrawn'"), 1);
    (void)desk_do(desk, "record.restore", "{'record':'%s','purpose':'two persons'}", first);
    assert_int_equal(duplicates(), 4);
    /* Undoing an import takes its records out, and what it had changed back. */
    const struct json *list = json_get(desk_do(desk, "batch.list", "{}"), "batches");
    long long before = (long long)json_size(list);
    FILE *f = rows_begin();
    row(f, "D-9", "Y", "2021-02-02", "S30", "active,,,,,");
    rows_import(f, "GNR", 1);
    assert_int_equal(duplicates(), 6);
    (void)desk_do(desk, "batch.undo", "{'batch':%lld,'reason':'a test'}", before + 1);
    assert_int_equal(duplicates(), 4);
    /* Nothing of who is erased stays (S16). */
    (void)desk_do(desk, "record.erase", "{'record':'%s','reason':'a test'}", first);
    assert_int_equal(duplicates(), 2);
}

/* ---- 3 ---- */

static size_t due(void)
{
    return count("'state':'due'");
}

static void retention_3_1(void **state)
{
    (void)state;
    assert_int_equal(due(), 0);
    FILE *f = rows_begin(); /* today is 2024-01-15; 90 days later 2024-04-14 */
    row(f, "R-1", "A1", "2016-02-01", "S30", "closed,2019-01-10,,,,"); /* 5 years: ended */
    row(f, "R-2", "A2", "2016-02-01", "S30", "closed,2019-04-14,,,,"); /* in 90 days */
    row(f, "R-3", "A3", "2016-02-01", "S30", "closed,2019-04-15,,,,"); /* in 91 */
    row(f, "R-4", "A4", "2016-02-01", "S30", "closed,2019,,,,");       /* until 2024-12-31 */
    row(f, "R-5", "A5", "2020-02-01", "S80", "closed,2022-01-10,,,,"); /* 2 years: ended */
    row(f, "R-6", "A6", "2020-02-01", "S30", "active,,2024-04-14,,,"); /* as it says */
    row(f, "R-7", "A7", "2016-02-01", "S30", "closed,2015-01-10,2030-01-01,,,"); /* as it says */
    row(f, "R-8", "A8", "2016-02-01", "S30", "closed,2018-01-10,,yes,claim,");   /* held */
    rows_import(f, "GNR", 8);
    assert_int_equal(due(), 4);
    const struct json *list = json_get(desk_do(desk, "record.list", "{'state':'due'}"), "records");
    assert_string_equal(json_get_text(json_at(list, 0), "due_on", ""), "2024-04-14");
    assert_string_equal(json_get_text(json_at(list, 1), "due_on", ""), "2024-01-10");
    assert_string_equal(json_get_text(json_at(list, 3), "due_on", ""), "2024-01-10");
    assert_int_equal(count("'state':'due','year':2016"), 2);
    assert_int_equal(count("'state':'due','organisation':'APAV'"), 0);
}

/* ---- 4 ---- */

/* Each card that is one of records, against its list. */
static int cards(struct person *p)
{
    struct json *items;
    int n = 0;
    items = json_copy(json_get(person_do(p, desk, "work.summary", "{}"), "items"));
    for (size_t i = 0; i < json_size(items); i++) {
        const char *name = json_get_text(json_at(items, i), "name", "");
        char filter[60];
        size_t rows;
        if (strcmp(name, "drafts") == 0)
            rows = json_size(json_get(person_do(p, desk, "entry.list", "{}"), "drafts"));
        else if (strstr(" incomplete submitted returned asked answered duplicate due ", name) ==
                 NULL)
            continue; /* of something else than records: tested where that is */
        else {
            (void)snprintf(filter, sizeof filter, "'state':'%s'", name);
            rows = pages(p, filter, 3, others, 400);
        }
        if ((size_t)json_get_int(json_at(items, i), "count", -1) != rows)
            fail_msg("%s: %s: %lld on the card, %zu rows", p->account, name,
                     (long long)json_get_int(json_at(items, i), "count", -1), rows);
        n += rows > 0;
    }
    json_free(items);
    return n;
}

static void enter(struct person *p, const char *reference, const char *to)
{
    const struct json *r = person_do(p, desk, "entry.begin", "{'form':'victim'}");
    char draft[20];
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    r = person_do(p, desk, "entry.save",
                  "{'draft':'%s','version':%lld,'fields':{'source_file_no':'%s'}}", draft,
                  (long long)json_get_int(r, "draft_version", 0), reference);
    if (to != NULL)
        (void)person_do(p, desk, "entry.submit", "{'draft':'%s','version':%lld,'state':'%s'}",
                        draft, (long long)json_get_int(r, "draft_version", 0), to);
}

static void cards_4_1_lead_to_as_many_rows(void **state)
{
    (void)state;
    struct person gnr = {.account = "gnr", .role = "contributor", .organisation = "GNR"},
                  apav = {.account = "apav", .role = "contributor", .organisation = "APAV"},
                  manager = {.account = "manager", .role = "data-manager"},
                  analyst = {.account = "analyst", .role = "analyst"},
                  auditor = {.account = "auditor", .role = "auditor"};
    struct person *const all[] = {&gnr, &apav, &manager, &analyst, &auditor};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) person_make(all[i], desk);
    enter(&gnr, "H-1", NULL);
    enter(&gnr, "H-2", "incomplete");
    enter(&gnr, "H-3", "incomplete");
    enter(&apav, "H-4", "incomplete");
    assert_int_equal(pages(&gnr, "'mine':true", 1, codes, 400), 2);
    assert_int_equal(pages(&apav, "'mine':true,'state':'incomplete'", 1, codes, 400), 1);
    assert_int_equal(pages(&apav, "'mine':true,'state':'returned'", 1, codes, 400), 0);
    (void)person_do(&manager, desk, "review.return", "{'record':'%s','text':'is it so?'}",
                    codes[0]);
    (void)person_do(&manager, desk, "review.return", "{'record':'%s','text':'and this?'}",
                    codes[0]);
    assert_int_equal(pages(&apav, "'state':'asked'", 5, codes, 400),
                     1); /* two questions, one row */
    assert_int_equal(pages(&gnr, "'state':'asked'", 5, codes, 400), 0);
    assert_int_equal(cards(&gnr), 4);  /* drafts, incomplete, duplicates, due */
    assert_int_equal(cards(&apav), 2); /* returned, asked */
    assert_int_equal(cards(&manager), 5);
    assert_int_equal(cards(&analyst), 0);
    assert_int_equal(cards(&auditor), 0);
    (void)person_refused(&auditor, desk, ERR_DENIED, "call.not_allowed", "record.list", "{}");
    /* Somebody else's organisation has no records here. */
    assert_int_equal(pages(&apav, "'organisation':'GNR'", 5, codes, 400), 0);
    assert_true(pages(&apav, "", 5, codes, 400) < pages(&manager, "", 5, others, 400));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_1_1_newest_first_and_stable),
        cmocka_unit_test(pages_1_2_filters),
        cmocka_unit_test(duplicates_2_1),
        cmocka_unit_test(duplicates_2_2_resolved),
        cmocka_unit_test(retention_3_1),
        cmocka_unit_test(cards_4_1_lead_to_as_many_rows),
        cmocka_unit_test(pages_1_3_brief), /* when there are lists of every kind */
    };
    return cmocka_run_group_tests(tests, begin, end);
}
