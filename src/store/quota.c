/* SPDX-License-Identifier: EUPL-1.2 */
/* How much an organisation may keep here (S74), in all forms together. What counts: records ever
 * made that were not refused, and the bytes of their sealed bodies, of all versions; erasing gives
 * the bytes back. Imports ask for the room once, at their beginning: nobody else writes
 * meanwhile. */
#include "store/store.h"

#include "base/catalogue.h"
#include "store/store_internal.h"

#include <inttypes.h>

bool store_organisation_quota(struct store *st, struct text code, int64_t records, int64_t bytes,
                              struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_QUOTA_SET);
    query_bind_text(&q, "code", code);
    if (records > 0) query_bind_int(&q, "quota_records", records);
    else query_bind_null(&q, "quota_records");
    if (bytes > 0) query_bind_int(&q, "quota_bytes", bytes);
    else query_bind_null(&q, "quota_bytes");
    return query_run(&q, e);
}

bool store_quota_room(struct quota_room *out, struct store *st, int64_t organisation_no,
                      struct err *e)
{
    struct query q;
    *out = (struct quota_room){.records = INT64_MAX, .bytes = INT64_MAX};
    (void)query_begin(&q, st->backend, SQL_QUOTA_GET);
    query_bind_int(&q, "organisation_no", organisation_no);
    if (query_next(&q)) {
        struct text code = query_text(&q, 0);
        int64_t records = query_int(&q, 1), bytes = query_int(&q, 2);
        snprintf(out->code, sizeof out->code, "%.*s", (int)code.n, code.p);
        if (records > 0) out->records = records - query_int(&q, 3);
        if (bytes > 0) out->bytes = bytes - query_int(&q, 4);
    }
    return query_end(&q, e);
}

bool store_quota_holds(const struct quota_room *room, int64_t records, int64_t bytes, struct err *e)
{
    bool of_records = records > room->records;
    if (!of_records && bytes <= room->bytes) return true;
    int64_t left = of_records ? room->records : room->bytes;
    err_set(e, ERR_LIMIT, "organisation.quota",
            "could not import: the quota of organisation %s has room for %" PRId64 " more %s only",
            room->code, left > 0 ? left : 0, of_records ? tr("records") : tr("bytes"));
    return err_remedy(
        e,
        "see `dcim organisation list`; whoever looks after organisations can raise it "
        "with `dcim organisation quota %s`",
        room->code);
}
