/* SPDX-License-Identifier: EUPL-1.2 */
/* Where browsers tell that a page of ours broke its own policy (S35). They are counted by directive
 * and thrown away: addresses in them could be anybody's. */
#ifndef DCIM_WEB_REPORT_H
#define DCIM_WEB_REPORT_H

#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    REPORT_BODY_MAX = 64 * 1024,
    REPORTS_A_MINUTE = 120, /* requests of all sources together; further ones are 429 */
    REPORT_DIRECTIVES = 12
};

struct report_counts { /* since the process began */
    uint64_t violations, requests, refused /* malformed, or over the limit */;
    uint64_t by_directive[REPORT_DIRECTIVES];
};

/* Whether the address is that of reports. */
bool report_is(const struct request *r);

/* 204; 400 malformed, 405, 415, 429. Any thread. O(body). */
void report_answer(const struct request *r, struct response *out);

/* Any thread. */
void report_count(struct report_counts *out);
/* Name of by_directive[i], "script-src"; the last is "other". */
const char *report_directive(unsigned i);

#endif
