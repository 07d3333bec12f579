/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/expr_filter.c and expr_vector.c
 *
 *  1 written filters: each kind of vector operation keeps exactly the units that the record
 *  evaluator keeps
 *  2 random expressions over random records: both evaluators agree, unit by unit
 *  3 what columns cannot say is refused, naming the part and the remedy
 *  4 splitting the work changes nothing; bits behind the last unit are zero; no unit, one unit
 *  5 filters that were read for another form or group are refused
 *  6 a filter that takes seconds is stopped (S62)
 */
#include "harness.h"

#include "base/mem.h"
#include "base/random.h"
#include "expr_fixture.h"
#include "model/column.h"

#include <math.h>

/* ---- columns of records, by the words of column.h ---- */

struct shelf {
    struct dictionary *d;
    const struct form *form;
    struct arena *arena, *scratch;
    struct record *record;
    size_t n;
    struct column *column; /* by variable */
};

static bool is_number(const struct variable *v)
{
    return v->type == VARIABLE_INTEGER || v->type == VARIABLE_DATE;
}

static void number_cell(const struct value *v, int32_t *first, int32_t *last)
{
    *first = COLUMN_NO_NUMBER + (v->kind == VALUE_MISSING ? v->missing : 0);
    *last = *first;
    if (v->kind == VALUE_INTEGER) *first = *last = (int32_t)v->integer;
    if (v->kind == VALUE_DATE) {
        *first = v->date.first;
        *last = v->date.last;
    }
}

static void single_column(struct shelf *s, const struct variable *v, struct column *c)
{
    uint16_t *code = ARENA_ARRAY(s->arena, uint16_t, s->n);
    int32_t *first = ARENA_ARRAY(s->arena, int32_t, s->n),
            *last = ARENA_ARRAY(s->arena, int32_t, s->n);
    for (size_t i = 0; i < s->n; i++) {
        const struct value *x = record_get(&s->record[i], v->id, 0);
        number_cell(x, &first[i], &last[i]);
        code[i] = x->kind == VALUE_CODE      ? x->code
                  : x->kind == VALUE_MISSING ? (uint16_t)(COLUMN_MISSING + x->missing)
                                             : (uint16_t)COLUMN_EMPTY;
    }
    c->kind = v->type == VARIABLE_CODE   ? COLUMN_CODE
              : v->type == VARIABLE_DATE ? COLUMN_DAY
                                         : COLUMN_NUMBER;
    c->code = code;
    c->number = first;
    c->number_last = v->type == VARIABLE_DATE ? last : NULL;
}

/* Each code once, ascending; without any, a missing code before a blank. */
static size_t code_set(const struct record *r, const struct variable *v, uint16_t *out)
{
    bool has[64] = {false};
    uint16_t missing = COLUMN_EMPTY;
    size_t n = 0;
    for (uint32_t row = 0; row < r->table[v->group].n_row; row++) {
        const struct value *x = record_get(r, v->id, row);
        if (x->kind == VALUE_CODE) has[x->code] = true;
        if (x->kind == VALUE_CODES)
            for (size_t i = 0; i < x->n_code; i++) has[x->codes[i]] = true;
        if (x->kind == VALUE_MISSING && missing == COLUMN_EMPTY)
            missing = (uint16_t)(COLUMN_MISSING + x->missing);
    }
    for (uint16_t c = 0; c < 64; c++)
        if (has[c]) out[n++] = c;
    if (n == 0) out[n++] = missing;
    return n;
}

static void set_column(struct shelf *s, const struct variable *v, struct column *c)
{
    uint32_t *offset = ARENA_ARRAY(s->arena, uint32_t, s->n + 1);
    size_t n = 0, most = 64 * s->n;
    uint16_t *item = ARENA_ARRAY(s->arena, uint16_t, most);
    int32_t *first = ARENA_ARRAY(s->arena, int32_t, most),
            *last = ARENA_ARRAY(s->arena, int32_t, most);
    for (size_t i = 0; i < s->n; i++) {
        const struct record *r = &s->record[i];
        offset[i] = (uint32_t)n;
        if (is_number(v))
            for (uint32_t row = 0; row < r->table[v->group].n_row; row++, n++)
                number_cell(record_get(r, v->id, row), &first[n], &last[n]);
        else n += code_set(r, v, item + n);
        assert_true(n + 64 <= most + 64);
    }
    offset[s->n] = (uint32_t)n;
    c->kind = is_number(v) ? COLUMN_NUMBER_SET : COLUMN_CODE_SET;
    c->offset = offset;
    c->item = item;
    c->number = first;
    c->number_last = last;
}

