/* SPDX-License-Identifier: EUPL-1.2 */
/* How records get what linkage knows a person by (linkage/encode.h): made of their identifiers as
 * they are written, or brought along in the variable `match_key` by an organisation that may not
 * hand names over (`dcim encode`). */
#ifndef DCIM_SERVICE_ENCODINGS_H
#define DCIM_SERVICE_ENCODINGS_H

#include "base/crypto.h"
#include "base/err.h"
#include "intake/mapping.h"
#include "linkage/plan.h"
#include "model/record.h"

#include <stdbool.h>

#define MATCH_KEY "match_key" /* variable of the forms whose records are linked */

/* For one thread, with encoders of its own. Forms that say nothing of linkage, or something wrong
 * (pack.check says so), have no encodings. Borrows dictionary and key. `owns`. */
struct encodings;
struct encodings *encodings_new(const struct dictionary *d, const struct secret *key);
void encodings_free(struct encodings *x); /* NULL is fine */

/* store_encode_fn, `ctx` a struct encodings: of the names where the record has any; else what
 * stands in match_key, if it is good; else of what other identifiers there are. */
struct text encodings_make(void *ctx, const struct record *r, struct arena *a);

/* What is wrong with a match_key on which the record would depend. One beside names is not looked
 * at. */
enum match_key { MATCH_KEY_GOOD, MATCH_KEY_DAMAGED, MATCH_KEY_OTHER };
enum match_key encodings_judge(const struct encodings *x, const struct record *r, struct arena *a);

/* The key as a file: one line, "dcim linkage key 1", the key in hexadecimal, its fingerprint. The
 * text is secret. */
void linkage_key_write(struct buf *out, const struct secret *key);
/* The key in such a text, with or without blanks around it; the text stays the caller's to wipe.
 * `owns` *out. False: none, or a damaged one. */
bool linkage_key_parse(struct secret **out, struct text t) MUST_CHECK;
/* The same of a file. ERR_INPUT "linkage.key_file": it holds none; nothing of it is in the message. */
bool linkage_key_read(struct secret **out, const char *path, struct err *e) MUST_CHECK;

/* Whether a form's records have encodings, and can bring one along. */
bool encodings_of_form(const struct encodings *x, const struct form *f);

#endif
