/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of routes, in parts by subject, the menu, and the notices. */
#include "web/routes.h"

#include "base/catalogue.h"

#include <string.h>

static const struct route_part parts[] = {
    {routes_session, &routes_session_count}, {routes_entry, &routes_entry_count},
    {routes_record, &routes_record_count},   {routes_import, &routes_import_count},
    {routes_help, &routes_help_count},       {routes_account, &routes_account_count},
    {routes_govern, &routes_govern_count},   {routes_explore, &routes_explore_count},
    {routes_guard, &routes_guard_count},     {routes_link, &routes_link_count},
    {routes_release, &routes_release_count},
};

const struct route *route_at(size_t i)
{
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        if (i < *parts[p].n) return &parts[p].row[i];
        i -= *parts[p].n;
    }
    return NULL;
}

static const struct menu_item menu[] = {
    {"/", N_("My work"), NULL},
    {"/records", N_("Records"), "record.read"},
    {"/import", N_("Import"), "import"},
    {"/review", N_("Review"), "review"},
    {"/linkage", N_("Linkage"), "link"},
    {"/referrals", N_("Referrals"), "refer"},
    {"/emergency", N_("Emergency"), "emergency"},
    {"/years", N_("Years"), "year.close"},
    {"/approvals", N_("Approvals"), "approve"},
    {"/accounts", N_("Accounts"), "account.change"},
    {"/dashboards", N_("Dashboards"), "table"},
    {"/explore", N_("Tables"), "table"},
    {"/releases", N_("Releases"), "release.read"},
    {"/organisations", N_("Organisations"), "organisation.change"},
    {"/audit", N_("Audit log"), "audit.read"},
    {"/requests", N_("Requests"), "subject.request"},
    {"/alarms", N_("Alarms"), "check"},
    {"/health", N_("System"), "check"},
};

const struct menu_item *menu_at(size_t i)
{
    return i < sizeof menu / sizeof *menu ? &menu[i] : NULL;
}

static const struct {
    const char *word, *text;
} notices[] = {
    {"signed-out", N_("You have signed out.")},
    {"draft-saved", N_("Your draft is saved.")},
    {"draft-discarded", N_("The draft was discarded.")},
    {"resumed", N_("What you had typed when your session ended is in the draft again.")},
    {"more-questions", N_("Your answers have brought more questions. They are on this page.")},
    {"submitted", N_("The record is submitted.")},
    {"accepted", N_("The records were accepted.")},
    {"returned", N_("The record was returned with your question.")},
    {"answered", N_("Your answer was sent.")},
    {"settled", N_("The question is settled.")},
    {"referred", N_("The referral was made.")},
    {"year-closed", N_("The year is closed.")},
    {"year-opened", N_("The year is open again.")},
    {"erased", N_("The record was erased.")},
    {"question-saved", N_("The question is saved.")},
    {"question-renamed", N_("The question was changed.")},
    {"question-deleted", N_("The question was deleted.")},
    {"linked", N_("The records are linked.")},
    {"unlinked", N_("The link was taken away.")},
    {"withdrawn", N_("The record was withdrawn.")},
    {"restored", N_("The record is in the register again.")},
    {"incomplete", N_("The record is kept as incomplete. You can complete it at any time.")},
    {"mapping-saved", N_("It is saved for your next file.")},
    {"mapping-used", N_("The columns lead where they did before.")},
    {"mapping-forgotten", N_("What was saved under that name is gone.")},
    {"upload-dropped", N_("The file was forgotten.")},
    {"batch-undone", N_("The import was undone.")},
    {"organisation-added", N_("The organisation was added.")},
    {"quota-changed", N_("The limits were changed.")},
    {"password-changed", N_("Your password was changed. Your other sessions have ended.")},
    {"security-key-added", N_("The security key was registered. Your other sessions have ended.")},
    {"security-key-removed", N_("The security key was removed.")},
    {"language-changed", N_("The language was changed.")},
    {"session-ended", N_("The session has ended.")},
    {"key-revoked", N_("The key was revoked.")},
    {"backup-made", N_("The backup was made. Verify it with the recovery code.")},
    {"backup-schedule", N_("The server keeps to it from now on.")},
    {"backup-verified", N_("The backup was opened fully, and holds.")},
    {"slot-removed", N_("The slot was removed: its secret opens nothing any more.")},
    {"setup-finished",
     N_("The register is set up: its first backup was opened with the recovery code.")},
    {"request-added", N_("The request was registered.")},
    {"request-kept", N_("The request was changed.")},
    {"emergency-reviewed", N_("The review was kept.")},
    {"approval-answered", N_("Your answer was kept.")},
    {"alarm-seen", N_("The alarm was seen to.")},
    {"decoy-planted", N_("The decoy was planted.")},
    {"duress-kept", N_("It was kept.")},
    {"link-same", N_("Decided: the same person.")},
    {"link-different", N_("Decided: different persons.")},
    {"link-unsure", N_("Decided: unsure. The pair waits for somebody who knows more.")},
    {"link-second", N_("Your decision waits for a second person to confirm it.")},
    {"link-held",
     N_("Decided: the same person. They still count as two, for another decision keeps them apart.")},
    {"link-confirmed", N_("The decision is confirmed.")},
    {"link-undone", N_("The decision was taken back.")},
    {"link-chosen", N_("Chosen: this answer counts for the person now.")},
    {"link-unchosen", N_("The choice was taken back.")},
    {"release-prepared",
     N_("The release is prepared. Somebody else approves it before it is published.")},
    {"release-published", N_("The release is published.")},
    {"release-refused", N_("The release was refused.")},
    {"release-withdrawn", N_("The release was withdrawn.")},
    {"account-changed", N_("The account was changed. Its sessions have ended.")},
};

const char *route_notice(struct text word)
{
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (text_is(word, notices[i].word)) return notices[i].text;
    return NULL;
}
