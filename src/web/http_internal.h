/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of the front share. See http.h for the whole; by part:
 *   http.c             listening, the loop, time-outs
 *   http_connection.c  one connection: bytes in, bytes out, its states
 *   http_job.c         one request: from its head to a struct request, refusals
 *   http_worker.c      the queue and the threads that answer
 * All but the worker's side of a job belongs to the front's thread. */
#ifndef DCIM_WEB_HTTP_INTERNAL_H
#define DCIM_WEB_HTTP_INTERNAL_H

#include "base/buf.h"
#include "base/parallel.h"
#include "web/http.h"
#include "web/http_chunk.h"
#include "web/http_head.h"
#include "web/http_source.h"
#include "web/http_time.h"
#include "web/tls.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    HTTP_SCRATCH = 64 * 1024, /* bytes of one reading; more than a TLS record */
    HTTP_TICK_MS = 100,       /* how often time-outs are looked at */
    HTTP_STOP_MS = 2000,
    HTTP_DATE_SIZE = 40
};

enum body_kind { BODY_NONE, BODY_FORM, BODY_MULTIPART, BODY_JSON };

struct job { /* one request and its answer, from the whole head to the last byte sent */
    struct request request;
    struct response response;
    struct http_head head;
    enum body_kind kind;
    struct buf body;
    size_t body_max;
    struct http_chunk chunk;
    uint64_t whole_us; /* when it went to a worker; 0: it never did */
};

/* Each state is left by one function of http_connection.c. HEAD: waiting for a head, or idle when
 * nothing of one is there. QUEUED: a worker has the job. LINGER: all is said; reading on so that
 * the other side sees it. DEAD: closed, and freed at the end of the round. */
enum connection_state {
    CONNECTION_HANDSHAKE,
    CONNECTION_HEAD,
    CONNECTION_BODY,
    CONNECTION_QUEUED,
    CONNECTION_WRITE,
    CONNECTION_LINGER,
    CONNECTION_DEAD
};

struct connection {
    struct http *http;
    int socket;
    enum connection_state state;
    struct tls_session *tls; /* NULL: plain */
    struct http_address address;
    bool entered;    /* counted with its source */
    bool gone;       /* the other side failed while a worker had the job */
    bool close;      /* no further request is read */
    uint32_t events; /* asked of epoll */
    uint32_t n_request;
    uint64_t deadline_ms;
    struct buf in; /* received, not yet used up; emptied and given back between requests */
    size_t in_at;
    struct http_scan scan;
    struct job *job;
    struct buf out; /* head of the answer, with a short body */
    size_t out_at, body_at;
    struct connection *previous, *next; /* of all */
    struct connection *link;            /* in the queue, among the done, or among the dead */
};

struct connection_list {
    struct connection *first, *last;
    size_t n;
};

struct worker {
    struct http *http;
    unsigned index;
    struct parallel_stage *thread;
    pthread_cond_t called; /* with the front's lock: it is wanted */
    struct worker *below;  /* idle for longer than this one */
    bool idle;
};

struct http {
    struct http_handler handler;
    struct http_limits limit;
    bool plain;
    int listener, epoll, wake;
    bool listening; /* the listener is asked for connections */
    uint16_t port;
    struct tls *tls;
    struct http_sources *sources;
    struct connection *connections, *dead;
    size_t n_open, n_bodies; /* connections; bytes of bodies held */
    uint64_t now_ms, ticked_ms;
    time_t date_of;
    char date[HTTP_DATE_SIZE];
    char *scratch;
    struct parallel_stage *loop;
    struct worker *worker;
    unsigned n_worker;
    atomic_bool stopping;

    pthread_mutex_t lock; /* of the four below, and of workers being idle */
    struct worker *idle; /* who has been idle for the shortest time first */
    struct connection_list queue, done;
    bool workers_stop;

    atomic_uint_fast64_t count_connections, count_requests, count_refused, count_limited, count_cut,
        count_open, count_answered[HTTP_CLASSES];
    struct http_times times;
};

void connection_list_put(struct connection_list *l, struct connection *c);
struct connection *connection_list_take(struct connection_list *l); /* NULL: empty */

/* Connections (http_connection.c) */
void connection_accept(struct http *h, int socket, const struct sockaddr *address);
void connection_event(struct connection *c, uint32_t events);
void connection_answered(struct connection *c); /* a worker is done with its job */
void connection_late(struct connection *c);     /* its deadline has passed */
void connection_close(struct connection *c);    /* now; the struct lives to the end of the round */
void connection_free(struct connection *c);
bool connection_is_idle(const struct connection *c);

/* Jobs (http_job.c) */
struct job *job_new(void);
void job_free(struct http *h, struct job *j); /* wiped; NULL is fine */
/* The request of a whole head. 0, or the status that refuses it; *wait_s is then for Retry-After,
 * if not 0. */
int job_begin(struct connection *c, struct text head, uint32_t *wait_s);
/* Make the answer an error of the front: any thread. */
void job_error(const struct http *h, struct job *j, int status);
/* Form and files of the body, and the answer: a worker's thread. */
void job_answer(const struct http *h, unsigned worker, struct job *j);

/* Workers (http_worker.c) */
void workers_start(struct http *h, unsigned n);
bool workers_give(struct http *h, struct connection *c); /* false: the queue is full */
struct connection *workers_done(struct http *h);         /* the next that is answered; NULL: none */
void workers_stop(struct http *h); /* what is being answered is; the rest is not */

#endif
