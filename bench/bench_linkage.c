/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage against a truth that it does not see:
 *     bench_linkage                                    labelled sets, and people made by crowd.h
 *     bench_linkage FILE COLUMN[:digits] ROLE=HEADING...
 * COLUMN is equal for records of one person (FEBRL: rec_id:digits). A file by itself also gets its
 * rules and fields printed, and with DCIM_SHOW=N the N best pairs that are wrong, worst first.
 *
 * The labelled sets are read from DCIM_SHARED_DIR, and left out where it is not set or they are not
 * there. DCIM_LARGEST=1000000 makes the largest set of that many records. DCIM_NEW=1000000 measures
 * new records after a run of so many alone. */
#include "crowd.h"
#include "linkage_score.h"
#include "timing.h"

#include "base/crypto.h"
#include "base/csv.h"
#include "base/map.h"
#include "base/mem.h"
#include "linkage/encode.h"
#include "linkage/index.h"
#include "linkage/linkage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROLES_MAX = 16, LARGEST = 100000, PATH_SIZE = 1000 };

struct input {
    struct people *people;
    uint32_t *truth; /* number of the person */
    size_t n, cap;
};

static void stop(const char *what)
{
    fprintf(stderr, "bench_linkage: %s\n", what);
    exit(1);
}

static size_t column_of(const struct csv_row *header, struct text name)
{
    for (size_t c = 0; c < header->n_field; c++)
        if (text_equal(text_trim(header->field[c]), name)) return c;
    stop("a heading is not in the file");
    return 0;
}

/* Records as they are, or by their encodings alone, as a repository has them. */
static struct encoder *encoder_of(const struct people_role *role, size_t n_role, bool encoded,
                                  struct secret **key)
{
    *key = secret_new(CRYPTO_KEY);
    memcpy(secret_bytes_mut(*key), "a key of synthetic people, 32 by", CRYPTO_KEY);
    return encoded ? encoder_new(role, n_role, *key) : NULL;
}

static void add_person(struct input *in, struct encoder *e, struct text *value, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    if (e == NULL) {
        people_add(in->people, value);
    } else {
        struct text encoding = encoder_encode(e, value, a);
        for (size_t i = 0; i < in->people->n_column; i++)
            if (linkage_role_is_identifier(in->people->column[i].role)) value[i] = (struct text){0};
        people_add_encoded(in->people, value, encoding);
    }
    arena_rewind(a, mark);
}

/* `role` ends with NULL: "given=first_name". */
static void read_file(struct input *in, const char *path, const char *truth,
                      const char *const *role, bool encoded)
{
    struct csv_reader *r;
    struct err e = {0};
    struct csv_row row;
    struct people_role of[ROLES_MAX];
    size_t column[ROLES_MAX], n_role = 0;
    struct text name, rest = text_of(truth);
    bool found, digits = text_ends(rest, TEXT(":digits"));
    struct map *persons = map_new();

    if (!csv_open(&r, path, &(struct csv_options){.encoding = CSV_UTF8}, &e) ||
        !csv_next(r, &row, &found, &e) || !found)
        stop(e.msg);
    text_split(&rest, ':', &name);
    size_t truth_column = column_of(&row, name);
    for (; role[n_role] != NULL && n_role < ROLES_MAX; n_role++) {
        rest = text_of(role[n_role]);
        if (!text_split(&rest, '=', &name) || rest.p == NULL ||
            !linkage_role_find(&of[n_role].role, name))
            stop("ROLE=HEADING; linkage/people.c has the roles");
        of[n_role].name = rest.p;
        column[n_role] = column_of(&row, rest);
    }
    *in = (struct input){.people = people_new(of, n_role)};
    struct secret *key;
    struct arena *a = arena_new(ARENA_WIPE);
    struct encoder *encoder = encoder_of(of, n_role, encoded, &key);
    for (;;) {
        struct text value[ROLES_MAX];
        if (!csv_next(r, &row, &found, &e)) stop(e.msg);
        if (!found) break;
        for (size_t i = 0; i < n_role; i++)
            value[i] = column[i] < row.n_field ? row.field[column[i]] : (struct text){0};
        if (truth_column >= row.n_field) stop("a row is too short for its truth");
        add_person(in, encoder, value, a);
        MEM_GROW(in->truth, in->cap, in->n + 1);
        in->truth[in->n++] = score_person(persons, text_trim(row.field[truth_column]), digits);
    }
    csv_close(r);
    map_free(persons);
    encoder_free(encoder);
    secret_free(key);
    arena_free(a);
    people_count(in->people);
}

/* ---- judging ---- */

struct judged {
    struct score at_default, clusters;
    double best_f1, best_at, candidates, seconds, persons, truth;
    double reach;                    /* share of the true pairs that any rule finds */
    struct linkage_quality expected; /* by the weights alone */
};

