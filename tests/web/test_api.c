/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/api.c, api_routes.c and api_description.c, over a real desk
 *  1 every described route is there, and every route described; each operation once
 *  2 every route with a key of every role: what may be asked for is answered, the rest is refused,
 *    and every answer is as the description has it (S47, S51)
 *  3 keys: none, malformed, a session's, in a cookie or an address, for other operations, revoked
 *  4 what is sent: types, members and parameters that are not described, a body where none is,
 *    Idempotency-Key (S49, S52)
 *  5 lists page by page; each record once
 *  6 versions: ETag, 428, 412; two writers
 *  7 errors: problem documents, nothing of the server's own (S64); of the front
 *  8 reading a record is an entry of the log, with the key's account and purpose
 *  9 a contributor's foreign records answer like missing ones (S51, S52)
 * 10 an import from its file to its undoing; the file of another account is not there (S52)
 * 11 Idempotency-Key: done once and answered as then for a day; another request, another account,
 *    a request that failed
 */
#include "harness.h"

#include "people.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "desk.h"
#include "service/operations.h"
#include "web/api.h"
#include "web/api_description.h"
#include "web/api_routes.h"

static struct service *desk;
static struct site site;
static char own[20], foreign[20];
static struct json *described;

enum { KEY_SIZE = 100, N_PEOPLE = 6 };
static struct person people[N_PEOPLE] = {
    {.account = "contributor", .role = "contributor", .organisation = "GNR"},
    {.account = "manager", .role = "data-manager"},
    {.account = "analyst", .role = "analyst"},
    {.account = "publisher", .role = "publisher"},
    {.account = "auditor", .role = "auditor"},
    {.account = "admin", .role = "administrator"},
};
static char key[N_PEOPLE][KEY_SIZE];

static bool may_ask(const struct person *p, const char *operation)
{
    return role_may(role_find(text_of(p->role)), operation_find(operation)->capability);
}

/* A key for all operations of the API that its owner may do. */
static void make_key(char out[KEY_SIZE], struct person *p, const char *only)
{
    char list[3000] = "";
    const struct api_route *r;
    person_sign_in(p, desk);
    for (size_t i = 0; (r = api_route_at(i)) != NULL; i++) {
        bool wanted = only == NULL ? may_ask(p, r->operation) : strcmp(only, r->operation) == 0;
        if (!wanted) continue;
        size_t n = strlen(list);
        (void)snprintf(list + n, sizeof list - n, "%s'%s'", n == 0 ? "" : ",", r->operation);
    }
    /* what an import does as a job is a right of its own */
    if (only == NULL && may_ask(p, "import.run"))
        (void)snprintf(list + strlen(list), sizeof list - strlen(list),
                       ",'import.check','import.run'");
    const struct json *made =
        person_do(p, desk, "token.add",
                  "{'label':'test','operations':[%s],'purpose':'yearly report','days':30}", list);
    (void)snprintf(out, KEY_SIZE, "%s", json_get_text(made, "token", ""));
}

static void first_record(char out[20], const char *organisation)
{
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':1000}"), "records");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "organisation", ""), organisation) == 0)
            (void)snprintf(out, 20, "%s", json_get_text(json_at(list, i), "record", ""));
}

/* Release 1, prepared at this machine and approved by whoever may. */
static void make_release(void)
{
    (void)desk_do(desk, "release.prepare",
                  "{'title':'Victims','tables':['{\\\"form\\\":\\\"victim\\\"}']}");
    for (size_t i = 0; i < N_PEOPLE; i++)
        if (role_may(role_find(text_of(people[i].role)), CAP_APPROVE)) {
            (void)person_do(&people[i], desk, "release.approve", "{'release':1}");
            return;
        }
    fail();
}

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.program = harness_program();
    o.scratch = ".";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    desk_victims("w.csv", "B", 10, 15, 0);
    (void)desk_do(desk, "import.run", "{'file':'w.csv','form':'victim','organisation':'APAV'}");
    desk_victims("y.csv", "D", 30, 33, 0); /* to be sent */
    desk_victims("x.csv", "C", 20, 22, 0); /* to be undone */
    (void)desk_do(desk, "import.run", "{'file':'x.csv','form':'victim','organisation':'APAV'}");
    first_record(own, "GNR");
    first_record(foreign, "APAV");
    for (size_t i = 0; i < N_PEOPLE; i++) {
        person_make(&people[i], desk);
        make_key(key[i], &people[i], NULL);
    }
    make_release();
    site.desk = &desk;
    site.n_desk = 1;
    described = api_description();
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_free(described);
    service_close(desk);
    return 0;
}

/* ---- asking ---- */

static struct response out;
static struct json *said; /* the answer's document */
enum { HEADERS_MAX = 6 };

struct asked {
    enum method method;
    const char *path, *query, *key, *body, *type, *if_match, *idempotency, *cookie;
};

static const char *header_of(const char *name)
{
    static char value[300];
    struct text head = buf_text(&out.header);
    char line[60];
    size_t at;
    (void)snprintf(line, sizeof line, "%s: ", name);
    if (!text_find(head, text_of(line), &at)) return NULL;
    size_t n = 0;
    const char *from = head.p + at + strlen(line);
    while (n + 1 < sizeof value && at + strlen(line) + n < head.n && from[n] != '\r') n++;
    memcpy(value, from, n);
    value[n] = '\0';
    return value;
}

