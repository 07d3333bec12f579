/* SPDX-License-Identifier: EUPL-1.2 */
/* Two records side by side, and a person with all records: coded values, never an identifier. */
#include "base/catalogue.h"
#include "base/date.h"
#include "base/mem.h"
#include "linkage/survivor.h"
#include "service/entry_form.h"
#include "service/link_call.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_SHOWN = 40, PAIRS_SHOWN = 100, DECISIONS_SHOWN = 100, PAGE = 50 };

/* ---- sides ---- */

static bool person_size(int64_t *n, struct call *c, uint64_t record_no, struct err *e)
{
    uint64_t person_no;
    struct person_record *list;
    size_t count;
    *n = 0;
    if (!person_of_record(&person_no, c->s->store, record_no, e) ||
        !person_records(&list, &count, c->s->store, person_no, c->arena, e))
        return false;
    for (size_t i = 0; i < count; i++) *n += call_sees_organisation(c, list[i].organisation_no);
    return true;
}

static bool put_side(struct json *j, struct call *c, const struct record_meta *m, struct err *e)
{
    const struct codelist *types = dictionary_list(c->s->dictionary, TEXT("CL_ORGTYPE"));
    struct organisation o;
    const char *day;
    int64_t n;
    if (!link_registered(&day, c, m->code, e) || !person_size(&n, c, m->record_no, e) ||
        !store_organisation_find(&o, c->s->store, text_of(m->organisation), c->arena, e))
        return false;
    code_id type = types == NULL ? CODE_NONE : codelist_find(types, text_of(o.type));
    json_set_text(j, "record", arena_printf(c->arena, "%s", m->code));
    json_set_text(j, "organisation", m->organisation);
    json_set_text(j, "organisation_name", link_organisation(c, m->organisation));
    json_set_text(j, "organisation_kind",
                  type == CODE_NONE ? o.type
                                    : words_in(&types->code[type].label, c->language, o.type));
    json_set_text(j, "registered", day);
    json_set_text(j, "changed", link_instant(c, m->created_at));
    json_set_int(j, "version", m->version_no);
    json_set_text(j, "author", m->author);
    json_set_bool(j, "has_identifiers", m->has_identity);
    json_set_int(j, "person_records", n);
    json_set_bool(j, "can_open", m->has_identity && role_may(c->who.role, CAP_IDENTITY_OPEN));
    return true;
}

static bool load(struct record *r, struct record_meta *m, struct call *c, const char *code,
                 struct err *e)
{
    if (!store_record_load(r, m, c->s->store, text_of(code), 0, c->arena, e)) return false;
    call_hide(c, r);
    return true;
}

/* ---- values side by side ---- */

struct told { /* a row of entry_view() */
    const char *section, *field, *label, *value;
};

static size_t rows_of(struct told **out, struct call *c, const struct record *r)
{
    struct entry x;
    size_t n = 0;
    entry_start(&x, c, r->form);
    struct json *sections = entry_view(&x, r);
    entry_close(&x);
    for (size_t i = 0; i < json_size(sections); i++)
        n += json_size(json_get(json_at(sections, i), "rows"));
    *out = ARENA_ARRAY(c->arena, struct told, n + 1);
    n = 0;
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i), *rows = json_get(s, "rows");
        const char *title = arena_printf(c->arena, "%s", json_get_text(s, "title", ""));
        const char *heading = "";
        for (size_t k = 0; k < json_size(rows); k++) {
            const struct json *row = json_at(rows, k);
            const char *label = json_get_text(row, "label", "");
            if (json_get_bool(row, "heading", false)) {
                heading = arena_printf(c->arena, "%s: ", label);
                continue;
            }
            const char *field = json_get_text(row, "field", "");
            (*out)[n++] =
                (struct told){title, arena_printf(c->arena, "%s", field),
                              arena_printf(c->arena, "%s%s",
                                           strchr(field, '[') == NULL ? "" : heading, label),
                              arena_printf(c->arena, "%s", json_get_text(row, "value", ""))};
        }
    }
    json_free(sections);
    return n;
}

