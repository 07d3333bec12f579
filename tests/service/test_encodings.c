/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/encodings.c and op_encode.c
 *  1 every imported record with identifiers has the encoding that linkage makes of them, and no
 *    document shows it (S12); changed by hand it has a new one
 *  2 a file encoded where names stay: no name is in it; imported, its records have the very
 *    encodings of the same names; the same again changes nothing
 *  3 a linkage key of another register, or damaged: refused, with what to do; names win over it;
 *    nothing of it is in a finding or an error (S64)
 *  4 the key: handed out once to a file of 0600 that was not there, for a stated purpose, in the
 *    log, by who may change keys (S15, S20)
 *  5 files that cannot be encoded, and identifiers that cannot be read
 *  6 records from before: given theirs for a stated purpose, which is in the log
 *  7 key files: read back; damaged, cut, of something else */
#include "harness.h"

#include "desk.h"

#include "base/file.h"
#include "base/mem.h"
#include "service/encodings.h"
#include "service/service_internal.h"

#include <sys/stat.h>
#include <unistd.h>

static struct service *desk;

static struct service *open_at(const char *folder, const char *role)
{
    struct service_options o = desk_options(folder, role);
    o.program = harness_program();
    o.language = "en";
    return desk_open_with(&o);
}

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = open_at("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct form *form_of(const char *name)
{
    return dictionary_form(desk->dictionary, text_of(name));
}

/* The kept encodings of a form, by record number; none: NULL. From the arena. */
static size_t kept(struct text *out, size_t max, const char *form, struct arena *a)
{
    struct row_source source;
    struct source_row row;
    struct err e = {0};
    bool found = true;
    size_t n = 0;
    if (!store_row_source(&source, desk->store, form_of(form), 0, 1, &e)) fail_msg("%s", e.msg);
    while (source.next(&source, &row, &found, &e) && found) {
        struct text t = row.record->encoding;
        assert_true(n < max);
        out[n++] = t.n == 0 ? t : (struct text){arena_copy(a, t.p, t.n), t.n};
    }
    source.close(&source);
    return n;
}

static const struct secret *key_of(struct service *s)
{
    return keyring_key(store_keyring(s->store), KEY_LINKAGE);
}

/* What linkage makes of row `i` of desk_victims(). */
static struct text expected(int i, struct arena *a)
{
    struct linkage_plan plan;
    struct record r;
    struct err e = {0};
    assert_true(linkage_plan(&plan, desk->dictionary, form_of("victim"), &e));
    struct encoder *encoder = linkage_plan_encoder(&plan, key_of(desk));
    record_init(&r, desk->dictionary, form_of("victim"), a);
    const char *const name[] = {"family_name", "given_names"};
    for (int k = 0; k < 2; k++) {
        const char *text = arena_printf(a, "%s-%d", k == 0 ? "FAMILY" : "GIVEN", i);
        const struct variable *v =
            dictionary_variable(desk->dictionary, form_of("victim")->id, text_of(name[k]));
        *record_value(&r, v->id, 0) = (struct value){.kind = VALUE_TEXT, .text = text_of(text)};
    }
    struct text t = linkage_plan_encode(&plan, encoder, &r, a);
    encoder_free(encoder);
    return t;
}

static bool file_has(const char *path, const char *what)
{
    size_t n;
    char *p = harness_read(path, &n);
    bool has = memmem(p, n, what, strlen(what)) != NULL;
    free(p);
    return has;
}

/* ---- 1 ---- */

static char draft[20];
static long long version;

static void draft_of(const struct json *r)
{
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    version = (long long)json_get_int(r, "draft_version", 0);
}

static void save(const char *fields)
{
    draft_of(desk_do(desk, "entry.save", "{'draft':'%s','version':%lld,'fields':{%s}}", draft,
                     version, fields));
}

static void import_1_1_makes_encodings(void **state) /* S12 */
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct text t[20];
    desk_victims("v.csv", "A", 0, 10, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    desk_suspects("s.csv", "S", 0, 3); /* who have no name */
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    assert_int_equal(kept(t, 20, "victim", a), 10);
    for (int i = 0; i < 10; i++) assert_true(text_equal(t[i], expected(i, a)));
    assert_int_equal(kept(t, 20, "suspect", a), 3);
    for (int i = 0; i < 3; i++) assert_int_equal(t[i].n, 0);

    const struct json *r = desk_do(desk, "record.list", "{'form':'victim'}");
    const char *code =
        arena_printf(a, "%s", json_get_text(json_at(json_get(r, "records"), 9), "record", ""));
    struct buf text;
    buf_init(&text, 1 << 20);
    json_write(&text, desk_do(desk, "record.identity", "{'record':'%s','purpose':'test'}", code),
               false);
    assert_non_null(strstr(text.p, "FAMILY-0"));
    assert_null(strstr(text.p, "encoding"));
    assert_null(strstr(text.p, "REwB")); /* how one begins in base 64 */
    buf_release(&text);

    draft_of(desk_do(desk, "entry.open", "{'record':'%s'}", code)); /* another name: another one */
    save("'family_name':'FAMILY-3','given_names':'GIVEN-3'");
    (void)desk_do(desk, "entry.submit",
                  "{'draft':'%s','version':%lld,'state':'incomplete','reason':'as on paper'}",
                  draft, version);
    assert_int_equal(kept(t, 20, "victim", a), 10);
    assert_true(text_equal(t[0], expected(3, a)));
    arena_free(a);
}

/* ---- 2 ---- */

static void encode_2_1_the_same_without_names(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct text t[30];
    (void)desk_do(desk, "link.key", "{'out':'k.key','purpose':'agreement'}");
    desk_victims("v.csv", "B", 0, 10, 0);
    struct service *alone = service_new(&(struct service_options){.data = getenv("DCIM_DATA"),
                                                                  .language = "en",
                                                                  .program = harness_program()});
    const struct json *r = /* where there is no register */
        desk_do(alone, "encode.file",
                "{'file':'v.csv','form':'victim','key_file':'k.key','pack':'pt'}");
    assert_string_equal(json_get_text(r, "file", ""), "v-encoded.csv");
    assert_int_equal(json_get_int(r, "rows", 0), 10);
    assert_int_equal(json_get_int(r, "encoded", 0), 10);
    assert_int_equal(json_get_int(r, "remarks_total", -1), 0);
    assert_int_equal(json_size(json_get(r, "left_out")), 3); /* both names, date of birth */
    service_close(alone);
    assert_false(file_has("v-encoded.csv", "FAMILY"));
    assert_false(file_has("v-encoded.csv", "GIVEN"));
    assert_true(file_has("v-encoded.csv", "exploitation_form"));
    struct stat st;
    assert_int_equal(stat("v-encoded.csv", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    r = desk_do(desk, "import.run",
                "{'file':'v-encoded.csv','form':'victim','organisation':'APAV'}");
    assert_int_equal(json_get_int(r, "new", 0), 10);
    assert_int_equal(kept(t, 30, "victim", a), 20);
    for (int i = 1; i < 10; i++) { /* those of the same names, to the byte */
        assert_true(text_equal(t[10 + i], t[i]));
        assert_true(text_equal(t[10 + i], expected(i, a)));
    }
    r = desk_do(desk, "import.run",
                "{'file':'v-encoded.csv','form':'victim','organisation':'APAV'}");
    assert_int_equal(json_get_int(r, "same", 0), 10);
    arena_free(a);
}

/* ---- 3 ---- */

/* Header of the encoded file and one row with this in match_key, which is its last column; `names`:
 * the columns of names as well. */
static void write_row(const char *path, const char *reference, const char *match_key, bool names)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fprintf(
        f,
        "source_file_no,%sentry_date,sex,age_at_registration,citizenship,recruitment_country,"
        "exploitation_form,labour_sector,exploitation_country,exploitation_start,main_form_flag,"
        "victim_status,status_decision_date,status_decided_by,legal_basis,match_key\n",
        names ? "family_name,given_names," : "");
    fprintf(f, "%s,%s2023-02-02,M,21,PT,PT,E210,A01,PT,2022-02,yes,S30,2023-12-02,14,LB3,%s\n",
            reference, names ? "FAMILY-1,GIVEN-1," : "", match_key);
    assert_int_equal(fclose(f), 0);
}

static void refused_with(const char *rule, const char *file)
{
    const struct json *r =
        desk_do(desk, "import.run",
                "{'file':'%s','form':'victim','organisation':'GNR','findings':'f.csv'}", file);
    assert_int_equal(json_get_int(r, "refused", 0), 1);
    assert_int_equal(json_size(json_get(r, "findings")), 1);
    const struct json *f = json_at(json_get(r, "findings"), 0);
    assert_string_equal(json_get_text(f, "rule", ""), rule);
    assert_string_equal(json_get_text(f, "column_name", ""), "match_key");
    assert_true(json_get_int(f, "column", 0) > 10);
    assert_non_null(strstr(json_get_text(f, "remedy", ""), "dcim encode"));
    assert_false(json_has(f, "value"));
    assert_true(file_has("f.csv", rule));
}

static void match_key_3_1_of_another_register(void **state) /* S64 */
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct secret *other = secret_random(CRYPTO_KEY);
    struct text own = encoding_to_text(expected(1, a), a), t[40];
    struct encodings *x = encodings_new(desk->dictionary, other);
    struct record r;
    const struct variable *v =
        dictionary_variable(desk->dictionary, form_of("victim")->id, TEXT("family_name"));
    record_init(&r, desk->dictionary, form_of("victim"), a);
    *record_value(&r, v->id, 0) = (struct value){.kind = VALUE_TEXT, .text = TEXT("Silva")};
    struct text foreign = encoding_to_text(encodings_make(x, &r, a), a);
    encodings_free(x);
    secret_free(other);
    assert_true(foreign.n > 50);

    write_row("foreign.csv", "C-1", foreign.p, false);
    refused_with("row-match-key-other", "foreign.csv");
    char *damaged = arena_copy(a, own.p, own.n);
    damaged[own.n - 1] = '!';
    write_row("damaged.csv", "C-1", damaged, false);
    refused_with("row-match-key", "damaged.csv");
    damaged[own.n - 9] = '\0';
    write_row("short.csv", "C-1", damaged, false);
    refused_with("row-match-key", "short.csv");
    write_row("typed.csv", "C-1", "SECRET-CANARY", false);
    refused_with("row-match-key", "typed.csv");
    struct buf answer; /* nothing of what was sent */
    buf_init(&answer, 1 << 20);
    json_write(&answer,
               desk_do(desk, "import.check",
                       "{'file':'typed.csv','form':'victim','organisation':'GNR'}"),
               false);
    assert_null(strstr(answer.p, "CANARY"));
    buf_release(&answer);

    write_row("names.csv", "C-1", foreign.p, true); /* names win */
    const struct json *j =
        desk_do(desk, "import.run", "{'file':'names.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(json_get_int(j, "new", 0), 1);
    size_t n = kept(t, 40, "victim", a);
    assert_true(text_equal(t[n - 1], expected(1, a)));
    write_row("own.csv", "C-2", own.p, false);
    j = desk_do(desk, "import.run", "{'file':'own.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(json_get_int(j, "new", 0), 1);
    n = kept(t, 40, "victim", a);
    assert_true(text_equal(t[n - 1], expected(1, a)));
    arena_free(a);
}

static void match_key_3_2_typed_by_hand(void **state)
{
    (void)state;
    draft_of(desk_do(desk, "entry.begin", "{'form':'victim','organisation':'GNR'}"));
    save("'match_key':'SECRET-CANARY'");
    const struct err *e =
        desk_refused(desk, ERR_INPUT, "entry.match_key", "entry.submit",
                     "{'draft':'%s','version':%lld,'state':'incomplete'}", draft, version);
    assert_null(strstr(e->msg, "CANARY"));
    save("'match_key':''"); /* a draft is never lost by it */
    (void)desk_do(desk, "entry.submit", "{'draft':'%s','version':%lld,'state':'incomplete'}", draft,
                  version);
}

/* ---- 4 ---- */

static void key_4_1_is_handed_out(void **state) /* S15, S20 */
{
    (void)state;
    struct stat st;
    struct secret *key;
    struct err e = {0};
    int64_t before = desk_entries(desk, "link.key");
    const struct json *r = desk_do(desk, "link.key", "{'out':'new.key','purpose':'agreement 4'}");
    assert_string_equal(json_get_text(r, "file", ""), "new.key");
    char fingerprint[40];
    (void)snprintf(fingerprint, sizeof fingerprint, "%s", json_get_text(r, "fingerprint", ""));
    assert_int_equal(strlen(fingerprint), 16);
    assert_int_equal(stat("new.key", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(linkage_key_read(&key, "new.key", &e));
    assert_memory_equal(secret_bytes(key), secret_bytes(key_of(desk)), CRYPTO_KEY);
    secret_free(key);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "purpose", ""), "agreement 4");
    assert_string_equal(json_get_text(entry, "object_id", ""), fingerprint);
    assert_int_equal(desk_entries(desk, "link.key"), before + 1);

    (void)desk_refused(desk, ERR_CONFLICT, "link.key_there", "link.key",
                       "{'out':'new.key','purpose':'again'}"); /* never over a file */
    assert_int_equal(symlink("nowhere", "link.key"), 0);
    (void)desk_refused(desk, ERR_CONFLICT, "link.key_there", "link.key",
                       "{'out':'link.key','purpose':'again'}");
    assert_false(harness_exists("nowhere"));
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "link.key", "{'out':'b.key'}");
    (void)desk_refused(desk, ERR_USAGE, "file.no_place", "link.key",
                       "{'out':'none/b.key','purpose':'x'}");
    for (int i = 0; i < 2; i++) {
        struct service *s = open_at("repository", i == 0 ? "data-manager" : "administrator");
        if (i == 0)
            (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "link.key",
                               "{'out':'b.key','purpose':'x'}");
        else (void)desk_do(s, "link.key", "{'out':'c.key','purpose':'x'}");
        service_close(s);
    }
    assert_false(harness_exists("b.key"));
}

/* ---- 5 ---- */

static void encode_5_1_what_cannot_be(void **state)
{
    (void)state;
    (void)desk_do(desk, "link.key", "{'out':'e.key','purpose':'agreement'}");
    desk_victims("e.csv", "E", 0, 2, 0);
    (void)desk_refused(desk, ERR_USAGE, "encode.over_file", "encode.file",
                       "{'file':'e.csv','form':'victim','key_file':'e.key','out':'e.csv'}");
    (void)desk_refused(desk, ERR_USAGE, "encode.form", "encode.file",
                       "{'file':'e.csv','form':'case','key_file':'e.key'}");
    (void)desk_refused(desk, ERR_USAGE, "call.no_form", "encode.file",
                       "{'file':'e.csv','form':'nothing','key_file':'e.key'}");
    (void)desk_refused(desk, ERR_INPUT, "linkage.key_file", "encode.file",
                       "{'file':'e.csv','form':'victim','key_file':'e.csv'}");
    (void)desk_refused(desk, ERR_INPUT, "file.not_found", "encode.file",
                       "{'file':'e.csv','form':'victim','key_file':'none.key'}");
    assert_false(harness_exists("e-encoded.csv"));

    static const char rows[] = "source_file_no,Apelidos,birth_date,mae,notes,_errors\n"
                               "X-1,Silva,1990-99-99,MOTHER-CANARY,=1+1,old\n"
                               "X-2,,,MOTHER-CANARY,-12,old\n";
    harness_write("odd.csv", rows, sizeof rows - 1);
    const struct json *r =
        desk_do(desk, "encode.file",
                "{'file':'odd.csv','form':'victim','key_file':'e.key','out':'odd2.csv'}");
    assert_int_equal(json_get_int(r, "rows", 0), 2);
    assert_int_equal(json_get_int(r, "encoded", 0), 1);
    assert_int_equal(json_get_int(r, "without", 0), 1);
    assert_int_equal(json_get_int(r, "remarks_total", 0), 1);
    const struct json *remark = json_at(json_get(r, "remarks"), 0);
    assert_int_equal(json_get_int(remark, "row", 0), 2);
    assert_string_equal(json_get_text(remark, "column", ""), "birth_date");
    assert_null(strstr(json_get_text(remark, "message", ""), "1990"));
    assert_false(file_has("odd2.csv", "CANARY")); /* nobody knows the column: it goes */
    assert_false(file_has("odd2.csv", "Silva"));
    assert_false(file_has("odd2.csv", "_errors"));
    assert_true(file_has("odd2.csv", "X-2"));
}

/* ---- 6 ---- */

static void again_6_1_records_from_before(void **state) /* S20 */
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct text t[60];
    store_set_encode(desk->store, NULL, NULL); /* as before there were any */
    desk_victims("old.csv", "OLD", 40, 50, 0);
    (void)desk_do(desk, "import.run", "{'file':'old.csv','form':'victim','organisation':'GNR'}");
    store_set_encode(desk->store, encodings_make, desk->encodings);
    size_t n = kept(t, 60, "victim", a);
    for (size_t i = n - 10; i < n; i++) assert_int_equal(t[i].n, 0);
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "link.encode", "{}");
    const struct json *r = desk_do(desk, "link.encode", "{'purpose':'linkage begins'}");
    const struct json *row = json_at(json_get(r, "forms"), 0);
    assert_string_equal(json_get_text(row, "form", ""), "victim");
    assert_true(json_get_int(row, "records", 0) >= (int64_t)n); /* some are in no snapshot */
    assert_int_equal(json_get_int(row, "encoded", 0), 10);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "identity.read");
    assert_string_equal(json_get_text(entry, "purpose", ""), "linkage begins");
    assert_int_equal(kept(t, 60, "victim", a), n);
    for (int i = 0; i < 10; i++)
        assert_true(text_equal(t[n - 10 + (size_t)i], expected(40 + i, a)));
    struct service *analyst = open_at("repository", "analyst");
    (void)desk_refused(analyst, ERR_DENIED, "call.not_allowed", "link.encode", "{'purpose':'x'}");
    service_close(analyst);
    desk_verify(desk);
    arena_free(a);
}

