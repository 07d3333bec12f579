/* SPDX-License-Identifier: EUPL-1.2 */
/* Parallel loops inside an engine: the only place that starts threads. Results never depend on the
 * number of threads: callers split the work by `part`, and put results together in that order. */
#ifndef DCIM_BASE_PARALLEL_H
#define DCIM_BASE_PARALLEL_H

#include <stddef.h>

/* Threads to use: processors at hand, at most 16; environment variable DCIM_THREADS overrides. */
size_t parallel_threads(void);

/* Call fn(ctx, part) for part 0..n_part-1, on up to parallel_threads() threads; returns when all are
 * done. One part, or one thread, runs in the caller. Not nested. */
void parallel_run(size_t n_part, void (*fn)(void *ctx, size_t part), void *ctx);

/* A bounded queue between one producer thread and one consumer (the caller): the two stages of an
 * import. Items are pointers; NULL ends. A consumer that has met an error goes on taking until NULL, or
 * the producer would wait for room for ever. */
struct parallel_queue;
struct parallel_queue *parallel_queue_new(size_t depth);
void parallel_queue_free(struct parallel_queue *q);
void parallel_queue_put(struct parallel_queue *q, void *item);
void *parallel_queue_take(struct parallel_queue *q);
/* Run `producer` on its own thread while `consumer` runs in the caller; returns when both are done. */
void parallel_pipe(void (*producer)(void *), void *p_ctx, void (*consumer)(void *), void *c_ctx);

/* A stage that outlives one call: fn(ctx) runs on its own thread until it returns; parallel_join() waits for
 * that, and frees (NULL is fine). Whoever starts one joins it before a process forks. */
struct parallel_stage;
struct parallel_stage *parallel_start(void (*fn)(void *), void *ctx);
void parallel_join(struct parallel_stage *s);

#endif
