/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/explain.h"

#include "base/catalogue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- levels in words ---- */

struct level_words {
    const char *code;
    const char *words;  /* behind the name of the field */
    const char *clause; /* a clause of its own; NULL: the field's name and the words */
    const char *rare;   /* the same where what agrees is rare */
};

static const struct level_words level_words[COMPARE_KINDS][COMPARE_LEVELS] =
    {
        [COMPARE_WORDS] =
            {
                [WORDS_DIFFER] = {.code = "different", .words = N_("different")},
                [WORDS_SOME] = {.code = "partly-alike", .words = N_("partly alike")},
                [WORDS_MOSTLY] = {.code = "mostly-alike", .words = N_("mostly alike")},
                [WORDS_ALIKE] = {.code = "alike", .words = N_("alike")},
                [WORDS_CONTAINED] = {.code = "contained", .words = N_("one is part of the other")},
                [WORDS_NEAR] = {.code = "nearly-equal", .words = N_("nearly equal")},
                [WORDS_EQUAL] = {.code = "equal", .words = N_("equal")},
            },
        [COMPARE_ORDER] =
            {
                {"exchanged", N_("exchanged"), N_("given name and family name are exchanged"),
                 NULL},
                {"in-order", N_("not exchanged"),
                 N_("given name and family name are not exchanged"), NULL},
            },
        [COMPARE_CODE] =
            {
                {.code = "different", .words = N_("different")},
                {.code = "equal", .words = N_("equal")},
            },
        [COMPARE_NUMBER] =
            {
                {.code = "different", .words = N_("different")},
                {.code = "alike", .words = N_("alike")},
                {.code = "two-characters", .words = N_("two characters differ")},
                {.code = "one-character", .words = N_("one character differs")},
                {.code = "equal", .words = N_("equal")},
            },
        [COMPARE_BIRTH] =
            {
                [BIRTH_DIFFER] = {"different", N_("different"),
                                  N_("the dates of birth are different"), NULL},
                [BIRTH_YEAR_CLOSE] = {"year-close", N_("different, the years are close"),
                                      N_("the dates of birth are different, the years are close"),
                                      NULL},
                [BIRTH_YEAR] = {"year", N_("the year alone is equal"),
                                N_("of the dates of birth the year alone is equal"), NULL},
                [BIRTH_ALL_CLOSE] = {"all-close", N_("day, month and year a little off"),
                                     N_("day, month and year of birth are a little off"), NULL},
                [BIRTH_TWO_CLOSE] = {"two-close", N_("two parts a little off"),
                                     N_("two parts of the date of birth are a little off"), NULL},
                [BIRTH_TWO] = {"two-equal", N_("two parts of three equal"),
                               N_("two parts of three of the date of birth are equal"), NULL},
                [BIRTH_AS_YEAR] = {"year-known", N_("equal, as far as the year alone is known"),
                                   N_("the years of birth are equal, of one no more is known"),
                                   NULL},
                [BIRTH_AS_MONTH] =
                    {"month-known", N_("equal, as far as year and month alone are known"),
                     N_("year and month of birth are equal, of one no more is known"), NULL},
                [BIRTH_ONE_CLOSE] = {"one-close", N_("one part a little off"),
                                     N_("one part of the date of birth is a little off"), NULL},
                [BIRTH_SWAPPED] = {"day-month-exchanged", N_("day and month exchanged"),
                                   N_("day and month of birth are exchanged"), NULL},
                [BIRTH_EQUAL] = {"equal", N_("equal"), N_("the dates of birth are equal"), NULL},
            },
        [COMPARE_AGE] =
            {
                {"age-far", N_("does not fit the date of birth"),
                 N_("the age does not fit the date of birth"), NULL},
                {"age-six-years", N_("fits the date of birth within six years"),
                 N_("the age fits the date of birth within six years"), NULL},
                {"age-three-years", N_("fits the date of birth within three years"),
                 N_("the age fits the date of birth within three years"), NULL},
                {"age-one-year", N_("fits the date of birth within a year"),
                 N_("the age fits the date of birth within a year"), NULL},
                {"age-fits", N_("fits the date of birth"), N_("the age fits the date of birth"),
                 NULL},
                {"ages-far", N_("the ages do not fit each other"),
                 N_("the ages do not fit each other"), NULL},
                {"ages-five-years", N_("the ages fit within five years"),
                 N_("the ages fit within five years"), NULL},
                {"ages-two-years", N_("the ages fit within two years"),
                 N_("the ages fit within two years"), NULL},
                {"ages-fit", N_("the ages fit each other"), N_("the ages fit each other"), NULL},
            },
        [COMPARE_REPORTED] =
            {
                {"years-apart", N_("more than two years apart"),
                 N_("the records are more than two years apart"), NULL},
                {"two-years", N_("within two years"), N_("the records are within two years"), NULL},
                {"half-year", N_("within half a year"), N_("the records are within half a year"),
                 NULL},
                {"month", N_("within a month"), N_("the records are within a month"), NULL},
                {"week", N_("within a week"), N_("the records are within a week"), NULL},
            },
        [COMPARE_PERIOD] =
            {
                {"period-apart", N_("more than a year apart"),
                 N_("the times they tell of are more than a year apart"), NULL},
                {"period-near", N_("less than a year apart"),
                 N_("the times they tell of are less than a year apart"), NULL},
                {"period-some", N_("overlap"),
                 N_("the times they tell of overlap"), NULL},
                {"period-same", N_("overlap for the most part"),
                 N_("the times they tell of overlap for the most part"), NULL},
            },
};

