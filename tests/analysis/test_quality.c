/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/analysis/quality.c, quality_person.c, quality_report.c: nine records of three small
 * forms, every figure counted by hand.
 *  1 completeness only where an answer was asked for     2 days to registration, nearest rank
 *  3 rules judged again; those over identifiers left out  4 persons: duplicates, conflicts, counted
 *  once; conflicts that people settled
 *  5 stages over the years     6 both data sets, only when joined     7 changes, silence,
 *  operations, breaks
 *  8 links that lead nowhere   9 totals    10 small counts are hidden, and not to be worked out
 *  11 one year, one organisation    12 a source that fails */
#include "harness.h"

#include "analysis/quality.h"
#include "base/date.h"
#include "base/json.h"
#include "model/finding.h"
#include "small_data.h"

#define HEAD                                                                                         \
    "type,name,label::English (en),label::Português (pt),required,relevant,calculation,appearance," \
    "bind::thb:privacy,bind::thb:value,bind::thb:missing,bind::thb:link,bind::thb:role\n"
#define RULE_HEAD                                                                                     \
    "id,form,severity,scope,needs,applies,expression,message::English (en),message::Português (pt)," \
    "remedy::English (en),source\n"

// clang-format off: the rows of a sheet each on a line
static const struct small_file files[] = {
    {"dictionary/settings.csv",
     "form_id,form_title::English (en),form_title::Português (pt),version,default_language,data_set,"
     "reference\n"
     "victim,Victim,Vítima,2026010101,en,victim,ref\nsuspect,Suspect,Suspeito,2026010101,en,justice,\n"
     "case,Case,Caso,2026010101,en,case,ref\n"},
    {"dictionary/victim.csv",
     HEAD "text,ref,Reference,Referência,,,,,O,,none,,\n"
          "text,entry_date,Entry,Registo,yes,,,thb-date,-,,none,,\n"
          "text,first_detection_date,Detected,Deteção,,,,thb-date,-,,,,\n"
          "text,name,Name,Nome,yes,,,,D,,,,\n"
          "calculate,initial,Initial,Inicial,,,\"substr(${name}, 0, 1)\",,-,text,,,\n"
          "select_one CL_SEX,sex,Sex,Sexo,yes,,,,Q,,,,\n"
          "integer,months,Months,Meses,,${sex} = 'F',,,S,,,,quasi-identifier\n"
          "integer,birth_year,Born,Nascimento,,,,,Q,,,,\n"
          "select_one CL_COUNTRY,citizenship,Citizenship,Cidadania,,,,,Q,,,,\n"
          "select_one CL_YN,status_valid,Valid,Válido,,,,,-,,,,\n"
          "text,case_code,Case,Caso,,,,,O,,,case,\n"
          "select_multiple CL_MEANS,means,Means,Meios,,,,,-,,,,\n"},
    {"dictionary/suspect.csv", HEAD "text,entry_date,Entry,Registo,,,,thb-date,-,,,,\n"
                                    "select_one CL_SEX,sex,Sex,Sexo,,,,,Q,,,,\n"
                                    "integer,suspected_year,Suspected,Suspeito,,,,,C,,,,\n"
                                    "integer,prosecuted_year,Prosecuted,Acusado,,,,,C,,,,\n"
                                    "integer,convicted_year,Convicted,Condenado,,,,,C,,,,\n"
                                    "text,linked_victim,Victim,Vítima,,,,,C O,,,victim,\n"
                                    "text,own_victim_record,Own,Próprio,,,,,C O,,,victim,\n"},
    {"dictionary/case.csv", HEAD "text,ref,Reference,Referência,,,,,O,,none,,\n"
                                 "text,operation_code,Operation,Operação,,,,,O,,,,\n"},
    {"codelists/CL_YN.csv",
     "name,label::English (en),label::Português (pt)\nyes,Yes,Sim\nno,No,Não\n"},
    {"rules.csv", RULE_HEAD
     "Q05,victim,W,,birth_year,,${birth_year} >= 1950,Born long ago.,Nascimento antigo.,Check it.,\n"
     "Q06,victim,W,,,,${name} != '',Never judged here.,Nunca avaliada aqui.,Check it.,\n"
     "Q07,victim,W,,,,${organisation_type} = '10',Not the police.,Não é a polícia.,Check it.,\n"},
    {"rules-quality.csv", RULE_HEAD
     "Q56,suspect,W,quality,,,,More convicted than prosecuted.,Mais condenados.,Look for stages.,\n"},
    {"parameters.csv", "name,value,note,source,uncertain\ndisclosure.min_count,3,,,no\n"
                       "Q69_victims,2,,,no\nQ63_change_percent,50,,,no\n"},
    {"packs/xx/pack.csv", "key,value,note,source,uncertain\ncountry,XX,,,\n"
                          "break.police.2017,police,A new way of counting.,,\n"},
    {"packs/xx/survey-victim.csv", NULL},
    {"packs/xx/rules.csv", NULL},
    {NULL, NULL},
};

