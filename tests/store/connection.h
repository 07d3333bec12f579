/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections to databases of the tests, through store/backend.h: made, opened, refused, filled
 * with organisations, and used by a second process. What goes wrong fails the test. */
#ifndef DCIM_TESTS_STORE_CONNECTION_H
#define DCIM_TESTS_STORE_CONNECTION_H

#include "base/crypto.h"
#include "store/backend.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What no file may hold in the clear. */
#define CONNECTION_CANARY "CANARY-Guarda-Nacional-Republicana-0123456789"

void connection_forget(const char *path); /* removes the database and what belongs to it */
struct backend *connection_made(const char *path,
                                const struct secret *key); /* in place of what was there */
struct backend *connection_opened(const char *path, const struct secret *key,
                                  enum backend_mode mode);
/* Opening fails, with this error. */
void connection_refused(const char *path, const struct secret *with, enum backend_mode mode,
                        enum err_code code, const char *id);

void connection_begin(struct backend *b, bool write);
void connection_commit(struct backend *b);
void connection_add(struct backend *b, const char *code, const char *name); /* an organisation */
int64_t connection_count(struct backend *b);                                /* of organisations */

/* No part of the file from byte `from` on looks like anything but noise. */
void connection_is_ciphertext(const char *path, size_t from);

/* fork(). The child goes on after connection_child_start(); it must not inherit a connection, so
 * this comes before opening. connection_child_end() waits for it: it must have exited with 0. */
pid_t connection_child(void);
void connection_child_start(void);
void connection_child_end(pid_t child);

#endif
