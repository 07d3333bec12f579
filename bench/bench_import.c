/* SPDX-License-Identifier: EUPL-1.2 */
/* Import of 1,000,000 victim rows of 30 columns: validated, sealed, audited, indexed; against plain
 * SQLite inserting blobs of the size of our sealed bodies, in transactions of 10,000. Then opening:
 * from the start of the program to a ready snapshot. Last, what linkage encodings cost: pairs of
 * imports of a fifth of the rows, by a dictionary with parameter linkage.victim and one without.
 * DCIM_BENCH_ROWS for another size. */
#include "timing.h"

#include "base/mem.h"
#include "base/random.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char header[] =
    "source_file_no,entry_date,source_instrument,incident_country,incident_region,"
    "data_reliability,family_name,given_names,"
    "birth_date,birth_year,sex,age_at_registration,child_flag,citizenship,recruitment_date,"
    "recruitment_country,"
    "recruitment_channel,acts_present,means_present,exploitation_form,exploitation_realised,labour_sector,"
    "exploitation_country,exploitation_start,control_means,first_detection_date,"
    "victim_status,status_decision_date,"
    "status_decided_by,legal_basis\r\n";

static void write_file(const char *path, size_t n)
{
    static const char *const name[] = {"Silva",    "Santos", "Popescu", "Moraru",
                                       "Oliveira", "Gurung", "Ivanova", "Costa"};
    static const char *const given[] = {"Ana",   "Maria", "Ion",  "Elena",
                                        "Paulo", "Rita",  "Sita", "Petre"};
    static const char *const from[] = {"PT", "RO", "MD", "BR", "NP", "BG"};
    static const char *const region[] = {"PT1C2", "PT1C1", "PT1D3", "PT11E"};
    FILE *f = fopen(path, "w");
    struct random r;
    random_init(&r, 1);
    if (f == NULL) exit(1);
    fputs(header, f);
    for (size_t i = 0; i < n; i++) {
        unsigned year = 2008 + (unsigned)random_below(&r, 17),
                 month = 1 + (unsigned)random_below(&r, 12);
        unsigned age = 19 + (unsigned)random_below(&r, 40), born = year - age;
        fprintf(
            f,
            "R%07zu,%u-%02u-15,GUR,PT,%s,B,%s %s,%s,%u-%02u-01,%u,%c,%u,AD,%s,%u-06,PT,R11,A1 A4,M5 M7,E210,"
            "occurred,A01,PT,%u-01,C02 C10 C14,%u-%02u-10,S50,%u-%02u-20,10,LB7\r\n",
            i, year, month, region[random_below(&r, 4)], name[random_below(&r, 8)],
            name[random_below(&r, 8)], given[random_below(&r, 8)], born, month, born,
            random_below(&r, 3) ? 'M' : 'F', age, from[random_below(&r, 6)], year - 2, year - 1,
            year, month, year, month);
    }
    fclose(f);
}