static void put_row(struct json *rows, const struct told *of, const char *left, const char *right)
{
    const char *last = strrchr(of->field, '.');
    struct json *j = json_object();
    json_set_text(j, "field", of->field);
    json_set_text(j, "variable", last == NULL ? of->field : last + 1);
    json_set_text(j, "label", of->label);
    json_set_text(j, "section", of->section);
    json_set_text(j, "left", left == NULL ? "" : left);
    json_set_text(j, "right", right == NULL ? "" : right);
    bool both = left != NULL && right != NULL;
    json_set_bool(j, "agrees", both && strcmp(left, right) == 0);
    json_set_bool(j, "differs", both && strcmp(left, right) != 0);
    json_set_bool(j, "missing", !both);
    json_push(rows, j);
}

static size_t row_named(const struct told *t, size_t n, const char *field)
{
    size_t i = 0;
    while (i < n && strcmp(t[i].field, field) != 0) i++;
    return i;
}

/* Both in the order of the form: what only the right one says stands behind what both say before
 * it. */
static struct json *side_by_side(struct call *c, const struct record *left,
                                 const struct record *right)
{
    struct told *l, *r;
    size_t n_l = rows_of(&l, c, left), n_r = rows_of(&r, c, right), next = 0;
    struct json *rows = json_array();
    for (size_t i = 0; i < n_l; i++) {
        size_t at = row_named(r, n_r, l[i].field);
        for (; at < n_r && next < at; next++)
            if (row_named(l, n_l, r[next].field) == n_l)
                put_row(rows, &r[next], NULL, r[next].value);
        if (at < n_r && next <= at) next = at + 1;
        put_row(rows, &l[i], l[i].value, at < n_r ? r[at].value : NULL);
    }
    for (; next < n_r; next++)
        if (row_named(l, n_l, r[next].field) == n_l) put_row(rows, &r[next], NULL, r[next].value);
    return rows;
}

/* ---- persons around them ---- */

static bool put_person(const char *name, struct call *c, uint64_t record_no, uint64_t *person_no,
                       struct err *e)
{
    struct person_record *list;
    size_t n;
    struct json *out = json_array();
    json_set(c->out, name, out);
    if (!person_of_record(person_no, c->s->store, record_no, e) ||
        !person_records(&list, &n, c->s->store, *person_no, c->arena, e))
        return false;
    for (size_t i = 0; i < n && json_size(out) < RECORDS_SHOWN; i++) {
        const char *day;
        if (!call_sees_organisation(c, list[i].organisation_no)) continue;
        if (!link_registered(&day, c, list[i].code, e)) return false;
        struct json *j = json_object();
        json_set_text(j, "record", list[i].code);
        json_set_text(j, "organisation", list[i].organisation);
        json_set_text(j, "organisation_name", link_organisation(c, list[i].organisation));
        json_set_text(j, "registered", day);
        json_push(out, j);
    }
    return true;
}

static bool put_decisions(struct call *c, const struct link_decision_filter *f, bool *can_confirm,
                          struct err *e)
{
    struct link_decision *list;
    size_t n;
    bool more;
    struct json *out = json_array();
    json_set(c->out, "decisions", out);
    *can_confirm = false;
    if (!link_decision_list(&list, &n, &more, c->s->store, f, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!link_sees_pair(c, list[i].organisation_a, list[i].organisation_b)) continue;
        struct json *j = json_object();
        json_push(out, j);
        if (!link_decision_to_json(j, c, &list[i], e)) return false;
        *can_confirm = *can_confirm || json_get_bool(j, "can_confirm", false);
    }
    return true;
}

