/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue of proposed pairs. Pairs of one standing are walked in the order of an index, up or
 * down by weight from a place; several such walks are put together, sorted and cut. */
#include "store/link_run.h"

#include "base/mem.h"
#include "store/link_draw.h"
#include "store/link_internal.h"

#include <stdlib.h>
#include <string.h>

static void take_pair(struct link_pair *out, form_id form, struct query *q, struct arena *a)
{
    *out = (struct link_pair){.form = form,
                              .a = (uint64_t)query_int(q, 0),
                              .b = (uint64_t)query_int(q, 1),
                              .organisation_a = query_int(q, 9),
                              .organisation_b = query_int(q, 10),
                              .organisation_code_a = query_copy(q, 11, a),
                              .organisation_code_b = query_copy(q, 12, a),
                              .active = query_int(q, 7) == RECORD_ACTIVE &&
                                        query_int(q, 8) == RECORD_ACTIVE,
                              .proposed = true,
                              .weight = (double)query_int(q, 3) / 1000,
                              .run_no = query_int(q, 2),
                              .standing = (enum link_standing)query_int(q, 4),
                              .same_person = query_int(q, 13) != 0};
    out->evidence = query_copy_blob(q, 14, a);
    record_code_format(out->code_a, (uint64_t)query_int(q, 5));
    record_code_format(out->code_b, (uint64_t)query_int(q, 6));
}

/* ---- the queue ---- */

struct place { /* of a pair; walks go on behind it */
    int64_t weight, a, b;
};

struct found { /* with what it is sorted by */
    struct link_pair pair;
    int64_t weight, distance; /* from twice the middle of the band, in thousandths */
    bool below;
};

struct queue {
    struct store *st;
    const struct link_queue *ask;
    int64_t form_no, lower, upper; /* thousandths */
    struct place after;
    bool goes_on;
    struct found *list;
    size_t n, cap;
    struct arena *arena;
};

static void bind_filter(struct query *q, const struct queue *u, enum link_standing standing)
{
    const struct link_queue *ask = u->ask;
    query_bind_int(q, "form_no", u->form_no);
    query_bind_int(q, "standing", standing);
    query_bind_int(q, "lower", u->lower);
    query_bind_int(q, "upper", u->upper);
    query_bind_int(q, "run_no", ask->run_no);
    query_bind_int(q, "organisation_no", ask->organisation_no);
    query_bind_int(q, "both", ask->organisation_both);
    query_bind_int(q, "across", ask->across);
    query_bind_int(q, "apart", ask->apart);
}

static int64_t distance_of(const struct queue *u, int64_t weight)
{
    int64_t d = 2 * weight - (u->lower + u->upper);
    return d < 0 ? -d : d;
}

static bool is_below(const struct queue *u, int64_t weight)
{
    return 2 * weight < u->lower + u->upper;
}

static bool walk(struct queue *u, enum link_standing standing, bool down, struct place from,
                 struct err *e)
{
    struct query q;
    (void)query_begin(&q, u->st->backend, down ? SQL_LINKAGE_PAIRS_DOWN : SQL_LINKAGE_PAIRS_UP);
    bind_filter(&q, u, standing);
    query_bind_int(&q, "weight", from.weight);
    query_bind_int(&q, "record_a", from.a);
    query_bind_int(&q, "record_b", from.b);
    query_bind_int(&q, "max", (int64_t)u->ask->max + 1);
    while (query_next(&q)) {
        MEM_GROW(u->list, u->cap, u->n + 1);
        struct found *f = &u->list[u->n++];
        take_pair(&f->pair, u->ask->form, &q, u->arena);
        f->weight = query_int(&q, 3);
        f->distance = distance_of(u, f->weight);
        f->below = is_below(u, f->weight);
    }
    return query_end(&q, e);
}

/* Nearest to the middle first; of the same distance those above it, by records; then those below,
 * by records downwards, as the index is walked. */