static int ask(const struct asked *a)
{
    struct field header[HEADERS_MAX], cookie;
    struct request r = {.method = a->method, .path = text_of(a->path), .target = text_of(a->path)};
    char bearer[KEY_SIZE + 10];
    r.arena = arena_new(ARENA_WIPE);
    r.header = header;
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", a->key == NULL ? "" : a->key);
    if (a->key != NULL)
        header[r.n_header++] = (struct field){TEXT("authorization"), text_of(bearer)};
    if (a->if_match != NULL)
        header[r.n_header++] = (struct field){TEXT("if-match"), text_of(a->if_match)};
    if (a->idempotency != NULL)
        header[r.n_header++] = (struct field){TEXT("idempotency-key"), text_of(a->idempotency)};
    if (a->cookie != NULL) {
        cookie = (struct field){TEXT("__Host-dcim"), text_of(a->cookie)};
        r.cookie = &cookie;
        r.n_cookie = 1;
    }
    if (a->query != NULL)
        assert_true(
            request_parse_urlencoded(&r.query, &r.n_query, text_of(a->query), r.arena, NULL));
    if (a->body != NULL) {
        r.body = text_of(a->body);
        r.content_type = text_of(a->type == NULL ? "application/json" : a->type);
    }
    (void)snprintf(r.id, sizeof r.id, "0123456789abcdef");
    (void)snprintf(r.source, sizeof r.source, "192.0.2.0/24");
    response_release(&out);
    response_init(&out);
    json_free(said);
    said = NULL;
    assert_true(api_is(&r));
    api_answer(&site, 0, &r, &out);
    arena_free(r.arena);
    assert_true(json_parse(&said, buf_text(&out.body), NULL));
    return out.status;
}

static int get(const char *k, const char *path, const char *query)
{
    return ask(&(struct asked){.method = METHOD_GET, .path = path, .query = query, .key = k});
}

static int post(const char *k, const char *path, const char *body)
{
    return ask(&(struct asked){.method = METHOD_POST, .path = path, .body = body, .key = k});
}

static const char *problem(void)
{
    assert_string_equal(out.content_type, "application/problem+json");
    const char *type = json_get_text(said, "type", "");
    assert_true(text_starts(text_of(type), TEXT("urn:dcim:problem:")));
    return type + strlen("urn:dcim:problem:");
}

/* ---- holding answers against the description ---- */

static const struct json *resolve(const struct json *schema)
{
    const char *to = json_get_text(schema, "$ref", NULL);
    if (to == NULL) return schema;
    struct text rest = text_of(to), one;
    const struct json *at = described;
    assert_true(text_split(&rest, '/', &one));
    while (text_split(&rest, '/', &one)) {
        char name[60];
        (void)snprintf(name, sizeof name, "%.*s", (int)one.n, one.p);
        at = json_get(at, name);
    }
    assert_non_null(at);
    return at;
}

static const char *kind_name(const struct json *j)
{
    static const char *const names[] = {"object", "array",   "string", "integer",
                                        "number", "boolean", "null"};
    return names[json_kind(j)];
}

static bool type_fits(const struct json *type, const struct json *j)
{
    if (type == NULL) return true;
    if (json_kind(type) == JSON_TEXT) {
        const char *name = json_as_text(type, "");
        return strcmp(name, kind_name(j)) == 0 ||
               (strcmp(name, "number") == 0 && json_kind(j) == JSON_INT);
    }
    for (size_t i = 0; i < json_size(type); i++)
        if (type_fits(json_at(type, i), j)) return true;
    return false;
}

static bool instant_fits(const char *t)
{
    return strlen(t) == 20 && t[4] == '-' && t[10] == 'T' && t[19] == 'Z';
}

static void hold(const struct json *schema, const struct json *j, const char *where)
{
    char inner[400];
    const char *name;
    const struct json *value;
    schema = resolve(schema);
    if (!type_fits(json_get(schema, "type"), j)) fail_msg("%s is a %s", where, kind_name(j));
    const struct json *members = json_get(schema, "properties"),
                      *needed = json_get(schema, "required");
    if (json_kind(j) == JSON_OBJECT && members != NULL) {
        for (void *at = NULL; json_next(j, &at, &name, &value);) {
            const struct json *s = json_get(members, name);
            (void)snprintf(inner, sizeof inner, "%s.%s", where, name);
            if (s == NULL) fail_msg("%s is not described", inner);
            hold(s, value, inner);
        }
        for (size_t i = 0; needed != NULL && i < json_size(needed); i++)
            if (!json_has(j, json_as_text(json_at(needed, i), "")))
                fail_msg("%s lacks %s", where, json_as_text(json_at(needed, i), ""));
    }
    for (size_t i = 0; json_kind(j) == JSON_ARRAY && i < json_size(j); i++) {
        (void)snprintf(inner, sizeof inner, "%s[%zu]", where, i);
        if (json_get(schema, "items") != NULL)
            hold(json_get(schema, "items"), json_at(j, i), inner);
    }
    if (json_kind(j) == JSON_TEXT &&
        strcmp(json_get_text(schema, "format", ""), "date-time") == 0 &&
        !instant_fits(json_as_text(j, "")))
        fail_msg("%s is no instant: %s", where, json_as_text(j, ""));
}

