/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/ask.c
 *  1 fields of a form, a query and a path become parameters of their types, and nothing else does
 *    (S52: no mass assignment)
 *  2 what does not fit is said beside its field; what is missing as well
 *  3 an object of fields: several of one name are a list; ten thousand of one name take no minute
 *  4 the token of a session: of that session alone, and another text each time (S49)
 *  5 whose page a request comes from: origin rules (S49)
 *  6 what was typed is kept for the page; passwords, codes and the token are not (S15)
 *  7 languages: of the request, else of the form's switch, else the browser's
 */
#include "harness.h"

#include "web/ask.h"

static struct arena *arena;
static struct exchange x;
static struct request r;
static struct site site = {
    .n_language = 3, .language = {{"en", "English", NULL}, {"pt", "P", NULL}, {"cs", "C", NULL}}};

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_PLAIN);
    r = (struct request){.method = METHOD_POST, .arena = arena, .secure = true};
    x = (struct exchange){.site = &site, .request = &r, .arena = arena};
    x.in = json_object();
    x.form = json_object();
    x.errors = json_array();
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_free(x.in);
    json_free(x.form);
    json_free(x.errors);
    arena_free(arena);
    return 0;
}

static void form(const char *text)
{
    struct err e = {0};
    if (!request_parse_urlencoded(&r.form, &r.n_form, text_of(text), arena, &e))
        fail_msg("%s", e.msg);
}

static const char *document(const struct json *j)
{
    struct buf b;
    buf_init(&b, 100000);
    json_write(&b, j, false);
    const char *out = arena_copy(arena, b.p, b.n);
    buf_release(&b);
    return out;
}

/* ---- 1 and 2 ---- */

static void parameters_1(void **state)
{
    (void)state;
    form("account=anna&password=+as+typed+&role=custodian&local=true&actor=local%3Ax&csrf=1");
    assert_true(ask_parameters(&x, "session.open"));
    assert_string_equal(document(x.in), "{\"account\":\"anna\",\"password\":\" as typed \"}");
}

static void whole_numbers_2(void **state)
{
    (void)state;
    form("limit=ten");
    const struct operation *op = operation_find("record.list");
    bool has_limit = false;
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (strcmp(p->name, "limit") == 0 && p->type == PARAM_INT) has_limit = true;
    if (!has_limit) skip();
    assert_false(ask_parameters(&x, "record.list"));
    bool said = false;
    for (size_t i = 0; i < json_size(x.errors); i++)
        if (strcmp(json_get_text(json_at(x.errors, i), "field", ""), "limit") == 0) said = true;
    assert_true(said);
    assert_false(json_has(x.in, "limit"));
}

static void missing_2_2(void **state)
{
    (void)state;
    form("account=anna");
    assert_false(ask_parameters(&x, "session.open"));
    assert_int_equal(json_size(x.errors), 1);
    assert_string_equal(json_get_text(json_at(x.errors, 0), "field", ""), "password");
}

static void path_before_form_1_2(void **state)
{
    (void)state;
    form("account=other&code=1");
    x.match.variable[0].name = "account";
    x.match.variable[0].name_n = 7;
    x.match.variable[0].value = TEXT("own");
    x.match.n_variable = 1;
    assert_true(text_is(ask_field(&x, "account"), "own"));
    assert_true(text_is(ask_field(&x, "code"), "1"));
    assert_null(ask_field(&x, "accoun").p);
    r.method = METHOD_GET; /* a form is nothing to a GET */
    assert_null(ask_field(&x, "code").p);
}

/* ---- 3 ---- */

static const char *with_fields(const char **name)
{
    static const char *const some[] = {"entry.save", "entry.submit", "entry.check"};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const struct operation *op = operation_find(some[i]);
        for (const struct parameter_spec *p = op == NULL ? NULL : op->parameter;
             p != NULL && p->name != NULL; p++)
            if (p->type == PARAM_FIELDS) {
                *name = p->name;
                return some[i];
            }
    }
    fail_msg("no operation takes fields");
    return NULL;
}

static void fields_3(void **state)
{
    (void)state;
    const char *name, *operation = with_fields(&name);
    form("q.a=1&q.b=2&q.b=3&q.c=&q.b=4&csrf=secret");
    (void)ask_parameters(&x, operation);
    assert_string_equal(document(json_get(x.in, name)),
                        "{\"q.a\":\"1\",\"q.b\":[\"2\",\"3\",\"4\"],\"q.c\":\"\"}");
}

static void many_fields_3_2(void **state)
{
    (void)state;
    const char *name, *operation = with_fields(&name);
    char *text = arena_take(arena, (size_t)REQUEST_FIELDS_MAX * 4 + 1, 1);
    for (size_t i = 0; i < REQUEST_FIELDS_MAX; i++) memcpy(text + 4 * i, "q=1&", 4);
    text[(size_t)REQUEST_FIELDS_MAX * 4 - 1] = '\0';
    form(text);
    double from = harness_seconds();
    (void)ask_parameters(&x, operation);
    assert_int_equal(json_size(json_get(json_get(x.in, name), "q")), REQUEST_FIELDS_MAX);
    assert_true(harness_seconds() - from <
                (harness_sanitized() ? 5 : 1)); /* each was once copied per other */
}

/* ---- 4 ---- */

