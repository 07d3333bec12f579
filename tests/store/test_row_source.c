/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/row_source.c
 *  1 every active record once, in order, in any number of parts, by threads at once
 *  2 what stands in a row   3 one state over all parts   4 damage, and leaving early   5 speed */
#include "harness.h"

#include "base/parallel.h"
#include "raw.h"
#include "store/backend.h"
#include "store/keyring.h"
#include "store/store.h"
#include "store_data.h"

static struct err e;

static const struct form *victim(void)
{
    return dictionary_form(store_data_dictionary(), TEXT("victim"));
}

struct reading {
    struct row_source source;
    uint64_t first, last, sum;
    size_t n;
    bool ok, in_order;
    struct err err;
};

static void read_part(void *ctx, size_t part)
{
    struct reading *r = (struct reading *)ctx + part;
    struct source_row row;
    bool found = true;
    r->ok = r->in_order = true;
    while ((r->ok = r->source.next(&r->source, &row, &found, &r->err)) && found) {
        if (r->n == 0) r->first = row.record_no;
        else if (row.record_no <= r->last) r->in_order = false;
        r->last = row.record_no;
        r->sum += row.record_no;
        r->n++;
    }
    r->source.close(&r->source);
}

/* All parts at once; checked against how many there are, and the sum of their numbers. */
static void read_all(struct store *st, size_t n_part, size_t n, uint64_t sum)
{
    struct reading r[40] = {0};
    size_t count = 0;
    uint64_t total = 0, last = 0, estimate = 0;
    for (size_t i = 0; i < n_part; i++) {
        if (!store_row_source(&r[i].source, st, victim(), i, n_part, &e))
            fail_msg("%s: %s", e.id, e.msg);
        estimate += r[i].source.n_estimate;
    }
    assert_in_range(estimate, n, n + n_part);
    parallel_run(n_part, read_part, r);
    for (size_t i = 0; i < n_part; i++) {
        if (!r[i].ok) fail_msg("%s: %s", r[i].err.id, r[i].err.msg);
        assert_true(r[i].in_order);
        if (r[i].n == 0) continue;
        assert_true(r[i].first > last); /* parts follow one another */
        last = r[i].last;
        count += r[i].n;
        total += r[i].sum;
    }
    assert_int_equal(count, n);
    assert_int_equal(total, sum);
}

static void row_source_1_every_record_once(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    int64_t withdrawn, reverted;
    read_all(st, 1, 0, 0);
    read_all(st, 3, 0, 0);
    (void)store_data_import(st, 1, 0, 1, 0);
    read_all(st, 1, 1, 1);
    read_all(st, 5, 1, 1);                      /* more parts than records */
    (void)store_data_import(st, 2, 0, 1000, 0); /* 2..1001 */
    (void)store_data_import(st, 1, 0, 500, 1);  /* record 1 changed; 1002..1500 */
    for (size_t parts = 1; parts <= 40; parts += 3) read_all(st, parts, 1500, 1500 * 1501 / 2);
    assert_true(store_begin(st, true, &e));
    assert_true(store_batch_undo(&withdrawn, &reverted, st, 2, "local:test", "x", &e));
    assert_true(store_commit(st, &e));
    read_all(st, 4, 500, 1500 * 1501 / 2 - (1001 * 1002 / 2 - 1));
    store_close(st);
}