struct made {
    const char *form;
    uint64_t no;
    int organisation, person;
    const char *values;
};
static const struct made records[] = {
    {"victim", 1, 0, 1,
     "{'entry_date':'2022-03-01','first_detection_date':'2022-02-01','sex':'F','months':3,"
     "'birth_year':1990,'citizenship':'PT','status_valid':'yes','case_code':'C1',"
     "'means':['M1','M5']}"},
    {"victim", 2, 1, 1,
     "{'entry_date':'2022-05-10','first_detection_date':'2022-05-10','sex':'M',"
     "'birth_year':1990,'citizenship':'PT','status_valid':'no'}"},
    {"victim", 3, 0, 2,
     "{'entry_date':'2022-06-01','first_detection_date':'2022-05-02','sex':'F',"
     "'birth_year':1940,'citizenship':'U','status_valid':'yes','case_code':'C1'}"},
    {"victim", 4, 0, 2,
     "{'entry_date':'2023-06-01','first_detection_date':'2023','sex':'F','months':'NC',"
     "'birth_year':1941,'citizenship':'PT','status_valid':'yes'}"},
    {"victim", 5, 0, 0,
     "{'entry_date':'2022-01-01','first_detection_date':'2021-12-22','sex':'U',"
     "'status_valid':'no','case_code':'NOPE'}"},
    {"victim", 6, 0, 3,
     "{'entry_date':'2022-07-01','first_detection_date':'2022-06-01','sex':'M',"
     "'birth_year':1980,'citizenship':'PT','status_valid':'yes','case_code':'C1'}"},
    {"suspect", 7, 0, 10,
     "{'entry_date':'2021-01-01','sex':'M','suspected_year':2020,'prosecuted_year':2021,"
     "'convicted_year':2021,'linked_victim':'V1'}"},
    {"suspect", 8, 0, 3,
     "{'entry_date':'2022-01-01','sex':'M','convicted_year':2022,'linked_victim':'gone',"
     "'own_victim_record':'V1'}"},
    {"case", 100, 0, 0, "{'ref':'C1','operation_code':'OP'}"},
};
// clang-format on

static struct dictionary *d;
static int32_t today;

/* ---- records as a source ---- */

struct reading {
    const char *form;
    size_t at, fail_at;
    struct arena *a;
    struct record r;
};

/* Choices of whose answer counts, and those of the row at hand. */
static struct choice_mark mark[8];
static struct row_choice choice[8];
static size_t n_mark;

static bool next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    struct reading *x = s->ctx;
    const size_t n = sizeof records / sizeof records[0];
    while (x->at < n && strcmp(records[x->at].form, x->form) != 0) x->at++;
    *found = x->at < n;
    if (!*found) return true;
    if (x->at == x->fail_at) return err_set(e, ERR_STORE, "test.broken", "broken");
    const struct made *m = &records[x->at++];
    char text[1000];
    (void)snprintf(text, sizeof text, "%s", m->values);
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    struct json *j;
    struct findings f;
    findings_init(&f, x->a);
    record_init(&x->r, d, dictionary_form(d, text_of(m->form)), x->a);
    if (!json_parse(&j, text_of(text), e) || !record_from_json(&x->r, j, &f, e))
        fail_msg("%s", e->msg);
    if (f.n > 0) fail_msg("record %d: %s", (int)m->no, d->rule[f.item[0].rule].name);
    json_free(j);
    findings_release(&f);
    *out = (struct source_row){.record_no = m->no,
                               .organisation = (code_id)m->organisation,
                               .organisation_type =
                                   codelist_find(dictionary_list(d, TEXT("CL_ORGTYPE")),
                                                 m->organisation == 0 ? TEXT("10") : TEXT("50")),
                               .record = &x->r};
    if (m->person != 0) out->person_key[0] = (uint8_t)m->person;
    out->choice = choice;
    for (size_t i = 0; i < n_mark; i++)
        if (mark[i].record_no == m->no && strcmp(m->form, "victim") == 0)
            choice[out->n_choice++] = mark[i].choice;
    return true;
}

static void close_it(struct row_source *s)
{
    struct reading *x = s->ctx;
    arena_free(x->a);
    free(x);
}

