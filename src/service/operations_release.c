/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: releases of protected tables. */
#include "service/figure.h"
#include "service/operation_macros.h"
#include "service/operations.h"

enum { TITLE_MAX = 200, SAID_MAX = 4000, TABLE_TEXT_MAX = 8000 };

// clang-format off
#define NUMBER_ARG INT_ARG_NEEDED("release", 1, INT64_MAX, "number of the release")
#define REASON_ARG \
    {.name = "reason", .type = PARAM_TEXT, .required = true, .min = 1, .max = SAID_MAX, \
     .summary = "why; names nobody"}
#define RELEASE \
    "release# title state state_label waiting? published? refused? withdrawn? tables# threshold# " \
    "digest made_at decided_at withdrawn_at replaces# replaced_by# reason own? may_decide? " \
    "may_withdraw? made_by decided_by withdrawn_by"
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec prepare_parameter[] = {
    LINE_ARG("title", true, TITLE_MAX, "title of the release"),
    TEXT_ARG("note", false, SAID_MAX, "what a reader should know; names nobody"),
    {.name = "questions",
     .type = PARAM_LIST,
     .max = 20,
     .summary = "codes of saved questions, one for each table"},
    {.name = "tables",
     .type = PARAM_LIST,
     .max = TABLE_TEXT_MAX,
     .summary = "further tables: objects of the parameters of table.count, form, rows, columns, "
                "where and count"},
    INT_ARG("threshold", 2, 1000, "smallest count shown; default: the pack's"),
    INT_ARG("replaces", 0, INT64_MAX, "number of the release it is in the place of; 0: none"),
    END_ARG};

static const struct parameter_spec number_parameter[] = {NUMBER_ARG, END_ARG};

static const struct parameter_spec show_parameter[] = {
    NUMBER_ARG, INT_ARG("width", 0, 10000, "also each table as text of so many columns; 0: of any"),
    END_ARG};

static const struct parameter_spec reason_parameter[] = {NUMBER_ARG, REASON_ARG, END_ARG};

static const struct parameter_spec download_parameter[] = {
    NUMBER_ARG,
    CHOICE_ARG("format", "json|csv|xlsx", "json: the document as it was approved; else one table"),
    INT_ARG("table", 1, 12, "number of the table"),
    INT_ARG("offset", 0, INT64_C(32) * 1024 * 1024,
            "byte to go on from; without it the whole file, if it fits"),
    TEXT_ARG("digest", false, 64, "of the file as it was when the download began"),
    END_ARG};

static const struct parameter_spec choices_parameter[] = {
    LINE_ARG("question", false, 20, "code of a saved question that is to be chosen"), END_ARG};

static const struct operation_row rows[] = {
    ROW_DESK("release.list", "list releases of protected tables", no_parameter, CAP_RELEASE_READ, TX_READ,
             "none", op_release_list, "releases[" RELEASE "] waiting# may_prepare?"),
    ROW_DESK("release.show", "a release with its tables", show_parameter, CAP_RELEASE_READ, TX_READ,
             "none", op_release_show,
             RELEASE " note made_on cautions[] figures[number# text figure{" FIGURE_SPEC "}]"),
    ROW_DESK("release.read", "a release with its tables in full, for programs", number_parameter,
             CAP_RELEASE_READ, TX_READ, "disclose", op_release_read, RELEASE " note document*"),
    ROW_DESK("release.download", "a release, or a table of it, as a file", download_parameter,
             CAP_RELEASE_READ, TX_READ, "disclose", op_release_download,
             "name type format digest size# offset# next# base64"),
    ROW_DESK("release.choices", "what a release can be made of", choices_parameter, CAP_RELEASE,
             TX_READ, "none", op_release_choices,
             "questions[question name owner own? chosen?] releases[release# title] threshold#"),
    ROW_DESK("release.prepare", "count and protect tables that are to be released together",
             prepare_parameter, CAP_RELEASE, TX_NONE, "release", op_release_prepare,
             "release# state"),
    ROW_DESK_FRESH("release.approve", "let out a release that somebody else has prepared",
                   number_parameter, CAP_APPROVE, TX_WRITE, "release", op_release_approve,
                   "release# state"),
    ROW_DESK("release.refuse", "refuse a release that somebody else has prepared", reason_parameter,
             CAP_APPROVE, TX_WRITE, "release", op_release_refuse, "release# state"),
    ROW_DESK("release.withdraw", "take back a release that is published", reason_parameter,
             CAP_RELEASE, TX_WRITE, "release", op_release_withdraw, "release# state"),
};

const struct operation_part release_operations = {rows, sizeof rows / sizeof *rows};
