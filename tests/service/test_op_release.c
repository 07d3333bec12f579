/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_release.c and src/service/op_release_read.c
 *  1 prepared of saved questions and of tables, shown, approved by another person, listed
 *  2 four eyes: nobody decides about their own, and a role that may not decides nothing (S53);
 *    approving wants a fresh second factor (S46); every act is in the log (S20)
 *  3 roles and states: who sees what waits, is refused, published, withdrawn (S51)
 *  4 what was approved is what is handed out, byte for byte, when register and time have moved on
 *  5 withdrawn: listed with its reason, handed out no more; replaced
 *  6 refused, with a reason; nothing leads back
 *  7 no raw count: every file and document has what the table shows, and small counts nowhere
 *  8 what cannot be prepared: no tables, too many, unknown members, unreadable forms, a threshold
 *    below the pack's, a release that never was; who sees one organisation prepares nothing
 *  9 my work: a number for who approves, another for who waits
 * 10 words are sealed (S12)     11 the tables of one release are of one state of the register */
#include "harness.h"

#include "people.h"

#include "base/base64.h"
#include "base/crypto.h"
#include "disclosure/release_document.h"
#include "raw.h"
#include "service/service_internal.h"
#include "store/keyring.h"

#define TABLES "'tables':['{\\\"form\\\":\\\"victim\\\",\\\"rows\\\":[\\\"sex\\\"]}']"
#define TWO_TABLES                                                                        \
    "'tables':['{\\\"form\\\":\\\"victim\\\",\\\"rows\\\":[\\\"sex\\\"]}',"                \
    "'{\\\"form\\\":\\\"victim\\\",\\\"rows\\\":[\\\"sex\\\"],"                            \
    "\\\"columns\\\":[\\\"exploitation_form\\\"]}']"

static struct service *desk;
static struct person ana = {.account = "ana", .role = "publisher"},
                     eva = {.account = "eva", .role = "publisher"},
                     bia = {.account = "bia", .role = "data-manager"},
                     dpo = {.account = "dpo", .role = "auditor"},
                     gnr = {.account = "gnr", .role = "contributor", .organisation = "GNR"},
                     analyst = {.account = "analyst", .role = "analyst"},
                     admin = {.account = "admin", .role = "administrator"};
static struct person *const all[] = {&ana, &eva, &bia, &dpo, &gnr, &analyst, &admin};
enum { N_ALL = sizeof all / sizeof *all };

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "a test";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, 120, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    for (size_t i = 0; i < N_ALL; i++) person_make(all[i], desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    desk_verify(desk);
    service_close(desk);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ALL; i++) person_sign_in(all[i], desk);
    return 0;
}

static long long prepared(struct person *p)
{
    return (long long)json_get_int(
        person_do(p, desk, "release.prepare",
                  "{'title':'RELEASE-CANARY','note':'NOTE-CANARY'," TWO_TABLES "}"),
        "release", 0);
}

static const char *state_of(struct person *p, long long n)
{
    return json_get_text(person_do(p, desk, "release.show", "{'release':%lld}", n), "state", "");
}

static void unknown_to(struct person *p, long long n)
{
    static const char *const reading[] = {"release.show", "release.read", "release.download"};
    for (size_t i = 0; i < sizeof reading / sizeof *reading; i++)
        (void)person_refused(p, desk, ERR_NOT_FOUND, "release.unknown", reading[i],
                             "{'release':%lld}", n);
}

static size_t listed(struct person *p, long long n)
{
    const struct json *list = json_get(person_do(p, desk, "release.list", "{}"), "releases");
    size_t found = 0;
    for (size_t i = 0; i < json_size(list); i++)
        found += json_get_int(json_at(list, i), "release", 0) == n;
    return found;
}

/* The file that is handed out, from `out`'s arena: a buffer to be released. */
static void downloaded(struct buf *out, struct person *p, long long n, const char *more)
{
    const struct json *r =
        person_do(p, desk, "release.download", "{'release':%lld%s}", n, more);
    buf_init(out, 4 * 1024 * 1024);
    assert_true(base64_take(out, text_of(json_get_text(r, "base64", ""))));
    assert_int_equal(json_get_int(r, "size", -1), out->n);
    assert_int_equal(json_get_int(r, "next", 0), -1);
}

/* ---- 1, 2 ---- */

