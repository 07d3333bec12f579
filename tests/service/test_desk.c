/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/desk.c: questions over real socket pairs to desk_run() in a thread
 *  1 several seats at once: each answers its own, in order
 *  2 malformed questions are answered with an error, and the seat goes on; what is no message ends
 *    that seat alone (S93)
 *  3 what is local does not exist over a seat, nor does an operation that nobody named
 *  4 what one seat adds, the others have: organisations, and the dictionary that names them
 *  5 words of five languages at once, each seat its own
 *  6 it ends when all channels are closed; faults: no key, not let begin
 *  7 several operations in one message: each settled for itself, entries as if each were asked for
 *  alone, and
 *    about one state; what writes is not asked along; malformed ones
 */
#include "harness.h"

#include "people.h"

#include "base/parallel.h"
#include "service/channel.h"

#include "../../src/service/desk.h" /* "service/desk.h" is the desk of the tests */

#include <sys/socket.h>
#include <unistd.h>

enum { SEATS = 5, TIMES = 40 };

static struct service_options options;
static int near_end[SEATS], far_end[SEATS], said[2];
static struct service *seat[SEATS];
static struct parallel_stage *running;
static bool result;
static struct person manager = {.account = "mia", .role = "administrator"},
                     ana = {.account = "ana", .role = "analyst"};

static bool tell_ready(void *ctx, struct service *s, struct err *e)
{
    (void)ctx;
    (void)s;
    (void)e;
    return write(said[1], "r", 1) == 1;
}

static void run(void *ctx)
{
    struct err e = {0};
    (void)ctx;
    result = desk_run(&options, far_end, SEATS, tell_ready, NULL, &e);
    if (!result) fprintf(stderr, "desk_run: %s %s\n", e.id, e.msg);
    if (!result && write(said[1], "e", 1) != 1) perror("write");
}

static int begin(void **state)
{
    (void)state;
    char word = 0;
    people_quick();
    desk_make("repository");
    options = desk_options("repository", NULL);
    options.insecure_no_second_factor = true;
    struct service *s = desk_open_with(&options);
    person_make(&manager, s);
    person_make(&ana, s);
    service_close(s);
    if (pipe(said) != 0) return -1;
    for (int i = 0; i < SEATS; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
        near_end[i] = ends[0];
        far_end[i] = ends[1];
        seat[i] = service_connect(near_end[i]);
    }
    running = parallel_start(run, NULL);
    if (read(said[0], &word, 1) != 1 || word != 'r') return -1;
    return 0;
}

static struct caller caller_of(const struct person *p, const char *language)
{
    return (struct caller){.session = p == NULL ? NULL : p->session,
                           .source = "192.0.2.0",
                           .language = language,
                           .purpose = "test"};
}

/* ---- 1 ---- */

struct asking {
    struct service *seat;
    const struct person *who;
    const char *language, *operation, *form; /* parameter; NULL: none */
    bool ok;
    char first[400]; /* what the first answer said */
};

static void ask_often(void *ctx)
{
    struct asking *a = ctx;
    struct caller who = caller_of(a->who, a->language);
    a->ok = true;
    for (int i = 0; i < TIMES && a->ok; i++) {
        struct err e = {0};
        struct json *out = NULL, *in = json_object();
        char text[sizeof a->first];
        if (a->form != NULL) json_set_text(in, "form", a->form);
        bool ok = service_call_as(&out, a->seat, &who, a->operation, in, NULL, &e);
        (void)snprintf(text, sizeof text, "%s", ok ? json_get_text(out, "name", "") : e.msg);
        if (i == 0) memcpy(a->first, text, sizeof text);
        a->ok = strcmp(text, a->first) == 0;
        json_free(out);
        json_free(in);
    }
}

static void ask_at_once(struct asking asking[SEATS])
{
    struct parallel_stage *stage[SEATS];
    for (int i = 0; i < SEATS; i++) stage[i] = parallel_start(ask_often, &asking[i]);
    for (int i = 0; i < SEATS; i++) parallel_join(stage[i]);
    for (int i = 0; i < SEATS; i++)
        if (!asking[i].ok) fail_msg("seat %d did not say the same each time", i);
}

static void at_once_1(void **state)
{
    (void)state;
    struct asking asking[SEATS];
    for (int i = 0; i < SEATS; i++)
        asking[i] = (struct asking){.seat = seat[i],
                                    .who = i % 2 == 0 ? &manager : &ana,
                                    .language = "en",
                                    .operation = "session.info"};
    ask_at_once(asking);
    for (int i = 0; i < SEATS; i++)
        assert_string_equal(asking[i].first, i % 2 == 0 ? "Xq mia" : "Xq ana");
}

