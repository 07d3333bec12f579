/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/contradiction.h"

#include "base/date.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct looking {
    const struct snapshot *s;
    const struct persons *p;
    const struct choice_marks *marks;
};

/* Of a date the year counts, as for survivor_value(). */
static bool same(const struct column *c, uint32_t a, uint32_t b)
{
    switch (c->kind) {
    case COLUMN_CODE: return c->code[a] == c->code[b];
    case COLUMN_CODE_SET: {
        size_t n = c->offset[a + 1] - c->offset[a];
        return n == c->offset[b + 1] - c->offset[b] &&
               memcmp(c->item + c->offset[a], c->item + c->offset[b], n * sizeof *c->item) == 0;
    }
    case COLUMN_DAY: return day_year(c->number[a]) == day_year(c->number[b]);
    case COLUMN_NUMBER: return c->number[a] == c->number[b];
    case COLUMN_NUMBER_SET:
    case COLUMN_NONE: break;
    }
    return true;
}

static bool contradict(const struct looking *l, const struct column *c, size_t person)
{
    uint32_t from = l->p->first[person], to = l->p->first[person + 1], said = UINT32_MAX;
    for (uint32_t i = from; i < to; i++) {
        uint32_t r = l->p->record[i];
        if (!column_has_value(c, r)) continue;
        if (said == UINT32_MAX) said = r;
        else if (!same(c, said, r)) return true;
    }
    return false;
}

static bool is_settled(const struct looking *l, const struct column *c, size_t person)
{
    uint32_t from = l->p->first[person], to = l->p->first[person + 1];
    int64_t stands = 0;
    bool settled = true;
    for (uint32_t i = from; i < to; i++) {
        uint32_t r = l->p->record[i];
        if (!column_has_value(c, r)) continue;
        int64_t own = choice_of_record(l->marks, snapshot_record_no(l->s, r), c->var);
        if (own > stands) stands = own;
    }
    for (uint32_t i = from; i < to && stands != 0 && settled; i++) {
        uint32_t r = l->p->record[i];
        settled = !column_has_value(c, r) ||
                  choice_saw_record(l->marks, snapshot_record_no(l->s, r), stands);
    }
    return stands != 0 && settled;
}

static int by_record(const void *a, const void *b)
{
    uint64_t x = ((const struct contradiction *)a)->record_no,
             y = ((const struct contradiction *)b)->record_no;
    return (x > y) - (x < y);
}

size_t contradictions(struct contradiction **out, struct snapshot *s,
                      const struct survivor_facts *facts, const struct choice_marks *marks)
{
    struct looking l = {s, snapshot_persons(s), marks};
    const struct column *column[SURVIVOR_FACTS];
    size_t n = 0, cap = 0;
    *out = NULL;
    for (size_t k = 0; k < facts->n; k++)
        column[k] = snapshot_column(s, UNIT_RECORDS, facts->variable[k]);
    for (size_t person = 0; person < l.p->n; person++) {
        struct contradiction x = {.person = (uint32_t)person};
        if (l.p->first[person + 1] - l.p->first[person] < 2) continue;
        for (size_t k = 0; k < facts->n; k++) {
            if (column[k] == NULL || !contradict(&l, column[k], person)) continue;
            if (is_settled(&l, column[k], person)) x.settled |= UINT32_C(1) << k;
            else x.open |= UINT32_C(1) << k;
        }
        if ((x.open | x.settled) == 0) continue;
        x.record_no = snapshot_record_no(s, l.p->record[l.p->first[person]]);
        MEM_GROW(*out, cap, n + 1);
        (*out)[n++] = x;
    }
    if (n > 1) qsort(*out, n, sizeof **out, by_record);
    return n;
}