static const char *method_key(enum method m)
{
    static const char *const names[] = {"get", "post", "put", "patch", "delete"};
    return names[m];
}

static const struct json *described_operation(const struct api_route *r)
{
    return json_get(json_get(json_get(described, "paths"), r->path), method_key(r->method));
}

static void hold_answer(const struct api_route *r)
{
    char status[20];
    (void)snprintf(status, sizeof status, "%d", out.status);
    const struct json *all = json_get(described_operation(r), "responses"),
                      *one = json_get(all, status);
    bool good = out.status < 400;
    if (good && one == NULL) fail_msg("%s: %s is not described", r->path, status);
    one = resolve(good ? one : json_get(all, "default"));
    const struct json *media = json_get(json_get(one, "content"), out.content_type);
    if (media == NULL) fail_msg("%s: %s is not described", r->path, out.content_type);
    hold(json_get(media, "schema"), said, r->operation);
    if (good && r->etag != NULL) assert_non_null(header_of("ETag"));
}

/* ---- 1 ---- */

static void table_1_1_described_and_there(void **state)
{
    (void)state;
    size_t n = 0, n_route = 0;
    const char *path, *method;
    const struct json *item, *operation;
    const struct api_route *r;
    for (void *at = NULL; json_next(json_get(described, "paths"), &at, &path, &item);)
        for (void *in = NULL; json_next(item, &in, &method, &operation);) n++;
    for (; (r = api_route_at(n_route)) != NULL; n_route++) {
        const struct operation *op = operation_find(r->operation);
        operation = described_operation(r);
        if (op == NULL || operation == NULL) fail_msg("%s is not described", r->path);
        assert_int_equal(op->reach, REACH_DESK);
        assert_false(op->fresh_required);
        assert_string_equal(json_get_text(operation, "operationId", ""), r->operation);
        assert_true(json_get_text(operation, "summary", "")[0] != '\0');
        for (size_t k = 0; k < n_route; k++)
            assert_string_not_equal(api_route_at(k)->operation, r->operation);
    }
    assert_int_equal(n, n_route);
    assert_string_equal(json_get_text(described, "openapi", ""), "3.1.0");
}

static void table_1_2_given_to_anybody_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(get(NULL, "/api/v1/openapi.json", NULL), 200);
    assert_string_equal(out.content_type, "application/json");
    assert_true(json_size(json_get(said, "paths")) == json_size(json_get(described, "paths")));
    harness_write("openapi.json", out.body.p, out.body.n);
    assert_int_equal(post(NULL, "/api/v1/openapi.json", "{}"), 405);
}

/* ---- 2 ---- */

struct work { /* what a person's requests are about */
    char draft[20], version[20], section[60], job[64];
};

/* A file as the body of a request to /imports; made anew each time. */
static const char *file_body(const char *path)
{
    static char body[200000];
    size_t n;
    char *bytes = harness_read(path, &n);
    struct buf b;
    buf_init(&b, sizeof body);
    base64_put(&b, (struct text){bytes, n});
    (void)snprintf(body, sizeof body,
                   "{\"form\":\"victim\",\"organisation\":\"GNR\",\"name\":\"y.csv\","
                   "\"bytes\":\"%.*s\"}",
                   (int)b.n, b.p);
    buf_release(&b);
    free(bytes);
    return body;
}

static void begin_job(struct work *w, struct person *p)
{
    struct json *in, *made = NULL;
    struct err e = {0};
    (void)snprintf(w->job, sizeof w->job, "nothing");
    if (!may_ask(p, "import.submit")) return;
    assert_true(json_parse(&in, text_of(file_body("y.csv")), NULL));
    if (p->organisation != NULL && strcmp(p->role, "contributor") == 0)
        json_set_text(in, "organisation", p->organisation);
    struct caller who = {.session = p->session, .source = "192.0.2.0", .language = "en"};
    if (!service_call_as(&made, desk, &who, "import.submit", in, NULL, &e))
        fail_msg("%s: %s", p->account, e.msg);
    (void)snprintf(w->job, sizeof w->job, "%s", json_get_text(made, "job", ""));
    json_free(made);
    json_free(in);
}

static void begin_draft(struct work *w, struct person *p, bool of_record)
{
    struct json *made = NULL;
    struct err e = {0};
    (void)snprintf(w->draft, sizeof w->draft, "ABCDEFGHIJKL");
    (void)snprintf(w->version, sizeof w->version, "\"1\"");
    (void)snprintf(w->section, sizeof w->section, "none");
    if (!may_ask(p, "entry.begin")) return;
    const char *organisation = p->organisation == NULL ? "GNR" : p->organisation;
    bool ok = of_record ? people_try(&made, desk, p->session, "192.0.2.0", &e, "entry.open",
                                     "{'record':'%s','purpose':'test'}", own)
                        : people_try(&made, desk, p->session, "192.0.2.0", &e, "entry.begin",
                                     "{'form':'victim','organisation':'%s'}", organisation);
    if (!ok) return;
    (void)snprintf(w->draft, sizeof w->draft, "%s", json_get_text(made, "draft", ""));
    (void)snprintf(w->version, sizeof w->version, "\"%lld\"",
                   (long long)json_get_int(made, "draft_version", 0));
    json_free(made);
    const struct json *s = person_do(p, desk, "entry.sections", "{'draft':'%s'}", w->draft);
    (void)snprintf(w->section, sizeof w->section, "%s",
                   json_get_text(json_at(json_get(s, "sections"), 0), "name", ""));
}

