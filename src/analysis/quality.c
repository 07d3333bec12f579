/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading records into counts and facts. */
#include "analysis/quality.h"

#include "analysis/quality_internal.h"
#include "base/date.h"
#include "base/map.h"
#include "base/mem.h"
#include "model/expr.h"
#include "model/finding.h"
#include "model/validate.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *parameter, *names;
} roles[ROLE_COUNT] = {
    [ROLE_DATE] = {"quality.date", "entry_date"},
    [ROLE_DETECTED] = {"quality.detected", "first_detection_date detected_date"},
    [ROLE_VALID] = {"quality.valid", "status_valid"},
    [ROLE_SEX] = {"quality.sex", "sex"},
    [ROLE_BIRTH_YEAR] = {"quality.birth_year", "birth_year"},
    [ROLE_CITIZENSHIP] = {"quality.citizenship", "citizenship"},
    [ROLE_SUSPECTED] = {"quality.suspected", "suspected_year"},
    [ROLE_PROSECUTED] = {"quality.prosecuted", "prosecuted_year"},
    [ROLE_CONVICTED] = {"quality.convicted", "convicted_year"},
    [ROLE_OPERATION] = {"quality.operation", "operation_code"},
    [ROLE_OWN] = {"quality.own", "own_victim_record"},
};

/* ---- what depends on direct identifiers ---- */

struct taint {
    const struct quality *q;
    bool found;
};

static void note_taint(void *ctx, var_id v)
{
    struct taint *t = ctx;
    t->found = t->found || t->q->tainted[v];
}

static bool reads_tainted(const struct quality *q, const struct expr *x)
{
    struct taint t = {q, false};
    if (x != NULL) expr_variables(x, note_taint, &t);
    return t.found;
}

/* Until nothing more is found: as many rounds as calculations stand on one another. */
static void find_tainted(struct quality *q)
{
    const struct dictionary *d = q->spec.dictionary;
    for (size_t i = 0; i < d->n_variable; i++)
        q->tainted[i] = (d->variable[i].privacy & PRIVACY_D) != 0 ||
                        (q->spec.hidden != NULL && q->spec.hidden[i]);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < d->n_variable; i++) {
            const struct variable *v = &d->variable[i];
            const struct group *g = &d->form[v->form].group[v->group];
            if (q->tainted[i] || !(reads_tainted(q, v->calculation) ||
                                   reads_tainted(q, v->relevant) || reads_tainted(q, g->relevant)))
                continue;
            q->tainted[i] = more = true;
        }
    }
    for (size_t i = 0; i < d->n_rule; i++)
        q->rule_tainted[i] =
            reads_tainted(q, d->rule[i].expression) || reads_tainted(q, d->rule[i].applies);
}

/* ---- making and freeing ---- */

static var_id role_of(const struct dictionary *d, const struct form *f, enum quality_role role)
{
    struct text rest = text_of(dictionary_parameter(d, roles[role].parameter, roles[role].names)),
                one;
    while (text_split(&rest, ' ', &one)) {
        const struct variable *v = dictionary_variable(d, f->id, one);
        if (v != NULL && v->group == 0) return v->id;
    }
    return VAR_NONE;
}

struct quality *quality_new(const struct quality_spec *spec)
{
    const struct dictionary *d = spec->dictionary;
    const struct codelist *organisations = dictionary_list(d, TEXT("CL_ORGANISATION"));
    struct quality *q = mem_new(1, sizeof *q);
    q->spec = *spec;
    q->form = mem_new(d->n_form, sizeof *q->form);
    q->n_org = (organisations == NULL ? 0 : organisations->n_code) + 1;
    q->tainted = mem_new(d->n_variable, sizeof *q->tainted);
    q->rule_tainted = mem_new(d->n_rule, sizeof *q->rule_tainted);
    q->citizenships = map_new();
    q->operations = map_new();
    q->scratch = arena_new(ARENA_WIPE);
    find_tainted(q);
    for (size_t i = 0; i < d->n_form; i++) {
        q->form[i].form = &d->form[i];
        for (int r = 0; r < ROLE_COUNT; r++)
            q->form[i].role[r] = role_of(d, &d->form[i], (enum quality_role)r);
    }
    return q;
}

