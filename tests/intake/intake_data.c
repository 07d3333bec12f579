/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake_data.h"

#include "harness.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "intake/converter.h"
#include "intake/converter_internal.h"
#include "intake/row_build.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
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
            print_error("%s:%u:%s %s\n", p.item[i].file, (unsigned)p.item[i].row, p.item[i].column,
                        p.item[i].message);
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
    bool ok = mapping_read(out, data_dictionary(), data_form(), TEXT("test"), "test.csv",
                           text_of(file), cell, n, a, &p, &e);
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
        buf_printf(&out, "%s%s %s row %llu column %u", i == 0 ? "" : "; ",
                   data_dictionary()->rule[one->rule].name,
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

bool data_same(const struct json *a,
               const struct json *b) /* documents of tests: a few levels deep */
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

/* Bytes given as hexadecimal digits, to standard output. */
static void say(const char *hex)
{
    unsigned char bytes[2000];
    size_t n = 0;
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += hex[0] == ' ' ? 1 : 2) {
        char pair[3] = {hex[0], hex[1], '\0'};
        if (hex[0] != ' ') bytes[n++] = (unsigned char)strtoul(pair, NULL, 16);
    }
    if (write(STDOUT_FILENO, bytes, n) != (ssize_t)n) _exit(9);
}

static void spin(void)
{
    struct rlimit one = {1, 2};
    if (setrlimit(RLIMIT_CPU, &one) != 0) _exit(9);
    for (volatile unsigned long i = 0;; i++) {}
}

/* A second and a half in which it works a tenth of the time, then a sheet without rows. */
static void starve(void)
{
    for (int i = 0; i < 30; i++) {
        struct timespec t, until;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &until);
        do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        while ((t.tv_sec - until.tv_sec) * 1000000000L + t.tv_nsec - until.tv_nsec < 5000000);
        usleep(45000);
    }
    say("07000000 01 00 00 6461 7461 01000000 04");
}

/* Rows 1, 2, 3 ... of one cell of `n` bytes, for as long as anybody listens. */
static void flood(size_t n)
{
    size_t length = 1 + 8 + 1 + 4 + 5 + n;
    unsigned char *m = calloc(1, length + 4);
    if (m == NULL) _exit(9);
    say("07000000 01 00 00 6461 7461"); /* the sheet "data" */
    for (size_t i = 0; i < 4; i++) m[i] = (unsigned char)(length >> (8 * i));
    for (size_t i = 0; i < 4; i++) m[4 + 1 + 8 + 1 + 4 + 1 + i] = (unsigned char)(n >> (8 * i));
    m[4] = 2;
    m[4 + 1 + 8 + 1] = 1;
    memset(m + 4 + 19, 'x', n);
    for (unsigned row = 1;; row++) {
        for (size_t i = 0; i < 4; i++) m[5 + i] = (unsigned char)(row >> (8 * i));
        for (size_t at = 0; at < length + 4;) {
            ssize_t done = write(STDOUT_FILENO, m + at, length + 4 - at);
            if (done <= 0) _exit(9);
            at += (size_t)done;
        }
    }
}

static void bad_child(const char *kind, const char *word)
{
    struct err e;
    if (strcmp(kind, "silent") == 0) pause();
    if (strcmp(kind, "spin") == 0) spin();
    if (strcmp(kind, "starve") == 0) starve();
    if (strcmp(kind, "flood") == 0) flood(strtoul(word, NULL, 10));
    if (strcmp(kind, "signal") == 0) raise((int)strtol(word, NULL, 10));
    if (strcmp(kind, "exit") == 0) _exit((int)strtol(word, NULL, 10));
    if (strcmp(kind, "socket") == 0 && sandbox_enter_converter(SIZE_MAX, 20, &e))
        (void)socket(AF_UNIX, SOCK_STREAM, 0);
    if (strcmp(kind, "say") == 0) say(word);
    if (strcmp(kind, "say-and-stay") == 0) {
        say(word);
        close(STDOUT_FILENO);
        pause();
    }
    if (strcmp(kind, "dribble") == 0)
        for (say("00000100");; usleep(20000)) say("01"); /* a message of 64 KiB, byte by byte */
    _exit(0);
}

void data_child(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "converter") != 0) return;
    if (strcmp(argv[2], "xlsx") == 0 || strcmp(argv[2], "csv") == 0 || strcmp(argv[2], "ods") == 0)
        converter_main(argv[2]);
    char request[CONVERTER_REQUEST_MAX + 1];
    converter_request(request);
    bad_child(argv[2], request);
}

void data_workbook(const char *path, const struct workbook_parts *parts)
{
    struct buf b;
    buf_init(&b, (size_t)256 << 20);
    workbook_build(&b, parts);
    harness_write(path, b.p, b.n);
    buf_release(&b);
}

size_t data_descriptors(void)
{
    struct file_names names;
    struct err e = {0};
    if (!folder_list(&names, "/proc/self/fd", &e)) fail_msg("%s", e.msg);
    size_t n = names.n;
    file_names_free(&names);
    return n;
}

bool data_has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}
