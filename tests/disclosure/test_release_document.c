/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/release_document.c
 *  1 round trip: what is written is read as it was, labels in every language, and written the same
 *  2 no hidden count is in the document     3 random sets of tables, protected, round trip
 *  4 refused: a count in a hidden cell, none in a shown one, one below the threshold, a hidden grand
 *    total, sums that do not add up, a tree that is none, what is missing, more or in another order
 *  5 every document with one byte changed is refused or means what it says     6 cut documents */
#include "harness.h"

#include "base/random.h"
#include "disclosure/release_document.h"
#include "made_tables.h"

static int make_arena(void **state)
{
    *state = arena_new(ARENA_PLAIN);
    return 0;
}

static int drop_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static const char *const languages[] = {"en", "pt"};
static struct release_category sex[] = {
    {.kind = RELEASE_TOTAL, .name = "T", .total = true},
    {.kind = RELEASE_CODE, .name = "F", .label = {.in = {"Female", "Feminino"}}},
    {.kind = RELEASE_CODE, .name = "M", .label = {.in = {"Male"}}},
    {.kind = RELEASE_UNKNOWN, .name = "U"}};
static struct release_category year[] = {{.kind = RELEASE_TOTAL, .name = "T", .total = true},
                                         {.kind = RELEASE_NUMBER, .name = "2024"},
                                         {.kind = RELEASE_NUMBER, .name = "2025"}};
static int64_t count[] = {40, 18, 22, 24, -1, -1, 16, -1, -1, 0, 0, 0};
static uint8_t status[12];

static struct release_set small_set(struct release *table)
{
    for (size_t i = 0; i < 12; i++) status[i] = count[i] < 0 ? CELL_HIDDEN : CELL_SHOWN;
    table[0] = (struct release){.kind = RELEASE_PROTECTED,
                                .form = "victim",
                                .unit = "persons",
                                .title = {.in = {"Victims", "Vítimas"}},
                                .language = languages,
                                .n_language = 2,
                                .dim = {{.name = "sex",
                                         .label = {.in = {"Sex", "Sexo"}},
                                         .category = sex,
                                         .n_category = 4},
                                        {.name = "year", .category = year, .n_category = 3}},
                                .n_dim = 2,
                                .n_row_dim = 1,
                                .count = count,
                                .status = status,
                                .n_cell = 12,
                                .where = "${sex} = 'F' or \"x\"",
                                .threshold = 3,
                                .n_hidden = 4,
                                .method = "threshold 3"};
    struct release_set set = {.number = 7,
                              .title = "Jahresbericht <2025>",
                              .note = "",
                              .country = "PT",
                              .made_on = "2026-11-23",
                              .replaces = 6,
                              .generation = 12,
                              .threshold = 3,
                              .language = {"en", "pt"},
                              .n_language = 2,
                              .table = table,
                              .n_table = 1};
    set.links.n_group = 1;
    set.links.complete[0] = true;
    return set;
}

static void written(struct buf *out, const struct release_set *set)
{
    buf_init(out, 4 * 1024 * 1024);
    release_document_write(out, set);
    assert_true(buf_ok(out, NULL));
}

static void document_1_round_trip(void **state)
{
    struct release table[1];
    struct release_set set = small_set(table), got;
    struct buf doc, again;
    struct err e = {0};
    written(&doc, &set);
    if (!release_document_read(&got, buf_text(&doc), *state, &e)) fail_msg("%s", e.msg);
    assert_true(got.number == 7 && got.replaces == 6 && got.generation == 12 && got.threshold == 3);
    assert_string_equal(got.title, set.title);
    assert_string_equal(got.made_on, "2026-11-23");
    assert_true(got.n_language == 2 && got.links.n_group == 1 && got.links.complete[0]);
    const struct release *r = &got.table[0];
    assert_int_equal(r->kind, RELEASE_PROTECTED);
    assert_string_equal(r->form, "victim");
    assert_string_equal(r->where, table[0].where);
    assert_string_equal(r->title.in[1], "Vítimas");
    assert_string_equal(r->dim[0].category[1].label.in[1], "Feminino");
    assert_null(r->dim[0].category[2].label.in[1]);
    assert_int_equal(r->dim[0].category[3].kind, RELEASE_UNKNOWN);
    assert_memory_equal(r->count, count, sizeof count);
    assert_memory_equal(r->status, status, sizeof status);
    assert_true(r->n_hidden == 4 && r->n_row_dim == 1 && r->threshold == 3);
    assert_string_equal(r->language[1], "pt");
    written(&again, &got);
    assert_true(text_equal(buf_text(&doc), buf_text(&again)));
    buf_release(&doc);
    buf_release(&again);
}