/* ---- 7 ---- */

static void key_file_7_1_reads_no_other(void **state)
{
    (void)state;
    struct secret *key = secret_random(CRYPTO_KEY), *back;
    struct buf text;
    struct err e = {0};
    buf_init_wiped(&text, 1024);
    linkage_key_write(&text, key);
    assert_true(file_write("a.key", buf_text(&text), &e));
    assert_true(linkage_key_read(&back, "a.key", &e));
    assert_memory_equal(secret_bytes(back), secret_bytes(key), CRYPTO_KEY);
    secret_free(back);
    for (size_t i = 0; i + 1 < text.n; i++) { /* each letter, but the line's end */
        char was = text.p[i];
        text.p[i] = was == '0' ? '1' : '0';
        assert_true(file_write("a.key", buf_text(&text), &e));
        assert_false(linkage_key_read(&back, "a.key", &e));
        assert_string_equal(e.id, "linkage.key_file");
        assert_null(back);
        text.p[i] = was;
    }
    assert_true(file_write("a.key", (struct text){text.p, text.n / 2}, &e));
    assert_false(linkage_key_read(&back, "a.key", &e));
    assert_false(linkage_key_read(&back, "none.key", &e));
    assert_int_equal(e.code, ERR_INPUT);
    buf_release(&text);
    secret_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import_1_1_makes_encodings),
        cmocka_unit_test(encode_2_1_the_same_without_names),
        cmocka_unit_test(match_key_3_1_of_another_register),
        cmocka_unit_test(match_key_3_2_typed_by_hand),
        cmocka_unit_test(key_4_1_is_handed_out),
        cmocka_unit_test(encode_5_1_what_cannot_be),
        cmocka_unit_test(again_6_1_records_from_before),
        cmocka_unit_test(key_file_7_1_reads_no_other),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
