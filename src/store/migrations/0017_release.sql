-- Releases: numbered sets of protected tables (store/release.h). What is handed out is a document that is sealed here and
-- never changes again; only where it stands does.

CREATE TABLE release_set (
    release_no   INTEGER PRIMARY KEY,
    state        TEXT    NOT NULL,     -- waiting, published, refused, withdrawn
    account_no   INTEGER NOT NULL,     -- who prepared it; 0: somebody at this machine, by name
    made_by      TEXT    NOT NULL,
    made_at      INTEGER NOT NULL,
    decided_by   TEXT,                 -- who approved or refused it
    decided_at   INTEGER,
    withdrawn_by TEXT,
    withdrawn_at INTEGER,
    replaces     INTEGER REFERENCES release_set,
    generation   INTEGER NOT NULL,     -- of the register, as it was counted
    n_table      INTEGER NOT NULL,
    threshold    INTEGER NOT NULL,
    digest       BLOB    NOT NULL,     -- SHA-256 of the document
    version_no   INTEGER NOT NULL,     -- counts changes of where it stands
    wrapped_key  BLOB    NOT NULL,
    words        BLOB    NOT NULL,     -- title, note, reasons
    document     BLOB    NOT NULL
) STRICT;

CREATE INDEX release_set_state ON release_set (state);
CREATE INDEX release_set_replaces ON release_set (replaces) WHERE replaces IS NOT NULL;

CREATE TRIGGER release_set_no_delete BEFORE DELETE ON release_set
BEGIN SELECT RAISE(ABORT, 'releases are withdrawn, not deleted'); END;

CREATE TRIGGER release_set_stays BEFORE UPDATE OF release_no, account_no, made_by, made_at, replaces, generation, n_table,
       threshold, digest, wrapped_key, document ON release_set
BEGIN SELECT RAISE(ABORT, 'what was prepared does not change'); END;

CREATE TRIGGER release_set_state_order BEFORE UPDATE ON release_set
WHEN NOT (OLD.state = 'waiting' AND NEW.state IN ('published', 'refused') OR
          OLD.state = 'published' AND NEW.state = 'withdrawn')
BEGIN SELECT RAISE(ABORT, 'a release goes from waiting to published or refused, and from published to withdrawn'); END;

CREATE TRIGGER release_set_four_eyes BEFORE UPDATE ON release_set
WHEN OLD.state = 'waiting' AND (NEW.decided_by IS NULL OR NEW.decided_by = OLD.made_by)
BEGIN SELECT RAISE(ABORT, 'nobody decides what they prepared themselves'); END;

PRAGMA user_version = 17;
