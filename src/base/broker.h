/* SPDX-License-Identifier: EUPL-1.2 */
/* Processes started by somebody else. One that is shut in may neither fork nor execute: it asks the
 * one above it, over a socket, and hands over the descriptors that the new process is to have (S90,
 * S92). What is started for which word, and with what beside, is the answering side's to say. */
#ifndef DCIM_BASE_BROKER_H
#define DCIM_BASE_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BROKER_FD_MAX = 3, BROKER_KIND_MAX = 14 /* letters */ };

/* ---- who asks ---- */

/* The socket to ask over, for all threads; -1: there is none. Set once, before the first
 * question. */
void broker_use(int socket);
bool broker_there(void);
/* Have a process of `kind` started, with up to BROKER_FD_MAX descriptors, which stay the caller's.
 * errno, or 0 with its number. */
int broker_start(pid_t *child, const char *kind, const int *fd, size_t n_fd);
/* Have it ended, if it has not ended by itself; its status as waitpid() has it. */
int broker_end(pid_t child);

/* ---- who answers ---- */

/* Start a process of `kind`; errno, or 0 with its number. The descriptors are closed by the
 * caller. */
typedef int broker_starter(void *ctx, pid_t *child, const char *kind, const int *fd, size_t n_fd);

/* Take one question and do it. False when nobody is at the other end any more. */
bool broker_serve(int socket, broker_starter *start, void *ctx);
/* End all that are left. */
void broker_end_all(void);

/* Start a program of which nothing is to be known but what it is given: standard input and output,
 * descriptor 3, nothing on standard error, no environment. `words` end with NULL, the first is the
 * program. errno, or 0 with its number. */
int broker_spawn(pid_t *child, const char *const *words, int in, int out, int third);

#endif
