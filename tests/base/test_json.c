/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/json.c
 *  1 building and reading   2 missing and other types   3 order   4 texts that are not UTF-8
 *  5 numbers   6 writing   7 what is refused, with its place (S70)   8 limits (S70)
 *  9 the document is not in the message   10 memory comes from base/mem.h (S88)
 *  11 shared and taken out   12 every byte below 128 is written so that it comes back
 *  13 what is given back by another thread than took it, and many times over
 *  14 the same and not the same */
#include "harness.h"

#include "base/json.h"

#include "base/mem.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static struct json *parse(const char *s)
{
    struct json *j;
    struct err e = {0};
    if (!json_parse(&j, text_of(s), &e)) fail_msg("%s: %s", s, e.msg);
    return j;
}

static void writes(const struct json *j, const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    json_write(&out, j, false);
    assert_true(buf_ok(&out, NULL));
    assert_string_equal(buf_text(&out).p, expected);
    buf_release(&out);
}

static struct json *example(void)
{
    struct json *o = json_object(), *a = json_array();
    json_set_text(o, "name", "Łódź");
    json_set_int(o, "count", INT64_MIN);
    json_set(o, "rate", json_number(0.5));
    json_set_bool(o, "ok", true);
    json_set_text(o, "none", NULL);
    json_push(a, json_int(1));
    json_push(a, json_text(TEXT("two")));
    json_push(a, json_bool(false));
    json_push(a, json_null());
    json_push(a, json_object());
    json_set(o, "list", a);
    return o;
}

static void building_and_reading(void **state)
{
    (void)state;
    struct json *o = example();
    assert_int_equal(json_kind(o), JSON_OBJECT);
    assert_int_equal(json_size(o), 6);
    assert_string_equal(json_get_text(o, "name", "x"), "Łódź");
    assert_true(json_get_int(o, "count", 0) == INT64_MIN);
    assert_true(json_get_number(o, "rate", 0) == 0.5);
    assert_true(json_get_number(o, "count", 0) == -9223372036854775808.0); /* integers too */
    assert_true(json_get_bool(o, "ok", false));
    assert_true(json_has(o, "none"));
    assert_false(json_has(o, "nothing"));
    const struct json *a = json_get(o, "list");
    assert_int_equal(json_size(a), 5);
    static const enum json_kind kinds[] = {JSON_INT, JSON_TEXT, JSON_BOOL, JSON_NULL, JSON_OBJECT};
    for (size_t i = 0; i < 5; i++) assert_int_equal(json_kind(json_at(a, i)), kinds[i]);
    assert_int_equal(json_kind(json_get(o, "rate")), JSON_NUMBER);
    assert_int_equal(json_kind(a), JSON_ARRAY);
    assert_null(json_at(a, 5));
    assert_int_equal(json_as_int(json_at(a, 0), 9), 1);
    assert_string_equal(json_as_text(json_at(a, 1), "x"), "two");
    assert_false(json_as_bool(json_at(a, 2), true));
    assert_true(json_as_number(json_at(a, 0), 9) == 1);

    struct json *copy = json_copy(o);
    json_set_text(o, "name", "changed");
    json_free(o);
    assert_string_equal(json_get_text(copy, "name", "x"), "Łódź"); /* deep: outlives its model */
    assert_string_equal(json_as_text(json_at(json_get(copy, "list"), 1), "x"), "two");
    json_free(copy);
    json_free(NULL);
}

