/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake_data.h"

#include "harness.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/mem.h"
#include "intake/converter.h"
#include "intake/row_build.h"

#include <unistd.h>

static struct dictionary *loaded;

struct dictionary *data_dictionary(void)
{
    if (loaded != NULL) return loaded;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct err e = {0};
    problems_init(&p, a);
    if (!dictionary_load(&loaded, harness_source("data"), "pt", &p, &e)) {
        for (size_t i = 0; i < p.n; i++)
            print_error("%s:%u:%s %s\n", p.item[i].file, (unsigned)p.item[i].row, p.item[i].column, p.item[i].message);
        fail_msg("%s", e.msg);
    }
    problems_release(&p);
    arena_free(a);
    return loaded;
}

const struct form *data_form(void)
{
    return dictionary_form(data_dictionary(), TEXT("victim"));
}

void data_release(void)
{
    dictionary_free(loaded);
    loaded = NULL;
}

int32_t data_today(void)
{
    struct date d;
    assert_true(date_from_ymd(&d, 2024, 1, 15));
    return d.first;
}

struct text *data_cells(const char *line, size_t *n, struct arena *a)
{
    struct text rest = {arena_copy(a, line, strlen(line)), strlen(line)}, one;
    size_t most = 1;
    for (const char *p = line; *p != '\0'; p++) most += *p == '|';
    struct text *cell = ARENA_ARRAY(a, struct text, most);
    for (*n = 0; text_split(&rest, '|', &one);) cell[(*n)++] = one;
    return cell;
}

void data_mapping(struct mapping *out, const char *file, const char *header, struct arena *a)
{
    struct problems p;
    struct err e = {0};
    size_t n;
    struct text *cell = data_cells(header, &n, a);
    problems_init(&p, a);
    bool ok = mapping_read(out, data_dictionary(), data_form(), TEXT("test"), "test.csv", text_of(file), cell, n, a, &p,
                           &e);
    for (size_t i = 0; i < p.n; i++)
        print_error("%u:%s %s\n", (unsigned)p.item[i].row, p.item[i].column, p.item[i].message);
    if (!ok) fail_msg("%s", e.msg);
    problems_release(&p);
}

const char *data_findings(const struct findings *f, struct arena *a)
{
    struct buf out;
    buf_init(&out, 100000);
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *one = &f->item[i];
        buf_printf(&out, "%s%s %s row %llu column %u", i == 0 ? "" : "; ", data_dictionary()->rule[one->rule].name,
                   one->var == VAR_NONE ? "-" : data_dictionary()->variable[one->var].name,
                   (unsigned long long)one->row, (unsigned)one->column);
        if (one->instance > 0) buf_printf(&out, " instance %u", (unsigned)one->instance);
        if (one->value != NULL) buf_printf(&out, " '%s'", one->value);
    }
    const char *text = arena_copy(a, out.n == 0 ? "" : out.p, out.n);
    buf_release(&out);
    return text;
}

const char *data_build(const struct mapping *m, const char *cells, bool ask, struct arena *a)
{
    struct arena *row = arena_new(ARENA_WIPE);
    struct cell_options o = {.order = DATE_ISO, .ask = ask, .today = data_today()};
    struct row_builder *b = row_builder_new(m, data_dictionary(), &o, "pos", UINT32_MAX);
    struct source_cells source = {.row = 2};
    struct record r;
    struct findings f;
    record_init(&r, data_dictionary(), data_form(), row);
    findings_init(&f, row);
    source.cell = data_cells(cells, &source.n_cell, row);
    row_build(b, &r, &f, &source, row);
    struct json *j = record_to_json(&r, true);
    struct buf out;
    buf_init(&out, 100000);
    json_write(&out, j, false);
    if (f.n > 0) buf_printf(&out, " %s", data_findings(&f, row));
    const char *text = arena_copy(a, out.p, out.n);
    buf_release(&out);
    json_free(j);
    findings_release(&f);
    row_builder_free(b);
    arena_free(row);
    return text;
}

static bool same_value(const struct json *a, const struct json *b)
{
    struct buf x, y;
    buf_init(&x, 1 << 20);
    buf_init(&y, 1 << 20);
    json_write(&x, a, false);
    json_write(&y, b, false);
    bool same = text_equal(buf_text(&x), buf_text(&y));
    buf_release(&x);
    buf_release(&y);
    return same;
}

bool data_same(const struct json *a, const struct json *b) /* documents of tests: a few levels deep */
{
    if (a == NULL || b == NULL || json_kind(a) != json_kind(b)) return false;
    if (json_kind(a) == JSON_ARRAY) {
        if (json_size(a) != json_size(b)) return false;
        for (size_t i = 0; i < json_size(a); i++)
            if (!data_same(json_at(a, i), json_at(b, i))) return false;
        return true;
    }
    if (json_kind(a) != JSON_OBJECT) return same_value(a, b);
    if (json_size(a) != json_size(b)) return false;
    for (size_t i = 0; i < json_size(a); i++) {
        const char *key;
        const struct json *member = json_member(a, i, &key);
        if (!data_same(member, json_get(b, key))) return false;
    }
    return true;
}

bool data_open(struct intake **out, const char *bytes, size_t n, const char *mapping, struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    problems_init(&p, a);
    harness_write("input", bytes, n);
    struct intake_options o = {.path = "input",
                               .dictionary = data_dictionary(),
                               .form = data_form(),
                               .mapping = text_of(mapping),
                               .today = data_today(),
                               .converter = text_of(data_self())};
    bool ok = intake_open(out, &o, &p, e);
    problems_release(&p);
    arena_free(a);
    return ok;
}

/* ---- children ------------------------------------------------------------------------------ */

const char *data_self(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    return path;
}

void data_child(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "converter") != 0) return;
    _exit(converter_main(argv[2], argc > 3 ? argv[3] : ""));
}
