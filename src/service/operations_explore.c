/* SPDX-License-Identifier: EUPL-1.2 */
/* Operations of the pages that show figures: the table builder, saved questions, dashboards. */
#include "service/explore.h"
#include "service/operation_macros.h"
#include "service/operations.h"

static const struct parameter_spec variables_parameter[] = {
    TEXT_ARG("form", false, 40, "form to count; default: the first that may be read"), END_ARG};

static const struct parameter_spec table_parameter[] = {
    EXPLORE_ARGS, CHOICE_ARG("do", "table|form|filter", "what the button asks for"), END_ARG};

static const struct parameter_spec download_parameter[] = {
    EXPLORE_ARGS, CHOICE_ARG("format", "csv|xlsx|json", "how it is written"),
    INT_ARG("offset", 0, INT64_C(32) * 1024 * 1024,
            "byte to go on from; without it the whole file, if it fits"),
    TEXT_ARG("digest", false, 64, "of the file as it was when the download began"), END_ARG};

static const struct parameter_spec save_parameter[] = {
    EXPLORE_ARGS, LINE_ARG("name", false, 200, "under which it is saved; names nobody"),
    BOOL_ARG("shared", "for all of one's organisation"), END_ARG};

static const struct parameter_spec question_parameter[] = {TEXT_ARG("question", true, 20,
                                                                    "code of the saved question"),
                                                           END_ARG};

static const struct parameter_spec rename_parameter[] = {
    TEXT_ARG("question", true, 20, "code of the saved question"),
    LINE_ARG("name", true, 200, "its new name; names nobody"),
    BOOL_ARG("shared", "for all of one's organisation"), END_ARG};

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec dashboard_parameter[] = {
    TEXT_ARG("name", false, 60, "name of the dashboard; default: the first there is"), END_ARG};

#define QUESTION_SPEC "question name own? shared? owner at"
#define DASHBOARDS_SPEC "dashboards[name title about charts# current?]"

static const struct operation_row rows[] = {
    ROW_DESK("explore.variables", "what can be put into a table", variables_parameter, CAP_TABLE,
             TX_NONE, "none", op_explore_variables, BUILDER_SPEC),
    ROW_DESK("explore.table", "a protected table with its chart", table_parameter, CAP_TABLE,
             TX_NONE, "table", op_explore_table, BUILDER_SPEC " figure{" FIGURE_SPEC "}"),
    ROW_DESK("explore.raw", "a table of raw counts with its chart, not for publication",
             table_parameter, CAP_TABLE_RAW, TX_NONE, "disclose", op_explore_raw,
             BUILDER_SPEC " figure{" FIGURE_SPEC "}"),
    ROW_DESK("explore.download", "a protected table as a file, in pieces", download_parameter,
             CAP_TABLE, TX_NONE, "disclose", op_explore_download,
             "name type format digest size# offset# next# base64"),
    ROW_DESK("question.save", "save what is chosen in the table builder", save_parameter, CAP_TABLE,
             TX_WRITE, "question", op_question_save, "question"),
    ROW_DESK("question.list", "list the saved questions of oneself and one's organisation",
             no_parameter, CAP_TABLE, TX_READ, "none", op_question_list,
             "questions[" QUESTION_SPEC "] can_share?"),
    ROW_DESK("question.open", "the protected table of a saved question", question_parameter,
             CAP_TABLE, TX_NONE, "table", op_question_open,
             "saved{" QUESTION_SPEC "} " BUILDER_SPEC " figure{" FIGURE_SPEC "}"),
    ROW_DESK("question.rename", "give a saved question another name", rename_parameter, CAP_TABLE,
             TX_WRITE, "question", op_question_rename, "question"),
    ROW_DESK("question.remove", "delete a saved question", question_parameter, CAP_TABLE, TX_WRITE,
             "question", op_question_remove, "question"),
    ROW_DESK("dashboard.list", "list the dashboards there are for one's role", no_parameter,
             CAP_TABLE, TX_NONE, "none", op_dashboard_list, DASHBOARDS_SPEC),
    ROW_DESK("dashboard.show", "the protected tables of a dashboard, with their charts",
             dashboard_parameter, CAP_TABLE, TX_NONE, "table", op_dashboard_show,
             "name title about caution own? " DASHBOARDS_SPEC " figures[" FIGURE_SPEC "]"),
};

const struct operation_part explore_operations = {rows, sizeof rows / sizeof *rows};
