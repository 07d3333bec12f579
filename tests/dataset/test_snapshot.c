/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/dataset/snapshot.c and snapshot_unit.c
 *  1 the same rows give the same snapshot whatever the number of parts   2 single values and
 *  missing codes
 *  3 sets of repeats hold each value once   4 persons: numbering, survivors, unions   5 a failing
 *  source fails the
 *  build and every source is closed   6 text and identifiers never enter   7 an empty repository
 *  8 persons for whom people chose whose answer counts   9 how many persons there would be by match
 *  key alone */
#include "harness.h"

#include "people.h"

static struct people p;

static int set_up(void **state)
{
    (void)state;
    people_init(&p);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    people_release(&p);
    return 0;
}

static void new_people(size_t n, uint64_t seed)
{
    free(p.record);
    p.record = NULL;
    people_fill(&p, n, seed);
}

static void same_column(const struct column *a, const struct column *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->n, b->n);
    if (a->code != NULL) assert_memory_equal(a->code, b->code, a->n * sizeof *a->code);
    if (a->offset != NULL) {
        assert_memory_equal(a->offset, b->offset, (a->n + 1) * sizeof *a->offset);
        if (a->item != NULL)
            assert_memory_equal(a->item, b->item, a->offset[a->n] * sizeof *a->item);
    } else if (a->number != NULL) {
        assert_memory_equal(a->number, b->number, a->n * sizeof *a->number);
    }
}

static void test_parts_do_not_matter(void **state)
{
    (void)state;
    new_people(997, 3);
    struct snapshot *one = people_snapshot(&p, 1), *seven = people_snapshot(&p, 7);
    assert_int_equal(snapshot_units(one, UNIT_PERSONS), snapshot_units(seven, UNIT_PERSONS));
    size_t compared = 0;
    for (size_t i = 0; i < p.d->n_variable; i++)
        for (int u = 0; u < 2; u++) {
            const struct column *a = snapshot_column(one, (enum unit)u, (var_id)i);
            const struct column *b = snapshot_column(seven, (enum unit)u, (var_id)i);
            assert_int_equal(a == NULL, b == NULL);
            if (a == NULL) continue;
            same_column(a, b);
            compared++;
        }
    assert_true(compared > 100);
    snapshot_drop(one);
    snapshot_drop(seven);
}

static void test_single_values(void **state)
{
    (void)state;
    new_people(500, 4);
    struct snapshot *s = people_snapshot(&p, 2);
    const struct column *sex = snapshot_column(s, UNIT_RECORDS, p.sex->id);
    const struct column *age = snapshot_column(s, UNIT_RECORDS, p.age->id);
    for (size_t i = 0; i < p.n; i++) {
        const struct people_record *r = &p.record[i];
        uint16_t expected = r->sex != CODE_NONE ? r->sex
                            : r->sex_missing != MISSING_NONE
                                ? (uint16_t)(COLUMN_MISSING + r->sex_missing)
                                : (uint16_t)COLUMN_EMPTY;
        assert_int_equal(sex->code[i], expected);
        assert_int_equal(age->number[i], r->age < 0 ? COLUMN_NO_NUMBER : r->age);
    }
    snapshot_drop(s);
}

static void test_sets_hold_each_value_once(void **state)
{
    (void)state;
    new_people(500, 5);
    struct snapshot *s = people_snapshot(&p, 2);
    const struct column *form = snapshot_column(s, UNIT_RECORDS, p.form_of->id);
    assert_int_equal(form->kind, COLUMN_CODE_SET);
    for (size_t i = 0; i < p.n; i++) {
        bool seen[16] = {0};
        size_t n = 0;
        for (int e = 0; e < p.record[i].n; e++)
            for (int k = 0; k < p.record[i].episode[e].n; k++) {
                code_id c = p.record[i].episode[e].exploitation[k].form;
                if (c != CODE_NONE && !seen[c]) n += seen[c] = true;
            }
        uint32_t from = form->offset[i], to = form->offset[i + 1];
        if (n == 0) {
            assert_int_equal(to - from, 1);
            assert_int_equal(form->item[from], COLUMN_EMPTY);
            continue;
        }
        assert_int_equal(to - from, n);
        for (uint32_t k = from; k < to; k++) {
            assert_true(seen[form->item[k]]);
            assert_true(k == from || form->item[k - 1] < form->item[k]);
        }
    }
    snapshot_drop(s);
}

