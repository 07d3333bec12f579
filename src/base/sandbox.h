/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libseccomp and Landlock, capabilities and process limits: for one-shot converter
 * processes (S68-S71, S91), for the one-shot writer of a backup and for the two processes of a
 * server (S90-S92). Whoever enters a role has no capabilities from then on. */
#ifndef DCIM_BASE_SANDBOX_H
#define DCIM_BASE_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* This process from now on: no new privileges, no core dumps, not dumpable. Called by every
 * main(). */
void sandbox_harden(void);

/* What a converter may do from now on: read and write open descriptors (files cannot grow), use its
 * memory, leave by _exit(). No file, socket, process, thread or program: the kernel ends the
 * process (SIGSYS) at the attempt. `address_space` in bytes, without effect in sanitized builds,
 * which need terabytes; `cpu_seconds` of processor time.
 * ERR_SYSTEM when the filter cannot be installed: the caller must then refuse to parse. */
bool sandbox_enter_converter(size_t address_space, unsigned cpu_seconds, struct err *e) MUST_CHECK;

/* What the writer of backups may do from now on: read and write open descriptors; make, write, name
 * and remove files in `folder`, a descriptor, by their bare names, but not read them; use 64 MiB;
 * leave by _exit(). The kernel ends it (SIGSYS) at anything else. Paths that begin with a slash are
 * Landlock's to refuse, where the kernel has it. ERR_SYSTEM "sandbox.unavailable": the caller must
 * then not write. */
bool sandbox_enter_backup_writer(int folder, struct err *e) MUST_CHECK;

/* What the two processes of a server may do from now on, in all their threads (S90 to S92). Neither
 * makes a socket or connects one, starts a program or a process, or looks into another: the kernel
 * ends it at the attempt. Whatever else is not in the table is refused (EPERM).
 *
 *   desk   files beneath the folders it names; no network
 *   door   the sockets it has and those it accepts on them; no file at all: it opens what it needs
 *          before
 *
 * `write_to` and `read_from` end with NULL; a folder that is not there is left out. Folders are
 * held by Landlock where the kernel has it (*landlock says so; may be NULL); without it the desk
 * reaches the files its user reaches. ERR_SYSTEM "sandbox.unavailable" when the filter cannot be
 * installed: the caller must then not serve. */
bool sandbox_enter_desk(const char *const *write_to, const char *const *read_from, bool *landlock,
                        struct err *e) MUST_CHECK;
bool sandbox_enter_door(struct err *e) MUST_CHECK;

#endif
