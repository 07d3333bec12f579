/* SPDX-License-Identifier: EUPL-1.2 */
/* The repository on a disk that loses power (S86): the program works under a log of its calls;
 * after each of them, what the disk could then hold is written out and opened.
 *  1 every call of a workload: nothing unsynced kept, all of it, some sectors of it
 *  2 the same while such a state is being recovered
 *
 * In every state: what was acknowledged is there, what was under way is there whole or not at all,
 * an act has its entry, every check of the repository holds, an erased record has not come back
 * (S16). */
#include "harness.h"

#include "desk.h"
#include "lossy_disk.h"
#include "pages.h"
#include "raw.h"

#include "base/file.h"
#include "store/audit.h"
#include "store/backup.h"
#include "store/check.h"
#include "store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#define LIBRARY "/libio_log.so"

/* What is looked at here may stay in memory. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

/* ---- what a repository holds ---- */

struct facts {
    uint64_t data; /* a hash over organisations, batches, records and their states */
    int64_t n_entry, n_slot, n_active;
    uint8_t head[32]; /* of the log */
};

static struct err e;

static uint64_t hashed(uint64_t h, const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const unsigned char *)p)[i]) * UINT64_C(1099511628211);
    return h;
}

static uint64_t data_of(struct store *st)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct organisation *o;
    struct batch *b;
    struct record_meta *m, *versions;
    size_t n, n_version;
    uint64_t h = UINT64_C(14695981039346656037);
    assert_true(store_organisation_list(&o, &n, st, a, &e));
    for (size_t i = 0; i < n; i++) h = hashed(h, o[i].code, strlen(o[i].code) + 1);
    assert_true(store_batch_list(&b, &n, st, a, &e));
    for (size_t i = 0; i < n; i++) {
        h = hashed(h, b[i].digest, 32);
        h = hashed(h, b[i].state, strlen(b[i].state) + 1);
    }
    assert_true(store_record_list(&m, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 1000, a, &e));
    for (size_t i = 0; i < n; i++) {
        assert_true(store_record_history(&versions, &n_version, st, SCOPE_EVERYTHING,
                                         text_of(m[i].code), a, &e));
        h = hashed(h, m[i].code, RECORD_CODE);
        h = hashed(h, &m[i].version_no, sizeof m[i].version_no);
        h = hashed(h, &n_version, sizeof n_version);
    }
    arena_free(a);
    return h;
}

static const char *state_name; /* for messages */

/* Every check but those that ask about this machine. */
static void checks_hold(struct store *st)
{
    struct json *j;
    if (!store_check(&j, st, &e)) fail_msg("%s: %s", state_name, e.msg);
    const struct json *list = json_get(j, "checks");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *c = json_at(list, i);
        if (!json_get_bool(c, "ok", false))
            fail_msg("%s: check %s: %s", state_name, json_get_text(c, "name", ""),
                     json_get_text(c, "detail", ""));
    }
    json_free(j);
}

static struct facts facts_of(const char *folder, const char *key_file)
{
    struct facts f;
    struct slot_info slot[16];
    struct store *st = NULL;
    struct audit_report r;
    const struct unlock u = {.key_file = key_file};
    if (!store_open(&st, folder, &u, false, &e))
        fail_msg("%s: does not open: %s: %s", state_name, e.id, e.msg);
    checks_hold(st);
    f.data = data_of(st);
    assert_true(store_record_count(&f.n_active, st, FORM_NONE, &e));
    f.n_slot = (int64_t)keyring_slots(store_keyring(st), slot, 16);
    assert_true(audit_verify(&r, st, (struct text){"", 0}, &e));
    assert_int_equal(r.first_bad, 0);
    f.n_entry = (int64_t)r.n_entry;
    memcpy(f.head, r.head, 32);
    store_close(st);
    return f;
}

/* ---- the workload ---- */

enum { WORDS = 12, STEPS = 11, CODE_STEP = 7 };

