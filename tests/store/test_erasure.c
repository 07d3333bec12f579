/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/erasure.c (S16)
 *  1 what is gone and what stays   2 what is refused   3 batches with an erased record: digest,
 *  undo, the file again
 *  4 no byte is left in any file, also between rows, in the journal, after a kill   5 a reader that
 *  hinders it */
#include "harness.h"

#include "base/file.h"
#include "pages.h"
#include "raw.h"
#include "store/audit.h"
#include "store/backend.h"
#include "store/identity.h"
#include "store/store.h"
#include "store_data.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

static bool erase(struct store *st, const char *code)
{
    if (!store_begin(st, true, &e)) fail_msg("%s", e.msg);
    if (store_record_erase(st, SCOPE_EVERYTHING, text_of(code), "local:dm", "retention ended",
                           &e)) {
        if (!store_commit(st, &e)) fail_msg("%s", e.msg);
        return true;
    }
    store_rollback(st);
    return false;
}

static void purge(struct store *st)
{
    bool done = false;
    if (!store_purge(&done, st, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(done);
}

/* Code of a record by its number. */
static const char *code_of(struct store *st, uint64_t record_no)
{
    static char code[RECORD_CODE + 1];
    struct arena *a = arena_new(ARENA_PLAIN);
    struct record_meta *m;
    size_t n;
    assert_true(
        store_record_list(&m, &n, st, FORM_NONE, SCOPE_EVERYTHING, record_no - 1, 1, a, &e));
    assert_int_equal(n, 1);
    assert_int_equal(m->record_no, record_no);
    memcpy(code, m->code, sizeof code);
    arena_free(a);
    return code;
}

static int64_t count(struct store *st)
{
    int64_t n;
    if (!store_record_count(&n, st, FORM_NONE, &e)) fail_msg("%s", e.msg);
    return n;
}

/* Pages, structure, references, and the counts kept beside what they count. */
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

/* ---- 1 ---- */

static void erasure_1_what_is_gone_and_what_stays(void **state) /* S16 */
{
    (void)state;
    struct store *st = store_data_make("a");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct record r;
    struct record_meta m, *list;
    size_t n;
    char code[RECORD_CODE + 1];
    store_data_import(st, 1, 0, 10, 0);
    store_data_import(st, 1, 0, 10,
                      1); /* second versions; record 4 is number 3, which has an identity */
    memcpy(code, code_of(st, 4), sizeof code);
    assert_true(store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code), 0, a, &e));
    assert_true(m.has_identity);

    assert_true(erase(st, code));
    purge(st);
    assert_int_equal(count(st), 9);
    for (uint32_t version = 0; version <= 2; version++) {
        assert_false(
            store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code), version, a, &e));
        assert_string_equal(e.id, "record.erased");
        assert_int_equal(e.code, ERR_NOT_FOUND);
    }
    assert_true(store_record_history(&list, &n, st, SCOPE_EVERYTHING, text_of(code), a, &e));
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(list[i].state, "erased");
        assert_string_equal(list[i].author, "local:test");
        assert_false(list[i].has_identity);
    }
    assert_true(store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 100, a, &e));
    assert_int_equal(n, 9);
    for (size_t i = 0; i < n; i++) assert_string_not_equal(list[i].code, code);
    sound(st);
    store_close(st);

    st = store_data_open("a", false); /* and the neighbours open as before */
    assert_true(store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code_of(st, 3)), 0, a, &e));
    assert_true(store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code_of(st, 5)), 1, a, &e));
    assert_int_equal(count(st), 9);
    store_close(st);
    arena_free(a);
}

/* ---- 2 ---- */

static void erasure_2_what_is_refused(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    char code[RECORD_CODE + 1];
    store_data_import(st, 1, 0, 3, 0);
    memcpy(code, code_of(st, 2), sizeof code);
    assert_false(store_record_erase(st, SCOPE_EVERYTHING, text_of(code), "local:dm", "x",
                                    &e)); /* outside of a transaction */
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(erase(st, "000000000000"));
    assert_string_equal(e.id, "record.unknown");
    assert_false(erase(st, "no code"));
    assert_string_equal(e.id, "record.unknown");

    assert_true(store_begin(st, true, &e)); /* rolled back: nothing happened */
    assert_true(store_record_erase(st, SCOPE_EVERYTHING, text_of(code), "local:dm", "x", &e));
    store_rollback(st);
    assert_int_equal(count(st), 3);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct record r;
    struct record_meta m;
    assert_true(store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code), 0, a, &e));
    arena_free(a);

    assert_true(erase(st, code));
    assert_false(erase(st, code));
    assert_string_equal(e.id, "record.erased");
    assert_int_equal(count(st), 2);
    sound(st);
    store_close(st);
}

/* ---- 3 ---- */

