/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk, seen from outside: one table of operations, a document in, a document out. Command
 * line, pages, API and tests all come in here; there is no second way. */
#ifndef DCIM_SERVICE_CLIENT_H
#define DCIM_SERVICE_CLIENT_H

#include "base/err.h"
#include "base/json.h"
#include "base/crypto.h"
#include "model/capability.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct service;

struct service_options {
    const char *repository;              /* folder; NULL for operations that need none */
    const char *key_file;                /* path, or NULL */
    const struct secret *passphrase;     /* or NULL */
    const struct secret *recovery;       /* or NULL */
    const struct secret *new_passphrase; /* of a slot to be added, or NULL */
    const char *data;    /* data folder to make repositories from; NULL: found beside the program */
    const char *program; /* path of the program, for converter processes */
    const char *actor;   /* who acts, "local:anna" */
    const char *role;    /* name of a role; NULL: "custodian" */
    const char *purpose; /* of the session: consultation and disclosure without one are refused */
    const char *language; /* "pt"; NULL: the pack's first */
    /* Of a server's desk: */
    const char
        *scratch; /* folder in memory for files on their way to somebody; NULL: there is none */
    const char *setup_code; /* that makes the first administrator; NULL: none is made */
    /* Where browsers reach the server, "https://NAME:PORT" (PORT * is any): what security keys are made for;
     * NULL: https://localhost:*. */
    const char *origin;
    bool demo; /* the register is a demonstration; every page says so */
    int64_t
        idle_seconds; /* sessions end after so long without use, where that is sooner; 0: no sooner */
    bool insecure_root; /* a server of root's; it and every page say so (S8, S91) */
    bool insecure_no_second_factor; /* for demonstrations; the program and every page say so (S8) */
};

struct parameter_spec {
    const char *name;
    enum {
        PARAM_TEXT,
        PARAM_INT,
        PARAM_BOOL,
        PARAM_LIST,  /* of texts */
        /* of a form: an object of texts and lists of texts, each at most `max` bytes */
        PARAM_FIELDS
    } type;
    bool required;
    int64_t min, max;    /* of a number; of the length of a text in bytes */
    const char *choices; /* "persons|records"; NULL: any */
    bool line;           /* one line of plain text: no control characters */
    const char *summary;
    bool
        secret; /* a password or code: never an argument of a command, never in a log or an error */
    bool local; /* names a file of this machine: only from the command line, never over the desk */
};

enum transaction_mode { TX_NONE, TX_READ, TX_WRITE };

/* From where an operation can be asked for. What does not say is not reachable from outside. */
enum reach {
    REACH_LOCAL, /* only by who holds the key, on this machine */
    REACH_DESK,  /* also over the desk, by an account that has signed in */
    REACH_OPEN   /* also over the desk, by anybody: signing in and what leads to it */
};

struct operation {    /* one row of the table */
    const char *name; /* "table.count" */
    const char *summary;
    const struct parameter_spec *parameter; /* ends with name NULL */
    enum capability capability;
    enum transaction_mode transaction;
    const char *audit; /* audit action name; "none" where nothing is recorded */
    bool purpose_required;
    bool repository_required;
    enum reach reach;
    const char *result; /* what it returns, as result_spec.h has it; needed beyond REACH_LOCAL */
    /* Password or second factor must have been shown within five minutes (S46); ERR_DENIED
     * "session.not_fresh" where they were not: session.second, and then the same again. */
    bool fresh_required;
    bool half_open; /* also by a session that has shown its password alone (S44) */
};

const struct operation *operation_find(const char *name); /* or NULL */
const struct operation *operation_at(size_t i);           /* NULL behind the last */

/* What a parameter takes, and what an operation returns, as JSON Schema; descriptions in the
 * language of the thread. `owns`. */
struct json *parameter_schema(const struct parameter_spec *p);
struct json *result_schema(const struct operation *op);

/* Called from long operations; may be NULL. A `total` of 0 says that nobody knows how much there
 * is: `done` then counts what `what` names, or is 0 while something is waited for. */
struct progress {
    void (*step)(void *ctx, const char *what, uint64_t done, uint64_t total);
    void *ctx;
};

/* Nothing is opened before the first call that needs it. `options` is borrowed until
 * service_close(). */
struct service *service_new(const struct service_options *options);
/* A service in the desk of a running server, at the other end of a socket: service_call_as() asks
 * it. One thread uses it at a time. The socket is closed by service_close(). */
struct service *service_connect(int socket);
void service_close(struct service *s);

/* Do operation `name` with parameters `in` (an object; unknown members are refused). *out is the
 * result, an object; `owns`. Capability, purpose, transaction and audit entry are settled here. */
bool service_call(struct json **out, struct service *s, const char *name, const struct json *in,
                  const struct progress *progress, struct err *e) MUST_CHECK;

/* Who asks over the desk. Texts are borrowed for the call. */
struct caller {
    const char *
        session; /* token of a session or API token, as the browser or program has it; NULL: none */
    const char *source;   /* network address, cut to its net (S21); NULL: unknown */
    const char *language; /* of this request; NULL: the account's */
    const char *browser;  /* language where the account has none either; NULL: the pack's */
    const char *purpose;  /* of this request; NULL: the one stated when signing in */
    /* What a program calls this request: under the same name the same request is done once, and
     * answered as then for a day (service/once.h). NULL: it has none. */
    const char *once;
};

/* The same for somebody who is not at this machine: the session names account, role and
 * organisation; operations and parameters that are local are refused like ones that do not exist.
 * ERR_DENIED "session.none" where an operation wants a session and `who` has no valid one,
 * "session.second_wanted" and "session.enrol_wanted" where it has shown its password and must show,
 * or first enrol, a second factor. */
bool service_call_as(struct json **out, struct service *s, const struct caller *who,
                     const char *name, const struct json *in, const struct progress *progress,
                     struct err *e) MUST_CHECK;

/* An operation that is asked for along with another one. */
struct along {
    const char *operation;
    const struct json *in; /* borrowed */
    struct json *out;      /* `owns`; NULL: it failed, or was not asked for */
    struct err err;        /* why */
};

enum { ALONG_MAX = 8 };

/* The same, and operations along with it, in order, whose results a page shows as well: each is
 * settled for itself, as if it were asked for alone, but in one message, and about one state of the
 * register as long as none of them leaves an entry. They are asked for when `name` succeeds. All of
 * them only read (transaction TX_READ): ERR_USAGE "call.along" for any other, and for more than
 * ALONG_MAX. */
bool service_call_along(struct json **out, struct service *s, const struct caller *who,
                        const char *name, const struct json *in, struct along *along,
                        size_t n_along, struct err *e) MUST_CHECK;

/* Between the processes of a server, beside questions: one document at a time over a socket, and an
 * error as a document. service_message_receive() gives NULL, with true, when the other end has
 * closed. */
bool service_message_send(int socket, const struct json *j, struct err *e) MUST_CHECK;
bool service_message_receive(struct json **out, int socket, struct err *e) MUST_CHECK;
struct json *service_error(const struct err *e);

/* Problems of a dictionary, mapping or file belong to results; when an operation fails because of
 * them, they are here as an array (borrowed until the next call), else NULL. */
const struct json *service_problems(const struct service *s);

#endif