static void make_columns(struct shelf *s)
{
    s->column = ARENA_ARRAY(s->arena, struct column, s->d->n_variable);
    for (size_t i = 0; i < s->d->n_variable; i++) {
        const struct variable *v = &s->d->variable[i];
        struct column *c = &s->column[i];
        *c = (struct column){.kind = COLUMN_NONE, .var = v->id, .n = s->n};
        if (v->form != s->form->id || v->type == VARIABLE_TEXT || v->type == VARIABLE_DECIMAL ||
            v->system)
            continue;
        if (v->group == 0 && v->type != VARIABLE_CODES) single_column(s, v, c);
        else set_column(s, v, c);
    }
}

static const struct column *find_column(void *ctx, var_id v)
{
    const struct shelf *s = ctx;
    return s->column[v].kind == COLUMN_NONE ? NULL : &s->column[v];
}

static struct column_set columns_of(struct shelf *s)
{
    return (struct column_set){
        .dictionary = s->d, .form = s->form, .n = s->n, .column = find_column, .ctx = s};
}

/* ---- random records ---- */

static bool chance(struct random *r, uint64_t of)
{
    return random_below(r, of) == 0;
}

static struct value random_value(struct shelf *s, struct random *r, const struct variable *v)
{
    struct value x = {.kind = VALUE_EMPTY};
    size_t n_code = v->list == LIST_NONE ? 0 : s->d->list[v->list]->n_code;
    if (chance(r, 6) || (v->list != LIST_NONE && n_code == 0)) return x;
    if (chance(r, 8)) {
        x.kind = VALUE_MISSING;
        x.missing = (uint8_t)(1 + random_below(r, MISSING_COUNT - 1));
        return x;
    }
    switch (v->type) {
    case VARIABLE_INTEGER:
        x.kind = VALUE_INTEGER;
        x.integer = (int64_t)random_below(r, 12) - 2 + (chance(r, 4) ? 30 : 0);
        break;
    case VARIABLE_DATE: {
        int year = 1985 + (int)random_below(r, 3), month = 1 + (int)random_below(r, 3);
        uint64_t precision = v->partial ? random_below(r, 3) : 2;
        x.kind = VALUE_DATE;
        if (precision == 0) assert_true(date_from_year(&x.date, year));
        else if (precision == 1) assert_true(date_from_month(&x.date, year, month));
        else assert_true(date_from_ymd(&x.date, year, month, 1 + (int)random_below(r, 28)));
        break;
    }
    case VARIABLE_CODE:
        x.kind = VALUE_CODE;
        x.code = (code_id)random_below(r, n_code);
        break;
    case VARIABLE_CODES: {
        code_id *codes = ARENA_ARRAY(s->arena, code_id, n_code);
        for (size_t c = 0; c < n_code; c++)
            if (chance(r, 3)) codes[x.n_code++] = (code_id)c;
        x.codes = codes;
        if (x.n_code > 0) x.kind = VALUE_CODES;
        break;
    }
    case VARIABLE_TEXT:
    case VARIABLE_DECIMAL: break;
    }
    return x;
}

static void random_record(struct shelf *s, struct random *r, struct record *out)
{
    struct err e;
    record_init(out, s->d, s->form, s->arena);
    for (size_t g = 1; g < s->form->n_group; g++) {
        group_id parent = s->form->group[g].parent;
        for (uint32_t p = 0; p < out->table[parent].n_row; p++)
            for (uint64_t k = random_below(r, 4); k > 0; k--) {
                uint32_t row;
                assert_true(record_add(&row, out, (group_id)g, p, &e));
            }
    }
    for (size_t i = 0; i < s->d->n_variable; i++) {
        const struct variable *v = &s->d->variable[i];
        if (v->form != s->form->id) continue;
        for (uint32_t row = 0; row < out->table[v->group].n_row; row++)
            *record_value(out, v->id, row) = random_value(s, r, v);
    }
}

