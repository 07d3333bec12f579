/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/report.h"

#include "base/json.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* Two directives may come as their finer parts: script-src-elem is script-src. */
static const char *const directives[REPORT_DIRECTIVES] = {
    "default-src", "script-src",      "style-src", "img-src",    "font-src",      "connect-src",
    "form-action", "frame-ancestors", "base-uri",  "object-src", "trusted-types", "other"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct report_counts counts; /* under `lock`, as what follows */
static int64_t minute;
static unsigned this_minute;

const char *report_directive(unsigned i)
{
    return i < REPORT_DIRECTIVES ? directives[i] : "other";
}

bool report_is(const struct request *r)
{
    return text_is(r->path, RESPONSE_CSP_REPORT_PATH);
}

static unsigned place_of(struct text name)
{
    unsigned i = 0;
    if (text_is(name, "require-trusted-types-for")) name = TEXT("trusted-types");
    while (i + 1 < REPORT_DIRECTIVES && !text_starts(name, text_of(directives[i]))) i++;
    return i;
}

/* Of one violation, counted into `c`; false where it is none. Before level 3 the directive came
 * with its sources behind it. */
static bool add_violation(struct report_counts *c, const struct json *j, const char *name,
                          const char *before)
{
    if (json_kind(j) != JSON_OBJECT) return false;
    const char *directive = json_get_text(j, name, NULL);
    if (directive == NULL && before != NULL) directive = json_get_text(j, before, NULL);
    if (directive == NULL) return false;
    c->by_directive[place_of(text_of(directive))]++;
    c->violations++;
    return true;
}

static bool read_old(struct report_counts *c, const struct json *j)
{
    const struct json *one = json_kind(j) == JSON_OBJECT ? json_get(j, "csp-report") : NULL;
    return one != NULL && add_violation(c, one, "effective-directive", "violated-directive");
}

/* A list of reports of several kinds, of which ours are counted. */
static bool read_list(struct report_counts *c, const struct json *j)
{
    if (json_kind(j) != JSON_ARRAY) return false;
    for (size_t i = 0; i < json_size(j); i++) {
        const struct json *one = json_at(j, i);
        if (json_kind(one) != JSON_OBJECT) return false;
        if (strcmp(json_get_text(one, "type", ""), "csp-violation") != 0) continue;
        const struct json *body = json_get(one, "body");
        if (body == NULL || !add_violation(c, body, "effectiveDirective", NULL)) return false;
    }
    return true;
}

static int take(struct report_counts *c, const struct request *r)
{
    struct json *j = NULL;
    bool old = text_is(r->content_type, "application/csp-report");
    if (!old && !text_is(r->content_type, "application/reports+json")) return 415;
    bool ok = r->body.n <= REPORT_BODY_MAX && json_parse(&j, r->body, NULL) &&
              (old ? read_old(c, j) : read_list(c, j));
    json_free(j);
    return ok ? 204 : 400;
}

static bool has_room(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    (void)pthread_mutex_lock(&lock);
    int64_t now = (int64_t)t.tv_sec / 60;
    if (now != minute) this_minute = 0;
    minute = now;
    counts.requests++;
    bool room = this_minute < REPORTS_A_MINUTE;
    if (room) this_minute++;
    else counts.refused++;
    (void)pthread_mutex_unlock(&lock);
    return room;
}

static void add(const struct report_counts *c, bool good)
{
    (void)pthread_mutex_lock(&lock);
    if (!good) counts.refused++;
    for (unsigned i = 0; good && i < REPORT_DIRECTIVES; i++)
        counts.by_directive[i] += c->by_directive[i];
    if (good) counts.violations += c->violations;
    (void)pthread_mutex_unlock(&lock);
}

void report_answer(const struct request *r, struct response *out)
{
    struct report_counts c = {0};
    out->content_type = NULL;
    if (r->method != METHOD_POST) {
        out->status = 405;
        (void)response_header(out, "Allow", TEXT("POST"));
        return;
    }
    if (!has_room()) {
        out->status = 429;
        (void)response_header(out, "Retry-After", TEXT("60"));
        return;
    }
    out->status = take(&c, r);
    add(&c, out->status == 204);
}

void report_count(struct report_counts *out)
{
    (void)pthread_mutex_lock(&lock);
    *out = counts;
    (void)pthread_mutex_unlock(&lock);
}