static struct json *usual_reasons(void)
{
    static const char *const reason[] = {
        N_("Names and date of birth agree, but for the spelling"),
        N_("The same case, at the same time and place"),
        N_("Relatives: family name and place agree, given name and birth do not"),
        N_("Only what many have agrees"),
        N_("What is known does not go together"),
        N_("Too little is known of one of them"),
    };
    struct json *list = json_array();
    for (size_t i = 0; i < sizeof reason / sizeof *reason; i++)
        json_push(list, json_text(text_of(tr(reason[i]))));
    return list;
}

/* ---- a pair ---- */

static bool put_sides(struct call *c, const struct link_settings *s, const struct link_pair *p,
                      struct err *e)
{
    struct record left, right;
    struct record_meta ml, mr;
    struct json *l = json_object(), *r = json_object();
    json_set(c->out, "left", l);
    json_set(c->out, "right", r);
    if (!load(&left, &ml, c, p->code_a, e) || !load(&right, &mr, c, p->code_b, e) ||
        !put_side(l, c, &ml, e) || !put_side(r, c, &mr, e))
        return false;
    json_set(c->out, "rows", side_by_side(c, &left, &right));
    json_set(c->out, "fields", link_fields(c, s, p->evidence, &left, &right));
    return true;
}

bool op_link_pair(struct call *c, struct err *e)
{
    struct link_pair p;
    struct link_settings s;
    uint64_t person_a, person_b;
    const char *a, *b;
    int64_t open;
    bool can_confirm;
    if (!link_pair_asked(&p, c, e)) return false;
    const struct form *f = &c->s->dictionary->form[p.form];
    struct link_decision_filter about = {.a = p.a, .b = p.b, .max = DECISIONS_SHOWN};
    if (!link_settings(&s, c->s->dictionary, f, e) || !link_pair_to_json(c->out, c, &p, e) ||
        !put_sides(c, &s, &p, e) || !put_person("person_left", c, p.a, &person_a, e) ||
        !put_person("person_right", c, p.b, &person_b, e) ||
        !put_decisions(c, &about, &can_confirm, e) || !link_next(&a, &b, &open, c, &p, f, e))
        return false;
    json_set_bool(c->out, "compared", p.proposed && p.evidence.n > 0);
    json_set_bool(c->out, "together", person_a != 0 && person_a == person_b);
    json_set(c->out, "reasons", usual_reasons());
    json_set_int(c->out, "seen", p.decision_no);
    json_set_bool(c->out, "can_decide", p.active);
    json_set_bool(c->out, "can_confirm", can_confirm);
    json_set_bool(c->out, "can_undo", p.decision_no != 0);
    json_set_bool(c->out, "four_eyes", s.four_eyes);
    json_set_text(c->out, "next_a", a);
    json_set_text(c->out, "next_b", b);
    json_set_int(c->out, "open", open);
    json_set(c->out, "lower", json_number(s.lower));
    json_set(c->out, "upper", json_number(s.upper));
    c->event.object_type = "pair";
    c->event.object_id = arena_printf(c->arena, "%s %s", p.code_a, p.code_b);
    c->event.count = 2;
    return true;
}

/* ---- a person ---- */

struct persona { /* records of a person that who asks may see, the oldest first */
    struct record *record;
    const struct record **at;
    struct record_meta *meta;
    size_t n;
};

static bool load_person(struct persona *out, struct call *c, uint64_t record_no, struct err *e)
{
    uint64_t person_no;
    struct person_record *list;
    size_t n;
    if (!person_of_record(&person_no, c->s->store, record_no, e) ||
        !person_records(&list, &n, c->s->store, person_no, c->arena, e))
        return false;
    *out = (struct persona){.record = ARENA_ARRAY(c->arena, struct record, n + 1),
                            .at = ARENA_ARRAY(c->arena, const struct record *, n + 1),
                            .meta = ARENA_ARRAY(c->arena, struct record_meta, n + 1)};
    for (size_t i = 0; i < n && out->n < RECORDS_SHOWN; i++) {
        if (!call_sees_organisation(c, list[i].organisation_no)) continue;
        if (!load(&out->record[out->n], &out->meta[out->n], c, list[i].code, e)) return false;
        out->at[out->n] = &out->record[out->n];
        out->n++;
    }
    return true;
}

