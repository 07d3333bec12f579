/* SPDX-License-Identifier: EUPL-1.2 */
/* My work: what waits for somebody, in numbers. Each number of records is that of record.list with
 * the state of the item's name, and so leads to as many rows. */
#include "service/entry_draft.h"
#include "service/link_person.h"
#include "service/record_lists.h"
#include "service/tasks.h"

#include "store/referral.h"
#include "store/release.h"

static void item(struct call *c, const char *name, int64_t n, const char *words)
{
    struct json *j = json_object();
    json_set_text(j, "name", name);
    json_set_int(j, "count", n);
    json_set_text(j, "words", words);
    json_push(json_member_mut(c->out, "items"), j);
    json_set_int(c->out, name, n);
}

static const struct waiting {
    enum records_state state;
    uint64_t whose; /* set of 1 << capability: somebody who may do one of them */
    const char *words;
} waiting[] = {
    {RECORDS_RETURNED, UINT64_C(1) << CAP_ENTER, N_("Records returned with a question")},
    {RECORDS_INCOMPLETE, UINT64_C(1) << CAP_ENTER, N_("Incomplete records")},
    {RECORDS_ASKED, UINT64_C(1) << CAP_ENTER, N_("Records with a question to be answered")},
    {RECORDS_SUBMITTED, UINT64_C(1) << CAP_REVIEW, N_("Records waiting for review")},
    {RECORDS_ANSWERED, UINT64_C(1) << CAP_REVIEW, N_("Records with a question that was answered")},
    {RECORDS_DUPLICATE, UINT64_C(1) << CAP_ENTER | UINT64_C(1) << CAP_REVIEW,
     N_("Possible duplicates")},
    {RECORDS_DUE, UINT64_C(1) << CAP_ENTER | UINT64_C(1) << CAP_RECORD_ERASE,
     N_("Records whose retention ends")},
};

/* Pairs of records that may be one person. */
static bool link_items(struct call *c, struct err *e)
{
    struct link_waiting w;
    if (!role_may(c->who.role, CAP_LINK)) return true;
    if (!link_waiting(&w, c, NULL, e)) return false;
    if (w.open > 0) item(c, "link_open", w.open, tr("Pairs of records that may be one person"));
    if (w.confirm > 0)
        item(c, "link_confirm", w.confirm, tr("Decisions about pairs that wait for a second person"));
    if (w.conflicts > 0)
        item(c, "link_conflicts", w.conflicts, tr("Decisions about pairs that contradict each other"));
    int64_t values;
    if (!link_values_open(&values, c, e)) return false;
    if (values > 0)
        item(c, "link_values", values, tr("Persons whose records contradict each other"));
    return true;
}

/* Releases: those that wait for a second person, and one's own that wait for somebody else. */
static bool release_items(struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    int64_t n;
    if (role_may(c->who.role, CAP_APPROVE)) {
        if (!store_release_count(&n, st, RELEASE_WAITING, NULL, c->who.actor, e)) return false;
        item(c, "releases", n, tr("Releases that wait for your approval"));
    }
    if (role_may(c->who.role, CAP_RELEASE)) {
        if (!store_release_count(&n, st, RELEASE_WAITING, c->who.actor, NULL, e)) return false;
        item(c, "releases_own", n, tr("Your releases that wait for approval"));
    }
    return true;
}

/* What a second person, or who supervises, has to see. */
static bool guard_items(struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    struct task_filter f = {.kind = TASK_EMERGENCY, .state = "open"};
    bool supervises = role_may(c->who.role, CAP_AUDIT_READ);
    int64_t n;
    if (c->who.local || c->who.duress) return true;
    if (!supervises) f.organisation_no = c->who.organisation_no;
    if (supervises || f.organisation_no != 0) {
        if (!task_count(&n, st, &f, e)) return false;
        if (supervises) item(c, "emergencies", n, tr("Emergency accesses to be reviewed"));
        else if (n > 0) item(c, "emergencies", n, tr("Emergency accesses to your records"));
    }
    if (role_may(c->who.role, CAP_APPROVE)) {
        if (!approvals_waiting(&n, c, e)) return false;
        item(c, "approvals", n, tr("Requests that wait for your approval"));
    }
    f = (struct task_filter){.kind = TASK_ALARM, .state = "open"};
    if (!role_may(c->who.role, CAP_CHECK)) return true;
    if (!task_count(&n, st, &f, e)) return false;
    item(c, "alarms", n, tr("Alarms"));
    return true;
}

bool op_work_summary(struct call *c, struct err *e)
{
    struct draft_owner owner = entry_owner(c);
    struct store *st = c->s->store;
    int64_t n;
    json_set(c->out, "items", json_array());
    if (role_may(c->who.role, CAP_ENTER)) {
        if (!draft_count(&n, st, &owner, e)) return false;
        item(c, "drafts", n, tr("Drafts"));
    }
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++) {
        if ((c->who.role->may & waiting[i].whose) == 0) continue;
        if (!call_record_count(&n, c, waiting[i].state, e)) return false;
        item(c, records_state_name(waiting[i].state), n, tr(waiting[i].words));
    }
    if (role_may(c->who.role, CAP_REFER)) {
        if (!referral_count(&n, st, call_scope(c), e)) return false;
        item(c, "referrals", n, tr("Referrals to be answered"));
    }
    return link_items(c, e) && release_items(c, e) && guard_items(c, e);
}
