/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage run as a whole: all records of a form are read, without identifiers, and compared; what
 * is found is written in one transaction. Whatever ends it before that leaves nothing. */
#include "service/job.h"
#include "service/link_call.h"
#include "service/link_new.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "linkage/kept.h"
#include "linkage/linkage.h"

#include <time.h>

enum { WAIT_MS = 1200, STEP_RECORDS = 512, EVIDENCE_AT_ONCE = 4096 };

struct run { /* of one form */
    struct call *c;
    struct link_settings set;
    struct people *people;
    uint64_t *record_no; /* by place in `people` */
    size_t n, cap, n_encoded;
    struct linkage found;
    int64_t started_at;
    double begun;
    size_t n_pair, n_same,
        n_review; /* to be written: of at least `lower`; joined; left to people */
    int64_t run_no, n_decided, persons_before, persons;
};

static double seconds_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int64_t time_now(void)
{
    return (int64_t)time(NULL);
}

/* All of it on one scale, of which this part goes from `from` to `to` percent. */
static void say(struct run *r, const char *what, uint64_t from, uint64_t to, uint64_t done,
                uint64_t total)
{
    if (done > total) done = total;
    call_progress(r->c, what, from + (total == 0 ? 0 : (to - from) * done / total), 100);
}

/* ---- reading ---- */

static void take_row(struct run *r, const struct source_row *row, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct text encoding = row->record->encoding;
    linkage_plan_add(r->people, &r->set.plan, row->record, encoding, a);
    arena_rewind(a, mark);
    MEM_GROW(r->record_no, r->cap, r->n + 1);
    r->record_no[r->n++] = row->record_no;
    r->n_encoded += encoding.n > 0;
}

static bool read_records(struct run *r, struct err *e)
{
    struct row_source source;
    struct source_row row;
    bool found = true, ok = true;
    if (!store_row_source(&source, r->c->s->store, r->set.form, 0, 1, e)) return false;
    struct arena *a = arena_new(ARENA_WIPE);
    while (ok && found) {
        ok = source.next(&source, &row, &found, e);
        if (ok && found) take_row(r, &row, a);
        if (!ok || r->n % STEP_RECORDS != 0) continue;
        say(r, N_("reading records"), 0, 30, r->n, source.n_estimate);
        ok = call_goes_on(r->c, e);
    }
    source.close(&source);
    arena_free(a);
    return ok;
}

/* ---- what is found ---- */

/* Only what is at least `upper` makes persons without being asked; clusters are therefore made of
 * such pairs alone. */
static void compare(struct run *r)
{
    struct linkage_options o = {.same = r->set.upper};
    if (r->set.lower < -7) o.keep = r->set.lower;
    say(r, N_("comparing records"), 30, 70, 0, 1);
    people_count(r->people);
    linkage_run(&r->found, r->people, &o);
    while (r->n_pair < r->found.n_pair && (double)r->found.pair[r->n_pair].weight >= r->set.lower)
        r->n_pair++;
}

static bool is_joined(const struct run *r, const struct weighted_pair *p)
{
    return r->set.automatic && (double)p->weight >= r->set.upper &&
           r->found.person[p->a] == r->found.person[p->b];
}

static void count(struct run *r)
{
    for (size_t i = 0; i < r->n_pair; i++) {
        const struct weighted_pair *p = &r->found.pair[i];
        if (is_joined(r, p)) r->n_same++;
        else if (!r->set.automatic || r->found.person[p->a] != r->found.person[p->b]) r->n_review++;
    }
}

/* ---- writing ---- */

static bool write_proposals(struct run *r, struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct link_proposal *list = mem_new(EVIDENCE_AT_ONCE, sizeof *list);
    bool ok = true;
    for (size_t i = 0; ok && i < r->n_pair;) {
        size_t n = 0;
        struct arena_mark mark = arena_mark(a);
        for (; n < EVIDENCE_AT_ONCE && i < r->n_pair; i++, n++) {
            const struct weighted_pair *p = &r->found.pair[i];
            list[n] = (struct link_proposal){.a = r->record_no[p->a],
                                             .b = r->record_no[p->b],
                                             .weight = (double)p->weight,
                                             .evidence =
                                                 link_evidence_text(&r->found.model, &r->found.plan,
                                                                    p->a, p->b, a)};
        }
        ok = link_run_add(NULL, r->c->s->store, r->run_no, list, n, e) && call_goes_on(r->c, e);
        arena_rewind(a, mark);
        say(r, N_("writing what was found"), 70, 95, i, r->n_pair);
    }
    mem_free(list);
    arena_free(a);
    return ok;
}

