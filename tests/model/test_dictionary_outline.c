/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/dictionary_outline.c
 *  1 headings, repeats, notes and variables in the order of the sheet, begin and end in balance
 *  2 what the pack hides is not there, what it adds and renames is   3 every form of data/ */
#include "harness.h"

#include "small_data.h"

#include "model/dictionary.h"

static const struct outline_item *item(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n_outline; i++)
        if (strcmp(f->outline[i].name, name) == 0) return &f->outline[i];
    return NULL;
}

static void in_order(void **state)
{
    (void)state;
    static const struct {
        enum outline_kind kind;
        const char *name;
    } expected[] = {{OUTLINE_GROUP, "entry"},         {OUTLINE_VARIABLE, "ref"},
                    {OUTLINE_VARIABLE, "entry_date"}, {OUTLINE_VARIABLE, "full_date"},
                    {OUTLINE_VARIABLE, "note"},       {OUTLINE_END, ""},
                    {OUTLINE_VARIABLE, "name"}};
    struct dictionary *d = small_dictionary("");
    const struct form *f = dictionary_form(d, TEXT("victim"));
    assert_true(f->n_outline > sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(f->outline[i].kind, expected[i].kind);
        assert_string_equal(f->outline[i].name, expected[i].name);
    }
    assert_string_equal(words_in(&f->outline[0].label, 0, ""), "Entry");
    assert_string_equal(words_in(&f->outline[1].hint, 0, ""), "Your own number.");
    assert_int_equal(f->outline[1].var, dictionary_variable(d, f->id, TEXT("ref"))->id);
    assert_string_equal(f->outline[2].appearance, "thb-date");
    assert_int_equal(item(f, "episode")->kind, OUTLINE_REPEAT);
    dictionary_free(d);
}

static void with_pack(void **state)
{
    (void)state;
    struct dictionary *core = small_dictionary(""), *d;
    struct problems p;
    struct err e = {0};
    if (!small_load(&d, NULL, "xx", &p, &e)) fail_msg("%s", e.msg);
    const struct form *a = dictionary_form(core, TEXT("victim")),
                      *b = dictionary_form(d, TEXT("victim"));
    size_t variables = 0;
    for (size_t i = 0; i < b->n_outline; i++) {
        const struct outline_item *x = &b->outline[i];
        if (x->kind != OUTLINE_VARIABLE) continue;
        variables++;
        assert_string_equal(d->variable[x->var].name, x->name);
    }
    size_t n = 0;
    for (size_t g = 0; g < b->n_group; g++) n += b->group[g].n_variable;
    assert_int_equal(variables, n - 2); /* the two of the system are in no sheet of the form */
    for (size_t i = 0; i < a->n_outline; i++) { /* what is gone is gone from both */
        const struct outline_item *x = &a->outline[i];
        if (x->kind != OUTLINE_VARIABLE) continue;
        bool there = dictionary_variable(d, b->id, text_of(x->name)) != NULL;
        assert_int_equal(item(b, x->name) != NULL, there);
    }
    dictionary_free(core);
    dictionary_free(d);
    problems_release(&p);
}

static void every_form(void **state)
{
    (void)state;
    struct dictionary *d;
    struct problems p;
    struct arena *arena = arena_new(ARENA_PLAIN);
    struct err e = {0};
    problems_init(&p, arena);
    if (!dictionary_load(&d, harness_source("data"), "pt", &p, &e)) fail_msg("%s", e.msg);
    for (size_t i = 0; i < d->n_form; i++) {
        const struct form *f = &d->form[i];
        int depth = 0;
        for (size_t k = 0; k < f->n_outline; k++) {
            enum outline_kind kind = f->outline[k].kind;
            if (kind == OUTLINE_GROUP || kind == OUTLINE_REPEAT) depth++;
            if (kind == OUTLINE_END) depth--;
            assert_true(depth >= 0);
            if (kind == OUTLINE_VARIABLE) assert_true(f->outline[k].help[0] != '\0');
            if (kind != OUTLINE_END) assert_true(words_in(&f->outline[k].label, 0, "")[0] != '\0');
        }
        assert_int_equal(depth, 0);
        assert_true(f->n_outline > 0);
    }
    dictionary_free(d);
    problems_release(&p);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(with_pack),
        cmocka_unit_test(every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