static struct step {
    const char *words[WORDS];
    size_t acknowledged; /* calls that were made when the program ended */
    struct facts after;
} steps[STEPS] = {
    {.words = {"init", "--pack", "pt", "r"}},
    {.words = {"organisation", "add", "--code", "GNR", "--type", "police", "--name", "Guarda"}},
    {.words = {"import", "v.csv", "--form", "victim", "--organisation", "GNR"}},
    {.words = {"import", "w.csv", "--form", "victim", "--organisation", "GNR"}},
    {.words = {"batch", "undo", "2", "--reason", "sent twice"}},
    {.words = {"key", "add", "recovery", "--label", "safe"}},
    {.words = {"backup", "b.dcim"}},
    {.words = {"record", "erase", "CODE", "--reason", "period ended"}},
    {.words = {"record", "list"}},
    {.words = {"key", "remove", "3"}},
    {.words = {"restore", "b.dcim", "r2"}},
};

static char root[500], log_path[600], library[600];
static struct disk_log *calls;
static char erased[16]; /* code of the record that step 7 erases */
static struct {
    char p[64];
    size_t n;
} remains[2]; /* of its key and its body */
static uint8_t database_key[32];

static void log_to(const char *path, const char *below)
{
    assert_int_equal(setenv("DCIM_IO_LOG", path, 1), 0);
    assert_int_equal(setenv("DCIM_IO_ROOT", below, 1), 0);
    assert_int_equal(setenv("LD_PRELOAD", library, 1), 0);
}

static void log_end(void)
{
    assert_int_equal(unsetenv("LD_PRELOAD"), 0);
}

/* What `init` prints once: needed to open the backup. */
static struct secret *recovery;

static void keep_code(const char *said)
{
    const char *at = strstr(said, "\n\n    ");
    assert_non_null(at);
    at += 6;
    crypto_start();
    recovery = secret_copy(at, strcspn(at, "\n"));
    harness_write("../code", secret_bytes(recovery), secret_size(recovery));
    assert_int_equal(chmod("../code", 0600), 0);
    assert_int_equal(setenv("DCIM_RECOVERY_FILE", "../code", 1), 0);
}

static void do_step(struct step *s)
{
    const char *argv[WORDS + 2] = {harness_program()};
    struct harness_run run;
    for (size_t i = 0; i < WORDS && s->words[i] != NULL; i++)
        argv[i + 1] = strcmp(s->words[i], "CODE") == 0 ? erased : s->words[i];
    log_to(log_path, root);
    harness_run(&run, argv, NULL);
    log_end();
    if (run.status != 0) fail_msg("%s %s: %d: %s", argv[1], argv[2], run.status, run.err);
    if (s == steps) keep_code(run.out);
    harness_run_release(&run);
    struct disk_log *l = disk_log_read(log_path);
    s->acknowledged = disk_log_calls(l);
    disk_log_free(l);
}

static void remember(struct raw *r, size_t i, const char *column, int record_no)
{
    static char bytes[8192];
    size_t n = raw_bytes(r, bytes, sizeof bytes,
                         "SELECT %s FROM record JOIN record_version USING (record_no) "
                         "WHERE record_no = %d LIMIT 1",
                         column, record_no);
    assert_true(n > 3 + 16);
    remains[i].n = n - 3 < 64 ? n - 3 : 64; /* behind what all envelopes begin with */
    memcpy(remains[i].p, bytes + 3, remains[i].n);
}

static void choose_record(void)
{
    struct store *st = NULL;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct record_meta *m;
    size_t n;
    const struct unlock u = {.key_file = "r.key"};
    desk_copy("r", "../copy");
    if (!store_open(&st, "../copy", &u, false, &e)) fail_msg("%s", e.msg);
    assert_true(store_record_list(&m, &n, st, FORM_NONE, SCOPE_EVERYTHING, 4, 1, a, &e));
    assert_int_equal(n, 1);
    memcpy(erased, m->code, sizeof m->code);
    struct raw *r = raw_open("../copy/database", keyring_key(store_keyring(st), KEY_DATABASE));
    remember(r, 0, "wrapped_key", (int)m->record_no);
    remember(r, 1, "body", (int)m->record_no);
    raw_close(r);
    memcpy(database_key, secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), 32);
    store_close(st);
    arena_free(a);
    desk_remove("../copy");
}