static void judge(struct judged *out, const struct linkage *l, const struct input *in)
{
    struct score_pair *pair = mem_new(l->n_pair, sizeof *pair);
    size_t n_same = 0;
    uint64_t right = 0;
    score_clusters(&out->clusters, in->truth, l->person, in->n);
    out->persons = (double)out->clusters.clusters.found;
    out->truth = (double)out->clusters.clusters.truth;
    for (size_t i = 0; i < l->n_pair; i++) {
        struct weighted_pair p = l->pair[i];
        right += in->truth[p.a] == in->truth[p.b];
        struct score_counts c = {out->clusters.pairs.truth, i + 1, right};
        if (score_f1(c) > out->best_f1) {
            out->best_f1 = score_f1(c);
            out->best_at = (double)p.weight;
        }
        if (p.weight < 0) continue;
        pair[n_same++] = (struct score_pair){p.a, p.b};
    }
    score_pairs(&out->at_default, in->truth, in->n, pair, n_same);
    mem_free(pair);
}

static double reach_of(const struct linkage *l, const struct input *in, uint64_t n_true)
{
    struct marks m;
    struct pairs found;
    uint64_t right = 0;
    marks_make(&m, in->people);
    candidates_find(&found, &l->rules, &m);
    for (size_t i = 0; i < found.n; i++)
        right += in->truth[found.pair[i].a] == in->truth[found.pair[i].b];
    pairs_release(&found);
    marks_release(&m);
    return n_true == 0 ? 0 : (double)right / (double)n_true;
}

static void link_file(struct linkage *l, struct judged *out, const struct input *in)
{
    double start = bench_seconds();
    linkage_run(l, in->people, &(struct linkage_options){0});
    *out = (struct judged){.seconds = bench_seconds() - start};
    out->candidates = in->n == 0 ? 0 : (double)l->n_candidate / (double)in->n;
    judge(out, l, in);
    out->reach = reach_of(l, in, out->clusters.pairs.truth);
    struct linkage_weights w;
    linkage_weights(&w, l);
    linkage_quality(&out->expected, &w, 0);
}

static void print_judged(const char *what, const struct judged *j, size_t n)
{
    struct score_counts p = j->at_default.pairs;
    printf(
        "%-26s %8zu %6.2f s %6.2f %.4f  %.4f %.4f %.4f  %.4f  %.4f  %.4f  %7.0f / %.0f  expects %.4f %.4f\n",
        what, n, j->seconds, j->candidates, j->reach, score_precision(p), score_recall(p),
        score_f1(p), j->best_f1, score_f1(j->clusters.pairs), score_f1(j->clusters.clusters),
        j->persons, j->truth, j->expected.precision, j->expected.recall);
    fflush(stdout);
}

static void input_release(struct input *in)
{
    people_free(in->people);
    mem_free(in->truth);
}

/* ---- one file ---- */

static void print_rules(const struct linkage *l, const struct people *p)
{
    struct marks m;
    marks_make(&m, p);
    for (size_t i = 0; i < l->rules.n_rule; i++) {
        const struct candidate_rule *r = &l->rules.rule[i];
        printf("rule %2zu: %6.2f pairs a record, recall %.3f, new %.4f: ", i + 1, r->pairs,
               r->recall, r->gain);
        for (size_t k = 0; k < r->n_mark; k++)
            printf("%s%s", k > 0 ? " + " : "", m.kind[r->mark[k]].name);
        printf("\n");
    }
    marks_release(&m);
}

static void print_fields(const struct linkage *l)
{
    for (size_t f = 0; f < l->plan.n_field; f++) {
        printf("%-14s m/u by level:", l->plan.field[f].name);
        for (size_t k = 0; k < l->plan.field[f].n_level; k++)
            printf(" %.3f/%.2g", l->model.m[f][k], l->model.u[f][k]);
        printf("\n");
    }
}

static void print_wrong(const struct linkage *l, const struct input *in, size_t limit)
{
    struct compare_result r;
    for (size_t i = 0; i < l->n_pair && limit > 0; i++) {
        struct weighted_pair p = l->pair[i];
        bool is = in->truth[p.a] == in->truth[p.b];
        if (is == (p.weight >= 0)) continue;
        compare_pair(&r, &l->plan, p.a, p.b);
        printf("%s rows %u and %u, weight %.1f:", is ? "missed" : "wrong", p.a + 2, p.b + 2,
               (double)p.weight);
        for (size_t f = 0; f < l->plan.n_field; f++)
            if (r.level[f] != COMPARE_MISSING)
                printf(" %s level %d %.1f;", l->plan.field[f].name, r.level[f],
                       model_field_weight(&l->model, f, &r));
        printf("\n");
        limit--;
    }
}

