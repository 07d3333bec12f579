/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage against a truth: bench_linkage FILE TRUTH ROLE=COLUMN...
 *
 * FILE is CSV, TRUTH the column that is equal for records of one person (or "febrl", for the number
 * in rec_id). Prints the rules, precision, recall and F1 of pairs at the default threshold and at
 * the best one, and of clusters. The truth is not read before the linkage has ended. */
#include "timing.h"

#include "base/csv.h"
#include "base/map.h"
#include "base/mem.h"
#include "linkage/linkage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct input {
    struct people *people;
    uint32_t *truth; /* number of the person */
    size_t n, cap, n_person;
    struct map *persons;
    uint32_t *size; /* records of a person */
};

static void stop(const char *what)
{
    fprintf(stderr, "bench_linkage: %s\n", what);
    exit(1);
}

static struct text truth_of(struct text value, bool febrl)
{
    if (!febrl) return value;
    size_t from = 0;
    while (from < value.n && (value.p[from] < '0' || value.p[from] > '9')) from++;
    size_t to = from;
    while (to < value.n && value.p[to] >= '0' && value.p[to] <= '9') to++;
    return (struct text){value.p + from, to - from};
}

static void read_file(struct input *in, const char *path, const char *truth, int n_role,
                      char **role)
{
    struct csv_reader *r;
    struct err e = {0};
    struct csv_row row;
    struct people_role of[PEOPLE_COLUMNS];
    size_t column[PEOPLE_COLUMNS], truth_column = 0;
    bool found, febrl = strcmp(truth, "febrl") == 0;
    if (!csv_open(&r, path, &(struct csv_options){0}, &e) || !csv_next(r, &row, &found, &e) ||
        !found)
        stop(e.msg);
    for (size_t c = 0; c < row.n_field; c++)
        if (text_is(text_trim(row.field[c]), febrl ? "rec_id" : truth)) truth_column = c;
    for (int i = 0; i < n_role; i++) {
        char *name = strchr(role[i], '=');
        if (name == NULL) stop("ROLE=COLUMN");
        of[i].name = name + 1;
        if (!linkage_role_find(&of[i].role, (struct text){role[i], (size_t)(name - role[i])}))
            stop(role[i]);
        column[i] = SIZE_MAX;
        for (size_t c = 0; c < row.n_field; c++)
            if (text_is(text_trim(row.field[c]), name + 1)) column[i] = c;
        if (column[i] == SIZE_MAX) stop(role[i]);
    }
    in->people = people_new(of, (size_t)n_role);
    in->persons = map_new();
    for (;;) {
        struct text value[PEOPLE_COLUMNS];
        if (!csv_next(r, &row, &found, &e)) stop(e.msg);
        if (!found) break;
        for (int i = 0; i < n_role; i++) value[i] = row.field[column[i]];
        people_add(in->people, value);
        struct text t = truth_of(row.field[truth_column], febrl);
        uint32_t person = map_get(in->persons, t);
        if (person == MAP_NONE) map_put(in->persons, t, person = (uint32_t)in->n_person++);
        MEM_GROW(in->truth, in->cap, in->n + 1);
        in->truth[in->n++] = person;
    }
    csv_close(r);
}

struct score {
    double precision, recall, f1;
};

static struct score score(double right, double said, double is)
{
    struct score s = {said > 0 ? right / said : 1, is > 0 ? right / is : 1, 0};
    s.f1 = s.precision + s.recall > 0 ? 2 * s.precision * s.recall / (s.precision + s.recall) : 0;
    return s;
}

static void show(const char *what, struct score s)
{
    printf("%-28s precision %.4f recall %.4f F1 %.4f\n", what, s.precision, s.recall, s.f1);
}

