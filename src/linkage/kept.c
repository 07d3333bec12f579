/* SPDX-License-Identifier: EUPL-1.2 */
/* {"linkage": format, "columns": [[name, role] ...],
 *  "fields": [{"field", "m", "u", "usual": [by level], "parents": [place, or -1],
 *              "given", "weight", "rarity": [by place of the parents [by level]]} ...],
 *  "birth": [by level], "share", "prior",
 *  "rules": [{"marks": [name ...], "pairs", "recall", "gain"} ...],
 *  "rules_recall", "weights": [[bin, pairs, matches] ...]} */
#include "linkage/kept.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

void kept_free(struct kept *k)
{
    mem_free(k);
}

static void set_columns(struct kept *k, const struct people *p)
{
    k->n_role = p->n_column;
    for (size_t i = 0; i < p->n_column; i++) {
        size_t n = strnlen(p->column[i].name, KEPT_NAME - 1);
        memcpy(k->name[i], p->column[i].name, n);
        k->role[i] = (struct people_role){k->name[i], p->column[i].role};
    }
}

struct kept *kept_new(const struct linkage *l)
{
    struct kept *k = mem_new(1, sizeof *k);
    set_columns(k, l->plan.people);
    k->model = l->model;
    k->model.stranger = NULL;
    k->rules = l->rules;
    linkage_weights(&k->weights, l);
    return k;
}

bool kept_fits(const struct kept *k, const struct people *p)
{
    if (k->n_role != p->n_column) return false;
    for (size_t i = 0; i < k->n_role; i++)
        if (k->role[i].role != p->column[i].role || strcmp(k->name[i], p->column[i].name) != 0)
            return false;
    return true;
}

/* ---- what the columns imply ---- */

struct shape { /* the fields and the marks that people with these columns have */
    struct people *people;
    struct compare_plan plan;
    struct marks marks;
};

static void shape_init(struct shape *s, const struct kept *k)
{
    s->people = people_new(k->role, k->n_role);
    compare_plan(&s->plan, s->people);
    marks_begin(&s->marks, s->people);
}

static void shape_release(struct shape *s)
{
    marks_release(&s->marks);
    people_free(s->people);
}

/* ---- writing ---- */

static struct json *numbers(const double *v, size_t n)
{
    struct json *out = json_array();
    for (size_t i = 0; i < n; i++) json_push(out, json_number(v[i]));
    return out;
}

static struct json *places(const double v[MODEL_PLACES][COMPARE_LEVELS], size_t n)
{
    struct json *out = json_array();
    for (size_t i = 0; i < MODEL_PLACES; i++) json_push(out, numbers(v[i], n));
    return out;
}

static struct json *field_to_json(const struct model *m, const struct compare_field *f, size_t at)
{
    struct json *out = json_object(), *parents = json_array();
    for (size_t i = 0; i < MODEL_PARENTS; i++)
        json_push(parents, json_int(m->parent[at][i] == COMPARE_MISSING ? -1 : m->parent[at][i]));
    json_set_text(out, "field", f->name);
    json_set(out, "m", numbers(m->m[at], f->n_level));
    json_set(out, "u", numbers(m->u[at], f->n_level));
    json_set(out, "usual", numbers(m->usual[at], f->n_level));
    json_set(out, "parents", parents);
    json_set(out, "given", places(m->given[at], f->n_level));
    json_set(out, "weight", places(m->weight[at], f->n_level));
    json_set(out, "rarity", places(m->rarity[at], f->n_level));
    return out;
}

static struct json *rule_to_json(const struct candidate_rule *r, const struct marks *m)
{
    struct json *out = json_object(), *marks = json_array();
    for (size_t i = 0; i < r->n_mark; i++)
        json_push(marks, json_text(text_of(m->kind[r->mark[i]].name)));
    json_set(out, "marks", marks);
    json_set(out, "pairs", json_number(r->pairs));
    json_set(out, "recall", json_number(r->recall));
    json_set(out, "gain", json_number(r->gain));
    return out;
}

static struct json *weights_to_json(const struct linkage_weights *w)
{
    struct json *out = json_array();
    for (size_t i = 0; i < LINKAGE_BINS; i++) {
        if (w->pairs[i] == 0) continue;
        struct json *bin = json_array();
        json_push(bin, json_int((int64_t)i));
        json_push(bin, json_int((int64_t)w->pairs[i]));
        json_push(bin, json_number(w->matches[i]));
        json_push(out, bin);
    }
    return out;
}

