/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/encoding.c
 *  1 imports: every record with identifiers gets its encoding, others none or the one they came
 *  with;
 *    rows of a snapshot and single records have it; it is sealed (S12)
 *  2 whether a record has changed does not depend on it
 *  3 entered by hand, changed, withdrawn, restored; undone; erased
 *  4 records that were there before: opened, given theirs, in pieces; counts, history and digest
 *  stay
 *  5 another plan, another key; damage; without a transaction */
#include "harness.h"

#include "base/crypto.h"
#include "store/backend.h"
#include "store/encoding.h"
#include "store/record_put.h"
#include "store_data.h"

#include "raw.h"

static struct err e;
static struct arena *arena;
static int calls;

static const struct form *victim(void)
{
    return dictionary_form(store_data_dictionary(), TEXT("victim"));
}

/* Stands in for linkage, of which this room knows nothing: a hash of the family name behind a
 * mark. */
static struct text encode(void *ctx, const struct record *r, struct arena *a)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, TEXT("family_name"));
    const struct value *name = v == NULL ? NULL : record_get(r, v->id, 0);
    const char *mark = ctx;
    size_t n = strlen(mark);
    calls++;
    if (name == NULL || name->kind != VALUE_TEXT) return (struct text){NULL, 0};
    char *p = ARENA_ARRAY(a, char, n + 16);
    memcpy(p, mark, n);
    crypto_hash((uint8_t *)p + n, 16, name->text.p, name->text.n, NULL);
    return (struct text){p, n + 16};
}

static char mark[] = "CANARY-ENCODING:", other[] = "ANOTHER-ENCODING:";

/* What record `i` of the test data must have. */
static struct text expected(int i, char *with)
{
    struct record r;
    store_data_record(&r, arena, store_data_dictionary(), i, 0);
    return encode(with, &r, arena);
}

/* Held against what a snapshot is made of; the references are in the records. How many have one. */
static size_t in_snapshot(struct store *st, char *with)
{
    struct row_source source;
    struct source_row row;
    bool found = true;
    size_t n = 0;
    if (!store_row_source(&source, st, victim(), 0, 1, &e)) fail_msg("%s", e.msg);
    while (source.next(&source, &row, &found, &e) && found) {
        struct text want = expected((int)row.record_no - 1, with);
        if (row.record->encoding.n == 0) continue;
        n++;
        assert_true(text_equal(row.record->encoding, want));
    }
    assert_false(found);
    source.close(&source);
    return n;
}

static size_t with_names(int n)
{
    size_t k = 0;
    for (int i = 0; i < n; i++) k += expected(i, mark).n > 0;
    return k;
}

static const char *code_of(struct store *st, uint64_t record_no)
{
    struct record_meta m;
    const char *work;
    assert_true(store_record_meta(&m, &work, st, record_no, arena, &e));
    return arena_copy(arena, m.code, strlen(m.code));
}

static struct text kept(struct store *st, const char *code, uint32_t version)
{
    struct record r;
    struct record_meta m;
    if (!store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code), version, arena, &e))
        fail_msg("%s", e.msg);
    return r.encoding;
}

static struct raw *past(struct store *st)
{
    return raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
}

static void imports(void **state)
{
    (void)state;
    enum { N = 600 };
    struct store *st = store_data_make("repository");
    store_set_encode(st, encode, mark);
    size_t names = with_names(N);
    assert_true(names > 100 && names < N); /* some have no identifiers */
    (void)store_data_import(st, 1, 0, N, 0);
    assert_int_equal(in_snapshot(st, mark), names);
    for (int i = 0; i < 20; i++)
        assert_true(text_equal(kept(st, code_of(st, (uint64_t)i + 1), 1), expected(i, mark)));
    store_close(st);

    size_t n; /* S12: not in the database's file, nor, opened, in the clear in its tables */
    char *file = harness_read("repository/database", &n);
    assert_null(memmem(file, n, mark, strlen(mark)));
    free(file);
    st = store_data_open("repository", true);
    struct raw *raw = past(st);
    char *body = ARENA_ARRAY(arena, char, 1 << 16);
    n = raw_bytes(raw, body, 1 << 16, "SELECT body FROM record_version WHERE version_id = 65537");
    assert_true(n > 0);
    assert_null(memmem(body, n, mark, strlen(mark)));
    raw_close(raw);
    store_close(st);
}

