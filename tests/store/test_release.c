/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/release.c
 *  1 added, found, listed, its document the same bytes     2 from waiting to published to withdrawn
 *  3 from waiting to refused, and nowhere else    4 who has not seen the last change changes nothing
 *  5 the database refuses to change or delete what was prepared (past every guard of the program)
 *  6 nobody decides what they prepared: the database refuses it (S53)
 *  7 nothing of it in the clear (S12)     8 bytes that are not those kept are refused
 *  9 limits; only in a write transaction     10 counted by state and by whom */
#include "harness.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "store/keyring.h"
#include "store/raw.h"
#include "store/release.h"
#include "store/store_data.h"

#include <string.h>

#define DOCUMENT "{\"title\":\"Canary-Jahresbericht\"}"

static struct store *st;
static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = store_data_make("repository");
    assert_true(store_begin(st, true, NULL));
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_rollback(st);
    store_close(st);
    arena_free(arena);
    return 0;
}

static bool try_add(struct stored_release *r, struct text document, struct err *e)
{
    *r = (struct stored_release){.account_no = 3,
                                 .made_by = "ana",
                                 .made_at = 1000,
                                 .generation = 7,
                                 .n_table = 2,
                                 .threshold = 3,
                                 .words = TEXT("{\"title\":\"Canary-Words\"}")};
    return store_release_next(&r->release_no, st, e) && store_release_add(r, st, document, e);
}

static struct stored_release added(void)
{
    struct stored_release r;
    assert_true(try_add(&r, TEXT(DOCUMENT), NULL));
    return r;
}

static struct stored_release found(int64_t number)
{
    struct stored_release r;
    assert_true(store_release_find(&r, st, number, arena, NULL));
    return r;
}

static bool move(struct stored_release *r, const char *state, const char *by, struct err *e)
{
    r->state = state;
    if (strcmp(state, RELEASE_WITHDRAWN) == 0) r->withdrawn_by = by, r->withdrawn_at = 3000;
    else r->decided_by = by, r->decided_at = 2000;
    return store_release_change(st, r, e);
}

static void document_is(const struct stored_release *r, const char *text)
{
    struct buf b;
    buf_init_wiped(&b, RELEASE_DOCUMENT_MAX + 1024);
    assert_true(store_release_document(&b, st, r, NULL));
    assert_true(text_is(buf_text(&b), text));
    buf_release(&b);
}

static void added_and_found(void **state) /* 1 */
{
    (void)state;
    struct stored_release one = added(), two = added(), *list;
    uint8_t digest[RELEASE_DIGEST];
    size_t n;
    assert_true(one.release_no == 1 && two.release_no == 2);
    crypto_sha256(digest, DOCUMENT, strlen(DOCUMENT));
    struct stored_release r = found(1);
    assert_memory_equal(r.digest, digest, sizeof digest);
    assert_string_equal(r.state, RELEASE_WAITING);
    assert_string_equal(r.made_by, "ana");
    assert_true(r.account_no == 3 && r.made_at == 1000 && r.generation == 7 && r.n_table == 2);
    assert_true(r.threshold == 3 && r.replaces == 0 && r.replaced_by == 0 && r.version_no == 1);
    assert_null(r.decided_by);
    assert_true(text_is(r.words, "{\"title\":\"Canary-Words\"}"));
    document_is(&r, DOCUMENT);
    assert_true(store_release_list(&list, &n, st, arena, NULL));
    assert_int_equal(n, 2);
    assert_true(list[0].release_no == 2 && list[1].release_no == 1);
    struct err e = {0};
    assert_false(store_release_find(&r, st, 3, arena, &e));
    assert_string_equal(e.id, "release.unknown");
}

static void published_and_withdrawn(void **state) /* 2 */
{
    (void)state;
    struct stored_release r = added(), next;
    r.words = TEXT("{\"title\":\"other words\"}");
    assert_true(move(&r, RELEASE_PUBLISHED, "bia", NULL));
    assert_true(try_add(&next, TEXT("{}"), NULL));
    struct stored_release later = {.account_no = 3, .made_by = "ana", .words = TEXT("{}")};
    assert_true(store_release_next(&later.release_no, st, NULL));
    later.replaces = r.release_no;
    assert_true(store_release_add(&later, st, TEXT("{}"), NULL));
    assert_true(found(r.release_no).replaced_by == 0); /* only once it is published */
    assert_true(move(&later, RELEASE_PUBLISHED, "bia", NULL));
    assert_true(found(r.release_no).replaced_by == later.release_no);
    assert_true(found(later.release_no).replaces == r.release_no);
    assert_true(move(&r, RELEASE_WITHDRAWN, "ana", NULL));
    r = found(r.release_no);
    assert_string_equal(r.state, RELEASE_WITHDRAWN);
    assert_string_equal(r.decided_by, "bia");
    assert_string_equal(r.withdrawn_by, "ana");
    assert_true(r.decided_at == 2000 && r.withdrawn_at == 3000);
    assert_true(text_is(r.words, "{\"title\":\"other words\"}"));
    document_is(&r, DOCUMENT); /* the bytes stay */
}

static void conflict_of(struct stored_release r, const char *state)
{
    struct err e = {0};
    assert_false(move(&r, state, "bia", &e));
    assert_string_equal(e.id, "release.conflict");
}

