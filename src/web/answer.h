/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests into answers. */
#ifndef DCIM_WEB_ANSWER_H
#define DCIM_WEB_ANSWER_H

#include "web/exchange.h"

/* Answer one request for a page; `worker` says whose channel to the desk it takes. */
void answer_request(const struct site *site, unsigned worker, const struct request *r,
                    struct response *out);

/* The page of an error that the front found, in the language of the request; no desk is asked. Safe
 * on any thread. */
void answer_error(const struct site *site, const struct request *r, int status, const char *id,
                  struct response *out);

#endif