static void same_or_changed(void **state)
{
    (void)state;
    enum { N = 300 };
    struct store *st = store_data_make("repository");
    (void)store_data_import(st, 1, 0, N, 0); /* before there were encodings */
    assert_int_equal(in_snapshot(st, mark), 0);
    store_set_encode(st, encode, mark);
    struct batch_result r = store_data_import(st, 1, 0, N, 0);
    assert_int_equal(r.n[PUT_SAME], N);
    r = store_data_import(st, 1, 0, N, 1); /* another note */
    assert_int_equal(r.n[PUT_CHANGED], N);
    assert_int_equal(in_snapshot(st, mark), with_names(N));
    calls = 0;
    store_set_encode(st, encode, other); /* made otherwise: nothing has changed */
    r = store_data_import(st, 1, 0, N, 1);
    assert_int_equal(r.n[PUT_SAME], N);
    assert_int_equal(calls, 0); /* and costs nothing where nothing is written */
    assert_int_equal(in_snapshot(st, mark), with_names(N));
    store_close(st);
}

static struct record_put_result put(struct store *st, struct record_put in)
{
    struct record_put_result out;
    in.author = "ana";
    in.state = "submitted";
    in.counted = true;
    in.scope = SCOPE_EVERYTHING;
    assert_true(store_begin(st, true, &e));
    if (!store_record_put(&out, st, &in, &e)) fail_msg("%s", e.msg);
    assert_true(store_commit(st, &e));
    return out;
}

static void by_hand(void **state)
{
    (void)state;
    struct store *st = store_data_make("repository"), *beside;
    struct record r, bare;
    struct batch_result imported;
    int64_t n, m;
    int i = 0;
    while (expected(i, mark).n == 0) i++;
    store_set_encode(st, encode, mark);
    store_data_record(&r, arena, store_data_dictionary(), i, 0);
    struct record_put_result made =
        put(st, (struct record_put){.record = &r, .organisation_no = 1});
    assert_true(text_equal(kept(st, made.code, 1), expected(i, mark)));

    /* Its own connection has its own function; without one a record keeps what it comes with. */
    assert_true(store_open_beside(&beside, st, &e));
    assert_true(store_use_dictionary(beside, store_data_dictionary(), &e));
    store_data_record(&bare, arena, store_data_dictionary(), i, 1);
    bare.encoding = TEXT("given");
    made = put(beside, (struct record_put){.record = &bare,
                                           .code = made.code,
                                           .expected_version = 1,
                                           .organisation_no = 1});
    assert_true(text_is(kept(beside, made.code, 2), "given"));
    made = put(st, (struct record_put){.record = &bare, /* the names win */
                                       .code = made.code,
                                       .expected_version = 2,
                                       .organisation_no = 1});
    assert_true(text_equal(kept(st, made.code, 3), expected(i, mark)));
    assert_true(text_is(kept(st, made.code, 2), "given")); /* each version has its own */
    int j = 0;
    while (expected(j, mark).n > 0) j++;
    store_data_record(&bare, arena, store_data_dictionary(), j, 0); /* nobody's name */
    made = put(st, (struct record_put){.record = &bare,
                                       .code = made.code,
                                       .expected_version = 3,
                                       .organisation_no = 1});
    assert_int_equal(kept(st, made.code, 4).n, 0);
    bare.encoding = TEXT("given");
    made = put(st, (struct record_put){.record = &bare,
                                       .code = made.code,
                                       .expected_version = 4,
                                       .organisation_no = 1,
                                       .what = RECORD_PUT_WITHDRAW});
    assert_true(text_is(kept(st, made.code, 5), "given"));
    store_close(beside);

    imported = store_data_import(st, 1, 100, 200, 0);
    assert_true(store_begin(st, true, &e));
    assert_true(store_batch_undo(&n, &m, st, imported.batch_no, "ana", "wrong file", &e));
    assert_true(store_commit(st, &e));
    imported = store_data_import(st, 1, 100, 200, 0); /* they come back */
    assert_int_equal(imported.n[PUT_NEW], 100);

    const char *code = code_of(st, 2); /* S16: erased with the body */
    assert_true(store_begin(st, true, &e));
    assert_true(store_record_erase(st, SCOPE_EVERYTHING, text_of(code), "ana", "asked for", &e));
    assert_true(store_commit(st, &e));
    struct raw *raw = past(st);
    assert_int_equal(raw_number(raw,
                                "SELECT sum(length(body)) FROM record_version WHERE record_no = 2"),
                     0);
    raw_close(raw);
    store_close(st);
}

