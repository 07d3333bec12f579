/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk.h"

#include "harness.h"

#include "base/file.h"
#include "service/process.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- folders */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void desk_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *copy_from, *copy_to;

static int copy_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    char to[600];
    (void)at;
    (void)snprintf(to, sizeof to, "%s%s", copy_to, path + strlen(copy_from));
    if (kind == FTW_D) return mkdir(to, 0700);
    size_t n;
    char *data = harness_read(path, &n);
    harness_write(to, data, n);
    free(data);
    return chmod(to, st->st_mode & 07777u);
}

void desk_copy(const char *from, const char *to)
{
    copy_from = from;
    copy_to = to;
    if (nftw(from, copy_one, 16, FTW_PHYS) != 0) fail_msg("could not copy %s to %s", from, to);
}

static uint64_t
    print; /* FNV-1a, added up over files so that the order of a folder does not matter */

static uint64_t fnv(uint64_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)p[i]) * UINT64_C(1099511628211);
    return h;
}

static int print_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)at;
    uint64_t h = fnv(UINT64_C(14695981039346656037), path, strlen(path));
    if (kind == FTW_F) {
        size_t n;
        char *data = harness_read(path, &n);
        h = fnv(h, data, n);
        free(data);
    }
    print += h;
    return 0;
}

void desk_recovery(char *out, size_t size)
{
    struct buf b;
    buf_init(&b, size - 1);
    assert_true(file_read(&b, "repository.recovery", size - 1, NULL));
    struct text t = text_trim(buf_text(&b));
    (void)snprintf(out, size, "%.*s", (int)t.n, t.p);
    buf_release(&b);
}

uint64_t desk_fingerprint(const char *folder)
{
    print = 0;
    if (nftw(folder, print_one, 16, FTW_PHYS) != 0) fail_msg("could not read %s", folder);
    return print;
}

/* ---------------------------------------------------------------- desks */

static const char *kept(const char *word, const char *end)
{
    static char room[100][200];
    static size_t n;
    char text[sizeof room[0]];
    (void)snprintf(text, sizeof text, "%s%s", word, end);
    for (size_t i = 0; i < n; i++)
        if (strcmp(room[i], text) == 0) return room[i];
    if (n == sizeof room / sizeof room[0]) fail_msg("desk: too many texts");
    memcpy(room[n], text, sizeof text);
    return room[n++];
}

/* The recovery code of a desk that desk_make() has made; lives to the program's end. */
static const struct secret *recovery_of(const char *folder)
{
    static struct secret *code;
    if (!harness_exists(kept(folder, ".recovery"))) return NULL;
    if (code == NULL) {
        size_t n;
        char *text = harness_read(kept(folder, ".recovery"), &n);
        code = secret_copy(text, n);
        explicit_bzero(text, n);
        free(text);
    }
    return code;
}

struct service_options desk_options(const char *folder, const char *role)
{
    return (struct service_options){.repository = kept(folder, ""),
                                    .key_file = kept(folder, ".key"),
                                    .recovery = recovery_of(folder),
                                    .data = harness_source("data"),
                                    .program = harness_program(),
                                    .actor = "local:test",
                                    .role = role,
                                    .purpose = "test",
                                    .language = "en"};
}

struct service *desk_open_with(const struct service_options *o)
{
    process_start();
    return service_new(o);
}

struct service *desk_open(const char *folder, const char *role)
{
    struct service_options o = desk_options(folder, role);
    return desk_open_with(&o);
}

/* Made once for each program and then copied: what takes time is the fsync of each file of the
 * dictionary. */
static void make_template(void)
{
    struct service *s = desk_open("desk.template", NULL);
    const struct json *made = desk_do(s, "repository.init", "{'pack':'pt'}");
    harness_write_text("desk.template.recovery", json_get_text(made, "recovery_code", ""));
    assert_int_equal(chmod("desk.template.recovery", 0600), 0);
    (void)desk_do(s, "organisation.add",
                  "{'code':'GNR','type':'police','name':'Guarda Nacional Republicana'}");
    (void)desk_do(s, "organisation.add", "{'code':'APAV','type':'50','name':'Apoio à Vítima'}");
    service_close(s);
}

