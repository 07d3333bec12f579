/* SPDX-License-Identifier: EUPL-1.2 */
/* What the roles of base/sandbox.h share. */
#ifndef DCIM_BASE_SANDBOX_INTERNAL_H
#define DCIM_BASE_SANDBOX_INTERNAL_H

#include "base/err.h"

#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_ASAN 1
#endif
#endif

/* A sanitizer has terabytes of shadow memory, makes processes of its own, looks into them and reads
 * /proc: what such a build cannot bear is left out of it, and tested on the shipped program. */
#ifdef SANDBOX_ASAN
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Give up all capabilities of this thread, and as far as it may those that it could ever get.
 * Called before a process has other threads: they would keep theirs. */
void sandbox_drop_capabilities(void);

/* Rules of a filter; not 0 when one could not be added. Memory, none of it to be executed; and that
 * with what a process does that does one thing to open descriptors: read, write, end. */
int sandbox_allow_memory(scmp_filter_ctx filter);
int sandbox_allow_little(scmp_filter_ctx filter);

/* Folders by Landlock. *rules: -1 where the kernel has none, then all else does nothing. errno, or
 * 0. Threads that run already are not held. */
int sandbox_folders_begin(int *rules);
int sandbox_folders_add(int rules, int folder, uint64_t access);
int sandbox_folders_hold(int rules, bool *held); /* closes `rules` */

#endif