static struct row_source source_of(const char *form, size_t fail_at)
{
    struct reading *x = calloc(1, sizeof *x);
    x->form = form;
    x->fail_at = fail_at;
    x->a = arena_new(ARENA_PLAIN);
    return (struct row_source){.next = next, .close = close_it, .ctx = x};
}

static bool find(void *ctx, uint64_t *no, const struct form *target, code_id organisation,
                 struct text value, struct err *e)
{
    (void)e;
    ++*(int *)ctx;
    assert_int_equal(organisation, 0);
    *no = 0;
    if (strcmp(target->name, "case") == 0 && text_is(value, "C1")) *no = 100;
    if (strcmp(target->name, "victim") == 0 && text_is(value, "V1")) *no = 1;
    return true;
}

/* ---- reports ---- */

static struct json *report_of(const struct quality_spec *change, int64_t more_kept)
{
    static const int64_t kept[] = {6, 2, 1};
    struct quality_spec spec = *change;
    struct err e = {0};
    int asked = 0;
    struct quality_links links = {find, &asked};
    spec.dictionary = d;
    spec.today = today;
    struct quality *q = quality_new(&spec);
    for (size_t i = 0; i < d->n_form; i++) {
        struct row_source s = source_of(d->form[i].name, SIZE_MAX);
        if (!quality_read(q, &d->form[i], &s, kept[i] + more_kept, &links, &e))
            fail_msg("%s", e.msg);
    }
    assert_int_equal(asked, 7); /* four of victims, three of suspects */
    struct json *out = quality_report(q);
    quality_free(q);
    return out;
}

static const struct json *section(const struct json *report, const char *id)
{
    const struct json *list = json_get(report, "sections");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "id", ""), id) == 0) return json_at(list, i);
    fail_msg("no section %s", id);
    return NULL;
}

/* Rows as "value|value" of some columns, "; " between. */
static const char *rows(const struct json *report, const char *id, const char *columns)
{
    static char out[4000];
    const struct json *list = json_get(section(report, id), "rows");
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_size(list); i++) {
        struct text rest = text_of(columns), key;
        for (int k = 0; text_split(&rest, ' ', &key); k++) {
            char name[40];
            (void)snprintf(name, sizeof name, "%.*s", (int)key.n, key.p);
            const struct json *v = json_get(json_at(list, i), name);
            const char *before = k > 0 ? "|" : i > 0 ? "; " : "";
            if (v == NULL) fail_msg("no member %s in %s", name, id);
            if (json_kind(v) == JSON_INT)
                n += (size_t)snprintf(out + n, sizeof out - n, "%s%lld", before,
                                      (long long)json_as_int(v, 0));
            else
                n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", before, json_as_text(v, ""));
            assert_true(n < sizeof out);
        }
    }
    return out;
}

/* The victims' one row with these values in its columns; its member. */
static const struct json *member(const struct json *report, const char *id, const char *key1,
                                 const char *value1, const char *key2, const char *value2,
                                 const char *key)
{
    const struct json *list = json_get(section(report, id), "rows"), *found = NULL;
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *row = json_at(list, i);
        if (strcmp(json_get_text(row, "form", ""), "victim") != 0 ||
            strcmp(json_get_text(row, key1, ""), value1) != 0 ||
            strcmp(json_get_text(row, key2, ""), value2) != 0)
            continue;
        assert_null(found);
        found = json_get(row, key);
    }
    if (found == NULL) fail_msg("%s: no row %s %s", id, value1, value2);
    return found;
}

static int answer(const struct json *r, const char *organisation, const char *variable,
                  const char *key)
{
    return (int)json_as_int(member(r, "completeness", "organisation", organisation, "variable",
                                   variable, key),
                            -1);
}

static const struct quality_spec all = {.organisation = CODE_NONE};

static int begin(void **state)
{
    (void)state;
    struct problems p;
    struct err e = {0};
    if (!small_load(&d, files, "xx", &p, &e)) fail_msg("%s: %s", p.item[0].file, p.item[0].message);
    problems_release(&p);
    dictionary_add_organisation(d, TEXT("GNR"), TEXT("Guarda"), TEXT("10"));
    dictionary_add_organisation(d, TEXT("APAV"), TEXT("Apoio"), TEXT("50"));
    struct date day;
    assert_true(date_from_ymd(&day, 2024, 1, 15));
    today = day.first;
    return 0;
}

static int finish(void **state)
{
    (void)state;
    dictionary_free(d);
    return 0;
}

