/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/catalogue.c
 *  1 messages and the English behind them   2 plural forms of the five languages
 *  3 what is left out: drafts, empty ones, other conversions, twice   4 malformed files
 *  5 conversions compared   6 errors speak the language of their thread   7 long and cut */
#include "harness.h"

#include "base/catalogue.h"

#include "base/buf.h"
#include "base/parallel.h"

static struct catalogue *read_ok(const char *po, const char *language)
{
    struct catalogue *c;
    struct err e = {0};
    size_t n = 0;
    if (!catalogue_read(&c, text_of(po), language, NULL, &n, &e)) fail_msg("%s", e.msg);
    assert_int_equal(n, 0);
    return c;
}

static void messages(void **state)
{
    (void)state;
    struct catalogue *c = read_ok("# translator: nobody\n"
                                  "msgid \"\"\n"
                                  "msgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
                                  "\n"
                                  "#: src/cli/show.c:1\n"
                                  "msgid \"The repository is sound.\"\n"
                                  "msgstr \"O repositório está íntegro.\"\n"
                                  "msgid \"\"\n"
                                  "\"in \"\n"
                                  "\"pieces\\n\"\n"
                                  "msgstr \"aos \\\"bocados\\\"\"\n"
                                  "\"\\t\\\\\\n\"\n",
                                  "pt");
    assert_int_equal(catalogue_size(c), 2);
    assert_string_equal(tr("The repository is sound."), "The repository is sound.");
    assert_null(catalogue_use(c));
    assert_string_equal(tr("The repository is sound."), "O repositório está íntegro.");
    assert_string_equal(tr("in pieces\n"), "aos \"bocados\"\t\\\n");
    assert_string_equal(tr("never seen"), "never seen");
    assert_string_equal(tr(""), ""); /* the header is no message */
    assert_ptr_equal(catalogue_use(NULL), c);
    assert_string_equal(tr("in pieces\n"), "in pieces\n");
    catalogue_free(c);
    catalogue_free(NULL);
}

#define ROWS "msgid \"%lld row\"\nmsgid_plural \"%lld rows\"\n"

/* Forms after Unicode CLDR, language plural rules: cs one 1, few 2-4, other; pl one 1, few 2-4,
 * 22-24, many; sk as cs; pt one 1, other (Portugal: 0 is other). */
static void plural_forms(void **state)
{
    (void)state;
    static const struct {
        const char *language, *po;
        const char *at_0, *at_1, *at_3, *at_5, *at_12, *at_22;
    } of[] = {
        {"cs",
         ROWS "msgstr[0] \"%lld řádek\"\nmsgstr[1] \"%lld řádky\"\nmsgstr[2] \"%lld řádků\"\n",
         "%lld řádků", "%lld řádek", "%lld řádky", "%lld řádků", "%lld řádků", "%lld řádků"},
        {"sk",
         ROWS "msgstr[0] \"%lld riadok\"\nmsgstr[1] \"%lld riadky\"\nmsgstr[2] \"%lld riadkov\"\n",
         "%lld riadkov", "%lld riadok", "%lld riadky", "%lld riadkov", "%lld riadkov",
         "%lld riadkov"},
        {"pl",
         ROWS "msgstr[0] \"%lld wiersz\"\nmsgstr[1] \"%lld wiersze\"\nmsgstr[2] \"%lld wierszy\"\n",
         "%lld wierszy", "%lld wiersz", "%lld wiersze", "%lld wierszy", "%lld wierszy",
         "%lld wiersze"},
    };
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct catalogue *c = read_ok(of[i].po, of[i].language);
        assert_int_equal(catalogue_size(c), 1);
        catalogue_use(c);
        assert_string_equal(tr_n("%lld row", "%lld rows", 0), of[i].at_0);
        assert_string_equal(tr_n("%lld row", "%lld rows", 1), of[i].at_1);
        assert_string_equal(tr_n("%lld row", "%lld rows", 3), of[i].at_3);
        assert_string_equal(tr_n("%lld row", "%lld rows", 5), of[i].at_5);
        assert_string_equal(tr_n("%lld row", "%lld rows", 12), of[i].at_12);
        assert_string_equal(tr_n("%lld row", "%lld rows", 22), of[i].at_22);
        assert_string_equal(tr_n("%lld row", "%lld rows", INT64_C(9000000000000000022)),
                            of[i].at_22);
        catalogue_use(NULL);
        catalogue_free(c);
    }
    assert_string_equal(tr_n("%lld row", "%lld rows", 1), "%lld row");
    assert_string_equal(tr_n("%lld row", "%lld rows", 0), "%lld rows");
    struct catalogue *pt =
        read_ok(ROWS "msgstr[0] \"%lld linha\"\nmsgstr[1] \"%lld linhas\"\n", "pt");
    catalogue_use(pt);
    assert_string_equal(tr_n("%lld row", "%lld rows", 0), "%lld linhas");
    assert_string_equal(tr_n("%lld row", "%lld rows", 1), "%lld linha");
    catalogue_use(NULL);
    catalogue_free(pt);
}