struct json *kept_to_json(const struct kept *k)
{
    struct shape s;
    struct json *out = json_object(), *columns = json_array(), *fields = json_array(),
                *rules = json_array();
    shape_init(&s, k);
    for (size_t i = 0; i < k->n_role; i++) {
        struct json *column = json_array();
        json_push(column, json_text(text_of(k->name[i])));
        json_push(column, json_text(text_of(linkage_role_name(k->role[i].role))));
        json_push(columns, column);
    }
    for (size_t i = 0; i < s.plan.n_field; i++)
        json_push(fields, field_to_json(&k->model, &s.plan.field[i], i));
    for (size_t i = 0; i < k->rules.n_rule; i++)
        json_push(rules, rule_to_json(&k->rules.rule[i], &s.marks));
    json_set_int(out, "linkage", KEPT_FORMAT);
    json_set(out, "columns", columns);
    json_set(out, "fields", fields);
    json_set(out, "birth", numbers(k->model.birth, COMPARE_LEVELS));
    json_set(out, "share", json_number(k->model.share));
    json_set(out, "prior", json_number(k->model.prior));
    json_set(out, "rules", rules);
    json_set(out, "rules_recall", json_number(k->weights.rules_recall));
    json_set(out, "weights", weights_to_json(&k->weights));
    shape_release(&s);
    return out;
}

/* ---- reading ---- */

enum { WEIGHT_MOST = 1100, BITS_MOST = 1100 }; /* of doubles as powers of two */

static bool read_number(double *out, const struct json *j, double least, double most)
{
    if (j == NULL || (json_kind(j) != JSON_NUMBER && json_kind(j) != JSON_INT)) return false;
    *out = json_as_number(j, NAN);
    return *out >= least && *out <= most;
}

static bool is_list(const struct json *j, size_t n)
{
    return j != NULL && json_kind(j) == JSON_ARRAY && json_size(j) == n;
}

static bool read_numbers(double *out, const struct json *j, size_t n, double least, double most)
{
    if (!is_list(j, n)) return false;
    for (size_t i = 0; i < n; i++)
        if (!read_number(&out[i], json_at(j, i), least, most)) return false;
    return true;
}

static bool read_places(double out[MODEL_PLACES][COMPARE_LEVELS], const struct json *j, size_t n,
                        double least, double most)
{
    if (!is_list(j, MODEL_PLACES)) return false;
    for (size_t i = 0; i < MODEL_PLACES; i++)
        if (!read_numbers(out[i], json_at(j, i), n, least, most)) return false;
    return true;
}

static bool read_parents(uint8_t out[MODEL_PARENTS], const struct json *j, size_t n_field)
{
    if (!is_list(j, MODEL_PARENTS)) return false;
    for (size_t i = 0; i < MODEL_PARENTS; i++) {
        int64_t at = json_as_int(json_at(j, i), -2);
        if (at < -1 || at >= (int64_t)n_field) return false;
        out[i] = at < 0 ? COMPARE_MISSING : (uint8_t)at;
    }
    return true;
}

static bool read_field(struct model *m, size_t at, const struct compare_plan *plan,
                       const struct json *j)
{
    size_t n = plan->field[at].n_level;
    return j != NULL && strcmp(json_get_text(j, "field", ""), plan->field[at].name) == 0 &&
           read_numbers(m->m[at], json_get(j, "m"), n, 0, 1) &&
           read_numbers(m->u[at], json_get(j, "u"), n, 0, 1) &&
           read_numbers(m->usual[at], json_get(j, "usual"), n, -BITS_MOST, BITS_MOST) &&
           read_parents(m->parent[at], json_get(j, "parents"), plan->n_field) &&
           read_places(m->given[at], json_get(j, "given"), n, 0, 2) &&
           read_places(m->weight[at], json_get(j, "weight"), n, -WEIGHT_MOST, WEIGHT_MOST) &&
           read_places(m->rarity[at], json_get(j, "rarity"), n, 0, 1);
}

static bool read_columns(struct kept *k, const struct json *j)
{
    if (j == NULL || json_kind(j) != JSON_ARRAY || json_size(j) > PEOPLE_COLUMNS) return false;
    k->n_role = json_size(j);
    for (size_t i = 0; i < k->n_role; i++) {
        const struct json *column = json_at(j, i);
        if (!is_list(column, 2)) return false;
        const char *name = json_as_text(json_at(column, 0), "");
        size_t n = strlen(name);
        if (n == 0 || n >= KEPT_NAME ||
            !linkage_role_find(&k->role[i].role, text_of(json_as_text(json_at(column, 1), ""))))
            return false;
        memcpy(k->name[i], name, n);
        k->role[i].name = k->name[i];
    }
    return true;
}