static void figures(void **state)
{
    (void)state;
    struct json *r = report_of(&all, 0);
    assert_int_equal(json_get_int(r, "records", 0), 9);
    /* 1: sex of GNR: F F F M and U; months only of the three women: 3, NC and blank */
    assert_int_equal(answer(r, "GNR", "sex", "asked"), 5);
    assert_int_equal(answer(r, "GNR", "sex", "present"), 4);
    assert_int_equal(answer(r, "GNR", "sex", "U"), 1);
    assert_int_equal(answer(r, "GNR", "months", "asked"), 3);
    assert_int_equal(answer(r, "GNR", "months", "present"), 1);
    assert_int_equal(answer(r, "GNR", "months", "NC"), 1);
    assert_int_equal(answer(r, "GNR", "months", "blank"), 1);
    assert_int_equal(answer(r, "APAV", "sex", "present"), 1);
    assert_int_equal(answer(r, "APAV", "case_code", "blank"), 1);
    assert_null(strstr(rows(r, "completeness", "variable"), "name"));    /* in the vault */
    assert_null(strstr(rows(r, "completeness", "variable"), "initial")); /* made of it */
    assert_string_equal(rows(r, "gaps", "organisation variable lacking asked"),
                        "GNR|months|2|3; GNR|sex|1|5");
    /* 2: GNR 10 28 30 30; of APAV one record alone is nobody's to see */
    assert_string_equal(rows(r, "timeliness", "form organisation records median p90"),
                        "victim|GNR|4|28|30; victim|APAV|1|…|…");
    /* 3: born 1940 and 1941; the organisation is known to rules */
    assert_string_equal(rows(r, "plausibility", "form rule records"), "victim|Q05|2; victim|Q07|1");
    assert_string_equal(rows(r, "plausibility_by_organisation", "organisation rule records"),
                        "GNR|Q05|2; APAV|Q07|1");
    assert_string_equal(rows(r, "overview", "form organisation records with_findings"),
                        "victim|GNR|5|2; victim|APAV|1|1; suspect|GNR|2|0; case|GNR|1|0");
    json_free(r);
}

static void people(void **state)
{
    (void)state;
    struct json *r = report_of(&all, 0);
    assert_string_equal(
        rows(r, "persons", "form rule persons what"),
        "victim|Q22|4|persons, each counted once; "
        "victim|Q20|1|have several records in one organisation: possible duplicates; "
        "victim|Q20|1|are known to several organisations; "
        "victim|Q21|1|have records that disagree on the sex; "
        "victim|Q21|1|have records that disagree on the year of birth; "
        "victim|Q22|1|were registered in more than one year: not added up over years; "
        "victim|Q19|1|have valid entries and entries that are not valid; "
        "victim|Q19|1|have no valid entry and are counted in no figure of victims; "
        "suspect|Q22|2|persons, each counted once");
    json_free(r);
}

/* Q21: what people settled is counted apart; it is open again where they did not look at all. */
static void chosen(void **state)
{
    (void)state;
    const struct form *f = dictionary_form(d, TEXT("victim"));
    var_id sex = dictionary_variable(d, f->id, TEXT("sex"))->id,
           year = dictionary_variable(d, f->id, TEXT("birth_year"))->id;
    mark[n_mark++] = (struct choice_mark){1, {sex, 5, false}};
    mark[n_mark++] = (struct choice_mark){2, {sex, 5, true}};
    mark[n_mark++] = (struct choice_mark){3, {year, 6, true}}; /* not in sight of record 4 */
    struct json *r = report_of(&all, 0);
    const char *said = rows(r, "persons", "rule persons what");
    assert_null(strstr(said, "disagree on the sex"));
    assert_non_null(strstr(said, "Q21|1|have records that disagree on the year of birth"));
    assert_non_null(
        strstr(said, "Q21|1|had records that disagree, and people chose which answer counts"));
    json_free(r);
    mark[n_mark++] = (struct choice_mark){4, {year, 6, false}};
    r = report_of(&all, 0);
    said = rows(r, "persons", "rule persons what");
    assert_null(strstr(said, "Q21|1|have records that disagree"));
    assert_non_null(strstr(said, "Q21|2|had records"));
    json_free(r);
    n_mark = 0;
}