int main(int argc, char **argv)
{
    struct input in = {0};
    struct linkage l;
    if (argc < 4) stop("FILE TRUTH ROLE=COLUMN...");
    double start = bench_seconds();
    read_file(&in, argv[1], argv[2], argc - 3, argv + 3);
    people_count(in.people);
    double read = bench_seconds();
    linkage_run(&l, in.people,
                &(struct linkage_options){.keep = getenv("KEEP") == NULL ? 0 : -1000});
    double end = bench_seconds();

    in.size = mem_new(in.n_person, sizeof *in.size);
    uint32_t *cluster = mem_new(in.n, sizeof *cluster);
    double truth = 0, kept = 0;
    for (size_t i = 0; i < in.n; i++) truth += in.size[in.truth[i]]++;
    printf("%zu records, %zu persons, %.0f true pairs; read %.2f s, linked %.2f s\n", in.n,
           in.n_person, truth, read - start, end - read);
    for (size_t i = 0; i < l.rules.n_rule; i++) {
        const struct candidate_rule *r = &l.rules.rule[i];
        printf("  rule %zu: %6.2f pairs a record, recall %.3f, gain %.4f marks %d %d %d\n", i + 1,
               r->pairs, r->recall, r->gain, r->mark[0], r->n_mark > 1 ? r->mark[1] : -1,
               r->n_mark > 2 ? r->mark[2] : -1);
    }
    for (size_t i = 0; i < l.n_pair; i++) kept += in.truth[l.pair[i].a] == in.truth[l.pair[i].b];
    printf("candidates %.2f a record; kept pairs %zu, recall of the kept %.4f\n",
           (double)l.n_candidate / (double)in.n, l.n_pair, kept / truth);

    double right = 0, best_at = 0;
    struct score at_default = {0}, best = {0};
    for (size_t i = 0; i < l.n_pair; i++) {
        right += in.truth[l.pair[i].a] == in.truth[l.pair[i].b];
        struct score s = score(right, (double)(i + 1), truth);
        if (l.pair[i].weight >= 0) at_default = s;
        if (s.f1 > best.f1) {
            best = s;
            best_at = (double)l.pair[i].weight;
        }
    }
    show("pairs, default", at_default);
    show("pairs, best", best);
    printf("  best at %.2f\n", best_at);

    /* of persons: pairs within them, and those that are exactly right */
    double said = 0, right_pairs = 0, exact = 0, n_cluster = 0;
    for (size_t i = 0; i < in.n; i++) {
        said += cluster[l.person[i]]++;
        n_cluster += cluster[l.person[i]] == 1;
    }
    struct map *both = map_new();
    for (size_t i = 0; i < in.n; i++) {
        uint32_t key[2] = {l.person[i], in.truth[i]};
        struct text t = {(const char *)key, sizeof key};
        uint32_t had = map_get(both, t);
        had = had == MAP_NONE ? 0 : had;
        right_pairs += had;
        map_put(both, t, had + 1);
        if (had + 1 == cluster[l.person[i]] && had + 1 == in.size[in.truth[i]]) exact++;
    }
    show("pairs within clusters", score(right_pairs, said, truth));
    show("clusters exactly right", score(exact, n_cluster, (double)in.n_person));
    printf("persons found %.0f, true %zu\n", n_cluster, in.n_person);
    for (size_t f = 0; f < l.plan.n_field && getenv("SHOW") != NULL; f++) {
        printf("%-14s", l.plan.field[f].name);
        for (size_t k = 0; k < l.plan.field[f].n_level; k++)
            printf(" %.3f/%.2g(%.1f)", l.model.m[f][k], l.model.u[f][k],
                   l.model.weight[f][MODEL_ALONE][k]);
        printf(" parents %d %d\n", l.model.parent[f][0], l.model.parent[f][1]);
    }
    if (getenv("WRONG") != NULL) {
        struct compare_result r;
        size_t limit = strtoul(getenv("WRONG"), NULL, 10);
        for (size_t i = 0; i < l.n_pair && limit > 0; i++) {
            bool is = in.truth[l.pair[i].a] == in.truth[l.pair[i].b];
            if (is == (l.pair[i].weight >= 0)) continue;
            compare_pair(&r, &l.plan, l.pair[i].a, l.pair[i].b);
            printf("%s %u %u %.1f:", is ? "MISSED" : "WRONG", l.pair[i].a + 1, l.pair[i].b + 1,
                   (double)l.pair[i].weight);
            for (size_t f = 0; f < l.plan.n_field; f++)
                printf(" %s=%d(%.1f)", l.plan.field[f].name, r.level[f],
                       model_field_weight(&l.model, f, &r));
            printf("\n");
            limit--;
        }
    }
    map_free(both);
    mem_free(cluster);
    mem_free(in.size);
    mem_free(in.truth);
    map_free(in.persons);
    linkage_release(&l);
    people_free(in.people);
    return 0;
}