static bool is_one_of(const char *operation, const char *a, const char *b)
{
    return strcmp(operation, a) == 0 || strcmp(operation, b) == 0;
}

/* Two windows that saved one after the other, the second without having seen the first. */
static void park(struct work *w, struct person *p)
{
    if (!may_ask(p, "entry.save")) return;
    for (int i = 0; i < 2; i++) {
        const struct json *r =
            person_do(p, desk, "entry.save", "{'draft':'%s','version':%.*s,'fields':{'sex':'%s'}}",
                      w->draft, (int)strlen(w->version) - 2, w->version + 1, i == 0 ? "F" : "M");
        if (i == 1)
            (void)snprintf(w->version, sizeof w->version, "\"%lld\"",
                           (long long)json_get_int(r, "draft_version", 0));
    }
}

static const char *value_of(const char *name, const struct work *w)
{
    if (strcmp(name, "record") == 0) return own;
    if (strcmp(name, "draft") == 0) return w->draft;
    if (strcmp(name, "section") == 0) return w->section;
    if (strcmp(name, "list") == 0) return "CL_EXPL";
    if (strcmp(name, "batch") == 0) return "3";
    if (strcmp(name, "release") == 0) return "1";
    if (strcmp(name, "job") == 0) return w->job;
    return "overview";
}

static void fill(char *path, size_t size, const struct api_route *r, const struct work *w)
{
    char name[40];
    size_t n = (size_t)snprintf(path, size, API_ROOT);
    for (const char *p = r->path; *p != '\0'; p++) {
        if (*p != '{') {
            path[n++] = *p;
            continue;
        }
        const char *close = strchr(p, '}');
        (void)snprintf(name, sizeof name, "%.*s", (int)(close - p - 1), p + 1);
        n += (size_t)snprintf(path + n, size - n, "%s", value_of(name, w));
        p = close;
    }
    path[n] = '\0';
}

static const char *body_of(const struct api_route *r)
{
    static const struct {
        const char *operation, *body;
    } bodies[] = {{"record.links", "{\"purpose\":\"yearly report\"}"},
                  {"batch.undo", "{\"reason\":\"a test\"}"},
                  {"upload.put", "{\"name\":\"a.csv\",\"bytes\":\"YQ==\",\"last\":true}"},
                  {"explore.table", "{\"form\":\"victim\",\"rows\":[\"sex\"]}"},
                  {"explore.download",
                   "{\"form\":\"victim\",\"rows\":[\"sex\"],\"format\":\"csv\"}"},
                  {"entry.begin", "{\"form\":\"victim\",\"organisation\":\"GNR\"}"},
                  {"entry.save", "{\"fields\":{\"sex\":\"F\"}}"},
                  {"entry.submit", "{\"state\":\"incomplete\"}"}};
    if (strcmp(r->operation, "import.submit") == 0) return file_body("y.csv");
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (strcmp(bodies[i].operation, r->operation) == 0) return bodies[i].body;
    return r->method == METHOD_GET || r->method == METHOD_DELETE ? NULL : "{}";
}

static void name_dashboard(char *path, size_t size, const struct api_route *r, struct person *p)
{
    if (strcmp(r->operation, "dashboard.show") != 0 || !may_ask(p, r->operation)) return;
    const struct json *list = person_do(p, desk, "dashboard.list", "{}");
    (void)snprintf(path, size, API_ROOT "/dashboards/%s",
                   json_get_text(json_at(json_get(list, "dashboards"), 0), "name", ""));
}

static void walk_2_1_every_route_and_role(void **state)
{
    (void)state;
    enum { ROUTES_MAX = 100 };
    bool answered[ROUTES_MAX] = {false};
    size_t n_route = 0, n_cell = 0;
    while (api_route_at(n_route) != NULL) n_route++;
    assert_true(n_route < ROUTES_MAX);
    for (size_t i = 0; i < N_PEOPLE; i++) {
        struct person *p = &people[i];
        person_sign_in(p, desk);
        for (size_t k = 0; k < n_route; k++) {
            const struct api_route *r = api_route_at(k);
            struct work w;
            char path[300];
            begin_draft(&w, p, is_one_of(r->operation, "entry.conflict", "entry.merge"));
            if (is_one_of(r->operation, "entry.compare", "entry.resolve")) park(&w, p);
            begin_job(&w, p);
            fill(path, sizeof path, r, &w);
            name_dashboard(path, sizeof path, r, p);
            int status = ask(&(struct asked){.method = r->method,
                                             .path = path,
                                             .key = key[i],
                                             .body = body_of(r),
                                             .if_match = r->version == NULL ? NULL : w.version});
            hold_answer(r);
            n_cell++;
            if (!may_ask(p, r->operation)) {
                if (status != 403) fail_msg("%s: %s answers %d", p->account, path, status);
                assert_string_equal(problem(), "token.scope");
                continue;
            }
            if (status >= 500 || status == 401)
                fail_msg("%s: %s answers %d: %s", p->account, path, status, buf_text(&out.body).p);
            if (status < 300) answered[k] = true;
            else
                print_message("%s: %s %s: %d %s\n", p->account, method_key(r->method), path, status,
                              json_get_text(said, "type", ""));
        }
    }
    for (size_t k = 0; k < n_route; k++)
        if (!answered[k]) fail_msg("nobody was ever answered at %s", api_route_at(k)->path);
    print_message("%zu cells\n", n_cell);
    desk_verify(desk);
}

