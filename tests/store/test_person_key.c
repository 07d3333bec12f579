/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/person_key.c
 *  1 the hash by hand   2 the same person written differently   3 other persons   4 too little is
 *  known
 *  5 the plan: parameter of the dictionary, forms without names */
#include "harness.h"

#include "small_data.h"
#include "store/person_key.h"
#include "store_data.h"

static struct secret *key;
static struct arena *a;

static int setup(void **state)
{
    (void)state;
    uint8_t bytes[CRYPTO_KEY] = {1, 2, 3};
    crypto_start();
    key = secret_copy(bytes, sizeof bytes);
    a = arena_new(ARENA_WIPE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    secret_free(key);
    arena_free(a);
    return 0;
}

struct person { /* NULL and 0: not said */
    const char *family, *given, *birth_date;
    int year;
    int sex;          /* code, -1 none */
    int citizenships; /* the first n of PT RO NA NC */
};

static void set(struct record *r, const char *name, struct value v)
{
    const struct variable *x = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    *record_value(r, x->id, 0) = v;
}

static struct record record_of(const struct person *p)
{
    static const code_id codes[4] = {0, 1, 2, 3};
    const struct dictionary *d = store_data_dictionary();
    struct record r;
    struct date date;
    record_init(&r, d, dictionary_form(d, TEXT("victim")), a);
    if (p->family)
        set(&r, "family_name", (struct value){.kind = VALUE_TEXT, .text = text_of(p->family)});
    if (p->given)
        set(&r, "given_names", (struct value){.kind = VALUE_TEXT, .text = text_of(p->given)});
    if (p->year) set(&r, "birth_year", (struct value){.kind = VALUE_INTEGER, .integer = p->year});
    if (p->birth_date) {
        assert_true(date_parse(&date, text_of(p->birth_date), DATE_ISO));
        set(&r, "birth_date", (struct value){.kind = VALUE_DATE, .date = date});
    }
    if (p->sex >= 0) set(&r, "sex", (struct value){.kind = VALUE_CODE, .code = (code_id)p->sex});
    else set(&r, "sex", (struct value){.kind = VALUE_MISSING, .missing = MISSING_U});
    if (p->citizenships)
        set(&r, "citizenship",
            (struct value){.kind = VALUE_CODES,
                           .n_code = (uint16_t)p->citizenships,
                           .codes = codes});
    return r;
}

static bool make(uint8_t out[PERSON_KEY], const struct person *p)
{
    struct person_key_plan plan;
    struct record r = record_of(p);
    person_key_plan(&plan, r.dictionary, r.form);
    assert_true(plan.possible);
    return person_key_make(out, &plan, &r, key, a);
}

static const struct person ana = {"Silva", "Ana Maria", NULL, 1990, 0, 1};

static void person_key_1_by_hand(void **state)
{
    (void)state;
    uint8_t got[PERSON_KEY], wanted[PERSON_KEY];
    static const char message[] = "person 1\x1f"
                                  "ana maria silva\x1f"
                                  "1990\x1f"
                                  "F\x1f"
                                  "PT";
    assert_true(make(got, &ana));
    crypto_hash(wanted, sizeof wanted, message, sizeof message - 1, key);
    assert_memory_equal(got, wanted, sizeof got);
}

static void person_key_2_written_differently(void **state)
{
    (void)state;
    uint8_t first[PERSON_KEY], other[PERSON_KEY];
    const struct person same[] = {
        {"SILVA", "ANA MARIA", NULL, 1990, 0, 1},        {" silva ", "Ana-Maria", NULL, 1990, 0, 1},
        {"Maria", "Ana  Silva", NULL, 1990, 0, 1},       {"Sílva", "Ána María", NULL, 1990, 0, 1},
        {"Silva", "Ana Maria", "1990-05-17", 0, 0, 1},   {"Silva", "Ana Maria", "1990", 0, 0, 1},
        {"Silva", "Ana Maria", "1991-01-01", 1990, 0, 1} /* the year as it was given comes first */
    };
    assert_true(make(first, &ana));
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_true(make(other, &same[i]));
        assert_memory_equal(first, other, PERSON_KEY);
    }
}

