/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/xlsform_export.c, over all forms of the core and the packs pt, cz, pl, sk
 *  1 what XLSForm programs refuse is not there: types, names, references, lists, repeated choices,
 *    codes with blanks, pulldata(), unbalanced groups, columns with the same meaning
 *  2 missing codes are choices where the field takes them; a list's own code keeps its name
 *  3 settings: title, language as the headers write it, namespace of our attributes
 *  4 forms and packs that are not there */
#include "harness.h"

#include "base/map.h"
#include "model/xlsform_internal.h"

static struct arena *a;
static struct problems p;
static struct xlsform_book book;

static int begin(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    problems_init(&p, a);
    return 0;
}

static int end(void **state)
{
    (void)state;
    problems_release(&p);
    arena_free(a);
    return 0;
}

static void make(const char *pack, const char *form)
{
    struct err e = {0};
    if (!xlsform_export(&book, harness_source("data"), pack, form, a, &p, &e))
        fail_msg("%s %s: %s", pack, form, e.msg);
}

static const char *at(enum xlsform_part part, size_t row, const char *column)
{
    const struct sheet *s = &book.part[part];
    return sheet_cell(&s->row[row], sheet_column(s, column)).s;
}

static const char *under(const char *list, const char *name)
{
    return arena_printf(a, "%s/%s", list, name);
}

/* Every ${name} of a cell is a row of the form. */
static void references(const struct map *names, const char *text)
{
    for (const char *s = text; (s = strstr(s, "${")) != NULL; s++) {
        const char *close = strchr(s, '}');
        assert_non_null(close);
        struct text name = {s + 2, (size_t)(close - s - 2)};
        if (map_get(names, name) == MAP_NONE) fail_msg("no row for %.*s", (int)name.n, name.p);
    }
}

static void choices_hold(struct map *lists)
{
    const struct sheet *s = &book.part[XLSFORM_CHOICES];
    struct map *codes = map_new();
    for (size_t i = 0; i < s->n_row; i++) {
        const char *list = at(XLSFORM_CHOICES, i, "list_name"),
                   *name = at(XLSFORM_CHOICES, i, "name");
        assert_true(list[0] != '\0' && name[0] != '\0' && strpbrk(name, " \t\n") == NULL);
        assert_true(at(XLSFORM_CHOICES, i, "label::en")[0] != '\0');
        if (!map_put(codes, text_of(under(list, name)), 0)) fail_msg("twice: %s %s", list, name);
        map_put(lists, text_of(list), 0);
    }
    assert_int_equal(sheet_column(s, "value"), COLUMN_ABSENT);
    map_free(codes);
}

static void row_holds(size_t i, const struct map *lists, const struct map *names)
{
    static const char *const types[] = {"text", "integer", "decimal", "date", "calculate", "note"};
    const char *type = at(XLSFORM_SURVEY, i, "type");
    const char *list = strncmp(type, "select_one ", 11) == 0        ? type + 11
                       : strncmp(type, "select_multiple ", 16) == 0 ? type + 16
                                                                    : NULL;
    bool known = list != NULL;
    for (size_t k = 0; k < sizeof types / sizeof types[0]; k++)
        known |= strcmp(type, types[k]) == 0;
    known |= strncmp(type, "begin_", 6) == 0 || strncmp(type, "end_", 4) == 0;
    if (!known) fail_msg("type %s", type);
    if (list != NULL && map_get(lists, text_of(list)) == MAP_NONE) fail_msg("no list %s", list);
    for (size_t k = 0; xlsform_expressions[k] != NULL; k++) {
        const char *text = at(XLSFORM_SURVEY, i, xlsform_expressions[k]);
        assert_null(strstr(text, "pulldata("));
        references(names, text);
        for (const char *s = text; (s = strstr(s, "instance('")) != NULL; s++) {
            struct text l = {s + 10, strcspn(s + 10, "'")};
            if (map_get(lists, l) == MAP_NONE) fail_msg("no list %.*s", (int)l.n, l.p);
        }
    }
    if (strcmp(type, "calculate") == 0)
        assert_true(at(XLSFORM_SURVEY, i, "calculation")[0] != '\0');
}

