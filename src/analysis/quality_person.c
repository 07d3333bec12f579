/* SPDX-License-Identifier: EUPL-1.2 */
/* Records of one person held against each other, and persons over the years. */
#include "analysis/quality_internal.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static int by_person(const void *a, const void *b)
{
    const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;
    if (x->has_person != y->has_person) return x->has_person ? 1 : -1;
    int c = memcmp(x->person, y->person, PERSON_KEY);
    if (c != 0) return c;
    if (x->year != y->year) return x->year < y->year ? -1 : 1;
    return x->record_no < y->record_no ? -1 : x->record_no > y->record_no;
}

static bool same_person(const struct fact *a, const struct fact *b)
{
    return a->has_person == b->has_person && memcmp(a->person, b->person, PERSON_KEY) == 0;
}

enum which { SELECTED, OF_THE_YEAR, OF_THE_ORGANISATION };

static bool takes(const struct quality *q, const struct fact *x, enum which which)
{
    const struct quality_spec *s = &q->spec;
    if (which == SELECTED) return x->selected;
    if (which == OF_THE_YEAR) return s->year == 0 || x->year == s->year;
    return s->organisation == CODE_NONE || x->organisation == s->organisation;
}

/* Facts sorted by person and year. The caller frees. */
static const struct fact **sorted(size_t *n, const struct quality *q, const struct quality_form *f,
                                  enum which which)
{
    const struct fact **list = mem_new(f->n_fact + 1, sizeof *list);
    *n = 0;
    for (size_t i = 0; i < f->n_fact; i++)
        if (takes(q, &f->fact[i], which)) list[(*n)++] = &f->fact[i];
    qsort(list, *n, sizeof *list, by_person);
    return list;
}

/* ---- consistency ---- */

static bool answers(const struct fact *x, enum quality_role role)
{
    return role == ROLE_SEX          ? x->sex != CODE_NONE
           : role == ROLE_BIRTH_YEAR ? x->birth_year != 0
                                     : x->citizenship != 0;
}

/* Whether people chose whose answer counts, in sight of all that answer (linkage/survivor.h). */
static bool settled(const struct quality_form *f, const struct fact *const *x, size_t n,
                    enum quality_role role)
{
    int64_t stands = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t own =
            answers(x[i], role) ? choice_of_record(&f->choice, x[i]->record_no, f->role[role]) : 0;
        if (own > stands) stands = own;
    }
    if (stands == 0) return false;
    for (size_t i = 0; i < n; i++)
        if (answers(x[i], role) && !choice_saw_record(&f->choice, x[i]->record_no, stands))
            return false;
    return true;
}

/* Contradictions that are settled are counted by themselves. */
static void count_contradictions(struct person_counts *out, const struct quality_form *f,
                                 const struct fact *const *x, size_t n, const bool disagree[3])
{
    static const enum quality_role role[3] = {ROLE_SEX, ROLE_BIRTH_YEAR, ROLE_CITIZENSHIP};
    int64_t *const count[3] = {&out->sex, &out->birth_year, &out->citizenship};
    bool any = false;
    for (size_t k = 0; k < 3; k++) {
        if (!disagree[k]) continue;
        if (settled(f, x, n, role[k])) any = true;
        else ++*count[k];
    }
    out->settled += any;
}

static void compare(struct person_counts *out, const struct quality_form *f,
                    const struct fact *const *x, size_t n)
{
    bool sex = false, birth = false, citizenship = false, years = false, several = false;
    int64_t same = 0;
    size_t n_valid = 0, n_not = 0;
    for (size_t i = 0; i < n; i++) {
        bool here = false;
        for (size_t k = 0; k < n; k++) {
            if (k == i) continue;
            here = here || x[k]->organisation == x[i]->organisation;
            several = several || x[k]->organisation != x[i]->organisation;
            sex =
                sex || (x[i]->sex != CODE_NONE && x[k]->sex != CODE_NONE && x[i]->sex != x[k]->sex);
            birth = birth || (x[i]->birth_year != 0 && x[k]->birth_year != 0 &&
                              x[i]->birth_year != x[k]->birth_year);
            citizenship = citizenship || (x[i]->citizenship != 0 && x[k]->citizenship != 0 &&
                                          x[i]->citizenship != x[k]->citizenship);
            years = years || x[i]->year != x[k]->year;
        }
        same += here;
        n_valid += x[i]->valid == 1;
        n_not += x[i]->valid == 2;
        if (i > 0 && x[i]->year == x[i - 1]->year) out->records_over++;
    }
    out->persons++;
    out->records += (int64_t)n;
    out->same_org_persons += same > 0;
    out->same_org_records += same;
    out->across_persons += several;
    out->across_records += several ? (int64_t)n : 0;
    count_contradictions(out, f, x, n, (const bool[3]){sex, birth, citizenship});
    out->several_years += years;
    out->mixed_validity += n_valid > 0 && n_not > 0;
    out->not_valid += n_not == n;
}

enum { COMPARED_MAX = 200 }; /* records of one key; more are a key that is no person */

void count_persons(struct person_counts *out, const struct quality *q, const struct quality_form *f)
{
    size_t n;
    const struct fact **list = sorted(&n, q, f, OF_THE_YEAR);
    *out = (struct person_counts){0};
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && end - i < COMPARED_MAX && same_person(list[i], list[end]);)
            end++;
        bool selected = false; /* an organisation sees what its persons are elsewhere */
        for (size_t k = i; k < end; k++) selected = selected || list[k]->selected;
        if (selected) compare(out, f, list + i, end - i);
    }
    mem_free(list);
}

