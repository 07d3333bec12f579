/* SPDX-License-Identifier: EUPL-1.2 */
/* Synthetic people with known truth (people.h):
 *     bench_people RECORDS SEED LEVEL [LAYOUT] > file.csv
 * Without arguments: how long a million takes. To be started in the project's folder. */
#include "people.h"
#include "timing.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static bool make(const struct people_options *o, FILE *to, uint64_t *bytes, struct err *e)
{
    struct people *p;
    struct buf line;
    if (!people_new(&p, o, e)) return false;
    struct people_record *r = mem_new(1, sizeof *r);
    buf_init(&line, 1 << 20);
    people_put_header(p, &line);
    bool more = true;
    while (more) {
        more = people_next(p, r);
        if (more) people_put_row(p, r, &line);
        if (more && line.n < 1 << 16) continue;
        *bytes += line.n;
        if (to != NULL && fwrite(line.p, 1, line.n, to) != line.n) break;
        buf_clear(&line);
    }
    buf_release(&line);
    mem_free(r);
    people_free(p);
    if (to != NULL && (more || fflush(to) != 0))
        return err_set(e, ERR_SYSTEM, "people.write", "could not write the records");
    return true;
}

static int measure(struct people_options *o)
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
    struct people_options o = {.folder = folder};
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