static void left_out(void **state)
{
    (void)state;
    static const char po[] = "msgid \"kept\"\nmsgstr \"mantido\"\n"
                             "#, c-format, fuzzy\nmsgid \"draft\"\nmsgstr \"rascunho\"\n"
                             "msgid \"empty\"\nmsgstr \"\"\n"
                             "msgid \"%s of %lld\"\nmsgstr \"%lld de %s\"\n" /* line 8 */
                             "msgid \"kept\"\nmsgstr \"outra vez\"\n"        /* line 10 */
                             "msgid \"%d day\"\nmsgid_plural \"%d days\"\nmsgstr[0] \"%d dia\"\n";
    struct catalogue *c;
    struct catalogue_problem problem[2];
    size_t n = 2;
    assert_true(catalogue_read(&c, text_of(po), "pt", problem, &n, NULL));
    assert_int_equal(n, 3); /* of which there is room for two */
    assert_int_equal(problem[0].line, 8);
    assert_string_equal(problem[0].what, "the conversions (percent signs) differ from the English ones");
    assert_int_equal(problem[1].line, 10);
    assert_string_equal(problem[1].what, "the message is there twice");
    assert_int_equal(catalogue_size(c), 1);
    catalogue_use(c);
    assert_string_equal(tr("kept"), "mantido");
    assert_string_equal(tr("draft"), "draft");
    assert_string_equal(tr("empty"), "empty");
    assert_string_equal(tr("%s of %lld"), "%s of %lld");
    assert_string_equal(tr_n("%d day", "%d days", 2), "%d days");
    catalogue_use(NULL);
    catalogue_free(c);
}

