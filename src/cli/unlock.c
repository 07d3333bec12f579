/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/unlock.h"

#include "base/catalogue.h"
#include "base/file.h"
#include "cli/terminal.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECOVERY_FILE_MAX = 1024 };

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

static bool ask_recovery(struct unlocked *d, const struct invocation *v, const char *operation,
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

static bool ask_secrets(struct unlocked *d, const struct invocation *v, const char *operation,
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

void unlock_forget(struct unlocked *d)
{
    secret_free(d->passphrase);
    secret_free(d->new_passphrase);
    secret_free(d->recovery);
    d->passphrase = d->new_passphrase = d->recovery = NULL;
    d->options.passphrase = d->options.new_passphrase = d->options.recovery = NULL;
}

void unlock_close(struct unlocked *d)
{
    service_close(d->service);
    unlock_forget(d);
}

bool unlock_ask(struct unlocked *d, struct invocation *v, const char *operation, struct err *e)
{
    const struct globals *g = &v->globals;
    bool init = strcmp(operation, "repository.init") == 0;
    *d = (struct unlocked){0};
    name_actor(d->actor, sizeof d->actor);
    const char *key_file = global_or(g->key_file, "DCIM_KEY_FILE", NULL);
    if (!ask_secrets(d, v, operation, key_file, e)) {
        unlock_close(d);
        return false;
    }
    d->options = (struct service_options){
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
        d->options.purpose = global_or(g->purpose, "DCIM_PURPOSE", NULL);
    return true;
}

bool unlock_open(struct unlocked *d, struct invocation *v, const char *operation, struct err *e)
{
    if (!unlock_ask(d, v, operation, e)) return false;
    d->service = service_new(&d->options);
    return true;
}
