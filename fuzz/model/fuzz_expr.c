/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as an expression (S100, S62). The first byte says where it stands, the rest is the
 * text.
 *
 * Held: what is refused has a problem with an id, a place within the text, a message and a remedy;
 * what is read can be read again from its own text, gives the same twice, gives strings within
 * their limit and values of its variable's type; and where a filter over columns takes it, that
 * keeps the records for which it is true, and no other. */
#include "base/random.h"
#include "model/column.h"
#include "model/dictionary_internal.h"
#include "model/expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 70, CELLS = RECORDS * 64, TODAY = 19737 };

static struct dictionary *d;
static const struct form *form;
static struct arena *keep;
static struct record record[RECORDS];
static struct column column[100];

static void hold(bool promise)
{
    if (!promise) abort();
}

/* The form of tests/model/expr_data, so that its vectors are seeds. */
static const char survey[] =
    "type,name,label,appearance,choice_filter\ntext,ref,L,,\ntext,name,L,,\ntext,note,L,,\ninteger,age,L,,\n"
    "integer,n,L,,\ninteger,m,L,,\ndecimal,amount,L,,\ndate,day,L,,\ntext,born,L,thb-date,\n"
    "text,seen,L,thb-date,\nselect_one CL_SEX,sex,L,,\nselect_one CL_SEX,sex2,L,,\n"
    "select_one CL_COUNTRY,country,L,,\nselect_one CL_REGION,region,L,,country = ${country}\n"
    "select_multiple CL_FORM,forms,L,,\nselect_one CL_BAND,band,L,,\nbegin_repeat,child,L,,\n"
    "text,c_name,L,,\ninteger,c_age,L,,\nselect_one CL_SEX,c_sex,L,,\ntext,c_born,L,thb-date,\n"
    "select_multiple CL_FORM,c_forms,L,,\nbegin_repeat,toy,L,,\ntext,t_name,L,,\ninteger,t_n,L,,\n"
    "end_repeat,,,,\nend_repeat,,,,\nbegin_repeat,trip,L,,\ndate,away,L,,\n"
    "decimal,cost,L,,\nend_repeat,,,,\n";

static const char *const files[][2] = {
    {"dictionary/settings.csv", "form_id,form_title,version,default_language,data_set,reference\n"
                                "t,T,2026010101,en,victim,ref\n"},
    {"dictionary/system.csv", "type,name,label\nselect_one CL_ORGANISATION,organisation,O\n"
                              "select_one CL_ORGTYPE,organisation_type,T\n"},
    {"dictionary/t.csv", survey},
    {"codelists/CL_SEX.csv", "name,label\nF,Female\nM,Male\nX,Other\n"},
    {"codelists/CL_COUNTRY.csv",
     "name,label,eu\nPT,Portugal,yes\nRO,Romania,yes\nBR,Brazil,no\nNA,Namibia,no\n"},
    {"codelists/CL_REGION.csv",
     "name,label,country,level\nPT11,North,PT,2\nPT17,Lisbon,PT,2\nRO11,West,RO,2\n"},
    {"codelists/CL_FORM.csv",
     "name,label,parent,rank\nE100,Sexual,,1\nE110,Street,E100,2\nE200,Labour,,3\n"
     "E210,Farm,E200,4\nE300,Begging,,5\n"},
    {"codelists/CL_BAND.csv",
     "name,label,from,to,since\nB0,0 to 8,0,8,2000\nB9,9 to 17,9,17,2001-05\n"
     "B18,18 to 29,18,29,2002-05-06\nB30,30 and over,30,150,\n"},
    {"codelists/CL_ORGTYPE.csv", "name,label\n10,Police\n"},
    {"parameters.csv",
     "name,value,note,source,uncertain\nmin_age,18,,t,no\nstart,2008-01-01,,t,no\n"
     "home,PT,,t,no\nlimit_E100,7,,t,no\n"},
    {"rules.csv",
     "id,form,severity,scope,expression,message\nV01,,E,program,,m\nV02,,E,program,,m\n"
     "V03,,E,program,,m\nV04,,E,program,,m\nV05,,E,program,,m\nV06,,E,program,,m\n"
     "V07,,E,program,,m\nV08,,E,program,,m\nV09,,W,program,,m\nV10,,E,program,,m\n"
     "V11,,W,program,,m\nV12,,E,program,,m\nV13,,E,program,,m\nV14,,E,program,,m\n"
     "V15,,E,program,,m\n"}};

/* ---- records and their columns ---- */

