/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/mapping.c, mapping_file.c, mapping_guess.c
 *  1 paths     2 keys of values     3 reading mapping files, every problem named     4 columns that
 *  are not there
 *  5 guessing: names, paths, labels, external names, numbers     6 columns that claim the same
 *  variable
 *  7 the mappings we ship load for the headers they are made for     8 what a person changes of a
 *  mapping: led elsewhere, left out, the order of dates, places that are none */
#include "harness.h"
#include "intake_data.h"
#include "small_data.h"

#include "base/csv.h"

/* ---- 1 paths ---- */

static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool ok, plain;
        uint32_t outer, inner;
    } cases[] = {
        {"sex", true, false, 0, 0},
        {"exploitation_form", true, true, 0, 0},
        {"episode[2]/exploitation[3]/exploitation_form", true, false, 1, 2},
        {"episode/exploitation[3]/exploitation_form", true, false, 0, 2},
        {" episode[1] / exploitation[100] / exploitation_form ", true, false, 0, 99},
        {"exploitation[3]/exploitation_form", true, false, 0, 2},
        {"episode[1]/exploitation_form", false, false, 0, 0}, /* a step is missing */
        {"exploitation[1]/sex", false, false, 0, 0},
        {"exploitation[1]/episode[1]/exploitation_form", false, false, 0, 0},
        {"episode[0]/recruitment_country", false, false, 0, 0},
        {"episode[101]/recruitment_country", false, false, 0, 0},
        {"episode[-1]/recruitment_country", false, false, 0, 0},
        {"episode[1/recruitment_country", false, false, 0, 0},
        {"episode[]/recruitment_country", false, false, 0, 0},
        {"episode[1]x/recruitment_country", false, false, 0, 0},
        {"recruitment_country[1]", false, false, 0, 0},
        {"a/b/c/d/e/f/g/sex", false, false, 0, 0},
        {"/sex", false, false, 0, 0},
        {"sex/", false, false, 0, 0},
        {"", false, false, 0, 0},
        {"[1]", false, false, 0, 0},
        {"organisation", false, false, 0, 0}, /* set by the register */
        {"no_such", false, false, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mapping_target t = {.var = VAR_NONE};
        bool ok = mapping_path(&t, data_dictionary(), data_form(), text_of(cases[i].path));
        if (ok != cases[i].ok) fail_msg("'%s'", cases[i].path);
        if (!ok) continue;
        assert_int_equal(t.plain, cases[i].plain);
        assert_int_equal(t.instance[0], cases[i].outer);
        assert_int_equal(t.instance[1], cases[i].inner);
    }
    struct mapping_target none;
    assert_false(mapping_path(&none, data_dictionary(), data_form(), (struct text){NULL, 0}));
}

/* ---- 2 keys ---- */

static void keys_of_values(void **state)
{
    (void)state;
    static const char *const same[][2] = {{"Not  Specified", "not specified"},
                                          {"  x\t y ", "X y"},
                                          {"N\xC3\x83O", "n\xC3\xA3o"},
                                          {"NAO", "n\xC3\xA3o"},
                                          {"9-17", " 9-17 "},
                                          {"\xC8\x9A", "\xC8\x9B"}};
    static const char *const apart[][2] = {{"<18", ">18"}, {"-99", "99"}, {"9-17", "917"},
                                           {"a;b", "a b"}, {"+", "-"},    {"a_b", "ab"},
                                           {"*", ""}};
    struct arena *a = arena_new(ARENA_PLAIN);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (!text_equal(mapping_value_key(text_of(same[i][0]), a),
                        mapping_value_key(text_of(same[i][1]), a)))
            fail_msg("'%s' and '%s'", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++)
        if (text_equal(mapping_value_key(text_of(apart[i][0]), a),
                       mapping_value_key(text_of(apart[i][1]), a)))
            fail_msg("'%s' and '%s'", apart[i][0], apart[i][1]);
    arena_free(a);
}

/* ---- 3 mapping files ---- */

