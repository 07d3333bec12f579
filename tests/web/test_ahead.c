/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/ahead.c
 *  1 what a page asks for goes with the question who asks: the operation last, each once; nothing
 *  for a
 *    POST, a route whose `before` looks at who asks, or parameters that do not fit
 *  2 an answer is given for the same operation and parameters, once; an error is given as one
 *  3 answers in another language than the page's are dropped
 *  4 pages through it: what they show, one entry for each reading (S20), a refusal once, nobody
 *  nothing
 */
#include "harness.h"

#include "visitor.h"

#include "web/ahead.h"

static struct service *desk;
static struct person manager = {.account = "manager", .role = "data-manager"},
                     admin = {.account = "admin", .role = "administrator"},
                     member = {.account = "member", .role = "contributor", .organisation = "GNR"};
static struct arena *arena;
static struct exchange x;
static struct request r;
static struct site site = {.n_language = 2,
                           .language = {{"en", "English", NULL}, {"pt", "P", NULL}}};

static int begin_all(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    person_make(&manager, desk);
    person_make(&admin, desk);
    person_make(&member, desk);
    desk_victims("v.csv", "R", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    visitor_begin(&desk);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    visitor_end();
    service_close(desk);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_PLAIN);
    r = (struct request){.method = METHOD_GET, .arena = arena};
    x = (struct exchange){.site = &site, .request = &r, .arena = arena, .language = "en"};
    x.in = json_object();
    x.errors = json_array();
    return 0;
}

static int end(void **state)
{
    (void)state;
    ahead_forget(&x);
    json_free(x.in);
    json_free(x.errors);
    json_free(x.info);
    arena_free(arena);
    return 0;
}

static void query(const char *text)
{
    struct err e = {0};
    if (!request_parse_urlencoded(&r.query, &r.n_query, text_of(text), arena, &e))
        fail_msg("%s", e.msg);
}

static size_t prepared(const struct route *route)
{
    x.route = route;
    x.ahead.prepared = false;
    ahead_prepare(&x);
    return x.ahead.n;
}

static bool nothing(struct exchange *one)
{
    (void)one;
    return true;
}

static void prepared_1_1(void **state)
{
    (void)state;
    struct route list = {.method = METHOD_GET,
                         .path = "/records",
                         .operation = "record.list",
                         .extra = {{"organisation.list", "senders"}},
                         .later = {{"repository.info", "brief"}}};
    query("state=imported&limit=3&unknown=1");
    assert_int_equal(prepared(&list), 3);
    assert_true(x.ahead.prepared);
    assert_string_equal(x.ahead.asked[0].operation, "organisation.list");
    assert_true(json_get_bool(x.ahead.asked[1].in, "brief", false));
    assert_string_equal(x.ahead.asked[2].operation, "record.list");
    assert_int_equal(json_get_int(x.ahead.asked[2].in, "limit", 0), 3);
    assert_int_equal(json_size(x.in), 2);
}

static void prepared_1_2_nothing(void **state)
{
    (void)state;
    struct route list = {.method = METHOD_GET, .operation = "record.list", .before = nothing};
    struct route words = {.method = METHOD_GET}, writes = list, post = list;
    writes.before = post.before = NULL;
    writes.operation = "session.close";
    post.method = METHOD_POST;
    assert_int_equal(prepared(NULL), 0);
    assert_int_equal(prepared(&words), 0);
    assert_int_equal(prepared(&post), 0);
    assert_int_equal(prepared(&list), 0); /* its `before` may look at who asks */
    assert_false(x.ahead.prepared);
    assert_int_equal(prepared(&writes), 0); /* asked for in its place */
    query("limit=many");
    list.before = NULL;
    assert_int_equal(prepared(&list), 0);
    assert_false(x.ahead.prepared);
    assert_int_equal(json_size(x.errors), 0); /* said where it is asked for */
    assert_int_equal(json_size(x.in), 0);
    query("limit=1");
    list.before = nothing;
    list.flags = ROUTE_AHEAD;
    assert_int_equal(prepared(&list), 1);
}

