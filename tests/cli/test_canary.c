/* SPDX-License-Identifier: EUPL-1.2 */
/* S15 for the program as a whole: identifiers, a passphrase, a recovery code and a search term go
 * through every input, and are then looked for in every byte of the repository, the backup, the
 * folder for temporary files and the working folder; and, decrypted, in every table of the
 * database.
 *  1 the search finds what it should
 *  2 no file holds a canary: plain, UTF-16, hexadecimal, base64, or as an unsalted hash
 *  3 the decrypted database holds them sealed only
 *  4 files 0600, folders 0700
 *  5 words and environment of the converter process
 */
#include "harness.h"

#include "desk.h"
#include "talk.h"

#include "base/crypto.h"
#include "base/xlsx_write.h"
#include "raw.h"
#include "service/service_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAMILY "Zanzibarowska"
#define GIVEN "Quetzalina"
#define BIRTH "1987-11-23"
#define DOCUMENT "PT99887766X"
#define PHONE "+351987654321"
#define PASSPHRASE "seven purple canaries sing"
#define TERM "Xylophonist-4711"
#define REFERENCE "CANARY-REF-000777"
#define IMPORT "--form", "victim", "--organisation", "GNR"

static const char *const canaries[] = {FAMILY, GIVEN, DOCUMENT, PHONE, PASSPHRASE, TERM, REFERENCE};
enum { N_CANARY = sizeof canaries / sizeof canaries[0], NEEDLES_MAX = 200 };
static char code[80]; /* the recovery code, a canary too */

/* ---------------------------------------------------------------- needles */

static struct needle {
    char what[60];
    unsigned char bytes[200];
    size_t n;
} needles[NEEDLES_MAX];
static size_t n_needle;

static void needle(const char *canary, const char *how, const void *p, size_t n)
{
    struct needle *at = &needles[n_needle++];
    assert_true(n_needle <= NEEDLES_MAX && n <= sizeof at->bytes && n >= 8);
    (void)snprintf(at->what, sizeof at->what, "%.30s as %s", canary, how);
    memcpy(at->bytes, p, n);
    at->n = n;
}

/* Base64 of the canary wherever in a group it begins: the digits that depend on nothing else. */
static void base64(const char *canary)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(canary);
    for (size_t from = 0; from < 3; from++) {
        char out[200];
        size_t m = 0;
        for (size_t i = from; i + 3 <= n; i += 3) {
            const unsigned char *p = (const unsigned char *)canary + i;
            uint32_t v = (uint32_t)(p[0] << 16 | p[1] << 8 | p[2]);
            for (int shift = 18; shift >= 0; shift -= 6) out[m++] = digit[v >> shift & 63];
        }
        needle(canary, "base64", out, m);
    }
}

static void needles_of(const char *canary)
{
    size_t n = strlen(canary);
    char wide[200] = "", hex[200];
    uint8_t hash[64];
    needle(canary, "plain", canary, n);
    for (size_t i = 0; i < n; i++) wide[2 * i] = canary[i];
    needle(canary, "UTF-16LE", wide, 2 * n);
    crypto_hex(hex, canary, n);
    needle(canary, "hex", hex, 2 * n);
    for (char *p = hex; *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'f') *p = (char)(*p - 'a' + 'A');
    needle(canary, "HEX", hex, 2 * n);
    base64(canary);
    crypto_sha256(hash, canary, n);
    needle(canary, "SHA-256", hash, 32);
    crypto_hex(hex, hash, 32);
    needle(canary, "SHA-256 in hex", hex, 64);
    crypto_hash(hash, 32, canary, n, NULL);
    needle(canary, "BLAKE2b", hash, 32);
    crypto_hash(hash, 16, canary, n, NULL);
    needle(canary, "BLAKE2b-128", hash, 16);
}

static const struct needle *found_in(const char *p, size_t n)
{
    for (size_t i = 0; i < n_needle; i++)
        if (memmem(p, n, needles[i].bytes, needles[i].n) != NULL) return &needles[i];
    return NULL;
}

/* ---------------------------------------------------------------- files */

static const char *const exempt[] = {"in.csv", "in.xlsx", "back.csv",
                                     "back.xlsx"}; /* what the provider has */
static int n_file;

static int look(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    if (kind != FTW_F) return 0;
    for (size_t i = 0; i < sizeof exempt / sizeof exempt[0]; i++)
        if (strcmp(path + at->base, exempt[i]) == 0) return 0;
    size_t n;
    char *p = harness_read(path, &n);
    const struct needle *f = found_in(p, n);
    if (f != NULL) fail_msg("%s holds %s", path, f->what);
    free(p);
    n_file++;
    return 0;
}

static void nothing_in(const char *folder)
{
    if (nftw(folder, look, 16, FTW_PHYS) != 0) fail_msg("could not read %s", folder);
}

