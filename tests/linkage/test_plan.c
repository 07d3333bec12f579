/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/plan.c
 *  1 the parameters of data/ name variables and roles that are there, in every country
 *  2 values: several instances and variables one a line, missing codes are nothing
 *  3 identifiers go into the encoding and nowhere else; coded values into columns
 *  4 two records of one person are found alike by encodings and codes alone
 *  5 bad parameters say what and where; a variable that is not there is left out */
#include "harness.h"

#include "small_data.h"

#include "linkage/compare.h"
#include "linkage/plan.h"
#include "model/finding.h"

static struct dictionary *data(const char *pack)
{
    struct dictionary *d = NULL;
    struct problems found;
    struct err e = {0};
    char folder[1000];
    struct arena *a = arena_new(ARENA_PLAIN);
    problems_init(&found, a);
    snprintf(folder, sizeof folder, "%s/data", getenv("DCIM_SOURCE_DIR"));
    if (!dictionary_load(&d, folder, pack, &found, &e)) fail_msg("%s", e.msg);
    problems_release(&found);
    arena_free(a);
    return d;
}

static void read_record(struct record *r, const struct dictionary *d, const char *json,
                        struct arena *a)
{
    struct findings found;
    struct err e = {0};
    struct json *j = NULL;
    assert_true(json_parse(&j, text_of(json), &e));
    record_init(r, d, dictionary_form(d, TEXT("victim")), a);
    findings_init(&found, a);
    if (!record_from_json(r, j, &found, &e)) fail_msg("%s", e.msg);
    assert_int_equal(found.n, 0);
    findings_release(&found);
    json_free(j);
}

static size_t column(const struct linkage_plan *p, const char *name)
{
    for (size_t i = 0; i < p->n_role; i++)
        if (strcmp(p->role[i].name, name) == 0) return i;
    fail_msg("no column %s", name);
    return 0;
}

static void every_country(void **state)
{
    (void)state;
    static const char *const pack[] = {"", "pt", "cz", "pl", "sk"};
    for (size_t i = 0; i < sizeof pack / sizeof pack[0]; i++) {
        struct dictionary *d = data(pack[i]);
        for (int f = 0; f < 2; f++) {
            struct linkage_plan p;
            struct err e = {0};
            const struct form *form = dictionary_form(d, f ? TEXT("suspect") : TEXT("victim"));
            if (!linkage_plan(&p, d, form, &e)) fail_msg("%s: %s", pack[i], e.msg);
            assert_true(p.n_identifier >= 5);
            assert_true(p.n_role > p.n_identifier);
            for (size_t c = 0; c < p.n_role; c++)
                if (p.role[c].role == LINKAGE_GIVEN) assert_true(p.column[c].identifier);
            assert_false(p.column[column(&p, "sex")].identifier);
        }
        dictionary_free(d);
    }
}

static const char one[] =
    "{\"family_name\":\"Silva\",\"given_names\":\"Maria José\",\"birth_date\":\"1994-06-05\","
    "\"sex\":\"F\",\"citizenship\":[\"PT\",\"BR\"],\"national_id_no\":\"AB123456\","
    "\"source_file_no\":\"77/2021\",\"other_file\":[{\"other_file_no\":\"9-1\"},"
    "{\"other_file_no\":\"9-2\"}],\"birth_place\":\"U\"}";
static const char same[] =
    "{\"family_name\":\"SILVA\",\"given_names\":\"Maria Jose\",\"birth_date\":\"1994-05-06\","
    "\"sex\":\"F\",\"citizenship\":[\"BR\"],\"travel_doc_no\":\"AB-123456\","
    "\"source_file_no\":\"9/2\"}";

static void values(void **state)
{
    (void)state;
    struct dictionary *d = data("");
    struct arena *a = arena_new(ARENA_WIPE);
    struct record r;
    struct linkage_plan p;
    struct text value[PEOPLE_COLUMNS];
    read_record(&r, d, one, a);
    assert_true(linkage_plan(&p, d, r.form, NULL));
    linkage_plan_values(value, &p, &r, a);
    assert_true(text_is(value[column(&p, "family_name")], "Silva"));
    assert_true(text_is(value[column(&p, "citizenship")], "BR PT") ||
                text_is(value[column(&p, "citizenship")], "PT BR"));
    assert_true(text_is(value[column(&p, "source_file_no")], "77/2021\n9-1\n9-2"));
    assert_int_equal(value[column(&p, "phone")].n, 0);
    assert_int_equal(value[column(&p, "birth_place")].n, 0);
    arena_free(a);
    dictionary_free(d);
}