static const char *rule_words(enum survivor_rule r)
{
    if (r == SURVIVOR_UNION) return tr("all that is said");
    return r == SURVIVOR_FIRST ? tr("the first that says it") : tr("the last that says it");
}

static const char *rule_name(enum survivor_rule r)
{
    return r == SURVIVOR_UNION ? "union" : r == SURVIVOR_FIRST ? "first" : "last";
}

static const char *section_of(struct call *c, const struct variable *v)
{
    struct entry x;
    const char *title = "";
    entry_start(&x, c, &c->s->dictionary->form[v->form]);
    const struct entry_section *s = entry_section_of(&x, v->id);
    if (s != NULL) title = words_in(&s->label, c->language, s->name);
    entry_close(&x);
    return title;
}

static void put_value(struct json *values, struct call *c, const struct persona *p,
                      const struct survivor_value *x)
{
    const struct variable *v = &c->s->dictionary->variable[x->variable];
    struct json *j = json_object(), *answers = json_array();
    const char *said = "";
    for (size_t i = 0; i < p->n; i++) {
        const char *words = link_value_words(c, p->at[i], v);
        bool chosen = x->rule == SURVIVOR_UNION ? words[0] != '\0' : x->record == (int)i;
        if (words[0] == '\0') continue;
        if (chosen) said = words;
        struct json *one = json_object();
        json_set_text(one, "record", arena_printf(c->arena, "%s", p->meta[i].code));
        json_set_text(one, "organisation", p->meta[i].organisation);
        json_set_text(one, "organisation_name", link_organisation(c, p->meta[i].organisation));
        json_set_text(one, "value", words);
        json_set_bool(one, "chosen", chosen);
        json_push(answers, one);
    }
    json_set_text(j, "variable", v->name);
    json_set_text(j, "label", words_in(&v->label, c->language, v->name));
    json_set_text(j, "section", section_of(c, v));
    json_set_text(j, "value", said);
    json_set_text(j, "rule", rule_name(x->rule));
    json_set_text(j, "rule_words", rule_words(x->rule));
    json_set_bool(j, "conflict", x->conflict);
    json_set(j, "answers", answers);
    json_push(values, j);
}

static int64_t put_values(struct call *c, const struct form *f, const struct persona *p)
{
    struct survivor_facts facts;
    struct survivor_value *value;
    int64_t conflicts = 0;
    struct json *values = json_array();
    json_set(c->out, "values", values);
    if (p->n == 0) return 0;
    survivor_facts(&facts, c->s->dictionary, f);
    size_t n = survivor_values(&value, p->at, p->n, &facts, c->arena);
    for (size_t pass = 0; pass < 2; pass++) /* contradictions first */
        for (size_t i = 0; i < n; i++) {
            const struct variable *v = &c->s->dictionary->variable[value[i].variable];
            if (v->group != 0 || value[i].conflict != (pass == 0)) continue;
            conflicts += value[i].conflict;
            put_value(values, c, p, &value[i]);
        }
    return conflicts;
}

static bool put_records(struct call *c, const struct persona *p, uint64_t asked, struct err *e)
{
    struct json *list = json_array();
    int64_t organisations = 0;
    json_set(c->out, "records", list);
    for (size_t i = 0; i < p->n; i++) {
        struct json *j = json_object();
        bool seen = false;
        json_push(list, j);
        if (!put_side(j, c, &p->meta[i], e)) return false;
        json_set_bool(j, "is_asked", p->meta[i].record_no == asked);
        for (size_t k = 0; k < i; k++)
            seen = seen || p->meta[k].organisation_no == p->meta[i].organisation_no;
        organisations += !seen;
    }
    json_set_int(c->out, "count", (int64_t)p->n);
    json_set_int(c->out, "organisations", organisations);
    return true;
}

