/* SPDX-License-Identifier: EUPL-1.2 */
/* Archive: `database`, then every file of `dictionary/`, then the manifest and its signature
 * (backup_manifest.h), in a container (backup_container.h). The keyring lies outside of the
 * encryption, bound by the manifest. */
#include "store/backup.h"

#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/audit_internal.h"
#include "store/backup_container.h"
#include "store/backup_internal.h"
#include "store/keyring_file.h"
#include "store/tree.h"
#include "store/work_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 18 };

bool backup_facts(struct backup_facts *out, struct backend *b, struct err *e)
{
    struct query q;
    *out = (struct backup_facts){0, 0, {0}};
    (void)query_begin(&q, b, SQL_CHECK_COUNTS);
    if (query_next(&q)) {
        out->n_record = query_int(&q, 0);
        out->n_audit = query_int(&q, 4);
    }
    if (!query_end(&q, e)) return false;
    (void)query_begin(&q, b, SQL_REPOSITORY_INFO);
    if (query_next(&q)) {
        struct text id = query_blob(&q, 0);
        if (id.n == sizeof out->repository_id) memcpy(out->repository_id, id.p, id.n);
    }
    return query_end(&q, e);
}

void backup_report_of(struct backup_report *out, const struct manifest *m, uint64_t bytes)
{
    _Static_assert(sizeof out->checkpoint == sizeof m->checkpoint, "text of a checkpoint");
    *out = (struct backup_report){.made_at = m->made_at,
                                  .bytes = bytes,
                                  .n_record = m->n_record,
                                  .n_audit = m->n_audit};
    memcpy(out->checkpoint, m->checkpoint, sizeof out->checkpoint);
}

/* ---- making ---- */

static void put_bytes(struct container_writer *w, struct text name, struct text content)
{
    struct buf head;
    buf_init(&head, ARCHIVE_HEAD);
    archive_put_head(&head, name, content.n);
    container_put(w, head.p, head.n);
    container_put(w, content.p, content.n);
    buf_release(&head);
}

static bool copy_open_file(struct container_writer *w, struct manifest_file *f, int fd,
                           const char *path, struct err *e)
{
    uint8_t *part = mem_new(COPY_BYTES, 1);
    struct crypto_hasher h;
    struct stat st;
    struct buf head;
    uint64_t left = 0;
    bool ok = fstat(fd, &st) == 0;

    crypto_hasher_init(&h, NULL);
    if (ok) {
        f->bytes = left = (uint64_t)st.st_size;
        buf_init(&head, ARCHIVE_HEAD);
        archive_put_head(&head, text_of(f->name), f->bytes);
        container_put(w, head.p, head.n);
        buf_release(&head);
    }
    while (ok && left > 0) {
        ssize_t got = read(fd, part, left < COPY_BYTES ? (size_t)left : COPY_BYTES);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) errno = EIO; /* it became shorter under our hands */
        ok = got > 0;
        if (!ok) break;
        crypto_hasher_add(&h, part, (size_t)got);
        container_put(w, part, (size_t)got);
        left -= (uint64_t)got;
    }
    if (!ok)
        err_set_errno(e, ERR_SYSTEM, errno, "backup.unreadable", "could not read %s for the backup",
                      path);
    crypto_hasher_finish(&h, f->hash);
    mem_free(part);
    return ok;
}

/* `path` becomes a file of the archive, called `name`, and of the manifest. */
static bool put_file(struct container_writer *w, struct manifest *m, const char *name,
                     const char *path, struct err *e)
{
    if (!archive_name_is_good(text_of(name))) {
        err_set(e, ERR_INPUT, "backup.name",
                "could not back up a file of the dictionary: its name is too long or strange");
        err_detail(e, "%s", name);
        return err_remedy(e, "give it another name, or take it out of the dictionary folder");
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "backup.unreadable",
                             "could not open %s for the backup", path);
    bool ok = copy_open_file(w, manifest_add(m, text_of(name)), fd, path, e);
    (void)close(fd);
    return ok;
}

static bool put_dictionary(struct container_writer *w, struct manifest *m, const char *repository,
                           struct err *e)
{
    char *folder = tree_path(repository, "dictionary");
    struct tree_files files = {NULL, 0, 0};
    bool ok = !file_exists(folder) || tree_list(&files, folder, e);

    for (size_t i = 0; i < files.n && ok; i++) {
        char *path = tree_path(folder, files.path[i]),
             *name = tree_path("dictionary", files.path[i]);
        ok = put_file(w, m, name, path, e);
        mem_free(name);
        mem_free(path);
    }
    tree_files_free(&files);
    mem_free(folder);
    return ok;
}

/* Facts and a checkpoint of the copy, not of the database, which has gone on meanwhile. */
static bool describe(struct manifest *m, const char *database, struct keyring *k, struct err *e)
{
    struct backend *b = NULL;
    struct audit_report r;
    struct backup_facts facts;

    if (!sqlite_backend_open(&b, database, keyring_key(k, KEY_DATABASE), BACKEND_READ, e))
        return false;
    const struct audit_log l = {b, k};
    bool ok = backup_facts(&facts, b, e) && audit_log_verify(&r, &l, (struct text){NULL, 0}, e);
    backend_close(b);
    if (ok && r.first_bad != 0) {
        err_set(e, ERR_STORE, "audit.damaged", "could not make a backup that would verify: %s",
                r.problem);
        ok = err_remedy(
            e,
            "run `dcim audit verify` and find out what happened; copy the folder by hand meanwhile");
    }
    if (!ok) return false;
    m->n_record = facts.n_record;
    m->n_audit = facts.n_audit;
    memcpy(m->repository_id, facts.repository_id, sizeof m->repository_id);
    memcpy(m->checkpoint, r.checkpoint, sizeof m->checkpoint);
    keyring_id(k, m->keyring_id);
    return true;
}

