/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/import_known.c and op_export.c: records as a workbook, corrected, and
 * imported again
 *  1 the workbook, read with the program's own reader: _id and _version first, labels under the
 *  names,
 *    choices, and who took it when and for what; no identifier, in no part of it (S56, S57): their
 *    columns are empty
 *  2 imported as it is, nothing changes; only a batch, only what has findings
 *  3 a cell changes its record, and identifiers that are not in the file stay; undone with the
 *  batch
 *  4 a record that was changed meanwhile: shown, kept; taken on demand, and only what the file
 *  changes;
 *    who changed it and when; in the file given back; the reading is an entry (S20, S21)
 *  5 unknown codes, those of another organisation or form (S52), versions that never were,
 *  references,
 *    the same record twice
 *  6 a closed year is closed to spreadsheets too
 *  7 a purpose is wanted, and the export is an entry before the file is there (S20)
 *  8 answers stand there in words, cells offer their lists, and every offered text, in every
 *    language, is read again as the answer it stands for
 *  9 a workbook without records: filled in with words and names, it makes records with identifiers;
 *    so do new rows of a workbook of records
 * 10 encrypted to a recipient (S57): they open it with openssl and nobody else does; who it is
 * stands
 *    in the log; a certificate that is none leaves neither a file nor an entry */
#include "harness.h"

#include "desk.h"
#include "people.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/xlsx_read.h"
#include "base/xlsx_zip.h"
#include "service/service_internal.h"

#include <unistd.h>

#define ROUND "'form':'victim','organisation':'GNR'"

static struct service *desk;

enum { COLUMNS_MAX = 400, ROWS_MAX = 60 };
static struct {
    char *cell[ROWS_MAX][COLUMNS_MAX];
    size_t n_row, n_column;
} table;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.program = harness_program();
    o.purpose = "a test";
    o.language = "en";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, 12, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," ROUND "}");
    desk_victims("w.csv", "B", 20, 24, 0);
    (void)desk_do(desk, "import.run", "{'file':'w.csv','form':'victim','organisation':'APAV'}");
    return 0;
}

static void forget_table(void)
{
    for (size_t r = 0; r < table.n_row; r++)
        for (size_t c = 0; c < COLUMNS_MAX; c++) {
            free(table.cell[r][c]);
            table.cell[r][c] = NULL;
        }
    table.n_row = table.n_column = 0;
}

static int end(void **state)
{
    (void)state;
    forget_table();
    service_close(desk);
    return 0;
}

static bool keep_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    (void)ctx;
    (void)e;
    assert_true(row->n_cell <= COLUMNS_MAX);
    assert_false(row->hidden);
    if (row->row > ROWS_MAX) return true; /* of choices, the first do */
    table.n_row = (size_t)row->row;
    if (row->n_cell > table.n_column) table.n_column = row->n_cell;
    for (size_t c = 0; c < row->n_cell; c++) {
        struct text t = row->cell[c].text;
        assert_false(row->cell[c].formula);
        if (t.n > 0) table.cell[row->row - 1][c] = strndup(t.p, t.n);
    }
    return true;
}

/* A sheet of a workbook into `table`. */
static void read_sheet(const char *path, const char *name)
{
    size_t n;
    struct xlsx_reader *r;
    struct err e = {0};
    char *bytes = harness_read(path, &n);
    forget_table();
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s", e.msg);
    bool found = false;
    for (size_t i = 0; i < xlsx_sheet_count(r); i++) {
        assert_false(xlsx_sheet_hidden(r, i));
        if (!text_is(xlsx_sheet_name(r, i), name)) continue;
        found = true;
        if (!xlsx_read_sheet(r, i, keep_row, NULL, &e)) fail_msg("%s", e.msg);
    }
    assert_true(found);
    xlsx_close(r);
    free(bytes);
}

static const char *at(size_t row, size_t column)
{
    return table.cell[row][column] == NULL ? "" : table.cell[row][column];
}

static size_t column(const char *name)
{
    for (size_t c = 0; c < table.n_column; c++)
        if (strcmp(at(0, c), name) == 0) return c;
    fail_msg("there is no column %s", name);
    return 0;
}