/* ---- 3 ---- */

static void refused_401(const struct asked *a)
{
    assert_int_equal(ask(a), 401);
    assert_string_equal(problem(), "session.none");
    assert_string_equal(header_of("WWW-Authenticate"), "Bearer realm=\"dcim\"");
}

static void keys_3_1_no_key(void **state)
{
    (void)state;
    const char *path = API_ROOT "/records";
    char wrong[KEY_SIZE], query[KEY_SIZE + 20];
    (void)snprintf(wrong, sizeof wrong, "%s", key[1]);
    wrong[20] = wrong[20] == '0' ? '1' : '0';
    refused_401(&(struct asked){.method = METHOD_GET, .path = path});
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .key = ""});
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .key = "dcim_"});
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .key = wrong});
    person_sign_in(&people[1], desk);
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .key = people[1].session});
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .cookie = people[1].session});
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .cookie = key[1]});
    (void)snprintf(query, sizeof query, "access_token=%s", key[1]);
    refused_401(&(struct asked){.method = METHOD_GET, .path = path, .query = query});
    assert_int_equal(get(key[1], path, NULL), 200);
}

static void keys_3_2_scope_and_revoking(void **state)
{
    (void)state;
    char one[KEY_SIZE];
    make_key(one, &people[1], "batch.list");
    assert_int_equal(get(one, API_ROOT "/batches", NULL), 200);
    assert_int_equal(get(one, API_ROOT "/records", NULL), 403);
    assert_string_equal(problem(), "token.scope");
    const struct json *list = json_get(person_do(&people[1], desk, "token.list", "{}"), "tokens");
    int64_t number = 0;
    for (size_t i = 0; i < json_size(list); i++)
        if (json_size(json_get(json_at(list, i), "operations")) == 1)
            number = json_get_int(json_at(list, i), "number", 0);
    (void)person_do(&people[1], desk, "token.revoke", "{'number':%lld}", (long long)number);
    assert_int_equal(get(one, API_ROOT "/batches", NULL), 401);
}

/* The purpose is the key's; another one is refused. */
static void keys_3_3_purpose(void **state)
{
    (void)state;
    char path[100];
    (void)snprintf(path, sizeof path, API_ROOT "/records/%s/links", own);
    assert_int_equal(post(key[1], path, "{\"purpose\":\"curiosity\"}"), 403);
    assert_string_equal(problem(), "token.purpose");
    assert_int_equal(post(key[1], path, "{\"purpose\":\"yearly report\"}"), 200);
}

/* A key for reading releases reads them and nothing else; the file has the release's digest. */
static void keys_3_4_releases(void **state)
{
    (void)state;
    char one[KEY_SIZE], file_key[KEY_SIZE], digest[65], have[65];
    struct buf file;
    uint8_t hash[32];
    make_key(one, &people[0], "release.read");
    make_key(file_key, &people[0], "release.download");
    assert_int_equal(get(one, API_ROOT "/releases/1", NULL), 200);
    assert_string_equal(json_get_text(said, "state", ""), "published");
    (void)snprintf(digest, sizeof digest, "%s", json_get_text(said, "digest", ""));
    const struct json *table = json_at(json_get(json_get(said, "document"), "tables"), 0);
    assert_int_equal(json_size(json_get(table, "counts")), 1);
    assert_int_equal(get(file_key, API_ROOT "/releases/1/file", NULL), 200);
    buf_init(&file, 1 << 20);
    assert_true(base64_take(&file, text_of(json_get_text(said, "base64", ""))));
    crypto_sha256(hash, file.p, file.n);
    crypto_hex(have, hash, sizeof hash);
    assert_string_equal(have, digest);
    buf_release(&file);
    assert_int_equal(get(one, API_ROOT "/releases", NULL), 403);
    assert_int_equal(get(one, API_ROOT "/records", NULL), 403);
    assert_int_equal(get(one, API_ROOT "/releases/2", NULL), 404);
}

/* ---- 4 ---- */

static void fault_is(const char *where, const char *name, const char *code)
{
    const struct json *row = json_at(json_get(said, "errors"), 0);
    assert_string_equal(problem(), "api.parameters");
    assert_int_equal(out.status, 400);
    assert_string_equal(json_get_text(row, where, ""), name);
    assert_string_equal(json_get_text(row, "code", ""), code);
}

static void sent_4_1_what_is_not_described(void **state)
{
    (void)state;
    const char *tables = API_ROOT "/tables", *records = API_ROOT "/records";
    (void)post(key[1], tables, "{\"form\":\"victim\",\"admin\":true}");
    fault_is("pointer", "/admin", "call.unknown");
    (void)post(key[1], tables, "{\"a/b~c\":1}");
    fault_is("pointer", "/a~1b~0c", "call.unknown");
    (void)post(key[1], tables, "{\"rows\":\"sex\"}");
    fault_is("pointer", "/rows", "call.type");
    (void)post(key[1], API_ROOT "/batches/1/undo", "{}");
    fault_is("pointer", "/reason", "call.missing");
    (void)post(key[1], API_ROOT "/batches/one/undo", "{\"reason\":\"x\"}");
    fault_is("parameter", "batch", "call.type");
    (void)get(key[1], records, "after=1");
    fault_is("parameter", "after", "call.unknown");
    (void)get(key[1], records, "limit=1&limit=2");
    fault_is("parameter", "limit", "call.repeated");
    (void)get(key[1], records, "limit=many");
    fault_is("parameter", "limit", "call.type");
    assert_int_equal(get(key[1], records, "limit=100000"), 400);
    assert_string_equal(problem(), "call.range");
    /* A member of the path is none of the body. */
    (void)post(key[1], API_ROOT "/batches/1/undo", "{\"reason\":\"x\",\"batch\":2}");
    fault_is("pointer", "/batch", "call.unknown");
}

