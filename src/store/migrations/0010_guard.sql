-- What somebody has to decide or to be told (store/task.h), records that are bait (store/decoy.h), and passwords typed
-- under threat.

-- An emergency access that is to be reviewed, a request for approval, an alarm, a notice to the owner of an account. What
-- it says is in the sealed body alone.
CREATE TABLE task (
    task_no         INTEGER PRIMARY KEY,
    code            INTEGER NOT NULL UNIQUE, -- by which it is asked for, as the code of a record
    kind            TEXT    NOT NULL,        -- emergency, approval, alarm, notice
    state           TEXT    NOT NULL,
    account_no      INTEGER NOT NULL,        -- whose act it is, or who is told; 0: of nobody with an account
    organisation_no INTEGER NOT NULL,        -- that is to be informed, or whose unit asks; 0: none
    subject         BLOB    NOT NULL,        -- keyed hash of what it is about; zeros: of nothing
    made_at         INTEGER NOT NULL,
    made_by         TEXT    NOT NULL,
    until           INTEGER NOT NULL,
    decided_at      INTEGER,
    decided_by      TEXT,
    n_used          INTEGER NOT NULL,
    wrapped_key     BLOB    NOT NULL,
    body            BLOB    NOT NULL,
    version_no      INTEGER NOT NULL
) STRICT;

CREATE INDEX task_kind ON task (kind, state, task_no);
CREATE INDEX task_account ON task (account_no, kind, made_at);
CREATE INDEX task_subject ON task (subject, task_no);

-- Made-up persons: whoever opens one had no reason to.
CREATE TABLE decoy (
    record_no INTEGER PRIMARY KEY REFERENCES record,
    made_at   INTEGER NOT NULL,
    made_by   TEXT    NOT NULL
) STRICT;

ALTER TABLE account ADD COLUMN duress_hash BLOB;               -- under the salt of the password; NULL: none
ALTER TABLE session ADD COLUMN duress INTEGER NOT NULL DEFAULT 0; -- 1: signed in with it

PRAGMA user_version = 10;
