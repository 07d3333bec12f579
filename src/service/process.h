/* SPDX-License-Identifier: EUPL-1.2 */
/* What a program's main() does before anything else, and the processes it can become. */
#ifndef DCIM_SERVICE_PROCESS_H
#define DCIM_SERVICE_PROCESS_H

/* Harden this process (no core dumps, not dumpable, no new privileges) and start the crypto
 * library. First call of every main(). */
void process_start(void);

/* What makes this process less safe than it is by default, for people (S8); NULL: nothing. Every
 * main() says it at its start. */
const char *process_weakened(void);

/* Be the one-shot converter of `kind` ("xlsx"). Returns the exit status. */
int process_converter(const char *kind);

#endif