/* Runs the workload in a folder of its own and notes after each step what the repository holds. */
static int prepare(void **state)
{
    (void)state;
    if (harness_sanitized()) return 0;
    const char *build = getenv("DCIM_BUILD_DIR");
    assert_non_null(build);
    (void)snprintf(library, sizeof library, "%s%s", build, LIBRARY);
    assert_true(harness_exists(library));
    assert_int_equal(mkdir("disk", 0700), 0);
    char *real = realpath("disk", NULL);
    assert_non_null(real);
    (void)snprintf(root, sizeof root, "%s", real);
    (void)snprintf(log_path, sizeof log_path, "%s/../log", real);
    free(real);
    assert_int_equal(chdir("disk"), 0);
    assert_int_equal(setenv("DCIM_TODAY", DESK_TODAY, 1), 0);
    assert_int_equal(setenv("DCIM_REPOSITORY", "r", 1), 0);
    assert_int_equal(setenv("DCIM_KEY_FILE", "r.key", 1), 0);
    assert_int_equal(setenv("DCIM_DATA", harness_source("data"), 1), 0);
    desk_victims("v.csv", "A", 0, 12, 0);
    desk_victims("w.csv", "A", 4, 18, 1);
    desk_copy(".", "../before");
    state_name = "the workload";
    for (size_t i = 0; i < STEPS; i++) {
        if (i == CODE_STEP) choose_record();
        do_step(&steps[i]);
        desk_copy("r", "../copy");
        steps[i].after = facts_of("../copy", "r.key");
        desk_remove("../copy");
    }
    calls = disk_log_read(log_path);
    return 0;
}

/* ---- states ---- */

static const char *const kinds[] = {"nothing unsynced kept", "all kept", "some sectors kept"};

static size_t acknowledged_after(size_t n_call)
{
    size_t n = 0;
    while (n < STEPS && steps[n].acknowledged <= n_call) n++;
    return n;
}

static bool same_head(const struct facts *a, const struct facts *b)
{
    return memcmp(a->head, b->head, 32) == 0;
}

/* `done` steps were acknowledged and the next may be under way. */
static void right(const struct facts *f, size_t done)
{
    const struct facts *before = &steps[done - 1].after,
                       *after = &steps[done < STEPS ? done : STEPS - 1].after;
    if (f->n_entry < before->n_entry || f->n_entry > after->n_entry)
        fail_msg("%s: %d entries in the log, not %d to %d", state_name, (int)f->n_entry,
                 (int)before->n_entry, (int)after->n_entry);
    if (f->n_entry == before->n_entry && !same_head(f, before))
        fail_msg("%s: another log", state_name);
    if (f->n_entry == after->n_entry && !same_head(f, after))
        fail_msg("%s: another log at the end", state_name);
    if (f->data != before->data && f->data != after->data)
        fail_msg("%s: records, batches or organisations are neither as before nor as after %s",
                 state_name, steps[done < STEPS ? done : STEPS - 1].words[0]);
    if (f->n_slot != before->n_slot && f->n_slot != after->n_slot)
        fail_msg("%s: %d key slots", state_name, (int)f->n_slot);
    if ((f->data != before->data || f->n_slot != before->n_slot) && f->n_entry == before->n_entry)
        fail_msg("%s: an act without its entry", state_name);
}

static uint64_t seen[100000];
static size_t n_seen, n_looked, n_torn;

static bool is_new(uint64_t hash)
{
    for (size_t i = 0; i < n_seen; i++)
        if (seen[i] == hash) return false;
    if (n_seen < sizeof seen / sizeof seen[0]) seen[n_seen++] = hash;
    return true;
}

static void nothing_of_the_erased(void)
{
    struct secret *key = secret_copy(database_key, sizeof database_key);
    size_t n;
    char *pages = pages_read("../state/r/database", key, &n);
    for (size_t i = 0; i < 2; i++)
        if (pages_hold(pages, n, remains[i].p, remains[i].n))
            fail_msg("%s: the %s of the erased record is still there", state_name,
                     i == 0 ? "key" : "body");
    free(pages);
    secret_free(key);
}