static void form_release(struct quality_form *f, size_t n_org)
{
    for (size_t i = 0; f->days != NULL && i < n_org; i++) mem_free(f->days[i].item);
    mem_free(f->days);
    mem_free(f->answers);
    mem_free(f->values);
    mem_free(f->unresolved);
    mem_free(f->records);
    mem_free(f->with_finding);
    mem_free(f->findings);
    mem_free(f->finding_records);
    mem_free(f->answered);
    mem_free(f->chosen);
    mem_free(f->fact);
    mem_free(f->choice.item);
}

void quality_free(struct quality *q)
{
    if (q == NULL) return;
    for (size_t i = 0; i < q->spec.dictionary->n_form; i++) form_release(&q->form[i], q->n_org);
    mem_free(q->form);
    mem_free(q->tainted);
    mem_free(q->rule_tainted);
    mem_free(q->pair);
    map_free(q->citizenships);
    map_free(q->operations);
    arena_free(q->scratch);
    mem_free(q);
}

static void form_start(struct quality *q, struct quality_form *f)
{
    const struct dictionary *d = q->spec.dictionary;
    f->read = true;
    f->answers = mem_new(q->n_org * d->n_variable, ANSWER_KINDS * sizeof *f->answers);
    f->values = mem_new(q->n_org * d->n_variable, sizeof *f->values);
    f->unresolved = mem_new(q->n_org * d->n_variable, sizeof *f->unresolved);
    f->records = mem_new(q->n_org, sizeof *f->records);
    f->with_finding = mem_new(q->n_org, sizeof *f->with_finding);
    f->findings = mem_new(q->n_org * d->n_rule, sizeof *f->findings);
    f->finding_records = mem_new(q->n_org * d->n_rule, sizeof *f->finding_records);
    f->days = mem_new(q->n_org, sizeof *f->days);
    f->answered = mem_new(d->n_variable, sizeof *f->answered);
    f->chosen = mem_new(d->n_variable, sizeof *f->chosen);
}

/* ---- values ---- */

/* The same number for the same bytes, from 1. */
static uint32_t number_of(struct map *seen, struct text t)
{
    uint32_t n = map_get(seen, t);
    if (n != MAP_NONE) return n;
    n = (uint32_t)map_size(seen) + 1;
    (void)map_put(seen, t, n);
    return n;
}

static const struct value *role_value(const struct quality_form *f, const struct record *r,
                                      enum quality_role role)
{
    static const struct value none = {.kind = VALUE_EMPTY};
    return f->role[role] == VAR_NONE ? &none : record_get(r, f->role[role], 0);
}

static int16_t year_in(const struct value *v)
{
    int64_t y = v->kind == VALUE_INTEGER ? v->integer
                : v->kind == VALUE_DATE  ? date_year(v->date)
                                         : 0;
    return y > 0 && y < 9999 ? (int16_t)y : 0;
}

static uint32_t codes_number(struct map *seen, const struct value *v)
{
    const code_id *code = v->kind == VALUE_CODE ? &v->code : v->codes;
    size_t n = v->kind == VALUE_CODE ? 1 : v->n_code;
    if (v->kind != VALUE_CODE && v->kind != VALUE_CODES) return 0;
    return number_of(seen, (struct text){(const char *)code, n * sizeof *code});
}

static bool is_code(const struct dictionary *d, var_id v, const struct value *x, const char *name)
{
    if (v == VAR_NONE || x->kind != VALUE_CODE) return false;
    return strcmp(d->list[d->variable[v].list]->code[x->code].name, name) == 0;
}

