/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/batch.c
 *  1 what becomes of a record: new, changed, same, twice, back again
 *  2 whole or not at all (S72), also when the process is killed (S84) or the disk is full (S85)
 *  3 what cannot be put
 *  4 nothing of a record lies in the clear (S12, S15)
 *  5 two processes, and a reader meanwhile */
#include "harness.h"

#include "base/buf.h"
#include "base/file.h"
#include "store/backend.h"
#include "store/store.h"
#include "store_data.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

static int64_t count(struct store *st)
{
    int64_t n;
    if (!store_record_count(&n, st, FORM_NONE, &e)) fail_msg("%s", e.msg);
    return n;
}

static size_t batches(struct store *st)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct batch *list;
    size_t n;
    if (!store_batch_list(&list, &n, st, a, &e)) fail_msg("%s", e.msg);
    arena_free(a);
    return n;
}

/* Pages, structure and references of the database, and every count that is kept beside what it
 * counts. */
static void sound(struct store *st)
{
    struct buf out;
    size_t n_problem;
    struct query q;
    buf_init(&out, 1 << 16);
    assert_true(backend_check(store_backend(st), &out, &n_problem, &e));
    if (n_problem > 0) fail_msg("%s", out.p);
    buf_release(&out);
    const enum sql_id zero[] = {SQL_CHECK_CODE_INDEX, SQL_CHECK_REFERENCE_INDEX};
    for (size_t i = 0; i < 2; i++) {
        assert_true(query_begin(&q, store_backend(st), zero[i]));
        assert_true(query_next(&q));
        assert_int_equal(query_int(&q, 0), 0);
        assert_true(query_end(&q, &e));
    }
    assert_true(query_begin(&q, store_backend(st), SQL_CHECK_SERIES));
    assert_false(query_next(&q));
    assert_true(query_end(&q, &e));
}

static void expect(const struct batch_result *r, int64_t fresh, int64_t changed, int64_t same,
                   int64_t twice)
{
    assert_int_equal(r->n[PUT_NEW], fresh);
    assert_int_equal(r->n[PUT_CHANGED], changed);
    assert_int_equal(r->n[PUT_SAME], same);
    assert_int_equal(r->n[PUT_DUPLICATE], twice);
}

static struct batch_writer *begun(struct store *st)
{
    static const uint8_t sha[32] = {1};
    const struct batch_start start = {.form =
                                          dictionary_form(store_data_dictionary(), TEXT("victim")),
                                      .organisation_no = 1,
                                      .actor = "local:test",
                                      .mapping = "",
                                      .file_sha256 = sha,
                                      .file_label = "test.csv"};
    struct batch_writer *w = NULL;
    if (!batch_begin(&w, st, &start, &e)) fail_msg("%s: %s", e.id, e.msg);
    return w;
}

/* ---- 1 ---- */

static void batch_1_1_new_same_changed(void **state) /* S72 */
{
    (void)state;
    struct store *st = store_data_make("a");
    struct batch_result r = store_data_import(st, 1, 0, 1000, 0);
    expect(&r, 1000, 0, 0, 0);
    assert_int_equal(r.batch_no, 1);
    assert_int_equal(count(st), 1000);
    r = store_data_import(st, 1, 0, 1000, 0); /* the same again adds nothing */
    expect(&r, 0, 0, 1000, 0);
    r = store_data_import(st, 1, 500, 1500, 1);
    expect(&r, 500, 500, 0, 0);
    assert_int_equal(count(st), 1500);
    r = store_data_import(st, 2, 0, 10, 0); /* another organisation's references are its own */
    expect(&r, 10, 0, 0, 0);
    assert_int_equal(count(st), 1510);
    store_close(st);

    st = store_data_open("a", false); /* and from a process that did not write them */
    r = store_data_import(st, 1, 0, 2000, 1);
    expect(&r, 500, 500, 1000, 0);
    assert_int_equal(count(st), 2010);
    sound(st);
    store_close(st);
}

static enum put_outcome put(struct batch_writer *w, struct arena *a, int i, int variant,
                            struct text reference)
{
    enum put_outcome outcome = PUT_OUTCOME_COUNT;
    struct record r;
    store_data_record(&r, a, store_data_dictionary(), i, variant);
    if (!batch_put(&outcome, w, &r, reference, &e)) fail_msg("%s: %s", e.id, e.msg);
    return outcome;
}

