/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests of programs that may come again (Idempotency-Key): one that has a name is done once; the
 * same under the same name is answered as it was, for a day (store/answer.h). Asked after it is
 * settled who asks and what they may: an answer is told to nobody who could not have it anew. */
#ifndef DCIM_SERVICE_ONCE_H
#define DCIM_SERVICE_ONCE_H

#include "service/service_internal.h"

/* Take the name of the caller's request. *answered: it was done, and c->out is what was answered.
 * ERR_CONFLICT "once.other" for a name of another request, "once.working" for one whose request is
 * being done, or was cut off in the middle. No transaction may be open. */
bool once_begin(bool *answered, struct call *c, struct err *e) MUST_CHECK;

/* Keep c->out as the answer where it was done; else the name is free again. Gives `done`. */
bool once_end(struct call *c, bool done);

#endif
