/* SPDX-License-Identifier: EUPL-1.2 */
/* The import wizard: a file, how it is read, its columns, the check, the import; and the
 * batches. */
#include "base/catalogue.h"
#include "web/import_pages.h"
#include "web/page.h"
#include "web/routes.h"

#include <string.h>

enum { REFRESH_S = 2 };

/* ---- a file ---- */

/* What was chosen before is chosen again, after something else was wrong. */
static void choose(struct exchange *x, const char *list, const char *member, const char *chosen)
{
    struct json *rows = json_member_mut(x->result, list);
    for (size_t i = 0; rows != NULL && i < json_size(rows); i++) {
        struct json *row = json_item_mut(rows, i);
        json_set_bool(row, "selected", strcmp(json_get_text(row, member, ""), chosen) == 0);
    }
}

static bool after_begin(struct exchange *x)
{
    choose(x, "forms", "form", json_get_text(x->form, "form", "victim"));
    choose(x, "organisations", "code",
           json_get_text(x->form, "organisation", json_get_text(x->result, "own", "")));
    import_steps(x, IMPORT_FILE, NULL);
    return true;
}

static bool before_send(struct exchange *x)
{
    struct err e = {0};
    static const char *const needed[] = {"form", "organisation"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (json_get_text(x->in, needed[i], "")[0] == '\0')
            exchange_error(x, needed[i], tr("Choose one."), NULL);
    if (json_size(x->errors) > 0) {
        exchange_error(x, "file", tr("Choose the file again."), NULL);
        return true;
    }
    if (import_send(x, &e) || json_size(x->errors) > 0) return true;
    exchange_fail(x, &e);
    return false;
}

/* ---- how it is read ---- */

static bool after_describe(struct exchange *x)
{
    import_steps(x, IMPORT_READ, json_get_text(x->result, "upload", ""));
    return true;
}

static bool after_set(struct exchange *x)
{
    bool again = text_is(request_form(x->request, "act"), "again");
    const char *to = exchange_address(x, again ? "/import/{upload}" : "/import/{upload}/columns");
    (void)response_redirect(x->response, text_of(to));
    return false;
}

/* ---- columns ---- */

static bool after_map(struct exchange *x)
{
    import_steps(x, IMPORT_COLUMNS, json_get_text(x->result, "upload", ""));
    return true;
}

static bool before_columns(struct exchange *x)
{
    import_take_columns(x);
    return true;
}

/* Another operation of the same upload, with the name that was typed; then the page again. */
static bool with_name(struct exchange *x, const char *operation, const char *done)
{
    struct err e = {0};
    struct text name = text_trim(request_form(x->request, "name"));
    struct json *in = json_object(), *out = NULL;
    json_set(in, "upload", json_copy(json_get(x->result, "upload")));
    json_set(in, "name", json_text(name));
    if (name.n == 0) {
        err_set(&e, ERR_INPUT, "import.name", "the name is missing");
        err_remedy(&e, "type or choose a name for where the columns lead");
    }
    if (e.code == ERR_NONE && exchange_call(&out, x, operation, in, &e))
        (void)response_redirect(x->response, text_of(exchange_address(x, done)));
    else exchange_fail(x, &e);
    json_free(out);
    json_free(in);
    return false;
}

static bool after_columns(struct exchange *x)
{
    if (text_is(request_form(x->request, "act"), "save"))
        return with_name(x, "mapping.save", "/import/{upload}/columns?done=mapping-saved");
    return import_start(x, json_get_text(x->result, "upload", ""), true);
}

/* ---- check, progress, end ---- */

/* The first conflicts, side by side; the others are on a page of their own. */
static void add_conflicts(struct exchange *x)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    const struct json *counts = json_get(x->result, "counts");
    json_set(in, "job", json_copy(json_get(x->result, "job")));
    if (counts != NULL && json_get_int(counts, "conflict", 0) > 0 &&
        exchange_call(&out, x, "job.conflicts", in, &e)) {
        json_set_bool(out, "more", json_get_int(out, "pages", 1) > 1);
        json_set(x->extra, "side", out);
    }
    json_free(in);
}