static void fact_fill(struct fact *out, const struct quality *q, const struct quality_form *f,
                      const struct source_row *row)
{
    static const uint8_t nobody[PERSON_KEY];
    const struct dictionary *d = q->spec.dictionary;
    const struct record *r = row->record;
    const struct value *sex = role_value(f, r, ROLE_SEX), *valid = role_value(f, r, ROLE_VALID),
                       *operation = role_value(f, r, ROLE_OPERATION);
    *out = (struct fact){.record_no = row->record_no,
                         .organisation = row->organisation,
                         .year = year_in(role_value(f, r, ROLE_DATE)),
                         .sex = sex->kind == VALUE_CODE ? sex->code : CODE_NONE,
                         .birth_year = year_in(role_value(f, r, ROLE_BIRTH_YEAR)),
                         .citizenship =
                             codes_number(q->citizenships, role_value(f, r, ROLE_CITIZENSHIP))};
    for (int k = 0; k < 3; k++)
        out->stage[k] = year_in(role_value(f, r, (enum quality_role)(ROLE_SUSPECTED + k)));
    if (is_code(d, f->role[ROLE_VALID], valid, "yes")) out->valid = 1;
    if (is_code(d, f->role[ROLE_VALID], valid, "no")) out->valid = 2;
    if (operation->kind == VALUE_TEXT)
        out->operation = number_of(q->operations, text_trim(operation->text));
    out->has_person = memcmp(row->person_key, nobody, PERSON_KEY) != 0;
    if (out->has_person) memcpy(out->person, row->person_key, PERSON_KEY);
    else memcpy(out->person, &out->record_no, sizeof out->record_no);
    out->selected =
        (q->spec.year == 0 || out->year == q->spec.year) &&
        (q->spec.organisation == CODE_NONE || out->organisation == q->spec.organisation);
}

/* ---- completeness ---- */

/* A blank is one only where an answer was asked for. */
static bool was_asked(const struct quality *q, const struct variable *v, const struct record *r,
                      uint32_t row)
{
    bool asked = true;
    if (v->relevant == NULL) return true;
    struct expr_context c = {.record = r,
                             .group = v->group,
                             .row = row,
                             .self = v->id,
                             .today = q->spec.today,
                             .now = (int64_t)q->spec.today * 86400,
                             .arena = q->scratch};
    struct arena_mark mark = arena_mark(q->scratch);
    enum expr_result result = expr_bool(&asked, v->relevant, &c);
    arena_rewind(q->scratch, mark);
    return result == EXPR_OK && asked;
}

static void count_answers(struct quality *q, struct quality_form *f, const struct record *r,
                          size_t org)
{
    const struct dictionary *d = q->spec.dictionary;
    for (size_t g = 0; g < f->form->n_group; g++) {
        const struct group *group = &f->form->group[g];
        for (size_t k = 0; k < group->n_variable; k++) {
            const struct variable *v = &d->variable[group->variable[k]];
            uint32_t *answer = f->answers + (org * d->n_variable + v->id) * ANSWER_KINDS;
            uint64_t chosen = 0;
            if (v->system || q->tainted[v->id]) continue;
            for (uint32_t row = 0; row < r->table[g].n_row; row++) {
                const struct value *x = record_get(r, v->id, row);
                if (x->kind == VALUE_CODE) chosen++;
                if (x->kind == VALUE_CODES) chosen += x->n_code;
                if (v->derived) continue;
                if (x->kind == VALUE_MISSING) answer[x->missing]++;
                else if (x->kind != VALUE_EMPTY) answer[ANSWER_PRESENT]++;
                else if (was_asked(q, v, r, row)) answer[ANSWER_BLANK]++;
            }
            f->answered[v->id] += chosen > 0;
            f->chosen[v->id] += chosen;
        }
    }
}

static void count_days(struct quality_form *f, const struct record *r, size_t org)
{
    const struct value *from = role_value(f, r, ROLE_DETECTED), *to = role_value(f, r, ROLE_DATE);
    struct days *days = &f->days[org];
    if (from->kind != VALUE_DATE || to->kind != VALUE_DATE) return;
    if (from->date.precision != DATE_DAY || to->date.precision != DATE_DAY) return;
    MEM_GROW(days->item, days->cap, days->n + 1);
    days->item[days->n++] = to->date.first - from->date.first;
}

/* ---- plausibility ---- */