/* ---- 2 and 3 ---- */

/* Bytes to the seat as they are; the id of the error that came back, "" when there is none. */
static const char *raw(int i, const char *document)
{
    static char id[100];
    struct json *out = NULL;
    struct err e = {0};
    unsigned char head[8] = {0};
    size_t n = strlen(document);
    for (int k = 0; k < 4; k++) head[k] = (unsigned char)(n >> (8 * k));
    assert_int_equal(write(near_end[i], head, 8), 8);
    assert_int_equal(write(near_end[i], document, n), n);
    if (!channel_receive(&out, near_end[i], CHANNEL_ANSWER_MAX, &e) || out == NULL) return "closed";
    (void)snprintf(id, sizeof id, "%s", json_get_text(json_get(out, "error"), "id", ""));
    json_free(out);
    return id;
}

static void malformed_2_1(void **state) /* S93 */
{
    (void)state;
    assert_string_equal(raw(0, "[]"), "channel.malformed");
    assert_string_equal(raw(0, "7"), "channel.malformed");
    assert_string_equal(raw(0, "{}"), "channel.malformed");
    assert_string_equal(raw(0, "{\"operation\":\"session.info\"}"), "channel.malformed");
    assert_string_equal(raw(0, "{\"operation\":7,\"in\":{}}"), "channel.malformed");
    assert_string_equal(raw(0, "{\"operation\":\"session.info\",\"in\":[]}"), "call.type");
    assert_string_equal(raw(0, "{\"operation\":\"session.info\",\"in\":{\"x\":1}}"),
                        "call.unknown");
    assert_string_equal(raw(0,
                            "{\"operation\":\"session.info\",\"in\":{},\"language\":\"\\u0007\"}"),
                        "call.session");
    assert_string_equal(raw(0, "{\"operation\":\"session.info\",\"in\":{},\"session\":[1]}"),
                        "session.none");
    assert_string_equal(raw(0, "not JSON"), "channel.document");
    assert_string_equal(raw(0, "{\"a\":\"\\u0000\"}"), "channel.document");
    assert_string_equal(raw(0, "{\"operation\":\"setup.state\",\"in\":{}}"), ""); /* it goes on */
}

static void local_3(void **state)
{
    (void)state;
    static const char *const local[] = {"repository.init", "setup.code", "no.such.thing", ""};
    char text[200];
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        (void)snprintf(text, sizeof text, "{\"operation\":\"%s\",\"in\":{}}", local[i]);
        assert_string_equal(raw(1, text), "call.no_operation");
    }
    /* nobody has signed in: who asks cannot say that it is somebody */
    assert_string_equal(raw(1, "{\"operation\":\"record.list\",\"in\":{},\"actor\":\"local:x\","
                               "\"role\":\"custodian\",\"local\":true}"),
                        "session.none");
}

/* ---- 4 ---- */

static struct json *must_do(struct service *s, const struct person *p, const char *operation,
                            const char *parameters)
{
    struct json *out = NULL, *in;
    struct err e = {0};
    struct caller who = caller_of(p, "en");
    assert_true(json_parse(&in, text_of(parameters), NULL));
    if (!service_call_as(&out, s, &who, operation, in, NULL, &e))
        fail_msg("%s: %s %s", operation, e.id, e.msg);
    json_free(in);
    return out;
}

static void organisations_4(void **state)
{
    (void)state;
    /* another process adds one, as the command line does */
    struct service *s = desk_open("repository", NULL);
    (void)desk_do(s, "organisation.add", "{'code':'QQ1','type':'ngo','name':'Quill'}");
    service_close(s);
    for (int i = 0; i < SEATS; i++) {
        struct json *out = must_do(seat[i], &manager, "organisation.list", "{}");
        const struct json *list = json_get(out, "organisations");
        bool found = false;
        for (size_t k = 0; k < json_size(list); k++)
            if (strcmp(json_get_text(json_at(list, k), "code", ""), "QQ1") == 0) found = true;
        if (!found) fail_msg("seat %d does not have it", i);
        json_free(out);
    }
}

/* ---- 5 ---- */

static void languages_5(void **state)
{
    (void)state;
    static const char *const language[SEATS] = {"en", "pt", "cs", "pl", "sk"};
    struct asking asking[SEATS];
    for (int i = 0; i < SEATS; i++)
        asking[i] = (struct asking){.seat = seat[i],
                                    .who = &ana,
                                    .language = language[i],
                                    .operation = "explore.variables",
                                    .form = "nothing"};
    ask_at_once(asking);
    for (int i = 0; i < SEATS; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(asking[i].first, asking[k].first) == 0)
                fail_msg("%s says what %s says: %s", language[i], language[k], asking[i].first);
}

