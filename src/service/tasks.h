/* SPDX-License-Identifier: EUPL-1.2 */
/* What the desk puts before people, and what it asks of a second one: bodies of tasks
 * (store/task.h), requests for approval, alarms, notices. */
#ifndef DCIM_SERVICE_TASKS_H
#define DCIM_SERVICE_TASKS_H

#include "service/service_internal.h"
#include "store/task.h"

#define TASK_EMERGENCY "emergency"
#define TASK_APPROVAL "approval"
#define TASK_ALARM "alarm"
#define TASK_NOTICE "notice"

enum {
    EMERGENCY_SECONDS = 3600,
    EMERGENCY_A_DAY = 5,
    EMERGENCY_REASON_MIN = 20,            /* characters */
    EMERGENCY_REVIEW_SECONDS = 72 * 3600, /* S54 */
    APPROVAL_WAIT_SECONDS = 7 * 86400,    /* for an answer */
    APPROVAL_GOOD_SECONDS = 86400,        /* once approved */
    APPROVAL_MANY = 100,                  /* persons; above, */
    APPROVAL_COOL_SECONDS = 30 * 60,      /* it is good only after this long (S56) */
    APPROVAL_PERSONS_MAX = 20,            /* up to which no approval is asked without identifiers */
    ALARM_REPEAT_SECONDS = 600,           /* of the same thing: one alarm */
    NOTICE_DAYS = 365
};

/* Make a task whose body is `body`; in a write transaction. */
bool task_put(struct task *t, struct call *c, const struct json *body, struct err *e) MUST_CHECK;
/* The task of this kind that parameter `name` names, with its body (`owns`, NULL where false). */
bool task_get(struct task *t, struct json **body, struct call *c, const char *kind,
              const char *name, struct err *e) MUST_CHECK;
/* Its body alone; `owns`. */
bool task_body(struct json **body, struct call *c, const struct task *t, struct err *e) MUST_CHECK;
/* Keep what was changed of it; in a write transaction. */
bool task_keep(struct task *t, struct call *c, const struct json *body, struct err *e) MUST_CHECK;

/* ---- approval by a second person (S53, S56) ---- */

/* What is asked for. All of it is bound to the approval: another question needs another one. */
struct approval_need {
    const char *what;           /* words for the approver: "Workbook of records" */
    const struct json *details; /* text members, shown to the approver: form, columns, filter,
                                   recipient ...; names and numbers, never values of a record */
    int64_t persons;            /* how many the answer is about */
    bool identifiers;           /* whether direct identifiers go out */
};

/* Whether this needs a second person: any identifiers, or more than APPROVAL_PERSONS_MAX persons
 * (S56). Who holds the key at this machine needs none. */
bool approval_wanted(const struct call *c, const struct approval_need *need);

/* Go on only where another person, of another unit, has approved exactly this for who asks; the
 * approval is used up by it. Otherwise a request is made where there is none yet, and what is to be
 * done is said: ERR_DENIED "approval.wanted", "approval.waiting", "approval.cooling",
 * "approval.refused". True at once where approval_wanted() is false.
 *
 * In a handler without transaction (TX_NONE), after parameters are checked and before anything is
 * read out; it leaves entries of its own. An act that fails afterwards has used up its approval. */
bool call_require_approval(struct call *c, const struct approval_need *need,
                           struct err *e) MUST_CHECK;

/* How many requests wait that who asks may decide. */
bool approvals_waiting(int64_t *n, struct call *c, struct err *e) MUST_CHECK;

enum { EXPORT_RECORDS_MAX = 5000 }; /* in one workbook */

/* Where a record stands among the rows of an export: they are in the order of these keys (S57). */
void export_order_key(uint8_t out[CRYPTO_SHORT], const char *export, const char *record);

/* ---- alarms (S48, S58) ---- */

/* Tell whoever supervises, silently: an entry of the log and a task, once in ten minutes for the
 * same. `what` is one of the words of op_alarm.c ("decoy", "duress"), `object` the code of a record
 * or NULL. Without a transaction. False when it cannot be written: what was asked for is refused
 * then. */
bool call_alarm(struct call *c, const char *what, const char *object, struct err *e) MUST_CHECK;

/* The same for who signs in just now (c->event names the account), within the write transaction. */
bool call_alarm_within(struct call *c, const char *what, struct err *e) MUST_CHECK;

/* Raise the alarm where the record is a decoy; to be called before its identifiers are opened. */
bool call_decoy_alarm(struct call *c, const struct record_meta *m, struct err *e) MUST_CHECK;

/* ---- notices to the owner of an account (S45) ---- */

/* What happened to an account, told at its owner's next look; `what` is one of the words of
 * op_notice.c. In a write transaction. */
bool call_notice(struct call *c, int64_t account_no, const char *what, struct err *e) MUST_CHECK;

#endif
