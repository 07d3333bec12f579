/* SPDX-License-Identifier: EUPL-1.2 */
/* The one-shot converter, both ends.
 *
 * Messages from the child, little-endian: u32 length, then u8 kind. ROW: u64 row, u8 hidden, u32 fields, and for each
 * field u8 formula, u32 length, bytes (UTF-8). FAIL: text of the error id, NUL, message, NUL, remedy, NUL. END: nothing.
 * The parent checks every length; whatever does not fit ends the conversion. */
#include "intake/converter.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "base/xlsx_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum message_kind { MESSAGE_ROW = 1, MESSAGE_FAIL = 2, MESSAGE_END = 3 };
enum {
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    MESSAGE_MAX = 64 * 1024 * 1024, /* a row of 16,384 cells of 32,767 characters does not occur within file limits */
    FIELDS_MAX = 16384,
    ADDRESS_SPACE = 512 * 1024 * 1024,
    CPU_SECONDS = 20,
    SILENCE_MS = 30000
};

/* ---------------------------------------------------------------- the child */

struct output {
    struct buf message;
    bool broken;
};

static bool write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static void begin(struct output *o, enum message_kind kind)
{
    buf_clear(&o->message);
    buf_put_u32le(&o->message, 0);
    buf_put_u8(&o->message, (uint8_t)kind);
}

static bool send(struct output *o)
{
    if (o->message.too_long || o->broken) return false;
    uint32_t n = (uint32_t)(o->message.n - 4);
    for (int i = 0; i < 4; i++) o->message.p[i] = (char)(unsigned char)(n >> (8 * i));
    o->broken = !write_all(o->message.p, o->message.n);
    return !o->broken;
}

static bool send_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct output *o = ctx;
    begin(o, MESSAGE_ROW);
    buf_put_u64le(&o->message, row->row);
    buf_put_u8(&o->message, row->hidden);
    buf_put_u32le(&o->message, (uint32_t)row->n_cell);
    for (size_t i = 0; i < row->n_cell; i++) {
        buf_put_u8(&o->message, row->cell[i].formula);
        buf_put_u32le(&o->message, (uint32_t)row->cell[i].text.n);
        buf_put_text(&o->message, row->cell[i].text);
    }
    return send(o) || err_set(e, ERR_LIMIT, "converter.output", "row %llu is too long", (unsigned long long)row->row);
}

static void send_failure(struct output *o, const struct err *e)
{
    begin(o, MESSAGE_FAIL);
    buf_put(&o->message, e->id, strlen(e->id) + 1);
    buf_put(&o->message, e->msg, strlen(e->msg) + 1);
    buf_put(&o->message, e->remedy, strlen(e->remedy) + 1);
    send(o);
}

static bool choose_sheet(size_t *out, struct xlsx_reader *r, const char *sheet, struct err *e)
{
    for (size_t i = 0; i < xlsx_sheet_count(r); i++) {
        if (sheet[0] == '\0' ? xlsx_sheet_hidden(r, i) : !text_is(xlsx_sheet_name(r, i), sheet)) continue;
        *out = i;
        return true;
    }
    if (sheet[0] == '\0') return err_set(e, ERR_INPUT, "xlsx.no_sheet", "the workbook has no visible sheet");
    err_set(e, ERR_INPUT, "xlsx.no_sheet", "the workbook has no sheet of that name");
    return err_remedy(e, "its first sheet is called %.*s", (int)xlsx_sheet_name(r, 0).n, xlsx_sheet_name(r, 0).p);
}

static bool read_input(struct buf *out, struct err *e)
{
    char piece[65536];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_set_errno(e, ERR_INPUT, errno, "converter.read", "could not read the file");
        if (n == 0) return buf_ok(out, NULL) || err_set(e, ERR_LIMIT, "xlsx.too_large", "the workbook is larger than 64 MiB");
        buf_put(out, piece, (size_t)n);
    }
}

static bool convert(struct output *o, const char *kind, const char *sheet, struct err *e)
{
    struct buf file;
    struct xlsx_reader *r = NULL;
    size_t at = 0;
    bool ok = false;
    if (strcmp(kind, "xlsx") != 0) return err_set(e, ERR_USAGE, "converter.kind", "there is no converter for %s", kind);
    buf_init(&file, FILE_BYTES_MAX);
    if (!sandbox_enter_converter(ADDRESS_SPACE, CPU_SECONDS, e)) goto done;
    if (!read_input(&file, e)) goto done;
    if (!xlsx_open_memory(&r, file.p, file.n, e)) goto done;
    if (!choose_sheet(&at, r, sheet, e)) goto done;
    if (!xlsx_read_sheet(r, at, send_row, o, e)) goto done;
    ok = true;
done:
    xlsx_close(r);
    buf_release(&file);
    return ok;
}

int converter_main(const char *kind, const char *sheet)
{
    struct err e = {0};
    struct output o = {0};
    buf_init(&o.message, MESSAGE_MAX);
    bool ok = convert(&o, kind, sheet, &e);
    if (ok) {
        begin(&o, MESSAGE_END);
        ok = send(&o);
    } else {
        send_failure(&o, &e);
    }
    buf_release(&o.message);
    return ok ? 0 : 3;
}

/* ---------------------------------------------------------------- the parent */

struct converter {
    pid_t child;
    int pipe;
    char *message;
    size_t cap;
    struct text *field;
    bool *formula;
    size_t cap_field, cap_formula;
    bool done;
};

