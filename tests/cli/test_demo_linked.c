/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/demo.c: the pilot's persons as linkage finds them, held against who is who,
 * which the generator knows and the register does not.
 *  1 of every country: persons counted within one per cent of those made up
 *  2 who is one person with whom: hardly anybody with a stranger, hardly anybody in two
 *  3 references of files say nothing of it */
#include "harness.h"

#include "cli/demo_files.h"
#include "desk.h"

#include <math.h>
#include <string.h>

static const char *const packs[] = {"pt", "cz", "pl", "sk"};
enum { PACKS = 4, RECORDS = 700, SEED = 3, SEEN_MAX = DEMO_SOURCES_MAX + 1 };

static struct arena *a;

/* The same persons as `dcim demo --records RECORDS --seed SEED` makes. */
static void make(struct demo_person **person, size_t *n, struct demo_tables *t, const char *pack)
{
    struct random r;
    struct demo_justice justice;
    struct err e = {0};
    size_t records = 0;
    if (!demo_tables_read(t, harness_source("data"), pack, a, &e)) fail_msg("%s", e.msg);
    random_init(&r, SEED);
    demo_people_make(person, n, t, 1, &r, a);
    for (size_t i = 0; i < *n; i++) records += (*person)[i].n_source;
    double scale = (double)RECORDS / (double)records;
    random_init(&r, SEED);
    demo_people_make(person, n, t, scale, &r, a);
    demo_justice_make(&justice, *person, *n, t, scale, &r, a);
}

/* Codes of the records of a person, as far as they were imported. */
static size_t records_of(char code[SEEN_MAX][20], struct service *s, const struct demo_tables *t,
                         const struct demo_person *p)
{
    const char *reference[SEEN_MAX];
    size_t n = 0, found = 0;
    for (size_t i = 0; i < p->n_source; i++)
        reference[n++] = demo_victim_reference(a, p->source[i], p);
    if (p->listed)
        reference[n++] = arena_printf(a, "%s/V/%d/%05llu", demo_setting(t, "prosecution"), p->year,
                                      (unsigned long long)p->number);
    for (size_t i = 0; i < n; i++) {
        const struct json *r =
            desk_do(s, "record.find", "{'form':'victim','reference':'%s'}", reference[i]);
        const struct json *list = json_get(r, "records");
        if (json_size(list) != 1) fail_msg("%zu records %s", json_size(list), reference[i]);
        (void)snprintf(code[found++], 20, "%s", json_get_text(json_at(list, 0), "record", ""));
    }
    return found;
}

struct tally {
    size_t records, pairs, right, wrong, exact, persons;
};

static bool is_in(char code[SEEN_MAX][20], size_t n, const char *one)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(code[i], one) == 0) return true;
    return false;
}

/* Of each record of the person: whom the register counts it together with. */
static void tally_person(struct tally *sum, struct service *s, char code[SEEN_MAX][20], size_t n)
{
    bool exact = true;
    for (size_t i = 0; i < n; i++) {
        const struct json *list =
            json_get(desk_do(s, "link.person", "{'record':'%s'}", code[i]), "records");
        size_t own = 0, all = json_size(list);
        for (size_t k = 0; k < all; k++)
            own += is_in(code, n, json_get_text(json_at(list, k), "record", ""));
        sum->right += own - 1;
        sum->wrong += all - own;
        exact = exact && own == n && all == n;
    }
    sum->records += n;
    sum->pairs += n * (n - 1);
    sum->exact += exact;
    sum->persons++;
}

static void linked_of(const char *pack)
{
    struct harness_run run = {0};
    struct demo_tables t;
    struct demo_person *person;
    struct tally sum = {0};
    size_t n;
    char folder[20], records[20], seed[20], code[SEEN_MAX][20];
    (void)snprintf(folder, sizeof folder, "pilot-%s", pack);
    (void)snprintf(records, sizeof records, "%d", RECORDS);
    (void)snprintf(seed, sizeof seed, "%d", SEED);
    HARNESS_DCIM(&run, "demo", folder, "--pack", pack, "--records", records, "--seed", seed);
    if (run.status != 0) fail_msg("%s: %s%s", pack, run.out, run.err);
    harness_run_release(&run);
    make(&person, &n, &t, pack);
    struct service_options o = desk_options(folder, NULL);
    o.purpose = "test";
    struct service *s = desk_open_with(&o);
    const struct json *forms = json_get(desk_do(s, "repository.info", "{}"), "forms");
    double counted = (double)json_get_int(json_at(forms, 0), "persons", 0);
    assert_string_equal(json_get_text(json_at(forms, 0), "form", ""), "victim");
    for (size_t i = 0; i < n; i++) tally_person(&sum, s, code, records_of(code, s, &t, &person[i]));
    service_close(s);
    double precision = (double)sum.right / (double)(sum.right + sum.wrong),
           recall = (double)sum.right / (double)sum.pairs;
    print_message(
        "%s: %zu records of %zu persons, %.0f counted; pairs: precision %.4f, recall %.4f; "
        "%zu persons exactly right\n",
        pack, sum.records, n, counted, precision, recall, sum.exact);
    assert_true(fabs(counted - (double)n) <= 0.01 * (double)n);
    assert_true(precision >= 0.99);
    assert_true(recall >= 0.97);
    assert_true((double)sum.exact >= 0.98 * (double)n);
}

/* ---- 1, 2 ---- */

static void linked_1_1_as_they_were_made(void **state)
{
    (void)state;
    /* the code is the same for each country: sanitized, once through it is enough */
    for (size_t i = 0; i < (harness_sanitized() ? 1 : PACKS); i++) linked_of(packs[i]);
}

/* ---- 3 ---- */

/* The numbers of one person's files have nothing in common, and no organisation gives one twice. */
static void linked_3_1_references_say_nothing(void **state)
{
    (void)state;
    enum { PERSONS = 20000 };
    struct demo_person p = {.year = 2020};
    size_t same = 0;
    bool *taken = arena_take(a, 10000000, sizeof *taken);
    for (p.number = 1; p.number <= PERSONS; p.number++) {
        const char *x = strrchr(demo_victim_reference(a, "GNR", &p), '/') + 1,
                   *y = strrchr(demo_victim_reference(a, "APAV", &p), '/') + 1;
        int64_t number;
        assert_true(text_to_int(text_of(x), &number));
        assert_false(taken[number]);
        taken[number] = true;
        same += strcmp(x, y) == 0;
    }
    assert_int_equal(same, 0);
}

static int begin(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

int main(void)
{
    (void)setenv("DCIM_DATA", harness_source("data"), 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linked_1_1_as_they_were_made),
        cmocka_unit_test(linked_3_1_references_say_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
