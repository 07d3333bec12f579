/* SPDX-License-Identifier: EUPL-1.2 */
/* A repository's folder and its transactions. */
#include "store/store.h"

#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path_in(const char *folder, const char *name)
{
    size_t n = mem_add(strlen(folder), strlen(name) + 2);
    char *path = mem_new(n, 1);
    snprintf(path, n, "%s/%s", folder, name);
    return path;
}

static struct store *store_new(const char *folder)
{
    struct store *st = mem_new(1, sizeof *st);
    st->folder = mem_text(folder, strlen(folder));
    st->database = path_in(folder, "database");
    st->source_generation = -1;
    return st;
}

void store_close(struct store *st)
{
    if (st == NULL) return;
    batch_abandon(st->writer);
    numbering_forget(st);
    backend_close(st->backend);
    if (!st->keyring_borrowed) keyring_close(st->keyring);
    mem_free(st->database);
    mem_free(st->folder);
    mem_free(st);
}

struct backend *store_backend(struct store *st)
{
    return st->backend;
}

struct keyring *store_keyring(struct store *st)
{
    return st->keyring;
}

const char *store_folder(const struct store *st)
{
    return st->folder;
}

/* ---- making and opening ---- */

static bool make_database(struct store *st, const char *pack, const uint8_t dictionary_hash[32],
                          struct err *e)
{
    uint8_t id[16];
    struct query q;

    if (!sqlite_backend_open(&st->backend, st->database, keyring_key(st->keyring, KEY_DATABASE),
                             BACKEND_CREATE, e))
        return false;
    if (!backend_begin(st->backend, true, e)) return false;
    crypto_random(id, sizeof id);
    (void)query_begin(&q, st->backend, SQL_REPOSITORY_ADD);
    query_bind_blob(&q, "repository_id", id, sizeof id);
    query_bind_int(&q, "created_at", instant_now());
    query_bind_text(&q, "pack", text_of(pack));
    query_bind_blob(&q, "dictionary_hash", dictionary_hash, 32);
    if (query_run(&q, e) && backend_commit(st->backend, e)) return true;
    backend_rollback(st->backend);
    return false;
}

/* The folder was empty, so what lies in it is ours. */
static void unmake(const char *folder, bool was_there)
{
    struct file_names names = {0};
    if (folder_list(&names, folder, NULL))
        for (size_t i = 0; i < names.n; i++) {
            char *path = path_in(folder, names.name[i]);
            (void)unlink(path);
            mem_free(path);
        }
    file_names_free(&names);
    if (!was_there) (void)rmdir(folder);
}

bool store_create(struct store **out, const char *folder, const struct unlock *u, const char *pack,
                  const uint8_t dictionary_hash[32], struct err *e)
{
    *out = NULL;
    crypto_start();
    if (strlen(pack) >= sizeof((struct store_info *)0)->pack)
        return err_set(e, ERR_USAGE, "store.pack",
                       "could not make the repository: the name of the pack is too long");
    bool was_there = file_exists(folder);
    if (!folder_is_empty(folder)) {
        err_set(e, ERR_CONFLICT, "store.not_empty",
                "could not make a repository in a folder that is not empty");
        err_detail(e, "%s", folder);
        return err_remedy(e, "name a folder that is empty or does not exist");
    }
    if (!folder_make(folder, e)) return false;
    if (chmod(folder, 0700) != 0) { /* it may have been there, open to others */
        err_set_errno(e, ERR_SYSTEM, errno, "store.folder", "could not close the folder to others");
        return false;
    }
    struct store *st = store_new(folder);
    char *keyring = path_in(folder, "keyring");
    bool ok =
        keyring_create(&st->keyring, keyring, u, e) && make_database(st, pack, dictionary_hash, e);
    mem_free(keyring);
    if (ok) {
        *out = st;
        return true;
    }
    store_close(st);
    unmake(folder, was_there);
    return false;
}

bool store_open(struct store **out, const char *folder, const struct unlock *u, bool read_only,
                struct err *e)
{
    *out = NULL;
    crypto_start();
    struct store *st = store_new(folder);
    if (!file_exists(st->database)) {
        err_set(e, ERR_NOT_FOUND, "store.missing",
                "could not open the repository: there is no database in the folder");
        err_detail(e, "%s", folder);
        err_remedy(
            e, "name the folder of a repository (--repository DIR), or make one with `dcim init`");
        store_close(st);
        return false;
    }
    char *keyring = path_in(folder, "keyring");
    bool ok =
        keyring_open(&st->keyring, keyring, u, e) &&
        sqlite_backend_open(&st->backend, st->database, keyring_key(st->keyring, KEY_DATABASE),
                            read_only ? BACKEND_READ : BACKEND_WRITE, e);
    mem_free(keyring);
    if (ok) {
        *out = st;
        return true;
    }
    store_close(st);
    return false;
}