static void check_problem(const char *file, uint32_t row, const char *column, const char *id)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct mapping m;
    struct err e = {0};
    size_t n;
    struct text *header = data_cells("x|y", &n, a);
    problems_init(&p, a);
    if (mapping_read(&m, data_dictionary(), data_form(), TEXT("bad"), "mappings/bad.csv",
                     text_of(file), header, n, a, &p, &e))
        fail_msg("accepted: %s", file);
    assert_string_equal(e.id, "mapping.broken");
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(strlen(e.remedy) > 0);
    bool found = false;
    for (size_t i = 0; i < p.n; i++) {
        assert_string_equal(p.item[i].file, "mappings/bad.csv");
        assert_true(strlen(p.item[i].remedy) > 0 && strlen(p.item[i].message) > 0);
        found = found || (p.item[i].row == row && strcmp(p.item[i].column, column) == 0 &&
                          strcmp(p.item[i].id, id) == 0);
    }
    if (!found)
        fail_msg("%s: first says row %u %s %s", id, (unsigned)p.item[0].row, p.item[0].column,
                 p.item[0].id);
    problems_release(&p);
    arena_free(a);
}

static void every_problem_is_named(void **state)
{
    (void)state;
#define HEAD DATA_MAPPING_HEAD
    check_problem(HEAD "x,sexx,,,,,,\n", 2, "variable", "mapping.variable");
    check_problem(HEAD "x,sex,,,,,,\n,citizenship,,,,,,\n", 3, "source_column",
                  "mapping.no_source");
    check_problem(HEAD "x,age,,,,,,\n", 2, "variable", "mapping.derived");
    check_problem(HEAD "x,sex,1=Q,,,,,\n", 2, "value_map", "mapping.code");
    check_problem(HEAD "x,sex,*=Q,,,,,\n", 2, "value_map", "mapping.code");
    check_problem(HEAD "=Q,sex,,,,,,\n", 2, "source_column", "mapping.code");
    check_problem(HEAD "x,age_at_registration,1=one,,,,,\n", 2, "value_map", "mapping.value");
    check_problem(HEAD "=2020-02-30,entry_date,,,,,,\n", 2, "source_column", "mapping.value");
    check_problem(HEAD "x,sex,1=F;2,,,,,\n", 2, "value_map", "mapping.pair");
    check_problem(HEAD "x,sex,=F,,,,,\n", 2, "value_map", "mapping.pair");
    check_problem(HEAD "x,sex,@CL_NONE.htcds,,,,,\n", 2, "value_map", "mapping.lookup");
    check_problem(HEAD "x,citizenship,@CL_COUNTRY.nothing,,,,,\n", 2, "value_map",
                  "mapping.lookup");
    check_problem(HEAD "x,citizenship,@,,,,,\n", 2, "value_map", "mapping.lookup");
    check_problem(HEAD "x,entry_date,,yy-mm-dd,,,,\n", 2, "date_format", "mapping.date_format");
    check_problem(HEAD "x,citizenship,,,semicolon,,,\n", 2, "separator", "mapping.separator");
    check_problem(HEAD "x,exploitation_form,,,;,maybe,,\n", 2, "spread", "mapping.flag");
    check_problem(HEAD "x,citizenship,,,;,yes,,\n", 2, "spread", "mapping.spread");
    check_problem(HEAD "x,sex,,,,,,perhaps\n", 2, "unmapped", "mapping.flag");
    check_problem(HEAD "@nowhere,sex,,,,,,\n", 2, "source_column", "mapping.source");
    check_problem("source_column\nx\n", 1, "variable", "mapping.column_missing");
    check_problem("variable\nsex\n", 1, "source_column", "mapping.column_missing");
    check_problem("source_column,variable,valuemap\nx,sex,\n", 1, "valuemap", "mapping.column");
    check_problem("source_column,variable,variable\nx,sex,\n", 1, "variable", "mapping.column");
    check_problem("", 1, "source_column", "mapping.column_missing");
    /* all at once */
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct mapping m;
    struct err e = {0};
    problems_init(&p, a);
    assert_false(mapping_read(&m, data_dictionary(), data_form(), TEXT("bad"), "f",
                              TEXT(HEAD "x,a,,,,,,\ny,b,,,,,,\n,,,,,,,\n"), NULL, 0, a, &p, &e));
    assert_int_equal(p.n, 3);
    assert_non_null(strstr(e.msg, "3 problems"));
    problems_release(&p);
    arena_free(a);
}

