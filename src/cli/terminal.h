/* SPDX-License-Identifier: EUPL-1.2 */
/* The terminal: passphrases, progress, width, aligned columns. */
#ifndef DCIM_CLI_TERMINAL_H
#define DCIM_CLI_TERMINAL_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "service/client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Ask for one line that is not shown: ERR_USAGE "cli.interrupted" when the person gives up
 * (Ctrl-C), "cli.no_terminal" when there is none, ERR_LIMIT "cli.too_long" over 1,024 bytes. `owns`
 * *out. */
bool terminal_secret(struct secret **out, const char *prompt, struct err *e) MUST_CHECK;

/* Ask for a passphrase on the terminal without showing it; twice and compared if `new_one`.
 * ERR_USAGE "cli.no_terminal" when there is none. `owns` *out. */
bool terminal_passphrase(struct secret **out, const char *prompt, bool new_one,
                         struct err *e) MUST_CHECK;

/* A progress line on standard error, when that is a terminal; else nothing. */
struct progress terminal_progress(void);
void terminal_progress_end(void);

/* Columns of standard output; 0 when it is not a terminal. */
size_t terminal_width(void);

/* Text safe to show: bidirectional and other invisible controls made visible (S63). Invalid UTF-8
 * is shown as U+FFFD. */
void terminal_puts(const char *text); /* on standard output */
void terminal_say(FILE *out, const char *text);
void terminal_say_text(FILE *out, struct text text);
/* Words with one %s, translated by whoever calls, and on standard output the text in its place. */
void terminal_put_in(const char *words, const char *text);

/* A word on standard output as a shell takes it: quoted when need be. */
void terminal_shell_word(const char *word);

struct show_column {
    const char *key;   /* member of each row */
    const char *title; /* English; shown translated */
    bool right;
};
/* Print an array of objects as aligned columns with a header line. The last column is not
 * padded; a line end within a cell is shown as a blank. */
void terminal_rows(const struct json *rows, const struct show_column *column, size_t n);

#endif
