/* SPDX-License-Identifier: EUPL-1.2 */
/* dcim: the command line, first client of the desk. */
#include "cli/command.h"

#include "service/process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where this program lies: it starts itself again as converter. */
static const char *program_path(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    out[n < 0 ? 0 : (size_t)n] = '\0';
    return out;
}

static int unknown_command(int argc, char **argv)
{
    bool noun = false;
    for (size_t i = 0; i < n_command; i++) {
        size_t n = strcspn(commands[i].words, " ");
        if (strlen(argv[1]) == n && strncmp(commands[i].words, argv[1], n) == 0 &&
            !commands[i].hidden)
            noun = true;
    }
    if (noun) {
        bool asked = argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0);
        if (!asked) fprintf(stderr, "dcim: %s needs one more word:\n", argv[1]);
        help_noun(argv[1]);
        return asked ? 0 : 2;
    }
    fprintf(stderr, "dcim: there is no command %s; `dcim help` lists them\n", argv[1]);
    return 2;
}

static int run(int argc, char **argv, const char *program)
{
    int n_word;
    const struct command *c = command_find(argc - 1, argv + 1, &n_word);
    if (c == NULL) return unknown_command(argc, argv);
    struct invocation v = {.command = c, .program = program};
    struct err e = {0};
    int status;
    if (!command_parse(&v, argc - 1 - n_word, argv + 1 + n_word, &e)) {
        status = report_error(&v, NULL, &e);
    } else if (v.globals.help) {
        help_command(c);
        status = 0;
    } else {
        status = c->run != NULL ? c->run(&v) : run_operation(&v);
    }
    invocation_release(&v);
    if (fflush(stdout) != 0 && status == 0) status = 5;
    return status;
}

int main(int argc, char **argv)
{
    char program[4096];
    process_start();
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_program();
        return argc < 2 ? 2 : 0;
    }
    if (strcmp(argv[1], "--version") == 0) return run_version(NULL);
    return run(argc, argv, program_path(program, sizeof program));
}
