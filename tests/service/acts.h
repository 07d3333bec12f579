/* SPDX-License-Identifier: EUPL-1.2 */
/* Things the program is asked to do while something fails, and how to see afterwards whether they
 * were done. */
#ifndef DCIM_TESTS_SERVICE_ACTS_H
#define DCIM_TESTS_SERVICE_ACTS_H

#include "desk.h"
#include "harness.h"

enum {
    ACT_IMPORT,
    ACT_IMPORT_BACK,
    ACT_ORGANISATION,
    ACT_UNDO,
    ACT_KEY,
    ACT_TABLE,
    ACT_BACKUP,
    ACT_PACK,
    ACT_COUNT
};

struct act {
    const char *argv[14];
    /* 0 not done, 1 done, by a desk opened afterwards; fails the test for anything in between. */
    int (*look)(struct service *s);
};
extern const struct act acts[];

/* A repository with one batch of 250 victims, and what the acts need. */
void acts_prepare(void);
/* The repository as it was then, without what an act has left beside it. */
void acts_fresh(void);
/* The words of the whole command, ends with NULL. */
void acts_argv(const char *argv[16], const struct act *a);

#endif