static bool put_manifest(struct container_writer *w, struct manifest *m, const struct keyring *k,
                         struct err *e)
{
    uint8_t signature[CRYPTO_SIGNATURE];
    struct buf document;

    container_head(w, m->head);
    buf_init(&document, MANIFEST_MAX);
    manifest_write(&document, m);
    bool ok = buf_ok(&document, e);
    if (ok) {
        struct buf end;
        manifest_sign(signature, buf_text(&document), keyring_key(k, KEY_AUDIT_SIGN));
        put_bytes(w, TEXT(MANIFEST_NAME), buf_text(&document));
        put_bytes(w, TEXT(MANIFEST_SIGNATURE_NAME),
                  (struct text){(const char *)signature, sizeof signature});
        buf_init(&end, 2);
        archive_put_end(&end);
        container_put(w, end.p, end.n);
        buf_release(&end);
    }
    buf_release(&document);
    return ok;
}

static bool no_recovery_slot(struct err *e)
{
    err_set(e, ERR_CONFLICT, "backup.no_recovery_slot",
            "could not make the backup: it opens with a recovery code only, and there is none");
    return err_remedy(e, "make one with `dcim key add recovery`, and keep it apart from here");
}

/* Where the container goes: into a file of this process, or into a sink. */
struct target {
    const char *path;
    const struct backup_sink *sink; /* NULL: the file */
};

static bool create(struct container_writer **w, const struct target *t, struct text keyring,
                   const struct backup_recipient *to, size_t n_to, struct err *e)
{
    return t->sink == NULL ? container_create(w, t->path, keyring, to, n_to, e)
                           : container_begin(w, t->sink, keyring, to, n_to, e);
}

/* With the copy of the database at hand: the container. */
static bool write_container(struct backup_report *out, struct store *st, const struct target *t,
                            const char *database, struct manifest *m, struct err *e)
{
    struct keyring *k = store_keyring(st);
    struct container_writer *w = NULL;
    struct backup_recipient to[KEYRING_SLOTS_MAX];
    size_t n_to = 0;
    struct buf keyring;
    uint8_t digest[32] = {0};
    uint64_t bytes = 0;

    buf_init(&keyring, KEYRING_FILE_MAX);
    bool ok = keyring_for_backup(&keyring, to, &n_to, KEYRING_SLOTS_MAX, k, e) &&
              (n_to > 0 || no_recovery_slot(e)) && create(&w, t, buf_text(&keyring), to, n_to, e);
    if (ok) {
        container_digest(w, digest);
        ok = put_file(w, m, "database", database, e) && put_dictionary(w, m, store_folder(st), e) &&
             put_manifest(w, m, k, e);
        if (ok) ok = container_finish(w, &bytes, e);
        else container_abandon(w);
    }
    if (ok) {
        backup_report_of(out, m, bytes);
        memcpy(out->digest, digest, sizeof digest);
    }
    buf_release(&keyring);
    return ok;
}

/* The work folder holds the copy, and goes with it. */
static bool make_from_copy(struct backup_report *out, struct store *st,
                           const struct work_folder *work, const struct target *t, struct err *e)
{
    struct manifest m = {.made_at = instant_now()};
    char *database = tree_path(work->path, "database");
    bool ok = backend_copy_to(store_backend(st), database, e) &&
              describe(&m, database, store_keyring(st), e) &&
              write_container(out, st, t, database, &m, e);
    mem_free(database);
    manifest_release(&m);
    return ok;
}

/* It appears under its name in one step, and whole; what a kill leaves is in the work folder. */
static bool give_name(const char *made, const char *path, struct err *e)
{
    if (tree_rename(made, path)) return true;
    return err_set_errno(e, ERR_SYSTEM, errno, "backup.unwritable", "could not write %s", path);
}

bool backup_make(struct backup_report *out, struct store *st, const char *path, struct err *e)
{
    struct work_folder work;

    *out = (struct backup_report){.made_at = 0};
    if (file_exists(path)) {
        err_set(e, ERR_USAGE, "backup.exists",
                "could not make the backup: there is a file of that name already");
        err_detail(e, "%s", path);
        return err_remedy(e, "choose another name; no backup is written over");
    }
    if (keyring_backup_recipients(store_keyring(st), NULL, 0) == 0) return no_recovery_slot(e);
    if (!work_folder_beside(&work, path, e)) return false;
    char *made = tree_path(work.path, "backup");
    bool ok = make_from_copy(out, st, &work, &(struct target){.path = made}, e) &&
              give_name(made, path, e);
    work_folder_end(&work);
    mem_free(made);
    return ok;
}

bool backup_make_into(struct backup_report *out, struct store *st, const char *place,
                      const struct backup_sink *sink, struct err *e)
{
    struct work_folder work;

    *out = (struct backup_report){.made_at = 0};
    if (keyring_backup_recipients(store_keyring(st), NULL, 0) == 0) return no_recovery_slot(e);
    if (!work_folder_begin(&work, place, WORK_FOLDER_PREFIX, e)) return false;
    bool ok = make_from_copy(out, st, &work, &(struct target){.sink = sink}, e);
    work_folder_end(&work);
    return ok;
}