static void mapping_to_a_retired_code(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary(""); /* its code M4 ended in 2019 */
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct mapping m;
    struct err e = {0};
    struct text header = TEXT("x");
    problems_init(&p, a);
    assert_false(mapping_read(&m, d, dictionary_form(d, TEXT("victim")), TEXT("bad"), "f",
                              TEXT(HEAD "x,means,1=M4,,,,,\n"), &header, 1, a, &p, &e));
    assert_int_equal(p.n, 1);
    assert_string_equal(p.item[0].id, "mapping.retired");
    problems_release(&p);
    arena_free(a);
    dictionary_free(d);
}

static void a_near_name_is_proposed(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct mapping m;
    struct err e = {0};
    problems_init(&p, a);
    assert_false(mapping_read(&m, data_dictionary(), data_form(), TEXT("bad"), "f",
                              TEXT(HEAD "x,citizenchip,,,,,,\n"), NULL, 0, a, &p, &e));
    assert_string_equal(p.item[0].remedy, "did you mean citizenship?");
    problems_release(&p);
    arena_free(a);
}

static void files_that_are_no_mapping(void **state)
{
    (void)state;
    static const char *const names[] = {"", "none", "../rules", "a/b", ".hidden", "x\ny"};
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct mapping m;
    size_t n;
    struct text *header = data_cells("x|y", &n, a);
    problems_init(&p, a);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct err e = {0};
        assert_false(mapping_load(&m, data_dictionary(), data_form(), text_of(names[i]), header, n,
                                  a, &p, &e));
        assert_string_equal(e.id, "mapping.unknown");
        assert_int_equal(e.code, ERR_NOT_FOUND);
        mapping_release(&m);
    }
    struct err e = {0};
    assert_false(mapping_read(&m, data_dictionary(), data_form(), TEXT("t"), "t",
                              TEXT("source_column,variable\n\"x"), header, n, a, &p, &e));
    assert_string_equal(e.id, "csv.quote");
    /* longer than any mapping is */
    struct buf many;
    buf_init(&many, 1 << 20);
    buf_puts(&many, HEAD);
    for (int i = 0; i <= MAPPING_ROWS_MAX; i++) buf_puts(&many, "x,citizenship,,,,,,\n");
    err_clear(&e);
    assert_false(mapping_read(&m, data_dictionary(), data_form(), TEXT("t"), "t", buf_text(&many),
                              header, n, a, &p, &e));
    assert_string_equal(e.id, "csv.too_many_rows");
    buf_release(&many);
    /* a good mapping for another file */
    err_clear(&e);
    assert_false(mapping_load(&m, data_dictionary(), data_form(), TEXT("ctdc-extract"), header, n,
                              a, &p, &e));
    assert_string_equal(e.id, "mapping.no_column");
    assert_int_equal(p.n, 0);
    problems_release(&p);
    arena_free(a);
}

/* ---- documents ---- */

/* The members of the document but its name, in short. */
static const char *summary(const struct mapping *m, struct arena *a)
{
    struct json *j = mapping_to_json(m, data_dictionary());
    struct buf out;
    buf_init(&out, 100000);
    const struct json *list = json_get(j, "columns");
    for (size_t i = 0; i < json_size(list); i++)
        buf_printf(&out, "%s%s=%s", i > 0 ? " " : "",
                   json_get_text(json_at(list, i), "column", "?"),
                   json_get_text(json_at(list, i), "path", "?"));
    static const char *const members[] = {"unknown_columns", "ambiguous_columns",
                                          "missing_columns"};
    static const char *const shown[] = {" unknown:", " ambiguous:", " missing:"};
    for (size_t k = 0; k < 3; k++) {
        list = json_get(j, members[k]);
        for (size_t i = 0; i < json_size(list); i++)
            buf_printf(&out, "%s%s", i == 0 ? shown[k] : ",", json_as_text(json_at(list, i), "?"));
    }
    list = json_get(j, "left_out_columns");
    for (size_t i = 0; i < json_size(list); i++)
        buf_printf(&out, " %s:%s", json_get_text(json_at(list, i), "reason", "?"),
                   json_get_text(json_at(list, i), "column", "?"));
    const char *text = arena_copy(a, out.n == 0 ? "" : out.p, out.n);
    buf_release(&out);
    json_free(j);
    return text;
}