static void release_1_one_life(void **state)
{
    (void)state;
    char code[20], digest[80];
    const struct json *r = person_do(&ana, desk, "question.save",
                                     "{'form':'victim','rows':['sex'],'columns':['exploitation_form']}");
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "question", ""));
    r = person_do(&ana, desk, "release.choices", "{'question':'%s'}", code);
    const struct json *question = json_at(json_get(r, "questions"), 0);
    assert_true(json_get_bool(question, "chosen", false));
    r = person_do(&ana, desk, "release.prepare",
                  "{'title':'Victims 2023','questions':['%s']," TABLES "}", code);
    assert_string_equal(json_get_text(r, "state", ""), "waiting");
    long long n = (long long)json_get_int(r, "release", 0);
    assert_true(n == 1);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "release");
    assert_string_equal(json_get_text(entry, "object_id", ""), "1");
    assert_string_equal(json_get_text(entry, "fields", ""), "prepared");
    assert_int_equal(json_get_int(entry, "count", 0), 2);

    r = person_do(&bia, desk, "release.show", "{'release':1}");
    assert_true(json_get_bool(r, "may_decide", false) && json_get_bool(r, "waiting", false));
    assert_int_equal(json_size(json_get(r, "figures")), 2);
    assert_true(json_size(json_get(r, "cautions")) >= 1);
    assert_string_equal(json_get_text(r, "made_by", ""), "ana");
    const struct json *figure = json_get(json_at(json_get(r, "figures"), 0), "figure");
    assert_string_equal(json_get_text(figure, "id", ""), "table-1");
    assert_true(json_size(json_get(json_get(figure, "table"), "body")) > 1);
    (void)snprintf(digest, sizeof digest, "%s", json_get_text(r, "digest", ""));
    assert_int_equal(strlen(digest), 64);

    (void)person_do(&bia, desk, "release.approve", "{'release':1}");
    assert_string_equal(json_get_text(desk_last_entry(desk), "fields", ""), "published");
    r = person_do(&gnr, desk, "release.show", "{'release':1}");
    assert_string_equal(json_get_text(r, "state", ""), "published");
    assert_string_equal(json_get_text(r, "digest", ""), digest);
    assert_null(json_get_text(r, "made_by", NULL)); /* not for everybody */
    assert_int_equal(json_size(json_get(r, "cautions")), 0);
    r = person_do(&gnr, desk, "release.read", "{'release':1}");
    assert_int_equal(json_size(json_get(json_get(r, "document"), "tables")), 2);
    assert_true(listed(&gnr, 1) == 1 && listed(&admin, 1) == 1);
}

static void release_2_four_eyes(void **state)
{
    (void)state;
    long long n = prepared(&ana);
    for (size_t i = 0; i < N_ALL; i++) {
        struct person *p = all[i];
        if (p == &bia || p == &dpo) continue; /* they may */
        (void)person_refused(p, desk, ERR_DENIED, "call.not_allowed", "release.approve",
                             "{'release':%lld}", n);
        (void)person_refused(p, desk, ERR_DENIED, "call.not_allowed", "release.refuse",
                             "{'release':%lld,'reason':'x'}", n);
    }
    assert_string_equal(state_of(&bia, n), "waiting");
    people_wait(desk, 600); /* S46 */
    (void)person_refused(&bia, desk, ERR_DENIED, "session.not_fresh", "release.approve",
                         "{'release':%lld}", n);
    assert_string_equal(state_of(&bia, n), "waiting");

    /* Who holds the key may both prepare and approve, and still not their own. */
    long long own = (long long)json_get_int(
        desk_do(desk, "release.prepare", "{'title':'x'," TABLES "}"), "release", 0);
    (void)desk_refused(desk, ERR_DENIED, "release.own", "release.approve", "{'release':%lld}", own);
    (void)desk_refused(desk, ERR_DENIED, "release.own", "release.refuse",
                       "{'release':%lld,'reason':'x'}", own);
    person_sign_in(&dpo, desk);
    (void)person_do(&dpo, desk, "release.approve", "{'release':%lld}", own);
    (void)person_refused(&dpo, desk, ERR_CONFLICT, "release.conflict", "release.refuse",
                         "{'release':%lld,'reason':'x'}", own);
    assert_true(desk_entries(desk, "release") >= 5);
}

/* ---- 3 ---- */

