/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/decision.h"

#include "service/service_internal.h"
#include "store/token.h"

#include <string.h>

/* What may be done under threat: to look, and what concerns the session alone. */
static bool harmless(const struct operation *op)
{
    static const char *const names[] = {"session.second",  "session.close",    "session.end",
                                        "session.purpose", "account.language", "notice.read",
                                        "factor.challenge"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], op->name) == 0) return true;
    return op->transaction == TX_READ;
}

enum verdict decide_reach(const struct who *w, const struct operation *op)
{
    if (w->local || op->reach == REACH_OPEN) return VERDICT_ALLOW;
    if (w->account_no == 0) return VERDICT_NOBODY;
    if (w->token && !token_names(w->operations, op->name)) return VERDICT_NOT_OF_TOKEN;
    if (w->state == SESSION_SECOND && !op->half_open) return VERDICT_SECOND_WANTED;
    if (w->state == SESSION_ENROL && !op->half_open) return VERDICT_ENROL_WANTED;
    if (w->duress && !harmless(op)) return VERDICT_DURESS;
    return op->fresh_required && !w->fresh ? VERDICT_NOT_FRESH : VERDICT_ALLOW;
}

/* Whether what this reads or hands out are case data. */
static bool consults(enum audit_action a)
{
    return a == AUDIT_RECORD_READ || a == AUDIT_DISCLOSE || a == AUDIT_LINK_READ;
}

static bool says(const char *purpose)
{
    return purpose != NULL && text_trim(text_of(purpose)).n > 0;
}

struct decision decide(const struct who *w, const struct operation *op, enum audit_action action,
                       const char *stated)
{
    struct decision d = {.verdict = VERDICT_NO_CAPABILITY};
    if (op->capability != CAP_NONE && !role_may(w->role, op->capability)) return d;
    /* The daily work of an account has its purpose; what is opened beyond it wants one of its own. */
    bool daily = !w->local && !w->token && !op->purpose_required;
    d.purpose = stated == NULL && daily ? w->role->purpose : stated;
    if (w->token && (d.purpose == NULL || strcmp(d.purpose, w->purpose) != 0))
        d.verdict = VERDICT_OTHER_PURPOSE;
    else if ((op->purpose_required || consults(action)) && !says(d.purpose))
        d.verdict = VERDICT_NO_PURPOSE;
    else d.verdict = VERDICT_ALLOW;
    if (d.verdict == VERDICT_ALLOW) d.scope = decide_scope(w);
    return d;
}

struct scope decide_scope(const struct who *w)
{
    const struct scope nobody = {SCOPE_NONE, 0};
    int64_t own = w->organisation_no, only = w->only_organisation_no; /* of a program's key */
    if (w->local) return SCOPE_EVERYTHING;
    if (w->duress) return nobody;
    if (!w->role->own_only) return only == 0 ? SCOPE_EVERYTHING : scope_of(only);
    return own != 0 && (only == 0 || only == own) ? scope_of(own) : nobody;
}

enum capability decide_reading(const struct role *r, enum data_set s)
{
    if (s == DATA_SET_CASE && role_may(r, CAP_JUSTICE)) return CAP_JUSTICE;
    return s == DATA_SET_JUSTICE ? CAP_JUSTICE : CAP_VICTIM;
}

bool decide_reads(const struct role *r, enum data_set s, unsigned privacy)
{
    if (!role_may(r, decide_reading(r, s))) return false;
    return s != DATA_SET_CASE || (privacy & PRIVACY_C) == 0 || role_may(r, CAP_JUSTICE);
}
