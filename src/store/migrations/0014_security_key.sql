-- Security keys (Web Authentication) of accounts, and what they are asked to sign (store/security_key.h).
--
-- Name, public key and label of a key are sealed under KEY_FACTOR; hashes are keyed with KEY_ACCOUNT.

CREATE TABLE security_key (
    key_no     INTEGER PRIMARY KEY,
    account_no INTEGER NOT NULL REFERENCES account,
    id_hash    BLOB    NOT NULL UNIQUE,          -- of what the key calls itself
    sealed     BLOB    NOT NULL,
    counter    INTEGER NOT NULL,                 -- of signatures, as last seen; 0: it does not count
    added_at   INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE INDEX security_key_account ON security_key (account_no);

-- A challenge is good once, for its session and its use, until its time.
CREATE TABLE security_challenge (
    challenge_hash BLOB    NOT NULL PRIMARY KEY,
    session_no     INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    made_for       INTEGER NOT NULL,             -- 1 to show a key, 2 to add one
    until_ms       INTEGER NOT NULL              -- of the session's clock
) STRICT, WITHOUT ROWID;

CREATE INDEX security_challenge_session ON security_challenge (session_no);

PRAGMA user_version = 14;