/* Of given name and family name together, by the lesser level of both. */
static const struct level_words name_words_of[WORDS_LEVELS] = {
    [WORDS_DIFFER] = {NULL, NULL, N_("the names are different"), N_("the names are different")},
    [WORDS_SOME] = {NULL, NULL, N_("the names are partly alike"),
                    N_("the names are partly alike and rare")},
    [WORDS_MOSTLY] = {NULL, NULL, N_("the names are mostly alike"),
                      N_("the names are mostly alike and rare")},
    [WORDS_ALIKE] = {NULL, NULL, N_("the names are alike"), N_("the names are alike and rare")},
    [WORDS_CONTAINED] = {NULL, NULL, N_("the names of one are part of those of the other"),
                         N_("the names of one are part of those of the other, and rare")},
    [WORDS_NEAR] = {NULL, NULL, N_("the names are nearly equal"),
                    N_("the names are nearly equal and rare")},
    [WORDS_EQUAL] = {NULL, NULL, N_("the names are equal"), N_("the names are equal and rare")},
};

static const char *const tone_name[EXPLAIN_TONES] = {
    [EXPLAIN_MISSING] = "missing",
    [EXPLAIN_NEUTRAL] = "neutral",
    [EXPLAIN_FOR] = "for",
    [EXPLAIN_AGAINST] = "against",
    [EXPLAIN_STRONGLY_FOR] = "strong-for",
    [EXPLAIN_STRONGLY_AGAINST] = "strong-against",
};

const char *explain_tone_name(enum explain_tone t)
{
    return tone_name[t];
}

const char *explain_level(const struct explained_field *f)
{
    return f->level == COMPARE_MISSING ? "not-known" : level_words[f->kind][f->level].code;
}

const char *explain_words(const struct explained_field *f)
{
    if (f->level == COMPARE_MISSING) return tr("not known of both");
    const struct level_words *w = &level_words[f->kind][f->level];
    return tr(w->words);
}

/* ---- a pair ---- */