static void set(size_t row, const char *name, const char *value)
{
    size_t c = column(name);
    free(table.cell[row][c]);
    table.cell[row][c] = strdup(value);
}

/* The header and these rows of the table (0 ends them), as CSV. */
static void write_rows(const char *path, const size_t *row)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i == 0 || row[i - 1] != 0; i++) {
        for (size_t c = 0; c < table.n_column; c++)
            buf_printf(&b, "%s\"%s\"", c == 0 ? "" : ",", at(i == 0 ? 0 : row[i - 1], c));
        buf_puts(&b, "\n");
    }
    assert_false(b.too_long);
    harness_write(path, b.p, b.n);
    buf_release(&b);
}
#define WRITE(path, ...) write_rows(path, (const size_t[]){__VA_ARGS__, 0})

/* Everything of the GNR, into `table`; anew, with the versions of now. */
static void download(void)
{
    (void)unlink("out.xlsx");
    (void)desk_do(desk, "export.workbook", "{'output':'out.xlsx'," ROUND "}");
    read_sheet("out.xlsx", "data");
}

static void counts(const struct json *r, int64_t changed, int64_t same, int64_t conflict,
                   int64_t refused)
{
    assert_int_equal(json_get_int(r, "changed", -1), changed);
    assert_int_equal(json_get_int(r, "same", -1), same);
    assert_int_equal(json_get_int(r, "conflict", -1), conflict);
    assert_int_equal(json_get_int(r, "refused", -1), refused);
    assert_int_equal(json_get_int(r, "new", -1), 0);
}

static char value_of[200];
static const char *kept(const char *record, const char *name)
{
    const struct json *r = desk_do(desk, "record.show", "{'record':'%s'}", record),
                      *v = json_get(json_get(r, "values"), name);
    if (v != NULL && json_kind(v) == JSON_INT)
        (void)snprintf(value_of, sizeof value_of, "%lld", (long long)json_as_int(v, 0));
    else (void)snprintf(value_of, sizeof value_of, "%s", v == NULL ? "" : json_as_text(v, ""));
    return value_of;
}

static int64_t version(const char *record)
{
    return json_get_int(json_get(desk_do(desk, "record.show", "{'record':'%s'}", record), "meta"),
                        "version", 0);
}

/* ---- 1 ---- */

static void book_1_what_is_in_it(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "export.workbook", "{'output':'out.xlsx'," ROUND "}");
    assert_int_equal(json_get_int(r, "records", 0), 12);
    assert_int_equal(json_get_int(r, "left_out", -1), 0);
    read_sheet("out.xlsx", "data");
    assert_int_equal(table.n_row, 14);
    assert_string_equal(at(0, 0), "_id");
    assert_string_equal(at(0, 1), "_version");
    assert_string_equal(at(1, column("sex")), "Sex");
    assert_string_equal(at(2, 1), "1");
    assert_int_equal(strlen(at(2, 0)), 12);
    const struct dictionary *d = desk->dictionary;
    for (size_t c = 0; c < table.n_column; c++) {
        const struct variable *v = dictionary_variable(d, 0, text_of(at(0, c)));
        bool identifies = v != NULL && (v->privacy & PRIVACY_D) != 0;
        for (size_t row = 2; identifies && row < table.n_row; row++)
            assert_string_equal(at(row, c), "");
        for (size_t row = 2; row < table.n_row; row++) /* the canaries of desk_victims() */
            assert_null(strstr(at(row, c), "FAMILY-"));
    }
    assert_string_equal(at(2, column("family_name")), "");
    (void)column("episode[1]/exploitation[1]/exploitation_form");
    read_sheet("out.xlsx", "choices");
    assert_true(table.n_row > 20);
    read_sheet("out.xlsx", "_meta");
    bool purpose = false, actor = false;
    for (size_t row = 0; row < table.n_row; row++) {
        purpose |= strcmp(at(row, 1), "a test") == 0;
        actor |= strcmp(at(row, 0), "by") == 0 && at(row, 1)[0] != '\0';
    }
    assert_true(purpose && actor);
}

/* ---- 2 ---- */

