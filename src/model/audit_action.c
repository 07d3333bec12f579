/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/audit_action.h"

#include <assert.h>

static const struct {
    const char *name, *text;
} actions[AUDIT_ACTION_COUNT] = {
#define X(id, word, sentence) [id] = {word, sentence},
    AUDIT_ACTIONS(X)
#undef X
};

const char *audit_action_name(enum audit_action a)
{
    assert((unsigned)a < AUDIT_ACTION_COUNT);
    return actions[a].name;
}

const char *audit_action_text(enum audit_action a)
{
    assert((unsigned)a < AUDIT_ACTION_COUNT);
    return actions[a].text;
}
