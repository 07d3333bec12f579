/* SPDX-License-Identifier: EUPL-1.2 */
/* Records that came since the last run of linkage are compared with all others at once, by an index
 * that is kept in memory (linkage/index.h): what is found is proposed, or joined where the pack
 * allows it, as the run would have done. Of many at a time (parameter linkage.at_once) nothing is
 * compared: linkage is to be run.
 *
 * A desk has a thread for it, so that nobody waits; a service that is alone does it when the call
 * that brought the record is done. What fails leaves the record as it is: the next run finds it. */
#ifndef DCIM_SERVICE_LINK_NEW_H
#define DCIM_SERVICE_LINK_NEW_H

#include "service/service_internal.h"

struct link_news; /* what is kept in memory: of a desk, or of a service that is alone */
struct link_news *link_news_new(void);    /* `owns` */
void link_news_free(struct link_news *n); /* NULL is fine */

/* For handlers: a record of this form was made or changed (`code`, which lives as long as the call;
 * NULL: several, all of them new), or linkage was run. Only what is committed is told. */
void call_link_tell(struct call *c, const struct form *f, const char *code);
/* The same of one that was withdrawn, brought back or erased: where an index is kept. */
void call_link_gone(struct call *c, const struct form *f, const char *code);
/* For service_call(), when the call is done. */
void call_link_told(struct call *c);

/* Whether so many new records of a form are too many, and linkage has been run before. */
bool link_is_due(bool *due, struct call *c, const struct form *f, int64_t n_new,
                 struct err *e) MUST_CHECK;

/* The thread of a desk; it works with a connection of its own. `owns`. */
struct link_watch;
struct link_watch *link_watch_start(struct shared *shared, const struct service_options *options);
void link_watch_stop(struct link_watch *w); /* NULL is fine */

#endif
