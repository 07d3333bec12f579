/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage run as a whole: all records of a form are compared, what is found is written down. */
#include "service/service_internal.h"

static bool no_run(struct err *e)
{
    err_set(e, ERR_CONFLICT, "link.no_run", "linkage has not been run yet");
    return err_remedy(e, "`dcim link run`, or the button of the page of linkage");
}

bool op_link_run(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_start(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_progress(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_runs(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_queue(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_pair(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_decide(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_confirm(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_undo(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_decisions(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_conflicts(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_person(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_values(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_quality(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}

bool op_link_sample(struct call *c, struct err *e)
{
    (void)c;
    return no_run(e);
}