static void test_persons(void **state)
{
    (void)state;
    /* records 0, 2 and 3 are one person: its sex is the last that is known, its citizenships are
     * united; record 1 names nobody, record 4 is another */
    static struct people_record five[5] = {
        {.person = 7, .sex = 0, .citizenships = 1, .citizenship = {4}, .age = 20},
        {.person = 0, .sex = 1, .age = -1},
        {.person = 7, .sex = 1, .citizenships = 1, .citizenship = {2}, .age = -1},
        {.person = 7, .sex = CODE_NONE, .sex_missing = MISSING_RF, .age = -1},
        {.person = 8, .sex = CODE_NONE, .age = 30}};
    free(p.record);
    p.record = malloc(sizeof five);
    memcpy(p.record, five, sizeof five);
    p.n = 5;
    struct snapshot *s = people_snapshot(&p, 3);
    assert_int_equal(snapshot_units(s, UNIT_PERSONS), 3);
    const struct persons *persons = snapshot_persons(s);
    const uint32_t of_record[5] = {0, 1, 0, 0, 2};
    assert_memory_equal(persons->of_record, of_record, sizeof of_record);
    assert_int_equal(persons->first[1] - persons->first[0], 3);
    const struct column *sex = snapshot_column(s, UNIT_PERSONS, p.sex->id);
    assert_int_equal(sex->code[0], 1);
    assert_int_equal(sex->code[1], 1);
    assert_int_equal(sex->code[2], COLUMN_EMPTY);
    const struct column *age = snapshot_column(s, UNIT_PERSONS, p.age->id);
    assert_int_equal(age->number[0], 20);
    const struct column *citizenship = snapshot_column(s, UNIT_PERSONS, p.citizenship->id);
    assert_int_equal(citizenship->offset[1], 2);
    assert_int_equal(citizenship->item[0], 2);
    assert_int_equal(citizenship->item[1], 4);
    snapshot_drop(s);
}

static int closed;

static bool fail_next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    (void)s, (void)out, (void)found;
    return err_set(e, ERR_STORE, "test.broken", "page 7 is damaged");
}

static void count_close(struct row_source *s)
{
    (void)s;
    closed++;
}

static void test_failing_source(void **state)
{
    (void)state;
    struct row_source source[3];
    struct snapshot *s = NULL;
    struct err e = {0};
    closed = 0;
    for (int i = 0; i < 3; i++)
        source[i] = (struct row_source){.next = fail_next, .close = count_close};
    assert_false(snapshot_build(&s, p.d, p.form, source, 3, &e));
    assert_null(s);
    assert_int_equal(closed, 3);
    assert_string_equal(e.id, "test.broken");
}

static void test_no_identifiers(void **state)
{
    (void)state;
    new_people(10, 6);
    struct snapshot *s = people_snapshot(&p, 1);
    size_t direct = 0;
    for (size_t i = 0; i < p.d->n_variable; i++) {
        const struct variable *v = &p.d->variable[i];
        if (!(v->privacy & PRIVACY_D)) continue;
        direct++;
        assert_null(snapshot_column(s, UNIT_RECORDS, v->id));
        assert_null(snapshot_instance_column(s, v->id));
    }
    assert_true(direct >= 5);
    snapshot_drop(s);
}

static void test_empty(void **state)
{
    (void)state;
    free(p.record);
    p.record = NULL;
    p.n = 0;
    struct snapshot *s = people_snapshot(&p, 2);
    assert_int_equal(snapshot_units(s, UNIT_RECORDS), 0);
    assert_int_equal(snapshot_units(s, UNIT_PERSONS), 0);
    assert_int_equal(snapshot_column(s, UNIT_PERSONS, p.form_of->id)->n, 0);
    snapshot_drop(s);
}

