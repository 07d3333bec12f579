/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/capability.h"

#include "base/catalogue.h"

#include <assert.h>

_Static_assert(CAP_COUNT <= 64, "a role's set is one word of 64 bits");

static const struct {
    const char *name, *text;
} capabilities[CAP_COUNT] = {
#define X(id, word, sentence) [id] = {word, sentence},
    CAPABILITIES(X)
#undef X
};

const char *capability_name(enum capability c)
{
    assert((unsigned)c < CAP_COUNT);
    return capabilities[c].name;
}

const char *capability_text(enum capability c)
{
    assert((unsigned)c < CAP_COUNT);
    return capabilities[c].text;
}

#define MAY(word) (UINT64_C(1) << CAP_##word)
#define MAY_LOOK_UP (MAY(DICTIONARY_READ) | MAY(ORGANISATION_READ) | MAY(RELEASE_READ) | MAY(SELF))
#define MAY_BOTH_SETS (MAY(VICTIM) | MAY(JUSTICE))

/* The persons of design section 1. What each must never do is what its row lacks; whose records a
 * contributor sees is a matter of the organisation, not of the role. */
const struct role roles[] = {
    {"contributor", "enters, corrects and imports the records of one organisation",
     MAY_LOOK_UP | MAY_BOTH_SETS | MAY(IMPORT) | MAY(IMPORT_UNDO) | MAY(RECORD_READ) | MAY(TABLE) |
         MAY(ENTER) | MAY(IDENTITY_OPEN) | MAY(REFER) | MAY(EMERGENCY),
     true, N_("keeping the records of its own organisation")},
    {"data-manager", "reviews records, resolves duplicates, closes a reporting year",
     MAY_LOOK_UP | MAY_BOTH_SETS | MAY(IMPORT) | MAY(IMPORT_UNDO) | MAY(RECORD_READ) |
         MAY(RECORD_ERASE) | MAY(IDENTITY_OPEN) | MAY(TABLE) | MAY(TABLE_RAW) | MAY(ENTER) |
         MAY(REVIEW) | MAY(REFER) | MAY(YEAR_CLOSE) | MAY(APPROVE) | MAY(LINK),
     false, N_("review and quality of the register")},
    {"analyst", "counts and estimates on pseudonymous records",
     MAY_LOOK_UP | MAY_BOTH_SETS | MAY(RECORD_READ) | MAY(TABLE) | MAY(TABLE_RAW), false,
     N_("statistics and research on pseudonymous records")},
    {"publisher", "releases what disclosure control has passed",
     MAY_LOOK_UP | MAY_BOTH_SETS | MAY(TABLE) | MAY(RELEASE), false,
     N_("release of statistics")},
    {"auditor", "reads and verifies the audit log; data protection officer",
     MAY_LOOK_UP | MAY(AUDIT_READ) | MAY(CHECK) | MAY(SUBJECT_REQUEST) | MAY(APPROVE), false,
     N_("supervision of the register")},
    {"administrator", "looks after organisations, keys, backups and the country pack",
     MAY_LOOK_UP | MAY(DICTIONARY_CHANGE) | MAY(ORGANISATION_CHANGE) | MAY(BACKUP) | MAY(CHECK) |
         MAY(KEY_CHANGE) | MAY(ACCOUNT_CHANGE),
     false, N_("running the register")},
    {"custodian", "holds the key of a repository on its own machine and works on it alone",
     (UINT64_C(1) << CAP_COUNT) - 1, false, NULL},
};
const size_t n_role = sizeof roles / sizeof roles[0];

const struct role role_nobody = {"nobody", "has not signed in", 0, true, NULL};

const struct role *role_find(struct text name)
{
    for (size_t i = 0; i < n_role; i++)
        if (text_is(name, roles[i].name)) return &roles[i];
    return NULL;
}

bool role_may(const struct role *r, enum capability c)
{
    assert((unsigned)c < CAP_COUNT);
    return c == CAP_NONE || (r->may >> c & 1) != 0;
}