/* ---- 7 ---- */

static int64_t entries_of(const char *action)
{
    struct service *s = desk_open("repository", NULL);
    int64_t n = desk_entries(s, action);
    service_close(s);
    return n;
}

static void along_7_1_as_if_alone(void **state) /* S20, S51 */
{
    (void)state;
    struct json *none = json_object(), *lists = json_object(), *out = NULL, *alone;
    struct err e = {0};
    struct caller who = caller_of(&ana, "pt");
    json_set_int(lists, "limit", 1);
    struct along along[] = {{.operation = "organisation.list", .in = none},
                            {.operation = "record.list", .in = lists},
                            {.operation = "account.list", .in = none}};
    int64_t reads = entries_of("record.read"), denied = entries_of("deny");
    assert_true(service_call_along(&out, seat[2], &who, "session.info", none, along, 3, &e));
    assert_string_equal(json_get_text(out, "account", ""), "ana");
    json_free(out);
    /* what its role may not do is refused, and is an entry; the others are answered */
    assert_null(along[2].out);
    assert_string_equal(along[2].err.id, "call.not_allowed");
    assert_int_equal(entries_of("deny"), denied + 1);
    bool may_list = along[1].out != NULL;
    if (!may_list) assert_int_equal(along[1].err.code, ERR_DENIED);
    assert_int_equal(entries_of("record.read"), reads + (may_list ? 1 : 0));
    assert_true(service_call_as(&alone, seat[2], &who, "organisation.list", none, NULL, &e));
    struct buf a, b;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    json_write(&a, alone, false);
    json_write(&b, along[0].out, false);
    assert_string_equal(a.p, b.p);
    buf_release(&a);
    buf_release(&b);
    json_free(alone);
    json_free(along[0].out);
    json_free(along[1].out);
    json_free(none);
    json_free(lists);
}

static void along_7_2_who_asks_is_settled_anew(void **state) /* S39 */
{
    (void)state;
    struct json *none = json_object(), *out = NULL;
    struct err e = {0};
    struct caller nobody = caller_of(NULL, "en"), mia = caller_of(&manager, "en");
    struct along along[] = {{.operation = "organisation.list", .in = none}};
    /* of a seat that has just answered somebody */
    assert_true(service_call_along(&out, seat[3], &mia, "session.info", none, along, 1, &e));
    json_free(out);
    json_free(along[0].out);
    assert_false(service_call_along(&out, seat[3], &nobody, "session.info", none, along, 1, &e));
    assert_string_equal(e.id, "session.none");
    assert_null(along[0].out);
    /* setup.state is for anybody, organisation.list is not */
    err_clear(&e);
    if (service_call_along(&out, seat[3], &nobody, "setup.state", none, along, 1, &e)) {
        assert_null(along[0].out);
        assert_string_equal(along[0].err.id, "session.none");
        json_free(out);
    }
    json_free(none);
}