static void refused_is_the_end(void **state) /* 3 */
{
    (void)state;
    struct stored_release r = added();
    conflict_of(r, RELEASE_WITHDRAWN);
    conflict_of(r, RELEASE_WAITING);
    assert_true(move(&r, RELEASE_REFUSED, "bia", NULL));
    conflict_of(r, RELEASE_PUBLISHED);
    conflict_of(r, RELEASE_WITHDRAWN);
    conflict_of(r, RELEASE_WAITING);
}

static void two_at_once(void **state) /* 4 */
{
    (void)state;
    struct stored_release r = added(), seen = r;
    assert_true(move(&r, RELEASE_PUBLISHED, "bia", NULL));
    conflict_of(seen, RELEASE_REFUSED);
    conflict_of(seen, RELEASE_WITHDRAWN);
}

static void cannot_be_changed(void **state) /* 5 */
{
    (void)state;
    static const char *const tries[] = {
        "DELETE FROM release_set",
        "UPDATE release_set SET document = zeroblob(8)",
        "UPDATE release_set SET digest = zeroblob(32)",
        "UPDATE release_set SET made_by = 'eva'",
        "UPDATE release_set SET threshold = 1",
        "UPDATE release_set SET state = 'withdrawn', decided_by = 'bia'",
        "UPDATE release_set SET release_no = 9",
    };
    added();
    assert_true(store_commit(st, NULL));
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) assert_false(raw_try(raw, tries[i]));
    raw_close(raw);
    assert_true(store_begin(st, true, NULL));
    struct stored_release r = found(1);
    document_is(&r, DOCUMENT);
}

static void never_one_alone(void **state) /* 6 */
{
    (void)state;
    struct stored_release r = added();
    struct err e = {0};
    assert_false(move(&r, RELEASE_PUBLISHED, "ana", &e));
    assert_int_equal(e.code, ERR_STORE);
    r = found(1);
    assert_string_equal(r.state, RELEASE_WAITING);
}

static void sealed(void **state) /* 7 */
{
    (void)state;
    added();
    assert_true(store_commit(st, NULL));
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_true(raw_number(raw, "SELECT count(*) FROM release_set") == 1);
    assert_true(raw_number(raw, "SELECT count(*) FROM release_set WHERE instr(words, 'Canary') > 0 OR "
                                "instr(document, 'Canary') > 0") == 0);
    raw_close(raw);
    assert_true(store_begin(st, true, NULL));
}

static void other_bytes(void **state) /* 8 */
{
    (void)state;
    struct stored_release r = added();
    struct buf b;
    struct err e = {0};
    r = found(r.release_no);
    r.digest[0] ^= 1;
    buf_init_wiped(&b, RELEASE_DOCUMENT_MAX + 1024);
    assert_false(store_release_document(&b, st, &r, &e));
    assert_string_equal(e.id, "release.damaged");
    buf_release(&b);
}

static void limits(void **state) /* 9 */
{
    (void)state;
    struct stored_release r;
    struct err e = {0};
    struct buf b;
    buf_init(&b, RELEASE_DOCUMENT_MAX + 1);
    for (size_t i = 0; i <= RELEASE_DOCUMENT_MAX; i++) buf_putc(&b, ' ');
    assert_false(try_add(&r, buf_text(&b), &e));
    assert_string_equal(e.id, "release.too_long");
    struct text fits = {b.p, RELEASE_DOCUMENT_MAX};
    assert_true(try_add(&r, fits, NULL));
    buf_release(&b);
    store_rollback(st);
    e = (struct err){0};
    assert_false(try_add(&r, TEXT("{}"), &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_true(store_begin(st, true, NULL));
}

static int64_t count(const char *state, const char *by, const char *but_by)
{
    int64_t n;
    assert_true(store_release_count(&n, st, state, by, but_by, NULL));
    return n;
}

static void counted(void **state) /* 10 */
{
    (void)state;
    struct stored_release r = added();
    added();
    assert_true(move(&r, RELEASE_PUBLISHED, "bia", NULL));
    assert_true(count(RELEASE_WAITING, NULL, NULL) == 1 && count(RELEASE_PUBLISHED, "", "") == 1);
    assert_true(count(RELEASE_WAITING, "ana", NULL) == 1 && count(RELEASE_WAITING, "bia", NULL) == 0);
    assert_true(count(RELEASE_WAITING, NULL, "ana") == 0 && count(RELEASE_WAITING, NULL, "bia") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(added_and_found, begin, end),
        cmocka_unit_test_setup_teardown(published_and_withdrawn, begin, end),
        cmocka_unit_test_setup_teardown(refused_is_the_end, begin, end),
        cmocka_unit_test_setup_teardown(two_at_once, begin, end),
        cmocka_unit_test_setup_teardown(cannot_be_changed, begin, end),
        cmocka_unit_test_setup_teardown(never_one_alone, begin, end),
        cmocka_unit_test_setup_teardown(sealed, begin, end),
        cmocka_unit_test_setup_teardown(other_bytes, begin, end),
        cmocka_unit_test_setup_teardown(limits, begin, end),
        cmocka_unit_test_setup_teardown(counted, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
