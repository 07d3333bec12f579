/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of commands: words, options, operation, words for help. Help, man pages, completion and
 * the tests of the command line are made from it. */
#ifndef DCIM_CLI_COMMAND_H
#define DCIM_CLI_COMMAND_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "service/client.h"

#include <stdbool.h>
#include <stddef.h>

enum option_kind { OPTION_TEXT, OPTION_INT, OPTION_FLAG, OPTION_LIST /* comma separated */ };

struct option {
    const char *name;      /* "mapping" for --mapping; for operands the word shown, "FILE" */
    const char *parameter; /* of the operation; NULL: for the command itself */
    enum option_kind kind;
    const char *value; /* word for the value in help: "NAME" */
    const char *help;
    bool operand, required;
};

struct globals { /* options every command takes */
    const char *repository, *key_file, *role, *purpose, *language, *data, *recovery_file;
    bool json, help, recovery;
};

struct invocation {
    const struct command *command;
    struct globals globals;
    struct json *in;  /* parameters of the operation */
    struct json *own; /* options for the command itself, by name */
    const char *program;
};

struct command {
    const char *words;           /* "organisation add" */
    const char *operation;       /* NULL: the command does several */
    const struct option *option; /* ends with name NULL */
    /* Print the result for people. Returns the exit status (0 or 1). */
    int (*show)(const struct invocation *v, const struct json *result);
    /* Instead of one call and `show`. Returns the exit status. */
    int (*run)(struct invocation *v);
    const char *summary;
    const char *detail;  /* for help and man page, may be NULL */
    const char *example; /* may be NULL */
    bool hidden;
};

extern const struct command commands[];
extern const size_t n_command;
extern const struct option global_options[];

/* The command whose words begin the arguments, longest first; *n_word gets how many words it took.
 * NULL: none. */
const struct command *command_find(int argc, char *const *argv, int *n_word);

/* Read the arguments behind the command's words. ERR_USAGE says which, and what there is. */
bool command_parse(struct invocation *v, int argc, char *const *argv, struct err *e) MUST_CHECK;
void invocation_release(struct invocation *v);
/* Whether they ask for JSON: an error in them is then a document as well. */
bool arguments_ask_json(int argc, char *const *argv);
/* A global option, else its environment variable, else `otherwise`. */
const char *global_or(const char *given, const char *variable, const char *otherwise);

/* Print an error with remedy and problems on standard error; returns the exit status. */
int report_error(const struct invocation *v, const struct service *s, const struct err *e);

/* --- help.c --- */
void help_program(void);
void help_paragraph(const char *words); /* put into lines; a command in `backquotes` is not cut */
void help_noun(const char *noun);       /* all commands that begin with the word */
void help_command(const struct command *c);
int run_help(struct invocation *v);
int run_man(struct invocation *v);        /* hidden: man page of the program, roff */
int run_completion(struct invocation *v); /* hidden: bash completion */

/* --- show.c --- */
int show_init(const struct invocation *v, const struct json *r);
int show_info(const struct invocation *v, const struct json *r);
int show_fields(const struct invocation *v, const struct json *r);
int show_accounts(const struct invocation *v, const struct json *r);
int show_organisations(const struct invocation *v, const struct json *r);
int show_import(const struct invocation *v, const struct json *r);
int show_batches(const struct invocation *v, const struct json *r);
int show_table(const struct invocation *v, const struct json *r);
int show_records(const struct invocation *v, const struct json *r);
int show_record(const struct invocation *v, const struct json *r);
int show_history(const struct invocation *v, const struct json *r);
int show_verify(const struct invocation *v, const struct json *r);
int show_audit(const struct invocation *v, const struct json *r);
int show_check(const struct invocation *v, const struct json *r);
int show_pack_check(const struct invocation *v, const struct json *r);
int show_pack_import(const struct invocation *v, const struct json *r);
int show_pack_coverage(const struct invocation *v, const struct json *r);
int show_pack_export(const struct invocation *v, const struct json *r);
int show_names(const struct invocation *v, const struct json *r);
int show_forms(const struct invocation *v, const struct json *r);
int show_variables(const struct invocation *v, const struct json *r);
int show_codes(const struct invocation *v, const struct json *r);
int show_rules(const struct invocation *v, const struct json *r);
int show_keys(const struct invocation *v, const struct json *r);
int show_encode(const struct invocation *v, const struct json *r);
int show_link_encode(const struct invocation *v, const struct json *r);