static void document_2_nothing_hidden(void **state)
{
    struct release table[1];
    struct release_set set = small_set(table);
    int64_t with[12];
    struct buf doc;
    (void)state;
    memcpy(with, count, sizeof with);
    with[4] = 987654321; /* not what a release holds; were it there, it would not go out */
    table[0].count = with;
    written(&doc, &set);
    assert_null(strstr(doc.p, "987654321"));
    buf_release(&doc);
}

static void document_3_random(void **state)
{
    static const struct cut cut[] = {{{0, 1}, 2}, {{1}, 1}};
    struct random random;
    size_t n_read = 0;
    random_init(&random, 1);
    for (size_t turn = 0; turn < 200; turn++) {
        struct arena_mark m = arena_mark(*state);
        struct plan plan[2] = {{.name = "u", .n = 2 + random_below(&random, 4)},
                               {.name = "v", .n = 4, .several = turn % 2 == 1}};
        struct person person[40];
        struct table t[2];
        struct release r[2];
        struct release_set set = {.number = 1, .title = "", .note = "n", .country = "", .made_on = "",
                                  .threshold = 3, .language = {"en"}, .n_language = 1,
                                  .table = r, .n_table = 2}, got;
        struct buf doc;
        struct err e = {0};
        for (size_t k = 0; k < 2; k++) {
            uint32_t kind[256];
            size_t n = plan_kinds(kind, 256, &plan[k]);
            for (size_t i = 0; i < 40; i++) person[i].in[k] = kind[random_below(&random, n)];
        }
        for (size_t i = 0; i < 2; i++) cut_table(&t[i], plan, &cut[i], person, 40, *state);
        if (release_tables(r, t, 2, &(struct protect_rule){.threshold = 3}, &set.links, *state,
                           NULL)) {
            written(&doc, &set);
            if (!release_document_read(&got, buf_text(&doc), *state, &e)) fail_msg("%s", e.msg);
            assert_memory_equal(got.table[0].count, r[0].count, r[0].n_cell * sizeof(int64_t));
            buf_release(&doc);
            n_read++;
        }
        arena_rewind(*state, m);
    }
    assert_true(n_read > 100);
}

/* The document with one part put in the place of another, which must be there. */
static void refused_with(const char *from, const char *to, struct arena *a)
{
    struct release table[1];
    struct release_set set = small_set(table), got;
    struct buf doc, other;
    struct err e = {0};
    written(&doc, &set);
    const char *at = strstr(doc.p, from);
    if (at == NULL) fail_msg("not there: %s in %s", from, doc.p);
    buf_init(&other, 4 * 1024 * 1024);
    buf_put(&other, doc.p, (size_t)(at - doc.p));
    buf_puts(&other, to);
    buf_puts(&other, at + strlen(from));
    if (release_document_read(&got, buf_text(&other), a, &e)) fail_msg("taken: %s", to);
    assert_int_equal(e.code, ERR_INPUT);
    buf_release(&doc);
    buf_release(&other);
}

