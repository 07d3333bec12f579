/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that are more than one call, and the usual way of those that are not. */
#include "cli/command.h"

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

/* ---------------------------------------------------------------- the desk */

enum { RECOVERY_FILE_MAX = 1024 };

struct desk { /* a service with what it borrows */
    struct service *service;
    struct secret *passphrase, *new_passphrase, *recovery;
    char actor[80];
};

const char *global_or(const char *given, const char *name, const char *otherwise)
{
    if (given != NULL) return given;
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

static void name_actor(char *out, size_t size)
{
    const struct passwd *user = getpwuid(getuid());
    if (user != NULL) snprintf(out, size, "local:%s", user->pw_name);
    else snprintf(out, size, "local:%ld", (long)getuid());
}

/* Does this operation unlock a repository? */
static bool needs_secret(const char *operation)
{
    const struct operation *op = operation_find(operation);
    return op != NULL &&
           (op->repository_required || strcmp(operation, "repository.init") == 0 ||
            strncmp(operation, "backup.", 7) == 0 || strcmp(operation, "pack.install") == 0);
}

/* A backup opens with a recovery code only (S96), so it is asked for without being told to. */
static bool opens_backup(const char *operation)
{
    return strcmp(operation, "backup.verify") == 0 || strcmp(operation, "backup.restore") == 0;
}

static bool code_from_file(struct secret **out, const char *path, struct err *e)
{
    struct secret *line = secret_new(RECOVERY_FILE_MAX);
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool closed = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0;
    ssize_t n = closed ? read(fd, secret_bytes_mut(line), RECOVERY_FILE_MAX) : -1;
    if (n > 0) {
        struct text code = text_trim((struct text){(const char *)secret_bytes(line), (size_t)n});
        *out = secret_copy(code.p, code.n);
    } else {
        err_set(e, ERR_INPUT, "cli.recovery_file", "could not read the recovery code from %s",
                path);
        err_remedy(e, "name a file of mode 0600 that holds the code and nothing else");
    }
    if (fd >= 0) (void)close(fd);
    secret_free(line);
    return n > 0;
}

static bool ask_recovery(struct desk *d, const struct invocation *v, const char *operation,
                         struct err *e)
{
    const char *file = v->globals.recovery_file;
    if (file == NULL && opens_backup(operation)) file = global_or(NULL, "DCIM_RECOVERY_FILE", NULL);
    return file != NULL && !v->globals.recovery
               ? code_from_file(&d->recovery, file, e)
               : terminal_secret(&d->recovery, tr("Recovery code"), e);
}

/* No secret is asked for a repository that is not there: the desk then says so. */
static bool is_there(const struct invocation *v, const char *operation)
{
    const struct operation *op = operation_find(operation);
    if (op == NULL || !op->repository_required) return true;
    char path[4200];
    snprintf(path, sizeof path, "%s/database",
             global_or(v->globals.repository, "DCIM_REPOSITORY", "dcim-repository"));
    return file_exists(path);
}

static bool ask_secrets(struct desk *d, const struct invocation *v, const char *operation,
                        const char *key_file, struct err *e)
{
    const char *new_one = tr("New passphrase (15 letters or more)");
    bool init = strcmp(operation, "repository.init") == 0;
    bool slot = strcmp(operation, "key.add") == 0 &&
                strcmp(json_get_text(v->in, "kind", ""), "passphrase") == 0;
    bool recovery = v->globals.recovery || v->globals.recovery_file != NULL, ok = true;
    if (recovery && init)
        return err_set(e, ERR_USAGE, "cli.recovery", "a new repository has no recovery code yet");
    if (!is_there(v, operation)) return true;
    if (needs_secret(operation) && (recovery || opens_backup(operation)))
        ok = ask_recovery(d, v, operation, e);
    else if (needs_secret(operation) && key_file == NULL)
        ok = terminal_passphrase(&d->passphrase, init ? new_one : tr("Passphrase"), init, e);
    return ok && (!slot || terminal_passphrase(&d->new_passphrase, new_one, true, e));
}

static void desk_close(struct desk *d)
{
    service_close(d->service);
    secret_free(d->passphrase);
    secret_free(d->new_passphrase);
    secret_free(d->recovery);
}

static bool desk_open(struct desk *d, struct invocation *v, const char *operation, struct err *e)
{
    const struct globals *g = &v->globals;
    bool init = strcmp(operation, "repository.init") == 0;
    *d = (struct desk){0};
    name_actor(d->actor, sizeof d->actor);
    const char *key_file = global_or(g->key_file, "DCIM_KEY_FILE", NULL);
    if (!ask_secrets(d, v, operation, key_file, e)) {
        desk_close(d);
        return false;
    }
    struct service_options o = {
        .repository = init ? json_get_text(v->own, "DIR", NULL)
                           : global_or(g->repository, "DCIM_REPOSITORY", "dcim-repository"),
        .key_file = d->recovery != NULL ? NULL : key_file,
        .passphrase = d->passphrase,
        .recovery = d->recovery,
        .new_passphrase = d->new_passphrase,
        .data = global_or(g->data, "DCIM_DATA", NULL),
        .program = v->program,
        .actor = d->actor,
        .role = global_or(g->role, "DCIM_ROLE", NULL),
        .purpose = global_or(g->purpose, "DCIM_PURPOSE", "keeping the register"),
        .language = global_or(g->language, "DCIM_LANGUAGE", NULL),
    };
    if (strcmp(operation, "record.identity") == 0)
        o.purpose = global_or(g->purpose, "DCIM_PURPOSE", NULL);
    d->service = service_new(&o);
    return true;
}

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
    struct desk d;
    struct json *result;
    int status;
    if (!desk_open(&d, v, operation, &e)) return report_error(v, NULL, &e);
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
    desk_close(&d);
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
