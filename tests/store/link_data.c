/* SPDX-License-Identifier: EUPL-1.2 */
#include "link_data.h"

#include "harness.h"
#include "store_data.h"

#include <string.h>

static struct err e;

static const struct form *victim(void)
{
    return dictionary_form(store_data_dictionary(), TEXT("victim"));
}

struct store *link_data_make(int each)
{
    struct store *st = store_data_make("repository");
    (void)store_data_import(st, 1, 0, each, 0);
    (void)store_data_import(st, 2, 0, each, 0);
    assert_true(store_begin(st, true, NULL));
    return st;
}

struct text link_data_code(struct store *st, uint64_t record_no)
{
    static char code[4][RECORD_CODE + 1];
    static int turn;
    struct record_meta m;
    const char *work;
    struct arena *a = arena_new(ARENA_PLAIN);
    if (!store_record_meta(&m, &work, st, record_no, a, &e)) fail_msg("%s", e.msg);
    assert_int_equal(m.record_no, record_no);
    turn = (turn + 1) % 4;
    memcpy(code[turn], m.code, sizeof code[turn]);
    arena_free(a);
    return text_of(code[turn]);
}

int64_t link_data_run(struct store *st, uint64_t last, const struct link_data_pair *pair, size_t n)
{
    const struct link_run_start start = {.form = victim(),
                                         .started_at = 1000,
                                         .actor = "eva",
                                         .model = TEXT("{\"model\":1}"),
                                         .lower = 2,
                                         .upper = 8,
                                         .last_record = last,
                                         .n_record = (int64_t)last,
                                         .n_candidate = 10};
    int64_t run_no;
    struct link_proposal *list = calloc(n + 1, sizeof *list);
    size_t n_added = 0;
    assert_non_null(list);
    for (size_t i = 0; i < n; i++)
        list[i] =
            (struct link_proposal){pair[i].a, pair[i].b, pair[i].weight, TEXT("[\"evidence\"]")};
    if (!link_run_begin(&run_no, st, &start, &e) ||
        !link_run_add(&n_added, st, run_no, list, n, &e) || !link_run_finish(st, run_no, &e))
        fail_msg("%s: %s", e.id, e.msg);
    assert_int_equal(n_added, n);
    free(list);
    return run_no;
}

struct link_outcome link_data_decide(struct store *st, uint64_t a, uint64_t b,
                                     enum link_verdict verdict)
{
    const struct link_decide d = {
        .a = a, .b = b, .verdict = verdict, .actor = "ana", .expected = LINK_ANY};
    struct link_outcome out;
    if (!link_decide(&out, st, &d, &e)) fail_msg("%s: %s", e.id, e.msg);
    return out;
}

struct link_outcome link_data_undo(struct store *st, int64_t decision_no)
{
    struct link_outcome out;
    if (!link_undo(&out, st, decision_no, "ana", TEXT("a mistake"), &e))
        fail_msg("%s: %s", e.id, e.msg);
    return out;
}

void link_data_put(struct store *st, int each, uint64_t record_no, enum record_put_what what)
{
    struct record r;
    struct record_put_result out;
    struct record_meta m;
    const char *work;
    struct arena *arena = arena_new(ARENA_WIPE);
    assert_true(store_record_meta(&m, &work, st, record_no, arena, &e));
    int i = (int)(record_no - 1) % each;
    store_data_record(&r, arena, store_data_dictionary(), i, 0);
    const struct record_put in = {.record = &r,
                                  .scope = SCOPE_EVERYTHING,
                                  .organisation_no = m.organisation_no,
                                  .code = m.code,
                                  .expected_version = m.version_no,
                                  .reference = store_data_reference(i),
                                  .old_reference = store_data_reference(i),
                                  .what = what,
                                  .author = "ana",
                                  .reason = "entered twice",
                                  .state = "accepted",
                                  .counted = true};
    if (!store_record_put(&out, st, &in, &e)) fail_msg("%s: %s", e.id, e.msg);
    arena_free(arena);
}

int64_t link_data_persons(uint64_t *first, struct store *st, size_t n)
{
    static const uint8_t nobody[PERSON_KEY] = {0};
    struct row_source s;
    struct source_row row;
    bool found;
    int64_t n_person = 0;
    uint8_t(*key)[PERSON_KEY] = calloc(n, sizeof *key);
    assert_non_null(key);
    memset(first, 0, n * sizeof *first);
    if (!store_row_source(&s, st, victim(), 0, 1, &e)) fail_msg("%s", e.msg);
    while (s.next(&s, &row, &found, &e) && found) {
        size_t at = (size_t)row.record_no - 1;
        assert_true(at < n);
        memcpy(key[at], row.person_key, PERSON_KEY);
        first[at] = row.record_no;
        bool known = memcmp(key[at], nobody, PERSON_KEY) != 0;
        for (size_t i = 0; known && i < at; i++)
            if (first[i] != 0 && memcmp(key[i], key[at], PERSON_KEY) == 0) {
                first[at] = first[i];
                break;
            }
        n_person += first[at] == row.record_no;
    }
    s.close(&s);
    free(key);
    return n_person;
}
