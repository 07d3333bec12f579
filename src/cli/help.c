/* SPDX-License-Identifier: EUPL-1.2 */
/* Help, manual page and completion, all from the table of commands. */
#include "cli/command.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/text.h"
#include "base/unicode.h"
#include "cli/terminal.h"
#include "model/sheet.h"

#include <stdio.h>
#include <string.h>

static const char about[] = N_("national repository for data on trafficking in human beings");

static size_t first_word(const char *words)
{
    return strcspn(words, " ");
}

static bool is_noun_of(const struct command *c, const char *noun)
{
    size_t n = first_word(c->words);
    return strlen(noun) == n && strncmp(c->words, noun, n) == 0;
}

/* ---------------------------------------------------------------- lines */

enum {
    WIDTH_DEFAULT = 80,
    WIDTH_LEAST = 40,
    WIDTH_BESIDE = 60,
    NAME_COLUMN = 24,
    WORDS_COLUMN = 19
};

struct wrap { /* words put into lines, further lines indented */
    size_t width, indent, at;
};

/* Lines end one column before the edge: terminals differ in what they do in the last one. */
static struct wrap wrap_begin(size_t indent, size_t at)
{
    size_t width = terminal_width();
    if (width == 0) width = WIDTH_DEFAULT;
    if (width < WIDTH_LEAST) width = WIDTH_LEAST;
    return (struct wrap){width - 1, indent, at};
}

/* A piece that is never cut. */
static void wrap_piece(struct wrap *w, struct text piece)
{
    size_t n = unicode_width(piece);
    if (w->at > w->indent && w->at + 1 + n > w->width) {
        printf("\n%*s", (int)w->indent, "");
        w->at = w->indent;
    } else if (w->at > w->indent) {
        putchar(' ');
        w->at++;
    }
    printf("%.*s", (int)piece.n, piece.p);
    w->at += n;
}

/* Words between blanks; a command in `backquotes` is one piece, to be copied. */
static void wrap_words(struct wrap *w, const char *words)
{
    while (*words != '\0') {
        size_t n = 0;
        bool quoted = false;
        for (; words[n] != '\0' && (quoted || words[n] != ' '); n++)
            if (words[n] == '`') quoted = !quoted;
        if (n > 0) wrap_piece(w, (struct text){words, n});
        words += n;
        while (*words == ' ') words++;
    }
}

void help_paragraph(const char *words)
{
    struct wrap w = wrap_begin(0, 0);
    wrap_words(&w, words);
    putchar('\n');
}

/* ---------------------------------------------------------------- help */

static void usage_line(const struct command *c)
{
    struct wrap w = wrap_begin(6, 0);
    struct buf piece;
    buf_init(&piece, 400);
    buf_printf(&piece, "dcim %s", c->words);
    wrap_piece(&w, buf_text(&piece));
    for (const struct option *o = c->option; o->name != NULL; o++) {
        const char *open = o->required ? "" : "[", *close = o->required ? "" : "]";
        buf_clear(&piece);
        if (o->operand) buf_printf(&piece, "%s%s%s", open, o->name, close);
        else if (o->kind == OPTION_FLAG) buf_printf(&piece, "[--%s]", o->name);
        else buf_printf(&piece, "%s--%s %s%s", open, o->name, o->value, close);
        wrap_piece(&w, buf_text(&piece));
    }
    putchar('\n');
    buf_release(&piece);
}

static void option_line(const struct option *o)
{
    char name[80];
    if (o->operand) snprintf(name, sizeof name, "%s", o->name);
    else if (o->kind == OPTION_FLAG) snprintf(name, sizeof name, "--%s", o->name);
    else snprintf(name, sizeof name, "--%s %s", o->name, o->value);
    struct wrap w = wrap_begin(NAME_COLUMN + 3, NAME_COLUMN + 3);
    if (w.width + 1 < WIDTH_BESIDE) {
        w = wrap_begin(6, 6);
        printf("  %s\n%*s", name, 6, "");
    } else {
        printf("  %-*s ", NAME_COLUMN, name);
    }
    wrap_words(&w, tr(o->help));
    putchar('\n');
}

static void command_line(const struct command *c)
{
    printf("  dcim %-*s %s\n", WORDS_COLUMN, c->words, tr(c->summary));
}

/* What else begins with its words: `dcim backup` is a command, and so is `dcim backup verify`. */
static void see_also(const struct command *c)
{
    size_t n = strlen(c->words), found = 0;
    for (size_t i = 0; i < n_command; i++) {
        const struct command *other = &commands[i];
        if (other->hidden || strncmp(other->words, c->words, n) != 0 || other->words[n] != ' ')
            continue;
        if (found++ == 0) printf("\n%s\n", tr("See also:"));
        command_line(other);
    }
}

void help_command(const struct command *c)
{
    printf("%s\n\n", tr(c->summary));
    usage_line(c);
    if (c->detail != NULL) {
        putchar('\n');
        help_paragraph(tr(c->detail));
    }
    if (c->option->name != NULL) putchar('\n');
    for (const struct option *o = c->option; o->name != NULL; o++) option_line(o);
    printf("\n%s\n", tr("For every command:"));
    for (const struct option *o = global_options; o->name != NULL; o++) option_line(o);
    if (c->example != NULL) printf("\n%s\n  %s\n", tr("Example:"), c->example);
    see_also(c);
}

