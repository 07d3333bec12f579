/* SPDX-License-Identifier: EUPL-1.2 */
/* Help, manual page and completion, all from the table of commands. */
#include "cli/command.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char about[] = "national repository for data on trafficking in human beings";

static size_t first_word(const char *words)
{
    return strcspn(words, " ");
}

static bool is_noun_of(const struct command *c, const char *noun)
{
    size_t n = first_word(c->words);
    return strlen(noun) == n && strncmp(c->words, noun, n) == 0;
}

static void usage_line(const struct command *c)
{
    printf("dcim %s", c->words);
    for (const struct option *o = c->option; o->name != NULL; o++) {
        if (o->operand) printf(o->required ? " %s" : " [%s]", o->name);
        else if (o->kind == OPTION_FLAG) printf(" [--%s]", o->name);
        else printf(o->required ? " --%s %s" : " [--%s %s]", o->name, o->value);
    }
    putchar('\n');
}

static void option_line(const struct option *o)
{
    char name[80];
    if (o->operand) snprintf(name, sizeof name, "%s", o->name);
    else if (o->kind == OPTION_FLAG) snprintf(name, sizeof name, "--%s", o->name);
    else snprintf(name, sizeof name, "--%s %s", o->name, o->value);
    printf("  %-24s %s\n", name, o->help);
}

void help_command(const struct command *c)
{
    printf("%s\n\n  ", c->summary);
    usage_line(c);
    if (c->detail != NULL) printf("\n%s\n", c->detail);
    if (c->option->name != NULL) putchar('\n');
    for (const struct option *o = c->option; o->name != NULL; o++) option_line(o);
    printf("\nFor every command:\n");
    for (const struct option *o = global_options; o->name != NULL; o++) option_line(o);
    if (c->example != NULL) printf("\nExample:\n  %s\n", c->example);
}

void help_noun(const char *noun)
{
    for (size_t i = 0; i < n_command; i++)
        if (!commands[i].hidden && is_noun_of(&commands[i], noun))
            printf("  dcim %-18s %s\n", commands[i].words, commands[i].summary);
    printf("\n`dcim COMMAND --help` explains one.\n");
}

void help_program(void)
{
    printf("dcim: %s\n\n", about);
    for (size_t i = 0; i < n_command; i++)
        if (!commands[i].hidden)
            printf("  dcim %-18s %s\n", commands[i].words, commands[i].summary);
    printf("\n`dcim COMMAND --help` explains one. Exit status: 0 done, 1 done but rows were\n"
           "refused, 2 usage, 3 input unreadable, 4 not allowed, 5 store, 6 refused to protect\n"
           "persons from being recognised.\n");
}

int run_help(struct invocation *v)
{
    const char *noun = json_get_text(v->own, "COMMAND", "");
    if (noun[0] == '\0') {
        help_program();
        return 0;
    }
    const struct command *only = NULL;
    size_t n = 0;
    for (size_t i = 0; i < n_command; i++)
        if (is_noun_of(&commands[i], noun)) {
            only = &commands[i];
            n++;
        }
    if (n == 1) help_command(only);
    else if (n > 1) help_noun(noun);
    else fprintf(stderr, "dcim: there is no command %s; `dcim help` lists them\n", noun);
    return n == 0 ? 2 : 0;
}

/* ---------------------------------------------------------------- manual page */

/* Text for roff: backslashes and hyphens escaped, no line begins with a control character. */
static void roff(const char *s)
{
    if (*s == '.' || *s == '\'') fputs("\\&", stdout);
    for (; *s != '\0'; s++) {
        if (*s == '\\') fputs("\\e", stdout);
        else if (*s == '-') fputs("\\-", stdout);
        else putchar(*s);
    }
}

static void roff_option(const struct option *o)
{
    fputs(".TP\n.B ", stdout);
    if (!o->operand) fputs("\\-\\-", stdout);
    roff(o->name);
    if (o->value != NULL) {
        putchar(' ');
        roff(o->value);
    }
    putchar('\n');
    roff(o->help);
    putchar('\n');
}

int run_man(struct invocation *v)
{
    (void)v;
    printf(
        ".TH DCIM 1\n.SH NAME\ndcim \\- %s\n.SH SYNOPSIS\n.B dcim\n.I COMMAND\n[options]\n.SH COMMANDS\n",
        about);
    for (size_t i = 0; i < n_command; i++) {
        const struct command *c = &commands[i];
        if (c->hidden) continue;
        printf(".SS \"dcim %s\"\n", c->words);
        roff(c->summary);
        putchar('\n');
        if (c->detail != NULL) {
            printf(".PP\n");
            roff(c->detail);
            putchar('\n');
        }
        for (const struct option *o = c->option; o->name != NULL; o++) roff_option(o);
        if (c->example != NULL) {
            printf(".PP\n.EX\n");
            roff(c->example);
            printf("\n.EE\n");
        }
    }
    printf(".SH OPTIONS\n");
    for (const struct option *o = global_options; o->name != NULL; o++) roff_option(o);
    printf(".SH EXIT STATUS\n0 done; 1 done, but findings refused rows; 2 usage; "
           "3 input unreadable; 4 not allowed; "
           "5 store; 6 disclosure refused.\n");
    return 0;
}

/* ---------------------------------------------------------------- completion */

static void completion_options(const struct option *o)
{
    for (; o->name != NULL; o++)
        if (!o->operand) printf(" --%s", o->name);
}

int run_completion(struct invocation *v)
{
    (void)v;
    printf(
        "# bash completion of dcim; generated from its table of commands\n_dcim() {\n"
        "    local word=\"${COMP_WORDS[COMP_CWORD]}\" line=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" list=\n"
        "    case \"$line\" in\n");
    for (size_t pass = 2; pass-- > 0;) /* longer commands first */
        for (size_t i = 0; i < n_command; i++) {
            const struct command *c = &commands[i];
            bool two = strchr(c->words, ' ') != NULL;
            if (c->hidden || two != (pass == 1)) continue;
            printf("    \"%s\"*) list=\"", c->words);
            completion_options(c->option);
            completion_options(global_options);
            for (size_t k = 0; !two && k < n_command; k++)
                if (!commands[k].hidden && strchr(commands[k].words, ' ') != NULL &&
                    is_noun_of(&commands[k], c->words))
                    printf(" %s", commands[k].words + first_word(commands[k].words) + 1);
            printf("\" ;;\n");
        }
    for (size_t i = 0; i < n_command; i++) {
        const char *words = commands[i].words;
        if (commands[i].hidden || strchr(words, ' ') == NULL) continue;
        printf("    \"%.*s\") list+=\" %s\" ;;\n", (int)first_word(words), words,
               words + first_word(words) + 1);
    }
    printf("    \"\") list=\"");
    for (size_t i = 0; i < n_command; i++)
        if (!commands[i].hidden)
            printf("%.*s ", (int)first_word(commands[i].words), commands[i].words);
    printf("\" ;;\n    esac\n    COMPREPLY=($(compgen -W \"$list\" -f -- \"$word\"))\n}\n"
           "complete -F _dcim dcim\n");
    return 0;
}
