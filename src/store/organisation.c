/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/store_internal.h"

enum { CODE_MAX = 64, NAME_MAX_BYTES = 1000 };

/* Codes are said on command lines and in files: letters, digits, '_', '-', '.'. */
static bool code_is_fine(struct text code)
{
    if (code.n == 0 || code.n > CODE_MAX) return false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-' || c == '.'))
            return false;
    }
    return true;
}

static bool code_is_there(bool *out, struct store *st, struct text code, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ORGANISATION_FIND);
    query_bind_text(&q, "code", code);
    *out = query_next(&q);
    return query_end(&q, e);
}

bool store_organisation_add(int64_t *no, struct store *st, struct text code, struct text type,
                            struct text name, struct err *e)
{
    struct query q;
    bool there = false;

    if (!store_must_write(st, e)) return false;
    if (!code_is_fine(code)) {
        err_set(e, ERR_USAGE, "organisation.code",
                "could not add the organisation: its code is not one");
        err_detail(e, "%.*s", (int)code.n, code.p);
        return err_remedy(e, "use 1 to %d letters, digits, '_', '-' or '.'", CODE_MAX);
    }
    if (name.n == 0 || name.n > NAME_MAX_BYTES || !text_is_utf8(name, NULL) || type.n == 0 ||
        type.n > CODE_MAX) {
        err_set(e, ERR_USAGE, "organisation.name",
                "could not add the organisation: name or type is missing or too long");
        return err_remedy(e, "give a name of at most %d bytes, and a type of CL_ORGTYPE",
                          NAME_MAX_BYTES);
    }
    if (!code_is_there(&there, st, code, e)) return false;
    if (there) {
        err_set(e, ERR_USAGE, "organisation.exists",
                "could not add the organisation: its code is taken");
        err_detail(e, "%.*s", (int)code.n, code.p);
        return err_remedy(e, "choose another code, or see the list with `dcim organisation list`");
    }
    (void)query_begin(&q, st->backend, SQL_ORGANISATION_ADD);
    query_bind_text(&q, "code", code);
    query_bind_text(&q, "type", type);
    query_bind_text(&q, "name", name);
    query_bind_int(&q, "added_at", instant_now());
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ORGANISATION_FIND);
    query_bind_text(&q, "code", code);
    if (query_next(&q)) *no = query_int(&q, 0);
    return query_end(&q, e);
}

static void take_row(struct organisation *out, struct query *q, struct arena *a)
{
    struct text code = query_text(q, 1), type = query_text(q, 2), name = query_text(q, 3);
    out->organisation_no = query_int(q, 0);
    out->code = arena_copy(a, code.p, code.n);
    out->type = arena_copy(a, type.p, type.n);
    out->name = arena_copy(a, name.p, name.n);
    out->added_at = query_int(q, 4);
    out->quota_records = query_int(q, 5);
    out->quota_bytes = query_int(q, 6);
    out->n_record = query_int(q, 7);
    out->n_byte = query_int(q, 8);
}

bool store_organisation_find(struct organisation *out, struct store *st, struct text code,
                             struct arena *a, struct err *e)
{
    struct query q;

    (void)query_begin(&q, st->backend, SQL_ORGANISATION_FIND);
    query_bind_text(&q, "code", code);
    bool found = query_next(&q);
    if (found) take_row(out, &q, a);
    if (!query_end(&q, e)) return false;
    if (found) return true;
    err_set(e, ERR_NOT_FOUND, "organisation.unknown", "no organisation has this code");
    err_detail(e, "%.*s", (int)code.n, code.p);
    return err_remedy(
        e, "see the codes with `dcim organisation list`, or add it with `dcim organisation add`");
}

bool store_organisation_list(struct organisation **out, size_t *n, struct store *st,
                             struct arena *a, struct err *e)
{
    struct organisation *list = NULL;
    size_t cap = 0, count = 0;
    struct query q;

    (void)query_begin(&q, st->backend, SQL_ORGANISATION_LIST);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        take_row(&list[count++], &q, a);
    }
    bool ok = query_end(&q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct organisation, count);
    for (size_t i = 0; ok && i < count; i++) (*out)[i] = list[i];
    mem_free(list);
    return ok;
}
