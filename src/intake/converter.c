/* SPDX-License-Identifier: EUPL-1.2 */
/* The converter's parent: starts the child, reads its messages, and trusts none of them. */
#include "intake/converter.h"

#include "base/broker.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "intake/converter_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    READ_AHEAD = 64 * 1024,
    WAITED_MAX_MS = 60000, /* for all messages together; the child has 20 s of processor */
    SHEET_ROWS_MAX = 1048576,
    OUT_OF_MEMORY = 5 /* exit status, base/mem.h */
};

struct converter {
    pid_t child; /* 0: gone */
    int pipe;
    int silence_ms;
    int64_t waited_ms; /* in all */
    char *bytes;       /* [at, end) was read and not used; a message lies in it whole */
    size_t at, end, cap;
    struct text *field;
    bool *formula;
    bool is_text; /* a CSV file, not a workbook */
    struct converter_sheet sheet;
    char *sheet_name;
    struct converter_text text;
    struct converter_sheet_name *sheets;
    size_t n_sheet;
    char *sheet_bytes;  /* their names lie in it */
    uint64_t row;       /* last one seen */
    bool opened, done;  /* the sheet came; the end came */
    struct err failure; /* said again by every later call */
};

/* ---- starting and ending ------------------------------------------------------------------- */

static bool no_start(struct err *e, int number)
{
    err_set_errno(e, ERR_SYSTEM, number, "converter.start",
                  "could not start the process that reads files");
    return err_remedy(e, "try again in a moment; the server's log says more");
}

/* What is wanted of a CSV file. */
static void csv_request(char out[CONVERTER_REQUEST_MAX], const struct csv_options *o)
{
    char separator[2] = {o->separator, '\0'};
    (void)snprintf(out, CONVERTER_REQUEST_MAX, "%s\n%s",
                   o->encoding == CSV_DETECT ? "" : csv_encoding_name(o->encoding), separator);
}

/* A pipe with what is wanted in it, closed behind it. */
static bool make_request(int *request, const struct converter_options *o, struct err *e)
{
    int ends[2];
    char wanted[CONVERTER_REQUEST_MAX];
    bool csv = strcmp(o->kind, "csv") == 0;
    if (csv) csv_request(wanted, &o->csv);
    const char *sheet = csv ? wanted : o->sheet;
    size_t n = strlen(sheet);
    if (n > CONVERTER_REQUEST_MAX) {
        err_set(e, ERR_INPUT, "xlsx.no_sheet", "the workbook has no sheet with so long a name");
        return err_remedy(e, "a name has at most 31 letters");
    }
    if (pipe2(ends, O_CLOEXEC) != 0) return no_start(e, errno);
    ssize_t done = n == 0 ? 0 : write(ends[1], sheet, n);
    close(ends[1]);
    *request = ends[0];
    if (done == (ssize_t)n) return true;
    close(ends[0]);
    return no_start(e, EIO);
}

int converter_spawn(pid_t *child, const char *program, const char *kind, int file, int out,
                    int request)
{
    const char *const words[] = {program, "converter", kind, NULL};
    return broker_spawn(child, words, file, out, request);
}

static bool spawn(pid_t *child, const struct converter_options *o, int out, int request,
                  struct err *e)
{
    const int fd[] = {o->file, out, request};
    int failed = broker_there()
                     ? broker_start(child, o->kind, fd, sizeof fd / sizeof *fd)
                     : converter_spawn(child, o->program, o->kind, o->file, out, request);
    return failed == 0 ? true : no_start(e, failed);
}

struct converter *converter_attach(int pipe, bool is_text)
{
    struct converter *c = mem_new(1, sizeof *c);
    c->pipe = pipe;
    c->is_text = is_text;
    c->silence_ms = CONVERTER_SILENCE_MS;
    c->field = mem_new(CONVERTER_COLUMN_MAX, sizeof *c->field);
    c->formula = mem_new(CONVERTER_COLUMN_MAX, sizeof *c->formula);
    return c;
}