/* --- print.c --- */
int show_codebook(const struct invocation *v, const struct json *r);
int show_paper_form(const struct invocation *v, const struct json *r);
int show_reports(const struct invocation *v, const struct json *r);
int show_report(const struct invocation *v, const struct json *r);
int show_processing(const struct invocation *v, const struct json *r);
/* Page `page` of data/pages filled with the document, to the file of --output or standard
 * output. */
int show_page(const struct invocation *v, const char *page, const struct json *document);
/* A text to the file of --output, or to standard output; `ok` and `e` are of what made it. Releases
 * the text, returns the exit status. */
int deliver_text(const struct invocation *v, struct buf *text, bool ok, struct err *e);
/* Fill data/pages/PAGE.html from a document and append it. */
bool fill_page(struct buf *out, const struct invocation *v, const char *page,
               const struct json *document, struct err *e) MUST_CHECK;
int run_handbook(struct invocation *v); /* handbook.c */
/* The data folder that has file `holding`: --data, DCIM_DATA, else beside the program.
 * ERR_NOT_FOUND "cli.no_data". From `a`. */
struct arena;
bool data_folder_find(const char **out, const struct invocation *v, const char *holding,
                      struct arena *a, struct err *e) MUST_CHECK;

/* --- quality.c --- */
int show_quality(const struct invocation *v, const struct json *r);
int run_quality(struct invocation *v);
int show_links(const struct invocation *v, const struct json *r);
int run_links(struct invocation *v);

/* --- link.c --- */
int show_link_run(const struct invocation *v, const struct json *r);
int show_link_runs(const struct invocation *v, const struct json *r);
int show_link_pairs(const struct invocation *v, const struct json *r);
int show_link_decisions(const struct invocation *v, const struct json *r);
int show_link_conflicts(const struct invocation *v, const struct json *r);
int show_link_pair(const struct invocation *v, const struct json *r);
int show_link_done(const struct invocation *v, const struct json *r);
int show_link_person(const struct invocation *v, const struct json *r);
int show_link_values(const struct invocation *v, const struct json *r);
int show_link_choice(const struct invocation *v, const struct json *r);
int show_link_quality(const struct invocation *v, const struct json *r);
int run_link_review(struct invocation *v);

/* --- release.c --- */
int show_releases(const struct invocation *v, const struct json *r);
int show_release(const struct invocation *v, const struct json *r);
int show_release_done(const struct invocation *v, const struct json *r);
int show_release_file(const struct invocation *v, const struct json *r); /* --output, or here */
int run_release_create(struct invocation *v); /* of saved questions and a file of further ones */
int run_release_show(struct invocation *v);

/* --- run.c --- */
int run_operation(struct invocation *v); /* the usual way: one call, then show or --json */
int run_named(struct invocation *v, const char *operation); /* the same of an operation by name */
int run_import(struct invocation *v);                       /* import, or its dry run */
int run_table(struct invocation *v);                        /* protected, or raw for who may */
int run_record_show(struct invocation *v);
int run_link_key(struct invocation *v); /* for a purpose that is stated with it */
int run_link_encode(struct invocation *v);
int run_encode(struct invocation *v);  /* with the key file of the register */
int run_version(struct invocation *v);
int run_demo(struct invocation *v);
int run_converter(struct invocation *v);
int run_serve(struct invocation *v);   /* serve.c */
int run_process(struct invocation *v); /* hidden: desk and door of a server */

#endif