static bool after_job(struct exchange *x)
{
    const char *state = json_get_text(x->result, "state", ""),
               *upload = json_get_text(x->result, "upload", "");
    bool check = json_get_bool(x->result, "check", false), done = strcmp(state, "done") == 0;
    import_steps(x, check ? IMPORT_CHECK : IMPORT_DONE, upload);
    json_set_text(x->result, "title", check ? tr("Check of the file") : tr("Import of the file"));
    if (strcmp(state, "working") == 0) {
        int64_t total = json_get_int(x->result, "total", 0);
        struct json *progress = json_object();
        json_set_text(progress, "text",
                      check ? tr("The file is being checked") : tr("The file is being imported"));
        json_set_int(progress, "done", total == 0 ? 0 : json_get_int(x->result, "done", 0));
        json_set_int(progress, "of", total == 0 ? 1 : total);
        if (total > 0)
            json_set_text(progress, "percent",
                          arena_printf(x->arena, "%lld %%",
                                       (long long)json_get_int(x->result, "percent", 0)));
        json_set_text(progress, "about", tr("This page looks again every two seconds."));
        json_set(x->extra, "progress", progress);
        x->response->refresh_s = REFRESH_S;
        page_show(x, "import-progress", 200);
    } else if (!done) {
        page_show(x, "import-failed", 200);
    } else {
        add_conflicts(x);
        page_show(x, check ? "import-check" : "import-done", 200);
    }
    return false;
}

static bool after_confirm(struct exchange *x)
{
    return import_start(x, json_get_text(x->result, "upload", ""), false);
}

static void add_link(struct exchange *x, const char *member, int64_t page)
{
    const char *rule = json_get_text(x->result, "rule", "");
    const char *address = exchange_address(x, "/imports/{job}/findings");
    json_set_text(x->result, member,
                  arena_printf(x->arena, "%s?page=%lld%s%s", address, (long long)page,
                               rule[0] == '\0' ? "" : "&rule=", rule));
}

static bool after_findings(struct exchange *x)
{
    int64_t page = json_get_int(x->result, "page", 1), pages = json_get_int(x->result, "pages", 1);
    bool check = json_get_bool(x->result, "check", false);
    import_steps(x, check ? IMPORT_CHECK : IMPORT_DONE, json_get_text(x->result, "upload", ""));
    if (page > 1) add_link(x, "previous", page - 1);
    if (page < pages) add_link(x, "next", page + 1);
    return true;
}

static bool after_conflicts(struct exchange *x)
{
    int64_t page = json_get_int(x->result, "page", 1), pages = json_get_int(x->result, "pages", 1);
    const char *address = exchange_address(x, "/imports/{job}/conflicts");
    import_steps(x, json_get_bool(x->result, "check", false) ? IMPORT_CHECK : IMPORT_DONE,
                 json_get_text(x->result, "upload", ""));
    if (page > 1)
        json_set_text(x->result, "previous",
                      arena_printf(x->arena, "%s?page=%lld", address, (long long)page - 1));
    if (page < pages)
        json_set_text(x->result, "next",
                      arena_printf(x->arena, "%s?page=%lld", address, (long long)page + 1));
    json_set(x->extra, "side", json_copy(x->result));
    return true;
}

/* ---- records to be corrected in a spreadsheet ---- */