static void sent_4_2_types_and_bodies(void **state)
{
    (void)state;
    static const char *const types[] = {"application/x-www-form-urlencoded", "multipart/form-data",
                                        "text/plain", "application/csp-report"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(ask(&(struct asked){.method = METHOD_POST,
                                             .path = API_ROOT "/tables",
                                             .key = key[1],
                                             .body = "",
                                             .type = types[i]}),
                         415);
        (void)problem();
    }
    assert_int_equal(post(key[1], API_ROOT "/tables", "[1]"), 400);
    assert_int_equal(post(key[1], API_ROOT "/tables", "{\"form\":"), 400);
    assert_int_equal(post(key[1], API_ROOT "/tables", "{\"form\":\"victim\",\"form\":\"case\"}"),
                     400);
    assert_string_equal(problem(), "api.json");
    assert_int_equal(ask(&(struct asked){.method = METHOD_GET,
                                         .path = API_ROOT "/records",
                                         .key = key[1],
                                         .body = "{}"}),
                     400);
    static const char *const wrong[] = {"", "two words", "\xc3\xa1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ask(&(struct asked){.method = METHOD_POST,
                                             .path = API_ROOT "/drafts",
                                             .key = key[1],
                                             .body = "{\"form\":\"victim\"}",
                                             .idempotency = wrong[i]}),
                         400);
        assert_string_equal(problem(), "api.idempotency");
    }
    assert_int_equal(ask(&(struct asked){.method = METHOD_GET,
                                         .path = API_ROOT "/drafts",
                                         .key = key[1],
                                         .idempotency = "1"}),
                     400);
}

static void sent_4_3_addresses_and_methods(void **state)
{
    (void)state;
    static const char *const nowhere[] = {
        "/api",          "/api/v1", "/api/v2/records", "/api/v1/", "/api/v1/records/x/y/z",
        "/api/v1records"};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        assert_int_equal(get(key[1], nowhere[i], NULL), 404);
    assert_int_equal(post(key[1], API_ROOT "/records", "{}"), 405);
    assert_int_equal(
        ask(&(struct asked){.method = METHOD_DELETE, .path = API_ROOT "/records/x", .key = key[1]}),
        405);
}

/* ---- 5 ---- */

static void lists_5_1_page_by_page(void **state)
{
    (void)state;
    char query[300] = "limit=3&form=victim", seen[100][20];
    size_t n = 0;
    for (int page = 0; page < 20; page++) {
        assert_int_equal(get(key[1], API_ROOT "/records", query), 200);
        const struct json *list = json_get(said, "records");
        assert_true(json_size(list) <= 3);
        for (size_t i = 0; i < json_size(list); i++) {
            const char *code = json_get_text(json_at(list, i), "record", "");
            for (size_t k = 0; k < n; k++) assert_string_not_equal(seen[k], code);
            (void)snprintf(seen[n++], sizeof seen[0], "%s", code);
        }
        const char *next = json_get_text(said, "next", NULL);
        if (next == NULL) break;
        assert_true(text_starts(text_of(next), TEXT(API_ROOT "/records?")));
        (void)snprintf(query, sizeof query, "%s", strchr(next, '?') + 1);
    }
    const struct json *all =
        json_get(desk_do(desk, "record.list", "{'form':'victim','limit':1000}"), "records");
    assert_int_equal(n, json_size(all));
    assert_int_equal(get(key[1], API_ROOT "/records", "cursor=x"), 400);
}

/* ---- 6 ---- */

static int save(const char *path, const char *tag, const char *fields)
{
    return ask(&(struct asked){
        .method = METHOD_PATCH, .path = path, .key = key[1], .body = fields, .if_match = tag});
}

static void versions_6_1_two_writers(void **state)
{
    (void)state;
    char path[200], first[40];
    assert_int_equal(post(key[1], API_ROOT "/drafts",
                          "{\"form\":\"victim\",\"organisation\":\"GNR\"}"),
                     201);
    (void)snprintf(path, sizeof path, "%s", header_of("Content-Location"));
    assert_int_equal(get(key[1], path, NULL), 200);
    (void)snprintf(first, sizeof first, "%s", header_of("ETag"));
    assert_string_equal(first, "\"1\"");
    assert_int_equal(save(path, NULL, "{\"fields\":{\"sex\":\"F\"}}"), 428);
    assert_int_equal(save(path, "1", "{\"fields\":{\"sex\":\"F\"}}"), 412);
    assert_int_equal(save(path, "W/\"1\"", "{\"fields\":{\"sex\":\"F\"}}"), 412);
    assert_int_equal(save(path, "*", "{\"fields\":{\"sex\":\"F\"}}"), 412);
    assert_int_equal(save(path, first, "{\"fields\":{\"sex\":\"F\"}}"), 200);
    assert_string_equal(header_of("ETag"), "\"2\"");
    assert_int_equal(save(path, first, "{\"fields\":{\"sex\":\"M\"}}"), 412);
    assert_string_equal(problem(), "api.conflict");
    (void)snprintf(path + strlen(path), sizeof path - strlen(path), "/compare");
    assert_int_equal(get(key[1], path, NULL), 200); /* nothing that was sent is lost */
    assert_true(json_size(json_get(said, "compare")) > 0);
}