/* ---------------------------------------------------------------- everything goes in */

static void write_csv(const char *path, const char *sex)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    (void)fputs("source_file_no,family_name,given_names,birth_date,national_id_no,phone,entry_date,"
                "sex,age_at_registration,"
                "citizenship,recruitment_country,exploitation_form,exploitation_country,"
                "exploitation_start,main_form_flag,"
                "victim_status,status_decision_date,status_decided_by,legal_basis\n",
                f);
    for (int i = 0; i < 200; i++)
        (void)fprintf(f,
                      "%s%d," FAMILY "," GIVEN "," BIRTH "," DOCUMENT "," PHONE
                      ",2023-05-10,%s,35,PT,PT,E100,PT,2022-02-10,"
                      "yes,S30,2023-12-10,14,LB3\n",
                      i == 0 ? REFERENCE : "R", i, i % 50 == 7 ? sex : "F");
    assert_int_equal(fclose(f), 0);
}

static void write_workbook(const char *path, const char *sheet, int rows)
{
    static const char *const head[] = {"source_file_no",
                                       "family_name",
                                       "given_names",
                                       "entry_date",
                                       "sex",
                                       "age_at_registration",
                                       "citizenship",
                                       "recruitment_country",
                                       "exploitation_form",
                                       "exploitation_country",
                                       "exploitation_start",
                                       "main_form_flag",
                                       "victim_status",
                                       "status_decision_date",
                                       "status_decided_by",
                                       "legal_basis"};
    static const char *const values[] = {NULL,   FAMILY,       GIVEN,        "2023-05-10",
                                         "F",    "36",         "PT",         "PT",
                                         "E100", "PT",         "2022-02-10", "yes",
                                         "S30",  "2023-12-10", "14",         "LB3"};
    struct xlsx_writer *w;
    struct err e;
    char number[30];
    if (!xlsx_write_open(&w, path, "t", &e) || !xlsx_write_sheet(w, sheet, &e))
        fail_msg("%s", e.msg);
    for (uint16_t c = 0; c < 16; c++) xlsx_write_text(w, 0, c, text_of(head[c]), XLSX_HEAD);
    for (int r = 1; r <= rows; r++)
        for (uint16_t c = 0; c < 16; c++) {
            (void)snprintf(number, sizeof number, "%s-X%d", TERM, r);
            xlsx_write_text(w, (uint32_t)r, c, text_of(c == 0 ? number : values[c]), XLSX_PLAIN);
        }
    if (!xlsx_write_close(w, &e)) fail_msg("%s", e.msg);
}

static void dcim(int status, const char *const *argv)
{
    struct harness_run run;
    harness_run(&run, argv, NULL);
    if (run.status != status) fail_msg("%s %s: %d: %s", argv[1], argv[2], run.status, run.err);
    harness_run_release(&run);
}
#define DCIM(status, ...) dcim(status, (const char *const[]){harness_program(), __VA_ARGS__, NULL})

static void by_terminal(int status, const char *const *argv, const struct pty_line *lines)
{
    struct pty_run run;
    pty_run(&run, argv, lines, NULL);
    if (run.status != status) fail_msg("%s: %d: %s", argv[1], run.status, run.said);
    free(run.said);
}

static void find_code(const char *said)
{
    const char *at = strstr(said, "away from this machine:");
    assert_non_null(at);
    at += strcspn(at, "\n");
    at += strspn(at, "\r\n ");
    size_t n = strcspn(at, " \r\n");
    assert_true(n > 20 && n < sizeof code);
    memcpy(code, at, n);
    code[n] = '\0';
}

static int begin(void **state)
{
    (void)state;
    struct pty_run run;
    crypto_start();
    (void)setenv("DCIM_TODAY", DESK_TODAY, 1);
    (void)setenv("DCIM_DATA", harness_source("data"), 1);
    (void)setenv("DCIM_REPOSITORY", "repository", 1);
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
    (void)unsetenv("DCIM_KEY_FILE");
    /* made by a passphrase; a key file is added, so that the rest need not be typed */
    pty_run(&run,
            (const char *const[]){harness_program(), "init", "--pack", "pt", "repository", NULL},
            (const struct pty_line[]){{"New passphrase", PASSPHRASE "\n"},
                                      {"same again", PASSPHRASE "\n"},
                                      {NULL, NULL}},
            NULL);
    if (run.status != 0) fail_msg("init: %s", run.said);
    find_code(run.said);
    free(run.said);
    by_terminal(0,
                (const char *const[]){harness_program(), "key", "add", "key-file", "--new-key-file",
                                      "repository.key", NULL},
                (const struct pty_line[]){{"Passphrase: ", PASSPHRASE "\n"}, {NULL, NULL}});
    by_terminal(0, (const char *const[]){harness_program(), "info", "--recovery", NULL},
                (const struct pty_line[]){{"Recovery code: ", code}, {"", "\n"}, {NULL, NULL}});
    by_terminal(4, (const char *const[]){harness_program(), "info", NULL},
                (const struct pty_line[]){{"Passphrase: ", PASSPHRASE "!\n"}, {NULL, NULL}});
    (void)setenv("DCIM_KEY_FILE", "repository.key", 1);
    for (size_t i = 0; i < N_CANARY; i++) needles_of(canaries[i]);
    needles_of(code);
    DCIM(0, "organisation", "add", "--code", "GNR", "--type", "police", "--name", "Guarda");
    return 0;
}

