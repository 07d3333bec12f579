/* SPDX-License-Identifier: EUPL-1.2 */
/* People at a desk: accounts of every role, signed in over service_call_as() with password and second
 * factor. Used by the tests of service and of the rooms above it. */
#ifndef DCIM_TESTS_SERVICE_PEOPLE_H
#define DCIM_TESTS_SERVICE_PEOPLE_H

#include "desk.h"

enum { PEOPLE_TOKEN = 80, PEOPLE_PASSWORD = 40 };

struct person {
    const char *account, *role, *organisation; /* NULL: of none */
    char password[PEOPLE_PASSWORD];
    uint8_t secret[20]; /* of the authenticator */
    bool has_factor;
    char session[PEOPLE_TOKEN]; /* "": not signed in */
    char recovery[10][20];
    const char *source;
};

/* Passwords are stretched little in this process; before desk_make(). */
void people_quick(void);

/* Let time pass for sessions, codes and throttles. */
void people_wait(struct service *s, int64_t seconds);

/* Add the account by who holds the key, activate it, enrol a factor where the role needs one, and
 * sign in; `p` says account, role, organisation. Two people may not share an account. */
void person_make(struct person *p, struct service *s);
/* Sign in anew: password, and the next code where there is a factor. */
void person_sign_in(struct person *p, struct service *s);
/* The code that the authenticator shows next: time is let pass until it is one never used. */
const char *person_code(const struct person *p, struct service *s);

/* As desk_try(), desk_do(), desk_refused(), but asked for over the desk with a session; `session`
 * NULL: nobody. */
bool people_try(struct json **out, struct service *s, const char *session, const char *source,
                struct err *e, const char *operation, const char *parameters, ...)
    __attribute__((format(printf, 7, 8)));
const struct json *person_do(struct person *p, struct service *s, const char *operation,
                             const char *parameters, ...) __attribute__((format(printf, 4, 5)));
const struct err *person_refused(struct person *p, struct service *s, enum err_code code,
                                 const char *id, const char *operation, const char *parameters,
                                 ...) __attribute__((format(printf, 6, 7)));

#endif
