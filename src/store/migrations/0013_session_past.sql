-- Sessions that nobody ended: time did, or the server's own end. Whoever held one may still leave what was typed
-- in a form, sealed, in a draft of the same account (service/op_entry_keep.c), and nothing else. Removed after a day, and
-- when all sessions of the account are ended.

CREATE TABLE session_past (
    session_hash BLOB    NOT NULL PRIMARY KEY,
    account_no   INTEGER NOT NULL REFERENCES account,
    until        INTEGER NOT NULL               -- UTC seconds
) STRICT, WITHOUT ROWID;

CREATE INDEX session_past_account ON session_past (account_no);

PRAGMA user_version = 13;
