/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/explain.c
 *  1 each field's level as a code and in words; what one of them lacks is not known
 *  2 the parts add up to the weight; the tone follows the part
 *  3 sentences: names together, what is exchanged, what speaks against; strongest first, no more
 *  than asked
 *  4 evidence: there and back; what is damaged or of other fields
 *  5 every level of every kind has a code, unique in its kind, and words
 *  6 no value of a record is in any of it (S12) */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/explain.h"
#include "linkage/linkage.h"

#include "base/mem.h"

#include <math.h>

static struct people *people;
static struct linkage run;
static uint32_t *unused;

/* A population, and behind it the pairs of lines that are looked at. */
static const char *const line[] = {
    "Kseniya|Vorobyova|F|1994-06-05|AB12345678|Lisboa||2020-01-01",
    "Kseniya|Vorobiova|M|1994-05-06|AB12345679|Porto||2020-01-03",
    "Vorobyova|Kseniya|F|1994-06-05||Lisboa||2020-01-01",
    "Bohdan|Lytvyn|M|1961-11-30|XY00000001|Porto||2020-01-01",
    "Kseniya||F|||||2020-01-01",
};
enum { LINES = sizeof line / sizeof *line };
static size_t first;

static int start(void **state)
{
    (void)state;
    struct people *crowd = people_population(400, 5, &unused), *own = people_of(line, LINES);
    people = people_joined(crowd, own);
    first = crowd->n;
    people_free(crowd);
    people_free(own);
    linkage_run(&run, people, &(struct linkage_options){0});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    linkage_release(&run);
    people_free(people);
    mem_free(unused);
    return 0;
}

static void explain(struct explained *x, size_t a, size_t b)
{
    explain_pair(x, &run.model, &run.plan, first + a, first + b);
}

static const struct explained_field *field(const struct explained *x, const char *name)
{
    for (size_t i = 0; i < x->n_field; i++)
        if (strcmp(x->field[i].field, name) == 0) return &x->field[i];
    fail_msg("no field %s", name);
    return NULL;
}

static void levels(void **state)
{
    (void)state;
    struct explained x;
    explain(&x, 0, 1);
    assert_string_equal(explain_level(field(&x, "given")), "equal");
    assert_string_equal(explain_level(field(&x, "surname")), "nearly-equal");
    assert_string_equal(explain_words(field(&x, "surname")), "nearly equal");
    assert_string_equal(explain_level(field(&x, "birth")), "day-month-exchanged");
    assert_string_equal(explain_words(field(&x, "birth")), "day and month exchanged");
    assert_string_equal(explain_level(field(&x, "document")), "one-character");
    assert_string_equal(explain_level(field(&x, "town")), "different");
    assert_string_equal(explain_level(field(&x, "reported")), "week");
    assert_string_equal(explain_level(field(&x, "sex")), "different");
    assert_true(field(&x, "given")->rare);
    assert_false(field(&x, "sex")->rare);
    explain(&x, 0, 2);
    assert_string_equal(explain_level(field(&x, "order")), "exchanged");
    explain(&x, 0, 4);
    assert_string_equal(explain_level(field(&x, "birth")), "not-known");
    assert_string_equal(explain_tone_name(field(&x, "birth")->tone), "missing");
    assert_true(field(&x, "birth")->weight == 0);
}

static void parts(void **state)
{
    (void)state;
    struct explained x;
    for (size_t a = 0; a < LINES; a++)
        for (size_t b = a + 1; b < LINES; b++) {
            explain(&x, a, b);
            double sum = x.prior;
            for (size_t i = 0; i < x.n_field; i++) {
                const struct explained_field *f = &x.field[i];
                sum += f->weight;
                if (f->level == COMPARE_MISSING) continue;
                enum explain_tone tone = f->weight >= 5    ? EXPLAIN_STRONGLY_FOR
                                         : f->weight <= -5 ? EXPLAIN_STRONGLY_AGAINST
                                         : f->weight >= 1  ? EXPLAIN_FOR
                                         : f->weight <= -1 ? EXPLAIN_AGAINST
                                                           : EXPLAIN_NEUTRAL;
                assert_int_equal(f->tone, tone);
            }
            assert_true(fabs(sum - x.weight) < 1e-9);
        }
    explain(&x, 0, 3);
    assert_true(x.weight < 0);
    assert_string_equal(explain_tone_name(field(&x, "birth")->tone), "strong-against");
    explain(&x, 0, 1);
    assert_true(x.weight > 5);
    assert_string_equal(explain_tone_name(field(&x, "given")->tone), "strong-for");
}

