/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/supervisor.h"

#include "base/broker.h"
#include "base/mem.h"
#include "intake/converter.h"
#include "service/backup_sender.h"
#include "service/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS_MAX = 64, CHANNELS_DEFAULT = 8, CONFIG_MAX = 512 * 1024, GRACE_MS = 5000 };

struct worker { /* desk or door */
    const char *name;
    pid_t pid;  /* 0: not there */
    int status; /* once it has ended, as waitpid() has it */
    int config; /* our end */
};

struct supervisor {
    struct worker desk, door;
    int broker; /* our end */
    const char *program;
    char *backups; /* the folder that their writer gets, and nobody else */
};

static volatile sig_atomic_t told_to_end, child_changed;

static void on_signal(int number)
{
    if (number == SIGCHLD) child_changed = 1;
    else told_to_end = 1;
}

static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal};
    told_to_end = child_changed = 0;
    (void)sigaction(SIGTERM, &a, NULL);
    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGCHLD, &a, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static bool failed(struct err *e, int number, const char *what)
{
    return err_set_errno(e, ERR_SYSTEM, number, "serve.start", "could not start the %s", what);
}

/* ---- starting ---- */

/* Descriptors move to where the process looks for them: first out of the way, then down. */
static int place(posix_spawn_file_actions_t *actions, const int *fd, int n)
{
    int bad = 0;
    for (int i = 0; i < n && bad == 0; i++)
        bad = posix_spawn_file_actions_adddup2(actions, fd[i], 512 + i);
    for (int i = 0; i < n && bad == 0; i++)
        bad = posix_spawn_file_actions_adddup2(actions, 512 + i, PROCESS_CONFIG_FD + i);
    if (bad == 0) bad = posix_spawn_file_actions_addclosefrom_np(actions, PROCESS_CONFIG_FD + n);
    return bad;
}

static int spawn(pid_t *pid, const char *program, const char *kind, const int *fd, int n)
{
    extern char **environ;
    char word[] = "process";
    char *const argv[] = {(char *)(uintptr_t)program, word, (char *)(uintptr_t)kind, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t all, none;
    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attr);
    int bad = posix_spawnattr_setsigdefault(&attr, &all);
    if (bad == 0) bad = posix_spawnattr_setsigmask(&attr, &none);
    /* A group of its own: Ctrl-C at the terminal reaches the supervisor, which ends them in
     * order. */
    if (bad == 0) bad = posix_spawnattr_setpgroup(&attr, 0);
    if (bad == 0)
        bad = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                  POSIX_SPAWN_SETPGROUP);
    if (bad == 0) bad = place(&actions, fd, n);
    if (bad == 0) bad = posix_spawn(pid, program, &actions, &attr, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attr);
    return bad;
}

static bool pair(int ends[2], struct err *e)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) return true;
    return failed(e, errno, "server");
}

static void close_all(const int *fd, int n)
{
    for (int i = 0; i < n; i++)
        if (fd[i] >= 0) (void)close(fd[i]);
}

/* Both processes, with `n` pairs between them. */
static bool start_both(struct supervisor *s, int n, struct err *e)
{
    int desk[CHANNELS_MAX + 2], door[CHANNELS_MAX + 2], ends[2], made = 0;
    bool ok = pair(ends, e);
    if (!ok) return false;
    s->desk.config = ends[0];
    desk[made] = ends[1];
    ok = pair(ends, e);
    if (ok) s->door.config = ends[0];
    door[made++] = ok ? ends[1] : -1;
    ok = ok && pair(ends, e);
    if (ok) s->broker = ends[0];
    desk[made] = ok ? ends[1] : -1;
    door[made++] = open("/dev/null", O_RDWR | O_CLOEXEC); /* of the door, nothing lies behind it */
    for (int i = 0; ok && i < n; i++) {
        ok = pair(ends, e);
        if (!ok) break;
        desk[made] = ends[0];
        door[made++] = ends[1];
    }
    int bad = ok ? spawn(&s->desk.pid, s->program, "desk", desk, made) : 0;
    if (ok && bad != 0) ok = failed(e, bad, "desk");
    bad = ok ? spawn(&s->door.pid, s->program, "door", door, made) : 0;
    if (ok && bad != 0) ok = failed(e, bad, "door");
    close_all(desk, made);
    close_all(door, made);
    return ok;
}

/* ---- what they are told ---- */

static void set_secret(struct json *j, const char *name, const struct secret *s)
{
    if (s == NULL) return;
    json_set(j, name, json_text((struct text){(const char *)secret_bytes(s), secret_size(s)}));
}

static struct json *desk_config(const struct serve_options *o, int n)
{
    const struct service_options *s = o->service;
    struct json *j = json_object();
    json_set_text(j, "repository", s->repository);
    json_set_text(j, "key_file", s->key_file);
    json_set_text(j, "data", s->data);
    json_set_text(j, "language", s->language);
    set_secret(j, "passphrase", s->passphrase);
    set_secret(j, "recovery", s->recovery);
    json_set_bool(j, "insecure_no_second_factor", s->insecure_no_second_factor);
    json_set_bool(j, "insecure_root", s->insecure_root);
    json_set_int(j, "idle_seconds", s->idle_seconds);
    json_set_text(j, "setup_code", s->setup_code);
    json_set_text(j, "origin", s->origin);
    json_set_bool(j, "demo", s->demo);
    json_set_int(j, "channels", n);
    return j;
}