static void missing_and_other_types(void **state)
{
    (void)state;
    struct json *o = example();
    assert_null(json_get(o, "nothing"));
    assert_null(json_get(json_get(o, "list"), "name")); /* an array has no members */
    assert_null(json_get(NULL, "x"));
    assert_null(json_at(o, 0));
    assert_null(json_at(NULL, 0));
    assert_int_equal(json_size(NULL), 0);
    assert_int_equal(json_size(json_get(o, "count")), 0);
    assert_string_equal(json_get_text(o, "count", "x"), "x");
    assert_null(json_get_text(o, "none", NULL));
    assert_int_equal(json_get_int(o, "rate", 7), 7);
    assert_int_equal(json_get_int(o, "name", 7), 7);
    assert_true(json_get_number(o, "ok", 7) == 7);
    assert_true(json_get_bool(o, "count", true));
    assert_int_equal(json_as_int(NULL, 7), 7);
    assert_string_equal(json_as_text(NULL, "x"), "x");
    assert_true(json_as_number(NULL, 7) == 7);
    assert_true(json_as_bool(NULL, true));
    assert_false(json_has(NULL, "x"));
    json_free(o);
}

static void members_keep_their_order(void **state)
{
    (void)state;
    struct json *o = json_object();
    char name[16], expected[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "m%d", (i * 7919) % 1000); /* 7919 is prime: each once */
        json_set_int(o, name, i);
    }
    json_set_int(o, "m0", -1); /* replaced in its place: it was the first */
    void *cursor = NULL;
    const char *key, *same;
    const struct json *value;
    size_t n = 0;
    while (json_next(o, &cursor, &key, &value)) {
        snprintf(expected, sizeof expected, "m%zu", (n * 7919) % 1000);
        assert_string_equal(key, expected);
        assert_int_equal(json_as_int(value, -2), n == 0 ? -1 : (int64_t)n);
        assert_ptr_equal(json_member(o, n, &same), value);
        assert_string_equal(same, key);
        n++;
    }
    assert_int_equal(n, 1000);
    assert_null(json_member(o, 1000, &key));
    assert_null(key);
    cursor = NULL;
    assert_false(json_next(NULL, &cursor, &key, &value));
    json_free(o);
    o = parse("{\"b\":1,\"a\":{\"z\":1,\"y\":2},\"0\":3}");
    writes(o, "{\"b\":1,\"a\":{\"z\":1,\"y\":2},\"0\":3}");
    json_free(o);
}