static enum explain_tone tone_of(double weight)
{
    if (weight >= EXPLAIN_STRONG) return EXPLAIN_STRONGLY_FOR;
    if (weight <= -EXPLAIN_STRONG) return EXPLAIN_STRONGLY_AGAINST;
    if (weight >= EXPLAIN_WEAK) return EXPLAIN_FOR;
    return weight <= -EXPLAIN_WEAK ? EXPLAIN_AGAINST : EXPLAIN_NEUTRAL;
}

static void begin(struct explained *out, const struct compare_plan *plan)
{
    *out = (struct explained){.n_field = plan->n_field};
    for (size_t i = 0; i < plan->n_field; i++) {
        const struct compare_field *f = &plan->field[i];
        out->field[i] = (struct explained_field){
            .field = f->name,
            .kind = f->kind,
            .role = f->column == NULL ? LINKAGE_IGNORE : f->column->role,
            .level = COMPARE_MISSING,
        };
    }
}

void explain_pair(struct explained *out, const struct model *m, const struct compare_plan *plan,
                  size_t a, size_t b)
{
    struct compare_result r;
    begin(out, plan);
    compare_pair(&r, plan, a, b);
    out->prior = m->prior;
    out->weight = model_weight(m, plan, &r);
    for (size_t i = 0; i < plan->n_field; i++) {
        struct explained_field *f = &out->field[i];
        f->level = r.level[i];
        if (f->level == COMPARE_MISSING) continue;
        f->weight = model_field_weight(m, i, &r);
        f->tone = tone_of(f->weight);
        f->rare = f->kind == COMPARE_WORDS && f->level >= WORDS_ALIKE &&
                  (double)r.bits[i] >= EXPLAIN_RARE;
    }
}

/* ---- one sentence for, one against ---- */

struct clause {
    const struct explained_field *field;
    const char *words; /* translated; NULL: the field's name and its words */
    double weight;
};

static const struct explained_field *find_role(const struct explained *x, enum linkage_role role)
{
    for (size_t i = 0; i < x->n_field; i++)
        if (x->field[i].role == role && x->field[i].level != COMPARE_MISSING) return &x->field[i];
    return NULL;
}

/* Both names in one clause, where both say the same. NULL: they do not. */
static const char *of_names(const struct explained_field *given,
                            const struct explained_field *surname)
{
    if (given == NULL || surname == NULL) return NULL;
    if ((given->weight > 0) != (surname->weight > 0)) return NULL;
    const struct level_words *w =
        &name_words_of[given->level < surname->level ? given->level : surname->level];
    return given->rare || surname->rare ? tr(w->rare) : tr(w->clause);
}

static int stronger(const void *x, const void *y)
{
    const struct clause *a = x, *b = y;
    double one = fabs(a->weight), two = fabs(b->weight);
    if (one != two) return one > two ? -1 : 1;
    return (a->field > b->field) - (a->field < b->field);
}

static size_t clauses(struct clause out[static COMPARE_FIELDS], const struct explained *x)
{
    const struct explained_field *given = find_role(x, LINKAGE_GIVEN),
                                 *surname = find_role(x, LINKAGE_SURNAME);
    const char *names = of_names(given, surname);
    size_t n = 0;
    for (size_t i = 0; i < x->n_field; i++) {
        const struct explained_field *f = &x->field[i];
        struct clause c = {f, NULL, f->weight};
        if (f->level == COMPARE_MISSING || (names != NULL && f == surname)) continue;
        if (names != NULL && f == given) {
            c.words = names;
            c.weight += surname->weight;
        } else if (level_words[f->kind][f->level].clause != NULL) {
            c.words = tr(level_words[f->kind][f->level].clause);
        }
        if (f->kind == COMPARE_ORDER) { /* worth saying where it is not as it should be */
            if (f->level == 1) continue;
            if (fabs(c.weight) < EXPLAIN_WEAK) c.weight = EXPLAIN_WEAK;
        }
        if (fabs(c.weight) < EXPLAIN_WEAK) continue;
        out[n++] = c;
    }
    qsort(out, n, sizeof *out, stronger);
    return n;
}