/* What stands where people chose: the newest choice whose record has a value, by a naive walk. */
static const struct people_record *chosen(int person, size_t which)
{
    const struct people_record *out = NULL;
    for (size_t i = 0; i < p.n; i++) {
        const struct people_record *x = &p.record[i];
        bool has = which == 0   ? x->sex != CODE_NONE
                   : which == 1 ? x->citizenships > 0
                                : x->age >= 0;
        if (x->person == person && x->choice[which] > (out == NULL ? 0 : out->choice[which]) && has)
            out = x;
    }
    return out;
}

static void test_choices(void **state)
{
    (void)state;
    struct random r;
    size_t n_chosen = 0;
    new_people(500, 9);
    random_init(&r, 21);
    for (int no = 1; no <= 300; no++)
        p.record[random_below(&r, p.n)].choice[random_below(&r, 3)] = no;
    struct snapshot *s = people_snapshot(&p, 1), *seven = people_snapshot(&p, 7);
    const struct persons *persons = snapshot_persons(s);
    const var_id of[3] = {p.sex->id, p.citizenship->id, p.age->id};
    for (size_t k = 0; k < 3; k++)
        same_column(snapshot_column(s, UNIT_PERSONS, of[k]),
                    snapshot_column(seven, UNIT_PERSONS, of[k]));
    const struct column *sex = snapshot_column(s, UNIT_PERSONS, of[0]),
                        *land = snapshot_column(s, UNIT_PERSONS, of[1]),
                        *age = snapshot_column(s, UNIT_PERSONS, of[2]);
    for (size_t u = 0; u < persons->n; u++) {
        const struct people_record *x = &p.record[persons->record[persons->first[u]]], *c;
        if (x->person == 0) continue;
        if ((c = chosen(x->person, 0)) != NULL) assert_int_equal(sex->code[u], c->sex);
        n_chosen += c != NULL;
        if ((c = chosen(x->person, 2)) != NULL) assert_int_equal(age->number[u], c->age);
        if ((c = chosen(x->person, 1)) == NULL) continue; /* that record's set alone */
        assert_int_equal(land->offset[u + 1] - land->offset[u], c->citizenships);
        for (int i = 0; i < c->citizenships; i++) {
            bool there = false;
            for (uint32_t at = land->offset[u]; at < land->offset[u + 1]; at++)
                there = there || land->item[at] == c->citizenship[i];
            assert_true(there);
        }
    }
    assert_true(n_chosen > 30);
    for (size_t i = 0; i < p.n; i++) assert_int_equal(snapshot_record_no(seven, i), i + 1);
    snapshot_drop(seven);
    snapshot_drop(s);
}

/* Naively. */
static size_t persons_by_match(void)
{
    size_t n = 0;
    for (size_t i = 0; i < p.n; i++) {
        size_t k = 0;
        while (k < i && p.record[k].match != p.record[i].match) k++;
        n += p.record[i].match == 0 || k == i;
    }
    return n;
}

static void test_match_keys(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random r;
        free(p.record);
        people_fill(&p, 1 + (size_t)seed * 13, seed);
        random_init(&r, seed);
        for (size_t i = 0; i < p.n && seed > 2; i++) /* linkage joins some, and parts some */
            if (random_below(&r, seed) == 0) p.record[i].match = (int)random_below(&r, 40);
        for (size_t n_part = 1; n_part <= 4; n_part++) {
            struct snapshot *s = people_snapshot(&p, n_part);
            assert_int_equal(snapshot_persons_by_match(s), persons_by_match());
            if (seed <= 2)
                assert_int_equal(snapshot_persons_by_match(s), snapshot_units(s, UNIT_PERSONS));
            snapshot_drop(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_do_not_matter),
        cmocka_unit_test(test_single_values),
        cmocka_unit_test(test_sets_hold_each_value_once),
        cmocka_unit_test(test_persons),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_match_keys),
        cmocka_unit_test(test_failing_source),
        cmocka_unit_test(test_no_identifiers),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
