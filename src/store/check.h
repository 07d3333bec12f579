/* SPDX-License-Identifier: EUPL-1.2 */
/* `dcim check`: pages, structure, chain, counts, keys. */
#ifndef DCIM_STORE_CHECK_H
#define DCIM_STORE_CHECK_H

#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

#include <stdbool.h>

/* A document {"ok":bool,"checks":[{"name":"pages","ok":true,"detail":"..."}...]}: database encrypted, every
 * page's HMAC, foreign keys, audit chain, every batch's digest recomputed from its versions and held against its
 * audit entry, every record key unwraps and every current body opens, record counts, files 0600 and folders 0700,
 * clock not behind the log, key slots (at least one; recovery code present: a warning when not). Goes on after a
 * failed check. */
bool store_check(struct json **out, struct store *st, struct err *e) MUST_CHECK;

#endif
