/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person may be allowed to do, and the roles that bundle it. One table each. */
#ifndef DCIM_MODEL_CAPABILITY_H
#define DCIM_MODEL_CAPABILITY_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPABILITIES(X)                                                                        \
    X(CAP_NONE, "none", "needs no permission")                                                 \
    X(CAP_DICTIONARY_READ, "dictionary.read", "read variables, code lists and rules")          \
    X(CAP_DICTIONARY_CHANGE, "dictionary.change", "install a dictionary or a pack")            \
    X(CAP_ORGANISATION_READ, "organisation.read", "list organisations")                        \
    X(CAP_ORGANISATION_CHANGE, "organisation.change", "add and change organisations")          \
    X(CAP_IMPORT, "import", "import records for an organisation")                              \
    X(CAP_IMPORT_UNDO, "import.undo", "undo a batch")                                          \
    X(CAP_RECORD_READ, "record.read", "read pseudonymous records")                             \
    X(CAP_IDENTITY_OPEN, "identity.open", "open direct identifiers, for a stated purpose")     \
    X(CAP_RECORD_ERASE, "record.erase", "erase a record for good")                             \
    X(CAP_TABLE, "table", "count, and see what disclosure control lets through")               \
    X(CAP_TABLE_RAW, "table.raw", "see unprotected counts")                                    \
    X(CAP_AUDIT_READ, "audit.read", "read and verify the audit log")                           \
    X(CAP_BACKUP, "backup", "make and restore backups")                                        \
    X(CAP_CHECK, "check", "check the repository")                                              \
    X(CAP_KEY_CHANGE, "key.change", "add and remove key slots")                                \
    X(CAP_JUSTICE, "justice", "work with the criminal-justice data set")                       \
    X(CAP_VICTIM, "victim", "work with the victim data set")                                   \
    X(CAP_SELF, "self", "work with one's own account, sessions, drafts and saved questions")   \
    X(CAP_ENTER, "enter", "enter and correct records one by one")                              \
    X(CAP_REVIEW, "review", "review what was submitted: accept it, or return it with a query") \
    X(CAP_REFER, "refer", "refer a person to another organisation, and answer referrals")      \
    X(CAP_YEAR_CLOSE, "year.close", "close a reporting year")                                  \
    X(CAP_ACCOUNT_CHANGE, "account.change", "invite, change and disable accounts")             \
    X(CAP_SUBJECT_REQUEST, "subject.request", "register and answer requests of data subjects") \
    X(CAP_EMERGENCY, "emergency", "open a record of another organisation in an emergency")     \
    X(CAP_APPROVE, "approve", "approve what somebody of another unit asks for")                \
    X(CAP_LINK, "link", "find and decide which records are one person")                       \
    X(CAP_RELEASE, "release", "prepare and withdraw releases of protected tables")             \
    X(CAP_RELEASE_READ, "release.read", "read published releases")

enum capability {
#define X(id, name, text) id,
    CAPABILITIES(X)
#undef X
        CAP_COUNT
};

const char *capability_name(enum capability c);
const char *capability_text(enum capability c);

struct role {
    const char *name; /* "analyst" */
    const char *text;
    uint64_t may;  /* set of 1 << capability */
    bool own_only; /* sees the records of its own organisation and no others */
    /* Why it consults records in its daily work, for the log (S21); NULL: it must say so itself.
     * Direct identifiers are opened only for a purpose stated for that. */
    const char *purpose;
};

extern const struct role roles[];
extern const size_t n_role;
extern const struct role role_nobody;           /* has not signed in: may nothing */
const struct role *role_find(struct text name); /* or NULL */
bool role_may(const struct role *r, enum capability c);

#endif
