/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/saved_mapping.h"

#include "store/store_internal.h"

static void bind_whose(struct query *q, int64_t organisation_no, const char *form)
{
    query_bind_int(q, "organisation_no", organisation_no);
    query_bind_text(q, "form", text_of(form));
}

bool store_mapping_save(struct store *st, int64_t organisation_no, const char *form,
                        const struct saved_mapping *m, struct err *e)
{
    struct query q;
    int64_t n = 0;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SAVED_MAPPING_COUNT);
    bind_whose(&q, organisation_no, form);
    if (query_next(&q)) n = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    if (n >= SAVED_MAPPINGS_MAX) {
        err_set(e, ERR_LIMIT, "mapping.too_many", "%d mappings are saved for this form already",
                SAVED_MAPPINGS_MAX);
        return err_remedy(e, "remove one that is not needed any more");
    }
    (void)query_begin(&q, st->backend, SQL_SAVED_MAPPING_SET);
    bind_whose(&q, organisation_no, form);
    query_bind_text(&q, "name", text_of(m->name));
    query_bind_text(&q, "columns", text_of(m->columns));
    query_bind_int(&q, "saved_at", m->saved_at);
    query_bind_text(&q, "saved_by", text_of(m->saved_by));
    return query_run(&q, e);
}

bool store_mapping_list(struct saved_mapping **out, size_t *n, struct store *st,
                        int64_t organisation_no, const char *form, struct arena *a, struct err *e)
{
    struct query q;
    struct saved_mapping *list = ARENA_ARRAY(a, struct saved_mapping, SAVED_MAPPINGS_MAX);
    *n = 0;
    *out = list;
    (void)query_begin(&q, st->backend, SQL_SAVED_MAPPING_LIST);
    bind_whose(&q, organisation_no, form);
    while (*n < SAVED_MAPPINGS_MAX && query_next(&q)) {
        list[*n].name = query_copy(&q, 0, a);
        list[*n].columns = query_copy(&q, 1, a);
        list[*n].saved_at = query_int(&q, 2);
        list[*n].saved_by = query_copy(&q, 3, a);
        ++*n;
    }
    return query_end(&q, e);
}

bool store_mapping_remove(struct store *st, int64_t organisation_no, const char *form,
                          const char *name, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SAVED_MAPPING_REMOVE);
    bind_whose(&q, organisation_no, form);
    query_bind_text(&q, "name", text_of(name));
    return query_run(&q, e);
}
