/* SPDX-License-Identifier: EUPL-1.2 */
/* Erasing a record (S16): what opens it and what finds it goes, a tombstone stays.
 *
 * The keys are what counts: without the wrapped key no copy of a body can be opened again, wherever
 * it lies. The ciphertext goes too. secure_delete (sql/sqlite.sql) writes zeros over what pages
 * give up; store_purge() then brings the pages into the file and empties the journal, which still
 * held them as they were. */
#include "store/store.h"

#include "base/date.h"
#include "store/link_choice.h"
#include "store/link_queue.h"
#include "store/person.h"
#include "store/store_internal.h"

static bool say_erased(struct err *e, const char *code)
{
    return err_set(e, ERR_CONFLICT, "record.erased",
                   "could not erase record %s: it is erased already", code);
}

/* Every statement of an erasure takes the record alone. */
static bool run(struct store *st, enum sql_id id, int64_t record_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, "record_no", record_no);
    return query_run(&q, e);
}

static bool add_tombstone(struct store *st, int64_t record_no, const char *actor,
                          const char *reason, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ERASURE_ADD);
    query_bind_int(&q, "record_no", record_no);
    query_bind_int(&q, "erased_at", instant_now());
    query_bind_text(&q, "actor", text_of(actor));
    query_bind_text(&q, "reason", text_of(reason));
    return query_run(&q, e);
}

static bool count_less(struct store *st, int64_t series_no, bool active, int64_t n_byte,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_SERIES_GROW);
    query_bind_int(&q, "series_no", series_no);
    query_bind_int(&q, "n_record", 0);
    query_bind_int(&q, "n_active", active ? -1 : 0);
    query_bind_int(&q, "n_byte", -n_byte);
    return query_run(&q, e);
}

bool store_record_erase(struct store *st, struct scope scope, struct text code, const char *actor,
                        const char *reason, struct err *e)
{
    int64_t record_no, state = 0, series_no = 0, n_byte = 0;
    char shown[RECORD_CODE + 1];
    uint64_t number;
    struct query q;

    if (!store_must_write(st, e) || !store_record_find(&record_no, st, scope, code, e))
        return false;
    (void)query_begin(&q, st->backend, SQL_ERASURE_SUBJECT);
    query_bind_int(&q, "record_no", record_no);
    if (query_next(&q)) {
        state = query_int(&q, 0);
        series_no = query_int(&q, 1);
        n_byte = query_int(&q, 2);
    }
    if (!query_end(&q, e)) return false;
    if (record_code_parse(&number, code)) record_code_format(shown, number);
    if (state == RECORD_ERASED) return say_erased(e, shown);
    return run(st, SQL_ERASE_RECORD, record_no, e) && run(st, SQL_ERASE_DOUBLE, record_no, e) &&
           run(st, SQL_ERASE_PERSON, record_no, e) && run(st, SQL_ERASE_VERSIONS, record_no, e) &&
           run(st, SQL_ERASE_IDENTITIES, record_no, e) && run(st, SQL_ERASE_INDEX, record_no, e) &&
           run(st, SQL_ERASE_REFERENCE, record_no, e) && run(st, SQL_ERASE_DRAFTS, record_no, e) &&
           run(st, SQL_ERASE_MESSAGES, record_no, e) && run(st, SQL_ERASE_QUERIES, record_no, e) &&
           run(st, SQL_ERASE_REFERRALS, record_no, e) && run(st, SQL_ERASE_SEARCH, record_no, e) &&
           run(st, SQL_ERASE_SEARCH_MARK, record_no, e) &&
           link_queue_forget(st, (uint64_t)record_no, e) &&
           run(st, SQL_ERASE_LINKAGE_WORDS, record_no, e) &&
           link_choice_forget(st, (uint64_t)record_no, e) &&
           person_touch(st, &(const uint64_t){(uint64_t)record_no}, 1, e) &&
           add_tombstone(st, record_no, actor, reason, e) &&
           count_less(st, series_no, state == RECORD_ACTIVE, n_byte, e) &&
           store_generation_next(st, e);
}

bool store_record_erased_at(int64_t *out, struct store *st, int64_t record_no, struct err *e)
{
    struct query q;
    *out = 0;
    (void)query_begin(&q, st->backend, SQL_ERASURE_GET);
    query_bind_int(&q, "record_no", record_no);
    if (query_next(&q)) *out = query_int(&q, 0);
    return query_end(&q, e);
}

bool store_purge(bool *done, struct store *st, struct err *e)
{
    return backend_empty_journal(st->backend, done, e);
}