static void book_holds(void)
{
    struct map *lists = map_new(), *names = map_new();
    const struct sheet *s = &book.part[XLSFORM_SURVEY];
    int depth = 0;
    choices_hold(lists);
    for (size_t i = 0; i < s->n_row; i++) {
        const char *type = at(XLSFORM_SURVEY, i, "type"), *name = at(XLSFORM_SURVEY, i, "name");
        depth += strncmp(type, "begin_", 6) == 0;
        depth -= strncmp(type, "end_", 4) == 0;
        assert_true(depth >= 0);
        if (strncmp(type, "end_", 4) == 0) continue;
        assert_true(name_is_good(text_of(name)));
        if (!map_put(names, text_of(name), 0)) fail_msg("twice: %s", name);
    }
    assert_int_equal(depth, 0);
    for (size_t i = 0; i < s->n_row; i++) row_holds(i, lists, names);
    for (size_t c = 0; c < s->n_column; c++)
        for (size_t k = 0; k < c; k++) assert_string_not_equal(s->column[c], s->column[k]);
    map_free(lists);
    map_free(names);
}

static void what_others_refuse(void **state)
{
    (void)state;
    static const char *const pack[] = {"", "pt", "cz", "pl", "sk"};
    static const char *const form[] = {"victim", "suspect", "case", "proceeding"};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) {
            make(pack[i], form[k]);
            book_holds();
            assert_true(book.part[XLSFORM_SURVEY].n_row > 50);
        }
}

static size_t choice(const char *list, const char *name)
{
    size_t n = book.part[XLSFORM_CHOICES].n_row;
    for (size_t i = 0; i < n; i++)
        if (strcmp(at(XLSFORM_CHOICES, i, "list_name"), list) == 0 &&
            strcmp(at(XLSFORM_CHOICES, i, "name"), name) == 0)
            return i;
    return n;
}

static void missing_codes(void **state)
{
    (void)state;
    make("pt", "victim");
    size_t n = book.part[XLSFORM_CHOICES].n_row;
    assert_true(choice("CL_SEX", "F") < n && choice("CL_SEX", "U") < n &&
                choice("CL_SEX", "RF") < n);
    assert_string_equal(at(XLSFORM_CHOICES, choice("CL_SEX", "U"), "label::pt"), "Desconhecido");
    assert_string_equal(at(XLSFORM_CHOICES, choice("CL_SEX", "U"), "thb_missing"), "yes");
    assert_string_equal(at(XLSFORM_CHOICES, choice("CL_SEX", "F"), "thb_missing"), "");
    assert_string_equal(at(XLSFORM_CHOICES, choice("CL_COUNTRY", "NA"), "label::en"), "Namibia");
    assert_string_equal(at(XLSFORM_CHOICES, choice("CL_COUNTRY", "missing:NA"), "thb_missing"),
                        "yes");
    assert_int_equal(choice("CL_COUNTRY", "missing:U"), n);
    assert_true(choice("parameters", "currency") < n);
    assert_int_equal(choice("parameters", "U"), n);
}

static void settings(void **state)
{
    (void)state;
    make("pt", "victim");
    assert_int_equal(book.part[XLSFORM_SETTINGS].n_row, 1);
    assert_string_equal(at(XLSFORM_SETTINGS, 0, "form_id"), "victim");
    assert_string_equal(at(XLSFORM_SETTINGS, 0, "default_language"), "Português (pt)");
    assert_string_equal(at(XLSFORM_SETTINGS, 0, "form_title"),
                        "Vítima de tráfico de seres humanos");
    assert_int_equal(strncmp(at(XLSFORM_SETTINGS, 0, "namespaces"), "thb=\"", 5), 0);
    assert_int_equal(strlen(at(XLSFORM_SETTINGS, 0, "version")), 10);
    make("", "suspect");
    assert_string_equal(at(XLSFORM_SETTINGS, 0, "default_language"), "English (en)");
}

static void nothing_there(void **state)
{
    (void)state;
    struct err e = {0};
    assert_false(xlsform_export(&book, harness_source("data"), "pt", "victims", a, &p, &e));
    assert_string_equal(e.id, "xlsform.no_form");
    err_clear(&e);
    assert_false(xlsform_export(&book, harness_source("data"), "qq", "victim", a, &p, &e));
    assert_string_equal(e.id, "dictionary.broken");
    err_clear(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_others_refuse, begin, end),
        cmocka_unit_test_setup_teardown(missing_codes, begin, end),
        cmocka_unit_test_setup_teardown(settings, begin, end),
        cmocka_unit_test_setup_teardown(nothing_there, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