static bool walk_middle(struct queue *u, enum link_standing standing, struct err *e)
{
    int64_t twice = u->lower + u->upper;
    int64_t middle = twice >= 0 ? (twice + 1) / 2 : -(-twice / 2); /* the least that is not below */
    struct place up = {middle, -1, -1}, down = {middle, -1, -1};
    if (u->goes_on) {
        int64_t d = distance_of(u, u->after.weight);
        if (is_below(u, u->after.weight)) {
            down = u->after;
            up = (struct place){(twice + d) / 2, INT64_MAX, INT64_MAX};
        } else {
            up = u->after;
            down = (struct place){(twice - d) / 2, INT64_MAX, INT64_MAX};
            if (2 * down.weight >= twice) down = (struct place){middle, -1, -1};
        }
    }
    return walk(u, standing, false, up, e) && walk(u, standing, true, down, e);
}

static bool walk_best(struct queue *u, enum link_standing standing, struct err *e)
{
    struct place from = u->goes_on ? u->after : (struct place){INT64_MAX, INT64_MAX, INT64_MAX};
    return walk(u, standing, true, from, e);
}

static int by_records(const struct link_pair *x, const struct link_pair *y)
{
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static int nearest_first(const void *p, const void *q)
{
    const struct found *x = p, *y = q;
    if (x->distance != y->distance) return x->distance < y->distance ? -1 : 1;
    if (x->below != y->below) return x->below ? 1 : -1;
    return x->below ? by_records(&y->pair, &x->pair) : by_records(&x->pair, &y->pair);
}

static int best_first(const void *p, const void *q)
{
    const struct found *x = p, *y = q;
    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    return by_records(&y->pair, &x->pair);
}

/* Where to go on; from the beginning where the pair is not proposed any more. */
static bool find_after(struct queue *u, struct err *e)
{
    uint64_t a = u->ask->after_a, b = u->ask->after_b;
    struct query q;
    if (a == b) return true;
    if (!link_in_order(&a, &b, e)) return false;
    (void)query_begin(&q, u->st->backend, SQL_LINKAGE_PAIR_THERE);
    query_bind_int(&q, "record_a", (int64_t)a);
    query_bind_int(&q, "record_b", (int64_t)b);
    if (query_next(&q)) {
        u->goes_on = true;
        u->after = (struct place){query_int(&q, 0), (int64_t)a, (int64_t)b};
    }
    return query_end(&q, e);
}

static bool queue_begin(struct queue *u, struct store *st, const struct link_queue *ask,
                        struct err *e)
{
    *u = (struct queue){.st = st, .ask = ask};
    if (!numbering_ensure(st, e)) return false;
    u->form_no = numbering_of_form(st, ask->form)->form_no;
    u->lower = ask->any_weight ? -1001LL * LINK_WEIGHT_MAX : link_thousandths(ask->lower);
    u->upper = ask->any_weight ? 1001LL * LINK_WEIGHT_MAX : link_thousandths(ask->upper);
    return true;
}

/* The decision that a person sees beside a pair. */
static bool add_decision(struct link_pair *p, struct store *st, int64_t form_no, struct err *e)
{
    struct link_stand s;
    if (!link_stand(&s, st, form_no, p->a, p->b, e)) return false;
    p->decision_no = s.waiting != 0 ? s.waiting : s.in_force;
    p->verdict = s.waiting != 0 ? s.waiting_verdict : s.force_verdict;
    p->automatic = s.waiting == 0 && s.automatic;
    p->standing = s.standing;
    return true;
}

static bool bad_page(struct err *e)
{
    return err_set(e, ERR_LIMIT, "link.page", "a page has 1 to %d pairs", LINK_PAGE_MAX);
}

bool link_pair_list(struct link_pair **out, size_t *n, bool *more, struct store *st,
                    const struct link_queue *ask, struct arena *a, struct err *e)
{
    struct queue u;
    *n = 0;
    *more = false;
    *out = NULL;
    if (ask->max == 0 || ask->max > LINK_PAGE_MAX) return bad_page(e);
    if (!queue_begin(&u, st, ask, e) || !find_after(&u, e)) return false;
    u.arena = a;
    bool ok = true, middle = ask->order == LINK_MIDDLE_FIRST;
    for (int s = 0; s < LINK_STANDINGS && ok; s++) {
        if (!ask->any_standing && s != (int)ask->standing) continue;
        ok = middle ? walk_middle(&u, (enum link_standing)s, e)
                    : walk_best(&u, (enum link_standing)s, e);
    }
    if (ok && u.n > 0) qsort(u.list, u.n, sizeof *u.list, middle ? nearest_first : best_first);
    *more = ok && u.n > ask->max;
    size_t count = !ok ? 0 : *more ? ask->max : u.n;
    *out = ARENA_ARRAY(a, struct link_pair, count);
    for (size_t i = 0; i < count && ok; i++) {
        (*out)[i] = u.list[i].pair;
        ok = add_decision(&(*out)[i], st, u.form_no, e);
    }
    *n = ok ? count : 0;
    mem_free(u.list);
    return ok;
}

bool link_pair_count(int64_t *out, struct store *st, const struct link_queue *ask, struct err *e)
{
    struct queue u;
    *out = 0;
    if (!queue_begin(&u, st, ask, e)) return false;
    for (int s = 0; s < LINK_STANDINGS; s++) {
        struct query q;
        if (!ask->any_standing && s != (int)ask->standing) continue;
        (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIRS_COUNT);
        bind_filter(&q, &u, (enum link_standing)s);
        if (query_next(&q)) *out += query_int(&q, 0);
        if (!query_end(&q, e)) return false;
    }
    return true;
}

bool link_pair_tally(struct link_tally *out, struct store *st, form_id form, double lower,
                     double upper, struct err *e)
{
    struct query q;
    *out = (struct link_tally){0};
    if (!numbering_ensure(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIRS_TALLY);
    query_bind_int(&q, "form_no", numbering_of_form(st, form)->form_no);
    query_bind_int(&q, "lower", link_thousandths(lower));
    query_bind_int(&q, "upper", link_thousandths(upper));
    query_bind_int(&q, "most", link_thousandths(LINK_WEIGHT_MAX));
    while (query_next(&q)) {
        int64_t standing = query_int(&q, 0);
        if (standing < 0 || standing >= LINK_STANDINGS) continue;
        out->n[standing] = query_int(&q, 1);
        out->n_band += query_int(&q, 2);
        out->n_above += query_int(&q, 3);
    }
    return query_end(&q, e);
}

/* ---- samples ---- */

struct sample { /* the first ones in the order of draws */
    struct link_drawn *drawn;
    size_t n, cap;
};

/* By reading all pairs that are asked for. */
static bool draw_all(struct sample *s, struct store *st, const struct queue *u, struct err *e)
{
    for (int standing = 0; standing < LINK_STANDINGS; standing++) {
        struct query q;
        if (!u->ask->any_standing && standing != (int)u->ask->standing) continue;
        (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIRS_KEYS);
        bind_filter(&q, u, (enum link_standing)standing);
        while (query_next(&q)) {
            uint64_t a = (uint64_t)query_int(&q, 0), b = (uint64_t)query_int(&q, 1);
            MEM_GROW(s->drawn, s->cap, s->n + 1);
            s->drawn[s->n++] = (struct link_drawn){link_draw(query_int(&q, 2), a, b), a, b, 0};
        }
        if (!query_end(&q, e)) return false;
    }
    if (s->n > 0) qsort(s->drawn, s->n, sizeof *s->drawn, link_draw_order);
    return true;
}

/* Of all pairs between two weights they are known. */
static bool draw_first(struct sample *s, struct store *st, const struct queue *u, struct err *e)
{
    const struct link_queue *ask = u->ask;
    bool known = ask->any_standing && ask->organisation_no == 0 && !ask->across && !ask->apart &&
                 ask->run_no == 0;
    if (known) {
        MEM_GROW(s->drawn, s->cap, ask->max);
        if (!link_draw_first(s->drawn, &s->n, &known, st, u->form_no, u->lower, u->upper, ask->max,
                             e))
            return false;
    }
    return known || draw_all(s, st, u, e);
}

static bool get(struct link_pair *out, bool *found, struct store *st, form_id form, uint64_t a,
                uint64_t b, struct arena *arena, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIR_GET);
    query_bind_int(&q, "record_a", (int64_t)a);
    query_bind_int(&q, "record_b", (int64_t)b);
    *found = query_next(&q);
    if (*found) take_pair(out, form, &q, arena);
    return query_end(&q, e);
}

bool link_pair_sample(struct link_pair **out, size_t *n, struct store *st,
                      const struct link_queue *ask, struct arena *a, struct err *e)
{
    struct sample s = {0};
    struct queue u;
    *n = 0;
    *out = NULL;
    if (ask->max == 0 || ask->max > LINK_PAGE_MAX) return bad_page(e);
    if (!queue_begin(&u, st, ask, e)) return false;
    bool ok = draw_first(&s, st, &u, e), found;
    size_t count = s.n < ask->max ? s.n : ask->max;
    *out = ARENA_ARRAY(a, struct link_pair, count);
    for (size_t i = 0; i < count && ok; i++) {
        struct link_pair *p = &(*out)[i];
        *p = (struct link_pair){.form = ask->form, .a = s.drawn[i].a, .b = s.drawn[i].b};
        if (!ask->brief) ok = get(p, &found, st, ask->form, p->a, p->b, a, e);
        ok = ok && add_decision(p, st, u.form_no, e);
    }
    *n = ok ? count : 0;
    mem_free(s.drawn);
    return ok;
}

/* ---- single pairs ---- */

static bool find_record(uint64_t *record_no, struct store *st, struct text code, struct err *e)
{
    int64_t number;
    if (!store_record_find(&number, st, SCOPE_EVERYTHING, code, e)) return false;
    *record_no = (uint64_t)number;
    return true;
}

static bool same_person(bool *out, struct store *st, const struct link_pair *p, struct err *e)
{
    uint64_t person[2];
    struct query q;
    for (int i = 0; i < 2; i++) {
        person[i] = 0;
        (void)query_begin(&q, st->backend, SQL_PERSON_GET);
        query_bind_int(&q, "record_no", (int64_t)(i == 0 ? p->a : p->b));
        if (query_next(&q)) person[i] = (uint64_t)query_int(&q, 0);
        if (!query_end(&q, e)) return false;
    }
    *out = person[0] != 0 && person[0] == person[1];
    return true;
}

/* Of a pair that nothing proposes. */
static bool plain_pair(struct link_pair *out, struct store *st, const struct link_subject s[2],
                       struct err *e)
{
    *out = (struct link_pair){.form = s[0].form,
                              .a = s[0].record_no,
                              .b = s[1].record_no,
                              .organisation_a = s[0].organisation_no,
                              .organisation_b = s[1].organisation_no,
                              .organisation_code_a = s[0].organisation,
                              .organisation_code_b = s[1].organisation,
                              .active = s[0].state == RECORD_ACTIVE && s[1].state == RECORD_ACTIVE,
                              .evidence = TEXT("")};
    memcpy(out->code_a, s[0].code, sizeof out->code_a);
    memcpy(out->code_b, s[1].code, sizeof out->code_b);
    return same_person(&out->same_person, st, out, e);
}

bool link_pair_get(struct link_pair *out, struct store *st, struct text code_a, struct text code_b,
                   struct arena *a, struct err *e)
{
    struct link_subject s[2];
    uint64_t number[2];
    bool proposed;
    *out = (struct link_pair){0};
    if (!find_record(&number[0], st, code_a, e) || !find_record(&number[1], st, code_b, e) ||
        !link_in_order(&number[0], &number[1], e) || !link_subject(&s[0], st, number[0], a, e) ||
        !link_subject(&s[1], st, number[1], a, e) || !link_one_form(s, e) ||
        !get(out, &proposed, st, s[0].form, number[0], number[1], a, e) ||
        (!proposed && !plain_pair(out, st, s, e)))
        return false;
    return add_decision(out, st, s[0].form_no, e);
}

bool link_pair_of_record(struct link_pair **out, size_t *n, struct store *st, uint64_t record_no,
                         size_t max, struct arena *a, struct err *e)
{
    struct link_subject s;
    struct query q;
    struct link_pair *list = ARENA_ARRAY(a, struct link_pair, max);
    *out = list;
    *n = 0;
    if (!link_subject(&s, st, record_no, a, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIRS_OF_RECORD);
    query_bind_int(&q, "form_no", s.form_no);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    query_bind_int(&q, "max", (int64_t)max);
    while (*n < max && query_next(&q)) take_pair(&list[(*n)++], s.form, &q, a);
    bool ok = query_end(&q, e);
    for (size_t i = 0; i < *n && ok; i++) ok = add_decision(&list[i], st, s.form_no, e);
    return ok;
}