/* Proposed pairs of its records, within the person and beyond. */
static bool put_pairs_of(struct call *c, const struct persona *p, struct err *e)
{
    struct json *list = json_array();
    json_set(c->out, "pairs", list);
    for (size_t i = 0; i < p->n; i++) {
        struct link_pair *pair, whole;
        size_t n;
        if (!link_pair_of_record(&pair, &n, c->s->store, p->meta[i].record_no, PAIRS_SHOWN,
                                 c->arena, e))
            return false;
        for (size_t k = 0; k < n && json_size(list) < PAIRS_SHOWN; k++) {
            bool earlier = false; /* told of an earlier record already */
            for (size_t h = 0; h < i; h++)
                earlier = earlier || p->meta[h].record_no == pair[k].a ||
                          p->meta[h].record_no == pair[k].b;
            if (earlier || !link_sees_pair(c, pair[k].organisation_a, pair[k].organisation_b))
                continue;
            struct json *j = json_object();
            json_push(list, j);
            if (!link_pair_get(&whole, c->s->store, text_of(pair[k].code_a),
                               text_of(pair[k].code_b), c->arena, e) ||
                !link_pair_to_json(j, c, &whole, e))
                return false;
        }
    }
    return true;
}

bool op_link_person(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct persona p;
    uint64_t person_no;
    bool can_confirm;
    if (!call_load_record(&r, &m, c, 0, e)) return false;
    if (!link_form_is_linked(c->s->dictionary, r.form)) {
        err_set(e, ERR_USAGE, "link.form", "records of form %s are not linked", r.form->name);
        return err_remedy(e, "name a record of a person");
    }
    if (!person_of_record(&person_no, c->s->store, m.record_no, e)) return false;
    struct link_decision_filter about = {.person_no = person_no, .max = DECISIONS_SHOWN};
    if (!load_person(&p, c, m.record_no, e) || !put_records(c, &p, m.record_no, e)) return false;
    json_set_int(c->out, "conflicts", put_values(c, r.form, &p));
    if (!put_decisions(c, &about, &can_confirm, e) || !put_pairs_of(c, &p, e)) return false;
    json_set_text(c->out, "record", arena_printf(c->arena, "%s", m.code));
    json_set_text(c->out, "form", r.form->name);
    json_set_text(c->out, "form_title", words_in(&r.form->title, c->language, r.form->name));
    c->event.object_type = "person";
    c->event.object_id = arena_printf(c->arena, "%s", m.code);
    c->event.count = (int64_t)p.n;
    return true;
}

/* ---- contradictions within persons (Q21) ---- */

struct seen { /* a record of a person who may have several */
    uint8_t person[PERSON_KEY];
    uint64_t record_no;
    uint64_t fact[SURVIVOR_FACTS]; /* hash of the value; 0: none */
};

static int by_person(const void *x, const void *y)
{
    const struct seen *a = x, *b = y;
    int k = memcmp(a->person, b->person, PERSON_KEY);
    if (k != 0) return k;
    return a->record_no < b->record_no ? -1 : a->record_no > b->record_no;
}

static uint64_t value_hash(const struct record *r, var_id v)
{
    struct buf text;
    const struct value *x = record_get(r, v, 0);
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    if (x->kind == VALUE_EMPTY || x->kind == VALUE_MISSING) return 0;
    buf_init(&text, 4096);
    value_text(&text, r->dictionary, v, x);
    for (size_t i = 0; i < text.n; i++) h = (h ^ (uint8_t)text.p[i]) * UINT64_C(0x100000001b3);
    buf_release(&text);
    return h | 1;
}

