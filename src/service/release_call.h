/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases in a call: what handlers that prepare, decide and show them have in common
 * (op_release.c, op_release_read.c). */
#ifndef DCIM_SERVICE_RELEASE_CALL_H
#define DCIM_SERVICE_RELEASE_CALL_H

#include "disclosure/release_document.h"
#include "service/service_internal.h"
#include "store/release.h"

/* Whether those that wait or were refused are there for who asks: for who prepares or decides. */
bool release_sees_all(const struct call *c);
bool release_is_own(const struct call *c, const struct stored_release *r);
bool release_may_decide(const struct call *c, const struct stored_release *r);

/* The release that parameter `release` names, with its words (`owns`, NULL where false). One that
 * is not there for who asks is answered like one that does not exist (S51). */
bool release_find(struct stored_release *r, struct json **words, struct call *c,
                  struct err *e) MUST_CHECK;

/* Its document, and the set in it, from the call's arena. ERR_DENIED "release.withdrawn" for one
 * that was taken back. */
bool release_open(struct text *document, struct release_set *set, struct call *c,
                  const struct stored_release *r, struct err *e) MUST_CHECK;

/* What the tables of a set together were not held against: texts in the language of the thread,
 * for whoever decides. `owns`. */
struct json *release_cautions(const struct release_set *set);

#endif
