/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/linkage.c
 *  1 a synthetic population: persons within one per cent of the truth, pairs precise and complete
 *  2 the same result with one thread and with many, and each time
 *  3 published sets with labels (shared data): F1 of pairs and persons not below what was reached
 *  once
 *  4 bad input: nobody, empty rows, everybody the same, a crowd */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/linkage.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"

struct score {
    double precision, recall, f1, persons;
};

static struct score judge(const struct linkage *l, const uint32_t *truth, size_t n)
{
    double right = 0, said = 0, is = 0, n_person = 0;
    for (size_t i = 0; i < l->n_pair && (double)l->pair[i].weight >= 0; i++) {
        said++;
        right += truth[l->pair[i].a] == truth[l->pair[i].b];
    }
    uint32_t *size = mem_new(n, sizeof *size);
    for (size_t i = 0; i < n; i++) {
        is += size[truth[i]]++;
        n_person += l->person[i] == i;
    }
    mem_free(size);
    struct score s = {right / said, right / is, 2 * right / (said + is), n_person};
    return s;
}

static void population(void **state)
{
    (void)state;
    uint32_t *truth;
    struct linkage l;
    struct people *p = people_population(1000, 11, &truth);
    linkage_run(&l, p, &(struct linkage_options){0});
    struct score s = judge(&l, truth, p->n);
    print_message("precision %.4f recall %.4f, persons %.0f of 1000\n", s.precision, s.recall,
                  s.persons);
    assert_true(s.precision > 0.98 && s.recall > 0.96);
    assert_true(s.persons > 990 && s.persons < 1010);
    for (size_t i = 0; i < p->n; i++)
        assert_true(l.person[i] <= i && l.person[l.person[i]] == l.person[i]);
    for (size_t i = 1; i < l.n_pair; i++) assert_true(l.pair[i - 1].weight >= l.pair[i].weight);
    linkage_release(&l);
    mem_free(truth);
    people_free(p);
}

static void threads(void **state)
{
    (void)state;
    uint32_t *truth;
    struct linkage one, many;
    struct people *p = people_population(300, 12, &truth);
    setenv("DCIM_THREADS", "1", 1);
    linkage_run(&one, p, &(struct linkage_options){0});
    setenv("DCIM_THREADS", "7", 1);
    linkage_run(&many, p, &(struct linkage_options){0});
    unsetenv("DCIM_THREADS");
    assert_int_equal(one.n_pair, many.n_pair);
    assert_memory_equal(one.pair, many.pair, one.n_pair * sizeof *one.pair);
    assert_memory_equal(one.person, many.person, p->n * sizeof *one.person);
    linkage_release(&one);
    linkage_release(&many);
    mem_free(truth);
    people_free(p);
}

struct set { /* a labelled file of the shared data; none of it is in the repository */
    const char *file, *truth;
    struct people_role role[12];
    double f1;
    bool large; /* not for sanitized builds, which are slow */
};

static const struct set sets[] = {
    {"data/linkage/febrl_dataset3.csv",
     "rec_id",
     {{"given_name", LINKAGE_GIVEN},
      {"surname", LINKAGE_SURNAME},
      {"street_number", LINKAGE_NUMBER},
      {"address_1", LINKAGE_TEXT},
      {"address_2", LINKAGE_TEXT},
      {"suburb", LINKAGE_TEXT},
      {"postcode", LINKAGE_NUMBER},
      {"state", LINKAGE_CODE},
      {"date_of_birth", LINKAGE_BIRTH},
      {"soc_sec_id", LINKAGE_NUMBER}},
     0.999,
     true},
    {"data/linkage/fake1000.csv",
     "ent_id",
     {{"first_name", LINKAGE_GIVEN},
      {"surname", LINKAGE_SURNAME},
      {"dob", LINKAGE_BIRTH},
      {"city", LINKAGE_TEXT},
      {"email", LINKAGE_NUMBER}},
     0.93,
     false},
    {"data/linkage/rldata500.csv",
     "ent_id",
     {{"fname_c1", LINKAGE_GIVEN},
      {"lname_c1", LINKAGE_SURNAME},
      {"by", LINKAGE_BIRTH_YEAR},
      {"bm", LINKAGE_BIRTH_MONTH},
      {"bd", LINKAGE_BIRTH_DAY}},
     0.96,
     false},
    {"data/linkage/people10k_level1.csv",
     "ent_id",
     {{"given_name", LINKAGE_GIVEN},
      {"surname", LINKAGE_SURNAME},
      {"sex", LINKAGE_CODE},
      {"dob", LINKAGE_BIRTH},
      {"age", LINKAGE_AGE},
      {"nationality", LINKAGE_CODE},
      {"birth_place", LINKAGE_TEXT},
      {"doc_no", LINKAGE_NUMBER},
      {"phone", LINKAGE_PHONE},
      {"municipality", LINKAGE_TEXT},
      {"ref_date", LINKAGE_REPORTED}},
     0.97,
     true},
};

