-- What looking after a register keeps: its backups and whether they were verified, what of setting up is confirmed
-- (store/ledger.h), and requests of data subjects (store/subject_request.h).

CREATE TABLE backup_made (
    name        TEXT    PRIMARY KEY,     -- of the file in the folder of backups
    made_at     INTEGER NOT NULL,
    made_by     TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    n_record    INTEGER NOT NULL,
    n_audit     INTEGER NOT NULL,
    verified_at INTEGER,                 -- NULL: never opened fully
    verified_by TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE setup_step (
    step  TEXT    PRIMARY KEY,
    at    INTEGER NOT NULL,
    actor TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Who asks, and what, is in the sealed body alone.
CREATE TABLE subject_request (
    request_no  INTEGER PRIMARY KEY,
    code        INTEGER NOT NULL UNIQUE, -- by which it is asked for, as the code of a record
    right       TEXT    NOT NULL,
    law         TEXT    NOT NULL,        -- gdpr, led
    state       TEXT    NOT NULL,
    received_on INTEGER NOT NULL,        -- days since 1970-01-01
    due_on      INTEGER NOT NULL,
    added_at    INTEGER NOT NULL,
    added_by    TEXT    NOT NULL,
    closed_at   INTEGER,
    closed_by   TEXT,
    wrapped_key BLOB    NOT NULL,
    body        BLOB    NOT NULL,
    version_no  INTEGER NOT NULL
) STRICT;

CREATE INDEX subject_request_due ON subject_request (due_on, request_no);

PRAGMA user_version = 7;