static void texts_that_are_not_utf8(void **state) /* S63 */
{
    (void)state;
    static const struct {
        struct text in;
        const char *out;
    } rows[] = {{{"a\xFFz", 3}, "a\xEF\xBF\xBDz"},
                {{"\xC3", 1}, "\xEF\xBF\xBD"},
                {{"a\0b", 3},
                 "a\xEF\xBF\xBD"
                 "b"},
                {{NULL, 0}, ""},
                {{"\xED\xA0\x80", 3}, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
                {{"\xFF\xC3\xA9", 3}, "\xEF\xBF\xBD\xC3\xA9"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json *j = json_text(rows[i].in);
        assert_string_equal(json_as_text(j, "?"), rows[i].out);
        json_free(j);
    }
}

static void numbers_come_back_the_same(void **state)
{
    (void)state;
    /* Another locale than C, where the machine has one: the point must stay a point. */
    static const char *const names[] = {"de_DE.UTF-8", "pt_PT.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL) break;
    static const double values[] = {0.1,  1.0 / 3, 1e-300,        1.7976931348623157e308,
                                    -2.5, 5e-324,  123456789.125, 3.0};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct json *j = json_number(values[i]), *back;
        struct buf out;
        buf_init(&out, 100);
        json_write(&out, j, false);
        assert_true(json_parse(&back, buf_text(&out), NULL));
        assert_int_equal(json_kind(back), JSON_NUMBER); /* 3.0 is not turned into 3 */
        assert_true(json_as_number(back, 7) == values[i]);
        json_free(j);
        json_free(back);
        buf_release(&out);
    }
    setlocale(LC_NUMERIC, "C");
    struct json *j = json_number(0.1);
    writes(j, "0.10000000000000001"); /* 17 significant digits */
    json_free(j);
    j = json_number(NAN);
    assert_int_equal(json_kind(j), JSON_NULL);
    json_free(j);
    j = json_number(INFINITY);
    writes(j, "null");
    json_free(j);
    j = parse("[9223372036854775807,-9223372036854775808,1.0,1e2,-0]");
    assert_true(json_as_int(json_at(j, 0), 0) == INT64_MAX);
    assert_true(json_as_int(json_at(j, 1), 0) == INT64_MIN);
    assert_int_equal(json_kind(json_at(j, 2)), JSON_NUMBER);
    assert_true(json_as_number(json_at(j, 3), 0) == 100);
    json_free(j);
}

static void writing(void **state)
{
    (void)state;
    struct json *o = example();
    writes(
        o,
        "{\"name\":\"Łódź\",\"count\":-9223372036854775808,\"rate\":0.5,\"ok\":true,\"none\":null,"
        "\"list\":[1,\"two\",false,null,{}]}");
    struct buf out;
    buf_init(&out, 1000);
    json_write(&out, json_get(o, "list"), true);
    assert_string_equal(out.p, "[\n  1,\n  \"two\",\n  false,\n  null,\n  {}\n]");
    buf_release(&out);
    json_free(o);
    o = json_text(TEXT("\"\\/\b\f\n\r\t\x01\x7F<"));
    writes(o, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7F<\"");
    json_free(o);
    struct err e = {0};
    o = example();
    buf_init(&out, 10); /* a buffer that is too small says so */
    json_write(&out, o, false);
    assert_false(buf_ok(&out, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&out);
    json_free(o);
}

static void refused(const char *s, size_t n, const char *expected_in_msg)
{
    struct json *j = (struct json *)&j;
    struct err e = {0};
    char *copy = malloc(n == 0 ? 1 : n); /* so that the sanitizer sees its end */
    memcpy(copy, s, n);
    if (json_parse(&j, (struct text){copy, n}, &e)) fail_msg("%s was read", s);
    free(copy);
    assert_null(j);
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.id, "json.malformed");
    assert_true(e.remedy[0] != '\0');
    if (strstr(e.msg, expected_in_msg) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", s, e.msg, expected_in_msg);
}

static void what_is_refused(void **state) /* S70 */
{
    (void)state;
    static const char *const malformed[] = {"{",
                                            "[",
                                            "[1,]",
                                            "{\"a\":1,}",
                                            "{a:1}",
                                            "{'a':1}",
                                            "[01]",
                                            "[+1]",
                                            "[.5]",
                                            "[1.]",
                                            "[1e]",
                                            "[NaN]",
                                            "[Infinity]",
                                            "nul",
                                            "tru",
                                            "[1 2]",
                                            "{\"a\" 1}",
                                            "{\"a\":}",
                                            "{1:2}",
                                            "]",
                                            "}",
                                            ":",
                                            ",",
                                            "[1}",
                                            "\"",
                                            "\"\\x\"",
                                            "\"\\u12\"",
                                            "\"a\nb\"",
                                            "\"\t\"",
                                            "// c\n1",
                                            "/* c */1",
                                            "\xEF\xBB\xBF{}",
                                            "\xFF\xFE{\0}\0"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        refused(malformed[i], strlen(malformed[i]), "could not read JSON");
    refused("", 0, "could not read JSON");
    refused("  \n ", 4, "could not read JSON");
    refused("{} {}", 5, "something follows");
    refused("1 1", 3, "something follows");
    refused("{}\0", 3, "could not read JSON");
    refused("\"a\0b\"", 5, "could not read JSON");
    refused("\"a\\u0000b\"", 10, "NUL");
    refused("{\"a\\u0000b\":1}", 14, "NUL");
    refused("\"\xFF\"", 3, "UTF-8");
    refused("\"\xC0\x80\"", 4, "UTF-8");
    refused("\"\xED\xA0\x80\"", 5, "UTF-8");
    refused("\"\\uD800\"", 8, "could not read JSON"); /* lone surrogates */
    refused("\"\\uDC00\"", 8, "could not read JSON");
    refused("\"\\uD800\\uD800\"", 14, "could not read JSON");
    refused("\"\\uD800x\"", 9, "could not read JSON");
    refused("{\"a\":1,\"a\":2}", 13, "same member twice");
    refused("[{\"a\":1,\"b\":{\"c\":1,\"\\u0063\":2}}]", 32, "same member twice");
    refused("[9223372036854775808]", 21, "too large");
    refused("[1e400]", 7, "too large");
    refused("{\n  \"a\": 1,\n  \"b\": oops\n}", 26, "line 3");
    struct json *j = parse("\"\\uD83D\\uDE42\""); /* a whole pair is a character */
    assert_string_equal(json_as_text(j, ""), "\xF0\x9F\x99\x82");
    json_free(j);
    j = parse(" \"scalar\" ");
    assert_string_equal(json_as_text(j, ""), "scalar");
    json_free(j);
}

static struct text nested(size_t n, char *out)
{
    memset(out, '[', n);
    memset(out + n, ']', n);
    return (struct text){out, 2 * n};
}

static void limits(void **state) /* S70 */
{
    (void)state;
    static char text[1 << 20];
    struct json *j;
    struct err e = {0};
    assert_true(json_parse(&j, nested(32, text), &e));
    json_free(j);
    assert_false(json_parse(&j, nested(33, text), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "json.limit");
    assert_non_null(strstr(e.msg, "32 levels (line 1, column 33)"));
    assert_false(json_parse(&j, nested(500000, text), &e)); /* would be met by recursion */
    assert_int_equal(e.code, ERR_LIMIT);
    memset(text, '[', sizeof text);
    assert_false(json_parse(&j, (struct text){text, sizeof text}, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    /* brackets in texts, also behind an escaped quotation mark, do not count */
    j = parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[\", \"\\\\\", "
              "\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\"]");
    json_free(j);

    for (int n = 10000; n <= 10001; n++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        buf_puts(&b, "[1,{");
        for (int i = 0; i < n; i++) buf_printf(&b, "%s\"k%d\":{\"a\":0}", i == 0 ? "" : ",", i);
        buf_puts(&b, "}]");
        assert_true(buf_ok(&b, NULL));
        bool ok = json_parse(&j, buf_text(&b), &e);
        assert_int_equal(ok, n == 10000);
        if (ok) assert_int_equal(json_size(json_at(j, 1)), 10000);
        else assert_non_null(strstr(e.msg, "10000 members"));
        json_free(ok ? j : NULL);
        buf_release(&b);
    }
    memset(text, ',', sizeof text); /* an array may be long */
    text[0] = '[';
    for (size_t i = 1; i < 100000; i += 2) text[i] = '1';
    text[100000] = ']';
    assert_true(json_parse(&j, (struct text){text, 100001}, &e));
    assert_int_equal(json_size(j), 50000);
    json_free(j);
}

static void the_document_is_not_in_the_message(void **state) /* S15 */
{
    (void)state;
    struct json *j;
    struct err e = {0};
    assert_false(json_parse(&j, TEXT("{\"name\": CANARYNAME}"), &e));
    assert_null(strstr(e.msg, "CANARY"));
    assert_null(strstr(e.remedy, "CANARY"));
    assert_non_null(strstr(e.detail, "CANARY")); /* shown to the person, never logged */
}

static void memory_is_ours(void **state) /* S88 */
{
    (void)state;
    if (harness_valgrind()) skip();
    for (unsigned n = 1; n < 200; n++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct json *j;
            if (freopen("/dev/null", "w", stderr) == NULL) _exit(9);
            mem_fail_after(n);
            bool ok = json_parse(&j, TEXT("{\"a\":[1,2.5,\"x\"],\"b\":{\"c\":null}}"), NULL);
            mem_fail_after(0);
            _exit(ok ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 0) {
            assert_true(n > 10); /* it does allocate, and by our wrapper */
            return;
        }
        assert_int_equal(WEXITSTATUS(status), 5);
    }
    fail_msg("never came to an end");
}

static void shared_and_taken(void **state)
{
    (void)state;
    struct json *a = parse("{\"list\":[1,{\"x\":\"y\"}],\"n\":2}"), *b = json_object();
    json_set(b, "from", json_share(json_get(a, "list")));
    struct json *n = json_take(a, "n"), *value;
    assert_int_equal(json_as_int(n, 0), 2);
    assert_null(json_take(a, "n"));
    json_free(a); /* what is shared stays */
    const char *key;
    void *at = NULL;
    assert_true(json_next_mut(b, &at, &key, &value));
    assert_string_equal(key, "from");
    json_set_text(json_item_mut(value, 1), "x", "z");
    assert_false(json_next_mut(b, &at, &key, &value));
    struct buf out;
    buf_init(&out, 100);
    json_write(&out, b, false);
    assert_string_equal(out.p, "{\"from\":[1,{\"x\":\"z\"}]}");
    buf_release(&out);
    json_free(b);
    json_free(n);
}

static void every_byte(void **state)
{
    (void)state;
    char all[128], tricky[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f";
    for (int i = 1; i < 128; i++) all[i - 1] = (char)i;
    all[127] = '\0';
    const char *const texts[] = {all, tricky, "", "é\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < 4; i++) {
        struct json *j = json_object(), *back;
        struct buf out;
        buf_init(&out, 2000);
        json_set_text(j, texts[i], texts[i]);
        json_write(&out, j, false);
        for (size_t k = 0; k < out.n; k++) assert_true((unsigned char)out.p[k] >= 0x20);
        assert_true(json_parse(&back, buf_text(&out), NULL));
        assert_string_equal(json_get_text(back, texts[i], NULL), texts[i]);
        buf_release(&out);
        json_free(j);
        json_free(back);
    }
    struct json *j = json_text(TEXT(tricky));
    struct buf out;
    buf_init(&out, 200);
    json_write(&out, j, false);
    assert_string_equal(out.p, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\"");
    buf_release(&out);
    json_free(j);
}

static void *give_back(void *tree)
{
    json_free(tree);
    struct json *own = json_array();
    for (int i = 0; i < 10000; i++) json_push(own, json_text(TEXT("something short")));
    return own;
}

static void between_threads(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        pthread_t other;
        void *made = NULL;
        assert_int_equal(pthread_create(&other, NULL, give_back, give_back(NULL)), 0);
        assert_int_equal(pthread_join(other, &made), 0);
        assert_int_equal(json_size(made), 10000);
        assert_string_equal(json_as_text(json_at(made, 9999), ""), "something short");
        json_free(made);
    }
}

/* ---- 14 ---- */

static bool alike(const char *x, const char *y)
{
    struct json *a = parse(x), *b = parse(y);
    bool is = json_same(a, b);
    assert_int_equal(json_same(b, a), is);
    assert_true(json_same(a, a));
    json_free(a);
    json_free(b);
    return is;
}

static void the_same(void **state)
{
    (void)state;
    assert_true(alike("{}", "{}"));
    assert_true(alike("{\"a\":1,\"b\":[1,\"x\",null]}", "{\"b\":[1,\"x\",null],\"a\":1}"));
    assert_false(alike("[1,2]", "[2,1]"));
    assert_false(alike("{\"a\":1}", "{\"a\":1,\"b\":null}"));
    assert_false(alike("{\"a\":1}", "{\"a\":\"1\"}"));
    assert_false(alike("{\"a\":true}", "{\"a\":false}"));
    assert_false(alike("{\"a\":1}", "{\"a\":1.5}"));
    assert_false(alike("[]", "{}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(building_and_reading),
        cmocka_unit_test(missing_and_other_types),
        cmocka_unit_test(members_keep_their_order),
        cmocka_unit_test(texts_that_are_not_utf8),
        cmocka_unit_test(numbers_come_back_the_same),
        cmocka_unit_test(writing),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(limits),
        cmocka_unit_test(the_document_is_not_in_the_message),
        cmocka_unit_test(memory_is_ours),
        cmocka_unit_test(shared_and_taken),
        cmocka_unit_test(every_byte),
        cmocka_unit_test(between_threads),
        cmocka_unit_test(the_same),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