static void same_2_nothing_changes(void **state)
{
    (void)state;
    download();
    counts(desk_do(desk, "import.check", "{'file':'out.xlsx'," ROUND "}"), 0, 12, 0, 0);
    const struct json *r = desk_do(desk, "import.run", "{'file':'out.xlsx'," ROUND "}");
    counts(r, 0, 12, 0, 0);
    int64_t batch = json_get_int(r, "batch", 0);
    assert_int_equal(version(at(2, 0)), 1);
    (void)desk_refused(desk, ERR_NOT_FOUND, "export.nothing", "export.workbook",
                       "{'output':'none.xlsx','batch':%lld," ROUND "}", (long long)batch);
    r = desk_do(desk, "export.workbook", "{'output':'one.xlsx','batch':1," ROUND "}");
    assert_int_equal(json_get_int(r, "records", 0), 12);
    (void)desk_refused(desk, ERR_NOT_FOUND, "export.nothing", "export.workbook",
                       "{'output':'none.xlsx','findings':true," ROUND "}");
}

/* ---- 3 ---- */

static void change_3_cells(void **state)
{
    (void)state;
    download();
    char one[20], was[20], third[20];
    (void)snprintf(third, sizeof third, "%s", at(4, 0));
    set(4, "data_reliability", "B");
    WRITE("e.csv", 4);
    counts(desk_do(desk, "import.run", "{'file':'e.csv'," ROUND "}"), 1, 0, 0, 0);
    download(); /* in another order */
    size_t row = 2, others[2], n_other = 0;
    while (strcmp(at(row, 0), third) != 0) row++;
    for (size_t i = 2; n_other < 2; i++)
        if (i != row) others[n_other++] = i;
    (void)snprintf(one, sizeof one, "%s", at(others[0], 0));
    (void)snprintf(was, sizeof was, "%s", at(others[0], column("sex")));
    (void)snprintf(was, sizeof was, "%s", strcmp(was, "Female") == 0 ? "F" : "M"); /* its code */
    set(others[0], "sex", strcmp(was, "F") == 0 ? "M" : "Female");
    set(others[1], "sex", "");
    set(row, "data_reliability", "[CLEAR]");
    WRITE("e.csv", others[0], others[1], row);
    counts(desk_do(desk, "import.check", "{'file':'e.csv'," ROUND "}"), 2, 1, 0, 0);
    assert_string_equal(kept(one, "sex"), was);
    const struct json *r = desk_do(desk, "import.run", "{'file':'e.csv'," ROUND "}");
    counts(r, 2, 1, 0, 0);
    int64_t batch = json_get_int(r, "batch", 0);
    assert_string_not_equal(kept(one, "sex"), was);
    assert_int_equal(version(one), 2);
    assert_true(kept(at(others[1], 0), "sex")[0] != '\0');
    assert_string_equal(kept(third, "data_reliability"), "");
    r = desk_do(desk, "record.identity", "{'record':'%s','purpose':'a test'}", one);
    assert_non_null(strstr(json_get_text(json_get(r, "values"), "family_name", ""), "FAMILY-"));
    (void)desk_do(desk, "batch.undo", "{'batch':%lld,'reason':'a test'}", (long long)batch);
    assert_string_equal(kept(one, "sex"), was);
    desk_verify(desk);
}

/* ---- 4 ---- */