static void token_4(void **state) /* S49 */
{
    (void)state;
    char one[CSRF_SIZE], again[CSRF_SIZE], other[CSRF_SIZE], none[CSRF_SIZE];
    ask_csrf(one, "session-a");
    ask_csrf(again, "session-a");
    ask_csrf(other, "session-b");
    ask_csrf(none, "");
    assert_string_equal(none, "");
    assert_string_not_equal(one, again); /* compression learns nothing */
    assert_true(ask_csrf_fits(text_of(one), "session-a"));
    assert_true(ask_csrf_fits(text_of(again), "session-a"));
    assert_false(ask_csrf_fits(text_of(other), "session-a"));
    assert_false(ask_csrf_fits(TEXT(""), "session-a"));
    assert_false(ask_csrf_fits((struct text){NULL, 0}, "session-a"));
    for (size_t i = 0; one[i] != '\0'; i++) {
        char was = one[i];
        one[i] = was == '0' ? '1' : '0';
        if (ask_csrf_fits(text_of(one), "session-a")) fail_msg("digit %zu does not count", i);
        one[i] = was;
    }
    assert_false(ask_csrf_fits((struct text){one, strlen(one) - 1}, "session-a"));

    memcpy(x.session, "session-a", 10);
    form(arena_printf(arena, "csrf=%s", again));
    assert_true(ask_token_holds(&x));
    form("csrf=");
    assert_false(ask_token_holds(&x));
    form("CSRF=1");
    assert_false(ask_token_holds(&x));
    form(arena_printf(arena, "csrf=%s", other));
    assert_false(ask_token_holds(&x));
    form(""); /* in the query it is nothing */
    r.query = (struct field[]){{TEXT("csrf"), text_of(again)}};
    r.n_query = 1;
    assert_false(ask_token_holds(&x));
    r.n_query = 0;
}

/* ---- 5 ---- */

static bool own(const char *site_says, const char *origin, bool secure)
{
    static struct field header[3];
    size_t n = 0;
    header[n++] = (struct field){TEXT("host"), TEXT("localhost:8443")};
    if (site_says != NULL) header[n++] = (struct field){TEXT("sec-fetch-site"), text_of(site_says)};
    if (origin != NULL) header[n++] = (struct field){TEXT("origin"), text_of(origin)};
    r.header = header;
    r.n_header = n;
    r.secure = secure;
    return ask_own_origin(&r);
}

static void origins_5(void **state) /* S49 */
{
    (void)state;
    assert_true(own("same-origin", "https://localhost:8443", true));
    assert_true(own("same-origin", NULL, true));
    assert_true(own("same-origin", "null", true)); /* under no-referrer */
    assert_true(own(NULL, "https://localhost:8443", true));
    assert_true(own(NULL, "http://localhost:8443", false));
    static const char *const sites[] = {"cross-site", "same-site",   "none",
                                        "",           "SAME-ORIGIN", "same-origin, cross-site"};
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        if (own(sites[i], "https://localhost:8443", true)) fail_msg("%s", sites[i]);
        if (own(sites[i], NULL, true)) fail_msg("%s", sites[i]);
    }
    static const char *const origins[] = {"http://localhost:8443",
                                          "https://localhost",
                                          "https://localhost:84430",
                                          "https://localhost:8443/",
                                          "https://evil.example",
                                          "https://localhost:8443.evil.example",
                                          "https://evil@localhost:8443",
                                          "localhost:8443",
                                          ""};
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
        if (own("same-origin", origins[i], true)) fail_msg("%s", origins[i]);
        if (own(NULL, origins[i], true)) fail_msg("%s", origins[i]);
    }
    assert_false(own(NULL, NULL, true)); /* who says nothing is not let in */
    assert_false(own(NULL, "null", true));
}

/* ---- 6 ---- */

static void kept_6(void **state) /* S15 */
{
    (void)state;
    static const struct route asked = {.method = METHOD_POST,
                                       .path = "/sign-in",
                                       .operation = "session.open"},
                              shown = {.method = METHOD_GET, .path = "/sign-in", .page = "sign-in"};
    form("account=anna&password=violet+trombone&csrf=token&note=kept&note=second");
    x.match.route = &asked;
    x.route = &shown; /* as when the page is shown again: it has no operation */
    ask_keep_form(&x);
    assert_string_equal(document(x.form), "{\"account\":\"anna\",\"note\":\"kept\"}");
}

/* ---- 7 ---- */

static const char *spoken(const char *query, const char *switched, const char *accepts)
{
    static struct field header[1], asked[1];
    header[0] = (struct field){TEXT("accept-language"), text_of(accepts)};
    r.header = header;
    r.n_header = 1;
    asked[0] = (struct field){TEXT("language"), text_of(query == NULL ? "" : query)};
    r.query = asked;
    r.n_query = query == NULL ? 0 : 1;
    form(switched);
    ask_language(&x);
    assert_string_equal(x.language, x.who.language);
    return x.language;
}

static void languages_7(void **state)
{
    (void)state;
    assert_string_equal(spoken("pt", "switch_language=cs", "cs"), "pt");
    assert_string_equal(spoken(NULL, "switch_language=cs", "pt"), "cs");
    assert_string_equal(spoken(NULL, "", "de,pt;q=0.5"), "pt");
    assert_string_equal(spoken("xx", "switch_language=../cs", "de"), "en");
    x.info = json_object();
    json_set_text(x.info, "language", "cs");
    assert_string_equal(spoken(NULL, "", "pt"), "cs");
    json_free(x.info);
    x.info = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parameters_1), TEST(path_before_form_1_2), TEST(whole_numbers_2), TEST(missing_2_2),
        TEST(fields_3),     TEST(many_fields_3_2),      TEST(token_4),         TEST(origins_5),
        TEST(kept_6),       TEST(languages_7),
    };
    return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
