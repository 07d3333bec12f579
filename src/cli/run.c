/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that are more than one call, and the usual way of those that are not. */
#include "cli/command.h"
#include "cli/unlock.h"

#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/terminal.h"
#include "service/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef DCIM_VERSION
#define DCIM_VERSION "0.1.0"
#endif

/* ---------------------------------------------------------------- errors */

static void print_problems(const struct json *list)
{
    for (size_t i = 0; list != NULL && i < json_size(list); i++) {
        const struct json *p = json_at(list, i);
        fputs("  ", stderr);
        terminal_say(stderr, json_get_text(p, "file", ""));
        if (json_get_int(p, "row", 0) > 0) {
            fputc(' ', stderr);
            fprintf(stderr, tr("row %lld"), (long long)json_get_int(p, "row", 0));
        }
        if (json_get_text(p, "column", "")[0] != '\0') {
            fprintf(stderr, " %s ", tr("column"));
            terminal_say(stderr, json_get_text(p, "column", ""));
        }
        fputs(": ", stderr);
        terminal_say(stderr, json_get_text(p, "message", ""));
        fputs("\n      ", stderr);
        terminal_say(stderr, json_get_text(p, "remedy", ""));
        fputc('\n', stderr);
    }
}

static void print_json(const struct json *j)
{
    struct buf text;
    buf_init(&text, 512 * 1024 * 1024);
    json_write(&text, j, true);
    if (text.too_long)
        fprintf(stderr, "dcim: %s\n", tr("the result is too long to be printed as JSON"));
    else if (text.p != NULL) fwrite(text.p, 1, text.n, stdout);
    putchar('\n');
    buf_release(&text);
}

int report_error(const struct invocation *v, const struct service *s, const struct err *e)
{
    terminal_progress_end();
    if (v->globals.json) {
        struct json *j = json_object();
        json_set_text(j, "error", e->id);
        json_set_text(j, "code", err_code_name(e->code));
        json_set_text(j, "message", e->msg);
        if (e->detail[0] != '\0') json_set_text(j, "detail", e->detail);
        json_set_text(j, "remedy", e->remedy);
        if (s != NULL && service_problems(s) != NULL)
            json_set(j, "problems", json_copy(service_problems(s)));
        print_json(j);
        json_free(j);
        return err_exit_status(e->code);
    }
    fputs("dcim: ", stderr);
    terminal_say(stderr, e->msg);
    if (e->detail[0] != '\0') {
        fputs(" (", stderr);
        terminal_say(stderr, e->detail);
        fputc(')', stderr);
    }
    fputc('\n', stderr);
    if (s != NULL) print_problems(service_problems(s));
    if (e->remedy[0] != '\0') {
        fputs("      ", stderr);
        terminal_say(stderr, e->remedy);
        fputc('\n', stderr);
    }
    return err_exit_status(e->code);
}

/* ---------------------------------------------------------------- calls */

/* Exit status of a result printed as JSON: what `show` would return, without its words. */
static int quiet_status(const struct invocation *v, const struct json *r)
{
    if (v->command->show == show_import)
        return !json_get_bool(r, "accepted", true) || json_get_int(r, "refused", 0) > 0 ? 1 : 0;
    if (v->command->show == show_pack_check || v->command->show == show_pack_import)
        return json_get_bool(r, "ok", true) ? 0 : 3;
    return json_get_bool(r, "ok", true) ? 0 : 5;
}

static int call(struct invocation *v, const char *operation)
{
    struct err e = {0};
    struct unlocked d;
    struct json *result;
    int status;
    if (!unlock_open(&d, v, operation, &e)) return report_error(v, NULL, &e);
    struct progress progress = terminal_progress();
    if (!service_call(&result, d.service, operation, v->in, &progress, &e)) {
        status = report_error(v, d.service, &e);
    } else {
        terminal_progress_end();
        if (v->globals.json) {
            print_json(result);
            status = quiet_status(v, result);
        } else {
            status = v->command->show(v, result);
        }
        json_free(result);
    }
    unlock_close(&d);
    return status;
}

int run_named(struct invocation *v, const char *operation)
{
    return call(v, operation);
}

int run_operation(struct invocation *v)
{
    return call(v, v->command->operation);
}

int run_import(struct invocation *v)
{
    return call(v, json_get_bool(v->own, "dry-run", false) ? "import.check" : "import.run");
}

int run_table(struct invocation *v)
{
    struct err e = {0};
    const char *rule = json_get_text(v->own, "protect", "");
    json_set_int(v->in, "width", (int64_t)terminal_width());
    if (rule[0] == '\0') return call(v, "table.count");
    if (strcmp(rule, "none") == 0) return call(v, "table.raw");
    int64_t k;
    if (strncmp(rule, "threshold=", 10) == 0 && text_to_int(text_of(rule + 10), &k)) {
        json_set_int(v->in, "threshold", k);
        return call(v, "table.count");
    }
    err_set(&e, ERR_USAGE, "cli.protect", "there is no protection %s", rule);
    err_remedy(&e, "use --protect threshold=K with a number K, or --protect none");
    return report_error(v, NULL, &e);
}

int run_record_show(struct invocation *v)
{
    struct err e = {0};
    if (!json_get_bool(v->own, "identity", false)) return call(v, "record.show");
    const char *purpose = global_or(v->globals.purpose, "DCIM_PURPOSE", NULL);
    if (purpose == NULL) {
        err_set(&e, ERR_DENIED, "cli.purpose",
                "direct identifiers are opened only for a stated purpose");
        err_remedy(&e, "state it with --purpose \"...\"; it is kept in the audit log");
        return report_error(v, NULL, &e);
    }
    json_set_text(v->in, "purpose", purpose);
    return call(v, "record.identity");
}

static int call_purpose(struct invocation *v, const char *operation)
{
    struct err e = {0};
    const char *purpose = global_or(v->globals.purpose, "DCIM_PURPOSE", NULL);
    if (purpose == NULL) {
        err_set(&e, ERR_DENIED, "cli.purpose", "dcim %s is done only for a stated purpose",
                v->command->words);
        err_remedy(&e, "state it with --purpose \"...\"; it is kept in the audit log");
        return report_error(v, NULL, &e);
    }
    json_set_text(v->in, "purpose", purpose);
    return call(v, operation);
}

int run_link_key(struct invocation *v)
{
    return call_purpose(v, "link.key");
}

int run_link_encode(struct invocation *v)
{
    return call_purpose(v, "link.encode");
}

int run_encode(struct invocation *v)
{
    struct err e = {0};
    if (v->globals.key_file == NULL) {
        err_set(&e, ERR_USAGE, "cli.encode_key", "dcim encode needs the key of the register");
        err_remedy(&e, "name the file that the register has handed out with --key-file FILE");
        return report_error(v, NULL, &e);
    }
    json_set_text(v->in, "key_file", v->globals.key_file);
    return call(v, "encode.file");
}

int run_version(struct invocation *v)
{
    if (v == NULL || !v->globals.json) {
        printf("dcim %s\n", DCIM_VERSION);
        return 0;
    }
    struct json *j = json_object();
    json_set_text(j, "version", DCIM_VERSION);
    print_json(j);
    json_free(j);
    return 0;
}

int run_converter(struct invocation *v)
{
    return process_converter(json_get_text(v->own, "KIND", ""));
}