static void conflict_4_changed_meanwhile(void **state)
{
    (void)state;
    download();
    char one[20];
    size_t k = 2; /* rows come in an order of their own */
    while (at(k, column("data_reliability"))[0] != '\0') k++;
    (void)snprintf(one, sizeof one, "%s", at(k, 0));
    set(k, "data_reliability", "A");
    set(k, "incident_country", "PT");
    WRITE("first.csv", k);
    counts(desk_do(desk, "import.run", "{'file':'first.csv'," ROUND "}"), 1, 0, 0, 0);
    int64_t first = version(one);
    set(k, "data_reliability", "B");
    set(k, "incident_country", "");
    WRITE("second.csv", k); /* with the version before the first */
    const struct json *r = desk_do(desk, "import.check", "{'file':'second.csv'," ROUND "}");
    counts(r, 0, 0, 1, 0);
    const struct json *c = json_at(json_get(r, "conflicts"), 0),
                      *f = json_at(json_get(c, "fields"), 0);
    assert_int_equal(json_size(json_get(r, "conflicts")), 1);
    assert_int_equal(json_size(json_get(c, "fields")), 1);
    assert_string_equal(json_get_text(c, "record", ""), one);
    assert_true(json_get_text(c, "author", "")[0] != '\0' && json_get_text(c, "at", "")[0] != '\0');
    assert_string_equal(json_get_text(f, "variable", ""), "data_reliability");
    assert_true(json_get_bool(f, "both", false));
    assert_string_not_equal(json_get_text(f, "mine", ""), json_get_text(f, "theirs", ""));
    /* showing it was a reading */
    r = desk_do(desk, "audit.list", "{'limit':1}");
    assert_string_equal(json_get_text(json_at(json_get(r, "entries"), 0), "action", ""),
                        "record.read");
    r = desk_do(desk, "import.run", "{'file':'second.csv','findings':'back.csv'," ROUND "}");
    counts(r, 0, 0, 1, 0);
    assert_string_equal(kept(one, "data_reliability"), "A");
    assert_int_equal(version(one), first);
    size_t n;
    char *back = harness_read("back.csv", &n);
    assert_non_null(strstr(back, "[conflict]"));
    assert_non_null(strstr(back, "_version"));
    free(back);
    r = desk_do(desk, "import.run", "{'file':'second.csv','conflicts':'mine'," ROUND "}");
    counts(r, 1, 0, 1, 0);
    assert_string_equal(kept(one, "data_reliability"), "B");
    assert_string_equal(kept(one, "incident_country"), "PT"); /* only what the file says */
    assert_int_equal(version(one), first + 1);
    /* said again it is no conflict any more: both say the same */
    counts(desk_do(desk, "import.run", "{'file':'second.csv'," ROUND "}"), 0, 1, 0, 0);
    desk_verify(desk);
}

/* ---- 5 ---- */

static const char *rule_of(const struct json *r, int i)
{
    return json_get_text(json_at(json_get(r, "findings"), (size_t)i), "rule", "");
}

static void wrong_5_rows(void **state)
{
    (void)state;
    const struct json *list =
        json_get(desk_do(desk, "record.list", "{'form':'victim','limit':100}"), "records");
    char foreign[20] = "";
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "organisation", ""), "APAV") == 0)
            (void)snprintf(foreign, sizeof foreign, "%s",
                           json_get_text(json_at(list, i), "record", ""));
    assert_int_equal(strlen(foreign), 12);
    download();
    set(2, "_id", foreign);
    set(3, "_id", "0123456789AB");
    set(4, "_version", "99");
    set(5, "_version", "");
    set(6, "source_file_no", "A-other");
    for (size_t i = 2; i < 7; i++) set(i, "data_reliability", "C");
    WRITE("wrong.csv", 2, 3, 4, 5, 6, 7, 7);
    const struct json *r = desk_do(desk, "import.run", "{'file':'wrong.csv'," ROUND "}");
    counts(r, 0, 1, 0, 6);
    assert_string_equal(rule_of(r, 0), "row-id");
    assert_string_equal(rule_of(r, 1),
                        "row-id"); /* one that is not there and one that is not ours: alike */
    const struct json *a = json_at(json_get(r, "findings"), 0),
                      *b = json_at(json_get(r, "findings"), 1);
    assert_string_equal(json_get_text(a, "message", ""), json_get_text(b, "message", "x"));
    assert_string_equal(rule_of(r, 2), "row-version");
    assert_string_equal(rule_of(r, 3), "row-version");
    assert_string_equal(rule_of(r, 4), "row-reference");
    assert_string_equal(rule_of(r, 5), "V07");
    assert_int_equal(version(foreign), 1);
    /* of another form */
    desk_suspects("s.csv", "S", 0, 2);
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    list = json_get(desk_do(desk, "record.list", "{'form':'suspect','limit':10}"), "records");
    (void)snprintf(foreign, sizeof foreign, "%s", json_get_text(json_at(list, 0), "record", ""));
    download();
    set(2, "_id", foreign);
    WRITE("wrong.csv", 2);
    r = desk_do(desk, "import.run", "{'file':'wrong.csv'," ROUND "}");
    assert_string_equal(rule_of(r, 0), "row-id");
}

