/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libseccomp, and process limits: for one-shot converter processes (S68-S71, S91). */
#ifndef DCIM_BASE_SANDBOX_H
#define DCIM_BASE_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* This process from now on: no new privileges, no core dumps, not dumpable. Called by every main(). */
void sandbox_harden(void);

/* What a converter may do from now on: read and write open descriptors (files cannot grow), use its
 * memory, leave by _exit(). No file, socket, process, thread or program: the kernel ends the process
 * (SIGSYS) at the attempt. `address_space` in bytes, without effect in sanitized builds, which need
 * terabytes; `cpu_seconds` of processor time.
 * ERR_SYSTEM when the filter cannot be installed: the caller must then refuse to parse. */
bool sandbox_enter_converter(size_t address_space, unsigned cpu_seconds, struct err *e) MUST_CHECK;

#endif
