/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http_time.h"

#include <time.h>

uint64_t http_time_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Four classes for each doubling: class 4k+i goes from (4+i) * 2^k to below (5+i) * 2^k
 * microseconds, and what is below 4 is in the first. */
static size_t class_of(uint64_t us)
{
    unsigned bits = 63 - (unsigned)__builtin_clzll(us | 4);
    size_t k = (size_t)(bits - 2) * 4 + (us < 4 ? 0 : (us >> (bits - 2)) - 4);
    return k < HTTP_TIME_CLASSES ? k : HTTP_TIME_CLASSES - 1;
}

/* The first time that is beyond a class. */
static uint64_t end_of(size_t k)
{
    return (uint64_t)(5 + k % 4) << (k / 4);
}

void http_times_add(struct http_times *t, uint64_t us)
{
    t->n[t->now % 2][class_of(us)]++;
}

void http_times_turn(struct http_times *t, uint64_t now_ms)
{
    if (t->turned_ms == 0) t->turned_ms = now_ms;
    if (now_ms - t->turned_ms < HTTP_TIME_TURN_MS) return;
    unsigned next = (t->now + 1) % 2;
    for (size_t i = 0; i < HTTP_TIME_CLASSES; i++) t->n[next][i] = 0;
    t->now = next;
    t->turned_ms = now_ms;
}

uint64_t http_times_of(struct http_times *t, uint64_t *half_us, uint64_t *most_us)
{
    uint64_t n[HTTP_TIME_CLASSES], all = 0, so_far = 0;
    *half_us = *most_us = 0;
    for (size_t i = 0; i < HTTP_TIME_CLASSES; i++) all += n[i] = (uint64_t)t->n[0][i] + t->n[1][i];
    for (size_t i = 0; i < HTTP_TIME_CLASSES && all > 0; i++) {
        so_far += n[i];
        if (*half_us == 0 && so_far * 2 >= all) *half_us = end_of(i);
        if (*most_us == 0 && so_far * 100 >= all * 99) *most_us = end_of(i);
    }
    return all;
}