/* Tell, and hear that it is ready, or why not. */
static bool prepare(struct json **said, const struct worker *w, const struct json *config,
                    struct err *e)
{
    if (!channel_send(w->config, config, CONFIG_MAX, e)) return false;
    if (!channel_receive(said, w->config, CONFIG_MAX, e)) return false;
    if (*said == NULL)
        return err_set(e, ERR_SYSTEM, "serve.ended",
                       "a part of the server ended before it was ready");
    const struct json *why = json_get(*said, "error");
    if (why == NULL) return true;
    channel_error_read(e, why);
    json_free(*said);
    *said = NULL;
    return false;
}

/* ---- watching and ending ---- */

static bool has_ended(struct worker *w)
{
    if (w->pid == 0) return true;
    pid_t got = waitpid(w->pid, &w->status, WNOHANG);
    if (got == 0) return false;
    w->pid = 0;
    return true;
}

static void end(struct worker *w)
{
    if (w->config >= 0) (void)close(w->config);
    w->config = -1;
    if (w->pid == 0) return;
    (void)kill(w->pid, SIGTERM);
    for (int waited = 0; !has_ended(w) && waited < GRACE_MS; waited += 20) (void)poll(NULL, 0, 20);
    if (w->pid == 0) return;
    (void)kill(w->pid, SIGKILL);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR) {}
    w->pid = 0;
}

/* Which of them ended by itself, and how: for whoever runs the server. */
static bool ended(const struct supervisor *s, struct err *e)
{
    err_set(e, ERR_SYSTEM, "serve.ended", "a part of the server has ended by itself");
    const struct worker *w = s->desk.pid == 0 ? &s->desk : &s->door;
    if (w->pid == 0 && WIFSIGNALED(w->status))
        err_detail(e, "%s: signal %d", w->name, WTERMSIG(w->status));
    else if (w->pid == 0) err_detail(e, "%s: status %d", w->name, WEXITSTATUS(w->status));
    return err_remedy(e, "start it again; what was acknowledged is kept");
}

/* What the desk asks for: a writer of backups, or a converter, which gets what it is to read, where
 * its rows go, and what is wanted. */
static int start_child(void *ctx, pid_t *child, const char *kind, const int *fd, size_t n_fd)
{
    const struct supervisor *s = ctx;
    if (strcmp(kind, BACKUP_KIND) == 0)
        return backup_writer_spawn(child, s->program, s->backups, fd, n_fd);
    return n_fd == 3 ? converter_spawn(child, s->program, kind, fd[0], fd[1], fd[2]) : EINVAL;
}

static bool watch(struct supervisor *s, struct err *e)
{
    while (!told_to_end) {
        struct pollfd p = {.fd = s->broker, .events = POLLIN};
        int ready = poll(&p, 1, 1000); /* now and then also for a signal that came just before */
        if (ready > 0 && !broker_serve(s->broker, start_child, s)) break;
        if (child_changed) {
            child_changed = 0;
            if (has_ended(&s->desk) || has_ended(&s->door)) break;
        }
    }
    if (told_to_end) return true;
    /* the broker's socket closes a little before its process is gone */
    for (int waited = 0; !has_ended(&s->desk) && !has_ended(&s->door) && waited < 1000;
         waited += 20)
        (void)poll(NULL, 0, 20);
    return ended(s, e);
}

bool supervisor_run(const struct serve_options *o, struct err *e)
{
    struct supervisor s = {.desk = {.name = "desk", .config = -1},
                           .door = {.name = "door", .config = -1},
                           .broker = -1,
                           .program = o->service->program,
                           .backups = backup_folder_beside(o->service->repository)};
    int n = o->n_channel == 0 ? CHANNELS_DEFAULT : (int)o->n_channel;
    struct json *desk = NULL, *door = NULL;
    if (n > CHANNELS_MAX) n = CHANNELS_MAX;
    catch_signals();
    bool ok = start_both(&s, n, e);
    if (ok) {
        struct json *config = desk_config(o, n), *outside = json_copy(o->door);
        json_set_int(outside, "channels", n);
        ok = prepare(&desk, &s.desk, config, e) && prepare(&door, &s.door, outside, e);
        json_free(config);
        json_free(outside);
    }
    if (ok && o->ready != NULL) o->ready(o->ctx, door, desk);
    if (ok) ok = watch(&s, e);
    end(&s.door); /* nothing new comes in; the desk then ends what it is at */
    end(&s.desk);
    broker_end_all();
    if (s.broker >= 0) (void)close(s.broker);
    mem_free(s.backups);
    json_free(desk);
    json_free(door);
    return ok;
}