/* ---- 6 ---- */

static void year_6_closed(void **state)
{
    (void)state;
    download();
    char year[5];
    (void)snprintf(year, sizeof year, "%.4s", at(7, column("entry_date")));
    (void)desk_do(desk, "year.close", "{'form':'victim','year':%s}", year);
    set(7, "data_reliability", "D");
    WRITE("late.csv", 7, 8);
    const struct json *r = desk_do(desk, "import.run", "{'file':'late.csv'," ROUND "}");
    counts(r, 0, 1, 0, 1);
    assert_string_equal(rule_of(r, 0), "row-year");
    (void)desk_do(desk, "year.reopen", "{'form':'victim','year':%s,'reason':'again'}", year);
    counts(desk_do(desk, "import.run", "{'file':'late.csv'," ROUND "}"), 1, 1, 0, 0);
}

/* ---- 7 ---- */

static void purpose_7_is_stated(void **state)
{
    (void)state;
    struct service_options o = desk_options("repository", NULL);
    o.purpose = NULL;
    struct service *other = desk_open_with(&o);
    (void)desk_refused(other, ERR_DENIED, "call.no_purpose", "export.workbook",
                       "{'output':'no.xlsx'," ROUND "}");
    assert_false(file_exists("no.xlsx"));
    service_close(other);
    (void)desk_do(desk, "export.workbook", "{'output':'out.xlsx'," ROUND "}");
    const struct json *one =
        json_at(json_get(desk_do(desk, "audit.list", "{'limit':1}"), "entries"), 0);
    assert_string_equal(json_get_text(one, "action", ""), "record.read");
    assert_string_equal(json_get_text(one, "object_type", ""), "export");
    assert_int_equal(json_get_int(one, "count", 0), 12);
}

/* ---- 8 ---- */

static bool keep_piece(void *ctx, struct text bytes, bool last, struct err *e)
{
    (void)last;
    (void)e;
    buf_put_text(ctx, bytes);
    return true;
}

/* The sheet of rows of a workbook as XML. */
static char *sheet_xml(const char *path)
{
    size_t n, at_part;
    struct xlsx_zip *z;
    struct buf b;
    char *bytes = harness_read(path, &n);
    buf_init(&b, 1 << 24);
    assert_true(xlsx_zip_open(&z, (struct text){bytes, n}, XLSX_ZIP_FOREIGN, NULL));
    assert_true(xlsx_zip_find(z, TEXT("xl/worksheets/sheet1.xml"), &at_part));
    assert_true(xlsx_zip_read(z, at_part, keep_piece, &b, NULL));
    xlsx_zip_close(z);
    free(bytes);
    assert_false(b.too_long);
    char *xml = strndup(b.p, b.n);
    buf_release(&b);
    return xml;
}

/* Each row of the sheet of choices: its text comes to its code. */
static void every_choice(const struct dictionary *d, const char *path)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    size_t n = 0, in_words = 0;
    read_sheet(path, "choices");
    for (size_t row = 1; row < table.n_row; row++) {
        struct value by_code, by_words;
        const struct variable *v = dictionary_variable(d, 0, text_of(at(row, 0)));
        assert_non_null(v);
        assert_int_equal(value_read(&by_code, d, v->id, text_of(at(row, 1)), DATE_ISO, 20000, a),
                         VALUE_READ_OK);
        assert_int_equal(value_read(&by_words, d, v->id, text_of(at(row, 2)), DATE_ISO, 20000, a),
                         VALUE_READ_OK);
        if (!value_equal(&by_code, &by_words)) fail_msg("%s: %s", at(row, 0), at(row, 2));
        in_words += strcmp(at(row, 1), at(row, 2)) != 0;
        n++;
    }
    assert_true(n > 40 && in_words * 10 > n * 9);
    arena_free(a);
}