/* The dictionary is written once, by init: its files as they were then. */
static void dictionary_is_whole(const struct disk_state *s, const struct disk_state *final,
                                const char *folder)
{
    char begin[40];
    (void)snprintf(begin, sizeof begin, "%s/dictionary/", folder);
    for (size_t i = 0; i < final->n; i++) {
        const struct disk_file *f = &final->file[i];
        if (strncmp(f->path, begin, strlen(begin)) != 0) continue;
        const struct disk_file *is = disk_state_file(s, f->path);
        if (is == NULL || is->n != f->n || (f->n > 0 && memcmp(is->data, f->data, f->n) != 0))
            fail_msg("%s: %s is not whole", state_name, f->path);
    }
}

static void backup_is_right(const struct disk_state *s, size_t done, const char *key_file)
{
    static uint64_t verified[64];
    static size_t n_verified;
    struct backup_report r;
    const struct unlock u = {.key_file = key_file, .recovery = recovery};
    const struct disk_file *f = disk_state_file(s, "b.dcim");
    if (f == NULL) {
        if (done > 6) fail_msg("%s: the backup is gone", state_name);
        return;
    }
    uint64_t h = hashed(UINT64_C(14695981039346656037), f->data, f->n);
    for (size_t i = 0; i < n_verified; i++)
        if (verified[i] == h) return;
    if (!backup_verify(&r, "../state/b.dcim", &u, &e))
        fail_msg("%s: the backup does not verify: %s", state_name, e.msg);
    if (n_verified < 64) verified[n_verified++] = h;
}

/* A repository is there, whole, or it is not there. */
static void look(const struct disk_state *s, const struct disk_state *final, size_t done)
{
    desk_remove("../state");
    disk_state_write(s, "../state", "dictionary/");
    if (disk_state_file(s, "r/database") != NULL) {
        dictionary_is_whole(s, final, "r");
        if (done > CODE_STEP) nothing_of_the_erased(); /* before anybody tidies up */
        struct facts f = facts_of("../state/r", "../state/r.key");
        if (done > 0) {
            right(&f, done);
        } else if (f.data != steps[0].after.data || f.n_entry > steps[0].after.n_entry) {
            fail_msg("%s: a repository that init has not made", state_name);
        }
    } else if (done > 0) {
        fail_msg("%s: the repository is gone", state_name);
    }
    backup_is_right(s, done, "../state/r.key");
    if (disk_state_file(s, "r2/database") != NULL) { /* the backup's: before the erasure */
        dictionary_is_whole(s, final, "r2");
        struct facts f = facts_of("../state/r2", "../state/r.key");
        assert_int_equal(f.n_active, steps[6].after.n_active);
        assert_true(f.data == steps[6].after.data);
    } else if (done == STEPS) {
        fail_msg("%s: what was restored is gone", state_name);
    }
    n_looked++;
}

enum { TORN_EACH = 2, DICTIONARY_EACH = 20, RECOVERED = 20, JOURNAL_MIN = 8192 };

static struct recovered { /* some states whose journal gives recovery something to do */
    struct disk_state state;
    size_t done;
} recovered[RECOVERED];
static size_t n_recovered, n_journal;

static bool is_chosen(const struct disk_state *s, size_t done)
{
    const struct disk_file *journal = disk_state_file(s, "r/database-wal");
    if (done == 0 || journal == NULL || journal->n < JOURNAL_MIN || n_recovered == RECOVERED)
        return false;
    return n_journal++ % 9 == 4;
}

static void look_at(const struct disk *d, size_t n_call, const struct disk_state *final)
{
    static char name[5000];
    size_t done = acknowledged_after(n_call);
    for (int k = 0; k < 2 + TORN_EACH; k++) {
        struct disk_state s;
        enum disk_fate fate = k == 0 ? DISK_DROPS : k == 1 ? DISK_KEEPS : DISK_TEARS;
        uint64_t seed = n_call * 8 + (uint64_t)k;
        (void)snprintf(name, sizeof name, "call %zu of %zu (%s), %s, seed %llu", n_call,
                       disk_log_calls(calls), n_call == 0 ? "" : disk_log_name(calls, n_call - 1),
                       kinds[fate], (unsigned long long)seed);
        state_name = name;
        disk_state(&s, d, fate, seed);
        bool fresh = is_new(s.hash ^ done);
        if (fresh) look(&s, final, done);
        n_torn += fresh && fate == DISK_TEARS;
        if (fresh && fate == DISK_KEEPS && is_chosen(&s, done))
            recovered[n_recovered++] = (struct recovered){s, done};
        else disk_state_free(&s);
    }
}