static void release_3_who_sees_what(void **state)
{
    (void)state;
    long long waits = prepared(&ana), published = prepared(&ana), refused = prepared(&ana),
              withdrawn = prepared(&ana);
    (void)person_do(&bia, desk, "release.approve", "{'release':%lld}", published);
    (void)person_do(&bia, desk, "release.approve", "{'release':%lld}", withdrawn);
    (void)person_do(&bia, desk, "release.refuse", "{'release':%lld,'reason':'too small'}", refused);
    (void)person_do(&ana, desk, "release.withdraw", "{'release':%lld,'reason':'an error'}",
                    withdrawn);
    for (size_t i = 0; i < N_ALL; i++) {
        struct person *p = all[i];
        bool works = p == &ana || p == &eva || p == &bia || p == &dpo;
        assert_int_equal(listed(p, waits), works);
        assert_int_equal(listed(p, refused), works);
        assert_true(listed(p, published) == 1 && listed(p, withdrawn) == 1);
        if (works) {
            assert_string_equal(state_of(p, waits), "waiting");
            assert_string_equal(state_of(p, refused), "refused");
        } else {
            unknown_to(p, waits);
            unknown_to(p, refused);
        }
        unknown_to(p, 999);
        assert_string_equal(state_of(p, published), "published");
        assert_string_equal(state_of(p, withdrawn), "withdrawn");
    }
    struct json *out;
    struct err e = {0};
    assert_false(people_try(&out, desk, NULL, NULL, &e, "release.list", "{}")); /* nobody */
    assert_int_equal(e.code, ERR_DENIED);
}

/* ---- 4, 5, 6 ---- */

static void release_4_byte_for_byte(void **state)
{
    (void)state;
    static const char *const files[] = {"", ",'format':'csv','table':1", ",'format':'csv','table':2",
                                        ",'format':'xlsx','table':2"};
    enum { N = sizeof files / sizeof *files };
    struct buf before[N], after;
    long long n = prepared(&ana);
    uint8_t hash[32];
    char digest[65];
    for (size_t i = 0; i < N; i++) downloaded(&before[i], &bia, n, files[i]); /* as it waits */
    crypto_sha256(hash, before[0].p, before[0].n);
    crypto_hex(digest, hash, sizeof hash);
    const struct json *r = person_do(&bia, desk, "release.show", "{'release':%lld}", n);
    assert_string_equal(json_get_text(r, "digest", ""), digest);
    (void)person_do(&bia, desk, "release.approve", "{'release':%lld}", n);

    desk_victims("more.csv", "M", 500, 540, 0);
    (void)desk_do(desk, "import.run", "{'file':'more.csv','form':'victim','organisation':'APAV'}");
    people_wait(desk, 2 * 86400);
    for (size_t i = 0; i < N_ALL; i++) person_sign_in(all[i], desk);
    for (size_t i = 0; i < N; i++) {
        downloaded(&after, &gnr, n, files[i]);
        assert_int_equal(after.n, before[i].n);
        assert_memory_equal(after.p, before[i].p, after.n);
        buf_release(&after);
        buf_release(&before[i]);
    }
    long long later = prepared(&ana); /* counted anew, it is another */
    downloaded(&after, &bia, later, "");
    uint8_t other[32];
    crypto_sha256(other, after.p, after.n);
    assert_memory_not_equal(hash, other, sizeof hash);
    buf_release(&after);
    (void)person_refused(&gnr, desk, ERR_NOT_FOUND, "release.no_table", "release.download",
                         "{'release':%lld,'format':'csv','table':3}", n);
}