/* Judged as of today, with the rules of today. Changes the record. */
static void judge(struct quality *q, struct quality_form *f, const struct source_row *row,
                  size_t org)
{
    const struct dictionary *d = q->spec.dictionary;
    struct findings found;
    bool any = false;
    record_set_supplier(row->record, row->organisation, row->organisation_type);
    findings_init(&found, row->record->arena);
    record_validate(row->record, &found, q->spec.today, q->scratch);
    for (size_t i = 0; i < found.n; i++) {
        const struct finding *x = &found.item[i];
        if (q->rule_tainted[x->rule] || (x->var != VAR_NONE && q->tainted[x->var])) continue;
        f->findings[org * d->n_rule + x->rule]++;
        bool first = true;
        for (size_t k = 0; k < i && first; k++) first = found.item[k].rule != x->rule;
        f->finding_records[org * d->n_rule + x->rule] += first;
        any = true;
    }
    f->with_finding[org] += any;
    findings_release(&found);
}

/* ---- links ---- */

static bool link_value(struct quality *q, struct quality_form *f, struct fact *fact,
                       const struct variable *v, struct text value,
                       const struct quality_links *links, struct err *e)
{
    const struct dictionary *d = q->spec.dictionary;
    const struct form *target = &d->form[v->link];
    size_t at = org_place(q, fact->organisation) * d->n_variable + v->id;
    uint64_t to = 0;
    if (links == NULL) return true;
    if (!links->find(links->ctx, &to, target, fact->organisation, value, e)) return false;
    if (fact->selected) {
        f->values[at]++;
        f->unresolved[at] += to == 0;
    }
    if (to == 0) return true;
    /* their own record as a victim is no victim of theirs */
    if (target->data_set == DATA_SET_VICTIM && f->form->data_set == DATA_SET_JUSTICE &&
        v->id != f->role[ROLE_OWN])
        fact->linked = true;
    if (q->form[target->id].role[ROLE_OPERATION] != VAR_NONE && fact->linked_operation == 0)
        fact->linked_operation = to;
    MEM_GROW(q->pair, q->cap_pair, q->n_pair + 1);
    q->pair[q->n_pair++] = (struct link_pair){fact->record_no, to, f->form->id, target->id};
    return true;
}

static bool follow_links(struct quality *q, struct quality_form *f, struct fact *fact,
                         const struct record *r, const struct quality_links *links, struct err *e)
{
    const struct dictionary *d = q->spec.dictionary;
    for (size_t g = 0; g < f->form->n_group; g++) {
        const struct group *group = &f->form->group[g];
        for (size_t k = 0; k < group->n_variable; k++) {
            const struct variable *v = &d->variable[group->variable[k]];
            if (v->link == FORM_NONE || q->tainted[v->id]) continue;
            for (uint32_t row = 0; row < r->table[g].n_row; row++) {
                const struct value *x = record_get(r, v->id, row);
                if (x->kind != VALUE_TEXT || text_trim(x->text).n == 0) continue;
                if (!link_value(q, f, fact, v, text_trim(x->text), links, e)) return false;
            }
        }
    }
    return true;
}

/* ---- all records of a form ---- */

static bool read_row(struct quality *q, struct quality_form *f, const struct source_row *row,
                     const struct quality_links *links, struct err *e)
{
    size_t org = org_place(q, row->organisation);
    MEM_GROW(f->fact, f->cap_fact, f->n_fact + 1);
    struct fact *fact = &f->fact[f->n_fact++];
    fact_fill(fact, q, f, row);
    for (size_t i = 0; i < row->n_choice; i++) {
        MEM_GROW(f->choice.item, f->cap_choice, f->choice.n + 1);
        f->choice.item[f->choice.n++] = (struct choice_mark){row->record_no, row->choice[i]};
    }
    if (!follow_links(q, f, fact, row->record, links, e)) return false;
    if (!fact->selected) return true;
    f->records[org]++;
    count_answers(q, f, row->record, org);
    count_days(f, row->record, org);
    judge(q, f, row, org);
    return true;
}

bool quality_read(struct quality *q, const struct form *form, struct row_source *source,
                  int64_t n_kept, const struct quality_links *links, struct err *e)
{
    struct quality_form *f = &q->form[form->id];
    struct source_row row;
    bool found = true, ok = true;
    form_start(q, f);
    f->n_kept = n_kept;
    while (ok && found) {
        ok = source->next(source, &row, &found, e);
        if (ok && found) ok = read_row(q, f, &row, links, e);
    }
    source->close(source);
    return ok;
}