static void shelf_open(struct shelf *s, size_t n, uint64_t seed)
{
    struct random r;
    random_init(&r, seed);
    *s = (struct shelf){.d = fixture_dictionary(),
                        .arena = arena_new(ARENA_PLAIN),
                        .scratch = arena_new(ARENA_PLAIN),
                        .n = n};
    s->form = fixture_form(s->d);
    s->record = ARENA_ARRAY(s->arena, struct record, n + 1);
    for (size_t i = 0; i < n; i++) random_record(s, &r, &s->record[i]);
    make_columns(s);
}

static void shelf_close(struct shelf *s)
{
    arena_free(s->scratch);
    arena_free(s->arena);
    dictionary_free(s->d);
}

/* ---- comparing the evaluators ---- */

static bool record_truth(struct shelf *s, const struct expr *x, size_t i)
{
    bool truth;
    struct expr_context c = fixture_context(&s->record[i], x, 0, s->scratch);
    c.now = (int64_t)FIXTURE_TODAY * 86400; /* as filters have it */
    return expr_bool(&truth, x, &c) == EXPR_OK && truth;
}

static bool bit(const uint64_t *keep, size_t i)
{
    return (keep[i / 64] >> (i % 64) & 1) != 0;
}

/* 1 when it was columnar and agrees, 0 when it was refused; fails the test when they differ. */
static int compare_evaluators(struct shelf *s, const struct expr *x, size_t *n_kept)
{
    struct column_set set = columns_of(s);
    struct err e = {0};
    size_t n_word = (s->n + 63) / 64;
    uint64_t *keep = mem_new(n_word + 1, sizeof *keep);
    keep[n_word] = UINT64_C(0xABCDEF);
    *n_kept = 0;
    bool ok = expr_filter(keep, x, &set, 0, s->n, FIXTURE_TODAY, &e);
    struct text t = expr_text(x);
    if (!ok) assert_string_equal(e.id, "filter.not_columnar");
    for (size_t i = 0; i < s->n && ok; i++) {
        bool want = record_truth(s, x, i);
        *n_kept += want;
        if (bit(keep, i) != want)
            fail_msg("unit %zu of \"%.*s\": %d, not %d", i, (int)t.n, t.p, !want, want);
    }
    for (size_t i = s->n; i < n_word * 64 && ok; i++) assert_false(bit(keep, i));
    assert_int_equal(keep[n_word], 0xABCDEF);
    mem_free(keep);
    return ok;
}

