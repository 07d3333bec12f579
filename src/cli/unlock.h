/* SPDX-License-Identifier: EUPL-1.2 */
/* What unlocks a repository for a command: options and environment, and secrets asked for. */
#ifndef DCIM_CLI_UNLOCK_H
#define DCIM_CLI_UNLOCK_H

#include "base/crypto.h"
#include "base/err.h"
#include "cli/command.h"
#include "service/client.h"

struct unlocked {
    struct service_options options;
    struct service *service; /* NULL after unlock_ask() */
    struct secret *passphrase, *new_passphrase, *recovery;
    char actor[80];
};

/* Fill the options for `operation`, and ask for the secrets that it needs. Nothing is kept after an
 * error. */
bool unlock_ask(struct unlocked *d, struct invocation *v, const char *operation,
                struct err *e) MUST_CHECK;
/* The same with a service. */
bool unlock_open(struct unlocked *d, struct invocation *v, const char *operation,
                 struct err *e) MUST_CHECK;
/* Wipe the secrets, once nobody is asked for anything with them any more. */
void unlock_forget(struct unlocked *d);
void unlock_close(struct unlocked *d);

#endif
