/* SPDX-License-Identifier: EUPL-1.2 */
#include "crowd.h"

#include "crowd_record.h"

#include "base/csv.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RECORD_MAX = 100000000, LAST_DAY = 20453 /* 2025-12-31 */ };

bool crowd_new(struct crowd **out, const struct crowd_options *o, struct err *e)
{
    *out = NULL;
    if (o->level < 1 || o->level > 3)
        return err_set(e, ERR_USAGE, "people.level", "the level is 1, 2 or 3");
    if (o->n_record < 1 || o->n_record > RECORD_MAX)
        return err_set(e, ERR_USAGE, "people.count", "1 to 100000000 records can be made");
    struct crowd *p = mem_new(1, sizeof *p);
    p->o = *o;
    if (!data_load(&p->data, o->folder, o->level, o->layout == NULL ? "case" : o->layout, e)) {
        crowd_free(p);
        return false;
    }
    person_plan(p);
    *out = p;
    return true;
}

void crowd_free(struct crowd *p)
{
    if (p == NULL) return;
    data_release(&p->data);
    mem_free(p->slot);
    mem_free(p->order);
    mem_free(p->which);
    mem_free(p);
}

static uint32_t draw_organisation(struct writing *w, uint16_t which)
{
    const struct crowd_data *d = &w->p->data;
    double weight[ORGANISATION_MAX];
    if (which == 0 || writing_roll(w, RATE_same_organisation, true)) return w->x.organisation;
    for (size_t i = 0; i < d->n_organisation; i++) weight[i] = d->organisation[i].weight;
    return (uint32_t)random_weighted(&w->r, weight, d->n_organisation);
}

void crowd_at(const struct crowd *p, uint32_t number, struct crowd_record *out)
{
    uint32_t id = p->order[number];
    uint16_t which = p->which[number];
    struct writing w = {.p = p, .out = out, .id = id};
    out->could = out->did = 0;
    out->person = id;
    for (size_t i = 0; i < ROLE_COUNT; i++) out->value[i][0] = 0;
    person_make(&w.x, p, id);
    person_random(&w.r, p, SEED_RECORD, id, which);
    out->organisation = draw_organisation(&w, which);
    w.org = &p->data.organisation[out->organisation];
    w.seen = w.x.first_seen;
    if (which > 0) w.seen += (int32_t)(-500 * log(1 - random_unit(&w.r)));
    if (w.seen > LAST_DAY) /* some day there is */
        w.seen = LAST_DAY - (int32_t)random_below(&w.r, 365);
    writing_value(&w, ROLE_rec_id, "r%07u", number);
    writing_value(&w, ROLE_ent_id, "%u", id);
    writing_value(&w, ROLE_org, "%s", w.org->name);
    writing_names(&w);
    writing_life(&w);
}

bool crowd_next(struct crowd *p, struct crowd_record *out)
{
    if (p->next == p->o.n_record) return false;
    crowd_at(p, p->next++, out);
    return true;
}

uint32_t crowd_count(const struct crowd *p)
{
    return (uint32_t)p->n_slot;
}

double crowd_rate(const struct crowd *p, enum crowd_rate r)
{
    return p->data.rate[r];
}

uint32_t crowd_family(const struct crowd *p, uint32_t person)
{
    return p->slot[person].family;
}

void crowd_put_header(const struct crowd *p, struct buf *out)
{
    for (size_t i = 0; i < p->data.n_column; i++)
        csv_put(out, text_of(p->data.column[i].heading), ',', CSV_MACHINE, i == 0);
    csv_end_row(out);
}

void crowd_put_row(const struct crowd *p, const struct crowd_record *r, struct buf *out)
{
    for (size_t i = 0; i < p->data.n_column; i++)
        csv_put(out, text_of(r->value[p->data.column[i].role]), ',', CSV_MACHINE, i == 0);
    csv_end_row(out);
}