void help_noun(const char *noun)
{
    const struct command *last = NULL;
    printf(tr("dcim %s is one of:"), noun);
    printf("\n\n");
    for (size_t i = 0; i < n_command; i++) {
        if (commands[i].hidden || !is_noun_of(&commands[i], noun)) continue;
        last = &commands[i];
        command_line(last);
    }
    if (last == NULL) return;
    putchar('\n');
    printf(tr("One of them in full: `dcim %s --help`."), last->words);
    putchar('\n');
}

void help_program(void)
{
    printf("dcim: %s\n\n", tr(about));
    for (size_t i = 0; i < n_command; i++)
        if (!commands[i].hidden) command_line(&commands[i]);
    putchar('\n');
    help_paragraph(
        tr("To look around: `dcim demo DIR` makes a repository of synthetic persons. To begin: "
           "`dcim init`, `dcim organisation add`, `dcim import`, then `dcim table`. "
           "Each command in full: `dcim COMMAND --help`."));
    putchar('\n');
    help_paragraph(
        tr("Exit status: 0 done, 1 done but rows were refused, 2 usage, 3 input unreadable, "
           "4 not allowed, 5 store, 6 refused to protect persons from being recognised."));
}

static const struct command *command_called(const char *words)
{
    for (size_t i = 0; i < n_command; i++)
        if (strcmp(commands[i].words, words) == 0) return &commands[i];
    return NULL;
}

int run_help(struct invocation *v)
{
    const char *words = json_get_text(v->own, "COMMAND", "");
    size_t n = 0;
    if (words[0] == '\0') {
        help_program();
        return 0;
    }
    for (size_t i = 0; i < n_command; i++) n += is_noun_of(&commands[i], words);
    const struct command *one = command_called(words);
    if (n > 1) help_noun(words);
    else if (one != NULL) help_command(one);
    if (n > 1 || one != NULL) return 0;
    struct err e = {0};
    struct guess g;
    guess_init(&g, text_of(words));
    for (size_t i = 0; i < n_command; i++)
        if (!commands[i].hidden) guess_offer(&g, commands[i].words);
    err_set(&e, ERR_USAGE, "cli.command", "there is no command %s", words);
    if (g.best != NULL) err_remedy(&e, "did you mean `dcim help %s`?", g.best);
    else err_remedy(&e, "`dcim help` lists them");
    return report_error(v, NULL, &e);
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

/* The second words of the commands that begin with `noun`. */
static void completion_verbs(const char *noun)
{
    for (size_t i = 0; i < n_command; i++) {
        const char *blank = strchr(commands[i].words, ' ');
        if (blank != NULL && !commands[i].hidden && is_noun_of(&commands[i], noun))
            printf(" %s", blank + 1);
    }
}

static void completion_of(const struct command *c)
{
    printf("    \"%s \"*) list=\"", c->words);
    if (strchr(c->words, ' ') == NULL) completion_verbs(c->words);
    completion_options(c->option);
    completion_options(global_options);
    printf("\" ;;\n");
}

/* Each first word once, in the order of the table. */
static bool is_first_of_its_noun(size_t i)
{
    char noun[40];
    snprintf(noun, sizeof noun, "%.*s", (int)first_word(commands[i].words), commands[i].words);
    for (size_t k = 0; k < i; k++)
        if (!commands[k].hidden && is_noun_of(&commands[k], noun)) return false;
    return !commands[i].hidden;
}

int run_completion(struct invocation *v)
{
    (void)v;
    printf("# bash completion of dcim; generated from its table of commands\n_dcim() {\n"
           "    local word=\"${COMP_WORDS[COMP_CWORD]}\"\n"
           "    local line=\"${COMP_WORDS[*]:1:COMP_CWORD-1} \" list=\n"
           "    case \"$line\" in\n");
    for (int two = 1; two >= 0;
         two--) /* the longer words first: the first pattern that fits is taken */
        for (size_t i = 0; i < n_command; i++)
            if (!commands[i].hidden && (strchr(commands[i].words, ' ') != NULL) == two)
                completion_of(&commands[i]);
    for (size_t i = 0; i < n_command; i++) {
        const char *words = commands[i].words;
        char noun[40];
        snprintf(noun, sizeof noun, "%.*s", (int)first_word(words), words);
        if (!is_first_of_its_noun(i) || command_called(noun) != NULL) continue;
        printf("    \"%s \") list=\"", noun);
        completion_verbs(noun);
        printf("\" ;;\n");
    }
    printf("    \" \") list=\"");
    for (size_t i = 0; i < n_command; i++)
        if (is_first_of_its_noun(i))
            printf(" %.*s", (int)first_word(commands[i].words), commands[i].words);
    printf("\" ;;\n    esac\n    COMPREPLY=($(compgen -W \"$list\" -f -- \"$word\"))\n}\n"
           "complete -F _dcim dcim\n");
    return 0;
}
