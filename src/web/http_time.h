/* SPDX-License-Identifier: EUPL-1.2 */
/* How long answers took: counted in classes of which each is a fifth wider than the one before, for
 * the last five to ten minutes. One thread adds; any may read. */
#ifndef DCIM_WEB_HTTP_TIME_H
#define DCIM_WEB_HTTP_TIME_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_TIME_CLASSES = 128, HTTP_TIME_TURN_MS = 300000 };

struct http_times {                      /* all zero: none */
    atomic_uint n[2][HTTP_TIME_CLASSES]; /* of these five minutes, and of those before */
    atomic_uint now;
    uint64_t turned_ms;
};

uint64_t http_time_us(void); /* of a clock that nobody sets */

void http_times_add(struct http_times *t, uint64_t us);
/* Forget what is older than ten minutes; `now_ms` of one clock. By the thread that adds. */
void http_times_turn(struct http_times *t, uint64_t now_ms);
/* How many there are, and the upper ends of the classes in which half of them lie and 99 of 100; 0
 * when there are none. */
uint64_t http_times_of(struct http_times *t, uint64_t *half_us, uint64_t *most_us);

#endif
