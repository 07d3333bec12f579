/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/terminal.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { PASSPHRASE_MAX = 1024, BAR_WIDTH = 30, CELL_WIDTH_MAX = 60 };

/* ---------------------------------------------------------------- passphrases */

/* The line is edited here, letter by letter: left to the terminal, Ctrl-C would end the program
 * while nothing is shown and leave the terminal so. */
static bool gives_up(const struct termios *t, unsigned char c)
{
    return c == t->c_cc[VINTR] || c == t->c_cc[VQUIT];
}

/* Length without the last letter of UTF-8. */
static size_t without_last(const uint8_t *p, size_t n)
{
    while (n > 0 && (p[n - 1] & 0xC0u) == 0x80u) n--;
    return n > 0 ? n - 1 : 0;
}

static bool read_line(int tty, const struct termios *t, struct secret *into, size_t *n,
                      struct err *e)
{
    uint8_t *p = secret_bytes_mut(into);
    bool more = false;
    *n = 0;
    for (;;) {
        unsigned char c;
        ssize_t got = read(tty, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got == 1 && gives_up(t, c)) return err_set(e, ERR_USAGE, "cli.interrupted", "given up");
        if (got <= 0 || c == '\n' || c == '\r' || c == t->c_cc[VEOF]) break;
        if (c == t->c_cc[VERASE] || c == '\b' || c == 0x7f) *n = without_last(p, *n);
        else if (c == t->c_cc[VKILL]) *n = 0;
        else if (*n < PASSPHRASE_MAX) p[(*n)++] = c;
        else more = true;
    }
    if (more)
        return err_set(e, ERR_LIMIT, "cli.too_long", "what was typed is longer than %d bytes",
                       PASSPHRASE_MAX);
    if (*n == 0) return err_set(e, ERR_USAGE, "cli.no_passphrase", "nothing was typed");
    return true;
}

static bool ask(struct secret **out, int tty, const struct termios *t, const char *prompt,
                struct err *e)
{
    struct secret *line = secret_new(PASSPHRASE_MAX);
    size_t n;
    dprintf(tty, "%s: ", prompt);
    bool ok = read_line(tty, t, line, &n, e);
    if (ok) *out = secret_copy(secret_bytes(line), n);
    dprintf(tty, "\n");
    secret_free(line);
    return ok;
}

static bool ask_again(const struct secret *first, int tty, const struct termios *t, struct err *e)
{
    struct secret *again = NULL;
    if (!ask(&again, tty, t, tr("The same again"), e)) return false;
    bool same = secret_size(again) == secret_size(first) &&
                crypto_equal(secret_bytes(again), secret_bytes(first), secret_size(first));
    secret_free(again);
    return same ? true
                : err_set(e, ERR_USAGE, "cli.passphrases_differ", "the two passphrases differ");
}

static bool ask_quietly(struct secret **out, const char *prompt, bool twice, struct err *e)
{
    struct termios before, quiet;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    *out = NULL;
    if (tty < 0 || tcgetattr(tty, &before) != 0) {
        if (tty >= 0) close(tty);
        err_set(e, ERR_USAGE, "cli.no_terminal",
                "a secret is needed and there is no terminal to ask for it");
        return err_remedy(
            e, "name a key file with --key-file or DCIM_KEY_FILE, or, where a recovery code is "
               "needed, a file that holds it with --recovery-file or DCIM_RECOVERY_FILE");
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG | ICANON);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    tcsetattr(tty, TCSAFLUSH, &quiet);
    bool ok = ask(out, tty, &before, prompt, e) && (!twice || ask_again(*out, tty, &before, e));
    tcsetattr(tty, TCSAFLUSH, &before);
    close(tty);
    if (ok) return true;
    secret_free(*out);
    *out = NULL;
    return false;
}

bool terminal_secret(struct secret **out, const char *prompt, struct err *e)
{
    return ask_quietly(out, prompt, false, e);
}

bool terminal_passphrase(struct secret **out, const char *prompt, bool new_one, struct err *e)
{
    return ask_quietly(out, prompt, new_one, e);
}

/* ---------------------------------------------------------------- progress */

static bool progress_shown;

/* How much there is, nobody knows: what was done, and that something is going on. */
static void step_uncounted(const char *what, uint64_t done)
{
    static const char sign[] = "|/-\\";
    static size_t turn;
    char count[32] = "";
    if (done > 0) snprintf(count, sizeof count, "%llu ", (unsigned long long)done);
    fprintf(stderr, "\r[%c] %s%s\033[K", sign[turn++ % 4], count, what);
    fflush(stderr);
    progress_shown = true;
}