static bool write_decisions(struct run *r, struct err *e)
{
    struct link_bulk_result done;
    struct link_automatic *list = mem_new(r->n_same, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < r->n_pair; i++) {
        const struct weighted_pair *p = &r->found.pair[i];
        if (is_joined(r, p))
            list[n++] = (struct link_automatic){.a = r->record_no[p->a],
                                                .b = r->record_no[p->b],
                                                .verdict = LINK_VERDICT_SAME,
                                                .weight = (double)p->weight};
    }
    bool ok = link_decide_bulk(&done, r->c->s->store, r->run_no, list, n, r->c->who.actor, e);
    mem_free(list);
    r->n_decided = ok ? done.n_in_force : 0;
    return ok;
}

static bool persons(int64_t *out, struct run *r, struct err *e)
{
    struct person_counts n;
    if (!person_counts(&n, r->c->s->store, r->set.form, e)) return false;
    *out = n.n_person;
    return true;
}

static bool write_all(struct run *r, struct text model, struct err *e)
{
    struct store *st = r->c->s->store;
    struct link_run_start start = {.form = r->set.form,
                                   .started_at = r->started_at,
                                   .actor = r->c->who.actor,
                                   .model = model,
                                   .lower = r->set.lower,
                                   .upper = r->set.upper,
                                   .last_record = r->n == 0 ? 0 : r->record_no[r->n - 1],
                                   .n_record = (int64_t)r->n,
                                   .n_candidate = (int64_t)r->found.n_candidate};
    return persons(&r->persons_before, r, e) && link_run_begin(&r->run_no, st, &start, e) &&
           write_proposals(r, e) && write_decisions(r, e) && link_run_finish(st, r->run_no, e) &&
           persons(&r->persons, r, e);
}

static bool keep(struct run *r, struct err *e)
{
    struct call *c = r->c;
    struct buf model;
    struct kept *k = kept_new(&r->found);
    struct json *j = kept_to_json(k);
    buf_init(&model, LINK_MODEL_MAX);
    json_write(&model, j, false);
    json_free(j);
    kept_free(k);
    bool ok = buf_ok(&model, e);
    service_drop_snapshots(c->s);
    c->event.object_type = "linkage";
    c->event.object_id = r->set.form->name;
    if (ok && (ok = call_write_begin(c, e))) {
        bool written = write_all(r, buf_text(&model), e);
        c->event.count = r->n_decided;
        c->event.fields =
            arena_printf(c->arena, "run %lld: %zu records, %zu pairs, %lld joined",
                         (long long)r->run_no, r->n, r->n_pair, (long long)r->n_decided);
        ok = call_write_end(c, written, e);
        if (ok) call_link_tell(c, r->set.form, NULL);
    }
    buf_release(&model);
    return ok;
}

/* ---- telling ---- */

static struct json *fields_of(struct run *r)
{
    struct json *list = json_array();
    for (size_t i = 0; i < r->found.plan.n_field; i++) {
        struct json *j = json_object();
        json_set_text(j, "field", r->found.plan.field[i].name);
        json_set_text(j, "label", link_field_label(r->c, r->set.form, r->found.plan.field[i].name));
        json_push(list, j);
    }
    return list;
}

/* What a dry run would make of it: persons of its own clusters, whatever people have decided. */
static int64_t clusters(const struct run *r)
{
    int64_t n = 0;
    for (size_t i = 0; i < r->n; i++) n += !r->set.automatic || r->found.person[i] == i;
    return n;
}

static void report(struct run *r, struct json *runs, bool dry)
{
    struct call *c = r->c;
    struct json *j = json_object();
    struct link_run as = {.run_no = r->run_no,
                          .form = r->set.form->id,
                          .state = "finished",
                          .started_at = r->started_at,
                          .finished_at = time_now(),
                          .actor = c->who.actor,
                          .lower = r->set.lower,
                          .upper = r->set.upper,
                          .n_record = (int64_t)r->n,
                          .n_candidate = (int64_t)r->found.n_candidate,
                          .n_pair = (int64_t)r->n_pair,
                          .n_automatic = dry ? (int64_t)r->n_same : r->n_decided};
    link_run_to_json(j, c, &as, true);
    json_set_bool(j, "dry_run", dry);
    json_set_bool(j, "automatic_allowed", r->set.automatic);
    json_set_int(j, "review", (int64_t)r->n_review);
    json_set_int(j, "persons", dry ? clusters(r) : r->persons);
    json_set_int(j, "before", r->persons_before);
    json_set(j, "seconds", json_number(seconds_now() - r->begun));
    json_set_int(j, "encoded", (int64_t)r->n_encoded);
    json_set_int(j, "candidates", (int64_t)r->found.n_candidate);
    json_set(j, "fields", fields_of(r));
    json_set_text(
        j, "message",
        arena_printf(c->arena,
                     dry ? tr("%zu records compared: %zu pairs would be joined, %zu would "
                              "wait for people")
                         : tr("%zu records compared: %zu pairs joined, %zu wait for people"),
                     r->n, dry ? r->n_same : (size_t)r->n_decided, r->n_review));
    json_push(runs, j);
}