static bool read_facts(struct seen **out, size_t *n, struct call *c, const struct form *f,
                       const struct survivor_facts *facts, struct err *e)
{
    struct row_source source;
    struct source_row row;
    static const uint8_t nobody[PERSON_KEY];
    size_t cap = 0;
    bool found = true, ok;
    *out = NULL;
    *n = 0;
    if (!store_row_source(&source, c->s->store, f, 0, 1, e)) return false;
    while ((ok = source.next(&source, &row, &found, e)) && found) {
        if (memcmp(row.person_key, nobody, PERSON_KEY) == 0) continue;
        MEM_GROW(*out, cap, *n + 1);
        struct seen *s = &(*out)[(*n)++];
        *s = (struct seen){.record_no = row.record_no};
        memcpy(s->person, row.person_key, PERSON_KEY);
        for (size_t i = 0; i < facts->n; i++)
            s->fact[i] = value_hash(row.record, facts->variable[i]);
    }
    source.close(&source);
    if (*n > 0) qsort(*out, *n, sizeof **out, by_person);
    return ok;
}

/* Which facts the records of one person contradict each other in: a set of bits. */
static unsigned contradicted(const struct seen *s, size_t n, size_t n_fact)
{
    unsigned set = 0;
    for (size_t k = 0; k < n_fact; k++) {
        uint64_t first = 0;
        for (size_t i = 0; i < n; i++) {
            if (first == 0) first = s[i].fact[k];
            else if (s[i].fact[k] != 0 && s[i].fact[k] != first) set |= 1u << k;
        }
    }
    return set;
}

static bool put_contradiction(struct json *list, struct call *c, uint64_t record_no, unsigned set,
                              const struct survivor_facts *facts, struct err *e)
{
    struct persona p;
    if (!load_person(&p, c, record_no, e) || p.n == 0) return p.n == 0;
    for (size_t k = 0; k < facts->n; k++) {
        struct survivor_value x;
        if ((set >> k & 1) == 0) continue;
        survivor_value(&x, p.at, p.n, facts->variable[k], facts);
        if (!x.conflict) continue;
        size_t before = json_size(list);
        put_value(list, c, &p, &x);
        struct json *j = json_item_mut(list, before);
        const struct form *f = p.at[0]->form;
        json_set_text(j, "record", arena_printf(c->arena, "%s", p.meta[0].code));
        json_set_text(j, "form", f->name);
        json_set_text(j, "form_title", words_in(&f->title, c->language, f->name));
        json_set_int(j, "records", (int64_t)p.n);
    }
    return true;
}

bool op_link_values(struct call *c, struct err *e)
{
    struct link_settings s;
    struct survivor_facts facts;
    struct seen *seen;
    size_t n, from = 0, limit = (size_t)json_get_int(c->in, "limit", PAGE);
    int64_t count = 0;
    struct json *list = json_array();
    const char *next = "";
    json_set(c->out, "conflicts", list);
    if (!link_form_asked(&s, c, e)) return false;
    survivor_facts(&facts, c->s->dictionary, s.form);
    struct text after = text_of(json_get_text(c->in, "after", ""));
    for (size_t i = 0; i < after.n && after.p[i] >= '0' && after.p[i] <= '9' && i < 9; i++)
        from = from * 10 + (size_t)(after.p[i] - '0');
    bool ok = read_facts(&seen, &n, c, s.form, &facts, e);
    for (size_t i = 0, end; ok && i < n; i = end) {
        for (end = i + 1; end < n && memcmp(seen[i].person, seen[end].person, PERSON_KEY) == 0;)
            end++;
        unsigned set = end - i < 2 ? 0 : contradicted(seen + i, end - i, facts.n);
        if (set == 0) continue;
        count++;
        if ((size_t)count <= from) continue;
        if ((size_t)count > from + limit) next = arena_printf(c->arena, "%zu", from + limit);
        else ok = put_contradiction(list, c, seen[i].record_no, set, &facts, e);
    }
    mem_free(seen);
    if (!ok) return false;
    json_set_int(c->out, "count", call_scope(c) == 0 ? count : (int64_t)json_size(list));
    json_set_text(c->out, "next", next);
    json_set(c->out, "forms", link_form_choices(c, s.form));
    c->event.object_type = "persons";
    c->event.object_id = s.form->name;
    c->event.count = (int64_t)json_size(list);
    return true;
}
