/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/link_new.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "linkage/index.h"
#include "service/link_call.h"
#include "service/shared.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
    FORMS_MAX = 16,
    CODES_MAX = 256,    /* changed records that wait; more: they are found by the next run */
    FOUND_MAX = 50,     /* pairs that are proposed of one record */
    ALONE_MAX = 200000, /* records that a service reads for the sake of a few new ones */
    LIST_PAGE = 1000
};

struct indexed { /* a form in memory; run_no 0: not there */
    int64_t run_no;
    struct kept *kept;
    struct people *people;
    struct linkage_index *index;
    uint64_t *record_no; /* by place in `people` */
    size_t n, cap;
    uint64_t last; /* greatest number that was looked at */
};

struct link_news {
    struct indexed form[FORMS_MAX]; /* of the thread that works */
    pthread_mutex_t lock;           /* of what follows */
    pthread_cond_t told;
    bool waits[FORMS_MAX];
    char code[CODES_MAX][RECORD_CODE + 1];
    form_id of[CODES_MAX];
    size_t n_code;
    bool has_thread, ends;
};

struct link_news *link_news_new(void)
{
    struct link_news *n = mem_new(1, sizeof *n);
    (void)pthread_mutex_init(&n->lock, NULL);
    (void)pthread_cond_init(&n->told, NULL);
    return n;
}

static void forget(struct indexed *x)
{
    linkage_index_free(x->index);
    people_free(x->people);
    kept_free(x->kept);
    mem_free(x->record_no);
    *x = (struct indexed){0};
}

void link_news_free(struct link_news *n)
{
    if (n == NULL) return;
    for (size_t i = 0; i < FORMS_MAX; i++) forget(&n->form[i]);
    (void)pthread_cond_destroy(&n->told);
    (void)pthread_mutex_destroy(&n->lock);
    mem_free(n);
}

static struct link_news *news_of(struct service *s)
{
    if (s->shared != NULL) return shared_link_news(s->shared);
    if (s->link_news == NULL) s->link_news = link_news_new();
    return s->link_news;
}

/* ---- the index ---- */

static void take(struct indexed *x, const struct linkage_plan *plan, const struct record *r,
                 uint64_t record_no, struct arena *a)
{
    linkage_plan_add(x->people, plan, r, r->encoding, a);
    MEM_GROW(x->record_no, x->cap, x->n + 1);
    x->record_no[x->n++] = record_no;
}

/* Those that the run has seen, as they are now. */
static bool read_all(struct indexed *x, struct call *c, const struct link_settings *s,
                     const struct link_run *run, struct err *e)
{
    struct row_source source;
    struct source_row row;
    bool found = true, ok = true;
    if (!store_row_source(&source, c->s->store, s->form, 0, 1, e)) return false;
    struct arena *a = arena_new(ARENA_WIPE);
    while ((ok = source.next(&source, &row, &found, e)) && found) {
        struct arena_mark mark = arena_mark(a);
        if (row.record_no <= run->last_record) take(x, &s->plan, row.record, row.record_no, a);
        arena_rewind(a, mark);
    }
    source.close(&source);
    arena_free(a);
    return ok;
}

static bool read_kept(struct kept **out, struct call *c, int64_t run_no, struct err *e)
{
    struct link_run r;
    struct json *j;
    *out = NULL;
    if (!link_run_get(&r, c->s->store, run_no, c->arena, e) || !json_parse(&j, r.model, e))
        return false;
    bool ok = kept_from_json(out, j, e);
    json_free(j);
    return ok;
}

static bool build(struct indexed *x, struct call *c, const struct link_settings *s,
                  const struct link_run *run, struct err *e)
{
    forget(x);
    x->people = people_new(s->plan.role, s->plan.n_role);
    bool ok = read_kept(&x->kept, c, run->run_no, e) && read_all(x, c, s, run, e);
    if (ok) {
        people_count(x->people);
        ok = linkage_index_new(&x->index, x->people, x->kept, e);
    }
    if (!ok) {
        forget(x);
        return false;
    }
    x->run_no = run->run_no;
    x->last = run->last_record;
    return true;
}