/* 1 */
static void written_filters_agree(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "${sex} = 'F'",
        "${sex} != 'F'",
        "${sex} = ''",
        "${sex} != ''",
        "${sex} = 'U'",
        "${sex} != 'U'",
        "${sex} = 'F' or ${sex} = 'M'",
        "not(${sex} = 'F' and true())",
        "selected(${sex}, 'F')",
        "${sex} = ${sex2}",
        "${sex} != ${sex2}",
        "${sex} = ${country}",
        "boolean(${sex})",
        "not(${sex})",
        /* of repeats: some instance has a value; what a refused filter is told to write */
        "${c_sex} != ''",
        "'' != ${c_sex}",
        "not(${c_sex} != '')",
        "not(${c_sex} = 'F')",
        "${c_sex} != '' and not(${c_sex} = 'F')",
        "${c_forms} != ''",
        "not(${c_forms} != '')",
        "not(selected(${c_forms}, 'E110'))",
        "starts-with(${sex}, 'F')",
        "string-length(${country}) = 2",
        "pulldata('CL_COUNTRY', 'eu', 'name', ${country}) = 'yes'",
        "jr:choice-name(${sex}, '${sex}') = 'Female'",
        "${country} = pulldata('parameters', 'value', 'name', 'home')",
        "country = 'PT'",
        "${country} = 'NA'",
        "${country} = 'missing:NA'",
        "coalesce(${sex}, ${sex2}) = 'F'",
        "if(${sex} = 'F', ${sex2}, ${country}) = 'PT'",
        "concat(${sex}, ${sex2}) = 'FM'",
        "${age} > 3",
        "${age} >= 3",
        "${age} < 3",
        "${age} <= 3",
        "${age} = 3",
        "${age} != 3",
        "3 < ${age}",
        "3.5 >= ${age}",
        "${age} = 3.5",
        "${age} != 3.5",
        "${age} > 3.5",
        "${age} < -1.5",
        "${age} > 1000000000000",
        "${age} < 1000000000000",
        "${age} != 1000000000000",
        "${age} >= 2147483648",
        "${age} > 'x'",
        "${age} = '3'",
        "${age} = '3.0'",
        "${age} = 'U'",
        "${age} = ''",
        "${age} != ''",
        "boolean(${age})",
        "not(${age} > 3)",
        "${age} = ${n}",
        "${age} != ${n}",
        "${age} < ${n}",
        "${age} + ${n} > 5",
        "${age} - ${n} = 0",
        "${age} * 2 < ${n}",
        "${age} div ${n} >= 1",
        "${age} mod 3 = 1",
        "-${age} > 0",
        "abs(${age}) > 2",
        "int(${age} div 2) = 1",
        "round(${age} div 2) = 1",
        "coalesce(${age}, 5) = 5",
        "coalesce(${age}, ${n}) > 4",
        "if(${age} > 3, ${age}, ${n}) > 4",
        "if(${age} > 3, ${sex} = 'F', ${sex} = 'M')",
        "${age} and ${n}",
        "number(${age})",
        "${age} > 3 and ${sex} = 'F' and ${n} < 5",
        "${age} > 30 or ${sex} = 'F' or ${n} < 2",
        "(${age} > 3) = (${n} > 3)",
        "(${age} > 3) != (${sex} = 'F')",
        "(${age} > 3) + (${n} > 3) = 2",
        "min(${age}, ${n}) > 1",
        "max(${age}, ${n}) = 3",
        "${day} = '1986'",
        "${day} != '1986'",
        "${day} <= '1986-02'",
        "${born} = '1986'",
        "${born} != '1986'",
        "${born} < '1986-02-01'",
        "${born} >= '1986-02-01'",
        "${born} > '1986-02'",
        "${born} <= '1986'",
        "'1986-02' = ${born}",
        "${born} = '1986-02-10'",
        "${born} != '1986-02-10'",
        "${born} = ''",
        "${born} != ''",
        "${born} = 'U'",
        "${born} = ${seen}",
        "${born} != ${seen}",
        "${born} <= ${seen}",
        "${born} < ${day}",
        "${day} - ${born} > 100",
        "${day} - ${born} < 100",
        "int((${day} - ${born}) div 365.25) = 1",
        "${born} + 30 >= ${day}",
        "${born} >= today() - 14000",
        "today() - ${born} > 13600",
        "format-date(${born}, '%Y') = '1986'",
        "number(substr(${born}, 0, 4)) = 1986",
        "number(substr(${day}, 0, 4)) - number(substr(${born}, 0, 4)) = 1",
        "regex(${born}, '^\\d{4}-\\d{2}-\\d{2}$')",
        "string-length(${born}) = 7",
        "coalesce(${born}, ${seen}) <= '1986-02'",
        "min(${born}, ${seen}) < '1986'",
        "if(${sex} = 'F', ${born}, ${seen}) = '1986'",
        "today() = '2024-01-15'",
        "now() > 0",
        "selected(${forms}, 'E110')",
        "not(selected(${forms}, 'E110'))",
        "${forms} = 'E110'",
        "${forms} != 'E110'",
        "${forms} = ''",
        "${forms} = 'U'",
        "selected(${forms}, 'U')",
        "${forms} = 'E110 E210'",
        "count-selected(${forms}) = 2",
        "boolean(${forms})",
        "starts-with(${forms}, 'E2')",
        "selected(${forms}, 'E110') and selected(${forms}, 'E210')",
        "selected-at(${forms}, 0) = 'E100'",
        "${c_sex} = 'F'",
        "not(${c_sex} = 'F')",
        "selected(${c_forms}, 'E110')",
        "boolean(${c_sex})",
        "not(${c_sex})",
        "count-non-empty(${c_sex}) > 0",
        "count-non-empty(${c_sex}) >= 1",
        "count-non-empty(${c_forms}) = 0",
        "0 < count-non-empty(${c_sex})",
        "count-non-empty(${c_sex}) >= 0",
        "count-non-empty(${c_sex}) < 0",
        "${c_age} > 5",
        "5 > ${c_age}",
        "${c_age} = 5",
        "${c_age} != 5",
        "${c_age} = ${n}",
        "${c_age} < ${n} + 1",
        "${c_age} = '5'",
        "${c_age} = ''",
        "${c_age} != ''",
        "${c_born} <= '1986'",
        "${c_born} = '1986'",
        "${c_born} != '1986-01'",
        "${c_born} = ''",
        "${c_born} >= ${day}",
        "${c_born} > today()",
        "sum(${c_age}) > 5",
        "min(${c_age}) < 0",
        "max(${c_age}) = 9",
        "count(${c_age}) = 2",
        "count-non-empty(${c_age}) = 2",
        "sum(${c_age}) > ${age}",
        "count(${t_n}) > 3",
        "${t_n} = 4",
        "max(${c_born}) > '1986-02-01'",
        "true()",
        "false()",
        "1 = 1",
        "${age}",
        "${sex}",
        "sum(${age}, ${n}) > 3",
        "instance('CL_BAND')/root/item[number(from) <= ${age} and number(to) >= ${age}]/name = 'B30'",
        "count(${n}[. > 1]) = 1",
        "boolean(${n}[. > 1])",
        "${sex}[. != 'M'] = 'F'",
        "selected(${forms}[. != 'U'], 'E110')",
        "${forms}[. != 'E110'] = 'E210'",
        "(${n} | ${n}) * 2 > 4",
        "sum(${age}[. > 3]) = 0",
        "checklist(1, 2, ${age} > 3, ${n} > 3, ${sex} = 'F')",
        "random() < 2",
        "string(${age} > 3) = 'true'",
    };
    struct shelf s;
    shelf_open(&s, 1500, 1);
    struct arena *a = arena_new(ARENA_PLAIN);
    size_t n_selective = 0;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        size_t n_kept;
        const struct expr *x = fixture_parse(s.d, "", "", filters[i], a);
        if (!compare_evaluators(&s, x, &n_kept)) fail_msg("refused: %s", filters[i]);
        n_selective += n_kept > 0 && n_kept < s.n;
    }
    /* The records are such that most filters keep some and not all. */
    assert_true(n_selective > sizeof filters / sizeof filters[0] * 8 / 10);
    arena_free(a);
    shelf_close(&s);
}