static void years(void **state)
{
    (void)state;
    struct json *r = report_of(&all, 0);
    /* 5: one suspected 2020 and prosecuted 2021; two convicted until 2022 */
    assert_string_equal(rows(r, "stages", "form year suspected prosecuted convicted"),
                        "suspect|2022|1|1|2");
    assert_string_equal(json_get_text(section(r, "stages"), "sentence", ""),
                        "More convicted than prosecuted.");
    assert_string_equal(json_get_text(section(r, "stages"), "rule", ""), "Q56");
    /* 7: four victims in 2022, one in 2023; of suspects the totals stay 1 and 1 */
    assert_string_equal(rows(r, "changes", "form year before persons change"),
                        "victim|2023|4|1|-75 %");
    assert_string_equal(rows(r, "silent", "form organisation year before"), "victim|APAV|2023|1");
    assert_string_equal(rows(r, "operations", "form year operation_persons persons"),
                        "victim|2022|3|4");
    assert_string_equal(rows(r, "breaks", "break kind what"),
                        "police.2017|police|A new way of counting.");
    assert_string_equal(rows(r, "several_answers", "variable records answers"), "means|1|2");
    assert_string_equal(rows(r, "releases", "rule"), "");
    /* 8 */
    assert_string_equal(rows(r, "links", "form organisation variable target values unresolved"),
                        "victim|GNR|case_code|case|4|1; suspect|GNR|linked_victim|victim|2|1");
    /* 9 */
    assert_string_equal(rows(r, "totals", "form"), "");
    json_free(r);
    r = report_of(&all, 1);
    assert_string_equal(rows(r, "totals", "form counted kept"),
                        "victim|6|7; suspect|2|3; case|1|2");
    json_free(r);
}

static void both_sets(void **state)
{
    (void)state;
    struct json *r = report_of(&all, 0);
    assert_string_equal(rows(r, "between_sets", "rule"), "");
    assert_non_null(strstr(json_get_text(section(r, "between_sets"), "sentence", ""), "purpose"));
    json_free(r);
    struct quality_spec spec = all;
    spec.joined = true;
    r = report_of(&spec, 0);
    /* person 3 is both, and the own record is no victim: one of the two convicted has one */
    assert_string_equal(rows(r, "between_sets", "rule persons"), "Q61|1; Q58q|1");
    json_free(r);
}

static void protected(void **state)
{
    (void)state;
    struct quality_spec spec = all;
    spec.threshold = 3;
    struct json *r = report_of(&spec, 0);
    assert_string_equal(rows(r, "persons", "persons"), "4; <3; <3; <3; <3; <3; <3; <3; <3");
    assert_string_equal(rows(r, "timeliness", "organisation records median p90"),
                        "GNR|4|28|30; APAV|<3|…|…");
    /* five were asked, one is unknown: the four that are left would tell */
    const char *const key[] = {"asked", "present", "U", "share"};
    const char *const want[] = {NULL, "…", "<3", "…"};
    for (size_t i = 0; i < 4; i++) {
        const struct json *v =
            member(r, "completeness", "organisation", "GNR", "variable", "sex", key[i]);
        if (want[i] == NULL) assert_int_equal(json_as_int(v, 0), 5);
        else assert_string_equal(json_as_text(v, ""), want[i]);
    }
    assert_string_equal(rows(r, "gaps", "variable"), "");
    assert_string_equal(rows(r, "changes", "before persons change"), "4|<3|…");
    json_free(r);
}

static void parts(void **state)
{
    (void)state;
    struct quality_spec spec = all;
    spec.year = 2023;
    struct json *r = report_of(&spec, 0);
    assert_string_equal(rows(r, "overview", "form organisation records"), "victim|GNR|1");
    assert_string_equal(rows(r, "persons", "rule persons"), "Q22|1");
    assert_string_equal(rows(r, "stages", "year"), "");
    json_free(r);
    spec = all;
    spec.organisation = 1; /* APAV, whose person another organisation knows too */
    r = report_of(&spec, 0);
    assert_string_equal(rows(r, "overview", "form organisation records"), "victim|APAV|1");
    assert_string_equal(rows(r, "persons", "rule persons"), "Q22|1; Q20|1; Q21|1; Q19|1");
    assert_string_equal(rows(r, "links", "form"), "");
    json_free(r);
}

static void broken_source(void **state)
{
    (void)state;
    struct quality_spec spec = all;
    struct err e = {0};
    spec.dictionary = d;
    spec.today = today;
    struct quality *q = quality_new(&spec);
    struct row_source s = source_of("victim", 2);
    assert_false(quality_read(q, dictionary_form(d, TEXT("victim")), &s, -1, NULL, &e));
    assert_string_equal(e.id, "test.broken");
    quality_free(q);
    quality_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures), cmocka_unit_test(people),        cmocka_unit_test(chosen),
        cmocka_unit_test(years),   cmocka_unit_test(both_sets),     cmocka_unit_test(protected),
        cmocka_unit_test(parts),   cmocka_unit_test(broken_source),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
