/* SPDX-License-Identifier: EUPL-1.2 */
#include "people.h"

#include "harness.h"

#include "base/date.h"
#include "base/totp.h"
#include "service/service_internal.h"

#include <stdlib.h>

void people_quick(void)
{
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
}

void people_wait(struct service *s, int64_t seconds)
{
    s->clock_ahead += seconds;
}

static bool call_as(struct json **out, struct service *s, const struct caller *who, struct err *e,
                    const char *operation, const char *parameters, va_list ap)
    __attribute__((format(printf, 6, 0)));

static bool call_as(struct json **out, struct service *s, const struct caller *who, struct err *e,
                    const char *operation, const char *parameters, va_list ap)
{
    static char text[20000];
    struct json *in;
    int n = vsnprintf(text, sizeof text, parameters, ap);
    if (n < 0 || (size_t)n >= sizeof text) fail_msg("people: parameters too long");
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    if (!json_parse(&in, text_of(text), e)) fail_msg("people: %s: %s", text, e->msg);
    *out = NULL;
    err_clear(e);
    bool ok = service_call_as(out, s, who, operation, in, NULL, e);
    json_free(in);
    return ok;
}

bool people_try(struct json **out, struct service *s, const char *session, const char *source,
                struct err *e, const char *operation, const char *parameters, ...)
{
    struct caller who = {.session = session, .source = source, .language = "en"};
    va_list ap;
    va_start(ap, parameters);
    bool ok = call_as(out, s, &who, e, operation, parameters, ap);
    va_end(ap);
    return ok;
}

static struct caller caller_of(const struct person *p)
{
    return (struct caller){.session = p->session[0] == '\0' ? NULL : p->session,
                           .source = p->source == NULL ? "192.0.2.0" : p->source,
                           .language = "en",
                           .purpose = "test"};
}

const struct json *person_do(struct person *p, struct service *s, const char *operation,
                             const char *parameters, ...)
{
    static struct json *result;
    struct json *before = result;
    struct err e = {0};
    struct caller who = caller_of(p);
    va_list ap;
    va_start(ap, parameters);
    bool ok = call_as(&result, s, &who, &e, operation, parameters, ap);
    va_end(ap);
    json_free(before);
    if (!ok) result = NULL;
    if (!ok) fail_msg("%s: %s: %s: %s %s", p->account, operation, e.id, e.msg, e.detail);
    const char *session = json_get_text(result, "session", NULL);
    if (session != NULL) (void)snprintf(p->session, sizeof p->session, "%s", session);
    return result;
}

const struct err *person_refused(struct person *p, struct service *s, enum err_code code,
                                 const char *id, const char *operation, const char *parameters, ...)
{
    static struct err e;
    struct json *result = NULL;
    struct caller who = caller_of(p);
    va_list ap;
    va_start(ap, parameters);
    bool ok = call_as(&result, s, &who, &e, operation, parameters, ap);
    va_end(ap);
    json_free(result);
    if (ok) fail_msg("%s: %s %s was not refused", p->account, operation, parameters);
    if (e.code != code || strcmp(e.id, id) != 0)
        fail_msg("%s: %s: %s (%s) instead of %s: %s", p->account, operation, e.id,
                 err_code_name(e.code), id, e.msg);
    return &e;
}

static void unbase32(uint8_t out[TOTP_SECRET], const char *text)
{
    uint64_t bits = 0;
    size_t n = 0, at = 0;
    for (; *text != '\0'; text++) {
        unsigned v = *text >= 'A' ? (unsigned)(*text - 'A') : (unsigned)(*text - '2') + 26;
        bits = bits << 5 | v;
        n += 5;
        if (n >= 8 && at < TOTP_SECRET) {
            out[at++] = (uint8_t)(bits >> (n - 8));
            n -= 8;
        }
    }
}

const char *person_code(const struct person *p, struct service *s)
{
    static char code[TOTP_DIGITS + 1];
    people_wait(s, TOTP_SECONDS);
    totp_code(code, p->secret, (uint64_t)(instant_now() + s->clock_ahead) / TOTP_SECONDS);
    return code;
}

static void enrol(struct person *p, struct service *s)
{
    const struct json *r = person_do(p, s, "factor.begin", "{}");
    unbase32(p->secret, json_get_text(r, "secret", ""));
    r = person_do(p, s, "factor.confirm", "{'code':'%s'}", person_code(p, s));
    const struct json *codes = json_get(r, "recovery_codes");
    for (size_t i = 0; i < 10; i++)
        (void)snprintf(p->recovery[i], sizeof p->recovery[i], "%s",
                       json_as_text(json_at(codes, i), ""));
    p->has_factor = true;
}

void person_make(struct person *p, struct service *s)
{
    char code[40];
    if (p->password[0] == '\0')
        (void)snprintf(p->password, sizeof p->password, "violet trombone %s", p->role + 3);
    const struct json *r =
        p->organisation == NULL
            ? desk_do(s, "account.add", "{'account':'%s','name':'Xq %s','role':'%s'}", p->account,
                      p->account, p->role)
            : desk_do(s, "account.add",
                      "{'account':'%s','name':'Xq %s','role':'%s','organisation':'%s'}", p->account,
                      p->account, p->role, p->organisation);
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "code", ""));
    r = person_do(p, s, "account.activate", "{'account':'%s','code':'%s','password':'%s'}",
                  p->account, code, p->password);
    if (strcmp(json_get_text(r, "state", ""), "enrol") == 0) enrol(p, s);
}

void person_sign_in(struct person *p, struct service *s)
{
    p->session[0] = '\0';
    (void)person_do(p, s, "session.open", "{'account':'%s','password':'%s'}", p->account,
                    p->password);
    if (p->has_factor)
        (void)person_do(p, s, "session.second", "{'code':'%s'}", person_code(p, s));
}