bool converter_start(struct converter **out, const struct converter_options *o, struct err *e)
{
    int ends[2], request = -1;
    pid_t child;
    if (!make_request(&request, o, e)) return false;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        int number = errno;
        close(request);
        return no_start(e, number);
    }
    bool ok = spawn(&child, o, ends[1], request, e);
    close(ends[1]);
    close(request);
    if (!ok) {
        close(ends[0]);
        return false;
    }
    *out = converter_attach(ends[0], strcmp(o->kind, "csv") == 0);
    (*out)->child = child;
    if (o->silence_ms > 0) (*out)->silence_ms = o->silence_ms;
    return true;
}

/* End the child, if it has not ended by itself, and take its exit status, so that no zombie
 * stays. */
static int reap(struct converter *c)
{
    int status = 0;
    if (c->child <= 0) return 0;
    if (broker_there()) {
        status = broker_end(c->child);
        c->child = 0;
        return status;
    }
    kill(c->child, SIGKILL); /* one that closed its output early is not waited for */
    while (waitpid(c->child, &status, 0) < 0 && errno == EINTR) {}
    c->child = 0;
    return status;
}

void converter_stop(struct converter *c)
{
    if (c == NULL) return;
    reap(c);
    close(c->pipe);
    mem_free_wiped(c->bytes, c->cap);
    mem_free(c->sheet_name);
    mem_free(c->sheet_bytes);
    mem_free(c->sheets);
    mem_free(c->field);
    mem_free(c->formula);
    mem_free(c);
}

/* ---- failing ------------------------------------------------------------------------------- */

static bool fail(struct converter *c, struct err *e)
{
    reap(c);
    if (e != NULL) *e = c->failure;
    return false;
}

static bool refuse(struct converter *c, const char *id, const char *why, struct err *e)
{
    if (c->is_text) {
        err_set(&c->failure, ERR_INPUT, id, "the file was refused: the process that read it %s",
                tr(why));
        err_remedy(&c->failure, "ask the sender for a new copy, or split it");
        return fail(c, e);
    }
    err_set(&c->failure, ERR_INPUT, id, "the workbook was refused: the process that read it %s",
            tr(why));
    err_remedy(&c->failure,
               "save the sheet as CSV and import that, or ask the sender for a new copy");
    return fail(c, e);
}

static bool child_died(struct converter *c, struct err *e)
{
    int status = reap(c), by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const char *how = N_("ended without saying why");
    if (by == SIGXCPU) how = N_("needed more than 20 seconds of work");
    else if (by == SIGSYS) how = N_("was made to try what it may not do");
    else if (by != 0) how = N_("crashed, or was killed");
    else if (WEXITSTATUS(status) == OUT_OF_MEMORY) how = N_("needed more memory than it may have");
    return refuse(c, "converter.died", how, e);
}

static bool child_silent(struct converter *c, struct err *e)
{
    return refuse(c, "converter.silent", "took too long", e);
}

static bool bad_message(struct converter *c, struct err *e)
{
    return refuse(c, "converter.message", "sent nonsense", e);
}