void desk_make(const char *folder)
{
    const char *key = kept(folder, ".key"), *recovery = kept(folder, ".recovery");
    desk_remove(folder);
    (void)setenv("DCIM_TODAY", DESK_TODAY, 1);
    (void)setenv("DCIM_DATA", harness_source("data"), 1);
    (void)setenv("DCIM_REPOSITORY", folder, 1);
    (void)setenv("DCIM_KEY_FILE", key, 1);
    (void)setenv("DCIM_RECOVERY_FILE", recovery, 1);
    (void)setenv("DCIM_LANGUAGE", "en", 1);
    if (!harness_exists("desk.template")) make_template();
    desk_copy("desk.template", folder);
    desk_copy("desk.template.key", key);
    desk_copy("desk.template.recovery", recovery);
}

/* ---------------------------------------------------------------- calls */

static bool call(struct json **out, struct service *s, struct err *e, const char *operation,
                 const char *parameters, va_list ap) __attribute__((format(printf, 5, 0)));

static bool call(struct json **out, struct service *s, struct err *e, const char *operation,
                 const char *parameters, va_list ap)
{
    static char text[20000];
    struct json *in;
    int n = vsnprintf(text, sizeof text, parameters, ap);
    if (n < 0 || (size_t)n >= sizeof text) fail_msg("desk: parameters too long");
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    if (!json_parse(&in, text_of(text), e)) fail_msg("desk: %s: %s", text, e->msg);
    bool ok = service_call(out, s, operation, in, NULL, e);
    json_free(in);
    return ok;
}

const struct json *desk_do(struct service *s, const char *operation, const char *parameters, ...)
{
    static struct json *result;
    struct json *before = result; /* the parameters may be parts of it */
    struct err e = {0};
    va_list ap;
    va_start(ap, parameters);
    bool ok = call(&result, s, &e, operation, parameters, ap);
    va_end(ap);
    json_free(before);
    if (!ok) result = NULL;
    if (!ok) fail_msg("%s: %s: %s %s", operation, e.id, e.msg, e.detail);
    return result;
}

const struct err *desk_refused(struct service *s, enum err_code code, const char *id,
                               const char *operation, const char *parameters, ...)
{
    static struct err e;
    struct json *result = NULL;
    va_list ap;
    err_clear(&e);
    va_start(ap, parameters);
    bool ok = call(&result, s, &e, operation, parameters, ap);
    va_end(ap);
    if (ok) {
        json_free(result);
        fail_msg("%s %s was not refused", operation, parameters);
    }
    if (e.code != code || strcmp(e.id, id) != 0)
        fail_msg("%s: %s (%s) instead of %s: %s", operation, e.id, err_code_name(e.code), id,
                 e.msg);
    return &e;
}

bool desk_try(struct json **out, struct service *s, struct err *e, const char *operation,
              const char *parameters, ...)
{
    va_list ap;
    *out = NULL;
    err_clear(e);
    va_start(ap, parameters);
    bool ok = call(out, s, e, operation, parameters, ap);
    va_end(ap);
    return ok;
}

int64_t desk_records(struct service *s, const char *form)
{
    const struct json *forms = json_get(desk_do(s, "repository.info", "{}"), "forms");
    for (size_t i = 0; i < json_size(forms); i++)
        if (strcmp(json_get_text(json_at(forms, i), "form", ""), form) == 0)
            return json_get_int(json_at(forms, i), "records", -1);
    fail_msg("desk: no form %s", form);
    return -1;
}

int64_t desk_entries(struct service *s, const char *action)
{
    const struct json *list =
        json_get(desk_do(s, "audit.list", "{'from':1,'limit':10000}"), "entries");
    int64_t n = 0;
    for (size_t i = 0; i < json_size(list); i++)
        n +=
            action[0] == '\0' || strcmp(json_get_text(json_at(list, i), "action", ""), action) == 0;
    return n;
}

