/* SPDX-License-Identifier: EUPL-1.2 */
/* What a program's main() does before anything else, and the processes it can become. */
#ifndef DCIM_SERVICE_PROCESS_H
#define DCIM_SERVICE_PROCESS_H

#include "base/err.h"
#include "base/json.h"
#include "service/client.h"

#include <stdbool.h>

/* Harden this process (no core dumps, not dumpable, no new privileges) and start the crypto
 * library. First call of every main(). */
void process_start(void);

/* What makes this process less safe than it is by default, for people (S8); NULL: nothing. Every
 * main() says it at its start. */
const char *process_weakened(void);

/* Descriptors of a process that process_serve() starts. Both are told what they need over the
 * first, as one JSON document, and say over it that they are ready, or why not. */
enum {
    PROCESS_CONFIG_FD = 3,
    PROCESS_BROKER_FD = 4, /* of the desk: where it asks for converters and writers of backups */
    PROCESS_CHANNEL_FD = 5 /* the first of n; of desk and door the two ends of the same pairs */
};

struct serve_options {
    const struct service_options *service; /* repository, secrets, data, program */
    const struct json
        *door;          /* what the door is told: address, port, certificate ... (web/door.h) */
    unsigned n_channel; /* questions that the desk works on at a time; 0: 8 */
    /* Called once both are ready; `door` and `desk` are what they said. */
    void (*ready)(void *ctx, const struct json *door, const struct json *desk);
    void *ctx;
};

/* Serve until SIGTERM, SIGINT, or the end of desk or door. Called before anything is unlocked: the
 * supervisor itself holds no key for longer than it takes to hand it over. ERR_SYSTEM
 * "serve.ended" when desk or door ended by itself, else the error of the one that did not get
 * ready. */
bool process_serve(const struct serve_options *o, struct err *e) MUST_CHECK;

/* Be the desk; returns the exit status. */
int process_desk(const char *program);

/* The same of a desk with option insecure_no_second_factor, whoever starts it. */
const char *process_no_second_factor(void);

/* The same of a server that root runs. */
const char *process_root(void);

/* Be the one-shot writer of a backup (service/backup_writer.h). Never returns. */
int process_backup(void);

/* Be the one-shot converter of `kind` ("xlsx"). Returns the exit status. */
int process_converter(const char *kind);

#endif
