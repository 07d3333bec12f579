/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue between the front and those who answer. A connection in it, or in a worker's hands, is
 * not touched by the front but for `gone`, which workers do not look at. */
#include "web/http_internal.h"

#include "base/mem.h"

#include <assert.h>
#include <unistd.h>

static void must(int code)
{
    assert(code == 0);
    (void)code;
}

void connection_list_put(struct connection_list *l, struct connection *c)
{
    c->link = NULL;
    if (l->last != NULL) l->last->link = c;
    else l->first = c;
    l->last = c;
    l->n++;
}

struct connection *connection_list_take(struct connection_list *l)
{
    struct connection *c = l->first;
    if (c == NULL) return NULL;
    l->first = c->link;
    if (l->first == NULL) l->last = NULL;
    l->n--;
    return c;
}

/* Until there may be something to do. Whoever became idle last is called first: what its channel's
 * end at the desk has read of the register is still there, for nobody else has written since (each
 * reading leaves an entry). */
static void be_idle(struct http *h, struct worker *w)
{
    w->idle = true;
    w->below = h->idle;
    h->idle = w;
    while (w->idle && !h->workers_stop) must(pthread_cond_wait(&w->called, &h->lock));
}

static void call_one(struct http *h)
{
    struct worker *w = h->idle;
    if (w == NULL) return; /* all are at work, and look at the queue when they have done */
    h->idle = w->below;
    w->idle = false;
    must(pthread_cond_signal(&w->called));
}

/* The next to answer; NULL when it is time to go. */
static struct connection *take(struct http *h, struct worker *w)
{
    must(pthread_mutex_lock(&h->lock));
    while (h->queue.first == NULL && !h->workers_stop) be_idle(h, w);
    struct connection *c = h->workers_stop ? NULL : connection_list_take(&h->queue);
    must(pthread_mutex_unlock(&h->lock));
    return c;
}

static void work(void *ctx)
{
    struct worker *w = ctx;
    struct http *h = w->http;
    struct connection *c;
    while ((c = take(h, w)) != NULL) {
        job_answer(h, w->index, c->job);
        must(pthread_mutex_lock(&h->lock));
        connection_list_put(&h->done, c);
        must(pthread_mutex_unlock(&h->lock));
        uint64_t one = 1;
        ssize_t n = write(h->wake, &one, sizeof one);
        (void)n; /* fails only when the counter is full, and then the front is woken already */
    }
}

void workers_start(struct http *h, unsigned n)
{
    must(pthread_mutex_init(&h->lock, NULL));
    h->worker = mem_new(n, sizeof *h->worker);
    h->n_worker = n;
    for (unsigned i = 0; i < n; i++) {
        h->worker[i] = (struct worker){.http = h, .index = i};
        must(pthread_cond_init(&h->worker[i].called, NULL));
        h->worker[i].thread = parallel_start(work, &h->worker[i]);
    }
}

bool workers_give(struct http *h, struct connection *c)
{
    must(pthread_mutex_lock(&h->lock));
    bool room = h->queue.n < h->limit.queue;
    if (room) {
        connection_list_put(&h->queue, c);
        call_one(h);
    }
    must(pthread_mutex_unlock(&h->lock));
    return room;
}

struct connection *workers_done(struct http *h)
{
    must(pthread_mutex_lock(&h->lock));
    struct connection *c = connection_list_take(&h->done);
    must(pthread_mutex_unlock(&h->lock));
    return c;
}

void workers_stop(struct http *h)
{
    must(pthread_mutex_lock(&h->lock));
    h->workers_stop = true;
    for (unsigned i = 0; i < h->n_worker; i++) must(pthread_cond_signal(&h->worker[i].called));
    must(pthread_mutex_unlock(&h->lock));
    for (unsigned i = 0; i < h->n_worker; i++) parallel_join(h->worker[i].thread);
    for (unsigned i = 0; i < h->n_worker; i++) must(pthread_cond_destroy(&h->worker[i].called));
    mem_free(h->worker);
    must(pthread_mutex_destroy(&h->lock));
}