const struct json *desk_last_entry(struct service *s)
{
    const struct json *list = json_get(desk_do(s, "audit.list", "{'limit':1}"), "entries");
    assert_int_equal(json_size(list), 1);
    return json_at(list, 0);
}

void desk_verify(struct service *s)
{
    const struct json *r = desk_do(s, "audit.verify", "{}");
    if (!json_get_bool(r, "ok", false))
        fail_msg("the log is broken: %s", json_get_text(r, "problem", ""));
}

int desk_category(const struct json *table, size_t dim, const char *code)
{
    const struct json *d = json_at(json_get(table, "dimensions"), dim),
                      *list = json_get(d, "categories");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "code", ""), code) == 0) return (int)i;
    return -1;
}

int64_t desk_cell(const struct json *table, const char *row, const char *column)
{
    const struct json *dims = json_get(table, "dimensions");
    assert_int_equal(json_size(dims), column == NULL ? 1 : 2);
    int at = desk_category(table, 0, row);
    if (at < 0) return -1;
    if (column != NULL) {
        int k = desk_category(table, 1, column);
        if (k < 0) return -1;
        at = at * (int)json_size(json_get(json_at(dims, 1), "categories")) + k;
    }
    if (json_as_text(json_at(json_get(table, "status"), (size_t)at), "")[0] != '\0') return -2;
    return json_as_int(json_at(json_get(table, "count"), (size_t)at), -3);
}

/* ---------------------------------------------------------------- files */

const char desk_victim_header[] =
    "source_file_no,family_name,given_names,birth_date,entry_date,sex,age_at_registration,"
    "citizenship,recruitment_country,"
    "exploitation_form,labour_sector,exploitation_country,exploitation_start,main_form_flag,victim_status,"
    "status_decision_date,status_decided_by,legal_basis\n";

/* Portuguese, in Portugal: no route is asked for. Ages 20 to 59; every third is exploited sexually,
 * others at work in agriculture. */
int desk_victim_row(char *out, size_t size, const char *prefix, int i, int variant)
{
    bool sexual = i % 3 == 0;
    return snprintf(
        out, size,
        "%s-%d,FAMILY-%d,GIVEN-%d,,2023-%02d-%02d,%s,%d,PT,PT,%s,%s,PT,2022-%02d,yes,S30,"
        "2023-12-%02d,14,LB3\n",
        prefix, i, i, i, 1 + i % 11, 1 + i % 28, i % 2 == 0 ? "F" : "M", 20 + (i + variant) % 40,
        sexual ? "E100" : "E210", sexual ? "" : "A01", 1 + i % 12, 1 + i % 28);
}

void desk_victims(const char *path, const char *prefix, int from, int to, int variant)
{
    char row[400];
    FILE *f = fopen(path, "wb");
    if (f == NULL || fputs(desk_victim_header, f) < 0) fail_msg("could not write %s", path);
    for (int i = from; i < to; i++) {
        int n = desk_victim_row(row, sizeof row, prefix, i, variant);
        if (n < 0 || fwrite(row, 1, (size_t)n, f) != (size_t)n)
            fail_msg("could not write %s", path);
    }
    if (fclose(f) != 0) fail_msg("could not write %s", path);
}

void desk_suspects(const char *path, const char *prefix, int from, int to)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) fail_msg("could not write %s", path);
    (void)fputs(
        "source_file_no,entry_date,subject_type,sex,age_at_suspicion,citizenship,legal_provision_recorded,"
        "suspicion_date,procedural_status,legal_basis\n",
        f);
    for (int i = from; i < to; i++)
        (void)fprintf(f, "%s-%d,2023-05-10,natural,%s,%d,PT,THB,2023-03-%02d,P1,LB7\n", prefix, i,
                      i % 2 == 0 ? "M" : "F", 20 + i % 40, 1 + i % 28);
    if (fclose(f) != 0) fail_msg("could not write %s", path);
}