/* Rate of plain SQLite: blobs of `bytes`, WAL, synchronous FULL, 10,000 in a transaction. */
static double plain_sqlite(const char *folder, size_t n, size_t bytes)
{
    char path[300];
    sqlite3 *db;
    sqlite3_stmt *insert;
    char *blob = mem_new(bytes, 1);
    snprintf(path, sizeof path, "%s/plain", folder);
    sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_exec(
        db,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)",
        NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO t(body) VALUES(?)", -1, &insert, NULL);
    struct random r;
    random_init(&r, 2);
    double begin = bench_seconds();
    for (size_t i = 0; i < n; i++) {
        if (i % 10000 == 0) sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
        uint64_t mark = random_u64(&r);
        memcpy(blob, &mark, sizeof mark);
        sqlite3_bind_blob(insert, 1, blob, (int)bytes, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) exit(1);
        sqlite3_reset(insert);
        if (i % 10000 == 9999 || i + 1 == n) sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    double seconds = bench_seconds() - begin;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    mem_free(blob);
    return seconds;
}

static double file_mib(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (double)st.st_size / 1048576.0 : 0;
}

/* A repository of its own, and the file in it. */
static struct bench_run fresh_import(const char *program, const char *repository, const char *csv)
{
    setenv("DCIM_REPOSITORY", repository, 1);
    struct bench_run run =
        bench_run((const char *const[]){program, "init", "--pack", "pt", repository, NULL});
    if (run.status == 0)
        run = bench_run((const char *const[]){program, "organisation", "add", "--code", "GNR",
                                              "--type", "police", "--name", "GNR", NULL});
    if (run.status == 0)
        run = bench_run((const char *const[]){program, "import", csv, "--form", "victim",
                                              "--organisation", "GNR", NULL});
    return run;
}

enum { PAIRS = 5 };

static void encodings(const char *program, const char *folder, size_t n)
{
    char csv[300], data[300], place[320], repository[300], database[320], source[300];
    double ratio[PAIRS], mib[2] = {0, 0};
    snprintf(source, sizeof source, "%s/data", bench_environment("DCIM_SOURCE_DIR"));
    snprintf(data, sizeof data, "%s/without", folder);
    snprintf(place, sizeof place, "%s/parameters.csv", data);
    snprintf(csv, sizeof csv, "%s/fewer.csv", folder);
    snprintf(repository, sizeof repository, "%s/pair", folder);
    snprintf(database, sizeof database, "%s/database", repository);
    bench_run((const char *const[]){"/bin/cp", "-r", source, data, NULL});
    bench_run((const char *const[]){"/bin/sed", "-i", "/^linkage.victim,/d", place, NULL});
    write_file(csv, n);
    for (size_t i = 0; i < PAIRS; i++) {
        double used[2];
        for (size_t k = 0; k < 2; k++) {
            size_t with = (i + k) % 2; /* in turns */
            setenv("DCIM_DATA", with ? source : data, 1);
            struct bench_run run = fresh_import(program, repository, csv);
            if (run.status != 0) exit(1);
            used[with] = run.processor;
            mib[with] = file_mib(database);
            bench_run((const char *const[]){"/bin/rm", "-rf", repository, NULL});
        }
        ratio[i] = used[1] / used[0];
    }
    printf("linkage encodings, %zu rows: processor time of the import x %.3f (median of %d pairs), "
           "database %.0f for %.0f MiB, x %.3f\n",
           n, bench_median(ratio, PAIRS), PAIRS, mib[1], mib[0], mib[1] / mib[0]);
}

int main(void)
{
    const char *folder = bench_folder(), *program = bench_environment("DCIM_PROGRAM");
    const char *wanted = getenv("DCIM_BENCH_ROWS");
    size_t n = wanted == NULL ? 1000000 : strtoul(wanted, NULL, 10);
    /* What such a row is sealed as, by sum(length()) of the columns of a run's database: 427 bytes
     * of coded body, 107 of identity, and two wrapped keys of 75. */
    enum { BODY_BYTES = 427 + 107 + 2 * 75 };
    char csv[300], repository[300], key[300], database[320];
    snprintf(csv, sizeof csv, "%s/rows.csv", folder);
    snprintf(repository, sizeof repository, "%s/register", folder);
    snprintf(key, sizeof key, "%s/key", folder);
    snprintf(database, sizeof database, "%s/database", repository);
    setenv("DCIM_KEY_FILE", key, 1);
    write_file(csv, n);
    struct bench_run run = fresh_import(program, repository, csv);
    printf("import: status %d, %zu rows in %.2f s, %.0f rows/s, peak %.0f MiB, file %.0f MiB, "
           "database %.0f MiB\n",
           run.status, n, run.seconds, (double)n / run.seconds, (double)run.peak_kib / 1024,
           file_mib(csv), file_mib(database));
    double plain = plain_sqlite(folder, n, BODY_BYTES);
    printf("plain SQLite, blobs of %d bytes: %.2f s, %.0f rows/s\n", BODY_BYTES, plain,
           (double)n / plain);
    printf("ratio import / plain SQLite: %.2f of its rate (goal 0.33)\n", plain / run.seconds);
    struct bench_run open =
        bench_run((const char *const[]){program, "table", "--form", "victim", "--rows", "sex",
                                        "--columns", "victim_status", "--count", "records", NULL});
    printf(
        "open, snapshot of %zu records and one table: status %d, %.2f s (goal 5), peak %.0f MiB\n",
        n, open.status, open.seconds, (double)open.peak_kib / 1024);
    struct bench_run again =
        bench_run((const char *const[]){program, "import", csv, "--form", "victim",
                                        "--organisation", "GNR", NULL});
    printf("the same file again, nothing new: status %d, %.2f s\n", again.status, again.seconds);
    encodings(program, folder, n / 5);
    bench_folder_remove(folder);
    return run.status;
}
