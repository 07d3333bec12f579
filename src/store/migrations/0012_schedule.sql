-- Backups that the server makes by itself (store/ledger.h): when, how many are kept, how the last try went; and of
-- each backup what was written, so that a file that has changed since is found without opening it.

CREATE TABLE backup_schedule (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    minute     INTEGER,                  -- of the day, by the server's clock; -1: never; NULL: nobody has said
    keep       INTEGER,
    changed_at INTEGER NOT NULL DEFAULT 0,
    changed_by TEXT,
    tried_at   INTEGER NOT NULL DEFAULT 0,
    failed     TEXT                      -- id of the error that ended the last try; NULL: it went well
) STRICT;

ALTER TABLE backup_made ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backup_made ADD COLUMN digest BLOB;                       -- BLAKE2b-256 of the file as it was written
ALTER TABLE backup_made ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0; -- when the file was last held against it
ALTER TABLE backup_made ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0; -- 1: it was another one then

PRAGMA user_version = 12;