static const char *label(void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "sex") == 0 ? "Sex" : name;
}

static void said(struct buf *out, size_t a, size_t b, size_t most)
{
    struct explained x;
    explain(&x, a, b);
    buf_init(out, 4000);
    explain_sentence(out, &x, most, label, NULL);
    assert_true(buf_ok(out, NULL));
}

static void sentences(void **state)
{
    (void)state;
    struct buf b;
    said(&b, 0, 1, 9);
    assert_ptr_equal(strstr(b.p, "For one person: the names are nearly equal and rare; "), b.p);
    assert_non_null(strstr(b.p, "day and month of birth are exchanged"));
    assert_non_null(strstr(b.p, "document (one character differs)"));
    assert_non_null(strstr(b.p, "Against it: Sex (different)."));
    assert_null(strstr(b.p, "not exchanged"));
    buf_release(&b);
    said(&b, 0, 1, 1);
    assert_string_equal(b.p, "For one person: the names are nearly equal and rare. Against it: Sex "
                             "(different).");
    buf_release(&b);
    said(&b, 0, 2, 9);
    assert_non_null(strstr(b.p, "the dates of birth are equal"));
    assert_non_null(strstr(b.p, "given name and family name are exchanged"));
    buf_release(&b);
    said(&b, 0, 3, 9);
    assert_non_null(strstr(b.p, "the names are different"));
    assert_non_null(strstr(b.p, "the dates of birth are different"));
    buf_release(&b);
    said(&b, 0, 4, 9);
    assert_non_null(strstr(b.p, "given (equal)"));
    buf_release(&b);
    struct explained nothing = {0};
    buf_init(&b, 100);
    explain_sentence(&b, &nothing, 9, label, NULL);
    assert_int_equal(b.n, 0);
    buf_release(&b);
}

static void evidence(void **state)
{
    (void)state;
    struct explained x, y;
    struct err e = {0};
    struct buf b;
    explain(&x, 0, 1);
    struct json *j = explain_to_json(&x);
    buf_init(&b, 4096); /* store/link_run.h takes as much */
    json_write(&b, j, false);
    assert_true(buf_ok(&b, &e));
    for (size_t i = 0; i < LINES; i++) assert_null(strstr(b.p, "seniya")); /* no value */
    assert_null(strstr(b.p, "1994"));
    buf_release(&b);
    assert_true(explain_from_json(&y, j, &run.plan, &e));
    assert_true(fabs(x.weight - y.weight) <= 0.005);
    assert_int_equal(x.n_field, y.n_field);
    for (size_t i = 0; i < x.n_field; i++) {
        assert_int_equal(x.field[i].level, y.field[i].level);
        assert_true(fabs(x.field[i].weight - y.field[i].weight) <= 0.005);
        assert_int_equal(x.field[i].rare, y.field[i].rare);
        assert_string_equal(x.field[i].field, y.field[i].field);
        assert_string_equal(explain_level(&x.field[i]), explain_level(&y.field[i]));
    }
    struct people_role role[] = {{"surname", LINKAGE_SURNAME}}; /* other columns since */
    struct people *other = people_new(role, 1);
    struct compare_plan plan;
    compare_plan(&plan, other);
    assert_true(explain_from_json(&y, j, &plan, &e));
    assert_int_equal(y.n_field, 1);
    assert_string_equal(explain_level(&y.field[0]), "nearly-equal");
    people_free(other);
    json_free(json_take(j, "fields"));
    assert_false(explain_from_json(&y, j, &run.plan, &e));
    assert_string_equal(e.id, "linkage.evidence");
    json_free(j);
    assert_false(explain_from_json(&y, NULL, &run.plan, &e));
}

static void complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < run.plan.n_field; i++) {
        const struct compare_field *f = &run.plan.field[i];
        for (uint8_t l = 0; l < f->n_level; l++) {
            struct explained_field x = {.kind = f->kind, .level = l};
            assert_non_null(explain_level(&x));
            assert_true(explain_words(&x)[0] != '\0');
            for (uint8_t k = 0; k < l; k++) {
                struct explained_field y = {.kind = f->kind, .level = k};
                assert_string_not_equal(explain_level(&x), explain_level(&y));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels),   cmocka_unit_test(parts),    cmocka_unit_test(sentences),
        cmocka_unit_test(evidence), cmocka_unit_test(complete),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