static bool run_form(struct call *c, const struct form *f, bool dry, struct json *runs,
                     struct err *e)
{
    struct run r = {.c = c, .started_at = time_now(), .begun = seconds_now()};
    if (!link_settings(&r.set, c->s->dictionary, f, e)) return false;
    r.people = people_new(r.set.plan.role, r.set.plan.n_role);
    bool ok = read_records(&r, e);
    if (ok) {
        compare(&r);
        count(&r);
        ok = call_goes_on(c, e) && (dry ? persons(&r.persons_before, &r, e) : keep(&r, e));
    }
    if (ok) report(&r, runs, dry);
    linkage_release(&r.found);
    people_free(r.people);
    mem_free(r.record_no);
    return ok;
}

bool op_link_run(struct call *c, struct err *e)
{
    const struct form **form;
    size_t n;
    bool dry = json_get_bool(c->in, "dry_run", false);
    struct json *runs = json_array();
    json_set(c->out, "runs", runs);
    if (!link_forms(&form, &n, c, e)) return false;
    for (size_t i = 0; i < n; i++)
        if (!run_form(c, form[i], dry, runs, e)) return false;
    if (!dry) return true;
    c->event.object_type = "linkage";
    c->event.fields = "dry run";
    return true;
}

/* ---- not waited for ---- */

bool op_link_start(struct call *c, struct err *e)
{
    char job[UPLOAD_CODE + 1];
    struct json *about = json_object();
    json_set_bool(about, "dry_run", json_get_bool(c->in, "dry_run", false));
    bool ok = job_start(job, c, "link.run", c->in, about, WAIT_MS, e);
    json_free(about);
    if (ok) json_set_text(c->out, "job", job);
    return ok;
}

bool op_link_progress(struct call *c, struct err *e)
{
    static const char *const word[] = {[JOB_WORKING] = "working",
                                       [JOB_DONE] = "done",
                                       [JOB_FAILED] = "failed",
                                       [JOB_CANCELLED] = "cancelled"};
    struct job_view v;
    struct jobs *jobs = service_jobs(c->s);
    struct text code = text_of(json_get_text(c->in, "job", ""));
    if (!job_look(&v, jobs, c->who.account_no, call_now(c), code, e)) return false;
    json_set(c->out, "job", json_text(code));
    json_set_text(c->out, "state", word[v.state]);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        json_set_bool(c->out, word[i], v.state == i);
    json_set_int(c->out, "percent", v.total == 0 ? 0 : (int64_t)(v.done * 100 / v.total));
    json_set_bool(c->out, "dry_run", json_get_bool(v.about, "dry_run", false));
    if (v.state == JOB_DONE) json_set(c->out, "runs", json_copy(json_get(v.result, "runs")));
    if (v.state == JOB_FAILED || v.state == JOB_CANCELLED) {
        json_set_text(c->out, "message", v.err.msg);
        json_set_text(c->out, "detail", v.err.detail);
        json_set_text(c->out, "remedy", v.err.remedy);
    }
    job_release(jobs, &v);
    return true;
}

bool op_link_runs(struct call *c, struct err *e)
{
    enum { RUNS_SHOWN = 50 };
    const struct form **form;
    size_t n;
    struct json *runs = json_array();
    json_set(c->out, "runs", runs);
    if (!link_forms(&form, &n, c, e)) return false;
    for (size_t i = 0; i < n; i++) {
        struct link_run *list;
        size_t n_run;
        bool latest = true;
        if (!link_run_list(&list, &n_run, c->s->store, form[i]->id, RUNS_SHOWN, c->arena, e))
            return false;
        for (size_t k = 0; k < n_run; k++) {
            struct json *j = json_object();
            bool counts = latest && list[k].undone_at == 0;
            link_run_to_json(j, c, &list[k], counts);
            if (counts) latest = false;
            json_push(runs, j);
        }
    }
    return true;
}