static void person_key_3_other_persons(void **state)
{
    (void)state;
    const struct person other[] = {
        {"Silva", "Ana", NULL, 1990, 0, 1},       {"Silva", "Ana Maria", NULL, 1991, 0, 1},
        {"Silva", "Ana Maria", NULL, 1990, 1, 1}, {"Silva", "Ana Maria", NULL, 1990, 0, 2},
        {"Silva", "Ana Maria", NULL, 1990, 0, 0}, {"Silva", "Ana Maria", NULL, 1990, -1, 1},
        {"Silva", "Ana Mario", NULL, 1990, 0, 1},
    };
    enum { N = sizeof other / sizeof other[0] };
    uint8_t keys[N + 1][PERSON_KEY];
    assert_true(make(keys[N], &ana));
    for (size_t i = 0; i < N; i++) assert_true(make(keys[i], &other[i]));
    for (size_t i = 0; i <= N; i++)
        for (size_t k = 0; k < i; k++) assert_memory_not_equal(keys[i], keys[k], PERSON_KEY);
    struct secret *second = secret_random(CRYPTO_KEY);
    struct person_key_plan plan;
    struct record r = record_of(&ana);
    uint8_t elsewhere[PERSON_KEY];
    person_key_plan(&plan, r.dictionary, r.form);
    assert_true(person_key_make(elsewhere, &plan, &r, second, a));
    assert_memory_not_equal(elsewhere, keys[N], PERSON_KEY);
    secret_free(second);
}

static void person_key_4_too_little(void **state)
{
    (void)state;
    uint8_t out[PERSON_KEY];
    const struct person little[] = {
        {NULL, "Ana Maria", NULL, 1990, 0, 1}, {"Silva", NULL, NULL, 1990, 0, 1},
        {"Silva", "Ana", NULL, 0, 0, 1},       {"  ", "Ana", NULL, 1990, 0, 1},
        {"-", ".", NULL, 1990, 0, 1},
    };
    for (size_t i = 0; i < sizeof little / sizeof little[0]; i++)
        assert_false(make(out, &little[i]));
    char *huge = calloc(1, 70001); /* longer than any name: no key, and no crash */
    memset(huge, 'a', 70000);
    assert_false(make(out, &(struct person){huge, "Ana", NULL, 1990, 0, 1}));
    free(huge);
}

static void person_key_5_the_plan(void **state)
{
    (void)state;
    const struct dictionary *d = store_data_dictionary();
    struct person_key_plan plan;
    person_key_plan(&plan, d, dictionary_form(d, TEXT("victim")));
    assert_int_equal(plan.n_part, 5);
    person_key_plan(&plan, d,
                    dictionary_form(d, TEXT("suspect"))); /* has neither names nor birth year */
    assert_false(plan.possible);
    struct record r;
    uint8_t out[PERSON_KEY];
    record_init(&r, d, dictionary_form(d, TEXT("suspect")), a);
    assert_false(person_key_make(out, &plan, &r, key, a));

    struct dictionary *small = NULL;
    struct problems problems;
    struct err e;
    struct small_file files[] = {
        {"parameters.csv",
         "name,value,note,source,uncertain\nQ05_above,80,,8#Q05,no\ncountry,XX,,,yes\n"
         "match_key.victim,name birth_year nonsense age,,,\n"},
        {"dictionary/victim.csv",
         "type,name,label::English (en),label::Português (pt),appearance,bind::thb:privacy\n"
         "text,ref,R,R,,O\ntext,name,N,N,,D\ninteger,birth_year,Y,A,,Q\ninteger,age,A,I,,Q\n"},
        {"rules.csv", NULL},
        {NULL, NULL}};
    if (!small_load(&small, files, "", &problems, &e)) fail_msg("%s", e.msg);
    person_key_plan(&plan, small, dictionary_form(small, TEXT("victim")));
    assert_true(plan.possible);
    assert_int_equal(plan.n_part, 3); /* what the form does not have is passed over */
    dictionary_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(person_key_1_by_hand),
        cmocka_unit_test(person_key_2_written_differently),
        cmocka_unit_test(person_key_3_other_persons),
        cmocka_unit_test(person_key_4_too_little),
        cmocka_unit_test(person_key_5_the_plan),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
