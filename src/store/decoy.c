/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/decoy.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { FIRST_ROOM = 32, DECOYS_MAX = 10000 };

bool decoy_add(struct store *st, uint64_t record_no, int64_t now, const char *actor, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_DECOY_ADD);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    query_bind_int(&q, "made_at", now);
    query_bind_text(&q, "made_by", text_of(actor));
    return query_run(&q, e);
}

bool decoy_is(bool *out, struct store *st, uint64_t record_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_DECOY_FIND);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    *out = query_next(&q);
    return query_end(&q, e);
}

bool decoy_list(struct decoy **out, size_t *n, struct store *st, struct arena *a, struct err *e)
{
    struct query q;
    size_t room = FIRST_ROOM;
    struct decoy *list = ARENA_ARRAY(a, struct decoy, room);
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_DECOY_LIST);
    while (*n < DECOYS_MAX && query_next(&q)) {
        if (*n == room) {
            struct decoy *wider = ARENA_ARRAY(a, struct decoy, 2 * room);
            memcpy(wider, list, room * sizeof *list);
            list = wider;
            room *= 2;
        }
        struct decoy *d = &list[(*n)++];
        struct text organisation = query_text(&q, 1), by = query_text(&q, 3);
        *d = (struct decoy){.organisation = arena_copy(a, organisation.p, organisation.n),
                            .made_at = query_int(&q, 2),
                            .made_by = arena_copy(a, by.p, by.n)};
        record_code_format(d->code, (uint64_t)query_int(&q, 0));
    }
    *out = list;
    return query_end(&q, e);
}