/* ---- years ---- */

static struct year_counts *year_at(struct year_counts *list, size_t *n, int year)
{
    size_t i = *n;
    while (i > 0 && list[i - 1].year > year) i--;
    if (i > 0 && list[i - 1].year == year) return &list[i - 1];
    memmove(list + i + 1, list + i, (*n - i) * sizeof *list);
    list[i] = (struct year_counts){.year = year};
    ++*n;
    return &list[i];
}

static int by_operation(const void *a, const void *b)
{
    const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;
    if (x->year != y->year) return x->year < y->year ? -1 : 1;
    if (x->operation != y->operation) return x->operation < y->operation ? -1 : 1;
    return by_person(a, b);
}

static void count_operations(struct year_counts *years, size_t *n_year, const struct fact **list,
                             size_t n)
{
    qsort(list, n, sizeof *list, by_operation);
    for (size_t i = 0, end; i < n; i = end) {
        int64_t persons = 1;
        for (end = i + 1; end < n && list[end]->year == list[i]->year &&
                          list[end]->operation == list[i]->operation;
             end++)
            persons += !same_person(list[end - 1], list[end]);
        if (list[i]->operation == 0 || list[i]->year == 0) continue;
        struct year_counts *y = year_at(years, n_year, list[i]->year);
        if (persons > y->operation_persons) y->operation_persons = persons;
    }
}

size_t count_years(struct year_counts **out, struct quality *q, const struct quality_form *f,
                   struct arena *a)
{
    size_t n, n_year = 0;
    const struct fact **list = sorted(&n, q, f, OF_THE_ORGANISATION);
    struct year_counts *years = ARENA_ARRAY(a, struct year_counts, 10000);
    for (size_t i = 0, end; i < n; i = end) {
        int first[3] = {0, 0, 0};
        for (end = i; end < n && (end == i || same_person(list[i], list[end])); end++) {
            const struct fact *x = list[end];
            for (int k = 0; k < 3; k++)
                if (x->stage[k] != 0 && (first[k] == 0 || x->stage[k] < first[k]))
                    first[k] = x->stage[k];
            if (x->year == 0) continue;
            struct year_counts *y = year_at(years, &n_year, x->year);
            y->records++;
            y->persons += end == i || x->year != list[end - 1]->year;
        }
        for (int k = 0; k < 3; k++)
            if (first[k] != 0) year_at(years, &n_year, first[k])->stage[k]++;
    }
    count_operations(years, &n_year, list, n);
    mem_free(list);
    *out = years;
    return n_year;
}

/* ---- between forms ---- */

static struct fact *fact_find(const struct quality_form *f, uint64_t record_no)
{
    size_t from = 0, to = f->n_fact;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (f->fact[mid].record_no == record_no) return &f->fact[mid];
        if (f->fact[mid].record_no < record_no) from = mid + 1;
        else to = mid;
    }
    return NULL;
}

void settle_operations(struct quality *q)
{
    for (size_t i = 0; i < q->n_pair; i++) {
        const struct link_pair *p = &q->pair[i];
        struct fact *from = fact_find(&q->form[p->form], p->from);
        const struct fact *to = fact_find(&q->form[p->target], p->to);
        if (from != NULL && to != NULL && from->linked_operation == p->to && from->operation == 0)
            from->operation = to->operation;
    }
}

void count_unlinked(int64_t *convicted, int64_t *unlinked, const struct quality *q,
                    const struct quality_form *f)
{
    size_t n;
    for (size_t i = 0; i < q->n_pair; i++) { /* a victim's record that names the suspect's */
        const struct link_pair *p = &q->pair[i];
        struct fact *to = p->target == f->form->id ? fact_find(f, p->to) : NULL;
        if (to != NULL && q->form[p->form].form->data_set == DATA_SET_VICTIM) to->linked = true;
    }
    const struct fact **list = sorted(&n, q, f, SELECTED);
    *convicted = *unlinked = 0;
    for (size_t i = 0, end; i < n; i = end) {
        bool is_convicted = false, is_linked = false;
        for (end = i; end < n && (end == i || same_person(list[i], list[end])); end++) {
            is_convicted = is_convicted || list[end]->stage[2] != 0;
            is_linked = is_linked || list[end]->linked;
        }
        *convicted += is_convicted;
        *unlinked += is_convicted && !is_linked;
    }
    mem_free(list);
}

int64_t count_shared(const struct quality *q, const struct quality_form *a,
                     const struct quality_form *b)
{
    size_t n, m, k = 0;
    int64_t shared = 0;
    const struct fact **x = sorted(&n, q, a, SELECTED), **y = sorted(&m, q, b, SELECTED);
    for (size_t i = 0; i < n; i++) {
        if (!x[i]->has_person || (i > 0 && same_person(x[i], x[i - 1]))) continue;
        while (k < m && (!y[k]->has_person || memcmp(y[k]->person, x[i]->person, PERSON_KEY) < 0))
            k++;
        shared += k < m && same_person(x[i], y[k]);
    }
    mem_free(x);
    mem_free(y);
    return shared;
}
