-- The head of the log (store/audit.h): one row, rewritten with every entry in the same transaction. Its `mac` is
-- keyed with a key that is not in the database, so entries cannot be taken off the end, nor the row replaced by
-- one that fits. Its name does not begin with audit_, for rows of those tables are never changed.

CREATE TABLE log_head (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    sequence        INTEGER NOT NULL,            -- of the last entry
    at              INTEGER NOT NULL,            -- its time, UTC seconds
    monotone_ms     INTEGER NOT NULL,
    hash            BLOB    NOT NULL,
    frontier        BLOB    NOT NULL,            -- of the Merkle tree: what is needed to let it grow
    checkpoint_size INTEGER NOT NULL,            -- of the newest checkpoint; 0: none yet
    checkpoint_at   INTEGER NOT NULL,
    mac             BLOB    NOT NULL
) STRICT;

-- FAIL and not ABORT, no function in a CHECK: as with audit_entry.
CREATE TRIGGER log_head_forward BEFORE UPDATE ON log_head WHEN NEW.sequence <= OLD.sequence
BEGIN SELECT RAISE(FAIL, 'the log only grows'); END;

CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the log has a head'); END;

PRAGMA user_version = 2;