/* ---- reading ------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What the child has used of a processor. */
static int64_t work_ms(const struct converter *c)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(c->child, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct waiting {
    int64_t until;       /* by the clock */
    int64_t begun, seen; /* the child's work when the waiting began, and when last looked at */
};

/* On a busy machine the child may be hungry, not hung: it gets more time while it works, but works
 * less than it was given. */
static bool is_hungry(struct converter *c, struct waiting *w)
{
    int64_t work = work_ms(c);
    bool hungry = work - w->begun < c->silence_ms && work - w->seen > c->silence_ms / 20;
    w->seen = work;
    w->until = now_ms() + c->silence_ms;
    return hungry && c->waited_ms < WAITED_MAX_MS;
}

static bool wait_for_more(struct converter *c, struct waiting *w, struct err *e)
{
    for (;;) {
        int64_t now = now_ms(), left = w->until - now;
        struct pollfd p = {.fd = c->pipe, .events = POLLIN};
        int ready = left <= 0 ? 0 : poll(&p, 1, (int)left);
        c->waited_ms += now_ms() - now;
        if (ready > 0 && c->waited_ms < WAITED_MAX_MS) return true;
        if (ready < 0 && errno != EINTR) return child_died(c, e);
        if (ready >= 0 && !is_hungry(c, w)) return child_silent(c, e);
    }
}

/* Have `n` bytes in hand: they must come within the time of silence. */
static bool have(struct converter *c, size_t n, struct err *e)
{
    struct waiting w = {.until = 0};
    while (c->end - c->at < n) {
        if (c->at > 0) {
            memmove(c->bytes, c->bytes + c->at, c->end - c->at);
            c->end -= c->at;
            c->at = 0;
        }
        if (w.until == 0) {
            w.begun = w.seen = work_ms(c);
            w.until = now_ms() + c->silence_ms;
        }
        if (!wait_for_more(c, &w, e)) return false;
        size_t want = n > READ_AHEAD ? n : READ_AHEAD;
        /* What a message promises is believed only as it comes. */
        if (want > c->end + READ_AHEAD) want = c->end + READ_AHEAD;
        MEM_GROW(c->bytes, c->cap, want);
        ssize_t got = read(c->pipe, c->bytes + c->end, c->cap - c->end);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return child_died(c, e);
        c->end += (size_t)got;
    }
    return true;
}

struct cursor { /* bounded reading of one message */
    const unsigned char *p;
    size_t n;
    bool bad;
};

static uint64_t take_uint(struct cursor *m, size_t bytes)
{
    uint64_t v = 0;
    if (m->n < bytes) {
        m->bad = true;
        m->n = 0;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++) v |= (uint64_t)m->p[i] << (8 * i);
    m->p += bytes;
    m->n -= bytes;
    return v;
}

static struct text take_text(struct cursor *m, size_t n)
{
    struct text t = {(const char *)m->p, n};
    if (n > m->n || !text_is_utf8(t, NULL)) {
        m->bad = true;
        m->n = 0;
        return (struct text){"", 0};
    }
    m->p += n;
    m->n -= n;
    return t;
}

/* Up to the next NUL, which is dropped. */
static struct text take_word(struct cursor *m)
{
    const unsigned char *end = m->n == 0 ? NULL : memchr(m->p, 0, m->n);
    if (end == NULL) {
        m->bad = true;
        return (struct text){"", 0};
    }
    struct text t = take_text(m, (size_t)(end - m->p));
    (void)take_uint(m, 1);
    return t;
}

/* The child's words are shown to people: nothing in them may steer a terminal. */
static void tame(char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F) *s = ' ';
}

static bool take_failure(struct converter *c, struct cursor *m, struct err *e)
{
    struct text id = take_word(m), message = take_word(m), remedy = take_word(m);
    if (m->bad || m->n > 0) return bad_message(c, e);
    err_set(&c->failure, ERR_INPUT, "converter.refused", "%.*s (%.*s)", (int)message.n, message.p,
            (int)id.n, id.p);
    err_remedy(&c->failure, "%.*s", (int)remedy.n, remedy.p);
    tame(c->failure.msg);
    tame(c->failure.remedy);
    return fail(c, e);
}

static bool take_row(struct converter *c, struct converter_row *out, struct cursor *m,
                     struct err *e)
{
    uint64_t row = take_uint(m, 8);
    out->hidden = take_uint(m, 1) != 0;
    size_t n = (size_t)take_uint(m, 4);
    if (m->bad || n > CONVERTER_COLUMN_MAX || row <= c->row || row > SHEET_ROWS_MAX)
        return bad_message(c, e);
    for (size_t i = 0; i < n; i++) {
        c->formula[i] = take_uint(m, 1) != 0;
        c->field[i] = take_text(m, (size_t)take_uint(m, 4));
    }
    if (m->bad || m->n > 0) return bad_message(c, e);
    out->row = c->row = row;
    out->n_field = n;
    out->field = c->field;
    out->formula = c->formula;
    return true;
}

