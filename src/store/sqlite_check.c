/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole database at once: copied, and checked. */
#include "store/sqlite_internal.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "store/database_file.h"

enum { COPY_PAGES = 256 /* pages of 8 KiB between two looks at whether others wait */ };

static bool copy_pages(struct sqlite *to, struct sqlite *from, struct err *e)
{
    sqlite3_backup *k = sqlite3_backup_init(to->db, "main", from->db, "main");
    if (k == NULL)
        return sqlite_say(e, to->db, sqlite3_extended_errcode(to->db), tr("copy the database"));
    int rc;
    do {
        rc = sqlite3_backup_step(k, COPY_PAGES);
        if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) (void)sqlite3_sleep(5);
    } while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
    int end = sqlite3_backup_finish(k);
    if (rc == SQLITE_DONE && end == SQLITE_OK) return true;
    return sqlite_say(e, to->db, rc == SQLITE_DONE ? end : rc, tr("copy the database"));
}

bool sqlite_copy_to(struct backend *b, const char *path, struct err *e)
{
    struct sqlite *from = sqlite_of(b), *to = NULL;

    if (from->tx == TX_WRITE)
        return err_set(e, ERR_STORE, "store.copy",
                       "could not copy the database inside of a write transaction");
    if (!database_file_make(path, e)) return false;
    /* One read transaction over all steps: the copy is one state, and writers go on beside it
     * (WAL). */
    bool began = from->tx == TX_NONE, ok = true;
    if (began) ok = backend_begin(b, false, e);
    ok = ok && sqlite_connect(&to, path, from->key, true, e) &&
         sqlite_script(to, SQL_SQLITE_COPY_SIZES, e) && copy_pages(to, from, e) &&
         sqlite_is_ciphertext(to, e);
    sqlite_release(to);
    if (began) backend_rollback(b);
    if (!ok) database_file_remove(path);
    return ok;
}

static bool check_one(struct sqlite *q, enum sql_id id, size_t text_column, const char *fine,
                      struct buf *out, size_t *n_problem, struct err *e)
{
    struct query s;
    (void)query_begin(&s, &q->base, id);
    while (query_next(&s)) {
        struct text t = query_text(&s, text_column);
        if (fine != NULL && text_is(t, fine)) continue;
        buf_printf(out, "%s: %.*s\n", sql_statements[id].name + sizeof "sqlite_check_" - 1,
                   (int)t.n, t.p);
        (*n_problem)++;
    }
    struct err why = {0};
    if (query_end(&s, &why)) return true;
    if (why.code != ERR_STORE) {
        if (e != NULL) *e = why;
        return false;
    }
    /* Too damaged to be asked: that is an answer. */
    buf_printf(out, "%s: %s\n", sql_statements[id].name + sizeof "sqlite_check_" - 1, why.msg);
    (*n_problem)++;
    return true;
}

bool sqlite_check(struct backend *b, struct buf *out, size_t *n_problem, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
    bool began = q->tx == TX_NONE && q->writes && !q->broken;

    *n_problem = 0;
    if (began) {
        /* what lies in the journal comes into the file first; others that read may hinder that */
        int rc;
        (void)sqlite_run(q, SQL_SQLITE_CHECKPOINT, &rc, tr("bring the journal in"), NULL);
        /* The file is read past the pager: nobody may bring the journal in meanwhile. Not
         * backend_begin(), which reads a page that may be a damaged one. */
        struct err why;
        began = sqlite_run(q, SQL_BEGIN_WRITE, &rc, tr("begin to check"), &why);
        if (began) q->tx = TX_WRITE;
        if (!began && why.code == ERR_CONFLICT) {
            if (e != NULL) *e = why;
            return false;
        }
    }
    bool ok = check_one(q, SQL_SQLITE_CHECK_PAGES, 0, NULL, out, n_problem, e) &&
              check_one(q, SQL_SQLITE_CHECK_STRUCTURE, 0, "ok", out, n_problem, e) &&
              check_one(q, SQL_SQLITE_CHECK_REFERENCES, 0, NULL, out, n_problem, e);
    if (began) backend_rollback(b);
    return ok;
}