/* ---- random expressions ---- */

struct writer {
    struct random *r;
    char text[4000];
    size_t n;
};

static void put(struct writer *w, const char *s)
{
    size_t k = strlen(s);
    if (w->n + k < sizeof w->text) {
        memcpy(w->text + w->n, s, k + 1);
        w->n += k;
    }
}

#define PICK(w, ...)                                          \
    put((w), (const char *const[]){__VA_ARGS__}[random_below( \
                 (w)->r, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))])

static void put_truth(struct writer *w, int depth);

static void put_number(struct writer *w, int depth)
{
    switch (random_below(w->r, depth <= 0 ? 4 : 12)) {
    case 0: PICK(w, "${age}", "${n}", "${m}"); break;
    case 1: PICK(w, "0", "1", "3", "5", "31", "-2", "2.5", "number('')", "100"); break;
    case 2: PICK(w, "${born}", "${seen}", "${day}", "today()"); break;
    case 3:
        PICK(w, "sum(${c_age})", "max(${c_age})", "count(${c_age})", "min(${t_n})",
             "count-selected(${forms})");
        break;
    case 4:
    case 5:
    case 6:
        put(w, "(");
        put_number(w, depth - 1);
        PICK(w, " + ", " - ", " * ", " div ", " mod ");
        put_number(w, depth - 1);
        put(w, ")");
        break;
    case 7:
        PICK(w, "int(", "round(", "abs(", "number(", "-(");
        put_number(w, depth - 1);
        put(w, ")");
        break;
    case 8:
        put(w, "if(");
        put_truth(w, depth - 1);
        put(w, ", ");
        put_number(w, depth - 1);
        put(w, ", ");
        put_number(w, depth - 1);
        put(w, ")");
        break;
    case 9:
        put(w, "coalesce(");
        put_number(w, depth - 1);
        put(w, ", ");
        put_number(w, depth - 1);
        put(w, ")");
        break;
    case 10:
        PICK(w, "min(", "max(", "sum(");
        put_number(w, depth - 1);
        put(w, ", ");
        put_number(w, depth - 1);
        put(w, ")");
        break;
    default: put_truth(w, depth - 1); break;
    }
}

