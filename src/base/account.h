/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts of the machine, and leaving root for one of them (S91). */
#ifndef DCIM_BASE_ACCOUNT_H
#define DCIM_BASE_ACCOUNT_H

#include "base/err.h"

#include <stdbool.h>

/* Whether this process has root's power. */
bool account_is_root(void);

/* Go on as an account without power, for good: as `user`, or where that is NULL as the one that
 * owns `folder`. It keeps none of root's groups and no capability but, with `low_ports`, the one to
 * listen below port 1024, which children inherit until they give it up (base/sandbox.h). One that
 * is not root stays what it is. Called while there is one thread.
 *
 * ERR_USAGE "account.root": the folder is root's, and nobody else is named; "account.unknown";
 * "account.other": somebody else is named by one who is not root. ERR_INPUT "account.folder": it is
 * not there. ERR_SYSTEM "account.leave": nothing
 * may be done after that. Cost: reads the system's tables. */
bool account_leave_root(const char *user, const char *folder, bool low_ports,
                        struct err *e) MUST_CHECK;

#endif