/* ---- 7 ---- */

static void errors_7_1_of_the_server_say_nothing(void **state)
{
    (void)state;
    static const int statuses[] = {400, 413, 429, 500, 503};
    struct request r = {.path = TEXT("/api/v1/records")};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        response_release(&out);
        response_init(&out);
        api_error(&site, &r, statuses[i], "fedcba9876543210", &out);
        json_free(said);
        assert_true(json_parse(&said, buf_text(&out.body), NULL));
        assert_int_equal(out.status, statuses[i]);
        (void)problem();
        assert_string_equal(json_get_text(said, "instance", ""),
                            "urn:dcim:request:fedcba9876543210");
        assert_int_equal(json_get_int(said, "status", 0), statuses[i]);
        assert_int_equal(json_size(json_get(said, "errors")), 0);
        if (statuses[i] >= 500) assert_string_equal(problem(), "server");
    }
}

/* A desk that is gone. */
static void errors_7_2_no_desk(void **state)
{
    (void)state;
    struct service_options o = desk_options("nowhere", NULL);
    struct service *none = desk_open_with(&o), *kept = desk;
    site.desk = &none;
    int status = get(key[1], API_ROOT "/records", NULL);
    site.desk = &kept;
    service_close(none);
    site.desk = &desk;
    assert_true(status == 404 || status >= 500);
    assert_null(strstr(buf_text(&out.body).p, "nowhere/"));
}

/* ---- 8 ---- */

static void log_8_1_reading_is_an_entry(void **state)
{
    (void)state;
    char path[100];
    (void)snprintf(path, sizeof path, API_ROOT "/records/%s", own);
    int64_t before = desk_entries(desk, "record.read");
    assert_int_equal(get(key[1], path, NULL), 200);
    assert_string_equal(header_of("ETag"), "\"1\"");
    const struct json *last = desk_last_entry(desk);
    assert_string_equal(json_get_text(last, "action", ""), "record.read");
    assert_string_equal(json_get_text(last, "actor", ""), "manager");
    assert_string_equal(json_get_text(last, "purpose", ""), "yearly report");
    assert_string_equal(json_get_text(last, "source", ""), "192.0.2.0/24");
    assert_true(desk_entries(desk, "record.read") == before + 1);
}

/* ---- 9 ---- */

static void scope_9_1_foreign_is_missing(void **state)
{
    (void)state;
    static const char *const ends[] = {"", "/history"};
    char path[100];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *first;
        (void)snprintf(path, sizeof path, API_ROOT "/records/%s%s", foreign, ends[i]);
        assert_int_equal(get(key[0], path, NULL), 404);
        first = strdup(buf_text(&out.body).p);
        for (char *at; (at = strstr(first, foreign)) != NULL;) memset(at, '0', strlen(foreign));
        char missing[20];
        (void)snprintf(missing, sizeof missing, "%s", foreign);
        memset(missing, '0', strlen(missing));
        (void)snprintf(path, sizeof path, API_ROOT "/records/%s%s", missing, ends[i]);
        assert_int_equal(get(key[0], path, NULL), 404);
        assert_string_equal(buf_text(&out.body).p, first);
        free(first);
    }
    assert_int_equal(get(key[0], API_ROOT "/records", "limit=1000"), 200);
    const struct json *list = json_get(said, "records");
    assert_true(json_size(list) > 0);
    for (size_t i = 0; i < json_size(list); i++)
        assert_string_equal(json_get_text(json_at(list, i), "organisation", ""), "GNR");
}

/* ---- 10 ---- */

static size_t contributor(void)
{
    for (size_t i = 0; i < N_PEOPLE; i++)
        if (strcmp(people[i].role, "contributor") == 0 && people[i].organisation != NULL &&
            strcmp(people[i].organisation, "GNR") == 0)
            return i;
    fail_msg("nobody keeps records of the GNR");
    return 0;
}