static void put_side(struct buf *out, const struct clause *c, size_t n, bool positive, size_t most,
                     const char *(*label)(void *ctx, const char *field), void *ctx)
{
    struct buf all;
    size_t n_put = 0;
    buf_init(&all, out->max);
    for (size_t i = 0; i < n && n_put < most; i++) {
        if ((c[i].weight > 0) != positive) continue;
        if (n_put++ > 0) buf_puts(&all, "; ");
        if (c[i].words != NULL) buf_puts(&all, c[i].words);
        else buf_printf(&all, "%s (%s)", label(ctx, c[i].field->field), explain_words(c[i].field));
    }
    if (n_put > 0) {
        if (out->n > 0) buf_putc(out, ' ');
        if (positive) buf_printf(out, tr("For one person: %s."), all.p);
        else buf_printf(out, tr("Against it: %s."), all.p);
    }
    buf_release(&all);
}

void explain_sentence(struct buf *out, const struct explained *x, size_t most,
                      const char *(*label)(void *ctx, const char *field), void *ctx)
{
    struct clause c[COMPARE_FIELDS];
    size_t n = clauses(c, x);
    put_side(out, c, n, true, most, label, ctx);
    put_side(out, c, n, false, most, label, ctx);
}

/* ---- evidence ---- */

static double hundredth(double v)
{
    return round(v * 100) / 100;
}

struct json *explain_to_json(const struct explained *x)
{
    struct json *out = json_object(), *fields = json_array();
    for (size_t i = 0; i < x->n_field; i++) {
        const struct explained_field *f = &x->field[i];
        if (f->level == COMPARE_MISSING) continue;
        struct json *field = json_array();
        json_push(field, json_text(text_of(f->field)));
        json_push(field, json_text(text_of(explain_level(f))));
        json_push(field, json_number(hundredth(f->weight)));
        json_push(field, json_int(f->rare));
        json_push(fields, field);
    }
    json_set(out, "weight", json_number(hundredth(x->weight)));
    json_set(out, "prior", json_number(hundredth(x->prior)));
    json_set(out, "fields", fields);
    return out;
}

static void read_field(struct explained *out, const struct compare_plan *plan, const struct json *j)
{
    const char *name = json_as_text(json_at(j, 0), ""), *code = json_as_text(json_at(j, 1), "");
    double weight = json_as_number(json_at(j, 2), NAN);
    size_t i = 0, l = 0;
    while (i < plan->n_field && strcmp(plan->field[i].name, name) != 0) i++;
    if (i == plan->n_field || !isfinite(weight)) return;
    struct explained_field *f = &out->field[i];
    while (l < plan->field[i].n_level && strcmp(level_words[f->kind][l].code, code) != 0) l++;
    if (l == plan->field[i].n_level) return;
    f->level = (uint8_t)l;
    f->weight = weight;
    f->rare = json_as_int(json_at(j, 3), 0) == 1;
    f->tone = tone_of(weight);
}

bool explain_from_json(struct explained *out, const struct json *j, const struct compare_plan *plan,
                       struct err *e)
{
    begin(out, plan);
    const struct json *fields =
        j == NULL || json_kind(j) != JSON_OBJECT ? NULL : json_get(j, "fields");
    if (fields == NULL || json_kind(fields) != JSON_ARRAY || json_size(fields) > COMPARE_FIELDS)
        return err_set(e, ERR_INPUT, "linkage.evidence",
                       "what is kept of why two records were thought to be one person is damaged");
    out->weight = json_get_number(j, "weight", 0);
    out->prior = json_get_number(j, "prior", 0);
    for (size_t i = 0; i < json_size(fields); i++) {
        const struct json *field = json_at(fields, i);
        if (json_kind(field) == JSON_ARRAY && json_size(field) == 4) read_field(out, plan, field);
    }
    return true;
}