static void row_source_2_what_stands_in_a_row(void **state)
{
    (void)state;
    struct store *st = store_data_make("b");
    const struct dictionary *d = store_data_dictionary();
    const struct variable *note = dictionary_variable(d, 0, TEXT("note")),
                          *name = dictionary_variable(d, 0, TEXT("family_name"));
    struct row_source s;
    struct source_row row;
    bool found;
    uint8_t keys[12][PERSON_KEY], none[PERSON_KEY] = {0};
    (void)store_data_import(st, 1, 0, 6, 0);
    (void)store_data_import(st, 2, 0, 6, 0); /* the same persons, by another organisation */
    (void)store_data_import(st, 1, 4, 5, 1);
    assert_true(store_row_source(&s, st, victim(), 0, 1, &e));
    for (int i = 0; i < 12; i++) {
        assert_true(s.next(&s, &row, &found, &e));
        assert_true(found);
        assert_int_equal(row.record_no, i + 1);
        assert_string_equal(d->list[dictionary_variable(d, 0, TEXT("organisation_type"))->list]
                                ->code[row.organisation_type]
                                .name,
                            i < 6 ? "10" : "50");
        assert_true(text_is(record_get(row.record, note->id, 0)->text,
                            i == 4 ? "note of variant 1" : "note of variant 0"));
        assert_int_equal(record_get(row.record, name->id, 0)->kind,
                         VALUE_EMPTY); /* never identities */
        assert_int_equal(row.record->table[1].n_row, (i % 6) % 4);
        memcpy(keys[i], row.person_key, PERSON_KEY);
    }
    assert_true(s.next(&s, &row, &found, &e));
    assert_false(found);
    assert_true(s.next(&s, &row, &found, &e)); /* and stays so */
    assert_false(found);
    s.close(&s);
    for (int i = 0; i < 6; i++) { /* names are known of every third */
        assert_memory_equal(keys[i], keys[i + 6], PERSON_KEY);
        if (i % 3 == 0) assert_memory_not_equal(keys[i], none, PERSON_KEY);
        else assert_memory_equal(keys[i], none, PERSON_KEY);
    }
    assert_memory_not_equal(keys[0], keys[3], PERSON_KEY);
    store_close(st);
}

static void row_source_3_one_state(void **state)
{
    (void)state;
    struct store *st = store_data_make("c"), *other = store_data_open("c", false);
    struct row_source first, second;
    struct source_row row;
    bool found = true;
    (void)store_data_import(st, 1, 0, 100, 0);
    assert_true(store_row_source(&first, st, victim(), 0, 2, &e));
    (void)store_data_import(other, 1, 50, 300, 1); /* by another, between two parts */
    assert_false(store_row_source(&second, st, victim(), 1, 2, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "store.moved");
    size_t n = 0; /* the part that was open sees what it saw */
    while (first.next(&first, &row, &found, &e) && found) n++;
    assert_int_equal(n, 50);
    first.close(&first);
    read_all(st, 2, 300, 300 * 301 / 2);
    store_close(other);
    store_close(st);
}

static void row_source_4_damage_and_leaving_early(void **state)
{
    (void)state;
    struct store *st = store_data_make("d");
    struct row_source s;
    struct source_row row;
    bool found = true;
    (void)store_data_import(st, 1, 0, 100, 0);
    assert_true(store_row_source(&s, st, victim(), 0, 1, &e));
    for (int i = 0; i < 10; i++) assert_true(s.next(&s, &row, &found, &e) && found);
    s.close(&s);
    assert_null(s.ctx);
    struct secret *key =
        secret_copy(secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    store_close(st);
    struct raw *raw = raw_open("d/database", key);
    raw_run(
        raw,
        "UPDATE record_version SET body = (SELECT body FROM record_version WHERE version_id = 2 * 65536 + 1)"
        " WHERE version_id = 65536 * 50 + 1");
    raw_close(raw);
    secret_free(key);
    st = store_data_open("d", true);
    assert_true(store_row_source(&s, st, victim(), 0, 1, &e));
    size_t n = 0;
    while (s.next(&s, &row, &found, &e) && found) n++;
    assert_int_equal(
        n, 49); /* everything before it, and then an error instead of what is not record 50 */
    assert_string_equal(e.id, "envelope.damaged");
    s.close(&s);
    store_close(st);
}

static void row_source_5_speed(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct store *st = store_data_make("e");
    (void)store_data_import(st, 1, 0, N, 0);
    double best = 1e9;
    for (int i = 0; i < 4; i++) { /* the best of some: others use the machine as well */
        double from = harness_seconds();
        read_all(st, 2, N, (uint64_t)N * (N + 1) / 2);
        if (harness_seconds() - from < best) best = harness_seconds() - from;
    }
    /* A million in 5 s is promised for a machine at rest. */
    if (!harness_sanitized()) assert_true(best < 2.0);
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_source_1_every_record_once),
        cmocka_unit_test(row_source_2_what_stands_in_a_row),
        cmocka_unit_test(row_source_3_one_state),
        cmocka_unit_test(row_source_4_damage_and_leaving_early),
        cmocka_unit_test(row_source_5_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
