-- The first tables: who sends, what was sent, and the log. SQLite (SQLCipher); STRICT throughout.
--
-- A body, a key and an identity are ciphertext when they arrive here (store/envelope.h). What stands in the
-- clear is what finds them: record, form, organisation, state, version, time.

PRAGMA application_id = 1145260365; -- "DCIM"

-- What this repository is: one row.
CREATE TABLE repository (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    repository_id   BLOB    NOT NULL CHECK (length(repository_id) = 16),
    created_at      INTEGER NOT NULL,            -- UTC seconds, as everywhere
    pack            TEXT    NOT NULL,            -- "" for the bare core
    dictionary_hash BLOB    NOT NULL CHECK (length(dictionary_hash) = 32),
    generation      INTEGER NOT NULL DEFAULT 0   -- grows with every change of records
) STRICT;

CREATE TABLE organisation (
    organisation_no INTEGER PRIMARY KEY,
    code            TEXT    NOT NULL UNIQUE,
    type            TEXT    NOT NULL,            -- code of CL_ORGTYPE
    name            TEXT    NOT NULL,
    added_at        INTEGER NOT NULL
) STRICT;

-- Numbers given once to the names of forms, variables and groups (model/body.h), never again.
CREATE TABLE form (
    form_no INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE numbering (
    form_no INTEGER NOT NULL REFERENCES form,
    kind    TEXT    NOT NULL CHECK (kind IN ('variable', 'group')),
    name    TEXT    NOT NULL,
    number  INTEGER NOT NULL,
    PRIMARY KEY (form_no, kind, name),
    UNIQUE (form_no, kind, number)
) STRICT, WITHOUT ROWID;

-- A series: the records of one form that one organisation sends. Its references are unique within it.
CREATE TABLE series (
    series_no       INTEGER PRIMARY KEY,
    form_no         INTEGER NOT NULL REFERENCES form,
    organisation_no INTEGER NOT NULL REFERENCES organisation,
    n_record        INTEGER NOT NULL DEFAULT 0,  -- records ever made
    n_active        INTEGER NOT NULL DEFAULT 0,  -- of these, active now
    UNIQUE (form_no, organisation_no)
) STRICT;

CREATE TABLE batch (
    batch_no     INTEGER PRIMARY KEY,
    series_no    INTEGER NOT NULL REFERENCES series,
    mapping      TEXT    NOT NULL,
    file_sha256  BLOB    NOT NULL CHECK (length(file_sha256) = 32),
    file_label   TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    n_new        INTEGER NOT NULL DEFAULT 0,
    n_changed    INTEGER NOT NULL DEFAULT 0,
    n_same       INTEGER NOT NULL DEFAULT 0,
    n_duplicate  INTEGER NOT NULL DEFAULT 0,
    n_refused    INTEGER NOT NULL DEFAULT 0,
    first_record INTEGER NOT NULL,               -- its new records: numbers from first_record
    last_record  INTEGER NOT NULL,               -- to last_record; none when that is less
    digest       BLOB    CHECK (length(digest) = 32), -- NULL until it is finished
    undone_at    INTEGER,                        -- NULL: visible
    undone_by    TEXT,
    undo_reason  TEXT
) STRICT;

CREATE TABLE record (
    record_no   INTEGER PRIMARY KEY,
    code        INTEGER NOT NULL,                -- 60 random bits, shown as 12 letters
    series_no   INTEGER NOT NULL REFERENCES series,
    state       INTEGER NOT NULL,                -- 1 active, 2 withdrawn
    version_no  INTEGER NOT NULL,                -- the current one
    wrapped_key BLOB                             -- the record's key; NULL once erased
) STRICT;

-- Two indexes of record. Tables of their own, so that a batch can fill them in ascending order at its end:
-- random order would write every page of them many times over. Derived; they can be made anew.
CREATE TABLE record_code (
    code      INTEGER PRIMARY KEY,
    record_no INTEGER NOT NULL
) STRICT;

CREATE TABLE record_reference (
    reference BLOB    PRIMARY KEY,               -- keyed hash of form, organisation and the organisation's own reference
    record_no INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- version_id is record_no * 65536 + version_no: versions of one record lie together, records in order, and
-- appending is the cheapest that the database can do.
CREATE TABLE record_version (
    version_id   INTEGER PRIMARY KEY,
    record_no    INTEGER NOT NULL REFERENCES record,
    batch_no     INTEGER REFERENCES batch,       -- NULL: entered by hand
    position     INTEGER,                        -- of a change within its batch; NULL for a batch's new records
    replaced     INTEGER,                        -- version that was current before; NULL: the record was not there
    created_at   INTEGER,                        -- NULL: when the batch was made
    author       TEXT,                           -- NULL: the batch's actor
    reason       TEXT,
    content_hash BLOB    NOT NULL,               -- keyed, over the coded and the identity part
    person_key   BLOB,                           -- keyed hash; NULL: too little is known
    body         BLOB    NOT NULL                -- the coded part
) STRICT;

CREATE INDEX record_version_change ON record_version (batch_no, position) WHERE position IS NOT NULL;

CREATE TABLE identity_body (
    version_id  INTEGER PRIMARY KEY REFERENCES record_version,
    wrapped_key BLOB    NOT NULL,
    body        BLOB    NOT NULL
) STRICT;

-- The log (store/audit.h). Rows are added at the end and stay as they are (S22); the program's connections
-- also refuse to prepare anything else (sqlite.c).
CREATE TABLE audit_entry (
    sequence    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    monotone_ms INTEGER NOT NULL,
    body        BLOB    NOT NULL,                -- canonical form
    hash        BLOB    NOT NULL
) STRICT;

-- FAIL and not ABORT, and no function in a CHECK: either would cost every entry a journal of its statement, five
-- times the rest. For one row they do the same.
CREATE TRIGGER audit_entry_in_order BEFORE INSERT ON audit_entry
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)
BEGIN SELECT RAISE(FAIL, 'audit entries are added at the end'); END;

CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are not changed'); END;

CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are not deleted'); END;

CREATE TABLE audit_checkpoint (
    size      INTEGER PRIMARY KEY,               -- entries it covers
    at        INTEGER NOT NULL,
    root      BLOB    NOT NULL CHECK (length(root) = 32),
    text      TEXT    NOT NULL,
    signature BLOB    NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE TRIGGER audit_checkpoint_in_order BEFORE INSERT ON audit_checkpoint
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM audit_checkpoint)
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are added at the end'); END;

CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are not changed'); END;

CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are not deleted'); END;

PRAGMA user_version = 1;
