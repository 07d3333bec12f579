/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a backup: unpack into a private folder, compare with the signed manifest, then look at
 * the database as `dcim check` would. A restore gives that folder its name at the very end. */
#include "store/backup.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/audit_internal.h"
#include "store/backup_container.h"
#include "store/backup_internal.h"
#include "store/tree.h"
#include "store/work_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum stage { STAGE_FILES, STAGE_MANIFEST, STAGE_SIGNATURE, STAGE_COMPLETE };

struct unpacking {
    const char *folder;    /* where files go */
    struct manifest found; /* the files that were there */
    enum stage stage;
    struct manifest_file *file; /* being written; NULL: manifest or signature */
    int fd;
    char *path;
    struct crypto_hasher hash;
    struct buf document, signature;
};

static bool damaged(struct err *e, const char *why)
{
    err_set(e, ERR_STORE, "backup.damaged", "the backup is damaged or was changed: %s", tr(why));
    return err_remedy(e, "use another backup; do not restore this one");
}

static bool unwritable(struct err *e, const char *path)
{
    err_set_errno(e, ERR_SYSTEM, errno, "backup.unwritable", "could not write %s", path);
    return err_remedy(e, "make room there and try again; nothing was changed");
}

/* ---- the archive's files ---- */

static bool begin_file(struct unpacking *u, struct text name, struct err *e)
{
    if (text_is(name, "database") ? u->found.n_file != 0
                                  : !text_starts(name, TEXT("dictionary/")) || u->found.n_file == 0)
        return damaged(e, "it holds a file that belongs to no backup, or not there");
    u->file = manifest_add(&u->found, name);
    u->path = tree_path(u->folder, u->file->name);
    char *parent = tree_parent(u->path);
    bool ok = folder_make(parent, e);
    mem_free(parent);
    if (!ok) return false;
    u->fd = open(u->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (u->fd < 0)
        return errno == EEXIST ? damaged(e, "it holds a file twice") : unwritable(e, u->path);
    crypto_hasher_init(&u->hash, NULL);
    return true;
}

static bool on_begin(void *ctx, struct text name, uint64_t size, struct err *e)
{
    struct unpacking *u = ctx;

    u->file = NULL;
    if (u->stage == STAGE_FILES && text_is(name, MANIFEST_NAME)) {
        if (size > MANIFEST_MAX) return damaged(e, "its manifest is too long");
        u->stage = STAGE_MANIFEST;
        return true;
    }
    if (u->stage == STAGE_MANIFEST && text_is(name, MANIFEST_SIGNATURE_NAME) &&
        size == CRYPTO_SIGNATURE) {
        u->stage = STAGE_SIGNATURE;
        return true;
    }
    return u->stage == STAGE_FILES ? begin_file(u, name, e)
                                   : damaged(e, "its manifest is not at its end");
}

static bool on_data(void *ctx, const void *p, size_t n, struct err *e)
{
    struct unpacking *u = ctx;

    if (u->file == NULL) {
        buf_put(u->stage == STAGE_MANIFEST ? &u->document : &u->signature, p, n);
        return true;
    }
    crypto_hasher_add(&u->hash, p, n);
    u->file->bytes += n;
    for (const char *at = p; n > 0;) {
        ssize_t put = write(u->fd, at, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return unwritable(e, u->path);
        at += put;
        n -= (size_t)put;
    }
    return true;
}

static bool on_end(void *ctx, struct err *e)
{
    struct unpacking *u = ctx;

    if (u->file == NULL) {
        if (u->stage == STAGE_SIGNATURE) u->stage = STAGE_COMPLETE;
        return true;
    }
    crypto_hasher_finish(&u->hash, u->file->hash);
    bool ok = close(u->fd) == 0 ? true : unwritable(e, u->path);
    u->fd = -1;
    mem_free(u->path);
    u->path = NULL;
    return ok;
}

static void unpacking_release(struct unpacking *u)
{
    if (u->fd >= 0) (void)close(u->fd);
    mem_free(u->path);
    manifest_release(&u->found);
    buf_release(&u->document);
    buf_release(&u->signature);
}

static bool unpack(struct unpacking *u, struct container_reader *c, struct err *e)
{
    static const struct archive_events events = {on_begin, on_data, on_end};
    struct archive_reader a;
    struct text chunk;
    bool last = false;

    archive_reader_init(&a, &events, u);
    while (!last)
        if (!container_read(c, &chunk, &last, e) || !archive_feed(&a, chunk.p, chunk.n, e))
            return false;
    if (!archive_finished(&a, e)) return false;
    return u->stage == STAGE_COMPLETE ? true : damaged(e, "it has no signed manifest");
}

/* ---- against the manifest ---- */

static bool files_match(const struct manifest *said, const struct manifest *found)
{
    if (said->n_file != found->n_file) return false;
    for (size_t i = 0; i < said->n_file; i++) {
        const struct manifest_file *a = &said->file[i], *b = &found->file[i];
        if (strcmp(a->name, b->name) != 0 || a->bytes != b->bytes ||
            memcmp(a->hash, b->hash, sizeof a->hash) != 0)
            return false;
    }
    return true;
}

static bool manifest_holds(struct manifest *said, const struct unpacking *u,
                           const struct container_reader *c, const struct keyring *k, struct err *e)
{
    uint8_t head[32], id[8];

    if (!manifest_is_signed(buf_text(&u->document), buf_text(&u->signature),
                            keyring_audit_public(k)))
        return damaged(e, "its manifest is not signed by the repository it comes from");
    if (!manifest_read(said, buf_text(&u->document), e)) return false;
    container_read_head(c, head);
    keyring_id(k, id);
    if (memcmp(said->head, head, sizeof head) != 0 || memcmp(said->keyring_id, id, sizeof id) != 0)
        return damaged(e, "its beginning is not that of its manifest");
    return files_match(said, &u->found) ? true
                                        : damaged(e, "its files are not those of its manifest");
}

static bool pages_hold(struct backend *b, struct err *e)
{
    struct buf lines;
    size_t n = 0;

    buf_init(&lines, 1 << 20);
    bool ok = backend_check(b, &lines, &n, e);
    buf_release(&lines);
    if (!ok || n == 0) return ok;
    err_set(e, ERR_STORE, "backup.damaged", "the database in the backup is damaged: %zu problems",
            n);
    return err_remedy(e, "use another backup; do not restore this one");
}

static bool database_holds(const struct manifest *said, const char *database, struct keyring *k,
                           struct err *e)
{
    struct backend *b = NULL;
    struct backup_facts facts;
    struct audit_report r;

    /* For writing: a backup of an older version is migrated here. */
    if (!sqlite_backend_open(&b, database, keyring_key(k, KEY_DATABASE), BACKEND_WRITE, e))
        return false;
    const struct audit_log l = {b, k};
    bool ok = pages_hold(b, e) && backup_facts(&facts, b, e) &&
              audit_log_verify(&r, &l, (struct text){NULL, 0}, e);
    backend_close(b);
    if (!ok) return false;
    if (r.first_bad != 0) {
        err_set(e, ERR_STORE, "backup.damaged", "the audit log in the backup does not hold: %s",
                r.problem);
        return err_remedy(e, "use another backup; do not restore this one");
    }
    if (facts.n_record != said->n_record || facts.n_audit != said->n_audit ||
        memcmp(facts.repository_id, said->repository_id, sizeof said->repository_id) != 0 ||
        strcmp(r.checkpoint, said->checkpoint) != 0)
        return damaged(e, "its database is not the one that its manifest describes");
    return true;
}

/* ---- opening one ---- */

struct opened { /* a backup unpacked into `folder` and found right */
    struct keyring *keyring;
    struct manifest manifest;
    uint64_t bytes;
};

static void opened_release(struct opened *o)
{
    keyring_close(o->keyring);
    manifest_release(&o->manifest);
}

static bool open_into(struct opened *o, const char *path, const char *folder,
                      const struct unlock *unlock, struct err *e)
{
    struct container_reader *c = NULL;
    struct unpacking u = {.folder = folder, .fd = -1};
    char *keyring = tree_path(folder, "keyring"), *database = tree_path(folder, "database");
    struct backup_recipient whose;
    const struct secret *private_key;
    bool ok = false;

    buf_init(&u.document, MANIFEST_MAX);
    buf_init(&u.signature, CRYPTO_SIGNATURE);
    if (!container_open(&c, path, e) || !file_write(keyring, container_keyring(c), e)) goto done;
    if (!keyring_open(&o->keyring, keyring, unlock, e)) goto done;
    if ((private_key = keyring_backup_private(o->keyring, &whose)) == NULL) {
        err_set(e, ERR_DENIED, "backup.recovery_only",
                "a backup opens with a recovery code only, not with other keys of its repository");
        err_remedy(e, "give the code: --recovery asks for it, --recovery-file reads it");
        goto done;
    }
    if (!container_unlock(c, &whose, private_key, e)) goto done;
    if (!unpack(&u, c, e) || !manifest_holds(&o->manifest, &u, c, o->keyring, e)) goto done;
    o->bytes = container_bytes(c);
    ok = database_holds(&o->manifest, database, o->keyring, e);
done:
    container_close(c);
    unpacking_release(&u);
    mem_free(keyring);
    mem_free(database);
    return ok;
}

bool backup_verify_in(struct backup_report *out, const char *path, const char *place,
                      const struct unlock *u, struct err *e)
{
    struct opened o = {.keyring = NULL};
    struct work_folder work;

    *out = (struct backup_report){.made_at = 0};
    if (!work_folder_begin(&work, place, WORK_FOLDER_PREFIX, e)) return false;
    bool ok = open_into(&o, path, work.path, u, e);
    if (ok) backup_report_of(out, &o.manifest, o.bytes);
    opened_release(&o);
    work_folder_end(&work);
    return ok;
}

bool backup_verify(struct backup_report *out, const char *path, const struct unlock *u,
                   struct err *e)
{
    char *place = tree_parent(path);
    bool ok = backup_verify_in(out, path, place, u, e);
    mem_free(place);
    return ok;
}

/* ---- restoring ---- */

/* Whether the log contains the checkpoint kept elsewhere; *contains true when there is none. */
static bool anchor_holds(bool *contains, const char *folder, const struct opened *o,
                         struct text anchor, struct err *e)
{
    struct backend *b = NULL;
    struct audit_report r;
    char *database;

    *contains = true;
    if (text_trim(anchor).n == 0) return true;
    database = tree_path(folder, "database");
    bool ok =
        sqlite_backend_open(&b, database, keyring_key(o->keyring, KEY_DATABASE), BACKEND_READ, e);
    const struct audit_log l = {b, o->keyring};
    ok = ok && audit_log_verify(&r, &l, anchor, e);
    backend_close(b);
    mem_free(database);
    if (ok) *contains = r.first_bad == 0;
    return ok;
}

static bool behind_anchor(struct err *e)
{
    err_set(
        e, ERR_CONFLICT, "backup.behind_anchor",
        "could not restore: the backup's log does not contain the checkpoint kept elsewhere; it is "
        "older, or of another history");
    return err_remedy(
        e,
        "use a newer backup; if there is none, restore this one with --force, which is recorded");
}

/* A journal that reading has left must not go along: the database is whole without it. */
static void forget_journal(const char *folder)
{
    static const char *const name[] = {"database-wal", "database-shm"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        char *path = tree_path(folder, name[i]);
        (void)unlink(path);
        mem_free(path);
    }
}

/* The unpacked folder gets its name, in one step; an empty folder of that name gives way. */
static bool give_name(const char *work, const char *folder, struct err *e)
{
    forget_journal(work);
    if (!tree_sync(work, e)) return false;
    if (!tree_rename(work, folder)) return unwritable(e, folder);
    return true;
}

bool backup_restore(struct backup_report *out, const char *path, const char *folder,
                    const struct unlock *u, struct text anchor, bool force, struct err *e)
{
    struct opened o = {.keyring = NULL};
    struct work_folder work;
    bool contains = true, ok;

    *out = (struct backup_report){.made_at = 0};
    if (!folder_is_empty(folder)) {
        err_set(e, ERR_CONFLICT, "backup.not_empty",
                "could not restore into a folder that is not empty");
        err_detail(e, "%s", folder);
        return err_remedy(e, "name a folder that is empty or does not exist");
    }
    if (!work_folder_beside(&work, folder, e)) return false;
    ok = open_into(&o, path, work.path, u, e) && anchor_holds(&contains, work.path, &o, anchor, e);
    if (ok && !contains && !force) ok = behind_anchor(e);
    ok = ok && give_name(work.path, folder, e);
    if (ok) backup_report_of(out, &o.manifest, o.bytes);
    opened_release(&o);
    work_folder_end(&work);
    return ok;
}
