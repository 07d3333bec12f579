/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/process.h"

#include "base/broker.h"
#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "intake/converter.h"
#include "service/backup_sender.h"
#include "service/channel.h"
#include "service/desk.h"
#include "service/supervisor.h"
#include "store/keyring.h"
#include "store/work_folder.h"

#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

void process_start(void)
{
    sandbox_harden();
    signal(SIGXFSZ,
           SIG_IGN); /* a file that may not grow is then an error like a full disk, not the end */
    crypto_start();
}

const char *process_weakened(void)
{
    if (!keyring_insecure_kdf()) return NULL;
    return N_("DCIM_INSECURE_KDF is set: passphrases are stretched too little to be safe");
}

/* ---- a place in memory ---- */

#define MEMORY "/dev/shm" /* where the system keeps files in memory */

/* What the names of this user's folders there begin with. */
static void scratch_prefix(char out[32])
{
    (void)snprintf(out, 32, "dcim-%u-", (unsigned)geteuid());
}

/* A folder in memory for what is on its way to somebody: what is made there never comes to a disk
 * (S12). The desk cannot remove it, shut in as it is: the supervisor does, and what a supervisor
 * that was killed has left, whoever serves next. Empty where the machine has no such place. */
static void make_scratch(struct work_folder *out)
{
    struct statfs fs;
    char prefix[32];
    *out = (struct work_folder){NULL, NULL, -1};
    scratch_prefix(prefix);
    if (statfs(MEMORY, &fs) != 0 || fs.f_type != TMPFS_MAGIC) return;
    if (!work_folder_begin(out, MEMORY, prefix, NULL)) out->path = NULL;
}

static void clear_scratch(void)
{
    char prefix[32];
    scratch_prefix(prefix);
    work_folder_sweep(MEMORY, prefix);
}

/* ---- serving ---- */

bool process_serve(const struct serve_options *o, struct err *e)
{
    bool ok = supervisor_run(o, e);
    clear_scratch();
    return ok;
}

/* ---- the desk ---- */

enum { CONFIG_MAX = 512 * 1024 };

static struct secret *secret_of(const struct json *j, const char *name)
{
    const char *value = json_get_text(j, name, NULL);
    return value == NULL ? NULL : secret_copy(value, strlen(value));
}

/* The desk writes to the repository, reads backups and the data folder, and reaches nothing else:
 * backups are written by a process that has nothing else in turn (S90). */
static bool shut_in(const struct service_options *o, bool *landlock, struct err *e)
{
    char *backups = backup_folder_beside(o->repository);
    const char *write_to[] = {o->repository, o->scratch, NULL},
               *read_from[] = {backups, o->data, NULL};
    bool ok = folder_make(backups, e);
    if (ok) { /* of somebody who was killed at a backup */
        work_folder_sweep(backups, WORK_FOLDER_PREFIX);
        work_folder_sweep(o->repository, WORK_FOLDER_PREFIX);
    }
    ok = ok && sandbox_enter_desk(write_to, read_from, landlock, e);
    mem_free(backups);
    return ok;
}

static bool say_ready(void *ctx, struct service *s, struct err *e)
{
    bool landlock = false;
    if (!shut_in(ctx, &landlock, e)) return false;
    struct json *in = json_object(), *state = NULL;
    bool asked = service_call(&state, s, "setup.state", in, NULL, e);
    json_free(in);
    if (!asked) return false;
    struct json *j = json_object();
    json_set_bool(j, "ready", true);
    json_set_bool(j, "landlock", landlock);
    json_set_bool(j, "setup_needed", json_get_bool(state, "needed", false));
    json_free(state);
    bool ok = channel_send(PROCESS_CONFIG_FD, j, CONFIG_MAX, e);
    json_free(j);
    return ok;
}

static void say_why_not(const struct err *why)
{
    struct json *j = json_object();
    json_set(j, "error", channel_error(why));
    if (!channel_send(PROCESS_CONFIG_FD, j, CONFIG_MAX, NULL)) {} /* nobody is left to be told */
    json_free(j);
}

static bool run_desk(const struct json *config, const char *program, struct err *e)
{
    int channel[64];
    size_t n = (size_t)json_get_int(config, "channels", 0);
    struct secret *passphrase = secret_of(config, "passphrase"),
                  *recovery = secret_of(config, "recovery");
    struct service_options o = {
        .repository = json_get_text(config, "repository", NULL),
        .key_file = json_get_text(config, "key_file", NULL),
        .passphrase = passphrase,
        .recovery = recovery,
        .data = json_get_text(config, "data", NULL),
        .program = program,
        .actor = "server",
        .language = json_get_text(config, "language", NULL),
        .setup_code = json_get_text(config, "setup_code", NULL),
        .origin = json_get_text(config, "origin", NULL),
        .demo = json_get_bool(config, "demo", false),
        .idle_seconds = json_get_int(config, "idle_seconds", 0),
        .insecure_root = json_get_bool(config, "insecure_root", false),
        .insecure_no_second_factor = json_get_bool(config, "insecure_no_second_factor", false),
    };
    if (n < 1 || n > sizeof channel / sizeof *channel)
        return err_set(e, ERR_USAGE, "serve.channels", "the desk was given no channels");
    for (size_t i = 0; i < n; i++) channel[i] = PROCESS_CHANNEL_FD + (int)i;
    tzset(); /* reads a file, which nobody can once it is shut in */
    broker_use(PROCESS_BROKER_FD);
    struct work_folder scratch;
    make_scratch(&scratch);
    o.scratch = scratch.path;
    bool ok = desk_run(&o, channel, n, say_ready, &o, e);
    work_folder_end(&scratch); /* as far as one that is shut in can */
    secret_free(passphrase);
    secret_free(recovery);
    return ok;
}

int process_desk(const char *program)
{
    struct json *config = NULL;
    struct err e = {0};
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM,
                 SIG_IGN); /* it ends when its channels do, and not in the middle of an act */
    bool ok = channel_receive(&config, PROCESS_CONFIG_FD, CONFIG_MAX, &e) && config != NULL &&
              run_desk(config, program, &e);
    if (!ok) say_why_not(&e);
    json_free(config);
    return ok ? 0 : err_exit_status(e.code == ERR_NONE ? ERR_SYSTEM : e.code);
}

const char *process_no_second_factor(void)
{
    return N_("a password alone lets people in");
}

const char *process_root(void)
{
    return N_("the server runs as root: who took it over would have the machine");
}

int process_backup(void)
{
    return backup_writer_main();
}

int process_converter(const char *kind)
{
    return converter_main(kind);
}
