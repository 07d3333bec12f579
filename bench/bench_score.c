/* SPDX-License-Identifier: EUPL-1.2 */
/* How near a linkage comes to the truth (linkage_score.h):
 *     bench_score TRUTH.csv COLUMN RESULT.csv
 * TRUTH has a column rec_id (else its first is taken) and COLUMN, equal for records of one person;
 * with COLUMN:digits its first group of digits counts alone (FEBRL: rec_id:digits). RESULT has two
 * columns with headings: a record and its cluster (second heading "cluster"), or the two records of
 * a pair. A record that RESULT does not name is by itself. Blanks around values are dropped.
 * Without arguments: how long a million records take. */
#include "linkage_score.h"
#include "timing.h"

#include "base/csv.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct truth {
    struct map *record; /* rec_id to place */
    uint32_t *person;
    size_t n, cap;
};

struct result {
    uint32_t *cluster; /* of each record; NULL: pairs */
    struct score_pair *pair;
    size_t n_pair, cap;
};

static bool open_csv(struct csv_reader **r, const char *path, struct csv_row *header, struct err *e)
{
    bool found;
    if (!csv_open(r, path, &(struct csv_options){.encoding = CSV_UTF8, .separator = ','}, e) ||
        !csv_next(*r, header, &found, e))
        return false;
    if (found) return true;
    return err_set(e, ERR_INPUT, "score.empty", "%s is empty", path);
}

static bool read_rows(struct truth *t, struct csv_reader *r, size_t id, size_t person, bool digits,
                      struct err *e)
{
    struct map *persons = map_new();
    struct csv_row row;
    bool found = false, ok;
    while ((ok = csv_next(r, &row, &found, e)) && found) {
        if (row.n_field <= id || row.n_field <= person) {
            ok = err_set(e, ERR_INPUT, "score.row", "line %zu of the truth is too short",
                         (size_t)row.line);
            break;
        }
        if (!map_put(t->record, text_trim(row.field[id]), (uint32_t)t->n)) {
            ok = err_set(e, ERR_INPUT, "score.twice", "line %zu: the record is there already",
                         (size_t)row.line);
            break;
        }
        struct text who = text_trim(row.field[person]);
        MEM_GROW(t->person, t->cap, t->n + 1);
        t->person[t->n++] = score_person(persons, who, digits);
    }
    map_free(persons);
    return ok;
}

static bool read_truth(struct truth *t, const char *path, struct text column, struct err *e)
{
    struct csv_reader *r = NULL;
    struct csv_row header;
    size_t id = 0, person = SIZE_MAX;
    bool digits = text_ends(column, TEXT(":digits")), ok = false;
    if (digits) column.n -= strlen(":digits");
    if (!open_csv(&r, path, &header, e)) goto done;
    for (size_t i = 0; i < header.n_field; i++) {
        struct text name = text_trim(header.field[i]);
        if (text_is(name, "rec_id")) id = i;
        if (text_equal(name, column)) person = i;
    }
    if (person == SIZE_MAX) {
        err_set(e, ERR_USAGE, "score.column", "%s has no such column", path);
        goto done;
    }
    ok = read_rows(t, r, id, person, digits, e);
done:
    csv_close(r);
    return ok;
}

static bool read_result(struct result *out, const struct truth *t, const char *path, struct err *e)
{
    struct csv_reader *r = NULL;
    struct csv_row row;
    struct map *clusters = map_new();
    bool ok = false, found = true;
    if (!open_csv(&r, path, &row, e)) goto done;
    if (row.n_field < 2) {
        err_set(e, ERR_INPUT, "score.columns", "%s has not two columns", path);
        goto done;
    }
    if (text_is(text_trim(row.field[1]), "cluster")) {
        out->cluster = mem_new(t->n, sizeof *out->cluster);
        /* By itself, until it is named: numbers that no cluster of the file has. */
        for (size_t i = 0; i < t->n; i++) out->cluster[i] = UINT32_MAX - (uint32_t)i;
    }
    while (csv_next(r, &row, &found, e)) {
        if (!found) {
            ok = true;
            break;
        }
        uint32_t a = row.n_field < 2 ? MAP_NONE : map_get(t->record, text_trim(row.field[0]));
        uint32_t b = 0;
        if (a != MAP_NONE && out->cluster == NULL) b = map_get(t->record, text_trim(row.field[1]));
        if (a == MAP_NONE || b == MAP_NONE) {
            err_set(e, ERR_INPUT, "score.record", "%s line %zu: the truth has no such record", path,
                    (size_t)row.line);
            break;
        }
        if (out->cluster != NULL) {
            out->cluster[a] = score_person(clusters, text_trim(row.field[1]), false);
            continue;
        }
        MEM_GROW(out->pair, out->cap, out->n_pair + 1);
        out->pair[out->n_pair++] = (struct score_pair){a, b};
    }
done:
    map_free(clusters);
    csv_close(r);
    return ok;
}

static void print(const char *what, struct score_counts c)
{
    printf("%-32s precision %.4f  recall %.4f  F1 %.4f  (%llu right, %llu found, %llu true)\n",
           what, score_precision(c), score_recall(c), score_f1(c), (unsigned long long)c.both,
           (unsigned long long)c.found, (unsigned long long)c.truth);
}

/* Clusters of three, of which each tenth record has strayed. */
static int measure(void)
{
    enum { N = 1000000 };
    uint32_t *truth = mem_new(N, sizeof *truth), *found = mem_new(N, sizeof *found);
    struct score s;
    struct random r;
    random_init(&r, 1);
    for (uint32_t i = 0; i < N; i++) {
        truth[i] = i / 3;
        found[i] = random_below(&r, 10) == 0 ? (uint32_t)random_below(&r, N / 3) : i / 3;
    }
    double begin = bench_seconds();
    score_clusters(&s, truth, found, N);
    printf("scoring clusters of %d records: %.2f s (pairs F1 %.4f)\n", N, bench_seconds() - begin,
           score_f1(s.pairs));
    mem_free(truth);
    mem_free(found);
    return 0;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct truth t = {.n = 0};
    struct result result = {.n_pair = 0};
    struct score s;
    if (argc == 1) return measure();
    if (argc != 4) {
        fprintf(stderr, "usage: bench_score TRUTH.csv COLUMN[:digits] RESULT.csv\n");
        return 2;
    }
    t.record = map_new();
    bool ok =
        read_truth(&t, argv[1], text_of(argv[2]), &e) && read_result(&result, &t, argv[3], &e);
    if (ok) {
        if (result.cluster != NULL) score_clusters(&s, t.person, result.cluster, t.n);
        else score_pairs(&s, t.person, t.n, result.pair, result.n_pair);
        print("pairs", s.pairs);
        print("clusters", s.clusters);
        print("clusters of two records and more", s.clusters_several);
    } else {
        fprintf(stderr, "bench_score: %s\n", e.msg);
    }
    mem_free(result.cluster);
    mem_free(result.pair);
    mem_free(t.person);
    map_free(t.record);
    return ok ? 0 : err_exit_status(e.code);
}