/* Missing values in words, where the question allows them and they mean nothing else. */
static void missing_in_words(const struct dictionary *d)
{
    static const struct {
        const char *name, *text;
        enum value_read read;
        enum value_kind kind;
    } cases[] = {
        {"age_at_registration", "Person declined to say", VALUE_READ_OK, VALUE_MISSING},
        {"age_at_registration", "pessoa n\xC3\xA3o quis responder", VALUE_READ_TYPE, VALUE_EMPTY},
        {"age_at_registration", "A pessoa n\xC3\xA3o quis responder", VALUE_READ_OK, VALUE_MISSING},
        {"citizenship", "Known but withheld", VALUE_READ_OK, VALUE_MISSING},
        {"citizenship", "Nowhere", VALUE_READ_CODE, VALUE_EMPTY},
        {"family_name", "Unknown", VALUE_READ_OK, VALUE_TEXT},
    };
    struct arena *a = arena_new(ARENA_PLAIN);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value value;
        const struct variable *v = dictionary_variable(d, 0, text_of(cases[i].name));
        assert_non_null(v);
        assert_int_equal(value_read(&value, d, v->id, text_of(cases[i].text), DATE_ISO, 20000, a),
                         cases[i].read);
        assert_int_equal(value.kind, cases[i].kind);
    }
    arena_free(a);
}

static void words_8(void **state)
{
    static const char *const languages[] = {"en", "pt", "cs", "pl", "sk"};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct service_options o = desk_options("repository", NULL);
        char path[20];
        o.program = harness_program();
        o.purpose = "a test";
        o.language = languages[i];
        struct service *other = desk_open_with(&o);
        (void)snprintf(path, sizeof path, "%s.xlsx", languages[i]);
        (void)desk_do(other, "export.workbook", "{'output':'%s'," ROUND "}", path);
        every_choice(other->dictionary, path);
        read_sheet(path, "data");
        assert_true(strlen(at(2, column("sex"))) > 2);
        counts(desk_do(desk, "import.check", "{'file':'%s'," ROUND "}", path), 0, 12, 0, 0);
        service_close(other);
    }
    missing_in_words(desk->dictionary);
    char *xml = sheet_xml("en.xlsx");
    const char *all = strstr(xml, "<dataValidations"), *one = strstr(xml, "<formula1>choices!$C$");
    assert_true(all != NULL && one != NULL && one > all);
    assert_null(strstr(xml, "<f>")); /* S65: no cell has a formula */
    free(xml);
}

/* ---- 9 ---- */

static void new_9_rows(void **state)
{
    (void)state;
    struct {
        char *name, *value;
    } answer[COLUMNS_MAX];
    size_t n = 0;
    download();
    for (size_t c = 2; c < table.n_column; c++) { /* what somebody else's row says, in words */
        if (at(2, c)[0] == '\0') continue;
        answer[n].name = strdup(at(0, c));
        answer[n++].value = strdup(at(2, c));
    }
    assert_true(n > 10);
    (void)desk_do(desk, "export.blank", "{'output':'blank.xlsx','form':'victim'}");
    read_sheet("blank.xlsx", "data");
    assert_int_equal(table.n_row, 2); /* names and labels */
    assert_string_not_equal(at(0, 0), "_id");
    table.n_row = 3;
    for (size_t i = 0; i < n; i++) {
        set(2, answer[i].name, answer[i].value);
        free(answer[i].name);
        free(answer[i].value);
    }
    set(2, "source_file_no", "NEW-1");
    set(2, "entry_date", "2024-01-03");
    set(2, "family_name", "FAMILY-NEW");
    WRITE("new.csv", 2);
    const struct json *r = desk_do(desk, "import.run", "{'file':'new.csv'," ROUND "}");
    assert_int_equal(json_get_int(r, "new", 0), 1);
    download();
    size_t row = 2;
    while (row < table.n_row && strcmp(at(row, column("source_file_no")), "NEW-1") != 0) row++;
    assert_true(row < table.n_row);
    assert_string_equal(at(row, column("family_name")), "");
    r = desk_do(desk, "record.identity", "{'record':'%s','purpose':'a test'}", at(row, 0));
    assert_string_equal(json_get_text(json_get(r, "values"), "family_name", ""), "FAMILY-NEW");
    /* one more row under the records */
    for (size_t c = 0; c < 2; c++) {
        free(table.cell[row][c]);
        table.cell[row][c] = NULL;
    }
    set(row, "source_file_no", "NEW-2");
    set(row, "family_name", "FAMILY-SECOND");
    WRITE("more.csv", row);
    r = desk_do(desk, "import.run", "{'file':'more.csv'," ROUND "}");
    assert_int_equal(json_get_int(r, "new", 0), 1);
    (void)desk_refused(desk, ERR_USAGE, "call.no_form", "export.blank",
                       "{'output':'no.xlsx','form':'nothing'}");
}