static void counts_hold(struct store *st)
{
    const enum sql_id none[] = {SQL_CHECK_SERIES, SQL_CHECK_BYTES};
    struct query q;
    for (size_t i = 0; i < 2; i++) {
        assert_true(query_begin(&q, store_backend(st), none[i]));
        assert_false(query_next(&q));
        assert_true(query_end(&q, &e));
    }
}

static struct encode_again again(struct store *st, size_t max)
{
    struct encode_again x = {0};
    while (!x.done) {
        assert_true(store_begin(st, true, &e));
        if (!store_encode_again(&x, st, victim(), max, &e)) fail_msg("%s", e.msg);
        assert_true(store_commit(st, &e));
    }
    return x;
}

static void from_before(void **state)
{
    (void)state;
    enum { N = 250 };
    struct store *st = store_data_make("repository");
    struct record_meta *list;
    size_t n;
    int64_t before, after;
    uint8_t digest[32];
    struct batch_result r = store_data_import(st, 1, 0, N, 0);
    const char *code = code_of(st, 7);
    size_t names = with_names(N);
    assert_true(store_generation(&before, st, &e));
    store_set_encode(st, encode, mark);
    struct encode_again x = again(st, 100);
    assert_int_equal(x.n_record, N);
    assert_true(x.n_open >= (int64_t)names && x.n_open < N);
    assert_int_equal(x.n_made, names);
    assert_int_equal(in_snapshot(st, mark), names);
    assert_true(store_generation(&after, st, &e));
    assert_true(after > before);
    counts_hold(st);
    assert_true(store_record_history(&list, &n, st, SCOPE_EVERYTHING, text_of(code), arena, &e));
    assert_int_equal(n, 1); /* no version of its own */
    assert_true(store_batch_digest(digest, st, r.batch_no, &e));
    assert_memory_equal(digest, r.digest, 32);
    x = again(st, N); /* nothing is left to do */
    assert_int_equal(x.n_made, 0);
    assert_true(store_generation(&before, st, &e));
    assert_int_equal(before, after);
    r = store_data_import(st, 1, 0, N, 0);
    assert_int_equal(r.n[PUT_SAME], N);

    store_set_encode(st, encode, other); /* another plan */
    x = again(st, 17);
    assert_int_equal(x.n_made, names);
    assert_int_equal(in_snapshot(st, other), names);
    counts_hold(st);
    store_set_encode(st, NULL, NULL); /* nobody to ask: they keep what they have */
    x = again(st, N);
    assert_int_equal(x.n_made, 0);
    assert_int_equal(in_snapshot(st, other), names);
    store_close(st);
}

static void not_without(void **state)
{
    (void)state;
    struct store *st = store_data_make("repository");
    struct encode_again x = {0};
    (void)store_data_import(st, 1, 0, 20, 0);
    store_set_encode(st, encode, mark);
    assert_false(store_encode_again(&x, st, victim(), 10, &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_int_equal(x.after, 0);
    int i = 0;
    while (expected(i, mark).n == 0) i++;
    struct raw *raw = past(st);
    raw_run(
        raw,
        "UPDATE record_version SET body = (SELECT body FROM record_version WHERE record_no = %d)"
        " WHERE record_no = %d",
        i == 0 ? 20 : i, i + 1);
    raw_close(raw);
    assert_true(store_begin(st, true, &e));
    assert_false(store_encode_again(&x, st, victim(), 100, &e)); /* moved: does not open */
    assert_string_equal(e.id, "envelope.damaged");
    assert_int_equal(x.n_record, 0);
    store_rollback(st);
    store_close(st);
}

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define WITH_ARENA(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {WITH_ARENA(imports), WITH_ARENA(same_or_changed),
                                       WITH_ARENA(by_hand), WITH_ARENA(from_before),
                                       WITH_ARENA(not_without)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