static void put_comparison(struct writer *w)
{
    PICK(w, " = ", " != ", " < ", " <= ", " > ", " >= ");
}

static void put_code(struct writer *w)
{
    switch (random_below(w->r, 5)) {
    case 0:
        PICK(w, "${sex}", "${sex2}");
        PICK(w, " = ", " != ");
        PICK(w, "'F'", "'M'", "'U'", "''", "'NC'", "${sex}", "${sex2}", "${country}");
        break;
    case 1:
        PICK(w, "${c_sex} = 'F'", "${c_sex} = 'M'", "'M' = ${c_sex}", "'X' = 'F'", "${c_sex} != ''",
             "'' != ${c_forms}", "${c_forms} != ''");
        break;
    case 2:
        PICK(w, "selected(${forms}, ", "selected(${c_forms}, ");
        PICK(w, "'E100')", "'E110')", "'E300')");
        break;
    case 3:
        PICK(w, "${forms}", "coalesce(${forms}, 'E300')");
        PICK(w, " = ", " != ");
        PICK(w, "'E100'", "'E110 E210'", "''", "'U'");
        break;
    default:
        PICK(w, "starts-with(${country}, 'P')", "coalesce(${sex}, ${sex2}) = 'F'",
             "${country} = 'missing:NA'",
             "pulldata('CL_COUNTRY', 'eu', 'name', ${country}) = 'yes'",
             "count-non-empty(${c_sex}) > 0", "string-length(concat(${sex}, ${country})) > 2",
             "${region} = 'PT11'", "boolean(${c_forms})");
        break;
    }
}

static void put_date(struct writer *w)
{
    PICK(w, "${born}", "${seen}", "${day}", "${c_born}", "coalesce(${born}, ${seen})",
         "(${born} + 20)");
    put_comparison(w);
    PICK(w, "'1986'", "'1986-02'", "'1985-12-31'", "'1987-01-15'", "${day}", "${seen}", "today()",
         "''", "5900", "'U'");
}

static void put_truth(struct writer *w, int depth)
{
    switch (random_below(w->r, depth <= 0 ? 3 : 9)) {
    case 0: put_code(w); break;
    case 1: put_date(w); break;
    case 2:
        PICK(w, "${age}", "${n}", "${c_age}", "${t_n}");
        put_comparison(w);
        PICK(w, "3", "5", "0", "'3'", "${n}", "''", "(${age} + 1)");
        break;
    case 3:
    case 4:
        put(w, "(");
        put_truth(w, depth - 1);
        PICK(w, " and ", " or ", " = ", " != ");
        put_truth(w, depth - 1);
        put(w, ")");
        break;
    case 5:
        PICK(w, "not(", "boolean(");
        put_truth(w, depth - 1);
        put(w, ")");
        break;
    case 6:
    case 7:
        put(w, "(");
        put_number(w, depth - 1);
        put_comparison(w);
        put_number(w, depth - 1);
        put(w, ")");
        break;
    default:
        put(w, "if(");
        put_truth(w, depth - 1);
        put(w, ", ");
        put_truth(w, depth - 1);
        put(w, ", ");
        put_truth(w, depth - 1);
        put(w, ")");
        break;
    }
}

