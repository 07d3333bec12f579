/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may do what, what for, and with whose records (S50). Each function answers from what it is given
 * and from nothing else: no database, no clock, no call. What no rule allows is refused. The words of a
 * refusal and its entry in the log are with who asks here (may.c, session.c); a call's own decision
 * stands in it, and what it may see is asked of that. */
#ifndef DCIM_SERVICE_DECISION_H
#define DCIM_SERVICE_DECISION_H

#include "model/capability.h"
#include "model/dictionary.h"
#include "model/scope.h"
#include "store/audit.h"

#include <stdbool.h>
#include <stdint.h>

struct operation;
struct who;

enum verdict {
    /* zero: nothing was decided, or nobody is known */
    VERDICT_NOBODY,
    VERDICT_NOT_OF_TOKEN,  /* a program's key that does not name the operation (S47) */
    VERDICT_SECOND_WANTED, /* password alone was shown (S44) */
    VERDICT_ENROL_WANTED,  /* the account has no second factor yet */
    VERDICT_DURESS,        /* signed in under threat: nothing is changed (S48) */
    VERDICT_NOT_FRESH,     /* shown too long ago for this (S46) */
    VERDICT_NO_CAPABILITY, /* not of this role */
    VERDICT_OTHER_PURPOSE, /* a program's key that is for another purpose */
    VERDICT_NO_PURPOSE,    /* case data are consulted for a stated purpose only (S21) */
    VERDICT_ALLOW
};

struct decision {
    enum verdict verdict; /* VERDICT_ALLOW, or why not */
    const char *purpose;  /* for the log: stated, or of the role's daily work; NULL: none */
    struct scope scope;   /* whose records are there; nobody's unless allowed */
};

/* Whether who asks has shown enough of who they are for this operation: anybody, a session that is
 * open, one that has shown its password alone, a program's key that names it. */
enum verdict decide_reach(const struct who *w, const struct operation *op);

/* Capability, purpose and scope. `action` is what the log will call it; `stated` is the purpose that
 * was stated in the call or by the session, or NULL. */
struct decision decide(const struct who *w, const struct operation *op, enum audit_action action,
                       const char *stated);

/* Whose records are there for who asks (S51, S52). */
struct scope decide_scope(const struct who *w);

/* Which capability a form of this data set wants of the role: a case is read with either set. */
enum capability decide_reading(const struct role *r, enum data_set s);
/* Whether the role reads a variable of this privacy in a form of this data set: what a case says of
 * offences (class C) is of the justice set. */
bool decide_reads(const struct role *r, enum data_set s, unsigned privacy);

#endif
