/* SPDX-License-Identifier: EUPL-1.2 */
/* Intake alone, without a store: 200,000 victim rows of 30 columns read, mapped and validated on
 * one core, and how much of that is reading and mapping. DCIM_BENCH_ROWS for another size. */
#include "timing.h"

#include "base/arena.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/random.h"
#include "intake/intake.h"
#include "intake/row_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char header[] =
    "source_file_no,entry_date,source_instrument,incident_country,incident_region,"
    "data_reliability,family_name,"
    "given_names,birth_date,birth_year,sex,age_at_registration,child_flag,citizenship,"
    "recruitment_date,"
    "recruitment_country,recruitment_channel,acts_present,means_present,exploitation_form,"
    "exploitation_realised,"
    "labour_sector,exploitation_country,exploitation_start,control_means,first_detection_date,"
    "victim_status,"
    "status_decision_date,status_decided_by,legal_basis\r\n";

static void write_file(const char *path, size_t n)
{
    static const char *const name[] = {"Silva",  "Santos", "Popescu", "Moraru",
                                       "Simões", "Gurung", "Ivanova", "Țurcanu"};
    static const char *const given[] = {"Ana",  "Maria", "Ion",  "Elena",
                                        "João", "Rita",  "Sita", "Petre"};
    static const char *const from[] = {"PT", "RO", "MD", "BR", "NP", "BG"};
    static const char *const region[] = {"PT1C2", "PT1C1", "PT1D3", "PT11E"};
    FILE *f = fopen(path, "w");
    struct random r;
    random_init(&r, 1);
    if (f == NULL) exit(1);
    fputs(header, f);
    for (size_t i = 0; i < n; i++) {
        unsigned year = 2008 + (unsigned)random_below(&r, 16),
                 month = 1 + (unsigned)random_below(&r, 12);
        unsigned age = 19 + (unsigned)random_below(&r, 40), born = year - age;
        fprintf(f,
                "R%07zu,%u-%02u-15,GUR,PT,%s,B,%s %s,%s,%u-%02u-01,%u,%c,%u,AD,%s,%u-06,PT,R11,A1 "
                "A4,M5 M7,"
                "E210,occurred,A01,PT,%u-01,C02 C10 C14,%u-%02u-10,S50,%u-%02u-20,10,LB7\r\n",
                i, year, month, region[random_below(&r, 4)], name[random_below(&r, 8)],
                name[random_below(&r, 8)], given[random_below(&r, 8)], born, month, born,
                random_below(&r, 3) ? 'M' : 'F', age, from[random_below(&r, 6)], year - 2, year - 1,
                year, month, year, month);
    }
    fclose(f);
}

/* Of the processor, not of the clock: one core is asked about, whatever else the machine does. */
static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const struct err *e)
{
    fprintf(stderr, "bench_intake: %s\n", e->msg);
    exit(1);
}

static double read_only(const char *path)
{
    struct csv_reader *rd;
    struct csv_row row;
    struct err e = {0};
    bool found = true;
    double begin = cpu_seconds();
    if (!csv_open(&rd, path, NULL, &e)) die(&e);
    while (found)
        if (!csv_next(rd, &row, &found, &e)) die(&e);
    csv_close(rd);
    return cpu_seconds() - begin;
}

static double read_and_map(const char *path, const struct dictionary *d, const struct mapping *m,
                           int32_t today)
{
    struct csv_reader *rd;
    struct csv_row row;
    struct err e = {0};
    struct arena *a = arena_new(ARENA_WIPE);
    struct cell_options o = {.ask = true, .today = today};
    struct row_builder *b = row_builder_new(m, d, &o, "bench", UINT32_MAX);
    struct record r;
    struct findings f;
    bool found = true;
    record_init(&r, d, m->form, a);
    findings_init(&f, a);
    struct arena_mark mark = arena_mark(a);
    double begin = cpu_seconds();
    if (!csv_open(&rd, path, NULL, &e) || !csv_next(rd, &row, &found, &e)) die(&e);
    while (found) {
        if (!csv_next(rd, &row, &found, &e)) die(&e);
        if (!found) break;
        struct source_cells cells = {.cell = row.field, .n_cell = row.n_field, .row = row.row};
        record_clear(&r);
        findings_clear(&f);
        arena_rewind(a, mark);
        if (row_has_values(b, &cells)) row_build(b, &r, &f, &cells, a);
        if (f.n > 0) die(&(struct err){.msg = "the rows do not fit the dictionary"});
    }
    double seconds = cpu_seconds() - begin;
    csv_close(rd);
    findings_release(&f);
    row_builder_free(b);
    arena_free(a);
    return seconds;
}

static double whole(struct intake *in, size_t *n, size_t *n_finding)
{
    struct intake_row row;
    struct err e = {0};
    bool found = true;
    double begin = cpu_seconds();
    for (*n = *n_finding = 0;; ++*n) {
        if (!intake_next(in, &row, &found, &e)) die(&e);
        if (!found) break;
        *n_finding += row.findings->n;
    }
    return cpu_seconds() - begin;
}

int main(void)
{
    const char *folder = bench_folder(), *wanted = getenv("DCIM_BENCH_ROWS");
    size_t n = wanted == NULL ? 200000 : strtoul(wanted, NULL, 10), n_row, n_finding;
    char csv[300], data[300];
    snprintf(csv, sizeof csv, "%s/rows.csv", folder);
    snprintf(data, sizeof data, "%s/data", bench_environment("DCIM_SOURCE_DIR"));
    write_file(csv, n);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct err e = {0};
    struct dictionary *d;
    struct intake *in;
    problems_init(&p, a);
    if (!dictionary_load(&d, data, "pt", &p, &e)) die(&e);
    struct intake_options o = {.path = csv,
                               .dictionary = d,
                               .form = dictionary_form(d, TEXT("victim")),
                               .today = day_today()};
    if (!intake_open(&in, &o, &p, &e)) die(&e);
    double all = whole(in, &n_row, &n_finding),
           part = read_and_map(csv, d, intake_mapping(in), o.today);
    double least = read_only(csv), us = 1e6 / (double)n_row;
    printf("intake: %zu rows of 30 columns, %zu findings: %.2f us a row, %.0f rows/s on one core "
           "(goal 5 us)\n",
           n_row, n_finding, all * us, (double)n_row / all);
    printf("of these: reading %.2f us, mapping %.2f us, validating %.2f us\n", least * us,
           (part - least) * us, (all - part) * us);
    intake_close(in);
    problems_release(&p);
    dictionary_free(d);
    arena_free(a);
    bench_folder_remove(folder);
    return 0;
}
