/* SPDX-License-Identifier: EUPL-1.2 */
#include "timing.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

double bench_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *t, size_t n)
{
    qsort(t, n, sizeof *t, by_value);
    return t[n / 2];
}

struct bench_run bench_run(const char *const argv[])
{
    struct bench_run out = {.status = -1};
    struct rusage usage;
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    double begin = bench_seconds();
    int failed =
        posix_spawn(&child, argv[0], &actions, NULL, (char *const *)(unsigned long)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0 || wait4(child, &status, 0, &usage) < 0) return out;
    out.seconds = bench_seconds() - begin;
    out.processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    out.peak_kib = usage.ru_maxrss;
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return out;
}

const char *bench_folder(void)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/dcim-bench-XXXXXX",
             getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    if (mkdtemp(path) == NULL) {
        perror("bench: no folder");
        exit(1);
    }
    return path;
}

void bench_folder_remove(const char *folder)
{
    bench_run((const char *const[]){"/bin/rm", "-rf", folder, NULL});
}

const char *bench_environment(const char *name)
{
    const char *value = getenv(name);
    if (value != NULL) return value;
    fprintf(stderr, "bench: %s is not set; run `make bench`\n", name);
    exit(1);
}