static void one_file(const char *path, const char *truth, const char *const *role)
{
    struct input in;
    struct linkage l;
    struct judged j;
    const char *show = getenv("DCIM_SHOW");
    read_file(&in, path, truth, role, getenv("DCIM_ENCODED") != NULL);
    link_file(&l, &j, &in);
    print_rules(&l, in.people);
    print_fields(&l);
    print_judged("file", &j, in.n);
    if (show != NULL) print_wrong(&l, &in, strtoul(show, NULL, 10));
    linkage_release(&l);
    input_release(&in);
}

/* ---- all sets ---- */

static const struct labelled {
    const char *name, *file, *truth;
    const char *role[ROLES_MAX];
} sets[] = {
    {"FEBRL 3",
     "febrl_dataset3.csv",
     "rec_id:digits",
     {"given=given_name", "surname=surname", "number=street_number", "text=address_1",
      "text=address_2", "text=suburb", "number=postcode", "code=state", "birth=date_of_birth",
      "number=soc_sec_id"}},
    {"FEBRL 1",
     "febrl_dataset1.csv",
     "rec_id:digits",
     {"given=given_name", "surname=surname", "number=street_number", "text=address_1",
      "text=address_2", "text=suburb", "number=postcode", "code=state", "birth=date_of_birth",
      "number=soc_sec_id"}},
    {"fake1000",
     "fake1000.csv",
     "ent_id",
     {"given=first_name", "surname=surname", "birth=dob", "text=city", "number=email"}},
    {"RLdata500",
     "rldata500.csv",
     "ent_id",
     {"given=fname_c1", "surname=lname_c1", "birth_year=by", "birth_month=bm", "birth_day=bd"}},
    {"people10k level 1",
     "people10k_level1.csv",
     "ent_id",
     {"given=given_name", "surname=surname", "code=sex", "birth=dob", "age=age", "code=nationality",
      "text=birth_place", "number=doc_no", "phone=phone", "text=municipality",
      "reported=ref_date"}},
    {"people10k level 2",
     "people10k_level2.csv",
     "ent_id",
     {"given=given_name", "surname=surname", "code=sex", "birth=dob", "age=age", "code=nationality",
      "text=birth_place", "number=doc_no", "phone=phone", "text=municipality",
      "reported=ref_date"}},
};

static const struct {
    enum crowd_role from;
    struct people_role to;
} made[] = {
    {ROLE_given_name, {"given_name", LINKAGE_GIVEN}},
    {ROLE_surname, {"surname", LINKAGE_SURNAME}},
    {ROLE_sex, {"sex", LINKAGE_CODE}},
    {ROLE_dob, {"dob", LINKAGE_BIRTH}},
    {ROLE_age, {"age", LINKAGE_AGE}},
    {ROLE_nationality, {"nationality", LINKAGE_CODE}},
    {ROLE_birth_place, {"birth_place", LINKAGE_TEXT}},
    {ROLE_doc_no, {"doc_no", LINKAGE_NUMBER}},
    {ROLE_phone, {"phone", LINKAGE_PHONE}},
    {ROLE_municipality, {"municipality", LINKAGE_TEXT}},
    {ROLE_ref_date, {"ref_date", LINKAGE_REPORTED}},
};
enum { MADE = sizeof made / sizeof made[0] };

struct maker { /* adds people made by crowd.h to an input, one by one */
    struct crowd *crowd;
    struct crowd_record *r;
    struct encoder *encoder;
    struct secret *key;
    struct arena *a;
    struct people_role role[MADE];
};

static void maker_open(struct maker *m, struct input *in, uint32_t n, int level, bool encoded)
{
    struct err e = {0};
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s/bench/people", bench_environment("DCIM_SOURCE_DIR"));
    *m = (struct maker){.r = mem_new(1, sizeof *m->r), .a = arena_new(ARENA_WIPE)};
    if (!crowd_new(&m->crowd, &(struct crowd_options){n, 2026, level, NULL, folder}, &e))
        stop(e.msg);
    for (size_t i = 0; i < MADE; i++) m->role[i] = made[i].to;
    *in =
        (struct input){.people = people_new(m->role, MADE), .truth = mem_new(n, sizeof *in->truth)};
    m->encoder = encoder_of(m->role, MADE, encoded, &m->key);
}

static bool maker_add(struct maker *m, struct input *in)
{
    struct text value[MADE];
    if (!crowd_next(m->crowd, m->r)) return false;
    for (size_t i = 0; i < MADE; i++) value[i] = text_of(m->r->value[made[i].from]);
    add_person(in, m->encoder, value, m->a);
    in->truth[in->n++] = m->r->person;
    return true;
}

static void maker_close(struct maker *m)
{
    encoder_free(m->encoder);
    secret_free(m->key);
    arena_free(m->a);
    mem_free(m->r);
    crowd_free(m->crowd);
}