static void malformed(void **state)
{
    (void)state;
    static const struct {
        const char *po, *where;
    } bad[] = {
        {"msgid \"a\"\nmsgid \"b\"\n", "line 2"},
        {"msgid \"a\"\nmsgstr[0] \"b\"\n", "line 2"},
        {"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"c\"\n", "line 3"},
        {"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[1] \"c\"\n", "line 3"},
        {"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[x] \"c\"\n", "line 3"},
        {"msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"\n", "line 3"},
        {"\"a\"\n", "line 1"},
        {"msgstr \"a\"\n", "line 1"},
        {"msgid a\n", "line 1"},
        {"msgid \"a\n", "line 1"},
        {"msgid \"\\q\"\n", "line 1"},
        {"msgid \"a\\\"\n", "line 1"},
        {"msgid \"a\"b\"\n", "line 1"},
        {"msgctxt \"menu\"\nmsgid \"a\"\nmsgstr \"b\"\n", "line 1"},
        {"hello\n", "line 1"},
        {"msgid \"\xff\"\n", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct catalogue *c = (void *)1;
        struct err e = {0};
        if (catalogue_read(&c, text_of(bad[i].po), "pt", NULL, NULL, &e))
            fail_msg("%s was read", bad[i].po);
        assert_null(c);
        assert_int_equal(e.code, ERR_INPUT);
        assert_string_equal(e.id, "catalogue.malformed");
        if (strstr(e.msg, bad[i].where) == NULL) fail_msg("%s: %s", bad[i].po, e.msg);
        assert_true(e.remedy[0] != '\0');
    }
    struct catalogue *c;
    struct err e = {0};
    assert_false(catalogue_load(&c, "there/is/none.po", "pt", NULL, NULL, &e));
    assert_string_equal(e.id, "file.not_found");
}

static void conversions(void **state)
{
    (void)state;
    assert_true(catalogue_same_conversions("", "plain, 100 %% sure"));
    assert_true(catalogue_same_conversions("%s and %lld", "%s e %lld"));
    assert_true(catalogue_same_conversions("%5.1f%%", "%f por cento"));
    assert_true(catalogue_same_conversions("%.*s", "«%.*s»"));
    assert_true(catalogue_same_conversions("%zu", "%02zu"));
    assert_false(catalogue_same_conversions("%s", "none"));
    assert_false(catalogue_same_conversions("none", "%s"));
    assert_false(catalogue_same_conversions("%s %d", "%d %s"));
    assert_false(catalogue_same_conversions("%d", "%lld"));
    assert_false(catalogue_same_conversions("%.*s", "%s"));
    assert_false(catalogue_same_conversions("%*d", "%d"));
    assert_false(catalogue_same_conversions("%d", "%n"));
    assert_false(catalogue_same_conversions("%d", "%1$d")); /* one order, that of the English */
    assert_false(catalogue_same_conversions("100 %%", "100 %"));
}

static void in_english(void *ctx)
{
    struct err *e = ctx;
    err_set(e, ERR_INPUT, "x.y", "no file %s", "a.csv");
}

static void errors(void **state)
{
    (void)state;
    struct catalogue *c = read_ok("msgid \"no file %s\"\nmsgstr \"não há ficheiro %s\"\n"
                                  "msgid \"name %d\"\nmsgstr \"indique %d\"\n",
                                  "pt");
    struct err e = {0}, other = {0};
    catalogue_use(c);
    err_set(&e, ERR_INPUT, "x.y", "no file %s", "a.csv");
    err_remedy(&e, "name %d", 3);
    assert_string_equal(e.msg, "não há ficheiro a.csv");
    assert_string_equal(e.remedy, "indique 3");
    parallel_join(parallel_start(in_english, &other));
    assert_string_equal(other.msg, "no file a.csv");
    catalogue_use(NULL);
    catalogue_free(c);
}

static void long_ones(void **state)
{
    (void)state;
    struct buf po;
    buf_init(&po, 30000);
    buf_puts(&po, "msgid \"a\"\nmsgstr \"");
    for (int i = 0; i < 20000; i++) buf_putc(&po, 'x');
    buf_puts(&po, "\"\n");
    struct catalogue *c;
    struct catalogue_problem problem;
    size_t room = 1;
    assert_true(catalogue_read(&c, buf_text(&po), "pt", &problem, &room, NULL));
    assert_int_equal(room, 1);
    assert_string_equal(problem.what, "the message is too long");
    assert_int_equal(catalogue_size(c), 0);
    catalogue_free(c);
    /* cut anywhere: read or refused, never a crash */
    static const char whole[] =
        "#, fuzzy\nmsgid \"%s a\"\nmsgid_plural \"%s b\"\nmsgstr[0] \"c\"\n";
    for (size_t i = 0; i <= sizeof whole - 1; i++)
        if (catalogue_read(&c, (struct text){whole, i}, "pl", NULL, NULL, NULL)) catalogue_free(c);
    buf_release(&po);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),  cmocka_unit_test(plural_forms), cmocka_unit_test(left_out),
        cmocka_unit_test(malformed), cmocka_unit_test(conversions),  cmocka_unit_test(errors),
        cmocka_unit_test(long_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