static void columns_that_are_missing_unknown_or_left_out(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m;
    data_mapping(&m,
                 HEAD "Sex,sex,,,,,,\nnot_here,citizenship,,,,,,\nnot_here,country_of_birth,,,,,,\n"
                      "notes,,,,,,free text,yes\ngone,,,,,,,yes\n=U,child_flag,,,,,,\n",
                 "  SEX |extra|Notes|_errors|sex||_Version", a);
    assert_string_equal(
        summary(&m, a),
        "  SEX =sex unknown:extra,sex ambiguous:sex missing:not_here unmapped:Notes "
        "reserved:_errors reserved:_Version");
    mapping_release(&m);
    /* a mapping may name a column that begins with _ */
    data_mapping(&m, HEAD "_id,source_file_no,,,,,,\n", "_id|_x", a);
    assert_string_equal(summary(&m, a), "_id=source_file_no reserved:_x");
    mapping_release(&m);
    arena_free(a);
}

/* ---- 5 and 6 guessing ---- */

static void check_guess(const char *header, const char *expected)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m;
    struct err e = {0};
    size_t n;
    struct text *cell = data_cells(header, &n, a);
    if (!mapping_guess(&m, data_dictionary(), data_form(), cell, n, a, &e))
        fail_msg("%s: %s", header, e.msg);
    assert_string_equal(m.name, "guessed");
    assert_string_equal(summary(&m, a), expected);
    mapping_release(&m);
    arena_free(a);
}

static void guessed_by_name_path_and_label(void **state)
{
    (void)state;
    check_guess("sex|ENTRY_DATE|Source File No|citizenship ",
                "sex=sex ENTRY_DATE=entry_date "
                "Source File No=source_file_no citizenship =citizenship");
    check_guess(
        "Date of registration|Data do registo|x",
        "Date of registration=entry_date unknown:Data do registo,x ambiguous:Data do registo");
    check_guess(
        "Refer\xC3\xAAncia  pr\xC3\xB3pria da organiza\xC3\xA7\xC3\xA3o|DATA DO REGISTO",
        "Refer\xC3\xAAncia  pr\xC3\xB3pria da organiza\xC3\xA7\xC3\xA3o=source_file_no DATA DO "
        "REGISTO=entry_date");
    check_guess(
        "episode[2]/exploitation[1]/exploitation_form|exploitation_country|episode[1]/nothing",
        "episode[2]/exploitation[1]/exploitation_form=episode[2]/exploitation[1]/exploitation_form "
        "exploitation_country=exploitation_country unknown:episode[1]/nothing");
    check_guess("person/sex|entry/entry_date", "person/sex=sex entry/entry_date=entry_date");
    check_guess("sex|age_group|organisation|_errors||",
                "sex=sex computed:age_group computed:organisation reserved:_errors");
}

static void guessed_by_number(void **state)
{
    (void)state;
    check_guess(
        "exploitation_form_1|exploitation_form_2|Exploitation country (2)|recruitment_country",
        "exploitation_form_1=episode[1]/exploitation[1]/exploitation_form "
        "exploitation_form_2=episode[1]/exploitation[2]/exploitation_form "
        "Exploitation country (2)=episode[1]/exploitation[2]/exploitation_country "
        "recruitment_country=recruitment_country");
    /* beside a numbered one, the one without number is the first */
    check_guess("exploitation_form|exploitation_form_2",
                "exploitation_form=episode[1]/exploitation[1]/exploitation_form "
                "exploitation_form_2=episode[1]/exploitation[2]/exploitation_form");
    check_guess("exploitation_form|exploitation_form_1",
                "exploitation_form=episode[1]/exploitation[1]/exploitation_form "
                "unknown:exploitation_form_1 ambiguous:exploitation_form_1");
    /* of the record itself only a select_multiple can have several columns */
    check_guess("citizenship_1|citizenship_2|sex_2",
                "citizenship_1=citizenship citizenship_2=citizenship unknown:sex_2");
    check_guess("exploitation_form_0|exploitation_form_101|sex",
                "sex=sex unknown:exploitation_form_0,exploitation_form_101");
}

