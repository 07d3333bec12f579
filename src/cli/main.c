/* SPDX-License-Identifier: EUPL-1.2 */
/* dcim: the command line, first client of the desk. */
#include "cli/command.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "model/sheet.h"
#include "service/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where this program lies: it starts itself again as converter. */
static void program_path(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    out[n < 0 ? 0 : (size_t)n] = '\0';
}

static bool is_noun(const char *word)
{
    for (size_t i = 0; i < n_command; i++) {
        size_t n = strcspn(commands[i].words, " ");
        if (!commands[i].hidden && strlen(word) == n && strncmp(commands[i].words, word, n) == 0)
            return true;
    }
    return false;
}

/* The nearest command to the first one or two words. */
static const char *nearest(int argc, char *const *argv, struct arena *a)
{
    struct guess one, two;
    guess_init(&one, text_of(argv[1]));
    guess_init(&two, text_of(argc > 2 ? arena_printf(a, "%s %s", argv[1], argv[2]) : ""));
    for (size_t i = 0; i < n_command; i++) {
        if (commands[i].hidden) continue;
        guess_offer(&one, commands[i].words);
        guess_offer(&two, commands[i].words);
        guess_offer(&one, arena_copy(a, commands[i].words, strcspn(commands[i].words, " ")));
    }
    return two.best != NULL ? two.best : one.best;
}

static int unknown_command(int argc, char *const *argv)
{
    bool noun = is_noun(argv[1]), more = argc > 2 && argv[2][0] != '-';
    if (noun && argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
        help_noun(argv[1]);
        return 0;
    }
    struct arena *a = arena_new(ARENA_PLAIN);
    struct invocation v = {.globals = {.json = arguments_ask_json(argc - 1, argv + 1)}};
    struct err e = {0};
    const char *near = nearest(argc, argv, a);
    if (noun && !more)
        err_set(&e, ERR_USAGE, "cli.command", "dcim %s needs one more word", argv[1]);
    else if (noun)
        err_set(&e, ERR_USAGE, "cli.command", "there is no command %s %s", argv[1], argv[2]);
    else err_set(&e, ERR_USAGE, "cli.command", "there is no command %s", argv[1]);
    if (near != NULL && (more || !noun)) err_remedy(&e, "did you mean `dcim %s`?", near);
    else if (noun) err_remedy(&e, "`dcim %s --help` lists them", argv[1]);
    else err_remedy(&e, "`dcim help` lists them");
    int status = report_error(&v, NULL, &e);
    arena_free(a);
    return status;
}

/* The value of an option that every command takes, wherever it stands; NULL when it is not
 * there. */
static const char *value_of(int argc, char *const *argv, const char *name)
{
    size_t n = strlen(name);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], name, n) != 0) continue;
        if (argv[i][n] == '=') return argv[i] + n + 1;
        if (argv[i][n] == '\0' && i + 1 < argc) return argv[i + 1];
    }
    return NULL;
}

/* The words of help, prompts and mistakes, before there is a repository that may name a language:
 * those of --language or DCIM_LANGUAGE, else English. The service chooses anew. */
static struct catalogue *speak(int argc, char *const *argv, const char *program)
{
    struct catalogue *words = NULL;
    const char *language = global_or(value_of(argc, argv, "--language"), "DCIM_LANGUAGE", "en"),
               *data;
    struct invocation v = {.program = program, .globals.data = value_of(argc, argv, "--data")};
    bool plain = strspn(language, "abcdefghijklmnopqrstuvwxyz") == strlen(language);
    if (!plain || strlen(language) > 8 || strcmp(language, "en") == 0) return NULL;
    struct arena *a = arena_new(ARENA_PLAIN);
    const char *file = arena_printf(a, "i18n/%s.po", language);
    if (!data_folder_find(&data, &v, file, a, NULL) ||
        !catalogue_load(&words, arena_printf(a, "%s/%s", data, file), language, NULL, NULL, NULL))
        words = NULL;
    (void)catalogue_use(words);
    arena_free(a);
    return words;
}

/* What was printed must have arrived: a full disk behind standard output is no success. */
static int printed(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    if (status != 0 && status != 1) return status;
    fputs("dcim: ", stderr);
    fprintf(stderr, tr("could not write the output: %s"), strerror(errno));
    fputc('\n', stderr);
    return 5;
}

static int done(int status, struct catalogue *words)
{
    status = printed(status);
    (void)catalogue_use(NULL);
    catalogue_free(words);
    return status;
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
        v.globals.json = arguments_ask_json(argc - 1, argv + 1);
        status = report_error(&v, NULL, &e);
    } else if (v.globals.help) {
        help_command(c);
        status = 0;
    } else {
        status = c->run != NULL ? c->run(&v) : run_operation(&v);
    }
    invocation_release(&v);
    return status;
}

static void reverse(char **at, int n)
{
    for (int i = 0; i < n / 2; i++) {
        char *swap = at[i];
        at[i] = at[n - 1 - i];
        at[n - 1 - i] = swap;
    }
}

/* `dcim --repository DIR info` is `dcim info --repository DIR`: options that every command takes
 * may stand before its words. */
static void words_first(int argc, char **argv)
{
    int k = 0, n_word;
    while (1 + k < argc && strncmp(argv[1 + k], "--", 2) == 0) {
        const char *name = argv[1 + k] + 2;
        size_t n = strcspn(name, "=");
        const struct option *o = global_options;
        while (o->name != NULL && (strlen(o->name) != n || strncmp(o->name, name, n) != 0)) o++;
        if (o->name == NULL) return;
        k += o->kind == OPTION_FLAG || name[n] == '=' ? 1 : 2;
    }
    if (k == 0 || 1 + k >= argc || command_find(argc - 1 - k, argv + 1 + k, &n_word) == NULL)
        return;
    reverse(argv + 1, k); /* rotate: the three reversals */
    reverse(argv + 1 + k, n_word);
    reverse(argv + 1, k + n_word);
}

int main(int argc, char **argv)
{
    char program[4096];
    process_start();
    if (process_weakened() != NULL) fprintf(stderr, "dcim: %s\n", tr(process_weakened()));
    program_path(program, sizeof program);
    struct catalogue *words = speak(argc, argv, program);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_program();
        return done(argc < 2 ? 2 : 0, words);
    }
    if (strcmp(argv[1], "--version") == 0) return done(run_version(NULL), words);
    words_first(argc, argv);
    return done(run(argc, argv, program), words);
}
