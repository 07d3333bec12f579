/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/finding.c
 *  1 built-in rules come first, in their order   2 sentences, with the words of the variable and
 *  its kind   3 what was sent:
 *  cut between characters, made visible (S63), never of identifiers   4 bounded, errors counted on
 *  5 rules that value_read() speaks through   6 every built-in rule of data/ has words in all
 *  languages */
#include "harness.h"

#include "small_data.h"

#include "model/finding.h"

static struct dictionary *d;
static struct arena *a;
static form_id victim;

static int setup(void **state)
{
    (void)state;
    d = small_dictionary("");
    a = arena_new(ARENA_PLAIN);
    victim = dictionary_form(d, TEXT("victim"))->id;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dictionary_free(d);
    arena_free(a);
    return 0;
}

static var_id var(const char *name)
{
    const struct variable *v = dictionary_variable(d, victim, text_of(name));
    assert_non_null(v);
    return v->id;
}

static void says(struct finding f, size_t language, const char *message, const char *remedy)
{
    struct buf b;
    buf_init(&b, 10000);
    finding_message(&b, d, &f, language);
    assert_string_equal(b.p, message);
    buf_clear(&b);
    finding_remedy(&b, d, &f, language);
    assert_string_equal(b.p == NULL ? "" : b.p, remedy);
    buf_release(&b);
}

static void builtin_order(void **state)
{
    (void)state;
    static const char *const names[] = {
#define X(word, name) [BUILTIN_##word] = name,
        BUILTIN_RULES(X)
#undef X
    };
    for (int i = 0; i < BUILTIN_COUNT; i++) {
        rule_id id = finding_builtin(d, (enum builtin_rule)i);
        assert_int_equal(id, i);
        assert_string_equal(d->rule[id].name, names[i]);
        assert_true(d->rule[id].builtin);
        assert_ptr_equal(dictionary_rule(d, text_of(names[i])), &d->rule[id]);
    }
    assert_false(dictionary_rule(d, TEXT("Q13"))->builtin);
}

static void sentences(void **state)
{
    (void)state;
    struct finding q13 = {.rule = dictionary_rule(d, TEXT("Q13"))->id,
                          .level = SEVERITY_E,
                          .var = var("start")};
    says(q13, 0, "Q13 start: The end is before the start.", "Swap the dates.");
    says(q13, 1, "Q13 start: O fim é anterior ao início.",
         "Swap the dates."); /* no remedy in Portuguese */
    q13.var = VAR_NONE;
    says(q13, 0, "Q13: The end is before the start.", "Swap the dates.");

    struct finding v01 = finding_of(d, BUILTIN_CODE, var("sex"), 3);
    assert_int_equal(v01.level, SEVERITY_E);
    assert_int_equal(v01.instance, 3);
    v01.value = "Z";
    says(v01, 0, "V01 sex: Wrong: Sex. (sent: \"Z\")", "See sex, CL_SEX.");
    says(v01, 1, "V01 sex: Errado: Sexo. (sent: \"Z\")", "See sex, CL_SEX.");
    v01.var = VAR_NONE; /* nothing to put there: the words stay as they are */
    says(v01, 0, "V01: Wrong: {label}. (sent: \"Z\")", "See {variable}, {list}.");
    /* A variable's own words for its constraint. */
    says(finding_of(d, BUILTIN_CONSTRAINT, var("age"), 0), 1, "V04 age: De 0 a 120.", "See age, .");
    says(finding_of(d, BUILTIN_CONSTRAINT, var("sex"), 0), 0, "V04 sex: Wrong: Sex.",
         "See sex, CL_SEX.");
}

static void words_for_kinds(void **state)
{
    (void)state;
    struct finding v02 = finding_of(d, BUILTIN_TYPE, var("age"), 0);
    struct rule *rule = &d->rule[v02.rule];
    const struct words before = rule->message, remedy = rule->remedy;
    rule->message.in[0] =
        "{integer?A number}{date?A day}{partial? or month}{code?A code} {and?} {x.";
    rule->remedy.in[0] = "{integer?{label}";
    says(v02, 0, "V02 age: A number {and?} {x.", "{label");
    v02.var = var("start");
    says(v02, 0, "V02 start: A day or month {and?} {x.", "");
    v02.var = var("sex");
    says(v02, 0, "V02 sex: A code {and?} {x.", "");
    v02.var = VAR_NONE;
    says(v02, 0, "V02:  {and?} {x.", "");
    struct buf b;
    buf_init(&b, 100);
    finding_general_words(&b, &rule->message, 0);
    assert_string_equal(b.p, " {and?} {x.");
    buf_release(&b);
    rule->message = before;
    rule->remedy = remedy;
}

