/* SPDX-License-Identifier: EUPL-1.2 */
/* Threads are started for each run and joined at its end: tens of microseconds, against loops of
 * milliseconds; in return nothing of ours is running when a process forks or enters a sandbox. */
#include "base/parallel.h"

#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MAX = 16 };

size_t parallel_threads(void)
{
    uint64_t wanted;
    const char *text = getenv("DCIM_THREADS");
    if (text != NULL && text_to_uint(text_of(text), &wanted) && wanted >= 1)
        return wanted > THREADS_MAX ? THREADS_MAX : (size_t)wanted;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (size_t)n;
}

/* ---- loops ---- */

struct run {
    void (*fn)(void *ctx, size_t part);
    void *ctx;
    size_t n_part;
    atomic_size_t next;
};

static void *run_parts(void *arg)
{
    struct run *run = arg;
    for (;;) {
        size_t part = atomic_fetch_add_explicit(&run->next, 1, memory_order_relaxed);
        if (part >= run->n_part) return NULL;
        run->fn(run->ctx, part);
    }
}

void parallel_run(size_t n_part, void (*fn)(void *ctx, size_t part), void *ctx)
{
    struct run run = {.fn = fn, .ctx = ctx, .n_part = n_part};
    pthread_t thread[THREADS_MAX];
    size_t n_thread = 0, wanted = n_part <= 1 ? 1 : parallel_threads();
    if (wanted > n_part) wanted = n_part;
    /* A thread that the system will not give is no failure: the others do its parts. */
    while (n_thread + 1 < wanted && pthread_create(&thread[n_thread], NULL, run_parts, &run) == 0)
        n_thread++;
    run_parts(&run);
    for (size_t i = 0; i < n_thread; i++) pthread_join(thread[i], NULL);
}

/* ---- one producer, one consumer ---- */

struct parallel_queue {
    pthread_mutex_t lock;
    pthread_cond_t
        changed; /* one waits at most: a full queue and an empty one exclude each other */
    size_t depth, first, n;
    void **item;
};

static void must(int result)
{
    assert(result == 0);
    (void)result;
}

struct parallel_queue *parallel_queue_new(size_t depth)
{
    assert(depth > 0);
    struct parallel_queue *q = mem_new(1, sizeof *q);
    must(pthread_mutex_init(&q->lock, NULL));
    must(pthread_cond_init(&q->changed, NULL));
    q->depth = depth;
    q->item = mem_new(depth, sizeof *q->item);
    return q;
}

void parallel_queue_free(struct parallel_queue *q)
{
    if (q == NULL) return;
    must(pthread_cond_destroy(&q->changed));
    must(pthread_mutex_destroy(&q->lock));
    mem_free(q->item);
    mem_free(q);
}

void parallel_queue_put(struct parallel_queue *q, void *item)
{
    must(pthread_mutex_lock(&q->lock));
    while (q->n == q->depth) must(pthread_cond_wait(&q->changed, &q->lock));
    q->item[(q->first + q->n) % q->depth] = item;
    if (q->n++ == 0) must(pthread_cond_signal(&q->changed));
    must(pthread_mutex_unlock(&q->lock));
}

void *parallel_queue_take(struct parallel_queue *q)
{
    must(pthread_mutex_lock(&q->lock));
    while (q->n == 0) must(pthread_cond_wait(&q->changed, &q->lock));
    void *item = q->item[q->first];
    q->first = (q->first + 1) % q->depth;
    if (q->n-- == q->depth) must(pthread_cond_signal(&q->changed));
    must(pthread_mutex_unlock(&q->lock));
    return item;
}

struct stage {
    void (*fn)(void *);
    void *ctx;
};

static void *run_stage(void *arg)
{
    const struct stage *s = arg;
    s->fn(s->ctx);
    return NULL;
}

void parallel_pipe(void (*producer)(void *), void *p_ctx, void (*consumer)(void *), void *c_ctx)
{
    struct stage s = {producer, p_ctx};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_stage, &s) != 0) {
        /* The two stages cannot take turns in one thread: a bounded queue would stand still. A
         * system that gives no second thread is out of memory or of processes. */
        mem_checked(NULL);
    }
    consumer(c_ctx);
    must(pthread_join(thread, NULL));
}

struct parallel_stage {
    struct stage stage;
    pthread_t thread;
};

struct parallel_stage *parallel_start(void (*fn)(void *), void *ctx)
{
    struct parallel_stage *s = mem_new(1, sizeof *s);
    s->stage = (struct stage){fn, ctx};
    if (pthread_create(&s->thread, NULL, run_stage, &s->stage) != 0) mem_checked(NULL);
    return s;
}

void parallel_join(struct parallel_stage *s)
{
    if (s == NULL) return;
    must(pthread_join(s->thread, NULL));
    mem_free(s);
}
