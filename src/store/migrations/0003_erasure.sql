-- Erasure (store/erasure.c). A record has a third state, 3 erased: its key, its identities, its reference and its match
-- keys are gone, its bodies are empty. Record, code, versions and their keyed content hashes stay, for the digests of
-- batches and for whoever asks what became of it. This table is the tombstone, and the list that an older backup will
-- have to be brought in line with when it is restored (S18).

CREATE TABLE erasure (
    record_no INTEGER PRIMARY KEY REFERENCES record,
    erased_at INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    reason    TEXT    NOT NULL
) STRICT;

CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure
BEGIN SELECT RAISE(ABORT, 'erasures are not changed'); END;

CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure
BEGIN SELECT RAISE(ABORT, 'erasures are not deleted'); END;

PRAGMA user_version = 3;
