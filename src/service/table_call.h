/* SPDX-License-Identifier: EUPL-1.2 */
/* A table asked for in a call: what handlers that count have in common (op_table.c). */
#ifndef DCIM_SERVICE_TABLE_CALL_H
#define DCIM_SERVICE_TABLE_CALL_H

#include "analysis/table.h"
#include "disclosure/release.h"
#include "exchange/table_writer.h"
#include "service/service_internal.h"

struct counted { /* everything from the call's arena */
    const struct form *form;
    struct table_spec spec;
    struct release release;
    struct table_words words;
};

/* Count and release what the parameters form, rows, columns, where, count and threshold of c->in
 * ask for: with the capability for the form and its variables, over own records alone for who sees
 * no others. `raw`: unprotected, which the caller has checked. Fills c->event. */
bool call_count(struct counted *out, struct call *c, bool raw, struct err *e) MUST_CHECK;

/* The same in its parts, for tables that are not counted by table_count(): what is counted, over
 * which snapshot (borrowed until the next write); and the words for it. */
bool call_count_spec(struct counted *out, struct snapshot **snapshot, struct call *c,
                     struct err *e) MUST_CHECK;
bool call_count_release(struct counted *out, struct call *c, const struct table *t,
                        struct err *e) MUST_CHECK;

/* Smallest count that may be shown: parameter `threshold`, where there is none the pack's; never
 * less than that. */
bool call_threshold(int64_t *out, struct call *c, struct err *e) MUST_CHECK;

#endif