/* 2 */
static void random_filters_agree(void **state)
{
    (void)state;
    struct shelf s;
    struct random r;
    size_t n_done = 0, n_refused = 0, n_all = harness_sanitized() ? 700 : 3000;
    random_init(&r, 20260101);
    shelf_open(&s, 1100, 2);
    for (size_t i = 0; i < n_all; i++) {
        struct writer w = {.r = &r};
        struct arena *a = arena_new(ARENA_PLAIN);
        struct expr *x;
        struct expr_problem p;
        size_t n_kept;
        put_truth(&w, 1 + (int)random_below(&r, 4));
        if (!expr_parse(&x, s.d, s.form, 0, VAR_NONE, text_of(w.text), a, &p))
            fail_msg("%s: %s at %zu", w.text, p.message, p.at);
        if (compare_evaluators(&s, x, &n_kept)) n_done++;
        else n_refused++;
        arena_free(a);
    }
    print_message("%zu random filters agree, %zu are not columnar\n", n_done, n_refused);
    assert_true(n_done > n_all / 2);
    shelf_close(&s);
}

/* 3 */
static void what_columns_cannot_say_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *part, *remedy;
    } cases[] = {
        {"${name} = 'Ana'", "\"${name} = 'Ana'\"", "dcim variables"},
        {"${sex} = 'F' and ${amount} > 3", "\"${amount}", "dcim variables"},
        {"${organisation} = 'GNR'", "${organisation}", "dcim variables"},
        {"count(${child}) > 1", "${child}", ""},
        {"count(${c_sex}) > 1", "count(${c_sex})", "count-non-empty"},
        {"${c_sex} != 'F'", "${c_sex} != 'F'", "write not(${c_sex} = \"F\");"},
        {"'F' != ${c_sex}", "'F' != ${c_sex}", "write not(${c_sex} = \"F\");"},
        {"${c_sex} = 'U'", "${c_sex} = 'U'", "make a table of c_sex itself"},
        {"${c_sex} != 'U'", "${c_sex} != 'U'", "as in ${c_sex} = \"CODE\""},
        {"${c_sex} = ''", "${c_sex} = ''", "write not(${c_sex} != \"\")"},
        {"${c_forms} = ''", "${c_forms} = ''", "write not(${c_forms} != \"\")"},
        {"${c_forms} = 'E110'", "${c_forms} = 'E110'", "write selected(${c_forms}, \"E110\")"},
        {"${c_forms} != 'E110'", "${c_forms} != 'E110'",
         "write not(selected(${c_forms}, \"E110\"));"},
        {"count-non-empty(${c_sex}) > 1", "count-non-empty(${c_sex})", "${c_sex} = \"CODE\""},
        {"${child}[c_age > 3]", "${child}[c_age > 3]", "instance"},
        {"count(${child}[c_age > 3]) > 0", "${child}", "instance"},
        {"${c_age} = ${t_n}", "${c_age} = ${t_n}", "instance"},
        {"starts-with(${c_sex}, 'F')", "${c_sex}", "instance"},
        {"indexed-repeat(${c_age}, ${child}, 1) > 3", "indexed-repeat", "instance"},
        {"count-non-empty(${c_sex}) = 2", "", ""},
        {"position(..) = 1", "", ""},
        {"${age} > 3 and 'x' = *", "'x' = *", "instance"},
        {"string(${n} | ${age}) = '5'", "${n} | ${age}", "instance"},
    };
    struct shelf s;
    shelf_open(&s, 10, 3);
    struct arena *a = arena_new(ARENA_PLAIN);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct column_set set = columns_of(&s);
        struct err e = {0};
        uint64_t keep = 0;
        const struct expr *x = fixture_parse(s.d, "", "", cases[i].filter, a);
        if (expr_filter(&keep, x, &set, 0, s.n, FIXTURE_TODAY, &e))
            fail_msg("not refused: %s", cases[i].filter);
        assert_int_equal(e.code, ERR_USAGE);
        assert_string_equal(e.id, "filter.not_columnar");
        if (strstr(e.msg, cases[i].part) == NULL) fail_msg("%s: %s", cases[i].filter, e.msg);
        if (strstr(e.remedy, cases[i].remedy) == NULL)
            fail_msg("%s: %s", cases[i].filter, e.remedy);
        assert_true(e.remedy[0] != '\0');
        assert_int_equal(keep, 0);
    }
    arena_free(a);
    shelf_close(&s);
}