static void answers_2(void **state)
{
    (void)state;
    struct route list = {.method = METHOD_GET,
                         .operation = "record.list",
                         .extra = {{"organisation.list", "a"}, {"account.list", "b"}}};
    struct json *none = json_object(), *other = json_object(), *out = NULL;
    struct err e = {0};
    bool ok = false;
    json_set_int(other, "limit", 7);
    assert_int_equal(prepared(&list), 3);
    x.ahead.asked[0].out = json_int(7);
    (void)err_set(&x.ahead.asked[1].err, ERR_DENIED, "call.not_allowed", "no");
    x.ahead.asked[2].out = json_int(9);
    assert_false(ahead_came(&ok, &out, &x, "record.list", other, &e));
    assert_false(ahead_came(&ok, &out, &x, "table.count", none, &e));
    assert_true(ahead_came(&ok, &out, &x, "record.list", none, &e));
    assert_true(ok);
    assert_int_equal(json_as_int(out, 0), 9);
    json_free(out);
    assert_false(ahead_came(&ok, &out, &x, "record.list", none, &e)); /* asked for again: anew */
    assert_true(ahead_came(&ok, &out, &x, "account.list", none, &e));
    assert_false(ok);
    assert_null(out);
    assert_string_equal(e.id, "call.not_allowed");
    json_free(none);
    json_free(other);
}

static void languages_3(void **state)
{
    (void)state;
    struct route list = {.method = METHOD_GET, .operation = "record.list"};
    x.info = json_object();
    json_set_text(x.info, "language", "en");
    assert_int_equal(prepared(&list), 1);
    ahead_language(&x);
    assert_int_equal(x.ahead.n, 1);
    json_set_text(x.info, "language",
                  "uk"); /* the site has it not, so its pages are in another one */
    ahead_language(&x);
    assert_int_equal(x.ahead.n, 0);
}

static void pages_4(void **state) /* S20, S51 */
{
    (void)state;
    person_sign_in(&manager, desk);
    int64_t reads = desk_entries(desk, "record.read"), all = desk_entries(desk, "");
    assert_int_equal(visitor_get(manager.session, "/records"), 200);
    assert_int_equal(desk_entries(desk, "record.read") - reads, 1);
    assert_int_equal(desk_entries(desk, "") - all, 1);
    /* organisations to choose from, and titles of forms */
    assert_non_null(strstr(visitor_page(), "<option value=\"GNR\">"));
    assert_non_null(strstr(visitor_page(), "<option value=\"victim\">"));
    assert_non_null(strstr(visitor_page(), "href=\"/records/"));
    all = desk_entries(desk, "");
    assert_int_equal(visitor_get(manager.session, "/records?year=many"), 400);
    assert_int_equal(desk_entries(desk, ""), all); /* nothing was read */
    int64_t denied = desk_entries(desk, "deny");
    assert_int_equal(visitor_get(manager.session, "/accounts"), 403);
    assert_int_equal(desk_entries(desk, "deny"), denied + 1); /* once */
    all = desk_entries(desk, "");
    assert_int_equal(visitor_get(NULL, "/records"), 303);
    assert_int_equal(visitor_get("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                 "/records"),
                     303);
    assert_int_equal(desk_entries(desk, ""), all);
    person_sign_in(&member, desk);
    assert_int_equal(visitor_get(member.session, "/records"), 200);
    assert_null(
        strstr(visitor_page(), "<option value=\"GNR\">")); /* its own alone are to be seen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(prepared_1_1, begin, end),
        cmocka_unit_test_setup_teardown(prepared_1_2_nothing, begin, end),
        cmocka_unit_test_setup_teardown(answers_2, begin, end),
        cmocka_unit_test_setup_teardown(languages_3, begin, end),
        cmocka_unit_test(pages_4),
    };
    return cmocka_run_group_tests_name("web/ahead", tests, begin_all, end_all);
}