/* The next message, whole; its kind and what follows it. */
static bool next_message(struct converter *c, uint64_t *kind, struct cursor *m, struct err *e)
{
    if (!have(c, MESSAGE_HEAD, e)) return false;
    struct cursor head = {(const unsigned char *)c->bytes + c->at, MESSAGE_HEAD, false};
    size_t n = (size_t)take_uint(&head, MESSAGE_HEAD);
    if (n == 0 || n > MESSAGE_MAX) return bad_message(c, e);
    if (!have(c, MESSAGE_HEAD + n, e)) return false;
    *m = (struct cursor){(const unsigned char *)c->bytes + c->at + MESSAGE_HEAD, n, false};
    c->at += MESSAGE_HEAD + n;
    *kind = take_uint(m, 1);
    return *kind != MESSAGE_FAIL || take_failure(c, m, e);
}

/* Names are copied: the message goes when the next one comes. */
static bool take_sheets(struct converter *c, struct cursor *m, struct err *e)
{
    if (c->sheets != NULL) return bad_message(c, e);
    c->sheet_bytes = mem_text((const char *)m->p, m->n);
    c->sheets = mem_new(CONVERTER_SHEETS_MAX, sizeof *c->sheets);
    struct cursor kept = {(const unsigned char *)c->sheet_bytes, m->n, false};
    while (kept.n > 0 && c->n_sheet < CONVERTER_SHEETS_MAX) {
        struct converter_sheet_name *s = &c->sheets[c->n_sheet++];
        s->hidden = take_uint(&kept, 1) != 0;
        s->name = take_text(&kept, (size_t)take_uint(&kept, 4));
    }
    if (!kept.bad && kept.n == 0) return true;
    c->n_sheet = 0;
    return bad_message(c, e);
}

size_t converter_sheets(const struct converter *c, const struct converter_sheet_name **out)
{
    *out = c->sheets;
    return c->n_sheet;
}

bool converter_text(struct converter *c, struct converter_text *out, struct err *e)
{
    uint64_t kind;
    struct cursor m;
    if (c->failure.code != ERR_NONE) return fail(c, e);
    if (!c->opened) {
        if (!next_message(c, &kind, &m, e)) return false;
        uint64_t encoding = take_uint(&m, 1), separator = take_uint(&m, 1);
        bool fits = kind == MESSAGE_CSV && !m.bad && m.n == 0 && encoding < CSV_ENCODING_COUNT &&
                    separator < 0x80;
        if (!fits) return bad_message(c, e);
        c->text.encoding = (enum csv_encoding)encoding;
        c->text.separator = (char)separator;
        c->opened = true;
    }
    *out = c->text;
    return true;
}

bool converter_sheet(struct converter *c, struct converter_sheet *out, struct err *e)
{
    uint64_t kind;
    struct cursor m;
    if (c->failure.code != ERR_NONE) return fail(c, e);
    if (!c->opened) {
        if (!next_message(c, &kind, &m, e)) return false;
        if (kind == MESSAGE_SHEETS && (!take_sheets(c, &m, e) || !next_message(c, &kind, &m, e)))
            return false;
        c->sheet.external_links = take_uint(&m, 1) != 0;
        c->sheet.system_1904 = take_uint(&m, 1) != 0;
        struct text name = take_text(&m, m.n);
        if (kind != MESSAGE_SHEET || m.bad) return bad_message(c, e);
        c->sheet_name = mem_text(name.p, name.n);
        c->sheet.name = (struct text){c->sheet_name, name.n};
        c->opened = true;
    }
    *out = c->sheet;
    return true;
}

bool converter_next(struct converter *c, struct converter_row *out, bool *found, struct err *e)
{
    uint64_t kind;
    struct cursor m;
    struct converter_sheet sheet;
    struct converter_text text;
    *found = false;
    if (!(c->is_text ? converter_text(c, &text, e) : converter_sheet(c, &sheet, e))) return false;
    if (c->done) return true;
    if (!next_message(c, &kind, &m, e)) return false;
    if (kind == MESSAGE_ROW) return *found = take_row(c, out, &m, e);
    if (kind != MESSAGE_END || m.n > 0) return bad_message(c, e);
    c->done = true;
    reap(c);
    return true;
}