static void batch_1_2_twice_in_one_batch(void **state)
{
    (void)state;
    struct store *st = store_data_make("b");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct batch_result result;
    assert_true(store_begin(st, true, &e));
    struct batch_writer *w = begun(st);
    assert_int_equal(put(w, a, 1, 0, TEXT("A")), PUT_NEW);
    assert_int_equal(put(w, a, 1, 0, TEXT("A")), PUT_DUPLICATE);
    assert_int_equal(put(w, a, 2, 5, TEXT(" A\t")),
                     PUT_DUPLICATE);                       /* blanks around it do not count */
    assert_int_equal(put(w, a, 2, 5, TEXT("a")), PUT_NEW); /* letters do */
    assert_int_equal(put(w, a, 3, 0, TEXT("\xc3\xa9")),
                     PUT_NEW); /* e with acute accent, one character */
    assert_int_equal(put(w, a, 3, 0, TEXT("e\xcc\x81")), PUT_DUPLICATE); /* the same as two: NFC */
    assert_true(batch_finish(&result, w, 7, &e));
    assert_true(store_commit(st, &e));
    expect(&result, 3, 0, 0, 3);
    assert_int_equal(count(st), 3);

    assert_true(store_begin(st, true, &e));
    w = begun(st); /* also of what was there before */
    assert_int_equal(put(w, a, 1, 0, TEXT("A")), PUT_SAME);
    assert_int_equal(put(w, a, 1, 3, TEXT("A")), PUT_DUPLICATE);
    assert_int_equal(put(w, a, 9, 0, TEXT("a")), PUT_CHANGED);
    assert_true(batch_finish(&result, w, 0, &e));
    assert_true(store_commit(st, &e));
    sound(st);
    arena_free(a);
    store_close(st);
}

static void batch_1_3_without_reference_always_new(void **state)
{
    (void)state;
    struct store *st = store_data_make("c");
    struct arena *a = arena_new(ARENA_PLAIN);
    for (int pass = 0; pass < 2; pass++) {
        struct batch_result result;
        assert_true(store_begin(st, true, &e));
        struct batch_writer *w = begun(st);
        for (int i = 0; i < 5; i++)
            assert_int_equal(put(w, a, 1, 0, i % 2 ? TEXT("") : TEXT("  ")), PUT_NEW);
        assert_true(batch_finish(&result, w, 0, &e));
        assert_true(store_commit(st, &e));
    }
    assert_int_equal(count(st), 10);
    sound(st);
    arena_free(a);
    store_close(st);
}

static void batch_1_4_a_dry_run_says_the_same_and_writes_nothing(void **state) /* S72 */
{
    (void)state;
    struct store *st = store_data_make("d");
    struct batch_result r;
    for (int pass = 0; pass < 2; pass++) {
        assert_true(store_begin(st, false, &e));
        assert_true(store_data_put(&r, st, 1, 0, 1000, 0, true, &e));
        store_rollback(st);
        expect(&r, 1000, 0, 0, 0);
        assert_int_equal(count(st), 0);
        assert_int_equal(batches(st), 0);
    }
    (void)store_data_import(st, 1, 0, 600, 0);
    assert_true(store_begin(st, false, &e));
    assert_true(store_data_put(&r, st, 1, 0, 1000, 0, true, &e));
    store_rollback(st);
    expect(&r, 400, 0, 600, 0);
    assert_true(store_begin(st, false, &e));
    assert_true(store_data_put(&r, st, 1, 0, 600, 1, true, &e));
    store_rollback(st);
    expect(&r, 0, 600, 0, 0);
    assert_int_equal(count(st), 600);
    store_close(st);
}