/* The newest place of a record; x->n where it has none. */
static size_t place_of(const struct indexed *x, uint64_t record_no)
{
    size_t i = x->n;
    while (i > 0 && x->record_no[i - 1] != record_no) i--;
    return i == 0 ? x->n : i - 1;
}

/* ---- comparing ---- */

struct finds { /* what is to be written */
    struct link_proposal *pair;
    struct link_automatic *same;
    size_t n, cap, n_same, same_cap;
    size_t n_record;
};

/* A new record joins at most one person by itself, that of its best pair: what would bring two
 * persons together is for people to decide. */
static bool joins(bool *out, struct call *c, uint64_t best, uint64_t other, struct err *e)
{
    uint64_t a, b;
    *out = best == other;
    if (*out) return true;
    if (!person_of_record(&a, c->s->store, best, e) || !person_of_record(&b, c->s->store, other, e))
        return false;
    *out = a == b;
    return true;
}

static bool note_pair(struct finds *f, struct call *c, const struct indexed *x,
                      const struct link_settings *s, size_t place,
                      const struct linkage_found *found, uint64_t best, struct err *e)
{
    uint64_t other = x->record_no[found->record];
    bool same = s->automatic && (double)found->weight >= s->upper;
    if (same && !joins(&same, c, best, other, e)) return false;
    MEM_GROW(f->pair, f->cap, f->n + 1);
    f->pair[f->n++] =
        (struct link_proposal){.a = x->record_no[place],
                               .b = other,
                               .weight = (double)found->weight,
                               .evidence =
                                   link_evidence_text(&x->kept->model, linkage_index_plan(x->index),
                                                      place, found->record, c->arena)};
    if (!same) return true;
    MEM_GROW(f->same, f->same_cap, f->n_same + 1);
    f->same[f->n_same++] = (struct link_automatic){.a = x->record_no[place],
                                                   .b = other,
                                                   .verdict = LINK_VERDICT_SAME,
                                                   .weight = (double)found->weight};
    return true;
}

static bool compare(struct finds *f, struct call *c, struct indexed *x,
                    const struct link_settings *s, size_t place, struct err *e)
{
    struct linkage_found *found = NULL;
    size_t n = linkage_index_find(&found, x->index, place, s->lower);
    bool ok = true;
    for (size_t i = 0; ok && i < n && i < FOUND_MAX; i++)
        ok = x->record_no[found[i].record] == x->record_no[place] ||
             note_pair(f, c, x, s, place, &found[i], x->record_no[found[0].record], e);
    mem_free(found);
    return ok;
}

/* A record as it is now; one that is not active any more is not found any more either. */
static bool look_at(struct finds *f, struct call *c, struct indexed *x,
                    const struct link_settings *s, const char *code, bool is_new, struct err *e)
{
    struct record r;
    struct record_meta m = {0};
    struct err why = {0};
    bool there =
        store_record_load(&r, &m, c->s->store, SCOPE_EVERYTHING, text_of(code), 0, c->arena, &why);
    if (!there && why.code != ERR_NOT_FOUND && why.code != ERR_CONFLICT) {
        if (e != NULL) *e = why;
        return false;
    }
    size_t before = m.record_no == 0 ? x->n : place_of(x, m.record_no);
    if (before < x->n) linkage_index_drop(x->index, before);
    if (!there || strcmp(m.state, "active") != 0 || r.form != s->form) return true;
    if (!is_new && m.record_no > x->last) return true; /* comes with the new ones */
    take(x, &s->plan, &r, m.record_no, c->arena);
    linkage_index_add(x->index);
    f->n_record++;
    return compare(f, c, x, s, x->n - 1, e);
}

/* Too many at a time are passed over: the newest of them alone are looked at, when the index was
 * made just now, for nobody knows then how many came together. */
static bool look_at_new(struct finds *f, struct call *c, struct indexed *x,
                        const struct link_settings *s, bool fresh, struct err *e)
{
    struct record_meta *list;
    size_t n, seen = 0;
    char(*code)[RECORD_CODE + 1] = arena_take(c->arena, s->at_once, sizeof *code);
    do {
        if (!store_record_list(&list, &n, c->s->store, s->form->id, SCOPE_EVERYTHING, x->last,
                               LIST_PAGE, c->arena, e))
            return false;
        for (size_t i = 0; i < n; i++)
            memcpy(code[seen++ % s->at_once], list[i].code, sizeof *code);
        if (n > 0) x->last = list[n - 1].record_no;
    } while (n == LIST_PAGE);
    if (seen > s->at_once && !fresh) return true;
    for (size_t i = seen > s->at_once ? seen - s->at_once : 0; i < seen; i++)
        if (!look_at(f, c, x, s, code[i % s->at_once], true, e)) return false;
    return true;
}

