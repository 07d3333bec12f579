/* SPDX-License-Identifier: EUPL-1.2 */
/* Errors: the one channel by which a function says why it could not do what it was asked.
 *
 * A function that can fail returns bool and takes `struct err *e` last. It fills `e` once; whoever
 * passes an error on leaves it as it is. Data that are wrong are not errors: see
 * model/finding.h. */
#ifndef DCIM_BASE_ERR_H
#define DCIM_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum err_code { /* decides exit status and HTTP status, see err_exit_status() */
                ERR_NONE = 0,
                ERR_USAGE, /* the request itself is wrong: unknown option, parameter out of range */
                /* the thing named does not exist, or may not be seen by the one who asks */
                ERR_NOT_FOUND,
                ERR_INPUT,      /* a file, document or text could not be read */
                ERR_LIMIT,      /* a documented limit was exceeded */
                ERR_DENIED,     /* capability, purpose or key is missing */
                ERR_CONFLICT,   /* another change came first; nothing was written */
                ERR_STORE,      /* the store failed, is damaged or was tampered with */
                ERR_SYSTEM,     /* the operating system refused: disk full, no permission */
                ERR_DISCLOSURE, /* the result would disclose a person; not released */
                ERR_CODE_COUNT
};

#define ERR_MSG_MAX 400
#define ERR_DETAIL_MAX 400

struct err {
    enum err_code code;
    const char *id; /* stable, translatable: "csv.too_many_columns"; a string literal */
    char msg
        [ERR_MSG_MAX]; /* in the thread's language; safe to log: ids, counts, file lines; never case data */
    char detail[ERR_DETAIL_MAX]; /* may quote what the person sent; shown to them, never logged */
    char remedy[ERR_MSG_MAX];    /* what to do about it, in the thread's language; may be empty */
};

#if defined(__GNUC__)
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_at, first_at) __attribute__((format(printf, fmt_at, first_at)))
#else
#define MUST_CHECK
#define PRINTF_LIKE(fmt_at, first_at)
#endif

/* Fill `e` and return false, so that `return err_set(...)` reads as "fail with". `e` may be NULL
 * where the caller does not care. `fmt` is English and translated (base/catalogue.h). A text too
 * long is cut between two characters. Arguments may be parts of `e` itself: err_set(e, ..., "%s:
 * %s", path, e->msg). Never allocates. */
bool err_set(struct err *e, enum err_code code, const char *id, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Add the remedy, or what the person sent, to an error already set. Both return false. */
bool err_remedy(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool err_detail(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Like err_set() with ": " and the text of `errno_value` behind the message. */
bool err_set_errno(struct err *e, enum err_code code, int errno_value, const char *id,
                   const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Make `e` say "no error". Call before a loop that reuses one struct. */
void err_clear(struct err *e);

/* Exit status of a command that ends with this code (design: 0 done, 2 usage, 3 input unreadable,
 * 4 not allowed, 5 store, 6 disclosure refused). Status 1, findings refused rows, is not an
 * error. */
int err_exit_status(enum err_code code);

/* Short lower-case name of the code, "input", for documents and logs. */
const char *err_code_name(enum err_code code);

#endif