static void batch_1_5_a_withdrawn_record_comes_back_as_new(void **state)
{
    (void)state;
    struct store *st = store_data_make("e");
    int64_t withdrawn, reverted;
    for (int pass = 0; pass < 3; pass++) {
        struct batch_result r = store_data_import(st, 1, 0, 300, 0);
        expect(&r, 300, 0, 0, 0);
        assert_int_equal(count(st), 300);
        assert_true(store_begin(st, true, &e));
        assert_true(store_batch_undo(&withdrawn, &reverted, st, r.batch_no, "local:test",
                                     "wrong file", &e));
        assert_true(store_commit(st, &e));
        assert_int_equal(withdrawn, 300);
        assert_int_equal(reverted, 0);
        assert_int_equal(count(st), 0);
        sound(st);
    }
    struct query q; /* the records are the same ones: 300 in all, of three versions each */
    assert_true(query_begin(&q, store_backend(st), SQL_CHECK_COUNTS));
    assert_true(query_next(&q));
    assert_int_equal(query_int(&q, 0), 300);
    assert_int_equal(query_int(&q, 2), 900);
    assert_true(query_end(&q, &e));
    store_close(st);
}

static void batch_1_6_the_identity_part_counts_as_content(void **state)
{
    (void)state;
    struct store *st = store_data_make("f");
    struct arena *a = arena_new(ARENA_PLAIN);
    const struct dictionary *d = store_data_dictionary();
    const struct variable *name = dictionary_variable(d, 0, TEXT("family_name"));
    static const enum put_outcome wanted[4] = {PUT_NEW, PUT_SAME, PUT_CHANGED, PUT_SAME};
    struct batch_result result;
    struct record r;
    enum put_outcome outcome;
    for (int pass = 0; pass < 4; pass++) {
        assert_true(store_begin(st, true, &e));
        struct batch_writer *w = begun(st);
        store_data_record(&r, a, d, 3, 0);
        if (pass >= 2) record_value(&r, name->id, 0)->text = TEXT("Another");
        assert_true(batch_put(&outcome, w, &r, TEXT("A"), &e));
        assert_int_equal(outcome, wanted[pass]);
        assert_true(batch_finish(&result, w, 0, &e));
        assert_true(store_commit(st, &e));
    }
    arena_free(a);
    store_close(st);
}

static void batch_1_7_many_blocks(void **state)
{
    (void)state;
    struct store *st = store_data_make("g");
    struct batch_result r =
        store_data_import(st, 1, 0, 30000, 0); /* far more than the queue holds */
    expect(&r, 30000, 0, 0, 0);
    r = store_data_import(st, 1, 0, 30000, 1);
    expect(&r, 0, 30000, 0, 0);
    sound(st);
    store_close(st);
}

/* ---- 2 ---- */

static void batch_2_1_abandoned_or_rolled_back(void **state) /* S72 */
{
    (void)state;
    struct store *st = store_data_make("h");
    struct arena *a = arena_new(ARENA_PLAIN);
    (void)store_data_import(st, 1, 0, 100, 0);
    for (int pass = 0; pass < 3; pass++) {
        struct batch_result result;
        assert_true(store_begin(st, true, &e));
        struct batch_writer *w = begun(st);
        for (int i = 0; i < 1000; i++) (void)put(w, a, i, 1, store_data_reference(i));
        if (pass == 0) batch_abandon(w);
        else assert_true(batch_finish(&result, w, 0, &e));
        if (pass < 2) store_rollback(st);
        else {
            store_close(st); /* with everything open */
            st = store_data_open("h", false);
        }
        assert_int_equal(count(st), 100);
        assert_int_equal(batches(st), 1);
    }
    struct batch_result r = store_data_import(st, 1, 0, 100, 0);
    expect(&r, 0, 0, 100, 0);
    sound(st);
    batch_abandon(NULL);
    arena_free(a);
    store_close(st);

    st = store_data_open("h", false); /* closed in the middle of a batch */
    assert_true(store_begin(st, true, &e));
    struct batch_writer *w = begun(st);
    a = arena_new(ARENA_PLAIN);
    for (int i = 0; i < 1000; i++) (void)put(w, a, i, 1, store_data_reference(i));
    arena_free(a);
    store_close(st);
    st = store_data_open("h", false);
    assert_int_equal(count(st), 100);
    store_close(st);
}