static void everything(void)
{
    char record[20];
    write_csv("in.csv", TERM); /* four rows with a search term for a sex: refused and told */
    DCIM(1, "import", "in.csv", IMPORT, "--dry-run");
    DCIM(1, "import", "in.csv", IMPORT, "--strict");
    DCIM(1, "import", "in.csv", IMPORT, "--findings", "back.csv");
    write_workbook("in.xlsx", "s", 300);
    DCIM(0, "import", "in.xlsx", IMPORT, "--findings", "back.xlsx");
    DCIM(2, "import", "in.csv", IMPORT, "--mapping", TERM);
    DCIM(2, "import", "in.csv", "--form", TERM, "--organisation", "GNR");
    DCIM(3, "import", TERM, IMPORT);
    DCIM(3, "import", "in.csv", IMPORT, "--encoding", "utf-16le");
    struct service *s = desk_open("repository", NULL);
    const struct json *list = json_get(desk_do(s, "record.list", "{'limit':1}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 0), "record", ""));
    service_close(s);
    DCIM(0, "record", "show", record, "--identity", "--purpose", "request of a court");
    DCIM(4, "record", "show", record, "--identity", "--purpose", "curious", "--role", "analyst");
    DCIM(2, "record", "show", TERM);
    DCIM(2, "table", "--form", "victim", "--rows", "sex", "--where", "${victim_code} = '" TERM "'",
         "--protect", "none");
    DCIM(2, "table", "--form", "victim", "--rows", "sex", "--where", "${sex} = '" TERM);
    DCIM(2, "table", "--form", "victim", "--rows", TERM);
    DCIM(0, "table", "--form", "victim", "--rows", "sex", "--columns", "age_group", "--format",
         "csv", "--output", "t.csv");
    DCIM(0, "table", "--form", "victim", "--rows", "sex", "--format", "xlsx", "--output", "t.xlsx");
    DCIM(2, "codes", TERM);
    DCIM(0, "backup", "b.dcim");
    by_terminal(0, (const char *const[]){harness_program(), "backup", "verify", "b.dcim", NULL},
                (const struct pty_line[]){{"Recovery code: ", code}, {"", "\n"}, {NULL, NULL}});
    by_terminal(0, (const char *const[]){harness_program(), "restore", "b.dcim", "restored", NULL},
                (const struct pty_line[]){{"Recovery code: ", code}, {"", "\n"}, {NULL, NULL}});
    DCIM(0, "batch", "undo", "1", "--reason", "test");
    DCIM(0, "check");
}

/* ---- 1 ---- */

static void search_1_1_finds_what_is_there(void **state)
{
    (void)state;
    char text[400], hex[100];
    assert_null(found_in("nothing of the kind", 19));
    crypto_hex(hex, FAMILY, strlen(FAMILY));
    (void)snprintf(text, sizeof text, "before %s behind", hex);
    assert_non_null(found_in(text, strlen(text)));
    (void)snprintf(text, sizeof text, "x%sx", GIVEN);
    assert_non_null(found_in(text, strlen(text)));
    /* base64 of "ab" FAMILY, by another hand: YWJaYW56aWJhcm93c2th */
    assert_non_null(found_in("..YWJaYW56aWJhcm93c2th..", 24));
}

/* ---- 2, 4 ---- */

static int closed(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)at;
    unsigned want = kind == FTW_F ? 0600 : 0700;
    if (kind == FTW_F && (st->st_mode & 07777) == 0400) return 0;
    if ((st->st_mode & 07777) != want) fail_msg("%s: mode %o", path, (unsigned)st->st_mode & 07777);
    return 0;
}

static void files_2_1_hold_no_canary(void **state)
{
    (void)state;
    mode_t before =
        umask(022); /* as most people have it: what is closed is closed by the program */
    everything();
    (void)umask(before);
    n_file = 0;
    nothing_in(".");
    assert_true(n_file > 200);
    const char *temporary = getenv("TMPDIR");
    if (temporary != NULL) nothing_in(temporary);
}

static void files_4_1_are_closed_to_others(void **state)
{
    (void)state;
    static const char *const made[] = {"repository", "restored", "b.dcim",    "t.csv",
                                       "t.xlsx",     "back.csv", "back.xlsx", "repository.key"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        if (nftw(made[i], closed, 16, FTW_PHYS) != 0) fail_msg("could not read %s", made[i]);
}

/* ---- 3 ---- */

/* Every column of every table as bytes: the decrypted database is searched as a whole. */
static void database_3_1_holds_them_sealed(void **state)
{
    (void)state;
    struct service *s = desk_open("repository", NULL);
    assert_int_equal(desk_records(s, "victim"),
                     300); /* the first batch is undone; its history is there */
    struct raw *r =
        raw_open("repository/database", keyring_key(store_keyring(s->store), KEY_DATABASE));
    int64_t n_table = raw_number(r, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"),
            values = 0;
    for (int64_t t = 0; t < n_table; t++) {
        char table[80] = "", column[80];
        size_t n = raw_bytes(
            r, table, sizeof table - 1,
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 1 OFFSET %d",
            (int)t);
        table[n] = '\0';
        int64_t n_column = raw_number(r, "SELECT count(*) FROM pragma_table_info('%s')", table);
        for (int64_t c = 0; c < n_column; c++) {
            n = raw_bytes(r, column, sizeof column - 1,
                          "SELECT name FROM pragma_table_info('%s') LIMIT 1 OFFSET %d", table,
                          (int)c);
            column[n] = '\0';
            for (size_t i = 0; i < n_needle; i++) {
                char hex[410];
                crypto_hex(hex, needles[i].bytes, needles[i].n);
                int64_t hits = raw_number(
                    r, "SELECT count(*) FROM \"%s\" WHERE instr(CAST(\"%s\" AS BLOB), x'%s') > 0",
                    table, column, hex);
                if (hits > 0) fail_msg("%s.%s holds %s", table, column, needles[i].what);
            }
            values += raw_number(r, "SELECT count(\"%s\") FROM \"%s\"", column, table);
        }
    }
    raw_close(r);
    service_close(s);
    assert_true(n_table > 10);
    assert_true(values > 5000);
}

/* ---- 5 ---- */

static size_t read_proc(int pid, const char *name, char *out, size_t size)
{
    char path[60];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, out, size);
    (void)close(fd);
    return n > 0 ? (size_t)n : 0;
}

/* Children of `parent`. */
static int child_of(pid_t parent)
{
    int found = 0;
    DIR *d = opendir("/proc");
    assert_non_null(d);
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char stat[400] = "";
        int pid = (int)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || read_proc(pid, "stat", stat, sizeof stat - 1) == 0) continue;
        const char *behind = strrchr(stat, ')');
        if (behind == NULL || strlen(behind) < 5) continue;
        if (strtol(behind + 4, NULL, 10) == parent) found = pid;
    }
    (void)closedir(d);
    return found;
}