static void guessed_by_external_names(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m;
    struct err e = {0};
    size_t n;
    struct text *cell = data_cells("source_file_no|prs_MaritalStatus|prs_Birthdate", &n, a);
    assert_true(mapping_guess(&m, data_dictionary(), data_form(), cell, n, a, &e));
    assert_string_equal(
        summary(&m, a),
        "source_file_no=source_file_no prs_MaritalStatus=marital_status prs_Birthdate=birth_date");
    /* then their values are read in those words too */
    assert_string_equal(
        data_build(&m, "x|Registered Partnership|1990", true, a),
        "{\"source_file_no\":\"x\",\"birth_date\":\"1990\",\"marital_status\":\"RegisteredPartne"
        "rship\"}");
    assert_string_equal(data_build(&m, "|Friend|", true, a),
                        "{} V10 marital_status row 2 column 2 'Friend'");
    mapping_release(&m);
    arena_free(a);
}

static void the_better_match_wins_then_the_first(void **state)
{
    (void)state;
    check_guess("Sex|Sexo|sex", "Sex=sex unknown:Sexo,sex ambiguous:Sexo,sex");
    check_guess("Sexo|sex", "sex=sex unknown:Sexo ambiguous:Sexo");
    check_guess("entry_date|entry_date",
                "entry_date=entry_date unknown:entry_date ambiguous:entry_date");
    check_guess("citizenship|citizenship", "citizenship=citizenship citizenship=citizenship");
}

/* Two variables with one label: neither is guessed. */
static void words_of_several_variables(void **state)
{
    (void)state;
    struct small_file instead[] = {{"dictionary/victim.csv",
                                    small_edit("dictionary/victim.csv", "text,note,Note,",
                                               "text,note,Date of entry,")},
                                   {NULL, NULL}};
    struct dictionary *d;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct mapping m;
    struct err e = {0};
    size_t n;
    struct text *header = data_cells("ref|Date of entry|date_of_entry 2|Nota", &n, a);
    assert_true(small_load(&d, instead, "", &p, &e));
    assert_true(mapping_guess(&m, d, dictionary_form(d, TEXT("victim")), header, n, a, &e));
    assert_int_equal(m.use[0], MAPPING_MAPPED);
    assert_int_equal(m.use[1], MAPPING_AMBIGUOUS);
    assert_int_equal(m.use[2], MAPPING_AMBIGUOUS);
    assert_int_equal(m.use[3], MAPPING_MAPPED);
    mapping_release(&m);
    dictionary_free(d);
    arena_free(a);
}

static void nothing_is_recognised(void **state)
{
    (void)state;
    static const char *const headers[] = {"", "a|b|c", "1|2|3", "age_group", "_id|_version"};
    struct arena *a = arena_new(ARENA_PLAIN);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct mapping m;
        struct err e = {0};
        size_t n;
        struct text *cell = data_cells(headers[i], &n, a);
        assert_false(mapping_guess(&m, data_dictionary(), data_form(), cell, n, a, &e));
        assert_string_equal(e.id, "mapping.nothing");
        assert_true(strlen(e.remedy) > 0);
    }
    arena_free(a);
}

/* ---- 7 what we ship ---- */

static void shipped_mappings_load(void **state)
{
    (void)state;
    static const struct {
        const char *name, *header;
        size_t n_target; /* rows of the mapping with that source */
    } cases[] = {
        {"ctdc-extract",
         "yearOfRegistration|Datasource|gender|citizenship|isForcedLabour|ControlCategory|"
         "RecruiterCategory|"
         "ExploitType|Labor_Type|ageCategories",
         24},
        {"htcds-2.0", "prs_FirstName|vic_TypeOfExploitation|con_Consent|cas_CaseOwner", 42},
        {"ctdc-v6", "yearOfRegistration|gender|isForcedLabour|meansOfControlConcatenated", 12},
    };
    for (size_t i = 0; i < 3; i++) {
        struct arena *a = arena_new(ARENA_PLAIN);
        struct problems p;
        struct mapping m;
        struct err e = {0};
        size_t n;
        struct text *cell = data_cells(cases[i].header, &n, a);
        problems_init(&p, a);
        if (!mapping_load(&m, data_dictionary(), data_form(), text_of(cases[i].name), cell, n, a,
                          &p, &e))
            fail_msg("%s: %s", cases[i].name, p.n > 0 ? p.item[0].message : e.msg);
        assert_int_equal(p.n, 0);
        for (size_t c = 0; c < n; c++) assert_int_not_equal(m.use[c], MAPPING_UNKNOWN);
        assert_int_equal(m.n_target, cases[i].n_target);
        mapping_release(&m);
        problems_release(&p);
        arena_free(a);
    }
}

