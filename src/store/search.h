/* SPDX-License-Identifier: EUPL-1.2 */
/* Searching for records by what identifies a person, without opening anything: keyed hashes of
 * names, of names with a date of birth, of nicknames and of numbers of documents (S13). Nothing of
 * few possible values is hashed alone.
 *
 * Hashes are made of identity parts: here, when somebody searches, for the versions that were made
 * since; what was opened for it leaves this file as hashes only. */
#ifndef DCIM_STORE_SEARCH_H
#define DCIM_STORE_SEARCH_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Make the hashes of all current versions that lack them; *n: of how many records. Inside a write
 * transaction. Cost: about 10 microseconds for each. */
bool search_index(int64_t *n, struct store *st, struct err *e) MUST_CHECK;

struct search_question { /* blank: not asked */
    struct text family_name, given_names, alias, document;
    struct text birth_date; /* ISO, narrows names; alone it finds nothing */
};

struct search_match {
    uint64_t record_no;
    int64_t organisation_no;
    char code[RECORD_CODE + 1];
};

/* Records of any form and organisation that answer one of: nickname, document, full name; with a
 * date of birth full name or family name together with it. Each once, at most 200. */
bool search_find(struct search_match **out, size_t *n, struct store *st,
                 const struct search_question *q, struct arena *a, struct err *e) MUST_CHECK;

#endif