/* ---- writing ---- */

static bool write_found(struct finds *f, struct call *c, const struct indexed *x, struct err *e)
{
    struct link_bulk_result done;
    struct store *st = c->s->store;
    if (f->n == 0) return true;
    c->event.object_type = "linkage";
    c->event.count = (int64_t)f->n;
    c->event.fields = arena_printf(c->arena, "run %lld: %zu new records, %zu pairs, %zu joined",
                                   (long long)x->run_no, f->n_record, f->n, f->n_same);
    if (!call_write_begin(c, e)) return false;
    bool ok = link_run_add(NULL, st, x->run_no, f->pair, f->n, e) &&
              (f->n_same == 0 ||
               link_decide_bulk(&done, st, x->run_no, f->same, f->n_same, c->who.actor, e));
    return call_write_end(c, ok, e);
}

/* ---- one form ---- */

static size_t take_codes(char (*out)[RECORD_CODE + 1], struct link_news *n, form_id form)
{
    size_t taken = 0, left = 0;
    (void)pthread_mutex_lock(&n->lock);
    for (size_t i = 0; i < n->n_code; i++) {
        if (n->of[i] == form) {
            memcpy(out[taken++], n->code[i], RECORD_CODE + 1);
            continue;
        }
        memmove(n->code[left], n->code[i], RECORD_CODE + 1);
        n->of[left++] = n->of[i];
    }
    n->n_code = left;
    (void)pthread_mutex_unlock(&n->lock);
    return taken;
}

static bool too_large(bool *out, struct call *c, const struct form *f, struct err *e)
{
    int64_t n;
    *out = false;
    if (c->s->shared != NULL) return true;
    if (!store_record_count(&n, c->s->store, f->id, e)) return false;
    *out = n > ALONE_MAX;
    return true;
}

static bool catch_up(struct call *c, const struct form *f, struct err *e)
{
    struct link_news *n = news_of(c->s);
    struct indexed *x = &n->form[f->id];
    struct link_settings s;
    struct link_run run;
    struct finds found = {0};
    char(*code)[RECORD_CODE + 1] = arena_take(c->arena, CODES_MAX, sizeof *code);
    bool has_run, large;
    size_t n_code = take_codes(code, n, f->id);
    c->event.object_id = f->name;
    if (!link_settings(&s, c->s->dictionary, f, e) ||
        !link_run_newest(&run, &has_run, c->s->store, f->id, c->arena, e) ||
        !too_large(&large, c, f, e))
        return false;
    if (!has_run || large || s.at_once == 0) return true;
    bool fresh = x->run_no != run.run_no, ok = !fresh || build(x, c, &s, &run, e);
    for (size_t i = 0; ok && i < n_code; i++) ok = look_at(&found, c, x, &s, code[i], false, e);
    ok = ok && look_at_new(&found, c, x, &s, fresh, e) && write_found(&found, c, x, e);
    mem_free(found.pair);
    mem_free(found.same);
    if (!ok) forget(x);
    return ok;
}

/* Compares what came since: asked for by the desk's own thread alone. */
bool op_link_catch_up(struct call *c, struct err *e)
{
    const struct form *f;
    if (!call_form(&f, c, "form", e)) return false;
    if (f->id >= FORMS_MAX || !link_form_is_linked(c->s->dictionary, f)) {
        c->event.action = AUDIT_NONE;
        return true;
    }
    bool ok = catch_up(c, f, e);
    if (ok && !c->entered) c->event.action = AUDIT_NONE; /* nothing was found */
    return ok;
}

/* ---- being told ---- */

void call_link_tell(struct call *c, const struct form *f, const char *code)
{
    c->link_form = f;
    c->link_code = code;
}

void call_link_gone(struct call *c, const struct form *f, const char *code)
{
    if (c->s->shared != NULL) call_link_tell(c, f, code);
}