static void random_value(struct value *x, struct random *r, const struct variable *v)
{
    static const char *const texts[] = {"1986", "1986-02", "1986-02-03", "1987-01-01",
                                        "2020-03-15"};
    static const char *const words[] = {"Ana Silva", "(",          "a b",     "E110",
                                        "12",        "2020-03-15", "\xc3\xa7"};
    const struct codelist *l = v->list == LIST_NONE ? NULL : d->list[v->list];
    char text[32];
    if (random_below(r, 6) == 0 || (l != NULL && l->n_code == 0)) return;
    if (random_below(r, 8) == 0) {
        *x = (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)(1 + random_below(r, 5))};
        return;
    }
    struct text t = text_of(words[random_below(r, 7)]);
    if (l != NULL) t = text_of(l->code[random_below(r, l->n_code)].name);
    if (v->type == VARIABLE_DATE)
        t = text_of(texts[v->partial ? random_below(r, 5) : 2 + random_below(r, 3)]);
    if (v->type == VARIABLE_INTEGER || v->type == VARIABLE_DECIMAL) {
        snprintf(text, sizeof text, "%d", (int)random_below(r, 40) - 3);
        t = text_of(text);
    }
    (void)value_read(x, d, v->id, t, DATE_ISO, TODAY, keep);
}

static void make_record(struct record *out, struct random *r)
{
    struct err e;
    record_init(out, d, form, keep);
    for (size_t g = 1; g < form->n_group; g++)
        for (uint32_t p = 0; p < out->table[form->group[g].parent].n_row; p++)
            for (uint64_t k = random_below(r, 4); k > 0; k--) {
                uint32_t row;
                hold(record_add(&row, out, (group_id)g, p, &e));
            }
    for (size_t i = 0; i < d->n_variable; i++)
        for (uint32_t row = 0; row < out->table[d->variable[i].group].n_row; row++)
            random_value(record_value(out, d->variable[i].id, row), r, &d->variable[i]);
}

static void number_cell(const struct value *x, int32_t *first, int32_t *last)
{
    *first = *last = COLUMN_NO_NUMBER + (x->kind == VALUE_MISSING ? x->missing : 0);
    if (x->kind == VALUE_INTEGER) *first = *last = (int32_t)x->integer;
    if (x->kind == VALUE_DATE) {
        *first = x->date.first;
        *last = x->date.last;
    }
}

static size_t code_items(uint16_t *out, const struct record *r, const struct variable *v)
{
    bool has[64] = {false};
    uint16_t missing = COLUMN_EMPTY;
    size_t n = 0;
    for (uint32_t row = 0; row < r->table[v->group].n_row; row++) {
        const struct value *x = record_get(r, v->id, row);
        if (x->kind == VALUE_CODE) has[x->code] = true;
        for (size_t i = 0; x->kind == VALUE_CODES && i < x->n_code; i++) has[x->codes[i]] = true;
        if (x->kind == VALUE_MISSING && missing == COLUMN_EMPTY)
            missing = (uint16_t)(COLUMN_MISSING + x->missing);
    }
    for (uint16_t c = 0; c < 64; c++)
        if (has[c]) out[n++] = c;
    if (n == 0) out[n++] = missing;
    return n;
}

/* Singles are sets of one item: the same arrays serve both. */
static void make_column(struct column *c, const struct variable *v)
{
    bool number = v->type == VARIABLE_INTEGER || v->type == VARIABLE_DATE;
    uint32_t *offset = ARENA_ARRAY(keep, uint32_t, RECORDS + 1);
    uint16_t *item = ARENA_ARRAY(keep, uint16_t, CELLS);
    int32_t *first = ARENA_ARRAY(keep, int32_t, CELLS), *last = ARENA_ARRAY(keep, int32_t, CELLS);
    uint32_t n = 0;
    bool single = v->group == 0 && v->type != VARIABLE_CODES;
    *c = (struct column){.kind = COLUMN_NONE, .var = v->id, .n = RECORDS};
    if (v->type == VARIABLE_TEXT || v->type == VARIABLE_DECIMAL) return;
    for (size_t i = 0; i < RECORDS; i++) {
        offset[i] = n;
        for (uint32_t row = 0; number && row < record[i].table[v->group].n_row; row++, n++)
            number_cell(record_get(&record[i], v->id, row), &first[n], &last[n]);
        if (!number) n += (uint32_t)code_items(item + n, &record[i], v);
    }
    offset[RECORDS] = n;
    c->kind = number ? COLUMN_NUMBER_SET : COLUMN_CODE_SET;
    if (single)
        c->kind = v->type == VARIABLE_DATE ? COLUMN_DAY : number ? COLUMN_NUMBER : COLUMN_CODE;
    c->offset = offset;
    c->item = c->code = item;
    c->number = first;
    c->number_last = v->type == VARIABLE_INTEGER && single ? NULL : last;
}

