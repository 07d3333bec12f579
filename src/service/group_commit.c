/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/group_commit.h"

#include "base/mem.h"
#include "service/shared.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

struct
    waiting { /* on the stack of the thread that waits; under `lock` but for what is the leader's */
    const struct audit_event *event;
    struct waiting *next;
    bool ok, settled;
    struct err why;
};

struct group_commit {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* somebody is settled, or nobody leads */
    struct waiting *first, **end;
    bool led;
    struct group_commit_counts counts;
};

struct group_commit *group_commit_new(void)
{
    struct group_commit *g = mem_new(1, sizeof *g);
    (void)pthread_mutex_init(&g->lock, NULL);
    (void)pthread_cond_init(&g->changed, NULL);
    g->end = &g->first;
    return g;
}

void group_commit_free(struct group_commit *g)
{
    if (g == NULL) return;
    (void)pthread_mutex_destroy(&g->lock);
    (void)pthread_cond_destroy(&g->changed);
    mem_free(g);
}

/* All entries in one transaction. *written: the entries themselves could be, so that what went
 * wrong is the commit. */
static bool commit(struct store *st, const struct waiting *first, const struct waiting *behind,
                   bool *written, struct err *e)
{
    *written = false;
    if (!store_begin(st, true, e)) {
        *written = true; /* it is for no entry */
        return false;
    }
    bool ok = true;
    for (const struct waiting *w = first; ok && w != behind; w = w->next)
        ok = audit_append(st, w->event, NULL, e);
    *written = ok;
    if (ok && store_commit(st, e)) return true;
    store_rollback(st);
    return false;
}

/* The leader's work, with all other writers kept out; nobody else touches the list. Returns the
 * number of commits. */
static uint64_t carry_out(struct store *st, struct waiting *list)
{
    struct err why = {0};
    uint64_t commits = 0;
    bool written, ok = commit(st, list, NULL, &written, &why);
    if (ok || written || list->next == NULL) {
        for (struct waiting *w = list; w != NULL; w = w->next) {
            w->ok = ok;
            w->why = why;
        }
        return ok ? 1 : 0;
    }
    /* One of them cannot be written: the others shall not fail for it. */
    for (struct waiting *w = list; w != NULL; w = w->next) {
        w->ok = commit(st, w, w->next, &written, &w->why);
        commits += w->ok;
    }
    return commits;
}

/* A connection whose commit has failed in the disk writes no more (store/sqlite.c). That is its
 * thread's misfortune and not that of others, who have connections of their own. */
static bool cannot_lead(const struct waiting *self)
{
    return self->why.id != NULL && !self->ok && strcmp(self->why.id, "store.failed") == 0;
}

/* Take `self` out of the list; all others wait again, before those who have come since. */
static void give_back(struct group_commit *g, struct waiting *list, struct waiting *self)
{
    struct waiting **at = &list;
    for (; *at != self; at = &(*at)->next) assert(*at != NULL); /* it led, so it is among them */
    *at = self->next;
    self->next = NULL;
    while (*at != NULL) at = &(*at)->next;
    *at = g->first;
    if (g->first == NULL) g->end = at;
    g->first = list;
    if (list == NULL) g->end = &g->first;
    g->counts.waiting = 0;
    for (const struct waiting *w = g->first; w != NULL; w = w->next) g->counts.waiting++;
}

static void settle(struct group_commit *g, struct waiting *list)
{
    for (struct waiting *w = list, *next; w != NULL; w = next) {
        next = w->next; /* whoever is settled goes, with what is on his stack */
        g->counts.entries += w->ok;
        w->settled = true;
    }
}

/* Called and left with the lock. */
static void lead(struct group_commit *g, struct shared *sh, struct store *st, struct waiting *self)
{
    g->led = true;
    (void)pthread_mutex_unlock(&g->lock);
    shared_write_begin(sh); /* meanwhile others come */
    (void)pthread_mutex_lock(&g->lock);
    struct waiting *list = g->first;
    g->first = NULL;
    g->end = &g->first;
    g->counts.waiting = 0;
    (void)pthread_mutex_unlock(&g->lock);
    uint64_t commits = carry_out(st, list);
    shared_write_end(sh);
    (void)pthread_mutex_lock(&g->lock);
    g->counts.commits += commits;
    if (cannot_lead(self)) {
        give_back(g, list, self);
        list = self;
    }
    settle(g, list);
    g->led = false;
    (void)pthread_cond_broadcast(&g->changed);
}

bool group_commit_append(struct group_commit *g, struct shared *sh, struct store *st,
                         const struct audit_event *event, struct err *e)
{
    struct waiting w = {.event = event};
    (void)pthread_mutex_lock(&g->lock);
    *g->end = &w;
    g->end = &w.next;
    g->counts.waiting++;
    while (!w.settled) {
        if (g->led) (void)pthread_cond_wait(&g->changed, &g->lock);
        else lead(g, sh, st, &w);
    }
    (void)pthread_mutex_unlock(&g->lock);
    if (!w.ok && e != NULL) *e = w.why;
    return w.ok;
}

void group_commit_count(struct group_commit_counts *out, struct group_commit *g)
{
    (void)pthread_mutex_lock(&g->lock);
    *out = g->counts;
    (void)pthread_mutex_unlock(&g->lock);
}
