/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files that load a dictionary (dictionary_*.c) and those that carry its sheets to
 * workbooks and back (xlsform_*.c, redcap*.c); nobody else includes it.
 *
 * Loading goes in this order, each part in its file, problems being collected all the way:
 *   dictionary_files    read the files of the folder and the pack into memory
 *   dictionary_pack     settings, languages, parameters, the pack's own values
 *   dictionary_list     code lists, with the pack laid over them
 *   dictionary_survey   forms: groups, repeats, variables
 *   dictionary_outline  forms as people meet them: headings and notes as well
 *   dictionary_rules    the rule catalogue, those of the program first
 *   dictionary_expr     every expression, once all names are known */
#ifndef DCIM_MODEL_DICTIONARY_INTERNAL_H
#define DCIM_MODEL_DICTIONARY_INTERNAL_H

#include "base/map.h"
#include "model/dictionary.h"
#include "model/sheet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { /* limits of a dictionary */
    DICTIONARY_FILES_MAX = 2000,
    DICTIONARY_BYTES_MAX = 64 * 1024 * 1024, /* of all files together */
    DICTIONARY_FORMS_MAX = 32,
    DICTIONARY_RULES_MAX = 10000,
    DICTIONARY_DEPTH_MAX = 16                /* of groups and repeats within each other */
};

#define ORGANISATION_LIST "CL_ORGANISATION"
#define PACK_PREFIX "packs/"

/* --- files --------------------------------------------------------------------------------------- */

struct data_file { /* one file of the data folder */
    const char *name; /* relative: "codelists/CL_SEX.csv" */
    struct text bytes;
    bool used;
};

struct data_files { /* sorted by name */
    struct data_file *file;
    size_t n, cap;
    size_t bytes;
};

/* Read the files that make up dictionary and pack. What is missing is a problem. */
void data_files_read(struct data_files *out, const char *folder, const char *pack, struct arena *a,
                     struct problems *p);
void data_files_add(struct data_files *f, const char *name, struct text bytes); /* borrows both */
void data_files_sort(struct data_files *f);
void data_files_release(struct data_files *f);
struct data_file *data_files_find(const struct data_files *f, const char *name); /* or NULL */

/* --- expressions to come ------------------------------------------------------------------------- */

struct pending { /* an expression to be parsed once every name is known */
    const struct expr **out; /* NULL: only to be checked */
    const struct form *form;
    group_id group;
    var_id self;
    const char *text;
    struct cell place;
    const char *column;      /* "relevant", for messages */
    bool joined;             /* made of expressions that are checked by themselves */
};

/* --- the loader ---------------------------------------------------------------------------------- */

struct loader {
    struct dictionary *d;
    struct arena *keep;        /* the dictionary's */
    struct arena *scratch;     /* freed after loading */
    struct problems *problems;
    struct sheet_reader reader;
    struct data_files *files;
    const char *pack;          /* "" for none */

    struct sheet settings;
    struct map *hidden;        /* "form/name" of what the pack hides */
    struct pending *pending;
    size_t n_pending, cap_pending;
    bool too_many_variables;   /* said once */
};

/* Build a dictionary out of files in memory; dictionary_load() without the folder. `owns` *out. */
bool dictionary_build(struct dictionary **out, struct data_files *files, const char *folder,
                      const char *pack, struct problems *problems, struct err *e) MUST_CHECK;

/* Read a sheet if there is such a file, marking it as used. */
bool load_sheet(struct loader *l, struct sheet *out, const char *file);
/* The pack's file of that name: packs/<pack>/<name>. */
bool load_pack_sheet(struct loader *l, struct sheet *out, const char *name);

/* Remember an expression; blank text is none. */
void load_expression(struct loader *l, struct pending x);

/* The name of a variable of form `f` that the pack hides. */
bool load_is_hidden(const struct loader *l, const struct form *f, struct text name);

/* "yes"/"no" (also true/false, 1/0), blank being `otherwise`; a problem for anything else. */
bool load_yes(struct loader *l, struct cell c, const char *column, bool otherwise);

void load_settings(struct loader *l);   /* forms without variables; languages */
void load_parameters(struct loader *l);
void load_pack_values(struct loader *l); /* pack.csv */
void load_pack(struct loader *l);        /* status_deciders.csv, organisations.csv: after the lists */
void load_lists(struct loader *l);
void load_surveys(struct loader *l);
void load_rules(struct loader *l);
/* The outline of a form whose variables are loaded, from its sheet. */
void load_outline(struct loader *l, struct form *f, const struct sheet *sheet);

enum survey_row {
    SURVEY_VARIABLE,
    SURVEY_NOTE,
    SURVEY_BEGIN_GROUP,
    SURVEY_BEGIN_REPEAT,
    SURVEY_END_GROUP,
    SURVEY_END_REPEAT
};
/* What a row of a survey sheet is, by its column `type`. */
enum survey_row survey_row_kind(const char *type);
void load_expressions(struct loader *l);

/* Nearest code list or variable, as a remedy. */
const char *load_guess_list(struct loader *l, const char *name, const char *otherwise);
const char *load_guess_variable(struct loader *l, const struct form *f, const char *name,
                                const char *otherwise);

/* One warning for each language in which words of this kind are missing; `n_missing` by language. */
struct gaps {
    size_t n[LANGUAGES_MAX];
    struct cell first[LANGUAGES_MAX];
};
void gaps_note(struct gaps *g, const struct dictionary *d, const struct words *w, struct cell place);
void gaps_report(const struct gaps *g, struct loader *l, const char *column);

#endif
