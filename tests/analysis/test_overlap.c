/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/analysis/overlap.c
 *  1 sets of organisations against a naive count, whatever the order of the records; they add up
 *  2 one alone, several joined; sorted by size, then by code
 *  3 too many sets, too many organisations of one person are refused
 */
#include "harness.h"

#include "analysis/overlap.h"
#include "base/mem.h"
#include "base/random.h"
#include "dataset/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct people p;
static struct arena *arena;
static const struct codelist *organisations;
static code_id first; /* of ours, twenty of them */

enum { ORGANISATIONS = 20, RECORDS_MAX = 3000 };

struct row {
    int person, organisation;
};
static struct row row[RECORDS_MAX];
static size_t n_row;

static int set_up(void **state)
{
    (void)state;
    people_init(&p);
    arena = arena_new(ARENA_PLAIN);
    organisations = dictionary_list(p.d, TEXT("CL_ORGANISATION"));
    for (int i = 0; i < ORGANISATIONS; i++) {
        char code[8];
        (void)snprintf(code, sizeof code, "O%02d", i);
        dictionary_add_organisation(p.d, text_of(code), text_of(code), TEXT("14"));
    }
    first = codelist_find(organisations, TEXT("O00"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    people_release(&p);
    return 0;
}

struct reading {
    size_t at;
    struct record record;
    struct arena *arena;
};

static bool next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    struct reading *r = s->ctx;
    (void)e;
    *found = r->at < n_row;
    if (!*found) return true;
    record_clear(&r->record);
    *out = (struct source_row){.record_no = r->at + 1,
                               .organisation = (code_id)(first + row[r->at].organisation),
                               .organisation_type = CODE_NONE,
                               .record = &r->record};
    memcpy(out->person_key, &row[r->at].person, sizeof row[r->at].person);
    r->at++;
    return true;
}

static void end(struct row_source *s)
{
    struct reading *r = s->ctx;
    arena_free(r->arena);
    mem_free(r);
}

static struct snapshot *snapshot(void)
{
    struct reading *r = mem_new(1, sizeof *r);
    struct snapshot *s;
    struct err e = {0};
    r->arena = arena_new(ARENA_PLAIN);
    record_init(&r->record, p.d, p.form, r->arena);
    struct row_source source = {.next = next, .close = end, .ctx = r, .n_estimate = n_row};
    if (!snapshot_build(&s, p.d, p.form, &source, 1, &e)) fail_msg("%s", e.msg);
    return s;
}

static void add(int person, int organisation)
{
    assert_true(n_row < RECORDS_MAX);
    row[n_row++] = (struct row){person, organisation};
}

static int64_t count_of(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n_cell; i++)
        if (strcmp(t->dim[0].category[i].name, name) == 0) return t->count[i];
    return -1;
}

/* ---- 1 ---- */

static void naive(void **state)
{
    (void)state;
    enum { PERSONS = 900, SETS = 16 };
    struct random random;
    static unsigned has[PERSONS + 1];
    int64_t wanted[SETS] = {0}, total = 0;
    memset(has, 0, sizeof has);
    n_row = 0;
    random_init(&random, 7);
    for (size_t i = 0; i < 2000; i++) {
        int person = 1 + (int)random_below(&random, PERSONS),
            organisation = (int)random_below(&random, 4);
        has[person] |= 1u << organisation;
        add(person, organisation);
    }
    for (size_t i = 1; i <= PERSONS; i++) wanted[has[i]]++;
    struct snapshot *s = snapshot();
    struct table t;
    struct err e = {0};
    assert_true(overlap_count(&t, s, arena, &e));
    for (unsigned set = 1; set < SETS; set++) {
        char name[60] = "";
        for (unsigned o = 0; o < 4; o++)
            if (set >> o & 1)
                (void)snprintf(name + strlen(name), sizeof name - strlen(name), "%sO%02u",
                               name[0] == '\0' ? "" : OVERLAP_JOINT, o);
        assert_int_equal(count_of(&t, name), wanted[set]);
        total += wanted[set];
    }
    assert_int_equal(t.count[0], total);
    assert_int_equal(t.n_unit, total);
    assert_false(t.dim[0].several);
    snapshot_drop(s);
}

/* ---- 2 ---- */

static void named(void **state)
{
    (void)state;
    static const char *const wanted[] = {"T", "O01", "O03", "O00 + O02", "O00 + O01 + O03"};
    n_row = 0;
    add(1, 3);
    add(2, 1);
    add(3, 2);
    add(3, 0);
    add(3, 2); /* twice by the same is once */
    add(4, 3);
    add(4, 0);
    add(4, 1);
    add(0, 3); /* nobody knows who: a person of its own */
    struct snapshot *s = snapshot();
    struct table t;
    struct err e = {0};
    assert_true(overlap_count(&t, s, arena, &e));
    assert_int_equal(t.n_cell, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < t.n_cell; i++) assert_string_equal(t.dim[0].category[i].name, wanted[i]);
    assert_string_equal(t.dim[0].category[1].label.in[0], "O01 alone");
    assert_int_equal(count_of(&t, "O03"), 2);
    assert_int_equal(count_of(&t, "T"), 5);
    assert_int_equal(t.dim[0].category[0].n_child, 4);
    snapshot_drop(s);
}

/* ---- 3 ---- */

static void refused(const char *id)
{
    struct snapshot *s = snapshot();
    struct table t;
    struct err e = {0};
    assert_false(overlap_count(&t, s, arena, &e));
    assert_string_equal(e.id, id);
    snapshot_drop(s);
}

static void limits(void **state)
{
    (void)state;
    n_row = 0;
    for (int o = 0; o <= OVERLAP_SET_MAX; o++) add(1, o);
    refused("overlap.too_many");
    n_row = 0;
    for (int person = 1; person <= OVERLAP_SETS_MAX + 1; person++)
        for (int o = 0; o < 10; o++)
            if (person >> o & 1) add(person, o);
    refused("overlap.too_many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naive),
        cmocka_unit_test(named),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