static void document_4_refused(void **state)
{
    static const char *const change[][2] = {
        {"24,null", "24,9"},                          /* a count in a hidden cell */
        {"[40,18", "[40,null"},                       /* none in a shown one */
        {"null,null,16", "2,null,16"},                /* and the status with it: */
        {"----cc-cc---", "-----c-cc---"},
        {"[40,18,22", "[40,2,22"},                    /* below the threshold */
        {"[40,18,22", "[40,17,22"},                   /* does not add up */
        {"[40,18,22,24", "[40,18,22,25"},
        {"[40,18,22,24", "[40,18,22,40"},             /* what is hidden is at least 1 */
        {"\"counts\":[40", "\"counts\":[null"},       /* the grand total */
        {"0,0,0]", "0,0]"},
        {"0,0,0]", "0,0,0,0]"},
        {"0,0,0]", "0,0,-1]"},
        {"0,0,0]", "0,0,0.0]"},
        {"\"parent\":0},{\"name\":\"M\"", "\"parent\":3},{\"name\":\"M\""},
        {"\"kind\":\"total\"", "\"kind\":\"code\""},
        {"\"kind\":\"unknown\"", "\"kind\":\"total\""},
        {"\"kind\":\"unknown\"", "\"kind\":\"other\""},
        {"\"threshold\":3", "\"threshold\":1"},
        {"\"threshold\":3,", ""},
        {"\"number\":7", "\"number\":0"},
        {"\"replaces\":6", "\"replaces\":7"},
        {"\"version\":1", "\"version\":2"},
        {"\"format\":\"dcim release\"", "\"format\":\"other\""},
        {"\"languages\":[\"en\",\"pt\"]", "\"languages\":[\"en\",\"en\"]"},
        {"\"languages\":[\"en\",\"pt\"]", "\"languages\":[]"},
        {"\"count\":\"persons\"", "\"count\":\"people\""},
        {"\"rows\":[\"sex\"]", "\"rows\":[\"age\"]"},
        {"\"rows\":[\"sex\"],\"columns\":[\"year\"]", "\"rows\":[\"sex\",\"year\"],\"columns\":[\"x\"]"},
        {"\"groups\":[0]", "\"groups\":[1]"},
        {"\"complete\":[true]", "\"complete\":[true,true]"},
        {"\"complete\":[true]", "\"complete\":[1]"},
        {"\"note\":\"\"", "\"note\":\"\",\"raw\":[1,2]"}, /* more than there is to be */
        {"\"pt\":\"Sexo\"", "\"cs\":\"Sexo\""},
        {"\"number\":7,\"title\"", "\"number\": 7,\"title\""},
        {"\"number\":7,\"title\":\"Jahresbericht <2025>\"",
         "\"title\":\"Jahresbericht <2025>\",\"number\":7"},
        {"{\"format\"", "[{\"format\""},
    };
    for (size_t i = 0; i < sizeof change / sizeof *change; i++)
        refused_with(change[i][0], change[i][1], *state);
}

static void document_5_one_byte(void **state)
{
    struct release table[1];
    struct release_set set = small_set(table), got;
    struct buf doc;
    size_t n_taken = 0;
    written(&doc, &set);
    for (size_t i = 0; i < doc.n; i++) {
        struct arena_mark m = arena_mark(*state);
        char kept = doc.p[i];
        doc.p[i] = kept == '5' ? '6' : '5';
        if (release_document_read(&got, buf_text(&doc), *state, NULL)) {
            n_taken++; /* a word, a number: it still hides what was hidden */
            for (size_t k = 0; k < 12; k++)
                if (got.table[0].status[k] == CELL_HIDDEN)
                    assert_true(got.table[0].count[k] == -1);
        }
        doc.p[i] = kept;
        arena_rewind(*state, m);
    }
    assert_true(n_taken > 10 && n_taken < doc.n / 2);
    buf_release(&doc);
}

static void document_6_cut(void **state)
{
    struct release table[1];
    struct release_set set = small_set(table), got;
    struct buf doc;
    struct err e = {0};
    written(&doc, &set);
    for (size_t n = 0; n < doc.n; n++)
        assert_false(release_document_read(&got, (struct text){doc.p, n}, *state, &e));
    assert_false(release_document_read(&got, TEXT("7"), *state, &e));
    assert_false(release_document_read(&got, TEXT("[]"), *state, &e));
    buf_release(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(document_1_round_trip, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(document_2_nothing_hidden, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(document_3_random, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(document_4_refused, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(document_5_one_byte, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(document_6_cut, make_arena, drop_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