static void compared(void **state)
{
    (void)state;
    struct dictionary *d = data("");
    struct arena *a = arena_new(ARENA_WIPE);
    struct secret *key = secret_new(CRYPTO_KEY);
    struct record r;
    struct linkage_plan p;
    assert_true(linkage_plan(&p, d, dictionary_form(d, TEXT("victim")), NULL));
    struct encoder *e = linkage_plan_encoder(&p, key);
    struct people *people = people_new(p.role, p.n_role);
    static const char *const line[] = {one, same, "{\"sex\":\"M\",\"birth_year\":1990}"};
    for (size_t i = 0; i < 3; i++) {
        read_record(&r, d, line[i], a);
        struct text encoding = linkage_plan_encode(&p, e, &r, a);
        assert_true((encoding.n > 0) == (i < 2));
        linkage_plan_add(people, &p, &r, encoding, a);
    }
    people_count(people);
    assert_true(people->encoded);
    assert_int_equal(people->birth[0].year, 1994);
    assert_int_equal(people->birth[2].year, 1990); /* not encoded, but known */
    for (size_t c = 0; c < p.n_role; c++)
        for (uint32_t k = 0; k < people->column[c].n_id; k++)
            assert_int_equal(people->column[c].words->word[people->column[c].id[k]].encoded,
                             p.column[c].identifier);
    struct compare_plan plan;
    struct compare_result result;
    compare_plan(&plan, people);
    compare_pair(&result, &plan, 0, 1);
    static const struct {
        const char *field;
        unsigned level;
    } known[] = {{"family_name", WORDS_EQUAL}, {"given_names", WORDS_EQUAL},
                 {"birth", BIRTH_SWAPPED},     {"sex", 1},
                 {"citizenship", 1},           {"national_id_no", 4},
                 {"source_file_no", 4},        {"phone", COMPARE_MISSING}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t f = 0;
        while (strcmp(plan.field[f].name, known[i].field) != 0) f++;
        if (result.level[f] != known[i].level) print_error("%s\n", known[i].field);
        assert_int_equal(result.level[f], known[i].level);
    }
    people_free(people);
    encoder_free(e);
    secret_free(key);
    arena_free(a);
    dictionary_free(d);
}

static void bad(void **state)
{
    (void)state;
    static const struct {
        const char *value, *says;
    } known[] = {
        {"sex:gender", "sex:gender: there is no such role"},
        {"sex", "sex: there is no such role"},
        {"not_here:surname sex:", "sex:: there is no such role"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char row[200];
        struct dictionary *d;
        struct problems found;
        struct err e = {0};
        struct linkage_plan p;
        snprintf(row, sizeof row, "name,value,note,source,uncertain\nlinkage.victim,%s,,ours,no\n",
                 known[i].value);
        const struct small_file file[] = {{"parameters.csv", row}, {NULL, NULL}};
        assert_true(small_load(&d, file, "", &found, &e));
        assert_false(linkage_plan(&p, d, dictionary_form(d, TEXT("victim")), &e));
        assert_string_equal(e.id, "linkage.plan");
        if (strstr(e.msg, known[i].says) == NULL) print_error("%s\n", e.msg);
        assert_non_null(strstr(e.msg, known[i].says));
        dictionary_free(d);
    }
    const struct small_file file[] = {
        {"parameters.csv",
         "name,value,note,source,uncertain\nlinkage.victim,not_here:surname sex+or_here:code,,ours,no\n"},
        {NULL, NULL}};
    struct problems found;
    struct dictionary *d;
    struct linkage_plan p;
    assert_true(small_load(&d, file, "", &found, NULL));
    assert_true(linkage_plan(&p, d, dictionary_form(d, TEXT("victim")), NULL));
    assert_int_equal(p.n_role, 1);
    assert_int_equal(p.column[0].n_variable, 1);
    dictionary_free(d);
}

int main(void)
{
    crypto_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_country),
        cmocka_unit_test(values),
        cmocka_unit_test(compared),
        cmocka_unit_test(bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