static void tell(double began, size_t n, const char *of_what)
{
    print_message("%zu %s: %zu different states looked at, %zu of them torn, %.1f s\n", n, of_what,
                  n_looked, n_torn, harness_seconds() - began);
}

static void loss_1_at_every_call(void **state) /* S86 */
{
    (void)state;
    if (harness_sanitized()) skip();
    struct disk *d = disk_new(root, "../before");
    struct disk *end = disk_new(root, ".");
    struct disk_state final;
    double began = harness_seconds();
    disk_state(&final, end, DISK_DROPS, 0);
    for (size_t i = 0; i <= disk_log_calls(calls); i++) {
        /* The dictionary's hundred files are written alike: some of them will do. */
        bool alike =
            i > 0 && disk_log_touches(calls, i - 1, "dictionary/") && i % DICTIONARY_EACH != 0;
        if (!alike) look_at(d, i, &final);
        if (i < disk_log_calls(calls)) disk_do(d, calls, i);
    }
    tell(began, disk_log_calls(calls), "calls");
    assert_true(n_looked > 800 && n_torn > 300);
    assert_int_equal(n_recovered, RECOVERED);
    disk_state_free(&final);
    disk_free(end);
    disk_free(d);
}

/* ---- 2 ---- */

/* The program opens such a state, and loses power in the middle of that. */
static void recover(const struct recovered *r, size_t number)
{
    static char name[5000];
    char *real;
    struct harness_run run;
    desk_remove("../again");
    desk_remove("../again.log");
    disk_state_write(&r->state, "../again", NULL);
    assert_non_null(real = realpath("../again", NULL));
    struct disk *d = disk_new(real, real);
    log_to("../again.log", real);
    const char *argv[] = {harness_program(), "info", "--repository", "../again/r", "--key-file",
                          "../again/r.key",  NULL};
    harness_run(&run, argv, NULL);
    log_end();
    if (run.status != 0) fail_msg("state %zu does not open: %s", number, run.err);
    harness_run_release(&run);
    struct disk_log *l = disk_log_read("../again.log");
    assert_true(disk_log_calls(l) > 0);
    for (size_t i = 0; i <= disk_log_calls(l); i++) {
        for (int k = 0; k < 2 + TORN_EACH; k++) {
            struct disk_state s;
            enum disk_fate fate = k == 0 ? DISK_DROPS : k == 1 ? DISK_KEEPS : DISK_TEARS;
            uint64_t seed = (number * 1000 + i) * 8 + (uint64_t)k;
            (void)snprintf(name, sizeof name, "recovery %zu, call %zu of %zu (%s), %s, seed %llu",
                           number, i, disk_log_calls(l), i == 0 ? "" : disk_log_name(l, i - 1),
                           kinds[fate], (unsigned long long)seed);
            state_name = name;
            disk_state(&s, d, fate, seed);
            bool fresh = is_new(s.hash ^ r->done);
            if (fresh) look(&s, &r->state, r->done);
            n_torn += fresh && fate == DISK_TEARS;
            disk_state_free(&s);
        }
        if (i < disk_log_calls(l)) disk_do(d, l, i);
    }
    disk_log_free(l);
    disk_free(d);
    free(real);
}

static void loss_2_during_recovery(void **state) /* S86 */
{
    (void)state;
    if (harness_sanitized()) skip();
    double began = harness_seconds();
    n_looked = n_torn = 0;
    for (size_t i = 0; i < n_recovered; i++) {
        recover(&recovered[i], i);
        disk_state_free(&recovered[i].state);
    }
    tell(began, n_recovered, "recoveries");
    assert_true(n_looked > 80 && n_torn > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_1_at_every_call),
        cmocka_unit_test(loss_2_during_recovery),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