static void batch_2_2_killed(void **state) /* S84 */
{
    (void)state;
    store_close(store_data_make("i"));
    int acknowledged = 0;
    unsigned wait_us = 1000;
    /* On a busy machine until something was acknowledged at all. */
    for (int round = 0; round < 25 || (acknowledged == 0 && round < 60); round++) {
        int pipe_of[2];
        assert_int_equal(pipe(pipe_of), 0);
        pid_t child = fork(); /* nothing is open in this process */
        assert_true(child >= 0);
        if (child == 0) {
            struct store *st = store_data_open("i", false);
            for (int i = 0;; i++) {
                char ok = 'x';
                (void)store_data_import(st, 1, (acknowledged + i) * 700,
                                        (acknowledged + i + 1) * 700, 0);
                if (write(pipe_of[1], &ok, 1) != 1) _exit(1);
            }
        }
        (void)close(pipe_of[1]);
        usleep(wait_us);
        /* every moment in turn, from opening to the third import */
        wait_us =
            acknowledged == 0 && round > 20 ? wait_us + 200000 : (wait_us * 7 + 13000) % 150000;
        (void)kill(child, SIGKILL);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        char ok;
        while (read(pipe_of[0], &ok, 1) == 1) acknowledged++;
        (void)close(pipe_of[0]);
        struct store *st = store_data_open("i", false);
        int64_t n = count(st);
        /* Committed, but killed before it said so: one more at most. */
        assert_true(n == (int64_t)acknowledged * 700 || n == (int64_t)(acknowledged + 1) * 700);
        acknowledged = (int)(n / 700);
        assert_int_equal(batches(st), (size_t)acknowledged);
        sound(st);
        store_close(st);
    }
    assert_true(acknowledged > 0);
}

static void batch_2_3_no_space_left(void **state) /* S85 */
{
    (void)state;
    struct store *st = store_data_make("j");
    (void)store_data_import(st, 1, 0, 1000, 0);
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 3 << 20;
    (void)signal(SIGXFSZ, SIG_IGN); /* the write then fails with EFBIG */
    struct batch_result r;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_true(store_begin(st, true, &e));
    bool ok = store_data_put(&r, st, 1, 0, 200000, 1, false, &e) && store_commit(st, &e);
    assert_false(ok);
    assert_true(e.code == ERR_SYSTEM || e.code == ERR_STORE);
    assert_true(strcmp(e.id, "store.full") == 0 || strcmp(e.id, "store.io") == 0);
    store_rollback(st);
    assert_int_equal(count(st), 1000); /* reading goes on */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    r = store_data_import(st, 1, 0, 2000,
                          1); /* and so does writing, once there is space, without a restart */
    expect(&r, 1000, 1000, 0, 0);
    sound(st);
    store_close(st);
}

/* ---- 3 ---- */