bool store_open_beside(struct store **out, const struct store *first, struct err *e)
{
    struct store *st = store_new(first->folder);
    st->keyring = first->keyring;
    st->keyring_borrowed = true;
    *out = NULL;
    if (!sqlite_backend_open(&st->backend, st->database, keyring_key(st->keyring, KEY_DATABASE),
                             BACKEND_WRITE, e)) {
        store_close(st);
        return false;
    }
    *out = st;
    return true;
}

/* ---- what the repository is ---- */

static void text_into(char *out, size_t n, struct text t)
{
    size_t keep = t.n < n ? t.n : n - 1;
    memcpy(out, t.p, keep);
    out[keep] = '\0';
}

bool store_info(struct store_info *out, struct store *st, struct err *e)
{
    struct query q;

    *out = (struct store_info){0};
    (void)query_begin(&q, st->backend, SQL_REPOSITORY_INFO);
    if (query_next(&q)) {
        struct text id = query_blob(&q, 0), hash = query_blob(&q, 3);
        if (id.n == sizeof out->repository_id) memcpy(out->repository_id, id.p, id.n);
        out->created_at = query_int(&q, 1);
        text_into(out->pack, sizeof out->pack, query_text(&q, 2));
        if (hash.n == sizeof out->dictionary_hash) memcpy(out->dictionary_hash, hash.p, hash.n);
        out->n_organisation = query_int(&q, 4);
    }
    return query_end(&q, e);
}

bool store_generation(int64_t *out, struct store *st, struct err *e)
{
    struct query q;

    (void)query_begin(&q, st->backend, SQL_GENERATION);
    *out = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool store_set_dictionary(struct store *st, const char *pack, const uint8_t hash[32], struct err *e)
{
    struct query q;

    if (!store_must_write(st, e)) return false;
    if (strlen(pack) >= sizeof((struct store_info *)0)->pack)
        return err_set(e, ERR_USAGE, "store.pack", "could not note the pack: its name is too long");
    (void)query_begin(&q, st->backend, SQL_REPOSITORY_SET_DICTIONARY);
    query_bind_text(&q, "pack", text_of(pack));
    query_bind_blob(&q, "dictionary_hash", hash, 32);
    return query_run(&q, e);
}

const struct secret *store_record_kek(const struct store *st, const struct form *f, uint8_t *kek_id)
{
    static const enum key_use by_set[DATA_SET_COUNT] = {[DATA_SET_VICTIM] = KEY_VICTIM,
                                                        [DATA_SET_JUSTICE] = KEY_JUSTICE,
                                                        [DATA_SET_CASE] = KEY_CASE};
    enum key_use use = by_set[f->data_set];
    *kek_id = (uint8_t)use;
    return keyring_key(st->keyring, use);
}

/* ---- transactions ---- */

bool store_must_write(const struct store *st, struct err *e)
{
    assert(st->writer == NULL);
    if (backend_in_transaction(st->backend))
        return true; /* a reading one is found out by the first statement */
    return err_set(e, ERR_STORE, "store.no_transaction",
                   "could not write outside of a write transaction");
}

bool store_hold(struct store *st, struct err *e)
{
    if (st->held) return true;
    if (!store_begin(st, false, e)) return false;
    st->held = true;
    return true;
}

bool store_holds(const struct store *st)
{
    return st->held;
}

void store_give_up(struct store *st)
{
    if (!st->held) return;
    assert(!st->within_held);
    st->held = false;
    backend_rollback(st->backend);
}

bool store_begin(struct store *st, bool write, struct err *e)
{
    assert(st->writer == NULL && !st->within_held);
    st->records_changed = false;
    if (st->held && !write) {
        st->within_held = true;
        return true;
    }
    store_give_up(st);
    return backend_begin(st->backend, write, e);
}

/* The transaction's numbers are in no table any more. */
static void undone(struct store *st)
{
    if (st->numbering_unsaved) numbering_forget(st);
    st->records_changed = false;
}

bool store_commit(struct store *st, struct err *e)
{
    assert(st->writer == NULL);
    if (st->within_held) {
        st->within_held = false;
        return true;
    }
    if (!backend_commit(st->backend, e)) {
        undone(st);
        return false;
    }
    st->numbering_unsaved = st->records_changed = false;
    return true;
}

void store_rollback(struct store *st)
{
    assert(st->writer == NULL);
    if (!st->within_held) {
        st->held = false;
        backend_rollback(st->backend);
    }
    st->within_held = false;
    undone(st);
}

bool store_generation_next(struct store *st, struct err *e)
{
    struct query q;
    st->records_changed = true;
    (void)query_begin(&q, st->backend, SQL_GENERATION_NEXT);
    return query_run(&q, e);
}
