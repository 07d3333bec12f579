/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/rarity.c
 *  1 what comes again is as rare as it was counted, or a little commoner; what is new, as rare as
 *  one
 *  2 a new word gets commoner as it comes again; what it says of others does not change
 *  3 whole names and dates: those of the records counted
 *  4 nobody was counted */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/rarity.h"

#include "base/mem.h"

#include <math.h>

enum { FILLERS = 62, COUNTED = FILLERS + 2 };

static struct people *counted(void)
{
    const char *line[COUNTED] = {"Maria Jose|Sousa||1990-04-07", "Maria Jose|Lima||1990-04-07"};
    static char filler[FILLERS][60];
    for (size_t i = 0; i < FILLERS; i++) {
        snprintf(filler[i], sizeof filler[i], "G%c%ca|F%c%cb||19%02zu-02-03", (int)('a' + i / 8),
                 (int)('a' + i % 8), (int)('a' + i % 8), (int)('a' + i / 8), 20 + i);
        line[i + 2] = filler[i];
    }
    return people_of(line, COUNTED);
}

static void add(struct people *p, struct rarity *r, const char *line)
{
    struct people *one = people_of(&line, 1);
    people_copy(p, one, 0, 1, 0);
    people_free(one);
    rarity_count(r);
}

static float word_bits(const struct people *p, size_t record, size_t column, size_t k)
{
    const struct people_column *c = &p->column[column];
    return c->words->word[c->id[c->start[record] + k]].bits;
}

static void again(void **state)
{
    (void)state;
    struct people *p = counted();
    float before = word_bits(p, 2, GIVEN, 0);
    struct rarity *r = rarity_new(p);
    add(p, r, "Gaaa|Unheard");
    float after = word_bits(p, COUNTED, GIVEN, 0), fresh = word_bits(p, COUNTED, SURNAME, 0);
    assert_true(after < before);
    assert_true(fabs((double)(before - after) - 1) < 0.05);          /* two now instead of one */
    assert_true(fabs((double)fresh - log2(2 * COUNTED + 2)) < 0.02); /* one of 130 with a name */
    assert_true(fabs((double)p->column[SURNAME].bits[COUNTED] - log2(COUNTED + 1)) < 0.02);
    rarity_free(r);
    people_free(p);
}

static void commoner(void **state)
{
    (void)state;
    struct people *p = counted();
    struct rarity *r = rarity_new(p);
    float other = word_bits(p, 3, GIVEN, 0), last = 100;
    for (int i = 0; i < 4; i++) {
        add(p, r, "Unheard");
        assert_true(word_bits(p, p->n - 1, GIVEN, 0) < last);
        last = word_bits(p, p->n - 1, GIVEN, 0);
    }
    assert_true(fabs((double)last - (log2(2 * COUNTED + 4) - 2)) < 0.02); /* four of so many */
    assert_true(word_bits(p, 3, GIVEN, 0) == other);
    rarity_free(r);
    people_free(p);
}

static void wholes(void **state)
{
    (void)state;
    struct people *p = counted();
    struct rarity *r = rarity_new(p);
    add(p, r, "Maria Jose|Sousa||1990-04-07");
    double third = log2(COUNTED + 1) - log2(3); /* of those two had it */
    assert_true(fabs((double)p->column[GIVEN].bits[COUNTED] - third) < 0.01);
    assert_true(fabs((double)p->birth[COUNTED].bits - third) < 0.01);
    assert_true(p->birth[0].bits > p->birth[COUNTED].bits); /* as it was counted */
    add(p, r, "Maria Jose|Sousa||1901-12-31");
    assert_true(fabs((double)p->birth[p->n - 1].bits - log2(COUNTED + 2)) < 0.05);
    add(p, r, "Maria Jose|Sousa||1901");
    assert_true(p->birth[p->n - 1].bits == 0);
    assert_true(p->column[TOWN].bits[p->n - 1] == 0);
    assert_true(rarity_bytes(r) > 8 * COUNTED);
    rarity_free(r);
    people_free(p);
}

static void as_counted(void **state)
{
    (void)state;
    uint32_t *truth;
    struct people *all = people_population(200, 3, &truth);
    struct people *p = people_first(all, all->n - 50, 0);
    struct rarity *r = rarity_new(p);
    people_copy(p, all, all->n - 50, all->n, 0);
    rarity_count(r);
    size_t last = all->n - 1;
    for (size_t c = GIVEN; c <= TOWN; c++) {
        assert_true(fabs((double)p->column[c].bits[last] - (double)all->column[c].bits[last]) <
                    0.01);
        for (uint32_t k = 0; k < p->column[c].start[last + 1] - p->column[c].start[last]; k++)
            assert_true(
                fabs((double)word_bits(p, last, c, k) - (double)word_bits(all, last, c, k)) < 0.01);
    }
    assert_true(fabs((double)p->birth[last].bits - (double)all->birth[last].bits) < 0.01);
    rarity_free(r);
    people_free(p);
    people_free(all);
    mem_free(truth);
}

static void nobody(void **state)
{
    (void)state;
    struct people *p = people_of(NULL, 0);
    struct rarity *r = rarity_new(p);
    add(p, r, "Ana|Lima||1990-04-07");
    assert_true(p->column[GIVEN].bits[0] >= 0 && p->column[GIVEN].bits[0] <= 1);
    assert_true(p->birth[0].bits == 0);
    rarity_free(r);
    people_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(again),      cmocka_unit_test(commoner), cmocka_unit_test(wholes),
        cmocka_unit_test(as_counted), cmocka_unit_test(nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
