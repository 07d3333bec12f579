/* SPDX-License-Identifier: EUPL-1.2 */
/* Synthetic people with known truth (crowd.h):
 *     bench_people RECORDS SEED LEVEL [LAYOUT] > file.csv
 * Without arguments: how long a million takes. To be started in the project's folder. */
#include "crowd.h"
#include "timing.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { STRETCH = 50000, PART_MAX = 16 }; /* records made at a time, threads */

struct making {
    const struct crowd *p;
    uint32_t from, to;
    size_t n_part;
    struct buf part[PART_MAX];
};

static void make_part(void *ctx, size_t part)
{
    struct making *m = ctx;
    uint64_t n = m->to - m->from;
    struct crowd_record *r = mem_new(1, sizeof *r);
    for (uint64_t i = n * part / m->n_part; i < n * (part + 1) / m->n_part; i++) {
        crowd_at(m->p, m->from + (uint32_t)i, r);
        crowd_put_row(m->p, r, &m->part[part]);
    }
    mem_free(r);
}

/* Give out what has been made, and empty it. */
static bool give(struct buf *b, FILE *to, uint64_t *bytes)
{
    bool ok = to == NULL || b->n == 0 || fwrite(b->p, 1, b->n, to) == b->n;
    *bytes += b->n;
    buf_clear(b);
    return ok;
}

static bool make(const struct crowd_options *o, FILE *to, uint64_t *bytes, struct err *e)
{
    struct crowd *p;
    if (!crowd_new(&p, o, e)) return false;
    struct making m = {.p = p, .n_part = parallel_threads()};
    bool ok = true;
    for (size_t i = 0; i < m.n_part; i++) buf_init(&m.part[i], 256 << 20);
    crowd_put_header(p, &m.part[0]);
    while (ok && m.from < o->n_record) {
        m.to = o->n_record - m.from < STRETCH ? o->n_record : m.from + STRETCH;
        parallel_run(m.n_part, make_part, &m);
        for (size_t i = 0; ok && i < m.n_part; i++) ok = give(&m.part[i], to, bytes);
        m.from = m.to;
    }
    if (ok && to != NULL) ok = fflush(to) == 0;
    for (size_t i = 0; i < m.n_part; i++) buf_release(&m.part[i]);
    crowd_free(p);
    if (ok) return true;
    return err_set(e, ERR_SYSTEM, "people.write", "could not write the records");
}

static int measure(struct crowd_options *o)
{
    struct err e = {0};
    struct rusage usage;
    uint64_t bytes = 0;
    o->n_record = 1000000;
    o->seed = 1;
    o->level = 2;
    double begin = bench_seconds();
    if (!make(o, NULL, &bytes, &e)) {
        fprintf(stderr, "bench: %s\n", e.msg);
        return 1;
    }
    double t = bench_seconds() - begin;
    getrusage(RUSAGE_SELF, &usage);
    printf("synthetic people: 1000000 records, %.0f MB in %.1f s; %.0f MiB at most\n",
           (double)bytes / 1e6, t, (double)usage.ru_maxrss / 1024);
    return 0;
}

int main(int argc, char **argv)
{
    char folder[4200];
    struct err e = {0};
    uint64_t number[3], bytes = 0;
    const char *source = getenv("DCIM_SOURCE_DIR");
    snprintf(folder, sizeof folder, "%s/bench/people", source == NULL ? "." : source);
    struct crowd_options o = {.folder = folder};
    if (argc == 1) return measure(&o);
    bool ok = argc == 4 || argc == 5;
    for (int i = 0; ok && i < 3; i++) ok = text_to_uint(text_of(argv[i + 1]), &number[i]);
    if (!ok || number[0] > UINT32_MAX || number[2] > 3) {
        fprintf(stderr, "usage: bench_people RECORDS SEED LEVEL(1-3) [LAYOUT] > file.csv\n");
        return 2;
    }
    o.n_record = (uint32_t)number[0];
    o.seed = number[1];
    o.level = (int)number[2];
    if (argc == 5) o.layout = argv[4];
    if (make(&o, stdout, &bytes, &e)) return 0;
    fprintf(stderr, "bench_people: %s\n", e.msg);
    return err_exit_status(e.code);
}