static void batch_3_1_what_cannot_begin(void **state)
{
    (void)state;
    struct store *st = store_data_make("k");
    struct batch_result r;
    assert_false(store_data_put(&r, st, 1, 0, 1, 0, false, &e)); /* no transaction */
    assert_string_equal(e.id, "store.no_transaction");
    assert_true(store_begin(st, false, &e));
    assert_false(store_data_put(&r, st, 1, 0, 1, 0, false, &e)); /* one that only reads */
    assert_string_equal(e.id, "store.no_transaction");
    store_rollback(st);
    assert_true(store_begin(st, true, &e));
    assert_false(store_data_put(&r, st, 9, 0, 1, 0, false, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(store_data_put(&r, st, 1, 0, 10, 0, false, &e));
    assert_false(
        store_data_put(&r, st, 1, 10, 20, 0, false, &e)); /* it could not look up the first */
    assert_string_equal(e.id, "batch.second");
    assert_true(store_commit(st, &e));
    assert_int_equal(count(st), 10);
    store_close(st);
}

static void batch_3_2_too_long(void **state)
{
    (void)state;
    struct store *st = store_data_make("l");
    struct arena *a = arena_new(ARENA_PLAIN);
    const struct dictionary *d = store_data_dictionary();
    const struct variable *note = dictionary_variable(d, 0, TEXT("note"));
    char *text = calloc(9, 1 << 20);
    memset(text, 'x', (9 << 20) - 1);
    struct record r;
    enum put_outcome outcome;
    assert_true(store_begin(st, true, &e));
    struct batch_writer *w = begun(st);
    store_data_record(&r, a, d, 1, 0);
    assert_false(batch_put(&outcome, w, &r, (struct text){text, 1001}, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "batch.reference");
    batch_abandon(w);
    store_rollback(st);

    struct batch_result result;
    assert_true(store_begin(st, true, &e));
    w = begun(st);
    record_value(&r, note->id, 0)->text =
        (struct text){text, 7 << 20}; /* large, and still one record */
    assert_true(batch_put(&outcome, w, &r, (struct text){text, 1000}, &e));
    assert_true(batch_put(&outcome, w, &r, TEXT("B"), &e));
    assert_true(batch_finish(&result, w, 0, &e));
    assert_true(store_commit(st, &e));
    expect(&result, 2, 0, 0, 0);
    assert_true(store_begin(st, true, &e));
    w = begun(st);
    record_value(&r, note->id, 0)->text = (struct text){text, (9 << 20) - 1};
    assert_false(batch_put(&outcome, w, &r, TEXT("C"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "batch.record_too_long");
    batch_abandon(w);
    store_rollback(st);
    sound(st);
    free(text);
    arena_free(a);
    store_close(st);
}

/* ---- 4 ---- */

static void absent(const char *path, const char *p, size_t n, const char *canary)
{
    char form[400];
    size_t k = strlen(canary), f = 0;
    if (memmem(p, n, canary, k) != NULL) fail_msg("%s is in %s", canary, path);
    for (size_t i = 0; i < k; i++) form[f++] = canary[i], form[f++] = '\0'; /* UTF-16 */
    if (memmem(p, n, form, f) != NULL) fail_msg("%s is in %s as UTF-16", canary, path);
    crypto_hex(form, canary, k);
    if (memmem(p, n, form, 2 * k) != NULL) fail_msg("%s is in %s as hexadecimal", canary, path);
    uint8_t hash[CRYPTO_HASH]; /* unkeyed hashes would let anybody try names */
    crypto_hash(hash, sizeof hash, canary, k, NULL);
    if (memmem(p, n, hash, CRYPTO_SHORT) != NULL) fail_msg("a hash of %s is in %s", canary, path);
    crypto_hash(hash, CRYPTO_SHORT, canary, k, NULL);
    if (memmem(p, n, hash, CRYPTO_SHORT) != NULL) fail_msg("a hash of %s is in %s", canary, path);
    crypto_sha256(hash, canary, k);
    if (memmem(p, n, hash, CRYPTO_SHORT) != NULL) fail_msg("a hash of %s is in %s", canary, path);
}

static void no_canary_in(const char *folder)
{
    static const char *const canaries[] = {"FAMILY-CANARY-3", "GIVEN-CANARY-3", "note of variant",
                                           "R000003"};
    struct file_names names;
    assert_true(folder_list(&names, folder, &e));
    for (size_t i = 0; i < names.n; i++) {
        char path[300];
        size_t n;
        snprintf(path, sizeof path, "%s/%s", folder, names.name[i]);
        char *p = harness_read(path, &n);
        for (size_t k = 0; k < 4; k++) absent(path, p, n, canaries[k]);
        free(p);
    }
    file_names_free(&names);
}

static void batch_4_1_nothing_in_the_clear(void **state) /* S12 S15 */
{
    (void)state;
    struct store *st = store_data_make("m");
    (void)store_data_import(st, 1, 0, 500, 0);
    (void)store_data_import(st, 1, 0, 500, 1);
    no_canary_in("m"); /* with the journal */
    store_close(st);
    no_canary_in("m");
}

/* Within the database, below the encryption of its pages, bodies are sealed once more. */
static void batch_4_2_bodies_are_sealed(void **state) /* S12 */
{
    (void)state;
    struct store *st = store_data_open("m", true);
    struct query q;
    int64_t n = 0, n_identity = 0;
    assert_true(query_begin(&q, store_backend(st), SQL_CHECK_RECORDS));
    query_bind_int(&q, "first", 1);
    query_bind_int(&q, "last", 500);
    while (query_next(&q)) {
        struct text body = query_blob(&q, 6), wrapped = query_blob(&q, 5);
        assert_null(memmem(body.p, body.n, "note", 4));
        assert_int_equal(wrapped.n, WRAPPED_KEY);
        assert_int_equal((body.n - 3 - CRYPTO_NONCE - CRYPTO_TAG) % 64,
                         0); /* padded to a size class */
        n++;
    }
    assert_true(query_end(&q, &e));
    assert_int_equal(n, 500);
    assert_true(query_begin(&q, store_backend(st), SQL_CHECK_IDENTITIES));
    query_bind_int(&q, "first", 1);
    query_bind_int(&q, "last", 500);
    while (query_next(&q)) {
        struct text body = query_blob(&q, 4);
        assert_null(memmem(body.p, body.n, "CANARY", 6));
        n_identity++;
    }
    assert_true(query_end(&q, &e));
    assert_int_equal(n_identity, 2 * 167); /* i % 3 == 0 of 0..499, twice */
    store_close(st);
}

/* ---- 5 ---- */

static void batch_5_1_two_processes_at_once(void **state)
{
    (void)state;
    store_close(store_data_make("n"));
    pid_t child[2];
    for (int k = 0; k < 2; k++) {
        child[k] = fork();
        assert_true(child[k] >= 0);
        if (child[k] == 0) {
            struct store *st = store_data_open("n", false);
            for (int i = 0; i < 5; i++) /* the same records: one of the two finds them there */
                (void)store_data_import(st, 1, i * 500, (i + 1) * 500, 0);
            store_close(st);
            _exit(0);
        }
    }
    for (int k = 0; k < 2; k++) {
        int status;
        assert_int_equal(waitpid(child[k], &status, 0), child[k]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    struct store *st = store_data_open("n", false);
    assert_int_equal(count(st), 2500);
    assert_int_equal(batches(st), 10);
    sound(st);
    store_close(st);
}

static void batch_5_2_busy_is_said(void **state)
{
    (void)state;
    int ready[2], done[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    store_close(store_data_make("o"));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char c;
        struct store *st = store_data_open("o", false);
        if (!store_begin(st, true, &e) || write(ready[1], "x", 1) != 1 || read(done[0], &c, 1) != 1)
            _exit(1);
        store_close(st);
        _exit(0);
    }
    char c;
    assert_int_equal(read(ready[0], &c, 1), 1);
    struct store *st = store_data_open("o", false);
    backend_busy_ms(store_backend(st), 50);
    assert_false(store_begin(st, true, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "store.busy");
    assert_true(strlen(e.remedy) > 0);
    assert_int_equal(write(done[1], "x", 1), 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(store_begin(st, true, &e));
    store_close(st);
}

static void batch_5_3_a_reader_sees_all_or_nothing(void **state) /* S72 */
{
    (void)state;
    store_close(store_data_make("p"));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *st = store_data_open("p", false);
        for (int i = 0; i < 6; i++) (void)store_data_import(st, 1, i * 3000, (i + 1) * 3000, 0);
        store_close(st);
        _exit(0);
    }
    struct store *st = store_data_open("p", true);
    int status = 0;
    int64_t last = 0, looks = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        int64_t n = count(st);
        assert_int_equal(n % 3000, 0);
        assert_true(n >= last);
        last = n;
        looks++;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(count(st), 18000);
    assert_true(looks > 10);
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_1_1_new_same_changed),
        cmocka_unit_test(batch_1_2_twice_in_one_batch),
        cmocka_unit_test(batch_1_3_without_reference_always_new),
        cmocka_unit_test(batch_1_4_a_dry_run_says_the_same_and_writes_nothing),
        cmocka_unit_test(batch_1_5_a_withdrawn_record_comes_back_as_new),
        cmocka_unit_test(batch_1_6_the_identity_part_counts_as_content),
        cmocka_unit_test(batch_1_7_many_blocks),
        cmocka_unit_test(batch_2_1_abandoned_or_rolled_back),
        cmocka_unit_test(batch_2_2_killed),
        cmocka_unit_test(batch_2_3_no_space_left),
        cmocka_unit_test(batch_3_1_what_cannot_begin),
        cmocka_unit_test(batch_3_2_too_long),
        cmocka_unit_test(batch_4_1_nothing_in_the_clear),
        cmocka_unit_test(batch_4_2_bodies_are_sealed),
        cmocka_unit_test(batch_5_1_two_processes_at_once),
        cmocka_unit_test(batch_5_2_busy_is_said),
        cmocka_unit_test(batch_5_3_a_reader_sees_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
