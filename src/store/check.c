/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/check.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/date.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/audit_internal.h"
#include "store/keyring_file.h"
#include "store/keyring_secret.h"
#include "store/link_choice.h"
#include "store/person.h"
#include "store/store_internal.h"
#include "store/tree.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES_MAX = 1 << 20, RANGE = 10000, DETAIL = 400 };

struct checking {
    struct store *st;
    struct audit_log log;
    struct buf lines; /* of backend_check(): "pages: ...", "structure: ...", "references: ..." */
    bool has_lines;
    bool ok, warning; /* of the check under way */
    size_t n_problem;
    char detail[DETAIL]; /* its first problem, or what was found in order */
};

/* Note a problem of the check under way; only the first is told. */
__attribute__((format(printf, 2, 3))) static void problem(struct checking *c, const char *fmt, ...)
{
    va_list ap;
    c->ok = false;
    if (c->n_problem++ > 0) return;
    va_start(ap, fmt);
    vsnprintf(c->detail, sizeof c->detail, tr(fmt), ap);
    va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void fine(struct checking *c, const char *fmt, ...)
{
    va_list ap;
    if (!c->ok) return;
    va_start(ap, fmt);
    vsnprintf(c->detail, sizeof c->detail, tr(fmt), ap);
    va_end(ap);
}

/* ---- the file and its pages ---- */

static bool check_encryption(struct checking *c, struct err *e)
{
    static const char plain[16] = "SQLite format 3";
    char begin[sizeof plain] = "";
    FILE *f = fopen(c->st->database, "rbe");
    size_t n = f == NULL ? 0 : fread(begin, 1, sizeof begin, f);
    if (f != NULL) (void)fclose(f);
    (void)e;
    if (n < sizeof begin) problem(c, "the database file cannot be read");
    else if (memcmp(begin, plain, sizeof plain) == 0) problem(c, "the database is not encrypted");
    fine(c, "the database is encrypted");
    return true;
}

/* The lines of one part of backend_check(). */
static void take_lines(struct checking *c, const char *part)
{
    struct text rest = buf_text(&c->lines), line, prefix = text_of(part);
    if (!c->has_lines) problem(c, "could not be checked");
    while (text_split(&rest, '\n', &line)) {
        if (!text_starts(line, prefix) || line.n < prefix.n + 2) continue;
        problem(c, "%.*s", (int)(line.n - prefix.n - 2), line.p + prefix.n + 2);
    }
}

static bool check_pages(struct checking *c, struct err *e)
{
    size_t n;
    if (!backend_check(c->st->backend, &c->lines, &n, e)) return false;
    c->has_lines = true;
    take_lines(c, "pages");
    fine(c, "every page is as it was written");
    return true;
}

static bool check_structure(struct checking *c, struct err *e)
{
    (void)e;
    take_lines(c, "structure");
    fine(c, "tables and indexes fit one another");
    return true;
}

static bool check_references(struct checking *c, struct err *e)
{
    (void)e;
    take_lines(c, "references");
    fine(c, "every row that is referred to is there");
    return true;
}

/* ---- the log ---- */

static bool check_audit(struct checking *c, struct err *e)
{
    struct audit_report r;
    if (!audit_log_verify(&r, &c->log, (struct text){NULL, 0}, e)) return false;
    if (r.first_bad != 0) problem(c, "entry %" PRIu64 ": %s", r.first_bad, r.problem);
    fine(c, "%" PRIu64 " entries, %" PRIu64 " checkpoints", r.n_entry, r.n_checkpoint);
    return true;
}

struct imports {       /* audit entries of imports */
    struct map *index; /* number of the batch, as text, to its place here */
    uint8_t (*digest)[32];
    size_t n, cap;
    bool twice;
};

static bool take_import(void *ctx, const struct audit_entry *a)
{
    struct imports *im = ctx;
    static const uint8_t none[32];
    if (!text_is(a->action, audit_action_name(AUDIT_IMPORT)) || !text_is(a->object_type, "batch") ||
        memcmp(a->digest, none, sizeof none) == 0)
        return true; /* a dry run has no digest */
    MEM_GROW(im->digest, im->cap, im->n + 1);
    memcpy(im->digest[im->n], a->digest, 32);
    if (!map_put(im->index, a->object_id, (uint32_t)im->n++)) im->twice = true;
    return true;
}

static bool check_batch(struct checking *c, const struct batch *b, const struct imports *im,
                        struct err *e)
{
    char number[24];
    uint8_t digest[32];
    int n = snprintf(number, sizeof number, "%" PRId64, b->batch_no);
    uint32_t at = map_get(im->index, (struct text){number, (size_t)n});

    if (!store_batch_digest(digest, c->st, b->batch_no, e)) return false;
    if (memcmp(digest, b->digest, sizeof digest) != 0)
        problem(c, "the records of batch %s are not those that were imported", number);
    else if (at == MAP_NONE) problem(c, "there is no audit entry about batch %s", number);
    else if (memcmp(digest, im->digest[at], sizeof digest) != 0)
        problem(c, "batch %s is not the one that its audit entry is about", number);
    return true;
}

static bool check_batches(struct checking *c, struct err *e)
{
    struct imports im = {.index = map_new()};
    struct arena *a = arena_new(ARENA_PLAIN);
    struct batch *list = NULL;
    size_t n = 0;

    bool ok = audit_each(c->st, 1, take_import, &im, e) && store_batch_list(&list, &n, c->st, a, e);
    for (size_t i = 0; i < n && ok; i++) ok = check_batch(c, &list[i], &im, e);
    if (ok && (im.twice || im.n > n))
        problem(c, "the audit log tells of a batch that is not there, or of one twice");
    fine(c, "%zu batches as they were imported", n);
    arena_free(a);
    map_free(im.index);
    mem_free(im.digest);
    return ok;
}

/* ---- what is sealed ---- */

/* The key-encryption key that an envelope names, when it is one of a data set. */
static const struct secret *kek_of(const struct checking *c, struct text wrapped)
{
    uint8_t id = wrapped.n == WRAPPED_KEY ? (uint8_t)wrapped.p[2] : KEY_COUNT;
    bool of_a_set = id == KEY_VICTIM || id == KEY_JUSTICE || id == KEY_CASE;
    return of_a_set ? keyring_key(c->st->keyring, (enum key_use)id) : NULL;
}

struct sealed { /* a row: columns 0 record_no, 1 code */
    struct text wrapped, body;
    uint32_t version_no;
    const struct secret *kek;
    enum envelope_place key_place, body_place;
};

static bool opens(const struct sealed *s, uint32_t key_version, const char *code)
{
    struct envelope_context context = {s->key_place, code, key_version};
    uint8_t key[CRYPTO_KEY];
    struct buf plain;

    if (s->kek == NULL || !envelope_unwrap(key, s->wrapped.p, s->wrapped.n, s->kek, &context))
        return false;
    context.place = s->body_place;
    context.version_no = s->version_no;
    buf_init_wiped(&plain, s->body.n);
    bool ok = envelope_open(&plain, s->body.p, s->body.n, key, &context, NULL);
    buf_release(&plain);
    mem_wipe(key, sizeof key);
    return ok;
}

/* Rows of one range; false on an error of the database. */
static bool check_range(struct checking *c, enum sql_id id, int64_t first, int64_t *n,
                        struct err *e)
{
    bool record = id == SQL_CHECK_RECORDS;
    char code[RECORD_CODE + 1];
    struct query q;

    (void)query_begin(&q, c->st->backend, id);
    query_set_int(&q, 0, first);
    query_set_int(&q, 1, first + RANGE - 1);
    while (query_next(&q)) {
        struct sealed s = {.key_place = ENVELOPE_RECORD_KEY, .body_place = ENVELOPE_RECORD_BODY};
        record_code_format(code, (uint64_t)query_int(&q, 1));
        s.version_no = (uint32_t)query_int(&q, record ? 4 : 2);
        s.wrapped = query_blob(&q, record ? 5 : 3);
        s.body = query_blob(&q, record ? 6 : 4);
        s.kek = record ? kek_of(c, s.wrapped) : keyring_key(c->st->keyring, KEY_IDENTITY);
        if (!record) {
            s.key_place = ENVELOPE_IDENTITY_KEY;
            s.body_place = ENVELOPE_IDENTITY_BODY;
        }
        if (!opens(&s, record ? 0 : s.version_no, code))
            problem(c, "version %u of record %s does not open", (unsigned)s.version_no, code);
        (*n)++;
    }
    return query_end(&q, e);
}

static bool one_number(int64_t *out, struct checking *c, enum sql_id id, size_t column,
                       struct err *e)
{
    struct query q;
    *out = 0;
    (void)query_begin(&q, c->st->backend, id);
    if (query_next(&q)) *out = query_int(&q, column);
    return query_end(&q, e);
}

static bool check_sealed(struct checking *c, enum sql_id id, enum sql_id total, size_t total_column,
                         struct err *e)
{
    int64_t last, n = 0, expected;

    if (!one_number(&last, c, SQL_RECORD_LAST, 0, e) ||
        !one_number(&expected, c, total, total_column, e))
        return false;
    for (int64_t first = 1; first <= last; first += RANGE)
        if (!check_range(c, id, first, &n, e)) return false;
    if (n != expected)
        problem(c, "%" PRId64 " should open, but only %" PRId64 " were found", expected, n);
    fine(c, "%" PRId64 " open", n);
    return true;
}

static bool check_records(struct checking *c, struct err *e)
{
    return check_sealed(c, SQL_CHECK_RECORDS, SQL_CHECK_WITH_KEY, 0, e);
}

static bool check_identities(struct checking *c, struct err *e)
{
    return check_sealed(c, SQL_CHECK_IDENTITIES, SQL_CHECK_COUNTS, 3, e);
}

static bool check_counts(struct checking *c, struct err *e)
{
    int64_t n_record, n_active, codes, references;
    struct query q;

    (void)query_begin(&q, c->st->backend, SQL_CHECK_SERIES);
    while (query_next(&q))
        problem(c,
                "series %" PRId64 " should have %" PRId64 " records, %" PRId64
                " of them active, but has %" PRId64 " and %" PRId64,
                query_int(&q, 0), query_int(&q, 1), query_int(&q, 2), query_int(&q, 3),
                query_int(&q, 4));
    if (!query_end(&q, e)) return false;
    (void)query_begin(&q, c->st->backend, SQL_CHECK_BYTES);
    while (query_next(&q))
        problem(c, "series %" PRId64 " should have %" PRId64 " bytes of records, but has %" PRId64,
                query_int(&q, 0), query_int(&q, 1), query_int(&q, 2));
    if (!query_end(&q, e) || !one_number(&codes, c, SQL_CHECK_CODE_INDEX, 0, e) ||
        !one_number(&references, c, SQL_CHECK_REFERENCE_INDEX, 0, e) ||
        !one_number(&n_record, c, SQL_CHECK_COUNTS, 0, e) ||
        !one_number(&n_active, c, SQL_CHECK_COUNTS, 1, e))
        return false;
    if (codes != 0)
        problem(c, "%" PRId64 " records are not found by their code, or codes lead nowhere", codes);
    if (references != 0)
        problem(c, "%" PRId64 " references lead to no record of their series", references);
    fine(c, "%" PRId64 " records, %" PRId64 " active", n_record, n_active);
    return true;
}

/* ---- keys ---- */

static bool read_copy(struct buf *out, struct keyring_file *f, const struct store *st,
                      const char *name)
{
    char *path = tree_path(st->folder, name);
    buf_init(out, KEYRING_FILE_MAX);
    bool ok = file_read(out, path, KEYRING_FILE_MAX, NULL) && keyring_file_parse(f, buf_text(out));
    mem_free(path);
    return ok;
}

static bool check_keyring(struct checking *c, struct err *e)
{
    struct keyring_file f;
    struct buf one, two;
    bool first = read_copy(&one, &f, c->st, "keyring"),
         second = read_copy(&two, &f, c->st, "keyring.copy");

    (void)e;
    if (!first || !second)
        problem(
            c,
            "%s of the keyring is missing or damaged; it is written anew when the repository is opened",
            first    ? tr("the copy")
            : second ? tr("the first file")
                     : tr("each of the two files"));
    else if (!text_equal(buf_text(&one), buf_text(&two)))
        problem(
            c,
            "the two copies of the keyring differ; they are made equal when the repository is opened");
    fine(c, "two equal copies");
    buf_release(&one);
    buf_release(&two);
    return true;
}

static bool check_persons(struct checking *c, struct err *e)
{
    int64_t n_wrong;
    if (!person_check(&n_wrong, c->st, e)) return false;
    if (n_wrong > 0)
        problem(c, "%" PRId64 " records or decisions do not stand as the decisions of linkage say",
                n_wrong);
    if (!link_choice_check(&n_wrong, c->st, e)) return false;
    if (n_wrong > 0)
        problem(c, "%" PRId64 " choices of an answer that counts for a person point to nothing",
                n_wrong);
    fine(c, "persons are what the decisions of linkage say");
    return true;
}

static bool check_slots(struct checking *c, struct err *e)
{
    struct slot_info slot[KEYRING_SLOTS_MAX];
    size_t n = keyring_slots(c->st->keyring, slot, KEYRING_SLOTS_MAX), n_recovery = 0;
    struct keyring_file f;
    struct buf raw;
    bool weak = false;

    (void)e;
    for (size_t i = 0; i < n; i++) n_recovery += slot[i].kind == SLOT_RECOVERY;
    if (read_copy(&raw, &f, c->st, "keyring"))
        for (size_t i = 0; i < f.n_slot; i++)
            for (int k = 0; k < 2; k++)
                weak |=
                    f.slot[i].factor[k].passes > 0 &&
                    (f.slot[i].factor[k].passes < KDF_PASSES || f.slot[i].factor[k].kib < KDF_KIB);
    buf_release(&raw);
    if (n == 0) problem(c, "no key slot opens this repository");
    c->warning = n_recovery == 0 || weak;
    fine(c, "%zu key slots%s%s", n,
         n_recovery == 0
             ? tr(", none of them a recovery code: add one, print it and put it in a safe")
             : "",
         weak ? tr("; a passphrase was stretched with the small profile for tests") : "");
    return true;
}

/* ---- around the database ---- */

static void check_mode(struct checking *c, const char *path, const char *name)
{
    struct stat st;
    if (lstat(path, &st) != 0) problem(c, "%s cannot be looked at", name);
    else if ((st.st_mode & 077) != 0)
        problem(c, "others than its owner can read or write %s: make it %s", name,
                S_ISDIR(st.st_mode) ? "0700" : "0600");
    else if (st.st_uid != geteuid()) problem(c, "%s belongs to another user", name);
}

static bool check_files(struct checking *c, struct err *e)
{
    struct tree_files files;
    bool ok = tree_list(&files, c->st->folder, e);

    check_mode(c, c->st->folder, tr("the folder of the repository"));
    for (size_t i = 0; i < files.n && ok; i++) {
        char *path = tree_path(c->st->folder, files.path[i]), *parent = tree_parent(path);
        check_mode(c, path, files.path[i]);
        check_mode(c, parent, tr("a folder in the repository"));
        mem_free(parent);
        mem_free(path);
    }
    fine(c, "%zu files, closed to others", files.n);
    tree_files_free(&files);
    return ok;
}

static bool check_clock(struct checking *c, struct err *e)
{
    struct log_head h;
    enum head_state state;
    int64_t now = instant_now();

    if (!log_head_load(&h, &state, &c->log, e)) return false;
    if (state == HEAD_GOOD && now < h.at - AUDIT_CLOCK_SLACK)
        problem(c, "the clock is %" PRId64 " seconds behind the last audit entry", h.at - now);
    fine(c, "not behind the audit log");
    return true;
}

static bool check_swap(struct checking *c, struct err *e)
{
    struct buf b;
    size_t lines = 0;

    (void)e;
    buf_init(&b, 1 << 16);
    if (file_read(&b, "/proc/swaps", 1 << 16, NULL))
        for (size_t i = 0; i < b.n; i++) lines += b.p[i] == '\n';
    buf_release(&b);
    c->warning = lines > 1; /* the first is a heading */
    if (c->warning)
        fine(c,
             "the machine swaps to disk: opened records may be written there; use encrypted swap, "
             "or none");
    else fine(c, "no swap");
    return true;
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    bool (*run)(struct checking *c, struct err *e); /* false with an error: that is its problem */
} checks[] = {
    {"encryption", check_encryption},
    {"pages", check_pages},
    {"structure", check_structure},
    {"references", check_references},
    {"audit", check_audit},
    {"batches", check_batches},
    {"records", check_records},
    {"identities", check_identities},
    {"counts", check_counts},
    {"persons", check_persons},
    {"keyring", check_keyring},
    {"slots", check_slots},
    {"files", check_files},
    {"clock", check_clock},
    {"swap", check_swap},
};

static struct json *run_check(struct checking *c, size_t i)
{
    struct json *j = json_object();
    struct err e = {.code = ERR_NONE};

    c->ok = true;
    c->warning = false;
    c->n_problem = 0;
    c->detail[0] = '\0';
    if (!checks[i].run(c, &e)) problem(c, "%s", e.msg);
    if (c->n_problem > 1) {
        size_t n = strlen(c->detail);
        snprintf(c->detail + n, sizeof c->detail - n, tr(" (and %zu more)"), c->n_problem - 1);
    }
    json_set_text(j, "name", checks[i].name);
    json_set_bool(j, "ok", c->ok);
    json_set_bool(j, "warning", c->ok && c->warning);
    json_set_text(j, "detail", c->detail);
    return j;
}

bool store_check(struct json **out, struct store *st, struct err *e)
{
    struct checking c = {.st = st, .log = {st->backend, st->keyring}};
    struct json *list = json_array();
    bool all = true;

    (void)e;
    buf_init(&c.lines, LINES_MAX);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        json_push(list, run_check(&c, i));
        all = all && c.ok;
    }
    buf_release(&c.lines);
    *out = json_object();
    json_set_bool(*out, "ok", all);
    json_set(*out, "checks", list);
    return true;
}
