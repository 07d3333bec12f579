/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/parallel.c
 *  1 how many threads   2 each part once, whatever their number   3 one part runs in the caller
 *  4 no threads to be had   5 the queue keeps order and bound   6 the pipe   7 a stage of its
 *  own */
#include "harness.h"

#include "base/parallel.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void threads(const char *n)
{
    if (n == NULL) unsetenv("DCIM_THREADS");
    else setenv("DCIM_THREADS", n, 1);
}

static void number_of_threads(void **state)
{
    (void)state;
    threads(NULL);
    size_t here = parallel_threads();
    assert_in_range(here, 1, 16);
    threads("3");
    assert_int_equal(parallel_threads(), 3);
    threads("1000");
    assert_int_equal(parallel_threads(), 16);
    static const char *const ignored[] = {"", "0", "-1", "two", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        threads(ignored[i]);
        assert_int_equal(parallel_threads(), here);
    }
    threads(NULL);
}

struct sums {
    atomic_int calls[1000];
    double sum[1000];
};

static void add_up(void *ctx, size_t part)
{
    struct sums *s = ctx;
    atomic_fetch_add(&s->calls[part], 1);
    for (size_t i = 0; i < 100; i++) s->sum[part] += 1.0 / (double)(part * 100 + i + 1);
}

static double run(size_t n_part)
{
    struct sums *s = mem_new(1, sizeof *s);
    double total = 0;
    parallel_run(n_part, add_up, s);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(s->calls[i], i < n_part ? 1 : 0);
        total += s->sum[i];
    }
    mem_free(s);
    return total;
}

static void each_part_once_and_the_same_result(void **state)
{
    (void)state;
    threads("1");
    double alone = run(1000);
    static const char *const numbers[] = {"2", "3", "16"};
    for (size_t i = 0; i < 3; i++) {
        threads(numbers[i]);
        assert_true(run(1000) == alone); /* to the last bit */
        run(0);
        run(1);
        run(2);
        run(15);
    }
    threads(NULL);
}

static pthread_t where[4];

static void note_thread(void *ctx, size_t part)
{
    (void)ctx;
    where[part] = pthread_self();
}

static void one_part_or_one_thread_runs_in_the_caller(void **state)
{
    (void)state;
    threads("8");
    parallel_run(1, note_thread, NULL);
    assert_true(pthread_equal(where[0], pthread_self()));
    threads("1");
    parallel_run(4, note_thread, NULL);
    for (int i = 0; i < 4; i++) assert_true(pthread_equal(where[i], pthread_self()));
    threads(NULL);
}

static int meeting; /* parts that have arrived; each waits for the other */
static pthread_mutex_t meeting_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t meeting_changed = PTHREAD_COND_INITIALIZER;

static void meet(void *ctx, size_t part)
{
    (void)ctx, (void)part;
    pthread_mutex_lock(&meeting_lock);
    meeting++;
    pthread_cond_broadcast(&meeting_changed);
    while (meeting < 3) pthread_cond_wait(&meeting_changed, &meeting_lock);
    pthread_mutex_unlock(&meeting_lock);
}

static void parts_do_run_at_the_same_time(void **state)
{
    (void)state;
    threads("3");
    alarm(60); /* would wait for ever if they took turns */
    parallel_run(3, meet, NULL);
    alarm(0);
    assert_int_equal(meeting, 3);
    threads(NULL);
}

/* A process that may have no more threads does all parts itself. Root has no such limit. */
static void no_threads_to_be_had(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit one = {1, 1};
        if (getuid() == 0 && setuid(65534) != 0) _exit(2);
        if (setrlimit(RLIMIT_NPROC, &one) != 0) _exit(3);
        threads("4");
        static atomic_int calls[4];
        struct sums *s = mem_new(1, sizeof *s);
        parallel_run(4, add_up, s);
        for (int i = 0; i < 4; i++) calls[i] = s->calls[i];
        for (int i = 0; i < 4; i++)
            if (calls[i] != 1) _exit(4);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

struct line {
    struct parallel_queue *q;
    int n;
    long sum;
    bool in_order;
};

static void produce(void *ctx)
{
    struct line *l = ctx;
    for (int i = 1; i <= l->n; i++) {
        int *item = mem_new(1, sizeof *item);
        *item = i;
        parallel_queue_put(l->q, item);
    }
    parallel_queue_put(l->q, NULL);
}

static void consume(void *ctx)
{
    struct line *l = ctx;
    int *item, before = 0;
    l->in_order = true;
    while ((item = parallel_queue_take(l->q)) != NULL) {
        if (*item != before + 1) l->in_order = false;
        before = *item;
        l->sum += *item;
        mem_free(item);
    }
}

static void the_pipe_keeps_order(void **state)
{
    (void)state;
    static const size_t depths[] = {1, 2, 7, 64};
    for (size_t i = 0; i < 4; i++) {
        struct line l = {.q = parallel_queue_new(depths[i]), .n = 20000};
        parallel_pipe(produce, &l, consume, &l);
        assert_true(l.in_order);
        assert_int_equal(l.sum, 20000L * 20001 / 2);
        parallel_queue_free(l.q);
    }
    struct line l = {.q = parallel_queue_new(3), .n = 0};
    parallel_pipe(produce, &l, consume, &l); /* nothing but the end */
    assert_int_equal(l.sum, 0);
    parallel_queue_free(l.q);
    parallel_queue_free(NULL);
}

struct bound {
    struct parallel_queue *q;
    atomic_int put, taken, most;
};

static void put_hastily(void *ctx)
{
    struct bound *b = ctx;
    for (int i = 0; i < 2000; i++) {
        parallel_queue_put(b->q, b);
        int ahead = atomic_fetch_add(&b->put, 1) + 1 - atomic_load(&b->taken);
        if (ahead > b->most) b->most = ahead;
    }
    parallel_queue_put(b->q, NULL);
}

static void take_slowly(void *ctx)
{
    struct bound *b = ctx;
    while (parallel_queue_take(b->q) != NULL)
        if (atomic_fetch_add(&b->taken, 1) % 100 == 0) usleep(500);
}

static void the_queue_is_bounded(void **state)
{
    (void)state;
    struct bound b = {.q = parallel_queue_new(4)};
    parallel_pipe(put_hastily, &b, take_slowly, &b);
    assert_int_equal(b.taken, 2000);
    /* 4 in the queue, and one that is taken but not yet counted as such */
    assert_in_range(b.most, 1, 5);
    parallel_queue_free(b.q);
}

static void a_stage_of_its_own(void **state)
{
    (void)state;
    struct line l = {.q = parallel_queue_new(4), .n = 1000};
    struct parallel_stage *s = parallel_start(consume, &l);
    produce(&l); /* here, while the other takes */
    parallel_join(s);
    assert_true(l.in_order);
    assert_int_equal(l.sum, 1000L * 1001 / 2);
    parallel_queue_free(l.q);
    parallel_join(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_of_threads),
        cmocka_unit_test(each_part_once_and_the_same_result),
        cmocka_unit_test(one_part_or_one_thread_runs_in_the_caller),
        cmocka_unit_test(parts_do_run_at_the_same_time),
        cmocka_unit_test(no_threads_to_be_had),
        cmocka_unit_test(the_pipe_keeps_order),
        cmocka_unit_test(the_queue_is_bounded),
        cmocka_unit_test(a_stage_of_its_own),
    };
    return cmocka_run_group_tests_name("base/parallel", tests, NULL, NULL);
}