static void step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    (void)ctx;
    if (total == 0) {
        step_uncounted(what, done);
        return;
    }
    char bar[BAR_WIDTH + 1];
    size_t filled = (size_t)((double)done / (double)total * BAR_WIDTH);
    if (filled > BAR_WIDTH) filled = BAR_WIDTH;
    memset(bar, ' ', BAR_WIDTH);
    memset(bar, '=', filled);
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3.0f %% %s\033[K", bar, (double)done / (double)total * 100, what);
    fflush(stderr);
    progress_shown = true;
}

struct progress terminal_progress(void)
{
    return (struct progress){isatty(STDERR_FILENO) ? step : NULL, NULL};
}

void terminal_progress_end(void)
{
    if (progress_shown) fprintf(stderr, "\r\033[K");
    progress_shown = false;
}

/* ---------------------------------------------------------------- text */

size_t terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

void terminal_say_text(FILE *out, struct text text)
{
    struct arena *a = arena_new(ARENA_WIPE);
    struct text shown = unicode_visible(text, a);
    fwrite(shown.p, 1, shown.n, out);
    arena_free(a);
}

void terminal_say(FILE *out, const char *text)
{
    terminal_say_text(out, text_of(text));
}

void terminal_puts(const char *text)
{
    terminal_say(stdout, text);
}

void terminal_put_in(const char *words, const char *text)
{
    const char *gap = strstr(words, "%s");
    if (gap == NULL) {
        fputs(words, stdout);
        return;
    }
    fwrite(words, 1, (size_t)(gap - words), stdout);
    terminal_puts(text);
    fputs(gap + 2, stdout);
}

void terminal_shell_word(const char *word)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:+,@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        terminal_puts(word);
        return;
    }
    struct text rest = text_of(word), piece;
    bool further = false;
    putchar('\'');
    while (text_split(&rest, '\'', &piece)) {
        if (further) fputs("'\\''", stdout);
        terminal_say_text(stdout, piece);
        further = true;
    }
    putchar('\'');
}

static const char *cell_text(const struct json *row, const char *key, char *number, size_t size)
{
    const struct json *j = json_get(row, key);
    if (j == NULL) return "";
    switch (json_kind(j)) {
    case JSON_TEXT: return json_as_text(j, "");
    case JSON_BOOL: return json_as_bool(j, false) ? tr("yes") : "";
    case JSON_INT: snprintf(number, size, "%lld", (long long)json_as_int(j, 0)); return number;
    case JSON_NUMBER: snprintf(number, size, "%g", json_as_number(j, 0)); return number;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_NULL: break;
    }
    return "";
}

static void pad(size_t n)
{
    for (size_t i = 0; i < n; i++) putchar(' ');
}

static void put_cell(const char *text, size_t width, bool right, bool last)
{
    size_t w = unicode_width(text_of(text));
    struct text rest = text_of(text), line;
    bool further = false;
    if (right && w < width) pad(width - w);
    while (text_split(&rest, '\n', &line)) {
        if (further) putchar(' ');
        terminal_say_text(stdout, line);
        further = true;
    }
    if (!right && !last && w < width) pad(width - w);
    if (!last) pad(2);
}

void terminal_rows(const struct json *rows, const struct show_column *column, size_t n)
{
    enum { COLUMNS_MAX = 16 };
    size_t width[COLUMNS_MAX] = {0};
    char number[32];
    if (n > COLUMNS_MAX) n = COLUMNS_MAX;
    for (size_t c = 0; c < n; c++) {
        width[c] = unicode_width(text_of(tr(column[c].title)));
        for (size_t r = 0; r < json_size(rows); r++) {
            size_t w = unicode_width(
                text_of(cell_text(json_at(rows, r), column[c].key, number, sizeof number)));
            if (w > width[c]) width[c] = w < CELL_WIDTH_MAX ? w : CELL_WIDTH_MAX;
        }
    }
    for (size_t c = 0; c < n; c++)
        put_cell(tr(column[c].title), width[c], column[c].right, c + 1 == n);
    putchar('\n');
    for (size_t r = 0; r < json_size(rows); r++) {
        for (size_t c = 0; c < n; c++)
            put_cell(cell_text(json_at(rows, r), column[c].key, number, sizeof number), width[c],
                     column[c].right, c + 1 == n);
        putchar('\n');
    }
}