static void erasure_3_1_the_digest_of_a_batch_stays(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    struct batch_result first = store_data_import(st, 1, 0, 20, 0),
                        second = store_data_import(st, 1, 5, 8, 1);
    uint8_t digest[32];
    assert_true(erase(st, code_of(st, 7)));
    assert_true(store_batch_digest(digest, st, first.batch_no, &e));
    assert_memory_equal(digest, first.digest, 32);
    assert_true(store_batch_digest(digest, st, second.batch_no, &e));
    assert_memory_equal(digest, second.digest, 32);
    store_close(st);
}

static void erasure_3_2_such_a_batch_can_be_undone(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    int64_t withdrawn, reverted;
    struct batch_result first = store_data_import(st, 1, 0, 20, 0),
                        second = store_data_import(st, 1, 0, 5, 1);
    assert_true(erase(st, code_of(st, 3)));  /* changed by the second */
    assert_true(erase(st, code_of(st, 10))); /* not changed by it */
    assert_true(store_begin(st, true, &e));
    assert_true(store_batch_undo(&withdrawn, &reverted, st, second.batch_no, "local:dm", "x", &e));
    assert_true(store_commit(st, &e));
    assert_int_equal(withdrawn, 0);
    assert_int_equal(reverted, 4);
    assert_true(store_begin(st, true, &e));
    assert_true(store_batch_undo(&withdrawn, &reverted, st, first.batch_no, "local:dm", "x", &e));
    assert_true(store_commit(st, &e));
    assert_int_equal(withdrawn, 18);
    assert_int_equal(reverted, 0);
    assert_int_equal(count(st), 0);
    sound(st);

    /* A withdrawn one is erased too; no count moves. */
    struct query q;
    char code[RECORD_CODE + 1];
    uint64_t number = 0;
    assert_true(query_begin(&q, store_backend(st), SQL_CHECK_RECORDS));
    query_bind_int(&q, "first", 1);
    query_bind_int(&q, "last", 1);
    assert_true(query_next(&q));
    number = (uint64_t)query_int(&q, 1);
    assert_true(query_end(&q, &e));
    static const char letter[] =
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base 32, five bits each */
    for (int i = 0; i < RECORD_CODE; i++)
        code[i] = letter[number >> (5 * (RECORD_CODE - 1 - i)) & 31];
    code[RECORD_CODE] = '\0';
    assert_true(erase(st, code));
    assert_int_equal(count(st), 0);
    sound(st);
    store_close(st);
}

static void erasure_3_3_its_reference_is_free(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    store_data_import(st, 1, 0, 20, 0);
    assert_true(erase(st, code_of(st, 4)));
    struct batch_result again = store_data_import(st, 1, 0, 20, 0);
    assert_int_equal(again.n[PUT_NEW], 1); /* a new record, with a code and keys of its own */
    assert_int_equal(again.n[PUT_SAME], 19);
    sound(st);
    store_close(st);
}

/* ---- 4 ---- */

enum { SUBJECTS = 40, PARTS = 10, PART_BYTES = 64 };

struct remains { /* bytes that must be nowhere */
    char code[RECORD_CODE + 1];
    char part[PARTS][PART_BYTES];
    size_t part_n[PARTS], n;
};

static void keep(struct remains *m, struct text t, size_t from)
{
    if (t.n < from + 16) return;
    assert_true(m->n < PARTS);
    m->part_n[m->n] = t.n - from < PART_BYTES ? t.n - from : PART_BYTES;
    memcpy(m->part[m->n], t.p + from, m->part_n[m->n]);
    m->n++;
}

/* Wrapped keys and ciphertext of versions 1 and 2, behind their first three bytes, which all have
 * in common; hashes of reference and person. */
static void remember(struct remains *m, struct store *st, uint64_t record_no)
{
    struct query q;
    char hash[PART_BYTES];
    *m = (struct remains){.n = 0};
    memcpy(m->code, code_of(st, record_no), sizeof m->code);
    for (int64_t version = 1; version <= 2; version++) {
        const enum sql_id of[] = {SQL_RECORD_BODY, SQL_IDENTITY_GET};
        for (size_t i = 0; i < 2; i++) {
            assert_true(query_begin(&q, store_backend(st), of[i]));
            query_bind_int(&q, "record_no", (int64_t)record_no);
            query_bind_int(&q, "version_no", version);
            if (query_next(&q)) {
                if (i == 1 || version == 1) keep(m, query_blob(&q, 0), 3);
                keep(m, query_blob(&q, 1), 3);
            }
            assert_true(query_end(&q, &e));
        }
    }
    struct raw *raw = raw_open("a/database", keyring_key(store_keyring(st), KEY_DATABASE));
    size_t n =
        raw_bytes(raw, hash, sizeof hash,
                  "SELECT reference FROM record_reference WHERE record_no = %d", (int)record_no);
    assert_int_equal(n, 16);
    keep(m, (struct text){hash, n}, 0);
    n = raw_bytes(raw, hash, sizeof hash,
                  "SELECT person_key FROM record_version WHERE version_id = %d * 65536 + 2",
                  (int)record_no);
    keep(m, (struct text){hash, n}, 0);
    raw_close(raw);
    assert_true(m->n >= 3);
}

