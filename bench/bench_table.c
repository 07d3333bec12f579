/* SPDX-License-Identifier: EUPL-1.2 */
/* Two-way tables over synthetic snapshots of 1,000,000 and 10,000,000 records, without and with a
 * filter of three terms; median of 15. DCIM_THREADS for another number of threads. */
#include "timing.h"

#include "analysis/table.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/random.h"
#include "model/expr.h"
#include "model/problem.h"

#include <stdio.h>
#include <stdlib.h>

struct rows {
    const struct dictionary *d;
    const struct form *f;
    size_t n;
    struct random r;
    struct arena *a;
    struct record record;
    var_id sex, group, status, age;
};

static void set(struct rows *x, var_id v, uint64_t of)
{
    struct value *to = record_value(&x->record, v, 0);
    size_t n = x->d->list[x->d->variable[v].list]->n_code;
    to->kind = VALUE_CODE;
    to->code = (code_id)random_below(&x->r, n < of ? n : of);
}

static bool next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    struct rows *x = s->ctx;
    (void)e;
    *found = x->n > 0;
    if (!*found) return true;
    x->n--;
    set(x, x->sex, 3);
    set(x, x->group, 9);
    set(x, x->status, 8);
    *record_value(&x->record, x->age, 0) =
        (struct value){.kind = VALUE_INTEGER, .integer = 15 + (int64_t)random_below(&x->r, 60)};
    *out = (struct source_row){.record = &x->record};
    return true;
}

static void close_rows(struct row_source *s)
{
    struct rows *x = s->ctx;
    arena_free(x->a);
    mem_free(x);
}

static var_id find(const struct dictionary *d, const struct form *f, const char *name)
{
    const struct variable *v = dictionary_variable(d, f->id, text_of(name));
    if (v == NULL) exit(1);
    return v->id;
}

static struct snapshot *make(const struct dictionary *d, const struct form *f, size_t n)
{
    size_t n_part = parallel_threads();
    struct row_source *part = mem_new(n_part, sizeof *part);
    struct snapshot *s = NULL;
    struct err e = {0};
    for (size_t i = 0; i < n_part; i++) {
        struct rows *x = mem_new(1, sizeof *x);
        *x = (struct rows){.d = d,
                           .f = f,
                           .n = n * (i + 1) / n_part - n * i / n_part,
                           .a = arena_new(ARENA_PLAIN),
                           .sex = find(d, f, "sex"),
                           .group = find(d, f, "age_group"),
                           .status = find(d, f, "procedural_status"),
                           .age = find(d, f, "age_at_suspicion")};
        random_init(&x->r, i + 1);
        record_init(&x->record, d, f, x->a);
        part[i] = (struct row_source){.next = next, .close = close_rows, .ctx = x};
    }
    if (!snapshot_build(&s, d, f, part, n_part, &e)) fprintf(stderr, "bench: %s\n", e.msg);
    mem_free(part);
    return s;
}

static double measure(struct snapshot *s, const struct table_spec *spec)
{
    enum { RUNS = 15 };
    double t[RUNS];
    for (int i = 0; i < RUNS; i++) {
        struct arena *a = arena_new(ARENA_PLAIN);
        struct table table;
        struct err e = {0};
        double begin = bench_seconds();
        if (!table_count(&table, s, spec, a, &e)) fprintf(stderr, "bench: %s\n", e.msg);
        t[i] = bench_seconds() - begin;
        arena_free(a);
    }
    return bench_median(t, RUNS) * 1000;
}

static void run(const struct dictionary *d, const struct form *f, size_t n, double goal)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    double begin = bench_seconds();
    struct snapshot *s = make(d, f, n);
    printf("snapshot of %zu records: %.2f s, %.0f MiB\n", n, bench_seconds() - begin,
           (double)snapshot_bytes(s) / 1048576);
    struct table_spec spec = {.unit = UNIT_RECORDS,
                              .n_dim = 2,
                              .n_row_dim = 1,
                              .dim = {find(d, f, "age_group"), find(d, f, "sex")}};
    double plain = measure(s, &spec);
    struct expr *x;
    struct expr_problem p;
    const char *filter =
        "${sex} = 'F' and ${age_at_suspicion} >= 18 and ${procedural_status} != 'P1'";
    if (!expr_parse(&x, d, f, 0, VAR_NONE, text_of(filter), a, &p))
        fprintf(stderr, "bench: %s\n", p.message);
    spec.where = x;
    double filtered = measure(s, &spec);
    printf(
        "two-way table over %zu records: %.2f ms (goal %.0f); with a filter of three terms "
        "%.2f ms, ratio %.2f (goal 2)\n",
        n, plain, goal, filtered, filtered / plain);
    snapshot_drop(s);
    arena_free(a);
}

int main(void)
{
    char data[4200];
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems problems;
    struct dictionary *d;
    struct err e = {0};
    problems_init(&problems, a);
    snprintf(data, sizeof data, "%s/data", bench_environment("DCIM_SOURCE_DIR"));
    if (!dictionary_load(&d, data, "", &problems, &e)) {
        fprintf(stderr, "bench: %s\n", e.msg);
        return 1;
    }
    const struct form *f = dictionary_form(d, TEXT("suspect"));
    run(d, f, 1000000, 5);
    run(d, f, 10000000, 50);
    dictionary_free(d);
    problems_release(&problems);
    arena_free(a);
    return 0;
}
