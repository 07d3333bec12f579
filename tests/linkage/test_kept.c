/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/kept.c
 *  1 a run's model and rules come back from their text bit by bit, and weigh pairs the same
 *  2 it fits people with the same columns alone
 *  3 another version's document is refused as that, a damaged one as damaged, each with a remedy
 *  4 no member may be missing or out of its range
 *  5 it holds no word of any record (S12) */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/kept.h"

#include "base/mem.h"

#include <math.h>

static struct people *people;
static struct linkage run;
static struct kept *kept;
static struct json *document;

static int start(void **state)
{
    uint32_t *truth;
    (void)state;
    people = people_population(400, 5, &truth);
    linkage_run(&run, people, &(struct linkage_options){0});
    kept = kept_new(&run);
    document = kept_to_json(kept);
    mem_free(truth);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_free(document);
    kept_free(kept);
    linkage_release(&run);
    people_free(people);
    return 0;
}

static void write(struct buf *b, const struct json *j)
{
    buf_init(b, 4 << 20);
    json_write(b, j, false);
    assert_true(buf_ok(b, NULL));
}

static void round_trip(void **state)
{
    (void)state;
    struct buf text, again;
    struct json *j, *k;
    struct kept *back;
    struct err e = {0};
    write(&text, document);
    assert_true(text.n < 1 << 20); /* store/link_run.h takes 4 MiB */
    assert_true(json_parse(&j, buf_text(&text), &e));
    assert_true(kept_from_json(&back, j, &e));
    k = kept_to_json(back);
    write(&again, k);
    assert_int_equal(text.n, again.n);
    assert_memory_equal(text.p, again.p, text.n);

    assert_int_equal(back->rules.n_rule, kept->rules.n_rule);
    assert_true(back->rules.n_rule > 0);
    for (size_t i = 0; i < back->rules.n_rule; i++) {
        assert_int_equal(back->rules.rule[i].n_mark, kept->rules.rule[i].n_mark);
        assert_memory_equal(back->rules.rule[i].mark, kept->rules.rule[i].mark, RULE_MARKS);
    }
    assert_memory_equal(&back->weights, &kept->weights, sizeof back->weights);
    struct compare_result r;
    for (size_t i = 0; i + 1 < people->n; i++) {
        compare_pair(&r, &run.plan, i, i + 1);
        double one = model_weight(&run.model, &run.plan, &r),
               two = model_weight(&back->model, &run.plan, &r);
        assert_memory_equal(&one, &two, sizeof one);
    }
    json_free(j);
    json_free(k);
    kept_free(back);
    buf_release(&text);
    buf_release(&again);
}

static void fits(void **state)
{
    (void)state;
    assert_true(kept_fits(kept, people));
    struct people_role role[] = {{"given", LINKAGE_GIVEN}, {"surname", LINKAGE_SURNAME}};
    struct people *other = people_new(role, 2);
    assert_false(kept_fits(kept, other));
    people_free(other);
}

static void refused(const struct json *j, const char *id)
{
    struct kept *k;
    struct err e = {0};
    assert_false(kept_from_json(&k, j, &e));
    assert_null(k);
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.id, id);
    assert_true(e.remedy[0] != '\0');
}

static void versions(void **state)
{
    (void)state;
    struct json *j = json_copy(document);
    json_set_int(j, "linkage", KEPT_FORMAT + 1);
    refused(j, "linkage.kept_format");
    json_free(j);
    refused(NULL, "linkage.kept");
    j = json_array();
    refused(j, "linkage.kept");
    json_free(j);
    j = json_object();
    refused(j, "linkage.kept");
    json_free(j);
}

static void members(void **state)
{
    (void)state;
    static const char *const name[] = {"columns", "fields", "birth",        "share",
                                       "prior",   "rules",  "rules_recall", "weights"};
    static const char *const of_field[] = {"field",   "m",     "u",      "usual",
                                           "parents", "given", "weight", "rarity"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        struct json *j = json_copy(document);
        json_free(json_take(j, name[i]));
        refused(j, "linkage.kept");
        json_free(j);
    }
    for (size_t i = 0; i < sizeof of_field / sizeof *of_field; i++) {
        struct json *j = json_copy(document);
        json_free(json_take(json_item_mut(json_member_mut(j, "fields"), 1), of_field[i]));
        refused(j, "linkage.kept");
        json_free(j);
    }
    struct json *j = json_copy(document);
    json_set(j, "share", json_number(1.5));
    refused(j, "linkage.kept");
    json_free(j);
    j = json_copy(document); /* a parent that is no field */
    struct json *parents = json_array();
    json_push(parents, json_int(99));
    json_push(parents, json_int(-1));
    json_set(json_item_mut(json_member_mut(j, "fields"), 0), "parents", parents);
    refused(j, "linkage.kept");
    json_free(j);
    j = json_copy(document); /* a mark that nobody makes */
    struct json *marks = json_array();
    json_push(marks, json_text(TEXT("colour of the eyes")));
    json_set(json_item_mut(json_member_mut(j, "rules"), 0), "marks", marks);
    refused(j, "linkage.kept");
    json_free(j);
}

static void no_words(void **state)
{
    (void)state;
    struct buf text;
    write(&text, document);
    for (size_t i = 0; i < people->names.n; i++) {
        const struct people_word *w = &people->names.word[i];
        if (w->n < 7) continue;
        char word[40];
        snprintf(word, sizeof word, "%.*s", w->n, w->text);
        assert_null(strstr(text.p, word));
    }
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(fits),     cmocka_unit_test(versions),
        cmocka_unit_test(members),    cmocka_unit_test(no_words),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