static void make_people(struct input *in, uint32_t n, int level, bool encoded)
{
    struct maker m;
    maker_open(&m, in, n, level, encoded);
    while (maker_add(&m, in)) {}
    maker_close(&m);
    people_count(in->people);
}

static void judge_input(const char *what, struct input *in)
{
    struct linkage l;
    struct judged j;
    link_file(&l, &j, in);
    print_judged(what, &j, in->n);
    linkage_release(&l);
    input_release(in);
}

/* ---- new records ---- */

enum { NEW_RECORDS = 2000 };

/* What comes after a run, one by one: read, taken into the index, compared with all before it. */
static void new_records(uint32_t n, bool encoded)
{
    struct input in;
    struct maker m;
    struct linkage l;
    struct linkage_index *x;
    struct err e = {0};
    double *took = mem_new(NEW_RECORDS, sizeof *took), *used = mem_new(NEW_RECORDS, sizeof *used);
    size_t found = 0, right = 0;
    maker_open(&m, &in, n + NEW_RECORDS, 2, encoded);
    while (in.n < n) (void)maker_add(&m, &in);
    people_count(in.people);
    linkage_run(&l, in.people, &(struct linkage_options){0});
    struct kept *kept = kept_new(&l);
    linkage_release(&l);
    double start = bench_seconds();
    if (!linkage_index_new(&x, in.people, kept, &e)) stop(e.msg);
    double built = bench_seconds() - start;
    for (size_t i = 0; i < NEW_RECORDS; i++) {
        struct linkage_found *f;
        double from = bench_processor();
        start = bench_seconds();
        (void)maker_add(&m, &in);
        linkage_index_add(x);
        size_t n_found = linkage_index_find(&f, x, in.n - 1, 0);
        took[i] = bench_seconds() - start;
        used[i] = bench_processor() - from;
        found += n_found;
        for (size_t k = 0; k < n_found; k++) right += in.truth[f[k].record] == in.truth[in.n - 1];
        mem_free(f);
    }
    double median = bench_median(took, NEW_RECORDS), median_used = bench_median(used, NEW_RECORDS);
    size_t late = NEW_RECORDS * 99 / 100; /* both are sorted now */
    printf(
        "new records among %u%s: index made in %.1f s, %.0f MB; each median %.2f ms, 99 %% within "
        "%.2f ms, longest %.2f ms; of processor time %.2f, %.2f, %.2f ms; pairs found %zu, right "
        "%zu\n",
        n, encoded ? ", encoded" : "", built, (double)linkage_index_bytes(x) / 1e6, 1000 * median,
        1000 * took[late], 1000 * took[NEW_RECORDS - 1], 1000 * median_used, 1000 * used[late],
        1000 * used[NEW_RECORDS - 1], found, right);
    fflush(stdout);
    linkage_index_free(x);
    kept_free(kept);
    maker_close(&m);
    mem_free(took);
    mem_free(used);
    input_release(&in);
}

static void all_sets(bool encoded)
{
    const char *shared = getenv("DCIM_SHARED_DIR"), *largest = getenv("DCIM_LARGEST");
    char path[PATH_SIZE], what[60];
    struct input in;
    printf("%-26s %8s %8s %6s %-6s  %-20s  %-6s  %-6s  %-6s  %s\n",
           encoded ? "set, by encodings alone" : "set, in the clear", "records", "time", "pairs",
           "reach", "precision recall F1", "best", "within", "exact", "persons / truth");
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (shared == NULL) break;
        snprintf(path, sizeof path, "%s/data/linkage/%s", shared, sets[i].file);
        FILE *there = fopen(path, "r");
        if (there == NULL) continue;
        fclose(there);
        read_file(&in, path, sets[i].truth, sets[i].role, encoded);
        judge_input(sets[i].name, &in);
    }
    for (int level = 1; level <= 3; level++) {
        make_people(&in, 10000, level, encoded);
        snprintf(what, sizeof what, "made, level %d", level);
        judge_input(what, &in);
    }
    uint32_t most = largest == NULL ? LARGEST : (uint32_t)strtoul(largest, NULL, 10);
    make_people(&in, most, 2, encoded);
    judge_input("made, level 2", &in);
    new_records(most, encoded);
}

int main(int argc, char **argv)
{
    bool encoded = getenv("DCIM_ENCODED") != NULL;
    crypto_start();
    if (argc == 1 && getenv("DCIM_NEW") != NULL) {
        new_records((uint32_t)strtoul(bench_environment("DCIM_NEW"), NULL, 10), encoded);
    } else if (argc == 1) {
        if (!encoded) all_sets(false);
        all_sets(true);
    } else if (argc < 4) stop("FILE COLUMN ROLE=HEADING..., or nothing");
    else one_file(argv[1], argv[2], (const char *const *)argv + 3);
    return 0;
}
