/* SPDX-License-Identifier: EUPL-1.2 */
/* One request being answered: what its route, the pages and the API share. */
#ifndef DCIM_WEB_EXCHANGE_H
#define DCIM_WEB_EXCHANGE_H

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/err.h"
#include "base/json.h"
#include "base/template.h"
#include "service/client.h"
#include "web/request.h"
#include "web/response.h"
#include "web/route.h"

#include <stdbool.h>
#include <stddef.h>

enum { SITE_LANGUAGES_MAX = 16, SESSION_TOKEN_MAX = 128, CSRF_SIZE = 129 };

#define SESSION_COOKIE "dcim" /* the browser knows it as __Host-dcim */

struct http;

struct site_language {
    const char *code, *name;
    const struct catalogue *words; /* NULL: English, the program's own */
};

struct site { /* what all workers share; does not change once the door is open */
    struct template_set *pages;
    struct json *assets;
    struct site_language language[SITE_LANGUAGES_MAX];
    size_t n_language;
    struct service **desk; /* one channel for each worker */
    size_t n_desk;
    struct help *help;           /* the handbook; NULL: there is none */
    _Atomic(struct http *) http; /* for its counts; NULL where no front is open, or not yet */
    const char *home_name;       /* of the register, while nobody has signed in */
};

enum { AHEAD_MAX = ROUTE_EXTRA_MAX + ROUTE_LATER_MAX + 1 };

struct exchange {
    const struct site *site;
    struct service *desk; /* of this worker */
    const struct request *request;
    struct response *response;
    const struct route *route; /* NULL: an error page */
    struct route_match match;
    struct caller who;
    char session[SESSION_TOKEN_MAX];
    char csrf[CSRF_SIZE];
    struct json *info; /* what session.info says; NULL: nobody has signed in */
    struct {
        struct along asked[AHEAD_MAX]; /* operation NULL: the answer was taken */
        struct json *in[AHEAD_MAX];
        size_t n;
        bool prepared;  /* x->in is what is asked for, and `before` has been called */
    } ahead;            /* asked for together with who asks (web/ahead.h) */
    char waits_for[16]; /* of a session that is not open yet: "second", "enrol"; else "" */
    const char *language;
    struct json *in;     /* parameters */
    struct json *result; /* of the operation; NULL: none yet */
    struct json *form;   /* what was typed, for the page */
    struct json *errors; /* [{field, message, remedy}] */
    struct json *extra;  /* results of further operations, and what hooks add to the document */
    const char *notice;  /* said once, above the page; translated */
    struct arena *arena;
};

/* Ask the desk as who this is. */
bool exchange_call(struct json **out, struct exchange *x, const char *operation,
                   const struct json *in, struct err *e) MUST_CHECK;

/* Whether who has signed in has a capability (NULL: everybody has it): what is shown, not what is
 * allowed. */
bool exchange_may(const struct exchange *x, const char *capability);

/* What was chosen before something was wrong is chosen still: in the result's array `list`, the
 * item whose `member` is what was sent as `field` gets `chosen`, and no other. */
void exchange_keep_choice(struct exchange *x, const char *list, const char *member,
                          const char *field);

/* Parameters that were left empty are none: filters of a list, fields that need not be filled
 * in. */
void exchange_drop_blank(struct exchange *x);

/* Add what is wrong to the page; `field` is the id of an input, or NULL. */
void exchange_error(struct exchange *x, const char *field, const char *message, const char *remedy);
/* What the desk answered, its message and what to do about it as sentences. */
void exchange_error_of(struct exchange *x, const char *field, const struct err *e);

/* Say an error of the desk: as a page of its own status (404, 403, 409 ...), or, after a POST, on
 * the page that was filled in. */
void exchange_fail(struct exchange *x, const struct err *e);

/* The address `pattern` with its {fields} filled from the result, else from the path, percent-coded
 * where needed. */
const char *exchange_address(struct exchange *x, const char *pattern);

#endif