static void along_7_3_what_is_refused(void **state) /* S93 */
{
    (void)state;
    struct json *none = json_object(), *out = NULL;
    struct err e = {0};
    struct caller mia = caller_of(&manager, "en"), once = mia;
    struct along writes[] = {{.operation = "organisation.add", .in = none}}, many[ALONG_MAX + 1];
    for (int i = 0; i <= ALONG_MAX; i++)
        many[i] = (struct along){.operation = "organisation.list", .in = none};
    assert_false(service_call_along(&out, seat[2], &mia, "session.info", none, writes, 1, &e));
    assert_string_equal(e.id, "call.along");
    assert_false(service_call_along(&out, seat[2], &mia, "session.close", none, many, 1, &e));
    assert_string_equal(e.id, "call.along");
    assert_false(
        service_call_along(&out, seat[2], &mia, "session.info", none, many, ALONG_MAX + 1, &e));
    assert_string_equal(e.id, "call.along");
    once.once = "a-name";
    assert_false(service_call_along(&out, seat[2], &once, "session.info", none, many, 1, &e));
    assert_string_equal(e.id, "call.along");
    json_free(none);
    /* and by a door that says what it likes */
    const char *begin = "{\"operation\":\"setup.state\",\"in\":{},\"along\":";
    static const struct {
        const char *along, *id;
    } rows[] = {{"[{}]", "channel.malformed"},
                {"[7]", "channel.malformed"},
                {"[{\"operation\":\"record.list\"}]", "channel.malformed"},
                {"[{\"operation\":\"organisation.add\",\"in\":{}}]", "call.along"},
                {"[{\"operation\":\"no.such.thing\",\"in\":{}}]", "call.along"},
                {"[1,2,3,4,5,6,7,8,9]", "channel.malformed"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        (void)snprintf(text, sizeof text, "%s%s}", begin, rows[i].along);
        assert_string_equal(raw(2, text), rows[i].id);
    }
    assert_string_equal(raw(2, "{\"operation\":\"setup.state\",\"in\":{},\"along\":[]}"), "");
}

static void add_on(void *ctx)
{
    struct caller mia = caller_of(&manager, "en");
    for (int i = 0; i < 30; i++) {
        struct json *in = json_object(), *out = NULL;
        char code[16];
        (void)snprintf(code, sizeof code, "Z%d", i);
        json_set_text(in, "code", code);
        json_set_text(in, "type", "ngo");
        json_set_text(in, "name", "Zq");
        if (service_call_as(&out, ctx, &mia, "organisation.add", in, NULL, NULL)) json_free(out);
        json_free(in);
    }
}

/* The same list twice in one message is the same list, whatever is added meanwhile. */
static void along_7_4_one_state(void **state)
{
    (void)state;
    struct caller mia = caller_of(&manager, "en");
    struct parallel_stage *adder = parallel_start(add_on, seat[0]);
    struct json *none = json_object();
    size_t before = 0, now = 0;
    for (int i = 0; i < 100; i++) {
        struct json *out = NULL;
        struct err e = {0};
        struct along along[] = {{.operation = "organisation.list", .in = none},
                                {.operation = "repository.info", .in = none},
                                {.operation = "organisation.list", .in = none}};
        assert_true(service_call_along(&out, seat[1], &mia, "session.info", none, along, 3, &e));
        assert_non_null(along[0].out);
        now = json_size(json_get(along[0].out, "organisations"));
        assert_int_equal(json_size(json_get(along[2].out, "organisations")), now);
        assert_true(now >= before); /* and the next message sees what is there by then */
        before = now;
        json_free(out);
        for (int k = 0; k < 3; k++) json_free(along[k].out);
    }
    parallel_join(adder);
    struct json *out = must_do(seat[1], &manager, "organisation.list", "{}");
    assert_true(json_size(json_get(out, "organisations")) >= now);
    json_free(out);
    json_free(none);
}

/* ---- 2.2 and 6 ---- */

static void no_message_2_2(void **state) /* S93 */
{
    (void)state;
    struct json *out = NULL;
    struct err e = {0};
    assert_int_equal(write(near_end[4], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    /* the end, or a reset where bytes were left unread */
    bool over = channel_receive(&out, near_end[4], CHANNEL_ANSWER_MAX, &e);
    assert_null(out);
    if (!over) assert_string_equal(e.id, "channel.closed");
    assert_string_equal(raw(0, "{\"operation\":\"setup.state\",\"in\":{}}"), "");
}

static void end_6_1(void **state)
{
    (void)state;
    for (int i = 0; i < SEATS; i++) {
        service_close(seat[i]);
        seat[i] = NULL;
    }
    parallel_join(running);
    running = NULL;
    assert_true(result);
}

static bool not_let(void *ctx, struct service *s, struct err *e)
{
    (void)s;
    *(int *)ctx += 1;
    return err_set(e, ERR_SYSTEM, "test.no", "not let");
}

static void faults_6_2(void **state)
{
    (void)state;
    struct err e = {0};
    struct service_options o = options;
    int called = 0, ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail_msg("socketpair");
    assert_false(desk_run(&o, &ends[1], 1, not_let, &called, &e));
    assert_string_equal(e.id, "test.no");
    assert_int_equal(called, 1);
    harness_write("other.key", "0123456789012345678901234567890123456789", 40);
    o.key_file = "other.key";
    o.recovery = NULL;
    err_clear(&e);
    assert_false(desk_run(&o, &ends[1], 1, not_let, &called, &e));
    assert_int_equal(called, 1);
    assert_int_not_equal(e.code, ERR_NONE);
    o = options;
    o.repository = "nowhere";
    err_clear(&e);
    assert_false(desk_run(&o, &ends[1], 1, not_let, &called, &e));
    assert_int_equal(called, 1);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once_1),
        cmocka_unit_test(malformed_2_1),
        cmocka_unit_test(local_3),
        cmocka_unit_test(organisations_4),
        cmocka_unit_test(languages_5),
        cmocka_unit_test(along_7_1_as_if_alone),
        cmocka_unit_test(along_7_2_who_asks_is_settled_anew),
        cmocka_unit_test(along_7_3_what_is_refused),
        cmocka_unit_test(along_7_4_one_state),
        cmocka_unit_test(no_message_2_2),
        cmocka_unit_test(end_6_1),
        cmocka_unit_test(faults_6_2),
    };
    return cmocka_run_group_tests_name("desk", tests, begin, NULL);
}
