/* SPDX-License-Identifier: EUPL-1.2 */
/* dcim serve: what the server is told, and what it says once it is there. */
#include "cli/command.h"

#include "base/account.h"
#include "base/arena.h"
#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/file.h"
#include "cli/unlock.h"
#include "cli/terminal.h"
#include "service/process.h"
#include "web/door.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SETUP_CODE_BYTES = 10 };

struct serving {
    struct unlocked *secrets;
    const char *address, *setup_code;
    bool plain, own; /* own: a certificate that the server made for itself */
};

static void say_ready(void *ctx, const struct json *door, const struct json *desk)
{
    const struct serving *s = ctx;
    unlock_forget(s->secrets); /* the desk has them */
    bool everywhere = strcmp(s->address, "0.0.0.0") == 0 || strcmp(s->address, "::") == 0;
    const char *host =
        everywhere || strcmp(s->address, "127.0.0.1") == 0 ? "localhost" : s->address;
    printf(tr("The register is open at %s://%s:%lld"), s->plain ? "http" : "https", host,
           (long long)json_get_int(door, "port", 0));
    putchar('\n');
    const char *print = json_get_text(door, "fingerprint", ""),
               *warning = json_get_text(door, "warning", "");
    if (print[0] != '\0') {
        printf(tr("Its certificate has the fingerprint (SHA-256) %s"), print);
        putchar('\n');
        if (s->own)
            puts(tr("The server made it for itself: the browser warns of it. Compare the "
                    "fingerprint there, and go on."));
    }
    if (warning[0] != '\0') {
        terminal_say(stdout, warning);
        putchar('\n');
    }
    if (json_get_bool(desk, "setup_needed", false)) {
        printf(tr("There are no accounts yet. Open that page and enter this code: %s"),
               s->setup_code);
        putchar('\n');
    }
    puts(tr("It ends with Ctrl-C."));
    (void)fflush(stdout);
}

/* Sixteen letters in groups of four. */
static const char *make_code(struct arena *a)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char random[SETUP_CODE_BYTES];
    char *out = arena_take(a, 24, 1), *p = out;
    crypto_random(random, sizeof random);
    for (unsigned i = 0; i < 16; i++) {
        unsigned bit = i * 5, at = bit / 8;
        unsigned two = (unsigned)random[at] << 8 | (at + 1 < sizeof random ? random[at + 1] : 0U);
        if (i > 0 && i % 4 == 0) *p++ = '-';
        *p++ = letters[two >> (11 - bit % 8) & 31];
    }
    *p = '\0';
    return out;
}

static struct json *door_config(const struct invocation *v, const struct service_options *o,
                                const char *data, struct arena *a)
{
    static const char *const copied[][2] = {{"certificate", "certificate"},
                                            {"certificate-key", "key"},
                                            {"address", "address"},
                                            {"name", "register"}};
    struct json *j = json_object();
    json_set_int(j, "port", json_get_int(v->own, "port", 8443));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        const char *value = json_get_text(v->own, copied[i][0], NULL);
        if (value != NULL) json_set_text(j, copied[i][1], value);
    }
    struct json *limits = json_object();
    json_set_int(limits, "rate", json_get_int(v->own, "rate", 0));
    json_set_int(limits, "burst", json_get_int(v->own, "burst", 0));
    json_set(j, "limits", limits);
    if (json_has(v->own, "hosts")) json_set(j, "hosts", json_copy(json_get(v->own, "hosts")));
    json_set_bool(j, "insecure_plain", json_get_bool(v->own, "insecure-plain", false));
    json_set_text(j, "folder", arena_printf(a, "%s/server", o->repository));
    json_set_text(j, "data", data);
    const char *handbook = arena_printf(a, "%s/../docs/handbook", data);
    if (file_exists(handbook)) json_set_text(j, "handbook", handbook);
    return j;
}

/* A name, for which security keys can be made; they cannot be for an address. */
static bool is_name(const char *host)
{
    bool letter = false;
    for (const char *p = host; *p != '\0'; p++) {
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) letter = true;
        else if (!(*p >= '0' && *p <= '9') && *p != '-' && *p != '.') return false;
    }
    return letter;
}

static bool origin_fits(const char *origin, bool plain)
{
    const char *host = text_starts(text_of(origin), TEXT("https://")) ? origin + 8
                       : plain && text_starts(text_of(origin), TEXT("http://localhost"))
                           ? origin + 7
                           : NULL;
    if (host == NULL) return false;
    size_t n = strcspn(host, ":");
    char name[256];
    if (n == 0 || n >= sizeof name) return false;
    snprintf(name, sizeof name, "%.*s", (int)n, host);
    if (!is_name(name)) return false;
    if (host[n] == '\0') return true;
    size_t digits = strspn(host + n + 1, "0123456789");
    return digits > 0 && digits <= 5 && host[n + 1 + digits] == '\0';
}

/* Where browsers reach the server: as it is told, else under the first name of its certificate, at
 * whatever port. */