/* 4 */
static void splitting_changes_nothing(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 1023, 1024, 1025, 2500};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct shelf s;
        shelf_open(&s, sizes[k], 4);
        struct column_set set = columns_of(&s);
        struct arena *a = arena_new(ARENA_PLAIN);
        size_t n_word = (s.n + 63) / 64, n_kept;
        const struct expr *x =
            fixture_parse(s.d, "", "", "${sex} = 'F' or ${age} > 3 and ${c_age} > 2", a);
        assert_true(compare_evaluators(&s, x, &n_kept));
        uint64_t *whole = mem_new(n_word + 1, sizeof *whole),
                 *parts = mem_new(n_word + 1, sizeof *parts);
        struct err e;
        assert_true(expr_filter(whole, x, &set, 0, s.n, FIXTURE_TODAY, &e));
        for (size_t from = 0; from < s.n; from += 320) {
            size_t to = from + 320 < s.n ? from + 320 : s.n;
            assert_true(expr_filter(parts, x, &set, from, to, FIXTURE_TODAY, &e));
        }
        assert_memory_equal(whole, parts, (n_word + 1) * sizeof *whole);
        mem_free(whole);
        mem_free(parts);
        arena_free(a);
        shelf_close(&s);
    }
}

/* 5 */
static void strangers_are_refused(void **state)
{
    (void)state;
    struct shelf s;
    shelf_open(&s, 100, 5);
    struct column_set set = columns_of(&s);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct err e = {0};
    uint64_t keep[2];
    const struct expr *inner = fixture_parse(s.d, "child", "", "${c_age} > 1", a);
    assert_false(expr_filter(keep, inner, &set, 0, s.n, FIXTURE_TODAY, &e));
    assert_string_equal(e.id, "filter.not_columnar");
    const struct expr *x = fixture_parse(s.d, "", "", "${age} > 1", a);
    assert_false(expr_filter(keep, x, &set, 3, s.n, FIXTURE_TODAY, &e));     /* not at a word */
    assert_false(expr_filter(keep, x, &set, 0, s.n + 1, FIXTURE_TODAY, &e)); /* beyond the units */
    arena_free(a);
    shelf_close(&s);
}

/* 6: three variables together, so unit by unit; the pattern takes about a millisecond for each */
static void slow_filters_are_stopped(void **state) /* S62 */
{
    (void)state;
    struct shelf s;
    char text[1000];
    shelf_open(&s, 20000, 6);
    struct column_set set = columns_of(&s);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct err e = {0};
    uint64_t *keep = mem_new(s.n / 64 + 1, sizeof *keep);
    memset(text, 'a', sizeof text);
    char filter[1200];
    snprintf(filter, sizeof filter,
             "regex(concat(${sex}, ${country}, ${region}, '%.300s'), '(a?){30}a{30}[bc]')", text);
    const struct expr *x = fixture_parse(s.d, "", "", filter, a);
    assert_false(expr_filter(keep, x, &set, 0, s.n, FIXTURE_TODAY, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "filter.too_slow");
    assert_true(e.remedy[0] != '\0');
    /* An ordinary one of the same kind is not. */
    x = fixture_parse(s.d, "", "", "regex(concat(${sex}, ${country}, ${region}), '^F.*11$')", a);
    assert_true(expr_filter(keep, x, &set, 0, s.n, FIXTURE_TODAY, &e));
    mem_free(keep);
    arena_free(a);
    shelf_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_filters_agree),
        cmocka_unit_test(random_filters_agree),
        cmocka_unit_test(what_columns_cannot_say_is_refused),
        cmocka_unit_test(splitting_changes_nothing),
        cmocka_unit_test(strangers_are_refused),
        cmocka_unit_test(slow_filters_are_stopped),
    };
    return cmocka_run_group_tests_name("model/expr_filter", tests, NULL, NULL);
}
