/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/route.c, over the program's own table
 *  1 every row is found at its own address, with its fields filled
 *  2 another method is not the row, and is known to be there
 *  3 a literal segment goes before a field
 *  4 addresses that are none: longer, shorter, empty, odd
 *  5 any bytes as an address: fields lie within it, and are no more than there is room for
 */
#include "harness.h"

#include "base/random.h"
#include "web/route.h"

/* The pattern with each field as "x1", "x2" ... */
static struct text address_of(const char *pattern)
{
    static char out[300];
    size_t n = 0;
    int field = 0;
    for (const char *p = pattern; *p != '\0' && n < sizeof out - 8; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        n += (size_t)snprintf(out + n, 8, "x%d", ++field);
        p = strchr(p, '}');
    }
    return (struct text){out, n};
}

static void own_address_1(void **state)
{
    (void)state;
    const struct route *r;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        struct route_match m;
        struct text address = address_of(r->path);
        route_find(&m, r->method, address);
        if (m.route != r) /* two rows of one address would be one too many */
            fail_msg("%s %s leads to %s", method_name(r->method), r->path,
                     m.route == NULL ? "nothing" : m.route->path);
        size_t fields = 0;
        for (const char *p = r->path; *p != '\0'; p++) fields += *p == '{';
        assert_int_equal(m.n_variable, fields);
        for (size_t k = 0; k < fields; k++) {
            char want[24];
            (void)snprintf(want, sizeof want, "x%zu", k + 1);
            if (!text_is(m.variable[k].value, want)) fail_msg("%s: field %zu", r->path, k);
            assert_true(m.variable[k].name_n > 0);
            assert_null(memchr(m.variable[k].name, '}', m.variable[k].name_n));
        }
    }
    assert_true(route_at(100000) == NULL);
}

static void other_method_2(void **state)
{
    (void)state;
    struct route_match m;
    const struct route *r;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++)
        for (int k = 0; k < 5; k++) {
            static const enum method all[] = {METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH,
                                              METHOD_DELETE};
            route_find(&m, all[k], address_of(r->path));
            if (m.route != NULL) assert_int_equal(m.route->method, all[k]);
            else assert_true(m.other_method);
        }
    route_find(&m, METHOD_GET, TEXT("/no/such/address/at/all"));
    assert_null(m.route);
    assert_false(m.other_method);
}

static void literal_first_3(void **state)
{
    (void)state;
    struct route_match m;
    route_find(&m, METHOD_POST, TEXT("/sign-in/code"));
    assert_string_equal(m.route->path, "/sign-in/code");
    route_find(&m, METHOD_GET, TEXT("/"));
    assert_string_equal(m.route->path, "/");
    route_find(&m, METHOD_GET, TEXT("/help/index"));
    assert_string_equal(m.route->path, "/help/{page}");
    assert_true(text_is(m.variable[0].value, "index"));
}

static void none_4(void **state)
{
    (void)state;
    static const char *const none[] = {"",          "/sign-i",
                                       "/sign-inn", "/sign-in/code/again",
                                       "/SIGN-IN",  "/help/a/b/c",
                                       "/{page}",   "/sign-in?x",
                                       "/."};
    struct route_match m;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        route_find(&m, METHOD_GET, text_of(none[i]));
        if (m.route != NULL && none[i][0] != '\0') fail_msg("%s is %s", none[i], m.route->path);
    }
}

static void any_bytes_5(void **state)
{
    (void)state;
    static const char letters[] = "/{}.%ax-records";
    struct random r;
    random_init(&r, 7);
    for (int i = 0; i < 100000; i++) {
        char path[24];
        struct route_match m;
        size_t n = random_below(&r, sizeof path);
        for (size_t k = 0; k < n; k++) path[k] = letters[random_below(&r, sizeof letters - 1)];
        route_find(&m, i % 2 == 0 ? METHOD_GET : METHOD_POST, (struct text){path, n});
        assert_true(m.n_variable <= ROUTE_VARIABLES_MAX);
        for (size_t k = 0; m.route != NULL && k < m.n_variable; k++) {
            struct text v = m.variable[k].value;
            assert_true(v.n > 0 && v.p >= path && v.p + v.n <= path + n);
            assert_null(memchr(v.p, '/', v.n));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_address_1),   cmocka_unit_test(other_method_2),
        cmocka_unit_test(literal_first_3), cmocka_unit_test(none_4),
        cmocka_unit_test(any_bytes_5),
    };
    return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