/* How many of these bytes are still in the database or its journal. */
static size_t found(const struct remains *m, size_t n, const struct secret *key)
{
    size_t n_pages, n_found = 0;
    char *pages = pages_read("a/database", key, &n_pages);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m[i].n; k++)
            n_found += pages_hold(pages, n_pages, m[i].part[k], m[i].part_n[k]);
    free(pages);
    return n_found;
}

static size_t parts(const struct remains *m, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += m[i].n;
    return sum;
}

/* Cells move between pages when rows are added in the middle, and when they grow: both indexes are
 * torn about by six imports, every record gets a second version. SQLite left copies behind then;
 * see cmake/sqlcipher.cmake. */
static void erasure_4_1_no_byte_is_left(void **state) /* S16 */
{
    (void)state;
    struct store *st = store_data_make("a");
    static struct remains m[SUBJECTS];
    struct secret *key =
        secret_copy(secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    for (int i = 0; i < 3000; i += 500) store_data_import(st, 1, i, i + 500, 0);
    store_data_import(st, 1, 0, 3000, 1);
    for (size_t i = 0; i < SUBJECTS; i++) remember(&m[i], st, 1 + i * 73);
    assert_int_equal(found(m, SUBJECTS, key), parts(m, SUBJECTS)); /* the looking works */
    for (size_t i = 0; i < SUBJECTS; i++) assert_true(erase(st, m[i].code));
    purge(st);
    uint64_t journal = 1;
    assert_true(file_size("a/database-wal", &journal, &e));
    assert_int_equal(journal, 0);
    assert_int_equal(found(m, SUBJECTS, key), 0);
    assert_int_equal(count(st), 3000 - SUBJECTS);
    sound(st);
    store_close(st);
    assert_int_equal(found(m, SUBJECTS, key), 0);

    size_t n_pages, n_tree;
    char *pages = pages_read("a/database", key, &n_pages);
    assert_int_equal(pages_with_remains(pages, n_pages, &n_tree), 0);
    assert_true(n_tree > 50); /* of the five hundred or so of this database */
    free(pages);
    secret_free(key);
}

static void erasure_4_2_killed_before_the_journal_is_emptied(void **state) /* S16, S84 */
{
    (void)state;
    struct store *st = store_data_make("a");
    struct remains m[1];
    struct secret *key =
        secret_copy(secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    store_data_import(st, 1, 0, 100, 0);
    store_data_import(st, 1, 0, 100, 1);
    remember(m, st, 50);
    store_close(st);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        st = store_data_open("a", false);
        if (erase(st, m[0].code)) raise(SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    st = store_data_open("a", false); /* whoever opens and closes it next */
    assert_int_equal(count(st), 99);
    store_close(st);
    assert_int_equal(found(m, 1, key), 0);
    secret_free(key);
}

/* ---- 5 ---- */

static void erasure_5_a_reader_hinders_it(void **state)
{
    (void)state;
    struct store *st = store_data_make("a"), *reader;
    struct remains m[1];
    bool done = true;
    struct secret *key =
        secret_copy(secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    store_data_import(st, 1, 0, 100, 0);
    reader = store_data_open("a", true);
    assert_true(store_begin(reader, false, &e)); /* sees the records as they were, in the journal */
    remember(m, st, 50);
    assert_true(erase(st, m[0].code));
    backend_busy_ms(store_backend(st), 50);
    assert_true(store_purge(&done, st, &e));
    assert_false(done);
    assert_int_equal(count(reader), 100);
    assert_true(found(m, 1, key) > 0);
    store_rollback(reader);
    store_close(reader);
    purge(st);
    assert_int_equal(found(m, 1, key), 0);
    store_close(st);
    secret_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(erasure_1_what_is_gone_and_what_stays),
        cmocka_unit_test(erasure_2_what_is_refused),
        cmocka_unit_test(erasure_3_1_the_digest_of_a_batch_stays),
        cmocka_unit_test(erasure_3_2_such_a_batch_can_be_undone),
        cmocka_unit_test(erasure_3_3_its_reference_is_free),
        cmocka_unit_test(erasure_4_1_no_byte_is_left),
        cmocka_unit_test(erasure_4_2_killed_before_the_journal_is_emptied),
        cmocka_unit_test(erasure_5_a_reader_hinders_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