static void alone(struct call *c, const struct form *f)
{
    struct err e = {0};
    struct call own = *c;
    own.who.local = true;
    own.out = json_object();
    own.entered = false;
    own.event = (struct audit_event){.action = AUDIT_LINK_RUN,
                                     .actor = c->event.actor,
                                     .role = c->event.role,
                                     .decision = "allow",
                                     .purpose = "new records are compared with the register"};
    service_drop_snapshots(c->s);
    if (!catch_up(&own, f, &e)) err_clear(&e);
    json_free(own.out);
}

void call_link_told(struct call *c)
{
    const struct form *f = c->link_form;
    if (f == NULL || f->id >= FORMS_MAX || !link_form_is_linked(c->s->dictionary, f)) return;
    struct link_news *n = news_of(c->s);
    (void)pthread_mutex_lock(&n->lock);
    n->waits[f->id] = true;
    if (c->link_code != NULL && n->n_code < CODES_MAX) {
        (void)snprintf(n->code[n->n_code], RECORD_CODE + 1, "%s", c->link_code);
        n->of[n->n_code++] = f->id;
    }
    (void)pthread_cond_signal(&n->told);
    bool thread = n->has_thread;
    (void)pthread_mutex_unlock(&n->lock);
    bool ran = strcmp(c->operation->name, "link.run") == 0; /* nothing has come since */
    if (!thread && !ran) alone(c, f);
}

bool link_is_due(bool *due, struct call *c, const struct form *f, int64_t n_new, struct err *e)
{
    struct link_settings s;
    struct link_run run;
    bool found;
    *due = false;
    if (n_new == 0 || !link_form_is_linked(c->s->dictionary, f)) return true;
    if (!link_settings(&s, c->s->dictionary, f, e) ||
        !link_run_newest(&run, &found, c->s->store, f->id, c->arena, e))
        return false;
    *due = found && n_new > (int64_t)s.at_once;
    return true;
}

/* ---- the thread of a desk ---- */

struct link_watch {
    struct service_options options;
    struct service *service;
    struct link_news *news;
    struct parallel_stage *thread;
};

/* The next form that waits; FORMS_MAX when it is time to go. */
static size_t next_form(struct link_news *n)
{
    size_t f = FORMS_MAX;
    (void)pthread_mutex_lock(&n->lock);
    while (!n->ends && f == FORMS_MAX) {
        for (size_t i = 0; i < FORMS_MAX && f == FORMS_MAX; i++)
            if (n->waits[i]) f = i;
        if (f == FORMS_MAX) (void)pthread_cond_wait(&n->told, &n->lock);
    }
    if (f < FORMS_MAX) n->waits[f] = false;
    if (n->ends) f = FORMS_MAX;
    (void)pthread_mutex_unlock(&n->lock);
    return f;
}

static void watch(void *ctx)
{
    struct link_watch *w = ctx;
    for (size_t f; (f = next_form(w->news)) < FORMS_MAX;) {
        struct err e = {0};
        struct json *in = json_object(), *out = NULL;
        bool ok = service_repository(w->service, &e);
        if (ok && f < w->service->dictionary->n_form) {
            json_set_text(in, "form", w->service->dictionary->form[f].name);
            ok = service_call(&out, w->service, "link.catch_up", in, NULL, &e);
        }
        if (!ok) err_clear(&e); /* the record is kept; the next run compares it */
        json_free(out);
        json_free(in);
    }
    (void)catalogue_use(NULL);
}

struct link_watch *link_watch_start(struct shared *shared, const struct service_options *options)
{
    struct link_watch *w = mem_new(1, sizeof *w);
    w->options = *options;
    w->options.purpose = "new records are compared with the register";
    w->service = service_new(&w->options);
    w->service->shared = shared;
    w->news = shared_link_news(shared);
    w->news->has_thread = true;
    w->thread = parallel_start(watch, w);
    return w;
}

void link_watch_stop(struct link_watch *w)
{
    if (w == NULL) return;
    (void)pthread_mutex_lock(&w->news->lock);
    w->news->ends = true;
    (void)pthread_cond_signal(&w->news->told);
    (void)pthread_mutex_unlock(&w->news->lock);
    parallel_join(w->thread);
    service_close(w->service);
    mem_free(w);
}