static bool before_export(struct exchange *x)
{
    static const char *const needed[] = {"organisation", "purpose"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (text_trim(text_of(json_get_text(x->in, needed[i], ""))).n == 0)
            exchange_error(x, needed[i], tr("Fill this in."), NULL);
    return true;
}

static bool after_export(struct exchange *x)
{
    struct text form = request_query(x->request, "form"),
                batch = request_query(x->request, "batch");
    const char *chosen = form.p == NULL ? "victim" : arena_copy(x->arena, form.p, form.n);
    choose(x, "forms", "form", json_get_text(x->form, "form", chosen));
    choose(x, "organisations", "code",
           json_get_text(x->form, "organisation", json_get_text(x->result, "own", "")));
    struct json *rows = json_member_mut(x->result, "batches");
    for (size_t i = 0; rows != NULL && i < json_size(rows); i++) {
        struct json *row = json_item_mut(rows, i);
        int64_t number;
        struct text said = request_form(x->request, "batch");
        if (said.p == NULL) said = batch;
        json_set_bool(row, "selected",
                      said.p != NULL && text_to_int(said, &number) &&
                          number == json_get_int(row, "batch", 0));
    }
    json_set_bool(x->extra, "findings", json_has(x->form, "findings"));
    return true;
}

/* ---- batches ---- */

/* The newest first: what one has just imported is what one looks for. */
static bool after_batches(struct exchange *x)
{
    const struct json *rows = json_get(x->result, "batches");
    struct json *list = json_array();
    for (size_t i = json_size(rows); i-- > 0;) {
        struct json *row = json_copy(json_at(rows, i));
        bool visible = strcmp(json_get_text(row, "state", ""), "visible") == 0;
        json_set_bool(row, "undone", !visible);
        json_push(list, row);
    }
    json_set(x->extra, "batches", list);
    return true;
}

/* Undoing: which file it is. */
static bool after_batch(struct exchange *x)
{
    const struct json *rows = json_get(x->result, "batches");
    int64_t number = 0;
    if (x->match.n_variable == 0 || !text_to_int(x->match.variable[0].value, &number)) return true;
    for (size_t i = 0; i < json_size(rows); i++)
        if (json_get_int(json_at(rows, i), "batch", 0) == number)
            json_set(x->extra, "asked", json_copy(json_at(rows, i)));
    return true;
}

#define WIZARD .nav = "/import"
// clang-format off
const struct route routes_import[] = {
    {.method = METHOD_GET, .path = "/import", .operation = "upload.begin", .page = "import",
     .title = N_("Import a file"), WIZARD, .after = after_begin},
    {.method = METHOD_POST, .path = "/import", .operation = "upload.set", .title = N_("Import a file"),
     .before = before_send, .done = "/import/{upload}"},
    {.method = METHOD_GET, .path = "/import/{upload}", .operation = "upload.describe",
     .page = "import-read", .title = N_("How the file is read"), WIZARD, .flags = ROUTE_EXIT,
     .after = after_describe},
    {.method = METHOD_POST, .path = "/import/{upload}", .operation = "upload.set",
     .title = N_("How the file is read"), .after = after_set},
    {.method = METHOD_GET, .path = "/import/{upload}/columns", .operation = "upload.map",
     .page = "import-columns", .title = N_("What the columns hold"), WIZARD, .flags = ROUTE_EXIT,
     .after = after_map},
    {.method = METHOD_POST, .path = "/import/{upload}/columns", .operation = "upload.columns",
     .title = N_("What the columns hold"), .before = before_columns, .after = after_columns},
    {.method = METHOD_POST, .path = "/import/{upload}/saved", .operation = "mapping.use",
     .title = N_("What the columns hold"), .again = "/import/{upload}/columns",
     .done = "/import/{upload}/columns?done=mapping-used"},
    {.method = METHOD_POST, .path = "/import/{upload}/forget", .operation = "mapping.forget",
     .title = N_("What the columns hold"), .again = "/import/{upload}/columns",
     .done = "/import/{upload}/columns?done=mapping-forgotten"},
    {.method = METHOD_POST, .path = "/import/{upload}/drop", .operation = "upload.drop",
     .title = N_("Import a file"), .done = "/import?done=upload-dropped"},
    {.method = METHOD_GET, .path = "/imports/{job}", .operation = "job.show", .page = "import-progress",
     WIZARD, .after = after_job},
    {.method = METHOD_POST, .path = "/imports/{job}", .operation = "job.show", .title = N_("Import"),
     .after = after_confirm},
    {.method = METHOD_GET, .path = "/imports/{job}/findings", .operation = "job.findings",
     .page = "import-findings", .title = N_("What was found"), WIZARD, .flags = ROUTE_EXIT,
     .after = after_findings},
    {.method = METHOD_GET, .path = "/imports/{job}/conflicts", .operation = "job.conflicts",
     .page = "import-conflicts", .title = N_("Changed by somebody else meanwhile"), WIZARD,
     .flags = ROUTE_EXIT, .after = after_conflicts},
    {.method = METHOD_GET, .path = "/export", .operation = "export.begin", .page = "export",
     .title = N_("Correct in a spreadsheet"), WIZARD, .flags = ROUTE_FORM, .after = after_export},
    {.method = METHOD_POST, .path = "/export", .operation = "export.workbook",
     .title = N_("Correct in a spreadsheet"), .flags = ROUTE_FILE, .again = "/export",
     .before = before_export},
    {.method = METHOD_POST, .path = "/export/new", .operation = "export.blank",
     .title = N_("Correct in a spreadsheet"), .flags = ROUTE_FILE, .again = "/export"},
    {.method = METHOD_POST, .path = "/imports/{job}/file", .operation = "import.errors_file",
     .title = N_("Import"), .flags = ROUTE_FILE, .again = "/imports/{job}"},
    {.method = METHOD_POST, .path = "/imports/{job}/cancel", .operation = "job.cancel",
     .title = N_("Import"), .done = "/imports/{job}"},
    {.method = METHOD_GET, .path = "/batches", .operation = "batch.list", .page = "batches",
     .title = N_("Imported files"), WIZARD, .after = after_batches},
    {.method = METHOD_GET, .path = "/batches/{batch}/undo", .operation = "batch.list",
     .page = "batch-undo", .title = N_("Undo an import"), WIZARD, .after = after_batch},
    {.method = METHOD_POST, .path = "/batches/{batch}/undo", .operation = "batch.undo",
     .title = N_("Undo an import"), .done = "/batches?done=batch-undone"},
};
// clang-format on
const size_t routes_import_count = sizeof routes_import / sizeof *routes_import;