static bool spawn(pid_t *child, const char *program, const char *kind, const char *sheet, int file, int out,
                  struct err *e)
{
    static char *const no_environment[] = {NULL};
    char word[] = "converter"; /* posix_spawn takes its words without const and does not change them */
    char *const argv[] = {(char *)(uintptr_t)program, word, (char *)(uintptr_t)kind, (char *)(uintptr_t)sheet, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    int failed = posix_spawn(child, program, &actions, NULL, argv, no_environment);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return err_set_errno(e, ERR_SYSTEM, failed, "converter.start", "could not start the converter");
    return true;
}

bool converter_start(struct converter **out, const char *program, const char *kind, const char *sheet, int file,
                     struct err *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "converter.start", "could not start the converter");
    struct converter *c = mem_new(1, sizeof *c);
    c->pipe = ends[0];
    bool ok = spawn(&c->child, program, kind, sheet, file, ends[1], e);
    close(ends[1]);
    if (!ok) {
        close(ends[0]);
        mem_free(c);
        return false;
    }
    *out = c;
    return true;
}

static bool child_ended(struct converter *c, struct err *e)
{
    int status = 0;
    c->done = true;
    kill(c->child, SIGKILL); /* a child that closed its output early is not waited for */
    waitpid(c->child, &status, 0);
    c->child = 0;
    err_set(e, ERR_INPUT, "converter.died", "the file was refused: the process that read it was stopped%s",
            WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU ? " after 20 seconds of work" : "");
    return err_remedy(e, "save the sheet as CSV and import that, or ask whoever sent the file for a new copy");
}

static bool read_all(struct converter *c, void *out, size_t n, struct err *e)
{
    char *p = out;
    while (n > 0) {
        struct pollfd wait = {.fd = c->pipe, .events = POLLIN};
        int ready = poll(&wait, 1, SILENCE_MS);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return child_ended(c, e);
        ssize_t got = read(c->pipe, p, n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return child_ended(c, e);
        p += got;
        n -= (size_t)got;
    }
    return true;
}

struct cursor { /* bounded reading of one message */
    const unsigned char *p;
    size_t n;
    bool bad;
};

static uint64_t take_uint(struct cursor *c, size_t bytes)
{
    uint64_t v = 0;
    if (c->n < bytes) {
        c->bad = true;
        c->n = 0;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++) v |= (uint64_t)c->p[i] << (8 * i);
    c->p += bytes;
    c->n -= bytes;
    return v;
}

static struct text take_text(struct cursor *c, size_t n)
{
    if (n > c->n) {
        c->bad = true;
        return (struct text){"", 0};
    }
    struct text t = {(const char *)c->p, n};
    c->p += n;
    c->n -= n;
    return t;
}

/* Up to the next NUL. */
static struct text take_word(struct cursor *c)
{
    const unsigned char *end = c->n == 0 ? NULL : memchr(c->p, 0, c->n);
    if (end == NULL) return (struct text){"", 0};
    struct text t = take_text(c, (size_t)(end - c->p));
    take_text(c, 1);
    return t;
}

static bool bad_message(struct converter *c, struct err *e)
{
    child_ended(c, NULL);
    return err_set(e, ERR_INPUT, "converter.message", "the file was refused: its reader sent nonsense");
}

static bool failure(struct converter *c, struct cursor *m, struct err *e)
{
    struct text id = take_word(m), message = take_word(m), remedy = take_word(m);
    (void)id; /* ids are literals of the program; the child's text cannot become one */
    child_ended(c, NULL);
    err_set(e, ERR_INPUT, "converter.refused", "%.*s", (int)message.n, message.p);
    if (remedy.n > 0) err_remedy(e, "%.*s", (int)remedy.n, remedy.p);
    return false;
}

static bool take_row(struct converter *c, struct converter_row *out, struct cursor *m, struct err *e)
{
    out->row = take_uint(m, 8);
    out->hidden = take_uint(m, 1) != 0;
    out->n_field = (size_t)take_uint(m, 4);
    if (m->bad || out->n_field > FIELDS_MAX) return bad_message(c, e);
    MEM_GROW(c->field, c->cap_field, out->n_field + 1);
    MEM_GROW(c->formula, c->cap_formula, out->n_field + 1);
    for (size_t i = 0; i < out->n_field; i++) {
        c->formula[i] = take_uint(m, 1) != 0;
        c->field[i] = take_text(m, (size_t)take_uint(m, 4));
        if (m->bad || !text_is_utf8(c->field[i], NULL)) return bad_message(c, e);
    }
    out->field = c->field;
    out->formula = c->formula;
    return true;
}

bool converter_next(struct converter *c, struct converter_row *out, bool *found, struct err *e)
{
    unsigned char head[4];
    *found = false;
    if (c->done) return true;
    if (!read_all(c, head, sizeof head, e)) return false;
    struct cursor h = {head, sizeof head, false};
    size_t n = (size_t)take_uint(&h, 4);
    if (n == 0 || n > MESSAGE_MAX) return bad_message(c, e);
    MEM_GROW(c->message, c->cap, n);
    if (!read_all(c, c->message, n, e)) return false;
    struct cursor m = {(const unsigned char *)c->message, n, false};
    switch (take_uint(&m, 1)) {
    case MESSAGE_ROW: *found = true; return take_row(c, out, &m, e);
    case MESSAGE_FAIL: return failure(c, &m, e);
    case MESSAGE_END:
        child_ended(c, NULL);
        return true;
    default: return bad_message(c, e);
    }
}

void converter_stop(struct converter *c)
{
    if (c == NULL) return;
    if (c->child > 0) child_ended(c, NULL);
    close(c->pipe);
    mem_free(c->message);
    mem_free(c->field);
    mem_free(c->formula);
    mem_free(c);
}