static bool read_rule(struct candidate_rule *r, const struct json *j, const struct marks *m)
{
    const struct json *marks = j == NULL ? NULL : json_get(j, "marks");
    size_t n = marks == NULL || json_kind(marks) != JSON_ARRAY ? 0 : json_size(marks);
    if (n == 0 || n > RULE_MARKS) return false;
    for (size_t i = 0; i < n; i++) {
        const char *name = json_as_text(json_at(marks, i), "");
        size_t k = 0;
        while (k < m->n_kind && strcmp(m->kind[k].name, name) != 0) k++;
        if (k == m->n_kind) return false;
        r->mark[r->n_mark++] = (uint8_t)k;
    }
    return read_number(&r->pairs, json_get(j, "pairs"), 0, 1e12) &&
           read_number(&r->recall, json_get(j, "recall"), 0, 1.0001) &&
           read_number(&r->gain, json_get(j, "gain"), 0, 1.0001);
}

static bool read_rules(struct candidate_rules *r, const struct json *j, const struct marks *m)
{
    if (j == NULL || json_kind(j) != JSON_ARRAY || json_size(j) > RULES_MAX) return false;
    for (; r->n_rule < json_size(j); r->n_rule++) {
        if (!read_rule(&r->rule[r->n_rule], json_at(j, r->n_rule), m)) return false;
        r->pairs += r->rule[r->n_rule].pairs;
    }
    return true;
}

static bool read_weights(struct linkage_weights *w, const struct json *j)
{
    if (j == NULL || json_kind(j) != JSON_ARRAY || json_size(j) > LINKAGE_BINS) return false;
    for (size_t i = 0; i < json_size(j); i++) {
        const struct json *bin = json_at(j, i);
        if (!is_list(bin, 3)) return false;
        int64_t at = json_as_int(json_at(bin, 0), -1), pairs = json_as_int(json_at(bin, 1), -1);
        if (at < 0 || at >= LINKAGE_BINS || pairs < 0 || w->pairs[at] != 0 ||
            !read_number(&w->matches[at], json_at(bin, 2), 0, (double)pairs * 1.000001))
            return false;
        w->pairs[at] = (uint64_t)pairs;
    }
    return true;
}

static bool read_model(struct model *m, const struct json *j, const struct compare_plan *plan)
{
    const struct json *fields = json_get(j, "fields");
    if (!is_list(fields, plan->n_field)) return false;
    for (size_t i = 0; i < plan->n_field; i++)
        if (!read_field(m, i, plan, json_at(fields, i))) return false;
    m->fitted = true;
    return read_numbers(m->birth, json_get(j, "birth"), COMPARE_LEVELS, 0, 1) &&
           read_number(&m->share, json_get(j, "share"), 0, 1) &&
           read_number(&m->prior, json_get(j, "prior"), -WEIGHT_MOST, WEIGHT_MOST);
}

static bool read_kept(struct kept *k, const struct json *j)
{
    struct shape s;
    if (!read_columns(k, json_get(j, "columns"))) return false;
    shape_init(&s, k);
    bool ok = read_model(&k->model, j, &s.plan) &&
              read_rules(&k->rules, json_get(j, "rules"), &s.marks) &&
              read_number(&k->weights.rules_recall, json_get(j, "rules_recall"), 0, 1) &&
              read_weights(&k->weights, json_get(j, "weights"));
    shape_release(&s);
    return ok;
}

bool kept_from_json(struct kept **out, const struct json *j, struct err *e)
{
    struct kept *k = mem_new(1, sizeof *k);
    *out = NULL;
    bool is_kept = j != NULL && json_kind(j) == JSON_OBJECT && json_has(j, "linkage");
    int64_t format = is_kept ? json_get_int(j, "linkage", 0) : KEPT_FORMAT;
    if (format != KEPT_FORMAT)
        err_set(
            e, ERR_INPUT, "linkage.kept_format",
            "what linkage has learnt was written by another version of the program (format %lld)",
            (long long)format);
    else if (!is_kept || !read_kept(k, j))
        err_set(e, ERR_INPUT, "linkage.kept",
                "what linkage has learnt is damaged, or was learnt from other variables");
    else {
        *out = k;
        return true;
    }
    kept_free(k);
    return err_remedy(e, "run linkage again");
}