/* ---- 10 ---- */

static bool openssl(const char *const *argv)
{
    struct harness_run r;
    harness_run(&r, argv, NULL);
    bool ok = r.status == 0;
    harness_run_release(&r);
    return ok;
}
#define OPENSSL(...) openssl((const char *const[]){"openssl", __VA_ARGS__, NULL})
#define MAKE(name)                                                                           \
    OPENSSL("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name ".key", "-out", \
            name ".pem", "-days", "30", "-subj", "/CN=" name)
#define OPEN(key)                                                                            \
    OPENSSL("cms", "-decrypt", "-inform", "DER", "-in", "sealed.p7m", "-inkey", key, "-out", \
            "opened.xlsx")

static void sealed_10(void **state)
{
    (void)state;
    assert_true(MAKE("prosecutor") && MAKE("somebody"));
    const struct json *r =
        desk_do(desk, "export.workbook",
                "{'output':'sealed.p7m','recipient_file':'prosecutor.pem'," ROUND "}");
    char fingerprint[80];
    (void)snprintf(fingerprint, sizeof fingerprint, "%s", json_get_text(r, "fingerprint", ""));
    assert_string_equal(json_get_text(r, "recipient", ""), "CN=prosecutor");
    assert_int_equal(strlen(fingerprint), 64);
    assert_non_null(strstr(json_get_text(r, "name", ""), ".xlsx.p7m"));
    assert_string_equal(json_get_text(desk_last_entry(desk), "recipient", ""), fingerprint);
    assert_true(OPEN("prosecutor.key"));
    read_sheet("opened.xlsx", "data");
    assert_string_equal(at(0, 0), "_id");
    read_sheet("opened.xlsx", "_meta");
    bool named = false;
    for (size_t row = 0; row < table.n_row; row++) named |= strcmp(at(row, 1), fingerprint) == 0;
    assert_true(named);
    (void)unlink("opened.xlsx");
    assert_false(OPEN("somebody.key"));
    size_t n;
    char *bytes = harness_read("sealed.p7m", &n);
    assert_null(memmem(bytes, n, "PK\x03\x04", 4));
    bytes[n / 2] ^= 4;
    harness_write("sealed.p7m", bytes, n);
    free(bytes);
    assert_false(OPEN("prosecutor.key"));

    int64_t given = desk_entries(desk, "record.read");
    (void)unlink("sealed.p7m");
    (void)desk_refused(desk, ERR_INPUT, "cms.not_certificate", "export.workbook",
                       "{'output':'sealed.p7m','recipient':'nobody'," ROUND "}");
    harness_write_text("empty.pem", "");
    (void)desk_refused(desk, ERR_INPUT, "cms.not_certificate", "export.workbook",
                       "{'output':'sealed.p7m','recipient_file':'empty.pem'," ROUND "}");
    assert_false(file_exists("sealed.p7m"));
    assert_int_equal(desk_entries(desk, "record.read"), given);
    struct file_names names;
    assert_true(folder_list(&names, ".", NULL));
    for (size_t i = 0; i < names.n; i++) assert_memory_not_equal(names.name[i], ".dcim-", 6);
    file_names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(book_1_what_is_in_it), cmocka_unit_test(same_2_nothing_changes),
        cmocka_unit_test(change_3_cells),       cmocka_unit_test(conflict_4_changed_meanwhile),
        cmocka_unit_test(wrong_5_rows),         cmocka_unit_test(year_6_closed),
        cmocka_unit_test(purpose_7_is_stated),  cmocka_unit_test(words_8),
        cmocka_unit_test(new_9_rows),           cmocka_unit_test(sealed_10),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
