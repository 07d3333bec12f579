/* SPDX-License-Identifier: EUPL-1.2 */
/* Words that people say about a record, sealed under the record's key: whoever erases the record
 * erases them (S16). */
#ifndef DCIM_STORE_BESIDE_H
#define DCIM_STORE_BESIDE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "store/envelope.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

/* Seal a text about a record as number `number` of its place, which names it for ever. */
bool beside_seal(struct buf *out, struct store *st, uint64_t record_no, enum envelope_place place,
                 uint32_t number, struct text words, struct err *e) MUST_CHECK;
/* Open it into a wiped buffer. ERR_STORE "envelope.damaged". */
bool beside_open(struct buf *out, struct store *st, uint64_t record_no, enum envelope_place place,
                 uint32_t number, struct text sealed, struct err *e) MUST_CHECK;

#endif
