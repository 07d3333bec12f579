/* SPDX-License-Identifier: EUPL-1.2 */
/* Several operations that one message asks for: of one caller, about one state of the register. A
 * page shows what three or four operations return; each asked for alone would settle anew who asks
 * and whether the dictionary is still the one installed, and read again what the one before has
 * read. */
#ifndef DCIM_SERVICE_QUESTION_H
#define DCIM_SERVICE_QUESTION_H

#include "service/service_internal.h"

struct question {
    struct arena *arena; /* holds the texts of `who` */
    struct who who;
    bool settled; /* as long as the state is held that it was read in (store_hold()) */
};

/* From now on operations of `s` belong to this question, until it ends. */
void question_begin(struct question *q, struct service *s);
void question_end(struct question *q, struct service *s);

#endif
