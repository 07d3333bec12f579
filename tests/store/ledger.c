/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger.h"

#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static const char *under(const char *folder, const char *name)
{
    static char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

void ledger_make(struct audit_log *out, const char *folder)
{
    struct secret *p = secret_copy("p", 1);
    struct err e = {0};
    struct query q;
    static const uint8_t zero[32];

    *out = (struct audit_log){NULL, NULL};
    if (mkdir(folder, 0700) != 0) fail_msg("could not make %s", folder);
    if (!keyring_create(&out->keyring, under(folder, "keyring"), &(struct unlock){.passphrase = p},
                        &e))
        fail_msg("%s", e.msg);
    if (!sqlite_backend_open(&out->backend, under(folder, "database"),
                             keyring_key(out->keyring, KEY_DATABASE), BACKEND_CREATE, &e))
        fail_msg("%s", e.msg);
    assert_true(backend_begin(out->backend, true, &e));
    (void)query_begin(&q, out->backend, SQL_REPOSITORY_ADD);
    query_bind_blob(&q, "repository_id", zero, 16);
    query_bind_int(&q, "created_at", 0);
    query_bind_text(&q, "pack", TEXT("pt"));
    query_bind_blob(&q, "dictionary_hash", zero, 32);
    if (!query_run(&q, &e) || !backend_commit(out->backend, &e)) fail_msg("%s", e.msg);
    secret_free(p);
}

void ledger_close(struct audit_log *l)
{
    backend_close(l->backend);
    keyring_close(l->keyring);
    *l = (struct audit_log){NULL, NULL};
}

struct backend *ledger_open(const struct audit_log *l, const char *path)
{
    struct backend *b = NULL;
    bool ok =
        sqlite_backend_open(&b, path, keyring_key(l->keyring, KEY_DATABASE), BACKEND_WRITE, NULL);
    return ok ? b : NULL;
}

void ledger_fill(const struct audit_log *l, size_t n)
{
    static uint64_t batch;
    uint8_t digest[32];
    char id[24];
    struct err e = {0};

    crypto_random(digest, sizeof digest);
    assert_true(backend_begin(l->backend, true, &e));
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(id, sizeof id, "%llu", (unsigned long long)++batch);
        const struct audit_event ev = {.action = AUDIT_IMPORT,
                                       .actor = "local:root",
                                       .role = "data-manager",
                                       .organisation = "GNR",
                                       .object_type = "batch",
                                       .object_id = id,
                                       .purpose = "statistics",
                                       .legal_basis = "Lei 147/2015",
                                       .decision = "allow",
                                       .fields = "sex age form_of_exploitation citizenship",
                                       .count = 250,
                                       .digest = digest};
        if (!audit_log_append(l, &ev, NULL, &e)) fail_msg("%s: %s", e.id, e.msg);
    }
    if (!backend_commit(l->backend, &e)) fail_msg("%s", e.msg);
}

void ledger_copy(const char *from, const char *to)
{
    char also[300];
    size_t n;
    char *bytes = harness_read(from, &n);
    (void)snprintf(also, sizeof also, "%s-wal", to);
    (void)unlink(also);
    (void)snprintf(also, sizeof also, "%s-shm", to);
    (void)unlink(also);
    harness_write(to, bytes, n);
    free(bytes);
}
