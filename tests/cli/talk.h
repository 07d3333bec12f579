/* SPDX-License-Identifier: EUPL-1.2 */
/* A terminal for a program to talk to. */
#ifndef DCIM_TESTS_CLI_TALK_H
#define DCIM_TESTS_CLI_TALK_H

#include <stdbool.h>
#include <stddef.h>

struct pty_line {
    const char
        *wait_for;      /* what the program must have said since the line before; ends with NULL */
    const char *answer; /* what is typed then */
};

struct pty_run {
    int status;  /* exit status; 128 + signal */
    char *said;  /* all that came to the terminal, NUL-terminated; the caller frees */
    bool echoes; /* whether the terminal shows what is typed, afterwards */
};

/* Run argv[0] with standard input, output and error on a terminal of its own of 100 columns. With
 * `out` standard output goes to that file instead. Fails the test when the program does not say
 * what is waited for within 30 seconds. */
void pty_run(struct pty_run *run, const char *const argv[], const struct pty_line *talk,
             const char *out);

#endif
