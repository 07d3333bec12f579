/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/batch.c (and of its second half, batch_insert.c)
 *  1 what becomes of a record: new, changed, same, twice
 *  2 whole or not at all (S72)
 *  3 what cannot be put
 *  4 nothing of a record lies in the clear (S12, S15)
 *  5 two processes, a reader meanwhile */
#include "harness.h"

#include "store/store.h"
#include "store_data.h"

static struct err e;

static int64_t count(struct store *st)
{
    int64_t n;
    if (!store_record_count(&n, st, FORM_NONE, &e)) fail_msg("%s", e.msg);
    return n;
}

static void expect(const struct batch_result *r, int64_t fresh, int64_t changed, int64_t same, int64_t twice)
{
    assert_int_equal(r->n[PUT_NEW], fresh);
    assert_int_equal(r->n[PUT_CHANGED], changed);
    assert_int_equal(r->n[PUT_SAME], same);
    assert_int_equal(r->n[PUT_DUPLICATE], twice);
}

static void batch_1_1_new_same_changed(void **state)
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
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_1_1_new_same_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
