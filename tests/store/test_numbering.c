/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/numbering.c
 *  1 numbers are given once, in the order of the dictionary
 *  2 a later dictionary keeps them, adds at the end, and leaves those that are gone */
#include "harness.h"

#include "store/store_internal.h"
#include "store_data.h"

static struct err e;

static uint32_t number_of(const struct store *st, const char *name)
{
    const struct form *f = dictionary_form(st->dictionary, TEXT("victim"));
    const struct variable *v = dictionary_variable(st->dictionary, f->id, text_of(name));
    assert_non_null(v);
    return numbering_of_form(st, f->id)->numbering.variable_number[v->id];
}

static int64_t stored(struct store *st)
{
    struct query q;
    int64_t n = 0;
    (void)query_begin(&q, st->backend, SQL_NUMBERING_LIST);
    while (query_next(&q)) n++;
    assert_true(query_end(&q, &e));
    return n;
}

static void numbering_1_given_once(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    const struct dictionary *d = st->dictionary;
    size_t names = d->n_variable;
    for (size_t i = 0; i < d->n_form; i++) names += d->form[i].n_group;
    assert_int_equal(stored(st), names); /* every variable and group of both forms, each once */

    const struct form *f = dictionary_form(d, TEXT("victim"));
    const struct numbering *n = &numbering_of_form(st, f->id)->numbering;
    uint32_t next = 0;
    for (size_t i = 0; i < d->n_variable; i++) {
        if (d->variable[i].form != f->id) {
            assert_int_equal(n->variable_number[i], NUMBER_NONE);
            continue;
        }
        assert_int_equal(n->variable_number[i], next++);
        assert_int_equal(n->variable[n->variable_number[i]], i);
    }
    assert_int_equal(n->n_number, next);
    assert_int_equal(n->group_number[0], 0);
    assert_int_equal(n->group_number[1], 1);
    store_close(st);

    st = store_data_open("a", true);
    assert_int_equal(stored(st), names);
    store_close(st);
}

static void numbering_2_a_later_dictionary(void **state)
{
    (void)state;
    struct store *st = store_data_open("a", false);
    uint32_t note = number_of(st, "note"), sex = number_of(st, "sex");
    size_t before = numbering_of_form(st, 0)->numbering.n_number;
    int64_t rows = stored(st);

    assert_false(store_use_dictionary(st, store_data_later_dictionary(), &e));
    assert_string_equal(e.id, "store.numbering");
    assert_true(store_begin(st, true, &e));
    assert_true(store_use_dictionary(st, store_data_later_dictionary(), &e));
    assert_true(store_commit(st, &e));
    assert_int_equal(number_of(st, "sex"), sex);
    assert_int_equal(number_of(st, "remark"), before); /* behind all that ever were */
    assert_int_equal(stored(st), rows + 1);
    const struct form *f = dictionary_form(st->dictionary, TEXT("victim"));
    assert_int_equal(numbering_of_form(st, f->id)->numbering.variable[note], VAR_NONE);

    /* Back to the earlier one: `note` has its number again, `remark` is passed over. */
    assert_true(store_use_dictionary(st, store_data_dictionary(), &e));
    assert_int_equal(number_of(st, "note"), note);
    f = dictionary_form(st->dictionary, TEXT("victim"));
    assert_int_equal(numbering_of_form(st, f->id)->numbering.variable[before], VAR_NONE);
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbering_1_given_once),
        cmocka_unit_test(numbering_2_a_later_dictionary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