static void children_5_1_are_told_nothing(void **state)
{
    (void)state;
    extern char **environ;
    pid_t pid;
    int seen = 0;
    write_workbook("in.xlsx", TERM, 20000);
    assert_int_equal(rename("in.xlsx", TERM ".xlsx"), 0);
    char program[4096], *argv[] = {program, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    static char words[][40] = {"import",         TERM ".xlsx", "--form",  "victim",
                               "--organisation", "GNR",        "--sheet", TERM};
    (void)unsetenv("DCIM_INSECURE_KDF");
    (void)snprintf(program, sizeof program, "%s", harness_program());
    for (int i = 0; i < 8; i++) argv[i + 1] = words[i];
    (void)setenv("CANARY_IN_ENVIRONMENT", PASSPHRASE, 1);
    posix_spawn_file_actions_t acts;
    posix_spawn_file_actions_init(&acts);
    posix_spawn_file_actions_addopen(&acts, 1, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawn(&pid, program, &acts, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&acts);
    (void)unsetenv("CANARY_IN_ENVIRONMENT");
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        char text[70000];
        int child = child_of(pid);
        if (child == 0) continue;
        size_t n = read_proc(child, "cmdline", text, sizeof text);
        if (n == 0 || memmem(text, n, "converter", 9) == NULL) continue; /* not yet itself */
        seen++;
        const struct needle *f = found_in(text, n);
        if (f != NULL) fail_msg("the converter's words hold %s", f->what);
        n = read_proc(child, "environ", text, sizeof text); /* the kernel may not let us */
        if (n > 0) fail_msg("the converter has an environment of %d bytes", (int)n);
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(seen > 0);
    assert_int_equal(unlink(TERM ".xlsx"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_1_1_finds_what_is_there),
        cmocka_unit_test(files_2_1_hold_no_canary),
        cmocka_unit_test(database_3_1_holds_them_sealed),
        cmocka_unit_test(files_4_1_are_closed_to_others),
        cmocka_unit_test(children_5_1_are_told_nothing),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