static void imports_10_1_from_file_to_undo(void **state)
{
    (void)state;
    const char *k = key[contributor()];
    char path[200], undo[100];
    int64_t before = desk_records(desk, "victim");
    desk_victims("y.csv", "E", 40, 44, 0);
    assert_int_equal(post(k, API_ROOT "/imports", file_body("y.csv")), 202);
    (void)snprintf(path, sizeof path, "%s", header_of("Content-Location"));
    assert_int_equal(get(k, path, NULL), 200);
    assert_string_equal(json_get_text(said, "state", ""), "done");
    assert_int_equal(json_get_int(json_get(said, "counts"), "new", -1), 4);
    assert_int_equal(desk_records(desk, "victim"), before);
    char confirm[220], findings[220];
    (void)snprintf(confirm, sizeof confirm, "%s/confirm", path);
    (void)snprintf(findings, sizeof findings, "%s/findings", path);
    assert_int_equal(get(k, findings, NULL), 200);
    assert_int_equal(get(key[contributor() == 0 ? 1 : 0], path, NULL), 404);
    assert_int_equal(post(k, confirm, "{}"), 202);
    (void)snprintf(path, sizeof path, "%s", header_of("Content-Location"));
    assert_int_equal(get(k, path, NULL), 200);
    int64_t batch = json_get_int(json_get(said, "counts"), "batch", 0);
    assert_true(batch > 0);
    assert_int_equal(desk_records(desk, "victim"), before + 4);
    (void)snprintf(confirm, sizeof confirm, "%s/confirm", path);
    assert_int_equal(post(k, confirm, "{}"), 409); /* it is no check */
    assert_string_equal(problem(), "import.not_checked");
    (void)snprintf(undo, sizeof undo, API_ROOT "/batches/%lld/undo", (long long)batch);
    assert_int_equal(post(k, undo, "{\"reason\":\"a test\"}"), 200);
    assert_int_equal(desk_records(desk, "victim"), before);
    assert_int_equal(post(k, API_ROOT "/imports",
                          "{\"form\":\"victim\",\"organisation\":\"APAV\",\"bytes\":\"YQ==\"}"),
                     403);
}

/* ---- 11 ---- */

static int named(const char *k, const char *name, const char *body)
{
    return ask(&(struct asked){.method = METHOD_POST,
                               .path = API_ROOT "/drafts",
                               .key = k,
                               .body = body,
                               .idempotency = name});
}

static size_t n_draft(size_t who)
{
    return json_size(json_get(person_do(&people[who], desk, "entry.list", "{}"), "drafts"));
}

static void once_11_1_done_once(void **state)
{
    (void)state;
    static const char *const body = "{\"form\":\"victim\",\"organisation\":\"GNR\"}";
    size_t who = contributor();
    person_sign_in(&people[who], desk);
    size_t before = n_draft(who);
    char first[400], draft[40];
    assert_int_equal(named(key[who], "name-1", body), 201);
    (void)snprintf(first, sizeof first, "%.*s", (int)out.body.n, out.body.p);
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(said, "draft", ""));
    assert_int_equal(named(key[who], "name-1", body), 201);
    assert_string_equal(json_get_text(said, "draft", ""), draft);
    assert_int_equal(strncmp(first, out.body.p, out.body.n), 0);
    assert_int_equal(n_draft(who), before + 1);
    assert_int_equal(named(key[who], "name-1", "{\"form\":\"suspect\",\"organisation\":\"GNR\"}"),
                     422);
    assert_string_equal(problem(), "once.other");
    assert_int_equal(named(key[who], "name-2", body), 201);
    assert_string_not_equal(json_get_text(said, "draft", ""), draft);
    assert_int_equal(n_draft(who), before + 2);
}

static void once_11_2_what_failed_may_be_tried_again(void **state)
{
    (void)state;
    size_t who = contributor();
    assert_true(named(key[who], "name-3", "{\"form\":\"victim\",\"organisation\":\"NONE\"}") >=
                400);
    assert_int_equal(named(key[who], "name-3", "{\"form\":\"victim\",\"organisation\":\"GNR\"}"),
                     201);
}

static void once_11_3_for_a_day(void **state)
{
    (void)state;
    static const char *const body = "{\"form\":\"victim\",\"organisation\":\"GNR\"}";
    size_t who = contributor();
    char draft[40];
    assert_int_equal(named(key[who], "name-4", body), 201);
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(said, "draft", ""));
    people_wait(desk, 23 * 3600);
    assert_int_equal(named(key[who], "name-4", body), 201);
    assert_string_equal(json_get_text(said, "draft", ""), draft);
    people_wait(desk, 2 * 3600);
    assert_int_equal(named(key[who], "name-4", body), 201);
    assert_string_not_equal(json_get_text(said, "draft", ""), draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_1_1_described_and_there),
        cmocka_unit_test(table_1_2_given_to_anybody_as_it_is),
        cmocka_unit_test(keys_3_1_no_key),
        cmocka_unit_test(keys_3_2_scope_and_revoking),
        cmocka_unit_test(keys_3_3_purpose),
        cmocka_unit_test(keys_3_4_releases),
        cmocka_unit_test(sent_4_1_what_is_not_described),
        cmocka_unit_test(sent_4_2_types_and_bodies),
        cmocka_unit_test(sent_4_3_addresses_and_methods),
        cmocka_unit_test(lists_5_1_page_by_page),
        cmocka_unit_test(versions_6_1_two_writers),
        cmocka_unit_test(errors_7_1_of_the_server_say_nothing),
        cmocka_unit_test(errors_7_2_no_desk),
        cmocka_unit_test(log_8_1_reading_is_an_entry),
        cmocka_unit_test(scope_9_1_foreign_is_missing),
        cmocka_unit_test(imports_10_1_from_file_to_undo),
        cmocka_unit_test(once_11_1_done_once),
        cmocka_unit_test(once_11_2_what_failed_may_be_tried_again),
        cmocka_unit_test(once_11_3_for_a_day),
        cmocka_unit_test(walk_2_1_every_route_and_role),
    };
    int failed = cmocka_run_group_tests(tests, begin, end);
    response_release(&out);
    json_free(said);
    return failed;
}
