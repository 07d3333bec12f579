/* SPDX-License-Identifier: EUPL-1.2 */
/* Between converter.c and whoever starts converters for it (converter.h,
 * converter_use_broker()). */
#ifndef DCIM_INTAKE_CONVERTER_BROKER_H
#define DCIM_INTAKE_CONVERTER_BROKER_H

#include "intake/converter.h"

#include <stdint.h>
#include <sys/types.h>

/* Whether converters are started by somebody else. */
bool broker_there(void);
/* Have one started; errno, or 0 with its number. The descriptors stay the caller's. */
int broker_start(pid_t *child, const char *kind, int file, int out, int request);
/* Have it ended, if it has not ended by itself; its status as waitpid() has it. */
int broker_end(pid_t child);

/* Start one here (converter.c): errno or 0. */
int converter_spawn(pid_t *child, const char *program, const char *kind, int file, int out,
                    int request);

#endif