static bool find_origin(const char **out, const struct invocation *v, struct arena *a,
                        struct err *e)
{
    bool plain = json_get_bool(v->own, "insecure-plain", false);
    const struct json *hosts = json_get(v->own, "hosts");
    const char *told = json_get_text(v->own, "origin", NULL), *name = "localhost";
    if (told != NULL) {
        *out = told;
        if (origin_fits(told, plain)) return true;
        err_set(e, ERR_USAGE, "serve.origin",
                "--origin is not an address that security keys can be made for");
        return err_remedy(
            e, "give https:// and a name, with :PORT where it is not 443, and nothing behind it");
    }
    for (size_t i = json_size(hosts); hosts != NULL && i-- > 0;)
        if (is_name(json_as_text(json_at(hosts, i), "")))
            name = json_as_text(json_at(hosts, i), "");
    bool local = strcmp(name, "localhost") == 0;
    *out = arena_printf(a, "%s://%s:*", plain && local ? "http" : "https", name);
    return true;
}

static void say_weakened(const struct invocation *v)
{
    if (json_get_bool(v->own, "insecure-plain", false))
        fprintf(stderr, "dcim: %s\n",
                tr("--insecure-plain: nothing protects what goes between browser and server"));
    if (json_get_bool(v->own, "insecure-no-second-factor", false))
        fprintf(stderr, "dcim: %s\n",
                tr("--insecure-no-second-factor: a password alone opens a session"));
}

/* The account it goes on as has to be the one that the repository is for. */
static bool may_serve(const char *repository, struct err *e)
{
    if (access(repository, R_OK | W_OK | X_OK) == 0 || errno != EACCES) return true;
    err_set(e, ERR_DENIED, "serve.not_permitted",
            "the account that is to serve may not read and write %s", repository);
    return err_remedy(e, "give the repository to it (chown -R), or name another one with --user");
}

/* Nobody who has root's power serves (S91), unless it is said that it has to be so. */
static bool leave_root(struct invocation *v, struct unlocked *d, struct err *e)
{
    int64_t port = json_get_int(v->own, "port", 8443);
    if (account_leave_root(json_get_text(v->own, "user", NULL), d->options.repository,
                           port > 0 && port < 1024, e))
        return may_serve(d->options.repository, e);
    if (strcmp(e->id, "account.root") != 0 || !json_get_bool(v->own, "insecure-root", false))
        return false;
    err_clear(e);
    d->options.insecure_root = true;
    fprintf(stderr, "dcim: --insecure-root: %s\n", tr(process_root()));
    return true;
}

static bool serve(struct invocation *v, struct unlocked *d, struct arena *a, struct err *e)
{
    const char *data;
    if (!data_folder_find(&data, v, "i18n", a, e) || !find_origin(&d->options.origin, v, a, e))
        return false;
    struct serving said = {.secrets = d,
                           .address = json_get_text(v->own, "address", "127.0.0.1"),
                           .setup_code = make_code(a),
                           .plain = json_get_bool(v->own, "insecure-plain", false),
                           .own = json_get_text(v->own, "certificate", NULL) == NULL};
    d->options.setup_code = said.setup_code;
    d->options.demo = json_get_bool(v->own, "demonstration", false);
    d->options.idle_seconds = json_get_int(v->own, "idle", 0);
    d->options.insecure_no_second_factor =
        json_get_bool(v->own, "insecure-no-second-factor", false);
    d->options.data = data;
    struct json *door = door_config(v, &d->options, data, a);
    struct serve_options o = {.service = &d->options,
                              .door = door,
                              .ready = say_ready,
                              .ctx = &said};
    bool ok = process_serve(&o, e);
    json_free(door);
    return ok;
}

int run_serve(struct invocation *v)
{
    struct err e = {0};
    struct unlocked d;
    if ((json_get_text(v->own, "certificate", NULL) == NULL) !=
        (json_get_text(v->own, "certificate-key", NULL) == NULL)) {
        err_set(&e, ERR_USAGE, "serve.certificate", "a certificate and its key are named together");
        err_remedy(&e, "give both --certificate and --certificate-key, or neither");
        return report_error(v, NULL, &e);
    }
    if (!unlock_ask(&d, v, "repository.info", &e)) return report_error(v, NULL, &e);
    if (!leave_root(v, &d, &e)) {
        unlock_close(&d);
        return report_error(v, NULL, &e);
    }
    say_weakened(v);
    struct arena *a = arena_new(ARENA_WIPE);
    int status = serve(v, &d, a, &e) ? 0 : report_error(v, NULL, &e);
    arena_free(a);
    unlock_close(&d);
    return status;
}

int run_process(struct invocation *v)
{
    const char *kind = json_get_text(v->own, "KIND", "");
    if (strcmp(kind, "desk") == 0) return process_desk(v->program);
    if (strcmp(kind, "door") == 0) return door_process(PROCESS_CONFIG_FD, PROCESS_CHANNEL_FD);
    if (strcmp(kind, "backup") == 0) return process_backup();
    return 2;
}