static void start(void)
{
    struct data_files all = {0};
    struct problems p;
    struct random r;
    struct err e = {0};
    keep = arena_new(ARENA_PLAIN);
    problems_init(&p, keep);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        data_files_add(&all, files[i][0], text_of(files[i][1]));
    data_files_sort(&all);
    hold(dictionary_build(&d, &all, "fuzz", "", &p, &e));
    data_files_release(&all);
    problems_release(&p);
    form = &d->form[0];
    random_init(&r, 1);
    for (size_t i = 0; i < RECORDS; i++) make_record(&record[i], &r);
    hold(d->n_variable <= sizeof column / sizeof *column);
    for (size_t i = 0; i < d->n_variable; i++) make_column(&column[i], &d->variable[i]);
}

static const struct column *find_column(void *ctx, var_id v)
{
    (void)ctx;
    return column[v].kind == COLUMN_NONE ? NULL : &column[v];
}

/* ---- promises ---- */

static struct expr_context context(size_t i, const struct expr *x, struct arena *a)
{
    group_id g = expr_group(x);
    return (struct expr_context){.record = &record[i],
                                 .group = g,
                                 .row = 0,
                                 .self = VAR_NONE,
                                 .today = TODAY,
                                 .now = (int64_t)TODAY * 86400,
                                 .arena = a,
                                 .choice = 1};
}

static bool has_random(struct text t)
{
    size_t at;
    return text_find(t, TEXT("random"), &at) || text_find(t, TEXT("uuid"), &at);
}

static void check_record(const struct expr *x, size_t i, var_id self, struct arena *a)
{
    struct expr_context c = context(i, x, a);
    struct text t, again;
    struct value v;
    double n, m;
    bool fits;
    if (record[i].table[c.group].n_row == 0) return;
    enum expr_result r = expr_string(&t, x, &c);
    hold(r == EXPR_OK ? t.n <= EXPR_STRING_MAX : t.n == 0);
    hold(expr_string(&again, x, &c) == r);
    hold(text_equal(t, again) || has_random(expr_text(x)));
    hold(text_is_utf8(t, NULL));
    r = expr_number(&n, x, &c);
    hold(expr_number(&m, x, &c) == r);
    hold(n == m || (isnan(n) && isnan(m)) || has_random(expr_text(x)));
    if (self == VAR_NONE) return;
    struct arena *values = arena_new(ARENA_PLAIN);
    r = expr_value(&v, &fits, x, self, &c, values);
    struct buf text;
    buf_init(&text, 100000);
    value_text(&text, d, self, &v); /* a value of its type: every code is in its list */
    hold(r == EXPR_OK || v.kind == VALUE_EMPTY);
    buf_release(&text);
    arena_free(values);
}

static void check_filter(const struct expr *x, struct arena *a)
{
    struct column_set set = {.dictionary = d, .form = form, .n = RECORDS, .column = find_column};
    uint64_t bits[2] = {0};
    struct err e = {0};
    if (!expr_filter(bits, x, &set, 0, RECORDS, TODAY, &e)) {
        hold(strcmp(e.id, "filter.not_columnar") == 0 && e.msg[0] != '\0');
        return;
    }
    if (has_random(expr_text(x))) return;
    for (size_t i = 0; i < RECORDS; i++) {
        struct expr_context c = context(i, x, a);
        bool truth = false;
        c.choice = 0;
        bool want = expr_bool(&truth, x, &c) == EXPR_OK && truth;
        hold(((bits[i / 64] >> (i % 64)) & 1) == want);
    }
}

static var_id var(const char *name)
{
    return dictionary_variable(d, form->id, text_of(name))->id;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (d == NULL) start();
    if (size < 1) return 0;
    const struct {
        group_id group;
        var_id self;
    } places[] = {{0, VAR_NONE}, {0, var("age")},    {1, var("c_age")},
                  {2, VAR_NONE}, {0, var("region")}, {0, var("forms")}};
    size_t at = data[0] % (sizeof places / sizeof *places);
    struct text t = {(const char *)data + 1, size - 1};
    struct arena *a = arena_new(ARENA_PLAIN), *scratch = arena_new(ARENA_PLAIN);
    struct expr *x, *y;
    struct expr_problem p;
    if (!expr_parse(&x, d, form, places[at].group, places[at].self, t, a, &p)) {
        hold(p.id != NULL && p.at <= t.n && p.message[0] != '\0' && p.remedy[0] != '\0');
        hold(text_is_utf8(text_of(p.message), NULL));
    } else {
        hold(text_equal(expr_text(x), t));
        hold(expr_parse(&y, d, form, places[at].group, places[at].self, expr_text(x), a, &p));
        for (size_t i = 0; i < 3; i++) check_record(x, i, places[at].self, scratch);
        if (places[at].group == 0 && places[at].self == VAR_NONE) check_filter(x, scratch);
    }
    arena_free(scratch);
    arena_free(a);
    return 0;
}