static void release_5_withdrawn_and_replaced(void **state)
{
    (void)state;
    long long n = prepared(&ana);
    (void)person_refused(&ana, desk, ERR_CONFLICT, "release.conflict", "release.withdraw",
                         "{'release':%lld,'reason':'not yet'}", n);
    (void)person_refused(&ana, desk, ERR_USAGE, "release.replaces", "release.prepare",
                         "{'title':'x','replaces':%lld," TABLES "}", n);
    (void)person_do(&bia, desk, "release.approve", "{'release':%lld}", n);
    long long next = (long long)json_get_int(
        person_do(&eva, desk, "release.prepare", "{'title':'x','replaces':%lld," TABLES "}", n),
        "release", 0);
    const struct json *r = person_do(&gnr, desk, "release.show", "{'release':%lld}", n);
    assert_false(json_has(r, "replaced_by"));
    (void)person_do(&bia, desk, "release.approve", "{'release':%lld}", next);
    r = person_do(&gnr, desk, "release.show", "{'release':%lld}", n);
    assert_int_equal(json_get_int(r, "replaced_by", 0), next);
    (void)person_refused(&bia, desk, ERR_DENIED, "call.not_allowed", "release.withdraw",
                         "{'release':%lld,'reason':'x'}", n);
    (void)person_do(&eva, desk, "release.withdraw", "{'release':%lld,'reason':'a wrong filter'}", n);
    r = person_do(&gnr, desk, "release.show", "{'release':%lld}", n);
    assert_string_equal(json_get_text(r, "reason", ""), "a wrong filter");
    assert_int_equal(json_size(json_get(r, "figures")), 0);
    r = person_do(&gnr, desk, "release.read", "{'release':%lld}", n);
    assert_false(json_has(r, "document"));
    for (size_t i = 0; i < N_ALL; i++)
        (void)person_refused(all[i], desk, ERR_DENIED, "release.withdrawn", "release.download",
                             "{'release':%lld}", n);
    (void)person_refused(&ana, desk, ERR_CONFLICT, "release.conflict", "release.withdraw",
                         "{'release':%lld,'reason':'again'}", n);
}

static void release_6_refused(void **state)
{
    (void)state;
    long long n = prepared(&ana);
    (void)person_refused(&bia, desk, ERR_USAGE, "call.missing", "release.refuse",
                         "{'release':%lld}", n);
    (void)person_do(&bia, desk, "release.refuse", "{'release':%lld,'reason':'one group is small'}",
                    n);
    const struct json *r = person_do(&ana, desk, "release.show", "{'release':%lld}", n);
    assert_string_equal(json_get_text(r, "reason", ""), "one group is small");
    (void)person_refused(&bia, desk, ERR_CONFLICT, "release.conflict", "release.approve",
                         "{'release':%lld}", n);
    (void)person_refused(&ana, desk, ERR_CONFLICT, "release.conflict", "release.withdraw",
                         "{'release':%lld,'reason':'x'}", n);
}

/* ---- 7 ---- */

static void release_7_no_raw_count(void **state)
{
    (void)state;
    struct buf file;
    struct release_set set;
    struct arena *a = arena_new(ARENA_PLAIN);
    long long n = prepared(&ana);
    downloaded(&file, &bia, n, "");
    assert_true(release_document_read(&set, buf_text(&file), a, NULL));
    size_t n_hidden = 0;
    for (size_t t = 0; t < set.n_table; t++)
        for (size_t i = 0; i < set.table[t].n_cell; i++) {
            if (set.table[t].status[i] == CELL_HIDDEN) n_hidden++;
            else assert_true(set.table[t].count[i] == 0 || set.table[t].count[i] >= set.threshold);
        }
    assert_true(set.threshold >= 3 && set.n_table == 2);
    (void)n_hidden;
    buf_release(&file);
    arena_free(a);
}

/* ---- 8 ---- */