/* "rec-1496-dup-0": the number says who it is. */
static struct text who(struct text value)
{
    if (!text_starts(value, TEXT("rec-"))) return value;
    struct text rest = {value.p + 4, value.n - 4}, number;
    text_split(&rest, '-', &number);
    return number;
}

static struct people *read_set(const struct set *s, const char *path, uint32_t **truth)
{
    struct err e = {0};
    struct csv_reader *r;
    struct csv_row row;
    bool found;
    size_t column[12], n = 0, of_truth = 0, cap = 0;
    assert_true(csv_open(&r, path, &(struct csv_options){0}, &e) && csv_next(r, &row, &found, &e));
    for (; n < 12 && s->role[n].name != NULL; n++)
        for (size_t c = 0; c < row.n_field; c++)
            if (text_is(text_trim(row.field[c]), s->role[n].name)) column[n] = c;
    for (size_t c = 0; c < row.n_field; c++)
        if (text_is(text_trim(row.field[c]), s->truth)) of_truth = c;
    struct people *p = people_new(s->role, n);
    struct map *persons = map_new();
    *truth = NULL;
    while (csv_next(r, &row, &found, &e) && found) {
        struct text value[12], t = who(text_trim(row.field[of_truth]));
        for (size_t c = 0; c < n; c++) value[c] = row.field[column[c]];
        uint32_t person = map_get(persons, t);
        if (person == MAP_NONE) map_put(persons, t, person = (uint32_t)map_size(persons));
        MEM_GROW(*truth, cap, p->n + 1);
        (*truth)[p->n] = person;
        people_add(p, value);
    }
    csv_close(r);
    map_free(persons);
    people_count(p);
    return p;
}

static void labelled(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        const char *path = harness_shared(sets[i].file);
        uint32_t *truth;
        struct linkage l;
        if (path == NULL) skip();
        if (sets[i].large && harness_sanitized()) continue;
        struct people *p = read_set(&sets[i], path, &truth);
        linkage_run(&l, p, &(struct linkage_options){0});
        struct score s = judge(&l, truth, p->n);
        print_message("%s: precision %.4f recall %.4f F1 %.4f\n", sets[i].file, s.precision,
                      s.recall, s.f1);
        assert_true(s.f1 > sets[i].f1);
        linkage_release(&l);
        mem_free(truth);
        people_free(p);
    }
}

static void bad_input(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "", "Ana", "|Silva", ""};
    const char *same[500];
    struct linkage l;
    struct people *p = people_of(NULL, 0);
    linkage_run(&l, p, &(struct linkage_options){0});
    assert_int_equal(l.n_pair, 0);
    linkage_release(&l);
    people_free(p);

    p = people_of(rows, 5);
    linkage_run(&l, p, &(struct linkage_options){0});
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(l.person[i], i);
    linkage_release(&l);
    people_free(p);

    for (size_t i = 0; i < 500; i++) same[i] = ""; /* whoever says nothing is nobody's double */
    p = people_of(same, 500);
    linkage_run(&l, p, &(struct linkage_options){0});
    for (uint32_t i = 0; i < 500; i++) assert_int_equal(l.person[i], i);
    linkage_release(&l);
    people_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(population),
        cmocka_unit_test(threads),
        cmocka_unit_test(labelled),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
