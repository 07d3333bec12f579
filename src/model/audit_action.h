/* SPDX-License-Identifier: EUPL-1.2 */
/* What the audit log can say was done. One table; names are stored, numbers are not. */
#ifndef DCIM_MODEL_AUDIT_ACTION_H
#define DCIM_MODEL_AUDIT_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#define AUDIT_ACTIONS(X)                                                                           \
    X(AUDIT_NONE, "none", "nothing to record")                                                     \
    X(AUDIT_INIT, "repository.init", "repository made")                                            \
    X(AUDIT_UNLOCK, "repository.unlock", "repository opened with a key")                           \
    X(AUDIT_DENY, "deny", "an act was refused for want of a capability or purpose")                \
    X(AUDIT_PACK, "pack.install", "dictionary or pack installed")                                  \
    X(AUDIT_ORGANISATION, "organisation.change", "organisation added or changed")                  \
    X(AUDIT_IMPORT, "import", "batch of records imported")                                         \
    X(AUDIT_IMPORT_UNDO, "import.undo", "batch undone")                                            \
    X(AUDIT_RECORD_CREATE, "record.create", "record made")                                         \
    X(AUDIT_RECORD_CHANGE, "record.change", "new version of a record")                             \
    X(AUDIT_RECORD_WITHDRAW, "record.withdraw", "record withdrawn, or brought back")               \
    X(AUDIT_RECORD_READ, "record.read", "records consulted")                                       \
    X(AUDIT_RECORD_ERASE, "record.erase", "record erased")                                         \
    X(AUDIT_IDENTITY_READ, "identity.read", "direct identifiers opened")                           \
    X(AUDIT_TABLE, "table", "table computed")                                                      \
    X(AUDIT_DISCLOSE, "disclose", "release or raw table handed out")                               \
    X(AUDIT_KEY, "key.change", "key slot added or removed")                                        \
    X(AUDIT_BACKUP, "backup", "backup made")                                                       \
    X(AUDIT_RESTORE, "restore", "repository restored from a backup")                               \
    X(AUDIT_VERIFY, "verify", "audit log or repository verified")                                  \
    X(AUDIT_CLOCK, "clock", "the clock went back")                                                 \
    X(AUDIT_LINK, "record.link", "records of both data sets held against each other")              \
    X(AUDIT_SESSION_OPEN, "session.open", "somebody signed in, or tried to")                       \
    X(AUDIT_SESSION_END, "session.close", "a session was ended")                                   \
    X(AUDIT_ACCOUNT, "account.change", "account added or changed")                                 \
    X(AUDIT_FACTOR, "factor.change", "second factor or recovery codes changed")                    \
    X(AUDIT_TOKEN, "token.change", "key for a program added or revoked")                           \
    X(AUDIT_QUOTA, "quota", "half or all of the identifiers one may open were opened")             \
    X(AUDIT_DRAFT, "draft", "draft of a record begun, saved or discarded")                         \
    X(AUDIT_REVIEW, "review", "record accepted, returned or asked about")                          \
    X(AUDIT_REFER, "refer", "person referred to another organisation, or answered")                \
    X(AUDIT_YEAR, "year.close", "reporting year closed or opened again")                           \
    X(AUDIT_QUESTION, "question", "question to the table builder saved or deleted")                \
    X(AUDIT_SEARCH, "record.search", "records searched for")                                       \
    X(AUDIT_SUBJECT_REQUEST, "subject.request",                                                    \
      "request of a data subject registered, read or answered")                                    \
    X(AUDIT_EMERGENCY, "emergency", "emergency access to a record asked for, used or reviewed")    \
    X(AUDIT_APPROVAL, "approval", "approval by a second person asked for, given, refused or used") \
    X(AUDIT_ALARM, "alarm", "alarm raised or seen to")                                             \
    X(AUDIT_BACKUP_REMOVE, "backup.remove", "old backup removed")                                  \
    X(AUDIT_BACKUP_SCHEDULE, "backup.schedule", "backups of the server itself set up")             \
    X(AUDIT_LINK_RUN, "link.run", "records compared by a run of linkage, or the run undone")       \
    X(AUDIT_LINK_READ, "link.read", "pairs of records consulted side by side")                     \
    X(AUDIT_LINK_DECIDE, "link.decide", "records combined to one person, or told apart")           \
    X(AUDIT_LINK_CONFIRM, "link.confirm", "decision about a pair confirmed by a second person")    \
    X(AUDIT_LINK_UNDO, "link.undo", "decision about a pair undone")                                \
    X(AUDIT_LINK_KEY, "link.key", "key for encoding names handed out")                             \
    X(AUDIT_LINK_CHOOSE, "link.choose", "answer chosen that counts for a person")                  \
    X(AUDIT_LINK_UNCHOOSE, "link.unchoose", "choice of an answer taken back")                      \
    X(AUDIT_RELEASE, "release", "release prepared, approved, refused or withdrawn")

enum audit_action {
#define X(id, name, text) id,
    AUDIT_ACTIONS(X)
#undef X
        AUDIT_ACTION_COUNT
};

const char *audit_action_name(enum audit_action a);
const char *audit_action_text(enum audit_action a);

#endif
