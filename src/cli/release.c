/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases on the command line: prepared from saved questions or a file of tables, shown, taken
 * away as a file. */
#include "cli/command.h"

#include "base/base64.h"
#include "base/catalogue.h"
#include "base/file.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>

enum { TABLES_FILE_MAX = 1024 * 1024, DOWNLOAD_MAX = 32 * 1024 * 1024 };

static const char *text_in(const struct json *j, const char *key)
{
    return json_get_text(j, key, "");
}

static long long int_in(const struct json *j, const char *key)
{
    return (long long)json_get_int(j, key, 0);
}

int show_releases(const struct invocation *v, const struct json *r)
{
    static const struct show_column columns[] = {
        {"release", N_("Release"), true},      {"title", N_("Title"), false},
        {"tables", N_("Tables"), true},        {"made_at", N_("Prepared"), false},
        {"decided_at", N_("Decided"), false},  {"state_label", N_("State"), false},
        {"replaced_by", N_("Replaced by"), true}, {"reason", N_("Reason"), false}};
    (void)v;
    terminal_rows(json_get(r, "releases"), columns, sizeof columns / sizeof *columns);
    return 0;
}

static void field(const char *name, const char *value)
{
    if (value[0] == '\0') return;
    printf("%s: ", name);
    terminal_puts(value);
    putchar('\n');
}

static void about(const struct json *r)
{
    printf(tr("Release %lld: "), int_in(r, "release"));
    terminal_puts(text_in(r, "title"));
    putchar('\n');
    field(tr("State"), text_in(r, "state_label"));
    field(tr("Reason"), text_in(r, "reason"));
    field(tr("Note"), text_in(r, "note"));
    field(tr("Prepared"), text_in(r, "made_at"));
    field(tr("Prepared by"), text_in(r, "made_by"));
    field(tr("Decided"), text_in(r, "decided_at"));
    field(tr("Decided by"), text_in(r, "decided_by"));
    field(tr("Withdrawn"), text_in(r, "withdrawn_at"));
    if (int_in(r, "replaces") != 0) printf(tr("Replaces release %lld\n"), int_in(r, "replaces"));
    if (int_in(r, "replaced_by") != 0)
        printf(tr("Replaced by release %lld\n"), int_in(r, "replaced_by"));
    field("SHA-256", text_in(r, "digest"));
}

int show_release(const struct invocation *v, const struct json *r)
{
    const struct json *figures = json_get(r, "figures"), *cautions = json_get(r, "cautions");
    (void)v;
    about(r);
    if (json_get_bool(r, "waiting", false))
        for (size_t i = 0; i < json_size(cautions); i++) {
            putchar('\n');
            help_paragraph(json_as_text(json_at(cautions, i), ""));
        }
    for (size_t i = 0; i < json_size(figures); i++) {
        printf(tr("\nTable %lld\n"), int_in(json_at(figures, i), "number"));
        fputs(text_in(json_at(figures, i), "text"), stdout);
    }
    return 0;
}

int show_release_done(const struct invocation *v, const struct json *r)
{
    static const struct {
        const char *state, *words;
    } said[] = {{"waiting", N_("Release %lld is prepared and waits for a second person.\n")},
                {"published", N_("Release %lld is published.\n")},
                {"refused", N_("Release %lld was refused.\n")},
                {"withdrawn", N_("Release %lld was withdrawn.\n")}};
    (void)v;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(said[i].state, text_in(r, "state")) == 0)
            printf(tr(said[i].words), int_in(r, "release"));
#pragma GCC diagnostic pop
    return 0;
}

int show_release_file(const struct invocation *v, const struct json *r)
{
    struct buf file;
    struct err e = {0};
    buf_init(&file, DOWNLOAD_MAX);
    bool ok = base64_take(&file, text_of(text_in(r, "base64")));
    if (!ok) err_set(&e, ERR_STORE, "cli.download", "the file did not come whole");
    return deliver_text(v, &file, ok, &e);
}

/* Each object of the array becomes the text of one table: what is in it is the operation's to
 * say. */
static bool take_tables(struct invocation *v, const char *path, struct err *e)
{
    struct buf file, one;
    struct json *list = NULL, *tables = json_array();
    buf_init(&file, TABLES_FILE_MAX);
    bool ok = file_read(&file, path, TABLES_FILE_MAX, e) && json_parse(&list, buf_text(&file), e);
    if (ok && json_kind(list) != JSON_ARRAY) {
        err_set(e, ERR_INPUT, "cli.tables", "%s is not a list of tables", path);
        ok = err_remedy(e, "write [{\"form\": \"victim\", \"rows\": [\"sex\"]}, ...]");
    }
    for (size_t i = 0; ok && i < json_size(list); i++) {
        buf_init(&one, TABLES_FILE_MAX);
        json_write(&one, json_at(list, i), false);
        json_push(tables, json_text(buf_text(&one)));
        buf_release(&one);
    }
    buf_release(&file);
    json_free(list);
    json_set(v->in, "tables", tables);
    return ok;
}

int run_release_create(struct invocation *v)
{
    struct err e = {0};
    const char *path = json_get_text(v->own, "tables", "");
    if (path[0] != '\0' && !take_tables(v, path, &e)) return report_error(v, NULL, &e);
    return run_named(v, "release.prepare");
}

int run_release_show(struct invocation *v)
{
    json_set_int(v->in, "width", (int64_t)terminal_width());
    return run_named(v, "release.show");
}