static void what_was_sent(void **state)
{
    (void)state;
    struct findings f;
    struct buf b;
    findings_init(&f, a);
    char longer[200];
    for (size_t i = 0; i < sizeof longer - 2; i += 2) memcpy(longer + i, "\xC3\xA9", 2);
    longer[198] = '\0';
    findings_add_value(&f, finding_of(d, BUILTIN_CODE, var("sex"), 0),
                       (struct text){longer + 1, 150}); /* odd */
    findings_add_value(&f, finding_of(d, BUILTIN_CODE, var("sex"), 0), (struct text){longer, 198});
    struct finding with = finding_of(d, BUILTIN_CODE, var("sex"), 0);
    with.value = longer;
    findings_add(&f, with);
    assert_int_equal(strlen(f.item[0].value), 79); /* 80 would split a character */
    assert_int_equal(strlen(f.item[1].value), 80);
    assert_int_equal(strlen(f.item[2].value), 80);
    assert_ptr_not_equal(f.item[2].value, longer); /* a copy */
    findings_add_value(&f, with, TEXT(""));
    assert_string_equal(f.item[3].value, "");
    findings_release(&f);

    struct finding x = finding_of(d, BUILTIN_CODE, var("sex"), 0);
    x.value = "ab\xE2\x80\xAE"
              "cd"; /* a right-to-left override must not turn the line */
    buf_init(&b, 1000);
    finding_message(&b, d, &x, 0);
    assert_non_null(strstr(b.p, "ab<U+202E>cd"));
    buf_clear(&b);
    struct finding secret = finding_of(d, BUILTIN_TYPE, var("birth_date"), 0);
    secret.value = "31/02/1990"; /* a mistake of the caller must not show it */
    finding_message(&b, d, &secret, 0);
    assert_string_equal(b.p, "V02 birth_date: Wrong: Date of birth.");
    buf_release(&b);
}

static void bounded(void **state)
{
    (void)state;
    struct findings f;
    findings_init(&f, a);
    for (int i = 0; i < FINDINGS_MAX + 50; i++) {
        struct finding x = finding_of(d, BUILTIN_TYPE, var("age"), 0);
        if (i % 2 == 0) x.level = SEVERITY_W;
        findings_add(&f, x);
    }
    assert_int_equal(f.n, FINDINGS_MAX);
    assert_int_equal(f.n_dropped, 50);
    assert_int_equal(f.n_error, FINDINGS_MAX / 2 + 25); /* a dropped error still refuses */
    findings_clear(&f);
    assert_int_equal(f.n + f.n_dropped + f.n_error, 0);
    findings_release(&f);
}

static void of_read(void **state)
{
    (void)state;
    assert_int_equal(finding_of_read(VALUE_READ_CODE), BUILTIN_CODE);
    assert_int_equal(finding_of_read(VALUE_READ_RETIRED), BUILTIN_CODE);
    assert_int_equal(finding_of_read(VALUE_READ_TYPE), BUILTIN_TYPE);
    assert_int_equal(finding_of_read(VALUE_READ_MISSING), BUILTIN_MISSING);
    assert_int_equal(finding_of_read(VALUE_READ_LONG), BUILTIN_TOO_LONG);
}

static void words_of_data(void **state)
{
    (void)state;
    struct dictionary *real;
    struct problems p;
    struct err e = {0};
    problems_init(&p, a);
    assert_true(dictionary_load(&real, harness_source("data"), "pt", &p, &e));
    for (int i = 0; i < BUILTIN_COUNT; i++)
        for (size_t k = 0; k < real->n_language; k++) {
            assert_non_null(real->rule[i].message.in[k]);
            assert_non_null(real->rule[i].remedy.in[k]);
        }
    problems_release(&p);
    dictionary_free(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_order),   cmocka_unit_test(sentences),
        cmocka_unit_test(words_for_kinds), cmocka_unit_test(words_for_kinds),
        cmocka_unit_test(what_was_sent),   cmocka_unit_test(bounded),
        cmocka_unit_test(of_read),         cmocka_unit_test(words_of_data)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