/* ---- 8 what a person changes ---- */

static const struct mapping_target *leads(const struct mapping *m, uint32_t column)
{
    for (size_t i = 0; i < m->n_target; i++)
        if (m->target[i].source == MAPPING_COLUMN && m->target[i].column == column)
            return &m->target[i];
    return NULL;
}

static void changed_by_a_person(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    const struct dictionary *d = data_dictionary();
    const struct form *f = data_form();
    struct err e = {0};
    struct mapping m;
    const struct text header[] = {TEXT("sex"), TEXT("unheard of"), TEXT("_id")};
    assert_true(mapping_guess(&m, d, f, header, 3, a, &e));
    const struct mapping_change led[] = {
        {.column = 1, .path = TEXT("episode[2]/exploitation[1]/exploitation_form")},
        {.column = 0, .path = TEXT("")},
        {.column = 2, .path = TEXT("sex")},  /* ours: nothing leads from there */
        {.column = 99, .path = TEXT("sex")}, /* the file has none */
    };
    assert_true(mapping_apply(&m, d, led, 4, &e));
    assert_null(leads(&m, 0));
    assert_int_equal(m.use[0], MAPPING_UNMAPPED);
    assert_non_null(leads(&m, 1));
    assert_int_equal(leads(&m, 1)->instance[0], 1);
    assert_int_equal(m.use[1], MAPPING_MAPPED);
    assert_null(leads(&m, 2));
    struct buf path;
    buf_init(&path, 1000);
    mapping_put_path(&path, leads(&m, 1), d, f);
    assert_true(text_is(buf_text(&path), "episode[2]/exploitation[1]/exploitation_form"));
    buf_release(&path);
    /* the order of dates alone, and the same place again */
    const struct mapping_change order[] = {
        {.column = 1, .keep = true, .order_given = true, .order = DATE_DMY},
        {.column = 1, .path = TEXT("episode[2]/exploitation[1]/exploitation_form")}};
    assert_true(mapping_apply(&m, d, order, 2, &e));
    assert_true(leads(&m, 1)->order_given && leads(&m, 1)->order == DATE_DMY);
    const struct mapping_change wrong = {.column = 1, .path = TEXT("sexx")};
    assert_false(mapping_apply(&m, d, &wrong, 1, &e));
    assert_string_equal(e.id, "mapping.no_variable");
    assert_int_equal(m.n_target, 0); /* released */
    arena_free(a);
}

static void a_header_nobody_knows(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct err e = {0};
    struct mapping m;
    const struct text header[] = {TEXT("x1"), TEXT("x2")};
    mapping_nothing(&m, data_form(), header, 2, a);
    assert_int_equal(m.n_target, 0);
    const struct mapping_change led = {.column = 1, .path = TEXT("sex")};
    assert_true(mapping_apply(&m, data_dictionary(), &led, 1, &e));
    assert_int_equal(m.n_target, 1);
    mapping_release(&m);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(changed_by_a_person),
        cmocka_unit_test(a_header_nobody_knows),
        cmocka_unit_test(keys_of_values),
        cmocka_unit_test(every_problem_is_named),
        cmocka_unit_test(mapping_to_a_retired_code),
        cmocka_unit_test(a_near_name_is_proposed),
        cmocka_unit_test(files_that_are_no_mapping),
        cmocka_unit_test(columns_that_are_missing_unknown_or_left_out),
        cmocka_unit_test(guessed_by_name_path_and_label),
        cmocka_unit_test(guessed_by_number),
        cmocka_unit_test(guessed_by_external_names),
        cmocka_unit_test(the_better_match_wins_then_the_first),
        cmocka_unit_test(words_of_several_variables),
        cmocka_unit_test(nothing_is_recognised),
        cmocka_unit_test(shipped_mappings_load),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    data_release();
    return failed;
}
