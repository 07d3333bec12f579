/* SPDX-License-Identifier: EUPL-1.2 */
/* Mappings that an organisation has saved for its files of a form: where each column leads. They hold
 * names of columns and variables, and nothing of any record. */
#ifndef DCIM_STORE_SAVED_MAPPING_H
#define DCIM_STORE_SAVED_MAPPING_H

#include "store/store.h"

enum { SAVED_MAPPINGS_MAX = 50, SAVED_MAPPING_NAME_MAX = 80, SAVED_MAPPING_BYTES_MAX = 400 * 1024 };

struct saved_mapping {
    const char *name, *columns, *saved_by; /* from the arena */
    int64_t saved_at;
};

/* Keep one, in the place of one of the same name. ERR_LIMIT "mapping.too_many" over
 * SAVED_MAPPINGS_MAX of an organisation and form. Inside a write transaction. */
bool store_mapping_save(struct store *st, int64_t organisation_no, const char *form,
                        const struct saved_mapping *m, struct err *e) MUST_CHECK;
/* By name. */
bool store_mapping_list(struct saved_mapping **out, size_t *n, struct store *st,
                        int64_t organisation_no, const char *form, struct arena *a,
                        struct err *e) MUST_CHECK;
/* One that is not there changes nothing. */
bool store_mapping_remove(struct store *st, int64_t organisation_no, const char *form,
                          const char *name, struct err *e) MUST_CHECK;

#endif
