/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts of the demonstration: data/demo/<cc>/accounts.csv, one for each role. Their passwords are
 * written there for everybody to read. */
#ifndef DCIM_CLI_DEMO_ACCOUNTS_H
#define DCIM_CLI_DEMO_ACCOUNTS_H

#include "base/arena.h"
#include "base/err.h"
#include "cli/demo_tables.h"
#include "service/client.h"

#include <stdbool.h>

/* Invite each and choose its password, through the same operations as everybody. */
bool demo_accounts_make(struct demo_table *accounts, struct service *s, const char *folder,
                        struct arena *a, struct err *e) MUST_CHECK;

/* Say them on standard output. */
void demo_accounts_show(const struct demo_table *accounts);

#endif