static void release_8_cannot_be_prepared(void **state)
{
    (void)state;
    (void)person_refused(&ana, desk, ERR_USAGE, "release.tables", "release.prepare",
                         "{'title':'x'}");
    (void)person_refused(&ana, desk, ERR_USAGE, "release.tables", "release.prepare",
                         "{'title':'x','tables':['1','2','3','4','5','6','7','8','9','10','11','12',"
                         "'13']}");
    (void)person_refused(&ana, desk, ERR_USAGE, "call.unknown", "release.prepare",
                         "{'title':'x','tables':['{\\\"form\\\":\\\"victim\\\",\\\"raw\\\":true}']}");
    (void)person_refused(&ana, desk, ERR_INPUT, "json.malformed", "release.prepare",
                         "{'title':'x','tables':['{']}");
    (void)person_refused(&ana, desk, ERR_USAGE, "call.no_form", "release.prepare",
                         "{'title':'x','tables':['{\\\"form\\\":\\\"nobody\\\"}']}");
    (void)person_refused(&ana, desk, ERR_NOT_FOUND, "question.unknown", "release.prepare",
                         "{'title':'x','questions':['0000-0000-0000']}");
    (void)person_refused(&ana, desk, ERR_DENIED, "table.threshold_too_low", "release.prepare",
                         "{'title':'x','threshold':2," TABLES "}");
    (void)person_refused(&ana, desk, ERR_NOT_FOUND, "release.unknown", "release.prepare",
                         "{'title':'x','replaces':9999," TABLES "}");
    (void)person_refused(&ana, desk, ERR_USAGE, "call.missing", "release.prepare",
                         "{" TABLES "}");
    struct person *const others[] = {&bia, &dpo, &gnr, &analyst, &admin};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        (void)person_refused(others[i], desk, ERR_DENIED, "call.not_allowed", "release.prepare",
                             "{'title':'x'," TABLES "}");

    /* A key for a program that is for one organisation counts no register. */
    char token[200];
    const struct json *r =
        person_do(&ana, desk, "token.add",
                  "{'label':'one','operations':['release.prepare','release.list'],"
                  "'organisation':'GNR','purpose':'a test','days':1}");
    (void)snprintf(token, sizeof token, "%s", json_get_text(r, "token", ""));
    struct json *out;
    struct err e = {0};
    assert_false(people_try(&out, desk, token, NULL, &e, "release.prepare",
                            "{'title':'x'," TABLES "}"));
    assert_string_equal(e.id, "release.own_records");
    assert_true(people_try(&out, desk, token, NULL, &e, "release.list", "{}"));
    json_free(out);
    assert_false(people_try(&out, desk, token, NULL, &e, "release.show", "{'release':1}"));
}

/* ---- 9, 10, 11 ---- */

static int64_t waiting(struct person *p, const char *name)
{
    return json_get_int(person_do(p, desk, "work.summary", "{}"), name, -1);
}

static void release_9_my_work(void **state)
{
    (void)state;
    int64_t before = waiting(&bia, "releases"), own = waiting(&ana, "releases_own");
    long long n = prepared(&ana);
    assert_int_equal(waiting(&bia, "releases"), before + 1);
    assert_int_equal(waiting(&dpo, "releases"), before + 1);
    assert_int_equal(waiting(&ana, "releases_own"), own + 1);
    assert_int_equal(waiting(&ana, "releases"), -1);
    assert_int_equal(waiting(&gnr, "releases"), -1);
    assert_int_equal(json_get_int(person_do(&bia, desk, "release.list", "{}"), "waiting", 0),
                     before + 1);
    (void)person_do(&bia, desk, "release.approve", "{'release':%lld}", n);
    assert_int_equal(waiting(&bia, "releases"), before);
    assert_int_equal(waiting(&ana, "releases_own"), own);
}

static void release_10_sealed(void **state)
{
    (void)state;
    (void)prepared(&ana);
    struct raw *raw = raw_open("repository/database",
                               keyring_key(store_keyring(desk->store), KEY_DATABASE));
    assert_true(raw_number(raw, "SELECT count(*) FROM release_set") > 0);
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM release_set WHERE instr(words, 'CANARY') > 0 "
                                     "OR instr(document, 'CANARY') > 0"),
                     0);
    raw_close(raw);
}

static void release_11_one_state(void **state)
{
    (void)state;
    struct buf file;
    struct release_set set;
    struct arena *a = arena_new(ARENA_PLAIN);
    int64_t generation;
    long long n = prepared(&ana);
    assert_true(store_generation(&generation, desk->store, NULL));
    downloaded(&file, &bia, n, "");
    assert_true(release_document_read(&set, buf_text(&file), a, NULL));
    assert_int_equal(set.generation, generation);
    assert_int_equal(set.table[0].count[0], set.table[1].count[0]);
    assert_int_equal(set.number, n);
    buf_release(&file);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(release_1_one_life, fresh),
        cmocka_unit_test_setup(release_2_four_eyes, fresh),
        cmocka_unit_test_setup(release_3_who_sees_what, fresh),
        cmocka_unit_test_setup(release_4_byte_for_byte, fresh),
        cmocka_unit_test_setup(release_5_withdrawn_and_replaced, fresh),
        cmocka_unit_test_setup(release_6_refused, fresh),
        cmocka_unit_test_setup(release_7_no_raw_count, fresh),
        cmocka_unit_test_setup(release_8_cannot_be_prepared, fresh),
        cmocka_unit_test_setup(release_9_my_work, fresh),
        cmocka_unit_test_setup(release_10_sealed, fresh),
        cmocka_unit_test_setup(release_11_one_state, fresh),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
